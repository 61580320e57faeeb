// SPDX-License-Identifier: GPL-2.0
/*
 * How fast drivers/proto/virgl/ walks: over streams from files, or one like
 * those of Mesa with a draw, what it binds before it, and its transfers.
 *
 *	bench-virgl [-t SECONDS] [FILE]...
 *
 * A file is one stream after another; each with its length in bytes before it,
 * as 32 bits. What the walk finds in it is not looked at, but how far it gets:
 * resources are those of vgl.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vgl.h"

#define CMD(cmd, len) VIRGL_CMD(VIRGL_##cmd, 0, len)
#define DRAWS 400

static struct vgl vgl;

/* Of the CPU: others may use it, too. */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* About what glmark2 sends for each draw: state, a texture, constants. */
static void mix_draw(u32 i)
{
	u32 constants[18] = {
		CMD(SET_CONSTANT_BUFFER, 17), MVGPU_STAGE_VERTEX, 0,
	};

	VGL_ADD(&vgl, VIRGL_CMD(VIRGL_BIND_OBJECT, VIRGL_OBJ_RASTERIZER, 1),
		VGL_H_RASTERIZER);
	VGL_ADD(&vgl, VIRGL_CMD(VIRGL_BIND_OBJECT, VIRGL_OBJ_DSA, 1),
		VGL_H_DSA);
	VGL_ADD(&vgl, CMD(SET_VIEWPORT_STATE, 7), 0, 0, 0, 0, 0, 0, 0);
	VGL_ADD(&vgl, CMD(SET_SAMPLER_VIEWS, 3), MVGPU_STAGE_FRAGMENT, 0,
		VGL_H_VIEW);
	VGL_ADD(&vgl, CMD(BIND_SAMPLER_STATES, 3), MVGPU_STAGE_FRAGMENT, 0,
		VGL_H_SAMPLER);
	vgl_add(&vgl, constants, ARRAY_SIZE(constants));
	VGL_ADD(&vgl, CMD(SET_UNIFORM_BUFFER, 5), MVGPU_STAGE_FRAGMENT, 1,
		256 * (i % 4), 256, VGL_BARE);
	VGL_ADD(&vgl, CMD(SET_VERTEX_BUFFERS, 3), 32, 32 * (i % 64),
		i & 1 ? VGL_VERTEX : VGL_STAGING);
	VGL_ADD(&vgl, CMD(SET_INDEX_BUFFER, 3), VGL_VERTEX, 2, 0);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 36, 4, 1, 1, 0, 0, 0, 0, 0, ~0U, 0);
}

static void mix(void)
{
	u32 i;

	vgl.ndw = 0;
	for (i = 0; i < 64; i++)
		VGL_ADD(&vgl, CMD(TRANSFER3D, 13), VGL_STAGING, 0, 0, 0, 0,
			i * 1024, 0, 0, 1024, 1, 1, i * 1024, 1);
	VGL_ADD(&vgl, CMD(SET_FRAMEBUFFER_STATE, 3), 1, VGL_H_ZS,
		VGL_H_SURFACE);
	VGL_ADD(&vgl, CMD(CLEAR, 8), 5, 0, 0, 0, 0, 0, 0, 0);
	for (i = 0; i < DRAWS; i++)
		mix_draw(i);
	VGL_ADD(&vgl, CMD(BLIT, 21), 0xf, 0, 0, VGL_TEX, 0, 67, 0, 0, 0, 64, 64,
		1, VGL_MSAA, 0, 67, 0, 0, 0, 64, 64, 1);
}

/* Walk copies of the stream for a while, or once if it is refused. */
static void walk(const char *name, double seconds)
{
	__le32 *copy = malloc(vgl.ndw * 4 + 4);
	u64 streams = 0, commands = 0;
	double start = now(), spent;
	int err;

	do {
		memcpy(copy, vgl.stream, vgl.ndw * 4);
		err = mvgpu_virgl_submit(vgl.virgl, copy, vgl.ndw,
					 &vgl.verdict);
		streams++;
		commands += vgl.verdict.commands;
		spent = now() - start;
	} while (!err && spent < seconds);
	free(copy);

	printf("%s: %u dwords, %u commands", name, vgl.ndw,
	       vgl.verdict.commands);
	if (err)
		printf(", refused at dword %u: %s: %s", vgl.verdict.at,
		       vgl.verdict.name ?: "?", vgl.verdict.reason);
	else
		printf(", %.0f MB/s, %.2f million commands/s, %.1f us",
		       streams * vgl.ndw * 4 / spent / 1e6,
		       commands / spent / 1e6, spent * 1e6 / streams);
	printf("\n");
}

static int walk_file(const char *name, double seconds)
{
	FILE *file = fopen(name, "rb");
	char title[256];
	u32 bytes, nr = 0;

	if (!file) {
		fprintf(stderr, "bench-virgl: %s: %s\n", name, strerror(errno));
		return 1;
	}
	while (fread(&bytes, sizeof(bytes), 1, file) == 1) {
		if (bytes > sizeof(vgl.stream) ||
		    fread(vgl.stream, 1, bytes, file) != bytes) {
			fprintf(stderr, "bench-virgl: %s: stream %u is cut off or too long\n",
				name, nr);
			fclose(file);
			return 1;
		}
		vgl.ndw = bytes / 4;
		snprintf(title, sizeof(title), "%s, stream %u", name, nr++);
		walk(title, seconds);
	}
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = 1;
	int opt, fail = 0;

	while ((opt = getopt(argc, argv, "t:")) != -1) {
		if (opt != 't') {
			fprintf(stderr, "usage: bench-virgl [-t SECONDS] [FILE]...\n");
			return 2;
		}
		seconds = atof(optarg);
	}

	vgl_start(&vgl, &vgl_limits);
	vgl_objects(&vgl);
	if (vgl_submit(&vgl))
		return 1;
	if (optind == argc) {
		mix();
		walk("draws", seconds);
		fail = !!vgl.verdict.reason;
	}
	for (; optind < argc; optind++)
		fail |= walk_file(argv[optind], seconds);
	vgl_stop(&vgl);
	return fail;
}
