// SPDX-License-Identifier: GPL-2.0
/*
 * What core asks of the simulated GPU: cost and fate of each job are settled
 * when it is submitted, the engines do the rest.
 */

#include "sim.h"

#include <linux/math64.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <mvgpu/backing.h>

/* Is this the n-th? */
static bool knob_hits(atomic_t *nth)
{
	return atomic_dec_if_positive(nth) == 0;
}

static void faults_set(struct mvgpu_sim_knobs *knobs,
		       struct mvgpu_sim_request *request)
{
	request->fail = knob_hits(&knobs->fail_nth);
	if (request->fail && atomic_dec_if_positive(&knobs->fail_count) > 0)
		atomic_set(&knobs->fail_nth, 1);
	request->drop = knob_hits(&knobs->drop_nth);
	request->hang = knob_hits(&knobs->hang_nth);
	request->corrupt = knob_hits(&knobs->corrupt_nth);
}

/* Bytes that a job moves. */
static u64 bytes(const struct mvgpu_job *job)
{
	switch (job->op) {
	case MVGPU_JOB_RES_CREATE:
		return (u64)job->res_create.width * job->res_create.height * 4;
	case MVGPU_JOB_TRANSFER_TO:
		return (u64)job->transfer.rect.width *
		       job->transfer.rect.height * 4;
	case MVGPU_JOB_RES_CREATE_3D:
		return job->res_create_3d.size;
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
		return job->transfer_3d.size;
	case MVGPU_JOB_SUBMIT_3D:
		return job->submit.size + job->submit.bytes;
	default:
		return 0;
	}
}

static u64 cost(const struct mvgpu_sim_knobs *knobs,
		const struct mvgpu_job *job)
{
	u64 ns = READ_ONCE(knobs->ns_per_command) + READ_ONCE(knobs->delay_ns);

	if (job->op == MVGPU_JOB_SUBMIT_3D)
		ns += job->submit.commands *
		      READ_ONCE(knobs->ns_per_stream_command);
	return ns + mul_u64_u64_div_u64(bytes(job),
					READ_ONCE(knobs->ns_per_kib), 1024);
}

/* What a job creates gets its memory now. */
static int create_prepare(struct mvgpu_sim *sim, struct mvgpu_job *job,
			  struct mvgpu_sim_request *request)
{
	switch (job->op) {
	case MVGPU_JOB_RES_CREATE:
		return mvgpu_sim_resource_alloc(sim, &job->res_create,
						request);
	case MVGPU_JOB_RES_CREATE_3D:
		return mvgpu_sim_resource_alloc_3d(sim, &job->res_create_3d,
						   request);
	case MVGPU_JOB_CTX_CREATE:
		return mvgpu_sim_context_alloc(sim, job->ctx_create.ctx_id,
					       request);
	default:
		return 0;
	}
}

static int sim_prepare(void *priv, struct mvgpu_job *job)
{
	struct mvgpu_sim_request *request;
	struct mvgpu_sim *sim = priv;
	int err;

	job->backend = NULL;
	if (knob_hits(&sim->knobs.prepare_fail_nth))
		return -ENOMEM;
	if (job->op == MVGPU_JOB_BACKING_ATTACH &&
	    WARN_ON_ONCE(job->backing->nr_runs > MVGPU_SIM_MAX_RUNS))
		return -E2BIG;

	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	request->job = job;
	INIT_LIST_HEAD(&request->queue);
	err = create_prepare(sim, job, request);
	if (err) {
		kfree(request);
		return err;
	}
	job->backend = request;
	return 0;
}

static void sim_unprepare(void *priv, struct mvgpu_job *job)
{
	struct mvgpu_sim_request *request = job->backend;

	if (!request)
		return;
	job->backend = NULL;
	WARN_ON_ONCE(!list_empty(&request->queue));
	mvgpu_sim_resource_cancel(priv, request);
	mvgpu_sim_context_cancel(priv, request);
	kfree(request);
}

static int sim_submit(void *priv, u32 index, struct mvgpu_job *job)
{
	struct mvgpu_sim_request *request = job->backend;
	struct mvgpu_sim *sim = priv;

	if (WARN_ON_ONCE(index >= sim->nr_engines))
		return -EINVAL;
	/* Once: a job that is refused comes again. */
	if (!request->counted) {
		faults_set(&sim->knobs, request);
		request->cost = cost(&sim->knobs, job);
		request->counted = true;
	}
	return mvgpu_sim_engine_add(&sim->engine[index], request);
}

/* Not in submit(): a core that forgets to kick is to be found out. */
static void sim_kick(void *priv, u32 index)
{
	struct mvgpu_sim *sim = priv;

	queue_work(sim->wq, &sim->engine[index].work);
}

static int sim_preempt(void *priv, u32 index)
{
	struct mvgpu_sim *sim = priv;

	return mvgpu_sim_engine_preempt(&sim->engine[index]);
}

static int sim_cancel(void *priv, struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_sim *sim = priv;
	u32 i;

	for (i = 0; i < sim->nr_engines; i++)
		mvgpu_sim_engine_cancel(&sim->engine[i], vgpu);
	return 0;
}

static int sim_reset(void *priv)
{
	struct mvgpu_sim *sim = priv;
	u32 i;

	for (i = 0; i < sim->nr_engines; i++)
		mvgpu_sim_engine_cancel(&sim->engine[i], NULL);
	mvgpu_sim_context_destroy_all(sim);
	mvgpu_sim_resource_destroy_all(sim);

	spin_lock_irq(&sim->lock);
	sim->stats.resets++;
	spin_unlock_irq(&sim->lock);
	return knob_hits(&sim->knobs.reset_fail_nth) ? -EIO : 0;
}

const struct mvgpu_backend_ops mvgpu_sim_ops = {
	.owner = THIS_MODULE,
	.name = "sim",
	.prepare = sim_prepare,
	.unprepare = sim_unprepare,
	.submit = sim_submit,
	.kick = sim_kick,
	.preempt = sim_preempt,
	.cancel = sim_cancel,
	.reset = sim_reset,
};
