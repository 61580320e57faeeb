// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs as requests of the virtio-gpu protocol (virtio 1.3, 5.7.6).
 *
 * All that is sent is made by prepare(), which may sleep. What takes time on the
 * GPU or lets go of pages carries a fence: fences are reached in order, so that
 * the end of a DETACH means that the transfers before it do not read the pages
 * any more.
 */

#include "virtio.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <mvgpu/backing.h>

/* Commands of RES_CREATE: create, attach zeroes, transfer, detach; undo. */
enum {
	CREATE_RESOURCE,
	CREATE_ATTACH,
	CREATE_TRANSFER,
	CREATE_DETACH,
	CREATE_NR,
	CREATE_UNDO = CREATE_NR,
};

/**
 * mvgpu_virtio_request_alloc() - room for commands
 * @nr: commands; one more can be used as undo
 *
 * Context: process, sleeps.
 * Return: the request, or NULL.
 */
struct mvgpu_virtio_request *mvgpu_virtio_request_alloc(u32 nr)
{
	struct mvgpu_virtio_request *request;
	u32 i;

	request = kzalloc(struct_size(request, command, nr + 1), GFP_KERNEL);
	if (!request)
		return NULL;
	request->nr = nr;
	INIT_LIST_HEAD(&request->ended);
	init_completion(&request->completion);
	for (i = 0; i <= nr; i++)
		request->command[i].request = request;
	return request;
}

/**
 * mvgpu_virtio_request_free() - of a request that the device does not hold
 * @request: the request
 *
 * Context: any, unless a command has data: then process.
 */
void mvgpu_virtio_request_free(struct mvgpu_virtio_request *request)
{
	u32 i;

	WARN_ON_ONCE(request->nr_pending);
	for (i = 0; i < request->nr; i++) {
		struct mvgpu_virtio_command *command = &request->command[i];

		if (command->data) {
			sg_free_table(&command->pages);
			if (!command->borrowed)
				kvfree(command->data);
		}
		if (command->resp != &command->hdr)
			kfree(command->resp);
	}
	kfree(request);
}

/**
 * mvgpu_virtio_command_init() - begin a command with the usual response
 * @command: of a new request
 * @type: enum virtio_gpu_ctrl_type
 * @req_len: bytes of the request
 */
void mvgpu_virtio_command_init(struct mvgpu_virtio_command *command, u32 type,
			       u32 req_len)
{
	command->req.hdr.type = cpu_to_le32(type);
	command->req_len = req_len;
	command->resp = &command->hdr;
	command->resp_len = sizeof(command->hdr);
	command->request->nr_sgs += 2;
}

/**
 * mvgpu_virtio_command_data() - let data follow the request
 * @command: of a new request, without data
 * @data: from kvmalloc(); freed with the request from success on
 * @size: bytes, not 0
 *
 * A descriptor for each page.
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_virtio_command_data(struct mvgpu_virtio_command *command, void *data,
			      size_t size)
{
	struct scatterlist *sg;
	unsigned int nr, i;
	u8 *p = data;

	nr = DIV_ROUND_UP(offset_in_page(p) + size, PAGE_SIZE);
	if (sg_alloc_table(&command->pages, nr, GFP_KERNEL))
		return -ENOMEM;
	command->data = data;
	for_each_sgtable_sg(&command->pages, sg, i) {
		size_t len = min_t(size_t, size, PAGE_SIZE - offset_in_page(p));
		struct page *page = is_vmalloc_addr(p) ? vmalloc_to_page(p) :
							 virt_to_page(p);

		sg_set_page(sg, page, len, offset_in_page(p));
		p += len;
		size -= len;
	}
	command->request->nr_sgs += nr;
	return 0;
}

/**
 * mvgpu_virtio_attach_init() - ATTACH_BACKING of entries that are filled in later
 * @gpu: the GPU
 * @command: of a new request; the entries, zeroed, are its data
 * @res_id: GPU id
 * @nr: as many entries
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int mvgpu_virtio_attach_init(struct mvgpu_virtio *gpu,
			     struct mvgpu_virtio_command *command, u32 res_id,
			     u32 nr)
{
	struct virtio_gpu_mem_entry *entry;
	int err;

	mvgpu_virtio_command_init(command,
				  VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
				  sizeof(command->req.attach));
	command->req.attach.resource_id = cpu_to_le32(res_id);
	command->req.attach.nr_entries = cpu_to_le32(nr);
	if (!nr || nr > gpu->max_runs)
		return -E2BIG;
	entry = kvcalloc(nr, sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	err = mvgpu_virtio_command_data(command, entry, nr * sizeof(*entry));
	if (err)
		kvfree(entry);
	return err;
}

/**
 * mvgpu_virtio_attach_zeroes() - ATTACH_BACKING of zeroes
 * @gpu: the GPU
 * @command: of a new request
 * @res_id: GPU id
 * @size: bytes at least
 *
 * All entries are of the same memory.
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int mvgpu_virtio_attach_zeroes(struct mvgpu_virtio *gpu,
			       struct mvgpu_virtio_command *command, u32 res_id,
			       u64 size)
{
	u64 nr = DIV_ROUND_UP_ULL(size, MVGPU_VIRTIO_ZERO_SIZE);
	struct virtio_gpu_mem_entry *entry;
	int err;
	u32 i;

	err = mvgpu_virtio_attach_init(gpu, command, res_id,
				       min_t(u64, nr, U32_MAX));
	if (err)
		return err;
	entry = command->data;
	for (i = 0; i < nr; i++) {
		entry[i].addr = cpu_to_le64(gpu->zero_addr);
		entry[i].length = cpu_to_le32(MVGPU_VIRTIO_ZERO_SIZE);
	}
	return 0;
}

/** mvgpu_virtio_detach_init() - DETACH_BACKING of @res_id, fenced. */
void mvgpu_virtio_detach_init(struct mvgpu_virtio_command *command, u32 res_id)
{
	mvgpu_virtio_command_init(command,
				  VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
				  sizeof(command->req.detach));
	command->req.detach.resource_id = cpu_to_le32(res_id);
	command->fenced = true;
}

/** mvgpu_virtio_unref_init() - RESOURCE_UNREF of @res_id, fenced. */
void mvgpu_virtio_unref_init(struct mvgpu_virtio_command *command, u32 res_id)
{
	mvgpu_virtio_command_init(command, VIRTIO_GPU_CMD_RESOURCE_UNREF,
				  sizeof(command->req.unref));
	command->req.unref.resource_id = cpu_to_le32(res_id);
	command->fenced = true;
}

static void transfer_init(struct mvgpu_virtio_command *command,
			  const struct mvgpu_job_transfer *transfer)
{
	struct virtio_gpu_transfer_to_host_2d *req = &command->req.transfer;

	mvgpu_virtio_command_init(command, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
				  sizeof(*req));
	req->resource_id = cpu_to_le32(transfer->res_id);
	req->offset = cpu_to_le64(transfer->offset);
	req->r.x = cpu_to_le32(transfer->rect.x);
	req->r.y = cpu_to_le32(transfer->rect.y);
	req->r.width = cpu_to_le32(transfer->rect.width);
	req->r.height = cpu_to_le32(transfer->rect.height);
	command->fenced = true;
}

/* The renderer does not clear new memory: we do, from a table of zeroes. */
static int create_build(struct mvgpu_virtio *gpu,
			struct mvgpu_virtio_request *request,
			struct mvgpu_job *job)
{
	const struct mvgpu_job_res_create *create = &job->res_create;
	struct mvgpu_virtio_command *command = request->command;
	struct virtio_gpu_resource_create_2d *req = &command->req.create;
	const struct mvgpu_job_transfer whole = {
		.res_id = create->res_id,
		.rect = {
			.width = create->width,
			.height = create->height,
		},
	};
	u64 size = (u64)create->width * create->height * 4;
	int err;

	mvgpu_virtio_command_init(command, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
				  sizeof(*req));
	req->resource_id = cpu_to_le32(create->res_id);
	req->format = cpu_to_le32(create->format);
	req->width = cpu_to_le32(create->width);
	req->height = cpu_to_le32(create->height);

	err = mvgpu_virtio_attach_zeroes(gpu, &command[CREATE_ATTACH],
					 create->res_id, size);
	if (err)
		return err;
	transfer_init(&command[CREATE_TRANSFER], &whole);
	mvgpu_virtio_detach_init(&command[CREATE_DETACH], create->res_id);
	mvgpu_virtio_unref_init(&command[CREATE_UNDO], create->res_id);
	request->undo = &command[CREATE_UNDO];
	return 0;
}

static int destroy_build(struct mvgpu_virtio *gpu,
			 struct mvgpu_virtio_request *request,
			 struct mvgpu_job *job)
{
	mvgpu_virtio_unref_init(request->command, job->res_id);
	return 0;
}

static int attach_build(struct mvgpu_virtio *gpu,
			struct mvgpu_virtio_request *request,
			struct mvgpu_job *job)
{
	struct mvgpu_virtio_command *command = request->command;
	int err;

	err = mvgpu_virtio_dma_map(gpu, job->res_id, job->backing);
	if (err)
		return err;
	err = mvgpu_virtio_attach_init(gpu, command, job->res_id,
				       mvgpu_virtio_dma_nents(job->backing));
	if (err) {
		mvgpu_virtio_backing_release(gpu, job->backing);
		return err;
	}
	mvgpu_virtio_dma_fill(job->backing, command->data);
	return 0;
}

static int detach_build(struct mvgpu_virtio *gpu,
			struct mvgpu_virtio_request *request,
			struct mvgpu_job *job)
{
	mvgpu_virtio_detach_init(request->command, job->res_id);
	return 0;
}

static int transfer_build(struct mvgpu_virtio *gpu,
			  struct mvgpu_virtio_request *request,
			  struct mvgpu_job *job)
{
	mvgpu_virtio_dma_sync(gpu, job->transfer.res_id);
	transfer_init(request->command, &job->transfer);
	return 0;
}

/*
 * Rows without @build are over as soon as they are submitted; @nr is 0 where the
 * number of commands depends on the job.
 */
static const struct {
	u32 nr;
	mvgpu_virtio_build_fn *build;
} commands[MVGPU_JOB_NR] = {
	[MVGPU_JOB_NONE] = { 0, NULL },
	[MVGPU_JOB_RES_CREATE] = { CREATE_NR, create_build },
	[MVGPU_JOB_RES_DESTROY] = { 1, destroy_build },
	[MVGPU_JOB_BACKING_ATTACH] = { 1, attach_build },
	[MVGPU_JOB_BACKING_DETACH] = { 1, detach_build },
	[MVGPU_JOB_TRANSFER_TO] = { 1, transfer_build },
	/*
	 * A guest's scanout is never one of the device, so RESOURCE_FLUSH would
	 * show nothing; and core answers jobs in order, so that nobody sees
	 * that the transfers before it may still run.
	 */
	[MVGPU_JOB_FLUSH] = { 0, NULL },
	[MVGPU_JOB_CTX_CREATE] = { 1, mvgpu_virtio_ctx_create_build },
	[MVGPU_JOB_CTX_DESTROY] = { 1, mvgpu_virtio_ctx_destroy_build },
	[MVGPU_JOB_CTX_ATTACH] = { 1, mvgpu_virtio_ctx_attach_build },
	[MVGPU_JOB_CTX_DETACH] = { 1, mvgpu_virtio_ctx_detach_build },
	[MVGPU_JOB_CTX_CHECK] = {
		MVGPU_VIRTIO_CHECK_COMMANDS, mvgpu_virtio_check_build
	},
	[MVGPU_JOB_RES_CREATE_3D] = { 0, mvgpu_virtio_create_3d_build },
	[MVGPU_JOB_TRANSFER_TO_3D] = { 1, mvgpu_virtio_transfer_to_build },
	[MVGPU_JOB_TRANSFER_FROM_3D] = { 1, mvgpu_virtio_transfer_from_build },
	[MVGPU_JOB_SUBMIT_3D] = { 1, mvgpu_virtio_submit_build },
};

/**
 * mvgpu_virtio_prepare() - see struct mvgpu_backend_ops
 * @priv: the GPU
 * @job: the job
 *
 * Return: 0, -ENOMEM, -E2BIG (a backing in too many pieces), -EINVAL.
 */
int mvgpu_virtio_prepare(void *priv, struct mvgpu_job *job)
{
	struct mvgpu_virtio_request *request;
	struct mvgpu_virtio *gpu = priv;
	u32 nr;
	int err;

	job->backend = NULL;
	if (WARN_ON_ONCE(job->op >= MVGPU_JOB_NR))
		return -EINVAL;
	if (!commands[job->op].build)
		return 0;

	nr = commands[job->op].nr ?: mvgpu_virtio_create_3d_count(job);
	request = mvgpu_virtio_request_alloc(nr);
	if (!request)
		return -ENOMEM;
	request->job = job;
	err = commands[job->op].build(gpu, request, job);
	/* What the ring can't hold would wait for ever. */
	if (!err && request->nr_sgs > gpu->ring_size)
		err = -ENOMEM;
	if (err) {
		mvgpu_virtio_request_free(request);
		return err;
	}
	job->backend = request;
	return 0;
}

/**
 * mvgpu_virtio_unprepare() - see struct mvgpu_backend_ops
 * @priv: the GPU
 * @job: the job
 */
void mvgpu_virtio_unprepare(void *priv, struct mvgpu_job *job)
{
	if (!job->backend)
		return;
	if (job->op == MVGPU_JOB_TRANSFER_FROM_3D)
		mvgpu_virtio_dma_sync_back(priv, job->transfer_3d.res_id);
	else if (job->op == MVGPU_JOB_CTX_CHECK)
		mvgpu_virtio_check_end(priv, job);
	mvgpu_virtio_request_free(job->backend);
	job->backend = NULL;
}

/**
 * mvgpu_virtio_submit() - see struct mvgpu_backend_ops
 * @priv: the GPU
 * @engine: 0
 * @job: prepared
 *
 * Return: see mvgpu_virtio_queue_add().
 */
int mvgpu_virtio_submit(void *priv, u32 engine, struct mvgpu_job *job)
{
	if (job->backend)
		return mvgpu_virtio_queue_add(priv, job->backend);
	mvgpu_job_done(job, 0);
	return 0;
}
