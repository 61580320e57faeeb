// SPDX-License-Identifier: GPL-2.0
/*
 * Policy "equal": the same time for each vGPU that has work. Round robin by
 * budget (deficit round robin): a slice that was overrun shortens the next.
 */
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <mvgpu/sched.h>

#include "../core/gpu.h"

/* Nobody waits for longer than this for what it has used. */
#define MAX_DEBT_NS (MVGPU_JOB_TIMEOUT_MAX_MS * (s64)NSEC_PER_MSEC)

static s64 slice_ns(const struct mvgpu_engine *engine)
{
	return (s64)READ_ONCE(engine->gpu->timeslice_us) * NSEC_PER_USEC;
}

static void equal_add(struct mvgpu_engine *engine, struct mvgpu_entity *entity)
{
	/* Who comes from idle keeps its debt but no credit. */
	entity->budget_ns = min_t(s64, entity->budget_ns, 0);
	list_add_tail(&entity->node, &engine->active);
}

static void equal_remove(struct mvgpu_engine *engine,
			 struct mvgpu_entity *entity)
{
	list_del_init(&entity->node);
}

/* If all are in debt, let the rounds pass in which nobody would be served. */
static void equal_skip(struct mvgpu_engine *engine)
{
	s64 slice = slice_ns(engine), rounds = S64_MAX;
	struct mvgpu_entity *entity;

	list_for_each_entry(entity, &engine->active, node) {
		if (entity->budget_ns > 0)
			return;
		rounds = min(rounds, div64_s64(-entity->budget_ns, slice));
	}
	list_for_each_entry(entity, &engine->active, node)
		entity->budget_ns += rounds * slice;
}

static struct mvgpu_entity *equal_pick(struct mvgpu_engine *engine)
{
	struct mvgpu_entity *entity;

	equal_skip(engine);
	/* Somebody is at most a slice away from credit: ends in one round. */
	while (!list_empty(&engine->active)) {
		entity = list_first_entry(&engine->active, struct mvgpu_entity,
					  node);
		if (entity->budget_ns > 0)
			return entity;
		entity->budget_ns += slice_ns(engine);
		list_move_tail(&entity->node, &engine->active);
	}
	return NULL;
}

static void equal_charge(struct mvgpu_engine *engine,
			 struct mvgpu_entity *entity, u64 ns)
{
	s64 left = entity->budget_ns - (s64)ns;

	if (left < 0)
		entity->stats.overrun_ns += min_t(u64, ns, -left);
	entity->budget_ns = max(left, -MAX_DEBT_NS);
}

const struct mvgpu_policy_ops mvgpu_policy_equal = {
	.name = "equal",
	.add = equal_add,
	.remove = equal_remove,
	.pick = equal_pick,
	.charge = equal_charge,
};
