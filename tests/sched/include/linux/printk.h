/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_PRINTK_H
#define _SHIM_LINUX_PRINTK_H

#include <stdio.h>

/* A note of TAP's. */
#define pr_info(fmt, ...) printf("# " fmt, ##__VA_ARGS__)

#endif
