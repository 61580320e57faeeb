// SPDX-License-Identifier: GPL-2.0
/*
 * Capsets: what guests are told about 3D, and what is left out of it.
 *
 * Left out is what streams may not do (video, untyped resources, text for the
 * host's log, formats that are not known) and what would tell a guest about its
 * neighbours (memory).
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <mvgpu/backend.h>
#include <mvgpu/virgl_caps.h>

#include "format3d.h"
#include "internal.h"

#define HIDDEN (BIT(MVGPU_CAP_GUEST_LOG) | BIT(MVGPU_CAP_BUFFER_STORAGE))
#define HIDDEN_V2 (BIT(MVGPU_CAP_V2_UNTYPED) | BIT(MVGPU_CAP_V2_VIDEO_MEMORY) | \
		   BIT(MVGPU_CAP_V2_MEMINFO) | BIT(MVGPU_CAP_V2_MARKER) | \
		   BIT(MVGPU_CAP_V2_LAYOUT))

static_assert(sizeof(struct virtio_gpu_resp_capset_info) == 40);

bool mvgpu_capset_known(const struct mvgpu_capset *capset)
{
	return (capset->id == VIRTIO_GPU_CAPSET_VIRGL ||
		capset->id == VIRTIO_GPU_CAPSET_VIRGL2) &&
	       capset->size >= MVGPU_CAPS_V1_SIZE;
}

static void word_and(void *data, u32 size, u32 off, u32 mask)
{
	if (off > size || size - off < sizeof(u32))
		return;
	put_unaligned_le32(get_unaligned_le32(data + off) & mask, data + off);
}

/* Formats that would be refused are not offered. */
static void formats_and(void *data, u32 size, u32 off)
{
	u32 word, i, mask;

	for (word = 0; word < MVGPU_CAPS_MASK_SIZE / 4; word++) {
		/* Samples of a framebuffer without attachments: of no format. */
		mask = off == MVGPU_CAPS_MULTISAMPLE && !word;
		for (i = 0; i < 32; i++)
			if (mvgpu_format3d_known(32 * word + i))
				mask |= BIT(i);
		word_and(data, size, off + 4 * word, mask);
	}
}

void mvgpu_capset_mask(u32 id, void *data, u32 size)
{
	static const u16 masks[] = {
		MVGPU_CAPS_SAMPLER, MVGPU_CAPS_RENDER, MVGPU_CAPS_DEPTH,
		MVGPU_CAPS_VERTEX, MVGPU_CAPS_READBACK, MVGPU_CAPS_SCANOUT,
		MVGPU_CAPS_MULTISAMPLE,
	};
	u32 off, i;

	for (i = 0; i < ARRAY_SIZE(masks); i++)
		if (masks[i] < MVGPU_CAPS_V1_SIZE ||
		    id == VIRTIO_GPU_CAPSET_VIRGL2)
			formats_and(data, size, masks[i]);
	if (id != VIRTIO_GPU_CAPSET_VIRGL2)
		return;
	word_and(data, size, MVGPU_CAPS_BITS, ~(u32)HIDDEN);
	word_and(data, size, MVGPU_CAPS_BITS_V2, ~(u32)HIDDEN_V2);
	word_and(data, size, MVGPU_CAPS_VIDEO_MEMORY, 0);
	for (off = MVGPU_CAPS_NUM_VIDEO;
	     off < MVGPU_CAPS_VIDEO + MVGPU_CAPS_VIDEO_SIZE; off += 4)
		word_and(data, size, off, 0);
}

static bool mask_has(const struct mvgpu_capset *capset, u32 off, u32 format)
{
	const u8 *mask = capset->data + off;

	if (format / 8 >= MVGPU_CAPS_MASK_SIZE)
		return false;
	return mask[array_index_nospec(format / 8, MVGPU_CAPS_MASK_SIZE)] &
	       BIT(format % 8);
}

bool mvgpu_capset_format(const struct mvgpu_proto *proto, u32 format)
{
	const struct mvgpu_capset *capset;
	u32 i;

	for (i = 0; i < proto->config.nr_capsets; i++) {
		capset = &proto->config.capset[i];
		if (mask_has(capset, MVGPU_CAPS_SAMPLER, format) ||
		    mask_has(capset, MVGPU_CAPS_RENDER, format) ||
		    mask_has(capset, MVGPU_CAPS_DEPTH, format))
			return true;
	}
	return false;
}

u32 mvgpu_capset_info(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_get_capset_info *req =
		(const void *)job->req.bytes;
	struct virtio_gpu_resp_capset_info *resp = job->resp_data;
	u32 i = le32_to_cpu(req->capset_index);
	const struct mvgpu_capset *capset;

	if (i >= proto->config.nr_capsets)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	i = array_index_nospec(i, proto->config.nr_capsets);
	capset = &proto->config.capset[i];
	resp->capset_id = cpu_to_le32(capset->id);
	resp->capset_max_version = cpu_to_le32(capset->version);
	resp->capset_max_size = cpu_to_le32(capset->size);
	return VIRTIO_GPU_RESP_OK_CAPSET_INFO;
}

static const struct mvgpu_capset *capset_find(const struct mvgpu_proto *proto,
					      u32 id)
{
	u32 i;

	for (i = 0; i < proto->config.nr_capsets; i++)
		if (proto->config.capset[i].id == id)
			return &proto->config.capset[i];
	return NULL;
}

u32 mvgpu_capset_get(struct mvgpu_proto *proto, struct mvgpu_job *job)
{
	const struct virtio_gpu_get_capset *req = (const void *)job->req.bytes;
	const struct mvgpu_capset *capset =
		capset_find(proto, le32_to_cpu(req->capset_id));
	struct virtio_gpu_resp_capset *resp;

	if (!capset || le32_to_cpu(req->capset_version) > capset->version)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	resp = kzalloc(sizeof(*resp) + capset->size, GFP_KERNEL);
	if (!resp)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	memcpy(resp->capset_data, capset->data, capset->size);
	kfree(job->resp_data);
	job->resp_data = resp;
	job->resp_len = sizeof(*resp) + capset->size;
	return VIRTIO_GPU_RESP_OK_CAPSET;
}

u32 mvgpu_capset_limit(const struct mvgpu_proto *proto, u32 off)
{
	const struct mvgpu_capset *capset;
	u32 i, value;

	for (i = 0; i < proto->config.nr_capsets; i++) {
		capset = &proto->config.capset[i];
		/* VIRGL is shorter in the protocol, whatever its size is. */
		if (off + sizeof(value) > capset->size ||
		    (off >= MVGPU_CAPS_V1_SIZE &&
		     capset->id != VIRTIO_GPU_CAPSET_VIRGL2))
			continue;
		value = get_unaligned_le32(capset->data + off);
		if (value)
			return value;
	}
	return U32_MAX;
}
