// SPDX-License-Identifier: GPL-2.0
/*
 * The work of a vGPU: the only place that touches its queues and tables. It
 * never waits for the GPU: what has to wait goes on in a later run, which the
 * completion of a job brings about.
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <mvgpu/backend.h>
#include <mvgpu/job.h>
#include <mvgpu/proto.h>
#include <trace/events/mvgpu.h>

#include "eviction.h"
#include "gpu.h"
#include "vgpu.h"

/* Commands of one run; other vGPUs' works have a turn in between. */
#define RUN_BUDGET 64
/* When memory was short. */
#define RETRY_DELAY msecs_to_jiffies(10)

static enum mvgpu_vgpu_state vgpu_state(struct mvgpu_vgpu *vgpu)
{
	guard(spinlock_irqsave)(&vgpu->lock);
	return vgpu->state;
}

void mvgpu_vgpu_retry(struct work_struct *work)
{
	struct mvgpu_vgpu *vgpu = container_of(work, struct mvgpu_vgpu,
					       retry.work);

	queue_work(mvgpu_vgpu_wq, &vgpu->work);
}

void mvgpu_vgpu_later(struct mvgpu_vgpu *vgpu)
{
	queue_delayed_work(mvgpu_vgpu_wq, &vgpu->retry, RETRY_DELAY);
}

void mvgpu_vgpu_break(struct mvgpu_vgpu *vgpu, const char *why)
{
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		if (vgpu->state != MVGPU_VGPU_RUNNING)
			return;
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_BROKEN);
	}
	dev_dbg(vgpu->dev, "needs a reset: %s\n", why);
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_BROKEN);
	vgpu->ops->broken(vgpu->data);
}

/*
 * Jobs on their way to the GPU and back
 */

/* The tables follow what happened; an internal job ends here. */
static void job_complete(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	mvgpu_proto_complete(vgpu->proto, job);
	vgpu->inflight--;
	job->state = MVGPU_JOB_COMPLETE;
	if (job->internal)
		mvgpu_job_free(job);
}

static int job_push(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	const struct mvgpu_backend_ops *ops = vgpu->gpu->ops;
	int ret;

	if (ops->prepare) {
		ret = ops->prepare(vgpu->gpu->priv, job);
		if (ret)
			return ret;
	}
	vgpu->inflight++;
	mvgpu_entity_push(&vgpu->entity, job);
	return 0;
}

/* Pages may be unpinned, or ids given to others, when such a job is done. */
static bool job_frees(const struct mvgpu_job *job)
{
	return job->op == MVGPU_JOB_RES_DESTROY ||
	       job->op == MVGPU_JOB_BACKING_DETACH ||
	       job->op == MVGPU_JOB_CTX_DESTROY;
}

static void job_reap(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	const struct mvgpu_backend_ops *ops = vgpu->gpu->ops;

	/* A GPU that did not let go of something is reset before we do. */
	if (job->status && job_frees(job) &&
	    !mvgpu_proto_moot(job) && !mvgpu_entity_lost(&vgpu->entity)) {
		list_add_tail(&job->queue, &vgpu->limbo);
		mvgpu_gpu_lost_at(vgpu->gpu, vgpu->entity.generation);
		return;
	}
	if (ops->unprepare)
		ops->unprepare(vgpu->gpu->priv, job);
	job_complete(vgpu, job);
}

static void work_reap(struct mvgpu_vgpu *vgpu)
{
	struct llist_node *list = llist_del_all(&vgpu->done);
	struct mvgpu_job *job, *next;
	LIST_HEAD(limbo);

	llist_for_each_entry_safe(job, next, llist_reverse_order(list), done)
		job_reap(vgpu, job);

	if (list_empty(&vgpu->limbo) || !mvgpu_entity_lost(&vgpu->entity))
		return;
	list_splice_init(&vgpu->limbo, &limbo);
	list_for_each_entry_safe(job, next, &limbo, queue) {
		list_del_init(&job->queue);
		job_reap(vgpu, job);
	}
}

void mvgpu_vgpu_over_quota(struct mvgpu_vgpu *vgpu)
{
	WRITE_ONCE(vgpu->quota_hits, vgpu->quota_hits + 1);
	mvgpu_event_vgpu(vgpu, MVGPU_EVENT_QUOTA);
}

struct mvgpu_job *mvgpu_vgpu_job_new(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_job *job = mvgpu_job_alloc(vgpu);

	if (job)
		job->internal = true;
	return job;
}

void mvgpu_vgpu_job_free(struct mvgpu_job *job)
{
	mvgpu_job_free(job);
}

int mvgpu_vgpu_job_send(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	int ret = job_push(vgpu, job);

	if (ret)
		mvgpu_job_free(job);
	return ret;
}

int mvgpu_vgpu_emit(struct mvgpu_vgpu *vgpu, int op, u32 gpu_res_id,
		    struct mvgpu_resource *res)
{
	struct mvgpu_job *job = mvgpu_vgpu_job_new(vgpu);

	if (!job)
		return -ENOMEM;
	job->op = op;
	job->res_id = gpu_res_id;
	job->res = res;
	return mvgpu_vgpu_job_send(vgpu, job);
}

bool mvgpu_vgpu_lost(struct mvgpu_vgpu *vgpu)
{
	return mvgpu_entity_lost(&vgpu->entity);
}

int mvgpu_vgpu_res_id_get(struct mvgpu_vgpu *vgpu)
{
	return ida_alloc_range(&vgpu->gpu->res_ids, 1,
			       min_t(u32, vgpu->gpu->caps.max_res_id, INT_MAX),
			       GFP_KERNEL);
}

void mvgpu_vgpu_res_id_put(struct mvgpu_vgpu *vgpu, u32 id)
{
	ida_free(&vgpu->gpu->res_ids, id);
}

int mvgpu_vgpu_ctx_id_get(struct mvgpu_vgpu *vgpu)
{
	return ida_alloc_range(&vgpu->gpu->ctx_ids, 1,
			       min_t(u32, vgpu->gpu->caps.max_ctx_id, INT_MAX),
			       GFP_KERNEL);
}

void mvgpu_vgpu_ctx_id_put(struct mvgpu_vgpu *vgpu, u32 id)
{
	ida_free(&vgpu->gpu->ctx_ids, id);
}

bool mvgpu_vgpu_has_feature(struct mvgpu_vgpu *vgpu, u32 bit)
{
	/* Written before the work serves the guest. */
	return READ_ONCE(vgpu->features) & BIT_ULL(bit);
}

void mvgpu_vgpu_refused(struct mvgpu_vgpu *vgpu, u32 ctx_id, u32 cmd, u32 at,
			int err)
{
	trace_mvgpu_stream_refused(vgpu->dev, ctx_id, cmd, at, err);
}

/*
 * Responses
 */

/* Write a response and hand the chain back; frees the job. */
static void job_respond(struct mvgpu_vgpu *vgpu, struct mvgpu_ring *ring,
			struct mvgpu_job *job)
{
	const void *resp = job->resp_data ?: &job->resp;
	int len = 0;

	if (job->resp_len)
		len = mvgpu_chain_write(&job->chain, &vgpu->mem, 0, resp,
					job->resp_len);
	/* A guest that gave us a bad address only hurts itself. */
	mvgpu_ring_push(ring, job->chain.head, max(len, 0));
	trace_mvgpu_job_respond(job);
	mvgpu_job_free(job);
}

/* Answer what is complete, in the order of the requests. */
static void work_respond(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_vgpu_queue *queue = &vgpu->queue[MVGPU_QUEUE_CONTROL];
	enum mvgpu_vgpu_state state = vgpu_state(vgpu);
	struct mvgpu_job *job, *next;
	bool pushed = false;

	/* Held until DMA is allowed again or the guest resets. */
	if (state == MVGPU_VGPU_RUNNING && !vgpu->ops->dma_allowed(vgpu->data))
		return;
	list_for_each_entry_safe(job, next, &vgpu->pending, pending) {
		if (job->state != MVGPU_JOB_COMPLETE)
			break;
		list_del_init(&job->pending);
		if (state == MVGPU_VGPU_RUNNING && queue->map[0]) {
			job_respond(vgpu, &queue->ring, job);
			pushed = true;
		} else {
			mvgpu_job_free(job);
		}
	}
	if (pushed && mvgpu_ring_needs_signal(&queue->ring))
		vgpu->ops->signal(vgpu->data, MVGPU_QUEUE_CONTROL);
}

/*
 * Requests
 */

static void control_request(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	int ret;

	mvgpu_proto_control(vgpu->proto, job);
	trace_mvgpu_job_fetch(job);
	list_add_tail(&job->pending, &vgpu->pending);
	if (job->op == MVGPU_JOB_NONE) {
		job->state = MVGPU_JOB_COMPLETE;
		return;
	}
	ret = job_push(vgpu, job);
	if (ret) {
		/* It never reached the GPU: the tables hear of that now. */
		vgpu->inflight++;
		job->status = ret;
		job_complete(vgpu, job);
	}
}

static void cursor_request(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	mvgpu_proto_cursor(vgpu->proto, job);
	trace_mvgpu_job_fetch(job);
	job_respond(vgpu, &vgpu->queue[MVGPU_QUEUE_CURSOR].ring, job);
}

/* Fetch one request. Return: 1, 0 if there is none, or an errno. */
static int queue_fetch(struct mvgpu_vgpu *vgpu, u32 index)
{
	struct mvgpu_job *job = mvgpu_job_alloc(vgpu);
	int ret;

	if (!job)
		return -ENOMEM;
	ret = mvgpu_ring_fetch(&vgpu->queue[index].ring, &job->chain);
	if (ret <= 0) {
		mvgpu_job_free(job);
		return ret;
	}
	if (index == MVGPU_QUEUE_CONTROL)
		control_request(vgpu, job);
	else
		cursor_request(vgpu, job);
	return 1;
}

/* Fetch all there is, up to the budget. Return: as queue_fetch(). */
static int queue_drain(struct mvgpu_vgpu *vgpu, u32 index)
{
	struct mvgpu_ring *ring = &vgpu->queue[index].ring;
	int ret, budget = RUN_BUDGET;

	mvgpu_ring_kicks_off(ring);
	do {
		do {
			if (!budget--)
				return 1;
			/* What comes back starts the next run. */
			if (index == MVGPU_QUEUE_CONTROL &&
			    mvgpu_proto_full(vgpu->proto))
				return 0;
			ret = queue_fetch(vgpu, index);
		} while (ret > 0);
	} while (!ret && mvgpu_ring_kicks_on(ring));
	return ret;
}

static bool vgpu_hung(struct mvgpu_vgpu *vgpu)
{
	guard(spinlock_irqsave)(&vgpu->lock);
	return vgpu->hung;
}

static void work_serve(struct mvgpu_vgpu *vgpu, u32 index)
{
	int ret;

	/* One that is banned may have filled its queue before it started. */
	if (vgpu_state(vgpu) != MVGPU_VGPU_RUNNING || vgpu_hung(vgpu) ||
	    READ_ONCE(vgpu->banned) || !vgpu->ops->dma_allowed(vgpu->data))
		return;
	ret = mvgpu_vgpu_map_queue(vgpu, index);
	if (!ret)
		return;
	if (ret > 0)
		ret = queue_drain(vgpu, index);
	if (ret > 0)
		queue_work(mvgpu_vgpu_wq, &vgpu->work);
	else if (ret == -ENOMEM)
		mvgpu_vgpu_later(vgpu);
	else if (ret)
		mvgpu_vgpu_break(vgpu, "unusable virtqueue");

	if (index == MVGPU_QUEUE_CURSOR && vgpu->queue[index].map[0] &&
	    mvgpu_ring_needs_signal(&vgpu->queue[index].ring))
		vgpu->ops->signal(vgpu->data, index);
}

/*
 * Reset
 */

/* Return: true if nothing of the guest is left. */
static bool tables_release(struct mvgpu_vgpu *vgpu)
{
	u32 left = mvgpu_proto_release_all(vgpu->proto);

	if (left && !vgpu->inflight)
		mvgpu_vgpu_later(vgpu);
	return left == 0 && vgpu->inflight == 0;
}

/* Likewise. */
static bool reset_tables(struct mvgpu_vgpu *vgpu)
{
	if (mvgpu_entity_lost(&vgpu->entity)) {
		if (vgpu->inflight)
			return false;
		mvgpu_proto_forget(vgpu->proto);
		mvgpu_entity_renew(&vgpu->entity);
		return true;
	}
	return tables_release(vgpu);
}

/* As reset_tables(), but the guest has not forgotten what it has. */
static bool hung_tables(struct mvgpu_vgpu *vgpu)
{
	/* A reset of the GPU came in between: the guest will reset, too. */
	return mvgpu_entity_lost(&vgpu->entity) || tables_release(vgpu);
}

static void work_reset(struct mvgpu_vgpu *vgpu)
{
	u32 i;

	if (!vgpu->flushed) {
		vgpu->flushed = true;
		mvgpu_entity_flush(&vgpu->entity);
	}
	if (!reset_tables(vgpu) || !list_empty(&vgpu->pending))
		return;
	for (i = 0; i < MVGPU_NR_QUEUES; i++)
		mvgpu_vgpu_unmap_queue(vgpu, i);
	mvgpu_display_reset(vgpu->display);
	vgpu->flushed = false;
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		for (i = 0; i < MVGPU_NR_QUEUES; i++)
			vgpu->queue[i].enabled = false;
		mvgpu_vgpu_step(vgpu, MVGPU_VGPU_OPEN);
	}
	/* What udev was told before may be that it is resetting. */
	mvgpu_news_add(&vgpu->news, MVGPU_EVENT_RESET);
	wake_up_all(&vgpu->wait);
}

/*
 * The watchdog has ended a job: what was queued behind it is answered with
 * errors, all that the guest has on the GPU is freed, and then it is told.
 */
static void work_hung(struct mvgpu_vgpu *vgpu)
{
	if (!vgpu_hung(vgpu)) {
		if (READ_ONCE(vgpu->banned))
			mvgpu_vgpu_break(vgpu, "banned");
		return;
	}
	if (!vgpu->flushed) {
		vgpu->flushed = true;
		mvgpu_entity_flush(&vgpu->entity);
	}
	if (vgpu_state(vgpu) == MVGPU_VGPU_RUNNING) {
		if (!list_empty(&vgpu->pending) || !hung_tables(vgpu))
			return;
		mvgpu_vgpu_break(vgpu, "a job of it did not end");
	}
	vgpu->flushed = false;
	guard(spinlock_irqsave)(&vgpu->lock);
	vgpu->hung = false;
}

/*
 * Somebody waits for the GPU to let go of guest memory, or of all that the guest
 * has: not as long as the debts of its jobs would make that.
 */
static void work_set_urgent(struct mvgpu_vgpu *vgpu)
{
	bool urgent;

	scoped_guard(spinlock_irqsave, &vgpu->lock)
		urgent = !list_empty(&vgpu->evictions) || vgpu->hung ||
			 vgpu->state == MVGPU_VGPU_RESETTING;
	if (urgent == vgpu->urgent)
		return;
	vgpu->urgent = urgent;
	mvgpu_entity_set_urgent(&vgpu->entity, urgent);
}

void mvgpu_vgpu_work(struct work_struct *work)
{
	struct mvgpu_vgpu *vgpu = container_of(work, struct mvgpu_vgpu, work);

	if (vgpu_state(vgpu) == MVGPU_VGPU_CLOSED)
		return;
	work_set_urgent(vgpu);
	work_reap(vgpu);
	if (!mvgpu_vgpu_work_evict(vgpu)) {
		work_serve(vgpu, MVGPU_QUEUE_CURSOR);
		work_serve(vgpu, MVGPU_QUEUE_CONTROL);
	}
	if (vgpu_state(vgpu) == MVGPU_VGPU_RUNNING)
		mvgpu_proto_refresh(vgpu->proto);
	/* Before the responses: who has flushed finds it in the plane. */
	mvgpu_display_work(vgpu->display);
	work_respond(vgpu);
	work_hung(vgpu);
	if (vgpu_state(vgpu) == MVGPU_VGPU_RESETTING)
		work_reset(vgpu);
	work_set_urgent(vgpu);
}
