// SPDX-License-Identifier: GPL-2.0
/*
 * PCI configuration space of a modern-only virtio-gpu (virtio 1.3, 4.1.2, 4.1.4).
 */
#include "device.h"

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/pci_ids.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pci.h>

/* Capabilities; each holds the offset of the next, see config_init_caps(). */
#define CFG_MSIX	0x40
#define CFG_COMMON	0x50
#define CFG_ISR		0x60
#define CFG_DEVICE	0x70
#define CFG_NOTIFY	0x80
#define CFG_WINDOW	0x98
#define CFG_END		(CFG_WINDOW + sizeof(struct virtio_pci_cfg_cap))
/* Where the window shows a part of a BAR (virtio 1.3, 4.1.4.9). */
#define CFG_WINDOW_DATA \
	(CFG_WINDOW + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data))

#define CFG_COMMAND_WRITABLE (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | \
			      PCI_COMMAND_PARITY | PCI_COMMAND_SERR | \
			      PCI_COMMAND_INTX_DISABLE)
#define CFG_MSIX_WRITABLE (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)

/* First modern virtio device id (virtio 1.3, 4.1.2.1). */
#define CFG_DEVICE_ID (0x1040 + VIRTIO_ID_GPU)
#define CFG_SUBSYSTEM_ID 0x1100

static_assert(CFG_MSIX + PCI_CAP_MSIX_SIZEOF <= CFG_COMMON);
static_assert(CFG_NOTIFY + sizeof(struct virtio_pci_notify_cap) <= CFG_WINDOW);
static_assert(CFG_END <= MVGPU_CFG_SIZE);
/* Powers of two, as BARs are. */
static_assert(!(MVGPU_BAR_VIRTIO_SIZE & (MVGPU_BAR_VIRTIO_SIZE - 1)));
static_assert(!(MVGPU_BAR_MSIX_SIZE & (MVGPU_BAR_MSIX_SIZE - 1)));
static_assert(MVGPU_NR_VECTORS * PCI_MSIX_ENTRY_SIZE <= MVGPU_MSIX_PBA);

static void config_init_virtio_cap(u8 *space, u32 at, u32 next, u8 len,
				   u8 type, u32 offset)
{
	u8 *cap = space + at;

	cap[VIRTIO_PCI_CAP_VNDR] = PCI_CAP_ID_VNDR;
	cap[VIRTIO_PCI_CAP_NEXT] = next;
	cap[VIRTIO_PCI_CAP_LEN] = len;
	cap[VIRTIO_PCI_CAP_CFG_TYPE] = type;
	cap[VIRTIO_PCI_CAP_BAR] = MVGPU_BAR_VIRTIO;
	put_unaligned_le32(offset, cap + VIRTIO_PCI_CAP_OFFSET);
	put_unaligned_le32(MVGPU_BAR_PART_SIZE, cap + VIRTIO_PCI_CAP_LENGTH);
}

static void config_init_caps(u8 *space)
{
	const u8 len = sizeof(struct virtio_pci_cap);
	u8 *msix = space + CFG_MSIX;

	space[PCI_CAPABILITY_LIST] = CFG_MSIX;

	msix[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSIX;
	msix[PCI_CAP_LIST_NEXT] = CFG_COMMON;
	put_unaligned_le16(MVGPU_NR_VECTORS - 1, msix + PCI_MSIX_FLAGS);
	put_unaligned_le32(MVGPU_BAR_MSIX, msix + PCI_MSIX_TABLE);
	put_unaligned_le32(MVGPU_BAR_MSIX | MVGPU_MSIX_PBA,
			   msix + PCI_MSIX_PBA);

	config_init_virtio_cap(space, CFG_COMMON, CFG_ISR, len,
			       VIRTIO_PCI_CAP_COMMON_CFG, MVGPU_BAR_COMMON);
	config_init_virtio_cap(space, CFG_ISR, CFG_DEVICE, len,
			       VIRTIO_PCI_CAP_ISR_CFG, MVGPU_BAR_ISR);
	config_init_virtio_cap(space, CFG_DEVICE, CFG_NOTIFY, len,
			       VIRTIO_PCI_CAP_DEVICE_CFG, MVGPU_BAR_DEVICE);
	config_init_virtio_cap(space, CFG_NOTIFY, CFG_WINDOW,
			       sizeof(struct virtio_pci_notify_cap),
			       VIRTIO_PCI_CAP_NOTIFY_CFG, MVGPU_BAR_NOTIFY);
	put_unaligned_le32(MVGPU_NOTIFY_MULTIPLIER,
			   space + CFG_NOTIFY + VIRTIO_PCI_NOTIFY_CAP_MULT);
	config_init_virtio_cap(space, CFG_WINDOW, 0,
			       sizeof(struct virtio_pci_cfg_cap),
			       VIRTIO_PCI_CAP_PCI_CFG, 0);
	/* Nothing is in the window until the driver says what. */
	put_unaligned_le32(0, space + CFG_WINDOW + VIRTIO_PCI_CAP_LENGTH);
}

static void config_init_writable(u8 *mask)
{
	put_unaligned_le16(CFG_COMMAND_WRITABLE, mask + PCI_COMMAND);
	mask[PCI_CACHE_LINE_SIZE] = 0xff;
	mask[PCI_LATENCY_TIMER] = 0xff;
	mask[PCI_INTERRUPT_LINE] = 0xff;

	/* What can't be written tells the size. */
	put_unaligned_le32(~(MVGPU_BAR_VIRTIO_SIZE - 1),
			   mask + PCI_BASE_ADDRESS_0);
	put_unaligned_le32(~0, mask + PCI_BASE_ADDRESS_1);
	put_unaligned_le32(~(MVGPU_BAR_MSIX_SIZE - 1),
			   mask + PCI_BASE_ADDRESS_4);

	put_unaligned_le16(CFG_MSIX_WRITABLE, mask + CFG_MSIX + PCI_MSIX_FLAGS);

	mask[CFG_WINDOW + VIRTIO_PCI_CAP_BAR] = 0xff;
	put_unaligned_le32(~0, mask + CFG_WINDOW + VIRTIO_PCI_CAP_OFFSET);
	put_unaligned_le32(~0, mask + CFG_WINDOW + VIRTIO_PCI_CAP_LENGTH);
	put_unaligned_le32(~0, mask + CFG_WINDOW_DATA);
}

void mvgpu_mdev_config_init(struct mvgpu_mdev *mm)
{
	u8 *space = mm->config.space;

	memset(space, 0, MVGPU_CFG_SIZE);
	put_unaligned_le16(PCI_VENDOR_ID_REDHAT_QUMRANET,
			   space + PCI_VENDOR_ID);
	put_unaligned_le16(CFG_DEVICE_ID, space + PCI_DEVICE_ID);
	put_unaligned_le16(PCI_STATUS_CAP_LIST, space + PCI_STATUS);
	space[PCI_REVISION_ID] = 1;
	put_unaligned_le16(PCI_CLASS_DISPLAY_OTHER, space + PCI_CLASS_DEVICE);
	put_unaligned_le32(PCI_BASE_ADDRESS_SPACE_MEMORY |
			   PCI_BASE_ADDRESS_MEM_TYPE_64,
			   space + PCI_BASE_ADDRESS_0);
	put_unaligned_le32(PCI_BASE_ADDRESS_SPACE_MEMORY |
			   PCI_BASE_ADDRESS_MEM_TYPE_32,
			   space + PCI_BASE_ADDRESS_4);
	put_unaligned_le16(PCI_VENDOR_ID_REDHAT_QUMRANET,
			   space + PCI_SUBSYSTEM_VENDOR_ID);
	put_unaligned_le16(CFG_SUBSYSTEM_ID, space + PCI_SUBSYSTEM_ID);
	config_init_caps(space);

	memset(mm->config.writable, 0, MVGPU_CFG_SIZE);
	config_init_writable(mm->config.writable);
	WRITE_ONCE(mm->bus_master, false);
}

void mvgpu_mdev_config_reset_locked(struct mvgpu_mdev *mm)
{
	lockdep_assert_held(&mm->lock);

	mvgpu_mdev_config_init(mm);
}

/* Is what the driver has put into the window within our BAR? */
static bool config_window_get_locked(struct mvgpu_mdev *mm, u32 *off, u32 *len)
{
	const u8 *cap = mm->config.space + CFG_WINDOW;

	lockdep_assert_held(&mm->lock);

	*off = get_unaligned_le32(cap + VIRTIO_PCI_CAP_OFFSET);
	*len = get_unaligned_le32(cap + VIRTIO_PCI_CAP_LENGTH);
	if (cap[VIRTIO_PCI_CAP_BAR] != MVGPU_BAR_VIRTIO)
		return false;
	if (*len != 1 && *len != 2 && *len != 4)
		return false;
	return *off < MVGPU_BAR_VIRTIO_SIZE && !(*off % *len);
}

static void config_window_read_locked(struct mvgpu_mdev *mm, u32 size)
{
	u32 off, len;

	if (!config_window_get_locked(mm, &off, &len) || size < len)
		return;
	put_unaligned_le32(mvgpu_mdev_bar_read_locked(mm, off, len),
			   mm->config.space + CFG_WINDOW_DATA);
}

static void config_window_write_locked(struct mvgpu_mdev *mm, u32 size)
{
	u32 off, len, val;

	if (!config_window_get_locked(mm, &off, &len) || size < len)
		return;
	val = get_unaligned_le32(mm->config.space + CFG_WINDOW_DATA);
	if (len < sizeof(val))
		val &= BIT(len * 8) - 1;
	mvgpu_mdev_bar_write_locked(mm, off, len, val);
}

u32 mvgpu_mdev_config_read_locked(struct mvgpu_mdev *mm, u32 off, u32 size)
{
	u32 i, val = 0;

	lockdep_assert_held(&mm->lock);

	if (off == CFG_WINDOW_DATA)
		config_window_read_locked(mm, size);

	for (i = 0; i < size; i++)
		val |= (u32)mm->config.space[off + i] << (i * 8);
	return val;
}

static void config_apply_command_locked(struct mvgpu_mdev *mm)
{
	u16 command = get_unaligned_le16(mm->config.space + PCI_COMMAND);
	bool master = command & PCI_COMMAND_MASTER;
	bool before = mm->bus_master;

	lockdep_assert_held(&mm->lock);

	WRITE_ONCE(mm->bus_master, master);
	if (master && !before)
		mvgpu_mdev_kick_locked(mm);
}

static void config_apply_msix_locked(struct mvgpu_mdev *mm)
{
	u16 flags = get_unaligned_le16(mm->config.space + CFG_MSIX +
				       PCI_MSIX_FLAGS);

	lockdep_assert_held(&mm->lock);

	mvgpu_mdev_irq_function_mask(&mm->irq, flags & PCI_MSIX_FLAGS_MASKALL);
}

/* Is any of the @len bytes at @reg in [@off, @off + @size)? */
static bool config_hit(u32 off, u32 size, u32 reg, u32 len)
{
	return off < reg + len && reg < off + size;
}

void mvgpu_mdev_config_write_locked(struct mvgpu_mdev *mm, u32 off, u32 size,
				    u32 val)
{
	struct mvgpu_mdev_config *config = &mm->config;
	u32 i;

	lockdep_assert_held(&mm->lock);

	for (i = 0; i < size; i++) {
		u8 mask = config->writable[off + i];
		u8 *byte = &config->space[off + i];

		*byte = (*byte & ~mask) | ((val >> (i * 8)) & mask);
	}

	if (config_hit(off, size, PCI_COMMAND, 2))
		config_apply_command_locked(mm);
	if (config_hit(off, size, CFG_MSIX + PCI_MSIX_FLAGS, 2))
		config_apply_msix_locked(mm);
	if (off == CFG_WINDOW_DATA)
		config_window_write_locked(mm, size);
}
