// SPDX-License-Identifier: GPL-2.0
/*
 * The one walk over a 3D stream.
 *
 * A command's row tells its length and where it names resources; these are
 * looked up and their ids swapped here, before the row's own check sees the
 * command. What the check changes in the shadow is written down in a journal,
 * because a later command may be bad: then all of it is taken back.
 */
#include "virgl.h"

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Entries of the journal that are kept from one submit to the next. */
#define JOURNAL_KEPT 4096
/* After as many commands others may run: a stream of draws may take a second. */
#define RESCHED_COMMANDS 64

struct mvgpu_virgl *mvgpu_virgl_create(const struct mvgpu_virgl_limits *limits,
				       const struct mvgpu_virgl_ops *ops,
				       void *data)
{
	struct mvgpu_virgl *virgl = kzalloc(sizeof(*virgl), GFP_KERNEL);

	if (!virgl)
		return NULL;
	virgl->limits = *limits;
	virgl->ops = ops;
	virgl->data = data;
	INIT_LIST_HEAD(&virgl->subs);

	/* The GPU makes this one with the context; it is not the guest's. */
	virgl->sub0 = mvgpu_vsub_new(0);
	if (!virgl->sub0) {
		kfree(virgl);
		return NULL;
	}
	mvgpu_vsub_link(virgl, virgl->sub0);
	virgl->sub = virgl->sub0;
	return virgl;
}

void mvgpu_virgl_destroy(struct mvgpu_virgl *virgl)
{
	struct mvgpu_vsub *sub, *tmp;

	if (!virgl)
		return;
	WARN_ON_ONCE(virgl->walking);
	list_for_each_entry_safe(sub, tmp, &virgl->subs, node) {
		mvgpu_vsub_unlink(virgl, sub);
		mvgpu_vsub_free(virgl, sub, false);
	}
	WARN_ON_ONCE(virgl->nr_objects || virgl->text);
	kvfree(virgl->journal);
	kfree(virgl);
}

void mvgpu_virgl_set_limits(struct mvgpu_virgl *virgl,
			    const struct mvgpu_virgl_limits *limits)
{
	WARN_ON_ONCE(virgl->walking);
	virgl->limits = *limits;
}

void mvgpu_virgl_get_usage(const struct mvgpu_virgl *virgl,
			   struct mvgpu_virgl_limits *usage)
{
	*usage = (struct mvgpu_virgl_limits) {
		.objects = virgl->nr_objects,
		/* Without number 0. */
		.sub_contexts = virgl->nr_subs - 1,
		.shader_text = virgl->text,
	};
}

/* Look up the resource at dword @at, put it into cmd->res, swap its id. */
static int swap_id(struct mvgpu_vcmd *cmd, u32 at, bool may_be_none)
{
	u32 id = vcmd_dw(cmd, at);
	struct mvgpu_res3d *res = NULL;

	if (id) {
		res = cmd->virgl->ops->find(cmd->virgl->data, id);
		if (!res)
			return vcmd_refuse(cmd, -ENOENT,
					   "resource is not in the context");
		cmd->dw[at] = cpu_to_le32(res->gpu_id);
	} else if (!may_be_none) {
		return vcmd_refuse(cmd, -ENOENT, "no resource");
	}
	cmd->res[cmd->nr_res++] = res;
	return 0;
}

static int swap_ids(struct mvgpu_vcmd *cmd, const struct mvgpu_vrow *row)
{
	u32 at;
	int err = 0;

	cmd->nr_res = 0;
	if (row->res[0]) {
		cmd->res[0] = NULL;
		cmd->res[1] = NULL;
		if (row->res[0] <= cmd->len)
			err = swap_id(cmd, row->res[0], row->flags & ROW_NONE_0);
		if (!err && row->res[1] && row->res[1] <= cmd->len)
			err = swap_id(cmd, row->res[1], row->flags & ROW_NONE_1);
		return err;
	}
	/* The row's max keeps this below MAX_RESOURCES. */
	if (row->more)
		for (at = row->more; at <= cmd->len && !err;
		     at += row->more_step)
			err = swap_id(cmd, at, row->flags & ROW_NONE_MORE);
	return err;
}

static int walk_one(struct mvgpu_vcmd *cmd, u32 left)
{
	struct mvgpu_virgl_verdict *verdict = cmd->verdict;
	const struct mvgpu_vrow *row;
	u32 header = vcmd_dw(cmd, 0);
	int err;

	cmd->cmd = header & 0xff;
	cmd->obj = header >> 8 & 0xff;
	cmd->len = header >> 16;

	row = mvgpu_vrow_get(cmd->cmd, cmd->obj);
	if (!row)
		return vcmd_refuse(cmd, -EINVAL, "no such command");
	verdict->name = row->name;
	if (!(row->flags & ROW_ALLOWED))
		return vcmd_refuse(cmd, -EINVAL, "not allowed");
	if (!cmd->entered && !(row->flags & ROW_ANYWHERE))
		return vcmd_refuse(cmd, -EINVAL, "no sub-context was chosen");
	if (cmd->len < row->min || cmd->len > (row->max ?: row->min) ||
	    (row->step > 1 && (cmd->len - row->min) % row->step))
		return vcmd_refuse(cmd, -EINVAL, "length");
	if (cmd->len >= left)
		return vcmd_refuse(cmd, -EINVAL, "ends behind the stream");

	err = swap_ids(cmd, row);
	if (!err && row->check)
		err = row->check(cmd);
	return err;
}

static int walk(struct mvgpu_virgl *virgl, __le32 *stream, u32 ndw,
		struct mvgpu_virgl_verdict *verdict)
{
	struct mvgpu_vcmd cmd;
	u32 at;
	int err;

	cmd.virgl = virgl;
	cmd.verdict = verdict;
	/*
	 * Between streams the renderer goes to the sub-context of a query that has
	 * become ready (vrend_hw_switch_context_with_sub()), and stays there. Mesa
	 * says at the start of each stream where it wants to be.
	 */
	cmd.entered = virgl->nr_subs == 1;
	for (at = 0; at < ndw; at += 1 + cmd.len) {
		cmd.dw = stream + at;
		err = walk_one(&cmd, ndw - at);
		if (err) {
			verdict->at = at;
			verdict->cmd = cmd.cmd;
			verdict->obj = cmd.obj;
			return err;
		}
		if (++verdict->commands % RESCHED_COMMANDS == 0 ||
		    cmd.len >= RESCHED_DWORDS / RESCHED_COMMANDS)
			cond_resched();
	}
	verdict->name = NULL;
	return 0;
}

int mvgpu_virgl_submit(struct mvgpu_virgl *virgl, __le32 *stream, u32 ndw,
		       struct mvgpu_virgl_verdict *verdict)
{
	int err;

	memset(verdict, 0, sizeof(*verdict));
	if (ndw > MVGPU_VIRGL_MAX_DWORDS) {
		verdict->reason = "stream is too long";
		return -EINVAL;
	}

	virgl->walking = true;
	virgl->gone_subs = 0;
	virgl->gone_objects = 0;
	err = walk(virgl, stream, ndw, verdict);
	if (err == -ENOMEM && !verdict->reason)
		verdict->reason = "no memory";
	if (err)
		mvgpu_vundo_rollback(virgl);
	else
		mvgpu_vundo_commit(virgl, &verdict->gone);
	virgl->walking = false;

	if (virgl->journal_max > JOURNAL_KEPT) {
		kvfree(virgl->journal);
		virgl->journal = NULL;
		virgl->journal_max = 0;
	}
	return err;
}
