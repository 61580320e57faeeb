/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_VIRGL_H
#define _MVGPU_PROTO_VIRGL_H

#include <linux/types.h>

struct mvgpu_res3d;
struct mvgpu_virgl;

/* Mesa sends up to 266,240 bytes, in commands of up to 65,532 dwords. */
#define MVGPU_VIRGL_MAX_DWORDS 0x40000

/**
 * struct mvgpu_virgl_ops - what the checks of a context need of its owner
 * @find: the resource with this guest id, if it is attached to the context;
 *	else NULL. Not called with 0. What it returns stays until detach, and
 *	beyond while its refs are not 0: a detach only takes the name away,
 *	objects made of it and bindings keep their references.
 * @released: refs fell to 0. Called at the end of a submit that succeeded and
 *	by mvgpu_virgl_destroy(), never within a walk: the owner may free the
 *	resource if nothing else holds it, but may not call back.
 *
 * Both are called in the caller's context. @released may be called for a
 * resource that is attached still: whoever has it decides.
 */
struct mvgpu_virgl_ops {
	struct mvgpu_res3d *(*find)(void *data, u32 guest_id);
	void (*released)(void *data, struct mvgpu_res3d *res);
};

/**
 * struct mvgpu_virgl_limits - what one context may take of the host's memory
 * @objects: objects and combinations of streamout targets, in all
 *	sub-contexts
 * @sub_contexts: those that the guest creates; number 0 is there anyway
 * @shader_text: bytes of text of all shaders that exist
 */
struct mvgpu_virgl_limits {
	u32 objects;
	u32 sub_contexts;
	u32 shader_text;
};

/**
 * struct mvgpu_virgl_gone - what a submit lets go of
 * @objects: and combinations of streamout targets
 * @sub_contexts: as many
 * @shader_text: bytes
 *
 * What it has made itself and let go of again counts, too: nothing is set off
 * against what is new.
 */
struct mvgpu_virgl_gone {
	u64 objects, sub_contexts, shader_text;
};

/**
 * struct mvgpu_virgl_verdict - what a submit is
 * @commands: that were found good
 * @draws: draws, clears, blits and dispatches among them
 * @bytes: that transfers and copies of the stream move, about
 * @gone: what is not charged any more; all 0 if it was refused
 * @at: dword at which the command that was refused begins
 * @cmd: enum virgl_context_cmd of it
 * @obj: second byte of it: type of an object, for some commands
 * @name: of the command; NULL if there is none of that number
 * @reason: why it was refused, for a debug message; NULL if nothing was
 */
struct mvgpu_virgl_verdict {
	u32 commands;
	u32 draws;
	u64 bytes;
	struct mvgpu_virgl_gone gone;
	u32 at;
	u8 cmd;
	u8 obj;
	const char *name;
	const char *reason;
};

/**
 * mvgpu_virgl_create() - the shadow of a 3D context that the GPU creates
 * @limits: copied
 * @ops: must stay
 * @data: for @ops
 *
 * Return: NULL: no memory.
 */
struct mvgpu_virgl *mvgpu_virgl_create(const struct mvgpu_virgl_limits *limits,
				       const struct mvgpu_virgl_ops *ops,
				       void *data);

/**
 * mvgpu_virgl_destroy() - the GPU destroys the context, or has forgotten it
 * @virgl: may be NULL
 *
 * Drops all references; calls released().
 */
void mvgpu_virgl_destroy(struct mvgpu_virgl *virgl);

/**
 * mvgpu_virgl_set_limits() - from the next submit on
 * @virgl: shadow
 * @limits: copied; may be below what the context has
 */
void mvgpu_virgl_set_limits(struct mvgpu_virgl *virgl,
			    const struct mvgpu_virgl_limits *limits);

/** mvgpu_virgl_get_usage() - what the context has of each limited thing. */
void mvgpu_virgl_get_usage(const struct mvgpu_virgl *virgl,
			   struct mvgpu_virgl_limits *usage);

/**
 * mvgpu_virgl_submit() - check a stream and make it one for the GPU
 * @virgl: owned by the caller; not for two at once
 * @stream: private copy; with 0 guest ids of resources have become GPU ids,
 *	otherwise it is good for nothing any more
 * @ndw: dwords, up to MVGPU_VIRGL_MAX_DWORDS
 * @verdict: filled in
 *
 * All of the stream or nothing: the GPU would have run the commands before a
 * bad one.
 *
 * Return: 0: the shadow is what the GPU will be after the stream. Otherwise
 * the shadow is as it was: -EINVAL: a command that is not allowed, or with
 * something wrong; -ENOENT: an id of nothing, or of nothing in this context;
 * -EDQUOT: over a limit; -ENOMEM.
 */
int mvgpu_virgl_submit(struct mvgpu_virgl *virgl, __le32 *stream, u32 ndw,
		       struct mvgpu_virgl_verdict *verdict);

#endif
