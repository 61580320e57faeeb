// SPDX-License-Identifier: GPL-2.0
/*
 * What the guest is told about its monitors, and what a viewer sees of them.
 *
 * The plane is a copy of scanout 0 with the cursor drawn into it. It is brought
 * up to date by the vGPU's work, and only while somebody looks.
 */
#include <drm/drm_fourcc.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <mvgpu/backing.h>
#include <mvgpu/display.h>

#include "gpu.h"
#include "vgpu.h"

#define CURSOR_SIZE 64
#define BPP 4
/* A viewer is gone if it has not asked for so long. */
#define VIEW_TIMEOUT HZ
/* How long a viewer waits for a plane that was not kept up to date. */
#define REFRESH_TIMEOUT (HZ / 10)

/**
 * struct mvgpu_display - displays of one vGPU
 */
struct mvgpu_display {
	/** @vgpu: whose; constant. */
	struct mvgpu_vgpu *vgpu;
	/** @size: bytes of @buffer; constant. */
	size_t size;
	/** @buffer: what is shown; NULL until somebody looks; the work writes to it. */
	void *buffer;
	/** @lock: the members up to @stale; innermost. */
	spinlock_t lock;
	/** @width: of the mode that each scanout shall have; 0: no monitor. */
	u32 width[MVGPU_MAX_SCANOUTS];
	/** @height: likewise. */
	u32 height[MVGPU_MAX_SCANOUTS];
	/** @events: VIRTIO_GPU_EVENT_* not cleared by the guest. */
	u32 events;
	/** @plane: what @buffer holds. */
	struct mvgpu_plane plane;
	/** @viewed: jiffies of the last query. */
	unsigned long viewed;
	/** @stale: something changed while nobody looked. */
	bool stale;
	/** @fresh: woken when @stale is cleared. */
	wait_queue_head_t fresh;
	/** @damage: to be drawn at the end of the run; width 0: none; work. */
	struct mvgpu_rect damage;
	/** @src: what scanout 0 shows; work. */
	struct mvgpu_scanout_src src;
	/** @refreshing: all of a fetched @src is on its way since @stale was set; work. */
	bool refreshing;
	/** @whole: and has come; work. */
	bool whole;
	/** @cursor: image, premultiplied; work. */
	u32 cursor[CURSOR_SIZE * CURSOR_SIZE];
	/** @cursor_on: is there one on scanout 0? Work. */
	bool cursor_on;
	/** @cursor_x: of the image's left edge; work. */
	s32 cursor_x;
	/** @cursor_y: of its upper edge; work. */
	s32 cursor_y;
	/** @hot_x: of the hot spot in the image; work. */
	u32 hot_x;
	/** @hot_y: likewise; work. */
	u32 hot_y;
	/** @row: one row of the cursor image while it is copied; work. */
	u32 row[CURSOR_SIZE];
};

static u32 plane_format(u32 format)
{
	switch (format) {
	case VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM:
	case VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM:
		return DRM_FORMAT_BGRX8888;
	case VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM:
	case VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM:
		return DRM_FORMAT_XBGR8888;
	case VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM:
	case VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM:
		return DRM_FORMAT_RGBX8888;
	default:
		return DRM_FORMAT_XRGB8888;
	}
}

/* Byte by byte, so the order of the colours does not matter. */
static u32 blend(u32 under, u32 over)
{
	u32 rest = 255 - (over >> 24), result = 0, shift, sum;

	for (shift = 0; shift < 32; shift += 8) {
		sum = ((over >> shift) & 0xff) +
		      ((under >> shift) & 0xff) * rest / 255;
		result |= min(sum, 255U) << shift;
	}
	return result;
}

static void draw_cursor_row(struct mvgpu_display *display, u32 *row, u32 x,
			    u32 y, u32 width)
{
	s64 cx = display->cursor_x, cy = display->cursor_y, i;
	const u32 *image;

	if (!display->cursor_on || y < cy || y >= cy + CURSOR_SIZE)
		return;
	image = display->cursor + (y - cy) * CURSOR_SIZE;
	for (i = max_t(s64, x, cx);
	     i < min_t(s64, (s64)x + width, cx + CURSOR_SIZE); i++)
		row[i - x] = blend(row[i - x], image[i - cx]);
}

/* Bring a part of the plane up to date; in its pixels, any values. */
static void draw(struct mvgpu_display *display, u32 x, u32 y, u32 width,
		 u32 height)
{
	const struct mvgpu_scanout_src *src = &display->src;
	const struct mvgpu_plane *plane = &display->plane;
	u32 *row, i;
	u64 off;

	if (!width || !display->buffer || x >= plane->width ||
	    y >= plane->height)
		return;
	width = min(width, plane->width - x);
	height = min(height, plane->height - y);
	for (i = y; i < y + height; i++) {
		row = display->buffer + (size_t)i * plane->stride + x * BPP;
		off = (u64)(src->rect.y + i) * src->stride +
		      (u64)(src->rect.x + x) * BPP;
		/* A backing may end before the resource does. */
		if (!src->backing ||
		    mvgpu_backing_read(src->backing, off, row, width * BPP))
			memset(row, 0, width * BPP);
		draw_cursor_row(display, row, x, i, width);
		cond_resched();
	}
}

/* Is somebody looking? If not, the plane is drawn when somebody does. */
static bool viewed(struct mvgpu_display *display)
{
	guard(spinlock_irqsave)(&display->lock);
	if (time_before(jiffies, display->viewed + VIEW_TIMEOUT) &&
	    (!display->stale || display->refreshing))
		return true;
	display->stale = true;
	/* What was fetched or is being fetched is without this. */
	display->refreshing = false;
	display->whole = false;
	return false;
}

/*
 * @rect, in the resource's pixels, is drawn once at the end of a run, however many
 * commands ask for it: a guest must not make us copy a screen for each of them.
 */
static void damage_shown(struct mvgpu_display *display, struct mvgpu_rect rect)
{
	rect.x -= display->src.rect.x;
	rect.y -= display->src.rect.y;
	mvgpu_rect_add(&display->damage, &rect);
}

static void damage_cursor(struct mvgpu_display *display)
{
	s64 x = display->cursor_x, y = display->cursor_y;
	s64 right = x + CURSOR_SIZE, bottom = y + CURSOR_SIZE;
	struct mvgpu_rect rect;

	x = max_t(s64, x, 0);
	y = max_t(s64, y, 0);
	if (right <= x || bottom <= y || !viewed(display))
		return;
	rect = (struct mvgpu_rect) {
		.x = x, .y = y, .width = right - x, .height = bottom - y,
	};
	mvgpu_rect_add(&display->damage, &rect);
}

void mvgpu_display_set(struct mvgpu_display *display, u32 id,
		       const struct mvgpu_scanout_src *src)
{
	struct mvgpu_plane plane = {};
	bool same;

	/* Only scanout 0 can be looked at. */
	if (id)
		return;
	/* What this run has fetched is drawn, if it is still there and shown. */
	if (!src || !src->backing ||
	    src->backing != display->src.backing ||
	    memcmp(&src->rect, &display->src.rect, sizeof(src->rect)))
		display->damage.width = 0;
	display->src = src ? *src : (struct mvgpu_scanout_src){};
	display->whole = false;
	if (src && (src->backing || src->fetched)) {
		plane.width = min(src->rect.width,
				  display->vgpu->type->max_width);
		plane.height = min(src->rect.height,
				   display->vgpu->type->max_height);
		plane.stride = plane.width * BPP;
		plane.drm_format = plane_format(src->format);
	}
	guard(spinlock_irqsave)(&display->lock);
	same = !memcmp(&display->plane, &plane, sizeof(plane));
	display->plane = plane;
	/* A guest that flips pages flushes each, which fetches it. */
	if (!same || !src || !src->fetched) {
		display->stale = true;
		display->refreshing = false;
	}
}

void mvgpu_display_flush(struct mvgpu_display *display, u32 id,
			 const struct mvgpu_rect *rect)
{
	if (!id && display->src.backing && viewed(display))
		damage_shown(display, *rect);
}

bool mvgpu_display_follows(struct mvgpu_display *display)
{
	return viewed(display);
}

static bool stale_locked(const struct mvgpu_display *display)
{
	lockdep_assert_held(&display->lock);
	return display->stale && display->buffer &&
	       time_before(jiffies, display->viewed + VIEW_TIMEOUT);
}

bool mvgpu_display_wants(struct mvgpu_display *display)
{
	guard(spinlock_irqsave)(&display->lock);
	display->refreshing = display->src.fetched && !display->whole &&
			      stale_locked(display);
	return display->refreshing;
}

void mvgpu_display_fetched(struct mvgpu_display *display,
			   const struct mvgpu_backing *backing,
			   const struct mvgpu_rect *rect)
{
	const struct mvgpu_rect *shown = &display->src.rect;
	struct mvgpu_rect part;

	if (!display->src.fetched)
		return;
	display->src.backing = backing;
	if (!backing) {
		display->whole = false;
		return;
	}
	if (!mvgpu_rect_intersect(&part, rect, shown))
		return;
	if (part.width == shown->width && part.height == shown->height)
		display->whole = display->refreshing;
	damage_shown(display, part);
}

void mvgpu_display_cursor(struct mvgpu_display *display, u32 id,
			  const struct mvgpu_scanout_src *src, u32 hot_x,
			  u32 hot_y)
{
	s32 x = display->cursor_x + display->hot_x;
	s32 y = display->cursor_y + display->hot_y;
	u32 i;

	if (id)
		return;
	damage_cursor(display);
	display->cursor_on = src && src->backing;
	for (i = 0; display->cursor_on && i < CURSOR_SIZE; i++) {
		if (mvgpu_backing_read(src->backing, (u64)i * src->stride,
				       display->row, sizeof(display->row)))
			memset(display->row, 0, sizeof(display->row));
		memcpy(display->cursor + i * CURSOR_SIZE, display->row,
		       sizeof(display->row));
	}
	display->hot_x = min(hot_x, CURSOR_SIZE - 1U);
	display->hot_y = min(hot_y, CURSOR_SIZE - 1U);
	display->cursor_x = x - display->hot_x;
	display->cursor_y = y - display->hot_y;
	damage_cursor(display);
}

/* Guests send negative positions, too: the cursor is half outside then. */
static s32 clamp_pos(u32 pos)
{
	return clamp((s32)pos, -MVGPU_MAX_DIM, MVGPU_MAX_DIM);
}

void mvgpu_display_move(struct mvgpu_display *display, u32 id, u32 x, u32 y)
{
	bool on = display->cursor_on;

	if (id)
		return;
	if (on)
		damage_cursor(display);
	display->cursor_x = clamp_pos(x) - (s32)display->hot_x;
	display->cursor_y = clamp_pos(y) - (s32)display->hot_y;
	if (on)
		damage_cursor(display);
}

void mvgpu_display_work(struct mvgpu_display *display)
{
	struct mvgpu_rect rect = display->damage;
	bool whole;

	display->damage.width = 0;
	scoped_guard(spinlock_irqsave, &display->lock)
		whole = stale_locked(display);
	if (!whole || (display->src.fetched && !display->whole)) {
		draw(display, rect.x, rect.y, rect.width, rect.height);
		return;
	}
	draw(display, 0, 0, display->plane.width, display->plane.height);
	display->whole = false;
	display->refreshing = false;
	scoped_guard(spinlock_irqsave, &display->lock)
		display->stale = false;
	wake_up_all(&display->fresh);
}

void mvgpu_display_reset(struct mvgpu_display *display)
{
	mvgpu_display_set(display, 0, NULL);
	display->cursor_on = false;
	guard(spinlock_irqsave)(&display->lock);
	display->events = 0;
}

void mvgpu_display_clear(struct mvgpu_display *display)
{
	/* Who looked may have kept its pages (vmsplice() does): nothing new in them. */
	vfree(display->buffer);
	display->buffer = NULL;
	memset(display->cursor, 0, sizeof(display->cursor));
}

void mvgpu_display_mode(struct mvgpu_display *display, u32 id, u32 *width,
			u32 *height)
{
	guard(spinlock_irqsave)(&display->lock);
	*width = display->width[id];
	*height = display->height[id];
}

void mvgpu_display_edid(struct mvgpu_display *display, u32 id, u8 edid[128])
{
	const struct mvgpu_type *type = display->vgpu->type;
	u32 width, height;

	mvgpu_display_mode(display, id, &width, &height);
	if (!width || !height) {
		width = type->pref_width;
		height = type->pref_height;
	}
	mvgpu_edid_fill(edid, width, height, type->max_width, type->max_height,
			display->vgpu->id << 4 | id);
}

int mvgpu_display_resize(struct mvgpu_display *display, u32 id, u32 width,
			 u32 height)
{
	const struct mvgpu_type *type = display->vgpu->type;

	if (id >= type->nr_scanouts || width > type->max_width ||
	    height > type->max_height || !width != !height)
		return -EINVAL;
	scoped_guard(spinlock_irqsave, &display->lock) {
		display->width[id] = width;
		display->height[id] = height;
		display->events |= VIRTIO_GPU_EVENT_DISPLAY;
	}
	display->vgpu->ops->config_changed(display->vgpu->data);
	return 0;
}

u32 mvgpu_display_events(struct mvgpu_display *display)
{
	guard(spinlock_irqsave)(&display->lock);
	return display->events;
}
EXPORT_SYMBOL_GPL(mvgpu_display_events);

void mvgpu_display_events_clear(struct mvgpu_display *display, u32 bits)
{
	guard(spinlock_irqsave)(&display->lock);
	display->events &= ~bits;
}
EXPORT_SYMBOL_GPL(mvgpu_display_events_clear);

size_t mvgpu_display_size(struct mvgpu_display *display)
{
	return display->size;
}
EXPORT_SYMBOL_GPL(mvgpu_display_size);

static bool display_fresh(struct mvgpu_display *display)
{
	guard(spinlock_irqsave)(&display->lock);
	return !display->stale;
}

void mvgpu_display_query(struct mvgpu_display *display,
			 struct mvgpu_plane *plane)
{
	scoped_guard(spinlock_irqsave, &display->lock)
		display->viewed = jiffies;
	if (mvgpu_display_buffer(display) && !display_fresh(display)) {
		queue_work(mvgpu_vgpu_wq, &display->vgpu->work);
		wait_event_timeout(display->fresh, display_fresh(display),
				   REFRESH_TIMEOUT);
	}
	guard(spinlock_irqsave)(&display->lock);
	*plane = display->plane;
}
EXPORT_SYMBOL_GPL(mvgpu_display_query);

void *mvgpu_display_buffer(struct mvgpu_display *display)
{
	void *buffer = READ_ONCE(display->buffer);

	if (buffer)
		return buffer;
	buffer = vmalloc_user(display->size);
	if (!buffer)
		return NULL;
	/* Two viewers may come at once; the work must see zeroed memory. */
	if (cmpxchg(&display->buffer, NULL, buffer))
		vfree(buffer);
	return READ_ONCE(display->buffer);
}
EXPORT_SYMBOL_GPL(mvgpu_display_buffer);

struct mvgpu_display *mvgpu_display_create(struct mvgpu_vgpu *vgpu)
{
	const struct mvgpu_type *type = vgpu->type;
	struct mvgpu_display *display;

	display = kvzalloc(sizeof(*display), GFP_KERNEL);
	if (!display)
		return NULL;
	display->vgpu = vgpu;
	display->size = PAGE_ALIGN((size_t)type->max_width * type->max_height *
				   BPP);
	spin_lock_init(&display->lock);
	init_waitqueue_head(&display->fresh);
	display->viewed = jiffies - VIEW_TIMEOUT;
	/* Only the first monitor is connected. */
	display->width[0] = type->pref_width;
	display->height[0] = type->pref_height;
	return display;
}

void mvgpu_display_destroy(struct mvgpu_display *display)
{
	vfree(display->buffer);
	kvfree(display);
}
