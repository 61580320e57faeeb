// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to GPUs and vGPUs, for who wants to know.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/string.h>

#include "control.h"
#include "events.h"
#include "gpu.h"
#include "vgpu.h"

/* A guest can bring these about as often as it likes. */
#define EVENTS_OF_GUEST                                             \
	(BIT(MVGPU_EVENT_STARTED) | BIT(MVGPU_EVENT_RESET) |        \
	 BIT(MVGPU_EVENT_BROKEN) | BIT(MVGPU_EVENT_HUNG) |          \
	 BIT(MVGPU_EVENT_QUOTA))

static void event_push(struct mvgpu_gpu *gpu, u32 vgpu, const char *name,
		       enum mvgpu_event_type type)
{
	struct mvgpu_event event = {
		.size = sizeof(event),
		.type = type,
		.gpu = gpu->id,
		.vgpu = vgpu,
		.count = 1,
	};

	strscpy(event.name, name);
	mvgpu_readers_push(&event, vgpu != MVGPU_NO_VGPU &&
			   (BIT(type) & EVENTS_OF_GUEST));
}

void mvgpu_event_vgpu(struct mvgpu_vgpu *vgpu, enum mvgpu_event_type type)
{
	event_push(vgpu->gpu, vgpu->id, dev_name(vgpu->dev), type);
	/* The removal of the device itself is told by the driver core. */
	if (type != MVGPU_EVENT_QUOTA && type != MVGPU_EVENT_REMOVED)
		mvgpu_news_add(&vgpu->news, type);
}

void mvgpu_event_gpu(struct mvgpu_gpu *gpu, enum mvgpu_event_type type)
{
	event_push(gpu, MVGPU_NO_VGPU, dev_name(gpu->parent), type);
	mvgpu_news_add(&gpu->news, type);
}
