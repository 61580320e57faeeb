/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SCHED_H
#define _SHIM_SCHED_H

/* User space is preempted anyway. */
static inline void cond_resched(void)
{
}

#endif
