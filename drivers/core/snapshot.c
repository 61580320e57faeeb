// SPDX-License-Identifier: GPL-2.0
/*
 * MVGPU_SNAPSHOT: all figures of a GPU and its vGPUs, as they were at one moment.
 */
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <mvgpu/proto.h>

#include "control.h"
#include "gpu.h"
#include "vgpu.h"

static_assert(MVGPU_STATS_BUCKETS == MVGPU_HIST_BUCKETS);
static_assert((int)MVGPU_STATS_WAIT == (int)MVGPU_HIST_WAIT);
static_assert((int)MVGPU_STATS_RUN == (int)MVGPU_HIST_RUN);
static_assert((int)MVGPU_STATS_SWITCH == (int)MVGPU_HIST_SWITCH);
static_assert((int)MVGPU_STATS_OVERSHOOT == (int)MVGPU_HIST_OVERSHOOT);
static_assert((int)MVGPU_STATS_HISTS == (int)MVGPU_HIST_NR);

/**
 * struct snapshot - what is taken under the locks
 * @now: when
 * @gpu: of the GPU
 * @nr: vGPUs that there are
 * @room: entries of @vgpu
 * @vgpu: the first @room of the vGPUs
 */
struct snapshot {
	u64 now;
	struct mvgpu_gpu_stats gpu;
	u32 nr, room;
	struct mvgpu_vgpu_stats vgpu[] __counted_by(room);
};

static void snapshot_proto(struct mvgpu_vgpu *vgpu, struct mvgpu_vgpu_stats *to)
{
	struct mvgpu_proto_stats stats;

	mvgpu_vgpu_proto_stats(vgpu, &stats);
	to->errors = stats.errors;
	to->streams = stats.streams;
	to->refused = stats.refused;
	to->frames = stats.frames;
	to->memory = stats.bytes;
	to->resources = stats.resources;
	to->contexts = stats.contexts;
	to->attachments = stats.attachments;
	to->objects = stats.objects;
	to->sub_contexts = stats.sub_contexts;
	to->shader_bytes = stats.shader_bytes;
	to->stream_bytes = stats.stream_bytes;
}

static void snapshot_vgpu(struct mvgpu_vgpu *vgpu, u64 now,
			  struct mvgpu_vgpu_stats *to)
{
	struct mvgpu_entity_stats stats;

	mvgpu_entity_stats_locked(&vgpu->entity, now, &stats);
	to->id = vgpu->id;
	to->state = mvgpu_vgpu_uapi_state(vgpu);
	to->flags = mvgpu_vgpu_uapi_flags(vgpu);
	to->age_ns = now - vgpu->entity.born;
	to->busy_ns = stats.busy_ns;
	to->wait_ns = stats.wait_ns;
	to->idle_ns = stats.idle_ns;
	to->overrun_ns = stats.overrun_ns;
	to->jobs = stats.jobs;
	to->switches = stats.switches;
	to->resets = stats.resets;
	to->preemptions = stats.preemptions;
	to->quota_hits = READ_ONCE(vgpu->quota_hits);
	to->pinned_pages = READ_ONCE(vgpu->pinned);
	memcpy(to->hist, stats.hist, sizeof(to->hist));
	strscpy(to->name, dev_name(vgpu->dev));
	snapshot_proto(vgpu, to);
}

static void snapshot_engine(const struct mvgpu_engine *engine, u64 now,
			    struct mvgpu_gpu_stats *to)
{
	u32 i, k;

	lockdep_assert_held(&engine->lock);
	to->busy_ns += mvgpu_engine_busy_locked(engine, now);
	to->idle_ns += mvgpu_engine_idle_locked(engine, now);
	to->switches += engine->switches;
	for (i = 0; i < MVGPU_HIST_NR; i++)
		for (k = 0; k < MVGPU_HIST_BUCKETS; k++)
			to->hist[i][k] += engine->hist[i].bucket[k];
}

static int snapshot_take(struct mvgpu_gpu *gpu, struct snapshot *snap)
{
	struct mvgpu_vgpu *vgpu;
	unsigned long flags;
	u32 i;

	guard(mutex)(&gpu->lock);
	if (gpu->gone)
		return -ENODEV;
	snap->nr = list_count_nodes(&gpu->vgpus);
	if (snap->nr > snap->room)
		return -EMSGSIZE;
	flags = mvgpu_gpu_lock_engines(gpu);
	snap->now = ktime_get_ns();
	for (i = 0; i < gpu->caps.nr_engines; i++)
		snapshot_engine(&gpu->engines[i], snap->now, &snap->gpu);
	i = 0;
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node) {
		snapshot_vgpu(vgpu, snap->now, &snap->vgpu[i]);
		snap->gpu.memory += snap->vgpu[i++].memory;
	}
	mvgpu_gpu_unlock_engines(gpu, flags);
	snap->gpu.resets = READ_ONCE(gpu->resets);
	return 0;
}

static int snapshot_tell(struct mvgpu_ucmd *ucmd, const struct snapshot *snap)
{
	struct mvgpu_snapshot *cmd = ucmd->cmd;
	int ret;

	ret = mvgpu_ucmd_copy_entries(cmd->gpu_stats, cmd->gpu_stats_size,
				      &snap->gpu, sizeof(snap->gpu), 1) ?:
	      mvgpu_ucmd_copy_entries(cmd->entries, cmd->entry_size,
				      snap->vgpu, sizeof(snap->vgpu[0]),
				      snap->nr);
	if (ret)
		return ret;
	cmd->now_ns = snap->now;
	cmd->count = snap->nr;
	return mvgpu_ucmd_respond(ucmd);
}

static int snapshot_of(struct mvgpu_ucmd *ucmd, struct mvgpu_gpu *gpu)
{
	struct mvgpu_snapshot *cmd = ucmd->cmd;
	u32 room = min_t(u32, cmd->count, MVGPU_MAX_ENTRIES);
	struct snapshot *snap;
	int ret;

	snap = kvzalloc(struct_size(snap, vgpu, room), GFP_KERNEL);
	if (!snap)
		return -ENOMEM;
	snap->room = room;
	ret = snapshot_take(gpu, snap);
	if (!ret) {
		ret = snapshot_tell(ucmd, snap);
	} else if (ret == -EMSGSIZE) {
		cmd->count = snap->nr;
		ret = mvgpu_ucmd_respond(ucmd) ?: ret;
	}
	kvfree(snap);
	return ret;
}

int mvgpu_ioctl_snapshot(struct mvgpu_ucmd *ucmd)
{
	struct mvgpu_snapshot *cmd = ucmd->cmd;
	int ret;

	if (cmd->flags)
		return -EOPNOTSUPP;
	ret = mvgpu_ucmd_check_entry(cmd->entry_size,
				     offsetofend(struct mvgpu_vgpu_stats, name)) ?:
	      mvgpu_ucmd_check_entry(cmd->gpu_stats_size,
				     sizeof(struct mvgpu_gpu_stats));
	if (ret)
		return ret;
	return mvgpu_control_with(cmd->gpu, ucmd, snapshot_of);
}
