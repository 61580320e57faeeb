// SPDX-License-Identifier: GPL-2.0
/* A thousand lives of vGPUs leave nothing behind. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define CYCLES 1000
#define DRAW_EVERY 10
/* Caches and per-CPU lists fill up before the first measurement. */
#define WARM_UP 100
/* 8 and 16 KiB a cycle: less is not told from noise. */
#define SLAB_KB 8192
#define AVAILABLE_KB 16384

FIXTURE(stress)
{
	int available[MVT_NR_TYPES];
	int count;
};

FIXTURE_SETUP(stress)
{
	unsigned int i;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	self->count = mvt_mdev_count();
	for (i = 0; i < MVT_NR_TYPES; i++) {
		self->available[i] = mvt_available(i);
		ASSERT_LE(0, self->available[i]);
	}
}

FIXTURE_TEARDOWN(stress)
{
	mvt_purge();
}

/* A tenant that draws a little and is gone. */
static int draw(const char *uuid, unsigned int seed)
{
	struct mvt_mem mem;
	struct mvt_dev dev;
	int ret;

	ret = mvt_open(&dev, uuid);
	if (ret)
		return ret;
	ret = mvt_start(&dev);
	if (!ret)
		ret = mvt_mem_map(&dev, &mem, MVT_BUF_IOVA, 0x100000);
	if (ret)
		goto close;
	ret = mvt_gpu_make(&dev, &mem, 1, 128, 128, seed);
	if (ret == OK)
		ret = mvt_gpu_scanout(&dev, 0, 1, 0, 0, 128, 128);
	if (ret == OK)
		ret = mvt_gpu_flush(&dev, 1, 0, 0, 128, 128);
	/* One in two leaves its things to the close. */
	if (ret == OK && seed & 1)
		ret = mvt_gpu_unref(&dev, 1);
	ret = ret == OK ? 0 : -EIO;
	munmap(mem.va, mem.size);
close:
	mvt_close(&dev);
	return ret;
}

static int cycle(unsigned int i)
{
	char uuid[MVT_UUID_LEN + 1];
	int ret;

	mvt_uuid(uuid);
	ret = mvt_mdev_create(i % MVT_NR_TYPES, uuid);
	if (ret)
		return ret;
	if (i % DRAW_EVERY == 0)
		ret = draw(uuid, i / DRAW_EVERY);
	return mvt_mdev_remove(uuid) ?: ret;
}

static void measure(u64 *slab, u64 *available)
{
	mvt_write_str("/proc/sys/vm/drop_caches", "3");
	/* Freed by RCU and by work. */
	mvt_msleep(1000);
	mvt_write_str("/proc/sys/vm/drop_caches", "3");
	*slab = 0;
	*available = 0;
	mvt_meminfo_kb("SUnreclaim", slab);
	mvt_meminfo_kb("MemAvailable", available);
}

TEST_F_TIMEOUT(stress, create_and_destroy, 900)
{
	u64 slab[2], available[2], begin, val;
	unsigned int i;

	for (i = 0; i < WARM_UP; i++) {
		ASSERT_EQ(0, cycle(i)) {
			TH_LOG("cycle %u, warming up", i);
		}
	}
	measure(&slab[0], &available[0]);
	ASSERT_LT(0, slab[0]);
	ASSERT_LT(0, available[0]);
	begin = mvt_now_ms();
	for (i = 0; i < CYCLES; i++) {
		ASSERT_EQ(0, cycle(i)) {
			TH_LOG("cycle %u", i);
		}
	}
	begin = mvt_now_ms() - begin;
	measure(&slab[1], &available[1]);

	ksft_print_msg("%u cycles in %llu ms, %u of them drew\n", CYCLES,
		       (unsigned long long)begin, CYCLES / DRAW_EVERY);
	ksft_print_msg("SUnreclaim %llu -> %llu KiB\n",
		       (unsigned long long)slab[0],
		       (unsigned long long)slab[1]);
	ksft_print_msg("MemAvailable %llu -> %llu KiB\n",
		       (unsigned long long)available[0],
		       (unsigned long long)available[1]);
	EXPECT_GT(slab[0] + SLAB_KB, slab[1]);
	EXPECT_LT(available[0], available[1] + AVAILABLE_KB);
	EXPECT_EQ(self->count, mvt_mdev_count());
	for (i = 0; i < MVT_NR_TYPES; i++)
		EXPECT_EQ(self->available[i], mvt_available(i));
	if (mvt_parent_is_sim()) {
		ASSERT_EQ(0, mvt_sim_get_u64("nr_resources", &val));
		EXPECT_EQ(0, val);
		ASSERT_EQ(0, mvt_sim_get_u64("bytes", &val));
		EXPECT_EQ(0, val);
	}
}

TEST_F_TIMEOUT(stress, open_and_close, 300)
{
	char uuid[MVT_UUID_LEN + 1];
	unsigned int i;

	mvt_uuid(uuid);
	ASSERT_EQ(0, mvt_mdev_create(2, uuid));
	for (i = 0; i < 200; i++) {
		ASSERT_EQ(0, draw(uuid, i)) {
			TH_LOG("round %u", i);
		}
	}
	EXPECT_EQ(0, mvt_mdev_remove(uuid));
}

TEST_HARNESS_MAIN
