/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_NOSPEC_H
#define _SHIM_NOSPEC_H

#include <linux/bug.h>

/* The mask is for the CPU's guesses: what gets here was checked before. */
#define array_index_nospec(index, size) ({		\
	typeof(index) _index = (index);			\
							\
	WARN_ON_ONCE(_index >= (size));			\
	_index;						\
})

#endif
