// SPDX-License-Identifier: GPL-2.0
/* What the ioctls of /dev/mvgpu tell and set: lists, snapshots, parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_fixture.h"

static int transfers(struct mvt_dev *dev, unsigned int nr)
{
	int ret = OK;

	while (nr-- && ret == OK)
		ret = mvt_gpu_transfer(dev, 1, 0, 0, 0, SIDE, SIDE);
	return ret == OK ? 0 : -EIO;
}

/*
 * Lists
 */

TEST_F(ctl, gpu_is_as_in_sysfs)
{
	struct mvgpu_gpu_info *gpu = &self->gpu;
	char text[64];

	EXPECT_EQ(mvt_sched_get_u64("engines"), gpu->engines);
	EXPECT_EQ(mvt_sched_get_u64("memory_total"), gpu->memory);
	EXPECT_EQ(mvt_sched_get_u64("timeslice_us"), gpu->timeslice_us);
	EXPECT_EQ(mvt_sched_get_u64("job_timeout_ms"), gpu->job_timeout_ms);
	EXPECT_EQ(mvt_sched_get_u64("outstanding"), gpu->outstanding);
	EXPECT_EQ(mvt_sched_get_u64("ban_resets"), gpu->ban_resets);
	EXPECT_EQ(mvt_sched_get_u64("ban_seconds"), gpu->ban_seconds);
	ASSERT_EQ(0, mvt_sched_get("policy", text, sizeof(text)));
	EXPECT_STREQ(text, gpu->policy);
	ASSERT_EQ(0, mvt_sched_get("backend", text, sizeof(text)));
	EXPECT_STREQ(text, gpu->backend);
	EXPECT_EQ(mvt_sched_get_u64("preemption"),
		  gpu->flags & MVGPU_GPU_PREEMPTS);
	EXPECT_STREQ(mvt_parent_is_sim() ? "platform" : "pci", gpu->bus);
	/* From before the fixture's vGPUs were made. */
	EXPECT_EQ(0, gpu->vgpus);
	EXPECT_EQ(0, gpu->units_used);
	ASSERT_EQ(0, mvt_sched_set("policy", "equal"));
	ASSERT_EQ(0, mvt_control_gpu(self->fd, gpu));
	EXPECT_STREQ("equal", gpu->policy);
	EXPECT_EQ(2, gpu->vgpus);
	EXPECT_EQ(mvt_type_units[2] + mvt_type_units[3], gpu->units_used);
}

TEST_F(ctl, types_are_as_in_sysfs)
{
	struct mvgpu_type_info type[16];
	int i, nr;

	nr = mvt_control_list(self->fd, MVGPU_LIST_TYPES, self->gpu.id, type,
			      sizeof(type[0]), ARRAY_SIZE(type));
	ASSERT_EQ(MVT_NR_TYPES, nr);
	for (i = 0; i < nr; i++) {
		EXPECT_STREQ(mvt_type_name[i], type[i].name);
		EXPECT_EQ(mvt_type_units[i], type[i].units);
		EXPECT_EQ(mvt_available(i), type[i].available);
		EXPECT_LT(0, type[i].scanouts);
	}
}

TEST_F(ctl, vgpus_are_as_in_sysfs)
{
	struct mvgpu_vgpu_info info;
	char path[256], mode[32];
	unsigned int i;

	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_mdev_path(self->dev[i].uuid, "mvgpu/mode",
					   path, sizeof(path)));
		ASSERT_EQ(0, mvt_write_str(path, i ? "640x480" : "800x600"));
		ASSERT_EQ(0, mvt_vgpu_set_u64(&self->dev[i], "weight", 10 + i));
		ASSERT_EQ(0, mvt_vgpu_set_u64(&self->dev[i], "cap", 50 + i));
		ASSERT_EQ(0, mvt_vgpu_set_u64(&self->dev[i], "min", 20 + i));
		ASSERT_EQ(0, mvt_control_vgpu(self->fd, self->gpu.id,
					      self->dev[i].uuid, &info));
		EXPECT_EQ(10 + i, info.weight);
		EXPECT_EQ(50 + i, info.cap);
		EXPECT_EQ(20 + i, info.min);
		EXPECT_EQ(mvt_type_units[2 + i], info.units);
		EXPECT_STREQ(mvt_type_name[2 + i], info.type);
		EXPECT_EQ(MVGPU_STATE_RUNNING, info.state);
		EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[i], "memory_max"),
			  info.memory_max);
		EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[i], "engine"),
			  info.engine);
		EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[i], "engine_owned"),
			  info.flags & MVGPU_VGPU_OWNS_ENGINE);
		EXPECT_NE(0, info.flags & MVGPU_VGPU_IN_USE);
		snprintf(mode, sizeof(mode), "%ux%u", info.width, info.height);
		EXPECT_STREQ(i ? "640x480" : "800x600", mode);
	}
}

/* One that is banned may be open all the same, and both say so. */
TEST_F(ctl, in_use_while_banned)
{
	struct mvgpu_vgpu_stats stats[NR];
	struct mvgpu_gpu_stats gpu_stats;
	struct mvgpu_vgpu_info info;
	unsigned int open;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 1));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 100));
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	EXPECT_NE(0, transfers(&self->dev[BUSY], 1));
	for (open = 2; open--;) {
		ASSERT_EQ(0, mvt_control_vgpu(self->fd, self->gpu.id,
					      self->dev[BUSY].uuid, &info));
		EXPECT_EQ(MVGPU_STATE_BANNED, info.state);
		EXPECT_EQ(open, !!(info.flags & MVGPU_VGPU_IN_USE));
		ASSERT_EQ(NR, mvt_control_snapshot(self->fd, self->gpu.id,
						   &gpu_stats, stats, NR,
						   NULL));
		EXPECT_EQ(MVGPU_STATE_BANNED, stats[BUSY].state);
		EXPECT_EQ(open ? MVGPU_VGPU_IN_USE : 0, stats[BUSY].flags);
		if (open)
			mvt_close(&self->dev[BUSY]);
	}
	mvt_sim_defaults();
}

/*
 * Snapshots
 */

static u64 sum(const u32 *bucket)
{
	u64 n = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		n += bucket[i];
	return n;
}

TEST_F(ctl, snapshot_adds_up)
{
	struct mvgpu_vgpu_stats vgpu[2][NR];
	struct mvgpu_gpu_stats gpu[2];
	unsigned int i, k;
	u64 now[2], all, busy;

	ASSERT_EQ(OK, mvt_ctx_create(&self->dev[BUSY], 1));
	ASSERT_EQ(OK, mvt_ctx_attach(&self->dev[BUSY], 1, 1));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(NR, mvt_control_snapshot(self->fd, self->gpu.id,
						   &gpu[i], vgpu[i], NR,
						   &now[i]));
		if (!i)
			ASSERT_EQ(0, transfers(&self->dev[BUSY], 50));
	}
	for (i = 0; i < 2; i++) {
		for (k = 0, busy = 0; k < NR; k++) {
			EXPECT_STREQ(self->dev[k].uuid, vgpu[i][k].name);
			EXPECT_EQ(self->id[k], vgpu[i][k].id);
			EXPECT_EQ(vgpu[i][k].age_ns, vgpu[i][k].busy_ns +
				  vgpu[i][k].wait_ns + vgpu[i][k].idle_ns);
			EXPECT_EQ(vgpu[i][k].jobs,
				  sum(vgpu[i][k].hist[MVGPU_STATS_RUN]));
			EXPECT_EQ(vgpu[i][k].switches,
				  sum(vgpu[i][k].hist[MVGPU_STATS_SWITCH]));
			busy += vgpu[i][k].busy_ns;
		}
		EXPECT_LE(busy, gpu[i].busy_ns);
		EXPECT_EQ(vgpu[i][0].memory + vgpu[i][1].memory,
			  gpu[i].memory);
		EXPECT_EQ(gpu[i].switches, sum(gpu[i].hist[MVGPU_STATS_SWITCH]));
	}
	all = now[1] - now[0];
	EXPECT_EQ(all * self->gpu.engines,
		  gpu[1].busy_ns + gpu[1].idle_ns -
		  gpu[0].busy_ns - gpu[0].idle_ns);
	for (k = 0; k < NR; k++)
		EXPECT_EQ(all, vgpu[1][k].age_ns - vgpu[0][k].age_ns);
	EXPECT_EQ(50, vgpu[1][BUSY].jobs - vgpu[0][BUSY].jobs);
	EXPECT_EQ(gpu[1].busy_ns - gpu[0].busy_ns,
		  vgpu[1][BUSY].busy_ns - vgpu[0][BUSY].busy_ns);
	EXPECT_LT(0, vgpu[1][BUSY].busy_ns - vgpu[0][BUSY].busy_ns);
	EXPECT_EQ(SIDE * SIDE * 4, vgpu[1][BUSY].memory);
	EXPECT_EQ(1, vgpu[1][BUSY].resources);
	EXPECT_EQ(1, vgpu[1][BUSY].contexts);
	EXPECT_EQ(1, vgpu[1][BUSY].attachments);
	EXPECT_EQ(0, vgpu[1][1].attachments);
	EXPECT_EQ(0, vgpu[1][1].memory);
	EXPECT_EQ(0, vgpu[1][1].busy_ns);
	EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[BUSY], "stats/pinned_pages"),
		  vgpu[1][BUSY].pinned_pages);
	EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[BUSY], "stats/busy_ns"),
		  vgpu[1][BUSY].busy_ns);
	EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[BUSY], "stats/preemptions"),
		  vgpu[1][BUSY].preemptions);
}

/*
 * Parameters
 */

static void params(FIXTURE_DATA(ctl) * self, struct mvgpu_param param[NR], u32 flags,
		   u32 a, u32 b)
{
	unsigned int i;

	memset(param, 0, NR * sizeof(*param));
	for (i = 0; i < NR; i++) {
		param[i].vgpu = self->id[i];
		param[i].flags = flags;
		param[i].weight = i ? b : a;
		param[i].cap = i ? b : a;
		param[i].min = i ? b : a;
	}
}

static bool params_are(FIXTURE_DATA(ctl) * self, const char *attr, u64 a, u64 b)
{
	return mvt_vgpu_get_u64(&self->dev[0], attr) == a &&
	       mvt_vgpu_get_u64(&self->dev[1], attr) == b;
}

TEST_F(ctl, set_all_or_none)
{
	struct mvgpu_param param[NR];
	u32 bad, id = self->gpu.id;

	params(self, param, MVGPU_PARAM_WEIGHT, 300, 400);
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "weight", 300, 400));
	EXPECT_TRUE(params_are(self, "cap", 0, 0));
	EXPECT_TRUE(params_are(self, "min", 0, 0));

	params(self, param, MVGPU_PARAM_WEIGHT, 500, 0);
	EXPECT_EQ(-ERANGE, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	params(self, param, MVGPU_PARAM_WEIGHT, 500, 1001);
	EXPECT_EQ(-ERANGE, mvt_control_set(self->fd, id, param, NR, &bad));
	params(self, param, MVGPU_PARAM_CAP, 101, 10);
	EXPECT_EQ(-ERANGE, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(0, bad);
	params(self, param, MVGPU_PARAM_MIN, 10, 101);
	EXPECT_EQ(-ERANGE, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);

	params(self, param, MVGPU_PARAM_WEIGHT, 500, 600);
	param[1].vgpu = self->id[0];
	EXPECT_EQ(-ENOTUNIQ, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	param[1].vgpu = self->id[1] + 1000;
	EXPECT_EQ(-ENOENT, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	param[1].vgpu = MVGPU_NO_VGPU;
	EXPECT_EQ(-ENOENT, mvt_control_set(self->fd, id, param, NR, &bad));

	EXPECT_TRUE(params_are(self, "weight", 300, 400));
	EXPECT_TRUE(params_are(self, "cap", 0, 0));
	EXPECT_TRUE(params_are(self, "min", 0, 0));
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, 0, &bad));
	EXPECT_EQ(-EINVAL, mvt_control_set(self->fd, id, param,
					   MVGPU_MAX_ENTRIES + 1, &bad));
}

TEST_F(ctl, set_is_judged_as_a_whole)
{
	struct mvgpu_param param[NR];
	u32 bad, id = self->gpu.id;

	if (mvt_vgpu_get_u64(&self->dev[0], "engine") !=
	    mvt_vgpu_get_u64(&self->dev[1], "engine"))
		SKIP(return, "several engines: needs the software GPU");
	params(self, param, MVGPU_PARAM_MIN, 60, 36);
	EXPECT_EQ(-ENOSPC, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	EXPECT_TRUE(params_are(self, "min", 0, 0));
	params(self, param, MVGPU_PARAM_MIN, 60, 35);
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "min", 60, 35));
	/* One by one neither would go. */
	EXPECT_EQ(-ENOSPC, mvt_vgpu_set_u64(&self->dev[1], "min", 60));
	params(self, param, MVGPU_PARAM_MIN, 35, 60);
	EXPECT_EQ(-ENOSPC, mvt_control_set(self->fd, id, &param[1], 1, &bad));
	EXPECT_EQ(0, bad);
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "min", 35, 60));
	/* Who says nothing of its min keeps it, wherever it is named. */
	param[0].min = 50;
	param[1].flags = MVGPU_PARAM_WEIGHT;
	param[1].weight = 9;
	EXPECT_EQ(-ENOSPC, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(0, bad);
	EXPECT_TRUE(params_are(self, "weight", 100, 100));
	/* A cap below what the same call makes the min is none. */
	params(self, param, MVGPU_PARAM_MIN | MVGPU_PARAM_CAP, 30, 30);
	param[1].cap = 29;
	EXPECT_EQ(-ERANGE, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	param[1].cap = 30;
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "cap", 30, 30));
	EXPECT_TRUE(params_are(self, "min", 30, 30));
}

TEST_HARNESS_MAIN
