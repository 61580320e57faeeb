// SPDX-License-Identifier: GPL-2.0
/*
 * Scheduling policies: what may be set and what not, changes under load, hangs
 * beside neighbours, bans. Nothing here depends on how fast the machine is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NR 8
#define DEPTH 8
/* A busy machine may hold up a job that does not hang, but not for so long. */
#define TIMEOUT_MS 250
/* 1of16 */
#define TYPE 4

FIXTURE(policy)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
	u64 last_fence[NR];
	unsigned int queued[NR];
};

static int prepare(FIXTURE_DATA(policy) * self, unsigned int i)
{
	int ret = mvt_start(&self->dev[i]);

	if (ret)
		return ret;
	self->queued[i] = 0;
	self->last_fence[i] = 0;
	ret = mvt_gpu_make(&self->dev[i], &self->mem[i], 1, 64, 64, i);
	return ret == OK ? 0 : -EIO;
}

FIXTURE_SETUP(policy)
{
	unsigned int i;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup_mem(&self->dev[i], &self->mem[i], TYPE));
		ASSERT_EQ(0, prepare(self, i));
	}
}

FIXTURE_TEARDOWN(policy)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* Up to @n jobs of tenant @i are under way. */
static int send(FIXTURE_DATA(policy) * self, unsigned int i, unsigned int n)
{
	struct mvt_dev *dev = &self->dev[i];
	int ret;

	while (self->queued[i] < n) {
		ret = mvt_gpu_send_transfer(dev, 1, 64, 64);
		if (ret < 0)
			return ret;
		self->queued[i]++;
	}
	return mvt_vq_kick(&dev->vq[MVT_CTRL]);
}

/* The next answer: its type; -EBADMSG if its fence is not the next one. */
static int recv(FIXTURE_DATA(policy) * self, unsigned int i)
{
	struct virtio_gpu_ctrl_hdr resp = {};
	int ret = mvt_gpu_recv(&self->dev[i], MVT_WAIT_MS, &resp, sizeof(resp));

	if (ret < 0)
		return ret;
	self->queued[i]--;
	if (self->last_fence[i] && resp.fence_id != self->last_fence[i] + 1)
		return -EBADMSG;
	self->last_fence[i] = resp.fence_id;
	return ret;
}

/* All of a tenant's come back well, and in order. */
static int drain(FIXTURE_DATA(policy) * self, unsigned int i)
{
	int ret;

	while (self->queued[i]) {
		ret = recv(self, i);
		if (ret != OK)
			return ret < 0 ? ret : -EIO;
	}
	self->last_fence[i] = 0;
	return 0;
}

struct value {
	const char *attr, *val;
	int err;
};

TEST_F(policy, values_of_the_gpu)
{
	static const struct value value[] = {
		{ "policy", "equal", 0 },
		{ "policy", "fixed\n", 0 },
		{ "policy", "fair", 0 },
		{ "policy", "fairly", -EINVAL },
		{ "policy", "fair equal", -EINVAL },
		{ "policy", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -EINVAL },
		{ "policy", "exclusive", -EBUSY },
		{ "timeslice_us", "100", 0 },
		{ "timeslice_us", "1000000", 0 },
		{ "timeslice_us", "99", -ERANGE },
		{ "timeslice_us", "1000001", -ERANGE },
		{ "timeslice_us", "-1", -EINVAL },
		{ "timeslice_us", "2ms", -EINVAL },
		{ "job_timeout_ms", "long", -EINVAL },
		{ "outstanding", "two", -EINVAL },
		{ "ban_resets", "never", -EINVAL },
		{ "ban_seconds", "60s", -EINVAL },
		{ "job_timeout_ms", "10", 0 },
		{ "job_timeout_ms", "60000", 0 },
		{ "job_timeout_ms", "9", -ERANGE },
		{ "job_timeout_ms", "60001", -ERANGE },
		{ "outstanding", "1", 0 },
		{ "outstanding", "2", 0 },
		{ "outstanding", "0", -ERANGE },
		{ "outstanding", "3", -ERANGE },
		{ "ban_resets", "0", 0 },
		{ "ban_resets", "64", 0 },
		{ "ban_resets", "65", -ERANGE },
		{ "ban_seconds", "1", 0 },
		{ "ban_seconds", "86400", 0 },
		{ "ban_seconds", "0", -ERANGE },
		{ "ban_seconds", "86401", -ERANGE },
	};
	char before[64], after[64];
	const struct value *v;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(value); i++) {
		v = &value[i];
		ASSERT_EQ(0, mvt_sched_get(v->attr, before, sizeof(before)));
		EXPECT_EQ(v->err, mvt_sched_set(v->attr, v->val)) {
			TH_LOG("%s: %s", v->attr, v->val);
		}
		ASSERT_EQ(0, mvt_sched_get(v->attr, after, sizeof(after)));
		EXPECT_EQ(0, v->err ? strcmp(before, after) :
				      strncmp(v->val, after, strlen(after)));
	}
}

TEST_F(policy, values_of_a_vgpu)
{
	static const struct value value[] = {
		{ "weight", "1", 0 },
		{ "weight", "1000", 0 },
		{ "weight", "0", -ERANGE },
		{ "weight", "1001", -ERANGE },
		{ "weight", "heavy", -EINVAL },
		{ "cap", "none", -EINVAL },
		{ "min", "5%", -EINVAL },
		{ "cap", "100", 0 },
		{ "cap", "101", -ERANGE },
		{ "cap", "40", 0 },
		{ "min", "40", 0 },
		{ "min", "41", -ERANGE },
		{ "cap", "39", -ERANGE },
		{ "cap", "0", 0 },
		{ "min", "101", -ERANGE },
		{ "min", "60", 0 },
		{ "min", "0", 0 },
		{ "reset", "0", -EINVAL },
		{ "reset", "please", -EINVAL },
		{ "reset", "yes", -EINVAL },
		{ "reset", "1x", -EINVAL },
		{ "reset", "1", 0 },
	};
	struct mvt_dev *dev = &self->dev[0];
	unsigned int i;
	u64 want;

	EXPECT_EQ(100, mvt_vgpu_get_u64(dev, "weight"));
	EXPECT_EQ(0, mvt_vgpu_get_u64(dev, "cap"));
	EXPECT_EQ(0, mvt_vgpu_get_u64(dev, "min"));
	for (i = 0; i < ARRAY_SIZE(value); i++) {
		want = value[i].err ? mvt_vgpu_get_u64(dev, value[i].attr) :
				      strtoull(value[i].val, NULL, 0);
		EXPECT_EQ(value[i].err,
			  mvt_vgpu_set(dev, value[i].attr, value[i].val)) {
			TH_LOG("%s: %s", value[i].attr, value[i].val);
		}
		/* It is there to be written only. */
		if (strcmp(value[i].attr, "reset"))
			EXPECT_EQ(want, mvt_vgpu_get_u64(dev, value[i].attr));
	}
}

TEST_F(policy, guarantees_are_admitted)
{
	if (mvt_sched_get_u64("engines") != 1)
		SKIP(return, "needs a software GPU with one engine");
	ASSERT_EQ(0, mvt_vgpu_set(&self->dev[0], "min", "60"));
	/* A part is for those who are promised nothing. */
	ASSERT_EQ(0, mvt_vgpu_set(&self->dev[1], "min", "35"));
	EXPECT_EQ(-ENOSPC, mvt_vgpu_set(&self->dev[2], "min", "1"));
	EXPECT_EQ(0, mvt_vgpu_get_u64(&self->dev[2], "min"));
	EXPECT_EQ(-ENOSPC, mvt_vgpu_set(&self->dev[1], "min", "36"));
	EXPECT_EQ(35, mvt_vgpu_get_u64(&self->dev[1], "min"));
	/* Who goes takes its promise along. */
	mvt_mem_free(&self->dev[0], &self->mem[0]);
	mvt_teardown(&self->dev[0]);
	EXPECT_EQ(0, mvt_vgpu_set(&self->dev[2], "min", "60"));
	ASSERT_EQ(0, mvt_setup(&self->dev[0], TYPE));
	ASSERT_EQ(0, mvt_mem_map(&self->dev[0], &self->mem[0], MVT_BUF_IOVA,
				 0x100000));
}

TEST_F(policy, exclusive_is_for_one)
{
	struct mvt_dev whole;
	unsigned int i;

	EXPECT_EQ(-EBUSY, mvt_sched_set("policy", "exclusive"));
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
	EXPECT_EQ(0, mvt_sched_set("policy", "exclusive"));
	EXPECT_EQ(0, mvt_available(TYPE));
	EXPECT_EQ(-ENOSPC, mvt_setup(&self->dev[0], TYPE));
	ASSERT_EQ(1, mvt_available(0));
	ASSERT_EQ(0, mvt_setup(&whole, 0));
	EXPECT_EQ(OK, mvt_gpu_create(&whole, 1, 1, 64, 64));
	EXPECT_EQ(0, mvt_sched_set("policy", "fair"));
	EXPECT_EQ(OK, mvt_gpu_create(&whole, 2, 1, 64, 64));
	EXPECT_EQ(0, mvt_sched_set("policy", "exclusive"));
	EXPECT_EQ(OK, mvt_gpu_create(&whole, 3, 1, 64, 64));
	mvt_teardown(&whole);
	EXPECT_EQ(0, mvt_sched_set("policy", "fair"));
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, mvt_setup_mem(&self->dev[i], &self->mem[i], TYPE));
}

/* Anything that may be changed, at random. */
static int change(FIXTURE_DATA(policy) * self)
{
	static const char *const name[] = { "fair", "equal", "fixed" };
	struct mvt_dev *dev = &self->dev[rand() % NR];

	switch (rand() % 6) {
	case 0:
		return mvt_vgpu_set_u64(dev, "weight", 1 + rand() % 1000);
	case 1:
		return mvt_vgpu_set_u64(dev, "cap", 12 + rand() % 80);
	case 2:
		return mvt_vgpu_set_u64(dev, "min", rand() % 12);
	case 3:
		return mvt_sched_set_u64("timeslice_us", 100 + rand() % 20000);
	case 4:
		return mvt_sched_set_u64("outstanding", 1 + rand() % 2);
	default:
		return mvt_sched_set("policy", name[rand() % ARRAY_SIZE(name)]);
	}
}

TEST_F_TIMEOUT(policy, changes_under_load, MVT_TEST_S)
{
	unsigned int i, k, seed = time(NULL);

	ksft_print_msg("seed %u\n", seed);
	srand(seed);
	for (k = 0; k < 300; k++) {
		for (i = 0; i < NR; i++)
			ASSERT_EQ(0, send(self, i, DEPTH));
		ASSERT_EQ(0, change(self));
		for (i = 0; i < NR; i++) {
			ASSERT_EQ(OK, recv(self, i)) {
				TH_LOG("tenant %u, round %u", i, k);
			}
		}
	}
	for (i = 0; i < NR; i++)
		EXPECT_EQ(0, drain(self, i));
}

static u64 mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* @span: how long it took to read what cannot be read at once. */
static u64 times(struct mvt_dev *dev, u64 *now, u64 *span)
{
	u64 sum;

	*now = mono_ns();
	sum = mvt_vgpu_get_u64(dev, "stats/busy_ns") +
	      mvt_vgpu_get_u64(dev, "stats/wait_ns") +
	      mvt_vgpu_get_u64(dev, "stats/idle_ns");
	*span = mono_ns() - *now;
	return sum;
}

static u64 gpu_times(u64 *now, u64 *span)
{
	u64 sum;

	*now = mono_ns();
	sum = mvt_sched_get_u64("stats/busy_ns") +
	      mvt_sched_get_u64("stats/idle_ns");
	*span = mono_ns() - *now;
	return sum;
}

TEST_F_TIMEOUT(policy, time_adds_up, MVT_TEST_S)
{
	u64 sum[NR + 1][2], now[NR + 1][2], span[NR + 1][2], wall, err, busy = 0;
	u64 engines;
	unsigned int i, k, round;
	u64 end;

	mvt_sim_set_u64("delay_ns", 200000);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < NR; i++)
			sum[i][round] = times(&self->dev[i], &now[i][round],
					      &span[i][round]);
		sum[NR][round] = gpu_times(&now[NR][round], &span[NR][round]);
		if (round)
			break;
		end = mvt_now_ms() + 2000;
		/* Some are idle now and then, and one always. */
		for (k = 0; mvt_now_ms() < end; k++) {
			for (i = 1; i < NR; i++)
				ASSERT_EQ(0, send(self, i, 1 + (k + i) % DEPTH));
			for (i = 1; i < NR; i++)
				ASSERT_EQ(0, drain(self, i));
		}
	}
	for (i = 0; i <= NR; i++) {
		wall = now[i][1] - now[i][0];
		sum[i][1] -= sum[i][0];
		engines = i == NR ? mvt_sched_get_u64("engines") : 1;
		wall *= engines;
		err = sum[i][1] > wall ? sum[i][1] - wall : wall - sum[i][1];
		EXPECT_GE((span[i][0] + span[i][1]) * engines, err) {
			TH_LOG("tenant %u: %llu of %llu ns", i,
			       (unsigned long long)sum[i][1],
			       (unsigned long long)wall);
		}
	}
	for (i = 1; i < NR; i++) {
		EXPECT_LT(0, mvt_vgpu_get_u64(&self->dev[i], "stats/busy_ns"));
		EXPECT_LT(0, mvt_vgpu_get_u64(&self->dev[i], "stats/wait_ns"));
	}
	/* What the GPU was busy with is what its vGPUs had. */
	for (i = 0; i < NR; i++)
		busy += mvt_vgpu_get_u64(&self->dev[i], "stats/busy_ns");
	EXPECT_LE(busy, mvt_sched_get_u64("stats/busy_ns"));
}

TEST_F(policy, histograms_count_each_job)
{
	char text[1024];
	unsigned int i, k;

	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, send(self, i, DEPTH));
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, drain(self, i));
	for (i = 0; i < NR; i++) {
		static const char *const name[] = {
			"stats/run_hist", "stats/wait_hist",
		};
		u64 jobs = mvt_vgpu_get_u64(&self->dev[i], "stats/jobs");

		EXPECT_LE(DEPTH, jobs);
		for (k = 0; k < ARRAY_SIZE(name); k++) {
			ASSERT_EQ(0, mvt_vgpu_get(&self->dev[i], name[k], text,
						  sizeof(text)));
			EXPECT_EQ(jobs, mvt_hist_sum(text)) {
				TH_LOG("%s: %s", name[k], text);
			}
		}
		ASSERT_EQ(0, mvt_vgpu_get(&self->dev[i], "stats/switch_hist",
					  text, sizeof(text)));
		EXPECT_EQ(mvt_vgpu_get_u64(&self->dev[i], "stats/switches"),
			  mvt_hist_sum(text));
	}
	ASSERT_EQ(0, mvt_sched_get("stats/switch_hist", text, sizeof(text)));
	EXPECT_EQ(mvt_sched_get_u64("stats/switches"), mvt_hist_sum(text));
}

/*
 * The first of three jobs of tenant @v hangs while all others work. Return: ms
 * until it was told so, or a negative errno.
 */
static long hang(FIXTURE_DATA(policy) * self, unsigned int v)
{
	struct mvt_dev *dev = &self->dev[v];
	unsigned int i, k, errors = 0;
	u64 begin, left = 1;
	long ms = 0;
	int ret;

	ret = mvt_sim_set_u64("hang_nth", 1);
	if (ret)
		return ret;
	begin = mvt_now_ms();
	ret = send(self, v, 3);
	/* It is on the GPU before anyone else sends. */
	while (!ret && left) {
		ret = mvt_sim_get_u64("hang_nth", &left);
		if (mvt_now_ms() > begin + MVT_WAIT_MS)
			return -ETIMEDOUT;
	}
	for (i = 0; i < NR && !ret; i++)
		if (i != v)
			ret = send(self, i, 4);
	if (ret)
		return ret;
	for (k = 0; k < 3; k++) {
		ret = recv(self, v);
		if (ret < 0)
			return ret;
		errors += mvt_is_error(ret);
		if (!k)
			ms = mvt_now_ms() - begin;
	}
	/* The one that hung fails, and what was queued behind it. */
	if (!errors)
		return -ENODATA;
	ret = mvt_wait_broken(dev, MVT_WAIT_MS);
	/* Nobody else notices anything but time. */
	for (i = 0; i < NR && !ret; i++)
		if (i != v)
			ret = drain(self, i);
	return ret ?: ms;
}

TEST_F_TIMEOUT(policy, hangs_beside_neighbours, 1200)
{
	unsigned int i, k, v, n = getenv("MVGPU_BENCH") ? 10000 : 100;
	unsigned int seed = time(NULL);
	long ms, sum = 0, most = 0;
	u64 resets = 0, whole = mvt_sched_get_u64("stats/resets");

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ksft_print_msg("seed %u\n", seed);
	srand(seed);
	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 0));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", TIMEOUT_MS));
	for (k = 0; k < n; k++) {
		v = rand() % NR;
		ms = hang(self, v);
		ASSERT_LE(0, ms) {
			TH_LOG("hang %u, of tenant %u: %ld", k, v, ms);
		}
		sum += ms;
		most = ms > most ? ms : most;
		/* Its memory was given back before it was told. */
		EXPECT_EQ(0, mvt_vgpu_get_u64(&self->dev[v], "memory"));
		ASSERT_EQ(0, prepare(self, v));
	}
	ksft_print_msg("%u hangs past %u ms: told after %ld ms (mean), %ld ms (most)\n",
		       n, TIMEOUT_MS, sum / n, most);
	for (i = 0; i < NR; i++) {
		resets += mvt_vgpu_get_u64(&self->dev[i], "stats/resets");
		ASSERT_EQ(0, send(self, i, DEPTH));
		EXPECT_EQ(0, drain(self, i));
	}
	EXPECT_EQ(n, resets);
	EXPECT_EQ(whole, mvt_sched_get_u64("stats/resets"));
}

TEST_F_TIMEOUT(policy, ban, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	char uuid[MVT_UUID_LEN + 1], state[32];
	unsigned int i;
	u64 jobs;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	memcpy(uuid, dev->uuid, sizeof(uuid));
	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 3));
	ASSERT_EQ(0, mvt_sched_set_u64("ban_seconds", 3600));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", TIMEOUT_MS));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mvt_vgpu_get(dev, "state", state, sizeof(state)));
		ASSERT_STREQ("running", state);
		ASSERT_LE(0, hang(self, 0));
		if (i < 2)
			ASSERT_EQ(0, prepare(self, 0));
	}
	ASSERT_EQ(0, mvt_vgpu_get(dev, "state", state, sizeof(state)));
	EXPECT_STREQ("banned", state);
	/* A reset of its own does not help, not for what waits already, nor another tenant. */
	jobs = mvt_stat(dev, "jobs");
	ASSERT_EQ(0, mvt_prepare(dev, ~0ULL));
	ASSERT_LE(0, mvt_gpu_send_create(dev, 1, 1, 64, 64));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	ASSERT_EQ(0, mvt_go(dev));
	EXPECT_EQ(0, mvt_wait_broken(dev, MVT_WAIT_MS));
	EXPECT_EQ(jobs, mvt_stat(dev, "jobs"));
	mvt_mem_free(dev, &self->mem[0]);
	mvt_close(dev);
	EXPECT_EQ(-EACCES, mvt_open(dev, uuid));
	EXPECT_EQ(-EINVAL, mvt_vgpu_set(dev, "reset", "0"));
	EXPECT_EQ(-EACCES, mvt_open(dev, uuid));

	EXPECT_EQ(0, mvt_vgpu_set(dev, "reset", "1"));
	ASSERT_EQ(0, mvt_open(dev, uuid));
	ASSERT_EQ(0, mvt_vgpu_get(dev, "state", state, sizeof(state)));
	EXPECT_STREQ("open", state);
	ASSERT_EQ(0, mvt_mem_map(dev, &self->mem[0], MVT_BUF_IOVA, 0x100000));
	ASSERT_EQ(0, prepare(self, 0));
	ASSERT_EQ(0, send(self, 0, DEPTH));
	EXPECT_EQ(0, drain(self, 0));
	for (i = 1; i < NR; i++) {
		ASSERT_EQ(0, send(self, i, DEPTH));
		EXPECT_EQ(0, drain(self, i));
	}
}

TEST_HARNESS_MAIN
