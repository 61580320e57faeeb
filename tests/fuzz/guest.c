// SPDX-License-Identifier: GPL-2.0
/* A guest's memory, and the allocator of the code under test. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/slab.h>

static struct guest *current_guest;
static unsigned int fail_in;
static bool failed;
static long live;

void shim_reset(void)
{
	fail_in = 0;
	failed = false;
	live = 0;
}

void shim_fail(unsigned int nth)
{
	fail_in = nth;
	failed = false;
}

bool shim_failed(void)
{
	return failed;
}

long shim_live(void)
{
	return live;
}

void *shim_alloc(size_t nr, size_t size, bool zero)
{
	void *mem;

	if (fail_in && !--fail_in) {
		failed = true;
		return NULL;
	}
	if (size && nr > (size_t)-1 / size)
		return NULL;
	mem = malloc(nr * size);
	memset(mem, zero ? 0 : 0xa5, nr * size);
	live++;
	return mem;
}

void shim_free(const void *mem)
{
	if (!mem)
		return;
	live--;
	free((void *)mem);
}

static void loaded(struct guest *guest, u64 addr, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (guest->loads[addr + i] < 255)
			guest->loads[addr + i]++;
		if (guest->hostile)
			guest->bytes[addr + i] ^= 0x5a;
	}
}

void shim_loaded(const void *from, size_t len)
{
	struct guest *guest = current_guest;
	uintptr_t base, addr = (uintptr_t)from;

	if (!guest)
		return;
	base = (uintptr_t)guest->bytes;
	if (addr >= base && addr - base < guest->size)
		loaded(guest, addr - base, len);
}

static bool inside(const struct guest *guest, u64 addr, size_t len)
{
	return !guest->dma_off && len <= guest->size &&
	       addr <= guest->size - len;
}

static int guest_read(struct mvgpu_mem *mem, u64 addr, void *buf, size_t len)
{
	struct guest *guest = (struct guest *)mem;

	if (!inside(guest, addr, len))
		return -EFAULT;
	memcpy(buf, guest->bytes + addr, len);
	loaded(guest, addr, len);
	return 0;
}

static int guest_write(struct mvgpu_mem *mem, u64 addr, const void *buf,
		       size_t len)
{
	struct guest *guest = (struct guest *)mem;

	if (!inside(guest, addr, len))
		return -EFAULT;
	memcpy(guest->bytes + addr, buf, len);
	return 0;
}

struct guest *guest_new(size_t size)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	guest->mem.read = guest_read;
	guest->mem.write = guest_write;
	guest->bytes = aligned_alloc(4096, size);
	memset(guest->bytes, 0, size);
	guest->loads = calloc(1, size);
	guest->size = size;
	current_guest = guest;
	return guest;
}

void guest_free(struct guest *guest)
{
	current_guest = NULL;
	free(guest->bytes);
	free(guest->loads);
	free(guest);
}

void guest_forget(struct guest *guest)
{
	memset(guest->loads, 0, guest->size);
}

unsigned int guest_max_loads(const struct guest *guest, u64 addr, u64 len)
{
	unsigned int most = 0;

	for (; len--; addr++)
		most = max_t(unsigned int, most, guest->loads[addr]);
	return most;
}

unsigned int guest_min_loads(const struct guest *guest, u64 addr, u64 len)
{
	unsigned int least = 255;

	for (; len--; addr++)
		least = min_t(unsigned int, least, guest->loads[addr]);
	return least;
}
