/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_BACKING_H
#define _MVGPU_BACKING_H

#include <linux/types.h>

struct mvgpu_vgpu;
struct page;
struct virtio_gpu_mem_entry;

/**
 * struct mvgpu_run - host-contiguous part of a backing
 * @page: first page
 * @offset: bytes into @page where the run begins
 * @len: bytes, not 0; may span many pages
 * @pos: bytes of the backing before it
 */
struct mvgpu_run {
	struct page *page;
	u32 offset;
	u32 len;
	u32 pos;
};

/**
 * struct mvgpu_backing - guest pages that hold a resource's bytes
 * @vgpu: whose pages
 * @size: bytes in all
 * @nr_pins: pages pinned, each entry's counted by itself
 * @nr_runs: entries of @run; at most the GPU's max_runs
 * @written: the GPU may write to it, and not only read
 * @own: pages of the host's, each run's freed with the backing
 * @run: merged where the host's pages are contiguous
 * @backend: the backend's mapping, made by prepare() of ATTACH, undone by
 *	backing_release(); NULL if there is none
 *
 * The pages stay pinned and writable until mvgpu_backing_destroy().
 */
struct mvgpu_backing {
	struct mvgpu_vgpu *vgpu;
	u64 size;
	bool written;
	bool own;
	u32 nr_pins;
	u32 nr_runs;
	struct mvgpu_run *run;
	void *backend;
	/* private: core/backing.c */
	struct mvgpu_backing_entry *entry;
	u32 nr_entries;
};

/**
 * mvgpu_backing_create() - pin guest memory
 * @vgpu: whose
 * @entries: private copy of the guest's list, little endian
 * @nr: entries
 *
 * Context: work, sleeps.
 * Return: the backing, or ERR_PTR: -EINVAL (an empty or wrapping entry, a sum
 * over 32 bits), -EFAULT (no memory of the guest), -EDQUOT (pin quota),
 * -E2BIG (more runs than the GPU takes), -ENOMEM.
 */
struct mvgpu_backing *
mvgpu_backing_create(struct mvgpu_vgpu *vgpu,
		     const struct virtio_gpu_mem_entry *entries, u32 nr);

/**
 * mvgpu_backing_create_own() - zeroed memory of the host's, for the GPU to fill
 * @vgpu: for whom
 * @size: bytes, not 0
 *
 * Context: work, sleeps.
 * Return: the backing, or ERR_PTR: -E2BIG, -ENOMEM.
 */
struct mvgpu_backing *mvgpu_backing_create_own(struct mvgpu_vgpu *vgpu,
					       u64 size);

/**
 * mvgpu_backing_destroy() - unpin; the GPU must have let go of it
 * @backing: may be NULL
 *
 * Context: work, sleeps.
 */
void mvgpu_backing_destroy(struct mvgpu_backing *backing);

/** mvgpu_backing_overlaps() - is any byte in [@addr, @addr + @len)? */
bool mvgpu_backing_overlaps(const struct mvgpu_backing *backing, u64 addr,
			    u64 len);

/**
 * mvgpu_backing_read() - copy bytes out of a backing
 * @backing: the backing
 * @off: bytes from its start
 * @buf: where to
 * @len: bytes
 *
 * The guest may write the pages at the same time: the bytes are pixels, never
 * anything that is judged.
 *
 * Context: who keeps the backing: work, or a backend that runs a job with it.
 * Return: 0, or -ERANGE if it reaches beyond the end.
 */
int mvgpu_backing_read(const struct mvgpu_backing *backing, u64 off, void *buf,
		       size_t len);

/** mvgpu_backing_write() - likewise into a backing, for a backend. */
int mvgpu_backing_write(const struct mvgpu_backing *backing, u64 off,
			const void *buf, size_t len);

#endif
