/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VGL_TEST_H
#define _VGL_TEST_H

#include "tap.h"
#include "vgl-commands.h"
#include "vgl.h"

#define CMD(cmd, len) VIRGL_CMD(VIRGL_##cmd, 0, len)
#define CREATE(type, len) VIRGL_CMD(VIRGL_CREATE_OBJECT, VIRGL_OBJ_##type, len)
#define RGBA8 67

/* The guest of the running test. */
static struct vgl vgl;

/* One of each object is there. */
static inline void start(void)
{
	vgl_start(&vgl, &vgl_limits);
	vgl_objects(&vgl);
	CHECK_EQ(vgl_submit(&vgl), 0);
	vgl_verify(&vgl);
}

static inline void stop(void)
{
	vgl_stop(&vgl);
}

/* Submit what has been added; refused, it must have changed nothing. */
static inline int submit(void)
{
	u64 before = vgl_digest(&vgl);
	int err = vgl_submit(&vgl);

	vgl_verify(&vgl);
	if (err)
		CHECK(vgl_digest(&vgl) == before);
	return err;
}

#define SUBMIT(...) ({ VGL_ADD(&vgl, __VA_ARGS__); submit(); })

/* A command as it is, but dword @at, if not 0, is @val. */
static inline int with(const struct vgl_command *cmd, u32 at, u32 val)
{
	vgl_add(&vgl, cmd->dw, vgl_dwords(cmd));
	if (at)
		vgl.stream[vgl.ndw - vgl_dwords(cmd) + at] = cpu_to_le32(val);
	return submit();
}

static inline u32 refs(u32 id)
{
	return vgl.res[id]->res.refs;
}

#endif
