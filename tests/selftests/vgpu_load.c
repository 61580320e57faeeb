// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that always has something to draw, and shows it, on a vGPU that is there already:
 *
 *	vgpu_load UUID SECONDS
 *
 * A program of its own, not one of the kselftests: something for a scenario to look
 * at. On the software GPU each transfer takes 6 ms meanwhile, and a flush next to nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define DEPTH 24
#define SIDE 128

static int stop;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void on_signal(int signal)
{
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

/* Keep the queue full of frames until time is up. Return: 0 or a negative errno. */
static int load(struct mvt_dev *dev, u64 end)
{
	unsigned int queued = 0, sent = 0;
	int ret;

	while (mvt_now_ms() < end && !stopped()) {
		for (; queued < DEPTH; queued++) {
			ret = sent++ % 2 ?
				mvt_gpu_send_flush(dev, 1, SIDE, SIDE) :
				mvt_gpu_send_transfer(dev, 1, SIDE, SIDE);
			if (ret < 0)
				return ret;
		}
		ret = mvt_vq_kick(&dev->vq[MVT_CTRL]);
		if (ret)
			return ret;
		ret = mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0);
		if (ret == -EINTR && stopped())
			return 0;
		if (ret != OK)
			return ret < 0 ? ret : -EIO;
		queued--;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct mvt_mem mem;
	struct mvt_dev dev;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "Usage: vgpu_load UUID SECONDS\n");
		return 2;
	}
	signal(SIGTERM, on_signal);
	ret = mvt_open(&dev, argv[1]);
	if (!ret)
		ret = mvt_start(&dev);
	if (!ret)
		ret = mvt_mem_map(&dev, &mem, MVT_BUF_IOVA, 0x100000);
	if (!ret && mvt_gpu_make(&dev, &mem, 1, SIDE, SIDE, 1) != OK)
		ret = -EIO;
	if (!ret && mvt_gpu_scanout(&dev, 0, 1, 0, 0, SIDE, SIDE) != OK)
		ret = -EIO;
	if (!ret && mvt_parent_is_sim())
		ret = mvt_sim_set_u64("ns_per_kib", 100000);
	if (!ret)
		ret = load(&dev, mvt_now_ms() + atoi(argv[2]) * 1000ULL);
	if (mvt_parent_is_sim())
		mvt_sim_set_u64("ns_per_kib", 100);
	if (ret)
		fprintf(stderr, "vgpu_load: %d\n", ret);
	mvt_close(&dev);
	return ret ? 1 : 0;
}
