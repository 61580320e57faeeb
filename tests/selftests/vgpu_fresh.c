// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest reads of new textures: zeroes, and nothing of the renderer's memory.
 *
 * Where OpenGL does not give pixels to the renderer, that may hand out what was in the
 * memory where they should have been put. So a texture of the same size, full of DIRT,
 * is read just before.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA

/* mvgpu_1of16 */
#define TYPE 4
#define FORMATS 443
#define SIDE 64
/* 16 bytes for each pixel, and as many for another layer or level. */
#define ROOM (SIDE * SIDE * 16 * 6)
#define DIRT 0xab
/* Neither zeroes nor dirt, nor what OpenGL makes of channels that are not there. */
#define UNTOUCHED 0x77

FIXTURE(fresh)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

/* A shape, and which level and layer of it are read. */
FIXTURE_VARIANT(fresh)
{
	u32 target, height, depth, layers, z, level, flags;
};

FIXTURE_VARIANT_ADD(fresh, line)
{
	.target = 1, .height = 1, .depth = 1, .layers = 1, .z = 0, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, plane)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 0,
};

/* The first row at the top. */
FIXTURE_VARIANT_ADD(fresh, plane_upside_down)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .flags = 1,
};

FIXTURE_VARIANT_ADD(fresh, plane_level)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 1,
};

FIXTURE_VARIANT_ADD(fresh, volume)
{
	.target = 3, .height = SIDE, .depth = 2, .layers = 1, .z = 1, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, cube)
{
	.target = 4, .height = SIDE, .depth = 1, .layers = 6, .z = 4, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, rectangle)
{
	.target = 5, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, lines)
{
	.target = 6, .height = 1, .depth = 1, .layers = 4, .z = 0, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, planes)
{
	.target = 7, .height = SIDE, .depth = 1, .layers = 2, .z = 1, .level = 0,
};

FIXTURE_SETUP(fresh)
{
	if (mvt_parent_is_sim())
		SKIP(return, "how it reads: needs a physical GPU");
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	ASSERT_EQ(0, mvt_setup(&self->dev, TYPE));
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &self->mem, MVT_BUF_IOVA,
				 0x400000));
}

FIXTURE_TEARDOWN(fresh)
{
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

/* In two pieces, for which the renderer needs memory of its own. */
static int attach(struct mvt_dev *dev, struct mvt_mem *mem, u32 id)
{
	const struct virtio_gpu_mem_entry entries[] = {
		{ .addr = mem->iova, .length = 44 },
		{ .addr = mem->iova + 44, .length = ROOM - 44 },
	};

	return mvt_gpu_attach(dev, id, entries, ARRAY_SIZE(entries));
}

static int from(struct mvt_dev *dev, u32 id, u32 level, u32 width, u32 height,
		u32 z)
{
	struct virtio_gpu_transfer_host_3d req = {
		.box = { .z = z, .w = width, .h = height, .d = 1 },
		.resource_id = id,
		.level = level,
	};

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

/* Have the renderer use and free @bytes. */
static int leave_dirt(struct mvt_dev *dev, struct mvt_mem *mem, u32 bytes)
{
	struct mvt_spec spec = mvt_picture;
	int ret;

	spec.flags = 0;
	spec.width = bytes / 4 / spec.height ?: 1;
	memset(mem->va, DIRT, ROOM);
	ret = mvt_create_3d(dev, 2, &spec);
	if (ret == OK)
		ret = attach(dev, mem, 2);
	if (ret == OK)
		ret = mvt_to_3d(dev, 0, 2, spec.width, spec.height);
	if (ret == OK)
		ret = from(dev, 2, 0, spec.width, spec.height, 0);
	if (ret == OK)
		ret = mvt_gpu_unref(dev, 2);
	return ret;
}

/* How many bytes of each value there are, in what was read and what lies behind it. */
static void count(const struct mvt_mem *mem, u32 nr[256])
{
	const u8 *p = mem->va;
	u32 i;

	memset(nr, 0, 256 * sizeof(*nr));
	for (i = 0; i < ROOM; i++)
		nr[p[i]]++;
}

/* Bytes of one layer of its level that is read, as they are charged. */
static u32 bytes_of(struct mvt_dev *dev, u32 layers, u32 last_level)
{
	u64 memory = 0;

	if (mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &memory))
		return 0;
	memory /= layers;
	/* A level has a quarter of the one above it. */
	return last_level ? memory / 5 : memory;
}

/* The last level of a new texture, @cut columns less. Return: it may be read. */
static bool read_back(struct __test_metadata *_metadata,
		      FIXTURE_DATA(fresh) * self, const struct mvt_spec *spec,
		      u32 z, u32 cut)
{
	u32 level = spec->last_level, layers = spec->layers * spec->depth;
	u32 side = SIDE >> level, nr[256], bytes, other;
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	bool read;

	bytes = bytes_of(dev, layers, level);
	EXPECT_EQ(OK, leave_dirt(dev, mem, bytes * layers));
	EXPECT_EQ(OK, leave_dirt(dev, mem, bytes));
	memset(mem->va, UNTOUCHED, ROOM);
	read = from(dev, 1, level, side - cut, spec->height == 1 ? 1 : side,
		    z) == OK;
	count(mem, nr);
	EXPECT_EQ(0, nr[DIRT]) {
		TH_LOG("format %u", spec->format);
	}
	other = ROOM - nr[DIRT] - nr[0] - nr[0xff] - nr[UNTOUCHED];
	if (other)
		TH_LOG("format %u: %u bytes of other values", spec->format,
		       other);
	return read;
}

TEST_F_TIMEOUT(fresh, textures, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	u32 nr = 0;
	struct mvt_spec spec = {
		.target = variant->target, .width = SIDE,
		.height = variant->height, .depth = variant->depth,
		.layers = variant->layers, .last_level = variant->level,
		.flags = variant->flags, .bind = 1 << 3,
	};

	for (spec.format = 1; spec.format < FORMATS; spec.format++) {
		if (mvt_create_3d(dev, 1, &spec) != OK)
			continue;
		ASSERT_EQ(OK, attach(dev, mem, 1));
		/* All of it, and rows that end before the level does. */
		nr += read_back(_metadata, self, &spec, variant->z, 0);
		read_back(_metadata, self, &spec, variant->z, 1);
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
	TH_LOG("%u formats were read", nr);
	EXPECT_LT(0, nr);
}

TEST_HARNESS_MAIN
