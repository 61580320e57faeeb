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

#define GL_VIEWPORT 0x0ba2
#define GL_RGBA 0x1908
#define GL_UNSIGNED_BYTE 0x1401
#define MAX_SIDE 16384

typedef void (*any_fn)(void);
typedef void *(*dlsym_fn)(void *handle, const char *name);
typedef any_fn (*get_proc_fn)(const char *name);
typedef unsigned int (*swap_fn)(void *display, void *surface);
typedef void (*finish_fn)(void);
typedef drmModeConnector *(*get_connector_fn)(int fd, uint32_t id);
typedef void (*get_integer_fn)(unsigned int name, int *value);
typedef void (*read_pixels_fn)(int x, int y, int width, int height,
			       unsigned int format, unsigned int type,
			       void *pixels);

any_fn eglGetProcAddress(const char *name);
unsigned int eglSwapBuffers(void *display, void *surface);
void glFinish(void);

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
	static dlsym_fn real;

	if (!real)
		real = (dlsym_fn)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
	if (!real)
		real = (dlsym_fn)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
	return real(handle, name);
}

/* A function of a library that the program need not be linked with. */
static void *real(const char *library, const char *name)
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
static void *real_gl(const char *name)
{
	static get_proc_fn get;
	void *found;

	if (!get)
		get = (get_proc_fn)real("libEGL.so.1", "eglGetProcAddress");
	found = (void *)get(name);
	if (!found) {
		fprintf(stderr, "mvgpu-frames: GL has no %s\n", name);
		_exit(125);
	}
	return found;
}

static void tell_frame(void)
{
	get_integer_fn get = (get_integer_fn)real_gl("glGetIntegerv");
	read_pixels_fn read = (read_pixels_fn)real_gl("glReadPixels");
	int box[4] = {};
	void *pixels;
	size_t size;

	get(GL_VIEWPORT, box);
	if (box[2] < 1 || box[2] > MAX_SIDE || box[3] < 1 || box[3] > MAX_SIDE)
		return;
	size = 4ul * box[2] * box[3];
	pixels = calloc(1, size);
	if (!pixels)
		return;
	read(0, 0, box[2], box[3], GL_RGBA, GL_UNSIGNED_BYTE, pixels);
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

unsigned int eglSwapBuffers(void *display, void *surface)
{
	static swap_fn swap;

	if (!swap)
		swap = (swap_fn)real("libEGL.so.1", "eglSwapBuffers");
	if (frames_are("swap"))
		end_frame();
	return swap(display, surface);
}

void glFinish(void)
{
	static finish_fn finish;

	if (!finish)
		finish = (finish_fn)real_gl("glFinish");
	if (frames_are("finish"))
		end_frame();
	finish();
}

static any_fn ours(const char *name)
{
	if (!strcmp(name, "eglSwapBuffers"))
		return (any_fn)eglSwapBuffers;
	if (!strcmp(name, "eglGetProcAddress"))
		return (any_fn)eglGetProcAddress;
	if (!strcmp(name, "glFinish"))
		return (any_fn)glFinish;
	return NULL;
}

any_fn eglGetProcAddress(const char *name)
{
	any_fn own = ours(name);

	return own ? own : (any_fn)real_gl(name);
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	any_fn own = handle == RTLD_NEXT ? NULL : ours(name);

	return own ? (void *)own : real_dlsym(handle, name);
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
	static get_connector_fn get;
	drmModeConnector *connector;

	if (!get)
		get = (get_connector_fn)real("libdrm.so.2",
					     "drmModeGetConnector");
	connector = get(fd, id);
	if (connector)
		choose_mode(connector);
	return connector;
}
