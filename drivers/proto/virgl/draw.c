// SPDX-License-Identifier: GPL-2.0
/*
 * Draws, dispatches and state that holds nothing.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/nospec.h>

#include "internal.h"

/* Lengths of DRAW_VBO: plain, with patches, indirect. */
#define DRAW_PLAIN 12
#define DRAW_PATCHES 14
#define DRAW_INDIRECT 20

/* Points to patches. */
#define PRIMITIVES 15
/* What an indirect draw reads, with and without indices. */
#define INDIRECT_INDEXED 20
#define INDIRECT_PLAIN 16
#define INDIRECT_GRID 12

#define TWEAKS 3

static int draw_indirect(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *args = cmd->res[0], *count = cmd->res[1];
	u32 offset = vcmd_dw(cmd, 16);
	u32 stride = vcmd_dw(cmd, 17);
	u32 draws = vcmd_dw(cmd, 18);
	u64 size = vcmd_dw(cmd, 4) ? INDIRECT_INDEXED : INDIRECT_PLAIN;

	if (args) {
		/* Without a stride they are next to each other. */
		if (draws > 1)
			size += (u64)(draws - 1) * (stride ?: size);
		if (!mvgpu_res3d_range_ok(args, offset, draws ? size : 0))
			return vcmd_refuse(cmd, -EINVAL, "indirect arguments");
	}
	if (count && !mvgpu_res3d_range_ok(count, vcmd_dw(cmd, 19), 4))
		return vcmd_refuse(cmd, -EINVAL, "indirect count");
	return 0;
}

int mvgpu_vdraw_vbo(struct mvgpu_vcmd *cmd)
{
	int err = 0;

	if (cmd->len != DRAW_PLAIN && cmd->len != DRAW_PATCHES &&
	    cmd->len != DRAW_INDIRECT)
		return vcmd_refuse(cmd, -EINVAL, "length");
	if (vcmd_dw(cmd, 3) >= PRIMITIVES)
		return vcmd_refuse(cmd, -EINVAL, "primitive");
	/* The least and largest index: Mesa on the host reads as if they were. */
	cmd->dw[10] = 0;
	cmd->dw[11] = cpu_to_le32(~0U);
	cmd->verdict->draws++;
	if (cmd->len == DRAW_INDIRECT)
		err = draw_indirect(cmd);
	return err ?: mvgpu_vshader_draw(cmd) ?: mvgpu_velements_draw(cmd);
}

int mvgpu_vdraw_grid(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *args = cmd->res[0];

	if (args && !mvgpu_res3d_range_ok(args, vcmd_dw(cmd, 8), INDIRECT_GRID))
		return vcmd_refuse(cmd, -EINVAL, "indirect arguments");
	cmd->verdict->draws++;
	return mvgpu_vshader_grid(cmd);
}

int mvgpu_vdraw_clear(struct mvgpu_vcmd *cmd)
{
	cmd->verdict->draws++;
	return 0;
}

int mvgpu_vdraw_clear_surface(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj;
	int err = mvgpu_vobj_get(cmd, 2, VIRGL_OBJ_SURFACE, &obj);

	if (err)
		return err;
	if (!obj)
		return vcmd_refuse(cmd, -ENOENT, "no surface");
	cmd->verdict->draws++;
	return 0;
}

int mvgpu_vdraw_viewport(struct mvgpu_vcmd *cmd)
{
	if (vcmd_dw(cmd, 1) > VIRGL_MAX_VIEWPORTS - (cmd->len - 1) / 6)
		return vcmd_refuse(cmd, -EINVAL, "slots");
	return 0;
}

int mvgpu_vdraw_scissor(struct mvgpu_vcmd *cmd)
{
	u32 start = vcmd_dw(cmd, 1);

	if (start >= VIRGL_MAX_VIEWPORTS ||
	    start > VIRGL_MAX_VIEWPORTS - (cmd->len - 1) / 2)
		return vcmd_refuse(cmd, -EINVAL, "slots");
	return 0;
}

int mvgpu_vdraw_constants(struct mvgpu_vcmd *cmd)
{
	u32 type = vcmd_dw(cmd, 1);
	struct mvgpu_vstage *stage;

	if (type >= MVGPU_STAGES)
		return vcmd_refuse(cmd, -EINVAL, "type of shader");
	stage = &cmd->virgl->sub->stages[array_index_nospec(type, MVGPU_STAGES)];
	/* What it had of more before stays behind them. */
	return mvgpu_vslot_set_u32(cmd->virgl, &stage->consts,
				   max(stage->consts, cmd->len - 2));
}

int mvgpu_vdraw_tweak(struct mvgpu_vcmd *cmd)
{
	if (vcmd_dw(cmd, 1) >= TWEAKS)
		return vcmd_refuse(cmd, -EINVAL, "tweak");
	return 0;
}
