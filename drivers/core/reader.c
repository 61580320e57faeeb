// SPDX-License-Identifier: GPL-2.0
/*
 * Who reads events: each has a ring of its own, and a count of what did not fit.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "control.h"

#define READER_EVENTS 256U
/* Each costs time when something happens. */
#define MAX_READERS 128U

/**
 * struct mvgpu_reader - an open /dev/mvgpu
 */
struct mvgpu_reader {
	/** @node: in the list of all readers; readers_lock. */
	struct list_head node;
	/**
	 * @lock: held while events are copied, so that each is read once and
	 * in order; outside of readers_lock.
	 */
	struct mutex lock;
	/** @wait: for the next event. */
	wait_queue_head_t wait;
	/** @first: index of the oldest event; readers_lock. */
	u32 first;
	/** @nr: events in @ring; readers_lock. */
	u32 nr;
	/** @taken: the oldest is being copied: it stays as it is; readers_lock. */
	bool taken;
	/** @lost: events since the newest that did not fit; readers_lock. */
	u64 lost;
	/** @ring: events; readers_lock. */
	struct mvgpu_event ring[READER_EVENTS];
};

/* Innermost but for those of wait queues. */
static DEFINE_SPINLOCK(readers_lock);
static LIST_HEAD(readers);
/* Written under readers_lock. */
static u32 nr_readers;

static struct mvgpu_event *reader_event(struct mvgpu_reader *reader, u32 i)
{
	return &reader->ring[(reader->first + i) % READER_EVENTS];
}

/* Is there an unread one of the same kind? Then it stands for this one, too. */
static bool reader_merge_locked(struct mvgpu_reader *reader,
				const struct mvgpu_event *event)
{
	struct mvgpu_event *old;
	u32 i;

	lockdep_assert_held(&readers_lock);
	for (i = reader->taken; i < reader->nr; i++) {
		old = reader_event(reader, i);
		if (old->type != event->type || old->vgpu != event->vgpu ||
		    old->gpu != event->gpu)
			continue;
		old->count += event->count;
		return true;
	}
	return false;
}

static void reader_push_locked(struct mvgpu_reader *reader,
			       const struct mvgpu_event *event, bool merge)
{
	struct mvgpu_event *to;

	lockdep_assert_held(&readers_lock);
	if (merge && reader_merge_locked(reader, event))
		return;
	if (reader->nr == READER_EVENTS) {
		reader->lost++;
		return;
	}
	to = reader_event(reader, reader->nr++);
	*to = *event;
	to->lost = reader->lost;
	reader->lost = 0;
	wake_up_interruptible_poll(&reader->wait, EPOLLIN | EPOLLRDNORM);
}

void mvgpu_readers_push(const struct mvgpu_event *event, bool merge)
{
	struct mvgpu_event copy = *event;
	struct mvgpu_reader *reader;

	/* Guests bring events about: they share a lock only if somebody looks. */
	if (!READ_ONCE(nr_readers))
		return;
	guard(spinlock_irqsave)(&readers_lock);
	copy.time_ns = ktime_get_ns();
	list_for_each_entry(reader, &readers, node)
		reader_push_locked(reader, &copy, merge);
}

/* Take the oldest, or what was lost since. Return: false: there is nothing. */
static bool reader_begin(struct mvgpu_reader *reader, struct mvgpu_event *event)
{
	lockdep_assert_held(&reader->lock);
	guard(spinlock_irqsave)(&readers_lock);
	if (reader->nr) {
		*event = *reader_event(reader, 0);
		reader->taken = true;
		return true;
	}
	if (!reader->lost)
		return false;
	*event = (struct mvgpu_event) {
		.size = sizeof(*event),
		.type = MVGPU_EVENT_LOST,
		.vgpu = MVGPU_NO_VGPU,
		.time_ns = ktime_get_ns(),
		.lost = reader->lost,
		.count = 1,
	};
	reader->lost = 0;
	return true;
}

/* It was read, or could not be. */
static void reader_end(struct mvgpu_reader *reader,
		       const struct mvgpu_event *event, bool read)
{
	lockdep_assert_held(&reader->lock);
	guard(spinlock_irqsave)(&readers_lock);
	if (!reader->taken) {
		if (!read)
			reader->lost += event->lost;
		return;
	}
	reader->taken = false;
	if (!read)
		return;
	reader->first = (reader->first + 1) % READER_EVENTS;
	reader->nr--;
}

static ssize_t reader_copy(struct mvgpu_reader *reader, char __user *buf,
			   size_t len)
{
	struct mvgpu_event event;
	size_t done = 0;
	bool failed;

	guard(mutex)(&reader->lock);
	while (len - done >= sizeof(event) && reader_begin(reader, &event)) {
		failed = copy_to_user(buf + done, &event, sizeof(event));
		reader_end(reader, &event, !failed);
		if (failed)
			return done ?: -EFAULT;
		done += sizeof(event);
	}
	return done;
}

static bool reader_ready(struct mvgpu_reader *reader)
{
	guard(spinlock_irqsave)(&readers_lock);
	return reader->nr || reader->lost;
}

ssize_t mvgpu_reader_read(struct mvgpu_reader *reader, char __user *buf,
			  size_t len, bool wait)
{
	ssize_t ret;

	if (len < sizeof(struct mvgpu_event))
		return -EMSGSIZE;
	for (;;) {
		ret = reader_copy(reader, buf, len);
		if (ret)
			return ret;
		if (!wait)
			return -EAGAIN;
		ret = wait_event_interruptible(reader->wait,
					       reader_ready(reader));
		if (ret)
			return ret;
	}
}

__poll_t mvgpu_reader_poll(struct mvgpu_reader *reader, struct file *file,
			   struct poll_table_struct *table)
{
	poll_wait(file, &reader->wait, table);
	return reader_ready(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

static bool reader_add(struct mvgpu_reader *reader)
{
	guard(spinlock_irqsave)(&readers_lock);
	if (nr_readers == MAX_READERS)
		return false;
	WRITE_ONCE(nr_readers, nr_readers + 1);
	list_add_tail(&reader->node, &readers);
	return true;
}

struct mvgpu_reader *mvgpu_reader_create(void)
{
	struct mvgpu_reader *reader;

	reader = kvzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return ERR_PTR(-ENOMEM);
	mutex_init(&reader->lock);
	init_waitqueue_head(&reader->wait);
	if (reader_add(reader))
		return reader;
	mutex_destroy(&reader->lock);
	kvfree(reader);
	return ERR_PTR(-EBUSY);
}

void mvgpu_reader_destroy(struct mvgpu_reader *reader)
{
	scoped_guard(spinlock_irqsave, &readers_lock) {
		list_del(&reader->node);
		WRITE_ONCE(nr_readers, nr_readers - 1);
	}
	mutex_destroy(&reader->lock);
	kvfree(reader);
}
