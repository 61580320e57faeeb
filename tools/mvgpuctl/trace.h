/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPUCTL_TRACE_H
#define _MVGPUCTL_TRACE_H

#include "mvgpuctl.h"

/**
 * struct slice - a job, or a part of one, on an engine
 * @lane: whose, an index of struct timeline
 * @type: of the command, VIRTIO_GPU_CMD_*
 * @stopped: the job went on later
 * @status: of the job, if it was not stopped: 0 or a negative errno
 * @job: its number
 * @begin: us, CLOCK_MONOTONIC
 * @end: likewise
 * @waited: us in the queue before
 */
struct slice {
	unsigned int lane;
	uint32_t type;
	bool stopped;
	int status;
	uint64_t job;
	uint64_t begin, end, waited;
};

/**
 * struct job_seen - that is not done yet
 * @id: its number
 * @queued: us, since when it waits
 * @submitted: us; 0: it waits
 */
struct job_seen {
	uint64_t id;
	uint64_t queued, submitted;
};

/**
 * struct lane - a vGPU
 * @name: its UUID
 * @gpu: of the GPU
 * @engine: that serves it
 * @shown: who traces wants it
 * @nr: entries of @job
 * @room: that @job has room for
 * @job: those under way
 */
struct lane {
	char name[MVGPU_NAME_LEN];
	char gpu[MVGPU_NAME_LEN];
	uint32_t engine;
	bool shown;
	size_t nr, room;
	struct job_seen *job;
};

/**
 * struct timeline - what was seen
 * @only: the vGPU or the GPU that is shown; NULL: all
 * @begin: us, CLOCK_MONOTONIC
 * @end: likewise
 * @lost: events that the kernel had no room for
 * @nr_lanes: entries of @lane
 * @lane: vGPUs
 * @nr: entries of @slice
 * @room: that @slice has room for
 * @slice: in the order of their ends
 */
struct timeline {
	const char *only;
	uint64_t begin, end, lost;
	unsigned int nr_lanes;
	struct lane *lane;
	size_t nr, room;
	struct slice *slice;
};

/* trace-parse.c: a line of trace_pipe */
void timeline_line(struct timeline *line, const char *text);
void timeline_free(struct timeline *line);

/* trace-write.c; end the program if they can't write */
void timeline_json(const struct timeline *line, FILE *to);
void timeline_svg(const struct timeline *line, FILE *to);

#endif
