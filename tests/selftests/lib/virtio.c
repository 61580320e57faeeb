// SPDX-License-Identifier: GPL-2.0
/* Registers of a modern virtio PCI device and the initialisation handshake. */
#include <string.h>

#include "mvt.h"

/* All ones if the access fails, as on a bus. */
static u32 cap_read(struct mvt_dev *dev, unsigned int cap, unsigned int off,
		    unsigned int len)
{
	u32 val = 0;
	ssize_t n = mvt_region_read(dev, dev->cap[cap].bar,
				    dev->cap[cap].offset + off, &val, len);

	return n == (ssize_t)len ? val : ~0U >> (32 - 8 * len);
}

static int cap_write(struct mvt_dev *dev, unsigned int cap, unsigned int off,
		     unsigned int len, u32 val)
{
	ssize_t n = mvt_region_write(dev, dev->cap[cap].bar,
				     dev->cap[cap].offset + off, &val, len);

	if (n < 0)
		return n;
	return n == (ssize_t)len ? 0 : -EIO;
}

u32 mvt_common_read(struct mvt_dev *dev, unsigned int off, unsigned int len)
{
	return cap_read(dev, VIRTIO_PCI_CAP_COMMON_CFG, off, len);
}

int mvt_common_write(struct mvt_dev *dev, unsigned int off, unsigned int len,
		     u32 val)
{
	return cap_write(dev, VIRTIO_PCI_CAP_COMMON_CFG, off, len, val);
}

u32 mvt_devcfg_read(struct mvt_dev *dev, unsigned int off)
{
	return cap_read(dev, VIRTIO_PCI_CAP_DEVICE_CFG, off, 4);
}

int mvt_devcfg_write(struct mvt_dev *dev, unsigned int off, u32 val)
{
	return cap_write(dev, VIRTIO_PCI_CAP_DEVICE_CFG, off, 4, val);
}

u8 mvt_status(struct mvt_dev *dev)
{
	return mvt_common_read(dev, VIRTIO_PCI_COMMON_STATUS, 1);
}

int mvt_set_status(struct mvt_dev *dev, u8 status)
{
	return mvt_common_write(dev, VIRTIO_PCI_COMMON_STATUS, 1, status);
}

u64 mvt_device_features(struct mvt_dev *dev)
{
	u64 lo, hi;

	mvt_common_write(dev, VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	lo = mvt_common_read(dev, VIRTIO_PCI_COMMON_DF, 4);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	hi = mvt_common_read(dev, VIRTIO_PCI_COMMON_DF, 4);
	return hi << 32 | lo;
}

void mvt_driver_features(struct mvt_dev *dev, u64 features)
{
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GF, 4, features);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GF, 4, features >> 32);
}

/* Writes 0 and waits until it reads 0, as Linux does, but not for ever. */
int mvt_reset(struct mvt_dev *dev)
{
	u64 end = mvt_now_ms() + MVT_WAIT_MS;
	int err = mvt_set_status(dev, 0);

	if (err)
		return err;
	while (mvt_status(dev)) {
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
	return 0;
}

/* ACKNOWLEDGE, DRIVER, features, FEATURES_OK. */
int mvt_negotiate(struct mvt_dev *dev, u64 wanted)
{
	u8 status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

	mvt_set_status(dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	mvt_set_status(dev, status);
	dev->features = mvt_device_features(dev) & wanted;
	mvt_driver_features(dev, dev->features);
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	mvt_set_status(dev, status);
	return mvt_status(dev) & VIRTIO_CONFIG_S_FEATURES_OK ? 0 : -ENODEV;
}

static void write_addr(struct mvt_dev *dev, unsigned int off, u64 addr)
{
	mvt_common_write(dev, off, 4, addr);
	mvt_common_write(dev, off + 4, 4, addr >> 32);
}

/* Gives the queue empty rings at their fixed place, and enables it. */
int mvt_queue_setup(struct mvt_dev *dev, unsigned int queue, u16 num)
{
	/* 4 KiB of table, 1 KiB of avail, 3 KiB of used: 256 entries fit. */
	u64 iova = dev->ctl.iova + queue * 4 * MVT_PAGE;
	u8 *va = dev->ctl.va + queue * 4 * MVT_PAGE;
	struct mvt_vq *vq = &dev->vq[queue];

	memset(va, 0, 4 * MVT_PAGE);
	memset(vq, 0, sizeof(*vq));
	vq->dev = dev;
	vq->index = queue;
	vq->num = num;
	vq->desc = (void *)va;
	vq->desc_iova = iova;
	vq->avail = (void *)(va + MVT_PAGE);
	vq->avail_iova = iova + MVT_PAGE;
	vq->used = (void *)(va + 2 * MVT_PAGE);
	vq->used_iova = iova + 2 * MVT_PAGE;

	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SIZE, 2, num);
	if (mvt_common_read(dev, VIRTIO_PCI_COMMON_Q_SIZE, 2) != num)
		return -EINVAL;
	vq->notify = dev->notify_mult *
		mvt_common_read(dev, VIRTIO_PCI_COMMON_Q_NOFF, 2);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2, queue + 1);
	if (mvt_common_read(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2) != queue + 1)
		return -EBUSY;
	write_addr(dev, VIRTIO_PCI_COMMON_Q_DESCLO, vq->desc_iova);
	write_addr(dev, VIRTIO_PCI_COMMON_Q_AVAILLO, vq->avail_iova);
	write_addr(dev, VIRTIO_PCI_COMMON_Q_USEDLO, vq->used_iova);
	return mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

/* All but DRIVER_OK. */
int mvt_prepare(struct mvt_dev *dev, u64 wanted)
{
	static const u16 num[MVT_NR_QUEUES] = { 256, 16 };
	unsigned int q;
	int err;

	err = mvt_reset(dev);
	if (err)
		return err;
	err = mvt_negotiate(dev, wanted);
	if (err)
		return err;
	err = mvt_irq_enable(dev);
	if (err)
		return err;
	mvt_common_write(dev, VIRTIO_PCI_COMMON_MSIX, 2, 0);
	for (q = 0; q < MVT_NR_QUEUES; q++) {
		err = mvt_queue_setup(dev, q, num[q]);
		if (err)
			return err;
		mvt_irq_drain(dev, q + 1);
	}
	return 0;
}

int mvt_go(struct mvt_dev *dev)
{
	return mvt_set_status(dev, mvt_status(dev) |
			      VIRTIO_CONFIG_S_DRIVER_OK);
}

int mvt_start_features(struct mvt_dev *dev, u64 wanted)
{
	return mvt_prepare(dev, wanted) ?: mvt_go(dev);
}

/* What the stock guest takes: everything that is offered. */
int mvt_start(struct mvt_dev *dev)
{
	return mvt_start_features(dev, ~0ULL);
}

/* After a reset of any kind: as at first. */
int mvt_restart(struct mvt_dev *dev)
{
	int err = mvt_bus_master(dev, true);

	return err ? err : mvt_start(dev);
}

/* A new vGPU of a type, open, in the container of @beside unless NULL, and running. */
int mvt_setup_beside(struct mvt_dev *dev, unsigned int type,
		     const struct mvt_dev *beside)
{
	char uuid[MVT_UUID_LEN + 1];
	int err;

	mvt_uuid(uuid);
	err = mvt_mdev_create(type, uuid);
	if (err)
		return err;
	err = mvt_open_beside(dev, uuid, beside);
	if (!err)
		err = mvt_start(dev);
	if (err)
		mvt_teardown(dev);
	return err;
}

int mvt_setup(struct mvt_dev *dev, unsigned int type)
{
	return mvt_setup_beside(dev, type, NULL);
}

/* Likewise, with 1 MiB of memory for resources. */
int mvt_setup_mem(struct mvt_dev *dev, struct mvt_mem *mem, unsigned int type)
{
	return mvt_setup(dev, type) ?:
	       mvt_mem_map(dev, mem, MVT_BUF_IOVA, 0x100000);
}

void mvt_teardown_mem(struct mvt_dev *dev, struct mvt_mem *mem)
{
	mvt_mem_free(dev, mem);
	mvt_teardown(dev);
}

void mvt_teardown(struct mvt_dev *dev)
{
	mvt_close(dev);
	mvt_mdev_remove(dev->uuid);
}

/* Waits for DEVICE_NEEDS_RESET. */
int mvt_wait_broken(struct mvt_dev *dev, unsigned int timeout_ms)
{
	u64 end = mvt_now_ms() + timeout_ms;

	while (!(mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET)) {
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(1);
	}
	return 0;
}
