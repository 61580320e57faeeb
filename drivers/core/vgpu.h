/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_VGPU_H
#define _MVGPU_CORE_VGPU_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <mvgpu/chain.h>
#include <mvgpu/ring.h>
#include <mvgpu/sched.h>
#include <mvgpu/vgpu.h>

#include "events.h"

struct mvgpu_map;
struct mvgpu_proto;
struct mvgpu_proto_stats;

/**
 * enum mvgpu_vgpu_state - life of a vGPU
 * @MVGPU_VGPU_CLOSED: no tenant; its work is idle.
 * @MVGPU_VGPU_OPEN: a tenant is there; queues are not served.
 * @MVGPU_VGPU_RUNNING: after DRIVER_OK.
 * @MVGPU_VGPU_BROKEN: the guest broke a rule: nothing is served until a reset.
 * @MVGPU_VGPU_RESETTING: everything of the guest is being freed.
 */
enum mvgpu_vgpu_state {
	MVGPU_VGPU_CLOSED,
	MVGPU_VGPU_OPEN,
	MVGPU_VGPU_RUNNING,
	MVGPU_VGPU_BROKEN,
	MVGPU_VGPU_RESETTING,
};

/**
 * struct mvgpu_vgpu_queue - a virtqueue of a vGPU
 * @config: as the guest has set it; vgpu->lock
 * @enabled: by the guest; vgpu->lock
 * @ring: device side; work
 * @map: the three mapped parts: descriptors, avail, used; NULL until the queue
 *	is first served; work
 */
struct mvgpu_vgpu_queue {
	struct mvgpu_queue_config config;
	bool enabled;
	struct mvgpu_ring ring;
	struct mvgpu_map *map[3];
};

/**
 * struct mvgpu_vgpu - one virtual GPU
 */
struct mvgpu_vgpu {
	/** @kobj: the mvgpu directory below @dev; counts references. */
	struct kobject kobj;
	/** @gpu: a reference is held; constant. */
	struct mvgpu_gpu *gpu;
	/** @type: constant. */
	const struct mvgpu_type *type;
	/** @dev: the frontend's; constant. */
	struct device *dev;
	/** @ops: constant. */
	const struct mvgpu_vgpu_ops *ops;
	/** @data: for @ops; constant. */
	void *data;
	/** @id: number on its GPU, for messages and traces; constant. */
	u32 id;
	/** @gpu_node: in gpu->vgpus; gpu->lock. */
	struct list_head gpu_node;
	/** @news: for udev. */
	struct mvgpu_news news;
	/** @mem: the guest's memory, for ring/ and proto/. */
	struct mvgpu_mem mem;
	/** @display: constant. */
	struct mvgpu_display *display;
	/** @proto: tables; work, and created by open. */
	struct mvgpu_proto *proto;
	/** @entity: for the scheduler. */
	struct mvgpu_entity entity;

	/** @lock: @state, @evictions, and what is marked; innermost. */
	spinlock_t lock;
	/** @state: changed by mvgpu_vgpu_step() only; @lock. */
	enum mvgpu_vgpu_state state;
	/** @hung: a job of it was cancelled; what it holds is given up; @lock. */
	bool hung;
	/** @banned: not served; written under @lock, read without. */
	bool banned;
	/** @hangs: since the last ban was lifted; @lock. */
	u32 hangs;
	/** @hang_at: ns, a ring of the last ones; @lock. */
	u64 hang_at[MVGPU_BAN_RESETS_MAX];
	/** @features: negotiated; @lock. */
	u64 features;
	/** @evictions: callers of mvgpu_vgpu_evict(); @lock. */
	struct list_head evictions;
	/** @wait: for the end of a reset. */
	wait_queue_head_t wait;
	/** @work: serves the vGPU; see mvgpu/pipeline.h. */
	struct work_struct work;
	/** @retry: queues @work again later, where nothing else does. */
	struct delayed_work retry;
	/** @done: jobs on their way back. */
	struct llist_head done;

	/** @queue: see struct mvgpu_vgpu_queue. */
	struct mvgpu_vgpu_queue queue[MVGPU_NR_QUEUES];
	/** @pending: control jobs by their @pending, oldest first; work. */
	struct list_head pending;
	/**
	 * @limbo: jobs that should have freed something and failed; they end
	 * when the GPU was reset; by their @queue; work.
	 */
	struct list_head limbo;
	/** @inflight: jobs pushed and not yet completed, @limbo included; work. */
	u32 inflight;
	/** @flushed: a reset or a hang has dropped what could be dropped; work. */
	bool flushed;
	/** @urgent: as told to the scheduler; work. */
	bool urgent;
	/** @last_job: id of the newest job; work. */
	u64 last_job;

	/** @askers: tasks that take memory away; see eviction.c. */
	struct list_head askers;

	/** @pinned: pages pinned; work writes, sysfs reads. */
	u32 pinned;
	/** @max_pinned: quota; constant. */
	u32 max_pinned;
	/** @quota_hits: requests beyond a quota; work writes, others read. */
	u64 quota_hits;
};

/* core/vgpu.c */
void mvgpu_vgpu_free(struct mvgpu_vgpu *vgpu);
void mvgpu_vgpu_step(struct mvgpu_vgpu *vgpu, enum mvgpu_vgpu_state to);
/* The watchdog has found a job of it that does not end, and ended it, or not. */
void mvgpu_vgpu_hung(struct mvgpu_vgpu *vgpu, bool cancelled);
void mvgpu_vgpu_lift_ban(struct mvgpu_vgpu *vgpu);
/* What it is in, as sysfs says and as enum mvgpu_state; any context. */
const char *mvgpu_vgpu_state_name(const struct mvgpu_vgpu *vgpu);
u32 mvgpu_vgpu_uapi_state(const struct mvgpu_vgpu *vgpu);
/* MVGPU_VGPU_IN_USE or 0; any context. */
u32 mvgpu_vgpu_uapi_flags(const struct mvgpu_vgpu *vgpu);
/* core/work.c */
void mvgpu_vgpu_work(struct work_struct *work);
/* Run the work again soon, since nothing else will. */
void mvgpu_vgpu_later(struct mvgpu_vgpu *vgpu);
/* The guest broke a rule: it is told, and served again after a reset; work. */
void mvgpu_vgpu_break(struct mvgpu_vgpu *vgpu, const char *why);
void mvgpu_vgpu_retry(struct work_struct *work);
/* core/queue.c */
int mvgpu_vgpu_map_queue(struct mvgpu_vgpu *vgpu, u32 index);
void mvgpu_vgpu_unmap_queue(struct mvgpu_vgpu *vgpu, u32 index);
bool mvgpu_vgpu_evict_queue(struct mvgpu_vgpu *vgpu, u32 index, u64 addr,
			    u64 len);
/* core/sysfs_vgpu.c */
/* All 0 while nobody has it open. Any context. */
void mvgpu_vgpu_proto_stats(struct mvgpu_vgpu *vgpu,
			    struct mvgpu_proto_stats *stats);
extern const struct kobj_type mvgpu_vgpu_ktype;

/* core/job.c: jobs come from a cache of their own */
struct mvgpu_job *mvgpu_job_alloc(struct mvgpu_vgpu *vgpu);
void mvgpu_job_free(struct mvgpu_job *job);
int mvgpu_job_cache_init(void);
void mvgpu_job_cache_exit(void);

/**
 * struct mvgpu_map - guest memory that the kernel can touch
 * @addr: guest address, as asked for
 * @nr: pages
 * @vaddr: where @addr is
 */
struct mvgpu_map {
	u64 addr;
	u32 nr;
	void *vaddr;
};

/* core/map.c */
struct mvgpu_map *mvgpu_map_create(struct mvgpu_vgpu *vgpu, u64 addr, u64 len);
void mvgpu_map_destroy(struct mvgpu_vgpu *vgpu, struct mvgpu_map *map);

/* core/display.c */
struct mvgpu_display *mvgpu_display_create(struct mvgpu_vgpu *vgpu);
void mvgpu_display_destroy(struct mvgpu_display *display);
/* The work refreshes the whole plane for a viewer that has just come. */
void mvgpu_display_work(struct mvgpu_display *display);
void mvgpu_display_reset(struct mvgpu_display *display);
/* The next tenant must not see what this one has drawn; not with the work, a viewer. */
void mvgpu_display_clear(struct mvgpu_display *display);

/* core/edid.c */
void mvgpu_edid_fill(u8 edid[128], u32 width, u32 height, u32 max_width,
		     u32 max_height, u32 serial);

#endif
