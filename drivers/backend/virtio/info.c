// SPDX-License-Identifier: GPL-2.0
/*
 * What the device tells about itself. Each answer is waited for with a limit:
 * a device that does not answer must not hold up modprobe.
 */

#include "virtio.h"

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/virtio_config.h>
#include <mvgpu/virgl_caps.h>

#define QUERY_TIMEOUT (5 * HZ)

/* Of one capset; the largest that exists has about 1.5 KiB. */
#define CAPSET_BYTES_MAX (64 * 1024)

/* Ids of capsets are bits of a 64 bit mask in the guest's driver. */
#define CAPSETS_MAX 64

/* Returns false if the device keeps it; then query_end() frees it. */
static bool query_wait(struct mvgpu_virtio *gpu,
		       struct mvgpu_virtio_request *request)
{
	if (wait_for_completion_timeout(&request->completion, QUERY_TIMEOUT))
		return true;

	spin_lock_irq(&gpu->lock);
	request->abandoned = !completion_done(&request->completion);
	spin_unlock_irq(&gpu->lock);
	return !request->abandoned;
}

/*
 * Sends @req and puts the answer into @resp, which is zeroed where the device
 * wrote nothing.
 */
static int query(struct mvgpu_virtio *gpu, const void *req, u32 req_len,
		 u32 resp_type, void *resp, u32 resp_len)
{
	struct mvgpu_virtio_request *request;
	struct mvgpu_virtio_command *command;
	struct virtio_gpu_ctrl_hdr *hdr;
	int err;

	request = mvgpu_virtio_request_alloc(1);
	if (!request)
		return -ENOMEM;
	command = request->command;
	mvgpu_virtio_command_init(command, 0, req_len);
	memcpy(&command->req, req, req_len);
	command->resp = kzalloc(resp_len, GFP_KERNEL);
	command->resp_len = resp_len;
	err = -ENOMEM;
	if (!command->resp)
		goto free_request;

	err = mvgpu_virtio_queue_add(gpu, request);
	if (err)
		goto free_request;
	mvgpu_virtio_queue_kick(gpu);
	if (!query_wait(gpu, request))
		return -ETIMEDOUT;

	err = request->status;
	hdr = command->resp;
	if (!err && hdr->type != cpu_to_le32(resp_type))
		err = -EIO;
	if (!err)
		memcpy(resp, hdr, resp_len);
free_request:
	mvgpu_virtio_request_free(request);
	return err;
}

/* Is there an answer? What displays it has is the host's, and nothing of vGPUs. */
static int info_answers(struct mvgpu_virtio *gpu)
{
	const struct virtio_gpu_ctrl_hdr req = {
		.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_DISPLAY_INFO),
	};
	struct virtio_gpu_resp_display_info resp;

	return query(gpu, &req, sizeof(req), VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		     &resp, sizeof(resp));
}

/* Others are of no use to us: what contexts of theirs do can't be checked. */
static bool capset_known(u32 id)
{
	return id == VIRTIO_GPU_CAPSET_VIRGL || id == VIRTIO_GPU_CAPSET_VIRGL2;
}

/* "LLVMPIPE (LLVM 19.1.7, 256 bits)", or in the name of what is above it */
static bool is_software(const char *name)
{
	const char *end = name + MVGPU_CAPS_RENDERER_SIZE - 8;

	for (; name <= end; name++) {
		if (!strncasecmp(name, "llvmpipe", 8) ||
		    !strncasecmp(name, "softpipe", 8))
			return true;
	}
	return false;
}

static int capset_keep(struct mvgpu_virtio *gpu,
		       const struct virtio_gpu_resp_capset_info *resp,
		       const void *data)
{
	struct mvgpu_virtio_info *info = &gpu->info;
	struct mvgpu_capset *capset = &info->capset[info->nr_capsets];
	u32 bits;

	if (info->nr_capsets == ARRAY_SIZE(info->capset))
		return 0;
	capset->id = le32_to_cpu(resp->capset_id);
	capset->version = le32_to_cpu(resp->capset_max_version);
	capset->size = le32_to_cpu(resp->capset_max_size);
	capset->data = kmemdup(data, capset->size, GFP_KERNEL);
	if (!capset->data)
		return -ENOMEM;
	info->nr_capsets++;
	if (capset->id == VIRTIO_GPU_CAPSET_VIRGL2 &&
	    capset->size >= MVGPU_CAPS_VERSION + sizeof(u32)) {
		bits = get_unaligned_le32(data + MVGPU_CAPS_BITS);
		info->clear_texture = bits & BIT(MVGPU_CAP_CLEAR_TEXTURE);
		info->gles = bits & BIT(MVGPU_CAP_GLES);
		info->glsl = get_unaligned_le32(data + MVGPU_CAPS_GLSL);
		info->renderer = get_unaligned_le32(data + MVGPU_CAPS_VERSION);
	}
	if (capset->id == VIRTIO_GPU_CAPSET_VIRGL2 &&
	    capset->size >= MVGPU_CAPS_RENDERER + MVGPU_CAPS_RENDERER_SIZE)
		info->software = is_software(data + MVGPU_CAPS_RENDERER);
	return 0;
}

static int info_capset(struct mvgpu_virtio *gpu, u32 index)
{
	const struct virtio_gpu_get_capset_info req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_CAPSET_INFO),
		.capset_index = cpu_to_le32(index),
	};
	struct virtio_gpu_get_capset get = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_CAPSET),
	};
	struct virtio_gpu_resp_capset_info info = {};
	struct virtio_gpu_resp_capset *capset;
	u32 len;
	int err;

	err = query(gpu, &req, sizeof(req), VIRTIO_GPU_RESP_OK_CAPSET_INFO,
		    &info, sizeof(info));
	if (err)
		return err;
	if (!capset_known(le32_to_cpu(info.capset_id)))
		return 0;
	len = le32_to_cpu(info.capset_max_size);
	if (!len || len > CAPSET_BYTES_MAX)
		return -EPROTO;

	capset = kzalloc(sizeof(*capset) + len, GFP_KERNEL);
	if (!capset)
		return -ENOMEM;
	get.capset_id = info.capset_id;
	get.capset_version = info.capset_max_version;
	err = query(gpu, &get, sizeof(get), VIRTIO_GPU_RESP_OK_CAPSET, capset,
		    sizeof(*capset) + len);
	if (!err)
		err = capset_keep(gpu, &info, capset->capset_data);
	kfree(capset);
	return err;
}

/**
 * mvgpu_virtio_info_exit() - forget what mvgpu_virtio_info_init() has learnt
 * @gpu: the GPU
 */
void mvgpu_virtio_info_exit(struct mvgpu_virtio *gpu)
{
	while (gpu->info.nr_capsets)
		kfree(gpu->info.capset[--gpu->info.nr_capsets].data);
}

/**
 * mvgpu_virtio_info_init() - ask the device what it is
 * @gpu: the GPU, running
 *
 * Return: 0, -ETIMEDOUT (no answer in time) or another errno.
 */
int mvgpu_virtio_info_init(struct mvgpu_virtio *gpu)
{
	struct virtio_device *vdev = gpu->vdev;
	u32 i, nr_capsets = 0;
	int err;

	err = info_answers(gpu);
	if (virtio_has_feature(vdev, VIRTIO_GPU_F_VIRGL))
		virtio_cread_le(vdev, struct virtio_gpu_config, num_capsets,
				&nr_capsets);
	nr_capsets = min_t(u32, nr_capsets, CAPSETS_MAX);
	for (i = 0; i < nr_capsets && !err; i++)
		err = info_capset(gpu, i);
	if (err) {
		mvgpu_virtio_info_exit(gpu);
		dev_err(&vdev->dev, "device does not tell what it is: %pe\n",
			ERR_PTR(err));
		return err;
	}

	dev_info(&vdev->dev, "%u of %u capset(s) known%s\n",
		 gpu->info.nr_capsets, nr_capsets,
		 virtio_has_feature(vdev, VIRTIO_GPU_F_VIRGL) ? "" :
		 ", no renderer: only copying is measured");
	return 0;
}
