/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_VIRTIO_RING_H
#define _SHIM_VIRTIO_RING_H

#include <linux/types.h>
#include <../../include/uapi/linux/virtio_ring.h>

#endif
