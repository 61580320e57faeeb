/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_RESOURCE_H
#define _MVGPU_PROTO_RESOURCE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "res3d.h"

struct mvgpu_backing;
struct mvgpu_job;
struct mvgpu_proto;

/**
 * struct mvgpu_pin - a backing that the GPU may use for a resource
 * @node: in mvgpu_resource.pins
 * @backing: owned
 * @detaching: a job that detaches it is on its way
 * @emitted: and that job is ours, not the guest's
 * @gone: the GPU has never taken it: the detach that is on its way will fail
 *
 * A resource may have several: the guest attaches the next backing while the
 * detach of the last one is still on its way.
 */
struct mvgpu_pin {
	struct list_head node;
	struct mvgpu_backing *backing;
	bool detaching;
	bool emitted;
	bool gone;
};

/**
 * struct mvgpu_resource - a resource
 * @node: in mvgpu_proto.table, unless @dead
 * @all: in mvgpu_proto.resources
 * @pins: struct mvgpu_pin; all backings that the GPU may use
 * @pin: the one that the guest sees as attached, in @pins; NULL: none
 * @guest_id: 0: in no table, since it is ours
 * @gpu_id: held until the resource is freed
 * @format: enum virtio_gpu_formats
 * @width: pixels
 * @height: pixels
 * @size: bytes, charged until the resource is freed
 * @r3d: what streams see of it; of a 2D resource, too
 * @is_3d: created as a 3D one
 * @rendered: its pixels are not only those that the guest transfers: a 3D one, or one
 *	that contexts have used
 * @attached: struct mvgpu_attachment; contexts that may use it
 * @uses: jobs on their way; each holds the resource by job->res
 * @dead: the guest has no name for it any more
 * @on_gpu: the GPU may know @gpu_id
 * @destroying: a job that destroys it is on its way
 * @detaching: a detach that is ours is on its way; one at a time, because such
 *	a job can't tell which pin it is for
 *
 * Freed when it is dead, no job uses it, the GPU does not know it, and nothing
 * that a stream has made holds it: until then its memory is in use.
 */
struct mvgpu_resource {
	struct rb_node node;
	struct list_head all;
	struct list_head pins;
	struct mvgpu_pin *pin;
	u32 guest_id;
	u32 gpu_id;
	u32 format;
	u32 width;
	u32 height;
	u64 size;
	struct mvgpu_res3d r3d;
	bool is_3d;
	bool rendered;
	struct list_head attached;
	u32 uses;
	bool dead;
	bool on_gpu;
	bool destroying;
	bool detaching;
};

/** mvgpu_resource_find() - by guest id; NULL: there is none. */
struct mvgpu_resource *mvgpu_resource_find(struct mvgpu_proto *proto, u32 id);

/** mvgpu_resource_use() - make @job hold @res; see mvgpu_resource_done(). */
void mvgpu_resource_use(struct mvgpu_job *job, struct mvgpu_resource *res);

/** mvgpu_resource_moot() - see mvgpu_proto_moot(). */
bool mvgpu_resource_moot(struct mvgpu_resource *res,
			 const struct mvgpu_job *job);

/**
 * mvgpu_resource_done() - follow what the GPU did to a resource
 * @proto: tables of the vGPU
 * @job: DONE, with a resource; gives it up
 */
void mvgpu_resource_done(struct mvgpu_proto *proto, struct mvgpu_job *job);

/** mvgpu_resource_evict() - see mvgpu_proto_evict(); one resource. */
u32 mvgpu_resource_evict(struct mvgpu_proto *proto, struct mvgpu_resource *res,
			 u64 addr, u64 len);

/**
 * mvgpu_resource_kill() - take the guest's name of it away
 * @proto: tables of the vGPU
 * @res: out of the table afterwards, and shown nowhere
 */
void mvgpu_resource_kill(struct mvgpu_proto *proto, struct mvgpu_resource *res);

/**
 * mvgpu_resource_reap() - get rid of a dead resource
 * @proto: tables of the vGPU
 * @res: dead; may be freed
 *
 * Sends a destroy if the GPU knows it and none is on its way.
 */
void mvgpu_resource_reap(struct mvgpu_proto *proto, struct mvgpu_resource *res);

/**
 * mvgpu_resource_new() - a resource with a GPU id, in the table and charged
 * @proto: tables of the vGPU
 * @id: guest id, not in the table; or 0: it is ours
 * @size: bytes to charge
 *
 * Return: the resource, or NULL: over quota or no memory.
 */
struct mvgpu_resource *mvgpu_resource_new(struct mvgpu_proto *proto, u32 id,
					  u64 size);

/** mvgpu_resource_create_job() - make @job create @r3d. */
void mvgpu_resource_create_job(struct mvgpu_job *job,
			       const struct mvgpu_res3d *r3d);

/**
 * mvgpu_resource_pin() - give a resource its backing
 * @res: without one, but for those that are being detached
 * @backing: owned by @res from success on
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_resource_pin(struct mvgpu_resource *res,
		       struct mvgpu_backing *backing);

/** mvgpu_format_linear() - has it 4 bytes a pixel that a viewer can show? */
bool mvgpu_format_linear(u32 format);

/** mvgpu_resource_backing_size() - bytes of what is attached; 0: nothing. */
u64 mvgpu_resource_backing_size(const struct mvgpu_resource *res);

/** mvgpu_resource_settle() - free @res if nothing needs it any more. */
void mvgpu_resource_settle(struct mvgpu_proto *proto,
			   struct mvgpu_resource *res);

/** mvgpu_resource_free() - the GPU has forgotten it, and no job uses it. */
void mvgpu_resource_free(struct mvgpu_proto *proto, struct mvgpu_resource *res);

#endif
