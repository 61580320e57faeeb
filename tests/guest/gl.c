// SPDX-License-Identifier: GPL-2.0
/*
 * EGL on GBM, without a window system, and the small change of GL.
 */
#include <fcntl.h>
#include <gbm.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gl.h"
#include "tap.h"

#define RENDER_MINORS 64

static bool is_virtio(int fd)
{
	drmVersion *version = drmGetVersion(fd);
	bool ret = version && !strcmp(version->name, "virtio_gpu");

	drmFreeVersion(version);
	return ret;
}

static int open_node(const char *path)
{
	char name[64];
	int i, fd;

	if (path)
		return open(path, O_RDWR | O_CLOEXEC);
	for (i = 0; i < RENDER_MINORS; i++) {
		snprintf(name, sizeof(name), DRM_RENDER_DEV_NAME, DRM_DIR_NAME,
			 128 + i);
		fd = open(name, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (is_virtio(fd))
			return fd;
		close(fd);
	}
	return -1;
}

/* A config whose surfaces the display can scan out. */
static bool choose_config(struct gl *gl)
{
	static const EGLint want[] = {
		EGL_SURFACE_TYPE, EGL_WINDOW_BIT, EGL_RED_SIZE, 8,
		EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 0,
		EGL_RENDERABLE_TYPE, EGL_OPENGL_ES3_BIT, EGL_NONE
	};
	EGLConfig configs[64];
	EGLint nr, i, format;

	if (!eglChooseConfig(gl->display, want, configs, 64, &nr))
		return false;
	for (i = 0; i < nr; i++) {
		if (!eglGetConfigAttrib(gl->display, configs[i],
					EGL_NATIVE_VISUAL_ID, &format) ||
		    format != GBM_FORMAT_XRGB8888)
			continue;
		gl->config = configs[i];
		return true;
	}
	return false;
}

const char *gl_open_fd(struct gl *gl, int fd)
{
	memset(gl, 0, sizeof(*gl));
	gl->fd = fd;
	if (fd < 0)
		return "no node of virtio_gpu";
	gl->gbm = gbm_create_device(fd);
	if (!gl->gbm)
		return "no GBM device";
	gl->display = eglGetPlatformDisplay(EGL_PLATFORM_GBM_KHR, gl->gbm,
					    NULL);
	if (gl->display == EGL_NO_DISPLAY ||
	    !eglInitialize(gl->display, NULL, NULL))
		return "no EGL display";
	if (!choose_config(gl))
		return "no config of XRGB8888";
	return NULL;
}

const char *gl_open(struct gl *gl, const char *path)
{
	return gl_open_fd(gl, open_node(path));
}

static void drop_context(struct gl *gl)
{
	if (!gl->context)
		return;
	eglMakeCurrent(gl->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
		       EGL_NO_CONTEXT);
	eglDestroyContext(gl->display, gl->context);
	gl->context = EGL_NO_CONTEXT;
}

void gl_close(struct gl *gl)
{
	drop_context(gl);
	if (gl->display)
		eglTerminate(gl->display);
	if (gl->gbm)
		gbm_device_destroy(gl->gbm);
	if (gl->fd >= 0)
		close(gl->fd);
}

const char *gl_make_current(struct gl *gl, bool desktop)
{
	const EGLint version[] = {
		EGL_CONTEXT_MAJOR_VERSION, desktop ? 4 : 3,
		EGL_CONTEXT_MINOR_VERSION, desktop ? 3 : 2, EGL_NONE
	};

	drop_context(gl);
	if (!eglBindAPI(desktop ? EGL_OPENGL_API : EGL_OPENGL_ES_API))
		return "no such API";
	gl->context = eglCreateContext(gl->display, gl->config, EGL_NO_CONTEXT,
				       version);
	if (gl->context == EGL_NO_CONTEXT)
		return "no context of this version";
	if (!eglMakeCurrent(gl->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
			    gl->context))
		return "the context does not become current";
	return NULL;
}

static bool attach_stage(GLuint program, const struct gl_stage *stage)
{
	GLuint shader = glCreateShader(stage->type);
	char log[1024] = "";
	GLint ok = 0;

	glShaderSource(shader, 1, &stage->text, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (!ok) {
		glGetShaderInfoLog(shader, sizeof(log), NULL, log);
		tap_note("shader %#x: %s", stage->type, log);
	}
	glAttachShader(program, shader);
	/* It goes when the program goes. */
	glDeleteShader(shader);
	return ok;
}

GLuint gl_program_capture(const struct gl_stage *stages, unsigned int nr,
			  const char *const *outputs, unsigned int nr_outputs)
{
	GLuint program = glCreateProgram();
	char log[1024] = "";
	bool compiled = true;
	unsigned int i;
	GLint ok = 0;

	for (i = 0; i < nr; i++)
		compiled &= attach_stage(program, &stages[i]);
	if (nr_outputs)
		glTransformFeedbackVaryings(program, nr_outputs, outputs,
					    GL_INTERLEAVED_ATTRIBS);
	if (compiled) {
		glLinkProgram(program);
		glGetProgramiv(program, GL_LINK_STATUS, &ok);
	}
	if (ok) {
		glUseProgram(program);
		return program;
	}
	glGetProgramInfoLog(program, sizeof(log), NULL, log);
	tap_note("program: %s", log);
	glDeleteProgram(program);
	return 0;
}

GLuint gl_program(const struct gl_stage *stages, unsigned int nr)
{
	return gl_program_capture(stages, nr, NULL, 0);
}

bool gl_target_open(struct gl_target *target, GLenum format, int width,
		    int height)
{
	target->width = width;
	target->height = height;
	glGenTextures(1, &target->texture);
	glBindTexture(GL_TEXTURE_2D, target->texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, format, width, height);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glGenFramebuffers(1, &target->fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, target->fbo);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
			       GL_TEXTURE_2D, target->texture, 0);
	glViewport(0, 0, width, height);
	return glCheckFramebufferStatus(GL_FRAMEBUFFER) ==
	       GL_FRAMEBUFFER_COMPLETE;
}

void gl_target_close(struct gl_target *target)
{
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	glDeleteFramebuffers(1, &target->fbo);
	glDeleteTextures(1, &target->texture);
}

uint8_t *gl_read(int width, int height)
{
	uint8_t *pixels = calloc(width * height, 4);

	if (pixels)
		glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE,
			     pixels);
	return pixels;
}

bool gl_no_error(void)
{
	GLenum error = glGetError();

	if (error)
		tap_note("GL error %#x", error);
	while (glGetError())
		;
	return !error;
}
