// SPDX-License-Identifier: GPL-2.0
/* create, destroy */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mvgpuctl.h"

static bool uuid_valid(const char *uuid)
{
	int i;

	if (strlen(uuid) != UUID_LEN)
		return false;
	for (i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? uuid[i] != '-' : !isxdigit((unsigned char)uuid[i]))
			return false;
	}
	return true;
}

/**
 * struct plan - what create is asked for
 * @gpu: on which
 * @uuid: given or made
 * @type: directory of the type
 * @param: to be set, if its flags say so
 */
struct plan {
	struct mvgpu_gpu_info gpu;
	char uuid[64];
	char type[PATH_LEN];
	struct mvgpu_param param;
};

static void plan_param(struct plan *plan, int c, const char *text)
{
	switch (c) {
	case 'w':
		plan->param.flags |= MVGPU_PARAM_WEIGHT;
		plan->param.weight = number_arg("weight", text, 1, 1000);
		break;
	case 'c':
		plan->param.flags |= MVGPU_PARAM_CAP;
		plan->param.cap = number_arg("cap", text, 0, 100);
		break;
	default:
		plan->param.flags |= MVGPU_PARAM_MIN;
		plan->param.min = number_arg("min", text, 0, 100);
	}
}

static void plan_type(struct plan *plan, const char *type)
{
	switch (type_path(&plan->gpu, type, plan->type)) {
	case 0:
		return;
	case -ENOENT:
		die(ST_UNLOADED, "modprobe mvgpu_mdev",
		    "GPU %s offers no mediated devices", plan->gpu.name);
	default:
		die(ST_MISSING, "see mvgpuctl types",
		    "GPU %s has no type \"%s\"", plan->gpu.name, type);
	}
}

static void plan_uuid(struct plan *plan, const char *uuid)
{
	int i;

	if (!uuid_valid(uuid))
		die_usage("\"%s\" is no UUID; without --uuid one is made",
			  uuid);
	/* As the kernel will name it. */
	for (i = 0; i < UUID_LEN; i++)
		plan->uuid[i] = tolower((unsigned char)uuid[i]);
}

static void plan_make(struct plan *plan, int argc, char **argv)
{
	static const struct option options[] = {
		{ "gpu", required_argument, NULL, 'g' },
		{ "uuid", required_argument, NULL, 'u' },
		{ "weight", required_argument, NULL, 'w' },
		{ "cap", required_argument, NULL, 'c' },
		{ "min", required_argument, NULL, 'm' },
		{ }
	};
	const char *gpu = NULL;
	int c;

	while ((c = verb_getopt(argc, argv, "", options)) != -1) {
		if (c == 'g')
			gpu = optarg;
		else if (c == 'u')
			plan_uuid(plan, optarg);
		else
			plan_param(plan, c, optarg);
	}
	if (optind != argc - 1)
		die_usage("create wants one type");
	if (plan->param.flags & MVGPU_PARAM_MIN && plan->param.cap &&
	    plan->param.min > plan->param.cap)
		die_usage("min (%u) is above cap (%u)", plan->param.min,
			  plan->param.cap);
	plan->gpu = gpu ? find_gpu(gpu) : find_only_gpu();
	plan_type(plan, argv[optind]);
	if (!*plan->uuid && sysfs_read("/proc/sys/kernel/random/uuid",
				       plan->uuid, sizeof(plan->uuid)))
		die(ST_FAILED, "mount /proc, or give --uuid",
		    "can't make a UUID");
}

static void create_refused(const struct plan *plan, int err)
{
	char what[PATH_LEN];

	snprintf(what, sizeof(what), "vGPU %s on %s", plan->uuid,
		 plan->gpu.name);
	if (err == EEXIST)
		die(ST_BUSY, "take another, or see mvgpuctl show",
		    "there is a device %s already", plan->uuid);
	die_errno(err, what, err == ENOSPC ?
		  "mvgpuctl types shows what fits; with policy exclusive only a 1of1 alone does" :
		  "see the kernel's log");
}

/* What can't be had as asked is taken away again. */
static void create_params(struct plan *plan)
{
	struct mvgpu_vgpu_info vgpu;
	struct mvgpu_gpu_info gpu;
	char path[PATH_LEN];
	uint32_t bad;
	int err;

	if (!plan->param.flags)
		return;
	vgpu = find_vgpu(plan->uuid, &gpu);
	plan->param.vgpu = vgpu.id;
	err = dev_set(gpu.id, &plan->param, 1, &bad);
	if (!err)
		return;
	vgpu_path(plan->uuid, "remove", path);
	sysfs_write(path, "1");
	if (err == -ENOSPC)
		die(ST_BUSY, "mvgpuctl list shows what others have as min",
		    "its engine can't promise %u percent any more; nothing was created",
		    plan->param.min);
	die_errno(-err, "setting its parameters (nothing was created)",
		  "see mvgpuctl list");
}

int verb_create(int argc, char **argv)
{
	struct plan plan = { };
	char path[PATH_LEN + 8];
	int err;

	plan_make(&plan, argc, argv);
	snprintf(path, sizeof(path), "%s/create", plan.type);
	err = sysfs_write(path, plan.uuid);
	if (err)
		create_refused(&plan, -err);
	create_params(&plan);
	if (opt.json)
		json_print(json_pack("{s:s, s:s, s:s}", "uuid", plan.uuid,
				     "gpu", plan.gpu.name, "type",
				     strrchr(plan.type, '-') + 1));
	else
		puts(plan.uuid);
	return ST_OK;
}

static void destroy_one(const struct mvgpu_vgpu_info *vgpu)
{
	char path[PATH_LEN];
	int err;

	vgpu_path(vgpu->name, "remove", path);
	err = sysfs_write(path, "1");
	if (err)
		die_errno(-err, vgpu->name, "see the kernel's log");
}

/* The last of them must not be one of those before. */
static void refuse_twice(const struct mvgpu_vgpu_info *vgpus, int last)
{
	int i;

	for (i = 0; i < last; i++)
		if (!strcmp(vgpus[i].name, vgpus[last].name))
			die_usage("%s is named twice", vgpus[last].name);
}

int verb_destroy(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ }
	};
	struct mvgpu_vgpu_info *vgpus;
	struct mvgpu_gpu_info gpu;
	json_t *done = json_array();
	bool force = false;
	int i, nr;

	while (verb_getopt(argc, argv, "f", options) != -1)
		force = true;
	nr = argc - optind;
	if (!nr)
		die_usage("destroy wants to know which");
	vgpus = calloc(nr, sizeof(*vgpus));
	/* All are looked at before one of them goes. */
	for (i = 0; i < nr; i++) {
		vgpus[i] = find_vgpu(argv[optind + i], &gpu);
		refuse_twice(vgpus, i);
		if (!force && vgpus[i].flags & MVGPU_VGPU_IN_USE)
			die(ST_BUSY,
			    "shut the VM down, or use --force, which asks it to let go and waits",
			    "vGPU %s is in use (%s)", vgpus[i].name,
			    state_text(vgpus[i].state));
	}
	for (i = 0; i < nr; i++) {
		destroy_one(&vgpus[i]);
		json_array_append_new(done, json_string(vgpus[i].name));
	}
	free(vgpus);
	if (opt.json)
		json_print(json_pack("{s:o}", "destroyed", done));
	return ST_OK;
}
