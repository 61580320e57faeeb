// SPDX-License-Identifier: GPL-2.0
/*
 * ppmcmp - is this screendump the picture that mvgpu-draw has drawn?
 *
 * Reads a PPM (P6, 8 bits) and compares each pixel with the pattern of a seed,
 * with or without the cursor over it. Prints the first difference and how many
 * there are. Exit status: 0 the same, 1 different, 2 could not be told.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

#define MAX_SIZE 16384

static const char usage_text[] =
"usage: ppmcmp [OPTION]... FILE.ppm\n"
"  --seed SEED   of the pattern (default 1)\n"
"  --size WxH    that the picture must have\n"
"  --cursor X,Y  there is a cursor with its hot spot here\n";

/**
 * struct picture - what is compared
 * @width: pixels
 * @height: pixels
 * @rgb: 3 bytes a pixel, rows without gaps
 */
struct picture {
	uint32_t width, height;
	uint8_t *rgb;
};

/**
 * struct expected - what the picture should be
 * @seed: of the pattern
 * @width: 0: any size
 * @height: likewise
 * @cursor: is there one?
 * @x: of the cursor; may lie outside
 * @y: likewise
 */
struct expected {
	uint32_t seed, width, height;
	bool cursor;
	int x, y;
};

_Noreturn static void fail(const char *text)
{
	fprintf(stderr, "%s\n", text);
	exit(2);
}

static uint32_t read_number(FILE *file)
{
	unsigned int value;
	int c;

	/* Comments run to the end of their line. */
	while ((c = getc(file)) == '#' || c == ' ' || c == '\n' || c == '\t')
		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(file);
	ungetc(c, file);
	if (fscanf(file, "%5u", &value) != 1)
		fail("ppmcmp: not a PPM: a number is missing");
	return value;
}

static void read_picture(const char *path, struct picture *picture)
{
	FILE *file = fopen(path, "rb");
	char magic[2];
	size_t size;

	if (!file) {
		perror(path);
		exit(2);
	}
	if (fread(magic, 1, 2, file) != 2 || memcmp(magic, "P6", 2))
		fail("ppmcmp: not a PPM of kind P6");
	picture->width = read_number(file);
	picture->height = read_number(file);
	if (!picture->width || picture->width > MAX_SIZE ||
	    !picture->height || picture->height > MAX_SIZE ||
	    read_number(file) != 255 || getc(file) == EOF)
		fail("ppmcmp: a size or a depth that I do not take");
	size = 3ul * picture->width * picture->height;
	picture->rgb = malloc(size);
	if (!picture->rgb || fread(picture->rgb, 1, size, file) != size)
		fail("ppmcmp: the file ends too early");
	fclose(file);
}

static uint32_t expected_pixel(const struct expected *expected, uint32_t x,
			       uint32_t y)
{
	int64_t cx = (int64_t)x - expected->x, cy = (int64_t)y - expected->y;
	uint32_t cursor = 0;

	if (expected->cursor && cx >= 0 && cx < CURSOR_SIZE && cy >= 0 &&
	    cy < CURSOR_SIZE)
		cursor = cursor_pixel(cx, cy);
	if (cursor >> 24)
		return cursor & 0xffffff;
	return pattern_pixel(expected->seed, x, y);
}

static uint32_t picture_pixel(const struct picture *picture, uint32_t x,
			      uint32_t y)
{
	const uint8_t *p = picture->rgb +
			   3ul * ((size_t)y * picture->width + x);

	return (uint32_t)p[0] << 16 | p[1] << 8 | p[2];
}

/* The number of pixels that differ. */
static unsigned long compare(const struct picture *picture,
			     const struct expected *expected)
{
	uint32_t x, y, is, should;
	unsigned long nr = 0;

	for (y = 0; y < picture->height; y++) {
		for (x = 0; x < picture->width; x++) {
			is = picture_pixel(picture, x, y);
			should = expected_pixel(expected, x, y);
			if (is == should)
				continue;
			if (!nr++)
				printf("first difference at %u,%u: is #%06x, should be #%06x\n",
				       x, y, is, should);
		}
	}
	return nr;
}

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "size", required_argument, NULL, 'z' },
	{ "cursor", required_argument, NULL, 'c' },
	{}
};

static void parse_options(struct expected *expected, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			expected->seed = strtoul(optarg, NULL, 0);
		else if (opt == 'z' &&
			 sscanf(optarg, "%ux%u", &expected->width,
				&expected->height) == 2)
			continue;
		else if (opt == 'c' &&
			 sscanf(optarg, "%d,%d", &expected->x,
				&expected->y) == 2)
			expected->cursor = true;
		else
			fail(usage_text);
	}
	if (argc - optind != 1)
		fail(usage_text);
}

int main(int argc, char **argv)
{
	struct expected expected = { .seed = 1 };
	struct picture picture;
	unsigned long nr;

	parse_options(&expected, argc, argv);
	read_picture(argv[optind], &picture);
	if (expected.width && (picture.width != expected.width ||
			       picture.height != expected.height)) {
		printf("is %ux%u, should be %ux%u\n", picture.width,
		       picture.height, expected.width, expected.height);
		return 1;
	}
	nr = compare(&picture, &expected);
	printf("%ux%u, %lu pixels differ\n", picture.width, picture.height, nr);
	free(picture.rgb);
	return !!nr;
}
