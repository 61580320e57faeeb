/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MUST_H
#define _MUST_H

#include <stdio.h>
#include <stdlib.h>

/* What does not hold is a finding of the fuzzer. */
#define MUST(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,	\
			#cond);						\
		abort();						\
	}								\
} while (0)

#endif
