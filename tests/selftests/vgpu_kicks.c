// SPDX-License-Identifier: GPL-2.0
/* When driver and device tell each other that there is something in a ring. */
#include <string.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define BIT_ULL(n) (1ULL << (n))

FIXTURE(kicks)
{
	struct mvt_dev dev;
	struct mvt_vq *vq;
};

FIXTURE_SETUP(kicks)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, 2));
	self->vq = &self->dev.vq[MVT_CTRL];
}

FIXTURE_TEARDOWN(kicks)
{
	mvt_teardown(&self->dev);
}

static u16 avail_event(struct mvt_vq *vq)
{
	return __atomic_load_n((u16 *)&vq->used->ring[vq->num],
			       __ATOMIC_ACQUIRE);
}

/* Waits until the device asks for the next kick. */
static bool asks_for_kick(struct mvt_vq *vq)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;

	while (avail_event(vq) != vq->avail_idx) {
		if (mvt_now_ms() >= end)
			return false;
		mvt_msleep(1);
	}
	return true;
}

/* A driver that kicks only where avail_event asks for it gets all answers. */
TEST_F(kicks, event_idx_kicks)
{
	struct mvt_vq *vq = self->vq;
	unsigned int i, kicks = 0;
	u16 old;

	ASSERT_NE(0, self->dev.features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
	for (i = 0; i < 500; i++) {
		old = vq->avail_idx;
		ASSERT_LE(0, mvt_gpu_send_nop(&self->dev));
		if (vring_need_event(avail_event(vq), vq->avail_idx, old)) {
			kicks++;
			mvt_vq_kick(vq);
		}
		ASSERT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
			  mvt_gpu_recv(&self->dev, MVT_WAIT_MS, NULL, 0));
	}
	EXPECT_LT(0, kicks);
	EXPECT_TRUE(asks_for_kick(vq));
	ksft_print_msg("%u requests, %u kicks\n", i, kicks);
}

/* No interrupt before the entry that used_event names. */
TEST_F(kicks, event_idx_interrupts)
{
	struct mvt_vq *vq = self->vq;
	unsigned int i;
	u64 end;

	ASSERT_NE(0, self->dev.features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
	/* The first signal is free: a device may always send one. */
	ASSERT_TRUE(mvt_works(&self->dev));
	vq->avail->ring[vq->num] = vq->used_idx + 4;
	mvt_irq_drain(&self->dev, 1);
	for (i = 0; i < 4; i++) {
		ASSERT_LE(0, mvt_gpu_send_nop(&self->dev));
		mvt_vq_kick(vq);
		end = mvt_now_ms() + MVT_WAIT_MS;
		while ((u16)(__atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE) -
			     vq->used_idx) != i + 1 && mvt_now_ms() < end)
			mvt_msleep(1);
		mvt_msleep(10);
		EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(&self->dev, 1, 0));
	}
	ASSERT_LE(0, mvt_gpu_send_nop(&self->dev));
	mvt_vq_kick(vq);
	EXPECT_EQ(0, mvt_irq_wait(&self->dev, 1, MVT_WAIT_MS));
}

TEST_F(kicks, flags_instead_of_event_idx)
{
	struct mvt_vq *vq = self->vq;
	unsigned int i;
	u64 end;

	ASSERT_EQ(0, mvt_start_features(&self->dev,
					~BIT_ULL(VIRTIO_RING_F_EVENT_IDX)));
	ASSERT_TRUE(mvt_works(&self->dev));
	/* At rest it wants kicks. */
	end = mvt_now_ms() + MVT_WAIT_MS;
	while (__atomic_load_n(&vq->used->flags, __ATOMIC_ACQUIRE) &&
	       mvt_now_ms() < end)
		mvt_msleep(1);
	EXPECT_EQ(0, vq->used->flags & VRING_USED_F_NO_NOTIFY);
	vq->avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	mvt_irq_drain(&self->dev, 1);
	for (i = 0; i < 8; i++) {
		ASSERT_LE(0, mvt_gpu_send_nop(&self->dev));
		mvt_vq_kick(vq);
		EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(&self->dev, 1, 50));
		EXPECT_EQ((u16)(vq->used_idx + i + 1), vq->used->idx);
	}
	vq->avail->flags = 0;
	ASSERT_LE(0, mvt_gpu_send_nop(&self->dev));
	mvt_vq_kick(vq);
	EXPECT_EQ(0, mvt_irq_wait(&self->dev, 1, MVT_WAIT_MS));
}

/* A full queue in one kick, in order. */
TEST_F(kicks, batch)
{
	unsigned int round, i;
	u16 head[128], got;
	u32 len;

	for (round = 0; round < 10; round++) {
		for (i = 0; i < 128; i++) {
			int ret = mvt_gpu_send_nop(&self->dev);

			ASSERT_LE(0, ret);
			head[i] = ret;
		}
		ASSERT_EQ(-ENOSPC, mvt_gpu_send_nop(&self->dev));
		ASSERT_EQ(0, mvt_vq_kick(self->vq));
		for (i = 0; i < 128; i++) {
			ASSERT_EQ(0, mvt_vq_wait(self->vq, MVT_WAIT_MS, &got,
						 &len));
			EXPECT_EQ(head[i], got);
			EXPECT_EQ(sizeof(struct virtio_gpu_resp_display_info),
				  len);
		}
	}
}

/* The index wraps at 65536. */
TEST_F_TIMEOUT(kicks, index_wraps, MVT_TEST_S)
{
	unsigned int n = 0, i;
	u16 got;
	u32 len;

	while (n < 66000) {
		for (i = 0; i < 120; i++) {
			ASSERT_LE(0, mvt_gpu_send_nop(&self->dev)) {
				TH_LOG("request %u", n + i);
			}
		}
		ASSERT_EQ(0, mvt_vq_kick(self->vq));
		for (i = 0; i < 120; i++) {
			ASSERT_EQ(0, mvt_vq_wait(self->vq, MVT_WAIT_MS, &got,
						 &len));
		}
		n += i;
	}
	EXPECT_TRUE(mvt_works(&self->dev));
}

TEST_HARNESS_MAIN
