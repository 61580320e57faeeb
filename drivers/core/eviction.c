// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory that goes away. VFIO asks each device of a container in turn to let go
 * of a range, and looks when the last one has done so. It oopses when the range is in
 * use again each of ten times. A guest that pins what was just taken away from it would
 * get there, with slow jobs as well as with fast ones, and with two vGPUs even if each
 * of them pinned nothing right behind its own turn. So nothing is pinned by all that the
 * same task has asked, as long as it asks any of them, and for a while afterwards: it has
 * only to look, but it may wait for a CPU. And if the same range comes too often for all
 * that, the vGPU is not served any more.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <mvgpu/proto.h>

#include "eviction.h"
#include "gpu.h"
#include "vgpu.h"

/* After an eviction nothing is pinned for so long, doubled so often. */
#define EVICT_HOLD msecs_to_jiffies(20)
#define EVICT_HOLD_DOUBLED 5U
/* Evictions with no more than so much between them are a row. */
#define EVICT_ROW (10 * HZ)
/* A row of one range's that hit something; VFIO bears ten. */
#define MAX_EVICT_HITS 8

static DEFINE_SPINLOCK(asked_lock);
/* vGPUs that were asked lately, by their evict_node */
static LIST_HEAD(asked);

static void ask_begin(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_vgpu *other;

	guard(spinlock)(&asked_lock);
	WRITE_ONCE(vgpu->evict_task, current);
	if (list_empty(&vgpu->evict_node))
		list_add_tail(&vgpu->evict_node, &asked);
	list_for_each_entry(other, &asked, evict_node)
		if (other->evict_task == current)
			other->evict_asking = true;
}

static void ask_end(void)
{
	struct mvgpu_vgpu *other;

	guard(spinlock)(&asked_lock);
	list_for_each_entry(other, &asked, evict_node) {
		if (other->evict_task != current)
			continue;
		other->evict_asking = false;
		WRITE_ONCE(other->evict_end, jiffies);
		queue_delayed_work(mvgpu_vgpu_wq, &other->retry,
				   READ_ONCE(other->evict_hold));
	}
}

static void ask_forget_locked(struct mvgpu_vgpu *vgpu)
{
	lockdep_assert_held(&asked_lock);
	list_del_init(&vgpu->evict_node);
	vgpu->evict_asking = false;
	WRITE_ONCE(vgpu->evict_task, NULL);
}

void mvgpu_vgpu_evict_end(struct mvgpu_vgpu *vgpu)
{
	guard(spinlock)(&asked_lock);
	ask_forget_locked(vgpu);
}

/* Must nothing be pinned now? The work runs again when that is over. */
static bool evict_holds(struct mvgpu_vgpu *vgpu)
{
	unsigned long end;

	if (!READ_ONCE(vgpu->evict_task))
		return false;
	guard(spinlock)(&asked_lock);
	if (vgpu->evict_asking)
		return true;
	end = vgpu->evict_end + vgpu->evict_hold;
	if (time_after_eq(jiffies, end)) {
		ask_forget_locked(vgpu);
		return false;
	}
	queue_delayed_work(mvgpu_vgpu_wq, &vgpu->retry, end - jiffies);
	return true;
}

static void evict_hit(struct mvgpu_vgpu *vgpu,
		      const struct mvgpu_eviction *range)
{
	bool row = time_before_eq(jiffies,
				  READ_ONCE(vgpu->evict_end) + EVICT_ROW);

	if (!row)
		vgpu->evict_doubled = 0;
	if (!row || range->addr != vgpu->evict_addr ||
	    range->len != vgpu->evict_len)
		vgpu->evict_hits = 0;
	vgpu->evict_addr = range->addr;
	vgpu->evict_len = range->len;
	if (++vgpu->evict_hits > MAX_EVICT_HITS)
		mvgpu_vgpu_break(vgpu, "its memory is taken away again and again");
}

static bool evict(struct mvgpu_vgpu *vgpu, struct mvgpu_eviction *range)
{
	bool hit = false;
	u32 i, left;

	for (i = 0; i < MVGPU_NR_QUEUES; i++) {
		if (mvgpu_vgpu_evict_queue(vgpu, i, range->addr, range->len)) {
			mvgpu_vgpu_break(vgpu, "its virtqueue was unmapped");
			hit = true;
		}
	}
	left = mvgpu_proto_evict(vgpu->proto, range->addr, range->len);
	hit |= left;
	if (hit && !range->hit) {
		range->hit = true;
		evict_hit(vgpu, range);
	}
	/* Nothing comes back that would start the next run. */
	if (left && !vgpu->inflight)
		mvgpu_vgpu_later(vgpu);
	return left == 0;
}

/* The memory is free: see to it that it is still so when VFIO looks. */
static void evict_hold(struct mvgpu_vgpu *vgpu, bool hit)
{
	WRITE_ONCE(vgpu->evict_hold,
		   hit ? EVICT_HOLD << vgpu->evict_doubled : EVICT_HOLD);
	if (hit && vgpu->evict_doubled < EVICT_HOLD_DOUBLED)
		vgpu->evict_doubled++;
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
		evict_hold(vgpu, eviction->hit);
		complete(&eviction->done);
		/* This run serves nothing, and whoever asked may not be the last. */
		mvgpu_vgpu_later(vgpu);
	}
	scoped_guard(spinlock_irqsave, &vgpu->lock)
		list_splice(&list, &vgpu->evictions);
	return busy || evict_holds(vgpu);
}

void mvgpu_vgpu_evict(struct mvgpu_vgpu *vgpu, u64 addr, u64 len)
{
	struct mvgpu_eviction eviction = { .addr = addr, .len = len };
	bool closed;

	/* The ranges of VFIO do not wrap; the last byte may be the very last */
	if (addr + len < addr)
		eviction.len = U64_MAX - addr;
	init_completion(&eviction.done);
	ask_begin(vgpu);
	scoped_guard(spinlock_irqsave, &vgpu->lock) {
		closed = vgpu->state == MVGPU_VGPU_CLOSED;
		if (!closed)
			list_add_tail(&eviction.node, &vgpu->evictions);
	}
	if (closed) {
		mvgpu_vgpu_evict_end(vgpu);
	} else {
		queue_work(mvgpu_vgpu_wq, &vgpu->work);
		wait_for_completion(&eviction.done);
	}
	ask_end();
}
EXPORT_SYMBOL_GPL(mvgpu_vgpu_evict);
