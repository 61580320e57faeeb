/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VGL_COMMANDS_H
#define _VGL_COMMANDS_H

#include <linux/types.h>

enum {
	/* One dword more or less may be as good. */
	VGL_LONGER = 1 << 0,
	VGL_SHORTER = 1 << 1,
	/* The dword with a resource or handle may be 0. */
	VGL_RES_NONE = 1 << 2,
	VGL_OBJ_NONE = 1 << 3,
	/* The handle may be of nothing. */
	VGL_OBJ_ANY = 1 << 4,
};

/**
 * struct vgl_command - a good command, written down from the protocol and not
 * from the table that is under test
 * @name: for messages
 * @dw: header and what follows; see enum vgl_id and enum vgl_handle
 * @res: dwords that hold a resource, ends with 0
 * @obj: dwords that hold the handle of an object, ends with 0
 * @flags: VGL_*
 *
 * Good after vgl_objects().
 */
struct vgl_command {
	const char *name;
	u32 dw[36];
	u8 res[8];
	u8 obj[8];
	u32 flags;
};

/* Dwords of a command, header included. */
static inline u32 vgl_dwords(const struct vgl_command *cmd)
{
	return 1 + (cmd->dw[0] >> 16);
}

/* Ends with one without a name. */
extern const struct vgl_command vgl_commands[];
extern const u32 vgl_nr_commands;

#endif
