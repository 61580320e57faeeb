// SPDX-License-Identifier: GPL-2.0
/* Guest memory that goes away under a live device, and comes back. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
/* VFIO_IOMMU_UNMAP_DMA with work for the GPU behind it. */
#define UNMAP_MS 5000

FIXTURE(memory)
{
	struct mvt_dev dev;
	struct mvt_mem mem;
};

FIXTURE_SETUP(memory)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup(&self->dev, 2));
	ASSERT_EQ(0, mvt_mem_map(&self->dev, &self->mem, MVT_BUF_IOVA,
				 0x200000));
}

FIXTURE_TEARDOWN(memory)
{
	mvt_sim_defaults();
	mvt_mem_free(&self->dev, &self->mem);
	mvt_teardown(&self->dev);
	/* vfio_iommu_type1 says BUG or WARN where pins were left. */
	EXPECT_FALSE(mvt_kernel_tainted_by_fault());
}

/* Unmaps; the milliseconds that it took, or -1. */
static long timed_unmap(struct mvt_dev *dev, struct mvt_mem *mem)
{
	u64 begin = mvt_now_ms();

	return mvt_mem_unmap(dev, mem) ? -1 : (long)(mvt_now_ms() - begin);
}

TEST_F(memory, unmap_under_a_backing)
{
	struct mvt_dev *dev = &self->dev;
	long ms;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	EXPECT_EQ(64, mvt_stat(dev, "pinned_pages"));
	ms = timed_unmap(dev, &self->mem);
	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	/* The resource is there, but has no backing any more. */
	EXPECT_TRUE(mvt_is_error(mvt_gpu_transfer(dev, 1, 0, 0, 0, 1, 1)));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_detach(dev, 1)));
	EXPECT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, 1, 1));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_attach_one(dev, 1, self->mem.iova,
						    4096)));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	/* Mapped again: as good as new. */
	ASSERT_EQ(0, mvt_mem_remap(dev, &self->mem));
	EXPECT_EQ(OK, mvt_gpu_attach_one(dev, 1, self->mem.iova,
					 256 * 256 * 4));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 256, 256));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 1));
	EXPECT_EQ(0, mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
}

TEST_F(memory, unmap_while_scanned_out)
{
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem *mem = &self->mem;

	ASSERT_EQ(OK, mvt_gpu_make(dev, mem, 1, 64, 64, 1));
	ASSERT_EQ(OK, mvt_gpu_scanout(dev, 0, 1, 0, 0, 64, 64));
	ASSERT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 0,
				    0, 0, 0));
	ASSERT_EQ(0, mvt_mem_unmap(dev, mem));
	EXPECT_EQ(OK, mvt_gpu_flush(dev, 1, 0, 0, 64, 64));
	EXPECT_EQ(0, mvt_gpu_cursor(dev, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0, 5, 5,
				    0, 0));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(mvt_works(dev));
}

/* A part of a backing goes: all of it does; other backings stay. */
TEST_F(memory, unmap_a_part)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_mem_entry e[2] = {};
	struct mvt_mem other;

	ASSERT_EQ(0, mvt_mem_map(dev, &other, MVT_BUF_IOVA + (1ULL << 32),
				 0x10000));
	e[0].addr = self->mem.iova;
	e[0].length = 8 * 4096;
	e[1].addr = other.iova;
	e[1].length = 8 * 4096;
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 128, 128));
	ASSERT_EQ(OK, mvt_gpu_attach(dev, 1, e, 2));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, 64, 64));
	ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 2, self->mem.iova + 0x10000,
					 4 * 4096));
	EXPECT_EQ(20, mvt_stat(dev, "pinned_pages"));
	ASSERT_EQ(0, mvt_mem_unmap(dev, &other));
	EXPECT_EQ(4, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_transfer(dev, 1, 0, 0, 0, 1, 1)));
	EXPECT_EQ(OK, mvt_gpu_transfer(dev, 2, 0, 0, 0, 64, 64));
	mvt_mem_free(dev, &other);
}

TEST_F(memory, unmap_with_jobs_in_flight)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int i;
	long ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 50000000));
	for (i = 0; i < 20; i++) {
		ASSERT_LE(0, mvt_gpu_send_transfer(dev, 1, 256, 256)) {
			TH_LOG("job %u", i);
		}
	}
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	mvt_msleep(60);
	ms = timed_unmap(dev, &self->mem);
	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	memset(self->mem.va, 0, self->mem.size);
	/* Each of them is answered, one way or the other. */
	for (i = 0; i < 20; i++) {
		int ret = mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0);

		EXPECT_TRUE(ret == OK || mvt_is_error(ret));
	}
	mvt_sim_defaults();
	EXPECT_TRUE(mvt_works(dev));
	ksft_print_msg("unmap behind 20 jobs of 50 ms: %ld ms\n", ms);
}

/* The GPU does not let go: it is made to. */
TEST_F_TIMEOUT(memory, unmap_under_a_hung_job, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	u64 timeout;
	long ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the faults of the software GPU");
	ASSERT_EQ(0, mvt_get_job_timeout_ms(&timeout));
	ASSERT_EQ(0, mvt_set_job_timeout_ms(1000));
	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("hang_nth", 1));
	ASSERT_LE(0, mvt_gpu_send_transfer(dev, 1, 64, 64));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	mvt_msleep(50);
	ms = timed_unmap(dev, &self->mem);
	EXPECT_LE(0, ms);
	EXPECT_GT(2 * UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_TRUE(mvt_is_error(mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0)));
	EXPECT_EQ(0, mvt_set_job_timeout_ms(timeout));
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
	ksft_print_msg("unmap under a hung job: %ld ms\n", ms);
}

TEST_F(memory, unmap_the_rings)
{
	struct mvt_dev *dev = &self->dev;
	long ms;

	ASSERT_TRUE(mvt_works(dev));
	ms = timed_unmap(dev, &dev->ctl);
	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_wait_broken(dev, MVT_WAIT_MS));
	/* Kicks do nothing. */
	EXPECT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	ASSERT_EQ(0, mvt_mem_remap(dev, &dev->ctl));
	EXPECT_NE(0, mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

/* Rings unmapped before their first use, and while work is under way. */
TEST_F_TIMEOUT(memory, unmap_the_rings_at_any_time, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int i, k;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, 1));
	for (i = 0; i < 40; i++) {
		for (k = 0; k < i; k++) {
			ASSERT_LE(0, k & 1 ?
				  mvt_gpu_send_nop(dev) :
				  mvt_gpu_send_transfer(dev, 1, 64, 64));
		}
		ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
		ASSERT_EQ(0, mvt_mem_unmap(dev, &dev->ctl));
		ASSERT_EQ(0, mvt_mem_remap(dev, &dev->ctl));
		ASSERT_EQ(0, mvt_start(dev));
		ASSERT_TRUE(mvt_works(dev));
		ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 64, 64, i));
	}
}

/* Two ranges in turn: one alone would be a guest that defies the host. */
TEST_F_TIMEOUT(memory, map_and_unmap_again, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev;
	struct mvt_mem other, *mem;
	unsigned int i;

	ASSERT_EQ(0, mvt_mem_map(dev, &other, MVT_BUF_IOVA + (1ULL << 32),
				 0x10000));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 1, 1, 64, 64));
	for (i = 0; i < 30; i++) {
		mem = i & 1 ? &other : &self->mem;
		ASSERT_EQ(OK, mvt_gpu_attach_one(dev, 1, mem->iova,
						 64 * 64 * 4));
		ASSERT_EQ(OK, mvt_gpu_transfer(dev, 1, 0, 0, 0, 64, 64));
		ASSERT_EQ(0, mvt_mem_unmap(dev, mem));
		ASSERT_EQ(0, mvt_stat(dev, "pinned_pages"));
		ASSERT_EQ(0, mvt_mem_remap(dev, mem));
	}
	EXPECT_TRUE(mvt_works(dev));
	mvt_mem_free(dev, &other);
}

/* Unmapping what nobody uses disturbs nobody. */
TEST_F(memory, unmap_unused)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(0, mvt_mem_unmap(dev, &self->mem));
	EXPECT_EQ(0, mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
	EXPECT_TRUE(mvt_works(dev));
}

/**
 * struct attacher - a guest that pins again what is taken away
 * @dev: its device
 * @mem: what it pins
 * @nr: resources, of which each has the same backing
 * @stop: set by the test
 * @bad: answers that did not come
 * @n: answers
 */
struct attacher {
	struct mvt_dev *dev;
	struct mvt_mem *mem;
	unsigned int nr;
	bool stop;
	unsigned int bad, n;
};

static int send_attach(struct mvt_dev *dev, u32 id, u64 addr, u32 length)
{
	struct {
		struct virtio_gpu_resource_attach_backing req;
		struct virtio_gpu_mem_entry e;
	} attach = {
		.req.resource_id = id,
		.req.nr_entries = 1,
		.e.addr = addr,
		.e.length = length,
	};

	mvt_gpu_hdr(dev, &attach.req.hdr,
		    VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	return mvt_gpu_send(dev, &attach, sizeof(attach), NULL);
}

/* Attach, use and detach all resources in one go, and again. */
static int send_round(struct attacher *a)
{
	struct mvt_dev *dev = a->dev;
	struct virtio_gpu_resource_detach_backing detach = {};
	u32 id;
	int ret;

	for (id = 1; id <= a->nr; id++) {
		ret = send_attach(dev, id, a->mem->iova, 64 * 64 * 4);
		if (ret >= 0)
			ret = mvt_gpu_send_transfer(dev, id, 64, 64);
		if (ret < 0)
			return ret;
	}
	for (id = 1; id <= a->nr; id++) {
		mvt_gpu_hdr(dev, &detach.hdr,
			    VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING);
		detach.resource_id = id;
		ret = mvt_gpu_send(dev, &detach, sizeof(detach), NULL);
		if (ret < 0)
			return ret;
	}
	return mvt_vq_kick(&dev->vq[MVT_CTRL]);
}

static void *attach_again(void *arg)
{
	struct attacher *a = arg;
	unsigned int i;
	int ret;

	while (!__atomic_load_n(&a->stop, __ATOMIC_RELAXED)) {
		if (send_round(a))
			break;
		for (i = 0; i < 3 * a->nr; i++) {
			ret = mvt_gpu_recv(a->dev, MVT_WAIT_MS, NULL, 0);
			if (ret != OK && !mvt_is_error(ret))
				goto out;
			a->n++;
		}
	}
	return NULL;
out:
	/* Who defies the host for long needs a reset; nothing else stops it. */
	if (!(mvt_status(a->dev) & VIRTIO_CONFIG_S_NEEDS_RESET))
		a->bad++;
	return NULL;
}

/*
 * Unmaps and maps for some seconds what a guest pins at the same time. Return:
 * the longest unmap in ms, or -1.
 */
static long unmap_race(FIXTURE_DATA(memory) * self, unsigned int nr,
		       unsigned int seconds)
{
	struct attacher a = { .dev = &self->dev, .mem = &self->mem, .nr = nr };
	u64 end = mvt_now_ms() + 1000 * seconds;
	unsigned int n = 0;
	long ms, slowest = 0;
	pthread_t thread;
	u32 id;

	for (id = 1; id <= nr; id++)
		if (mvt_gpu_create(&self->dev, id, 1, 64, 64) != OK)
			return -1;
	if (pthread_create(&thread, NULL, attach_again, &a))
		return -1;
	while (mvt_now_ms() < end) {
		/* Let it begin. */
		mvt_msleep(n % 8);
		ms = timed_unmap(&self->dev, &self->mem);
		if (ms < 0 || mvt_mem_remap(&self->dev, &self->mem)) {
			slowest = -1;
			break;
		}
		slowest = ms > slowest ? ms : slowest;
		n++;
	}
	__atomic_store_n(&a.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ksft_print_msg("%u unmaps, slowest %ld ms, beside %u answers%s\n", n,
		       slowest, a.n,
		       mvt_status(&self->dev) & VIRTIO_CONFIG_S_NEEDS_RESET ?
		       ", then broken" : "");
	if (a.bad)
		return -1;
	mvt_sim_defaults();
	return mvt_start(&self->dev) || !mvt_works(&self->dev) ? -1 : slowest;
}

/*
 * Pinning and unmapping at the same time: no deadlock, no page left. And VFIO
 * calls dma_unmap up to 11 times until nothing is pinned, and then panics.
 */
TEST_F_TIMEOUT(memory, attach_races_with_unmap, MVT_TEST_S)
{
	long ms = unmap_race(self, 1, 5);

	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(&self->dev, "pinned_pages"));
}

/* The same with a flood of requests, so that something is always pinned. */
TEST_F_TIMEOUT(memory, attach_flood_races_with_unmap, MVT_TEST_S)
{
	long ms = unmap_race(self, 30, 5);

	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(&self->dev, "pinned_pages"));
}

/* The same with slow jobs: each try of VFIO takes long. */
TEST_F_TIMEOUT(memory, slow_attach_races_with_unmap, MVT_TEST_S)
{
	long ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 150000000));
	ms = unmap_race(self, 2, 10);
	EXPECT_LE(0, ms);
	EXPECT_GT(UNMAP_MS, ms);
	EXPECT_EQ(0, mvt_stat(&self->dev, "pinned_pages"));
}

/**
 * struct unmapper - an unmap under way
 * @dev: a device of the container
 * @mem: what is unmapped
 * @ms: what timed_unmap() said
 * @done: it is over
 */
struct unmapper {
	struct mvt_dev *dev;
	struct mvt_mem *mem;
	long ms;
	bool done;
};

static void *unmap_once(void *arg)
{
	struct unmapper *u = arg;

	u->ms = timed_unmap(u->dev, u->mem);
	__atomic_store_n(&u->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * VFIO asks one device after the other, the last one opened first, and looks when all
 * have let go: while the second one is at it, the first must not pin the range again.
 */
TEST_F_TIMEOUT(memory, unmap_under_two_devices, MVT_TEST_S)
{
	struct unmapper u = { .dev = &self->dev, .mem = &self->mem };
	struct mvt_dev *slow = &self->dev, first;
	unsigned int i, free = 0, pinned = 0;
	u64 end = mvt_now_ms() + MVT_WAIT_MS;
	pthread_t thread;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_setup_beside(&first, 2, slow));
	ASSERT_EQ(OK, mvt_gpu_make(&first, &self->mem, 1, 64, 64, 1));
	ASSERT_EQ(OK, mvt_gpu_make(slow, &self->mem, 1, 64, 64, 1));
	ASSERT_EQ(0, mvt_sim_set_u64("delay_ns", 100000000));
	for (i = 0; i < 20; i++)
		ASSERT_LE(0, mvt_gpu_send_transfer(slow, 1, 64, 64));
	ASSERT_EQ(0, mvt_vq_kick(&slow->vq[MVT_CTRL]));
	ASSERT_EQ(0, pthread_create(&thread, NULL, unmap_once, &u));
	while (mvt_stat(&first, "pinned_pages") && mvt_now_ms() < end)
		mvt_msleep(1);
	EXPECT_LE(0, send_attach(&first, 1, self->mem.iova, 64 * 64 * 4));
	EXPECT_EQ(0, mvt_vq_kick(&first.vq[MVT_CTRL]));
	for (; !__atomic_load_n(&u.done, __ATOMIC_ACQUIRE); free++) {
		pinned += !!mvt_stat(&first, "pinned_pages");
		mvt_msleep(10);
	}
	pthread_join(thread, NULL);
	EXPECT_LE(0, u.ms);
	EXPECT_EQ(0, pinned);
	/* It had the time to do so. */
	EXPECT_LT(50, free);
	EXPECT_TRUE(mvt_is_error(mvt_gpu_recv(&first, MVT_WAIT_MS, NULL, 0)));
	mvt_sim_defaults();
	EXPECT_TRUE(mvt_works(&first));
	mvt_teardown(&first);
}

/* UNMAP_DMA whose argument may be read, but not written: it does not come back. */
struct stuck {
	struct mvt_dev *dev;
	struct vfio_iommu_type1_dma_unmap *arg;
	int uffd, ret;
};

static int stuck_protect(struct stuck *s, u64 mode)
{
	struct uffdio_writeprotect wp = {
		.range = { .start = (unsigned long)s->arg, .len = MVT_PAGE },
		.mode = mode,
	};

	return ioctl(s->uffd, UFFDIO_WRITEPROTECT, &wp) ? -errno : 0;
}

static int stuck_prepare(struct stuck *s, const struct mvt_mem *mem)
{
	struct uffdio_api api = {
		.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP,
	};
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };

	s->arg = mmap(NULL, MVT_PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->arg == MAP_FAILED)
		return -errno;
	s->arg->argsz = sizeof(*s->arg);
	s->arg->iova = mem->iova;
	s->arg->size = mem->size;
	s->uffd = syscall(__NR_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (s->uffd < 0)
		return -errno;
	reg.range.start = (unsigned long)s->arg;
	reg.range.len = MVT_PAGE;
	if (ioctl(s->uffd, UFFDIO_API, &api) ||
	    ioctl(s->uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	return stuck_protect(s, UFFDIO_WRITEPROTECT_MODE_WP);
}

static void *stuck_unmap(void *arg)
{
	struct stuck *s = arg;

	s->ret = ioctl(s->dev->container, VFIO_IOMMU_UNMAP_DMA, s->arg);
	return NULL;
}

/* VFIO looks at some time before the ioctl is back: up to then nothing is pinned. */
TEST_F(memory, nothing_pinned_before_the_unmap_is_back)
{
	struct mvt_dev *dev = &self->dev;
	struct stuck s = { .dev = dev, .ret = -1 };
	struct pollfd at_end = { .events = POLLIN };
	pthread_t thread;

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	ASSERT_EQ(OK, mvt_gpu_create(dev, 2, 1, 32, 32));
	ASSERT_EQ(0, stuck_prepare(&s, &self->mem));
	ASSERT_EQ(0, pthread_create(&thread, NULL, stuck_unmap, &s));
	at_end.fd = s.uffd;
	EXPECT_EQ(1, poll(&at_end, 1, MVT_WAIT_MS));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	EXPECT_LE(0, send_attach(dev, 2, dev->ctl.iova, MVT_PAGE));
	EXPECT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	EXPECT_EQ(-ETIMEDOUT, mvt_gpu_recv(dev, 1000, NULL, 0));
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	/* It goes on, and so does the guest. */
	EXPECT_EQ(0, stuck_protect(&s, 0));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, s.ret);
	self->mem.mapped = s.ret;
	EXPECT_EQ(OK, mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0));
	EXPECT_EQ(1, mvt_stat(dev, "pinned_pages"));
	EXPECT_EQ(OK, mvt_gpu_unref(dev, 2));
	close(s.uffd);
	munmap(s.arg, MVT_PAGE);
}

/* 102 ms for each picture of 256x256, that is a slice, and 14 for each of 96x96. */
static int slow_transfers(void)
{
	return mvt_sched_set_u64("timeslice_us", 100000) ?:
	       mvt_sim_set_u64("ns_per_kib", 400000);
}

/* So many transfers of a picture, in one go. */
static int send_load(struct mvt_dev *dev, u32 side, unsigned int nr)
{
	int ret;

	while (nr--) {
		ret = mvt_gpu_send_transfer(dev, 1, side, side);
		if (ret < 0)
			return ret;
	}
	return mvt_vq_kick(&dev->vq[MVT_CTRL]);
}

/* Whose memory is taken away comes first, and no other has less than half of the time. */
TEST_F_TIMEOUT(memory, unmap_beside_a_neighbour, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev, other;
	struct mvt_mem mem;
	u64 before, jobs;
	long ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_setup_mem(&other, &mem, 2));
	ASSERT_EQ(OK, mvt_gpu_make(&other, &mem, 1, 96, 96, 1));
	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	ASSERT_EQ(0, slow_transfers());
	before = mvt_stat(&other, "jobs");
	ASSERT_EQ(0, send_load(dev, 256, 20));
	ASSERT_EQ(0, send_load(&other, 96, 120));
	mvt_msleep(60);
	ms = timed_unmap(dev, &self->mem);
	jobs = mvt_stat(&other, "jobs") - before;
	ksft_print_msg("unmap beside a neighbour: %ld ms, of which it had %u jobs of 14 ms\n",
		       ms, (unsigned int)jobs);
	EXPECT_LT(1000, ms);
	/* It would be 40 if it had one of them and the next behind each of the other's. */
	EXPECT_LT(80, jobs);
	mvt_sched_defaults();
	mvt_sim_defaults();
	mvt_teardown_mem(&other, &mem);
}

/* Two at once take turns at the half that is theirs: the first has not all of it. */
TEST_F_TIMEOUT(memory, unmap_of_two_at_once, MVT_TEST_S)
{
	struct mvt_dev second, other;
	struct mvt_mem second_mem, mem;
	struct unmapper u = { .dev = &self->dev, .mem = &self->mem };
	struct mvt_dev *dev[] = { &self->dev, &second };
	struct mvt_mem *mems[] = { &self->mem, &second_mem };
	pthread_t thread;
	unsigned int k;
	long ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_setup_mem(&second, &second_mem, 2));
	ASSERT_EQ(0, mvt_setup_mem(&other, &mem, 2));
	ASSERT_EQ(OK, mvt_gpu_make(&other, &mem, 1, 96, 96, 1));
	for (k = 0; k < ARRAY_SIZE(dev); k++) {
		ASSERT_EQ(OK, mvt_gpu_make(dev[k], mems[k], 1, 256, 256, 1));
		/* Nothing but being urgent gets it time now. */
		ASSERT_EQ(0, mvt_vgpu_set_u64(dev[k], "cap", 1));
	}
	ASSERT_EQ(0, slow_transfers());
	ASSERT_EQ(0, send_load(&self->dev, 256, 14));
	ASSERT_EQ(0, send_load(&second, 256, 2));
	ASSERT_EQ(0, send_load(&other, 96, 120));
	mvt_msleep(60);
	ASSERT_EQ(0, pthread_create(&thread, NULL, unmap_once, &u));
	mvt_msleep(60);
	ms = timed_unmap(&second, &second_mem);
	pthread_join(thread, NULL);
	ksft_print_msg("unmap of two at once: %ld and %ld ms\n", u.ms, ms);
	EXPECT_LT(0, ms);
	/* Behind all of the first one's it would be as long as that one's. */
	EXPECT_LT(4 * ms, 3 * u.ms);
	mvt_sched_defaults();
	mvt_sim_defaults();
	mvt_teardown_mem(&second, &second_mem);
	mvt_teardown_mem(&other, &mem);
}

/* What the policy gave to one whose memory went is not the next one's debt, but a turn. */
TEST_F_TIMEOUT(memory, unmap_behind_another, MVT_TEST_S)
{
	struct mvt_dev *dev = &self->dev, next, other;
	struct mvt_mem next_mem, mem;
	long ms, next_ms;

	if (!mvt_parent_is_sim())
		SKIP(return, "needs the delay of the software GPU");
	ASSERT_EQ(0, mvt_setup_mem(&next, &next_mem, 2));
	ASSERT_EQ(0, mvt_setup_mem(&other, &mem, 2));
	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	ASSERT_EQ(OK, mvt_gpu_make(&next, &next_mem, 1, 256, 256, 1));
	ASSERT_EQ(OK, mvt_gpu_make(&other, &mem, 1, 96, 96, 1));
	ASSERT_EQ(0, mvt_vgpu_set_u64(dev, "weight", 1000));
	ASSERT_EQ(0, mvt_vgpu_set_u64(&next, "weight", 1));
	ASSERT_EQ(0, slow_transfers());
	/* A turn is as long as the jobs that the GPU has at a time may be. */
	ASSERT_EQ(0, mvt_sched_set_u64("job_timeout_ms", 250));
	ASSERT_EQ(0, send_load(dev, 256, 20));
	ASSERT_EQ(0, send_load(&other, 96, 120));
	mvt_msleep(60);
	ms = timed_unmap(dev, &self->mem);
	ASSERT_EQ(0, send_load(&next, 256, 2));
	mvt_msleep(60);
	next_ms = timed_unmap(&next, &next_mem);
	ksft_print_msg("unmap behind another: %ld ms behind %ld ms\n", next_ms, ms);
	EXPECT_LT(1500, ms);
	EXPECT_LT(300, next_ms);
	/* 0.5 s that are owed, and 2 jobs with as much for the other between them. */
	EXPECT_GT(1200, next_ms);
	mvt_sched_defaults();
	mvt_sim_defaults();
	mvt_teardown_mem(&next, &next_mem);
	mvt_teardown_mem(&other, &mem);
}

/* The process dies with everything pinned: all is let go of. */
TEST_F(memory, close_unpins)
{
	struct mvt_dev *dev = &self->dev;
	char uuid[MVT_UUID_LEN + 1];

	ASSERT_EQ(OK, mvt_gpu_make(dev, &self->mem, 1, 256, 256, 1));
	memcpy(uuid, dev->uuid, sizeof(uuid));
	mvt_close(dev);
	EXPECT_EQ(0, mvt_stat(dev, "pinned_pages"));
	self->mem.mapped = false;
	ASSERT_EQ(0, mvt_open(dev, uuid));
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
		  mvt_gpu_unref(dev, 1));
}

TEST_HARNESS_MAIN
