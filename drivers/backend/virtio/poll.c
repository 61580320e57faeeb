// SPDX-License-Identifier: GPL-2.0
/*
 * Early polls for fences.
 *
 * QEMU looks for fences that its renderer has reached from a timer of 10 ms,
 * and whenever the control queue is kicked. While a fence is out we kick it
 * with nothing in it, first soon and then less and less often, so that the
 * time that is charged to a vGPU is its own and not the timer's.
 */

#include "virtio.h"

#include <linux/ktime.h>

#define POLL_MIN_NS (50 * NSEC_PER_USEC)
#define POLL_MAX_NS (2 * NSEC_PER_MSEC)

static bool poll_again(struct mvgpu_virtio *gpu)
{
	unsigned long flags;
	bool again;

	spin_lock_irqsave(&gpu->lock, flags);
	again = gpu->running && gpu->nr_fences;
	if (again)
		gpu->poll_ns = min_t(u64, gpu->poll_ns * 2, POLL_MAX_NS);
	else
		gpu->poll_active = false;
	spin_unlock_irqrestore(&gpu->lock, flags);
	return again;
}

static enum hrtimer_restart poll_fire(struct hrtimer *timer)
{
	struct mvgpu_virtio *gpu = container_of(timer, struct mvgpu_virtio,
						poll);

	if (!poll_again(gpu))
		return HRTIMER_NORESTART;

	/* poll_stop() waits for us before the queues are deleted. */
	virtqueue_notify(gpu->ctrl);
	hrtimer_forward_now(timer, ns_to_ktime(READ_ONCE(gpu->poll_ns)));
	return HRTIMER_RESTART;
}

/**
 * mvgpu_virtio_poll_init() - before the queues are started
 * @gpu: the GPU
 */
void mvgpu_virtio_poll_init(struct mvgpu_virtio *gpu)
{
	hrtimer_setup(&gpu->poll, poll_fire, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * mvgpu_virtio_poll_start_locked() - a fence was queued
 * @gpu: the GPU
 */
void mvgpu_virtio_poll_start_locked(struct mvgpu_virtio *gpu)
{
	lockdep_assert_held(&gpu->lock);
	gpu->poll_ns = POLL_MIN_NS;
	if (gpu->poll_active)
		return;
	gpu->poll_active = true;
	hrtimer_start(&gpu->poll, ns_to_ktime(POLL_MIN_NS),
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * mvgpu_virtio_poll_progress_locked() - a fence was reached
 * @gpu: the GPU
 *
 * What is next in the queue has begun only now.
 */
void mvgpu_virtio_poll_progress_locked(struct mvgpu_virtio *gpu)
{
	lockdep_assert_held(&gpu->lock);
	gpu->poll_ns = POLL_MIN_NS;
}

/**
 * mvgpu_virtio_poll_stop() - the queues are not running any more
 * @gpu: the GPU
 *
 * Context: process, sleeps.
 */
void mvgpu_virtio_poll_stop(struct mvgpu_virtio *gpu)
{
	hrtimer_cancel(&gpu->poll);
	gpu->poll_active = false;
}
