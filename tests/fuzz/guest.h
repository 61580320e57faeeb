/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GUEST_H
#define _GUEST_H

#include <linux/types.h>
#include <mvgpu/chain.h>

/**
 * struct guest - memory of a guest; its addresses begin at 0
 * @mem: how the code under test gets at it
 * @bytes: @size of them
 * @size: bytes
 * @loads: how often each byte was loaded since guest_forget()
 * @hostile: each byte changes right after it was loaded
 * @dma_off: every access fails
 */
struct guest {
	struct mvgpu_mem mem;
	u8 *bytes;
	size_t size;
	u8 *loads;
	bool hostile;
	bool dma_off;
};

struct guest *guest_new(size_t size);
void guest_free(struct guest *guest);
/** guest_forget() - no byte was loaded so far. */
void guest_forget(struct guest *guest);
/** guest_max_loads() - of the byte of a range that was loaded most often. */
unsigned int guest_max_loads(const struct guest *guest, u64 addr, u64 len);
/** guest_min_loads() - of the byte that was loaded least often. */
unsigned int guest_min_loads(const struct guest *guest, u64 addr, u64 len);

/** shim_reset() - no allocation fails, none lives. */
void shim_reset(void);
/** shim_fail() - the @nth allocation from now on fails, 1 is the next. */
void shim_fail(unsigned int nth);
/** shim_failed() - did it come to that? */
bool shim_failed(void);
/** shim_live() - allocations not freed. */
long shim_live(void);

#endif
