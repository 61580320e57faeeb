/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LIMITS_H
#define _SHIM_LIMITS_H

#include <limits.h>
#include_next <linux/limits.h>

#ifndef U16_MAX
#define U16_MAX 0xffff
#endif
#ifndef U32_MAX
#define U32_MAX 0xffffffffU
#endif

#endif
