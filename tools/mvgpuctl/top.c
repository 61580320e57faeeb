// SPDX-License-Identifier: GPL-2.0
/* top */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "rate.h"

/* On a terminal: drawn ten times a second, with figures that can be read. */
#define OVER_MAX 10

#define CLEAR_TO_END_OF_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
#define HOME "\033[H"
/* Neither a cursor nor lines that go on in the next row. */
#define ALTERNATE_ON "\033[?1049h\033[?25l\033[?7l"
#define ALTERNATE_OFF "\033[?7h\033[?25h\033[?1049l"

/*
 * A bar's cells, of what is left beside the rest of a line but for its name. The last
 * column stays empty: what clears the rest of a line would clear it.
 */
#define BAR_MIN 8
#define BAR_MAX 40
#define REST 61

/* After so long at most a signal is heeded. */
#define SIGNAL_MS 500

/* A narrow terminal shows the beginning of a UUID, which is a name, too. */
#define NAME_SHORT 8
#define NAME_LONG 36

/**
 * struct screen - what is drawn on
 * @live: a terminal: drawn over again and again; otherwise: lines
 * @rows: of it
 * @columns: of it
 * @row: next one
 * @old: settings of the terminal
 * @raw: keys are read
 */
struct screen {
	bool live;
	unsigned int rows, columns, row;
	struct termios old;
	bool raw;
};

static struct screen screen;
static bool stop;

static void on_signal(int signal)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void screen_end(void)
{
	if (screen.live) {
		fputs(ALTERNATE_OFF, stdout);
		fflush(stdout);
	}
	if (screen.raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &screen.old);
	screen.live = false;
	screen.raw = false;
}

static void screen_begin(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct termios raw;

	screen.live = isatty(STDOUT_FILENO) && !opt.json;
	/* Where there is nothing to put right a signal may end it at once. */
	if (!screen.live)
		return;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &screen.old)) {
		raw = screen.old;
		raw.c_lflag &= ~(ICANON | ECHO);
		screen.raw = !tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	}
	fputs(ALTERNATE_ON, stdout);
	atexit(screen_end);
	die_after(screen_end);
}

static void screen_measure(void)
{
	struct winsize size;

	screen.rows = 0;
	screen.columns = 80;
	if (screen.live) {
		screen.rows = 24;
		if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
		    size.ws_col) {
			screen.rows = size.ws_row;
			screen.columns = size.ws_col;
		}
	}
	screen.row = 0;
}

/* Are there so many lines left? The last row stays empty, or it would scroll. */
static bool screen_room(unsigned int lines)
{
	return !screen.live || screen.row + lines < screen.rows;
}

static void line_end(void)
{
	fputs(screen.live ? CLEAR_TO_END_OF_LINE "\n" : "\n", stdout);
	screen.row++;
}

static void bar(double part, unsigned int cells, enum colour colour)
{
	unsigned int i, full;

	if (part > 1)
		part = 1;
	full = part * cells + 0.5;
	fputs(colour_on(colour), stdout);
	for (i = 0; i < cells; i++)
		putchar(i < full ? '#' : '.');
	fputs(colour_off(), stdout);
}

static unsigned int name_cells(void)
{
	return screen.live && screen.columns < REST + NAME_LONG + BAR_MIN ?
	       NAME_SHORT : NAME_LONG;
}

static unsigned int bar_cells(void)
{
	unsigned int rest = REST + name_cells();

	if (screen.columns < rest + BAR_MIN)
		return BAR_MIN;
	return screen.columns < rest + BAR_MAX ? screen.columns - rest :
						 BAR_MAX;
}

static enum colour load_colour(double part)
{
	return part > 0.9 ? RED : part > 0.5 ? YELLOW : GREEN;
}

static void draw_gpu(const struct mvgpu_gpu_info *gpu, const struct rate *rate)
{
	printf("%sGPU %s%s  %s  ", colour_on(BOLD), gpu->name, colour_off(),
	       gpu->policy);
	bar(rate->busy, bar_cells(), load_colour(rate->busy));
	printf(" %5.1f%% busy  %.0f jobs/s  %s of %s", rate->busy * 100,
	       rate->jobs, bytes_text(rate->memory), bytes_text(gpu->memory));
	line_end();
}

static void draw_vgpu(const struct mvgpu_vgpu_stats *stats,
		      const struct rate *rate)
{
	int name = name_cells();

	printf("  %-*.*s  %-9s  ", name, name, stats->name,
	       state_text(stats->state));
	bar(rate->busy, bar_cells(), load_colour(rate->busy));
	printf(" %5.1f%%  %5.1f%%  %8.1f  %6.1f  %10s", rate->busy * 100,
	       rate->wait * 100, rate->jobs, rate->fps,
	       bytes_text(rate->memory));
	line_end();
}

static void draw_heading(void)
{
	printf("  %-*s  %-9s  %-*s %6s  %6s  %8s  %6s  %10s", (int)name_cells(),
	       "VGPU", "STATE", (int)bar_cells(), "GPU", "GPU%", "WAIT%",
	       "JOBS/S", "FPS", "MEMORY");
	line_end();
}

/* Who used most comes first. */
static const struct snapshot *sort_from;

static int by_use(const void *a, const void *b)
{
	const struct mvgpu_vgpu_stats *x = a, *y = b;
	const struct mvgpu_vgpu_stats *x0 = find_stats(sort_from, x->id);
	const struct mvgpu_vgpu_stats *y0 = find_stats(sort_from, y->id);
	uint64_t used_x = x->busy_ns - (x0 ? x0->busy_ns : 0);
	uint64_t used_y = y->busy_ns - (y0 ? y0->busy_ns : 0);

	if (used_x != used_y)
		return used_x > used_y ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void draw(const struct mvgpu_gpu_info *gpu, const struct snapshot *from,
		 struct snapshot *to)
{
	struct rate rate;
	uint32_t i;

	screen_measure();
	if (screen.live)
		fputs(HOME, stdout);
	rate_gpu(from, to, &rate);
	draw_gpu(gpu, &rate);
	draw_heading();
	sort_from = from;
	qsort(to->vgpu, to->nr, sizeof(*to->vgpu), by_use);
	/* The last line is for how many there is no room for. */
	for (i = 0; i < to->nr && screen_room(i + 1 < to->nr ? 2 : 1); i++)
		if (rate_vgpu(from, to, to->vgpu[i].id, &rate))
			draw_vgpu(&to->vgpu[i], &rate);
	if (i < to->nr && screen_room(1)) {
		printf("  %u more", to->nr - i);
		line_end();
	}
	if (screen.live)
		fputs(CLEAR_BELOW, stdout);
	else
		putchar('\n');
	fflush(stdout);
}

static void tell(const struct mvgpu_gpu_info *gpu, const struct snapshot *from,
		 const struct snapshot *to)
{
	json_t *array = json_array(), *json;
	struct rate rate;
	uint32_t i;

	for (i = 0; i < to->nr; i++) {
		if (!rate_vgpu(from, to, to->vgpu[i].id, &rate))
			continue;
		json = rate_json(&rate);
		json_object_set_new(json, "uuid",
				    json_string(to->vgpu[i].name));
		json_object_set_new(json, "state",
				    json_string(state_text(to->vgpu[i].state)));
		json_array_append_new(array, json);
	}
	rate_gpu(from, to, &rate);
	json = rate_json(&rate);
	json_object_set_new(json, "gpu", json_string(gpu->name));
	json_object_set_new(json, "vgpus", array);
	json_line(json);
}

/* Sleep, but end at once when a key says so. */
static void wait_until(uint64_t *next, uint64_t interval)
{
	/* Without keys poll() leaves it out. */
	struct pollfd p = {
		.fd = screen.raw ? STDIN_FILENO : -1, .events = POLLIN,
	};
	uint64_t now, ms;
	char key;

	while (screen.live && !stopped()) {
		now = rate_now();
		if (now >= *next)
			break;
		ms = (*next - now) / 1000000 + 1;
		/* A signal may come just before poll(). */
		if (poll(&p, 1, ms < SIGNAL_MS ? ms : SIGNAL_MS) > 0 &&
		    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			stop = true;
	}
	if (!stopped())
		rate_sleep(next, interval);
}

/* Figures are those of the last @over intervals. */
static int run(struct mvgpu_gpu_info *gpu, uint64_t interval, unsigned int over,
	       uint64_t count)
{
	struct snapshot snap[OVER_MAX + 1] = { };
	uint64_t next = rate_now() + interval, i;
	unsigned int nr = over + 1, k;

	if (dev_snapshot(gpu->id, &snap[0]))
		return ST_MISSING;
	for (i = 0; !count || i < count; i++) {
		struct snapshot *from = &snap[(i < over ? 0 : i - over + 1) % nr];
		struct snapshot *to = &snap[(i + 1) % nr];

		wait_until(&next, interval);
		if (stopped())
			break;
		if (dev_snapshot(gpu->id, to))
			return ST_MISSING;
		/* The policy may have changed. */
		if (!try_find_gpu(gpu->name, gpu))
			return ST_MISSING;
		if (opt.json)
			tell(gpu, from, to);
		else
			draw(gpu, from, to);
	}
	for (k = 0; k < nr; k++)
		free(snap[k].vgpu);
	return ST_OK;
}

int verb_top(int argc, char **argv)
{
	static const struct option options[] = {
		{ "delay", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'n' },
		{ }
	};
	struct mvgpu_gpu_info gpu;
	unsigned int over = 1;
	double seconds = 0;
	uint64_t count = 0;
	int c, status;

	while ((c = verb_getopt(argc, argv, "d:n:", options)) != -1) {
		if (c == 'd')
			seconds = seconds_arg("delay", optarg, 0.1, 3600);
		else
			count = number_arg("count", optarg, 1, UINT32_MAX);
	}
	if (argc - optind > 1)
		die_usage("top is about one GPU");
	gpu = optind < argc ? find_gpu(argv[optind]) : find_only_gpu();
	screen_begin();
	if (!seconds && screen.live)
		over = OVER_MAX;
	if (!seconds)
		seconds = 1.0 / over;
	status = run(&gpu, seconds * 1e9, over, count);
	if (status)
		die(status, "see mvgpuctl list", "GPU %s is gone", gpu.name);
	return ST_OK;
}
