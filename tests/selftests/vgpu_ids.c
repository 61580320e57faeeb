// SPDX-License-Identifier: GPL-2.0
/*
 * Every command of 3D streams that names something, with a name that its tenant does
 * not have: that of nothing, of a neighbour's, or what the GPU calls a neighbour's.
 * The commands are those of the tests in user space (tests/fuzz).
 */
#include <stdio.h>
#include <string.h>

#include "../fuzz/vgl-commands.h"
#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define BAD_RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID

/* On the GPU ids are small and given in turn: guesses are below all of a tenant's. */
#define GUESSES 24
#define VICTIM 100
#define OWN 200
/* A tenant's handles are its own, too. */
#define VICTIM_HANDLES 4000
#define CTX 3
/* What the victim has to lose is in a context that nothing else happens in. */
#define SECRET_CTX 4
#define SECRET 4242
#define RES 42

FIXTURE(ids)
{
	struct mvt_dev victim, dev;
	struct mvt_mem secret, mem;
	/* Streams that went to the GPU, and those that were refused. */
	u32 sent, refused;
};

/* One of each kind; all lie in the same memory. */
static int make_resources(struct mvt_dev *dev, struct mvt_mem *mem, u32 first)
{
	u32 id;
	int ret;

	for (id = 1; id < VGL_IDS; id++) {
		const struct vgl_kind *kind = &vgl_kinds[id];
		const struct mvt_spec spec = {
			.target = kind->target,
			.format = kind->format,
			.bind = kind->bind,
			.width = kind->width,
			.height = kind->height,
			.depth = kind->depth,
			.layers = kind->array_size,
			.last_level = kind->last_level,
			.samples = kind->nr_samples,
		};

		ret = mvt_create_3d(dev, first + id, &spec);
		if (ret == OK && kind->backing_size)
			ret = mvt_gpu_attach_one(dev, first + id, mem->iova,
						 kind->backing_size);
		if (ret != OK) {
			ksft_print_msg("resource %u: response 0x%x\n", id, ret);
			return ret;
		}
	}
	return OK;
}

static u32 put(u32 *stream, const struct vgl_command *cmd, u32 first)
{
	u32 n = vgl_dwords(cmd), k;

	memcpy(stream, cmd->dw, n * 4);
	for (k = 0; cmd->res[k]; k++)
		if (stream[cmd->res[k]])
			stream[cmd->res[k]] += first;
	return n;
}

/* A context with all but VGL_OTHER, and one object of each type. */
static int make_context(struct mvt_dev *dev, u32 ctx, u32 first, u32 handles)
{
	const struct vgl_command *cmd;
	u32 stream[256], n = 0, id;
	int ret;

	ret = mvt_ctx_create(dev, ctx);
	for (id = 1; ret == OK && id < VGL_OTHER; id++)
		ret = mvt_ctx_attach(dev, ctx, first + id);
	if (ret != OK)
		return ret;
	for (cmd = vgl_makers; cmd->name; cmd++) {
		u32 *at = stream + n;

		n += put(at, cmd, first);
		/* All of them have it there. */
		at[1] += handles;
	}
	return mvt_submit(dev, ctx, stream, n);
}

FIXTURE_SETUP(ids)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup_mem(&self->victim, &self->secret, 3));
	ASSERT_EQ(0, mvt_setup_mem(&self->dev, &self->mem, 3));
	ASSERT_EQ(OK, make_resources(&self->victim, &self->secret, VICTIM));
	ASSERT_EQ(OK, make_context(&self->victim, CTX, VICTIM, VICTIM_HANDLES));
	ASSERT_EQ(OK, mvt_ctx_create(&self->victim, SECRET_CTX));
	ASSERT_EQ(OK, mvt_make_3d(&self->victim, &self->secret, SECRET_CTX, RES,
				  &mvt_picture, SECRET));
	ASSERT_EQ(OK, make_resources(&self->dev, &self->mem, OWN));
	ASSERT_EQ(OK, make_context(&self->dev, CTX, OWN, 0));
	self->sent = 1;
}

FIXTURE_TEARDOWN(ids)
{
	EXPECT_EQ(self->refused, mvt_stat(&self->dev, "refused"));
	EXPECT_EQ(self->sent, mvt_stat(&self->dev, "streams"));
	EXPECT_EQ(0, mvt_stat(&self->victim, "errors"));
	EXPECT_EQ(0, mvt_wrong_3d(&self->victim, &self->secret, SECRET_CTX, RES,
				  &mvt_picture, SECRET));
	mvt_teardown_mem(&self->dev, &self->mem);
	mvt_teardown_mem(&self->victim, &self->secret);
}

/* What is no resource of that context; 0: that was the last one. */
static u32 guess(u32 i)
{
	if (i < GUESSES)
		return 1 + i;
	i -= GUESSES;
	if (i < VGL_IDS - 1)
		return VICTIM + 1 + i;
	return i == VGL_IDS - 1 ? OWN + VGL_OTHER : 0;
}

TEST_F_TIMEOUT(ids, resources_of_every_command, MVT_TEST_S)
{
	const struct vgl_command *cmd;
	u32 stream[64], n, i, k;

	for (cmd = vgl_commands; cmd->name; cmd++) {
		n = put(stream, cmd, OWN);
		for (k = 0; cmd->res[k]; k++) {
			u32 *id = &stream[cmd->res[k]], own = *id;

			for (i = 0; (*id = guess(i)); i++) {
				EXPECT_EQ(BAD_RES, mvt_submit(&self->dev, CTX,
							      stream, n)) {
					TH_LOG("%s, dword %u: %u", cmd->name,
					       cmd->res[k], *id);
				}
				self->refused++;
			}
			*id = own;
		}
	}
	EXPECT_LT(1000, self->refused);
}

TEST_F_TIMEOUT(ids, objects_of_every_command, MVT_TEST_S)
{
	const struct vgl_command *cmd;
	u32 stream[64], n, i, k;

	for (cmd = vgl_commands; cmd->name; cmd++) {
		if (cmd->flags & VGL_OBJ_ANY)
			continue;
		n = put(stream, cmd, OWN);
		for (k = 0; cmd->obj[k]; k++) {
			u32 *handle = &stream[cmd->obj[k]], own = *handle;

			for (i = 1; i < VGL_HANDLES; i++) {
				*handle = VICTIM_HANDLES + i;
				EXPECT_NE(OK, mvt_submit(&self->dev, CTX,
							 stream, n)) {
					TH_LOG("%s, dword %u: %u", cmd->name,
					       cmd->obj[k], *handle);
				}
				self->refused++;
			}
			*handle = own;
		}
	}
	EXPECT_LT(100, self->refused);
}

/* Which command of a stream it was, and where. */
TEST_F(ids, refusal_is_traced)
{
	u32 stream[32] = { 28 | 1 << 16, 0 }, n;
	char trace[4096] = "", want[128];

	n = 2 + mvt_stream_copy(stream + 2, OWN + VGL_TEX, 1, 16, 16);
	snprintf(want, sizeof(want), "vgpu=%s ctx=%u cmd=17 obj=0 dword=2 err=",
		 self->dev.uuid, CTX);
	ASSERT_EQ(0, mvt_trace_begin("mvgpu_stream_refused"));
	EXPECT_EQ(BAD_RES, mvt_submit(&self->dev, CTX, stream, n));
	self->refused++;
	EXPECT_EQ(0, mvt_read_str(MVT_TRACING "/trace", trace, sizeof(trace)));
	EXPECT_EQ(0, mvt_trace_end());
	EXPECT_NE(NULL, strstr(trace, want)) {
		TH_LOG("%s is not in %s", want, trace);
	}
}

/* With its own names each of them goes: it was the names that were refused. */
TEST_F_TIMEOUT(ids, own_ones, MVT_TEST_S)
{
	const struct vgl_command *cmd;
	u32 stream[64], n;

	if (!mvt_parent_is_sim())
		SKIP(return, "what they draw is nothing: needs the software GPU");
	for (cmd = vgl_commands; cmd->name; cmd++) {
		ASSERT_EQ(OK, make_context(&self->dev, CTX + 1, OWN, 0));
		n = put(stream, cmd, OWN);
		EXPECT_EQ(OK, mvt_submit(&self->dev, CTX + 1, stream, n)) {
			TH_LOG("%s", cmd->name);
		}
		ASSERT_EQ(OK, mvt_ctx_destroy(&self->dev, CTX + 1));
		self->sent += 2;
	}
}

TEST_HARNESS_MAIN
