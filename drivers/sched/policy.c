// SPDX-License-Identifier: GPL-2.0
/*
 * What all policies have in common: who has work, whose slice it is, and what a
 * job will take.
 */
#include <kunit/visibility.h>
#include <linux/string.h>

#include "policy.h"

static const struct mvgpu_policy_ops *const policies[] = {
	&mvgpu_policy_fair,
	&mvgpu_policy_equal,
	&mvgpu_policy_fixed,
	&mvgpu_policy_exclusive,
};

const struct mvgpu_policy_ops *mvgpu_policy_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(policies); i++)
		if (!strcmp(policies[i]->name, name))
			return policies[i];
	return NULL;
}

void mvgpu_policy_init(struct mvgpu_policy *policy,
		       const struct mvgpu_policy_ops *ops, u64 slice_ns)
{
	memset(policy, 0, sizeof(*policy));
	policy->ops = ops;
	/* Shares begin with 0, which is no policy's. */
	policy->epoch = 1;
	policy->slice_ns = slice_ns;
	INIT_LIST_HEAD(&policy->queued);
	policy->run = RB_ROOT_CACHED;
	policy->held = RB_ROOT_CACHED;
	policy->reserved = RB_ROOT_CACHED;
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_init);

void mvgpu_policy_set(struct mvgpu_policy *policy,
		      const struct mvgpu_policy_ops *ops, u64 now)
{
	struct mvgpu_share *share;

	/* Who sets what is set already forgives no debt. */
	if (policy->ops == ops)
		return;
	list_for_each_entry(share, &policy->queued, node)
		policy->ops->remove(policy, share);
	policy->ops = ops;
	policy->epoch++;
	policy->guaranteed = false;
	policy->woken = false;
	/* The slice ends here. */
	policy->current_share = NULL;
	list_for_each_entry(share, &policy->queued, node)
		policy->ops->add(policy, share, now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_set);

void mvgpu_share_init(struct mvgpu_share *share)
{
	memset(share, 0, sizeof(*share));
	share->params = (struct mvgpu_share_params){
		.weight = MVGPU_WEIGHT_DEFAULT,
		.part = 1,
		.whole = 1,
	};
	INIT_LIST_HEAD(&share->node);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_share_init);

void mvgpu_policy_forget(struct mvgpu_policy *policy,
			 const struct mvgpu_share *share)
{
	/* Another share at the same address must not be taken for this one. */
	if (policy->current_share == share)
		policy->current_share = NULL;
}

void mvgpu_policy_set_params(struct mvgpu_policy *policy,
			     struct mvgpu_share *share,
			     const struct mvgpu_share_params *params, u64 now)
{
	const struct mvgpu_share_params old = share->params;

	/* Who writes what is set already forgives no debt. */
	if (!memcmp(&share->params, params, sizeof(*params)))
		return;
	if (share->queued)
		policy->ops->remove(policy, share);
	share->params = *params;
	if (policy->ops->params)
		policy->ops->params(policy, share, &old, now);
	if (share->queued)
		policy->ops->add(policy, share, now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_set_params);

void mvgpu_policy_add(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 now)
{
	share->queued = true;
	list_add_tail(&share->node, &policy->queued);
	policy->ops->add(policy, share, now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_add);

void mvgpu_policy_back(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now)
{
	share->queued = true;
	list_add_tail(&share->node, &policy->queued);
	if (policy->ops->back)
		policy->ops->back(policy, share, now);
	else
		policy->ops->add(policy, share, now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_back);

void mvgpu_policy_remove(struct mvgpu_policy *policy,
			 struct mvgpu_share *share)
{
	policy->ops->remove(policy, share);
	list_del_init(&share->node);
	share->queued = false;
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_remove);

struct mvgpu_share *mvgpu_policy_pick(struct mvgpu_policy *policy, u64 now,
				      u64 *until)
{
	*until = U64_MAX;
	return policy->ops->pick(policy, now, until);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_pick);

static void policy_charge(struct mvgpu_policy *policy,
			  struct mvgpu_share *share, s64 ns, u64 since, u64 now)
{
	if (share == policy->current_share)
		policy->used_ns += ns;
	if (ns)
		policy->ops->charge(policy, share, ns, since, now);
}

u64 mvgpu_policy_start(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now)
{
	if (share != policy->current_share) {
		policy->current_share = share;
		policy->used_ns = 0;
	}
	/* What it might have had while another job of it runs is that job's. */
	policy_charge(policy, share, share->avg_ns,
		      share->outstanding++ ? 0 : now, now);
	return share->avg_ns;
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_start);

void mvgpu_policy_end(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 charged, u64 ns, u64 now)
{
	share->outstanding--;
	share->avg_ns = share->avg_ns ? (3 * share->avg_ns + ns) / 4 : ns;
	policy_charge(policy, share, (s64)ns - (s64)charged, ns ? now - ns : 0,
		      now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_end);

void mvgpu_policy_cancel(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 u64 charged, u64 now)
{
	share->outstanding--;
	policy_charge(policy, share, -(s64)charged, 0, now);
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_cancel);

bool mvgpu_policy_alone(const struct mvgpu_policy *policy,
			const struct mvgpu_share *share)
{
	return list_empty(&policy->queued) ||
	       (share->queued && list_is_singular(&policy->queued));
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_alone);

bool mvgpu_policy_expired(struct mvgpu_policy *policy,
			  struct mvgpu_share *share, u64 *charged, u64 ns,
			  u64 now)
{
	policy_charge(policy, share, (s64)ns - (s64)*charged, now - ns, now);
	*charged = ns;
	if (policy->ops->yields && policy->ops->yields(policy, share, now))
		return true;
	if (share == policy->current_share)
		policy->used_ns = 0;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_expired);

void mvgpu_policy_stop(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 charged, u64 ns, u64 now)
{
	mvgpu_policy_end(policy, share, charged, ns, now);
	/* Nor does who was chosen to come next stay chosen: this one may be. */
	policy->current_share = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_stop);
