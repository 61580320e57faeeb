/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_COMPAT_KUNIT_VISIBILITY_H
#define _MVGPU_COMPAT_KUNIT_VISIBILITY_H

#include <linux/module.h>
#include <linux/version.h>
#include_next <kunit/visibility.h>

/* The name of a namespace is a string from 6.13 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define MVGPU_IMPORT_NS_KUNIT MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#else
#define MVGPU_IMPORT_NS_KUNIT MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#endif

#endif
