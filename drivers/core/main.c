// SPDX-License-Identifier: GPL-2.0
/*
 * Module mvgpu: the stages between frontends and backends.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "control.h"
#include "gpu.h"
#include "vgpu.h"

#define CREATE_TRACE_POINTS
#include <trace/events/mvgpu.h>

struct workqueue_struct *mvgpu_vgpu_wq;
struct workqueue_struct *mvgpu_run_wq;

static int __init mvgpu_init(void)
{
	int ret = -ENOMEM;

	/* Both are on the way that frees guest memory: they must get on. */
	mvgpu_vgpu_wq = alloc_workqueue("mvgpu_vgpu",
					WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!mvgpu_vgpu_wq)
		return ret;
	mvgpu_run_wq = alloc_workqueue("mvgpu_run", WQ_UNBOUND | WQ_HIGHPRI |
				       WQ_MEM_RECLAIM, 0);
	if (!mvgpu_run_wq)
		goto destroy_vgpu_wq;
	ret = mvgpu_job_cache_init();
	if (ret)
		goto destroy_run_wq;
	ret = mvgpu_chardev_init();
	if (ret)
		goto exit_job_cache;
	return 0;

exit_job_cache:
	mvgpu_job_cache_exit();
destroy_run_wq:
	destroy_workqueue(mvgpu_run_wq);
destroy_vgpu_wq:
	destroy_workqueue(mvgpu_vgpu_wq);
	return ret;
}

static void __exit mvgpu_exit(void)
{
	/* The last lines of ask_end(), behind its module_put(). */
	synchronize_rcu_tasks();
	mvgpu_chardev_exit();
	mvgpu_job_cache_exit();
	destroy_workqueue(mvgpu_run_wq);
	destroy_workqueue(mvgpu_vgpu_wq);
}

module_init(mvgpu_init);
module_exit(mvgpu_exit);
MODULE_DESCRIPTION("Mediated virtual GPU: core, virtqueues, virtio-gpu protocol, scheduler");
MODULE_LICENSE("GPL");
