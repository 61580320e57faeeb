/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_EVENTS_H
#define _MVGPU_CORE_EVENTS_H

#include <linux/workqueue.h>
#include <uapi/linux/mvgpu.h>

struct device;
struct mvgpu_gpu;
struct mvgpu_vgpu;

/**
 * struct mvgpu_news - what udev has not been told yet
 * @dev: that it is about; constant
 * @vgpu: that it is about; NULL: the GPU itself; constant
 * @mask: of enum mvgpu_event_type; atomic bits
 * @work: tells udev, not too often
 */
struct mvgpu_news {
	struct device *dev;
	struct mvgpu_vgpu *vgpu;
	unsigned long mask;
	struct delayed_work work;
};

/*
 * Something has happened: readers of /dev/mvgpu and udev are told. Any context,
 * no lock of ours comes after those inside; nothing is allocated.
 */
void mvgpu_event_vgpu(struct mvgpu_vgpu *vgpu, enum mvgpu_event_type type);
void mvgpu_event_gpu(struct mvgpu_gpu *gpu, enum mvgpu_event_type type);

/* uevent.c */
void mvgpu_news_init(struct mvgpu_news *news, struct device *dev,
		     struct mvgpu_vgpu *vgpu);
/* Any context. */
void mvgpu_news_add(struct mvgpu_news *news, enum mvgpu_event_type type);
/* Tell what is left to tell, then nothing any more; sleeps. */
void mvgpu_news_fini(struct mvgpu_news *news);

#endif
