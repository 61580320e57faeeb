/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_BACKEND_VIRTIO_H
#define _MVGPU_BACKEND_VIRTIO_H

#include <linux/cache.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/virtio.h>
#include <linux/virtio_gpu.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <mvgpu/backend.h>
#include <mvgpu/job.h>

/* Entries that QEMU takes in one RESOURCE_ATTACH_BACKING. */
#define MVGPU_VIRTIO_MAX_RUNS 16384

/* Descriptors that no table of entries may take: headers, queries, slack. */
#define MVGPU_VIRTIO_RESERVED 16

/* Commands of one request: header and response of each fit the ring. */
#define MVGPU_VIRTIO_MAX_COMMANDS 112

/* Shortest control queue that we work with. */
#define MVGPU_VIRTIO_MIN_QUEUE 32

/* Capsets that we know: VIRGL and VIRGL2. */
#define MVGPU_VIRTIO_CAPSETS 2

/* Bytes of a stream at most; Mesa's are a quarter of that. */
#define MVGPU_VIRTIO_MAX_STREAM (1024 * 1024)

/* GPU ids are 1 to these; the next one of each is ours. */
#define MVGPU_VIRTIO_MAX_RES 0x7fffffffU
#define MVGPU_VIRTIO_MAX_CTX 0xffff

/* Commands of a CTX_CHECK */
#define MVGPU_VIRTIO_CHECK_COMMANDS 7

struct mvgpu_virtio_request;

/**
 * struct mvgpu_virtio_command - one request to the device and its response
 * @request: what it is a part of
 * @req: the request; not changed any more once it is queued
 * @req_len: bytes of @req
 * @fenced: the response tells that the renderer is through with it
 * @data: what follows @req (a table of entries, a stream), or NULL
 * @borrowed: @data is the job's
 * @pages: the pages of @data
 * @resp: where the device writes; &@hdr, or memory of its own
 * @resp_len: bytes of @resp
 * @hdr: the usual response; alone on its cache lines, the device writes it
 */
struct mvgpu_virtio_command {
	struct mvgpu_virtio_request *request;
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_resource_create_2d create;
		struct virtio_gpu_resource_unref unref;
		struct virtio_gpu_resource_attach_backing attach;
		struct virtio_gpu_resource_detach_backing detach;
		struct virtio_gpu_transfer_to_host_2d transfer;
		struct virtio_gpu_ctx_create ctx_create;
		struct virtio_gpu_ctx_destroy ctx_destroy;
		struct virtio_gpu_ctx_resource ctx_resource;
		struct virtio_gpu_resource_create_3d create_3d;
		struct virtio_gpu_transfer_host_3d transfer_3d;
		struct virtio_gpu_cmd_submit submit;
		struct virtio_gpu_cmd_get_edid edid;
		struct virtio_gpu_get_capset_info capset_info;
		struct virtio_gpu_get_capset capset;
	} req;
	u32 req_len;
	bool fenced;
	void *data;
	bool borrowed;
	struct sg_table pages;
	void *resp;
	u32 resp_len;
	struct virtio_gpu_ctrl_hdr hdr __aligned(ARCH_DMA_MINALIGN);
};

/**
 * struct mvgpu_virtio_request - commands that are queued and end together
 * @job: whose; NULL for a query of our own
 * @undo: queued if the first command worked and a later one failed, or NULL
 * @ended: in the list of what has just ended; owned by who took it there
 * @completion: a query has ended
 * @nr_sgs: descriptors that all of it needs without indirect tables
 * @nr_pending: commands that the device holds; the GPU's lock
 * @status: 0, -EIO or -ETIMEDOUT; the GPU's lock until it has ended
 * @created: the first command worked; the GPU's lock
 * @abandoned: nobody waits for this query any more; the GPU's lock
 * @written: for CTX_CHECK, what its stream writes; NULL for all others
 * @written_addr: what the device knows it by
 * @nr: commands to queue
 * @command: @nr of them, and room for @undo
 *
 * The device may write into it while @nr_pending is not 0: it is freed after.
 */
struct mvgpu_virtio_request {
	struct mvgpu_job *job;
	struct mvgpu_virtio_command *undo;
	struct list_head ended;
	struct completion completion;
	u32 nr_sgs;
	u32 nr_pending;
	int status;
	bool created;
	bool abandoned;
	__le32 *written;
	dma_addr_t written_addr;
	u32 nr;
	struct mvgpu_virtio_command command[];
};

/**
 * struct mvgpu_virtio_info - what the device told at probe
 * @nr_capsets: entries of @capset that are filled
 * @capset: those that we know; their data is freed by mvgpu_virtio_info_exit()
 * @renderer: its version, as in MVGPU_CAPS_VERSION; 0: not told
 * @glsl: version of GLSL that it has, 430 with OpenGL 4.3; 0: not told
 * @gles: it is on OpenGL ES
 * @clear_texture: the renderer has CLEAR_TEXTURE
 * @software: it has no GPU
 */
struct mvgpu_virtio_info {
	u32 nr_capsets;
	struct mvgpu_capset capset[MVGPU_VIRTIO_CAPSETS];
	u32 renderer;
	u32 glsl;
	bool gles;
	bool clear_texture;
	bool software;
};

/**
 * struct mvgpu_virtio - one virtio-gpu device of the host
 */
struct mvgpu_virtio {
	/** @vdev: the device; constant. */
	struct virtio_device *vdev;
	/** @dma_dev: maps pages; NULL: physical addresses do. Constant. */
	struct device *dma_dev;
	/** @zero: zeroes, MVGPU_VIRTIO_ZERO_SIZE bytes; constant. */
	void *zero;
	/** @zero_addr: what the device knows @zero by; constant. */
	dma_addr_t zero_addr;
	/** @ring_size: entries of the control queue; constant after probe. */
	u32 ring_size;
	/** @max_runs: entries of one table; constant after probe. */
	u32 max_runs;
	/** @max_stream: bytes of one stream; constant after probe. */
	u32 max_stream;
	/** @mappings: of backings, by GPU resource id; its own lock. */
	struct xarray mappings;
	/** @info: see there. */
	struct mvgpu_virtio_info info;
	/** @config_work: the device's configuration has changed. */
	struct work_struct config_work;
	/** @poll: asks the device early for fences. */
	struct hrtimer poll;

	/** @lock: innermost; taken in hardirq. */
	spinlock_t lock;
	/** @core: NULL until it is registered; @lock. */
	struct mvgpu_gpu *core;
	/** @lost: the device sent garbage; @lock. */
	bool lost;
	/**
	 * @running: the queues may be used; @lock. Cleared before an RCU grace
	 * period, after which the queues may be deleted.
	 */
	bool running;
	/** @ctrl: control queue; changed while not @running only. */
	struct virtqueue *ctrl;
	/** @fence: last fence id that was given away; @lock. */
	u32 fence;
	/** @nr_fences: fences that the device holds; @lock. */
	u32 nr_fences;
	/** @poll_ns: time to the next early poll; @lock. */
	u64 poll_ns;
	/** @poll_active: @poll is armed or runs; @lock. */
	bool poll_active;
};

/**
 * typedef mvgpu_virtio_build_fn - make the commands of a job
 * @gpu: the GPU
 * @request: with room for them
 * @job: the job
 *
 * Return: 0, -ENOMEM, or another errno; what was allocated is freed with
 * @request.
 */
typedef int mvgpu_virtio_build_fn(struct mvgpu_virtio *gpu,
				  struct mvgpu_virtio_request *request,
				  struct mvgpu_job *job);

/* device.c */
void mvgpu_virtio_lost(struct mvgpu_virtio *gpu);

/* queue.c */
int mvgpu_virtio_queue_start(struct mvgpu_virtio *gpu);
void mvgpu_virtio_queue_stop(struct mvgpu_virtio *gpu);
void mvgpu_virtio_queue_delete(struct mvgpu_virtio *gpu);
int mvgpu_virtio_queue_add(struct mvgpu_virtio *gpu,
			   struct mvgpu_virtio_request *request);
void mvgpu_virtio_queue_kick(struct mvgpu_virtio *gpu);

/* command.c */
struct mvgpu_virtio_request *mvgpu_virtio_request_alloc(u32 nr);
void mvgpu_virtio_request_free(struct mvgpu_virtio_request *request);
void mvgpu_virtio_command_init(struct mvgpu_virtio_command *command, u32 type,
			       u32 req_len);
int mvgpu_virtio_attach_init(struct mvgpu_virtio *gpu,
			     struct mvgpu_virtio_command *command, u32 res_id,
			     u32 nr);
int mvgpu_virtio_attach_zeroes(struct mvgpu_virtio *gpu,
			       struct mvgpu_virtio_command *command, u32 res_id,
			       u64 size);
int mvgpu_virtio_command_data(struct mvgpu_virtio_command *command, void *data,
			      size_t size);
void mvgpu_virtio_detach_init(struct mvgpu_virtio_command *command, u32 res_id);
void mvgpu_virtio_unref_init(struct mvgpu_virtio_command *command, u32 res_id);
int mvgpu_virtio_prepare(void *priv, struct mvgpu_job *job);
void mvgpu_virtio_unprepare(void *priv, struct mvgpu_job *job);
int mvgpu_virtio_submit(void *priv, u32 engine, struct mvgpu_job *job);

/* command3d.c */
u32 mvgpu_virtio_create_3d_count(const struct mvgpu_job *job);
mvgpu_virtio_build_fn mvgpu_virtio_create_3d_build;
mvgpu_virtio_build_fn mvgpu_virtio_ctx_create_build;
mvgpu_virtio_build_fn mvgpu_virtio_ctx_destroy_build;
mvgpu_virtio_build_fn mvgpu_virtio_ctx_attach_build;
mvgpu_virtio_build_fn mvgpu_virtio_ctx_detach_build;
mvgpu_virtio_build_fn mvgpu_virtio_check_build;
void mvgpu_virtio_check_end(struct mvgpu_virtio *gpu, struct mvgpu_job *job);
mvgpu_virtio_build_fn mvgpu_virtio_transfer_to_build;
mvgpu_virtio_build_fn mvgpu_virtio_transfer_from_build;
mvgpu_virtio_build_fn mvgpu_virtio_submit_build;

/* dma.c */
#define MVGPU_VIRTIO_ZERO_SIZE (128 * 1024)

void *mvgpu_virtio_dma_alloc(struct mvgpu_virtio *gpu, size_t size,
			     dma_addr_t *addr);
void mvgpu_virtio_dma_free(struct mvgpu_virtio *gpu, size_t size, void *mem,
			   dma_addr_t addr);
int mvgpu_virtio_dma_init(struct mvgpu_virtio *gpu);
void mvgpu_virtio_dma_exit(struct mvgpu_virtio *gpu);
int mvgpu_virtio_dma_map(struct mvgpu_virtio *gpu, u32 res_id,
			 struct mvgpu_backing *backing);
u32 mvgpu_virtio_dma_nents(const struct mvgpu_backing *backing);
void mvgpu_virtio_dma_fill(const struct mvgpu_backing *backing,
			   struct virtio_gpu_mem_entry *entry);
void mvgpu_virtio_dma_sync(struct mvgpu_virtio *gpu, u32 res_id);
void mvgpu_virtio_dma_sync_back(struct mvgpu_virtio *gpu, u32 res_id);
bool mvgpu_virtio_dma_bounces(struct mvgpu_virtio *gpu);
void mvgpu_virtio_backing_release(void *priv, struct mvgpu_backing *backing);

/* poll.c */
void mvgpu_virtio_poll_init(struct mvgpu_virtio *gpu);
void mvgpu_virtio_poll_start_locked(struct mvgpu_virtio *gpu);
void mvgpu_virtio_poll_progress_locked(struct mvgpu_virtio *gpu);
void mvgpu_virtio_poll_stop(struct mvgpu_virtio *gpu);

/* info.c */
int mvgpu_virtio_info_init(struct mvgpu_virtio *gpu);
void mvgpu_virtio_info_exit(struct mvgpu_virtio *gpu);

#endif
