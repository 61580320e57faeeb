// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of drivers/proto/: a script of a guest's requests, of what the GPU
 * does with them, of evictions, resets and failures. fake.c ends the program
 * if the GPU could touch memory that is not pinned any more.
 */
#include <stdlib.h>
#include <string.h>

#include "request3d.h"

static const u8 *in;
static size_t left;

static u32 take(u32 bytes)
{
	u32 val = 0;

	for (; bytes--; left -= !!left)
		val = val << 8 | (left ? *in++ : 0);
	return val;
}

/* Mostly numbers that mean something. */
static u32 number(void)
{
	static const u32 some[] = {
		0, 1, 2, 3, 4, 15, 16, 17, 63, 64, 65, 128, 255, 256, 4096,
		16383, 16384, 16385, 65536, 0x7fffffff, 0x80000000, 0xffff0000,
		0xfffffff0, 0xfffffffe, 0xffffffff,
	};
	u32 i = take(1);

	return i < ARRAY_SIZE(some) ? some[i] : i < 240 ? i & 63 : take(4);
}

static u32 id(void)
{
	u32 i = take(1);

	return i < 240 ? 1 + i % 4 : number();
}

/* Any command with any bytes. */
static void request_raw(void)
{
	static const u16 groups[] = { 0x100, 0x100, 0x200, 0x300 };
	u8 req[300] = {};
	u32 i, len = take(1), flags;

	req_hdr((void *)req, groups[take(1) & 3] + (take(1) & 15));
	flags = take(1) & 7;
	memcpy(req + 4, &flags, 4);
	for (i = sizeof(struct virtio_gpu_ctrl_hdr); i + 4 <= len; i += 4) {
		u32 val = number();

		memcpy(req + i, &val, 4);
	}
	if (take(1) & 1)
		fake_cursor(req, len);
	else
		fake_send(req, len, take(1) * 5);
}

static struct spec spec(void)
{
	static const struct spec some[] = {
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 64, 64 },
		{ TARGET_2D, FORMAT_BGRA, BIND_TARGET, 64, 64, 1, 1, 0, 0, 1 },
		{ TARGET_BUFFER, 64, BIND_VERTEX, 4096 },
		{ TARGET_CUBE, FORMAT_DXT1, 8, 32, 32, 1, 6, 5 },
	};
	struct spec spec = some[take(1) & 3];
	u32 *field = (u32 *)&spec;

	if (take(1) & 1)
		field[take(1) % (sizeof(spec) / sizeof(*field))] = number();
	return spec;
}

/* Buffers are bound, so that their memory is in use after an UNREF. */
static struct mvgpu_job *stream(u32 ctx)
{
	u32 dw[16], nr = take(1) % ARRAY_SIZE(dw), i;
	u32 vertex[] = { 6 | 3 << 16, 4, 0, id() };

	switch (take(1) % 4) {
	case 0:
		return req_copy(ctx, id(), id());
	case 1:
		return req_submit(ctx, vertex, sizeof(vertex), sizeof(vertex));
	case 2:
		/* Nothing is bound any more. */
		vertex[0] = 6;
		return req_submit(ctx, vertex, 4, 4);
	default:
		for (i = 0; i < nr; i++)
			dw[i] = number();
		return req_submit(ctx, dw, nr * 4, take(1) & 1 ? nr * 4 :
				  number());
	}
}

static struct mvgpu_job *request_3d(u32 op)
{
	struct virtio_gpu_box box;
	u32 ctx = take(1) % (FAKE_CONTEXTS + 2), what;
	struct spec new;

	switch (op % 8) {
	case 0:
		what = take(1);
		return req_ctx_create(ctx, what & 64 ? number() : what & 1,
				      what & 128 ? number() : 5);
	case 1:
		return req_ctx(VIRTIO_GPU_CMD_CTX_DESTROY, ctx);
	case 2:
	case 3:
		return req_ctx_res(take(1) & 3 ?
				   VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE :
				   VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, ctx,
				   id());
	case 4:
		new = spec();
		return req_create_3d(id(), &new);
	case 5:
		box = (struct virtio_gpu_box) {
			number(), number(), number(), number(), number(),
			number(),
		};
		what = take(1);
		return req_transfer_3d(what & 1 ?
				       VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D :
				       VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
				       what & 2 ? ctx : 0, id(), &box,
				       what & 4 ? number() : 0,
				       what & 8 ? number() : 0,
				       what & 16 ? number() : 0,
				       (s64)(s32)number());
	default:
		return stream(ctx);
	}
}

static struct mvgpu_job *request(u32 op)
{
	u32 dim;

	switch (op % 8) {
	case 0:
		dim = take(1);
		return req_create(id(), dim & 64 ? 1 : take(1) % 140,
				  dim & 128 ? 64 : number(),
				  dim & 128 ? 64 : number());
	case 1:
		return req_unref(id());
	case 2:
		return req_attach(id(), take(1) % 30,
				  PAGES_AT + take(1) * 1024, take(2));
	case 3:
		return req_detach(id());
	case 4:
		/* Offsets just below 2^64, too. */
		return req_transfer(id(), number(), number(), number(),
				    number(), (s64)(s32)number());
	case 5:
		return req_flush(id(), number(), number(), number(), number());
	case 6:
		dim = take(1);
		return req_scanout(dim % 4, id(), dim & 64 ? number() : 0, 0,
				   dim & 128 ? number() : 64,
				   dim & 128 ? number() : 64);
	default:
		return req_edid(number());
	}
}

static int status(void)
{
	static const int some[] = {
		-EIO, -ECANCELED, -ETIMEDOUT, -ENOMEM, -ESTALE,
	};
	u32 i = take(1);

	return i < ARRAY_SIZE(some) ? some[i] : 0;
}

/* Reset by the guest, as core does it. */
static void reset(void)
{
	fake_drop(-ECANCELED);
	if (fake.vgpu.lost) {
		mvgpu_proto_forget(fake.proto);
		fake.vgpu.lost = false;
	} else {
		while (mvgpu_proto_release_all(fake.proto)) {
			MUST(fake.vgpu.nr_jobs || fake.vgpu.no_emit);
			fake.vgpu.no_emit = false;
			fake_run_all();
			/* The GPU never gives in: core resets it. */
			if (fake.vgpu.lenient) {
				fake_lose();
				mvgpu_proto_forget(fake.proto);
				fake.vgpu.lost = false;
			}
		}
	}
	MUST(!fake.vgpu.nr_backings && !fake.vgpu.nr_jobs);
	fake.vgpu.lenient = false;
}

static void step(u32 op)
{
	u64 addr;

	switch (op % 16) {
	case 0:
		request_raw();
		break;
	case 8:
		req_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR + (take(1) & 1),
			   take(1) % 4, id(), number(), number(), take(1) % 70,
			   take(1) % 70);
		break;
	case 9:
	case 10:
	case 11:
		fake_run(status());
		break;
	case 12:
		addr = take(1) * 1024;
		mvgpu_proto_evict(fake.proto, addr, take(2));
		break;
	case 13:
		op = take(1);
		if (op < 8)
			fake_lose();
		else if (op < 64)
			reset();
		break;
	case 14:
		op = take(1);
		fake.vgpu.no_emit = op & 1;
		fake.segment = op >> 3;
		shim_fail(op & 2 ? op & 7 : 0);
		break;
	case 15:
		fake.guest->hostile = take(1) & 1;
		break;
	case 1:
	case 2:
	case 3:
		fake_resp(request_3d(take(1)));
		break;
	case 4:
		op = take(1);
		fake.display.follows = op & 1;
		fake.display.wants = op & 2;
		mvgpu_proto_refresh(fake.proto);
		break;
	default:
		fake_resp(request(take(1)));
	}
}

/* What a guest has when it is up, so that a script need not begin there. */
static void begin(void)
{
	const struct spec texture = {
		TARGET_2D, FORMAT_BGRA, BIND_TARGET, 64, 64,
	};
	u32 i;

	for (i = 1; i <= 3; i++) {
		req_create(i, BGRX, 64, 64);
		if (i < 3)
			req_attach(i, 4, PAGES_AT + i * 16384, 4096);
	}
	fake_run_all();
	req_create_3d(4, &texture);
	req_ctx_create(1, 0, 0);
	for (i = 1; i <= 4; i++)
		req_ctx_res(VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, 1, i);
	fake_run_all();
	req_scanout(0, take(1) & 1 ? 4 : 1, 0, 0, 64, 64);
	req_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 1, 2, 0, 0, 0, 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 setup;

	in = data;
	left = size;
	shim_reset();
	setup = take(1);
	fake_start(setup & 3, 6, 1 << 20, 24);
	if (setup & 4)
		begin();
	while (left)
		step(take(1));
	shim_fail(0);
	fake_stop();
	MUST(!shim_live());
	return 0;
}
