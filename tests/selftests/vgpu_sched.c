// SPDX-License-Identifier: GPL-2.0
/*
 * Shares and waits in real time, on the software GPU. Bounds are wide enough for
 * an emulated machine; MVGPU_BENCH=1 in the environment makes them those that
 * Documentation/scheduler.rst promises.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NR 16
#define DEPTH 24
/* Side of the resource: 64 KiB, 0.25 KiB a row. */
#define SIDE 128
/* 0.5 KiB a row: 50 us to 6.4 ms for a job. */
#define NS_PER_KIB 100000

static bool bench(void)
{
	return getenv("MVGPU_BENCH");
}

FIXTURE(sched)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
	unsigned int nr, queued[NR], rows[NR];
	u64 busy[NR], begin;
};

static int add(FIXTURE_DATA(sched) * self, unsigned int type)
{
	unsigned int i = self->nr;
	int ret = mvt_setup(&self->dev[i], type);

	if (ret)
		return ret;
	self->nr++;
	self->rows[i] = SIDE;
	ret = mvt_mem_map(&self->dev[i], &self->mem[i], MVT_BUF_IOVA, 0x100000);
	if (ret)
		return ret;
	ret = mvt_gpu_make(&self->dev[i], &self->mem[i], 1, SIDE, SIDE, i);
	return ret == OK ? 0 : -EIO;
}

FIXTURE_SETUP(sched)
{
	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB));
	srand(1);
}

FIXTURE_TEARDOWN(sched)
{
	unsigned int i;

	mvt_sim_defaults();
	mvt_sim_set_u64("ns_per_command", 20000);
	mvt_sim_set_u64("ns_per_kib", 100);
	for (i = 0; i < self->nr; i++) {
		mvt_mem_free(&self->dev[i], &self->mem[i]);
		mvt_teardown(&self->dev[i]);
	}
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* Take what has come back, and fill the queue up to @depth. */
static int refill(FIXTURE_DATA(sched) * self, unsigned int i, unsigned int depth)
{
	struct mvt_dev *dev = &self->dev[i];
	bool sent = false;
	int ret;

	while (self->queued[i]) {
		ret = mvt_gpu_recv(dev, 0, NULL, 0);
		if (ret == -ETIMEDOUT)
			break;
		if (ret != OK)
			return ret < 0 ? ret : -EIO;
		self->queued[i]--;
	}
	for (; self->queued[i] < depth; self->queued[i]++) {
		/* Short and long ones alike. */
		ret = mvt_gpu_send_transfer(dev, 1, SIDE,
					    1 + rand() % self->rows[i]);
		if (ret < 0)
			return ret;
		sent = true;
	}
	return sent ? mvt_vq_kick(&dev->vq[MVT_CTRL]) : 0;
}

static void measure(FIXTURE_DATA(sched) * self)
{
	unsigned int i;

	for (i = 0; i < self->nr; i++)
		self->busy[i] = mvt_vgpu_get_u64(&self->dev[i],
						 "stats/busy_ns");
	self->begin = mvt_now_ms();
}

/* Nanoseconds that tenant @i had since measure(). */
static u64 had(FIXTURE_DATA(sched) * self, unsigned int i)
{
	return mvt_vgpu_get_u64(&self->dev[i], "stats/busy_ns") - self->busy[i];
}

/* All keep their queues full for @ms, of which the first tenth is not measured. */
static int run(FIXTURE_DATA(sched) * self, unsigned int ms)
{
	u64 begin = mvt_now_ms();
	bool measured = false;
	unsigned int i;
	int ret;

	while (mvt_now_ms() < begin + ms) {
		for (i = 0; i < self->nr; i++) {
			ret = refill(self, i, DEPTH);
			if (ret)
				return ret;
		}
		if (!measured && mvt_now_ms() >= begin + ms / 10) {
			measured = true;
			measure(self);
		}
		mvt_msleep(1);
	}
	return 0;
}

TEST_F_TIMEOUT(sched, weights, MVT_TEST_S)
{
	static const unsigned int weight[NR] = {
		1, 2, 5, 10, 20, 50, 100, 100, 150, 200, 250, 300, 400, 500,
		700, 1000,
	};
	/* Thousandths of the whole. */
	long bound = bench() ? 10 : 20;
	u64 x[NR], sum = 0, weights = 0;
	double a = 0, b = 0, jain;
	unsigned int i;
	long err;

	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, add(self, 4));
		ASSERT_EQ(0, mvt_vgpu_set_u64(&self->dev[i], "weight",
					      weight[i]));
		weights += weight[i];
	}
	ASSERT_EQ(0, run(self, 20000));
	for (i = 0; i < NR; i++) {
		x[i] = had(self, i);
		sum += x[i];
	}
	for (i = 0; i < NR; i++) {
		err = (long)(x[i] * 1000 / sum) -
		      (long)(weight[i] * 1000 / weights);
		ksft_print_msg("weight %u: %llu of %llu us\n", weight[i],
			       (unsigned long long)x[i] / 1000,
			       (unsigned long long)(sum / 1000 * weight[i] /
						    weights));
		EXPECT_GE(bound, labs(err)) {
			TH_LOG("weight %u: %ld thousandths", weight[i], err);
		}
		/* The others had a handful of jobs: chance. */
		if (weight[i] < 50)
			continue;
		a += (double)x[i] / weight[i];
		b += (double)x[i] / weight[i] * x[i] / weight[i];
	}
	jain = a * a / b / 11;
	ksft_print_msg("Jain index of weights from 50 on: %f\n", jain);
	EXPECT_LE(bench() ? 999 : 990, (long)(jain * 1000 + 0.5));
}

TEST_F_TIMEOUT(sched, nothing_is_left_when_one_works, MVT_TEST_S)
{
	unsigned int i;
	u64 ms, part;

	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, add(self, 4));
	/* Of all but the first, only what they are is there. */
	self->nr = 1;
	ASSERT_EQ(0, run(self, 5000));
	self->nr = NR;
	ms = mvt_now_ms() - self->begin;
	part = had(self, 0) / 10000 / ms;
	ksft_print_msg("one of 16: %llu percent of the time\n",
		       (unsigned long long)part);
	EXPECT_LE(bench() ? 99 : 90, part);
}

TEST_F_TIMEOUT(sched, cap_holds, MVT_TEST_S)
{
	u64 ms, part;

	ASSERT_EQ(0, add(self, 4));
	ASSERT_EQ(0, mvt_vgpu_set(&self->dev[0], "cap", "20"));
	ASSERT_EQ(0, run(self, 5000));
	ms = mvt_now_ms() - self->begin;
	part = had(self, 0) / 1000 / ms;
	ksft_print_msg("cap 20: %llu thousandths of the time\n",
		       (unsigned long long)part);
	/* A slow machine cannot make it more. */
	EXPECT_GE(205, part);
	EXPECT_LE(bench() ? 195 : 150, part);
}

TEST_F_TIMEOUT(sched, fixed_stays_fixed, MVT_TEST_S)
{
	u64 ms, part;
	unsigned int i;

	ASSERT_EQ(0, mvt_sched_set("policy", "fixed"));
	ASSERT_EQ(0, add(self, 1));
	ASSERT_EQ(0, run(self, 5000));
	ms = mvt_now_ms() - self->begin;
	part = had(self, 0) / 1000 / ms;
	ksft_print_msg("a half alone: %llu thousandths\n",
		       (unsigned long long)part);
	EXPECT_GE(510, part);
	EXPECT_LE(bench() ? 490 : 400, part);
	ASSERT_EQ(0, add(self, 1));
	ASSERT_EQ(0, run(self, 5000));
	ms = mvt_now_ms() - self->begin;
	for (i = 0; i < 2; i++) {
		part = had(self, i) / 1000 / ms;
		ksft_print_msg("half %u of two: %llu thousandths\n", i,
			       (unsigned long long)part);
		EXPECT_GE(510, part);
		EXPECT_LE(bench() ? 490 : 400, part);
	}
}

/* The number of the bucket with the 99th percentile, or -1. */
static int percentile(struct mvt_dev *dev)
{
	u64 count[MVT_HIST_BUCKETS], sum = 0, part = 0;
	char text[1024], *at = text;
	int i;

	if (mvt_vgpu_get(dev, "stats/wait_hist", text, sizeof(text)))
		return -1;
	for (i = 0; i < MVT_HIST_BUCKETS; i++) {
		count[i] = strtoull(at, &at, 10);
		sum += count[i];
	}
	for (i = 0; i < MVT_HIST_BUCKETS; i++) {
		part += count[i];
		if (part * 100 >= sum * 99)
			return i;
	}
	return -1;
}

/* Beside 15 that want all there is. */
TEST_F_TIMEOUT(sched, who_asks_for_little_waits_for_little, MVT_TEST_S)
{
	struct mvt_dev *light;
	unsigned int i, n = 0;
	u64 end;
	int p;

	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, add(self, 4));
	light = &self->dev[NR - 1];
	/* Jobs of up to 0.8 ms beside those of up to 6.4. */
	self->rows[NR - 1] = 16;
	end = mvt_now_ms() + 15000;
	while (mvt_now_ms() < end) {
		for (i = 0; i < NR - 1; i++)
			ASSERT_EQ(0, refill(self, i, DEPTH));
		if (n++ % 16 == 0)
			ASSERT_EQ(0, refill(self, NR - 1, 1));
		mvt_msleep(1);
	}
	p = percentile(light);
	ksft_print_msg("%llu jobs, 99 percent waited for less than %llu us\n",
		       (unsigned long long)mvt_vgpu_get_u64(light, "stats/jobs"),
		       (2ULL << p) / 1000);
	ASSERT_LE(0, p);
	/* Two slices and two jobs are 17 ms: the bucket up to 33 ms. */
	EXPECT_GE(bench() ? 24 : 26, p);
}

TEST_HARNESS_MAIN
