// SPDX-License-Identifier: GPL-2.0
/* Parameters and figures of the scheduler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mvt.h"

static void gpu_path(const char *attr, char *path, size_t size)
{
	snprintf(path, size, "%s/mvgpu/%s", mvt_parent(), attr);
}

int mvt_sched_set(const char *attr, const char *val)
{
	char path[256];

	gpu_path(attr, path, sizeof(path));
	return mvt_write_str(path, val);
}

int mvt_sched_set_u64(const char *attr, u64 val)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)val);
	return mvt_sched_set(attr, text);
}

int mvt_sched_get(const char *attr, char *buf, size_t size)
{
	char path[256];

	gpu_path(attr, path, sizeof(path));
	return mvt_read_str(path, buf, size);
}

/* ~0: it can't be read. */
u64 mvt_sched_get_u64(const char *attr)
{
	char path[256];
	u64 val;

	gpu_path(attr, path, sizeof(path));
	return mvt_read_u64(path, &val) ? ~0ULL : val;
}

int mvt_vgpu_set(const struct mvt_dev *dev, const char *attr, const char *val)
{
	char leaf[64], path[256];
	int err;

	snprintf(leaf, sizeof(leaf), "mvgpu/%s", attr);
	err = mvt_mdev_path(dev->uuid, leaf, path, sizeof(path));
	return err ? err : mvt_write_str(path, val);
}

int mvt_vgpu_set_u64(const struct mvt_dev *dev, const char *attr, u64 val)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)val);
	return mvt_vgpu_set(dev, attr, text);
}

u64 mvt_vgpu_get_u64(const struct mvt_dev *dev, const char *attr)
{
	char leaf[64];
	u64 val;

	snprintf(leaf, sizeof(leaf), "mvgpu/%s", attr);
	return mvt_mdev_attr_u64(dev->uuid, leaf, &val) ? ~0ULL : val;
}

int mvt_vgpu_get(const struct mvt_dev *dev, const char *attr, char *buf,
		 size_t size)
{
	char leaf[64], path[256];
	int err;

	snprintf(leaf, sizeof(leaf), "mvgpu/%s", attr);
	err = mvt_mdev_path(dev->uuid, leaf, path, sizeof(path));
	return err ? err : mvt_read_str(path, buf, size);
}

/* Defaults of all that belongs to the GPU. */
void mvt_sched_defaults(void)
{
	mvt_sched_set("policy", "fair");
	mvt_sched_set_u64("timeslice_us", 2000);
	mvt_sched_set_u64("outstanding", 2);
	mvt_sched_set_u64("job_timeout_ms", 2000);
	mvt_sched_set_u64("ban_resets", 10);
	mvt_sched_set_u64("ban_seconds", 60);
}

/* Sum of a histogram's buckets; ~0: it can't be read or isn't one. */
u64 mvt_hist_sum(const char *text)
{
	u64 sum = 0;
	char *end;
	int n;

	for (n = 0; *text; n++) {
		sum += strtoull(text, &end, 10);
		if (end == text)
			return ~0ULL;
		text = *end == ' ' ? end + 1 : end;
	}
	return n == MVT_HIST_BUCKETS ? sum : ~0ULL;
}
