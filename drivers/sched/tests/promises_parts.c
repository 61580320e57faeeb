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

/* Of those that always have work, ns. */
static u64 equal_longest;

/*
 * The slice that runs, two jobs that are outstanding, one of who was charged too
 * much for a job before, others that have arrived.
 */
static u64 equal_wait(u32 tenant)
{
	return 2 * MS + 3 * equal_longest + 8 * 500 * US;
}

/*
 * Nobody is ever far from the others, and who arrives comes before all that have had
 * their slice since.
 */
void promise_equal_arrivals(void)
{
	u64 apart;
	u32 i;

	trial_begin(&mvgpu_policy_equal, 8);
	for (i = 0; i < sim.nr; i++)
		sim.tenant[i].max_ns = i & 2 ? 200 * US : 20 * MS;
	trial_some_arrive(40 * MS);
	equal_longest = preempting ? 2 * MS : 20 * MS;
	worst_apart = 0;
	sim.check = trial_apart;
	sim_run(&sim, jobs, U64_MAX / 2);
	trial_arrivals("equal", equal_wait);
	apart = 2 * MS + 3 * equal_longest;
	FIGURE("likewise, the other half, apart", "%llu us", "%llu us",
	       (ull)(apart / US), (ull)(worst_apart / US));
	CHECK(worst_apart <= apart, "%llu us", (ull)(worst_apart / US));
	CHECK(!sim.idle_with_work, "idle for %llu", (ull)sim.idle_with_work);
	CHECK(!sim.idle_ns, "idle for %llu", (ull)sim.idle_ns);
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
	FIGURE("fixed half alone: in any second", "%llu to %llu us",
	       "%llu to %llu us", (ull)((500 * MS - CAP_GRACE) / US),
	       (ull)((500 * MS + CAP_GRACE) / US),
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

/* So many halves at work, which keep so many jobs waiting; 0: one job at a time. */
static void uneven_jobs(u32 nr, u32 depth)
{
	/* Who sends one at a time does not wait while its own runs. */
	u64 least = depth || nr == 1 ? 495 : preempting ? 480 : 400, part;
	u32 i;

	trial_begin(&mvgpu_policy_fixed, 2);
	for (i = 0; i < 2; i++) {
		sim_part(&sim, i, 32, 64);
		sim.tenant[i].max_ns = 200 * MS;
		sim.tenant[i].depth = depth;
		sim.tenant[i].off = i >= nr;
	}
	sim_run(&sim, jobs / 20, U64_MAX / 2);
	for (i = 0; i < nr; i++) {
		part = sim.tenant[i].busy_ns / ((sim.now - SEC) / 1000);
		FIGURE("fixed, half %u of %u, jobs to 200 ms, %u wait: permille",
		       "%llu to 502", "%llu", i + 1, nr, depth, (ull)least,
		       (ull)part);
		CHECK(part >= least && part <= 502, "%llu", (ull)part);
	}
	trial_end();
}

static void write_weight(struct sim *s)
{
	sim_params(s, 0, s->tenant[0].share.params.weight ^ 1, 0, 0);
}

/* A weight means nothing here, and who sets it changes nothing. */
void promise_fixed_weight(void)
{
	trial_begin(&mvgpu_policy_fixed, 2);
	sim_part(&sim, 0, 32, 64);
	sim_part(&sim, 1, 32, 64);
	sim.tenant[1].off = true;
	sim.check = write_weight;
	sim_run(&sim, jobs / 10, U64_MAX / 2);
	CHECK(sim.tenant[0].window_max <= 500 * MS + CAP_GRACE, "%llu",
	      (ull)sim.tenant[0].window_max);
	trial_end();
}

/*
 * Nor is any of it lost when jobs are not as long as those before, or wait for others
 * that cannot be stopped.
 */
void promise_fixed_uneven_jobs(void)
{
	static const u32 depth[] = { 4, 1, 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(depth); i++) {
		uneven_jobs(1, depth[i]);
		uneven_jobs(2, depth[i]);
	}
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

/* Until its slice is due, and two jobs that are outstanding. */
static u64 fixed_wait(u32 tenant)
{
	return 2 * MS * 64 / sim.tenant[tenant].share.params.part + 2 * MS;
}

/* Whoever arrives, who always has work gets its part and no more. */
void promise_fixed_arrivals(void)
{
	static const u32 part[] = { 16, 16, 8, 8, 4, 4, 4, 4 };
	u64 want;
	u32 i;

	trial_begin(&mvgpu_policy_fixed, ARRAY_SIZE(part));
	for (i = 0; i < sim.nr; i++) {
		sim_part(&sim, i, part[i], 64);
		sim.tenant[i].max_ns = MS;
	}
	trial_some_arrive(20 * MS);
	sim_run(&sim, jobs, U64_MAX / 2);
	trial_arrivals("fixed", fixed_wait);
	for (i = 0; i < sim.nr; i++) {
		want = part[i] * (SEC / 64);
		CHECK(sim.tenant[i].window_max <= want + CAP_GRACE,
		      "%u: %llu", part[i], (ull)sim.tenant[i].window_max);
		if (sim.tenant[i].depth)
			CHECK(sim.tenant[i].window_min >= want - CAP_GRACE,
			      "%u: %llu", part[i],
			      (ull)sim.tenant[i].window_min);
	}
	trial_end();
}

void promise_fixed_long_jobs(void)
{
	trial_long_jobs(&mvgpu_policy_fixed, 25);
}

/* 1 of 64 beside all 64, with so many jobs that wait; it is served every so often. */
static void whole_and(u32 depth, u64 least, u64 wait)
{
	trial_begin(&mvgpu_policy_fixed, 2);
	sim_part(&sim, 0, 64, 64);
	sim_part(&sim, 1, 1, 64);
	sim.tenant[1].depth = depth;
	sim_run(&sim, jobs, U64_MAX / 2);
	FIGURE("1 of 64 beside 64 of 64 under fixed, %u wait: of a million",
	       "%llu to %llu", "%llu", depth, 1000000 / (ull)least,
	       1000000 / 60ULL,
	       (ull)(sim.tenant[1].busy_ns / (sim.busy_ns / 1000000)));
	if (!depth && !preempting)
		FIGURE("likewise, longest wait", "%llu ms", "%llu ms",
		       (ull)(wait / MS), (ull)(sim.tenant[1].max_wait / MS));
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	CHECK(sim.tenant[1].busy_ns >= sim.busy_ns / least, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	CHECK(sim.tenant[1].busy_ns <= sim.busy_ns / 60, "%llu",
	      (ull)sim.tenant[1].busy_ns);
	CHECK(depth || preempting || sim.tenant[1].max_wait <= wait, "%llu ms",
	      (ull)(sim.tenant[1].max_wait / MS));
	trial_end();
}

/*
 * On a GPU with several engines more may be placed on one than it has: who owns it
 * all has no limit, but a time at which its slice is due, like all. Who sends one job
 * at a time comes anew for each, and not behind all that are late.
 */
void promise_fixed_whole(void)
{
	whole_and(4, 80, 0);
	whole_and(0, 600, 300 * MS);
}

void promise_exclusive_alone(void)
{
	trial_begin(&mvgpu_policy_exclusive, 1);
	sim_run(&sim, jobs, U64_MAX / 2);
	CHECK(sim.jobs == jobs, "%llu", (ull)sim.jobs);
	CHECK(!sim.idle_ns, "idle for %llu ns", (ull)sim.idle_ns);
	trial_end();
}
