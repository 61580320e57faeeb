/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Captures of what Mesa sends (tests/guest/capture.h), replayed through the
 * checks of 3D.
 */
#ifndef _CAPTURE_REPLAY_H
#define _CAPTURE_REPLAY_H

#include <linux/types.h>

struct seed;

/**
 * struct replay - what a replay has found
 * @streams: that were walked
 * @commands: in them
 * @bytes: of them
 * @resources: that were created
 * @transfers: beside the streams
 * @refused: of all that: what a guest would have been refused
 * @what: the first that was refused, for the reader
 * @ns: spent in the walk of streams
 * @seed: if not NULL, what a fuzzer can begin with
 */
struct replay {
	u64 streams, commands, bytes, resources, transfers;
	u64 refused;
	char what[160];
	u64 ns;
	struct seed *seed;
};

/**
 * replay_file() - replay a capture
 * @path: of a file
 * @replay: counts on from what is there
 *
 * Return: 0, or -EINVAL: that is no capture, or it is cut off
 */
int replay_file(const char *path, struct replay *replay);

#endif
