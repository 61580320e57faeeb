/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KEEP_H
#define _KEEP_H

/* What the promises have in common; promises.h is for who has them kept. */
#include <linux/kernel.h>
#include <linux/printk.h>

#include "promises.h"
#include "sim.h"

/* The engine of the promise that is being tried. */
extern struct sim sim;
/* How many are enough. */
extern u64 jobs;
extern u64 seed;
extern unsigned int failures;
/* The engine can stop running jobs. */
extern bool preempting;

#define CHECK(cond, fmt, ...) do {					\
	if (!(cond)) {							\
		pr_info("%s:%d: %s: " fmt "\n", __FILE__, __LINE__,	\
			#cond, ##__VA_ARGS__);				\
		failures++;						\
	}								\
} while (0)

#define ull typeof(0ULL)

/* A row of the table that tests/bench/sched.sh makes: what, its bound, what was seen. */
#define FIGURE(what, bound, seen, ...)					\
	pr_info("figure: %s" what " | " bound " | " seen "\n",		\
		preempting ? "with preemption, " : "", ##__VA_ARGS__)

/* What a cap, or a part, may be exceeded by: see limit.c. */
#define CAP_GRACE (2 * 2 * MS + 3 * MS)

static inline s64 dist(s64 a, s64 b)
{
	return a < b ? b - a : a - b;
}

/* A new engine with so many tenants. */
void trial_begin(const struct mvgpu_policy_ops *ops, u32 nr);
/* Nothing happened that must never happen, and all jobs end. */
void trial_end(void);
/* By weight, ns: how far apart those that always have work are, at each instant. */
extern u64 worst_apart;
void trial_apart(struct sim *s);
/* Every other tenant sends short jobs, one at a time, when chance wants it. */
void trial_some_arrive(u64 think_ns);
/* Those that arrive do not wait for longer than they may. */
void trial_arrivals(const char *who, u64 (*limit)(u32 tenant));
/* One that may have @part percent, with jobs far longer than any burst. */
void trial_long_jobs(const struct mvgpu_policy_ops *ops, u64 part);

void promise_fair_shares(void);
void promise_fair_shares_long_jobs(void);
void promise_fair_smooth(void);
void promise_fair_synchronous(void);
void promise_fair_sleeper(void);
void promise_fair_light(void);
void promise_fair_arrivals(void);
void promise_fair_debt(void);
void promise_fair_cap(void);
void promise_fair_cap_long_jobs(void);
void promise_fair_cap_set_again(void);
void promise_fair_cap_beside_weight(void);
void promise_fair_min(void);
void promise_fair_min_full(void);
void promise_equal_shares(void);
void promise_equal_arrivals(void);
void promise_equal_sleeper(void);
void promise_fixed_halves(void);
void promise_fixed_weight(void);
void promise_fixed_uneven_jobs(void);
void promise_fixed_sizes(void);
void promise_fixed_arrivals(void);
void promise_fixed_long_jobs(void);
void promise_fixed_whole(void);
void promise_exclusive_alone(void);

#endif
