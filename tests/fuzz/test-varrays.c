// SPDX-License-Identifier: GPL-2.0
/*
 * Varyings that the renderer joins to arrays: what it would not end with is refused,
 * with what the shader itself has and with what the stage before has, and nothing else
 * is.
 */
#include "vtext-test.h"

#define INDIRECT "  0: MOV TEMP[0], IN[ADDR[0].x]\n"
#define INDIRECT_OUT "  0: MOV OUT[ADDR[0].x], TEMP[0]\n"

static void own(void)
{
	static const char *const bad[] = {
		"VERT\nDCL OUT[1], POSITION\nDCL OUT[0], GENERIC[0]\n"
			INDIRECT_OUT,
		"VERT\nDCL OUT[1], POSITION\nDCL OUT[0].xyz, GENERIC[0]\n"
			INDIRECT_OUT,
		"TESS_CTRL\nDCL OUT[1], PATCH[0]\nDCL OUT[0], PATCH[1]\n"
			INDIRECT_OUT,
		"FRAG\nDCL IN[0], GENERIC[0]\nDCL IN[1], POSITION\n" INDIRECT,
		"TESS_EVAL\nDCL IN[0], GENERIC[63]\nDCL IN[1], POSITION\n"
			"DCL IN[2], PATCH[0]\n" INDIRECT,
		"COMP\nDCL IN[0], GENERIC[0]\nDCL IN[1], FOG\n" INDIRECT,
		"TESS_EVAL\nDCL IN[0], PATCH[0]\nDCL IN[1], GENERIC[0]\n"
			INDIRECT,
		/* The back of a colour. */
		"FRAG\nDCL IN[0], COLOR\nDCL IN[1], GENERIC[0]\n" INDIRECT,
		/* What the renderer makes of these is not known. */
		"GEOM\nDCL IN[], GENERIC[9]\nDCL IN[][1], POSITION\n"
			"  0: MOV TEMP[0], IN[0][ADDR[0].x+1]\n",
		"FRAG\nDCL IN[0]\n" INDIRECT,
		"FRAG\nDCL IN[0], GENERIC[0]\nDCL IN[1], GENERIC[0]\n" INDIRECT,
		"FRAG\nDCL IN[1], GENERIC[0]\nDCL IN[0], GENERIC[1]\n" INDIRECT,
		"FRAG\nDCL IN[0], FOG\nDCL IN[0], FOG\n" INDIRECT,
		"FRAG\nDCL IN[0], FACE\nDCL IN[1], FACE\n" INDIRECT,
		"FRAG\nDCL IN[0], VERTICESIN, COLOR\n" INDIRECT,
		"FRAG\nDCL IN[0], PATCH[0]\n" INDIRECT,
		/* It cannot mean both. */
		"FRAG\nDCL IN[0], GENERIC[0], GENERIC[1]\nDCL IN[1], FOG\n"
			INDIRECT,
		/* The second is the first again, without its range. */
		"VERT\nDCL OUT[1], POSITION\nDCL OUT[0], GENERIC[0]\n"
			"DCL OUT[0..2], GENERIC[0]\n" INDIRECT_OUT,
		"VERT\nDCL OUT[3], GENERIC[5]\nDCL OUT[0], GENERIC[9]\n"
			"DCL OUT[3..5], GENERIC[5]\n" INDIRECT_OUT,
	};
	static const char *const good[] = {
		"VERT\nDCL OUT[0], POSITION\nDCL OUT[1], GENERIC[0]\n"
			INDIRECT_OUT,
		"VERT\nDCL OUT[1], POSITION\nDCL OUT[0], GENERIC[0]\n",
		"VERT\nDCL OUT[1], POSITION\nDCL OUT[2..3], GENERIC[0]\n"
			"DCL OUT[0], GENERIC[7]\n" INDIRECT_OUT,
		"VERT\nDCL IN[0]\nDCL IN[1]\n" INDIRECT,
		"FRAG\nDCL IN[0], POSITION\nDCL IN[1], FACE\n"
			"DCL IN[2].xy, GENERIC[0]\nDCL IN[3], GENERIC[7]\n"
			INDIRECT,
		/* In the order of what they mean, and one array. */
		"FRAG\nDCL IN[0], GENERIC[1]\nDCL IN[1], GENERIC[0]\n" INDIRECT,
		"TESS_EVAL\nDCL IN[0], PATCH[0]\nDCL IN[1], TESSOUTER\n"
			INDIRECT,
		"FRAG\nDCL IN[0], COLOR\nDCL IN[2], GENERIC[0]\n" INDIRECT,
		"FRAG\nDCL IN[0], FOG, COLOR\nDCL IN[1], GENERIC[0], COLOR\n"
			INDIRECT,
		"TESS_EVAL\nDCL IN[][1..2], ARRAY(1), GENERIC[0]\n"
			"DCL IN[][0], GENERIC[7]\n"
			"  0: MOV TEMP[0], IN[0][ADDR[0].x](1)\n",
		/* The vertex depends on a register, the varying does not. */
		"GEOM\nDCL IN[][0], GENERIC[0]\nDCL IN[][1], POSITION\n"
			"  0: MOV TEMP[0], IN[ADDR[0].x][0]\n",
	};
	u32 i;

	start();
	for (i = 0; i < 2 * ARRAY_SIZE(bad); i++)
		CHECK_EQ(try(bad[i / 2], i & 1), -EINVAL);
	for (i = 0; i < 2 * ARRAY_SIZE(good); i++)
		CHECK_EQ(try(good[i / 2], i & 1), 0);
	stop();
}

/* Meanings of one register, more than there may be inputs of a shader. */
static void meanings(void)
{
	u32 i;

	start();
	text_len = 0;
	say("FRAG\n");
	for (i = 0; i < 10; i++)
		say("DCL IN[%u], FOG\n", i);
	say("DCL IN[10]");
	for (i = 0; i < 11; i++)
		say(", GENERIC[%u]", i);
	for (i = 11; i < 64; i++)
		say("\nDCL IN[%u], GENERIC[%u]", i, i);
	say("\n" INDIRECT);
	CHECK_EQ(create(FRAGMENT, MVGPU_STAGE_FRAGMENT, false), -EINVAL);
	stop();
}

/* Is a shader taken while a vertex shader is bound? */
static int behind(const char *vertex, const char *next)
{
	CHECK_EQ(bind(0, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(make(vertex), 0);
	CHECK_EQ(bind(VERTEX, MVGPU_STAGE_VERTEX), 0);
	return try(next, false);
}

/* Inputs that only the stage before has come between the shader's own. */
static void missing(void)
{
	static const char three[] = "FRAG\nDCL IN[0], GENERIC[3]\n" INDIRECT;
	static const char patch[] = "TESS_EVAL\nDCL IN[0], PATCH[0]\n" INDIRECT;
	static const char *const other[] = {
		/* Ranges, and what may not be sent on. */
		"VERT\nDCL OUT[0..1], ARRAY(1), GENERIC[5]\n",
		"VERT\nDCL OUT[0], GENERIC[40]\n",
		"VERT\nDCL OUT[0], PATCH[5]\n",
		"VERT\nDCL OUT[0], GENERIC[5], STREAM(0, 0, 0, 1)\n",
		"VERT\nDCL OUT[0..1], ARRAY(1), FOG\nDCL OUT[2], GENERIC[5]\n",
		"VERT\nDCL OUT[0], GENERIC[5]\nDCL OUT[1], GENERIC[63]\n",
	};
	u32 i;

	start();
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n",
			three), 0);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n"
			"DCL OUT[2], GENERIC[4]\n", three), -EINVAL);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n"
			"DCL OUT[2], GENERIC[4]\n",
			"FRAG\nDCL IN[0], GENERIC[3]\n"), 0);
	/* It goes back, but not to what is in an array already. */
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[1]\n"
			"DCL OUT[2], GENERIC[3]\n",
			"FRAG\nDCL IN[0], GENERIC[6]\n" INDIRECT), 0);
	CHECK_EQ(behind("VERT\nDCL OUT[0], FOG\n", patch), 0);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\n", patch), -EINVAL);
	CHECK_EQ(behind("VERT\nDCL OUT[0], TEXCOORD[0]\n", patch), -EINVAL);
	/* The face that comes with a back takes the register of the one declared. */
	CHECK_EQ(behind("VERT\nDCL OUT[0], POSITION\nDCL OUT[1], GENERIC[5]\n"
			"DCL OUT[2], GENERIC[17]\nDCL OUT[3], GENERIC[15]\n"
			"DCL OUT[4], GENERIC[12]\nDCL OUT[5], GENERIC[2]\n"
			"DCL OUT[6], GENERIC[6]\nDCL OUT[7], GENERIC[19]\n"
			"DCL OUT[8], GENERIC[11]\n",
			"FRAG\nDCL IN[0], GENERIC[7]\nDCL IN[2], GENERIC[10]\n"
			"DCL IN[3], GENERIC[22]\nDCL IN[5], GENERIC[21]\n"
			"DCL IN[6], COLOR\nDCL IN[7], GENERIC[1]\n"
			"DCL IN[8], FACE\n" INDIRECT), -EINVAL);
	/* Or none, if it is the first; one before the colour is no other. */
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[8]\n",
			"FRAG\nDCL IN[0], COLOR\nDCL IN[1], GENERIC[11]\n"
			"DCL IN[2], GENERIC[10]\nDCL IN[3], FACE\n" INDIRECT),
		 -EINVAL);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[8]\n",
			"FRAG\nDCL IN[0], FACE\nDCL IN[1], COLOR\n"
			"DCL IN[2], GENERIC[11]\nDCL IN[3], GENERIC[10]\n"
			INDIRECT), 0);
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		CHECK_EQ(behind(other[i], three), -EINVAL);
		CHECK_EQ(behind(other[i], "FRAG\nDCL IN[0], GENERIC[3]\n"), 0);
	}
	stop();

	/* Drawn with; a shader of its own stage does not end it when it is made. */
	start();
	CHECK_EQ(make("VERT\n"), 0);
	CHECK_EQ(make("TESS_CTRL\nDCL OUT[0], PATCH[0]\nDCL OUT[1], PATCH[1]\n"
		      "DCL OUT[2], PATCH[2]\n"), 0);
	CHECK_EQ(make(patch), 0);
	CHECK_EQ(make("FRAG\n"), 0);
	CHECK_EQ(bind(CONTROL, MVGPU_STAGE_TESS_CTRL), 0);
	CHECK_EQ(bind(EVAL, MVGPU_STAGE_TESS_EVAL), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(make("TESS_CTRL\nDCL OUT[][0], GENERIC[0]\n"), 0);
	CHECK_EQ(bind(CONTROL, MVGPU_STAGE_TESS_CTRL), 0);
	CHECK_EQ(draw(), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(LINK_SHADER, 6), VERTEX, FRAGMENT, 0, CONTROL, EVAL,
			0), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(LINK_SHADER, 6), VERTEX, FRAGMENT, 0, 0, EVAL, 0),
		 0);
	stop();
}

/* A shader whose varyings became an array has that of those that it is used with. */
static void neighbours(void)
{
	static const char disorder[] = "VERT\nDCL OUT[1], POSITION\n"
		"DCL OUT[0], GENERIC[0]\nDCL OUT[2], GENERIC[1]\n";
	static const char loops[] = "FRAG\nDCL IN[0], GENERIC[0]\n"
		"DCL IN[1], POSITION\n";

	/* From a stage to the next, when there is an array. */
	start();
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[2]\n"
			INDIRECT_OUT, loops), 0);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[1]\n",
			loops), 0);
	CHECK_EQ(behind("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[1]\n"
			INDIRECT_OUT, loops), -EINVAL);
	stop();

	/* And to the one before. */
	start();
	CHECK_EQ(make("FRAG\nDCL IN[0], GENERIC[0]\n" INDIRECT), 0);
	CHECK_EQ(make(disorder), 0);
	CHECK_EQ(use(), -EINVAL);
	CHECK_EQ(make("VERT\nDCL OUT[1], POSITION\nDCL OUT[0], GENERIC[0]\n"), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(make("FRAG\nDCL IN[0], GENERIC[0]\nDCL IN[1], GENERIC[1]\n"
		      INDIRECT), 0);
	CHECK_EQ(bind(FRAGMENT, MVGPU_STAGE_FRAGMENT), 0);
	CHECK_EQ(make(disorder), -EINVAL);
	CHECK_EQ(bind(0, MVGPU_STAGE_FRAGMENT), 0);
	CHECK_EQ(make(disorder), 0);
	stop();

	/* The vertex shader's outputs go by a geometry shader that gets others'. */
	start();
	CHECK_EQ(make(disorder), 0);
	CHECK_EQ(make("FRAG\n"), 0);
	CHECK_EQ(make("GEOM\nDCL IN[][0], GENERIC[5]\nDCL IN[][1], GENERIC[6]\n"
		      "  0: MOV TEMP[0], IN[0][ADDR[0].x]\n"), 0);
	CHECK_EQ(make("TESS_EVAL\nDCL IN[][0], GENERIC[0]\n"
		      "DCL IN[][1], GENERIC[1]\nDCL OUT[0], GENERIC[5]\n"
		      "DCL OUT[1], GENERIC[6]\n"), 0);
	CHECK_EQ(bind(EVAL, MVGPU_STAGE_TESS_EVAL), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(bind(GEOMETRY, MVGPU_STAGE_GEOMETRY), 0);
	CHECK_EQ(draw(), -EINVAL);
	stop();

	/* From the second to the third, to the first, to the second. */
	start();
	CHECK_EQ(make("VERT\nDCL OUT[0], GENERIC[0]\nDCL OUT[1], GENERIC[1]\n"), 0);
	CHECK_EQ(make("FRAG\n"), 0);
	CHECK_EQ(make("GEOM\nDCL IN[][0], GENERIC[5]\nDCL IN[][1], GENERIC[6]\n"),
		 0);
	CHECK_EQ(make("TESS_EVAL\nDCL IN[][0], GENERIC[0]\n"
		      "DCL IN[][1], POSITION\nDCL OUT[0], GENERIC[5]\n"
		      "DCL OUT[1], GENERIC[6]\n" INDIRECT_OUT), 0);
	CHECK_EQ(bind(EVAL, MVGPU_STAGE_TESS_EVAL), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(bind(GEOMETRY, MVGPU_STAGE_GEOMETRY), 0);
	CHECK_EQ(draw(), -EINVAL);
	stop();
}

/* They remember. */
static void remembered(void)
{
	static const char loops[] = "FRAG\nDCL IN[0], GENERIC[0]\n"
		"DCL IN[1], POSITION\n";
	static const char two[] = "VERT\nDCL OUT[0], GENERIC[0]\n"
		"DCL OUT[1], GENERIC[1]\n";
	static const char array[] = "FRAG\nDCL IN[0], GENERIC[0]\n"
		"DCL IN[1], GENERIC[1]\n" INDIRECT;

	start();
	CHECK_EQ(make(two), 0);
	CHECK_EQ(make(array), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(try(loops, false), -EINVAL);
	/* One that is used with it in the other's place does, too. */
	CHECK_EQ(make("FRAG\nDCL IN[0], GENERIC[0]\nDCL IN[1], GENERIC[1]\n"), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(make(two), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(try(loops, false), -EINVAL);
	CHECK_EQ(make(two), 0);
	CHECK_EQ(bind(0, MVGPU_STAGE_FRAGMENT), 0);
	CHECK_EQ(bind(VERTEX, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(try(loops, false), -EINVAL);
	CHECK_EQ(make(two), 0);
	CHECK_EQ(bind(VERTEX, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(try(loops, false), 0);
	CHECK_EQ(bind(0, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(make(array), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(bind(0, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(make(loops), 0);
	CHECK_EQ(use(), -EINVAL);
	/* A stream that is refused is as if it had not been. */
	CHECK_EQ(bind(0, MVGPU_STAGE_FRAGMENT), 0);
	CHECK_EQ(make(two), 0);
	CHECK_EQ(bind(VERTEX, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(make(array), 0);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), FRAGMENT, MVGPU_STAGE_FRAGMENT);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), 0, 77), -EINVAL);
	CHECK_EQ(try(loops, false), 0);
	stop();
}

static int rasterizer(bool quads, u32 sprites)
{
	VGL_ADD(&vgl, CREATE(RASTERIZER, 9), 910, quads << 7, 0, sprites, 0, 0,
		0, 0, 0);
	return SUBMIT(VIRGL_CMD(VIRGL_BIND_OBJECT, VIRGL_OBJ_RASTERIZER, 1),
		      910);
}

/* Inputs that points have coordinates in the place of begin no array. */
static void points(void)
{
	static const char few[] = "FRAG\nDCL IN[0], GENERIC[5]\n"
				  "DCL IN[1], GENERIC[0]\n" INDIRECT;
	static const char many[] = "FRAG\nDCL IN[0], GENERIC[40]\n"
				   "DCL IN[1], GENERIC[32]\n" INDIRECT;
	static const char range[] = "FRAG\nDCL IN[0..1], ARRAY(1), GENERIC[0]\n"
				    INDIRECT;

	start();
	CHECK_EQ(rasterizer(true, 0), 0);
	CHECK_EQ(try(few, false), 0);
	CHECK_EQ(try(many, false), 0);
	CHECK_EQ(try(range, false), 0);
	CHECK_EQ(rasterizer(false, 1), 0);
	CHECK_EQ(make(few), 0);
	CHECK_EQ(make("VERT\n"), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(rasterizer(true, 1), 0);
	CHECK_EQ(draw(), -EINVAL);
	CHECK_EQ(try(few, false), -EINVAL);
	CHECK_EQ(try(many, false), -EINVAL);
	CHECK_EQ(try(range, false), -EINVAL);
	CHECK_EQ(try("GEOM\nDCL IN[][0], GENERIC[5]\nDCL IN[][1], GENERIC[0]\n"
		     "  0: MOV TEMP[0], IN[0][ADDR[0].x]\n", false), 0);
	CHECK_EQ(rasterizer(true, 2), 0);
	CHECK_EQ(draw(), 0);
	CHECK_EQ(try(many, false), 0);
	/* It is the sub-context's, as the rasterizer is. */
	CHECK_EQ(rasterizer(true, 1), 0);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), 7), 0);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 7);
	CHECK_EQ(try(few, false), 0);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
	CHECK_EQ(try(few, false), -EINVAL);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0,
		VIRGL_CMD(VIRGL_BIND_OBJECT, VIRGL_OBJ_RASTERIZER, 1), 0);
	CHECK_EQ(try(few, false), 0);
	stop();
}

static const struct tap_case cases[] = {
	{ "with the shader's own varyings", own },
	{ "with more meanings than inputs", meanings },
	{ "with those that only the stage before has", missing },
	{ "beside a shader that has arrays", neighbours },
	{ "and beside one that had some", remembered },
	{ "where points have coordinates", points },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
