// SPDX-License-Identifier: GPL-2.0
/* Events of /dev/mvgpu. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
/* Events that a reader has room for. */
#define RING 256
/* Events are there when what brought them about has returned, but for some. */
#define EVENT_MS 5000
#define SIDE 64

FIXTURE(events)
{
	struct mvgpu_gpu_info gpu;
	char uuid[MVT_UUID_LEN + 1];
	int fd;
	u32 id;
};

FIXTURE_SETUP(events)
{
	struct mvgpu_vgpu_info info;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	mvt_sched_defaults();
	mvt_uuid(self->uuid);
	ASSERT_EQ(0, mvt_mdev_create(3, self->uuid));
	self->fd = mvt_control_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mvt_control_gpu(self->fd, &self->gpu));
	ASSERT_EQ(0, mvt_control_vgpu(self->fd, self->gpu.id, self->uuid,
				      &info));
	self->id = info.id;
}

FIXTURE_TEARDOWN(events)
{
	mvt_sim_defaults();
	mvt_mdev_remove(self->uuid);
	close(self->fd);
	mvt_sched_defaults();
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* Is the next event that? Of GPUs that other tests may have, none is told. */
/* The type of the next event, if that is in @types, a mask; 0: it is another. */
static u32 next_of(FIXTURE_DATA(events) * self, u32 types, u32 vgpu, u64 count)
{
	struct mvgpu_event event;
	int err = mvt_control_event(self->fd, EVENT_MS, &event);

	if (err) {
		ksft_print_msg("no event: %d\n", err);
		return 0;
	}
	if (event.type < 32 && types & 1U << event.type && event.gpu == self->gpu.id &&
	    event.vgpu == vgpu && event.count == count && !event.lost &&
	    event.size == sizeof(event) && event.time_ns &&
	    !strcmp(event.name, vgpu == MVGPU_NO_VGPU ? self->gpu.name :
						       self->uuid))
		return event.type;
	ksft_print_msg("event %u of %u/%u (%s), count %llu, lost %llu\n",
		       event.type, event.gpu, event.vgpu, event.name,
		       (unsigned long long)event.count,
		       (unsigned long long)event.lost);
	return 0;
}

static bool next_is(FIXTURE_DATA(events) * self, u32 type, u32 vgpu, u64 count)
{
	return next_of(self, 1U << type, vgpu, count);
}

static bool no_more(FIXTURE_DATA(events) * self)
{
	struct mvgpu_event event;

	return mvt_control_event(self->fd, 0, &event) == -ETIMEDOUT;
}

static int set_weight(FIXTURE_DATA(events) * self, int fd, u32 weight)
{
	struct mvgpu_param param = {
		.vgpu = self->id,
		.flags = MVGPU_PARAM_WEIGHT,
		.weight = weight,
	};

	return mvt_control_set(fd, self->gpu.id, &param, 1, NULL);
}

TEST_F(events, life)
{
	struct mvgpu_vgpu_info info;
	struct mvt_dev dev;

	EXPECT_TRUE(no_more(self));
	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_OPENED, self->id, 1));
	/* Nothing was there that a reset could end. */
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	ASSERT_EQ(0, mvt_vfio_reset(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_RESET, self->id, 1));
	ASSERT_EQ(0, mvt_restart(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	mvt_close(&dev);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CLOSED, self->id, 1));
	EXPECT_TRUE(no_more(self));

	ASSERT_EQ(0, mvt_mdev_remove(self->uuid));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_REMOVED, self->id, 1));
	ASSERT_EQ(0, mvt_mdev_create(4, self->uuid));
	ASSERT_EQ(0, mvt_control_vgpu(self->fd, self->gpu.id, self->uuid,
				      &info));
	EXPECT_NE(self->id, info.id);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CREATED, info.id, 1));
	EXPECT_TRUE(no_more(self));
}

TEST_F(events, policy)
{
	static const char *const attr[] = { "weight", "cap", "min" };
	static const struct {
		const char *name;
		u64 value;
	} limit[] = {
		{ "job_timeout_ms", 1000 }, { "outstanding", 1 },
		{ "ban_resets", 5 }, { "ban_seconds", 50 },
	};
	unsigned int i;
	char path[256], leaf[32];

	for (i = 0; i < ARRAY_SIZE(attr); i++) {
		snprintf(leaf, sizeof(leaf), "mvgpu/%s", attr[i]);
		ASSERT_EQ(0, mvt_mdev_path(self->uuid, leaf, path,
					   sizeof(path)));
		ASSERT_EQ(0, mvt_write_str(path, "10"));
		EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, self->id, 1));
		EXPECT_EQ(-ERANGE, mvt_write_str(path, "1001"));
	}
	ASSERT_EQ(0, set_weight(self, self->fd, 20));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, self->id, 1));
	EXPECT_EQ(-ERANGE, set_weight(self, self->fd, 0));
	ASSERT_EQ(0, mvt_sched_set("policy", "fixed"));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, MVGPU_NO_VGPU, 1));
	ASSERT_EQ(0, mvt_sched_set_u64("timeslice_us", 3000));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, MVGPU_NO_VGPU, 1));
	for (i = 0; i < ARRAY_SIZE(limit); i++) {
		ASSERT_EQ(0, mvt_sched_set_u64(limit[i].name, limit[i].value));
		EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, MVGPU_NO_VGPU,
				    1));
		EXPECT_EQ(-ERANGE, mvt_sched_set_u64(limit[i].name, 1000000));
	}
	EXPECT_NE(0, mvt_sched_set("policy", "no such"));
	EXPECT_TRUE(no_more(self));
}

TEST_F(events, hung_and_banned)
{
	struct mvt_dev dev;
	char path[256];
	u32 first;
	int ret;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 1));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, MVGPU_NO_VGPU, 1));
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 100));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, MVGPU_NO_VGPU, 1));
	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_OPENED, self->id, 1));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	ret = mvt_gpu_create(&dev, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, SIDE,
			     SIDE);
	EXPECT_NE(OK, ret);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_HUNG, self->id, 1));
	/* Two works tell of these, in either order. */
	first = next_of(self, 1U << MVGPU_EVENT_BANNED | 1U << MVGPU_EVENT_BROKEN,
			self->id, 1);
	ASSERT_NE(0, first);
	EXPECT_TRUE(next_is(self, first == MVGPU_EVENT_BANNED ?
				  MVGPU_EVENT_BROKEN : MVGPU_EVENT_BANNED,
			    self->id, 1));
	mvt_close(&dev);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CLOSED, self->id, 1));
	ASSERT_EQ(0, mvt_mdev_path(self->uuid, "mvgpu/reset", path,
				   sizeof(path)));
	ASSERT_EQ(0, mvt_write_str(path, "1"));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_UNBANNED, self->id, 1));
	/* Nothing to lift. */
	ASSERT_EQ(0, mvt_write_str(path, "1"));
	EXPECT_TRUE(no_more(self));
}

TEST_F(events, gpu_reset)
{
	struct mvt_dev dev;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_OPENED, self->id, 1));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	ASSERT_EQ(OK, mvt_gpu_create(&dev, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
				     SIDE, SIDE));
	/* A GPU that does not let go of something is reset. */
	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", 1));
	mvt_gpu_unref(&dev, 1);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_RESET, MVGPU_NO_VGPU, 1));
	mvt_close(&dev);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CLOSED, self->id, 1));
}

TEST_F(events, quota)
{
	struct mvt_dev dev;
	unsigned int i;

	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_OPENED, self->id, 1));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	/* 1 GiB is more than an eighth of the GPU has; unread ones become one. */
	for (i = 0; i < 5; i++)
		EXPECT_EQ(VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			  mvt_gpu_create(&dev, 1,
					 VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
					 16384, 16384));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_QUOTA, self->id, 5));
	EXPECT_EQ(5, mvt_vgpu_get_u64(&dev, "stats/quota_hits"));
	mvt_close(&dev);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CLOSED, self->id, 1));
}

TEST_F(events, broken)
{
	struct mvt_dev dev;

	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_OPENED, self->id, 1));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_STARTED, self->id, 1));
	/* No such descriptor. */
	mvt_vq_avail(&dev.vq[MVT_CTRL], 0xffff);
	mvt_vq_publish(&dev.vq[MVT_CTRL]);
	ASSERT_EQ(0, mvt_vq_kick(&dev.vq[MVT_CTRL]));
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_BROKEN, self->id, 1));
	EXPECT_EQ(0, mvt_wait_broken(&dev, MVT_WAIT_MS));
	mvt_close(&dev);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_CLOSED, self->id, 1));
}

/*
 * read() and poll()
 */

TEST_F(events, read)
{
	struct mvgpu_event event[4];
	struct pollfd p = { .fd = self->fd, .events = POLLIN | POLLOUT };

	EXPECT_EQ(0, poll(&p, 1, 0));
	EXPECT_EQ(-1, read(self->fd, event, sizeof(event)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, read(self->fd, event, sizeof(event[0]) - 1));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(-1, read(self->fd, event, 0));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(-1, write(self->fd, event, sizeof(event)));

	ASSERT_EQ(0, set_weight(self, self->fd, 1));
	ASSERT_EQ(0, set_weight(self, self->fd, 2));
	ASSERT_EQ(0, set_weight(self, self->fd, 3));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN, p.revents);
	/* Whole ones only, and what can't be written is not lost. */
	EXPECT_EQ(-1, read(self->fd, (void *)-MVT_PAGE, sizeof(event)));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(2 * sizeof(event[0]),
		  read(self->fd, event, 3 * sizeof(event[0]) - 1));
	EXPECT_EQ(sizeof(event[0]),
		  read(self->fd, event + 2, 2 * sizeof(event[0])));
	EXPECT_LE(event[0].time_ns, event[1].time_ns);
	EXPECT_LE(event[1].time_ns, event[2].time_ns);
	EXPECT_EQ(0, event[0].lost + event[1].lost + event[2].lost);
	EXPECT_EQ(0, poll(&p, 1, 0));
}

static void *blocked_reader(void *arg)
{
	static struct mvgpu_event event;
	int *fd = arg;

	return read(*fd, &event, sizeof(event)) == sizeof(event) ? &event :
								    NULL;
}

TEST_F(events, read_waits)
{
	struct mvgpu_event *event;
	pthread_t thread;
	int fd;

	fd = mvt_control_open(O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, blocked_reader, &fd));
	mvt_msleep(200);
	EXPECT_EQ(EBUSY, pthread_tryjoin_np(thread, (void **)&event));
	ASSERT_EQ(0, set_weight(self, self->fd, 1));
	ASSERT_EQ(0, pthread_join(thread, (void **)&event));
	ASSERT_NE(NULL, event);
	EXPECT_EQ(MVGPU_EVENT_POLICY, event->type);
	close(fd);
}

TEST_F(events, lost_ones_are_counted)
{
	struct mvgpu_event event[RING + 10];
	unsigned int i;
	int other;

	other = mvt_control_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, other);
	for (i = 0; i < RING + 10; i++)
		ASSERT_EQ(0, set_weight(self, self->fd, 1 + i));
	/* None follows: an event of its own says so. */
	EXPECT_EQ((RING + 1) * sizeof(event[0]),
		  read(self->fd, event, sizeof(event)));
	for (i = 0; i < RING; i++) {
		ASSERT_EQ(MVGPU_EVENT_POLICY, event[i].type);
		ASSERT_EQ(0, event[i].lost);
	}
	EXPECT_EQ(MVGPU_EVENT_LOST, event[RING].type);
	EXPECT_EQ(10, event[RING].lost);
	EXPECT_EQ(MVGPU_NO_VGPU, event[RING].vgpu);
	EXPECT_EQ(-1, read(self->fd, event, sizeof(event)));
	EXPECT_EQ(EAGAIN, errno);

	/* One follows: it says so. Each reader has its own count. */
	ASSERT_EQ(sizeof(event[0]), read(other, event, sizeof(event[0])));
	ASSERT_EQ(0, set_weight(self, self->fd, 500));
	EXPECT_EQ(RING * sizeof(event[0]), read(other, event, sizeof(event)));
	EXPECT_EQ(0, event[RING - 2].lost);
	EXPECT_EQ(MVGPU_EVENT_POLICY, event[RING - 1].type);
	EXPECT_EQ(10, event[RING - 1].lost);
	EXPECT_TRUE(next_is(self, MVGPU_EVENT_POLICY, self->id, 1));
	close(other);
}

TEST_F(events, readers_are_bounded)
{
	int fd[256], last = 0;
	unsigned int i, nr;

	for (nr = 0; nr < ARRAY_SIZE(fd); nr++) {
		last = mvt_control_open(O_RDONLY);
		if (last < 0)
			break;
		fd[nr] = last;
	}
	/* One is the fixture's. */
	EXPECT_EQ(127, nr);
	EXPECT_EQ(-EBUSY, last);
	for (i = 0; i < nr; i++)
		close(fd[i]);
	last = mvt_control_open(O_RDONLY);
	EXPECT_LE(0, last);
	close(last);
}

/* A guest can't make a reader lose what matters. */
TEST_F_TIMEOUT(events, guests_cause_few, MVT_TEST_S)
{
	struct mvgpu_event event[16];
	unsigned int i;
	struct mvt_dev dev;

	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	for (i = 0; i < 64; i++)
		ASSERT_EQ(0, mvt_start(&dev));
	mvt_close(&dev);
	ASSERT_EQ(4 * sizeof(event[0]), read(self->fd, event, sizeof(event)));
	EXPECT_EQ(MVGPU_EVENT_OPENED, event[0].type);
	EXPECT_EQ(MVGPU_EVENT_STARTED, event[1].type);
	EXPECT_EQ(64, event[1].count);
	EXPECT_EQ(MVGPU_EVENT_RESET, event[2].type);
	EXPECT_EQ(63, event[2].count);
	EXPECT_EQ(MVGPU_EVENT_CLOSED, event[3].type);
}

/*
 * udev
 */

static int uevent_socket(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	return bind(fd, (void *)&addr, sizeof(addr)) ? -errno : fd;
}

/* Wait for a "change" of a device that has a variable. */
static bool uevent_said(int fd, const char *name, const char *var)
{
	u64 end = mvt_now_ms() + EVENT_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];
	ssize_t n, i;

	while (mvt_now_ms() < end) {
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n <= 0)
			return false;
		buf[n] = 0;
		if (strncmp(buf, "change@", 7) || !strstr(buf, name))
			continue;
		for (i = strlen(buf) + 1; i < n; i += strlen(buf + i) + 1)
			if (!strcmp(buf + i, var))
				return true;
	}
	return false;
}

TEST_F(events, udev)
{
	struct mvt_dev dev;
	int fd;

	/* That it was created is told by now. */
	mvt_msleep(500);
	fd = uevent_socket();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	EXPECT_TRUE(uevent_said(fd, self->uuid, "MVGPU_EVENTS=opened"));
	ASSERT_EQ(0, mvt_start(&dev));
	EXPECT_TRUE(uevent_said(fd, self->uuid, "MVGPU_STATE=running"));
	mvt_close(&dev);
	EXPECT_TRUE(uevent_said(fd, self->uuid, "MVGPU_STATE=closed"));
	ASSERT_EQ(0, mvt_sched_set("policy", "equal"));
	EXPECT_TRUE(uevent_said(fd, self->gpu.name, "MVGPU_EVENTS=policy"));
	/* What is left to say is said before it goes. */
	ASSERT_EQ(0, set_weight(self, self->fd, 7));
	ASSERT_EQ(0, mvt_mdev_remove(self->uuid));
	EXPECT_TRUE(uevent_said(fd, self->uuid, "MVGPU_EVENTS=policy"));
	close(fd);
}

/* Is @word one of the words of @text? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	while ((text = strstr(text, word))) {
		if ((text[-1] == ' ' || text[-1] == '=') &&
		    (!text[len] || text[len] == ' '))
			return true;
		text += len;
	}
	return false;
}

/* Wait until udev was told of @event, and the last state that it was told is @state. */
static bool uevent_until(int fd, const char *name, const char *event,
			 const char *state)
{
	u64 end = mvt_now_ms() + EVENT_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool told = false, is = false;
	char buf[4096];
	ssize_t n, i;

	while (mvt_now_ms() < end && !(told && is)) {
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n <= 0)
			return false;
		buf[n] = 0;
		if (strncmp(buf, "change@", 7) || !strstr(buf, name))
			continue;
		for (i = strlen(buf) + 1; i < n; i += strlen(buf + i) + 1) {
			if (!strncmp(buf + i, "MVGPU_EVENTS=", 13))
				told |= has_word(buf + i, event);
			if (!strncmp(buf + i, "MVGPU_STATE=", 12))
				is = !strcmp(buf + i + 12, state);
		}
	}
	return told && is;
}

/* Started, it hangs. Return: 0, -EEXIST: it did not; or another errno. */
static int hang(struct mvt_dev *dev)
{
	int ret = mvt_restart(dev) ?: mvt_sim_set_u64("hang_nth", 1);

	if (ret)
		return ret;
	return mvt_gpu_create(dev, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, SIDE,
			      SIDE) == OK ? -EEXIST : 0;
}

/* Whatever comes to pass, the last word is what the vGPU is in then. */
TEST_F(events, udev_states)
{
	struct mvt_dev dev;
	char path[256];
	int fd;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	fd = uevent_socket();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mvt_mdev_remove(self->uuid));
	ASSERT_EQ(0, mvt_mdev_create(3, self->uuid));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "created", "closed"));
	ASSERT_EQ(0, mvt_open(&dev, self->uuid));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "opened", "open"));
	/* Nobody uses it yet. */
	ASSERT_EQ(0, mvt_vfio_reset(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "reset", "open"));
	ASSERT_EQ(0, mvt_restart(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "started", "running"));
	/* One that takes so long that udev is told of it meanwhile. */
	ASSERT_EQ(OK, mvt_gpu_create(&dev, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
				     SIDE, SIDE));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 500000000));
	ASSERT_EQ(0, mvt_vfio_reset(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "reset", "open"));
	mvt_sim_defaults();

	ASSERT_EQ(0, mvt_restart(&dev));
	/* No such descriptor. */
	mvt_vq_avail(&dev.vq[MVT_CTRL], 0xffff);
	mvt_vq_publish(&dev.vq[MVT_CTRL]);
	ASSERT_EQ(0, mvt_vq_kick(&dev.vq[MVT_CTRL]));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "broken", "broken"));
	ASSERT_EQ(0, mvt_vfio_reset(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "reset", "open"));

	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 100));
	ASSERT_EQ(0, hang(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "hung", "broken"));
	ASSERT_EQ(0, mvt_vfio_reset(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "reset", "open"));

	ASSERT_EQ(0, mvt_sched_set_u64("ban_resets", 1));
	ASSERT_EQ(0, hang(&dev));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "banned", "banned"));
	mvt_close(&dev);
	ASSERT_EQ(0, mvt_mdev_path(self->uuid, "mvgpu/reset", path,
				   sizeof(path)));
	ASSERT_EQ(0, mvt_write_str(path, "1"));
	EXPECT_TRUE(uevent_until(fd, self->uuid, "unbanned", "closed"));
	close(fd);
}

TEST_HARNESS_MAIN
