// SPDX-License-Identifier: GPL-2.0
/*
 * Streams that may end the renderer, which all tenants share, or show memory of it, if
 * they reach it: the attacker is refused, and the victim, in the teardown, is well.
 */
#include <stdio.h>
#include <string.h>

#include "attack_fixture.h"

/* A vertex shader of which a part has come is bound, and then a whole one. */
TEST_F(attack, shader_in_parts)
{
	const u32 stream[] = {
		1 | 4 << 8 | 6 << 16, 1, 0, 400, 300, 0, 0x54524556,
		31 | 2 << 16, 1, 0,
		/* "FRAG\nEND\n" */
		1 | 4 << 8 | 8 << 16, 2, 1, 12, 300, 0, 0x47415246, 0x444e450a,
		0x0a,
		31 | 2 << 16, 2, 1,
		8 | 12 << 16, 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, ~0U, 0,
	};

	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, 1));
	EXPECT_EQ(BAD_PARAM, mvt_submit(&self->dev, 1, stream,
					ARRAY_SIZE(stream)));
}

/* A surface of a format that is none, drawn to. */
TEST_F(attack, format_of_nothing)
{
	const u32 stream[] = {
		1 | 8 << 8 | 5 << 16, 7, 1, 73, 0, 0,
		5 | 3 << 16, 1, 0, 7,
	};

	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, 1));
	ASSERT_EQ(OK, mvt_make_3d(&self->dev, &self->mem, 1, 1, &mvt_picture,
				  1));
	EXPECT_EQ(BAD_PARAM, mvt_submit(&self->dev, 1, stream,
					ARRAY_SIZE(stream)));
}

/* A shader streams out what it does not have. */
TEST_F(attack, streamout_of_nothing)
{
	const u32 stream[] = {
		/* "VERT\nDCL OUT[0], POSITION\nEND\n" */
		1 | 4 << 8 | 19 << 16, 1, 0, 32, 300, 1, 16, 0, 0, 0,
		63 | 4 << 10, 0,
		0x54524556, 0x4c43440a, 0x54554f20, 0x2c5d305b, 0x534f5020,
		0x4f495449, 0x4e450a4e, 0x00000a44,
	};

	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, 1));
	EXPECT_EQ(BAD_PARAM, mvt_submit(&self->dev, 1, stream,
					ARRAY_SIZE(stream)));
}

/* Make a shader of @text. */
static int make_shader(struct mvt_dev *dev, u32 handle, u32 stage,
		       const char *text)
{
	u32 stream[1024] = {}, words = strlen(text) / 4 + 1;

	stream[0] = 1 | 4 << 8 | (5 + words) << 16;
	stream[1] = handle;
	stream[2] = stage;
	stream[3] = 4 * words;
	stream[4] = 300;
	memcpy(&stream[6], text, strlen(text));
	return mvt_submit(dev, 1, stream, 6 + words);
}

/* Texts that the renderer would make GLSL of beyond its memory, or for ever. */
TEST_F(attack, texts)
{
	static const char *const bad[] = {
		"FRAG\nPROPERTY FOO A[\n"
		"DCL IMAGE[0], 2D, PIPE_FORMAT_R32_UINT, WR\nDCL TEMP[0]\n"
		"IMM[0] UINT32 {0, 0, 0, 0}\n"
		"  0: LOAD TEMP[0], IMAGE[4000], IMM[0], 2D\n  1: END\n",
		"FRAG\nIMM[0] FLT32 {0x A[     , 0.0, 0.0, 0.0}\n"
		"  0: LOAD TEMP[0], IMAGE[4000], IMM[0], 2D\n  1: END\n",
		"VERT\nDCL IN[0]\nDCL OUT[1], POSITION\n"
		"DCL OUT[0], GENERIC[0]\nDCL ADDR[0]\n"
		"  0: MOV OUT[ADDR[0].x+0], IN[0]\n  1: END\n",
		"VERT\nDCL CONST[5][0..65535]\nDCL OUT[0], POSITION\n"
		"  0: END\n",
	};
	u32 i;

	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, 1));
	EXPECT_EQ(OK, make_shader(&self->dev, 1, 0,
				  "VERT\nDCL OUT[0], POSITION\n  0: END\n"));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(BAD_PARAM,
			  make_shader(&self->dev, 2, bad[i][0] == 'F', bad[i]));
}

/* An input that means many things must not count as one where its place is noted. */
TEST_F(attack, meanings)
{
	char text[4096];
	size_t n = 0;
	u32 i;

	n += snprintf(text + n, sizeof(text) - n, "FRAG\n");
	for (i = 0; i < 10; i++)
		n += snprintf(text + n, sizeof(text) - n, "DCL IN[%u], FOG\n", i);
	n += snprintf(text + n, sizeof(text) - n, "DCL IN[10]");
	for (i = 0; i < 11; i++)
		n += snprintf(text + n, sizeof(text) - n, ", GENERIC[%u]", i);
	for (i = 11; i < 64; i++)
		n += snprintf(text + n, sizeof(text) - n,
			      "\nDCL IN[%u], GENERIC[%u]", i, i);
	n += snprintf(text + n, sizeof(text) - n,
		      "\n  0: MOV TEMP[0], IN[ADDR[0].x]\n");
	ASSERT_GT(sizeof(text), n);
	ASSERT_EQ(OK, mvt_ctx_create(&self->dev, 1));
	EXPECT_EQ(BAD_PARAM, make_shader(&self->dev, 1, 1, text));
}

/*
 * Varyings that only the vertex shader has come between those of the next one, and have
 * the renderer go on to places where it was, or not.
 */
TEST_F(attack, circles)
{
	static const char next[] =
		"FRAG\nDCL IN[0], GENERIC[3], PERSPECTIVE\nDCL OUT[0], COLOR\n"
		"DCL ADDR[0]\nIMM[0] FLT32 {0.0, 0.0, 0.0, 0.0}\n"
		"  0: ARL ADDR[0].x, IMM[0].xxxx\n"
		"  1: MOV OUT[0], IN[ADDR[0].x]\n  2: END\n";
	static const char good[] =
		"VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n"
		"  0: END\n";
	static const char bad[] =
		"VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n"
		"DCL OUT[2], GENERIC[4]\n  0: END\n";
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	/* BIND_SHADER */
	u32 bind[] = { 31 | 2 << 16, 1, 0 };
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(0, victim_start(&v));
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	EXPECT_EQ(OK, make_shader(dev, 1, 0, good));
	EXPECT_EQ(OK, make_shader(dev, 2, 0, bad));
	EXPECT_EQ(OK, mvt_submit(dev, 1, bind, ARRAY_SIZE(bind)));
	EXPECT_EQ(OK, make_shader(dev, 3, 1, next));
	bind[1] = 2;
	EXPECT_EQ(OK, mvt_submit(dev, 1, bind, ARRAY_SIZE(bind)));
	EXPECT_EQ(BAD_PARAM, make_shader(dev, 4, 1, next));
	EXPECT_TRUE(victim_stop(&v));
}

/* Layers that the renderer does not read come from its memory, if from anywhere. */
TEST_F(attack, layers_read_back)
{
	const u32 stream[] = {
		43 | 13 << 16, 2, 0, 0, 0, 0, 0, 0, 0, 64, 64, 4, 0, 2,
	};
	struct mvt_spec layers = mvt_picture;
	struct mvt_dev *dev = &self->dev;
	const u32 one = 64 * 64;
	/* The last layers come first, so that no two are one piece of memory. */
	struct virtio_gpu_mem_entry entry[4];
	u32 i;

	layers.target = MVT_ARRAY;
	layers.layers = 4;
	layers.flags = 0;
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_create_3d(dev, 2, &layers));
	ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 2));
	for (i = 0; i < 4; i++)
		entry[i] = (struct virtio_gpu_mem_entry){
			.addr = self->mem.iova + (3 - i) * one * 4,
			.length = one * 4,
		};
	ASSERT_EQ(OK, mvt_gpu_attach(dev, 2, entry, 4));
	memset(self->mem.va, 0x5a, 4 * one * 4);
	EXPECT_EQ(OK, mvt_submit(dev, 1, stream, ARRAY_SIZE(stream)));
	/* What was read, of a new one that has been cleared; sim runs no streams. */
	if (!mvt_parent_is_sim())
		EXPECT_EQ(one, mvt_count(self->mem.va + 3 * one * 4, 0, one));
	EXPECT_EQ(3 * one, mvt_count(self->mem.va, 0x5a5a5a5a, 3 * one));
}

TEST_HARNESS_MAIN
