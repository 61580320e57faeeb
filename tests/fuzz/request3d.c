// SPDX-License-Identifier: GPL-2.0
#include "request3d.h"

#include <string.h>

/* What a request holds with its header, fake.c's limit. */
#define STREAM_MAX 16384

#define REQUEST(type, cmd, ctx)						\
	struct virtio_gpu_##type req = {};				\
									\
	req_hdr(&req.hdr, cmd);						\
	req.hdr.ctx_id = ctx
#define SEND() fake_send(&req, sizeof(req), ROOM)

struct mvgpu_job *req_ctx_create(u32 ctx, u32 init, u32 len)
{
	REQUEST(ctx_create, VIRTIO_GPU_CMD_CTX_CREATE, ctx);
	req.nlen = len;
	req.context_init = init;
	memset(req.debug_name, 'n', sizeof(req.debug_name));
	return SEND();
}

struct mvgpu_job *req_ctx(u32 type, u32 ctx)
{
	REQUEST(ctx_destroy, type, ctx);
	return SEND();
}

struct mvgpu_job *req_ctx_res(u32 type, u32 ctx, u32 id)
{
	REQUEST(ctx_resource, type, ctx);
	req.resource_id = id;
	return SEND();
}

struct mvgpu_job *req_create_3d(u32 id, const struct spec *spec)
{
	REQUEST(resource_create_3d, VIRTIO_GPU_CMD_RESOURCE_CREATE_3D, 0);
	req.resource_id = id;
	req.target = spec->target;
	req.format = spec->format;
	req.bind = spec->bind;
	req.width = spec->width;
	req.height = spec->height ?: 1;
	req.depth = spec->depth ?: 1;
	req.array_size = spec->layers ?: 1;
	req.last_level = spec->levels;
	req.nr_samples = spec->samples;
	req.flags = spec->flags;
	return SEND();
}

struct mvgpu_job *req_transfer_3d(u32 type, u32 ctx, u32 id,
				  const struct virtio_gpu_box *box, u32 level,
				  u32 stride, u32 layer, u64 offset)
{
	REQUEST(transfer_host_3d, type, ctx);
	req.box = *box;
	req.resource_id = id;
	req.level = level;
	req.stride = stride;
	req.layer_stride = layer;
	req.offset = offset;
	return SEND();
}

struct mvgpu_job *req_submit(u32 ctx, const u32 *stream, u32 len, u32 size)
{
	struct {
		struct virtio_gpu_cmd_submit fixed;
		u8 stream[STREAM_MAX];
	} req = {};

	req_hdr(&req.fixed.hdr, VIRTIO_GPU_CMD_SUBMIT_3D);
	req.fixed.hdr.ctx_id = ctx;
	req.fixed.size = size;
	memcpy(req.stream, stream, len);
	return fake_send(&req, sizeof(req.fixed) + len, ROOM);
}

struct mvgpu_job *req_copy(u32 ctx, u32 dst, u32 src)
{
	/* A corner of a pixel, which every resource of the tests has. */
	const u32 stream[14] = {
		17 | 13 << 16, dst, 0, 0, 0, 0, src, 0, 0, 0, 0, 1, 1, 1,
	};

	return req_submit(ctx, stream, sizeof(stream), sizeof(stream));
}
