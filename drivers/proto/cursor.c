// SPDX-License-Identifier: GPL-2.0
/*
 * The cursor queue. Its requests have no response, and a stock guest blocks
 * while the queue is full: each is handled at once, without the GPU.
 */
#include <mvgpu/proto.h>

#include <linux/build_bug.h>
#include <linux/nospec.h>
#include <mvgpu/backing.h>
#include <mvgpu/display.h>

#include "internal.h"
#include "resource.h"

/* Virtio 1.3, 5.7.6.10: the one size there is. */
#define CURSOR_DIM 64
#define CURSOR_STRIDE (CURSOR_DIM * MVGPU_BPP)

static_assert(sizeof(struct virtio_gpu_update_cursor) == 56);

static void cursor_hide(struct mvgpu_proto *proto, u32 id)
{
	proto->scanouts[id].cursor = NULL;
	mvgpu_display_cursor(proto->config.display, id, NULL, 0, 0);
}

void mvgpu_cursor_drop(struct mvgpu_proto *proto,
		       const struct mvgpu_resource *res)
{
	u32 id;

	for (id = 0; id < proto->config.nr_scanouts; id++)
		if (proto->scanouts[id].cursor == res)
			cursor_hide(proto, id);
}

static bool cursor_usable(const struct mvgpu_resource *res)
{
	return res->width == CURSOR_DIM && res->height == CURSOR_DIM &&
	       mvgpu_format_linear(res->format) &&
	       res->pin && res->pin->backing->size >= res->size;
}

static bool cursor_update(struct mvgpu_proto *proto, u32 id,
			  const struct virtio_gpu_update_cursor *req)
{
	u32 res_id = le32_to_cpu(req->resource_id);
	u32 hot_x = le32_to_cpu(req->hot_x);
	u32 hot_y = le32_to_cpu(req->hot_y);
	struct mvgpu_scanout_src src;
	struct mvgpu_resource *res;

	if (!res_id) {
		cursor_hide(proto, id);
		return true;
	}
	res = mvgpu_resource_find(proto, res_id);
	if (!res || !cursor_usable(res))
		return false;
	if (hot_x >= CURSOR_DIM || hot_y >= CURSOR_DIM)
		return false;

	src = (struct mvgpu_scanout_src) {
		.backing = res->pin->backing,
		.format = res->format,
		.stride = CURSOR_STRIDE,
		.rect = { .width = CURSOR_DIM, .height = CURSOR_DIM },
	};
	proto->scanouts[id].cursor = res;
	mvgpu_display_cursor(proto->config.display, id, &src, hot_x, hot_y);
	return true;
}

static bool cursor_request(struct mvgpu_proto *proto,
			   const struct virtio_gpu_update_cursor *req)
{
	u32 id = le32_to_cpu(req->pos.scanout_id);

	if (id >= proto->config.nr_scanouts)
		return false;
	id = array_index_nospec(id, proto->config.nr_scanouts);

	switch (le32_to_cpu(req->hdr.type)) {
	case VIRTIO_GPU_CMD_UPDATE_CURSOR:
		if (!cursor_update(proto, id, req))
			return false;
		break;
	case VIRTIO_GPU_CMD_MOVE_CURSOR:
		break;
	default:
		return false;
	}
	/* An update moves, too. */
	mvgpu_display_move(proto->config.display, id, le32_to_cpu(req->pos.x),
			   le32_to_cpu(req->pos.y));
	return true;
}

void mvgpu_proto_cursor(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_update_cursor *req =
		(const void *)job->req.bytes;

	job->op = MVGPU_JOB_NONE;
	job->resp_len = 0;
	if (mvgpu_request_load(proto, job) < (int)sizeof(*req) ||
	    !cursor_request(proto, req))
		mvgpu_proto_error(proto);
}
