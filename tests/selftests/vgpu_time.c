// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of time while jobs run: it adds up in each snapshot, to the
 * nanosecond, and nothing ever becomes less.
 */
#include <fcntl.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NR 2
#define TYPE 4
#define SIDE 64
/* A row is a quarter of a KiB: 10 ms. */
#define NS_PER_KIB 40000000ULL
#define TIMEOUT_MS 250

/* struct moment - what is told of one */
struct moment {
	u64 now;
	struct mvgpu_gpu_stats gpu;
	struct mvgpu_vgpu_stats vgpu[NR];
};

FIXTURE(time)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
	struct mvgpu_gpu_info gpu;
	struct moment at;
	/* Steps in which a job ran all the time, and steps. */
	unsigned int ran, steps;
	int fd;
};

static int make(FIXTURE_DATA(time) * self, unsigned int i)
{
	int ret = mvt_gpu_make(&self->dev[i], &self->mem[i], 1, SIDE, SIDE, i);

	return ret == OK ? 0 : -EIO;
}

static int look(FIXTURE_DATA(time) * self, struct moment *at)
{
	int ret = mvt_control_snapshot(self->fd, self->gpu.id, &at->gpu,
				       at->vgpu, NR, &at->now);

	return ret == NR ? 0 : ret < 0 ? ret : -EPROTO;
}

FIXTURE_SETUP(time)
{
	unsigned int i;

	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	self->fd = mvt_control_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mvt_control_gpu(self->fd, &self->gpu));
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup_mem(&self->dev[i], &self->mem[i], TYPE));
		ASSERT_EQ(0, make(self, i));
	}
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", NS_PER_KIB));
	ASSERT_EQ(0, look(self, &self->at));
}

FIXTURE_TEARDOWN(time)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
	mvt_sched_defaults();
	close(self->fd);
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* A job of @rows times 10 ms. */
static int send(FIXTURE_DATA(time) * self, unsigned int i, unsigned int rows)
{
	return mvt_gpu_start_transfer(&self->dev[i], 1, SIDE, rows);
}

static void step_vgpu(struct __test_metadata *_metadata,
		      const struct mvgpu_vgpu_stats *a,
		      const struct mvgpu_vgpu_stats *b)
{
	EXPECT_EQ(b->age_ns, b->busy_ns + b->wait_ns + b->idle_ns);
	EXPECT_LE(a->busy_ns, b->busy_ns);
	EXPECT_LE(a->wait_ns, b->wait_ns);
	EXPECT_LE(a->idle_ns, b->idle_ns);
	EXPECT_LE(a->overrun_ns, b->overrun_ns);
}

/* Since the last time nothing was lost, and nothing was taken back. */
static void step(struct __test_metadata *_metadata, FIXTURE_DATA(time) * self)
{
	struct moment last = self->at, *at = &self->at;
	u64 busy, idle, all = 0;
	unsigned int i;

	mvt_msleep(3);
	ASSERT_EQ(0, look(self, at));
	busy = at->gpu.busy_ns - last.gpu.busy_ns;
	idle = at->gpu.idle_ns - last.gpu.idle_ns;
	EXPECT_EQ((at->now - last.now) * self->gpu.engines, busy + idle);
	EXPECT_LE(last.gpu.busy_ns, at->gpu.busy_ns);
	EXPECT_LE(last.gpu.idle_ns, at->gpu.idle_ns);
	for (i = 0; i < NR; i++) {
		step_vgpu(_metadata, &last.vgpu[i], &at->vgpu[i]);
		all += at->vgpu[i].busy_ns - last.vgpu[i].busy_ns;
	}
	/* Nobody else is there. */
	EXPECT_EQ(busy, all);
	self->steps++;
	self->ran += busy == at->now - last.now;
}

/* Until all that tenant @i has sent has come back. Return: errors among it. */
static unsigned int wait_for(struct __test_metadata *_metadata,
			     FIXTURE_DATA(time) * self, unsigned int i,
			     unsigned int nr)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;
	struct virtio_gpu_ctrl_hdr resp;
	unsigned int errors = 0;
	int ret;

	while (nr && mvt_now_ms() < end) {
		step(_metadata, self);
		ret = mvt_gpu_recv(&self->dev[i], 0, &resp, sizeof(resp));
		if (ret == -ETIMEDOUT)
			continue;
		EXPECT_LE(0, ret);
		errors += mvt_is_error(ret);
		nr--;
	}
	EXPECT_EQ(0, nr);
	return errors;
}

TEST_F_TIMEOUT(time, of_a_job_that_runs, MVT_TEST_S)
{
	u64 busy = self->at.vgpu[0].busy_ns, wait = self->at.vgpu[1].wait_ns;

	/* It follows the clock: that of the engine is the job's. */
	ASSERT_EQ(0, send(self, 0, 30));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, 1));
	ksft_print_msg("a job of 300 ms ran all the time in %u of %u steps\n",
		       self->ran, self->steps);
	/* All but those in which it began, or had ended. */
	EXPECT_LE(5, self->steps);
	EXPECT_LE(self->steps - 4, self->ran);
	EXPECT_LE(300000000, self->at.vgpu[0].busy_ns - busy);
	EXPECT_EQ(wait, self->at.vgpu[1].wait_ns);
}

TEST_F_TIMEOUT(time, of_jobs_that_are_stopped, MVT_TEST_S)
{
	ASSERT_EQ(0, send(self, 0, 30));
	ASSERT_EQ(0, send(self, 1, 20));
	ASSERT_EQ(0, send(self, 1, 5));
	EXPECT_EQ(0, wait_for(_metadata, self, 1, 2));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, 1));
	EXPECT_LT(0, mvt_stat(&self->dev[0], "preemptions"));
	EXPECT_LE(5, self->steps);
	EXPECT_LE(250000000, self->at.vgpu[1].busy_ns);
	EXPECT_LE(100000000, self->at.vgpu[0].wait_ns);
}

/* How many of the waits between two moments were of 2^@octave ns or more? */
static unsigned int waits(const struct mvgpu_vgpu_stats *from,
			  const struct mvgpu_vgpu_stats *to,
			  unsigned int octave)
{
	unsigned int nr = 0;

	for (; octave < MVGPU_STATS_BUCKETS; octave++)
		nr += to->hist[MVGPU_STATS_WAIT][octave] -
		      from->hist[MVGPU_STATS_WAIT][octave];
	return nr;
}

/*
 * Tenant @i has sent one job since @from, and waited for @least_ms or longer: the
 * histogram has this wait, as long as wait_ns says.
 */
static void has_waited(struct __test_metadata *_metadata,
		       FIXTURE_DATA(time) * self, const struct moment *from,
		       unsigned int i, unsigned int least_ms)
{
	const struct mvgpu_vgpu_stats *a = &from->vgpu[i], *b;
	unsigned int octave;
	u64 ns;

	step(_metadata, self);
	b = &self->at.vgpu[i];
	ns = b->wait_ns - a->wait_ns;
	octave = mvt_octave(ns);
	ksft_print_msg("tenant %u waited for %llu us\n", i,
		       (unsigned long long)ns / 1000);
	EXPECT_LE(least_ms * 1000000ULL, ns);
	EXPECT_EQ(1, waits(a, b, 0));
	EXPECT_EQ(1, waits(a, b, octave));
	EXPECT_EQ(0, waits(a, b, octave + 1));
}

/* The engine has a job already, but is at another's. */
TEST_F_TIMEOUT(time, of_a_job_that_waits, MVT_TEST_S)
{
	struct moment from = self->at;

	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, send(self, 0, 30));
	mvt_msleep(50);
	ASSERT_EQ(0, send(self, 1, 5));
	EXPECT_EQ(0, wait_for(_metadata, self, 1, 1));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, 1));
	has_waited(_metadata, self, &from, 0, 0);
	has_waited(_metadata, self, &from, 1, 100);
}

/* All its waits count, those between its slices, too. */
TEST_F_TIMEOUT(time, of_a_job_that_waits_again, MVT_TEST_S)
{
	struct moment from = self->at;

	ASSERT_EQ(0, send(self, 0, 30));
	ASSERT_EQ(0, send(self, 1, 30));
	EXPECT_EQ(0, wait_for(_metadata, self, 1, 1));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, 1));
	EXPECT_LT(10, self->at.vgpu[0].preemptions);
	has_waited(_metadata, self, &from, 0, 200);
	has_waited(_metadata, self, &from, 1, 200);
}

/* Also for others of its own that the engine has. */
TEST_F_TIMEOUT(time, of_several_jobs_that_wait, MVT_TEST_S)
{
	const unsigned int nr = 4, octave_67_ms = 26;
	struct moment from = self->at;
	unsigned int i, long_waits = 0;

	for (i = 0; i < nr; i++)
		ASSERT_EQ(0, send(self, 0, 10));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, nr));
	step(_metadata, self);
	EXPECT_EQ(nr, waits(&from.vgpu[0], &self->at.vgpu[0], 0));
	EXPECT_EQ(nr - 1,
		  waits(&from.vgpu[0], &self->at.vgpu[0], octave_67_ms));
	/* Those of the GPU are those of its vGPUs. */
	for (i = octave_67_ms; i < MVGPU_STATS_BUCKETS; i++)
		long_waits += self->at.gpu.hist[MVGPU_STATS_WAIT][i] -
			      from.gpu.hist[MVGPU_STATS_WAIT][i];
	EXPECT_EQ(nr - 1, long_waits);
}

TEST_F_TIMEOUT(time, of_a_job_that_hangs, MVT_TEST_S)
{
	u64 resets = mvt_sched_get_u64("stats/resets");
	struct moment from = self->at;

	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", TIMEOUT_MS));
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	ASSERT_EQ(0, send(self, 0, 1));
	mvt_msleep(50);
	ASSERT_EQ(0, send(self, 1, 5));
	EXPECT_EQ(1, wait_for(_metadata, self, 0, 1));
	EXPECT_EQ(0, wait_for(_metadata, self, 1, 1));
	EXPECT_EQ(0, mvt_wait_broken(&self->dev[0], MVT_WAIT_MS));
	has_waited(_metadata, self, &from, 1, 100);
	EXPECT_LE(TIMEOUT_MS * 1000000ULL, self->at.vgpu[0].busy_ns);
	EXPECT_EQ(resets, mvt_sched_get_u64("stats/resets"));
}

/* Of two tenants' jobs of three slices each, two are beyond the slice's end. */
TEST_F_TIMEOUT(time, beyond_slices, MVT_TEST_S)
{
	u64 busy = 0, over = 0, count = 0;
	unsigned int i, k, jobs = 32;
	char text[1024];

	ASSERT_EQ(0, mvt_sim_set_u64("preempt", 0));
	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", 2000));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 24000000));
	/* Nobody waits for who is alone. */
	for (k = 0; k < 4; k++)
		ASSERT_EQ(0, send(self, 0, 1));
	EXPECT_EQ(0, wait_for(_metadata, self, 0, 4));
	EXPECT_EQ(0, self->at.vgpu[0].overrun_ns);

	for (i = 0; i < NR; i++)
		busy -= self->at.vgpu[i].busy_ns;
	for (k = 0; k < jobs; k++)
		for (i = 0; i < NR; i++)
			ASSERT_EQ(0, send(self, i, 1));
	for (i = 0; i < NR; i++)
		EXPECT_EQ(0, wait_for(_metadata, self, i, jobs));
	for (i = 0; i < NR; i++) {
		busy += self->at.vgpu[i].busy_ns;
		over += self->at.vgpu[i].overrun_ns;
		ASSERT_EQ(0, mvt_vgpu_get(&self->dev[i], "stats/overshoot_hist",
					  text, sizeof(text)));
		count += mvt_hist_sum(text);
	}
	ksft_print_msg("%llu of %llu ms beyond the end of a slice, %llu of %u jobs\n",
		       (unsigned long long)over / 1000000,
		       (unsigned long long)busy / 1000000,
		       (unsigned long long)count, NR * jobs);
	/* Not the last, which nobody waits for, nor who has two slices in a row. */
	EXPECT_LE(NR * jobs * 6 / 10, count);
	EXPECT_LE(busy / 2, over);
	/* Who is told late of an end has had more. */
	EXPECT_GE(busy * 9 / 10, over);
}

TEST_HARNESS_MAIN
