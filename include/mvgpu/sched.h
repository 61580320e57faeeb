/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_SCHED_H
#define _MVGPU_SCHED_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct mvgpu_engine;
struct mvgpu_entity;
struct mvgpu_gpu;
struct mvgpu_job;

#define MVGPU_TIMESLICE_MIN_US 100
#define MVGPU_TIMESLICE_MAX_US 1000000
#define MVGPU_TIMESLICE_DEFAULT_US 2000
#define MVGPU_JOB_TIMEOUT_MIN_MS 10
#define MVGPU_JOB_TIMEOUT_MAX_MS 60000
/* Below the 5 s after which a stock guest gives up on a command. */
#define MVGPU_JOB_TIMEOUT_DEFAULT_MS 2000

/**
 * struct mvgpu_policy_ops - which entity an engine serves
 * @name: as shown in sysfs
 * @add: @entity has work now; it was not in the policy
 * @remove: @entity has no work any more; it was in the policy
 * @pick: the entity to serve next, or NULL; may return the one served last
 * @charge: @entity has used @ns of the engine, whether it is in the policy
 *	or not
 *
 * All run with the engine's lock held and interrupts off.
 */
struct mvgpu_policy_ops {
	const char *name;
	void (*add)(struct mvgpu_engine *engine, struct mvgpu_entity *entity);
	void (*remove)(struct mvgpu_engine *engine,
		       struct mvgpu_entity *entity);
	struct mvgpu_entity *(*pick)(struct mvgpu_engine *engine);
	void (*charge)(struct mvgpu_engine *engine,
		       struct mvgpu_entity *entity, u64 ns);
};

extern const struct mvgpu_policy_ops mvgpu_policy_equal;

/**
 * struct mvgpu_entity_stats - what a vGPU has used
 * @busy_ns: engine time, from the later of submit and the previous completion
 *	to the completion
 * @wait_ns: time that jobs stood in the queue
 * @overrun_ns: time beyond the end of slices
 * @jobs: jobs completed, failed ones included
 * @switches: times that the engine came to it from another vGPU
 * @resets: times that the watchdog cancelled its jobs
 */
struct mvgpu_entity_stats {
	u64 busy_ns, wait_ns, overrun_ns;
	u64 jobs, switches, resets;
};

/**
 * struct mvgpu_entity - a vGPU as the scheduler sees it
 */
struct mvgpu_entity {
	/** @engine: which engine serves it; constant. */
	struct mvgpu_engine *engine;
	/** @queue: jobs that wait, by their @queue; engine lock. */
	struct list_head queue;
	/** @node: the policy's; engine lock. */
	struct list_head node;
	/** @budget_ns: the policy's: time left, negative is debt; engine lock */
	s64 budget_ns;
	/** @active: in the policy, that is, @queue is not empty; engine lock. */
	bool active;
	/**
	 * @urgent: served before all others: memory of the guest is waited
	 * for; engine lock.
	 */
	bool urgent;
	/** @urgent_node: in the engine's list if @urgent; engine lock. */
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
	 * @run_mutex: held while jobs are submitted; the watchdog takes it to
	 * keep submit() out. Outside @lock.
	 */
	struct mutex run_mutex;
	/** @lock: all below and the entities; taken in interrupts. */
	spinlock_t lock;
	/** @policy: see struct mvgpu_policy_ops; lock. */
	const struct mvgpu_policy_ops *policy;
	/** @active: the policy's entities with work; lock. */
	struct list_head active;
	/** @urgent: entities to serve first; lock. */
	struct list_head urgent;
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
	/** @last_done: ns of the last completion; lock. */
	u64 last_done;
	/** @busy_ns: sum over all vGPUs, past ones included; lock. */
	u64 busy_ns;
	/** @switches: sum, likewise; lock. */
	u64 switches;
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
 * Transfers and flushes end with -ECANCELED. What makes or frees something on
 * the GPU stays queued, so that tables and GPU agree.
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
