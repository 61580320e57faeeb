// SPDX-License-Identifier: GPL-2.0
/*
 * Shaders: their text comes in parts, of a bounded length, and is charged. What is in it:
 * test-vtext.c.
 */
#include "vgl-test.h"

/* Add one of @n dwords of text. */
static void shader(u32 n, u32 handle, u32 stage, u32 offlen)
{
	VGL_ADD(&vgl, CREATE(SHADER, 5 + n), handle, stage, offlen, 4, 0);
	for (; n > 1; n--)
		VGL_ADD(&vgl, 0x20202020);
	VGL_ADD(&vgl, 0x202020);
}

static int submit_shader(u32 n, u32 handle, u32 stage, u32 offlen)
{
	shader(n, handle, stage, offlen);
	return submit();
}

#define MORE(offset) (VIRGL_SHADER_CONTINUED | (offset))

/* However much of the quota is left. */
static void longest_shader(void)
{
	const struct mvgpu_virgl_limits much = {
		.objects = 10, .shader_text = 4 << 20,
	};

	vgl_start(&vgl, &much);
	CHECK_EQ(submit_shader(2, 50, 1, (1 << 20) + 1), -EINVAL);
	CHECK_EQ(submit_shader(2, 50, 1, 1 << 20), 0);
	stop();
}

static void long_shaders(void)
{
	u32 text = vgl_limits.shader_text;

	start();
	/* 18 bytes take 5 dwords, in three streams. */
	CHECK_EQ(submit_shader(2, 50, 1, 18), 0);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT + 20);
	/* One at a time for each stage; another stage does not mind. */
	CHECK_EQ(submit_shader(2, 51, 1, 8), -EINVAL);
	CHECK_EQ(submit_shader(2, 51, 0, 12), 0);
	/* The right handle, place and length. */
	CHECK_EQ(submit_shader(1, 52, 1, MORE(8)), -EINVAL);
	CHECK_EQ(submit_shader(1, 50, 1, MORE(4)), -EINVAL);
	CHECK_EQ(submit_shader(4, 50, 1, MORE(8)), -EINVAL);
	CHECK_EQ(submit_shader(1, 50, 2, MORE(8)), -EINVAL);
	CHECK_EQ(SUBMIT(CREATE(SHADER, 6), 50, 1, MORE(8), 20 + 1025, 0, 1),
		 -EINVAL);
	VGL_ADD(&vgl, CREATE(SHADER, 6), 50, 1, MORE(8), 20 + 1024, 0, 1);
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(vgl.verdict.commands, 1);
	/* No streamout outputs in what follows. */
	CHECK_EQ(SUBMIT(CREATE(SHADER, 12), 50, 1, MORE(8), 4, 1, 0, 0, 0, 0,
			0, 0, 1), -EINVAL);
	CHECK_EQ(submit_shader(1, 50, 1, MORE(8)), 0);
	/* The last of it ends the text. */
	shader(2, 50, 1, MORE(12));
	vgl.stream[vgl.ndw - 1] = cpu_to_le32(0x20202020);
	CHECK_EQ(submit(), -EINVAL);
	/* What was bad does not count. */
	shader(2, 50, 1, MORE(12));
	shader(1, 53, 1, 8);
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(submit_shader(2, 50, 1, MORE(12)), 0);
	/* It is over: nothing follows, another may begin. */
	CHECK_EQ(submit_shader(1, 50, 1, MORE(20)), -EINVAL);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT + 20 + 12);
	/* It does not go on if its handle is gone, or another's, and is charged. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 3);
	shader(1, 53, 1, 8);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), 53);
	CHECK_EQ(submit(), 0);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 3);
	CHECK_EQ(submit_shader(1, 53, 1, MORE(4)), -EINVAL);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 3);
	CHECK_EQ(submit_shader(1, 53, 2, 8), 0);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 3);
	CHECK_EQ(submit_shader(1, 53, 1, MORE(4)), -EINVAL);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT + 20 + 12 + 16);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 3), 0);
	/* Each sub-context has its own. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 3);
	shader(1, 51, 0, 8);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
	shader(1, 51, 0, MORE(8));
	CHECK_EQ(submit(), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 3), 0);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT + 20 + 12);
	CHECK_EQ(submit_shader(1, 60, 1, text - 3 * VGL_TEXT - 32 + 1), -EDQUOT);
	CHECK_EQ(submit_shader(1, 60, 1, 0x7fffffff), -EINVAL);
	CHECK_EQ(submit_shader(1, 60, 1, text - 3 * VGL_TEXT - 32), 0);
	CHECK_EQ(submit_shader(1, 61, 2, 4), -EDQUOT);
	stop();
}

/* Text is charged while the shader is in use. */
static void shader_text(void)
{
	start();
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_FS, 1), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_FS), 0);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), 0, 1);
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(vgl.virgl->text, 3 * VGL_TEXT);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), 0, 1), 0);
	CHECK_EQ(vgl.virgl->text, 2 * VGL_TEXT);
	stop();
}

static const struct tap_case cases[] = {
	{ "long shaders go on where they ended", long_shaders },
	{ "the longest text of a shader", longest_shader },
	{ "text of shaders is charged while they are in use", shader_text },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
