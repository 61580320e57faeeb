// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a shader, as far as the renderer trusts it.
 *
 * It is TGSI, which the renderer parses without fault and then turns into GLSL with
 * arrays of fixed sizes for what a shader has (vrend_shader.c). Not each of them is
 * asked how large it is, and numbers of one shader meet those of another when both
 * are used together. So registers and what they mean are counted here, by words and
 * the brackets behind them: "DCL OUT[1..3], ARRAY(1), GENERIC[5]",
 * "LOAD TEMP[0], IMAGE[2], TEMP[1], COHERENT". Like the parser this does not care
 * for case, nor for blanks and line ends between words. What is not understood is
 * none of this file's business, but numbers that could be meant otherwise are taken
 * for too large. A text may come in several commands, so all state is kept from
 * byte to byte.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "internal.h"

/* vrend_shader_info.output_arrays */
#define MAX_OUTPUT_ARRAYS 16
/* vrend_shader_info.fs_output_layout */
#define MAX_FRAGMENT_OUTPUTS 12
/* Registers of inputs that a text may have: tgsi_scan_shader() */
#define MAX_INPUT_REGISTERS 80
/* Colours that are passed to a fragment shader, and that one may write */
#define MAX_COLORS 2
#define MAX_DRAW_BUFFERS 8

/*
 * Ends and vertices, each of which becomes some kilobytes of GLSL: clip distances,
 * and what is streamed out
 */
#define MAX_EXITS 1024
/* Registers that are declared, each time that they are */
#define MAX_REGISTERS 131072
/* Of those that the renderer does not know it writes to its host's log. */
#define MAX_PROPERTIES 64

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

/* More than any limit; NONE: there was no number. */
#define HUGE_NUMBER 0xfffffU
#define NONE U32_MAX

/* mvgpu_vtext.state */
enum {
	TEXT_BETWEEN,	/* items */
	TEXT_SKIP,	/* a number */
	TEXT_WORD,
	TEXT_BEHIND,	/* a word or bracket: is there another bracket? */
	TEXT_BRACKET,
	TEXT_ARRAY,	/* "(1)" behind a bracket */
	TEXT_END,
};

/* mvgpu_vtext.declares */
enum {
	DCL_NOT,
	DCL_FILE,	/* what is declared comes next */
	DCL_IN,
	DCL_OUT,
	DCL_OTHER,
};

/* mvgpu_vtext.store */
enum {
	STORE_NOT,
	STORE_WHERE,	/* the image comes next */
	STORE_OPERAND,	/* its coordinates do */
};

static void refuse(struct mvgpu_vtext *text, const char *reason)
{
	if (!text->reason)
		text->reason = reason;
}

static bool is_word(const struct mvgpu_vtext *text, const char *word)
{
	return !strncmp(text->word, word, sizeof(text->word));
}

static bool is_alpha(char c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

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
		refuse(text, "registers of an array");
		return;
	}
	registers = bits(text->from, text->span);
	if (!text->ranged)
		text->skew = skew;
	text->skewed |= text->skew != skew;
	text->overlap |= !!(text->ranged & registers);
	text->ranged |= registers;
	if (text->skewed && text->overlap)
		refuse(text, "arrays of outputs");
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
	text->colors += is_word(text, "COLOR");
	/* The renderer forgets a second one; each back of a colour brings one. */
	if (is_word(text, "FACE") && text->faces++)
		return;
	if (!is_word(text, "FACE") || !text->colors)
		text->next_backs = text->next_in;
	for (i = 0; i < ARRAY_SIZE(others) && text->ahead; i++) {
		if (is_word(text, others[i].word)) {
			text->lower += others[i].lower;
			text->middle += others[i].middle;
			text->placed++;
			return;
		}
	}
	for (i = 0; i < MVGPU_VARYINGS && text->ahead; i++) {
		if (is_word(text, varyings[i].word) &&
		    varyings[i].rank < MVGPU_RANKS &&
		    (i != VARYING_PATCH ||
		     text->stage != MVGPU_STAGE_FRAGMENT) &&
		    index < varyings[i].nr &&
		    !(text->in[i] & BIT_ULL(index))) {
			text->at[varyings[i].rank + index] = text->from;
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
static void mean(struct mvgpu_vtext *text, u32 index)
{
	bool is_in = text->declares == DCL_IN;
	u32 i;

	if (is_in && !text->meant && !is_mask(text) && !is_word(text, "ARRAY"))
		place(text, index);
	for (i = 0; i < MVGPU_VARYINGS; i++) {
		if (!is_word(text, varyings[i].word))
			continue;
		if (!is_in && varyings[i].rank < MVGPU_RANKS)
			order_outputs(text);
		if (text->span > 1)
			text->range |= text->ahead ? RANGE_SURE : RANGE_MAYBE;
		if (index >= varyings[i].nr) {
			refuse(text, "number of a varying");
		} else if (is_in) {
			text->in[i] |= BIT_ULL(index);
		} else {
			text->out[i] |= bits(index, text->span) &
					bits(0, varyings[i].nr);
			if (text->span > 1)
				mean_array(text, index);
		}
		return;
	}
	if ((is_word(text, "COLOR") || is_word(text, "BCOLOR")) &&
	    index >= (is_in ? MAX_COLORS : MAX_DRAW_BUFFERS))
		refuse(text, "number of a colour");
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
		refuse(text, "constants of both kinds");
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
	for (; from <= to && from < MAX_INPUT_REGISTERS; from++)
		registers[from / 64] |= BIT_ULL(from % 64);
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
		if (is_word(text, files[i].word)) {
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
		refuse(text, "number of a register");
	else if (text->last != NONE && text->first <= text->last)
		text->registers += text->last - text->first + 1;
	if (text->registers > MAX_REGISTERS)
		refuse(text, "registers");
}

static void declare(struct mvgpu_vtext *text)
{
	text->declares = DCL_OTHER;
	text->meant = false;
	text->from = min(text->first, HUGE_NUMBER);
	text->span = text->last < HUGE_NUMBER && text->first <= text->last ?
		     text->last - text->first + 1 : MAX_INPUTS;
	if (is_word(text, "IN")) {
		text->declares = DCL_IN;
		text->inputs++;
		text->ahead = text->from >= text->next_in;
		text->next_in = max(text->next_in, text->from + text->span);
		mark(text->declared, text->first, text->last);
	} else if (is_word(text, "OUT")) {
		text->declares = DCL_OUT;
		text->outputs++;
		text->ahead = text->from >= text->next_out;
		text->next_out = max(text->next_out, text->from + text->span);
	} else if (is_word(text, "CONST")) {
		declare_constants(text);
	}
	declare_registers(text);
}

/* Registers of which there are few, wherever they are named. */
static void check_units(struct mvgpu_vtext *text)
{
	bool buffer = is_word(text, "BUFFER");

	if (!buffer && !is_word(text, "IMAGE") && !is_word(text, "SAMP") &&
	    !is_word(text, "SVIEW") && !is_word(text, "MEMORY") &&
	    !is_word(text, "ADDR"))
		return;
	if (text->largest >= MAX_UNITS)
		refuse(text, "number of a unit");
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
	} else if (is_word(text, "COHERENT")) {
		if (text->operand >= MAX_UNITS)
			refuse(text, "coordinates of a coherent store");
	} else if (text->brackets && text->store == STORE_WHERE) {
		text->store = is_word(text, "IMAGE") ? STORE_OPERAND :
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
	bool imm = is_word(text, "IMM");

	if (!imm && !is_word(text, "PROPERTY")) {
		if (text->property && is_word(text, "DCL"))
			refuse(text, "property");
		text->wide |= is_word(text, "FLT64");
		return false;
	}
	text->property = !imm;
	if (text->property && ++text->properties > MAX_PROPERTIES)
		refuse(text, "properties");
	text->wide = false;
	text->declares = DCL_NOT;
	return true;
}

/*
 * Each must be declared: there may be one in its place that only the stage before
 * has, and when it is used with another stage the renderer finds none and ends.
 */
static void use_input(struct mvgpu_vtext *text)
{
	u32 index = text->last == NONE ? 0 : text->last;

	if (index >= MAX_INPUT_REGISTERS)
		refuse(text, "number of an input");
	mark(text->used, index, index);
}

/* "IN[ADDR[0].x+1]" */
static void check_indirect(struct mvgpu_vtext *text)
{
	if (!text->inner)
		return;
	if (is_word(text, "IN"))
		text->indirect |= JOIN_IN;
	else if (is_word(text, "OUT"))
		text->indirect |= JOIN_OUT;
}

/* With "_SAT" it is one, too. */
static bool is_exit(const struct mvgpu_vtext *text)
{
	return is_word(text, "END") || !strncmp(text->word, "END_", 4) ||
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
	if (!is_word(text, types[text->stage]))
		refuse(text, "type of a text");
}

/* A word, with the brackets behind it, is complete. */
static void item(struct mvgpu_vtext *text)
{
	if (!text->begun)
		begin(text);
	if (is_value(text))
		return;
	if (is_exit(text) && ++text->exits > MAX_EXITS)
		refuse(text, "ends of a shader");
	if (is_word(text, "DCL")) {
		/* What is streamed out is looked up at an end. */
		if (text->exits)
			refuse(text, "declaration behind an end");
		text->declares = DCL_FILE;
		return;
	}
	if (text->brackets) {
		check_units(text);
		check_indirect(text);
	}
	if (text->declares == DCL_FILE)
		declare(text);
	else if (text->brackets && is_word(text, "IN"))
		use_input(text);
	else if (text->declares == DCL_IN || text->declares == DCL_OUT)
		mean(text, text->last == NONE ? 0 : text->last);

	if (is_word(text, "ARRAY") && text->declares == DCL_OUT)
		text->arrays++;
	else if (is_word(text, "STREAM"))
		text->streams = true;
	find_coordinates(text);
}

/* A number in brackets has ended. */
static void number(struct mvgpu_vtext *text)
{
	if (text->number == NONE)
		return;
	text->largest = max(text->largest, text->number);
	if (!text->nested) {
		if (text->first == NONE)
			text->first = text->number;
		text->last = text->number;
	}
	text->number = NONE;
}

static void bracket_open(struct mvgpu_vtext *text)
{
	if (text->property)
		refuse(text, "property");
	text->state = TEXT_BRACKET;
	text->brackets++;
	text->dimension = text->first;
	text->first = NONE;
	text->last = NONE;
	text->number = NONE;
	text->nested = 0;
	text->inner = false;
	text->in_word = false;
}

static void bracket_byte(struct mvgpu_vtext *text, char c)
{
	if (is_digit(c) && !text->in_word) {
		if (text->number == NONE)
			text->number = 0;
		text->number = min(text->number * 10 + c - '0', HUGE_NUMBER);
		return;
	}
	number(text);
	text->in_word = is_alpha(c) || (is_digit(c) && text->in_word);
	switch (c) {
	case ' ':
	case '\t':
	case '.':
	case '+':
		break;
	case '[':
		text->inner = true;
		if (text->nested++)
			refuse(text, "brackets");
		break;
	case ']':
		if (text->nested)
			text->nested--;
		else
			text->state = TEXT_BEHIND;
		break;
	case '-':
		/* What it is added to may be less. */
		text->number = HUGE_NUMBER;
		number(text);
		break;
	default:
		/* It may be in what the renderer skips, and not be closed. */
		if (!text->in_word)
			refuse(text, "brackets");
	}
}

static void word_begin(struct mvgpu_vtext *text, char c)
{
	text->state = TEXT_WORD;
	memset(text->word, 0, sizeof(text->word));
	text->word[0] = c;
	text->length = 1;
	text->brackets = 0;
	text->first = NONE;
	text->last = NONE;
	text->largest = 0;
}

static void between(struct mvgpu_vtext *text, char c)
{
	text->state = TEXT_BETWEEN;
	if (is_alpha(c)) {
		word_begin(text, c);
	} else if (is_digit(c)) {
		text->state = TEXT_SKIP;
		text->word[0] = c;
		text->length = 1;
	} else if (c == '[') {
		refuse(text, "brackets");
	} else if (c == ':') {
		/* An instruction begins; in none with a store's operands is another. */
		text->operand = 0;
		text->declares = DCL_NOT;
	}
}

static void behind(struct mvgpu_vtext *text, char c)
{
	text->state = TEXT_BEHIND;
	if (is_blank(c))
		return;
	if (c == '(' && text->brackets) {
		text->state = TEXT_ARRAY;
		return;
	}
	if (c == '[' && text->brackets < 2) {
		bracket_open(text);
		return;
	}
	if (c == '[')
		refuse(text, "brackets");
	item(text);
	between(text, c);
}

/* Of a number "0x3f800000" the renderer skips ten characters, whatever they are. */
static void skip(struct mvgpu_vtext *text, char c)
{
	if (is_alpha(c) || is_digit(c)) {
		if (text->length == 1)
			text->word[1] = c;
		text->length++;
		return;
	}
	if (text->length > 1 && text->word[0] == '0' && text->word[1] == 'X' &&
	    (text->length != 10 || text->wide))
		refuse(text, "number");
	between(text, c);
}

static void text_byte(struct mvgpu_vtext *text, char c)
{
	if (c >= 'a' && c <= 'z')
		c += 'A' - 'a';
	if (c == '\n')
		text->property = false;
	switch (text->state) {
	case TEXT_BETWEEN:
		between(text, c);
		break;
	case TEXT_SKIP:
		skip(text, c);
		break;
	case TEXT_WORD:
		if (!is_alpha(c) && !is_digit(c))
			behind(text, c);
		else if (text->length < sizeof(text->word))
			text->word[text->length++] = c;
		break;
	case TEXT_BEHIND:
		behind(text, c);
		break;
	case TEXT_BRACKET:
		bracket_byte(text, c);
		break;
	case TEXT_ARRAY:
		if (c == ')')
			text->state = TEXT_BEHIND;
		else if (!is_digit(c) && !is_blank(c))
			refuse(text, "brackets");
		break;
	}
	/* The renderer reads no further. */
	if (!c)
		text->state = TEXT_END;
}

int mvgpu_vtext_scan(struct mvgpu_vtext *text, struct mvgpu_vcmd *cmd, u32 at)
{
	u32 i, dw;

	for (; at <= cmd->len && text->state != TEXT_END; at++) {
		dw = vcmd_dw(cmd, at);
		for (i = 0; i < 32 && text->state != TEXT_END; i += 8)
			text_byte(text, dw >> i & 0xff);
	}
	if (text->arrays > MAX_OUTPUT_ARRAYS)
		refuse(text, "arrays of outputs");
	if (text->stage == MVGPU_STAGE_FRAGMENT &&
	    text->outputs > MAX_FRAGMENT_OUTPUTS)
		refuse(text, "outputs of a fragment shader");
	if (text->state == TEXT_END) {
		for (i = 0; i < ARRAY_SIZE(text->used); i++) {
			if (text->used[i] & ~text->declared[i])
				refuse(text, "input that is not declared");
		}
	}
	return text->reason ? vcmd_refuse(cmd, -EINVAL, text->reason) : 0;
}
