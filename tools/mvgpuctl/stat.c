// SPDX-License-Identifier: GPL-2.0
/* stat */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rate.h"

/* Lines between two headings. */
#define HEADING_EVERY 20

/**
 * struct target - whom stat is about
 * @gpu: it, or that of @vgpu
 * @is_vgpu: of @vgpu only
 * @vgpu: it
 */
struct target {
	struct mvgpu_gpu_info gpu;
	bool is_vgpu;
	struct mvgpu_vgpu_info vgpu;
};

static void heading(void)
{
	printf("%-8s  %5s  %5s  %5s  %8s  %6s  %8s  %9s  %9s  %10s  %6s\n", "TIME",
	       "BUSY%", "WAIT%", "IDLE%", "JOBS/S", "FPS", "SWITCH/S", "WAIT99us",
	       "RUN99us", "MEMORY", "RESETS");
}

static void line(const struct target *target, const struct rate *rate)
{
	time_t now = time(NULL);
	char when[16];
	json_t *json;

	if (opt.json) {
		json = rate_json(rate);
		json_object_set_new(json, "time", json_integer(now));
		json_object_set_new(json, target->is_vgpu ? "uuid" : "gpu",
				    json_string(target->is_vgpu ?
						target->vgpu.name :
						target->gpu.name));
		json_line(json);
		return;
	}
	strftime(when, sizeof(when), "%H:%M:%S", localtime(&now));
	printf("%-8s  %5.1f  %5.1f  %5.1f  %8.1f  %6.1f  %8.1f  %9.0f  %9.0f  %10s  %6llu\n",
	       when, rate->busy * 100, rate->wait * 100, rate->idle * 100,
	       rate->jobs, rate->fps, rate->switches, rate->wait_p99 / 1e3,
	       rate->run_p99 / 1e3, bytes_text(rate->memory),
	       (unsigned long long)rate->resets);
	fflush(stdout);
}

static void target_find(struct target *target, const char *name)
{
	if (name)
		target->is_vgpu = find_either(name, &target->vgpu,
					      &target->gpu);
	else
		target->gpu = find_only_gpu();
}

static void gone(const struct target *target)
{
	die(ST_MISSING, "see mvgpuctl list", "%s is gone",
	    target->is_vgpu ? target->vgpu.name : target->gpu.name);
}

static void run(const struct target *target, uint64_t interval, uint64_t count)
{
	struct snapshot snap[2] = { };
	uint64_t next = rate_now() + interval, i;
	struct rate rate;

	if (dev_snapshot(target->gpu.id, &snap[0]))
		gone(target);
	for (i = 0; !count || i < count; i++) {
		struct snapshot *from = &snap[i % 2], *to = &snap[(i + 1) % 2];

		rate_sleep(&next, interval);
		if (dev_snapshot(target->gpu.id, to))
			gone(target);
		if (!target->is_vgpu)
			rate_gpu(from, to, &rate);
		else if (!rate_vgpu(from, to, target->vgpu.id, &rate))
			gone(target);
		if (!opt.json && i % HEADING_EVERY == 0)
			heading();
		line(target, &rate);
	}
	free(snap[0].vgpu);
	free(snap[1].vgpu);
}

int verb_stat(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ }
	};
	struct target target = { };
	double seconds = 1;
	uint64_t count = 0;
	int c;

	while ((c = verb_getopt(argc, argv, "i:n:", options)) != -1) {
		if (c == 'i')
			seconds = seconds_arg("interval", optarg, 0.1, 86400);
		else
			count = number_arg("count", optarg, 1, UINT32_MAX);
	}
	if (argc - optind > 1)
		die_usage("stat is about one");
	target_find(&target, argv[optind]);
	run(&target, seconds * 1e9, count);
	return ST_OK;
}
