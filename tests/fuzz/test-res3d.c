// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of drivers/proto/res3d.c.
 */
#include "../../drivers/proto/format3d.h"
#include "../../drivers/proto/res3d.h"
#include "guest.h"
#include "tap.h"

#define R8 64
#define RGBA8 67
#define DXT1 105
#define ASTC_12X10 291
#define NV12 166

static const struct mvgpu_res3d tex = {
	.target = MVGPU_TARGET_2D, .format = RGBA8,
	.bind = MVGPU_BIND_SAMPLER_VIEW, .width = 100, .height = 60,
	.depth = 1, .array_size = 1,
};

static const struct mvgpu_res3d buf = {
	.target = MVGPU_TARGET_BUFFER, .format = R8,
	.bind = MVGPU_BIND_VERTEX_BUFFER, .width = 1000, .height = 1,
	.depth = 1, .array_size = 1,
};

/* One member changed. */
#define WITH(base, ...) ({						\
	struct mvgpu_res3d _res = (base);				\
									\
	__VA_ARGS__;							\
	mvgpu_res3d_check(&_res);					\
})

#define BAD(base, ...) CHECK_EQ(WITH(base, __VA_ARGS__), -EINVAL)
#define OK(base, ...) CHECK_EQ(WITH(base, __VA_ARGS__), 0)

static void sides(void)
{
	OK(tex, (void)_res);
	OK(buf, (void)_res);
	BAD(tex, _res.target = MVGPU_TARGETS);
	BAD(tex, _res.format = MVGPU_VIRGL_FORMATS);
	BAD(tex, _res.format = 73);
	BAD(tex, _res.format = 0);
	BAD(tex, _res.format = NV12);
	BAD(tex, _res.format = 227);
	BAD(tex, _res.format = 136);
	BAD(tex, _res.format = 138);
	OK(buf, _res.format = 136);
	OK(buf, _res.format = 0);
	BAD(buf, _res.format = 73);
	OK(tex, _res.width = MVGPU_RES3D_MAX_DIM);
	BAD(tex, _res.width = MVGPU_RES3D_MAX_DIM + 1);
	BAD(tex, _res.height = MVGPU_RES3D_MAX_DIM + 1);
	BAD(tex, _res.width = 0);
	BAD(tex, _res.height = 0);
	BAD(tex, _res.depth = 0);
	BAD(tex, _res.depth = 2);
	BAD(tex, _res.target = MVGPU_TARGET_1D);
	OK(tex, _res.target = MVGPU_TARGET_1D, _res.height = 1);
	OK(tex, _res.target = MVGPU_TARGET_3D, _res.depth = 2);
	BAD(tex, _res.target = MVGPU_TARGET_3D,
	    _res.depth = MVGPU_RES3D_MAX_DIM + 1);
	BAD(buf, _res.height = 2);
	BAD(buf, _res.depth = 2);
	OK(buf, _res.width = 0xffffffff);
	OK(buf, _res.width = 0);
}

static void arrays(void)
{
	OK(tex, _res.array_size = 0);
	BAD(tex, _res.array_size = 2);
	BAD(buf, _res.array_size = 2);
	OK(tex, _res.target = MVGPU_TARGET_2D_ARRAY, _res.array_size = 2);
	BAD(tex, _res.target = MVGPU_TARGET_2D_ARRAY, _res.array_size = 0);
	BAD(tex, _res.target = MVGPU_TARGET_2D_ARRAY,
	    _res.array_size = MVGPU_RES3D_MAX_DIM + 1);
	BAD(tex, _res.target = MVGPU_TARGET_CUBE, _res.array_size = 6);
	OK(tex, _res.target = MVGPU_TARGET_CUBE, _res.array_size = 6,
	   _res.width = 60);
	BAD(tex, _res.target = MVGPU_TARGET_CUBE, _res.array_size = 5,
	    _res.width = 60);
	OK(tex, _res.target = MVGPU_TARGET_CUBE_ARRAY, _res.array_size = 12,
	   _res.width = 60);
	BAD(tex, _res.target = MVGPU_TARGET_CUBE_ARRAY, _res.array_size = 8,
	    _res.width = 60);
	BAD(tex, _res.target = MVGPU_TARGET_CUBE_ARRAY, _res.array_size = 0,
	    _res.width = 60);
}

static void levels(void)
{
	OK(tex, _res.last_level = 6);
	BAD(tex, _res.last_level = 7);
	BAD(tex, _res.last_level = 0xffffffff);
	OK(tex, _res.target = MVGPU_TARGET_3D, _res.depth = 128,
	   _res.last_level = 7);
	BAD(buf, _res.last_level = 1);
	BAD(tex, _res.target = MVGPU_TARGET_RECT, _res.last_level = 1);
	OK(tex, _res.nr_samples = 4);
	BAD(tex, _res.nr_samples = 4, _res.last_level = 1);
	OK(tex, _res.nr_samples = 1, _res.last_level = 1);
	BAD(tex, _res.nr_samples = MVGPU_RES3D_MAX_SAMPLES + 1);
	BAD(tex, _res.nr_samples = 4, _res.target = MVGPU_TARGET_RECT);
	OK(tex, _res.nr_samples = 4, _res.target = MVGPU_TARGET_2D_ARRAY);
}

/* Textures that GL does not have */
static void no_textures(void)
{
	static const u32 depth[] = { 16, 19, 22, 23, 126, 329 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(depth); i++) {
		OK(tex, _res.format = depth[i]);
		BAD(tex, _res.format = depth[i],
		    _res.target = MVGPU_TARGET_3D);
	}
	/* DXT1, BPTC */
	OK(tex, _res.format = 105);
	BAD(tex, _res.format = 105, _res.target = MVGPU_TARGET_3D);
	OK(tex, _res.format = 255, _res.target = MVGPU_TARGET_3D);
	BAD(tex, _res.format = 105, _res.target = MVGPU_TARGET_RECT);
	BAD(tex, _res.format = 105, _res.nr_samples = 4);
	BAD(tex, _res.format = 255, _res.target = MVGPU_TARGET_1D,
	    _res.height = 1);
	OK(tex, _res.target = MVGPU_TARGET_1D, _res.height = 1);
}

static void binds(void)
{
	OK(tex, _res.flags = MVGPU_RES3D_Y_0_TOP);
	BAD(tex, _res.flags = 8);
	BAD(tex, _res.flags = MVGPU_RES3D_Y_0_TOP,
	    _res.target = MVGPU_TARGET_2D_ARRAY);
	BAD(tex, _res.bind = 0);
	BAD(tex, _res.bind = MVGPU_BIND_VERTEX_BUFFER);
	BAD(tex, _res.bind = MVGPU_BIND_CUSTOM);
	BAD(tex, _res.bind = 1U << 7);
	OK(tex, _res.bind = 1U << 7 | MVGPU_BIND_RENDER_TARGET);
	OK(buf, _res.bind = 0);
	OK(buf, _res.bind = MVGPU_BIND_SAMPLER_VIEW);
	BAD(buf, _res.bind = MVGPU_BIND_VERTEX_BUFFER |
			     MVGPU_BIND_INDEX_BUFFER);
}

static u64 size_of(struct mvgpu_res3d res)
{
	CHECK_EQ(mvgpu_res3d_check(&res), 0);
	return mvgpu_res3d_size(&res);
}

static void sizes(void)
{
	struct mvgpu_res3d res = tex;

	CHECK_EQ(size_of(res), 24000);
	res.nr_samples = 4;
	CHECK_EQ(size_of(res), 96000);
	res.nr_samples = 0;
	res.last_level = 1;
	CHECK_EQ(size_of(res), 24000 + 6000);
	res.last_level = 6;
	CHECK_EQ(size_of(res), 4 * (100 * 60 + 50 * 30 + 25 * 15 + 12 * 7 +
				    6 * 3 + 3 * 1 + 1));
	res.last_level = 0;
	res.format = DXT1;
	CHECK_EQ(size_of(res), 25 * 15 * 8);
	res.format = ASTC_12X10;
	CHECK_EQ(size_of(res), 9 * 6 * 16);
	res.format = RGBA8;
	res.target = MVGPU_TARGET_3D;
	res.depth = 4;
	res.last_level = 1;
	CHECK_EQ(size_of(res), 4 * (100 * 60 * 4 + 50 * 30 * 2));
	res = buf;
	res.format = 31;
	CHECK_EQ(size_of(res), 1000);
	/* The largest there is. */
	res = tex;
	res.target = MVGPU_TARGET_2D_ARRAY;
	res.width = MVGPU_RES3D_MAX_DIM;
	res.height = MVGPU_RES3D_MAX_DIM;
	res.array_size = MVGPU_RES3D_MAX_DIM;
	res.nr_samples = MVGPU_RES3D_MAX_SAMPLES;
	res.format = 27;
	CHECK_EQ(size_of(res), 1ULL << (3 * 14 + 5 + 5));
}

static u64 memory_of(struct mvgpu_res3d res)
{
	u64 memory = mvgpu_res3d_memory(&res);

	CHECK(memory >= size_of(res));
	return memory;
}

static bool too_large(u32 format, u32 width, u32 height, u32 layers)
{
	struct mvgpu_res3d res = tex;

	res.target = MVGPU_TARGET_2D_ARRAY;
	res.format = format;
	res.width = width;
	res.height = height;
	res.array_size = layers;
	return mvgpu_res3d_huge(&res);
}

/* More than 1 GiB in what the GPU may have in its place */
static void huge(void)
{
	static const struct {
		u32 format, width, height, layers;
	} most[] = {
		{ RGBA8, 16384, 16384, 1 },
		{ R8, 16384, 16384, 1 },	/* four bytes, as 2_3_3 may */
		{ DXT1, 16384, 16384, 8 },
		{ 255, 16384, 16384, 4 },	/* BPTC */
		{ 269, 16384, 16384, 1 },	/* ETC2 as RGBA8 */
		{ ASTC_12X10, 12288, 10240, 2 },
		{ 30, 4096, 4096, 4 },		/* three floats as four */
		{ 234, 8192, 8192, 2 },		/* four of 16 bits */
		{ 19, 8192, 8192, 2 },		/* Z24S8 */
	};
	struct mvgpu_res3d res = buf;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(most); i++) {
		CHECK(!too_large(most[i].format, most[i].width, most[i].height,
				 most[i].layers));
		CHECK(too_large(most[i].format, most[i].width, most[i].height,
				most[i].layers + 1));
	}
	/* And of buffers, as they are. */
	res.width = 1 << 30;
	CHECK(!mvgpu_res3d_huge(&res));
	res.width++;
	CHECK(mvgpu_res3d_huge(&res));
}

/* Narrow textures take more than they show: some of these were measured. */
static void memory(void)
{
	struct mvgpu_res3d res = tex;

	CHECK_EQ(memory_of(res), 448 * 60);
	res.height = 61;
	CHECK_EQ(memory_of(res), 448 * 64);
	res.nr_samples = 4;
	CHECK_EQ(memory_of(res), 448 * 64 * 4);
	res.nr_samples = 2;
	CHECK_EQ(memory_of(res), 448 * 64 * 4);
	res.nr_samples = 5;
	CHECK_EQ(memory_of(res), 448 * 64 * 8);
	res.nr_samples = 0;
	res.last_level = 6;
	CHECK_EQ(memory_of(res), 448 * 64 + 256 * 32 + 128 * 16 + 64 * 8 +
				 64 * 4 * 3);
	res.last_level = 0;
	res.format = DXT1;
	CHECK_EQ(memory_of(res), 256 * 16);
	res.format = RGBA8;
	res.target = MVGPU_TARGET_1D_ARRAY;
	res.height = 1;
	res.array_size = 5;
	CHECK_EQ(memory_of(res), 448 * 5);
	CHECK_EQ(memory_of(buf), buf.width);
	/* Three bytes a pixel are four: a line has 16 pixels, of four floats 4. */
	res = tex;
	res.format = 66;
	res.width = 21;
	CHECK_EQ(memory_of(res), 128 * 60);
	res.format = 30;
	CHECK_EQ(memory_of(res), 384 * 60);

	res = tex;
	res.format = R8;
	res.target = MVGPU_TARGET_3D;
	res.width = 1;
	res.height = 2048;
	res.depth = 2048;
	CHECK_EQ(memory_of(res), 256ULL << 20);
	res.target = MVGPU_TARGET_2D_ARRAY;
	res.height = 16384;
	res.depth = 1;
	res.array_size = 2048;
	CHECK_EQ(memory_of(res), 2ULL << 30);
	res.format = RGBA8;
	CHECK_EQ(memory_of(res), 2ULL << 30);
}

/* Blocks that many GPUs have not: RGBA8, and what that was made from. */
static void memory_of_blocks(void)
{
	struct mvgpu_res3d res = tex;

	res.width = 64;
	res.height = 64;
	res.format = 107;		/* DXT3 */
	CHECK_EQ(memory_of(res), 64 * 64);
	res.format = 255;		/* BPTC */
	CHECK_EQ(memory_of(res), 64 * 64);
	res.format = 269;		/* ETC2 */
	CHECK_EQ(memory_of(res), 64 * 64 * 4 + 64 * 64 / 2);
	res.format = 273;		/* with alpha */
	CHECK_EQ(memory_of(res), 64 * 64 * 4 + 64 * 64);
	res.format = 292;		/* ASTC 12x12: six blocks, which are eight */
	CHECK_EQ(memory_of(res), 8 * 8 * (12 * 12 * 4 + 16));
	/* Depth is what it says. */
	res.format = 16;
	CHECK_EQ(memory_of(res), 64 * 64 * 2);
	res.format = 19;
	CHECK_EQ(memory_of(res), 64 * 64 * 4);
}

/* Formats that virglrenderer 1.1.0 describes, without planes of video and the like. */
#define KNOWN 357

static void formats(void)
{
	u32 i, nr = 0;

	for (i = 0; i < 0x10000; i++) {
		const struct mvgpu_format3d *fmt = mvgpu_format3d(i);

		CHECK(fmt->bytes && fmt->width && fmt->height);
		nr += mvgpu_format3d_known(i);
	}
	CHECK_EQ(nr, KNOWN);
	CHECK(!mvgpu_format3d_known(0));
	CHECK(mvgpu_format3d_known(1));
	CHECK(!mvgpu_format3d_known(73));
	CHECK(!mvgpu_format3d_known(227));
	CHECK_EQ(mvgpu_res3d_block(0xffffffff), 16);
	CHECK_EQ(mvgpu_res3d_block(19), 4);
	CHECK_EQ(mvgpu_res3d_block(126), 8);
	CHECK_EQ(mvgpu_res3d_block(30), 12);
}

static bool within(const struct mvgpu_res3d *res, u32 level, u32 x, u32 y,
		   u32 z, u32 w, u32 h, u32 d)
{
	struct mvgpu_box box = { x, y, z, w, h, d };

	return mvgpu_res3d_box_within(res, level, &box);
}

static void boxes(void)
{
	struct mvgpu_res3d res = tex;

	res.last_level = 1;
	CHECK(within(&res, 0, 0, 0, 0, 100, 60, 1));
	CHECK(!within(&res, 0, 1, 0, 0, 100, 60, 1));
	CHECK(!within(&res, 0, 0xffffffff, 0, 0, 2, 1, 1));
	CHECK(!within(&res, 0, 2, 0, 0, 0xffffffff, 1, 1));
	CHECK(!within(&res, 0, 0, 0, 1, 1, 1, 1));
	CHECK(within(&res, 0, 0, 0, 1, 1, 1, 0));
	CHECK(within(&res, 1, 0, 0, 0, 50, 30, 1));
	CHECK(!within(&res, 1, 0, 0, 0, 51, 30, 1));
	CHECK(!within(&res, 2, 0, 0, 0, 1, 1, 1));
	CHECK(!within(&res, 0xffffffff, 0, 0, 0, 0, 0, 0));
	/* To the end of the block. */
	res.format = DXT1;
	CHECK(within(&res, 1, 0, 0, 0, 52, 32, 1));
	CHECK(!within(&res, 1, 0, 0, 0, 53, 32, 1));
	res.target = MVGPU_TARGET_3D;
	res.depth = 8;
	CHECK(within(&res, 1, 0, 0, 3, 1, 1, 1));
	CHECK(!within(&res, 1, 0, 0, 4, 1, 1, 1));
	res.target = MVGPU_TARGET_1D_ARRAY;
	res.format = RGBA8;
	res.height = 1;
	res.depth = 1;
	res.array_size = 5;
	CHECK(within(&res, 1, 0, 0, 4, 1, 1, 1));
	CHECK(!within(&res, 1, 0, 0, 5, 1, 1, 1));
	CHECK(!within(&res, 1, 0, 1, 0, 1, 1, 1));
	CHECK(within(&buf, 0, 999, 0, 0, 1, 1, 1));
	CHECK(!within(&buf, 0, 1000, 0, 0, 1, 1, 1));
	CHECK(!within(&buf, 0, 0, 1, 0, 1, 1, 1));
}

static s64 span(const struct mvgpu_res3d *res, struct mvgpu_transfer3d xfer)
{
	u64 end;
	int err = mvgpu_res3d_span(res, &xfer, &end);

	return err ?: (s64)end;
}

static void spans(void)
{
	struct mvgpu_transfer3d xfer = { .box = { 0, 0, 0, 100, 60, 1 } };
	struct mvgpu_res3d res = tex;

	CHECK_EQ(span(&res, xfer), 24000);
	xfer.offset = 8;
	CHECK_EQ(span(&res, xfer), 24008);
	xfer.box = (struct mvgpu_box){ 10, 10, 0, 5, 3, 1 };
	CHECK_EQ(span(&res, xfer), 8 + 2 * 400 + 20);
	xfer.stride = 20;
	CHECK_EQ(span(&res, xfer), 8 + 2 * 20 + 20);
	xfer.stride = 19;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.stride = 20;
	xfer.layer_stride = 60;
	CHECK_EQ(span(&res, xfer), 8 + 60);
	xfer.layer_stride = 59;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.layer_stride = 0;
	xfer.offset = ~0ULL;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.offset = 0xffffffff - 60;
	CHECK_EQ(span(&res, xfer), 0xffffffff);
	xfer.offset++;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	/* Rows that are too far apart for the renderer to count. */
	xfer.offset = 0;
	xfer.stride = 0xffffffff;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.box.h = 1;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.layer_stride = 0xffffffff;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	/* What Mesa takes for negative. */
	xfer.stride = 0x80000000;
	xfer.layer_stride = 0x80000000;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.stride = 0x7fffffff;
	CHECK_EQ(span(&res, xfer), -EINVAL);
	xfer.layer_stride = 0x7fffffff;
	CHECK_EQ(span(&res, xfer), 20);

	res.target = MVGPU_TARGET_3D;
	res.depth = 8;
	res.last_level = 1;
	xfer = (struct mvgpu_transfer3d){
		.level = 1, .box = { 0, 0, 1, 50, 30, 3 },
	};
	CHECK_EQ(span(&res, xfer), 3 * 6000);
	xfer.layer_stride = 6004;
	CHECK_EQ(span(&res, xfer), 2 * 6004 + 6000);
	xfer.box.d = 4;
	CHECK_EQ(span(&res, xfer), -EINVAL);

	res = tex;
	res.format = DXT1;
	xfer = (struct mvgpu_transfer3d){ .box = { 0, 0, 0, 5, 5, 1 } };
	CHECK_EQ(span(&res, xfer), 25 * 8 + 16);

	xfer = (struct mvgpu_transfer3d){ .box = { 4, 0, 0, 996, 1, 1 } };
	CHECK_EQ(span(&buf, xfer), 996);
	CHECK(mvgpu_res3d_transfer_ok(&buf, &xfer, 996));
	CHECK(!mvgpu_res3d_transfer_ok(&buf, &xfer, 995));
	xfer.box = (struct mvgpu_box){ 4, 0, 0, 0, 1, 1 };
	CHECK_EQ(span(&buf, xfer), -EINVAL);
	xfer.box = (struct mvgpu_box){ 4, 0, 0, 1, 0, 1 };
	CHECK_EQ(span(&buf, xfer), -EINVAL);
	xfer.box = (struct mvgpu_box){ 4, 0, 0, 1, 1, 0 };
	CHECK_EQ(span(&buf, xfer), -EINVAL);
}

static const struct tap_case cases[] = {
	{ "sides are bounded", sides },
	{ "layers fit the target", arrays },
	{ "levels and samples fit the size", levels },
	{ "textures that GL does not have", no_textures },
	{ "binds and flags fit the target", binds },
	{ "sizes count levels, layers, samples and blocks", sizes },
	{ "memory counts whole rows and squares, too", memory },
	{ "blocks that many GPUs keep as pixels", memory_of_blocks },
	{ "textures that GL may find too large", huge },
	{ "every format has a layout", formats },
	{ "boxes end with the level", boxes },
	{ "spans of transfers are exact", spans },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
