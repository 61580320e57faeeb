// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers, blits and copies: boxes are within their levels, and what is
 * moved is within a backing.
 */
#include <linux/errno.h>

#include "internal.h"

/* Sums of two of them fit into the renderer's int. */
#define MAX_COORD 0x40000000

static struct mvgpu_box box_get(const struct mvgpu_vcmd *cmd, u32 at)
{
	return (struct mvgpu_box){
		.x = vcmd_dw(cmd, at),
		.y = vcmd_dw(cmd, at + 1),
		.z = vcmd_dw(cmd, at + 2),
		.w = vcmd_dw(cmd, at + 3),
		.h = vcmd_dw(cmd, at + 4),
		.d = vcmd_dw(cmd, at + 5),
	};
}

/* The common part: dword 1 is the resource, 2 the level, 3 the usage. */
static struct mvgpu_transfer3d transfer_get(const struct mvgpu_vcmd *cmd,
					    u32 offset)
{
	return (struct mvgpu_transfer3d){
		.level = vcmd_dw(cmd, 2),
		.stride = vcmd_dw(cmd, 4),
		.layer_stride = vcmd_dw(cmd, 5),
		.box = box_get(cmd, 6),
		.offset = offset,
	};
}

/* For the cost: what a box that is within a level holds. */
static void count(struct mvgpu_vcmd *cmd, const struct mvgpu_res3d *res,
		  const struct mvgpu_box *box)
{
	u64 pixels = (u64)box->w * box->h;

	/* Bytes of a buffer or pixels of a texture: below 2^43 either way. */
	pixels *= box->d;
	if (res->target != MVGPU_TARGET_BUFFER)
		pixels *= mvgpu_res3d_block(res->format);
	cmd->verdict->bytes += pixels;
}

/*
 * Some buffers have their bytes in their backing. Where that is too small the
 * renderer stops in the middle of the stream, but the context is not in error: what
 * the rest of it gives up would never be.
 */
static bool memory_ok(const struct mvgpu_res3d *res, const struct mvgpu_box *box)
{
	if (res->target != MVGPU_TARGET_BUFFER ||
	    (res->bind != MVGPU_BIND_STAGING && res->bind != MVGPU_BIND_CUSTOM))
		return true;
	/* These have memory of the renderer's without one. */
	if (res->bind == MVGPU_BIND_CUSTOM && !res->backing_size)
		return true;
	return (u64)box->x + box->w <= res->backing_size;
}

static int transfer_check(struct mvgpu_vcmd *cmd, const struct mvgpu_res3d *res,
			  struct mvgpu_transfer3d *xfer, u64 backing, bool from)
{
	if (!mvgpu_res3d_transfer_ok(res, xfer, backing))
		return vcmd_refuse(cmd, -EINVAL, "box, stride or backing");
	if (!memory_ok(res, &xfer->box))
		return vcmd_refuse(cmd, -EINVAL, "backing of the buffer");
	if (res->nr_samples > 1)
		return vcmd_refuse(cmd, -EINVAL, "samples");
	if (from && !mvgpu_res3d_readback_ok(res, xfer))
		return vcmd_refuse(cmd, -EINVAL, "can't be read back");
	cmd->dw[11] = cpu_to_le32(xfer->box.d);
	count(cmd, res, &xfer->box);
	return 0;
}

int mvgpu_vtransfer(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_transfer3d xfer = transfer_get(cmd, vcmd_dw(cmd, 12));
	u32 direction = vcmd_dw(cmd, 13);

	if (direction != VIRGL_TO_HOST && direction != VIRGL_FROM_HOST)
		return vcmd_refuse(cmd, -EINVAL, "direction");
	return transfer_check(cmd, cmd->res[0], &xfer,
			      cmd->res[0]->backing_size,
			      direction == VIRGL_FROM_HOST);
}

int mvgpu_vtransfer_copy(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_transfer3d xfer = transfer_get(cmd, vcmd_dw(cmd, 13));

	if (vcmd_dw(cmd, 14) & ~(VIRGL_COPY_SYNCHRONIZED | VIRGL_COPY_FROM_HOST))
		return vcmd_refuse(cmd, -EINVAL, "flags");
	/*
	 * Either way the box is of the first resource, and the second one's
	 * backing is what is read or written.
	 */
	return transfer_check(cmd, cmd->res[0], &xfer,
			      cmd->res[1]->backing_size,
			      vcmd_dw(cmd, 14) & VIRGL_COPY_FROM_HOST);
}

int mvgpu_vtransfer_inline(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_transfer3d xfer = transfer_get(cmd, 0);

	/* The stream itself is the backing, from dword 12 on. */
	return transfer_check(cmd, cmd->res[0], &xfer,
			      (u64)(cmd->len - 11) * 4, false);
}

static bool coord_ok(u32 start, u32 len)
{
	s32 a = start, b = len;

	return a >= -MAX_COORD && a < MAX_COORD && b >= -MAX_COORD &&
	       b < MAX_COORD;
}

/* Level, format and box of one side, from dword @at on. */
static int blit_side(struct mvgpu_vcmd *cmd, const struct mvgpu_res3d *res,
		     u32 at)
{
	u32 level = vcmd_dw(cmd, at);
	u32 format = vcmd_dw(cmd, at + 1);
	struct mvgpu_box box = box_get(cmd, at + 2);
	u32 layers;

	if (res->target == MVGPU_TARGET_BUFFER)
		return vcmd_refuse(cmd, -EINVAL, "blit of a buffer");
	if (level > res->last_level)
		return vcmd_refuse(cmd, -EINVAL, "level");
	if (!mvgpu_format3d_known(format))
		return vcmd_refuse(cmd, -EINVAL, "format");
	/*
	 * Mesa leaves clipping to the scissor and mirrors by negative sizes:
	 * GL does the same to the renderer. Layers it looks up itself.
	 */
	if (!coord_ok(box.x, box.w) || !coord_ok(box.y, box.h))
		return vcmd_refuse(cmd, -EINVAL, "box");
	layers = mvgpu_res3d_layers(res, level);
	if (box.z > layers || box.d > layers - box.z)
		return vcmd_refuse(cmd, -EINVAL, "layers");
	return 0;
}

int mvgpu_vtransfer_blit(struct mvgpu_vcmd *cmd)
{
	int err = blit_side(cmd, cmd->res[0], 5);

	if (!err)
		err = blit_side(cmd, cmd->res[1], 14);
	if (!err)
		cmd->verdict->draws++;
	return err;
}

/* The size of a copy's box in pixels of its destination. */
static void box_convert(struct mvgpu_box *box, const struct mvgpu_res3d *src,
			const struct mvgpu_res3d *dst)
{
	const struct mvgpu_format3d *from = mvgpu_format3d(src->format);
	const struct mvgpu_format3d *to = mvgpu_format3d(dst->format);

	/* A block of one is a pixel of the other; sides are within a level. */
	if (from->width > 1 && to->width == 1) {
		box->w = DIV_ROUND_UP(box->w, from->width);
		box->h = DIV_ROUND_UP(box->h, from->height);
	} else if (from->width == 1 && to->width > 1) {
		box->w *= to->width;
		box->h *= to->height;
	}
}

/*
 * What GL can't copy itself (glCopyImageSubData()) the renderer copies through memory
 * of its own (vrend_renderer.c, vrend_resource_copy_fallback()). That memory holds
 * nothing where the source has samples. From a cube it takes as many layers as the box
 * has for each side of the box, beyond its end; Mesa copies one side at a time.
 */
static bool region_ok(const struct mvgpu_res3d *dst,
		      const struct mvgpu_res3d *src, const struct mvgpu_box *box)
{
	if (dst->nr_samples != src->nr_samples)
		return false;
	return box->d <= 1 || src->target != MVGPU_TARGET_CUBE ||
	       dst->target == MVGPU_TARGET_CUBE;
}

int mvgpu_vtransfer_region(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *dst = cmd->res[0], *src = cmd->res[1];
	struct mvgpu_box box = box_get(cmd, 8);
	bool buffer = src->target == MVGPU_TARGET_BUFFER;
	bool to_buffer = dst->target == MVGPU_TARGET_BUFFER;

	if (buffer != to_buffer)
		return vcmd_refuse(cmd, -EINVAL, "buffer and texture");
	if (!mvgpu_res3d_box_within(src, vcmd_dw(cmd, 7), &box))
		return vcmd_refuse(cmd, -EINVAL, "source");
	if (!region_ok(dst, src, &box))
		return vcmd_refuse(cmd, -EINVAL, "samples, or sides of a cube");
	count(cmd, src, &box);

	if (!buffer)
		box_convert(&box, src, dst);
	box.x = vcmd_dw(cmd, 3);
	box.y = vcmd_dw(cmd, 4);
	box.z = vcmd_dw(cmd, 5);
	if (!mvgpu_res3d_box_within(dst, vcmd_dw(cmd, 2), &box))
		return vcmd_refuse(cmd, -EINVAL, "destination");
	return 0;
}

int mvgpu_vtransfer_clear(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *res = cmd->res[0];
	struct mvgpu_box box = box_get(cmd, 3);

	if (res->target == MVGPU_TARGET_BUFFER)
		return vcmd_refuse(cmd, -EINVAL, "clear of a buffer");
	if (!mvgpu_res3d_box_within(res, vcmd_dw(cmd, 2), &box))
		return vcmd_refuse(cmd, -EINVAL, "box");
	cmd->verdict->draws++;
	count(cmd, res, &box);
	return 0;
}
