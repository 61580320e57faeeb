// SPDX-License-Identifier: GPL-2.0
/* /dev/mvgpu */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "mvgpuctl.h"

#define DEVICE "/dev/mvgpu"

int dev_open(void)
{
	static int fd = -1;

	if (fd >= 0)
		return fd;
	fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENODEV:
		die(ST_UNLOADED,
		    "modprobe mvgpu_virtio (or mvgpu_sim, a GPU in software); see mvgpuctl doctor",
		    "there is no " DEVICE);
	case EBUSY:
		die(ST_BUSY, "end some of those who watch it",
		    "too many have " DEVICE " open");
	case EACCES:
	case EPERM:
		die(ST_DENIED, "do it as root, or as a member of its group",
		    "not allowed to read " DEVICE);
	default:
		die(ST_FAILED, "see mvgpuctl doctor", DEVICE ": %s",
		    strerror(errno));
	}
}

static void *array_grow(void *array, uint32_t nr, size_t size)
{
	array = realloc(array, (nr ?: 1) * size);
	if (!array)
		die(ST_FAILED, "free some memory", "out of memory");
	return array;
}

/* More may have come since the last call said how many there are. */
static uint32_t list(unsigned long num, uint32_t gpu, void **entries,
		     size_t size)
{
	struct mvgpu_list cmd = {
		.size = sizeof(cmd),
		.gpu = gpu,
		.count = 16,
		.entry_size = size,
	};

	*entries = NULL;
	for (;;) {
		*entries = array_grow(*entries, cmd.count, size);
		cmd.entries = (uintptr_t)*entries;
		if (!ioctl(dev_open(), num, &cmd))
			return cmd.count;
		if (errno == ENODEV)
			return 0;
		if (errno != EMSGSIZE)
			die(ST_FAILED, "is mvgpuctl as old as the modules?",
			    DEVICE ": %s", strerror(errno));
	}
}

uint32_t dev_gpus(struct mvgpu_gpu_info **gpus)
{
	return list(MVGPU_LIST_GPUS, 0, (void **)gpus, sizeof(**gpus));
}

uint32_t dev_types(uint32_t gpu, struct mvgpu_type_info **types)
{
	return list(MVGPU_LIST_TYPES, gpu, (void **)types, sizeof(**types));
}

uint32_t dev_vgpus(uint32_t gpu, struct mvgpu_vgpu_info **vgpus)
{
	return list(MVGPU_LIST_VGPUS, gpu, (void **)vgpus, sizeof(**vgpus));
}

int dev_snapshot(uint32_t gpu, struct snapshot *snap)
{
	struct mvgpu_snapshot cmd = {
		.size = sizeof(cmd),
		.gpu = gpu,
		.count = snap->room,
		.entry_size = sizeof(*snap->vgpu),
		.gpu_stats_size = sizeof(snap->gpu),
		.gpu_stats = (uintptr_t)&snap->gpu,
	};

	for (;;) {
		cmd.entries = (uintptr_t)snap->vgpu;
		if (!ioctl(dev_open(), MVGPU_SNAPSHOT, &cmd)) {
			snap->nr = cmd.count;
			snap->now = cmd.now_ns;
			return 0;
		}
		if (errno == ENODEV)
			return -ENODEV;
		if (errno != EMSGSIZE)
			die(ST_FAILED, "is mvgpuctl as old as the modules?",
			    DEVICE ": %s", strerror(errno));
		snap->room = cmd.count;
		snap->vgpu = array_grow(snap->vgpu, cmd.count,
					sizeof(*snap->vgpu));
	}
}

int dev_set(uint32_t gpu, const struct mvgpu_param *params, uint32_t nr,
	    uint32_t *bad)
{
	struct mvgpu_set_params cmd = {
		.size = sizeof(cmd),
		.gpu = gpu,
		.count = nr,
		.entry_size = sizeof(*params),
		.entries = (uintptr_t)params,
	};

	if (!ioctl(dev_open(), MVGPU_SET_PARAMS, &cmd))
		return 0;
	*bad = cmd.bad;
	return -errno;
}
