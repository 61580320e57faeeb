/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SLAB_H
#define _SHIM_SLAB_H

#include <linux/types.h>

#ifndef GFP_KERNEL
#define GFP_KERNEL 0
#endif
#ifndef __GFP_NOWARN
#define __GFP_NOWARN 0
#endif
#ifndef GFP_KERNEL_ACCOUNT
#define GFP_KERNEL_ACCOUNT 0
#endif

/* Filled with a pattern, counted, and failing when the test says so. */
void *shim_alloc(size_t nr, size_t size, bool zero);
void shim_free(const void *mem);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(1, size, true);
}

static inline void *kcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return shim_alloc(nr, size, true);
}

static inline void *kvmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	return shim_alloc(nr, size, false);
}

static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(1, size, false);
}

static inline void kfree(const void *mem)
{
	shim_free(mem);
}

static inline void kvfree(const void *mem)
{
	shim_free(mem);
}

#endif
