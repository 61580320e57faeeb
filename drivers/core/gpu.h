/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_GPU_H
#define _MVGPU_CORE_GPU_H

#include <linux/idr.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <mvgpu/backend.h>
#include <mvgpu/proto.h>
#include <mvgpu/sched.h>
#include <mvgpu/type.h>

#include "events.h"

/**
 * struct mvgpu_gpu - one physical GPU
 */
struct mvgpu_gpu {
	/** @kobj: the mvgpu directory below @parent; counts references. */
	struct kobject kobj;
	/** @id: number for /dev/mvgpu, from 1; constant. */
	u32 id;
	/** @control_node: in the list of control.c; its lock. */
	struct list_head control_node;
	/** @news: for udev. */
	struct mvgpu_news news;
	/** @parent: its device; constant. */
	struct device *parent;
	/** @caps: constant; its capsets are in @capset. */
	struct mvgpu_gpu_caps caps;
	/** @capset: what guests are told; constant. */
	struct mvgpu_capset capset[MVGPU_MAX_CAPSETS];
	/** @nr_capsets: entries of @capset; 0: no 3D; constant. */
	u32 nr_capsets;
	/** @ops: constant. */
	const struct mvgpu_backend_ops *ops;
	/** @priv: for @ops; constant. */
	void *priv;
	/** @node: in the registry; registry lock. */
	struct list_head node;
	/** @views: what each frontend made of it; registry lock. */
	struct list_head views;
	/**
	 * @lock: the members below, up to @gone. Inside the registry lock,
	 * outside every engine's run_mutex.
	 */
	struct mutex lock;
	/** @vgpus: all vGPUs, by their @gpu_node; @lock. */
	struct list_head vgpus;
	/** @units: that are shared out; constant. */
	u32 units;
	/** @units_used: of @units; @lock. */
	u32 units_used;
	/** @next_vgpu: number of the next vGPU; @lock. */
	u32 next_vgpu;
	/** @going: no vGPU is created or opened any more; @lock. */
	bool going;
	/**
	 * @gone: what is outside of this structure may not be touched by who
	 * only has a reference; @lock.
	 */
	bool gone;
	/** @res_ids: GPU ids of resources; has its own lock. */
	struct ida res_ids;
	/** @ctx_ids: GPU ids of contexts; has its own lock. */
	struct ida ctx_ids;
	/** @policy: of all engines; written under @lock, read without. */
	const struct mvgpu_policy_ops *policy;
	/** @outstanding: jobs that an engine is given; read without a lock. */
	u32 outstanding;
	/** @ban_resets: so many hangs, 0: no ban; read without a lock. */
	u32 ban_resets;
	/** @ban_seconds: within this time lead to a ban; likewise. */
	u32 ban_seconds;
	/** @timeslice_us: read without a lock. */
	u32 timeslice_us;
	/** @job_timeout_ms: read without a lock. */
	u32 job_timeout_ms;
	/** @lost_generation: that mvgpu_gpu_lost() spoke of; engines[0].lock. */
	u32 lost_generation;
	/** @resets: times that the whole GPU was reset; read without a lock. */
	u32 resets;
	/** @reset_work: for mvgpu_gpu_lost(). */
	struct work_struct reset_work;
	/** @engines: caps.nr_engines of them. */
	struct mvgpu_engine engines[];
};

/* core/sysfs_gpu.c */
extern const struct kobj_type mvgpu_gpu_ktype;
/* core/sysfs_vgpu.c: one line, a number for each bucket */
ssize_t mvgpu_hist_emit(char *buf, const struct mvgpu_hist *hist);
/* core/gpu.c */
void mvgpu_gpu_free(struct mvgpu_gpu *gpu);

/**
 * mvgpu_gpu_lost_at() - mvgpu_gpu_lost(), judged by a state that may be gone
 * @gpu: the GPU
 * @generation: of that state; nothing is done if the GPU was reset since
 */
void mvgpu_gpu_lost_at(struct mvgpu_gpu *gpu, u32 generation);
/* All engines at once, in the order of their numbers; gpu->lock is held. */
unsigned long mvgpu_gpu_lock_engines(struct mvgpu_gpu *gpu);
void mvgpu_gpu_unlock_engines(struct mvgpu_gpu *gpu, unsigned long flags);
/* core/main.c: for the vGPUs' works and for the runners */
extern struct workqueue_struct *mvgpu_vgpu_wq;
extern struct workqueue_struct *mvgpu_run_wq;

#endif
