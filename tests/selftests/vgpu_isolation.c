// SPDX-License-Identifier: GPL-2.0
/* Two tenants at once, with the same ids: neither sees the other. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define BAD_RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define NR 2

FIXTURE(isolation)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
};

FIXTURE_SETUP(isolation)
{
	unsigned int i;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup(&self->dev[i], 2));
		/* The same guest addresses, other memory. */
		ASSERT_EQ(0, mvt_mem_map(&self->dev[i], &self->mem[i],
					 MVT_BUF_IOVA, 0x200000));
	}
}

FIXTURE_TEARDOWN(isolation)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
}

/* Every command on an id of the other one is refused. */
TEST_F(isolation, foreign_ids)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	u64 iova = self->mem[1].iova, errors;

	ASSERT_EQ(OK, mvt_gpu_make(a, &self->mem[0], 42, 64, 64, 1));
	errors = mvt_stat(a, "errors");
	EXPECT_EQ(BAD_RES, mvt_gpu_unref(b, 42));
	EXPECT_EQ(BAD_RES, mvt_gpu_attach_one(b, 42, iova, 64 * 64 * 4));
	EXPECT_EQ(BAD_RES, mvt_gpu_detach(b, 42));
	EXPECT_EQ(BAD_RES, mvt_gpu_transfer(b, 42, 0, 0, 0, 64, 64));
	EXPECT_EQ(BAD_RES, mvt_gpu_flush(b, 42, 0, 0, 64, 64));
	EXPECT_EQ(BAD_RES, mvt_gpu_scanout(b, 0, 42, 0, 0, 64, 64));
	/* Whatever id it guesses. */
	for (u32 id = 1; id < 200; id++)
		EXPECT_EQ(BAD_RES, mvt_gpu_flush(b, id, 0, 0, 1, 1));
	EXPECT_EQ(errors, mvt_stat(a, "errors"));
	EXPECT_EQ(1, mvt_stat(a, "resources"));
	EXPECT_EQ(0, mvt_stat(b, "resources"));
	EXPECT_EQ(OK, mvt_gpu_flush(a, 42, 0, 0, 64, 64));
}

TEST_F(isolation, same_ids)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	static u32 got[2][64 * 64];
	u32 id[2], first;
	unsigned int i;

	ASSERT_EQ(OK, mvt_gpu_make(a, &self->mem[0], 1, 64, 64, 111));
	ASSERT_EQ(OK, mvt_gpu_make(b, &self->mem[1], 1, 64, 64, 222));
	EXPECT_EQ(1, mvt_stat(a, "resources"));
	EXPECT_EQ(1, mvt_stat(b, "resources"));
	if (mvt_parent_is_sim()) {
		ASSERT_EQ(2, mvt_sim_find(64, 64, id, 2));
		for (i = 0; i < 2; i++) {
			ASSERT_EQ(sizeof(got[i]),
				  mvt_sim_readback(id[i], got[i],
						   sizeof(got[i])));
		}
		/* GPU ids are given out in any order. */
		first = memcmp(got[0], self->mem[0].va, sizeof(got[0])) ? 1 : 0;
		EXPECT_EQ(0, memcmp(got[first], self->mem[0].va,
				    sizeof(got[0])));
		EXPECT_EQ(0, memcmp(got[!first], self->mem[1].va,
				    sizeof(got[0])));
	}
	/* One goes; the other one's stays. */
	EXPECT_EQ(OK, mvt_gpu_unref(a, 1));
	EXPECT_EQ(1, mvt_stat(b, "resources"));
	EXPECT_EQ(OK, mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64));
	ASSERT_EQ(0, mvt_start(a));
	EXPECT_EQ(OK, mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64));
}

/* Memory that the other one has had reads as zeroes. */
TEST_F(isolation, memory_is_cleared)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	static u32 got[333 * 111];
	unsigned int round;
	u32 id;

	if (!mvt_parent_is_sim())
		SKIP(return, "only the software GPU can be read back");
	for (round = 0; round < 20; round++) {
		ASSERT_EQ(OK, mvt_gpu_make(a, &self->mem[0], 1, 333, 111,
					   round));
		ASSERT_EQ(OK, mvt_gpu_unref(a, 1));
		ASSERT_EQ(OK, mvt_gpu_create(b, 1, 1, 333, 111));
		ASSERT_EQ(1, mvt_sim_find(333, 111, &id, 1));
		ASSERT_EQ(sizeof(got), mvt_sim_readback(id, got, sizeof(got)));
		ASSERT_EQ(ARRAY_SIZE(got), mvt_count(got, 0, ARRAY_SIZE(got)));
		ASSERT_EQ(OK, mvt_gpu_unref(b, 1));
	}
}

/* The quota of one is not taken from the other. */
TEST_F_TIMEOUT(isolation, quotas_are_separate, MVT_TEST_S)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	u64 max, n;

	ASSERT_EQ(0, mvt_mdev_attr_u64(b->uuid, "mvgpu/memory_max", &max));
	for (n = 1; mvt_gpu_create(a, n, 1, 2048, 2048) == OK; n++) {
		ASSERT_GT(1000, n) {
			TH_LOG("no quota");
		}
	}
	for (n = 0; n < max / (2048 * 2048 * 4); n++)
		EXPECT_EQ(OK, mvt_gpu_create(b, n + 1, 1, 2048, 2048));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
		  mvt_gpu_create(b, n + 1, 1, 2048, 2048));
}

TEST_F(isolation, broken_and_reset_stay_alone)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	unsigned int i;

	ASSERT_EQ(OK, mvt_gpu_make(b, &self->mem[1], 1, 64, 64, 1));
	for (i = 0; i < 20; i++) {
		mvt_vq_avail(&a->vq[MVT_CTRL], 777);
		mvt_vq_publish(&a->vq[MVT_CTRL]);
		mvt_vq_kick(&a->vq[MVT_CTRL]);
		ASSERT_EQ(0, mvt_wait_broken(a, MVT_WAIT_MS));
		EXPECT_EQ(0, mvt_status(b) & VIRTIO_CONFIG_S_NEEDS_RESET);
		EXPECT_EQ(OK, mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64));
		ASSERT_EQ(0, i & 1 ? mvt_vfio_reset(a) : mvt_reset(a));
		EXPECT_EQ(OK, mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64));
		ASSERT_EQ(0, mvt_restart(a));
	}
}

struct client {
	struct mvt_dev *dev;
	struct mvt_mem *mem;
	u32 seed;
	unsigned int wrong;
};

/* Draws, checks that it is its own that arrived, and again. */
static void *draw(void *arg)
{
	struct client *c = arg;
	unsigned int i, k;
	u32 size;

	for (i = 0; i < 60; i++) {
		u32 id = i % 7 + 1;

		size = 32 + 8 * (i % 9);
		if (mvt_gpu_make(c->dev, c->mem, id, size, size, c->seed + i) !=
		    OK)
			c->wrong++;
		for (k = 0; k < 3; k++)
			if (mvt_gpu_transfer(c->dev, id, 0, 0, 0, size, size) !=
			    OK)
				c->wrong++;
		if (mvt_gpu_flush(c->dev, id, 0, 0, size, size) != OK)
			c->wrong++;
		if (mvt_gpu_flush(c->dev, id + 100, 0, 0, 1, 1) != BAD_RES)
			c->wrong++;
		if (mvt_gpu_unref(c->dev, id) != OK)
			c->wrong++;
	}
	return NULL;
}

TEST_F_TIMEOUT(isolation, both_at_once, MVT_TEST_S)
{
	struct client client[NR] = {};
	pthread_t thread[NR];
	unsigned int i;

	for (i = 0; i < NR; i++) {
		client[i].dev = &self->dev[i];
		client[i].mem = &self->mem[i];
		client[i].seed = 1000 * i;
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, draw,
					    &client[i]));
	}
	for (i = 0; i < NR; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(0, client[i].wrong);
		EXPECT_EQ(0, mvt_stat(&self->dev[i], "resources"));
		EXPECT_EQ(0, mvt_stat(&self->dev[i], "pinned_pages"));
	}
}

/* While one floods the GPU, the other one is served. */
TEST_F_TIMEOUT(isolation, flood, MVT_TEST_S)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	unsigned int i, k, got = 0;
	u64 begin, worst = 0, t;

	ASSERT_EQ(OK, mvt_gpu_make(a, &self->mem[0], 1, 512, 512, 1));
	ASSERT_EQ(OK, mvt_gpu_make(b, &self->mem[1], 1, 64, 64, 2));
	for (k = 0; k < 10; k++) {
		for (i = 0; i < 100; i++) {
			ASSERT_LE(0, mvt_gpu_send_transfer(a, 1, 512, 512)) {
				TH_LOG("round %u, job %u", k, i);
			}
		}
		ASSERT_EQ(0, mvt_vq_kick(&a->vq[MVT_CTRL]));
		begin = mvt_now_ms();
		ASSERT_EQ(OK, mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64));
		t = mvt_now_ms() - begin;
		worst = t > worst ? t : worst;
		got += mvt_gpu_recv_many(a, 100, OK);
	}
	EXPECT_EQ(1000, got);
	EXPECT_GT(5000, worst);
	ksft_print_msg("longest wait beside a flood: %llu ms\n",
		       (unsigned long long)worst);
}

TEST_HARNESS_MAIN
