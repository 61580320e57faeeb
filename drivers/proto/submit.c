// SPDX-License-Identifier: GPL-2.0
/*
 * Streams of 3D commands: copied once, checked as a whole, and sent as the copy.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "context.h"
#include "internal.h"
#include "virgl/virgl.h"

bool mvgpu_proto_full(const struct mvgpu_proto *proto)
{
	return proto->stats.stream_bytes >= proto->config.max_stream_bytes ||
	       mvgpu_proof_full(proto);
}

/* The answer may have to wait for long; this needs not. */
static void stream_free(struct mvgpu_job *job)
{
	kvfree(job->stream);
	job->stream = NULL;
}

/* The guest's stream, ids and all; what is behind the last whole dword is not. */
static u32 stream_load(struct mvgpu_proto *proto, struct mvgpu_job *job,
		       u32 size)
{
	int err;

	job->stream = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!job->stream)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	err = mvgpu_request_tail(proto, job, sizeof(struct virtio_gpu_cmd_submit),
				 job->stream, size);
	if (!err)
		return VIRTIO_GPU_RESP_OK_NODATA;
	stream_free(job);
	return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

static u32 stream_refuse(struct mvgpu_proto *proto, struct mvgpu_job *job,
			 struct mvgpu_context *ctx,
			 const struct mvgpu_virgl_verdict *verdict, int err)
{
	stream_free(job);
	WRITE_ONCE(proto->stats.refused, proto->stats.refused + 1);
	mvgpu_vgpu_refused(proto->config.vgpu, ctx->guest_id,
			   verdict->cmd | verdict->obj << 8, verdict->at, err);
	pr_debug_ratelimited("stream of context %u refused: %s at dword %u: %s\n",
			     ctx->guest_id, verdict->name ?: "command",
			     verdict->at, verdict->reason ?: "no memory");
	switch (err) {
	case -EDQUOT:
		mvgpu_vgpu_over_quota(proto->config.vgpu);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	case -ENOMEM:
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	case -ENOENT:
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	default:
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
}

/*
 * Quotas are the vGPU's: a context may have what it has and what nobody else of
 * the vGPU has.
 */
static void limits_set(struct mvgpu_proto *proto, struct mvgpu_context *ctx,
		       const struct mvgpu_virgl_limits *had)
{
	const struct mvgpu_proto_config *config = &proto->config;
	const struct mvgpu_proto_stats *stats = &proto->stats;
	const struct mvgpu_virgl_limits limits = {
		.objects = config->max_objects - stats->objects + had->objects,
		.sub_contexts = config->max_sub_contexts -
				stats->sub_contexts + had->sub_contexts,
		.shader_text = config->max_shader_bytes -
			       stats->shader_bytes + had->shader_text,
	};

	mvgpu_virgl_set_limits(ctx->virgl, &limits);
}

/* From @had to @has. */
static void usage_account(struct mvgpu_proto *proto,
			  const struct mvgpu_virgl_limits *had,
			  const struct mvgpu_virgl_limits *has)
{
	struct mvgpu_proto_stats *stats = &proto->stats;

	WRITE_ONCE(stats->objects, stats->objects - had->objects +
		   has->objects);
	WRITE_ONCE(stats->sub_contexts, stats->sub_contexts -
		   had->sub_contexts + has->sub_contexts);
	WRITE_ONCE(stats->shader_bytes, stats->shader_bytes -
		   had->shader_text + has->shader_text);
}

void mvgpu_submit_forget(struct mvgpu_proto *proto, struct mvgpu_context *ctx)
{
	const struct mvgpu_virgl_limits none = {};
	struct mvgpu_virgl_limits had;

	mvgpu_virgl_get_usage(ctx->virgl, &had);
	usage_account(proto, &had, &none);
}

u32 mvgpu_submit_3d(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_cmd_submit *req = (const void *)job->req.bytes;
	struct mvgpu_context *ctx =
		mvgpu_context_find(proto, le32_to_cpu(req->hdr.ctx_id));
	u32 size = le32_to_cpu(req->size) & ~3U;
	struct mvgpu_virgl_verdict verdict = {};
	struct mvgpu_virgl_limits had, has;
	u32 type;
	int err;

	if (!ctx)
		return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
	if (ctx->broken)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (size > proto->config.max_stream)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	/* Only a fence: it comes back behind all that was sent before. */
	if (!size)
		return VIRTIO_GPU_RESP_OK_NODATA;

	type = stream_load(proto, job, size);
	if (type != VIRTIO_GPU_RESP_OK_NODATA)
		return type;
	mvgpu_virgl_get_usage(ctx->virgl, &had);
	limits_set(proto, ctx, &had);
	err = mvgpu_virgl_submit(ctx->virgl, job->stream, size / 4, &verdict);
	if (err)
		return stream_refuse(proto, job, ctx, &verdict, err);
	mvgpu_virgl_get_usage(ctx->virgl, &has);
	usage_account(proto, &had, &has);
	mvgpu_proof_stream(proto, &verdict.gone);
	ctx->unproven = true;

	WRITE_ONCE(proto->stats.streams, proto->stats.streams + 1);
	WRITE_ONCE(proto->stats.stream_bytes, proto->stats.stream_bytes + size);
	job->op = MVGPU_JOB_SUBMIT_3D;
	job->submit = (struct mvgpu_job_submit) {
		.ctx_id = ctx->gpu_id,
		.size = size,
		.commands = verdict.commands,
		.bytes = verdict.bytes,
	};
	mvgpu_context_use(job, ctx);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

void mvgpu_submit_done(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	stream_free(job);
	WRITE_ONCE(proto->stats.stream_bytes,
		   proto->stats.stream_bytes - job->submit.size);
}
