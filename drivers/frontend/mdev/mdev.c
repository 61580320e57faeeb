// SPDX-License-Identifier: GPL-2.0
/*
 * The mdev frontend: types of every GPU in sysfs, vGPUs created by a UUID.
 *
 * mdev's create takes the parent's unreg_sem for reading and then calls
 * mvgpu_vgpu_create(); core's registration lock is taken outside of unreg_sem
 * by gpu_removed. So creation must not need the registration lock.
 */
#include "device.h"

#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <mvgpu/frontend.h>
#include <mvgpu/type.h>

/**
 * struct mvgpu_mdev_type - one directory of mdev_supported_types/
 * @type: mdev's part
 * @gpu: whose
 * @def: what a vGPU of it is
 * @pretty: shown as its name
 */
struct mvgpu_mdev_type {
	struct mdev_type type;
	struct mvgpu_gpu *gpu;
	const struct mvgpu_type *def;
	char pretty[32];
};

/**
 * struct mvgpu_mdev_parent - what a GPU gets from this frontend
 * @parent: mdev's part
 * @type: of mvgpu_types, in the same order
 * @list: the form in which mdev wants them
 */
struct mvgpu_mdev_parent {
	struct mdev_parent parent;
	struct mvgpu_mdev_type type[MVGPU_NR_TYPES];
	struct mdev_type *list[MVGPU_NR_TYPES];
};

static struct mvgpu_mdev_type *to_type(struct mdev_type *type)
{
	return container_of(type, struct mvgpu_mdev_type, type);
}

static int mvgpu_mdev_probe(struct mdev_device *mdev)
{
	struct mvgpu_mdev_type *type = to_type(mdev->type);
	struct mvgpu_mdev *mm;
	int ret;

	mm = vfio_alloc_device(mvgpu_mdev, vdev, &mdev->dev,
			       &mvgpu_mdev_vfio_ops);
	if (IS_ERR(mm))
		return PTR_ERR(mm);

	mm->vgpu = mvgpu_vgpu_create(type->gpu, type->def, &mdev->dev,
				     &mvgpu_mdev_vgpu_ops, mm);
	if (IS_ERR(mm->vgpu)) {
		ret = PTR_ERR(mm->vgpu);
		goto err_put;
	}

	ret = vfio_register_emulated_iommu_dev(&mm->vdev);
	if (ret)
		goto err_destroy;

	dev_set_drvdata(&mdev->dev, mm);
	return 0;

err_destroy:
	mvgpu_vgpu_destroy(mm->vgpu);
err_put:
	vfio_put_device(&mm->vdev);
	return ret;
}

static void mvgpu_mdev_remove(struct mdev_device *mdev)
{
	struct mvgpu_mdev *mm = dev_get_drvdata(&mdev->dev);

	/* Waits for the user to close, whom .request asks to do so. */
	vfio_unregister_group_dev(&mm->vdev);
	mvgpu_vgpu_destroy(mm->vgpu);
	vfio_put_device(&mm->vdev);
}

static unsigned int mvgpu_mdev_get_available(struct mdev_type *mtype)
{
	struct mvgpu_mdev_type *type = to_type(mtype);

	return mvgpu_gpu_available(type->gpu, type->def);
}

static ssize_t mvgpu_mdev_show_description(struct mdev_type *mtype, char *buf)
{
	struct mvgpu_mdev_type *type = to_type(mtype);
	const struct mvgpu_type *def = type->def;

	return sysfs_emit(buf,
			  "share=%u/%u, memory=%lluMiB, heads=%u, max_resolution=%ux%u\n",
			  def->units, mvgpu_gpu_units(type->gpu),
			  mvgpu_gpu_type_memory(type->gpu, def) >> 20,
			  def->nr_scanouts, def->max_width, def->max_height);
}

static struct mdev_driver mvgpu_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "mvgpu_mdev",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
	},
	.probe = mvgpu_mdev_probe,
	.remove = mvgpu_mdev_remove,
	.get_available = mvgpu_mdev_get_available,
	.show_description = mvgpu_mdev_show_description,
};

static void *mvgpu_mdev_gpu_added(struct mvgpu_gpu *gpu)
{
	struct mvgpu_mdev_parent *parent;
	int i, ret;

	parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	if (!parent)
		return ERR_PTR(-ENOMEM);

	for (i = 0; i < MVGPU_NR_TYPES; i++) {
		struct mvgpu_mdev_type *type = &parent->type[i];

		type->gpu = gpu;
		type->def = &mvgpu_types[i];
		snprintf(type->pretty, sizeof(type->pretty), "mvGPU 1/%u",
			 MVGPU_UNITS / type->def->units);
		type->type.sysfs_name = type->def->name;
		type->type.pretty_name = type->pretty;
		parent->list[i] = &type->type;
	}

	ret = mdev_register_parent(&parent->parent, mvgpu_gpu_device(gpu),
				   &mvgpu_mdev_driver, parent->list,
				   MVGPU_NR_TYPES);
	if (ret) {
		kfree(parent);
		return ERR_PTR(ret);
	}
	return parent;
}

static void mvgpu_mdev_gpu_removed(struct mvgpu_gpu *gpu, void *handle)
{
	struct mvgpu_mdev_parent *parent = handle;

	mdev_unregister_parent(&parent->parent);
	kfree(parent);
}

static struct mvgpu_frontend mvgpu_mdev_frontend = {
	.name = "mdev",
	.gpu_added = mvgpu_mdev_gpu_added,
	.gpu_removed = mvgpu_mdev_gpu_removed,
};

static int __init mvgpu_mdev_init(void)
{
	int ret;

	ret = mdev_register_driver(&mvgpu_mdev_driver);
	if (ret)
		return ret;

	mvgpu_frontend_register(&mvgpu_mdev_frontend);
	return 0;
}
module_init(mvgpu_mdev_init);

static void __exit mvgpu_mdev_exit(void)
{
	mvgpu_frontend_unregister(&mvgpu_mdev_frontend);
	mdev_unregister_driver(&mvgpu_mdev_driver);
}
module_exit(mvgpu_mdev_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("mvgpu: vGPUs as mediated devices");
