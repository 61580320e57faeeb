// SPDX-License-Identifier: GPL-2.0
/* events */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rate.h"

#define BATCH 64

/**
 * struct wish - when to end
 * @follow: not after the first
 * @left: events; 0: no limit
 * @end: ns, CLOCK_MONOTONIC; 0: never
 * @seen: there was one
 */
struct wish {
	bool follow;
	uint64_t left;
	uint64_t end;
	bool seen;
};

static const char *event_colour(uint32_t type)
{
	switch (type) {
	case MVGPU_EVENT_LOST:
	case MVGPU_EVENT_HUNG:
	case MVGPU_EVENT_BANNED:
	case MVGPU_EVENT_BROKEN:
		return colour_on(RED);
	case MVGPU_EVENT_QUOTA:
		return colour_on(YELLOW);
	default:
		return "";
	}
}

/* The kernel tells of its clock that does not jump; people want the other one. */
static double wall_time(uint64_t ns)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	return real.tv_sec + real.tv_nsec / 1e9 - (rate_now() - ns) / 1e9;
}

static void print_text(const struct mvgpu_event *event)
{
	double when = wall_time(event->time_ns);
	time_t seconds = when;
	char text[16];

	strftime(text, sizeof(text), "%H:%M:%S", localtime(&seconds));
	if (event->lost)
		printf("%s%s.%03u  %llu event(s) lost; see mvgpuctl list%s\n",
		       colour_on(RED), text,
		       (unsigned int)((when - seconds) * 1000),
		       (unsigned long long)event->lost, colour_off());
	if (event->type == MVGPU_EVENT_LOST)
		return;
	printf("%s.%03u  %s%-9s%s  %s  %s", text,
	       (unsigned int)((when - seconds) * 1000),
	       event_colour(event->type), event_text(event->type),
	       *event_colour(event->type) ? colour_off() : "",
	       event->vgpu == MVGPU_NO_VGPU ? "GPU " : "vGPU", event->name);
	if (event->count > 1)
		printf("  (%llu times)", (unsigned long long)event->count);
	putchar('\n');
}

static void print_event(const struct mvgpu_event *event)
{
	if (!opt.json) {
		print_text(event);
		fflush(stdout);
		return;
	}
	json_line(json_pack("{s:f, s:s, s:b, s:s, s:I, s:I}",
			    "time", wall_time(event->time_ns),
			    "event", event_text(event->type),
			    "is_gpu", event->vgpu == MVGPU_NO_VGPU &&
			    event->type != MVGPU_EVENT_LOST,
			    "name", event->name,
			    "count", (json_int_t)event->count,
			    "lost", (json_int_t)event->lost));
}

/* Print what was read. Return: true: that is all that was wished for. */
static bool print_batch(const char *buf, ssize_t len, struct wish *wish)
{
	struct mvgpu_event event;
	ssize_t at = 0;

	while (len - at >= (ssize_t)sizeof(event)) {
		memcpy(&event, buf + at, sizeof(event));
		if (event.size < sizeof(event))
			die(ST_FAILED, "is mvgpuctl newer than the modules?",
			    "an event is shorter than it can be");
		at += event.size;
		event.name[sizeof(event.name) - 1] = 0;
		print_event(&event);
		wish->seen = true;
		if (wish->left && !--wish->left)
			return true;
	}
	return !wish->follow && !wish->left;
}

/* Return: false: time is up. */
static bool wait_for_events(int fd, const struct wish *wish)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int timeout = -1, n;
	uint64_t now;

	do {
		if (wish->end) {
			now = rate_now();
			if (now >= wish->end)
				return false;
			timeout = (wish->end - now) / 1000000 + 1;
		}
		n = poll(&p, 1, timeout);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

int verb_events(int argc, char **argv)
{
	static const struct option options[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'n' },
		{ "timeout", required_argument, NULL, 't' },
		{ }
	};
	static char buf[BATCH * sizeof(struct mvgpu_event)];
	struct wish wish = { };
	ssize_t n;
	int c, fd;

	while ((c = verb_getopt(argc, argv, "fn:t:", options)) != -1) {
		if (c == 'f')
			wish.follow = true;
		else if (c == 'n')
			wish.left = number_arg("count", optarg, 1, UINT32_MAX);
		else
			wish.end = rate_now() + 1e9 *
				   seconds_arg("timeout", optarg, 0, 86400);
	}
	if (optind < argc)
		die_usage("events takes no \"%s\"", argv[optind]);
	fd = dev_open();
	while (wait_for_events(fd, &wish)) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno != EINTR)
			die(ST_FAILED, "see mvgpuctl doctor",
			    "can't read events: %s", strerror(errno));
		if (n > 0 && print_batch(buf, n, &wish))
			return ST_OK;
	}
	if (wish.seen)
		return ST_OK;
	die(ST_FAILED, "a longer --timeout waits for longer",
	    "nothing happened in that time");
}
