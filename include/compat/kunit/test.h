/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_COMPAT_KUNIT_TEST_H
#define _MVGPU_COMPAT_KUNIT_TEST_H

#include <linux/version.h>
#include_next <kunit/test.h>

/* What makes parameters is told for which test, first, from 6.18 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define MVGPU_KUNIT_FOR_TEST
#else
#define MVGPU_KUNIT_FOR_TEST struct kunit *test,
#endif

#endif
