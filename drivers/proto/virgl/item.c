// SPDX-License-Identifier: GPL-2.0
/*
 * Words of a shader's text, with the brackets behind them: "DCL", "IMAGE[2]", "EMIT".
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "text.h"

/*
 * Ends and vertices, each of which becomes some kilobytes of GLSL: clip distances,
 * and what is streamed out
 */
#define MAX_EXITS 1024
/* Of those that the renderer does not know it writes to its host's log. */
#define MAX_PROPERTIES 64

/* mvgpu_vtext.store */
enum {
	STORE_NOT,
	STORE_WHERE,	/* the image comes next */
	STORE_OPERAND,	/* its coordinates do */
};

/* Registers of which there are few, wherever they are named. */
static void check_units(struct mvgpu_vtext *text)
{
	bool buffer = vtext_is(text, "BUFFER");

	if (!buffer && !vtext_is(text, "IMAGE") && !vtext_is(text, "SAMP") &&
	    !vtext_is(text, "SVIEW") && !vtext_is(text, "MEMORY") &&
	    !vtext_is(text, "ADDR"))
		return;
	if (text->largest >= MAX_UNITS)
		vtext_refuse(text, "number of a unit");
	else if (buffer)
		/* Empty brackets mean all there may be. */
		text->buffers = max(text->buffers,
				    min(text->last, MAX_UNITS - 1) + 1);
}

/*
 * "STORE IMAGE[0], TEMP[5], TEMP[6], COHERENT": the renderer takes the number of the
 * coordinates for that of the image.
 */
static void find_coordinates(struct mvgpu_vtext *text)
{
	/* With "_PRECISE" or "_SAT" it is one, too. */
	if (!strncmp(text->word, "STORE", 5)) {
		text->store = STORE_WHERE;
	} else if (vtext_is(text, "COHERENT")) {
		if (text->operand >= MAX_UNITS)
			vtext_refuse(text, "coordinates of a coherent store");
	} else if (text->brackets && text->store == STORE_WHERE) {
		text->store = vtext_is(text, "IMAGE") ? STORE_OPERAND :
						       STORE_NOT;
	} else if (text->brackets && text->store == STORE_OPERAND) {
		text->operand = text->largest;
		text->store = STORE_NOT;
	}
}

/*
 * What is in immediates and properties declares nothing. Of a property that it does
 * not know the renderer skips the line.
 */
static bool is_value(struct mvgpu_vtext *text)
{
	bool imm = vtext_is(text, "IMM");

	if (!imm && !vtext_is(text, "PROPERTY")) {
		if (text->property && vtext_is(text, "DCL"))
			vtext_refuse(text, "property");
		text->wide |= vtext_is(text, "FLT64");
		return false;
	}
	text->property = !imm;
	if (text->property && ++text->properties > MAX_PROPERTIES)
		vtext_refuse(text, "properties");
	text->wide = false;
	text->declares = DCL_NOT;
	return true;
}

/* "IN[ADDR[0].x+1]" */
static void check_indirect(struct mvgpu_vtext *text)
{
	if (!text->inner)
		return;
	if (vtext_is(text, "IN"))
		text->indirect |= JOIN_IN;
	else if (vtext_is(text, "OUT"))
		text->indirect |= JOIN_OUT;
}

/* With "_SAT" it is one, too. */
static bool is_exit(const struct mvgpu_vtext *text)
{
	return vtext_is(text, "END") || !strncmp(text->word, "END_", 4) ||
	       !strncmp(text->word, "RET", 3) || !strncmp(text->word, "EMIT", 4);
}

/*
 * Of what type a text is: the renderer believes this, and elsewhere what the command
 * says.
 */
static void begin(struct mvgpu_vtext *text)
{
	static const char *const types[MVGPU_STAGES] = {
		[MVGPU_STAGE_VERTEX] = "VERT",
		[MVGPU_STAGE_FRAGMENT] = "FRAG",
		[MVGPU_STAGE_GEOMETRY] = "GEOM",
		[MVGPU_STAGE_TESS_CTRL] = "TESS_CTRL",
		[MVGPU_STAGE_TESS_EVAL] = "TESS_EVAL",
		[MVGPU_STAGE_COMPUTE] = "COMP",
	};

	text->begun = true;
	if (!vtext_is(text, types[text->stage]))
		vtext_refuse(text, "type of a text");
}

void mvgpu_vtext_item(struct mvgpu_vtext *text)
{
	if (!text->begun)
		begin(text);
	if (is_value(text))
		return;
	if (is_exit(text) && ++text->exits > MAX_EXITS)
		vtext_refuse(text, "ends of a shader");
	if (vtext_is(text, "DCL")) {
		/* What is streamed out is looked up at an end. */
		if (text->exits)
			vtext_refuse(text, "declaration behind an end");
		text->declares = DCL_FILE;
		return;
	}
	if (text->brackets) {
		check_units(text);
		check_indirect(text);
	}
	if (text->declares == DCL_FILE)
		mvgpu_vtext_declare(text);
	else if (text->brackets && vtext_is(text, "IN"))
		mvgpu_vtext_use(text);
	else if (text->declares == DCL_IN || text->declares == DCL_OUT)
		mvgpu_vtext_mean(text);

	if (vtext_is(text, "ARRAY") && text->declares == DCL_OUT)
		text->arrays++;
	else if (vtext_is(text, "STREAM"))
		text->streams = true;
	find_coordinates(text);
}

