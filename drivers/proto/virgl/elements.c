// SPDX-License-Identifier: GPL-2.0
/*
 * Vertex elements, which hold buffers: the renderer has a vertex array object of GL
 * for each of them, and a draw leaves in it the buffers that it was done with. There
 * they stay, even deleted, until another draw with the same elements, or the
 * elements' end (vrend_renderer.c, vrend_draw_bind_vertex_binding()). A sub-context
 * has one of its own in addition, for draws without vertex elements, which leave
 * their index buffer in it (vrend_draw_vbo()).
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "internal.h"

int mvgpu_velements_create(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj;
	u32 at;
	int err;

	/* Offset, divisor, buffer, format. */
	for (at = 2; at <= cmd->len; at += 4) {
		if (vcmd_dw(cmd, at + 2) >= VIRGL_MAX_VERTEX)
			return vcmd_refuse(cmd, -EINVAL, "vertex buffer");
		if (!mvgpu_format3d_known(vcmd_dw(cmd, at + 3)))
			return vcmd_refuse(cmd, -EINVAL, "format");
	}
	err = mvgpu_vobj_create(cmd, VIRGL_OBJ_VERTEX_ELEMENTS, NULL, 0, &obj);
	if (err)
		return err;
	/* If there is none, the object is taken back with the stream. */
	obj->vao = kzalloc(sizeof(*obj->vao), GFP_KERNEL);
	return obj->vao ? 0 : -ENOMEM;
}

void mvgpu_velements_free(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj,
			  bool quiet)
{
	struct mvgpu_vao *vao = obj->vao;
	u32 i;

	if (!vao)
		return;
	for (i = 0; i < VIRGL_MAX_VERTEX; i++)
		if (vao->vertex[i])
			mvgpu_vres_put(virgl, vao->vertex[i], quiet);
	if (vao->index)
		mvgpu_vres_put(virgl, vao->index, quiet);
	kfree(vao);
}

int mvgpu_velements_bind(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	return mvgpu_vslot_set_obj(virgl, &virgl->sub->elements, obj);
}

int mvgpu_velements_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vobj **slot = &obj->sub->elements;

	return *slot == obj ? mvgpu_vslot_set_obj(virgl, slot, NULL) : 0;
}

/*
 * Does the renderer take the index buffer for this draw? It asks only if it is not
 * indirect, and counts in 32 bits.
 */
static bool index_taken(const struct mvgpu_vcmd *cmd)
{
	const struct mvgpu_vsub *sub = cmd->virgl->sub;

	if (!sub->index)
		return false;
	return cmd->res[0] ||
	       sub->index_size * vcmd_dw(cmd, 2) + sub->index_offset <=
		       sub->index->width;
}

/* A draw without indices takes away what was there. */
static int index_keep(struct mvgpu_vcmd *cmd, struct mvgpu_res3d **slot)
{
	struct mvgpu_virgl *virgl = cmd->virgl;

	if (!vcmd_dw(cmd, 4))
		return mvgpu_vslot_set_res(virgl, slot, NULL);
	return index_taken(cmd) ?
	       mvgpu_vslot_set_res(virgl, slot, virgl->sub->index) : 0;
}

int mvgpu_velements_draw(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vsub *sub = virgl->sub;
	struct mvgpu_vao *vao;
	u32 i;
	int err = 0;

	/* Without these shaders the renderer leaves all as it is. */
	if (!sub->stages[MVGPU_STAGE_VERTEX].shader ||
	    !sub->stages[MVGPU_STAGE_FRAGMENT].shader)
		return 0;
	/* It draws all the same, and binds no vertex buffers. */
	if (!sub->elements)
		return index_keep(cmd, &sub->vao_index);
	vao = sub->elements->vao;
	for (i = 0; i < sub->nr_vertex && !err; i++)
		err = mvgpu_vslot_set_res(virgl, &vao->vertex[i],
					  sub->vertex[i]);
	return err ?: index_keep(cmd, &vao->index);
}
