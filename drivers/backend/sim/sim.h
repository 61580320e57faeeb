/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_BACKEND_SIM_H
#define _MVGPU_BACKEND_SIM_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <mvgpu/backend.h>
#include <mvgpu/job.h>

struct dentry;
struct mvgpu_sim;

/* As many as the device of the host gets: see mvgpu_virtio. */
#define MVGPU_SIM_MAX_OUTSTANDING 2
#define MVGPU_SIM_MAX_RUNS 16384
#define MVGPU_SIM_MAX_STREAM (1024 * 1024)
#define MVGPU_SIM_MAX_CTX 0xffff

/**
 * struct mvgpu_sim_resource - GPU memory
 * @ref: the table's or the request's, and of each reader
 * @id: GPU id
 * @format: enum virtio_gpu_formats
 * @width: pixels
 * @height: pixels
 * @size: bytes of @data
 * @data: pixels, rows without gaps; written by the engine; NULL: a 3D resource
 *	of which only the size is known
 * @pixel: bytes of a pixel of @data
 * @layers: depth, or layers
 * @backing: attached pages, or NULL; the engine, and @sim->table
 */
struct mvgpu_sim_resource {
	struct kref ref;
	u32 id, format, width, height;
	u32 pixel, layers;
	u64 size;
	void *data;
	const struct mvgpu_backing *backing;
};

/**
 * struct mvgpu_sim_request - what prepare() leaves in a job
 * @job: whose
 * @queue: in a list of the engine; @sim->lock
 * @resource: to be created; NULL once it is in the table
 * @context: likewise a place in the table of contexts; 0: none
 * @cost: ns that it takes, or that are left since it was stopped; set by the
 *	first submit(), then @sim->lock
 * @submitted: ns, the GPU's clock; @sim->lock
 * @counted: the fault knobs have counted it; @cost is set
 * @fail: fault knobs that hit it; set by submit()
 * @drop: likewise
 * @hang: likewise
 * @corrupt: likewise
 */
struct mvgpu_sim_request {
	struct mvgpu_job *job;
	struct list_head queue;
	struct mvgpu_sim_resource *resource;
	u32 context;
	u64 cost;
	u64 submitted;
	bool counted;
	bool fail, drop, hang, corrupt;
};

/**
 * struct mvgpu_sim_engine - runs one job at a time
 * @sim: the GPU
 * @work: ends the job whose time is up
 * @timer: queues @work at that time
 * @queue: what was submitted, the first one runs; @sim->lock
 * @dropped: has run, but nobody is told; @sim->lock
 * @executing: @work has taken a job out of @queue and executes it; @sim->lock
 * @nr_running: jobs that core has given us; @sim->lock
 * @free_at: ns, end of the last job, or its stop, on the GPU's clock; @sim->lock
 */
struct mvgpu_sim_engine {
	struct mvgpu_sim *sim;
	struct work_struct work;
	struct hrtimer timer;
	struct list_head queue;
	struct list_head dropped;
	bool executing;
	u32 nr_running;
	u64 free_at;
};

/**
 * struct mvgpu_sim_knobs - set by debugfs at any time
 * @ns_per_command: cost of any job
 * @ns_per_kib: cost of each KiB that it moves
 * @ns_per_stream_command: cost of each command in a stream
 * @delay_ns: further cost of any job
 * @preempt: not 0: running jobs can be stopped
 * @fail_nth: the n-th job from now fails; 0: none. All _nth are alike.
 * @fail_count: as many jobs from there on fail
 * @drop_nth: the end of this job is never told
 * @hang_nth: this job never ends, and those behind it wait
 * @corrupt_nth: this job ends with a status that the contract does not know
 * @prepare_fail_nth: prepare() of this job fails with -ENOMEM
 * @reset_fail_nth: this reset of the GPU fails
 */
struct mvgpu_sim_knobs {
	u64 ns_per_command;
	u64 ns_per_kib;
	u64 ns_per_stream_command;
	u64 delay_ns;
	u32 preempt;
	atomic_t fail_nth;
	atomic_t fail_count;
	atomic_t drop_nth;
	atomic_t hang_nth;
	atomic_t corrupt_nth;
	atomic_t prepare_fail_nth;
	atomic_t reset_fail_nth;
};

/**
 * struct mvgpu_sim_stats - read by debugfs; @sim->lock
 * @jobs: that have run, failed ones included
 * @preempted: that were stopped, once for each time
 * @cancelled: that were ended, or given back, by cancel() or reset()
 * @resets: of the GPU
 * @resources: that exist
 * @bytes: of their memory
 * @transferred: bytes copied from and to backings
 * @contexts: that exist
 * @commands: of streams
 */
struct mvgpu_sim_stats {
	u64 jobs;
	u64 preempted;
	u64 cancelled;
	u64 resets;
	u64 resources;
	u64 bytes;
	u64 transferred;
	u64 contexts;
	u64 commands;
};

/**
 * struct mvgpu_sim - a GPU in software
 */
struct mvgpu_sim {
	/** @dev: the platform device; constant. */
	struct device *dev;
	/** @gpu: constant from registration to removal. */
	struct mvgpu_gpu *gpu;
	/** @wq: for the engines' work; constant. */
	struct workqueue_struct *wq;
	/** @memory: bytes; constant. */
	u64 memory;
	/** @nr_engines: entries of @engine; constant. */
	u32 nr_engines;

	/** @lock: of the engines and the clock. Innermost. */
	spinlock_t lock;
	/** @manual: the clock is @now and moves by debugfs only; @lock. */
	bool manual;
	/** @now: ns; @lock. */
	u64 now;
	/** @stats: see there. */
	struct mvgpu_sim_stats stats;

	/** @table: resources come and go. Taken without @lock. */
	struct mutex table;
	/** @resources: by GPU id; changed with @table. */
	struct xarray resources;
	/** @contexts: values by GPU id; has its own lock. */
	struct xarray contexts;

	/** @knobs: see there; no lock. */
	struct mvgpu_sim_knobs knobs;
	/** @readback_id: resource that the file readback shows; no lock. */
	u32 readback_id;
	/** @debugfs: directory. */
	struct dentry *debugfs;
	/** @debugfs_lose: the file that needs @gpu. */
	struct dentry *debugfs_lose;

	/** @engine: see there. */
	struct mvgpu_sim_engine engine[];
};

/* exec.c */
extern const struct mvgpu_backend_ops mvgpu_sim_ops;

/* engine.c */
void mvgpu_sim_engine_init(struct mvgpu_sim *sim,
			   struct mvgpu_sim_engine *engine);
void mvgpu_sim_engine_exit(struct mvgpu_sim_engine *engine);
void mvgpu_sim_engine_cancel(struct mvgpu_sim_engine *engine,
			     const struct mvgpu_vgpu *vgpu);
int mvgpu_sim_engine_preempt(struct mvgpu_sim_engine *engine);
int mvgpu_sim_engine_add(struct mvgpu_sim_engine *engine,
			 struct mvgpu_sim_request *request);
void mvgpu_sim_set_manual(struct mvgpu_sim *sim, bool manual);
u64 mvgpu_sim_now(struct mvgpu_sim *sim);
int mvgpu_sim_advance(struct mvgpu_sim *sim, u64 ns);

/* resource.c */
int mvgpu_sim_resource_alloc(struct mvgpu_sim *sim,
			     const struct mvgpu_job_res_create *create,
			     struct mvgpu_sim_request *request);
void mvgpu_sim_resource_cancel(struct mvgpu_sim *sim,
			       struct mvgpu_sim_request *request);
struct mvgpu_sim_resource *mvgpu_sim_resource_get(struct mvgpu_sim *sim,
						  u32 id);
void mvgpu_sim_resource_put(struct mvgpu_sim_resource *res);
void mvgpu_sim_resource_destroy_all(struct mvgpu_sim *sim);
int mvgpu_sim_resource_alloc_3d(struct mvgpu_sim *sim,
				const struct mvgpu_job_res_create_3d *create,
				struct mvgpu_sim_request *request);
int mvgpu_sim_execute(struct mvgpu_sim *sim,
		      struct mvgpu_sim_request *request);

/* exec3d.c */
int mvgpu_sim_context_alloc(struct mvgpu_sim *sim, u32 id,
			    struct mvgpu_sim_request *request);
void mvgpu_sim_context_cancel(struct mvgpu_sim *sim,
			      struct mvgpu_sim_request *request);
void mvgpu_sim_context_destroy_all(struct mvgpu_sim *sim);
int mvgpu_sim_context_execute(struct mvgpu_sim *sim,
			      struct mvgpu_sim_request *request);
int mvgpu_sim_transfer_3d(struct mvgpu_sim *sim,
			  struct mvgpu_sim_resource *res,
			  const struct mvgpu_job_transfer_3d *transfer,
			  bool to_backing);

/* capset.c */
extern const struct mvgpu_capset mvgpu_sim_capsets[2];
void mvgpu_sim_capsets_init(void);

/* debugfs.c */
void mvgpu_sim_debugfs_init(struct mvgpu_sim *sim);
void mvgpu_sim_debugfs_registered(struct mvgpu_sim *sim);
void mvgpu_sim_debugfs_unregister(struct mvgpu_sim *sim);
void mvgpu_sim_debugfs_exit(struct mvgpu_sim *sim);

#endif
