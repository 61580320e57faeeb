// SPDX-License-Identifier: GPL-2.0
/* PCI config space and virtio capabilities. */
#include "mvt.h"

int mvt_cfg_read(struct mvt_dev *dev, unsigned int off, unsigned int len,
		 u32 *val)
{
	ssize_t n;

	*val = 0;
	n = mvt_region_read(dev, VFIO_PCI_CONFIG_REGION_INDEX, off, val, len);
	if (n < 0)
		return n;
	return n == (ssize_t)len ? 0 : -EIO;
}

int mvt_cfg_write(struct mvt_dev *dev, unsigned int off, unsigned int len,
		  u32 val)
{
	ssize_t n = mvt_region_write(dev, VFIO_PCI_CONFIG_REGION_INDEX, off,
				     &val, len);

	if (n < 0)
		return n;
	return n == (ssize_t)len ? 0 : -EIO;
}

/* The next capability @id behind @from (0: the first); -ENOENT, or -ELOOP. */
int mvt_pci_find_cap(struct mvt_dev *dev, u8 id, u8 from, u8 *pos)
{
	unsigned int hops = 48;
	u32 next, cap;
	int err;

	err = mvt_cfg_read(dev, from ? from + 1 : PCI_CAPABILITY_LIST, 1,
			   &next);
	if (err)
		return err;
	while (next) {
		if (!hops-- || next < 0x40 || next & 3)
			return -ELOOP;
		err = mvt_cfg_read(dev, next, 2, &cap);
		if (err)
			return err;
		if ((cap & 0xff) == id) {
			*pos = next;
			return 0;
		}
		next = cap >> 8;
	}
	return -ENOENT;
}

static int read_virtio_cap(struct mvt_dev *dev, u8 pos)
{
	u32 type, bar, offset, length;
	struct mvt_cap *cap;
	int err;

	err = mvt_cfg_read(dev, pos + VIRTIO_PCI_CAP_CFG_TYPE, 1, &type);
	if (!err)
		err = mvt_cfg_read(dev, pos + VIRTIO_PCI_CAP_BAR, 1, &bar);
	if (!err)
		err = mvt_cfg_read(dev, pos + VIRTIO_PCI_CAP_OFFSET, 4,
				   &offset);
	if (!err)
		err = mvt_cfg_read(dev, pos + VIRTIO_PCI_CAP_LENGTH, 4,
				   &length);
	if (err)
		return err;
	if (type >= ARRAY_SIZE(dev->cap) || dev->cap[type].bar >= 0 || bar > 5)
		return 0;
	cap = &dev->cap[type];
	cap->bar = bar;
	cap->pos = pos;
	cap->offset = offset;
	cap->length = length;
	if (type != VIRTIO_PCI_CAP_NOTIFY_CFG)
		return 0;
	return mvt_cfg_read(dev, pos + VIRTIO_PCI_NOTIFY_CAP_MULT, 4,
			    &dev->notify_mult);
}

/* Finds the virtio capabilities and enables memory and bus mastering. */
int mvt_pci_walk(struct mvt_dev *dev)
{
	unsigned int i;
	u8 pos = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(dev->cap); i++)
		dev->cap[i].bar = -1;
	for (;;) {
		err = mvt_pci_find_cap(dev, PCI_CAP_ID_VNDR, pos, &pos);
		if (err == -ENOENT)
			break;
		if (err)
			return err;
		err = read_virtio_cap(dev, pos);
		if (err)
			return err;
	}
	for (i = VIRTIO_PCI_CAP_COMMON_CFG; i <= VIRTIO_PCI_CAP_DEVICE_CFG; i++)
		if (dev->cap[i].bar < 0)
			return -ENODEV;
	return mvt_bus_master(dev, true);
}

int mvt_bus_master(struct mvt_dev *dev, bool on)
{
	u32 cmd;
	int err = mvt_cfg_read(dev, PCI_COMMAND, 2, &cmd);

	if (err)
		return err;
	cmd |= PCI_COMMAND_MEMORY;
	cmd = on ? cmd | PCI_COMMAND_MASTER : cmd & ~PCI_COMMAND_MASTER;
	return mvt_cfg_write(dev, PCI_COMMAND, 2, cmd);
}
