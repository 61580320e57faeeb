/* SPDX-License-Identifier: GPL-2.0 */
/* Two vGPUs and /dev/mvgpu, for vgpu_ioctl.c, vgpu_ctl.c and vgpu_races.c. */
#ifndef _CTL_FIXTURE_H
#define _CTL_FIXTURE_H

#include <fcntl.h>
#include <unistd.h>

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

#endif
