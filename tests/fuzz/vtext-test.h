/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VTEXT_TEST_H
#define _VTEXT_TEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgl-test.h"

#define VERTEX 900
#define FRAGMENT 901
#define GEOMETRY 902
#define GRID 903
#define CONTROL 904
#define EVAL 905

static char text[8192];
static size_t text_len;

static inline __printf(1, 2) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_len += vsnprintf(text + text_len, sizeof(text) - text_len, format,
			      args);
	va_end(args);
}

/* Create a shader of @text; dword by dword or as a whole. */
static inline int create(u32 handle, u32 stage, bool slowly)
{
	u32 len = text_len / 4 + 1, part = slowly ? 1 : len, i, dw;

	memset(text + text_len, 0, 4);
	VGL_ADD(&vgl, CREATE(SHADER, 5 + part), handle, stage, len * 4, 4, 0);
	for (i = 0; i < len; i++) {
		if (i >= part)
			VGL_ADD(&vgl, CREATE(SHADER, 6), handle, stage,
				VIRGL_SHADER_CONTINUED | i * 4, 4, 0);
		memcpy(&dw, text + 4 * i, 4);
		VGL_ADD(&vgl, dw);
	}
	return submit();
}

/* The type of a text is its first word. */
static inline u32 stage_of(const char *whole)
{
	static const char *const types[MVGPU_STAGES] = {
		"VERT", "FRAG", "GEOM", "TESS_CTRL", "TESS_EVAL", "COMP",
	};
	u32 i;

	for (i = 0; i < MVGPU_STAGES; i++) {
		if (!strncmp(whole, types[i], strlen(types[i])))
			return i;
	}
	abort();
}

static inline int try(const char *whole, bool slowly)
{
	text_len = 0;
	say("%s", whole);
	return create(FRAGMENT, stage_of(whole), slowly);
}

/* A shader by its type's handle, see above. */
static inline int make(const char *whole)
{
	static const u32 handles[MVGPU_STAGES] = {
		VERTEX, FRAGMENT, GEOMETRY, CONTROL, EVAL, GRID,
	};
	u32 stage = stage_of(whole);

	text_len = 0;
	say("%s", whole);
	return create(handles[stage], stage, false);
}

static inline int bind(u32 handle, u32 stage)
{
	return SUBMIT(CMD(BIND_SHADER, 2), handle, stage);
}

static inline int draw(void)
{
	return SUBMIT(CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0,
			  0, 0);
}

static inline int use(void)
{
	CHECK_EQ(bind(VERTEX, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(bind(FRAGMENT, MVGPU_STAGE_FRAGMENT), 0);
	return draw();
}

static inline int link(u32 geometry)
{
	return SUBMIT(CMD(LINK_SHADER, 6), VERTEX, FRAGMENT, geometry,
			  0, 0, 0);
}

#endif
