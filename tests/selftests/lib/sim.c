// SPDX-License-Identifier: GPL-2.0
/* Fault knobs of the software GPU. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mvt.h"

/* Debugfs directory of the software GPU, by the name of the parent. */
int mvt_sim_path(const char *knob, char *path, size_t size)
{
	const char *name = strrchr(mvt_parent(), '/');
	int n;

	if (!mvt_parent_is_sim() || !name)
		return -ENODEV;
	n = snprintf(path, size, "/sys/kernel/debug%s/%s", name, knob);
	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

int mvt_sim_set(const char *knob, const char *val)
{
	char path[256];
	int err = mvt_sim_path(knob, path, sizeof(path));

	return err ? err : mvt_write_str(path, val);
}

int mvt_sim_set_u64(const char *knob, u64 val)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%llu", (unsigned long long)val);
	return mvt_sim_set(knob, buf);
}

/* No fault, no delay. */
void mvt_sim_defaults(void)
{
	static const char *const none[] = {
		"delay_ns", "fail_nth", "drop_nth", "hang_nth", "corrupt_nth",
		"prepare_fail_nth", "reset_fail_nth",
	};
	unsigned int i;

	if (!mvt_parent_is_sim())
		return;
	for (i = 0; i < ARRAY_SIZE(none); i++)
		mvt_sim_set_u64(none[i], 0);
	mvt_sim_set_u64("fail_count", 1);
	mvt_sim_set_u64("preempt", 1);
	mvt_sim_set_u64("ns_per_command", 20000);
	mvt_sim_set_u64("ns_per_kib", 100);
	mvt_sim_set_u64("ns_per_stream_command", 2000);
	mvt_sim_set("mode", "timed");
}

int mvt_sim_get_u64(const char *knob, u64 *val)
{
	char path[256];
	int err = mvt_sim_path(knob, path, sizeof(path));

	return err ? err : mvt_read_u64(path, val);
}

/*
 * GPU ids of the resources of a size: at most @nr of them into @id. Return: how
 * many there are, or a negative errno.
 */
int mvt_sim_find(u32 width, u32 height, u32 *id, unsigned int nr)
{
	unsigned int i, w, h, format;
	char path[256], line[128];
	int n = 0;
	FILE *f;

	n = mvt_sim_path("resources", path, sizeof(path));
	if (n)
		return n;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u %u %u %u", &i, &format, &w, &h) != 4 ||
		    w != width || h != height)
			continue;
		if ((unsigned int)n < nr)
			id[n] = i;
		n++;
	}
	fclose(f);
	return n;
}

/* Pixels of the resource with a GPU id. Return: bytes, or a negative errno. */
ssize_t mvt_sim_readback(u32 id, void *buf, size_t size)
{
	char path[256], text[16];
	ssize_t n, sum = 0;
	int fd, err;

	err = mvt_sim_path("readback", path, sizeof(path));
	if (err)
		return err;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%u", id);
	if (pwrite(fd, text, n, 0) != n) {
		err = -errno;
		close(fd);
		return err;
	}
	do {
		n = pread(fd, (char *)buf + sum, size - sum, sum);
		if (n < 0)
			sum = -errno;
		else
			sum += n;
	} while (n > 0 && (size_t)sum < size);
	close(fd);
	return sum;
}

/* Milliseconds after which the watchdog ends a job; any GPU. */
int mvt_set_job_timeout_ms(unsigned int ms)
{
	char path[256], text[16];

	snprintf(path, sizeof(path), "%s/mvgpu/job_timeout_ms", mvt_parent());
	snprintf(text, sizeof(text), "%u", ms);
	return mvt_write_str(path, text);
}

int mvt_get_job_timeout_ms(u64 *ms)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/mvgpu/job_timeout_ms", mvt_parent());
	return mvt_read_u64(path, ms);
}
