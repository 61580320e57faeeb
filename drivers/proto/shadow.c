// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest has rendered, brought to where a viewer can see it.
 *
 * The guest's own pages do not hold it, and must not be written unasked. So the
 * GPU copies the picture to a resource of ours, of the same size and kind (then
 * nobody has to know which row comes first), and from there to pages of ours.
 * Both jobs run behind the flush that they are for, one pair at a time: what
 * changes meanwhile is fetched by the next pair.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <mvgpu/backing.h>
#include <mvgpu/display.h>

#include "context.h"
#include "internal.h"
#include "resource.h"

/* RESOURCE_COPY_REGION: destination, source, box. */
#define COPY_REGION (17 | 13 << 16)
enum {
	COPY_HEADER,
	COPY_DST,
	COPY_SRC = 6,
	COPY_WIDTH = 11,
	COPY_HEIGHT,
	COPY_DEPTH,
	COPY_DWORDS,
};

/* Send a job; it holds what it is for. */
static int send(struct mvgpu_proto *proto, struct mvgpu_job *job,
		struct mvgpu_context *ctx, struct mvgpu_resource *res)
{
	int err;

	if (ctx)
		mvgpu_context_use(job, ctx);
	if (res)
		mvgpu_resource_use(job, res);
	err = mvgpu_vgpu_job_send(proto->config.vgpu, job);
	if (err && ctx)
		ctx->uses--;
	if (err && res)
		res->uses--;
	return err;
}

static struct mvgpu_job *job_new(struct mvgpu_proto *proto,
				 enum mvgpu_job_op op)
{
	struct mvgpu_job *job = mvgpu_vgpu_job_new(proto->config.vgpu);

	if (job)
		job->op = op;
	return job;
}

static int send_ctx_create(struct mvgpu_proto *proto,
			   struct mvgpu_context *ctx)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_CTX_CREATE);

	if (!job)
		return -ENOMEM;
	job->ctx_create.ctx_id = ctx->gpu_id;
	return send(proto, job, ctx, NULL);
}

static int send_ctx_attach(struct mvgpu_proto *proto,
			   struct mvgpu_resource *res)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_CTX_ATTACH);
	struct mvgpu_shadow *shadow = &proto->shadow;

	if (!job)
		return -ENOMEM;
	job->ctx = (struct mvgpu_job_ctx) {
		.res_id = res->gpu_id,
		.ctx_id = shadow->ctx->gpu_id,
	};
	return send(proto, job, shadow->ctx, res);
}

static int send_create(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_RES_CREATE_3D);

	if (!job)
		return -ENOMEM;
	mvgpu_resource_create_job(job, &res->r3d);
	return send(proto, job, NULL, res);
}

static int send_attach(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_BACKING_ATTACH);

	if (!job)
		return -ENOMEM;
	job->res_id = res->gpu_id;
	job->backing = res->pin->backing;
	return send(proto, job, NULL, res);
}

/* All of it: rows are counted from either end, depending on the renderer. */
static int send_copy(struct mvgpu_proto *proto, const struct mvgpu_resource *src)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_SUBMIT_3D);
	struct mvgpu_shadow *shadow = &proto->shadow;
	__le32 *dw;

	if (!job)
		return -ENOMEM;
	dw = kcalloc(COPY_DWORDS, sizeof(*dw), GFP_KERNEL);
	/* Freed with the job. */
	job->stream = dw;
	if (!dw) {
		mvgpu_vgpu_job_free(job);
		return -ENOMEM;
	}
	dw[COPY_HEADER] = cpu_to_le32(COPY_REGION);
	dw[COPY_DST] = cpu_to_le32(shadow->res->gpu_id);
	dw[COPY_SRC] = cpu_to_le32(src->gpu_id);
	dw[COPY_WIDTH] = cpu_to_le32(src->width);
	dw[COPY_HEIGHT] = cpu_to_le32(src->height);
	dw[COPY_DEPTH] = cpu_to_le32(1);
	job->submit = (struct mvgpu_job_submit) {
		.ctx_id = shadow->ctx->gpu_id,
		.size = COPY_DWORDS * sizeof(*dw),
		.commands = 1,
		.bytes = src->r3d.size,
	};
	return send(proto, job, shadow->ctx, NULL);
}

static int send_transfer(struct mvgpu_proto *proto,
			 const struct mvgpu_rect *rect)
{
	struct mvgpu_job *job = job_new(proto, MVGPU_JOB_TRANSFER_FROM_3D);
	struct mvgpu_shadow *shadow = &proto->shadow;
	u32 stride = shadow->res->width * MVGPU_BPP;

	if (!job)
		return -ENOMEM;
	job->transfer_3d = (struct mvgpu_job_transfer_3d) {
		.res_id = shadow->res->gpu_id,
		.box = {
			.x = rect->x,
			.y = rect->y,
			.w = rect->width,
			.h = rect->height,
			.d = 1,
		},
		.stride = stride,
		.offset = (u64)rect->y * stride + rect->x * MVGPU_BPP,
		.size = (u64)(rect->height - 1) * stride +
			rect->width * MVGPU_BPP,
	};
	return send(proto, job, NULL, shadow->res);
}

/* Is the shadow one of @res? */
static bool shadow_fits(const struct mvgpu_shadow *shadow,
			const struct mvgpu_resource *res)
{
	return shadow->ctx && shadow->res && res->rendered &&
	       shadow->res->width == res->width &&
	       shadow->res->height == res->height &&
	       shadow->res->format == res->format &&
	       shadow->res->r3d.flags == res->r3d.flags;
}

/* Destroys begin at once; a job that is lost is sent again by a reset. */
static void shadow_free_res(struct mvgpu_proto *proto)
{
	struct mvgpu_resource *res = proto->shadow.res;

	if (!res)
		return;
	mvgpu_resource_kill(proto, res);
	mvgpu_resource_reap(proto, res);
}

static int shadow_make_ctx(struct mvgpu_proto *proto)
{
	struct mvgpu_shadow *shadow = &proto->shadow;
	struct mvgpu_context *ctx;
	int err;

	ctx = mvgpu_context_new(proto, 0);
	if (!ctx)
		return -ENOMEM;
	err = send_ctx_create(proto, ctx);
	if (err) {
		mvgpu_context_kill(proto, ctx);
		mvgpu_context_free(proto, ctx);
		return err;
	}
	ctx->on_gpu = true;
	shadow->ctx = ctx;
	shadow->attached = 0;
	return 0;
}

static struct mvgpu_resource *shadow_new(struct mvgpu_proto *proto,
					 const struct mvgpu_resource *src)
{
	u64 size = (u64)src->width * src->height * MVGPU_BPP;
	struct mvgpu_backing *backing;
	struct mvgpu_resource *res;

	if (size > proto->config.max_shadow)
		return NULL;
	backing = mvgpu_backing_create_own(proto->config.vgpu, size);
	if (IS_ERR(backing))
		return NULL;
	backing->written = true;
	res = mvgpu_resource_new(proto, 0, 0);
	if (!res)
		goto destroy_backing;
	if (mvgpu_resource_pin(res, backing))
		goto free_res;
	res->is_3d = true;
	res->format = src->format;
	res->width = src->width;
	res->height = src->height;
	res->r3d = src->r3d;
	res->r3d.gpu_id = res->gpu_id;
	res->r3d.bind = MVGPU_BIND_RENDER_TARGET | MVGPU_BIND_SAMPLER_VIEW;
	res->r3d.array_size = 1;
	res->r3d.last_level = 0;
	res->r3d.size = size;
	res->r3d.refs = 0;
	return res;

free_res:
	mvgpu_resource_kill(proto, res);
	mvgpu_resource_free(proto, res);
destroy_backing:
	mvgpu_backing_destroy(backing);
	return NULL;
}

static int shadow_make(struct mvgpu_proto *proto,
		       const struct mvgpu_resource *src)
{
	struct mvgpu_shadow *shadow = &proto->shadow;
	int err = 0;

	shadow_free_res(proto);
	if (!shadow->ctx)
		err = shadow_make_ctx(proto);
	if (err)
		return err;
	shadow->res = shadow_new(proto, src);
	if (!shadow->res)
		return -ENOMEM;
	err = send_create(proto, shadow->res);
	if (!err) {
		shadow->res->on_gpu = true;
		err = send_attach(proto, shadow->res);
	}
	if (!err)
		err = send_ctx_attach(proto, shadow->res);
	if (err)
		shadow_free_res(proto);
	return err;
}

void mvgpu_shadow_fetch(struct mvgpu_proto *proto,
			struct mvgpu_resource *res,
			const struct mvgpu_rect *rect)
{
	struct mvgpu_shadow *shadow = &proto->shadow;

	if (mvgpu_vgpu_lost(proto->config.vgpu))
		return;
	if (shadow->busy) {
		mvgpu_rect_add(&shadow->next, rect);
		return;
	}
	if (!shadow_fits(shadow, res) && shadow_make(proto, res))
		return;
	if (shadow->attached != res->gpu_id) {
		if (send_ctx_attach(proto, res))
			return;
		shadow->attached = res->gpu_id;
	}
	if (send_copy(proto, res))
		return;
	shadow->busy = !send_transfer(proto, rect);
}

void mvgpu_shadow_done(struct mvgpu_proto *proto, const struct mvgpu_job *job)
{
	const struct mvgpu_scanout *scanout = &proto->scanouts[0];
	const struct mvgpu_box *box = &job->transfer_3d.box;
	const struct mvgpu_rect rect = { box->x, box->y, box->w, box->h };
	struct mvgpu_shadow *shadow = &proto->shadow;
	struct mvgpu_rect next = shadow->next;

	/* That of a shadow which was given up in the meantime. */
	if (job->res != shadow->res)
		return;
	shadow->busy = false;
	shadow->next.width = 0;
	if (!scanout->res || !scanout->res->rendered)
		return;
	if (!job->status && shadow_fits(shadow, scanout->res))
		mvgpu_display_fetched(proto->config.display,
				      shadow->res->pin->backing, &rect);
	/* It was within another resource, maybe. */
	if (next.width && mvgpu_rect_within(&next, scanout->res->width,
					    scanout->res->height))
		mvgpu_shadow_fetch(proto, scanout->res, &next);
}

void mvgpu_shadow_drop(struct mvgpu_proto *proto,
		       const struct mvgpu_resource *res)
{
	struct mvgpu_shadow *shadow = &proto->shadow;

	/* Its id may be another's soon. */
	if (shadow->attached == res->gpu_id)
		shadow->attached = 0;
	if (shadow->res != res)
		return;
	shadow->res = NULL;
	shadow->busy = false;
	shadow->next.width = 0;
	mvgpu_display_fetched(proto->config.display, NULL, NULL);
}

void mvgpu_shadow_drop_context(struct mvgpu_proto *proto,
			       const struct mvgpu_context *ctx)
{
	if (proto->shadow.ctx == ctx)
		proto->shadow.ctx = NULL;
}

const struct mvgpu_backing *
mvgpu_shadow_backing(const struct mvgpu_proto *proto,
		     const struct mvgpu_resource *res)
{
	const struct mvgpu_shadow *shadow = &proto->shadow;

	return shadow_fits(shadow, res) && shadow->res->pin ?
	       shadow->res->pin->backing : NULL;
}
