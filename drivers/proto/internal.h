/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_INTERNAL_H
#define _MVGPU_PROTO_INTERNAL_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/job.h>
#include <mvgpu/proto.h>
#include <mvgpu/type.h>

/* All 2D formats have 4 bytes a pixel. */
#define MVGPU_BPP 4

struct mvgpu_context;
struct mvgpu_resource;
struct mvgpu_virgl_gone;

/**
 * struct mvgpu_scanout - what the guest wants a scanout to show
 * @res: in the table; NULL: nothing
 * @rect: within @res
 * @cursor: in the table; the resource that the cursor image came from
 */
struct mvgpu_scanout {
	struct mvgpu_resource *res;
	struct mvgpu_rect rect;
	struct mvgpu_resource *cursor;
};

/**
 * struct mvgpu_shadow - copy of what a rendered scanout shows, for viewers
 * @ctx: context that copies; NULL: none. It and @res are in no table, so the
 *	guest has no name for them.
 * @res: linear copy with memory of the host's as its backing; NULL: none
 * @attached: GPU id that @ctx may copy from; 0: none
 * @busy: a copy is on its way
 * @next: what has changed meanwhile; width 0: nothing
 */
struct mvgpu_shadow {
	struct mvgpu_context *ctx;
	struct mvgpu_resource *res;
	u32 attached;
	bool busy;
	struct mvgpu_rect next;
};

/**
 * struct mvgpu_gone - what is not charged any more
 * @bytes: of resources
 * @resources: as many
 * @objects: of streams
 * @sub_contexts: likewise
 * @shader_bytes: text of those objects that were shaders
 */
struct mvgpu_gone {
	u64 bytes;
	u64 resources, objects, sub_contexts, shader_bytes;
};

/**
 * struct mvgpu_proof - that what has gone is not on the GPU any more; see proof.c
 * @gone: since the last round of checks began
 * @asked: before that round, while it lasts
 * @checks: jobs of the round that are on their way
 * @failed: a check of the round has told nothing
 */
struct mvgpu_proof {
	struct mvgpu_gone gone, asked;
	u32 checks;
	bool failed;
};

/**
 * struct mvgpu_proto - tables of one vGPU; owned by its work, so no lock
 * @config: constant
 * @table: resources by guest id
 * @resources: all resources, those being destroyed included
 * @contexts: by guest id
 * @all_contexts: all contexts, those being destroyed included
 * @nr_hidden: contexts and resources that are in no table and not charged
 * @shadow: for viewers
 * @proof: whether contexts do what their streams say
 * @scanouts: config.nr_scanouts of them exist
 * @stats: written with WRITE_ONCE(), others look at it
 */
struct mvgpu_proto {
	struct mvgpu_proto_config config;
	struct rb_root table;
	struct list_head resources;
	struct rb_root contexts;
	struct list_head all_contexts;
	u32 nr_hidden;
	struct mvgpu_shadow shadow;
	struct mvgpu_proof proof;
	struct mvgpu_scanout scanouts[MVGPU_MAX_SCANOUTS];
	struct mvgpu_proto_stats stats;
};

/**
 * typedef mvgpu_prep_fn - judge one control request
 * @proto: tables of the vGPU
 * @job: its req holds the command's fixed part in full; resp_data is zeroed
 *	and as long as the command's row says
 *
 * For the GPU: fills @job and returns RESP_OK_NODATA. Otherwise leaves
 * job->op alone.
 *
 * Return: enum virtio_gpu_ctrl_type of the response.
 */
typedef u32 mvgpu_prep_fn(struct mvgpu_proto *proto, struct mvgpu_job *job);

/* resource.c */
mvgpu_prep_fn mvgpu_resource_create_2d;
mvgpu_prep_fn mvgpu_resource_unref;
mvgpu_prep_fn mvgpu_resource_attach;
mvgpu_prep_fn mvgpu_resource_detach;
mvgpu_prep_fn mvgpu_resource_transfer;

/* context.c */
mvgpu_prep_fn mvgpu_context_create;
mvgpu_prep_fn mvgpu_context_destroy;
mvgpu_prep_fn mvgpu_context_attach;
mvgpu_prep_fn mvgpu_context_detach;

/* resource3d.c */
mvgpu_prep_fn mvgpu_resource_create_3d;
mvgpu_prep_fn mvgpu_transfer_to_3d;
mvgpu_prep_fn mvgpu_transfer_from_3d;

/* submit.c */
mvgpu_prep_fn mvgpu_submit_3d;

/** mvgpu_submit_done() - the GPU is done with a stream, or has never had it. */
void mvgpu_submit_done(struct mvgpu_proto *proto, struct mvgpu_job *job);

/** mvgpu_submit_forget() - @ctx goes, with all that its streams have made. */
void mvgpu_submit_forget(struct mvgpu_proto *proto, struct mvgpu_context *ctx);

/* proof.c */

/** mvgpu_proof_resource() - a resource of @size bytes is not charged any more. */
void mvgpu_proof_resource(struct mvgpu_proto *proto, u64 size);

/** mvgpu_proof_stream() - a stream that was accepted lets go of @stream. */
void mvgpu_proof_stream(struct mvgpu_proto *proto,
			const struct mvgpu_virgl_gone *stream);

/** mvgpu_proof_run() - ask about contexts if that is due; before a request. */
void mvgpu_proof_run(struct mvgpu_proto *proto);

/** mvgpu_proof_full() - must the guest wait for what was asked? */
bool mvgpu_proof_full(const struct mvgpu_proto *proto);

/**
 * mvgpu_proof_done() - a CTX_CHECK has ended
 * @proto: tables of the vGPU
 * @ctx: which it was about; the job still holds it. One that the GPU has given up
 *	is destroyed.
 * @status: of the job
 */
void mvgpu_proof_done(struct mvgpu_proto *proto, struct mvgpu_context *ctx,
		      int status);

/* capset.c */
mvgpu_prep_fn mvgpu_capset_info;
mvgpu_prep_fn mvgpu_capset_get;

/** mvgpu_capset_format() - does the GPU have textures of @format? */
bool mvgpu_capset_format(const struct mvgpu_proto *proto, u32 format);
/** mvgpu_capset_limit() - the number at @off; U32_MAX: the GPU names none. */
u32 mvgpu_capset_limit(const struct mvgpu_proto *proto, u32 off);

/* shadow.c */

/**
 * mvgpu_shadow_fetch() - bring pixels of a resource to where viewers see them
 * @proto: tables of the vGPU
 * @res: what scanout 0 shows; rendered
 * @rect: within @res
 */
void mvgpu_shadow_fetch(struct mvgpu_proto *proto,
			struct mvgpu_resource *res,
			const struct mvgpu_rect *rect);

/** mvgpu_shadow_done() - a copy has come, or has failed. */
void mvgpu_shadow_done(struct mvgpu_proto *proto, const struct mvgpu_job *job);

/** mvgpu_shadow_drop() - @res, of any kind, is going away. */
void mvgpu_shadow_drop(struct mvgpu_proto *proto,
		       const struct mvgpu_resource *res);

/** mvgpu_shadow_drop_context() - @ctx, of any kind, is going away. */
void mvgpu_shadow_drop_context(struct mvgpu_proto *proto,
			       const struct mvgpu_context *ctx);

/** mvgpu_shadow_backing() - that of the shadow, if it is one of @res. */
const struct mvgpu_backing *
mvgpu_shadow_backing(const struct mvgpu_proto *proto,
		     const struct mvgpu_resource *res);

/* scanout.c */
mvgpu_prep_fn mvgpu_scanout_set;
mvgpu_prep_fn mvgpu_scanout_flush;
mvgpu_prep_fn mvgpu_scanout_display_info;
mvgpu_prep_fn mvgpu_scanout_edid;

/**
 * mvgpu_scanout_rendered() - a context uses @res, which need not be a 3D one
 * @proto: tables of the vGPU
 * @res: viewers see what is in the GPU's memory from now on
 */
void mvgpu_scanout_rendered(struct mvgpu_proto *proto,
			    struct mvgpu_resource *res);

/**
 * mvgpu_scanout_flushed() - the GPU is done with a flush
 * @proto: tables of the vGPU
 * @res: what was flushed
 * @rect: within @res
 */
void mvgpu_scanout_flushed(struct mvgpu_proto *proto,
			   struct mvgpu_resource *res,
			   const struct mvgpu_rect *rect);

/**
 * mvgpu_scanout_update() - a resource got or lost its backing
 * @proto: tables of the vGPU
 * @res: the resource
 *
 * To be called after res->pin has changed and before what it was is
 * destroyed: the display holds a pointer to it.
 */
void mvgpu_scanout_update(struct mvgpu_proto *proto,
			  const struct mvgpu_resource *res);

/**
 * mvgpu_scanout_drop() - a resource goes away: scanouts that show it go off
 * @proto: tables of the vGPU
 * @res: the resource
 */
void mvgpu_scanout_drop(struct mvgpu_proto *proto,
			const struct mvgpu_resource *res);

/** mvgpu_cursor_drop() - hide cursors whose image came from @res. */
void mvgpu_cursor_drop(struct mvgpu_proto *proto,
		       const struct mvgpu_resource *res);

/**
 * mvgpu_request_tail() - what follows a request's fixed part
 * @proto: tables of the vGPU
 * @job: after its req was filled
 * @off: bytes from the start of the request
 * @buf: private memory
 * @len: bytes
 *
 * What is in job->req already comes from there: nothing is read twice.
 *
 * Return: 0, -ERANGE if the request is shorter, -EFAULT.
 */
int mvgpu_request_tail(struct mvgpu_proto *proto, const struct mvgpu_job *job,
		       size_t off, void *buf, size_t len);

/**
 * mvgpu_request_load() - read the start of a request
 * @proto: tables of the vGPU
 * @job: its req is filled
 *
 * Return: bytes in job->req, or -EFAULT.
 */
int mvgpu_request_load(struct mvgpu_proto *proto, struct mvgpu_job *job);

/**
 * mvgpu_respond() - settle type and length of a response
 * @proto: counts errors
 * @job: its response header has fence and context already
 * @type: enum virtio_gpu_ctrl_type; with an error resp_data is freed
 */
void mvgpu_respond(struct mvgpu_proto *proto, struct mvgpu_job *job, u32 type);

/** mvgpu_proto_error() - count a guest's mistake. */
void mvgpu_proto_error(struct mvgpu_proto *proto);

/** mvgpu_rect_load() - in the CPU's byte order. */
struct mvgpu_rect mvgpu_rect_load(const struct virtio_gpu_rect *from);

/** mvgpu_rect_within() - is @rect not empty and within @width x @height? */
bool mvgpu_rect_within(const struct mvgpu_rect *rect, u32 width, u32 height);

#endif
