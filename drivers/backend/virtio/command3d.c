// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs of contexts and 3D resources as requests of the virtio-gpu protocol.
 *
 * The device says that all went well whatever its renderer thought of it, so
 * nothing here can be found out by its answers.
 */

#include "virtio.h"

#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static bool zero = true;
module_param(zero, bool, 0644);
MODULE_PARM_DESC(zero, "clear new 3D memory before a guest can read it (default on)");

/* Targets of resources: enum pipe_texture_target. */
enum {
	TARGET_BUFFER,
	TARGET_1D,
	TARGET_2D,
	TARGET_3D,
	TARGET_CUBE,
	TARGET_RECT,
	TARGET_1D_ARRAY,
	TARGET_2D_ARRAY,
	TARGET_CUBE_ARRAY,
};

/* A buffer of only one of these is memory of the renderer, or of the guest. */
#define BIND_CUSTOM	BIT(17)
#define BIND_STAGING	BIT(19)

/* CLEAR_TEXTURE: header, resource, level, box, 4 words of colour. */
#define STREAM_CLEAR_TEXTURE (47 | 12 << 16)
#define STREAM_CLEAR_DWORDS 13

/* What is done to clear a resource, beside what creates it. */
enum {
	ZERO_NOT,	/* nothing */
	ZERO_COPY,	/* attach zeroes, transfers, detach */
	ZERO_STREAM,	/* the same by a context of our own, in one stream */
	ZERO_CLEAR,	/* a context of our own, CLEAR_TEXTURE */
};

/* TRANSFER3D to the GPU: header, resource, 4 words, box, 2 words. */
#define STREAM_TRANSFER (43 | 13 << 16)
#define STREAM_TRANSFER_DWORDS 14
#define TO_GPU 1
/* Bytes of them: as much as the entries of a large backing. */
#define STREAM_ZERO_MAX (256 * 1024)

/* RESOURCE_INLINE_WRITE of one dword: header, resource, 3 words, box, data. */
#define STREAM_WRITE (9 | 12 << 16)
#define STREAM_WRITE_DWORDS 13

/* What is written into a buffer of bytes. */
#define CHECK_VALUE	0x6d766770
#define FORMAT_R8	64
#define BIND_VERTEX	BIT(4)

/* Commands of CTX_CHECK */
enum {
	CHECK_CREATE,
	CHECK_ATTACH,
	CHECK_TO,
	CHECK_CTX_ATTACH,
	CHECK_SUBMIT,
	CHECK_FROM,
	CHECK_UNREF,
	CHECK_NR,
};

static_assert(CHECK_NR == MVGPU_VIRTIO_CHECK_COMMANDS);

/* Commands of a context of our own, from the first of them on */
enum {
	OWN_CREATE,
	OWN_ATTACH,
	OWN_SUBMIT,
	OWN_DESTROY,
	OWN_NR,
};

/* Layers of level @level. */
static u32 layers(const struct mvgpu_job_res_create_3d *create, u32 level)
{
	switch (create->target) {
	case TARGET_3D:
		return max(create->depth >> level, 1U);
	case TARGET_CUBE:
	case TARGET_1D_ARRAY:
	case TARGET_2D_ARRAY:
	case TARGET_CUBE_ARRAY:
		return create->array_size;
	default:
		return 1;
	}
}

/*
 * Does a transfer have to be of one layer? The renderer takes a cube face by
 * face, and is wrong about the size of several compressed layers.
 */
static bool layer_by_layer(const struct mvgpu_job_res_create_3d *create)
{
	return create->target == TARGET_CUBE || create->compressed;
}

static u64 zero_transfers(const struct mvgpu_job_res_create_3d *create)
{
	u64 nr = 0;
	u32 level;

	for (level = 0; level <= create->last_level; level++)
		nr += layer_by_layer(create) ? layers(create, level) : 1;
	return nr;
}

/* The resource itself, zeroes attached and detached. */
#define COPY_NR(transfers) ((transfers) + 3)

static u32 zero_how(const struct mvgpu_job_res_create_3d *create)
{
	/* The renderer clears the one and has no memory for the other. */
	if (!create->size || create->bind == BIND_CUSTOM ||
	    create->bind == BIND_STAGING)
		return ZERO_NOT;
	if (create->nr_samples > 1)
		return ZERO_CLEAR;
	return COPY_NR(zero_transfers(create)) <= MVGPU_VIRTIO_MAX_COMMANDS ?
		       ZERO_COPY : ZERO_STREAM;
}

/**
 * mvgpu_virtio_create_3d_count() - commands of a RES_CREATE_3D
 * @job: the job
 *
 * Return: as many as mvgpu_virtio_create_3d_build() can fill.
 */
u32 mvgpu_virtio_create_3d_count(const struct mvgpu_job *job)
{
	const struct mvgpu_job_res_create_3d *create = &job->res_create_3d;

	if (!READ_ONCE(zero))
		return 1;
	switch (zero_how(create)) {
	case ZERO_COPY:
		return COPY_NR(zero_transfers(create));
	case ZERO_STREAM:
		return COPY_NR(OWN_NR);
	case ZERO_CLEAR:
		return 1 + OWN_NR;
	default:
		return 1;
	}
}

static void create_init(struct mvgpu_virtio_command *command,
			const struct mvgpu_job_res_create_3d *create)
{
	struct virtio_gpu_resource_create_3d *req = &command->req.create_3d;

	mvgpu_virtio_command_init(command, VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
				  sizeof(*req));
	req->resource_id = cpu_to_le32(create->res_id);
	req->target = cpu_to_le32(create->target);
	req->format = cpu_to_le32(create->format);
	req->bind = cpu_to_le32(create->bind);
	req->width = cpu_to_le32(create->width);
	req->height = cpu_to_le32(create->height);
	req->depth = cpu_to_le32(create->depth);
	req->array_size = cpu_to_le32(create->array_size);
	req->last_level = cpu_to_le32(create->last_level);
	req->nr_samples = cpu_to_le32(create->nr_samples);
	req->flags = cpu_to_le32(create->flags);
}

static void transfer_init(struct mvgpu_virtio_command *command, u32 type,
			  const struct mvgpu_job_transfer_3d *transfer)
{
	struct virtio_gpu_transfer_host_3d *req = &command->req.transfer_3d;
	const struct mvgpu_box *box = &transfer->box;

	mvgpu_virtio_command_init(command, type, sizeof(*req));
	req->hdr.ctx_id = cpu_to_le32(transfer->ctx_id);
	req->box = (struct virtio_gpu_box) {
		.x = cpu_to_le32(box->x),
		.y = cpu_to_le32(box->y),
		.z = cpu_to_le32(box->z),
		.w = cpu_to_le32(box->w),
		.h = cpu_to_le32(box->h),
		.d = cpu_to_le32(box->d),
	};
	req->offset = cpu_to_le64(transfer->offset);
	req->resource_id = cpu_to_le32(transfer->res_id);
	req->level = cpu_to_le32(transfer->level);
	req->stride = cpu_to_le32(transfer->stride);
	req->layer_stride = cpu_to_le32(transfer->layer_stride);
}

/*
 * The transfer of zeroes after @transfer, which at first is but zeroed.
 * Return: there is one.
 */
static bool zero_next(const struct mvgpu_job_res_create_3d *create,
		      struct mvgpu_job_transfer_3d *transfer)
{
	struct mvgpu_box *box = &transfer->box;
	u32 all;

	box->z += box->d;
	if (box->z && box->z >= layers(create, transfer->level)) {
		box->z = 0;
		transfer->level++;
	}
	if (transfer->level > create->last_level)
		return false;
	all = layers(create, transfer->level);
	box->w = max(create->width >> transfer->level, 1U);
	box->h = max(create->height >> transfer->level, 1U);
	box->d = layer_by_layer(create) ? 1 : all;
	return true;
}

/* Zeroes for each level, by context 0, which no guest can bring to an end. */
static int zero_copy(struct mvgpu_virtio *gpu,
		     struct mvgpu_virtio_request *request,
		     const struct mvgpu_job_res_create_3d *create)
{
	struct mvgpu_virtio_command *command = &request->command[1];
	struct mvgpu_job_transfer_3d transfer = { .res_id = create->res_id };
	int err;

	err = mvgpu_virtio_attach_zeroes(gpu, command++, create->res_id,
					 create->size);
	if (err)
		return err;
	while (zero_next(create, &transfer))
		transfer_init(command++, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
			      &transfer);
	mvgpu_virtio_detach_init(command, create->res_id);
	return 0;
}

static void ctx_init(struct mvgpu_virtio_command *command, u32 type, u32 ctx_id)
{
	mvgpu_virtio_command_init(command, type,
				  sizeof(command->req.ctx_destroy));
	command->req.hdr.ctx_id = cpu_to_le32(ctx_id);
}

static void ctx_create_init(struct mvgpu_virtio_command *command, u32 ctx_id)
{
	ctx_init(command, VIRTIO_GPU_CMD_CTX_CREATE, ctx_id);
	command->req_len = sizeof(command->req.ctx_create);
}

static void ctx_resource_init(struct mvgpu_virtio_command *command, u32 type,
			      u32 ctx_id, u32 res_id)
{
	ctx_init(command, type, ctx_id);
	command->req_len = sizeof(command->req.ctx_resource);
	command->req.ctx_resource.resource_id = cpu_to_le32(res_id);
}

static int submit_init(struct mvgpu_virtio_command *command, u32 ctx_id,
		       void *stream, u32 size)
{
	ctx_init(command, VIRTIO_GPU_CMD_SUBMIT_3D, ctx_id);
	command->req_len = sizeof(command->req.submit);
	command->req.submit.size = cpu_to_le32(size);
	command->fenced = true;
	return mvgpu_virtio_command_data(command, stream, size);
}

/*
 * A context that does something wrong is dead for ever and tells nobody: so it is a
 * new one each time, which costs more but can't be spoiled by what a guest has created
 * before. The stream, from kvmalloc(), is taken, and freed on an error.
 */
static int own_context(struct mvgpu_virtio_command *command, u32 res_id,
		       __le32 *stream, u32 size)
{
	const u32 ctx_id = MVGPU_VIRTIO_MAX_CTX + 1;
	int err;

	ctx_create_init(&command[OWN_CREATE], ctx_id);
	ctx_resource_init(&command[OWN_ATTACH],
			  VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, ctx_id, res_id);
	err = submit_init(&command[OWN_SUBMIT], ctx_id, stream, size);
	if (err)
		kvfree(stream);
	ctx_init(&command[OWN_DESTROY], VIRTIO_GPU_CMD_CTX_DESTROY, ctx_id);
	command[OWN_DESTROY].fenced = true;
	return err;
}

/* No transfer reaches the samples of a texture. */
static int zero_clear(struct mvgpu_virtio_request *request,
		      const struct mvgpu_job_res_create_3d *create)
{
	__le32 *stream = kvcalloc(STREAM_CLEAR_DWORDS, sizeof(*stream), GFP_KERNEL);

	if (!stream)
		return -ENOMEM;
	stream[0] = cpu_to_le32(STREAM_CLEAR_TEXTURE);
	stream[1] = cpu_to_le32(create->res_id);
	stream[6] = cpu_to_le32(create->width);
	stream[7] = cpu_to_le32(create->height);
	stream[8] = cpu_to_le32(layers(create, 0));
	return own_context(&request->command[1], create->res_id, stream,
			   STREAM_CLEAR_DWORDS * sizeof(*stream));
}

static void stream_transfer(__le32 *dw,
			    const struct mvgpu_job_transfer_3d *transfer)
{
	const struct mvgpu_box *box = &transfer->box;

	dw[0] = cpu_to_le32(STREAM_TRANSFER);
	dw[1] = cpu_to_le32(transfer->res_id);
	dw[2] = cpu_to_le32(transfer->level);
	dw[8] = cpu_to_le32(box->z);
	dw[9] = cpu_to_le32(box->w);
	dw[10] = cpu_to_le32(box->h);
	dw[11] = cpu_to_le32(box->d);
	dw[13] = cpu_to_le32(TO_GPU);
}

/* More transfers than the ring holds. */
static int zero_stream(struct mvgpu_virtio *gpu,
		       struct mvgpu_virtio_request *request,
		       const struct mvgpu_job_res_create_3d *create)
{
	u64 size = zero_transfers(create) * STREAM_TRANSFER_DWORDS * 4;
	struct mvgpu_job_transfer_3d transfer = { .res_id = create->res_id };
	struct mvgpu_virtio_command *command = &request->command[1];
	__le32 *stream, *dw;
	int err;

	if (size > min(gpu->max_stream, STREAM_ZERO_MAX))
		return -ENOMEM;
	err = mvgpu_virtio_attach_zeroes(gpu, command++, create->res_id,
					 create->size);
	if (err)
		return err;
	stream = kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!stream)
		return -ENOMEM;
	for (dw = stream; zero_next(create, &transfer);
	     dw += STREAM_TRANSFER_DWORDS)
		stream_transfer(dw, &transfer);
	err = own_context(command, create->res_id, stream, size);
	mvgpu_virtio_detach_init(command + OWN_NR, create->res_id);
	return err;
}

/* Commands behind the one that creates it. */
static int zero_build(struct mvgpu_virtio *gpu,
		      struct mvgpu_virtio_request *request,
		      const struct mvgpu_job_res_create_3d *create)
{
	switch (zero_how(create)) {
	case ZERO_COPY:
		return zero_copy(gpu, request, create);
	case ZERO_STREAM:
		return zero_stream(gpu, request, create);
	default:
		return zero_clear(request, create);
	}
}

/** mvgpu_virtio_create_3d_build() - RES_CREATE_3D: create and clear. */
int mvgpu_virtio_create_3d_build(struct mvgpu_virtio *gpu,
				 struct mvgpu_virtio_request *request,
				 struct mvgpu_job *job)
{
	const struct mvgpu_job_res_create_3d *create = &job->res_create_3d;
	struct mvgpu_virtio_command *undo = &request->command[request->nr];
	int err = 0;

	create_init(request->command, create);
	/* @zero may have been switched since the commands were counted. */
	if (request->nr > 1)
		err = zero_build(gpu, request, create);
	if (err)
		return err;
	mvgpu_virtio_unref_init(undo, create->res_id);
	request->undo = undo;
	return 0;
}

/** mvgpu_virtio_ctx_create_build() - CTX_CREATE. */
int mvgpu_virtio_ctx_create_build(struct mvgpu_virtio *gpu,
				  struct mvgpu_virtio_request *request,
				  struct mvgpu_job *job)
{
	const struct mvgpu_job_ctx_create *create = &job->ctx_create;
	struct mvgpu_virtio_command *command = request->command;
	struct virtio_gpu_ctx_create *req = &command->req.ctx_create;

	ctx_create_init(command, create->ctx_id);
	req->nlen = cpu_to_le32(create->name_len);
	req->context_init = cpu_to_le32(create->capset);
	memcpy(req->debug_name, create->name, sizeof(req->debug_name));
	return 0;
}

/** mvgpu_virtio_ctx_destroy_build() - CTX_DESTROY. */
int mvgpu_virtio_ctx_destroy_build(struct mvgpu_virtio *gpu,
				   struct mvgpu_virtio_request *request,
				   struct mvgpu_job *job)
{
	ctx_init(request->command, VIRTIO_GPU_CMD_CTX_DESTROY, job->ctx.ctx_id);
	request->command->fenced = true;
	return 0;
}

/** mvgpu_virtio_ctx_attach_build() - CTX_ATTACH. */
int mvgpu_virtio_ctx_attach_build(struct mvgpu_virtio *gpu,
				  struct mvgpu_virtio_request *request,
				  struct mvgpu_job *job)
{
	ctx_resource_init(request->command, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
			  job->ctx.ctx_id, job->ctx.res_id);
	return 0;
}

/** mvgpu_virtio_ctx_detach_build() - CTX_DETACH. */
int mvgpu_virtio_ctx_detach_build(struct mvgpu_virtio *gpu,
				  struct mvgpu_virtio_request *request,
				  struct mvgpu_job *job)
{
	ctx_resource_init(request->command, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE,
			  job->ctx.ctx_id, job->ctx.res_id);
	return 0;
}

static int check_write(struct mvgpu_virtio_command *command, u32 ctx_id,
		       u32 res_id, u32 value)
{
	__le32 *stream = kcalloc(STREAM_WRITE_DWORDS, sizeof(*stream),
				 GFP_KERNEL);
	int err;

	if (!stream)
		return -ENOMEM;
	stream[0] = cpu_to_le32(STREAM_WRITE);
	stream[1] = cpu_to_le32(res_id);
	stream[9] = cpu_to_le32(sizeof(value));
	stream[10] = cpu_to_le32(1);
	stream[11] = cpu_to_le32(1);
	stream[12] = cpu_to_le32(value);
	err = submit_init(command, ctx_id, stream,
			  STREAM_WRITE_DWORDS * sizeof(*stream));
	if (err)
		kfree(stream);
	return err;
}

/**
 * mvgpu_virtio_check_build() - CTX_CHECK: does a write of the context arrive?
 * @gpu: the GPU
 * @request: with room for the commands
 * @job: the job
 *
 * virglrenderer looks whether a context is in error only when it switches to it
 * (vrend_hw_switch_context()), so a transfer of context 0 comes before the write.
 * The resource and its id last for this request only: requests are queued whole.
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_virtio_check_build(struct mvgpu_virtio *gpu,
			     struct mvgpu_virtio_request *request,
			     struct mvgpu_job *job)
{
	const struct mvgpu_job_res_create_3d create = {
		.res_id = MVGPU_VIRTIO_MAX_RES + 1,
		.format = FORMAT_R8,
		.bind = BIND_VERTEX,
		.width = sizeof(*request->written),
		.height = 1,
		.depth = 1,
		.array_size = 1,
	};
	const struct mvgpu_job_transfer_3d transfer = {
		.res_id = create.res_id,
		.box = { .w = create.width, .h = 1, .d = 1 },
	};
	struct mvgpu_virtio_command *command = request->command;
	struct virtio_gpu_mem_entry *entry;
	int err;

	create_init(&command[CHECK_CREATE], &create);
	err = mvgpu_virtio_attach_init(gpu, &command[CHECK_ATTACH],
				       create.res_id, 1);
	if (err)
		return err;
	transfer_init(&command[CHECK_TO], VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
		      &transfer);
	ctx_resource_init(&command[CHECK_CTX_ATTACH],
			  VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, job->ctx.ctx_id,
			  create.res_id);
	err = check_write(&command[CHECK_SUBMIT], job->ctx.ctx_id,
			  create.res_id, CHECK_VALUE);
	if (err)
		return err;
	transfer_init(&command[CHECK_FROM], VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
		      &transfer);
	mvgpu_virtio_unref_init(&command[CHECK_UNREF], create.res_id);

	/* Last, so that nobody else has to free it. */
	request->written = mvgpu_virtio_dma_alloc(gpu, sizeof(*request->written),
						  &request->written_addr);
	if (!request->written)
		return -ENOMEM;
	entry = command[CHECK_ATTACH].data;
	entry->addr = cpu_to_le64(request->written_addr);
	entry->length = cpu_to_le32(sizeof(*request->written));
	return 0;
}

/**
 * mvgpu_virtio_check_end() - what has a CTX_CHECK found?
 * @gpu: the GPU
 * @job: DONE; its status may change
 */
void mvgpu_virtio_check_end(struct mvgpu_virtio *gpu, struct mvgpu_job *job)
{
	struct mvgpu_virtio_request *request = job->backend;

	if (!job->status &&
	    READ_ONCE(*request->written) != cpu_to_le32(CHECK_VALUE))
		job->status = -ESTALE;
	mvgpu_virtio_dma_free(gpu, sizeof(*request->written), request->written,
			      request->written_addr);
}

/** mvgpu_virtio_transfer_to_build() - TRANSFER_TO_3D. */
int mvgpu_virtio_transfer_to_build(struct mvgpu_virtio *gpu,
				   struct mvgpu_virtio_request *request,
				   struct mvgpu_job *job)
{
	mvgpu_virtio_dma_sync(gpu, job->transfer_3d.res_id);
	transfer_init(request->command, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
		      &job->transfer_3d);
	request->command->fenced = true;
	return 0;
}

/** mvgpu_virtio_transfer_from_build() - TRANSFER_FROM_3D. */
int mvgpu_virtio_transfer_from_build(struct mvgpu_virtio *gpu,
				     struct mvgpu_virtio_request *request,
				     struct mvgpu_job *job)
{
	mvgpu_virtio_dma_sync(gpu, job->transfer_3d.res_id);
	transfer_init(request->command, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
		      &job->transfer_3d);
	request->command->fenced = true;
	return 0;
}

/** mvgpu_virtio_submit_build() - SUBMIT_3D: the stream stays the job's. */
int mvgpu_virtio_submit_build(struct mvgpu_virtio *gpu,
			      struct mvgpu_virtio_request *request,
			      struct mvgpu_job *job)
{
	request->command->borrowed = true;
	return submit_init(request->command, job->submit.ctx_id, job->stream,
			   job->submit.size);
}
