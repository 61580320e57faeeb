/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_SCHED_POLICY_H
#define _MVGPU_SCHED_POLICY_H

/* For the policies only. */

#include <mvgpu/policy.h>

/* Has the slice time left for someone who has work? */
static inline bool mvgpu_policy_stays(const struct mvgpu_policy *policy)
{
	const struct mvgpu_share *share = policy->current_share;

	return share && share->queued && !share->held &&
	       policy->used_ns < policy->slice_ns;
}

/* Is time @a before @b? Virtual times wrap, and are never half their range apart. */
static inline bool mvgpu_v_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/* limit.c: a share gets @part of @whole, and is held when it had more. */
void mvgpu_limit_renew(struct mvgpu_share *share, u64 now);
/* It has not used what it might have before @since: no more than @credit is left. */
void mvgpu_limit_forget(struct mvgpu_share *share, u64 since, s64 credit);
void mvgpu_limit_charge(struct mvgpu_policy *policy, struct mvgpu_share *share,
			u32 part, u32 whole, s64 ns, u64 now);
/* When it comes: is it still held? */
bool mvgpu_limit_holds(struct mvgpu_share *share, u64 now);
/* While a job of it runs, whether it is queued or not: has it had enough? */
bool mvgpu_limit_reached(const struct mvgpu_share *share, u64 now);
void mvgpu_limit_insert(struct mvgpu_policy *policy, struct mvgpu_share *share);
void mvgpu_limit_erase(struct mvgpu_policy *policy, struct mvgpu_share *share);
/* Who need not be held any longer: taken out of the tree; NULL: none. */
struct mvgpu_share *mvgpu_limit_release(struct mvgpu_policy *policy, u64 now);
/* When the next one will be; U64_MAX: none. */
u64 mvgpu_limit_next(const struct mvgpu_policy *policy);
/* What may be run ahead, in units of the limit. */
s64 mvgpu_limit_burst(const struct mvgpu_policy *policy, u32 part, u32 whole);

#endif
