/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CHAIN_H
#define _MVGPU_CHAIN_H

#include <linux/types.h>

/* Segments of a chain: 4 MiB of request in pages, its header and response. */
#define MVGPU_CHAIN_MAX 1026
/* What a usual command needs without an allocation. */
#define MVGPU_CHAIN_INLINE 4

/**
 * struct mvgpu_mem - access to a guest's memory
 * @read: copy @len bytes at guest address @addr to @buf; 0 or -EFAULT (not
 *	memory of the guest, or DMA is switched off). Work context, may sleep.
 * @write: the other way round.
 *
 * Embedded in what implements it. Addresses are guest physical (IOVA) and
 * hostile: the implementation checks them, overflow of @addr + @len included.
 */
struct mvgpu_mem {
	int (*read)(struct mvgpu_mem *mem, u64 addr, void *buf, size_t len);
	int (*write)(struct mvgpu_mem *mem, u64 addr, const void *buf,
		     size_t len);
};

/**
 * struct mvgpu_seg - one descriptor after it was copied
 * @addr: guest address
 * @len: bytes, not 0
 */
struct mvgpu_seg {
	u64 addr;
	u32 len;
};

/**
 * struct mvgpu_chain - private copy of a descriptor chain
 * @head: index of the head descriptor, as the used ring wants it
 * @nr_out: segments that the device reads; they come first
 * @nr_in: segments that the device writes
 * @out_len: bytes to read
 * @in_len: bytes that may be written
 * @seg: @nr_out + @nr_in entries; points to @inl or to memory of its own
 * @inl: the usual case
 *
 * A chain must not be copied by value (@seg may point into itself).
 */
struct mvgpu_chain {
	u16 head;
	u16 nr_out, nr_in;
	u64 out_len, in_len;
	struct mvgpu_seg *seg;
	struct mvgpu_seg inl[MVGPU_CHAIN_INLINE];
};

/**
 * mvgpu_chain_read() - copy bytes of the request
 * @chain: filled by mvgpu_ring_fetch()
 * @mem: the guest's memory
 * @off: bytes from the start of the readable part
 * @buf: private memory
 * @len: bytes
 *
 * Callers read each byte once and judge the copy only.
 *
 * Context: work, may sleep.
 * Return: 0, -ERANGE if the chain is shorter, -EFAULT.
 */
int mvgpu_chain_read(const struct mvgpu_chain *chain, struct mvgpu_mem *mem,
		     u64 off, void *buf, size_t len);

/**
 * mvgpu_chain_write() - write bytes of the response
 * @chain: filled by mvgpu_ring_fetch()
 * @mem: the guest's memory
 * @off: bytes from the start of the writable part
 * @buf: what to write; no uninitialised byte in it
 * @len: bytes; what does not fit into the chain is cut off
 *
 * Context: work, may sleep.
 * Return: bytes written, or -EFAULT.
 */
int mvgpu_chain_write(const struct mvgpu_chain *chain, struct mvgpu_mem *mem,
		      u64 off, const void *buf, size_t len);

/** mvgpu_chain_release() - free what the chain holds; it is empty then. */
void mvgpu_chain_release(struct mvgpu_chain *chain);

#endif
