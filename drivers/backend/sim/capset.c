// SPDX-License-Identifier: GPL-2.0
/*
 * Capsets of the simulated GPU: what a small GPU with OpenGL 3.3 would have.
 * Nothing is drawn, so it matters only that a guest's Mesa gets going.
 */

#include "sim.h"

#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/virgl_caps.h>

#define CAPS_V2_SIZE 1384
/* Formats of which there are all: enum virgl_formats below this. */
#define FORMATS 256

static u8 caps[2][CAPS_V2_SIZE];

const struct mvgpu_capset mvgpu_sim_capsets[2] = {
	{ VIRTIO_GPU_CAPSET_VIRGL, 1, MVGPU_CAPS_V1_SIZE, caps[0] },
	{ VIRTIO_GPU_CAPSET_VIRGL2, 2, CAPS_V2_SIZE, caps[1] },
};

/* Numbers of struct virgl_caps_v1 behind its masks, in their order. */
static const u32 limits[] = {
	/* many small features: instances, queries, blending of each target */
	0x0000ffff,
	/* GLSL version, layers of an array, streamout buffers */
	330, 2048, 4,
	/* dual source targets, targets, samples */
	1, 8, 4,
	/* primitives, texels of a buffer, uniform blocks, viewports */
	0x3ff, 65536, 12, 16,
	/* components that are gathered at once */
	4,
};

/** mvgpu_sim_capsets_init() - fill mvgpu_sim_capsets. */
void mvgpu_sim_capsets_init(void)
{
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		put_unaligned_le32(i + 1, caps[i]);
		memset(caps[i] + MVGPU_CAPS_SAMPLER, 0xff, FORMATS / 8);
		memset(caps[i] + MVGPU_CAPS_RENDER, 0xff, FORMATS / 8);
		memset(caps[i] + MVGPU_CAPS_DEPTH, 0xff, FORMATS / 8);
		memset(caps[i] + MVGPU_CAPS_VERTEX, 0xff, FORMATS / 8);
		for (j = 0; j < ARRAY_SIZE(limits); j++)
			put_unaligned_le32(limits[j], caps[i] +
					   MVGPU_CAPS_VERTEX +
					   MVGPU_CAPS_MASK_SIZE + j * 4);
	}
}
