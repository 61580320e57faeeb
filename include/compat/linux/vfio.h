/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_COMPAT_LINUX_VFIO_H
#define _MVGPU_COMPAT_LINUX_VFIO_H

#include_next <linux/vfio.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>

/*
 * From 6.19 on VFIO's core handles VFIO_DEVICE_GET_REGION_INFO by itself and
 * calls the get_region_info_caps op; before, the ioctl op had to. A driver
 * writes the op once, puts MVGPU_VFIO_REGION_INFO_OP(its name) into its ops, and
 * calls mvgpu_vfio_get_region_info() for the ioctl.
 */
typedef int (*mvgpu_vfio_region_info_fn)(struct vfio_device *vdev,
					 struct vfio_region_info *info,
					 struct vfio_info_cap *caps);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)

#define MVGPU_VFIO_REGION_INFO_OP(...)

static inline int
mvgpu_vfio_copy_region_caps(struct vfio_region_info *info,
			    struct vfio_info_cap *caps, u8 __user *arg)
{
	if (!caps->size)
		return 0;

	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	if (info->argsz < sizeof(*info) + caps->size) {
		info->argsz = sizeof(*info) + caps->size;
		info->cap_offset = 0;
		return 0;
	}
	vfio_info_cap_shift(caps, sizeof(*info));
	if (copy_to_user(arg + sizeof(*info), caps->buf, caps->size))
		return -EFAULT;
	info->cap_offset = sizeof(*info);
	return 0;
}

static inline long mvgpu_vfio_get_region_info(struct vfio_device *vdev,
					      void __user *arg,
					      mvgpu_vfio_region_info_fn fn)
{
	const size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	struct vfio_info_cap caps = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	ret = fn(vdev, &info, &caps);
	if (!ret)
		ret = mvgpu_vfio_copy_region_caps(&info, &caps, arg);
	if (!ret && copy_to_user(arg, &info, minsz))
		ret = -EFAULT;
	kfree(caps.buf);
	return ret;
}

#else

#define MVGPU_VFIO_REGION_INFO_OP(fn) .get_region_info_caps = (fn),

static inline long mvgpu_vfio_get_region_info(struct vfio_device *vdev,
					      void __user *arg,
					      mvgpu_vfio_region_info_fn fn)
{
	return -ENOTTY;
}

#endif

#endif
