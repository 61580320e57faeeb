/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A checksum of pixels, to tell whether two pictures are the same: 64 bits, the
 * same on every machine of the same byte order, a word at a time.
 */
#ifndef MVGPU_GUEST_CHECKSUM_H
#define MVGPU_GUEST_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t checksum(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t sum = size, word;
	size_t len;

	for (; size; size -= len, at += len) {
		len = size < sizeof(word) ? size : sizeof(word);
		word = 0;
		memcpy(&word, at, len);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 29;
	}
	return sum;
}

#endif
