/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_DISPLAY_H
#define _MVGPU_DISPLAY_H

#include <linux/types.h>
#include <mvgpu/job.h>

struct mvgpu_backing;
struct mvgpu_display;

/**
 * struct mvgpu_plane - what a viewer sees; linear, 4 bytes a pixel
 * @width: pixels, 0 if nothing is scanned out
 * @height: pixels
 * @stride: bytes
 * @drm_format: fourcc
 */
struct mvgpu_plane {
	u32 width, height, stride, drm_format;
};

/**
 * struct mvgpu_scanout_src - what a scanout shows
 * @backing: the resource's pages; NULL: nothing to show
 * @format: enum virtio_gpu_formats
 * @stride: bytes
 * @rect: shown part of the resource
 * @fetched: the pixels are the GPU's: @backing holds those that
 *	mvgpu_display_fetched() told of, and may be NULL until then
 */
struct mvgpu_scanout_src {
	const struct mvgpu_backing *backing;
	u32 format, stride;
	struct mvgpu_rect rect;
	bool fetched;
};

/* Called by proto, in the vGPU's work. */

/** mvgpu_display_set() - scanout @id shows @src from now on; NULL: nothing. */
void mvgpu_display_set(struct mvgpu_display *display, u32 id,
		       const struct mvgpu_scanout_src *src);
/** mvgpu_display_flush() - @rect (in resource pixels, all shown) of scanout @id changed. */
void mvgpu_display_flush(struct mvgpu_display *display, u32 id,
			 const struct mvgpu_rect *rect);
/**
 * mvgpu_display_follows() - is a change of scanout 0 to be fetched?
 * @display: displays of a vGPU
 *
 * Return: true: somebody looks. False: nobody does, or the whole picture is
 * wanted anyway; see mvgpu_display_wants().
 */
bool mvgpu_display_follows(struct mvgpu_display *display);
/** mvgpu_display_wants() - does a viewer wait for all of a fetched source? */
bool mvgpu_display_wants(struct mvgpu_display *display);
/**
 * mvgpu_display_fetched() - pixels of scanout 0 have come from the GPU
 * @display: displays of a vGPU
 * @backing: of a fetched source; NULL: it goes away
 * @rect: which, in resource pixels; not used without @backing
 */
void mvgpu_display_fetched(struct mvgpu_display *display,
			   const struct mvgpu_backing *backing,
			   const struct mvgpu_rect *rect);
/** mvgpu_display_cursor() - new image, 64 x 64 x 4 bytes in @src, or NULL. */
void mvgpu_display_cursor(struct mvgpu_display *display, u32 id,
			  const struct mvgpu_scanout_src *src, u32 hot_x,
			  u32 hot_y);
/** mvgpu_display_move() - the cursor's hot spot is at @x, @y of scanout @id. */
void mvgpu_display_move(struct mvgpu_display *display, u32 id, u32 x, u32 y);

/**
 * mvgpu_display_mode() - the mode that the guest is told to use
 * @display: displays of a vGPU
 * @id: scanout
 * @width: filled, pixels; 0 if the scanout is not connected
 * @height: filled
 *
 * Context: any process context, does not sleep.
 */
void mvgpu_display_mode(struct mvgpu_display *display, u32 id, u32 *width,
			u32 *height);

/**
 * mvgpu_display_edid() - the EDID of a scanout
 * @display: displays of a vGPU
 * @id: scanout
 * @edid: 128 bytes
 */
void mvgpu_display_edid(struct mvgpu_display *display, u32 id, u8 edid[128]);

/* Called by core, for an administrator. */

/**
 * mvgpu_display_resize() - hot-plug another mode
 * @display: displays of a vGPU
 * @id: scanout
 * @width: pixels, 0: disconnect
 * @height: pixels
 *
 * The guest is told by config_changed(). Any process context, does not sleep.
 * Return: 0, or -EINVAL (no such scanout, larger than the type allows).
 */
int mvgpu_display_resize(struct mvgpu_display *display, u32 id, u32 width,
			 u32 height);

/* Called by frontends. */

/** mvgpu_display_events() - pending VIRTIO_GPU_EVENT_* bits for config space. */
u32 mvgpu_display_events(struct mvgpu_display *display);
/** mvgpu_display_events_clear() - the guest has written events_clear. */
void mvgpu_display_events_clear(struct mvgpu_display *display, u32 bits);

/** mvgpu_display_size() - bytes of the plane buffer, page aligned; constant. */
size_t mvgpu_display_size(struct mvgpu_display *display);
/**
 * mvgpu_display_query() - a viewer looks
 * @display: displays of a vGPU
 * @plane: filled with scanout 0
 *
 * From now on for about a second each flush is copied to the plane. If nobody
 * has looked for longer, waits up to 100 ms for the work to draw it.
 * Context: process, sleeps; not the vGPU's work.
 */
void mvgpu_display_query(struct mvgpu_display *display,
			 struct mvgpu_plane *plane);
/**
 * mvgpu_display_buffer() - memory of the plane, for mmap and read
 * @display: displays of a vGPU
 *
 * Allocated with vmalloc_user() by the first call, freed with the vGPU.
 * Context: process, sleeps.
 * Return: the buffer, or NULL.
 */
void *mvgpu_display_buffer(struct mvgpu_display *display);

#endif
