// SPDX-License-Identifier: GPL-2.0
/*
 * Scenes that draw: each stage between vertices and pixels, and what counts
 * them.
 */
#include <stdlib.h>

#include "gl.h"
#include "scene.h"

#define POINTS 12

/* Triangles that fan out, from no buffers at all, in colours that tell them. */
static const char fan_vertex[] =
"#version 320 es\n"
"out vec4 colour;\n"
"uniform float depth;\n"
"uniform int turns;\n"
"void main()\n"
"{\n"
"	int corner = gl_VertexID % 3, n = gl_VertexID / 3;\n"
"	float a = 6.2831853 * float(n + (corner == 2 ? 1 : 0)) / float(turns);\n"
"	vec2 at = corner == 0 ? vec2(0.1, -0.2) : 0.9 * vec2(cos(a), sin(a));\n"
"	gl_Position = vec4(at, depth, 1.0);\n"
"	colour = vec4(float(n & 1), float(corner) / 2.0, float(n) / 8.0, 0.5);\n"
"}\n";

static const char colour_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"in vec4 colour;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main() { pixel = colour; }\n";

static const struct gl_stage fan[] = {
	{ GL_VERTEX_SHADER, fan_vertex },
	{ GL_FRAGMENT_SHADER, colour_fragment },
};

static void draw_fan(GLuint program, int turns, float depth)
{
	glUniform1i(glGetUniformLocation(program, "turns"), turns);
	glUniform1f(glGetUniformLocation(program, "depth"), depth);
	glDrawArrays(GL_TRIANGLES, 0, 3 * turns);
}

static void run_clear(struct tap *tap)
{
	struct gl_target target;
	uint8_t *pixels;

	if (!tap_ok(tap, gl_target_open(&target, GL_RGBA8, GL_SIZE, GL_SIZE),
		    "clear: a target"))
		return;
	glClearColor(0.2f, 0.4f, 0.6f, 0.8f);
	glClear(GL_COLOR_BUFFER_BIT);
	glEnable(GL_SCISSOR_TEST);
	glScissor(8, 16, 24, 32);
	glClearColor(1.0f, 0.0f, 0.0f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
	pixels = gl_read(GL_SIZE, GL_SIZE);
	tap_ok(tap, pixels && pixels[0] == 51 && pixels[1] == 102 &&
	       pixels[2] == 153 && pixels[3] == 204,
	       "clear: the corner has the first colour");
	tap_ok(tap, pixels && pixels[4 * (16 * GL_SIZE + 8)] == 255 &&
	       !pixels[4 * (16 * GL_SIZE + 8) + 1],
	       "clear: the scissor's corner has the second");
	scene_sum("clear.picture", pixels, 4ul * GL_SIZE * GL_SIZE);
	free(pixels);
	gl_target_close(&target);
}

/* Depth and stencil tests, blending. */
static void run_depth(struct tap *tap)
{
	GLuint program = gl_program(fan, 2), depth;
	struct gl_target target;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "depth: program and target"))
		return;
	glGenRenderbuffers(1, &depth);
	glBindRenderbuffer(GL_RENDERBUFFER, depth);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH24_STENCIL8, GL_SIZE,
			      GL_SIZE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT,
				  GL_RENDERBUFFER, depth);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT |
		GL_STENCIL_BUFFER_BIT);
	glEnable(GL_DEPTH_TEST);
	glEnable(GL_STENCIL_TEST);
	glStencilFunc(GL_ALWAYS, 3, 0xff);
	glStencilOp(GL_KEEP, GL_INCR, GL_REPLACE);
	draw_fan(program, 7, 0.2f);
	draw_fan(program, 5, 0.5f);
	scene_picture(tap, "depth.test", GL_SIZE, GL_SIZE);
	glDisable(GL_DEPTH_TEST);
	glStencilFunc(GL_EQUAL, 4, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_KEEP);
	glEnable(GL_BLEND);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE);
	draw_fan(program, 9, 0.0f);
	scene_picture(tap, "depth.stencil", GL_SIZE, GL_SIZE);
	glDisable(GL_STENCIL_TEST);
	glDisable(GL_BLEND);
	glDeleteRenderbuffers(1, &depth);
	glDeleteProgram(program);
	gl_target_close(&target);
}

/* Vertices, instances and indices from buffers; draws that a buffer describes. */
static const char instance_vertex[] =
"#version 320 es\n"
"layout(location = 0) in vec2 at;\n"
"layout(location = 1) in vec3 tint;\n"
"layout(std140) uniform Places { vec4 place[4]; };\n"
"out vec4 colour;\n"
"void main()\n"
"{\n"
"	gl_Position = vec4(at * 0.4 + place[gl_InstanceID].xy, 0.0, 1.0);\n"
"	colour = vec4(tint * place[gl_InstanceID].z, 1.0);\n"
"}\n";

static const struct gl_stage instances[] = {
	{ GL_VERTEX_SHADER, instance_vertex },
	{ GL_FRAGMENT_SHADER, colour_fragment },
};

static void fill_buffers(GLuint *buffers, GLuint program)
{
	static const float corners[] = { -1, -1, 1, -1, 1, 1, -1, 1 };
	static const float tints[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0 };
	static const float places[] = {
		-.5, -.5, 1, 0, .5, -.5, .8, 0, -.5, .5, .6, 0, .5, .5, .4, 0
	};
	static const uint16_t indices[] = { 0, 1, 2, 0, 2, 3 };
	static const uint32_t draw[] = { 6, 4, 0, 0, 0 };

	glBindBuffer(GL_ARRAY_BUFFER, buffers[0]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[1]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(tints), tints, GL_DYNAMIC_DRAW);
	glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(1);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffers[2]);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(indices), indices,
		     GL_STATIC_DRAW);
	glBindBuffer(GL_UNIFORM_BUFFER, buffers[3]);
	glBufferData(GL_UNIFORM_BUFFER, sizeof(places), places, GL_STATIC_DRAW);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, buffers[4]);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(draw), draw,
		     GL_STATIC_DRAW);
	glUniformBlockBinding(program,
			      glGetUniformBlockIndex(program, "Places"), 2);
	glBindBufferBase(GL_UNIFORM_BUFFER, 2, buffers[3]);
}

static void run_buffers(struct tap *tap)
{
	GLuint program = gl_program(instances, 2), buffers[5], vao;
	struct gl_target target;
	float *tint;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "buffers: program and target"))
		return;
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(5, buffers);
	fill_buffers(buffers, program);
	glClear(GL_COLOR_BUFFER_BIT);
	glDrawElementsInstanced(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, NULL, 3);
	scene_picture(tap, "buffers.instanced", GL_SIZE, GL_SIZE);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[1]);
	tint = glMapBufferRange(GL_ARRAY_BUFFER, 0, 12,
				GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_RANGE_BIT);
	if (tint) {
		tint[0] = 0;
		tint[1] = 1;
		tint[2] = 1;
		glUnmapBuffer(GL_ARRAY_BUFFER);
	}
	tap_ok(tap, tint, "buffers: map one that was drawn from");
	glDrawElementsIndirect(GL_TRIANGLES, GL_UNSIGNED_SHORT, NULL);
	scene_picture(tap, "buffers.indirect", GL_SIZE, GL_SIZE);
	glBindVertexArray(0);
	glDeleteVertexArrays(1, &vao);
	glDeleteBuffers(5, buffers);
	glDeleteProgram(program);
	gl_target_close(&target);
}

/* A geometry shader makes three points of each; transform feedback keeps them. */
static const char point_vertex[] =
"#version 320 es\n"
"out float number;\n"
"void main()\n"
"{\n"
"	number = float(gl_VertexID);\n"
"	gl_Position = vec4(0.0, 0.0, 0.0, 1.0);\n"
"}\n";

static const char triple_geometry[] =
"#version 320 es\n"
"layout(points) in;\n"
"layout(points, max_vertices = 3) out;\n"
"in float number[];\n"
"out float result;\n"
"void main()\n"
"{\n"
"	for (int i = 0; i < 3; i++) {\n"
"		result = 10.0 * number[0] + float(i);\n"
"		gl_Position = vec4(result / 128.0 - 0.5, 0.0, 0.0, 1.0);\n"
"		EmitVertex();\n"
"		EndPrimitive();\n"
"	}\n"
"}\n";

static const char result_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"in float result;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main() { pixel = vec4(result / 120.0, 1.0, 0.0, 1.0); }\n";

static const struct gl_stage triple[] = {
	{ GL_VERTEX_SHADER, point_vertex },
	{ GL_GEOMETRY_SHADER, triple_geometry },
	{ GL_FRAGMENT_SHADER, result_fragment },
};

/* Are there three captured for each point, in their order? */
static bool is_tripled(unsigned int points)
{
	const float *result;
	unsigned int i;
	bool ok;

	result = glMapBufferRange(GL_TRANSFORM_FEEDBACK_BUFFER, 0,
				  3 * points * sizeof(*result),
				  GL_MAP_READ_BIT);
	ok = result;
	for (i = 0; ok && i < 3 * points; i++)
		ok = result[i] == 10 * (i / 3) + i % 3;
	if (result)
		glUnmapBuffer(GL_TRANSFORM_FEEDBACK_BUFFER);
	return ok;
}

static void run_geometry(struct tap *tap)
{
	static const char *const outputs[] = { "result" };
	GLuint program = gl_program_capture(triple, 3, outputs, 1);
	GLuint buffer, query, written = 0;
	struct gl_target target;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "geometry: program and target"))
		return;
	glGenBuffers(1, &buffer);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, buffer);
	glBufferData(GL_TRANSFORM_FEEDBACK_BUFFER, 3 * POINTS * 4, NULL,
		     GL_DYNAMIC_READ);
	glGenQueries(1, &query);
	glClear(GL_COLOR_BUFFER_BIT);
	glBeginQuery(GL_TRANSFORM_FEEDBACK_PRIMITIVES_WRITTEN, query);
	glBeginTransformFeedback(GL_POINTS);
	glDrawArrays(GL_POINTS, 0, POINTS);
	glEndTransformFeedback();
	glEndQuery(GL_TRANSFORM_FEEDBACK_PRIMITIVES_WRITTEN);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT, &written);
	tap_ok(tap, written == 3 * POINTS,
	       "geometry: %u points of %d were written", written, 3 * POINTS);
	tap_ok(tap, is_tripled(POINTS), "geometry: captured as computed");
	scene_picture(tap, "geometry.points", GL_SIZE, GL_SIZE);
	glDeleteQueries(1, &query);
	glDeleteBuffers(1, &buffer);
	glDeleteProgram(program);
	gl_target_close(&target);
}

static const char patch_vertex[] =
"#version 320 es\n"
"void main()\n"
"{\n"
"	vec2 at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1 & 1));\n"
"	gl_Position = vec4(at * 1.6 - 0.8, 0.0, 1.0);\n"
"}\n";

static const char patch_control[] =
"#version 320 es\n"
"layout(vertices = 4) out;\n"
"void main()\n"
"{\n"
"	gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID].gl_Position;\n"
"	if (gl_InvocationID == 0) {\n"
"		gl_TessLevelInner[0] = 5.0;\n"
"		gl_TessLevelInner[1] = 4.0;\n"
"		gl_TessLevelOuter[0] = 3.0;\n"
"		gl_TessLevelOuter[1] = 6.0;\n"
"		gl_TessLevelOuter[2] = 2.0;\n"
"		gl_TessLevelOuter[3] = 7.0;\n"
"	}\n"
"}\n";

static const char patch_evaluation[] =
"#version 320 es\n"
"layout(quads, equal_spacing, ccw) in;\n"
"out vec4 colour;\n"
"void main()\n"
"{\n"
"	vec4 low = mix(gl_in[0].gl_Position, gl_in[1].gl_Position, gl_TessCoord.x);\n"
"	vec4 high = mix(gl_in[2].gl_Position, gl_in[3].gl_Position, gl_TessCoord.x);\n"
"	gl_Position = mix(low, high, gl_TessCoord.y);\n"
"	gl_Position.y += 0.2 * sin(6.0 * gl_TessCoord.x);\n"
"	colour = vec4(gl_TessCoord.xy, 0.3, 1.0);\n"
"}\n";

static const struct gl_stage tessellation[] = {
	{ GL_VERTEX_SHADER, patch_vertex },
	{ GL_TESS_CONTROL_SHADER, patch_control },
	{ GL_TESS_EVALUATION_SHADER, patch_evaluation },
	{ GL_FRAGMENT_SHADER, colour_fragment },
};

static void run_tessellation(struct tap *tap)
{
	GLuint program = gl_program(tessellation, 4), query, made = 0;
	struct gl_target target;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "tessellation: program and target"))
		return;
	glGenQueries(1, &query);
	glClear(GL_COLOR_BUFFER_BIT);
	glPatchParameteri(GL_PATCH_VERTICES, 4);
	glBeginQuery(GL_PRIMITIVES_GENERATED, query);
	glDrawArrays(GL_PATCHES, 0, 4);
	glEndQuery(GL_PRIMITIVES_GENERATED);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT, &made);
	tap_ok(tap, made > 4, "tessellation: makes triangles of a patch");
	scene_sum("tessellation.made", &made, sizeof(made));
	scene_picture(tap, "tessellation.patch", GL_SIZE, GL_SIZE);
	glDeleteQueries(1, &query);
	glDeleteProgram(program);
	gl_target_close(&target);
}

static bool any_passed(GLuint query, GLuint program, float depth)
{
	GLuint any = 2;

	glBeginQuery(GL_ANY_SAMPLES_PASSED, query);
	draw_fan(program, 3, depth);
	glEndQuery(GL_ANY_SAMPLES_PASSED);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT, &any);
	return any;
}

static void run_query(struct tap *tap)
{
	GLuint program = gl_program(fan, 2), depth, query;
	struct gl_target target;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "query: program and target"))
		return;
	glGenQueries(1, &query);
	glGenRenderbuffers(1, &depth);
	glBindRenderbuffer(GL_RENDERBUFFER, depth);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT16, GL_SIZE,
			      GL_SIZE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT,
				  GL_RENDERBUFFER, depth);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glEnable(GL_DEPTH_TEST);
	tap_ok(tap, any_passed(query, program, 0.0f),
	       "query: what is in front passes");
	tap_ok(tap, !any_passed(query, program, 0.5f),
	       "query: what is behind does not");
	glDisable(GL_DEPTH_TEST);
	glDeleteQueries(1, &query);
	glDeleteRenderbuffers(1, &depth);
	glDeleteProgram(program);
	gl_target_close(&target);
}

static void run_msaa(struct tap *tap)
{
	GLuint program = gl_program(fan, 2), colour, fbo;
	struct gl_target target;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "msaa: program and target"))
		return;
	glGenRenderbuffers(1, &colour);
	glBindRenderbuffer(GL_RENDERBUFFER, colour);
	glRenderbufferStorageMultisample(GL_RENDERBUFFER, 4, GL_RGBA8, GL_SIZE,
					 GL_SIZE);
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
				  GL_RENDERBUFFER, colour);
	tap_ok(tap, glCheckFramebufferStatus(GL_FRAMEBUFFER) ==
	       GL_FRAMEBUFFER_COMPLETE, "msaa: 4 samples are taken");
	glClear(GL_COLOR_BUFFER_BIT);
	draw_fan(program, 11, 0.0f);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, target.fbo);
	glBlitFramebuffer(0, 0, GL_SIZE, GL_SIZE, 0, 0, GL_SIZE, GL_SIZE,
			  GL_COLOR_BUFFER_BIT, GL_NEAREST);
	glBindFramebuffer(GL_FRAMEBUFFER, target.fbo);
	scene_picture(tap, "msaa.resolved", GL_SIZE, GL_SIZE);
	glDeleteFramebuffers(1, &fbo);
	glDeleteRenderbuffers(1, &colour);
	glDeleteProgram(program);
	gl_target_close(&target);
}

const struct scene draw_scenes[] = {
	{ "clear", false, run_clear },
	{ "depth", false, run_depth },
	{ "buffers", false, run_buffers },
	{ "geometry", false, run_geometry },
	{ "tessellation", false, run_tessellation },
	{ "query", false, run_query },
	{ "msaa", false, run_msaa },
	{}
};
