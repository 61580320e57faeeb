// SPDX-License-Identifier: GPL-2.0
/* virtio-gpu commands of 3D, and streams. */
#include <string.h>

#include "mvt.h"

/* Bytes of a vertex buffer; pixels that can be drawn to and sampled. */
const struct mvt_spec mvt_buffer = {
	.target = MVT_BUFFER, .format = 64, .bind = 1 << 4, .width = 4096,
	.height = 1,
};

const struct mvt_spec mvt_picture = {
	.target = MVT_TEXTURE, .format = VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM,
	.bind = 1 << 1 | 1 << 3, .width = 64, .height = 64, .flags = 1,
};

static int ctx_simple(struct mvt_dev *dev, u32 type, u32 ctx)
{
	struct virtio_gpu_ctx_destroy req;

	mvt_gpu_hdr(dev, &req.hdr, type);
	req.hdr.ctx_id = ctx;
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_ctx_create(struct mvt_dev *dev, u32 ctx)
{
	struct virtio_gpu_ctx_create req = { .nlen = 4 };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_CTX_CREATE);
	req.hdr.ctx_id = ctx;
	memcpy(req.debug_name, "test", 4);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_ctx_destroy(struct mvt_dev *dev, u32 ctx)
{
	return ctx_simple(dev, VIRTIO_GPU_CMD_CTX_DESTROY, ctx);
}

static int ctx_resource(struct mvt_dev *dev, u32 type, u32 ctx, u32 id)
{
	struct virtio_gpu_ctx_resource req = { .resource_id = id };

	mvt_gpu_hdr(dev, &req.hdr, type);
	req.hdr.ctx_id = ctx;
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_ctx_attach(struct mvt_dev *dev, u32 ctx, u32 id)
{
	return ctx_resource(dev, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, ctx, id);
}

int mvt_ctx_detach(struct mvt_dev *dev, u32 ctx, u32 id)
{
	return ctx_resource(dev, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, ctx, id);
}

/* Without waiting for its end. */
int mvt_send_ctx_attach(struct mvt_dev *dev, u32 ctx, u32 id)
{
	struct virtio_gpu_ctx_resource req = { .resource_id = id };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE);
	req.hdr.ctx_id = ctx;
	return mvt_gpu_send(dev, &req, sizeof(req), NULL);
}

int mvt_create_3d(struct mvt_dev *dev, u32 id, const struct mvt_spec *spec)
{
	struct virtio_gpu_resource_create_3d req = {
		.resource_id = id,
		.target = spec->target,
		.format = spec->format,
		.bind = spec->bind,
		.width = spec->width,
		.height = spec->height,
		.depth = spec->depth ?: 1,
		.array_size = spec->layers ?: 1,
		.last_level = spec->last_level,
		.nr_samples = spec->samples,
		.flags = spec->flags,
	};

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_CREATE_3D);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

static int transfer(struct mvt_dev *dev, u32 type, u32 ctx, u32 id, u32 width,
		    u32 height)
{
	struct virtio_gpu_transfer_host_3d req = {
		.box = { .w = width, .h = height, .d = 1 },
		.resource_id = id,
	};

	mvt_gpu_hdr(dev, &req.hdr, type);
	req.hdr.ctx_id = ctx;
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_to_3d(struct mvt_dev *dev, u32 ctx, u32 id, u32 width, u32 height)
{
	return transfer(dev, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, ctx, id, width,
			height);
}

int mvt_from_3d(struct mvt_dev *dev, u32 ctx, u32 id, u32 width, u32 height)
{
	return transfer(dev, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, ctx, id,
			width, height);
}

/* A stream that lies in guest memory, without waiting for its end. */
int mvt_send_submit(struct mvt_dev *dev, u32 ctx, u64 iova, u32 dwords)
{
	struct virtio_gpu_cmd_submit req = { .size = dwords * 4 };
	struct mvt_buf extra = { .iova = iova, .len = dwords * 4 };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_SUBMIT_3D);
	req.hdr.ctx_id = ctx;
	return mvt_gpu_send(dev, &req, sizeof(req), &extra);
}

int mvt_submit_at(struct mvt_dev *dev, u32 ctx, u64 iova, u32 dwords)
{
	int ret = mvt_send_submit(dev, ctx, iova, dwords);

	if (ret < 0)
		return ret;
	ret = mvt_vq_kick(&dev->vq[MVT_CTRL]);
	return ret ? ret : mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0);
}

int mvt_submit(struct mvt_dev *dev, u32 ctx, const u32 *stream, u32 dwords)
{
	size_t used = dev->ctl_used;
	void *copy;
	u64 iova;
	int ret;

	copy = mvt_ctl_alloc(dev, dwords * 4, 16, &iova);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, stream, dwords * 4);
	ret = mvt_submit_at(dev, ctx, iova, dwords);
	if (ret >= 0)
		dev->ctl_used = used;
	return ret;
}

size_t mvt_spec_bytes(const struct mvt_spec *spec)
{
	if (spec->target == MVT_BUFFER)
		return spec->width;
	return (size_t)spec->width * spec->height * (spec->layers ?: 1) * 4;
}

/* A resource with a backing at the start of @mem, filled, in @ctx if not 0. */
int mvt_make_3d(struct mvt_dev *dev, struct mvt_mem *mem, u32 ctx, u32 id,
		const struct mvt_spec *spec, u32 seed)
{
	size_t len = mvt_spec_bytes(spec);
	int ret;

	if (len > mem->size)
		return -EINVAL;
	mvt_fill(mem->va, seed, len / 4);
	ret = mvt_create_3d(dev, id, spec);
	if (ret == VIRTIO_GPU_RESP_OK_NODATA)
		ret = mvt_gpu_attach_one(dev, id, mem->iova, len);
	if (ret == VIRTIO_GPU_RESP_OK_NODATA && ctx)
		ret = mvt_ctx_attach(dev, ctx, id);
	if (ret == VIRTIO_GPU_RESP_OK_NODATA)
		ret = mvt_to_3d(dev, ctx, id, spec->width, spec->height);
	return ret;
}

/* How many pixels of what mvt_make_3d() made are others now; ~0: it can't be read. */
size_t mvt_wrong_3d(struct mvt_dev *dev, struct mvt_mem *mem, u32 ctx, u32 id,
		    const struct mvt_spec *spec, u32 seed)
{
	size_t nr = mvt_spec_bytes(spec) / 4, wrong = 0, k;
	u32 *pixel = (u32 *)mem->va;

	memset(pixel, 0, nr * 4);
	if (mvt_from_3d(dev, ctx, id, spec->width, spec->height) !=
	    VIRTIO_GPU_RESP_OK_NODATA)
		return ~0UL;
	for (k = 0; k < nr; k++)
		wrong += pixel[k] != mvt_pattern(seed, k);
	return wrong;
}

/* A surface on @id, the framebuffer of it, and all of it in one colour. */
u32 mvt_stream_clear(u32 *stream, u32 id, u32 handle, const float color[4])
{
	const u32 head[] = {
		/* CREATE_OBJECT of a surface */
		1 | 8 << 8 | 5 << 16, handle, id, 1, 0, 0,
		/* SET_FRAMEBUFFER_STATE */
		5 | 3 << 16, 1, 0, handle,
		/* CLEAR the first colour buffer */
		7 | 8 << 16, 4,
	};

	memcpy(stream, head, sizeof(head));
	memcpy(stream + ARRAY_SIZE(head), color, 16);
	memset(stream + ARRAY_SIZE(head) + 4, 0, 12);
	return ARRAY_SIZE(head) + 7;
}

/* CREATE_OBJECT of @nr depth-stencil-alpha states, by handles from @first on */
u32 mvt_stream_objects(u32 *stream, u32 first, u32 nr)
{
	u32 i;

	memset(stream, 0, nr * 24);
	for (i = 0; i < nr; i++) {
		stream[i * 6] = 1 | 3 << 8 | 5 << 16;
		stream[i * 6 + 1] = first + i;
	}
	return nr * 6;
}

/* CREATE_SUB_CTX, likewise */
u32 mvt_stream_sub_contexts(u32 *stream, u32 first, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		stream[i * 2] = 29 | 1 << 16;
		stream[i * 2 + 1] = first + i;
	}
	return nr * 2;
}

/* RESOURCE_COPY_REGION */
u32 mvt_stream_copy(u32 *stream, u32 dst, u32 src, u32 width, u32 height)
{
	const u32 copy[] = {
		17 | 13 << 16, dst, 0, 0, 0, 0, src, 0, 0, 0, 0, width, height,
		1,
	};

	memcpy(stream, copy, sizeof(copy));
	return ARRAY_SIZE(copy);
}
