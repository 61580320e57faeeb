// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu-draw - a guest's screen under test
 *
 * Runs in a guest on the card of its virtio-gpu, with libdrm alone, and tells
 * the results as TAP. A line "# ready ..." says that the screen now shows what
 * it should, so that whoever reads along can look at it from outside.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xf86drm.h>

#include "clock.h"
#include "kms.h"
#include "pattern.h"
#include "tap.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define EVENT_TIMEOUT_MS 10000
#define EDID_BLOCK 128
#define MODES_TRIED 6
#define CURSOR_MOVES 200
#define SPRITE 160

/* A driver may stop a cursor's user for good: see that it ends in this time. */
#define CURSOR_SECONDS 30

static const char usage_text[] =
"usage: mvgpu-draw [OPTION]... COMMAND [ARGUMENT]\n"
"  pattern SEED    show the pattern of SEED and keep it\n"
"  flip N          flip pages N times, then keep the last one\n"
"  cursor          show a pattern with a cursor over it, and keep it\n"
"  modes           check the list of modes and the EDID, set some modes\n"
"  animate         a moving picture for --seconds\n"
"  hotplug-wait    wait until another mode is preferred, then show it\n"
"options:\n"
"  --card PATH     default: the first card of virtio_gpu\n"
"  --seed SEED     of the pattern (default 1)\n"
"  --mode WxH      set this mode, not the preferred; what to wait for\n"
"  --at X,Y        where the cursor ends (default 100,80)\n"
"  --hold SECONDS  keep the picture so long (default: until a signal)\n"
"  --seconds S     how long to animate or wait (default 10)\n";

/**
 * struct draw - what the command line asks for, and what is under test
 * @kms: the card
 * @tap: results
 * @arg: argument of the command: a seed or a number
 * @seed: of the pattern
 * @width: wanted, 0: preferred mode
 * @height: wanted
 * @x: of the cursor
 * @y: of the cursor
 * @hold: seconds; below 0: until a signal
 * @seconds: to run
 */
struct draw {
	struct kms kms;
	struct tap tap;
	uint32_t arg;
	uint32_t seed;
	uint32_t width, height;
	int x, y;
	double hold, seconds;
};

static atomic_bool stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = true;
}

/* Keep what is on the screen, for as long as was asked for. */
static void hold(const struct draw *draw)
{
	double end = now() + draw->hold;

	while (!stopped && (draw->hold < 0 || now() < end))
		usleep(20000);
}

static void fill_pattern(struct kms_buffer *buffer, uint32_t seed)
{
	uint32_t x, y;

	for (y = 0; y < buffer->height; y++)
		for (x = 0; x < buffer->width; x++)
			buffer->pixels[y * buffer->stride + x] =
				pattern_pixel(seed, x, y);
}

static bool check(struct draw *draw, int ret, const char *what)
{
	if (ret)
		return tap_ok(&draw->tap, false, "%s: %s", what,
			      strerror(-ret));
	return tap_ok(&draw->tap, true, "%s", what);
}

/* The mode that the command line asks for. */
static const drmModeModeInfo *wanted_mode(struct draw *draw)
{
	const drmModeModeInfo *mode = kms_mode(&draw->kms, draw->width,
					       draw->height);

	if (!tap_ok(&draw->tap, mode, "there is a %s mode",
		    draw->width ? "wanted" : "preferred"))
		return NULL;
	tap_note("mode %ux%u", mode->hdisplay, mode->vdisplay);
	return mode;
}

/* Set @mode with the pattern of @seed; @buffer is the caller's on success. */
static bool show_pattern(struct draw *draw, const drmModeModeInfo *mode,
			 uint32_t seed, struct kms_buffer *buffer)
{
	struct kms *kms = &draw->kms;

	if (!check(draw, kms_buffer_create(kms, mode->hdisplay, mode->vdisplay,
					   buffer), "create a dumb buffer"))
		return false;
	fill_pattern(buffer, seed);
	if (check(draw, kms_show(kms, mode, buffer), "set the mode") &&
	    check(draw, kms_dirty(kms, buffer), "flush the buffer"))
		return true;
	kms_buffer_destroy(kms, buffer);
	return false;
}

static void tell_ready(const drmModeModeInfo *mode, uint32_t seed)
{
	tap_note("ready mode=%ux%u seed=%u", mode->hdisplay, mode->vdisplay,
		 seed);
}

static void run_pattern(struct draw *draw)
{
	const drmModeModeInfo *mode = wanted_mode(draw);
	struct kms_buffer buffer;

	if (!mode || !show_pattern(draw, mode, draw->arg, &buffer))
		return;
	tell_ready(mode, draw->arg);
	hold(draw);
	kms_buffer_destroy(&draw->kms, &buffer);
}

/**
 * struct flips - page flips under way
 * @queued: so far
 * @done: events seen
 * @disorder: events with another cookie than the flip that was queued
 * @backwards: events whose time or number is below that of the one before
 * @sequence: of the last event; stays 0 with a driver that doesn't count
 * @time: of the last event, microseconds
 */
struct flips {
	uintptr_t queued, done;
	unsigned int disorder, backwards, sequence;
	uint64_t time;
};

static struct flips flips;

static void on_flip(int fd, unsigned int sequence, unsigned int sec,
		    unsigned int usec, void *cookie)
{
	uint64_t time = sec * 1000000ull + usec;

	(void)fd;
	flips.done++;
	if ((uintptr_t)cookie != flips.queued)
		flips.disorder++;
	if (time < flips.time || sequence < flips.sequence)
		flips.backwards++;
	flips.time = time;
	flips.sequence = sequence;
}

/* Wait for the event of the flip that was queued. */
static int wait_flip(int fd)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = on_flip,
	};
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int ret;

	while (flips.done < flips.queued) {
		ret = poll(&pfd, 1, EVENT_TIMEOUT_MS);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return ret ? -errno : -ETIMEDOUT;
		if (drmHandleEvent(fd, &context))
			return -EIO;
	}
	return 0;
}

static int flip_once(const struct kms *kms, const struct kms_buffer *buffer)
{
	int ret;

	flips.queued++;
	ret = kms_flip(kms, buffer, (void *)flips.queued);
	return ret ? ret : wait_flip(kms->fd);
}

static void flip_pages(struct draw *draw, const struct kms_buffer *buffers)
{
	double start = now();
	uint32_t i;
	int ret = 0;

	for (i = 1; i <= draw->arg && !ret && !stopped; i++)
		ret = flip_once(&draw->kms, &buffers[i & 1]);
	check(draw, ret, "flip pages");
	tap_ok(&draw->tap, flips.done == draw->arg,
	       "%u flips have an event each: %lu", draw->arg,
	       (unsigned long)flips.done);
	tap_ok(&draw->tap, !flips.disorder,
	       "events come in the order of the flips: %u do not",
	       flips.disorder);
	tap_ok(&draw->tap, !flips.backwards,
	       "events' times and numbers only grow: %u do not",
	       flips.backwards);
	tap_note("fps %.1f", flips.done / (now() - start));
}

static void run_flip(struct draw *draw)
{
	const drmModeModeInfo *mode = wanted_mode(draw);
	struct kms_buffer buffers[2];

	if (!mode || !show_pattern(draw, mode, draw->seed, &buffers[0]))
		return;
	if (check(draw, kms_buffer_create(&draw->kms, mode->hdisplay,
					  mode->vdisplay, &buffers[1]),
		  "create a second buffer")) {
		fill_pattern(&buffers[1], draw->seed + 1);
		flip_pages(draw, buffers);
		tell_ready(mode, draw->seed + (draw->arg & 1));
		hold(draw);
		kms_buffer_destroy(&draw->kms, &buffers[1]);
	}
	kms_buffer_destroy(&draw->kms, &buffers[0]);
}

static void fill_cursor(struct kms_buffer *buffer)
{
	uint32_t x, y;

	for (y = 0; y < CURSOR_SIZE; y++)
		for (x = 0; x < CURSOR_SIZE; x++)
			buffer->pixels[y * buffer->stride + x] =
				cursor_pixel(x, y);
}

/* Round the screen, over its edges too, to where it is to stay. */
static int move_cursor(const struct draw *draw, const drmModeModeInfo *mode)
{
	const struct kms *kms = &draw->kms;
	int i, ret;

	for (i = 0; i < CURSOR_MOVES && !stopped; i++) {
		ret = drmModeMoveCursor(kms->fd, kms->crtc,
					i * 37 % mode->hdisplay - 20,
					i * 23 % mode->vdisplay - 20);
		if (ret)
			return ret;
	}
	return drmModeMoveCursor(kms->fd, kms->crtc, draw->x, draw->y);
}

static void try_cursor(struct draw *draw, const drmModeModeInfo *mode,
		       const struct kms_buffer *cursor)
{
	const struct kms *kms = &draw->kms;
	double start = now();

	check(draw, drmModeSetCursor2(kms->fd, kms->crtc, cursor->handle,
				      CURSOR_SIZE, CURSOR_SIZE, 0, 0),
	      "set a cursor image");
	check(draw, move_cursor(draw, mode), "move the cursor");
	tap_ok(&draw->tap, now() - start < CURSOR_SECONDS,
	       "%u moves take %.2f s, which is below %u", CURSOR_MOVES,
	       now() - start, CURSOR_SECONDS);
	tap_note("ready mode=%ux%u seed=%u cursor=%d,%d", mode->hdisplay,
		 mode->vdisplay, draw->seed, draw->x, draw->y);
	hold(draw);
	check(draw, drmModeSetCursor(kms->fd, kms->crtc, 0, 0, 0),
	      "hide the cursor");
}

static void run_cursor(struct draw *draw)
{
	const drmModeModeInfo *mode = wanted_mode(draw);
	struct kms_buffer buffer, cursor;

	if (!mode || !show_pattern(draw, mode, draw->seed, &buffer))
		return;
	if (check(draw, kms_buffer_create(&draw->kms, CURSOR_SIZE, CURSOR_SIZE,
					  &cursor), "create a cursor buffer")) {
		fill_cursor(&cursor);
		try_cursor(draw, mode, &cursor);
		kms_buffer_destroy(&draw->kms, &cursor);
	}
	kms_buffer_destroy(&draw->kms, &buffer);
}

static void check_edid(struct draw *draw, const drmModeModeInfo *preferred)
{
	static const uint8_t header[8] = {
		0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
	};
	uint8_t edid[EDID_BLOCK] = {}, sum = 0;
	uint32_t len = kms_edid(&draw->kms, edid, sizeof(edid));
	unsigned int width, height, i;

	if (!tap_ok(&draw->tap, len == sizeof(edid),
		    "the connector has an EDID"))
		return;
	for (i = 0; i < sizeof(edid); i++)
		sum += edid[i];
	tap_ok(&draw->tap, !memcmp(edid, header, sizeof(header)) && !sum,
	       "the EDID has its header and checksum");
	/* The first detailed timing descriptor is the preferred mode. */
	width = edid[56] | (edid[58] & 0xf0) << 4;
	height = edid[59] | (edid[61] & 0xf0) << 4;
	tap_ok(&draw->tap, preferred && preferred->hdisplay == width &&
	       preferred->vdisplay == height,
	       "the EDID's first timing is the preferred mode: %ux%u", width,
	       height);
}

static const drmModeModeInfo *check_list(struct draw *draw)
{
	const drmModeConnector *connector = draw->kms.connector;
	const drmModeModeInfo *mode, *preferred;
	unsigned int nr = 0;
	int i;

	for (i = 0; i < connector->count_modes; i++) {
		mode = &connector->modes[i];
		if (mode->type & DRM_MODE_TYPE_PREFERRED)
			nr++;
		tap_note("mode %ux%u@%u%s", mode->hdisplay, mode->vdisplay,
			 mode->vrefresh,
			 mode->type & DRM_MODE_TYPE_PREFERRED ?
			 " preferred" : "");
	}
	preferred = kms_mode(&draw->kms, 0, 0);
	tap_ok(&draw->tap, preferred, "of %d modes %u is preferred",
	       connector->count_modes, nr);
	return preferred;
}

static bool is_set(const struct kms *kms, const drmModeModeInfo *mode)
{
	drmModeCrtc *crtc = drmModeGetCrtc(kms->fd, kms->crtc);
	bool is = crtc && crtc->mode_valid &&
		  crtc->mode.hdisplay == mode->hdisplay &&
		  crtc->mode.vdisplay == mode->vdisplay;

	drmModeFreeCrtc(crtc);
	return is;
}

static void try_mode(struct draw *draw, const drmModeModeInfo *mode)
{
	struct kms_buffer buffer;

	tap_note("trying %ux%u", mode->hdisplay, mode->vdisplay);
	if (!show_pattern(draw, mode, draw->seed, &buffer))
		return;
	tap_ok(&draw->tap, is_set(&draw->kms, mode), "%ux%u is set",
	       mode->hdisplay, mode->vdisplay);
	kms_buffer_destroy(&draw->kms, &buffer);
}

static void run_modes(struct draw *draw)
{
	const drmModeModeInfo *preferred = check_list(draw);
	struct kms_buffer buffer;
	int i, step;

	check_edid(draw, preferred);
	step = 1 + draw->kms.connector->count_modes / MODES_TRIED;
	for (i = 0; i < draw->kms.connector->count_modes && !stopped; i += step)
		try_mode(draw, &draw->kms.connector->modes[i]);
	if (!preferred || !show_pattern(draw, preferred, draw->seed, &buffer))
		return;
	tell_ready(preferred, draw->seed);
	hold(draw);
	kms_buffer_destroy(&draw->kms, &buffer);
}

/* One of six vivid colours for each seed. */
static uint32_t sprite_colour(uint32_t seed)
{
	static const uint32_t colours[] = {
		0xe6194b, 0x3cb44b, 0xffe119, 0x4363d8, 0xf58231, 0x42d4f4,
	};

	return colours[seed % ARRAY_SIZE(colours)];
}

/* A slope that only the rows of the sprite ever change of. */
static void fill_rows(struct kms_buffer *buffer, uint32_t y, uint32_t end)
{
	uint32_t x;

	for (; y < end && y < buffer->height; y++)
		for (x = 0; x < buffer->width; x++)
			buffer->pixels[y * buffer->stride + x] =
				x * 96 / buffer->width << 16 |
				y * 96 / buffer->height << 8 |
				(x + y) % 32 * 2;
}

static void draw_sprite(struct kms_buffer *buffer, uint32_t left, uint32_t top,
			uint32_t colour)
{
	uint32_t x, y;

	for (y = top; y < top + SPRITE && y < buffer->height; y++)
		for (x = left; x < left + SPRITE && x < buffer->width; x++)
			buffer->pixels[y * buffer->stride + x] = colour;
}

/* There and back again: where something with @room is at step @t. */
static uint32_t bounce(uint32_t t, uint32_t room)
{
	if (!room)
		return 0;
	t %= 2 * room;
	return t < room ? t : 2 * room - t;
}

static uint32_t room_for_sprite(uint32_t size)
{
	return size > SPRITE ? size - SPRITE : 0;
}

/* Draw step @t over what two steps ago left in the same buffer. */
static void draw_frame(struct kms_buffer *buffer, uint32_t t, uint32_t seed)
{
	uint32_t width = room_for_sprite(buffer->width);
	uint32_t height = room_for_sprite(buffer->height);
	uint32_t old = bounce(5 * (t - 2), height);

	fill_rows(buffer, old, old + SPRITE);
	draw_sprite(buffer, bounce(9 * t, width), bounce(5 * t, height),
		    sprite_colour(seed));
}

static void animate(struct draw *draw, struct kms_buffer *buffers)
{
	double start = now(), end = start + draw->seconds;
	uint32_t t = 2;
	int ret = 0;

	/* Two flips in any case: with less there is no order to see. */
	for (; !ret && !stopped && (flips.done < 2 || now() < end); t++) {
		draw_frame(&buffers[t & 1], t, draw->seed);
		ret = flip_once(&draw->kms, &buffers[t & 1]);
	}
	check(draw, ret, "show a moving picture");
	tap_note("frames %lu fps %.1f", (unsigned long)flips.done,
		 flips.done / (now() - start));
	tap_ok(&draw->tap, flips.done > 1 && !flips.disorder &&
	       !flips.backwards, "frames come one after the other");
}

static void run_animate(struct draw *draw)
{
	const drmModeModeInfo *mode = wanted_mode(draw);
	struct kms_buffer buffers[2];

	if (!mode || !show_pattern(draw, mode, draw->seed, &buffers[0]))
		return;
	if (check(draw, kms_buffer_create(&draw->kms, mode->hdisplay,
					  mode->vdisplay, &buffers[1]),
		  "create a second buffer")) {
		fill_rows(&buffers[0], 0, mode->vdisplay);
		fill_rows(&buffers[1], 0, mode->vdisplay);
		tell_ready(mode, draw->seed);
		animate(draw, buffers);
		kms_buffer_destroy(&draw->kms, &buffers[1]);
	}
	kms_buffer_destroy(&draw->kms, &buffers[0]);
}

static int open_uevents(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Is there HOTPLUG=1 among the strings of a uevent? */
static bool is_hotplug(const char *event, size_t len)
{
	const char *end = event + len;

	for (; event < end; event += strnlen(event, end - event) + 1)
		if (!strcmp(event, "HOTPLUG=1"))
			return true;
	return false;
}

static int wait_hotplug(int fd, double end)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char event[4096];
	ssize_t len;

	while (!stopped && now() < end) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		len = recv(fd, event, sizeof(event) - 1, 0);
		if (len <= 0)
			continue;
		event[len] = '\0';
		if (is_hotplug(event, len))
			return 0;
	}
	return -ETIMEDOUT;
}

/* Is this the mode to wait for: the wanted, or any but the old @width x @height? */
static bool is_news(const struct draw *draw, const drmModeModeInfo *mode,
		    uint32_t width, uint32_t height)
{
	if (draw->width)
		return mode->hdisplay == draw->width &&
		       mode->vdisplay == draw->height;
	return mode->hdisplay != width || mode->vdisplay != height;
}

/* Wait for a uevent that comes with the wanted, or another, preferred mode. */
static const drmModeModeInfo *wait_resize(struct draw *draw, int fd,
					  uint32_t width, uint32_t height)
{
	double end = now() + draw->seconds;
	const drmModeModeInfo *mode;
	int ret;

	do {
		ret = wait_hotplug(fd, end);
		if (!ret)
			ret = kms_refresh(&draw->kms);
		if (ret == -ENXIO)
			continue;	/* unplugged: it may come back */
		if (ret)
			return NULL;
		mode = kms_mode(&draw->kms, 0, 0);
		if (mode)
			tap_note("hotplug: %ux%u is preferred", mode->hdisplay,
				 mode->vdisplay);
		if (mode && is_news(draw, mode, width, height))
			return mode;
	} while (now() < end && !stopped);
	return NULL;
}

static void run_hotplug_wait(struct draw *draw)
{
	const drmModeModeInfo *mode = kms_mode(&draw->kms, 0, 0);
	struct kms_buffer old, new;
	int fd = open_uevents();

	if (!check(draw, fd < 0 ? fd : 0, "listen to uevents"))
		return;
	if (!tap_ok(&draw->tap, mode, "there is a preferred mode") ||
	    !show_pattern(draw, mode, draw->seed, &old))
		goto out;
	tap_note("waiting mode=%ux%u", mode->hdisplay, mode->vdisplay);
	mode = wait_resize(draw, fd, mode->hdisplay, mode->vdisplay);
	if (tap_ok(&draw->tap, mode, "another mode is preferred") &&
	    show_pattern(draw, mode, draw->seed, &new)) {
		check_edid(draw, mode);
		tell_ready(mode, draw->seed);
		hold(draw);
		kms_buffer_destroy(&draw->kms, &new);
	}
	kms_buffer_destroy(&draw->kms, &old);
out:
	close(fd);
}

static const struct command {
	const char *name;
	bool has_arg;
	void (*run)(struct draw *draw);
} commands[] = {
	{ "pattern", true, run_pattern },
	{ "flip", true, run_flip },
	{ "cursor", false, run_cursor },
	{ "modes", false, run_modes },
	{ "animate", false, run_animate },
	{ "hotplug-wait", false, run_hotplug_wait },
};

static void usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	usage();
	return NULL;
}

static uint32_t number(const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || end == text || *end || value > UINT32_MAX)
		usage();
	return value;
}

static double seconds(const char *text)
{
	double value;
	char *end;

	value = strtod(text, &end);
	if (end == text || *end || value < 0)
		usage();
	return value;
}

static const struct option options[] = {
	{ "card", required_argument, NULL, 'c' },
	{ "seed", required_argument, NULL, 's' },
	{ "mode", required_argument, NULL, 'm' },
	{ "at", required_argument, NULL, 'a' },
	{ "hold", required_argument, NULL, 'h' },
	{ "seconds", required_argument, NULL, 't' },
	{}
};

static const char *parse_options(struct draw *draw, int argc, char **argv)
{
	const char *card = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'c')
			card = optarg;
		else if (opt == 's')
			draw->seed = number(optarg);
		else if (opt == 'h')
			draw->hold = seconds(optarg);
		else if (opt == 't')
			draw->seconds = seconds(optarg);
		else if (opt == 'm' && sscanf(optarg, "%ux%u", &draw->width,
					      &draw->height) == 2)
			continue;
		else if (opt == 'a' && sscanf(optarg, "%d,%d", &draw->x,
					      &draw->y) == 2)
			continue;
		else
			usage();
	}
	return card;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int main(int argc, char **argv)
{
	struct draw draw = {
		.seed = 1, .x = 100, .y = 80, .hold = -1, .seconds = 10,
	};
	const char *card = parse_options(&draw, argc, argv);
	const struct command *command;

	if (optind >= argc)
		usage();
	command = find_command(argv[optind++]);
	if (argc - optind != command->has_arg)
		usage();
	if (command->has_arg)
		draw.arg = number(argv[optind]);
	catch_signals();
	if (check(&draw, kms_open(&draw.kms, card), "open virtio_gpu's card")) {
		command->run(&draw);
		kms_close(&draw.kms);
	}
	return tap_done(&draw.tap);
}
