// SPDX-License-Identifier: GPL-2.0
/*
 * Tells udev of changes: "change" of the device, with MVGPU_EVENTS and, for a
 * vGPU, MVGPU_STATE. What a guest can bring about must not keep udev busy: there
 * is one message for all that happens within a while.
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "control.h"
#include "events.h"
#include "vgpu.h"

#define NEWS_DELAY (HZ / 10)

static const char *const event_name[] = {
	[MVGPU_EVENT_CREATED] = "created",   [MVGPU_EVENT_REMOVED] = "removed",
	[MVGPU_EVENT_OPENED] = "opened",     [MVGPU_EVENT_CLOSED] = "closed",
	[MVGPU_EVENT_STARTED] = "started",   [MVGPU_EVENT_RESET] = "reset",
	[MVGPU_EVENT_BROKEN] = "broken",     [MVGPU_EVENT_HUNG] = "hung",
	[MVGPU_EVENT_BANNED] = "banned",     [MVGPU_EVENT_UNBANNED] = "unbanned",
	[MVGPU_EVENT_POLICY] = "policy",
};

static void news_tell(struct mvgpu_news *news, unsigned long mask)
{
	char events[128] = "MVGPU_EVENTS=", state[32];
	char *envp[3] = { events };
	size_t len = strlen(events);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(event_name); i++)
		if (mask & BIT(i))
			len += scnprintf(events + len, sizeof(events) - len,
					 "%s ", event_name[i]);
	/* The blank behind the last one. */
	events[len - 1] = 0;
	if (news->vgpu) {
		snprintf(state, sizeof(state), "MVGPU_STATE=%s",
			 mvgpu_vgpu_state_name(news->vgpu));
		envp[1] = state;
	}
	/* Who listens can see all there is in sysfs: no harm if this fails. */
	kobject_uevent_env(&news->dev->kobj, KOBJ_CHANGE, envp);
}

static void news_work(struct work_struct *work)
{
	struct mvgpu_news *news = container_of(work, struct mvgpu_news,
					       work.work);
	unsigned long mask = xchg(&news->mask, 0);

	if (mask)
		news_tell(news, mask);
}

void mvgpu_news_init(struct mvgpu_news *news, struct device *dev,
		     struct mvgpu_vgpu *vgpu)
{
	news->dev = dev;
	news->vgpu = vgpu;
	INIT_DELAYED_WORK(&news->work, news_work);
}

void mvgpu_news_add(struct mvgpu_news *news, enum mvgpu_event_type type)
{
	set_bit(type, &news->mask);
	queue_delayed_work(system_long_wq, &news->work, NEWS_DELAY);
}

void mvgpu_news_fini(struct mvgpu_news *news)
{
	flush_delayed_work(&news->work);
	disable_delayed_work_sync(&news->work);
}
