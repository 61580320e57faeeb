/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_VIRGL_CAPS_H
#define _MVGPU_VIRGL_CAPS_H

/**
 * DOC: The part of the capsets VIRGL and VIRGL2 that is looked at
 *
 * Both begin alike; VIRGL ends at MVGPU_CAPS_V1_SIZE, VIRGL2 grows with each
 * version of the renderer. All members are 32 bits in the order of a little
 * endian machine. Offsets are bytes.
 */

/* Formats that can be sampled, a bit each by enum virgl_formats. */
#define MVGPU_CAPS_SAMPLER	4
#define MVGPU_CAPS_RENDER	68
#define MVGPU_CAPS_DEPTH	132
#define MVGPU_CAPS_VERTEX	196
#define MVGPU_CAPS_MASK_SIZE	64
#define MVGPU_CAPS_GLSL		264
#define MVGPU_CAPS_MAX_LAYERS	268
#define MVGPU_CAPS_MAX_SAMPLES	284
#define MVGPU_CAPS_V1_SIZE	308
/* VIRGL2 only. */
#define MVGPU_CAPS_BITS		392
/* Sides of textures: of two dimensions or one, of three, of cube maps */
#define MVGPU_CAPS_MAX_SIDE	484
#define MVGPU_CAPS_MAX_SIDE_3D	488
#define MVGPU_CAPS_MAX_SIDE_CUBE	492
/* host_feature_check_version: a number that grows with the renderer's versions. */
#define MVGPU_CAPS_VERSION	556
#define MVGPU_CAPS_READBACK	560
#define MVGPU_CAPS_SCANOUT	624
#define MVGPU_CAPS_BITS_V2	688
#define MVGPU_CAPS_VIDEO_MEMORY	692
/* Name of the GPU, as OpenGL tells it */
#define MVGPU_CAPS_RENDERER	696
#define MVGPU_CAPS_RENDERER_SIZE	64
#define MVGPU_CAPS_MULTISAMPLE	768
#define MVGPU_CAPS_NUM_VIDEO	856
#define MVGPU_CAPS_VIDEO	860
#define MVGPU_CAPS_VIDEO_SIZE	512

/* virglrenderer 1.0.0, OpenGL 4.3 */
#define MVGPU_CAPS_VERSION_MIN	19
#define MVGPU_CAPS_GLSL_MIN	430

/* In MVGPU_CAPS_BITS */
#define MVGPU_CAP_GUEST_LOG	14
#define MVGPU_CAP_GLES		19
#define MVGPU_CAP_CLEAR_TEXTURE	30
#define MVGPU_CAP_BUFFER_STORAGE	31
/* In MVGPU_CAPS_BITS_V2 */
#define MVGPU_CAP_V2_UNTYPED	1
#define MVGPU_CAP_V2_VIDEO_MEMORY	2
#define MVGPU_CAP_V2_MEMINFO	3
#define MVGPU_CAP_V2_MARKER	4
#define MVGPU_CAP_V2_LAYOUT	18

#endif
