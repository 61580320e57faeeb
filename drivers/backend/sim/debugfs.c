// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/mvgpu_sim.N/: clock, costs, faults, and what was drawn.
 *
 * The files are for tests and no stable interface; Documentation/sim.rst
 * describes them.
 */

#include "sim.h"

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static const char *const mode_names[] = { "timed", "manual" };

static ssize_t mode_read(struct file *file, char __user *buf, size_t count,
			 loff_t *ppos)
{
	struct mvgpu_sim *sim = file->private_data;
	char text[16];
	int len;

	len = scnprintf(text, sizeof(text), "%s\n",
			mode_names[READ_ONCE(sim->manual)]);
	return simple_read_from_buffer(buf, count, ppos, text, len);
}

static ssize_t mode_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	struct mvgpu_sim *sim = file->private_data;
	char text[16] = {};
	int mode;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	mode = sysfs_match_string(mode_names, text);
	if (mode < 0)
		return mode;
	mvgpu_sim_set_manual(sim, mode);
	return count;
}

static const struct file_operations mode_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = mode_read,
	.write = mode_write,
	.llseek = default_llseek,
};

/* Reads as the clock. */
static int advance_get(void *data, u64 *val)
{
	*val = mvgpu_sim_now(data);
	return 0;
}

static int advance_set(void *data, u64 val)
{
	return mvgpu_sim_advance(data, val);
}
DEFINE_DEBUGFS_ATTRIBUTE(advance_fops, advance_get, advance_set, "%llu\n");

static int lose_set(void *data, u64 val)
{
	struct mvgpu_sim *sim = data;

	mvgpu_gpu_lost(sim->gpu);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(lose_fops, NULL, lose_set, "%llu\n");

/* Pixels of the resource whose id was written; -ENOENT if it does not exist. */
static ssize_t readback_read(struct file *file, char __user *buf, size_t count,
			     loff_t *ppos)
{
	struct mvgpu_sim *sim = file->private_data;
	struct mvgpu_sim_resource *res;
	ssize_t ret;

	res = mvgpu_sim_resource_get(sim, READ_ONCE(sim->readback_id));
	if (!res)
		return -ENOENT;
	ret = res->data ? simple_read_from_buffer(buf, count, ppos, res->data,
						  res->size) : 0;
	mvgpu_sim_resource_put(res);
	return ret;
}

static ssize_t readback_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct mvgpu_sim *sim = file->private_data;
	u32 id;
	int err;

	err = kstrtou32_from_user(buf, count, 0, &id);
	if (err)
		return err;
	WRITE_ONCE(sim->readback_id, id);
	/* Who goes on with the same file reads from the first pixel. */
	*ppos = 0;
	return count;
}

static const struct file_operations readback_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = readback_read,
	.write = readback_write,
	.llseek = default_llseek,
};

/* One line each: id, format, width, height, "backed" or "-". */
static int resources_show(struct seq_file *seq, void *unused)
{
	struct mvgpu_sim *sim = seq->private;
	struct mvgpu_sim_resource *res;
	unsigned long id;

	mutex_lock(&sim->table);
	xa_for_each(&sim->resources, id, res)
		seq_printf(seq, "%u %u %u %u %s\n", res->id, res->format,
			   res->width, res->height,
			   res->backing ? "backed" : "-");
	mutex_unlock(&sim->table);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(resources);

static void knobs_init(struct mvgpu_sim *sim)
{
	struct mvgpu_sim_knobs *knobs = &sim->knobs;
	struct dentry *dir = sim->debugfs;

	debugfs_create_u64("ns_per_command", 0600, dir, &knobs->ns_per_command);
	debugfs_create_u64("ns_per_kib", 0600, dir, &knobs->ns_per_kib);
	debugfs_create_u64("ns_per_stream_command", 0600, dir,
			   &knobs->ns_per_stream_command);
	debugfs_create_u64("delay_ns", 0600, dir, &knobs->delay_ns);
	debugfs_create_u32("preempt", 0600, dir, &knobs->preempt);
	debugfs_create_atomic_t("fail_nth", 0600, dir, &knobs->fail_nth);
	debugfs_create_atomic_t("fail_count", 0600, dir, &knobs->fail_count);
	debugfs_create_atomic_t("drop_nth", 0600, dir, &knobs->drop_nth);
	debugfs_create_atomic_t("hang_nth", 0600, dir, &knobs->hang_nth);
	debugfs_create_atomic_t("corrupt_nth", 0600, dir, &knobs->corrupt_nth);
	debugfs_create_atomic_t("prepare_fail_nth", 0600, dir,
				&knobs->prepare_fail_nth);
	debugfs_create_atomic_t("reset_fail_nth", 0600, dir,
				&knobs->reset_fail_nth);
}

/**
 * mvgpu_sim_debugfs_init() - make the files
 * @sim: the GPU, not yet registered
 */
void mvgpu_sim_debugfs_init(struct mvgpu_sim *sim)
{
	struct mvgpu_sim_stats *stats = &sim->stats;
	struct dentry *dir;

	dir = debugfs_create_dir(dev_name(sim->dev), NULL);
	sim->debugfs = dir;
	debugfs_create_file("mode", 0600, dir, sim, &mode_fops);
	debugfs_create_file_unsafe("advance", 0600, dir, sim, &advance_fops);
	debugfs_create_file("readback", 0600, dir, sim, &readback_fops);
	debugfs_create_file("resources", 0400, dir, sim, &resources_fops);
	knobs_init(sim);
	debugfs_create_u64("nr_jobs", 0400, dir, &stats->jobs);
	debugfs_create_u64("nr_preempted", 0400, dir, &stats->preempted);
	debugfs_create_u64("nr_cancelled", 0400, dir, &stats->cancelled);
	debugfs_create_u64("nr_resets", 0400, dir, &stats->resets);
	debugfs_create_u64("nr_resources", 0400, dir, &stats->resources);
	debugfs_create_u64("bytes", 0400, dir, &stats->bytes);
	debugfs_create_u64("nr_contexts", 0400, dir, &stats->contexts);
	debugfs_create_u64("nr_stream_commands", 0400, dir, &stats->commands);
	debugfs_create_u64("bytes_transferred", 0400, dir, &stats->transferred);
}

/**
 * mvgpu_sim_debugfs_registered() - make the file that needs core
 * @sim: the GPU
 */
void mvgpu_sim_debugfs_registered(struct mvgpu_sim *sim)
{
	sim->debugfs_lose = debugfs_create_file_unsafe("lose", 0200,
						       sim->debugfs, sim,
						       &lose_fops);
}

/**
 * mvgpu_sim_debugfs_unregister() - undo mvgpu_sim_debugfs_registered()
 * @sim: the GPU
 *
 * The other files stay: a test may have to advance the clock so that the
 * tenants' jobs end.
 */
void mvgpu_sim_debugfs_unregister(struct mvgpu_sim *sim)
{
	debugfs_remove(sim->debugfs_lose);
}

/**
 * mvgpu_sim_debugfs_exit() - undo mvgpu_sim_debugfs_init()
 * @sim: the GPU
 */
void mvgpu_sim_debugfs_exit(struct mvgpu_sim *sim)
{
	debugfs_remove(sim->debugfs);
}
