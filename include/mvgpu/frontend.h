/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_FRONTEND_H
#define _MVGPU_FRONTEND_H

#include <linux/list.h>
#include <linux/types.h>

struct device;
struct mvgpu_gpu;
struct mvgpu_type;

/**
 * struct mvgpu_frontend - shows GPUs to tenants
 * @name: for messages
 * @gpu_added: a GPU is there. Return: a handle for @gpu_removed, or ERR_PTR
 *	(the GPU is then not offered by this frontend; logged by core).
 * @gpu_removed: take back everything of the GPU; sleeps until each of its
 *	vGPUs is destroyed; can't fail. Not called if gpu_added failed.
 *
 * Both run in process context under core's registration lock, so a frontend
 * must not register or unregister anything of core in them.
 */
struct mvgpu_frontend {
	const char *name;
	void *(*gpu_added)(struct mvgpu_gpu *gpu);
	void (*gpu_removed)(struct mvgpu_gpu *gpu, void *handle);
	/* private: core/registry.c */
	struct list_head node;
};

/** mvgpu_frontend_register() - calls gpu_added() for each GPU. */
void mvgpu_frontend_register(struct mvgpu_frontend *frontend);

/** mvgpu_frontend_unregister() - calls gpu_removed() for each GPU. */
void mvgpu_frontend_unregister(struct mvgpu_frontend *frontend);

/** mvgpu_gpu_device() - the parent given to mvgpu_gpu_register(). */
struct device *mvgpu_gpu_device(struct mvgpu_gpu *gpu);

/** mvgpu_gpu_available() - how many vGPUs of @type still fit. Sleeps. */
u32 mvgpu_gpu_available(struct mvgpu_gpu *gpu, const struct mvgpu_type *type);

/** mvgpu_gpu_features() - VIRTIO_GPU_F_* bits that guests are offered. */
u64 mvgpu_gpu_features(struct mvgpu_gpu *gpu);

/** mvgpu_gpu_capsets() - num_capsets of config space. */
u32 mvgpu_gpu_capsets(struct mvgpu_gpu *gpu);
/** mvgpu_gpu_units() - of all types that a GPU has room for together. */
u32 mvgpu_gpu_units(const struct mvgpu_gpu *gpu);

/** mvgpu_gpu_type_memory() - bytes of GPU memory that @type gets. */
u64 mvgpu_gpu_type_memory(struct mvgpu_gpu *gpu, const struct mvgpu_type *type);

#endif
