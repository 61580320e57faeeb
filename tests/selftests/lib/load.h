/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVT_LOAD_H
#define _MVT_LOAD_H

#include "mvt.h"

/* Jobs of whole rows, each of which takes 50 us if ns_per_kib is this. */
#define MVT_LOAD_NS_PER_KIB 800000ULL
#define MVT_LOAD_ROW_US 50
/* 50 ms */
#define MVT_LOAD_ROWS 1000
/* Jobs that who has enough to do keeps in its queue. */
#define MVT_LOAD_DEPTH 24

/**
 * struct mvt_tenant - a vGPU that sends jobs
 * @dev: the vGPU
 * @mem: its backing
 * @rows: longest job; lengths are spread evenly over the octaves
 * @queued: jobs under way
 * @done: jobs that came back
 * @fence: of the last one of them
 * @busy: stats/busy_ns when it was marked
 */
struct mvt_tenant {
	struct mvt_dev dev;
	struct mvt_mem mem;
	unsigned int rows, queued;
	u64 done, fence, busy;
};

/* A row of the table that tests/bench/sched.sh makes: what, its bound, what was seen. */
#define MVT_FIGURE(what, bound, seen, ...) \
	ksft_print_msg("figure: " what " | " bound " | " seen "\n", ##__VA_ARGS__)

bool mvt_bench(void);
int mvt_tenant_make(struct mvt_tenant *tenant);
int mvt_tenant_add(struct mvt_tenant *tenant, unsigned int type);
void mvt_tenant_free(struct mvt_tenant *tenant);
int mvt_tenant_send(struct mvt_tenant *tenant, unsigned int rows);
int mvt_tenant_recv(struct mvt_tenant *tenant, unsigned int timeout_ms);
int mvt_tenant_refill(struct mvt_tenant *tenant, unsigned int depth);
int mvt_tenant_drain(struct mvt_tenant *tenant);
void mvt_tenant_mark(struct mvt_tenant *tenant);
u64 mvt_tenant_had(const struct mvt_tenant *tenant);
int mvt_percentile(const struct mvt_dev *dev, const char *hist, u64 before[],
		   unsigned int thousandths);
int mvt_hist_read(const struct mvt_dev *dev, const char *hist, u64 count[]);
double mvt_jain(const double *x, unsigned int nr);

#endif
