// SPDX-License-Identifier: GPL-2.0
/* GPUs, vGPUs and figures as JSON. Keys are those of sysfs and of the header. */
#include "mvgpuctl.h"

static json_t *num(uint64_t value)
{
	return json_integer((json_int_t)value);
}

json_t *gpu_json(const struct mvgpu_gpu_info *gpu)
{
	json_t *json;

	json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}",
			 "name", gpu->name, "bus", gpu->bus,
			 "backend", gpu->backend, "policy", gpu->policy,
			 "engines", gpu->engines,
			 "memory_total", num(gpu->memory),
			 "units", gpu->units, "units_used", gpu->units_used,
			 "nr_vgpus", gpu->vgpus,
			 "timeslice_us", gpu->timeslice_us,
			 "job_timeout_ms", gpu->job_timeout_ms,
			 "outstanding", gpu->outstanding,
			 "ban_resets", gpu->ban_resets,
			 "ban_seconds", gpu->ban_seconds);
	json_object_set_new(json, "preemption",
			    num(!!(gpu->flags & MVGPU_GPU_PREEMPTS)));
	return json;
}

json_t *vgpu_json(const struct mvgpu_vgpu_info *vgpu)
{
	char mode[32];

	snprintf(mode, sizeof(mode), "%ux%u", vgpu->width, vgpu->height);
	return json_pack("{s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:b, s:i, s:o, s:s}",
			 "uuid", vgpu->name, "type", vgpu->type,
			 "state", state_text(vgpu->state),
			 "in_use", !!(vgpu->flags & MVGPU_VGPU_IN_USE),
			 "weight", vgpu->weight, "cap", vgpu->cap,
			 "min", vgpu->min, "engine", vgpu->engine,
			 "engine_owned",
			 !!(vgpu->flags & MVGPU_VGPU_OWNS_ENGINE),
			 "units", vgpu->units,
			 "memory_max", num(vgpu->memory_max), "mode", mode);
}

json_t *type_json(const struct mvgpu_type_info *type)
{
	return json_pack("{s:s, s:i, s:i, s:o, s:i, s:i, s:i, s:i, s:i}",
			 "type", type->name, "units", type->units,
			 "available", type->available,
			 "memory_max", num(type->memory),
			 "displays", type->scanouts,
			 "max_width", type->max_width,
			 "max_height", type->max_height,
			 "max_resources", type->max_resources,
			 "max_contexts", type->max_contexts);
}

static json_t *hist_json(const uint32_t *hist)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		json_array_append_new(array, num(hist[i]));
	return array;
}

static void add_hists(json_t *json,
		      const uint32_t hist[][MVGPU_STATS_BUCKETS])
{
	json_object_set_new(json, "wait_hist",
			    hist_json(hist[MVGPU_STATS_WAIT]));
	json_object_set_new(json, "run_hist",
			    hist_json(hist[MVGPU_STATS_RUN]));
	json_object_set_new(json, "switch_hist",
			    hist_json(hist[MVGPU_STATS_SWITCH]));
	json_object_set_new(json, "overshoot_hist",
			    hist_json(hist[MVGPU_STATS_OVERSHOOT]));
}

json_t *gpu_stats_json(const struct mvgpu_gpu_stats *stats)
{
	json_t *json;

	json = json_pack("{s:o, s:o, s:o, s:o, s:o}",
			 "busy_ns", num(stats->busy_ns),
			 "idle_ns", num(stats->idle_ns),
			 "switches", num(stats->switches),
			 "resets", num(stats->resets),
			 "memory", num(stats->memory));
	add_hists(json, stats->hist);
	return json;
}

json_t *vgpu_stats_json(const struct mvgpu_vgpu_stats *stats)
{
	json_t *json;

	json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "age_ns", num(stats->age_ns),
			 "busy_ns", num(stats->busy_ns),
			 "wait_ns", num(stats->wait_ns),
			 "idle_ns", num(stats->idle_ns),
			 "overrun_ns", num(stats->overrun_ns),
			 "jobs", num(stats->jobs),
			 "switches", num(stats->switches),
			 "resets", num(stats->resets),
			 "quota_hits", num(stats->quota_hits),
			 "errors", num(stats->errors),
			 "streams", num(stats->streams),
			 "refused", num(stats->refused),
			 "memory", num(stats->memory));
	json_object_set_new(json, "preemptions", num(stats->preemptions));
	json_object_set_new(json, "frames", num(stats->frames));
	json_object_set_new(json, "resources", num(stats->resources));
	json_object_set_new(json, "contexts", num(stats->contexts));
	json_object_set_new(json, "attachments", num(stats->attachments));
	json_object_set_new(json, "objects", num(stats->objects));
	json_object_set_new(json, "sub_contexts", num(stats->sub_contexts));
	json_object_set_new(json, "shader_bytes", num(stats->shader_bytes));
	json_object_set_new(json, "stream_bytes", num(stats->stream_bytes));
	json_object_set_new(json, "pinned_pages", num(stats->pinned_pages));
	add_hists(json, stats->hist);
	return json;
}

uint64_t hist_percentile(const uint32_t *hist, unsigned int percent)
{
	uint64_t sum = 0, part = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		sum += hist[i];
	if (!sum)
		return 0;
	for (i = 0; i < MVGPU_STATS_BUCKETS - 1; i++) {
		part += hist[i];
		if (part * 100 >= sum * percent)
			break;
	}
	return 2ULL << i;
}
