/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVT_H
#define _MVT_H

/*
 * A guest driver in user space: creates mediated devices, opens them by legacy
 * VFIO (container and group), and drives the virtio-gpu behind them. Functions
 * return 0 or more, or a negative errno; none waits without a limit.
 */

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/mvgpu.h>
#include <linux/types.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "wire format is native here");

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#define MVT_NR_TYPES	7
#define MVT_UNITS	64
#define MVT_UUID_LEN	36
#define MVT_NR_QUEUES	2
#define MVT_NR_VECTORS	3
#define MVT_CTRL	0
#define MVT_CURSOR	1

/* Any one answer of the device, on the slowest testbed, with KASAN. */
#define MVT_WAIT_MS	30000
/* A test of the harness, seconds. */
#define MVT_TEST_S	400
#define MVT_PAGE	4096UL

/* Guest addresses: rings and requests; then room for a test's own. */
#define MVT_CTL_IOVA	0x100000000ULL
#define MVT_CTL_SIZE	0x400000UL
#define MVT_BUF_IOVA	0x200000000ULL
/* Never mapped by any test. */
#define MVT_WILD_IOVA	0xdead00000000ULL

extern const char *const mvt_type_name[MVT_NR_TYPES];
extern const unsigned int mvt_type_units[MVT_NR_TYPES];

/* util.c */
u64 mvt_now_ms(void);

/* Bucket of a histogram that @ns is in. */
static inline unsigned int mvt_octave(u64 ns)
{
	unsigned int octave = 0;

	while (ns >> (octave + 1))
		octave++;
	return octave;
}

void mvt_msleep(unsigned int ms);
int mvt_read_str(const char *path, char *buf, size_t size);
int mvt_read_u64(const char *path, u64 *val);
int mvt_write_str(const char *path, const char *val);
bool mvt_exists(const char *path);
int mvt_meminfo_kb(const char *key, u64 *kb);
int mvt_wait_fd(int fd, unsigned int timeout_ms);
int mvt_wait_pid(int pid, unsigned int timeout_ms, int *status);
bool mvt_kernel_tainted_by_fault(void);

#define MVT_TRACING "/sys/kernel/tracing/instances/mvgpu_test"

int mvt_trace_begin(const char *event);
int mvt_trace_end(void);

/* mdev.c */
const char *mvt_parent(void);
bool mvt_parent_is_sim(void);
int mvt_type_dir(unsigned int type, char *path, size_t size);
int mvt_type_attr(unsigned int type, const char *attr, char *buf, size_t size);
int mvt_available(unsigned int type);
void mvt_uuid(char uuid[MVT_UUID_LEN + 1]);
int mvt_mdev_create(unsigned int type, const char *uuid);
int mvt_mdev_remove(const char *uuid);
int mvt_mdev_count(void);
int mvt_mdev_path(const char *uuid, const char *leaf, char *path, size_t size);
int mvt_mdev_attr_u64(const char *uuid, const char *leaf, u64 *val);
void mvt_purge(void);

/**
 * struct mvt_mem - guest memory
 * @va: here
 * @iova: there
 * @size: bytes
 * @mapped: VFIO knows it
 */
struct mvt_mem {
	u8 *va;
	u64 iova;
	size_t size;
	bool mapped;
};

/* struct mvt_cap - a virtio capability; bar is -1 if there is none */
struct mvt_cap {
	int bar;
	u8 pos;
	u32 offset, length;
};

/**
 * struct mvt_buf - part of a chain
 * @iova: guest address
 * @len: bytes
 * @write: the device writes it
 */
struct mvt_buf {
	u64 iova;
	u32 len;
	bool write;
};

struct mvt_dev;

/**
 * struct mvt_vq - driver side of a split virtqueue
 * @dev: whose
 * @index: queue number
 * @num: entries
 * @notify: offset in the notify BAR
 * @desc: the table
 * @avail: our ring
 * @used: the device's ring
 * @desc_iova: guest address of @desc
 * @avail_iova: guest address of @avail
 * @used_iova: guest address of @used
 * @avail_idx: entries published
 * @used_idx: entries consumed
 * @busy: descriptor is in use
 * @next: rotates the descriptors
 */
struct mvt_vq {
	struct mvt_dev *dev;
	u16 index, num;
	u32 notify;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u64 desc_iova, avail_iova, used_iova;
	u16 avail_idx, used_idx;
	bool busy[256];
	u16 next;
};

/**
 * struct mvt_dev - an open vGPU
 * @uuid: mdev
 * @container: fd
 * @group: fd
 * @fd: the device, -1 if closed
 * @ctl: rings, requests and responses
 * @ctl_used: bytes of @ctl given out
 * @cap: by VIRTIO_PCI_CAP_*
 * @notify_mult: notify_off_multiplier
 * @region_off: file offset of each region
 * @region_size: size of each region
 * @features: negotiated
 * @irq: eventfd of each vector
 * @vq: queues
 * @fence: last fence id
 */
struct mvt_dev {
	char uuid[MVT_UUID_LEN + 1];
	int container, group, fd;
	struct mvt_mem ctl;
	size_t ctl_used;
	struct mvt_cap cap[6];
	u32 notify_mult;
	u64 region_off[16], region_size[16];
	u64 features;
	int irq[MVT_NR_VECTORS];
	struct mvt_vq vq[MVT_NR_QUEUES];
	u64 fence;
};

/* vfio.c */
int mvt_open(struct mvt_dev *dev, const char *uuid);
int mvt_open_beside(struct mvt_dev *dev, const char *uuid,
		    const struct mvt_dev *beside);
void mvt_close(struct mvt_dev *dev);
int mvt_mem_map(struct mvt_dev *dev, struct mvt_mem *mem, u64 iova,
		size_t size);
int mvt_mem_remap(struct mvt_dev *dev, struct mvt_mem *mem);
int mvt_mem_unmap(struct mvt_dev *dev, struct mvt_mem *mem);
void mvt_mem_free(struct mvt_dev *dev, struct mvt_mem *mem);
ssize_t mvt_region_read(struct mvt_dev *dev, unsigned int region, u64 off,
			void *buf, size_t len);
ssize_t mvt_region_write(struct mvt_dev *dev, unsigned int region, u64 off,
			 const void *buf, size_t len);
int mvt_irq_set(struct mvt_dev *dev, unsigned int index, unsigned int start,
		unsigned int count, const int *fds);
int mvt_irq_enable(struct mvt_dev *dev);
int mvt_irq_wait(struct mvt_dev *dev, unsigned int vector,
		 unsigned int timeout_ms);
void mvt_irq_drain(struct mvt_dev *dev, unsigned int vector);
int mvt_vfio_reset(struct mvt_dev *dev);

/* pci.c */
int mvt_cfg_read(struct mvt_dev *dev, unsigned int off, unsigned int len,
		 u32 *val);
int mvt_cfg_write(struct mvt_dev *dev, unsigned int off, unsigned int len,
		  u32 val);
int mvt_pci_find_cap(struct mvt_dev *dev, u8 id, u8 from, u8 *pos);
int mvt_pci_walk(struct mvt_dev *dev);
int mvt_bus_master(struct mvt_dev *dev, bool on);

/* virtio.c */
u32 mvt_common_read(struct mvt_dev *dev, unsigned int off, unsigned int len);
int mvt_common_write(struct mvt_dev *dev, unsigned int off, unsigned int len,
		     u32 val);
u32 mvt_devcfg_read(struct mvt_dev *dev, unsigned int off);
int mvt_devcfg_write(struct mvt_dev *dev, unsigned int off, u32 val);
u8 mvt_status(struct mvt_dev *dev);
int mvt_set_status(struct mvt_dev *dev, u8 status);
u64 mvt_device_features(struct mvt_dev *dev);
void mvt_driver_features(struct mvt_dev *dev, u64 features);
int mvt_reset(struct mvt_dev *dev);
int mvt_negotiate(struct mvt_dev *dev, u64 wanted);
int mvt_queue_setup(struct mvt_dev *dev, unsigned int queue, u16 num);
int mvt_prepare(struct mvt_dev *dev, u64 wanted);
int mvt_go(struct mvt_dev *dev);
int mvt_start_features(struct mvt_dev *dev, u64 wanted);
int mvt_start(struct mvt_dev *dev);
int mvt_restart(struct mvt_dev *dev);
/* A figure of mvgpu/stats/; ~0: it can't be read. */
u64 mvt_stat(const struct mvt_dev *dev, const char *name);
int mvt_setup(struct mvt_dev *dev, unsigned int type);
int mvt_setup_beside(struct mvt_dev *dev, unsigned int type,
		     const struct mvt_dev *beside);
void mvt_teardown(struct mvt_dev *dev);
int mvt_setup_mem(struct mvt_dev *dev, struct mvt_mem *mem, unsigned int type);
void mvt_teardown_mem(struct mvt_dev *dev, struct mvt_mem *mem);
int mvt_wait_broken(struct mvt_dev *dev, unsigned int timeout_ms);

/* vring.c */
void *mvt_ctl_alloc(struct mvt_dev *dev, size_t len, size_t align, u64 *iova);
int mvt_vq_add(struct mvt_vq *vq, const struct mvt_buf *buf, unsigned int n);
int mvt_vq_add_indirect(struct mvt_vq *vq, void *table, u64 table_iova,
			const struct mvt_buf *buf, unsigned int n);
int mvt_vq_take(struct mvt_vq *vq);
void mvt_vq_desc(struct mvt_vq *vq, u16 i, u64 addr, u32 len, u16 flags,
		 u16 next);
void mvt_vq_avail(struct mvt_vq *vq, u16 head);
void mvt_vq_publish(struct mvt_vq *vq);
int mvt_vq_kick(struct mvt_vq *vq);
int mvt_vq_poll(struct mvt_vq *vq, u16 *head, u32 *len);
int mvt_vq_wait(struct mvt_vq *vq, unsigned int timeout_ms, u16 *head,
		u32 *len);

/* gpu.c */

/* struct mvt_slot - memory of one request, by head descriptor */
struct mvt_slot {
	u8 *req, *resp;
	u64 req_iova, resp_iova;
};

#define MVT_SLOT_REQ	1024
#define MVT_SLOT_RESP	2048
/* Slots of the control queue, then those of the cursor queue. */
#define MVT_SLOT_CURSOR	256
#define MVT_NR_SLOTS	(256 + 16)

void mvt_gpu_hdr(struct mvt_dev *dev, struct virtio_gpu_ctrl_hdr *hdr,
		 u32 type);
void mvt_gpu_slot(struct mvt_dev *dev, unsigned int i, struct mvt_slot *slot);
int mvt_gpu_send(struct mvt_dev *dev, const void *req, size_t len,
		 const struct mvt_buf *extra);
int mvt_gpu_recv(struct mvt_dev *dev, unsigned int timeout_ms, void *resp,
		 size_t len);
u32 mvt_gpu_recv_many(struct mvt_dev *dev, u32 nr, u32 type);
int mvt_gpu_exec(struct mvt_dev *dev, const void *req, size_t req_len,
		 const struct mvt_buf *extra, void *resp, size_t resp_len);
int mvt_gpu_exec_ms(struct mvt_dev *dev, unsigned int timeout_ms,
		    const void *req, size_t req_len,
		    const struct mvt_buf *extra, void *resp, size_t resp_len);
int mvt_gpu_simple(struct mvt_dev *dev, u32 type);
bool mvt_works(struct mvt_dev *dev);
int mvt_gpu_create(struct mvt_dev *dev, u32 id, u32 format, u32 width,
		   u32 height);
int mvt_gpu_unref(struct mvt_dev *dev, u32 id);
int mvt_gpu_attach(struct mvt_dev *dev, u32 id,
		   const struct virtio_gpu_mem_entry *entry, u32 nr);
int mvt_gpu_attach_one(struct mvt_dev *dev, u32 id, u64 iova, u32 len);
int mvt_gpu_detach(struct mvt_dev *dev, u32 id);
int mvt_gpu_transfer(struct mvt_dev *dev, u32 id, u64 offset, u32 x, u32 y,
		     u32 width, u32 height);
int mvt_gpu_flush(struct mvt_dev *dev, u32 id, u32 x, u32 y, u32 width,
		  u32 height);
int mvt_gpu_scanout(struct mvt_dev *dev, u32 scanout, u32 id, u32 x, u32 y,
		    u32 width, u32 height);
int mvt_gpu_display_info(struct mvt_dev *dev,
			 struct virtio_gpu_resp_display_info *info);
int mvt_gpu_edid(struct mvt_dev *dev, u32 scanout,
		 struct virtio_gpu_resp_edid *edid);
int mvt_gpu_cursor(struct mvt_dev *dev, u32 type, u32 scanout, u32 id, u32 x,
		   u32 y, u32 hot_x, u32 hot_y);
int mvt_gpu_send_create(struct mvt_dev *dev, u32 id, u32 format, u32 width,
			u32 height);
int mvt_gpu_send_nop(struct mvt_dev *dev);
int mvt_gpu_send_transfer(struct mvt_dev *dev, u32 id, u32 width, u32 height);
int mvt_gpu_start_transfer(struct mvt_dev *dev, u32 id, u32 width, u32 height);
int mvt_gpu_send_flush(struct mvt_dev *dev, u32 id, u32 width, u32 height);
bool mvt_is_error(int resp);
u32 mvt_pattern(u32 seed, u32 i);
void mvt_fill(void *va, u32 seed, size_t pixels);
size_t mvt_count(const void *va, u32 val, size_t pixels);
int mvt_gpu_make(struct mvt_dev *dev, struct mvt_mem *mem, u32 id, u32 width,
		 u32 height, u32 seed);

/* gpu3d.c */

#define MVT_BUFFER	0
#define MVT_TEXTURE	2
#define MVT_CUBE	4
#define MVT_ARRAY	7

/**
 * struct mvt_spec - a 3D resource
 * @target: MVT_*
 * @format: on the wire
 * @bind: likewise
 * @width: pixels or bytes
 * @height: pixels
 * @samples: 0: none
 * @flags: 1: the first row is at the top
 * @layers: 0: one
 * @depth: likewise
 * @last_level: 0: there is one level
 */
struct mvt_spec {
	u32 target, format, bind, width, height, samples, flags, layers;
	u32 depth, last_level;
};

extern const struct mvt_spec mvt_buffer, mvt_picture;

int mvt_ctx_create(struct mvt_dev *dev, u32 ctx);
int mvt_ctx_destroy(struct mvt_dev *dev, u32 ctx);
int mvt_ctx_attach(struct mvt_dev *dev, u32 ctx, u32 id);
int mvt_ctx_detach(struct mvt_dev *dev, u32 ctx, u32 id);
int mvt_send_ctx_attach(struct mvt_dev *dev, u32 ctx, u32 id);
int mvt_create_3d(struct mvt_dev *dev, u32 id, const struct mvt_spec *spec);
int mvt_to_3d(struct mvt_dev *dev, u32 ctx, u32 id, u32 width, u32 height);
int mvt_from_3d(struct mvt_dev *dev, u32 ctx, u32 id, u32 width, u32 height);
int mvt_submit(struct mvt_dev *dev, u32 ctx, const u32 *stream, u32 dwords);
int mvt_submit_at(struct mvt_dev *dev, u32 ctx, u64 iova, u32 dwords);
int mvt_send_submit(struct mvt_dev *dev, u32 ctx, u64 iova, u32 dwords);
int mvt_make_3d(struct mvt_dev *dev, struct mvt_mem *mem, u32 ctx, u32 id,
		const struct mvt_spec *spec, u32 seed);
size_t mvt_wrong_3d(struct mvt_dev *dev, struct mvt_mem *mem, u32 ctx, u32 id,
		    const struct mvt_spec *spec, u32 seed);
size_t mvt_spec_bytes(const struct mvt_spec *spec);
u32 mvt_stream_clear(u32 *stream, u32 id, u32 handle, const float color[4]);
u32 mvt_stream_objects(u32 *stream, u32 first, u32 nr);
u32 mvt_stream_sub_contexts(u32 *stream, u32 first, u32 nr);
u32 mvt_stream_copy(u32 *stream, u32 dst, u32 src, u32 width, u32 height);

/* sim.c */
int mvt_sim_path(const char *knob, char *path, size_t size);
int mvt_sim_set(const char *knob, const char *val);
int mvt_sim_set_u64(const char *knob, u64 val);
void mvt_sim_defaults(void);
int mvt_sim_get_u64(const char *knob, u64 *val);
int mvt_sim_find(u32 width, u32 height, u32 *id, unsigned int nr);
ssize_t mvt_sim_readback(u32 id, void *buf, size_t size);
int mvt_set_job_timeout_ms(unsigned int ms);
int mvt_get_job_timeout_ms(u64 *ms);

/* sched.c: files of the GPU's mvgpu/, and of a vGPU's */
#define MVT_HIST_BUCKETS 37

int mvt_sched_set(const char *attr, const char *val);
int mvt_sched_set_u64(const char *attr, u64 val);
int mvt_sched_get(const char *attr, char *buf, size_t size);
u64 mvt_sched_get_u64(const char *attr);
void mvt_sched_defaults(void);
int mvt_vgpu_set(const struct mvt_dev *dev, const char *attr, const char *val);
int mvt_vgpu_set_u64(const struct mvt_dev *dev, const char *attr, u64 val);
int mvt_vgpu_get(const struct mvt_dev *dev, const char *attr, char *buf,
		 size_t size);
u64 mvt_vgpu_get_u64(const struct mvt_dev *dev, const char *attr);
u64 mvt_hist_sum(const char *text);

/* control.c: /dev/mvgpu */
int mvt_control_open(int flags);
int mvt_control_ioctl(int fd, unsigned long num, void *arg);
int mvt_control_list(int fd, unsigned long num, u32 gpu, void *entries,
		     u32 entry_size, u32 nr);
int mvt_control_gpu(int fd, struct mvgpu_gpu_info *info);
int mvt_control_vgpu(int fd, u32 gpu, const char *uuid,
		     struct mvgpu_vgpu_info *info);
int mvt_control_snapshot(int fd, u32 gpu, struct mvgpu_gpu_stats *stats,
			 struct mvgpu_vgpu_stats *vgpu, u32 nr, u64 *now);
int mvt_control_set(int fd, u32 gpu, const struct mvgpu_param *param, u32 nr,
		    u32 *bad);
int mvt_control_event(int fd, unsigned int timeout_ms,
		      struct mvgpu_event *event);

#endif
