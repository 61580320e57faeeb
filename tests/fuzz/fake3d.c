// SPDX-License-Identifier: GPL-2.0
/*
 * The part of the GPU that has contexts. It believes in no id of a stream that
 * is not attached to the stream's context.
 */
#include "fake.h"

#include <string.h>

#include <linux/slab.h>
#include <mvgpu/backend.h>
#include <mvgpu/virgl_caps.h>

#define CAPS_SIZE 1384

/* Streams of the tests: RESOURCE_COPY_REGION, ids in dwords 1 and 6. */
#define COPY_REGION (17 | 13 << 16)

static u8 caps[2][CAPS_SIZE];
static struct mvgpu_capset capset[2] = {
	{ VIRTIO_GPU_CAPSET_VIRGL, 1, MVGPU_CAPS_V1_SIZE, caps[0] },
	{ VIRTIO_GPU_CAPSET_VIRGL2, 2, CAPS_SIZE, caps[1] },
};

void fake_config_3d(struct mvgpu_proto_config *config)
{
	static const u32 limits[][2] = {
		{ MVGPU_CAPS_MAX_LAYERS, FAKE_LAYERS },
		{ MVGPU_CAPS_MAX_SAMPLES, FAKE_SAMPLES },
		{ MVGPU_CAPS_MAX_SIDE, FAKE_SIDE },
		{ MVGPU_CAPS_MAX_SIDE_3D, FAKE_SIDE_3D },
		{ MVGPU_CAPS_MAX_SIDE_CUBE, FAKE_SIDE_CUBE },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		memset(caps[i], 0xff, CAPS_SIZE);
		MUST(mvgpu_capset_known(&capset[i]));
		mvgpu_capset_mask(capset[i].id, caps[i], capset[i].size);
		/* Formats from 128 on can't be sampled, rendered or tested. */
		memset(caps[i] + MVGPU_CAPS_SAMPLER + 16, 0, 48);
		memset(caps[i] + MVGPU_CAPS_RENDER + 16, 0, 48);
		memset(caps[i] + MVGPU_CAPS_DEPTH + 16, 0, 48);
		for (k = 0; k < ARRAY_SIZE(limits); k++)
			memcpy(caps[i] + limits[k][0], &limits[k][1], 4);
	}
	config->nr_capsets = ARRAY_SIZE(capset);
	config->capset = capset;
	config->max_contexts = FAKE_CONTEXTS;
	config->max_objects = 16;
	config->max_sub_contexts = 4;
	config->max_shader_bytes = 4096;
	config->max_stream = 8192;
	config->max_shadow = 1 << 20;
	config->max_stream_bytes = 16384;
}

bool mvgpu_vgpu_has_feature(struct mvgpu_vgpu *vgpu, u32 bit)
{
	if (bit == VIRTIO_GPU_F_CONTEXT_INIT)
		return !vgpu->no_init;
	return !vgpu->no_3d;
}

int mvgpu_vgpu_ctx_id_get(struct mvgpu_vgpu *vgpu)
{
	int id;

	for (id = 1; id <= FAKE_CTX_IDS; id++)
		if (!vgpu->ctx_used[id]) {
			vgpu->ctx_used[id] = true;
			return id;
		}
	return -ENOSPC;
}

static u32 job_ctx(const struct mvgpu_job *job)
{
	switch (job->op) {
	case MVGPU_JOB_CTX_CREATE:
		return job->ctx_create.ctx_id;
	case MVGPU_JOB_CTX_DESTROY:
	case MVGPU_JOB_CTX_ATTACH:
	case MVGPU_JOB_CTX_DETACH:
	case MVGPU_JOB_CTX_CHECK:
		return job->ctx.ctx_id;
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
		return job->transfer_3d.ctx_id;
	case MVGPU_JOB_SUBMIT_3D:
		return job->submit.ctx_id;
	default:
		return 0;
	}
}

void mvgpu_vgpu_ctx_id_put(struct mvgpu_vgpu *vgpu, u32 id)
{
	struct mvgpu_job *job;

	MUST(id && id <= FAKE_CTX_IDS && vgpu->ctx_used[id]);
	MUST(!vgpu->ctx[id].exists);
	list_for_each_entry(job, &vgpu->jobs, pending)
		MUST(job_ctx(job) != id);
	vgpu->ctx_used[id] = false;
}

void mvgpu_vgpu_refused(struct mvgpu_vgpu *vgpu, u32 ctx_id, u32 cmd, u32 at,
			int err)
{
	MUST(err == -EINVAL || err == -ENOENT || err == -EDQUOT ||
	     err == -ENOMEM || err == -ESTALE);
	vgpu->refused++;
}

void mvgpu_vgpu_over_quota(struct mvgpu_vgpu *vgpu)
{
	vgpu->quota_hits++;
}

struct mvgpu_job *mvgpu_vgpu_job_new(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_job *job;

	if (vgpu->no_emit)
		return NULL;
	job = calloc(1, sizeof(*job));
	job->vgpu = vgpu;
	job->internal = true;
	return job;
}

void mvgpu_vgpu_job_free(struct mvgpu_job *job)
{
	shim_free(job->stream);
	free(job);
}

int mvgpu_vgpu_job_send(struct mvgpu_vgpu *vgpu, struct mvgpu_job *job)
{
	fake_job(job);
	return 0;
}

bool fake_names(const struct mvgpu_job *job, u32 res_id)
{
	switch (job->op) {
	case MVGPU_JOB_CTX_CREATE:
	case MVGPU_JOB_CTX_DESTROY:
	case MVGPU_JOB_CTX_CHECK:
	case MVGPU_JOB_SUBMIT_3D:
		/* A stream that names nothing any more does no harm. */
		return false;
	default:
		return job->res_id == res_id;
	}
}

bool fake_is_3d(const struct mvgpu_job *job)
{
	return job->op >= MVGPU_JOB_CTX_CREATE;
}

static bool create(const struct mvgpu_job_res_create_3d *create)
{
	struct fake_res *res = &fake.vgpu.gpu[create->res_id];

	MUST(create->res_id && create->res_id <= FAKE_IDS);
	MUST(fake.vgpu.used[create->res_id] || fake.vgpu.lenient);
	if (res->exists)
		return false;
	MUST(create->size >= create->width || create->target);
	res->exists = true;
	res->width = create->width;
	res->height = create->height;
	res->layers = create->target == 3 ? create->depth : create->array_size;
	return true;
}

static bool transfer(const struct mvgpu_job_transfer_3d *job)
{
	const struct fake_res *res = &fake.vgpu.gpu[job->res_id];
	const struct mvgpu_box *box = &job->box;

	MUST(job->res_id && job->res_id <= FAKE_IDS);
	if (!res->exists || !res->backing)
		return false;
	MUST(box->w && box->h && box->d);
	/* Blocks of compressed formats reach beyond by less than one. */
	MUST((u64)box->x + box->w <= res->width + 12);
	MUST((u64)box->y + box->h <= res->height + 12);
	MUST((u64)box->z + box->d <= max(res->layers, 1U));
	MUST(job->size);
	/* As in gpu_transfer_ok(): an older backing may be too short. */
	if (job->offset > res->backing->size ||
	    job->size > res->backing->size - job->offset)
		return false;
	return !job->ctx_id ||
	       fake.vgpu.ctx[job->ctx_id].attached[job->res_id];
}

static bool stream(const struct fake_ctx *ctx, const struct mvgpu_job *job)
{
	const u32 *dw = job->stream;
	u32 i, len, nr = job->submit.size / 4;

	MUST(nr && !(job->submit.size % 4));
	for (i = 0; i < nr; i += 1 + len) {
		len = dw[i] >> 16;
		MUST(len < nr - i);
		if (dw[i] != COPY_REGION)
			continue;
		MUST(dw[i + 1] <= FAKE_IDS && dw[i + 6] <= FAKE_IDS);
		if (!ctx->attached[dw[i + 1]] || !ctx->attached[dw[i + 6]])
			return false;
	}
	return true;
}

bool fake_do_3d(const struct mvgpu_job *job)
{
	u32 id = job_ctx(job);
	struct fake_ctx *ctx = &fake.vgpu.ctx[id];

	MUST(id <= FAKE_CTX_IDS);
	MUST(!id || fake.vgpu.ctx_used[id]);
	if (job->op == MVGPU_JOB_RES_CREATE_3D)
		return create(&job->res_create_3d);
	if (job->op == MVGPU_JOB_CTX_CREATE) {
		if (ctx->exists)
			return false;
		ctx->exists = true;
		return true;
	}
	if (id && !ctx->exists)
		return false;

	switch (job->op) {
	case MVGPU_JOB_CTX_DESTROY:
		memset(ctx, 0, sizeof(*ctx));
		return true;
	case MVGPU_JOB_CTX_ATTACH:
	case MVGPU_JOB_CTX_DETACH:
		if (!fake.vgpu.gpu[job->ctx.res_id].exists)
			return false;
		ctx->attached[job->ctx.res_id] =
			job->op == MVGPU_JOB_CTX_ATTACH;
		return true;
	case MVGPU_JOB_TRANSFER_TO_3D:
	case MVGPU_JOB_TRANSFER_FROM_3D:
		return transfer(&job->transfer_3d);
	case MVGPU_JOB_CTX_CHECK:
		return true;
	case MVGPU_JOB_SUBMIT_3D:
		return stream(ctx, job);
	default:
		abort();
	}
}
