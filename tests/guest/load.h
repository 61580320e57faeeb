/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MVGPU_GUEST_LOAD_H
#define MVGPU_GUEST_LOAD_H

#include "tap.h"

/**
 * load_gpu() - keep the GPU busy, with next to nothing for the processor to do
 * @tap: for results
 * @device: path, or NULL
 * @seconds: how long
 * @rounds: of the shader in each job; one takes some 30 ms on the testbed's GPU
 *
 * Some jobs are queued at any time, each a draw. Says "# ready load" when it has
 * begun, and how many jobs it has done when it ends.
 */
void load_gpu(struct tap *tap, const char *device, double seconds,
	      unsigned int rounds);

#endif
