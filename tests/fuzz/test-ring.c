// SPDX-License-Identifier: GPL-2.0
/* Tests of drivers/ring/: every rule of a split virtqueue, kept and broken. */
#include <string.h>

#include "driver.h"
#include "tap.h"

#define NEXT VRING_DESC_F_NEXT
#define WRITE VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT
#define BUF 0x8000

static struct driver d;
static struct mvgpu_chain chain;

static void start(u16 num, u64 features)
{
	driver_start(&d, num, features);
}

/* Fetch must break the ring with @err, and keep it broken. */
static void refused(int err)
{
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), err);
	CHECK_EQ(chain.nr_out + chain.nr_in, 0);
	mvgpu_chain_release(&chain);
	CHECK(d.ring.broken);
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), -EPROTO);
	CHECK(!mvgpu_ring_kicks_on(&d.ring));
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	driver_stop(&d);
}

static void fetched(u16 head, u16 out, u16 in)
{
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 1);
	CHECK_EQ(chain.head, head);
	CHECK_EQ(chain.nr_out, out);
	CHECK_EQ(chain.nr_in, in);
}

static void test_init(void)
{
	struct mvgpu_ring ring;
	static const u16 bad[] = { 0, 3, 5, 255, 257, 512, 32768 };
	u8 mem[64] __aligned(16);
	size_t i;
	u16 num;

	for (num = 1; num <= 256; num *= 2)
		CHECK_EQ(mvgpu_ring_init(&ring, NULL, num, mem, mem, mem, 0), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_EQ(mvgpu_ring_init(&ring, NULL, bad[i], mem, mem, mem, 0),
			 -EINVAL);
	CHECK_EQ(mvgpu_ring_init(&ring, NULL, 4, mem + 8, mem, mem, 0), -EINVAL);
	CHECK_EQ(mvgpu_ring_init(&ring, NULL, 4, mem, mem + 1, mem, 0), -EINVAL);
	CHECK_EQ(mvgpu_ring_init(&ring, NULL, 4, mem, mem, mem + 2, 0), -EINVAL);
	CHECK(ring.broken);
	CHECK_EQ(mvgpu_ring_init(&ring, NULL, 4, mem, mem + 2, mem + 4, 0), 0);
	CHECK(!ring.broken && !ring.event_idx && !ring.indirect);
	CHECK_EQ(mvgpu_ring_init(&ring, NULL, 4, mem, mem, mem, ~0ULL), 0);
	CHECK(ring.event_idx && ring.indirect);
}

static void test_direct(void)
{
	u8 buf[16];

	start(8, 0);
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 0);
	driver_desc(d.desc, 5, BUF, 16, 0, 0);
	driver_offer(&d, 5);
	memset(d.guest->bytes + BUF, 7, 16);
	fetched(5, 1, 0);
	CHECK_EQ(chain.out_len, 16);
	CHECK_EQ(mvgpu_chain_read(&chain, &d.guest->mem, 0, buf, 16), 0);
	CHECK_EQ(buf[15], 7);
	mvgpu_chain_release(&chain);
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 0);

	mvgpu_ring_push(&d.ring, 5, 3);
	CHECK_EQ(d.used->idx, 1);
	CHECK_EQ(d.used->ring[0].id, 5);
	CHECK_EQ(d.used->ring[0].len, 3);
	driver_stop(&d);
}

static void test_chained(void)
{
	u16 i;

	/* More segments than the inline ones, scattered, out of order. */
	start(16, 0);
	for (i = 0; i < 16; i++)
		driver_desc(d.desc, (i * 5) % 16, BUF + i * 32, i + 1,
			    (i < 15 ? NEXT : 0) | (i >= 9 ? WRITE : 0),
			    ((i + 1) * 5) % 16);
	driver_offer(&d, 0);
	fetched(0, 9, 7);
	CHECK_EQ(chain.out_len, 45);
	CHECK_EQ(chain.in_len, 16 * 17 / 2 - 45);
	for (i = 0; i < 16; i++) {
		CHECK_EQ(chain.seg[i].addr, BUF + i * 32);
		CHECK_EQ(chain.seg[i].len, i + 1);
	}
	mvgpu_chain_release(&chain);
	CHECK_EQ(chain.nr_out, 0);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

static void test_empty_segments(void)
{
	start(8, 0);
	driver_desc(d.desc, 0, BUF, 0, NEXT | WRITE, 1);
	driver_desc(d.desc, 1, BUF, 4, NEXT, 2);
	driver_desc(d.desc, 2, BUF, 0, NEXT, 3);
	driver_desc(d.desc, 3, BUF, 8, WRITE, 0);
	driver_offer(&d, 0);
	fetched(0, 1, 1);
	mvgpu_chain_release(&chain);

	/* A chain of nothing is a chain: it has to be handed back. */
	driver_desc(d.desc, 4, BUF, 0, 0, 0);
	driver_offer(&d, 4);
	fetched(4, 0, 0);
	mvgpu_ring_push(&d.ring, 4, 0);
	driver_stop(&d);
}

static void test_huge_lengths(void)
{
	u8 buf[8];

	/* Lengths add up in 64 bits. */
	start(8, 0);
	driver_desc(d.desc, 0, ~0ULL, ~0U, NEXT, 1);
	driver_desc(d.desc, 1, 0, ~0U, NEXT, 2);
	driver_desc(d.desc, 2, 0, ~0U, WRITE, 2);
	driver_offer(&d, 0);
	fetched(0, 2, 1);
	CHECK_EQ(chain.out_len, 2ULL * ~0U);
	CHECK_EQ(mvgpu_chain_read(&chain, &d.guest->mem, 0, buf, 8), -EFAULT);
	CHECK_EQ(mvgpu_chain_read(&chain, &d.guest->mem, ~0U - 4ULL, buf, 8),
		 -EFAULT);
	CHECK_EQ(mvgpu_chain_read(&chain, &d.guest->mem, ~0ULL, buf, 8),
		 -ERANGE);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

static void test_loop(void)
{
	start(8, 0);
	driver_desc(d.desc, 0, BUF, 4, NEXT, 1);
	driver_desc(d.desc, 1, BUF, 4, NEXT, 0);
	driver_offer(&d, 0);
	refused(-EPROTO);

	start(8, 0);
	driver_desc(d.desc, 3, BUF, 0, NEXT, 3);
	driver_offer(&d, 3);
	refused(-EPROTO);
}

static void test_write_before_read(void)
{
	start(8, 0);
	driver_desc(d.desc, 0, BUF, 4, NEXT | WRITE, 1);
	driver_desc(d.desc, 1, BUF, 4, 0, 0);
	driver_offer(&d, 0);
	refused(-EPROTO);
}

static void test_wild_next(void)
{
	static const u16 wild[] = { 8, 9, 255, 256, 0x8000, 0xffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		start(8, 0);
		driver_desc(d.desc, 0, BUF, 4, NEXT, wild[i]);
		driver_offer(&d, 0);
		refused(-EPROTO);
	}
}

static void test_wild_head(void)
{
	static const u16 wild[] = { 8, 9, 255, 256, 0x8000, 0xffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		start(8, 0);
		driver_offer(&d, wild[i]);
		refused(-EPROTO);
	}
}

static void test_head_reuse(void)
{
	start(8, 0);
	driver_desc(d.desc, 2, BUF, 4, 0, 0);
	driver_offer(&d, 2);
	fetched(2, 1, 0);
	mvgpu_ring_push(&d.ring, 2, 0);
	driver_offer(&d, 2);
	fetched(2, 1, 0);
	driver_offer(&d, 2);
	refused(-EPROTO);
}

static void test_avail_jump(void)
{
	u16 i;

	start(8, 0);
	for (i = 0; i < 8; i++) {
		driver_desc(d.desc, i, BUF, 4, 0, 0);
		driver_offer(&d, i);
	}
	for (i = 0; i < 8; i++)
		fetched(i, 1, 0);
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 0);
	/* Back by one is forward by 65535. */
	d.avail->idx--;
	refused(-EPROTO);

	start(8, 0);
	d.avail->idx = 9;
	refused(-EPROTO);
}

static void test_indirect(void)
{
	struct vring_desc *table;
	u16 i;

	/* Small enough for the stack, and larger than the ring. */
	start(4, FEATURE_INDIRECT);
	table = driver_table(&d, FREE_AT);
	driver_desc(table, 0, BUF, 10, NEXT, 2);
	driver_desc(table, 2, BUF + 64, 20, WRITE, 0);
	/* The device ignores WRITE here (2.7.5.3.2). */
	driver_desc(d.desc, 1, FREE_AT, 48, INDIRECT | WRITE, 0);
	driver_offer(&d, 1);
	fetched(1, 1, 1);
	CHECK_EQ(chain.seg[1].addr, BUF + 64);
	mvgpu_chain_release(&chain);

	for (i = 0; i < MVGPU_CHAIN_MAX; i++)
		driver_desc(table, i, BUF + i, 1,
			    i < MVGPU_CHAIN_MAX - 1 ? NEXT : WRITE, i + 1);
	driver_desc(d.desc, 0, FREE_AT, 16 * MVGPU_CHAIN_MAX, INDIRECT, 0);
	driver_offer(&d, 0);
	fetched(0, MVGPU_CHAIN_MAX - 1, 1);
	CHECK_EQ(chain.seg[1000].addr, BUF + 1000);
	mvgpu_chain_release(&chain);

	/* Behind normal descriptors. */
	driver_desc(d.desc, 2, BUF, 5, NEXT, 3);
	driver_desc(d.desc, 3, FREE_AT, 64, INDIRECT, 0);
	driver_desc(table, 3, BUF, 1, WRITE, 0);
	driver_offer(&d, 2);
	fetched(2, 4, 1);
	CHECK_EQ(chain.seg[0].len, 5);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

static void bad_table(u64 features, u64 addr, u32 len, u16 flags, int err)
{
	start(8, features);
	driver_desc(driver_table(&d, FREE_AT), 0, BUF, 4, 0, 0);
	driver_desc(d.desc, 0, addr, len, flags, 1);
	driver_desc(d.desc, 1, BUF, 4, 0, 0);
	driver_offer(&d, 0);
	refused(err);
}

static void test_indirect_bad(void)
{
	bad_table(0, FREE_AT, 16, INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, 16, INDIRECT | NEXT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, 0, INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, 15, INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, 17, INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, 16 * (MVGPU_CHAIN_MAX + 1),
		  INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, FREE_AT, ~15U, INDIRECT, -EPROTO);
	bad_table(FEATURE_INDIRECT, GUEST_SIZE - 8, 16, INDIRECT, -EFAULT);
	bad_table(FEATURE_INDIRECT, ~0ULL, 16, INDIRECT, -EFAULT);
}

static void bad_entry(u16 flags, u16 next)
{
	struct vring_desc *table;

	start(8, FEATURE_INDIRECT);
	table = driver_table(&d, FREE_AT);
	driver_desc(table, 0, BUF, 4, NEXT, 1);
	driver_desc(table, 1, FREE_AT, 16, flags, next);
	driver_desc(d.desc, 0, FREE_AT, 32, INDIRECT, 0);
	driver_offer(&d, 0);
	refused(-EPROTO);
}

static void test_indirect_entries(void)
{
	bad_entry(INDIRECT, 0);
	bad_entry(NEXT, 0);
	bad_entry(NEXT, 1);
	bad_entry(NEXT, 2);
	bad_entry(NEXT, 0xffff);
}

static void test_over_long(void)
{
	struct vring_desc *table;
	u16 i;

	start(8, FEATURE_INDIRECT);
	table = driver_table(&d, FREE_AT);
	for (i = 0; i < MVGPU_CHAIN_MAX; i++)
		driver_desc(table, i, BUF, 1,
			    i < MVGPU_CHAIN_MAX - 1 ? NEXT : 0, i + 1);
	driver_desc(d.desc, 0, BUF, 1, NEXT, 1);
	driver_desc(d.desc, 1, FREE_AT, 16 * MVGPU_CHAIN_MAX, INDIRECT, 0);
	driver_offer(&d, 0);
	refused(-EPROTO);
}

static void test_no_memory(void)
{
	struct vring_desc *table;
	unsigned int nth;
	u16 i;

	start(16, FEATURE_INDIRECT);
	table = driver_table(&d, FREE_AT);
	for (i = 0; i < 16; i++) {
		driver_desc(table, i, BUF, 1, i < 15 ? NEXT : 0, i + 1);
		driver_desc(d.desc, i, BUF, 1, NEXT, i + 1);
	}
	driver_desc(d.desc, 10, FREE_AT, 256, INDIRECT, 0);
	driver_offer(&d, 0);

	for (nth = 1; nth < 10; nth++) {
		shim_fail(nth);
		if (mvgpu_ring_fetch(&d.ring, &chain) == 1)
			break;
		CHECK(shim_failed());
		CHECK(!d.ring.broken);
		CHECK_EQ(d.ring.last_avail, 0);
		CHECK_EQ(d.ring.inflight[0], 0);
		CHECK_EQ(shim_live(), 0);
	}
	/* Direct part, room for the table, the table. */
	CHECK_EQ(nth, 4);
	CHECK_EQ(chain.nr_out, 26);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

/* All of the ring, many times round: both indexes wrap at 65536. */
static void test_wrap(void)
{
	u32 i, signals = 0;

	start(4, FEATURE_EVENT);
	for (i = 0; i < 4; i++)
		driver_desc(d.desc, i, BUF, 4, 0, 0);
	for (i = 0; i < 70000; i++) {
		driver_offer(&d, i % 4);
		CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 1);
		CHECK_EQ(chain.head, i % 4);
		d.avail->ring[4] = i;
		mvgpu_ring_push(&d.ring, i % 4, i);
		signals += mvgpu_ring_needs_signal(&d.ring);
		CHECK_EQ(d.used->idx, (u16)(i + 1));
		CHECK_EQ(d.used->ring[i % 4].len, i);
		if (tap_failures)
			break;
	}
	CHECK_EQ(signals, 70000);
	driver_stop(&d);
}

static void push(u16 nr)
{
	u16 i;

	for (i = 0; i < nr; i++) {
		driver_offer(&d, i);
		CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), 1);
		mvgpu_ring_push(&d.ring, i, 0);
	}
}

static void test_signal_flags(void)
{
	u16 i;

	start(8, 0);
	for (i = 0; i < 8; i++)
		driver_desc(d.desc, i, BUF, 4, 0, 0);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	push(1);
	CHECK(mvgpu_ring_needs_signal(&d.ring));
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	d.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	push(2);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	d.avail->flags = 0;
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	push(1);
	CHECK(mvgpu_ring_needs_signal(&d.ring));
	driver_stop(&d);
}

static void test_signal_event(void)
{
	u16 i;

	start(8, FEATURE_EVENT);
	for (i = 0; i < 8; i++)
		driver_desc(d.desc, i, BUF, 4, 0, 0);
	/* The flag means nothing, and the first one is always given. */
	d.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	d.avail->ring[8] = 100;
	push(1);
	CHECK(mvgpu_ring_needs_signal(&d.ring));

	/* "Tell me when 3 was used": idx goes from 3 to 4. */
	d.avail->ring[8] = 3;
	push(2);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	push(1);
	CHECK(mvgpu_ring_needs_signal(&d.ring));
	push(1);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	/* In the middle of a batch. */
	d.avail->ring[8] = 6;
	push(4);
	CHECK(mvgpu_ring_needs_signal(&d.ring));
	/* Already in the past. */
	push(1);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	driver_stop(&d);
}

static void test_kicks_flags(void)
{
	start(8, 0);
	driver_desc(d.desc, 0, BUF, 4, 0, 0);
	mvgpu_ring_kicks_off(&d.ring);
	CHECK_EQ(d.used->flags, VRING_USED_F_NO_NOTIFY);
	CHECK(!mvgpu_ring_kicks_on(&d.ring));
	CHECK_EQ(d.used->flags, 0);

	/* It comes in while kicks are off: it must not be missed. */
	mvgpu_ring_kicks_off(&d.ring);
	driver_offer(&d, 0);
	CHECK(mvgpu_ring_kicks_on(&d.ring));
	fetched(0, 1, 0);
	CHECK(!mvgpu_ring_kicks_on(&d.ring));
	driver_stop(&d);
}

static void test_kicks_event(void)
{
	__virtio16 *event;
	u16 i;

	start(8, FEATURE_EVENT);
	event = (void *)&d.used->ring[8];
	for (i = 0; i < 8; i++)
		driver_desc(d.desc, i, BUF, 4, 0, 0);
	push(3);
	mvgpu_ring_kicks_off(&d.ring);
	CHECK_EQ(d.used->flags, 0);
	CHECK_EQ(*event, 0);
	CHECK(!mvgpu_ring_kicks_on(&d.ring));
	CHECK_EQ(*event, 3);
	driver_offer(&d, 3);
	CHECK(mvgpu_ring_kicks_on(&d.ring));
	fetched(3, 1, 0);
	CHECK(!mvgpu_ring_kicks_on(&d.ring));
	CHECK_EQ(*event, 4);
	driver_stop(&d);
}

/* A broken ring's memory is left alone: it may be gone. */
static void test_broken_push(void)
{
	start(8, 0);
	driver_desc(d.desc, 0, BUF, 4, 0, 0);
	driver_offer(&d, 0);
	fetched(0, 1, 0);
	driver_offer(&d, 99);
	CHECK_EQ(mvgpu_ring_fetch(&d.ring, &chain), -EPROTO);
	mvgpu_ring_push(&d.ring, 0, 4);
	mvgpu_ring_kicks_off(&d.ring);
	CHECK_EQ(d.used->idx, 0);
	CHECK_EQ(d.used->flags, 0);
	CHECK(!mvgpu_ring_needs_signal(&d.ring));
	driver_stop(&d);
}

/* Each byte that is used is loaded once, and what was loaded is used. */
static void read_once(bool indirect)
{
	struct vring_desc *table;
	u32 i, nr = 12;

	start(16, indirect ? FEATURE_INDIRECT : 0);
	table = indirect ? driver_table(&d, FREE_AT) : d.desc;
	for (i = 0; i < nr; i++)
		driver_desc(table, i, BUF + i * 8, i + 1,
			    (i < nr - 1 ? NEXT : 0) | (i > 6 ? WRITE : 0),
			    i + 1);
	if (indirect)
		driver_desc(d.desc, 0, FREE_AT, nr * 16, INDIRECT, 0);
	driver_offer(&d, 0);
	guest_forget(d.guest);
	d.guest->hostile = true;
	fetched(0, 7, 5);
	d.guest->hostile = false;
	for (i = 0; i < nr; i++)
		CHECK_EQ(chain.seg[i].addr, BUF + i * 8);
	CHECK_EQ(guest_max_loads(d.guest, 0, GUEST_SIZE), 1);
	CHECK_EQ(guest_min_loads(d.guest, DESC_AT, 16), 1);
	CHECK_EQ(guest_min_loads(d.guest, AVAIL_AT + 2, 4), 1);
	CHECK_EQ(guest_min_loads(d.guest, indirect ? FREE_AT : DESC_AT,
				 nr * 16), 1);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

static void test_read_once_direct(void)
{
	read_once(false);
}

static void test_read_once_indirect(void)
{
	read_once(true);
}

static void test_chain_io(void)
{
	struct mvgpu_mem *mem;
	u8 buf[64], *at;
	int i;

	start(8, 0);
	mem = &d.guest->mem;
	at = d.guest->bytes + BUF;
	driver_desc(d.desc, 0, BUF, 3, NEXT, 1);
	driver_desc(d.desc, 1, BUF + 100, 5, NEXT, 2);
	driver_desc(d.desc, 2, BUF + 200, 4, NEXT | WRITE, 3);
	driver_desc(d.desc, 3, BUF + 300, 2, WRITE, 0);
	driver_offer(&d, 0);
	fetched(0, 2, 2);
	for (i = 0; i < 3; i++)
		at[i] = i;
	for (i = 3; i < 8; i++)
		at[97 + i] = i;

	CHECK_EQ(mvgpu_chain_read(&chain, mem, 0, buf, 8), 0);
	for (i = 0; i < 8; i++)
		CHECK_EQ(buf[i], i);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 2, buf, 3), 0);
	CHECK(buf[0] == 2 && buf[1] == 3 && buf[2] == 4);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 3, buf, 5), 0);
	CHECK_EQ(buf[0], 3);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 8, buf, 0), 0);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 8, buf, 1), -ERANGE);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 9, buf, 0), -ERANGE);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 1, buf, 8), -ERANGE);

	memset(buf, 0xee, sizeof(buf));
	CHECK_EQ(mvgpu_chain_write(&chain, mem, 0, buf, 5), 5);
	CHECK(at[203] == 0xee && at[204] == 0 && at[300] == 0xee && !at[301]);
	CHECK_EQ(mvgpu_chain_write(&chain, mem, 0, buf, 64), 6);
	CHECK(at[301] == 0xee && !at[302]);
	CHECK_EQ(mvgpu_chain_write(&chain, mem, 5, buf, 64), 1);
	CHECK_EQ(mvgpu_chain_write(&chain, mem, 6, buf, 64), 0);
	CHECK_EQ(mvgpu_chain_write(&chain, mem, ~0ULL, buf, 64), 0);
	d.guest->dma_off = true;
	CHECK_EQ(mvgpu_chain_write(&chain, mem, 0, buf, 6), -EFAULT);
	CHECK_EQ(mvgpu_chain_read(&chain, mem, 0, buf, 8), -EFAULT);
	mvgpu_chain_release(&chain);
	driver_stop(&d);
}

static const struct tap_case cases[] = {
	{ "init: sizes and alignments", test_init },
	{ "fetch: one direct descriptor, push", test_direct },
	{ "fetch: a chain of direct descriptors", test_chained },
	{ "fetch: empty descriptors are skipped", test_empty_segments },
	{ "fetch: lengths that add up over 32 bits", test_huge_lengths },
	{ "fetch: a loop breaks the ring", test_loop },
	{ "fetch: readable behind writable", test_write_before_read },
	{ "fetch: next out of range", test_wild_next },
	{ "fetch: head out of range", test_wild_head },
	{ "fetch: a head that is in flight", test_head_reuse },
	{ "fetch: more new entries than the ring has", test_avail_jump },
	{ "fetch: indirect tables, small, longest, behind others",
	  test_indirect },
	{ "fetch: malformed indirect descriptors", test_indirect_bad },
	{ "fetch: malformed entries of a table", test_indirect_entries },
	{ "fetch: a chain over the limit", test_over_long },
	{ "fetch: no memory leaves the ring as it was", test_no_memory },
	{ "indexes wrap at 65536", test_wrap },
	{ "signal: by flag", test_signal_flags },
	{ "signal: by event index", test_signal_event },
	{ "kicks: by flag, what comes in meanwhile is seen", test_kicks_flags },
	{ "kicks: by event index", test_kicks_event },
	{ "a broken ring is not written to", test_broken_push },
	{ "direct descriptors are loaded once", test_read_once_direct },
	{ "indirect tables are loaded once", test_read_once_indirect },
	{ "chain: read and write at any offset", test_chain_io },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
