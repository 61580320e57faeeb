// SPDX-License-Identifier: GPL-2.0
/*
 * Is what streams have let go of really free?
 *
 * A renderer gives up a context that does something wrong, and tells nobody. It
 * executes nothing of it any more, what destroys things included: those that the
 * shadow takes for gone, and does not charge any more, are still there. So when
 * enough has gone, the GPU is asked about each context that has sent a stream
 * since it was asked last. One that it has given up is destroyed, which frees
 * all of it.
 *
 * What a stream makes is not set off against what it lets go of: the renderer may
 * have given the context up in between, and have both.
 *
 * What can be hidden is bounded: when more than a quarter of a quota has gone, the
 * next request begins a round of checks, and if that much has gone again before its
 * end, the guest waits.
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/string.h>

#include "context.h"
#include "internal.h"
#include "virgl/virgl.h"

void mvgpu_proof_resource(struct mvgpu_proto *proto, u64 size)
{
	proto->proof.gone.resources++;
	proto->proof.gone.bytes += size;
}

void mvgpu_proof_stream(struct mvgpu_proto *proto,
			const struct mvgpu_virgl_gone *stream)
{
	struct mvgpu_gone *gone = &proto->proof.gone;

	gone->objects += stream->objects;
	gone->sub_contexts += stream->sub_contexts;
	gone->shader_bytes += stream->shader_text;
}

/* A quarter of a quota. */
static bool enough(const struct mvgpu_proto *proto)
{
	const struct mvgpu_proto_config *config = &proto->config;
	const struct mvgpu_gone *gone = &proto->proof.gone;

	return gone->bytes > config->max_bytes / 4 ||
	       gone->resources > config->max_resources / 4 ||
	       gone->objects > config->max_objects / 4 ||
	       gone->sub_contexts > config->max_sub_contexts / 4 ||
	       gone->shader_bytes > config->max_shader_bytes / 4;
}

bool mvgpu_proof_full(const struct mvgpu_proto *proto)
{
	return proto->proof.checks && enough(proto);
}

static void gone_add(struct mvgpu_gone *to, const struct mvgpu_gone *gone)
{
	to->bytes += gone->bytes;
	to->resources += gone->resources;
	to->objects += gone->objects;
	to->sub_contexts += gone->sub_contexts;
	to->shader_bytes += gone->shader_bytes;
}

static int ask(struct mvgpu_proto *proto, struct mvgpu_context *ctx)
{
	int err = mvgpu_context_emit(proto, MVGPU_JOB_CTX_CHECK, ctx);

	if (err)
		return err;
	/* By what it has sent up to now. */
	ctx->unproven = false;
	proto->proof.checks++;
	return 0;
}

/* What was asked about is not proven: it counts on. */
static void round_end(struct mvgpu_proof *proof)
{
	if (proof->failed)
		gone_add(&proof->gone, &proof->asked);
	memset(&proof->asked, 0, sizeof(proof->asked));
	proof->failed = false;
}

void mvgpu_proof_run(struct mvgpu_proto *proto)
{
	struct mvgpu_proof *proof = &proto->proof;
	struct mvgpu_context *ctx, *next;

	if (proof->checks || !enough(proto) ||
	    mvgpu_vgpu_lost(proto->config.vgpu))
		return;
	proof->asked = proof->gone;
	memset(&proof->gone, 0, sizeof(proof->gone));
	list_for_each_entry_safe(ctx, next, &proto->all_contexts, all) {
		/* Whose destroy has failed. */
		if (ctx->dead)
			mvgpu_context_reap(proto, ctx);
		else if (!ctx->unproven)
			continue;
		else if (ask(proto, ctx))
			proof->failed = true;
	}
	if (!proof->checks)
		round_end(proof);
}

void mvgpu_proof_done(struct mvgpu_proto *proto, struct mvgpu_context *ctx,
		      int status)
{
	struct mvgpu_proof *proof = &proto->proof;

	if (status == -ESTALE) {
		WRITE_ONCE(proto->stats.refused, proto->stats.refused + 1);
		mvgpu_vgpu_refused(proto->config.vgpu, ctx->guest_id, 0, 0,
				   status);
		mvgpu_context_kill(proto, ctx);
		mvgpu_context_reap(proto, ctx);
	} else if (status) {
		ctx->unproven = true;
		proof->failed = true;
	}
	if (!--proof->checks)
		round_end(proof);
}
