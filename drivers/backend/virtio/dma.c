// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of pages as the device knows them.
 *
 * A device with VIRTIO_F_ACCESS_PLATFORM is behind an IOMMU or bounce buffers:
 * backings are mapped by the DMA API. Others take physical addresses.
 *
 * The device only ever reads backings of guests without 3D, so they are mapped
 * DMA_TO_DEVICE. A wider mapping would be wrong and not just needless: with
 * bounce buffers its unmap would overwrite what the guest has written since.
 * Those of guests with 3D are written, too, at times that only the device knows
 * (results of queries), so where memory may be bounced there is no 3D.
 */

#include "virtio.h"

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <mvgpu/backing.h>

/**
 * struct mapping - of one backing; owned by it
 * @sgt: the table
 * @dir: what the device does
 * @res_id: GPU id of the resource
 */
struct mapping {
	struct sg_table sgt;
	enum dma_data_direction dir;
	u32 res_id;
};

/* Longest piece that can be mapped at once; whole pages. */
static u32 piece_max(struct device *dev)
{
	return min_t(size_t, dma_max_mapping_size(dev), UINT_MAX) & PAGE_MASK;
}

/**
 * mvgpu_virtio_dma_alloc() - memory that both the device and we look at
 * @gpu: the GPU
 * @size: bytes
 * @addr: what the device knows it by
 *
 * Return: zeroes, or NULL; freed by mvgpu_virtio_dma_free().
 */
void *mvgpu_virtio_dma_alloc(struct mvgpu_virtio *gpu, size_t size,
			     dma_addr_t *addr)
{
	void *mem;

	if (gpu->dma_dev)
		return dma_alloc_coherent(gpu->dma_dev, size, addr, GFP_KERNEL);
	mem = kzalloc(size, GFP_KERNEL);
	if (mem)
		*addr = virt_to_phys(mem);
	return mem;
}

/** mvgpu_virtio_dma_free() - the device uses it no more; @mem may be NULL. */
void mvgpu_virtio_dma_free(struct mvgpu_virtio *gpu, size_t size, void *mem,
			   dma_addr_t addr)
{
	if (!gpu->dma_dev)
		kfree(mem);
	else if (mem)
		dma_free_coherent(gpu->dma_dev, size, mem, addr);
}

/**
 * mvgpu_virtio_dma_init() - find out how the device addresses memory
 * @gpu: the GPU, with its vdev
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_virtio_dma_init(struct mvgpu_virtio *gpu)
{
	xa_init(&gpu->mappings);
	if (!virtio_has_dma_quirk(gpu->vdev)) {
		gpu->dma_dev = gpu->vdev->dev.parent;
		dma_set_max_seg_size(gpu->dma_dev, piece_max(gpu->dma_dev));
	}
	gpu->zero = mvgpu_virtio_dma_alloc(gpu, MVGPU_VIRTIO_ZERO_SIZE,
					   &gpu->zero_addr);
	return gpu->zero ? 0 : -ENOMEM;
}

/**
 * mvgpu_virtio_dma_exit() - undo mvgpu_virtio_dma_init()
 * @gpu: the GPU; the device was reset
 */
void mvgpu_virtio_dma_exit(struct mvgpu_virtio *gpu)
{
	mvgpu_virtio_dma_free(gpu, MVGPU_VIRTIO_ZERO_SIZE, gpu->zero,
			      gpu->zero_addr);
	WARN_ON_ONCE(!xa_empty(&gpu->mappings));
	xa_destroy(&gpu->mappings);
}

/* One entry per piece of each run. */
static int table_build(struct sg_table *sgt, const struct mvgpu_backing *backing,
		       u32 max)
{
	struct scatterlist *sg;
	u64 nr = 0;
	u32 i;

	for (i = 0; i < backing->nr_runs; i++)
		nr += DIV_ROUND_UP_ULL(backing->run[i].len, max);
	if (!nr || nr > UINT_MAX)
		return -EINVAL;
	if (sg_alloc_table(sgt, nr, GFP_KERNEL))
		return -ENOMEM;

	sg = sgt->sgl;
	for (i = 0; i < backing->nr_runs; i++) {
		const struct mvgpu_run *run = &backing->run[i];
		unsigned long pfn = page_to_pfn(run->page);
		u64 start = run->offset, end = start + run->len;

		while (start < end) {
			u32 len = min_t(u64, end - start, max);

			sg_set_page(sg, pfn_to_page(pfn + (start >> PAGE_SHIFT)),
				    len, offset_in_page(start));
			sg = sg_next(sg);
			start += len;
		}
	}
	return 0;
}

/**
 * mvgpu_virtio_dma_map() - map a backing, if that is needed
 * @gpu: the GPU
 * @res_id: resource that gets it
 * @backing: without a mapping
 *
 * Context: work, sleeps.
 * Return: 0, -ENOMEM, -E2BIG (more pieces than the device takes), -EINVAL.
 */
int mvgpu_virtio_dma_map(struct mvgpu_virtio *gpu, u32 res_id,
			 struct mvgpu_backing *backing)
{
	struct device *dev = gpu->dma_dev;
	struct mapping *mapping;
	int err;

	if (!dev || WARN_ON_ONCE(backing->backend))
		return 0;

	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);
	if (!mapping)
		return -ENOMEM;
	mapping->res_id = res_id;
	mapping->dir = backing->written ? DMA_BIDIRECTIONAL : DMA_TO_DEVICE;

	err = table_build(&mapping->sgt, backing, piece_max(dev));
	if (err)
		goto free_mapping;
	err = dma_map_sgtable(dev, &mapping->sgt, mapping->dir, 0);
	if (err)
		goto free_table;
	err = -E2BIG;
	if (mapping->sgt.nents > gpu->max_runs)
		goto unmap_table;
	/* The mapping of the resource's last backing may still be there. */
	err = xa_err(xa_store(&gpu->mappings, res_id, mapping, GFP_KERNEL));
	if (err)
		goto unmap_table;
	backing->backend = mapping;
	return 0;

unmap_table:
	dma_unmap_sgtable(dev, &mapping->sgt, mapping->dir, 0);
free_table:
	sg_free_table(&mapping->sgt);
free_mapping:
	kfree(mapping);
	return err;
}

/**
 * mvgpu_virtio_backing_release() - see struct mvgpu_backend_ops
 * @priv: the GPU
 * @backing: the backing
 */
void mvgpu_virtio_backing_release(void *priv, struct mvgpu_backing *backing)
{
	struct mvgpu_virtio *gpu = priv;
	struct mapping *mapping = backing->backend;

	if (!mapping)
		return;
	backing->backend = NULL;
	/* Not if a newer backing has taken its place. */
	xa_cmpxchg(&gpu->mappings, mapping->res_id, mapping, NULL, GFP_KERNEL);
	dma_unmap_sgtable(gpu->dma_dev, &mapping->sgt, mapping->dir, 0);
	sg_free_table(&mapping->sgt);
	kfree(mapping);
}

/**
 * mvgpu_virtio_dma_nents() - entries that a backing has for the device
 * @backing: after mvgpu_virtio_dma_map()
 *
 * Return: as many.
 */
u32 mvgpu_virtio_dma_nents(const struct mvgpu_backing *backing)
{
	const struct mapping *mapping = backing->backend;

	return mapping ? mapping->sgt.nents : backing->nr_runs;
}

/**
 * mvgpu_virtio_dma_fill() - write the table of a backing
 * @backing: after mvgpu_virtio_dma_map()
 * @entry: mvgpu_virtio_dma_nents() entries, zeroed
 */
void mvgpu_virtio_dma_fill(const struct mvgpu_backing *backing,
			   struct virtio_gpu_mem_entry *entry)
{
	struct mapping *mapping = backing->backend;
	struct scatterlist *sg;
	u32 i;

	if (mapping) {
		for_each_sgtable_dma_sg(&mapping->sgt, sg, i) {
			entry[i].addr = cpu_to_le64(sg_dma_address(sg));
			entry[i].length = cpu_to_le32(sg_dma_len(sg));
		}
		return;
	}

	for (i = 0; i < backing->nr_runs; i++) {
		const struct mvgpu_run *run = &backing->run[i];
		phys_addr_t phys = page_to_phys(run->page) + run->offset;

		entry[i].addr = cpu_to_le64(phys);
		entry[i].length = cpu_to_le32(run->len);
	}
}

/**
 * mvgpu_virtio_dma_bounces() - may backings be copied on their way?
 * @gpu: the GPU
 *
 * Return: true if the device can't reach all memory by itself.
 */
bool mvgpu_virtio_dma_bounces(struct mvgpu_virtio *gpu)
{
	return gpu->dma_dev && dma_max_mapping_size(gpu->dma_dev) != SIZE_MAX;
}

/**
 * mvgpu_virtio_dma_sync() - the device is going to use a backing
 * @gpu: the GPU
 * @res_id: resource that it belongs to
 *
 * The mapping can't go meanwhile: who prepares the jobs of a resource also
 * releases its backings.
 *
 * Context: work.
 */
void mvgpu_virtio_dma_sync(struct mvgpu_virtio *gpu, u32 res_id)
{
	struct mapping *mapping;

	if (!gpu->dma_dev)
		return;
	mapping = xa_load(&gpu->mappings, res_id);
	if (mapping)
		dma_sync_sgtable_for_device(gpu->dma_dev, &mapping->sgt,
					    mapping->dir);
}

/**
 * mvgpu_virtio_dma_sync_back() - the device has written to a backing
 * @gpu: the GPU
 * @res_id: resource that it belongs to
 *
 * Context: work.
 */
void mvgpu_virtio_dma_sync_back(struct mvgpu_virtio *gpu, u32 res_id)
{
	struct mapping *mapping;

	if (!gpu->dma_dev)
		return;
	mapping = xa_load(&gpu->mappings, res_id);
	if (mapping)
		dma_sync_sgtable_for_cpu(gpu->dma_dev, &mapping->sgt,
					 mapping->dir);
}
