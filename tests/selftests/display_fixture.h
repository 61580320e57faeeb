/* SPDX-License-Identifier: GPL-2.0 */
/* A vGPU and its plane, for vgpu_display.c and vgpu_rendered.c. */
#ifndef _DISPLAY_FIXTURE_H
#define _DISPLAY_FIXTURE_H

#include <string.h>
#include <sys/ioctl.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define W 200
#define H 150
/* Who has not looked for so long is gone; drivers/core/display.c has a second. */
#define GONE_MS 1500

FIXTURE(display)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
	const u8 *plane;
	u64 plane_size;
};

static int query_flags(struct mvt_dev *dev, u32 argsz, u32 flags,
		       struct vfio_device_gfx_plane_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = argsz;
	info->flags = flags;
	return ioctl(dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, info) ? -errno : 0;
}

static int query(struct mvt_dev *dev, struct vfio_device_gfx_plane_info *info)
{
	return query_flags(dev, sizeof(*info), VFIO_GFX_PLANE_TYPE_REGION,
			   info);
}

static int map_plane(FIXTURE_DATA(display) * self)
{
	struct vfio_device_gfx_plane_info info;
	struct vfio_region_info r = { .argsz = sizeof(r) };
	void *plane;
	int err;

	err = query(&self->dev, &info);
	if (err)
		return err;
	r.index = info.region_index;
	if (ioctl(self->dev.fd, VFIO_DEVICE_GET_REGION_INFO, &r))
		return -errno;
	/* QEMU aborts if this fails. */
	if (!(r.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return -ENODEV;
	plane = mmap(NULL, r.size, PROT_READ, MAP_SHARED, self->dev.fd,
		     r.offset);
	if (plane == MAP_FAILED)
		return -errno;
	self->plane = plane;
	self->plane_size = r.size;
	return 0;
}

FIXTURE_SETUP(display)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, 2));
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &self->mem, MVT_BUF_IOVA,
				 0x400000));
	ASSERT_EQ(0, map_plane(self));
}

FIXTURE_TEARDOWN(display)
{
	if (self->plane)
		munmap((void *)self->plane, self->plane_size);
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

static u32 pixel(FIXTURE_DATA(display) * self, u32 stride, u32 x, u32 y)
{
	u32 val;

	memcpy(&val, self->plane + (size_t)y * stride + x * 4, 4);
	return val;
}

/* Waits until a pixel has a value: the plane is drawn by the vGPU's work. */
static bool pixel_becomes(FIXTURE_DATA(display) * self, u32 x, u32 y, u32 val)
{
	struct vfio_device_gfx_plane_info info;
	u64 end = mvt_now_ms() + MVT_WAIT_MS;

	do {
		if (query(&self->dev, &info))
			return false;
		if (info.stride && pixel(self, info.stride, x, y) == val)
			return true;
		mvt_msleep(5);
	} while (mvt_now_ms() < end);
	return false;
}

/* A picture of one colour on scanout 0. */
static int show(FIXTURE_DATA(display) * self, u32 colour)
{
	u32 *p = (u32 *)self->mem.va;
	unsigned int i;
	int ret;

	ret = mvt_gpu_make(&self->dev, &self->mem, 1, W, H, 0);
	if (ret != OK)
		return ret;
	for (i = 0; i < W * H; i++)
		p[i] = colour;
	ret = mvt_gpu_transfer(&self->dev, 1, 0, 0, 0, W, H);
	if (ret == OK)
		ret = mvt_gpu_scanout(&self->dev, 0, 1, 0, 0, W, H);
	if (ret == OK)
		ret = mvt_gpu_flush(&self->dev, 1, 0, 0, W, H);
	return ret;
}

#endif
