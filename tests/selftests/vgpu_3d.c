// SPDX-License-Identifier: GPL-2.0
/* 3D as a good guest uses it: contexts, resources, copies, streams. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define BAD_PARAM VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BAD_RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_CTX VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID
/* mvgpu_1of64 */
#define TYPE 6

FIXTURE(gl)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

FIXTURE_SETUP(gl)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, TYPE));
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &self->mem, MVT_BUF_IOVA,
				 0x400000));
	ASSERT_NE(0, self->dev.features & (1ULL << VIRTIO_GPU_F_VIRGL));
}

FIXTURE_TEARDOWN(gl)
{
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

static u32 word(const u8 *caps, u32 off)
{
	u32 val;

	memcpy(&val, caps + off, sizeof(val));
	return val;
}

TEST_F(gl, capsets)
{
	struct virtio_gpu_get_capset_info info = {};
	struct virtio_gpu_resp_capset_info told;
	struct virtio_gpu_get_capset get = {};
	struct mvt_dev *dev = &self->dev;
	u32 nr = mvt_devcfg_read(dev, 12), i;
	u8 resp[MVT_SLOT_RESP];
	const u8 *caps = resp + 24;

	ASSERT_EQ(2, nr);
	for (i = 0; i < nr; i++) {
		mvt_gpu_hdr(dev, &info.hdr, VIRTIO_GPU_CMD_GET_CAPSET_INFO);
		info.capset_index = i;
		ASSERT_EQ(VIRTIO_GPU_RESP_OK_CAPSET_INFO,
			  mvt_gpu_exec(dev, &info, sizeof(info), NULL, &told,
				       sizeof(told)));
		EXPECT_EQ(i + 1, told.capset_id);
		ASSERT_GE(sizeof(resp), 24 + told.capset_max_size);
		mvt_gpu_hdr(dev, &get.hdr, VIRTIO_GPU_CMD_GET_CAPSET);
		get.capset_id = told.capset_id;
		get.capset_version = told.capset_max_version;
		ASSERT_EQ(VIRTIO_GPU_RESP_OK_CAPSET,
			  mvt_gpu_exec(dev, &get, sizeof(get), NULL, resp,
				       24 + told.capset_max_size));
		/* Some format can be sampled. */
		EXPECT_NE(0, word(caps, 4));
	}
	/* VIRGL2: no log, no storage that is mapped; no memory, no video. */
	EXPECT_EQ(0, word(caps, 392) & (1U << 14 | 1U << 31));
	EXPECT_EQ(0, word(caps, 688) & (1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 |
					1 << 18));
	EXPECT_EQ(0, word(caps, 692));
	EXPECT_EQ(0, word(caps, 856));
}

TEST_F(gl, life_of_a_context)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(OK, mvt_ctx_create(dev, 7));
	EXPECT_EQ(BAD_CTX, mvt_ctx_create(dev, 7));
	EXPECT_EQ(1, mvt_stat(dev, "contexts"));
	EXPECT_EQ(OK, mvt_create_3d(dev, 1, &mvt_picture));
	EXPECT_EQ(1, mvt_stat(dev, "resources"));
	EXPECT_EQ(OK, mvt_ctx_attach(dev, 7, 1));
	EXPECT_EQ(OK, mvt_ctx_attach(dev, 7, 1));
	EXPECT_EQ(OK, mvt_ctx_detach(dev, 7, 1));
	EXPECT_EQ(OK, mvt_ctx_detach(dev, 7, 1));
	EXPECT_EQ(OK, mvt_ctx_destroy(dev, 7));
	EXPECT_EQ(BAD_CTX, mvt_ctx_destroy(dev, 7));
	EXPECT_EQ(0, mvt_stat(dev, "contexts"));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(0, mvt_stat(dev, "resources"));
}

/* There and back again, through a context and without. */
TEST_F(gl, copies)
{
	const struct mvt_spec *spec[] = { &mvt_buffer, &mvt_picture };
	struct mvt_dev *dev = &self->dev;
	u32 i, ctx, id = 0;
	size_t len, k, wrong;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	for (i = 0; i < 2; i++) {
		for (ctx = 0; ctx < 2; ctx++) {
			len = mvt_spec_bytes(spec[i]);
			id++;
			ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, ctx, id,
						  spec[i], 5 + id));
			memset(self->mem.va, 0x5a, len);
			ASSERT_EQ(OK, mvt_from_3d(dev, ctx, id, spec[i]->width,
						  spec[i]->height));
			for (k = wrong = 0; k < len / 4; k++)
				wrong += ((u32 *)self->mem.va)[k] !=
					 mvt_pattern(5 + id, k);
			EXPECT_EQ(0, wrong) {
				TH_LOG("target %u, context %u",
				       spec[i]->target, ctx);
			}
		}
	}
	EXPECT_EQ(0, mvt_stat(dev, "errors"));
}

/* What was never written reads as zeroes; memory of before is no exception. */
TEST_F_TIMEOUT(gl, fresh_memory, MVT_TEST_S)
{
	const struct mvt_spec *spec[] = { &mvt_buffer, &mvt_picture };
	struct mvt_dev *dev = &self->dev;
	u32 round, i;
	size_t len;

	for (round = 0; round < 8; round++) {
		for (i = 0; i < 2; i++) {
			len = mvt_spec_bytes(spec[i]);
			ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 0, 1,
						  spec[i], round));
			ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
			ASSERT_EQ(OK, mvt_create_3d(dev, 1, spec[i]));
			ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
							 len));
			memset(self->mem.va, 0x5a, len);
			ASSERT_EQ(OK, mvt_from_3d(dev, 0, 1, spec[i]->width,
						  spec[i]->height));
			EXPECT_EQ(len / 4, mvt_count(self->mem.va, 0, len / 4));
			ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
		}
	}
}

/* Milliseconds for @nr resources, made and freed one after another. */
static int make_resources(struct mvt_dev *dev, const struct mvt_spec *spec,
			  u32 nr, u64 *ms)
{
	u64 begin = mvt_now_ms();
	u32 resp = OK;

	while (nr-- && resp == OK) {
		resp = mvt_create_3d(dev, 1, spec);
		if (resp == OK)
			resp = mvt_gpu_unref(dev, 1);
	}
	*ms += mvt_now_ms() - begin;
	return resp;
}

/* The switch is for who trusts all tenants; this tells what it saves. */
TEST_F_TIMEOUT(gl, without_clearing, MVT_TEST_S)
{
	static const char path[] = "/sys/module/mvgpu_virtio/parameters/zero";
	static const struct {
		const char *name;
		struct mvt_spec spec;
	} kinds[] = {
		{ "buffer", { .target = MVT_BUFFER, .format = 64, .bind = 1 << 4,
			      .width = 1 << 20, .height = 1 } },
		{ "texture", { .target = MVT_TEXTURE, .format = 1,
			       .bind = 1 << 1 | 1 << 3, .width = 512,
			       .height = 512 } },
		{ "10 levels", { .target = MVT_TEXTURE, .format = 1,
				 .bind = 1 << 3, .width = 512, .height = 512,
				 .last_level = 9 } },
		{ "cube", { .target = MVT_CUBE, .format = 1, .bind = 1 << 3,
			    .width = 208, .height = 208, .layers = 6 } },
		{ "4 samples", { .target = MVT_TEXTURE, .format = 1,
				 .bind = 1 << 1 | 1 << 3, .width = 256,
				 .height = 256, .samples = 4 } },
		/* DXT1, each layer and level by itself */
		{ "compressed", { .target = MVT_ARRAY, .format = 105,
				  .bind = 1 << 3, .width = 256, .height = 256,
				  .layers = 24, .last_level = 8 } },
	};
	const u32 turns = 4, each = 25;
	struct mvt_dev *dev = &self->dev;
	u32 i, turn, bad = 0;

	if (mvt_parent_is_sim())
		SKIP(return, "for a physical GPU: its driver has the switch");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		u64 with = 0, without = 0;

		for (turn = 0; turn < turns; turn++) {
			ASSERT_EQ(0, mvt_write_str(path, "N"));
			bad += make_resources(dev, &kinds[i].spec, each,
					      &without) != OK;
			ASSERT_EQ(0, mvt_write_str(path, "Y"));
			bad += make_resources(dev, &kinds[i].spec, each,
					      &with) != OK;
		}
		ksft_print_msg("%u of 1 MiB, %s: %llu ms, and cleared %llu ms\n",
			       turns * each, kinds[i].name,
			       (unsigned long long)without,
			       (unsigned long long)with);
	}
	EXPECT_EQ(0, bad);
}

/*
 * Layers of a compressed texture are cleared one by one, all levels of them: more than a
 * ring holds commands. What the last one was made with comes back, where another had
 * been filled before.
 */
TEST_F(gl, compressed_layers)
{
	/* To the GPU, and from it. */
	u32 move[] = {
		43 | 13 << 16, 1, 0, 0, 0, 0, 0, 0, 299, 16, 16, 1, 0, 1,
	};
	const struct mvt_spec layers = {
		/* DXT1: 8 bytes for 4x4 pixels */
		.target = MVT_ARRAY, .format = 105, .bind = 1 << 3,
		.width = 16, .height = 16, .layers = 300, .last_level = 4,
	};
	struct mvt_dev *dev = &self->dev;
	u32 round, *dir = &move[ARRAY_SIZE(move) - 1];

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	memset(self->mem.va, 0xff, 4096);
	for (round = 0; round < 2; round++) {
		ASSERT_EQ(OK, mvt_create_3d(dev, 1, &layers));
		/* Of one layer the renderer wants to see room for all. */
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
						 300 * 128));
		ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 1));
		for (*dir = round + 1; *dir <= 2; ++*dir)
			EXPECT_EQ(OK, mvt_submit(dev, 1, move,
						 ARRAY_SIZE(move)));
		EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
	EXPECT_EQ(32, mvt_count(self->mem.va + 128, ~0U, 32));
	if (!mvt_parent_is_sim())
		EXPECT_EQ(32, mvt_count(self->mem.va, 0, 32));
}

/* Drawn by the GPU, and read back. */
TEST_F(gl, pixels)
{
	const float color[] = { 1.0, 0.5, 0.0, 1.0 };
	struct mvt_dev *dev = &self->dev;
	u32 stream[64], n, got;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 3));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 3, 9, &mvt_picture, 1));
	ASSERT_EQ(OK, mvt_create_3d(dev, 8, &mvt_picture));
	ASSERT_EQ(OK, mvt_ctx_attach(dev, 3, 8));
	n = mvt_stream_clear(stream, 8, 100, color);
	n += mvt_stream_copy(stream + n, 9, 8, 64, 64);
	EXPECT_EQ(OK, mvt_submit(dev, 3, stream, n));
	EXPECT_EQ(1, mvt_stat(dev, "streams"));
	EXPECT_EQ(1, mvt_stat(dev, "objects"));
	EXPECT_EQ(0, mvt_stat(dev, "stream_bytes"));
	EXPECT_EQ(0, mvt_stat(dev, "refused"));
	ASSERT_EQ(OK, mvt_from_3d(dev, 3, 9, 64, 64));
	if (mvt_parent_is_sim())
		return;
	got = *(u32 *)self->mem.va;
	/* Half of 255 is rounded either way. */
	EXPECT_TRUE(got == 0xffff8000 || got == 0xffff7f00) {
		TH_LOG("the pixel is %#x", got);
	}
	EXPECT_EQ(64 * 64, mvt_count(self->mem.va, got, 64 * 64));
}

/*
 * QEMU looks for fences every 10 ms, if nobody asks it before: who waits for each of
 * its jobs would have a hundred of them in a second.
 */
TEST_F(gl, fences_come_early)
{
	const float color[4] = {};
	struct mvt_dev *dev = &self->dev;
	u32 stream[64], n, i, round;
	u64 took, best = ~0ULL;

	if (mvt_parent_is_sim())
		SKIP(return, "the timer of a physical GPU");
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_create_3d(dev, 1, &mvt_picture));
	ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 1));
	/* The machine may stand still for a while. */
	for (round = 0; round < 3; round++) {
		took = mvt_now_ms();
		for (i = 1; i <= 100; i++) {
			n = mvt_stream_clear(stream, 1, 100 * round + i, color);
			ASSERT_EQ(OK, mvt_submit(dev, 1, stream, n));
		}
		took = mvt_now_ms() - took;
		best = took < best ? took : best;
	}
	TH_LOG("100 jobs, one by one: %llu ms", (unsigned long long)best);
	EXPECT_GT(400, best);
}

TEST_F(gl, memory_in_use)
{
	const u32 bind[] = { 6 | 3 << 16, 4, 0, 5 };
	struct mvt_dev *dev = &self->dev;
	u64 before;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 1, 5, &mvt_buffer, 1));
	ASSERT_EQ(OK, mvt_submit(dev, 1, bind, ARRAY_SIZE(bind)));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &before));
	EXPECT_EQ(4096, before);
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 5));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &before));
	EXPECT_EQ(4096, before);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(BAD_RES, mvt_submit(dev, 1, bind, ARRAY_SIZE(bind)));
	EXPECT_EQ(OK, mvt_ctx_destroy(dev, 1));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &before));
	EXPECT_EQ(0, before);
}

/* Memory of a 3D resource can be taken away at any moment. */
TEST_F(gl, evict)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 1, 1, &mvt_picture, 1));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	ASSERT_EQ(0, mvt_mem_unmap(dev, &self->mem));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(mvt_is_error(mvt_from_3d(dev, 1, 1, 64, 64)));
	ASSERT_EQ(0, mvt_mem_remap(dev, &self->mem));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova, 64 * 64 * 4));
	EXPECT_EQ(OK, mvt_from_3d(dev, 1, 1, 64, 64));
}

TEST_F(gl, reset)
{
	struct mvt_dev *dev = &self->dev;
	const float color[4] = {};
	u32 stream[64], n, i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
		ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 1, 1, &mvt_picture,
					  1));
		n = mvt_stream_clear(stream, 1, 1, color);
		ASSERT_EQ(OK, mvt_submit(dev, 1, stream, n));
		ASSERT_EQ(0, i & 1 ? mvt_vfio_reset(dev) : mvt_reset(dev));
		EXPECT_EQ(0, mvt_stat(dev, "contexts"));
		EXPECT_EQ(0, mvt_stat(dev, "objects"));
		EXPECT_EQ(0, mvt_stat(dev, "resources"));
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
		ASSERT_EQ(0, mvt_restart(dev));
	}
}

/* A driver that did not take the feature gets nothing of it. */
TEST_F(gl, not_negotiated)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(0, mvt_reset(dev));
	ASSERT_EQ(0, mvt_bus_master(dev, true));
	ASSERT_EQ(0, mvt_start_features(dev, ~(1ULL << VIRTIO_GPU_F_VIRGL)));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_UNSPEC, mvt_ctx_create(dev, 1));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_UNSPEC,
		  mvt_create_3d(dev, 1, &mvt_picture));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 16, 16));
}

TEST_HARNESS_MAIN
