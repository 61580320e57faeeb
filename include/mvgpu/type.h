/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_TYPE_H
#define _MVGPU_TYPE_H

#include <linux/types.h>

/* A GPU is shared out in this many units; the smallest type takes one. */
#define MVGPU_UNITS 64
/* mvgpu_1of1, 1of2, 1of4, ... 1of64 */
#define MVGPU_NR_TYPES 7
/* Scanouts that one vGPU may have (VIRTIO_GPU_MAX_SCANOUTS). */
#define MVGPU_MAX_SCANOUTS 16
/* Widest and highest resource. */
#define MVGPU_MAX_DIM 16384

/**
 * struct mvgpu_type - what a vGPU is created from; constant
 * @name: "mvgpu_1of4"
 * @units: of MVGPU_UNITS
 * @nr_scanouts: displays
 * @max_width: of a scanout that is shown, pixels
 * @max_height: likewise
 * @pref_width: preferred mode of the EDID
 * @pref_height: likewise
 * @max_resources: quota
 * @max_contexts: quota on 3D contexts
 */
struct mvgpu_type {
	const char *name;
	u32 units;
	u32 nr_scanouts;
	u32 max_width, max_height;
	u32 pref_width, pref_height;
	u32 max_resources;
	u32 max_contexts;
};

/** mvgpu_types - all types, largest first. */
extern const struct mvgpu_type mvgpu_types[MVGPU_NR_TYPES];

#endif
