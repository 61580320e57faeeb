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
/* Likewise, by the caller itself if it can: process context, no sleep. */
void mvgpu_engine_run_now(struct mvgpu_engine *engine);
/* The oldest of the running jobs; NULL: none runs. */
struct mvgpu_job *mvgpu_engine_head_locked(const struct mvgpu_engine *engine);
/* For which the oldest of the running jobs has had the engine. */
u64 mvgpu_engine_time_locked(const struct mvgpu_engine *engine,
			     const struct mvgpu_job *job, u64 now);
/* Count that time as used, and return it: nobody is told less afterwards. */
u64 mvgpu_engine_account_locked(struct mvgpu_engine *engine,
				const struct mvgpu_job *job, u64 now);
/* The oldest has had @ns: count what of that is beyond its slice, if others wait. */
void mvgpu_engine_over_locked(struct mvgpu_engine *engine,
			      struct mvgpu_job *job, u64 ns, u64 now);
/* It does not run any more. */
void mvgpu_engine_remove_locked(struct mvgpu_engine *engine,
				struct mvgpu_job *job, u64 now);

/* preempt.c: whose job runs now? Does a slice begin with it? */
void mvgpu_engine_turn_locked(struct mvgpu_engine *engine, u64 now);
/* The runner: stop what has had its slice, if the backend can. */
void mvgpu_engine_preempt(struct mvgpu_engine *engine);
/* The runner is to look again when the slice is used up. */
void mvgpu_engine_arm(struct mvgpu_engine *engine);
/* Another length of slices, for the one that has begun, too. */
void mvgpu_engine_set_slice(struct mvgpu_engine *engine, u64 ns);

/* watchdog.c */
void mvgpu_engine_watchdog(struct work_struct *work);
/* A job was submitted. */
void mvgpu_engine_watch_locked(struct mvgpu_engine *engine);
/* Another is the oldest. */
void mvgpu_engine_watch_next_locked(struct mvgpu_engine *engine);
/* Has the oldest used up its time? Then the watchdog comes. */
bool mvgpu_engine_late_locked(struct mvgpu_engine *engine, u64 now);

#endif
