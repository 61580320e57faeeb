// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory that stays mapped into the kernel: the virtqueues.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vgpu.h"

struct mvgpu_map *mvgpu_map_create(struct mvgpu_vgpu *vgpu, u64 addr, u64 len)
{
	u32 nr = (offset_in_page(addr) + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct page **pages;
	struct mvgpu_map *map;
	void *vaddr;
	u64 end;
	int ret;

	if (check_add_overflow(addr, len, &end))
		return ERR_PTR(-EFAULT);
	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return ERR_PTR(-ENOMEM);
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		ret = -ENOMEM;
		goto free_map;
	}
	ret = vgpu->ops->pin(vgpu->data, addr & PAGE_MASK, nr, pages);
	if (ret)
		goto free_pages;
	vaddr = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!vaddr) {
		ret = -ENOMEM;
		goto unpin;
	}
	kfree(pages);
	map->addr = addr;
	map->nr = nr;
	map->vaddr = vaddr + offset_in_page(addr);
	return map;

unpin:
	vgpu->ops->unpin(vgpu->data, addr & PAGE_MASK, nr);
free_pages:
	kfree(pages);
free_map:
	kfree(map);
	return ERR_PTR(ret);
}

void mvgpu_map_destroy(struct mvgpu_vgpu *vgpu, struct mvgpu_map *map)
{
	if (!map)
		return;
	vunmap((void *)((unsigned long)map->vaddr & PAGE_MASK));
	vgpu->ops->unpin(vgpu->data, map->addr & PAGE_MASK, map->nr);
	kfree(map);
}
