/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VGL_H
#define _VGL_H

#include "../../drivers/proto/virgl/internal.h"
#include "guest.h"
#include "vgl-commands.h"

/* GPU ids are far from the guest's. */
#define VGL_GPU_ID 0x10000
#define VGL_DWORDS 0x20000

/**
 * struct vgl_res - a resource as its owner has it
 * @res: what the walker sees
 * @attached: to the context
 * @dead: the guest has no name for it, it stays while it has references
 * @released: calls of released() so far
 */
struct vgl_res {
	struct mvgpu_res3d res;
	bool attached;
	bool dead;
	u32 released;
};

/**
 * struct vgl - a guest of one context
 * @virgl: under test
 * @res: by guest id
 * @zombies: dead ones
 * @nr_zombies: of them
 * @next_gpu_id: of a new resource
 * @ndw: of @stream
 * @verdict: of the last submit
 * @stream: being built
 */
struct vgl {
	struct mvgpu_virgl *virgl;
	struct vgl_res *res[VGL_IDS];
	struct vgl_res *zombies[256];
	u32 nr_zombies;
	u32 next_gpu_id;
	u32 ndw;
	struct mvgpu_virgl_verdict verdict;
	__le32 stream[VGL_DWORDS];
};

extern const struct mvgpu_virgl_limits vgl_limits;

void vgl_start(struct vgl *vgl, const struct mvgpu_virgl_limits *limits);
void vgl_stop(struct vgl *vgl);
/** vgl_unref() - UNREF of @id and a new one in its place. */
void vgl_unref(struct vgl *vgl, u32 id);
/** vgl_context() - the guest destroys its context and makes another. */
void vgl_context(struct vgl *vgl, const struct mvgpu_virgl_limits *limits);

/** vgl_add() - add dwords to the stream. */
void vgl_add(struct vgl *vgl, const u32 *dw, u32 n);
#define VGL_ADD(vgl, ...) do {						\
	const u32 _dw[] = { __VA_ARGS__ };				\
									\
	vgl_add(vgl, _dw, ARRAY_SIZE(_dw));				\
} while (0)
/** vgl_submit() - submit the stream, from memory of just its size. */
int vgl_submit(struct vgl *vgl);
/** vgl_check_gone() - what there was is there or has gone. Ends the program. */
void vgl_check_gone(const struct mvgpu_virgl *virgl,
		    const struct mvgpu_virgl_limits *had,
		    const struct mvgpu_virgl_verdict *verdict);
/** vgl_objects() - add commands that make one of each object. */
void vgl_objects(struct vgl *vgl);

/** vgl_digest() - of the whole shadow and of all references. */
u64 vgl_digest(const struct vgl *vgl);
/** vgl_verify() - do counts agree with what is there? Ends the program. */
void vgl_verify(const struct vgl *vgl);

#endif
