// SPDX-License-Identifier: GPL-2.0
/*
 * Texts of shaders: what the renderer has no room for is refused, however it is
 * written, and what shaders need of each other when they are used.
 */
#include "vtext-test.h"

/* What stock guests send, or may. */
static const char *const good_units[] = {
	"FRAG\nDCL IN[0], COLOR[1], PERSPECTIVE\nDCL OUT[7], COLOR[7]\n",
	"FRAG\nDCL IN[0], GENERIC[40]\nDCL TEMP[0..30000]\n"
	"DCL SAMP[31]\nDCL SVIEW[31], BUFFER, FLOAT\nDCL BUFFER[0..31]\n"
	"  0: LOAD TEMP[0], BUFFER[ADDR[0].x+31], IMM[99].xxxx, COHERENT\n"
	"  1: STORE IMAGE[0], TEMP[31], TEMP[99], COHERENT, 2D\n"
	"  2: STORE IMAGE[0], TEMP[99], TEMP[99], 2D\n"
	"  3: STORE BUFFER[0].x, TEMP[99], TEMP[99], COHERENT\n"
	"  4: MOV TEMP[ADDR[0].x-70](2), CONST[1][ADDR[0].x-3]\n",
	"VERT\nDCL OUT[1..3].xy, ARRAY(1), GENERIC[4]\n"
	"DCL OUT[2..5].zw, ARRAY(2), GENERIC[5]\n",
	"VERT\nDCL OUT[1..3], ARRAY(1), GENERIC[4]\n"
	"DCL OUT[4..5], ARRAY(2), GENERIC[9]\n",
	"GEOM\nDCL IN[][2], FOG\n"
	"  0: MOV TEMP[ADDR[0].x](1)[3], IN[ADDR[0].x + 1](2)[2]\n",
	"FRAG\nIMM[0] FLT32 {0x3f800000, 0x00000000, 0x1234abcd, 1.5}\n",
	"FRAG\nIMM[0] FLT64 {1.50000000, -2.0}\nIMM[1] FLT32 {0x3f800000}\n",
	"FRAG\nPROPERTY FOO 1\nDCL BUFFER[31]\n",
	"VERT\nDCL OUT[9], TEXCOORD[7]\nDCL OUT[3], PATCH[31]\n",
	"FRAG\nIMM[0] FLT32 { -1.0, 2.0e+10, 0x7f800000, 99 }\n",
};

static const char *const bad_units[] = {
	"FRAG\nDCL IN[0], COLOR[2]\n",
	"FRAG\nDCL IN[0].xy, BCOLOR[60000], PERSPECTIVE\n",
	"FRAG\nDCL OUT[0], COLOR[8]\n",
	"VERT\nDCL OUT[0], GENERIC[64]\n",
	"VERT\nDCL OUT[0], PATCH[32]\n",
	"TESS_CTRL\nDCL OUT[0..3], PATCH[30]\n",
	"VERT\nDCL OUT[0], TEXCOORD[8]\n",
	"FRAG\nDCL BUFFER[0..32]\n",
	"FRAG\ndcl\tbuffer [\n0 .. 32000 ]\n",
	"FRAG\nDCL BUFFER[4294967295]\n",
	"FRAG\nDCL SAMP[32]\n",
	"FRAG\nDCL SVIEW[32], 2D, FLOAT\n",
	"FRAG\n  0: LOAD TEMP[0], IMAGE[32], IN[0]\n",
	"FRAG\n  0: LOAD TEMP[0], IMAGE[ADDR[0].x+32], IN[0]\n",
	"FRAG\n  0: LOAD TEMP[0], IMAGE[ADDR[0].x-1], IN[0]\n",
	"FRAG\n  0: LOAD TEMP[0], MEMORY[32], IN[0], COHERENT\n",
	"FRAG\n  0: STORE IMAGE[0], TEMP[32], IN[0], COHERENT\n",
	"FRAG\n  0: store image [0].xy ,\n temp [ 32 ]\n,IN[0],coherent\n",
	"FRAG\n  0: STORE_PRECISE IMAGE[0], TEMP[32], IN[0], COHERENT\n",
	"FRAG\n  0: STORE IMAGE[0], TEMP[ADDR[0].x-1], IN[0], COHERENT\n",
	"FRAG\n  0: MOV TEMP[0][1][2], IN[0]\n",
	"FRAG\n  0: MOV TEMP[ADDR[TEMP[0].x].x], IN[0]\n",
	"FRAG\n  0: LOAD TEMP[0], IMAGE[0](1)[32], IN[0]\n",
	"FRAG\n  0: STORE IMAGE[0], TEMP[0] (1) [32], IN[0], COHERENT\n",
	"FRAG\n  0: LOAD TEMP[0], IMAGE[0](1[32], IN[0]\n",
	/* What the renderer skips must not hide what it does not. */
	"FRAG IMM[0] FLT32 {0x A[     , 0.0, 0.0, 0.0}",
	"FRAG\nIMM[0] FLT32 {0x1, 0.0, 0.0, 0.0}\n",
	"FRAG\nIMM[0] FLT64 {0x00000000 GENERIC[5] , 0.0}\n",
	"FRAG\nPROPERTY FOO A[\nDCL SAMP[0]\n",
	"FRAG\nPROPERTY FOO GENERIC[5]\n",
	"FRAG\nPROPERTY FOO DCL IN, GENERIC\n",
	"FRAG\nDCL TEMP[",
	"FRAG\nDCL IN[0], GENERIC[0]\n  0: MOV TEMP[0], IN[1]\n",
	"GEOM\nDCL IN[][0], POSITION\n  0: MOV TEMP[0], IN[0][1]\n",
	"FRAG\nDCL IN[0]\n  0: MOV TEMP[0], IN[ADDR[0].x+80]\n",
	"VERT\nDCL OUT[0..2], GENERIC[0]\nDCL OUT[1..21], GENERIC[0]\n",
	"VERT\nDCL OUT[62..64], GENERIC[0]\n",
	"VERT\n  0: END\nDCL OUT[0], POSITION\n",
	"VERT\nEND_SAT\ndcl OUT[0], POSITION\n",
	"GEOM\n  0: EMIT IMM[0].xxxx\nDCL OUT[0], POSITION\n",
	"VERT\nDCL ADDR[32]\n",
	"VERT\nDCL TEMP[0..32768]\n",
	"VERT\nDCL CONST[1][0..16384]\n",
	"VERT\nDCL CONST[32][0]\n",
	"VERT\nDCL CONST[65536][0..2]\n",
	"VERT\nDCL CONST[0..15]\nDCL CONST[0][0..15]\n",
	"VERT\nDCL TEMP[0][0]\n",
	"GEOM\nDCL IN[][0..128], POSITION\n",
	"COMP\nDCL HWATOMIC[0][0..4096]\n",
	("VERT\nDCL TEMP[0..32767]\nDCL TEMP[0..32767]\n"
	 "DCL TEMP[0..32767]\nDCL TEMP[0..32767]\nDCL TEMP[0]\n"),
};

static void units(void)
{
	u32 i;

	start();
	for (i = 0; i < 2 * ARRAY_SIZE(good_units); i++)
		CHECK_EQ(try(good_units[i / 2], i & 1), 0);
	for (i = 0; i < 2 * ARRAY_SIZE(bad_units); i++)
		CHECK_EQ(try(bad_units[i / 2], i & 1), -EINVAL);
	/* The type is that of the command. */
	text_len = 0;
	say("FRAG\n");
	CHECK_EQ(create(VERTEX, MVGPU_STAGE_VERTEX, true), -EINVAL);
	CHECK_EQ(create(FRAGMENT, MVGPU_STAGE_FRAGMENT, true), 0);
	stop();
}

/* A text with @nr outputs of a format that takes their number twice. */
static int outputs(u32 stage, u32 nr, const char *as, bool slowly)
{
	u32 i;

	text_len = 0;
	say(stage == MVGPU_STAGE_FRAGMENT ? "FRAG\n" : "VERT\n");
	for (i = 0; i < nr; i++) {
		say("DCL OUT[%u]", i);
		say(as, i + 1);
	}
	return create(FRAGMENT, stage, slowly);
}

/* A text with a line @nr times. */
static int lines(u32 stage, u32 nr, const char *line)
{
	text_len = 0;
	say(stage == MVGPU_STAGE_FRAGMENT ? "FRAG\n" : "VERT\n");
	while (nr--)
		say("%s\n", line);
	return create(FRAGMENT, stage, false);
}

static void counts(void)
{
	struct mvgpu_virgl_limits limits = vgl_limits;
	u32 slowly;

	start();
	for (slowly = 0; slowly < 2; slowly++) {
		CHECK_EQ(outputs(MVGPU_STAGE_VERTEX, 16, ",\nARRAY(%u)\n",
				 slowly), 0);
		CHECK_EQ(outputs(MVGPU_STAGE_VERTEX, 17, ",\nARRAY(%u)\n",
				 slowly), -EINVAL);
		CHECK_EQ(outputs(MVGPU_STAGE_FRAGMENT, 12, ", COLOR\n# %u\n",
				 slowly), 0);
		CHECK_EQ(outputs(MVGPU_STAGE_FRAGMENT, 13, ", COLOR\n# %u\n",
				 slowly), -EINVAL);
	}
	stop();

	limits.shader_text = sizeof(text);
	vgl_start(&vgl, &limits);
	CHECK_EQ(lines(MVGPU_STAGE_VERTEX, 1024, "RET"), 0);
	CHECK_EQ(lines(MVGPU_STAGE_VERTEX, 1025, "RET"), -EINVAL);
	CHECK_EQ(lines(MVGPU_STAGE_FRAGMENT, 64, "PROPERTY A"), 0);
	CHECK_EQ(lines(MVGPU_STAGE_FRAGMENT, 65, "PROPERTY A"), -EINVAL);
	stop();
}

/* @outs varyings of one shader, and @ins others of the next, from @from on. */
static void varyings(u32 outs, u32 from, u32 ins)
{
	u32 i;

	CHECK_EQ(bind(0, MVGPU_STAGE_VERTEX), 0);
	text_len = 0;
	say("VERT\nDCL OUT[0..%u], GENERIC[0]\n", outs - 1);
	CHECK_EQ(create(VERTEX, MVGPU_STAGE_VERTEX, true), 0);
	text_len = 0;
	say("FRAG\n");
	for (i = 0; i < ins; i++)
		say("DCL IN[%u], GENERIC[%u]\n", i, from + i);
	CHECK_EQ(create(FRAGMENT, MVGPU_STAGE_FRAGMENT, true), 0);
}

static void inputs(void)
{
	start();
	varyings(32, 32, 31);
	CHECK_EQ(use(), 0);
	CHECK_EQ(link(0), 0);
	varyings(32, 32, 32);
	CHECK_EQ(use(), -EINVAL);
	CHECK_EQ(link(0), -EINVAL);
	/* Those that both have count once. */
	varyings(60, 0, 60);
	CHECK_EQ(use(), 0);
	CHECK_EQ(link(0), 0);
	/* What is bound is looked at when the next one is created, too. */
	CHECK_EQ(try("FRAG\nDCL IN[0], POSITION\nDCL IN[1], FACE\n", false), 0);
	CHECK_EQ(try("FRAG\nDCL IN[0], POSITION\nDCL IN[1], FACE\n"
		     "DCL IN[2], FOG\nDCL IN[3], PCOORD\n", true), -EINVAL);
	CHECK_EQ(try("FRAG\nDCL IN[0], POSITION\nDCL IN[1], FACE\n"
		     "DCL IN[2], FOG\nDCL IN[3], PCOORD\n", false), -EINVAL);
	stop();
	/* Each colour may get a back, whatever its number. */
	start();
	CHECK_EQ(make("VERT\nDCL OUT[0..60], GENERIC[0]\n"), 0);
	CHECK_EQ(make("FRAG\nDCL IN[0], COLOR\nDCL IN[1], FOG\n"), 0);
	CHECK_EQ(use(), -EINVAL);
	CHECK_EQ(make("FRAG\nDCL IN[0], COLOR\n"), 0);
	CHECK_EQ(use(), 0);
	stop();
}

static void buffers(void)
{
	start();
	CHECK_EQ(make("VERT\nDCL BUFFER[0..15]\n"), 0);
	CHECK_EQ(make("GEOM\nDCL BUFFER[0]\n"), 0);
	CHECK_EQ(make("FRAG\nDCL BUFFER[15]\n"), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(link(0), 0);
	CHECK_EQ(link(GEOMETRY), -EINVAL);
	CHECK_EQ(bind(0, MVGPU_STAGE_VERTEX), 0);
	CHECK_EQ(make("GEOM\nDCL BUFFER[]\n"), 0);
	CHECK_EQ(make("FRAG\n"), 0);
	CHECK_EQ(link(GEOMETRY), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(LINK_SHADER, 6), FRAGMENT, VERTEX, 0, 0, 0, 0),
		 -EINVAL);
	/* What a shader was used with counts on. */
	CHECK_EQ(make("VERT\nDCL BUFFER[0..15]\n"), 0);
	CHECK_EQ(make("GEOM\nDCL BUFFER[0]\n"), 0);
	CHECK_EQ(link(GEOMETRY), 0);
	CHECK_EQ(make("VERT\n"), 0);
	CHECK_EQ(make("FRAG\nDCL BUFFER[15]\n"), 0);
	CHECK_EQ(link(GEOMETRY), -EINVAL);
	CHECK_EQ(make("GEOM\nDCL BUFFER[0]\n"), 0);
	CHECK_EQ(link(GEOMETRY), 0);
	stop();
}

static int grid(void)
{
	return SUBMIT(CMD(LAUNCH_GRID, 8), 1, 1, 1, 1, 1, 1, 0, 0);
}

/* A new shader of compute that has @declared. */
static void constants_are(const char *declared)
{
	text_len = 0;
	say("COMP\n%s", declared);
	CHECK_EQ(create(GRID, MVGPU_STAGE_COMPUTE, true), 0);
	CHECK_EQ(bind(GRID, MVGPU_STAGE_COMPUTE), 0);
}

static void constants(void)
{
	start();
	constants_are("DCL CONST[0..1023]\n");
	/* There are none: none is read. */
	CHECK_EQ(grid(), 0);
	CHECK_EQ(SUBMIT(CMD(SET_CONSTANT_BUFFER, 3),
			MVGPU_STAGE_COMPUTE, 0, 1), 0);
	CHECK_EQ(grid(), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(SET_CONSTANT_BUFFER, 10),
			MVGPU_STAGE_COMPUTE, 0, 1, 2, 3, 4, 5, 6, 7, 8), 0);
	CHECK_EQ(grid(), -EINVAL);
	constants_are("DCL CONST[0][0..1]\nDCL CONST[1][0..4095]\n");
	CHECK_EQ(grid(), 0);
	/* The renderer keeps what it had. */
	CHECK_EQ(SUBMIT(CMD(SET_CONSTANT_BUFFER, 3),
			MVGPU_STAGE_COMPUTE, 0, 1), 0);
	CHECK_EQ(grid(), 0);
	constants_are("DCL CONST[0][0..2]\n");
	CHECK_EQ(grid(), -EINVAL);
	constants_are("DCL CONST[]\n");
	CHECK_EQ(grid(), -EINVAL);
	/* Each of these is one more. */
	constants_are("DCL CONST[0]\nDCL CONST[0]\n");
	CHECK_EQ(grid(), 0);
	constants_are("DCL CONST[0]\nDCL CONST[0]\nDCL CONST[0]\n");
	CHECK_EQ(grid(), -EINVAL);

	/* The other stages have their own. */
	CHECK_EQ(make("VERT\nDCL CONST[0][0..1]\n"), 0);
	CHECK_EQ(make("FRAG\n"), 0);
	CHECK_EQ(use(), 0);
	CHECK_EQ(SUBMIT(CMD(SET_CONSTANT_BUFFER, 3),
			MVGPU_STAGE_VERTEX, 0, 1), 0);
	CHECK_EQ(use(), -EINVAL);
	stop();
}

static const struct tap_case cases[] = {
	{ "numbers of registers and varyings that there are not", units },
	{ "more arrays and outputs than there is room for", counts },
	{ "inputs that only the stage before has", inputs },
	{ "buffers of all stages", buffers },
	{ "constants that were never sent", constants },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
