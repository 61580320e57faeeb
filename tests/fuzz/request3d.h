/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _REQUEST3D_H
#define _REQUEST3D_H

#include "request.h"

/* Formats and targets on the wire. */
#define FORMAT_BGRA 1
#define FORMAT_R8 64
#define FORMAT_DXT1 105
#define TARGET_BUFFER 0
#define TARGET_2D 2
#define TARGET_3D 3
#define TARGET_CUBE 4
#define TARGET_2D_ARRAY 7
#define BIND_TARGET 2
#define BIND_VERTEX 16

/** struct spec - RESOURCE_CREATE_3D, with what 0 means in it */
struct spec {
	u32 target, format, bind, width, height, depth, layers, levels, samples;
	u32 flags;
};

struct mvgpu_job *req_ctx_create(u32 ctx, u32 init, u32 len);
struct mvgpu_job *req_ctx(u32 type, u32 ctx);
struct mvgpu_job *req_ctx_res(u32 type, u32 ctx, u32 id);
/** req_create_3d() - depth, layers and height are 1 if they are 0. */
struct mvgpu_job *req_create_3d(u32 id, const struct spec *spec);
/** req_transfer_3d() - @stride and @layer are as they are. */
struct mvgpu_job *req_transfer_3d(u32 type, u32 ctx, u32 id,
				  const struct virtio_gpu_box *box, u32 level,
				  u32 stride, u32 layer, u64 offset);
/** req_submit() - @size is what the request says, @len what there is. */
struct mvgpu_job *req_submit(u32 ctx, const u32 *stream, u32 len, u32 size);
/** req_copy() - a stream of one RESOURCE_COPY_REGION. */
struct mvgpu_job *req_copy(u32 ctx, u32 dst, u32 src);

#endif
