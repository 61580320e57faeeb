/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the 3D commands of drivers/proto/ share. */
#ifndef _TEST_PROTO3D_H
#define _TEST_PROTO3D_H

#include "expect.h"
#include "request3d.h"
#include "tap.h"

#define ATTACH VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE
#define DETACH VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE
#define DESTROY VIRTIO_GPU_CMD_CTX_DESTROY
#define TO VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D
#define FROM VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D

static const struct spec texture = {
	TARGET_2D, FORMAT_BGRA, BIND_TARGET, 16, 16,
};

static const struct spec buffer = {
	TARGET_BUFFER, 64, BIND_VERTEX, 1024,
};

static inline void start(void)
{
	fake_start(3, 8, 1 << 20, 64);
}

static inline struct mvgpu_proto_stats stats(void)
{
	struct mvgpu_proto_stats all;

	mvgpu_proto_get_stats(fake.proto, &all);
	return all;
}

static inline void have(u32 id, const struct spec *spec)
{
	QUEUED(req_create_3d(id, spec), RES_CREATE_3D);
	RAN(0, OK);
}

static inline void have_ctx(u32 ctx)
{
	QUEUED(req_ctx_create(ctx, 0, 0), CTX_CREATE);
	RAN(0, OK);
}

static inline void have_in(u32 ctx, u32 id)
{
	QUEUED(req_ctx_res(ATTACH, ctx, id), CTX_ATTACH);
	RAN(0, OK);
}

static inline void have_backing(u32 id, u32 bytes)
{
	QUEUED(req_attach(id, 1, PAGES_AT, bytes), BACKING_ATTACH);
	RAN(0, OK);
}

/* Commands of virgl. */
#define BLEND (1 | 1 << 8 | 11 << 16)
#define DESTROY_OBJECT (3 | 1 << 8 | 1 << 16)
#define CREATE_SUB_CTX (29 | 1 << 16)
#define DESTROY_SUB_CTX (30 | 1 << 16)
#define STREAM(ctx, ...) ({						\
	const u32 _dw[] = { __VA_ARGS__ };				\
									\
	req_submit(ctx, _dw, sizeof(_dw), sizeof(_dw));			\
})

/* A stream that makes an object, @handle. */
static inline struct mvgpu_job *blend(u32 ctx, u32 handle)
{
	const u32 stream[12] = { BLEND, handle };

	return req_submit(ctx, stream, sizeof(stream), sizeof(stream));
}

/* One that makes a shader, @handle, with as many dwords of text. */
static inline struct mvgpu_job *shader(u32 ctx, u32 handle, u32 text)
{
	const u32 len = sizeof(u32) * (6 + text);
	u32 stream[6 + 1024] = {
		1 | 4 << 8 | (5 + text) << 16, handle, 0, 4 * text,
	};

	return req_submit(ctx, stream, len, len);
}

#endif
