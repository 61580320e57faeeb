// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/proto/: what comes onto the screen. */
#include <string.h>

#include "test-proto.h"

#define UPDATE VIRTIO_GPU_CMD_UPDATE_CURSOR
#define MOVE VIRTIO_GPU_CMD_MOVE_CURSOR

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

static const struct tap_case cases[] = {
	{ "TRANSFER_TO_HOST_2D", test_transfer },
	{ "TRANSFER_TO_HOST_2D, FLUSH, SET_SCANOUT: each field bad",
	  test_transfer_bad },
	{ "SET_SCANOUT", test_scanout },
	{ "SET_SCANOUT before the backing", test_scanout_first },
	{ "RESOURCE_FLUSH", test_flush },
	{ "UPDATE_CURSOR and MOVE_CURSOR", test_cursor },
	{ "cursor requests: each field bad", test_cursor_bad },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
