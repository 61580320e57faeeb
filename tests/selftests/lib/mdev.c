// SPDX-License-Identifier: GPL-2.0
/* Mediated devices by sysfs. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mvt.h"

#define MVT_SIM "/sys/devices/platform/mvgpu_sim.0"
#define MDEV_DEVICES "/sys/bus/mdev/devices"
/* Every device that a test makes; mvt_purge() takes no other. */
#define UUID_PREFIX "6d766770-7465-"

const char *const mvt_type_name[MVT_NR_TYPES] = {
	"mvgpu_1of1", "mvgpu_1of2", "mvgpu_1of4", "mvgpu_1of8", "mvgpu_1of16",
	"mvgpu_1of32", "mvgpu_1of64",
};

const unsigned int mvt_type_units[MVT_NR_TYPES] = { 64, 32, 16, 8, 4, 2, 1 };

const char *mvt_parent(void)
{
	const char *parent = getenv("MVGPU_PARENT");

	return parent && *parent ? parent : MVT_SIM;
}

bool mvt_parent_is_sim(void)
{
	return strstr(mvt_parent(), "mvgpu_sim");
}

/* Finds the directory of a type by its suffix: its prefix is the driver's. */
int mvt_type_dir(unsigned int type, char *path, size_t size)
{
	char dir[256];
	struct dirent *de;
	int ret = -ENOENT;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/mdev_supported_types", mvt_parent());
	d = opendir(dir);
	if (!d)
		return -errno;
	while ((de = readdir(d))) {
		const char *name = strrchr(de->d_name, '-');

		if (!name || strcmp(name + 1, mvt_type_name[type]))
			continue;
		if ((size_t)snprintf(path, size, "%s/%s", dir, de->d_name) <
		    size)
			ret = 0;
		break;
	}
	closedir(d);
	return ret;
}

int mvt_type_attr(unsigned int type, const char *attr, char *buf, size_t size)
{
	char dir[512], path[640];
	int err = mvt_type_dir(type, dir, sizeof(dir));

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	return mvt_read_str(path, buf, size);
}

int mvt_available(unsigned int type)
{
	char buf[32], *end;
	long n;
	int err;

	err = mvt_type_attr(type, "available_instances", buf, sizeof(buf));
	if (err)
		return err;
	n = strtol(buf, &end, 10);
	return end == buf || *end || n < 0 ? -EINVAL : n;
}

/* A fresh UUID: pid and counter, since randomness makes logs hard to read. */
void mvt_uuid(char uuid[MVT_UUID_LEN + 1])
{
	static unsigned int serial;

	snprintf(uuid, MVT_UUID_LEN + 1, UUID_PREFIX "4000-8000-%08x%04x",
		 (unsigned int)getpid(), serial++ & 0xffff);
}

int mvt_mdev_create(unsigned int type, const char *uuid)
{
	char dir[512], path[640];
	int err = mvt_type_dir(type, dir, sizeof(dir));

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/create", dir);
	return mvt_write_str(path, uuid);
}

int mvt_mdev_path(const char *uuid, const char *leaf, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s/%s", MDEV_DEVICES, uuid, leaf);

	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

int mvt_mdev_attr_u64(const char *uuid, const char *leaf, u64 *val)
{
	char path[256];
	int err = mvt_mdev_path(uuid, leaf, path, sizeof(path));

	return err ? err : mvt_read_u64(path, val);
}

u64 mvt_stat(const struct mvt_dev *dev, const char *name)
{
	char leaf[64];
	u64 val;

	snprintf(leaf, sizeof(leaf), "mvgpu/stats/%s", name);
	return mvt_mdev_attr_u64(dev->uuid, leaf, &val) ? ~0ULL : val;
}

/* Blocks while somebody holds the device open. */
int mvt_mdev_remove(const char *uuid)
{
	char path[256];
	int err = mvt_mdev_path(uuid, "remove", path, sizeof(path));

	return err ? err : mvt_write_str(path, "1");
}

/* All mediated devices of the host, the tests' or not. */
int mvt_mdev_count(void)
{
	struct dirent *de;
	int n = 0;
	DIR *d;

	d = opendir(MDEV_DEVICES);
	if (!d)
		return -errno;
	while ((de = readdir(d)))
		n += de->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Removes what a test that died has left. */
void mvt_purge(void)
{
	struct dirent *de;
	DIR *d;

	d = opendir(MDEV_DEVICES);
	if (!d)
		return;
	while ((de = readdir(d)))
		if (!strncmp(de->d_name, UUID_PREFIX, strlen(UUID_PREFIX)))
			mvt_mdev_remove(de->d_name);
	closedir(d);
}
