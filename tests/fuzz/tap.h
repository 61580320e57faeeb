/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TAP_H
#define _TAP_H

#include <stdio.h>
#include <stdlib.h>

/* One test of a program's table. */
struct tap_case {
	const char *name;
	void (*run)(void);
};

/* Checks that failed in the running test. */
extern int tap_failures;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		tap_failures++;						\
	}								\
} while (0)

#define CHECK_EQ(a, b) do {						\
	long long _a = (long long)(a), _b = (long long)(b);		\
									\
	if (_a != _b) {							\
		printf("# %s:%d: %s is %lld (0x%llx), not %s = %lld\n",	\
		       __FILE__, __LINE__, #a, _a, _a, #b, _b);		\
		tap_failures++;						\
	}								\
} while (0)

/* Run all; the program's exit status. */
int tap_run(const struct tap_case *cases, size_t nr);

#endif
