// SPDX-License-Identifier: GPL-2.0
/*
 * The virtqueues of a vGPU: mapped when first served, given up when the guest
 * resets the device or takes the memory away.
 */
#include <linux/err.h>
#include <linux/virtio_ring.h>

#include "vgpu.h"

void mvgpu_vgpu_unmap_queue(struct mvgpu_vgpu *vgpu, u32 index)
{
	struct mvgpu_vgpu_queue *queue = &vgpu->queue[index];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(queue->map); i++) {
		mvgpu_map_destroy(vgpu, queue->map[i]);
		queue->map[i] = NULL;
	}
}

/**
 * mvgpu_vgpu_map_queue() - make a queue ready to be served
 * @vgpu: running
 * @index: MVGPU_QUEUE_*
 *
 * Context: work, sleeps.
 * Return: 1 if it is ready, 0 if the guest did not enable it, or an errno: what
 * the guest has set up can't be used.
 */
int mvgpu_vgpu_map_queue(struct mvgpu_vgpu *vgpu, u32 index)
{
	struct mvgpu_vgpu_queue *queue = &vgpu->queue[index];
	struct mvgpu_queue_config config;
	u64 features, addr[3], len[3];
	bool enabled;
	int i, ret;

	if (queue->map[0])
		return 1;
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		config = queue->config;
		enabled = queue->enabled;
		features = vgpu->features;
	}
	if (!enabled)
		return 0;

	addr[0] = config.desc;
	len[0] = sizeof(struct vring_desc) * config.num;
	addr[1] = config.avail;
	/* flags, idx, ring, used_event */
	len[1] = sizeof(__virtio16) * (3 + config.num);
	addr[2] = config.used;
	/* flags, idx, ring, avail_event */
	len[2] = sizeof(__virtio16) * 3 +
		 sizeof(struct vring_used_elem) * config.num;
	for (i = 0; i < 3; i++) {
		queue->map[i] = mvgpu_map_create(vgpu, addr[i], len[i]);
		if (IS_ERR(queue->map[i])) {
			ret = PTR_ERR(queue->map[i]);
			queue->map[i] = NULL;
			goto unmap;
		}
	}
	ret = mvgpu_ring_init(&queue->ring, &vgpu->mem, config.num,
			      queue->map[0]->vaddr, queue->map[1]->vaddr,
			      queue->map[2]->vaddr, features);
	if (ret)
		goto unmap;
	return 1;

unmap:
	mvgpu_vgpu_unmap_queue(vgpu, index);
	return ret;
}

static bool map_overlaps(const struct mvgpu_map *map, u64 addr, u64 len)
{
	u64 start, last;

	if (!map)
		return false;
	/* What is pinned are whole pages; the last may be the very last. */
	start = map->addr & PAGE_MASK;
	last = start + ((u64)map->nr << PAGE_SHIFT) - 1;
	return start < addr + len && addr <= last;
}

/**
 * mvgpu_vgpu_evict_queue() - unmap a queue if it lies in a range
 * @vgpu: open
 * @index: MVGPU_QUEUE_*
 * @addr: guest address
 * @len: bytes; @addr + @len does not wrap
 *
 * Context: work, sleeps.
 * Return: true if it was unmapped.
 */
bool mvgpu_vgpu_evict_queue(struct mvgpu_vgpu *vgpu, u32 index, u64 addr,
			    u64 len)
{
	struct mvgpu_vgpu_queue *queue = &vgpu->queue[index];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(queue->map); i++) {
		if (map_overlaps(queue->map[i], addr, len)) {
			mvgpu_vgpu_unmap_queue(vgpu, index);
			return true;
		}
	}
	return false;
}
