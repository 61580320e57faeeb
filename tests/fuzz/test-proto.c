// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/proto/: every command, every field of it, and its life. */
#include <string.h>

#include "request.h"
#include "tap.h"

#define UPDATE VIRTIO_GPU_CMD_UPDATE_CURSOR
#define MOVE VIRTIO_GPU_CMD_MOVE_CURSOR

/* Answered at once and with @type. */
#define ANSWERED(job, type) do {					\
	struct mvgpu_job *_job = (job);					\
									\
	CHECK_EQ(_job->op, MVGPU_JOB_NONE);				\
	CHECK_EQ(fake_resp(_job), type);				\
} while (0)

/* For the GPU. */
#define QUEUED(job, what) CHECK_EQ((job)->op, MVGPU_JOB_##what)

/* Run the oldest job; its response. */
#define RAN(status, type) CHECK_EQ(fake_resp(fake_run(status)), type)

/* A driver that has not taken 3D. */
static void start(void)
{
	fake_start(3, 8, 16 << 20, 64);
	fake.vgpu.no_3d = true;
}

/* Resource @id, @dim pixels wide and high, with as much backing. */
static void have(u32 id, u32 dim, u64 addr)
{
	QUEUED(req_create(id, BGRX, dim, dim), RES_CREATE);
	QUEUED(req_attach(id, 1, addr, dim * dim * 4), BACKING_ATTACH);
	RAN(0, OK);
	RAN(0, OK);
}

static u64 errors(void)
{
	struct mvgpu_proto_stats stats;

	mvgpu_proto_get_stats(fake.proto, &stats);
	return stats.errors;
}

static u32 resources(void)
{
	struct mvgpu_proto_stats stats;

	mvgpu_proto_get_stats(fake.proto, &stats);
	return stats.resources;
}

static void test_display_info(void)
{
	struct virtio_gpu_resp_display_info *resp;
	struct virtio_gpu_ctrl_hdr req;
	struct mvgpu_job *job;
	u32 i;

	start();
	req_hdr(&req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	job = fake_send(&req, sizeof(req), ROOM);
	ANSWERED(job, VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	CHECK_EQ(job->resp_len, 408);
	resp = job->resp_data;
	for (i = 0; i < 16; i++) {
		bool on = i == 0 || i == 2;

		CHECK_EQ(resp->pmodes[i].enabled, on);
		CHECK_EQ(resp->pmodes[i].r.width, on ? 1024 + i : 0);
		CHECK_EQ(resp->pmodes[i].r.height, on ? 768 : 0);
		CHECK_EQ(resp->pmodes[i].r.x, 0);
		CHECK_EQ(resp->pmodes[i].flags, 0);
	}
	fake_stop();
}

static void test_edid(void)
{
	struct virtio_gpu_resp_edid *resp;
	struct mvgpu_job *job;
	u32 i;

	start();
	for (i = 0; i < 3; i++) {
		job = req_edid(i);
		ANSWERED(job, VIRTIO_GPU_RESP_OK_EDID);
		CHECK_EQ(job->resp_len, 1056);
		resp = job->resp_data;
		CHECK_EQ(resp->size, 128);
		CHECK_EQ(resp->edid[127], 0xe0 + i);
		CHECK_EQ(resp->edid[128], 0);
		CHECK_EQ(resp->edid[1023], 0);
	}
	ANSWERED(req_edid(3), ERR(INVALID_PARAMETER));
	ANSWERED(req_edid(16), ERR(INVALID_PARAMETER));
	ANSWERED(req_edid(~0U), ERR(INVALID_PARAMETER));
	CHECK_EQ(errors(), 3);
	fake_stop();
}

static void test_no_scanouts(void)
{
	fake_start(0, 8, 16 << 20, 64);
	have(1, 64, PAGES_AT);
	ANSWERED(req_scanout(0, 0, 0, 0, 0, 0), ERR(INVALID_SCANOUT_ID));
	ANSWERED(req_edid(0), ERR(INVALID_PARAMETER));
	req_cursor(UPDATE, 0, 1, 0, 0, 0, 0);
	CHECK_EQ(errors(), 3);
	fake_stop();
}

static void test_capsets(void)
{
	struct virtio_gpu_get_capset_info info = {};
	struct virtio_gpu_get_capset get = {};

	start();
	req_hdr(&info.hdr, VIRTIO_GPU_CMD_GET_CAPSET_INFO);
	info.capset_index = 2;
	ANSWERED(fake_send(&info, sizeof(info), ROOM), ERR(INVALID_PARAMETER));
	req_hdr(&get.hdr, VIRTIO_GPU_CMD_GET_CAPSET);
	get.capset_id = 3;
	ANSWERED(fake_send(&get, sizeof(get), ROOM), ERR(INVALID_PARAMETER));
	fake_stop();
}

static void test_absent(void)
{
	static const u32 types[] = {
		0, 0xff, 0x10b, 0x10c, 0x10d, 0x10e, 0x10f, 0x110, 0x1ff,
		0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, 0x208,
		0x209, 0x20a, 0x20f, 0x210, 0x300, 0x301, 0x1100, 0x1200,
		0x10100, 0x1000101, 0x80000101, 0xffffffff,
	};
	struct {
		struct virtio_gpu_ctrl_hdr hdr;
		u8 more[200];
	} req = {};
	size_t i;

	start();
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		req_hdr(&req.hdr, types[i]);
		ANSWERED(fake_send(&req, sizeof(req), ROOM), ERR(UNSPEC));
	}
	CHECK_EQ(errors(), ARRAY_SIZE(types));
	fake_stop();
}

/* Offered commands and the length of their fixed part. */
static const struct {
	u32 type, len;
} lengths[] = {
	{ VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 24 },
	{ VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 40 },
	{ VIRTIO_GPU_CMD_RESOURCE_UNREF, 32 },
	{ VIRTIO_GPU_CMD_SET_SCANOUT, 48 },
	{ VIRTIO_GPU_CMD_RESOURCE_FLUSH, 48 },
	{ VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 56 },
	{ VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, 32 },
	{ VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 32 },
	{ VIRTIO_GPU_CMD_GET_CAPSET_INFO, 32 },
	{ VIRTIO_GPU_CMD_GET_CAPSET, 32 },
	{ VIRTIO_GPU_CMD_GET_EDID, 32 },
};

static void test_short(void)
{
	u8 req[64] = {};
	size_t i;
	u32 len;

	start();
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		req_hdr((void *)req, lengths[i].type);
		for (len = 0; len < lengths[i].len; len++) {
			struct mvgpu_job *job = fake_send(req, len, ROOM);

			ANSWERED(job, len < 24 ? ERR(UNSPEC) :
				 ERR(INVALID_PARAMETER));
			CHECK_EQ(job->resp_len, 24);
			/* Of a header that was cut off nothing is echoed. */
			CHECK_EQ(job->resp.flags, len >= 24);
		}
	}
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	fake_stop();
}

static void test_long(void)
{
	struct {
		struct virtio_gpu_resource_create_2d fixed;
		u8 more[4000];
	} req = {};

	start();
	memset(req.more, 0xff, sizeof(req.more));
	req_hdr(&req.fixed.hdr, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	req.fixed.resource_id = 1;
	req.fixed.format = BGRX;
	req.fixed.width = 64;
	req.fixed.height = 64;
	QUEUED(fake_send(&req, sizeof(req), ROOM), RES_CREATE);
	RAN(0, OK);
	fake_stop();
}

static void test_unreadable(void)
{
	struct virtio_gpu_ctrl_hdr req;

	start();
	req_hdr(&req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	fake.guest->dma_off = true;
	CHECK_EQ(fake_send(&req, sizeof(req), 0)->resp.type, ERR(UNSPEC));
	fake.guest->dma_off = false;
	fake_stop();
}

/* Responses are cut off where the guest's room ends, and never beyond. */
static void test_small_room(void)
{
	struct virtio_gpu_cmd_get_edid req = {};
	u32 room, i;

	start();
	req_hdr(&req.hdr, VIRTIO_GPU_CMD_GET_EDID);
	for (room = 0; room < 1100; room += room < 30 ? 1 : 97) {
		struct mvgpu_job *job = fake_send(&req, sizeof(req), room);

		ANSWERED(job, VIRTIO_GPU_RESP_OK_EDID);
		CHECK_EQ(job->resp_len, room < 1056 ? room : 1056);
	}
	for (room = 0; room < 30; room++) {
		req.scanout = 99;
		i = fake_send(&req, sizeof(req), room)->resp_len;
		CHECK_EQ(i, room < 24 ? room : 24);
	}
	fake_stop();
}

static void test_fence(void)
{
	struct virtio_gpu_cmd_get_edid req = {};
	struct mvgpu_job *job;
	u32 flags, scanout;

	start();
	for (scanout = 0; scanout < 4; scanout += 3)
		for (flags = 0; flags < 8; flags++) {
			req_hdr(&req.hdr, VIRTIO_GPU_CMD_GET_EDID);
			req.scanout = scanout;
			req.hdr.flags = flags;
			memset(req.hdr.padding, 0xff, 3);
			job = fake_send(&req, sizeof(req), ROOM);
			fake_resp(job);
			CHECK_EQ(job->resp.flags, flags & 1 ? flags & 3 : 0);
			CHECK_EQ(job->resp.fence_id,
				 flags & 1 ? req.hdr.fence_id : 0);
			CHECK_EQ(job->resp.ctx_id, flags & 1 ? 77 : 0);
			CHECK_EQ(job->resp.ring_idx, (flags & 3) == 3 ? 9 : 0);
			CHECK_EQ(job->resp.padding[0], 0);
		}
	fake_stop();
}

static void test_create(void)
{
	static const u32 formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };
	struct mvgpu_job *job;
	size_t i;

	fake_start(1, 20, 4ULL << 30, 64);
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		job = req_create(i + 100, formats[i], i + 1, 16384);
		QUEUED(job, RES_CREATE);
		CHECK_EQ(job->res_create.format, formats[i]);
		CHECK_EQ(job->res_create.width, i + 1);
		CHECK_EQ(job->res_create.height, 16384);
		CHECK(job->res_create.res_id && job->res_create.res_id != i + 100);
	}
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		RAN(0, OK);
	QUEUED(req_create(~0U, 1, 16384, 16384), RES_CREATE);
	RAN(0, OK);
	CHECK_EQ(errors(), 0);
	fake_stop();
}

static void test_create_bad(void)
{
	static const u32 formats[] = { 0, 5, 66, 69, 120, 122, 133, 135, ~0U };
	size_t i;

	fake_start(1, 20, 4ULL << 30, 64);
	ANSWERED(req_create(0, BGRX, 64, 64), ERR(INVALID_RESOURCE_ID));
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		ANSWERED(req_create(1, formats[i], 64, 64),
			 ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, 0, 64), ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, 64, 0), ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, 16385, 64), ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, 64, 16385), ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, 0x40000000, 1), ERR(INVALID_PARAMETER));
	ANSWERED(req_create(1, BGRX, ~0U, ~0U), ERR(INVALID_PARAMETER));
	CHECK_EQ(resources(), 0);
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	/* In flight, and after that. */
	ANSWERED(req_create(1, BGRX, 64, 64), ERR(INVALID_RESOURCE_ID));
	RAN(0, OK);
	ANSWERED(req_create(1, BGRX, 64, 64), ERR(INVALID_RESOURCE_ID));
	CHECK_EQ(resources(), 1);
	fake_stop();
}

static void test_quota_number(void)
{
	u32 i;

	start();
	for (i = 1; i <= 8; i++)
		QUEUED(req_create(i, BGRX, 16, 16), RES_CREATE);
	ANSWERED(req_create(9, BGRX, 16, 16), ERR(OUT_OF_MEMORY));
	fake_run_all();
	/* One that is being destroyed still counts. */
	QUEUED(req_unref(1), RES_DESTROY);
	ANSWERED(req_create(9, BGRX, 16, 16), ERR(OUT_OF_MEMORY));
	RAN(0, OK);
	QUEUED(req_create(9, BGRX, 16, 16), RES_CREATE);
	CHECK_EQ(fake.vgpu.quota_hits, 2);
	fake_stop();
}

static void test_quota_bytes(void)
{
	start();
	QUEUED(req_create(1, BGRX, 2048, 2047), RES_CREATE);
	ANSWERED(req_create(2, BGRX, 2049, 1), ERR(OUT_OF_MEMORY));
	ANSWERED(req_create(2, BGRX, 16384, 16384), ERR(OUT_OF_MEMORY));
	QUEUED(req_create(2, BGRX, 2048, 1), RES_CREATE);
	ANSWERED(req_create(3, BGRX, 1, 1), ERR(OUT_OF_MEMORY));
	fake_run_all();
	QUEUED(req_unref(2), RES_DESTROY);
	ANSWERED(req_create(3, BGRX, 1, 1), ERR(OUT_OF_MEMORY));
	RAN(0, OK);
	QUEUED(req_create(3, BGRX, 1, 1), RES_CREATE);
	CHECK_EQ(fake.vgpu.quota_hits, 4);
	fake_stop();
}

static void test_gpu_ids(void)
{
	u32 i;

	fake_start(1, 1000, 16 << 20, 64);
	for (i = 1; i <= FAKE_IDS; i++)
		QUEUED(req_create(i, BGRX, 1, 1), RES_CREATE);
	ANSWERED(req_create(i, BGRX, 1, 1), ERR(OUT_OF_MEMORY));
	CHECK_EQ(resources(), FAKE_IDS);
	fake_run_all();
	fake_stop();
}

static void create_fails(int status, u32 type)
{
	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	RAN(status, type);
	/* The id is free at once, the rest is still on its way. */
	CHECK(!fake.display.scanout[0].on);
	ANSWERED(req_unref(1), ERR(INVALID_RESOURCE_ID));
	QUEUED(req_create(1, BGRX, 32, 32), RES_CREATE);
	CHECK_EQ(resources(), 2);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(resources(), status == -ETIMEDOUT ? 2 : 1);
	RAN(0, OK);
	QUEUED(req_unref(1), RES_DESTROY);
	RAN(0, OK);
	fake_stop();
}

static void test_create_fails(void)
{
	create_fails(-EIO, ERR(UNSPEC));
	create_fails(-ECANCELED, ERR(UNSPEC));
	create_fails(-ETIMEDOUT, ERR(UNSPEC));
	create_fails(-ENOMEM, ERR(OUT_OF_MEMORY));
}

static void test_attach(void)
{
	struct mvgpu_job *job;

	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	job = req_attach(1, 20, PAGES_AT, 4096);
	QUEUED(job, BACKING_ATTACH);
	CHECK_EQ(job->backing->size, 20 * 4096);
	CHECK_EQ(fake.vgpu.nr_pins, 20);
	/* Nothing answered yet, and a second one refused already. */
	ANSWERED(req_attach(1, 1, PAGES_AT, 4096), ERR(UNSPEC));
	RAN(0, OK);
	RAN(0, OK);
	ANSWERED(req_attach(1, 1, PAGES_AT, 4096), ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	fake_stop();
}

static void test_attach_bad(void)
{
	struct {
		struct virtio_gpu_resource_attach_backing fixed;
		struct virtio_gpu_mem_entry entry[10];
	} req = {};
	u32 i;

	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	RAN(0, OK);
	ANSWERED(req_attach(0, 1, PAGES_AT, 16), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_attach(2, 1, PAGES_AT, 16), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_attach(1, 0, PAGES_AT, 16), ERR(INVALID_PARAMETER));
	ANSWERED(req_attach(1, 65, PAGES_AT, 16), ERR(INVALID_PARAMETER));
	ANSWERED(req_attach(1, ~0U, PAGES_AT, 16), ERR(INVALID_PARAMETER));
	/* As backing.h has it: empty, no memory, wrapping, quota, runs. */
	ANSWERED(req_attach(1, 2, PAGES_AT, 0), ERR(INVALID_PARAMETER));
	ANSWERED(req_attach(1, 1, FAKE_GUEST_SIZE - 8, 16),
		 ERR(INVALID_PARAMETER));
	ANSWERED(req_attach(1, 1, ~0ULL - 8, 16), ERR(INVALID_PARAMETER));
	CHECK_EQ(fake.vgpu.quota_hits, 0);
	ANSWERED(req_attach(1, 1, 0, 41 * 4096), ERR(OUT_OF_MEMORY));
	CHECK_EQ(fake.vgpu.quota_hits, 1);
	ANSWERED(req_attach(1, 25, PAGES_AT, 16), ERR(OUT_OF_MEMORY));

	/* More entries promised than there are. */
	req_hdr(&req.fixed.hdr, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	req.fixed.resource_id = 1;
	req.fixed.nr_entries = 10;
	for (i = 0; i < 10; i++) {
		req.entry[i].addr = PAGES_AT;
		req.entry[i].length = 16;
	}
	for (i = sizeof(req.fixed); i < sizeof(req); i += 7)
		ANSWERED(fake_send(&req, i, ROOM), ERR(INVALID_PARAMETER));
	ANSWERED(fake_send(&req, sizeof(req) - 1, ROOM),
		 ERR(INVALID_PARAMETER));
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	QUEUED(fake_send(&req, sizeof(req), ROOM), BACKING_ATTACH);
	RAN(0, OK);
	fake_stop();
}

static void attach_fails(int status, u32 type)
{
	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	RAN(0, OK);
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	CHECK(fake.display.scanout[0].src.backing);
	RAN(status, type);
	CHECK(!fake.display.scanout[0].src.backing);
	if (status == -ETIMEDOUT) {
		/* The GPU may have it: pinned until our own detach is done. */
		CHECK_EQ(fake.vgpu.nr_backings, 1);
		CHECK_EQ(fake.vgpu.nr_jobs, 1);
		CHECK(fake_run(0)->internal);
	}
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	ANSWERED(req_transfer(1, 0, 0, 1, 1, 0), ERR(UNSPEC));
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	RAN(0, OK);
	fake_stop();
}

static void test_attach_fails(void)
{
	attach_fails(-EIO, ERR(UNSPEC));
	attach_fails(-ECANCELED, ERR(UNSPEC));
	attach_fails(-ENOMEM, ERR(OUT_OF_MEMORY));
	attach_fails(-ETIMEDOUT, ERR(UNSPEC));
}

/* The detach behind an attach that failed must not find another's pages. */
static void test_attach_fails_detach(void)
{
	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	RAN(0, OK);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	QUEUED(req_detach(1), BACKING_DETACH);
	QUEUED(req_attach(1, 1, PAGES_AT, 8192), BACKING_ATTACH);
	CHECK_EQ(fake.vgpu.nr_backings, 2);
	RAN(-EIO, ERR(UNSPEC));
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	RAN(0, OK);
	QUEUED(req_transfer(1, 0, 0, 64, 32, 0), TRANSFER_TO);
	RAN(0, OK);
	fake_stop();
}

static void test_detach(void)
{
	start();
	have(1, 64, PAGES_AT);
	ANSWERED(req_detach(2), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	QUEUED(req_detach(1), BACKING_DETACH);
	/* Not shown any more, but still pinned. */
	CHECK(fake.display.scanout[0].on);
	CHECK(!fake.display.scanout[0].src.backing);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	ANSWERED(req_detach(1), ERR(UNSPEC));
	ANSWERED(req_transfer(1, 0, 0, 64, 64, 0), ERR(UNSPEC));
	/* The next one may come while the last one goes. */
	QUEUED(req_attach(1, 1, PAGES_AT + 16384, 16384), BACKING_ATTACH);
	CHECK_EQ(fake.vgpu.nr_backings, 2);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	RAN(0, OK);
	CHECK_EQ(fake.vgpu.nr_backings, 2);
	RAN(0, OK);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	RAN(0, OK);
	RAN(0, OK);
	CHECK(fake.display.scanout[0].src.backing);
	fake_stop();
}

static void test_detach_fails(void)
{
	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_detach(1), BACKING_DETACH);
	RAN(-ECANCELED, ERR(UNSPEC));
	/* Nobody knows whether the GPU has let go: pinned. */
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	ANSWERED(req_attach(1, 1, PAGES_AT, 16384), ERR(UNSPEC));
	ANSWERED(req_transfer(1, 0, 0, 1, 1, 0), ERR(UNSPEC));
	QUEUED(req_unref(1), RES_DESTROY);
	RAN(0, OK);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake_stop();
}

/* A detach that failed is reported late: the right pages stay pinned. */
static void test_detach_late(void)
{
	struct mvgpu_job *late;

	start();
	have(1, 64, PAGES_AT);
	late = req_detach(1);
	QUEUED(req_attach(1, 1, PAGES_AT + 16384, 8192), BACKING_ATTACH);
	QUEUED(req_detach(1), BACKING_DETACH);
	CHECK_EQ(fake.vgpu.nr_pins, 6);
	fake_run_job(list_entry(late->pending.next, struct mvgpu_job, pending),
		     -EIO);
	CHECK_EQ(fake.vgpu.nr_pins, 6);
	fake_run_job(list_entry(late->pending.next, struct mvgpu_job, pending),
		     0);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	CHECK_EQ(fake.vgpu.nr_pins, 4);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_pins, 4);
	fake_stop();
}

/* What fails because the GPU has refused what came before says nothing bad. */
static void test_moot(void)
{
	struct mvgpu_job *detach, *unref;

	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_create(2, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_attach(2, 1, PAGES_AT, 4096), BACKING_ATTACH);
	detach = req_detach(2);
	unref = req_unref(2);
	CHECK(!mvgpu_proto_moot(fake.proto, detach));
	CHECK(!mvgpu_proto_moot(fake.proto, unref));
	RAN(-EIO, ERR(UNSPEC));
	CHECK(mvgpu_proto_moot(fake.proto, detach));
	CHECK(mvgpu_proto_moot(fake.proto, unref));
	RAN(-EIO, ERR(UNSPEC));
	RAN(-EIO, ERR(UNSPEC));
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(resources(), 1);
	CHECK_EQ(fake.vgpu.nr_backings, 1);

	QUEUED(req_create(2, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_attach(2, 1, PAGES_AT, 4096), BACKING_ATTACH);
	detach = req_detach(2);
	unref = req_unref(2);
	RAN(0, OK);
	RAN(-EIO, ERR(UNSPEC));
	CHECK(mvgpu_proto_moot(fake.proto, detach));
	CHECK(!mvgpu_proto_moot(fake.proto, unref));
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	RAN(0, OK);

	QUEUED(req_detach(1), BACKING_DETACH);
	detach = list_first_entry(&fake.vgpu.jobs, struct mvgpu_job, pending);
	CHECK(!mvgpu_proto_moot(fake.proto, detach));
	RAN(0, OK);
	fake_stop();
}

static void test_unref(void)
{
	start();
	have(1, 64, PAGES_AT);
	have(2, 64, PAGES_AT);
	ANSWERED(req_unref(0), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_unref(3), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	ANSWERED(req_scanout(1, 2, 0, 0, 64, 64), OK);
	ANSWERED(req_scanout(2, 1, 16, 16, 32, 32), OK);
	req_cursor(UPDATE, 0, 1, 0, 0, 0, 0);
	CHECK(fake.display.scanout[0].cursor);
	QUEUED(req_flush(1, 0, 0, 64, 64), FLUSH);
	QUEUED(req_unref(1), RES_DESTROY);
	CHECK(!fake.display.scanout[0].on && !fake.display.scanout[2].on);
	CHECK(!fake.display.scanout[0].cursor);
	CHECK(fake.display.scanout[1].on);
	CHECK_EQ(fake.vgpu.nr_backings, 2);

	/* No name any more, and the name is free. */
	ANSWERED(req_unref(1), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_flush(1, 0, 0, 64, 64), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), ERR(INVALID_RESOURCE_ID));
	QUEUED(req_create(1, BGRX, 32, 32), RES_CREATE);
	QUEUED(req_attach(1, 1, PAGES_AT, 4096), BACKING_ATTACH);
	ANSWERED(req_scanout(0, 1, 0, 0, 32, 32), OK);
	CHECK_EQ(resources(), 3);

	RAN(0, OK);
	CHECK_EQ(fake.display.scanout[0].flushes, 0);
	CHECK_EQ(fake.vgpu.nr_backings, 3);
	RAN(0, OK);
	CHECK_EQ(fake.vgpu.nr_backings, 2);
	CHECK_EQ(resources(), 2);
	RAN(0, OK);
	RAN(0, OK);
	CHECK(fake.display.scanout[0].on);
	QUEUED(req_unref(1), RES_DESTROY);
	RAN(0, OK);
	fake_stop();
}

static void test_unref_fails(void)
{
	u32 i;

	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_unref(1), RES_DESTROY);
	RAN(-ECANCELED, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	CHECK_EQ(resources(), 1);
	/* When the quota is reached it is tried again. */
	for (i = 1; i < 8; i++)
		QUEUED(req_create(i, BGRX, 1, 1), RES_CREATE);
	CHECK_EQ(fake.vgpu.nr_jobs, 7);
	ANSWERED(req_create(8, BGRX, 1, 1), ERR(OUT_OF_MEMORY));
	CHECK_EQ(fake.vgpu.nr_jobs, 8);
	fake_run_all();
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	QUEUED(req_create(8, BGRX, 1, 1), RES_CREATE);
	fake_stop();
}

static void test_transfer(void)
{
	struct mvgpu_job *job;

	start();
	have(1, 64, PAGES_AT);
	job = req_transfer(1, 8, 16, 32, 4, 16 * 256 + 8 * 4);
	QUEUED(job, TRANSFER_TO);
	CHECK_EQ(job->transfer.rect.x, 8);
	CHECK_EQ(job->transfer.rect.y, 16);
	CHECK_EQ(job->transfer.rect.width, 32);
	CHECK_EQ(job->transfer.rect.height, 4);
	CHECK_EQ(job->transfer.offset, 16 * 256 + 8 * 4);
	RAN(0, OK);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	RAN(0, OK);
	/* The very last pixel, from the very last bytes. */
	QUEUED(req_transfer(1, 63, 63, 1, 1, 16380), TRANSFER_TO);
	RAN(0, OK);
	/* The last row need not be whole. */
	QUEUED(req_transfer(1, 0, 0, 1, 64, 252), TRANSFER_TO);
	RAN(0, OK);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	RAN(-EIO, ERR(UNSPEC));
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	RAN(-ETIMEDOUT, ERR(UNSPEC));
	fake_stop();
}

static void test_transfer_bad(void)
{
	static const u32 rects[][4] = {
		{ 0, 0, 0, 1 }, { 0, 0, 1, 0 }, { 0, 0, 65, 1 },
		{ 0, 0, 1, 65 }, { 1, 0, 64, 1 }, { 0, 1, 1, 64 },
		{ 64, 0, 1, 1 }, { 0, 64, 1, 1 }, { ~0U, 0, 2, 1 },
		{ 0, ~0U, 1, 2 }, { 1, 0, ~0U, 1 }, { 0, 1, 1, ~0U },
		{ 0x80000000, 0, 0x80000001, 1 }, { ~0U, ~0U, ~0U, ~0U },
	};
	static const u64 offsets[] = {
		16381, 16384, 1ULL << 32, ~0ULL, ~0ULL - 3, 1ULL << 63,
	};
	size_t i;

	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_create(2, BGRX, 64, 64), RES_CREATE);
	ANSWERED(req_transfer(3, 0, 0, 1, 1, 0), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_transfer(2, 0, 0, 1, 1, 0), ERR(UNSPEC));
	RAN(0, OK);
	for (i = 0; i < ARRAY_SIZE(rects); i++) {
		const u32 *r = rects[i];

		ANSWERED(req_transfer(1, r[0], r[1], r[2], r[3], 0),
			 ERR(INVALID_PARAMETER));
		ANSWERED(req_flush(1, r[0], r[1], r[2], r[3]),
			 ERR(INVALID_PARAMETER));
		ANSWERED(req_scanout(0, 1, r[0], r[1], r[2], r[3]),
			 ERR(INVALID_PARAMETER));
	}
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		ANSWERED(req_transfer(1, 0, 0, 1, 1, offsets[i]),
			 ERR(INVALID_PARAMETER));
	ANSWERED(req_transfer(1, 0, 0, 64, 64, 1), ERR(INVALID_PARAMETER));
	ANSWERED(req_transfer(1, 0, 0, 1, 64, 253), ERR(INVALID_PARAMETER));
	/* A backing that is smaller than the resource. */
	QUEUED(req_attach(2, 1, PAGES_AT, 256), BACKING_ATTACH);
	ANSWERED(req_transfer(2, 0, 0, 64, 2, 0), ERR(INVALID_PARAMETER));
	QUEUED(req_transfer(2, 0, 0, 64, 1, 0), TRANSFER_TO);
	fake_run_all();
	fake_stop();
}

static void test_scanout(void)
{
	struct mvgpu_scanout_src *src = &fake.display.scanout[2].src;

	start();
	have(1, 64, PAGES_AT);
	ANSWERED(req_scanout(3, 1, 0, 0, 64, 64), ERR(INVALID_SCANOUT_ID));
	ANSWERED(req_scanout(~0U, 0, 0, 0, 64, 64), ERR(INVALID_SCANOUT_ID));
	ANSWERED(req_scanout(0, 2, 0, 0, 64, 64), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_scanout(0, 1, 0, 0, 15, 64), ERR(INVALID_PARAMETER));
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 15), ERR(INVALID_PARAMETER));
	CHECK_EQ(fake.display.scanout[0].sets, 0);

	ANSWERED(req_scanout(2, 1, 8, 16, 32, 48), OK);
	CHECK(fake.display.scanout[2].on);
	CHECK(src->backing);
	CHECK_EQ(src->format, BGRX);
	CHECK_EQ(src->stride, 256);
	CHECK_EQ(src->rect.x, 8);
	CHECK_EQ(src->rect.y, 16);
	CHECK_EQ(src->rect.width, 32);
	CHECK_EQ(src->rect.height, 48);
	/* Resource 0: off; the rectangle does not matter. */
	ANSWERED(req_scanout(2, 0, 9, 9, 0, ~0U), OK);
	CHECK(!fake.display.scanout[2].on);
	fake_stop();
}

static void test_scanout_first(void)
{
	start();
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	CHECK(fake.display.scanout[0].on);
	CHECK(!fake.display.scanout[0].src.backing);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	CHECK(fake.display.scanout[0].src.backing);
	fake_run_all();
	fake_stop();
}

static void test_flush(void)
{
	struct mvgpu_rect *flush = &fake.display.scanout[0].flush;

	start();
	have(1, 64, PAGES_AT);
	have(2, 64, PAGES_AT);
	ANSWERED(req_flush(3, 0, 0, 1, 1), ERR(INVALID_RESOURCE_ID));
	ANSWERED(req_scanout(0, 1, 16, 16, 32, 32), OK);
	ANSWERED(req_scanout(1, 2, 0, 0, 64, 64), OK);
	QUEUED(req_flush(1, 0, 0, 20, 64), FLUSH);
	/* Not before the GPU is done with what came before. */
	CHECK_EQ(fake.display.scanout[0].flushes, 0);
	RAN(0, OK);
	CHECK_EQ(fake.display.scanout[0].flushes, 1);
	CHECK_EQ(fake.display.scanout[1].flushes, 0);
	CHECK_EQ(flush->x, 16);
	CHECK_EQ(flush->y, 16);
	CHECK_EQ(flush->width, 4);
	CHECK_EQ(flush->height, 32);
	/* Beside what is shown. */
	QUEUED(req_flush(1, 48, 0, 16, 64), FLUSH);
	RAN(0, OK);
	CHECK_EQ(fake.display.scanout[0].flushes, 1);
	/* The GPU failed: nothing to show. */
	QUEUED(req_flush(1, 0, 0, 64, 64), FLUSH);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.display.scanout[0].flushes, 1);
	/* The scanout has gone on meanwhile. */
	QUEUED(req_flush(1, 0, 0, 64, 64), FLUSH);
	ANSWERED(req_scanout(0, 2, 0, 0, 64, 64), OK);
	RAN(0, OK);
	CHECK_EQ(fake.display.scanout[0].flushes, 1);
	fake_stop();
}

static void test_cursor(void)
{
	u64 bad;

	start();
	have(1, 64, PAGES_AT);
	req_cursor(UPDATE, 2, 1, 100, 200, 3, 63);
	CHECK(fake.display.scanout[2].cursor);
	CHECK_EQ(fake.display.scanout[2].hot_x, 3);
	CHECK_EQ(fake.display.scanout[2].hot_y, 63);
	CHECK_EQ(fake.display.scanout[2].x, 100);
	CHECK_EQ(fake.display.scanout[2].y, 200);
	req_cursor(MOVE, 2, 1, ~0U, 5, 0, 0);
	CHECK_EQ(fake.display.scanout[2].cursors, 1);
	CHECK_EQ(fake.display.scanout[2].x, ~0U);
	req_cursor(UPDATE, 2, 0, 7, 8, 99, 99);
	CHECK(!fake.display.scanout[2].cursor);
	CHECK_EQ(errors(), 0);

	req_cursor(UPDATE, 2, 1, 0, 0, 0, 0);
	QUEUED(req_detach(1), BACKING_DETACH);
	CHECK(!fake.display.scanout[2].cursor);
	bad = errors();
	req_cursor(UPDATE, 2, 1, 0, 0, 0, 0);
	CHECK_EQ(errors(), bad + 1);
	fake_run_all();
	fake_stop();
}

static void test_cursor_bad(void)
{
	struct virtio_gpu_update_cursor req = {};
	u64 bad = 0;
	u32 len;

	start();
	have(1, 64, PAGES_AT);
	have(2, 65, PAGES_AT);
	QUEUED(req_create(3, BGRX, 64, 64), RES_CREATE);
	req_cursor(UPDATE, 0, 3, 0, 0, 0, 0);
	QUEUED(req_attach(3, 1, PAGES_AT, 16383), BACKING_ATTACH);
	fake_run_all();
	req_cursor(UPDATE, 0, 3, 0, 0, 0, 0);
	req_cursor(UPDATE, 0, 2, 0, 0, 0, 0);
	req_cursor(UPDATE, 0, 9, 0, 0, 0, 0);
	req_cursor(UPDATE, 3, 1, 0, 0, 0, 0);
	req_cursor(UPDATE, ~0U, 0, 0, 0, 0, 0);
	req_cursor(MOVE, 3, 0, 0, 0, 0, 0);
	req_cursor(UPDATE, 0, 1, 0, 0, 64, 0);
	req_cursor(UPDATE, 0, 1, 0, 0, 0, ~0U);
	req_cursor(VIRTIO_GPU_CMD_RESOURCE_UNREF, 0, 1, 0, 0, 0, 0);
	req_cursor(0, 0, 1, 0, 0, 0, 0);
	CHECK_EQ(errors(), 11);
	bad = errors();
	req_hdr(&req.hdr, UPDATE);
	for (len = 0; len < sizeof(req); len++)
		fake_cursor(&req, len);
	CHECK_EQ(errors(), bad + 56);
	CHECK_EQ(fake.display.scanout[0].cursors, 0);
	CHECK_EQ(fake.display.scanout[0].moves, 0);
	fake_stop();
}

static void test_evict(void)
{
	start();
	have(1, 64, PAGES_AT);
	have(2, 64, PAGES_AT + 16384);
	ANSWERED(req_scanout(0, 2, 0, 0, 64, 64), OK);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, 0, PAGES_AT), 0);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT + 32768, 4096), 0);
	CHECK_EQ(fake.vgpu.nr_jobs, 0);

	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT + 20480, 4096), 1);
	CHECK(!fake.display.scanout[0].src.backing);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT + 20480, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	/* The guest sees a resource without backing. */
	ANSWERED(req_transfer(2, 0, 0, 1, 1, 0), ERR(UNSPEC));
	ANSWERED(req_detach(2), ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 2);
	CHECK(fake_run(0)->internal);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT + 20480, 4096), 0);
	QUEUED(req_attach(2, 1, PAGES_AT, 16384), BACKING_ATTACH);
	RAN(0, OK);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, 0, ~0ULL), 2);
	CHECK_EQ(fake.vgpu.nr_jobs, 2);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_evict(fake.proto, 0, ~0ULL), 0);
	CHECK_EQ(fake.vgpu.nr_pins, 0);
	fake_stop();
}

static void test_evict_in_flight(void)
{
	start();
	have(1, 64, PAGES_AT);
	/* The guest's detach is on its way, then its destroy. */
	QUEUED(req_detach(1), BACKING_DETACH);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	RAN(0, OK);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	RAN(0, OK);
	QUEUED(req_unref(1), RES_DESTROY);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	RAN(-ECANCELED, ERR(UNSPEC));
	/* A destroy that failed: another one. */
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	CHECK_EQ(resources(), 0);

	/* An attach on its way. */
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_attach(1, 1, PAGES_AT, 16384), BACKING_ATTACH);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 3);
	/* The next one while ours is on its way: one at a time. */
	QUEUED(req_attach(1, 1, PAGES_AT, 8192), BACKING_ATTACH);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 2);
	CHECK_EQ(fake.vgpu.nr_jobs, 4);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	fake_stop();
}

static void test_evict_fails(void)
{
	start();
	have(1, 64, PAGES_AT);
	fake.vgpu.no_emit = true;
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 0);
	ANSWERED(req_attach(1, 1, PAGES_AT, 4096), ERR(UNSPEC));
	fake.vgpu.no_emit = false;
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	fake_run(-ECANCELED);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	CHECK_EQ(errors(), 1);
	fake_stop();
}

static void test_evict_lost(void)
{
	start();
	have(1, 64, PAGES_AT);
	have(2, 64, PAGES_AT);
	QUEUED(req_transfer(1, 0, 0, 1, 1, 0), TRANSFER_TO);
	fake_lose();
	/* No job can detach anything any more; what is on its way comes back. */
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(mvgpu_proto_evict(fake.proto, PAGES_AT, 4096), 0);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake_stop();
}

static void test_release(void)
{
	start();
	have(1, 64, PAGES_AT);
	have(2, 64, PAGES_AT);
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	req_cursor(UPDATE, 1, 2, 0, 0, 0, 0);
	QUEUED(req_create(3, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	QUEUED(req_unref(2), RES_DESTROY);
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 3);
	CHECK(!fake.display.scanout[0].on);
	CHECK(!fake.display.scanout[1].cursor);
	CHECK_EQ(fake.vgpu.nr_jobs, 5);
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 3);
	CHECK_EQ(fake.vgpu.nr_jobs, 5);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 0);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	/* The guest may begin again. */
	have(1, 64, PAGES_AT);
	fake_stop();
}

static void test_release_dropped(void)
{
	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_create(2, BGRX, 64, 64), RES_CREATE);
	QUEUED(req_unref(1), RES_DESTROY);
	fake_drop(-ECANCELED);
	/* The one was never created, the other never destroyed. */
	CHECK_EQ(resources(), 1);
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	fake.vgpu.no_emit = true;
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 1);
	fake.vgpu.no_emit = false;
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 1);
	CHECK_EQ(fake.vgpu.nr_jobs, 1);
	fake_run_all();
	CHECK_EQ(mvgpu_proto_release_all(fake.proto), 0);
	fake_stop();
}

static void test_lost(void)
{
	start();
	have(1, 64, PAGES_AT);
	QUEUED(req_transfer(1, 0, 0, 64, 64, 0), TRANSFER_TO);
	fake_lose();
	RAN(-EIO, ERR(UNSPEC));
	ANSWERED(req_create(2, BGRX, 64, 64), ERR(UNSPEC));
	ANSWERED(req_attach(1, 1, PAGES_AT, 4096), ERR(UNSPEC));
	ANSWERED(req_detach(1), ERR(UNSPEC));
	ANSWERED(req_transfer(1, 0, 0, 1, 1, 0), ERR(UNSPEC));
	ANSWERED(req_flush(1, 0, 0, 1, 1), ERR(UNSPEC));
	ANSWERED(req_unref(1), ERR(UNSPEC));
	ANSWERED(req_scanout(0, 0, 0, 0, 0, 0), OK);
	ANSWERED(req_edid(0), VIRTIO_GPU_RESP_OK_EDID);
	/* The guest resets: all is new. */
	mvgpu_proto_forget(fake.proto);
	CHECK_EQ(resources(), 0);
	CHECK_EQ(fake.vgpu.nr_backings, 0);
	fake.vgpu.lost = false;
	have(1, 64, PAGES_AT);
	fake_stop();
}

/* Whatever the guest writes meanwhile, each byte is loaded once. */
static void read_once(u32 segment)
{
	struct mvgpu_job *job;

	start();
	fake.segment = segment;
	QUEUED(req_create(1, BGRX, 64, 64), RES_CREATE);
	RAN(0, OK);
	guest_forget(fake.guest);
	fake.guest->hostile = true;
	job = req_attach(1, 20, PAGES_AT, 4096);
	fake.guest->hostile = false;
	QUEUED(job, BACKING_ATTACH);
	CHECK_EQ(job->backing->size, 20 * 4096);
	CHECK_EQ(guest_max_loads(fake.guest, 0, PAGES_AT), 1);
	CHECK_EQ(guest_min_loads(fake.guest, REQ_AT, 32 + 20 * 16), 1);
	CHECK_EQ(guest_max_loads(fake.guest, REQ_AT + 32 + 20 * 16, 64), 0);
	RAN(0, OK);

	guest_forget(fake.guest);
	fake.guest->hostile = true;
	QUEUED(req_transfer(1, 1, 2, 3, 4, 64), TRANSFER_TO);
	QUEUED(req_flush(1, 1, 2, 3, 4), FLUSH);
	ANSWERED(req_scanout(0, 1, 0, 0, 64, 64), OK);
	ANSWERED(req_edid(9), ERR(INVALID_PARAMETER));
	fake.guest->hostile = false;
	/* Four requests at the same place. */
	CHECK_EQ(guest_max_loads(fake.guest, REQ_AT, 32), 4);
	CHECK_EQ(guest_max_loads(fake.guest, 0, REQ_AT), 0);
	fake_run_all();
	fake_stop();
}

static void test_read_once(void)
{
	read_once(0);
	read_once(1);
	read_once(7);
	read_once(24);
	read_once(128);
}

/* Every allocation fails once. */
static void test_no_memory(void)
{
	struct virtio_gpu_ctrl_hdr req;
	u32 nth, type;

	for (nth = 1; nth < 20; nth++) {
		start();
		shim_fail(nth);
		req_hdr(&req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
		type = fake_resp(fake_send(&req, sizeof(req), ROOM));
		CHECK_EQ(type, shim_failed() ? ERR(OUT_OF_MEMORY) :
			 VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
		if (req_create(1, BGRX, 64, 64)->op != MVGPU_JOB_NONE)
			req_attach(1, 20, PAGES_AT, 4096);
		if (!shim_failed())
			break;
		CHECK_EQ(errors(), 1);
		fake_run_all();
		fake_stop();
	}
	/* The info, the resource, the pin, the entries. */
	CHECK_EQ(nth, 5);
	shim_fail(0);
	fake_run_all();
	fake_stop();
}

static const struct tap_case cases[] = {
	{ "GET_DISPLAY_INFO", test_display_info },
	{ "GET_EDID", test_edid },
	{ "a vGPU without scanouts", test_no_scanouts },
	{ "GET_CAPSET_INFO and GET_CAPSET of what there is not", test_capsets },
	{ "commands that are absent or unknown", test_absent },
	{ "requests cut off at every length", test_short },
	{ "a request that is too long", test_long },
	{ "a request that can't be read", test_unreadable },
	{ "responses cut off at every length", test_small_room },
	{ "fences are echoed, on errors too", test_fence },
	{ "RESOURCE_CREATE_2D", test_create },
	{ "RESOURCE_CREATE_2D: each field bad", test_create_bad },
	{ "quota on the number of resources", test_quota_number },
	{ "quota on their bytes", test_quota_bytes },
	{ "no GPU id left", test_gpu_ids },
	{ "RESOURCE_CREATE_2D fails on the GPU", test_create_fails },
	{ "RESOURCE_ATTACH_BACKING", test_attach },
	{ "RESOURCE_ATTACH_BACKING: each field bad", test_attach_bad },
	{ "RESOURCE_ATTACH_BACKING fails on the GPU", test_attach_fails },
	{ "an attach that fails with its detach behind it",
	  test_attach_fails_detach },
	{ "RESOURCE_DETACH_BACKING", test_detach },
	{ "RESOURCE_DETACH_BACKING fails on the GPU", test_detach_fails },
	{ "a failed detach that is reported late", test_detach_late },
	{ "a free that fails because nothing was taken", test_moot },
	{ "RESOURCE_UNREF, and the id used again", test_unref },
	{ "RESOURCE_UNREF fails on the GPU", test_unref_fails },
	{ "TRANSFER_TO_HOST_2D", test_transfer },
	{ "TRANSFER_TO_HOST_2D, FLUSH, SET_SCANOUT: each field bad",
	  test_transfer_bad },
	{ "SET_SCANOUT", test_scanout },
	{ "SET_SCANOUT before the backing", test_scanout_first },
	{ "RESOURCE_FLUSH", test_flush },
	{ "UPDATE_CURSOR and MOVE_CURSOR", test_cursor },
	{ "cursor requests: each field bad", test_cursor_bad },
	{ "evict", test_evict },
	{ "evict what is on its way", test_evict_in_flight },
	{ "evict when jobs can't be sent or fail", test_evict_fails },
	{ "evict after the GPU was reset", test_evict_lost },
	{ "release_all", test_release },
	{ "release_all after jobs were dropped", test_release_dropped },
	{ "the GPU was reset", test_lost },
	{ "requests are loaded once", test_read_once },
	{ "no memory", test_no_memory },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
