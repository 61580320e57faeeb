// SPDX-License-Identifier: GPL-2.0
#include "capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "seed.h"
#include "../guest/capture.h"
#include "../../drivers/proto/virgl/internal.h"

#define MAX_IDS 65536
#define MAX_CONTEXTS 16
#define GPU_ID 0x100000

/* What a vGPU's contexts may have (drivers/core/vgpu.c). */
static const struct mvgpu_virgl_limits limits = {
	.objects = 65536,
	.sub_contexts = 64,
	.shader_text = 32 << 20,
};

/**
 * struct owner - of a context
 * @virgl: NULL: not seen yet
 * @res: by guest id
 */
struct owner {
	struct mvgpu_virgl *virgl;
	struct mvgpu_res3d *res[MAX_IDS];
};

/**
 * struct player - of one file
 * @file: at the next record
 * @replay: what is found
 * @nr: of records so far
 * @owners: by context
 */
struct player {
	FILE *file;
	struct replay *replay;
	unsigned int nr;
	struct owner *owners[MAX_CONTEXTS];
};

static struct mvgpu_res3d *find(void *data, u32 id)
{
	struct owner *owner = data;

	return id < MAX_IDS ? owner->res[id] : NULL;
}

static void released(void *data, struct mvgpu_res3d *res)
{
	struct owner *owner = data;
	u32 id = res->gpu_id - GPU_ID;

	/* It has a name yet, or goes with its last reference. */
	if (owner->res[id] != res)
		free(res);
}

static const struct mvgpu_virgl_ops ops = {
	.find = find,
	.released = released,
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void refuse(struct player *player, const char *what, const char *why,
		   u32 at)
{
	struct replay *replay = player->replay;

	if (!replay->refused++)
		snprintf(replay->what, sizeof(replay->what),
			 "record %u: %s: %s, at %u", player->nr, what, why, at);
}

static void play_create(struct player *player, struct owner *owner,
			const u32 *words)
{
	struct mvgpu_res3d *res = calloc(1, sizeof(*res));

	*res = (struct mvgpu_res3d) {
		.gpu_id = GPU_ID + words[0], .target = words[1],
		.format = words[2], .bind = words[3], .width = words[4],
		.height = words[5], .depth = words[6], .array_size = words[7],
		.last_level = words[8],
		/* As create_load() has it. */
		.nr_samples = words[9] == 1 ? 0 : words[9],
		.flags = words[10], .backing_size = words[11],
	};
	player->replay->resources++;
	if (words[0] >= MAX_IDS || owner->res[words[0]] ||
	    mvgpu_res3d_check(res)) {
		refuse(player, "resource", "refused", words[0]);
		free(res);
		return;
	}
	res->size = mvgpu_res3d_size(res);
	owner->res[words[0]] = res;
}

static void play_close(struct owner *owner, const u32 *words)
{
	struct mvgpu_res3d *res = find(owner, words[0]);

	if (!res)
		return;
	owner->res[words[0]] = NULL;
	if (!res->refs)
		free(res);
}

static void play_transfer(struct player *player, struct owner *owner,
			  const u32 *words)
{
	const struct mvgpu_transfer3d xfer = {
		.level = words[1], .offset = words[2], .stride = words[3],
		.layer_stride = words[4],
		.box = { words[5], words[6], words[7], words[8], words[9],
			 words[10] },
	};
	struct mvgpu_res3d *res = find(owner, words[0]);

	player->replay->transfers++;
	if (!res || !mvgpu_res3d_transfer_ok(res, &xfer, res->backing_size))
		refuse(player, "transfer", "refused", words[0]);
}

static void play_submit(struct player *player, struct owner *owner,
			u32 *words, u32 nr)
{
	struct replay *replay = player->replay;
	struct mvgpu_virgl_verdict verdict = {};
	u64 start;
	u32 *sent = NULL;
	int err;

	if (replay->seed) {
		sent = malloc(nr * 4ul + 1);
		memcpy(sent, words, nr * 4ul);
	}
	start = now_ns();
	err = mvgpu_virgl_submit(owner->virgl, (__le32 *)words, nr, &verdict);
	replay->ns += now_ns() - start;
	replay->streams++;
	replay->bytes += 4ull * nr;
	replay->commands += verdict.commands;
	if (sent && !err)
		seed_add(replay->seed, sent, words, nr, find, owner);
	free(sent);
	if (err)
		refuse(player, verdict.name ?: "unknown command",
		       verdict.reason ?: "(no reason)", verdict.at);
}

static bool right_size(const struct capture_record *record)
{
	switch (record->type) {
	case CAPTURE_CREATE:
		return record->words == CAPTURE_CREATE_WORDS;
	case CAPTURE_CLOSE:
		return record->words == CAPTURE_CLOSE_WORDS;
	case CAPTURE_TO:
	case CAPTURE_FROM:
		return record->words == CAPTURE_TRANSFER_WORDS;
	case CAPTURE_CHECK:
		return record->words == CAPTURE_CHECK_WORDS;
	case CAPTURE_DATA:
		return record->words >= CAPTURE_DATA_WORDS;
	case CAPTURE_SUBMIT:
		return true;
	}
	return false;
}

static void play(struct player *player, const struct capture_record *record,
		 u32 *words)
{
	struct owner *owner = player->owners[record->context];

	switch (record->type) {
	case CAPTURE_CREATE:
		play_create(player, owner, words);
		break;
	case CAPTURE_CLOSE:
		play_close(owner, words);
		break;
	case CAPTURE_TO:
	case CAPTURE_FROM:
		play_transfer(player, owner, words);
		break;
	case CAPTURE_SUBMIT:
		play_submit(player, owner, words, record->words);
		break;
	default:
		/* Bytes are nothing that is checked. */
		break;
	}
}

static int play_record(struct player *player,
		       const struct capture_record *record)
{
	struct owner **owner;
	u32 *words;

	if (record->context >= MAX_CONTEXTS || !right_size(record) ||
	    record->words > CAPTURE_MAX_WORDS)
		return -EINVAL;
	words = malloc(record->words * 4ul + 1);
	if (fread(words, 4, record->words, player->file) != record->words) {
		free(words);
		return -EINVAL;
	}
	owner = &player->owners[record->context];
	if (!*owner) {
		*owner = calloc(1, sizeof(**owner));
		(*owner)->virgl = mvgpu_virgl_create(&limits, &ops, *owner);
	}
	play(player, record, words);
	player->nr++;
	free(words);
	return 0;
}

static void stop(struct owner *owner)
{
	u32 id;

	if (!owner)
		return;
	mvgpu_virgl_destroy(owner->virgl);
	for (id = 0; id < MAX_IDS; id++)
		free(owner->res[id]);
	free(owner);
}

int replay_file(const char *path, struct replay *replay)
{
	struct player player = { .replay = replay };
	struct capture_record record;
	u32 magic = 0, i;
	int err = 0;

	player.file = fopen(path, "rb");
	if (!player.file)
		return -errno;
	if (fread(&magic, sizeof(magic), 1, player.file) != 1 ||
	    magic != CAPTURE_MAGIC)
		err = -EINVAL;
	while (!err && fread(&record, sizeof(record), 1, player.file) == 1)
		err = play_record(&player, &record);
	for (i = 0; i < MAX_CONTEXTS; i++)
		stop(player.owners[i]);
	fclose(player.file);
	return err;
}
