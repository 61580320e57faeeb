// SPDX-License-Identifier: GPL-2.0
/*
 * Policy "exclusive": for one vGPU that has the whole GPU: its jobs go to the
 * engine as they come. Core sees to it that there is no other.
 */
#include <kunit/visibility.h>

#include "policy.h"

static void exclusive_remove(struct mvgpu_policy *policy,
			     struct mvgpu_share *share)
{
}

static struct mvgpu_share *exclusive_pick(struct mvgpu_policy *policy, u64 now,
					  u64 *until)
{
	return list_first_entry_or_null(&policy->queued, struct mvgpu_share,
					node);
}

static void exclusive_charge(struct mvgpu_policy *policy,
			     struct mvgpu_share *share, s64 ns, u64 since, u64 now)
{
}

static void exclusive_add(struct mvgpu_policy *policy,
			  struct mvgpu_share *share, u64 now)
{
	share->held = false;
}

const struct mvgpu_policy_ops mvgpu_policy_exclusive = {
	.name = "exclusive",
	.add = exclusive_add,
	.remove = exclusive_remove,
	.pick = exclusive_pick,
	.charge = exclusive_charge,
};
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_exclusive);
