// SPDX-License-Identifier: GPL-2.0
/* The PCI device as VFIO shows it: config space, BARs, ioctls, bad accesses. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define CFG VFIO_PCI_CONFIG_REGION_INDEX
#define CFG_SIZE 256

FIXTURE(pci)
{
	struct mvt_dev dev;
};

FIXTURE_SETUP(pci)
{
	char uuid[MVT_UUID_LEN + 1];

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_uuid(uuid);
	ASSERT_EQ(0, mvt_mdev_create(2, uuid));
	ASSERT_EQ(0, mvt_open(&self->dev, uuid));
}

FIXTURE_TEARDOWN(pci)
{
	mvt_teardown(&self->dev);
}

static u32 cfg(struct mvt_dev *dev, unsigned int off, unsigned int len)
{
	u32 val;
	int err = mvt_cfg_read(dev, off, len, &val);

	return err ? 0xdeadbeef : val;
}

TEST_F(pci, identity)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(0x1af4, cfg(dev, PCI_VENDOR_ID, 2));
	EXPECT_EQ(0x1050, cfg(dev, PCI_DEVICE_ID, 2));
	EXPECT_LE(1, cfg(dev, PCI_REVISION_ID, 1));
	EXPECT_EQ(0x03, cfg(dev, PCI_CLASS_DEVICE + 1, 1));
	EXPECT_EQ(PCI_HEADER_TYPE_NORMAL, cfg(dev, PCI_HEADER_TYPE, 1));
	EXPECT_EQ(0, cfg(dev, PCI_INTERRUPT_PIN, 1));
	EXPECT_NE(0, cfg(dev, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
	EXPECT_EQ(0, cfg(dev, PCI_ROM_ADDRESS, 4));
}

TEST_F(pci, widths_agree)
{
	struct mvt_dev *dev = &self->dev;
	u8 bulk[CFG_SIZE], one[CFG_SIZE];
	unsigned int i;
	u32 val;

	for (i = 0; i < CFG_SIZE; i++)
		one[i] = cfg(dev, i, 1);
	for (i = 0; i < CFG_SIZE; i += 4) {
		ASSERT_EQ(0, mvt_cfg_read(dev, i, 4, &val));
		EXPECT_EQ(0, memcmp(&val, one + i, 4));
		ASSERT_EQ(0, mvt_cfg_read(dev, i, 2, &val));
		EXPECT_EQ(0, memcmp(&val, one + i, 2));
	}
	/* QEMU reads all of it at once. */
	ASSERT_EQ(CFG_SIZE, mvt_region_read(dev, CFG, 0, bulk, CFG_SIZE));
	EXPECT_EQ(0, memcmp(bulk, one, CFG_SIZE));
}

TEST_F(pci, read_only_stays)
{
	struct mvt_dev *dev = &self->dev;
	static const u8 at[] = {
		PCI_VENDOR_ID, PCI_DEVICE_ID, PCI_CLASS_REVISION,
		PCI_CLASS_DEVICE, PCI_SUBSYSTEM_VENDOR_ID, PCI_SUBSYSTEM_ID,
		PCI_CAPABILITY_LIST, PCI_INTERRUPT_PIN, PCI_HEADER_TYPE,
	};
	unsigned int i, n;
	u32 before, val;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		before = cfg(dev, at[i], 1);
		EXPECT_EQ(0, mvt_cfg_write(dev, at[i], 1, before ^ 0xff));
		EXPECT_EQ(before, cfg(dev, at[i], 1));
	}
	/* Headers of all virtio capabilities but the window. */
	for (i = VIRTIO_PCI_CAP_COMMON_CFG; i <= VIRTIO_PCI_CAP_DEVICE_CFG; i++)
		for (n = 0; n < 16; n++) {
			before = cfg(dev, dev->cap[i].pos + n, 1);
			mvt_cfg_write(dev, dev->cap[i].pos + n, 1, ~before);
			val = cfg(dev, dev->cap[i].pos + n, 1);
			EXPECT_EQ(before, val);
		}
}

TEST_F(pci, command_register)
{
	struct mvt_dev *dev = &self->dev;
	u32 want = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	ASSERT_EQ(0, mvt_cfg_write(dev, PCI_COMMAND, 2, 0xffff));
	EXPECT_EQ(want, cfg(dev, PCI_COMMAND, 2) & want);
	/* Bits 11 to 15 are reserved, and there is no I/O. */
	EXPECT_EQ(0, cfg(dev, PCI_COMMAND, 2) & 0xf801);
	ASSERT_EQ(0, mvt_cfg_write(dev, PCI_COMMAND, 2, 0));
	EXPECT_EQ(0, cfg(dev, PCI_COMMAND, 2));
}

TEST_F(pci, virtio_capabilities)
{
	static const u32 align[] = { 0, 4, 2, 1, 4 };
	static const u32 min[] = { 0, 56, 2, 1, 16 };
	struct mvt_dev *dev = &self->dev;
	unsigned int i, k;
	u64 size;

	for (i = VIRTIO_PCI_CAP_COMMON_CFG; i <= VIRTIO_PCI_CAP_DEVICE_CFG;
	     i++) {
		const struct mvt_cap *c = &dev->cap[i];

		ASSERT_LE(0, c->bar);
		size = dev->region_size[c->bar];
		EXPECT_EQ(0, c->offset % align[i]);
		EXPECT_LE(min[i], c->length);
		EXPECT_LE((u64)c->offset + c->length, size);
		EXPECT_LE(16, cfg(dev, c->pos + VIRTIO_PCI_CAP_LEN, 1));
		for (k = VIRTIO_PCI_CAP_COMMON_CFG; k < i; k++) {
			const struct mvt_cap *o = &dev->cap[k];

			EXPECT_FALSE(o->bar == c->bar &&
				     o->offset < c->offset + c->length &&
				     c->offset < o->offset + o->length);
		}
	}
	ASSERT_LE(0, dev->cap[VIRTIO_PCI_CAP_PCI_CFG].pos);
	/* Even, and a power of two, or 0 (4.1.4.4). */
	EXPECT_EQ(0, dev->notify_mult & 1);
	EXPECT_EQ(0, dev->notify_mult & (dev->notify_mult - 1));
}

TEST_F(pci, msix_capability)
{
	struct mvt_dev *dev = &self->dev;
	u32 table, pba, flags, bar;
	u8 pos, again;

	ASSERT_EQ(0, mvt_pci_find_cap(dev, PCI_CAP_ID_MSIX, 0, &pos));
	EXPECT_EQ(-ENOENT, mvt_pci_find_cap(dev, PCI_CAP_ID_MSIX, pos, &again));
	flags = cfg(dev, pos + PCI_MSIX_FLAGS, 2);
	EXPECT_EQ(MVT_NR_VECTORS - 1, flags & PCI_MSIX_FLAGS_QSIZE);
	EXPECT_EQ(0, flags & PCI_MSIX_FLAGS_ENABLE);
	table = cfg(dev, pos + PCI_MSIX_TABLE, 4);
	pba = cfg(dev, pos + PCI_MSIX_PBA, 4);
	bar = table & PCI_MSIX_TABLE_BIR;
	ASSERT_GT(6, bar);
	EXPECT_LE((table & PCI_MSIX_TABLE_OFFSET) + MVT_NR_VECTORS * 16,
		  dev->region_size[bar]);
	bar = pba & PCI_MSIX_PBA_BIR;
	ASSERT_GT(6, bar);
	EXPECT_LE((pba & PCI_MSIX_PBA_OFFSET) + 8, dev->region_size[bar]);
	/* The page of the table is trapped by QEMU: nothing else is there. */
	EXPECT_NE(table & PCI_MSIX_TABLE_BIR,
		  dev->cap[VIRTIO_PCI_CAP_COMMON_CFG].bar);
	/* The table size can't be changed. */
	EXPECT_EQ(0, mvt_cfg_write(dev, pos + PCI_MSIX_FLAGS, 2, 0xffff));
	flags = cfg(dev, pos + PCI_MSIX_FLAGS, 2);
	EXPECT_EQ(MVT_NR_VECTORS - 1, flags & PCI_MSIX_FLAGS_QSIZE);
	EXPECT_EQ(0xc000, flags & 0xf800);
}

/* Writes all ones to a BAR; bytes that it asks for, by what reads back. */
static u64 bar_sizing(struct mvt_dev *dev, unsigned int bar, bool *wide)
{
	unsigned int off = PCI_BASE_ADDRESS_0 + 4 * bar;
	u32 lo, hi = ~0U;

	lo = cfg(dev, off, 4);
	*wide = (lo & PCI_BASE_ADDRESS_MEM_TYPE_MASK) ==
		PCI_BASE_ADDRESS_MEM_TYPE_64;
	mvt_cfg_write(dev, off, 4, ~0U);
	lo = cfg(dev, off, 4);
	if (*wide) {
		mvt_cfg_write(dev, off + 4, 4, ~0U);
		hi = cfg(dev, off + 4, 4);
	}
	if (!lo)
		return 0;
	return ~((u64)hi << 32 | (lo & PCI_BASE_ADDRESS_MEM_MASK)) + 1;
}

TEST_F(pci, bar_sizing)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int bar, off, used = 0;
	bool wide;
	u64 size;

	for (bar = 0; bar < 6; bar += wide ? 2 : 1) {
		off = PCI_BASE_ADDRESS_0 + 4 * bar;
		size = bar_sizing(dev, bar, &wide);
		EXPECT_EQ(dev->region_size[bar], size);
		if (!size)
			continue;
		used++;
		EXPECT_EQ(0, size & (size - 1));
		EXPECT_EQ(0, mvt_cfg_write(dev, off, 4, 0xfeb00000));
		EXPECT_EQ(0xfeb00000, cfg(dev, off, 4) & ~0xfU);
		if (!wide)
			continue;
		EXPECT_EQ(0, dev->region_size[bar + 1]);
		EXPECT_EQ(0, mvt_cfg_write(dev, off + 4, 4, 0x12));
		EXPECT_EQ(0x12, cfg(dev, off + 4, 4));
	}
	EXPECT_EQ(2, used);
	EXPECT_EQ(0, dev->region_size[VFIO_PCI_ROM_REGION_INDEX]);
	EXPECT_EQ(CFG_SIZE, dev->region_size[CFG]);
}

static void window(struct mvt_dev *dev, u32 bar, u32 offset, u32 len)
{
	u8 pos = dev->cap[VIRTIO_PCI_CAP_PCI_CFG].pos;

	mvt_cfg_write(dev, pos + VIRTIO_PCI_CAP_BAR, 1, bar);
	mvt_cfg_write(dev, pos + VIRTIO_PCI_CAP_OFFSET, 4, offset);
	mvt_cfg_write(dev, pos + VIRTIO_PCI_CAP_LENGTH, 4, len);
}

TEST_F(pci, config_window)
{
	const struct mvt_cap *common = &self->dev.cap[VIRTIO_PCI_CAP_COMMON_CFG];
	struct mvt_dev *dev = &self->dev;
	u8 data = dev->cap[VIRTIO_PCI_CAP_PCI_CFG].pos + 16;

	window(dev, common->bar, common->offset + VIRTIO_PCI_COMMON_NUMQ, 2);
	EXPECT_EQ(mvt_common_read(dev, VIRTIO_PCI_COMMON_NUMQ, 2),
		  cfg(dev, data, 2));
	window(dev, common->bar, common->offset + VIRTIO_PCI_COMMON_STATUS, 1);
	EXPECT_EQ(0, mvt_cfg_write(dev, data, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE));
	EXPECT_EQ(VIRTIO_CONFIG_S_ACKNOWLEDGE, mvt_status(dev));
	EXPECT_EQ(VIRTIO_CONFIG_S_ACKNOWLEDGE, cfg(dev, data, 1));
	window(dev, common->bar, common->offset + VIRTIO_PCI_COMMON_DFSELECT, 4);
	EXPECT_EQ(0, mvt_cfg_write(dev, data, 4, 1));
	EXPECT_EQ(1, mvt_common_read(dev, VIRTIO_PCI_COMMON_DFSELECT, 4));
	EXPECT_EQ(1, cfg(dev, data, 4));
}

TEST_F(pci, config_window_bad)
{
	const struct mvt_cap *common = &self->dev.cap[VIRTIO_PCI_CAP_COMMON_CFG];
	u32 status = common->offset + VIRTIO_PCI_COMMON_STATUS;
	struct mvt_dev *dev = &self->dev;
	u8 data = dev->cap[VIRTIO_PCI_CAP_PCI_CFG].pos + 16;
	const struct {
		u32 bar, offset, len;
	} bad[] = {
		{ common->bar, status, 0 },
		{ common->bar, status, 3 },
		{ common->bar, status, 8 },
		{ common->bar, status, ~0U },
		{ common->bar, 0x4000, 4 },
		{ common->bar, 0x3ffe, 4 },
		{ common->bar, ~0U, 1 },
		{ common->bar, ~3U, 4 },
		{ 0xff, status, 1 },
		{ 3, status, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 val;

		window(dev, bad[i].bar, bad[i].offset, bad[i].len);
		EXPECT_EQ(0, mvt_cfg_read(dev, data, 4, &val));
		EXPECT_EQ(0, mvt_cfg_write(dev, data, 4, 0xffffffff));
		EXPECT_EQ(0, mvt_status(dev));
	}
}

TEST_F(pci, device_info)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	int fd = self->dev.fd;

	ASSERT_EQ(0, ioctl(fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_NE(0, info.flags & VFIO_DEVICE_FLAGS_PCI);
	EXPECT_NE(0, info.flags & VFIO_DEVICE_FLAGS_RESET);
	EXPECT_LE(VFIO_PCI_CONFIG_REGION_INDEX + 1, info.num_regions);
	EXPECT_LE(VFIO_PCI_MSIX_IRQ_INDEX + 1, info.num_irqs);
	info.argsz = offsetof(struct vfio_device_info, num_irqs) + 3;
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_EQ(EINVAL, errno);
	info.argsz = 0;
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_EQ(EINVAL, errno);
	/* Linux 5.8's size, without capabilities. */
	info.argsz = offsetof(struct vfio_device_info, num_irqs) + 4;
	EXPECT_EQ(0, ioctl(fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_GET_INFO, NULL));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(pci, region_info)
{
	struct vfio_device_info dinfo = { .argsz = sizeof(dinfo) };
	int fd = self->dev.fd;
	unsigned int i;

	ASSERT_EQ(0, ioctl(fd, VFIO_DEVICE_GET_INFO, &dinfo));
	for (i = 0; i < dinfo.num_regions; i++) {
		struct vfio_region_info r = { .argsz = sizeof(r), .index = i };

		EXPECT_EQ(0, ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &r));
		EXPECT_LE(sizeof(r), r.argsz);
		if (i <= VFIO_PCI_BAR5_REGION_INDEX || i == CFG) {
			/* Registers are trapped, never mapped. */
			EXPECT_EQ(0, r.flags & VFIO_REGION_INFO_FLAG_MMAP);
		}
		r.argsz = offsetof(struct vfio_region_info, offset) + 7;
		r.index = i;
		EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &r));
		EXPECT_EQ(EINVAL, errno);
	}
	for (i = 0; i < 4; i++) {
		static const u32 beyond[] = { 0, 1, 0x7fffffff, 0xfffffff0 };
		struct vfio_region_info r = {
			.argsz = sizeof(r),
			.index = i < 2 ? dinfo.num_regions + beyond[i] :
				beyond[i],
		};

		EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &r));
		EXPECT_EQ(EINVAL, errno);
	}
}

static int irq_info(int fd, u32 argsz, u32 index, struct vfio_irq_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = argsz;
	info->index = index;
	return ioctl(fd, VFIO_DEVICE_GET_IRQ_INFO, info) ? -errno : 0;
}

TEST_F(pci, irq_info)
{
	struct vfio_irq_info info;
	int fd = self->dev.fd;

	ASSERT_EQ(0, irq_info(fd, sizeof(info), VFIO_PCI_MSIX_IRQ_INDEX,
			      &info));
	EXPECT_EQ(MVT_NR_VECTORS, info.count);
	EXPECT_NE(0, info.flags & VFIO_IRQ_INFO_EVENTFD);
	ASSERT_EQ(0, irq_info(fd, sizeof(info), VFIO_PCI_INTX_IRQ_INDEX,
			      &info));
	EXPECT_EQ(0, info.count);
	ASSERT_EQ(0, irq_info(fd, sizeof(info), VFIO_PCI_MSI_IRQ_INDEX, &info));
	EXPECT_EQ(0, info.count);
	ASSERT_EQ(0, irq_info(fd, sizeof(info), VFIO_PCI_REQ_IRQ_INDEX, &info));
	EXPECT_EQ(1, info.count);
	EXPECT_EQ(-EINVAL, irq_info(fd, sizeof(info), VFIO_PCI_NUM_IRQS,
				    &info));
	EXPECT_EQ(-EINVAL, irq_info(fd, sizeof(info), ~0U, &info));
	EXPECT_EQ(-EINVAL, irq_info(fd, sizeof(info) - 1,
				    VFIO_PCI_MSIX_IRQ_INDEX, &info));
	EXPECT_EQ(0, irq_info(fd, sizeof(info) + 1, VFIO_PCI_MSIX_IRQ_INDEX,
			      &info));
}

/* One SET_IRQS with room for @nr file descriptors. */
static int set_irqs(int fd, u32 argsz, u32 flags, u32 index, u32 start,
		    u32 count)
{
	struct {
		struct vfio_irq_set set;
		s32 fds[16];
	} arg;

	memset(&arg, 0xff, sizeof(arg));
	arg.set.argsz = argsz;
	arg.set.flags = flags;
	arg.set.index = index;
	arg.set.start = start;
	arg.set.count = count;
	return ioctl(fd, VFIO_DEVICE_SET_IRQS, &arg) ? -errno : 0;
}

TEST_F(pci, set_irqs_bad)
{
	const u32 msix = VFIO_PCI_MSIX_IRQ_INDEX;
	const u32 trig = VFIO_IRQ_SET_ACTION_TRIGGER;
	const u32 efd = trig | VFIO_IRQ_SET_DATA_EVENTFD;
	const u32 none = trig | VFIO_IRQ_SET_DATA_NONE;
	const u32 hdr = sizeof(struct vfio_irq_set);
	const struct {
		u32 argsz, flags, index, start, count;
	} bad[] = {
		{ hdr + 12, efd, msix, 0, 4 },
		{ hdr + 16, efd, msix, 0, 4 },
		{ hdr + 12, efd, msix, 1, 3 },
		{ hdr + 4, efd, msix, 3, 1 },
		{ hdr + 4, efd, msix, ~0U, 1 },
		{ hdr + 4, efd, msix, 1, ~0U },
		{ hdr + 4, efd, msix, 0x80000000, 0x80000001 },
		{ hdr + 11, efd, msix, 0, 3 },
		{ hdr, efd, msix, 0, 1 },
		{ hdr - 1, none, msix, 0, 0 },
		{ 0, none, msix, 0, 0 },
		{ hdr + 4, efd, VFIO_PCI_NUM_IRQS, 0, 1 },
		{ hdr + 4, efd, ~0U, 0, 1 },
		{ hdr + 4, efd, VFIO_PCI_INTX_IRQ_INDEX, 0, 1 },
		{ hdr + 4, efd, VFIO_PCI_MSI_IRQ_INDEX, 0, 1 },
		{ hdr + 4, efd, VFIO_PCI_REQ_IRQ_INDEX, 1, 1 },
		{ hdr + 4, trig, msix, 0, 1 },
		{ hdr + 4, VFIO_IRQ_SET_DATA_EVENTFD, msix, 0, 1 },
		{ hdr + 4, efd | VFIO_IRQ_SET_DATA_NONE, msix, 0, 1 },
		{ hdr + 4, efd | VFIO_IRQ_SET_ACTION_MASK, msix, 0, 1 },
		{ hdr + 4, efd | 1U << 31, msix, 0, 1 },
	};
	unsigned int i;
	u32 nr;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, set_irqs(self->dev.fd, bad[i].argsz,
					    bad[i].flags, bad[i].index,
					    bad[i].start, bad[i].count)) {
			TH_LOG("case %u", i);
		}
	}
	/* What is no eventfd at all. */
	nr = self->dev.fd;
	EXPECT_NE(0, mvt_irq_set(&self->dev, msix, 0, 1, (int *)&nr));
	nr = 1000;
	EXPECT_EQ(-EBADF, mvt_irq_set(&self->dev, msix, 0, 1, (int *)&nr));
	/* Nothing of that has broken it. */
	EXPECT_EQ(0, mvt_irq_enable(&self->dev));
}

TEST_F(pci, set_irqs_trigger)
{
	struct {
		struct vfio_irq_set set;
		u8 bools[MVT_NR_VECTORS];
	} arg = {
		.set = {
			.argsz = sizeof(struct vfio_irq_set) + MVT_NR_VECTORS,
			.index = VFIO_PCI_MSIX_IRQ_INDEX,
			.flags = VFIO_IRQ_SET_ACTION_TRIGGER |
				VFIO_IRQ_SET_DATA_BOOL,
			.count = MVT_NR_VECTORS,
		},
		.bools = { 0, 1, 0 },
	};
	struct mvt_dev *dev = &self->dev;
	unsigned int i;
	int none = -1;

	ASSERT_EQ(0, mvt_irq_enable(dev));
	for (i = 0; i < MVT_NR_VECTORS; i++) {
		EXPECT_EQ(0, mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, i, 1,
					 NULL));
		EXPECT_EQ(0, mvt_irq_wait(dev, i, MVT_WAIT_MS));
		EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, (i + 1) % 3, 0));
	}
	EXPECT_EQ(0, ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, &arg));
	EXPECT_EQ(0, mvt_irq_wait(dev, 1, MVT_WAIT_MS));
	EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, 0, 0));
	EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, 2, 0));
	/* One off, the others on. */
	EXPECT_EQ(0, mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 1, 1, &none));
	EXPECT_EQ(0, mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 0,
				 MVT_NR_VECTORS, NULL));
	EXPECT_EQ(0, mvt_irq_wait(dev, 0, MVT_WAIT_MS));
	EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, 1, 0));
	EXPECT_EQ(0, mvt_irq_wait(dev, 2, MVT_WAIT_MS));
	/* All off. */
	EXPECT_EQ(0, mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL));
	mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, MVT_NR_VECTORS, NULL);
	for (i = 0; i < MVT_NR_VECTORS; i++)
		EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, i, 0));
}

TEST_F(pci, function_mask_holds_back)
{
	struct mvt_dev *dev = &self->dev;
	u32 flags;
	u8 pos;

	ASSERT_EQ(0, mvt_irq_enable(dev));
	ASSERT_EQ(0, mvt_pci_find_cap(dev, PCI_CAP_ID_MSIX, 0, &pos));
	flags = cfg(dev, pos + PCI_MSIX_FLAGS, 2);
	ASSERT_EQ(0, mvt_cfg_write(dev, pos + PCI_MSIX_FLAGS, 2,
				   flags | PCI_MSIX_FLAGS_MASKALL));
	EXPECT_EQ(0, mvt_irq_set(dev, VFIO_PCI_MSIX_IRQ_INDEX, 2, 1, NULL));
	EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, 2, 50));
	ASSERT_EQ(0, mvt_cfg_write(dev, pos + PCI_MSIX_FLAGS, 2, flags));
	EXPECT_EQ(0, mvt_irq_wait(dev, 2, MVT_WAIT_MS));
}

/*
 * Any size at any place of a region: never more bytes than asked for or than
 * there are, nothing written behind the buffer, an error or what is there.
 */
static bool read_is_sane(struct mvt_dev *dev, unsigned int region, u64 off,
			 size_t len)
{
	u64 size = dev->region_size[region];
	u8 buf[128];
	ssize_t n;
	size_t i;

	memset(buf, 0x5a, sizeof(buf));
	n = mvt_region_read(dev, region, off, buf, len);
	if (n > (ssize_t)len || (n > 0 && off + n > size))
		return false;
	for (i = len; i < sizeof(buf); i++)
		if (buf[i] != 0x5a)
			return false;
	return true;
}

TEST_F(pci, odd_reads)
{
	static const size_t len[] = { 1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64 };
	struct mvt_dev *dev = &self->dev;
	static const unsigned int region[] = { 0, 1, 4, CFG };
	unsigned int r, i;
	u64 off, size;
	u8 buf[64];

	for (r = 0; r < ARRAY_SIZE(region); r++) {
		size = dev->region_size[region[r]];
		for (i = 0; i < ARRAY_SIZE(len); i++) {
			for (off = 0; off < 72; off++)
				EXPECT_TRUE(read_is_sane(dev, region[r], off,
							 len[i]));
			for (off = size - (size < 9 ? size : 9);
			     off < size + 9; off++)
				EXPECT_TRUE(read_is_sane(dev, region[r], off,
							 len[i]));
			/* Altogether beyond the end: nothing. */
			EXPECT_GE(0, mvt_region_read(dev, region[r], size, buf,
						     len[i]));
		}
	}
}

/* Odd writes to a device at rest must do no harm, whatever they return. */
TEST_F(pci, odd_writes)
{
	static const size_t len[] = { 1, 2, 3, 5, 7, 8, 9, 33, 64 };
	struct mvt_dev *dev = &self->dev;
	u64 size = dev->region_size[0];
	u8 zero[64] = {};
	unsigned int i;
	ssize_t n;
	u64 off;

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		for (off = 0; off < 72; off++) {
			n = mvt_region_write(dev, 0, off, zero, len[i]);
			EXPECT_GE((ssize_t)len[i], n);
		}
		for (off = size - 9; off < size + 9; off++) {
			n = mvt_region_write(dev, 0, off, zero, len[i]);
			EXPECT_FALSE(n > 0 && off + n > size);
		}
		EXPECT_GE(0, mvt_region_write(dev, 0, size, zero, len[i]));
		EXPECT_GE(0, mvt_region_write(dev, CFG, CFG_SIZE, zero,
					      len[i]));
	}
	EXPECT_EQ(0, mvt_restart(dev));
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_simple(dev, VIRTIO_GPU_CMD_GET_DISPLAY_INFO));
}

TEST_F(pci, no_such_region)
{
	struct mvt_dev *dev = &self->dev;
	static const u64 index[] = { 10, 15, 63, 255, 0x7fffff };
	unsigned int i;
	u32 val = 0;

	for (i = 0; i < ARRAY_SIZE(index); i++) {
		off_t off = index[i] << 40;

		if (off < 0)
			continue;
		EXPECT_GE(0, pread(dev->fd, &val, 4, off));
		EXPECT_GE(0, pwrite(dev->fd, &val, 4, off));
	}
	/* Regions without bytes. */
	EXPECT_GE(0, mvt_region_read(dev, 1, 0, &val, 4));
	EXPECT_GE(0, mvt_region_write(dev, 5, 0, &val, 4));
	EXPECT_GE(0, mvt_region_read(dev, VFIO_PCI_ROM_REGION_INDEX, 0, &val,
				     4));
	EXPECT_GE(0, mvt_region_read(dev, VFIO_PCI_VGA_REGION_INDEX, 0, &val,
				     4));
	EXPECT_EQ(-EFAULT, mvt_region_read(dev, CFG, 0, NULL, 4));
	EXPECT_EQ(-EFAULT, mvt_region_write(dev, 0, 0, NULL, 4));
}

TEST_F(pci, registers_are_not_mapped)
{
	unsigned int i;
	void *p;

	for (i = 0; i <= CFG; i++) {
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->dev.fd, self->dev.region_off[i]);
		EXPECT_EQ(MAP_FAILED, p);
	}
}

TEST_F(pci, other_ioctls)
{
	struct vfio_device_feature f = {
		.argsz = sizeof(f) + 8,
		.flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_PROBE |
			VFIO_DEVICE_FEATURE_MIGRATION,
	};
	int fd = self->dev.fd;

	/* No migration: QEMU then blocks it. */
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_FEATURE, &f));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(fd, _IO(VFIO_TYPE, VFIO_BASE + 99), NULL));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_PCI_HOT_RESET, &f));
}

TEST_F(pci, reset_at_rest)
{
	struct mvt_dev *dev = &self->dev;

	mvt_cfg_write(dev, PCI_BASE_ADDRESS_0, 4, 0xfeb00000);
	mvt_set_status(dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	ASSERT_EQ(0, mvt_vfio_reset(dev));
	EXPECT_EQ(0, mvt_status(dev));
	EXPECT_EQ(0, cfg(dev, PCI_COMMAND, 2));
	EXPECT_EQ(0, mvt_vfio_reset(dev));
	EXPECT_EQ(0, mvt_restart(dev));
}

TEST_F(pci, reset_while_running)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int i, q;

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, mvt_restart(dev));
		ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
			  mvt_gpu_create(dev, 1, 1, 64, 64));
		ASSERT_EQ(0, mvt_vfio_reset(dev));
		EXPECT_EQ(0, mvt_status(dev));
		EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
			  mvt_common_read(dev, VIRTIO_PCI_COMMON_MSIX, 2));
		for (q = 0; q < MVT_NR_QUEUES; q++) {
			mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, q);
			EXPECT_EQ(0, mvt_common_read(dev,
						     VIRTIO_PCI_COMMON_Q_ENABLE,
						     2));
			EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
				  mvt_common_read(dev, VIRTIO_PCI_COMMON_Q_MSIX,
						  2));
		}
	}
}

TEST_HARNESS_MAIN
