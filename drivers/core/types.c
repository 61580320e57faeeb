// SPDX-License-Identifier: GPL-2.0
#include <linux/export.h>
#include <mvgpu/type.h>

#define TYPE(n, scanouts, max_w, max_h, pref_w, pref_h, resources, contexts) \
	{                                                                   \
		.name = "mvgpu_1of" #n, .units = MVGPU_UNITS / (n),         \
		.nr_scanouts = (scanouts), .max_width = (max_w),            \
		.max_height = (max_h), .pref_width = (pref_w),              \
		.pref_height = (pref_h), .max_resources = (resources),      \
		.max_contexts = (contexts),                                 \
	}

const struct mvgpu_type mvgpu_types[MVGPU_NR_TYPES] = {
	TYPE(1, 4, 3840, 2160, 1920, 1080, 16384, 256),
	TYPE(2, 4, 3840, 2160, 1920, 1080, 8192, 128),
	TYPE(4, 2, 2560, 1600, 1280, 800, 8192, 128),
	TYPE(8, 2, 1920, 1200, 1280, 800, 4096, 64),
	TYPE(16, 1, 1920, 1200, 1280, 800, 4096, 64),
	TYPE(32, 1, 1920, 1200, 1024, 768, 2048, 32),
	TYPE(64, 1, 1280, 1024, 1024, 768, 2048, 32),
};
EXPORT_SYMBOL_GPL(mvgpu_types);
