// SPDX-License-Identifier: GPL-2.0
/* What is told, and how arguments are understood. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mvgpuctl.h"

static void (*before_death)(void);

void die_after(void (*cleanup)(void))
{
	before_death = cleanup;
}

static void say(const char *next, const char *fmt, va_list args)
{
	if (before_death)
		before_death();
	fflush(stdout);
	fputs("mvgpuctl: ", stderr);
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n    %s\n", next);
}

void die(enum status status, const char *next, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(next, fmt, args);
	va_end(args);
	exit(status);
}

void die_usage(const char *fmt, ...)
{
	char next[256];
	va_list args;

	if (opt.verb)
		snprintf(next, sizeof(next), "usage: mvgpuctl %s %s",
			 opt.verb->name, opt.verb->args);
	else
		snprintf(next, sizeof(next), "see mvgpuctl --help");
	va_start(args, fmt);
	say(next, fmt, args);
	va_end(args);
	exit(ST_USAGE);
}

void die_errno(int err, const char *what, const char *next)
{
	switch (err) {
	case EACCES:
	case EPERM:
		die(ST_DENIED, "do it as root", "%s: not allowed", what);
	case EBUSY:
		die(ST_BUSY, next, "%s: in use", what);
	case ENOSPC:
		die(ST_BUSY, next, "%s: no room", what);
	case ENOENT:
	case ENODEV:
		die(ST_MISSING, next, "%s: there is none", what);
	default:
		die(ST_FAILED, next, "%s: %s", what, strerror(err));
	}
}

const char *colour_on(enum colour colour)
{
	static const char *const code[] = {
		[RED] = "\033[31m", [GREEN] = "\033[32m",
		[YELLOW] = "\033[33m", [BOLD] = "\033[1m",
	};

	return opt.colour ? code[colour] : "";
}

const char *colour_off(void)
{
	return opt.colour ? "\033[0m" : "";
}

static void json_out(json_t *json, size_t flags)
{
	if (!json || json_dumpf(json, stdout, flags))
		die(ST_FAILED, "see what standard output is", "can't write");
	putchar('\n');
	json_decref(json);
}

void json_print(json_t *json)
{
	json_out(json, JSON_INDENT(2));
}

void json_line(json_t *json)
{
	json_out(json, JSON_COMPACT);
	fflush(stdout);
}

const char *bytes_text(uint64_t bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	static char text[4][24];
	static unsigned int next;
	double value = bytes;
	unsigned int i = 0;
	char *to = text[next++ % ARRAY_SIZE(text)];

	while (value >= 1024 && i + 1 < ARRAY_SIZE(unit)) {
		value /= 1024;
		i++;
	}
	snprintf(to, sizeof(text[0]), value == (uint64_t)value ? "%.0f %s" :
							      "%.1f %s",
		 value, unit[i]);
	return to;
}

static const char *name_of(const char *const *name, size_t nr, uint32_t i)
{
	static char number[16];

	if (i < nr && name[i])
		return name[i];
	/* Of a kernel that knows more. */
	snprintf(number, sizeof(number), "%u", i);
	return number;
}

const char *state_text(uint32_t state)
{
	static const char *const name[] = {
		[MVGPU_STATE_CLOSED] = "closed",
		[MVGPU_STATE_OPEN] = "open",
		[MVGPU_STATE_RUNNING] = "running",
		[MVGPU_STATE_BROKEN] = "broken",
		[MVGPU_STATE_RESETTING] = "resetting",
		[MVGPU_STATE_BANNED] = "banned",
	};

	return name_of(name, ARRAY_SIZE(name), state);
}

const char *event_text(uint32_t type)
{
	static const char *const name[] = {
		[MVGPU_EVENT_LOST] = "lost",
		[MVGPU_EVENT_CREATED] = "created",
		[MVGPU_EVENT_REMOVED] = "removed",
		[MVGPU_EVENT_OPENED] = "opened",
		[MVGPU_EVENT_CLOSED] = "closed",
		[MVGPU_EVENT_STARTED] = "started",
		[MVGPU_EVENT_RESET] = "reset",
		[MVGPU_EVENT_BROKEN] = "broken",
		[MVGPU_EVENT_HUNG] = "hung",
		[MVGPU_EVENT_BANNED] = "banned",
		[MVGPU_EVENT_UNBANNED] = "unbanned",
		[MVGPU_EVENT_POLICY] = "policy",
		[MVGPU_EVENT_QUOTA] = "quota",
	};

	return name_of(name, ARRAY_SIZE(name), type);
}

uint64_t number_arg(const char *what, const char *text, uint64_t min,
		    uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min ||
	    value > max)
		die_usage("%s is a number from %llu to %llu, not \"%s\"", what,
			  (unsigned long long)min, (unsigned long long)max,
			  text);
	return value;
}

double seconds_arg(const char *what, const char *text, double min, double max)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= min && value <= max))
		die_usage("%s is in seconds, from %g to %g, not \"%s\"", what,
			  min, max, text);
	return value;
}

int verb_getopt(int argc, char **argv, const char *shortopts,
		const struct option *longopts)
{
	static struct option all[16];
	size_t nr = 0;
	int c;

	while (longopts && longopts[nr].name && nr < ARRAY_SIZE(all) - 3) {
		all[nr] = longopts[nr];
		nr++;
	}
	all[nr++] = (struct option){ "json", no_argument, NULL, 'J' };
	all[nr++] = (struct option){ "help", no_argument, NULL, 'H' };
	all[nr] = (struct option){ };
	for (;;) {
		opterr = 0;
		c = getopt_long(argc, argv, shortopts, all, NULL);
		switch (c) {
		case 'J':
			opt.json = true;
			break;
		case 'H':
			printf("Usage: mvgpuctl %s %s\n\n%s. See mvgpuctl(8).\n",
			       opt.verb->name, opt.verb->args, opt.verb->help);
			exit(ST_OK);
		case '?':
		case ':':
			die_usage("\"%s\" is no option of %s, or lacks a value",
				  argv[optind - 1], opt.verb->name);
		default:
			return c;
		}
	}
}
