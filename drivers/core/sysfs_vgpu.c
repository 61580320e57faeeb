// SPDX-License-Identifier: GPL-2.0
/*
 * Directory mvgpu/ of a vGPU's device: Documentation/ABI/testing/sysfs-mvgpu
 */
#include <linux/capability.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <mvgpu/display.h>
#include <mvgpu/frontend.h>
#include <mvgpu/proto.h>

#include "gpu.h"
#include "vgpu.h"

/**
 * struct vgpu_attr - one file
 * @attr: name and mode
 * @show: as sysfs_ops.show()
 * @store: as sysfs_ops.store(), NULL: read only
 */
struct vgpu_attr {
	struct attribute attr;
	ssize_t (*show)(struct mvgpu_vgpu *vgpu, char *buf);
	ssize_t (*store)(struct mvgpu_vgpu *vgpu, const char *buf, size_t len);
};

#define VGPU_ATTR_RO(_name)                                      \
	static const struct vgpu_attr vgpu_attr_##_name = {      \
		.attr = { .name = #_name, .mode = 0444 },        \
		.show = _name##_show,                            \
	}

#define VGPU_ATTR_RW(_name)                                      \
	static const struct vgpu_attr vgpu_attr_##_name = {      \
		.attr = { .name = #_name, .mode = 0644 },        \
		.show = _name##_show, .store = _name##_store,    \
	}

static ssize_t state_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%s\n", mvgpu_vgpu_state_name(vgpu));
}
VGPU_ATTR_RO(state);

static ssize_t memory_max_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  mvgpu_gpu_type_memory(vgpu->gpu, vgpu->type));
}
VGPU_ATTR_RO(memory_max);

void mvgpu_vgpu_proto_stats(struct mvgpu_vgpu *vgpu,
			    struct mvgpu_proto_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	/* close() takes the tables away under this lock. */
	guard(spinlock_irqsave)(&vgpu->lock);
	if (vgpu->proto)
		mvgpu_proto_get_stats(vgpu->proto, stats);
}

static ssize_t memory_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	struct mvgpu_proto_stats stats;

	mvgpu_vgpu_proto_stats(vgpu, &stats);
	return sysfs_emit(buf, "%llu\n", stats.bytes);
}
VGPU_ATTR_RO(memory);

static ssize_t mode_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	u32 width, height;

	mvgpu_display_mode(vgpu->display, 0, &width, &height);
	return sysfs_emit(buf, "%ux%u\n", width, height);
}

static ssize_t mode_store(struct mvgpu_vgpu *vgpu, const char *buf, size_t len)
{
	char text[16], *height = text, *width;
	u32 w, h;
	int ret;

	if (strscpy(text, buf) < 0)
		return -EINVAL;
	width = strsep(&height, "x");
	if (!height)
		return -EINVAL;
	/* What does not fit in a number is too large, too. */
	if (kstrtou32(width, 10, &w) || kstrtou32(height, 10, &h))
		return -EINVAL;
	ret = mvgpu_display_resize(vgpu->display, 0, w, h);
	return ret ?: len;
}

static const struct vgpu_attr vgpu_attr_mode = {
	.attr = { .name = "mode", .mode = 0644 },
	.show = mode_show,
	.store = mode_store,
};

#define PARAM_SHOW(_name)                                                  \
	static ssize_t _name##_show(struct mvgpu_vgpu *vgpu, char *buf)    \
	{                                                                  \
		struct mvgpu_share_params params;                          \
									   \
		mvgpu_sched_get_params(vgpu, &params);                     \
		return sysfs_emit(buf, "%u\n", params._name);              \
	}

#define PARAM_STORE(_name)                                                 \
	static ssize_t _name##_store(struct mvgpu_vgpu *vgpu,              \
				     const char *buf, size_t len)          \
	{                                                                  \
		struct mvgpu_sched_change change = {                       \
			.id = vgpu->id, .set_##_name = true,               \
		};                                                         \
		u32 bad;                                                   \
		int ret = kstrtou32(buf, 0, &change._name) ?:              \
			mvgpu_sched_change(vgpu->gpu, &change, 1, &bad);   \
									   \
		return ret ?: len;                                         \
	}

PARAM_SHOW(weight)
PARAM_STORE(weight)
VGPU_ATTR_RW(weight);
PARAM_SHOW(cap)
PARAM_STORE(cap)
VGPU_ATTR_RW(cap);
PARAM_SHOW(min)
PARAM_STORE(min)
VGPU_ATTR_RW(min);

static ssize_t engine_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", vgpu->entity.engine->index);
}
VGPU_ATTR_RO(engine);

static ssize_t engine_owned_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(vgpu->entity.engine->owner) == vgpu);
}
VGPU_ATTR_RO(engine_owned);

static ssize_t reset_store(struct mvgpu_vgpu *vgpu, const char *buf, size_t len)
{
	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	mvgpu_vgpu_lift_ban(vgpu);
	return len;
}

static const struct vgpu_attr vgpu_attr_reset = {
	.attr = { .name = "reset", .mode = 0200 },
	.store = reset_store,
};

ssize_t mvgpu_hist_emit(char *buf, const struct mvgpu_hist *hist)
{
	ssize_t len = 0;
	u32 i;

	for (i = 0; i < MVGPU_HIST_BUCKETS; i++)
		len += sysfs_emit_at(buf, len, "%u%c", hist->bucket[i],
				     i < MVGPU_HIST_BUCKETS - 1 ? ' ' : '\n');
	return len;
}

#define VGPU_HIST(_name, _kind)                                            \
	static ssize_t _name##_show(struct mvgpu_vgpu *vgpu, char *buf)    \
	{                                                                  \
		struct mvgpu_entity_stats stats;                           \
									   \
		mvgpu_entity_get_stats(&vgpu->entity, &stats);             \
		return mvgpu_hist_emit(buf, &stats.hist[_kind]);           \
	}                                                                  \
	VGPU_ATTR_RO(_name)

VGPU_HIST(wait_hist, MVGPU_HIST_WAIT);
VGPU_HIST(run_hist, MVGPU_HIST_RUN);
VGPU_HIST(switch_hist, MVGPU_HIST_SWITCH);
VGPU_HIST(overshoot_hist, MVGPU_HIST_OVERSHOOT);

#define ENTITY_STAT(_name, _member)                                    \
	static ssize_t _name##_show(struct mvgpu_vgpu *vgpu, char *buf) \
	{                                                              \
		struct mvgpu_entity_stats stats;                       \
								       \
		mvgpu_entity_get_stats(&vgpu->entity, &stats);         \
		return sysfs_emit(buf, "%llu\n", stats._member);       \
	}                                                              \
	VGPU_ATTR_RO(_name)

ENTITY_STAT(busy_ns, busy_ns);
ENTITY_STAT(idle_ns, idle_ns);
ENTITY_STAT(wait_ns, wait_ns);
ENTITY_STAT(overrun_ns, overrun_ns);
ENTITY_STAT(jobs, jobs);
ENTITY_STAT(switches, switches);
ENTITY_STAT(preemptions, preemptions);
ENTITY_STAT(resets, resets);

#define PROTO_STAT(_name, _member)                                     \
	static ssize_t _name##_show(struct mvgpu_vgpu *vgpu, char *buf) \
	{                                                              \
		struct mvgpu_proto_stats stats;                        \
								       \
		mvgpu_vgpu_proto_stats(vgpu, &stats);                  \
		return sysfs_emit(buf, "%llu\n", (u64)stats._member);  \
	}                                                              \
	VGPU_ATTR_RO(_name)

PROTO_STAT(attachments, attachments);
PROTO_STAT(contexts, contexts);
PROTO_STAT(errors, errors);
PROTO_STAT(frames, frames);
PROTO_STAT(objects, objects);
PROTO_STAT(refused, refused);
PROTO_STAT(resources, resources);
PROTO_STAT(shader_bytes, shader_bytes);
PROTO_STAT(stream_bytes, stream_bytes);
PROTO_STAT(streams, streams);
PROTO_STAT(sub_contexts, sub_contexts);

static ssize_t pinned_pages_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(vgpu->pinned));
}
VGPU_ATTR_RO(pinned_pages);

static ssize_t quota_hits_show(struct mvgpu_vgpu *vgpu, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(vgpu->quota_hits));
}
VGPU_ATTR_RO(quota_hits);

static const struct attribute *const vgpu_attrs[] = {
	&vgpu_attr_cap.attr,
	&vgpu_attr_engine.attr,
	&vgpu_attr_engine_owned.attr,
	&vgpu_attr_memory.attr,
	&vgpu_attr_memory_max.attr,
	&vgpu_attr_min.attr,
	&vgpu_attr_mode.attr,
	&vgpu_attr_reset.attr,
	&vgpu_attr_state.attr,
	&vgpu_attr_weight.attr,
	NULL
};

static const struct attribute *const vgpu_stats_attrs[] = {
	&vgpu_attr_attachments.attr,
	&vgpu_attr_busy_ns.attr,
	&vgpu_attr_contexts.attr,
	&vgpu_attr_errors.attr,
	&vgpu_attr_frames.attr,
	&vgpu_attr_idle_ns.attr,
	&vgpu_attr_jobs.attr,
	&vgpu_attr_objects.attr,
	&vgpu_attr_overrun_ns.attr,
	&vgpu_attr_overshoot_hist.attr,
	&vgpu_attr_pinned_pages.attr,
	&vgpu_attr_preemptions.attr,
	&vgpu_attr_quota_hits.attr,
	&vgpu_attr_refused.attr,
	&vgpu_attr_resets.attr,
	&vgpu_attr_resources.attr,
	&vgpu_attr_run_hist.attr,
	&vgpu_attr_shader_bytes.attr,
	&vgpu_attr_stream_bytes.attr,
	&vgpu_attr_streams.attr,
	&vgpu_attr_sub_contexts.attr,
	&vgpu_attr_switch_hist.attr,
	&vgpu_attr_switches.attr,
	&vgpu_attr_wait_hist.attr,
	&vgpu_attr_wait_ns.attr,
	NULL
};

static const struct attribute_group vgpu_group = {
	.attrs = (struct attribute **)vgpu_attrs,
};

static const struct attribute_group vgpu_stats_group = {
	.name = "stats",
	.attrs = (struct attribute **)vgpu_stats_attrs,
};

static const struct attribute_group *vgpu_groups[] = {
	&vgpu_group,
	&vgpu_stats_group,
	NULL
};

static ssize_t vgpu_show(struct kobject *kobj, struct attribute *attr,
			 char *buf)
{
	return container_of_const(attr, struct vgpu_attr, attr)
		->show(container_of(kobj, struct mvgpu_vgpu, kobj), buf);
}

static ssize_t vgpu_store(struct kobject *kobj, struct attribute *attr,
			  const char *buf, size_t len)
{
	/* Also of a user 0 that lacks it, as in a container. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return container_of_const(attr, struct vgpu_attr, attr)
		->store(container_of(kobj, struct mvgpu_vgpu, kobj), buf, len);
}

static const struct sysfs_ops vgpu_sysfs_ops = {
	.show = vgpu_show,
	.store = vgpu_store,
};

static void vgpu_release(struct kobject *kobj)
{
	mvgpu_vgpu_free(container_of(kobj, struct mvgpu_vgpu, kobj));
}

const struct kobj_type mvgpu_vgpu_ktype = {
	.release = vgpu_release,
	.sysfs_ops = &vgpu_sysfs_ops,
	.default_groups = vgpu_groups,
};
