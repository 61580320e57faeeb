// SPDX-License-Identifier: GPL-2.0
/*
 * Regions of the VFIO device: config space, BARs, and the display's plane. Of
 * the virtio structures in BAR 0, the small ones are here: notifications, ISR,
 * device configuration (virtio 1.3, 4.1.4.4 to 4.1.4.6, 5.7.4).
 */
#include "device.h"

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/vmalloc.h>
#include <mvgpu/display.h>
#include <mvgpu/frontend.h>
#include <mvgpu/type.h>

/* A region is at its index shifted by this, as vfio-pci has it. */
#define REGION_SHIFT 40
#define REGION_MASK (BIT_ULL(REGION_SHIFT) - 1)
#define REGION_OFFSET(index) ((u64)(index) << REGION_SHIFT)

/* The plane, behind the regions of PCI; QUERY_GFX_PLANE tells its index. */
#define REGION_DISPLAY VFIO_PCI_NUM_REGIONS
#define REGION_NR MVGPU_NR_REGIONS

#define REGION_RW (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)

static struct mvgpu_display *region_display(struct mvgpu_mdev *mm)
{
	return mvgpu_vgpu_display(mm->vgpu);
}

/* Bytes of a region; 0 if there is none. */
static u64 region_size(struct mvgpu_mdev *mm, u32 index, u32 *flags)
{
	*flags = REGION_RW;
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX + MVGPU_BAR_VIRTIO:
		return MVGPU_BAR_VIRTIO_SIZE;
	case VFIO_PCI_BAR0_REGION_INDEX + MVGPU_BAR_MSIX:
		return MVGPU_BAR_MSIX_SIZE;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return MVGPU_CFG_SIZE;
	case REGION_DISPLAY:
		*flags = VFIO_REGION_INFO_FLAG_READ |
			 VFIO_REGION_INFO_FLAG_MMAP;
		return mvgpu_display_size(region_display(mm));
	default:
		*flags = 0;
		return 0;
	}
}

int mvgpu_mdev_region_info(struct vfio_device *vdev,
			   struct vfio_region_info *info,
			   struct vfio_info_cap *caps)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	if (info->index >= REGION_NR)
		return -EINVAL;

	info->offset = REGION_OFFSET(info->index);
	info->size = region_size(mm, info->index, &info->flags);
	info->cap_offset = 0;
	return 0;
}

/* An access across two fields reads the rest as 0 (virtio 1.3, 5.7.4). */
static u32 device_read(struct mvgpu_mdev *mm, u32 off)
{
	u32 word;

	switch (ALIGN_DOWN(off, 4)) {
	case offsetof(struct virtio_gpu_config, events_read):
		word = mvgpu_display_events(mvgpu_vgpu_display(mm->vgpu));
		break;
	case offsetof(struct virtio_gpu_config, num_scanouts):
		word = mvgpu_vgpu_type(mm->vgpu)->nr_scanouts;
		break;
	case offsetof(struct virtio_gpu_config, num_capsets):
		word = mvgpu_gpu_capsets(mvgpu_vgpu_gpu(mm->vgpu));
		break;
	default:
		/* events_clear */
		word = 0;
	}
	return word >> ((off % 4) * 8);
}

static void device_write(struct mvgpu_mdev *mm, u32 off, u32 size, u32 val)
{
	if (off == offsetof(struct virtio_gpu_config, events_clear) &&
	    size == 4)
		mvgpu_display_events_clear(mvgpu_vgpu_display(mm->vgpu), val);
}

void mvgpu_mdev_kick_locked(struct mvgpu_mdev *mm)
{
	lockdep_assert_held(&mm->lock);

	if (mm->transport.status & VIRTIO_CONFIG_S_DRIVER_OK)
		mvgpu_vgpu_kick(mm->vgpu);
}

static void notify_write_locked(struct mvgpu_mdev *mm, u32 off)
{
	lockdep_assert_held(&mm->lock);

	if (!(off % MVGPU_NOTIFY_MULTIPLIER) &&
	    off / MVGPU_NOTIFY_MULTIPLIER < MVGPU_NR_QUEUES)
		mvgpu_mdev_kick_locked(mm);
}

u32 mvgpu_mdev_bar_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size)
{
	u32 part = ALIGN_DOWN(off, MVGPU_BAR_PART_SIZE);
	u32 val = 0;

	lockdep_assert_held(&mm->lock);

	off -= part;
	switch (part) {
	case MVGPU_BAR_COMMON:
		val = mvgpu_mdev_common_read_locked(mm, off, size);
		break;
	case MVGPU_BAR_ISR:
		if (!off)
			val = atomic_xchg(&mm->transport.isr, 0);
		break;
	case MVGPU_BAR_DEVICE:
		val = device_read(mm, off);
		break;
	}
	return size < sizeof(val) ? val & (BIT(size * 8) - 1) : val;
}

void mvgpu_mdev_bar_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				 u32 val)
{
	u32 part = ALIGN_DOWN(off, MVGPU_BAR_PART_SIZE);

	lockdep_assert_held(&mm->lock);

	off -= part;
	switch (part) {
	case MVGPU_BAR_COMMON:
		mvgpu_mdev_common_write_locked(mm, off, size, val);
		break;
	case MVGPU_BAR_DEVICE:
		device_write(mm, off, size, val);
		break;
	case MVGPU_BAR_NOTIFY:
		notify_write_locked(mm, off);
		break;
	}
}

/* @size is 1, 2 or 4 and @off aligned to it, within the region. */
static u32 region_load(struct mvgpu_mdev *mm, u32 index, u32 off, u32 size)
{
	u32 val = 0;

	mutex_lock(&mm->lock);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		val = mvgpu_mdev_config_read_locked(mm, off, size);
	else if (index == VFIO_PCI_BAR0_REGION_INDEX + MVGPU_BAR_VIRTIO)
		val = mvgpu_mdev_bar_read_locked(mm, off, size);
	/* The MSI-X table is emulated by the user of VFIO. */
	mutex_unlock(&mm->lock);
	return val;
}

static void region_store(struct mvgpu_mdev *mm, u32 index, u32 off, u32 size,
			 u32 val)
{
	mutex_lock(&mm->lock);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		mvgpu_mdev_config_write_locked(mm, off, size, val);
	else if (index == VFIO_PCI_BAR0_REGION_INDEX + MVGPU_BAR_VIRTIO)
		mvgpu_mdev_bar_write_locked(mm, off, size, val);
	mutex_unlock(&mm->lock);
}

/* Largest naturally aligned access at @off, up to 4 bytes and @count. */
static u32 access_size(u32 off, size_t count)
{
	if (count >= 4 && !(off % 4))
		return 4;
	if (count >= 2 && !(off % 2))
		return 2;
	return 1;
}

static ssize_t region_read_plane(struct mvgpu_mdev *mm, char __user *buf,
				 size_t count, u64 off)
{
	const u8 *plane = mvgpu_display_buffer(region_display(mm));

	if (!plane)
		return -ENOMEM;
	return copy_to_user(buf, plane + off, count) ? -EFAULT : count;
}

static ssize_t region_read_regs(struct mvgpu_mdev *mm, u32 index,
				char __user *buf, size_t count, u32 off)
{
	size_t done = 0;

	while (done < count) {
		u32 size = access_size(off + done, count - done);
		__le32 val;

		val = cpu_to_le32(region_load(mm, index, off + done, size));
		if (copy_to_user(buf + done, &val, size))
			return -EFAULT;
		done += size;
	}
	return done;
}

static ssize_t region_write_regs(struct mvgpu_mdev *mm, u32 index,
				 const char __user *buf, size_t count, u32 off)
{
	size_t done = 0;

	while (done < count) {
		u32 size = access_size(off + done, count - done);
		__le32 val = 0;

		if (copy_from_user(&val, buf + done, size))
			return -EFAULT;
		region_store(mm, index, off + done, size, le32_to_cpu(val));
		done += size;
	}
	return done;
}

/*
 * Which region @pos is in, at which offset, and how much of @count fits in.
 * Return: 0, or -EINVAL if there is no such place, or @flag isn't allowed.
 */
static int region_find(struct mvgpu_mdev *mm, loff_t pos, size_t *count,
		       u32 flag, u32 *index, u64 *off)
{
	u64 i = (u64)pos >> REGION_SHIFT;
	u64 size;
	u32 flags;

	if (i >= REGION_NR)
		return -EINVAL;
	*index = array_index_nospec(i, REGION_NR);
	*off = pos & REGION_MASK;
	size = region_size(mm, *index, &flags);
	if (!(flags & flag) || *off >= size)
		return -EINVAL;
	*count = min_t(u64, *count, size - *off);
	return 0;
}

ssize_t mvgpu_mdev_region_read(struct vfio_device *vdev, char __user *buf,
			       size_t count, loff_t *ppos)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);
	ssize_t ret;
	u32 index;
	u64 off;

	ret = region_find(mm, *ppos, &count, VFIO_REGION_INFO_FLAG_READ,
			  &index, &off);
	if (ret)
		return ret;

	if (index == REGION_DISPLAY)
		ret = region_read_plane(mm, buf, count, off);
	else
		ret = region_read_regs(mm, index, buf, count, off);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

ssize_t mvgpu_mdev_region_write(struct vfio_device *vdev,
				const char __user *buf, size_t count,
				loff_t *ppos)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);
	ssize_t ret;
	u32 index;
	u64 off;

	ret = region_find(mm, *ppos, &count, VFIO_REGION_INFO_FLAG_WRITE,
			  &index, &off);
	if (ret)
		return ret;

	ret = region_write_regs(mm, index, buf, count, off);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

int mvgpu_mdev_region_mmap(struct vfio_device *vdev,
			   struct vm_area_struct *vma)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);
	const unsigned int shift = REGION_SHIFT - PAGE_SHIFT;
	u64 first = vma->vm_pgoff & ((1UL << shift) - 1);
	u64 pages = vma_pages(vma);
	u64 have;
	void *plane;

	if (vma->vm_pgoff >> shift != REGION_DISPLAY)
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	have = mvgpu_display_size(region_display(mm)) >> PAGE_SHIFT;
	if (pages > have || first > have - pages)
		return -EINVAL;
	/* A viewer looks; the guest draws. */
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;

	plane = mvgpu_display_buffer(region_display(mm));
	if (!plane)
		return -ENOMEM;
	vm_flags_clear(vma, VM_MAYWRITE);
	return remap_vmalloc_range(vma, plane, first);
}

/* What scanout 0 shows; all 0 if nothing, or if it doesn't fit the region. */
static void plane_fill(struct mvgpu_mdev *mm,
		       struct vfio_device_gfx_plane_info *info)
{
	struct mvgpu_display *display = region_display(mm);
	struct mvgpu_plane plane = {};
	u64 size;

	/* The viewer looks at the buffer: it must be there to be drawn into. */
	if (!mvgpu_display_buffer(display))
		return;
	mvgpu_display_query(display, &plane);

	size = PAGE_ALIGN((u64)plane.stride * plane.height);
	if (!plane.width || !plane.drm_format || !size ||
	    size > mvgpu_display_size(display) || size > U32_MAX)
		return;

	info->drm_format = plane.drm_format;
	info->width = plane.width;
	info->height = plane.height;
	info->stride = plane.stride;
	info->size = size;
}

long mvgpu_mdev_query_plane(struct mvgpu_mdev *mm, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_gfx_plane_info,
					 region_index);
	struct vfio_device_gfx_plane_info in, out = {};

	if (copy_from_user(&in, arg, minsz))
		return -EFAULT;
	if (in.argsz < minsz)
		return -EINVAL;
	if (in.flags == (VFIO_GFX_PLANE_TYPE_PROBE |
			 VFIO_GFX_PLANE_TYPE_REGION))
		return 0;
	if (in.flags != VFIO_GFX_PLANE_TYPE_REGION)
		return -EINVAL;

	out.argsz = in.argsz;
	out.flags = in.flags;
	out.drm_plane_type = in.drm_plane_type;
	out.x_hot = U32_MAX;
	out.y_hot = U32_MAX;
	out.region_index = REGION_DISPLAY;
	plane_fill(mm, &out);
	return copy_to_user(arg, &out, minsz) ? -EFAULT : 0;
}
