// SPDX-License-Identifier: GPL-2.0
/*
 * Shaders that are used together: numbers of one meet those of another. What was
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

/* May @text get what @before has? */
static int follow(struct mvgpu_vcmd *cmd, struct mvgpu_vtext *before,
		  struct mvgpu_vtext *text)
{
	u32 below;

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
	return mvgpu_vslot_set_u32(cmd->virgl, &text->below, below);
}

/* Whose outputs @stage gets; texts are by their stages, NULL: none. */
static struct mvgpu_vtext *before(struct mvgpu_vtext *const texts[], u32 stage)
{
	bool tessellates = texts[MVGPU_STAGE_TESS_CTRL] ||
			   texts[MVGPU_STAGE_TESS_EVAL];

	switch (stage) {
	case MVGPU_STAGE_FRAGMENT:
		if (texts[MVGPU_STAGE_GEOMETRY])
			return texts[MVGPU_STAGE_GEOMETRY];
		fallthrough;
	case MVGPU_STAGE_GEOMETRY:
		if (tessellates)
			return texts[MVGPU_STAGE_TESS_EVAL];
		return texts[MVGPU_STAGE_VERTEX];
	case MVGPU_STAGE_TESS_EVAL:
		if (texts[MVGPU_STAGE_TESS_CTRL])
			return texts[MVGPU_STAGE_TESS_CTRL];
		fallthrough;
	case MVGPU_STAGE_TESS_CTRL:
		return texts[MVGPU_STAGE_VERTEX];
	}
	return NULL;
}

/* Who gets its outputs. This is not always the other way round. */
static struct mvgpu_vtext *behind(struct mvgpu_vtext *const texts[], u32 stage)
{
	switch (stage) {
	case MVGPU_STAGE_VERTEX:
		if (texts[MVGPU_STAGE_TESS_CTRL])
			return texts[MVGPU_STAGE_TESS_CTRL];
		if (texts[MVGPU_STAGE_GEOMETRY])
			return texts[MVGPU_STAGE_GEOMETRY];
		if (texts[MVGPU_STAGE_TESS_EVAL])
			return texts[MVGPU_STAGE_TESS_EVAL];
		return texts[MVGPU_STAGE_FRAGMENT];
	case MVGPU_STAGE_TESS_CTRL:
		return texts[MVGPU_STAGE_TESS_EVAL];
	case MVGPU_STAGE_TESS_EVAL:
		if (texts[MVGPU_STAGE_GEOMETRY])
			return texts[MVGPU_STAGE_GEOMETRY];
		fallthrough;
	case MVGPU_STAGE_GEOMETRY:
		return texts[MVGPU_STAGE_FRAGMENT];
	}
	return NULL;
}

/* Have @fn look at each of them, with its neighbours. */
static int each(struct mvgpu_vcmd *cmd, struct mvgpu_vtext *const texts[],
		int (*fn)(struct mvgpu_vcmd *cmd,
			  const struct mvgpu_vtext *before,
			  struct mvgpu_vtext *text,
			  const struct mvgpu_vtext *behind))
{
	u32 i, stage;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(pipeline) && !err; i++) {
		stage = pipeline[i];
		if (texts[stage])
			err = fn(cmd, before(texts, stage), texts[stage],
				 behind(texts, stage));
	}
	return err;
}

static int join(struct mvgpu_vcmd *cmd, struct mvgpu_vtext *const texts[])
{
	bool any = false;
	u32 i;

	for (i = 0; i < MVGPU_STAGES; i++)
		any |= texts[i] && (texts[i]->indirect || texts[i]->joined);
	if (!any)
		return 0;
	/* Like the renderer, twice: an array of one stage makes some before it. */
	return each(cmd, texts, mvgpu_varrays_mark) ?:
	       each(cmd, texts, mvgpu_varrays_mark) ?:
	       each(cmd, texts, mvgpu_varrays_end);
}

static struct mvgpu_vtext *text_of(const struct mvgpu_vobj *obj)
{
	return obj ? obj->found : NULL;
}

int mvgpu_vtext_made(struct mvgpu_vcmd *cmd, struct mvgpu_vobj *obj)
{
	struct mvgpu_vtext *texts[MVGPU_STAGES], *vertex;
	u32 i;
	int err;

	for (i = 0; i < MVGPU_STAGES; i++)
		texts[i] = text_of(cmd->virgl->sub->stages[i].shader);
	/* Until it is bound it gets the vertex shader's outputs. */
	vertex = obj->stage == MVGPU_STAGE_VERTEX ||
		 obj->stage == MVGPU_STAGE_COMPUTE ?
		 NULL : texts[MVGPU_STAGE_VERTEX];
	err = vertex ? follow(cmd, vertex, obj->found) : 0;
	return err ?: mvgpu_varrays_mark(cmd, vertex, obj->found,
					 behind(texts, obj->stage)) ?:
	       mvgpu_varrays_end(cmd, vertex, obj->found,
				 behind(texts, obj->stage));
}

int mvgpu_vtext_pipeline(struct mvgpu_vcmd *cmd,
			 struct mvgpu_vobj *const shader[])
{
	struct mvgpu_vtext *texts[MVGPU_STAGES], *from;
	u32 i;
	int err;

	for (i = 0; i < MVGPU_STAGES; i++)
		texts[i] = text_of(shader[i]);
	for (i = 0; i < ARRAY_SIZE(pipeline); i++) {
		from = texts[pipeline[i]] ? before(texts, pipeline[i]) : NULL;
		err = from ? follow(cmd, from, texts[pipeline[i]]) : 0;
		if (err)
			return err;
	}
	return join(cmd, texts);
}
