// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of drivers/proto/virgl/.
 */
#include <string.h>

#include "tap.h"
#include "vgl-commands.h"
#include "vgl.h"

static struct vgl vgl;

#define CMD(cmd, len) VIRGL_CMD(VIRGL_##cmd, 0, len)
#define CREATE(type, len) VIRGL_CMD(VIRGL_CREATE_OBJECT, VIRGL_OBJ_##type, len)
#define RGBA8 67

static void start(void)
{
	vgl_start(&vgl, &vgl_limits);
	vgl_objects(&vgl);
	CHECK_EQ(vgl_submit(&vgl), 0);
	vgl_verify(&vgl);
}

static void stop(void)
{
	vgl_stop(&vgl);
}

/* Submit what has been added; refused, it must have changed nothing. */
static int submit(void)
{
	u64 before = vgl_digest(&vgl);
	int err = vgl_submit(&vgl);

	vgl_verify(&vgl);
	if (err)
		CHECK(vgl_digest(&vgl) == before);
	return err;
}

#define SUBMIT(...) ({ VGL_ADD(&vgl, __VA_ARGS__); submit(); })

static u32 refs(u32 id)
{
	return vgl.res[id]->res.refs;
}

/* A command as it is, but dword @at, if not 0, is @val. */
static int with(const struct vgl_command *cmd, u32 at, u32 val)
{
	vgl_add(&vgl, cmd->dw, cmd->n);
	if (at)
		vgl.stream[vgl.ndw - cmd->n + at] = cpu_to_le32(val);
	return submit();
}

#define CHECK_COMMAND(cmd, cond) do {					\
	if (!(cond)) {							\
		printf("# %s: %s (%s)\n", (cmd)->name, #cond,		\
		       vgl.verdict.reason ?: "taken");			\
		tap_failures++;						\
	}								\
} while (0)

#define FOR_EACH_COMMAND(cmd)						\
	for (cmd = vgl_commands; cmd < vgl_commands + vgl_nr_commands; cmd++)

static void good(void)
{
	const struct vgl_command *cmd;

	FOR_EACH_COMMAND(cmd) {
		start();
		CHECK_COMMAND(cmd, with(cmd, 0, 0) == 0);
		CHECK_EQ(vgl.verdict.commands, 1);
		stop();
	}
}

/* Every command that is allowed has been tried. */
static void covers(void)
{
	const struct vgl_command *cmd;
	bool seen[VIRGL_COMMANDS] = {}, seen_obj[VIRGL_OBJECTS] = {};
	u32 i;

	FOR_EACH_COMMAND(cmd) {
		seen[cmd->dw[0] & 0xff] = true;
		if ((cmd->dw[0] & 0xff) == VIRGL_CREATE_OBJECT)
			seen_obj[cmd->dw[0] >> 8 & 0xff] = true;
	}
	for (i = 0; i < 256; i++) {
		const struct mvgpu_vrow *row = mvgpu_vrow_get(i, 1);

		CHECK_EQ(!row, i >= VIRGL_COMMANDS);
		if (row)
			CHECK_EQ(seen[i], !!(row->flags & ROW_ALLOWED));
	}
	for (i = 0; i < 256; i++)
		CHECK_EQ(mvgpu_vrow_get(VIRGL_CREATE_OBJECT, i) != NULL,
			 i < VIRGL_OBJECTS && seen_obj[i]);
}

static void swapped(void)
{
	const struct vgl_command *cmd;
	u32 i, j;

	FOR_EACH_COMMAND(cmd) {
		start();
		CHECK_COMMAND(cmd, with(cmd, 0, 0) == 0);
		for (i = 0; i < cmd->n; i++) {
			u32 want = cmd->dw[i];

			for (j = 0; cmd->res[j]; j++)
				if (cmd->res[j] == i)
					want = vgl.res[want]->res.gpu_id;
			CHECK_COMMAND(cmd, le32_to_cpu(vgl.stream[i]) == want);
		}
		stop();
	}
}

/* One dword more, one less, and a stream that ends too early. */
static void lengths(void)
{
	const struct vgl_command *cmd;
	u32 extra = 0;

	FOR_EACH_COMMAND(cmd) {
		start();
		vgl_add(&vgl, cmd->dw, cmd->n);
		vgl_add(&vgl, &extra, 1);
		vgl.stream[0] = cpu_to_le32(cmd->dw[0] + 0x10000);
		CHECK_COMMAND(cmd, !submit() == !!(cmd->flags & VGL_LONGER));
		stop();

		start();
		vgl_add(&vgl, cmd->dw, cmd->n - 1);
		vgl.stream[0] = cpu_to_le32(cmd->dw[0] - 0x10000);
		CHECK_COMMAND(cmd, !submit() == !!(cmd->flags & VGL_SHORTER));

		vgl_add(&vgl, cmd->dw, cmd->n - 1);
		CHECK_COMMAND(cmd, submit() == -EINVAL);
		CHECK(!strcmp(vgl.verdict.reason, "ends behind the stream"));
		stop();
	}
}

static void resources(void)
{
	const struct vgl_command *cmd;
	u32 i;

	FOR_EACH_COMMAND(cmd) {
		start();
		for (i = 0; cmd->res[i]; i++) {
			CHECK_COMMAND(cmd, with(cmd, cmd->res[i], 0x7777) ==
				      -ENOENT);
			CHECK_EQ(vgl.verdict.cmd, cmd->dw[0] & 0xff);
			CHECK_COMMAND(cmd, with(cmd, cmd->res[i], VGL_OTHER) ==
				      -ENOENT);
			/* A GPU id is none of the guest's. */
			CHECK_COMMAND(cmd, with(cmd, cmd->res[i],
						VGL_GPU_ID) == -ENOENT);
			CHECK_COMMAND(cmd, with(cmd, cmd->res[i], 0) ==
				      (cmd->flags & VGL_RES_NONE ? 0 :
				       -ENOENT));
		}
		stop();
	}
}

static void objects(void)
{
	const struct vgl_command *cmd;
	u32 i;

	FOR_EACH_COMMAND(cmd) {
		for (i = 0; cmd->obj[i]; i++) {
			u32 at = cmd->obj[i];
			bool any = cmd->flags & VGL_OBJ_ANY;

			start();
			CHECK_COMMAND(cmd, with(cmd, at, VGL_H_NONE) ==
				      (any ? 0 : -ENOENT));
			CHECK_COMMAND(cmd, with(cmd, at, 0) ==
				      (cmd->flags & VGL_OBJ_NONE ? 0 :
				       -ENOENT));
			/* Of another type. */
			CHECK_COMMAND(cmd, with(cmd, at, cmd->dw[at] ==
						VGL_H_BLEND ? VGL_H_DSA :
						VGL_H_BLEND) ==
				      (any ? 0 : -ENOENT));
			stop();
		}
	}
}

static void handle_zero(void)
{
	const struct vgl_command *cmd;

	start();
	FOR_EACH_COMMAND(cmd)
		if ((cmd->dw[0] & 0xff) == VIRGL_CREATE_OBJECT)
			CHECK_COMMAND(cmd, with(cmd, 1, 0) == -EINVAL);
	stop();
}

/* What cannot follow itself. */
static bool once(const struct vgl_command *cmd)
{
	return !strcmp(cmd->name, "CREATE_SHADER long");
}

/* A bad command behind each good one takes the good one back. */
static void undone(void)
{
	const struct vgl_command *cmd;
	u32 i;

	FOR_EACH_COMMAND(cmd) {
		start();
		/* Something is bound that is taken away. */
		for (i = 0; i < 2 - once(cmd); i++) {
			vgl_add(&vgl, cmd->dw, cmd->n);
			VGL_ADD(&vgl, CMD(SET_DEBUG_FLAGS, 2), 0, 0);
			CHECK_EQ(submit(), -EINVAL);
			CHECK_EQ(vgl.verdict.at, cmd->n);
			CHECK_EQ(vgl.verdict.cmd, VIRGL_SET_DEBUG_FLAGS);
			CHECK_EQ(vgl.verdict.commands, 1);
			CHECK_COMMAND(cmd, with(cmd, 0, 0) == 0);
		}
		stop();
	}
}

/* All of them in one stream, and then everything is taken away again. */
static void everything(void)
{
	const struct vgl_command *cmd;

	FOR_EACH_COMMAND(cmd)
		if (strcmp(cmd->name, "DESTROY_OBJECT") && !once(cmd)) {
			vgl_add(&vgl, cmd->dw, cmd->n);
			VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
		}
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 8);
	vgl_objects(&vgl);
	VGL_ADD(&vgl, CMD(SET_FRAMEBUFFER_STATE, 3), 1, VGL_H_ZS,
		VGL_H_SURFACE);
	VGL_ADD(&vgl, CMD(SET_STREAMOUT_TARGETS, 2), 0, VGL_H_TARGET2);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_TARGET2);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_SURFACE);
	VGL_ADD(&vgl, CMD(DESTROY_SUB_CTX, 1), 8);
	VGL_ADD(&vgl, CMD(DESTROY_OBJECT, 1), VGL_H_TARGET);
	VGL_ADD(&vgl, CMD(SET_VERTEX_BUFFERS, 0));
}

static void no_memory(void)
{
	u32 nth;
	int err = -ENOMEM;

	for (nth = 1; err && nth < 1000; nth++) {
		start();
		everything();
		shim_fail(nth);
		err = submit();
		CHECK_EQ(!err, !shim_failed());
		CHECK(!err || err == -ENOMEM);
		shim_fail(0);
		stop();
		CHECK_EQ(shim_live(), 0);
	}
	CHECK(nth > 30);
	CHECK_EQ(err, 0);

	shim_fail(1);
	CHECK(!mvgpu_virgl_create(&vgl_limits, NULL, NULL));
	shim_fail(2);
	CHECK(!mvgpu_virgl_create(&vgl_limits, NULL, NULL));
	shim_fail(0);
}

static void journal(void)
{
	u32 i;

	start();
	everything();
	CHECK_EQ(submit(), 0);
	vgl_objects(&vgl);
	everything();
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);

	/* One that the next submit does not keep. */
	for (i = 0; i < 5000; i++)
		VGL_ADD(&vgl, CMD(SET_INDEX_BUFFER, 3),
			i & 1 ? VGL_VERTEX : VGL_BARE, 4, 0);
	CHECK_EQ(submit(), 0);
	CHECK(!vgl.virgl->journal);
	/* Shader buffer, image, atomic buffer and the last index buffer. */
	CHECK_EQ(refs(VGL_VERTEX), 4);
	stop();
}

static void not_allowed(void)
{
	static const u8 refused[] = {
		VIRGL_SET_DEBUG_FLAGS, VIRGL_PIPE_RESOURCE_CREATE,
		VIRGL_PIPE_RESOURCE_SET_TYPE, VIRGL_GET_MEMORY_INFO,
		VIRGL_CREATE_VIDEO_CODEC, VIRGL_DESTROY_VIDEO_CODEC,
		VIRGL_CREATE_VIDEO_BUFFER, VIRGL_DESTROY_VIDEO_BUFFER,
		VIRGL_BEGIN_FRAME, VIRGL_DECODE_MACROBLOCK,
		VIRGL_DECODE_BITSTREAM, VIRGL_ENCODE_BITSTREAM,
		VIRGL_END_FRAME, VIRGL_GET_PIPE_RESOURCE_LAYOUT,
	};
	u32 i, len;

	start();
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		for (len = 0; len < 16; len++) {
			u32 dw[16] = { VIRGL_CMD(refused[i], 0, len), VGL_TEX };

			vgl_add(&vgl, dw, len + 1);
			CHECK_EQ(submit(), -EINVAL);
			CHECK(!strcmp(vgl.verdict.reason, "not allowed"));
			CHECK(vgl.verdict.name);
		}
	for (i = VIRGL_COMMANDS; i < 256; i++) {
		CHECK_EQ(SUBMIT(VIRGL_CMD(i, 0, 0)), -EINVAL);
		CHECK(!vgl.verdict.name);
	}
	CHECK_EQ(SUBMIT(VIRGL_CMD(VIRGL_CREATE_OBJECT, 0, 1), 1), -EINVAL);
	CHECK_EQ(SUBMIT(VIRGL_CMD(VIRGL_CREATE_OBJECT, 12, 1), 1), -EINVAL);
	for (i = 0; i < 256; i++)
		CHECK_EQ(SUBMIT(VIRGL_CMD(VIRGL_BIND_OBJECT, i, 1), 0),
			 i == VIRGL_OBJ_BLEND || i == VIRGL_OBJ_RASTERIZER ||
			 i == VIRGL_OBJ_DSA || i == VIRGL_OBJ_VERTEX_ELEMENTS ?
			 0 : -EINVAL);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(mvgpu_virgl_submit(vgl.virgl, NULL, MVGPU_VIRGL_MAX_DWORDS + 1,
				    &vgl.verdict), -EINVAL);
	stop();
}

/* A command, a dword of it, and values that it must not and may have. */
static const struct {
	const char *name;
	u32 at, bad, good;
} ranges[] = {
	{ "CREATE_SHADER", 2, 6, 1 },
	{ "CREATE_SHADER", 3, 4, 5 },
	{ "CREATE_SHADER", 3, 0, 8 },
	{ "CREATE_SHADER", 4, 8 + 1025, 8 + 1024 },
	{ "CREATE_SHADER", 5, 1, 0 },
	{ "CREATE_SHADER streamout", 5, 65, 1 },
	{ "CREATE_SHADER streamout", 5, 0x7fffffff, 1 },
	{ "CREATE_SHADER streamout", 5, 3, 1 },
	{ "CREATE_VERTEX_ELEMENTS", 8, 32, 31 },
	{ "CREATE_VERTEX_ELEMENTS", 9, MVGPU_VIRGL_FORMATS,
	  MVGPU_VIRGL_FORMATS - 1 },
	{ "CREATE_SAMPLER_VIEW", 3, 0, RGBA8 },
	{ "CREATE_SAMPLER_VIEW", 3, MVGPU_VIRGL_FORMATS, RGBA8 },
	{ "CREATE_SAMPLER_VIEW", 3, RGBA8 | 9 << 24, RGBA8 | 8 << 24 },
	{ "CREATE_SAMPLER_VIEW", 4, 6 << 16, 5 << 16 | 5 },
	{ "CREATE_SAMPLER_VIEW", 4, 1, 1 << 16 | 1 },
	{ "CREATE_SAMPLER_VIEW", 5, 1 << 8, 0 },
	{ "CREATE_SAMPLER_VIEW", 5, 1, 0 },
	{ "CREATE_SAMPLER_VIEW", 6, 6, 5 },
	{ "CREATE_SAMPLER_VIEW", 6, 7 << 9, 5 << 9 },
	{ "CREATE_SAMPLER_VIEW of buffer", 3, RGBA8 | 1 << 24, RGBA8 },
	{ "CREATE_SAMPLER_VIEW of buffer", 5, 1024, 1023 },
	{ "CREATE_SAMPLER_VIEW of buffer", 5, 0x7fffffff, ~0U },
	{ "CREATE_SAMPLER_VIEW of buffer", 4, 1025, 1024 },
	{ "CREATE_SAMPLER_STATE", 2, 3 << 11, 2 << 11 },
	{ "CREATE_SURFACE", 2, VGL_BARE, VGL_ARRAY },
	{ "CREATE_SURFACE", 3, 0, 1 },
	{ "CREATE_SURFACE", 3, MVGPU_VIRGL_FORMATS, 1 },
	{ "CREATE_SURFACE", 4, 1, 0 },
	{ "CREATE_SURFACE", 5, 8 << 16, 7 << 16 },
	{ "CREATE_SURFACE", 5, 2 | 1 << 16, 2 | 2 << 16 },
	{ "CREATE_MSAA_SURFACE", 6, 33, 32 },
	{ "CREATE_QUERY", 2, 13, 12 },
	{ "CREATE_QUERY", 2, 6 | 4 << 16, 6 | 3 << 16 },
	{ "CREATE_QUERY", 2, 12 | 11 << 16, 12 | 10 << 16 },
	{ "CREATE_QUERY", 4, VGL_VERTEX, VGL_QUERY },
	{ "CREATE_STREAMOUT_TARGET", 2, VGL_TEX, VGL_BARE },
	{ "CREATE_STREAMOUT_TARGET", 3, 25, 24 },
	{ "CREATE_STREAMOUT_TARGET", 3, ~0U, 0 },
	{ "CREATE_STREAMOUT_TARGET", 4, 1001, 1000 },
	{ "CREATE_STREAMOUT_TARGET", 4, ~0U - 23, 0 },
	{ "SET_VIEWPORT_STATE", 1, 15, 14 },
	{ "SET_VIEWPORT_STATE", 1, ~0U, 0 },
	{ "SET_FRAMEBUFFER_STATE", 1, 1, 2 },
	{ "SET_FRAMEBUFFER_STATE", 1, 3, 2 },
	{ "SET_VERTEX_BUFFERS", 3, VGL_TEX, VGL_BARE },
	{ "DRAW_VBO", 3, 15, 14 },
	{ "DRAW_VBO indirect", 15, VGL_TEX, VGL_VERTEX },
	{ "DRAW_VBO indirect", 16, 17, 16 },
	{ "DRAW_VBO indirect", 18, 205, 204 },
	{ "DRAW_VBO indirect", 18, ~0U, 0 },
	{ "DRAW_VBO indirect", 19, 1021, 1020 },
	{ "DRAW_VBO indirect", 20, VGL_TEX, VGL_BARE },
	{ "RESOURCE_INLINE_WRITE", 2, 7, 0 },
	{ "RESOURCE_INLINE_WRITE", 4, 4, 8 },
	{ "RESOURCE_INLINE_WRITE", 9, 3, 2 },
	{ "SET_SAMPLER_VIEWS", 1, 6, 5 },
	{ "SET_SAMPLER_VIEWS", 2, 127, 126 },
	{ "SET_SAMPLER_VIEWS", 2, ~0U, 0 },
	{ "SET_INDEX_BUFFER", 1, VGL_TEX, VGL_VERTEX },
	{ "SET_INDEX_BUFFER", 2, 3, 4 },
	{ "SET_INDEX_BUFFER", 2, 0, 1 },
	{ "SET_CONSTANT_BUFFER", 1, 6, 5 },
	{ "SET_SCISSOR_STATE", 1, 16, 15 },
	{ "SET_SCISSOR_STATE", 1, ~0U, 0 },
	{ "BLIT", 4, VGL_BARE, VGL_TEX },
	{ "BLIT", 5, 7, 6 },
	{ "BLIT", 6, 0, 1 },
	{ "BLIT", 6, MVGPU_VIRGL_FORMATS, 1 },
	{ "BLIT", 7, 0x40000000, 0x3fffffff },
	{ "BLIT", 8, 0x80000000, 0xc0000000 },
	{ "BLIT", 10, 0x7fffffff, 0x3fffffff },
	{ "BLIT", 9, 1, 0 },
	{ "BLIT", 9, ~0U, 0 },
	{ "BLIT", 12, 2, 1 },
	{ "BLIT", 13, VGL_BARE, VGL_ARRAY },
	{ "BLIT", 18, 8, 7 },
	{ "BLIT", 21, ~0U, 0 },
	{ "RESOURCE_COPY_REGION", 1, VGL_BARE, VGL_TEX },
	{ "RESOURCE_COPY_REGION", 2, 7, 1 },
	{ "RESOURCE_COPY_REGION", 3, 17, 16 },
	{ "RESOURCE_COPY_REGION", 4, ~0U, 16 },
	{ "RESOURCE_COPY_REGION", 5, 1, 0 },
	{ "RESOURCE_COPY_REGION", 6, VGL_BARE, VGL_ARRAY },
	{ "RESOURCE_COPY_REGION", 7, 1, 0 },
	{ "RESOURCE_COPY_REGION", 8, 1, 0 },
	{ "RESOURCE_COPY_REGION", 10, 8, 7 },
	{ "RESOURCE_COPY_REGION", 11, ~0U, 16 },
	{ "RESOURCE_COPY_REGION", 13, 2, 1 },
	{ "RESOURCE_COPY_REGION of buffers", 3, 1001, 1000 },
	{ "RESOURCE_COPY_REGION of buffers", 8, 4073, 4072 },
	{ "RESOURCE_COPY_REGION of buffers", 12, 2, 1 },
	{ "BIND_SAMPLER_STATES", 1, 6, 5 },
	{ "BIND_SAMPLER_STATES", 2, 31, 30 },
	{ "SET_RENDER_CONDITION", 3, 4, 3 },
	{ "SET_UNIFORM_BUFFER", 1, 6, 5 },
	{ "SET_UNIFORM_BUFFER", 2, 32, 31 },
	{ "SET_UNIFORM_BUFFER", 3, 257, 256 },
	{ "SET_UNIFORM_BUFFER", 4, 769, 768 },
	{ "SET_UNIFORM_BUFFER", 5, VGL_TEX, VGL_BARE },
	{ "BIND_SHADER", 2, MVGPU_STAGE_VERTEX, MVGPU_STAGE_COMPUTE },
	{ "BIND_SHADER", 2, 6, MVGPU_STAGE_COMPUTE },
	{ "SET_SHADER_BUFFERS", 1, 6, 5 },
	{ "SET_SHADER_BUFFERS", 2, 31, 30 },
	{ "SET_SHADER_BUFFERS", 2, ~0U, 0 },
	{ "SET_SHADER_BUFFERS", 4, 4097, 4096 },
	{ "SET_SHADER_BUFFERS", 6, 1025, 1024 },
	{ "SET_SHADER_IMAGES", 1, 6, 5 },
	{ "SET_SHADER_IMAGES", 2, 31, 30 },
	{ "SET_SHADER_IMAGES", 3, MVGPU_VIRGL_FORMATS, 1 },
	{ "SET_SHADER_IMAGES", 5, 4 << 16, 3 << 16 },
	{ "SET_SHADER_IMAGES", 5, 2 | 1 << 16, 1 | 1 << 16 },
	{ "SET_SHADER_IMAGES", 6, 3, 2 },
	{ "SET_SHADER_IMAGES", 10, 5, 4 },
	{ "SET_SHADER_IMAGES", 11, 4093, 4092 },
	{ "SET_ATOMIC_BUFFERS", 1, 31, 30 },
	{ "SET_ATOMIC_BUFFERS", 2, 4093, 4092 },
	{ "LAUNCH_GRID", 7, VGL_TEX, VGL_BARE },
	{ "LAUNCH_GRID", 8, 1013, 1012 },
	{ "GET_QUERY_RESULT_QBO", 2, VGL_TEX, VGL_BARE },
	{ "GET_QUERY_RESULT_QBO", 4, 4, 3 },
	{ "GET_QUERY_RESULT_QBO", 5, 1017, 1016 },
	{ "TRANSFER3D", 1, VGL_MSAA, VGL_TEX },
	{ "TRANSFER3D", 1, VGL_BARE, VGL_TEX },
	{ "TRANSFER3D", 2, 7, 0 },
	{ "TRANSFER3D", 4, 191, 192 },
	{ "TRANSFER3D", 5, 1023, 1024 },
	{ "TRANSFER3D", 6, 17, 16 },
	{ "TRANSFER3D", 7, 61, 60 },
	{ "TRANSFER3D", 8, 1, 0 },
	{ "TRANSFER3D", 9, ~0U, 0 },
	{ "TRANSFER3D", 12, 32768 - 256 * 3 - 192 + 1,
	  32768 - 256 * 3 - 192 },
	{ "TRANSFER3D", 12, ~0U, 0 },
	{ "TRANSFER3D", 13, 0, 1 },
	{ "TRANSFER3D", 13, 3, 2 },
	{ "TRANSFER3D of layers", 4, 63, 64 },
	{ "TRANSFER3D of layers", 5, 256 * 16 - 1, 256 * 16 },
	{ "TRANSFER3D of layers", 5, ~0U, 0 },
	{ "TRANSFER3D of layers", 8, 5, 4 },
	{ "COPY_TRANSFER3D", 12, VGL_BARE, VGL_STAGING },
	{ "COPY_TRANSFER3D", 13, 49153, 49152 },
	{ "COPY_TRANSFER3D", 14, 4, 0 },
	{ "COPY_TRANSFER3D from host", 13, 65536, 65535 },
	{ "SET_TWEAKS", 1, 3, 2 },
	{ "CLEAR_TEXTURE", 1, VGL_BARE, VGL_DXT },
	{ "CLEAR_TEXTURE", 2, 7, 6 },
	{ "CLEAR_TEXTURE", 6, 5, 4 },
	{ "CLEAR_TEXTURE", 8, 2, 1 },
	{ "SEND_STRING_MARKER", 1, 4, 5 },
	{ "SEND_STRING_MARKER", 1, 9, 8 },
	{ "SEND_STRING_MARKER", 1, ~0U, 8 },
};

static void check_ranges(void)
{
	const struct vgl_command *cmd;
	u32 i, tried = 0;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		FOR_EACH_COMMAND(cmd) {
			if (strcmp(cmd->name, ranges[i].name))
				continue;
			start();
			if (with(cmd, ranges[i].at, ranges[i].bad) != -EINVAL ||
			    with(cmd, ranges[i].at, ranges[i].good)) {
				printf("# %s, dword %u: %s\n", cmd->name,
				       ranges[i].at,
				       vgl.verdict.reason ?: "taken");
				tap_failures++;
			}
			stop();
			tried++;
		}
	CHECK_EQ(tried, ARRAY_SIZE(ranges));
}

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

static void attachment(void)
{
	start();
	vgl.res[VGL_TEX]->attached = false;
	mvgpu_virgl_detach(vgl.virgl, &vgl.res[VGL_TEX]->res);
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
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), -ENOENT);
	vgl_objects(&vgl);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(refs(VGL_QUERY), 2);
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);
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
	CHECK_EQ(SUBMIT(CMD(BEGIN_QUERY, 1), VGL_H_QUERY), 0);

	for (i = 1; i <= vgl_limits.sub_contexts; i++)
		CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), 0);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), -EDQUOT);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 2), 0);
	CHECK_EQ(SUBMIT(CMD(CREATE_SUB_CTX, 1), i), 0);
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

/*
 * Shaders
 */

#define SHADER(len, handle, stage, offlen, ...) \
	CREATE(SHADER, len), handle, stage, offlen, 4, 0, ##__VA_ARGS__
#define MORE(offset) (VIRGL_SHADER_CONTINUED | (offset))

static void long_shaders(void)
{
	u32 text = vgl_limits.shader_text;

	start();
	/* 18 bytes take 5 dwords, in three streams. */
	CHECK_EQ(SUBMIT(SHADER(7, 50, 1, 18, 1, 2)), 0);
	CHECK_EQ(vgl.virgl->text, 24 + 20);
	/* One at a time for each stage; another stage does not mind. */
	CHECK_EQ(SUBMIT(SHADER(7, 51, 1, 8, 1, 2)), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(7, 51, 0, 12, 1, 2)), 0);
	/* The right handle, place and length. */
	CHECK_EQ(SUBMIT(SHADER(6, 52, 1, MORE(8), 1)), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(6, 50, 1, MORE(4), 1)), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(9, 50, 1, MORE(8), 1, 2, 3, 4)), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(6, 50, 2, MORE(8), 1)), -EINVAL);
	CHECK_EQ(SUBMIT(CREATE(SHADER, 6), 50, 1, MORE(8), 20 + 1025, 0, 1),
		 -EINVAL);
	/* No streamout outputs in what follows. */
	CHECK_EQ(SUBMIT(CREATE(SHADER, 12), 50, 1, MORE(8), 4, 1, 0, 0, 0, 0,
			0, 0, 1), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(6, 50, 1, MORE(8), 1)), 0);
	/* What was bad does not count. */
	VGL_ADD(&vgl, SHADER(7, 50, 1, MORE(12), 1, 2));
	VGL_ADD(&vgl, SHADER(6, 53, 1, 8, 1));
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(7, 50, 1, MORE(12), 1, 2)), 0);
	/* It is over: nothing follows, another may begin. */
	CHECK_EQ(SUBMIT(SHADER(6, 50, 1, MORE(20), 1)), -EINVAL);
	CHECK_EQ(SUBMIT(SHADER(6, 53, 1, 8, 1)), 0);
	/* It goes on though its handle is gone, or another's. */
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), 53), 0);
	CHECK_EQ(vgl.virgl->text, 24 + 20 + 12 + 8);
	CHECK_EQ(SUBMIT(CREATE(DSA, 5), 53, 0, 0, 0, 0), 0);
	CHECK_EQ(SUBMIT(SHADER(6, 53, 1, MORE(4), 1)), 0);
	CHECK_EQ(vgl.virgl->text, 24 + 20 + 12);
	/* Each sub-context has its own. */
	VGL_ADD(&vgl, CMD(CREATE_SUB_CTX, 1), 3);
	VGL_ADD(&vgl, SHADER(6, 51, 0, 8, 1));
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
	VGL_ADD(&vgl, SHADER(6, 51, 0, MORE(8), 1));
	CHECK_EQ(submit(), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_SUB_CTX, 1), 3), 0);
	CHECK_EQ(vgl.virgl->text, 24 + 20 + 12);
	CHECK_EQ(SUBMIT(SHADER(6, 60, 1, text - 56 + 1, 1)), -EDQUOT);
	CHECK_EQ(SUBMIT(SHADER(6, 60, 1, 0x7fffffff, 1)), -EDQUOT);
	CHECK_EQ(SUBMIT(SHADER(6, 60, 1, text - 56, 1)), 0);
	CHECK_EQ(SUBMIT(SHADER(6, 61, 2, 4, 1)), -EDQUOT);
	stop();
}

/* Text is charged while the shader is in use. */
static void shader_text(void)
{
	start();
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), VGL_H_FS, 1), 0);
	CHECK_EQ(SUBMIT(CMD(DESTROY_OBJECT, 1), VGL_H_FS), 0);
	CHECK_EQ(vgl.virgl->text, 24);
	VGL_ADD(&vgl, CMD(BIND_SHADER, 2), 0, 1);
	VGL_ADD(&vgl, CMD(NOP, 1));
	CHECK_EQ(submit(), -EINVAL);
	CHECK_EQ(vgl.virgl->text, 24);
	CHECK_EQ(SUBMIT(CMD(BIND_SHADER, 2), 0, 1), 0);
	CHECK_EQ(vgl.virgl->text, 16);
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

static void costs(void)
{
	start();
	VGL_ADD(&vgl, CMD(TRANSFER3D, 13), VGL_TEX, 0, 0, 0, 0, 0, 0, 0, 64, 64,
		1, 0, 1);
	VGL_ADD(&vgl, CMD(RESOURCE_COPY_REGION, 13), VGL_BARE, 0, 0, 0, 0,
		VGL_VERTEX, 0, 0, 0, 0, 100, 1, 1);
	VGL_ADD(&vgl, CMD(CLEAR, 8), 4, 0, 0, 0, 0, 0, 0, 0);
	VGL_ADD(&vgl, CMD(DRAW_VBO, 12), 0, 3, 4, 0, 1, 0, 0, 0, 0, 0, ~0U, 0);
	CHECK_EQ(submit(), 0);
	CHECK_EQ(vgl.verdict.commands, 4);
	CHECK_EQ(vgl.verdict.draws, 2);
	CHECK_EQ(vgl.verdict.bytes, 64 * 64 * 4 + 100);
	stop();
}

static const struct tap_case cases[] = {
	{ "every command that Mesa sends is taken", good },
	{ "every row of the table is tried", covers },
	{ "ids are swapped where they are, and nowhere else", swapped },
	{ "one dword more or less is refused", lengths },
	{ "resources that are not the context's are refused", resources },
	{ "objects that are not there or of another type are refused", objects },
	{ "handle 0 is refused", handle_zero },
	{ "a bad command takes back those before it", undone },
	{ "no memory, wherever: nothing has happened", no_memory },
	{ "the journal grows and shrinks", journal },
	{ "commands that are not in the list are refused", not_allowed },
	{ "numbers out of range are refused", check_ranges },
	{ "objects hold resources", held_by_objects },
	{ "bindings hold resources that have no name any more", zombies },
	{ "what is bound is held until something else is", bindings },
	{ "a detached resource is not found", attachment },
	{ "an object with a known handle takes its place", same_handle },
	{ "sub-contexts have their own handles", sub_contexts },
	{ "combinations of streamout targets are counted", streamouts },
	{ "and bounded", streamout_limit },
	{ "long shaders go on where they ended", long_shaders },
	{ "text of shaders is charged while they are in use", shader_text },
	{ "objects are bounded", object_limit },
	{ "costs are counted", costs },
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
