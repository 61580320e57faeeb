// SPDX-License-Identifier: GPL-2.0
/*
 * Split virtqueue, device side. Paragraphs are those of virtio 1.3.
 *
 * The guest may change every byte of the ring at any moment. Each value is
 * therefore loaded once, with READ_ONCE(), and all that follows works on what
 * was loaded.
 */
#include <mvgpu/ring.h>

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_byteorder.h>
#include <asm/barrier.h>

#include "internal.h"

static_assert(sizeof(struct vring_desc) == 16);
static_assert(sizeof(struct vring_used_elem) == 8);
/* The walk's counters and an indirect table's bytes fit their types. */
static_assert(MVGPU_CHAIN_MAX <= U16_MAX);

/* Indirect tables up to this size are read to the stack. */
#define SMALL_TABLE MVGPU_CHAIN_INLINE

/*
 * A chain while it is collected
 */
struct walk {
	struct mvgpu_ring *ring;
	struct mvgpu_chain *chain;
	/* Segments that chain->seg has room for. */
	u32 room;
};

/*
 * A descriptor in the CPU's byte order
 */
struct desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

/* VERSION_1 is mandatory: everything is little endian (2.7.1). */
static u16 get16(const __virtio16 *from)
{
	return __virtio16_to_cpu(true, READ_ONCE(*from));
}

static u32 get32(const __virtio32 *from)
{
	return __virtio32_to_cpu(true, READ_ONCE(*from));
}

static u64 get64(const __virtio64 *from)
{
	return __virtio64_to_cpu(true, READ_ONCE(*from));
}

static void put16(__virtio16 *to, u16 val)
{
	WRITE_ONCE(*to, __cpu_to_virtio16(true, val));
}

static void put32(__virtio32 *to, u32 val)
{
	WRITE_ONCE(*to, __cpu_to_virtio32(true, val));
}

static struct desc desc_load(const struct vring_desc *from)
{
	return (struct desc) {
		.addr = get64(&from->addr),
		.len = get32(&from->len),
		.flags = get16(&from->flags),
		.next = get16(&from->next),
	};
}

/* 2.7.6: used_event follows the available ring. */
static const __virtio16 *used_event(const struct mvgpu_ring *ring)
{
	return &ring->avail->ring[ring->num];
}

/* 2.7.8: avail_event follows the used ring. */
static __virtio16 *avail_event(const struct mvgpu_ring *ring)
{
	return (__virtio16 *)&ring->used->ring[ring->num];
}

int mvgpu_ring_init(struct mvgpu_ring *ring, struct mvgpu_mem *mem, u16 num,
		    void *desc, void *avail, void *used, u64 features)
{
	memset(ring, 0, sizeof(*ring));
	/* Until all is set. */
	ring->broken = true;

	/* 2.7: queue size is a power of two; alignments from the table. */
	if (!is_power_of_2(num) || num > MVGPU_RING_MAX)
		return -EINVAL;
	if (!IS_ALIGNED((unsigned long)desc, VRING_DESC_ALIGN_SIZE) ||
	    !IS_ALIGNED((unsigned long)avail, VRING_AVAIL_ALIGN_SIZE) ||
	    !IS_ALIGNED((unsigned long)used, VRING_USED_ALIGN_SIZE))
		return -EINVAL;

	ring->mem = mem;
	ring->num = num;
	ring->event_idx = features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
	ring->indirect = features & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC);
	ring->desc = desc;
	ring->avail = avail;
	ring->used = used;
	ring->broken = false;
	return 0;
}

/* Append a descriptor that is not an indirect table. */
static int walk_add(struct walk *walk, const struct desc *desc)
{
	struct mvgpu_chain *chain = walk->chain;
	u32 nr = chain->nr_out + chain->nr_in;
	int err;

	/*
	 * Not forbidden, of no use, and not sent by Linux. Its place in the
	 * order of readable and writable ones does not matter.
	 */
	if (!desc->len)
		return 0;
	if (nr == MVGPU_CHAIN_MAX)
		return -EPROTO;
	/* In a direct chain no more than the ring's entries can follow. */
	if (nr == walk->room) {
		err = mvgpu_chain_reserve(chain, &walk->room,
					  nr + walk->ring->num);
		if (err)
			return err;
	}
	return mvgpu_chain_add(chain, desc->addr, desc->len,
			       desc->flags & VRING_DESC_F_WRITE);
}

/* Follow an indirect table; @table is a private copy. */
static int walk_table(struct walk *walk, const struct vring_desc *table, u32 nr)
{
	u32 i = 0, seen;

	/* More steps than entries: a loop (2.7.5.2). */
	for (seen = 0; seen < nr; seen++) {
		struct desc desc = desc_load(&table[i]);
		int err;

		/* 2.7.5.3.1: no table in a table. */
		if (desc.flags & VRING_DESC_F_INDIRECT)
			return -EPROTO;
		err = walk_add(walk, &desc);
		if (err)
			return err;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return 0;
		if (desc.next >= nr)
			return -EPROTO;
		i = array_index_nospec(desc.next, nr);
	}
	return -EPROTO;
}

/* 2.7.5.3: read the whole table once, then follow the copy. */
static int walk_indirect(struct walk *walk, const struct desc *desc)
{
	struct vring_desc small[SMALL_TABLE];
	struct vring_desc *table = small;
	struct mvgpu_mem *mem = walk->ring->mem;
	struct mvgpu_chain *chain = walk->chain;
	u32 nr = desc->len / sizeof(*table);
	int err;

	/* 2.7.5.3.1: only if negotiated, and never together with NEXT. */
	if (!walk->ring->indirect || desc->flags & VRING_DESC_F_NEXT)
		return -EPROTO;
	if (!nr || desc->len % sizeof(*table) || nr > MVGPU_CHAIN_MAX)
		return -EPROTO;

	err = mvgpu_chain_reserve(chain, &walk->room,
				  chain->nr_out + chain->nr_in + nr);
	if (err)
		return err;
	if (nr > SMALL_TABLE) {
		table = kvmalloc_array(nr, sizeof(*table),
				       GFP_KERNEL | __GFP_NOWARN);
		if (!table)
			return -ENOMEM;
	}
	if (mem->read(mem, desc->addr, table, nr * sizeof(*table)))
		err = -EFAULT;
	else
		err = walk_table(walk, table, nr);
	if (table != small)
		kvfree(table);
	return err;
}

/* Follow the chain from @head, which is below ring->num. */
static int walk_chain(struct walk *walk, u16 head)
{
	struct mvgpu_ring *ring = walk->ring;
	u32 i = head, seen;

	/* More steps than entries: a loop (2.7.5.2). */
	for (seen = 0; seen < ring->num; seen++) {
		struct desc desc = desc_load(&ring->desc[i]);
		int err;

		/* 2.7.5.3.2: it may follow normal ones, and is the last. */
		if (desc.flags & VRING_DESC_F_INDIRECT)
			return walk_indirect(walk, &desc);
		err = walk_add(walk, &desc);
		if (err)
			return err;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return 0;
		if (desc.next >= ring->num)
			return -EPROTO;
		i = array_index_nospec(desc.next, ring->num);
	}
	return -EPROTO;
}

/* Load the next head; 1 with @head, 0 if there is none, -EPROTO. */
static int next_head(struct mvgpu_ring *ring, u16 *head)
{
	u16 new = get16(&ring->avail->idx) - ring->last_avail;
	u16 val;

	if (!new)
		return 0;
	/* 2.7.13.3: the driver never exposes more than the ring has. */
	if (new > ring->num)
		return -EPROTO;

	/*
	 * Pairs with the driver's barrier before it updates idx (2.7.13.3.1):
	 * the entry and its descriptors are loaded after idx.
	 */
	virt_rmb();

	val = get16(&ring->avail->ring[ring->last_avail & (ring->num - 1)]);
	if (val >= ring->num)
		return -EPROTO;
	val = array_index_nospec(val, ring->num);
	if (test_bit(val, ring->inflight))
		return -EPROTO;
	*head = val;
	return 1;
}

int mvgpu_ring_fetch(struct mvgpu_ring *ring, struct mvgpu_chain *chain)
{
	struct walk walk = {
		.ring = ring,
		.chain = chain,
		.room = MVGPU_CHAIN_INLINE,
	};
	u16 head = 0;
	int ret;

	mvgpu_chain_init(chain, 0);
	if (ring->broken)
		return -EPROTO;

	ret = next_head(ring, &head);
	if (!ret)
		return 0;
	if (ret > 0) {
		chain->head = head;
		ret = walk_chain(&walk, head);
	}
	if (ret) {
		mvgpu_chain_release(chain);
		ring->broken = ret != -ENOMEM;
		return ret;
	}

	__set_bit(head, ring->inflight);
	ring->last_avail++;
	return 1;
}

void mvgpu_ring_push(struct mvgpu_ring *ring, u16 head, u32 len)
{
	struct vring_used_elem *elem;

	if (WARN_ON_ONCE(head >= MVGPU_RING_MAX ||
			 !__test_and_clear_bit(head, ring->inflight)))
		return;
	/* Its memory may not even be mapped any more. */
	if (ring->broken)
		return;

	elem = &ring->used->ring[ring->last_used & (ring->num - 1)];
	put32(&elem->id, head);
	put32(&elem->len, len);

	/*
	 * 2.7.8.2: the entry is there before idx tells of it. Pairs with the
	 * driver's read barrier between idx and the entry (2.7.14).
	 */
	virt_wmb();

	ring->last_used++;
	put16(&ring->used->idx, ring->last_used);
}

bool mvgpu_ring_needs_signal(struct mvgpu_ring *ring)
{
	u16 old = ring->signalled_used, new = ring->last_used;
	bool valid = ring->signalled_valid;

	if (ring->broken || old == new)
		return false;
	ring->signalled_used = new;
	ring->signalled_valid = true;

	/*
	 * 2.7.7.2, 2.7.10: used->idx is visible before the driver's wish is
	 * loaded. Pairs with the driver's barrier between writing used_event
	 * or flags and its last look at used->idx.
	 */
	virt_mb();

	if (!ring->event_idx)
		return !(get16(&ring->avail->flags) &
			 VRING_AVAIL_F_NO_INTERRUPT);
	/* Before the first signal used_event may not be set yet. */
	return !valid || vring_need_event(get16(used_event(ring)), new, old);
}

void mvgpu_ring_kicks_off(struct mvgpu_ring *ring)
{
	/*
	 * With EVENT_IDX flags stay 0 (2.7.10.2), and avail_event that lags
	 * behind keeps the driver silent.
	 */
	if (!ring->broken && !ring->event_idx)
		put16(&ring->used->flags, VRING_USED_F_NO_NOTIFY);
}

bool mvgpu_ring_kicks_on(struct mvgpu_ring *ring)
{
	if (ring->broken)
		return false;

	if (ring->event_idx)
		put16(avail_event(ring), ring->last_avail);
	else
		put16(&ring->used->flags, 0);

	/*
	 * 2.7.10: our wish is visible before the last look at avail->idx.
	 * Pairs with the driver's barrier between writing avail->idx and
	 * reading flags or avail_event (2.7.13.4.1).
	 */
	virt_mb();

	return get16(&ring->avail->idx) != ring->last_avail;
}
