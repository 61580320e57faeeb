// SPDX-License-Identifier: GPL-2.0
/* Legacy VFIO: container, group, device, memory, regions, interrupts. */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "mvt.h"

static int open_group(const char *uuid)
{
	char path[256], link[PATH_MAX];
	ssize_t n;
	int fd;

	mvt_mdev_path(uuid, "iommu_group", path, sizeof(path));
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%.32s", basename(link));
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_regions(struct mvt_dev *dev)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	unsigned int i;

	if (ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info))
		return -errno;
	for (i = 0; i < info.num_regions && i < ARRAY_SIZE(dev->region_off);
	     i++) {
		struct vfio_region_info r = {
			.argsz = sizeof(r),
			.index = i,
		};

		if (ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, &r))
			return -errno;
		dev->region_off[i] = r.offset;
		dev->region_size[i] = r.size;
	}
	return 0;
}

/* In a container of its own, or in that of @beside. */
static int open_device(struct mvt_dev *dev, const struct mvt_dev *beside)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	dev->container = beside ? fcntl(beside->container, F_DUPFD_CLOEXEC, 0) :
				  open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (dev->container < 0)
		return -errno;
	dev->group = open_group(dev->uuid);
	if (dev->group < 0)
		return dev->group;
	if (ioctl(dev->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EPERM;
	if (ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container))
		return -errno;
	if (!beside && ioctl(dev->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	dev->fd = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, dev->uuid);
	if (dev->fd < 0)
		return -errno;
	return read_regions(dev);
}

/*
 * Opens a device in the container of @beside, maps its control memory, behind that of
 * @beside, and finds its capabilities.
 */
int mvt_open_beside(struct mvt_dev *dev, const char *uuid,
		    const struct mvt_dev *beside)
{
	u64 iova = beside ? MVT_CTL_IOVA + MVT_CTL_SIZE : MVT_CTL_IOVA;
	unsigned int i;
	int err;

	memset(dev, 0, sizeof(*dev));
	snprintf(dev->uuid, sizeof(dev->uuid), "%s", uuid);
	dev->container = -1;
	dev->group = -1;
	dev->fd = -1;
	for (i = 0; i < MVT_NR_VECTORS; i++)
		dev->irq[i] = -1;
	for (i = 0; i < MVT_NR_QUEUES; i++)
		dev->vq[i].dev = dev;

	err = open_device(dev, beside);
	if (!err)
		err = mvt_mem_map(dev, &dev->ctl, iova, MVT_CTL_SIZE);
	if (!err)
		err = mvt_pci_walk(dev);
	if (err)
		mvt_close(dev);
	return err;
}

int mvt_open(struct mvt_dev *dev, const char *uuid)
{
	return mvt_open_beside(dev, uuid, NULL);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void mvt_close(struct mvt_dev *dev)
{
	unsigned int i;

	close_fd(&dev->fd);
	close_fd(&dev->group);
	close_fd(&dev->container);
	for (i = 0; i < MVT_NR_VECTORS; i++)
		close_fd(&dev->irq[i]);
	if (dev->ctl.va)
		munmap(dev->ctl.va, dev->ctl.size);
	dev->ctl.va = NULL;
}

int mvt_mem_remap(struct mvt_dev *dev, struct mvt_mem *mem)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (unsigned long)mem->va,
		.iova = mem->iova,
		.size = mem->size,
	};

	if (ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map))
		return -errno;
	mem->mapped = true;
	return 0;
}

int mvt_mem_map(struct mvt_dev *dev, struct mvt_mem *mem, u64 iova,
		size_t size)
{
	void *va = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int err;

	if (va == MAP_FAILED)
		return -errno;
	mem->va = va;
	mem->iova = iova;
	mem->size = size;
	mem->mapped = false;
	err = mvt_mem_remap(dev, mem);
	if (err) {
		munmap(va, size);
		mem->va = NULL;
	}
	return err;
}

int mvt_mem_unmap(struct mvt_dev *dev, struct mvt_mem *mem)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = mem->iova,
		.size = mem->size,
	};

	if (ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	mem->mapped = false;
	return unmap.size == mem->size ? 0 : -EIO;
}

void mvt_mem_free(struct mvt_dev *dev, struct mvt_mem *mem)
{
	if (mem->mapped && dev->container >= 0)
		mvt_mem_unmap(dev, mem);
	if (mem->va)
		munmap(mem->va, mem->size);
	mem->va = NULL;
	mem->mapped = false;
}

ssize_t mvt_region_read(struct mvt_dev *dev, unsigned int region, u64 off,
			void *buf, size_t len)
{
	ssize_t n = pread(dev->fd, buf, len, dev->region_off[region] + off);

	return n < 0 ? -errno : n;
}

ssize_t mvt_region_write(struct mvt_dev *dev, unsigned int region, u64 off,
			 const void *buf, size_t len)
{
	ssize_t n = pwrite(dev->fd, buf, len, dev->region_off[region] + off);

	return n < 0 ? -errno : n;
}

/* fds NULL and count 0: all vectors of the index off. */
int mvt_irq_set(struct mvt_dev *dev, unsigned int index, unsigned int start,
		unsigned int count, const int *fds)
{
	size_t size = sizeof(struct vfio_irq_set);
	struct vfio_irq_set *set;
	int ret;

	if (fds)
		size += count * sizeof(*fds);
	set = calloc(1, size);
	if (!set)
		return -ENOMEM;
	set->argsz = size;
	set->index = index;
	set->start = start;
	set->count = count;
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER;
	if (fds) {
		set->flags |= VFIO_IRQ_SET_DATA_EVENTFD;
		memcpy(set->data, fds, count * sizeof(*fds));
	} else {
		set->flags |= VFIO_IRQ_SET_DATA_NONE;
	}
	ret = ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
	free(set);
	return ret;
}

/* Gives every vector an eventfd and switches MSI-X on, as QEMU does. */
int mvt_irq_enable(struct mvt_dev *dev)
{
	u32 flags;
	u8 pos;
	int i, err;

	for (i = 0; i < MVT_NR_VECTORS; i++) {
		if (dev->irq[i] < 0)
			dev->irq[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (dev->irq[i] < 0)
			return -errno;
	}
	err = mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, MVT_NR_VECTORS,
			  dev->irq);
	if (err)
		return err;
	err = mvt_pci_find_cap(dev, PCI_CAP_ID_MSIX, 0, &pos);
	if (err)
		return err;
	err = mvt_cfg_read(dev, pos + PCI_MSIX_FLAGS, 2, &flags);
	if (err)
		return err;
	return mvt_cfg_write(dev, pos + PCI_MSIX_FLAGS, 2,
			     flags | PCI_MSIX_FLAGS_ENABLE);
}

int mvt_irq_wait(struct mvt_dev *dev, unsigned int vector,
		 unsigned int timeout_ms)
{
	return mvt_wait_fd(dev->irq[vector], timeout_ms);
}

void mvt_irq_drain(struct mvt_dev *dev, unsigned int vector)
{
	while (!mvt_wait_fd(dev->irq[vector], 0))
		;
}

int mvt_vfio_reset(struct mvt_dev *dev)
{
	return ioctl(dev->fd, VFIO_DEVICE_RESET) ? -errno : 0;
}
