// SPDX-License-Identifier: GPL-2.0
#include "seed.h"

#include <string.h>

#include "vgl.h"

#define LONGEST 160	/* dwords of a command: texts of shaders are longer */
#define STEP_SUBMIT 0xf0	/* of fuzz-virgl: ends a stream */

/* The resource of vgl.h that is most like one of the guest's. */
static u32 like(const struct mvgpu_res3d *res)
{
	if (!res)
		return VGL_BARE;
	if (res->nr_samples > 1)
		return VGL_MSAA;
	if (res->bind & MVGPU_BIND_DEPTH_STENCIL)
		return VGL_DEPTH;
	if (res->bind & MVGPU_BIND_CUSTOM)
		return VGL_QUERY;
	switch (res->target) {
	case MVGPU_TARGET_BUFFER:
		return res->width > 4096 ? VGL_STAGING : VGL_VERTEX;
	case MVGPU_TARGET_3D:
		return VGL_3D;
	case MVGPU_TARGET_CUBE:
		return VGL_CUBE;
	case MVGPU_TARGET_2D_ARRAY:
		return VGL_ARRAY;
	default:
		return VGL_TEX;
	}
}

static bool is_new(struct seed *seed, u32 header)
{
	u32 i;

	for (i = 0; i < seed->nr_kinds; i++)
		if (seed->kinds[i] == header)
			return false;
	if (seed->nr_kinds == ARRAY_SIZE(seed->kinds))
		return false;
	seed->kinds[seed->nr_kinds++] = header;
	return true;
}

void seed_add(struct seed *seed, const u32 *sent, const u32 *gpu, u32 ndw,
	      struct mvgpu_res3d *(*find)(void *data, u32 id), void *data)
{
	u32 at, len, i, start = seed->ndw;

	for (at = 0; at < ndw; at += len) {
		len = 1 + (sent[at] >> 16);
		if (len > ndw - at)
			break;
		if (len > LONGEST || seed->ndw + len + 1 > SEED_DWORDS ||
		    (sent[at] & 0xff) == VIRGL_END_TRANSFERS ||
		    !is_new(seed, sent[at]))
			continue;
		for (i = 0; i < len; i++)
			seed->dw[seed->ndw++] = sent[at + i] == gpu[at + i] ?
				sent[at + i] : like(find(data, sent[at + i]));
	}
	if (seed->ndw > start)
		seed->dw[seed->ndw++] = STEP_SUBMIT;
}
