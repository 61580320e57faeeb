// SPDX-License-Identifier: GPL-2.0
/* set, reset, policy */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mvgpuctl.h"

#define MAX_PARAMS MVGPU_MAX_ENTRIES

/**
 * struct params - what set is asked for
 * @gpu: whose vGPUs
 * @vgpu: which
 * @param: what of each
 * @nr: entries of both
 */
struct params {
	struct mvgpu_gpu_info gpu;
	struct mvgpu_vgpu_info *vgpu;
	struct mvgpu_param *param;
	uint32_t nr;
};

/* NAME=VALUE: what is behind NAME=, or NULL. */
static const char *value_of(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(arg, name, len) && arg[len] == '=' ? arg + len + 1 :
							     NULL;
}

static void param_parse(struct mvgpu_param *param, const char *arg)
{
	const char *value;

	value = value_of(arg, "weight");
	if (value) {
		param->flags |= MVGPU_PARAM_WEIGHT;
		param->weight = number_arg("weight", value, 1, 1000);
		return;
	}
	value = value_of(arg, "cap");
	if (value) {
		param->flags |= MVGPU_PARAM_CAP;
		param->cap = number_arg("cap", value, 0, 100);
		return;
	}
	value = value_of(arg, "min");
	if (!value)
		die_usage("a vGPU has weight, cap and min, not \"%s\"", arg);
	param->flags |= MVGPU_PARAM_MIN;
	param->min = number_arg("min", value, 0, 100);
}

static void params_add(struct params *params, const char *name)
{
	struct mvgpu_vgpu_info vgpu;
	struct mvgpu_gpu_info gpu;

	if (params->nr == MAX_PARAMS)
		die_usage("not more than %u vGPUs at once", MAX_PARAMS);
	vgpu = find_vgpu(name, &gpu);
	if (params->nr && gpu.id != params->gpu.id)
		die_usage("vGPUs of one call are of one GPU; %s is not",
			  vgpu.name);
	params->gpu = gpu;
	params->vgpu[params->nr] = vgpu;
	params->param[params->nr++].vgpu = vgpu.id;
}

static void params_parse(struct params *params, int argc, char **argv)
{
	uint32_t i;

	params->vgpu = calloc(MAX_PARAMS, sizeof(*params->vgpu));
	params->param = calloc(MAX_PARAMS, sizeof(*params->param));
	if (!params->vgpu || !params->param)
		die(ST_FAILED, "free some memory", "out of memory");
	for (; optind < argc; optind++) {
		if (!strchr(argv[optind], '='))
			params_add(params, argv[optind]);
		else if (params->nr)
			param_parse(&params->param[params->nr - 1],
				    argv[optind]);
		else
			die_usage("of which vGPU is \"%s\"?", argv[optind]);
	}
	if (!params->nr)
		die_usage("set wants to know of which vGPU");
	for (i = 0; i < params->nr; i++)
		if (!params->param[i].flags)
			die_usage("what is to be set of %s?",
				  params->vgpu[i].name);
}

static void set_refused(const struct params *params, int err, uint32_t bad)
{
	const char *name = params->vgpu[bad < params->nr ? bad : 0].name;

	switch (err) {
	case -ERANGE:
		die(ST_FAILED, "see mvgpuctl show; set both in one call",
		    "min of %s would be above its cap; nothing was set", name);
	case -ENOSPC:
		die(ST_BUSY, "lower the min of another in the same call",
		    "its engine can't promise that much to %s; nothing was set",
		    name);
	case -ENOTUNIQ:
		die_usage("%s is named twice", name);
	default:
		die_errno(-err, name, "see mvgpuctl list");
	}
}

int verb_set(int argc, char **argv)
{
	struct params params = { };
	json_t *array = json_array();
	struct mvgpu_vgpu_info vgpu;
	struct mvgpu_gpu_info gpu;
	uint32_t i, bad = 0;
	int err;

	verb_getopt(argc, argv, "", NULL);
	params_parse(&params, argc, argv);
	err = dev_set(params.gpu.id, params.param, params.nr, &bad);
	if (err)
		set_refused(&params, err, bad);
	for (i = 0; i < params.nr && opt.json; i++)
		if (try_find_vgpu(params.vgpu[i].name, &vgpu, &gpu))
			json_array_append_new(array, vgpu_json(&vgpu));
	if (opt.json)
		json_print(json_pack("{s:o}", "vgpus", array));
	free(params.vgpu);
	free(params.param);
	return ST_OK;
}

/* Return: was it banned? Either way its hangs so far count no more. */
static bool reset_one(const struct mvgpu_vgpu_info *vgpu)
{
	bool banned = vgpu->state == MVGPU_STATE_BANNED;
	char path[PATH_LEN];
	int err;

	vgpu_path(vgpu->name, "mvgpu/reset", path);
	err = sysfs_write(path, "1");
	if (err)
		die_errno(-err, vgpu->name, "see mvgpuctl list");
	if (!opt.json)
		printf(banned ? "vGPU %s: the ban is lifted\n" :
				"vGPU %s was not banned; its hangs so far are forgotten\n",
		       vgpu->name);
	return banned;
}

int verb_reset(int argc, char **argv)
{
	json_t *lifted = json_array(), *unbanned = json_array();
	struct mvgpu_vgpu_info vgpu;
	struct mvgpu_gpu_info gpu;
	bool banned;
	int i;

	verb_getopt(argc, argv, "", NULL);
	if (optind == argc)
		die_usage("reset wants to know which");
	for (i = optind; i < argc; i++)
		find_vgpu(argv[i], &gpu);
	for (i = optind; i < argc; i++) {
		vgpu = find_vgpu(argv[i], &gpu);
		banned = reset_one(&vgpu);
		json_array_append_new(banned ? lifted : unbanned,
				      json_string(vgpu.name));
	}
	if (opt.json)
		json_print(json_pack("{s:o, s:o}", "lifted", lifted,
				     "not_banned", unbanned));
	return ST_OK;
}

/*
 * policy
 */

/* Files of a GPU that policy sets; the policy itself is the first. */
static const char *const knob[] = {
	"policy", "timeslice_us", "job_timeout_ms", "outstanding",
	"ban_resets", "ban_seconds",
};

static const char *const policy_name[] = {
	"fair", "equal", "fixed", "exclusive",
};

static bool is_policy(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(policy_name); i++)
		if (!strcmp(name, policy_name[i]))
			return true;
	return false;
}

static void knob_parse(const char *wanted[ARRAY_SIZE(knob)], const char *arg)
{
	/* The kernel would take 0500 for 320. */
	static char text[ARRAY_SIZE(knob)][24];
	size_t i;

	for (i = 1; i < ARRAY_SIZE(knob); i++) {
		const char *value = value_of(arg, knob[i]);

		if (!value)
			continue;
		snprintf(text[i], sizeof(text[i]), "%llu",
			 (unsigned long long)number_arg(knob[i], value, 0,
							UINT32_MAX));
		wanted[i] = text[i];
		return;
	}
	die_usage("a GPU has timeslice_us, job_timeout_ms, outstanding and ban_*, not \"%s\"",
		  arg);
}

static void knob_path(const struct mvgpu_gpu_info *gpu, size_t i,
		      char path[PATH_LEN])
{
	char leaf[32];

	snprintf(leaf, sizeof(leaf), "mvgpu/%s", knob[i]);
	gpu_path(gpu, leaf, path);
}

static void knob_refused(const char *name, const char *value, int err)
{
	switch (err) {
	case -EBUSY:
		die(ST_BUSY, "destroy the others first; see mvgpuctl list",
		    "policy %s is for a GPU with one vGPU of type 1of1 or none; nothing was set",
		    value);
	case -ERANGE:
		die(ST_FAILED, "mvgpuctl(8) tells the ranges",
		    "%s can't be %s; nothing was set", name, value);
	default:
		die_errno(-err, name, "see mvgpuctl doctor");
	}
}

/* If one is refused, those before it get back what they were. */
static void knobs_set(const struct mvgpu_gpu_info *gpu,
		      const char *wanted[ARRAY_SIZE(knob)])
{
	char path[PATH_LEN], old[ARRAY_SIZE(knob)][32];
	size_t i, k;
	int err;

	for (i = 0; i < ARRAY_SIZE(knob); i++) {
		if (!wanted[i])
			continue;
		knob_path(gpu, i, path);
		err = sysfs_read(path, old[i], sizeof(old[i]));
		if (!err)
			err = sysfs_write(path, wanted[i]);
		if (!err)
			continue;
		for (k = 0; k < i; k++) {
			if (!wanted[k])
				continue;
			knob_path(gpu, k, path);
			sysfs_write(path, old[k]);
		}
		knob_refused(knob[i], wanted[i], err);
	}
}

static void policy_print(const struct mvgpu_gpu_info *gpu)
{
	if (opt.json) {
		json_print(gpu_json(gpu));
		return;
	}
	printf("GPU             %s\n"
	       "policy          %s\ntimeslice_us    %u\njob_timeout_ms  %u\n"
	       "outstanding     %u\nban_resets      %u\nban_seconds     %u\n",
	       gpu->name, gpu->policy, gpu->timeslice_us, gpu->job_timeout_ms,
	       gpu->outstanding, gpu->ban_resets, gpu->ban_seconds);
}

int verb_policy(int argc, char **argv)
{
	const char *wanted[ARRAY_SIZE(knob)] = { };
	const char *name = NULL;
	struct mvgpu_gpu_info gpu;
	bool any = false;

	verb_getopt(argc, argv, "", NULL);
	for (; optind < argc; optind++) {
		const char *arg = argv[optind];

		if (strchr(arg, '=')) {
			knob_parse(wanted, arg);
			any = true;
		} else if (is_policy(arg) && !wanted[0]) {
			wanted[0] = arg;
			any = true;
		} else if (!name && !wanted[0]) {
			name = arg;
		} else {
			die_usage("there is no policy \"%s\"", arg);
		}
	}
	if (!name)
		gpu = find_only_gpu();
	else if (!try_find_gpu(name, &gpu))
		die(ST_MISSING,
		    "policies are fair, equal, fixed and exclusive; mvgpuctl list shows GPUs",
		    "\"%s\" is neither a GPU nor a policy", name);
	knobs_set(&gpu, wanted);
	if (!any || opt.json) {
		gpu = find_gpu(gpu.name);
		policy_print(&gpu);
	}
	return ST_OK;
}
