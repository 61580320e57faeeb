/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the GL tests share: a context of Mesa on the render node of a virtio-gpu
 * or on its card, programs, targets to draw to, and pixels read back.
 */
#ifndef MVGPU_GUEST_GL_H
#define MVGPU_GUEST_GL_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl32.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gbm_device;

#define GL_SIZE 128	/* pixels of a target's side */

/**
 * struct gl - a display of EGL on GBM
 * @fd: of the node
 * @gbm: on @fd
 * @display: on @gbm
 * @config: RGB of 8 bits, for surfaces of @gbm
 * @context: the current one
 */
struct gl {
	int fd;
	struct gbm_device *gbm;
	EGLDisplay display;
	EGLConfig config;
	EGLContext context;
};

/**
 * struct gl_target - a colour texture with a framebuffer for it
 * @texture: of @width x @height
 * @fbo: complete
 * @width: pixels
 * @height: pixels
 */
struct gl_target {
	GLuint texture, fbo;
	int width, height;
};

/**
 * struct gl_stage - a shader of a program
 * @type: as in GL_VERTEX_SHADER
 * @text: its source
 */
struct gl_stage {
	GLenum type;
	const char *text;
};

/**
 * gl_open() - open a display on a node
 * @gl: what to fill
 * @path: of a node; NULL: the first render node of virtio_gpu
 *
 * Return: what went wrong, or NULL
 */
const char *gl_open(struct gl *gl, const char *path);

/* gl_open_fd() - as gl_open(), on a node that the caller has opened. */
const char *gl_open_fd(struct gl *gl, int fd);
void gl_close(struct gl *gl);

/* gl_make_current() - a new context, OpenGL 4.3 or OpenGL ES 3.2; NULL: done. */
const char *gl_make_current(struct gl *gl, bool desktop);

/* gl_program() - link; 0, and a note of why, if that fails. */
GLuint gl_program(const struct gl_stage *stages, unsigned int nr);

/* gl_program_capture() - the same, with outputs that transform feedback takes */
GLuint gl_program_capture(const struct gl_stage *stages, unsigned int nr,
			  const char *const *outputs, unsigned int nr_outputs);

/* gl_target_open() - make a target and bind it; false if GL does not take it. */
bool gl_target_open(struct gl_target *target, GLenum format, int width,
		    int height);
void gl_target_close(struct gl_target *target);

/* gl_read() - pixels of the bound framebuffer, RGBA of 8 bits; free() it. */
uint8_t *gl_read(int width, int height);

/* gl_no_error() - was there none since the last call? Tells the first. */
bool gl_no_error(void);

#endif
