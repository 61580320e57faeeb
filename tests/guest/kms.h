/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a display driver's user as the tests need, in plain libdrm: one
 * connector, one CRTC, dumb buffers. Functions that return int return 0 or a
 * negative errno.
 */
#ifndef MVGPU_GUEST_KMS_H
#define MVGPU_GUEST_KMS_H

#include <stdbool.h>
#include <stdint.h>
#include <xf86drmMode.h>

/**
 * struct kms - an open card
 * @fd: of the card; DRM master
 * @connector: the connected one, as kms_refresh() found it
 * @crtc: id of one that can drive it
 */
struct kms {
	int fd;
	drmModeConnector *connector;
	uint32_t crtc;
};

/**
 * struct kms_buffer - a picture, 4 bytes a pixel, mapped
 * @width: pixels
 * @height: pixels
 * @stride: pixels
 * @handle: of the dumb buffer
 * @fb: framebuffer id
 * @size: bytes
 * @pixels: XRGB
 */
struct kms_buffer {
	uint32_t width, height, stride;
	uint32_t handle, fb;
	uint64_t size;
	uint32_t *pixels;
};

/* kms_open() - @path, or if that is NULL the first card of virtio_gpu. */
int kms_open(struct kms *kms, const char *path);
void kms_close(struct kms *kms);

/* kms_refresh() - read the connector anew; frees the modes read before. */
int kms_refresh(struct kms *kms);

/* kms_mode() - the mode of that size, or with 0 x 0 the preferred, or NULL. */
drmModeModeInfo *kms_mode(const struct kms *kms, uint32_t width,
			  uint32_t height);

/* kms_edid() - copy up to @size bytes of EDID; the length, 0 if there is none */
uint32_t kms_edid(const struct kms *kms, uint8_t *edid, uint32_t size);

int kms_buffer_create(const struct kms *kms, uint32_t width, uint32_t height,
		      struct kms_buffer *buffer);
void kms_buffer_destroy(const struct kms *kms, struct kms_buffer *buffer);

/* kms_show() - set @mode with @buffer on the screen. */
int kms_show(const struct kms *kms, const drmModeModeInfo *mode,
	     const struct kms_buffer *buffer);

/* kms_dirty() - what is in the buffer has changed, all of it. */
int kms_dirty(const struct kms *kms, const struct kms_buffer *buffer);

/* kms_flip() - queue a page flip; its event carries @cookie. */
int kms_flip(const struct kms *kms, const struct kms_buffer *buffer,
	     void *cookie);

#endif
