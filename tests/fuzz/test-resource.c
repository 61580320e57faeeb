// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/proto/: 2D resources and their backings. */
#include <string.h>

#include "test-proto.h"

#define UPDATE VIRTIO_GPU_CMD_UPDATE_CURSOR
#define MOVE VIRTIO_GPU_CMD_MOVE_CURSOR

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
	/* The GPU has four rows at least. */
	QUEUED(req_create(1, BGRX, 2048, 2044), RES_CREATE);
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
	CHECK(!mvgpu_proto_moot(detach));
	CHECK(!mvgpu_proto_moot(unref));
	RAN(-EIO, ERR(UNSPEC));
	CHECK(mvgpu_proto_moot(detach));
	CHECK(mvgpu_proto_moot(unref));
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
	CHECK(mvgpu_proto_moot(detach));
	CHECK(!mvgpu_proto_moot(unref));
	RAN(-EIO, ERR(UNSPEC));
	CHECK_EQ(fake.vgpu.nr_backings, 1);
	RAN(0, OK);

	QUEUED(req_detach(1), BACKING_DETACH);
	detach = list_first_entry(&fake.vgpu.jobs, struct mvgpu_job, pending);
	CHECK(!mvgpu_proto_moot(detach));
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

static const struct tap_case cases[] = {
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
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
