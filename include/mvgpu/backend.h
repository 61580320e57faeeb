/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_BACKEND_H
#define _MVGPU_BACKEND_H

#include <linux/types.h>

struct device;
struct module;
struct mvgpu_backing;
struct mvgpu_gpu;
struct mvgpu_job;
struct mvgpu_vgpu;

/* Engines of one GPU. */
#define MVGPU_MAX_ENGINES 16
/* Capsets that guests may be shown. */
#define MVGPU_MAX_CAPSETS 2

/**
 * struct mvgpu_capset - what guests are told about 3D
 * @id: VIRTIO_GPU_CAPSET_VIRGL or _VIRGL2
 * @version: newest that @data fits
 * @size: bytes of @data
 * @data: as the protocol has it
 */
struct mvgpu_capset {
	u32 id, version, size;
	const void *data;
};

/* 1024 vGPUs of the smallest type. */
#define MVGPU_MAX_OVERCOMMIT 16

/**
 * struct mvgpu_gpu_caps - what a GPU can do; constant while it is registered
 * @memory: bytes of GPU memory to share out; not 0
 * @nr_engines: 1 to MVGPU_MAX_ENGINES; a job runs on one engine
 * @max_outstanding: jobs that one engine takes at a time, 1 or more. Small:
 *	a switch between vGPUs waits for them.
 * @max_runs: entries of one backing that the GPU takes
 * @max_res_id: GPU ids of resources are 1 to this
 * @max_ctx_id: GPU ids of contexts are 1 to this; 0: no 3D
 * @max_stream: bytes of one SUBMIT_3D; a multiple of 4
 * @context_init: a context can be of a capset that the guest chooses
 * @nr_capsets: entries of @capsets; 0: no 3D
 * @capsets: copied at registration; those that core does not know are not
 *	shown to guests
 * @overcommit: as many times the units of the types are shared out, and each of
 *	them is as much smaller; 0 is 1; at most MVGPU_MAX_OVERCOMMIT
 */
struct mvgpu_gpu_caps {
	u64 memory;
	u32 nr_engines;
	u32 max_outstanding;
	u32 max_runs;
	u32 max_res_id;
	u32 max_ctx_id;
	u32 max_stream;
	bool context_init;
	u32 nr_capsets;
	const struct mvgpu_capset *capsets;
	u32 overcommit;
};

/**
 * struct mvgpu_backend_ops - what drives a GPU
 *
 * Core calls these; @priv is what was given to mvgpu_gpu_register(). Jobs hold
 * GPU ids and pinned pages only. Jobs of one vGPU are submitted in order and
 * on one engine, and depend on each other in that order; jobs of different
 * vGPUs are independent.
 */
struct mvgpu_backend_ops {
	/** @owner: held while a vGPU of the GPU is open. */
	struct module *owner;
	/** @name: for messages, "virtio" or "sim". */
	const char *name;

	/**
	 * @prepare: allocate and map all that submit() of @job needs.
	 *
	 * Caller: the vGPU's work; may sleep; the caller owns @job. For ATTACH,
	 * maps job->backing and leaves the mapping in backing->backend.
	 * Optional. Return: 0, -ENOMEM, or another errno, which fails the job.
	 */
	int (*prepare)(void *priv, struct mvgpu_job *job);

	/**
	 * @unprepare: free what prepare() left in job->backend.
	 *
	 * Caller: the vGPU's work, once for each prepared job, after it is
	 * done or if it never ran; may sleep. Must not undo the mapping of a
	 * backing. Makes the status of a CTX_CHECK that was done -ESTALE if the
	 * context executes nothing any more. Optional.
	 */
	void (*unprepare)(void *priv, struct mvgpu_job *job);

	/**
	 * @submit: start @job on engine @engine.
	 *
	 * Caller: the engine's runner, or the work of a vGPU in its place,
	 * one at a time per engine; process context, but must not sleep
	 * nor allocate. From success on the
	 * backend owns the job and calls mvgpu_job_done() for it exactly once,
	 * possibly before submit() returns. Return: 0; -EBUSY: no room now,
	 * try again after a completion of the engine; another errno fails the
	 * job.
	 */
	int (*submit)(void *priv, u32 engine, struct mvgpu_job *job);

	/**
	 * @kick: submit() was called one or more times: tell the hardware.
	 *
	 * Caller: like submit(); must not sleep. Optional.
	 */
	void (*kick)(void *priv, u32 engine);

	/**
	 * @preempt: stop what engine @engine has, so that others come first.
	 *
	 * Caller: like submit(), which is not called again before all is back;
	 * when the slice of who runs is used up. Optional.
	 *
	 * Success: each job of the engine comes back soon, if it ends meanwhile by
	 * mvgpu_job_done(), else by mvgpu_job_preempted(), possibly before
	 * preempt() returns. A job that is stopped touches no memory any more;
	 * what is needed to go on with it is in job->backend. It is submitted
	 * again later, or unprepared without that. Return: 0; an errno: not now,
	 * and nothing was stopped.
	 */
	int (*preempt)(void *priv, u32 engine);

	/**
	 * @backing_release: undo the mapping in backing->backend.
	 *
	 * Caller: the vGPU's work; may sleep; the GPU has let go of the
	 * backing. Optional.
	 */
	void (*backing_release)(void *priv, struct mvgpu_backing *backing);

	/**
	 * @cancel: end the running jobs of one vGPU.
	 *
	 * Caller: the watchdog (process context, may sleep); no submit() runs
	 * or starts meanwhile. When it returns, each job of @vgpu has come back,
	 * and no DMA of them goes on: those that had begun by mvgpu_job_done(),
	 * the others by mvgpu_job_preempted(), the newest first. Of these core
	 * submits again what frees something, since its pages and ids must not
	 * be given to others before. Other vGPUs' jobs are not touched.
	 * Optional: a GPU that can't do this is reset as a whole. Return: 0, or
	 * an errno: then the GPU is reset.
	 */
	int (*cancel)(void *priv, struct mvgpu_vgpu *vgpu);

	/**
	 * @reset: bring the GPU back to where it was when it was registered.
	 *
	 * Caller: the watchdog (process context, may sleep); no submit() runs
	 * or starts meanwhile. When it returns, mvgpu_job_done() was called for
	 * every running job, every resource is gone, and no DMA goes on, on
	 * failure too. Return: 0, or an errno: the GPU stays lost and each job
	 * fails from then on.
	 */
	int (*reset)(void *priv);
};

/**
 * mvgpu_gpu_register() - offer a GPU to the frontends
 * @parent: its device; vGPUs appear under it; mvgpu/ attributes are added to
 *	it. Alive until mvgpu_gpu_unregister() returns.
 * @caps: copied
 * @ops: constant
 * @priv: given back to the ops
 *
 * Context: process, sleeps; may call back into @ops before it returns.
 * Return: the GPU, or ERR_PTR.
 */
struct mvgpu_gpu *mvgpu_gpu_register(struct device *parent,
				     const struct mvgpu_gpu_caps *caps,
				     const struct mvgpu_backend_ops *ops,
				     void *priv);

/**
 * mvgpu_gpu_unregister() - take a GPU back
 * @gpu: from mvgpu_gpu_register()
 *
 * Removes its vGPUs; waits for tenants that hold one open (they are asked to
 * leave through their frontend). No op is called after it returns.
 *
 * Context: process, sleeps.
 */
void mvgpu_gpu_unregister(struct mvgpu_gpu *gpu);

/**
 * mvgpu_gpu_lost() - the GPU does not work any more
 * @gpu: the GPU
 *
 * A backend calls this when its device is broken (an invalid response, a
 * device in NEEDS_RESET). The watchdog then calls @reset.
 *
 * Context: any.
 */
void mvgpu_gpu_lost(struct mvgpu_gpu *gpu);

/**
 * mvgpu_job_done() - a job has ended
 * @job: from submit(); not the backend's any more after this call
 * @status: 0; -EIO: the GPU has refused it and nothing happened; -ENOMEM: likewise,
 *	for want of memory; -ETIMEDOUT: it is not known what happened, so pages
 *	stay pinned until a DETACH or DESTROY works or the GPU is reset. Anything
 *	else counts as -ETIMEDOUT.
 *
 * Context: any, hardirq included.
 */
void mvgpu_job_done(struct mvgpu_job *job, int status);

/**
 * mvgpu_job_preempted() - a job was stopped before its end
 * @job: from submit(), after preempt() or in cancel(); not the backend's any more
 *	after this call
 *
 * Of the jobs of a vGPU, the one that was submitted last comes first. After
 * preempt() this holds for all jobs of the engine: the one that was running comes
 * last.
 *
 * Context: any, hardirq included.
 */
void mvgpu_job_preempted(struct mvgpu_job *job);

#endif
