// SPDX-License-Identifier: GPL-2.0
/*
 * The device's virtqueues.
 *
 * A request is queued as a whole or not at all: the ring must have a descriptor
 * for each of its parts. Indirect tables usually need far less, but if there is
 * no memory for one the ring itself must do, or a submit() that found the queue
 * empty would wait for a completion that never comes.
 */

#include "virtio.h"

#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>

/* QEMU's renderer takes fences as int. */
#define FENCE_MAX S32_MAX
/* As with jiffies, the wrap comes soon, so that it is nothing rare. */
#define FENCE_FIRST (FENCE_MAX - 1000)

/* Fences that one request may take. */
#define FENCES_PER_REQUEST 8

static int command_add_locked(struct mvgpu_virtio *gpu,
			      struct mvgpu_virtio_command *command)
{
	struct scatterlist req, resp, *sgs[3];
	unsigned int out = 0;
	int err;

	lockdep_assert_held(&gpu->lock);

	if (command->fenced) {
		command->req.hdr.flags = cpu_to_le32(VIRTIO_GPU_FLAG_FENCE);
		command->req.hdr.fence_id = cpu_to_le64(gpu->fence + 1);
	}
	sg_init_one(&req, &command->req, command->req_len);
	sgs[out++] = &req;
	if (command->data)
		sgs[out++] = command->pages.sgl;
	sg_init_one(&resp, command->resp, command->resp_len);
	sgs[out] = &resp;

	err = virtqueue_add_sgs(gpu->ctrl, sgs, out, 1, command, GFP_NOWAIT);
	if (err)
		return err;

	command->request->nr_pending++;
	if (command->fenced) {
		gpu->fence++;
		gpu->nr_fences++;
		mvgpu_virtio_poll_start_locked(gpu);
	}
	return 0;
}

static int request_add_locked(struct mvgpu_virtio *gpu,
			      struct mvgpu_virtio_request *request)
{
	int err = 0;
	u32 i;

	lockdep_assert_held(&gpu->lock);

	if (!gpu->running || virtqueue_is_broken(gpu->ctrl))
		return -EIO;
	if (gpu->ctrl->num_free < request->nr_sgs)
		return -EBUSY;
	if (gpu->fence > FENCE_MAX - FENCES_PER_REQUEST) {
		/* Ids begin again when no larger one is left to compare with. */
		if (gpu->nr_fences)
			return -EBUSY;
		gpu->fence = 0;
	}

	for (i = 0; i < request->nr && !err; i++)
		err = command_add_locked(gpu, &request->command[i]);
	if (!err)
		return 0;
	/* No memory to map it with: the runner tries again. */
	if (!request->nr_pending)
		return err == -ENOMEM ? -EBUSY : -EIO;

	/* Torn: it ends with what was queued, and the GPU is reset. */
	request->status = -EIO;
	gpu->lost = true;
	return 0;
}

/**
 * mvgpu_virtio_queue_add() - queue a request
 * @gpu: the GPU
 * @request: not queued
 *
 * Context: any, does not sleep.
 * Return: 0; -EBUSY: no room or no memory now; -EIO: the GPU is lost.
 */
int mvgpu_virtio_queue_add(struct mvgpu_virtio *gpu,
			   struct mvgpu_virtio_request *request)
{
	unsigned long flags;
	bool lost;
	int err;

	spin_lock_irqsave(&gpu->lock, flags);
	err = request_add_locked(gpu, request);
	lost = gpu->lost;
	spin_unlock_irqrestore(&gpu->lock, flags);
	if (lost)
		mvgpu_virtio_lost(gpu);
	return err;
}

/**
 * mvgpu_virtio_queue_kick() - tell the device what was added
 * @gpu: the GPU
 *
 * Context: any, does not sleep.
 */
void mvgpu_virtio_queue_kick(struct mvgpu_virtio *gpu)
{
	unsigned long flags;
	bool notify;

	/* Pairs with synchronize_rcu() in mvgpu_virtio_queue_stop(). */
	rcu_read_lock();
	spin_lock_irqsave(&gpu->lock, flags);
	notify = gpu->running && virtqueue_kick_prepare(gpu->ctrl);
	spin_unlock_irqrestore(&gpu->lock, flags);
	/* An exit to the host: not with the lock. */
	if (notify)
		virtqueue_notify(gpu->ctrl);
	rcu_read_unlock();
}

/* Is it a response at all? If it is: does it say that all went well? */
static bool response_check(const struct mvgpu_virtio_command *command, u32 len,
			   int *status)
{
	const struct virtio_gpu_ctrl_hdr *hdr = command->resp;
	u32 type = le32_to_cpu(hdr->type);

	*status = -EIO;
	/*
	 * What was not written is 0, which is no type: a length that is too
	 * short tells nothing more. QEMU 10.0 loses it behind an IOMMU, where
	 * an element of the used ring lies on two pages.
	 */
	if (len > command->resp_len)
		return false;
	if (hdr->flags & cpu_to_le32(VIRTIO_GPU_FLAG_FENCE) &&
	    hdr->fence_id != command->req.hdr.fence_id)
		return false;
	if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC)
		return type <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (command->request->job ? type != VIRTIO_GPU_RESP_OK_NODATA :
				    (type < VIRTIO_GPU_RESP_OK_NODATA ||
				     type > VIRTIO_GPU_RESP_OK_MAP_INFO))
		return false;
	*status = 0;
	return true;
}

/*
 * The device has handed @command back; -EIO as @status without a response.
 * Returns true if an undo was added, which wants a kick.
 */
static bool command_end_locked(struct mvgpu_virtio *gpu,
			       struct mvgpu_virtio_command *command, int status,
			       struct list_head *ended)
{
	struct mvgpu_virtio_request *request = command->request;

	lockdep_assert_held(&gpu->lock);

	if (command->fenced && !WARN_ON_ONCE(!gpu->nr_fences)) {
		gpu->nr_fences--;
		mvgpu_virtio_poll_progress_locked(gpu);
	}
	/* That one was lost is not forgotten because another was refused. */
	if (!status)
		request->created |= command == request->command;
	else if (request->status != -ETIMEDOUT)
		request->status = status;
	if (--request->nr_pending)
		return false;

	if (request->status && request->created && request->undo) {
		command = request->undo;
		request->undo = NULL;
		if (gpu->running && !command_add_locked(gpu, command))
			return true;
		/* A resource that core does not know: only a reset helps. */
		gpu->lost = true;
	}
	list_add_tail(&request->ended, ended);
	return false;
}

static void query_end(struct mvgpu_virtio *gpu,
		      struct mvgpu_virtio_request *request)
{
	unsigned long flags;
	bool abandoned;

	spin_lock_irqsave(&gpu->lock, flags);
	abandoned = request->abandoned;
	if (!abandoned)
		complete(&request->completion);
	spin_unlock_irqrestore(&gpu->lock, flags);
	if (abandoned)
		mvgpu_virtio_request_free(request);
}

static void requests_end(struct mvgpu_virtio *gpu, struct list_head *ended)
{
	struct mvgpu_virtio_request *request, *next;

	list_for_each_entry_safe(request, next, ended, ended) {
		list_del_init(&request->ended);
		if (request->job)
			mvgpu_job_done(request->job, request->status);
		else
			query_end(gpu, request);
	}
}

static void ctrl_done(struct virtqueue *vq)
{
	struct mvgpu_virtio *gpu = vq->vdev->priv;
	struct mvgpu_virtio_command *command;
	unsigned long flags;
	bool lost, kick = false;
	LIST_HEAD(ended);
	int status;
	u32 len;

	spin_lock_irqsave(&gpu->lock, flags);
	if (!gpu->running) {
		spin_unlock_irqrestore(&gpu->lock, flags);
		return;
	}
	do {
		virtqueue_disable_cb(vq);
		while ((command = virtqueue_get_buf(vq, &len))) {
			if (!response_check(command, len, &status) &&
			    command->request->job) {
				gpu->lost = true;
				/* Who knows what it has done. */
				status = -ETIMEDOUT;
			}
			kick |= command_end_locked(gpu, command, status,
						   &ended);
		}
	} while (!virtqueue_enable_cb(vq));
	lost = gpu->lost;
	spin_unlock_irqrestore(&gpu->lock, flags);

	/* First, so that core does not submit to it on the next completion. */
	if (lost)
		mvgpu_virtio_lost(gpu);
	requests_end(gpu, &ended);
	if (kick)
		mvgpu_virtio_queue_kick(gpu);
}

/* Nothing is ever put into it: guests' cursors are no cursors of the device. */
static void cursor_done(struct virtqueue *vq)
{
}

/**
 * mvgpu_virtio_queue_start() - make the queues, and the device ready
 * @gpu: the GPU; its device was reset and has got its features
 *
 * Context: process, sleeps.
 * Return: 0, or an errno: then there are no queues.
 */
int mvgpu_virtio_queue_start(struct mvgpu_virtio *gpu)
{
	struct virtqueue_info info[] = {
		{ "control", ctrl_done },
		{ "cursor", cursor_done },
	};
	struct virtio_device *vdev = gpu->vdev;
	struct virtqueue *vqs[ARRAY_SIZE(info)];
	unsigned int size;
	int err;

	err = virtio_find_vqs(vdev, ARRAY_SIZE(info), vqs, info, NULL);
	if (err)
		return err;

	size = virtqueue_get_vring_size(vqs[0]);
	if (size < MVGPU_VIRTIO_MIN_QUEUE) {
		vdev->config->del_vqs(vdev);
		dev_err(&vdev->dev, "control queue of %u is too short\n", size);
		return -ENODEV;
	}
	/* What core was told at registration holds on. */
	if (size < gpu->ring_size) {
		vdev->config->del_vqs(vdev);
		return -ENODEV;
	}
	if (!gpu->ring_size) {
		gpu->ring_size = size;
		size = (size - MVGPU_VIRTIO_RESERVED) * PAGE_SIZE;
		gpu->max_stream = min(size, MVGPU_VIRTIO_MAX_STREAM);
		gpu->max_runs = min_t(u32, MVGPU_VIRTIO_MAX_RUNS, size /
				      sizeof(struct virtio_gpu_mem_entry));
	}

	gpu->ctrl = vqs[0];
	virtio_device_ready(vdev);

	spin_lock_irq(&gpu->lock);
	gpu->fence = FENCE_FIRST;
	gpu->lost = false;
	gpu->running = true;
	spin_unlock_irq(&gpu->lock);
	return 0;
}

/**
 * mvgpu_virtio_queue_stop() - use the queues no more
 * @gpu: the GPU
 *
 * The device may still read and write what is in them.
 *
 * Context: process, sleeps.
 */
void mvgpu_virtio_queue_stop(struct mvgpu_virtio *gpu)
{
	spin_lock_irq(&gpu->lock);
	gpu->running = false;
	spin_unlock_irq(&gpu->lock);
	/* Pairs with rcu_read_lock() in mvgpu_virtio_queue_kick(). */
	synchronize_rcu();
	mvgpu_virtio_poll_stop(gpu);
}

/**
 * mvgpu_virtio_queue_delete() - end what was in the queues, and delete them
 * @gpu: the GPU; its queues were stopped, then its device was reset or is gone
 *
 * Context: process, sleeps.
 */
void mvgpu_virtio_queue_delete(struct mvgpu_virtio *gpu)
{
	struct mvgpu_virtio_command *command;
	LIST_HEAD(ended);

	if (!gpu->ctrl)
		return;

	spin_lock_irq(&gpu->lock);
	while ((command = virtqueue_detach_unused_buf(gpu->ctrl))) {
		/* The reset takes what would have to be undone. */
		command->request->undo = NULL;
		command_end_locked(gpu, command, -EIO, &ended);
	}
	WARN_ON_ONCE(gpu->nr_fences);
	spin_unlock_irq(&gpu->lock);
	requests_end(gpu, &ended);

	gpu->ctrl = NULL;
	gpu->vdev->config->del_vqs(gpu->vdev);
}
