/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_UNALIGNED_H
#define _SHIM_UNALIGNED_H

#include <string.h>
#include <linux/types.h>

/* Of little endian machines, as all of these tests. */
static inline u32 get_unaligned_le32(const void *from)
{
	u32 val;

	memcpy(&val, from, sizeof(val));
	return val;
}

static inline void put_unaligned_le32(u32 val, void *to)
{
	memcpy(to, &val, sizeof(val));
}

#endif
