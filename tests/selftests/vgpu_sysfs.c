// SPDX-License-Identifier: GPL-2.0
/* Types, room, creation and removal of vGPUs by sysfs. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define MAX_MDEVS MVT_UNITS

FIXTURE(sysfs)
{
	char uuid[MAX_MDEVS][MVT_UUID_LEN + 1];
	unsigned int nr;
	int count;
};

FIXTURE_SETUP(sysfs)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	self->count = mvt_mdev_count();
	ASSERT_LE(0, self->count);
}

FIXTURE_TEARDOWN(sysfs)
{
	while (self->nr)
		mvt_mdev_remove(self->uuid[--self->nr]);
}

static int add(FIXTURE_DATA(sysfs) * self, unsigned int type)
{
	int err;

	mvt_uuid(self->uuid[self->nr]);
	err = mvt_mdev_create(type, self->uuid[self->nr]);
	if (!err)
		self->nr++;
	return err;
}

/* Every type offers as many as its units go into what is left. */
static bool room_is(unsigned int left)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < MVT_NR_TYPES; i++) {
		int want = left / mvt_type_units[i];
		int got = mvt_available(i);

		if (got == want)
			continue;
		ksft_print_msg("%s: %d available, not %d\n", mvt_type_name[i],
			       got, want);
		good = false;
	}
	return good;
}

TEST_F(sysfs, types)
{
	char buf[256];
	unsigned int i;

	for (i = 0; i < MVT_NR_TYPES; i++) {
		ASSERT_EQ(0, mvt_type_attr(i, "device_api", buf, sizeof(buf)));
		EXPECT_STREQ("vfio-pci", buf);
		ASSERT_EQ(0, mvt_type_attr(i, "name", buf, sizeof(buf)));
		EXPECT_NE('\0', buf[0]);
		ASSERT_EQ(0, mvt_type_attr(i, "description", buf, sizeof(buf)));
		EXPECT_NE('\0', buf[0]);
	}
	EXPECT_TRUE(room_is(MVT_UNITS));
}

TEST_F(sysfs, no_other_types)
{
	struct dirent *de;
	char path[256];
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/mdev_supported_types", mvt_parent());
	d = opendir(path);
	ASSERT_NE(NULL, d);
	while ((de = readdir(d)))
		n += de->d_name[0] != '.';
	closedir(d);
	EXPECT_EQ(MVT_NR_TYPES, n);
}

TEST_F(sysfs, names_differ)
{
	char name[MVT_NR_TYPES][128];
	unsigned int i, k;

	for (i = 0; i < MVT_NR_TYPES; i++) {
		ASSERT_EQ(0, mvt_type_attr(i, "name", name[i],
					   sizeof(name[i])));
		for (k = 0; k < i; k++)
			EXPECT_STRNE(name[k], name[i]);
	}
}

TEST_F(sysfs, one_of_each_type)
{
	unsigned int i;
	char path[256];

	for (i = 0; i < MVT_NR_TYPES; i++) {
		ASSERT_EQ(0, add(self, i));
		EXPECT_TRUE(room_is(MVT_UNITS - mvt_type_units[i]));
		ASSERT_EQ(0, mvt_mdev_path(self->uuid[0], "mvgpu", path,
					   sizeof(path)));
		EXPECT_TRUE(mvt_exists(path));
		EXPECT_EQ(self->count + 1, mvt_mdev_count());
		ASSERT_EQ(0, mvt_mdev_remove(self->uuid[--self->nr]));
		EXPECT_TRUE(room_is(MVT_UNITS));
		EXPECT_FALSE(mvt_exists(path));
	}
}

TEST_F(sysfs, sizes_mix)
{
	/* 32 + 16 + 1 + 8 + 2 + 4 + 1 = 64: not in the order of size. */
	static const unsigned int type[] = { 1, 2, 6, 3, 5, 4, 6 };
	unsigned int i, left = MVT_UNITS;

	for (i = 0; i < ARRAY_SIZE(type); i++) {
		ASSERT_EQ(0, add(self, type[i]));
		left -= mvt_type_units[type[i]];
		EXPECT_TRUE(room_is(left));
	}
	EXPECT_EQ(0, left);
	/* A hole in the middle is as good as room at the end. */
	for (i = 0; i < ARRAY_SIZE(type); i += 2) {
		ASSERT_EQ(0, mvt_mdev_remove(self->uuid[i]));
		left += mvt_type_units[type[i]];
		EXPECT_TRUE(room_is(left));
	}
	for (i = 1; i < ARRAY_SIZE(type); i += 2) {
		ASSERT_EQ(0, mvt_mdev_remove(self->uuid[i])) {
			TH_LOG("vGPU %u", i);
		}
	}
	self->nr = 0;
	EXPECT_TRUE(room_is(MVT_UNITS));
}

TEST_F_TIMEOUT(sysfs, full, MVT_TEST_S)
{
	char path[256], uuid[MVT_UUID_LEN + 1];
	unsigned int i;

	for (i = 0; i < MVT_UNITS; i++) {
		ASSERT_EQ(0, add(self, MVT_NR_TYPES - 1)) {
			TH_LOG("vGPU %u", i);
		}
	}
	EXPECT_TRUE(room_is(0));
	EXPECT_EQ(self->count + MVT_UNITS, mvt_mdev_count());

	for (i = 0; i < MVT_NR_TYPES; i++) {
		mvt_uuid(uuid);
		EXPECT_EQ(-ENOSPC, mvt_mdev_create(i, uuid));
		mvt_mdev_path(uuid, "", path, sizeof(path));
		EXPECT_FALSE(mvt_exists(path));
	}
	EXPECT_TRUE(room_is(0));
	EXPECT_EQ(self->count + MVT_UNITS, mvt_mdev_count());

	ASSERT_EQ(0, mvt_mdev_remove(self->uuid[--self->nr]));
	EXPECT_TRUE(room_is(1));
	EXPECT_EQ(0, add(self, MVT_NR_TYPES - 1));
	EXPECT_TRUE(room_is(0));
}

TEST_F(sysfs, too_big_for_what_is_left)
{
	char uuid[MVT_UUID_LEN + 1];

	ASSERT_EQ(0, add(self, 6));
	mvt_uuid(uuid);
	EXPECT_EQ(-ENOSPC, mvt_mdev_create(0, uuid));
	EXPECT_TRUE(room_is(MVT_UNITS - 1));
	ASSERT_EQ(0, add(self, 1));
	mvt_uuid(uuid);
	EXPECT_EQ(-ENOSPC, mvt_mdev_create(1, uuid));
	EXPECT_TRUE(room_is(MVT_UNITS / 2 - 1));
	EXPECT_EQ(self->count + 2, mvt_mdev_count());
}

TEST_F(sysfs, bad_uuid)
{
	static const char *const bad[] = {
		"1",
		"6d766770-7465-4000-8000-00000000000",
		/* 38: mdev takes the 37th for a line end. */
		"6d766770-7465-4000-8000-00000000000000",
		"6d766770-7465-4000-8000-00000000000g",
		"6d766770+7465-4000-8000-000000000000",
		"6d7667707465-4000-8000-0000000000000",
		"6d766770-7465-4000-8000-000000000000\n\n",
		"{6d766770-7465-4000-8000-00000000000}",
		"../../../../../../../../../../../tmp",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, mvt_mdev_create(2, bad[i])) {
			TH_LOG("UUID %s", bad[i]);
		}
	}
	EXPECT_EQ(self->count, mvt_mdev_count());
	EXPECT_TRUE(room_is(MVT_UNITS));
}

TEST_F(sysfs, duplicate_uuid)
{
	unsigned int i;

	ASSERT_EQ(0, add(self, 3));
	for (i = 0; i < MVT_NR_TYPES; i++) {
		int err = mvt_mdev_create(i, self->uuid[0]);

		EXPECT_EQ(-EEXIST, err);
	}
	EXPECT_EQ(self->count + 1, mvt_mdev_count());
	EXPECT_TRUE(room_is(MVT_UNITS - mvt_type_units[3]));
}

TEST_F(sysfs, remove_twice)
{
	ASSERT_EQ(0, add(self, 3));
	self->nr = 0;
	EXPECT_EQ(0, mvt_mdev_remove(self->uuid[0]));
	EXPECT_EQ(-ENOENT, mvt_mdev_remove(self->uuid[0]));
	EXPECT_TRUE(room_is(MVT_UNITS));
}

TEST_F(sysfs, same_uuid_again)
{
	char uuid[MVT_UUID_LEN + 1];
	unsigned int i;

	mvt_uuid(uuid);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, mvt_mdev_create(i % MVT_NR_TYPES, uuid));
		ASSERT_EQ(0, mvt_mdev_remove(uuid));
	}
	EXPECT_TRUE(room_is(MVT_UNITS));
}

/* A child takes what it can of 1of8 and says how many it got. */
static int grab(unsigned int seed)
{
	char uuid[MVT_UUID_LEN + 1];
	unsigned int i;
	int got = 0;

	for (i = 0; i < 6; i++) {
		mvt_uuid(uuid);
		got += !mvt_mdev_create(3, uuid);
	}
	return got;
}

TEST_F_TIMEOUT(sysfs, racing_creators_share_the_room, MVT_TEST_S)
{
	int status, sum = 0;
	pid_t pid[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			_exit(grab(i));
	}
	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		ASSERT_EQ(0, mvt_wait_pid(pid[i], 60000, &status));
		ASSERT_TRUE(WIFEXITED(status));
		sum += WEXITSTATUS(status);
	}
	EXPECT_EQ(8, sum);
	EXPECT_TRUE(room_is(0));
	EXPECT_EQ(self->count + 8, mvt_mdev_count());
	mvt_purge();
	EXPECT_TRUE(room_is(MVT_UNITS));
	EXPECT_EQ(self->count, mvt_mdev_count());
}

/* What the ABI says: who may write and who may read a file of a vGPU. */
static mode_t mode_of(const char *name)
{
	static const char *const rw[] = { "weight", "cap", "min", "mode" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rw); i++)
		if (!strcmp(name, rw[i]))
			return 0644;
	return strcmp(name, "reset") ? 0444 : 0200;
}

TEST_F(sysfs, attributes_readable_when_closed)
{
	char path[256], file[512], buf[4096];
	struct dirent *de;
	struct stat st;
	unsigned int n = 0;
	DIR *d;

	ASSERT_EQ(0, add(self, 2));
	mvt_mdev_path(self->uuid[0], "mvgpu", path, sizeof(path));
	d = opendir(path);
	ASSERT_NE(NULL, d);
	while ((de = readdir(d))) {
		if (de->d_type != DT_REG)
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, de->d_name);
		ASSERT_EQ(0, stat(file, &st));
		EXPECT_EQ(mode_of(de->d_name), st.st_mode & 07777) {
			TH_LOG("%s", de->d_name);
		}
		EXPECT_EQ(0, st.st_uid);
		/* Root may read all but what has no reader. */
		if (!(st.st_mode & 0444))
			continue;
		n++;
		EXPECT_EQ(0, mvt_read_str(file, buf, sizeof(buf))) {
			TH_LOG("%s", de->d_name);
		}
	}
	closedir(d);
	EXPECT_LT(0, n);
}

TEST_HARNESS_MAIN
