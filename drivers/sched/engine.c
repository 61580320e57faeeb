// SPDX-License-Identifier: GPL-2.0
/*
 * The runner of an engine: gives jobs to the backend, a bounded number at a
 * time, and charges what they used when they come back.
 */
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <mvgpu/backend.h>
#include <mvgpu/job.h>
#include <mvgpu/sched.h>
#include <trace/events/mvgpu.h>

#include "../core/gpu.h"
#include "../core/vgpu.h"
#include "sched.h"

/* When a backend has no room and nothing runs that would make some. */
#define RETRY_DELAY msecs_to_jiffies(1)
/* How far an urgent entity may go beyond its share. */
#define URGENT_DEBT_NS (20 * (s64)NSEC_PER_MSEC)

void mvgpu_engine_run(struct mvgpu_engine *engine)
{
	mod_delayed_work(mvgpu_run_wq, &engine->run_work, 0);
}

static struct mvgpu_entity *engine_pick_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_entity *entity;

	lockdep_assert_held(&engine->lock);
	/* Within limits: who waits must not starve the others. */
	list_for_each_entry(entity, &engine->urgent, urgent_node)
		if (entity->active && entity->budget_ns > -URGENT_DEBT_NS)
			return entity;
	return engine->policy->pick(engine);
}

/* Take the next job out of its queue and count it as running. */
static struct mvgpu_job *engine_take_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_entity *entity;
	struct mvgpu_job *job;

	lockdep_assert_held(&engine->lock);
	if (engine->nr_running >= engine->gpu->caps.max_outstanding)
		return NULL;
	entity = engine_pick_locked(engine);
	if (!entity)
		return NULL;

	job = list_first_entry(&entity->queue, struct mvgpu_job, queue);
	mvgpu_entity_dequeue_locked(entity, job);
	list_add_tail(&job->queue, &engine->running);
	engine->nr_running++;
	job->state = MVGPU_JOB_RUNNING;
	job->t_submit = ktime_get_ns();
	entity->stats.wait_ns += job->t_submit - job->t_queued;
	if (engine->last != entity) {
		engine->last = entity;
		entity->stats.switches++;
		engine->switches++;
	}
	mvgpu_engine_watch_locked(engine);
	return job;
}

/* The backend had no room: back to where the job came from. */
static bool engine_put_back(struct mvgpu_engine *engine, struct mvgpu_job *job)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;

	guard(spinlock_irqsave)(&engine->lock);
	list_del_init(&job->queue);
	engine->nr_running--;
	job->t_queued = ktime_get_ns();
	mvgpu_entity_queue_locked(entity, job, true);
	return engine->nr_running == 0;
}

static void engine_run_work(struct work_struct *work)
{
	struct mvgpu_engine *engine =
		container_of(work, struct mvgpu_engine, run_work.work);
	const struct mvgpu_backend_ops *ops = engine->gpu->ops;
	void *priv = engine->gpu->priv;
	struct mvgpu_job *job;
	bool submitted = false;
	int ret;

	guard(mutex)(&engine->run_mutex);
	for (;;) {
		scoped_guard(spinlock_irqsave, &engine->lock)
			job = engine_take_locked(engine);
		if (!job)
			break;
		trace_mvgpu_job_submit(job);
		/* After success the job may be gone already. */
		ret = ops->submit(priv, engine->index, job);
		if (!ret) {
			submitted = true;
			continue;
		}
		if (ret != -EBUSY) {
			mvgpu_job_done(job, ret);
			continue;
		}
		if (engine_put_back(engine, job))
			mod_delayed_work(mvgpu_run_wq, &engine->run_work,
					 RETRY_DELAY);
		break;
	}
	if (submitted && ops->kick)
		ops->kick(priv, engine->index);
}

static void engine_charge_locked(struct mvgpu_engine *engine,
				 struct mvgpu_job *job, u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 start = max(job->t_submit, engine->last_done);
	/* Two CPUs may read the clock in another order than they lock. */
	u64 ns = now > start ? now - start : 0;

	lockdep_assert_held(&engine->lock);
	/* Who overtakes must not hide how long the oldest has run. */
	if (job == list_first_entry(&engine->running, struct mvgpu_job, queue))
		engine->last_done = max(now, engine->last_done);
	engine->busy_ns += ns;
	entity->stats.busy_ns += ns;
	entity->stats.jobs++;
	engine->policy->charge(engine, entity, ns);
}

/* Hand over to the vGPU's work; the last touch of the job here. */
static void job_return(struct mvgpu_job *job, int status)
{
	struct mvgpu_vgpu *vgpu = job->vgpu;

	job->status = status;
	job->state = MVGPU_JOB_DONE;
	trace_mvgpu_job_done(job);
	/* Pairs with llist_del_all() in the work. */
	llist_add(&job->done, &vgpu->done);
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}

void mvgpu_job_drop(struct mvgpu_job *job, int status)
{
	job_return(job, status);
}

/* What a backend may say; see mvgpu_job_done(). */
static bool status_known(int status)
{
	return !status || status == -EIO || status == -ENOMEM;
}

void mvgpu_job_done(struct mvgpu_job *job, int status)
{
	struct mvgpu_engine *engine = job->vgpu->entity.engine;
	u64 now = ktime_get_ns();

	guard(spinlock_irqsave)(&engine->lock);
	if (WARN_ON_ONCE(job->state != MVGPU_JOB_RUNNING))
		return;
	engine_charge_locked(engine, job, now);
	list_del_init(&job->queue);
	engine->nr_running--;
	/*
	 * Inside the lock, which mvgpu_entity_fini() takes: vGPU and engine
	 * are not touched after they may have been freed.
	 */
	job_return(job, status_known(status) ? status : -ETIMEDOUT);
	mvgpu_engine_run(engine);
}
EXPORT_SYMBOL_GPL(mvgpu_job_done);

u32 mvgpu_job_tenant(const struct mvgpu_job *job)
{
	return job->vgpu->id;
}
EXPORT_SYMBOL_GPL(mvgpu_job_tenant);

void mvgpu_engine_init(struct mvgpu_engine *engine, struct mvgpu_gpu *gpu,
		       u32 index)
{
	engine->gpu = gpu;
	engine->index = index;
	mutex_init(&engine->run_mutex);
	spin_lock_init(&engine->lock);
	engine->policy = &mvgpu_policy_equal;
	INIT_LIST_HEAD(&engine->active);
	INIT_LIST_HEAD(&engine->urgent);
	INIT_LIST_HEAD(&engine->running);
	INIT_DELAYED_WORK(&engine->run_work, engine_run_work);
	INIT_DELAYED_WORK(&engine->watchdog, mvgpu_engine_watchdog);
}

void mvgpu_engine_fini(struct mvgpu_engine *engine)
{
	disable_delayed_work_sync(&engine->watchdog);
	disable_delayed_work_sync(&engine->run_work);
	WARN_ON_ONCE(!list_empty(&engine->running));
	mutex_destroy(&engine->run_mutex);
}
