// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/proto/: queries, requests in general, and the life of a vGPU. */
#include <string.h>

#include "test-proto.h"

#define UPDATE VIRTIO_GPU_CMD_UPDATE_CURSOR
#define MOVE VIRTIO_GPU_CMD_MOVE_CURSOR

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
