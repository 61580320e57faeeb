// SPDX-License-Identifier: GPL-2.0
/* Tests of SUBMIT_3D in drivers/proto/: order, quotas, what streams keep in use. */
#include <string.h>

#include "test-proto3d.h"

static void test_submit(void)
{
	struct mvgpu_job *job;
	const u32 *stream;

	start();
	have(7, &texture);
	have(8, &texture);
	have_ctx(1);
	/* Not attached: refused as a whole. */
	have_in(1, 7);
	ANSWERED(req_copy(1, 7, 8), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_copy(1, 8, 7), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_copy(1, 7, 9), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_copy(2, 7, 7), ERR(INVALID_CONTEXT_ID));
	CHECK_EQ(fake.vgpu.refused, 3);
	CHECK_EQ(stats().refused, 3);
	CHECK_EQ(stats().stream_bytes, 0);

	have_in(1, 8);
	job = req_copy(1, 8, 7);
	QUEUED(job, SUBMIT_3D);
	stream = job->stream;
	CHECK_EQ(job->submit.size, 56);
	CHECK_EQ(job->submit.commands, 1);
	CHECK_EQ(stream[1], 2);
	CHECK_EQ(stream[6], 1);
	CHECK_EQ(stats().stream_bytes, 56);
	CHECK_EQ(stats().streams, 1);
	RAN(0, OK);
	CHECK_EQ(stats().stream_bytes, 0);
	fake_stop();
}

static void test_submit_size(void)
{
	static u32 nops[2049];
	struct mvgpu_job *job;
	u32 i;

	start();
	have_ctx(1);
	/* Only a fence. */
	ANSWERED(req_submit(1, nops, 0, 0), OK);
	ANSWERED(req_submit(1, nops, 3, 3), OK);
	QUEUED(req_submit(1, nops, 8192, 8192), SUBMIT_3D);
	ANSWERED(req_submit(1, nops, 8196, 8196), ERR(INVALID_PARAMETER));
	ANSWERED(req_submit(1, nops, 8, ~0U), ERR(INVALID_PARAMETER));
	job = req_submit(1, nops, 8, 12);
	/* Its answer may have to wait. */
	CHECK(!job->stream);
	ANSWERED(job, ERR(INVALID_PARAMETER));
	CHECK(!mvgpu_proto_full(fake.proto));
	QUEUED(req_submit(1, nops, 8192, 8192), SUBMIT_3D);
	CHECK(mvgpu_proto_full(fake.proto));
	for (i = 0; i < 2; i++)
		RAN(0, OK);
	CHECK(!mvgpu_proto_full(fake.proto));
	fake_stop();
}

/* What a backend is told of the work in a stream. */
static void test_submit_cost(void)
{
	struct mvgpu_job *job;

	start();
	have(1, &texture);
	have_backing(1, 1024);
	have_ctx(1);
	have_in(1, 1);
	job = req_copy(1, 1, 1);
	QUEUED(job, SUBMIT_3D);
	CHECK_EQ(job->submit.commands, 1);
	CHECK_EQ(job->submit.bytes, 4);
	/* TRANSFER3D of 12 x 8 pixels to the GPU, a NOP, and the same from it. */
	job = STREAM(1, 43 | 13 << 16, 1, 0, 0, 0, 0, 4, 8, 0, 12, 8, 1, 0, 1,
		     0,
		     43 | 13 << 16, 1, 0, 0, 0, 0, 4, 8, 0, 12, 8, 1, 0, 2);
	QUEUED(job, SUBMIT_3D);
	CHECK_EQ(job->submit.size, 29 * 4);
	CHECK_EQ(job->submit.commands, 3);
	CHECK_EQ(job->submit.bytes, 2 * 12 * 8 * 4);
	job = STREAM(1, 0);
	QUEUED(job, SUBMIT_3D);
	CHECK_EQ(job->submit.commands, 1);
	CHECK_EQ(job->submit.bytes, 0);
	fake_run_all();
	fake_stop();
}

/* All contexts together have no more objects than the vGPU. */
static void test_submit_quota(void)
{
	u32 i;

	start();
	have_ctx(1);
	have_ctx(2);
	for (i = 1; i <= 10; i++)
		QUEUED(blend(1, i), SUBMIT_3D);
	for (i = 1; i <= 6; i++)
		QUEUED(blend(2, i), SUBMIT_3D);
	CHECK_EQ(stats().objects, 16);
	ANSWERED(blend(2, 7), ERR(OUT_OF_MEMORY));
	ANSWERED(blend(1, 11), ERR(OUT_OF_MEMORY));
	CHECK_EQ(stats().objects, 16);
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	ANSWERED(blend(2, 7), ERR(OUT_OF_MEMORY));
	fake_run_all();
	CHECK_EQ(stats().objects, 6);
	QUEUED(blend(2, 7), SUBMIT_3D);
	CHECK_EQ(fake.vgpu.quota_hits, 3);
	fake_stop();
}

/* Nor more sub-contexts. */
static void test_sub_quota(void)
{
	start();
	have_ctx(1);
	have_ctx(2);
	QUEUED(STREAM(1, CREATE_SUB_CTX, 1, CREATE_SUB_CTX, 2,
		      CREATE_SUB_CTX, 3), SUBMIT_3D);
	QUEUED(STREAM(2, CREATE_SUB_CTX, 1), SUBMIT_3D);
	CHECK_EQ(stats().sub_contexts, 4);
	ANSWERED(STREAM(1, CREATE_SUB_CTX, 4), ERR(OUT_OF_MEMORY));
	ANSWERED(STREAM(2, CREATE_SUB_CTX, 2), ERR(OUT_OF_MEMORY));
	CHECK_EQ(fake.vgpu.quota_hits, 2);
	QUEUED(STREAM(1, DESTROY_SUB_CTX, 2), SUBMIT_3D);
	QUEUED(STREAM(2, CREATE_SUB_CTX, 2), SUBMIT_3D);
	ANSWERED(STREAM(1, CREATE_SUB_CTX, 2), ERR(OUT_OF_MEMORY));
	CHECK_EQ(stats().sub_contexts, 4);
	fake_run_all();
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	RAN(0, OK);
	CHECK_EQ(stats().sub_contexts, 2);
	QUEUED(STREAM(2, CREATE_SUB_CTX, 3, CREATE_SUB_CTX, 4), SUBMIT_3D);
	fake_stop();
}

/* Nor more text of shaders: 1024 dwords. */
static void test_text_quota(void)
{
	start();
	have_ctx(1);
	have_ctx(2);
	QUEUED(shader(1, 1, 600), SUBMIT_3D);
	ANSWERED(shader(2, 1, 425), ERR(OUT_OF_MEMORY));
	QUEUED(shader(2, 1, 424), SUBMIT_3D);
	CHECK_EQ(stats().shader_bytes, 4096);
	ANSWERED(shader(1, 2, 1), ERR(OUT_OF_MEMORY));
	ANSWERED(shader(2, 2, 1), ERR(OUT_OF_MEMORY));
	CHECK_EQ(fake.vgpu.quota_hits, 3);
	fake_run_all();
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	RAN(0, OK);
	CHECK_EQ(stats().shader_bytes, 4 * 424);
	QUEUED(shader(2, 2, 600), SUBMIT_3D);
	fake_stop();
}

/* What did not reach the GPU makes the shadow wrong. */
static void test_submit_fails(void)
{
	start();
	have(1, &texture);
	have_ctx(1);
	have_in(1, 1);
	QUEUED(req_copy(1, 1, 1), SUBMIT_3D);
	RAN(-ENOMEM, ERR(OUT_OF_MEMORY));
	ANSWERED(req_copy(1, 1, 1), ERR(UNSPEC));
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	RAN(0, OK);
	have_ctx(1);
	have_in(1, 1);
	QUEUED(req_copy(1, 1, 1), SUBMIT_3D);
	RAN(0, OK);
	fake_stop();
}

/* A vertex buffer that is bound is in use after UNREF. */
static void test_zombie(void)
{
	const u32 bind[] = { 6 | 3 << 16, 4, 0, 3 };
	const u32 unbind[] = { 6 | 0 << 16 };

	start();
	have(3, &buffer);
	have_ctx(1);
	have_in(1, 3);
	have_backing(3, 1024);
	QUEUED(req_submit(1, bind, sizeof(bind), sizeof(bind)), SUBMIT_3D);
	RAN(0, OK);
	QUEUED(req_unref(3), RES_DESTROY);
	ANSWERED(req_submit(1, bind, sizeof(bind), sizeof(bind)),
		 ERR(INVALID_RESOURCE_ID));
	RAN(0, OK);
	CHECK_EQ(stats().bytes, 1024);
	/* Its pages are not. */
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	have(3, &texture);
	CHECK_EQ(stats().resources, 2);

	QUEUED(req_submit(1, unbind, sizeof(unbind), sizeof(unbind)),
	       SUBMIT_3D);
	CHECK_EQ(stats().resources, 1);
	RAN(0, OK);

	/* And by the end of its context. */
	have(4, &buffer);
	have_in(1, 4);
	have_in(1, 3);
	QUEUED(req_submit(1, (u32 []) { 6 | 3 << 16, 4, 0, 4 }, 16, 16),
	       SUBMIT_3D);
	RAN(0, OK);
	QUEUED(req_unref(4), RES_DESTROY);
	RAN(0, OK);
	CHECK_EQ(stats().resources, 2);
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	CHECK_EQ(stats().resources, 2);
	RAN(0, OK);
	CHECK_EQ(stats().resources, 1);
	fake_stop();
}

static const struct tap_case cases[] = {
	{ "SUBMIT_3D", test_submit },
	{ "SUBMIT_3D: sizes, and the queue that waits", test_submit_size },
	{ "SUBMIT_3D: commands, and bytes that they move", test_submit_cost },
	{ "quota on objects", test_submit_quota },
	{ "quota on sub-contexts", test_sub_quota },
	{ "quota on text of shaders", test_text_quota },
	{ "SUBMIT_3D fails on the GPU", test_submit_fails },
	{ "memory in use after RESOURCE_UNREF", test_zombie },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
