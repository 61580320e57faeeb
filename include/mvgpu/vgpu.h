/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_VGPU_H
#define _MVGPU_VGPU_H

#include <linux/types.h>
#include <mvgpu/chain.h>

struct device;
struct mvgpu_display;
struct mvgpu_gpu;
struct mvgpu_job;
struct mvgpu_type;
struct mvgpu_vgpu;
struct page;

enum {
	MVGPU_QUEUE_CONTROL,
	MVGPU_QUEUE_CURSOR,
	MVGPU_NR_QUEUES,
};

/**
 * struct mvgpu_vgpu_ops - what a frontend does for its vGPU
 *
 * Called by core. @data is what was given to mvgpu_vgpu_create().
 */
struct mvgpu_vgpu_ops {
	/**
	 * @pin: pin @nr guest pages for long and for writing.
	 *
	 * @addr is page aligned. Caller: work, sleeps. Return: 0 with all
	 * @pages filled, or -EFAULT, -ENOMEM with none pinned.
	 */
	int (*pin)(void *data, u64 addr, u32 nr, struct page **pages);
	/** @unpin: undo pin() of the same range. Caller: work, sleeps. */
	void (*unpin)(void *data, u64 addr, u32 nr);
	/** @read: see struct mvgpu_mem. Fails while bus mastering is off. */
	int (*read)(void *data, u64 addr, void *buf, size_t len);
	/** @write: see struct mvgpu_mem. */
	int (*write)(void *data, u64 addr, const void *buf, size_t len);
	/** @dma_allowed: may the guest's memory be touched now (bus master)? */
	bool (*dma_allowed)(void *data);
	/** @signal: interrupt for queue @queue. Caller: work. */
	void (*signal)(void *data, u32 queue);
	/**
	 * @config_changed: config space has news: bump the generation,
	 * interrupt. Caller: any process context, may not sleep.
	 */
	void (*config_changed)(void *data);
	/** @broken: the device needs a reset (DEVICE_NEEDS_RESET). Work. */
	void (*broken)(void *data);
};

/**
 * struct mvgpu_queue_config - a virtqueue as the guest has set it up
 * @num: entries
 * @desc: guest address of the descriptor table
 * @avail: guest address of the driver area
 * @used: guest address of the device area
 */
struct mvgpu_queue_config {
	u16 num;
	u64 desc, avail, used;
};

/**
 * mvgpu_vgpu_create() - a vGPU of a type
 * @gpu: which GPU; held until mvgpu_vgpu_destroy()
 * @type: which type
 * @dev: the frontend's device; gets the mvgpu/ attributes (core adds and
 *	removes the group); alive until destroy returns
 * @ops: constant
 * @data: given back to @ops
 *
 * Context: process, sleeps.
 * Return: the vGPU, closed, or ERR_PTR: -ENOSPC (no room for the type),
 * -ENODEV (the GPU is going), -ENOMEM.
 */
struct mvgpu_vgpu *mvgpu_vgpu_create(struct mvgpu_gpu *gpu,
				     const struct mvgpu_type *type,
				     struct device *dev,
				     const struct mvgpu_vgpu_ops *ops,
				     void *data);

/** mvgpu_vgpu_destroy() - of a closed vGPU; sleeps; can't fail. */
void mvgpu_vgpu_destroy(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_open() - a tenant comes
 * @vgpu: closed
 *
 * Context: process, sleeps.
 * Return: 0, -ENODEV (GPU lost or going), -EACCES (banned), -ENOMEM.
 */
int mvgpu_vgpu_open(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_close() - the tenant is gone
 * @vgpu: open
 *
 * Drops what is queued, waits for what runs (bounded by the watchdog), frees
 * everything of the tenant, unpins every page. ops->pin() and friends are not
 * called any more when it returns.
 *
 * Context: process, sleeps.
 */
void mvgpu_vgpu_close(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_start() - the driver has set DRIVER_OK
 * @vgpu: open
 * @features: negotiated
 *
 * Context: any process context, does not sleep.
 */
void mvgpu_vgpu_start(struct mvgpu_vgpu *vgpu, u64 features);

/**
 * mvgpu_vgpu_queue_enable() - the driver has enabled a queue
 * @vgpu: open
 * @queue: MVGPU_QUEUE_*
 * @config: copied
 *
 * The queue is mapped later, by the work; if that fails ops->broken() is called.
 *
 * Context: any process context, does not sleep.
 */
void mvgpu_vgpu_queue_enable(struct mvgpu_vgpu *vgpu, u32 queue,
			     const struct mvgpu_queue_config *config);

/**
 * mvgpu_vgpu_kick() - there may be something in its queues
 * @vgpu: open
 *
 * Also to be called when DMA becomes allowed again.
 *
 * Context: any, does not sleep.
 */
void mvgpu_vgpu_kick(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_reset_begin() - back to the state after open
 * @vgpu: open
 *
 * Nothing is fetched, signalled or written to the guest from now on. What runs
 * is waited for by the work (bounded by the watchdog).
 *
 * Context: any process context, does not sleep.
 */
void mvgpu_vgpu_reset_begin(struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_reset_pending() - has a reset not ended yet? Any context. */
bool mvgpu_vgpu_reset_pending(struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_reset_wait() - wait for its end; sleeps. */
void mvgpu_vgpu_reset_wait(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_ask() - guest memory is going away, of this vGPU or of a neighbour
 * @vgpu: open or not
 *
 * It pins nothing, even if it is closed and opened meanwhile, until the calling task is
 * back in user space: by then who takes the memory away has looked whether it is free.
 * Behind this mvgpu_vgpu_evict() if it is open.
 *
 * Context: process, sleeps.
 */
void mvgpu_vgpu_ask(struct mvgpu_vgpu *vgpu);

/**
 * mvgpu_vgpu_evict() - let go of guest memory
 * @vgpu: open
 * @addr: guest address, page aligned
 * @len: bytes
 *
 * When it returns no page of the range is pinned and no DMA can reach it:
 * overlapping backings were detached from the GPU, an overlapping queue is
 * broken.
 *
 * Context: process, sleeps; the caller holds no lock that ops->pin() or
 * ops->unpin() take.
 */
void mvgpu_vgpu_evict(struct mvgpu_vgpu *vgpu, u64 addr, u64 len);

/** mvgpu_vgpu_type() - what it was created from. */
const struct mvgpu_type *mvgpu_vgpu_type(const struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_gpu() - the GPU it is a part of. */
struct mvgpu_gpu *mvgpu_vgpu_gpu(const struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_dev() - the frontend's device; for traces. */
struct device *mvgpu_vgpu_dev(const struct mvgpu_vgpu *vgpu);

/** mvgpu_vgpu_display() - its displays; as long as the vGPU exists. */
struct mvgpu_display *mvgpu_vgpu_display(struct mvgpu_vgpu *vgpu);

#endif
