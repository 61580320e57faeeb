// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of drivers/proto/virgl/: commands that are like others, but for a number or
 * a resource.
 */
#include <string.h>

#include "vgl-test.h"

/* A number between formats, and the last that there is. */
#define NO_FORMAT 73
#define LAST_FORMAT 432

/* A command, a dword of it, and values that it must not and may have. */
/* Of one target: functions and factors, of colours and of alpha. */
#define BLEND(func, src, dst, afunc, asrc, adst) \
	(1 | (func) << 1 | (src) << 4 | (dst) << 9 | (afunc) << 14 | \
	 (asrc) << 17 | (adst) << 22)

static const struct {
	const char *name;
	u32 at, bad, good;
} ranges[] = {
	{ "CREATE_SHADER", 2, 6, 1 },
	{ "CREATE_SHADER", 3, 4, 5 },
	{ "CREATE_SHADER", 3, 0, 8 },
	{ "CREATE_SHADER", 4, 8 + 1025, 8 + 1024 },
	{ "CREATE_SHADER", 5, 1, 0 },
	{ "CREATE_SHADER", 7, 0x20202020, 0x20002020 },
	{ "CREATE_SHADER streamout", 5, 65, 1 },
	{ "CREATE_SHADER streamout", 5, 0x7fffffff, 1 },
	{ "CREATE_SHADER streamout", 5, 10, 1 },
	{ "CREATE_SHADER streamout", 10, 0x1002, 0x1001 },
	{ "CREATE_SHADER streamout", 10, 0x1000, 0x1001 },
	{ "CREATE_SHADER streamout", 10, 0x1041, 0x1001 },
	{ "CREATE_SHADER streamout", 10, 0x9001, 0x7001 },
	{ "CREATE_VERTEX_ELEMENTS", 8, 32, 31 },
	{ "CREATE_VERTEX_ELEMENTS", 9, MVGPU_VIRGL_FORMATS, LAST_FORMAT },
	{ "CREATE_VERTEX_ELEMENTS", 9, NO_FORMAT, 1 },
	{ "CREATE_SAMPLER_VIEW", 3, 0, RGBA8 },
	{ "CREATE_SAMPLER_VIEW", 3, MVGPU_VIRGL_FORMATS, RGBA8 },
	{ "CREATE_SAMPLER_VIEW", 3, NO_FORMAT, RGBA8 },
	{ "CREATE_SAMPLER_VIEW", 3, RGBA8 | 9 << 24, RGBA8 | 8 << 24 },
	{ "CREATE_SAMPLER_VIEW", 4, 6 << 16, 5 << 16 | 5 },
	{ "CREATE_SAMPLER_VIEW", 4, 1, 1 << 16 | 1 },
	{ "CREATE_SAMPLER_VIEW", 5, 1 << 8, 0 },
	{ "CREATE_SAMPLER_VIEW", 5, 1, 0 },
	{ "CREATE_SAMPLER_VIEW", 6, 6, 5 },
	{ "CREATE_SAMPLER_VIEW", 6, 7 << 9, 5 << 9 },
	{ "CREATE_SAMPLER_VIEW of buffer", 3, RGBA8 | 1 << 24, RGBA8 },
	{ "CREATE_SAMPLER_VIEW of buffer", 5, 1024, 1023 },
	{ "CREATE_SAMPLER_VIEW of buffer", 5, 0x7fffffff, ~0U },
	{ "CREATE_SAMPLER_VIEW of buffer", 4, 1025, 1024 },
	{ "CREATE_SAMPLER_STATE", 2, 3 << 11, 2 << 11 },
	{ "CREATE_SURFACE", 2, VGL_BARE, VGL_ARRAY },
	{ "CREATE_SURFACE", 3, 0, 1 },
	{ "CREATE_SURFACE", 3, MVGPU_VIRGL_FORMATS, 1 },
	{ "CREATE_SURFACE", 3, NO_FORMAT, 1 },
	{ "CREATE_SURFACE", 4, 1, 0 },
	{ "CREATE_SURFACE", 5, 8 << 16, 7 << 16 },
	{ "CREATE_SURFACE", 5, 2 | 1 << 16, 2 | 2 << 16 },
	{ "CREATE_MSAA_SURFACE", 6, 33, 32 },
	{ "CREATE_BLEND", 4, BLEND(5, 1, 1, 0, 1, 1), BLEND(4, 1, 1, 0, 1, 1) },
	{ "CREATE_BLEND", 4, BLEND(0, 1, 1, 5, 1, 1), BLEND(0, 1, 1, 4, 1, 1) },
	{ "CREATE_BLEND", 5, BLEND(0, 0, 1, 0, 1, 1), BLEND(0, 10, 1, 0, 1, 1) },
	{ "CREATE_BLEND", 6, BLEND(0, 1, 11, 0, 1, 1), BLEND(0, 1, 17, 0, 1, 1) },
	{ "CREATE_BLEND", 7, BLEND(0, 1, 1, 0, 16, 1), BLEND(0, 1, 1, 0, 21, 1) },
	{ "CREATE_BLEND", 8, BLEND(0, 1, 1, 0, 1, 22), BLEND(0, 1, 1, 0, 1, 23) },
	{ "CREATE_BLEND", 11, BLEND(0, 1, 1, 0, 1, 27), BLEND(0, 1, 1, 0, 1, 26) },
	/* Of what does not blend nobody asks. */
	{ "CREATE_BLEND", 4, BLEND(0, 0, 0, 0, 0, 0), 0x77fffffe },
	{ "CREATE_QUERY", 2, 13, 12 },
	{ "CREATE_QUERY", 2, 6 | 4 << 16, 6 | 3 << 16 },
	{ "CREATE_QUERY", 2, 10 | 11 << 16, 10 | 10 << 16 },
	{ "CREATE_QUERY", 2, 0 | 1 << 16, 0 },
	{ "CREATE_QUERY", 2, 2 | 1 << 16, 2 },
	{ "CREATE_QUERY", 2, 4 | 1 << 16, 4 },
	{ "CREATE_QUERY", 2, 12 | 1 << 16, 12 },
	{ "CREATE_QUERY", 4, VGL_VERTEX, VGL_QUERY },
	{ "CREATE_STREAMOUT_TARGET", 2, VGL_TEX, VGL_BARE },
	{ "CREATE_STREAMOUT_TARGET", 3, 25, 24 },
	{ "CREATE_STREAMOUT_TARGET", 3, ~0U, 0 },
	{ "CREATE_STREAMOUT_TARGET", 4, 1001, 1000 },
	{ "CREATE_STREAMOUT_TARGET", 4, ~0U - 23, 0 },
	{ "SET_VIEWPORT_STATE", 1, 15, 14 },
	{ "SET_VIEWPORT_STATE", 1, ~0U, 0 },
	{ "SET_FRAMEBUFFER_STATE", 1, 1, 2 },
	{ "SET_FRAMEBUFFER_STATE", 1, 3, 2 },
	{ "SET_VERTEX_BUFFERS", 3, VGL_TEX, VGL_BARE },
	{ "DRAW_VBO", 3, 15, 14 },
	{ "DRAW_VBO indirect", 15, VGL_TEX, VGL_VERTEX },
	{ "DRAW_VBO indirect", 16, 17, 16 },
	{ "DRAW_VBO indirect", 18, 205, 204 },
	{ "DRAW_VBO indirect", 18, ~0U, 0 },
	{ "DRAW_VBO indirect", 19, 1021, 1020 },
	{ "DRAW_VBO indirect", 20, VGL_TEX, VGL_BARE },
	{ "RESOURCE_INLINE_WRITE", 2, 7, 0 },
	{ "RESOURCE_INLINE_WRITE", 4, 4, 8 },
	{ "RESOURCE_INLINE_WRITE", 9, 3, 2 },
	{ "SET_SAMPLER_VIEWS", 1, 6, 5 },
	{ "SET_SAMPLER_VIEWS", 2, 127, 126 },
	{ "SET_SAMPLER_VIEWS", 2, ~0U, 0 },
	{ "SET_INDEX_BUFFER", 1, VGL_TEX, VGL_VERTEX },
	{ "SET_INDEX_BUFFER", 2, 3, 4 },
	{ "SET_INDEX_BUFFER", 2, 0, 1 },
	{ "SET_CONSTANT_BUFFER", 1, 6, 5 },
	{ "SET_SCISSOR_STATE", 1, 16, 15 },
	{ "SET_SCISSOR_STATE", 1, ~0U, 0 },
	{ "BLIT", 4, VGL_BARE, VGL_TEX },
	{ "BLIT", 5, 7, 6 },
	{ "BLIT", 6, 0, 1 },
	{ "BLIT", 6, MVGPU_VIRGL_FORMATS, 1 },
	{ "BLIT", 6, NO_FORMAT, 1 },
	{ "BLIT", 15, NO_FORMAT, 1 },
	{ "BLIT", 7, 0x40000000, 0x3fffffff },
	{ "BLIT", 8, 0x80000000, 0xc0000000 },
	{ "BLIT", 10, 0x7fffffff, 0x3fffffff },
	{ "BLIT", 9, 1, 0 },
	{ "BLIT", 9, ~0U, 0 },
	{ "BLIT", 12, 2, 1 },
	{ "BLIT", 13, VGL_BARE, VGL_ARRAY },
	{ "BLIT", 18, 8, 7 },
	{ "BLIT", 21, ~0U, 0 },
	{ "RESOURCE_COPY_REGION", 1, VGL_BARE, VGL_TEX },
	{ "RESOURCE_COPY_REGION", 2, 7, 1 },
	{ "RESOURCE_COPY_REGION", 3, 17, 16 },
	{ "RESOURCE_COPY_REGION", 4, ~0U, 16 },
	{ "RESOURCE_COPY_REGION", 5, 1, 0 },
	{ "RESOURCE_COPY_REGION", 6, VGL_BARE, VGL_ARRAY },
	{ "RESOURCE_COPY_REGION", 7, 1, 0 },
	{ "RESOURCE_COPY_REGION", 8, 1, 0 },
	{ "RESOURCE_COPY_REGION", 10, 8, 7 },
	{ "RESOURCE_COPY_REGION", 11, ~0U, 16 },
	{ "RESOURCE_COPY_REGION", 13, 2, 1 },
	{ "RESOURCE_COPY_REGION of buffers", 3, 1001, 1000 },
	{ "RESOURCE_COPY_REGION of buffers", 8, 4073, 4072 },
	{ "RESOURCE_COPY_REGION of buffers", 12, 2, 1 },
	{ "BIND_SAMPLER_STATES", 1, 6, 5 },
	{ "BIND_SAMPLER_STATES", 2, 31, 30 },
	{ "SET_RENDER_CONDITION", 3, 4, 3 },
	{ "SET_UNIFORM_BUFFER", 1, 6, 5 },
	{ "SET_UNIFORM_BUFFER", 2, 32, 31 },
	{ "SET_UNIFORM_BUFFER", 3, 257, 256 },
	{ "SET_UNIFORM_BUFFER", 4, 769, 768 },
	{ "SET_UNIFORM_BUFFER", 5, VGL_TEX, VGL_BARE },
	{ "BIND_SHADER", 2, MVGPU_STAGE_VERTEX, MVGPU_STAGE_COMPUTE },
	{ "BIND_SHADER", 2, 6, MVGPU_STAGE_COMPUTE },
	{ "SET_SHADER_BUFFERS", 1, 6, 5 },
	{ "SET_SHADER_BUFFERS", 2, 31, 30 },
	{ "SET_SHADER_BUFFERS", 2, ~0U, 0 },
	{ "SET_SHADER_BUFFERS", 4, 4097, 4096 },
	{ "SET_SHADER_BUFFERS", 6, 1025, 1024 },
	{ "SET_SHADER_IMAGES", 1, 6, 5 },
	{ "SET_SHADER_IMAGES", 2, 31, 30 },
	{ "SET_SHADER_IMAGES", 3, MVGPU_VIRGL_FORMATS, 0 },
	{ "SET_SHADER_IMAGES", 3, NO_FORMAT, 1 },
	{ "SET_SHADER_IMAGES", 5, 4 << 16, 3 << 16 },
	{ "SET_SHADER_IMAGES", 5, 2 | 1 << 16, 1 | 1 << 16 },
	{ "SET_SHADER_IMAGES", 6, 3, 2 },
	{ "SET_SHADER_IMAGES", 10, 5, 4 },
	{ "SET_SHADER_IMAGES", 11, 4093, 4092 },
	{ "SET_ATOMIC_BUFFERS", 1, 31, 30 },
	{ "SET_ATOMIC_BUFFERS", 2, 4093, 4092 },
	{ "LAUNCH_GRID", 7, VGL_TEX, VGL_BARE },
	{ "LAUNCH_GRID", 8, 1013, 1012 },
	{ "GET_QUERY_RESULT_QBO", 2, VGL_TEX, VGL_BARE },
	{ "GET_QUERY_RESULT_QBO", 4, 4, 3 },
	{ "GET_QUERY_RESULT_QBO", 5, 1017, 1016 },
	{ "TRANSFER3D", 1, VGL_BARE, VGL_TEX },
	{ "TRANSFER3D", 2, 7, 0 },
	{ "TRANSFER3D", 4, 191, 192 },
	{ "TRANSFER3D", 5, 1023, 1024 },
	{ "TRANSFER3D", 6, 17, 16 },
	{ "TRANSFER3D", 7, 61, 60 },
	{ "TRANSFER3D", 8, 1, 0 },
	{ "TRANSFER3D", 9, ~0U, 1 },
	{ "TRANSFER3D", 9, 0, 1 },
	{ "TRANSFER3D", 10, 0, 1 },
	{ "TRANSFER3D", 11, 0, 1 },
	{ "TRANSFER3D", 12, 32768 - 256 * 3 - 192 + 1,
	  32768 - 256 * 3 - 192 },
	{ "TRANSFER3D", 12, ~0U, 0 },
	{ "TRANSFER3D", 13, 0, 1 },
	{ "TRANSFER3D", 13, 3, 2 },
	{ "TRANSFER3D of layers", 4, 63, 64 },
	{ "TRANSFER3D of layers", 5, 256 * 16 - 1, 256 * 16 },
	{ "TRANSFER3D of layers", 5, ~0U, 0 },
	{ "TRANSFER3D of layers", 8, 5, 4 },
	{ "COPY_TRANSFER3D", 1, VGL_MSAA, VGL_TEX },
	{ "COPY_TRANSFER3D", 12, VGL_BARE, VGL_STAGING },
	{ "COPY_TRANSFER3D", 13, 49153, 49152 },
	{ "COPY_TRANSFER3D", 14, 4, 0 },
	{ "COPY_TRANSFER3D from host", 13, 65536, 65535 },
	{ "SET_TWEAKS", 1, 3, 2 },
	{ "CLEAR_TEXTURE", 1, VGL_BARE, VGL_DXT },
	{ "CLEAR_TEXTURE", 2, 7, 6 },
	{ "CLEAR_TEXTURE", 6, 5, 4 },
	{ "CLEAR_TEXTURE", 8, 2, 1 },
};

static void check_ranges(void)
{
	const struct vgl_command *cmd;
	u32 i, tried = 0;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		for (cmd = vgl_commands; cmd->name; cmd++) {
			if (strcmp(cmd->name, ranges[i].name))
				continue;
			start();
			if (with(cmd, ranges[i].at, ranges[i].bad) != -EINVAL ||
			    with(cmd, ranges[i].at, ranges[i].good)) {
				printf("# %s, dword %u: %s\n", cmd->name,
				       ranges[i].at,
				       vgl.verdict.reason ?: "taken");
				tap_failures++;
			}
			stop();
			tried++;
		}
	CHECK_EQ(tried, ARRAY_SIZE(ranges));
}

/* A copy of a box, from layer @src_z of one to @x of layer @z of another. */
static int region(u32 dst, u32 x, u32 z, u32 src, u32 src_z, u32 w, u32 h, u32 d)
{
	return SUBMIT(CMD(RESOURCE_COPY_REGION, 13), dst, 0, x, 0, z, src, 0, 0,
		      0, src_z, w, h, d);
}

static int indirect(u32 indexed, u32 stride, u32 draws)
{
	return SUBMIT(CMD(DRAW_VBO, 20), 0, 3, 4, indexed, 1, 0, 0, 0, 0, 0, ~0U,
		      0, 0, 0, VGL_VERTEX, 0, stride, draws, 0, 0);
}

/* Without a stride records follow each other, and GL multiplies in 32 bits. */
static void indirect_draws(void)
{
	start();
	CHECK_EQ(indirect(0, 0, 256), 0);
	CHECK_EQ(indirect(0, 0, 257), -EINVAL);
	CHECK_EQ(indirect(0, 0, 0x10000001), -EINVAL);
	CHECK_EQ(indirect(0, 16, 256), 0);
	CHECK_EQ(indirect(0, 16, 0x10000001), -EINVAL);
	CHECK_EQ(indirect(1, 0, 204), 0);
	CHECK_EQ(indirect(1, 0, 205), -EINVAL);
	CHECK_EQ(indirect(1, 0, 0x40000001), -EINVAL);
	stop();
}

/* GL goes by the range of indexes that it is told, whatever they are. */
static void index_ranges(void)
{
	start();
	CHECK_EQ(SUBMIT(CMD(DRAW_VBO, 12), 0, 3, 4, 1, 1, 0, 0, 0, 0, 5, 7, 0), 0);
	CHECK_EQ(le32_to_cpu(vgl.stream[10]), 0);
	CHECK_EQ(le32_to_cpu(vgl.stream[11]), ~0U);
	stop();
}

/* Where two things would be wrong at once if one dword were. */
static void check_kinds(void)
{
	u32 len;

	start();
	for (len = 12; len <= 20; len += 2) {
		u32 dw[21] = { CMD(DRAW_VBO, len), 0, 3, 4 };

		vgl_add(&vgl, dw, len + 1);
		CHECK_EQ(submit(), len == 16 || len == 18 ? -EINVAL : 0);
	}
	CHECK_EQ(SUBMIT(CREATE(SURFACE, 5), 70, VGL_BARE, RGBA8, 0, 0),
		 -EINVAL);
	CHECK_EQ(SUBMIT(CREATE(STREAMOUT_TARGET, 4), 70, VGL_TEX, 0, 16),
		 -EINVAL);
	CHECK_EQ(SUBMIT(CMD(SET_SHADER_IMAGES, 7), 0, 0, RGBA8, 1, 0, 7,
			VGL_TEX), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(SET_SHADER_IMAGES, 7), 0, 0, RGBA8, 1, 0, 6,
			VGL_TEX), 0);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), 0, 6), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(SET_SCISSOR_STATE, 1), 16), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(BLIT, 21), 0xf, 0, 0, VGL_BARE, 0, RGBA8, 0, 0, 0,
			1, 1, 1, VGL_TEX, 0, RGBA8, 0, 0, 0, 1, 1, 1), -EINVAL);
	CHECK_EQ(region(VGL_BARE, 0, 0, VGL_TEX, 0, 1, 1, 1), -EINVAL);
	vgl.res[VGL_CUBE]->res.nr_samples = 4;
	CHECK_EQ(region(VGL_ARRAY, 0, 0, VGL_CUBE, 0, 1, 1, 1), -EINVAL);
	vgl.res[VGL_CUBE]->res.nr_samples = 0;
	CHECK_EQ(region(VGL_ARRAY, 0, 0, VGL_CUBE, 0, 1, 1, 1), 0);
	CHECK_EQ(region(VGL_TEX, 0, 0, VGL_BARE, 0, 1, 1, 1), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(CLEAR_TEXTURE, 12), VGL_BARE, 0, 0, 0, 0, 1, 1, 1,
			0, 0, 0, 0), -EINVAL);
	/* A block of one is a pixel of the other. */
	CHECK_EQ(region(VGL_ARRAY, 0, 0, VGL_DXT, 0, 64, 64, 1), 0);
	CHECK_EQ(region(VGL_ARRAY, 1, 0, VGL_DXT, 0, 64, 64, 1), -EINVAL);
	CHECK_EQ(region(VGL_DXT, 0, 0, VGL_ARRAY, 0, 16, 16, 1), 0);
	CHECK_EQ(SUBMIT(CMD(RESOURCE_COPY_REGION, 13), VGL_DXT, 1, 0, 0, 0,
			VGL_ARRAY, 0, 0, 0, 0, 16, 16, 1), -EINVAL);

	/* Of unlike samples, either way. */
	CHECK_EQ(region(VGL_TEX, 0, 0, VGL_MSAA, 0, 64, 64, 1), -EINVAL);
	CHECK_EQ(region(VGL_MSAA, 0, 0, VGL_TEX, 0, 64, 64, 1), -EINVAL);
	CHECK_EQ(region(VGL_MSAA, 0, 0, VGL_MSAA, 0, 64, 64, 1), 0);
	/* Sides of a cube: several only to a cube. */
	CHECK_EQ(region(VGL_ARRAY, 0, 0, VGL_CUBE, 4, 16, 16, 2), -EINVAL);
	CHECK_EQ(region(VGL_ARRAY, 0, 0, VGL_CUBE, 5, 16, 16, 1), 0);
	CHECK_EQ(region(VGL_CUBE, 0, 0, VGL_CUBE, 0, 32, 32, 6), 0);
	CHECK_EQ(region(VGL_CUBE, 0, 4, VGL_ARRAY, 6, 16, 16, 2), 0);

	/* Outputs of a shader that goes on, though the length would fit. */
	CHECK_EQ(SUBMIT(CREATE(SHADER, 6), 71, 1, 60, 4, 0, 1), 0);
	CHECK_EQ(SUBMIT(CREATE(SHADER, 13), 71, 1,
			VIRGL_SHADER_CONTINUED | 4, 4, 1, 0, 0, 0, 0, 0, 0, 1,
			1), -EINVAL);
	stop();
}

#define HANDLE 72

/*
 * A vertex shader with @nr outputs, all of register @reg; of @text so much comes as
 * is @first, if that is not 0, and the rest dword by dword.
 */
static int streamout(u32 nr, u32 reg, const char *text, u32 first)
{
	u32 len = strlen(text) / 4 + 1, part = first ?: len, i, dw;
	char padded[1024] = {};

	memcpy(padded, text, strlen(text));
	VGL_ADD(&vgl, CREATE(SHADER, 5 + 4 + 2 * nr + part), HANDLE,
		MVGPU_STAGE_VERTEX, len * 4, 4, nr, 16, 0, 0, 0);
	for (i = 0; i < nr; i++)
		VGL_ADD(&vgl, reg | 1 << 10, 0);
	for (i = 0; i < len; i++) {
		if (i >= part)
			VGL_ADD(&vgl, CREATE(SHADER, 6), HANDLE,
				MVGPU_STAGE_VERTEX,
				VIRGL_SHADER_CONTINUED | i * 4, 4, 0);
		memcpy(&dw, padded + 4 * i, 4);
		VGL_ADD(&vgl, dw);
	}
	return submit();
}

/* What is streamed out has to be declared, as the renderer reads it. */
static void streamouts(void)
{
	static const char text[] = "VERT\nDCL IN[0]\nDCL OUT[0], POSITION\n"
		"DCL OUT[2..12], ARRAY(1), GENERIC[0]\nDCL OUT[14].xy, GENERIC[20]\n";
	static const char *const wrong[] = {
		"VERT DCL OUT[1], GENERIC[0]\n",
		"VERT\nDCL IN[1], GENERIC[0]\n",
		"VERT\nDCL OUT[], GENERIC[0]\n",
		"VERT\nDCL OUT[1][1], GENERIC[0]\n",
		"VERT\nDCL OUT[1.1], GENERIC[0]\n",
		"VERT\nDCL OUT[..1], GENERIC[0]\n",
		"VERT\nDCL OUT[1..], GENERIC[0]\n",
		"VERT\nDCL OUT[2..0], GENERIC[0]\n",
		"VERT\nDCL OUT[1..64], GENERIC[0]\n",
		"VERT\nDCL OUT[4294967297], GENERIC[0]\n",
		"VERT\nDCL OUT[1]",
		/* The first one for a register is the one that counts. */
		"VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[0..1], GENERIC[0]\n",
	};
	static const u8 there[] = { 0, 2, 7, 12, 14 };
	static const u8 missing[] = { 1, 13, 15, 63, 64, 255 };
	u32 i, first;

	start();
	for (i = 0; i < ARRAY_SIZE(there); i++)
		for (first = 0; first < sizeof(text) / 4; first++)
			CHECK_EQ(streamout(1, there[i], text, first), 0);
	for (i = 0; i < ARRAY_SIZE(missing); i++)
		for (first = 0; first < sizeof(text) / 4; first += 3)
			CHECK_EQ(streamout(1, missing[i], text, first), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		CHECK_EQ(streamout(1, 1, wrong[i], 0), -EINVAL);
	CHECK_EQ(streamout(1, 1, "VERT\n\nDCL OUT[1],", 0), 0);
	CHECK_EQ(streamout(1, 1, "VERT\nDCL\nDCL OUT[001],", 0), 0);
	/* As many outputs as there may be. */
	CHECK_EQ(streamout(VIRGL_MAX_SO_OUTPUTS, 14, text, 0), 0);
	CHECK_EQ(streamout(VIRGL_MAX_SO_OUTPUTS, 15, text, 0), -EINVAL);
	stop();

	/* Behind the end of a text there is none, whatever is in the command. */
	start();
	VGL_ADD(&vgl, CREATE(SHADER, 16), HANDLE, MVGPU_STAGE_VERTEX, 20, 4, 1,
		16, 0, 0, 0, 1 | 1 << 10, 0,
		/* "VERT\0\0\0\nDCL OUT[1],..." */
		0x54524556, 0x0a000000, 0x204c4344, 0x5b54554f, 0x2c5d31);
	CHECK_EQ(submit(), -EINVAL);
	stop();
}

/* More than GL takes would leave the old ones in its vertex array object. */
static void vertex_buffers(void)
{
	u32 i;

	start();
	VGL_ADD(&vgl, CMD(SET_VERTEX_BUFFERS, 48));
	for (i = 0; i < 16; i++)
		VGL_ADD(&vgl, 0, 0, VGL_VERTEX);
	CHECK_EQ(submit(), 0);
	VGL_ADD(&vgl, CMD(SET_VERTEX_BUFFERS, 51));
	for (i = 0; i < 17; i++)
		VGL_ADD(&vgl, 0, 0, VGL_VERTEX);
	CHECK_EQ(submit(), -EINVAL);
	stop();
}

/* Nothing of a shader is used before all of its text is there. */
static void unfinished(void)
{
	start();
	CHECK_EQ(SUBMIT(CREATE(SHADER, 6), HANDLE, 0, 8, 4, 0, 0x54524556), 0);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), HANDLE, 0), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(LINK_SHADER, 6), HANDLE, VGL_H_FS, 0, 0, 0, 0),
		 -EINVAL);
	CHECK_EQ(SUBMIT(CREATE(SHADER, 6), HANDLE, 0,
			VIRGL_SHADER_CONTINUED | 4, 4, 0, 0x0a0a), 0);
	CHECK_EQ(SUBMIT(CMD(LINK_SHADER, 6), HANDLE, VGL_H_FS, 0, 0, 0, 0), 0);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), HANDLE, 0), 0);
	stop();
}

/* So many layers are asked for, and so many are read. */
static u32 read_back(u32 id, u32 layers)
{
	u32 at = vgl.ndw + 11;

	VGL_ADD(&vgl, CMD(COPY_TRANSFER3D, 14), id, 0, 0, 0, 0, 0, 0, 0, 8, 8,
		layers, VGL_STAGING, 0, 3);
	CHECK_EQ(submit(), 0);
	return le32_to_cpu(vgl.stream[at]);
}

/* The renderer would write to all layers what it has read of one. */
static void readbacks(void)
{
	struct mvgpu_res3d *tex, *dxt;

	start();
	CHECK_EQ(read_back(VGL_3D, 4), 1);
	CHECK_EQ(read_back(VGL_ARRAY, 8), 1);
	CHECK_EQ(read_back(VGL_CUBE, 6), 1);
	CHECK_EQ(read_back(VGL_TEX, 1), 1);
	dxt = &vgl.res[VGL_DXT]->res;
	dxt->target = MVGPU_TARGET_2D_ARRAY;
	dxt->array_size = 6;
	CHECK_EQ(read_back(VGL_DXT, 6), 1);
	dxt->target = MVGPU_TARGET_CUBE;
	CHECK_EQ(read_back(VGL_DXT, 6), 1);

	/* Rows of 3 bytes a pixel, which GL pads. */
	tex = &vgl.res[VGL_TEX]->res;
	tex->format = 66;
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 4, 2,
			1, 0, VIRGL_FROM_HOST), 0);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 5, 1,
			1, 0, VIRGL_FROM_HOST), 0);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 5, 2,
			1, 0, VIRGL_FROM_HOST), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 5, 2,
			1, 0, VIRGL_TO_HOST), 0);
	/* All of the level is read of what may not be one to draw to. */
	tex->width = 9;
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 4, 2,
			1, 0, VIRGL_FROM_HOST), 0);
	tex->format = 76;
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 4, 2,
			1, 0, VIRGL_FROM_HOST), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 5, 1,
			1, 0, VIRGL_FROM_HOST), -EINVAL);
	tex->height = 1;
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 5, 1,
			1, 0, VIRGL_FROM_HOST), 0);
	stop();
}

/* @id is a buffer whose bytes are in its backing, of which there are 4096. */
static void check_memory(u32 id)
{
	const u32 inlined[] = { CMD(RESOURCE_INLINE_WRITE, 12), id, 0, 0, 0, 0,
				4093, 0, 0, 4, 1, 1, 0 };

	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), id, 0, 0, 0, 0, 4080, 0, 0, 16, 1,
			1, 0, VIRGL_TO_HOST), 0);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), id, 0, 0, 0, 0, 4080, 0, 0, 17, 1,
			1, 0, VIRGL_TO_HOST), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(TRANSFER3D, 13), id, 0, 0, 0, 0, 8192, 0, 0, 16, 1,
			1, 0, VIRGL_FROM_HOST), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(COPY_TRANSFER3D, 14), id, 0, 0, 0, 0, 8192, 0, 0,
			16, 1, 1, VGL_VERTEX, 0, 1), -EINVAL);
	vgl_add(&vgl, inlined, ARRAY_SIZE(inlined));
	CHECK_EQ(submit(), -EINVAL);
}

/* Where the backing ends, the renderer would leave the rest of a stream undone. */
static void memory(void)
{
	struct mvgpu_res3d *res;

	start();
	vgl.res[VGL_STAGING]->res.backing_size = 4096;
	check_memory(VGL_STAGING);
	res = &vgl.res[VGL_QUERY]->res;
	res->width = 65536;
	check_memory(VGL_QUERY);

	/* Without one it is memory of the renderer's, or there is none at all. */
	res->backing_size = 0;
	vgl.res[VGL_STAGING]->res.backing_size = 0;
	CHECK_EQ(SUBMIT(CMD(COPY_TRANSFER3D, 14), VGL_QUERY, 0, 0, 0, 0, 8192,
			0, 0, 16, 1, 1, VGL_VERTEX, 0, 1), 0);
	CHECK_EQ(SUBMIT(CMD(COPY_TRANSFER3D, 14), VGL_STAGING, 0, 0, 0, 0, 0,
			0, 0, 16, 1, 1, VGL_VERTEX, 0, 1), -EINVAL);
	stop();
}

static const struct tap_case cases[] = {
	{ "numbers out of range are refused", check_ranges },
	{ "and resources of the wrong kind", check_kinds },
	{ "indirect draws read what is there", indirect_draws },
	{ "no draw tells a range of its indexes", index_ranges },
	{ "streamout of what the shader does not have is refused", streamouts },
	{ "a shader without an end is not used", unfinished },
	{ "more vertex buffers than GL has are refused", vertex_buffers },
	{ "reading back brings only what was read", readbacks },
	{ "no transfer ends behind a buffer's backing", memory },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
