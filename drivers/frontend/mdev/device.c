// SPDX-License-Identifier: GPL-2.0
/*
 * The VFIO device: its life, and the table of its ioctls.
 */
#include "device.h"

#include <linux/uaccess.h>
#include <mvgpu/vgpu.h>

static int device_init(struct vfio_device *vdev)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	mutex_init(&mm->lock);
	spin_lock_init(&mm->gate.lock);
	init_waitqueue_head(&mm->gate.wait);
	mm->gate.state = MVGPU_GATE_CLOSED;
	mvgpu_mdev_irq_init(&mm->irq);
	mvgpu_mdev_config_init(mm);
	mvgpu_mdev_transport_init(mm);
	return 0;
}

static void device_release(struct vfio_device *vdev)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	mutex_destroy(&mm->lock);
}

static void gate_set(struct mvgpu_mdev_gate *gate,
		     enum mvgpu_mdev_gate_state state)
{
	spin_lock_irq(&gate->lock);
	gate->state = state;
	spin_unlock_irq(&gate->lock);
	wake_up_all(&gate->wait);
}

/* No dma_unmap is inside when this returns, and none gets in. */
static void gate_begin_close(struct mvgpu_mdev_gate *gate)
{
	spin_lock_irq(&gate->lock);
	gate->state = MVGPU_GATE_CLOSING;
	wait_event_lock_irq(gate->wait, !gate->users, gate->lock);
	spin_unlock_irq(&gate->lock);
}

/*
 * True: inside. False: the vGPU is closed and holds no page. Waits for a close
 * that is under way, since no page may be pinned when the caller goes on.
 */
static bool gate_enter(struct mvgpu_mdev_gate *gate)
{
	bool open;

	spin_lock_irq(&gate->lock);
	wait_event_lock_irq(gate->wait, gate->state != MVGPU_GATE_CLOSING,
			    gate->lock);
	open = gate->state == MVGPU_GATE_OPEN;
	if (open)
		gate->users++;
	spin_unlock_irq(&gate->lock);
	return open;
}

static void gate_leave(struct mvgpu_mdev_gate *gate)
{
	spin_lock_irq(&gate->lock);
	gate->users--;
	spin_unlock_irq(&gate->lock);
	wake_up_all(&gate->wait);
}

static int device_open(struct vfio_device *vdev)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);
	int ret;

	ret = mvgpu_vgpu_open(mm->vgpu);
	if (ret)
		return ret;

	gate_set(&mm->gate, MVGPU_GATE_OPEN);
	return 0;
}

static void device_close(struct vfio_device *vdev)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	gate_begin_close(&mm->gate);
	mvgpu_vgpu_close(mm->vgpu);
	gate_set(&mm->gate, MVGPU_GATE_CLOSED);

	/* Nobody calls us any more: the next user finds power-on state. */
	mvgpu_mdev_irq_release(&mm->irq);
	mutex_lock(&mm->lock);
	mvgpu_mdev_config_reset_locked(mm);
	mvgpu_mdev_transport_init(mm);
	mutex_unlock(&mm->lock);
}

/* To power-on state; sleeps until core is done. */
static void device_reset(struct mvgpu_mdev *mm)
{
	mutex_lock(&mm->lock);
	mvgpu_mdev_config_reset_locked(mm);
	mvgpu_mdev_transport_reset_locked(mm);
	mvgpu_mdev_irq_reset(&mm->irq);
	mutex_unlock(&mm->lock);

	mvgpu_vgpu_reset_wait(mm->vgpu);
}

static long device_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = MVGPU_NR_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int cmd,
			 unsigned long arg)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return device_info(uarg);
	case VFIO_DEVICE_GET_REGION_INFO:
		return mvgpu_vfio_get_region_info(vdev, uarg,
						  mvgpu_mdev_region_info);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return mvgpu_mdev_irq_info(uarg);
	case VFIO_DEVICE_SET_IRQS:
		return mvgpu_mdev_irq_set(&mm->irq, uarg);
	case VFIO_DEVICE_RESET:
		device_reset(mm);
		return 0;
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return mvgpu_mdev_query_plane(mm, uarg);
	default:
		return -ENOTTY;
	}
}

static void device_request(struct vfio_device *vdev, unsigned int count)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	if (mvgpu_mdev_irq_request(&mm->irq)) {
		if (!(count % 10))
			dev_notice_ratelimited(vdev->dev,
					       "asking the user to release the device (%u)\n",
					       count);
	} else if (!count) {
		dev_warn(vdev->dev,
			 "no channel to ask for release, waiting for the user\n");
	}
}

static void device_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	struct mvgpu_mdev *mm = to_mvgpu_mdev(vdev);

	mvgpu_vgpu_ask(mm->vgpu);
	if (!gate_enter(&mm->gate))
		return;
	mvgpu_vgpu_evict(mm->vgpu, iova, length);
	gate_leave(&mm->gate);
}

const struct vfio_device_ops mvgpu_mdev_vfio_ops = {
	.name = "mvgpu-mdev",
	.init = device_init,
	.release = device_release,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
	.open_device = device_open,
	.close_device = device_close,
	.read = mvgpu_mdev_region_read,
	.write = mvgpu_mdev_region_write,
	.ioctl = device_ioctl,
	MVGPU_VFIO_REGION_INFO_OP(mvgpu_mdev_region_info)
	.mmap = mvgpu_mdev_region_mmap,
	.request = device_request,
	.dma_unmap = device_dma_unmap,
};
