// SPDX-License-Identifier: GPL-2.0
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/nospec.h>
#include <mvgpu/display.h>

#include "resource.h"

/* Smallest scanout, as QEMU has it. */
#define MIN_DIM 16
#define EDID_SIZE 128

static_assert(sizeof(struct virtio_gpu_resp_display_info) == 408);
static_assert(sizeof(struct virtio_gpu_resp_edid) == 1056);

struct mvgpu_rect mvgpu_rect_load(const struct virtio_gpu_rect *from)
{
	return (struct mvgpu_rect) {
		.x = le32_to_cpu(from->x),
		.y = le32_to_cpu(from->y),
		.width = le32_to_cpu(from->width),
		.height = le32_to_cpu(from->height),
	};
}

bool mvgpu_rect_within(const struct mvgpu_rect *rect, u32 width, u32 height)
{
	return rect->width && rect->width <= width &&
	       rect->x <= width - rect->width &&
	       rect->height && rect->height <= height &&
	       rect->y <= height - rect->height;
}

/* Tell the display what a scanout shows now. */
static void scanout_show(struct mvgpu_proto *proto, u32 id)
{
	const struct mvgpu_scanout *scanout = &proto->scanouts[id];
	const struct mvgpu_resource *res = scanout->res;
	struct mvgpu_scanout_src src;

	if (!res) {
		mvgpu_display_set(proto->config.display, id, NULL);
		return;
	}
	src = (struct mvgpu_scanout_src) {
		.backing = res->pin ? res->pin->backing : NULL,
		.format = res->format,
		.stride = res->width * MVGPU_BPP,
		.rect = scanout->rect,
		.fetched = res->rendered,
	};
	/* Where the guest's driver draws is the GPU's memory only. */
	if (res->rendered)
		src.backing = id ? NULL : mvgpu_shadow_backing(proto, res);
	mvgpu_display_set(proto->config.display, id, &src);
}

void mvgpu_scanout_update(struct mvgpu_proto *proto,
			  const struct mvgpu_resource *res)
{
	u32 id;

	for (id = 0; id < proto->config.nr_scanouts; id++)
		if (proto->scanouts[id].res == res && !res->rendered)
			scanout_show(proto, id);
	mvgpu_cursor_drop(proto, res);
}

void mvgpu_scanout_rendered(struct mvgpu_proto *proto,
			    struct mvgpu_resource *res)
{
	u32 id;

	if (res->rendered)
		return;
	res->rendered = true;
	for (id = 0; id < proto->config.nr_scanouts; id++)
		if (proto->scanouts[id].res == res)
			scanout_show(proto, id);
}

void mvgpu_scanout_drop(struct mvgpu_proto *proto,
			const struct mvgpu_resource *res)
{
	u32 id;

	for (id = 0; id < proto->config.nr_scanouts; id++) {
		if (proto->scanouts[id].res != res)
			continue;
		proto->scanouts[id].res = NULL;
		scanout_show(proto, id);
	}
	mvgpu_cursor_drop(proto, res);
}

static void flushed_rendered(struct mvgpu_proto *proto,
			     struct mvgpu_resource *res,
			     const struct mvgpu_rect *rect)
{
	const struct mvgpu_scanout *scanout = &proto->scanouts[0];
	struct mvgpu_rect common;

	if (scanout->res == res && mvgpu_rect_intersect(&common, rect, &scanout->rect) &&
	    mvgpu_display_follows(proto->config.display))
		mvgpu_shadow_fetch(proto, res, &common);
}

void mvgpu_proto_refresh(struct mvgpu_proto *proto)
{
	const struct mvgpu_scanout *scanout = &proto->scanouts[0];

	if (scanout->res && scanout->res->rendered && !proto->shadow.busy &&
	    mvgpu_display_wants(proto->config.display))
		mvgpu_shadow_fetch(proto, scanout->res, &scanout->rect);
}

void mvgpu_scanout_flushed(struct mvgpu_proto *proto,
			   struct mvgpu_resource *res,
			   const struct mvgpu_rect *rect)
{
	struct mvgpu_rect common;
	u32 id;

	if (res->rendered) {
		flushed_rendered(proto, res, rect);
		return;
	}
	for (id = 0; id < proto->config.nr_scanouts; id++)
		if (proto->scanouts[id].res == res &&
		    mvgpu_rect_intersect(&common, rect, &proto->scanouts[id].rect))
			mvgpu_display_flush(proto->config.display, id, &common);
}

/* A picture: neither a volume nor samples, in pixels that can be shown. */
static bool scanout_usable(const struct mvgpu_resource *res)
{
	return (res->r3d.target == MVGPU_TARGET_2D ||
		res->r3d.target == MVGPU_TARGET_RECT) &&
	       res->r3d.nr_samples <= 1 && mvgpu_format_linear(res->format);
}

/*
 * Handled at once: what a viewer sees is the backing, or is fetched later
 * (shadow.c), so no job has to be waited for; what is on its way is flushed to
 * whatever the scanout shows by then.
 */
u32 mvgpu_scanout_set(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_set_scanout *req =
		(const void *)job->req.bytes;
	u32 id = le32_to_cpu(req->scanout_id);
	u32 res_id = le32_to_cpu(req->resource_id);
	struct mvgpu_rect rect = mvgpu_rect_load(&req->r);
	struct mvgpu_resource *res = NULL;

	if (id >= proto->config.nr_scanouts)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	id = array_index_nospec(id, proto->config.nr_scanouts);

	if (res_id) {
		res = mvgpu_resource_find(proto, res_id);
		if (!res)
			return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
		if (!mvgpu_rect_within(&rect, res->width, res->height) ||
		    rect.width < MIN_DIM || rect.height < MIN_DIM ||
		    !scanout_usable(res))
			return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
	proto->scanouts[id].res = res;
	proto->scanouts[id].rect = rect;
	scanout_show(proto, id);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/*
 * A guest that flips pages may show another one before the GPU is done with the flush
 * of this one, so frames are counted as they are asked for.
 */
static void count_frame(struct mvgpu_proto *proto,
			const struct mvgpu_resource *res,
			const struct mvgpu_rect *rect)
{
	struct mvgpu_rect common;
	u32 id;

	for (id = 0; id < proto->config.nr_scanouts; id++) {
		if (proto->scanouts[id].res != res ||
		    !mvgpu_rect_intersect(&common, rect, &proto->scanouts[id].rect))
			continue;
		WRITE_ONCE(proto->stats.frames, proto->stats.frames + 1);
		return;
	}
}

u32 mvgpu_scanout_flush(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_flush *req =
		(const void *)job->req.bytes;
	struct mvgpu_resource *res =
		mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));
	struct mvgpu_rect rect = mvgpu_rect_load(&req->r);

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!mvgpu_rect_within(&rect, res->width, res->height))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	job->op = MVGPU_JOB_FLUSH;
	job->flush = (struct mvgpu_job_flush) {
		.res_id = res->gpu_id,
		.rect = rect,
	};
	mvgpu_resource_use(job, res);
	count_frame(proto, res, &rect);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_scanout_display_info(struct mvgpu_proto *proto,
			       struct mvgpu_job *job)
{
	struct virtio_gpu_resp_display_info *resp = job->resp_data;
	u32 id;

	for (id = 0; id < proto->config.nr_scanouts; id++) {
		u32 width = 0, height = 0;

		mvgpu_display_mode(proto->config.display, id, &width, &height);
		resp->pmodes[id].r.width = cpu_to_le32(width);
		resp->pmodes[id].r.height = cpu_to_le32(height);
		resp->pmodes[id].enabled = cpu_to_le32(width && height);
	}
	return VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

u32 mvgpu_scanout_edid(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_cmd_get_edid *req =
		(const void *)job->req.bytes;
	struct virtio_gpu_resp_edid *resp = job->resp_data;
	u32 id = le32_to_cpu(req->scanout);

	if (id >= proto->config.nr_scanouts)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	id = array_index_nospec(id, proto->config.nr_scanouts);

	mvgpu_display_edid(proto->config.display, id, resp->edid);
	resp->size = cpu_to_le32(EDID_SIZE);
	return VIRTIO_GPU_RESP_OK_EDID;
}
