/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scenes of mvgpu-gl. Each draws or computes something that comes out the same
 * whenever it runs on the same GPU: what can be known beforehand it compares
 * itself, of the rest it tells checksums, lines
 *
 *	# sum SCENE.WHAT HEX
 *
 * that are compared with another run's.
 */
#ifndef MVGPU_GUEST_SCENE_H
#define MVGPU_GUEST_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tap.h"

/**
 * struct scene - one that can be run by name
 * @name: in checksums, too
 * @desktop: wants OpenGL 4.3, not OpenGL ES 3.2
 * @run: gives results to its tap, and cleans up behind itself
 */
struct scene {
	const char *name;
	bool desktop;
	void (*run)(struct tap *tap);
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Lists of scenes, each ended by one without a name. */
extern const struct scene draw_scenes[];
extern const struct scene pixel_scenes[];
extern const struct scene compute_scenes[];
extern const struct scene desktop_scenes[];

/* scene_sum() - tell a checksum. */
void scene_sum(const char *what, const void *data, size_t size);

/* scene_picture() - read a picture back, tell its checksum, see that it is one. */
void scene_picture(struct tap *tap, const char *what, int width, int height);

#endif
