// SPDX-License-Identifier: GPL-2.0
/*
 * Sub-contexts: each has its own handles and bindings, one is current. Number
 * 0 comes and goes with the context.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "internal.h"

struct mvgpu_vsub *mvgpu_vsub_new(u32 id)
{
	struct mvgpu_vsub *sub = kzalloc(sizeof(*sub), GFP_KERNEL);

	if (!sub)
		return NULL;
	sub->id = id;
	sub->objects = RB_ROOT;
	INIT_LIST_HEAD(&sub->streams);
	return sub;
}

void mvgpu_vsub_link(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub)
{
	list_add_tail(&sub->node, &virgl->subs);
	virgl->nr_subs++;
	virgl->nr_objects += sub->nr_objects;
	virgl->text += sub->text;
}

void mvgpu_vsub_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub)
{
	list_del(&sub->node);
	virgl->nr_subs--;
	virgl->nr_objects -= sub->nr_objects;
	virgl->text -= sub->text;
}

static void drop_res(struct mvgpu_virgl *virgl, struct mvgpu_res3d **slots,
		     u32 nr, bool quiet)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (slots[i])
			mvgpu_vres_put(virgl, slots[i], quiet);
}

static void drop_obj(struct mvgpu_virgl *virgl, struct mvgpu_vobj **slots,
		     u32 nr, bool quiet)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (slots[i])
			mvgpu_vobj_put(virgl, slots[i], quiet);
}

static void drop_stage(struct mvgpu_virgl *virgl, struct mvgpu_vstage *stage,
		       bool quiet)
{
	drop_obj(virgl, &stage->shader, 1, quiet);
	drop_obj(virgl, &stage->partial, 1, quiet);
	drop_obj(virgl, stage->views, VIRGL_MAX_VIEWS, quiet);
	drop_res(virgl, stage->uniforms, VIRGL_MAX_UNIFORMS, quiet);
	drop_res(virgl, stage->buffers, VIRGL_MAX_BUFFERS, quiet);
	drop_res(virgl, stage->images, VIRGL_MAX_IMAGES, quiet);
}

void mvgpu_vsub_free(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
		     bool quiet)
{
	struct mvgpu_vstream *stream, *tmp;
	struct rb_node *node;
	u32 i;

	list_for_each_entry_safe(stream, tmp, &sub->streams, node)
		kfree(stream);
	for (i = 0; i < MVGPU_STAGES; i++)
		drop_stage(virgl, &sub->stages[i], quiet);
	drop_res(virgl, sub->vertex, VIRGL_MAX_VERTEX, quiet);
	drop_res(virgl, &sub->index, 1, quiet);
	drop_res(virgl, sub->atomic, VIRGL_MAX_ATOMIC, quiet);
	drop_obj(virgl, sub->color, VIRGL_MAX_COLOR, quiet);
	drop_obj(virgl, &sub->zs, 1, quiet);
	drop_obj(virgl, &sub->depth, 1, quiet);
	drop_obj(virgl, sub->query, MVGPU_QUERY_SLOTS, quiet);
	drop_obj(virgl, &sub->cond, 1, quiet);
	drop_obj(virgl, &sub->elements, 1, quiet);
	drop_res(virgl, &sub->vao_index, 1, quiet);

	while ((node = rb_first(&sub->objects))) {
		struct mvgpu_vobj *obj =
			rb_entry(node, struct mvgpu_vobj, node);

		rb_erase(node, &sub->objects);
		mvgpu_vobj_put(virgl, obj, quiet);
		cond_resched();
	}
	kfree(sub);
}

void mvgpu_vstream_link(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
			struct mvgpu_vstream *stream)
{
	list_add_tail(&stream->node, &sub->streams);
	sub->nr_streams++;
	sub->nr_objects++;
	virgl->nr_objects++;
}

void mvgpu_vstream_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
			  struct mvgpu_vstream *stream)
{
	list_del(&stream->node);
	sub->nr_streams--;
	sub->nr_objects--;
	virgl->nr_objects--;
}

static bool stream_has(const struct mvgpu_vstream *stream,
		       const struct mvgpu_vobj *obj)
{
	u32 i;

	for (i = 0; i < stream->nr; i++)
		if (stream->target[i] == obj)
			return true;
	return false;
}

int mvgpu_vstream_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vstream *stream, *tmp;

	list_for_each_entry_safe(stream, tmp, &obj->sub->streams, node) {
		if (!stream_has(stream, obj))
			continue;
		if (mvgpu_vundo_log(virgl, UNDO_STREAM_DEL, obj->sub, stream))
			return -ENOMEM;
		mvgpu_vstream_unlink(virgl, obj->sub, stream);
		virgl->gone_objects++;
	}
	return 0;
}

static struct mvgpu_vsub *sub_find(struct mvgpu_virgl *virgl, u32 id)
{
	struct mvgpu_vsub *sub;

	list_for_each_entry(sub, &virgl->subs, node)
		if (sub->id == id)
			return sub;
	return NULL;
}

static int sub_enter(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub)
{
	if (sub == virgl->sub)
		return 0;
	if (mvgpu_vundo_log(virgl, UNDO_CURRENT, NULL, virgl->sub))
		return -ENOMEM;
	virgl->sub = sub;
	return 0;
}

int mvgpu_vsub_set(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vsub *sub = sub_find(cmd->virgl, vcmd_dw(cmd, 1));

	/* The GPU would go on in the wrong one. */
	if (!sub)
		return vcmd_refuse(cmd, -ENOENT, "no such sub-context");
	cmd->entered = true;
	return sub_enter(cmd->virgl, sub);
}

int mvgpu_vsub_create(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	u32 id = vcmd_dw(cmd, 1);
	struct mvgpu_vsub *sub;

	/* The GPU does nothing then, and does not enter it. */
	if (sub_find(virgl, id))
		return 0;
	/* Those that the stream has destroyed are in the journal until its end. */
	if (virgl->nr_subs > virgl->limits.sub_contexts ||
	    virgl->gone_subs >= virgl->limits.sub_contexts)
		return vcmd_refuse(cmd, -EDQUOT, "too many sub-contexts");

	sub = mvgpu_vsub_new(id);
	if (!sub)
		return -ENOMEM;
	if (mvgpu_vundo_log(virgl, UNDO_SUB_ADD, NULL, sub)) {
		kfree(sub);
		return -ENOMEM;
	}
	mvgpu_vsub_link(virgl, sub);
	cmd->entered = true;
	return sub_enter(virgl, sub);
}

int mvgpu_vsub_destroy(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_virgl *virgl = cmd->virgl;
	struct mvgpu_vsub *sub = sub_find(virgl, vcmd_dw(cmd, 1));

	/* So does the GPU; see mvgpu_vobj_destroy(). */
	if (!sub || sub == virgl->sub0)
		return 0;
	if (sub == virgl->sub && sub_enter(virgl, virgl->sub0))
		return -ENOMEM;
	if (mvgpu_vundo_log(virgl, UNDO_SUB_DEL, NULL, sub))
		return -ENOMEM;
	mvgpu_vsub_unlink(virgl, sub);
	virgl->gone_subs++;
	return 0;
}
