// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that are stopped at the end of a slice and go on later: nothing is lost,
 * done twice or reordered, whatever happens meanwhile. Bounds are those of logic,
 * with room for a slow machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "load.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NR 4
#define TYPE 4
#define SIDE 64
/* A row is a quarter of a KiB. */
#define NS_PER_KIB 40000000ULL
#define ROW_MS (NS_PER_KIB / 4000000)
/* Reset, close and eviction wait for a job that runs, beside others. */
#define END_MS 8000

FIXTURE(preempt)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
	u64 fence[NR], busy[NR];
};

static int make(FIXTURE_DATA(preempt) * self, unsigned int i)
{
	int ret = mvt_gpu_make(&self->dev[i], &self->mem[i], 1, SIDE, SIDE, i);

	self->fence[i] = self->dev[i].fence;
	return ret == OK ? 0 : -EIO;
}

FIXTURE_SETUP(preempt)
{
	unsigned int i;

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	ASSERT_EQ(1, mvt_sched_get_u64("preemption"));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 20000));
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup_mem(&self->dev[i], &self->mem[i], TYPE));
		ASSERT_EQ(0, make(self, i));
		self->busy[i] = mvt_vgpu_get_u64(&self->dev[i],
						 "stats/busy_ns");
	}
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB));
}

FIXTURE_TEARDOWN(preempt)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* A job of @rows times ROW_MS. */
static int send(FIXTURE_DATA(preempt) * self, unsigned int i, unsigned int rows)
{
	return mvt_gpu_start_transfer(&self->dev[i], 1, SIDE, rows);
}

/* The next answer within @ms: its type; -EBADMSG: not in order. */
static int recv(FIXTURE_DATA(preempt) * self, unsigned int i, unsigned int ms)
{
	struct virtio_gpu_ctrl_hdr resp = {};
	int ret = mvt_gpu_recv(&self->dev[i], ms, &resp, sizeof(resp));

	if (ret < 0)
		return ret;
	return resp.fence_id == ++self->fence[i] ? ret : -EBADMSG;
}

static u64 stat(FIXTURE_DATA(preempt) * self, unsigned int i, const char *name)
{
	return mvt_vgpu_get_u64(&self->dev[i], name);
}

static u64 busy_ms(FIXTURE_DATA(preempt) * self, unsigned int i)
{
	return (stat(self, i, "stats/busy_ns") - self->busy[i]) / 1000000;
}

/* Each job that has ended is in the histograms once, however often it was stopped. */
static bool counted_once(FIXTURE_DATA(preempt) * self, unsigned int i)
{
	u64 jobs = stat(self, i, "stats/jobs");
	char text[1024];

	return !mvt_vgpu_get(&self->dev[i], "stats/run_hist", text,
			     sizeof(text)) && mvt_hist_sum(text) == jobs &&
	       !mvt_vgpu_get(&self->dev[i], "stats/wait_hist", text,
			     sizeof(text)) && mvt_hist_sum(text) == jobs;
}

TEST_F_TIMEOUT(preempt, others_need_not_wait, MVT_TEST_S)
{
	/* Long enough that a slow machine sees the others be first. */
	u64 work = 4 * 64 * ROW_MS, others = 4 * 4 * ROW_MS, ms;
	unsigned int n;

	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 4 * NS_PER_KIB));
	ASSERT_EQ(0, send(self, 0, 64));
	for (n = 0; n < 4; n++) {
		mvt_msleep(n ? work / 4 : 50);
		ASSERT_EQ(0, send(self, 1, 1));
		ASSERT_EQ(OK, recv(self, 1, MVT_WAIT_MS));
		if (!n)
			EXPECT_EQ(-ETIMEDOUT, recv(self, 0, 0));
	}
	EXPECT_LT(0, stat(self, 0, "stats/preemptions"));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	/*
	 * It went on where it was: neither anew nor with less. Who is told late of
	 * the end of one job takes the next to have begun later than it has, so
	 * only the sum is never less.
	 */
	ms = busy_ms(self, 0) + busy_ms(self, 1);
	ksft_print_msg("%llu ms of work took %llu ms, with %llu stops\n",
		       (unsigned long long)(work + others),
		       (unsigned long long)ms,
		       (unsigned long long)stat(self, 0, "stats/preemptions"));
	/* Two parts of a millisecond are lost above. */
	EXPECT_LE(work + others, ms + 2);
	EXPECT_GE((work + others) * 3 / 2, ms);
	EXPECT_TRUE(counted_once(self, 0));
	EXPECT_TRUE(counted_once(self, 1));
}

TEST_F_TIMEOUT(preempt, without_it_they_wait, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, send(self, 0, 64));
	mvt_msleep(50);
	ASSERT_EQ(0, send(self, 1, 1));
	ASSERT_EQ(OK, recv(self, 1, MVT_WAIT_MS));
	/* Far less than the job takes; both may be told late, in any order. */
	EXPECT_EQ(OK, recv(self, 0, 200));
	EXPECT_EQ(0, stat(self, 0, "stats/preemptions"));
}

/* Nobody else is there: it is not stopped. */
TEST_F_TIMEOUT(preempt, who_is_alone_is_left_alone, MVT_TEST_S)
{
	ASSERT_EQ(0, send(self, 0, 32));
	ASSERT_EQ(0, send(self, 0, 16));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	EXPECT_EQ(0, stat(self, 0, "stats/preemptions"));
}

/* Nobody else is there, but it may have no more than a fifth. */
TEST_F_TIMEOUT(preempt, a_cap_stops_long_jobs, MVT_TEST_S)
{
	u64 begin = mvt_now_ms(), ms;

	ASSERT_EQ(0, mvt_vgpu_set(&self->dev[0], "cap", "20"));
	ASSERT_EQ(0, send(self, 0, 64));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	ms = mvt_now_ms() - begin;
	ksft_print_msg("cap 20: %llu ms of work in %llu ms\n",
		       (unsigned long long)(64 * ROW_MS),
		       (unsigned long long)ms);
	EXPECT_LE(64 * ROW_MS * 5 * 9 / 10, ms);
	EXPECT_LT(0, stat(self, 0, "stats/preemptions"));
}

/* That nobody may be served yet is not what it costs to go to another. */
TEST_F_TIMEOUT(preempt, a_cap_is_no_switch_cost, MVT_TEST_S)
{
	u64 before[MVT_HIST_BUCKETS], ms;
	int octave;

	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, mvt_vgpu_set(&self->dev[0], "cap", "5"));
	ASSERT_EQ(0, send(self, 0, 20));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	ASSERT_EQ(0, send(self, 1, 1));
	ASSERT_EQ(OK, recv(self, 1, MVT_WAIT_MS));
	ASSERT_EQ(0, mvt_hist_read(&self->dev[0], "stats/switch_hist", before));
	ms = mvt_now_ms();
	ASSERT_EQ(0, send(self, 0, 1));
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
	ms = mvt_now_ms() - ms;
	octave = mvt_percentile(&self->dev[0], "stats/switch_hist", before,
				1000);
	ksft_print_msg("held for %llu ms, switch took less than 2^%d ns\n",
		       (unsigned long long)ms, octave);
	EXPECT_LT(2000, ms);
	EXPECT_LT(0, octave);
	/* Half a second, on a machine that is slow. */
	EXPECT_GE(29, octave);
}

TEST_F_TIMEOUT(preempt, order_and_time, MVT_TEST_S)
{
	static const char *const name[] = { "fair", "equal", "fixed" };
	unsigned int i, k, n, seed = time(NULL);
	u64 sum[NR], begin[NR], wall, stops = 0;

	ksft_print_msg("seed %u\n", seed);
	srand(seed);
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB / 10));
	for (i = 0; i < NR; i++) {
		begin[i] = mvt_now_ms();
		sum[i] = stat(self, i, "stats/busy_ns") +
			 stat(self, i, "stats/wait_ns") +
			 stat(self, i, "stats/idle_ns");
	}
	for (n = 0; n < 12; n++) {
		ASSERT_EQ(0, mvt_sched_set("policy", name[n % 3]));
		ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us",
					       100 + rand() % 5000));
		for (k = 0; k < 8; k++)
			for (i = 0; i < NR; i++)
				ASSERT_EQ(0, send(self, i, 1 + rand() % 30));
		for (i = 0; i < NR; i++)
			for (k = 0; k < 8; k++)
				ASSERT_EQ(OK, recv(self, i, MVT_WAIT_MS)) {
					TH_LOG("tenant %u, job %u", i, k);
				}
	}
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(counted_once(self, i));
		stops += stat(self, i, "stats/preemptions");
		sum[i] = stat(self, i, "stats/busy_ns") +
			 stat(self, i, "stats/wait_ns") +
			 stat(self, i, "stats/idle_ns") - sum[i];
		wall = mvt_now_ms() - begin[i];
		EXPECT_GE(wall / 100 + 100,
			  (u64)llabs((long long)(sum[i] / 1000000 - wall)));
	}
	ksft_print_msg("%u jobs, stopped %llu times\n", n * 8 * NR,
		       (unsigned long long)stops);
	EXPECT_LT(n * 8, stops);
}

/* Return: how many jobs have ended, -EBADMSG: not each vGPU's in order. */
static int trace_end(FIXTURE_DATA(preempt) * self)
{
	unsigned long long id, last[NR] = {};
	char line[512], uuid[64], *at;
	int n = 0;
	u32 i;
	FILE *f;

	f = fopen(MVT_TRACING "/trace", "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f) && n >= 0) {
		at = strstr(line, "vgpu=");
		if (!at || sscanf(at, "vgpu=%63s job=%llu", uuid, &id) != 2)
			continue;
		for (i = 0; i < NR && strcmp(uuid, self->dev[i].uuid);)
			i++;
		if (i == NR)
			continue;
		n = id > last[i] ? n + 1 : -EBADMSG;
		last[i] = id;
	}
	fclose(f);
	mvt_trace_end();
	return n;
}

/*
 * Answers are in the order of the requests whatever happens on the engine, so they
 * do not tell in which order jobs ended there.
 */
TEST_F_TIMEOUT(preempt, order_on_the_engine, MVT_TEST_S)
{
	static const char *const name[] = { "fair", "equal", "fixed" };
	unsigned int i, k, n, seed = time(NULL);
	u64 stops = 0;

	ksft_print_msg("seed %u\n", seed);
	srand(seed);
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB / 10));
	ASSERT_EQ(0, mvt_trace_begin("mvgpu_job_done"));
	for (n = 0; n < 30; n++) {
		for (k = 0; k < 4; k++)
			for (i = 0; i < NR; i++)
				ASSERT_EQ(0, send(self, i, 1 + rand() % 30));
		for (k = 0; k < 4; k++) {
			ASSERT_EQ(0, mvt_sched_set("policy",
						   name[rand() % 3]));
			ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us",
						       100 + rand() % 5000));
			mvt_msleep(rand() % 20);
		}
		for (i = 0; i < NR; i++)
			for (k = 0; k < 4; k++)
				ASSERT_EQ(OK, recv(self, i, MVT_WAIT_MS));
	}
	EXPECT_EQ(n * 4 * NR, trace_end(self));
	for (i = 0; i < NR; i++)
		stops += stat(self, i, "stats/preemptions");
	EXPECT_LT(n, stops);
}

/* What counts is the time on the engine, in however many pieces. */
TEST_F_TIMEOUT(preempt, watchdog_counts_run_time, MVT_TEST_S)
{
	unsigned int i, k, left = 3 * 3;
	u64 begin, ms, wall;

	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 400));
	begin = mvt_now_ms();
	/* 300 ms each: together more than the limit. */
	for (i = 1; i < NR; i++)
		for (k = 0; k < 3; k++)
			ASSERT_EQ(0, send(self, i, 30));
	ASSERT_EQ(0, send(self, 0, 64));
	EXPECT_TRUE(mvt_is_error(recv(self, 0, MVT_WAIT_MS)));
	wall = mvt_now_ms() - begin;
	ms = busy_ms(self, 0);
	ksft_print_msg("given up after %llu ms of work, %llu of time\n",
		       (unsigned long long)ms, (unsigned long long)wall);
	EXPECT_LE(400, ms);
	EXPECT_GE(1500, ms);
	EXPECT_LE(800, wall);
	EXPECT_EQ(1, stat(self, 0, "stats/resets"));
	EXPECT_EQ(0, mvt_wait_broken(&self->dev[0], MVT_WAIT_MS));
	for (i = 1; i < NR; i++) {
		for (k = 0; k < 3; k++, left--)
			ASSERT_EQ(OK, recv(self, i, MVT_WAIT_MS));
		EXPECT_EQ(0, stat(self, i, "stats/resets"));
	}
	EXPECT_EQ(0, left);
	ASSERT_EQ(0, mvt_restart(&self->dev[0]));
}

/* One way to end while a job is stopped or is to be. Return: 0 or an errno. */
static int end(FIXTURE_DATA(preempt) * self, unsigned int how)
{
	struct mvt_dev *dev = &self->dev[0];
	char uuid[MVT_UUID_LEN + 1];
	int ret;

	switch (how) {
	case 0:
		return mvt_reset(dev) ?: mvt_restart(dev);
	case 1:
		return mvt_vfio_reset(dev) ?: mvt_restart(dev);
	case 2:
		memcpy(uuid, dev->uuid, sizeof(uuid));
		mvt_mem_free(dev, &self->mem[0]);
		mvt_close(dev);
		ret = mvt_open(dev, uuid) ?: mvt_start(dev);
		return ret ?: mvt_mem_map(dev, &self->mem[0], MVT_BUF_IOVA,
					  0x100000);
	default:
		/* Its memory is taken away: the job goes on and ends first. */
		ret = mvt_mem_unmap(dev, &self->mem[0]);
		if (!ret && stat(self, 0, "stats/pinned_pages"))
			ret = -EBUSY;
		ret = ret ?: mvt_mem_remap(dev, &self->mem[0]);
		return ret ?: mvt_restart(dev);
	}
}

TEST_F_TIMEOUT(preempt, ends_with_a_stopped_job, 300)
{
	unsigned int i, k, n;
	u64 begin, most = 0;

	for (n = 0; n < 16; n++) {
		ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB));
		for (i = 0; i < NR; i++)
			for (k = 0; k < 3; k++)
				ASSERT_EQ(0, send(self, i, 10 + i));
		/* In any of its slices, or of the others'. */
		mvt_msleep(30 + 7 * n);
		begin = mvt_now_ms();
		ASSERT_EQ(0, end(self, n % 4)) {
			TH_LOG("end %u", n % 4);
		}
		begin = mvt_now_ms() - begin;
		most = begin > most ? begin : most;
		EXPECT_EQ(0, stat(self, 0, "stats/resources"));
		EXPECT_EQ(0, stat(self, 0, "memory"));
		/* Nobody else notices anything. */
		for (i = 1; i < NR; i++)
			for (k = 0; k < 3; k++)
				ASSERT_EQ(OK, recv(self, i, MVT_WAIT_MS));
		ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 100));
		ASSERT_EQ(0, make(self, 0));
	}
	EXPECT_TRUE(counted_once(self, 0));
	ksft_print_msg("an end took %llu ms at most\n",
		       (unsigned long long)most);
	EXPECT_GE(END_MS, most);
}

/* The GPU is lost with jobs that are stopped: all are answered. */
TEST_F_TIMEOUT(preempt, reset_of_the_gpu, MVT_TEST_S)
{
	unsigned int i, k, n;
	int ret;

	for (n = 0; n < 4; n++) {
		ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB));
		for (i = 0; i < NR; i++)
			for (k = 0; k < 3; k++)
				ASSERT_EQ(0, send(self, i, 30));
		mvt_msleep(30 + 7 * n);
		ASSERT_EQ(0, mvt_sim_set_u64("lose", 1));
		for (i = 0; i < NR; i++)
			for (k = 0; k < 3; k++) {
				ret = recv(self, i, MVT_WAIT_MS);
				ASSERT_TRUE(mvt_is_error(ret)) {
					TH_LOG("tenant %u: %d", i, ret);
				}
			}
		ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 100));
		for (i = 0; i < NR; i++) {
			ASSERT_EQ(0, mvt_restart(&self->dev[i]));
			ASSERT_EQ(0, make(self, i));
		}
	}
	for (i = 0; i < NR; i++)
		EXPECT_TRUE(counted_once(self, i));
}

/* A slice that has begun ends sooner if slices become shorter. */
TEST_F_TIMEOUT(preempt, shorter_slices_at_once, MVT_TEST_S)
{
	u64 ms;

	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", 1000000));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 4 * NS_PER_KIB));
	/* 2 s, and 1 ms for the neighbour. */
	ASSERT_EQ(0, send(self, 0, 50));
	mvt_msleep(50);
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB / 10));
	ASSERT_EQ(0, send(self, 1, 1));
	mvt_msleep(50);
	EXPECT_EQ(-ETIMEDOUT, recv(self, 1, 0));
	ms = mvt_now_ms();
	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", 1000));
	ASSERT_EQ(OK, recv(self, 1, MVT_WAIT_MS));
	ms = mvt_now_ms() - ms;
	ksft_print_msg("the neighbour was done after %llu ms\n",
		       (unsigned long long)ms);
	EXPECT_GE(100, ms);
	ASSERT_EQ(OK, recv(self, 0, MVT_WAIT_MS));
}

TEST_HARNESS_MAIN
