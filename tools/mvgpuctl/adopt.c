// SPDX-License-Identifier: GPL-2.0
/* adopt, release: whose driver a virtio-gpu has */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/fb.h>
#include <linux/vt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mvgpuctl.h"

#define VIRTIO "/sys/bus/virtio"
#define VTCONSOLE "/sys/class/vtconsole"
#define OURS "mvgpu_virtio"
#define DRMS "virtio_gpu"
/* VIRTIO_ID_GPU, as sysfs writes it. */
#define GPU_ID "0x0010"

/**
 * struct device - a virtio-gpu
 * @virtio: "virtio3"
 * @driver: that it has; "": none
 */
struct device {
	char virtio[64];
	char driver[64];
};

static bool is_gpu(const char *virtio)
{
	char path[PATH_LEN], id[16];

	snprintf(path, sizeof(path), VIRTIO "/devices/%s/device", virtio);
	return !sysfs_read(path, id, sizeof(id)) && !strcmp(id, GPU_ID);
}

/* The virtio device of a PCI device, or that of this name. */
static bool device_match(const char *virtio, const char *name)
{
	char path[PATH_LEN], real[4096], *at;

	if (!strcmp(virtio, name))
		return true;
	snprintf(path, sizeof(path), VIRTIO "/devices/%s", virtio);
	if (!realpath(path, real))
		return false;
	at = strrchr(real, '/');
	if (!at)
		return false;
	*at = 0;
	at = strrchr(real, '/');
	return at && !strcmp(at + 1, name);
}

static struct device device_find(const char *name)
{
	struct device device = { };
	char path[PATH_LEN];
	struct dirent *de;
	DIR *d = opendir(VIRTIO "/devices");

	while (d && (de = readdir(d))) {
		if (*de->d_name == '.' || !is_gpu(de->d_name) ||
		    !device_match(de->d_name, name))
			continue;
		snprintf(device.virtio, sizeof(device.virtio), "%.63s",
			 de->d_name);
	}
	if (d)
		closedir(d);
	if (!*device.virtio)
		die(ST_MISSING,
		    "give its PCI address; mvgpuctl doctor lists what can be adopted",
		    "there is no virtio-gpu \"%s\"", name);
	snprintf(path, sizeof(path), VIRTIO "/devices/%s/driver",
		 device.virtio);
	sysfs_link(path, device.driver, sizeof(device.driver));
	return device;
}

/*
 * Who uses it
 */

/* Does a process have a file of this device open? */
static bool pid_uses(const char *pid, dev_t rdev)
{
	char dir[PATH_LEN], path[2 * PATH_LEN];
	struct dirent *de;
	struct stat st;
	bool uses = false;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%.32s/fd", pid);
	d = opendir(dir);
	while (d && !uses && (de = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		uses = !stat(path, &st) && S_ISCHR(st.st_mode) &&
		       st.st_rdev == rdev;
	}
	if (d)
		closedir(d);
	return uses;
}

static void refuse_if_open(const struct device *device, const char *node)
{
	char path[PATH_LEN], comm[64] = "?";
	struct dirent *de;
	struct stat st;
	DIR *d;

	if (stat(node, &st))
		return;
	d = opendir("/proc");
	while (d && (de = readdir(d))) {
		/* What we have open we were given by another. */
		if (*de->d_name < '0' || *de->d_name > '9' ||
		    atoi(de->d_name) == getpid() ||
		    !pid_uses(de->d_name, st.st_rdev))
			continue;
		snprintf(path, sizeof(path), "/proc/%.32s/comm", de->d_name);
		sysfs_read(path, comm, sizeof(comm));
		die(ST_BUSY, "end it, or use --force, which takes its GPU away",
		    "%s is in use: process %s (%s) has %s open",
		    device->virtio, de->d_name, comm, node);
	}
	if (d)
		closedir(d);
}

/* Are framebuffers what text consoles are on? */
static bool consoles_are_fb(void)
{
	char path[PATH_LEN], name[64], bound[8];
	int i;

	for (i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), VTCONSOLE "/vtcon%d/name", i);
		if (sysfs_read(path, name, sizeof(name)) ||
		    !strstr(name, "frame buffer"))
			continue;
		snprintf(path, sizeof(path), VTCONSOLE "/vtcon%d/bind", i);
		if (!sysfs_read(path, bound, sizeof(bound)) && *bound == '1')
			return true;
	}
	return false;
}

/* Is one of them on this framebuffer? What can't be asked may be. */
static bool console_is_on(const char *node)
{
	struct fb_con2fbmap map = { .console = 1 };
	unsigned int number;
	bool is = false;
	int fd;

	if (sscanf(node, "/dev/fb%u", &number) != 1)
		return false;
	fd = open(node, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	for (; !is && map.console <= MAX_NR_CONSOLES; map.console++)
		is = ioctl(fd, FBIOGET_CON2FBMAP, &map) ||
		     map.framebuffer == number;
	close(fd);
	return is;
}

static void refuse_if_console(const struct device *device, const char *node)
{
	if (consoles_are_fb() && console_is_on(node))
		die(ST_BUSY,
		    "use --force if that console can go, or boot with fbcon=map:9",
		    "%s is in use: the text console is on it", device->virtio);
}

/* Each of the device's nodes in /dev that begins with @prefix. */
static void for_nodes(const struct device *device, const char *class,
		      const char *prefix, const char *dev,
		      void (*refuse)(const struct device *device,
				     const char *node))
{
	char path[PATH_LEN];
	struct dirent *de;
	DIR *d;

	/* They are the PCI device's, which the virtio device is a part of. */
	snprintf(path, sizeof(path), VIRTIO "/devices/%s/../%s",
		 device->virtio, class);
	d = opendir(path);
	while (d && (de = readdir(d))) {
		if (strncmp(de->d_name, prefix, strlen(prefix)))
			continue;
		snprintf(path, sizeof(path), "%s/%.63s", dev, de->d_name);
		refuse(device, path);
	}
	if (d)
		closedir(d);
}

static void refuse_if_used(const struct device *device)
{
	for_nodes(device, "graphics", "fb", "/dev", refuse_if_console);
	for_nodes(device, "graphics", "fb", "/dev", refuse_if_open);
	for_nodes(device, "drm", "card", "/dev/dri", refuse_if_open);
	for_nodes(device, "drm", "render", "/dev/dri", refuse_if_open);
}

/*
 * From one driver to another
 */

static int driver_write(const char *driver, const char *file,
			const char *virtio)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), VIRTIO "/drivers/%s/%s", driver, file);
	return sysfs_write(path, virtio);
}

static void need_driver(const char *driver)
{
	char path[PATH_LEN], next[128];

	snprintf(path, sizeof(path), VIRTIO "/drivers/%s", driver);
	snprintf(next, sizeof(next), "modprobe %s", driver);
	if (access(path, F_OK))
		die(ST_UNLOADED, next, "driver %s is not loaded", driver);
	snprintf(path, sizeof(path), VIRTIO "/drivers/%s/bind", driver);
	if (access(path, W_OK))
		die(ST_DENIED, "do it as root", "not allowed to bind drivers");
}

/* It goes back to whom it came from if the other does not take it. */
static void hand_over(const struct device *device, const char *to)
{
	const char *back;
	int err;

	if (*device->driver) {
		err = driver_write(device->driver, "unbind", device->virtio);
		if (err)
			die_errno(-err, device->virtio, "see the kernel's log");
	}
	err = driver_write(to, "bind", device->virtio);
	if (!err)
		return;
	if (!*device->driver)
		back = "it has no driver, as before";
	else if (driver_write(device->driver, "bind", device->virtio))
		back = "nor does its old driver: it has none now";
	else
		back = "its old driver has it again";
	die(ST_FAILED, "see the kernel's log", "%s does not take %s (%s); %s",
	    to, device->virtio, strerror(-err), back);
}

static void told(const struct device *device, const char *driver)
{
	if (opt.json)
		json_print(json_pack("{s:s, s:s}", "device", device->virtio,
				     "driver", driver));
}

/* The options and the one operand that both verbs have. */
static const char *parse(int argc, char **argv, bool *force)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ }
	};

	*force = false;
	while (verb_getopt(argc, argv, "f", options) != -1)
		*force = true;
	if (optind != argc - 1)
		die_usage("%s wants one device", opt.verb->name);
	return argv[optind];
}

int verb_adopt(int argc, char **argv)
{
	struct device device;
	const char *name;
	bool force;

	name = parse(argc, argv, &force);
	device = device_find(name);
	need_driver(OURS);
	if (strcmp(device.driver, OURS)) {
		if (!force)
			refuse_if_used(&device);
		hand_over(&device, OURS);
	}
	told(&device, OURS);
	return ST_OK;
}

static void release_vgpus(const struct mvgpu_gpu_info *gpu, bool force)
{
	struct mvgpu_vgpu_info *vgpus;
	char path[PATH_LEN];
	uint32_t i, nr = dev_vgpus(gpu->id, &vgpus);
	int err;

	if (nr && !force)
		die(ST_BUSY,
		    "mvgpuctl destroy them, or use --force, which waits until VMs let go",
		    "GPU %s has %u vGPU(s)", gpu->name, nr);
	for (i = 0; i < nr; i++) {
		vgpu_path(vgpus[i].name, "remove", path);
		err = sysfs_write(path, "1");
		if (err && err != -ENOENT)
			die_errno(-err, vgpus[i].name, "see the kernel's log");
	}
	free(vgpus);
}

int verb_release(int argc, char **argv)
{
	struct mvgpu_gpu_info gpu;
	struct device device;
	bool force;

	gpu = find_gpu(parse(argc, argv, &force));
	if (strcmp(gpu.backend, "virtio"))
		die(ST_FAILED, "modprobe -r mvgpu_sim takes a GPU in software away",
		    "GPU %s was not adopted: its backend is %s", gpu.name,
		    gpu.backend);
	device = device_find(gpu.name);
	need_driver(DRMS);
	release_vgpus(&gpu, force);
	hand_over(&device, DRMS);
	told(&device, DRMS);
	return ST_OK;
}
