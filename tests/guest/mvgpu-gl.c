// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu-gl - does Mesa's OpenGL on this virtio-gpu do what it should?
 *
 * Runs scenes without a window system and tells results as TAP, and checksums of
 * what was drawn, which on another driver of the same GPU must be the same.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "clock.h"
#include "gl.h"
#include "load.h"
#include "scene.h"
#include "show.h"

static const char usage_text[] =
"usage: mvgpu-gl [OPTION]... [SCENE]...\n"
"  Runs all scenes, or those named, and tells checksums of what they draw.\n"
"  --device PATH    default: the first node of virtio_gpu\n"
"  --list           name the scenes\n"
"  --seconds S      again and again, so long\n"
"  --show FRAMES    draw on the screen instead\n"
"  --picture FILE   what --show has drawn last, as a PPM\n"
"  --hold SECONDS   that --show keeps it (default 0)\n"
"  --load SECONDS   keep the GPU busy instead, with little work for the CPU\n"
"  --rounds N       how long each job of --load is (default 1, some 30 ms)\n";

static const struct scene *const lists[] = {
	draw_scenes, pixel_scenes, compute_scenes, desktop_scenes
};

/**
 * struct options - of the command line
 * @device: NULL: look for one
 * @picture: NULL: none
 * @seconds: 0: once
 * @hold: seconds
 * @load: seconds; 0: scenes
 * @frames: 0: scenes
 * @rounds: of each job of @load
 * @list: name the scenes
 */
struct options {
	const char *device, *picture;
	double seconds, hold, load;
	unsigned int frames, rounds;
	bool list;
};

void scene_sum(const char *what, const void *data, size_t size)
{
	tap_note("sum %s %016llx", what,
		 (unsigned long long)(data ? checksum(data, size) : 0));
}

void scene_picture(struct tap *tap, const char *what, int width, int height)
{
	uint8_t *pixels = gl_read(width, height);
	size_t size = 4ul * width * height, i;
	bool plain = true;

	for (i = 4; plain && pixels && i < size; i++)
		plain = pixels[i] == pixels[i - 4];
	tap_ok(tap, pixels && !plain && gl_no_error(), "%s: is a picture", what);
	scene_sum(what, pixels, size);
	free(pixels);
}

/* As what is drawn, these are compared with the GPU's own. */
static const char *told(const char *api, const char *what, GLenum name)
{
	const char *string = (const char *)glGetString(name);

	tap_note("sum %s.%s %s", api, what, string ? string : "none");
	return string ? string : "";
}

/* Who renders, and that it is as new as it should be. */
static bool make_current(struct tap *tap, struct gl *gl, bool desktop)
{
	const char *error = gl_make_current(gl, desktop);
	const char *api = desktop ? "gl" : "es";
	const char *renderer;

	if (!tap_ok(tap, !error, "context of OpenGL%s%s%s",
		    desktop ? "" : " ES", error ? ": " : "",
		    error ? error : ""))
		return false;
	told(api, "version", GL_VERSION);
	told(api, "language", GL_SHADING_LANGUAGE_VERSION);
	renderer = told(api, "renderer", GL_RENDERER);
	return tap_ok(tap, !strncmp(renderer, "virgl (", 7), "renderer: %s",
		      renderer);
}

static bool is_wanted(const char *name, char **wanted)
{
	if (!*wanted)
		return true;
	for (; *wanted; wanted++)
		if (!strcmp(*wanted, name))
			return true;
	return false;
}

static unsigned int run_scenes(struct tap *tap, struct gl *gl, char **wanted)
{
	const struct scene *scene;
	unsigned int ran = 0;
	int desktop = -1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		for (scene = lists[i]; scene->name; scene++) {
			if (!is_wanted(scene->name, wanted))
				continue;
			if (desktop != scene->desktop &&
			    !make_current(tap, gl, scene->desktop))
				return 0;
			desktop = scene->desktop;
			scene->run(tap);
			tap_ok(tap, gl_no_error(), "%s: no error of GL",
			       scene->name);
			ran++;
		}
	}
	return ran;
}

static void list_scenes(void)
{
	const struct scene *scene;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (scene = lists[i]; scene->name; scene++)
			puts(scene->name);
}

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "list", no_argument, NULL, 'l' },
	{ "seconds", required_argument, NULL, 's' },
	{ "show", required_argument, NULL, 'f' },
	{ "picture", required_argument, NULL, 'p' },
	{ "hold", required_argument, NULL, 'h' },
	{ "load", required_argument, NULL, 'L' },
	{ "rounds", required_argument, NULL, 'r' },
	{}
};

static struct options parse(int argc, char **argv)
{
	struct options options = { .rounds = 1 };
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 'd') {
			options.device = optarg;
		} else if (opt == 'l') {
			options.list = true;
		} else if (opt == 's') {
			options.seconds = atof(optarg);
		} else if (opt == 'f') {
			options.frames = strtoul(optarg, NULL, 0);
		} else if (opt == 'p') {
			options.picture = optarg;
		} else if (opt == 'h') {
			options.hold = atof(optarg);
		} else if (opt == 'L') {
			options.load = atof(optarg);
		} else if (opt == 'r') {
			options.rounds = strtoul(optarg, NULL, 0);
		} else {
			fputs(usage_text, stderr);
			exit(2);
		}
	}
	return options;
}

int main(int argc, char **argv)
{
	struct options options = parse(argc, argv);
	double end = now() + options.seconds;
	struct tap tap = {};
	const char *error;
	struct gl gl;

	if (options.list) {
		list_scenes();
		return 0;
	}
	if (options.frames) {
		show_frames(&tap, options.device, options.frames,
			    options.picture, options.hold);
		return tap_done(&tap);
	}
	if (options.load > 0) {
		load_gpu(&tap, options.device, options.load, options.rounds);
		return tap_done(&tap);
	}
	error = gl_open(&gl, options.device);
	if (tap_ok(&tap, !error, "open virtio_gpu's node%s%s",
		   error ? ": " : "", error ? error : "")) {
		do {
			if (!tap_ok(&tap, run_scenes(&tap, &gl, argv + optind),
				    "there were scenes to run"))
				break;
		} while (now() < end);
		gl_close(&gl);
	}
	return tap_done(&tap);
}
