// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/mvgpu: see include/uapi/linux/mvgpu.h.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>

#include "control.h"

/* No structure is larger. */
#define MAX_SIZE PAGE_SIZE

/* The same for callers of 32 bits. */
static_assert(sizeof(struct mvgpu_gpu_info) == 152);
static_assert(sizeof(struct mvgpu_type_info) == 88);
static_assert(sizeof(struct mvgpu_vgpu_info) == 144);
static_assert(sizeof(struct mvgpu_list) == 32);
static_assert(sizeof(struct mvgpu_gpu_stats) == 632);
static_assert(sizeof(struct mvgpu_vgpu_stats) == 808);
static_assert(sizeof(struct mvgpu_snapshot) == 48);
static_assert(sizeof(struct mvgpu_param) == 24);
static_assert(sizeof(struct mvgpu_set_params) == 32);
static_assert(sizeof(struct mvgpu_event) == 88);

union ucmd_buffer {
	struct mvgpu_list list;
	struct mvgpu_snapshot snapshot;
	struct mvgpu_set_params set_params;
};

/**
 * struct ioctl_op - an ioctl
 * @size: of its structure
 * @min_size: of its structure's first version
 * @execute: does it
 */
struct ioctl_op {
	unsigned int size;
	unsigned int min_size;
	int (*execute)(struct mvgpu_ucmd *ucmd);
};

#define IOCTL_OP(_num, _fn, _struct, _last)                              \
	[_IOC_NR(_num)] = {                                              \
		.size = sizeof(_struct) +                                \
			BUILD_BUG_ON_ZERO(sizeof(union ucmd_buffer) <    \
					  sizeof(_struct)),              \
		.min_size = offsetofend(_struct, _last),                 \
		.execute = _fn,                                          \
	}

static const struct ioctl_op ioctl_ops[] = {
	IOCTL_OP(MVGPU_LIST_GPUS, mvgpu_ioctl_list_gpus, struct mvgpu_list,
		 entries),
	IOCTL_OP(MVGPU_LIST_TYPES, mvgpu_ioctl_list_types, struct mvgpu_list,
		 entries),
	IOCTL_OP(MVGPU_LIST_VGPUS, mvgpu_ioctl_list_vgpus, struct mvgpu_list,
		 entries),
	IOCTL_OP(MVGPU_SNAPSHOT, mvgpu_ioctl_snapshot, struct mvgpu_snapshot,
		 now_ns),
	IOCTL_OP(MVGPU_SET_PARAMS, mvgpu_ioctl_set_params,
		 struct mvgpu_set_params, entries),
};

int mvgpu_ucmd_respond(const struct mvgpu_ucmd *ucmd)
{
	size_t size = min_t(size_t, ucmd->user_size, ucmd->cmd_size);

	return copy_to_user(ucmd->ubuffer, ucmd->cmd, size) ? -EFAULT : 0;
}

int mvgpu_ucmd_check_entry(u32 user_size, size_t v1_size)
{
	if (user_size < v1_size)
		return -EINVAL;
	return user_size > MAX_SIZE ? -E2BIG : 0;
}

int mvgpu_ucmd_copy_entries(u64 to, u32 user_size, const void *from,
			    size_t size, u32 nr)
{
	char __user *at = u64_to_user_ptr(to);
	size_t part = min_t(size_t, user_size, size);
	u32 i;

	for (i = 0; i < nr; i++, at += user_size) {
		if (copy_to_user(at, from + i * size, part) ||
		    clear_user(at + part, user_size - part))
			return -EFAULT;
	}
	return 0;
}

static long chardev_ioctl(struct file *file, unsigned int num,
			  unsigned long arg)
{
	struct mvgpu_ucmd ucmd = { .ubuffer = (void __user *)arg };
	const struct ioctl_op *op;
	union ucmd_buffer buf;
	int ret;

	if (num != _IO(MVGPU_IOCTL_TYPE, _IOC_NR(num)) ||
	    _IOC_NR(num) >= ARRAY_SIZE(ioctl_ops))
		return -ENOTTY;
	op = &ioctl_ops[_IOC_NR(num)];

	if (get_user(ucmd.user_size, (u32 __user *)ucmd.ubuffer))
		return -EFAULT;
	if (ucmd.user_size < op->min_size)
		return -EINVAL;
	if (ucmd.user_size > MAX_SIZE)
		return -E2BIG;
	ucmd.cmd = &buf;
	ucmd.cmd_size = op->size;
	ret = copy_struct_from_user(&buf, op->size, ucmd.ubuffer,
				    ucmd.user_size);
	return ret ?: op->execute(&ucmd);
}

static int chardev_open(struct inode *inode, struct file *file)
{
	struct mvgpu_reader *reader = mvgpu_reader_create();

	if (IS_ERR(reader))
		return PTR_ERR(reader);
	file->private_data = reader;
	return stream_open(inode, file);
}

static int chardev_release(struct inode *inode, struct file *file)
{
	mvgpu_reader_destroy(file->private_data);
	return 0;
}

static ssize_t chardev_read(struct file *file, char __user *buf, size_t len,
			    loff_t *pos)
{
	return mvgpu_reader_read(file->private_data, buf, len,
				 !(file->f_flags & O_NONBLOCK));
}

static __poll_t chardev_poll(struct file *file, struct poll_table_struct *table)
{
	return mvgpu_reader_poll(file->private_data, file, table);
}

/* An open file keeps this module, and nobody else's. */
static const struct file_operations chardev_fops = {
	.owner = THIS_MODULE,
	.open = chardev_open,
	.release = chardev_release,
	.read = chardev_read,
	.poll = chardev_poll,
	.unlocked_ioctl = chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice chardev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mvgpu",
	.mode = 0640,
	.fops = &chardev_fops,
};

int mvgpu_chardev_init(void)
{
	return misc_register(&chardev);
}

void mvgpu_chardev_exit(void)
{
	misc_deregister(&chardev);
}
