// SPDX-License-Identifier: GPL-2.0
/*
 * What a job costs on the software GPU, to the nanosecond: its clock stands still, and
 * is moved to the end of a stream but for one nanosecond, and then by that one. And how
 * many jobs it is given before it has ended one.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define TYPE 4
#define CTX 1
/* A fault that is so far away tells how many jobs have been submitted. */
#define FAR 1000000
/* What the software GPU takes at a time; drivers/backend/sim/sim.h. */
#define MAX_OUTSTANDING 2
/* More than that, and how long each takes. */
#define JOBS 5
#define JOB_NS 5000

FIXTURE(cost)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

FIXTURE_SETUP(cost)
{
	if (!mvt_parent_is_sim() || !mvt_exists(mvt_parent()))
		SKIP(return, "needs the software GPU");
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	/* The watchdog's clock goes on. */
	ASSERT_EQ(0, mvt_set_job_timeout_ms(60000));
	ASSERT_EQ(0, mvt_setup_mem(&self->dev, &self->mem, TYPE));
	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, CTX));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_stream_command", 0));
	ASSERT_EQ(0, mvt_sim_set("mode", "manual"));
}

FIXTURE_TEARDOWN(cost)
{
	mvt_sim_defaults();
	mvt_teardown_mem(&self->dev, &self->mem);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

static u64 ended(void)
{
	u64 nr;

	return mvt_sim_get_u64("nr_jobs", &nr) ? ~0ULL : nr;
}

/* Jobs that the GPU was given since the fault was set to be far away; 0: unknown. */
static u64 given(void)
{
	u64 left;

	return mvt_sim_get_u64("fail_nth", &left) ? 0 : FAR - left;
}

/* Until they are @nr. */
static int wait_given(unsigned int nr)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;

	while (given() < nr) {
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
	return 0;
}

/* @nr times the stream of @dwords at the start of the memory. Return: 0 or an errno. */
static int send_streams(FIXTURE_DATA(cost) * self, unsigned int nr, u32 dwords)
{
	int ret = mvt_sim_set_u64("fail_nth", FAR);

	while (nr-- && ret >= 0)
		ret = mvt_send_submit(&self->dev, CTX, self->mem.iova, dwords);
	return ret < 0 ? ret : mvt_vq_kick(&self->dev.vq[MVT_CTRL]);
}

/*
 * The stream takes @ns, each of two times. The GPU is given the second one when it has
 * the first one, so before the clock moves.
 */
static void stream_takes(struct __test_metadata *_metadata,
			 FIXTURE_DATA(cost) * self, u32 dwords, u64 ns)
{
	u64 before = ended();
	u32 i;

	ASSERT_EQ(0, send_streams(self, 2, dwords));
	ASSERT_EQ(0, wait_given(2));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mvt_sim_set_u64("advance", ns - 1));
		EXPECT_EQ(before + i, ended()) {
			TH_LOG("%u dwords take less than %llu ns", dwords,
			       (unsigned long long)ns);
		}
		ASSERT_EQ(0, mvt_sim_set_u64("advance", 1));
		EXPECT_EQ(before + i + 1, ended()) {
			TH_LOG("%u dwords take more than %llu ns", dwords,
			       (unsigned long long)ns);
		}
		EXPECT_EQ(OK, mvt_gpu_recv(&self->dev, MVT_WAIT_MS, NULL, 0));
	}
}

static void takes(struct __test_metadata *_metadata, FIXTURE_DATA(cost) * self,
		  u32 commands, u64 ns)
{
	/* NOPs without a payload, of a dword each. */
	memset(self->mem.va, 0, commands * 4);
	stream_takes(_metadata, self, commands, ns);
}

TEST_F_TIMEOUT(cost, of_commands_in_a_stream, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_stream_command", 7000));
	takes(_metadata, self, 1, 7000);
	takes(_metadata, self, 100, 700000);
	takes(_metadata, self, 16384, 114688000);
	/* As it is when a job is submitted. */
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_stream_command", 3));
	takes(_metadata, self, 100, 300);
}

/* Once for each job, whatever is in it. */
TEST_F_TIMEOUT(cost, of_a_job, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 5000));
	takes(_metadata, self, 1, 5000);
	takes(_metadata, self, 100, 5000);
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 200));
	takes(_metadata, self, 100, 5200);
}

/* A nanosecond for each byte of the stream. */
TEST_F_TIMEOUT(cost, of_bytes, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 1024));
	takes(_metadata, self, 1, 4);
	takes(_metadata, self, 100, 400);
}

/* And for each that a transfer in it moves. */
TEST_F_TIMEOUT(cost, of_transfers_in_a_stream, MVT_TEST_S)
{
	static const u32 bytes[] = { 1, 100, 4096 };
	/* TRANSFER3D to the buffer; dword 9 is how many bytes. */
	u32 stream[14] = { 43 | 13 << 16, 1, [10] = 1, 1, 0, 1 };
	u32 i;

	ASSERT_EQ(OK, mvt_make_3d(&self->dev, &self->mem, CTX, 1, &mvt_buffer, 0));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 1024));
	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		stream[9] = bytes[i];
		memcpy(self->mem.va, stream, sizeof(stream));
		stream_takes(_metadata, self, ARRAY_SIZE(stream),
			     sizeof(stream) + bytes[i]);
	}
}

TEST_F_TIMEOUT(cost, of_all_together, MVT_TEST_S)
{
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_stream_command", 7000));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", 5000));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 1024));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 200));
	takes(_metadata, self, 100, 700000 + 5000 + 400 + 200);
}

/* Of more jobs the GPU has as many as it may have, and one more for each that ends. */
TEST_F_TIMEOUT(cost, outstanding, MVT_TEST_S)
{
	u32 nr, i, want;

	ASSERT_EQ(MAX_OUTSTANDING, mvt_sched_get_u64("outstanding"));
	EXPECT_EQ(-ERANGE, mvt_sched_set_u64("outstanding", MAX_OUTSTANDING + 1));
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_command", JOB_NS));
	memset(self->mem.va, 0, 4);
	for (nr = MAX_OUTSTANDING; nr; nr--) {
		ASSERT_EQ(0, mvt_sched_set_u64("outstanding", nr));
		ASSERT_EQ(0, send_streams(self, JOBS, 1));
		for (i = 0; i < JOBS; i++) {
			want = nr + i < JOBS ? nr + i : JOBS;
			ASSERT_EQ(0, wait_given(want));
			/* Whoever goes too far does so at once. */
			mvt_msleep(20);
			EXPECT_EQ(want, given());
			ASSERT_EQ(0, mvt_sim_set_u64("advance", JOB_NS));
			EXPECT_EQ(OK, mvt_gpu_recv(&self->dev, MVT_WAIT_MS,
						   NULL, 0));
		}
	}
}

TEST_HARNESS_MAIN
