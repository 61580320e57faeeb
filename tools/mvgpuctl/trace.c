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

/* Our own buffer of events, beside what others trace; "": not made yet. */
static char instance[PATH_LEN];
/* Its trace_pipe. */
static int events = -1;

/* What is written, and the file that tells of a signal to end. */
static struct new_file json, svg;
static int signals = -1;

/* From now on no signal that can be blocked leaves anything behind. */
static void signals_block(void)
{
	static const int end[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGALRM, SIGUSR1,
		SIGUSR2,
	};
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(end); i++)
		sigaddset(&set, end[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		die_errno(errno, "signals", "see mvgpuctl doctor");
}

/* Those that have ended the trace are done with; who reads it may be slow. */
static void signals_unblock(void)
{
	struct signalfd_siginfo info;
	sigset_t set;

	while (read(signals, &info, sizeof(info)) > 0)
		;
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
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

	if (!*instance)
		return;
	snprintf(path, sizeof(path), "%s/events/mvgpu/enable", instance);
	sysfs_write(path, "0");
	/* It is busy while that is open. */
	if (events >= 0)
		close(events);
	if (rmdir(instance))
		fprintf(stderr, "mvgpuctl: %s stays: %s\n    rmdir it\n",
			instance, strerror(errno));
	*instance = 0;
}

/* On failure nothing stays but what was there. */
static void undo(void)
{
	instance_remove();
	file_drop(&json);
	file_drop(&svg);
}

static void instance_make(void)
{
	static const char *const event[] = { "queue", "submit", "preempt", "done" };
	char path[2 * PATH_LEN];
	size_t i;

	snprintf(instance, sizeof(instance), TRACEFS "/instances/mvgpuctl.%d",
		 getpid());
	if (mkdir(instance, 0700)) {
		int err = errno;

		*instance = 0;
		die_errno(err, "tracing", "see " TRACEFS "/instances");
	}
	instance_set("trace_clock", "mono");
	instance_set("buffer_size_kb", BUFFER);
	snprintf(path, sizeof(path), "%s/trace_pipe", instance);
	events = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (events < 0)
		die_errno(errno, path, "see mvgpuctl doctor");
	for (i = 0; i < ARRAY_SIZE(event); i++) {
		snprintf(path, sizeof(path),
			 "events/mvgpu/mvgpu_job_%s/enable", event[i]);
		instance_set(path, "1");
	}
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
static void drain(struct timeline *line)
{
	static char buf[65536];
	static size_t len;
	ssize_t n;

	while ((n = read(events, buf + len, sizeof(buf) - len)) > 0) {
		len = lines(line, buf, len + n);
		/* No event is that long. */
		if (len == sizeof(buf))
			len = 0;
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die(ST_FAILED, "see dmesg", "can't read events: %s",
		    strerror(errno));
}

static void collect(struct timeline *line, double seconds)
{
	struct pollfd p[] = {
		{ .fd = events, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	uint64_t now = rate_now(), end = now + seconds * 1e9;

	line->begin = now / 1000;
	while (!p[1].revents && (now = rate_now()) < end) {
		poll(p, ARRAY_SIZE(p), (end - now) / 1000000 + 1);
		drain(line);
	}
	/* To disable them takes a while. */
	line->end = rate_now() / 1000;
	instance_set("events/mvgpu/enable", "0");
	drain(line);
}

/* As any program would make it. */
static void create(struct new_file *file, const char *path)
{
	mode_t mask = umask(0);

	umask(mask);
	file_begin(file, path, 0666 & ~mask);
}

/* Before anything is made; a user who is not root can't even look. */
static void tracefs_check(void)
{
	if (!access(TRACEFS "/instances", F_OK))
		return;
	if (errno == EACCES)
		die_errno(errno, TRACEFS, "do it as root");
	die(ST_MISSING, "mount -t tracefs none " TRACEFS,
	    "there is no tracefs");
}

static void write_all(const struct timeline *line)
{
	/* No file can be left behind. */
	if (!*json.temp && !*svg.temp)
		signals_unblock();
	if (json.to)
		timeline_json(line, json.to);
	if (svg.to)
		timeline_svg(line, svg.to);
	if (json.to)
		file_commit(&json);
	if (svg.to)
		file_commit(&svg);
	if (!json.path && !svg.path)
		timeline_json(line, stdout);
}

/* Of those that are shown. Where the trace is on standard output, nothing else is. */
static void summary(const struct timeline *line)
{
	double seconds = (line->end - line->begin) / 1e6;
	unsigned int lanes = 0, i;
	size_t slices = 0, n;

	for (i = 0; i < line->nr_lanes; i++)
		lanes += line->lane[i].shown;
	for (n = 0; n < line->nr; n++)
		slices += line->lane[line->slice[n].lane].shown;
	if (opt.json && (json.path || svg.path)) {
		json_print(json_pack("{s:I, s:i, s:f, s:I}", "slices",
				     (json_int_t)slices, "vgpus", (int)lanes,
				     "seconds", seconds, "lost",
				     (json_int_t)line->lost));
		return;
	}
	fprintf(stderr, "%zu slices of %u vGPUs in %.1f s\n", slices, lanes,
		seconds);
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
	const char *json_path = NULL, *svg_path = NULL;
	struct timeline line = { };
	double seconds = 5;
	int c;

	while ((c = verb_getopt(argc, argv, "s:o:", options)) != -1) {
		if (c == 's')
			seconds = seconds_arg("seconds", optarg, 0.01, 3600);
		else if (c == 'o')
			json_path = optarg;
		else
			svg_path = optarg;
	}
	if (argc - optind > 1)
		die_usage("trace is about one, or all");
	if (!json_path && !svg_path && isatty(STDOUT_FILENO))
		die_usage("say where the trace is to go, with -o or --svg");
	dev_open();
	if (argc > optind)
		line.only = whom(argv[optind]);
	tracefs_check();
	die_after(undo);
	/* Who reads a FIFO may not be there: that can be interrupted. */
	if (json_path)
		create(&json, json_path);
	if (svg_path)
		create(&svg, svg_path);
	signals_block();
	instance_make();
	collect(&line, seconds);
	instance_remove();
	write_all(&line);
	summary(&line);
	timeline_free(&line);
	return ST_OK;
}
