// SPDX-License-Identifier: GPL-2.0
/*
 * Shaders. Of their text only what streamout.c and text.c want is looked at: the
 * renderer compiles it. A long one comes in several commands, even in several
 * streams: the first tells how long all of it is, the others go on where the last
 * one has ended. Only one for each stage may be on its way in a sub-context, and
 * none is used before all of it is there: the renderer would use what it does
 * not have yet.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "internal.h"

/* Mesa says more tokens than there are, for an old renderer's sake. */
#define TOKENS_SLACK 1024
/* The renderer's time for a text grows by more than its length. */
#define MAX_TEXT (1024 * 1024)

/* Dword at which the text begins; 0: behind the end. */
static u32 text_at(const struct mvgpu_vcmd *cmd, u32 stage, bool first)
{
	/* For compute it is bytes of local memory. */
	u32 outputs = stage == MVGPU_STAGE_COMPUTE ? 0 : vcmd_dw(cmd, 5);
	u32 at = 6;

	if (!outputs)
		return at;
	if (!first || outputs > VIRGL_MAX_SO_OUTPUTS)
		return 0;
	at += 4 + 2 * outputs;
	return at <= cmd->len ? at : 0;
}

/* The renderer reads up to a 0, which is in the last dword of Mesa's text. */
static bool text_ends(const struct mvgpu_vcmd *cmd)
{
	u32 last = vcmd_dw(cmd, cmd->len);

	return !(last & 0xff) || !(last & 0xff00) || !(last & 0xff0000) ||
	       !(last >> 24);
}

static int shader_first(struct mvgpu_vcmd *cmd, struct mvgpu_vstage *stage,
			u32 at)
{
	u32 bytes = (cmd->len + 1 - at) * 4;
	u32 total = vcmd_dw(cmd, 3);
	u8 type = stage - cmd->virgl->sub->stages;
	struct mvgpu_vtext found = { .stage = type };
	struct mvgpu_vscan scan;
	struct mvgpu_vobj *obj;
	u64 padded = round_up((u64)total, 4);
	int err;

	if (stage->partial)
		return vcmd_refuse(cmd, -EINVAL, "another shader is unfinished");
	if (!total || total > MAX_TEXT || bytes > padded)
		return vcmd_refuse(cmd, -EINVAL, "length of text");
	/* The renderer makes room for so many, each of some text. */
	if (vcmd_dw(cmd, 4) > padded + TOKENS_SLACK)
		return vcmd_refuse(cmd, -EINVAL, "more tokens than text");
	if (bytes == padded && !text_ends(cmd))
		return vcmd_refuse(cmd, -EINVAL, "text without an end");

	/* Strides and two dwords for each output come before the text. */
	err = mvgpu_vscan_begin(cmd, at > 10 ? (at - 10) / 2 : 0, &scan);
	if (err)
		return err;
	mvgpu_vscan_text(&scan, cmd, at);
	err = mvgpu_vtext_scan(&found, cmd, at);
	if (!err && bytes == padded)
		err = mvgpu_vscan_end(cmd, &scan);
	if (!err)
		err = mvgpu_vobj_create(cmd, VIRGL_OBJ_SHADER, NULL, padded,
					&obj);
	if (err)
		return err;
	obj->stage = type;
	obj->got = bytes;
	obj->scan = scan;
	/* If there is none, the object is taken back with the stream. */
	obj->found = kzalloc(sizeof(found), GFP_KERNEL);
	if (!obj->found)
		return -ENOMEM;
	*obj->found = found;
	if (bytes == padded)
		return mvgpu_vtext_made(cmd, obj);
	return mvgpu_vslot_set_obj(cmd->virgl, &stage->partial, obj);
}

static int shader_next(struct mvgpu_vcmd *cmd, struct mvgpu_vstage *stage,
		       u32 at)
{
	u32 offset = vcmd_dw(cmd, 3) & ~VIRGL_SHADER_CONTINUED;
	u32 bytes = (cmd->len + 1 - at) * 4;
	struct mvgpu_vobj *obj = stage->partial;
	struct mvgpu_vtext found;
	struct mvgpu_vscan scan;
	int err;

	/*
	 * If another object has its handle by now virglrenderer 1.0.0 would go on with
	 * that one's text, and later ones with the first one's.
	 */
	if (!obj || obj != mvgpu_vobj_find(cmd->virgl, vcmd_dw(cmd, 1)))
		return vcmd_refuse(cmd, -EINVAL, "no shader to go on with");
	if (offset != obj->got || bytes > obj->text - obj->got)
		return vcmd_refuse(cmd, -EINVAL, "text does not go on there");
	if (vcmd_dw(cmd, 4) > (u64)obj->text + TOKENS_SLACK)
		return vcmd_refuse(cmd, -EINVAL, "more tokens than text");
	if (obj->got + bytes == obj->text && !text_ends(cmd))
		return vcmd_refuse(cmd, -EINVAL, "text without an end");

	scan = obj->scan;
	mvgpu_vscan_text(&scan, cmd, at);
	found = *obj->found;
	err = mvgpu_vtext_scan(&found, cmd, at) ?:
	      mvgpu_vslots_set(cmd->virgl, &obj->scan, &scan, sizeof(scan)) ?:
	      mvgpu_vslots_set(cmd->virgl, obj->found, &found, sizeof(found));
	if (!err)
		err = mvgpu_vslot_set_u32(cmd->virgl, &obj->got,
					  obj->got + bytes);
	if (err || obj->got != obj->text)
		return err;
	return mvgpu_vscan_end(cmd, &scan) ?: mvgpu_vtext_made(cmd, obj) ?:
	       mvgpu_vslot_set_obj(cmd->virgl, &stage->partial, NULL);
}

int mvgpu_vshader_create(struct mvgpu_vcmd *cmd)
{
	bool first = !(vcmd_dw(cmd, 3) & VIRGL_SHADER_CONTINUED);
	u32 type = vcmd_dw(cmd, 2);
	struct mvgpu_vstage *stage;
	u32 at;

	if (type >= MVGPU_STAGES)
		return vcmd_refuse(cmd, -EINVAL, "type of shader");
	at = text_at(cmd, type, first);
	if (!at)
		return vcmd_refuse(cmd, -EINVAL, "streamout outputs");
	stage = &cmd->virgl->sub->stages[array_index_nospec(type, MVGPU_STAGES)];
	return first ? shader_first(cmd, stage, at) :
		       shader_next(cmd, stage, at);
}

/* A shader that is to be used; NULL: the handle at dword @at is 0. */
static int shader_get(struct mvgpu_vcmd *cmd, u32 at, struct mvgpu_vobj **obj)
{
	int err = mvgpu_vobj_get(cmd, at, VIRGL_OBJ_SHADER, obj);

	if (!err && *obj && (*obj)->got != (*obj)->text)
		err = vcmd_refuse(cmd, -EINVAL, "shader is unfinished");
	return err;
}

int mvgpu_vshader_bind(struct mvgpu_vcmd *cmd)
{
	u32 type = vcmd_dw(cmd, 2);
	struct mvgpu_vstage *stage;
	struct mvgpu_vobj *obj;
	int err;

	if (type >= MVGPU_STAGES)
		return vcmd_refuse(cmd, -EINVAL, "type of shader");
	err = shader_get(cmd, 1, &obj);
	if (err)
		return err;
	if (obj && obj->stage != type)
		return vcmd_refuse(cmd, -EINVAL, "shader of another type");
	stage = &cmd->virgl->sub->stages[array_index_nospec(type, MVGPU_STAGES)];
	return mvgpu_vslot_set_u32(cmd->virgl, &cmd->virgl->sub->linked, 0) ?:
	       mvgpu_vslot_set_obj(cmd->virgl, &stage->shader, obj);
}

int mvgpu_vshader_link(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *shader[MVGPU_STAGES];
	u32 i;
	int err;

	/* Any of them may be missing. */
	for (i = 0; i < MVGPU_STAGES; i++) {
		err = shader_get(cmd, i + 1, &shader[i]);
		if (err)
			return err;
		if (shader[i] && shader[i]->stage != i)
			return vcmd_refuse(cmd, -EINVAL, "shader of another type");
	}
	/* It may leave something in those that are bound. */
	return mvgpu_vslot_set_u32(cmd->virgl, &cmd->virgl->sub->linked, 0) ?:
	       mvgpu_vtext_pipeline(cmd, shader);
}

/*
 * The renderer has GL read as many constants as the text says, from what the guest
 * has sent once; of nothing it reads nothing.
 */
static int shader_use(struct mvgpu_vcmd *cmd, const struct mvgpu_vstage *stage)
{
	if (stage->shader && stage->consts &&
	    stage->shader->found->consts > stage->consts / 4)
		return vcmd_refuse(cmd, -EINVAL, "constants of a shader");
	return 0;
}

int mvgpu_vshader_draw(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vsub *sub = cmd->virgl->sub;
	struct mvgpu_vobj *shader[MVGPU_STAGES];
	u32 i;
	int err;

	for (i = 0; i < MVGPU_STAGES; i++) {
		shader[i] = sub->stages[i].shader;
		err = i == MVGPU_STAGE_COMPUTE ? 0 :
						 shader_use(cmd, &sub->stages[i]);
		if (err)
			return err;
	}
	if (sub->linked)
		return 0;
	return mvgpu_vtext_pipeline(cmd, shader) ?:
	       mvgpu_vslot_set_u32(cmd->virgl, &sub->linked, 1);
}

int mvgpu_vshader_grid(struct mvgpu_vcmd *cmd)
{
	return shader_use(cmd, &cmd->virgl->sub->stages[MVGPU_STAGE_COMPUTE]);
}
