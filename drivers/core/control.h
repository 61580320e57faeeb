/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_CORE_CONTROL_H
#define _MVGPU_CORE_CONTROL_H

/* What is behind /dev/mvgpu; uapi/linux/mvgpu.h is what it promises. */

#include <linux/poll.h>
#include <linux/types.h>
#include <uapi/linux/mvgpu.h>

struct mvgpu_gpu;
struct mvgpu_reader;
struct mvgpu_vgpu;

/**
 * struct mvgpu_ucmd - an ioctl that is being worked on
 * @ubuffer: the caller's structure
 * @user_size: of it, not less than the first version's
 * @cmd: our copy, as long as we know it; what the caller lacks is 0
 * @cmd_size: of @cmd
 */
struct mvgpu_ucmd {
	void __user *ubuffer;
	u32 user_size;
	void *cmd;
	size_t cmd_size;
};

/* chardev.c */
int mvgpu_chardev_init(void);
void mvgpu_chardev_exit(void);
/* Write our copy back, as far as the caller knows it. Return: 0, -EFAULT. */
int mvgpu_ucmd_respond(const struct mvgpu_ucmd *ucmd);
/* Is an entry that the caller has room for one? Return: 0, -EINVAL, -E2BIG. */
int mvgpu_ucmd_check_entry(u32 user_size, size_t v1_size);
/* Write @nr entries of @size to where they have @user_size. */
int mvgpu_ucmd_copy_entries(u64 to, u32 user_size, const void *from,
			    size_t size, u32 nr);

/* control.c */

/*
 * The GPU is shown from now on, and no more. Afterwards gpu->gone is set, and
 * nothing of its device or its backend is touched any more. Both sleep.
 */
void mvgpu_control_add(struct mvgpu_gpu *gpu);
void mvgpu_control_remove(struct mvgpu_gpu *gpu);
/*
 * Do it with the GPU of this number, to which there is a reference meanwhile; sleeps.
 * Return: what @execute returns, or -ENODEV: no such GPU.
 */
int mvgpu_control_with(u32 id, struct mvgpu_ucmd *ucmd,
		       int (*execute)(struct mvgpu_ucmd *ucmd,
				      struct mvgpu_gpu *gpu));
/* How many GPUs there are, of which the first @room are told; sleeps. */
u32 mvgpu_control_list(struct mvgpu_gpu_info *info, u32 room);

/* list.c, snapshot.c, set.c: one function for each ioctl */
int mvgpu_ioctl_list_gpus(struct mvgpu_ucmd *ucmd);
int mvgpu_ioctl_list_types(struct mvgpu_ucmd *ucmd);
int mvgpu_ioctl_list_vgpus(struct mvgpu_ucmd *ucmd);
int mvgpu_ioctl_snapshot(struct mvgpu_ucmd *ucmd);
int mvgpu_ioctl_set_params(struct mvgpu_ucmd *ucmd);

/* reader.c: who reads events; ERR_PTR: -ENOMEM, -EBUSY (there are too many) */
struct mvgpu_reader *mvgpu_reader_create(void);
void mvgpu_reader_destroy(struct mvgpu_reader *reader);
ssize_t mvgpu_reader_read(struct mvgpu_reader *reader, char __user *buf,
			  size_t len, bool wait);
__poll_t mvgpu_reader_poll(struct mvgpu_reader *reader, struct file *file,
			   struct poll_table_struct *table);
/* All readers get it; time and counts are filled in. Any context. */
void mvgpu_readers_push(const struct mvgpu_event *event, bool merge);

#endif
