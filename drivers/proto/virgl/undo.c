// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the shadow, and the journal that takes them back.
 *
 * An entry holds what was there before: until the submit is over nothing that
 * was there is freed, and a pointer into a sub-context or object that an entry
 * has is good. Taking back goes from the last entry to the first, so that each
 * finds the shadow as it was right after its change.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

#define JOURNAL_FIRST 256
/* After so many entries others may run. */
#define RESCHED_ENTRIES 1024

static int journal_grow(struct mvgpu_virgl *virgl)
{
	u32 max = virgl->journal_max ? 2 * virgl->journal_max : JOURNAL_FIRST;
	struct mvgpu_undo *journal;

	journal = kvmalloc_array(max, sizeof(*journal),
				 GFP_KERNEL | __GFP_NOWARN);
	if (!journal)
		return -ENOMEM;
	if (virgl->journal_nr)
		memcpy(journal, virgl->journal,
		       virgl->journal_nr * sizeof(*journal));
	kvfree(virgl->journal);
	virgl->journal = journal;
	virgl->journal_max = max;
	return 0;
}

static struct mvgpu_undo *journal_next(struct mvgpu_virgl *virgl)
{
	if (virgl->journal_nr == virgl->journal_max && journal_grow(virgl))
		return NULL;
	return &virgl->journal[virgl->journal_nr++];
}

int mvgpu_vundo_log(struct mvgpu_virgl *virgl, enum mvgpu_undo_op op, void *ptr,
		    void *old)
{
	struct mvgpu_undo *undo = journal_next(virgl);

	if (!undo)
		return -ENOMEM;
	undo->op = op;
	undo->ptr = ptr;
	undo->old = old;
	undo->val = 0;
	return 0;
}

int mvgpu_vslot_set_res(struct mvgpu_virgl *virgl, struct mvgpu_res3d **slot,
			struct mvgpu_res3d *res)
{
	if (*slot == res)
		return 0;
	if (mvgpu_vundo_log(virgl, UNDO_RES, slot, *slot))
		return -ENOMEM;
	if (res)
		res->refs++;
	*slot = res;
	return 0;
}

int mvgpu_vslot_set_obj(struct mvgpu_virgl *virgl, struct mvgpu_vobj **slot,
			struct mvgpu_vobj *obj)
{
	struct mvgpu_vobj *old = *slot;

	if (old == obj)
		return 0;
	if (mvgpu_vundo_log(virgl, UNDO_OBJ, slot, old))
		return -ENOMEM;
	if (obj) {
		obj->refs++;
		mvgpu_vobj_use(virgl, obj);
	}
	if (old)
		mvgpu_vobj_unuse(virgl, old);
	*slot = obj;
	return 0;
}

int mvgpu_vslot_set_u32(struct mvgpu_virgl *virgl, u32 *slot, u32 val)
{
	if (*slot == val)
		return 0;
	if (mvgpu_vundo_log(virgl, UNDO_U32, slot, NULL))
		return -ENOMEM;
	virgl->journal[virgl->journal_nr - 1].val = *slot;
	*slot = val;
	return 0;
}

int mvgpu_vslots_set(struct mvgpu_virgl *virgl, void *slots, const void *from,
		     size_t size)
{
	const u32 *word = from;
	u32 *slot = slots;
	int err = 0;

	/* Most of them do not change. */
	for (; size && !err; size -= sizeof(*slot))
		err = mvgpu_vslot_set_u32(virgl, slot++, *word++);
	return err;
}

/* The entry's reference: with the last one text is not charged any more. */
static void commit_obj(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj,
		       struct mvgpu_virgl_gone *gone)
{
	if (obj->refs == 1)
		gone->shader_text += obj->text;
	mvgpu_vobj_put(virgl, obj, false);
}

static void commit_sub(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
		       struct mvgpu_virgl_gone *gone)
{
	/* As it was at its end: what went before has an entry of its own. */
	gone->sub_contexts++;
	gone->objects += sub->nr_objects;
	gone->shader_text += sub->text;
	mvgpu_vsub_free(virgl, sub, false);
}

static void commit_one(struct mvgpu_virgl *virgl, const struct mvgpu_undo *undo,
		       struct mvgpu_virgl_gone *gone)
{
	switch (undo->op) {
	case UNDO_RES:
		if (undo->old)
			mvgpu_vres_put(virgl, undo->old, false);
		break;
	case UNDO_OBJ:
		if (undo->old)
			commit_obj(virgl, undo->old, gone);
		break;
	case UNDO_REMOVE:
		/* Even if it is still bound: it is charged by its handle. */
		gone->objects++;
		commit_obj(virgl, undo->old, gone);
		break;
	case UNDO_STREAM_DEL:
		gone->objects++;
		kfree(undo->old);
		break;
	case UNDO_SUB_DEL:
		commit_sub(virgl, undo->old, gone);
		break;
	default:
		break;
	}
}

void mvgpu_vundo_commit(struct mvgpu_virgl *virgl,
			struct mvgpu_virgl_gone *gone)
{
	u32 i;

	for (i = 0; i < virgl->journal_nr; i++) {
		commit_one(virgl, &virgl->journal[i], gone);
		if (i % RESCHED_ENTRIES == 0)
			cond_resched();
	}
	virgl->journal_nr = 0;
}

static void rollback_res(struct mvgpu_virgl *virgl,
			 const struct mvgpu_undo *undo)
{
	struct mvgpu_res3d **slot = undo->ptr;

	if (*slot)
		mvgpu_vres_put(virgl, *slot, true);
	*slot = undo->old;
}

static void rollback_obj(struct mvgpu_virgl *virgl,
			 const struct mvgpu_undo *undo)
{
	struct mvgpu_vobj **slot = undo->ptr;
	struct mvgpu_vobj *obj = *slot;

	if (undo->old)
		mvgpu_vobj_use(virgl, undo->old);
	*slot = undo->old;
	if (obj) {
		mvgpu_vobj_unuse(virgl, obj);
		mvgpu_vobj_put(virgl, obj, true);
	}
}

static void rollback_one(struct mvgpu_virgl *virgl,
			 const struct mvgpu_undo *undo)
{
	switch (undo->op) {
	case UNDO_RES:
		rollback_res(virgl, undo);
		break;
	case UNDO_OBJ:
		rollback_obj(virgl, undo);
		break;
	case UNDO_U32:
		*(u32 *)undo->ptr = undo->val;
		break;
	case UNDO_INSERT:
		mvgpu_vobj_unlink(virgl, undo->old);
		mvgpu_vobj_put(virgl, undo->old, true);
		break;
	case UNDO_REMOVE:
		mvgpu_vobj_link(virgl, undo->old);
		break;
	case UNDO_STREAM_ADD:
		mvgpu_vstream_unlink(virgl, undo->ptr, undo->old);
		kfree(undo->old);
		break;
	case UNDO_STREAM_DEL:
		mvgpu_vstream_link(virgl, undo->ptr, undo->old);
		break;
	case UNDO_SUB_ADD:
		mvgpu_vsub_unlink(virgl, undo->old);
		mvgpu_vsub_free(virgl, undo->old, true);
		break;
	case UNDO_SUB_DEL:
		mvgpu_vsub_link(virgl, undo->old);
		break;
	case UNDO_CURRENT:
		virgl->sub = undo->old;
		break;
	}
}

void mvgpu_vundo_rollback(struct mvgpu_virgl *virgl)
{
	while (virgl->journal_nr) {
		rollback_one(virgl, &virgl->journal[--virgl->journal_nr]);
		if (virgl->journal_nr % RESCHED_ENTRIES == 0)
			cond_resched();
	}
}
