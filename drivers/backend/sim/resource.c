// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the simulated GPU, and what jobs do to it.
 *
 * A job that breaks the contract of mvgpu/job.h (an id that does not exist, a
 * rectangle that reaches out of its resource) is core's mistake, not a guest's:
 * it warns.
 */

#include "sim.h"

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <mvgpu/backing.h>

static void account(struct mvgpu_sim *sim, const struct mvgpu_sim_resource *res,
		    int sign)
{
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	sim->stats.bytes += sign * res->size;
	sim->stats.resources += sign;
	spin_unlock_irqrestore(&sim->lock, flags);
}

/* Takes the bytes if there are as many. */
static bool account_try(struct mvgpu_sim *sim,
			const struct mvgpu_sim_resource *res)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&sim->lock, flags);
	fits = res->size <= sim->memory - sim->stats.bytes;
	if (fits) {
		sim->stats.bytes += res->size;
		sim->stats.resources++;
	}
	spin_unlock_irqrestore(&sim->lock, flags);
	return fits;
}

static void resource_free(struct kref *ref)
{
	struct mvgpu_sim_resource *res =
		container_of(ref, struct mvgpu_sim_resource, ref);

	kvfree(res->data);
	kfree(res);
}

/**
 * mvgpu_sim_resource_put() - counterpart of mvgpu_sim_resource_get()
 * @res: the resource
 *
 * Context: process, sleeps.
 */
void mvgpu_sim_resource_put(struct mvgpu_sim_resource *res)
{
	kref_put(&res->ref, resource_free);
}

/**
 * mvgpu_sim_resource_get() - look up
 * @sim: the GPU
 * @id: GPU id
 *
 * Context: process, sleeps.
 * Return: the resource, to be put; or NULL.
 */
struct mvgpu_sim_resource *mvgpu_sim_resource_get(struct mvgpu_sim *sim, u32 id)
{
	struct mvgpu_sim_resource *res;

	mutex_lock(&sim->table);
	res = xa_load(&sim->resources, id);
	if (res)
		kref_get(&res->ref);
	mutex_unlock(&sim->table);
	return res;
}

/* Memory, and a place in the table; consumes @res on failure. */
static int resource_place(struct mvgpu_sim *sim,
			  struct mvgpu_sim_resource *res,
			  struct mvgpu_sim_request *request)
{
	if (!account_try(sim, res))
		goto put_resource;
	if (res->pixel) {
		res->data = kvzalloc(res->size, GFP_KERNEL | __GFP_NOWARN);
		if (!res->data)
			goto unaccount;
	}
	if (xa_reserve(&sim->resources, res->id, GFP_KERNEL))
		goto unaccount;
	request->resource = res;
	return 0;

unaccount:
	account(sim, res, -1);
put_resource:
	mvgpu_sim_resource_put(res);
	return -ENOMEM;
}

static struct mvgpu_sim_resource *resource_new(u32 id, u32 format, u32 width,
					       u32 height)
{
	struct mvgpu_sim_resource *res = kzalloc(sizeof(*res), GFP_KERNEL);

	if (!res)
		return NULL;
	kref_init(&res->ref);
	res->id = id;
	res->format = format;
	res->width = width;
	res->height = height;
	return res;
}

/**
 * mvgpu_sim_resource_alloc() - memory for a resource that will be created
 * @sim: the GPU
 * @create: what it is
 * @request: gets it, and a place in the table that needs no more memory
 *
 * Context: process, sleeps.
 * Return: 0 or -ENOMEM.
 */
int mvgpu_sim_resource_alloc(struct mvgpu_sim *sim,
			     const struct mvgpu_job_res_create *create,
			     struct mvgpu_sim_request *request)
{
	struct mvgpu_sim_resource *res;

	res = resource_new(create->res_id, create->format, create->width,
			   create->height);
	if (!res)
		return -ENOMEM;
	res->pixel = 4;
	res->layers = 1;
	res->size = (u64)create->width * create->height * 4;
	return resource_place(sim, res, request);
}

/**
 * mvgpu_sim_resource_alloc_3d() - likewise for a 3D resource
 * @sim: the GPU
 * @create: what it is
 * @request: gets it
 *
 * One level of plain pixels has memory, anything else only takes its size.
 *
 * Context: process, sleeps.
 * Return: 0 or -ENOMEM.
 */
int mvgpu_sim_resource_alloc_3d(struct mvgpu_sim *sim,
				const struct mvgpu_job_res_create_3d *create,
				struct mvgpu_sim_request *request)
{
	struct mvgpu_sim_resource *res;

	res = resource_new(create->res_id, create->format, create->width,
			   create->height);
	if (!res)
		return -ENOMEM;
	res->layers = max3(create->depth, create->array_size, 1U);
	res->size = create->size;
	if (!create->last_level && create->nr_samples <= 1 &&
	    !create->compressed && create->width)
		res->pixel = div64_u64(create->size, (u64)create->width *
						     create->height *
						     res->layers);
	return resource_place(sim, res, request);
}

/**
 * mvgpu_sim_resource_cancel() - free what was allocated and not created
 * @sim: the GPU
 * @request: of any job
 *
 * Context: process, sleeps.
 */
void mvgpu_sim_resource_cancel(struct mvgpu_sim *sim,
			       struct mvgpu_sim_request *request)
{
	struct mvgpu_sim_resource *res = request->resource;

	if (!res)
		return;
	request->resource = NULL;
	/* Does nothing to a resource that is in the place already. */
	xa_release(&sim->resources, res->id);
	account(sim, res, -1);
	mvgpu_sim_resource_put(res);
}

static int create(struct mvgpu_sim *sim, struct mvgpu_sim_request *request)
{
	struct mvgpu_sim_resource *res = request->resource;
	int err;

	mutex_lock(&sim->table);
	if (WARN_ON_ONCE(xa_load(&sim->resources, res->id)))
		err = -EEXIST;
	else
		err = xa_err(xa_store(&sim->resources, res->id, res,
				      GFP_NOWAIT));
	mutex_unlock(&sim->table);
	if (err)
		return -EIO;
	request->resource = NULL;
	return 0;
}

static int destroy(struct mvgpu_sim *sim, u32 id)
{
	struct mvgpu_sim_resource *res;

	mutex_lock(&sim->table);
	res = xa_erase(&sim->resources, id);
	mutex_unlock(&sim->table);
	if (WARN_ON_ONCE(!res))
		return -EIO;
	account(sim, res, -1);
	/* The table's. */
	mvgpu_sim_resource_put(res);
	return 0;
}

/**
 * mvgpu_sim_resource_destroy_all() - as if the GPU had lost power
 * @sim: the GPU; no engine runs
 */
void mvgpu_sim_resource_destroy_all(struct mvgpu_sim *sim)
{
	struct mvgpu_sim_resource *res;
	unsigned long id;

	xa_for_each(&sim->resources, id, res)
		destroy(sim, id);
}

/* @backing NULL: detach. */
static int attach(struct mvgpu_sim *sim, struct mvgpu_sim_resource *res,
		  const struct mvgpu_backing *backing)
{
	int err = -EIO;

	mutex_lock(&sim->table);
	if (!WARN_ON_ONCE(!res->backing == !backing)) {
		res->backing = backing;
		err = 0;
	}
	mutex_unlock(&sim->table);
	return err;
}

static bool rect_fits(const struct mvgpu_sim_resource *res,
		      const struct mvgpu_rect *rect)
{
	return rect->width && rect->height &&
	       rect->width <= res->width &&
	       rect->x <= res->width - rect->width &&
	       rect->height <= res->height &&
	       rect->y <= res->height - rect->height;
}

static int transfer(struct mvgpu_sim *sim, struct mvgpu_sim_resource *res,
		    const struct mvgpu_job_transfer *transfer)
{
	const struct mvgpu_rect *rect = &transfer->rect;
	size_t len = (size_t)rect->width * 4;
	u64 stride = (u64)res->width * 4;
	unsigned long flags;
	u32 row;
	int err;

	if (WARN_ON_ONCE(!rect_fits(res, rect)) ||
	    WARN_ON_ONCE(!res->backing || res->pixel != 4))
		return -EIO;

	for (row = 0; row < rect->height; row++) {
		err = mvgpu_backing_read(res->backing,
					 transfer->offset + row * stride,
					 res->data + (rect->y + row) * stride +
					 (u64)rect->x * 4, len);
		if (WARN_ON_ONCE(err))
			return -EIO;
		cond_resched();
	}

	spin_lock_irqsave(&sim->lock, flags);
	sim->stats.transferred += (u64)len * rect->height;
	spin_unlock_irqrestore(&sim->lock, flags);
	return 0;
}

static int execute_on(struct mvgpu_sim *sim, struct mvgpu_sim_resource *res,
		      struct mvgpu_job *job)
{
	switch (job->op) {
	case MVGPU_JOB_BACKING_ATTACH:
		if (WARN_ON_ONCE(!job->backing))
			return -EIO;
		return attach(sim, res, job->backing);
	case MVGPU_JOB_BACKING_DETACH:
		return attach(sim, res, NULL);
	case MVGPU_JOB_TRANSFER_TO:
		return transfer(sim, res, &job->transfer);
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
		return mvgpu_sim_transfer_3d(sim, res, &job->transfer_3d,
					     job->op ==
						     MVGPU_JOB_TRANSFER_FROM_3D);
	case MVGPU_JOB_FLUSH:
		return WARN_ON_ONCE(!rect_fits(res, &job->flush.rect)) ? -EIO :
									 0;
	default:
		return -EIO;
	}
}

/**
 * mvgpu_sim_execute() - do what a job says
 * @sim: the GPU
 * @request: of the job
 *
 * Context: an engine's work, sleeps; does not allocate.
 * Return: 0 or -EIO.
 */
int mvgpu_sim_execute(struct mvgpu_sim *sim, struct mvgpu_sim_request *request)
{
	struct mvgpu_job *job = request->job;
	struct mvgpu_sim_resource *res;
	u32 id = job->res_id;
	int err;

	switch (job->op) {
	case MVGPU_JOB_NONE:
		return 0;
	case MVGPU_JOB_RES_CREATE:
	case MVGPU_JOB_RES_CREATE_3D:
		return create(sim, request);
	case MVGPU_JOB_CTX_CREATE:
	case MVGPU_JOB_CTX_DESTROY:
	case MVGPU_JOB_CTX_ATTACH:
	case MVGPU_JOB_CTX_DETACH:
	case MVGPU_JOB_CTX_CHECK:
	case MVGPU_JOB_SUBMIT_3D:
		return mvgpu_sim_context_execute(sim, request);
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
		id = job->transfer_3d.res_id;
		break;
	case MVGPU_JOB_RES_DESTROY:
		return destroy(sim, id);
	case MVGPU_JOB_TRANSFER_TO:
		id = job->transfer.res_id;
		break;
	case MVGPU_JOB_FLUSH:
		id = job->flush.res_id;
		break;
	default:
		break;
	}

	res = mvgpu_sim_resource_get(sim, id);
	if (WARN_ON_ONCE(!res))
		return -EIO;
	err = execute_on(sim, res, job);
	mvgpu_sim_resource_put(res);
	return err;
}
