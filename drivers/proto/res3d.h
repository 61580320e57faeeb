/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_RES3D_H
#define _MVGPU_PROTO_RES3D_H

#include <linux/bits.h>
#include <linux/types.h>
#include <mvgpu/job.h>

/* Longest side of anything that is not a buffer, and most layers. */
#define MVGPU_RES3D_MAX_DIM 16384
#define MVGPU_RES3D_MAX_SAMPLES 32
/*
 * Of a larger texture GL may say that it has no memory for it, however much there is:
 * Mesa draws the line at 1 GiB (MAX_TEXTURE_MBYTES), llvmpipe at 2 GiB with padding. It
 * counts the format that the GPU has instead: see mvgpu_res3d_huge().
 */
#define MVGPU_RES3D_MAX_MEMORY BIT_ULL(30)
/* VIRGL_FORMAT_MAX of virglrenderer 1.1.0, the first of those that are expected. */
#define MVGPU_VIRGL_FORMATS 443

/* enum pipe_texture_target, as it is on the wire. */
enum mvgpu_target {
	MVGPU_TARGET_BUFFER,
	MVGPU_TARGET_1D,
	MVGPU_TARGET_2D,
	MVGPU_TARGET_3D,
	MVGPU_TARGET_CUBE,
	MVGPU_TARGET_RECT,
	MVGPU_TARGET_1D_ARRAY,
	MVGPU_TARGET_2D_ARRAY,
	MVGPU_TARGET_CUBE_ARRAY,
	MVGPU_TARGETS,
};

#define MVGPU_BIND_DEPTH_STENCIL BIT(0)
#define MVGPU_BIND_RENDER_TARGET BIT(1)
#define MVGPU_BIND_SAMPLER_VIEW BIT(3)
#define MVGPU_BIND_VERTEX_BUFFER BIT(4)
#define MVGPU_BIND_INDEX_BUFFER BIT(5)
#define MVGPU_BIND_CONSTANT_BUFFER BIT(6)
#define MVGPU_BIND_COMMAND_ARGS BIT(8)
#define MVGPU_BIND_STREAM_OUTPUT BIT(11)
#define MVGPU_BIND_SHADER_BUFFER BIT(14)
#define MVGPU_BIND_QUERY_BUFFER BIT(15)
#define MVGPU_BIND_CURSOR BIT(16)
#define MVGPU_BIND_CUSTOM BIT(17)
#define MVGPU_BIND_STAGING BIT(19)
#define MVGPU_BIND_SHARED BIT(20)
#define MVGPU_BIND_LINEAR BIT(22)

#define MVGPU_RES3D_Y_0_TOP BIT(0)
#define MVGPU_RES3D_FLAGS 0x7U

/**
 * struct mvgpu_res3d - what the 3D stream's checks know of a resource
 * @gpu_id: in its place in the stream; must not be given to another resource
 *	before @refs is 0, because the GPU compares it with what is bound
 * @target: enum mvgpu_target
 * @format: enum virgl_formats
 * @bind: MVGPU_BIND_*
 * @width: pixels; of a buffer: bytes
 * @height: pixels
 * @depth: pixels
 * @array_size: layers; 6 for each cube
 * @last_level: number of the smallest mipmap level
 * @nr_samples: 0: no samples, 1 is not used; see create_load()
 * @flags: MVGPU_RES3D_*
 * @size: bytes of what it shows, mvgpu_res3d_size()
 * @backing_size: bytes of the backing that is attached; 0: none
 * @refs: objects and bindings of 3D contexts that hold it. GPU memory is
 *	in use until this is 0, whatever became of the guest's name of it.
 *
 * Owned by the proto's resource table; only virgl/ writes @refs.
 */
struct mvgpu_res3d {
	u32 gpu_id;
	u32 target;
	u32 format;
	u32 bind;
	u32 width;
	u32 height;
	u32 depth;
	u32 array_size;
	u32 last_level;
	u32 nr_samples;
	u32 flags;
	u64 size;
	u64 backing_size;
	u32 refs;
};

/**
 * struct mvgpu_transfer3d - a transfer as the guest asks for it
 * @box: within @level
 * @level: mipmap level
 * @stride: bytes from row to row in the backing; 0: that of the level
 * @layer_stride: bytes from layer to layer; 0: that of the level
 * @offset: bytes, where the box begins in the backing
 */
struct mvgpu_transfer3d {
	struct mvgpu_box box;
	u32 level;
	u32 stride;
	u32 layer_stride;
	u64 offset;
};

/**
 * mvgpu_res3d_check() - may there be such a resource?
 * @res: target to flags are filled in from RESOURCE_CREATE_3D
 *
 * As virglrenderer decides it, which refuses in silence, and with the limits
 * above.
 *
 * Return: 0, or -EINVAL.
 */
int mvgpu_res3d_check(const struct mvgpu_res3d *res);

/**
 * mvgpu_res3d_size() - bytes of all levels, layers and samples
 * @res: passed mvgpu_res3d_check()
 *
 * 16 for each pixel of a format whose layout is not known.
 *
 * Return: bytes, far from an overflow.
 */
u64 mvgpu_res3d_size(const struct mvgpu_res3d *res);

/**
 * mvgpu_res3d_memory() - bytes of GPU memory that it is charged with
 * @res: as above
 *
 * GPUs keep textures in rows and tiles of some size, so that narrow ones take a
 * multiple of what they show. Counted as Mesa's llvmpipe has it (llvmpipe/lp_texture.c,
 * llvmpipe_texture_layout()).
 *
 * Return: bytes, at least mvgpu_res3d_size().
 */
u64 mvgpu_res3d_memory(const struct mvgpu_res3d *res);

/**
 * mvgpu_res3d_huge() - may GL say that it is too large?
 * @res: as above
 *
 * Return: it is beyond MVGPU_RES3D_MAX_MEMORY in the largest format that GL may keep it in.
 */
bool mvgpu_res3d_huge(const struct mvgpu_res3d *res);

/** mvgpu_res3d_layers() - layers, or depth, of a level; at least 1. */
u32 mvgpu_res3d_layers(const struct mvgpu_res3d *res, u32 level);

/** mvgpu_res3d_block() - bytes of a block of @format; 16 if not known. */
u32 mvgpu_res3d_block(u32 format);

/**
 * mvgpu_res3d_box_within() - is there such a level, and does it hold the box?
 * @res: the resource
 * @level: any
 * @box: any; a side may be 0
 *
 * Return: yes. Levels of formats with blocks end at a whole block.
 */
bool mvgpu_res3d_box_within(const struct mvgpu_res3d *res, u32 level,
			    const struct mvgpu_box *box);

/**
 * mvgpu_res3d_range_ok() - is a range of bytes within a buffer?
 * @res: any; a texture has no such range
 * @offset: any
 * @size: any
 *
 * Return: yes.
 */
bool mvgpu_res3d_range_ok(const struct mvgpu_res3d *res, u64 offset, u64 size);

/**
 * mvgpu_res3d_span() - how much of a backing a transfer touches
 * @res: has the pixels; need not have the backing
 * @xfer: any
 * @end: the end of the span, from the start of the backing; with 0
 *
 * Return: 0, or -EINVAL: the box is empty or not within the level, a stride is too
 * small, or it is more than can be said.
 */
int mvgpu_res3d_span(const struct mvgpu_res3d *res,
		     const struct mvgpu_transfer3d *xfer, u64 *end);

/**
 * mvgpu_res3d_transfer_ok() - does a transfer stay within level and backing?
 * @res: has the pixels
 * @xfer: any
 * @backing_size: bytes, of the resource whose backing is used; 0: none
 *
 * Return: yes.
 */
bool mvgpu_res3d_transfer_ok(const struct mvgpu_res3d *res,
			     const struct mvgpu_transfer3d *xfer,
			     u64 backing_size);

/**
 * mvgpu_res3d_readback_ok() - does a transfer from the GPU write what it says?
 * @res: has the pixels
 * @xfer: within level and backing; may become one of fewer layers
 *
 * The renderer reads one layer of what can be drawn to, into memory that still
 * holds what was there before, and then writes as many as it was asked for
 * (vrend_renderer.c, vrend_transfer_send_readpixels()); if GL refuses to read, all
 * of that memory goes to the guest. Of formats with blocks it reads all layers, but
 * takes the later ones from where they are not (write_transfer_data()).
 *
 * Return: yes, for @xfer as it is now.
 */
bool mvgpu_res3d_readback_ok(const struct mvgpu_res3d *res,
			     struct mvgpu_transfer3d *xfer);

#endif
