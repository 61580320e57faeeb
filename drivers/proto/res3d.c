// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes and limits of 3D resources: what may be created, what it takes, which
 * part of a backing a transfer touches. Nothing here has a side effect.
 */
#include "res3d.h"

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include "format3d.h"

/* VIRGL_FORMAT_R8G8B8_UNORM */
#define RGB8 66

/* Buffers are bound to one purpose each: what vrend makes of its own. */
static bool bind_is_buffer(u32 bind)
{
	switch (bind) {
	case 0:
	case MVGPU_BIND_CUSTOM:
	case MVGPU_BIND_STAGING:
	case MVGPU_BIND_INDEX_BUFFER:
	case MVGPU_BIND_STREAM_OUTPUT:
	case MVGPU_BIND_VERTEX_BUFFER:
	case MVGPU_BIND_CONSTANT_BUFFER:
	case MVGPU_BIND_QUERY_BUFFER:
	case MVGPU_BIND_COMMAND_ARGS:
	case MVGPU_BIND_SHADER_BUFFER:
		return true;
	}
	return false;
}

#define BIND_TEXTURE (MVGPU_BIND_SAMPLER_VIEW | MVGPU_BIND_DEPTH_STENCIL | \
		      MVGPU_BIND_RENDER_TARGET | MVGPU_BIND_CURSOR |	   \
		      MVGPU_BIND_SHARED | MVGPU_BIND_LINEAR)

static bool dims_ok(const struct mvgpu_res3d *res)
{
	if (!res->height || !res->depth)
		return false;

	switch (res->target) {
	case MVGPU_TARGET_BUFFER:
		return res->height == 1 && res->depth == 1;
	case MVGPU_TARGET_1D:
	case MVGPU_TARGET_1D_ARRAY:
		if (res->height != 1 || res->depth != 1)
			return false;
		break;
	case MVGPU_TARGET_CUBE:
	case MVGPU_TARGET_CUBE_ARRAY:
		if (res->width != res->height || res->depth != 1)
			return false;
		break;
	case MVGPU_TARGET_3D:
		break;
	default:
		if (res->depth != 1)
			return false;
	}
	return res->width && res->width <= MVGPU_RES3D_MAX_DIM &&
	       res->height <= MVGPU_RES3D_MAX_DIM &&
	       res->depth <= MVGPU_RES3D_MAX_DIM;
}

static bool array_ok(const struct mvgpu_res3d *res)
{
	switch (res->target) {
	case MVGPU_TARGET_CUBE:
		return res->array_size == 6;
	case MVGPU_TARGET_CUBE_ARRAY:
		return res->array_size && res->array_size % 6 == 0 &&
		       res->array_size <= MVGPU_RES3D_MAX_DIM;
	case MVGPU_TARGET_1D_ARRAY:
	case MVGPU_TARGET_2D_ARRAY:
		return res->array_size &&
		       res->array_size <= MVGPU_RES3D_MAX_DIM;
	}
	return res->array_size <= 1;
}

static bool levels_ok(const struct mvgpu_res3d *res)
{
	u32 side;

	if (!res->last_level)
		return true;
	if (res->target == MVGPU_TARGET_BUFFER ||
	    res->target == MVGPU_TARGET_RECT || res->nr_samples > 1)
		return false;
	side = max(res->width, res->height);
	if (res->target == MVGPU_TARGET_3D)
		side = max(side, res->depth);
	return res->last_level <= ilog2(side);
}

/*
 * GL has no memory for a texture that it does not know, the renderer does not ask,
 * and what it then reads of it is memory of its own.
 */
static bool format_ok(const struct mvgpu_res3d *res)
{
	bool blocks = mvgpu_format3d_blocks(res->format);

	if (mvgpu_format3d_view(res->format))
		return res->target == MVGPU_TARGET_BUFFER;
	switch (res->target) {
	case MVGPU_TARGET_3D:
		return mvgpu_format3d_volume(res->format);
	case MVGPU_TARGET_1D:
	case MVGPU_TARGET_1D_ARRAY:
	case MVGPU_TARGET_RECT:
		return !blocks;
	}
	return !blocks || res->nr_samples <= 1;
}

int mvgpu_res3d_check(const struct mvgpu_res3d *res)
{
	if (res->target >= MVGPU_TARGETS)
		return -EINVAL;
	/* A buffer needs none. */
	if (!mvgpu_format3d_known(res->format) &&
	    (res->format || res->target != MVGPU_TARGET_BUFFER))
		return -EINVAL;
	if (!dims_ok(res) || !array_ok(res) || !levels_ok(res) ||
	    !format_ok(res))
		return -EINVAL;

	if (res->nr_samples > MVGPU_RES3D_MAX_SAMPLES)
		return -EINVAL;
	if (res->nr_samples > 1 && res->target != MVGPU_TARGET_2D &&
	    res->target != MVGPU_TARGET_2D_ARRAY)
		return -EINVAL;

	if (res->flags & ~MVGPU_RES3D_FLAGS)
		return -EINVAL;
	if (res->flags & MVGPU_RES3D_Y_0_TOP &&
	    res->target != MVGPU_TARGET_2D && res->target != MVGPU_TARGET_RECT)
		return -EINVAL;

	if (bind_is_buffer(res->bind))
		return res->target == MVGPU_TARGET_BUFFER ? 0 : -EINVAL;
	return res->bind & BIND_TEXTURE ? 0 : -EINVAL;
}

static u32 minify(u32 side, u32 level)
{
	return level < 32 ? max(side >> level, 1U) : 1;
}

u32 mvgpu_res3d_layers(const struct mvgpu_res3d *res, u32 level)
{
	if (res->target == MVGPU_TARGET_3D)
		return minify(res->depth, level);
	return max(res->array_size, 1U);
}

u32 mvgpu_res3d_block(u32 format)
{
	return mvgpu_format3d(format)->bytes;
}

static u64 blocks(u32 pixels, u32 block)
{
	return ((u64)pixels + block - 1) / block;
}

/* Pixels are in squares of so many a side, and rows begin at cache lines. */
#define SQUARE 4
#define ROW_BYTES 64

/* All levels and layers, with squares of @side, rows of @unit bytes, and @block bytes. */
static u64 bytes(const struct mvgpu_res3d *res, u32 side, u32 unit, u32 block)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(res->format);
	u64 row, rows, size = 0;
	u32 level;

	/* A buffer's width is in bytes, whatever its format. */
	if (res->target == MVGPU_TARGET_BUFFER)
		return res->width;

	for (level = 0; level <= res->last_level; level++) {
		row = blocks(minify(res->width, level), fmt->width);
		row = round_up(row, side);
		rows = blocks(minify(res->height, level), fmt->height);
		if (res->target != MVGPU_TARGET_1D &&
		    res->target != MVGPU_TARGET_1D_ARRAY)
			rows = round_up(rows, side);
		size += round_up(row * block, unit) * rows *
			mvgpu_res3d_layers(res, level);
	}
	return size;
}

/* GPUs have 4, 8 and so on. */
static u64 samples(const struct mvgpu_res3d *res)
{
	return res->nr_samples ? roundup_pow_of_two(max(res->nr_samples, 4U)) : 1;
}

/* As GPUs keep it, with @block bytes. */
static u64 kept(const struct mvgpu_res3d *res, u32 block)
{
	return bytes(res, SQUARE, ROW_BYTES, block) * samples(res);
}

u64 mvgpu_res3d_size(const struct mvgpu_res3d *res)
{
	return bytes(res, 1, 1, mvgpu_res3d_block(res->format)) *
	       max(res->nr_samples, 1U);
}

u64 mvgpu_res3d_memory(const struct mvgpu_res3d *res)
{
	return kept(res, mvgpu_format3d_charged(res->format));
}

bool mvgpu_res3d_huge(const struct mvgpu_res3d *res)
{
	/* Of 2 GiB and more llvmpipe takes the size for negative. */
	if (res->target == MVGPU_TARGET_BUFFER)
		return res->width > MVGPU_RES3D_MAX_MEMORY;
	return kept(res, mvgpu_format3d_stored(res->format)) >
	       MVGPU_RES3D_MAX_MEMORY;
}

static bool side_within(u32 start, u32 len, u64 side)
{
	return start <= side && len <= side - start;
}

bool mvgpu_res3d_box_within(const struct mvgpu_res3d *res, u32 level,
			    const struct mvgpu_box *box)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(res->format);

	if (level > res->last_level)
		return false;
	/* A buffer may be empty. */
	if (res->target == MVGPU_TARGET_BUFFER)
		return side_within(box->x, box->w, res->width) &&
		       side_within(box->y, box->h, 1) &&
		       side_within(box->z, box->d, 1);

	return side_within(box->x, box->w,
			   blocks(minify(res->width, level), fmt->width) *
			   fmt->width) &&
	       side_within(box->y, box->h,
			   blocks(minify(res->height, level), fmt->height) *
			   fmt->height) &&
	       side_within(box->z, box->d, mvgpu_res3d_layers(res, level));
}

bool mvgpu_res3d_range_ok(const struct mvgpu_res3d *res, u64 offset, u64 size)
{
	return res->target == MVGPU_TARGET_BUFFER && offset <= res->width &&
	       size <= res->width - offset;
}

int mvgpu_res3d_span(const struct mvgpu_res3d *res,
		     const struct mvgpu_transfer3d *xfer, u64 *end)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(res->format);
	const struct mvgpu_box *box = &xfer->box;
	u64 row, rows, stride, layer;

	/* The renderer asserts that empty boxes begin where their memory does. */
	if (!box->w || !box->h || !box->d ||
	    !mvgpu_res3d_box_within(res, xfer->level, box))
		return -EINVAL;

	row = blocks(box->w, fmt->width) * fmt->bytes;
	rows = blocks(box->h, fmt->height);

	stride = xfer->stride;
	if (!stride)
		stride = blocks(minify(res->width, xfer->level), fmt->width) *
			 fmt->bytes;
	else if (stride < row)
		return -EINVAL;

	layer = xfer->layer_stride;
	if (!layer)
		layer = blocks(minify(res->height, xfer->level), fmt->height) *
			stride;
	else if (layer < rows * stride)
		return -EINVAL;
	/*
	 * Mesa counts both in its int, and goes back in memory where that is negative:
	 * of several layers of one row from 2^31 on.
	 */
	if (stride > INT_MAX || layer > INT_MAX)
		return -EINVAL;

	/* Sides are at most 2^32 - 1, so that this is below 2^64. */
	row += (rows - 1) * stride + (u64)(box->d - 1) * layer;
	if (row > U32_MAX || xfer->offset > U32_MAX - row)
		return -EINVAL;
	*end = xfer->offset + row;
	return 0;
}

bool mvgpu_res3d_transfer_ok(const struct mvgpu_res3d *res,
			     const struct mvgpu_transfer3d *xfer,
			     u64 backing_size)
{
	u64 end;

	return !mvgpu_res3d_span(res, xfer, &end) && end <= backing_size;
}

/*
 * GL pads each row of such pixels, and the renderer has no room for that. What can't be
 * drawn to it reads by the level, whatever the box is; only RGB8 can be for sure.
 */
static bool rows_padded(const struct mvgpu_res3d *res,
			const struct mvgpu_transfer3d *xfer)
{
	u32 bytes = mvgpu_format3d(res->format)->bytes;
	const struct mvgpu_box *box = &xfer->box;
	u64 rows;

	if (bytes % 3)
		return false;
	if (box->h > 1 && box->w * bytes % 4)
		return true;
	rows = (u64)minify(res->height, xfer->level) *
	       mvgpu_res3d_layers(res, xfer->level);
	return res->format != RGB8 && rows > 1 &&
	       minify(res->width, xfer->level) * bytes % 4;
}

bool mvgpu_res3d_readback_ok(const struct mvgpu_res3d *res,
			     struct mvgpu_transfer3d *xfer)
{
	struct mvgpu_box *box = &xfer->box;

	if (res->target == MVGPU_TARGET_BUFFER)
		return true;
	/* GL has no way to read samples. */
	if (res->nr_samples > 1)
		return false;
	if (box->d > 1)
		box->d = 1;
	return !rows_padded(res, xfer);
}
