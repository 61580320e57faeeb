// SPDX-License-Identifier: GPL-2.0
/*
 * 3D resources: what may be created, and copies from and to their backing.
 */
#include <mvgpu/backing.h>
#include <mvgpu/virgl_caps.h>

#include "context.h"
#include "format3d.h"
#include "internal.h"
#include "resource.h"

static struct mvgpu_res3d create_load(const struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_create_3d *req =
		(const void *)job->req.bytes;
	u32 samples = le32_to_cpu(req->nr_samples);

	/*
	 * One sample is none: the renderer would take a copy between the two for one of
	 * unlike samples, and do it in a way that goes beyond its own memory.
	 */
	return (struct mvgpu_res3d) {
		.target = le32_to_cpu(req->target),
		.format = le32_to_cpu(req->format),
		.bind = le32_to_cpu(req->bind),
		.width = le32_to_cpu(req->width),
		.height = le32_to_cpu(req->height),
		.depth = le32_to_cpu(req->depth),
		.array_size = le32_to_cpu(req->array_size),
		.last_level = le32_to_cpu(req->last_level),
		.nr_samples = samples == 1 ? 0 : samples,
		.flags = le32_to_cpu(req->flags),
	};
}

/* As with formats: what GL refuses, the renderer takes for there. */
static bool sides_ok(const struct mvgpu_proto *proto,
		     const struct mvgpu_res3d *r3d)
{
	u32 side = mvgpu_capset_limit(proto, MVGPU_CAPS_MAX_SIDE);

	switch (r3d->target) {
	case MVGPU_TARGET_3D:
		side = mvgpu_capset_limit(proto, MVGPU_CAPS_MAX_SIDE_3D);
		break;
	case MVGPU_TARGET_CUBE:
	case MVGPU_TARGET_CUBE_ARRAY:
		side = mvgpu_capset_limit(proto, MVGPU_CAPS_MAX_SIDE_CUBE);
		break;
	}
	return r3d->width <= side && r3d->height <= side &&
	       r3d->depth <= side &&
	       (r3d->target == MVGPU_TARGET_CUBE ||
		r3d->array_size <= mvgpu_capset_limit(proto,
						      MVGPU_CAPS_MAX_LAYERS));
}

static bool create_ok(const struct mvgpu_proto *proto,
		      const struct mvgpu_res3d *r3d)
{
	if (mvgpu_res3d_check(r3d))
		return false;
	/* Mapping is for blobs, which are not offered. */
	if (r3d->flags & ~MVGPU_RES3D_Y_0_TOP)
		return false;
	/* The renderer finds its way in the uppermost level only. */
	if (r3d->flags & MVGPU_RES3D_Y_0_TOP && r3d->last_level)
		return false;
	return r3d->target == MVGPU_TARGET_BUFFER ||
	       (sides_ok(proto, r3d) &&
		r3d->nr_samples <= mvgpu_capset_limit(proto,
						      MVGPU_CAPS_MAX_SAMPLES) &&
		mvgpu_capset_format(proto, r3d->format));
}

void mvgpu_resource_create_job(struct mvgpu_job *job,
			       const struct mvgpu_res3d *r3d)
{
	job->op = MVGPU_JOB_RES_CREATE_3D;
	job->res_create_3d = (struct mvgpu_job_res_create_3d) {
		.res_id = r3d->gpu_id,
		.target = r3d->target,
		.format = r3d->format,
		.bind = r3d->bind,
		.width = r3d->width,
		.height = r3d->height,
		.depth = r3d->depth,
		.array_size = r3d->array_size,
		.last_level = r3d->last_level,
		.nr_samples = r3d->nr_samples,
		.flags = r3d->flags,
		.size = r3d->size,
		.compressed = mvgpu_format3d_blocks(r3d->format),
	};
}

u32 mvgpu_resource_create_3d(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_create_3d *req =
		(const void *)job->req.bytes;
	u32 id = le32_to_cpu(req->resource_id);
	struct mvgpu_res3d r3d = create_load(job);
	struct mvgpu_resource *res;

	if (!id || mvgpu_resource_find(proto, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!create_ok(proto, &r3d))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	r3d.size = mvgpu_res3d_size(&r3d);
	if (mvgpu_res3d_huge(&r3d))
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	res = mvgpu_resource_new(proto, id, mvgpu_res3d_memory(&r3d));
	if (!res)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	r3d.gpu_id = res->gpu_id;
	res->r3d = r3d;
	res->is_3d = true;
	res->rendered = true;
	res->format = r3d.format;
	res->width = r3d.width;
	res->height = r3d.height;
	res->on_gpu = true;

	mvgpu_resource_create_job(job, &r3d);
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static struct mvgpu_transfer3d transfer_load(const struct mvgpu_job *job)
{
	const struct virtio_gpu_transfer_host_3d *req =
		(const void *)job->req.bytes;

	return (struct mvgpu_transfer3d) {
		.box = {
			.x = le32_to_cpu(req->box.x),
			.y = le32_to_cpu(req->box.y),
			.z = le32_to_cpu(req->box.z),
			.w = le32_to_cpu(req->box.w),
			.h = le32_to_cpu(req->box.h),
			.d = le32_to_cpu(req->box.d),
		},
		.level = le32_to_cpu(req->level),
		.stride = le32_to_cpu(req->stride),
		.layer_stride = le32_to_cpu(req->layer_stride),
		.offset = le64_to_cpu(req->offset),
	};
}

/*
 * With a context, what is attached to it; without, what the guest owns: the
 * renderer would take any id then.
 */
static u32 transfer_find(struct mvgpu_proto *proto, const struct mvgpu_job *job,
			 struct mvgpu_context **ctx,
			 struct mvgpu_resource **res)
{
	const struct virtio_gpu_transfer_host_3d *req =
		(const void *)job->req.bytes;
	u32 ctx_id = le32_to_cpu(req->hdr.ctx_id);
	u32 res_id = le32_to_cpu(req->resource_id);

	*ctx = NULL;
	if (ctx_id) {
		*ctx = mvgpu_context_find(proto, ctx_id);
		if (!*ctx)
			return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
		*res = mvgpu_context_resource(*ctx, res_id);
	} else {
		*res = mvgpu_resource_find(proto, res_id);
	}
	return *res ? VIRTIO_GPU_RESP_OK_NODATA :
		      VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
}

static u32 transfer(struct mvgpu_proto *proto, struct mvgpu_job *job,
		    enum mvgpu_job_op op)
{
	struct mvgpu_transfer3d xfer = transfer_load(job);
	struct mvgpu_context *ctx;
	struct mvgpu_resource *res;
	u64 end;
	u32 type;

	type = transfer_find(proto, job, &ctx, &res);
	if (type != VIRTIO_GPU_RESP_OK_NODATA)
		return type;
	if (!res->pin)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (mvgpu_res3d_span(&res->r3d, &xfer, &end) ||
	    end > res->pin->backing->size)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	/* Samples can't be copied. */
	if (res->r3d.nr_samples > 1)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (op == MVGPU_JOB_TRANSFER_FROM_3D &&
	    !mvgpu_res3d_readback_ok(&res->r3d, &xfer))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	if (op == MVGPU_JOB_TRANSFER_TO_3D)
		mvgpu_scanout_rendered(proto, res);
	job->op = op;
	job->transfer_3d = (struct mvgpu_job_transfer_3d) {
		.res_id = res->gpu_id,
		.ctx_id = ctx ? ctx->gpu_id : 0,
		.box = xfer.box,
		.level = xfer.level,
		.offset = xfer.offset,
		.stride = xfer.stride,
		.layer_stride = xfer.layer_stride,
		.size = end - xfer.offset,
	};
	if (ctx)
		mvgpu_context_use(job, ctx);
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_transfer_to_3d(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	return transfer(proto, job, MVGPU_JOB_TRANSFER_TO_3D);
}

u32 mvgpu_transfer_from_3d(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	return transfer(proto, job, MVGPU_JOB_TRANSFER_FROM_3D);
}
