// SPDX-License-Identifier: GPL-2.0
/* What policy "fair" promises. */
#include "keep.h"

static u64 worst_lag, worst_share;
static u64 weights;

/* How far each is from what an ideal engine would have given, at each instant. */
static void lag_check(struct sim *s)
{
	u64 lag;
	u32 i;

	for (i = 0; i < s->nr; i++) {
		lag = dist(s->tenant[i].busy_ns,
			   s->busy_ns * s->tenant[i].share.params.weight /
				   weights);
		if (lag > worst_lag)
			worst_lag = lag;
	}
}

/* How far each is from its share of a window. */
static void share_check(struct sim *s)
{
	u64 err;
	u32 i;

	for (i = 0; i < s->nr; i++) {
		err = dist(s->tenant[i].window_busy,
			   s->window_ns * s->tenant[i].share.params.weight /
				   weights);
		if (err > worst_share)
			worst_share = err;
	}
}

/* Of time by weight, in millionths: a million if all have the same. */
static u64 jain(const struct sim *s)
{
	u64 most = 1, x, sum = 0, squares = 0;
	u32 i;

	for (i = 0; i < s->nr; i++) {
		x = s->tenant[i].busy_ns / s->tenant[i].share.params.weight;
		if (x > most)
			most = x;
	}
	/* As parts of a million of the most, whose squares can be added up. */
	for (i = 0; i < s->nr; i++) {
		x = s->tenant[i].busy_ns / s->tenant[i].share.params.weight;
		x = x * 1000 / (most / 1000 + 1);
		sum += x;
		squares += x * x;
	}
	return sum * sum / (squares / 1000000 + 1) / s->nr;
}

static void backlogged(u64 max_ns, u64 bound)
{
	static const u32 weight[] = { 1, 2, 5, 10, 20, 50, 100, 100, 100, 100,
				      200, 300, 500, 700, 900, 1000 };
	u32 i;

	trial_begin(&mvgpu_policy_fair, ARRAY_SIZE(weight));
	weights = 0;
	worst_lag = 0;
	worst_share = 0;
	for (i = 0; i < sim.nr; i++) {
		sim_params(&sim, i, weight[i], 0, 0);
		sim.tenant[i].max_ns = max_ns;
		weights += weight[i];
	}
	sim.check = lag_check;
	sim.window = share_check;
	sim_run(&sim, jobs, U64_MAX / 2);
	FIGURE("16 of weight 1 to 1000, %llu jobs to %llu ms: off the ideal share",
	       "%llu us", "%llu us", (ull)sim.jobs,
	       (ull)(sim.tenant[0].max_ns / MS), (ull)(bound / US),
	       (ull)(worst_lag / US));
	if (preempting || max_ns <= MS)
		FIGURE("likewise, off it in any of %llu seconds", "%llu us",
		       "%llu us", (ull)(sim.busy_ns / SEC),
		       (ull)(SEC / 100 / US), (ull)(worst_share / US));
	FIGURE("likewise, Jain's index of time by weight, millionths",
	       "999000", "%llu", (ull)jain(&sim));
	CHECK(sim.jobs == jobs, "%llu jobs", (ull)sim.jobs);
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	CHECK(worst_lag <= bound, "%llu us", (ull)(worst_lag / US));
	/* Over the whole run the error is the lag: 1 percent of it. */
	for (i = 0; i < sim.nr; i++) {
		u64 ideal = sim.busy_ns * weight[i] / weights;

		CHECK(dist(sim.tenant[i].busy_ns, ideal) <= sim.busy_ns / 100,
		      "weight %u got %llu of %llu", weight[i],
		      (ull)sim.tenant[i].busy_ns, (ull)ideal);
		CHECK(sim.tenant[i].max_wait <=
			      (weights / weight[i] + 2) * 4 *
				      (2 * MS + 2 * max_ns),
		      "weight %u waited for %llu us", weight[i],
		      (ull)(sim.tenant[i].max_wait / US));
	}
	/* One percent, but for long jobs that cannot be stopped. */
	if (preempting || max_ns <= MS)
		CHECK(worst_share <= SEC / 100, "%llu us",
		      (ull)(worst_share / US));
	CHECK(jain(&sim) >= 999000, "%llu", (ull)jain(&sim));
	trial_end();
}

void promise_fair_shares(void)
{
	backlogged(MS, 16 * MS);
}

void promise_fair_shares_long_jobs(void)
{
	backlogged(50 * MS, preempting ? 16 * MS : 210 * MS);
}

/*
 * One with as much weight as a hundred others together has every other slice, not
 * a hundred in a row: who is ahead of the average is not eligible.
 */
void promise_fair_smooth(void)
{
	u32 i, lag_ms = preempting ? 12 : 32, wait_ms = preempting ? 24 : 40;

	trial_begin(&mvgpu_policy_fair, 101);
	weights = 0;
	worst_lag = 0;
	for (i = 0; i < sim.nr; i++) {
		sim.tenant[i].max_ns = MS;
		sim_params(&sim, i, i ? 10 : 1000, 0, 0);
		weights += sim.tenant[i].share.params.weight;
	}
	/* At first all are new, and who is new comes first. */
	sim_run(&sim, jobs, 2 * SEC);
	sim_measure(&sim, SEC);
	sim.check = lag_check;
	sim_run(&sim, jobs / 4, U64_MAX / 2);
	FIGURE("half of the weight beside 100 others: off the ideal share",
	       "%u ms", "%llu us", lag_ms, (ull)(worst_lag / US));
	FIGURE("likewise, longest wait", "%u ms", "%llu us", wait_ms,
	       (ull)(sim.tenant[0].max_wait / US));
	CHECK(worst_lag <= lag_ms * MS, "%llu us", (ull)(worst_lag / US));
	CHECK(sim.tenant[0].max_wait <= wait_ms * MS, "%llu us",
	      (ull)(sim.tenant[0].max_wait / US));
	trial_end();
}

/* Those who send one job at a time share as well. */
void promise_fair_synchronous(void)
{
	u64 want;

	trial_begin(&mvgpu_policy_fair, 2);
	sim_params(&sim, 0, 100, 0, 0);
	sim_params(&sim, 1, 100, 0, 0);
	sim.tenant[1].depth = 0;
	sim.tenant[1].think_ns = 20 * US;
	sim_run(&sim, 200000, U64_MAX / 2);
	want = sim.busy_ns / 2;
	pr_info("synchronous: %llu of %llu ms\n",
		(ull)(sim.tenant[1].busy_ns / MS), (ull)(want / MS));
	/* It can have no more than one of two jobs, half of them long. */
	CHECK(sim.tenant[1].busy_ns > want * 60 / 100, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	CHECK(sim.tenant[1].busy_ns < want * 102 / 100, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	CHECK(!sim.idle_with_work, "idle for %llu", (ull)sim.idle_with_work);
	trial_end();
}

void promise_fair_sleeper(void)
{
	u64 busy;
	u32 i;

	trial_begin(&mvgpu_policy_fair, 4);
	sim_run(&sim, jobs, SEC);
	sim.tenant[3].off = true;
	sim_run(&sim, jobs, 20 * SEC);
	sim.tenant[3].off = false;
	busy = sim.tenant[0].busy_ns;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs, 100 * MS);
	pr_info("slept for 20 s, then got %llu of %llu us\n",
		(ull)(sim.tenant[3].busy_ns / US), (ull)(sim.busy_ns / US));
	/* A quarter, not what it missed: two slices and jobs of grace. */
	CHECK(sim.tenant[3].busy_ns <= sim.busy_ns / 4 + 8 * MS, "%llu",
	      (ull)sim.tenant[3].busy_ns);
	CHECK(sim.tenant[3].busy_ns >= sim.busy_ns / 4 - 8 * MS, "%llu",
	      (ull)sim.tenant[3].busy_ns);
	for (i = 0; i < 3; i++)
		CHECK(sim.tenant[i].busy_ns, "tenant %u starved", i);
	CHECK(busy, "nothing happened");
	trial_end();
}

/* Two slices, and the jobs that the engine has, which may all have to end first. */
static void light_beside_15(u32 outstanding)
{
	struct sim_tenant *light = &sim.tenant[15];
	u64 most;
	u32 i;

	trial_begin(&mvgpu_policy_fair, 16);
	sim.outstanding = outstanding;
	for (i = 0; i < 15; i++)
		sim.tenant[i].max_ns = 4 * MS;
	light->depth = 0;
	light->think_ns = 15 * MS;
	light->min_ns = 100 * US;
	light->max_ns = 500 * US;
	light->wait_limit = 2 * 2 * MS + outstanding * 4 * MS;
	/* Nor is any of them without a bound. */
	most = light->wait_limit * (preempting ? 3 : 2);
	/* At first all are new, and who is new comes first. */
	sim_run(&sim, jobs, SEC);
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs, U64_MAX / 2);
	FIGURE("light tenant beside 15, %u outstanding: of %llu waits, beyond %llu us",
	       "1 %%", "%llu", outstanding, (ull)light->started,
	       (ull)(light->wait_limit / US), (ull)light->waits_over);
	FIGURE("likewise, longest wait", "%llu us", "%llu us, %llu (mean)",
	       (ull)(most / US), (ull)(light->max_wait / US),
	       (ull)(light->sum_wait / light->started / US));
	CHECK(light->started > 10000, "%llu", (ull)light->started);
	CHECK(light->waits_over * 100 <= light->started, "%llu",
	      (ull)light->waits_over);
	CHECK(light->max_wait <= most, "%llu us", (ull)(light->max_wait / US));
	trial_end();
}

void promise_fair_light(void)
{
	light_beside_15(1);
	light_beside_15(2);
}

/* Of those that always have work, ns. */
static u64 fair_longest;

/*
 * Two slices, two jobs that are outstanding, one of who was charged too much for a job
 * before, others that have arrived.
 */
static u64 fair_wait(u32 tenant)
{
	return 2 * 2 * MS + 3 * fair_longest + 4 * 500 * US;
}

/* Shares are what they are, and who arrives waits for little, whoever else does. */
void promise_fair_arrivals(void)
{
	static const u32 weight[] = { 50, 100, 100, 100, 200, 100, 400, 100 };
	u64 apart;
	u32 i;

	trial_begin(&mvgpu_policy_fair, 8);
	for (i = 0; i < sim.nr; i++)
		sim_params(&sim, i, weight[i], 0, 0);
	for (i = 0; i < sim.nr; i++)
		sim.tenant[i].max_ns = i & 2 ? 200 * US : 4 * MS;
	trial_some_arrive(40 * MS);
	fair_longest = preempting ? 2 * MS : 4 * MS;
	sim_run(&sim, jobs, SEC);
	sim_measure(&sim, SEC);
	worst_apart = 0;
	sim.check = trial_apart;
	sim_run(&sim, jobs, U64_MAX / 2);
	trial_arrivals("fair", fair_wait);
	/* A slice and three jobs of who has half of the usual weight. */
	apart = 2 * (2 * MS + 3 * fair_longest);
	FIGURE("likewise, the other half by weight, apart", "%llu us",
	       "%llu us", (ull)(apart / US), (ull)(worst_apart / US));
	CHECK(worst_apart <= apart, "%llu us", (ull)(worst_apart / US));
	CHECK(!sim.idle_ns, "idle for %llu", (ull)sim.idle_ns);
	trial_end();
}

/* One overruns by far: it pays, up to the cap of its debt, and never starves. */
void promise_fair_debt(void)
{
	trial_begin(&mvgpu_policy_fair, 2);
	sim.tenant[1].min_ns = 5 * SEC;
	sim.tenant[1].max_ns = 5 * SEC;
	sim.tenant[1].depth = 1;
	sim_run(&sim, jobs, 600 * SEC);
	pr_info("jobs of 5 s: %llu began, waited for %llu ms at most; had %llu of %llu ms\n",
		(ull)sim.tenant[1].started, (ull)(sim.tenant[1].max_wait / MS),
		(ull)(sim.tenant[1].busy_ns / MS), (ull)(sim.busy_ns / MS));
	if (preempting) {
		/* It makes no debts: half the time, and 10 s for each job. */
		CHECK(dist(sim.tenant[1].busy_ns, sim.busy_ns / 2) <= 8 * MS,
		      "%llu", (ull)sim.tenant[1].busy_ns);
		CHECK(sim.tenant[1].max_wait < 21 * SEC, "%llu ms",
		      (ull)(sim.tenant[1].max_wait / MS));
	} else {
		CHECK(sim.tenant[1].max_wait < 12 * SEC, "%llu ms",
		      (ull)(sim.tenant[1].max_wait / MS));
		CHECK(sim.tenant[0].busy_ns > 50 * SEC, "%llu",
		      (ull)sim.tenant[0].busy_ns);
	}
	trial_end();
}

void promise_fair_cap(void)
{
	struct sim_tenant *tenant = sim.tenant;

	trial_begin(&mvgpu_policy_fair, 4);
	sim_params(&sim, 0, 100, 20, 0);
	sim_params(&sim, 1, 1000, 5, 0);
	sim.tenant[2].off = true;
	sim.tenant[3].off = true;
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	FIGURE("cap 20: in any second", "%llu us", "%llu us",
	       (ull)((200 * MS + CAP_GRACE) / US),
	       (ull)(tenant[0].window_max / US));
	CHECK(tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)tenant[0].window_max);
	CHECK(tenant[1].window_max <= 50 * MS + CAP_GRACE, "%llu",
	      (ull)tenant[1].window_max);
	/* Nor is it much less when nobody else wants the engine. */
	CHECK(tenant[0].window_min >= 200 * MS - CAP_GRACE, "%llu",
	      (ull)tenant[0].window_min);
	CHECK(tenant[1].window_min >= 50 * MS - CAP_GRACE, "%llu",
	      (ull)tenant[1].window_min);
	sim.tenant[2].off = false;
	sim.tenant[3].off = false;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	CHECK(tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)tenant[0].window_max);
	CHECK(tenant[1].window_max <= 50 * MS + CAP_GRACE, "%llu",
	      (ull)tenant[1].window_max);
	CHECK(!sim.idle_ns, "idle for %llu with uncapped work",
	      (ull)sim.idle_ns);
	trial_end();
}

void promise_fair_cap_long_jobs(void)
{
	trial_long_jobs(&mvgpu_policy_fair, 20);
}

static void write_again(struct sim *s)
{
	sim_params(s, 0, 100, 20, 0);
}

static void set_policy_again(struct sim *s)
{
	mvgpu_policy_set(&s->policy, &mvgpu_policy_fair, s->now);
}

/* Who sets what is set already changes nothing. */
void promise_fair_cap_set_again(void)
{
	trial_begin(&mvgpu_policy_fair, 2);
	write_again(&sim);
	sim.check = write_again;
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	sim.check = set_policy_again;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	trial_end();
}

static void write_weight(struct sim *s)
{
	sim_params(s, 0, s->tenant[0].share.params.weight ^ 1, 20, 0);
}

static void write_cap(struct sim *s)
{
	sim_params(s, 0, 100, s->tenant[0].share.params.cap ^ 1, 0);
}

/* Nor does who sets something else, or nearly the same. */
void promise_fair_cap_beside_weight(void)
{
	trial_begin(&mvgpu_policy_fair, 2);
	sim_params(&sim, 0, 100, 20, 0);
	sim.check = write_weight;
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	sim_params(&sim, 0, 100, 20, 0);
	sim.check = write_cap;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 210 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	trial_end();
}

void promise_fair_min(void)
{
	u32 i;

	trial_begin(&mvgpu_policy_fair, 16);
	/* By weight alone it would get 1 / 15001 of the time. */
	for (i = 1; i < 16; i++)
		sim_params(&sim, i, 1000, 0, i == 1 ? 20 : 0);
	sim_params(&sim, 0, 1, 0, 30);
	sim_run(&sim, jobs, U64_MAX / 2);
	FIGURE("min 30 beside 15 of 1000 times the weight: in each second",
	       "290 ms", "%llu us", (ull)(sim.tenant[0].window_min / US));
	CHECK(sim.tenant[0].window_min >= 300 * MS - 10 * MS, "%llu",
	      (ull)sim.tenant[0].window_min);
	CHECK(sim.tenant[1].window_min >= 200 * MS - 10 * MS, "%llu",
	      (ull)sim.tenant[1].window_min);
	CHECK(sim.tenant[0].busy_ns <= sim.busy_ns / 100 * 32, "%llu",
	      (ull)sim.tenant[0].busy_ns);
	for (i = 2; i < 16; i++)
		CHECK(sim.tenant[i].window_min > 10 * MS, "tenant %u: %llu", i,
		      (ull)sim.tenant[i].window_min);
	trial_end();
}

/*
 * As much is promised as may be: everyone gets what was, and who was promised nothing
 * the rest, if its weight is worth that.
 */
void promise_fair_min_full(void)
{
	static const u32 min[] = { 10, 20, 30, MVGPU_PROMISE_MAX - 60, 0 };
	u64 rest = (100 - MVGPU_PROMISE_MAX) * 10 * MS;
	u32 i;

	trial_begin(&mvgpu_policy_fair, 5);
	for (i = 0; i < 4; i++)
		sim_params(&sim, i, i ? 1 : 1000, 0, min[i]);
	sim_params(&sim, 4, 1000, 0, 0);
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	for (i = 0; i < 4; i++)
		CHECK(sim.tenant[i].window_min >= min[i] * 10 * MS - 15 * MS,
		      "min %u: %llu", min[i], (ull)sim.tenant[i].window_min);
	FIGURE("%u %% promised to four: who has no min, in each second",
	       "%llu us", "%llu us", MVGPU_PROMISE_MAX,
	       (ull)((rest - 15 * MS) / US),
	       (ull)(sim.tenant[4].window_min / US));
	CHECK(sim.tenant[4].window_min >= rest - 15 * MS, "%llu",
	      (ull)sim.tenant[4].window_min);
	trial_end();
}
