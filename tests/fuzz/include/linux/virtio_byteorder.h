/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_VIRTIO_BYTEORDER_H
#define _SHIM_VIRTIO_BYTEORDER_H

#include <linux/kernel.h>
#include <linux/virtio_types.h>

/* Hosts of the tests are little endian; so is the device. */
static inline __u16 __virtio16_to_cpu(bool little_endian, __virtio16 val)
{
	return le16_to_cpu(val);
}

static inline __virtio16 __cpu_to_virtio16(bool little_endian, __u16 val)
{
	return cpu_to_le16(val);
}

static inline __u32 __virtio32_to_cpu(bool little_endian, __virtio32 val)
{
	return le32_to_cpu(val);
}

static inline __virtio32 __cpu_to_virtio32(bool little_endian, __u32 val)
{
	return cpu_to_le32(val);
}

static inline __u64 __virtio64_to_cpu(bool little_endian, __virtio64 val)
{
	return le64_to_cpu(val);
}

#endif
