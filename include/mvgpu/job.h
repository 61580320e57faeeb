/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_JOB_H
#define _MVGPU_JOB_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/chain.h>

struct mvgpu_backing;
struct mvgpu_context;
struct mvgpu_resource;
struct mvgpu_vgpu;

/**
 * enum mvgpu_job_op - what a backend is asked to do
 *
 * Every id in a job is a GPU id, every range was checked against the resource,
 * every page is pinned. The comment names the member of the job's union.
 *
 * @MVGPU_JOB_NONE: nothing for the GPU: the job was answered by proto.
 * @MVGPU_JOB_RES_CREATE: @res_create; the memory must read as zeroes.
 * @MVGPU_JOB_RES_DESTROY: @res_id; done means the GPU has let go of it.
 * @MVGPU_JOB_BACKING_ATTACH: @res_id and the job's backing.
 * @MVGPU_JOB_BACKING_DETACH: @res_id; done means no DMA can touch the pages.
 * @MVGPU_JOB_TRANSFER_TO: @transfer: backing to GPU memory.
 * @MVGPU_JOB_FLUSH: @flush: makes earlier jobs of the resource visible.
 * @MVGPU_JOB_CTX_CREATE: @ctx_create.
 * @MVGPU_JOB_CTX_DESTROY: @ctx; done means that nothing of it is left.
 * @MVGPU_JOB_CTX_ATTACH: @ctx: its streams may name the resource.
 * @MVGPU_JOB_CTX_DETACH: @ctx: they may not any more.
 * @MVGPU_JOB_CTX_CHECK: @ctx; fails by -ESTALE if the GPU has given the context up
 *	and executes nothing of its streams any more.
 * @MVGPU_JOB_RES_CREATE_3D: @res_create_3d; the memory must read as zeroes.
 * @MVGPU_JOB_TRANSFER_TO_3D: @transfer_3d: backing to GPU memory.
 * @MVGPU_JOB_TRANSFER_FROM_3D: @transfer_3d: GPU memory to backing.
 * @MVGPU_JOB_SUBMIT_3D: @submit and the job's stream, which was checked.
 * @MVGPU_JOB_NR: how many there are.
 */
enum mvgpu_job_op {
	MVGPU_JOB_NONE,
	MVGPU_JOB_RES_CREATE,
	MVGPU_JOB_RES_DESTROY,
	MVGPU_JOB_BACKING_ATTACH,
	MVGPU_JOB_BACKING_DETACH,
	MVGPU_JOB_TRANSFER_TO,
	MVGPU_JOB_FLUSH,
	MVGPU_JOB_CTX_CREATE,
	MVGPU_JOB_CTX_DESTROY,
	MVGPU_JOB_CTX_ATTACH,
	MVGPU_JOB_CTX_DETACH,
	MVGPU_JOB_CTX_CHECK,
	MVGPU_JOB_RES_CREATE_3D,
	MVGPU_JOB_TRANSFER_TO_3D,
	MVGPU_JOB_TRANSFER_FROM_3D,
	MVGPU_JOB_SUBMIT_3D,
	MVGPU_JOB_NR,
};

/**
 * enum mvgpu_job_state - where a job is; see mvgpu/pipeline.h
 * @MVGPU_JOB_NEW: owned by the vGPU's work.
 * @MVGPU_JOB_QUEUED: in its entity's queue.
 * @MVGPU_JOB_RUNNING: given to the backend.
 * @MVGPU_JOB_DONE: finished or dropped; owned by the vGPU's work again.
 * @MVGPU_JOB_COMPLETE: the tables know of it; its response may go out.
 */
enum mvgpu_job_state {
	MVGPU_JOB_NEW,
	MVGPU_JOB_QUEUED,
	MVGPU_JOB_RUNNING,
	MVGPU_JOB_DONE,
	MVGPU_JOB_COMPLETE,
};

/**
 * struct mvgpu_rect - pixels; within the resource it belongs to
 * @x: left edge
 * @y: top edge
 * @width: not 0
 * @height: not 0
 */
struct mvgpu_rect {
	u32 x, y, width, height;
};

/**
 * mvgpu_rect_intersect() - what two rectangles have in common
 * @to: is set to it
 * @a: one
 * @b: the other
 *
 * Return: true, or false if that is nothing; then @to is not to be used.
 */
static inline bool mvgpu_rect_intersect(struct mvgpu_rect *to,
					const struct mvgpu_rect *a,
					const struct mvgpu_rect *b)
{
	u32 right = min(a->x + a->width, b->x + b->width);
	u32 bottom = min(a->y + a->height, b->y + b->height);

	to->x = max(a->x, b->x);
	to->y = max(a->y, b->y);
	if (to->x >= right || to->y >= bottom)
		return false;
	to->width = right - to->x;
	to->height = bottom - to->y;
	return true;
}

/**
 * mvgpu_rect_add() - make a rectangle hold another, too
 * @all: becomes no larger than it has to; width 0: holds nothing yet
 * @rect: the other
 */
static inline void mvgpu_rect_add(struct mvgpu_rect *all,
				  const struct mvgpu_rect *rect)
{
	u32 right, bottom;

	if (!all->width) {
		*all = *rect;
		return;
	}
	right = max(all->x + all->width, rect->x + rect->width);
	bottom = max(all->y + all->height, rect->y + rect->height);
	all->x = min(all->x, rect->x);
	all->y = min(all->y, rect->y);
	all->width = right - all->x;
	all->height = bottom - all->y;
}

/**
 * struct mvgpu_job_res_create - a linear 2D resource
 * @res_id: GPU id to give it
 * @format: enum virtio_gpu_formats, one of the 4-byte formats
 * @width: pixels, 1 to MVGPU_MAX_DIM
 * @height: pixels, 1 to MVGPU_MAX_DIM
 */
struct mvgpu_job_res_create {
	u32 res_id, format, width, height;
};

/**
 * struct mvgpu_job_transfer - copy a rectangle from the backing
 * @res_id: GPU id
 * @rect: destination in the resource
 * @offset: bytes into the backing of the rectangle's first pixel. Rows follow
 *	each other by the resource's width times 4 (virtio 1.3, 5.7.6.8). The
 *	last byte lies within the backing.
 */
struct mvgpu_job_transfer {
	u32 res_id;
	struct mvgpu_rect rect;
	u64 offset;
};

/**
 * struct mvgpu_job_flush - a rectangle is to be shown
 * @res_id: GPU id
 * @rect: what changed
 */
struct mvgpu_job_flush {
	u32 res_id;
	struct mvgpu_rect rect;
};

/* Longest name of a context (struct virtio_gpu_ctx_create). */
#define MVGPU_CTX_NAME 64

/**
 * struct mvgpu_job_ctx_create - a context for 3D streams
 * @ctx_id: GPU id to give it
 * @capset: VIRTIO_GPU_CAPSET_VIRGL, _VIRGL2, or 0: the GPU's default
 * @name_len: bytes of @name
 * @name: for the host's debugging
 */
struct mvgpu_job_ctx_create {
	u32 ctx_id, capset, name_len;
	char name[MVGPU_CTX_NAME];
};

/**
 * struct mvgpu_job_ctx - a context, and a resource for some jobs
 * @res_id: GPU id; for ATTACH and DETACH
 * @ctx_id: GPU id
 */
struct mvgpu_job_ctx {
	u32 res_id, ctx_id;
};

/**
 * struct mvgpu_job_res_create_3d - a 3D resource; values of virtio 1.3, 5.7.6.8
 * @res_id: GPU id to give it
 * @target: PIPE_BUFFER is 0
 * @format: enum virgl_formats
 * @bind: VIRGL_BIND_*
 * @width: of level 0, texels; bytes of a buffer
 * @height: likewise
 * @depth: likewise
 * @array_size: layers
 * @last_level: levels - 1
 * @nr_samples: 0 and 1: none
 * @flags: VIRTIO_GPU_RESOURCE_FLAG_*
 * @size: bytes of all levels, layers and samples
 * @compressed: the format has blocks of several texels
 */
struct mvgpu_job_res_create_3d {
	u32 res_id, target, format, bind;
	u32 width, height, depth, array_size, last_level, nr_samples, flags;
	u64 size;
	bool compressed;
};

/**
 * struct mvgpu_box - texels of one level; within it
 * @x: left edge; bytes of a buffer
 * @y: top edge
 * @z: front, or first layer
 * @w: width, not 0
 * @h: height, not 0
 * @d: depth or layers, not 0
 */
struct mvgpu_box {
	u32 x, y, z, w, h, d;
};

/**
 * struct mvgpu_job_transfer_3d - copy a box from or to the backing
 * @res_id: GPU id
 * @ctx_id: GPU id of the context that it is ordered with; 0: none
 * @box: in @level
 * @level: exists
 * @offset: bytes into the backing of the first texel
 * @stride: bytes from row to row, 0: that of the level
 * @layer_stride: bytes from layer to layer, 0: that of the level
 * @size: bytes that it spans in the backing, which end within it
 */
struct mvgpu_job_transfer_3d {
	u32 res_id, ctx_id;
	struct mvgpu_box box;
	u32 level;
	u64 offset;
	u32 stride, layer_stride;
	u64 size;
};

/**
 * struct mvgpu_job_submit - run a stream of commands
 * @ctx_id: GPU id
 * @size: bytes of the job's stream, a multiple of 4, not 0
 * @commands: in it
 * @bytes: that transfers and copies in it move, about
 */
struct mvgpu_job_submit {
	u32 ctx_id;
	u32 size;
	u32 commands;
	u64 bytes;
};

/* Longest fixed part of a control request that this version knows. */
#define MVGPU_REQ_MAX 128

/**
 * struct mvgpu_job - one guest command on its way; see mvgpu/pipeline.h
 */
struct mvgpu_job {
	/** @vgpu: who sent it; outlives the job. */
	struct mvgpu_vgpu *vgpu;
	/** @id: counts per vGPU from 1; the key of tracepoints. */
	u64 id;
	/** @op: what the backend does. */
	enum mvgpu_job_op op;
	/** @state: see enum mvgpu_job_state; changed by the owner. */
	enum mvgpu_job_state state;
	/**
	 * @status: valid when DONE: 0, -ECANCELED (never ran), what
	 * mvgpu_job_done() may be told, -ESTALE (see CTX_CHECK), or what
	 * prepare() has returned.
	 */
	int status;
	/** @internal: made by proto itself: no chain, no response. */
	bool internal;

	union {
		/** @res_create: for MVGPU_JOB_RES_CREATE. */
		struct mvgpu_job_res_create res_create;
		/** @res_id: for DESTROY, ATTACH and DETACH; a GPU id. */
		u32 res_id;
		/** @transfer: for MVGPU_JOB_TRANSFER_TO. */
		struct mvgpu_job_transfer transfer;
		/** @flush: for MVGPU_JOB_FLUSH. */
		struct mvgpu_job_flush flush;
		/** @ctx_create: for MVGPU_JOB_CTX_CREATE. */
		struct mvgpu_job_ctx_create ctx_create;
		/** @ctx: for CTX_DESTROY, _ATTACH, _DETACH and _CHECK. */
		struct mvgpu_job_ctx ctx;
		/** @res_create_3d: for MVGPU_JOB_RES_CREATE_3D. */
		struct mvgpu_job_res_create_3d res_create_3d;
		/** @transfer_3d: for TRANSFER_TO_3D and TRANSFER_FROM_3D. */
		struct mvgpu_job_transfer_3d transfer_3d;
		/** @submit: for MVGPU_JOB_SUBMIT_3D. */
		struct mvgpu_job_submit submit;
	};
	/**
	 * @backing: for ATTACH, and for proto with a DETACH of the guest's; owned
	 * by the resource, alive until DETACH.
	 */
	struct mvgpu_backing *backing;
	/** @res: for proto: the table entry; proto holds a use count on it. */
	struct mvgpu_resource *res;
	/** @context: for proto: likewise. */
	struct mvgpu_context *context;
	/** @stream: for SUBMIT_3D: private copy, kvfree'd with the job. */
	void *stream;
	/** @backend: what prepare() left for submit(); freed by unprepare(). */
	void *backend;

	/** @pending: in vgpu->pending, in the order of fetching; work only. */
	struct list_head pending;
	/**
	 * @queue: in the entity's queue or the engine's running list, engine lock;
	 * then in vgpu->limbo, work only.
	 */
	struct list_head queue;
	/** @done: in vgpu->done between steps 7 and 8. */
	struct llist_node done;
	/** @t_queued: ns, CLOCK_MONOTONIC, set by mvgpu_entity_push(). */
	u64 t_queued;
	/** @t_submit: ns, set right before submit(), also when it goes on. */
	u64 t_submit;
	/** @ran_ns: on the engine, up to the last preempt() or its end; engine lock. */
	u64 ran_ns;
	/** @new_slice: the first of its slice, and not the oldest yet; engine lock. */
	bool new_slice;
	/** @charged_ns: what the policy took it for; engine lock. */
	u64 charged_ns;

	/** @chain: the guest's descriptors, private copy; empty if internal. */
	struct mvgpu_chain chain;
	/** @req: the request's fixed part, private copy, zero padded. */
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		u8 bytes[MVGPU_REQ_MAX];
	} req;
	/** @resp: response header; type, fence and ctx filled in by proto. */
	struct virtio_gpu_ctrl_hdr resp;
	/**
	 * @resp_data: longer responses, header included; kfree'd with the job;
	 * NULL if @resp is all.
	 */
	void *resp_data;
	/** @resp_len: bytes to write to the guest; 0 on the cursor queue. */
	u32 resp_len;
};

#endif
