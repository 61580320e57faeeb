// SPDX-License-Identifier: GPL-2.0
/*
 * 3D on the simulated GPU: contexts exist, streams take time, and memory of one
 * level of plain pixels is copied for real.
 */

#include "sim.h"

#include <linux/sched.h>
#include <mvgpu/backing.h>

/**
 * mvgpu_sim_context_alloc() - a place in the table for a context
 * @sim: the GPU
 * @id: GPU id
 * @request: of the job that creates it
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_sim_context_alloc(struct mvgpu_sim *sim, u32 id,
			    struct mvgpu_sim_request *request)
{
	if (xa_reserve(&sim->contexts, id, GFP_KERNEL))
		return -ENOMEM;
	request->context = id;
	return 0;
}

/**
 * mvgpu_sim_context_cancel() - give up a place that was not filled
 * @sim: the GPU
 * @request: of any job
 */
void mvgpu_sim_context_cancel(struct mvgpu_sim *sim,
			      struct mvgpu_sim_request *request)
{
	if (!request->context)
		return;
	/* Does nothing to a context that is in the place already. */
	xa_release(&sim->contexts, request->context);
	request->context = 0;
}

static void count(struct mvgpu_sim *sim, int contexts, u32 commands, u64 bytes)
{
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	sim->stats.contexts += contexts;
	sim->stats.commands += commands;
	sim->stats.transferred += bytes;
	spin_unlock_irqrestore(&sim->lock, flags);
}

static int create(struct mvgpu_sim *sim, struct mvgpu_sim_request *request)
{
	u32 id = request->context;

	/* An id is of one vGPU, whose jobs follow each other. */
	if (WARN_ON_ONCE(xa_load(&sim->contexts, id)) ||
	    xa_err(xa_store(&sim->contexts, id, xa_mk_value(1), GFP_NOWAIT)))
		return -EIO;
	request->context = 0;
	count(sim, 1, 0, 0);
	return 0;
}

static int destroy(struct mvgpu_sim *sim, u32 id)
{
	if (WARN_ON_ONCE(!xa_erase(&sim->contexts, id)))
		return -EIO;
	count(sim, -1, 0, 0);
	return 0;
}

/**
 * mvgpu_sim_context_destroy_all() - as if the GPU had lost power
 * @sim: the GPU; no engine runs
 */
void mvgpu_sim_context_destroy_all(struct mvgpu_sim *sim)
{
	unsigned long id;
	void *entry;

	xa_for_each(&sim->contexts, id, entry)
		destroy(sim, id);
}

/**
 * mvgpu_sim_context_execute() - do what a job of a context says
 * @sim: the GPU
 * @request: of the job
 *
 * Return: 0 or -EIO.
 */
int mvgpu_sim_context_execute(struct mvgpu_sim *sim,
			      struct mvgpu_sim_request *request)
{
	const struct mvgpu_job *job = request->job;
	u32 id = job->ctx.ctx_id;

	switch (job->op) {
	case MVGPU_JOB_CTX_CREATE:
		return create(sim, request);
	case MVGPU_JOB_CTX_DESTROY:
		return destroy(sim, id);
	case MVGPU_JOB_SUBMIT_3D:
		id = job->submit.ctx_id;
		count(sim, 0, job->submit.commands, 0);
		break;
	case MVGPU_JOB_CTX_CHECK:
		/* It gives none up. */
		break;
	default:
		if (WARN_ON_ONCE(!xa_load(&sim->resources, job->ctx.res_id)))
			return -EIO;
	}
	return WARN_ON_ONCE(!xa_load(&sim->contexts, id)) ? -EIO : 0;
}

/**
 * mvgpu_sim_transfer_3d() - copy a box
 * @sim: the GPU
 * @res: the resource
 * @transfer: which part
 * @to_backing: and not from it
 *
 * Return: 0 or -EIO.
 */
int mvgpu_sim_transfer_3d(struct mvgpu_sim *sim, struct mvgpu_sim_resource *res,
			  const struct mvgpu_job_transfer_3d *transfer,
			  bool to_backing)
{
	const struct mvgpu_box *box = &transfer->box;
	u64 row = (u64)res->width * res->pixel, layer, off;
	size_t len = (size_t)box->w * res->pixel;
	u64 stride = transfer->stride ?: row;
	void *mem;
	u32 y, z;
	int err;

	if (WARN_ON_ONCE(!res->backing))
		return -EIO;
	if (!res->data)
		return 0;
	if (WARN_ON_ONCE((u64)box->x + box->w > res->width ||
			 (u64)box->y + box->h > res->height ||
			 (u64)box->z + box->d > res->layers))
		return -EIO;
	layer = transfer->layer_stride ?: stride * res->height;
	for (z = 0; z < box->d; z++) {
		for (y = 0; y < box->h; y++) {
			mem = res->data + (u64)box->x * res->pixel +
			      ((u64)(box->z + z) * res->height + box->y + y) * row;
			off = transfer->offset + z * layer + y * stride;
			err = to_backing ?
			      mvgpu_backing_write(res->backing, off, mem, len) :
			      mvgpu_backing_read(res->backing, off, mem, len);
			if (WARN_ON_ONCE(err))
				return -EIO;
			cond_resched();
		}
	}
	count(sim, 0, 0, (u64)box->w * box->h * box->d * res->pixel);
	return 0;
}
