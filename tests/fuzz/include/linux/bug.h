/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BUG_H
#define _SHIM_BUG_H

#include <stdio.h>
#include <stdlib.h>

/* What the kernel warns of is a bug of ours: it ends the test. */
#define WARN_ON_ONCE(cond) ({						\
	int _warn = !!(cond);						\
									\
	if (_warn) {							\
		fprintf(stderr, "WARN_ON_ONCE(%s) at %s:%d\n", #cond,	\
			__FILE__, __LINE__);				\
		abort();						\
	}								\
	_warn;								\
})

#endif
