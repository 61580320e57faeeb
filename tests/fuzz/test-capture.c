// SPDX-License-Identifier: GPL-2.0
/*
 * What stock Mesa sends must pass the checks: every stream, every resource and
 * every transfer of the captures named on the command line.
 *
 *	test-capture FILE...
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"

static bool replays(const char *path, struct replay *replay)
{
	int err = replay_file(path, replay);

	if (err)
		printf("# %s: %s\n", path, strerror(-err));
	if (replay->refused)
		printf("# %s: %" PRIu64 " refused, the first: %s\n", path,
		       replay->refused, replay->what);
	return !err && !replay->refused && replay->streams;
}

int main(int argc, char **argv)
{
	int i, bad = 0;
	bool ok;

	for (i = 1; i < argc; i++) {
		struct replay replay = {};

		ok = replays(argv[i], &replay);
		bad += !ok;
		printf("%sok %d - %s: %" PRIu64 " streams, %" PRIu64
		       " commands, %" PRIu64 " resources, %" PRIu64
		       " transfers pass\n", ok ? "" : "not ", i, argv[i],
		       replay.streams, replay.commands, replay.resources,
		       replay.transfers);
		if (replay.ns)
			printf("# %.0f MB/s, %.2f million commands/s\n",
			       replay.bytes * 1e3 / replay.ns,
			       replay.commands * 1e3 / replay.ns);
	}
	printf("1..%d\n", argc - 1);
	return bad || argc < 2;
}
