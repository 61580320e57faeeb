/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts of shaders: between text.c, which has the words, item.c, which asks what they
 * are, and declare.c, which notes what is declared.
 */
#ifndef _MVGPU_VTEXT_H
#define _MVGPU_VTEXT_H

#include <linux/limits.h>
#include <linux/string.h>

#include "internal.h"

/* More than any limit; NONE: there was no number. */
#define HUGE_NUMBER 0xfffffU
#define NONE U32_MAX

/* mvgpu_vtext.declares */
enum {
	DCL_NOT,
	DCL_FILE,	/* what is declared comes next */
	DCL_IN,
	DCL_OUT,
	DCL_OTHER,
};

/* Have the text refused; what comes first is told. */
static inline void vtext_refuse(struct mvgpu_vtext *text, const char *reason)
{
	if (!text->reason)
		text->reason = reason;
}

/* Is this the last word? Behind twelve letters all are alike. */
static inline bool vtext_is(const struct mvgpu_vtext *text, const char *word)
{
	return !strncmp(text->word, word, sizeof(text->word));
}

/** mvgpu_vtext_item() - a word, with the brackets behind it, is complete. */
void mvgpu_vtext_item(struct mvgpu_vtext *text);
/** mvgpu_vtext_declare() - it is what a declaration is of: "IN[0]". */
void mvgpu_vtext_declare(struct mvgpu_vtext *text);
/** mvgpu_vtext_mean() - it is behind that: "GENERIC[5]". */
void mvgpu_vtext_mean(struct mvgpu_vtext *text);
/** mvgpu_vtext_use() - it is an input, in an instruction. */
void mvgpu_vtext_use(struct mvgpu_vtext *text);
/** mvgpu_vtext_declared() - some text has come; @whole: all of it. */
void mvgpu_vtext_declared(struct mvgpu_vtext *text, bool whole);

#endif
