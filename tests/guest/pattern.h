/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pictures that a guest draws and that ppmcmp expects: functions of a seed
 * and a position, so that nothing has to be carried from one to the other.
 */
#ifndef MVGPU_GUEST_PATTERN_H
#define MVGPU_GUEST_PATTERN_H

#include <stdint.h>

/* Width and height of a cursor image. */
#define CURSOR_SIZE 64

/*
 * pattern_pixel() - XRGB of pixel @x, @y in the pattern of @seed.
 *
 * Tiles of 16 x 16 have a random colour each and a gradient inside: no two rows
 * or columns are the same, so that a wrong stride, a shift by one pixel and a
 * swap of colours all show.
 */
static inline uint32_t pattern_pixel(uint32_t seed, uint32_t x, uint32_t y)
{
	uint32_t h = seed * 0x9e3779b1u + (x >> 4) * 0x85ebca6bu +
		     (y >> 4) * 0xc2b2ae35u;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	return (h ^ (x & 15) << 3 ^ (y & 15) << 11) & 0xffffff;
}

/*
 * cursor_pixel() - ARGB of the cursor's image: a triangle, opaque, its right
 * angle at the hot spot 0, 0. There is nothing half transparent in it: how that
 * is rounded is the viewer's business.
 */
static inline uint32_t cursor_pixel(uint32_t x, uint32_t y)
{
	if (x + y >= CURSOR_SIZE)
		return 0;
	return 0xff000055u | (x * 4) << 16 | (255 - y * 4) << 8;
}

#endif
