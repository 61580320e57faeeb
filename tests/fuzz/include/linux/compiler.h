/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_COMPILER_H
#define _SHIM_COMPILER_H

#include <stddef.h>
#include_next <linux/compiler.h>

/*
 * Every load of shared memory is shown to the test: it counts how often a byte
 * is loaded and may change it behind the load, as a guest can.
 */
void shim_loaded(const void *from, size_t len);

#undef READ_ONCE
#define READ_ONCE(x) ({						\
	typeof(x) _val = *(const volatile typeof(x) *)&(x);	\
								\
	shim_loaded(&(x), sizeof(x));				\
	_val;							\
})

#endif
