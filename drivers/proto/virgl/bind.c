// SPDX-License-Identifier: GPL-2.0
/*
 * What is bound: slots of the current sub-context, which hold what is in them
 * until something else is bound there or the sub-context is gone.
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* The least of what GL offers */
#define MAX_GL_VERTEX 16
#define MAX_GL_STRIDE 2048

static struct mvgpu_vstage *stage_get(struct mvgpu_vcmd *cmd, u32 at)
{
	u32 type = vcmd_dw(cmd, at);

	if (type >= MVGPU_STAGES)
		return NULL;
	return &cmd->virgl->sub->stages[array_index_nospec(type, MVGPU_STAGES)];
}

static bool slots_ok(u32 start, u32 nr, u32 max)
{
	return start <= max && nr <= max - start;
}

/*
 * The renderer attaches a texture where its format belongs, and takes it away where the
 * surface was: these must be the same.
 */
static int surface_get(struct mvgpu_vcmd *cmd, u32 at, bool depth,
		       struct mvgpu_vobj **obj)
{
	int err = mvgpu_vobj_get(cmd, at, VIRGL_OBJ_SURFACE, obj);

	if (!err && *obj && mvgpu_format3d_depth((*obj)->res->format) != depth)
		err = vcmd_refuse(cmd, -EINVAL, "kind of a surface");
	return err;
}

/* Where it attaches a stencil, what was attached for depth stays. */
static int set_depth(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vsub *sub = virgl->sub;

	if (obj && mvgpu_format3d_stencil(obj->res->format))
		return 0;
	return mvgpu_vslot_set_obj(virgl, &sub->depth, obj);
}

int mvgpu_vbind_framebuffer(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vsub *sub = virgl->sub;
	u32 nr = cmd->len - 2;
	struct mvgpu_vobj *obj;
	u32 i;
	int err;

	if (vcmd_dw(cmd, 1) != nr)
		return vcmd_refuse(cmd, -EINVAL, "number of surfaces");

	err = surface_get(cmd, 2, true, &obj);
	if (!err)
		err = mvgpu_vslot_set_obj(virgl, &sub->zs, obj) ?:
		      set_depth(virgl, obj);
	for (i = 0; i < nr && !err; i++) {
		err = surface_get(cmd, 3 + i, false, &obj);
		if (!err)
			err = mvgpu_vslot_set_obj(virgl, &sub->color[i], obj);
	}
	for (i = nr; i < sub->nr_color && !err; i++)
		err = mvgpu_vslot_set_obj(virgl, &sub->color[i], NULL);
	return err ?: mvgpu_vslot_set_u32(virgl, &sub->nr_color, nr);
}

int mvgpu_vbind_vertex(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vsub *sub = virgl->sub;
	u32 i;
	int err = 0;

	/* What GL refuses leaves what was there before in its vertex array object. */
	if (cmd->nr_res > MAX_GL_VERTEX)
		return vcmd_refuse(cmd, -EINVAL, "vertex buffers");
	for (i = 0; i < cmd->nr_res && !err; i++) {
		/*
		 * Before OpenGL 4.4 Mesa lets an application have any. Most GLs
		 * could not draw so either way, and the rest of its stream is good.
		 */
		if (vcmd_dw(cmd, 1 + 3 * i) > MAX_GL_STRIDE)
			cmd->dw[1 + 3 * i] = cpu_to_le32(MAX_GL_STRIDE);
		if (cmd->res[i] && cmd->res[i]->target != MVGPU_TARGET_BUFFER)
			return vcmd_refuse(cmd, -EINVAL, "no buffer");
		err = mvgpu_vslot_set_res(virgl, &sub->vertex[i], cmd->res[i]);
	}
	for (i = cmd->nr_res; i < sub->nr_vertex && !err; i++)
		err = mvgpu_vslot_set_res(virgl, &sub->vertex[i], NULL);
	return err ?: mvgpu_vslot_set_u32(virgl, &sub->nr_vertex, cmd->nr_res);
}

int mvgpu_vbind_index(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_res3d *res = cmd->res[0];
	struct mvgpu_vsub *sub = virgl->sub;
	u32 size;
	int err;

	if (!res)
		return mvgpu_vslot_set_res(virgl, &sub->index, NULL);
	size = cmd->len == 3 ? vcmd_dw(cmd, 2) : 0;
	if (res->target != MVGPU_TARGET_BUFFER)
		return vcmd_refuse(cmd, -EINVAL, "no buffer");
	if (size != 1 && size != 2 && size != 4)
		return vcmd_refuse(cmd, -EINVAL, "size of an index");
	err = mvgpu_vslot_set_u32(virgl, &sub->index_size, size) ?:
	      mvgpu_vslot_set_u32(virgl, &sub->index_offset, vcmd_dw(cmd, 3));
	return err ?: mvgpu_vslot_set_res(virgl, &sub->index, res);
}

int mvgpu_vbind_views(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vstage *stage = stage_get(cmd, 1);
	u32 start = vcmd_dw(cmd, 2);
	u32 nr = cmd->len - 2;
	struct mvgpu_vobj *obj;
	u32 i;
	int err = 0;

	if (!stage || !slots_ok(start, nr, VIRGL_MAX_VIEWS))
		return vcmd_refuse(cmd, -EINVAL, "slots");
	start = array_index_nospec(start, VIRGL_MAX_VIEWS + 1);

	for (i = 0; i < nr && !err; i++) {
		err = mvgpu_vobj_get(cmd, 3 + i, VIRGL_OBJ_SAMPLER_VIEW, &obj);
		if (!err)
			err = mvgpu_vslot_set_obj(virgl,
						  &stage->views[start + i],
						  obj);
	}
	/* What was bound behind them is bound no more. */
	for (i = start + nr; i < stage->nr_views && !err; i++)
		err = mvgpu_vslot_set_obj(virgl, &stage->views[i], NULL);
	return err ?: mvgpu_vslot_set_u32(virgl, &stage->nr_views, start + nr);
}

int mvgpu_vbind_samplers(struct mvgpu_vcmd *cmd)
{
	u32 nr = cmd->len - 2;
	struct mvgpu_vobj *obj;
	u32 i;
	int err = 0;

	if (!stage_get(cmd, 1) ||
	    !slots_ok(vcmd_dw(cmd, 2), nr, VIRGL_MAX_SAMPLERS))
		return vcmd_refuse(cmd, -EINVAL, "slots");
	/* They hold no resource: that they exist is enough. */
	for (i = 0; i < nr && !err; i++)
		err = mvgpu_vobj_get(cmd, 3 + i, VIRGL_OBJ_SAMPLER_STATE, &obj);
	return err;
}

int mvgpu_vbind_uniform(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vstage *stage = stage_get(cmd, 1);
	struct mvgpu_res3d *res = cmd->res[0];
	u32 slot = vcmd_dw(cmd, 2);

	if (!stage || slot >= VIRGL_MAX_UNIFORMS)
		return vcmd_refuse(cmd, -EINVAL, "slots");
	if (res && !mvgpu_res3d_range_ok(res, vcmd_dw(cmd, 3), vcmd_dw(cmd, 4)))
		return vcmd_refuse(cmd, -EINVAL, "range of the buffer");
	slot = array_index_nospec(slot, VIRGL_MAX_UNIFORMS);
	return mvgpu_vslot_set_res(cmd->virgl, &stage->uniforms[slot], res);
}

/* Sequences of offset, length and buffer, from dword @at on. */
static int bind_ranges(struct mvgpu_vcmd *cmd, struct mvgpu_res3d **slots,
		       u32 at)
{
	u32 i;
	int err = 0;

	for (i = 0; i < cmd->nr_res && !err; i++, at += 3) {
		struct mvgpu_res3d *res = cmd->res[i];

		if (res && !mvgpu_res3d_range_ok(res, vcmd_dw(cmd, at),
						 vcmd_dw(cmd, at + 1)))
			return vcmd_refuse(cmd, -EINVAL, "range of the buffer");
		err = mvgpu_vslot_set_res(cmd->virgl, &slots[i], res);
	}
	return err;
}

int mvgpu_vbind_buffers(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vstage *stage = stage_get(cmd, 1);
	u32 start = vcmd_dw(cmd, 2);

	if (!stage || !slots_ok(start, cmd->nr_res, VIRGL_MAX_BUFFERS))
		return vcmd_refuse(cmd, -EINVAL, "slots");
	start = array_index_nospec(start, VIRGL_MAX_BUFFERS + 1);
	return bind_ranges(cmd, &stage->buffers[start], 3);
}

int mvgpu_vbind_atomic(struct mvgpu_vcmd *cmd)
{
	u32 start = vcmd_dw(cmd, 1);

	if (!slots_ok(start, cmd->nr_res, VIRGL_MAX_ATOMIC))
		return vcmd_refuse(cmd, -EINVAL, "slots");
	start = array_index_nospec(start, VIRGL_MAX_ATOMIC + 1);
	return bind_ranges(cmd, &cmd->virgl->sub->atomic[start], 2);
}

/* Format, access, layers or offset, level or size, resource. */
static int image_check(struct mvgpu_vcmd *cmd, u32 at,
		       const struct mvgpu_res3d *res)
{
	u32 layers = vcmd_dw(cmd, at + 2);
	u32 level = vcmd_dw(cmd, at + 3);

	/* Images that are only read have none, with some shaders. */
	if (vcmd_dw(cmd, at) && !mvgpu_format3d_known(vcmd_dw(cmd, at)))
		return vcmd_refuse(cmd, -EINVAL, "format");
	if (res->target == MVGPU_TARGET_BUFFER) {
		if (!mvgpu_res3d_range_ok(res, layers, level))
			return vcmd_refuse(cmd, -EINVAL, "range of the buffer");
		return 0;
	}
	/* Behind the level's byte Mesa has flags that the GPU does not read. */
	level &= 0xff;
	if (level > res->last_level)
		return vcmd_refuse(cmd, -EINVAL, "level");
	if ((layers & 0xffff) > layers >> 16 ||
	    layers >> 16 >= mvgpu_res3d_layers(res, level))
		return vcmd_refuse(cmd, -EINVAL, "layers");
	return 0;
}

int mvgpu_vbind_images(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vstage *stage = stage_get(cmd, 1);
	u32 start = vcmd_dw(cmd, 2);
	u32 i;
	int err = 0;

	if (!stage || !slots_ok(start, cmd->nr_res, VIRGL_MAX_IMAGES))
		return vcmd_refuse(cmd, -EINVAL, "slots");
	start = array_index_nospec(start, VIRGL_MAX_IMAGES + 1);

	for (i = 0; i < cmd->nr_res && !err; i++) {
		struct mvgpu_res3d *res = cmd->res[i];

		if (res)
			err = image_check(cmd, 3 + 5 * i, res);
		if (!err)
			err = mvgpu_vslot_set_res(cmd->virgl,
						  &stage->images[start + i],
						  res);
	}
	return err;
}

static bool stream_known(const struct mvgpu_vsub *sub,
			 const struct mvgpu_vstream *wanted)
{
	struct mvgpu_vstream *stream;

	list_for_each_entry(stream, &sub->streams, node)
		if (stream->nr == wanted->nr &&
		    !memcmp(stream->target, wanted->target,
			    wanted->nr * sizeof(wanted->target[0])))
			return true;
	return false;
}

static int stream_add(struct mvgpu_vcmd *cmd, const struct mvgpu_vstream *wanted)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vsub *sub = virgl->sub;
	struct mvgpu_vstream *stream;

	if (sub->nr_streams >= MAX_STREAMOUTS ||
	    virgl->nr_objects >= virgl->limits.objects)
		return vcmd_refuse(cmd, -EDQUOT, "too many streamouts");
	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	if (!stream)
		return -ENOMEM;
	*stream = *wanted;
	if (mvgpu_vundo_log(virgl, UNDO_STREAM_ADD, sub, stream)) {
		kfree(stream);
		return -ENOMEM;
	}
	mvgpu_vstream_link(virgl, sub, stream);
	return 0;
}

int mvgpu_vbind_streamout(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vstream wanted = { .nr = cmd->len - 1 };
	u32 i;
	int err;

	if (!wanted.nr)
		return 0;
	for (i = 0; i < wanted.nr; i++) {
		err = mvgpu_vobj_get(cmd, 2 + i, VIRGL_OBJ_STREAMOUT_TARGET,
				     &wanted.target[i]);
		if (err)
			return err;
	}
	/* The GPU has an object of its own for each combination, and keeps it. */
	return stream_known(cmd->virgl->sub, &wanted) ? 0 :
	       stream_add(cmd, &wanted);
}
