/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FAKE_H
#define _FAKE_H

#include <linux/list.h>
#include <mvgpu/backing.h>
#include <mvgpu/display.h>
#include <mvgpu/job.h>
#include <mvgpu/proto.h>
#include <mvgpu/type.h>

#include "guest.h"
#include "must.h"

/* GPU ids are 1 to this, those of contexts, too. */
#define FAKE_IDS 24
#define FAKE_CTX_IDS 8
/* Quota on contexts. */
#define FAKE_CONTEXTS 5
/* Limits of its textures. */
#define FAKE_SIDE 8192
#define FAKE_SIDE_3D 1024
#define FAKE_SIDE_CUBE 4096
#define FAKE_LAYERS 2048
#define FAKE_SAMPLES 16
#define FAKE_GUEST_SIZE 0x40000
/*
 * Where requests and responses lie. What is above is for backings, whose bytes
 * nobody looks at: they don't exist.
 */
#define REQ_AT 0x1000
#define RESP_AT 0x6000
#define PAGES_AT 0x8000
/* Pin quota and what one GPU backing takes. */
#define FAKE_PINS 40
#define FAKE_RUNS 24

/**
 * struct fake_res - a resource as the GPU sees it
 * @exists: created and not destroyed
 * @width: pixels
 * @height: pixels
 * @layers: depth or layers
 * @backing: what DMA may touch
 */
struct fake_res {
	bool exists;
	u32 width, height, layers;
	const struct mvgpu_backing *backing;
};

/**
 * struct fake_ctx - a context as the GPU sees it
 * @exists: created and not destroyed
 * @attached: GPU ids that its streams may name
 */
struct fake_ctx {
	bool exists;
	bool attached[FAKE_IDS + 1];
};

/**
 * struct mvgpu_vgpu - stands for all of core, and for the GPU
 * @lost: see mvgpu_vgpu_lost()
 * @lenient: errors were injected: the GPU's view may differ from the tables
 * @no_emit: mvgpu_vgpu_emit() fails
 * @no_3d: the driver has not taken VIRTIO_GPU_F_VIRGL
 * @no_init: nor VIRTIO_GPU_F_CONTEXT_INIT
 * @used: GPU ids handed out
 * @gpu: by GPU id
 * @ctx_used: GPU ids of contexts handed out
 * @ctx: by GPU id
 * @refused: streams that mvgpu_vgpu_refused() was told of
 * @quota_hits: requests that mvgpu_vgpu_over_quota() was told of
 * @jobs: struct mvgpu_job.pending, for the GPU, oldest first
 * @old: jobs that are over
 * @nr_jobs: in @jobs
 * @nr_backings: alive
 * @nr_pins: of those
 */
struct mvgpu_vgpu {
	bool lost, lenient, no_emit, no_3d, no_init;
	bool used[FAKE_IDS + 1];
	struct fake_res gpu[FAKE_IDS + 1];
	bool ctx_used[FAKE_CTX_IDS + 1];
	struct fake_ctx ctx[FAKE_CTX_IDS + 1];
	u32 refused;
	u32 quota_hits;
	struct list_head jobs, old;
	u32 nr_jobs, nr_backings, nr_pins;
};

/**
 * struct mvgpu_display - remembers what it was told
 * @scanout: by scanout; what is shown, the last arguments, and how many calls
 *	of each function there were
 * @follows: somebody looks
 * @wants: and has just come
 * @fetches: calls of mvgpu_display_fetched() with a backing
 * @fetched: last argument
 */
struct mvgpu_display {
	struct {
		bool on, cursor;
		struct mvgpu_scanout_src src;
		u32 sets, flushes, cursors, moves;
		struct mvgpu_rect flush;
		u32 hot_x, hot_y, x, y;
	} scanout[MVGPU_MAX_SCANOUTS];
	bool follows, wants;
	u32 fetches;
	struct mvgpu_rect fetched;
};

/**
 * struct fake - a vGPU and all around it
 * @guest: its memory
 * @vgpu: core and GPU
 * @display: its displays
 * @proto: what is tested
 * @nr_scanouts: as the configuration says
 * @segment: requests are cut into segments of this many bytes; 0: they aren't
 */
struct fake {
	struct guest *guest;
	struct mvgpu_vgpu vgpu;
	struct mvgpu_display display;
	struct mvgpu_proto *proto;
	u32 nr_scanouts;
	u32 segment;
};

extern struct fake fake;

void fake_start(u32 nr_scanouts, u32 max_resources, u64 max_bytes,
		u32 max_entries);
/** fake_stop() - end by a reset of the GPU; aborts if anything is left. */
void fake_stop(void);
/** fake_send() - a control request; the job lives until fake_stop(). */
struct mvgpu_job *fake_send(const void *req, size_t len, size_t room);
/** fake_cursor() - a cursor request. */
void fake_cursor(const void *req, size_t len);
/** fake_run() - the GPU does the oldest job, or fails it; NULL: none. */
struct mvgpu_job *fake_run(int status);
/** fake_run_job() - likewise any job, out of order. */
void fake_run_job(struct mvgpu_job *job, int status);
/** fake_run_all() - until there is none. */
void fake_run_all(void);
/** fake_drop() - every queued job fails with @status. */
void fake_drop(int status);
/** fake_lose() - the GPU is reset: all is gone there. */
void fake_lose(void);
/** fake_config_3d() - what fake_start() tells of 3D. */
void fake_config_3d(struct mvgpu_proto_config *config);
/** fake_is_3d() - is it a job of fake3d.c's? */
bool fake_is_3d(const struct mvgpu_job *job);
/** fake_do_3d() - the GPU does it; false if it makes no sense. */
bool fake_do_3d(const struct mvgpu_job *job);
/** fake_names() - does a job name this GPU id of a resource? */
bool fake_names(const struct mvgpu_job *job, u32 res_id);
/** fake_job() - a job for the GPU. */
void fake_job(struct mvgpu_job *job);

/** fake_resp() - type of a job's response, checked as a guest sees it. */
u32 fake_resp(const struct mvgpu_job *job);

#endif
