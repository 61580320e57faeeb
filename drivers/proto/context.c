// SPDX-License-Identifier: GPL-2.0
/*
 * 3D contexts of a guest, and which resources their streams may name.
 */
#include "context.h"

#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <mvgpu/backend.h>

#include "internal.h"
#include "resource.h"
#include "virgl/virgl.h"

/* Attachments for each resource of the quota. */
#define ATTACHMENTS_FACTOR 4

static_assert(sizeof(((struct virtio_gpu_ctx_create *)NULL)->debug_name) ==
	      MVGPU_CTX_NAME);

static int cmp_context(const void *key, const struct rb_node *node)
{
	const struct mvgpu_context *ctx =
		rb_entry(node, struct mvgpu_context, node);
	u32 id = *(const u32 *)key;

	return id < ctx->guest_id ? -1 : id > ctx->guest_id;
}

static int cmp_context_node(struct rb_node *a, const struct rb_node *b)
{
	return cmp_context(&rb_entry(a, struct mvgpu_context, node)->guest_id,
			   b);
}

static int cmp_attachment(const void *key, const struct rb_node *node)
{
	const struct mvgpu_attachment *att =
		rb_entry(node, struct mvgpu_attachment, node);
	u32 id = *(const u32 *)key;

	return id < att->res->guest_id ? -1 : id > att->res->guest_id;
}

static int cmp_attachment_node(struct rb_node *a, const struct rb_node *b)
{
	struct mvgpu_attachment *att =
		rb_entry(a, struct mvgpu_attachment, node);

	return cmp_attachment(&att->res->guest_id, b);
}

struct mvgpu_context *mvgpu_context_find(struct mvgpu_proto *proto, u32 id)
{
	struct rb_node *node = rb_find(&id, &proto->contexts, cmp_context);

	return node ? rb_entry(node, struct mvgpu_context, node) : NULL;
}

static struct mvgpu_attachment *attachment_find(struct mvgpu_context *ctx,
						u32 id)
{
	struct rb_node *node = rb_find(&id, &ctx->attached, cmp_attachment);

	return node ? rb_entry(node, struct mvgpu_attachment, node) : NULL;
}

struct mvgpu_resource *mvgpu_context_resource(struct mvgpu_context *ctx, u32 id)
{
	struct mvgpu_attachment *att = attachment_find(ctx, id);

	return att ? att->res : NULL;
}

void mvgpu_context_use(struct mvgpu_job *job, struct mvgpu_context *ctx)
{
	ctx->uses++;
	job->context = ctx;
}

/*
 * What streams need to know
 */

static struct mvgpu_res3d *virgl_find(void *data, u32 guest_id)
{
	struct mvgpu_context *ctx = data;
	struct mvgpu_resource *res = mvgpu_context_resource(ctx, guest_id);

	if (!res)
		return NULL;
	mvgpu_scanout_rendered(ctx->proto, res);
	res->r3d.backing_size = mvgpu_resource_backing_size(res);
	return &res->r3d;
}

static void virgl_released(void *data, struct mvgpu_res3d *r3d)
{
	struct mvgpu_context *ctx = data;

	mvgpu_resource_settle(ctx->proto,
			      container_of(r3d, struct mvgpu_resource, r3d));
}

static const struct mvgpu_virgl_ops virgl_ops = {
	.find = virgl_find,
	.released = virgl_released,
};

/*
 * Commands
 */

static bool over_quota(const struct mvgpu_proto *proto)
{
	return proto->stats.contexts >= proto->config.max_contexts;
}

/* A destroy that failed left its context charged: try again. */
static void reap_dead(struct mvgpu_proto *proto)
{
	struct mvgpu_context *ctx, *tmp;

	list_for_each_entry_safe(ctx, tmp, &proto->all_contexts, all)
		if (ctx->dead)
			mvgpu_context_reap(proto, ctx);
}

struct mvgpu_context *mvgpu_context_new(struct mvgpu_proto *proto, u32 id)
{
	/* Set anew with each stream. */
	const struct mvgpu_virgl_limits limits = {};
	struct mvgpu_context *ctx;
	int gpu_id;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return NULL;
	ctx->virgl = mvgpu_virgl_create(&limits, &virgl_ops, ctx);
	if (!ctx->virgl)
		goto free_ctx;
	gpu_id = mvgpu_vgpu_ctx_id_get(proto->config.vgpu);
	if (gpu_id < 0)
		goto destroy_virgl;

	ctx->proto = proto;
	ctx->attached = RB_ROOT;
	ctx->guest_id = id;
	ctx->gpu_id = gpu_id;
	list_add_tail(&ctx->all, &proto->all_contexts);
	if (!id) {
		proto->nr_hidden++;
		return ctx;
	}
	rb_find_add(&ctx->node, &proto->contexts, cmp_context_node);
	WRITE_ONCE(proto->stats.contexts, proto->stats.contexts + 1);
	return ctx;

destroy_virgl:
	mvgpu_virgl_destroy(ctx->virgl);
free_ctx:
	kfree(ctx);
	return NULL;
}

/* Which capset: only what can be checked. 0 is the renderer's default, VIRGL. */
static bool capset_ok(struct mvgpu_proto *proto, u32 init)
{
	u32 i;

	if (!init)
		return true;
	for (i = 0; i < proto->config.nr_capsets; i++)
		if (proto->config.capset[i].id == init)
			return true;
	return false;
}

u32 mvgpu_context_create(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_ctx_create *req = (const void *)job->req.bytes;
	u32 id = le32_to_cpu(req->hdr.ctx_id);
	u32 len = le32_to_cpu(req->nlen);
	struct mvgpu_context *ctx;
	u32 init = 0;

	if (!id || mvgpu_context_find(proto, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	/* Without the feature the field is padding. */
	if (mvgpu_vgpu_has_feature(proto->config.vgpu,
				   VIRTIO_GPU_F_CONTEXT_INIT))
		init = le32_to_cpu(req->context_init);
	if (len > MVGPU_CTX_NAME || !capset_ok(proto, init))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	if (over_quota(proto))
		reap_dead(proto);
	if (over_quota(proto)) {
		mvgpu_vgpu_over_quota(proto->config.vgpu);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	}
	ctx = mvgpu_context_new(proto, id);
	if (!ctx)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	ctx->on_gpu = true;

	job->op = MVGPU_JOB_CTX_CREATE;
	job->ctx_create = (struct mvgpu_job_ctx_create) {
		.ctx_id = ctx->gpu_id,
		.capset = init,
		.name_len = len,
	};
	memcpy(job->ctx_create.name, req->debug_name, len);
	mvgpu_context_use(job, ctx);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_context_destroy(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	struct mvgpu_context *ctx =
		mvgpu_context_find(proto, le32_to_cpu(job->req.hdr.ctx_id));

	if (!ctx)
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;

	/* The guest may use its id again behind this request. */
	mvgpu_context_kill(proto, ctx);
	ctx->destroying = true;
	job->op = MVGPU_JOB_CTX_DESTROY;
	job->ctx.ctx_id = ctx->gpu_id;
	mvgpu_context_use(job, ctx);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

static u32 attach_quota(const struct mvgpu_proto *proto)
{
	return proto->config.max_resources * ATTACHMENTS_FACTOR;
}

static void attachment_free(struct mvgpu_proto *proto,
			    struct mvgpu_attachment *att)
{
	rb_erase(&att->node, &att->context->attached);
	list_del(&att->res_node);
	WRITE_ONCE(proto->stats.attachments, proto->stats.attachments - 1);
	kfree(att);
}

static void ctx_job(struct mvgpu_job *job, enum mvgpu_job_op op,
		    struct mvgpu_context *ctx, struct mvgpu_resource *res)
{
	job->op = op;
	job->ctx = (struct mvgpu_job_ctx) {
		.res_id = res->gpu_id,
		.ctx_id = ctx->gpu_id,
	};
	mvgpu_context_use(job, ctx);
	mvgpu_resource_use(job, res);
}

/* Both that an ATTACH or DETACH names, or which of them there is not. */
static u32 ctx_resource_find(struct mvgpu_proto *proto, struct mvgpu_job *job,
			     struct mvgpu_context **ctx,
			     struct mvgpu_resource **res)
{
	const struct virtio_gpu_ctx_resource *req =
		(const void *)job->req.bytes;

	*ctx = mvgpu_context_find(proto, le32_to_cpu(req->hdr.ctx_id));
	*res = mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));
	if (!*ctx)
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (!*res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_context_attach(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	struct mvgpu_attachment *att;
	struct mvgpu_context *ctx;
	struct mvgpu_resource *res;
	u32 resp;

	resp = ctx_resource_find(proto, job, &ctx, &res);
	if (resp != VIRTIO_GPU_RESP_OK_NODATA)
		return resp;
	if (attachment_find(ctx, res->guest_id))
		return VIRTIO_GPU_RESP_OK_NODATA;

	if (proto->stats.attachments >= attach_quota(proto)) {
		mvgpu_vgpu_over_quota(proto->config.vgpu);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	}
	att = kzalloc(sizeof(*att), GFP_KERNEL);
	if (!att)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	att->context = ctx;
	att->res = res;
	rb_find_add(&att->node, &ctx->attached, cmp_attachment_node);
	list_add_tail(&att->res_node, &res->attached);
	WRITE_ONCE(proto->stats.attachments, proto->stats.attachments + 1);

	ctx_job(job, MVGPU_JOB_CTX_ATTACH, ctx, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_context_detach(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	struct mvgpu_attachment *att;
	struct mvgpu_context *ctx;
	struct mvgpu_resource *res;
	u32 resp;

	resp = ctx_resource_find(proto, job, &ctx, &res);
	if (resp != VIRTIO_GPU_RESP_OK_NODATA)
		return resp;
	att = attachment_find(ctx, res->guest_id);
	/* A stock guest detaches some twice. */
	if (!att)
		return VIRTIO_GPU_RESP_OK_NODATA;

	attachment_free(proto, att);
	ctx_job(job, MVGPU_JOB_CTX_DETACH, ctx, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/*
 * How it goes on
 */

void mvgpu_context_drop(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	struct mvgpu_attachment *att, *tmp;

	list_for_each_entry_safe(att, tmp, &res->attached, res_node)
		attachment_free(proto, att);
}

void mvgpu_context_kill(struct mvgpu_proto *proto, struct mvgpu_context *ctx)
{
	struct rb_node *node;

	if (ctx->dead)
		return;
	ctx->dead = true;
	if (ctx->guest_id)
		rb_erase(&ctx->node, &proto->contexts);
	mvgpu_shadow_drop_context(proto, ctx);
	while ((node = rb_first(&ctx->attached)))
		attachment_free(proto, rb_entry(node, struct mvgpu_attachment,
						node));
}

void mvgpu_context_free(struct mvgpu_proto *proto, struct mvgpu_context *ctx)
{
	list_del(&ctx->all);
	mvgpu_submit_forget(proto, ctx);
	mvgpu_virgl_destroy(ctx->virgl);
	if (ctx->guest_id)
		WRITE_ONCE(proto->stats.contexts, proto->stats.contexts - 1);
	else
		proto->nr_hidden--;
	mvgpu_vgpu_ctx_id_put(proto->config.vgpu, ctx->gpu_id);
	kfree(ctx);
}

int mvgpu_context_emit(struct mvgpu_proto *proto, enum mvgpu_job_op op,
		       struct mvgpu_context *ctx)
{
	struct mvgpu_job *job = mvgpu_vgpu_job_new(proto->config.vgpu);
	int err;

	if (!job)
		return -ENOMEM;
	job->op = op;
	job->ctx.ctx_id = ctx->gpu_id;
	mvgpu_context_use(job, ctx);
	err = mvgpu_vgpu_job_send(proto->config.vgpu, job);
	if (err)
		ctx->uses--;
	return err;
}

void mvgpu_context_reap(struct mvgpu_proto *proto, struct mvgpu_context *ctx)
{
	if (ctx->destroying)
		return;
	if (ctx->on_gpu)
		ctx->destroying = !mvgpu_context_emit(proto,
						      MVGPU_JOB_CTX_DESTROY,
						      ctx);
	else if (!ctx->uses)
		mvgpu_context_free(proto, ctx);
}

void mvgpu_context_done(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	struct mvgpu_context *ctx = job->context;

	switch (job->op) {
	case MVGPU_JOB_CTX_CREATE:
		if (!job->status)
			break;
		/* Cut short: it may have happened. */
		if (job->status != -ETIMEDOUT)
			ctx->on_gpu = false;
		mvgpu_context_kill(proto, ctx);
		break;
	case MVGPU_JOB_CTX_DESTROY:
		ctx->destroying = false;
		if (!job->status)
			ctx->on_gpu = false;
		break;
	case MVGPU_JOB_SUBMIT_3D:
		if (!job->internal)
			mvgpu_submit_done(proto, job);
		if (job->status)
			ctx->broken = true;
		break;
	case MVGPU_JOB_CTX_CHECK:
		mvgpu_proof_done(proto, ctx, job->status);
		break;
	default:
		break;
	}

	/* It may be freed now. */
	job->context = NULL;
	if (WARN_ON_ONCE(!ctx->uses))
		return;
	ctx->uses--;
	if (ctx->dead && !ctx->uses && !ctx->on_gpu)
		mvgpu_context_free(proto, ctx);
}
