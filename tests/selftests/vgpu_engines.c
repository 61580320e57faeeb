// SPDX-License-Identifier: GPL-2.0
/*
 * A vGPU with an engine of its own, on a software GPU with four: what it waits for
 * does not move when the others saturate theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "load.h"

#define ENGINES 4
/* 1of4: as large as an engine; 1of16: shares one. */
#define WHOLE 2
#define SIXTEENTH 4
#define NR 9
/* Below a slice: nobody else's jobs are in between. */
#define WAIT_N 21

FIXTURE(engines)
{
	struct mvt_tenant tenant[NR];
	unsigned int nr;
};

static int add(FIXTURE_DATA(engines) * self, unsigned int type)
{
	return mvt_tenant_add(&self->tenant[self->nr++], type);
}

FIXTURE_SETUP(engines)
{
	unsigned int i;

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ASSERT_EQ(ENGINES, mvt_sched_get_u64("engines"));
	/* Nobody is stopped: who shared an engine would wait for long. */
	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 0));
	ASSERT_EQ(0, add(self, WHOLE));
	for (i = 1; i < NR; i++)
		ASSERT_EQ(0, add(self, SIXTEENTH));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", MVT_LOAD_NS_PER_KIB));
}

FIXTURE_TEARDOWN(engines)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < self->nr; i++)
		mvt_tenant_free(&self->tenant[i]);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/*
 * Tenant @i sends a job of 0.8 ms now and then; from @first on all keep their
 * queues full. Return: 99 percent of its waits were shorter than 2^n ns, or errno.
 */
static int waits(FIXTURE_DATA(engines) * self, unsigned int i,
		 unsigned int first)
{
	struct mvt_tenant *one = &self->tenant[i];
	u64 end = mvt_now_ms() + (mvt_bench() ? 30000 : 10000);
	u64 before[MVT_HIST_BUCKETS];
	unsigned int k, round = 0;
	int ret;

	one->rows = 16;
	ret = mvt_hist_read(&one->dev, "stats/wait_hist", before);
	while (!ret && mvt_now_ms() < end) {
		for (k = first; k < NR && !ret; k++)
			if (k != i)
				ret = mvt_tenant_refill(&self->tenant[k],
							MVT_LOAD_DEPTH);
		if (!ret && round++ % 8 == 0)
			ret = mvt_tenant_refill(one, 1);
		mvt_msleep(1);
	}
	return ret ?: mvt_percentile(&one->dev, "stats/wait_hist", before, 990);
}

TEST_F_TIMEOUT(engines, latency_of_its_owner_does_not_move, 300)
{
	int alone, beside, shared, bound = mvt_bench() ? WAIT_N : WAIT_N + 2;
	unsigned int i;

	EXPECT_EQ(1, mvt_vgpu_get_u64(&self->tenant[0].dev, "engine_owned"));
	for (i = 1; i < NR; i++) {
		EXPECT_EQ(0, mvt_vgpu_get_u64(&self->tenant[i].dev,
					      "engine_owned"));
		EXPECT_NE(mvt_vgpu_get_u64(&self->tenant[0].dev, "engine"),
			  mvt_vgpu_get_u64(&self->tenant[i].dev, "engine"));
	}
	alone = waits(self, 0, NR);
	beside = waits(self, 0, 1);
	/* The same load as seen by one that shares its engine. */
	shared = waits(self, 1, 1);
	ASSERT_LE(0, alone);
	ASSERT_LE(0, beside);
	ASSERT_LE(0, shared);
	MVT_FIGURE("an engine of one's own, alone: p99 wait", "-", "< %llu us",
		   (1ULL << alone) / 1000);
	MVT_FIGURE("likewise, beside three saturated ones", "%llu us",
		   "< %llu us",
		   (1ULL << bound) / 1000, (1ULL << beside) / 1000);
	MVT_FIGURE("one that shares such an engine, no preemption",
		   "> the above", "< %llu us",
		   (1ULL << shared) / 1000);
	EXPECT_GE(bound, beside);
	/* In octaves: it is the same, but for one at the edge of two. */
	if (mvt_bench())
		EXPECT_GE(alone + 1, beside);
	EXPECT_LT(beside, shared);
}

TEST_HARNESS_MAIN
