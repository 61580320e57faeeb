// SPDX-License-Identifier: GPL-2.0
/*
 * MVGPU_SET_PARAMS: parameters of several vGPUs at once.
 */
#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <mvgpu/sched.h>

#include "control.h"
#include "gpu.h"

#define PARAMS_ALL (MVGPU_PARAM_WEIGHT | MVGPU_PARAM_CAP | MVGPU_PARAM_MIN)

static int change_get(const struct mvgpu_set_params *cmd, u32 i,
		      struct mvgpu_sched_change *change)
{
	u64 at = cmd->entries + (u64)i * cmd->entry_size;
	struct mvgpu_param param;
	int ret;

	ret = copy_struct_from_user(&param, sizeof(param), u64_to_user_ptr(at),
				    cmd->entry_size);
	if (ret)
		return ret;
	if (param.__reserved || param.flags & ~PARAMS_ALL)
		return -EOPNOTSUPP;
	*change = (struct mvgpu_sched_change) {
		.id = param.vgpu,
		.set_weight = param.flags & MVGPU_PARAM_WEIGHT,
		.set_cap = param.flags & MVGPU_PARAM_CAP,
		.set_min = param.flags & MVGPU_PARAM_MIN,
		.weight = param.weight,
		.cap = param.cap,
		.min = param.min,
	};
	return 0;
}

static int set_params(struct mvgpu_ucmd *ucmd, struct mvgpu_gpu *gpu)
{
	struct mvgpu_set_params *cmd = ucmd->cmd;
	struct mvgpu_sched_change *changes;
	int ret = 0;
	u32 i;

	changes = kvcalloc(cmd->count ?: 1, sizeof(*changes), GFP_KERNEL);
	if (!changes)
		return -ENOMEM;
	for (i = 0; i < cmd->count && !ret; i++)
		ret = change_get(cmd, i, &changes[i]);
	if (ret)
		cmd->bad = i - 1;
	else
		ret = mvgpu_sched_change(gpu, changes, cmd->count, &cmd->bad);
	kvfree(changes);
	if (!ret || ret == -EFAULT)
		return ret;
	return mvgpu_ucmd_respond(ucmd) ?: ret;
}

int mvgpu_ioctl_set_params(struct mvgpu_ucmd *ucmd)
{
	struct mvgpu_set_params *cmd = ucmd->cmd;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (cmd->flags)
		return -EOPNOTSUPP;
	if (cmd->count > MVGPU_MAX_ENTRIES)
		return -EINVAL;
	ret = mvgpu_ucmd_check_entry(cmd->entry_size,
				     sizeof(struct mvgpu_param));
	if (ret)
		return ret;
	return mvgpu_control_with(cmd->gpu, ucmd, set_params);
}
