/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PRELUDE_H
#define _SHIM_PRELUDE_H

/* What kernel headers bring along without being asked. */
#include <errno.h>
#include <stdbool.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#endif
