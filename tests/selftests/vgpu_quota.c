// SPDX-License-Identifier: GPL-2.0
/*
 * Quotas of each type: what Documentation/architecture.rst tells can be had, and no more.
 * Pinned pages, attachments and what is the same for all types are vgpu_attack's.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NO_MEM VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
/* The type that a physical GPU is tested with: mvgpu_1of64. */
#define TYPE 6

FIXTURE(quota)
{
	struct mvt_dev dev;
};

/* Numbers are that page's, not what the driver says. */
FIXTURE_VARIANT(quota)
{
	u32 type, mib, resources, contexts, objects, sub_contexts;
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of1)
{
	0, 1024, 16384, 256, 262144, 1024,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of2)
{
	1, 512, 8192, 128, 131072, 512,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of4)
{
	2, 256, 8192, 128, 131072, 512,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of8)
{
	3, 128, 4096, 64, 65536, 256,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of16)
{
	4, 64, 4096, 64, 65536, 256,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of32)
{
	5, 32, 2048, 32, 32768, 128,
};

FIXTURE_VARIANT_ADD(quota, mvgpu_1of64)
{
	6, 16, 2048, 32, 32768, 128,
};

FIXTURE_SETUP(quota)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	if (!mvt_parent_is_sim() && variant->type != TYPE)
		SKIP(return, "needs the software GPU, which is faster");
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, variant->type));
}

FIXTURE_TEARDOWN(quota)
{
	mvt_teardown(&self->dev);
}

/*
 * Vertex shaders that have begun, each in a sub-context of its own. What is to come of
 * their texts counts: 1 MiB each.
 */
static u32 stream_texts(u32 *stream, u32 first, u32 nr)
{
	u32 text[] = {
		/* CREATE_SUB_CTX, CREATE_OBJECT, "VERT" */
		29 | 1 << 16, 0,
		1 | 4 << 8 | 6 << 16, 1, 0, 1 << 20, 300, 0, 0x54524556,
	};
	u32 i;

	for (i = 0; i < nr; i++) {
		text[1] = first + i;
		memcpy(stream + i * ARRAY_SIZE(text), text, sizeof(text));
	}
	return nr * ARRAY_SIZE(text);
}

/* Contexts, and what streams make in two of them: then nothing of it in a third one. */
TEST_F_TIMEOUT(quota, contexts, MVT_TEST_S)
{
	const struct {
		const char *stat;
		u32 (*make)(u32 *stream, u32 first, u32 nr);
		u32 quota, each, unit;
	} kinds[] = {
		{ "objects", mvt_stream_objects, variant->objects, 8192, 1 },
		{ "sub_contexts", mvt_stream_sub_contexts,
		  variant->sub_contexts, 64, 1 },
		{ "shader_bytes", stream_texts, 64, 32, 1 << 20 },
	};
	static u32 stream[6 * 8192];
	struct mvt_dev *dev = &self->dev;
	u32 i, ctx, nr, n;

	for (ctx = 1; ctx <= variant->contexts; ctx++)
		ASSERT_EQ(OK, mvt_ctx_create(dev, ctx));
	EXPECT_EQ(NO_MEM, mvt_ctx_create(dev, ctx));
	EXPECT_EQ(1, mvt_stat(dev, "quota_hits"));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (nr = 0; nr < kinds[i].quota; nr += kinds[i].each) {
			ctx = 1 + nr / kinds[i].each % 2;
			n = kinds[i].make(stream, nr + 1, kinds[i].each);
			ASSERT_EQ(OK, mvt_submit(dev, ctx, stream, n)) {
				TH_LOG("%s from %u on", kinds[i].stat, nr);
			}
		}
		n = kinds[i].make(stream, nr + 1, 1);
		EXPECT_EQ(NO_MEM, mvt_submit(dev, 3, stream, n));
		EXPECT_EQ(2 + i, mvt_stat(dev, "quota_hits"));
		EXPECT_EQ(kinds[i].quota * kinds[i].unit,
			  mvt_stat(dev, kinds[i].stat));
		for (ctx = 1; ctx <= 2; ctx++) {
			ASSERT_EQ(OK, mvt_ctx_destroy(dev, ctx));
			ASSERT_EQ(OK, mvt_ctx_create(dev, ctx));
		}
		EXPECT_EQ(0, mvt_stat(dev, kinds[i].stat));
	}
}

/* By their memory, and small ones by their number. */
TEST_F_TIMEOUT(quota, resources, MVT_TEST_S)
{
	/* 16 MiB, for which the software GPU has no pixels. */
	struct mvt_spec big = mvt_picture;
	struct mvt_dev *dev = &self->dev;
	u32 nr, i;

	big.width = 1024;
	big.height = 1024;
	big.samples = 4;
	big.flags = 0;
	for (nr = 0; nr < variant->mib / 16; nr++)
		ASSERT_EQ(OK, mvt_create_3d(dev, nr + 1, &big));
	EXPECT_EQ(NO_MEM, mvt_gpu_create(dev, nr + 1, 1, 1, 1));
	EXPECT_EQ(1, mvt_stat(dev, "quota_hits"));
	for (; nr; nr--)
		ASSERT_EQ(OK, mvt_gpu_unref(dev, nr));

	for (; nr < variant->resources; nr += 64) {
		for (i = 1; i <= 64; i++)
			ASSERT_LE(0, mvt_gpu_send_create(dev, nr + i, 1, 1, 1));
		ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
		ASSERT_EQ(64, mvt_gpu_recv_many(dev, 64, OK)) {
			TH_LOG("from %u on", nr);
		}
	}
	EXPECT_EQ(NO_MEM, mvt_gpu_create(dev, nr + 1, 1, 1, 1));
	EXPECT_EQ(2, mvt_stat(dev, "quota_hits"));
	EXPECT_EQ(nr, mvt_stat(dev, "resources"));
}

TEST_HARNESS_MAIN
