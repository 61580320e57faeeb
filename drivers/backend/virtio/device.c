// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu_virtio: a virtio-gpu device of the host as the GPU that is shared.
 *
 * The virtio bus has no driver_override and takes the first driver that
 * matches, so a device comes to us if we are loaded before virtio_gpu, or by
 * unbind and bind in sysfs. The vendor of a PCI device is its subsystem's.
 */

#include "virtio.h"

#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <mvgpu/virgl_caps.h>

static unsigned int memory_mb = 1024;
module_param(memory_mb, uint, 0444);
MODULE_PARM_DESC(memory_mb, "GPU memory to share out, MiB (virtio-gpu can't tell; default 1024)");

/* Twice what one guest fills: the next job waits in the device's queue. */
#define MAX_OUTSTANDING 2

/**
 * mvgpu_virtio_lost() - the device can't be trusted any more
 * @gpu: the GPU, running
 *
 * Context: any. Before registration it is only noted, in @gpu->lost.
 */
void mvgpu_virtio_lost(struct mvgpu_virtio *gpu)
{
	struct mvgpu_gpu *core;
	unsigned long flags;

	spin_lock_irqsave(&gpu->lock, flags);
	gpu->lost = true;
	core = gpu->core;
	spin_unlock_irqrestore(&gpu->lock, flags);
	if (core)
		mvgpu_gpu_lost(core);
}

static bool device_present(struct mvgpu_virtio *gpu)
{
	return pci_device_is_present(to_pci_dev(gpu->vdev->dev.parent));
}

/* No DMA goes on and nothing is in the queues when it returns. */
static void device_stop(struct mvgpu_virtio *gpu)
{
	mvgpu_virtio_queue_stop(gpu);
	/* A reset waits for an answer, which an unplugged device never gives. */
	if (device_present(gpu))
		virtio_reset_device(gpu->vdev);
	else
		virtio_break_device(gpu->vdev);
	mvgpu_virtio_queue_delete(gpu);
}

static void op_kick(void *priv, u32 engine)
{
	mvgpu_virtio_queue_kick(priv);
}

static int op_reset(void *priv)
{
	struct mvgpu_virtio *gpu = priv;
	int err;

	device_stop(gpu);
	if (!device_present(gpu))
		return -ENODEV;
	/* As after hibernation: features again, then our restore(). */
	err = virtio_device_restore(gpu->vdev);
	if (err)
		dev_err(&gpu->vdev->dev, "reset failed: %pe\n", ERR_PTR(err));
	return err;
}

/* No cancel(): the device runs what it has to the end. */
static const struct mvgpu_backend_ops ops = {
	.owner = THIS_MODULE,
	.name = "virtio",
	.prepare = mvgpu_virtio_prepare,
	.unprepare = mvgpu_virtio_unprepare,
	.submit = mvgpu_virtio_submit,
	.kick = op_kick,
	.backing_release = mvgpu_virtio_backing_release,
	.reset = op_reset,
};

/* All that may change for us: what displays it has is of no use to vGPUs. */
static void config_work(struct work_struct *work)
{
	struct mvgpu_virtio *gpu = container_of(work, struct mvgpu_virtio,
						config_work);
	struct virtio_device *vdev = gpu->vdev;

	if (!(vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_NEEDS_RESET))
		return;
	dev_err(&vdev->dev, "device asks for a reset\n");
	mvgpu_virtio_lost(gpu);
}

static void mvgpu_virtio_config_changed(struct virtio_device *vdev)
{
	struct mvgpu_virtio *gpu = vdev->priv;

	schedule_work(&gpu->config_work);
}

/*
 * Can vGPUs have 3D? Older renderers keep buffers that were destroyed in use where
 * a neighbour's next one will be, and leave streams halfway without saying so. What
 * they do on OpenGL ES and before OpenGL 4.3 with shaders of a hostile guest was not
 * made sure of, and without ARB_clear_texture one command ends them: see virgl.rst.
 */
static bool gpu_renders(struct mvgpu_virtio *gpu)
{
	const struct mvgpu_virtio_info *info = &gpu->info;
	const char *wanted;

	if (!info->nr_capsets || mvgpu_virtio_dma_bounces(gpu))
		return false;
	if (info->renderer < MVGPU_CAPS_VERSION_MIN)
		wanted = "virglrenderer 1.0.0 or newer";
	else if (info->gles)
		wanted = "OpenGL instead of OpenGL ES";
	else if (info->glsl < MVGPU_CAPS_GLSL_MIN)
		wanted = "OpenGL 4.3 or newer";
	else if (!info->clear_texture)
		wanted = "OpenGL 4.4 or newer, or one with ARB_clear_texture";
	else
		return true;
	dev_warn(&gpu->vdev->dev,
		 "its renderer is not safe with several tenants: vGPUs get no 3D; use %s on the host\n",
		 wanted);
	return false;
}

static int gpu_register(struct mvgpu_virtio *gpu)
{
	struct mvgpu_gpu_caps caps = {
		.memory = (u64)memory_mb << 20,
		.nr_engines = 1,
		.max_outstanding = MAX_OUTSTANDING,
		.max_runs = gpu->max_runs,
		.max_res_id = MVGPU_VIRTIO_MAX_RES,
		.max_stream = gpu->max_stream,
	};
	struct mvgpu_gpu *core;
	bool lost;

	if (gpu_renders(gpu)) {
		caps.max_ctx_id = MVGPU_VIRTIO_MAX_CTX;
		caps.context_init = virtio_has_feature(gpu->vdev,
						       VIRTIO_GPU_F_CONTEXT_INIT);
		caps.nr_capsets = gpu->info.nr_capsets;
		caps.capsets = gpu->info.capset;
		/* It runs them as programs of its own process. */
		if (gpu->info.software)
			dev_warn(&gpu->vdev->dev,
				 "it renders in software, which does not bound what shaders of guests access: for guests that trust each other only\n");
	}

	core = mvgpu_gpu_register(gpu->vdev->dev.parent, &caps, &ops, gpu);
	if (IS_ERR(core))
		return PTR_ERR(core);

	spin_lock_irq(&gpu->lock);
	gpu->core = core;
	lost = gpu->lost;
	spin_unlock_irq(&gpu->lock);
	if (lost)
		mvgpu_gpu_lost(core);
	return 0;
}

static int mvgpu_virtio_validate(struct virtio_device *vdev)
{
	/* A vGPU's parent needs a name that lasts: that of a PCI device. */
	if (!dev_is_pci(vdev->dev.parent))
		return -ENODEV;
	if (!virtio_has_feature(vdev, VIRTIO_F_VERSION_1))
		return -ENODEV;
	if (!memory_mb) {
		dev_err(&vdev->dev, "memory_mb=0 leaves nothing to share\n");
		return -EINVAL;
	}
	return 0;
}

static int mvgpu_virtio_probe(struct virtio_device *vdev)
{
	struct mvgpu_virtio *gpu;
	int err;

	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->vdev = vdev;
	vdev->priv = gpu;
	spin_lock_init(&gpu->lock);
	INIT_WORK(&gpu->config_work, config_work);
	mvgpu_virtio_poll_init(gpu);

	err = mvgpu_virtio_dma_init(gpu);
	if (err)
		goto free_gpu;
	err = mvgpu_virtio_queue_start(gpu);
	if (err)
		goto exit_dma;
	err = mvgpu_virtio_info_init(gpu);
	if (err)
		goto stop_device;
	err = gpu_register(gpu);
	if (err)
		goto exit_info;
	return 0;

exit_info:
	mvgpu_virtio_info_exit(gpu);
stop_device:
	device_stop(gpu);
exit_dma:
	mvgpu_virtio_dma_exit(gpu);
free_gpu:
	kfree(gpu);
	vdev->priv = NULL;
	return err;
}

static void mvgpu_virtio_remove(struct virtio_device *vdev)
{
	struct mvgpu_virtio *gpu = vdev->priv;
	struct mvgpu_gpu *core;

	disable_work_sync(&gpu->config_work);
	/* Jobs of an unplugged device never end: have them ended. */
	if (!device_present(gpu))
		mvgpu_virtio_lost(gpu);
	core = gpu->core;
	/* No callback may report to it any more; core's own watchdog goes on. */
	spin_lock_irq(&gpu->lock);
	gpu->core = NULL;
	spin_unlock_irq(&gpu->lock);
	virtio_synchronize_cbs(vdev);
	mvgpu_gpu_unregister(core);
	device_stop(gpu);
	mvgpu_virtio_info_exit(gpu);
	mvgpu_virtio_dma_exit(gpu);
	vdev->priv = NULL;
	kfree(gpu);
}

static int mvgpu_virtio_freeze(struct virtio_device *vdev)
{
	/* Resources live in the device only and can't be saved. */
	dev_err(&vdev->dev,
		"vGPUs can't sleep: unbind mvgpu_virtio before suspend\n");
	return -EBUSY;
}

static int mvgpu_virtio_restore(struct virtio_device *vdev)
{
	return mvgpu_virtio_queue_start(vdev->priv);
}

static const struct virtio_device_id id_table[] = {
	{ VIRTIO_ID_GPU, PCI_VENDOR_ID_REDHAT_QUMRANET },
	{ 0 },
};
MODULE_DEVICE_TABLE(virtio, id_table);

static const unsigned int features[] = {
	/* Fences of the renderer, not of the device's main loop. */
	VIRTIO_GPU_F_VIRGL,
	VIRTIO_GPU_F_CONTEXT_INIT,
};

static struct virtio_driver mvgpu_virtio_driver = {
	.driver.name = "mvgpu_virtio",
	.feature_table = features,
	.feature_table_size = ARRAY_SIZE(features),
	.id_table = id_table,
	.validate = mvgpu_virtio_validate,
	.probe = mvgpu_virtio_probe,
	.remove = mvgpu_virtio_remove,
	.config_changed = mvgpu_virtio_config_changed,
	.freeze = mvgpu_virtio_freeze,
	.restore = mvgpu_virtio_restore,
};
module_virtio_driver(mvgpu_virtio_driver);

MODULE_DESCRIPTION("mvgpu backend: a virtio-gpu device of the host");
MODULE_LICENSE("GPL");
