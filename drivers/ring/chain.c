// SPDX-License-Identifier: GPL-2.0
#include "internal.h"

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

void mvgpu_chain_init(struct mvgpu_chain *chain, u16 head)
{
	memset(chain, 0, sizeof(*chain));
	chain->head = head;
	chain->seg = chain->inl;
}

int mvgpu_chain_reserve(struct mvgpu_chain *chain, u32 *room, u32 want)
{
	struct mvgpu_seg *seg;

	if (want <= *room)
		return 0;

	seg = kvmalloc_array(want, sizeof(*seg), GFP_KERNEL | __GFP_NOWARN);
	if (!seg)
		return -ENOMEM;
	memcpy(seg, chain->seg,
	       (chain->nr_out + chain->nr_in) * sizeof(*seg));
	if (chain->seg != chain->inl)
		kvfree(chain->seg);
	chain->seg = seg;
	*room = want;
	return 0;
}

int mvgpu_chain_add(struct mvgpu_chain *chain, u64 addr, u32 len, bool write)
{
	struct mvgpu_seg *seg = &chain->seg[chain->nr_out + chain->nr_in];

	if (write) {
		chain->nr_in++;
		chain->in_len += len;
	} else {
		/* Virtio 1.3, 2.7.4.2: device-writable ones come last. */
		if (chain->nr_in)
			return -EPROTO;
		chain->nr_out++;
		chain->out_len += len;
	}
	seg->addr = addr;
	seg->len = len;
	return 0;
}

int mvgpu_chain_read(const struct mvgpu_chain *chain, struct mvgpu_mem *mem,
		     u64 off, void *buf, size_t len)
{
	const struct mvgpu_seg *seg = chain->seg;
	const struct mvgpu_seg *end = seg + chain->nr_out;

	if (off > chain->out_len || len > chain->out_len - off)
		return -ERANGE;

	for (; len && seg < end; seg++) {
		size_t part;

		if (off >= seg->len) {
			off -= seg->len;
			continue;
		}
		part = min_t(u64, seg->len - off, len);
		if (mem->read(mem, seg->addr + off, buf, part))
			return -EFAULT;
		off = 0;
		buf += part;
		len -= part;
	}
	return 0;
}

int mvgpu_chain_write(const struct mvgpu_chain *chain, struct mvgpu_mem *mem,
		      u64 off, const void *buf, size_t len)
{
	const struct mvgpu_seg *seg = chain->seg + chain->nr_out;
	const struct mvgpu_seg *end = seg + chain->nr_in;
	size_t done = 0;

	/* The result is an int. */
	len = min_t(size_t, len, INT_MAX);

	for (; done < len && seg < end; seg++) {
		size_t part;

		if (off >= seg->len) {
			off -= seg->len;
			continue;
		}
		part = min_t(u64, seg->len - off, len - done);
		if (mem->write(mem, seg->addr + off, buf + done, part))
			return -EFAULT;
		off = 0;
		done += part;
	}
	return done;
}

void mvgpu_chain_release(struct mvgpu_chain *chain)
{
	/* An internal job's chain is all zeroes: kvfree(NULL) is fine. */
	if (chain->seg != chain->inl)
		kvfree(chain->seg);
	mvgpu_chain_init(chain, 0);
}
