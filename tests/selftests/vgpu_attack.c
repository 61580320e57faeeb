// SPDX-License-Identifier: GPL-2.0
/*
 * A tenant that wants its neighbour's pictures, or the neighbour to stand still.
 * Whatever it does, no byte of the other one's is read or written and the other
 * one goes on.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attack_fixture.h"

#define BAD_RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD_CTX VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID
#define NO_MEM VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY

/* Ids that an attacker tries: those on the GPU are small and given in turn. */
#define GUESSES 100

/* Requests of the cursor queue have no answer: those that are refused are counted. */
static bool cursor_refused(struct mvt_dev *dev, u32 id)
{
	u64 errors = mvt_stat(dev, "errors");

	return !mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, id, 0, 0,
			       0, 0) &&
	       mvt_stat(dev, "errors") == errors + 1;
}

/* Every command that has an id, with ids of nothing or of somebody else. */
TEST_F_TIMEOUT(attack, guessed_ids, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	u64 iova = self->mem.iova;
	u32 i, stream[32], n;

	/* With a context of its own, so that only the resource is wrong. */
	ASSERT_EQ(OK, mvt_ctx_create(dev, 200));
	ASSERT_EQ(OK, mvt_create_3d(dev, 200, &mvt_picture));
	ASSERT_EQ(OK, mvt_ctx_attach(dev, 200, 200));
	for (i = 1; i <= GUESSES; i++) {
		EXPECT_EQ(BAD_CTX, mvt_ctx_destroy(dev, i));
		EXPECT_EQ(BAD_CTX, mvt_ctx_attach(dev, i, 200));
		EXPECT_EQ(BAD_CTX, mvt_ctx_detach(dev, i, 200));
		EXPECT_EQ(BAD_CTX, mvt_from_3d(dev, i, 200, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_ctx_attach(dev, 200, i));
		EXPECT_EQ(BAD_RES, mvt_ctx_detach(dev, 200, i));
		EXPECT_EQ(BAD_RES, mvt_from_3d(dev, 200, i, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_to_3d(dev, 200, i, 64, 64));
		/* Context 0 is attached to nothing, and may do anything. */
		EXPECT_EQ(BAD_RES, mvt_from_3d(dev, 0, i, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_to_3d(dev, 0, i, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_gpu_attach_one(dev, i, iova, 16384));
		EXPECT_EQ(BAD_RES, mvt_gpu_detach(dev, i));
		EXPECT_EQ(BAD_RES, mvt_gpu_scanout(dev, 0, i, 0, 0, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_gpu_flush(dev, i, 0, 0, 64, 64));
		EXPECT_EQ(BAD_RES, mvt_gpu_transfer(dev, i, 0, 0, 0, 64, 64));
		EXPECT_TRUE(cursor_refused(dev, i));
		EXPECT_EQ(BAD_RES, mvt_gpu_unref(dev, i));

		n = mvt_stream_copy(stream, 200, i, 64, 64);
		EXPECT_EQ(BAD_CTX, mvt_submit(dev, i, stream, n));
		EXPECT_EQ(BAD_RES, mvt_submit(dev, 200, stream, n));
		n = mvt_stream_copy(stream, i, 200, 64, 64);
		EXPECT_EQ(BAD_RES, mvt_submit(dev, 200, stream, n));
	}
	EXPECT_EQ(2 * GUESSES, mvt_stat(dev, "refused"));
	EXPECT_EQ(0, mvt_stat(dev, "streams"));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(0, mvt_stat(&self->victim, "errors"));
}

/* Its own, but not in that context. */
TEST_F(attack, other_context)
{
	struct mvt_dev *dev = &self->dev;
	u32 stream[32], n;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_ctx_create(dev, 2));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 1, 1, &mvt_picture, 1));
	n = mvt_stream_copy(stream, 1, 1, 64, 64);
	EXPECT_EQ(OK, mvt_submit(dev, 1, stream, n));
	EXPECT_EQ(BAD_RES, mvt_submit(dev, 2, stream, n));
	EXPECT_EQ(BAD_RES, mvt_from_3d(dev, 2, 1, 64, 64));
	EXPECT_EQ(OK, mvt_ctx_detach(dev, 1, 1));
	EXPECT_EQ(BAD_RES, mvt_submit(dev, 1, stream, n));
}

/* Fresh memory, of the size that the victim has just given up. */
TEST_F_TIMEOUT(attack, fresh_memory, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	u32 i;

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(OK, mvt_make_3d(&self->victim, &self->secret, 0, 1,
					  &mvt_picture, i));
		ASSERT_EQ(OK, mvt_gpu_unref(&self->victim, 1));
		ASSERT_EQ(OK, mvt_create_3d(dev, 1, &mvt_picture));
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
						 64 * 64 * 4));
		memset(self->mem.va, 0xff, 64 * 64 * 4);
		ASSERT_EQ(OK, mvt_from_3d(dev, 0, 1, 64, 64));
		EXPECT_EQ(64 * 64, mvt_count(self->mem.va, 0, 64 * 64));
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 1));
	}
}

TEST_F_TIMEOUT(attack, flood_of_bad_streams, MVT_TEST_S)
{
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	struct mvt_dev *dev = &self->dev;
	u32 *stream = (u32 *)self->mem.va;
	u32 round, i, got = 0;

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	/* Good commands for as long as can be, and then a bad one. */
	memset(stream, 0, 65536);
	stream[16383] = 1 | 99 << 8 | 3 << 16;
	ASSERT_EQ(0, victim_start(&v));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 60; i++)
			ASSERT_LE(0, mvt_send_submit(dev, 1, self->mem.iova,
						     16384));
		ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
		got += mvt_gpu_recv_many(dev, 60, BAD_PARAM);
	}
	EXPECT_TRUE(victim_stop(&v));
	EXPECT_EQ(1200, got);
	EXPECT_EQ(1200, mvt_stat(dev, "refused"));
}

/* Streams on their way are bounded: the attacker's queue waits, and nobody else's. */
TEST_F_TIMEOUT(attack, flood_of_long_streams, MVT_TEST_S)
{
	/* MAX_STREAM_BYTES of drivers/core/vgpu.c. */
	const u32 quota = 4 << 20, kib = 900, nr = 10;
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	u32 *stream = (u32 *)self->mem.va;
	struct mvt_dev *dev = &self->dev;
	u64 end, first, bytes, peak = 0;
	struct virtio_gpu_ctrl_hdr resp;
	u32 i, got = 0, rounds;
	int ret;

	if (!mvt_parent_is_sim())
		SKIP(return, "slow streams: needs the software GPU");
	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	/* NOPs of 1 KiB each; all of a stream takes 90 ms. */
	for (i = 0; i < kib; i++)
		stream[i * 256] = 255 << 16;
	ASSERT_EQ(0, mvt_sim_set_u64("ns_per_kib", 100000));
	ASSERT_EQ(0, victim_start(&v));
	first = dev->fence + 1;
	for (i = 0; i < nr; i++)
		ASSERT_LE(0, mvt_send_submit(dev, 1, self->mem.iova,
					     kib * 256));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	rounds = v.rounds;
	end = mvt_now_ms() + MVT_WAIT_MS;
	while (got < nr && mvt_now_ms() < end) {
		bytes = mvt_stat(dev, "stream_bytes");
		peak = bytes > peak ? bytes : peak;
		ret = mvt_gpu_recv(dev, 0, &resp, sizeof(resp));
		if (ret == -ETIMEDOUT) {
			mvt_msleep(1);
			continue;
		}
		if (ret != OK || resp.fence_id != first + got)
			break;
		got++;
	}
	/* One may have been all but done when the flood came. */
	EXPECT_LE(rounds + 2, v.rounds);
	EXPECT_TRUE(victim_stop(&v));
	EXPECT_EQ(nr, got);
	ksft_print_msg("%llu bytes of streams at a time\n",
		       (unsigned long long)peak);
	EXPECT_LE(quota, peak);
	EXPECT_GE(quota + kib * 1024, peak);
	EXPECT_EQ(0, mvt_stat(dev, "stream_bytes"));
	EXPECT_EQ(0, mvt_stat(dev, "quota_hits"));
}

/* A stream that changes after it was sent is checked as it was copied. */
struct flip {
	u32 *at;
	atomic_bool stop;
};

static void *flip(void *arg)
{
	struct flip *f = arg;
	u32 i;

	for (i = 0; !atomic_load(&f->stop); i++)
		__atomic_store_n(f->at, i & 1 ? 1 : RES, __ATOMIC_RELAXED);
	return NULL;
}

TEST_F_TIMEOUT(attack, stream_that_changes, MVT_TEST_S)
{
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	u32 *stream = (u32 *)(self->mem.va + 0x10000), n, i;
	struct mvt_dev *dev = &self->dev;
	u32 good = 0, refused = 0, other = 0;
	pthread_t flipper;
	struct flip f = {};

	ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 1, 1, &mvt_picture, 1));
	n = mvt_stream_copy(stream, 1, 1, 64, 64);
	f.at = &stream[1];
	ASSERT_EQ(0, victim_start(&v));
	ASSERT_EQ(0, pthread_create(&flipper, NULL, flip, &f));
	for (i = 0; i < 3000 && (i < 300 || !good || !refused); i++) {
		switch (mvt_submit_at(dev, 1, self->mem.iova + 0x10000, n)) {
		case OK:
			good++;
			break;
		case BAD_RES:
			refused++;
			break;
		default:
			other++;
		}
	}
	atomic_store(&f.stop, true);
	pthread_join(flipper, NULL);
	EXPECT_TRUE(victim_stop(&v));
	EXPECT_EQ(0, other);
	EXPECT_LT(0, good);
	EXPECT_LT(0, refused);
	/* And the context is well. */
	stream[1] = 1;
	EXPECT_EQ(OK, mvt_submit_at(dev, 1, self->mem.iova + 0x10000, n));
}

/* The attacker takes all that it may have; the victim has what is its own. */
TEST_F_TIMEOUT(attack, exhaustion, MVT_TEST_S)
{
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	struct mvt_dev *dev = &self->dev;
	struct mvt_spec big = mvt_picture;
	u32 contexts, resources;

	ASSERT_EQ(0, victim_start(&v));
	for (contexts = 1; mvt_ctx_create(dev, contexts) == OK; contexts++)
		ASSERT_GT(1000, contexts);
	big.width = 1024;
	big.height = 1024;
	for (resources = 1; mvt_create_3d(dev, resources, &big) == OK;
	     resources++)
		ASSERT_GT(1000, resources);
	EXPECT_EQ(NO_MEM, mvt_ctx_create(dev, contexts));
	EXPECT_EQ(NO_MEM, mvt_create_3d(dev, resources, &big));
	EXPECT_EQ(mvt_stat(dev, "contexts"), contexts - 1);
	EXPECT_EQ(mvt_stat(dev, "resources"), resources - 1);
	/* By number, too: small ones go on for longer. */
	for (; resources > 1; resources--)
		ASSERT_EQ(OK, mvt_gpu_unref(dev, resources - 1));
	for (; mvt_gpu_create(dev, resources, 1, 1, 1) == OK; resources++)
		ASSERT_GT(10000, resources);
	EXPECT_EQ(NO_MEM, mvt_gpu_create(dev, resources, 1, 1, 1));
	EXPECT_EQ(mvt_stat(dev, "resources"), resources - 1);
	EXPECT_TRUE(victim_stop(&v));
}

/*
 * What a GPU takes for narrow textures is a multiple of what they show, and of the
 * largest it has nothing but an error, which the renderer does not look at.
 */
TEST_F(attack, narrow)
{
	struct mvt_spec narrow = mvt_picture;
	struct mvt_dev *dev = &self->dev;
	u64 before, memory;

	narrow.target = MVT_ARRAY;
	/* R8: a byte for each pixel. */
	narrow.format = 64;
	narrow.flags = 0;
	narrow.width = 1;
	narrow.height = 1024;
	narrow.layers = 16;
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &before));
	ASSERT_EQ(OK, mvt_create_3d(dev, 1, &narrow));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &memory));
	EXPECT_EQ(64 * 1024 * 16, memory - before);
	narrow.height = 16384;
	narrow.layers = 2048;
	narrow.last_level = 1;
	EXPECT_EQ(NO_MEM, mvt_create_3d(dev, 2, &narrow));
}

/* The same pages, pinned again and again: each time counts, and there is an end. */
TEST_F_TIMEOUT(attack, exhaustion_by_pins, MVT_TEST_S)
{
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	struct mvt_dev *dev = &self->dev;
	const u32 len = self->mem.size, pages = len / MVT_PAGE;
	u64 memory, before, quota;
	u32 i, nr;

	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory_max", &memory));
	/* PIN_FACTOR of drivers/core/vgpu.c. */
	quota = memory / MVT_PAGE * 2;
	before = mvt_stat(dev, "pinned_pages");
	ASSERT_EQ(0, victim_start(&v));
	for (nr = 0; nr <= quota / pages; nr++) {
		ASSERT_EQ(OK, mvt_gpu_create(dev, nr + 1, 1, 16, 16));
		if (mvt_gpu_attach_one(dev, nr + 1, self->mem.iova, len) != OK)
			break;
	}
	ksft_print_msg("%u times %u pages\n", nr, pages);
	EXPECT_EQ((quota - before) / pages, nr);
	EXPECT_EQ(before + (u64)nr * pages, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(1, mvt_stat(dev, "quota_hits"));
	EXPECT_EQ(NO_MEM, mvt_gpu_attach_one(dev, nr + 1, self->mem.iova, len));
	EXPECT_EQ(2, mvt_stat(dev, "quota_hits"));
	EXPECT_EQ(before + (u64)nr * pages, mvt_stat(dev, "pinned_pages"));
	/* What one lets go of another one may have. */
	EXPECT_EQ(OK, mvt_gpu_detach(dev, 1));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, nr + 1, self->mem.iova, len));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, nr + 1, 0, 0, 0, 16, 16));
	for (i = 2; i <= nr + 1; i++)
		ASSERT_EQ(OK, mvt_gpu_detach(dev, i));
	EXPECT_EQ(before, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova, len));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 16, 16));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(before, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(victim_stop(&v));
}

/* Attach resources 1 to @nr, a multiple of 64, to a context. Return: how many were. */
static u32 attach_all(struct mvt_dev *dev, u32 ctx, u32 nr)
{
	u32 id = 1, i, got = 0;

	while (id <= nr) {
		for (i = 0; i < 64; i++)
			if (mvt_send_ctx_attach(dev, ctx, id++) < 0)
				return got;
		if (mvt_vq_kick(&dev->vq[MVT_CTRL]))
			return got;
		got += mvt_gpu_recv_many(dev, 64, OK);
	}
	return got;
}

/* Each resource in each context: each time counts, and there is an end. */
TEST_F_TIMEOUT(attack, exhaustion_by_attachments, MVT_TEST_S)
{
	/* mvgpu_1of64; ATTACHMENTS_FACTOR of drivers/proto/context.c. */
	const u32 type = 6, contexts = 32, quota = 2048 * 4;
	const u32 nr = quota / contexts;
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	struct mvt_dev small, *dev = &small;
	u32 i;

	ASSERT_EQ(0, mvt_setup(dev, type));
	ASSERT_EQ(0, victim_start(&v));
	for (i = 1; i <= nr + 1; i++)
		ASSERT_EQ(OK, mvt_gpu_create(dev, i, 1, 1, 1));
	for (i = 1; i <= contexts; i++) {
		ASSERT_EQ(OK, mvt_ctx_create(dev, i));
		ASSERT_EQ(nr, attach_all(dev, i, nr));
	}
	EXPECT_EQ(quota, mvt_stat(dev, "attachments"));
	EXPECT_EQ(0, mvt_stat(dev, "quota_hits"));
	EXPECT_EQ(NO_MEM, mvt_ctx_attach(dev, 1, nr + 1));
	EXPECT_EQ(NO_MEM, mvt_ctx_attach(dev, contexts, nr + 1));
	EXPECT_EQ(2, mvt_stat(dev, "quota_hits"));
	EXPECT_EQ(quota, mvt_stat(dev, "attachments"));
	/* What one lets go of another one may have. */
	EXPECT_EQ(OK, mvt_ctx_detach(dev, 2, 1));
	EXPECT_EQ(quota - 1, mvt_stat(dev, "attachments"));
	EXPECT_EQ(OK, mvt_ctx_attach(dev, 1, nr + 1));
	EXPECT_EQ(NO_MEM, mvt_ctx_attach(dev, 2, 1));
	EXPECT_EQ(quota, mvt_stat(dev, "attachments"));
	/* They go with a resource, and with a context. */
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 2));
	EXPECT_EQ(quota - contexts, mvt_stat(dev, "attachments"));
	EXPECT_EQ(OK, mvt_ctx_destroy(dev, 3));
	EXPECT_EQ(quota - contexts - (nr - 1), mvt_stat(dev, "attachments"));
	EXPECT_TRUE(victim_stop(&v));
	mvt_teardown(dev);
}

/* The nth stream of one kind. Return: dwords */
typedef u32 stream_nth(u32 *stream, u32 n);

static u32 stream_objects(u32 *stream, u32 n)
{
	return mvt_stream_objects(stream, n * 8192 + 1, 8192);
}

static u32 stream_sub_context(u32 *stream, u32 n)
{
	return mvt_stream_sub_contexts(stream, n + 1, 1);
}

/* A streamout target of resource 1, and alone a combination: in two sub-contexts by turns. */
static u32 stream_streamout(u32 *stream, u32 n)
{
	const u32 sub = 1 + n % 2;
	const u32 target[] = {
		/* CREATE_SUB_CTX, SET_SUB_CTX */
		29 | 1 << 16, sub, 28 | 1 << 16, sub,
		/* CREATE_OBJECT, SET_STREAMOUT_TARGETS */
		1 | 10 << 8 | 4 << 16, n + 1, 1, 0, 4096, 25 | 2 << 16, 0, n + 1,
	};

	memcpy(stream, target, sizeof(target));
	return ARRAY_SIZE(target);
}

/* A vertex shader that is all but empty, for 128 KiB. */
static u32 stream_shader(u32 *stream, u32 n)
{
	const u32 bytes = 128 * 1024, dwords = 5 + bytes / 4;
	char *text = (char *)&stream[6];

	stream[0] = 1 | 4 << 8 | dwords << 16;
	stream[1] = n + 1;
	stream[2] = 0;
	stream[3] = bytes;
	stream[4] = 300;
	stream[5] = 0;
	memset(text, '\n', bytes);
	memcpy(text, "VERT", 4);
	memcpy(text + bytes - 5, "END\n", 5);
	return 1 + dwords;
}

/* Until it gets no more; then each other one is refused for the same reason. */
static int exhaust(struct mvt_dev *dev, stream_nth *nth, u32 *nr)
{
	static u32 stream[65536];
	int ret = OK;

	for (*nr = 0; ret == OK && *nr < 2000; ++*nr)
		ret = mvt_submit(dev, 1, stream, nth(stream, *nr));
	--*nr;
	return mvt_submit(dev, 1, stream, nth(stream, *nr + 1)) == ret ? ret : 0;
}

/* What streams make has quotas of its own. */
TEST_F_TIMEOUT(attack, exhaustion_by_streams, MVT_TEST_S)
{
	static const struct {
		const char *stat;
		stream_nth *nth;
		u32 each, quota;
	} kinds[] = {
		/* What Documentation/architecture.rst says of mvgpu_1of8 */
		{ "objects", stream_objects, 8192, 65536 },
		/* 256 combinations in a sub-context, and as many targets */
		{ "objects", stream_streamout, 2, 2 * (256 + 256) },
		{ "sub_contexts", stream_sub_context, 1, 256 },
		{ "shader_bytes", stream_shader, 128 * 1024, 64 << 20 },
	};
	struct victim v = { .dev = &self->victim, .mem = &self->secret };
	struct mvt_dev *dev = &self->dev;
	u32 i, nr;

	ASSERT_EQ(OK, mvt_create_3d(dev, 1, &mvt_buffer));
	ASSERT_EQ(0, victim_start(&v));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
		ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 1));
		EXPECT_EQ(NO_MEM, exhaust(dev, kinds[i].nth, &nr));
		ksft_print_msg("%s: %u times %u\n", kinds[i].stat, nr,
			       kinds[i].each);
		EXPECT_EQ(kinds[i].quota, nr * kinds[i].each);
		EXPECT_EQ(kinds[i].quota, mvt_stat(dev, kinds[i].stat));
		EXPECT_EQ(2 * (i + 1), mvt_stat(dev, "refused"));
		EXPECT_EQ(2 * (i + 1), mvt_stat(dev, "quota_hits"));
		EXPECT_EQ(OK, mvt_ctx_destroy(dev, 1));
		EXPECT_EQ(0, mvt_stat(dev, kinds[i].stat));
	}
	EXPECT_TRUE(victim_stop(&v));
}

/*
 * A context that the renderer has given up keeps what it holds, whatever its
 * streams say. It is found out, and destroyed.
 */
TEST_F_TIMEOUT(attack, hidden_memory, MVT_TEST_S)
{
	/* SET_VERTEX_BUFFERS of one, and of none; a shader that is none. */
	const u32 bind[] = { 6 | 3 << 16, 4, 0, 7 };
	const u32 unbind[] = { 6 };
	const u32 shader[] = {
		1 | 4 << 8 | 7 << 16, 9, 1, 8, 4, 0, 0x21212121, 0,
	};
	struct mvt_dev *dev = &self->dev;
	struct mvt_spec big = mvt_buffer;
	bool dies = !mvt_parent_is_sim();
	u32 stream[64], n, round;
	u64 memory;

	/* More than a quarter of what it may have. */
	big.width = 40 << 20;
	ASSERT_EQ(OK, mvt_ctx_create(dev, 2));
	ASSERT_EQ(OK, mvt_make_3d(dev, &self->mem, 2, 1, &mvt_picture, 1));
	n = mvt_stream_copy(stream, 1, 1, 64, 64);
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory", &memory));
	for (round = 1; round <= 5; round++) {
		u64 now;

		ASSERT_EQ(OK, mvt_ctx_create(dev, 1));
		ASSERT_EQ(OK, mvt_create_3d(dev, 7, &big));
		ASSERT_EQ(OK, mvt_ctx_attach(dev, 1, 7));
		ASSERT_EQ(OK, mvt_submit(dev, 1, bind, ARRAY_SIZE(bind)));
		ASSERT_EQ(OK, mvt_gpu_unref(dev, 7));
		/* Nobody tells. */
		ASSERT_EQ(OK, mvt_submit(dev, 1, shader, ARRAY_SIZE(shader)));
		ASSERT_EQ(OK, mvt_submit(dev, 1, unbind, ARRAY_SIZE(unbind)));
		/* Its answer comes behind what was found out. */
		ASSERT_EQ(OK, mvt_submit(dev, 2, stream, n));
		EXPECT_EQ(dies ? BAD_CTX : OK,
			  mvt_submit(dev, 1, unbind, ARRAY_SIZE(unbind)));
		EXPECT_EQ(dies ? BAD_CTX : OK, mvt_ctx_destroy(dev, 1));
		/* And this one behind the end of the context. */
		ASSERT_EQ(OK, mvt_submit(dev, 2, stream, n));
		EXPECT_EQ(dies ? round : 0, mvt_stat(dev, "refused"));
		EXPECT_EQ(1, mvt_stat(dev, "contexts"));
		ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/memory",
					       &now));
		EXPECT_EQ(memory, now);
	}
	EXPECT_EQ(OK, mvt_from_3d(dev, 2, 1, 64, 64));
}

TEST_HARNESS_MAIN
