// SPDX-License-Identifier: GPL-2.0
/*
 * What stock Mesa sends must pass the checks: every stream, every resource and
 * every transfer of the captures named on the command line.
 *
 *	test-capture [--seeds DIR] FILE...
 *
 * With a directory, an input for fuzz-virgl is made there of each capture.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "seed.h"

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

static bool write_seed(const char *dir, const char *path,
		       const struct seed *seed)
{
	const char *name = strrchr(path, '/');
	char to[4096];
	size_t done;
	FILE *file;

	snprintf(to, sizeof(to), "%s/%s", dir, name ? name + 1 : path);
	file = fopen(to, "wb");
	if (!file)
		return false;
	done = fwrite(seed->dw, 4, seed->ndw, file);
	return !fclose(file) && done == seed->ndw;
}

int main(int argc, char **argv)
{
	const char *seeds = NULL;
	struct replay all = {};
	int i, bad = 0;
	bool ok;

	if (argc > 2 && !strcmp(argv[1], "--seeds")) {
		seeds = argv[2];
		argv += 2;
		argc -= 2;
	}

	for (i = 1; i < argc; i++) {
		struct seed seed = {};
		struct replay replay = { .seed = seeds ? &seed : NULL };

		ok = replays(argv[i], &replay) &&
		     (!seeds || write_seed(seeds, argv[i], &seed));
		bad += !ok;
		printf("%sok %d - %s: %" PRIu64 " streams, %" PRIu64
		       " commands, %" PRIu64 " resources, %" PRIu64
		       " transfers pass\n", ok ? "" : "not ", i, argv[i],
		       replay.streams, replay.commands, replay.resources,
		       replay.transfers);
		all.ns += replay.ns;
		all.bytes += replay.bytes;
		all.commands += replay.commands;
	}
	if (all.ns)
		printf("# %.0f MB/s, %.2f million commands/s\n",
		       all.bytes * 1e3 / all.ns,
		       all.commands * 1e3 / all.ns);
	printf("1..%d\n", argc - 1);
	return bad || argc < 2;
}
