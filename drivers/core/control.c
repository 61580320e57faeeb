// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs by their numbers, for /dev/mvgpu. Not the registry's list: its lock is held
 * while somebody is waited for to close a vGPU, and looking must not wait for that.
 */
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "control.h"
#include "events.h"
#include "gpu.h"

/* Outside of each GPU's lock. */
static DEFINE_MUTEX(control_lock);
static LIST_HEAD(gpus);

void mvgpu_control_add(struct mvgpu_gpu *gpu)
{
	guard(mutex)(&control_lock);
	list_add_tail(&gpu->control_node, &gpus);
	mvgpu_event_gpu(gpu, MVGPU_EVENT_CREATED);
}

void mvgpu_control_remove(struct mvgpu_gpu *gpu)
{
	guard(mutex)(&control_lock);
	list_del(&gpu->control_node);
	/* Who has a reference already finds it gone. */
	scoped_guard(mutex, &gpu->lock)
		gpu->gone = true;
	mvgpu_event_gpu(gpu, MVGPU_EVENT_REMOVED);
}

static struct mvgpu_gpu *gpu_get(u32 id)
{
	struct mvgpu_gpu *gpu;

	guard(mutex)(&control_lock);
	list_for_each_entry(gpu, &gpus, control_node) {
		if (gpu->id != id)
			continue;
		kobject_get(&gpu->kobj);
		return gpu;
	}
	return NULL;
}

int mvgpu_control_with(u32 id, struct mvgpu_ucmd *ucmd,
		       int (*execute)(struct mvgpu_ucmd *ucmd,
				      struct mvgpu_gpu *gpu))
{
	struct mvgpu_gpu *gpu = gpu_get(id);
	int ret;

	if (!gpu)
		return -ENODEV;
	ret = execute(ucmd, gpu);
	kobject_put(&gpu->kobj);
	return ret;
}

static void gpu_info(struct mvgpu_gpu *gpu, struct mvgpu_gpu_info *info)
{
	guard(mutex)(&gpu->lock);
	*info = (struct mvgpu_gpu_info) {
		.id = gpu->id,
		.engines = gpu->caps.nr_engines,
		.memory = gpu->caps.memory,
		.units = gpu->units,
		.units_used = gpu->units_used,
		.vgpus = list_count_nodes(&gpu->vgpus),
		.timeslice_us = READ_ONCE(gpu->timeslice_us),
		.job_timeout_ms = READ_ONCE(gpu->job_timeout_ms),
		.outstanding = READ_ONCE(gpu->outstanding),
		.ban_resets = READ_ONCE(gpu->ban_resets),
		.ban_seconds = READ_ONCE(gpu->ban_seconds),
		.flags = gpu->ops->preempt ? MVGPU_GPU_PREEMPTS : 0,
	};
	strscpy(info->name, dev_name(gpu->parent));
	strscpy(info->bus, dev_bus_name(gpu->parent));
	strscpy(info->backend, gpu->ops->name);
	strscpy(info->policy, gpu->policy->name);
}

u32 mvgpu_control_list(struct mvgpu_gpu_info *info, u32 room)
{
	struct mvgpu_gpu *gpu;
	u32 nr = 0;

	guard(mutex)(&control_lock);
	list_for_each_entry(gpu, &gpus, control_node) {
		if (nr < room)
			gpu_info(gpu, &info[nr]);
		nr++;
	}
	return nr;
}
