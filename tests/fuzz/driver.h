/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRIVER_H
#define _DRIVER_H

#include <linux/bits.h>
#include <mvgpu/ring.h>

#include "guest.h"

/* Where the parts of the ring lie in the guest's memory. */
#define DESC_AT 0x0
#define AVAIL_AT 0x1000
#define USED_AT 0x2000
/* The rest of the guest's memory is the test's. */
#define FREE_AT 0x4000
#define GUEST_SIZE 0x10000

/**
 * struct driver - the guest's side of a virtqueue, and the ring under test
 * @guest: its memory
 * @ring: the device side
 * @desc: in the guest's memory
 * @avail: likewise
 * @used: likewise
 * @num: entries
 */
struct driver {
	struct guest *guest;
	struct mvgpu_ring ring;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u16 num;
};

#define FEATURE_INDIRECT BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC)
#define FEATURE_EVENT BIT_ULL(VIRTIO_RING_F_EVENT_IDX)

void driver_start(struct driver *driver, u16 num, u64 features);
void driver_stop(struct driver *driver);
/** driver_desc() - fill entry @i of a table. */
void driver_desc(struct vring_desc *table, u16 i, u64 addr, u32 len, u16 flags,
		 u16 next);
/** driver_offer() - make @head available. */
void driver_offer(struct driver *driver, u16 head);
/** driver_table() - an indirect table in the guest's memory. */
struct vring_desc *driver_table(struct driver *driver, u64 addr);

#endif
