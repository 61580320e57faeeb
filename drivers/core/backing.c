// SPDX-License-Identifier: GPL-2.0
/*
 * Guest pages that a resource's bytes live in, pinned for the GPU; and pages of
 * the host's for what only the host looks at.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/virtio_gpu.h>
#include <mvgpu/backend.h>
#include <mvgpu/backing.h>

#include "gpu.h"
#include "vgpu.h"

/* Pages pinned by one call: an array of this size fits a page. */
#define PIN_BATCH ((u32)(PAGE_SIZE / sizeof(struct page *)))

/**
 * struct mvgpu_backing_entry - pages pinned for one entry of the guest's list
 * @addr: guest address of the first page
 * @nr: pages
 */
struct mvgpu_backing_entry {
	u64 addr;
	u32 nr;
};

/* Add bytes of @page, or make the last run longer if they follow it. */
static int backing_add(struct mvgpu_backing *backing, u32 max_runs,
		       struct page *page, u32 offset, u32 len)
{
	struct mvgpu_run *last = NULL;

	if (backing->nr_runs)
		last = &backing->run[backing->nr_runs - 1];
	if (last && PFN_PHYS(page_to_pfn(last->page)) + last->offset + last->len ==
			    PFN_PHYS(page_to_pfn(page)) + offset) {
		last->len += len;
		return 0;
	}
	if (backing->nr_runs == max_runs)
		return -E2BIG;
	backing->run[backing->nr_runs++] = (struct mvgpu_run){
		.page = page, .offset = offset, .len = len,
		.pos = last ? last->pos + last->len : 0,
	};
	return 0;
}

static int backing_add_pages(struct mvgpu_backing *backing, u32 max_runs,
			     struct page **pages, u32 nr, u32 *offset, u32 *left)
{
	u32 i, len;
	int ret;

	for (i = 0; i < nr; i++) {
		len = min_t(u32, *left, PAGE_SIZE - *offset);
		ret = backing_add(backing, max_runs, pages[i], *offset, len);
		if (ret)
			return ret;
		*offset = 0;
		*left -= len;
	}
	return 0;
}

/* Pin one entry of the guest's list; what was pinned is always recorded. */
static int backing_pin(struct mvgpu_backing *backing, u32 max_runs,
		       struct page **pages, u64 addr, u32 len)
{
	struct mvgpu_vgpu *vgpu = backing->vgpu;
	struct mvgpu_backing_entry *entry;
	u32 offset = offset_in_page(addr);
	u64 page_addr = addr - offset;
	u32 left = len, nr, total;
	int ret;

	entry = &backing->entry[backing->nr_entries++];
	entry->addr = page_addr;
	total = ((u64)offset + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	while (entry->nr < total) {
		nr = min(total - entry->nr, PIN_BATCH);
		ret = vgpu->ops->pin(vgpu->data, page_addr, nr, pages);
		if (ret)
			return ret;
		entry->nr += nr;
		page_addr += (u64)nr << PAGE_SHIFT;
		backing->nr_pins += nr;
		WRITE_ONCE(vgpu->pinned, vgpu->pinned + nr);
		ret = backing_add_pages(backing, max_runs, pages, nr, &offset,
					&left);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/* Judge the whole list before anything is pinned. */
static int entries_check(const struct mvgpu_vgpu *vgpu,
			 const struct virtio_gpu_mem_entry *entries, u32 nr,
			 u64 *size, u32 *pages)
{
	u64 addr, end, sum = 0, count = 0;
	u32 i, len;

	for (i = 0; i < nr; i++) {
		addr = le64_to_cpu(entries[i].addr);
		len = le32_to_cpu(entries[i].length);
		/* The page that the last byte is in must not wrap either. */
		if (!len || check_add_overflow(addr, len + PAGE_SIZE, &end))
			return -EINVAL;
		sum += len;
		count += (offset_in_page(addr) + (u64)len + PAGE_SIZE - 1) >>
			 PAGE_SHIFT;
	}
	if (!nr || sum > U32_MAX)
		return -EINVAL;
	if (count > vgpu->max_pinned - vgpu->pinned)
		return -EDQUOT;
	*size = sum;
	*pages = count;
	return 0;
}

struct mvgpu_backing *
mvgpu_backing_create(struct mvgpu_vgpu *vgpu,
		     const struct virtio_gpu_mem_entry *entries, u32 nr)
{
	struct mvgpu_backing *backing;
	struct page **pages;
	u32 i, nr_pages, max_runs;
	u64 size;
	int ret;

	ret = entries_check(vgpu, entries, nr, &size, &nr_pages);
	if (ret)
		return ERR_PTR(ret);

	backing = kzalloc(sizeof(*backing), GFP_KERNEL_ACCOUNT);
	pages = kmalloc_array(PIN_BATCH, sizeof(*pages), GFP_KERNEL);
	if (!backing || !pages) {
		ret = -ENOMEM;
		goto free;
	}
	backing->vgpu = vgpu;
	backing->size = size;
	max_runs = min(nr_pages, vgpu->gpu->caps.max_runs);
	backing->run = kvmalloc_array(max_runs, sizeof(*backing->run),
				      GFP_KERNEL_ACCOUNT);
	backing->entry = kvcalloc(nr, sizeof(*backing->entry),
				  GFP_KERNEL_ACCOUNT);
	if (!backing->run || !backing->entry) {
		ret = -ENOMEM;
		goto free;
	}
	for (i = 0; i < nr; i++) {
		ret = backing_pin(backing, max_runs, pages,
				  le64_to_cpu(entries[i].addr),
				  le32_to_cpu(entries[i].length));
		if (ret)
			goto free;
	}
	kfree(pages);
	return backing;

free:
	kfree(pages);
	mvgpu_backing_destroy(backing);
	return ERR_PTR(ret);
}

struct mvgpu_backing *mvgpu_backing_create_own(struct mvgpu_vgpu *vgpu,
					       u64 size)
{
	u32 max_runs, left = size;
	struct mvgpu_backing *backing;
	struct page *page;
	int ret = -ENOMEM;

	if (!size || size > S32_MAX)
		return ERR_PTR(-E2BIG);
	backing = kzalloc(sizeof(*backing), GFP_KERNEL_ACCOUNT);
	if (!backing)
		return ERR_PTR(ret);
	backing->vgpu = vgpu;
	backing->size = size;
	backing->own = true;
	max_runs = min_t(u32, PFN_UP(size), vgpu->gpu->caps.max_runs);
	backing->run = kvmalloc_array(max_runs, sizeof(*backing->run),
				      GFP_KERNEL_ACCOUNT);
	if (!backing->run)
		goto destroy;
	while (left) {
		ret = -ENOMEM;
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!page)
			goto destroy;
		ret = backing_add(backing, max_runs, page, 0,
				  min_t(u32, left, PAGE_SIZE));
		if (ret) {
			__free_page(page);
			goto destroy;
		}
		left -= min_t(u32, left, PAGE_SIZE);
		cond_resched();
	}
	return backing;

destroy:
	mvgpu_backing_destroy(backing);
	return ERR_PTR(ret);
}

/* Pages that follow each other by chance were allocated one by one. */
static void backing_free_own(struct mvgpu_backing *backing)
{
	unsigned long pfn, end;
	u32 i;

	for (i = 0; i < backing->nr_runs; i++) {
		pfn = page_to_pfn(backing->run[i].page);
		end = pfn + PFN_UP(backing->run[i].len);
		for (; pfn < end; pfn++)
			__free_page(pfn_to_page(pfn));
	}
}

void mvgpu_backing_destroy(struct mvgpu_backing *backing)
{
	struct mvgpu_vgpu *vgpu;
	u32 i;

	if (!backing)
		return;
	vgpu = backing->vgpu;
	if (backing->backend && vgpu->gpu->ops->backing_release)
		vgpu->gpu->ops->backing_release(vgpu->gpu->priv, backing);
	if (backing->own)
		backing_free_own(backing);
	for (i = 0; i < backing->nr_entries; i++)
		if (backing->entry[i].nr)
			vgpu->ops->unpin(vgpu->data, backing->entry[i].addr,
					 backing->entry[i].nr);
	if (vgpu)
		WRITE_ONCE(vgpu->pinned, vgpu->pinned - backing->nr_pins);
	kvfree(backing->entry);
	kvfree(backing->run);
	kfree(backing);
}

bool mvgpu_backing_overlaps(const struct mvgpu_backing *backing, u64 addr,
			    u64 len)
{
	const struct mvgpu_backing_entry *entry;
	u32 i;

	for (i = 0; i < backing->nr_entries; i++) {
		entry = &backing->entry[i];
		if (entry->addr < addr + len &&
		    addr < entry->addr + ((u64)entry->nr << PAGE_SHIFT))
			return true;
	}
	return false;
}

/* The run that byte @off is in; there is one. */
static const struct mvgpu_run *
backing_run(const struct mvgpu_backing *backing, u64 off)
{
	u32 first = 0, end = backing->nr_runs, mid;

	while (end - first > 1) {
		mid = first + (end - first) / 2;
		if (backing->run[mid].pos <= off)
			first = mid;
		else
			end = mid;
	}
	return &backing->run[first];
}

static int backing_copy(const struct mvgpu_backing *backing, u64 off, void *buf,
			size_t len, bool to_backing)
{
	const struct mvgpu_run *run;
	struct page *page;
	size_t part;
	u64 pos;

	if (off > backing->size || len > backing->size - off)
		return -ERANGE;
	if (!len)
		return 0;
	run = backing_run(backing, off);
	off -= run->pos;
	while (len) {
		if (off == run->len) {
			off = 0;
			run++;
		}
		pos = run->offset + off;
		page = pfn_to_page(page_to_pfn(run->page) + (pos >> PAGE_SHIFT));
		part = min3(len, (size_t)(run->len - off),
			    (size_t)(PAGE_SIZE - offset_in_page(pos)));
		if (to_backing)
			memcpy_to_page(page, offset_in_page(pos), buf, part);
		else
			memcpy_from_page(buf, page, offset_in_page(pos), part);
		buf += part;
		off += part;
		len -= part;
	}
	return 0;
}

int mvgpu_backing_read(const struct mvgpu_backing *backing, u64 off, void *buf,
		       size_t len)
{
	return backing_copy(backing, off, buf, len, false);
}
EXPORT_SYMBOL_GPL(mvgpu_backing_read);

int mvgpu_backing_write(const struct mvgpu_backing *backing, u64 off,
			const void *buf, size_t len)
{
	return backing_copy(backing, off, (void *)buf, len, true);
}
EXPORT_SYMBOL_GPL(mvgpu_backing_write);
