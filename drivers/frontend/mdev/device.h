/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_MDEV_DEVICE_H
#define _MVGPU_MDEV_DEVICE_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/pci_regs.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vfio.h>
#include <linux/wait.h>
#include <mvgpu/vgpu.h>

struct eventfd_ctx;

/*
 * The guest sees a virtio-gpu of virtio 1.x over PCI. Lock order:
 * mvgpu_mdev.lock, then core's locks; mvgpu_mdev_irq.lock and
 * mvgpu_mdev_gate.lock are leaves. The ops that core calls
 * (mvgpu_mdev_vgpu_ops) never take mvgpu_mdev.lock.
 */

/* Size of config space: a conventional PCI device. */
#define MVGPU_CFG_SIZE 256

/* BAR 0, 64 bit: the virtio structures, a page each; see config.c. */
#define MVGPU_BAR_VIRTIO 0
#define MVGPU_BAR_VIRTIO_SIZE 0x4000
#define MVGPU_BAR_COMMON 0x0000
#define MVGPU_BAR_ISR 0x1000
#define MVGPU_BAR_DEVICE 0x2000
#define MVGPU_BAR_NOTIFY 0x3000
#define MVGPU_BAR_PART_SIZE 0x1000
#define MVGPU_NOTIFY_MULTIPLIER 4

/* BAR 4: MSI-X table and pending bits, emulated by the user of VFIO. */
#define MVGPU_BAR_MSIX 4
#define MVGPU_BAR_MSIX_SIZE 0x1000
#define MVGPU_MSIX_PBA 0x800

/* Those of PCI and the display's plane. */
#define MVGPU_NR_REGIONS (VFIO_PCI_NUM_REGIONS + 1)

/* Bit of the ISR register, beside VIRTIO_PCI_ISR_CONFIG. */
#define MVGPU_ISR_QUEUE 1

/* Configuration changes and one for each queue. */
#define MVGPU_NR_VECTORS (1 + MVGPU_NR_QUEUES)
/* Behind the vectors: the request to give the device back. */
#define MVGPU_TRIGGER_REQ MVGPU_NR_VECTORS
#define MVGPU_NR_TRIGGERS (MVGPU_NR_VECTORS + 1)

/**
 * struct mvgpu_mdev_config - PCI config space
 * @space: what is read, little endian; mvgpu_mdev.lock
 * @writable: bits that the guest may change; constant
 */
struct mvgpu_mdev_config {
	u8 space[MVGPU_CFG_SIZE];
	u8 writable[MVGPU_CFG_SIZE];
};

/**
 * struct mvgpu_mdev_queue - registers of one virtqueue; mvgpu_mdev.lock
 * @size: entries
 * @vector: MSI-X vector; written under the lock, read without
 * @enabled: handed to core; the other registers are locked then
 * @addr: descriptor, driver and device area, low and high half each
 */
struct mvgpu_mdev_queue {
	u16 size;
	u16 vector;
	bool enabled;
	u32 addr[6];
};

/**
 * struct mvgpu_mdev_transport - virtio registers (virtio 1.3, 4.1.4.3)
 */
struct mvgpu_mdev_transport {
	/** @device_feature_select: which 32 bits are read; mvgpu_mdev.lock. */
	u32 device_feature_select;
	/** @driver_feature_select: which are written; mvgpu_mdev.lock. */
	u32 driver_feature_select;
	/** @driver_features: what the driver wants; mvgpu_mdev.lock. */
	u64 driver_features;
	/** @queue_select: hostile; mvgpu_mdev.lock. */
	u16 queue_select;
	/** @status: without NEEDS_RESET; mvgpu_mdev.lock. */
	u8 status;
	/** @old_status: what is read while @resetting; mvgpu_mdev.lock. */
	u8 old_status;
	/** @resetting: core was not seen to be done; mvgpu_mdev.lock. */
	bool resetting;
	/** @needs_reset: set by core's work without a lock. */
	bool needs_reset;
	/** @config_vector: written under mvgpu_mdev.lock, read without. */
	u16 config_vector;
	/** @generation: the low 8 bits are the register. */
	atomic_t generation;
	/** @isr: VIRTIO_PCI_ISR_CONFIG and MVGPU_ISR_QUEUE. */
	atomic_t isr;
	/** @queue: MVGPU_QUEUE_*; mvgpu_mdev.lock. */
	struct mvgpu_mdev_queue queue[MVGPU_NR_QUEUES];
};

/**
 * struct mvgpu_mdev_irq - how user space hears of interrupts
 */
struct mvgpu_mdev_irq {
	/** @lock: leaf; taken with interrupts off; guards all below. */
	spinlock_t lock;
	/** @trigger: a reference each, or NULL. */
	struct eventfd_ctx *trigger[MVGPU_NR_TRIGGERS];
	/** @masked: bit set: masked by VFIO_DEVICE_SET_IRQS. */
	u32 masked;
	/** @pending: bit set: raised while masked. */
	u32 pending;
	/** @function_masked: all vectors are, by the MSI-X capability. */
	bool function_masked;
};

/**
 * enum mvgpu_mdev_gate_state - may core be told of vanishing memory?
 * @MVGPU_GATE_CLOSED: the vGPU is closed: nothing is pinned.
 * @MVGPU_GATE_OPEN: yes.
 * @MVGPU_GATE_CLOSING: wait: close unpins everything.
 */
enum mvgpu_mdev_gate_state {
	MVGPU_GATE_CLOSED,
	MVGPU_GATE_OPEN,
	MVGPU_GATE_CLOSING,
};

/**
 * struct mvgpu_mdev_gate - keeps dma_unmap within open and close
 *
 * VFIO calls dma_unmap from before open_device until after close_device, at
 * the same time as both. A lock can't be held across them: pinning takes
 * VFIO's locks, which its unmap holds.
 */
struct mvgpu_mdev_gate {
	/** @lock: leaf; guards @state and @users. */
	spinlock_t lock;
	/** @wait: woken when one of them changes. */
	wait_queue_head_t wait;
	/** @state: see enum mvgpu_mdev_gate_state. */
	enum mvgpu_mdev_gate_state state;
	/** @users: calls of dma_unmap inside. */
	unsigned int users;
};

/**
 * struct mvgpu_mdev - a vGPU as a virtio-gpu PCI device over VFIO
 */
struct mvgpu_mdev {
	/** @vdev: first, for vfio_alloc_device(). */
	struct vfio_device vdev;
	/** @vgpu: from before @vdev is registered until after. */
	struct mvgpu_vgpu *vgpu;
	/** @gate: between dma_unmap, open and close. */
	struct mvgpu_mdev_gate gate;
	/** @lock: registers; never taken in what core calls. */
	struct mutex lock;
	/** @bus_master: of the command register; read without @lock. */
	bool bus_master;
	/** @config: PCI config space. */
	struct mvgpu_mdev_config config;
	/** @transport: virtio registers. */
	struct mvgpu_mdev_transport transport;
	/** @irq: eventfds. */
	struct mvgpu_mdev_irq irq;
};

static inline struct mvgpu_mdev *to_mvgpu_mdev(struct vfio_device *vdev)
{
	return container_of(vdev, struct mvgpu_mdev, vdev);
}

/* device.c */

extern const struct vfio_device_ops mvgpu_mdev_vfio_ops;

/* guest.c */

extern const struct mvgpu_vgpu_ops mvgpu_mdev_vgpu_ops;

/* config.c; all under mvgpu_mdev.lock */

/** mvgpu_mdev_config_init() - fill both parts; the device is not in use. */
void mvgpu_mdev_config_init(struct mvgpu_mdev *mm);
/** mvgpu_mdev_config_reset_locked() - power-on values. */
void mvgpu_mdev_config_reset_locked(struct mvgpu_mdev *mm);
/** mvgpu_mdev_config_read_locked() - @size 1, 2 or 4, @off aligned to it. */
u32 mvgpu_mdev_config_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size);
/** mvgpu_mdev_config_write_locked() - likewise. */
void mvgpu_mdev_config_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				    u32 val);

/* transport.c */

/** mvgpu_mdev_transport_init() - all but what is read while resetting. */
void mvgpu_mdev_transport_init(struct mvgpu_mdev *mm);
/** mvgpu_mdev_transport_reset_locked() - the driver has written status 0. */
void mvgpu_mdev_transport_reset_locked(struct mvgpu_mdev *mm);
/** mvgpu_mdev_common_read_locked() - @off from the structure's start. */
u32 mvgpu_mdev_common_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size);
/** mvgpu_mdev_common_write_locked() - likewise; may wait for a reset. */
void mvgpu_mdev_common_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				    u32 val);

/* irq.c */

/** mvgpu_mdev_irq_init() - no triggers. */
void mvgpu_mdev_irq_init(struct mvgpu_mdev_irq *irq);
/** mvgpu_mdev_irq_reset() - unmask, forget what is pending, keep triggers. */
void mvgpu_mdev_irq_reset(struct mvgpu_mdev_irq *irq);
/** mvgpu_mdev_irq_release() - drop the triggers. Sleeps. */
void mvgpu_mdev_irq_release(struct mvgpu_mdev_irq *irq);
/** mvgpu_mdev_irq_raise() - @vector out of range: nothing. Any context. */
void mvgpu_mdev_irq_raise(struct mvgpu_mdev_irq *irq, u32 vector);
/** mvgpu_mdev_irq_request() - ask for the device; false: nobody listens. */
bool mvgpu_mdev_irq_request(struct mvgpu_mdev_irq *irq);
/** mvgpu_mdev_irq_function_mask() - the bit of the MSI-X capability. */
void mvgpu_mdev_irq_function_mask(struct mvgpu_mdev_irq *irq, bool masked);
/** mvgpu_mdev_irq_info() - VFIO_DEVICE_GET_IRQ_INFO. */
long mvgpu_mdev_irq_info(void __user *arg);
/** mvgpu_mdev_irq_set() - VFIO_DEVICE_SET_IRQS. */
long mvgpu_mdev_irq_set(struct mvgpu_mdev_irq *irq, void __user *arg);

/* region.c */

/** mvgpu_mdev_kick_locked() - of the driver, or DMA is allowed again. */
void mvgpu_mdev_kick_locked(struct mvgpu_mdev *mm);
/**
 * mvgpu_mdev_bar_read_locked() - read of BAR 0
 * @mm: the device
 * @off: aligned to @size, inside the BAR
 * @size: 1, 2 or 4
 *
 * Return: what is there; 0 for an access that isn't to a single register.
 */
u32 mvgpu_mdev_bar_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size);
/** mvgpu_mdev_bar_write_locked() - likewise; others are ignored. */
void mvgpu_mdev_bar_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				 u32 val);
/** mvgpu_mdev_region_read() - see vfio_device_ops. */
ssize_t mvgpu_mdev_region_read(struct vfio_device *vdev, char __user *buf,
			       size_t count, loff_t *ppos);
/** mvgpu_mdev_region_write() - see vfio_device_ops. */
ssize_t mvgpu_mdev_region_write(struct vfio_device *vdev,
				const char __user *buf, size_t count,
				loff_t *ppos);
/** mvgpu_mdev_region_mmap() - see vfio_device_ops. */
int mvgpu_mdev_region_mmap(struct vfio_device *vdev,
			   struct vm_area_struct *vma);
/** mvgpu_mdev_region_info() - see get_region_info_caps of vfio_device_ops. */
int mvgpu_mdev_region_info(struct vfio_device *vdev,
			   struct vfio_region_info *info,
			   struct vfio_info_cap *caps);
/** mvgpu_mdev_query_plane() - VFIO_DEVICE_QUERY_GFX_PLANE. */
long mvgpu_mdev_query_plane(struct mvgpu_mdev *mm, void __user *arg);

#endif
