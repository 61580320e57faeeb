// SPDX-License-Identifier: GPL-2.0
/*
 * What an administrator may set, and who is served by which engine.
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

/* Is there nobody who would have to share? */
static bool gpu_exclusive_locked(struct mvgpu_gpu *gpu)
{
	struct mvgpu_vgpu *vgpu;

	lockdep_assert_held(&gpu->lock);
	vgpu = list_first_entry_or_null(&gpu->vgpus, struct mvgpu_vgpu,
					gpu_node);
	return !vgpu || (list_is_singular(&gpu->vgpus) &&
			 vgpu->type->units == MVGPU_UNITS);
}

int mvgpu_sched_set_policy(struct mvgpu_gpu *gpu,
			   const struct mvgpu_policy_ops *ops)
{
	struct mvgpu_engine *engine;
	u32 i;

	guard(mutex)(&gpu->lock);
	if (ops == &mvgpu_policy_exclusive && !gpu_exclusive_locked(gpu))
		return -EBUSY;
	WRITE_ONCE(gpu->policy, ops);
	for (i = 0; i < gpu->caps.nr_engines; i++) {
		engine = &gpu->engines[i];
		scoped_guard(spinlock_irqsave, &engine->lock)
			mvgpu_policy_set(&engine->policy, ops, ktime_get_ns());
		mvgpu_engine_run(engine);
	}
	mvgpu_event_gpu(gpu, MVGPU_EVENT_POLICY);
	return 0;
}

void mvgpu_sched_set_timeslice(struct mvgpu_gpu *gpu, u32 us)
{
	u32 i;

	guard(mutex)(&gpu->lock);
	WRITE_ONCE(gpu->timeslice_us, us);
	for (i = 0; i < gpu->caps.nr_engines; i++)
		mvgpu_engine_set_slice(&gpu->engines[i],
				       (u64)us * NSEC_PER_USEC);
	mvgpu_event_gpu(gpu, MVGPU_EVENT_POLICY);
}

void mvgpu_sched_get_params(struct mvgpu_vgpu *vgpu,
			    struct mvgpu_share_params *params)
{
	guard(spinlock_irqsave)(&vgpu->entity.engine->lock);
	*params = vgpu->entity.share.params;
}

/* The one with the fewest units to serve, of those that nobody owns. */
static struct mvgpu_engine *engine_choose_locked(struct mvgpu_gpu *gpu)
{
	u32 units[MVGPU_MAX_ENGINES] = {};
	struct mvgpu_engine *best = NULL;
	struct mvgpu_vgpu *vgpu;
	u32 i;

	lockdep_assert_held(&gpu->lock);
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node)
		units[vgpu->entity.engine->index] += vgpu->type->units;
	for (i = 0; i < gpu->caps.nr_engines; i++) {
		if (gpu->engines[i].owner)
			continue;
		if (!best || units[i] < units[best->index])
			best = &gpu->engines[i];
	}
	/* Cannot be: who owns them all has all the units. */
	return best ?: &gpu->engines[0];
}

static bool engine_empty_locked(struct mvgpu_gpu *gpu,
				const struct mvgpu_engine *engine)
{
	struct mvgpu_vgpu *vgpu;

	lockdep_assert_held(&gpu->lock);
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node)
		if (vgpu->entity.engine == engine)
			return false;
	return true;
}

void mvgpu_sched_place(struct mvgpu_gpu *gpu, struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_engine *engine = engine_choose_locked(gpu);
	u32 part = vgpu->type->units * gpu->caps.nr_engines;
	struct mvgpu_share *share = &vgpu->entity.share;

	mvgpu_entity_init(&vgpu->entity, engine);
	if (gpu->caps.nr_engines > 1 && part >= gpu->units &&
	    engine_empty_locked(gpu, engine))
		engine->owner = vgpu;
	share->params.whole = gpu->units;
	share->params.part = min(part, gpu->units);
}
