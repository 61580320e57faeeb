/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_EVICTION_H
#define _MVGPU_CORE_EVICTION_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct mvgpu_eviction - a caller of mvgpu_vgpu_evict(); on its stack
 * @node: in vgpu->evictions; vgpu->lock
 * @addr: guest address
 * @len: bytes; @addr + @len does not wrap
 * @done: nothing of the range is pinned; the work's last touch
 */
struct mvgpu_eviction {
	struct list_head node;
	u64 addr, len;
	struct completion done;
};

struct mvgpu_vgpu;

/**
 * mvgpu_vgpu_work_evict() - let go of memory that is going away
 * @vgpu: open
 *
 * Context: work, sleeps.
 * Return: true if nothing may be pinned in this run.
 */
bool mvgpu_vgpu_work_evict(struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_evict_forget() - it is destroyed; nobody asks it any more. */
void mvgpu_vgpu_evict_forget(struct mvgpu_vgpu *vgpu);

#endif
