// SPDX-License-Identifier: GPL-2.0
/*
 * Policy "equal": the same time for each that has work: after a slice, whoever
 * has had least comes next. A slice that was overrun is made up for.
 */
#include <kunit/visibility.h>

#include "policy.h"

#define run_share(n) rb_entry(n, struct mvgpu_share, run_node)

static bool run_less(struct rb_node *a, const struct rb_node *b)
{
	return mvgpu_v_before(run_share(a)->v, run_share(b)->v);
}

/* Debts have an end. */
static void equal_bound(const struct mvgpu_policy *policy,
			struct mvgpu_share *share)
{
	if (mvgpu_v_before(policy->v + MVGPU_DEBT_MAX_NS, share->v))
		share->v = policy->v + MVGPU_DEBT_MAX_NS;
}

static void equal_add(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 now)
{
	/* Who comes from idle keeps its debt, up to a limit, but no credit. */
	if (share->epoch != policy->epoch ||
	    mvgpu_v_before(share->v, policy->v))
		share->v = policy->v;
	else
		equal_bound(policy, share);
	share->epoch = policy->epoch;
	share->held = false;
	rb_add_cached(&share->run_node, &policy->run, run_less);
}

static void equal_remove(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	rb_erase_cached(&share->run_node, &policy->run);
}

static struct mvgpu_share *equal_pick(struct mvgpu_policy *policy, u64 now,
				      u64 *until)
{
	struct mvgpu_share *share;
	struct rb_node *node;

	if (mvgpu_policy_stays(policy))
		return policy->current_share;
	node = rb_first_cached(&policy->run);
	if (!node)
		return NULL;
	share = run_share(node);
	if (mvgpu_v_before(policy->v, share->v))
		policy->v = share->v;
	policy->current_share = share;
	policy->used_ns = 0;
	return share;
}

static void equal_charge(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 s64 ns, u64 since, u64 now)
{
	if (share->epoch != policy->epoch)
		return;
	if (share->queued)
		equal_remove(policy, share);
	share->v += ns;
	equal_bound(policy, share);
	if (share->queued)
		rb_add_cached(&share->run_node, &policy->run, run_less);
}

static bool equal_yields(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 u64 now)
{
	struct rb_node *first = rb_first_cached(&policy->run);

	if (!first || run_share(first) == share)
		return false;
	return share->epoch != policy->epoch ||
	       mvgpu_v_before(run_share(first)->v, share->v);
}

const struct mvgpu_policy_ops mvgpu_policy_equal = {
	.name = "equal",
	.add = equal_add,
	.remove = equal_remove,
	.pick = equal_pick,
	.charge = equal_charge,
	.yields = equal_yields,
};
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_equal);
