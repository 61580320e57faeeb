// SPDX-License-Identifier: GPL-2.0
/*
 * A load on the GPU alone: a shader that takes long to run and nothing to submit.
 */
#include "load.h"

#include <stdint.h>

#include "clock.h"
#include "gl.h"

#define LOAD_SIZE	256	/* pixels of the target's side */
#define LOAD_ROUND	1000	/* steps of the shader, for each pixel */
#define LOAD_QUEUED	8	/* jobs that wait to be done */
#define FENCE_TIMEOUT_NS (60ull * 1000 * 1000 * 1000)

static const char load_vertex[] =
"#version 320 es\n"
"void main()\n"
"{\n"
"	vec2 at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));\n"
"	gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);\n"
"}\n";

/* Each step needs the one before it, so none can be left out. */
static const char load_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"uniform int rounds;\n"
"uniform int steps;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main()\n"
"{\n"
"	float x = gl_FragCoord.x / 512.0;\n"
"	for (int j = 0; j < rounds; j++)\n"
"		for (int i = 0; i < steps; i++)\n"
"			x = 3.7 * x * (1.0 - x);\n"
"	pixel = vec4(x, 1.0 - x, 0.5, 1.0);\n"
"}\n";

static const struct gl_stage load_stages[] = {
	{ GL_VERTEX_SHADER, load_vertex },
	{ GL_FRAGMENT_SHADER, load_fragment },
};

/* Wait for a job; false if it does not end. NULL is none. */
static bool job_end(GLsync job)
{
	GLenum state;

	if (!job)
		return true;
	state = glClientWaitSync(job, GL_SYNC_FLUSH_COMMANDS_BIT,
				 FENCE_TIMEOUT_NS);
	glDeleteSync(job);
	return state == GL_ALREADY_SIGNALED || state == GL_CONDITION_SATISFIED;
}

void load_gpu(struct tap *tap, const char *device, double seconds,
	      unsigned int rounds)
{
	GLsync queued[LOAD_QUEUED] = {};
	struct gl_target target;
	unsigned long jobs = 0;
	double begin, end;
	const char *error;
	GLuint program;
	struct gl gl;
	bool good;
	int i;

	error = gl_open(&gl, device);
	if (!error)
		error = gl_make_current(&gl, false);
	if (!tap_ok(tap, !error, "load: a context%s%s", error ? ": " : "",
		    error ? error : ""))
		return;
	program = gl_program(load_stages, 2);
	good = program && gl_target_open(&target, GL_RGBA8, LOAD_SIZE, LOAD_SIZE);
	if (!tap_ok(tap, good, "load: a program and a target"))
		return;
	glUniform1i(glGetUniformLocation(program, "rounds"), rounds);
	glUniform1i(glGetUniformLocation(program, "steps"), LOAD_ROUND);
	tap_note("ready load");
	begin = now();
	end = begin + seconds;
	while (good && now() < end) {
		GLsync *job = &queued[jobs++ % LOAD_QUEUED];

		good = job_end(*job);
		glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
		*job = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
		glFlush();
	}
	for (i = 0; i < LOAD_QUEUED; i++)
		good &= job_end(queued[i]);
	tap_ok(tap, good && gl_no_error(), "load: each job came to its end");
	tap_note("load %lu jobs in %.3f s", jobs, now() - begin);
	glDeleteProgram(program);
	gl_target_close(&target);
	gl_close(&gl);
}
