// SPDX-License-Identifier: GPL-2.0
/*
 * Shaders that are used together: numbers of one meet those of another. What text.c has
 * found in their texts is compared here, in the order of the pipeline.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "internal.h"

/* That the renderer may add to them, beside a back for each colour: the face */
#define ADDED_INPUTS 1

/* Shaders in the order of the pipeline. */
static const u8 pipeline[] = {
	MVGPU_STAGE_VERTEX, MVGPU_STAGE_TESS_CTRL, MVGPU_STAGE_TESS_EVAL,
	MVGPU_STAGE_GEOMETRY, MVGPU_STAGE_FRAGMENT,
};

/* Inputs that the renderer gives @text, because the stage before it has them. */
static u32 missing(const struct mvgpu_vtext *before,
		   const struct mvgpu_vtext *text)
{
	u32 i, nr = 0;

	for (i = 0; i < MVGPU_VARYINGS; i++)
		nr += hweight64(before->out[i] & ~text->in[i]);
	return nr;
}

/* Varyings are joined because @text says so, or those that it was used with once. */
static bool is_joined(const struct mvgpu_vtext *text, u32 join)
{
	return mvgpu_vtext_joins(text) &&
	       (text->indirect | text->joined) & join;
}

/* May @text get what @before has? */
static int follow(struct mvgpu_vcmd *cmd, struct mvgpu_vtext *before,
		  struct mvgpu_vtext *text)
{
	u32 below;
	int err;

	if (text->inputs + text->colors + ADDED_INPUTS +
	    missing(before, text) > MAX_INPUTS)
		return vcmd_refuse(cmd, -EINVAL, "inputs of a shader");
	/*
	 * Its buffers come behind those of the stages before. The renderer may take
	 * what that was in an earlier use, and ends if there are too many.
	 */
	below = max(text->below, before->below + before->buffers);
	if (below + text->buffers > MAX_UNITS)
		return vcmd_refuse(cmd, -EINVAL, "buffers of all shaders");
	err = mvgpu_vslot_set_u32(cmd->virgl, &text->below, below);
	if (err)
		return err;
	if (!is_joined(before, JOIN_OUT) && !is_joined(text, JOIN_IN))
		return 0;
	if ((!before->range && before->disorder & JOIN_OUT) ||
	    (mvgpu_vtext_joins(text) && text->disorder & JOIN_IN))
		return vcmd_refuse(cmd, -EINVAL, "order of registers");
	return mvgpu_vslot_set_u32(cmd->virgl, &before->joined,
				   before->joined | JOIN_OUT) ?:
	       mvgpu_vslot_set_u32(cmd->virgl, &text->joined,
				   text->joined | JOIN_IN);
}

/* May @text come before @next, whose inputs may be joined? */
static int precede(struct mvgpu_vcmd *cmd, struct mvgpu_vtext *text,
		   const struct mvgpu_vtext *next)
{
	if (text->range || !is_joined(next, JOIN_IN))
		return 0;
	if (text->disorder & JOIN_OUT)
		return vcmd_refuse(cmd, -EINVAL, "order of registers");
	return mvgpu_vslot_set_u32(cmd->virgl, &text->joined,
				   text->joined | JOIN_OUT);
}

int mvgpu_vtext_made(struct mvgpu_vcmd *cmd, struct mvgpu_vobj *obj)
{
	struct mvgpu_vstage *stages = cmd->virgl->sub->stages;
	struct mvgpu_vobj *vertex = stages[MVGPU_STAGE_VERTEX].shader;
	u32 i, stage;
	int err;

	for (i = 0; i < ARRAY_SIZE(pipeline); i++) {
		stage = pipeline[i];
		if (!stages[stage].shader || stage == obj->stage)
			continue;
		err = precede(cmd, obj->found, stages[stage].shader->found);
		if (err)
			return err;
	}
	if (!vertex || obj->stage == MVGPU_STAGE_VERTEX ||
	    obj->stage == MVGPU_STAGE_COMPUTE)
		return 0;
	return follow(cmd, vertex->found, obj->found);
}

int mvgpu_vtext_pipeline(struct mvgpu_vcmd *cmd,
			 struct mvgpu_vobj *const shader[])
{
	struct mvgpu_vtext *text, *before = NULL;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(pipeline); i++) {
		if (!shader[pipeline[i]])
			continue;
		text = shader[pipeline[i]]->found;
		err = before ? follow(cmd, before, text) : 0;
		if (err)
			return err;
		before = text;
	}
	return 0;
}
