// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: eventfds of user space, set by VFIO_DEVICE_SET_IRQS.
 *
 * An eventfd is signalled under mvgpu_mdev_irq.lock, and its reference dropped
 * after it was taken out under the lock: so it lives as long as it is used.
 */
#include "device.h"

#include <linux/bits.h>
#include <linux/eventfd.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

void mvgpu_mdev_irq_init(struct mvgpu_mdev_irq *irq)
{
	spin_lock_init(&irq->lock);
}

void mvgpu_mdev_irq_reset(struct mvgpu_mdev_irq *irq)
{
	unsigned long flags;

	spin_lock_irqsave(&irq->lock, flags);
	irq->masked = 0;
	irq->pending = 0;
	irq->function_masked = false;
	spin_unlock_irqrestore(&irq->lock, flags);
}

/* Replaces @n triggers from @first; puts what was there before into @new. */
static void irq_swap(struct mvgpu_mdev_irq *irq, u32 first, u32 n,
		     struct eventfd_ctx **new)
{
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&irq->lock, flags);
	for (i = 0; i < n; i++)
		swap(irq->trigger[first + i], new[i]);
	spin_unlock_irqrestore(&irq->lock, flags);
}

static void irq_put(struct eventfd_ctx **ctx, u32 n)
{
	while (n--) {
		if (ctx[n])
			eventfd_ctx_put(ctx[n]);
	}
}

void mvgpu_mdev_irq_release(struct mvgpu_mdev_irq *irq)
{
	struct eventfd_ctx *old[MVGPU_NR_TRIGGERS] = {};

	irq_swap(irq, 0, MVGPU_NR_TRIGGERS, old);
	irq_put(old, MVGPU_NR_TRIGGERS);
	mvgpu_mdev_irq_reset(irq);
}

static void irq_raise_locked(struct mvgpu_mdev_irq *irq, u32 i)
{
	bool masked;

	lockdep_assert_held(&irq->lock);

	masked = (irq->masked & BIT(i)) ||
		 (i < MVGPU_NR_VECTORS && irq->function_masked);
	if (masked)
		irq->pending |= BIT(i);
	else if (irq->trigger[i])
		eventfd_signal(irq->trigger[i]);
}

/* After a mask went away: what was raised meanwhile. */
static void irq_flush_locked(struct mvgpu_mdev_irq *irq)
{
	u32 pending = irq->pending;
	u32 i;

	lockdep_assert_held(&irq->lock);

	irq->pending = 0;
	for (i = 0; i < MVGPU_NR_TRIGGERS; i++) {
		if (pending & BIT(i))
			irq_raise_locked(irq, i);
	}
}

void mvgpu_mdev_irq_raise(struct mvgpu_mdev_irq *irq, u32 vector)
{
	unsigned long flags;

	if (vector >= MVGPU_NR_VECTORS)
		return;
	vector = array_index_nospec(vector, MVGPU_NR_VECTORS);

	spin_lock_irqsave(&irq->lock, flags);
	irq_raise_locked(irq, vector);
	spin_unlock_irqrestore(&irq->lock, flags);
}

bool mvgpu_mdev_irq_request(struct mvgpu_mdev_irq *irq)
{
	unsigned long flags;
	bool listens;

	spin_lock_irqsave(&irq->lock, flags);
	listens = irq->trigger[MVGPU_TRIGGER_REQ];
	irq_raise_locked(irq, MVGPU_TRIGGER_REQ);
	spin_unlock_irqrestore(&irq->lock, flags);
	return listens;
}

void mvgpu_mdev_irq_function_mask(struct mvgpu_mdev_irq *irq, bool masked)
{
	unsigned long flags;

	spin_lock_irqsave(&irq->lock, flags);
	irq->function_masked = masked;
	irq_flush_locked(irq);
	spin_unlock_irqrestore(&irq->lock, flags);
}

/* Interrupts of a VFIO index, and the first of them in irq->trigger. */
static u32 irq_index(u32 index, u32 *first)
{
	*first = 0;
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return MVGPU_NR_VECTORS;
	case VFIO_PCI_REQ_IRQ_INDEX:
		*first = MVGPU_TRIGGER_REQ;
		return 1;
	default:
		return 0;
	}
}

long mvgpu_mdev_irq_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;
	u32 first;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	/* Only PCIe has it. */
	if (info.index == VFIO_PCI_ERR_IRQ_INDEX)
		return -EINVAL;

	info.count = irq_index(info.index, &first);
	info.flags = info.count ? VFIO_IRQ_INFO_EVENTFD : 0;
	if (info.index == VFIO_PCI_MSIX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE;
	if (info.index == VFIO_PCI_REQ_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_NORESIZE;

	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

/* All or none of @n file descriptors; -1 takes one away. */
static int irq_set_eventfds(struct mvgpu_mdev_irq *irq, u32 first, u32 n,
			    const s32 *fd)
{
	struct eventfd_ctx *ctx[MVGPU_NR_TRIGGERS] = {};
	u32 i;
	int ret;

	for (i = 0; i < n; i++) {
		if (fd[i] == -1)
			continue;
		ctx[i] = eventfd_ctx_fdget(fd[i]);
		if (IS_ERR(ctx[i])) {
			ret = PTR_ERR(ctx[i]);
			goto err_put;
		}
	}

	irq_swap(irq, first, n, ctx);
	irq_put(ctx, n);
	return 0;

err_put:
	irq_put(ctx, i);
	return ret;
}

/* Which of @n interrupts from @first a DATA_NONE or DATA_BOOL means. */
static u32 irq_chosen(u32 first, u32 n, const u8 *bools)
{
	u32 i, chosen = 0;

	for (i = 0; i < n; i++) {
		if (!bools || bools[i])
			chosen |= BIT(first + i);
	}
	return chosen;
}

static int irq_act(struct mvgpu_mdev_irq *irq, u32 action, u32 chosen)
{
	unsigned long flags;
	int ret = 0;
	u32 i;

	spin_lock_irqsave(&irq->lock, flags);
	switch (action) {
	case VFIO_IRQ_SET_ACTION_MASK:
		irq->masked |= chosen;
		break;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		irq->masked &= ~chosen;
		irq_flush_locked(irq);
		break;
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		for (i = 0; i < MVGPU_NR_TRIGGERS; i++) {
			if (chosen & BIT(i))
				irq_raise_locked(irq, i);
		}
		break;
	default:
		ret = -EINVAL;
	}
	spin_unlock_irqrestore(&irq->lock, flags);
	return ret;
}

static int irq_apply(struct mvgpu_mdev_irq *irq,
		     const struct vfio_irq_set *hdr, const void *data)
{
	u32 action = hdr->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	u32 type = hdr->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	bool trigger = action == VFIO_IRQ_SET_ACTION_TRIGGER;
	struct eventfd_ctx *none[MVGPU_NR_TRIGGERS] = {};
	u32 first, n;

	n = irq_index(hdr->index, &first);
	if (!trigger && hdr->index != VFIO_PCI_MSIX_IRQ_INDEX)
		return -EINVAL;

	if (!hdr->count) {
		if (!trigger || type != VFIO_IRQ_SET_DATA_NONE)
			return -EINVAL;
		irq_swap(irq, first, n, none);
		irq_put(none, n);
		return 0;
	}

	first += hdr->start;
	if (type == VFIO_IRQ_SET_DATA_EVENTFD)
		return trigger ? irq_set_eventfds(irq, first, hdr->count, data)
			       : -EINVAL;
	return irq_act(irq, action, irq_chosen(first, hdr->count, data));
}

long mvgpu_mdev_irq_set(struct mvgpu_mdev_irq *irq, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	void *data = NULL;
	size_t size;
	u32 first;
	long ret;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;
	/* Also sees to start and count being within the index. */
	ret = vfio_set_irqs_validate_and_prepare(&hdr,
						 irq_index(hdr.index, &first),
						 VFIO_PCI_NUM_IRQS, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user((u8 __user *)arg + minsz, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}

	ret = irq_apply(irq, &hdr, data);
	kfree(data);
	return ret;
}
