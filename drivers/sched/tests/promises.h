/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PROMISES_H
#define _PROMISES_H

#include <linux/types.h>

/**
 * struct promise - something that a policy promises
 * @name: NULL: the end of mvgpu_promises
 * @run: tries it
 * @preempts: it is promised only if jobs can be stopped
 */
struct promise {
	const char *name;
	void (*run)(void);
	bool preempts;
};

extern const struct promise mvgpu_promises[];

/*
 * With so many simulated jobs, 200000 or more: with fewer some bounds are not reached.
 * Returns how much was found to be wrong. One at a time.
 */
unsigned int mvgpu_promise_keep(const struct promise *promise, bool preempt,
				u64 with_seed, u64 with_jobs);

#endif
