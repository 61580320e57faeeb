// SPDX-License-Identifier: GPL-2.0
/*
 * What the policies promise, on a clock of our own. Runs in user space (tests/sched)
 * and in a kernel (kunit.c).
 */
#include <linux/kernel.h>
#include <linux/printk.h>

#include "promises.h"
#include "sim.h"

static struct sim sim;
/* How many are enough. */
static u64 jobs;
static u64 seed;
static unsigned int failures;
/* The engine can stop running jobs. */
static bool preempting;

#define CHECK(cond, fmt, ...) do {					\
	if (!(cond)) {							\
		pr_info("%s:%d: %s: " fmt "\n", __FILE__, __LINE__,	\
			#cond, ##__VA_ARGS__);				\
		failures++;						\
	}								\
} while (0)

#define ull typeof(0ULL)

static void init(const struct mvgpu_policy_ops *ops, u32 nr)
{
	u32 i;

	sim_init(&sim, ops, seed, nr);
	sim.preempt = preempting;
	/* The promises are the same then, whatever the jobs are like. */
	for (i = 0; i < nr && preempting; i++)
		sim.tenant[i].max_ns = 50 * MS;
}

static void check_sane(void)
{
	CHECK(!sim.broken, "%s", sim.broken);
	sim_drain(&sim);
	CHECK(!sim.broken, "%s", sim.broken);
}

static s64 dist(s64 a, s64 b)
{
	return a < b ? b - a : a - b;
}

/*
 * fair: backlogged tenants
 */

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

	init(&mvgpu_policy_fair, ARRAY_SIZE(weight));
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
	pr_info("%llu jobs, %llu s, %llu stops: worst lag %llu us, error in a second %llu us, Jain index %llu / 1000000\n",
		(ull)sim.jobs, (ull)(sim.busy_ns / SEC), (ull)sim.stops,
		(ull)(worst_lag / US), (ull)(worst_share / US),
		(ull)jain(&sim));
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
	check_sane();
}

static void fair_shares(void)
{
	backlogged(MS, 16 * MS);
}

static void fair_shares_long_jobs(void)
{
	backlogged(50 * MS, preempting ? 16 * MS : 210 * MS);
}

/*
 * One with as much weight as a hundred others together has every other slice, not
 * a hundred in a row: who is ahead of the average is not eligible.
 */
static void fair_smooth(void)
{
	u32 i;

	init(&mvgpu_policy_fair, 101);
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
	pr_info("half the weight beside 100: worst lag %llu us, waits to %llu us\n",
		(ull)(worst_lag / US), (ull)(sim.tenant[0].max_wait / US));
	CHECK(worst_lag <= (preempting ? 8 : 24) * MS, "%llu us",
	      (ull)(worst_lag / US));
	CHECK(sim.tenant[0].max_wait <= (preempting ? 20 : 40) * MS, "%llu us",
	      (ull)(sim.tenant[0].max_wait / US));
	check_sane();
}

/* Those who send one job at a time share as well. */
static void fair_synchronous(void)
{
	u64 want;

	init(&mvgpu_policy_fair, 2);
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
	check_sane();
}

static void fair_sleeper(void)
{
	u64 busy;
	u32 i;

	init(&mvgpu_policy_fair, 4);
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
	check_sane();
}

static void fair_light(void)
{
	struct sim_tenant *light = &sim.tenant[15];
	u32 i;

	init(&mvgpu_policy_fair, 16);
	for (i = 0; i < 15; i++)
		sim.tenant[i].max_ns = 4 * MS;
	light->depth = 0;
	light->think_ns = 15 * MS;
	light->min_ns = 100 * US;
	light->max_ns = 500 * US;
	/* Two slices and the jobs that are outstanding. */
	light->wait_limit = 2 * 2 * MS + 2 * 4 * MS;
	sim_run(&sim, jobs, U64_MAX / 2);
	pr_info("light tenant: %llu jobs, waited for %llu us, %llu at most, %llu times too long\n",
		(ull)light->started,
		(ull)(light->sum_wait / light->started / US),
		(ull)(light->max_wait / US), (ull)light->waits_over);
	CHECK(light->started > 10000, "%llu", (ull)light->started);
	CHECK(light->waits_over * 100 <= light->started, "%llu",
	      (ull)light->waits_over);
	check_sane();
}

/* One overruns by far: it pays, up to the cap of its debt, and never starves. */
static void fair_debt(void)
{
	init(&mvgpu_policy_fair, 2);
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
	check_sane();
}

/* What a cap of @percent may be exceeded by: see limit.c. */
#define CAP_GRACE (2 * 2 * MS + 3 * MS)

static void fair_cap(void)
{
	struct sim_tenant *tenant = sim.tenant;

	init(&mvgpu_policy_fair, 4);
	sim_params(&sim, 0, 100, 20, 0);
	sim_params(&sim, 1, 1000, 5, 0);
	sim.tenant[2].off = true;
	sim.tenant[3].off = true;
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	pr_info("alone: %llu and %llu us/s, %llu and %llu at most in a second\n",
		(ull)(tenant[0].busy_ns / ((sim.now - SEC) / MS) * 1000 / US),
		(ull)(tenant[1].busy_ns / ((sim.now - SEC) / MS) * 1000 / US),
		(ull)(tenant[0].window_max / US),
		(ull)(tenant[1].window_max / US));
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
	check_sane();
}

/*
 * A ceiling is one with jobs far longer than any burst, too, alone and beside one
 * that has work all the time.
 */
static void long_jobs(const struct mvgpu_policy_ops *ops, u64 part)
{
	struct sim_tenant *tenant = &sim.tenant[0];
	u32 i;

	for (i = 0; i < 2; i++) {
		init(ops, 2);
		sim_params(&sim, 0, 100, part, 0);
		sim_part(&sim, 0, part, 100);
		sim_part(&sim, 1, 100 - part, 100);
		tenant->min_ns = 2 * SEC;
		tenant->max_ns = 10 * SEC;
		sim.tenant[1].off = !i;
		sim_run(&sim, U64_MAX / 2, 1000 * SEC);
		pr_info("%s, %llu percent, jobs of 2 to 10 s: %llu ms of 1000 s\n",
			ops->name, (ull)part, (ull)(tenant->busy_ns / MS));
		CHECK(tenant->busy_ns <= (10 * part + 10) * SEC + CAP_GRACE,
		      "%llu", (ull)tenant->busy_ns);
		CHECK(tenant->busy_ns >= (10 * part - 10) * SEC, "%llu",
		      (ull)tenant->busy_ns);
		check_sane();
	}
}

static void fair_cap_long_jobs(void)
{
	long_jobs(&mvgpu_policy_fair, 20);
}

static void fixed_long_jobs(void)
{
	long_jobs(&mvgpu_policy_fixed, 25);
}

static void write_again(struct sim *s)
{
	sim_params(s, 0, 100, 20, 0);
}

/* Who sets what is set already changes nothing. */
static void fair_cap_set_again(void)
{
	init(&mvgpu_policy_fair, 2);
	sim.check = write_again;
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 200 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	check_sane();
}

static void fair_min(void)
{
	u32 i;

	init(&mvgpu_policy_fair, 16);
	/* By weight alone it would get 1 / 15001 of the time. */
	for (i = 1; i < 16; i++)
		sim_params(&sim, i, 1000, 0, i == 1 ? 20 : 0);
	sim_params(&sim, 0, 1, 0, 30);
	sim_run(&sim, jobs, U64_MAX / 2);
	pr_info("min 30 and 20: at least %llu and %llu us in a second\n",
		(ull)(sim.tenant[0].window_min / US),
		(ull)(sim.tenant[1].window_min / US));
	CHECK(sim.tenant[0].window_min >= 300 * MS - 10 * MS, "%llu",
	      (ull)sim.tenant[0].window_min);
	CHECK(sim.tenant[1].window_min >= 200 * MS - 10 * MS, "%llu",
	      (ull)sim.tenant[1].window_min);
	CHECK(sim.tenant[0].busy_ns <= sim.busy_ns / 100 * 32, "%llu",
	      (ull)sim.tenant[0].busy_ns);
	for (i = 2; i < 16; i++)
		CHECK(sim.tenant[i].window_min > 10 * MS, "tenant %u: %llu", i,
		      (ull)sim.tenant[i].window_min);
	check_sane();
}

/* All the time is promised: everyone gets what was. */
static void fair_min_full(void)
{
	static const u32 min[] = { 10, 20, 30, 40 };
	u32 i;

	init(&mvgpu_policy_fair, 4);
	for (i = 0; i < 4; i++)
		sim_params(&sim, i, i ? 1 : 1000, 0, min[i]);
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	for (i = 0; i < 4; i++)
		CHECK(sim.tenant[i].window_min >= min[i] * 10 * MS - 15 * MS,
		      "min %u: %llu", min[i], (ull)sim.tenant[i].window_min);
	check_sane();
}

/*
 * equal, fixed, exclusive
 */

static void equal_shares(void)
{
	u32 i;

	init(&mvgpu_policy_equal, 16);
	for (i = 0; i < 16; i++) {
		sim_params(&sim, i, i ? 1 : 1000, 0, 0);
		/* Some send a few long ones, some many short ones. */
		sim.tenant[i].max_ns = i & 1 ? 100 * US : 20 * MS;
		weights += 100;
	}
	sim_run(&sim, jobs, U64_MAX / 2);
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	for (i = 0; i < 16; i++) {
		CHECK(dist(sim.tenant[i].busy_ns, sim.busy_ns / 16) < 50 * MS,
		      "tenant %u: %llu of %llu", i,
		      (ull)sim.tenant[i].busy_ns, (ull)sim.busy_ns / 16);
		CHECK(sim.tenant[i].max_wait < 16 * 3 * 44 * MS, "%llu",
		      (ull)sim.tenant[i].max_wait);
	}
	check_sane();
}

static void equal_sleeper(void)
{
	init(&mvgpu_policy_equal, 4);
	sim_run(&sim, jobs, SEC);
	sim.tenant[3].off = true;
	sim_run(&sim, jobs, 20 * SEC);
	sim.tenant[3].off = false;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs, 100 * MS);
	CHECK(dist(sim.tenant[3].busy_ns, sim.busy_ns / 4) < 8 * MS, "%llu",
	      (ull)sim.tenant[3].busy_ns);
	check_sane();
}

static void fixed_halves(void)
{
	init(&mvgpu_policy_fixed, 2);
	sim_part(&sim, 0, 32, 64);
	sim_part(&sim, 1, 32, 64);
	sim.tenant[1].off = true;
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	pr_info("a half alone: %llu to %llu us in a second\n",
		(ull)(sim.tenant[0].window_min / US),
		(ull)(sim.tenant[0].window_max / US));
	CHECK(sim.tenant[0].window_max <= 500 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	CHECK(sim.tenant[0].window_min >= 500 * MS - CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_min);
	sim.tenant[1].off = false;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs / 2, U64_MAX / 2);
	/* Nor does the other make a difference. */
	CHECK(sim.tenant[0].window_min >= 500 * MS - 2 * CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_min);
	CHECK(sim.tenant[1].window_min >= 500 * MS - 2 * CAP_GRACE, "%llu",
	      (ull)sim.tenant[1].window_min);
	check_sane();
}

static void fixed_sizes(void)
{
	static const u32 part[] = { 16, 8, 4, 2, 1, 1 };
	u64 want;
	u32 i;

	init(&mvgpu_policy_fixed, ARRAY_SIZE(part));
	for (i = 0; i < sim.nr; i++)
		sim_part(&sim, i, part[i], 64);
	sim_run(&sim, jobs, U64_MAX / 2);
	for (i = 0; i < sim.nr; i++) {
		want = part[i] * (SEC / 64);
		CHECK(sim.tenant[i].window_max <= want + CAP_GRACE,
		      "%u: %llu", part[i], (ull)sim.tenant[i].window_max);
		CHECK(sim.tenant[i].window_min >= want - CAP_GRACE,
		      "%u: %llu", part[i], (ull)sim.tenant[i].window_min);
	}
	/* What nobody owns stays idle. */
	CHECK(dist(sim.idle_ns / 1000, (sim.now - SEC) / 1000 / 2) <
		      (sim.now - SEC) / 1000 / 100,
	      "idle for %llu of %llu", (ull)sim.idle_ns, (ull)sim.now - SEC);
	check_sane();
}

/*
 * On a GPU with several engines more may be placed on one than it has: who owns it
 * all has no limit, but a time at which its slice is due, like all.
 */
static void fixed_whole(void)
{
	init(&mvgpu_policy_fixed, 2);
	sim_part(&sim, 0, 64, 64);
	sim_part(&sim, 1, 1, 64);
	sim_run(&sim, jobs, U64_MAX / 2);
	pr_info("1 of 64 beside 64: %llu of %llu ms\n",
		(ull)(sim.tenant[1].busy_ns / MS), (ull)(sim.busy_ns / MS));
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	CHECK(sim.tenant[1].busy_ns >= sim.busy_ns / 80, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	CHECK(sim.tenant[1].busy_ns <= sim.busy_ns / 60, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	check_sane();
}

static void exclusive_alone(void)
{
	init(&mvgpu_policy_exclusive, 1);
	sim_run(&sim, jobs, U64_MAX / 2);
	CHECK(sim.jobs == jobs, "%llu", (ull)sim.jobs);
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	check_sane();
}

/*
 * All of them
 */

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
	u64 want[3];
	u32 i, n;

	for (n = 0; n < ARRAY_SIZE(ops); n++) {
		init(ops[n], 3);
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
			CHECK(sim.tenant[i].window_min >= want[i] - SEC / 50,
			      "%s: %u got %llu", ops[n]->name, i,
			      (ull)sim.tenant[i].window_min);
			CHECK(sim.tenant[i].window_max <= want[i] + SEC / 50,
			      "%s: %u got %llu", ops[n]->name, i,
			      (ull)sim.tenant[i].window_max);
		}
		check_sane();
	}
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
		init(ops[n % 2], 3);
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
		check_sane();
	}
}

static void changes(void)
{
	static const struct mvgpu_policy_ops *const ops[] = {
		&mvgpu_policy_fair, &mvgpu_policy_equal, &mvgpu_policy_fixed,
	};
	u64 busy;
	u32 i, n;

	init(ops[0], 16);
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
	pr_info("%u flips, %llu jobs\n", n, (ull)sim.jobs);
	check_sane();
}

static void many(void)
{
	const struct mvgpu_policy_ops *ops[] = { &mvgpu_policy_fair,
						 &mvgpu_policy_equal,
						 &mvgpu_policy_fixed };
	u32 i, n;

	for (n = 0; n < ARRAY_SIZE(ops); n++) {
		init(ops[n], 1024);
		for (i = 0; i < sim.nr; i++) {
			sim_part(&sim, i, 1, 1024);
			sim.tenant[i].max_ns = 200 * US;
		}
		sim_run(&sim, 50000, U64_MAX / 2);
		for (i = 0; i < sim.nr; i++)
			CHECK(sim.tenant[i].done, "%s: tenant %u of 1024 starved",
			      ops[n]->name, i);
		check_sane();
	}
}

const struct promise mvgpu_promises[] = {
	{ "fair: shares follow weights from 1 to 1000", fair_shares, false },
	{ "fair: also with jobs of 50 us to 50 ms", fair_shares_long_jobs, false },
	{ "fair: time comes in small pieces", fair_smooth, false },
	{ "fair: also for who sends one job at a time", fair_synchronous, false },
	{ "fair: who slept has no credit", fair_sleeper, false },
	{ "fair: who asks for little waits for little", fair_light, false },
	{ "fair: debt is carried, and has an end", fair_debt, false },
	{ "fair: cap is never exceeded", fair_cap, false },
	{ "fair: cap is a ceiling for long jobs, too", fair_cap_long_jobs, false },
	{ "fair: cap set again is the same cap", fair_cap_set_again, false },
	{ "fair: min is never missed", fair_min, false },
	{ "fair: min may promise all", fair_min_full, false },
	{ "equal: equal time whatever the jobs and weights are", equal_shares, false },
	{ "equal: who slept has no credit", equal_sleeper, false },
	{ "fixed: a half stays a half", fixed_halves, false },
	{ "fixed: mixed sizes", fixed_sizes, false },
	{ "fixed: a part is a ceiling for long jobs, too", fixed_long_jobs, false },
	{ "fixed: who owns it all leaves the others theirs", fixed_whole, false },
	{ "exclusive: the engine is never idle", exclusive_alone, false },
	{ "one long job of each at a time", one_at_a_time, true },
	{ "shares are the same when virtual times wrap", wrap, false },
	{ "policies and parameters change, no job is lost or reordered", changes, false },
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
