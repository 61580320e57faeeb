// SPDX-License-Identifier: GPL-2.0
/* What happened between two snapshots. */
#include <errno.h>
#include <time.h>

#include "rate.h"

static uint64_t hist_delta_p99(const uint32_t *from, const uint32_t *to)
{
	uint32_t delta[MVGPU_STATS_BUCKETS];
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		delta[i] = to[i] - from[i];
	return hist_percentile(delta, 99);
}

static uint64_t hist_delta_sum(const uint32_t *from, const uint32_t *to)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		sum += (uint32_t)(to[i] - from[i]);
	return sum;
}

/* They begin anew when the vGPU is opened again. */
static uint64_t frames_between(const struct mvgpu_vgpu_stats *from,
			       const struct mvgpu_vgpu_stats *to)
{
	return to->frames - (from->frames <= to->frames ? from->frames : 0);
}

static uint64_t gpu_frames(const struct snapshot *from,
			   const struct snapshot *to)
{
	const struct mvgpu_vgpu_stats *a;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < to->nr; i++) {
		a = find_stats(from, to->vgpu[i].id);
		if (a)
			sum += frames_between(a, &to->vgpu[i]);
	}
	return sum;
}

void rate_gpu(const struct snapshot *from, const struct snapshot *to,
	      struct rate *rate)
{
	const struct mvgpu_gpu_stats *a = &from->gpu, *b = &to->gpu;
	double busy = b->busy_ns - a->busy_ns, idle = b->idle_ns - a->idle_ns;
	double all = busy + idle, ns = to->now - from->now;
	const uint32_t *run[2] = {
		a->hist[MVGPU_STATS_RUN], b->hist[MVGPU_STATS_RUN],
	};

	*rate = (struct rate) {
		.busy = all > 0 ? busy / all : 0,
		.idle = all > 0 ? idle / all : 1,
		.jobs = hist_delta_sum(run[0], run[1]) * 1e9 / ns,
		.switches = (b->switches - a->switches) * 1e9 / ns,
		.fps = gpu_frames(from, to) * 1e9 / ns,
		.wait_p99 = hist_delta_p99(a->hist[MVGPU_STATS_WAIT],
					   b->hist[MVGPU_STATS_WAIT]),
		.run_p99 = hist_delta_p99(run[0], run[1]),
		.memory = b->memory,
		.resets = b->resets,
	};
}

bool rate_vgpu(const struct snapshot *from, const struct snapshot *to,
	       uint32_t id, struct rate *rate)
{
	const struct mvgpu_vgpu_stats *a = find_stats(from, id);
	const struct mvgpu_vgpu_stats *b = find_stats(to, id);
	double ns = to->now - from->now;

	if (!a || !b)
		return false;
	*rate = (struct rate) {
		.busy = (b->busy_ns - a->busy_ns) / ns,
		.wait = (b->wait_ns - a->wait_ns) / ns,
		.idle = (b->idle_ns - a->idle_ns) / ns,
		.jobs = (b->jobs - a->jobs) * 1e9 / ns,
		.switches = (b->switches - a->switches) * 1e9 / ns,
		.fps = frames_between(a, b) * 1e9 / ns,
		.wait_p99 = hist_delta_p99(a->hist[MVGPU_STATS_WAIT],
					   b->hist[MVGPU_STATS_WAIT]),
		.run_p99 = hist_delta_p99(a->hist[MVGPU_STATS_RUN],
					  b->hist[MVGPU_STATS_RUN]),
		.memory = b->memory,
		.resets = b->resets,
	};
	return true;
}

json_t *rate_json(const struct rate *rate)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I}",
			 "busy", rate->busy, "wait", rate->wait,
			 "idle", rate->idle, "jobs_per_s", rate->jobs,
			 "switches_per_s", rate->switches, "fps", rate->fps,
			 "wait_p99_ns", (json_int_t)rate->wait_p99,
			 "run_p99_ns", (json_int_t)rate->run_p99,
			 "memory", (json_int_t)rate->memory,
			 "resets", (json_int_t)rate->resets);
}

uint64_t rate_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void rate_sleep(uint64_t *next, uint64_t interval)
{
	uint64_t now = rate_now();
	struct timespec ts;

	/* Who was stopped for a while does not catch up. */
	if (*next < now)
		*next = now;
	ts.tv_sec = *next / 1000000000;
	ts.tv_nsec = *next % 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
	*next += interval;
}
