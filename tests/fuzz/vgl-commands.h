/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VGL_COMMANDS_H
#define _VGL_COMMANDS_H

#include <linux/types.h>

/* Guest ids of the resources that there are at first. */
enum vgl_id {
	VGL_VERTEX = 1,		/* buffer of 4096 bytes, with backing */
	VGL_TEX,		/* 64x64 RGBA8, all levels, with backing */
	VGL_QUERY,		/* buffer for results */
	VGL_3D,			/* 32x32x16 RGBA8, levels 0 to 2 */
	VGL_CUBE,		/* 32x32 */
	VGL_ARRAY,		/* 16x16, 8 layers */
	VGL_DXT,		/* 64x64 DXT1, all levels */
	VGL_STAGING,		/* 65536 bytes, with backing */
	VGL_DEPTH,		/* 64x64 Z24S8 */
	VGL_MSAA,		/* 64x64, 4 samples */
	VGL_BARE,		/* buffer of 1024 bytes, no backing */
	VGL_OTHER,		/* like VERTEX, not attached to the context */
	VGL_IDS,
};

/* What vgl_makers make, by handle. */
enum vgl_handle {
	VGL_H_BLEND = 1,
	VGL_H_RASTERIZER,
	VGL_H_DSA,
	VGL_H_VS,
	VGL_H_FS,
	VGL_H_CS,
	VGL_H_ELEMENTS,
	VGL_H_VIEW,
	VGL_H_SAMPLER,
	VGL_H_SURFACE,
	VGL_H_ZS,
	VGL_H_QUERY,
	VGL_H_TARGET,
	VGL_H_TARGET2,
	VGL_HANDLES,
	VGL_H_NONE = 0x7777,
};

enum {
	/* One dword more or less may be as good. */
	VGL_LONGER = 1 << 0,
	VGL_SHORTER = 1 << 1,
	/* The dword with a resource or handle may be 0. */
	VGL_RES_NONE = 1 << 2,
	VGL_OBJ_NONE = 1 << 3,
	/* The handle may be of nothing. */
	VGL_OBJ_ANY = 1 << 4,
};

/**
 * struct vgl_command - a good command, written down from the protocol and not
 * from the table that is under test
 * @name: for messages
 * @dw: header and what follows; see enum vgl_id and enum vgl_handle
 * @res: dwords that hold a resource, ends with 0
 * @obj: dwords that hold the handle of an object, ends with 0
 * @flags: VGL_*
 *
 * Good after those of vgl_makers.
 */
struct vgl_command {
	const char *name;
	u32 dw[36];
	u8 res[8];
	u8 obj[8];
	u32 flags;
};

/* Dwords of a command, header included. */
static inline u32 vgl_dwords(const struct vgl_command *cmd)
{
	return 1 + (cmd->dw[0] >> 16);
}

/**
 * struct vgl_kind - what a resource is, as on the wire
 * @target: 0: a buffer
 * @format: of its pixels
 * @bind: what for
 * @width: pixels or bytes
 * @height: pixels
 * @depth: likewise
 * @array_size: layers
 * @last_level: 0: one
 * @nr_samples: 0: none
 * @backing_size: bytes of guest memory; 0: none
 */
struct vgl_kind {
	u32 target, format, bind, width, height, depth, array_size;
	u32 last_level, nr_samples, backing_size;
};

/* Bytes of text that each of the three shaders of vgl_makers has. */
#define VGL_TEXT 12

/* By enum vgl_id. */
extern const struct vgl_kind vgl_kinds[VGL_IDS];

/* One of each object. These end with one without a name. */
extern const struct vgl_command vgl_makers[];
extern const struct vgl_command vgl_commands[];
extern const u32 vgl_nr_commands;

#endif
