/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_JOB_H
#define _MVGPU_JOB_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/types.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/chain.h>

struct mvgpu_backing;
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
	 * @status: valid when DONE: 0, -ECANCELED (never ran), -ETIMEDOUT
	 * (watchdog), -EIO (the GPU reported an error or was lost).
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
	};
	/** @backing: for ATTACH; owned by the resource, alive until DETACH. */
	struct mvgpu_backing *backing;
	/** @res: for proto: the table entry; proto holds a use count on it. */
	struct mvgpu_resource *res;
	/** @backend: what prepare() left for submit(); freed by unprepare(). */
	void *backend;

	/** @pending: in vgpu->pending, in the order of fetching; work only. */
	struct list_head pending;
	/**
	 * @queue: in the entity's queue or the engine's running list;
	 * engine lock.
	 */
	struct list_head queue;
	/** @done: in vgpu->done between steps 7 and 8. */
	struct llist_node done;
	/** @t_queued: ns, CLOCK_MONOTONIC, set by mvgpu_entity_push(). */
	u64 t_queued;
	/** @t_submit: ns, set right before submit(). */
	u64 t_submit;
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
