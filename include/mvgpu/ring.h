/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_RING_H
#define _MVGPU_RING_H

#include <linux/bitmap.h>
#include <linux/types.h>
#include <linux/virtio_ring.h>
#include <mvgpu/chain.h>

/* Larger of the two virtqueue sizes (control 256, cursor 16). */
#define MVGPU_RING_MAX 256

/**
 * struct mvgpu_ring - device side of one split virtqueue (virtio 1.3, 2.7)
 *
 * Owned by the vGPU's work: no function here takes a lock. The three parts are
 * the guest's memory, mapped by the owner: the guest writes to them at any
 * time. Nothing outside ring/ touches them.
 */
struct mvgpu_ring {
	/** @mem: for indirect tables. */
	struct mvgpu_mem *mem;
	/** @num: entries, a power of two, at most MVGPU_RING_MAX. */
	u16 num;
	/** @event_idx: VIRTIO_RING_F_EVENT_IDX was negotiated. */
	bool event_idx;
	/** @indirect: VIRTIO_RING_F_INDIRECT_DESC was negotiated. */
	bool indirect;
	/** @broken: the guest broke the rules; only a reset mends it. */
	bool broken;
	/** @desc: descriptor table. */
	struct vring_desc *desc;
	/** @avail: the guest's ring. */
	struct vring_avail *avail;
	/** @used: our ring. */
	struct vring_used *used;
	/** @last_avail: next entry of avail to fetch. */
	u16 last_avail;
	/** @last_used: entries of used written so far (shadow of used->idx). */
	u16 last_used;
	/** @signalled_used: @last_used at the last signal. */
	u16 signalled_used;
	/** @signalled_valid: false until the first signal. */
	bool signalled_valid;
	/** @inflight: heads fetched and not pushed; a guest may not reuse one. */
	DECLARE_BITMAP(inflight, MVGPU_RING_MAX);
};

/**
 * mvgpu_ring_init() - start a ring that the guest has just enabled
 * @ring: to fill; what it held is forgotten
 * @mem: the guest's memory, outlives the ring
 * @num: entries
 * @desc: mapped, 16 byte aligned
 * @avail: mapped, 2 byte aligned
 * @used: mapped, 4 byte aligned
 * @features: negotiated feature bits
 *
 * Return: 0, or -EINVAL (size or alignment).
 */
int mvgpu_ring_init(struct mvgpu_ring *ring, struct mvgpu_mem *mem, u16 num,
		    void *desc, void *avail, void *used, u64 features);

/**
 * mvgpu_ring_fetch() - take the next chain
 * @ring: the ring
 * @chain: filled; the caller releases it
 *
 * Every descriptor is read once. A loop, a chain over MVGPU_CHAIN_MAX, a
 * readable descriptor behind a writable one, a nested or malformed indirect
 * table, an index out of range, a head that is still in flight, or more new
 * entries than the ring has: the ring is broken.
 *
 * Context: work, may sleep.
 * Return: 1 with a chain, 0 if there is none, -EPROTO if the ring is broken
 * (now or before), -EFAULT likewise for an indirect table that can't be read,
 * -ENOMEM (ring unchanged: try again later).
 */
int mvgpu_ring_fetch(struct mvgpu_ring *ring, struct mvgpu_chain *chain);

/**
 * mvgpu_ring_push() - hand a chain back
 * @ring: the ring
 * @head: of a chain fetched before
 * @len: bytes written
 */
void mvgpu_ring_push(struct mvgpu_ring *ring, u16 head, u32 len);

/**
 * mvgpu_ring_needs_signal() - does the guest want an interrupt for what was
 * pushed since the last call?
 * @ring: the ring
 *
 * Contains the full barrier between writing used->idx and reading the guest's
 * wish (virtio 1.3, 2.7.7.2, 2.7.10).
 *
 * Return: true if it does.
 */
bool mvgpu_ring_needs_signal(struct mvgpu_ring *ring);

/** mvgpu_ring_kicks_off() - ask the guest not to kick while it is served. */
void mvgpu_ring_kicks_off(struct mvgpu_ring *ring);

/**
 * mvgpu_ring_kicks_on() - ask for kicks again
 * @ring: the ring
 *
 * Contains the full barrier that pairs with the guest's between writing
 * avail->idx and reading our wish.
 *
 * Return: true if something came in meanwhile: fetch again.
 */
bool mvgpu_ring_kicks_on(struct mvgpu_ring *ring);

#endif
