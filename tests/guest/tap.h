/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test results on stdout, a line each as soon as they are known: a guest that
 * dies half way has told how far it came.
 */
#ifndef MVGPU_GUEST_TAP_H
#define MVGPU_GUEST_TAP_H

#include <stdbool.h>
#include <stdio.h>

struct tap {
	unsigned int run;
	unsigned int failed;
};

static inline bool tap_count(struct tap *tap, bool ok)
{
	tap->run++;
	tap->failed += !ok;
	printf("%sok %u - ", ok ? "" : "not ", tap->run);
	return ok;
}

/* tap_ok() - one result; its value is @ok, so that a test can stop there. */
#define tap_ok(tap, ok, fmt, ...)			\
({							\
	bool tap_is_ok = tap_count(tap, ok);		\
							\
	printf(fmt "\n", ##__VA_ARGS__);		\
	fflush(stdout);					\
	tap_is_ok;					\
})

/* tap_note() - something for the reader. */
#define tap_note(fmt, ...)				\
do {							\
	printf("# " fmt "\n", ##__VA_ARGS__);		\
	fflush(stdout);					\
} while (0)

/* tap_done() - the plan, and what main() returns. */
static inline int tap_done(const struct tap *tap)
{
	printf("1..%u\n", tap->run);
	fflush(stdout);
	return tap->failed || !tap->run;
}

#endif
