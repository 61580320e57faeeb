// SPDX-License-Identifier: GPL-2.0
/*
 * MVGPU_LIST_*: what there is.
 */
#include <linux/device.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <mvgpu/display.h>
#include <mvgpu/frontend.h>

#include "control.h"
#include "gpu.h"
#include "vgpu.h"

static int list_check(const struct mvgpu_list *cmd, size_t entry)
{
	if (cmd->flags || cmd->__reserved)
		return -EOPNOTSUPP;
	return mvgpu_ucmd_check_entry(cmd->entry_size, entry);
}

/* Tell @nr entries, if there is room for all. */
static int list_tell(struct mvgpu_ucmd *ucmd, const void *entries, size_t entry,
		     u32 nr)
{
	struct mvgpu_list *cmd = ucmd->cmd;
	int ret = 0;

	if (nr > cmd->count)
		ret = -EMSGSIZE;
	else if (mvgpu_ucmd_copy_entries(cmd->entries, cmd->entry_size, entries,
					 entry, nr))
		return -EFAULT;
	cmd->count = nr;
	return mvgpu_ucmd_respond(ucmd) ?: ret;
}

int mvgpu_ioctl_list_gpus(struct mvgpu_ucmd *ucmd)
{
	struct mvgpu_list *cmd = ucmd->cmd;
	u32 room = min_t(u32, cmd->count, MVGPU_MAX_ENTRIES);
	struct mvgpu_gpu_info *info;
	int ret;

	ret = list_check(cmd, offsetofend(struct mvgpu_gpu_info, policy));
	if (ret)
		return ret;
	if (cmd->gpu)
		return -EOPNOTSUPP;
	info = kvcalloc(room ?: 1, sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	ret = list_tell(ucmd, info, sizeof(*info),
			mvgpu_control_list(info, room));
	kvfree(info);
	return ret;
}

static int types_fill(struct mvgpu_gpu *gpu, struct mvgpu_type_info *info)
{
	u32 i;

	for (i = 0; i < MVGPU_NR_TYPES; i++) {
		const struct mvgpu_type *type = &mvgpu_types[i];

		info[i] = (struct mvgpu_type_info) {
			.units = type->units,
			.available = mvgpu_gpu_available(gpu, type),
			.memory = mvgpu_gpu_type_memory(gpu, type),
			.scanouts = type->nr_scanouts,
			.max_width = type->max_width,
			.max_height = type->max_height,
			.max_resources = type->max_resources,
			.max_contexts = type->max_contexts,
		};
		strscpy(info[i].name, type->name);
	}
	guard(mutex)(&gpu->lock);
	return gpu->gone ? -ENODEV : 0;
}

static int list_types(struct mvgpu_ucmd *ucmd, struct mvgpu_gpu *gpu)
{
	struct mvgpu_type_info info[MVGPU_NR_TYPES];

	return types_fill(gpu, info) ?:
	       list_tell(ucmd, info, sizeof(*info), MVGPU_NR_TYPES);
}

int mvgpu_ioctl_list_types(struct mvgpu_ucmd *ucmd)
{
	struct mvgpu_list *cmd = ucmd->cmd;

	return list_check(cmd, sizeof(struct mvgpu_type_info)) ?:
	       mvgpu_control_with(cmd->gpu, ucmd, list_types);
}

static void vgpu_info(struct mvgpu_vgpu *vgpu, struct mvgpu_vgpu_info *info)
{
	struct mvgpu_share_params params;
	u32 width, height;

	mvgpu_sched_get_params(vgpu, &params);
	mvgpu_display_mode(vgpu->display, 0, &width, &height);
	*info = (struct mvgpu_vgpu_info) {
		.id = vgpu->id,
		.state = mvgpu_vgpu_uapi_state(vgpu),
		.flags = mvgpu_vgpu_uapi_flags(vgpu),
		.engine = vgpu->entity.engine->index,
		.weight = params.weight,
		.cap = params.cap,
		.min = params.min,
		.units = vgpu->type->units,
		.memory_max = mvgpu_gpu_type_memory(vgpu->gpu, vgpu->type),
		.width = width,
		.height = height,
	};
	if (READ_ONCE(vgpu->entity.engine->owner) == vgpu)
		info->flags |= MVGPU_VGPU_OWNS_ENGINE;
	strscpy(info->name, dev_name(vgpu->dev));
	strscpy(info->type, vgpu->type->name);
}

/* Return: how many there are, or -ENODEV. */
static int vgpus_fill(struct mvgpu_gpu *gpu, struct mvgpu_vgpu_info *info,
		      u32 room)
{
	struct mvgpu_vgpu *vgpu;
	u32 nr = 0;

	guard(mutex)(&gpu->lock);
	if (gpu->gone)
		return -ENODEV;
	list_for_each_entry(vgpu, &gpu->vgpus, gpu_node) {
		if (nr < room)
			vgpu_info(vgpu, &info[nr]);
		nr++;
	}
	return nr;
}

static int list_vgpus(struct mvgpu_ucmd *ucmd, struct mvgpu_gpu *gpu)
{
	struct mvgpu_list *cmd = ucmd->cmd;
	u32 room = min_t(u32, cmd->count, MVGPU_MAX_ENTRIES);
	struct mvgpu_vgpu_info *info;
	int ret;

	info = kvcalloc(room ?: 1, sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	ret = vgpus_fill(gpu, info, room);
	if (ret >= 0)
		ret = list_tell(ucmd, info, sizeof(*info), ret);
	kvfree(info);
	return ret;
}

int mvgpu_ioctl_list_vgpus(struct mvgpu_ucmd *ucmd)
{
	struct mvgpu_list *cmd = ucmd->cmd;

	return list_check(cmd, offsetofend(struct mvgpu_vgpu_info, type)) ?:
	       mvgpu_control_with(cmd->gpu, ucmd, list_vgpus);
}
