// SPDX-License-Identifier: GPL-2.0
/* What a viewer (QEMU with display=on) sees. */
#include <fcntl.h>
#include <sys/uio.h>

#include "display_fixture.h"

#define XR24 0x34325258
#define XB24 0x34324258
#define CURSOR 64
/* mvgpu_1of4; drivers/core/types.c. */
#define MAX_W 2560
#define MAX_H 1600

TEST_F(display, probe)
{
	const u32 probe = VFIO_GFX_PLANE_TYPE_PROBE;
	struct vfio_device_gfx_plane_info info;
	struct mvt_dev *dev = &self->dev;
	const u32 size = sizeof(info);

	EXPECT_EQ(0, query_flags(dev, size, probe | VFIO_GFX_PLANE_TYPE_REGION,
				 &info));
	EXPECT_EQ(-EINVAL,
		  query_flags(dev, size, probe | VFIO_GFX_PLANE_TYPE_DMABUF,
			      &info));
	EXPECT_EQ(-EINVAL, query_flags(dev, size, VFIO_GFX_PLANE_TYPE_DMABUF,
				       &info));
	EXPECT_EQ(-EINVAL, query_flags(dev, size, 0, &info));
	EXPECT_EQ(-EINVAL, query_flags(dev, size, ~0U, &info));
	EXPECT_EQ(-EINVAL,
		  query_flags(dev, 16, probe | VFIO_GFX_PLANE_TYPE_REGION,
			      &info));
	EXPECT_EQ(-EINVAL,
		  query_flags(dev, 0, VFIO_GFX_PLANE_TYPE_REGION, &info));
}

TEST_F(display, nothing_shown)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(0, query(&self->dev, &info));
	EXPECT_EQ(0, info.size);
	EXPECT_EQ(0, info.width);
	EXPECT_EQ(0, info.height);
	EXPECT_EQ(0, info.drm_format);
}

TEST_F(display, pixels)
{
	struct vfio_device_gfx_plane_info info;
	const u32 *p = (u32 *)self->mem.va;
	u32 x, y;

	ASSERT_EQ(OK, mvt_gpu_make(&self->dev, &self->mem, 1, W, H, 7));
	ASSERT_EQ(OK, mvt_gpu_scanout(&self->dev, 0, 1, 0, 0, W, H));
	ASSERT_EQ(OK, mvt_gpu_flush(&self->dev, 1, 0, 0, W, H));
	ASSERT_EQ(0, query(&self->dev, &info));
	EXPECT_EQ(W, info.width);
	EXPECT_EQ(H, info.height);
	EXPECT_EQ(XR24, info.drm_format);
	EXPECT_LE(W * 4, info.stride);
	EXPECT_LE((u64)info.stride * H, info.size);
	EXPECT_GE(self->plane_size, info.size);
	EXPECT_EQ(0, info.drm_format_mod);
	EXPECT_EQ(0, info.x_pos | info.y_pos);
	ASSERT_TRUE(pixel_becomes(self, W - 1, H - 1, p[W * H - 1]));
	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++) {
			ASSERT_EQ(p[y * W + x],
				  pixel(self, info.stride, x, y));
		}
}

TEST_F(display, formats)
{
	static const struct {
		u32 format, fourcc;
	} f[] = {
		{ VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, XR24 },
		{ VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, XR24 },
		{ VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, XB24 },
		{ VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, XB24 },
	};
	struct vfio_device_gfx_plane_info info;
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(f); i++) {
		ASSERT_EQ(OK, mvt_gpu_create(dev, 1, f[i].format, W, H));
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
						 W * H * 4));
		ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, W, H));
		ASSERT_EQ(0, query(dev, &info));
		EXPECT_EQ(f[i].fourcc, info.drm_format);
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
}

/* A part of a resource: its corner is the plane's. */
TEST_F(display, part_of_a_resource)
{
	struct vfio_device_gfx_plane_info info;
	const u32 *p = (u32 *)self->mem.va;
	u32 x, y;

	ASSERT_EQ(OK, mvt_gpu_make(&self->dev, &self->mem, 1, W, H, 9));
	ASSERT_EQ(OK, mvt_gpu_scanout(&self->dev, 0, 1, 30, 20, 100, 80));
	ASSERT_EQ(OK, mvt_gpu_flush(&self->dev, 1, 0, 0, W, H));
	ASSERT_TRUE(pixel_becomes(self, 99, 79, p[99 * W + 129]));
	ASSERT_EQ(0, query(&self->dev, &info));
	EXPECT_EQ(100, info.width);
	EXPECT_EQ(80, info.height);
	for (y = 0; y < 80; y++)
		for (x = 0; x < 100; x++) {
			ASSERT_EQ(p[(y + 20) * W + x + 30],
				  pixel(self, info.stride, x, y));
		}
}

/* While somebody looks, each flush shows, and only what was flushed. */
TEST_F(display, flush_updates)
{
	struct vfio_device_gfx_plane_info info;
	u32 *p = (u32 *)self->mem.va;
	unsigned int i;

	ASSERT_EQ(OK, show(self, 0x112233));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0x112233));
	for (i = 0; i < 20; i++) {
		p[5 * W + 7] = i + 1;
		p[100 * W + 7] = i + 1;
		ASSERT_EQ(OK, mvt_gpu_transfer(&self->dev, 1, 0, 0, 0, W, H));
		ASSERT_EQ(OK, mvt_gpu_flush(&self->dev, 1, 0, 0, W, 50));
		ASSERT_EQ(0, query(&self->dev, &info));
		EXPECT_EQ(i + 1, pixel(self, info.stride, 7, 5));
		EXPECT_EQ(0x112233, pixel(self, info.stride, 7, 100));
	}
}

/* Who looked at one tenant's screen and keeps its pages sees nothing of the next one's. */
TEST_F(display, pages_that_are_kept)
{
	struct mvt_dev *dev = &self->dev;
	struct iovec page = { .iov_base = (void *)self->plane, .iov_len = MVT_PAGE };
	char uuid[MVT_UUID_LEN + 1];
	u32 kept[MVT_PAGE / 4], i, seen = 0;
	int fd[2];

	ASSERT_EQ(OK, show(self, 0xff112233));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0xff112233));
	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(MVT_PAGE, vmsplice(fd[1], &page, 1, 0));
	munmap((void *)self->plane, self->plane_size);
	self->plane = NULL;
	memcpy(uuid, dev->uuid, sizeof(uuid));
	mvt_mem_free(dev, &self->mem);
	mvt_close(dev);

	ASSERT_EQ(0, mvt_open(dev, uuid));
	ASSERT_EQ(0, mvt_start(dev));
	ASSERT_EQ(0, mvt_mem_map(dev, &self->mem, MVT_BUF_IOVA, 0x400000));
	ASSERT_EQ(0, map_plane(self));
	ASSERT_EQ(OK, show(self, 0xff445566));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0xff445566));
	ASSERT_EQ(MVT_PAGE, read(fd[0], kept, MVT_PAGE));
	for (i = 0; i < MVT_PAGE / 4; i++)
		seen += kept[i] == 0xff445566;
	EXPECT_EQ(0, seen);
	close(fd[0]);
	close(fd[1]);
}

/* Frames are flushes of what is shown, whoever looks. */
TEST_F(display, frames)
{
	struct mvt_dev *dev = &self->dev;
	u64 iova = self->mem.iova;
	unsigned int i;

	EXPECT_EQ(0, mvt_stat(dev, "frames"));
	ASSERT_EQ(OK, show(self, 0x112233));
	EXPECT_EQ(1, mvt_stat(dev, "frames"));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, i, i, 1, 1));
	EXPECT_EQ(11, mvt_stat(dev, "frames"));

	/* Another one, and a corner that is not shown. */
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, 64, 64));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 2, iova, 64 * 64 * 4));
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 2, 0, 0, 64, 64));
	ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 100, 80));
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 100, 0, 50, 50));
	EXPECT_EQ(11, mvt_stat(dev, "frames"));
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 99, 0, 50, 50));
	EXPECT_EQ(12, mvt_stat(dev, "frames"));
}

/* Nobody looks for a while; who comes then sees what is, not what was. */
TEST_F(display, late_viewer)
{
	u32 *p = (u32 *)self->mem.va;

	ASSERT_EQ(OK, show(self, 0x101010));
	ASSERT_TRUE(pixel_becomes(self, 3, 3, 0x101010));
	mvt_msleep(GONE_MS);
	p[3 * W + 3] = 0xabcdef;
	ASSERT_EQ(OK, mvt_gpu_transfer(&self->dev, 1, 0, 0, 0, W, H));
	ASSERT_EQ(OK, mvt_gpu_flush(&self->dev, 1, 0, 0, W, H));
	EXPECT_TRUE(pixel_becomes(self, 3, 3, 0xabcdef));
}

/* An opaque and a transparent half, at a place, moved, hidden. */
TEST_F(display, cursor)
{
	struct mvt_dev *dev = &self->dev;
	const u32 update = VIRTIO_GPU_CMD_UPDATE_CURSOR;
	const u32 back = 0x204060, front = 0xffaabbcc;
	struct mvt_mem image;
	unsigned int i;
	u32 *p;

	ASSERT_EQ(0, mvt_mem_map(dev, &image, MVT_BUF_IOVA + (1ULL << 32),
				 CURSOR * CURSOR * 4));
	p = (u32 *)image.va;
	for (i = 0; i < CURSOR * CURSOR; i++)
		p[i] = i % CURSOR < 32 ? front : 0;
	ASSERT_EQ(OK, show(self, back));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, CURSOR, CURSOR));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 2, image.iova, image.size));
	ASSERT_EQ(OK, mvt_gpu_transfer(dev, 2, 0, 0, 0, CURSOR, CURSOR));
	ASSERT_EQ(0, mvt_gpu_cursor(dev, update, 0, 2, 50, 40, 10, 5));
	/* The hot spot is at 50, 40: the image begins at 40, 35. */
	EXPECT_TRUE(pixel_becomes(self, 40, 35, front));
	EXPECT_TRUE(pixel_becomes(self, 71, 98, front));
	EXPECT_TRUE(pixel_becomes(self, 39, 35, back));
	EXPECT_TRUE(pixel_becomes(self, 40, 34, back));
	EXPECT_TRUE(pixel_becomes(self, 72, 35, back));
	EXPECT_TRUE(pixel_becomes(self, 40, 99, back));
	/* Moved: gone from where it was. */
	ASSERT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0, 110,
				    40, 0, 0));
	EXPECT_TRUE(pixel_becomes(self, 100, 35, front));
	EXPECT_TRUE(pixel_becomes(self, 40, 35, back));
	/* Drawn over by a flush, it is still on top. */
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, W, H));
	EXPECT_TRUE(pixel_becomes(self, 100, 35, front));
	/* Half outside, on each side. */
	ASSERT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0, 0, 0,
				    0, 0));
	EXPECT_TRUE(pixel_becomes(self, 0, 0, front));
	EXPECT_TRUE(pixel_becomes(self, 100, 35, back));
	ASSERT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0,
				    W - 1, H - 1, 0, 0));
	EXPECT_TRUE(pixel_becomes(self, W - 1, H - 1, front));
	EXPECT_TRUE(pixel_becomes(self, 0, 0, back));
	ASSERT_EQ(0, mvt_gpu_cursor(dev, update, 0, 0, 0, 0, 0, 0));
	EXPECT_TRUE(pixel_becomes(self, W - 1, H - 1, back));
	mvt_mem_free(dev, &image);
}

/* A half transparent cursor is mixed with what is below. */
TEST_F(display, cursor_alpha)
{
	struct mvt_dev *dev = &self->dev;
	struct vfio_device_gfx_plane_info info;
	struct mvt_mem image;
	unsigned int i;
	u32 got, *p;

	ASSERT_EQ(0, mvt_mem_map(dev, &image, MVT_BUF_IOVA + (1ULL << 32),
				 CURSOR * CURSOR * 4));
	p = (u32 *)image.va;
	/* Premultiplied: half of 0x80. */
	for (i = 0; i < CURSOR * CURSOR; i++)
		p[i] = 0x80404040;
	ASSERT_EQ(OK, show(self, 0x808080));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, CURSOR, CURSOR));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 2, image.iova, image.size));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0x808080));
	ASSERT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 2, 10,
				    10, 0, 0));
	mvt_msleep(50);
	ASSERT_EQ(0, query(dev, &info));
	got = pixel(self, info.stride, 20, 20) & 0xff;
	EXPECT_LE(0x7e, got);
	EXPECT_GE(0x81, got);
	mvt_mem_free(dev, &image);
}

TEST_F(display, scanout_off)
{
	struct vfio_device_gfx_plane_info info;

	ASSERT_EQ(OK, show(self, 0x123456));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0x123456));
	ASSERT_EQ(OK, mvt_gpu_scanout(&self->dev, 0, 0, 0, 0, 0, 0));
	ASSERT_EQ(0, query(&self->dev, &info));
	EXPECT_EQ(0, info.size);
	EXPECT_EQ(0, info.drm_format);
}

TEST_F(display, resource_gone)
{
	struct vfio_device_gfx_plane_info info;
	unsigned int i;
	int ret;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(OK, show(self, 0x123456));
		ASSERT_TRUE(pixel_becomes(self, 0, 0, 0x123456));
		if (i == 0)
			ret = mvt_gpu_unref(&self->dev, 1);
		else if (i == 1)
			ret = mvt_gpu_detach(&self->dev, 1);
		else
			ret = mvt_reset(&self->dev);
		ASSERT_EQ(i < 2 ? OK : 0, ret);
		ASSERT_EQ(0, query(&self->dev, &info));
		EXPECT_EQ(0, info.size) {
			TH_LOG("way %u", i);
		}
		ASSERT_EQ(0, mvt_start(&self->dev));
	}
}

/* The next user of the vGPU does not see the picture of the last one. */
TEST_F(display, cleared_for_the_next_user)
{
	struct vfio_device_gfx_plane_info info;
	char uuid[MVT_UUID_LEN + 1];
	struct vfio_region_info r = { .argsz = sizeof(r) };
	u32 *plane;

	ASSERT_EQ(OK, show(self, 0xdeadbe));
	ASSERT_TRUE(pixel_becomes(self, 0, 0, 0xdeadbe));
	munmap((void *)self->plane, self->plane_size);
	self->plane = NULL;
	memcpy(uuid, self->dev.uuid, sizeof(uuid));
	mvt_close(&self->dev);
	self->mem.mapped = false;
	ASSERT_EQ(0, mvt_open(&self->dev, uuid));
	ASSERT_EQ(0, query(&self->dev, &info));
	EXPECT_EQ(0, info.size);
	r.index = info.region_index;
	ASSERT_EQ(0, ioctl(self->dev.fd, VFIO_DEVICE_GET_REGION_INFO, &r));
	plane = mmap(NULL, r.size, PROT_READ, MAP_SHARED, self->dev.fd,
		     r.offset);
	ASSERT_NE(MAP_FAILED, plane);
	EXPECT_EQ(0, mvt_count(plane, 0xdeadbe, r.size / 4));
	munmap(plane, r.size);
}

/* Larger than the type allows: cut off, never beyond the region. */
TEST_F_TIMEOUT(display, larger_than_allowed, MVT_TEST_S)
{
	static const u32 size[][2] = {
		{ 4096, 16 }, { 16, 4096 }, { 16384, 32 }, { 2600, 1700 },
	};
	struct vfio_device_gfx_plane_info info;
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, size[i][0],
					     size[i][1]));
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
						 self->mem.size));
		ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, size[i][0],
					      size[i][1]));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, size[i][0],
					    size[i][1]));
		ASSERT_EQ(0, query(dev, &info));
		EXPECT_GE(MAX_W, info.width);
		EXPECT_GE(MAX_H, info.height);
		EXPECT_GE(self->plane_size, info.size);
		EXPECT_GE(self->plane_size, (u64)info.stride * info.height);
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
}

TEST_F(display, other_maps)
{
	struct vfio_device_gfx_plane_info info;
	struct mvt_dev *dev = &self->dev;
	struct vfio_region_info r = { .argsz = sizeof(r) };
	void *p;

	ASSERT_EQ(0, query(dev, &info));
	r.index = info.region_index;
	ASSERT_EQ(0, ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, &r));
	/* A viewer looks. */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED, dev->fd, r.offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, r.size + 4096, PROT_READ, MAP_SHARED,
				   dev->fd, r.offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 8192, PROT_READ, MAP_SHARED, dev->fd,
				   r.offset + r.size - 4096));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev->fd,
				   r.offset + r.size));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev->fd,
				   r.offset + (1ULL << 40)));
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev->fd,
		 r.offset + r.size - 4096);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-1, mprotect(p, 4096, PROT_READ | PROT_WRITE));
	munmap(p, 4096);
	/* Reading works, too. */
	EXPECT_EQ(4, pread(dev->fd, &r, 4, r.offset));
}

TEST_HARNESS_MAIN
