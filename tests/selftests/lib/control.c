// SPDX-License-Identifier: GPL-2.0
/* /dev/mvgpu. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>

#include "mvt.h"

int mvt_control_open(int flags)
{
	int fd = open("/dev/mvgpu", flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int mvt_control_ioctl(int fd, unsigned long num, void *arg)
{
	return ioctl(fd, num, arg) ? -errno : 0;
}

/* How many there are of at most @nr, or a negative errno. */
int mvt_control_list(int fd, unsigned long num, u32 gpu, void *entries,
		     u32 entry_size, u32 nr)
{
	struct mvgpu_list list = {
		.size = sizeof(list),
		.gpu = gpu,
		.count = nr,
		.entry_size = entry_size,
		.entries = (unsigned long)entries,
	};
	int err = mvt_control_ioctl(fd, num, &list);

	return err ? err : (int)list.count;
}

/* The GPU that is tested. */
int mvt_control_gpu(int fd, struct mvgpu_gpu_info *info)
{
	const char *name = strrchr(mvt_parent(), '/');
	struct mvgpu_gpu_info all[16];
	int i, nr;

	nr = mvt_control_list(fd, MVGPU_LIST_GPUS, 0, all, sizeof(all[0]),
			      ARRAY_SIZE(all));
	if (nr < 0)
		return nr;
	for (i = 0; i < nr; i++) {
		if (!name || strcmp(name + 1, all[i].name))
			continue;
		*info = all[i];
		return 0;
	}
	return -ENODEV;
}

int mvt_control_vgpu(int fd, u32 gpu, const char *uuid,
		     struct mvgpu_vgpu_info *info)
{
	struct mvgpu_vgpu_info all[MVT_UNITS];
	int i, nr;

	nr = mvt_control_list(fd, MVGPU_LIST_VGPUS, gpu, all, sizeof(all[0]),
			      ARRAY_SIZE(all));
	if (nr < 0)
		return nr;
	for (i = 0; i < nr; i++) {
		if (strcmp(uuid, all[i].name))
			continue;
		*info = all[i];
		return 0;
	}
	return -ENOENT;
}

/* How many vGPUs there are, or a negative errno. */
int mvt_control_snapshot(int fd, u32 gpu, struct mvgpu_gpu_stats *stats,
			 struct mvgpu_vgpu_stats *vgpu, u32 nr, u64 *now)
{
	struct mvgpu_snapshot snap = {
		.size = sizeof(snap),
		.gpu = gpu,
		.count = nr,
		.entry_size = sizeof(*vgpu),
		.gpu_stats_size = sizeof(*stats),
		.entries = (unsigned long)vgpu,
		.gpu_stats = (unsigned long)stats,
	};
	int err = mvt_control_ioctl(fd, MVGPU_SNAPSHOT, &snap);

	if (now)
		*now = snap.now_ns;
	return err ? err : (int)snap.count;
}

int mvt_control_set(int fd, u32 gpu, const struct mvgpu_param *param, u32 nr,
		    u32 *bad)
{
	struct mvgpu_set_params set = {
		.size = sizeof(set),
		.gpu = gpu,
		.count = nr,
		.entry_size = sizeof(*param),
		.bad = ~0U,
		.entries = (unsigned long)param,
	};
	int err = mvt_control_ioctl(fd, MVGPU_SET_PARAMS, &set);

	if (bad)
		*bad = set.bad;
	return err;
}

/* The next event; -ETIMEDOUT: there was none. */
int mvt_control_event(int fd, unsigned int timeout_ms, struct mvgpu_event *event)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	n = poll(&p, 1, timeout_ms);
	if (n <= 0)
		return n ? -errno : -ETIMEDOUT;
	n = read(fd, event, sizeof(*event));
	if (n < 0)
		return -errno;
	return n == sizeof(*event) ? 0 : -EIO;
}
