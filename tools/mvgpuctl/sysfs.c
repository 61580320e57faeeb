// SPDX-License-Identifier: GPL-2.0
/* Files of sysfs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mvgpuctl.h"

int sysfs_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	if (n && buf[n - 1] == '\n')
		n--;
	buf[n] = 0;
	return 0;
}

/* In one write(), which says what the kernel thinks of it. */
int sysfs_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

void gpu_path(const struct mvgpu_gpu_info *gpu, const char *leaf,
	      char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "/sys/bus/%s/devices/%s/%s", gpu->bus,
		 gpu->name, leaf);
}

void vgpu_path(const char *uuid, const char *leaf, char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "/sys/bus/mdev/devices/%s/%s", uuid, leaf);
}

/* What precedes the last "-" is the name of the GPU's driver. */
int type_path(const struct mvgpu_gpu_info *gpu, const char *type,
	      char path[PATH_LEN])
{
	char dir[PATH_LEN];
	struct dirent *de;
	const char *name;
	int ret = -EINVAL;
	DIR *d;

	if (!strncmp(type, "mvgpu_", 6))
		type += 6;
	gpu_path(gpu, "mdev_supported_types", dir);
	d = opendir(dir);
	if (!d)
		return -errno;
	while ((de = readdir(d))) {
		name = strrchr(de->d_name, '-');
		if (!name || strncmp(name + 1, "mvgpu_", 6) ||
		    strcmp(name + 7, type))
			continue;
		if (snprintf(path, PATH_LEN, "%s/%s", dir, de->d_name) <
		    PATH_LEN)
			ret = 0;
		break;
	}
	closedir(d);
	return ret;
}

int sysfs_link(const char *path, char *buf, size_t size)
{
	char target[PATH_LEN];
	const char *name;
	ssize_t n;

	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	name = strrchr(target, '/');
	snprintf(buf, size, "%s", name ? name + 1 : target);
	return 0;
}
