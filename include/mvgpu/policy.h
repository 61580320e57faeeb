/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_POLICY_H
#define _MVGPU_POLICY_H

/*
 * Who is served next: pure objects that know of no job, backend or lock, and no
 * clock but what they are told. drivers/sched/{policy,limit,fair,equal,fixed,
 * exclusive}.c also build in user space (tests/sched). The caller serialises
 * all calls for one policy and its shares. Times are ns.
 */

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct mvgpu_policy;

#define MVGPU_WEIGHT_MIN 1
#define MVGPU_WEIGHT_MAX 1000
#define MVGPU_WEIGHT_DEFAULT 100
#define MVGPU_PERCENT_MAX 100
/* Of an engine, for all that have a min: those without one must not starve. */
#define MVGPU_PROMISE_MAX 95

/* What one has used beyond its share is not held against it beyond this. */
#define MVGPU_DEBT_MAX_NS 1000000000LL
/* What one that has work may have to wait for, to be made up for later (fixed). */
#define MVGPU_CREDIT_MAX_NS 1000000000LL
/* How far a limit may be run ahead of, or made up for: a slice, at most so much. */
#define MVGPU_BURST_MAX_NS 10000000LL

/**
 * struct mvgpu_share_params - what an administrator sets
 * @weight: of policy fair, MVGPU_WEIGHT_MIN to _MAX
 * @cap: percent of the engine that fair gives at most; 0: no cap
 * @min: percent of the engine that fair gives at least; 0: none. Not more than
 *	@cap, if there is one; all of an engine's together are MVGPU_PROMISE_MAX at
 *	most.
 * @part: of policy fixed: the share owns @part / @whole of the engine
 * @whole: not 0
 */
struct mvgpu_share_params {
	u32 weight, cap, min;
	u32 part, whole;
};

/**
 * struct mvgpu_share - one who is served
 */
struct mvgpu_share {
	/** @params: changed by mvgpu_policy_set_params() only. */
	struct mvgpu_share_params params;
	/** @node: in policy->queued if @queued. */
	struct list_head node;
	/** @queued: has work. */
	bool queued;
	/** @held: its limit is reached; not served before @limit. */
	bool held;
	/** @outstanding: jobs that were started and have not come back. */
	u32 outstanding;
	/** @epoch: of the policy that the members below belong to. */
	u32 epoch;
	/** @avg_ns: what a job of it takes: moving average. */
	u64 avg_ns;
	/** @run_node: in policy->run if @queued and not @held. */
	struct rb_node run_node;
	/** @v: virtual time that it has had; wraps, as the two below. */
	u64 v;
	/** @deadline: virtual (fair) or real (fixed): the earliest is served. */
	u64 deadline;
	/** @min_v: the least @v in its subtree of policy->run (fair). */
	u64 min_v;
	/** @limit_node: in policy->held if @queued and @held. */
	struct rb_node limit_node;
	/** @limit: real time at which its use so far is within its limit. */
	s64 limit;
	/** @reserve_node: in policy->reserved if in policy->run and it has a min. */
	struct rb_node reserve_node;
	/** @reserve: real time from which on it is behind its guarantee. */
	s64 reserve;
};

/**
 * struct mvgpu_policy_ops - a policy: one file, one table
 * @name: as shown in sysfs
 * @add: @share has work now
 * @remove: @share has none any more
 * @pick: who is served next, which may be who was last; NULL: nobody now, and
 *	then *@until is when to ask again (U64_MAX: after the next add)
 * @charge: @share has used @ns, or less than it was charged for (negative), from
 *	@since on, whether it is queued or not; 0: never
 * @params: the parameters of @share, which is not queued, were @old; optional
 * @back: as @add, but since a job was taken back: @share goes on where it was;
 *	optional, else @add is called
 * @yields: a job of @share, queued or not, runs, and the slice is used up: is
 *	another to be served, or nobody? Optional: it is not asked for
 */
struct mvgpu_policy_ops {
	const char *name;
	void (*add)(struct mvgpu_policy *policy, struct mvgpu_share *share,
		    u64 now);
	void (*remove)(struct mvgpu_policy *policy, struct mvgpu_share *share);
	struct mvgpu_share *(*pick)(struct mvgpu_policy *policy, u64 now,
				    u64 *until);
	void (*charge)(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       s64 ns, u64 since, u64 now);
	void (*params)(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       const struct mvgpu_share_params *old, u64 now);
	void (*back)(struct mvgpu_policy *policy, struct mvgpu_share *share,
		     u64 now);
	bool (*yields)(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now);
};

extern const struct mvgpu_policy_ops mvgpu_policy_fair;
extern const struct mvgpu_policy_ops mvgpu_policy_equal;
extern const struct mvgpu_policy_ops mvgpu_policy_fixed;
extern const struct mvgpu_policy_ops mvgpu_policy_exclusive;

/**
 * struct mvgpu_policy - the policy of one engine and its state
 */
struct mvgpu_policy {
	/** @ops: which policy. */
	const struct mvgpu_policy_ops *ops;
	/** @epoch: counts changes of @ops. */
	u32 epoch;
	/** @slice_ns: for which one is served before the next is picked. */
	s64 slice_ns;
	/** @queued: all with work. */
	struct list_head queued;
	/** @current_share: whose slice it is; it may have left. */
	struct mvgpu_share *current_share;
	/** @used_ns: of this slice. */
	s64 used_ns;
	/** @guaranteed: the slice was given for a min (fair). */
	bool guaranteed;
	/** @woken: one has come that may cut the slice short (fair). */
	bool woken;
	/** @run: who may be served. */
	struct rb_root_cached run;
	/** @held: who has reached its limit, by @limit. */
	struct rb_root_cached held;
	/** @reserved: who has a min, by @reserve. */
	struct rb_root_cached reserved;
	/** @v: virtual time: of the average in @run (fair), the least (equal); wraps. */
	u64 v;
	/** @sum: of weight * (v - @v) over @run (fair). */
	s64 sum;
	/** @weights: of all in @run (fair). */
	s64 weights;
};

/** mvgpu_policy_find() - by name; NULL if there is none. */
const struct mvgpu_policy_ops *mvgpu_policy_find(const char *name);
/** mvgpu_policy_init() - nobody is queued. */
void mvgpu_policy_init(struct mvgpu_policy *policy,
		       const struct mvgpu_policy_ops *ops, u64 slice_ns);
/** mvgpu_policy_set() - another policy, or the same: who is queued stays queued. */
void mvgpu_policy_set(struct mvgpu_policy *policy,
		      const struct mvgpu_policy_ops *ops, u64 now);

/** mvgpu_share_init() - without work; default parameters, all of the engine. */
void mvgpu_share_init(struct mvgpu_share *share);
/** mvgpu_policy_forget() - @share, without work, goes away. */
void mvgpu_policy_forget(struct mvgpu_policy *policy,
			 const struct mvgpu_share *share);
/** mvgpu_policy_set_params() - at any time; they are valid. */
void mvgpu_policy_set_params(struct mvgpu_policy *policy,
			     struct mvgpu_share *share,
			     const struct mvgpu_share_params *params, u64 now);

/** mvgpu_policy_add() - @share has work from now on. */
void mvgpu_policy_add(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 now);
/** mvgpu_policy_back() - likewise, since a job of it was taken back. */
void mvgpu_policy_back(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now);
/** mvgpu_policy_remove() - @share has none any more. */
void mvgpu_policy_remove(struct mvgpu_policy *policy,
			 struct mvgpu_share *share);
/** mvgpu_policy_pick() - see struct mvgpu_policy_ops. */
struct mvgpu_share *mvgpu_policy_pick(struct mvgpu_policy *policy, u64 now,
				      u64 *until);

/**
 * mvgpu_policy_start() - a job of a share begins
 * @policy: the policy
 * @share: whose; need not be who was picked; still queued
 * @now: time
 *
 * What the job will take is guessed and charged at once, so that picks do the
 * right thing while jobs are outstanding.
 *
 * Return: ns charged, for mvgpu_policy_end() or mvgpu_policy_cancel().
 */
u64 mvgpu_policy_start(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 now);

/**
 * mvgpu_policy_end() - a job has ended
 * @policy: the policy, not necessarily the one of its start
 * @share: whose
 * @charged: from mvgpu_policy_start()
 * @ns: that it took
 * @now: time
 */
void mvgpu_policy_end(struct mvgpu_policy *policy, struct mvgpu_share *share,
		      u64 charged, u64 ns, u64 now);

/** mvgpu_policy_cancel() - a job was not begun after all. */
void mvgpu_policy_cancel(struct mvgpu_policy *policy, struct mvgpu_share *share,
			 u64 charged, u64 now);

/** mvgpu_policy_alone() - has nobody but @share work that waits? */
bool mvgpu_policy_alone(const struct mvgpu_policy *policy,
			const struct mvgpu_share *share);

/**
 * mvgpu_policy_expired() - the slice is used up, but a job is still running
 * @policy: the policy
 * @share: whose
 * @charged: from mvgpu_policy_start(); becomes @ns, and is for one of the calls
 *	above, or below, when the job ends or is stopped
 * @ns: for which it has been running
 * @now: time
 *
 * Return: true if the job is in the way of another, or @share has had all that
 * its limit allows; false: another slice begins.
 */
bool mvgpu_policy_expired(struct mvgpu_policy *policy,
			  struct mvgpu_share *share, u64 *charged, u64 ns,
			  u64 now);

/**
 * mvgpu_policy_stop() - a job was stopped before its end, and its slice ends
 * @policy: the policy, not necessarily the one of its start
 * @share: whose
 * @charged: from mvgpu_policy_start() or mvgpu_policy_expired()
 * @ns: that it took so far, since that start
 * @now: time
 *
 * Going on is a start of its own.
 */
void mvgpu_policy_stop(struct mvgpu_policy *policy, struct mvgpu_share *share,
		       u64 charged, u64 ns, u64 now);

#endif
