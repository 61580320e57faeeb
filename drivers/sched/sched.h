/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_SCHED_SCHED_H
#define _MVGPU_SCHED_SCHED_H

#include <linux/types.h>

struct list_head;
struct mvgpu_engine;
struct mvgpu_entity;
struct mvgpu_job;

/* entity.c; the engine's lock is held in those that end in _locked or _to */
void mvgpu_entity_queue_locked(struct mvgpu_entity *entity,
			       struct mvgpu_job *job, u64 now, bool first);
void mvgpu_entity_dequeue_locked(struct mvgpu_entity *entity,
				 struct mvgpu_job *job, u64 now);
/* Move what may be dropped (or all) from the queue to @dropped. */
void mvgpu_entity_flush_to(struct mvgpu_entity *entity, bool all,
			   struct list_head *dropped);
/* End each job of a list, outside the lock. */
void mvgpu_jobs_drop(struct list_head *jobs, int status);
/* End a job that was not given to the backend. */
void mvgpu_job_drop(struct mvgpu_job *job, int status);

/* engine.c: something may be there to submit; any context. */
void mvgpu_engine_run(struct mvgpu_engine *engine);

/* watchdog.c */
void mvgpu_engine_watchdog(struct work_struct *work);
void mvgpu_engine_watch_locked(struct mvgpu_engine *engine);

#endif
