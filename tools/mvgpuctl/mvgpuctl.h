/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPUCTL_H
#define _MVGPUCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <jansson.h>
#include <linux/mvgpu.h>

#define __printf(fmt, args) __attribute__((__format__(printf, fmt, args)))
#define __noreturn __attribute__((__noreturn__))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define UUID_LEN 36
#define PATH_LEN 512

/**
 * enum status - what mvgpuctl ends with; mvgpuctl.8 promises them
 * @ST_OK: done
 * @ST_FAILED: the kernel refused, or something is wrong (doctor)
 * @ST_USAGE: it was not asked properly
 * @ST_MISSING: there is no such GPU, vGPU, type or device
 * @ST_DENIED: not allowed
 * @ST_BUSY: in use, or there is no room
 * @ST_UNLOADED: mvgpu is not loaded
 */
enum status {
	ST_OK,
	ST_FAILED,
	ST_USAGE,
	ST_MISSING,
	ST_DENIED,
	ST_BUSY,
	ST_UNLOADED,
};

/**
 * struct verb - a word that mvgpuctl knows
 * @name: the word
 * @args: what may follow it
 * @help: what it does
 * @run: does it; argv[0] is the word. Return: enum status.
 */
struct verb {
	const char *name;
	const char *args;
	const char *help;
	int (*run)(int argc, char **argv);
};

/**
 * struct options - for all verbs
 * @json: print JSON
 * @colour: colours may be used
 * @verb: that runs, for messages
 */
struct options {
	bool json;
	bool colour;
	const struct verb *verb;
};

extern struct options opt;

/* output.c */
enum colour { RED, GREEN, YELLOW, BOLD };

/* Message and what to do next, then the end. */
void die(enum status status, const char *next, const char *fmt, ...)
	__printf(3, 4) __noreturn;
/* What is to be put right before a message. */
void die_after(void (*cleanup)(void));
/* The verb was not used as it should be. */
void die_usage(const char *fmt, ...)
	__printf(1, 2) __noreturn;
/* As die(), by errno of something that is done to @what. */
void die_errno(int err, const char *what, const char *next)
	__noreturn;
const char *colour_on(enum colour colour);
const char *colour_off(void);
void json_print(json_t *json);
void json_line(json_t *json);
/* "1.5 GiB"; one of a few static buffers. */
const char *bytes_text(uint64_t bytes);
const char *state_text(uint32_t state);
const char *event_text(uint32_t type);
/* A whole number within a range, or die_usage(). */
uint64_t number_arg(const char *what, const char *text, uint64_t min,
		    uint64_t max);
double seconds_arg(const char *what, const char *text, double min, double max);
/* getopt_long() of a verb: --help and what is not known are dealt with. */
struct option;
int verb_getopt(int argc, char **argv, const char *shortopts,
		const struct option *longopts);

/* device.c: /dev/mvgpu; all but those with an int end the program on failure */

/**
 * struct snapshot - of a GPU
 * @now: when, ns
 * @gpu: of the GPU
 * @nr: entries of @vgpu
 * @room: that @vgpu has room for
 * @vgpu: of its vGPUs
 */
struct snapshot {
	uint64_t now;
	struct mvgpu_gpu_stats gpu;
	uint32_t nr, room;
	struct mvgpu_vgpu_stats *vgpu;
};

int dev_open(void);
uint32_t dev_gpus(struct mvgpu_gpu_info **gpus);
/* Nothing if the GPU is gone. */
uint32_t dev_types(uint32_t gpu, struct mvgpu_type_info **types);
uint32_t dev_vgpus(uint32_t gpu, struct mvgpu_vgpu_info **vgpus);
/* 0 or -ENODEV; @snap is zeroed before its first use. */
int dev_snapshot(uint32_t gpu, struct snapshot *snap);
/* 0 or a negative errno. */
int dev_set(uint32_t gpu, const struct mvgpu_param *params, uint32_t nr,
	    uint32_t *bad);

/* find.c: by name, or its unique beginning; ends the program if there is none */
struct mvgpu_gpu_info find_gpu(const char *name);
/* The only GPU there is. */
struct mvgpu_gpu_info find_only_gpu(void);
struct mvgpu_vgpu_info find_vgpu(const char *name, struct mvgpu_gpu_info *gpu);
/* As those: 2: that is its name; 1: so it begins, alone; 0: there is none. */
int try_find_vgpu(const char *name, struct mvgpu_vgpu_info *vgpu,
		  struct mvgpu_gpu_info *gpu);
int try_find_gpu(const char *name, struct mvgpu_gpu_info *gpu);
/* A vGPU (and its GPU), or a GPU. Return: is it a vGPU? */
bool find_either(const char *name, struct mvgpu_vgpu_info *vgpu,
		 struct mvgpu_gpu_info *gpu);
const struct mvgpu_vgpu_stats *find_stats(const struct snapshot *snap,
					  uint32_t id);

/* sysfs.c: 0 or a negative errno */
int sysfs_read(const char *path, char *buf, size_t size);
int sysfs_write(const char *path, const char *text);
void gpu_path(const struct mvgpu_gpu_info *gpu, const char *leaf,
	      char path[PATH_LEN]);
void vgpu_path(const char *uuid, const char *leaf, char path[PATH_LEN]);
/* The directory of a type, by "1of4" or "mvgpu_1of4". */
int type_path(const struct mvgpu_gpu_info *gpu, const char *type,
	      char path[PATH_LEN]);
/* Name of what a link points to. */
int sysfs_link(const char *path, char *buf, size_t size);

/* file.c */

/**
 * struct new_file - what is being written
 * @path: where it is to be
 * @to: write to this
 * @temp: where it is until it is whole; "": @path itself
 */
struct new_file {
	const char *path;
	FILE *to;
	char temp[PATH_LEN];
};

/* Both end the program on failure, so let die_after() drop the file. */
void file_begin(struct new_file *file, const char *path, mode_t mode);
void file_commit(struct new_file *file);
/* What was there stays. Not committed, or not begun, but zeroed: no harm. */
void file_drop(struct new_file *file);

/* describe.c */
json_t *gpu_json(const struct mvgpu_gpu_info *gpu);
json_t *vgpu_json(const struct mvgpu_vgpu_info *vgpu);
json_t *type_json(const struct mvgpu_type_info *type);
json_t *gpu_stats_json(const struct mvgpu_gpu_stats *stats);
json_t *vgpu_stats_json(const struct mvgpu_vgpu_stats *stats);
/* ns below which @percent of what a histogram counts was; 0: nothing. */
uint64_t hist_percentile(const uint32_t *hist, unsigned int percent);

/* Verbs */
int verb_list(int argc, char **argv);
int verb_types(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_create(int argc, char **argv);
int verb_destroy(int argc, char **argv);
int verb_set(int argc, char **argv);
int verb_reset(int argc, char **argv);
int verb_policy(int argc, char **argv);
int verb_stat(int argc, char **argv);
int verb_top(int argc, char **argv);
int verb_events(int argc, char **argv);
int verb_trace(int argc, char **argv);
int verb_export(int argc, char **argv);
int verb_adopt(int argc, char **argv);
int verb_release(int argc, char **argv);
int verb_doctor(int argc, char **argv);

#endif
