// SPDX-License-Identifier: GPL-2.0
/*
 * The control queue: which commands there are, how long they are, and how
 * they are answered.
 */
#include "internal.h"

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

/* What a command needs beside its request. */
enum {
	/* Its answer is the GPU's: refused when the GPU has lost everything. */
	NEEDS_GPU = BIT(0),
	/* The driver has taken VIRTIO_GPU_F_VIRGL. */
	NEEDS_3D = BIT(1),
	GPU_3D = NEEDS_GPU | NEEDS_3D,
};

/**
 * struct command - a row of the table
 * @name: for messages
 * @req: bytes of the request's fixed part
 * @resp: bytes of a good response
 * @flags: NEEDS_*
 * @prep: NULL: the feature is not offered
 */
struct command {
	const char *name;
	u16 req;
	u16 resp;
	u32 flags;
	mvgpu_prep_fn *prep;
};

/* 2D commands are 0x0100 and on, 3D ones 0x0200: a table for each. */
#define GROUP 16
#define ROW(cmd) ((cmd) & 0xff)

/* A command with a plain response. */
#define PLAIN(cmd, request, what, function)			\
	[ROW(VIRTIO_GPU_CMD_##cmd)] = {				\
		.name = #cmd,					\
		.req = sizeof(struct virtio_gpu_##request),	\
		.resp = sizeof(struct virtio_gpu_ctrl_hdr),	\
		.flags = what,					\
		.prep = function,				\
	}

/* A command that is answered with data. */
#define QUERY(cmd, request, response, function)			\
	[ROW(VIRTIO_GPU_CMD_##cmd)] = {				\
		.name = #cmd,					\
		.req = sizeof(struct virtio_gpu_##request),	\
		.resp = sizeof(struct virtio_gpu_##response),	\
		.prep = function,				\
	}

/* A command of a feature that is not offered. */
#define ABSENT(cmd, request) PLAIN(cmd, request, 0, NULL)

static const struct command commands_2d[GROUP] = {
	QUERY(GET_DISPLAY_INFO, ctrl_hdr, resp_display_info,
	      mvgpu_scanout_display_info),
	PLAIN(RESOURCE_CREATE_2D, resource_create_2d, NEEDS_GPU,
	      mvgpu_resource_create_2d),
	PLAIN(RESOURCE_UNREF, resource_unref, NEEDS_GPU, mvgpu_resource_unref),
	PLAIN(SET_SCANOUT, set_scanout, 0, mvgpu_scanout_set),
	PLAIN(RESOURCE_FLUSH, resource_flush, NEEDS_GPU, mvgpu_scanout_flush),
	PLAIN(TRANSFER_TO_HOST_2D, transfer_to_host_2d, NEEDS_GPU,
	      mvgpu_resource_transfer),
	PLAIN(RESOURCE_ATTACH_BACKING, resource_attach_backing, NEEDS_GPU,
	      mvgpu_resource_attach),
	PLAIN(RESOURCE_DETACH_BACKING, resource_detach_backing, NEEDS_GPU,
	      mvgpu_resource_detach),
	QUERY(GET_CAPSET_INFO, get_capset_info, resp_capset_info,
	      mvgpu_capset_info),
	QUERY(GET_CAPSET, get_capset, resp_capset, mvgpu_capset_get),
	QUERY(GET_EDID, cmd_get_edid, resp_edid, mvgpu_scanout_edid),
	ABSENT(RESOURCE_ASSIGN_UUID, resource_assign_uuid),
	ABSENT(RESOURCE_CREATE_BLOB, resource_create_blob),
	ABSENT(SET_SCANOUT_BLOB, set_scanout_blob),
};

static const struct command commands_3d[GROUP] = {
	PLAIN(CTX_CREATE, ctx_create, GPU_3D, mvgpu_context_create),
	PLAIN(CTX_DESTROY, ctx_destroy, GPU_3D, mvgpu_context_destroy),
	PLAIN(CTX_ATTACH_RESOURCE, ctx_resource, GPU_3D, mvgpu_context_attach),
	PLAIN(CTX_DETACH_RESOURCE, ctx_resource, GPU_3D, mvgpu_context_detach),
	PLAIN(RESOURCE_CREATE_3D, resource_create_3d, GPU_3D,
	      mvgpu_resource_create_3d),
	PLAIN(TRANSFER_TO_HOST_3D, transfer_host_3d, GPU_3D,
	      mvgpu_transfer_to_3d),
	PLAIN(TRANSFER_FROM_HOST_3D, transfer_host_3d, GPU_3D,
	      mvgpu_transfer_from_3d),
	PLAIN(SUBMIT_3D, cmd_submit, GPU_3D, mvgpu_submit_3d),
	ABSENT(RESOURCE_MAP_BLOB, resource_map_blob),
	ABSENT(RESOURCE_UNMAP_BLOB, resource_unmap_blob),
};

static_assert(sizeof(struct virtio_gpu_ctrl_hdr) == 24);
static_assert(sizeof(struct virtio_gpu_mem_entry) == 16);
/* The longest ones. */
static_assert(sizeof(struct virtio_gpu_set_scanout_blob) <= MVGPU_REQ_MAX);
static_assert(sizeof(struct virtio_gpu_ctx_create) <= MVGPU_REQ_MAX);

/* NULL: there is no such command. */
static const struct command *command_find(u32 type)
{
	const struct command *cmd = commands_2d;
	u32 row = ROW(type);

	if (row >= GROUP)
		return NULL;
	if (type - row == VIRTIO_GPU_CMD_CTX_CREATE)
		cmd = commands_3d;
	else if (type - row != VIRTIO_GPU_CMD_GET_DISPLAY_INFO)
		return NULL;
	cmd += array_index_nospec(row, GROUP);
	return cmd->name ? cmd : NULL;
}

int mvgpu_request_load(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	size_t len = min_t(u64, job->chain.out_len, sizeof(job->req.bytes));

	memset(&job->req, 0, sizeof(job->req));
	if (mvgpu_chain_read(&job->chain, proto->config.mem, 0, job->req.bytes,
			     len))
		return -EFAULT;
	return len;
}

int mvgpu_request_tail(struct mvgpu_proto *proto, const struct mvgpu_job *job,
		       size_t off, void *buf, size_t len)
{
	size_t part = 0;

	if (off > job->chain.out_len || len > job->chain.out_len - off)
		return -ERANGE;

	if (off < sizeof(job->req.bytes)) {
		part = min(len, sizeof(job->req.bytes) - off);
		memcpy(buf, job->req.bytes + off, part);
	}
	return mvgpu_chain_read(&job->chain, proto->config.mem, off + part,
				buf + part, len - part);
}

/*
 * Virtio 1.3, 5.7.6.7: a fence is echoed, on errors too: the guest would wait
 * for ever.
 */
static void respond_init(struct mvgpu_job *job)
{
	const struct virtio_gpu_ctrl_hdr *req = &job->req.hdr;
	__le32 ring = cpu_to_le32(VIRTIO_GPU_FLAG_INFO_RING_IDX);

	memset(&job->resp, 0, sizeof(job->resp));
	if (!(req->flags & cpu_to_le32(VIRTIO_GPU_FLAG_FENCE)))
		return;
	job->resp.flags = cpu_to_le32(VIRTIO_GPU_FLAG_FENCE);
	job->resp.fence_id = req->fence_id;
	job->resp.ctx_id = req->ctx_id;
	if (req->flags & ring) {
		job->resp.flags |= ring;
		job->resp.ring_idx = req->ring_idx;
	}
}

void mvgpu_respond(struct mvgpu_proto *proto, struct mvgpu_job *job, u32 type)
{
	job->resp.type = cpu_to_le32(type);
	if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC) {
		kfree(job->resp_data);
		job->resp_data = NULL;
		job->resp_len = sizeof(job->resp);
		mvgpu_proto_error(proto);
	}
	if (job->resp_data)
		memcpy(job->resp_data, &job->resp, sizeof(job->resp));
	/* A guest that gives less room gets less. */
	job->resp_len = min_t(u64, job->resp_len, job->chain.in_len);
}

/* Room for a good response, all zeroes. */
static int respond_alloc(struct mvgpu_job *job, size_t len)
{
	job->resp_len = len;
	if (len <= sizeof(job->resp))
		return 0;
	job->resp_data = kzalloc(len, GFP_KERNEL);
	return job->resp_data ? 0 : -ENOMEM;
}

static u32 judge(struct mvgpu_proto *proto, struct mvgpu_job *job,
		 const struct command *cmd, size_t len)
{
	if (!cmd || !cmd->prep)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (len < cmd->req)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (cmd->flags & NEEDS_GPU && mvgpu_vgpu_lost(proto->config.vgpu))
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (cmd->flags & NEEDS_3D &&
	    !mvgpu_vgpu_has_feature(proto->config.vgpu, VIRTIO_GPU_F_VIRGL))
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (respond_alloc(job, cmd->resp))
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	return cmd->prep(proto, job);
}

void mvgpu_proto_control(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct command *cmd = NULL;
	int len = mvgpu_request_load(proto, job);
	u32 type = VIRTIO_GPU_RESP_ERR_UNSPEC;

	/* Its jobs have to be behind those of the requests before. */
	mvgpu_proof_run(proto);
	job->op = MVGPU_JOB_NONE;
	/* Of a header that was cut off no part is believed. */
	if (len < (int)sizeof(job->req.hdr)) {
		memset(&job->req, 0, sizeof(job->req));
		len = 0;
	}
	respond_init(job);
	if (len) {
		cmd = command_find(le32_to_cpu(job->req.hdr.type));
		type = judge(proto, job, cmd, len);
	}
	if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC)
		pr_debug_ratelimited("%s (0x%x, %d bytes) refused: 0x%x\n",
				     cmd ? cmd->name : "unknown command",
				     le32_to_cpu(job->req.hdr.type), len, type);
	mvgpu_respond(proto, job, type);
}
