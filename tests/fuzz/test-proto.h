/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the 2D commands of drivers/proto/ share. */
#ifndef _TEST_PROTO_H
#define _TEST_PROTO_H

#include "expect.h"
#include "request.h"
#include "tap.h"

/* A driver that has not taken 3D. */
static inline void start(void)
{
	fake_start(3, 8, 16 << 20, 64);
	fake.vgpu.no_3d = true;
}

/* Resource @id, @dim pixels wide and high, with as much backing. */
static inline void have(u32 id, u32 dim, u64 addr)
{
	QUEUED(req_create(id, BGRX, dim, dim), RES_CREATE);
	QUEUED(req_attach(id, 1, addr, dim * dim * 4), BACKING_ATTACH);
	RAN(0, OK);
	RAN(0, OK);
}

static inline u64 errors(void)
{
	struct mvgpu_proto_stats stats;

	mvgpu_proto_get_stats(fake.proto, &stats);
	return stats.errors;
}

static inline u32 resources(void)
{
	struct mvgpu_proto_stats stats;

	mvgpu_proto_get_stats(fake.proto, &stats);
	return stats.resources;
}

#endif
