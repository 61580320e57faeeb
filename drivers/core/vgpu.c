// SPDX-License-Identifier: GPL-2.0
/*
 * Life of a vGPU, and the calls of its frontend. What the calls ask for is
 * done by the vGPU's work (work.c).
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <mvgpu/display.h>
#include <mvgpu/frontend.h>
#include <mvgpu/proto.h>

#include "control.h"
#include "eviction.h"
#include "gpu.h"
#include "vgpu.h"

/* Guest pages that may be pinned, for each page of the vGPU's GPU memory. */
#define PIN_FACTOR 2
/* What 3D streams may create, for each resource of the quota. */
#define OBJECTS_FACTOR 16
/* Entries of one backing; QEMU's limit, too. */
#define MAX_ENTRIES 16384U
/* For each 3D context; Mesa makes one for each context of OpenGL. */
#define SUB_CONTEXTS 4
/* Text of all shaders. */
#define MAX_SHADER_BYTES (64 * 1024 * 1024)
/* Pictures of which a part is shown may be so many times as large as it. */
#define SHADOW_FACTOR 4ULL
/* Streams on their way to the GPU; Mesa's have 256 KiB each. */
#define MAX_STREAM_BYTES (4 * 1024 * 1024)

static bool step_legal(enum mvgpu_vgpu_state from, enum mvgpu_vgpu_state to)
{
	switch (to) {
	case MVGPU_VGPU_CLOSED:
		return from == MVGPU_VGPU_OPEN;
	case MVGPU_VGPU_OPEN:
		return from == MVGPU_VGPU_CLOSED ||
		       from == MVGPU_VGPU_RESETTING;
	case MVGPU_VGPU_RUNNING:
		return from == MVGPU_VGPU_OPEN;
	case MVGPU_VGPU_BROKEN:
		return from == MVGPU_VGPU_RUNNING;
	case MVGPU_VGPU_RESETTING:
		return from != MVGPU_VGPU_CLOSED;
	}
	return false;
}

void mvgpu_vgpu_step(struct mvgpu_vgpu *vgpu, enum mvgpu_vgpu_state to)
{
	lockdep_assert_held(&vgpu->lock);
	if (!WARN_ON_ONCE(!step_legal(vgpu->state, to)))
		vgpu->state = to;
}

static_assert((int)MVGPU_STATE_CLOSED == (int)MVGPU_VGPU_CLOSED);
static_assert((int)MVGPU_STATE_OPEN == (int)MVGPU_VGPU_OPEN);
static_assert((int)MVGPU_STATE_RUNNING == (int)MVGPU_VGPU_RUNNING);
static_assert((int)MVGPU_STATE_BROKEN == (int)MVGPU_VGPU_BROKEN);
static_assert((int)MVGPU_STATE_RESETTING == (int)MVGPU_VGPU_RESETTING);

u32 mvgpu_vgpu_uapi_state(const struct mvgpu_vgpu *vgpu)
{
	if (READ_ONCE(vgpu->banned))
		return MVGPU_STATE_BANNED;
	return READ_ONCE(vgpu->state);
}

u32 mvgpu_vgpu_uapi_flags(const struct mvgpu_vgpu *vgpu)
{
	return READ_ONCE(vgpu->state) == MVGPU_VGPU_CLOSED ?
	       0 : MVGPU_VGPU_IN_USE;
}

const char *mvgpu_vgpu_state_name(const struct mvgpu_vgpu *vgpu)
{
	static const char *const name[] = {
		[MVGPU_STATE_CLOSED] = "closed",
		[MVGPU_STATE_OPEN] = "open",
		[MVGPU_STATE_RUNNING] = "running",
		[MVGPU_STATE_BROKEN] = "broken",
		[MVGPU_STATE_RESETTING] = "resetting",
		[MVGPU_STATE_BANNED] = "banned",
	};

	return name[mvgpu_vgpu_uapi_state(vgpu)];
}

static int mem_read(struct mvgpu_mem *mem, u64 addr, void *buf, size_t len)
{
	struct mvgpu_vgpu *vgpu = container_of(mem, struct mvgpu_vgpu, mem);

	return vgpu->ops->read(vgpu->data, addr, buf, len);
}

static int mem_write(struct mvgpu_mem *mem, u64 addr, const void *buf,
		     size_t len)
{
	struct mvgpu_vgpu *vgpu = container_of(mem, struct mvgpu_vgpu, mem);

	return vgpu->ops->write(vgpu->data, addr, buf, len);
}

static int gpu_admit(struct mvgpu_gpu *gpu, struct mvgpu_vgpu *vgpu)
{
	guard(mutex)(&gpu->lock);
	if (gpu->going)
		return -ENODEV;
	if (vgpu->type->units > gpu->units - gpu->units_used)
		return -ENOSPC;
	if (gpu->policy == &mvgpu_policy_exclusive &&
	    (vgpu->type->units < MVGPU_UNITS || gpu->units_used))
		return -ENOSPC;
	gpu->units_used += vgpu->type->units;
	vgpu->id = gpu->next_vgpu++;
	mvgpu_sched_place(gpu, vgpu);
	list_add_tail(&vgpu->gpu_node, &gpu->vgpus);
	return 0;
}

static void gpu_dismiss(struct mvgpu_gpu *gpu, struct mvgpu_vgpu *vgpu)
{
	scoped_guard(mutex, &gpu->lock) {
		list_del(&vgpu->gpu_node);
		gpu->units_used -= vgpu->type->units;
		if (vgpu->entity.engine->owner == vgpu)
			vgpu->entity.engine->owner = NULL;
	}
	mvgpu_entity_fini(&vgpu->entity);
}

struct mvgpu_vgpu *mvgpu_vgpu_create(struct mvgpu_gpu *gpu,
				     const struct mvgpu_type *type,
				     struct device *dev,
				     const struct mvgpu_vgpu_ops *ops,
				     void *data)
{
	struct mvgpu_vgpu *vgpu;
	int ret;

	vgpu = kzalloc(sizeof(*vgpu), GFP_KERNEL);
	if (!vgpu)
		return ERR_PTR(-ENOMEM);
	vgpu->gpu = gpu;
	vgpu->type = type;
	vgpu->dev = dev;
	vgpu->ops = ops;
	vgpu->data = data;
	mvgpu_news_init(&vgpu->news, dev, vgpu);
	vgpu->mem.read = mem_read;
	vgpu->mem.write = mem_write;
	spin_lock_init(&vgpu->lock);
	INIT_LIST_HEAD(&vgpu->evictions);
	INIT_LIST_HEAD(&vgpu->askers);
	init_waitqueue_head(&vgpu->wait);
	INIT_WORK(&vgpu->work, mvgpu_vgpu_work);
	INIT_DELAYED_WORK(&vgpu->retry, mvgpu_vgpu_retry);
	init_llist_head(&vgpu->done);
	INIT_LIST_HEAD(&vgpu->pending);
	INIT_LIST_HEAD(&vgpu->limbo);
	vgpu->max_pinned = min_t(u64, U32_MAX / 2,
				 mvgpu_gpu_type_memory(gpu, type) / PAGE_SIZE *
					 PIN_FACTOR);
	vgpu->display = mvgpu_display_create(vgpu);
	if (!vgpu->display) {
		kfree(vgpu);
		return ERR_PTR(-ENOMEM);
	}
	ret = gpu_admit(gpu, vgpu);
	if (ret)
		goto destroy_display;
	kobject_get(&gpu->kobj);
	ret = kobject_init_and_add(&vgpu->kobj, &mvgpu_vgpu_ktype, &dev->kobj,
				   "mvgpu");
	if (ret) {
		gpu_dismiss(gpu, vgpu);
		/* A reset of the GPU may have queued it. */
		disable_work_sync(&vgpu->work);
		mvgpu_news_fini(&vgpu->news);
		/* Frees the display and drops the reference, too. */
		kobject_put(&vgpu->kobj);
		return ERR_PTR(ret);
	}
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_CREATED);
	return vgpu;

destroy_display:
	mvgpu_display_destroy(vgpu->display);
	kfree(vgpu);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_create);

void mvgpu_vgpu_free(struct mvgpu_vgpu *vgpu)
{
	mvgpu_display_destroy(vgpu->display);
	kobject_put(&vgpu->gpu->kobj);
	kfree(vgpu);
}

void mvgpu_vgpu_destroy(struct mvgpu_vgpu *vgpu)
{
	WARN_ON_ONCE(vgpu->state != MVGPU_VGPU_CLOSED);
	kobject_del(&vgpu->kobj);
	/* After these no job, watchdog, reset or asker can queue the works again. */
	gpu_dismiss(vgpu->gpu, vgpu);
	mvgpu_vgpu_evict_forget(vgpu);
	disable_delayed_work_sync(&vgpu->retry);
	disable_work_sync(&vgpu->work);
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_REMOVED);
	mvgpu_news_fini(&vgpu->news);
	kobject_put(&vgpu->kobj);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_destroy);

int mvgpu_vgpu_open(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_gpu *gpu = vgpu->gpu;
	struct mvgpu_proto_config config = {
		.vgpu = vgpu,
		.mem = &vgpu->mem,
		.display = vgpu->display,
		.nr_scanouts = vgpu->type->nr_scanouts,
		.max_resources = vgpu->type->max_resources,
		.max_bytes = mvgpu_gpu_type_memory(gpu, vgpu->type),
		.max_entries = min(gpu->caps.max_runs, MAX_ENTRIES),
		.nr_capsets = gpu->nr_capsets,
		.capset = gpu->capset,
		.max_contexts = vgpu->type->max_contexts,
		.max_objects = vgpu->type->max_resources * OBJECTS_FACTOR,
		.max_sub_contexts = vgpu->type->max_contexts * SUB_CONTEXTS,
		.max_shader_bytes = MAX_SHADER_BYTES,
		.max_stream = gpu->caps.max_stream,
		.max_shadow = mvgpu_display_size(vgpu->display) *
			      SHADOW_FACTOR,
		.max_stream_bytes = MAX_STREAM_BYTES,
	};

	scoped_guard(mutex, &gpu->lock)
		if (gpu->going)
			return -ENODEV;
	if (READ_ONCE(vgpu->banned))
		return -EACCES;
	mvgpu_entity_renew(&vgpu->entity);
	/* True even now: the GPU is out of use. */
	if (mvgpu_entity_lost(&vgpu->entity))
		return -ENODEV;
	if (!try_module_get(gpu->ops->owner))
		return -ENODEV;
	vgpu->proto = mvgpu_proto_create(&config);
	if (!vgpu->proto) {
		module_put(gpu->ops->owner);
		return -ENOMEM;
	}
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		vgpu->hung = false;
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_OPEN);
	}
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_OPENED);
	return 0;
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_open);

/* Return: was there a driver that has used it? */
static bool reset_begin(struct mvgpu_vgpu *vgpu)
{
	bool used;

	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		if (vgpu->state == MVGPU_VGPU_CLOSED ||
		    vgpu->state == MVGPU_VGPU_RESETTING)
			return false;
		used = vgpu->state != MVGPU_VGPU_OPEN;
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_RESETTING);
	}
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
	return used;
}

void mvgpu_vgpu_close(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_eviction *eviction, *next;
	struct mvgpu_proto *proto = vgpu->proto;

	reset_begin(vgpu);
	mvgpu_vgpu_reset_wait(vgpu);
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_CLOSED);
		/* Nothing is pinned any more: their wish is fulfilled. */
		list_for_each_entry_safe(eviction, next, &vgpu->evictions,
					 node) {
			list_del(&eviction->node);
			complete(&eviction->done);
		}
	}
	/* A run that began before may still use the tables; a later won't. */
	flush_work(&vgpu->work);
	mvgpu_display_clear(vgpu->display);
	scoped_guard(spinlock_irqsave, &vgpu->lock)
		vgpu->proto = NULL;
	mvgpu_proto_destroy(proto);
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_CLOSED);
	module_put(vgpu->gpu->ops->owner);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_close);

void mvgpu_vgpu_start(struct mvgpu_vgpu *vgpu, u64 features)
{
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		if (vgpu->state != MVGPU_VGPU_OPEN)
			return;
		vgpu->features = features;
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_RUNNING);
	}
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_STARTED);
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_start);

void mvgpu_vgpu_queue_enable(struct mvgpu_vgpu *vgpu, u32 queue,
			     const struct mvgpu_queue_config *config)
{
	if (WARN_ON_ONCE(queue >= MVGPU_NR_QUEUES))
		return;
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		/* A running reset forgets queues when it ends. */
		if (vgpu->state == MVGPU_VGPU_CLOSED ||
		    vgpu->state == MVGPU_VGPU_RESETTING)
			return;
		vgpu->queue[queue].config = *config;
		vgpu->queue[queue].enabled = true;
	}
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_queue_enable);

void mvgpu_vgpu_kick(struct mvgpu_vgpu *vgpu)
{
	/* The work looks at both queues, which costs it two reads. */
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_kick);

void mvgpu_vgpu_reset_begin(struct mvgpu_vgpu *vgpu)
{
	if (reset_begin(vgpu))
		mvgpu_event_vgpu(vgpu, MVGPU_EVENT_RESET);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_reset_begin);

/* Were there so many hangs within so long? The oldest is overwritten. */
static bool hangs_too_many_locked(struct mvgpu_vgpu *vgpu, u64 now)
{
	u32 max = READ_ONCE(vgpu->gpu->ban_resets);
	u64 span = (u64)READ_ONCE(vgpu->gpu->ban_seconds) * NSEC_PER_SEC;
	u32 first;

	lockdep_assert_held(&vgpu->lock);
	vgpu->hang_at[vgpu->hangs++ % MVGPU_BAN_RESETS_MAX] = now;
	if (!max || vgpu->hangs < max)
		return false;
	first = (vgpu->hangs - max) % MVGPU_BAN_RESETS_MAX;
	return now - vgpu->hang_at[first] <= span;
}

void mvgpu_vgpu_hung(struct mvgpu_vgpu *vgpu, bool cancelled)
{
	bool ban;

	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		ban = !vgpu->banned &&
		      hangs_too_many_locked(vgpu, ktime_get_ns());
		if (ban)
			WRITE_ONCE(vgpu->banned, true);
		if (cancelled && vgpu->state == MVGPU_VGPU_RUNNING)
			vgpu->hung = true;
	}
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_HUNG);
	if (ban) {
		dev_warn(vgpu->dev,
			 "mvgpu: banned for hanging the GPU again and again; lift it by writing 1 to mvgpu/reset\n");
		mvgpu_event_vgpu(vgpu, MVGPU_EVENT_BANNED);
	}
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}

void mvgpu_vgpu_lift_ban(struct mvgpu_vgpu *vgpu)
{
	bool banned;

	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		banned = vgpu->banned;
		WRITE_ONCE(vgpu->banned, false);
		vgpu->hangs = 0;
	}
	if (!banned)
		return;
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_UNBANNED);
	/* A run that saw the ban has left requests where they are. */
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}

bool mvgpu_vgpu_reset_pending(struct mvgpu_vgpu *vgpu)
{
	return READ_ONCE(vgpu->state) == MVGPU_VGPU_RESETTING;
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_reset_pending);

void mvgpu_vgpu_reset_wait(struct mvgpu_vgpu *vgpu)
{
	wait_event(vgpu->wait, !mvgpu_vgpu_reset_pending(vgpu));
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_reset_wait);

const struct mvgpu_type *mvgpu_vgpu_type(const struct mvgpu_vgpu *vgpu)
{
	return vgpu->type;
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_type);

struct mvgpu_gpu *mvgpu_vgpu_gpu(const struct mvgpu_vgpu *vgpu)
{
	return vgpu->gpu;
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_gpu);

struct device *mvgpu_vgpu_dev(const struct mvgpu_vgpu *vgpu)
{
	return vgpu->dev;
}

struct mvgpu_display *mvgpu_vgpu_display(struct mvgpu_vgpu *vgpu)
{
	return vgpu->display;
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_display);
