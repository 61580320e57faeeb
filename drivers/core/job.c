// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <mvgpu/job.h>

#include "vgpu.h"

/* The part of a job that is copied: request and response. */
#define COPIED_FROM offsetof(struct mvgpu_job, req)
#define COPIED_TO offsetofend(struct mvgpu_job, resp)

static struct kmem_cache *job_cache;

int mvgpu_job_cache_init(void)
{
	/* VFIO copies requests and responses as if to and from user space. */
	job_cache = kmem_cache_create_usercopy("mvgpu_job",
					       sizeof(struct mvgpu_job), 0,
					       SLAB_ACCOUNT, COPIED_FROM,
					       COPIED_TO - COPIED_FROM, NULL);
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
	kvfree(job->stream);
	kmem_cache_free(job_cache, job);
}
