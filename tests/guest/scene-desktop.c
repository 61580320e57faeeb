// SPDX-License-Identifier: GPL-2.0
/*
 * Scenes that want desktop OpenGL 4.3: what OpenGL ES does not have. Functions
 * are asked from EGL by name, since libGLESv2 has none of these.
 */
#include <stdlib.h>

#include "gl.h"
#include "scene.h"

#define GL_QUERY_WAIT 0x8e13
#define GL_SAMPLES_PASSED 0x8914
#define GL_TIMESTAMP 0x8e28

typedef void (*begin_render_fn)(GLuint id, GLenum mode);
typedef void (*end_render_fn)(void);
typedef void (*query_counter_fn)(GLuint id, GLenum target);
typedef void (*get_query_fn)(GLuint id, GLenum name, uint64_t *value);

static const char fill_vertex[] =
"#version 430\n"
"uniform float depth;\n"
"void main()\n"
"{\n"
"	vec2 at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));\n"
"	gl_Position = vec4(at * 2.0 - 1.0, depth, 1.0);\n"
"}\n";

static const char fill_fragment[] =
"#version 430\n"
"uniform vec4 colour;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main() { pixel = colour; }\n";

static const struct gl_stage fill[] = {
	{ GL_VERTEX_SHADER, fill_vertex },
	{ GL_FRAGMENT_SHADER, fill_fragment },
};

static void draw_fill(GLuint program, float depth, float red)
{
	glUniform1f(glGetUniformLocation(program, "depth"), depth);
	glUniform4f(glGetUniformLocation(program, "colour"), red, 1, 0, 1);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static int red_in_middle(void)
{
	uint8_t pixel[4] = {};

	glReadPixels(GL_SIZE / 2, GL_SIZE / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE,
		     pixel);
	return pixel[0];
}

/* Drawn only if a query before has seen pixels. */
static void draw_if(GLuint program, GLuint query, float depth, float red)
{
	begin_render_fn begin = (begin_render_fn)
		eglGetProcAddress("glBeginConditionalRender");
	end_render_fn end = (end_render_fn)
		eglGetProcAddress("glEndConditionalRender");

	glBeginQuery(GL_SAMPLES_PASSED, query);
	draw_fill(program, depth, 0);
	glEndQuery(GL_SAMPLES_PASSED);
	begin(query, GL_QUERY_WAIT);
	draw_fill(program, -0.5f, red);
	end();
}

static void run_condition(struct tap *tap)
{
	GLuint program, depth, query, passed = 0;
	struct gl_target target;
	GLuint vao;

	program = gl_program(fill, 2);
	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "condition: program and target"))
		return;
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenQueries(1, &query);
	glGenRenderbuffers(1, &depth);
	glBindRenderbuffer(GL_RENDERBUFFER, depth);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT24, GL_SIZE,
			      GL_SIZE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT,
				  GL_RENDERBUFFER, depth);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glEnable(GL_DEPTH_TEST);
	draw_if(program, query, 0.0f, 0.5f);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT, &passed);
	tap_ok(tap, passed == GL_SIZE * GL_SIZE,
	       "condition: %u samples of %d passed", passed, GL_SIZE * GL_SIZE);
	tap_ok(tap, red_in_middle() == 128, "condition: drawn if some passed");
	draw_if(program, query, 0.7f, 1.0f);
	tap_ok(tap, red_in_middle() == 128, "condition: not drawn if none did");
	glDisable(GL_DEPTH_TEST);
	glBindVertexArray(0);
	glDeleteVertexArrays(1, &vao);
	glDeleteQueries(1, &query);
	glDeleteRenderbuffers(1, &depth);
	glDeleteProgram(program);
	gl_target_close(&target);
}

static void run_timestamp(struct tap *tap)
{
	query_counter_fn counter = (query_counter_fn)
		eglGetProcAddress("glQueryCounter");
	get_query_fn get = (get_query_fn)
		eglGetProcAddress("glGetQueryObjectui64v");
	uint64_t first = 0, second = 0;
	GLuint queries[2];

	glGenQueries(2, queries);
	counter(queries[0], GL_TIMESTAMP);
	glFlush();
	counter(queries[1], GL_TIMESTAMP);
	get(queries[0], GL_QUERY_RESULT, &first);
	get(queries[1], GL_QUERY_RESULT, &second);
	tap_ok(tap, first && second >= first, "timestamp: time goes on");
	glDeleteQueries(2, queries);
}

const struct scene desktop_scenes[] = {
	{ "condition", true, run_condition },
	{ "timestamp", true, run_timestamp },
	{}
};
