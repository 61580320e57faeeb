// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of what drivers/proto/virgl/ finds in texts of shaders, and of what it makes of
 * that where they are used together.
 *
 * An input chooses words, byte by byte: of a text, and of what is done with the shaders.
 * What was refused must leave the shadow as it was, and all counts must agree with what
 * is there.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/bits.h>

#include "must.h"
#include "vgl.h"

#define CREATE(type, len) VIRGL_CMD(VIRGL_CREATE_OBJECT, VIRGL_OBJ_##type, len)
#define CMD(cmd, len) VIRGL_CMD(VIRGL_##cmd, 0, len)
/* Shaders are 900 and their stage, rasterizers these and their sprites. */
#define SHADER 900
#define RASTERIZER 1000
/* Points have coordinates in the place of some inputs. */
#define QUADS BIT(7)
#define MAX_LINES 24

static const struct mvgpu_virgl_limits limits = {
	.objects = 64, .shader_text = 1 << 20,
};

static struct vgl vgl;
static const u8 *input, *input_end;
static char text[65536];
static size_t length;
/* The next of their kind. */
static u32 next_in, next_out;

/* One of @n, as the input says. */
static u32 pick(u32 n)
{
	return input < input_end ? *input++ % n : 0;
}

static __printf(1, 2) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	length += vsnprintf(text + length, sizeof(text) - length, format, args);
	va_end(args);
	MUST(length < sizeof(text) - 4);
}

static u32 number(void)
{
	static const u32 some[] = { 0, 1, 31, 32, 62, 63, 64, 79, 80, 255 };

	return pick(4) ? pick(64) : some[pick(ARRAY_SIZE(some))];
}

static void meaning(void)
{
	static const char *const words[] = {
		"GENERIC", "PATCH", "TEXCOORD", "COLOR", "BCOLOR", "FOG", "FACE",
		"POSITION", "PSIZE", "PRIM_ID", "CLIPDIST", "LAYER", "PCOORD",
		"VIEWPORT_INDEX", "TESSOUTER", "TESSINNER", "VERTICESIN",
		"PERSPECTIVE", "STREAM(0, 0, 0, 1)", "ARRAY(1)",
	};
	/* Mostly varyings, which may be joined. */
	u32 word = pick(2) ? pick(3) : pick(ARRAY_SIZE(words));

	say(", %s", words[word]);
	if (word < 3 || !pick(4))
		say("[%u]", number());
}

static void declare(bool is_in)
{
	u32 *next = is_in ? &next_in : &next_out;
	u32 first = pick(8) ? *next : number(), nr = 1, i;

	say("DCL %s%s", is_in ? "IN" : "OUT", pick(8) ? "" : "[]");
	if (pick(4)) {
		say("[%u]", first);
	} else {
		nr = 1 + pick(8);
		say("[%u..%u]", first, first + nr - 1);
		if (pick(4))
			say(", ARRAY(%u)", 1 + pick(4));
	}
	*next = first + nr;
	if (!pick(8))
		say(".xy");
	for (i = pick(8) ? 1 : pick(12); i; i--)
		meaning();
	say("\n");
}

/* Many at once: what there may be of them is soon reached. */
static void declare_many(bool is_in)
{
	static const char *const words[] = { "GENERIC", "PATCH", "TEXCOORD" };
	u32 *next = is_in ? &next_in : &next_out;
	u32 word = pick(3), from = number(), nr = number(), step = 1 + pick(2);

	for (; nr && from < 256; nr--, from += step)
		say("DCL %s[%u], %s[%u]\n", is_in ? "IN" : "OUT", (*next)++,
		    words[word], from);
}

/*
 * Inputs as Mesa has them, each a register of its own, but for what else some may mean:
 * most other texts do not get as far as to be gone over.
 */
static void declare_neatly(void)
{
	u32 alike = pick(16), from = pick(64), nr = pick(64), i;

	for (; alike; alike--)
		say("DCL IN[%u], FOG\n", next_in++);
	for (i = from; i < from + nr && i < 64; i++) {
		say("DCL IN[%u], GENERIC[%u]", next_in++, i);
		if (!pick(8))
			meaning();
		say("\n");
	}
	say("MOV TEMP[0], IN[ADDR[0].x]\n");
}

static void line(void)
{
	switch (pick(8)) {
	case 0 ... 2:
		declare(true);
		break;
	case 3 ... 4:
		declare(false);
		break;
	case 5:
		declare_many(pick(2));
		break;
	case 6:
		say("MOV TEMP[0], IN%s[ADDR[0].x+%u]\n", pick(2) ? "" : "[0]",
		    pick(4));
		break;
	default:
		say("MOV OUT[ADDR[0].x+%u], IN[%u]\n", pick(4), number());
	}
}

static void submit(void)
{
	u64 before = vgl_digest(&vgl);

	if (vgl_submit(&vgl))
		MUST(vgl_digest(&vgl) == before);
	vgl_verify(&vgl);
}

static void make_shader(void)
{
	static const char *const types[MVGPU_STAGES] = {
		"VERT", "FRAG", "GEOM", "TESS_CTRL", "TESS_EVAL", "COMP",
	};
	u32 stage = pick(MVGPU_STAGES), lines, dw, i;

	length = 0;
	next_in = 0;
	next_out = 0;
	say("%s\n", types[stage]);
	if (pick(2))
		declare_neatly();
	for (lines = pick(MAX_LINES); lines && input < input_end; lines--)
		line();
	memset(text + length, 0, 4);
	length = (length / 4 + 1) * 4;
	VGL_ADD(&vgl, CREATE(SHADER, 5 + length / 4), SHADER + stage, stage,
		length, 4, 0);
	for (i = 0; i < length; i += 4) {
		memcpy(&dw, text + i, 4);
		VGL_ADD(&vgl, dw);
	}
	submit();
}

static u32 some_shader(u32 stage)
{
	return pick(4) ? SHADER + stage : 0;
}

static void step(void)
{
	u32 stage;

	switch (pick(8)) {
	case 0 ... 2:
		make_shader();
		return;
	case 3 ... 4:
		stage = pick(MVGPU_STAGES);
		VGL_ADD(&vgl, CMD(BIND_SHADER, 2), some_shader(stage), stage);
		break;
	case 5:
		VGL_ADD(&vgl, CMD(LINK_SHADER, 6));
		for (stage = 0; stage < MVGPU_STAGES; stage++)
			VGL_ADD(&vgl, some_shader(stage));
		break;
	case 6:
		VGL_ADD(&vgl, VIRGL_CMD(VIRGL_BIND_OBJECT,
					VIRGL_OBJ_RASTERIZER, 1),
			pick(2) ? RASTERIZER + pick(2) : 0);
		break;
	default:
		VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0);
	}
	submit();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 i;

	input = data;
	input_end = data + size;
	shim_reset();
	vgl_start(&vgl, &limits);
	for (i = 0; i < 2; i++)
		VGL_ADD(&vgl, CREATE(RASTERIZER, 9), RASTERIZER + i, QUADS, 0,
			i ? 0x11 : 0x7ffe, 0, 0, 0, 0, 0);
	MUST(!vgl_submit(&vgl));
	while (input < input_end)
		step();
	vgl_stop(&vgl);
	MUST(!shim_live());
	return 0;
}
