/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_REGISTRY_H
#define _MVGPU_CORE_REGISTRY_H

struct mvgpu_gpu;

/* Show a GPU to all frontends, and take it from them again; both sleep. */
void mvgpu_registry_add(struct mvgpu_gpu *gpu);
void mvgpu_registry_remove(struct mvgpu_gpu *gpu);

#endif
