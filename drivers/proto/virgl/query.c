// SPDX-License-Identifier: GPL-2.0
/*
 * Queries. The renderer hands on whatever was on its stack where GL has no result
 * (vrend_renderer.c, vrend_get_one_query_result()), so we know which have one: GL
 * has one active query at a time for each target and index, a second one does not
 * begin, and an end is that of the active one.
 */
#include <linux/errno.h>

#include "internal.h"

/* enum pipe_query_type of the renderer, which is what is on the wire. */
enum {
	OCCLUSION_COUNTER = 0,
	OCCLUSION_PREDICATE = 1,
	TIMESTAMP = 2,
	TIME_ELAPSED = 4,
	PRIMITIVES_GENERATED = 5,
	PRIMITIVES_EMITTED = 6,
	SO_OVERFLOW = 8,
	STATISTICS = 10,
	OCCLUSION_CONSERVATIVE = 11,
	SO_OVERFLOW_ANY = 12,
	QUERY_TYPES,
};

/* enum virgl_statistics_query_index, and streams of vertices. */
#define STATISTIC_TYPES 11
#define STREAMS 4

/* Slots of mvgpu_vsub.query; what follows are those of a stream each. */
enum {
	SLOT_OCCLUSION,
	SLOT_ELAPSED,
	SLOT_OVERFLOW_ANY,
	SLOT_GENERATED,
	SLOT_EMITTED = SLOT_GENERATED + STREAMS,
	SLOT_OVERFLOW = SLOT_EMITTED + STREAMS,
	SLOT_STATISTICS = SLOT_OVERFLOW + STREAMS,
	SLOTS = SLOT_STATISTICS + STATISTIC_TYPES,
	/* It only ends. */
	SLOT_TIMESTAMP,
	/* GL does not begin it. */
	SLOT_NEVER,
};

/* struct virgl_host_query_state. */
#define QUERY_STATE_SIZE 16
#define CONDITIONS 4
#define RESULT_TYPES 4

static u32 slot_of(u32 type, u32 index)
{
	static_assert(SLOTS == MVGPU_QUERY_SLOTS);

	switch (type) {
	case TIMESTAMP:
		return SLOT_TIMESTAMP;
	case PRIMITIVES_GENERATED:
		return SLOT_GENERATED + index;
	case PRIMITIVES_EMITTED:
		return SLOT_EMITTED + index;
	case SO_OVERFLOW:
		return SLOT_OVERFLOW + index;
	case STATISTICS:
		return SLOT_STATISTICS + index;
	case OCCLUSION_COUNTER:
	case OCCLUSION_PREDICATE:
	case OCCLUSION_CONSERVATIVE:
		return SLOT_OCCLUSION;
	case TIME_ELAPSED:
		return SLOT_ELAPSED;
	case SO_OVERFLOW_ANY:
		return SLOT_OVERFLOW_ANY;
	}
	return SLOT_NEVER;
}

/* Of the others the renderer may begin what has an index, or end it, without it. */
static u32 indexes_of(u32 type)
{
	switch (type) {
	case PRIMITIVES_GENERATED:
	case PRIMITIVES_EMITTED:
	case SO_OVERFLOW:
		return STREAMS;
	case STATISTICS:
		return STATISTIC_TYPES;
	}
	return 1;
}

int mvgpu_vquery_create(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_res3d *res = cmd->res[0];
	u32 type = vcmd_dw(cmd, 2) & 0xffff;
	u32 index = vcmd_dw(cmd, 2) >> 16;
	struct mvgpu_vobj *obj;
	int err;

	/* The result goes to the host's copy of it, and to its backing. */
	if (res->target != MVGPU_TARGET_BUFFER ||
	    res->bind != MVGPU_BIND_CUSTOM || res->width < QUERY_STATE_SIZE)
		return vcmd_refuse(cmd, -EINVAL, "no buffer for results");
	if (type >= QUERY_TYPES)
		return vcmd_refuse(cmd, -EINVAL, "type of query");
	if (index >= indexes_of(type))
		return vcmd_refuse(cmd, -EINVAL, "index of query");
	err = mvgpu_vobj_create(cmd, VIRGL_OBJ_QUERY, res, 0, &obj);
	if (err)
		return err;
	obj->query = slot_of(type, index);
	obj->counts = type;
	return 0;
}

static int query_get(struct mvgpu_vcmd *cmd, struct mvgpu_vobj **obj)
{
	int err = mvgpu_vobj_get(cmd, 1, VIRGL_OBJ_QUERY, obj);

	if (!err && !*obj)
		err = vcmd_refuse(cmd, -ENOENT, "no query");
	return err;
}

int mvgpu_vquery_begin(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj **active, *obj;
	int err = query_get(cmd, &obj);

	if (err || obj->query >= SLOTS)
		return err;
	active = &cmd->virgl->sub->query[obj->query];
	if (*active)
		return 0;
	return mvgpu_vslot_set_obj(cmd->virgl, active, obj) ?:
	       mvgpu_vslot_set_u32(cmd->virgl, &obj->done, false);
}

int mvgpu_vquery_end(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj **active, *obj;
	int err = query_get(cmd, &obj);

	if (err)
		return err;
	if (obj->query == SLOT_TIMESTAMP)
		return mvgpu_vslot_set_u32(cmd->virgl, &obj->done, true);
	if (obj->query >= SLOTS)
		return 0;
	active = &cmd->virgl->sub->query[obj->query];
	if (!*active)
		return 0;
	/* GL keeps that one active, or ends it if it takes both for the same. */
	if ((*active)->counts != obj->counts)
		return vcmd_refuse(cmd, -EINVAL, "query of another type is active");
	return mvgpu_vslot_set_u32(cmd->virgl, &(*active)->done, true) ?:
	       mvgpu_vslot_set_obj(cmd->virgl, active, NULL);
}

int mvgpu_vquery_result(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj *obj;
	int err = query_get(cmd, &obj);

	/* Without one it does nothing, and the guest's buffer stays as it is. */
	if (!err && !obj->done)
		vcmd_skip(cmd);
	return err;
}

int mvgpu_vquery_result_qbo(struct mvgpu_vcmd *cmd)
{
	u32 type = vcmd_dw(cmd, 4);
	struct mvgpu_vobj *obj;
	int err = query_get(cmd, &obj);

	if (err)
		return err;
	if (type >= RESULT_TYPES)
		return vcmd_refuse(cmd, -EINVAL, "type of result");
	/* The first two are of 32 bits. */
	if (!mvgpu_res3d_range_ok(cmd->res[0], vcmd_dw(cmd, 5),
				  type < 2 ? 4 : 8))
		return vcmd_refuse(cmd, -EINVAL, "range of the buffer");
	return 0;
}

int mvgpu_vquery_condition(struct mvgpu_vcmd *cmd)
{
	struct mvgpu_vobj **cond = &cmd->virgl->sub->cond, *obj;
	int err;

	if (vcmd_dw(cmd, 3) >= CONDITIONS)
		return vcmd_refuse(cmd, -EINVAL, "condition");
	err = mvgpu_vobj_get(cmd, 1, VIRGL_OBJ_QUERY, &obj);
	if (err)
		return err;
	/*
	 * GL keeps the first one, but the renderer would remember this one and begin
	 * with it after its next clear or blit. Mesa ends one before the next.
	 */
	if (obj && *cond) {
		vcmd_skip(cmd);
		return 0;
	}
	return mvgpu_vslot_set_obj(cmd->virgl, cond, obj);
}

int mvgpu_vquery_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj)
{
	struct mvgpu_vobj **active;

	if (obj->query >= SLOTS)
		return 0;
	/* GL ends a query that it deletes. */
	active = &obj->sub->query[obj->query];
	return *active == obj ? mvgpu_vslot_set_obj(virgl, active, NULL) : 0;
}
