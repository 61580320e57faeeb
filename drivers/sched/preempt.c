// SPDX-License-Identifier: GPL-2.0
/*
 * Where the backend can stop running jobs: when a slice is used up and the
 * policy has somebody else to serve, all that the engine has comes back, and the
 * runner chooses anew. Nothing is submitted meanwhile, so that the jobs of a
 * vGPU cannot overtake each other.
 */
#include <linux/hrtimer.h>
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

void mvgpu_engine_turn_locked(struct mvgpu_engine *engine, u64 now)
{
	struct mvgpu_job *job = mvgpu_engine_head_locked(engine);

	if (!job)
		return;
	/* Who is alone has no slices: whoever comes need not wait for an end. */
	if (engine->turn == &job->vgpu->entity &&
	    (!job->new_slice ||
	     mvgpu_policy_alone(&engine->policy, &job->vgpu->entity.share)))
		return;
	job->new_slice = false;
	engine->turn = &job->vgpu->entity;
	engine->slice_end = now + engine->policy.slice_ns;
}

/* Does the engine have something of another vGPU, or is one to come first? */
static bool engine_shared_locked(struct mvgpu_engine *engine,
				 const struct mvgpu_entity *entity)
{
	struct mvgpu_job *job;

	lockdep_assert_held(&engine->lock);
	list_for_each_entry(job, &engine->running, queue)
		if (&job->vgpu->entity != entity)
			return true;
	return !list_empty(&engine->urgent) &&
	       !(list_is_singular(&engine->urgent) &&
		 list_is_first(&entity->urgent_node, &engine->urgent));
}

/* Is the oldest job in the way of others? If not, its next slice begins. */
static bool engine_expired_locked(struct mvgpu_engine *engine, u64 now)
{
	struct mvgpu_job *job = mvgpu_engine_head_locked(engine);
	struct mvgpu_entity *entity;

	if (!job || engine->stopping ||
	    now < max(engine->slice_end, engine->ask_at))
		return false;
	/* Stopped again and again, it would never be found running. */
	if (mvgpu_engine_late_locked(engine, now))
		return false;
	entity = &job->vgpu->entity;
	if (engine_shared_locked(engine, entity))
		return true;
	if (mvgpu_policy_expired(&engine->policy, &entity->share,
				 &job->charged_ns,
				 mvgpu_engine_time_locked(engine, job, now),
				 now))
		return true;
	/* Likewise. */
	if (!mvgpu_policy_alone(&engine->policy, &entity->share))
		engine->slice_end = now + engine->policy.slice_ns;
	return false;
}

void mvgpu_engine_preempt(struct mvgpu_engine *engine)
{
	const struct mvgpu_backend_ops *ops = engine->gpu->ops;
	bool expired;

	lockdep_assert_held(&engine->run_mutex);
	if (!ops->preempt)
		return;
	scoped_guard(spinlock_irqsave, &engine->lock) {
		expired = engine_expired_locked(engine, ktime_get_ns());
		/* Ends when nothing is running any more. */
		engine->stopping |= expired;
	}
	if (!expired || !ops->preempt(engine->gpu->priv, engine->index))
		return;
	/* Not now: it is asked again after a slice. */
	guard(spinlock_irqsave)(&engine->lock);
	engine->stopping = false;
	engine->ask_at = ktime_get_ns() + engine->policy.slice_ns;
}

void mvgpu_engine_arm(struct mvgpu_engine *engine)
{
	u64 now, end;

	if (!engine->gpu->ops->preempt)
		return;
	guard(spinlock_irqsave)(&engine->lock);
	/* Who has it all is never stopped. */
	if (!engine->policy.ops->yields)
		return;
	if (!engine->nr_running || hrtimer_is_queued(&engine->slice_timer))
		return;
	now = ktime_get_ns();
	end = max(engine->slice_end, engine->ask_at);
	if (end <= now)
		end = now + engine->policy.slice_ns;
	hrtimer_start(&engine->slice_timer, ns_to_ktime(end), HRTIMER_MODE_ABS);
}

void mvgpu_engine_set_slice(struct mvgpu_engine *engine, u64 ns)
{
	u64 end;

	scoped_guard(spinlock_irqsave, &engine->lock) {
		end = ktime_get_ns() + ns;
		engine->policy.slice_ns = ns;
		engine->slice_end = min(engine->slice_end, end);
		engine->ask_at = min(engine->ask_at, end);
		/* If it runs just now, so does the runner. */
		hrtimer_try_to_cancel(&engine->slice_timer);
	}
	mvgpu_engine_run(engine);
}

/* What it had so far is charged; it is not one of the vGPU's jobs done yet. */
static void job_stop_locked(struct mvgpu_engine *engine, struct mvgpu_job *job,
			    u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 ns = mvgpu_engine_account_locked(engine, job, now);

	mvgpu_engine_over_locked(engine, job, ns, now);
	entity->stats.preemptions++;
	job->ran_ns += ns;
	/* If it comes next again, that is a new slice. */
	engine->turn = NULL;
	mvgpu_policy_stop(&engine->policy, &entity->share, job->charged_ns, ns,
			  now);
}

static bool job_newest_locked(const struct mvgpu_engine *engine,
			      const struct mvgpu_job *job)
{
	const struct mvgpu_job *other = job;

	lockdep_assert_held(&engine->lock);
	list_for_each_entry_continue(other, &engine->running, queue)
		if (other->vgpu == job->vgpu)
			return false;
	return true;
}

void mvgpu_job_preempted(struct mvgpu_job *job)
{
	struct mvgpu_engine *engine = job->vgpu->entity.engine;
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 now;

	guard(spinlock_irqsave)(&engine->lock);
	if (WARN_ON_ONCE(job->state != MVGPU_JOB_RUNNING))
		return;
	now = ktime_get_ns();
	/* Each goes to the head of the queue: order within the vGPU. */
	WARN_ON_ONCE(!job_newest_locked(engine, job));
	trace_mvgpu_job_preempt(job);
	if (list_is_first(&job->queue, &engine->running))
		job_stop_locked(engine, job, now);
	else
		mvgpu_policy_cancel(&engine->policy, &entity->share,
				    job->charged_ns, now);
	mvgpu_engine_remove_locked(engine, job, now);
	mvgpu_entity_queue_locked(entity, job, now, true);
	if (!engine->nr_running)
		mvgpu_engine_run(engine);
}
EXPORT_SYMBOL_GPL(mvgpu_job_preempted);
