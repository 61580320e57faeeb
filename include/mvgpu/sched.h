/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_SCHED_H
#define _MVGPU_SCHED_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <mvgpu/hist.h>
#include <mvgpu/policy.h>

struct mvgpu_engine;
struct mvgpu_entity;
struct mvgpu_gpu;
struct mvgpu_job;
struct mvgpu_vgpu;

#define MVGPU_TIMESLICE_MIN_US 100
#define MVGPU_TIMESLICE_MAX_US 1000000
#define MVGPU_TIMESLICE_DEFAULT_US 2000
#define MVGPU_JOB_TIMEOUT_MIN_MS 10
#define MVGPU_JOB_TIMEOUT_MAX_MS 60000
/* Below the 5 s after which a stock guest gives up on a command. */
#define MVGPU_JOB_TIMEOUT_DEFAULT_MS 2000
#define MVGPU_BAN_RESETS_DEFAULT 10
#define MVGPU_BAN_RESETS_MAX 64
#define MVGPU_BAN_SECONDS_DEFAULT 60
#define MVGPU_BAN_SECONDS_MAX 86400

/**
 * struct mvgpu_entity_stats - what a vGPU has used
 * @busy_ns: engine time, from the later of submit and the previous completion
 *	to the completion or stop, or until now; nothing for a job that overtakes
 *	another
 * @wait_ns: time with a job, queued or running, in which the engine did not
 *	serve it: with @busy_ns and @idle_ns all the time since it was created
 * @overrun_ns: time beyond the end of slices when others waited
 * @jobs: jobs completed, failed ones included
 * @switches: times that the engine came to it from another vGPU
 * @resets: times that the watchdog cancelled its jobs
 * @preemptions: times that a job of it was stopped for others
 * @idle_ns: time without a job, queued or running
 * @hist: distributions
 */
struct mvgpu_entity_stats {
	u64 busy_ns, wait_ns, overrun_ns;
	u64 jobs, switches, resets, preemptions;
	u64 idle_ns;
	struct mvgpu_hist hist[MVGPU_HIST_NR];
};

/**
 * struct mvgpu_entity - a vGPU as the scheduler sees it
 */
struct mvgpu_entity {
	/** @engine: which engine serves it; constant. */
	struct mvgpu_engine *engine;
	/** @queue: jobs that wait, by their @queue; engine lock. */
	struct list_head queue;
	/** @share: the policy's view of it, queued if @queue is not empty; lock. */
	struct mvgpu_share share;
	/** @running: jobs of it in the backend; engine lock. */
	u32 running;
	/** @born: ns, when it was created; constant. */
	u64 born;
	/** @since: ns, since when it is idle if it is; engine lock. */
	u64 since;
	/**
	 * @urgent: served before all others: somebody waits for memory of
	 * the guest, or for the end of all that it has; engine lock.
	 */
	bool urgent;
	/** @urgent_node: in the engine's list if @urgent and jobs wait; lock. */
	struct list_head urgent_node;
	/**
	 * @generation: of the GPU state that its jobs were made for; jobs of
	 * an older one are dropped; engine lock.
	 */
	u32 generation;
	/** @stats: engine lock. */
	struct mvgpu_entity_stats stats;
};

/**
 * struct mvgpu_engine - one engine of a GPU and its runner
 */
struct mvgpu_engine {
	/** @gpu: which GPU; constant. */
	struct mvgpu_gpu *gpu;
	/** @index: number of the engine; constant. */
	u32 index;
	/**
	 * @run_mutex: held while jobs are submitted or stopped; the watchdog
	 * takes it to keep submit() and preempt() out. Outside @lock.
	 */
	struct mutex run_mutex;
	/** @lock: all below and the entities; taken in interrupts. */
	spinlock_t lock;
	/** @policy: who is served next; lock. */
	struct mvgpu_policy policy;
	/** @urgent: entities with jobs to serve first; lock. */
	struct list_head urgent;
	/** @urgent_ns: that they have had more than all others since; lock. */
	u64 urgent_ns;
	/** @running: jobs in the backend, oldest first; lock. */
	struct list_head running;
	/** @nr_running: entries of @running; lock. */
	u32 nr_running;
	/** @dead: the GPU is lost: jobs are dropped at once; lock. */
	bool dead;
	/** @generation: counts resets of the GPU; lock. */
	u32 generation;
	/** @last: entity served last; never followed, only compared; lock. */
	const struct mvgpu_entity *last;
	/** @turn: entity whose job runs; only compared; lock. */
	const struct mvgpu_entity *turn;
	/** @slice_end: ns, when its slice is used up; lock. */
	u64 slice_end;
	/** @ask_at: ns, before which the backend, which refused, is not asked; lock. */
	u64 ask_at;
	/**
	 * @stopping: the backend was told to give back what it has; nothing is
	 * submitted before it did; lock.
	 */
	bool stopping;
	/** @held_until: ns, before which, last time, limits kept all from it; lock. */
	u64 held_until;
	/** @last_done: ns of the last completion or stop; lock. */
	u64 last_done;
	/** @busy_ns: sum over all vGPUs, past ones included, up to @last_done; lock. */
	u64 busy_ns;
	/** @switches: sum, likewise; lock. */
	u64 switches;
	/** @idle_ns: time in which nothing ran, up to @idle_since; lock. */
	u64 idle_ns;
	/** @idle_since: ns, since when nothing runs, if so; lock. */
	u64 idle_since;
	/** @hist: sums over all vGPUs, past ones included; lock. */
	struct mvgpu_hist hist[MVGPU_HIST_NR];
	/** @owner: who has it for itself, or NULL; only compared; gpu->lock. */
	const struct mvgpu_vgpu *owner;
	/** @timer: when nobody may be served now, when somebody may. */
	struct hrtimer timer;
	/** @slice_timer: runs the runner when a job may have to be stopped. */
	struct hrtimer slice_timer;
	/** @run_work: the runner. */
	struct delayed_work run_work;
	/** @watchdog: looks after the oldest running job. */
	struct delayed_work watchdog;
};

/** mvgpu_engine_init() - of a GPU that is being registered. */
void mvgpu_engine_init(struct mvgpu_engine *engine, struct mvgpu_gpu *gpu,
		       u32 index);
/** mvgpu_engine_fini() - no entity is left; sleeps. */
void mvgpu_engine_fini(struct mvgpu_engine *engine);

/** mvgpu_engine_busy_locked() - ns, the running job included; lock is held. */
u64 mvgpu_engine_busy_locked(const struct mvgpu_engine *engine, u64 now);
/** mvgpu_engine_idle_locked() - ns; both together are all the time. */
u64 mvgpu_engine_idle_locked(const struct mvgpu_engine *engine, u64 now);

/** mvgpu_entity_init() - @entity is served by @engine from now on. */
void mvgpu_entity_init(struct mvgpu_entity *entity,
		       struct mvgpu_engine *engine);
/** mvgpu_entity_fini() - no job of it is queued or running. */
void mvgpu_entity_fini(struct mvgpu_entity *entity);

/**
 * mvgpu_entity_push() - a prepared job; mvgpu_job_done() follows, always
 * @entity: whose
 * @job: NEW
 *
 * Context: process, does not sleep.
 */
void mvgpu_entity_push(struct mvgpu_entity *entity, struct mvgpu_job *job);

/**
 * mvgpu_entity_flush() - drop the queued jobs that leave nothing behind
 * @entity: whose
 *
 * Transfers, flushes, streams, checks, and what attaches a resource to a context
 * or detaches it, end with -ECANCELED. What makes or frees something on the GPU
 * stays queued, so that tables and GPU agree.
 */
void mvgpu_entity_flush(struct mvgpu_entity *entity);

/** mvgpu_entity_set_urgent() - serve it before all others, or no more. */
void mvgpu_entity_set_urgent(struct mvgpu_entity *entity, bool urgent);

/**
 * mvgpu_entity_renew() - it has forgotten all that an old GPU state held
 * @entity: no job of it is queued or running
 */
void mvgpu_entity_renew(struct mvgpu_entity *entity);

/** mvgpu_entity_lost() - was the GPU reset since mvgpu_entity_renew()? */
bool mvgpu_entity_lost(struct mvgpu_entity *entity);

/** mvgpu_entity_get_stats() - a consistent copy. */
void mvgpu_entity_get_stats(struct mvgpu_entity *entity,
			    struct mvgpu_entity_stats *stats);

/** mvgpu_entity_stats_locked() - as it is @now; the engine's lock is held. */
void mvgpu_entity_stats_locked(const struct mvgpu_entity *entity, u64 now,
			       struct mvgpu_entity_stats *stats);

/**
 * mvgpu_sched_set_policy() - another policy for all engines of a GPU
 * @gpu: the GPU
 * @ops: which
 *
 * Takes effect with the next job; nothing queued is lost or reordered.
 *
 * Context: process, sleeps.
 * Return: 0; -EBUSY: "exclusive" is for a GPU with no vGPU, or one alone that
 * has all units.
 */
int mvgpu_sched_set_policy(struct mvgpu_gpu *gpu,
			   const struct mvgpu_policy_ops *ops);

/** mvgpu_sched_set_timeslice() - @us is in range; sleeps. */
void mvgpu_sched_set_timeslice(struct mvgpu_gpu *gpu, u32 us);

/**
 * struct mvgpu_sched_change - what is to become of one vGPU's parameters
 * @id: number of the vGPU
 * @set_weight: @weight is to be set
 * @set_cap: @cap is to be set
 * @set_min: @min is to be set
 * @weight: as in struct mvgpu_share_params
 * @cap: likewise
 * @min: likewise
 * @vgpu: filled in by mvgpu_sched_change()
 * @params: likewise
 */
struct mvgpu_sched_change {
	u32 id;
	bool set_weight, set_cap, set_min;
	u32 weight, cap, min;
	struct mvgpu_vgpu *vgpu;
	struct mvgpu_share_params params;
};

/**
 * mvgpu_sched_change() - set parameters of several vGPUs, all or none
 * @gpu: whose vGPUs
 * @changes: what
 * @nr: entries of @changes
 * @bad: which of them is the reason for an error but -ENODEV
 *
 * Context: process, sleeps.
 * Return: 0; -ENODEV: the GPU is gone; -ENOENT: no such vGPU; -ENOTUNIQ: one is
 * named twice; -ERANGE: a value is out of range, or min above cap; -ENOSPC: an
 * engine would have promised more than MVGPU_PROMISE_MAX percent.
 */
int mvgpu_sched_change(struct mvgpu_gpu *gpu,
		       struct mvgpu_sched_change *changes, u32 nr, u32 *bad);

/** mvgpu_sched_get_params() - a consistent copy. */
void mvgpu_sched_get_params(struct mvgpu_vgpu *vgpu,
			    struct mvgpu_share_params *params);

/**
 * mvgpu_sched_place() - give a new vGPU an engine and its part of it
 * @gpu: the GPU
 * @vgpu: not in gpu->vgpus yet; units and number are set
 *
 * Who is as large as an engine gets one for itself, if there is one without
 * vGPUs. All others share the rest.
 *
 * Context: gpu->lock is held.
 */
void mvgpu_sched_place(struct mvgpu_gpu *gpu, struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_sched_reset_gpu() - give up everything on a GPU and reset it
 * @gpu: the GPU
 * @generation: nothing is done if the GPU was reset since it had this one
 * @why: for the message
 *
 * Every running and queued job ends with an error, every vGPU is lost until its
 * guest resets it.
 *
 * Context: process, sleeps; no engine's run_mutex is held.
 */
void mvgpu_sched_reset_gpu(struct mvgpu_gpu *gpu, u32 generation,
			   const char *why);

#endif
