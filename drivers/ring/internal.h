/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_RING_INTERNAL_H
#define _MVGPU_RING_INTERNAL_H

#include <mvgpu/chain.h>

/**
 * mvgpu_chain_init() - make an empty chain
 * @chain: what it held is forgotten
 * @head: index of the head descriptor
 */
void mvgpu_chain_init(struct mvgpu_chain *chain, u16 head);

/**
 * mvgpu_chain_reserve() - make room for more segments
 * @chain: its segments are kept
 * @room: segments that it has room for; changed
 * @want: segments that it shall have room for
 *
 * Return: 0, or -ENOMEM with the chain unchanged.
 */
int mvgpu_chain_reserve(struct mvgpu_chain *chain, u32 *room, u32 want);

/**
 * mvgpu_chain_add() - append a segment
 * @chain: has room for it
 * @addr: guest address
 * @len: bytes, not 0
 * @write: the device writes it
 *
 * Return: 0, or -EPROTO if it is readable and follows a writable one.
 */
int mvgpu_chain_add(struct mvgpu_chain *chain, u64 addr, u32 len, bool write);

#endif
