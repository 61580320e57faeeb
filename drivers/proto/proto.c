// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of one vGPU: how they begin, how they follow the GPU, how they end.
 *
 * Guest memory that the GPU may touch is unpinned when it is known that this is
 * over: an attach was refused, a detach or a destroy is done
 * (mvgpu_resource_done()), or the GPU was reset (mvgpu_proto_forget(), or
 * mvgpu_resource_evict() before that).
 */
#include <mvgpu/proto.h>

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <mvgpu/display.h>

#include "context.h"
#include "internal.h"
#include "resource.h"

struct mvgpu_proto *mvgpu_proto_create(const struct mvgpu_proto_config *config)
{
	struct mvgpu_proto *proto;

	if (WARN_ON_ONCE(config->nr_scanouts > MVGPU_MAX_SCANOUTS))
		return NULL;

	proto = kzalloc(sizeof(*proto), GFP_KERNEL);
	if (!proto)
		return NULL;
	proto->config = *config;
	proto->table = RB_ROOT;
	INIT_LIST_HEAD(&proto->resources);
	proto->contexts = RB_ROOT;
	INIT_LIST_HEAD(&proto->all_contexts);
	return proto;
}

void mvgpu_proto_destroy(struct mvgpu_proto *proto)
{
	if (!proto)
		return;
	/* The GPU may still use them: better to leak than to free. */
	if (WARN_ON_ONCE(!list_empty(&proto->resources) ||
			 !list_empty(&proto->all_contexts)))
		return;
	kfree(proto);
}

void mvgpu_proto_error(struct mvgpu_proto *proto)
{
	WRITE_ONCE(proto->stats.errors, proto->stats.errors + 1);
}

void mvgpu_proto_complete(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	int status = job->status;

	if (job->op == MVGPU_JOB_NONE)
		return;
	if (job->context)
		mvgpu_context_done(proto, job);
	if (job->res)
		mvgpu_resource_done(proto, job);
	if (job->internal)
		return;
	if (status == -ENOMEM)
		mvgpu_respond(proto, job, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
	else if (status)
		mvgpu_respond(proto, job, VIRTIO_GPU_RESP_ERR_UNSPEC);
}

bool mvgpu_proto_moot(const struct mvgpu_job *job)
{
	if (job->op == MVGPU_JOB_CTX_DESTROY)
		return !job->context->on_gpu;
	return job->res && mvgpu_resource_moot(job->res, job);
}

u32 mvgpu_proto_evict(struct mvgpu_proto *proto, u64 addr, u64 len)
{
	struct mvgpu_resource *res;
	u32 left = 0;

	list_for_each_entry(res, &proto->resources, all)
		left += mvgpu_resource_evict(proto, res, addr, len);
	return left;
}

/* No scanout and no cursor shows anything; what is shown is never dead. */
static void kill_all(struct mvgpu_proto *proto)
{
	struct mvgpu_context *ctx;
	struct mvgpu_resource *res;
	u32 id;

	list_for_each_entry(ctx, &proto->all_contexts, all)
		mvgpu_context_kill(proto, ctx);
	list_for_each_entry(res, &proto->resources, all)
		mvgpu_resource_kill(proto, res);

	/* Those that were off already: the display starts afresh, too. */
	for (id = 0; id < proto->config.nr_scanouts; id++) {
		mvgpu_display_set(proto->config.display, id, NULL);
		mvgpu_display_cursor(proto->config.display, id, NULL, 0, 0);
	}
}

u32 mvgpu_proto_release_all(struct mvgpu_proto *proto)
{
	struct mvgpu_context *ctx, *next;
	struct mvgpu_resource *res, *tmp;

	kill_all(proto);
	list_for_each_entry_safe(ctx, next, &proto->all_contexts, all)
		mvgpu_context_reap(proto, ctx);
	list_for_each_entry_safe(res, tmp, &proto->resources, all)
		mvgpu_resource_reap(proto, res);
	return proto->stats.resources + proto->stats.contexts +
	       proto->nr_hidden;
}

void mvgpu_proto_forget(struct mvgpu_proto *proto)
{
	struct mvgpu_context *ctx, *next;
	struct mvgpu_resource *res, *tmp;

	kill_all(proto);
	/* First, since they hold resources. */
	list_for_each_entry_safe(ctx, next, &proto->all_contexts, all) {
		WARN_ON_ONCE(ctx->uses);
		mvgpu_context_free(proto, ctx);
	}
	list_for_each_entry_safe(res, tmp, &proto->resources, all) {
		/* A job that comes back later would find nothing. */
		WARN_ON_ONCE(res->uses);
		mvgpu_resource_free(proto, res);
	}
}

void mvgpu_proto_get_stats(const struct mvgpu_proto *proto,
			   struct mvgpu_proto_stats *stats)
{
	stats->resources = READ_ONCE(proto->stats.resources);
	stats->bytes = READ_ONCE(proto->stats.bytes);
	stats->errors = READ_ONCE(proto->stats.errors);
	stats->contexts = READ_ONCE(proto->stats.contexts);
	stats->attachments = READ_ONCE(proto->stats.attachments);
	stats->objects = READ_ONCE(proto->stats.objects);
	stats->sub_contexts = READ_ONCE(proto->stats.sub_contexts);
	stats->shader_bytes = READ_ONCE(proto->stats.shader_bytes);
	stats->stream_bytes = READ_ONCE(proto->stats.stream_bytes);
	stats->streams = READ_ONCE(proto->stats.streams);
	stats->refused = READ_ONCE(proto->stats.refused);
	stats->frames = READ_ONCE(proto->stats.frames);
}
