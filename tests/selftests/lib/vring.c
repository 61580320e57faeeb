// SPDX-License-Identifier: GPL-2.0
/* Driver side of a split virtqueue; can also be made to lie. */
#include <string.h>

#include "mvt.h"

/* The first pages hold the rings; slots follow from the end. */
#define CTL_FIRST (2 * 4 * MVT_PAGE)

/* Memory for indirect tables and the like, until the device is closed. */
void *mvt_ctl_alloc(struct mvt_dev *dev, size_t len, size_t align, u64 *iova)
{
	size_t end = dev->ctl.size -
		MVT_NR_SLOTS * (MVT_SLOT_REQ + MVT_SLOT_RESP);
	size_t off = dev->ctl_used ? dev->ctl_used : CTL_FIRST;

	off = (off + align - 1) & ~(align - 1);
	if (off > end || len > end - off)
		return NULL;
	dev->ctl_used = off + len;
	*iova = dev->ctl.iova + off;
	memset(dev->ctl.va + off, 0, len);
	return dev->ctl.va + off;
}

void mvt_vq_desc(struct mvt_vq *vq, u16 i, u64 addr, u32 len, u16 flags,
		 u16 next)
{
	vq->desc[i].addr = addr;
	vq->desc[i].len = len;
	vq->desc[i].flags = flags;
	vq->desc[i].next = next;
}

/* A descriptor that nobody uses, or -ENOSPC. */
int mvt_vq_take(struct mvt_vq *vq)
{
	unsigned int n;

	for (n = 0; n < vq->num; n++) {
		u16 i = vq->next++ % vq->num;

		if (!vq->busy[i]) {
			vq->busy[i] = true;
			return i;
		}
	}
	return -ENOSPC;
}

static void vq_free_chain(struct mvt_vq *vq, u16 head)
{
	unsigned int hops = vq->num;
	u16 i = head, flags;

	while (hops-- && i < vq->num) {
		flags = vq->desc[i].flags;
		vq->busy[i] = false;
		if (!(flags & VRING_DESC_F_NEXT))
			break;
		i = vq->desc[i].next;
	}
}

/* Chained descriptors; the head, not yet in the avail ring. */
int mvt_vq_add(struct mvt_vq *vq, const struct mvt_buf *buf, unsigned int n)
{
	int head = -1, prev = -1, i;
	unsigned int k;

	for (k = 0; k < n; k++) {
		i = mvt_vq_take(vq);
		if (i < 0) {
			if (head >= 0)
				vq_free_chain(vq, head);
			return i;
		}
		mvt_vq_desc(vq, i, buf[k].iova, buf[k].len,
			    buf[k].write ? VRING_DESC_F_WRITE : 0, 0);
		if (prev >= 0) {
			vq->desc[prev].flags |= VRING_DESC_F_NEXT;
			vq->desc[prev].next = i;
		} else {
			head = i;
		}
		prev = i;
	}
	return head;
}

/* One descriptor that refers to a table, which is filled. */
int mvt_vq_add_indirect(struct mvt_vq *vq, void *table, u64 table_iova,
			const struct mvt_buf *buf, unsigned int n)
{
	struct vring_desc *d = table;
	int head = mvt_vq_take(vq);
	unsigned int k;

	if (head < 0)
		return head;
	for (k = 0; k < n; k++) {
		d[k].addr = buf[k].iova;
		d[k].len = buf[k].len;
		d[k].flags = (buf[k].write ? VRING_DESC_F_WRITE : 0) |
			(k + 1 < n ? VRING_DESC_F_NEXT : 0);
		d[k].next = k + 1 < n ? k + 1 : 0;
	}
	mvt_vq_desc(vq, head, table_iova, n * sizeof(*d),
		    VRING_DESC_F_INDIRECT, 0);
	return head;
}

/* Puts a head into the ring; the device sees it after mvt_vq_publish(). */
void mvt_vq_avail(struct mvt_vq *vq, u16 head)
{
	vq->avail->ring[vq->avail_idx++ % vq->num] = head;
}

void mvt_vq_publish(struct mvt_vq *vq)
{
	__atomic_store_n(&vq->avail->idx, vq->avail_idx, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Always tells the device, whether it asks for it or not. */
int mvt_vq_kick(struct mvt_vq *vq)
{
	const struct mvt_cap *cap = &vq->dev->cap[VIRTIO_PCI_CAP_NOTIFY_CFG];
	u16 val = vq->index;
	ssize_t n = mvt_region_write(vq->dev, cap->bar,
				     cap->offset + vq->notify, &val, 2);

	if (n < 0)
		return n;
	return n == 2 ? 0 : -EIO;
}

/* 1 with a used element, 0 if there is none, -EPROTO if it can't be true. */
int mvt_vq_poll(struct mvt_vq *vq, u16 *head, u32 *len)
{
	u16 idx = __atomic_load_n(&vq->used->idx, __ATOMIC_ACQUIRE);
	struct vring_used_elem *e;

	if (idx == vq->used_idx)
		return 0;
	if ((u16)(idx - vq->used_idx) > vq->num)
		return -EPROTO;
	e = &vq->used->ring[vq->used_idx++ % vq->num];
	/* The device may signal from here on. */
	vq->avail->ring[vq->num] = vq->used_idx;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (e->id >= vq->num || !vq->busy[e->id])
		return -EPROTO;
	*head = e->id;
	*len = e->len;
	vq_free_chain(vq, e->id);
	return 1;
}

/*
 * Waits by interrupt. What is found without one is found late, and only at the
 * end: -ETIME then says that the interrupt is missing.
 */
int mvt_vq_wait(struct mvt_vq *vq, unsigned int timeout_ms, u16 *head,
		u32 *len)
{
	u64 end = mvt_now_ms() + timeout_ms, now;
	int ret;

	for (;;) {
		ret = mvt_vq_poll(vq, head, len);
		if (ret)
			return ret < 0 ? ret : 0;
		now = mvt_now_ms();
		if (now >= end)
			return -ETIMEDOUT;
		ret = mvt_irq_wait(vq->dev, vq->index + 1, end - now);
		if (ret == -ETIMEDOUT)
			return mvt_vq_poll(vq, head, len) == 1 ? -ETIME : ret;
		if (ret)
			return ret;
	}
}
