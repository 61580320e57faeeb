// SPDX-License-Identifier: GPL-2.0
/* Ends of every kind, with work in flight; faults of the GPU. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define DRIVER_DIR "/sys/bus/platform/drivers/mvgpu_sim/"
#define JOB_TIMEOUT_MS 1000
/* A reset or a close with a few jobs on the GPU. */
#define END_MS 5000
#define NR 2

FIXTURE(lifetime)
{
	struct mvt_dev dev[NR];
	struct mvt_mem mem[NR];
	u64 job_timeout;
};

FIXTURE_SETUP(lifetime)
{
	unsigned int i;

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_get_job_timeout_ms(&self->job_timeout));
	ASSERT_EQ(0, mvt_set_job_timeout_ms(JOB_TIMEOUT_MS));
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, mvt_setup_mem(&self->dev[i], &self->mem[i], 2));
		ASSERT_EQ(OK, mvt_gpu_make(&self->dev[i], &self->mem[i], 1, 64,
					   64, i));
	}
}

FIXTURE_TEARDOWN(lifetime)
{
	unsigned int i;

	mvt_sim_defaults();
	for (i = 0; i < NR; i++)
		mvt_teardown_mem(&self->dev[i], &self->mem[i]);
	mvt_set_job_timeout_ms(self->job_timeout);
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

static bool works(struct mvt_dev *dev, struct mvt_mem *mem)
{
	return mvt_works(dev) && mvt_gpu_make(dev, mem, 77, 32, 32, 1) == OK &&
	       mvt_gpu_unref(dev, 77) == OK;
}

/* @n jobs of 20 ms each are under way. */
static int load(struct mvt_dev *dev, unsigned int n)
{
	int ret;

	if (mvt_parent_is_sim())
		mvt_sim_set_u64("delay_ns", 20000000);
	while (n--) {
		ret = mvt_gpu_send_transfer(dev, 1, 64, 64);
		if (ret < 0)
			return ret;
	}
	ret = mvt_vq_kick(&dev->vq[MVT_CTRL]);
	mvt_msleep(30);
	return ret;
}

TEST_F_TIMEOUT(lifetime, reset_with_jobs_in_flight, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	struct mvt_vq *vq = &dev->vq[MVT_CTRL];
	unsigned int i;
	u64 begin;
	u16 first, idx;

	for (i = 0; i < 10; i++) {
		first = vq->used->idx;
		ASSERT_EQ(0, load(dev, 50));
		begin = mvt_now_ms();
		ASSERT_EQ(0, i & 1 ? mvt_vfio_reset(dev) : mvt_reset(dev));
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		EXPECT_EQ(0, mvt_status(dev));
		EXPECT_EQ(0, mvt_stat(dev, "resources"));
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
		/* Nothing is written to the guest any more. */
		idx = vq->used->idx;
		memset(dev->ctl.va + 2 * MVT_PAGE, 0x77, MVT_PAGE);
		mvt_msleep(60);
		EXPECT_EQ(0x7777, vq->used->idx);
		EXPECT_GE(50, idx - first);
		mvt_sim_defaults();
		ASSERT_EQ(0, mvt_restart(dev));
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem[0], 1, 64, 64, 1));
	}
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

TEST_F_TIMEOUT(lifetime, close_with_jobs_in_flight, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	char uuid[MVT_UUID_LEN + 1];
	unsigned int i;
	u64 begin;

	memcpy(uuid, dev->uuid, sizeof(uuid));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, load(dev, 50));
		begin = mvt_now_ms();
		mvt_close(dev);
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
		munmap(self->mem[0].va, self->mem[0].size);
		mvt_sim_defaults();
		ASSERT_EQ(0, mvt_open(dev, uuid));
		ASSERT_EQ(0, mvt_start(dev));
		ASSERT_EQ(0, mvt_mem_map(dev, &self->mem[0], MVT_BUF_IOVA,
					 0x100000));
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem[0], 1, 64, 64, 1));
	}
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

/* A tenant that works until it is killed. */
static void worker(const char *uuid)
{
	struct mvt_mem mem;
	struct mvt_dev dev;

	if (mvt_open(&dev, uuid) || mvt_start(&dev) ||
	    mvt_mem_map(&dev, &mem, MVT_BUF_IOVA, 0x100000) ||
	    mvt_gpu_make(&dev, &mem, 1, 256, 256, 1) != OK)
		_exit(1);
	for (;;) {
		while (mvt_gpu_send_transfer(&dev, 1, 256, 256) >= 0)
			;
		mvt_vq_kick(&dev.vq[MVT_CTRL]);
		if (mvt_gpu_recv(&dev, MVT_WAIT_MS, NULL, 0) != OK)
			_exit(2);
	}
}

TEST_F_TIMEOUT(lifetime, killed_at_work, MVT_TEST_S)
{
	struct mvt_dev again, *dev = &self->dev[0];
	unsigned int i;
	int status;
	u64 begin;
	pid_t pid;

	mvt_close(dev);
	for (i = 0; i < 10; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			worker(dev->uuid);
		mvt_msleep(200 + 37 * i);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		begin = mvt_now_ms();
		ASSERT_EQ(0, mvt_wait_pid(pid, 20000, &status));
		ASSERT_TRUE(WIFSIGNALED(status)) {
			TH_LOG("worker ended by itself: %d",
			       WEXITSTATUS(status));
		}
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
		ASSERT_EQ(0, mvt_open(&again, dev->uuid));
		EXPECT_EQ(0, mvt_start(&again));
		EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
			  mvt_gpu_simple(&again,
					 VIRTIO_GPU_CMD_GET_DISPLAY_INFO));
		mvt_close(&again);
	}
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

struct job {
	const char *path;
	const char *text;
	bool done;
	int err;
};

static void *write_in_background(void *arg)
{
	struct job *j = arg;

	j->err = mvt_write_str(j->path, j->text);
	__atomic_store_n(&j->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool wait_done(struct job *j, unsigned int timeout_ms)
{
	u64 end = mvt_now_ms() + timeout_ms;

	while (!__atomic_load_n(&j->done, __ATOMIC_ACQUIRE)) {
		if (mvt_now_ms() >= end)
			return false;
		mvt_msleep(10);
	}
	return true;
}

TEST_F_TIMEOUT(lifetime, remove_while_open, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	struct job j = { .text = "1" };
	pthread_t thread;
	char path[256];
	int req;

	req = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_LE(0, req);
	ASSERT_EQ(0, mvt_irq_set(dev, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &req));
	ASSERT_EQ(0, mvt_mdev_path(dev->uuid, "remove", path, sizeof(path)));
	j.path = path;
	ASSERT_EQ(0, pthread_create(&thread, NULL, write_in_background, &j));
	EXPECT_EQ(0, mvt_wait_fd(req, MVT_WAIT_MS));
	/* It waits, and we can go on with what we do. */
	EXPECT_FALSE(wait_done(&j, 300));
	EXPECT_TRUE(works(dev, &self->mem[0]));
	ASSERT_EQ(0, load(dev, 10));
	mvt_close(dev);
	ASSERT_TRUE(wait_done(&j, 20000));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, j.err);
	mvt_mdev_path(dev->uuid, "", path, sizeof(path));
	EXPECT_FALSE(mvt_exists(path));
	mvt_sim_defaults();
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
	close(req);
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

TEST_F(lifetime, rmmod_refused_while_open)
{
	EXPECT_EQ(-EWOULDBLOCK, unload("mvgpu_mdev"));
	EXPECT_EQ(-EWOULDBLOCK, unload(mvt_parent_is_sim() ? "mvgpu_sim" :
				       "mvgpu_virtio"));
	EXPECT_EQ(-EWOULDBLOCK, unload("mvgpu"));
	EXPECT_TRUE(works(&self->dev[0], &self->mem[0]));
}

TEST_F(lifetime, opened_once)
{
	struct mvt_dev other;

	EXPECT_NE(0, mvt_open(&other, self->dev[0].uuid));
	EXPECT_TRUE(works(&self->dev[0], &self->mem[0]));
}

TEST_F_TIMEOUT(lifetime, unbind_with_vgpus_closed, MVT_TEST_S)
{
	unsigned int i;
	int count;

	if (!mvt_parent_is_sim())
		SKIP(return, "only the software GPU is unbound");
	count = mvt_mdev_count();
	for (i = 0; i < NR; i++)
		mvt_close(&self->dev[i]);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, mvt_write_str(DRIVER_DIR "unbind", "mvgpu_sim.0"));
		EXPECT_EQ(count - NR, mvt_mdev_count());
		EXPECT_GT(0, mvt_available(0));
		ASSERT_EQ(0, mvt_write_str(DRIVER_DIR "bind", "mvgpu_sim.0"));
		EXPECT_EQ(1, mvt_available(0));
	}
	/* For the teardown, which sets it back. */
	EXPECT_EQ(0, mvt_set_job_timeout_ms(JOB_TIMEOUT_MS));
}

TEST_F_TIMEOUT(lifetime, unbind_while_open, MVT_TEST_S)
{
	struct job j = { .path = DRIVER_DIR "unbind", .text = "mvgpu_sim.0" };
	char uuid[MVT_UUID_LEN + 1];
	pthread_t thread;
	unsigned int i;
	int req[NR];

	if (!mvt_parent_is_sim())
		SKIP(return, "only the software GPU is unbound");
	for (i = 0; i < NR; i++) {
		req[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		ASSERT_LE(0, req[i]);
		ASSERT_EQ(0, mvt_irq_set(&self->dev[i], VFIO_PCI_REQ_IRQ_INDEX,
					 0, 1, &req[i]));
	}
	ASSERT_EQ(0, load(&self->dev[0], 20));
	ASSERT_EQ(0, pthread_create(&thread, NULL, write_in_background, &j));
	/* Each is asked in turn; nothing new is created meanwhile. */
	for (i = 0; i < NR; i++) {
		u64 end = mvt_now_ms() + MVT_WAIT_MS;
		unsigned int k = 0;

		while (mvt_now_ms() < end) {
			for (k = 0; k < NR; k++)
				if (self->dev[k].fd >= 0 &&
				    !mvt_wait_fd(req[k], 0))
					break;
			if (k < NR)
				break;
			mvt_msleep(10);
		}
		ASSERT_GT(NR, k);
		EXPECT_FALSE(wait_done(&j, 100));
		mvt_uuid(uuid);
		EXPECT_NE(0, mvt_mdev_create(6, uuid));
		mvt_close(&self->dev[k]);
	}
	ASSERT_TRUE(wait_done(&j, 20000));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, j.err);
	ASSERT_EQ(0, mvt_write_str(DRIVER_DIR "bind", "mvgpu_sim.0"));
	EXPECT_EQ(1, mvt_available(0));
	EXPECT_EQ(0, mvt_set_job_timeout_ms(JOB_TIMEOUT_MS));
	for (i = 0; i < NR; i++)
		close(req[i]);
}

/*
 * Faults of the GPU
 */

TEST_F(lifetime, a_job_fails)
{
	struct mvt_dev *dev = &self->dev[0];

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", 1));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_UNSPEC,
		  mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64));
	/* The third of five. */
	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", 3));
	for (int i = 1; i <= 5; i++)
		EXPECT_EQ(i == 3 ? VIRTIO_GPU_RESP_ERR_UNSPEC : OK,
			  mvt_gpu_flush(dev, 1, 0, 0, 64, 64));
	/* A resource that was not created does not exist. */
	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_create(dev, 9, 1, 64, 64)));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
		  mvt_gpu_flush(dev, 9, 0, 0, 1, 1));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 9, 1, 64, 64));
	/* A backing that was not attached is not pinned. */
	ASSERT_EQ(0, mvt_sim_set_u64("fail_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_attach_one(dev, 9,
						    self->mem[0].iova,
						    0x4000)));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 9, self->mem[0].iova, 0x4000));
	EXPECT_EQ(0, mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
}

TEST_F(lifetime, no_memory_for_a_job)
{
	struct mvt_dev *dev = &self->dev[0];

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("prepare_fail_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64)));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64));
	ASSERT_EQ(0, mvt_sim_set_u64("prepare_fail_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_create(dev, 9, 1, 64, 64)));
	EXPECT_EQ(OK, mvt_gpu_create(dev, 9, 1, 64, 64));
	ASSERT_EQ(0, mvt_sim_set_u64("prepare_fail_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_attach_one(dev, 9,
						    self->mem[0].iova,
						    0x4000)));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(works(dev, &self->mem[0]));
}

/* The reset of a tenant frees all, even where preparing the destroy fails. */
TEST_F(lifetime, no_memory_for_a_reset)
{
	struct mvt_dev *dev = &self->dev[0];

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("prepare_fail_nth", 1));
	ASSERT_EQ(0, mvt_reset(dev));
	EXPECT_EQ(0, mvt_stat(dev, "resources"));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(works(dev, &self->mem[0]));
}

/*
 * One tenant's job never ends. It is told so in time, and the other one loses
 * nothing. Return: how long the other one waited at most, or -1.
 */
static long stuck(FIXTURE_DATA(lifetime) * self, const char *knob, int *resp)
{
	struct mvt_dev *a = &self->dev[0], *b = &self->dev[1];
	u64 begin, worst = 0, t, end;
	int ret;

	*resp = mvt_sim_set_u64(knob, 1);
	if (*resp)
		return -1;
	ret = mvt_gpu_start_transfer(a, 1, 64, 64);
	if (ret)
		return -1;
	mvt_msleep(20);
	end = mvt_now_ms() + 2 * JOB_TIMEOUT_MS;
	while (mvt_now_ms() < end) {
		begin = mvt_now_ms();
		if (mvt_gpu_transfer(b, 1, 0, 0, 0, 64, 64) != OK)
			return -1;
		t = mvt_now_ms() - begin;
		worst = t > worst ? t : worst;
	}
	*resp = mvt_gpu_recv(a, MVT_WAIT_MS, NULL, 0);
	return worst;
}

TEST_F_TIMEOUT(lifetime, a_job_hangs, MVT_TEST_S)
{
	u64 resets = mvt_stat(&self->dev[0], "resets");
	int resp;
	long worst;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	worst = stuck(self, "hang_nth", &resp);
	EXPECT_LE(0, worst);
	EXPECT_GT(JOB_TIMEOUT_MS + 2000, worst);
	EXPECT_TRUE(mvt_is_error(resp)) {
		TH_LOG("answer %#x", resp);
	}
	EXPECT_EQ(resets + 1, mvt_stat(&self->dev[0], "resets"));
	EXPECT_EQ(0, mvt_stat(&self->dev[1], "resets"));
	EXPECT_EQ(0, mvt_stat(&self->dev[1], "errors"));
	/* It may go on without a reset of its own, or after one. */
	ASSERT_EQ(0, mvt_start(&self->dev[0]));
	EXPECT_TRUE(works(&self->dev[0], &self->mem[0]));
	ksft_print_msg("the other one waited %ld ms at most\n", worst);
}

TEST_F_TIMEOUT(lifetime, a_fence_is_dropped, MVT_TEST_S)
{
	int resp;
	long worst;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	worst = stuck(self, "drop_nth", &resp);
	EXPECT_LE(0, worst);
	EXPECT_GT(JOB_TIMEOUT_MS + 2000, worst);
	EXPECT_TRUE(mvt_is_error(resp)) {
		TH_LOG("answer %#x", resp);
	}
	ASSERT_EQ(0, mvt_start(&self->dev[0]));
	EXPECT_TRUE(works(&self->dev[0], &self->mem[0]));
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

TEST_F_TIMEOUT(lifetime, a_fence_is_corrupt, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	int ret;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("corrupt_nth", 1));
	ret = mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64);
	EXPECT_TRUE(mvt_is_error(ret)) {
		TH_LOG("answer %#x", ret);
	}
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(works(dev, &self->mem[0]));
}

/* Each kind of job hangs in turn; each time it ends and a reset mends it. */
TEST_F_TIMEOUT(lifetime, any_job_hangs, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	u64 begin;
	int i, ret;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_set_job_timeout_ms(300));
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(0, mvt_start(dev));
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem[0], 1, 64, 64, 1));
		ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, 64, 64));
		ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
		begin = mvt_now_ms();
		if (i == 0)
			ret = mvt_gpu_create(dev, 3, 1, 64, 64);
		else if (i == 1)
			ret = mvt_gpu_attach_one(dev, 2, self->mem[0].iova,
						 0x4000);
		else if (i == 2)
			ret = mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64);
		else if (i == 3)
			ret = mvt_gpu_flush(dev, 1, 0, 0, 64, 64);
		else if (i == 4)
			ret = mvt_gpu_detach(dev, 1);
		else
			ret = mvt_gpu_unref(dev, 1);
		/* Detach and unref succeed when the GPU has let go. */
		EXPECT_TRUE(mvt_is_error(ret) || (i >= 4 && ret == OK)) {
			TH_LOG("kind %d: %#x", i, ret);
		}
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		begin = mvt_now_ms();
		ASSERT_EQ(0, mvt_reset(dev));
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
		EXPECT_EQ(0, mvt_stat(dev, "resources"));
	}
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(works(dev, &self->mem[0]));
	ASSERT_EQ(0, mvt_start(&self->dev[1]));
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

/* Sent, not waited for, and not kicked. */
static int send_free(struct mvt_dev *dev, u32 type, u32 id)
{
	struct virtio_gpu_resource_unref unref = { .resource_id = id };
	struct virtio_gpu_ctx_destroy destroy = {};

	if (type == VIRTIO_GPU_CMD_CTX_DESTROY) {
		mvt_gpu_hdr(dev, &destroy.hdr, type);
		destroy.hdr.ctx_id = id;
		return mvt_gpu_send(dev, &destroy, sizeof(destroy), NULL);
	}
	/* DETACH_BACKING looks the same. */
	mvt_gpu_hdr(dev, &unref.hdr, type);
	return mvt_gpu_send(dev, &unref, sizeof(unref), NULL);
}

/* A context with an object and a sub-context. */
static int make_context(struct mvt_dev *dev, struct mvt_mem *mem)
{
	static const float black[4];
	u32 stream[64] = { 29 | 1 << 16, 5 }, n;
	int ret = mvt_ctx_create(dev, 1);

	if (ret == OK)
		ret = mvt_make_3d(dev, mem, 1, 3, &mvt_picture, 1);
	if (ret != OK)
		return ret;
	n = 2 + mvt_stream_clear(stream + 2, 3, 9, black);
	return mvt_submit(dev, 1, stream, n);
}

/* Nothing is left of what a guest had that is told that it needs a reset. */
static bool all_freed(struct mvt_dev *dev)
{
	return !mvt_wait_broken(dev, MVT_WAIT_MS) &&
	       !mvt_stat(dev, "resources") && !mvt_stat(dev, "pinned_pages") &&
	       !mvt_stat(dev, "contexts") && !mvt_stat(dev, "objects") &&
	       !mvt_stat(dev, "sub_contexts") && !mvt_stat(dev, "attachments");
}

/*
 * What frees something waits behind a job that hangs, and the GPU has it already:
 * it is done all the same, so that there is no need to reset the GPU for it.
 */
TEST_F_TIMEOUT(lifetime, frees_behind_a_hang, MVT_TEST_S)
{
	static const struct {
		u32 type, id;
	} free[] = {
		{ VIRTIO_GPU_CMD_RESOURCE_UNREF, 2 },
		{ VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 2 },
		{ VIRTIO_GPU_CMD_CTX_DESTROY, 1 },
	};
	struct mvt_dev *dev = &self->dev[0], *other = &self->dev[1];
	u64 whole = mvt_sched_get_u64("stats/resets");
	unsigned int i;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	for (i = 0; i < ARRAY_SIZE(free); i++) {
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem[0], 2, 64, 64, 1));
		ASSERT_EQ(OK, make_context(dev, &self->mem[0]));
		EXPECT_LT(0, mvt_stat(dev, "objects"));
		EXPECT_LT(0, mvt_stat(dev, "sub_contexts"));
		ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
		ASSERT_LE(0, mvt_gpu_send_transfer(dev, 1, 64, 64));
		ASSERT_LE(0, send_free(dev, free[i].type, free[i].id));
		ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
		mvt_msleep(20);
		EXPECT_EQ(OK, mvt_gpu_transfer(other, 1, 0, 0, 0, 64, 64));
		EXPECT_TRUE(mvt_is_error(mvt_gpu_recv(dev, MVT_WAIT_MS, NULL,
						      0)));
		EXPECT_EQ(OK, mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0)) {
			TH_LOG("request %#x", free[i].type);
		}
		EXPECT_TRUE(all_freed(dev));
		EXPECT_EQ(whole, mvt_sched_get_u64("stats/resets"));
		EXPECT_EQ(i + 1, mvt_stat(dev, "resets"));
		ASSERT_EQ(0, mvt_restart(dev));
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem[0], 1, 64, 64, 1));
	}
	EXPECT_EQ(0, mvt_stat(other, "resets"));
	EXPECT_EQ(0, mvt_stat(other, "errors"));
	EXPECT_TRUE(works(other, &self->mem[1]));
}

/* A stream hangs: nothing of its context is left when the guest is told. */
TEST_F_TIMEOUT(lifetime, a_stream_hangs, MVT_TEST_S)
{
	static const float black[4];
	struct mvt_dev *dev = &self->dev[0];
	u64 whole = mvt_sched_get_u64("stats/resets");
	/* In the sub-context: with one, a stream has to say where it goes. */
	u32 stream[64] = { 28 | 1 << 16, 5 }, n;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(OK, make_context(dev, &self->mem[0]));
	n = 2 + mvt_stream_clear(stream + 2, 3, 10, black);
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	EXPECT_TRUE(mvt_is_error(mvt_submit(dev, 1, stream, n)));
	EXPECT_EQ(0, mvt_stat(dev, "refused"));
	EXPECT_TRUE(all_freed(dev));
	EXPECT_EQ(whole, mvt_sched_get_u64("stats/resets"));
	ASSERT_EQ(0, mvt_restart(dev));
	EXPECT_EQ(0, mvt_stat(dev, "objects"));
	EXPECT_EQ(OK, make_context(dev, &self->mem[0]));
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

TEST_F_TIMEOUT(lifetime, close_under_a_hung_job, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev[0];
	u64 begin;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	ASSERT_EQ(0, load(dev, 20));
	begin = mvt_now_ms();
	mvt_close(dev);
	EXPECT_GT(END_MS + JOB_TIMEOUT_MS, mvt_now_ms() - begin);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	self->mem[0].mapped = false;
	mvt_sim_defaults();
	EXPECT_TRUE(works(&self->dev[1], &self->mem[1]));
}

/* The whole GPU is lost: each tenant is told, and each can begin anew. */
TEST_F_TIMEOUT(lifetime, gpu_is_lost, MVT_TEST_S)
{
	unsigned int i, k;
	int ret;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, load(&self->dev[i], 10)) {
			TH_LOG("tenant %u", i);
		}
	}
	ASSERT_EQ(0, mvt_sim_set_u64("lose", 1));
	mvt_sim_set_u64("delay_ns", 0);
	for (i = 0; i < NR; i++)
		for (k = 0; k < 10; k++) {
			ret = mvt_gpu_recv(&self->dev[i], MVT_WAIT_MS, NULL, 0);
			EXPECT_TRUE(ret == OK || mvt_is_error(ret)) {
				TH_LOG("answer %#x", ret);
			}
		}
	for (i = 0; i < NR; i++) {
		/* What it knew is gone. */
		EXPECT_TRUE(mvt_is_error(mvt_gpu_transfer(&self->dev[i], 1, 0,
							  0, 0, 64, 64)));
		EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
			  mvt_gpu_simple(&self->dev[i],
					 VIRTIO_GPU_CMD_GET_DISPLAY_INFO));
		ASSERT_EQ(0, mvt_start(&self->dev[i]));
		EXPECT_EQ(0, mvt_stat(&self->dev[i], "pinned_pages"));
		EXPECT_TRUE(works(&self->dev[i], &self->mem[i]));
	}
}

/* A GPU that can't be reset stays out of use until it is bound again. */
TEST_F_TIMEOUT(lifetime, gpu_is_dead, MVT_TEST_S)
{
	struct mvt_dev other;
	unsigned int i;
	u64 begin;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, load(&self->dev[0], 10));
	ASSERT_EQ(0, mvt_sim_set_u64("reset_fail_nth", 1));
	ASSERT_EQ(0, mvt_sim_set_u64("lose", 1));
	mvt_sim_set_u64("delay_ns", 0);
	for (i = 0; i < 10; i++)
		EXPECT_LE(0, mvt_gpu_recv(&self->dev[0], MVT_WAIT_MS, NULL, 0));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_create(&self->dev[1], 5, 1, 16, 16)));
	/* All ends are still reached. */
	for (i = 0; i < NR; i++) {
		begin = mvt_now_ms();
		EXPECT_EQ(0, mvt_reset(&self->dev[i]));
		mvt_close(&self->dev[i]);
		EXPECT_GT(END_MS, mvt_now_ms() - begin);
		EXPECT_EQ(0, mvt_stat(&self->dev[i], "pinned_pages"));
		self->mem[i].mapped = false;
	}
	EXPECT_NE(0, mvt_open(&other, self->dev[0].uuid));
	ASSERT_EQ(0, mvt_write_str(DRIVER_DIR "unbind", "mvgpu_sim.0"));
	ASSERT_EQ(0, mvt_write_str(DRIVER_DIR "bind", "mvgpu_sim.0"));
	ASSERT_EQ(0, mvt_setup(&other, 2));
	EXPECT_EQ(OK, mvt_gpu_create(&other, 5, 1, 16, 16));
	mvt_teardown(&other);
	EXPECT_EQ(0, mvt_set_job_timeout_ms(JOB_TIMEOUT_MS));
}

TEST_HARNESS_MAIN
