// SPDX-License-Identifier: GPL-2.0
/* Tests of the 3D commands of drivers/proto/; streams: test-submit.c. */
#include <string.h>

#include <mvgpu/virgl_caps.h>

#include "test-proto3d.h"

static void test_capset_info(void)
{
	struct virtio_gpu_get_capset_info req = {};
	struct virtio_gpu_resp_capset_info *resp;
	struct mvgpu_job *job;
	u32 i;

	start();
	req_hdr(&req.hdr, VIRTIO_GPU_CMD_GET_CAPSET_INFO);
	for (i = 0; i < 2; i++) {
		req.capset_index = i;
		job = fake_send(&req, sizeof(req), ROOM);
		ANSWERED(job, VIRTIO_GPU_RESP_OK_CAPSET_INFO);
		CHECK_EQ(job->resp_len, 40);
		resp = job->resp_data;
		CHECK_EQ(resp->capset_id, 1 + i);
		CHECK_EQ(resp->capset_max_version, 1 + i);
		CHECK_EQ(resp->capset_max_size, i ? 1384 : 308);
	}
	for (i = 0; i < 3; i++) {
		req.capset_index = i < 2 ? 2 + i : ~0U;
		ANSWERED(fake_send(&req, sizeof(req), ROOM),
			 ERR(INVALID_PARAMETER));
	}
	fake_stop();
}

static u32 word(const struct mvgpu_job *job, u32 off)
{
	u32 val;

	memcpy(&val, job->resp_data + 24 + off, sizeof(val));
	return val;
}

static struct mvgpu_job *capset(u32 id, u32 version)
{
	struct virtio_gpu_get_capset req = {};

	req_hdr(&req.hdr, VIRTIO_GPU_CMD_GET_CAPSET);
	req.capset_id = id;
	req.capset_version = version;
	return fake_send(&req, sizeof(req), ROOM);
}

/* Formats 64 to 95: six of these numbers stand for none. */
#define FORMATS_64 (~(1U << 9 | 0xfU << 14 | 1U << 22))

/* All bits are set on the GPU; those that are hidden are not in the answer. */
static void test_capset(void)
{
	struct mvgpu_job *job;
	u32 off;

	start();
	job = capset(1, 1);
	ANSWERED(job, VIRTIO_GPU_RESP_OK_CAPSET);
	CHECK_EQ(job->resp_len, 24 + 308);
	CHECK_EQ(word(job, MVGPU_CAPS_SAMPLER + 8), FORMATS_64);
	CHECK_EQ(word(job, MVGPU_CAPS_VERTEX + 60), 0);
	job = capset(2, 2);
	ANSWERED(job, VIRTIO_GPU_RESP_OK_CAPSET);
	CHECK_EQ(job->resp_len, 24 + 1384);
	CHECK_EQ(word(job, MVGPU_CAPS_RENDER + 8), FORMATS_64);
	CHECK_EQ(word(job, MVGPU_CAPS_DEPTH + 8), FORMATS_64);
	CHECK_EQ(word(job, MVGPU_CAPS_READBACK + 8), FORMATS_64);
	CHECK_EQ(word(job, MVGPU_CAPS_SCANOUT + 8), FORMATS_64);
	CHECK_EQ(word(job, MVGPU_CAPS_MULTISAMPLE + 8), FORMATS_64);
	/* Samples without a format: of a framebuffer without attachments. */
	CHECK_EQ(word(job, MVGPU_CAPS_MULTISAMPLE) & 1, 1);
	CHECK_EQ(word(job, MVGPU_CAPS_RENDER) & 1, 0);
	CHECK_EQ(word(job, MVGPU_CAPS_BITS), 0x7fffbfff);
	CHECK_EQ(word(job, MVGPU_CAPS_BITS_V2), 0xfffbffe1);
	CHECK_EQ(word(job, MVGPU_CAPS_VIDEO_MEMORY), 0);
	CHECK_EQ(word(job, MVGPU_CAPS_NUM_VIDEO), 0);
	for (off = 0; off < MVGPU_CAPS_VIDEO_SIZE; off += 4)
		CHECK_EQ(word(job, MVGPU_CAPS_VIDEO + off), 0);
	CHECK_EQ(word(job, MVGPU_CAPS_VIDEO + off), ~0U);
	CHECK_EQ(word(job, 1380), ~0U);

	ANSWERED(capset(2, 0), VIRTIO_GPU_RESP_OK_CAPSET);
	ANSWERED(capset(2, 3), ERR(INVALID_PARAMETER));
	ANSWERED(capset(1, 2), ERR(INVALID_PARAMETER));
	ANSWERED(capset(0, 0), ERR(INVALID_PARAMETER));
	ANSWERED(capset(3, 0), ERR(INVALID_PARAMETER));
	ANSWERED(capset(4, 0), ERR(INVALID_PARAMETER));
	fake_stop();
}

static void test_ctx_create(void)
{
	struct mvgpu_job *job;

	start();
	job = req_ctx_create(5, 2, 64);
	QUEUED(job, CTX_CREATE);
	CHECK_EQ(job->ctx_create.capset, 2);
	CHECK_EQ(job->ctx_create.name_len, 64);
	CHECK_EQ(job->ctx_create.name[63], 'n');
	ANSWERED(req_ctx_create(5, 0, 0), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx_create(0, 0, 0), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx_create(6, 0, 65), ERR(INVALID_PARAMETER));
	ANSWERED(req_ctx_create(6, 0, ~0U), ERR(INVALID_PARAMETER));
	/* Venus, a ring that nobody can look into; and bits that are unknown. */
	ANSWERED(req_ctx_create(6, 4, 0), ERR(INVALID_PARAMETER));
	ANSWERED(req_ctx_create(6, 0x102, 0), ERR(INVALID_PARAMETER));
	CHECK_EQ(stats().contexts, 1);

	fake.vgpu.no_init = true;
	job = req_ctx_create(6, 4, 3);
	QUEUED(job, CTX_CREATE);
	CHECK_EQ(job->ctx_create.capset, 0);
	CHECK_EQ(job->ctx_create.name[2], 'n');
	CHECK_EQ(job->ctx_create.name[3], 0);
	RAN(0, OK);
	RAN(0, OK);
	fake_stop();
}

static void test_ctx_quota(void)
{
	u32 i;

	start();
	for (i = 1; i <= FAKE_CONTEXTS; i++)
		have_ctx(i);
	ANSWERED(req_ctx_create(i, 0, 0), ERR(OUT_OF_MEMORY));
	QUEUED(req_ctx(DESTROY, 2), CTX_DESTROY);
	/* It is charged until the GPU has let go of it; its id is free. */
	ANSWERED(req_ctx_create(2, 0, 0), ERR(OUT_OF_MEMORY));
	ANSWERED(req_ctx(DESTROY, 2), ERR(INVALID_CONTEXT_ID));
	RAN(0, OK);
	have_ctx(2);
	CHECK_EQ(stats().contexts, FAKE_CONTEXTS);
	CHECK_EQ(fake.vgpu.quota_hits, 2);
	fake_stop();
}

static void test_ctx_fails(void)
{
	start();
	QUEUED(req_ctx_create(1, 0, 0), CTX_CREATE);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(stats().contexts, 0);
	ANSWERED(req_ctx(DESTROY, 1), ERR(INVALID_CONTEXT_ID));

	/* Cut short: it may be there, so it is destroyed when all is. */
	QUEUED(req_ctx_create(1, 0, 0), CTX_CREATE);
	RAN(-ETIMEDOUT, ERR(UNSPEC));
	CHECK_EQ(stats().contexts, 1);
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 1);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 0);
	CHECK(!fake.vgpu.ctx[1].exists);
	fake_stop();
}

static void test_attach(void)
{
	struct mvgpu_job *job;

	start();
	have(1, &texture);
	have(2, &texture);
	have_ctx(1);
	have_ctx(2);
	job = req_ctx_res(ATTACH, 2, 2);
	QUEUED(job, CTX_ATTACH);
	CHECK_EQ(job->ctx.ctx_id, 2);
	CHECK_EQ(job->ctx.res_id, 2);
	RAN(0, OK);
	/* Again is no error and no job, both ways. */
	ANSWERED(req_ctx_res(ATTACH, 2, 2), OK);
	ANSWERED(req_ctx_res(DETACH, 2, 1), OK);
	QUEUED(req_ctx_res(DETACH, 2, 2), CTX_DETACH);
	RAN(0, OK);
	ANSWERED(req_ctx_res(DETACH, 2, 2), OK);

	ANSWERED(req_ctx_res(ATTACH, 3, 1), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx_res(ATTACH, 0, 1), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx_res(ATTACH, 1, 3), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_ctx_res(ATTACH, 1, 0), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_ctx_res(DETACH, 3, 1), ERR(INVALID_CONTEXT_ID));
	ANSWERED(req_ctx_res(DETACH, 1, 3), ERR(INVALID_RESOURCE_ID));
	fake_stop();
}

/* Four for each resource that there may be, in whatever contexts. */
static void test_attach_quota(void)
{
	u32 i;

	fake_start(3, 1, 1 << 20, 64);
	have(1, &texture);
	for (i = 1; i <= 4; i++) {
		have_ctx(i);
		have_in(i, 1);
	}
	have_ctx(i);
	ANSWERED(req_ctx_res(ATTACH, i, 1), ERR(OUT_OF_MEMORY));
	CHECK_EQ(fake.vgpu.quota_hits, 1);
	CHECK_EQ(stats().attachments, 4);
	/* Again is none more. */
	ANSWERED(req_ctx_res(ATTACH, 2, 1), OK);
	CHECK_EQ(stats().attachments, 4);
	QUEUED(req_ctx_res(DETACH, 2, 1), CTX_DETACH);
	CHECK_EQ(stats().attachments, 3);
	RAN(0, OK);
	have_in(i, 1);
	ANSWERED(req_ctx_res(ATTACH, 2, 1), ERR(OUT_OF_MEMORY));
	/* They go with a context, and with the resource. */
	QUEUED(req_ctx(DESTROY, 1), CTX_DESTROY);
	CHECK_EQ(stats().attachments, 3);
	RAN(0, OK);
	have_in(2, 1);
	QUEUED(req_unref(1), RES_DESTROY);
	CHECK_EQ(stats().attachments, 0);
	RAN(0, OK);
	have(1, &texture);
	for (i = 2; i <= 5; i++)
		have_in(i, 1);
	fake_stop();
}

/* Each field of a good one made bad. */
static void test_create_bad(void)
{
	static const struct spec bad[] = {
		{ 9, FORMAT_BGRA, BIND_TARGET, 16, 16 },
		{ ~0U, FORMAT_BGRA, BIND_TARGET, 16, 16 },
		{ TARGET_2D, 128, BIND_TARGET, 16, 16 },
		{ TARGET_2D, 481, BIND_TARGET, 16, 16 },
		{ TARGET_2D, ~0U, BIND_TARGET, 16, 16 },
		{ TARGET_2D, FORMAT_BGRA, 0, 16, 16 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 0, 16 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16385, 16 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, ~0U, ~0U },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 2 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 2 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 5 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 1, 4 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 0, 33 },
		/* Mapped, and upside down with levels. */
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 0, 0, 2 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 1, 0, 1 },
		{ TARGET_CUBE, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 5 },
		{ TARGET_BUFFER, 64, BIND_VERTEX, 1024, 2 },
		{ TARGET_BUFFER, 64, BIND_VERTEX, 1024, 1, 1, 1, 1 },
		{ TARGET_BUFFER, 64, BIND_VERTEX | 32, 1024 },
	};
	u32 i;

	start();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ANSWERED(req_create_3d(1, &bad[i]), ERR(INVALID_PARAMETER));
	ANSWERED(req_create_3d(0, &texture), ERR(INVALID_RESOURCE_ID));
	have(1, &texture);
	ANSWERED(req_create_3d(1, &texture), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_create(1, BGRX, 16, 16), ERR(INVALID_RESOURCE_ID));
	CHECK_EQ(stats().resources, 1);
	CHECK_EQ(stats().bytes, 16 * 16 * 4);
	fake_stop();
}

/* One sample is none, to the GPU and to streams. */
static void test_create_samples(void)
{
	struct spec one = texture;
	struct mvgpu_job *job;

	start();
	one.samples = 1;
	job = req_create_3d(1, &one);
	QUEUED(job, RES_CREATE_3D);
	CHECK_EQ(job->res_create_3d.nr_samples, 0);
	RAN(0, OK);
	have(2, &texture);
	one.samples = 4;
	job = req_create_3d(3, &one);
	QUEUED(job, RES_CREATE_3D);
	CHECK_EQ(job->res_create_3d.nr_samples, 4);
	RAN(0, OK);
	have_ctx(1);
	have_in(1, 1);
	have_in(1, 2);
	have_in(1, 3);
	QUEUED(req_copy(1, 2, 1), SUBMIT_3D);
	RAN(0, OK);
	ANSWERED(req_copy(1, 2, 3), ERR(INVALID_PARAMETER));
	fake_stop();
}

/* What the GPU says that it can do, and one more. */
static void test_create_limits(void)
{
	static const struct spec good[] = {
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, FAKE_SIDE, 1 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 1, FAKE_SIDE },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 1, 1, 1, 1, 0,
		  FAKE_SAMPLES },
		{ TARGET_3D, FORMAT_BGRA, BIND_TARGET, 1, 1, FAKE_SIDE_3D },
		{ TARGET_CUBE, FORMAT_BGRA, BIND_TARGET, FAKE_SIDE_CUBE,
		  FAKE_SIDE_CUBE, 1, 6 },
		{ TARGET_2D_ARRAY, FORMAT_BGRA, BIND_TARGET, 1, 1, 1,
		  FAKE_LAYERS },
	};
	static const struct spec bad[] = {
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, FAKE_SIDE + 1, 1 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 1, FAKE_SIDE + 1 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 1, 1, 1, 1, 0,
		  FAKE_SAMPLES + 1 },
		{ TARGET_3D, FORMAT_BGRA, BIND_TARGET, 1, 1, FAKE_SIDE_3D + 1 },
		{ TARGET_CUBE, FORMAT_BGRA, BIND_TARGET, FAKE_SIDE_CUBE + 1,
		  FAKE_SIDE_CUBE + 1, 1, 6 },
		{ TARGET_2D_ARRAY, FORMAT_BGRA, BIND_TARGET, 1, 1, 1,
		  FAKE_LAYERS + 1 },
	};
	u32 i;

	fake_start(3, 8, 1ULL << 32, 64);
	for (i = 0; i < ARRAY_SIZE(good); i++)
		have(1 + i, &good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ANSWERED(req_create_3d(8, &bad[i]), ERR(INVALID_PARAMETER));
	fake_stop();
}

/* As large as GL takes a texture, rows that it makes longer included. */
static void test_create_large(void)
{
	struct spec large = {
		TARGET_2D_ARRAY, FORMAT_R8, BIND_TARGET, 1, FAKE_SIDE, 1,
		FAKE_LAYERS,
	};

	fake_start(3, 8, 1ULL << 33, 64);
	have(1, &large);
	CHECK_EQ(stats().bytes, 1 << 30);
	large.levels = 1;
	ANSWERED(req_create_3d(2, &large), ERR(OUT_OF_MEMORY));
	CHECK_EQ(stats().bytes, 1 << 30);
	fake_stop();
}

static void test_create_quota(void)
{
	const struct spec big = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 512, 256, 1, 1, 0, 4
	};
	const struct spec half = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 512, 256
	};

	start();
	/* With its samples twice the quota. */
	ANSWERED(req_create_3d(1, &big), ERR(OUT_OF_MEMORY));
	have(1, &half);
	have(2, &half);
	CHECK_EQ(stats().bytes, 1 << 20);
	ANSWERED(req_create_3d(3, &texture), ERR(OUT_OF_MEMORY));
	fake_stop();
}

static void test_transfer(void)
{
	const struct virtio_gpu_box box = { 4, 8, 0, 12, 8, 1 };
	struct mvgpu_job *job;

	start();
	have(1, &texture);
	have_ctx(1);
	ANSWERED(req_transfer_3d(TO, 0, 1, &box, 0, 0, 0, 0), ERR(UNSPEC));
	have_backing(1, 1024);
	/* By its context only if it is attached to it. */
	ANSWERED(req_transfer_3d(TO, 1, 1, &box, 0, 0, 0, 0),
		 ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_transfer_3d(TO, 2, 1, &box, 0, 0, 0, 0),
		 ERR(INVALID_CONTEXT_ID));
	have_in(1, 1);

	job = req_transfer_3d(FROM, 1, 1, &box, 0, 0, 0, 16);
	QUEUED(job, TRANSFER_FROM_3D);
	CHECK_EQ(job->transfer_3d.ctx_id, 1);
	CHECK_EQ(job->transfer_3d.size, 7 * 64 + 48);
	RAN(0, OK);
	job = req_transfer_3d(TO, 0, 1, &box, 0, 48, 0, 1024 - 8 * 48);
	QUEUED(job, TRANSFER_TO_3D);
	CHECK_EQ(job->transfer_3d.ctx_id, 0);
	RAN(0, OK);
	/* The 2D command does not know the format. */
	ANSWERED(req_transfer(1, 0, 0, 16, 16, 0), ERR(UNSPEC));
	fake_stop();
}

/* To the GPU all layers that are asked for, from it one. */
static void test_transfer_layers(void)
{
	const struct spec volume = {
		3, FORMAT_BGRA, BIND_TARGET, 16, 16, 4,
	};
	const struct virtio_gpu_box box = { 0, 0, 0, 16, 16, 4 };
	struct mvgpu_job *job;

	start();
	have(1, &volume);
	have_backing(1, 4096);
	job = req_transfer_3d(TO, 0, 1, &box, 0, 0, 0, 0);
	QUEUED(job, TRANSFER_TO_3D);
	CHECK_EQ(job->transfer_3d.box.d, 4);
	RAN(0, OK);
	job = req_transfer_3d(FROM, 0, 1, &box, 0, 0, 0, 0);
	QUEUED(job, TRANSFER_FROM_3D);
	CHECK_EQ(job->transfer_3d.box.d, 1);
	RAN(0, OK);
	fake_stop();
}

static void test_transfer_bad(void)
{
	const struct spec samples = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 0, 4,
	};
	const struct virtio_gpu_box good = { 4, 8, 0, 12, 8, 1 };
	static const struct {
		struct virtio_gpu_box box;
		u32 level, stride, layer;
		u64 offset;
	} bad[] = {
		{ { 4, 8, 0, 13, 8, 1 } },
		{ { 4, 8, 0, 12, 9, 1 } },
		{ { 4, 8, 1, 12, 8, 1 } },
		{ { 4, 8, 0, 12, 8, 2 } },
		{ { 4, 8, 0, 0, 8, 1 } },
		{ { 4, 8, 0, 12, 0, 1 } },
		{ { 4, 8, 0, 12, 8, 0 } },
		{ { ~0U, 8, 0, 12, 8, 1 } },
		{ { 4, 8, 0, ~0U, 8, 1 } },
		{ { 4, 8, 0, 12, 8, 1 }, 1 },
		{ { 4, 8, 0, 12, 8, 1 }, 0, 47 },
		{ { 4, 8, 0, 12, 8, 1 }, 0, 0, 63 },
		{ { 4, 8, 0, 12, 8, 1 }, 0, 0, 0, 1024 - 7 * 64 - 47 },
		{ { 4, 8, 0, 12, 8, 1 }, 0, 0, 0, ~0ULL },
		{ { 4, 8, 0, 12, 8, 1 }, 0, 140 },
		{ { 4, 8, 0, 12, 8, 1 }, 0, ~0U },
	};
	u32 i;

	start();
	have(1, &texture);
	have_backing(1, 1024);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ANSWERED(req_transfer_3d(i & 1 ? TO : FROM, 0, 1, &bad[i].box,
					 bad[i].level, bad[i].stride,
					 bad[i].layer, bad[i].offset),
			 ERR(INVALID_PARAMETER));
	}

	/* Samples, in either direction. */
	have(2, &samples);
	have_backing(2, 4096);
	ANSWERED(req_transfer_3d(TO, 0, 2, &good, 0, 0, 0, 0),
		 ERR(INVALID_PARAMETER));
	ANSWERED(req_transfer_3d(FROM, 0, 2, &good, 0, 0, 0, 0),
		 ERR(INVALID_PARAMETER));
	/* The box is good where there are none. */
	QUEUED(req_transfer_3d(TO, 0, 1, &good, 0, 0, 0, 0), TRANSFER_TO_3D);
	QUEUED(req_transfer_3d(FROM, 0, 1, &good, 0, 0, 0, 0),
	       TRANSFER_FROM_3D);
	fake_stop();
}

/* Run the jobs of a refresh; the last one is the transfer. */
static struct mvgpu_job *run_fetch(void)
{
	struct mvgpu_job *job, *last = NULL;

	while ((job = fake_run(0)))
		last = job;
	return last;
}

static void test_scanout(void)
{
	const struct spec volume = {
		3, FORMAT_BGRA, BIND_TARGET, 16, 16, 2,
	};
	const struct spec samples = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16, 1, 1, 0, 4,
	};
	const struct spec deep = {
		TARGET_2D, 94, BIND_TARGET, 16, 16,
	};
	struct mvgpu_job *job;

	start();
	have(1, &texture);
	have(2, &volume);
	have(3, &samples);
	have(4, &deep);
	have(5, &texture);
	ANSWERED(req_scanout(0, 2, 0, 0, 16, 16), ERR(INVALID_PARAMETER));
	ANSWERED(req_scanout(0, 3, 0, 0, 16, 16), ERR(INVALID_PARAMETER));
	ANSWERED(req_scanout(0, 4, 0, 0, 16, 16), ERR(INVALID_PARAMETER));
	ANSWERED(req_scanout(0, 1, 0, 0, 16, 16), OK);
	CHECK(fake.display.scanout[0].src.fetched);
	CHECK(!fake.display.scanout[0].src.backing);

	/* Nobody looks: nothing is done for it. */
	QUEUED(req_flush(1, 0, 0, 16, 16), FLUSH);
	RAN(0, OK);
	mvgpu_proto_refresh(fake.proto);
	CHECK_EQ(fake.vgpu.nr_jobs, 0);

	/* Somebody comes: all of it. */
	fake.display.wants = true;
	mvgpu_proto_refresh(fake.proto);
	mvgpu_proto_refresh(fake.proto);
	job = run_fetch();
	CHECK_EQ(job->op, MVGPU_JOB_TRANSFER_FROM_3D);
	CHECK_EQ(fake.display.fetches, 1);
	CHECK_EQ(fake.display.fetched.height, 16);
	CHECK(fake.display.scanout[0].src.backing);
	CHECK_EQ(stats().contexts, 0);
	CHECK_EQ(stats().resources, 5);
	CHECK_EQ(stats().bytes, 16 * 16 * (4 + 8 + 16 + 8 + 4));

	/* And stays: what changes, and what changes meanwhile at once. */
	fake.display.wants = false;
	fake.display.follows = true;
	QUEUED(req_flush(1, 0, 0, 8, 4), FLUSH);
	RAN(0, OK);
	CHECK_EQ(fake.vgpu.nr_jobs, 2);
	QUEUED(req_flush(1, 8, 8, 4, 4), FLUSH);
	QUEUED(req_flush(1, 2, 14, 2, 2), FLUSH);
	QUEUED(req_flush(1, 1, 5, 1, 1), FLUSH);
	run_fetch();
	/* The first, the second, and then the others together. */
	CHECK_EQ(fake.display.fetches, 4);
	CHECK_EQ(fake.display.fetched.x, 1);
	CHECK_EQ(fake.display.fetched.y, 5);
	CHECK_EQ(fake.display.fetched.width, 3);
	CHECK_EQ(fake.display.fetched.height, 11);
	fake_stop();
}

/* Pages flip, sizes change, resources go while they are copied. */
static void test_scanout_changes(void)
{
	const struct spec large = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 32, 32,
	};
	const struct mvgpu_backing *first;

	start();
	have(1, &texture);
	have(2, &texture);
	have(3, &large);
	fake.display.follows = true;
	ANSWERED(req_scanout(0, 1, 0, 0, 16, 16), OK);
	QUEUED(req_flush(1, 0, 0, 16, 16), FLUSH);
	run_fetch();
	first = fake.display.scanout[0].src.backing;
	CHECK(first);
	ANSWERED(req_scanout(0, 2, 0, 0, 16, 16), OK);
	CHECK(fake.display.scanout[0].src.backing == first);
	QUEUED(req_flush(2, 0, 0, 16, 16), FLUSH);
	RAN(0, OK);
	/* In the middle of a copy. */
	ANSWERED(req_scanout(0, 3, 0, 0, 32, 32), OK);
	CHECK(!fake.display.scanout[0].src.backing);
	run_fetch();
	CHECK_EQ(fake.display.fetches, 1);
	QUEUED(req_flush(3, 0, 0, 32, 32), FLUSH);
	run_fetch();
	CHECK_EQ(fake.display.fetches, 2);
	CHECK_EQ(fake.vgpu.nr_backings, 1);

	QUEUED(req_flush(3, 0, 0, 32, 32), FLUSH);
	RAN(0, OK);
	QUEUED(req_unref(3), RES_DESTROY);
	CHECK(!fake.display.scanout[0].on);
	run_fetch();
	CHECK_EQ(fake.display.fetches, 2);

	/* The shadow goes with all the rest. */
	ANSWERED(req_scanout(0, 1, 0, 0, 16, 16), OK);
	QUEUED(req_flush(1, 0, 0, 16, 16), FLUSH);
	RAN(0, OK);
	while (mvgpu_proto_release_all(fake.proto))
		fake_run_all();
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake_stop();
}

static void test_release(void)
{
	start();
	have(1, &texture);
	have(2, &buffer);
	have_ctx(1);
	have_in(1, 1);
	have_in(1, 2);
	QUEUED(req_attach(2, 1, PAGES_AT, 1024), BACKING_ATTACH);
	QUEUED(req_copy(1, 1, 1), SUBMIT_3D);
	fake_drop(-ECANCELED);
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 3);
	/* Contexts first. */
	CHECK_EQ(fake_run(0)->op, MVGPU_JOB_CTX_DESTROY);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 0);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake_stop();
}

static void test_evict(void)
{
	start();
	have(1, &texture);
	have_backing(1, 4096);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake_run(0)->op, MVGPU_JOB_BACKING_DETACH);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake_stop();
}

static void test_lost(void)
{
	start();
	have(1, &texture);
	have_ctx(1);
	have_in(1, 1);
	QUEUED(req_copy(1, 1, 1), SUBMIT_3D);
	fake_lose();
	ANSWERED(req_copy(1, 1, 1), ERR(UNSPEC));
	ANSWERED(req_ctx_create(2, 0, 0), ERR(UNSPEC));
	ANSWERED(req_create_3d(2, &texture), ERR(UNSPEC));
	fake_drop(-ECANCELED);
	mvgpu_proto_forget(fake.proto);
	CHECK_EQ(stats().contexts + stats().resources, 0);
	fake_stop();
}

static void test_no_feature(void)
{
	struct {
		struct virtio_gpu_ctrl_hdr hdr;
		u8 more[200];
	} req = {};
	u32 type;

	start();
	have_ctx(77);
	fake.vgpu.no_3d = true;
	for (type = 0x200; type < 0x208; type++) {
		req_hdr(&req.hdr, type);
		ANSWERED(fake_send(&req, sizeof(req), ROOM), ERR(UNSPEC));
	}
	fake_stop();
}

static void test_no_memory(void)
{
	u32 nth, good = 0;

	for (nth = 1; nth < 40 && !good; nth++) {
		start();
		shim_fail(nth);
		req_create_3d(1, &texture);
		req_ctx_create(1, 0, 0);
		req_ctx_res(ATTACH, 1, 1);
		req_copy(1, 1, 1);
		fake_run_all();
		good = !shim_failed();
		shim_fail(0);
		fake_stop();
	}
	CHECK(good && nth > 5);
}

static const struct tap_case cases[] = {
	{ "GET_CAPSET_INFO", test_capset_info },
	{ "GET_CAPSET: what is hidden", test_capset },
	{ "CTX_CREATE", test_ctx_create },
	{ "quota on contexts", test_ctx_quota },
	{ "CTX_CREATE fails on the GPU", test_ctx_fails },
	{ "CTX_ATTACH_RESOURCE and CTX_DETACH_RESOURCE", test_attach },
	{ "quota on attachments", test_attach_quota },
	{ "RESOURCE_CREATE_3D: each field bad", test_create_bad },
	{ "RESOURCE_CREATE_3D: one sample is none", test_create_samples },
	{ "RESOURCE_CREATE_3D: what the GPU can do", test_create_limits },
	{ "RESOURCE_CREATE_3D: larger than GL takes it", test_create_large },
	{ "quota on bytes, samples included", test_create_quota },
	{ "TRANSFER_TO_HOST_3D and TRANSFER_FROM_HOST_3D", test_transfer },
	{ "transfers of layers", test_transfer_layers },
	{ "transfers: each field bad", test_transfer_bad },
	{ "viewers of a 3D scanout", test_scanout },
	{ "a 3D scanout that changes", test_scanout_changes },
	{ "release_all", test_release },
	{ "evict", test_evict },
	{ "the GPU was reset", test_lost },
	{ "a driver without 3D", test_no_feature },
	{ "no memory", test_no_memory },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
