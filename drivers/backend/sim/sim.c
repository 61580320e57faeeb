// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu_sim: a GPU in software, for machines without one and for tests.
 *
 * It executes 2D for real in memory of its own, and of 3D the copies from and to
 * memory; it takes as long for it as a cost model says, and fails when it is told
 * to.
 */

#include "sim.h"

#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define MAX_GPUS 16

static unsigned int nr_gpus = 1;
module_param(nr_gpus, uint, 0444);
MODULE_PARM_DESC(nr_gpus, "GPUs to simulate (1 to 16, default 1)");

static unsigned int engines = 1;
module_param(engines, uint, 0444);
MODULE_PARM_DESC(engines, "engines of each GPU (1 to 16, default 1)");

static unsigned int memory_mb = 1024;
module_param(memory_mb, uint, 0444);
MODULE_PARM_DESC(memory_mb, "memory of each GPU, MiB (default 1024)");

static unsigned int overcommit = 1;
module_param(overcommit, uint, 0444);
MODULE_PARM_DESC(overcommit, "times that the units of each GPU are given out (1 to 16, default 1): 16 makes room for 1024 vGPUs of 1of64");

static struct platform_device *gpus[MAX_GPUS];

static struct mvgpu_sim *sim_alloc(struct device *dev)
{
	struct mvgpu_sim *sim;
	u32 i;

	sim = devm_kzalloc(dev, struct_size(sim, engine, engines), GFP_KERNEL);
	if (!sim)
		return NULL;
	sim->dev = dev;
	sim->memory = (u64)memory_mb << 20;
	sim->nr_engines = engines;
	spin_lock_init(&sim->lock);
	mutex_init(&sim->table);
	xa_init(&sim->resources);
	xa_init(&sim->contexts);
	/* About 10 GB/s. */
	sim->knobs.ns_per_command = 20 * NSEC_PER_USEC;
	sim->knobs.ns_per_kib = 100;
	sim->knobs.ns_per_stream_command = 2 * NSEC_PER_USEC;
	sim->knobs.preempt = 1;
	atomic_set(&sim->knobs.fail_count, 1);
	for (i = 0; i < engines; i++)
		mvgpu_sim_engine_init(sim, &sim->engine[i]);
	return sim;
}

static void sim_free(struct mvgpu_sim *sim)
{
	u32 i;

	for (i = 0; i < sim->nr_engines; i++)
		mvgpu_sim_engine_exit(&sim->engine[i]);
	destroy_workqueue(sim->wq);
	mvgpu_sim_context_destroy_all(sim);
	mvgpu_sim_resource_destroy_all(sim);
	xa_destroy(&sim->contexts);
	xa_destroy(&sim->resources);
}

static int sim_probe(struct platform_device *pdev)
{
	const struct mvgpu_gpu_caps caps = {
		.memory = (u64)memory_mb << 20,
		.nr_engines = engines,
		.max_outstanding = MVGPU_SIM_MAX_OUTSTANDING,
		.max_runs = MVGPU_SIM_MAX_RUNS,
		.max_res_id = U32_MAX,
		.max_ctx_id = MVGPU_SIM_MAX_CTX,
		.max_stream = MVGPU_SIM_MAX_STREAM,
		.context_init = true,
		.nr_capsets = ARRAY_SIZE(mvgpu_sim_capsets),
		.capsets = mvgpu_sim_capsets,
		.overcommit = overcommit,
	};
	struct mvgpu_sim *sim;
	int err;

	sim = sim_alloc(&pdev->dev);
	if (!sim)
		return -ENOMEM;
	/* Engines of a GPU do not wait for CPUs of their own. */
	sim->wq = alloc_workqueue("%s", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM,
				  0, dev_name(&pdev->dev));
	if (!sim->wq)
		return -ENOMEM;
	mvgpu_sim_debugfs_init(sim);

	sim->gpu = mvgpu_gpu_register(&pdev->dev, &caps, &mvgpu_sim_ops, sim);
	if (IS_ERR(sim->gpu)) {
		err = PTR_ERR(sim->gpu);
		goto exit_debugfs;
	}
	platform_set_drvdata(pdev, sim);
	mvgpu_sim_debugfs_registered(sim);
	return 0;

exit_debugfs:
	mvgpu_sim_debugfs_exit(sim);
	sim_free(sim);
	return err;
}

static void sim_remove(struct platform_device *pdev)
{
	struct mvgpu_sim *sim = platform_get_drvdata(pdev);

	mvgpu_sim_debugfs_unregister(sim);
	mvgpu_gpu_unregister(sim->gpu);
	mvgpu_sim_debugfs_exit(sim);
	sim_free(sim);
}

static struct platform_driver sim_driver = {
	.driver.name = "mvgpu_sim",
	.probe = sim_probe,
	.remove = sim_remove,
};

static void gpus_unregister(u32 nr)
{
	while (nr--)
		platform_device_unregister(gpus[nr]);
}

static int __init mvgpu_sim_init(void)
{
	u32 i;
	int err;

	if (!nr_gpus || nr_gpus > MAX_GPUS || !engines ||
	    engines > MVGPU_MAX_ENGINES || !memory_mb || !overcommit ||
	    overcommit > MVGPU_MAX_OVERCOMMIT) {
		pr_err("mvgpu_sim: nr_gpus, engines and overcommit are 1 to 16, memory_mb is not 0\n");
		return -EINVAL;
	}

	mvgpu_sim_capsets_init();
	err = platform_driver_register(&sim_driver);
	if (err)
		return err;
	for (i = 0; i < nr_gpus; i++) {
		gpus[i] = platform_device_register_simple("mvgpu_sim", i, NULL,
							  0);
		if (IS_ERR(gpus[i])) {
			err = PTR_ERR(gpus[i]);
			goto unregister_gpus;
		}
	}
	return 0;

unregister_gpus:
	gpus_unregister(i);
	platform_driver_unregister(&sim_driver);
	return err;
}
module_init(mvgpu_sim_init);

static void __exit mvgpu_sim_exit(void)
{
	gpus_unregister(nr_gpus);
	platform_driver_unregister(&sim_driver);
}
module_exit(mvgpu_sim_exit);

MODULE_DESCRIPTION("mvgpu backend: a GPU in software");
MODULE_LICENSE("GPL");
