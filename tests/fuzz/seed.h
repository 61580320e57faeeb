/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inputs for fuzz-virgl, of what Mesa has sent: one of each kind of command, with
 * the resources of vgl.h in place of its own.
 */
#ifndef _SEED_H
#define _SEED_H

#include <linux/types.h>

#define SEED_DWORDS 1000

struct mvgpu_res3d;

/**
 * struct seed - one being made
 * @dw: commands
 * @ndw: of them
 * @kinds: header of each command that is in @dw, without those of its length
 * @nr_kinds: of them
 */
struct seed {
	u32 dw[SEED_DWORDS];
	u32 ndw;
	u32 kinds[256];
	u32 nr_kinds;
};

/**
 * seed_add() - take what is new in a stream
 * @seed: what is there already
 * @sent: the stream
 * @gpu: the same, with GPU ids
 * @ndw: of both
 * @find: the resource of a guest id
 * @data: for @find
 */
void seed_add(struct seed *seed, const u32 *sent, const u32 *gpu, u32 ndw,
	      struct mvgpu_res3d *(*find)(void *data, u32 id), void *data);

#endif
