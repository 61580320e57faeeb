/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_MVGPU_H
#define _UAPI_LINUX_MVGPU_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: /dev/mvgpu
 *
 * Every ioctl takes a structure that begins with its size, as the caller knows
 * it, so that structures can grow at their end. A kernel that knows less than the
 * caller takes what it knows if the rest is zero; one that knows more takes zero
 * for what the caller does not have. In each list the caller tells the size of an
 * entry; the kernel writes as much of each as both know and zeroes the rest.
 *
 * Nothing but MVGPU_SET_PARAMS changes anything. An ioctl that fails has changed
 * nothing and written nothing, but for what is told here. errno means:
 *
 *  - E2BIG: something that this kernel does not know is not zero: the tail of a
 *    structure that is longer than the kernel's; or it is longer than a page
 *  - EFAULT: memory that can't be read or written
 *  - EINVAL: a size is less than that of the first version, or a number of
 *    entries is more than there can ever be
 *  - EMSGSIZE: there is no room for all; "count" has become what is needed
 *  - ENODEV: there is no such GPU, or no longer
 *  - ENOENT: there is no such vGPU, or no longer
 *  - ENOMEM: not enough memory for a copy
 *  - ENOSPC: the guarantees (min) of an engine would be more than 95 percent
 *  - ENOTTY: no such ioctl
 *  - ENOTUNIQ: a vGPU is named twice
 *  - EOPNOTSUPP: a flag or a reserved field is not zero
 *  - EPERM: without CAP_SYS_ADMIN nothing can be set
 *  - ERANGE: a value is out of its range
 */

#define MVGPU_IOCTL_TYPE	0xF7

/* Room for a name with its 0: a PCI address, a UUID, a type. */
#define MVGPU_NAME_LEN		48
/* In place of a vGPU's number: the GPU itself. */
#define MVGPU_NO_VGPU		0xffffffffU
/* A call has no more entries. */
#define MVGPU_MAX_ENTRIES	1024

/* Buckets of a histogram; the i-th counts what took 2^i to 2^(i+1) - 1 ns. */
#define MVGPU_STATS_BUCKETS	37

/**
 * enum mvgpu_stats_hist - histograms
 * @MVGPU_STATS_WAIT: from a job's arrival to its end, without @MVGPU_STATS_RUN
 * @MVGPU_STATS_RUN: what it took on the engine
 * @MVGPU_STATS_SWITCH: how long an engine stood still between two vGPUs' jobs
 * @MVGPU_STATS_OVERSHOOT: of jobs that ended after their slice: by how much
 * @MVGPU_STATS_HISTS: how many there are
 */
enum mvgpu_stats_hist {
	MVGPU_STATS_WAIT,
	MVGPU_STATS_RUN,
	MVGPU_STATS_SWITCH,
	MVGPU_STATS_OVERSHOOT,
	MVGPU_STATS_HISTS,
};

/**
 * enum mvgpu_state - of a vGPU, as file "state" in sysfs
 * @MVGPU_STATE_CLOSED: nobody has it
 * @MVGPU_STATE_OPEN: a VMM has it
 * @MVGPU_STATE_RUNNING: a driver uses it
 * @MVGPU_STATE_BROKEN: its driver broke a rule and has to reset it
 * @MVGPU_STATE_RESETTING: what it had is being freed
 * @MVGPU_STATE_BANNED: it has hung the GPU too often
 */
enum mvgpu_state {
	MVGPU_STATE_CLOSED,
	MVGPU_STATE_OPEN,
	MVGPU_STATE_RUNNING,
	MVGPU_STATE_BROKEN,
	MVGPU_STATE_RESETTING,
	MVGPU_STATE_BANNED,
};

/* The vGPU has its engine for itself. */
#define MVGPU_VGPU_OWNS_ENGINE	0x1U
/* Somebody has it open, whatever its state: one that is banned may be, too. */
#define MVGPU_VGPU_IN_USE	0x2U

/* A running job can be stopped at the end of a slice. */
#define MVGPU_GPU_PREEMPTS	0x1U

/**
 * struct mvgpu_gpu_info - entry of MVGPU_LIST_GPUS
 * @id: number of the GPU; none is used again
 * @engines: how many it has
 * @memory: bytes that vGPUs share
 * @units: that its vGPUs' types may have together
 * @units_used: that they have
 * @vgpus: how many there are
 * @timeslice_us: as in sysfs
 * @job_timeout_ms: as in sysfs
 * @outstanding: as in sysfs
 * @ban_resets: as in sysfs
 * @ban_seconds: as in sysfs
 * @name: of its device
 * @bus: of its device: /sys/bus/BUS/devices/NAME
 * @backend: what drives it
 * @policy: of the scheduler
 * @flags: MVGPU_GPU_*
 * @__reserved: 0
 */
struct mvgpu_gpu_info {
	__u32 id;
	__u32 engines;
	__aligned_u64 memory;
	__u32 units;
	__u32 units_used;
	__u32 vgpus;
	__u32 timeslice_us;
	__u32 job_timeout_ms;
	__u32 outstanding;
	__u32 ban_resets;
	__u32 ban_seconds;
	char name[MVGPU_NAME_LEN];
	char bus[16];
	char backend[16];
	char policy[16];
	__u32 flags;
	__u32 __reserved;
};

/**
 * struct mvgpu_type_info - entry of MVGPU_LIST_TYPES
 * @name: "mvgpu_1of4"
 * @units: of the GPU's
 * @available: how many still fit
 * @memory: bytes of GPU memory
 * @scanouts: displays
 * @max_width: of a display, pixels
 * @max_height: likewise
 * @max_resources: at a time
 * @max_contexts: at a time
 * @__reserved: 0
 */
struct mvgpu_type_info {
	char name[MVGPU_NAME_LEN];
	__u32 units;
	__u32 available;
	__aligned_u64 memory;
	__u32 scanouts;
	__u32 max_width;
	__u32 max_height;
	__u32 max_resources;
	__u32 max_contexts;
	__u32 __reserved;
};

/**
 * struct mvgpu_vgpu_info - entry of MVGPU_LIST_VGPUS
 * @id: number of the vGPU on its GPU; none is used again
 * @state: enum mvgpu_state
 * @flags: MVGPU_VGPU_*
 * @engine: number of the engine that serves it
 * @weight: as in sysfs
 * @cap: as in sysfs
 * @min: as in sysfs
 * @units: of its type
 * @memory_max: bytes that its type gives it
 * @name: of its device, a UUID
 * @type: what it was made from
 * @width: preferred mode of its first monitor, as in sysfs; 0: unplugged
 * @height: likewise
 */
struct mvgpu_vgpu_info {
	__u32 id;
	__u32 state;
	__u32 flags;
	__u32 engine;
	__u32 weight;
	__u32 cap;
	__u32 min;
	__u32 units;
	__aligned_u64 memory_max;
	char name[MVGPU_NAME_LEN];
	char type[MVGPU_NAME_LEN];
	__u32 width;
	__u32 height;
};

/**
 * struct mvgpu_list - MVGPU_LIST_GPUS, MVGPU_LIST_TYPES, MVGPU_LIST_VGPUS
 * @size: of this structure
 * @flags: 0
 * @gpu: whose types or vGPUs; 0 with MVGPU_LIST_GPUS
 * @count: in: entries that there is room for; out: entries that there are, also
 *	with EMSGSIZE
 * @entry_size: of one entry
 * @__reserved: 0
 * @entries: where they go
 */
struct mvgpu_list {
	__u32 size;
	__u32 flags;
	__u32 gpu;
	__u32 count;
	__u32 entry_size;
	__u32 __reserved;
	__aligned_u64 entries;
};

/**
 * struct mvgpu_gpu_stats - what MVGPU_SNAPSHOT tells of the GPU
 * @busy_ns: that its engines were busy, for vGPUs of the past, too; the jobs that
 *	run are included
 * @idle_ns: that they were not; with @busy_ns all the time, times the engines
 * @switches: times that an engine went from one vGPU to another
 * @resets: of the whole GPU
 * @memory: bytes in use by its vGPUs
 * @hist: see enum mvgpu_stats_hist
 */
struct mvgpu_gpu_stats {
	__aligned_u64 busy_ns;
	__aligned_u64 idle_ns;
	__aligned_u64 switches;
	__aligned_u64 resets;
	__aligned_u64 memory;
	__u32 hist[MVGPU_STATS_HISTS][MVGPU_STATS_BUCKETS];
};

/**
 * struct mvgpu_vgpu_stats - entry of MVGPU_SNAPSHOT
 * @id: number of the vGPU
 * @state: enum mvgpu_state
 * @age_ns: since it was created: @busy_ns, @wait_ns and @idle_ns together
 * @busy_ns: that an engine worked for it, the job that runs included
 * @wait_ns: that it had a job that no engine worked on
 * @idle_ns: that it had none
 * @overrun_ns: used beyond the end of slices when others waited
 * @jobs: that the GPU has ended
 * @switches: times that its engine came to it from another vGPU
 * @resets: jobs of it that ran for too long
 * @quota_hits: requests that went beyond a quota
 * @errors: requests that were answered with an error, since it was opened
 * @streams: of 3D commands that were sent, since it was opened
 * @refused: those that were not, and contexts that the GPU had given up, likewise
 * @frames: flushes of what a display of it shows, likewise
 * @memory: bytes of GPU memory in use
 * @resources: that exist now
 * @contexts: likewise
 * @objects: that 3D commands have made, likewise
 * @sub_contexts: likewise
 * @shader_bytes: text of shaders, likewise
 * @stream_bytes: of streams on their way to the GPU
 * @pinned_pages: of guest memory
 * @flags: MVGPU_VGPU_IN_USE
 * @hist: see enum mvgpu_stats_hist
 * @name: of its device, a UUID
 * @preemptions: times that a running job of it was stopped for others
 * @attachments: of resources to contexts, that exist now
 * @__reserved: 0
 */
struct mvgpu_vgpu_stats {
	__u32 id;
	__u32 state;
	__aligned_u64 age_ns;
	__aligned_u64 busy_ns;
	__aligned_u64 wait_ns;
	__aligned_u64 idle_ns;
	__aligned_u64 overrun_ns;
	__aligned_u64 jobs;
	__aligned_u64 switches;
	__aligned_u64 resets;
	__aligned_u64 quota_hits;
	__aligned_u64 errors;
	__aligned_u64 streams;
	__aligned_u64 refused;
	__aligned_u64 frames;
	__aligned_u64 memory;
	__u32 resources;
	__u32 contexts;
	__u32 objects;
	__u32 sub_contexts;
	__u32 shader_bytes;
	__u32 stream_bytes;
	__u32 pinned_pages;
	__u32 flags;
	__u32 hist[MVGPU_STATS_HISTS][MVGPU_STATS_BUCKETS];
	char name[MVGPU_NAME_LEN];
	__aligned_u64 preemptions;
	__u32 attachments;
	__u32 __reserved;
};

/**
 * struct mvgpu_snapshot - MVGPU_SNAPSHOT: all figures of a GPU, at one moment
 * @size: of this structure
 * @flags: 0
 * @gpu: which
 * @count: as in struct mvgpu_list
 * @entry_size: of struct mvgpu_vgpu_stats
 * @gpu_stats_size: of struct mvgpu_gpu_stats
 * @entries: where the vGPUs' figures go
 * @gpu_stats: where the GPU's go
 * @now_ns: out: when that was, CLOCK_MONOTONIC
 *
 * All engines are stopped from changing anything while it is made. What does not
 * belong to an engine (@errors, @memory and what follows) may be behind by a
 * request that is being worked on.
 */
struct mvgpu_snapshot {
	__u32 size;
	__u32 flags;
	__u32 gpu;
	__u32 count;
	__u32 entry_size;
	__u32 gpu_stats_size;
	__aligned_u64 entries;
	__aligned_u64 gpu_stats;
	__aligned_u64 now_ns;
};

#define MVGPU_PARAM_WEIGHT	0x1U
#define MVGPU_PARAM_CAP		0x2U
#define MVGPU_PARAM_MIN		0x4U

/**
 * struct mvgpu_param - entry of MVGPU_SET_PARAMS
 * @vgpu: number of the vGPU
 * @flags: MVGPU_PARAM_*: what is to be set; the rest stays as it is
 * @weight: 1 to 1000
 * @cap: percent, up to 100; 0: none
 * @min: percent, up to 100 and not above the cap, if there is one; 0: none
 * @__reserved: 0
 */
struct mvgpu_param {
	__u32 vgpu;
	__u32 flags;
	__u32 weight;
	__u32 cap;
	__u32 min;
	__u32 __reserved;
};

/**
 * struct mvgpu_set_params - MVGPU_SET_PARAMS: of several vGPUs, all or none
 * @size: of this structure
 * @flags: 0
 * @gpu: whose vGPUs
 * @count: entries, up to MVGPU_MAX_ENTRIES
 * @entry_size: of struct mvgpu_param
 * @bad: out, with ENOENT, ENOSPC, ENOTUNIQ, ERANGE and for an entry E2BIG and
 *	EOPNOTSUPP: which entry is the reason
 * @entries: what is to be set
 *
 * The set is judged as a whole: what one vGPU gives up of its min, another may
 * have in the same call. Whoever looks sees either all old values or all new.
 */
struct mvgpu_set_params {
	__u32 size;
	__u32 flags;
	__u32 gpu;
	__u32 count;
	__u32 entry_size;
	__u32 bad;
	__aligned_u64 entries;
};

#define MVGPU_LIST_GPUS		_IO(MVGPU_IOCTL_TYPE, 0x00)
#define MVGPU_LIST_TYPES	_IO(MVGPU_IOCTL_TYPE, 0x01)
#define MVGPU_LIST_VGPUS	_IO(MVGPU_IOCTL_TYPE, 0x02)
#define MVGPU_SNAPSHOT		_IO(MVGPU_IOCTL_TYPE, 0x03)
#define MVGPU_SET_PARAMS	_IO(MVGPU_IOCTL_TYPE, 0x04)

/**
 * enum mvgpu_event_type - what has happened
 * @MVGPU_EVENT_LOST: events that there was no room for, and none since
 * @MVGPU_EVENT_CREATED: a vGPU, or a GPU, is there
 * @MVGPU_EVENT_REMOVED: it is gone
 * @MVGPU_EVENT_OPENED: a VMM has taken it
 * @MVGPU_EVENT_CLOSED: and has given it back
 * @MVGPU_EVENT_STARTED: a driver has begun to use it
 * @MVGPU_EVENT_RESET: the driver or VMM has reset it; without a vGPU: the whole
 *	GPU was reset
 * @MVGPU_EVENT_BROKEN: its driver broke a rule and has to reset it
 * @MVGPU_EVENT_HUNG: a job of it ran for too long
 * @MVGPU_EVENT_BANNED: for having hung too often
 * @MVGPU_EVENT_UNBANNED: that was lifted
 * @MVGPU_EVENT_POLICY: its weight, cap or min was set; without a vGPU: the
 *	policy, the slice or a limit of the GPU
 * @MVGPU_EVENT_QUOTA: a request of it went beyond a quota and was refused
 */
enum mvgpu_event_type {
	MVGPU_EVENT_LOST,
	MVGPU_EVENT_CREATED,
	MVGPU_EVENT_REMOVED,
	MVGPU_EVENT_OPENED,
	MVGPU_EVENT_CLOSED,
	MVGPU_EVENT_STARTED,
	MVGPU_EVENT_RESET,
	MVGPU_EVENT_BROKEN,
	MVGPU_EVENT_HUNG,
	MVGPU_EVENT_BANNED,
	MVGPU_EVENT_UNBANNED,
	MVGPU_EVENT_POLICY,
	MVGPU_EVENT_QUOTA,
};

/**
 * struct mvgpu_event - what read() returns, one or more
 * @size: of this event; the next one follows after so many bytes
 * @type: enum mvgpu_event_type
 * @gpu: number of the GPU
 * @vgpu: number of the vGPU, or MVGPU_NO_VGPU
 * @time_ns: CLOCK_MONOTONIC
 * @lost: so many events right before this one were lost
 * @count: how often it happened: unread events of one vGPU of those kinds that a
 *	guest can cause at will (started, reset, broken, hung, quota) become one
 * @name: of the vGPU's or GPU's device
 *
 * An open file gets what happens after it was opened. It keeps the oldest events
 * that nobody has read yet and counts what it has no room for: with @lost more
 * than 0, list what there is again. read() returns whole events only, and waits
 * for one unless O_NONBLOCK is set (EAGAIN). EMSGSIZE: no room for one event.
 * open() fails with EBUSY when 128 have it open.
 */
struct mvgpu_event {
	__u32 size;
	__u32 type;
	__u32 gpu;
	__u32 vgpu;
	__aligned_u64 time_ns;
	__aligned_u64 lost;
	__aligned_u64 count;
	char name[MVGPU_NAME_LEN];
};

#endif
