// SPDX-License-Identifier: GPL-2.0
/* Every ioctl of /dev/mvgpu: sizes, reserved fields, memory, rights. */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "ctl_fixture.h"

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
