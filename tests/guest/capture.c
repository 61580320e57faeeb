// SPDX-License-Identifier: GPL-2.0
/*
 * mvgpu-capture.so - record what Mesa sends to the kernel
 *
 * Loaded into a program (LD_PRELOAD) it stands before ioctl() and writes what
 * goes to a virtio_gpu into a file, as capture.h describes it.
 *
 *	MVGPU_CAPTURE=FILE	where to
 *	MVGPU_CAPTURE_DATA=FILE	the same with the bytes of transfers, a second file
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <drm/drm.h>
#include <drm/virtgpu_drm.h>

#include "capture.h"
#include "checksum.h"
#include "stream.h"

#define MAX_CONTEXTS 16
#define MAX_OBJECTS 4096
#define BLOCK 64	/* bytes that are looked at together for a change */

/**
 * struct object - a buffer object of the program
 * @context: that it is of
 * @handle: in @context; 0: the slot is free
 * @res: its resource
 * @size: bytes
 * @memory: its backing, if bytes are wanted
 * @known: what was recorded of @memory
 * @from_host: a transfer from the host is under way
 */
struct object {
	uint32_t context, handle, res;
	size_t size;
	uint8_t *memory, *known;
	bool from_host;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *file, *data_file;
static int fds[MAX_CONTEXTS];
static unsigned int nr_fds;
static struct object objects[MAX_OBJECTS];

static int real_ioctl(int fd, unsigned long request, void *arg)
{
	return syscall(SYS_ioctl, fd, request, arg);
}

_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "mvgpu-capture: %s\n", why);
	_exit(125);
}

static bool wants_data(void)
{
	return getenv("MVGPU_CAPTURE_DATA");
}

static void put(FILE *to, const void *words, size_t nr)
{
	if (fwrite(words, sizeof(uint32_t), nr, to) != nr)
		give_up("cannot write");
}

static FILE *file_new(const char *path)
{
	const uint32_t magic = CAPTURE_MAGIC;
	FILE *to = fopen(path, "wb");

	if (!to)
		give_up("cannot create the file");
	put(to, &magic, 1);
	return to;
}

static void put_record(uint32_t type, uint32_t context, const uint32_t *words,
		       uint32_t nr)
{
	const struct capture_record record = { type, context, nr };
	bool bytes = type == CAPTURE_DATA || type == CAPTURE_CHECK;

	if (!file) {
		file = file_new(getenv("MVGPU_CAPTURE") ?: "capture.mvc");
		if (wants_data())
			data_file = file_new(getenv("MVGPU_CAPTURE_DATA"));
	}
	if (!bytes) {
		put(file, &record, sizeof(record) / sizeof(uint32_t));
		put(file, words, nr);
	}
	if (data_file) {
		put(data_file, &record, sizeof(record) / sizeof(uint32_t));
		put(data_file, words, nr);
	}
}

/* Is it the same open file, by which objects are named? */
static bool same_file(int a, int b)
{
	return a == b ||
	       !syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, a, b);
}

static uint32_t context_of(int fd)
{
	unsigned int i;

	for (i = 0; i < nr_fds; i++)
		if (same_file(fds[i], fd))
			return i;
	if (nr_fds == MAX_CONTEXTS)
		give_up("too many open files of the device");
	/* A copy: the program may close its own and go on with another. */
	fds[nr_fds] = fcntl(fd, F_DUPFD_CLOEXEC, 64);
	return nr_fds++;
}

static struct object *by_handle(uint32_t context, uint32_t handle)
{
	unsigned int i;

	for (i = 0; handle && i < MAX_OBJECTS; i++)
		if (objects[i].handle == handle &&
		    objects[i].context == context)
			return &objects[i];
	return NULL;
}

static struct object *by_res(uint32_t context, uint32_t res)
{
	unsigned int i;

	for (i = 0; i < MAX_OBJECTS; i++)
		if (objects[i].handle && objects[i].res == res &&
		    objects[i].context == context)
			return &objects[i];
	return NULL;
}

static void map_object(int fd, struct object *object)
{
	struct drm_virtgpu_map map = { .handle = object->handle };

	/* Without it there would be nothing to compare, and nobody would notice. */
	if (real_ioctl(fd, DRM_IOCTL_VIRTGPU_MAP, &map))
		give_up("cannot map a backing");
	object->memory = mmap(NULL, object->size, PROT_READ, MAP_SHARED, fd,
			      map.offset);
	if (object->memory == MAP_FAILED)
		give_up("cannot map a backing");
	object->known = calloc(1, object->size);
	if (!object->known)
		give_up("no memory");
}

static void created(int fd, const struct drm_virtgpu_resource_create *arg)
{
	const uint32_t words[CAPTURE_CREATE_WORDS] = {
		arg->res_handle, arg->target, arg->format, arg->bind,
		arg->width, arg->height, arg->depth, arg->array_size,
		arg->last_level, arg->nr_samples, arg->flags,
		(arg->size + 4095) & ~4095u
	};
	uint32_t context = context_of(fd);
	unsigned int i;

	for (i = 0; i < MAX_OBJECTS && objects[i].handle; i++)
		;
	if (i == MAX_OBJECTS)
		give_up("too many objects");
	objects[i] = (struct object){
		.context = context, .handle = arg->bo_handle,
		.res = arg->res_handle, .size = words[11] ?: 4096,
	};
	put_record(CAPTURE_CREATE, context, words, CAPTURE_CREATE_WORDS);
	if (wants_data())
		map_object(fd, &objects[i]);
}

static void closed(int fd, const struct drm_gem_close *arg)
{
	struct object *object = by_handle(context_of(fd), arg->handle);

	if (!object)
		return;
	put_record(CAPTURE_CLOSE, object->context, &object->res,
		   CAPTURE_CLOSE_WORDS);
	if (object->memory)
		munmap(object->memory, object->size);
	free(object->known);
	*object = (struct object){};
}

static bool differs(const struct object *object, size_t at)
{
	return at < object->size &&
	       memcmp(object->memory + at, object->known + at, BLOCK);
}

/* Record what the program has written to a backing since the last time. */
static void put_data(struct object *object)
{
	size_t at, from, len;
	uint32_t *words;

	if (!object || !object->memory)
		return;
	for (at = 0; at < object->size; at += BLOCK) {
		if (!differs(object, at))
			continue;
		for (from = at; differs(object, at); at += BLOCK)
			;
		len = at - from;
		memcpy(object->known + from, object->memory + from, len);
		words = malloc(CAPTURE_DATA_WORDS * 4 + len);
		if (!words)
			give_up("no memory");
		words[0] = object->res;
		words[1] = from;
		words[2] = len;
		memcpy(words + CAPTURE_DATA_WORDS, object->known + from, len);
		put_record(CAPTURE_DATA, object->context, words,
			   CAPTURE_DATA_WORDS + len / 4);
		free(words);
	}
}

/* A transfer from the host has ended: what has it brought? */
static void put_check(struct object *object)
{
	uint32_t words[CAPTURE_CHECK_WORDS];
	uint64_t sum;

	if (!object || !object->memory || !object->from_host)
		return;
	object->from_host = false;
	memcpy(object->known, object->memory, object->size);
	sum = checksum(object->known, object->size);
	words[0] = object->res;
	words[1] = object->size;
	words[2] = sum;
	words[3] = sum >> 32;
	put_record(CAPTURE_CHECK, object->context, words, CAPTURE_CHECK_WORDS);
}

/* Before a stream goes: whose backing does it read, and whose will it write? */
static void look_at_stream(uint32_t context, const uint32_t *dw, uint32_t ndw)
{
	struct object *object;
	uint32_t res, at = 0;
	bool from_host;

	while ((res = stream_transfer(dw, ndw, &at, &from_host))) {
		object = by_res(context, res);
		put_data(object);
		if (object)
			object->from_host = from_host;
	}
}

static void submitted(int fd, const struct drm_virtgpu_execbuffer *arg)
{
	const uint32_t *dw = (const uint32_t *)(uintptr_t)arg->command;
	uint32_t context = context_of(fd);

	if (wants_data())
		look_at_stream(context, dw, arg->size / 4);
	put_record(CAPTURE_SUBMIT, context, dw, arg->size / 4);
}

/* Both kinds of transfers have the same arguments. */
static void transferred(int fd, enum capture_type type,
			const struct drm_virtgpu_3d_transfer_to_host *arg)
{
	struct object *object = by_handle(context_of(fd), arg->bo_handle);
	const struct drm_virtgpu_3d_box *box = &arg->box;
	uint32_t words[CAPTURE_TRANSFER_WORDS] = {
		0, arg->level, arg->offset, arg->stride, arg->layer_stride,
		box->x, box->y, box->z, box->w, box->h, box->d
	};

	if (!object)
		return;
	words[0] = object->res;
	put_data(object);
	object->from_host = type == CAPTURE_FROM;
	put_record(type, object->context, words, CAPTURE_TRANSFER_WORDS);
}

static void before(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_VIRTGPU_EXECBUFFER:
		submitted(fd, arg);
		break;
	case DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST:
		transferred(fd, CAPTURE_TO, arg);
		break;
	case DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST:
		transferred(fd, CAPTURE_FROM, arg);
		break;
	case DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB:
		give_up("blobs are not recorded");
	case DRM_IOCTL_GEM_CLOSE:
		closed(fd, arg);
		break;
	}
}

static void after(int fd, unsigned long request, void *arg)
{
	const struct drm_virtgpu_3d_wait *wait = arg;

	if (request == DRM_IOCTL_VIRTGPU_RESOURCE_CREATE)
		created(fd, arg);
	else if (request == DRM_IOCTL_VIRTGPU_WAIT)
		put_check(by_handle(context_of(fd), wait->handle));
}

static bool is_watched(unsigned long request)
{
	return request == DRM_IOCTL_VIRTGPU_EXECBUFFER ||
	       request == DRM_IOCTL_VIRTGPU_TRANSFER_TO_HOST ||
	       request == DRM_IOCTL_VIRTGPU_TRANSFER_FROM_HOST ||
	       request == DRM_IOCTL_VIRTGPU_RESOURCE_CREATE ||
	       request == DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB ||
	       request == DRM_IOCTL_VIRTGPU_WAIT ||
	       request == DRM_IOCTL_GEM_CLOSE;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;
	int ret;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	/* At its end a program may ask what it has closed already. */
	if (!is_watched(request) || fcntl(fd, F_GETFD) < 0)
		return real_ioctl(fd, request, arg);
	pthread_mutex_lock(&lock);
	before(fd, request, arg);
	/* Waits are not to hold up other threads. */
	if (request == DRM_IOCTL_VIRTGPU_WAIT)
		pthread_mutex_unlock(&lock);
	ret = real_ioctl(fd, request, arg);
	if (request == DRM_IOCTL_VIRTGPU_WAIT)
		pthread_mutex_lock(&lock);
	if (!ret)
		after(fd, request, arg);
	pthread_mutex_unlock(&lock);
	return ret;
}

__attribute__((destructor))
static void finish(void)
{
	if ((file && fclose(file)) || (data_file && fclose(data_file)))
		give_up("cannot write");
	file = NULL;
	data_file = NULL;
}
