// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpuctl - see and set what mvgpu's GPUs and vGPUs do
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mvgpuctl.h"

struct options opt;

static const struct verb verbs[] = {
	{ "list", "", "GPUs and their vGPUs", verb_list },
	{ "types", "[GPU]", "what vGPUs can be created from", verb_types },
	{ "show", "VGPU | GPU", "all that is known of one", verb_show },
	{ "create",
	  "[--gpu GPU] [--uuid UUID] [--weight N] [--cap N] [--min N] TYPE",
	  "a new vGPU; prints its UUID", verb_create },
	{ "destroy", "[-f|--force] VGPU...", "take vGPUs away", verb_destroy },
	{ "set", "VGPU NAME=VALUE... [VGPU NAME=VALUE...]...",
	  "weight, cap and min, of several vGPUs at once or none", verb_set },
	{ "reset", "VGPU...", "lift the ban of a vGPU that hung too often",
	  verb_reset },
	{ "policy", "[GPU] [fair|equal|fixed|exclusive] [NAME=VALUE]...",
	  "show or set the policy of a GPU and its limits", verb_policy },
	{ "stat", "[-i|--interval SECONDS] [-n|--count COUNT] [VGPU | GPU]",
	  "a line of figures each interval", verb_stat },
	{ "top", "[-d|--delay SECONDS] [-n|--count COUNT] [GPU]",
	  "who uses how much, live", verb_top },
	{ "events",
	  "[-f|--follow] [-n|--count COUNT] [-t|--timeout SECONDS]",
	  "what happens from now on", verb_events },
	{ "trace",
	  "[-s|--seconds SECONDS] [-o|--output FILE.json] [--svg FILE.svg] [VGPU | GPU]",
	  "a timeline of who was on the engine when", verb_trace },
	{ "export", "--prometheus [-o|--output FILE]",
	  "all figures in the format of Prometheus", verb_export },
	{ "adopt", "[-f|--force] DEVICE",
	  "take a virtio-gpu from DRM's driver", verb_adopt },
	{ "release", "[-f|--force] GPU", "give it back", verb_release },
	{ "doctor", "", "is all there that vGPUs need?", verb_doctor },
};

static void usage(FILE *to)
{
	size_t i;

	fputs("Usage: mvgpuctl [--json] [--color=WHEN] VERB [ARGUMENT]...\n\n",
	      to);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].help);
	fputs("\n"
	      "  --json        print JSON (verbs take it, too)\n"
	      "  --color=WHEN  auto (default), always or never\n"
	      "  -h, --help    this; mvgpuctl VERB --help tells of a verb\n"
	      "\nGPUs are named by their device (0000:00:10.0), vGPUs by their UUID; the\n"
	      "beginning will do if there is no other. See mvgpuctl(8).\n", to);
}

static bool colour_wanted(const char *when)
{
	if (!strcmp(when, "always"))
		return true;
	if (!strcmp(when, "never"))
		return false;
	if (strcmp(when, "auto"))
		die_usage("--color takes auto, always or never, not \"%s\"",
			  when);
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static const struct verb *verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "color", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int c, status;

	opt.colour = colour_wanted("auto");
	/* Up to the verb: what follows is the verb's. */
	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			opt.json = true;
			break;
		case 'c':
			opt.colour = colour_wanted(optarg);
			break;
		case 'h':
			usage(stdout);
			return ST_OK;
		default:
			usage(stderr);
			return ST_USAGE;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return ST_USAGE;
	}
	argc -= optind;
	argv += optind;
	opt.verb = verb_find(argv[0]);
	if (!opt.verb)
		die(ST_USAGE, "see mvgpuctl --help", "there is no verb \"%s\"",
		    argv[0]);
	optind = 0;
	status = opt.verb->run(argc, argv);
	if (fflush(stdout) || ferror(stdout))
		die(ST_FAILED, "see what standard output is", "can't write");
	return status;
}
