// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <mvgpu/job.h>

#include "vgpu.h"

static struct kmem_cache *job_cache;

int mvgpu_job_cache_init(void)
{
	job_cache = KMEM_CACHE(mvgpu_job, SLAB_ACCOUNT);
	return job_cache ? 0 : -ENOMEM;
}

void mvgpu_job_cache_exit(void)
{
	kmem_cache_destroy(job_cache);
}

struct mvgpu_job *mvgpu_job_alloc(struct mvgpu_vgpu *vgpu)
{
	struct mvgpu_job *job = kmem_cache_zalloc(job_cache, GFP_KERNEL);

	if (!job)
		return NULL;
	job->vgpu = vgpu;
	job->id = ++vgpu->last_job;
	INIT_LIST_HEAD(&job->pending);
	INIT_LIST_HEAD(&job->queue);
	return job;
}

void mvgpu_job_free(struct mvgpu_job *job)
{
	mvgpu_chain_release(&job->chain);
	kfree(job->resp_data);
	kmem_cache_free(job_cache, job);
}
