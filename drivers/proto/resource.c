// SPDX-License-Identifier: GPL-2.0
#include "resource.h"

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <mvgpu/backing.h>

#include "context.h"
#include "internal.h"

static int cmp_id(const void *key, const struct rb_node *node)
{
	const struct mvgpu_resource *res =
		rb_entry(node, struct mvgpu_resource, node);
	u32 id = *(const u32 *)key;

	return id < res->guest_id ? -1 : id > res->guest_id;
}

static int cmp_node(struct rb_node *a, const struct rb_node *b)
{
	return cmp_id(&rb_entry(a, struct mvgpu_resource, node)->guest_id, b);
}

struct mvgpu_resource *mvgpu_resource_find(struct mvgpu_proto *proto, u32 id)
{
	struct rb_node *node = rb_find(&id, &proto->table, cmp_id);

	return node ? rb_entry(node, struct mvgpu_resource, node) : NULL;
}

void mvgpu_resource_use(struct mvgpu_job *job, struct mvgpu_resource *res)
{
	res->uses++;
	job->res = res;
}

static void pin_free(struct mvgpu_pin *pin)
{
	list_del(&pin->node);
	mvgpu_backing_destroy(pin->backing);
	kfree(pin);
}

/* Nobody may look at the backing any more, whatever becomes of it. */
static void pin_hide(struct mvgpu_proto *proto, struct mvgpu_resource *res,
		     struct mvgpu_pin *pin)
{
	if (res->pin != pin)
		return;
	res->pin = NULL;
	mvgpu_shadow_drop(proto, res);
	mvgpu_scanout_update(proto, res);
}

static struct mvgpu_pin *pin_of(struct mvgpu_resource *res,
				const struct mvgpu_backing *backing)
{
	struct mvgpu_pin *pin;

	list_for_each_entry(pin, &res->pins, node)
		if (pin->backing == backing)
			return pin;
	return NULL;
}

static struct mvgpu_pin *pin_emitted(struct mvgpu_resource *res)
{
	struct mvgpu_pin *pin;

	list_for_each_entry(pin, &res->pins, node)
		if (pin->emitted)
			return pin;
	return NULL;
}

/* Send a job of our own; it holds the resource as the guest's jobs do. */
static int emit(struct mvgpu_proto *proto, enum mvgpu_job_op op,
		struct mvgpu_resource *res)
{
	int err;

	res->uses++;
	err = mvgpu_vgpu_emit(proto->config.vgpu, op, res->gpu_id, res);
	if (err)
		res->uses--;
	return err;
}

static void emit_detach(struct mvgpu_proto *proto, struct mvgpu_resource *res,
			struct mvgpu_pin *pin)
{
	if (pin->detaching || res->detaching ||
	    emit(proto, MVGPU_JOB_BACKING_DETACH, res))
		return;
	pin->detaching = true;
	pin->emitted = true;
	res->detaching = true;
}

bool mvgpu_format_linear(u32 format)
{
	switch (format) {
	case VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM:
	case VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM:
	case VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM:
	case VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM:
	case VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM:
	case VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM:
	case VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM:
	case VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM:
		return true;
	}
	return false;
}

static bool over_quota(const struct mvgpu_proto *proto, u64 size)
{
	return proto->stats.resources >= proto->config.max_resources ||
	       proto->stats.bytes > proto->config.max_bytes ||
	       size > proto->config.max_bytes - proto->stats.bytes;
}

/* A destroy that failed left its resource charged: try again. */
static void reap_dead(struct mvgpu_proto *proto)
{
	struct mvgpu_resource *res, *tmp;

	list_for_each_entry_safe(res, tmp, &proto->resources, all)
		if (res->dead)
			mvgpu_resource_reap(proto, res);
}

struct mvgpu_resource *mvgpu_resource_new(struct mvgpu_proto *proto, u32 id,
					  u64 size)
{
	struct mvgpu_resource *res;
	int gpu_id;

	if (id && over_quota(proto, size)) {
		reap_dead(proto);
		if (over_quota(proto, size)) {
			mvgpu_vgpu_over_quota(proto->config.vgpu);
			return NULL;
		}
	}
	res = kzalloc(sizeof(*res), GFP_KERNEL);
	if (!res)
		return NULL;
	gpu_id = mvgpu_vgpu_res_id_get(proto->config.vgpu);
	if (gpu_id < 0) {
		kfree(res);
		return NULL;
	}

	INIT_LIST_HEAD(&res->pins);
	INIT_LIST_HEAD(&res->attached);
	res->guest_id = id;
	res->gpu_id = gpu_id;
	res->size = size;
	list_add_tail(&res->all, &proto->resources);
	if (!id) {
		proto->nr_hidden++;
		return res;
	}
	rb_find_add(&res->node, &proto->table, cmp_node);
	WRITE_ONCE(proto->stats.resources, proto->stats.resources + 1);
	WRITE_ONCE(proto->stats.bytes, proto->stats.bytes + size);
	return res;
}

/* A GPU with 3D makes textures of them, too; virglrenderer's as QEMU asks. */
static struct mvgpu_res3d r3d_of_2d(u32 format, u32 width, u32 height)
{
	return (struct mvgpu_res3d) {
		.target = MVGPU_TARGET_2D,
		.format = format,
		.bind = MVGPU_BIND_RENDER_TARGET,
		.width = width,
		.height = height,
		.depth = 1,
		.array_size = 1,
		.flags = MVGPU_RES3D_Y_0_TOP,
		.size = (u64)width * height * MVGPU_BPP,
	};
}

u32 mvgpu_resource_create_2d(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_create_2d *req =
		(const void *)job->req.bytes;
	u32 id = le32_to_cpu(req->resource_id);
	u32 format = le32_to_cpu(req->format);
	u32 width = le32_to_cpu(req->width);
	u32 height = le32_to_cpu(req->height);
	struct mvgpu_resource *res;
	struct mvgpu_res3d r3d;

	if (!id || mvgpu_resource_find(proto, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!mvgpu_format_linear(format))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!width || width > MVGPU_MAX_DIM || !height || height > MVGPU_MAX_DIM)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	r3d = r3d_of_2d(format, width, height);
	res = mvgpu_resource_new(proto, id, mvgpu_res3d_memory(&r3d));
	if (!res)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	r3d.gpu_id = res->gpu_id;
	res->r3d = r3d;
	res->format = format;
	res->width = width;
	res->height = height;
	res->on_gpu = true;

	job->op = MVGPU_JOB_RES_CREATE;
	job->res_create = (struct mvgpu_job_res_create) {
		.res_id = res->gpu_id,
		.format = format,
		.width = width,
		.height = height,
	};
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_resource_unref(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_unref *req =
		(const void *)job->req.bytes;
	struct mvgpu_resource *res =
		mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;

	/*
	 * The guest id is free from here on, as the guest sees it: what it
	 * sends next is judged after this request. Backing and GPU id stay
	 * until the GPU is done.
	 */
	mvgpu_resource_kill(proto, res);
	res->destroying = true;
	job->op = MVGPU_JOB_RES_DESTROY;
	job->res_id = res->gpu_id;
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

/* mvgpu_backing_create() for the entries behind the request's fixed part. */
static u32 backing_load(struct mvgpu_proto *proto, struct mvgpu_job *job,
			u32 nr, struct mvgpu_backing **backing)
{
	struct virtio_gpu_mem_entry *entries;
	int err;

	entries = kvmalloc_array(nr, sizeof(*entries),
				 GFP_KERNEL | __GFP_NOWARN);
	if (!entries)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;

	err = mvgpu_request_tail(proto, job,
				 sizeof(struct virtio_gpu_resource_attach_backing),
				 entries, nr * sizeof(*entries));
	if (!err) {
		*backing = mvgpu_backing_create(proto->config.vgpu, entries,
						nr);
		err = PTR_ERR_OR_ZERO(*backing);
	}
	kvfree(entries);

	switch (err) {
	case 0:
		return VIRTIO_GPU_RESP_OK_NODATA;
	case -EDQUOT:
		mvgpu_vgpu_over_quota(proto->config.vgpu);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	case -ENOMEM:
	case -E2BIG:
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	default:
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	}
}

int mvgpu_resource_pin(struct mvgpu_resource *res,
		       struct mvgpu_backing *backing)
{
	struct mvgpu_pin *pin = kzalloc(sizeof(*pin), GFP_KERNEL);

	if (!pin)
		return -ENOMEM;
	pin->backing = backing;
	list_add_tail(&pin->node, &res->pins);
	res->pin = pin;
	return 0;
}

u32 mvgpu_resource_attach(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_attach_backing *req =
		(const void *)job->req.bytes;
	struct mvgpu_resource *res =
		mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));
	u32 nr = le32_to_cpu(req->nr_entries);
	struct mvgpu_backing *backing;
	struct mvgpu_pin *pin;
	u32 type;

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/*
	 * Some GPUs ignore a second attach and say nothing: the tables would
	 * tell one thing and its DMA do another. The same goes for one whose
	 * detach has failed. Behind a detach that is on its way it is fine.
	 */
	list_for_each_entry(pin, &res->pins, node)
		if (!pin->detaching)
			return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (!nr || nr > proto->config.max_entries)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	type = backing_load(proto, job, nr, &backing);
	if (type != VIRTIO_GPU_RESP_OK_NODATA)
		return type;
	if (mvgpu_resource_pin(res, backing)) {
		mvgpu_backing_destroy(backing);
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	}

	/* By TRANSFER_FROM_HOST_3D, queries, what lives in the renderer. */
	backing->written = mvgpu_vgpu_has_feature(proto->config.vgpu,
						  VIRTIO_GPU_F_VIRGL);
	mvgpu_scanout_update(proto, res);
	job->op = MVGPU_JOB_BACKING_ATTACH;
	job->res_id = res->gpu_id;
	job->backing = backing;
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_resource_detach(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_resource_detach_backing *req =
		(const void *)job->req.bytes;
	struct mvgpu_resource *res =
		mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));
	struct mvgpu_pin *pin;

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	pin = res->pin;
	if (!pin)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;

	pin_hide(proto, res, pin);
	pin->detaching = true;
	job->op = MVGPU_JOB_BACKING_DETACH;
	job->res_id = res->gpu_id;
	/* For detach_done(). */
	job->backing = pin->backing;
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

u32 mvgpu_resource_transfer(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_transfer_to_host_2d *req =
		(const void *)job->req.bytes;
	struct mvgpu_resource *res =
		mvgpu_resource_find(proto, le32_to_cpu(req->resource_id));
	struct mvgpu_rect rect = mvgpu_rect_load(&req->r);
	u64 offset = le64_to_cpu(req->offset);
	u64 size, span;

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/* Of what size a pixel is and where rows begin is told by 3D ones. */
	if (!res->pin || res->is_3d)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (!mvgpu_rect_within(&rect, res->width, res->height))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	/*
	 * 5.7.6.8: rows follow each other by the resource's width. At most
	 * MVGPU_MAX_DIM squared times 4: far from an overflow.
	 */
	size = res->pin->backing->size;
	span = ((u64)(rect.height - 1) * res->width + rect.width) * MVGPU_BPP;
	if (span > size || offset > size - span)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	job->op = MVGPU_JOB_TRANSFER_TO;
	job->transfer = (struct mvgpu_job_transfer) {
		.res_id = res->gpu_id,
		.rect = rect,
		.offset = offset,
	};
	mvgpu_resource_use(job, res);
	return VIRTIO_GPU_RESP_OK_NODATA;
}

void mvgpu_resource_kill(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	if (res->dead)
		return;
	res->dead = true;
	if (res->guest_id)
		rb_erase(&res->node, &proto->table);
	mvgpu_scanout_drop(proto, res);
	mvgpu_shadow_drop(proto, res);
	mvgpu_context_drop(proto, res);
	res->pin = NULL;
}

u64 mvgpu_resource_backing_size(const struct mvgpu_resource *res)
{
	return res->pin ? res->pin->backing->size : 0;
}

static void pins_free(struct mvgpu_resource *res)
{
	struct mvgpu_pin *pin, *tmp;

	list_for_each_entry_safe(pin, tmp, &res->pins, node)
		pin_free(pin);
}

void mvgpu_resource_settle(struct mvgpu_proto *proto,
			   struct mvgpu_resource *res)
{
	if (!res->dead || res->uses || res->on_gpu)
		return;
	/* Memory that is still bound somewhere needs no pages of the guest. */
	pins_free(res);
	if (!res->r3d.refs)
		mvgpu_resource_free(proto, res);
}

void mvgpu_resource_free(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	WARN_ON_ONCE(res->r3d.refs);
	pins_free(res);
	list_del(&res->all);
	if (res->guest_id) {
		WRITE_ONCE(proto->stats.resources, proto->stats.resources - 1);
		mvgpu_proof_resource(proto, res->size);
	} else {
		proto->nr_hidden--;
	}
	WRITE_ONCE(proto->stats.bytes, proto->stats.bytes - res->size);
	mvgpu_vgpu_res_id_put(proto->config.vgpu, res->gpu_id);
	kfree(res);
}

void mvgpu_resource_reap(struct mvgpu_proto *proto, struct mvgpu_resource *res)
{
	if (res->destroying)
		return;
	if (res->on_gpu)
		res->destroying = !emit(proto, MVGPU_JOB_RES_DESTROY, res);
	else
		mvgpu_resource_settle(proto, res);
}

/* Make the GPU let go of a pin. Return: it is still pinned. */
static bool pin_evict(struct mvgpu_proto *proto, struct mvgpu_resource *res,
		      struct mvgpu_pin *pin)
{
	pin_hide(proto, res, pin);

	/* After a reset of the GPU there is nothing to detach it from. */
	if (mvgpu_vgpu_lost(proto->config.vgpu)) {
		if (res->uses)
			return true;
		pin_free(pin);
		return false;
	}
	if (!res->dead)
		emit_detach(proto, res, pin);
	else if (res->on_gpu && !res->destroying)
		/* The destroy lets go of all of its pins. */
		res->destroying = !emit(proto, MVGPU_JOB_RES_DESTROY, res);
	return true;
}

u32 mvgpu_resource_evict(struct mvgpu_proto *proto, struct mvgpu_resource *res,
			 u64 addr, u64 len)
{
	struct mvgpu_pin *pin, *tmp;
	u32 left = 0;

	list_for_each_entry_safe(pin, tmp, &res->pins, node)
		if (mvgpu_backing_overlaps(pin->backing, addr, len))
			left += pin_evict(proto, res, pin);
	return left;
}

static void create_done(struct mvgpu_proto *proto, struct mvgpu_resource *res,
			int status)
{
	if (!status)
		return;
	/* Cut short: it may have happened. Else the GPU has refused it. */
	if (status != -ETIMEDOUT)
		res->on_gpu = false;
	mvgpu_resource_kill(proto, res);
}

static void attach_done(struct mvgpu_proto *proto, struct mvgpu_resource *res,
			const struct mvgpu_job *job)
{
	struct mvgpu_pin *pin;

	if (!job->status) {
		/* Even if it said that it had not created the resource. */
		res->on_gpu = true;
		return;
	}
	pin = pin_of(res, job->backing);
	if (WARN_ON_ONCE(!pin))
		return;

	pin_hide(proto, res, pin);
	if (job->status == -ETIMEDOUT) {
		/* Cut short: the GPU may use it, until detach or destroy. */
		if (!res->dead)
			emit_detach(proto, res, pin);
	} else if (pin->detaching) {
		pin->gone = true;
	} else {
		pin_free(pin);
	}
}

/* Which pin a detach is for. */
static struct mvgpu_pin *pin_detached(struct mvgpu_resource *res,
				      const struct mvgpu_job *job)
{
	return job->internal ? pin_emitted(res) : pin_of(res, job->backing);
}

bool mvgpu_resource_moot(struct mvgpu_resource *res,
			 const struct mvgpu_job *job)
{
	struct mvgpu_pin *pin;

	if (!res->on_gpu)
		return true;
	if (job->op != MVGPU_JOB_BACKING_DETACH)
		return false;
	pin = pin_detached(res, job);
	return pin && pin->gone;
}

static void detach_done(struct mvgpu_resource *res, const struct mvgpu_job *job)
{
	struct mvgpu_pin *pin = pin_detached(res, job);

	if (job->internal)
		res->detaching = false;
	if (WARN_ON_ONCE(!pin))
		return;

	/* Not known to be out of use: pinned until a detach or destroy works. */
	if (job->status && !pin->gone && res->on_gpu) {
		pin->detaching = false;
		pin->emitted = false;
	} else {
		pin_free(pin);
	}
}

void mvgpu_resource_done(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	struct mvgpu_resource *res = job->res;

	switch (job->op) {
	case MVGPU_JOB_RES_CREATE:
	case MVGPU_JOB_RES_CREATE_3D:
		create_done(proto, res, job->status);
		break;
	case MVGPU_JOB_RES_DESTROY:
		res->destroying = false;
		if (!job->status)
			res->on_gpu = false;
		break;
	case MVGPU_JOB_BACKING_ATTACH:
		attach_done(proto, res, job);
		break;
	case MVGPU_JOB_BACKING_DETACH:
		detach_done(res, job);
		break;
	case MVGPU_JOB_TRANSFER_FROM_3D:
		if (job->internal)
			mvgpu_shadow_done(proto, job);
		break;
	case MVGPU_JOB_FLUSH:
		if (!job->status)
			mvgpu_scanout_flushed(proto, res, &job->flush.rect);
		break;
	default:
		break;
	}

	/* Both may be freed now. */
	job->res = NULL;
	job->backing = NULL;
	if (WARN_ON_ONCE(!res->uses))
		return;
	res->uses--;
	mvgpu_resource_settle(proto, res);
}
