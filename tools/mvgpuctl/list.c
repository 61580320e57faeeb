// SPDX-License-Identifier: GPL-2.0
/* list, types, show */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mvgpuctl.h"

static const char *state_colour(uint32_t state)
{
	switch (state) {
	case MVGPU_STATE_RUNNING:
		return colour_on(GREEN);
	case MVGPU_STATE_BROKEN:
	case MVGPU_STATE_BANNED:
		return colour_on(RED);
	default:
		return "";
	}
}

static void print_gpu(const struct mvgpu_gpu_info *gpu)
{
	printf("%sGPU %s%s: %s, %u engine%s, %s, policy %s, %u of %u units used\n",
	       colour_on(BOLD), gpu->name, colour_off(), gpu->backend,
	       gpu->engines, gpu->engines == 1 ? "" : "s",
	       bytes_text(gpu->memory), gpu->policy, gpu->units_used,
	       gpu->units);
}

/* Of one that is banned the state does not tell that. */
static const char *use_text(const struct mvgpu_vgpu_info *vgpu)
{
	return vgpu->flags & MVGPU_VGPU_IN_USE ? "yes" : "no";
}

static void print_vgpus(const struct mvgpu_vgpu_info *vgpu, uint32_t nr)
{
	uint32_t i;

	if (!nr) {
		puts("  no vGPU; create one: mvgpuctl create TYPE (see mvgpuctl types)");
		return;
	}
	printf("  %-36s  %-12s  %-9s  %6s  %6s  %3s  %3s  %6s\n", "VGPU", "TYPE",
	       "STATE", "IN USE", "WEIGHT", "CAP", "MIN", "ENGINE");
	for (i = 0; i < nr; i++, vgpu++)
		printf("  %-36s  %-12s  %s%-9s%s  %6s  %6u  %3u  %3u  %5u%s\n",
		       vgpu->name, vgpu->type, state_colour(vgpu->state),
		       state_text(vgpu->state),
		       *state_colour(vgpu->state) ? colour_off() : "",
		       use_text(vgpu), vgpu->weight, vgpu->cap, vgpu->min,
		       vgpu->engine,
		       vgpu->flags & MVGPU_VGPU_OWNS_ENGINE ? "*" : " ");
}

static void no_operands(int argc, char **argv)
{
	if (optind < argc)
		die_usage("%s takes no \"%s\"", opt.verb->name, argv[optind]);
}

int verb_list(int argc, char **argv)
{
	struct mvgpu_vgpu_info *vgpus;
	json_t *all = json_array(), *array, *json;
	struct mvgpu_gpu_info *gpus;
	uint32_t i, k, nr, nr_vgpus;

	verb_getopt(argc, argv, "", NULL);
	no_operands(argc, argv);
	nr = dev_gpus(&gpus);
	for (i = 0; i < nr; i++) {
		nr_vgpus = dev_vgpus(gpus[i].id, &vgpus);
		if (!opt.json) {
			print_gpu(&gpus[i]);
			print_vgpus(vgpus, nr_vgpus);
			free(vgpus);
			continue;
		}
		array = json_array();
		for (k = 0; k < nr_vgpus; k++)
			json_array_append_new(array, vgpu_json(&vgpus[k]));
		json = gpu_json(&gpus[i]);
		json_object_set_new(json, "vgpus", array);
		json_array_append_new(all, json);
		free(vgpus);
	}
	free(gpus);
	if (opt.json)
		json_print(json_pack("{s:o}", "gpus", all));
	else if (!nr)
		puts("no GPU; see mvgpuctl doctor");
	return ST_OK;
}

static void print_types(const struct mvgpu_gpu_info *gpu,
			const struct mvgpu_type_info *type, uint32_t nr)
{
	uint32_t i;

	print_gpu(gpu);
	printf("  %-12s  %9s  %7s  %10s  %8s  %10s\n", "TYPE", "AVAILABLE",
	       "SHARE", "MEMORY", "DISPLAYS", "RESOLUTION");
	for (i = 0; i < nr; i++, type++)
		printf("  %-12s  %9u  %3u/%-3u  %10s  %8u  %ux%u\n", type->name,
		       type->available, type->units, gpu->units,
		       bytes_text(type->memory), type->scanouts,
		       type->max_width, type->max_height);
}

static json_t *types_json(const struct mvgpu_gpu_info *gpu,
			  const struct mvgpu_type_info *types, uint32_t nr)
{
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(array, type_json(&types[i]));
	return json_pack("{s:s, s:i, s:o}", "name", gpu->name, "units",
			 gpu->units, "types", array);
}

int verb_types(int argc, char **argv)
{
	struct mvgpu_gpu_info *gpus, one;
	struct mvgpu_type_info *types;
	json_t *all = json_array();
	uint32_t i, nr, nr_types;

	verb_getopt(argc, argv, "", NULL);
	if (optind < argc) {
		one = find_gpu(argv[optind++]);
		no_operands(argc, argv);
		gpus = &one;
		nr = 1;
	} else {
		nr = dev_gpus(&gpus);
	}
	if (!nr)
		die(ST_MISSING, "see mvgpuctl doctor", "mvgpu has no GPU");
	for (i = 0; i < nr; i++) {
		nr_types = dev_types(gpus[i].id, &types);
		if (opt.json)
			json_array_append_new(all, types_json(&gpus[i], types,
							      nr_types));
		else
			print_types(&gpus[i], types, nr_types);
		free(types);
	}
	if (opt.json)
		json_print(json_pack("{s:o}", "gpus", all));
	return ST_OK;
}

/* Arrays in a line, and the rest as "name value". */
static void print_json(const json_t *json)
{
	const char *key;
	json_t *value;
	char *text;

	json_object_foreach((json_t *)json, key, value) {
		if (json_is_object(value) || json_is_array(value))
			continue;
		text = json_dumps(value, JSON_ENCODE_ANY);
		if (json_is_string(value))
			printf("%-16s %s\n", key, json_string_value(value));
		else
			printf("%-16s %s\n", key, text);
		free(text);
	}
}

/* "of 812 jobs half took up to 65 us, 99 percent up to 1 ms" */
static void print_hist(const char *what, const uint32_t *hist)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		sum += hist[i];
	printf("%-16s %llu, half below %.1f us, 99 percent below %.1f us\n",
	       what, (unsigned long long)sum, hist_percentile(hist, 50) / 1e3,
	       hist_percentile(hist, 99) / 1e3);
}

static void print_hists(const uint32_t hist[][MVGPU_STATS_BUCKETS])
{
	print_hist("wait_hist", hist[MVGPU_STATS_WAIT]);
	print_hist("run_hist", hist[MVGPU_STATS_RUN]);
	print_hist("switch_hist", hist[MVGPU_STATS_SWITCH]);
	print_hist("overshoot_hist", hist[MVGPU_STATS_OVERSHOOT]);
}

static void show(json_t *json, json_t *stats,
		 const uint32_t hist[][MVGPU_STATS_BUCKETS])
{
	json_object_set_new(json, "stats", stats);
	if (opt.json) {
		json_print(json);
		return;
	}
	print_json(json);
	print_json(stats);
	print_hists(hist);
	json_decref(json);
}

int verb_show(int argc, char **argv)
{
	const struct mvgpu_vgpu_stats *stats;
	struct snapshot snap = { };
	struct mvgpu_vgpu_info vgpu;
	struct mvgpu_gpu_info gpu;
	const char *name;
	json_t *json;

	verb_getopt(argc, argv, "", NULL);
	if (optind == argc)
		die_usage("show wants to know of which");
	name = argv[optind++];
	no_operands(argc, argv);
	if (!find_either(name, &vgpu, &gpu)) {
		if (dev_snapshot(gpu.id, &snap))
			die(ST_MISSING, "see mvgpuctl list",
			    "GPU %s has just gone", gpu.name);
		show(gpu_json(&gpu), gpu_stats_json(&snap.gpu), snap.gpu.hist);
		free(snap.vgpu);
		return ST_OK;
	}
	stats = dev_snapshot(gpu.id, &snap) ? NULL : find_stats(&snap, vgpu.id);
	if (!stats)
		die(ST_MISSING, "see mvgpuctl list", "vGPU %s has just gone",
		    vgpu.name);
	json = vgpu_json(&vgpu);
	json_object_set_new(json, "gpu", json_string(gpu.name));
	show(json, vgpu_stats_json(stats), stats->hist);
	free(snap.vgpu);
	return ST_OK;
}
