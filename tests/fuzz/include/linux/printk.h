/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PRINTK_H
#define _SHIM_PRINTK_H

#include <stdio.h>

/* The format is checked, nothing is printed. */
#define pr_debug_ratelimited(...) do {			\
	if (0)						\
		fprintf(stderr, __VA_ARGS__);		\
} while (0)

#endif
