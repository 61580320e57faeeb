/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MVGPU_GUEST_CLOCK_H
#define MVGPU_GUEST_CLOCK_H

#include <time.h>

/* Seconds of a clock that is never set. */
static inline double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

#endif
