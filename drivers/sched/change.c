// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters of one or several vGPUs at once: all of them or none.
 */
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <mvgpu/backend.h>
#include <mvgpu/sched.h>

#include "../core/events.h"
#include "../core/gpu.h"
#include "../core/vgpu.h"
#include "sched.h"

static struct mvgpu_vgpu *vgpu_find_locked(struct mvgpu_gpu *gpu, u32 id)
{
	struct mvgpu_vgpu *vgpu;

	lockdep_assert_held(&gpu->lock);
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node)
		if (vgpu->id == id)
			return vgpu;
	return NULL;
}

/* Whose it is, what its values will be, and whether each is in its range. */
static int change_check_locked(struct mvgpu_gpu *gpu,
			       struct mvgpu_sched_change *change)
{
	struct mvgpu_share_params *params = &change->params;

	lockdep_assert_held(&gpu->lock);
	change->vgpu = vgpu_find_locked(gpu, change->id);
	if (!change->vgpu)
		return -ENOENT;
	/* Written under gpu->lock, too. */
	*params = change->vgpu->entity.share.params;
	if (change->set_weight)
		params->weight = change->weight;
	if (change->set_cap)
		params->cap = change->cap;
	if (change->set_min)
		params->min = change->min;
	if (params->weight < MVGPU_WEIGHT_MIN ||
	    params->weight > MVGPU_WEIGHT_MAX ||
	    params->cap > MVGPU_PERCENT_MAX || params->min > MVGPU_PERCENT_MAX)
		return -ERANGE;
	return params->cap && params->min > params->cap ? -ERANGE : 0;
}

/* What each engine will have promised, percent, is not more than it may. */
static int promises_check_locked(struct mvgpu_gpu *gpu,
				 const struct mvgpu_sched_change *changes,
				 u32 nr, u32 *bad)
{
	u32 promised[MVGPU_MAX_ENGINES] = {};
	const struct mvgpu_vgpu *vgpu;
	u32 i, *sum;

	lockdep_assert_held(&gpu->lock);
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node)
		promised[vgpu->entity.engine->index] +=
			vgpu->entity.share.params.min;
	for (i = 0; i < nr; i++) {
		vgpu = changes[i].vgpu;
		if (changes[i].set_min)
			promised[vgpu->entity.engine->index] -=
				vgpu->entity.share.params.min;
	}
	for (i = 0; i < nr; i++) {
		if (!changes[i].set_min)
			continue;
		sum = &promised[changes[i].vgpu->entity.engine->index];
		*sum += changes[i].params.min;
		if (*sum > MVGPU_PROMISE_MAX) {
			*bad = i;
			return -ENOSPC;
		}
	}
	return 0;
}

static int changes_check_locked(struct mvgpu_gpu *gpu,
				struct mvgpu_sched_change *changes, u32 nr,
				u32 *bad)
{
	u32 i, k;
	int ret;

	for (i = 0; i < nr; i++) {
		*bad = i;
		ret = change_check_locked(gpu, &changes[i]);
		if (ret)
			return ret;
		for (k = 0; k < i; k++)
			if (changes[k].vgpu == changes[i].vgpu)
				return -ENOTUNIQ;
	}
	return promises_check_locked(gpu, changes, nr, bad);
}

int mvgpu_sched_change(struct mvgpu_gpu *gpu,
		       struct mvgpu_sched_change *changes, u32 nr, u32 *bad)
{
	struct mvgpu_entity *entity;
	unsigned long flags;
	u64 now;
	u32 i;
	int ret;

	guard(mutex)(&gpu->lock);
	if (gpu->gone)
		return -ENODEV;
	ret = changes_check_locked(gpu, changes, nr, bad);
	if (ret)
		return ret;

	flags = mvgpu_gpu_lock_engines(gpu);
	now = ktime_get_ns();
	for (i = 0; i < nr; i++) {
		entity = &changes[i].vgpu->entity;
		mvgpu_policy_set_params(&entity->engine->policy, &entity->share,
					&changes[i].params, now);
	}
	mvgpu_gpu_unlock_engines(gpu, flags);
	for (i = 0; i < nr; i++) {
		mvgpu_engine_run(changes[i].vgpu->entity.engine);
		mvgpu_event_vgpu(changes[i].vgpu, MVGPU_EVENT_POLICY);
	}
	return 0;
}
