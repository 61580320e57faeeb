// SPDX-License-Identifier: GPL-2.0
/* ioctls of /dev/mvgpu: sizes, lists, snapshots, parameters. */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define NR 2
/* Side of the resource. */
#define SIDE 128
/* Who of them has something to transfer. */
#define BUSY 0

FIXTURE(ctl)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem;
	struct mvgpu_gpu_info gpu;
	u32 id[NR];
	int fd;
};

FIXTURE_SETUP(ctl)
{
	struct mvgpu_vgpu_info info;
	unsigned int i;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	self->fd = mvt_control_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mvt_control_gpu(self->fd, &self->gpu));
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup(&self->dev[i], 2 + i));
		ASSERT_EQ(0, mvt_control_vgpu(self->fd, self->gpu.id,
					      self->dev[i].uuid, &info));
		self->id[i] = info.id;
	}
	ASSERT_EQ(0, mvt_mem_map(&self->dev[BUSY], &self->mem, MVT_BUF_IOVA,
				 0x100000));
	ASSERT_EQ(OK, mvt_gpu_make(&self->dev[BUSY], &self->mem, 1, SIDE, SIDE,
				   1));
}

FIXTURE_TEARDOWN(ctl)
{
	unsigned int i;

	mvt_mem_free(&self->dev[BUSY], &self->mem);
	for (i = 0; i < NR; i++)
		mvt_teardown(&self->dev[i]);
	mvt_sched_defaults();
	close(self->fd);
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

static int transfers(struct mvt_dev *dev, unsigned int nr)
{
	int ret = OK;

	while (nr-- && ret == OK)
		ret = mvt_gpu_transfer(dev, 1, 0, 0, 0, SIDE, SIDE);
	return ret == OK ? 0 : -EIO;
}

/*
 * Every ioctl, as it succeeds
 */

#define NR_IOCTLS 5

/**
 * struct call - an ioctl and its structure, with room behind that
 * @num: the ioctl
 * @size: of its structure
 * @arg: the structure
 * @out: where entries go
 */
struct call {
	unsigned long num;
	u32 size;
	union {
		struct mvgpu_list list;
		struct mvgpu_snapshot snap;
		struct mvgpu_set_params set;
		u32 user_size;
		u8 bytes[8192];
	} arg;
	union {
		struct mvgpu_gpu_info gpu[16];
		struct mvgpu_type_info type[16];
		struct mvgpu_vgpu_info vgpu[16];
		struct mvgpu_vgpu_stats stats[16];
		struct mvgpu_param param[1];
	} out;
	struct mvgpu_gpu_stats gpu_stats;
};

static const unsigned long ioctls[NR_IOCTLS] = {
	MVGPU_LIST_GPUS, MVGPU_LIST_TYPES, MVGPU_LIST_VGPUS, MVGPU_SNAPSHOT,
	MVGPU_SET_PARAMS,
};

/* Of the first version, which is still served. */
static u32 entry_size_v1(unsigned long num)
{
	switch (num) {
	case MVGPU_LIST_GPUS:
		return offsetof(struct mvgpu_gpu_info, flags);
	case MVGPU_LIST_TYPES:
		return sizeof(struct mvgpu_type_info);
	case MVGPU_LIST_VGPUS:
		return offsetof(struct mvgpu_vgpu_info, width);
	case MVGPU_SNAPSHOT:
		return offsetof(struct mvgpu_vgpu_stats, preemptions);
	default:
		return sizeof(struct mvgpu_param);
	}
}

static u32 entry_size(unsigned long num)
{
	switch (num) {
	case MVGPU_LIST_GPUS:
		return sizeof(struct mvgpu_gpu_info);
	case MVGPU_LIST_TYPES:
		return sizeof(struct mvgpu_type_info);
	case MVGPU_LIST_VGPUS:
		return sizeof(struct mvgpu_vgpu_info);
	case MVGPU_SNAPSHOT:
		return sizeof(struct mvgpu_vgpu_stats);
	default:
		return sizeof(struct mvgpu_param);
	}
}

static void call_init(FIXTURE_DATA(ctl) * self, struct call *call, unsigned int i)
{
	memset(call, 0, sizeof(*call));
	call->num = ioctls[i];
	switch (call->num) {
	case MVGPU_SNAPSHOT:
		call->size = sizeof(call->arg.snap);
		call->arg.snap.gpu = self->gpu.id;
		call->arg.snap.count = 16;
		call->arg.snap.entry_size = entry_size(call->num);
		call->arg.snap.entries = (unsigned long)&call->out;
		call->arg.snap.gpu_stats_size = sizeof(call->gpu_stats);
		call->arg.snap.gpu_stats = (unsigned long)&call->gpu_stats;
		break;
	case MVGPU_SET_PARAMS:
		call->size = sizeof(call->arg.set);
		call->arg.set.gpu = self->gpu.id;
		call->arg.set.count = 1;
		call->arg.set.entry_size = entry_size(call->num);
		call->arg.set.entries = (unsigned long)&call->out;
		call->out.param[0].vgpu = self->id[0];
		call->out.param[0].flags = MVGPU_PARAM_WEIGHT;
		call->out.param[0].weight = 7;
		break;
	default:
		call->size = sizeof(call->arg.list);
		call->arg.list.gpu = call->num == MVGPU_LIST_GPUS ?
				     0 : self->gpu.id;
		call->arg.list.count = 16;
		call->arg.list.entry_size = entry_size(call->num);
		call->arg.list.entries = (unsigned long)&call->out;
	}
	call->arg.user_size = call->size;
}

static int call_do(FIXTURE_DATA(ctl) * self, struct call *call)
{
	return mvt_control_ioctl(self->fd, call->num, &call->arg);
}

TEST_F(ctl, sizes)
{
	static const struct {
		int more;
		bool tail;
		int ret;
	} want[] = {
		{ 0, false, 0 }, { -1, false, -EINVAL }, { 1, false, 0 },
		{ 8, false, 0 }, { 1, true, -E2BIG }, { 8, true, -E2BIG },
	};
	static struct call call;
	unsigned int i, k;

	for (i = 0; i < NR_IOCTLS; i++) {
		for (k = 0; k < ARRAY_SIZE(want); k++) {
			call_init(self, &call, i);
			call.arg.user_size = call.size + want[k].more;
			call.arg.bytes[call.size + want[k].more - 1] |=
				want[k].tail;
			EXPECT_EQ(want[k].ret, call_do(self, &call)) {
				TH_LOG("ioctl %u, case %u", i, k);
			}
		}
		call_init(self, &call, i);
		call.arg.user_size = 0;
		EXPECT_EQ(-EINVAL, call_do(self, &call));
		/* A page is enough for everybody. */
		call_init(self, &call, i);
		call.arg.user_size = MVT_PAGE;
		EXPECT_EQ(0, call_do(self, &call));
		call_init(self, &call, i);
		call.arg.user_size = MVT_PAGE + 1;
		EXPECT_EQ(-E2BIG, call_do(self, &call));
	}
}

TEST_F(ctl, reserved_fields)
{
	static struct call call;
	unsigned int i;

	for (i = 0; i < NR_IOCTLS; i++) {
		call_init(self, &call, i);
		/* All have their flags in the same place. */
		call.arg.list.flags = 1U << (i * 7);
		EXPECT_EQ(-EOPNOTSUPP, call_do(self, &call)) {
			TH_LOG("ioctl %u", i);
		}
	}
	for (i = 0; i < 3; i++) {
		call_init(self, &call, i);
		call.arg.list.__reserved = 1;
		EXPECT_EQ(-EOPNOTSUPP, call_do(self, &call));
	}
	call_init(self, &call, 0);
	call.arg.list.gpu = self->gpu.id;
	EXPECT_EQ(-EOPNOTSUPP, call_do(self, &call));
	call_init(self, &call, 4);
	call.out.param[0].__reserved = 1;
	EXPECT_EQ(-EOPNOTSUPP, call_do(self, &call));
	EXPECT_EQ(0, call.arg.set.bad);
	call_init(self, &call, 4);
	call.out.param[0].flags = 8;
	EXPECT_EQ(-EOPNOTSUPP, call_do(self, &call));
	EXPECT_EQ(100, mvt_vgpu_get_u64(&self->dev[0], "weight"));
}

TEST_F(ctl, no_such_ioctl)
{
	static struct call call;

	call_init(self, &call, 0);
	call.num = _IO(MVGPU_IOCTL_TYPE, NR_IOCTLS);
	EXPECT_EQ(-ENOTTY, call_do(self, &call));
	call.num = _IO(MVGPU_IOCTL_TYPE, 0xff);
	EXPECT_EQ(-ENOTTY, call_do(self, &call));
	call.num = _IO(MVGPU_IOCTL_TYPE + 1, 0);
	EXPECT_EQ(-ENOTTY, call_do(self, &call));
	/* A number that says its size is another number. */
	call.num = _IOWR(MVGPU_IOCTL_TYPE, 0, struct mvgpu_list);
	EXPECT_EQ(-ENOTTY, call_do(self, &call));
}

TEST_F(ctl, no_such_gpu)
{
	static const u32 wrong[] = { 0, 0x7fffffff, ~0U };
	static struct call call;
	unsigned int i, k;

	for (i = 1; i < NR_IOCTLS; i++) {
		for (k = 0; k < ARRAY_SIZE(wrong); k++) {
			call_init(self, &call, i);
			/* All have it in the same place. */
			call.arg.list.gpu = wrong[k];
			EXPECT_EQ(-ENODEV, call_do(self, &call)) {
				TH_LOG("ioctl %u, GPU %u", i, wrong[k]);
			}
		}
	}
}

TEST_F(ctl, memory_that_is_not_there)
{
	static struct call call;
	unsigned int i;
	u8 *page;

	page = mmap(NULL, 2 * MVT_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + MVT_PAGE, MVT_PAGE));
	for (i = 0; i < NR_IOCTLS; i++) {
		EXPECT_EQ(-EFAULT, mvt_control_ioctl(self->fd, ioctls[i],
						     NULL));
		/* The last byte of the structure. */
		call_init(self, &call, i);
		memcpy(page + MVT_PAGE - call.size + 1, &call.arg,
		       call.size - 1);
		EXPECT_EQ(-EFAULT,
			  mvt_control_ioctl(self->fd, call.num,
					    page + MVT_PAGE - call.size + 1));
		/* All entries. */
		if (call.num == MVGPU_SNAPSHOT)
			call.arg.snap.entries = 0;
		else if (call.num == MVGPU_SET_PARAMS)
			call.arg.set.entries = 0;
		else
			call.arg.list.entries = 0;
		EXPECT_EQ(-EFAULT, call_do(self, &call)) {
			TH_LOG("ioctl %u", i);
		}
	}
	call_init(self, &call, 3);
	call.arg.snap.gpu_stats = 0;
	EXPECT_EQ(-EFAULT, call_do(self, &call));
	EXPECT_EQ(100, mvt_vgpu_get_u64(&self->dev[0], "weight"));
	munmap(page, MVT_PAGE);
}

static u32 *entry_size_of(struct call *call)
{
	switch (call->num) {
	case MVGPU_SNAPSHOT:
		return &call->arg.snap.entry_size;
	case MVGPU_SET_PARAMS:
		return &call->arg.set.entry_size;
	default:
		return &call->arg.list.entry_size;
	}
}

TEST_F(ctl, entry_sizes)
{
	static struct call call;
	unsigned int i;

	for (i = 0; i < NR_IOCTLS; i++) {
		call_init(self, &call, i);
		*entry_size_of(&call) = entry_size_v1(call.num) - 1;
		EXPECT_EQ(-EINVAL, call_do(self, &call));
		call_init(self, &call, i);
		*entry_size_of(&call) = entry_size_v1(call.num);
		EXPECT_EQ(0, call_do(self, &call));
		call_init(self, &call, i);
		*entry_size_of(&call) = MVT_PAGE + 1;
		EXPECT_EQ(-E2BIG, call_do(self, &call));
	}
	call_init(self, &call, 3);
	call.arg.snap.gpu_stats_size--;
	EXPECT_EQ(-EINVAL, call_do(self, &call));
}

/* A caller of the past finds the second entry where its own first one ends. */
TEST_F(ctl, shorter_entries)
{
	static struct call call;
	unsigned int i, size;
	u8 *out = (u8 *)&call.out;

	for (i = 2; i < 4; i++) {
		call_init(self, &call, i);
		size = entry_size_v1(call.num);
		memset(out, 0xee, sizeof(call.out));
		*entry_size_of(&call) = size;
		ASSERT_EQ(0, call_do(self, &call));
		/* Both begin with the number of the vGPU. */
		EXPECT_EQ(self->id[0], *(u32 *)out);
		EXPECT_EQ(self->id[1], *(u32 *)(out + size));
		EXPECT_EQ(0xee, out[2 * size]);
	}
}

/* A caller of the future finds zeroes in what we do not know. */
TEST_F(ctl, longer_entries)
{
	static const u32 more[] = { 1, 8, 100 };
	static struct call call;
	unsigned int i, k, b;
	u32 size;
	u8 *out = (u8 *)&call.out;

	for (i = 1; i < 4; i++) {
		for (k = 0; k < ARRAY_SIZE(more); k++) {
			call_init(self, &call, i);
			memset(out, 0xee, sizeof(call.out));
			size = entry_size(call.num);
			*entry_size_of(&call) += more[k];
			ASSERT_EQ(0, call_do(self, &call));
			for (b = size; b < size + more[k]; b++)
				EXPECT_EQ(0, out[b]);
			EXPECT_EQ(2, call.num == MVGPU_LIST_TYPES ? 2 :
				  call.num == MVGPU_SNAPSHOT ?
				  call.arg.snap.count : call.arg.list.count);
		}
	}
	/* The second entry is where the caller has it. */
	call_init(self, &call, 2);
	*entry_size_of(&call) += 8;
	ASSERT_EQ(0, call_do(self, &call));
	EXPECT_EQ(self->id[1], ((struct mvgpu_vgpu_info *)
		  (out + sizeof(struct mvgpu_vgpu_info) + 8))->id);

	call_init(self, &call, 4);
	call.arg.set.entry_size += 8;
	EXPECT_EQ(0, call_do(self, &call));
	EXPECT_EQ(7, mvt_vgpu_get_u64(&self->dev[0], "weight"));
	call_init(self, &call, 4);
	call.arg.set.entry_size += 8;
	((u8 *)&call.out)[sizeof(struct mvgpu_param) + 3] = 1;
	call.arg.set.bad = ~0U;
	EXPECT_EQ(-E2BIG, call_do(self, &call));
	EXPECT_EQ(0, call.arg.set.bad);
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

TEST_F(ctl, too_little_room)
{
	static struct call call;
	unsigned int i, b, nr, *count;
	u8 *out = (u8 *)&call.out;

	for (i = 0; i < 4; i++) {
		call_init(self, &call, i);
		count = call.num == MVGPU_SNAPSHOT ? &call.arg.snap.count :
						     &call.arg.list.count;
		ASSERT_EQ(0, call_do(self, &call));
		nr = *count;
		ASSERT_LT(0, nr);
		call_init(self, &call, i);
		memset(out, 0xee, sizeof(call.out));
		memset(&call.gpu_stats, 0xee, sizeof(call.gpu_stats));
		*count = nr - 1;
		EXPECT_EQ(-EMSGSIZE, call_do(self, &call));
		EXPECT_EQ(nr, *count);
		for (b = 0; b < sizeof(call.out); b++)
			ASSERT_EQ(0xee, out[b]);
		ASSERT_EQ(0xee, *(u8 *)&call.gpu_stats);
		/* As it says, it is enough; and so is any larger number. */
		EXPECT_EQ(0, call_do(self, &call));
		*count = ~0U;
		EXPECT_EQ(0, call_do(self, &call));
		EXPECT_EQ(nr, *count);
	}
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
	params(self, param, MVGPU_PARAM_MIN, 60, 41);
	EXPECT_EQ(-ENOSPC, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_EQ(1, bad);
	EXPECT_TRUE(params_are(self, "min", 0, 0));
	params(self, param, MVGPU_PARAM_MIN, 60, 40);
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "min", 60, 40));
	/* One by one neither would go. */
	EXPECT_EQ(-ENOSPC, mvt_vgpu_set_u64(&self->dev[1], "min", 60));
	params(self, param, MVGPU_PARAM_MIN, 40, 60);
	EXPECT_EQ(-ENOSPC, mvt_control_set(self->fd, id, &param[1], 1, &bad));
	EXPECT_EQ(0, bad);
	EXPECT_EQ(0, mvt_control_set(self->fd, id, param, NR, &bad));
	EXPECT_TRUE(params_are(self, "min", 40, 60));
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

/*
 * Rights
 */

static int drop_cap(unsigned int cap)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &hdr, data))
		return -errno;
	data[cap / 32].effective &= ~(1U << cap % 32);
	return syscall(SYS_capset, &hdr, data) ? -errno : 0;
}

TEST_F(ctl, rights)
{
	static struct call call;
	struct stat st;
	unsigned int i;
	int status, ret;
	pid_t pid;

	ASSERT_EQ(0, stat("/dev/mvgpu", &st));
	EXPECT_EQ(0640, st.st_mode & 0777);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (drop_cap(CAP_SYS_ADMIN))
			_exit(100);
		for (i = 0; i < NR_IOCTLS; i++) {
			call_init(self, &call, i);
			ret = call_do(self, &call);
			if (ret != (i == 4 ? -EPERM : 0))
				_exit(1 + i);
		}
		/* Not even what is wrong for other reasons, too. */
		call_init(self, &call, 4);
		call.arg.set.gpu = 0;
		if (call_do(self, &call) != -EPERM)
			_exit(10);
		/* Files of sysfs belong to user 0: that is not enough. */
		if (mvt_vgpu_set_u64(&self->dev[0], "weight", 7) != -EPERM)
			_exit(12);
		if (mvt_vgpu_set_u64(&self->dev[0], "reset", 1) != -EPERM)
			_exit(13);
		if (mvt_sched_set_u64("timeslice_us", 500) != -EPERM)
			_exit(14);
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(101);
		if (mvt_control_open(O_RDONLY) != -EACCES)
			_exit(11);
		if (mvt_vgpu_set_u64(&self->dev[0], "weight", 7) != -EACCES)
			_exit(15);
		if (mvt_sched_set_u64("timeslice_us", 500) != -EACCES)
			_exit(16);
		_exit(0);
	}
	ASSERT_EQ(0, mvt_wait_pid(pid, MVT_WAIT_MS, &status));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(100, mvt_vgpu_get_u64(&self->dev[0], "weight"));
	EXPECT_EQ(2000, mvt_sched_get_u64("timeslice_us"));
}

TEST_HARNESS_MAIN
