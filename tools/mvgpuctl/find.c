// SPDX-License-Identifier: GPL-2.0
/* GPUs and vGPUs by what the user calls them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mvgpuctl.h"

/* 2: that is its name; 1: so it begins; 0: no. Names are hexadecimal, mostly. */
static int matches(const char *name, const char *of)
{
	if (!strcasecmp(name, of))
		return 2;
	return *name && !strncasecmp(name, of, strlen(name));
}

int try_find_gpu(const char *name, struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_gpu_info *gpus;
	uint32_t i, nr = dev_gpus(&gpus);
	int best = 0, match;
	bool several = false;

	for (i = 0; i < nr; i++) {
		match = matches(name, gpus[i].name);
		several = match == best ? several || match == 1 : several;
		if (match <= best)
			continue;
		several = false;
		best = match;
		*gpu = gpus[i];
	}
	free(gpus);
	if (several)
		die(ST_USAGE, "write more of it; see mvgpuctl list",
		    "several GPUs begin with \"%s\"", name);
	return best;
}

struct mvgpu_gpu_info find_gpu(const char *name)
{
	struct mvgpu_gpu_info gpu;

	if (!try_find_gpu(name, &gpu))
		die(ST_MISSING, "mvgpuctl list shows them, mvgpuctl doctor what is missing",
		    "there is no GPU \"%s\"", name);
	return gpu;
}

static void die_which(const struct mvgpu_gpu_info *gpus, uint32_t nr)
{
	char names[512] = "";
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < nr && len < sizeof(names); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				i ? ", " : "", gpus[i].name);
	die(ST_USAGE, "say which", "there are %u GPUs: %s", nr, names);
}

struct mvgpu_gpu_info find_only_gpu(void)
{
	struct mvgpu_gpu_info *gpus, gpu;
	uint32_t nr = dev_gpus(&gpus);

	if (!nr)
		die(ST_MISSING, "see mvgpuctl doctor",
		    "mvgpu has no GPU");
	if (nr > 1)
		die_which(gpus, nr);
	gpu = gpus[0];
	free(gpus);
	return gpu;
}

/* Of one GPU's; as try_find_gpu(). */
static void match_vgpus(const char *name, const struct mvgpu_gpu_info *of,
			int *best, bool *several, struct mvgpu_vgpu_info *vgpu,
			struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_vgpu_info *vgpus;
	uint32_t i, nr = dev_vgpus(of->id, &vgpus);
	int match;

	for (i = 0; i < nr; i++) {
		match = matches(name, vgpus[i].name);
		if (match == 1 && *best == 1)
			*several = true;
		if (match <= *best)
			continue;
		*several = false;
		*best = match;
		*vgpu = vgpus[i];
		*gpu = *of;
	}
	free(vgpus);
}

int try_find_vgpu(const char *name, struct mvgpu_vgpu_info *vgpu,
		  struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_gpu_info *gpus;
	uint32_t i, nr = dev_gpus(&gpus);
	bool several = false;
	int best = 0;

	for (i = 0; i < nr; i++)
		match_vgpus(name, &gpus[i], &best, &several, vgpu, gpu);
	free(gpus);
	if (several)
		die(ST_USAGE, "write more of it; see mvgpuctl list",
		    "several vGPUs begin with \"%s\"", name);
	return best;
}

struct mvgpu_vgpu_info find_vgpu(const char *name, struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_vgpu_info vgpu;

	if (!try_find_vgpu(name, &vgpu, gpu))
		die(ST_MISSING, "mvgpuctl list shows them, mvgpuctl create makes one",
		    "there is no vGPU \"%s\"", name);
	return vgpu;
}

bool find_either(const char *name, struct mvgpu_vgpu_info *vgpu,
		 struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_gpu_info of;
	int is_gpu = try_find_gpu(name, gpu);
	int is_vgpu = is_gpu == 2 ? 0 : try_find_vgpu(name, vgpu, &of);

	if (is_gpu && is_vgpu == 1)
		die(ST_USAGE, "write more of it",
		    "GPU %s and vGPU %s begin with \"%s\"", gpu->name,
		    vgpu->name, name);
	if (is_gpu && !is_vgpu)
		return false;
	/* Tells if there is none. */
	*vgpu = find_vgpu(name, gpu);
	return true;
}

const struct mvgpu_vgpu_stats *find_stats(const struct snapshot *snap,
					  uint32_t id)
{
	uint32_t i;

	for (i = 0; i < snap->nr; i++)
		if (snap->vgpu[i].id == id)
			return &snap->vgpu[i];
	return NULL;
}
