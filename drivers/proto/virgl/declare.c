// SPDX-License-Identifier: GPL-2.0
/*
 * What the text of a shader declares: registers, and what inputs and outputs mean.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/nospec.h>

#include "text.h"

/* vrend_shader_info.output_arrays */
#define MAX_OUTPUT_ARRAYS 16
/* vrend_shader_info.fs_output_layout */
#define MAX_FRAGMENT_OUTPUTS 12
/* Registers of inputs that a text may have: tgsi_scan_shader() */
#define MAX_INPUT_REGISTERS 80
/* Colours that are passed to a fragment shader, and that one may write */
#define MAX_COLORS 2
#define MAX_DRAW_BUFFERS 8

/* Registers that are declared, each time that they are */
#define MAX_REGISTERS 131072

/* Varyings, how many of each there may be, and the rank of the first: MVGPU_RANKS */
static const struct {
	const char *word;
	u32 nr;
	u32 rank;
} varyings[MVGPU_VARYINGS] = {
	[VARYING_GENERIC] = { "GENERIC", MVGPU_GENERICS, 0 },
	[VARYING_PATCH] = { "PATCH", MVGPU_PATCHES, MVGPU_GENERICS },
	[VARYING_TEXCOORD] = { "TEXCOORD", 8, MVGPU_RANKS },
};

/* Bits of @nr semantics from @from on. */
static u64 bits(u32 from, u32 nr)
{
	return (nr >= 64 ? ~0ULL : BIT_ULL(nr) - 1) << from;
}

/*
 * The renderer makes one array of those whose registers overlap. Unless all of them
 * have their registers and varyings in step, it has more varyings than they had.
 */
static void mean_array(struct mvgpu_vtext *text, u32 index)
{
	u32 skew = index - text->from;
	u64 registers;

	if (text->from + text->span > 64) {
		vtext_refuse(text, "registers of an array");
		return;
	}
	registers = bits(text->from, text->span);
	if (!text->ranged)
		text->skew = skew;
	text->skewed |= text->skew != skew;
	text->overlap |= !!(text->ranged & registers);
	text->ranged |= registers;
	if (text->skewed && text->overlap)
		vtext_refuse(text, "arrays of outputs");
}

/* "XY", which of a register's parts are declared: what it means comes behind. */
static bool is_mask(const struct mvgpu_vtext *text)
{
	u32 i;

	for (i = 0; i < text->length; i++) {
		if (text->word[i] < 'W' || text->word[i] > 'Z')
			return false;
	}
	return true;
}

/*
 * What an input means, and with it its place in the renderer's order: see arrays.c.
 * Nothing else is a place that is known: what is there twice, what has a register
 * before others', and meanings that Mesa does not send.
 */
static void place(struct mvgpu_vtext *text, u32 index)
{
	static const struct {
		const char *word;
		u32 lower, middle;
	} others[] = {
		{ "POSITION", 1, 0 }, { "COLOR", 1, 0 }, { "BCOLOR", 1, 0 },
		{ "FOG", 1, 0 }, { "PSIZE", 1, 0 },
		{ "FACE", 0, 1 }, { "PRIM_ID", 0, 1 }, { "CLIPDIST", 0, 1 },
		{ "LAYER", 0, 1 }, { "VIEWPORT_INDEX", 0, 1 },
		{ "PCOORD", 0, 1 }, { "TEXCOORD", 0, 1 },
		{ "TESSOUTER", 0, 0 }, { "TESSINNER", 0, 0 },
	};
	u32 i;

	text->meant = true;
	text->colors += vtext_is(text, "COLOR");
	/* The renderer forgets a second one; each back of a colour brings one. */
	if (vtext_is(text, "FACE") && text->faces++)
		return;
	if (!vtext_is(text, "FACE") || !text->colors)
		text->next_backs = text->next_in;
	for (i = 0; i < ARRAY_SIZE(others) && text->ahead; i++) {
		if (vtext_is(text, others[i].word)) {
			text->lower += others[i].lower;
			text->middle += others[i].middle;
			text->placed++;
			return;
		}
	}
	for (i = 0; i < MVGPU_VARYINGS && text->ahead; i++) {
		if (vtext_is(text, varyings[i].word) &&
		    varyings[i].rank < MVGPU_RANKS &&
		    (i != VARYING_PATCH ||
		     text->stage != MVGPU_STAGE_FRAGMENT) &&
		    index < varyings[i].nr &&
		    !(text->in[i] & BIT_ULL(index))) {
			index = array_index_nospec(varyings[i].rank + index,
						   MVGPU_RANKS);
			text->at[index] = text->from;
			text->placed++;
			return;
		}
	}
}

/*
 * When outputs are joined, the renderer goes over them as they are declared. From one
 * it goes on behind where its register would be, and never ends if that is no step
 * ahead: each register's number must be as large as its place, at least.
 */
static void order_outputs(struct mvgpu_vtext *text)
{
	text->disorder |= text->from < text->outputs - 1;
}

/* "GENERIC[5]" and its like, of an input or output. */
void mvgpu_vtext_mean(struct mvgpu_vtext *text)
{
	u32 index = text->last == NONE ? 0 : text->last;
	bool is_in = text->declares == DCL_IN;
	u32 i;

	if (is_in && !text->meant && !is_mask(text) && !vtext_is(text, "ARRAY"))
		place(text, index);
	for (i = 0; i < MVGPU_VARYINGS; i++) {
		if (!vtext_is(text, varyings[i].word))
			continue;
		if (!is_in && varyings[i].rank < MVGPU_RANKS)
			order_outputs(text);
		if (text->span > 1)
			text->range |= text->ahead ? RANGE_SURE : RANGE_MAYBE;
		if (index >= varyings[i].nr ||
		    (!is_in && text->span > varyings[i].nr - index)) {
			vtext_refuse(text, "number of a varying");
		} else if (is_in) {
			text->in[i] |= BIT_ULL(index);
		} else {
			text->out[i] |= bits(index, text->span);
			if (text->span > 1)
				mean_array(text, index);
		}
		return;
	}
	/* Those of clip distances are no array to the next shader. */
	if (!is_in && text->span > 1 && !vtext_is(text, "CLIPDIST") &&
	    !vtext_is(text, "ARRAY") && !is_mask(text))
		text->range |= RANGE_OTHER;
	if ((vtext_is(text, "COLOR") || vtext_is(text, "BCOLOR")) &&
	    index >= (is_in ? MAX_COLORS : MAX_DRAW_BUFFERS))
		vtext_refuse(text, "number of a colour");
}

/* What the renderer hands to GL as one array, as it counts it. */
static void declare_constants(struct mvgpu_vtext *text)
{
	/* Two dimensions, and not the first of them 0: a uniform buffer. */
	if (text->brackets == 2 && text->dimension &&
	    text->dimension < MAX_UNITS)
		return;
	if (text->brackets == 1 || !text->dimension)
		text->planes |= text->brackets;
	if (text->planes == 3)
		vtext_refuse(text, "constants of both kinds");
	if (text->last == NONE)
		text->consts = HUGE_NUMBER;
	else if (text->last)
		text->consts = max(text->consts, text->last + 1);
	else
		text->consts++;
}

/* Registers of inputs; the renderer takes no text that has others. */
static void mark(u64 *registers, u32 from, u32 to)
{
	for (; from <= to && from < MAX_INPUT_REGISTERS; from++) {
		from = array_index_nospec(from, MAX_INPUT_REGISTERS);
		registers[from / 64] |= BIT_ULL(from % 64);
	}
}

/*
 * The parser has a table of all registers (tgsi_sanity.c), whose keys are shorter than
 * what they stand for. What has a key that is taken is compared with all of them.
 */
static void declare_registers(struct mvgpu_vtext *text)
{
	static const struct {
		const char *word;
		u32 nr, dimensions;
	} files[] = {
		{ "IN", 128, 2 }, { "OUT", 128, 2 }, { "HWATOMIC", 4096, 2 },
		{ "CONST", 16384, 2 }, { "TEMP", 32768, 1 },
	};
	u32 nr = 256, dimensions = 1, i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (vtext_is(text, files[i].word)) {
			nr = files[i].nr;
			dimensions = files[i].dimensions;
		}
	}
	/* Empty brackets mean as many as a patch or primitive has. */
	if ((text->first != NONE && text->first >= nr) ||
	    (text->last != NONE && text->last >= nr) ||
	    text->brackets > dimensions ||
	    (text->brackets == 2 && text->dimension != NONE &&
	     text->dimension >= MAX_UNITS))
		vtext_refuse(text, "number of a register");
	else if (text->last != NONE && text->first <= text->last)
		text->registers += text->last - text->first + 1;
	if (text->registers > MAX_REGISTERS)
		vtext_refuse(text, "registers");
}

/* @next: the register behind those that were declared before. */
static void go_on(struct mvgpu_vtext *text, u32 *next)
{
	/* Of empty brackets it is not known how many they mean. */
	text->ahead = text->last != NONE && text->from >= *next;
	*next = max(*next, text->from + text->span);
}

void mvgpu_vtext_declare(struct mvgpu_vtext *text)
{
	text->declares = DCL_OTHER;
	text->meant = false;
	text->from = min(text->first, HUGE_NUMBER);
	text->span = text->last < HUGE_NUMBER && text->first <= text->last ?
		     text->last - text->first + 1 : MAX_INPUTS;
	if (vtext_is(text, "IN")) {
		text->declares = DCL_IN;
		text->inputs++;
		go_on(text, &text->next_in);
		mark(text->declared, text->first, text->last);
	} else if (vtext_is(text, "OUT")) {
		text->declares = DCL_OUT;
		text->outputs++;
		go_on(text, &text->next_out);
	} else if (vtext_is(text, "CONST")) {
		declare_constants(text);
	}
	declare_registers(text);
}

/*
 * Each must be declared: there may be one in its place that only the stage before
 * has, and when it is used with another stage the renderer finds none and ends.
 */
void mvgpu_vtext_use(struct mvgpu_vtext *text)
{
	u32 index = text->last == NONE ? 0 : text->last;

	if (index >= MAX_INPUT_REGISTERS)
		vtext_refuse(text, "number of an input");
	mark(text->used, index, index);
}

void mvgpu_vtext_declared(struct mvgpu_vtext *text, bool whole)
{
	u32 i;

	if (text->arrays > MAX_OUTPUT_ARRAYS)
		vtext_refuse(text, "arrays of outputs");
	if (text->stage == MVGPU_STAGE_FRAGMENT &&
	    text->outputs > MAX_FRAGMENT_OUTPUTS)
		vtext_refuse(text, "outputs of a fragment shader");
	for (i = 0; whole && i < ARRAY_SIZE(text->used); i++) {
		if (text->used[i] & ~text->declared[i])
			vtext_refuse(text, "input that is not declared");
	}
}
