// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/proto/proof.c: contexts that the GPU has given up. */
#include "test-proto3d.h"

/* Asked about, when enough of a quota has gone, by any command with a stream. */
#define ASKED() ANSWERED(blend(3, 1), ERR(INVALID_CONTEXT_ID))

/* Destroy resource @id, which nothing holds. */
static void free_res(u32 id)
{
	QUEUED(req_unref(id), RES_DESTROY);
	RAN(0, OK);
}

/* More than a quarter of the resources that there may be. */
static void free_enough(void)
{
	u32 id;

	for (id = 5; id < 8; id++)
		have(id, &buffer);
	for (id = 5; id < 8; id++)
		free_res(id);
}

static void checked(u32 gpu_ctx, int status)
{
	struct mvgpu_job *job = fake_run(status);

	CHECK(job);
	if (!job)
		return;
	CHECK_EQ(job->op, MVGPU_JOB_CTX_CHECK);
	CHECK_EQ(job->ctx.ctx_id, gpu_ctx);
}

static void have_stream(u32 ctx)
{
	QUEUED(blend(ctx, 1), SUBMIT_3D);
	RAN(0, OK);
}

/* The GPU has given up one context, and does what the other one says. */
static void test_proof(void)
{
	start();
	have_ctx(1);
	have_ctx(2);
	have_stream(1);
	have_stream(2);
	free_enough();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);

	/* Behind all that was sent, before what comes. */
	QUEUED(blend(2, 2), SUBMIT_3D);
	CHECK_EQ(fake.vgpu.nr_jobs, 3);
	checked(1, -ESTALE);
	CHECK_EQ(fake.vgpu.refused, 1);
	CHECK_EQ(stats().refused, 1);
	checked(2, 0);
	RAN(0, OK);
	/* The first one goes, and all that it holds. */
	CHECK_EQ(stats().contexts, 2);
	CHECK_EQ(fake_run(0)->op, MVGPU_JOB_CTX_DESTROY);
	CHECK_EQ(stats().contexts, 1);
	CHECK_EQ(stats().objects, 2);
	ANSWERED(blend(1, 2), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx(VIRTIO_GPU_CMD_CTX_DESTROY, 1), ERR(INVALID_CONTEXT_ID));
	have_ctx(1);
	fake_stop();
}

/* Who has sent nothing is not asked about, nor who was. */
static void test_proof_asks(void)
{
	start();
	have_ctx(1);
	have_ctx(2);
	have_stream(1);
	free_enough();
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	checked(1, 0);
	free_enough();
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);

	/* A check that told nothing is due again. */
	have_stream(1);
	free_enough();
	ASKED();
	checked(1, -EIO);
	CHECK_EQ(stats().contexts, 2);
	ASKED();
	checked(1, 0);
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);

	/* So is one that could not be sent. */
	have_stream(1);
	free_enough();
	fake.vgpu.no_emit = true;
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	fake.vgpu.no_emit = false;
	ASKED();
	checked(1, 0);
	fake_stop();
}

/* While it is asked only as much goes again. */
static void test_proof_waits(void)
{
	struct mvgpu_job *job[3];
	u32 i;

	start();
	have_ctx(1);
	have_stream(1);
	for (i = 0; i < 3; i++)
		have(2 + i, &texture);
	free_enough();
	for (i = 0; i < 3; i++) {
		job[i] = req_unref(2 + i);
		QUEUED(job[i], RES_DESTROY);
	}
	for (i = 0; i < 3; i++) {
		CHECK(!mvgpu_proto_full(fake.proto));
		fake_run_job(job[i], 0);
	}
	CHECK(mvgpu_proto_full(fake.proto));
	checked(1, 0);
	CHECK(!mvgpu_proto_full(fake.proto));
	fake_stop();
}

/* A shader with so many dwords of text comes and goes. */
static void text_goes(u32 text)
{
	QUEUED(shader(1, 7, text), SUBMIT_3D);
	RAN(0, OK);
	QUEUED(STREAM(1, DESTROY_OBJECT, 7), SUBMIT_3D);
	RAN(0, OK);
}

/* What each of the quotas has to say. */
static void test_proof_quotas(void)
{
	const struct spec quarter = {
		TARGET_BUFFER, 64, BIND_VERTEX, (1 << 18) + 4,
	};
	u32 i;

	start();
	have_ctx(1);
	have_stream(1);
	have(5, &quarter);
	free_res(5);
	ASKED();
	checked(1, 0);

	for (i = 2; i < 7; i++) {
		QUEUED(blend(1, i), SUBMIT_3D);
		RAN(0, OK);
	}
	for (i = 2; i < 7; i++) {
		CHECK_EQ(fake.vgpu.nr_jobs, 0);
		QUEUED(STREAM(1, DESTROY_OBJECT, i), SUBMIT_3D);
		RAN(0, OK);
	}
	ASKED();
	checked(1, 0);

	/* A quarter of the text, and a dword more. */
	text_goes(256);
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	text_goes(1);
	ASKED();
	checked(1, 0);

	QUEUED(STREAM(1, CREATE_SUB_CTX, 1, CREATE_SUB_CTX, 2), SUBMIT_3D);
	RAN(0, OK);
	QUEUED(STREAM(1, DESTROY_SUB_CTX, 1), SUBMIT_3D);
	RAN(0, OK);
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	QUEUED(STREAM(1, DESTROY_SUB_CTX, 2), SUBMIT_3D);
	RAN(0, OK);
	ASKED();
	checked(1, 0);
	fake_stop();
}

/* What a stream makes is not set off: the renderer may have it and the old. */
static void test_proof_exchange(void)
{
	const u32 len = sizeof(u32) * (2 + 12);
	u32 stream[5][2 + 12] = {};
	u32 i;

	start();
	have_ctx(1);
	for (i = 0; i < 5; i++) {
		QUEUED(blend(1, 1 + i), SUBMIT_3D);
		RAN(0, OK);
		stream[i][0] = DESTROY_OBJECT;
		stream[i][1] = 1 + i;
		stream[i][2] = BLEND;
		stream[i][3] = 10 + i;
	}
	/* Four are a quarter, and no more. */
	QUEUED(req_submit(1, stream[0], 4 * len, 4 * len), SUBMIT_3D);
	RAN(0, OK);
	ASKED();
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	QUEUED(req_submit(1, stream[4], len, len), SUBMIT_3D);
	RAN(0, OK);
	CHECK_EQ(stats().objects, 5);
	ASKED();
	checked(1, 0);

	/* With the same handles. */
	for (i = 0; i < 5; i++)
		stream[i][1] = 10 + i;
	QUEUED(req_submit(1, stream[0], 5 * len, 5 * len), SUBMIT_3D);
	RAN(0, OK);
	ASKED();
	checked(1, 0);

	QUEUED(STREAM(1, CREATE_SUB_CTX, 1, CREATE_SUB_CTX, 2), SUBMIT_3D);
	RAN(0, OK);
	QUEUED(STREAM(1, CREATE_SUB_CTX, 3, CREATE_SUB_CTX, 4, DESTROY_SUB_CTX, 1,
		      DESTROY_SUB_CTX, 2), SUBMIT_3D);
	RAN(0, OK);
	CHECK_EQ(stats().sub_contexts, 2);
	ASKED();
	checked(1, 0);
	fake_stop();
}

static const struct tap_case cases[] = {
	{ "a context that the GPU has given up", test_proof },
	{ "which contexts it is asked about", test_proof_asks },
	{ "the queue that waits for it", test_proof_waits },
	{ "what it takes to ask", test_proof_quotas },
	{ "what a stream makes is not set off", test_proof_exchange },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
