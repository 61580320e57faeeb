// SPDX-License-Identifier: GPL-2.0
/* Set, create, destroy, snapshot and events at once, while a vGPU works. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl_fixture.h"

/* Events that a reader has room for. */
#define RING 256
#define RACE_MS 4000
#define PARTS 5

/**
 * struct race - what the threads share
 * @id: of the GPU
 * @vgpu: two that live
 * @stop: for all
 * @bad: something was wrong
 * @uuid: of one that is made and destroyed all the time
 * @rounds: how often each did its part
 * @created: by the one that creates
 * @caught: how often a parameter of @uuid was set while it lived
 * @missed: how often it was gone when that was tried
 */
struct race {
	u32 id, vgpu[NR];
	bool stop;
	const char *bad;
	char uuid[MVT_UUID_LEN + 1];
	unsigned int rounds[PARTS];
	unsigned int created, caught, missed;
};

static bool race_goes_on(struct race *race)
{
	return !__atomic_load_n(&race->stop, __ATOMIC_RELAXED) &&
	       !__atomic_load_n(&race->bad, __ATOMIC_RELAXED);
}

static void race_bad(struct race *race, const char *why)
{
	__atomic_store_n(&race->bad, why, __ATOMIC_RELAXED);
}

/* Both always get the same weight. */
static void *race_set(void *arg)
{
	struct race *race = arg;
	struct mvgpu_param param[2] = {
		{ .vgpu = race->vgpu[0], .flags = MVGPU_PARAM_WEIGHT },
		{ .vgpu = race->vgpu[1], .flags = MVGPU_PARAM_WEIGHT },
	};
	int fd = mvt_control_open(O_RDONLY);

	while (race_goes_on(race)) {
		param[0].weight = 1 + race->rounds[0]++ % 1000;
		param[1].weight = param[0].weight;
		if (mvt_control_set(fd, race->id, param, 2, NULL))
			race_bad(race, "set");
	}
	close(fd);
	return NULL;
}

static void race_list(struct race *race, int fd)
{
	struct mvgpu_vgpu_info info[MVT_UNITS];
	u32 weight[2] = { 0, 0 };
	int i, nr;

	nr = mvt_control_list(fd, MVGPU_LIST_VGPUS, race->id, info,
			      sizeof(info[0]), ARRAY_SIZE(info));
	for (i = 0; i < nr; i++) {
		if (info[i].id == race->vgpu[0])
			weight[0] = info[i].weight;
		if (info[i].id == race->vgpu[1])
			weight[1] = info[i].weight;
	}
	if (nr < 2 || !weight[0] || weight[0] != weight[1])
		race_bad(race, "half of a set was seen");
}

static void *race_snapshot(void *arg)
{
	struct race *race = arg;
	struct mvgpu_vgpu_stats vgpu[MVT_UNITS];
	struct mvgpu_gpu_stats gpu;
	int fd = mvt_control_open(O_RDONLY), i, nr;
	u64 now, last = 0, busy;

	while (race_goes_on(race)) {
		nr = mvt_control_snapshot(fd, race->id, &gpu, vgpu,
					  ARRAY_SIZE(vgpu), &now);
		if (nr < 2)
			race_bad(race, "snapshot");
		if (now < last)
			race_bad(race, "time goes back");
		last = now;
		for (i = 0, busy = 0; i < nr; i++) {
			busy += vgpu[i].busy_ns;
			if (vgpu[i].busy_ns + vgpu[i].wait_ns +
			    vgpu[i].idle_ns != vgpu[i].age_ns)
				race_bad(race, "a snapshot does not add up");
		}
		if (busy > gpu.busy_ns)
			race_bad(race, "vGPUs were busier than the GPU");
		race_list(race, fd);
		race->rounds[1]++;
	}
	close(fd);
	return NULL;
}

static void *race_create(void *arg)
{
	struct race *race = arg;

	while (race_goes_on(race)) {
		if (mvt_mdev_create(6, race->uuid))
			race_bad(race, "create");
		race->created++;
		if (mvt_mdev_remove(race->uuid))
			race_bad(race, "remove");
		race->rounds[2]++;
	}
	return NULL;
}

/* Opens and closes beside those that stay open. */
static void *race_reader(void *arg)
{
	struct race *race = arg;
	struct mvgpu_event event[8];
	int fd;

	while (race_goes_on(race)) {
		fd = mvt_control_open(O_RDONLY | O_NONBLOCK);
		if (fd < 0)
			race_bad(race, "open");
		if (read(fd, event, sizeof(event)) < 0 && errno != EAGAIN)
			race_bad(race, "read");
		close(fd);
		race->rounds[3]++;
	}
	return NULL;
}

/* Set by its file, then by its number, which the next one does not get. */
static int race_try_set(struct race *race, int fd, u32 weight)
{
	struct mvgpu_param param = { .flags = MVGPU_PARAM_WEIGHT };
	struct mvgpu_vgpu_info info;
	struct mvt_dev dev;
	int err;

	if (weight % 2) {
		memcpy(dev.uuid, race->uuid, sizeof(dev.uuid));
		err = mvt_vgpu_set_u64(&dev, "weight", weight);
		/* While its files are being removed. */
		return err == -ENODEV ? -ENOENT : err;
	}
	err = mvt_control_vgpu(fd, race->id, race->uuid, &info);
	if (err)
		return err;
	param.vgpu = info.id;
	param.weight = weight;
	return mvt_control_set(fd, race->id, &param, 1, NULL);
}

/* It lives or it does not: there is nothing between. */
static void *race_set_dying(void *arg)
{
	struct race *race = arg;
	int fd = mvt_control_open(O_RDONLY), err;

	while (race_goes_on(race)) {
		/* Never the one that it has: that would be no event. */
		err = race_try_set(race, fd, 200 + race->rounds[4]++ % 500);
		if (!err)
			race->caught++;
		else if (err == -ENOENT)
			race->missed++;
		else
			race_bad(race, "set of a vGPU that is destroyed");
	}
	close(fd);
	return NULL;
}

TEST_F_TIMEOUT(ctl, races, MVT_TEST_S)
{
	void *(*const part[PARTS])(void *) = {
		race_set, race_snapshot, race_create, race_reader,
		race_set_dying,
	};
	struct race race = {
		.id = self->gpu.id,
		.vgpu = { self->id[0], self->id[1] },
	};
	struct mvgpu_event event;
	pthread_t thread[PARTS];
	unsigned int i, seen = 0;
	u64 end, told = 0;

	mvt_uuid(race.uuid);
	while (!mvt_control_event(self->fd, 0, &event))
		;
	for (i = 0; i < PARTS; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, part[i], &race));
	end = mvt_now_ms() + RACE_MS;
	while (mvt_now_ms() < end && race_goes_on(&race))
		EXPECT_EQ(OK, mvt_gpu_transfer(&self->dev[BUSY], 1, 0, 0, 0,
					       SIDE, SIDE));
	__atomic_store_n(&race.stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < PARTS; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
		ksft_print_msg("part %u: %u rounds\n", i, race.rounds[i]);
		EXPECT_LT(3, race.rounds[i]);
	}
	ksft_print_msg("%u times it lived, %u not\n", race.caught, race.missed);
	EXPECT_LT(0, race.caught);
	EXPECT_LT(0, race.missed);
	EXPECT_EQ(NULL, race.bad) {
		TH_LOG("%s", race.bad);
	}
	/* An event for each parameter set and two for each life, seen or counted. */
	for (; !mvt_control_event(self->fd, 0, &event); seen++)
		told += event.lost + (event.type != MVGPU_EVENT_LOST);
	EXPECT_EQ(2ULL * race.rounds[0] + 2ULL * race.created + race.caught,
		  told);
	EXPECT_LE(RING, seen);
}

TEST_HARNESS_MAIN
