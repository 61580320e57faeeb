// SPDX-License-Identifier: GPL-2.0
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#define KMS_MAX_CARDS 8

static bool is_virtio_gpu(int fd)
{
	drmVersion *version = drmGetVersion(fd);
	bool is = version && !strcmp(version->name, "virtio_gpu");

	drmFreeVersion(version);
	return is;
}

static int open_card(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!is_virtio_gpu(fd)) {
		close(fd);
		return -ENODEV;
	}
	return fd;
}

static int find_card(void)
{
	char path[32];
	int i, fd;

	for (i = 0; i < KMS_MAX_CARDS; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open_card(path);
		if (fd >= 0)
			return fd;
	}
	return -ENODEV;
}

static uint32_t find_crtc(const struct kms *kms, const drmModeRes *res)
{
	drmModeEncoder *encoder;
	uint32_t mask = 0;
	int i;

	for (i = 0; i < kms->connector->count_encoders; i++) {
		encoder = drmModeGetEncoder(kms->fd,
					    kms->connector->encoders[i]);
		if (encoder)
			mask |= encoder->possible_crtcs;
		drmModeFreeEncoder(encoder);
	}
	for (i = 0; i < res->count_crtcs; i++)
		if (mask & 1u << i)
			return res->crtcs[i];
	return 0;
}

/* The first connector that has a screen. */
static int find_connector(struct kms *kms, const drmModeRes *res)
{
	drmModeConnector *connector;
	int i;

	for (i = 0; i < res->count_connectors; i++) {
		connector = drmModeGetConnector(kms->fd, res->connectors[i]);
		if (connector &&
		    connector->connection == DRM_MODE_CONNECTED &&
		    connector->count_modes > 0) {
			kms->connector = connector;
			return 0;
		}
		drmModeFreeConnector(connector);
	}
	return -ENXIO;
}

int kms_refresh(struct kms *kms)
{
	drmModeRes *res = drmModeGetResources(kms->fd);
	int ret;

	if (!res)
		return -errno;
	drmModeFreeConnector(kms->connector);
	kms->connector = NULL;
	ret = find_connector(kms, res);
	if (!ret) {
		kms->crtc = find_crtc(kms, res);
		if (!kms->crtc)
			ret = -ENXIO;
	}
	drmModeFreeResources(res);
	return ret;
}

int kms_open(struct kms *kms, const char *path)
{
	int ret;

	*kms = (struct kms){ .fd = path ? open_card(path) : find_card() };
	if (kms->fd < 0)
		return kms->fd;
	ret = kms_refresh(kms);
	if (ret)
		kms_close(kms);
	return ret;
}

void kms_close(struct kms *kms)
{
	drmModeFreeConnector(kms->connector);
	close(kms->fd);
}

drmModeModeInfo *kms_mode(const struct kms *kms, uint32_t width,
			  uint32_t height)
{
	drmModeModeInfo *mode;
	bool wanted;
	int i;

	for (i = 0; i < kms->connector->count_modes; i++) {
		mode = &kms->connector->modes[i];
		if (width)
			wanted = mode->hdisplay == width &&
				 mode->vdisplay == height;
		else
			wanted = mode->type & DRM_MODE_TYPE_PREFERRED;
		if (wanted)
			return mode;
	}
	return NULL;
}

static uint32_t blob_copy(const struct kms *kms, uint32_t id, uint8_t *to,
			  uint32_t size)
{
	drmModePropertyBlobRes *blob = drmModeGetPropertyBlob(kms->fd, id);
	uint32_t len;

	if (!blob)
		return 0;
	len = blob->length < size ? blob->length : size;
	memcpy(to, blob->data, len);
	drmModeFreePropertyBlob(blob);
	return len;
}

uint32_t kms_edid(const struct kms *kms, uint8_t *edid, uint32_t size)
{
	drmModeConnector *connector = kms->connector;
	drmModePropertyRes *prop;
	uint32_t len = 0;
	bool found;
	int i;

	for (i = 0; i < connector->count_props && !len; i++) {
		prop = drmModeGetProperty(kms->fd, connector->props[i]);
		found = prop && !strcmp(prop->name, "EDID");
		drmModeFreeProperty(prop);
		if (found)
			len = blob_copy(kms, connector->prop_values[i], edid,
					size);
	}
	return len;
}

static int buffer_map(const struct kms *kms, struct kms_buffer *buffer)
{
	uint64_t offset;
	int ret;

	ret = drmModeMapDumbBuffer(kms->fd, buffer->handle, &offset);
	if (ret)
		return ret;
	buffer->pixels = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE,
			      MAP_SHARED, kms->fd, offset);
	return buffer->pixels == MAP_FAILED ? -errno : 0;
}

int kms_buffer_create(const struct kms *kms, uint32_t width, uint32_t height,
		      struct kms_buffer *buffer)
{
	uint32_t pitch;
	int ret;

	*buffer = (struct kms_buffer){ .width = width, .height = height };
	ret = drmModeCreateDumbBuffer(kms->fd, width, height, 32, 0,
				      &buffer->handle, &pitch, &buffer->size);
	if (ret)
		return ret;
	buffer->stride = pitch / 4;
	ret = drmModeAddFB(kms->fd, width, height, 24, 32, pitch,
			   buffer->handle, &buffer->fb);
	if (ret)
		goto err_destroy;
	ret = buffer_map(kms, buffer);
	if (ret)
		goto err_rmfb;
	return 0;

err_rmfb:
	drmModeRmFB(kms->fd, buffer->fb);
err_destroy:
	drmModeDestroyDumbBuffer(kms->fd, buffer->handle);
	return ret;
}

void kms_buffer_destroy(const struct kms *kms, struct kms_buffer *buffer)
{
	munmap(buffer->pixels, buffer->size);
	drmModeRmFB(kms->fd, buffer->fb);
	drmModeDestroyDumbBuffer(kms->fd, buffer->handle);
}

int kms_show(const struct kms *kms, const drmModeModeInfo *mode,
	     const struct kms_buffer *buffer)
{
	uint32_t connector = kms->connector->connector_id;
	drmModeModeInfo copy = *mode;

	return drmModeSetCrtc(kms->fd, kms->crtc, buffer->fb, 0, 0, &connector,
			      1, &copy);
}

int kms_dirty(const struct kms *kms, const struct kms_buffer *buffer)
{
	drmModeClip all = { .x2 = buffer->width, .y2 = buffer->height };

	return drmModeDirtyFB(kms->fd, buffer->fb, &all, 1);
}

int kms_flip(const struct kms *kms, const struct kms_buffer *buffer,
	     void *cookie)
{
	return drmModePageFlip(kms->fd, kms->crtc, buffer->fb,
			       DRM_MODE_PAGE_FLIP_EVENT, cookie);
}
