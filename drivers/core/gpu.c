// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/backend.h>
#include <mvgpu/frontend.h>

#include "control.h"
#include "gpu.h"
#include "registry.h"

static atomic_t last_id = ATOMIC_INIT(0);

static bool caps_valid(const struct mvgpu_gpu_caps *caps)
{
	return caps->memory && caps->nr_engines &&
	       caps->nr_engines <= MVGPU_MAX_ENGINES && caps->max_outstanding &&
	       caps->max_runs && caps->max_res_id &&
	       caps->overcommit <= MVGPU_MAX_OVERCOMMIT;
}

static void gpu_reset_work(struct work_struct *work)
{
	struct mvgpu_gpu *gpu = container_of(work, struct mvgpu_gpu,
					     reset_work);

	u32 generation;

	scoped_guard(spinlock_irqsave, &gpu->engines[0].lock)
		generation = gpu->lost_generation;
	mvgpu_sched_reset_gpu(gpu, generation,
			      "the GPU does not answer as it should");
}

/*
 * Several reports of one failure lead to one reset. The lock keeps a late report of an
 * old state from hiding one of the new.
 */
static void gpu_lost_locked(struct mvgpu_gpu *gpu)
{
	struct mvgpu_engine *engine = &gpu->engines[0];

	lockdep_assert_held(&engine->lock);
	gpu->lost_generation = engine->generation;
	queue_work(mvgpu_run_wq, &gpu->reset_work);
}

void mvgpu_gpu_lost(struct mvgpu_gpu *gpu)
{
	struct mvgpu_engine *engine = &gpu->engines[0];

	guard(spinlock_irqsave)(&engine->lock);
	gpu_lost_locked(gpu);
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_lost);

void mvgpu_gpu_lost_at(struct mvgpu_gpu *gpu, u32 generation)
{
	struct mvgpu_engine *engine = &gpu->engines[0];

	guard(spinlock_irqsave)(&engine->lock);
	if (engine->generation == generation)
		gpu_lost_locked(gpu);
}

/* Guests see our copy, without what they may not use. */
static int capsets_copy(struct mvgpu_gpu *gpu)
{
	const struct mvgpu_gpu_caps *caps = &gpu->caps;
	struct mvgpu_capset *copy;
	void *data;
	u32 i;

	for (i = 0; i < caps->nr_capsets && caps->max_ctx_id; i++) {
		if (!mvgpu_capset_known(&caps->capsets[i]) ||
		    gpu->nr_capsets == ARRAY_SIZE(gpu->capset))
			continue;
		data = kmemdup(caps->capsets[i].data, caps->capsets[i].size,
			       GFP_KERNEL);
		if (!data)
			return -ENOMEM;
		copy = &gpu->capset[gpu->nr_capsets++];
		*copy = caps->capsets[i];
		copy->data = data;
		mvgpu_capset_mask(copy->id, data, copy->size);
	}
	return 0;
}

void mvgpu_gpu_free(struct mvgpu_gpu *gpu)
{
	while (gpu->nr_capsets)
		kfree(gpu->capset[--gpu->nr_capsets].data);
	ida_destroy(&gpu->ctx_ids);
	ida_destroy(&gpu->res_ids);
	mutex_destroy(&gpu->lock);
	kfree(gpu);
}

struct mvgpu_gpu *mvgpu_gpu_register(struct device *parent,
				     const struct mvgpu_gpu_caps *caps,
				     const struct mvgpu_backend_ops *ops,
				     void *priv)
{
	struct mvgpu_gpu *gpu;
	int ret;
	u32 i;

	if (WARN_ON_ONCE(!caps_valid(caps) || !ops->submit || !ops->reset))
		return ERR_PTR(-EINVAL);
	gpu = kzalloc(struct_size(gpu, engines, caps->nr_engines), GFP_KERNEL);
	if (!gpu)
		return ERR_PTR(-ENOMEM);

	gpu->id = atomic_inc_return(&last_id);
	gpu->parent = parent;
	mvgpu_news_init(&gpu->news, parent, NULL);
	gpu->caps = *caps;
	gpu->ops = ops;
	gpu->priv = priv;
	INIT_LIST_HEAD(&gpu->node);
	INIT_LIST_HEAD(&gpu->views);
	mutex_init(&gpu->lock);
	INIT_LIST_HEAD(&gpu->vgpus);
	ida_init(&gpu->res_ids);
	ida_init(&gpu->ctx_ids);
	gpu->units = MVGPU_UNITS * (caps->overcommit ?: 1);
	gpu->policy = &mvgpu_policy_fair;
	gpu->outstanding = caps->max_outstanding;
	gpu->ban_resets = MVGPU_BAN_RESETS_DEFAULT;
	gpu->ban_seconds = MVGPU_BAN_SECONDS_DEFAULT;
	gpu->timeslice_us = MVGPU_TIMESLICE_DEFAULT_US;
	gpu->job_timeout_ms = MVGPU_JOB_TIMEOUT_DEFAULT_MS;
	INIT_WORK(&gpu->reset_work, gpu_reset_work);
	for (i = 0; i < caps->nr_engines; i++)
		mvgpu_engine_init(&gpu->engines[i], gpu, i);

	kobject_init(&gpu->kobj, &mvgpu_gpu_ktype);
	ret = capsets_copy(gpu) ?:
	      kobject_add(&gpu->kobj, &parent->kobj, "mvgpu");
	if (ret) {
		kobject_put(&gpu->kobj);
		return ERR_PTR(ret);
	}
	dev_info(parent,
		 "mvgpu: %s GPU with %llu MiB and %u engine(s) is shared\n",
		 ops->name, caps->memory >> 20, caps->nr_engines);
	mvgpu_control_add(gpu);
	mvgpu_registry_add(gpu);
	return gpu;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_register);

void mvgpu_gpu_unregister(struct mvgpu_gpu *gpu)
{
	u32 i;

	scoped_guard(mutex, &gpu->lock)
		gpu->going = true;
	mvgpu_registry_remove(gpu);
	mvgpu_control_remove(gpu);
	disable_work_sync(&gpu->reset_work);
	for (i = 0; i < gpu->caps.nr_engines; i++)
		mvgpu_engine_fini(&gpu->engines[i]);
	WARN_ON_ONCE(!list_empty(&gpu->vgpus));
	mvgpu_news_fini(&gpu->news);
	kobject_del(&gpu->kobj);
	kobject_put(&gpu->kobj);
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_unregister);

unsigned long mvgpu_gpu_lock_engines(struct mvgpu_gpu *gpu)
{
	unsigned long flags;
	u32 i;

	lockdep_assert_held(&gpu->lock);
	spin_lock_irqsave(&gpu->engines[0].lock, flags);
	for (i = 1; i < gpu->caps.nr_engines; i++)
		spin_lock_nest_lock(&gpu->engines[i].lock, &gpu->lock);
	return flags;
}

void mvgpu_gpu_unlock_engines(struct mvgpu_gpu *gpu, unsigned long flags)
{
	u32 i = gpu->caps.nr_engines;

	while (--i)
		spin_unlock(&gpu->engines[i].lock);
	spin_unlock_irqrestore(&gpu->engines[0].lock, flags);
}

struct device *mvgpu_gpu_device(struct mvgpu_gpu *gpu)
{
	return gpu->parent;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_device);

u64 mvgpu_gpu_features(struct mvgpu_gpu *gpu)
{
	u64 features = BIT_ULL(VIRTIO_GPU_F_EDID);

	if (!gpu->nr_capsets)
		return features;
	features |= BIT_ULL(VIRTIO_GPU_F_VIRGL);
	if (gpu->caps.context_init)
		features |= BIT_ULL(VIRTIO_GPU_F_CONTEXT_INIT);
	return features;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_features);

u32 mvgpu_gpu_capsets(struct mvgpu_gpu *gpu)
{
	return gpu->nr_capsets;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_capsets);

u32 mvgpu_gpu_available(struct mvgpu_gpu *gpu, const struct mvgpu_type *type)
{
	guard(mutex)(&gpu->lock);
	if (gpu->going)
		return 0;
	if (gpu->policy == &mvgpu_policy_exclusive)
		return type->units == MVGPU_UNITS && !gpu->units_used;
	return (gpu->units - gpu->units_used) / type->units;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_available);

u32 mvgpu_gpu_units(const struct mvgpu_gpu *gpu)
{
	return gpu->units;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_units);

u64 mvgpu_gpu_type_memory(struct mvgpu_gpu *gpu, const struct mvgpu_type *type)
{
	return div_u64(gpu->caps.memory, gpu->units) * type->units;
}
EXPORT_SYMBOL_GPL(mvgpu_gpu_type_memory);
