/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PRELUDE_H
#define _SHIM_PRELUDE_H

/* What kernel headers bring along without being asked. */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <linux/kernel.h>

#ifndef U64_MAX
#define U64_MAX ((u64)~0ULL)
#endif

#ifndef S64_MAX
#define S64_MAX ((s64)(U64_MAX >> 1))
#endif

#endif
