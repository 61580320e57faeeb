// SPDX-License-Identifier: GPL-2.0
/*
 * A job that runs for too long ends: alone, where the backend can do that, or
 * with everything that the GPU holds.
 */
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <mvgpu/backend.h>
#include <mvgpu/job.h>
#include <mvgpu/sched.h>
#include <trace/events/mvgpu.h>

#include "../core/events.h"
#include "../core/gpu.h"
#include "../core/vgpu.h"
#include "sched.h"

static u64 timeout_ns(const struct mvgpu_engine *engine)
{
	return (u64)READ_ONCE(engine->gpu->job_timeout_ms) * NSEC_PER_MSEC;
}

/* When does the oldest running job have to end? 0: none runs. */
static u64 engine_deadline_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_job *job = mvgpu_engine_head_locked(engine);
	u64 timeout = timeout_ns(engine);

	if (!job)
		return 0;
	/* What it had before it was stopped counts. */
	return max(job->t_submit, engine->last_done) + timeout -
	       min(job->ran_ns, timeout);
}

/* Until the watchdog has to look: not a moment too early. */
static unsigned long jiffies_until(u64 deadline)
{
	u64 now = ktime_get_ns();

	return nsecs_to_jiffies(deadline > now ? deadline - now : 0) + 1;
}

void mvgpu_engine_watch_locked(struct mvgpu_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	if (!mvgpu_engine_head_locked(engine)->ran_ns) {
		/* Does nothing if it is armed: it looks at the oldest itself. */
		queue_delayed_work(mvgpu_run_wq, &engine->watchdog,
				   nsecs_to_jiffies(timeout_ns(engine)) + 1);
		return;
	}
	/* May have to end before the time for which it is armed. */
	mod_delayed_work(mvgpu_run_wq, &engine->watchdog,
			 jiffies_until(engine_deadline_locked(engine)));
}

bool mvgpu_engine_late_locked(struct mvgpu_engine *engine, u64 now)
{
	u64 deadline = engine_deadline_locked(engine);

	if (!deadline || deadline > now)
		return false;
	mod_delayed_work(mvgpu_run_wq, &engine->watchdog, 0);
	return true;
}

void mvgpu_engine_watch_next_locked(struct mvgpu_engine *engine)
{
	struct mvgpu_job *job = mvgpu_engine_head_locked(engine);

	if (job && job->ran_ns)
		mvgpu_engine_watch_locked(engine);
}

/* Keep submit() out of all engines; the order is that of their numbers. */
static void gpu_stop(struct mvgpu_gpu *gpu)
{
	u32 i;

	lockdep_assert_held(&gpu->lock);
	for (i = 0; i < gpu->caps.nr_engines; i++)
		mutex_lock_nest_lock(&gpu->engines[i].run_mutex, &gpu->lock);
}

static void gpu_go_on(struct mvgpu_gpu *gpu)
{
	u32 i = gpu->caps.nr_engines;

	while (i--) {
		mutex_unlock(&gpu->engines[i].run_mutex);
		mvgpu_engine_run(&gpu->engines[i]);
	}
}

/* What was queued was made for a state of the GPU that is gone. */
static void gpu_drop_all(struct mvgpu_gpu *gpu, bool dead)
{
	struct mvgpu_engine *engine;
	struct mvgpu_vgpu *vgpu;
	LIST_HEAD(dropped);
	u32 i;

	lockdep_assert_held(&gpu->lock);
	for (i = 0; i < gpu->caps.nr_engines; i++) {
		engine = &gpu->engines[i];
		guard(spinlock_irqsave)(&engine->lock);
		engine->generation++;
		engine->dead = dead;
	}
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node) {
		engine = vgpu->entity.engine;
		guard(spinlock_irqsave)(&engine->lock);
		mvgpu_entity_flush_to(&vgpu->entity, true, &dropped);
	}
	mvgpu_jobs_drop(&dropped, -ECANCELED);
	/* Those that wait for the GPU to let go of something go on. */
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node)
		queue_work(mvgpu_vgpu_wq, &vgpu->work);
}

static void gpu_reset_locked(struct mvgpu_gpu *gpu, const char *why)
{
	int ret;

	lockdep_assert_held(&gpu->lock);
	dev_warn(gpu->parent, "mvgpu: %s: resetting the GPU\n", why);
	gpu_stop(gpu);
	ret = gpu->ops->reset(gpu->priv);
	WRITE_ONCE(gpu->resets, gpu->resets + 1);
	gpu_drop_all(gpu, ret != 0);
	gpu_go_on(gpu);
	trace_mvgpu_gpu_reset(gpu->parent, ret);
	mvgpu_event_gpu(gpu, MVGPU_EVENT_RESET);
	if (ret)
		dev_err(gpu->parent,
			"mvgpu: reset failed (%d): the GPU is out of use until its driver is bound again\n",
			ret);
}

void mvgpu_sched_reset_gpu(struct mvgpu_gpu *gpu, u32 generation,
			   const char *why)
{
	guard(mutex)(&gpu->lock);
	if (READ_ONCE(gpu->engines[0].generation) == generation)
		gpu_reset_locked(gpu, why);
}

static void engine_hung(struct mvgpu_engine *engine)
{
	struct mvgpu_gpu *gpu = engine->gpu;
	struct mvgpu_vgpu *vgpu;
	bool hung;
	u64 deadline;
	int ret = -EOPNOTSUPP;

	/* Keeps the vGPU alive, too. */
	guard(mutex)(&gpu->lock);
	gpu_stop(gpu);
	scoped_guard(spinlock_irqsave, &engine->lock) {
		deadline = engine_deadline_locked(engine);
		hung = deadline && deadline <= ktime_get_ns();
		if (hung) {
			vgpu = mvgpu_engine_head_locked(engine)->vgpu;
			vgpu->entity.stats.resets++;
		}
	}
	if (hung && gpu->ops->cancel) {
		dev_notice(vgpu->dev,
			   "mvgpu: a job ran for more than %u ms: cancelled\n",
			   READ_ONCE(gpu->job_timeout_ms));
		ret = gpu->ops->cancel(gpu->priv, vgpu);
		trace_mvgpu_vgpu_cancel(vgpu->dev, ret);
	}
	if (hung) {
		mvgpu_vgpu_hung(vgpu, !ret);
		/* Before they can run. */
		if (!ret)
			mvgpu_entity_flush(&vgpu->entity);
	}
	gpu_go_on(gpu);
	if (hung && ret)
		gpu_reset_locked(gpu, "a job ran for too long");
}

void mvgpu_engine_watchdog(struct work_struct *work)
{
	struct mvgpu_engine *engine =
		container_of(work, struct mvgpu_engine, watchdog.work);
	u64 deadline;

	scoped_guard(spinlock_irqsave, &engine->lock)
		deadline = engine_deadline_locked(engine);
	if (!deadline)
		return;

	if (deadline <= ktime_get_ns())
		engine_hung(engine);

	scoped_guard(spinlock_irqsave, &engine->lock) {
		deadline = engine_deadline_locked(engine);
		/* Who submitted meanwhile has armed it for a whole timeout. */
		if (deadline)
			mod_delayed_work(mvgpu_run_wq, &engine->watchdog,
					 jiffies_until(deadline));
	}
}
