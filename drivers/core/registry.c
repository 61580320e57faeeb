// SPDX-License-Identifier: GPL-2.0
/*
 * Where GPUs and frontends meet, whichever comes first.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <mvgpu/frontend.h>

#include "gpu.h"
#include "registry.h"

/* The outermost lock; protects both lists and each GPU's views. */
static DEFINE_MUTEX(registry_lock);
static LIST_HEAD(gpus);
static LIST_HEAD(frontends);

/**
 * struct view - what a frontend made of a GPU
 * @node: in gpu->views
 * @frontend: whose
 * @handle: from gpu_added()
 */
struct view {
	struct list_head node;
	struct mvgpu_frontend *frontend;
	void *handle;
};

static void view_add(struct mvgpu_gpu *gpu, struct mvgpu_frontend *frontend)
{
	struct view *view;
	int ret = -ENOMEM;

	lockdep_assert_held(&registry_lock);
	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		goto report;
	view->frontend = frontend;
	view->handle = frontend->gpu_added(gpu);
	if (IS_ERR(view->handle)) {
		ret = PTR_ERR(view->handle);
		goto free_view;
	}
	list_add_tail(&view->node, &gpu->views);
	return;

free_view:
	kfree(view);
report:
	dev_err(gpu->parent, "mvgpu: frontend %s can't use the GPU: %d\n",
		frontend->name, ret);
}

static void view_remove(struct mvgpu_gpu *gpu, struct view *view)
{
	lockdep_assert_held(&registry_lock);
	view->frontend->gpu_removed(gpu, view->handle);
	list_del(&view->node);
	kfree(view);
}

void mvgpu_registry_add(struct mvgpu_gpu *gpu)
{
	struct mvgpu_frontend *frontend;

	guard(mutex)(&registry_lock);
	list_add_tail(&gpu->node, &gpus);
	list_for_each_entry(frontend, &frontends, node)
		view_add(gpu, frontend);
}

void mvgpu_registry_remove(struct mvgpu_gpu *gpu)
{
	struct view *view, *next;

	guard(mutex)(&registry_lock);
	list_for_each_entry_safe(view, next, &gpu->views, node)
		view_remove(gpu, view);
	list_del(&gpu->node);
}

void mvgpu_frontend_register(struct mvgpu_frontend *frontend)
{
	struct mvgpu_gpu *gpu;

	guard(mutex)(&registry_lock);
	list_add_tail(&frontend->node, &frontends);
	list_for_each_entry(gpu, &gpus, node)
		view_add(gpu, frontend);
}
EXPORT_SYMBOL_GPL(mvgpu_frontend_register);

void mvgpu_frontend_unregister(struct mvgpu_frontend *frontend)
{
	struct view *view, *next;
	struct mvgpu_gpu *gpu;

	guard(mutex)(&registry_lock);
	list_for_each_entry(gpu, &gpus, node)
		list_for_each_entry_safe(view, next, &gpu->views, node)
			if (view->frontend == frontend)
				view_remove(gpu, view);
	list_del(&frontend->node);
}
EXPORT_SYMBOL_GPL(mvgpu_frontend_unregister);
