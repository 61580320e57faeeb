// SPDX-License-Identifier: GPL-2.0
/*
 * What core asks of this frontend: the guest's memory, and interrupts.
 *
 * All of it runs in core's work, but for config_changed; none takes
 * mvgpu_mdev.lock. Addresses come from the guest.
 */
#include "device.h"

#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/virtio_pci.h>

/* Does [@addr, @addr + @len) exist in an address space of IOVAs? */
static bool guest_range_valid(u64 addr, u64 len)
{
	u64 end;

	if (!len || check_add_overflow(addr, len - 1, &end))
		return false;
	return end <= (dma_addr_t)-1;
}

static void guest_unpin(void *data, u64 addr, u32 nr)
{
	struct mvgpu_mdev *mm = data;

	while (nr) {
		u32 n = min_t(u32, nr, VFIO_PIN_PAGES_MAX_ENTRIES);

		vfio_unpin_pages(&mm->vdev, addr, n);
		addr += (u64)n << PAGE_SHIFT;
		nr -= n;
	}
}

static int guest_pin(void *data, u64 addr, u32 nr, struct page **pages)
{
	struct mvgpu_mdev *mm = data;
	u32 done = 0;
	int ret;

	if (!PAGE_ALIGNED(addr) ||
	    !guest_range_valid(addr, (u64)nr << PAGE_SHIFT))
		return -EFAULT;

	while (done < nr) {
		u32 n = min_t(u32, nr - done, VFIO_PIN_PAGES_MAX_ENTRIES);

		ret = vfio_pin_pages(&mm->vdev,
				     addr + ((u64)done << PAGE_SHIFT), n,
				     IOMMU_READ | IOMMU_WRITE, pages + done);
		if (ret > 0)
			done += ret;
		if (ret != n)
			goto err_unpin;
	}
	return 0;

err_unpin:
	guest_unpin(mm, addr, done);
	return ret == -ENOMEM ? -ENOMEM : -EFAULT;
}

static bool guest_dma_allowed(void *data)
{
	struct mvgpu_mdev *mm = data;

	/* Set by the guest in the command register, see config.c. */
	return READ_ONCE(mm->bus_master);
}

static int guest_rw(struct mvgpu_mdev *mm, u64 addr, void *buf, size_t len,
		    bool write)
{
	if (!len)
		return 0;
	if (!guest_dma_allowed(mm) || !guest_range_valid(addr, len))
		return -EFAULT;
	return vfio_dma_rw(&mm->vdev, addr, buf, len, write) ? -EFAULT : 0;
}

static int guest_read(void *data, u64 addr, void *buf, size_t len)
{
	return guest_rw(data, addr, buf, len, false);
}

static int guest_write(void *data, u64 addr, const void *buf, size_t len)
{
	/* vfio_dma_rw() only reads the buffer of a write. */
	return guest_rw(data, addr, (void *)buf, len, true);
}

static void guest_signal(void *data, u32 queue)
{
	struct mvgpu_mdev *mm = data;
	struct mvgpu_mdev_transport *t = &mm->transport;

	if (WARN_ON_ONCE(queue >= MVGPU_NR_QUEUES))
		return;
	atomic_or(MVGPU_ISR_QUEUE, &t->isr);
	mvgpu_mdev_irq_raise(&mm->irq, READ_ONCE(t->queue[queue].vector));
}

static void guest_config_changed(void *data)
{
	struct mvgpu_mdev *mm = data;
	struct mvgpu_mdev_transport *t = &mm->transport;

	/* The driver reads the generation before and after the fields. */
	atomic_inc(&t->generation);
	atomic_or(VIRTIO_PCI_ISR_CONFIG, &t->isr);
	mvgpu_mdev_irq_raise(&mm->irq, READ_ONCE(t->config_vector));
}

static void guest_broken(void *data)
{
	struct mvgpu_mdev *mm = data;

	WRITE_ONCE(mm->transport.needs_reset, true);
	guest_config_changed(mm);
}

const struct mvgpu_vgpu_ops mvgpu_mdev_vgpu_ops = {
	.pin = guest_pin,
	.unpin = guest_unpin,
	.read = guest_read,
	.write = guest_write,
	.dma_allowed = guest_dma_allowed,
	.signal = guest_signal,
	.config_changed = guest_config_changed,
	.broken = guest_broken,
};
