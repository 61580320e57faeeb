// SPDX-License-Identifier: GPL-2.0
/*
 * Engines of the simulated GPU: when a job ends, and how.
 *
 * A job begins when it was submitted or when the job before it ends, whichever
 * is later, and takes what the cost model says. It is executed at its end, so
 * that a job that is cancelled in time has touched nothing. The clock is
 * CLOCK_MONOTONIC, or a number that only debugfs moves.
 */

#include "sim.h"

#include <linux/ktime.h>
#include <linux/sched/signal.h>

static u64 now_locked(const struct mvgpu_sim *sim)
{
	lockdep_assert_held(&sim->lock);
	return sim->manual ? sim->now : ktime_get_ns();
}

static u64 deadline_locked(const struct mvgpu_sim_engine *engine,
			   const struct mvgpu_sim_request *request)
{
	lockdep_assert_held(&engine->sim->lock);
	return max(request->submitted, engine->free_at) + request->cost;
}

static struct mvgpu_sim_request *
engine_head_locked(struct mvgpu_sim_engine *engine)
{
	lockdep_assert_held(&engine->sim->lock);
	return list_first_entry_or_null(&engine->queue,
					struct mvgpu_sim_request, queue);
}

/* Is the time of the first job up? */
static bool engine_due_locked(struct mvgpu_sim_engine *engine)
{
	struct mvgpu_sim_request *request = engine_head_locked(engine);

	return request && !request->hang &&
	       now_locked(engine->sim) >= deadline_locked(engine, request);
}

/* Takes the first job if its time is up; if not, has the timer look again. */
static struct mvgpu_sim_request *engine_take(struct mvgpu_sim_engine *engine)
{
	struct mvgpu_sim *sim = engine->sim;
	struct mvgpu_sim_request *request;
	unsigned long flags;

	spin_lock_irqsave(&sim->lock, flags);
	request = engine_head_locked(engine);
	if (!request || request->hang) {
		request = NULL;
	} else if (engine_due_locked(engine)) {
		engine->free_at = deadline_locked(engine, request);
		list_del_init(&request->queue);
		engine->executing = true;
	} else {
		if (!sim->manual)
			hrtimer_start(&engine->timer,
				      ns_to_ktime(deadline_locked(engine,
								  request)),
				      HRTIMER_MODE_ABS);
		request = NULL;
	}
	spin_unlock_irqrestore(&sim->lock, flags);
	return request;
}

static void engine_finish(struct mvgpu_sim_engine *engine,
			  struct mvgpu_sim_request *request)
{
	struct mvgpu_sim *sim = engine->sim;
	unsigned long flags;
	bool drop;
	int status;

	status = request->fail ? -EIO : mvgpu_sim_execute(sim, request);
	if (request->corrupt)
		status = -EPROTO;
	mvgpu_sim_resource_cancel(sim, request);
	mvgpu_sim_context_cancel(sim, request);

	drop = request->drop;
	spin_lock_irqsave(&sim->lock, flags);
	engine->executing = false;
	sim->stats.jobs++;
	if (drop)
		list_add_tail(&request->queue, &engine->dropped);
	else
		engine->nr_running--;
	spin_unlock_irqrestore(&sim->lock, flags);
	/* A dropped one is cancel()'s from now on. */
	if (!drop)
		mvgpu_job_done(request->job, status);
}

/* One job at a time, so that flush_work() waits for no more than that. */
static void engine_work(struct work_struct *work)
{
	struct mvgpu_sim_engine *engine =
		container_of(work, struct mvgpu_sim_engine, work);
	struct mvgpu_sim_request *request = engine_take(engine);

	if (!request)
		return;
	engine_finish(engine, request);
	queue_work(engine->sim->wq, &engine->work);
}

static enum hrtimer_restart engine_timer(struct hrtimer *timer)
{
	struct mvgpu_sim_engine *engine =
		container_of(timer, struct mvgpu_sim_engine, timer);

	queue_work(engine->sim->wq, &engine->work);
	return HRTIMER_NORESTART;
}

/* Moves the jobs of @vgpu, or all if it is NULL. */
static void collect_locked(struct mvgpu_sim_engine *engine,
			   const struct mvgpu_vgpu *vgpu,
			   struct list_head *from, struct list_head *to)
{
	struct mvgpu_sim_request *request, *next;

	lockdep_assert_held(&engine->sim->lock);
	list_for_each_entry_safe(request, next, from, queue) {
		if (vgpu && request->job->vgpu != vgpu)
			continue;
		list_move_tail(&request->queue, to);
		engine->nr_running--;
		engine->sim->stats.cancelled++;
	}
}

/* The newest comes first. */
static void give_back(struct list_head *list)
{
	struct mvgpu_sim_request *request, *next;

	list_for_each_entry_safe_reverse(request, next, list, queue) {
		list_del_init(&request->queue);
		mvgpu_job_preempted(request->job);
	}
}

static void end_all(struct mvgpu_sim *sim, struct list_head *list, int status)
{
	struct mvgpu_sim_request *request, *next;

	list_for_each_entry_safe(request, next, list, queue) {
		list_del_init(&request->queue);
		mvgpu_sim_resource_cancel(sim, request);
		mvgpu_sim_context_cancel(sim, request);
		mvgpu_job_done(request->job, status);
	}
}

/**
 * mvgpu_sim_engine_add() - a job is submitted
 * @engine: the engine
 * @request: of the job; its cost and faults are set
 *
 * Return: 0, or -EBUSY if the engine has as many as it takes.
 */
int mvgpu_sim_engine_add(struct mvgpu_sim_engine *engine,
			 struct mvgpu_sim_request *request)
{
	struct mvgpu_sim *sim = engine->sim;
	unsigned long flags;
	int err = -EBUSY;

	spin_lock_irqsave(&sim->lock, flags);
	if (engine->nr_running < MVGPU_SIM_MAX_OUTSTANDING) {
		request->submitted = now_locked(sim);
		list_add_tail(&request->queue, &engine->queue);
		engine->nr_running++;
		err = 0;
	}
	spin_unlock_irqrestore(&sim->lock, flags);
	return err;
}

/* What is left of the job that runs goes on from now on. */
static void engine_pause_locked(struct mvgpu_sim_engine *engine)
{
	struct mvgpu_sim_request *request = engine_head_locked(engine);
	u64 now = now_locked(engine->sim), start;

	lockdep_assert_held(&engine->sim->lock);
	if (!request)
		return;
	start = max(request->submitted, engine->free_at);
	if (now > start)
		request->cost -= min(request->cost, now - start);
	engine->free_at = now;
}

/**
 * mvgpu_sim_engine_preempt() - give the jobs back to core
 * @engine: the engine
 *
 * A job whose time is up ends instead.
 *
 * Return: 0, or -EBUSY: it hangs, its clock is manual, it was told not to, or
 * core was not told of the end of a job.
 */
int mvgpu_sim_engine_preempt(struct mvgpu_sim_engine *engine)
{
	struct mvgpu_sim_request *request, *other, *next;
	struct mvgpu_sim *sim = engine->sim;
	unsigned long flags;
	LIST_HEAD(stopped);
	int err = -EBUSY;

	spin_lock_irqsave(&sim->lock, flags);
	request = engine_head_locked(engine);
	if (sim->manual || !READ_ONCE(sim->knobs.preempt) ||
	    !list_empty(&engine->dropped) || (request && request->hang))
		goto unlock;
	err = 0;
	if (!engine_due_locked(engine)) {
		engine_pause_locked(engine);
		request = NULL;
	}
	list_for_each_entry_safe(other, next, &engine->queue, queue) {
		if (other == request)
			continue;
		list_move_tail(&other->queue, &stopped);
		engine->nr_running--;
		sim->stats.preempted++;
	}
unlock:
	spin_unlock_irqrestore(&sim->lock, flags);
	give_back(&stopped);
	return err;
}

/**
 * mvgpu_sim_engine_cancel() - end jobs
 * @engine: the engine
 * @vgpu: whose; NULL: all
 *
 * Of one vGPU only the job that runs ends, as no other has done anything yet: what
 * waits behind it may have to free something.
 *
 * Context: process, sleeps.
 */
void mvgpu_sim_engine_cancel(struct mvgpu_sim_engine *engine,
			     const struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_sim_request *request;
	struct mvgpu_sim *sim = engine->sim;
	unsigned long flags;
	LIST_HEAD(dropped);
	LIST_HEAD(running);
	LIST_HEAD(queued);

	spin_lock_irqsave(&sim->lock, flags);
	request = engine_head_locked(engine);
	if (request && (!vgpu || request->job->vgpu == vgpu)) {
		/* What is behind it begins now. */
		engine->free_at = now_locked(sim);
		/* One that is not the oldest for core has only just begun. */
		if (!engine->executing && list_empty(&engine->dropped)) {
			list_move_tail(&request->queue, &running);
			engine->nr_running--;
			sim->stats.cancelled++;
		}
	}
	collect_locked(engine, vgpu, &engine->queue, &queued);
	spin_unlock_irqrestore(&sim->lock, flags);

	/* One of them may be executed right now; it ends, or is dropped. */
	flush_work(&engine->work);

	spin_lock_irqsave(&sim->lock, flags);
	collect_locked(engine, vgpu, &engine->dropped, &dropped);
	spin_unlock_irqrestore(&sim->lock, flags);

	if (vgpu)
		give_back(&queued);
	/* What was dropped has happened, but nobody was told. */
	end_all(sim, &dropped, -ETIMEDOUT);
	end_all(sim, &running, -EIO);
	end_all(sim, &queued, -EIO);
	queue_work(sim->wq, &engine->work);
}

/**
 * mvgpu_sim_engine_init() - before the GPU is registered
 * @sim: the GPU
 * @engine: one of its engines, zeroed
 */
void mvgpu_sim_engine_init(struct mvgpu_sim *sim,
			   struct mvgpu_sim_engine *engine)
{
	engine->sim = sim;
	INIT_WORK(&engine->work, engine_work);
	hrtimer_setup(&engine->timer, engine_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS);
	INIT_LIST_HEAD(&engine->queue);
	INIT_LIST_HEAD(&engine->dropped);
}

/**
 * mvgpu_sim_engine_exit() - after the GPU was unregistered
 * @engine: the engine, without jobs
 */
void mvgpu_sim_engine_exit(struct mvgpu_sim_engine *engine)
{
	WARN_ON_ONCE(engine->nr_running);
	hrtimer_cancel(&engine->timer);
	cancel_work_sync(&engine->work);
}

/**
 * mvgpu_sim_set_manual() - change the clock
 * @sim: the GPU
 * @manual: time stands still until it is advanced
 *
 * Jobs that run begin anew, as the two clocks have nothing in common.
 */
void mvgpu_sim_set_manual(struct mvgpu_sim *sim, bool manual)
{
	struct mvgpu_sim_request *request;
	u64 now = ktime_get_ns();
	u32 i;

	spin_lock_irq(&sim->lock);
	sim->manual = manual;
	sim->now = now;
	for (i = 0; i < sim->nr_engines; i++) {
		sim->engine[i].free_at = now;
		list_for_each_entry(request, &sim->engine[i].queue, queue)
			request->submitted = now;
	}
	spin_unlock_irq(&sim->lock);

	for (i = 0; i < sim->nr_engines; i++)
		queue_work(sim->wq, &sim->engine[i].work);
}

/**
 * mvgpu_sim_now() - the GPU's clock
 * @sim: the GPU
 *
 * Return: ns.
 */
u64 mvgpu_sim_now(struct mvgpu_sim *sim)
{
	u64 now;

	spin_lock_irq(&sim->lock);
	now = now_locked(sim);
	spin_unlock_irq(&sim->lock);
	return now;
}

static bool engine_due(struct mvgpu_sim_engine *engine)
{
	bool due;

	spin_lock_irq(&engine->sim->lock);
	due = engine_due_locked(engine);
	spin_unlock_irq(&engine->sim->lock);
	return due;
}

/**
 * mvgpu_sim_advance() - move the clock
 * @sim: the GPU
 * @ns: how far
 *
 * Jobs whose time is up by then have ended when it returns.
 *
 * Context: process, sleeps.
 * Return: 0, -EINVAL (the clock is not manual), -EINTR.
 */
int mvgpu_sim_advance(struct mvgpu_sim *sim, u64 ns)
{
	bool manual;
	u32 i;

	spin_lock_irq(&sim->lock);
	manual = sim->manual;
	if (manual)
		sim->now += ns;
	spin_unlock_irq(&sim->lock);
	if (!manual)
		return -EINVAL;

	for (i = 0; i < sim->nr_engines; i++) {
		do {
			if (signal_pending(current))
				return -EINTR;
			queue_work(sim->wq, &sim->engine[i].work);
			flush_work(&sim->engine[i].work);
		} while (engine_due(&sim->engine[i]));
	}
	return 0;
}
