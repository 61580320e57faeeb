// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <mvgpu/job.h>
#include <mvgpu/sched.h>
#include <trace/events/mvgpu.h>

#include "../core/vgpu.h"
#include "sched.h"

void mvgpu_entity_init(struct mvgpu_entity *entity, struct mvgpu_engine *engine)
{
	entity->engine = engine;
	INIT_LIST_HEAD(&entity->queue);
	mvgpu_share_init(&entity->share);
	entity->born = ktime_get_ns();
	entity->since = entity->born;
	INIT_LIST_HEAD(&entity->urgent_node);
	mvgpu_entity_renew(entity);
}

void mvgpu_entity_fini(struct mvgpu_entity *entity)
{
	struct mvgpu_engine *engine = entity->engine;

	guard(spinlock_irqsave)(&engine->lock);
	WARN_ON_ONCE(entity->running || !list_empty(&entity->queue));
	mvgpu_policy_forget(&engine->policy, &entity->share);
	/* Another entity at the same address must not be taken for this one. */
	if (engine->last == entity)
		engine->last = NULL;
	if (engine->turn == entity)
		engine->turn = NULL;
}

void mvgpu_entity_queue_locked(struct mvgpu_entity *entity,
			       struct mvgpu_job *job, u64 now, bool first)
{
	struct mvgpu_engine *engine = entity->engine;

	lockdep_assert_held(&engine->lock);
	job->state = MVGPU_JOB_QUEUED;
	if (first)
		list_add(&job->queue, &entity->queue);
	else
		list_add_tail(&job->queue, &entity->queue);
	if (entity->share.queued)
		return;
	if (entity->urgent)
		list_add_tail(&entity->urgent_node, &engine->urgent);
	if (!entity->running)
		entity->stats.idle_ns += now - entity->since;
	if (first)
		mvgpu_policy_back(&engine->policy, &entity->share, now);
	else
		mvgpu_policy_add(&engine->policy, &entity->share, now);
}

void mvgpu_entity_dequeue_locked(struct mvgpu_entity *entity,
				 struct mvgpu_job *job, u64 now)
{
	struct mvgpu_engine *engine = entity->engine;

	lockdep_assert_held(&engine->lock);
	list_del_init(&job->queue);
	if (!list_empty(&entity->queue))
		return;
	list_del_init(&entity->urgent_node);
	mvgpu_policy_remove(&engine->policy, &entity->share);
	if (!entity->running)
		entity->since = now;
}

static bool entity_stale_locked(const struct mvgpu_entity *entity)
{
	const struct mvgpu_engine *engine = entity->engine;

	lockdep_assert_held(&engine->lock);
	return engine->dead || entity->generation != engine->generation;
}

void mvgpu_entity_push(struct mvgpu_entity *entity, struct mvgpu_job *job)
{
	struct mvgpu_engine *engine = entity->engine;
	bool stale;

	trace_mvgpu_job_queue(job);
	scoped_guard(spinlock_irqsave, &engine->lock) {
		stale = entity_stale_locked(entity);
		job->t_queued = ktime_get_ns();
		if (!stale)
			mvgpu_entity_queue_locked(entity, job, job->t_queued,
						  false);
	}
	if (stale)
		mvgpu_job_drop(job, -ECANCELED);
	else
		mvgpu_engine_run_now(engine);
}

/*
 * Leaves nothing behind on the GPU once the vGPU's contexts and resources are
 * destroyed, whether it runs or not.
 */
static bool job_droppable(const struct mvgpu_job *job)
{
	switch (job->op) {
	case MVGPU_JOB_TRANSFER_TO:
	case MVGPU_JOB_FLUSH:
	case MVGPU_JOB_CTX_ATTACH:
	case MVGPU_JOB_CTX_DETACH:
	case MVGPU_JOB_CTX_CHECK:
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
	case MVGPU_JOB_SUBMIT_3D:
		return true;
	default:
		return false;
	}
}

void mvgpu_entity_flush_to(struct mvgpu_entity *entity, bool all,
			   struct list_head *dropped)
{
	struct mvgpu_job *job, *next;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&entity->engine->lock);
	list_for_each_entry_safe(job, next, &entity->queue, queue) {
		if (!all && !job_droppable(job))
			continue;
		mvgpu_entity_dequeue_locked(entity, job, now);
		list_add_tail(&job->queue, dropped);
	}
}

void mvgpu_jobs_drop(struct list_head *jobs, int status)
{
	struct mvgpu_job *job, *next;

	list_for_each_entry_safe(job, next, jobs, queue) {
		list_del_init(&job->queue);
		mvgpu_job_drop(job, status);
	}
}

void mvgpu_entity_flush(struct mvgpu_entity *entity)
{
	LIST_HEAD(dropped);

	scoped_guard(spinlock_irqsave, &entity->engine->lock)
		mvgpu_entity_flush_to(entity, false, &dropped);
	mvgpu_jobs_drop(&dropped, -ECANCELED);
}

void mvgpu_entity_set_urgent(struct mvgpu_entity *entity, bool urgent)
{
	scoped_guard(spinlock_irqsave, &entity->engine->lock) {
		if (entity->urgent == urgent)
			return;
		entity->urgent = urgent;
		if (!urgent || list_empty(&entity->queue)) {
			list_del_init(&entity->urgent_node);
			return;
		}
		list_add_tail(&entity->urgent_node, &entity->engine->urgent);
	}
	/* It may have been held until some time, and nobody else may come. */
	mvgpu_engine_run(entity->engine);
}

void mvgpu_entity_renew(struct mvgpu_entity *entity)
{
	guard(spinlock_irqsave)(&entity->engine->lock);
	entity->generation = entity->engine->generation;
}

bool mvgpu_entity_lost(struct mvgpu_entity *entity)
{
	guard(spinlock_irqsave)(&entity->engine->lock);
	return entity_stale_locked(entity);
}

void mvgpu_entity_stats_locked(const struct mvgpu_entity *entity, u64 now,
			       struct mvgpu_entity_stats *stats)
{
	const struct mvgpu_engine *engine = entity->engine;
	const struct mvgpu_job *job = mvgpu_engine_head_locked(engine);

	lockdep_assert_held(&engine->lock);
	*stats = entity->stats;
	if (!entity->running && list_empty(&entity->queue))
		stats->idle_ns += now - entity->since;
	if (job && &job->vgpu->entity == entity)
		stats->busy_ns += mvgpu_engine_time_locked(engine, job, now);
	/* What was neither idle nor on the engine: it waited. */
	stats->wait_ns = now - entity->born - stats->idle_ns - stats->busy_ns;
}

void mvgpu_entity_get_stats(struct mvgpu_entity *entity,
			    struct mvgpu_entity_stats *stats)
{
	guard(spinlock_irqsave)(&entity->engine->lock);
	mvgpu_entity_stats_locked(entity, ktime_get_ns(), stats);
}
