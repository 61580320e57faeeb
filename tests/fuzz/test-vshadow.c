// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of drivers/proto/virgl/: the shadow of a context, and its limits.
 */
#include <string.h>

#include "vgl-test.h"

#define BIND(type) VIRGL_CMD(VIRGL_BIND_OBJECT, VIRGL_OBJ_##type, 1)
#define Z16 16
#define S8 23
#define H_OTHER 0x200

/*
 * What holds a resource, and for how long.
 */

static void held_by_objects(void)
{
	start();
	/* View, surface. */
	CHECK_EQ(refs(VGL_TEX), 2);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_VIEW), 0);
	CHECK_EQ(refs(VGL_TEX), 1);
	CHECK_EQ(vgl.res[VGL_TEX]->released, 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_SURFACE), 0);
	CHECK_EQ(refs(VGL_TEX), 0);
	CHECK_EQ(vgl.res[VGL_TEX]->released, 1);
	/* Nothing is there: nothing to do. */
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_SURFACE), 0);

	CHECK_EQ(refs(VGL_QUERY), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), 0);
	CHECK_EQ(refs(VGL_QUERY), 0);
	CHECK_EQ(refs(VGL_STAGING), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_TARGET2), 0);
	CHECK_EQ(refs(VGL_STAGING), 0);
	stop();
}

static int framebuffer(u32 zs, u32 color)
{
	return SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 3), 1, zs, color);
}

/* A texture is attached where its format belongs. */
static void attachments(void)
{
	u32 res = VGL_DEPTH;

	start();
	CHECK_EQ(framebuffer(VGL_H_ZS, VGL_H_SURFACE), 0);
	CHECK_EQ(framebuffer(VGL_H_SURFACE, VGL_H_SURFACE), -EINVAL);
	CHECK_EQ(framebuffer(VGL_H_ZS, VGL_H_ZS), -EINVAL);
	/* A stencil in its place leaves the depth. */
	vgl.res[VGL_MSAA]->res.format = S8;
	CHECK_EQ(SUBMIT(CREATE(SURFACE, 5), H_OTHER, VGL_MSAA, S8, 0, 0), 0);
	CHECK_EQ(framebuffer(H_OTHER, VGL_H_SURFACE), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_ZS), 0);
	CHECK_EQ(refs(res), 1);
	CHECK_EQ(framebuffer(0, VGL_H_SURFACE), 0);
	CHECK_EQ(refs(res), 0);
	/* What is of depth does not leave the stencil. */
	CHECK_EQ(framebuffer(H_OTHER, VGL_H_SURFACE), 0);
	vgl.res[res]->res.format = Z16;
	CHECK_EQ(SUBMIT(CREATE(SURFACE, 5), VGL_H_ZS, res, Z16, 0, 0), 0);
	CHECK_EQ(framebuffer(VGL_H_ZS, VGL_H_SURFACE), 0);
	CHECK_EQ(refs(VGL_MSAA), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), H_OTHER), 0);
	CHECK_EQ(refs(VGL_MSAA), 0);
	stop();
}

/* UNREF and the end of all handles: the binding still has it. */
static void zombies(void)
{
	u32 id = VGL_TEX;

	start();
	VGL_ADD(&vgl, CMD(SET_FRAMEBUFFER_STATE, 3), 1, 0, VGL_H_SURFACE);
	VGL_ADD(&vgl, CMD(SET_SAMPLER_VIEWS, 3), MVGPU_STAGE_VERTEX, 0,
		VGL_H_VIEW);
	CHECK_EQ(submit(), 0);
	vgl_unref(&vgl, id);
	CHECK_EQ(vgl.nr_zombies, 1);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_SURFACE);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_VIEW);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(vgl.nr_zombies, 1);
	CHECK_EQ(vgl.zombies[0]->res.refs, 2);
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 2), 0, 0), 0);
	CHECK_EQ(vgl.nr_zombies, 1);
	/* An empty set of views takes away those behind it. */
	CHECK_EQ(SUBMIT(CMD(SET_SAMPLER_VIEWS, 2), MVGPU_STAGE_VERTEX, 1), 0);
	CHECK_EQ(vgl.nr_zombies, 1);
	CHECK_EQ(SUBMIT(CMD(SET_SAMPLER_VIEWS, 2), MVGPU_STAGE_VERTEX, 0), 0);
	CHECK_EQ(vgl.nr_zombies, 0);
	/* The new one with the old id is another one. */
	CHECK_EQ(refs(id), 0);
	stop();

	/* A context takes its zombies along. */
	start();
	CHECK_EQ(SUBMIT(CMD(SET_INDEX_BUFFER, 3), VGL_BARE, 4, 0), 0);
	vgl_unref(&vgl, VGL_BARE);
	CHECK_EQ(vgl.nr_zombies, 1);
	vgl_context(&vgl, &vgl_limits);
	CHECK_EQ(vgl.nr_zombies, 0);
	stop();

	/* And so does a sub-context. */
	start();
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 5);
	VGL_ADD(&vgl, CMD(SET_INDEX_BUFFER, 3), VGL_BARE, 4, 0);
	CHECK_EQ(submit(), 0);
	vgl_unref(&vgl, VGL_BARE);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 5), 0);
	CHECK_EQ(vgl.nr_zombies, 0);
	stop();
}

static void bindings(void)
{
	start();
	CHECK_EQ(refs(VGL_VERTEX), 1);
	VGL_ADD(&vgl, CMD(SET_VERTEX_BUFFERS, 6), 0, 0, VGL_VERTEX, 0, 0,
		VGL_BARE);
	VGL_ADD(&vgl, CMD(SET_UNIFORM_BUFFER, 5), 0, 3, 0, 16, VGL_VERTEX);
	VGL_ADD(&vgl, CMD(SET_SHADER_BUFFERS, 5), 1, 0, 0, 16, VGL_VERTEX);
	VGL_ADD(&vgl, CMD(SET_ATOMIC_BUFFERS, 4), 2, 0, 16, VGL_VERTEX);
	VGL_ADD(&vgl, CMD(SET_SHADER_IMAGES, 7), 5, 7, 1, 0, 0, 16, VGL_VERTEX);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_VERTEX), 6);
	CHECK_EQ(refs(VGL_BARE), 1);
	/* Those behind the last are taken away. */
	CHECK_EQ(SUBMIT(CMD(SET_VERTEX_BUFFERS, 3), 0, 0, VGL_VERTEX), 0);
	CHECK_EQ(refs(VGL_BARE), 0);
	CHECK_EQ(SUBMIT(CMD(SET_VERTEX_BUFFERS, 0)), 0);
	CHECK_EQ(refs(VGL_VERTEX), 5);
	VGL_ADD(&vgl, CMD(SET_UNIFORM_BUFFER, 5), 0, 3, 0, 0, 0);
	VGL_ADD(&vgl, CMD(SET_SHADER_BUFFERS, 5), 1, 0, 0, 0, 0);
	VGL_ADD(&vgl, CMD(SET_ATOMIC_BUFFERS, 4), 2, 0, 0, 0);
	VGL_ADD(&vgl, CMD(SET_SHADER_IMAGES, 7), 5, 7, 0, 0, 0, 0, 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_VERTEX), 1);

	/* What a draw reads its arguments from is not bound. */
	VGL_ADD(&vgl, CMD(LAUNCH_GRID, 8), 1, 1, 1, 1, 1, 1, VGL_VERTEX, 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_VERTEX), 1);
	CHECK_EQ(vgl.verdict.draws, 1);
	stop();
}

/* Of what GL would not take, it would keep the buffers of before. */
static void strides(void)
{
	static const u32 stride[] = { 0, 2047, 2048, 2049, 0x80000000, ~0U };
	u32 i;

	start();
	for (i = 0; i < ARRAY_SIZE(stride); i++) {
		CHECK_EQ(SUBMIT(CMD(SET_VERTEX_BUFFERS, 6), 4, 0, VGL_BARE,
				stride[i], 8, VGL_VERTEX), 0);
		CHECK_EQ(le32_to_cpu(vgl.stream[1]), 4);
		CHECK_EQ(le32_to_cpu(vgl.stream[4]), min(stride[i], 2048U));
		CHECK_EQ(le32_to_cpu(vgl.stream[5]), 8);
	}
	stop();
}

static void attachment(void)
{
	start();
	vgl.res[VGL_TEX]->attached = false;
	/* No new use of it; objects that are there go on. */
	CHECK_EQ(SUBMIT(CREATE(SURFACE, 5), 200, VGL_TEX, RGBA8, 0, 0),
		 -ENOENT);
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 3), 1, 0, VGL_H_SURFACE), 0);
	CHECK_EQ(refs(VGL_TEX), 2);
	stop();
}

static void same_handle(void)
{
	start();
	/* The new one takes the place; the old one lives while it is bound. */
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 3), 1, 0, VGL_H_SURFACE), 0);
	CHECK_EQ(SUBMIT(CREATE(SURFACE, 5), VGL_H_SURFACE, VGL_MSAA, RGBA8, 0,
			0), 0);
	CHECK_EQ(refs(VGL_TEX), 2);
	CHECK_EQ(refs(VGL_MSAA), 1);
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 3), 1, 0, VGL_H_SURFACE), 0);
	CHECK_EQ(refs(VGL_TEX), 1);
	/* Of another type. */
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), VGL_H_VIEW, 0, 0, 0, 0), 0);
	CHECK_EQ(refs(VGL_TEX), 0);
	CHECK_EQ(SUBMIT(CMD(SET_SAMPLER_VIEWS, 3), 0, 0, VGL_H_VIEW), -ENOENT);
	/* Within one stream, and taken back. */
	VGL_ADD(&vgl, CREATE(SURFACE, 5), 300, VGL_TEX, RGBA8, 0, 0);
	VGL_ADD(&vgl, CREATE(SURFACE, 5), 300, VGL_MSAA, RGBA8, 0, 0);
	VGL_ADD(&vgl, CREATE(SURFACE, 5), VGL_H_ZS, VGL_TEX, RGBA8, 0, 0);
	VGL_ADD(&vgl, CMD(NOP, 9));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(refs(VGL_TEX), 0);
	stop();
}

/* A command for query VGL_H_QUERY of sub-context @id. */
static int in_sub(u32 id, u32 cmd)
{
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), id);
	return SUBMIT(cmd, VGL_H_QUERY);
}

static void sub_contexts(void)
{
	u32 i;

	start();
	CHECK_EQ(SUBMIT(CMD(SET_SUB_CTX, 1), 1), -ENOENT);
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	/* Its own handles. */
	VGL_ADD(&vgl, CMD(BEGIN_QUERY, 1), VGL_H_QUERY);
	CHECK_EQ(submit(), -ENOENT);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), 1), 0);
	CHECK_EQ(in_sub(1, CMD(BEGIN_QUERY, 1)), -ENOENT);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_QUERY), 2);
	CHECK_EQ(in_sub(1, CMD(BEGIN_QUERY, 1)), 0);
	/* Again: nothing happens, it is not entered either. */
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(vgl.virgl->sub->id, 0);
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 1);
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 1);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(vgl.virgl->sub->id, 0);
	CHECK_EQ(refs(VGL_QUERY), 1);
	/* Number 0 stays, and one that is not there is no mistake. */
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 0);
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 77);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(in_sub(0, CMD(BEGIN_QUERY, 1)), 0);

	for (i = 1; i <= vgl_limits.sub_contexts; i++)
		CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), 0);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), -EDQUOT);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 2), 0);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), 0);
	stop();
}

/* Until the end of a stream what it has destroyed is there, too. */
static void sub_contexts_at_once(void)
{
	u32 i, round;

	start();
	for (round = 0; round < 3; round++) {
		for (i = 0; i < vgl_limits.sub_contexts; i++)
			VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1,
				CMD(DESTROY_SUB_CTX, 1), 1);
		if (round < 2)
			CHECK_EQ(submit(), 0);
		else
			CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), 1), -EDQUOT);
	}
	stop();
}

/*
 * The GPU may have gone to another sub-context since the last stream, where there
 * is one: each stream says first where it wants to be.
 */
static void entered(void)
{
	const u32 transfer[] = { CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0,
				 0, 1, 1, 1, 0, VIRGL_TO_HOST };

	start();
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
	/* To make one is to enter it. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), -EINVAL);
	CHECK(!strcmp(vgl.verdict.reason, "no sub-context was chosen"));
	/* Not so to make one that is there. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), -EINVAL);
	/* Or to destroy another. */
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 7);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), -EINVAL);
	/* Transfers have nothing to do with it, as Mesa sends them first. */
	vgl_add(&vgl, transfer, ARRAY_SIZE(transfer));
	VGL_ADD(&vgl, CMD(END_TRANSFERS, 0));
	VGL_ADD(&vgl, CMD(NOP, 0));
	CHECK_EQ(submit(), 0);
	CHECK_EQ(in_sub(1, CMD(DESTROY_OBJECT, 1)), 0);
	/* With but one there is no other. */
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 1), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), 0);
	stop();
}

/* Is a result of query @handle read, or nothing done? */
static bool result_read(u32 handle)
{
	u32 header;

	CHECK_EQ(SUBMIT(CMD(GET_QUERY_RESULT, 2), handle, 0), 0);
	header = le32_to_cpu(vgl.stream[0]);
	CHECK(header == CMD(GET_QUERY_RESULT, 2) || header == CMD(NOP, 2));
	return header == CMD(GET_QUERY_RESULT, 2);
}

static void query(u32 handle, u32 type)
{
	CHECK_EQ(SUBMIT(CREATE(QUERY, 4), handle, type, 0, VGL_QUERY), 0);
}

/* SET_RENDER_CONDITION: what the GPU is sent of it, or of the end of @handle. */
static u32 condition(u32 handle)
{
	CHECK_EQ(SUBMIT(CMD(SET_RENDER_CONDITION, 3), handle, 0, 0), 0);
	return le32_to_cpu(vgl.stream[0]);
}

static u32 destroy(u32 handle)
{
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), handle), 0);
	return le32_to_cpu(vgl.stream[0]);
}

/* GL has the query that draws depend on, deleted or not. */
static void conditions(void)
{
	const u32 set = CMD(SET_RENDER_CONDITION, 3);
	u32 objects;

	start();
	CHECK_EQ(SUBMIT(CREATE(QUERY, 4), H_OTHER, 0, 0, VGL_QUERY), 0);
	objects = vgl.virgl->nr_objects;
	CHECK_EQ(condition(VGL_H_QUERY), set);
	CHECK_EQ(destroy(VGL_H_QUERY), CMD(NOP, 1));
	CHECK_EQ(vgl.virgl->nr_objects, objects);
	CHECK_EQ(refs(VGL_QUERY), 2);
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), VGL_H_QUERY, 0, 0, 0, 0), -EINVAL);
	CHECK(!strcmp(vgl.verdict.reason, "query is the condition"));
	CHECK_EQ(SUBMIT(CREATE(QUERY, 4), VGL_H_QUERY, 0, 0, VGL_QUERY),
		 -EINVAL);

	/* The first one stays, until it is ended. */
	CHECK_EQ(condition(H_OTHER), CMD(NOP, 3));
	CHECK_EQ(condition(VGL_H_QUERY), CMD(NOP, 3));
	CHECK_EQ(destroy(VGL_H_QUERY), CMD(NOP, 1));
	CHECK_EQ(condition(0), set);
	CHECK_EQ(condition(0), set);
	CHECK_EQ(condition(H_OTHER), set);
	CHECK_EQ(destroy(H_OTHER), CMD(NOP, 1));
	CHECK_EQ(destroy(VGL_H_QUERY), CMD(DESTROY_OBJECT, 1));
	CHECK_EQ(refs(VGL_QUERY), 1);

	/* An end that is taken back is none, nor is a begin. */
	VGL_ADD(&vgl, set, 0, 0, 0);
	VGL_ADD(&vgl, CMD(NOP, 9));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(destroy(H_OTHER), CMD(NOP, 1));
	CHECK_EQ(condition(0), set);
	VGL_ADD(&vgl, set, H_OTHER, 0, 0);
	VGL_ADD(&vgl, CMD(NOP, 9));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(destroy(H_OTHER), CMD(DESTROY_OBJECT, 1));
	CHECK_EQ(refs(VGL_QUERY), 0);

	/* Each sub-context has its own, and takes it along. */
	query(VGL_H_QUERY, 0);
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	VGL_ADD(&vgl, set, VGL_H_QUERY, 0, 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_QUERY), 2);
	CHECK_EQ(in_sub(0, CMD(DESTROY_OBJECT, 1)), 0);
	CHECK_EQ(refs(VGL_QUERY), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 1), 0);
	CHECK_EQ(refs(VGL_QUERY), 0);
	stop();
}

/* A result is read only of a query that GL has ended. */
static void queries(void)
{
	static const u32 never[] = { 3, 7, 9 };
	static const u32 streams[] = { 5, 6, 8, 10 };
	u32 i;

	start();
	query(VGL_H_QUERY, 0);
	CHECK(!result_read(VGL_H_QUERY));
	/* An end of what has not begun. */
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(!result_read(VGL_H_QUERY));
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(!result_read(VGL_H_QUERY));
	/* A second of the kind does not begin, and its end is that of the first. */
	query(H_OTHER, 0);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), H_OTHER), 0);
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), H_OTHER), 0);
	CHECK(!result_read(H_OTHER));
	CHECK(result_read(VGL_H_QUERY));
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(!result_read(VGL_H_QUERY));
	/* That of another type is none. */
	query(H_OTHER, 11);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), H_OTHER), 0);
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), H_OTHER), -EINVAL);
	CHECK(!result_read(VGL_H_QUERY));
	/* Deleted, it is not active any more. */
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_QUERY), 0);
	CHECK_EQ(refs(VGL_QUERY), 1);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), H_OTHER), 0);
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), H_OTHER), 0);
	CHECK(result_read(H_OTHER));
	/* Of another kind: both at once. */
	query(VGL_H_QUERY, 4);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), H_OTHER), 0);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(result_read(VGL_H_QUERY));
	CHECK(!result_read(H_OTHER));
	/* A timestamp only ends. */
	query(VGL_H_QUERY, 2);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(!result_read(VGL_H_QUERY));
	CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), VGL_H_QUERY), 0);
	CHECK(result_read(VGL_H_QUERY));

	for (i = 0; i < ARRAY_SIZE(streams); i++) {
		query(VGL_H_QUERY, streams[i] | 3 << 16);
		query(H_OTHER, streams[i] | 2 << 16);
		CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), H_OTHER), 0);
		CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
		CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), VGL_H_QUERY), 0);
		CHECK(result_read(VGL_H_QUERY));
		CHECK(!result_read(H_OTHER));
	}
	for (i = 0; i < ARRAY_SIZE(never); i++) {
		query(VGL_H_QUERY, never[i]);
		CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
		CHECK_EQ(SUBMIT(CMD(END_QUERY, 1), VGL_H_QUERY), 0);
		CHECK(!result_read(VGL_H_QUERY));
	}
	stop();
}

static int draw(u32 indexed, u32 count)
{
	return SUBMIT(CMD(DRAW_VBO, 12), 0, count, 4, indexed, 1, 0, 0, 0, 0, 0,
		      ~0U, 0);
}

static int vertex(u32 id)
{
	return SUBMIT(CMD(SET_VERTEX_BUFFERS, 3), 16, 0, id);
}

/* Vertex elements keep the buffers of the last draw, deleted or not. */
static void elements(void)
{
	const u32 other = 0x200;

	start();
	CHECK_EQ(SUBMIT(CREATE(VERTEX_ELEMENTS, 5), other, 0, 0, 0, 31), 0);
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), VGL_H_ELEMENTS), 0);
	CHECK_EQ(vertex(VGL_BARE), 0);
	/* Without shaders nothing is drawn. */
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_VS, 0), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_FS, 1), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 2);
	/* One that is not bound any more stays in them ... */
	CHECK_EQ(vertex(VGL_STAGING), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	/* ... also when others are drawn with. */
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), other), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), VGL_H_ELEMENTS), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 0);
	/* It goes with them, even if they are bound. */
	CHECK_EQ(vertex(VGL_BARE), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(vertex(VGL_STAGING), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_ELEMENTS), 0);
	CHECK_EQ(refs(VGL_BARE), 0);

	/* Indices: the last ones that were enough for the draw. */
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), other), 0);
	CHECK_EQ(SUBMIT(CMD(SET_INDEX_BUFFER, 3), VGL_BARE, 4, 1000), 0);
	CHECK_EQ(draw(1, 7), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(draw(1, 6), 0);
	CHECK_EQ(refs(VGL_BARE), 2);
	CHECK_EQ(SUBMIT(CMD(SET_INDEX_BUFFER, 1), 0), 0);
	CHECK_EQ(draw(1, 6), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, ~0U, 0);
	CHECK_EQ(SUBMIT(CMD(DRAW_VBO, 12), 0, 3, 15, 0, 1, 0, 0, 0, 0, 0, ~0U,
			0), -EINVAL);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 0);
	stop();
}

/* A draw without any leaves its indices, and nothing else, to the sub-context. */
static void no_elements(void)
{
	start();
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_VS, 0), 0);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_FS, 1), 0);
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), 0), 0);
	CHECK_EQ(SUBMIT(CMD(SET_INDEX_BUFFER, 3), VGL_BARE, 4, 1000), 0);
	CHECK_EQ(vertex(VGL_QUERY), 0);
	CHECK_EQ(draw(1, 7), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(draw(1, 6), 0);
	CHECK_EQ(refs(VGL_BARE), 2);
	CHECK_EQ(refs(VGL_QUERY), 2);
	CHECK_EQ(SUBMIT(CMD(SET_INDEX_BUFFER, 1), 0), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	/* Elements have others. */
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), VGL_H_ELEMENTS), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(SUBMIT(BIND(VERTEX_ELEMENTS), 0), 0);
	CHECK_EQ(draw(0, 3), 0);
	CHECK_EQ(refs(VGL_BARE), 0);

	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_VS, 0);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_FS, 1);
	VGL_ADD(&vgl, CMD(SET_INDEX_BUFFER, 3), VGL_BARE, 4, 1000);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 6, 4, 1, 1, 0, 0, 0, 0, 0, ~0U, 0);
	VGL_ADD(&vgl, CMD(SET_INDEX_BUFFER, 1), 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_BARE), 1);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 1), 0);
	CHECK_EQ(refs(VGL_BARE), 0);
	stop();
}

static void streamouts(void)
{
	u32 i;

	start();
	for (i = 0; i < 3; i++) {
		CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 3), 0, VGL_H_TARGET,
				VGL_H_TARGET2), 0);
		CHECK_EQ(vgl.virgl->sub->nr_streams, 1);
		CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 1), 0), 0);
	}
	CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 3), 0, 0, VGL_H_TARGET2), 0);
	CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 2), 0, VGL_H_TARGET), 0);
	CHECK_EQ(vgl.virgl->sub->nr_streams, 3);
	/* It takes those along that it is part of. */
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_TARGET);
	VGL_ADD(&vgl, CMD(NOP, 9));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_TARGET), 0);
	CHECK_EQ(vgl.virgl->sub->nr_streams, 1);
	CHECK_EQ(refs(VGL_VERTEX), 0);
	CHECK_EQ(refs(VGL_STAGING), 1);
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), VGL_H_TARGET2, 0, 0, 0, 0), 0);
	CHECK_EQ(vgl.virgl->sub->nr_streams, 0);
	stop();
}

static void streamout_limit(void)
{
	static const struct mvgpu_virgl_limits many = {
		.objects = 10000, .sub_contexts = 1, .shader_text = 64,
	};
	u32 i;

	vgl_start(&vgl, &many);
	for (i = 0; i <= MAX_STREAMOUTS; i++)
		VGL_ADD(&vgl, CREATE(STREAMOUT_TARGET, 4), 1 + i, VGL_BARE, 0,
			16);
	for (i = 0; i < MAX_STREAMOUTS; i++)
		VGL_ADD(&vgl, CMD(SET_STREAMOUT_TARGETS, 2), 0, 1 + i);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 2), 0, 1 + i), -EDQUOT);
	CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 2), 0, 7), 0);
	stop();
}

static bool gone(u32 objects, u32 sub_contexts, u32 text)
{
	const struct mvgpu_virgl_gone *gone = &vgl.verdict.gone;

	return gone->objects == objects &&
	       gone->sub_contexts == sub_contexts && gone->shader_text == text;
}

/* Each thing goes once, at the end of what is charged for it. */
static void goes(void)
{
	start();
	CHECK(gone(0, 0, 0));
	/* Handles, bound or not. */
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 3), 1, 0, VGL_H_SURFACE), 0);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_SURFACE);
	VGL_ADD(&vgl, CREATE(DSA, 5), VGL_H_DSA, 0, 0, 0, 0);
	CHECK_EQ(submit(), 0);
	CHECK(gone(2, 0, 0));
	CHECK_EQ(SUBMIT(CMD(SET_FRAMEBUFFER_STATE, 2), 0, 0), 0);
	CHECK(gone(0, 0, 0));
	/* Text when nothing has it any more. */
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_FS, 1);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_FS);
	CHECK_EQ(submit(), 0);
	CHECK(gone(1, 0, 0));
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), 0, 1);
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK(gone(0, 0, 0));
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), 0, 1), 0);
	CHECK(gone(0, 0, VGL_TEXT));
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_VS, 0);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), 0, 0);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_VS, 0);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_VS);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), 0, 0);
	CHECK_EQ(submit(), 0);
	CHECK(gone(1, 0, VGL_TEXT));
	/* Combinations of streamout targets, with one or by themselves. */
	VGL_ADD(&vgl, CMD(SET_STREAMOUT_TARGETS, 2), 0, VGL_H_TARGET);
	VGL_ADD(&vgl, CMD(SET_STREAMOUT_TARGETS, 3), 0, VGL_H_TARGET,
		VGL_H_TARGET2);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_TARGET);
	CHECK_EQ(submit(), 0);
	CHECK(gone(3, 0, 0));

	/* A sub-context with what it has: one text by its binding alone. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	VGL_ADD(&vgl, CMD(SET_STREAMOUT_TARGETS, 2), 0, VGL_H_TARGET);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_FS, 1);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_FS);
	CHECK_EQ(submit(), 0);
	CHECK(gone(1, 0, 0));
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 1), 0);
	CHECK(gone(VGL_HANDLES - 2 + 1, 1, 3 * VGL_TEXT));
	/* And what had gone before it in the same stream. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	vgl_objects(&vgl);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), VGL_H_FS, 1);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_FS);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_VS);
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 1);
	CHECK_EQ(submit(), 0);
	CHECK(gone(VGL_HANDLES - 1, 1, 3 * VGL_TEXT));
	stop();
}

static void object_limit(void)
{
	u32 i, n = vgl_limits.objects - (VGL_HANDLES - 1);

	start();
	for (i = 0; i < n; i++)
		VGL_ADD(&vgl, CREATE(DSA, 5), 1000 + i, 0, 0, 0, 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), 999, 0, 0, 0, 0), -EDQUOT);
	CHECK_EQ(SUBMIT(CMD(SET_STREAMOUT_TARGETS, 2), 0, VGL_H_TARGET),
		 -EDQUOT);
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), 1000, 0, 0, 0, 0), 0);
	/* Sub-contexts share the limit. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 1);
	VGL_ADD(&vgl, CREATE(DSA, 5), 1, 0, 0, 0, 0);
	CHECK_EQ(submit(), -EDQUOT);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), 1000);
	VGL_ADD(&vgl, CREATE(DSA, 5), 999, 0, 0, 0, 0);
	CHECK_EQ(submit(), 0);
	/* Many in one stream, few at a time. */
	for (i = 0; i < 1000; i++) {
		VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), 999);
		VGL_ADD(&vgl, CREATE(DSA, 5), 999, 0, 0, 0, 0);
	}
	CHECK_EQ(submit(), 0);
	stop();
}

/* So are those that come and go within a stream. */
static void objects_at_once(void)
{
	u32 i, round;

	start();
	for (round = 0; round < 3; round++) {
		for (i = 0; i < MAX_GONE_OBJECTS; i++)
			VGL_ADD(&vgl, CREATE(VERTEX_ELEMENTS, 1), 999);
		if (round == 2)
			VGL_ADD(&vgl, CREATE(VERTEX_ELEMENTS, 1), 999);
		CHECK_EQ(submit(), round < 2 ? 0 : -EDQUOT);
		CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), 999), 0);
	}
	stop();
}

static void costs(void)
{
	start();
	VGL_ADD(&vgl, CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 64, 64,
		1, 0, 1);
	VGL_ADD(&vgl, CMD(RESOURCE_COPY_REGION, 13), VGL_BARE, 0, 0, 0, 0,
		VGL_VERTEX, 0, 0, 0, 0, 100, 1, 1);
	VGL_ADD(&vgl, CMD(CLEAR, 8), 4, 0, 0, 0, 0, 0, 0, 0);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, ~0U, 0);
	VGL_ADD(&vgl, CMD(LAUNCH_GRID, 8), 1, 1, 1, 1, 1, 1, 0, 0);
	VGL_ADD(&vgl, CMD(BLIT, 21), 0xf, 0, 0, VGL_TEX, 0, RGBA8, 0, 0, 0, 8,
		8, 1, VGL_TEX, 0, RGBA8, 8, 8, 0, 8, 8, 1);
	VGL_ADD(&vgl, CMD(CLEAR_TEXTURE, 12), VGL_TEX, 0, 0, 0, 0, 2, 2, 1, 0,
		0, 0, 0);
	VGL_ADD(&vgl, CMD(CLEAR_SURFACE, 10), 1, VGL_H_SURFACE, 0, 0, 0, 0, 0,
		0, 8, 8);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(vgl.verdict.commands, 8);
	CHECK_EQ(vgl.verdict.draws, 6);
	CHECK_EQ(vgl.verdict.bytes, 64 * 64 * 4 + 100 + 16);
	stop();
}

static const struct tap_case cases[] = {
	{ "objects hold resources", held_by_objects },
	{ "bindings hold resources that have no name any more", zombies },
	{ "what is bound is held until something else is", bindings },
	{ "what is attached for depth is until it is not", attachments },
	{ "strides of vertices are those that GL takes", strides },
	{ "a detached resource is not found", attachment },
	{ "an object with a known handle takes its place", same_handle },
	{ "sub-contexts have their own handles", sub_contexts },
	{ "sub-contexts of one stream", sub_contexts_at_once },
	{ "a stream says which sub-context it is for", entered },
	{ "vertex elements keep what they were drawn with", elements },
	{ "and a sub-context what it was drawn with without any", no_elements },
	{ "results of queries that have none are not read", queries },
	{ "a query is not deleted while draws depend on it", conditions },
	{ "combinations of streamout targets are counted", streamouts },
	{ "and bounded", streamout_limit },
	{ "objects are bounded", object_limit },
	{ "in a stream, too", objects_at_once },
	{ "what is not charged any more is counted", goes },
	{ "costs are counted", costs },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
