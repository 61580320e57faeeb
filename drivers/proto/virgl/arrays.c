// SPDX-License-Identifier: GPL-2.0
/*
 * Varyings that the renderer joins to arrays: where a shader has a register of them
 * that depends on another, but no ranges, or where a shader that it is used with has
 * made such an array.
 *
 * It goes over them with an index (collapse_vars_to_arrays() in vrend_shader.c). From
 * one it goes on behind the registers of the array that begins there, as if registers
 * were places, and never ends if that leads in circles. Outputs are in the order of
 * their declarations; declare.c has looked at them. Inputs are sorted by what they mean,
 * those included that only the stage before has, which get registers behind all
 * others: the same walk is gone here.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "internal.h"

/* What no varying has */
#define NO_RANK 0xff
/* Without going back it takes a step for each input. */
#define MAX_STEPS (2 * MAX_INPUTS)

/* Inputs as the renderer has them. */
struct row {
	u8 rank[MAX_INPUTS];
	u8 at[MAX_INPUTS];
	u32 nr;
};

/* What is beyond the end is counted, and told by ends(). */
static void put(struct row *row, u32 rank, u32 at)
{
	if (row->nr < MAX_INPUTS) {
		row->rank[row->nr] = rank;
		row->at[row->nr] = at;
	}
	row->nr++;
}

static void skip(struct row *row, u32 nr)
{
	while (nr--)
		put(row, NO_RANK, 0);
}

/* Varyings from @rank on, which @text has, or only the stage before. */
static void put_all(struct row *row, const struct mvgpu_vtext *text, u32 rank,
		    u64 in, u64 missing, u32 *next)
{
	u64 all = in | missing;
	u32 i;

	for (i = 0; i < 64; i++) {
		if (all & BIT_ULL(i))
			put(row, rank + i, in & BIT_ULL(i) ? text->at[rank + i] :
							     (*next)++);
	}
}

/* @missing: by kind of varying; @backs: colours that have one; @next: free register. */
static void line_up(struct row *row, const struct mvgpu_vtext *text,
		    const u64 missing[], u32 backs, u32 next)
{
	u32 coords = hweight64(missing[VARYING_TEXCOORD]);

	row->nr = 0;
	skip(row, text->lower + backs);
	put_all(row, text, 0, text->in[VARYING_GENERIC],
		missing[VARYING_GENERIC], &next);
	skip(row, text->middle + coords);
	next += coords;
	put_all(row, text, MVGPU_GENERICS, text->in[VARYING_PATCH],
		missing[VARYING_PATCH], &next);
}

/* Ranks from @from on are joined, of which @spared begin no array. */
static bool walk_ends(const struct row *row, u32 from, u32 to, u64 spared)
{
	u32 place = 0, steps = 0, rank, next;
	u64 joined = 0;

	while (place < row->nr) {
		if (++steps > MAX_STEPS)
			return false;
		rank = row->rank[place];
		if (rank < from || rank >= to || joined & BIT_ULL(place) ||
		    (rank < MVGPU_GENERICS && spared & BIT_ULL(rank))) {
			place++;
			continue;
		}
		for (next = place + 1; next < row->nr; next++) {
			if (row->rank[next] != rank + next - place ||
			    row->rank[next] >= to)
				break;
			joined |= BIT_ULL(next);
		}
		place = row->at[place] + next - place;
	}
	return true;
}

static bool ends(const struct mvgpu_vtext *text, const u64 missing[], u32 backs,
		 u32 next, u64 spared)
{
	struct row row;

	/* The first is never free. */
	line_up(&row, text, missing, backs, max(next, 1U));
	return row.nr <= MAX_INPUTS &&
	       walk_ends(&row, 0, MVGPU_GENERICS, spared) &&
	       walk_ends(&row, MVGPU_GENERICS, MVGPU_RANKS, 0);
}

/* With each state that the shader may be used in. */
static bool always_ends(const struct mvgpu_vtext *text, const u64 missing[],
			u32 sprites)
{
	/* Those that points have in its place; the renderer knows no more bits. */
	u64 spared = text->in[VARYING_GENERIC] &
		     ((u64)sprites << 32 | sprites);
	/* With backs comes a face, whose register is that of the one declared, or none. */
	const struct {
		u32 backs, next;
	} ways[] = {
		{ 0, text->next_in },
		{ text->colors, text->next_in },
		{ text->colors, text->next_backs },
	};
	u32 nr = text->colors ? ARRAY_SIZE(ways) : 1, i;

	for (i = 0; i < nr; i++) {
		if (!ends(text, missing, ways[i].backs, ways[i].next, 0) ||
		    (spared && !ends(text, missing, ways[i].backs,
				     ways[i].next, spared)))
			return false;
	}
	return true;
}

/* Points take the place of some inputs, also of ranges. */
static u32 sprites_of(const struct mvgpu_vcmd *cmd,
		      const struct mvgpu_vtext *text)
{
	return text->stage == MVGPU_STAGE_FRAGMENT ?
	       cmd->virgl->sub->sprites : 0;
}

static bool joins_inputs(const struct mvgpu_vcmd *cmd,
			 const struct mvgpu_vtext *before,
			 const struct mvgpu_vtext *text)
{
	if (text->range & RANGE_SURE && !sprites_of(cmd, text))
		return false;
	return text->indirect & JOIN_IN || (before && before->joined & JOIN_OUT);
}

static bool joins_outputs(const struct mvgpu_vtext *text,
			  const struct mvgpu_vtext *behind)
{
	if (text->range & RANGE_SURE)
		return false;
	return text->indirect & JOIN_OUT || (behind && behind->joined & JOIN_IN);
}

/* There are neighbours among them. */
static bool has_run(u64 generics, u64 patches)
{
	return generics & generics << 1 || patches & patches << 1;
}

static bool has_input_run(const struct mvgpu_vtext *before,
			  const struct mvgpu_vtext *text)
{
	return has_run(text->in[VARYING_GENERIC] |
		       (before ? before->out[VARYING_GENERIC] : 0),
		       text->in[VARYING_PATCH] |
		       (before ? before->out[VARYING_PATCH] : 0));
}

int mvgpu_varrays_mark(struct mvgpu_vcmd *cmd, const struct mvgpu_vtext *before,
		       struct mvgpu_vtext *text,
		       const struct mvgpu_vtext *behind)
{
	u32 joined = text->joined;

	if (joins_inputs(cmd, before, text) && has_input_run(before, text))
		joined |= JOIN_IN;
	if (joins_outputs(text, behind) &&
	    has_run(text->out[VARYING_GENERIC], text->out[VARYING_PATCH]))
		joined |= JOIN_OUT;
	return joined == text->joined ? 0 :
	       mvgpu_vslot_set_u32(cmd->virgl, &text->joined, joined);
}

/*
 * Where @before has ranges these become inputs of @text in ways that are not known
 * here, nor is what the renderer takes of outputs that Mesa does not send; it does not
 * tell of an array up to the last one.
 */
static bool is_known(const struct mvgpu_vtext *before, const u64 missing[])
{
	return !before->range && !before->streams &&
	       !(missing[VARYING_GENERIC] >> 32) &&
	       !(before->out[VARYING_GENERIC] >> (MVGPU_GENERICS - 1)) &&
	       (!missing[VARYING_PATCH] ||
		before->stage == MVGPU_STAGE_TESS_CTRL);
}

/* Is the place of each input known? That of one that means two things is not. */
static bool is_placed(const struct mvgpu_vtext *text)
{
	return text->placed == text->inputs &&
	       text->lower + text->middle + hweight64(text->in[VARYING_GENERIC]) +
	       hweight64(text->in[VARYING_PATCH]) <= text->inputs;
}

static bool inputs_end(const struct mvgpu_vcmd *cmd,
		       const struct mvgpu_vtext *before,
		       const struct mvgpu_vtext *text)
{
	u32 sprites = sprites_of(cmd, text), i, nr;
	u64 missing[MVGPU_VARYINGS] = {};

	/* A vertex shader's have no meaning. */
	if (text->stage == MVGPU_STAGE_VERTEX ||
	    !joins_inputs(cmd, before, text))
		return true;
	if (!is_placed(text) ||
	    text->inputs + text->colors > MAX_INPUTS ||
	    (sprites && (text->range || (before && before->range))))
		return false;
	if (!always_ends(text, missing, sprites))
		return false;
	if (!before)
		return true;
	for (i = 0, nr = 0; i < MVGPU_VARYINGS; i++) {
		missing[i] = before->out[i] & ~text->in[i];
		nr += hweight64(missing[i]);
	}
	return !nr || (is_known(before, missing) &&
		       always_ends(text, missing, sprites));
}

int mvgpu_varrays_end(struct mvgpu_vcmd *cmd, const struct mvgpu_vtext *before,
		      struct mvgpu_vtext *text,
		      const struct mvgpu_vtext *behind)
{
	if ((joins_outputs(text, behind) && text->disorder) ||
	    !inputs_end(cmd, before, text))
		return vcmd_refuse(cmd, -EINVAL, "order of registers");
	return 0;
}
