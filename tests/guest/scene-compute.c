// SPDX-License-Identifier: GPL-2.0
/*
 * Scenes that compute: what comes out the CPU can tell, too.
 */
#include <stdlib.h>
#include <string.h>

#include "gl.h"
#include "scene.h"

#define MATRIX 48
#define GROUPS 8
#define GROUP 64

static const char product_compute[] =
"#version 320 es\n"
"layout(local_size_x = 8, local_size_y = 8) in;\n"
"layout(std430, binding = 0) readonly buffer A { float a[]; };\n"
"layout(std430, binding = 1) readonly buffer B { float b[]; };\n"
"layout(std430, binding = 2) writeonly buffer C { float c[]; };\n"
"uniform uint n;\n"
"void main()\n"
"{\n"
"	uint row = gl_GlobalInvocationID.y, column = gl_GlobalInvocationID.x;\n"
"	float sum = 0.0;\n"
"	for (uint i = 0u; i < n; i++)\n"
"		sum += a[row * n + i] * b[i * n + column];\n"
"	c[row * n + column] = sum;\n"
"}\n";

static GLuint compute_program(const char *text)
{
	const struct gl_stage stage = { GL_COMPUTE_SHADER, text };

	return gl_program(&stage, 1);
}

/* Small whole numbers, so that sums of products are exact in any order. */
static float element(int matrix, int i)
{
	return (i * (7 + matrix) + i / 5) % 19 - 9;
}

static bool is_product(const float *c)
{
	int row, column, i;
	float sum;

	for (row = 0; row < MATRIX; row++) {
		for (column = 0; column < MATRIX; column++) {
			for (sum = 0, i = 0; i < MATRIX; i++)
				sum += element(0, row * MATRIX + i) *
				       element(1, i * MATRIX + column);
			if (c[row * MATRIX + column] != sum)
				return false;
		}
	}
	return true;
}

static void run_product(struct tap *tap)
{
	GLuint program = compute_program(product_compute), buffers[3];
	static float factor[MATRIX * MATRIX];
	const float *c;
	int i, k;

	if (!tap_ok(tap, program, "product: program"))
		return;
	glGenBuffers(3, buffers);
	for (k = 0; k < 3; k++) {
		for (i = 0; i < MATRIX * MATRIX; i++)
			factor[i] = k < 2 ? element(k, i) : -1;
		glBindBufferBase(GL_SHADER_STORAGE_BUFFER, k, buffers[k]);
		glBufferData(GL_SHADER_STORAGE_BUFFER, sizeof(factor), factor,
			     GL_STATIC_DRAW);
	}
	glUniform1ui(glGetUniformLocation(program, "n"), MATRIX);
	glDispatchCompute(MATRIX / 8, MATRIX / 8, 1);
	glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
	c = glMapBufferRange(GL_SHADER_STORAGE_BUFFER, 0, sizeof(factor),
			     GL_MAP_READ_BIT);
	tap_ok(tap, c && is_product(c),
	       "product: of two matrices of %d x %d equals the CPU's", MATRIX,
	       MATRIX);
	glUnmapBuffer(GL_SHADER_STORAGE_BUFFER);
	glDeleteBuffers(3, buffers);
	glDeleteProgram(program);
}

/* Shared memory, barriers and both kinds of atomics; dispatched by a buffer. */
static const char reduce_compute[] =
"#version 320 es\n"
"layout(local_size_x = 64) in;\n"
"layout(binding = 0, offset = 0) uniform atomic_uint groups;\n"
"layout(std430, binding = 0) buffer Sums { uint total; uint part[]; };\n"
"shared uint value[64];\n"
"void main()\n"
"{\n"
"	uint me = gl_LocalInvocationID.x;\n"
"	value[me] = gl_GlobalInvocationID.x;\n"
"	for (uint step = 32u; step > 0u; step >>= 1) {\n"
"		barrier();\n"
"		if (me < step)\n"
"			value[me] += value[me + step];\n"
"	}\n"
"	if (me == 0u) {\n"
"		part[gl_WorkGroupID.x] = value[0];\n"
"		atomicAdd(total, value[0]);\n"
"		atomicCounterIncrement(groups);\n"
"	}\n"
"}\n";

static uint32_t read_uint(GLenum target)
{
	const uint32_t *value;
	uint32_t ret;

	value = glMapBufferRange(target, 0, sizeof(*value), GL_MAP_READ_BIT);
	ret = value ? *value : ~0u;
	glUnmapBuffer(target);
	return ret;
}

static void run_reduce(struct tap *tap)
{
	static const uint32_t groups[] = { GROUPS, 1, 1 }, zeros[GROUPS + 1];
	const uint32_t want = GROUPS * GROUP * (GROUPS * GROUP - 1) / 2;
	GLuint program = compute_program(reduce_compute), buffers[3];

	if (!tap_ok(tap, program, "reduce: program"))
		return;
	glGenBuffers(3, buffers);
	glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 0, buffers[0]);
	glBufferData(GL_SHADER_STORAGE_BUFFER, sizeof(zeros), zeros,
		     GL_DYNAMIC_COPY);
	glBindBufferBase(GL_ATOMIC_COUNTER_BUFFER, 0, buffers[1]);
	glBufferData(GL_ATOMIC_COUNTER_BUFFER, sizeof(*zeros), zeros,
		     GL_DYNAMIC_COPY);
	glBindBuffer(GL_DISPATCH_INDIRECT_BUFFER, buffers[2]);
	glBufferData(GL_DISPATCH_INDIRECT_BUFFER, sizeof(groups), groups,
		     GL_STATIC_DRAW);
	glDispatchComputeIndirect(0);
	glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
	tap_ok(tap, read_uint(GL_SHADER_STORAGE_BUFFER) == want,
	       "reduce: the sum over all groups is right");
	tap_ok(tap, read_uint(GL_ATOMIC_COUNTER_BUFFER) == GROUPS,
	       "reduce: each group was counted");
	glDeleteBuffers(3, buffers);
	glDeleteProgram(program);
}

static const char image_compute[] =
"#version 320 es\n"
"precision highp uimage2D;\n"
"layout(local_size_x = 8, local_size_y = 8) in;\n"
"layout(r32ui, binding = 0) uniform writeonly uimage2D image;\n"
"void main()\n"
"{\n"
"	ivec2 at = ivec2(gl_GlobalInvocationID.xy);\n"
"	imageStore(image, at, uvec4(uint(at.x * 1000 + at.y * at.y), 0u, 0u, 0u));\n"
"}\n";

static void run_image(struct tap *tap)
{
	GLuint program = compute_program(image_compute);
	struct gl_target target;
	uint32_t *texels;
	int x, y, bad = 0;

	texels = calloc(GL_SIZE * GL_SIZE, sizeof(*texels));
	if (!tap_ok(tap, texels && program &&
		    gl_target_open(&target, GL_R32UI, GL_SIZE, GL_SIZE),
		    "image: program and target"))
		return;
	glBindImageTexture(0, target.texture, 0, GL_FALSE, 0, GL_WRITE_ONLY,
			   GL_R32UI);
	glDispatchCompute(GL_SIZE / 8, GL_SIZE / 8, 1);
	glMemoryBarrier(GL_FRAMEBUFFER_BARRIER_BIT |
			GL_TEXTURE_UPDATE_BARRIER_BIT);
	glReadPixels(0, 0, GL_SIZE, GL_SIZE, GL_RED_INTEGER, GL_UNSIGNED_INT,
		     texels);
	for (y = 0; y < GL_SIZE; y++)
		for (x = 0; x < GL_SIZE; x++)
			bad += texels[y * GL_SIZE + x] !=
			       (uint32_t)(x * 1000 + y * y);
	tap_ok(tap, !bad, "image: %d texels are not as computed", bad);
	free(texels);
	glDeleteProgram(program);
	gl_target_close(&target);
}

/* Buffers copied to and from each other on the GPU, in part. */
static void run_copy(struct tap *tap)
{
	uint8_t sent[1024], want[1024], *got;
	GLuint buffers[2];
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i * i >> 3;
	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
	glBufferData(GL_COPY_READ_BUFFER, sizeof(sent), sent, GL_STATIC_DRAW);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, sizeof(sent), sent, GL_STATIC_DRAW);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 100, 500,
			    400);
	glBufferSubData(GL_COPY_WRITE_BUFFER, 3, 5, sent + 700);
	memcpy(want, sent, sizeof(want));
	memcpy(want + 500, sent + 100, 400);
	memcpy(want + 3, sent + 700, 5);
	got = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, sizeof(sent),
			       GL_MAP_READ_BIT);
	tap_ok(tap, got && !memcmp(got, want, sizeof(want)),
	       "copy: the copy is what was copied");
	glUnmapBuffer(GL_COPY_WRITE_BUFFER);
	glDeleteBuffers(2, buffers);
}

const struct scene compute_scenes[] = {
	{ "product", false, run_product },
	{ "reduce", false, run_reduce },
	{ "image", false, run_image },
	{ "copy", false, run_copy },
	{}
};
