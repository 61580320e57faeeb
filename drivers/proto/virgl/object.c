// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of objects. An object is there while the guest has a handle of it or
 * something is bound to it, and then holds its resource.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/rbtree.h>
#include <linux/slab.h>

#include "internal.h"

static int cmp_handle(const void *key, const struct rb_node *node)
{
	const struct mvgpu_vobj *obj = rb_entry(node, struct mvgpu_vobj, node);
	u32 handle = *(const u32 *)key;

	return handle < obj->handle ? -1 : handle > obj->handle;
}

static int cmp_node(struct rb_node *a, const struct rb_node *b)
{
	return cmp_handle(&rb_entry(a, struct mvgpu_vobj, node)->handle, b);
}

struct mvgpu_vobj *mvgpu_vobj_find(struct mvgpu_virgl *virgl, u32 handle)
{
	struct mvgpu_vsub *sub = virgl->sub;
	struct mvgpu_vobj *obj = sub->recent[handle % RECENT];
	struct rb_node *node;

	if (obj && obj->handle == handle)
		return obj;
	node = rb_find(&handle, &sub->objects, cmp_handle);
	if (!node)
		return NULL;
	obj = rb_entry(node, struct mvgpu_vobj, node);
	sub->recent[handle % RECENT] = obj;
	return obj;
}

int mvgpu_vobj_get(struct mvgpu_vcmd *cmd, u32 at, u32 type,
		   struct mvgpu_vobj **obj)
{
	u32 handle = vcmd_dw(cmd, at);

	*obj = NULL;
	if (!handle)
		return 0;
	*obj = mvgpu_vobj_find(cmd->virgl, handle);
	if (!*obj)
		return vcmd_refuse(cmd, -ENOENT, "no such object");
	if ((*obj)->type != type)
		return vcmd_refuse(cmd, -ENOENT, "object of another type");
	return 0;
}

void mvgpu_vobj_use(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	if (!obj->uses++) {
		obj->sub->text += obj->text;
		virgl->text += obj->text;
	}
}

void mvgpu_vobj_unuse(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	if (!--obj->uses) {
		obj->sub->text -= obj->text;
		virgl->text -= obj->text;
	}
}

void mvgpu_vres_put(struct mvgpu_virgl *virgl, struct mvgpu_res3d *res,
		    bool quiet)
{
	if (WARN_ON_ONCE(!res->refs))
		return;
	if (!--res->refs && !quiet)
		virgl->ops->released(virgl->data, res);
}

void mvgpu_vobj_put(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj,
		    bool quiet)
{
	if (--obj->refs)
		return;
	if (obj->res)
		mvgpu_vres_put(virgl, obj->res, quiet);
	mvgpu_velements_free(virgl, obj, quiet);
	kfree(obj->found);
	kfree(obj);
}

void mvgpu_vobj_link(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vsub *sub = obj->sub;

	WARN_ON_ONCE(rb_find_add(&obj->node, &sub->objects, cmp_node));
	sub->nr_objects++;
	virgl->nr_objects++;
	mvgpu_vobj_use(virgl, obj);
}

void mvgpu_vobj_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vsub *sub = obj->sub;
	struct mvgpu_vobj **recent = &sub->recent[obj->handle % RECENT];

	if (*recent == obj)
		*recent = NULL;
	rb_erase(&obj->node, &sub->objects);
	sub->nr_objects--;
	virgl->nr_objects--;
	mvgpu_vobj_unuse(virgl, obj);
}

/* What the GPU takes away with an object of some types. */
static int obj_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	switch (obj->type) {
	case VIRGL_OBJ_STREAMOUT_TARGET:
		return mvgpu_vstream_drop(virgl, obj);
	case VIRGL_OBJ_QUERY:
		return mvgpu_vquery_drop(virgl, obj);
	case VIRGL_OBJ_VERTEX_ELEMENTS:
		return mvgpu_velements_drop(virgl, obj);
	}
	return 0;
}

/* Take a handle away. Bindings keep the object. */
static int obj_remove(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	if (obj_drop(virgl, obj) ||
	    mvgpu_vundo_log(virgl, UNDO_REMOVE, NULL, obj))
		return -ENOMEM;
	mvgpu_vobj_unlink(virgl, obj);
	virgl->gone_objects++;
	return 0;
}

int mvgpu_vobj_create(struct mvgpu_vcmd *cmd, u32 type, struct mvgpu_res3d *res,
		      u32 text, struct mvgpu_vobj **ret)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	u32 handle = vcmd_dw(cmd, 1);
	struct mvgpu_vobj *obj, *old;

	if (!handle)
		return vcmd_refuse(cmd, -EINVAL, "handle 0");
	old = mvgpu_vobj_find(virgl, handle);
	/* See mvgpu_vobj_destroy(). Mesa gives no handle twice. */
	if (old && old == virgl->sub->cond)
		return vcmd_refuse(cmd, -EINVAL, "query is the condition");
	if (old && obj_remove(virgl, old))
		return -ENOMEM;
	if (virgl->nr_objects >= virgl->limits.objects ||
	    virgl->gone_objects >= MAX_GONE_OBJECTS)
		return vcmd_refuse(cmd, -EDQUOT, "too many objects");
	if (text > virgl->limits.shader_text ||
	    virgl->text > virgl->limits.shader_text - text)
		return vcmd_refuse(cmd, -EDQUOT, "too much shader text");

	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	if (!obj)
		return -ENOMEM;
	obj->sub = virgl->sub;
	obj->handle = handle;
	obj->type = type;
	obj->text = text;
	obj->refs = 1;
	if (mvgpu_vundo_log(virgl, UNDO_INSERT, NULL, obj)) {
		kfree(obj);
		return -ENOMEM;
	}
	obj->res = res;
	if (res)
		res->refs++;
	mvgpu_vobj_link(virgl, obj);
	if (ret)
		*ret = obj;
	return 0;
}

/* Shaders may not go together any more where points have other coordinates. */
static int bind_rasterizer(struct mvgpu_virgl *virgl,
			   const struct mvgpu_vobj *obj)
{
	struct mvgpu_vsub *sub = virgl->sub;
	u32 sprites = obj ? obj->sprites : 0;

	if (sprites == sub->sprites)
		return 0;
	return mvgpu_vslot_set_u32(virgl, &sub->sprites, sprites) ?:
	       mvgpu_vslot_set_u32(virgl, &sub->linked, 0);
}

int mvgpu_vobj_bind(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj;
	int err;

	switch (cmd->obj) {
	/* They hold no resource: the GPU's shadow is none of ours. */
	case VIRGL_OBJ_BLEND:
	case VIRGL_OBJ_DSA:
		return mvgpu_vobj_get(cmd, 1, cmd->obj, &obj);
	case VIRGL_OBJ_RASTERIZER:
		err = mvgpu_vobj_get(cmd, 1, cmd->obj, &obj);
		return err ?: bind_rasterizer(cmd->virgl, obj);
	case VIRGL_OBJ_VERTEX_ELEMENTS:
		err = mvgpu_vobj_get(cmd, 1, cmd->obj, &obj);
		return err ?: mvgpu_velements_bind(cmd->virgl, obj);
	}
	return vcmd_refuse(cmd, -EINVAL, "objects of this type are not bound");
}

int mvgpu_vobj_destroy(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj = mvgpu_vobj_find(cmd->virgl, vcmd_dw(cmd, 1));

	/*
	 * The GPU finds nothing to do, either: its create may have been refused
	 * and the guest not know of it.
	 */
	if (!obj)
		return 0;
	/*
	 * GL, deleting the query that draws depend on, would go on with what was
	 * freed. Applications may delete it, and Mesa does not end the condition for
	 * that. So it stays, charged as it was, until its sub-context goes.
	 */
	if (obj == cmd->virgl->sub->cond) {
		vcmd_skip(cmd);
		return 0;
	}
	return obj_remove(cmd->virgl, obj);
}
