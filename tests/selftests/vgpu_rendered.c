// SPDX-License-Identifier: GPL-2.0
/* What a viewer sees of what the GPU draws. */
#include "display_fixture.h"

/* Frames that are drawn in a row, and the jobs of the guest's that each takes. */
#define FRAMES 20
#define FRAME_JOBS 2

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

TEST_HARNESS_MAIN
