// SPDX-License-Identifier: GPL-2.0
/*
 * 1,024 vGPUs on one software GPU, for which it was loaded with overcommit=16: all
 * are created, driven at the same time, served alike, and removed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "load.h"

#define NR 1024
/* 1of64 */
#define TYPE 6
#define DEPTH 12
/* Jobs of up to 2 ms, so that they have work before they are looked at again. */
#define ROWS 40
/* A container, a group, a device and its vectors. */
#define FDS (NR * 8 + 64)

FIXTURE(many)
{
	struct mvt_tenant *tenant;
	unsigned int nr;
};

FIXTURE_SETUP(many)
{
	struct rlimit limit = { FDS, FDS };

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ASSERT_EQ(NR, mvt_available(TYPE));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	self->tenant = calloc(NR, sizeof(*self->tenant));
	ASSERT_NE(NULL, self->tenant);
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 0));
}

FIXTURE_TEARDOWN(many)
{
	unsigned int i;
	u64 begin = mvt_now_ms();

	mvt_sim_defaults();
	for (i = 0; i < self->nr; i++)
		mvt_tenant_free(&self->tenant[i]);
	ksft_print_msg("removed in %llu ms\n",
		       (unsigned long long)(mvt_now_ms() - begin));
	free(self->tenant);
	mvt_sched_defaults();
	EXPECT_EQ(NR, mvt_available(TYPE));
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

TEST_F_TIMEOUT(many, all_are_served, 900)
{
	/* A slow machine cannot give all of them work all the time. */
	unsigned int i, busy_least = mvt_bench() ? 90 : 0;
	double had[NR], jain, jain_least = mvt_bench() ? 0.99 : 0.5;
	u64 begin = mvt_now_ms(), done = 0, least = ~0ULL, now, end, busy;

	for (; self->nr < NR; self->nr++) {
		ASSERT_EQ(0, mvt_tenant_add(&self->tenant[self->nr], TYPE)) {
			TH_LOG("vGPU %u", self->nr);
		}
		self->tenant[self->nr].rows = ROWS;
	}
	EXPECT_EQ(0, mvt_available(TYPE));
	ksft_print_msg("created in %llu ms\n",
		       (unsigned long long)(mvt_now_ms() - begin));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", MVT_LOAD_NS_PER_KIB));
	for (i = 0; i < NR; i++) {
		mvt_tenant_mark(&self->tenant[i]);
		self->tenant[i].done = 0;
	}
	busy = mvt_sched_get_u64("stats/busy_ns");
	begin = mvt_now_ms();
	end = begin + (mvt_bench() ? 60000 : 20000);
	while (mvt_now_ms() < end)
		for (i = 0; i < NR; i++)
			ASSERT_EQ(0, mvt_tenant_refill(&self->tenant[i], DEPTH));
	now = mvt_now_ms();
	busy = mvt_sched_get_u64("stats/busy_ns") - busy;
	for (i = 0; i < NR; i++)
		had[i] = mvt_tenant_had(&self->tenant[i]);
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
		done += self->tenant[i].done;
		if (self->tenant[i].done < least)
			least = self->tenant[i].done;
	}
	jain = mvt_jain(had, NR);
	MVT_FIGURE("1,024 vGPUs for %llu s: jobs of each", "4",
		   "%llu or more, %llu of all in order",
		   (unsigned long long)(now - begin) / 1000,
		   (unsigned long long)least, (unsigned long long)done);
	MVT_FIGURE("likewise, the engine is busy", "%u %%", "%.1f %%",
		   busy_least, busy / 1e4 / (now - begin));
	MVT_FIGURE("likewise, Jain's index of their time", "%g", "%.4f",
		   jain_least, jain);
	EXPECT_LE(4, least);
	EXPECT_LE(jain_least, jain);
	EXPECT_LE((now - begin) * busy_least / 100, busy / 1000000);
}

TEST_HARNESS_MAIN
