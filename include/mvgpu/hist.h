/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_HIST_H
#define _MVGPU_HIST_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Up to 2^36 ns, which is about a minute; longer ones are in the last. */
#define MVGPU_HIST_BUCKETS 37

/**
 * struct mvgpu_hist - how often what took how long
 * @bucket: number of times that were 2^i to 2^(i+1) - 1 ns; 0 ns is in the first
 */
struct mvgpu_hist {
	u32 bucket[MVGPU_HIST_BUCKETS];
};

/** mvgpu_hist_add() - one more of @ns. */
static inline void mvgpu_hist_add(struct mvgpu_hist *hist, u64 ns)
{
	int i = ns ? fls64(ns) - 1 : 0;

	hist->bucket[i < MVGPU_HIST_BUCKETS ? i : MVGPU_HIST_BUCKETS - 1]++;
}

/**
 * enum mvgpu_hist_kind - what is measured
 * @MVGPU_HIST_WAIT: from a job's coming to its end, without what it took on the
 *	engine: until its turn, and from each stop until it went on
 * @MVGPU_HIST_RUN: what it took on the engine, all slices together
 * @MVGPU_HIST_SWITCH: from the end of one vGPU's job to the beginning of another's,
 *	when the engine stood still in between though that one waited
 * @MVGPU_HIST_OVERSHOOT: of jobs that ended or were stopped beyond their slice: by how much
 * @MVGPU_HIST_NR: how many there are
 */
enum mvgpu_hist_kind {
	MVGPU_HIST_WAIT,
	MVGPU_HIST_RUN,
	MVGPU_HIST_SWITCH,
	MVGPU_HIST_OVERSHOOT,
	MVGPU_HIST_NR,
};

#endif
