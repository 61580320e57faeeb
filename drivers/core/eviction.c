// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory that goes away. VFIO asks each device of a container in turn to let go
 * of a range, and looks when the last one has done so. It oopses when the range is in
 * use again each of ten times. A guest that pins what was just taken away from it would
 * get there, with slow jobs as well as with fast ones, and with two vGPUs even if each
 * of them pinned nothing right behind its own turn. Nor would it help to wait for a
 * while: before VFIO looks it takes a lock, for which its user may have it wait for as
 * long as he likes. So a vGPU pins nothing as long as a task that has asked it is in the
 * kernel: when it is back in user space, VFIO has looked.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <mvgpu/proto.h>

#include "eviction.h"
#include "gpu.h"
#include "vgpu.h"

/**
 * struct asker - a task that asks a vGPU to let go of memory, in an ioctl of VFIO's
 * @work: when it leaves the kernel
 * @node: in @vgpu->askers; asked_lock
 * @vgpu: NULL: it was destroyed; asked_lock
 * @task: only to compare
 *
 * It holds module mvgpu, and outlives a close of the vGPU, which VFIO may open again
 * before it looks.
 */
struct asker {
	struct callback_head work;
	struct list_head node;
	struct mvgpu_vgpu *vgpu;
	const struct task_struct *task;
};

static DEFINE_SPINLOCK(asked_lock);

static void ask_end(struct callback_head *work)
{
	struct asker *asker = container_of(work, struct asker, work);
	struct mvgpu_vgpu *vgpu;

	scoped_guard(spinlock, &asked_lock) {
		vgpu = asker->vgpu;
		if (vgpu)
			list_del(&asker->node);
		/* What the guest has sent meanwhile. */
		if (vgpu && list_empty(&vgpu->askers))
			queue_work(mvgpu_vgpu_wq, &vgpu->work);
	}
	kfree(asker);
	module_put(THIS_MODULE);
}

static bool is_asked(struct mvgpu_vgpu *vgpu)
{
	struct asker *asker;

	guard(spinlock)(&asked_lock);
	list_for_each_entry(asker, &vgpu->askers, node)
		if (asker->task == current)
			return true;
	return false;
}

void mvgpu_vgpu_ask(struct mvgpu_vgpu *vgpu)
{
	struct asker *asker;

	/* Threads of the kernel tell of a close, and come from no ioctl. */
	if (current->flags & PF_KTHREAD || is_asked(vgpu))
		return;
	/* VFIO takes no error for an answer. */
	asker = kzalloc(sizeof(*asker), GFP_KERNEL | __GFP_NOFAIL);
	init_task_work(&asker->work, ask_end);
	asker->vgpu = vgpu;
	asker->task = current;
	__module_get(THIS_MODULE);
	scoped_guard(spinlock, &asked_lock)
		list_add_tail(&asker->node, &vgpu->askers);
	/* Nor does a task that is all but gone. */
	if (task_work_add(current, &asker->work, TWA_RESUME))
		ask_end(&asker->work);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_ask);

void mvgpu_vgpu_evict_forget(struct mvgpu_vgpu *vgpu)
{
	struct asker *asker, *next;

	guard(spinlock)(&asked_lock);
	list_for_each_entry_safe(asker, next, &vgpu->askers, node) {
		list_del(&asker->node);
		asker->vgpu = NULL;
	}
}

static bool evict(struct mvgpu_vgpu *vgpu, struct mvgpu_eviction *range)
{
	u32 i, left;

	for (i = 0; i < MVGPU_NR_QUEUES; i++)
		if (mvgpu_vgpu_evict_queue(vgpu, i, range->addr, range->len))
			mvgpu_vgpu_break(vgpu, "its virtqueue was unmapped");
	left = mvgpu_proto_evict(vgpu->proto, range->addr, range->len);
	/* Nothing comes back that would start the next run. */
	if (left && !vgpu->inflight)
		mvgpu_vgpu_later(vgpu);
	return left == 0;
}

bool mvgpu_vgpu_work_evict(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_eviction *eviction, *next;
	bool busy;
	LIST_HEAD(list);

	/* Callers wait until we complete them, so the list is ours. */
	scoped_guard(spinlock_irqsave, &vgpu->lock)
		list_splice_init(&vgpu->evictions, &list);
	busy = !list_empty(&list);
	list_for_each_entry_safe(eviction, next, &list, node) {
		if (!evict(vgpu, eviction))
			continue;
		list_del(&eviction->node);
		complete(&eviction->done);
	}
	scoped_guard(spinlock_irqsave, &vgpu->lock)
		list_splice(&list, &vgpu->evictions);
	/* Who asks is in this list before it is in the other, and leaves it later. */
	return busy || !list_empty(&vgpu->askers);
}

void mvgpu_vgpu_evict(struct mvgpu_vgpu *vgpu, u64 addr, u64 len)
{
	struct mvgpu_eviction eviction = { .addr = addr, .len = len };
	bool closed;

	/* The ranges of VFIO do not wrap; the last byte may be the very last */
	if (addr + len < addr)
		eviction.len = U64_MAX - addr;
	init_completion(&eviction.done);
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		closed = vgpu->state == MVGPU_VGPU_CLOSED;
		if (!closed)
			list_add_tail(&eviction.node, &vgpu->evictions);
	}
	if (closed)
		return;
	queue_work(mvgpu_vgpu_wq, &vgpu->work);
	wait_for_completion(&eviction.done);
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_evict);
