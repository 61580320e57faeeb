// SPDX-License-Identifier: GPL-2.0
#include "request.h"

#include <string.h>

static u64 last_fence;

void req_hdr(struct virtio_gpu_ctrl_hdr *hdr, u32 type)
{
	memset(hdr, 0, sizeof(*hdr));
	hdr->type = type;
	hdr->flags = VIRTIO_GPU_FLAG_FENCE;
	hdr->fence_id = 0x100000000ULL + ++last_fence;
	hdr->ctx_id = 77;
	/* Not echoed without its flag. */
	hdr->ring_idx = 9;
}

#define REQUEST(type, cmd)						\
	struct virtio_gpu_##type req = {};				\
									\
	req_hdr(&req.hdr, VIRTIO_GPU_CMD_##cmd)
#define SEND() fake_send(&req, sizeof(req), ROOM)

struct mvgpu_job *req_create(u32 id, u32 format, u32 width, u32 height)
{
	REQUEST(resource_create_2d, RESOURCE_CREATE_2D);
	req.resource_id = id;
	req.format = format;
	req.width = width;
	req.height = height;
	return SEND();
}

struct mvgpu_job *req_unref(u32 id)
{
	REQUEST(resource_unref, RESOURCE_UNREF);
	req.resource_id = id;
	return SEND();
}

struct mvgpu_job *req_attach(u32 id, u32 nr, u64 addr, u32 len)
{
	struct {
		struct virtio_gpu_resource_attach_backing fixed;
		struct virtio_gpu_mem_entry entry[1024];
	} req = {};
	u32 i;

	req_hdr(&req.fixed.hdr, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	req.fixed.resource_id = id;
	req.fixed.nr_entries = nr;
	for (i = 0; i < nr && i < ARRAY_SIZE(req.entry); i++) {
		req.entry[i].addr = addr + (u64)len * i;
		req.entry[i].length = len;
	}
	return fake_send(&req, sizeof(req.fixed) + i * sizeof(*req.entry),
			 ROOM);
}

struct mvgpu_job *req_detach(u32 id)
{
	REQUEST(resource_detach_backing, RESOURCE_DETACH_BACKING);
	req.resource_id = id;
	return SEND();
}

struct mvgpu_job *req_transfer(u32 id, u32 x, u32 y, u32 width, u32 height,
			       u64 offset)
{
	REQUEST(transfer_to_host_2d, TRANSFER_TO_HOST_2D);
	req.resource_id = id;
	req.r = (struct virtio_gpu_rect) { x, y, width, height };
	req.offset = offset;
	return SEND();
}

struct mvgpu_job *req_flush(u32 id, u32 x, u32 y, u32 width, u32 height)
{
	REQUEST(resource_flush, RESOURCE_FLUSH);
	req.resource_id = id;
	req.r = (struct virtio_gpu_rect) { x, y, width, height };
	return SEND();
}

struct mvgpu_job *req_scanout(u32 scanout, u32 id, u32 x, u32 y, u32 width,
			      u32 height)
{
	REQUEST(set_scanout, SET_SCANOUT);
	req.scanout_id = scanout;
	req.resource_id = id;
	req.r = (struct virtio_gpu_rect) { x, y, width, height };
	return SEND();
}

struct mvgpu_job *req_edid(u32 scanout)
{
	REQUEST(cmd_get_edid, GET_EDID);
	req.scanout = scanout;
	return SEND();
}

void req_cursor(u32 type, u32 scanout, u32 id, u32 x, u32 y, u32 hot_x,
		u32 hot_y)
{
	struct virtio_gpu_update_cursor req = {};

	req_hdr(&req.hdr, type);
	req.pos.scanout_id = scanout;
	req.pos.x = x;
	req.pos.y = y;
	req.resource_id = id;
	req.hot_x = hot_x;
	req.hot_y = hot_y;
	fake_cursor(&req, sizeof(req));
}
