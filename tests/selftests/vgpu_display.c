// SPDX-License-Identifier: GPL-2.0
/* What a viewer (QEMU with display=on) sees. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define XR24 0x34325258
#define XB24 0x34324258
#define W 200
#define H 150
#define CURSOR 64
/* mvgpu_1of4; drivers/core/types.c. */
#define MAX_W 2560
#define MAX_H 1600
/* Who has not looked for so long is gone; drivers/core/display.c has a second. */
#define GONE_MS 1500
/* Frames that are drawn in a row, and the jobs of the guest's that each takes. */
#define FRAMES 20
#define FRAME_JOBS 2

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

/* A picture that a guest's driver draws and shows, in @ctx 1. */
static int make_screen(struct mvt_dev *dev, u32 id, const struct mvt_spec *spec)
{
	struct mvt_spec screen = *spec;
	int ret;

	/* Of a scanout. */
	screen.bind |= 1 << 18;
	ret = mvt_create_3d(dev, id, &screen);
	return ret == OK ? mvt_ctx_attach(dev, 1, id) : ret;
}

/* All of it in a blue that tells the number of the frame. */
static int draw_frame(struct mvt_dev *dev, u32 id, u32 frame)
{
	const float blue[] = { 0, 0, 2 * frame / 255.0, 1 };
	u32 stream[64];

	return mvt_submit(dev, 1, stream,
			  mvt_stream_clear(stream, id, frame, blue));
}

/* How many frames the plane is behind. */
static u32 frames_behind(FIXTURE_DATA(display) * self, u32 frame)
{
	struct vfio_device_gfx_plane_info info;

	if (query(&self->dev, &info) || !info.stride)
		return ~0U;
	return frame - (pixel(self, info.stride, 5, 60) & 0xff) / 2;
}

/*
 * What the GPU has drawn, to one resource or to several in turns, is seen two frames
 * later at most, and the last one always.
 */
static void rendered(struct __test_metadata *_metadata,
		     FIXTURE_DATA(display) * self, u32 resources)
{
	struct mvt_dev *dev = &self->dev;
	u32 i, id, behind, times[3] = {};

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	for (id = 1; id <= resources; id++)
		ASSERT_EQ(OK, make_screen(dev, id, &mvt_picture));
	ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 64));
	for (i = 1; i <= 100; i++) {
		id = 1 + i % resources;
		ASSERT_EQ(OK, draw_frame(dev, id, i));
		if (resources > 1)
			ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, id, 0, 0, 64,
						      64));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, id, 0, 0, 64, 64));
		behind = frames_behind(self, i);
		ASSERT_GT(ARRAY_SIZE(times), behind);
		times[behind]++;
	}
	TH_LOG("%u frames were seen at once, %u after one more, %u after two",
	       times[0], times[1], times[2]);
	EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xff0000c8));
}

TEST_F(display, rendered_frames)
{
	if (mvt_parent_is_sim())
		SKIP(return, "what it draws: needs a physical GPU");
	rendered(_metadata, self, 1);
}

/* A guest that flips pages. */
TEST_F(display, rendered_flips)
{
	if (mvt_parent_is_sim())
		SKIP(return, "what it draws: needs a physical GPU");
	rendered(_metadata, self, 2);
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

/* Of a 2D resource, too, as soon as a context uses it. */
TEST_F(display, rendered_to_2d)
{
	struct mvt_dev *dev = &self->dev;
	u32 i;

	if (mvt_parent_is_sim())
		SKIP(return, "what it draws: needs a physical GPU");
	ASSERT_EQ(OK, show(self, 0xff112233));
	EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xff112233));
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 1));
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(OK, draw_frame(dev, 1, i));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, W, H));
		EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xff000000 | 2 * i));
	}
	/* What the guest has in its memory comes back by a transfer only. */
	ASSERT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, W, H));
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, W, H));
	EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xff112233));
}

/* And what is transferred to one in the way of 3D ones. */
TEST_F(display, transferred_to_2d)
{
	struct mvt_dev *dev = &self->dev;

	if (mvt_parent_is_sim())
		SKIP(return, "what it shows: needs a physical GPU");
	ASSERT_EQ(OK, show(self, 0xff112233));
	EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xff112233));
	memset(self->mem.va, 0xff, W * H * 4);
	ASSERT_EQ(OK, mvt_to_3d(dev, 0, 1, W, H));
	memset(self->mem.va, 0x55, W * H * 4);
	ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, W, H));
	EXPECT_TRUE(pixel_becomes(self, 5, 60, 0xffffffff));
}

/* How many jobs it takes to draw and to flush FRAMES frames; 0: not all were. */
static u64 draw_frames(struct mvt_dev *dev, u32 first)
{
	u64 before = mvt_stat(dev, "jobs");
	u32 i;

	for (i = first; i < first + FRAMES; i++)
		if (draw_frame(dev, 1, i) != OK ||
		    mvt_gpu_flush(dev, 1, 0, 0, 64, 64) != OK)
			return 0;
	return mvt_stat(dev, "jobs") - before;
}

/*
 * What the GPU has drawn is fetched only while somebody looks, and who comes later sees
 * the last frame. The software GPU draws nothing, but is asked for it all the same.
 */
TEST_F_TIMEOUT(display, rendered_for_nobody, MVT_TEST_S)
{
	struct vfio_device_gfx_plane_info info;
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, make_screen(dev, 1, &mvt_picture));
	ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 64));
	ASSERT_EQ(0, query(dev, &info));
	EXPECT_LT(FRAMES * FRAME_JOBS, draw_frames(dev, 1));
	mvt_msleep(GONE_MS);
	EXPECT_EQ(FRAMES * FRAME_JOBS, draw_frames(dev, 1 + FRAMES));
	if (!mvt_parent_is_sim())
		EXPECT_TRUE(pixel_becomes(self, 5, 60,
					  0xff000000 | 2 * 2 * FRAMES));
}

/* A frame is not lost if the scanout is set, without a flush, while it is fetched. */
TEST_F_TIMEOUT(display, rendered_and_set_again, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	u32 i, k;

	if (mvt_parent_is_sim())
		SKIP(return, "what it draws: needs a physical GPU");
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, make_screen(dev, 1, &mvt_picture));
	ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 64));
	for (i = 1; i <= 100; i++) {
		ASSERT_EQ(OK, draw_frame(dev, 1, i));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, 64, 64));
		for (k = 0; k < 50 && frames_behind(self, i); k++)
			ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64,
						      64));
		ASSERT_TRUE(pixel_becomes(self, 5, 60, 0xff000000 | 2 * i)) {
			TH_LOG("frame %u", i);
		}
	}
}

/* CLEAR_SURFACE: rows of the framebuffer that mvt_stream_clear() has made. */
static u32 stream_rows(u32 *stream, u32 handle, const float color[4], u32 y,
		       u32 width, u32 height)
{
	const u32 where[] = { 0, y, width, height };

	stream[0] = 62 | 10 << 16;
	/* The first colour buffer. */
	stream[1] = 4 << 1;
	stream[2] = handle;
	memcpy(stream + 3, color, 16);
	memcpy(stream + 7, where, sizeof(where));
	return 11;
}

/* Pixels of the plane that are not those of a resource, from @x, @y on. */
static u32 wrong_pixels(FIXTURE_DATA(display) * self,
			const struct vfio_device_gfx_plane_info *info,
			const u32 *picture, u32 width, u32 x, u32 y)
{
	u32 wrong = 0, i, k;

	for (k = 0; k < info->height; k++)
		for (i = 0; i < info->width; i++)
			wrong += pixel(self, info->stride, i, k) !=
				 picture[(y + k) * width + x + i];
	return wrong;
}

/*
 * Two halves that the GPU draws are in the plane where the guest finds them when it
 * reads the picture back, whichever row comes first in the renderer's memory.
 */
TEST_F_TIMEOUT(display, rendered_halves, MVT_TEST_S)
{
	const float red[] = { 1, 0, 0, 1 }, green[] = { 0, 1, 0, 1 };
	struct vfio_device_gfx_plane_info info;
	struct mvt_spec spec = mvt_picture;
	const u32 *p = (u32 *)self->mem.va;
	struct mvt_dev *dev = &self->dev;
	u32 stream[64], n, id, flags, last;

	if (mvt_parent_is_sim())
		SKIP(return, "what it draws: needs a physical GPU");
	/* Neither a square nor a round number of bytes in a row. */
	spec.width = 101;
	spec.height = 62;
	last = spec.width * spec.height - 1;
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	for (flags = 0; flags < 2; flags++) {
		id = 1 + flags;
		spec.flags = flags;
		ASSERT_EQ(OK, make_screen(dev, id, &spec));
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, id, self->mem.iova,
						 (last + 1) * 4));
		ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, id, 0, 0, spec.width,
					      spec.height));
		n = mvt_stream_clear(stream, id, id, red);
		n += stream_rows(stream + n, id, green, 0, spec.width,
				 spec.height / 2);
		ASSERT_EQ(OK, mvt_submit(dev, 1, stream, n));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, id, 0, 0, spec.width,
					    spec.height));
		/* OpenGL's first row is the last one of what begins at the top. */
		EXPECT_TRUE(pixel_becomes(self, 5, 3,
					  flags ? 0xffff0000 : 0xff00ff00));
		EXPECT_TRUE(pixel_becomes(self, 95, 58,
					  flags ? 0xff00ff00 : 0xffff0000));
		memset(self->mem.va, 0, (last + 1) * 4);
		ASSERT_EQ(OK, mvt_from_3d(dev, 1, id, spec.width, spec.height));
		EXPECT_NE(p[0], p[last]);
		ASSERT_EQ(0, query(dev, &info));
		EXPECT_EQ(0, wrong_pixels(self, &info, p, spec.width, 0, 0)) {
			TH_LOG("flags %u", flags);
		}

		/* No two pixels alike, and a part of them shown. */
		mvt_fill(self->mem.va, flags, last + 1);
		ASSERT_EQ(OK, mvt_to_3d(dev, 1, id, spec.width, spec.height));
		ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, id, 7, 5, 80, 40));
		ASSERT_EQ(OK, mvt_gpu_flush(dev, id, 0, 0, spec.width,
					    spec.height));
		EXPECT_TRUE(pixel_becomes(self, 79, 39,
					  p[44 * spec.width + 86]));
		ASSERT_EQ(0, query(dev, &info));
		EXPECT_EQ(0, wrong_pixels(self, &info, p, spec.width, 7, 5)) {
			TH_LOG("flags %u", flags);
		}
	}
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
