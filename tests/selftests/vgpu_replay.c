// SPDX-License-Identifier: GPL-2.0
/*
 * Replays captures (tests/guest/capture.h) on a vGPU, and compares what transfers
 * from the GPU bring with what they brought when the capture was made:
 *
 *	vgpu_replay FILE...
 *
 * Some captures have no such transfers, as of a program that only looks at queries. One
 * that has, but nothing to compare, was made without the bytes: it fails.
 *
 * A program of its own, not one of the kselftests: captures with bytes are too
 * large to be kept, so a scenario records them first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mvt.h"
#include "../guest/capture.h"
#include "../guest/checksum.h"
#include "../guest/stream.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define TYPE 0	/* mvgpu_1of1 */
#define MAX_IDS 65536
#define STREAM_BYTES (1024 * 1024)
#define CAPSET_VIRGL2 2

/**
 * struct backing - of a resource
 * @at: in the player's memory
 * @size: bytes; 0: there is no such resource
 */
struct backing {
	size_t at, size;
};

/**
 * struct player - of one capture
 * @dev: the vGPU
 * @mem: a stream, then backings one after another
 * @used: bytes of @mem
 * @backing: by resource
 * @contexts: bits of those that were created
 * @streams: submitted
 * @reads: transfers from the GPU, in streams or beside them
 * @checks: backings compared
 * @wrong: of them
 */
struct player {
	struct mvt_dev dev;
	struct mvt_mem mem;
	size_t used;
	struct backing backing[MAX_IDS];
	u32 contexts;
	unsigned int streams, reads, checks, wrong;
};

static struct player player;

static int exec(void *req, size_t len, u32 type, u32 context,
		const struct mvt_buf *extra)
{
	struct virtio_gpu_ctrl_hdr *hdr = req;
	int ret;

	mvt_gpu_hdr(&player.dev, hdr, type);
	hdr->ctx_id = context;
	ret = mvt_gpu_exec(&player.dev, req, len, extra, NULL, 0);
	if (ret == OK)
		return 0;
	printf("# command %#x: answer %#x\n", type, ret);
	return -EIO;
}

static int context_create(u32 context)
{
	struct virtio_gpu_ctx_create req = { .context_init = CAPSET_VIRGL2 };

	if (context > 31)
		return -EINVAL;
	if (player.contexts & 1u << context)
		return 0;
	player.contexts |= 1u << context;
	return exec(&req, sizeof(req), VIRTIO_GPU_CMD_CTX_CREATE, context + 1,
		    NULL);
}

static struct backing *find(u32 id)
{
	return id < MAX_IDS && player.backing[id].size ? &player.backing[id] :
							 NULL;
}

static int context_resource(u32 type, u32 context, u32 id)
{
	struct virtio_gpu_ctx_resource req = { .resource_id = id };

	return exec(&req, sizeof(req), type, context, NULL);
}

static int play_create(u32 context, const u32 *w)
{
	struct virtio_gpu_resource_create_3d req = {
		.resource_id = w[0], .target = w[1], .format = w[2],
		.bind = w[3], .width = w[4], .height = w[5], .depth = w[6],
		.array_size = w[7], .last_level = w[8], .nr_samples = w[9],
		.flags = w[10],
	};
	size_t size = w[11] ? w[11] : 4096;
	struct backing *backing;

	if (w[0] >= MAX_IDS || player.mem.size - player.used < size)
		return -ENOMEM;
	backing = &player.backing[w[0]];
	*backing = (struct backing){ player.used, size };
	player.used += size;
	if (exec(&req, sizeof(req), VIRTIO_GPU_CMD_RESOURCE_CREATE_3D, 0,
		 NULL) ||
	    mvt_gpu_attach_one(&player.dev, w[0],
			       player.mem.iova + backing->at, size) != OK)
		return -EIO;
	return context_resource(VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, context,
				w[0]);
}

static int play_close(u32 context, const u32 *w)
{
	struct backing *backing = find(w[0]);

	if (!backing)
		return -ENOENT;
	backing->size = 0;
	if (context_resource(VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, context, w[0]))
		return -EIO;
	return mvt_gpu_unref(&player.dev, w[0]) == OK ? 0 : -EIO;
}

static int play_data(const u32 *w, u32 nr)
{
	struct backing *backing = find(w[0]);

	if (!backing || w[1] > backing->size || w[2] > backing->size - w[1] ||
	    w[2] > 4ull * (nr - CAPTURE_DATA_WORDS))
		return -EINVAL;
	memcpy(player.mem.va + backing->at + w[1], w + CAPTURE_DATA_WORDS,
	       w[2]);
	return 0;
}

static int play_transfer(u32 type, u32 context, const u32 *w)
{
	struct virtio_gpu_transfer_host_3d req = {
		.resource_id = w[0], .level = w[1], .offset = w[2],
		.stride = w[3], .layer_stride = w[4],
		.box = { w[5], w[6], w[7], w[8], w[9], w[10] },
	};

	return exec(&req, sizeof(req), type, context, NULL);
}

static int play_submit(u32 context, const u32 *w, u32 nr)
{
	struct virtio_gpu_cmd_submit req = { .size = nr * 4 };
	const struct mvt_buf stream = {
		.iova = player.mem.iova, .len = nr * 4
	};
	u32 at = 0;
	bool read;

	if (nr > STREAM_BYTES / 4)
		return -E2BIG;
	player.streams++;
	while (stream_transfer(w, nr, &at, &read))
		player.reads += read;
	memcpy(player.mem.va, w, nr * 4);
	return exec(&req, sizeof(req), VIRTIO_GPU_CMD_SUBMIT_3D, context,
		    &stream);
}

static int play_check(const u32 *w)
{
	struct backing *backing = find(w[0]);
	u64 sum;

	if (!backing || backing->size != w[1])
		return -EINVAL;
	sum = checksum(player.mem.va + backing->at, backing->size);
	player.checks++;
	player.wrong += sum != (w[2] | (u64)w[3] << 32);
	return 0;
}

static int play(const struct capture_record *record, const u32 *w)
{
	u32 context = record->context + 1;

	switch (record->type) {
	case CAPTURE_CREATE:
		return play_create(context, w);
	case CAPTURE_CLOSE:
		return play_close(context, w);
	case CAPTURE_DATA:
		return play_data(w, record->words);
	case CAPTURE_TO:
		return play_transfer(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
				     context, w);
	case CAPTURE_FROM:
		player.reads++;
		return play_transfer(VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
				     context, w);
	case CAPTURE_SUBMIT:
		return play_submit(context, w, record->words);
	case CAPTURE_CHECK:
		return play_check(w);
	}
	return -EINVAL;
}

/* All records in turn; @play_them: false: only add up what backings need. */
static int each_record(const char *path, bool play_them, size_t *need)
{
	struct capture_record record;
	FILE *file = fopen(path, "rb");
	u32 magic = 0, *w;
	int ret = 0;

	if (!file)
		return -errno;
	if (fread(&magic, 4, 1, file) != 1 || magic != CAPTURE_MAGIC)
		ret = -EINVAL;
	while (!ret && fread(&record, sizeof(record), 1, file) == 1) {
		if (record.words > CAPTURE_MAX_WORDS) {
			ret = -EINVAL;
			break;
		}
		w = calloc(record.words + CAPTURE_CREATE_WORDS, 4);
		if (fread(w, 4, record.words, file) != record.words)
			ret = -EINVAL;
		else if (!play_them && record.type == CAPTURE_CREATE)
			*need += w[11] ? w[11] : 4096;
		else if (play_them)
			ret = context_create(record.context) ?:
			      play(&record, w);
		free(w);
	}
	fclose(file);
	return ret;
}

static int replay(const char *path)
{
	size_t need = STREAM_BYTES;
	int ret;

	memset(&player, 0, sizeof(player));
	ret = each_record(path, false, &need);
	if (ret)
		return ret;
	ret = mvt_setup(&player.dev, TYPE);
	if (ret)
		return ret;
	ret = mvt_mem_map(&player.dev, &player.mem, MVT_BUF_IOVA, need);
	player.used = STREAM_BYTES;
	if (!ret)
		ret = each_record(path, true, NULL);
	mvt_mem_free(&player.dev, &player.mem);
	mvt_teardown(&player.dev);
	return ret;
}

int main(int argc, char **argv)
{
	int i, ret, bad = 0;
	bool ok;

	for (i = 1; i < argc; i++) {
		ret = replay(argv[i]);
		if (ret)
			printf("# %s: %s\n", argv[i], strerror(-ret));
		ok = !ret && player.streams && !player.wrong &&
		     (player.checks || !player.reads);
		bad += !ok;
		printf("%sok %d - %s: %u streams, %u reads, %u of %u backings differ\n",
		       ok ? "" : "not ", i, argv[i], player.streams,
		       player.reads, player.wrong, player.checks);
		fflush(stdout);
	}
	printf("1..%d\n", argc - 1);
	return bad || argc < 2;
}
