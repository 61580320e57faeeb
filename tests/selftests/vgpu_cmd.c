// SPDX-License-Identifier: GPL-2.0
/* Every 2D command, good and with each field bad; virtio 1.3, 5.7.6. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define BAD_PARAM VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define BAD_RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_SCANOUT VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define NO_MEM VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC

/* mvgpu_1of4; the figures of drivers/core/types.c. */
#define TYPE 2
#define SCANOUTS 2
#define MAX_DIM 16384

FIXTURE(cmd)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

FIXTURE_SETUP(cmd)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, TYPE));
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &self->mem, MVT_BUF_IOVA,
				 0x400000));
}

FIXTURE_TEARDOWN(cmd)
{
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

TEST_F(cmd, life_of_a_resource)
{
	struct mvt_dev *dev = &self->dev;
	u64 iova = self->mem.iova;

	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 32));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, iova, 64 * 32 * 4));
	EXPECT_EQ(2, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 32));
	EXPECT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 32));
	EXPECT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, 64, 32));
	EXPECT_EQ(OK, mvt_gpu_scanout(dev, 0, 0, 0, 0, 0, 0));
	EXPECT_EQ(OK, mvt_gpu_detach(dev, 1));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(0, mvt_stat(dev, "resources"));
	EXPECT_EQ(0, mvt_stat(dev, "errors"));
}

TEST_F(cmd, unref_lets_go_of_everything)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, 1));
	EXPECT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 64));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(0, mvt_stat(dev, "resources"));
	EXPECT_EQ(BAD_RES, mvt_gpu_flush(dev, 1, 0, 0, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
}

TEST_F(cmd, formats)
{
	static const u32 good[] = { 1, 2, 3, 4, 67, 68, 121, 134 };
	static const u32 bad[] = { 0, 5, 66, 69, 122, 133, 135, ~0U };
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		EXPECT_EQ(OK, mvt_gpu_create(dev, i + 1, good[i], 16, 16));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(BAD_PARAM, mvt_gpu_create(dev, 99, bad[i], 16, 16));
	EXPECT_EQ(ARRAY_SIZE(good), mvt_stat(dev, "resources"));
	EXPECT_EQ(ARRAY_SIZE(bad), mvt_stat(dev, "errors"));
}

TEST_F(cmd, create_bad)
{
	static const u32 size[][2] = {
		{ 0, 16 }, { 16, 0 }, { 0, 0 }, { MAX_DIM + 1, 1 },
		{ 1, MAX_DIM + 1 }, { ~0U, ~0U }, { 0x80000000, 2 },
		{ 0x10000, 0x10000 }, { 0x40000000, 4 },
	};
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++)
		EXPECT_EQ(BAD_PARAM, mvt_gpu_create(dev, 1, 1, size[i][0],
						    size[i][1]));
	EXPECT_EQ(BAD_RES, mvt_gpu_create(dev, 0, 1, 16, 16));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 16, 16));
	EXPECT_EQ(BAD_RES, mvt_gpu_create(dev, 1, 1, 16, 16));
	EXPECT_EQ(OK, mvt_gpu_create(dev, ~0U, 1, 1, MAX_DIM));
	EXPECT_EQ(2, mvt_stat(dev, "resources"));
}

TEST_F(cmd, unref_bad)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(BAD_RES, mvt_gpu_unref(dev, 0));
	EXPECT_EQ(BAD_RES, mvt_gpu_unref(dev, 5));
	EXPECT_EQ(BAD_RES, mvt_gpu_unref(dev, ~0U));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 5, 1, 16, 16));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 5));
	EXPECT_EQ(BAD_RES, mvt_gpu_unref(dev, 5));
}

TEST_F(cmd, attach_many_entries)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_mem_entry e[1024];
	unsigned int i;

	/* Backwards, so that nothing merges. */
	for (i = 0; i < ARRAY_SIZE(e); i++) {
		e[i].addr = self->mem.iova + (ARRAY_SIZE(e) - 1 - i) * 4096;
		e[i].length = 4096;
		e[i].padding = 0;
	}
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 1024, 1024));
	EXPECT_EQ(OK, mvt_gpu_attach(dev, 1, e, ARRAY_SIZE(e)));
	EXPECT_EQ(ARRAY_SIZE(e), mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 1024, 1024));
	EXPECT_EQ(OK, mvt_gpu_detach(dev, 1));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
}

TEST_F(cmd, attach_bad)
{
	u64 iova = self->mem.iova;
	struct {
		u64 addr;
		u32 len;
	} bad[] = {
		{ iova, 0 },
		{ 0, 4096 },
		{ MVT_WILD_IOVA, 4096 },
		{ ~0ULL, 1 },
		{ ~0ULL, 2 },
		{ ~0ULL - 4094, 4096 },
		{ ~0ULL << 12, ~0U },
		{ iova + self->mem.size - 4096, 4097 },
		{ iova - 1, 4096 },
	};
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_mem_entry e[2] = {};
	unsigned int i;

	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	EXPECT_EQ(BAD_RES, mvt_gpu_attach_one(dev, 0, iova, 4096));
	EXPECT_EQ(BAD_RES, mvt_gpu_attach_one(dev, 2, iova, 4096));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(BAD_PARAM, mvt_gpu_attach_one(dev, 1, bad[i].addr,
							bad[i].len)) {
			TH_LOG("case %u", i);
		}
		/* Behind a good one: that one is let go of. */
		e[0].addr = iova;
		e[0].length = 4096;
		e[1].addr = bad[i].addr;
		e[1].length = bad[i].len;
		EXPECT_EQ(BAD_PARAM, mvt_gpu_attach(dev, 1, e, 2));
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	}
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, iova, 4 * 4096));
}

/* nr_entries says one thing, the length of the request another. */
TEST_F(cmd, attach_counts)
{
	static const u32 nr[] = {
		0, 2, 3, 16385, 0x10000000, 0x10000001, 0x80000000, ~0U,
	};
	struct mvt_dev *dev = &self->dev;
	struct {
		struct virtio_gpu_resource_attach_backing req;
		struct virtio_gpu_mem_entry e;
	} a = {
		.req.resource_id = 1,
		.e.addr = self->mem.iova,
		.e.length = 4096,
	};
	unsigned int i;
	int ret;

	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	for (i = 0; i < ARRAY_SIZE(nr); i++) {
		mvt_gpu_hdr(dev, &a.req.hdr,
			    VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
		a.req.nr_entries = nr[i];
		ret = mvt_gpu_exec(dev, &a, sizeof(a), NULL, NULL, 0);
		EXPECT_TRUE(mvt_is_error(ret)) {
			TH_LOG("%u entries: %#x", nr[i], ret);
		}
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	}
}

TEST_F(cmd, attach_twice)
{
	struct mvt_dev *dev = &self->dev;
	u64 iova = self->mem.iova;

	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, iova, 4 * 4096));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_attach_one(dev, 1, iova + 0x8000,
						    4 * 4096)));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_detach(dev, 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_detach(dev, 1)));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, iova + 0x8000, 4 * 4096));
	/* Two resources may share pages. */
	EXPECT_EQ(OK, mvt_gpu_create(dev, 2, 1, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 2, iova + 0x8000, 4 * 4096));
	EXPECT_EQ(OK, mvt_gpu_detach(dev, 1));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 2, 0, 0, 0, 64, 64));
}

TEST_F(cmd, detach_bad)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(BAD_RES, mvt_gpu_detach(dev, 0));
	EXPECT_EQ(BAD_RES, mvt_gpu_detach(dev, 1));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_detach(dev, 1)));
}

TEST_F(cmd, transfer_bad)
{
	static const u32 rect[][4] = {
		{ 0, 0, 65, 64 }, { 0, 0, 64, 65 }, { 1, 0, 64, 64 },
		{ 0, 1, 64, 64 }, { 64, 0, 1, 1 }, { 0, 64, 1, 1 },
		{ 0, 0, 0, 64 }, { 0, 0, 64, 0 }, { ~0U, 0, 1, 1 },
		{ 0, ~0U, 1, 1 }, { ~0U, 0, 2, 1 }, { 1, 1, ~0U, ~0U },
		{ 0x80000000, 0, 0x80000000, 1 }, { 63, 63, 2, 1 },
	};
	static const u64 offset[] = {
		1, 4, 64 * 64 * 4, 0xffffffff, 0x100000000ULL, ~0ULL,
		~0ULL - 64 * 64 * 4 + 1, 1ULL << 63,
	};
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	EXPECT_EQ(BAD_RES, mvt_gpu_transfer(dev, 1, 0, 0, 0, 1, 1));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	/* Without a backing. */
	EXPECT_TRUE(mvt_is_error(mvt_gpu_transfer(dev, 1, 0, 0, 0, 1, 1)));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova, 64 * 64 * 4));
	EXPECT_EQ(BAD_RES, mvt_gpu_transfer(dev, 0, 0, 0, 0, 1, 1));
	for (i = 0; i < ARRAY_SIZE(rect); i++) {
		EXPECT_EQ(BAD_PARAM,
			  mvt_gpu_transfer(dev, 1, 0, rect[i][0], rect[i][1],
					   rect[i][2], rect[i][3])) {
			TH_LOG("rectangle %u", i);
		}
	}
	for (i = 0; i < ARRAY_SIZE(offset); i++) {
		EXPECT_EQ(BAD_PARAM,
			  mvt_gpu_transfer(dev, 1, offset[i], 0, 0, 64, 64)) {
			TH_LOG("offset %u", i);
		}
	}
	/* To the last byte, and not beyond. */
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, (64 * 63 + 63) * 4, 63, 63, 1,
				       1));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_transfer(dev, 1, (64 * 63 + 63) * 4 + 1,
					      63, 63, 1, 1));
}

TEST_F(cmd, backing_shorter_than_the_resource)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova, 64 * 4));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 1));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 63, 64, 1));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 2));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_transfer(dev, 1, 4, 0, 0, 64, 1));
}

TEST_F(cmd, flush_bad)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(BAD_RES, mvt_gpu_flush(dev, 0, 0, 0, 1, 1));
	EXPECT_EQ(BAD_RES, mvt_gpu_flush(dev, 1, 0, 0, 1, 1));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, 64, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_flush(dev, 1, 0, 0, 65, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_flush(dev, 1, 1, 0, 64, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_flush(dev, 1, 0, ~0U, 64, 2));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_flush(dev, 1, 0, 0, 0, 0));
}

TEST_F(cmd, scanout_bad)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_scanout(dev, SCANOUTS - 1, 1, 0, 0, 64, 64));
	EXPECT_EQ(BAD_SCANOUT, mvt_gpu_scanout(dev, SCANOUTS, 1, 0, 0, 64, 64));
	EXPECT_EQ(BAD_SCANOUT, mvt_gpu_scanout(dev, 16, 1, 0, 0, 64, 64));
	EXPECT_EQ(BAD_SCANOUT, mvt_gpu_scanout(dev, ~0U, 0, 0, 0, 0, 0));
	EXPECT_EQ(BAD_RES, mvt_gpu_scanout(dev, 0, 2, 0, 0, 64, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_scanout(dev, 0, 1, 0, 0, 65, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_scanout(dev, 0, 1, 1, 0, 64, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_scanout(dev, 0, 1, 0, ~0U, 64, 64));
	EXPECT_EQ(BAD_PARAM, mvt_gpu_scanout(dev, 0, 1, 0, 0, 0, 0));
	EXPECT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 16, 16, 48, 48));
}

TEST_F(cmd, display_info)
{
	struct virtio_gpu_resp_display_info info;
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	ASSERT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_display_info(dev, &info));
	EXPECT_EQ(1, info.pmodes[0].enabled);
	EXPECT_LT(0, info.pmodes[0].r.width);
	EXPECT_LT(0, info.pmodes[0].r.height);
	EXPECT_EQ(SCANOUTS, mvt_devcfg_read(dev, 8));
	for (i = SCANOUTS; i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		EXPECT_EQ(0, info.pmodes[i].enabled);
}

TEST_F(cmd, edid)
{
	static const u8 header[] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	struct virtio_gpu_resp_display_info info;
	struct virtio_gpu_resp_edid edid;
	struct mvt_dev *dev = &self->dev;
	unsigned int s, i;
	u8 sum;

	for (s = 0; s < SCANOUTS; s++) {
		ASSERT_EQ(VIRTIO_GPU_RESP_OK_EDID,
			  mvt_gpu_edid(dev, s, &edid));
		ASSERT_LE(128, edid.size);
		ASSERT_EQ(0, edid.size % 128);
		ASSERT_GE(1024, edid.size);
		EXPECT_EQ(0, memcmp(header, edid.edid, sizeof(header)));
		EXPECT_EQ(1, edid.edid[18]);
		EXPECT_EQ(edid.size / 128 - 1, edid.edid[126]);
		for (sum = 0, i = 0; i < 128; i++)
			sum += edid.edid[i];
		EXPECT_EQ(0, sum);
		for (i = edid.size; i < sizeof(edid.edid); i++)
			EXPECT_EQ(0, edid.edid[i]);
	}
	/* The preferred timing is the mode of display info. */
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_display_info(dev, &info));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_EDID, mvt_gpu_edid(dev, 0, &edid));
	EXPECT_EQ(info.pmodes[0].r.width,
		  edid.edid[56] | (edid.edid[58] & 0xf0) << 4);
	EXPECT_EQ(info.pmodes[0].r.height,
		  edid.edid[59] | (edid.edid[61] & 0xf0) << 4);
	EXPECT_NE(0, edid.edid[54] | edid.edid[55]);

	EXPECT_TRUE(mvt_is_error(mvt_gpu_edid(dev, SCANOUTS, &edid)));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_edid(dev, ~0U, &edid)));
}

TEST_F(cmd, capsets)
{
	struct virtio_gpu_get_capset_info info = {};
	struct virtio_gpu_get_capset get = {};
	struct mvt_dev *dev = &self->dev;
	u32 nr = mvt_devcfg_read(dev, 12), i;

	/* No 3D: no capsets. vgpu_3d has a test of those that there are. */
	EXPECT_EQ(mvt_device_features(dev) & 1, !!nr);
	for (i = 0; i < 5; i++) {
		mvt_gpu_hdr(dev, &info.hdr, VIRTIO_GPU_CMD_GET_CAPSET_INFO);
		info.capset_index = i < 4 ? nr + i : ~0U;
		EXPECT_EQ(BAD_PARAM, mvt_gpu_exec(dev, &info, sizeof(info),
						  NULL, NULL, 0));
		mvt_gpu_hdr(dev, &get.hdr, VIRTIO_GPU_CMD_GET_CAPSET);
		get.capset_id = i < 4 ? i * 3 : ~0U;
		EXPECT_EQ(BAD_PARAM, mvt_gpu_exec(dev, &get, sizeof(get), NULL,
						  NULL, 0));
	}
}

TEST_F(cmd, unknown_commands)
{
	static const u32 type[] = {
		0, 1, 0xff, 0x100 + 14, 0x10f, 0x110, 0x1ff, 0x209, 0x20a,
		0x2ff, 0x300, 0x301, 0x400, 0x1100, 0x1200, 0xffff, 0x10100, ~0U,
		0x80000101,
		VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
		VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
		VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,
	};
	struct mvt_dev *dev = &self->dev;
	u8 req[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(type); i++) {
		memset(req, 0, sizeof(req));
		mvt_gpu_hdr(dev, (void *)req, type[i]);
		EXPECT_EQ(UNSPEC, mvt_gpu_exec(dev, req, sizeof(req), NULL,
					       NULL, 0)) {
			TH_LOG("command %#x", type[i]);
		}
	}
	EXPECT_EQ(ARRAY_SIZE(type), mvt_stat(dev, "errors"));
}

/* Each command cut off after each byte. */
TEST_F_TIMEOUT(cmd, short_requests, MVT_TEST_S)
{
	static const struct {
		u32 type, len;
	} cmd[] = {
		{ VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 24 },
		{ VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 40 },
		{ VIRTIO_GPU_CMD_RESOURCE_UNREF, 32 },
		{ VIRTIO_GPU_CMD_SET_SCANOUT, 48 },
		{ VIRTIO_GPU_CMD_RESOURCE_FLUSH, 48 },
		{ VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 56 },
		{ VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, 32 },
		{ VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 32 },
		{ VIRTIO_GPU_CMD_GET_CAPSET_INFO, 32 },
		{ VIRTIO_GPU_CMD_GET_CAPSET, 32 },
		{ VIRTIO_GPU_CMD_GET_EDID, 32 },
	};
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_ctrl_hdr *hdr;
	unsigned int i;
	u8 req[64];
	u32 len;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cmd); i++) {
		for (len = 1; len < cmd[i].len; len++) {
			memset(req, 1, sizeof(req));
			hdr = (void *)req;
			mvt_gpu_hdr(dev, hdr, cmd[i].type);
			/* A header that was cut off has no fence. */
			if (len < sizeof(*hdr))
				hdr->flags = 0;
			ret = mvt_gpu_exec(dev, req, len, NULL, NULL, 0);
			EXPECT_TRUE(mvt_is_error(ret)) {
				TH_LOG("command %#x, %u bytes: %#x",
				       cmd[i].type, len, ret);
			}
		}
	}
	EXPECT_EQ(0, mvt_stat(dev, "resources"));
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_simple(dev, VIRTIO_GPU_CMD_GET_DISPLAY_INFO));
}

/* Flags, fence and context as they came, or none of them (5.7.6.7). */
TEST_F(cmd, fence_echo)
{
	struct virtio_gpu_ctrl_hdr req = {}, resp;
	struct mvt_dev *dev = &self->dev;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		req.type = i & 1 ? VIRTIO_GPU_CMD_GET_DISPLAY_INFO : 0x999;
		req.flags = i & 2 ? VIRTIO_GPU_FLAG_FENCE : 0;
		req.fence_id = 0x123456789abcdef0ULL;
		req.ctx_id = 0x55;
		req.ring_idx = 7;
		ASSERT_EQ(i & 1 ? VIRTIO_GPU_RESP_OK_DISPLAY_INFO : UNSPEC,
			  mvt_gpu_exec(dev, &req, sizeof(req), NULL, &resp,
				       sizeof(resp)));
		EXPECT_EQ(req.flags, resp.flags);
		EXPECT_EQ(i & 2 ? req.fence_id : 0, resp.fence_id);
		EXPECT_EQ(i & 2 ? req.ctx_id : 0, resp.ctx_id);
		EXPECT_EQ(0, resp.padding[0] | resp.padding[1] |
			  resp.padding[2]);
	}
}

/* 200 fences of mixed commands come back in order. */
TEST_F(cmd, fences_in_order)
{
	struct virtio_gpu_ctrl_hdr resp;
	struct mvt_dev *dev = &self->dev;
	unsigned int i, round;
	u64 last = 0;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 512, 512, 1));
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 40; i++) {
			int ret;

			if (i % 3 == 0)
				ret = mvt_gpu_send_transfer(dev, 1, 512, 512);
			else if (i % 3 == 1)
				ret = mvt_gpu_send_nop(dev);
			else
				ret = mvt_gpu_send_flush(dev, i % 2, 1, 1);
			ASSERT_LE(0, ret);
		}
		ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
		for (i = 0; i < 40; i++) {
			ASSERT_LE(0, mvt_gpu_recv(dev, MVT_WAIT_MS, &resp,
						  sizeof(resp)));
			EXPECT_LT(last, resp.fence_id);
			last = resp.fence_id;
		}
	}
}

/* Creates until it fails; how often it worked. */
static unsigned int fill(struct mvt_dev *dev, u32 width, u32 height,
			 unsigned int max, int *last)
{
	unsigned int n;

	for (n = 0; n < max; n++) {
		*last = mvt_gpu_create(dev, n + 1, 1, width, height);
		if (*last != OK)
			break;
	}
	return n;
}

TEST_F_TIMEOUT(cmd, quota_of_bytes, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	u64 max, used;
	unsigned int n;
	int last;

	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory_max", &max));
	ASSERT_LT(0, max);
	n = fill(dev, 2048, 2048, 1000, &last);
	EXPECT_EQ(NO_MEM, last);
	EXPECT_EQ(max / (2048 * 2048 * 4), n);
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &used));
	EXPECT_EQ((u64)n * 2048 * 2048 * 4, used);
	/* One back, one more. */
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 2048, 2048));
	EXPECT_EQ(NO_MEM, mvt_gpu_create(dev, 9999, 1, 2048, 2048));
	/* A reset gives all of it back. */
	ASSERT_EQ(0, mvt_start(dev));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &used));
	EXPECT_EQ(0, used);
	EXPECT_EQ(OK, mvt_gpu_create(dev, 1, 1, 2048, 2048));
}

TEST_F_TIMEOUT(cmd, quota_of_resources, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int n;
	int last;

	n = fill(dev, 1, 1, 20000, &last);
	EXPECT_EQ(NO_MEM, last);
	EXPECT_EQ(8192, n);
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 17));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 30000, 1, 1, 1));
	EXPECT_EQ(NO_MEM, mvt_gpu_create(dev, 30001, 1, 1, 1));
}

TEST_F_TIMEOUT(cmd, cursor, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	const u32 update = VIRTIO_GPU_CMD_UPDATE_CURSOR;
	const u32 move = VIRTIO_GPU_CMD_MOVE_CURSOR;
	u64 errors;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, 1));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, 32, 32));
	errors = mvt_stat(dev, "errors");
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 1, 10, 10, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, move, 0, 0, 20, 20, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, move, 0, 0, ~0U, ~0U, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 0, 0, 0, 0, 0));
	EXPECT_EQ(errors, mvt_stat(dev, "errors"));
	/* Bad ones come back, too, and are counted. */
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 2, 0, 0, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 77, 0, 0, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 99, 1, 0, 0, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 1, 0, 0, 64, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 1, 0, 0, 0, ~0U));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, move, SCANOUTS, 0, 0, 0, 0, 0));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, 0x100, 0, 0, 0, 0, 0, 0));
	EXPECT_EQ(errors + 7, mvt_stat(dev, "errors"));
	/* Its resource goes away under it. */
	EXPECT_EQ(0, mvt_gpu_cursor(dev, update, 0, 1, 10, 10, 0, 0));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, move, 0, 0, 20, 20, 0, 0));
}

/* Cursor commands don't wait for the control queue (guests block on them). */
TEST_F(cmd, cursor_overtakes_a_busy_gpu)
{
	struct mvt_dev *dev = &self->dev;
	u64 begin;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 1500000000ULL));
	ASSERT_LE(0, mvt_gpu_send_transfer(dev, 1, 64, 64));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	begin = mvt_now_ms();
	EXPECT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0, 1, 1,
				    0, 0));
	EXPECT_GT(1000, mvt_now_ms() - begin);
	mvt_sim_defaults();
	EXPECT_EQ(OK, mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0));
}

TEST_F(cmd, pixels_arrive)
{
	const u32 w = 123, h = 77;
	struct mvt_dev *dev = &self->dev;
	static u32 got[123 * 77];
	u32 id, x, y, *src = (u32 *)self->mem.va;

	if (!mvt_parent_is_sim())
		SKIP(return, "only the software GPU can be read back");
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, w, h));
	ASSERT_EQ(1, mvt_sim_find(w, h, &id, 1));
	/* New memory reads as zeroes. */
	ASSERT_EQ(sizeof(got), mvt_sim_readback(id, got, sizeof(got)));
	ASSERT_EQ(w * h, mvt_count(got, 0, w * h));
	mvt_fill(src, 3, w * h);
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova, w * h * 4));
	/* A part: rows of the backing are as long as the resource's. */
	ASSERT_EQ(OK, mvt_gpu_transfer(dev, 1, (20 * w + 10) * 4, 10, 20, 50,
				       30));
	ASSERT_EQ(sizeof(got), mvt_sim_readback(id, got, sizeof(got)));
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			bool in = x >= 10 && x < 60 && y >= 20 && y < 50;

			ASSERT_EQ(in ? src[y * w + x] : 0, got[y * w + x]);
		}
	ASSERT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, w, h));
	ASSERT_EQ(sizeof(got), mvt_sim_readback(id, got, sizeof(got)));
	EXPECT_EQ(0, memcmp(src, got, sizeof(got)));
	ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(-ENOENT, mvt_sim_readback(id, got, sizeof(got)));
}

TEST_HARNESS_MAIN
