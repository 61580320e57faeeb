// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of drivers/proto/virgl/: each command that Mesa sends, and what every command
 * has in common.
 */
#include <string.h>

#include "vgl-test.h"

static void check_command(const struct vgl_command *cmd, bool ok,
			  const char *what)
{
	if (ok)
		return;
	printf("# %s: %s (%s)\n", cmd->name, what,
	       vgl.verdict.reason ?: "taken");
	tap_failures++;
}

#define CHECK_COMMAND(cmd, cond) check_command(cmd, cond, #cond)

static void good(void)
{
	const struct vgl_command *cmd;

	for (cmd = vgl_commands; cmd->name; cmd++) {
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

	for (cmd = vgl_commands; cmd->name; cmd++) {
		seen[cmd->dw[0] & 0xff] = true;
		if ((cmd->dw[0] & 0xff) == VIRGL_CREATE_OBJECT)
			seen_obj[cmd->dw[0] >> 8 & 0xff] = true;
	}
	for (i = 0; i < 256; i++) {
		const struct mvgpu_vrow *row = mvgpu_vrow_get(i, 1);

		CHECK_EQ(!row, i >= VIRGL_COMMANDS);
		if (row)
			CHECK_EQ(seen[i], !!(row->flags & ROW_ALLOWED));
		/* There is room for all that it can name. */
		if (row && row->more)
			CHECK((row->max - row->more) / row->more_step <
			      MAX_RESOURCES);
	}
	for (i = 0; i < 256; i++)
		CHECK_EQ(!!mvgpu_vrow_get(VIRGL_CREATE_OBJECT, i),
			 i < VIRGL_OBJECTS && seen_obj[i]);
}

static void swapped(void)
{
	const struct vgl_command *cmd;
	u32 i, j;

	for (cmd = vgl_commands; cmd->name; cmd++) {
		start();
		CHECK_COMMAND(cmd, with(cmd, 0, 0) == 0);
		for (i = 0; i < vgl_dwords(cmd); i++) {
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

	for (cmd = vgl_commands; cmd->name; cmd++) {
		start();
		vgl_add(&vgl, cmd->dw, vgl_dwords(cmd));
		vgl_add(&vgl, &extra, 1);
		vgl.stream[0] = cpu_to_le32(cmd->dw[0] + 0x10000);
		CHECK_COMMAND(cmd, !submit() == !!(cmd->flags & VGL_LONGER));
		stop();

		start();
		vgl_add(&vgl, cmd->dw, vgl_dwords(cmd) - 1);
		vgl.stream[0] = cpu_to_le32(cmd->dw[0] - 0x10000);
		CHECK_COMMAND(cmd, !submit() == !!(cmd->flags & VGL_SHORTER));

		vgl_add(&vgl, cmd->dw, vgl_dwords(cmd) - 1);
		CHECK_COMMAND(cmd, submit() == -EINVAL);
		CHECK(!strcmp(vgl.verdict.reason, "ends behind the stream"));
		stop();
	}
}

static void resources(void)
{
	const struct vgl_command *cmd;
	u32 i;

	for (cmd = vgl_commands; cmd->name; cmd++) {
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

	for (cmd = vgl_commands; cmd->name; cmd++) {
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
	for (cmd = vgl_commands; cmd->name; cmd++)
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

	for (cmd = vgl_commands; cmd->name; cmd++) {
		start();
		/* Something is bound that is taken away. */
		for (i = 0; i < 2 - once(cmd); i++) {
			vgl_add(&vgl, cmd->dw, vgl_dwords(cmd));
			VGL_ADD(&vgl, CMD(SET_DEBUG_FLAGS, 2), 0, 0);
			CHECK_EQ(submit(), -EINVAL);
			CHECK_EQ(vgl.verdict.at, vgl_dwords(cmd));
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

	for (cmd = vgl_commands; cmd->name; cmd++)
		if (strcmp(cmd->name, "DESTROY_OBJECT") && !once(cmd)) {
			vgl_add(&vgl, cmd->dw, vgl_dwords(cmd));
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
	VGL_ADD(&vgl, CMD(SET_SUB_CTX, 1), 0);
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
		VIRGL_SEND_STRING_MARKER,
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
};

int main(void)
{
	return tap_run(cases, ARRAY_SIZE(cases));
}
