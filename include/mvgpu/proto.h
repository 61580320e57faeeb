/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_H
#define _MVGPU_PROTO_H

#include <linux/types.h>

struct mvgpu_display;
struct mvgpu_job;
struct mvgpu_mem;
struct mvgpu_proto;
struct mvgpu_resource;
struct mvgpu_vgpu;
struct mvgpu_capset;

/**
 * struct mvgpu_proto_config - limits and surroundings of one vGPU
 * @vgpu: handed on to the functions below
 * @mem: the guest's memory
 * @display: the vGPU's displays
 * @nr_scanouts: scanouts that exist, up to MVGPU_MAX_SCANOUTS
 * @max_resources: quota
 * @max_bytes: quota on the sum of resource sizes
 * @max_entries: entries of one ATTACH_BACKING
 * @nr_capsets: entries of @capset; 0: no 3D
 * @capset: masked; alive as long as the tables
 * @max_contexts: quota
 * @max_objects: quota on objects in streams, all contexts together
 * @max_sub_contexts: likewise
 * @max_shader_bytes: quota on the text of shaders
 * @max_stream: bytes of one SUBMIT_3D
 * @max_shadow: bytes of a 3D picture that viewers can be shown
 * @max_stream_bytes: streams on their way to the GPU; who has more has to wait
 */
struct mvgpu_proto_config {
	struct mvgpu_vgpu *vgpu;
	struct mvgpu_mem *mem;
	struct mvgpu_display *display;
	u32 nr_scanouts;
	u32 max_resources;
	u64 max_bytes;
	u32 max_entries;
	u32 nr_capsets;
	const struct mvgpu_capset *capset;
	u32 max_contexts;
	u32 max_objects;
	u32 max_sub_contexts;
	u32 max_shader_bytes;
	u32 max_stream;
	u64 max_shadow;
	u32 max_stream_bytes;
};

/**
 * struct mvgpu_proto_stats - for sysfs; read without a lock
 * @resources: now in the table, those being destroyed included
 * @bytes: their size
 * @errors: requests answered with an error
 * @contexts: now in the table, those being destroyed included
 * @attachments: of resources to contexts
 * @objects: of all contexts' streams
 * @sub_contexts: likewise
 * @shader_bytes: text of those objects that are shaders
 * @stream_bytes: streams on their way to the GPU
 * @streams: streams that were accepted
 * @refused: streams that were not
 * @frames: flushes of what a scanout shows
 */
struct mvgpu_proto_stats {
	u32 resources;
	u64 bytes;
	u64 errors;
	u32 contexts;
	u32 attachments;
	u32 objects;
	u32 sub_contexts;
	u32 shader_bytes;
	u32 stream_bytes;
	u64 streams;
	u64 refused;
	u64 frames;
};

/** mvgpu_proto_create() - tables of one vGPU, empty; NULL: no memory. */
struct mvgpu_proto *mvgpu_proto_create(const struct mvgpu_proto_config *config);

/** mvgpu_proto_destroy() - after mvgpu_proto_forget() or when empty. */
void mvgpu_proto_destroy(struct mvgpu_proto *proto);

/**
 * mvgpu_proto_control() - read and judge one control request
 * @proto: tables of the vGPU that sent it
 * @job: with @chain filled and the rest zero
 *
 * Reads the request once and fills @job. Then job->op is MVGPU_JOB_NONE:
 * answered at once, response complete; or something for the GPU: prepare and
 * push it, and call mvgpu_proto_complete() when it is done.
 *
 * Context: work, may sleep.
 */
void mvgpu_proto_control(struct mvgpu_proto *proto, struct mvgpu_job *job);

/** mvgpu_proto_cursor() - the same for the cursor queue: always at once. */
void mvgpu_proto_cursor(struct mvgpu_proto *proto, struct mvgpu_job *job);

/**
 * mvgpu_proto_complete() - the GPU is done with a job
 * @proto: tables of the vGPU
 * @job: DONE; its response is final after this
 *
 * Context: work, may sleep (unpins pages).
 */
void mvgpu_proto_complete(struct mvgpu_proto *proto, struct mvgpu_job *job);

/**
 * mvgpu_proto_full() - has the guest so much on its way that it has to wait?
 * @proto: tables of the vGPU
 *
 * Return: true: fetch no control request before a job has come back; there is
 * one. Context: work.
 */
bool mvgpu_proto_full(const struct mvgpu_proto *proto);

/**
 * mvgpu_proto_refresh() - have the GPU's pixels fetched if a viewer waits
 * @proto: tables of the vGPU, which is running
 *
 * Context: work, may sleep.
 */
void mvgpu_proto_refresh(struct mvgpu_proto *proto);

/**
 * mvgpu_capset_known() - can a capset be shown to guests at all?
 * @capset: as the GPU has it
 *
 * Return: true if it can.
 */
bool mvgpu_capset_known(const struct mvgpu_capset *capset);

/**
 * mvgpu_capset_mask() - take what guests may not use out of a capset
 * @id: VIRTIO_GPU_CAPSET_*
 * @data: changed
 * @size: bytes
 */
void mvgpu_capset_mask(u32 id, void *data, u32 size);

/**
 * mvgpu_proto_moot() - had the GPU nothing to free?
 * @job: RES_DESTROY, BACKING_DETACH or CTX_DESTROY, DONE with an error
 *
 * Return: true if it was for something that the GPU has never taken, so that
 * the error says nothing bad. Context: work.
 */
bool mvgpu_proto_moot(const struct mvgpu_job *job);

/**
 * mvgpu_proto_evict() - guest memory is going away
 * @proto: tables of the vGPU
 * @addr: guest address
 * @len: bytes
 *
 * Emits a detach by mvgpu_vgpu_emit() for each overlapping backing that the
 * GPU may use; backings that it does not use are unpinned here.
 *
 * Return: overlapping backings still pinned; call again after completions,
 * until 0. Never emits a second detach for one backing.
 * Context: work, may sleep.
 */
u32 mvgpu_proto_evict(struct mvgpu_proto *proto, u64 addr, u64 len);

/**
 * mvgpu_proto_release_all() - begin to destroy everything, for a reset
 * @proto: tables of the vGPU
 *
 * Sends a destroy for each context and resource that the GPU knows; display and
 * cursor show nothing afterwards.
 *
 * Return: contexts and resources left; call again after completions, until 0.
 * Context: work, may sleep.
 */
u32 mvgpu_proto_release_all(struct mvgpu_proto *proto);

/**
 * mvgpu_proto_forget() - the GPU was reset: nothing of it is left there
 * @proto: tables of the vGPU; no job of it is queued or running
 *
 * Unpins and frees everything without a job. Context: work, may sleep.
 */
void mvgpu_proto_forget(struct mvgpu_proto *proto);

/** mvgpu_proto_get_stats() - any context. */
void mvgpu_proto_get_stats(const struct mvgpu_proto *proto,
			   struct mvgpu_proto_stats *stats);

/*
 * What proto needs from core, beside backing.h and display.h; a user-space
 * build brings its own.
 */

/** mvgpu_vgpu_res_id_get() - a GPU id, or -ENOSPC, -ENOMEM. Work. */
int mvgpu_vgpu_res_id_get(struct mvgpu_vgpu *vgpu);
/** mvgpu_vgpu_res_id_put() - the GPU has forgotten it. Work. */
void mvgpu_vgpu_res_id_put(struct mvgpu_vgpu *vgpu, u32 id);
/** mvgpu_vgpu_ctx_id_get() - a GPU id of a context, likewise. */
int mvgpu_vgpu_ctx_id_get(struct mvgpu_vgpu *vgpu);
/** mvgpu_vgpu_ctx_id_put() - the GPU has forgotten it. Work. */
void mvgpu_vgpu_ctx_id_put(struct mvgpu_vgpu *vgpu, u32 id);
/** mvgpu_vgpu_has_feature() - did the guest's driver take VIRTIO_GPU_F_*? */
bool mvgpu_vgpu_has_feature(struct mvgpu_vgpu *vgpu, u32 bit);
/**
 * mvgpu_vgpu_refused() - a stream was refused: for who traces
 * @vgpu: the vGPU
 * @ctx_id: guest id of the context
 * @cmd: the command, with the type of object in bits 8 to 15
 * @at: dword at which it begins
 * @err: why
 */
void mvgpu_vgpu_refused(struct mvgpu_vgpu *vgpu, u32 ctx_id, u32 cmd, u32 at,
			int err);
/** mvgpu_vgpu_over_quota() - a request was refused by a quota. Work. */
void mvgpu_vgpu_over_quota(struct mvgpu_vgpu *vgpu);
/** mvgpu_vgpu_job_new() - a job of proto's own, zeroed; NULL: no memory. */
struct mvgpu_job *mvgpu_vgpu_job_new(struct mvgpu_vgpu *vgpu);
/** mvgpu_vgpu_job_free() - of mvgpu_vgpu_job_new(), and not sent. */
void mvgpu_vgpu_job_free(struct mvgpu_job *job);
/**
 * mvgpu_vgpu_job_send() - send it, behind what was sent before
 * @vgpu: the vGPU
 * @job: filled; not the caller's any more, on failure too
 *
 * Return: 0: mvgpu_proto_complete() follows; -ENOMEM or another errno: it has
 * never existed.
 */
int mvgpu_vgpu_job_send(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job);
/**
 * mvgpu_vgpu_emit() - send a job of proto's own, behind what was sent before
 * @vgpu: the vGPU
 * @op: RES_DESTROY or BACKING_DETACH
 * @gpu_res_id: GPU id
 * @res: for job->res
 *
 * Return: 0, or -ENOMEM: try again later.
 */
int mvgpu_vgpu_emit(struct mvgpu_vgpu *vgpu, int op, u32 gpu_res_id,
		    struct mvgpu_resource *res);
/** mvgpu_vgpu_lost() - was the GPU reset since the guest last reset us? */
bool mvgpu_vgpu_lost(struct mvgpu_vgpu *vgpu);

#endif
