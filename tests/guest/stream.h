/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of a 3D stream that move bytes from or to a resource's backing. */
#ifndef MVGPU_GUEST_STREAM_H
#define MVGPU_GUEST_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#define VIRGL_TRANSFER3D 43
#define VIRGL_COPY_TRANSFER3D 45
#define VIRGL_FROM_HOST 2
#define VIRGL_COPY_FROM_HOST 2

/**
 * stream_transfer() - find the next of them
 * @dw: the stream
 * @nr: dwords in it
 * @at: where to look on; behind the command then
 * @from_host: the backing is written, and not read
 *
 * Return: whose backing, or 0: there is none any more
 */
static inline uint32_t stream_transfer(const uint32_t *dw, uint32_t nr,
				       uint32_t *at, bool *from_host)
{
	const uint32_t *cmd;
	uint32_t len;

	while (*at < nr) {
		cmd = dw + *at;
		len = *cmd >> 16;
		if (len >= nr - *at)
			return 0;
		*at += len + 1;
		if ((*cmd & 0xff) == VIRGL_TRANSFER3D && len >= 13) {
			*from_host = cmd[13] == VIRGL_FROM_HOST;
			return cmd[1];
		}
		if ((*cmd & 0xff) == VIRGL_COPY_TRANSFER3D && len >= 14) {
			*from_host = cmd[14] & VIRGL_COPY_FROM_HOST;
			return cmd[12];
		}
	}
	return 0;
}

#endif
