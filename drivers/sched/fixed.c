// SPDX-License-Identifier: GPL-2.0
/*
 * Policy "fixed": each share owns a part of the time, and what it does not use
 * stays idle, so that its speed does not depend on its neighbours. Of those that
 * are not ahead of their part, the one whose next slice is due first is served;
 * as the parts do not exceed the whole, each gets it in time.
 */
#include <kunit/visibility.h>
#include <linux/minmax.h>

#include "policy.h"

#define run_share(n) rb_entry(n, struct mvgpu_share, run_node)

static bool run_less(struct rb_node *a, const struct rb_node *b)
{
	return mvgpu_v_before(run_share(a)->deadline, run_share(b)->deadline);
}

static void fixed_insert(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	const struct mvgpu_share_params *params = &share->params;

	if (share->held) {
		mvgpu_limit_insert(policy, share);
		return;
	}
	share->deadline = share->limit + mvgpu_limit_burst(policy, params->part,
							    params->whole);
	rb_add_cached(&share->run_node, &policy->run, run_less);
}

/* Where the clock of those that wait has come to: it may be late. */
static s64 fixed_clock(const struct mvgpu_policy *policy, u64 now)
{
	struct rb_node *first = rb_first_cached(&policy->run);

	if (!first)
		return now;
	return clamp_t(s64, run_share(first)->limit,
		       (s64)now - MVGPU_CREDIT_MAX_NS, (s64)now);
}

static void fixed_add(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 now)
{
	s64 clock = fixed_clock(policy, now);

	if (share->epoch != policy->epoch)
		mvgpu_limit_renew(share, now);
	share->epoch = policy->epoch;
	mvgpu_limit_holds(share, now);
	/*
	 * No credit for having slept, nor a place behind all those that have had
	 * to wait. While a job of it runs it does not sleep.
	 */
	if (!share->outstanding && share->limit < clock)
		share->limit = clock;
	fixed_insert(policy, share);
}

static void fixed_remove(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	if (share->held)
		mvgpu_limit_erase(policy, share);
	else
		rb_erase_cached(&share->run_node, &policy->run);
}

static struct mvgpu_share *fixed_pick(struct mvgpu_policy *policy, u64 now,
				      u64 *until)
{
	struct mvgpu_share *share;
	struct rb_node *node;

	while ((share = mvgpu_limit_release(policy, now)))
		fixed_insert(policy, share);
	if (mvgpu_policy_stays(policy))
		return policy->current_share;
	node = rb_first_cached(&policy->run);
	if (!node) {
		*until = mvgpu_limit_next(policy);
		return NULL;
	}
	policy->current_share = run_share(node);
	policy->used_ns = 0;
	return policy->current_share;
}

static void fixed_charge(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 s64 ns, u64 since, u64 now)
{
	const struct mvgpu_share_params *params = &share->params;

	if (share->epoch != policy->epoch)
		return;
	if (share->queued)
		fixed_remove(policy, share);
	/*
	 * What it waited for while jobs of others could not be stopped is made up
	 * for. Where all are behind, because more was promised than there is, none
	 * is due before the others for that.
	 */
	mvgpu_limit_forget(share, since, MVGPU_CREDIT_MAX_NS +
			   mvgpu_limit_burst(policy, params->part,
					     params->whole));
	mvgpu_limit_charge(policy, share, params->part, params->whole, ns, now);
	/* Who owns it all has no limit, but its next slice is due later. */
	if (params->part == params->whole)
		share->held = false;
	if (share->queued)
		fixed_insert(policy, share);
}

static bool fixed_yields(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 u64 now)
{
	const struct mvgpu_share_params *params = &share->params;
	struct mvgpu_share *other;
	struct rb_node *first;

	while ((other = mvgpu_limit_release(policy, now)))
		fixed_insert(policy, other);
	if (mvgpu_limit_reached(share, now))
		return true;
	first = rb_first_cached(&policy->run);
	if (!first || run_share(first) == share)
		return false;
	return share->epoch != policy->epoch ||
	       mvgpu_v_before(run_share(first)->deadline,
			      share->limit + mvgpu_limit_burst(policy,
							       params->part,
							       params->whole));
}

const struct mvgpu_policy_ops mvgpu_policy_fixed = {
	.name = "fixed",
	.add = fixed_add,
	.remove = fixed_remove,
	.pick = fixed_pick,
	.charge = fixed_charge,
	.yields = fixed_yields,
};
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_fixed);
