// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a shader, as far as the renderer trusts it.
 *
 * It is TGSI, which the renderer parses without fault and then turns into GLSL with
 * arrays of fixed sizes for what a shader has (vrend_shader.c). Not each of them is
 * asked how large it is, and numbers of one shader meet those of another when both
 * are used together. So registers and what they mean are counted (item.c, declare.c)
 * by words and the brackets behind them, which are found here:
 * "DCL OUT[1..3], ARRAY(1), GENERIC[5]", "LOAD TEMP[0], IMAGE[2], TEMP[1], COHERENT".
 * Like the parser this does not care for case, nor for blanks and line ends between
 * words. What is not understood is nobody's business, but numbers that could be meant
 * otherwise are taken for too large. A text may come in several commands, so all state
 * is kept from byte to byte.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "text.h"

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
		vtext_refuse(text, "property");
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
			vtext_refuse(text, "brackets");
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
			vtext_refuse(text, "brackets");
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
		vtext_refuse(text, "brackets");
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
		vtext_refuse(text, "brackets");
	mvgpu_vtext_item(text);
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
		vtext_refuse(text, "number");
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
			vtext_refuse(text, "brackets");
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
		if (at % RESCHED_DWORDS == 0)
			cond_resched();
	}
	mvgpu_vtext_declared(text, text->state == TEXT_END);
	return text->reason ? vcmd_refuse(cmd, -EINVAL, text->reason) : 0;
}
