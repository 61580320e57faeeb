// SPDX-License-Identifier: GPL-2.0
/*
 * Limits, in the manner of mClock's limit tags: what a share uses moves a date,
 * by more the less it may have. Who is so far ahead of now that a burst is used
 * up is held until that date. Over any time T it gets no more than its part of T,
 * two bursts, and the jobs that were outstanding; under "fixed" also what it had to
 * wait for others, up to MVGPU_CREDIT_MAX_NS of T. Nothing of a long job is forgiven:
 * the date is only as far off as the time in which a job has to end allows.
 */
#include <linux/math64.h>

#include "policy.h"

static bool limit_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct mvgpu_share, limit_node)->limit <
	       rb_entry(b, struct mvgpu_share, limit_node)->limit;
}

s64 mvgpu_limit_burst(const struct mvgpu_policy *policy, u32 part, u32 whole)
{
	s64 burst = policy->slice_ns;

	if (burst > MVGPU_BURST_MAX_NS)
		burst = MVGPU_BURST_MAX_NS;
	return div_s64(burst * whole, part);
}

void mvgpu_limit_renew(struct mvgpu_share *share, u64 now)
{
	share->limit = now;
	share->held = false;
}

void mvgpu_limit_forget(struct mvgpu_share *share, u64 since, s64 credit)
{
	if (share->limit < (s64)since - credit)
		share->limit = (s64)since - credit;
}

void mvgpu_limit_charge(struct mvgpu_policy *policy, struct mvgpu_share *share,
			u32 part, u32 whole, s64 ns, u64 now)
{
	s64 burst = mvgpu_limit_burst(policy, part, whole);

	share->limit += div_s64(ns * whole, part);
	if (share->limit > (s64)now + burst)
		share->held = true;
	else if (share->limit <= (s64)now)
		share->held = false;
}

bool mvgpu_limit_holds(struct mvgpu_share *share, u64 now)
{
	if (share->held && share->limit <= (s64)now)
		share->held = false;
	return share->held;
}

bool mvgpu_limit_reached(const struct mvgpu_share *share, u64 now)
{
	return share->held && share->limit > (s64)now;
}

void mvgpu_limit_insert(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	rb_add_cached(&share->limit_node, &policy->held, limit_less);
}

void mvgpu_limit_erase(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	rb_erase_cached(&share->limit_node, &policy->held);
}

static struct mvgpu_share *limit_first(const struct mvgpu_policy *policy)
{
	struct rb_node *node = rb_first_cached(&policy->held);

	return node ? rb_entry(node, struct mvgpu_share, limit_node) : NULL;
}

struct mvgpu_share *mvgpu_limit_release(struct mvgpu_policy *policy, u64 now)
{
	struct mvgpu_share *share = limit_first(policy);

	if (!share || share->limit > (s64)now)
		return NULL;
	mvgpu_limit_erase(policy, share);
	share->held = false;
	return share;
}

u64 mvgpu_limit_next(const struct mvgpu_policy *policy)
{
	const struct mvgpu_share *share = limit_first(policy);

	return share ? share->limit : U64_MAX;
}
