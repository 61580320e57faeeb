/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BARRIER_H
#define _SHIM_BARRIER_H

/* There is no guest that runs at the same time: the compiler's order will do. */
#define virt_mb() __atomic_signal_fence(__ATOMIC_SEQ_CST)
/* Likewise. */
#define virt_rmb() __atomic_signal_fence(__ATOMIC_ACQUIRE)
/* Likewise. */
#define virt_wmb() __atomic_signal_fence(__ATOMIC_RELEASE)

#endif
