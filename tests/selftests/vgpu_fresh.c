// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest reads of new resources: zeroes, and nothing of what was there before.
 *
 * A GPU gives out memory as it was left, so what is read is made where something full of
 * DIRT was. And where OpenGL does not give pixels to the renderer, that may hand out what
 * was in the memory where they should have been put: another one full of DIRT is read
 * just before.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA

/* mvgpu_1of16 */
#define TYPE 4
#define FORMATS 443
#define SIDE 64
/* What is read, a layer of 16 bytes for each pixel or a buffer, and some behind it. */
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
	u32 target, height, depth, layers, z, level, last_level, flags;
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
	.last_level = 1,
};

FIXTURE_VARIANT_ADD(fresh, plane_of_levels)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 0,
	.last_level = 2,
};

FIXTURE_VARIANT_ADD(fresh, plane_middle_level)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 3,
	.last_level = 6,
};

FIXTURE_VARIANT_ADD(fresh, plane_last_level)
{
	.target = 2, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 6,
	.last_level = 6,
};

FIXTURE_VARIANT_ADD(fresh, volume)
{
	.target = 3, .height = SIDE, .depth = 2, .layers = 1, .z = 1, .level = 0,
};

/* Half as many slices from level to level: this one has 2. */
FIXTURE_VARIANT_ADD(fresh, volume_level)
{
	.target = 3, .height = SIDE, .depth = 8, .layers = 1, .z = 1, .level = 2,
	.last_level = 3,
};

FIXTURE_VARIANT_ADD(fresh, cube)
{
	.target = 4, .height = SIDE, .depth = 1, .layers = 6, .z = 4, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, cube_level)
{
	.target = 4, .height = SIDE, .depth = 1, .layers = 6, .z = 5, .level = 1,
	.last_level = 2,
};

FIXTURE_VARIANT_ADD(fresh, rectangle)
{
	.target = 5, .height = SIDE, .depth = 1, .layers = 1, .z = 0, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, lines)
{
	.target = 6, .height = 1, .depth = 1, .layers = 4, .z = 0, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, lines_level)
{
	.target = 6, .height = 1, .depth = 1, .layers = 4, .z = 3, .level = 1,
	.last_level = 2,
};

FIXTURE_VARIANT_ADD(fresh, planes)
{
	.target = 7, .height = SIDE, .depth = 1, .layers = 2, .z = 1, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, planes_level)
{
	.target = 7, .height = SIDE, .depth = 1, .layers = 3, .z = 2, .level = 2,
	.last_level = 3,
};

FIXTURE_VARIANT_ADD(fresh, cubes)
{
	.target = 8, .height = SIDE, .depth = 1, .layers = 12, .z = 7, .level = 0,
};

FIXTURE_VARIANT_ADD(fresh, cubes_level)
{
	.target = 8, .height = SIDE, .depth = 1, .layers = 12, .z = 11, .level = 1,
	.last_level = 2,
};

static int setup(struct mvt_dev *dev, struct mvt_mem *mem)
{
	mvt_purge();
	return mvt_setup(dev, TYPE) ?:
		       mvt_mem_map(dev, mem, MVT_BUF_IOVA, 0x400000);
}

FIXTURE_SETUP(fresh)
{
	if (mvt_parent_is_sim())
		SKIP(return, "how it reads: needs a physical GPU");
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	ASSERT_EQ(0, setup(&self->dev, &self->mem));
}

FIXTURE_TEARDOWN(fresh)
{
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

/* What has no variants */
FIXTURE(one)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

FIXTURE_SETUP(one)
{
	if (mvt_parent_is_sim())
		SKIP(return, "how it reads: needs a physical GPU");
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	ASSERT_EQ(0, setup(&self->dev, &self->mem));
}

FIXTURE_TEARDOWN(one)
{
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
}

/* In two pieces, for which the renderer needs memory of its own. */
static int attach(struct mvt_dev *dev, struct mvt_mem *mem, u32 id, u32 size)
{
	const struct virtio_gpu_mem_entry entries[] = {
		{ .addr = mem->iova, .length = 44 },
		{ .addr = mem->iova + 44, .length = size - 44 },
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

/*
 * Have the renderer use and free @bytes, or somewhat more: whole rows of 64 bytes, four
 * at a time, as GPUs have them. In a gap between rows a small level would not be seen.
 */
static int leave_dirt(struct mvt_dev *dev, struct mvt_mem *mem, u32 bytes)
{
	struct mvt_spec spec = mvt_picture;
	u32 size;
	int ret;

	spec.flags = 0;
	spec.height = bytes < SIDE * SIDE ? 4 : SIDE;
	spec.width = ((bytes - 1) / (spec.height * 64) + 1) * 16;
	size = spec.width * spec.height * 4;
	if (size > mem->size)
		return -ENOMEM;
	memset(mem->va, DIRT, size);
	ret = mvt_create_3d(dev, 2, &spec);
	if (ret == OK)
		ret = attach(dev, mem, 2, size);
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

/* Bytes of all resources, as they are charged. */
static u32 charged(struct mvt_dev *dev)
{
	u64 memory = 0;

	mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &memory);
	return memory;
}

/* Resource 1, new, where DIRT was. Return: what it is charged with; 0: it can't be. */
static u32 make(struct __test_metadata *_metadata, struct mvt_dev *dev,
		struct mvt_mem *mem, const struct mvt_spec *spec)
{
	u32 bytes;

	if (mvt_create_3d(dev, 1, spec) != OK)
		return 0;
	bytes = charged(dev);
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(OK, leave_dirt(dev, mem, bytes));
	EXPECT_EQ(OK, mvt_create_3d(dev, 1, spec));
	EXPECT_EQ(OK, attach(dev, mem, 1, ROOM));
	return bytes;
}

/* Nothing in @nr but zeroes, and ones where the format has no channel. */
static void expect_clean(struct __test_metadata *_metadata, const u32 nr[256],
			 const struct mvt_spec *spec)
{
	EXPECT_EQ(ROOM, nr[0] + nr[0xff] + nr[UNTOUCHED]) {
		TH_LOG("format %u, bind %#x: %u bytes of dirt", spec->format,
		       spec->bind, nr[DIRT]);
	}
}

/* Layers of @level, or slices of a volume. */
static u32 layers(const struct mvt_spec *spec, u32 level)
{
	return spec->layers * (spec->depth >> level ?: 1);
}

static u64 pixels(const struct mvt_spec *spec, u32 level)
{
	return (spec->width >> level ?: 1) * (spec->height >> level ?: 1) *
	       layers(spec, level);
}

/* What @level has of @bytes of all levels; not 0. */
static u32 share(const struct mvt_spec *spec, u32 level, u32 bytes)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i <= spec->last_level; i++)
		sum += pixels(spec, i);
	return bytes * pixels(spec, level) / sum ?: 1;
}

/* @level of the texture, @cut columns less. Return: it may be read. */
static bool read_back(struct __test_metadata *_metadata, struct mvt_dev *dev,
		      struct mvt_mem *mem, const struct mvt_spec *spec,
		      u32 level, u32 z, u32 cut)
{
	u32 side = SIDE >> level, nr[256];
	bool read;

	memset(mem->va, UNTOUCHED, ROOM);
	read = from(dev, 1, level, side - cut, spec->height == 1 ? 1 : side,
		    z) == OK;
	count(mem, nr);
	expect_clean(_metadata, nr, spec);
	return read;
}

TEST_F_TIMEOUT(fresh, textures, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	struct mvt_spec spec = {
		.target = variant->target, .width = SIDE,
		.height = variant->height, .depth = variant->depth,
		.layers = variant->layers, .last_level = variant->last_level,
		.flags = variant->flags, .bind = 1 << 3,
	};
	u32 nr = 0, made = 0, all, one, cut;

	for (spec.format = 1; spec.format < FORMATS; spec.format++) {
		all = make(_metadata, dev, mem, &spec);
		if (!all)
			continue;
		made++;
		all = share(&spec, variant->level, all);
		one = all / layers(&spec, variant->level);
		/* All of it, and rows that end before the level does. */
		for (cut = 0; cut < 2; cut++) {
			/* The renderer may read all layers to give one. */
			EXPECT_EQ(OK, leave_dirt(dev, mem, all));
			EXPECT_EQ(OK, leave_dirt(dev, mem, one));
			nr += read_back(_metadata, dev, mem, &spec,
					variant->level, variant->z, cut);
		}
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
	/* The renderer need not have all formats, but each that it has is read. */
	TH_LOG("%u pieces of %u formats were read", nr, made);
	EXPECT_LT(0, made);
	EXPECT_LE(made, nr);
}

TEST_F_TIMEOUT(one, buffers, MVT_TEST_S)
{
	static const u32 sizes[] = { 4, 44, 4096, 65540, 0x40000 };
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	struct mvt_spec spec = mvt_buffer;
	u32 i, bit, nr[256], made = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		spec.width = sizes[i];
		for (bit = 0; bit < 32; bit++) {
			spec.bind = 1U << bit;
			if (!make(_metadata, dev, mem, &spec))
				continue;
			memset(mem->va, UNTOUCHED, ROOM);
			ASSERT_EQ(OK, from(dev, 1, 0, spec.width, 1, 0));
			count(mem, nr);
			expect_clean(_metadata, nr, &spec);
			/* Of what is only in the guest's memory nothing comes. */
			EXPECT_TRUE(nr[0] == spec.width || nr[0] == 0) {
				TH_LOG("%u bytes, bind %#x: %u zeroes",
				       spec.width, spec.bind, nr[0]);
			}
			made += nr[0] == spec.width;
			ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
		}
	}
	TH_LOG("%u buffers were read", made);
	EXPECT_LT(ARRAY_SIZE(sizes), made);
}

/* What the 2D commands make, which have no way back: but those of 3D have. */
TEST_F(one, pictures)
{
	static const u32 formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };
	struct mvt_spec spec = { .width = SIDE, .height = SIDE };
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	u32 i, nr[256], made = 0;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		spec.format = formats[i];
		ASSERT_EQ(OK, leave_dirt(dev, mem, SIDE * SIDE * 4));
		ASSERT_EQ(OK, mvt_gpu_create(dev, 1, spec.format, SIDE, SIDE));
		ASSERT_EQ(OK, attach(dev, mem, 1, ROOM));
		memset(mem->va, UNTOUCHED, ROOM);
		ASSERT_EQ(OK, from(dev, 1, 0, SIDE, SIDE, 0));
		count(mem, nr);
		expect_clean(_metadata, nr, &spec);
		made += nr[0] + nr[0xff] == SIDE * SIDE * 4;
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
	/* The renderer need not have all of them. */
	TH_LOG("%u formats were read", made);
	EXPECT_LT(0, made);
}

/* A blit of resource 1, whose samples can't be transferred, to 3. */
static int resolve(struct mvt_dev *dev, u32 format, u32 mask)
{
	const u32 blit[] = {
		16 | 21 << 16, mask, 0, 0, 3, 0, format, 0, 0, 0, SIDE, SIDE, 1,
		1, 0, format, 0, 0, 0, SIDE, SIDE, 1,
	};
	int ret;

	ret = mvt_ctx_create(dev, 1);
	if (ret == OK)
		ret = mvt_ctx_attach(dev, 1, 1);
	if (ret == OK)
		ret = mvt_ctx_attach(dev, 1, 3);
	if (ret == OK)
		ret = mvt_submit(dev, 1, blit, ARRAY_SIZE(blit));
	if (ret == OK)
		ret = mvt_ctx_destroy(dev, 1);
	return ret;
}

TEST_F_TIMEOUT(one, samples, MVT_TEST_S)
{
	/* Colours, and depth and stencil. */
	static const struct {
		u32 bind, mask;
	} kinds[] = { { 1 << 1, 0xf }, { 1 << 0, 0x30 } };
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;
	u32 kind, format, nr[256], before, resolved;

	for (kind = 0; kind < 2; kind++) {
		resolved = 0;
		for (format = 1; format < FORMATS; format++) {
			struct mvt_spec spec = {
				.target = 2, .width = SIDE, .height = SIDE,
				.format = format, .samples = 4,
				.bind = 1 << 3 | kinds[kind].bind,
			};

			if (!make(_metadata, dev, mem, &spec))
				continue;
			spec.samples = 0;
			ASSERT_EQ(OK, mvt_create_3d(dev, 3, &spec));
			ASSERT_EQ(OK, attach(dev, mem, 3, ROOM));
			memset(mem->va, UNTOUCHED, ROOM);
			ASSERT_EQ(OK, mvt_to_3d(dev, 0, 3, SIDE, SIDE));
			ASSERT_EQ(OK, from(dev, 3, 0, SIDE, SIDE, 0));
			count(mem, nr);
			before = nr[0];
			ASSERT_EQ(OK, resolve(dev, format, kinds[kind].mask));
			ASSERT_EQ(OK, from(dev, 3, 0, SIDE, SIDE, 0));
			count(mem, nr);
			EXPECT_EQ(0, nr[DIRT]);
			if (nr[0] > before) {
				expect_clean(_metadata, nr, &spec);
				resolved++;
			}
			ASSERT_EQ(OK, mvt_gpu_unref(dev, 3));
			ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
		}
		TH_LOG("%u formats were resolved", resolved);
		EXPECT_LT(0, resolved);
	}
}

TEST_HARNESS_MAIN
