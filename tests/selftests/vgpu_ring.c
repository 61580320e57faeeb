// SPDX-License-Identifier: GPL-2.0
/*
 * What a hostile or a merely unusual driver puts into its rings. After each:
 * an answer or a device that needs a reset, and a reset that mends it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define BIT_ULL(n) (1ULL << (n))
/* MVGPU_CHAIN_MAX of include/mvgpu/chain.h. */
#define CHAIN_MAX 1026
#define NO_RESPONSE 0
#define BROKEN (-EPIPE)

FIXTURE(ring)
{
	struct mvt_dev dev;
	struct mvt_vq *vq;
	struct mvt_slot slot;
	struct vring_desc *table;
	u64 table_iova;
};

FIXTURE_SETUP(ring)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, 2));
	self->vq = &self->dev.vq[MVT_CTRL];
	mvt_gpu_slot(&self->dev, 0, &self->slot);
	self->table = mvt_ctl_alloc(&self->dev, 2048 * 16, 16,
				    &self->table_iova);
	ASSERT_NE(NULL, self->table);
}

FIXTURE_TEARDOWN(ring)
{
	mvt_sim_defaults();
	mvt_teardown(&self->dev);
}

static bool recovers(struct mvt_dev *dev)
{
	return !mvt_restart(dev) && mvt_works(dev) && mvt_works(dev);
}

/* A good request in the slot's memory; the descriptors are up to the test. */
static void prepare(FIXTURE_DATA(ring) * self)
{
	struct virtio_gpu_ctrl_hdr req;

	mvt_gpu_hdr(&self->dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	memcpy(self->slot.req, &req, sizeof(req));
	memset(self->slot.resp, 0xa5, MVT_SLOT_RESP);
}

static void entry(FIXTURE_DATA(ring) * self, unsigned int i, u64 addr, u32 len,
		  u16 flags, u16 next)
{
	self->table[i].addr = addr;
	self->table[i].len = len;
	self->table[i].flags = flags;
	self->table[i].next = next;
}

static void out_desc(FIXTURE_DATA(ring) * self, u16 i, u16 next)
{
	mvt_vq_desc(self->vq, i, self->slot.req_iova,
		    sizeof(struct virtio_gpu_ctrl_hdr), VRING_DESC_F_NEXT,
		    next);
}

static void in_desc(FIXTURE_DATA(ring) * self, u16 i)
{
	mvt_vq_desc(self->vq, i, self->slot.resp_iova, MVT_SLOT_RESP,
		    VRING_DESC_F_WRITE, 0);
}

/* Publishes a head; response type, NO_RESPONSE, BROKEN, or -ETIMEDOUT. */
static int outcome(FIXTURE_DATA(ring) * self)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;
	struct mvt_vq *vq = self->vq;
	struct vring_used_elem *e;

	mvt_vq_publish(vq);
	mvt_vq_kick(vq);
	while (__atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE) ==
	       vq->used_idx) {
		if (mvt_status(&self->dev) & VIRTIO_CONFIG_S_NEEDS_RESET)
			return BROKEN;
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
	e = &vq->used->ring[vq->used_idx++ % vq->num];
	vq->avail->ring[vq->num] = vq->used_idx;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (e->len < sizeof(struct virtio_gpu_ctrl_hdr))
		return NO_RESPONSE;
	return *(u32 *)self->slot.resp;
}

static int submit(FIXTURE_DATA(ring) * self, u16 head)
{
	mvt_vq_avail(self->vq, head);
	return outcome(self);
}

/* A table of @n entries behind descriptor 0. */
static int submit_table(FIXTURE_DATA(ring) * self, unsigned int n)
{
	mvt_vq_desc(self->vq, 0, self->table_iova, n * 16,
		    VRING_DESC_F_INDIRECT, 0);
	return submit(self, 0);
}

TEST_F(ring, direct)
{
	unsigned int i;

	for (i = 0; i < 600; i++) {
		ASSERT_TRUE(mvt_works(&self->dev)) {
			TH_LOG("request %u", i);
		}
	}
}

TEST_F(ring, response_before_request_in_memory_order)
{
	prepare(self);
	out_desc(self, 200, 3);
	in_desc(self, 3);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, submit(self, 200));
}

TEST_F(ring, indirect)
{
	prepare(self);
	entry(self, 0, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 1);
	entry(self, 1, self->slot.resp_iova, MVT_SLOT_RESP, VRING_DESC_F_WRITE,
	      0);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, submit_table(self, 2));
}

/* Every byte of request and response in a descriptor of its own. */
TEST_F(ring, chained_bytes)
{
	const unsigned int resp = 24;
	unsigned int i;

	prepare(self);
	for (i = 0; i < 24; i++)
		mvt_vq_desc(self->vq, i, self->slot.req_iova + i, 1,
			    VRING_DESC_F_NEXT, i + 1);
	for (i = 0; i < resp; i++)
		mvt_vq_desc(self->vq, 24 + i, self->slot.resp_iova + i, 1,
			    VRING_DESC_F_WRITE |
			    (i + 1 < resp ? VRING_DESC_F_NEXT : 0), 25 + i);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, submit(self, 0));
	/* What did not fit was cut off. */
	EXPECT_EQ(0xa5, self->slot.resp[resp]);
}

/*
 * ATTACH_BACKING of @nr entries cut into @segs readable segments; the entries
 * all name the same page.
 */
static u32 long_request(FIXTURE_DATA(ring) * self, struct mvt_mem *mem,
			unsigned int nr, unsigned int segs)
{
	struct virtio_gpu_resource_attach_backing req = {
		.resource_id = 1,
		.nr_entries = nr,
	};
	struct virtio_gpu_mem_entry *e;
	u32 len = sizeof(req) + nr * sizeof(*e);
	unsigned int i;

	mvt_gpu_hdr(&self->dev, &req.hdr,
		    VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	memcpy(mem->va, &req, sizeof(req));
	e = (void *)(mem->va + sizeof(req));
	for (i = 0; i < nr; i++) {
		e[i].addr = mem->iova + MVT_PAGE;
		e[i].length = MVT_PAGE;
		e[i].padding = 0;
	}
	memset(self->slot.resp, 0xa5, MVT_SLOT_RESP);
	return len - (segs - 1);
}

TEST_F(ring, chain_of_the_whole_queue)
{
	struct mvt_mem mem;
	u32 first;
	unsigned int i;

	ASSERT_EQ(0, mvt_mem_map(&self->dev, &mem, MVT_BUF_IOVA, 0x4000));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_create(&self->dev, 1, 1, 64, 64));
	first = long_request(self, &mem, 14, 255);
	mvt_vq_desc(self->vq, 0, mem.iova, first, VRING_DESC_F_NEXT, 1);
	for (i = 1; i < 255; i++)
		mvt_vq_desc(self->vq, i, mem.iova + first + i - 1, 1,
			    VRING_DESC_F_NEXT, i + 1);
	in_desc(self, 255);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_NODATA, submit(self, 0));
	mvt_mem_free(&self->dev, &mem);
}

static int submit_long(FIXTURE_DATA(ring) * self, struct mvt_mem *mem,
		       unsigned int segs)
{
	u32 first = long_request(self, mem, 128, segs);
	unsigned int i;

	entry(self, 0, mem->iova, first, VRING_DESC_F_NEXT, 1);
	for (i = 1; i < segs; i++)
		entry(self, i, mem->iova + first + i - 1, 1, VRING_DESC_F_NEXT,
		      i + 1);
	entry(self, segs, self->slot.resp_iova, MVT_SLOT_RESP,
	      VRING_DESC_F_WRITE, 0);
	return submit_table(self, segs + 1);
}

TEST_F(ring, indirect_longer_than_the_queue)
{
	struct mvt_mem mem;

	ASSERT_EQ(0, mvt_mem_map(&self->dev, &mem, MVT_BUF_IOVA, 0x4000));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_create(&self->dev, 1, 1, 64, 64));
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  submit_long(self, &mem, CHAIN_MAX - 1));
	mvt_mem_free(&self->dev, &mem);
}

TEST_F(ring, indirect_too_long)
{
	struct mvt_mem mem;

	ASSERT_EQ(0, mvt_mem_map(&self->dev, &mem, MVT_BUF_IOVA, 0x4000));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_create(&self->dev, 1, 1, 64, 64));
	EXPECT_EQ(BROKEN, submit_long(self, &mem, CHAIN_MAX));
	EXPECT_TRUE(recovers(&self->dev));
	mvt_mem_free(&self->dev, &mem);
}

TEST_F(ring, loop)
{
	prepare(self);
	out_desc(self, 0, 1);
	out_desc(self, 1, 0);
	EXPECT_EQ(BROKEN, submit(self, 0));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, loop_to_itself)
{
	prepare(self);
	out_desc(self, 5, 5);
	EXPECT_EQ(BROKEN, submit(self, 5));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, loop_of_writable)
{
	prepare(self);
	out_desc(self, 0, 1);
	mvt_vq_desc(self->vq, 1, self->slot.resp_iova, 64,
		    VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1);
	EXPECT_EQ(BROKEN, submit(self, 0));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, loop_in_table)
{
	prepare(self);
	entry(self, 0, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 1);
	entry(self, 1, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 0);
	EXPECT_EQ(BROKEN, submit_table(self, 2));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, read_behind_write)
{
	prepare(self);
	mvt_vq_desc(self->vq, 0, self->slot.resp_iova, MVT_SLOT_RESP,
		    VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1);
	mvt_vq_desc(self->vq, 1, self->slot.req_iova, 24, 0, 0);
	EXPECT_EQ(BROKEN, submit(self, 0));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, nested_indirect)
{
	prepare(self);
	entry(self, 0, self->table_iova + 64, 32, VRING_DESC_F_INDIRECT, 0);
	entry(self, 4, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 1);
	entry(self, 5, self->slot.resp_iova, 64, VRING_DESC_F_WRITE, 0);
	EXPECT_EQ(BROKEN, submit_table(self, 1));
	EXPECT_TRUE(recovers(&self->dev));
}

/* 2.7.5.3.1: INDIRECT and NEXT must not both be set. */
TEST_F(ring, indirect_and_next)
{
	prepare(self);
	entry(self, 0, self->slot.req_iova, 24, 0, 0);
	mvt_vq_desc(self->vq, 0, self->table_iova, 16,
		    VRING_DESC_F_INDIRECT | VRING_DESC_F_NEXT, 1);
	in_desc(self, 1);
	EXPECT_EQ(BROKEN, submit(self, 0));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, indirect_table_lengths)
{
	static const u32 len[] = { 0, 1, 15, 17, 31, 0xfffffff0, ~0U };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		prepare(self);
		entry(self, 0, self->slot.req_iova, 24, 0, 0);
		entry(self, 1, self->slot.resp_iova, 64, VRING_DESC_F_WRITE, 0);
		mvt_vq_desc(self->vq, 0, self->table_iova, len[i],
			    VRING_DESC_F_INDIRECT, 0);
		EXPECT_EQ(BROKEN, submit(self, 0)) {
			TH_LOG("length %#x", len[i]);
		}
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, indirect_table_wild)
{
	static const u64 wild[] = {
		0, MVT_WILD_IOVA, ~0ULL, ~31ULL, ~0ULL << 12,
		MVT_CTL_IOVA - 16, MVT_CTL_IOVA + MVT_CTL_SIZE - 16,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		mvt_vq_desc(self->vq, 0, wild[i], 32, VRING_DESC_F_INDIRECT, 0);
		EXPECT_EQ(BROKEN, submit(self, 0)) {
			TH_LOG("table at %#llx", (unsigned long long)wild[i]);
		}
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, indirect_next_out_of_table)
{
	static const u16 next[] = { 2, 3, 255, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(next); i++) {
		prepare(self);
		entry(self, 0, self->slot.req_iova, 24, VRING_DESC_F_NEXT,
		      next[i]);
		entry(self, 1, self->slot.resp_iova, 64, VRING_DESC_F_WRITE, 0);
		EXPECT_EQ(BROKEN, submit_table(self, 2));
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, indirect_without_the_feature)
{
	ASSERT_EQ(0, mvt_start_features(&self->dev, ~BIT_ULL(28)));
	EXPECT_TRUE(mvt_works(&self->dev));
	prepare(self);
	entry(self, 0, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 1);
	entry(self, 1, self->slot.resp_iova, 64, VRING_DESC_F_WRITE, 0);
	EXPECT_EQ(BROKEN, submit_table(self, 2));
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, head_out_of_range)
{
	static const u16 head[] = { 256, 257, 0x7fff, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(head); i++) {
		EXPECT_EQ(BROKEN, submit(self, head[i]));
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, next_out_of_range)
{
	static const u16 next[] = { 256, 0x8000, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(next); i++) {
		prepare(self);
		out_desc(self, 0, next[i]);
		EXPECT_EQ(BROKEN, submit(self, 0));
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, avail_jump)
{
	static const u16 jump[] = { 257, 300, 0x7fff, 0x8000, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(jump); i++) {
		self->vq->avail_idx += jump[i];
		EXPECT_EQ(BROKEN, outcome(self)) {
			TH_LOG("by %u", jump[i]);
		}
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, request_in_no_memory)
{
	static const struct {
		u64 addr;
		u32 len;
	} wild[] = {
		{ 0, 24 },
		{ MVT_WILD_IOVA, 24 },
		{ ~0ULL - 8, 24 },
		{ ~0ULL, 24 },
		{ MVT_CTL_IOVA + MVT_CTL_SIZE - 12, 24 },
		{ MVT_CTL_IOVA - 12, 24 },
		{ MVT_WILD_IOVA, ~0U },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		prepare(self);
		mvt_vq_desc(self->vq, 0, wild[i].addr, wild[i].len,
			    VRING_DESC_F_NEXT, 1);
		in_desc(self, 1);
		ret = submit(self, 0);
		EXPECT_TRUE(mvt_is_error(ret) || ret == BROKEN) {
			TH_LOG("case %u: %#x", i, ret);
		}
		ASSERT_TRUE(recovers(&self->dev));
	}
}

TEST_F(ring, response_in_no_memory)
{
	static const u64 wild[] = {
		0, MVT_WILD_IOVA, ~0ULL - 8, MVT_CTL_IOVA - 12,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		prepare(self);
		out_desc(self, 0, 1);
		mvt_vq_desc(self->vq, 1, wild[i], 408, VRING_DESC_F_WRITE, 0);
		ret = submit(self, 0);
		EXPECT_TRUE(ret == NO_RESPONSE || ret == BROKEN) {
			TH_LOG("case %u: %#x", i, ret);
		}
		EXPECT_EQ(0xa5, self->slot.resp[0]);
		ASSERT_TRUE(recovers(&self->dev));
	}
}

/* The lengths of a chain may not sum up to a small number again. */
TEST_F(ring, lengths_that_overflow)
{
	unsigned int i;
	int ret;

	prepare(self);
	for (i = 0; i < 8; i++)
		mvt_vq_desc(self->vq, i, self->slot.req_iova,
			    i ? 0xffffffff : 24, VRING_DESC_F_NEXT, i + 1);
	in_desc(self, 8);
	ret = submit(self, 0);
	EXPECT_TRUE(ret == VIRTIO_GPU_RESP_OK_DISPLAY_INFO ||
		    mvt_is_error(ret) || ret == BROKEN) {
		TH_LOG("%#x", ret);
	}
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, no_response_buffer)
{
	prepare(self);
	mvt_vq_desc(self->vq, 0, self->slot.req_iova, 24, 0, 0);
	EXPECT_EQ(NO_RESPONSE, submit(self, 0));
	EXPECT_EQ(0xa5, self->slot.resp[0]);
	EXPECT_TRUE(mvt_works(&self->dev));
}

TEST_F(ring, short_response_buffer)
{
	prepare(self);
	out_desc(self, 0, 1);
	mvt_vq_desc(self->vq, 1, self->slot.resp_iova, 10, VRING_DESC_F_WRITE,
		    0);
	EXPECT_EQ(NO_RESPONSE, submit(self, 0));
	EXPECT_EQ(0xa5, self->slot.resp[10]);
	EXPECT_TRUE(mvt_works(&self->dev));
}

TEST_F(ring, no_request)
{
	int ret;

	prepare(self);
	in_desc(self, 0);
	ret = submit(self, 0);
	EXPECT_TRUE(mvt_is_error(ret) || ret == BROKEN);
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, empty_descriptors)
{
	int ret;

	prepare(self);
	out_desc(self, 0, 1);
	mvt_vq_desc(self->vq, 1, self->slot.req_iova, 0, VRING_DESC_F_NEXT, 2);
	in_desc(self, 2);
	ret = submit(self, 0);
	EXPECT_TRUE(ret == VIRTIO_GPU_RESP_OK_DISPLAY_INFO || ret == BROKEN ||
		    mvt_is_error(ret)) {
		TH_LOG("%#x", ret);
	}
	EXPECT_TRUE(recovers(&self->dev));
}

/* The same head twice at once: the second while the first is served. */
TEST_F(ring, head_reused_in_flight)
{
	struct mvt_mem mem;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &mem, MVT_BUF_IOVA, 0x4000));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_make(&self->dev, &mem, 1, 64, 64, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 300000000));
	ASSERT_LE(0, mvt_gpu_send_transfer(&self->dev, 1, 64, 64));
	/* The head that it has just put into the ring, again. */
	mvt_vq_avail(self->vq, self->vq->avail->ring[(self->vq->avail_idx - 1) %
						    self->vq->num]);
	mvt_vq_publish(self->vq);
	mvt_vq_kick(self->vq);
	EXPECT_EQ(0, mvt_wait_broken(&self->dev, MVT_WAIT_MS));
	mvt_sim_defaults();
	EXPECT_TRUE(recovers(&self->dev));
	mvt_mem_free(&self->dev, &mem);
}

/* A broken queue serves no more, and doesn't touch memory. */
TEST_F(ring, broken_is_silent)
{
	u16 idx;

	EXPECT_EQ(BROKEN, submit(self, 1000));
	self->vq->avail_idx--;
	idx = self->vq->used->idx;
	prepare(self);
	out_desc(self, 0, 1);
	in_desc(self, 1);
	mvt_vq_avail(self->vq, 0);
	mvt_vq_publish(self->vq);
	mvt_vq_kick(self->vq);
	mvt_msleep(100);
	EXPECT_EQ(idx, self->vq->used->idx);
	EXPECT_EQ(0xa5, self->slot.resp[0]);
	EXPECT_TRUE(recovers(&self->dev));
}

TEST_F(ring, bus_master_off)
{
	prepare(self);
	out_desc(self, 0, 1);
	in_desc(self, 1);
	ASSERT_EQ(0, mvt_bus_master(&self->dev, false));
	/* A run that began before would find the request, but may not read it. */
	mvt_msleep(100);
	mvt_vq_avail(self->vq, 0);
	mvt_vq_publish(self->vq);
	mvt_vq_kick(self->vq);
	mvt_msleep(200);
	EXPECT_EQ(0, self->vq->used->idx);
	EXPECT_EQ(0xa5, self->slot.resp[0]);
	EXPECT_EQ(0, mvt_status(&self->dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
	/* On again: served without another kick. */
	ASSERT_EQ(0, mvt_bus_master(&self->dev, true));
	EXPECT_EQ(0, mvt_irq_wait(&self->dev, 1, MVT_WAIT_MS));
	EXPECT_EQ(1, self->vq->used->idx);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO, *(u32 *)self->slot.resp);
}

struct racer {
	struct mvt_vq *vq;
	struct vring_desc *table;
	struct mvt_slot slot;
	bool stop;
};

#define put(p, val) __atomic_store_n(p, val, __ATOMIC_RELAXED)

/* Changes whatever the device may read twice. */
static void *race(void *arg)
{
	struct racer *r = arg;
	unsigned int n = 0;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		struct vring_desc *d = n & 1 ? r->table : r->vq->desc;
		struct virtio_gpu_ctrl_hdr *h = (void *)r->slot.req;
		unsigned int i = n / 2 % 2;

		put(&d[i].len, n % 3 ? 24 : 0xffffff00);
		put(&d[i].flags, n % 5);
		put(&d[i].next, n % 7 ? 1 : 0xfff0);
		put(&d[i].addr, n % 11 ? r->slot.req_iova : MVT_WILD_IOVA);
		put(&h->type, n % 2 ? 0x100 + n % 16 : 0);
		put(&r->vq->avail->ring[0], n);
		n++;
	}
	return NULL;
}

/*
 * Whatever the device makes of it: it answers or breaks in time, and nothing is
 * written outside of the response.
 */
TEST_F_TIMEOUT(ring, descriptors_change_after_the_kick, MVT_TEST_S)
{
	struct racer r = { .vq = self->vq, .table = self->table };
	unsigned int round, served = 0, broken = 0;
	struct mvt_mem canary;
	pthread_t thread;
	int ret;

	r.slot = self->slot;
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &canary, MVT_BUF_IOVA, 0x4000));
	memset(canary.va, 0x33, canary.size);
	for (round = 0; round < 100; round++) {
		prepare(self);
		entry(self, 0, self->slot.req_iova, 24, VRING_DESC_F_NEXT, 1);
		entry(self, 1, self->slot.resp_iova, 512, VRING_DESC_F_WRITE,
		      0);
		mvt_vq_desc(self->vq, 0, self->table_iova, 32,
			    VRING_DESC_F_INDIRECT, 0);
		__atomic_store_n(&r.stop, false, __ATOMIC_RELAXED);
		ASSERT_EQ(0, pthread_create(&thread, NULL, race, &r));
		ret = submit(self, 0);
		__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
		pthread_join(thread, NULL);
		EXPECT_NE(-ETIMEDOUT, ret);
		broken += ret == BROKEN;
		served += ret >= 0;
		ASSERT_TRUE(recovers(&self->dev));
	}
	ksft_print_msg("%u answered, %u broken\n", served, broken);
	EXPECT_EQ(canary.size / 4,
		  mvt_count(canary.va, 0x33333333, canary.size / 4));
	mvt_mem_free(&self->dev, &canary);
}

/* The cursor queue is judged by the same rules. */
TEST_F(ring, cursor_queue)
{
	struct mvt_vq *vq = &self->dev.vq[MVT_CURSOR];

	EXPECT_EQ(0, mvt_gpu_cursor(&self->dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0,
				    0, 1, 1, 0, 0));
	mvt_vq_avail(vq, 16);
	mvt_vq_publish(vq);
	mvt_vq_kick(vq);
	EXPECT_EQ(0, mvt_wait_broken(&self->dev, MVT_WAIT_MS));
	EXPECT_TRUE(recovers(&self->dev));
	EXPECT_EQ(0, mvt_gpu_cursor(&self->dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0,
				    0, 1, 1, 0, 0));
}

TEST_HARNESS_MAIN
