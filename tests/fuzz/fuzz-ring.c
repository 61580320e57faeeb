// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of drivers/ring/: a script of what a guest writes to its ring, and of
 * what the device does meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

#define MUST(cond) do { if (!(cond)) abort(); } while (0)

static const u8 *in;
static size_t left;
static struct driver d;
/* Heads that were fetched, in any order. */
static u16 heads[MVGPU_RING_MAX];
static u32 nr_heads;

static u32 take(u32 bytes)
{
	u32 val = 0;

	for (; bytes--; left -= !!left)
		val = val << 8 | (left ? *in++ : 0);
	return val;
}

static void check_chain(const struct mvgpu_chain *chain)
{
	u32 i, nr = chain->nr_out + chain->nr_in;
	u64 out = 0, all = 0;

	MUST(nr <= MVGPU_CHAIN_MAX && chain->head < d.num);
	for (i = 0; i < nr; i++) {
		MUST(chain->seg[i].len);
		all += chain->seg[i].len;
		if (i < chain->nr_out)
			out += chain->seg[i].len;
	}
	MUST(chain->out_len == out && chain->in_len == all - out);
	for (i = 0; i < nr_heads; i++)
		MUST(heads[i] != chain->head);
}

static void fetch(void)
{
	struct mvgpu_chain chain;
	u16 before = d.ring.last_avail;
	u8 buf[100] = "";
	int ret = mvgpu_ring_fetch(&d.ring, &chain);

	if (ret == 1) {
		check_chain(&chain);
		mvgpu_chain_read(&chain, &d.guest->mem, take(1), buf,
				 take(1) % sizeof(buf));
		MUST(mvgpu_chain_write(&chain, &d.guest->mem, take(1), buf,
				       sizeof(buf)) <= (int)sizeof(buf));
		heads[nr_heads++] = chain.head;
	} else {
		MUST(chain.nr_out + chain.nr_in == 0);
		MUST(d.ring.last_avail == before);
		MUST(ret == 0 || ret == -ENOMEM || d.ring.broken);
	}
	mvgpu_chain_release(&chain);
	MUST(shim_live() == 0);
}

static void push(void)
{
	u32 i;

	if (!nr_heads)
		return;
	i = take(1) % nr_heads;
	mvgpu_ring_push(&d.ring, heads[i], take(1));
	heads[i] = heads[--nr_heads];
}

static void step(u32 op)
{
	struct vring_desc *table;
	u32 i;

	switch (op % 10) {
	case 0:
		i = take(1) % d.num;
		driver_desc(d.desc, i, take(2), take(2), take(1) & 7, take(1));
		break;
	case 1:
		/* A table of a few entries, and the descriptor of it. */
		table = driver_table(&d, FREE_AT);
		i = take(1) % 128;
		driver_desc(table, i, take(2), take(2), take(1) & 3, take(1));
		driver_desc(d.desc, take(1) % d.num, FREE_AT, take(1) * 16,
			    VRING_DESC_F_INDIRECT, 0);
		break;
	case 2:
	case 3:
		driver_offer(&d, take(1) % d.num);
		break;
	case 4:
		fetch();
		break;
	case 5:
		push();
		break;
	case 6:
		mvgpu_ring_needs_signal(&d.ring);
		break;
	case 7:
		mvgpu_ring_kicks_off(&d.ring);
		mvgpu_ring_kicks_on(&d.ring);
		break;
	case 8:
		/* Any byte of the ring, or of the first table. */
		i = take(2) % (FREE_AT + 0x800);
		d.guest->bytes[i] = take(1);
		break;
	case 9:
		d.guest->hostile = take(1) & 1;
		shim_fail(take(1) % 8);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 i, num, features;

	in = data;
	left = size;
	nr_heads = 0;
	shim_reset();
	num = 1U << take(1) % 9;
	features = take(1);
	driver_start(&d, num, (features & 1 ? FEATURE_INDIRECT : 0) |
		     (features & 2 ? FEATURE_EVENT : 0));
	/* Something to begin with. */
	for (i = 0; i < num; i++)
		driver_desc(d.desc, i, 0x8000 + i, 1 + i % 7,
			    i % 3 ? VRING_DESC_F_NEXT : 0, (i + 1) % num);
	for (i = 0; i < 128; i++)
		driver_desc(driver_table(&d, FREE_AT), i, 0x8000, 1 + i,
			    VRING_DESC_F_NEXT | (i > 60) << 1, i + 1);
	while (left)
		step(take(1));
	driver_stop(&d);
	return 0;
}
