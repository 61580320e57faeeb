// SPDX-License-Identifier: GPL-2.0
/* Time, files and processes. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "mvt.h"

u64 mvt_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

void mvt_msleep(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Reads a short file, without its last newline. */
int mvt_read_str(const char *path, char *buf, size_t size)
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
	buf[n] = 0;
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = 0;
	return 0;
}

int mvt_read_u64(const char *path, u64 *val)
{
	char buf[64], *end;
	int err = mvt_read_str(path, buf, sizeof(buf));

	if (err)
		return err;
	errno = 0;
	*val = strtoull(buf, &end, 0);
	return errno || end == buf || *end ? -EINVAL : 0;
}

/* One write(), so that what a sysfs store returns is seen. */
int mvt_write_str(const char *path, const char *val)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, val, strlen(val));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

bool mvt_exists(const char *path)
{
	return !access(path, F_OK);
}

int mvt_meminfo_kb(const char *key, u64 *kb)
{
	FILE *f = fopen("/proc/meminfo", "re");
	size_t len = strlen(key);
	char line[128];
	int ret = -ENOENT;

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, len) || line[len] != ':')
			continue;
		*kb = strtoull(line + len + 1, NULL, 10);
		ret = 0;
		break;
	}
	fclose(f);
	return ret;
}

/* Waits for an eventfd and takes its count; 0, -ETIMEDOUT or another errno. */
int mvt_wait_fd(int fd, unsigned int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 count;
	int n;

	n = poll(&p, 1, timeout_ms);
	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	return read(fd, &count, sizeof(count)) == sizeof(count) ? 0 : -errno;
}

int mvt_wait_pid(int pid, unsigned int timeout_ms, int *status)
{
	u64 end = mvt_now_ms() + timeout_ms;
	int ret;

	for (;;) {
		ret = waitpid(pid, status, WNOHANG);
		if (ret < 0)
			return -errno;
		if (ret)
			return 0;
		if (mvt_now_ms() >= end)
			return -ETIMEDOUT;
		mvt_msleep(5);
	}
}

/* An oops (D, bit 7) or a WARN (W, bit 9) or a soft lockup (L, bit 14). */
bool mvt_kernel_tainted_by_fault(void)
{
	u64 taint;

	if (mvt_read_u64("/proc/sys/kernel/tainted", &taint))
		return false;
	return taint & ((1 << 7) | (1 << 9) | (1 << 14));
}

/* Of one of mvgpu's events: MVT_TRACING "/trace" has what happens from now on. */
int mvt_trace_begin(const char *event)
{
	char path[128];

	/* Of a run that was killed. */
	rmdir(MVT_TRACING);
	if (mkdir(MVT_TRACING, 0700))
		return -errno;
	snprintf(path, sizeof(path), MVT_TRACING "/events/mvgpu/%s/enable",
		 event);
	/* Clocks of two CPUs may differ. */
	return mvt_write_str(MVT_TRACING "/trace_clock", "counter") ?:
	       mvt_write_str(path, "1");
}

int mvt_trace_end(void)
{
	return rmdir(MVT_TRACING) ? -errno : 0;
}
