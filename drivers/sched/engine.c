// SPDX-License-Identifier: GPL-2.0
/*
 * The runner of an engine: gives jobs to the backend, a bounded number at a
 * time, and charges what they used when they come back.
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

/* When a backend has no room and nothing runs that would make some. */
#define RETRY_DELAY msecs_to_jiffies(1)
/* Jobs submitted in one go: whose work does it for others has its own to do. */
#define SUBMIT_BUDGET 16

void mvgpu_engine_run(struct mvgpu_engine *engine)
{
	mod_delayed_work(mvgpu_run_wq, &engine->run_work, 0);
}

/* The urgent one whose slice it is, if that goes on. */
static struct mvgpu_entity *engine_urgent_slice_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_policy *policy = &engine->policy;
	struct mvgpu_entity *entity;

	lockdep_assert_held(&engine->lock);
	if (!policy->current_share || policy->used_ns >= policy->slice_ns)
		return NULL;
	entity = container_of(policy->current_share, struct mvgpu_entity, share);
	return entity->urgent && !list_empty(&entity->queue) ? entity : NULL;
}

/* Who is next? If nobody is yet, the timer looks again. */
static struct mvgpu_entity *engine_pick_locked(struct mvgpu_engine *engine,
					       u64 now)
{
	struct mvgpu_policy *policy = &engine->policy;
	struct mvgpu_entity *urgent;
	struct mvgpu_share *share;
	u64 until;

	lockdep_assert_held(&engine->lock);
	urgent = engine_urgent_slice_locked(engine);
	if (urgent)
		return urgent;
	urgent = list_first_entry_or_null(&engine->urgent, struct mvgpu_entity,
					  urgent_node);
	/* Who waits must not starve the others: they have as much time between. */
	if (urgent && (!engine->urgent_ns ||
		       mvgpu_policy_alone(policy, &urgent->share))) {
		engine->urgent_ns = 0;
		/* The next time it is another's turn. */
		list_move_tail(&urgent->urgent_node, &engine->urgent);
		return urgent;
	}
	share = mvgpu_policy_pick(policy, now, &until);
	if (share)
		return container_of(share, struct mvgpu_entity, share);
	if (!urgent && until != U64_MAX) {
		engine->held_until = until;
		hrtimer_start(&engine->timer, ns_to_ktime(until),
			      HRTIMER_MODE_ABS);
	}
	return urgent;
}

static void engine_hist_locked(struct mvgpu_engine *engine,
			       struct mvgpu_entity *entity,
			       enum mvgpu_hist_kind kind, u64 ns)
{
	lockdep_assert_held(&engine->lock);
	mvgpu_hist_add(&engine->hist[kind], ns);
	mvgpu_hist_add(&entity->stats.hist[kind], ns);
}

static void engine_switch_locked(struct mvgpu_engine *engine,
				 struct mvgpu_job *job)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 ready = max(engine->last_done, job->t_queued);
	u64 ns = 0;

	/* Waiting for a limit's date is no cost; who came before it did not wait. */
	if (engine->held_until <= job->t_submit)
		ready = max(ready, engine->held_until);
	engine->last = entity;
	entity->stats.switches++;
	engine->switches++;
	if (!engine->nr_running && job->t_submit > ready)
		ns = job->t_submit - ready;
	engine_hist_locked(engine, entity, MVGPU_HIST_SWITCH, ns);
}

/* Take the next job out of its queue and count it as running. */
static struct mvgpu_job *engine_take_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_entity *entity;
	struct mvgpu_job *job;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&engine->lock);
	if (engine->stopping ||
	    engine->nr_running >= READ_ONCE(engine->gpu->outstanding))
		return NULL;
	entity = engine_pick_locked(engine, now);
	if (!entity)
		return NULL;

	job = list_first_entry(&entity->queue, struct mvgpu_job, queue);
	job->new_slice = !engine->policy.used_ns ||
			 engine->policy.current_share != &entity->share;
	job->charged_ns = mvgpu_policy_start(&engine->policy, &entity->share,
					     now);
	entity->running++;
	mvgpu_entity_dequeue_locked(entity, job, now);
	list_add_tail(&job->queue, &engine->running);
	job->state = MVGPU_JOB_RUNNING;
	job->t_submit = now;
	if (engine->last != entity)
		engine_switch_locked(engine, job);
	if (!engine->nr_running++)
		engine->idle_ns += now - engine->idle_since;
	mvgpu_engine_turn_locked(engine, now);
	mvgpu_engine_watch_locked(engine);
	return job;
}

void mvgpu_engine_remove_locked(struct mvgpu_engine *engine,
				struct mvgpu_job *job, u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;

	lockdep_assert_held(&engine->lock);
	list_del_init(&job->queue);
	if (!--engine->nr_running) {
		engine->idle_since = now;
		engine->stopping = false;
	}
	mvgpu_engine_turn_locked(engine, now);
	if (!--entity->running && list_empty(&entity->queue))
		entity->since = now;
}

/* The backend had no room: back to where the job came from. */
static bool engine_put_back(struct mvgpu_engine *engine, struct mvgpu_job *job)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 now;

	guard(spinlock_irqsave)(&engine->lock);
	now = ktime_get_ns();
	/* Nothing is charged, but the engine was not idle. */
	if (list_is_first(&job->queue, &engine->running))
		mvgpu_engine_account_locked(engine, job, now);
	mvgpu_engine_remove_locked(engine, job, now);
	mvgpu_policy_cancel(&engine->policy, &entity->share, job->charged_ns,
			    now);
	mvgpu_entity_queue_locked(entity, job, now, true);
	return engine->nr_running == 0;
}

/* Submit what may be submitted now. */
static void engine_submit(struct mvgpu_engine *engine)
{
	const struct mvgpu_backend_ops *ops = engine->gpu->ops;
	void *priv = engine->gpu->priv;
	u32 budget = SUBMIT_BUDGET;
	struct mvgpu_job *job;
	bool submitted = false;
	int ret;

	lockdep_assert_held(&engine->run_mutex);
	mvgpu_engine_preempt(engine);
	for (;;) {
		if (!budget--) {
			mvgpu_engine_run(engine);
			break;
		}
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
	mvgpu_engine_arm(engine);
}

static void engine_run_work(struct work_struct *work)
{
	struct mvgpu_engine *engine =
		container_of(work, struct mvgpu_engine, run_work.work);

	guard(mutex)(&engine->run_mutex);
	engine_submit(engine);
}

void mvgpu_engine_run_now(struct mvgpu_engine *engine)
{
	/* Who has it may have looked already. */
	if (!mutex_trylock(&engine->run_mutex)) {
		mvgpu_engine_run(engine);
		return;
	}
	engine_submit(engine);
	mutex_unlock(&engine->run_mutex);
}

struct mvgpu_job *mvgpu_engine_head_locked(const struct mvgpu_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	if (list_empty(&engine->running))
		return NULL;
	return list_first_entry(&engine->running, struct mvgpu_job, queue);
}

u64 mvgpu_engine_time_locked(const struct mvgpu_engine *engine,
			     const struct mvgpu_job *job, u64 now)
{
	lockdep_assert_held(&engine->lock);
	return now - max(job->t_submit, engine->last_done);
}

/* As many jobs as an engine has at a time, each as long as it may be. */
static u64 engine_turn_most(const struct mvgpu_gpu *gpu)
{
	return (u64)READ_ONCE(gpu->outstanding) *
	       READ_ONCE(gpu->job_timeout_ms) * NSEC_PER_MSEC;
}

u64 mvgpu_engine_account_locked(struct mvgpu_engine *engine,
				const struct mvgpu_job *job, u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 ns = mvgpu_engine_time_locked(engine, job, now);

	engine->last_done = now;
	engine->busy_ns += ns;
	entity->stats.busy_ns += ns;
	/*
	 * What it owes the others is a turn's at most: the policy may give it more, and
	 * the next one that is urgent is not to wait for that.
	 */
	if (entity->urgent)
		engine->urgent_ns = min(engine->urgent_ns + ns,
					engine_turn_most(engine->gpu));
	else
		engine->urgent_ns -= min(engine->urgent_ns, ns);
	return ns;
}

u64 mvgpu_engine_busy_locked(const struct mvgpu_engine *engine, u64 now)
{
	const struct mvgpu_job *job = mvgpu_engine_head_locked(engine);

	return engine->busy_ns +
	       (job ? mvgpu_engine_time_locked(engine, job, now) : 0);
}

u64 mvgpu_engine_idle_locked(const struct mvgpu_engine *engine, u64 now)
{
	lockdep_assert_held(&engine->lock);
	return engine->idle_ns +
	       (engine->nr_running ? 0 : now - engine->idle_since);
}

void mvgpu_engine_over_locked(struct mvgpu_engine *engine,
			      struct mvgpu_job *job, u64 ns, u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 over;

	if (now <= engine->slice_end ||
	    mvgpu_policy_alone(&engine->policy, &entity->share))
		return;
	over = min(now - engine->slice_end, ns);
	entity->stats.overrun_ns += over;
	engine_hist_locked(engine, entity, MVGPU_HIST_OVERSHOOT, over);
}

static void engine_charge_locked(struct mvgpu_engine *engine,
				 struct mvgpu_job *job, u64 now)
{
	struct mvgpu_entity *entity = &job->vgpu->entity;
	u64 ns = 0;

	lockdep_assert_held(&engine->lock);
	/*
	 * Who overtakes (a job without a fence) was done while the engine worked
	 * on the oldest. That one is charged for the time, which must not be hidden
	 * from the watchdog either.
	 */
	if (list_is_first(&job->queue, &engine->running)) {
		ns = mvgpu_engine_account_locked(engine, job, now);
		mvgpu_engine_over_locked(engine, job, ns, now);
	}
	job->ran_ns += ns;
	entity->stats.jobs++;
	engine_hist_locked(engine, entity, MVGPU_HIST_RUN, job->ran_ns);
	/* Handed over or not: when the engine was not at it, it waited. */
	engine_hist_locked(engine, entity, MVGPU_HIST_WAIT,
			   now - job->t_queued - job->ran_ns);
	mvgpu_policy_end(&engine->policy, &entity->share, job->charged_ns, ns,
			 now);
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
	u64 now;

	guard(spinlock_irqsave)(&engine->lock);
	if (WARN_ON_ONCE(job->state != MVGPU_JOB_RUNNING))
		return;
	/* Inside the lock: what was told of the job until now stays true. */
	now = ktime_get_ns();
	engine_charge_locked(engine, job, now);
	mvgpu_engine_remove_locked(engine, job, now);
	mvgpu_engine_watch_next_locked(engine);
	/*
	 * Inside the lock, which mvgpu_entity_fini() takes: vGPU and engine
	 * are not touched after they may have been freed.
	 */
	job_return(job, status_known(status) ? status : -ETIMEDOUT);
	/* Whoever comes later runs it. */
	if (!list_empty(&engine->policy.queued))
		mvgpu_engine_run(engine);
}
EXPORT_SYMBOL_GPL(mvgpu_job_done);

static enum hrtimer_restart engine_timer(struct hrtimer *timer)
{
	mvgpu_engine_run(container_of(timer, struct mvgpu_engine, timer));
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart engine_slice_timer(struct hrtimer *timer)
{
	mvgpu_engine_run(container_of(timer, struct mvgpu_engine, slice_timer));
	return HRTIMER_NORESTART;
}

void mvgpu_engine_init(struct mvgpu_engine *engine, struct mvgpu_gpu *gpu,
		       u32 index)
{
	engine->gpu = gpu;
	engine->index = index;
	mutex_init(&engine->run_mutex);
	spin_lock_init(&engine->lock);
	mvgpu_policy_init(&engine->policy, &mvgpu_policy_fair,
			  (u64)gpu->timeslice_us * NSEC_PER_USEC);
	engine->idle_since = ktime_get_ns();
	INIT_LIST_HEAD(&engine->urgent);
	INIT_LIST_HEAD(&engine->running);
	INIT_DELAYED_WORK(&engine->run_work, engine_run_work);
	hrtimer_setup(&engine->timer, engine_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS);
	hrtimer_setup(&engine->slice_timer, engine_slice_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS);
	INIT_DELAYED_WORK(&engine->watchdog, mvgpu_engine_watchdog);
}

void mvgpu_engine_fini(struct mvgpu_engine *engine)
{
	disable_delayed_work_sync(&engine->watchdog);
	disable_delayed_work_sync(&engine->run_work);
	/* Nothing starts them any more; what they run is disabled. */
	hrtimer_cancel(&engine->timer);
	hrtimer_cancel(&engine->slice_timer);
	WARN_ON_ONCE(!list_empty(&engine->running));
	mutex_destroy(&engine->run_mutex);
}
