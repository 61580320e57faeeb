// SPDX-License-Identifier: GPL-2.0
/*
 * What a job costs on the software GPU, to the nanosecond: its clock stands still, and
 * is moved to the end of a stream but for one nanosecond, and then by that one.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define TYPE 4
#define CTX 1
/* A fault that is so far away tells how many jobs have been submitted. */
#define FAR 1000000

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

/* Until the GPU has been given @nr jobs since the fault was set to be far away. */
static int wait_submitted(unsigned int nr)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS, left;
	int err;

	for (;;) {
		err = mvt_sim_get_u64("fail_nth", &left);
		if (err || left <= FAR - nr)
			return err;
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
}

/*
 * The stream takes @ns, each of two times. The GPU is given the second one when it has
 * the first one, so before the clock moves.
 */
static void stream_takes(struct __test_metadata *_metadata,
			 FIXTURE_DATA(cost) * self, u32 dwords, u64 ns)
{
	struct mvt_dev *dev = &self->dev;
	u64 before = ended();
	u32 i;

	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", FAR));
	for (i = 0; i < 2; i++)
		ASSERT_LE(0, mvt_send_submit(dev, CTX, self->mem.iova, dwords));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	ASSERT_EQ(0, wait_submitted(2));
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
		EXPECT_EQ(OK, mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0));
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

TEST_HARNESS_MAIN
