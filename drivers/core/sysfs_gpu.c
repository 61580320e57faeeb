// SPDX-License-Identifier: GPL-2.0
/*
 * Directory mvgpu/ of a GPU's device: Documentation/ABI/testing/sysfs-mvgpu
 */
#include <linux/capability.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "gpu.h"

/**
 * struct gpu_attr - one file
 * @attr: name and mode
 * @show: as sysfs_ops.show()
 * @store: as sysfs_ops.store(), NULL: read only
 */
struct gpu_attr {
	struct attribute attr;
	ssize_t (*show)(struct mvgpu_gpu *gpu, char *buf);
	ssize_t (*store)(struct mvgpu_gpu *gpu, const char *buf, size_t len);
};

#define GPU_ATTR_RO(_name)                                       \
	static const struct gpu_attr gpu_attr_##_name = {        \
		.attr = { .name = #_name, .mode = 0444 },        \
		.show = _name##_show,                            \
	}
#define GPU_ATTR_RW(_name)                                       \
	static const struct gpu_attr gpu_attr_##_name = {        \
		.attr = { .name = #_name, .mode = 0644 },        \
		.show = _name##_show, .store = _name##_store,    \
	}

static ssize_t backend_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpu->ops->name);
}
GPU_ATTR_RO(backend);

static ssize_t engines_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", gpu->caps.nr_engines);
}
GPU_ATTR_RO(engines);

static ssize_t memory_total_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpu->caps.memory);
}
GPU_ATTR_RO(memory_total);

static ssize_t policy_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%s\n", READ_ONCE(gpu->policy)->name);
}

static ssize_t policy_store(struct mvgpu_gpu *gpu, const char *buf, size_t len)
{
	const struct mvgpu_policy_ops *ops;
	char name[16];
	int ret;

	if (strscpy(name, buf) < 0)
		return -EINVAL;
	ops = mvgpu_policy_find(strim(name));
	if (!ops)
		return -EINVAL;
	ret = mvgpu_sched_set_policy(gpu, ops);
	return ret ?: len;
}
GPU_ATTR_RW(policy);

static int parse_range(const char *buf, u32 min, u32 max, u32 *value)
{
	int ret = kstrtou32(buf, 0, value);

	if (ret)
		return ret;
	return *value < min || *value > max ? -ERANGE : 0;
}

static ssize_t store_range(struct mvgpu_gpu *gpu, const char *buf, size_t len,
			   u32 min, u32 max, u32 *to)
{
	u32 value;
	int ret = parse_range(buf, min, max, &value);

	if (ret)
		return ret;
	WRITE_ONCE(*to, value);
	mvgpu_event_gpu(gpu, MVGPU_EVENT_POLICY);
	return len;
}

static ssize_t timeslice_us_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->timeslice_us));
}

static ssize_t timeslice_us_store(struct mvgpu_gpu *gpu, const char *buf,
				  size_t len)
{
	u32 us;
	int ret = parse_range(buf, MVGPU_TIMESLICE_MIN_US,
			      MVGPU_TIMESLICE_MAX_US, &us);

	if (ret)
		return ret;
	mvgpu_sched_set_timeslice(gpu, us);
	return len;
}
GPU_ATTR_RW(timeslice_us);

static ssize_t job_timeout_ms_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->job_timeout_ms));
}

static ssize_t job_timeout_ms_store(struct mvgpu_gpu *gpu, const char *buf,
				    size_t len)
{
	ssize_t ret = store_range(gpu, buf, len, MVGPU_JOB_TIMEOUT_MIN_MS,
				  MVGPU_JOB_TIMEOUT_MAX_MS,
				  &gpu->job_timeout_ms);
	u32 i;

	/*
	 * They find out themselves when to look next. One that is about to arm itself
	 * for the old time does so before this, or sees the new one.
	 */
	for (i = 0; i < gpu->caps.nr_engines && ret > 0; i++) {
		guard(spinlock_irqsave)(&gpu->engines[i].lock);
		mod_delayed_work(mvgpu_run_wq, &gpu->engines[i].watchdog, 0);
	}
	return ret;
}
GPU_ATTR_RW(job_timeout_ms);

static ssize_t preemption_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%d\n", !!gpu->ops->preempt);
}
GPU_ATTR_RO(preemption);

static ssize_t outstanding_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->outstanding));
}

static ssize_t outstanding_store(struct mvgpu_gpu *gpu, const char *buf,
				 size_t len)
{
	return store_range(gpu, buf, len, 1, gpu->caps.max_outstanding,
			   &gpu->outstanding);
}
GPU_ATTR_RW(outstanding);

static ssize_t ban_resets_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->ban_resets));
}

static ssize_t ban_resets_store(struct mvgpu_gpu *gpu, const char *buf,
				size_t len)
{
	return store_range(gpu, buf, len, 0, MVGPU_BAN_RESETS_MAX,
			   &gpu->ban_resets);
}
GPU_ATTR_RW(ban_resets);

static ssize_t ban_seconds_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->ban_seconds));
}

static ssize_t ban_seconds_store(struct mvgpu_gpu *gpu, const char *buf,
				 size_t len)
{
	return store_range(gpu, buf, len, 1, MVGPU_BAN_SECONDS_MAX,
			   &gpu->ban_seconds);
}
GPU_ATTR_RW(ban_seconds);

static u64 engines_sum(struct mvgpu_gpu *gpu,
		       u64 (*get)(const struct mvgpu_engine *engine))
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < gpu->caps.nr_engines; i++) {
		guard(spinlock_irqsave)(&gpu->engines[i].lock);
		sum += get(&gpu->engines[i]);
	}
	return sum;
}

static u64 get_busy(const struct mvgpu_engine *engine)
{
	return mvgpu_engine_busy_locked(engine, ktime_get_ns());
}

static u64 get_switches(const struct mvgpu_engine *engine)
{
	return engine->switches;
}

static ssize_t busy_ns_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n", engines_sum(gpu, get_busy));
}
GPU_ATTR_RO(busy_ns);

static ssize_t switches_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n", engines_sum(gpu, get_switches));
}
GPU_ATTR_RO(switches);

static u64 get_idle(const struct mvgpu_engine *engine)
{
	return mvgpu_engine_idle_locked(engine, ktime_get_ns());
}

static ssize_t idle_ns_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n", engines_sum(gpu, get_idle));
}
GPU_ATTR_RO(idle_ns);

static ssize_t gpu_hist_emit(struct mvgpu_gpu *gpu, char *buf,
			     enum mvgpu_hist_kind kind)
{
	struct mvgpu_hist sum = {};
	u32 i, k;

	for (i = 0; i < gpu->caps.nr_engines; i++) {
		guard(spinlock_irqsave)(&gpu->engines[i].lock);
		for (k = 0; k < MVGPU_HIST_BUCKETS; k++)
			sum.bucket[k] += gpu->engines[i].hist[kind].bucket[k];
	}
	return mvgpu_hist_emit(buf, &sum);
}

#define GPU_HIST(_name, _kind)                                             \
	static ssize_t _name##_show(struct mvgpu_gpu *gpu, char *buf)      \
	{                                                                  \
		return gpu_hist_emit(gpu, buf, _kind);                     \
	}                                                                  \
	GPU_ATTR_RO(_name)

GPU_HIST(wait_hist, MVGPU_HIST_WAIT);
GPU_HIST(run_hist, MVGPU_HIST_RUN);
GPU_HIST(switch_hist, MVGPU_HIST_SWITCH);
GPU_HIST(overshoot_hist, MVGPU_HIST_OVERSHOOT);

static ssize_t resets_show(struct mvgpu_gpu *gpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(gpu->resets));
}
GPU_ATTR_RO(resets);

static const struct attribute *const gpu_attrs[] = {
	&gpu_attr_backend.attr,
	&gpu_attr_ban_resets.attr,
	&gpu_attr_ban_seconds.attr,
	&gpu_attr_engines.attr,
	&gpu_attr_job_timeout_ms.attr,
	&gpu_attr_memory_total.attr,
	&gpu_attr_outstanding.attr,
	&gpu_attr_policy.attr,
	&gpu_attr_preemption.attr,
	&gpu_attr_timeslice_us.attr,
	NULL
};

static const struct attribute *const gpu_stats_attrs[] = {
	&gpu_attr_busy_ns.attr,
	&gpu_attr_idle_ns.attr,
	&gpu_attr_overshoot_hist.attr,
	&gpu_attr_resets.attr,
	&gpu_attr_run_hist.attr,
	&gpu_attr_switch_hist.attr,
	&gpu_attr_switches.attr,
	&gpu_attr_wait_hist.attr,
	NULL
};

static const struct attribute_group gpu_group = {
	.attrs = (struct attribute **)gpu_attrs,
};

static const struct attribute_group gpu_stats_group = {
	.name = "stats",
	.attrs = (struct attribute **)gpu_stats_attrs,
};

static const struct attribute_group *gpu_groups[] = {
	&gpu_group,
	&gpu_stats_group,
	NULL
};

static ssize_t gpu_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	return container_of_const(attr, struct gpu_attr, attr)
		->show(container_of(kobj, struct mvgpu_gpu, kobj), buf);
}

static ssize_t gpu_store(struct kobject *kobj, struct attribute *attr,
			 const char *buf, size_t len)
{
	/* Also of a user 0 that lacks it, as in a container. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return container_of_const(attr, struct gpu_attr, attr)
		->store(container_of(kobj, struct mvgpu_gpu, kobj), buf, len);
}

static const struct sysfs_ops gpu_sysfs_ops = {
	.show = gpu_show,
	.store = gpu_store,
};

static void gpu_release(struct kobject *kobj)
{
	mvgpu_gpu_free(container_of(kobj, struct mvgpu_gpu, kobj));
}

const struct kobj_type mvgpu_gpu_ktype = {
	.release = gpu_release,
	.sysfs_ops = &gpu_sysfs_ops,
	.default_groups = gpu_groups,
};
