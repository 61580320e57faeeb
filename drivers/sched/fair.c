// SPDX-License-Identifier: GPL-2.0
/*
 * Policy "fair": weighted fair queueing by time used, after EEVDF (see the
 * kernel's sched/fair.c). Each share has a virtual time that runs the slower the
 * larger its weight is; who is not ahead of the average is eligible, and of
 * those the one with the earliest virtual deadline is served. On top of that
 * limits (cap) and guarantees (min) are dates, in the manner of mClock.
 */
#include <kunit/visibility.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/rbtree_augmented.h>

#include "policy.h"

/* Virtual ns of a share with the largest weight, for each ns used. */
#define SCALE MVGPU_WEIGHT_MAX

static s64 fair_virtual(const struct mvgpu_share *share, s64 ns)
{
	return div_s64(ns * SCALE, share->params.weight);
}

#define run_share(n) rb_entry(n, struct mvgpu_share, run_node)

static bool run_less(struct rb_node *a, const struct rb_node *b)
{
	return mvgpu_v_before(run_share(a)->deadline, run_share(b)->deadline);
}

/* Return: is it what it was? */
static bool min_v_compute(struct mvgpu_share *share, bool exit)
{
	const struct rb_node *child[] = { share->run_node.rb_left,
					  share->run_node.rb_right };
	u64 old = share->min_v;
	size_t i;

	share->min_v = share->v;
	for (i = 0; i < ARRAY_SIZE(child); i++)
		if (child[i] &&
		    mvgpu_v_before(run_share(child[i])->min_v, share->min_v))
			share->min_v = run_share(child[i])->min_v;
	return exit && share->min_v == old;
}

RB_DECLARE_CALLBACKS(static, min_v_cb, struct mvgpu_share, run_node, min_v,
		     min_v_compute);

static bool reserve_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct mvgpu_share, reserve_node)->reserve <
	       rb_entry(b, struct mvgpu_share, reserve_node)->reserve;
}

/* policy->v is the average: what is left in the sum is less than one each. */
static void fair_average(struct mvgpu_policy *policy)
{
	s64 step;

	if (!policy->weights)
		return;
	step = div64_s64(policy->sum, policy->weights);
	policy->v += step;
	policy->sum -= step * policy->weights;
}

static void fair_insert(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	s64 weight = share->params.weight;

	share->min_v = share->v;
	rb_add_augmented_cached(&share->run_node, &policy->run, run_less,
				&min_v_cb);
	if (share->params.min)
		rb_add_cached(&share->reserve_node, &policy->reserved,
			      reserve_less);
	policy->weights += weight;
	policy->sum += weight * (s64)(share->v - policy->v);
	fair_average(policy);
}

static void fair_erase(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	s64 weight = share->params.weight;

	rb_erase_augmented_cached(&share->run_node, &policy->run, &min_v_cb);
	if (share->params.min)
		rb_erase_cached(&share->reserve_node, &policy->reserved);
	policy->weights -= weight;
	policy->sum -= weight * (s64)(share->v - policy->v);
	if (!policy->weights)
		policy->sum = 0;
	fair_average(policy);
}

/*
 * Who comes back goes on where it was, but no more than a slice behind the
 * average: that is all that sleeping can bring, and enough for those who send
 * one job at a time. What it owes is paid by the others' progress.
 */
static void fair_place(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	s64 slice = fair_virtual(share, policy->slice_ns);
	s64 debt = fair_virtual(share, MVGPU_DEBT_MAX_NS);
	s64 ahead = clamp_t(s64, share->v - policy->v, -slice, debt);

	share->v = policy->v + ahead;
	share->deadline = share->v + slice;
	if (ahead > 0)
		return;
	/* It has had less than its share: no need to wait for long. */
	share->deadline -= 2 * slice;
	policy->woken = true;
}

static void fair_enter(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now)
{
	fair_place(policy, share);
	if (share->reserve < (s64)now)
		share->reserve = now;
	fair_insert(policy, share);
}

static void fair_add(struct mvgpu_policy *policy, struct mvgpu_share *share,
		     u64 now)
{
	if (share->epoch != policy->epoch) {
		share->epoch = policy->epoch;
		share->v = policy->v;
		share->reserve = now;
		mvgpu_limit_renew(share, now);
	}
	if (mvgpu_limit_holds(share, now))
		mvgpu_limit_insert(policy, share);
	else
		fair_enter(policy, share, now);
}

/* Who had a job taken back has not slept: nothing is given, nothing lost. */
static void fair_back(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 now)
{
	s64 slice = fair_virtual(share, policy->slice_ns);

	if (share->epoch != policy->epoch) {
		fair_add(policy, share, now);
		return;
	}
	if (mvgpu_limit_holds(share, now)) {
		mvgpu_limit_insert(policy, share);
		return;
	}
	if (mvgpu_v_before(share->v, policy->v - slice))
		share->v = policy->v - slice;
	fair_insert(policy, share);
}

static void fair_remove(struct mvgpu_policy *policy, struct mvgpu_share *share)
{
	if (share->held)
		mvgpu_limit_erase(policy, share);
	else
		fair_erase(policy, share);
}

/* What was used under a cap is not forgiven: its time off is that of the new cap. */
static void fair_cap(struct mvgpu_share *share, u32 old, u64 now)
{
	u32 cap = share->params.cap;

	if (!cap || !old)
		mvgpu_limit_renew(share, now);
	else if (share->limit > (s64)now)
		share->limit = now + div_s64((share->limit - (s64)now) * old, cap);
}

static void fair_params(struct mvgpu_policy *policy, struct mvgpu_share *share,
			const struct mvgpu_share_params *old, u64 now)
{
	/* Virtual times of another weight mean nothing: no debt, no credit. */
	if (share->params.weight != old->weight)
		share->v = policy->v;
	if (share->params.min != old->min)
		share->reserve = now;
	if (share->params.cap != old->cap)
		fair_cap(share, old->cap, now);
}

/* The earliest deadline of those that are not ahead of the average. */
static struct mvgpu_share *fair_eligible(const struct mvgpu_policy *policy)
{
	struct rb_node *node = policy->run.rb_root.rb_node;
	struct mvgpu_share *share;
	/* The least is not above the average, which was rounded. */
	u64 v = policy->v + 1;

	while (node) {
		struct rb_node *left = node->rb_left;

		share = run_share(node);
		if (left && !mvgpu_v_before(v, run_share(left)->min_v)) {
			node = left;
			continue;
		}
		if (!mvgpu_v_before(v, share->v))
			return share;
		node = node->rb_right;
	}
	node = rb_first_cached(&policy->run);
	return node ? run_share(node) : NULL;
}

static struct mvgpu_share *fair_behind(const struct mvgpu_policy *policy,
				       u64 now)
{
	struct rb_node *node = rb_first_cached(&policy->reserved);
	struct mvgpu_share *share;

	if (!node)
		return NULL;
	share = rb_entry(node, struct mvgpu_share, reserve_node);
	return share->reserve <= (s64)now ? share : NULL;
}

static void fair_release(struct mvgpu_policy *policy, u64 now)
{
	struct mvgpu_share *share;

	while ((share = mvgpu_limit_release(policy, now)))
		fair_enter(policy, share, now);
}

static struct mvgpu_share *fair_pick(struct mvgpu_policy *policy, u64 now,
				     u64 *until)
{
	struct mvgpu_share *share;

	fair_release(policy, now);
	share = policy->current_share;
	/* Who has had more than its share gives way to who has come. */
	if (mvgpu_policy_stays(policy) &&
	    !(policy->woken && mvgpu_v_before(policy->v, share->v)))
		return share;
	policy->woken = false;

	share = fair_behind(policy, now);
	policy->guaranteed = share;
	if (!share)
		share = fair_eligible(policy);
	if (!share) {
		*until = mvgpu_limit_next(policy);
		return NULL;
	}
	/* A new slice, also if it is for the same. */
	policy->current_share = share;
	policy->used_ns = 0;
	return share;
}

static bool fair_yields(struct mvgpu_policy *policy, struct mvgpu_share *share,
			u64 now)
{
	struct mvgpu_share *behind, *next;
	bool reserved = share->params.min && share->reserve <= (s64)now;

	fair_release(policy, now);
	if (mvgpu_limit_reached(share, now))
		return true;
	behind = fair_behind(policy, now);
	next = behind ?: fair_eligible(policy);
	if (!next || next == share)
		return false;
	/* With a job waiting, too, it has just been compared. */
	if (share->queued || share->epoch != policy->epoch)
		return true;
	if (behind || reserved)
		return !reserved ||
		       (behind && behind->reserve < share->reserve);
	/*
	 * Among the others it would be eligible if it is not ahead of their
	 * average, since it moves that towards itself.
	 */
	return mvgpu_v_before(policy->v, share->v) ||
	       mvgpu_v_before(next->deadline, share->deadline);
}

static void fair_charge_min(struct mvgpu_policy *policy,
			    struct mvgpu_share *share, s64 ns, u64 now)
{
	u32 min = share->params.min;
	s64 ahead;

	share->reserve += div_s64(ns * MVGPU_PERCENT_MAX, min);
	if (policy->guaranteed && share == policy->current_share)
		return;
	/* What it got beyond its guarantee is no reason to break that. */
	ahead = (s64)now + div_s64(policy->slice_ns * MVGPU_PERCENT_MAX, min);
	if (share->reserve > ahead)
		share->reserve = ahead;
}

static void fair_charge(struct mvgpu_policy *policy, struct mvgpu_share *share,
			s64 ns, u64 since, u64 now)
{
	s64 debt = fair_virtual(share, MVGPU_DEBT_MAX_NS);
	bool queued = share->queued;

	if (share->epoch != policy->epoch)
		return;
	if (queued)
		fair_remove(policy, share);

	share->v += fair_virtual(share, ns);
	if (mvgpu_v_before(policy->v + debt, share->v))
		share->v = policy->v + debt;
	if (!mvgpu_v_before(share->v, share->deadline))
		share->deadline = share->v +
				  fair_virtual(share, policy->slice_ns);
	if (share->params.min)
		fair_charge_min(policy, share, ns, now);
	if (share->params.cap) {
		/* Late timers are made up for. */
		mvgpu_limit_forget(share, since,
				   mvgpu_limit_burst(policy, share->params.cap,
						     MVGPU_PERCENT_MAX));
		mvgpu_limit_charge(policy, share, share->params.cap,
				   MVGPU_PERCENT_MAX, ns, now);
	}
	if (!queued)
		return;
	if (share->held)
		mvgpu_limit_insert(policy, share);
	else
		fair_insert(policy, share);
}

const struct mvgpu_policy_ops mvgpu_policy_fair = {
	.name = "fair",
	.add = fair_add,
	.remove = fair_remove,
	.pick = fair_pick,
	.charge = fair_charge,
	.params = fair_params,
	.back = fair_back,
	.yields = fair_yields,
};
EXPORT_SYMBOL_IF_KUNIT(mvgpu_policy_fair);
