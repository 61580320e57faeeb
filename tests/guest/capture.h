/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture: what a program had the kernel's virtio_gpu do, in its order.
 *
 * All numbers are of 32 bits, little endian. A file is CAPTURE_MAGIC and
 * records, each a struct capture_record and @words numbers:
 *
 *	CREATE	resource, target, format, bind, width, height, depth, array
 *		size, last level, samples, flags, bytes of its backing. It is
 *		attached to the context from now on, as the kernel does it.
 *	CLOSE	resource
 *	DATA	resource, offset, bytes, then these bytes, padded: what was written
 *		to its backing
 *	TO, FROM	resource, level, offset, stride, layer stride, box (x, y, z,
 *		width, height, depth): a transfer to and from the host
 *	SUBMIT	a 3D stream
 *	CHECK	resource, bytes, two halves of a checksum (low first): what its
 *		backing held when a transfer from the host had ended
 *
 * Resources are named by the ids that the kernel has given them, which are those
 * in the streams. DATA and CHECK are there only if they were asked for.
 */
#ifndef MVGPU_GUEST_CAPTURE_H
#define MVGPU_GUEST_CAPTURE_H

#include <stdint.h>

#define CAPTURE_MAGIC 0x3163766d	/* "mvc1" */
#define CAPTURE_MAX_WORDS (64u * 1024 * 1024)

enum capture_type {
	CAPTURE_CREATE = 1,
	CAPTURE_CLOSE,
	CAPTURE_DATA,
	CAPTURE_TO,
	CAPTURE_FROM,
	CAPTURE_SUBMIT,
	CAPTURE_CHECK,
};

/* Words of those that have always the same. */
#define CAPTURE_CREATE_WORDS 12
#define CAPTURE_CLOSE_WORDS 1
#define CAPTURE_TRANSFER_WORDS 11
#define CAPTURE_CHECK_WORDS 4
#define CAPTURE_DATA_WORDS 3	/* before the bytes */

/**
 * struct capture_record - what comes before each record's words
 * @type: enum capture_type
 * @context: counted from 0, one for each open file of the device
 * @words: that follow
 */
struct capture_record {
	uint32_t type;
	uint32_t context;
	uint32_t words;
};

#endif
