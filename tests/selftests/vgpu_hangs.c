// SPDX-License-Identifier: GPL-2.0
/*
 * Hangs at random beside neighbours that work, in real time: nobody else loses a
 * job or sees them out of order, and it does not take long. MVGPU_HANGS in the
 * environment says how many; default 50, with MVGPU_BENCH=1 10,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "load.h"

/* One that hangs and eight neighbours. */
#define NR 9
/* 1of16, and 1of64 for the first. */
#define TYPE 4
#define SMALLEST 6
#define DEPTH 8
/* A busy machine may hold up a job that does not hang, but not for so long. */
#define TIMEOUT_MS (mvt_bench() ? 100 : 250)
/* Beyond its time, and from then until its guest is told. */
#define DETECT_MS (mvt_bench() ? 100 : 250)
#define RESET_MS (mvt_bench() ? 50 : 250)

FIXTURE(hangs)
{
	struct mvt_tenant tenant[NR];
	unsigned int nr;
	u64 resets[NR];
};

FIXTURE_SETUP(hangs)
{
	unsigned int seed = time(NULL);

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ksft_print_msg("seed %u\n", seed);
	srand(seed);
	for (; self->nr < NR; self->nr++)
		ASSERT_EQ(0, mvt_tenant_add(&self->tenant[self->nr],
					    self->nr ? TYPE : SMALLEST));
	/* Jobs of up to 1.2 ms. */
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", MVT_LOAD_NS_PER_KIB / 40));
	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 0));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", TIMEOUT_MS));
}

FIXTURE_TEARDOWN(hangs)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < self->nr; i++)
		mvt_tenant_free(&self->tenant[i]);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

static bool hung(FIXTURE_DATA(hangs) * self, unsigned int i)
{
	return mvt_vgpu_get_u64(&self->tenant[i].dev, "stats/resets") !=
	       self->resets[i];
}

/*
 * All but @v (NR: all) keep their queues full. Return: 0, -EUCLEAN if one was told
 * of a hang of its own, or an errno.
 */
static int work(FIXTURE_DATA(hangs) * self, unsigned int v)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR && !ret; i++) {
		if (i == v)
			continue;
		ret = mvt_tenant_refill(&self->tenant[i], DEPTH);
		if (ret == -EIO && hung(self, i))
			ret = -EUCLEAN;
	}
	return ret;
}

/* Which tenant's job hangs is known only when one was given up. */
static int find_hung(FIXTURE_DATA(hangs) * self, unsigned int *v)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;

	for (;;) {
		for (*v = 0; *v < NR; ++*v)
			if (hung(self, *v))
				return 0;
		if (mvt_now_ms() > end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
}

/* Until tenant @v is told, all others work. Return: 0 or an errno. */
static int wait_told(FIXTURE_DATA(hangs) * self, unsigned int v)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;
	int ret = 0;

	while (!ret && !(mvt_status(&self->tenant[v].dev) &
			 VIRTIO_CONFIG_S_NEEDS_RESET)) {
		if (mvt_now_ms() > end)
			return -ETIMEDOUT;
		mvt_msleep(1);
		ret = work(self, v);
	}
	return ret;
}

/* What is left of its jobs comes back in order, and @some with an error. */
static int take_errors(struct mvt_tenant *tenant, bool some)
{
	unsigned int errors = !some;
	int ret;

	while (tenant->queued) {
		ret = mvt_tenant_recv(tenant, MVT_WAIT_MS);
		if (ret < 0)
			return ret;
		errors += mvt_is_error(ret);
	}
	return errors ? 0 : -ENODATA;
}

/* Return: ms from the end of its time to the error, and on to NEEDS_RESET. */
static int hang(FIXTURE_DATA(hangs) * self, long *detect, long *reset)
{
	struct mvt_tenant *tenant;
	unsigned int i, v;
	u64 begin, run;
	bool told;
	int ret;

	for (i = 0; i < NR; i++) {
		self->resets[i] = mvt_vgpu_get_u64(&self->tenant[i].dev,
						   "stats/resets");
		mvt_tenant_mark(&self->tenant[i]);
	}
	ret = mvt_sim_set_u64("hang_nth", 1 + rand() % 40) ?: work(self, NR);
	/* As long as nothing hangs there has to be work. */
	for (run = 1; run && !ret;) {
		mvt_msleep(1);
		ret = work(self, NR) ?: mvt_sim_get_u64("hang_nth", &run);
	}
	/* A machine that stood still may have told before that was seen. */
	told = ret == -EUCLEAN;
	if (told)
		ret = 0;
	ret = ret ?: find_hung(self, &v);
	if (ret)
		return ret;
	begin = mvt_now_ms();
	tenant = &self->tenant[v];
	ret = wait_told(self, v);
	*reset = mvt_now_ms() - begin;
	ret = ret ?: take_errors(tenant, !told);
	/* All of its other jobs are short. */
	run = mvt_tenant_had(tenant) / 1000000;
	*detect = (long)run - TIMEOUT_MS;
	if (!ret && mvt_vgpu_get_u64(&tenant->dev, "memory"))
		ret = -EBUSY;
	/* Nobody else notices anything but time. */
	ret = ret ?: work(self, v) ?: mvt_start(&tenant->dev);
	return ret ?: mvt_tenant_make(tenant);
}

TEST_F_TIMEOUT(hangs, beside_neighbours, 7200)
{
	const char *text = getenv("MVGPU_HANGS");
	unsigned int i, k, n = mvt_bench() ? 10000 : 50;
	long detect, reset, most_detect = 0, most_reset = 0;
	u64 resets = 0, jobs = 0, whole = mvt_sched_get_u64("stats/resets");
	double sum_detect = 0, sum_reset = 0;

	if (text)
		n = strtoul(text, NULL, 0);
	for (k = 0; k < n; k++) {
		ASSERT_EQ(0, hang(self, &detect, &reset)) {
			TH_LOG("hang %u", k);
		}
		ASSERT_LE(0, detect);
		sum_detect += detect;
		sum_reset += reset;
		most_detect = detect > most_detect ? detect : most_detect;
		most_reset = reset > most_reset ? reset : most_reset;
	}
	for (i = 0; i < NR; i++) {
		resets += mvt_vgpu_get_u64(&self->tenant[i].dev,
					   "stats/resets");
		ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
		jobs += self->tenant[i].done;
	}
	MVT_FIGURE("%u hangs beside 8 neighbours", "order",
		   "%llu jobs in order",
		   n, (unsigned long long)jobs);
	MVT_FIGURE("likewise, found after the end of its time", "%u ms",
		   "%.1f ms (mean), %ld (most)",
		   DETECT_MS, sum_detect / n, most_detect);
	MVT_FIGURE("likewise, its guest told after that", "%u ms",
		   "%.1f ms (mean), %ld (most)",
		   RESET_MS, sum_reset / n, most_reset);
	EXPECT_EQ(n, resets);
	EXPECT_EQ(whole, mvt_sched_get_u64("stats/resets"));
	EXPECT_GE(DETECT_MS, most_detect);
	EXPECT_GE(RESET_MS, most_reset);
}

/* Ways to owe so much for a job that hung that it takes seconds to pay. */
static const struct {
	const char *policy, *weight, *cap;
} debt[] = {
	{ "fair", "1", "0" }, { "fair", "100", "1" }, { "fixed", "100", "0" },
};

static int set_debt(FIXTURE_DATA(hangs) * self, unsigned int k)
{
	struct mvt_dev *dev = &self->tenant[0].dev;

	return mvt_sched_set("policy", debt[k].policy) ?:
	       mvt_vgpu_set(dev, "weight", debt[k].weight) ?:
	       mvt_vgpu_set(dev, "cap", debt[k].cap);
}

/* The first tenant's job is the one that hangs. */
static int hang_first(FIXTURE_DATA(hangs) * self)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS, left = 1;
	int ret;

	self->resets[0] = mvt_vgpu_get_u64(&self->tenant[0].dev,
					   "stats/resets");
	ret = mvt_sim_set_u64("hang_nth", 1) ?:
	      mvt_tenant_refill(&self->tenant[0], 4);
	while (!ret && left && mvt_now_ms() < end)
		ret = mvt_sim_get_u64("hang_nth", &left);
	while (!ret && !hung(self, 0) && mvt_now_ms() < end) {
		ret = work(self, 0);
		mvt_msleep(1);
	}
	return ret ?: mvt_now_ms() < end ? 0 : -ETIMEDOUT;
}

/* What it owes for that does not keep it from being cleaned up. */
TEST_F_TIMEOUT(hangs, debts_do_not_delay_it, MVT_TEST_S)
{
	struct mvt_tenant *tenant = &self->tenant[0];
	unsigned int i, k;
	u64 ms;

	/* Nobody else's jobs are to be held up for so long. */
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 1000));
	for (i = 1; i < NR; i++)
		ASSERT_EQ(0, mvt_vgpu_set(&self->tenant[i].dev, "weight",
					  "1000"));
	for (k = 0; k < ARRAY_SIZE(debt); k++) {
		/* Theirs must not be the one that hangs. */
		for (i = 1; i < NR; i++)
			ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
		ASSERT_EQ(0, set_debt(self, k));
		ASSERT_EQ(0, hang_first(self));
		ms = mvt_now_ms();
		EXPECT_EQ(0, wait_told(self, 0));
		ms = mvt_now_ms() - ms;
		ksft_print_msg("%s, weight %s, cap %s: told after %llu ms\n",
			       debt[k].policy, debt[k].weight, debt[k].cap,
			       (unsigned long long)ms);
		EXPECT_GE(RESET_MS, ms);
		EXPECT_EQ(0, mvt_vgpu_get_u64(&tenant->dev, "memory"));
		EXPECT_EQ(0, take_errors(tenant, true));
		/* Other parameters, no debt. */
		ASSERT_EQ(0, set_debt(self, (k + 1) % ARRAY_SIZE(debt)));
		ASSERT_EQ(0, mvt_start(&tenant->dev));
		ASSERT_EQ(0, mvt_tenant_make(tenant));
	}
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, mvt_tenant_drain(&self->tenant[i]));
}

/* What destroys a tenant's resource is queued, and has to wait for now. */
static int send_unref(struct mvt_tenant *tenant)
{
	struct virtio_gpu_resource_unref req = { .resource_id = 1 };
	struct mvt_dev *dev = &tenant->dev;
	int ret;

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_UNREF);
	ret = mvt_gpu_send(dev, &req, sizeof(req), NULL);
	if (ret < 0)
		return ret;
	ret = mvt_vq_kick(&dev->vq[MVT_CTRL]);
	usleep(100000);
	return ret;
}

/*
 * Nor does it delay who resets or closes it, even if nothing more has to be sent to
 * the GPU than what waits already.
 */
TEST_F_TIMEOUT(hangs, debts_do_not_delay_an_end, MVT_TEST_S)
{
	struct mvt_tenant *tenant = &self->tenant[0];
	bool closes, queued;
	unsigned int i, k;
	u64 ms;
	int ret;

	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	for (k = 0; k < 4; k++) {
		closes = k & 1;
		queued = k & 2;
		ASSERT_EQ(0, set_debt(self, 1));
		/* 50 ms each: with a cap of 1 percent it owes 10 s. */
		ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib",
					     MVT_LOAD_NS_PER_KIB));
		for (i = 0; i < 2; i++)
			ASSERT_EQ(0, mvt_tenant_send(tenant, MVT_LOAD_ROWS));
		ASSERT_EQ(0, mvt_vq_kick(&tenant->dev.vq[MVT_CTRL]));
		ASSERT_EQ(0, mvt_tenant_drain(tenant));
		if (queued)
			ASSERT_EQ(0, send_unref(tenant));
		ms = mvt_now_ms();
		ret = closes ? 0 : mvt_vfio_reset(&tenant->dev);
		if (closes)
			mvt_tenant_free(tenant);
		ms = mvt_now_ms() - ms;
		ASSERT_EQ(0, ret);
		ksft_print_msg("%s in debt took %llu ms%s\n",
			       closes ? "close" : "reset", (unsigned long long)ms,
			       queued ? ", behind an UNREF" : "");
		EXPECT_GE(1500, ms);
		if (!closes)
			mvt_tenant_free(tenant);
		memset(tenant, 0, sizeof(*tenant));
		ASSERT_EQ(0, mvt_tenant_add(tenant, SMALLEST));
	}
}

TEST_HARNESS_MAIN
