// SPDX-License-Identifier: GPL-2.0
/* Timelines as files for other programs. */
#include <linux/virtio_gpu.h>
#include <string.h>

#include "trace.h"

/* Of the picture, in pixels. */
#define LEFT 320
#define WIDTH 1200
#define ROW 28
#define TOP 40
#define TICKS 10

static const char *type_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
#define NAME(n) { VIRTIO_GPU_CMD_##n, #n }
		NAME(RESOURCE_CREATE_2D), NAME(RESOURCE_UNREF),
		NAME(SET_SCANOUT), NAME(RESOURCE_FLUSH),
		NAME(TRANSFER_TO_HOST_2D), NAME(RESOURCE_ATTACH_BACKING),
		NAME(RESOURCE_DETACH_BACKING), NAME(CTX_CREATE),
		NAME(CTX_DESTROY), NAME(CTX_ATTACH_RESOURCE),
		NAME(CTX_DETACH_RESOURCE), NAME(RESOURCE_CREATE_3D),
		NAME(TRANSFER_TO_HOST_3D), NAME(TRANSFER_FROM_HOST_3D),
		NAME(SUBMIT_3D),
#undef NAME
		/* What mvgpu does by itself: no guest asked for it. */
		{ 0, "INTERNAL" },
	};
	static char number[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			return names[i].name;
	snprintf(number, sizeof(number), "%#x", type);
	return number;
}

static void checked(FILE *to, int failed)
{
	if (failed || ferror(to))
		die(ST_FAILED, "is there room for the file?", "can't write");
}

static void json_to(json_t *json, FILE *to)
{
	checked(to, !json || json_dumpf(json, to, JSON_COMPACT));
	json_decref(json);
}

/* GPUs are processes there and vGPUs their threads: the first lane of the GPU. */
static int process_of(const struct timeline *line, unsigned int lane)
{
	unsigned int i;

	for (i = 0; strcmp(line->lane[i].gpu, line->lane[lane].gpu); i++)
		;
	return i + 1;
}

static void json_names(const struct timeline *line, unsigned int i, FILE *to)
{
	int pid = process_of(line, i);

	json_to(json_pack("{s:s, s:s, s:i, s:{s:s}}", "name", "process_name",
			  "ph", "M", "pid", pid, "args", "name",
			  line->lane[i].gpu), to);
	fputs(",\n", to);
	json_to(json_pack("{s:s, s:s, s:i, s:i, s:{s:s}}", "name",
			  "thread_name", "ph", "M", "pid", pid, "tid",
			  (int)i + 1, "args", "name", line->lane[i].name), to);
	fputs(",\n", to);
}

static void json_slice(const struct timeline *line, const struct slice *slice,
		       FILE *to)
{
	json_to(json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:{s:I, s:I, s:b, s:i}}",
			  "name", type_name(slice->type), "cat", "job", "ph",
			  "X", "pid", process_of(line, slice->lane), "tid",
			  (int)slice->lane + 1,
			  "ts", (json_int_t)slice->begin,
			  "dur", (json_int_t)(slice->end - slice->begin),
			  "args", "job", (json_int_t)slice->job,
			  "waited_us", (json_int_t)slice->waited,
			  "stopped", slice->stopped, "status", slice->status),
		to);
	fputs(",\n", to);
}

/*
 * The "JSON Object Format" of the Trace Event Format; an event that says how long it
 * was traced closes the list, so that none ends in a comma.
 */
void timeline_json(const struct timeline *line, FILE *to)
{
	unsigned int i;
	size_t n;

	fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", to);
	for (i = 0; i < line->nr_lanes; i++)
		if (line->lane[i].shown)
			json_names(line, i, to);
	for (n = 0; n < line->nr; n++)
		if (line->lane[line->slice[n].lane].shown)
			json_slice(line, &line->slice[n], to);
	json_to(json_pack("{s:s, s:s, s:s, s:i, s:I, s:{s:I, s:I}}", "name",
			  "end of trace", "ph", "i", "s", "g", "pid", 1, "ts",
			  (json_int_t)line->end, "args",
			  "traced_us", (json_int_t)(line->end - line->begin),
			  "lost_events", (json_int_t)line->lost), to);
	fputs("\n]}\n", to);
	checked(to, fflush(to));
}

static double pixel(const struct timeline *line, uint64_t us)
{
	uint64_t span = line->end - line->begin ?: 1;

	us = us < line->begin ? line->begin : us > line->end ? line->end : us;
	return LEFT + (double)(us - line->begin) * WIDTH / span;
}

static void svg_axis(const struct timeline *line, int height, FILE *to)
{
	double ms = (line->end - line->begin) / 1000.0;
	int i;

	for (i = 0; i <= TICKS; i++) {
		int x = LEFT + i * WIDTH / TICKS;

		fprintf(to,
			"<line x1='%d' y1='%d' x2='%d' y2='%d' stroke='#ccc'/>\n",
			x, TOP - 8, x, height);
		fprintf(to,
			"<text x='%d' y='%d' text-anchor='middle'>%.*f ms</text>\n",
			x, TOP - 14, ms < 100 ? 1 : 0, ms * i / TICKS);
	}
}

static void svg_slice(const struct timeline *line, const struct slice *slice,
		      int y, FILE *to)
{
	static const char *const fill[] = {
		"#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377",
	};
	double x = pixel(line, slice->begin);
	double width = pixel(line, slice->end) - x;

	fprintf(to,
		"<rect x='%.2f' y='%d' width='%.2f' height='%d' fill='%s'%s>\n",
		x, y, width < 0.3 ? 0.3 : width, ROW - 8,
		fill[slice->lane % ARRAY_SIZE(fill)],
		slice->status ? " stroke='#000'" : "");
	fprintf(to,
		"<title>%s, job %llu: %llu us after %llu us in the queue%s</title></rect>\n",
		type_name(slice->type),
		(unsigned long long)slice->job,
		(unsigned long long)(slice->end - slice->begin),
		(unsigned long long)slice->waited,
		slice->stopped ? ", stopped" : slice->status ? ", failed" : "");
}

/* One row for each vGPU; names are UUIDs and device names, which need no escapes. */
void timeline_svg(const struct timeline *line, FILE *to)
{
	int height = TOP, y = TOP;
	unsigned int i;
	size_t n;

	for (i = 0; i < line->nr_lanes; i++)
		height += line->lane[i].shown ? ROW : 0;
	fprintf(to,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='monospace' font-size='12'>\n"
		"<rect width='100%%' height='100%%' fill='#fff'/>\n",
		LEFT + WIDTH + 60, height + 10);
	svg_axis(line, height, to);
	for (i = 0; i < line->nr_lanes; i++) {
		if (!line->lane[i].shown)
			continue;
		fprintf(to, "<text x='8' y='%d'>%s</text>\n", y + 16,
			line->lane[i].name);
		for (n = 0; n < line->nr; n++)
			if (line->slice[n].lane == i)
				svg_slice(line, &line->slice[n], y, to);
		y += ROW;
	}
	fputs("</svg>\n", to);
	checked(to, fflush(to));
}
