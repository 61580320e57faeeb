// SPDX-License-Identifier: GPL-2.0
/*
 * Shares and waits in real time, on the software GPU. Bounds are wide enough for
 * an emulated machine; MVGPU_BENCH=1 in the environment makes them those that
 * Documentation/scheduler.rst promises, and tests longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "load.h"

#define NR 16
#define MAX 63
#define MAX_SECONDS 300
/* Types: 1of1, 1of16 and 1of64 */
#define WHOLE 0
#define SIXTEENTH 4
#define SMALLEST 6
/* Jobs of up to 0.8 ms. */
#define LIGHT_ROWS 16
/* Jobs of up to 6.4 ms. */
#define MEDIUM_ROWS 128
/* Of jobs that are sent one at a time. */
#define MAX_WAITS 4096
#define SLICE_US 2000
/* 24 of them at a time; in turns of two policies. */
#define COST_JOBS 2400
#define COST_TURNS 9

FIXTURE(sched)
{
	struct mvt_tenant *tenant;
	unsigned int nr;
	u64 begin;
};

FIXTURE_SETUP(sched)
{
	unsigned int seed = time(NULL);

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	self->tenant = calloc(MAX, sizeof(*self->tenant));
	ASSERT_NE(NULL, self->tenant);
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 0));
	ksft_print_msg("seed %u\n", seed);
	srand(seed);
}

FIXTURE_TEARDOWN(sched)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < self->nr; i++)
		mvt_tenant_free(&self->tenant[i]);
	free(self->tenant);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

static int add(FIXTURE_DATA(sched) * self, unsigned int nr, unsigned int type,
	       unsigned int rows)
{
	int ret = 0;

	mvt_sim_set_u64("ns_per_kib", 0);
	for (; nr && !ret; nr--, self->nr++) {
		ret = mvt_tenant_add(&self->tenant[self->nr], type);
		self->tenant[self->nr].rows = rows;
	}
	return ret ?: mvt_sim_set_u64("ns_per_kib", MVT_LOAD_NS_PER_KIB);
}

static void mark(FIXTURE_DATA(sched) * self)
{
	unsigned int i;

	for (i = 0; i < self->nr; i++)
		mvt_tenant_mark(&self->tenant[i]);
	self->begin = mvt_now_ms();
}

/* All keep their queues full for @ms. */
static int run_for(FIXTURE_DATA(sched) * self, unsigned int ms)
{
	u64 end = mvt_now_ms() + ms;
	unsigned int i;
	int ret;

	while (mvt_now_ms() < end) {
		for (i = 0; i < self->nr; i++) {
			ret = mvt_tenant_refill(&self->tenant[i],
						MVT_LOAD_DEPTH);
			if (ret)
				return ret;
		}
		mvt_msleep(1);
	}
	return 0;
}

/* The first tenth is not measured. */
static int run(FIXTURE_DATA(sched) * self, unsigned int ms)
{
	int ret = run_for(self, ms / 10);

	mark(self);
	return ret ?: run_for(self, ms);
}

/* Percent of an engine that one has had since mark(), in hundredths. */
static u64 part(FIXTURE_DATA(sched) * self, unsigned int i)
{
	u64 ms = mvt_now_ms() - self->begin;

	return mvt_tenant_had(&self->tenant[i]) / 100 / ms;
}

static const unsigned int weight[NR] = {
	1, 2, 5, 10, 20, 50, 100, 100, 150, 200, 250, 300, 400, 500, 700, 1000,
};

/*
 * One second: how far is anyone from its share? Thousandths of the time used. What
 * each has had is added to @sum.
 */
static double second(FIXTURE_DATA(sched) * self, double sum[NR])
{
	double had[NR], all = 0, weights = 0, err, worst = 0;
	char text[NR * 8 + 1], *at = text;
	unsigned int i;

	for (i = 0; i < NR; i++) {
		had[i] = mvt_tenant_had(&self->tenant[i]);
		self->tenant[i].busy += (u64)had[i];
		sum[i] += had[i];
		all += had[i];
		weights += weight[i];
	}
	for (i = 0; i < NR; i++) {
		err = 1000 * (had[i] / all - weight[i] / weights);
		err = err < 0 ? -err : err;
		worst = err > worst ? err : worst;
		at += sprintf(at, " %.4f", had[i] / all);
	}
	ksft_print_msg("shares:%s\n", text);
	return worst;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void weights(struct __test_metadata *_metadata,
		    FIXTURE_DATA(sched) * self, unsigned int slice_us,
		    unsigned int seconds, double jain)
{
	/* A second in which the machine stood still is made up for later. */
	unsigned int i, worst = mvt_bench() ? 10 : 50;
	double sum[NR] = {}, err[MAX_SECONDS];

	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", slice_us));
	ASSERT_EQ(0, add(self, NR, SIXTEENTH, MVT_LOAD_ROWS));
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, mvt_vgpu_set_u64(&self->tenant[i].dev, "weight",
					      weight[i]));
	ASSERT_EQ(0, run_for(self, 2000));
	mark(self);
	for (i = 0; i < seconds; i++) {
		ASSERT_EQ(0, run_for(self, 1000));
		err[i] = second(self, sum);
	}
	for (i = 0; i < NR; i++)
		sum[i] /= weight[i];
	qsort(err, seconds, sizeof(err[0]), by_size);
	MVT_FIGURE("16 of weight 1 to 1000, slices of %u us: share error in any of %u s, permille",
		   "10 (median), %u (worst)",
		   "%.2f (median), %.2f (90 percent), %.2f (worst)",
		   slice_us, seconds, worst, err[seconds / 2],
		   err[seconds * 9 / 10], err[seconds - 1]);
	MVT_FIGURE("likewise, Jain's index of these %u s", "%g", "%.5f",
		   seconds, jain, mvt_jain(sum, NR));
	EXPECT_GE(10, err[seconds / 2]);
	EXPECT_GE(worst, err[seconds - 1]);
	EXPECT_LE(jain, mvt_jain(sum, NR));
}

TEST_F_TIMEOUT(sched, weights, MVT_TEST_S)
{
	/* One of weight 1 has eight slices of a minute: one or two are much. */
	weights(_metadata, self, 2000, mvt_bench() ? MAX_SECONDS : 10,
		mvt_bench() ? 0.999 : 0.9);
}

TEST_F_TIMEOUT(sched, weights_short_slices, MVT_TEST_S)
{
	weights(_metadata, self, 500, mvt_bench() ? 60 : 20,
		mvt_bench() ? 0.999 : 0.99);
}

TEST_F_TIMEOUT(sched, nothing_is_left_when_one_works, MVT_TEST_S)
{
	u64 had, least = mvt_bench() ? 9900 : 9000;

	ASSERT_EQ(0, add(self, NR, SIXTEENTH, MVT_LOAD_ROWS));
	/* Of all but the first, only what they are is there. */
	self->nr = 1;
	ASSERT_EQ(0, run(self, 10000));
	had = part(self, 0);
	self->nr = NR;
	MVT_FIGURE("one of 16 works: of the time", "%.0f %%", "%.2f %%",
		   least / 100.0, had / 100.0);
	EXPECT_LE(least, had);
}

TEST_F_TIMEOUT(sched, cap_holds, MVT_TEST_S)
{
	u64 had, least = mvt_bench() ? 1950 : 1500;

	ASSERT_EQ(0, add(self, 1, SIXTEENTH, MVT_LOAD_ROWS));
	ASSERT_EQ(0, mvt_vgpu_set(&self->tenant[0].dev, "cap", "20"));
	ASSERT_EQ(0, run(self, 5000));
	had = part(self, 0);
	MVT_FIGURE("cap 20, alone", "%.1f to 20.5 %%", "%.2f %%",
		   least / 100.0, had / 100.0);
	/* A slow machine cannot make it more. */
	EXPECT_GE(2050, had);
	EXPECT_LE(least, had);
}

TEST_F_TIMEOUT(sched, fixed_stays_fixed, MVT_TEST_S)
{
	u64 had, least = mvt_bench() ? 4900 : 4000;
	unsigned int i, nr;

	ASSERT_EQ(0, mvt_sched_set("policy", "fixed"));
	for (nr = 1; nr <= 2; nr++) {
		ASSERT_EQ(0, add(self, 1, 1, MVT_LOAD_ROWS));
		ASSERT_EQ(0, run(self, 5000));
		for (i = 0; i < nr; i++) {
			had = part(self, i);
			MVT_FIGURE("fixed, half %u of %u", "%.0f to 51 %%",
				   "%.2f %%",
				   i + 1, nr, least / 100.0, had / 100.0);
			EXPECT_GE(5100, had);
			EXPECT_LE(least, had);
		}
	}
}

/* What the jobs of one that sends them one at a time have waited for, ns. */
struct waits {
	u64 ns[MAX_WAITS], before[MVT_HIST_BUCKETS], sum;
	unsigned int nr;
};

/* If its job has come back, keep what it waited for: nothing else did. */
static int take_wait(struct mvt_tenant *one, struct waits *waits)
{
	u64 sum, done = one->done;
	int ret = mvt_tenant_refill(one, 0);

	if (ret || one->done == done)
		return ret;
	if (waits->nr == MAX_WAITS)
		return -ENOSPC;
	sum = mvt_vgpu_get_u64(&one->dev, "stats/wait_ns");
	waits->ns[waits->nr++] = sum - waits->sum;
	waits->sum = sum;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* The histogram is printed for charts, and has what was measured. */
static void same_waits(struct __test_metadata *_metadata,
		       struct mvt_tenant *one, const struct waits *waits)
{
	u64 count[MVT_HIST_BUCKETS] = {}, want[MVT_HIST_BUCKETS] = {};
	char text[MVT_HIST_BUCKETS * 12 + 1], *at = text;
	unsigned int i;

	for (i = 0; i < waits->nr; i++)
		want[mvt_octave(waits->ns[i])]++;
	ASSERT_EQ(0, mvt_hist_read(&one->dev, "stats/wait_hist", count));
	for (i = 0; i < MVT_HIST_BUCKETS; i++) {
		count[i] -= waits->before[i];
		at += sprintf(at, " %u", (unsigned int)count[i]);
		EXPECT_EQ(want[i], count[i]) {
			TH_LOG("waits of 2^%u ns", i);
		}
	}
	ksft_print_msg("waits:%s\n", text);
}

/*
 * Beside 15 that want all there is, 99 percent wait for two slices at most, and @jobs_us
 * for jobs that the engine has already.
 */
static void little(struct __test_metadata *_metadata, FIXTURE_DATA(sched) * self,
		   unsigned int rows, unsigned int jobs_us)
{
	struct mvt_tenant *one = &self->tenant[NR - 1];
	unsigned int i, us, round = 0, nr = mvt_sched_get_u64("outstanding");
	struct waits *waits;
	u64 end, p99;

	us = (2 * SLICE_US + jobs_us) * (mvt_bench() ? 1 : 4);
	ASSERT_EQ(0, add(self, NR, SIXTEENTH, rows));
	one->rows = LIGHT_ROWS;
	/* At first all are new, and who is new comes first. */
	self->nr--;
	ASSERT_EQ(0, run_for(self, 1000));
	self->nr++;
	waits = calloc(1, sizeof(*waits));
	ASSERT_NE(NULL, waits);
	ASSERT_EQ(0, mvt_hist_read(&one->dev, "stats/wait_hist",
				   waits->before));
	waits->sum = mvt_vgpu_get_u64(&one->dev, "stats/wait_ns");
	end = mvt_now_ms() + (mvt_bench() ? 30000 : 15000);
	while (mvt_now_ms() < end || one->queued) {
		for (i = 0; i < NR - 1; i++)
			ASSERT_EQ(0, mvt_tenant_refill(&self->tenant[i],
						       MVT_LOAD_DEPTH));
		ASSERT_EQ(0, take_wait(one, waits));
		if (round++ % 16 == 0 && mvt_now_ms() < end)
			ASSERT_EQ(0, mvt_tenant_refill(one, 1));
		mvt_msleep(1);
	}
	same_waits(_metadata, one, waits);
	ASSERT_LE(200, waits->nr);
	qsort(waits->ns, waits->nr, sizeof(waits->ns[0]), by_time);
	p99 = waits->ns[(waits->nr * 99 + 99) / 100 - 1] / 1000;
	MVT_FIGURE("few jobs beside 15 with jobs to %u us, %u outstanding: p99 of %u waits",
		   "%u us", "%llu us, %llu at most",
		   rows * MVT_LOAD_ROW_US, nr, waits->nr, us,
		   (unsigned long long)p99,
		   (unsigned long long)waits->ns[waits->nr - 1] / 1000);
	EXPECT_GE(us, p99);
	free(waits);
}

TEST_F_TIMEOUT(sched, who_asks_for_little_waits_for_little, MVT_TEST_S)
{
	/* A job as short as its own: long ones are stopped. */
	little(_metadata, self, MVT_LOAD_ROWS, LIGHT_ROWS * MVT_LOAD_ROW_US);
}

TEST_F_TIMEOUT(sched, likewise_without_preemption, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	little(_metadata, self, MEDIUM_ROWS,
	       2 * MEDIUM_ROWS * MVT_LOAD_ROW_US);
}

TEST_F_TIMEOUT(sched, likewise_with_one_outstanding, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, mvt_sched_set_u64("outstanding", 1));
	little(_metadata, self, MEDIUM_ROWS, MEDIUM_ROWS * MVT_LOAD_ROW_US);
}

TEST_F_TIMEOUT(sched, sixty_three, MVT_TEST_S)
{
	double had[MAX], least = 1e18, most = 0, jain = mvt_bench() ? 0.999 : 0.99;
	unsigned int i;

	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", 500));
	ASSERT_EQ(0, add(self, MAX, SMALLEST, MVT_LOAD_ROWS));
	ASSERT_EQ(0, run(self, mvt_bench() ? 30000 : 15000));
	for (i = 0; i < MAX; i++) {
		had[i] = mvt_tenant_had(&self->tenant[i]);
		least = had[i] < least ? had[i] : least;
		most = had[i] > most ? had[i] : most;
	}
	MVT_FIGURE("63 tenants for %.1f to %.1f ms each: Jain's index", "%g",
		   "%.5f",
		   least / 1e6, most / 1e6, jain, mvt_jain(had, MAX));
	EXPECT_LE(jain, mvt_jain(had, MAX));
	for (i = 0; i < MAX; i++)
		ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
}

TEST_F_TIMEOUT(sched, policy_flips, MVT_TEST_S)
{
	static const char *const name[] = { "fair", "equal", "fixed" };
	unsigned int i, n, nr = mvt_bench() ? 600 : 100;
	u64 done[NR], jobs = 0, late = 0;

	ASSERT_EQ(0, add(self, NR, SIXTEENTH, MEDIUM_ROWS));
	for (n = 0; n < nr; n++) {
		ASSERT_EQ(0, mvt_sched_set("policy", name[n % 3]));
		for (i = 0; i < NR; i++)
			done[i] = self->tenant[i].done;
		ASSERT_EQ(0, run_for(self, 100));
		/* With 16 slices of 2 ms all have a turn. */
		for (i = 0; i < NR; i++)
			late += self->tenant[i].done == done[i];
	}
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
		jobs += self->tenant[i].done;
	}
	MVT_FIGURE("%u changes of policy, one each 100 ms", "order",
		   "%llu jobs in order",
		   nr, (unsigned long long)jobs);
	MVT_FIGURE("likewise, in 100 ms a tenant had none done", "%u times",
		   "%llu times",
		   nr * NR / 10, (unsigned long long)late);
	EXPECT_GE(nr * NR / 10, late);
}

/* Of a job that takes no time, ns. */
enum cost {
	/* From the guest's kick to the answer, one job at a time. */
	TRIP,
	/* Of that, from its arrival in the queue until the engine is at it. */
	START,
	/* Of the only processor, for all of it, with the queue full. */
	PATH,
	COSTS,
};

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* So many jobs, @depth at a time. Return: 0 or an errno. */
static int send_jobs(struct mvt_tenant *one, unsigned int jobs,
		     unsigned int depth)
{
	int ret = 0;

	for (; jobs && !ret; jobs -= depth)
		ret = mvt_tenant_refill(one, depth) ?: mvt_tenant_drain(one);
	return ret;
}

static int measure(struct mvt_tenant *one, double cost[COSTS])
{
	double wait = mvt_vgpu_get_u64(&one->dev, "stats/wait_ns");
	double begin = now_ns();
	int ret = send_jobs(one, COST_JOBS, 1);

	cost[TRIP] = (now_ns() - begin) / COST_JOBS;
	wait = mvt_vgpu_get_u64(&one->dev, "stats/wait_ns") - wait;
	cost[START] = wait / COST_JOBS;
	begin = now_ns();
	ret = ret ?: send_jobs(one, COST_JOBS, MVT_LOAD_DEPTH);
	cost[PATH] = (now_ns() - begin) / COST_JOBS;
	return ret;
}

/* In turns with fair, which has nobody to choose from either. */
TEST_F_TIMEOUT(sched, exclusive_costs_nothing, MVT_TEST_S)
{
	static const char *const what[COSTS] = {
		"from the guest's kick to the answer",
		"from a job's arrival to its start",
		"processor for a job, 24 at a time",
	};
	static const char *const policy[] = { "fair", "exclusive" };
	double turn[COSTS], cost[2][COSTS][COST_TURNS], ratio;
	double bound = mvt_bench() ? 1.1 : 1.5;
	unsigned int i, k, n;

	ASSERT_EQ(0, add(self, 1, WHOLE, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 0));
	for (n = 0; n < COST_TURNS; n++) {
		for (k = 0; k < 2; k++) {
			ASSERT_EQ(0, mvt_sched_set("policy", policy[k]));
			ASSERT_EQ(0, measure(self->tenant, turn));
			for (i = 0; i < COSTS; i++)
				cost[k][i][n] = turn[i];
		}
	}
	for (i = 0; i < COSTS; i++) {
		for (k = 0; k < 2; k++)
			qsort(cost[k][i], COST_TURNS, sizeof(double), by_size);
		ratio = cost[1][i][COST_TURNS / 2] / cost[0][i][COST_TURNS / 2];
		MVT_FIGURE("exclusive, %s", "%.1f times that of fair",
			   "%.2f times, %.1f us (median of %u turns)",
			   what[i], bound, ratio,
			   cost[1][i][COST_TURNS / 2] / 1000, COST_TURNS);
		EXPECT_GE(bound, ratio);
	}
}

TEST_HARNESS_MAIN
