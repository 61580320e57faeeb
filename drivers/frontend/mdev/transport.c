// SPDX-License-Identifier: GPL-2.0
/*
 * The common configuration structure (virtio 1.3, 4.1.4.3) and the states that
 * the driver and core's reset bring the device to.
 *
 * Registers are read and written under mvgpu_mdev.lock by a vCPU of the guest,
 * which may hold QEMU's big lock: nothing here waits for long.
 */
#include "device.h"

#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>
#include <mvgpu/frontend.h>

/* Those of the transport; the others are the GPU's. */
#define DEVICE_FEATURES (BIT_ULL(VIRTIO_F_VERSION_1) | \
			 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) | \
			 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | \
			 BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

/* Bits that a driver sets, in any order and one or more at a time. */
#define DRIVER_STATUS (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | \
		       VIRTIO_CONFIG_S_DRIVER_OK | \
		       VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_FAILED)

/*
 * How long a driver that doesn't wait for the end of its reset is waited for,
 * in ms: firmware does so, and is kept from it by nothing but good luck.
 */
#define RESET_PATIENCE_MS 50

static const u16 queue_max[MVGPU_NR_QUEUES] = {
	[MVGPU_QUEUE_CONTROL] = 256,
	[MVGPU_QUEUE_CURSOR] = 16,
};

/**
 * struct transport_reg - a register of the common configuration structure
 * @off: where it is
 * @size: bytes
 */
struct transport_reg {
	u8 off, size;
};

static const struct transport_reg common_regs[] = {
	{ VIRTIO_PCI_COMMON_DFSELECT, 4 },
	{ VIRTIO_PCI_COMMON_DF, 4 },
	{ VIRTIO_PCI_COMMON_GFSELECT, 4 },
	{ VIRTIO_PCI_COMMON_GF, 4 },
	{ VIRTIO_PCI_COMMON_MSIX, 2 },
	{ VIRTIO_PCI_COMMON_NUMQ, 2 },
	{ VIRTIO_PCI_COMMON_STATUS, 1 },
	{ VIRTIO_PCI_COMMON_CFGGENERATION, 1 },
	{ VIRTIO_PCI_COMMON_Q_SELECT, 2 },
	{ VIRTIO_PCI_COMMON_Q_SIZE, 2 },
	{ VIRTIO_PCI_COMMON_Q_MSIX, 2 },
	{ VIRTIO_PCI_COMMON_Q_ENABLE, 2 },
	{ VIRTIO_PCI_COMMON_Q_NOFF, 2 },
	{ VIRTIO_PCI_COMMON_Q_DESCLO, 4 },
	{ VIRTIO_PCI_COMMON_Q_DESCHI, 4 },
	{ VIRTIO_PCI_COMMON_Q_AVAILLO, 4 },
	{ VIRTIO_PCI_COMMON_Q_AVAILHI, 4 },
	{ VIRTIO_PCI_COMMON_Q_USEDLO, 4 },
	{ VIRTIO_PCI_COMMON_Q_USEDHI, 4 },
};

/* The register that holds all of [@off, @off + @size), or NULL. */
static const struct transport_reg *common_reg(u32 off, u32 size)
{
	const struct transport_reg *reg;

	for (reg = common_regs; reg < common_regs + ARRAY_SIZE(common_regs);
	     reg++) {
		if (off >= reg->off && off + size <= reg->off + reg->size)
			return reg;
	}
	return NULL;
}

static struct mvgpu_mdev_queue *selected_queue(struct mvgpu_mdev_transport *t)
{
	u32 i = t->queue_select;

	if (i >= MVGPU_NR_QUEUES)
		return NULL;
	return &t->queue[array_index_nospec(i, MVGPU_NR_QUEUES)];
}

/* Power-on values of what a reset changes at once. */
static void transport_clear(struct mvgpu_mdev_transport *t)
{
	u32 i;

	t->device_feature_select = 0;
	t->driver_feature_select = 0;
	t->driver_features = 0;
	t->queue_select = 0;
	t->status = 0;
	WRITE_ONCE(t->config_vector, VIRTIO_MSI_NO_VECTOR);
	atomic_set(&t->isr, 0);

	for (i = 0; i < MVGPU_NR_QUEUES; i++) {
		struct mvgpu_mdev_queue *q = &t->queue[i];

		q->size = queue_max[i];
		q->enabled = false;
		memset(q->addr, 0, sizeof(q->addr));
		WRITE_ONCE(q->vector, VIRTIO_MSI_NO_VECTOR);
	}
}

void mvgpu_mdev_transport_init(struct mvgpu_mdev *mm)
{
	struct mvgpu_mdev_transport *t = &mm->transport;

	transport_clear(t);
	t->resetting = false;
	WRITE_ONCE(t->needs_reset, false);
}

void mvgpu_mdev_transport_reset_locked(struct mvgpu_mdev *mm)
{
	struct mvgpu_mdev_transport *t = &mm->transport;

	lockdep_assert_held(&mm->lock);

	/* Not 0, so that the driver sees that the reset goes on. */
	if (!t->resetting)
		t->old_status = t->status | VIRTIO_CONFIG_S_ACKNOWLEDGE;
	transport_clear(t);
	t->resetting = true;
	mvgpu_vgpu_reset_begin(mm->vgpu);
}

/* True when no reset is under way. */
static bool transport_settled_locked(struct mvgpu_mdev *mm)
{
	struct mvgpu_mdev_transport *t = &mm->transport;

	lockdep_assert_held(&mm->lock);

	if (!t->resetting)
		return true;
	if (mvgpu_vgpu_reset_pending(mm->vgpu))
		return false;
	/* What core's work said before the end of the reset is void. */
	WRITE_ONCE(t->needs_reset, false);
	atomic_set(&t->isr, 0);
	t->resetting = false;
	return true;
}

static bool transport_wait_locked(struct mvgpu_mdev *mm)
{
	unsigned long end = jiffies + msecs_to_jiffies(RESET_PATIENCE_MS);

	lockdep_assert_held(&mm->lock);

	while (!transport_settled_locked(mm)) {
		if (time_after(jiffies, end)) {
			dev_dbg_ratelimited(mm->vdev.dev,
					    "driver goes on during a reset\n");
			return false;
		}
		usleep_range(200, 500);
	}
	return true;
}

static u8 status_read_locked(struct mvgpu_mdev *mm)
{
	struct mvgpu_mdev_transport *t = &mm->transport;

	lockdep_assert_held(&mm->lock);

	if (!transport_settled_locked(mm))
		return t->old_status;
	if (READ_ONCE(t->needs_reset))
		return t->status | VIRTIO_CONFIG_S_NEEDS_RESET;
	return t->status;
}

static u64 device_features(const struct mvgpu_mdev *mm)
{
	return DEVICE_FEATURES | mvgpu_gpu_features(mvgpu_vgpu_gpu(mm->vgpu));
}

static bool features_ok(const struct mvgpu_mdev *mm, u64 features)
{
	return (features & BIT_ULL(VIRTIO_F_VERSION_1)) &&
	       !(features & ~device_features(mm));
}

/* Virtio 1.3, 3.1.1; bits are never taken away but by a reset (2.1.1). */
static void status_write_locked(struct mvgpu_mdev *mm, u8 val)
{
	struct mvgpu_mdev_transport *t = &mm->transport;
	u8 new = val & DRIVER_STATUS & ~t->status;

	lockdep_assert_held(&mm->lock);

	if ((new & VIRTIO_CONFIG_S_FEATURES_OK) &&
	    !features_ok(mm, t->driver_features)) {
		dev_dbg_ratelimited(mm->vdev.dev, "features %#llx refused\n",
				    t->driver_features);
		new &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	}
	if (!((t->status | new) & VIRTIO_CONFIG_S_FEATURES_OK))
		new &= ~VIRTIO_CONFIG_S_DRIVER_OK;

	t->status |= new;
	if (new & VIRTIO_CONFIG_S_DRIVER_OK)
		mvgpu_vgpu_start(mm->vgpu, t->driver_features);
}

static u32 device_feature_read(const struct mvgpu_mdev *mm)
{
	switch (mm->transport.device_feature_select) {
	case 0:
		return lower_32_bits(device_features(mm));
	case 1:
		return upper_32_bits(device_features(mm));
	default:
		return 0;
	}
}

static u32 driver_feature_read(const struct mvgpu_mdev_transport *t)
{
	switch (t->driver_feature_select) {
	case 0:
		return lower_32_bits(t->driver_features);
	case 1:
		return upper_32_bits(t->driver_features);
	default:
		return 0;
	}
}

static void driver_feature_write(struct mvgpu_mdev_transport *t, u32 val)
{
	u32 shift = t->driver_feature_select * 32;

	if (t->driver_feature_select > 1 ||
	    (t->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	t->driver_features &= ~((u64)U32_MAX << shift);
	t->driver_features |= (u64)val << shift;
}

static u16 vector_check(u32 val)
{
	return val < MVGPU_NR_VECTORS ? val : VIRTIO_MSI_NO_VECTOR;
}

static u32 queue_read(struct mvgpu_mdev_transport *t, u32 off)
{
	const struct mvgpu_mdev_queue *q = selected_queue(t);

	if (!q)
		return off == VIRTIO_PCI_COMMON_Q_MSIX ? VIRTIO_MSI_NO_VECTOR : 0;

	switch (off) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		return q->size;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		return q->vector;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return q->enabled;
	case VIRTIO_PCI_COMMON_Q_NOFF:
		return q - t->queue;
	default:
		return q->addr[(off - VIRTIO_PCI_COMMON_Q_DESCLO) / 4];
	}
}

static void queue_enable_locked(struct mvgpu_mdev *mm,
				struct mvgpu_mdev_queue *q)
{
	struct mvgpu_mdev_transport *t = &mm->transport;
	struct mvgpu_queue_config config = {
		.num = q->size,
		.desc = q->addr[0] | (u64)q->addr[1] << 32,
		.avail = q->addr[2] | (u64)q->addr[3] << 32,
		.used = q->addr[4] | (u64)q->addr[5] << 32,
	};

	lockdep_assert_held(&mm->lock);

	/* Features say how the ring is laid out: they come first. */
	if (q->enabled || !(t->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	q->enabled = true;
	mvgpu_vgpu_queue_enable(mm->vgpu, q - t->queue, &config);
}

static void queue_write_locked(struct mvgpu_mdev *mm, u32 off, u32 val)
{
	struct mvgpu_mdev_transport *t = &mm->transport;
	struct mvgpu_mdev_queue *q = selected_queue(t);

	lockdep_assert_held(&mm->lock);

	if (!q)
		return;

	switch (off) {
	case VIRTIO_PCI_COMMON_Q_MSIX:
		WRITE_ONCE(q->vector, vector_check(val));
		break;
	case VIRTIO_PCI_COMMON_Q_SIZE:
		if (!q->enabled && is_power_of_2(val) &&
		    val <= queue_max[q - t->queue])
			q->size = val;
		break;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		if (val == 1)
			queue_enable_locked(mm, q);
		break;
	case VIRTIO_PCI_COMMON_Q_NOFF:
		break;
	default:
		if (!q->enabled)
			q->addr[(off - VIRTIO_PCI_COMMON_Q_DESCLO) / 4] = val;
	}
}

u32 mvgpu_mdev_common_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size)
{
	const struct transport_reg *reg = common_reg(off, size);
	struct mvgpu_mdev_transport *t = &mm->transport;
	u32 val;

	lockdep_assert_held(&mm->lock);

	if (!reg)
		return 0;

	switch (reg->off) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		val = t->device_feature_select;
		break;
	case VIRTIO_PCI_COMMON_DF:
		val = device_feature_read(mm);
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		val = t->driver_feature_select;
		break;
	case VIRTIO_PCI_COMMON_GF:
		val = driver_feature_read(t);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		val = t->config_vector;
		break;
	case VIRTIO_PCI_COMMON_NUMQ:
		val = MVGPU_NR_QUEUES;
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		val = status_read_locked(mm);
		break;
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		val = (u8)atomic_read(&t->generation);
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		val = t->queue_select;
		break;
	default:
		val = queue_read(t, reg->off);
	}
	return val >> ((off - reg->off) * 8);
}

void mvgpu_mdev_common_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				    u32 val)
{
	const struct transport_reg *reg = common_reg(off, size);
	struct mvgpu_mdev_transport *t = &mm->transport;

	lockdep_assert_held(&mm->lock);

	if (!reg || reg->size != size)
		return;
	if (off == VIRTIO_PCI_COMMON_STATUS && !val) {
		mvgpu_mdev_transport_reset_locked(mm);
		return;
	}
	if (!transport_wait_locked(mm))
		return;

	switch (off) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		t->device_feature_select = val;
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		t->driver_feature_select = val;
		break;
	case VIRTIO_PCI_COMMON_GF:
		driver_feature_write(t, val);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		WRITE_ONCE(t->config_vector, vector_check(val));
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		status_write_locked(mm, val);
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		t->queue_select = val;
		break;
	case VIRTIO_PCI_COMMON_DF:
	case VIRTIO_PCI_COMMON_NUMQ:
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		break;
	default:
		queue_write_locked(mm, off, val);
	}
}
