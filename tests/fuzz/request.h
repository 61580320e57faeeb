/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _REQUEST_H
#define _REQUEST_H

#include "fake.h"

#define BGRX VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM
#define OK VIRTIO_GPU_RESP_OK_NODATA
#define ERR(what) VIRTIO_GPU_RESP_ERR_##what
/* Room for any response. */
#define ROOM 2048

/*
 * Requests that a stock guest would send. All carry a fence, whose id counts.
 * Each returns the job; fake_resp() of it is final when it was run.
 */
void req_hdr(struct virtio_gpu_ctrl_hdr *hdr, u32 type);
struct mvgpu_job *req_create(u32 id, u32 format, u32 width, u32 height);
struct mvgpu_job *req_unref(u32 id);
/** req_attach() - @nr entries of @len bytes each, one behind the other. */
struct mvgpu_job *req_attach(u32 id, u32 nr, u64 addr, u32 len);
struct mvgpu_job *req_detach(u32 id);
struct mvgpu_job *req_transfer(u32 id, u32 x, u32 y, u32 width, u32 height,
			       u64 offset);
struct mvgpu_job *req_flush(u32 id, u32 x, u32 y, u32 width, u32 height);
struct mvgpu_job *req_scanout(u32 scanout, u32 id, u32 x, u32 y, u32 width,
			      u32 height);
struct mvgpu_job *req_edid(u32 scanout);
void req_cursor(u32 type, u32 scanout, u32 id, u32 x, u32 y, u32 hot_x,
		u32 hot_y);

#endif
