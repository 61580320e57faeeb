// SPDX-License-Identifier: GPL-2.0
/* Tenants that keep the GPU busy, for tests that measure time. */
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
/* 64 bytes a row. */
#define WIDTH 16

bool mvt_bench(void)
{
	return getenv("MVGPU_BENCH");
}

/* What a tenant needs after a start of its device. */
int mvt_tenant_make(struct mvt_tenant *tenant)
{
	int ret = mvt_gpu_make(&tenant->dev, &tenant->mem, 1, WIDTH,
			       MVT_LOAD_ROWS, 1);

	tenant->queued = 0;
	tenant->fence = tenant->dev.fence;
	return ret == OK ? 0 : ret < 0 ? ret : -EIO;
}

/* A new one, zeroed; mvt_tenant_free() in any case. */
int mvt_tenant_add(struct mvt_tenant *tenant, unsigned int type)
{
	int ret = mvt_setup(&tenant->dev, type);

	if (ret)
		return ret;
	tenant->rows = MVT_LOAD_ROWS;
	ret = mvt_mem_map(&tenant->dev, &tenant->mem, MVT_BUF_IOVA, 0x10000);
	return ret ?: mvt_tenant_make(tenant);
}

void mvt_tenant_free(struct mvt_tenant *tenant)
{
	mvt_mem_free(&tenant->dev, &tenant->mem);
	mvt_teardown(&tenant->dev);
}

int mvt_tenant_send(struct mvt_tenant *tenant, unsigned int rows)
{
	int ret = mvt_gpu_send_transfer(&tenant->dev, 1, WIDTH, rows);

	if (ret < 0)
		return ret;
	tenant->queued++;
	return 0;
}

/* The next answer: its type; -EBADMSG if its fence is not the next one. */
int mvt_tenant_recv(struct mvt_tenant *tenant, unsigned int timeout_ms)
{
	struct virtio_gpu_ctrl_hdr resp = {};
	int ret = mvt_gpu_recv(&tenant->dev, timeout_ms, &resp, sizeof(resp));

	if (ret < 0)
		return ret;
	tenant->queued--;
	tenant->done++;
	return resp.fence_id == ++tenant->fence ? ret : -EBADMSG;
}

static unsigned int job_rows(const struct mvt_tenant *tenant)
{
	unsigned int octaves = 1, rows;

	while (1U << octaves <= tenant->rows)
		octaves++;
	rows = 1U << rand() % octaves;
	rows += rand() % rows;
	return rows < tenant->rows ? rows : tenant->rows;
}

/* Take what has come back, and fill the queue up to @depth. */
int mvt_tenant_refill(struct mvt_tenant *tenant, unsigned int depth)
{
	bool sent = false;
	int ret;

	while (tenant->queued) {
		ret = mvt_tenant_recv(tenant, 0);
		if (ret == -ETIMEDOUT)
			break;
		if (ret != OK)
			return ret < 0 ? ret : -EIO;
	}
	while (tenant->queued < depth) {
		ret = mvt_tenant_send(tenant, job_rows(tenant));
		if (ret)
			return ret;
		sent = true;
	}
	return sent ? mvt_vq_kick(&tenant->dev.vq[MVT_CTRL]) : 0;
}

int mvt_tenant_drain(struct mvt_tenant *tenant)
{
	int ret;

	while (tenant->queued) {
		ret = mvt_tenant_recv(tenant, MVT_WAIT_MS);
		if (ret != OK)
			return ret < 0 ? ret : -EIO;
	}
	return 0;
}

void mvt_tenant_mark(struct mvt_tenant *tenant)
{
	tenant->busy = mvt_vgpu_get_u64(&tenant->dev, "stats/busy_ns");
}

/* Nanoseconds of the engine since mvt_tenant_mark(). */
u64 mvt_tenant_had(const struct mvt_tenant *tenant)
{
	return mvt_vgpu_get_u64(&tenant->dev, "stats/busy_ns") - tenant->busy;
}

int mvt_hist_read(const struct mvt_dev *dev, const char *hist, u64 count[])
{
	char text[1024], *at = text;
	int i, ret = mvt_vgpu_get(dev, hist, text, sizeof(text));

	for (i = 0; i < MVT_HIST_BUCKETS && !ret; i++)
		count[i] = strtoull(at, &at, 10);
	return ret;
}

/*
 * So many thousandths of what came since @before (NULL: ever) took less than 2^n
 * ns. Return: n, or a negative errno.
 */
int mvt_percentile(const struct mvt_dev *dev, const char *hist, u64 before[],
		   unsigned int thousandths)
{
	u64 count[MVT_HIST_BUCKETS], sum = 0, part = 0;
	int i, ret = mvt_hist_read(dev, hist, count);

	if (ret)
		return ret;
	for (i = 0; i < MVT_HIST_BUCKETS; i++) {
		count[i] -= before ? before[i] : 0;
		sum += count[i];
	}
	for (i = 0; i < MVT_HIST_BUCKETS && sum; i++) {
		part += count[i];
		if (part * 1000 >= sum * thousandths)
			return i + 1;
	}
	return -ENODATA;
}

/* 1 if all are alike, 1 / @nr if one has it all. */
double mvt_jain(const double *x, unsigned int nr)
{
	double sum = 0, squares = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return squares ? sum * sum / squares / nr : 0;
}
