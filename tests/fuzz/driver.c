// SPDX-License-Identifier: GPL-2.0
#include "driver.h"

#include <stdlib.h>
#include <string.h>

void driver_start(struct driver *driver, u16 num, u64 features)
{
	memset(driver, 0, sizeof(*driver));
	driver->guest = guest_new(GUEST_SIZE);
	driver->desc = (void *)(driver->guest->bytes + DESC_AT);
	driver->avail = (void *)(driver->guest->bytes + AVAIL_AT);
	driver->used = (void *)(driver->guest->bytes + USED_AT);
	driver->num = num;
	if (mvgpu_ring_init(&driver->ring, &driver->guest->mem, num,
			    driver->desc, driver->avail, driver->used,
			    features))
		abort();
}

void driver_stop(struct driver *driver)
{
	guest_free(driver->guest);
}

void driver_desc(struct vring_desc *table, u16 i, u64 addr, u32 len, u16 flags,
		 u16 next)
{
	table[i].addr = addr;
	table[i].len = len;
	table[i].flags = flags;
	table[i].next = next;
}

void driver_offer(struct driver *driver, u16 head)
{
	driver->avail->ring[driver->avail->idx % driver->num] = head;
	driver->avail->idx++;
}

struct vring_desc *driver_table(struct driver *driver, u64 addr)
{
	return (void *)(driver->guest->bytes + addr);
}
