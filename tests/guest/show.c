// SPDX-License-Identifier: GPL-2.0
/*
 * Frames drawn by GL to buffers that the screen shows, as a compositor does it,
 * and the last one read back, so that the screen can be compared with it.
 */
#include "show.h"

#include <errno.h>
#include <gbm.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gl.h"
#include "kms.h"

#define FLIP_TIMEOUT_MS 20000

static const char show_vertex[] =
"#version 320 es\n"
"out vec2 at;\n"
"void main()\n"
"{\n"
"	at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));\n"
"	gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);\n"
"}\n";

/* Neither its mirror image nor itself upside down, and each frame another. */
static const char show_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"uniform float frame;\n"
"in vec2 at;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main()\n"
"{\n"
"	vec2 cell = floor(at * vec2(16.0, 10.0));\n"
"	bool bar = cell.x < 4.0 || cell.y > 7.0 || (cell.y == 5.0 && cell.x < 12.0);\n"
"	pixel = bar ? vec4(at, fract(frame / 8.0), 1.0) :\n"
"		vec4(0.1, 0.2 * at.y, fract(cell.x * 0.37 + cell.y * 0.11), 1.0);\n"
"}\n";

static const struct gl_stage show_stages[] = {
	{ GL_VERTEX_SHADER, show_vertex },
	{ GL_FRAGMENT_SHADER, show_fragment },
};

/**
 * struct screen - what is drawn on
 * @kms: the card
 * @gl: on the same card
 * @mode: the preferred one
 * @gbm: surface of its size
 * @egl: the same for EGL
 * @shown: buffer on the screen, NULL at first
 * @flipped: the flip that was asked for has happened
 */
struct screen {
	struct kms kms;
	struct gl gl;
	drmModeModeInfo mode;
	struct gbm_surface *gbm;
	EGLSurface egl;
	struct gbm_bo *shown;
	bool flipped;
};

static const char *screen_open(struct screen *screen, const char *card)
{
	drmModeModeInfo *mode;
	const char *error;

	if (kms_open(&screen->kms, card))
		return "no card of virtio_gpu";
	mode = kms_mode(&screen->kms, 0, 0);
	if (!mode)
		return "no preferred mode";
	screen->mode = *mode;
	error = gl_open_fd(&screen->gl, dup(screen->kms.fd));
	if (!error)
		error = gl_make_current(&screen->gl, false);
	if (error)
		return error;
	screen->gbm = gbm_surface_create(screen->gl.gbm, mode->hdisplay,
					 mode->vdisplay, GBM_FORMAT_XRGB8888,
					 GBM_BO_USE_SCANOUT |
					 GBM_BO_USE_RENDERING);
	if (!screen->gbm)
		return "no surface of GBM";
	screen->egl = eglCreatePlatformWindowSurface(screen->gl.display,
						     screen->gl.config,
						     screen->gbm, NULL);
	if (screen->egl == EGL_NO_SURFACE ||
	    !eglMakeCurrent(screen->gl.display, screen->egl, screen->egl,
			    screen->gl.context))
		return "no surface of EGL";
	glViewport(0, 0, mode->hdisplay, mode->vdisplay);
	return NULL;
}

static void on_flip(int fd, unsigned int frame, unsigned int sec,
		    unsigned int usec, void *data)
{
	struct screen *screen = data;

	(void)fd;
	(void)frame;
	(void)sec;
	(void)usec;
	screen->flipped = true;
}

static int wait_flip(struct screen *screen)
{
	struct pollfd pfd = { .fd = screen->kms.fd, .events = POLLIN };
	drmEventContext context = {
		.version = 2, .page_flip_handler = on_flip
	};

	while (!screen->flipped) {
		if (poll(&pfd, 1, FLIP_TIMEOUT_MS) <= 0)
			return -ETIMEDOUT;
		drmHandleEvent(screen->kms.fd, &context);
	}
	return 0;
}

static int frame_buffer(struct screen *screen, struct gbm_bo *bo, uint32_t *fb)
{
	*fb = (uintptr_t)gbm_bo_get_user_data(bo);
	if (*fb)
		return 0;
	if (drmModeAddFB(screen->kms.fd, screen->mode.hdisplay,
			 screen->mode.vdisplay, 24, 32, gbm_bo_get_stride(bo),
			 gbm_bo_get_handle(bo).u32, fb))
		return -errno;
	gbm_bo_set_user_data(bo, (void *)(uintptr_t)*fb, NULL);
	return 0;
}

/* Put what was drawn last on the screen. */
static int present(struct screen *screen)
{
	struct kms_buffer buffer = {};
	struct gbm_bo *bo;
	int ret;

	if (!eglSwapBuffers(screen->gl.display, screen->egl))
		return -EIO;
	bo = gbm_surface_lock_front_buffer(screen->gbm);
	if (!bo)
		return -ENOMEM;
	ret = frame_buffer(screen, bo, &buffer.fb);
	if (ret)
		return ret;
	if (screen->shown) {
		screen->flipped = false;
		ret = kms_flip(&screen->kms, &buffer, screen);
		if (!ret)
			ret = wait_flip(screen);
		gbm_surface_release_buffer(screen->gbm, screen->shown);
	} else {
		ret = kms_show(&screen->kms, &screen->mode, &buffer);
	}
	screen->shown = bo;
	return ret;
}

/* GL's first row is the lowest, that of a picture the highest. */
static bool write_picture(const char *path, const uint8_t *pixels, int width,
			  int height)
{
	FILE *file = fopen(path, "wb");
	int x, y;

	if (!file)
		return false;
	fprintf(file, "P6\n%d %d\n255\n", width, height);
	for (y = height - 1; y >= 0; y--)
		for (x = 0; x < width; x++)
			fwrite(pixels + 4 * ((size_t)y * width + x), 3, 1,
			       file);
	return !fclose(file);
}

static int draw_frames(struct screen *screen, GLuint program,
		       unsigned int frames, uint8_t **pixels)
{
	unsigned int frame;
	int ret = 0;

	for (frame = 1; !ret && frame <= frames; frame++) {
		glUniform1f(glGetUniformLocation(program, "frame"), frame);
		glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
		if (frame == frames)
			*pixels = gl_read(screen->mode.hdisplay,
					  screen->mode.vdisplay);
		ret = present(screen);
	}
	return ret;
}

void show_frames(struct tap *tap, const char *card, unsigned int frames,
		 const char *picture, double hold)
{
	struct screen screen = {};
	uint8_t *pixels = NULL;
	const char *error = screen_open(&screen, card);
	GLuint program;

	if (!tap_ok(tap, !error, "show: a screen%s%s", error ? ": " : "",
		    error ? error : ""))
		return;
	program = gl_program(show_stages, 2);
	tap_ok(tap, program && !draw_frames(&screen, program, frames, &pixels),
	       "show: %u frames", frames);
	if (picture)
		tap_ok(tap, pixels && write_picture(picture, pixels,
						    screen.mode.hdisplay,
						    screen.mode.vdisplay),
		       "show: keep what was drawn");
	free(pixels);
	tap_note("ready show");
	usleep(hold * 1e6);
	glDeleteProgram(program);
	eglMakeCurrent(screen.gl.display, EGL_NO_SURFACE, EGL_NO_SURFACE,
		       EGL_NO_CONTEXT);
	eglDestroySurface(screen.gl.display, screen.egl);
	gbm_surface_destroy(screen.gbm);
	gl_close(&screen.gl);
	kms_close(&screen.kms);
}
