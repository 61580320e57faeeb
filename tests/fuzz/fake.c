// SPDX-License-Identifier: GPL-2.0
/*
 * What proto/ needs of the rest of mvgpu, with a GPU that believes nothing:
 * whatever may not happen ends the program.
 */
#include "fake.h"

#include <string.h>

#include <linux/err.h>
#include <linux/slab.h>

struct mvgpu_backing_entry {
	u64 addr;
	u32 len;
};

struct fake fake;

/*
 * Backings
 */

static int entries_load(struct mvgpu_backing *backing,
			const struct virtio_gpu_mem_entry *entries, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		u64 addr = le64_to_cpu(entries[i].addr);
		u32 len = le32_to_cpu(entries[i].length);

		if (!len || addr + len < addr || backing->size + len > ~0U)
			return -EINVAL;
		if (addr + len > FAKE_GUEST_SIZE)
			return -EFAULT;
		backing->entry[i].addr = addr;
		backing->entry[i].len = len;
		backing->size += len;
		backing->nr_pins += ((addr + len - 1) >> 12) - (addr >> 12) + 1;
	}
	if (fake.vgpu.nr_pins + backing->nr_pins > FAKE_PINS)
		return -EDQUOT;
	return nr > FAKE_RUNS ? -E2BIG : 0;
}

struct mvgpu_backing *
mvgpu_backing_create(struct mvgpu_vgpu *vgpu,
		     const struct virtio_gpu_mem_entry *entries, u32 nr)
{
	struct mvgpu_backing *backing = calloc(1, sizeof(*backing));
	int err;

	MUST(vgpu == &fake.vgpu && nr);
	backing->vgpu = vgpu;
	backing->nr_entries = nr;
	backing->entry = calloc(nr, sizeof(*backing->entry));
	err = entries_load(backing, entries, nr);
	if (err) {
		free(backing->entry);
		free(backing);
		return ERR_PTR(err);
	}
	vgpu->nr_backings++;
	vgpu->nr_pins += backing->nr_pins;
	return backing;
}

struct mvgpu_backing *mvgpu_backing_create_own(struct mvgpu_vgpu *vgpu,
					       u64 size)
{
	struct mvgpu_backing *backing;

	MUST(vgpu == &fake.vgpu && size);
	if (fake.vgpu.no_emit)
		return ERR_PTR(-ENOMEM);
	backing = calloc(1, sizeof(*backing));
	backing->vgpu = vgpu;
	backing->size = size;
	backing->own = true;
	vgpu->nr_backings++;
	return backing;
}

void mvgpu_backing_destroy(struct mvgpu_backing *backing)
{
	struct mvgpu_job *job;
	u32 i;

	if (!backing)
		return;
	for (i = 1; i <= FAKE_IDS; i++)
		MUST(fake.vgpu.gpu[i].backing != backing);
	for (i = 0; i < MVGPU_MAX_SCANOUTS; i++)
		MUST(fake.display.scanout[i].src.backing != backing);
	list_for_each_entry(job, &fake.vgpu.jobs, pending)
		MUST(job->op != MVGPU_JOB_BACKING_ATTACH ||
		     job->backing != backing);
	fake.vgpu.nr_backings--;
	fake.vgpu.nr_pins -= backing->nr_pins;
	free(backing->entry);
	free(backing);
}

bool mvgpu_backing_overlaps(const struct mvgpu_backing *backing, u64 addr,
			    u64 len)
{
	u32 i;

	for (i = 0; i < backing->nr_entries; i++)
		if (backing->entry[i].addr < addr + len &&
		    addr < backing->entry[i].addr + backing->entry[i].len)
			return true;
	return false;
}

int mvgpu_backing_read(const struct mvgpu_backing *backing, u64 off, void *buf,
		       size_t len)
{
	if (off > backing->size || len > backing->size - off)
		return -ERANGE;
	memset(buf, 0, len);
	return 0;
}

/*
 * Displays
 */

void mvgpu_display_set(struct mvgpu_display *display, u32 id,
		       const struct mvgpu_scanout_src *src)
{
	MUST(display == &fake.display && id < fake.nr_scanouts);
	display->scanout[id].sets++;
	display->scanout[id].on = src;
	memset(&display->scanout[id].src, 0, sizeof(*src));
	if (!src)
		return;
	MUST(src->rect.width >= 16 && src->rect.height >= 16);
	MUST((u64)src->rect.x + src->rect.width <= src->stride / 4);
	MUST(!src->backing || src->backing->vgpu == &fake.vgpu);
	display->scanout[id].src = *src;
}

void mvgpu_display_flush(struct mvgpu_display *display, u32 id,
			 const struct mvgpu_rect *rect)
{
	const struct mvgpu_scanout_src *src = &display->scanout[id].src;

	MUST(id < fake.nr_scanouts && display->scanout[id].on);
	MUST(rect->width && rect->height);
	MUST(rect->x >= src->rect.x && rect->y >= src->rect.y);
	MUST(rect->x + rect->width <= src->rect.x + src->rect.width);
	MUST(rect->y + rect->height <= src->rect.y + src->rect.height);
	MUST(!src->backing || src->backing->vgpu == &fake.vgpu);
	display->scanout[id].flush = *rect;
	display->scanout[id].flushes++;
}

bool mvgpu_display_follows(struct mvgpu_display *display)
{
	return display->follows;
}

bool mvgpu_display_wants(struct mvgpu_display *display)
{
	return display->wants;
}

void mvgpu_display_fetched(struct mvgpu_display *display,
			   const struct mvgpu_backing *backing,
			   const struct mvgpu_rect *rect)
{
	struct mvgpu_scanout_src *src = &display->scanout[0].src;

	if (!display->scanout[0].on || !src->fetched)
		return;
	src->backing = backing;
	if (!backing)
		return;
	MUST(backing->own && rect->width && rect->height);
	MUST((u64)(rect->y + rect->height) * src->stride <= backing->size);
	display->fetches++;
	display->fetched = *rect;
}

void mvgpu_display_cursor(struct mvgpu_display *display, u32 id,
			  const struct mvgpu_scanout_src *src, u32 hot_x,
			  u32 hot_y)
{
	u8 image[64 * 64 * 4];

	MUST(id < fake.nr_scanouts && hot_x < 64 && hot_y < 64);
	display->scanout[id].cursors++;
	display->scanout[id].cursor = src;
	display->scanout[id].hot_x = hot_x;
	display->scanout[id].hot_y = hot_y;
	if (!src)
		return;
	MUST(src->rect.width == 64 && src->rect.height == 64);
	MUST(!src->rect.x && !src->rect.y && src->stride == 256);
	MUST(!mvgpu_backing_read(src->backing, 0, image, sizeof(image)));
}

void mvgpu_display_move(struct mvgpu_display *display, u32 id, u32 x, u32 y)
{
	MUST(id < fake.nr_scanouts);
	display->scanout[id].x = x;
	display->scanout[id].y = y;
	display->scanout[id].moves++;
}

void mvgpu_display_mode(struct mvgpu_display *display, u32 id, u32 *width,
			u32 *height)
{
	MUST(id < fake.nr_scanouts);
	/* The second one is not connected. */
	*width = id == 1 ? 0 : 1024 + id;
	*height = id == 1 ? 0 : 768;
}

void mvgpu_display_edid(struct mvgpu_display *display, u32 id, u8 edid[128])
{
	MUST(id < fake.nr_scanouts);
	memset(edid, 0xe0 + id, 128);
}

/*
 * Ids and jobs
 */

int mvgpu_vgpu_res_id_get(struct mvgpu_vgpu *vgpu)
{
	int id;

	for (id = 1; id <= FAKE_IDS; id++)
		if (!vgpu->used[id]) {
			vgpu->used[id] = true;
			return id;
		}
	return -ENOSPC;
}

void mvgpu_vgpu_res_id_put(struct mvgpu_vgpu *vgpu, u32 id)
{
	struct mvgpu_job *job;

	MUST(id && id <= FAKE_IDS && vgpu->used[id]);
	MUST(!vgpu->gpu[id].exists);
	list_for_each_entry(job, &vgpu->jobs, pending)
		MUST(job->op == MVGPU_JOB_TRANSFER_TO ||
		     job->op == MVGPU_JOB_FLUSH || !fake_names(job, id));
	vgpu->used[id] = false;
}

bool mvgpu_vgpu_lost(struct mvgpu_vgpu *vgpu)
{
	return vgpu->lost;
}

void fake_job(struct mvgpu_job *job)
{
	list_add_tail(&job->pending, &fake.vgpu.jobs);
	fake.vgpu.nr_jobs++;
}

int mvgpu_vgpu_emit(struct mvgpu_vgpu *vgpu, int op, u32 gpu_res_id,
		    struct mvgpu_resource *res)
{
	struct mvgpu_job *job;

	MUST(op == MVGPU_JOB_RES_DESTROY || op == MVGPU_JOB_BACKING_DETACH);
	MUST(vgpu->used[gpu_res_id]);
	/* Never a second one of ours at the same time. */
	list_for_each_entry(job, &vgpu->jobs, pending)
		MUST(job->op != op || !job->internal ||
		     job->res_id != gpu_res_id);
	if (vgpu->no_emit)
		return -ENOMEM;
	job = calloc(1, sizeof(*job));
	job->vgpu = vgpu;
	job->op = op;
	job->internal = true;
	job->res_id = gpu_res_id;
	job->res = res;
	fake_job(job);
	return 0;
}

static struct mvgpu_job *job_new(const void *req, size_t len, size_t room)
{
	struct mvgpu_job *job = calloc(1, sizeof(*job));
	struct mvgpu_chain *chain = &job->chain;
	size_t part, max, off;

	MUST(len <= RESP_AT - REQ_AT && room <= PAGES_AT - RESP_AT);
	memcpy(fake.guest->bytes + REQ_AT, req, len);
	memset(fake.guest->bytes + RESP_AT, 0xcc, room);
	max = fake.segment ?: len;
	chain->seg = calloc(len + 2, sizeof(*chain->seg));
	for (off = 0; off < len; off += part) {
		part = min_t(size_t, max, len - off);
		chain->seg[chain->nr_out].addr = REQ_AT + off;
		chain->seg[chain->nr_out++].len = part;
	}
	chain->out_len = len;
	if (room) {
		chain->seg[chain->nr_out].addr = RESP_AT;
		chain->seg[chain->nr_out].len = room;
		chain->nr_in = 1;
		chain->in_len = room;
	}
	job->vgpu = &fake.vgpu;
	return job;
}

static void job_free(struct mvgpu_job *job)
{
	list_del(&job->pending);
	shim_free(job->resp_data);
	shim_free(job->stream);
	free(job->chain.seg);
	free(job);
}

static void job_old(struct mvgpu_job *job)
{
	list_add_tail(&job->pending, &fake.vgpu.old);
}

struct mvgpu_job *fake_send(const void *req, size_t len, size_t room)
{
	struct mvgpu_job *job = job_new(req, len, room);

	mvgpu_proto_control(fake.proto, job);
	if (job->op == MVGPU_JOB_NONE)
		job_old(job);
	else
		fake_job(job);
	return job;
}

void fake_cursor(const void *req, size_t len)
{
	struct mvgpu_job *job = job_new(req, len, 0);

	mvgpu_proto_cursor(fake.proto, job);
	MUST(job->op == MVGPU_JOB_NONE && !job->resp_len && !job->resp_data);
	job_old(job);
}

u32 fake_resp(const struct mvgpu_job *job)
{
	const void *resp = job->resp_data ?: &job->resp;
	u32 type = le32_to_cpu(job->resp.type);
	struct virtio_gpu_ctrl_hdr want = { .type = job->resp.type };

	if (job->req.hdr.flags & VIRTIO_GPU_FLAG_FENCE) {
		want.flags = job->req.hdr.flags & 3;
		want.fence_id = job->req.hdr.fence_id;
		want.ctx_id = job->req.hdr.ctx_id;
		if (job->req.hdr.flags & VIRTIO_GPU_FLAG_INFO_RING_IDX)
			want.ring_idx = job->req.hdr.ring_idx;
	}
	MUST((type >= VIRTIO_GPU_RESP_OK_NODATA &&
	      type <= VIRTIO_GPU_RESP_OK_MAP_INFO) ||
	     (type >= VIRTIO_GPU_RESP_ERR_UNSPEC &&
	      type <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER));
	MUST(!memcmp(resp, &want, sizeof(want)));
	MUST(job->resp_len <= job->chain.in_len);
	MUST(job->resp_data || job->resp_len <= sizeof(want));
	MUST(mvgpu_chain_write(&job->chain, &fake.guest->mem, 0, resp,
			       job->resp_len) == (int)job->resp_len);
	return type;
}

/*
 * The GPU
 */

static bool gpu_transfer_ok(const struct fake_res *res,
			    const struct mvgpu_job_transfer *job)
{
	const struct mvgpu_rect *r = &job->rect;
	u64 span = ((u64)(r->height - 1) * res->width + r->width) * 4;

	MUST(r->width && r->height);
	MUST((u64)r->x + r->width <= res->width);
	MUST((u64)r->y + r->height <= res->height);
	/*
	 * Judged by the backing that its attach brought. Where that attach has
	 * failed since, an older one is still there, and may be too short.
	 */
	return job->offset <= res->backing->size &&
	       span <= res->backing->size - job->offset;
}

/* Do it; false if it makes no sense. */
static bool gpu_do(const struct mvgpu_job *job)
{
	struct fake_res *res;
	u32 i;

	if (fake_is_3d(job))
		return fake_do_3d(job);
	/* In all members of the union it comes first. */
	MUST(job->res_id && job->res_id <= FAKE_IDS);
	MUST(fake.vgpu.used[job->res_id] || fake.vgpu.lenient);
	res = &fake.vgpu.gpu[job->res_id];
	if (job->op == MVGPU_JOB_RES_CREATE) {
		if (res->exists)
			return false;
		MUST(job->res_create.width && job->res_create.height);
		res->exists = true;
		res->width = job->res_create.width;
		res->height = job->res_create.height;
		res->layers = 1;
		return true;
	}
	if (!res->exists)
		return false;

	switch (job->op) {
	case MVGPU_JOB_RES_DESTROY:
		for (i = 1; i <= FAKE_CTX_IDS; i++)
			fake.vgpu.ctx[i].attached[job->res_id] = false;
		memset(res, 0, sizeof(*res));
		return true;
	case MVGPU_JOB_BACKING_ATTACH:
		if (res->backing)
			return false;
		res->backing = job->backing;
		return true;
	case MVGPU_JOB_BACKING_DETACH:
		if (!res->backing)
			return false;
		res->backing = NULL;
		return true;
	case MVGPU_JOB_TRANSFER_TO:
		return res->backing && gpu_transfer_ok(res, &job->transfer);
	case MVGPU_JOB_FLUSH:
		MUST(job->flush.rect.width && job->flush.rect.height);
		return true;
	default:
		abort();
	}
}

void fake_run_job(struct mvgpu_job *job, int status)
{
	list_del(&job->pending);
	fake.vgpu.nr_jobs--;
	if (fake.vgpu.lost && !status)
		status = -EIO;
	/* Only who was asked knows that a context is dead. */
	if (status == -ESTALE && job->op != MVGPU_JOB_CTX_CHECK)
		status = -EIO;
	if (status)
		fake.vgpu.lenient = true;
	if (!status && !gpu_do(job)) {
		MUST(fake.vgpu.lenient);
		status = -EIO;
	}
	/*
	 * The worst of what may have happened to a job that was cut short; of a
	 * GPU that was reset nothing is left.
	 */
	if (status == -ETIMEDOUT && !fake.vgpu.lost &&
	    (job->op == MVGPU_JOB_RES_CREATE ||
	     job->op == MVGPU_JOB_RES_CREATE_3D ||
	     job->op == MVGPU_JOB_CTX_CREATE ||
	     job->op == MVGPU_JOB_BACKING_ATTACH))
		gpu_do(job);
	job->status = status;
	job->state = MVGPU_JOB_DONE;
	mvgpu_proto_complete(fake.proto, job);
	MUST(!job->res && !job->context);
	job_old(job);
	if (!job->internal)
		fake_resp(job);
}

struct mvgpu_job *fake_run(int status)
{
	struct mvgpu_job *job;

	if (list_empty(&fake.vgpu.jobs))
		return NULL;
	job = list_first_entry(&fake.vgpu.jobs, struct mvgpu_job, pending);
	fake_run_job(job, status);
	return job;
}

void fake_run_all(void)
{
	while (fake_run(0))
		;
}

void fake_drop(int status)
{
	while (fake_run(status))
		;
}

void fake_lose(void)
{
	memset(fake.vgpu.gpu, 0, sizeof(fake.vgpu.gpu));
	memset(fake.vgpu.ctx, 0, sizeof(fake.vgpu.ctx));
	fake.vgpu.lost = true;
	fake.vgpu.lenient = true;
}

/*
 * All of it
 */

void fake_start(u32 nr_scanouts, u32 max_resources, u64 max_bytes,
		u32 max_entries)
{
	struct mvgpu_proto_config config = {
		.vgpu = &fake.vgpu,
		.display = &fake.display,
		.nr_scanouts = nr_scanouts,
		.max_resources = max_resources,
		.max_bytes = max_bytes,
		.max_entries = max_entries,
	};

	memset(&fake, 0, sizeof(fake));
	fake.guest = guest_new(PAGES_AT);
	fake.nr_scanouts = nr_scanouts;
	INIT_LIST_HEAD(&fake.vgpu.jobs);
	INIT_LIST_HEAD(&fake.vgpu.old);
	config.mem = &fake.guest->mem;
	fake_config_3d(&config);
	fake.proto = mvgpu_proto_create(&config);
	MUST(fake.proto);
}

void fake_stop(void)
{
	struct mvgpu_proto_stats stats;
	struct mvgpu_job *job, *tmp;
	u32 i;

	fake_lose();
	fake_drop(-EIO);
	mvgpu_proto_forget(fake.proto);
	mvgpu_proto_get_stats(fake.proto, &stats);
	MUST(!stats.resources && !stats.bytes);
	MUST(!stats.contexts && !stats.attachments && !stats.stream_bytes &&
	     !stats.objects && !stats.sub_contexts && !stats.shader_bytes);
	MUST(!fake.vgpu.nr_backings && !fake.vgpu.nr_pins);
	for (i = 0; i <= FAKE_IDS; i++)
		MUST(!fake.vgpu.used[i]);
	for (i = 0; i <= FAKE_CTX_IDS; i++)
		MUST(!fake.vgpu.ctx_used[i]);
	for (i = 0; i < MVGPU_MAX_SCANOUTS; i++)
		MUST(!fake.display.scanout[i].on &&
		     !fake.display.scanout[i].cursor);
	mvgpu_proto_destroy(fake.proto);
	list_for_each_entry_safe(job, tmp, &fake.vgpu.old, pending)
		job_free(job);
	guest_free(fake.guest);
}
