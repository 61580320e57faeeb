// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as they are made, but shaders, queries and vertex elements: what they are
 * made of must exist, and the part of it that they show must be in it.
 */
#include <linux/bits.h>
#include <linux/errno.h>

#include "internal.h"

/* Dword 2 of a rasterizer: points are squares, which may have coordinates. */
#define RASTERIZER_POINT_QUADS BIT(7)
/* enum pipe_blend_func, the last */
#define BLEND_MAX 4

/* A function or factor that it does not know ends a renderer that has assertions. */
static bool blend_ok(u32 func, u32 src, u32 dst)
{
	const u32 known = GENMASK(10, 1) | GENMASK(21, 17) | GENMASK(26, 23);

	return func <= BLEND_MAX && known & BIT(src) && known & BIT(dst);
}

int mvgpu_vcreate_blend(struct mvgpu_vcmd *cmd)
{
	u32 i, rt;

	for (i = 0; i < VIRGL_MAX_COLOR; i++) {
		rt = vcmd_dw(cmd, 4 + i);
		if (rt & 1 &&
		    (!blend_ok(rt >> 1 & 7, rt >> 4 & 0x1f, rt >> 9 & 0x1f) ||
		     !blend_ok(rt >> 14 & 7, rt >> 17 & 0x1f, rt >> 22 & 0x1f)))
			return vcmd_refuse(cmd, -EINVAL, "blending");
	}
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_BLEND, NULL, 0, NULL);
}

int mvgpu_vcreate_rasterizer(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj;
	int err = mvgpu_vobj_create(cmd, VIRGL_OBJ_RASTERIZER, NULL, 0, &obj);

	if (!err && vcmd_dw(cmd, 2) & RASTERIZER_POINT_QUADS)
		obj->sprites = vcmd_dw(cmd, 4);
	return err;
}

int mvgpu_vcreate_dsa(struct mvgpu_vcmd *cmd)
{
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_DSA, NULL, 0, NULL);
}

int mvgpu_vcreate_sampler(struct mvgpu_vcmd *cmd)
{
	/* Nearest, linear or none. */
	if ((vcmd_dw(cmd, 2) >> 11 & 3) == 3)
		return vcmd_refuse(cmd, -EINVAL, "mipmap filter");
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_SAMPLER_STATE, NULL, 0, NULL);
}

/* Elements of a buffer: the last is the one before the first if it is empty. */
static bool elements_ok(const struct mvgpu_res3d *res, u32 format, u32 first,
			u32 last)
{
	if (last + 1 == first)
		return true;
	return first <= last &&
	       ((u64)last + 1) * mvgpu_res3d_block(format) <= res->width;
}

static int view_check(struct mvgpu_vcmd *cmd, const struct mvgpu_res3d *res)
{
	u32 format = vcmd_dw(cmd, 3) & 0xffffff;
	u32 target = vcmd_dw(cmd, 3) >> 24;
	u32 layers = vcmd_dw(cmd, 4);
	u32 levels = vcmd_dw(cmd, 5);
	u32 swizzle = vcmd_dw(cmd, 6);
	u32 i;

	if (!mvgpu_format3d_known(format))
		return vcmd_refuse(cmd, -EINVAL, "format");
	/* Without texture views on the GPU guests leave the target out. */
	if (target >= MVGPU_TARGETS)
		return vcmd_refuse(cmd, -EINVAL, "target");
	for (i = 0; i < 4; i++)
		if ((swizzle >> 3 * i & 7) > 5)
			return vcmd_refuse(cmd, -EINVAL, "swizzle");

	if (res->target == MVGPU_TARGET_BUFFER) {
		if (target)
			return vcmd_refuse(cmd, -EINVAL, "target of a buffer");
		if (!elements_ok(res, format, layers, levels))
			return vcmd_refuse(cmd, -EINVAL, "elements");
		return 0;
	}
	if ((levels & 0xff) > (levels >> 8 & 0xff) ||
	    (levels >> 8 & 0xff) > res->last_level)
		return vcmd_refuse(cmd, -EINVAL, "levels");
	if ((layers & 0xffff) > layers >> 16 ||
	    layers >> 16 >= mvgpu_res3d_layers(res, 0))
		return vcmd_refuse(cmd, -EINVAL, "layers");
	return 0;
}

int mvgpu_vcreate_view(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *res = cmd->res[0];
	int err = view_check(cmd, res);

	if (err)
		return err;
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_SAMPLER_VIEW, res, 0, NULL);
}

int mvgpu_vcreate_surface(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *res = cmd->res[0];
	u32 format = vcmd_dw(cmd, 3);
	u32 level = vcmd_dw(cmd, 4);
	u32 layers = vcmd_dw(cmd, 5);

	if (res->target == MVGPU_TARGET_BUFFER)
		return vcmd_refuse(cmd, -EINVAL, "surface of a buffer");
	if (!mvgpu_format3d_known(format))
		return vcmd_refuse(cmd, -EINVAL, "format");
	if (level > res->last_level)
		return vcmd_refuse(cmd, -EINVAL, "level");
	if ((layers & 0xffff) > layers >> 16 ||
	    layers >> 16 >= mvgpu_res3d_layers(res, level))
		return vcmd_refuse(cmd, -EINVAL, "layers");
	if (cmd->obj == VIRGL_OBJ_MSAA_SURFACE &&
	    vcmd_dw(cmd, 6) > MVGPU_RES3D_MAX_SAMPLES)
		return vcmd_refuse(cmd, -EINVAL, "samples");
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_SURFACE, res, 0, NULL);
}

int mvgpu_vcreate_target(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *res = cmd->res[0];

	if (res->target != MVGPU_TARGET_BUFFER)
		return vcmd_refuse(cmd, -EINVAL, "no buffer");
	if (!mvgpu_res3d_range_ok(res, vcmd_dw(cmd, 3), vcmd_dw(cmd, 4)))
		return vcmd_refuse(cmd, -EINVAL, "range of the buffer");
	return mvgpu_vobj_create(cmd, VIRGL_OBJ_STREAMOUT_TARGET, res, 0, NULL);
}
