// SPDX-License-Identifier: GPL-2.0
/*
 * What the policies promise, on a clock of our own. Runs in user space (tests/sched)
 * and in a kernel (kunit.c).
 */
#include "keep.h"

struct sim sim;
u64 jobs;
u64 seed;
unsigned int failures;
bool preempting;
u64 worst_apart;

void trial_begin(const struct mvgpu_policy_ops *ops, u32 nr)
{
	u32 i;

	sim_init(&sim, ops, seed, nr);
	sim.preempt = preempting;
	/* The promises are the same then, whatever the jobs are like. */
	for (i = 0; i < nr && preempting; i++)
		sim.tenant[i].max_ns = 50 * MS;
}

void trial_end(void)
{
	CHECK(!sim.broken, "%s", sim.broken);
	sim_drain(&sim);
	CHECK(!sim.broken, "%s", sim.broken);
}

/*
 * A ceiling is one with jobs far longer than any burst, too, alone and beside one
 * that has work all the time.
 */
void trial_long_jobs(const struct mvgpu_policy_ops *ops, u64 part)
{
	struct sim_tenant *tenant = &sim.tenant[0];
	u32 i;

	for (i = 0; i < 2; i++) {
		trial_begin(ops, 2);
		sim_params(&sim, 0, 100, part, 0);
		sim_part(&sim, 0, part, 100);
		sim_part(&sim, 1, 100 - part, 100);
		tenant->min_ns = 2 * SEC;
		tenant->max_ns = 10 * SEC;
		sim.tenant[1].off = !i;
		sim_run(&sim, U64_MAX / 2, 1000 * SEC);
		FIGURE("%s, ceiling of %llu %% and jobs of 2 to 10 s%s: of 1000 s",
		       "%llu to %llu s", "%llu s", ops->name, (ull)part,
		       i ? ", beside another" : "", (ull)(10 * part - 10),
		       (ull)(10 * part + 10), (ull)(tenant->busy_ns / SEC));
		CHECK(tenant->busy_ns <= (10 * part + 10) * SEC + CAP_GRACE,
		      "%llu", (ull)tenant->busy_ns);
		CHECK(tenant->busy_ns >= (10 * part - 10) * SEC, "%llu",
		      (ull)tenant->busy_ns);
		trial_end();
	}
}

void trial_apart(struct sim *s)
{
	u64 least = U64_MAX, most = 0, ns;
	u32 i;

	for (i = 0; i < s->nr; i++) {
		if (!s->tenant[i].depth)
			continue;
		ns = s->tenant[i].busy_ns * MVGPU_WEIGHT_DEFAULT /
		     s->tenant[i].share.params.weight;
		least = min(least, ns);
		most = max(most, ns);
	}
	worst_apart = max(worst_apart, most - least);
}

void trial_some_arrive(u64 think_ns)
{
	u32 i;

	for (i = 1; i < sim.nr; i += 2) {
		sim.tenant[i].depth = 0;
		sim.tenant[i].think_ns = think_ns;
		sim.tenant[i].max_ns = 500 * US;
	}
}

void trial_arrivals(const char *who, u64 (*limit)(u32 tenant))
{
	u64 began = 0;
	/* Who comes nearest to its limit. */
	u32 i, near = 1;

	for (i = 1; i < sim.nr; i += 2) {
		began += sim.tenant[i].started;
		if (sim.tenant[i].max_wait * limit(near) >
		    sim.tenant[near].max_wait * limit(i))
			near = i;
		CHECK(sim.tenant[i].started > jobs / 1000, "%s: tenant %u: %llu jobs",
		      who, i, (ull)sim.tenant[i].started);
		CHECK(sim.tenant[i].max_wait <= limit(i),
		      "%s: tenant %u waited for %llu us, not %llu", who, i,
		      (ull)(sim.tenant[i].max_wait / US), (ull)(limit(i) / US));
	}
	FIGURE("%s, half of 8 arrive when chance wants it: longest of %llu waits",
	       "%llu us", "%llu us", who, (ull)began, (ull)(limit(near) / US),
	       (ull)(sim.tenant[near].max_wait / US));
}

/*
 * Each has one long job at a time, and none waiting: time is shared all the same.
 * Who ends one has nothing to do for a moment, and no credit for that.
 */
static void one_at_a_time(void)
{
	static const u32 weight[] = { 100, 300, 600 }, part[] = { 16, 16, 32 };
	static const struct mvgpu_policy_ops *const ops[] = {
		&mvgpu_policy_fair, &mvgpu_policy_equal, &mvgpu_policy_fixed,
	};
	u64 want[3], off, worst = 0;
	u32 i, n;

	for (n = 0; n < ARRAY_SIZE(ops); n++) {
		trial_begin(ops[n], 3);
		for (i = 0; i < 3; i++) {
			sim_params(&sim, i, weight[i], 0, 0);
			sim_part(&sim, i, part[i], 64);
			sim.tenant[i].min_ns = 200 * MS;
			sim.tenant[i].max_ns = 500 * MS;
			sim.tenant[i].depth = 0;
			want[i] = ops[n] == &mvgpu_policy_fair ? weight[i] * MS :
				  ops[n] == &mvgpu_policy_equal ? SEC / 3 :
								  part[i] * (SEC / 64);
		}
		sim_run(&sim, jobs, SEC);
		sim_measure(&sim, SEC);
		sim_run(&sim, jobs, 1000 * SEC);
		for (i = 0; i < 3; i++) {
			off = dist(sim.tenant[i].window_min, want[i]);
			worst = max(worst, off);
			off = dist(sim.tenant[i].window_max, want[i]);
			worst = max(worst, off);
			CHECK(worst <= SEC / 50, "%s: %u got %llu to %llu",
			      ops[n]->name, i,
			      (ull)sim.tenant[i].window_min,
			      (ull)sim.tenant[i].window_max);
		}
		trial_end();
	}
	FIGURE("fair, equal, fixed, a job of 200 to 500 ms at a time: off in a second",
	       "20 ms", "%llu us", (ull)(worst / US));
}

/* Virtual times have no end: they begin anew. */
static void wrap(void)
{
	static const struct mvgpu_policy_ops *const ops[] = {
		&mvgpu_policy_fair, &mvgpu_policy_equal,
	};
	static const u64 begin[] = { S64_MAX, U64_MAX };
	static const u32 weight[] = { 1, 99, 300 };
	u32 i, n;
	u64 want;

	for (n = 0; n < 4; n++) {
		trial_begin(ops[n % 2], 3);
		sim.policy.v = begin[n / 2] - SEC;
		for (i = 0; i < 3; i++)
			sim_params(&sim, i, weight[i], 0, 0);
		sim_run(&sim, U64_MAX / 2, 60 * SEC);
		CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
		for (i = 0; i < 3; i++) {
			want = n % 2 ? sim.busy_ns / 3 :
				       sim.busy_ns / 400 * weight[i];
			CHECK(dist(sim.tenant[i].busy_ns, want) <=
				      (preempting ? 16 : 60) * MS,
			      "%s from %llx: %u got %llu of %llu",
			      ops[n % 2]->name, (ull)begin[n / 2], i,
			      (ull)sim.tenant[i].busy_ns, (ull)want);
		}
		trial_end();
	}
}

static void changes(void)
{
	static const struct mvgpu_policy_ops *const ops[] = {
		&mvgpu_policy_fair, &mvgpu_policy_equal, &mvgpu_policy_fixed,
	};
	u64 busy;
	u32 i, n;

	trial_begin(ops[0], 16);
	for (i = 0; i < 16; i++) {
		sim_params(&sim, i, 1 + i * 60, i & 1 ? 10 : 0,
			   i == 2 ? 30 : 0);
		sim_part(&sim, i, 4, 64);
		if (i & 2) {
			sim.tenant[i].depth = 0;
			sim.tenant[i].think_ns = MS;
		}
	}
	for (n = 0; n < 10000; n++) {
		busy = sim.busy_ns;
		sim_run(&sim, 100, 100 * MS);
		CHECK(sim.busy_ns > busy, "nothing ran after flip %u", n);
		if (sim.broken || failures)
			break;
		i = sim_random(&sim, 16);
		switch (sim_random(&sim, 3)) {
		case 0:
			sim_params(&sim, i, 1 + sim_random(&sim, 1000),
				   sim_random(&sim, 2) ? 40 : 0,
				   sim_random(&sim, 6));
			break;
		case 1:
			sim.policy.slice_ns = (100 + sim_random(&sim, 9900)) *
					      US;
			break;
		}
		mvgpu_policy_set(&sim.policy,
				 ops[sim_random(&sim, ARRAY_SIZE(ops))],
				 sim.now);
	}
	FIGURE("policy or parameters set %u times: jobs lost or reordered",
	       "none", "%s of %llu", n, sim.broken ?: "none", (ull)sim.jobs);
	trial_end();
}

/* When the policy was changed, 0: it is in force; and for how long that took. */
static u64 changed_at, worst_change;

static void change_policy(struct sim *s)
{
	static const struct mvgpu_policy_ops *const ops[] = {
		&mvgpu_policy_fair, &mvgpu_policy_equal, &mvgpu_policy_fixed,
	};

	CHECK(!changed_at, "not in force after %llu us",
	      (ull)((s->now - changed_at) / US));
	changed_at = s->now;
	mvgpu_policy_set(&s->policy, ops[s->windows % ARRAY_SIZE(ops)], s->now);
	/* In the midst of a job, not when something happens anyway. */
	s->window_ns = 5 * MS + sim_random(s, 9 * MS);
}

/* Who stays was chosen before; who begins a slice was not. */
static void change_picked(struct sim *s)
{
	if (!changed_at || s->policy.used_ns)
		return;
	worst_change = max(worst_change, s->now - changed_at);
	changed_at = 0;
}

/*
 * However long the jobs are, if they can be stopped: no more than what is left of the
 * slice that runs. If they cannot, until one of them ends.
 */
static void changes_in_time(void)
{
	u32 i;

	trial_begin(&mvgpu_policy_fixed, 8);
	for (i = 0; i < 8; i++)
		sim_part(&sim, i, 8, 64);
	changed_at = 0;
	worst_change = 0;
	sim_measure(&sim, 5 * MS);
	sim.window = change_policy;
	sim.picked = change_picked;
	sim_run(&sim, U64_MAX / 2, 60 * SEC);
	FIGURE("policy changed at any time: the first choice by the new one",
	       "%llu us", "%llu us", (ull)(sim.policy.slice_ns / US),
	       (ull)(worst_change / US));
	CHECK(sim.windows > 1000, "%llu changes", (ull)sim.windows);
	CHECK(worst_change <= sim.policy.slice_ns, "%llu us",
	      (ull)(worst_change / US));
	sim.window = NULL;
	trial_end();
}

static void many(void)
{
	const struct mvgpu_policy_ops *ops[] = { &mvgpu_policy_fair,
						 &mvgpu_policy_equal,
						 &mvgpu_policy_fixed };
	u32 i, n;

	for (n = 0; n < ARRAY_SIZE(ops); n++) {
		trial_begin(ops[n], 1024);
		for (i = 0; i < sim.nr; i++) {
			sim_part(&sim, i, 1, 1024);
			sim.tenant[i].max_ns = 200 * US;
		}
		sim_run(&sim, 50000, U64_MAX / 2);
		for (i = 0; i < sim.nr; i++)
			CHECK(sim.tenant[i].done, "%s: tenant %u of 1024 starved",
			      ops[n]->name, i);
		trial_end();
	}
}

const struct promise mvgpu_promises[] = {
	{ "fair: shares follow weights from 1 to 1000", promise_fair_shares, false },
	{ "fair: also with jobs of 50 us to 50 ms", promise_fair_shares_long_jobs, false },
	{ "fair: time comes in small pieces", promise_fair_smooth, false },
	{ "fair: also for who sends one job at a time", promise_fair_synchronous, false },
	{ "fair: who slept has no credit", promise_fair_sleeper, false },
	{ "fair: who asks for little waits for little", promise_fair_light, false },
	{ "fair: who arrives when chance wants it waits for little", promise_fair_arrivals, false },
	{ "fair: debt is carried, and has an end", promise_fair_debt, false },
	{ "fair: cap is never exceeded", promise_fair_cap, false },
	{ "fair: cap is a ceiling for long jobs, too", promise_fair_cap_long_jobs, false },
	{ "fair: cap set again is the same cap", promise_fair_cap_set_again, false },
	{ "fair: cap does not end for a weight", promise_fair_cap_beside_weight, false },
	{ "fair: min is never missed", promise_fair_min, false },
	{ "fair: min leaves something for those without it", promise_fair_min_full, false },
	{ "equal: equal time whatever the jobs and weights are", promise_equal_shares, false },
	{ "equal: nobody gets ahead, who arrives waits for little", promise_equal_arrivals, false },
	{ "equal: who slept has no credit", promise_equal_sleeper, false },
	{ "fixed: a half stays a half", promise_fixed_halves, false },
	{ "fixed: a weight changes nothing", promise_fixed_weight, false },
	{ "fixed: nothing of it is lost by uneven jobs", promise_fixed_uneven_jobs, false },
	{ "fixed: mixed sizes", promise_fixed_sizes, false },
	{ "fixed: parts stay what they are whoever arrives", promise_fixed_arrivals, false },
	{ "fixed: a part is a ceiling for long jobs, too", promise_fixed_long_jobs, false },
	{ "fixed: who owns it all leaves the others theirs", promise_fixed_whole, false },
	{ "exclusive: the engine is never idle", promise_exclusive_alone, false },
	{ "one long job of each at a time", one_at_a_time, true },
	{ "shares are the same when virtual times wrap", wrap, false },
	{ "policies and parameters change, no job is lost or reordered", changes, false },
	{ "a change of policy is in force within a slice", changes_in_time, false },
	{ "1024 tenants", many, false },
	{ }
};

unsigned int mvgpu_promise_keep(const struct promise *promise, bool preempt,
				u64 with_seed, u64 with_jobs)
{
	seed = with_seed;
	jobs = with_jobs;
	preempting = preempt;
	failures = 0;
	promise->run();
	return failures;
}
