// SPDX-License-Identifier: GPL-2.0
/* trace: which job of which vGPU was on the engine when */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rate.h"
#include "trace.h"

#define TRACEFS "/sys/kernel/tracing"
/* KiB for each processor: some seconds of a busy GPU, should we be late. */
#define BUFFER "8192"

/* Our own buffer of events, beside what others trace. */
static char instance[PATH_LEN];

/* A file that tells of a signal to end. */
static int signals_open(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die_errno(errno, "signals", "see mvgpuctl doctor");
	return fd;
}

static void instance_set(const char *leaf, const char *text)
{
	char path[2 * PATH_LEN];
	int err;

	snprintf(path, sizeof(path), "%s/%s", instance, leaf);
	err = sysfs_write(path, text);
	if (err)
		die(ST_FAILED, "is the kernel built with CONFIG_FTRACE, and mvgpu loaded?",
		    "%s: %s", path, strerror(-err));
}

static void instance_remove(void)
{
	char path[2 * PATH_LEN];

	snprintf(path, sizeof(path), "%s/events/mvgpu/enable", instance);
	sysfs_write(path, "0");
	rmdir(instance);
}

/* Return: its trace_pipe. */
static int instance_make(void)
{
	static const char *const event[] = { "queue", "submit", "preempt", "done" };
	char path[2 * PATH_LEN];
	size_t i;
	int fd;

	if (access(TRACEFS "/instances", F_OK))
		die(ST_MISSING, "mount -t tracefs none " TRACEFS,
		    "there is no tracefs");
	snprintf(instance, sizeof(instance), TRACEFS "/instances/mvgpuctl.%d",
		 getpid());
	if (mkdir(instance, 0700))
		die_errno(errno, "tracing", "see " TRACEFS "/instances");
	die_after(instance_remove);
	instance_set("trace_clock", "mono");
	instance_set("buffer_size_kb", BUFFER);
	snprintf(path, sizeof(path), "%s/trace_pipe", instance);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die_errno(errno, path, "see mvgpuctl doctor");
	for (i = 0; i < ARRAY_SIZE(event); i++) {
		snprintf(path, sizeof(path),
			 "events/mvgpu/mvgpu_job_%s/enable", event[i]);
		instance_set(path, "1");
	}
	return fd;
}

/* Lines of what was read; the beginning of the next one stays in @buf. */
static size_t lines(struct timeline *line, char *buf, size_t len)
{
	char *at = buf, *end;

	while ((end = memchr(at, '\n', buf + len - at))) {
		*end = 0;
		timeline_line(line, at);
		at = end + 1;
	}
	len -= at - buf;
	memmove(buf, at, len);
	return len;
}

/* What there is. */
static void drain(int fd, struct timeline *line)
{
	static char buf[65536];
	static size_t len;
	ssize_t n;

	while ((n = read(fd, buf + len, sizeof(buf) - len)) > 0) {
		len = lines(line, buf, len + n);
		/* No event is that long. */
		if (len == sizeof(buf))
			len = 0;
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die(ST_FAILED, "see dmesg", "can't read events: %s",
		    strerror(errno));
}

static void collect(int fd, struct timeline *line, double seconds)
{
	struct pollfd p[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signals_open(), .events = POLLIN },
	};
	uint64_t now = rate_now(), end = now + seconds * 1e9;

	line->begin = now / 1000;
	while (!p[1].revents && (now = rate_now()) < end) {
		poll(p, ARRAY_SIZE(p), (end - now) / 1000000 + 1);
		drain(fd, line);
	}
	close(p[1].fd);
	/* To disable them takes a while. */
	line->end = rate_now() / 1000;
	instance_set("events/mvgpu/enable", "0");
	drain(fd, line);
}

static FILE *create(const char *path)
{
	FILE *to = fopen(path, "we");

	if (!to)
		die_errno(errno, path, "name a file in a directory that there is");
	return to;
}

static void summary(const struct timeline *line)
{
	fprintf(stderr, "%zu slices of %u vGPUs in %.1f s\n", line->nr,
		line->nr_lanes, (line->end - line->begin) / 1e6);
	if (line->lost)
		fprintf(stderr, "%llu events were lost: the picture has gaps\n",
			(unsigned long long)line->lost);
}

/* The whole name of the vGPU or GPU that is meant. */
static const char *whom(const char *name)
{
	static struct mvgpu_gpu_info gpu;
	static struct mvgpu_vgpu_info vgpu;

	return find_either(name, &vgpu, &gpu) ? vgpu.name : gpu.name;
}

int verb_trace(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "output", required_argument, NULL, 'o' },
		{ "svg", required_argument, NULL, 'v' },
		{ }
	};
	FILE *json = NULL, *svg = NULL;
	struct timeline line = { };
	double seconds = 5;
	int c, fd;

	while ((c = verb_getopt(argc, argv, "s:o:", options)) != -1) {
		if (c == 's')
			seconds = seconds_arg("seconds", optarg, 0.01, 3600);
		else if (c == 'o')
			json = create(optarg);
		else
			svg = create(optarg);
	}
	if (argc - optind > 1)
		die_usage("trace is about one, or all");
	if (!json && !svg && isatty(STDOUT_FILENO))
		die_usage("say where the trace is to go, with -o or --svg");
	dev_open();
	if (argc > optind)
		line.only = whom(argv[optind]);
	fd = instance_make();
	collect(fd, &line, seconds);
	close(fd);
	instance_remove();
	die_after(NULL);
	if (json || !svg)
		timeline_json(&line, json ?: stdout);
	if (svg)
		timeline_svg(&line, svg);
	summary(&line);
	timeline_free(&line);
	return ST_OK;
}
