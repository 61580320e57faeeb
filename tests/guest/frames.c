// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu-frames.so - checksums of the frames that a GL program draws
 *
 * Loaded into a program (LD_PRELOAD) it stands before eglSwapBuffers() and
 * glFinish(), with one of which a program ends its frames, reads back what was
 * drawn and tells
 *
 *	# frame N HEX
 *
 * on stderr. Clocks stand still but for a step at each frame, so that a program
 * that moves things by the clock draws the same frames in each run.
 *
 *	MVGPU_FRAMES=finish  frames end with glFinish() (default: eglSwapBuffers())
 *	MVGPU_FRAMES=none    no checksums, and clocks that run; just MVGPU_FRAMES_MODE
 *	MVGPU_FRAMES_AHEAD=N with none: glFinish() does not wait for its frame, but for the
 *				Nth before it, as on a screen with so many buffers
 *	MVGPU_FRAMES_EVERY=N tell each Nth (default 1)
 *	MVGPU_FRAMES_LAST=N  leave the program after so many
 *	MVGPU_FRAMES_STEP=MS of the clocks (default 50)
 *	MVGPU_FRAMES_MODE=WxH of the screen: programs take the largest there is. If no
 *				mode is, the size is told all the same, for those
 *				that draw off-screen
 *
 * Programs that look up functions by dlsym() or eglGetProcAddress() get these,
 * too.
 */
#define _GNU_SOURCE
#include <EGL/egl.h>
#include <GLES3/gl3.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <xf86drmMode.h>

#include "checksum.h"

#define MAX_SIDE 16384
#define MAX_AHEAD 8

/* struct real_functions - what ours stand before, and what they need */
struct real_functions {
	void *(*dlsym)(void *handle, const char *name);
	void *(*get_proc)(const char *name);
	unsigned int (*swap)(void *display, void *surface);
	void (*finish)(void);
	void (*flush)(void);
	struct __GLsync *(*fence_sync)(unsigned int condition,
				       unsigned int flags);
	unsigned int (*wait_sync)(struct __GLsync *sync, unsigned int flags,
				  uint64_t timeout);
	void (*delete_sync)(struct __GLsync *sync);
	struct _drmModeConnector *(*get_connector)(int fd, uint32_t id);
	void (*get_integer)(GLenum name, GLint *value);
	void (*read_pixels)(GLint x, GLint y, GLsizei width, GLsizei height,
			    GLenum format, GLenum type, void *pixels);
};

static struct real_functions real;

static unsigned long frames;

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

static bool frames_are(const char *what)
{
	const char *value = getenv("MVGPU_FRAMES");

	return !strcmp(value ? value : "swap", what);
}

/* The real dlsym(): ours is in its way. */
static void *real_dlsym(void *handle, const char *name)
{
	if (!real.dlsym)
		real.dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
	if (!real.dlsym)
		real.dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
	return real.dlsym(handle, name);
}

/* A function of a library that the program need not be linked with. */
static void *of_library(const char *library, const char *name)
{
	void *found = real_dlsym(RTLD_NEXT, name);
	void *handle;

	if (found)
		return found;
	handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
	found = handle ? real_dlsym(handle, name) : NULL;
	if (!found) {
		fprintf(stderr, "mvgpu-frames: there is no %s\n", name);
		_exit(125);
	}
	return found;
}

/* GL's functions are those of the current context: EGL knows them. */
static void *of_gl(const char *name)
{
	void *found;

	if (!real.get_proc)
		real.get_proc = of_library("libEGL.so.1",
					   "eglGetProcAddress");
	found = real.get_proc(name);
	if (!found) {
		fprintf(stderr, "mvgpu-frames: GL has no %s\n", name);
		_exit(125);
	}
	return found;
}

static void tell_frame(void)
{
	int box[4] = {};
	void *pixels;
	size_t size;

	if (!real.read_pixels) {
		real.get_integer = of_gl("glGetIntegerv");
		real.read_pixels = of_gl("glReadPixels");
	}
	real.get_integer(GL_VIEWPORT, box);
	if (box[2] < 1 || box[2] > MAX_SIDE || box[3] < 1 || box[3] > MAX_SIDE)
		return;
	size = 4ul * box[2] * box[3];
	pixels = calloc(1, size);
	if (!pixels)
		return;
	real.read_pixels(0, 0, box[2], box[3], GL_RGBA, GL_UNSIGNED_BYTE,
			 pixels);
	fprintf(stderr, "# frame %lu %016llx\n", frames,
		(unsigned long long)checksum(pixels, size));
	free(pixels);
}

static void end_frame(void)
{
	frames++;
	if (frames % number("MVGPU_FRAMES_EVERY", 1) == 0)
		tell_frame();
	if (frames == number("MVGPU_FRAMES_LAST", 0)) {
		fflush(NULL);
		exit(0);
	}
}

EGLBoolean eglSwapBuffers(EGLDisplay display, EGLSurface surface)
{
	if (!real.swap)
		real.swap = of_library("libEGL.so.1", "eglSwapBuffers");
	if (frames_are("swap"))
		end_frame();
	return real.swap(display, surface);
}

static void run_ahead(unsigned long ahead)
{
	static GLsync fences[MAX_AHEAD];
	GLsync *fence;

	if (ahead > MAX_AHEAD)
		ahead = MAX_AHEAD;
	fence = &fences[frames++ % ahead];
	if (!real.flush) {
		real.flush = of_gl("glFlush");
		real.fence_sync = of_gl("glFenceSync");
		real.wait_sync = of_gl("glClientWaitSync");
		real.delete_sync = of_gl("glDeleteSync");
	}
	if (*fence) {
		real.wait_sync(*fence, GL_SYNC_FLUSH_COMMANDS_BIT,
			       GL_TIMEOUT_IGNORED);
		real.delete_sync(*fence);
	}
	*fence = real.fence_sync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	real.flush();
}

void glFinish(void)
{
	unsigned long ahead = number("MVGPU_FRAMES_AHEAD", 0);

	if (ahead && frames_are("none")) {
		run_ahead(ahead);
		return;
	}
	if (!real.finish)
		real.finish = of_gl("glFinish");
	if (frames_are("finish"))
		end_frame();
	real.finish();
}

static void *ours(const char *name)
{
	if (!strcmp(name, "eglSwapBuffers"))
		return (void *)eglSwapBuffers;
	if (!strcmp(name, "eglGetProcAddress"))
		return (void *)eglGetProcAddress;
	if (!strcmp(name, "glFinish"))
		return (void *)glFinish;
	return NULL;
}

__eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
	void *own = ours(name);

	return own ? own : of_gl(name);
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	void *own = handle == RTLD_NEXT ? NULL : ours(name);

	return own ? own : real_dlsym(handle, name);
}

static uint64_t clock_us(void)
{
	return 1000000000ull + 1000 * frames * number("MVGPU_FRAMES_STEP", 50);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	uint64_t us = clock_us();

	/* What measures time spent, and waits of Mesa, is none of a scene's. */
	if ((id != CLOCK_REALTIME && id != CLOCK_MONOTONIC) ||
	    frames_are("none"))
		return syscall(SYS_clock_gettime, id, ts);
	ts->tv_sec = us / 1000000;
	ts->tv_nsec = us % 1000000 * 1000;
	return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	uint64_t us = clock_us();

	if (frames_are("none"))
		return syscall(SYS_gettimeofday, tv, tz);
	tv->tv_sec = us / 1000000;
	tv->tv_usec = us % 1000000;
	return 0;
}

static void choose_mode(drmModeConnector *connector)
{
	const char *value = getenv("MVGPU_FRAMES_MODE");
	unsigned int width, height;
	drmModeModeInfo *mode;
	int i;

	if (!value || sscanf(value, "%ux%u", &width, &height) != 2 ||
	    connector->count_modes < 1)
		return;
	mode = connector->modes;
	for (i = 0; i < connector->count_modes; i++) {
		if (mode[i].hdisplay == width && mode[i].vdisplay == height) {
			mode[0] = mode[i];
			break;
		}
	}
	mode->hdisplay = width;
	mode->vdisplay = height;
	connector->count_modes = 1;
}

/* Offer the wanted mode only: programs take the largest there is. */
drmModeConnector *drmModeGetConnector(int fd, uint32_t id)
{
	drmModeConnector *connector;

	if (!real.get_connector)
		real.get_connector = of_library("libdrm.so.2",
						"drmModeGetConnector");
	connector = real.get_connector(fd, id);
	if (connector)
		choose_mode(connector);
	return connector;
}
