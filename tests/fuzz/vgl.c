// SPDX-License-Identifier: GPL-2.0
#include "vgl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

const struct mvgpu_virgl_limits vgl_limits = {
	.objects = 200,
	.sub_contexts = 4,
	.shader_text = 4096,
};

static struct vgl_res *res_new(struct vgl *vgl, u32 id)
{
	struct vgl_res *res = calloc(1, sizeof(*res));
	const struct vgl_kind *kind = &vgl_kinds[id];

	res->res = (struct mvgpu_res3d) {
		.target = kind->target,
		.format = kind->format,
		.bind = kind->bind,
		.width = kind->width,
		.height = kind->height,
		.depth = kind->depth,
		.array_size = kind->array_size,
		.last_level = kind->last_level,
		.nr_samples = kind->nr_samples,
		.backing_size = kind->backing_size,
	};
	MUST(!mvgpu_res3d_check(&res->res));
	res->res.size = mvgpu_res3d_size(&res->res);
	res->res.gpu_id = VGL_GPU_ID + vgl->next_gpu_id++;
	res->attached = id != VGL_OTHER;
	return res;
}

static struct mvgpu_res3d *find(void *data, u32 id)
{
	struct vgl *vgl = data;

	MUST(id);
	if (id >= VGL_IDS || !vgl->res[id]->attached)
		return NULL;
	return &vgl->res[id]->res;
}

static void released(void *data, struct mvgpu_res3d *res3d)
{
	struct vgl_res *res = container_of(res3d, struct vgl_res, res);
	struct vgl *vgl = data;
	u32 i;

	MUST(!res3d->refs);
	res->released++;
	if (!res->dead)
		return;
	for (i = 0; vgl->zombies[i] != res; i++)
		MUST(i + 1 < vgl->nr_zombies);
	vgl->zombies[i] = vgl->zombies[--vgl->nr_zombies];
	free(res);
}

static const struct mvgpu_virgl_ops ops = {
	.find = find,
	.released = released,
};

void vgl_start(struct vgl *vgl, const struct mvgpu_virgl_limits *limits)
{
	u32 id;

	memset(vgl, 0, offsetof(struct vgl, stream));
	for (id = 1; id < VGL_IDS; id++)
		vgl->res[id] = res_new(vgl, id);
	vgl->virgl = mvgpu_virgl_create(limits, &ops, vgl);
	MUST(vgl->virgl);
}

void vgl_stop(struct vgl *vgl)
{
	u32 id;

	mvgpu_virgl_destroy(vgl->virgl);
	MUST(!vgl->nr_zombies);
	for (id = 1; id < VGL_IDS; id++) {
		MUST(!vgl->res[id]->res.refs);
		free(vgl->res[id]);
	}
}

void vgl_context(struct vgl *vgl, const struct mvgpu_virgl_limits *limits)
{
	u32 id;

	mvgpu_virgl_destroy(vgl->virgl);
	MUST(!vgl->nr_zombies);
	for (id = 1; id < VGL_IDS; id++)
		MUST(!vgl->res[id]->res.refs);
	vgl->virgl = mvgpu_virgl_create(limits, &ops, vgl);
	MUST(vgl->virgl);
}

void vgl_unref(struct vgl *vgl, u32 id)
{
	struct vgl_res *res = vgl->res[id];

	if (res->res.refs && vgl->nr_zombies == ARRAY_SIZE(vgl->zombies))
		return;
	res->attached = false;
	vgl->res[id] = res_new(vgl, id);
	if (!res->res.refs) {
		free(res);
		return;
	}
	res->dead = true;
	vgl->zombies[vgl->nr_zombies++] = res;
}

void vgl_add(struct vgl *vgl, const u32 *dw, u32 n)
{
	u32 i;

	MUST(n <= VGL_DWORDS - vgl->ndw);
	for (i = 0; i < n; i++)
		vgl->stream[vgl->ndw++] = cpu_to_le32(dw[i]);
}

void vgl_check_gone(const struct mvgpu_virgl *virgl,
		    const struct mvgpu_virgl_limits *had,
		    const struct mvgpu_virgl_verdict *verdict)
{
	const struct mvgpu_virgl_gone *gone = &verdict->gone;
	struct mvgpu_virgl_limits has;

	mvgpu_virgl_get_usage(virgl, &has);
	MUST(had->objects <= has.objects + gone->objects &&
	     had->sub_contexts <= has.sub_contexts + gone->sub_contexts &&
	     had->shader_text <= has.shader_text + gone->shader_text);
	MUST(!verdict->reason ||
	     (!gone->objects && !gone->sub_contexts && !gone->shader_text));
}

int vgl_submit(struct vgl *vgl)
{
	__le32 *copy = malloc(vgl->ndw * 4 + !vgl->ndw);
	struct mvgpu_virgl_limits had;
	int err;

	memcpy(copy, vgl->stream, vgl->ndw * 4);
	mvgpu_virgl_get_usage(vgl->virgl, &had);
	err = mvgpu_virgl_submit(vgl->virgl, copy, vgl->ndw, &vgl->verdict);
	memcpy(vgl->stream, copy, vgl->ndw * 4);
	free(copy);
	vgl->ndw = 0;
	MUST(!err == !vgl->verdict.reason);
	vgl_check_gone(vgl->virgl, &had, &vgl->verdict);
	return err;
}

void vgl_objects(struct vgl *vgl)
{
	const struct vgl_command *cmd;

	for (cmd = vgl_makers; cmd->name; cmd++)
		vgl_add(vgl, cmd->dw, vgl_dwords(cmd));
}

/*
 * Digest: order of lists does not count, all else does, down to addresses.
 */

static u64 mix(u64 hash, u64 val)
{
	hash ^= val + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
	hash *= 0xff51afd7ed558ccdULL;
	return hash ^ hash >> 32;
}

static u64 mix_slots(u64 hash, struct mvgpu_res3d *const *slots, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (slots[i])
			hash = mix(hash + i, (uintptr_t)slots[i]);
	return mix(hash, nr);
}

static u64 mix_obj(u64 hash, const struct mvgpu_vobj *obj)
{
	u32 i;

	hash = mix(hash, (uintptr_t)obj);
	if (!obj)
		return hash;
	hash = mix(hash, (uintptr_t)obj->res);
	hash = mix(hash, obj->handle);
	hash = mix(hash, (u64)obj->refs << 32 | obj->uses);
	hash = mix(hash, obj->type << 8 | obj->stage);
	hash = mix(hash, (u64)obj->query << 32 | obj->done);
	hash = mix(hash, obj->sprites);
	for (i = 0; i < sizeof(obj->scan) / 4; i++)
		hash = mix(hash, ((const u32 *)&obj->scan)[i]);
	for (i = 0; obj->found && i < sizeof(*obj->found) / 4; i++)
		hash = mix(hash, ((const u32 *)obj->found)[i]);
	if (obj->vao) {
		hash = mix_slots(hash, obj->vao->vertex, VIRGL_MAX_VERTEX);
		hash = mix(hash, (uintptr_t)obj->vao->index);
	}
	return mix(hash, (u64)obj->text << 32 | obj->got);
}

static u64 digest_sub(const struct mvgpu_vsub *sub)
{
	const struct mvgpu_vstream *stream;
	struct rb_node *node;
	u64 hash = mix(0, (uintptr_t)sub), streams = 0;
	u32 i, j;

	for (node = rb_first(&sub->objects); node; node = rb_next(node))
		hash = mix_obj(hash, rb_entry(node, struct mvgpu_vobj, node));
	list_for_each_entry(stream, &sub->streams, node)
		streams += mix((uintptr_t)stream, stream->nr);
	hash = mix(hash, streams);
	for (i = 0; i < MVGPU_STAGES; i++) {
		const struct mvgpu_vstage *stage = &sub->stages[i];

		hash = mix_obj(hash, stage->shader);
		hash = mix_obj(hash, stage->partial);
		for (j = 0; j < VIRGL_MAX_VIEWS; j++)
			if (stage->views[j])
				hash = mix_obj(hash + j, stage->views[j]);
		hash = mix_slots(hash, stage->uniforms, VIRGL_MAX_UNIFORMS);
		hash = mix_slots(hash, stage->buffers, VIRGL_MAX_BUFFERS);
		hash = mix_slots(hash, stage->images, VIRGL_MAX_IMAGES);
		hash = mix(hash, stage->nr_views);
		hash = mix(hash, stage->consts);
	}
	hash = mix_slots(hash, sub->vertex, VIRGL_MAX_VERTEX);
	hash = mix_slots(hash, sub->atomic, VIRGL_MAX_ATOMIC);
	hash = mix(hash, (uintptr_t)sub->index);
	for (i = 0; i < VIRGL_MAX_COLOR; i++)
		hash = mix_obj(hash, sub->color[i]);
	hash = mix_obj(hash, sub->zs);
	hash = mix_obj(hash, sub->depth);
	for (i = 0; i < MVGPU_QUERY_SLOTS; i++)
		hash = mix_obj(hash, sub->query[i]);
	hash = mix_obj(hash, sub->cond);
	hash = mix_obj(hash, sub->elements);
	hash = mix(hash, (uintptr_t)sub->vao_index);
	hash = mix(hash, (u64)sub->index_size << 32 | sub->index_offset);
	hash = mix(hash, (u64)sub->id << 32 | sub->nr_objects);
	hash = mix(hash, (u64)sub->text << 32 | sub->nr_streams);
	hash = mix(hash, (u64)sub->sprites << 32 | sub->linked);
	return mix(hash, (u64)sub->nr_vertex << 32 | sub->nr_color);
}

u64 vgl_digest(const struct vgl *vgl)
{
	const struct mvgpu_virgl *virgl = vgl->virgl;
	const struct mvgpu_vsub *sub;
	u64 hash = 0;
	u32 i;

	list_for_each_entry(sub, &virgl->subs, node)
		hash += digest_sub(sub);
	hash = mix(hash, (uintptr_t)virgl->sub);
	hash = mix(hash, (u64)virgl->nr_subs << 32 | virgl->nr_objects);
	hash = mix(hash, virgl->text);
	for (i = 1; i < VGL_IDS; i++)
		hash = mix(hash, (u64)vgl->res[i]->released << 32 |
				 vgl->res[i]->res.refs);
	for (i = 0; i < vgl->nr_zombies; i++)
		hash = mix(hash, vgl->zombies[i]->res.refs);
	return hash;
}

/*
 * Counts, once more by another way: each place takes one away, and nothing is
 * left over in the end.
 */

static void seen_res(struct mvgpu_res3d *res)
{
	if (res)
		res->refs--;
}

static void seen_obj(struct mvgpu_vobj *obj)
{
	u32 i;

	if (!obj)
		return;
	MUST(obj->refs && obj->uses);
	/* The first time: what it has itself. */
	if (!(obj->refs & 0x80000000)) {
		MUST(obj->refs == obj->uses);
		obj->refs |= 0x80000000;
		if (obj->res)
			obj->res->refs--;
		for (i = 0; obj->vao && i < VIRGL_MAX_VERTEX; i++)
			seen_res(obj->vao->vertex[i]);
		if (obj->vao)
			seen_res(obj->vao->index);
	}
	obj->uses--;
	/* Put right again when the last place has been seen. */
	if (!obj->uses) {
		obj->refs &= 0x7fffffff;
		obj->uses = obj->refs;
	}
}

static u64 text_of(const struct mvgpu_vobj *obj)
{
	/* Once for each object: at the place that is seen last. */
	return obj && !(obj->refs & 0x80000000) ? obj->text : 0;
}

static void verify_sub(const struct mvgpu_vsub *sub)
{
	const struct mvgpu_vstream *stream;
	struct rb_node *node;
	u64 text = 0;
	u32 i, j, nr = 0;

	for (node = rb_first(&sub->objects); node; node = rb_next(node)) {
		struct mvgpu_vobj *obj =
			rb_entry(node, struct mvgpu_vobj, node);

		MUST(obj->sub == sub && obj->handle && obj->got <= obj->text);
		seen_obj(obj);
		text += text_of(obj);
		nr++;
	}
	for (i = 0; i < RECENT; i++)
		MUST(!sub->recent[i] || sub->recent[i]->handle % RECENT == i);
	list_for_each_entry(stream, &sub->streams, node)
		nr++;
	MUST(nr == sub->nr_objects);
	for (i = 0; i < MVGPU_STAGES; i++) {
		const struct mvgpu_vstage *stage = &sub->stages[i];

		seen_obj(stage->shader);
		text += text_of(stage->shader);
		seen_obj(stage->partial);
		text += text_of(stage->partial);
		for (j = 0; j < VIRGL_MAX_VIEWS; j++)
			if (stage->views[j])
				seen_obj(stage->views[j]);
		for (j = 0; j < VIRGL_MAX_UNIFORMS; j++) {
			seen_res(stage->uniforms[j]);
			seen_res(stage->buffers[j]);
			seen_res(stage->images[j]);
		}
	}
	MUST(text == sub->text);
	for (i = 0; i < VIRGL_MAX_VERTEX; i++)
		seen_res(sub->vertex[i]);
	for (i = 0; i < VIRGL_MAX_ATOMIC; i++)
		seen_res(sub->atomic[i]);
	seen_res(sub->index);
	for (i = 0; i < VIRGL_MAX_COLOR; i++)
		seen_obj(sub->color[i]);
	seen_obj(sub->zs);
	seen_obj(sub->depth);
	for (i = 0; i < MVGPU_QUERY_SLOTS; i++)
		seen_obj(sub->query[i]);
	seen_obj(sub->cond);
	seen_obj(sub->elements);
	seen_res(sub->vao_index);
	/* Handles and bindings of a sub-context are all seen by now. */
	for (node = rb_first(&sub->objects); node; node = rb_next(node))
		MUST(!(rb_entry(node, struct mvgpu_vobj, node)->refs &
		       0x80000000));
}

void vgl_verify(const struct vgl *vgl)
{
	const struct mvgpu_virgl *virgl = vgl->virgl;
	const struct mvgpu_vsub *sub;
	u32 refs[VGL_IDS], zrefs[ARRAY_SIZE(vgl->zombies)];
	u32 i, subs = 0, objects = 0, text = 0;

	for (i = 1; i < VGL_IDS; i++)
		refs[i] = vgl->res[i]->res.refs;
	for (i = 0; i < vgl->nr_zombies; i++)
		zrefs[i] = vgl->zombies[i]->res.refs;

	list_for_each_entry(sub, &virgl->subs, node) {
		verify_sub(sub);
		subs++;
		objects += sub->nr_objects;
		text += sub->text;
	}
	MUST(subs == virgl->nr_subs && objects == virgl->nr_objects &&
	     text == virgl->text && !virgl->journal_nr && !virgl->walking);
	MUST(objects <= virgl->limits.objects &&
	     subs <= virgl->limits.sub_contexts + 1 &&
	     text <= virgl->limits.shader_text);

	for (i = 1; i < VGL_IDS; i++) {
		MUST(!vgl->res[i]->res.refs);
		vgl->res[i]->res.refs = refs[i];
	}
	for (i = 0; i < vgl->nr_zombies; i++) {
		MUST(!vgl->zombies[i]->res.refs && zrefs[i]);
		vgl->zombies[i]->res.refs = zrefs[i];
	}
}
