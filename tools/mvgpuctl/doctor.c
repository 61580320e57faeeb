// SPDX-License-Identifier: GPL-2.0
/* doctor: is all there that vGPUs need, and what is to be done if not? */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mvgpuctl.h"

enum verdict { GOOD, WARNING, BAD };

/**
 * struct report - what was found
 * @checks: for JSON
 * @bad: that are BAD
 */
static struct report {
	json_t *checks;
	unsigned int bad;
} report;

static void check(enum verdict verdict, const char *next, const char *fmt, ...)
	__printf(3, 4);

static void check(enum verdict verdict, const char *next, const char *fmt, ...)
{
	static const char *const word[] = { "ok", "warning", "bad" };
	static const enum colour colour[] = { GREEN, YELLOW, RED };
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report.bad += verdict == BAD;
	if (opt.json) {
		json_array_append_new(report.checks,
				      json_pack("{s:s, s:s, s:s*}", "verdict",
						word[verdict], "what", text,
						"next", next));
		return;
	}
	printf("%s%-7s%s  %s\n", colour_on(colour[verdict]), word[verdict],
	       colour_off(), text);
	if (next)
		printf("         -> %s\n", next);
}

/*
 * Kernel and modules
 */

/* Is CONFIG_NAME y or m? -1: nobody knows. */
static int config_has(const char *release, const char *name)
{
	char path[PATH_LEN], line[256];
	size_t len = strlen(name);
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/boot/config-%s", release);
	f = fopen(path, "re");
	if (!f) {
		snprintf(path, sizeof(path), "/lib/modules/%s/config", release);
		f = fopen(path, "re");
	}
	if (!f)
		return -1;
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, name, len) && line[len] == '=' &&
			(line[len + 1] == 'y' || line[len + 1] == 'm');
	fclose(f);
	return found;
}

static void check_kernel(void)
{
	static const char *const wanted[] = {
		"CONFIG_VFIO", "CONFIG_VFIO_MDEV", "CONFIG_VIRTIO_PCI",
	};
	struct utsname name;
	bool good = true;
	size_t i;
	int has;

	uname(&name);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		has = config_has(name.release, wanted[i]);
		if (has < 0) {
			check(WARNING, "look at its configuration for CONFIG_VFIO_MDEV",
			      "kernel %s: its configuration is not in /boot",
			      name.release);
			return;
		}
		if (has)
			continue;
		good = false;
		check(BAD, "boot a kernel that has it (Debian: not the cloud flavour)",
		      "kernel %s lacks %s", name.release, wanted[i]);
	}
	if (good)
		check(GOOD, NULL, "kernel %s", name.release);
}

static bool module_loaded(const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

static void check_modules(void)
{
	if (!module_loaded("mvgpu"))
		check(BAD, "modprobe mvgpu_virtio, or mvgpu_sim for a GPU in software",
		      "module mvgpu is not loaded");
	else if (!module_loaded("mvgpu_virtio") && !module_loaded("mvgpu_sim"))
		check(BAD, "modprobe mvgpu_virtio, or mvgpu_sim for a GPU in software",
		      "no backend is loaded");
	else
		check(GOOD, NULL, "modules mvgpu and a backend are loaded");
	if (!module_loaded("mvgpu_mdev"))
		check(BAD, "modprobe mvgpu_mdev",
		      "module mvgpu_mdev is not loaded: VMs can have no vGPU");
	else
		check(GOOD, NULL, "module mvgpu_mdev is loaded");
	if (!module_loaded("vfio_iommu_type1"))
		check(WARNING, "modprobe vfio_iommu_type1 (QEMU's and libvirt's users can't)",
		      "module vfio_iommu_type1 is not loaded");
	else
		check(GOOD, NULL, "module vfio_iommu_type1 is loaded");
}

/*
 * GPUs
 */

static void check_vgpus(const struct mvgpu_gpu_info *gpu)
{
	struct mvgpu_vgpu_info *vgpus;
	uint32_t i, nr = dev_vgpus(gpu->id, &vgpus);

	for (i = 0; i < nr; i++) {
		if (vgpus[i].state == MVGPU_STATE_BANNED)
			check(WARNING, "look at that guest, then mvgpuctl reset it",
			      "vGPU %s is banned: it hung the GPU too often",
			      vgpus[i].name);
		if (vgpus[i].state == MVGPU_STATE_BROKEN)
			check(WARNING, "reboot that guest",
			      "vGPU %s is broken: its driver broke a rule",
			      vgpus[i].name);
	}
	free(vgpus);
}

/* Has the driver of this virtio-gpu accepted it? */
static bool has_feature(const struct mvgpu_gpu_info *gpu, unsigned int bit)
{
	char path[PATH_LEN], bits[80] = "";
	glob_t found;

	gpu_path(gpu, "virtio*/features", path);
	if (!glob(path, 0, NULL, &found))
		sysfs_read(found.gl_pathv[0], bits, sizeof(bits));
	globfree(&found);
	return strlen(bits) > bit && bits[bit] == '1';
}

/* Has whoever booted this kernel asked that all that is mapped be copied? */
static bool swiotlb_forced(void)
{
	char line[4096], *word, *save;

	if (sysfs_read("/proc/cmdline", line, sizeof(line)))
		return false;
	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strncmp(word, "swiotlb=", 8) &&
		    (!strcmp(word + 8, "force") || strstr(word, ",force")))
			return true;
	return false;
}

/*
 * What keeps a physical GPU from the rest of memory. Guests are kept from it in any
 * case: what they name is looked up before the GPU is told.
 */
static void check_iommu(const struct mvgpu_gpu_info *gpu)
{
	bool asks = has_feature(gpu, VIRTIO_F_ACCESS_PLATFORM);
	char path[PATH_LEN], type[16] = "";

	gpu_path(gpu, "iommu_group/type", path);
	sysfs_read(path, type, sizeof(type));
	if (asks && !strncmp(type, "DMA", 3))
		check(GOOD, NULL, "GPU %s is held by the IOMMU to what is mapped for it%s",
		      gpu->name, strcmp(type, "DMA") ?
		      ", and some ms longer (iommu.strict=0)" : " (iommu.strict=1)");
	else if (asks && swiotlb_forced() && has_feature(gpu, VIRTIO_GPU_F_VIRGL))
		check(WARNING,
		      *type ? "boot without swiotlb=force, or without iommu.passthrough=1" :
			      "boot without swiotlb=force, or switch the IOMMU on",
		      "GPU %s gets copies of memory: its vGPUs have no 3D",
		      gpu->name);
	else if (!*type)
		check(GOOD,
		      "if the GPU itself is not trusted: switch it on (firmware, intel_iommu=on)",
		      "GPU %s can reach all memory: there is no IOMMU, and vGPUs need none",
		      gpu->name);
	else if (!asks)
		check(GOOD, "if the GPU itself is not trusted: iommu_platform=on for it, in QEMU",
		      "GPU %s can reach all memory: it goes past the IOMMU, which vGPUs do not need",
		      gpu->name);
	else
		check(GOOD, "if the GPU itself is not trusted: boot without iommu.passthrough=1",
		      "GPU %s can reach all memory: the IOMMU lets it (%s), and vGPUs need none",
		      gpu->name, type);
}

static void check_gpus(void)
{
	struct mvgpu_gpu_info *gpus;
	char path[PATH_LEN];
	uint32_t i, nr;

	nr = dev_gpus(&gpus);
	if (!nr)
		check(BAD, "mvgpuctl adopt a virtio-gpu, or modprobe mvgpu_sim",
		      "mvgpu has no GPU");
	for (i = 0; i < nr; i++) {
		check(GOOD, NULL, "GPU %s: %s, %u vGPU(s), %u of %u units used",
		      gpus[i].name, gpus[i].backend, gpus[i].vgpus,
		      gpus[i].units_used, gpus[i].units);
		gpu_path(&gpus[i], "mdev_supported_types", path);
		if (module_loaded("mvgpu_mdev") && access(path, F_OK))
			check(BAD, "see the kernel's log",
			      "GPU %s offers no types", gpus[i].name);
		if (!strcmp(gpus[i].bus, "pci"))
			check_iommu(&gpus[i]);
		check_vgpus(&gpus[i]);
	}
	free(gpus);
}

static void check_device(void)
{
	int fd = open("/dev/mvgpu", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		check(GOOD, NULL, "/dev/mvgpu can be read");
		check_gpus();
		return;
	}
	if (errno == EACCES)
		check(BAD, "do it as root, or join the group that owns it",
		      "/dev/mvgpu: not allowed");
	else if (errno == EBUSY)
		check(BAD, "end some of those who watch it",
		      "/dev/mvgpu: too many have it open");
	else
		check(BAD, "load the modules", "/dev/mvgpu: %s",
		      strerror(errno));
}

/* virtio-gpus that another driver has. */
static void check_others(void)
{
	char path[PATH_LEN], id[16], driver[64], next[128];
	struct dirent *de;
	DIR *d = opendir("/sys/bus/virtio/devices");

	while (d && (de = readdir(d))) {
		snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%.63s/device",
			 de->d_name);
		if (*de->d_name == '.' || sysfs_read(path, id, sizeof(id)) ||
		    strcmp(id, "0x0010"))
			continue;
		snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%.63s/driver",
			 de->d_name);
		if (sysfs_link(path, driver, sizeof(driver)))
			snprintf(driver, sizeof(driver), "no driver");
		snprintf(next, sizeof(next), "mvgpuctl adopt %.63s", de->d_name);
		if (strcmp(driver, "mvgpu_virtio"))
			check(WARNING, next,
			      "virtio-gpu %s is not shared: it has %s",
			      de->d_name, driver);
	}
	if (d)
		closedir(d);
}

/*
 * Limits
 */

static void check_memlock(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	/* What a guest with one screen draws from. The soft limit counts. */
	if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < 256UL << 20)
		check(WARNING,
		      "raise it for QEMU's user (ulimit -l, limits.conf); libvirt does so by itself",
		      "memory that may be locked: %s",
		      bytes_text(limit.rlim_cur));
	else
		check(GOOD, NULL, "memory that may be locked is enough");
}

int verb_doctor(int argc, char **argv)
{
	verb_getopt(argc, argv, "", NULL);
	if (optind < argc)
		die_usage("doctor takes no \"%s\"", argv[optind]);
	report.checks = json_array();
	check_kernel();
	check_modules();
	check_device();
	check_others();
	check_memlock();
	if (opt.json)
		json_print(json_pack("{s:b, s:o}", "good", !report.bad,
				     "checks", report.checks));
	return report.bad ? ST_FAILED : ST_OK;
}
