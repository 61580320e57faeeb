// SPDX-License-Identifier: GPL-2.0
/* virtio-gpu commands. */
#include <string.h>

#include "mvt.h"

/* Every request is fenced: the fence comes back with errors, too. */
void mvt_gpu_hdr(struct mvt_dev *dev, struct virtio_gpu_ctrl_hdr *hdr,
		 u32 type)
{
	memset(hdr, 0, sizeof(*hdr));
	hdr->type = type;
	hdr->flags = VIRTIO_GPU_FLAG_FENCE;
	hdr->fence_id = ++dev->fence;
}

/* Where the request and the response of head @i are. */
void mvt_gpu_slot(struct mvt_dev *dev, unsigned int i, struct mvt_slot *slot)
{
	size_t off = dev->ctl.size -
		(i + 1) * (MVT_SLOT_REQ + MVT_SLOT_RESP);

	slot->req = dev->ctl.va + off;
	slot->req_iova = dev->ctl.iova + off;
	slot->resp = slot->req + MVT_SLOT_REQ;
	slot->resp_iova = slot->req_iova + MVT_SLOT_REQ;
}

/*
 * Sends one control request without waiting; @extra is read behind it. The
 * descriptors are taken one by one, since the head tells the slot.
 */
int mvt_gpu_send(struct mvt_dev *dev, const void *req, size_t len,
		 const struct mvt_buf *extra)
{
	struct mvt_vq *vq = &dev->vq[MVT_CTRL];
	struct mvt_buf buf[3] = { { .len = len } };
	struct mvt_slot slot;
	unsigned int n = 1;
	int head;

	if (len > MVT_SLOT_REQ)
		return -E2BIG;
	if (extra)
		buf[n++] = *extra;
	buf[n].len = MVT_SLOT_RESP;
	buf[n++].write = true;
	head = mvt_vq_add(vq, buf, n);
	if (head < 0)
		return head;
	mvt_gpu_slot(dev, head, &slot);
	vq->desc[head].addr = slot.req_iova;
	for (n = head; vq->desc[n].flags & VRING_DESC_F_NEXT;)
		n = vq->desc[n].next;
	vq->desc[n].addr = slot.resp_iova;
	/* mvt_gpu_recv() looks at the whole header, even if it isn't sent. */
	memset(slot.req, 0, sizeof(struct virtio_gpu_ctrl_hdr));
	memcpy(slot.req, req, len);
	memset(slot.resp, 0xa5, MVT_SLOT_RESP);
	mvt_vq_avail(vq, head);
	mvt_vq_publish(vq);
	return head;
}

/*
 * Waits for the next response. Return: its type, or -EBADMSG if it doesn't
 * answer the request as the specification says (5.7.6.7: fence, context).
 */
int mvt_gpu_recv(struct mvt_dev *dev, unsigned int timeout_ms, void *resp,
		 size_t len)
{
	struct virtio_gpu_ctrl_hdr *q, *a;
	struct mvt_slot slot;
	u32 used;
	u16 head;
	int err;

	err = mvt_vq_wait(&dev->vq[MVT_CTRL], timeout_ms, &head, &used);
	if (err)
		return err;
	mvt_gpu_slot(dev, head, &slot);
	q = (void *)slot.req;
	a = (void *)slot.resp;
	if (resp)
		memcpy(resp, a, len);
	if (used < sizeof(*a) || used > MVT_SLOT_RESP || (resp && used < len &&
							  !mvt_is_error(a->type)))
		return -EBADMSG;
	/* What lies behind the response must be untouched. */
	if (used < MVT_SLOT_RESP && slot.resp[used] != 0xa5)
		return -EBADMSG;
	if (q->flags & VIRTIO_GPU_FLAG_FENCE &&
	    (!(a->flags & VIRTIO_GPU_FLAG_FENCE) || a->fence_id != q->fence_id ||
	     a->ctx_id != q->ctx_id))
		return -EBADMSG;
	return a->type;
}

/* Waits for @nr responses, if none fails. Return: how many of them are of a type. */
u32 mvt_gpu_recv_many(struct mvt_dev *dev, u32 nr, u32 type)
{
	u32 got = 0;
	int ret;

	while (nr--) {
		ret = mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0);
		if (ret < 0)
			break;
		got += ret == type;
	}
	return got;
}

int mvt_gpu_exec_ms(struct mvt_dev *dev, unsigned int timeout_ms,
		    const void *req, size_t req_len,
		    const struct mvt_buf *extra, void *resp, size_t resp_len)
{
	int ret = mvt_gpu_send(dev, req, req_len, extra);

	if (ret < 0)
		return ret;
	ret = mvt_vq_kick(&dev->vq[MVT_CTRL]);
	if (ret)
		return ret;
	return mvt_gpu_recv(dev, timeout_ms, resp, resp_len);
}

int mvt_gpu_exec(struct mvt_dev *dev, const void *req, size_t req_len,
		 const struct mvt_buf *extra, void *resp, size_t resp_len)
{
	return mvt_gpu_exec_ms(dev, MVT_WAIT_MS, req, req_len, extra, resp,
			       resp_len);
}

/* A request that is only a header. */
int mvt_gpu_simple(struct mvt_dev *dev, u32 type)
{
	struct virtio_gpu_ctrl_hdr req;

	mvt_gpu_hdr(dev, &req, type);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

/* Does it answer as it should? */
bool mvt_works(struct mvt_dev *dev)
{
	return mvt_gpu_simple(dev, VIRTIO_GPU_CMD_GET_DISPLAY_INFO) ==
		VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

int mvt_gpu_create(struct mvt_dev *dev, u32 id, u32 format, u32 width,
		   u32 height)
{
	int ret = mvt_gpu_send_create(dev, id, format, width, height);

	if (ret < 0)
		return ret;
	return mvt_vq_kick(&dev->vq[MVT_CTRL]) ?:
	       mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0);
}

int mvt_gpu_unref(struct mvt_dev *dev, u32 id)
{
	struct virtio_gpu_resource_unref req = { .resource_id = id };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_UNREF);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_gpu_attach(struct mvt_dev *dev, u32 id,
		   const struct virtio_gpu_mem_entry *entry, u32 nr)
{
	struct virtio_gpu_resource_attach_backing req = {
		.resource_id = id,
		.nr_entries = nr,
	};
	struct mvt_buf extra = { .len = nr * sizeof(*entry) };
	size_t used = dev->ctl_used;
	void *table = NULL;
	int ret;

	if (nr) {
		table = mvt_ctl_alloc(dev, extra.len, 16, &extra.iova);
		if (!table)
			return -ENOMEM;
		memcpy(table, entry, extra.len);
	}
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	ret = mvt_gpu_exec(dev, &req, sizeof(req), table ? &extra : NULL, NULL,
			   0);
	if (ret >= 0)
		dev->ctl_used = used;
	return ret;
}

int mvt_gpu_attach_one(struct mvt_dev *dev, u32 id, u64 iova, u32 len)
{
	struct virtio_gpu_mem_entry entry = { .addr = iova, .length = len };

	return mvt_gpu_attach(dev, id, &entry, 1);
}

int mvt_gpu_detach(struct mvt_dev *dev, u32 id)
{
	struct virtio_gpu_resource_detach_backing req = { .resource_id = id };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

static void set_rect(struct virtio_gpu_rect *r, u32 x, u32 y, u32 width,
		     u32 height)
{
	r->x = x;
	r->y = y;
	r->width = width;
	r->height = height;
}

int mvt_gpu_transfer(struct mvt_dev *dev, u32 id, u64 offset, u32 x, u32 y,
		     u32 width, u32 height)
{
	struct virtio_gpu_transfer_to_host_2d req = {
		.offset = offset,
		.resource_id = id,
	};

	set_rect(&req.r, x, y, width, height);
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_gpu_flush(struct mvt_dev *dev, u32 id, u32 x, u32 y, u32 width,
		  u32 height)
{
	struct virtio_gpu_resource_flush req = { .resource_id = id };

	set_rect(&req.r, x, y, width, height);
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_FLUSH);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_gpu_scanout(struct mvt_dev *dev, u32 scanout, u32 id, u32 x, u32 y,
		    u32 width, u32 height)
{
	struct virtio_gpu_set_scanout req = {
		.scanout_id = scanout,
		.resource_id = id,
	};

	set_rect(&req.r, x, y, width, height);
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_SET_SCANOUT);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, NULL, 0);
}

int mvt_gpu_display_info(struct mvt_dev *dev,
			 struct virtio_gpu_resp_display_info *info)
{
	struct virtio_gpu_ctrl_hdr req;

	mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, info, sizeof(*info));
}

int mvt_gpu_edid(struct mvt_dev *dev, u32 scanout,
		 struct virtio_gpu_resp_edid *edid)
{
	struct virtio_gpu_cmd_get_edid req = { .scanout = scanout };

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_GET_EDID);
	return mvt_gpu_exec(dev, &req, sizeof(req), NULL, edid, sizeof(*edid));
}

/* Cursor requests have no response: 0 as soon as the buffer comes back. */
int mvt_gpu_cursor(struct mvt_dev *dev, u32 type, u32 scanout, u32 id, u32 x,
		   u32 y, u32 hot_x, u32 hot_y)
{
	struct virtio_gpu_update_cursor req = {
		.pos = { .scanout_id = scanout, .x = x, .y = y },
		.resource_id = id,
		.hot_x = hot_x,
		.hot_y = hot_y,
	};
	struct mvt_vq *vq = &dev->vq[MVT_CURSOR];
	struct mvt_buf buf = { .len = sizeof(req) };
	struct mvt_slot slot;
	int head, err;
	u32 len;
	u16 got;

	mvt_gpu_hdr(dev, &req.hdr, type);
	head = mvt_vq_add(vq, &buf, 1);
	if (head < 0)
		return head;
	mvt_gpu_slot(dev, MVT_SLOT_CURSOR + head, &slot);
	vq->desc[head].addr = slot.req_iova;
	memcpy(slot.req, &req, sizeof(req));
	mvt_vq_avail(vq, head);
	mvt_vq_publish(vq);
	err = mvt_vq_kick(vq);
	if (err)
		return err;
	err = mvt_vq_wait(vq, MVT_WAIT_MS, &got, &len);
	if (err)
		return err;
	return got == head && !len ? 0 : -EBADMSG;
}

/* Requests that are sent and not waited for. */
int mvt_gpu_send_create(struct mvt_dev *dev, u32 id, u32 format, u32 width,
			u32 height)
{
	struct virtio_gpu_resource_create_2d req = {
		.resource_id = id,
		.format = format,
		.width = width,
		.height = height,
	};

	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	return mvt_gpu_send(dev, &req, sizeof(req), NULL);
}

int mvt_gpu_send_nop(struct mvt_dev *dev)
{
	struct virtio_gpu_ctrl_hdr req;

	mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	return mvt_gpu_send(dev, &req, sizeof(req), NULL);
}

int mvt_gpu_send_transfer(struct mvt_dev *dev, u32 id, u32 width, u32 height)
{
	struct virtio_gpu_transfer_to_host_2d req = { .resource_id = id };

	set_rect(&req.r, 0, 0, width, height);
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);
	return mvt_gpu_send(dev, &req, sizeof(req), NULL);
}

/* And tell the device of it. */
int mvt_gpu_start_transfer(struct mvt_dev *dev, u32 id, u32 width, u32 height)
{
	int ret = mvt_gpu_send_transfer(dev, id, width, height);

	return ret < 0 ? ret : mvt_vq_kick(&dev->vq[MVT_CTRL]);
}

int mvt_gpu_send_flush(struct mvt_dev *dev, u32 id, u32 width, u32 height)
{
	struct virtio_gpu_resource_flush req = { .resource_id = id };

	set_rect(&req.r, 0, 0, width, height);
	mvt_gpu_hdr(dev, &req.hdr, VIRTIO_GPU_CMD_RESOURCE_FLUSH);
	return mvt_gpu_send(dev, &req, sizeof(req), NULL);
}

bool mvt_is_error(int resp)
{
	return resp >= VIRTIO_GPU_RESP_ERR_UNSPEC &&
		resp <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

/* Pixels that differ by seed and by place. */
u32 mvt_pattern(u32 seed, u32 i)
{
	return (i + 1) * 2654435761u ^ seed * 0x01000193u;
}

void mvt_fill(void *va, u32 seed, size_t pixels)
{
	u32 *p = va;
	size_t i;

	for (i = 0; i < pixels; i++)
		p[i] = mvt_pattern(seed, i);
}

/* How many of them have a value. */
size_t mvt_count(const void *va, u32 val, size_t pixels)
{
	const u32 *p = va;
	size_t i, n = 0;

	for (i = 0; i < pixels; i++)
		n += p[i] == val;
	return n;
}

/* A resource with a backing at the start of @mem, filled and transferred. */
int mvt_gpu_make(struct mvt_dev *dev, struct mvt_mem *mem, u32 id, u32 width,
		 u32 height, u32 seed)
{
	size_t len = (size_t)width * height * 4;
	int ret;

	if (len > mem->size)
		return -EINVAL;
	mvt_fill(mem->va, seed, (size_t)width * height);
	ret = mvt_gpu_create(dev, id, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, width,
			     height);
	if (ret != VIRTIO_GPU_RESP_OK_NODATA)
		return ret;
	ret = mvt_gpu_attach_one(dev, id, mem->iova, len);
	if (ret != VIRTIO_GPU_RESP_OK_NODATA)
		return ret;
	return mvt_gpu_transfer(dev, id, 0, 0, 0, width, height);
}
