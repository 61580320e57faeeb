// SPDX-License-Identifier: GPL-2.0
/* What mvgpu's tracepoints of jobs tell, see include/trace/events/mvgpu.h. */
#include <stdlib.h>
#include <string.h>

#include "trace.h"

/* Room for one more entry of @array, or the end. */
static void *grown(void *array, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? 2 * *room : 64;
	array = reallocarray(array, *room, size);
	if (!array)
		die(ST_FAILED, "trace for a shorter time", "out of memory");
	return array;
}

/* Whose vGPU is it? The GPU is "?" if it is gone already. */
static void lane_describe(struct lane *lane)
{
	struct mvgpu_gpu_info gpu;
	struct mvgpu_vgpu_info vgpu;

	lane->gpu[0] = '?';
	if (!try_find_vgpu(lane->name, &vgpu, &gpu))
		return;
	memcpy(lane->gpu, gpu.name, sizeof(lane->gpu));
	lane->engine = vgpu.engine;
}

static struct lane *lane_find(struct timeline *line, const char *name)
{
	struct lane *lane;
	unsigned int i;

	for (i = 0; i < line->nr_lanes; i++)
		if (!strcmp(line->lane[i].name, name))
			return &line->lane[i];
	line->lane = reallocarray(line->lane, line->nr_lanes + 1,
				  sizeof(*line->lane));
	if (!line->lane)
		die(ST_FAILED, "trace for a shorter time", "out of memory");
	lane = &line->lane[line->nr_lanes++];
	memset(lane, 0, sizeof(*lane));
	snprintf(lane->name, sizeof(lane->name), "%s", name);
	lane_describe(lane);
	lane->shown = !line->only || !strcmp(line->only, lane->name) ||
		      !strcmp(line->only, lane->gpu);
	return lane;
}

/* Entry of a job; a new one if it has none yet. */
static struct job_seen *job_find(struct lane *lane, uint64_t id, uint64_t now)
{
	size_t i;

	for (i = 0; i < lane->nr; i++)
		if (lane->job[i].id == id)
			return &lane->job[i];
	lane->job = grown(lane->job, lane->nr, &lane->room, sizeof(*lane->job));
	lane->job[lane->nr] = (struct job_seen){ .id = id, .queued = now };
	return &lane->job[lane->nr++];
}

/*
 * When the engine was free for what was submitted at @submitted: jobs are handed over
 * ahead of time, so that it need not wait.
 */
static uint64_t engine_free(const struct timeline *line, const struct lane *lane,
			    uint64_t submitted)
{
	size_t i = line->nr;

	while (i-- && line->slice[i].end > submitted) {
		const struct lane *of = &line->lane[line->slice[i].lane];

		if (of->engine == lane->engine && !strcmp(of->gpu, lane->gpu))
			return line->slice[i].end;
	}
	return submitted;
}

static void slice_add(struct timeline *line, struct lane *lane,
		      const struct job_seen *job, const struct slice *what)
{
	struct slice *slice;
	uint64_t begin = engine_free(line, lane, job->submitted);

	line->slice = grown(line->slice, line->nr, &line->room,
			    sizeof(*line->slice));
	slice = &line->slice[line->nr++];
	*slice = *what;
	slice->lane = lane - line->lane;
	slice->begin = begin < what->end ? begin : what->end;
	slice->waited = slice->begin - job->queued;
}

static void job_event(struct timeline *line, struct lane *lane,
		      const char *event, const struct slice *what)
{
	struct job_seen *job = job_find(lane, what->job, what->end);

	if (!strcmp(event, "submit")) {
		job->submitted = what->end;
		return;
	}
	if (!strcmp(event, "queue"))
		return;
	/* One that was on the engine before tracing began has no beginning. */
	if (job->submitted)
		slice_add(line, lane, job, what);
	if (what->stopped) {
		job->queued = what->end;
		job->submitted = 0;
	} else {
		*job = lane->job[--lane->nr];
	}
}

void timeline_line(struct timeline *line, const char *text)
{
	unsigned long long seconds, us, lost, job;
	const char *at = strstr(text, ": mvgpu_job_"), *stamp = at;
	char event[16], name[MVGPU_NAME_LEN];
	struct slice what = { };

	if (sscanf(text, "CPU:%*u [LOST %llu EVENTS]", &lost) == 1)
		line->lost += lost;
	if (!at)
		return;
	while (stamp > text && stamp[-1] != ' ')
		stamp--;
	/* MVGPU_NAME_LEN is 48. */
	if (sscanf(stamp, "%llu.%llu", &seconds, &us) != 2 ||
	    sscanf(at, ": mvgpu_job_%15[a-z]: vgpu=%47s job=%llu type=%x op=%*d status=%d",
		   event, name, &job, &what.type, &what.status) != 5)
		return;
	what.job = job;
	what.end = seconds * 1000000 + us;
	what.stopped = !strcmp(event, "preempt");
	job_event(line, lane_find(line, name), event, &what);
}

void timeline_free(struct timeline *line)
{
	while (line->nr_lanes)
		free(line->lane[--line->nr_lanes].job);
	free(line->lane);
	free(line->slice);
}
