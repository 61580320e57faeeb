/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPUCTL_RATE_H
#define _MVGPUCTL_RATE_H

#include "mvgpuctl.h"

/**
 * struct rate - what one did between two snapshots
 * @busy: part of the time that it used; of a GPU: of all engines' time
 * @wait: that it waited; of a GPU: 0
 * @idle: the rest
 * @jobs: a second; of a GPU: what its runs are
 * @switches: a second
 * @fps: frames a second, of all displays; of a GPU: of all vGPUs
 * @wait_p99: ns below which 99 percent of the jobs waited; 0: there was none
 * @run_p99: ns below which 99 percent of them ran; likewise
 * @memory: bytes, at the end
 * @resets: since it was there
 */
struct rate {
	double busy, wait, idle;
	double jobs, switches, fps;
	uint64_t wait_p99, run_p99;
	uint64_t memory, resets;
};

void rate_gpu(const struct snapshot *from, const struct snapshot *to,
	      struct rate *rate);
/* false: it is not in both. */
bool rate_vgpu(const struct snapshot *from, const struct snapshot *to,
	       uint32_t id, struct rate *rate);
json_t *rate_json(const struct rate *rate);
/* Sleep until @next (CLOCK_MONOTONIC, ns), which becomes the one after that. */
void rate_sleep(uint64_t *next, uint64_t interval);
uint64_t rate_now(void);

#endif
