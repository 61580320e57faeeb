/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_FORMAT3D_H
#define _MVGPU_PROTO_FORMAT3D_H

#include <linux/types.h>

/**
 * struct mvgpu_format3d - how the pixels of a format lie in memory
 * @bytes: of a block
 * @width: pixels of a block
 * @height: likewise
 */
struct mvgpu_format3d {
	u8 bytes;
	u8 width;
	u8 height;
};

/** mvgpu_format3d() - of any number; unknown ones have 16 bytes a pixel. */
const struct mvgpu_format3d *mvgpu_format3d(u32 format);
/** mvgpu_format3d_known() - may it be used? Format 0 is none. */
bool mvgpu_format3d_known(u32 format);
/** mvgpu_format3d_blocks() - is it made of blocks of several pixels? */
bool mvgpu_format3d_blocks(u32 format);
/** mvgpu_format3d_depth() - is it of depth, of stencil, or of both? */
bool mvgpu_format3d_depth(u32 format);
/** mvgpu_format3d_stencil() - is it of stencil only? */
bool mvgpu_format3d_stencil(u32 format);
/** mvgpu_format3d_volume() - does GL have textures of three dimensions of it? */
bool mvgpu_format3d_volume(u32 format);
/**
 * mvgpu_format3d_stored() - bytes that GL keeps for a block, at most
 * @format: any
 *
 * A GPU that does not have a format has a larger one in its place.
 *
 * Return: bytes of what is a pixel or a block of @format.
 */
u32 mvgpu_format3d_stored(u32 format);
/**
 * mvgpu_format3d_charged() - bytes that a guest pays for a block
 * @format: any
 *
 * No GPU has three channels: they are four. ETC2 and ASTC, which many GPUs do not have,
 * OpenGL keeps as RGBA8, and as they came in addition (Mesa, st_cb_texture.c,
 * compressed_data). Depth and stencil, and formats of few bits, are charged as the guest
 * has them.
 *
 * Return: bytes of what is a pixel or a block of @format.
 */
u32 mvgpu_format3d_charged(u32 format);
/**
 * mvgpu_format3d_view() - is it for views of stencil only, as X24S8_UINT is?
 * @format: any
 *
 * Of a texture made of it the renderer has a byte for each pixel, and hands out as many
 * as the format says: the rest would be what was in its memory.
 *
 * Return: yes.
 */
bool mvgpu_format3d_view(u32 format);

#endif
