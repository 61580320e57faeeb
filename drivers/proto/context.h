/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_CONTEXT_H
#define _MVGPU_PROTO_CONTEXT_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <mvgpu/job.h>

struct mvgpu_proto;
struct mvgpu_resource;
struct mvgpu_virgl;

/**
 * struct mvgpu_attachment - a resource that a context's streams may name
 * @node: in mvgpu_context.attached, by the resource's guest id
 * @res_node: in mvgpu_resource.attached
 * @context: which context
 * @res: which resource, in the table
 */
struct mvgpu_attachment {
	struct rb_node node;
	struct list_head res_node;
	struct mvgpu_context *context;
	struct mvgpu_resource *res;
};

/**
 * struct mvgpu_context - a 3D context
 * @node: in mvgpu_proto.contexts, unless @dead
 * @all: in mvgpu_proto.all_contexts
 * @proto: tables that it is in
 * @attached: struct mvgpu_attachment by guest id
 * @virgl: what its streams have made
 * @guest_id: 0: in no table, since it is ours
 * @gpu_id: held until the context is freed
 * @uses: jobs on their way; each holds the context by job->context
 * @dead: the guest has no name for it any more
 * @on_gpu: the GPU may know @gpu_id
 * @destroying: a job that destroys it is on its way
 * @unproven: it has got a stream since the GPU was last asked whether it executes
 *	them
 * @broken: a stream did not reach the GPU: @virgl is wrong, so no other does
 *
 * Freed when it is dead, no job uses it and the GPU does not know it: until then
 * @virgl holds resources.
 */
struct mvgpu_context {
	struct rb_node node;
	struct list_head all;
	struct mvgpu_proto *proto;
	struct rb_root attached;
	struct mvgpu_virgl *virgl;
	u32 guest_id;
	u32 gpu_id;
	u32 uses;
	bool dead;
	bool on_gpu;
	bool destroying;
	bool unproven;
	bool broken;
};

/** mvgpu_context_find() - by guest id; NULL: there is none. */
struct mvgpu_context *mvgpu_context_find(struct mvgpu_proto *proto, u32 id);

/** mvgpu_context_resource() - attached to @ctx, by guest id, or NULL. */
struct mvgpu_resource *mvgpu_context_resource(struct mvgpu_context *ctx,
					      u32 id);

/**
 * mvgpu_context_new() - a context with a GPU id
 * @proto: tables of the vGPU
 * @id: guest id, not in the table; or 0: it is ours, and not charged
 *
 * Return: the context, or NULL: no memory.
 */
struct mvgpu_context *mvgpu_context_new(struct mvgpu_proto *proto, u32 id);

/** mvgpu_context_use() - make @job hold @ctx; see mvgpu_context_done(). */
void mvgpu_context_use(struct mvgpu_job *job, struct mvgpu_context *ctx);

/**
 * mvgpu_context_emit() - send a job of our own about a context
 * @proto: tables of the vGPU
 * @op: MVGPU_JOB_CTX_DESTROY or _CHECK
 * @ctx: on the GPU; the job holds it
 *
 * Return: 0, or an errno: there is no job.
 */
int mvgpu_context_emit(struct mvgpu_proto *proto, enum mvgpu_job_op op,
		       struct mvgpu_context *ctx);

/** mvgpu_context_done() - follow what the GPU did; @job gives it up. */
void mvgpu_context_done(struct mvgpu_proto *proto, struct mvgpu_job *job);

/** mvgpu_context_drop() - @res loses its name: no stream may use it. */
void mvgpu_context_drop(struct mvgpu_proto *proto, struct mvgpu_resource *res);

/** mvgpu_context_kill() - take the guest's name of it away. */
void mvgpu_context_kill(struct mvgpu_proto *proto, struct mvgpu_context *ctx);

/** mvgpu_context_reap() - destroy a dead context; it may be freed. */
void mvgpu_context_reap(struct mvgpu_proto *proto, struct mvgpu_context *ctx);

/** mvgpu_context_free() - the GPU has forgotten it, and no job uses it. */
void mvgpu_context_free(struct mvgpu_proto *proto, struct mvgpu_context *ctx);

#endif
