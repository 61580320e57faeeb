// SPDX-License-Identifier: GPL-2.0
/* What policies "equal", "fixed" and "exclusive" promise. */
#include "keep.h"

void promise_equal_shares(void)
{
	u32 i;

	trial_begin(&mvgpu_policy_equal, 16);
	for (i = 0; i < 16; i++) {
		sim_params(&sim, i, i ? 1 : 1000, 0, 0);
		/* Some send a few long ones, some many short ones. */
		sim.tenant[i].max_ns = i & 1 ? 100 * US : 20 * MS;
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
	trial_end();
}

void promise_equal_sleeper(void)
{
	trial_begin(&mvgpu_policy_equal, 4);
	sim_run(&sim, jobs, SEC);
	sim.tenant[3].off = true;
	sim_run(&sim, jobs, 20 * SEC);
	sim.tenant[3].off = false;
	sim_measure(&sim, SEC);
	sim_run(&sim, jobs, 100 * MS);
	CHECK(dist(sim.tenant[3].busy_ns, sim.busy_ns / 4) < 8 * MS, "%llu",
	      (ull)sim.tenant[3].busy_ns);
	trial_end();
}

void promise_fixed_halves(void)
{
	trial_begin(&mvgpu_policy_fixed, 2);
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
	trial_end();
}

void promise_fixed_sizes(void)
{
	static const u32 part[] = { 16, 8, 4, 2, 1, 1 };
	u64 want;
	u32 i;

	trial_begin(&mvgpu_policy_fixed, ARRAY_SIZE(part));
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
	trial_end();
}

void promise_fixed_long_jobs(void)
{
	trial_long_jobs(&mvgpu_policy_fixed, 25);
}

/*
 * On a GPU with several engines more may be placed on one than it has: who owns it
 * all has no limit, but a time at which its slice is due, like all.
 */
void promise_fixed_whole(void)
{
	trial_begin(&mvgpu_policy_fixed, 2);
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
	trial_end();
}

void promise_exclusive_alone(void)
{
	trial_begin(&mvgpu_policy_exclusive, 1);
	sim_run(&sim, jobs, U64_MAX / 2);
	CHECK(sim.jobs == jobs, "%llu", (ull)sim.jobs);
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	trial_end();
}
