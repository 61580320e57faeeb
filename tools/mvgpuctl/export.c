// SPDX-License-Identifier: GPL-2.0
/* export: the text format of Prometheus, version 0.0.4 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mvgpuctl.h"

/* Histograms are told at every other bound, from 1 us to 17 s. */
#define HIST_FIRST 9
#define HIST_LAST 33
#define HIST_STEP 2

/**
 * struct gpu - a GPU and its figures
 * @info: what it is
 * @snap: its figures
 */
struct gpu {
	struct mvgpu_gpu_info info;
	struct snapshot snap;
};

/* What values of a metric are divided by: bytes and numbers, ns. */
#define UNIT 1.0
#define NS 1e9

/**
 * struct metric - one figure of all GPUs, or of all vGPUs
 * @name: behind "mvgpu_"
 * @type: counter or gauge
 * @help: what it is
 * @offset: of its u64 in struct mvgpu_gpu_stats or mvgpu_vgpu_stats
 * @unit: see above
 */
struct metric {
	const char *name, *type, *help;
	size_t offset;
	double unit;
};

#define GPU_METRIC(_name, _type, _member, _unit, _help) \
	{ _name, _type, _help, offsetof(struct mvgpu_gpu_stats, _member), _unit }
#define VGPU_METRIC(_name, _type, _member, _unit, _help) \
	{ _name, _type, _help, offsetof(struct mvgpu_vgpu_stats, _member), _unit }

static const struct metric gpu_metrics[] = {
	GPU_METRIC("gpu_busy_seconds_total", "counter", busy_ns, NS,
		   "Time that the engines of the GPU were busy."),
	GPU_METRIC("gpu_idle_seconds_total", "counter", idle_ns, NS,
		   "Time that the engines of the GPU were idle."),
	GPU_METRIC("gpu_switches_total", "counter", switches, UNIT,
		   "Times that an engine went from one vGPU to another."),
	GPU_METRIC("gpu_resets_total", "counter", resets, UNIT,
		   "Resets of the whole GPU."),
	GPU_METRIC("gpu_memory_used_bytes", "gauge", memory, UNIT,
		   "GPU memory that vGPUs use."),
};

static const struct metric vgpu_metrics[] = {
	VGPU_METRIC("vgpu_busy_seconds_total", "counter", busy_ns, NS,
		    "Time that an engine worked for the vGPU."),
	VGPU_METRIC("vgpu_wait_seconds_total", "counter", wait_ns, NS,
		    "Time that the vGPU had work and no engine."),
	VGPU_METRIC("vgpu_idle_seconds_total", "counter", idle_ns, NS,
		    "Time that the vGPU had no work."),
	VGPU_METRIC("vgpu_overrun_seconds_total", "counter", overrun_ns, NS,
		    "Time that the vGPU used beyond its slices."),
	VGPU_METRIC("vgpu_jobs_total", "counter", jobs, UNIT,
		    "Jobs that the GPU has ended."),
	VGPU_METRIC("vgpu_switches_total", "counter", switches, UNIT,
		    "Times that the engine came from another vGPU."),
	VGPU_METRIC("vgpu_preemptions_total", "counter", preemptions, UNIT,
		    "Times that a running job was stopped for others."),
	VGPU_METRIC("vgpu_resets_total", "counter", resets, UNIT,
		    "Jobs that ran for too long."),
	VGPU_METRIC("vgpu_quota_hits_total", "counter", quota_hits, UNIT,
		    "Requests that were beyond a quota."),
	VGPU_METRIC("vgpu_memory_used_bytes", "gauge", memory, UNIT,
		    "GPU memory that the vGPU uses."),
	/* They begin anew when it is opened again, as counters may. */
	VGPU_METRIC("vgpu_errors_total", "counter", errors, UNIT,
		    "Requests that were answered with an error."),
	VGPU_METRIC("vgpu_streams_total", "counter", streams, UNIT,
		    "Streams of 3D commands that were sent to the GPU."),
	VGPU_METRIC("vgpu_refused_total", "counter", refused, UNIT,
		    "Streams of 3D commands that were refused."),
	VGPU_METRIC("vgpu_frames_total", "counter", frames, UNIT,
		    "Flushes of what a display shows."),
};

static uint64_t u64_at(const void *stats, size_t offset)
{
	return *(const uint64_t *)((const char *)stats + offset);
}

static double value_of(const void *stats, const struct metric *metric)
{
	return u64_at(stats, metric->offset) / metric->unit;
}

static void head(FILE *to, const char *name, const char *type,
		 const char *help)
{
	fprintf(to, "# HELP mvgpu_%s %s\n# TYPE mvgpu_%s %s\n", name, help,
		name, type);
}

static void export_gpus(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	uint32_t i, m;

	head(to, "gpu_info", "gauge", "What the GPU is; always 1.");
	for (i = 0; i < nr; i++)
		fprintf(to, "mvgpu_gpu_info{%s=\"%s\",%s=\"%s\",%s=\"%s\"} 1\n",
			"gpu", gpu[i].info.name, "backend",
			gpu[i].info.backend, "policy", gpu[i].info.policy);
	head(to, "gpu_engines", "gauge", "Engines of the GPU.");
	for (i = 0; i < nr; i++)
		fprintf(to, "mvgpu_gpu_engines{gpu=\"%s\"} %u\n",
			gpu[i].info.name, gpu[i].info.engines);
	head(to, "gpu_memory_bytes", "gauge", "GPU memory that vGPUs share.");
	for (i = 0; i < nr; i++)
		fprintf(to, "mvgpu_gpu_memory_bytes{gpu=\"%s\"} %llu\n",
			gpu[i].info.name,
			(unsigned long long)gpu[i].info.memory);
	for (m = 0; m < ARRAY_SIZE(gpu_metrics); m++) {
		head(to, gpu_metrics[m].name, gpu_metrics[m].type,
		     gpu_metrics[m].help);
		for (i = 0; i < nr; i++)
			fprintf(to, "mvgpu_%s{gpu=\"%s\"} %.15g\n",
				gpu_metrics[m].name, gpu[i].info.name,
				value_of(&gpu[i].snap.gpu, &gpu_metrics[m]));
	}
}

/* With the same of the vGPUs that there are, they are the GPU's figures. */
static const struct {
	struct metric past;
	size_t of_gpu;
} past_metrics[] = {
	{ VGPU_METRIC("gpu_past_busy_seconds_total", "counter", busy_ns, NS,
		      "Time that engines worked for vGPUs that are gone."),
	  offsetof(struct mvgpu_gpu_stats, busy_ns) },
	{ VGPU_METRIC("gpu_past_switches_total", "counter", switches, UNIT,
		      "Times that an engine came to vGPUs that are gone."),
	  offsetof(struct mvgpu_gpu_stats, switches) },
};

static double past_value(const struct snapshot *snap, size_t of_gpu,
			 const struct metric *past)
{
	uint64_t value = u64_at(&snap->gpu, of_gpu);
	uint32_t i;

	for (i = 0; i < snap->nr; i++)
		value -= u64_at(&snap->vgpu[i], past->offset);
	return value / past->unit;
}

static void export_past(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	const struct metric *past;
	uint32_t i, m;

	for (m = 0; m < ARRAY_SIZE(past_metrics); m++) {
		past = &past_metrics[m].past;
		head(to, past->name, past->type, past->help);
		for (i = 0; i < nr; i++)
			fprintf(to, "mvgpu_%s{gpu=\"%s\"} %.15g\n",
				past->name, gpu[i].info.name,
				past_value(&gpu[i].snap, past_metrics[m].of_gpu,
					   past));
	}
}

static void export_state(FILE *to, const char *gpu,
			 const struct mvgpu_vgpu_stats *vgpu, uint32_t state)
{
	fprintf(to, "mvgpu_vgpu_state{gpu=\"%s\",vgpu=\"%s\",state=\"%s\"} %d\n",
		gpu, vgpu->name, state_text(state), vgpu->state == state);
}

static void export_states(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	uint32_t i, k, s;

	head(to, "vgpu_state", "gauge", "1 for the state that the vGPU is in.");
	for (i = 0; i < nr; i++)
		for (k = 0; k < gpu[i].snap.nr; k++)
			for (s = 0; s <= MVGPU_STATE_BANNED; s++)
				export_state(to, gpu[i].info.name,
					     &gpu[i].snap.vgpu[k], s);
}

/* One that is banned may be open, which its state does not tell. */
static void export_in_use(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	const struct mvgpu_vgpu_stats *vgpu;
	uint32_t i, k;

	head(to, "vgpu_in_use", "gauge", "1 if somebody has the vGPU open.");
	for (i = 0; i < nr; i++) {
		for (k = 0; k < gpu[i].snap.nr; k++) {
			vgpu = &gpu[i].snap.vgpu[k];
			fprintf(to, "mvgpu_vgpu_in_use{gpu=\"%s\",vgpu=\"%s\"} %d\n",
				gpu[i].info.name, vgpu->name,
				!!(vgpu->flags & MVGPU_VGPU_IN_USE));
		}
	}
}

static void export_vgpus(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	const struct metric *metric;
	uint32_t i, k;

	for (metric = vgpu_metrics;
	     metric < vgpu_metrics + ARRAY_SIZE(vgpu_metrics); metric++) {
		head(to, metric->name, metric->type, metric->help);
		for (i = 0; i < nr; i++)
			for (k = 0; k < gpu[i].snap.nr; k++)
				fprintf(to, "mvgpu_%s{gpu=\"%s\",vgpu=\"%s\"} %.15g\n",
					metric->name, gpu[i].info.name,
					gpu[i].snap.vgpu[k].name,
					value_of(&gpu[i].snap.vgpu[k], metric));
	}
}

static void export_hist(FILE *to, const char *name, const char *labels,
			const uint32_t *hist, double sum)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++) {
		count += hist[i];
		if (i >= HIST_FIRST && i <= HIST_LAST &&
		    (i - HIST_FIRST) % HIST_STEP == 0)
			fprintf(to, "mvgpu_%s_bucket{%s,le=\"%.9g\"} %llu\n",
				name, labels, (2ULL << i) / NS,
				(unsigned long long)count);
	}
	fprintf(to, "mvgpu_%s_bucket{%s,le=\"+Inf\"} %llu\n", name, labels,
		(unsigned long long)count);
	fprintf(to, "mvgpu_%s_sum{%s} %.15g\n", name, labels, sum);
	fprintf(to, "mvgpu_%s_count{%s} %llu\n", name, labels,
		(unsigned long long)count);
}

/* The middle of each bucket stands for all in it. */
static double hist_sum(const uint32_t *hist)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < MVGPU_STATS_BUCKETS; i++)
		sum += hist[i] * 1.5 * (1ULL << i);
	return sum / NS;
}

static void export_hists(FILE *to, const struct gpu *gpu, uint32_t nr)
{
	static const struct {
		const char *name, *help;
		enum mvgpu_stats_hist hist;
	} which[] = {
		{ "vgpu_job_wait_seconds",
		  "From a job's arrival to its end, without its time on the engine; the sum is an estimate.",
		  MVGPU_STATS_WAIT },
		{ "vgpu_job_run_seconds",
		  "What jobs took on the engine; the sum is an estimate.",
		  MVGPU_STATS_RUN },
	};
	const struct mvgpu_vgpu_stats *stats;
	char labels[160];
	uint32_t i, k, w;

	for (w = 0; w < ARRAY_SIZE(which); w++) {
		head(to, which[w].name, "histogram", which[w].help);
		for (i = 0; i < nr; i++) {
			for (k = 0; k < gpu[i].snap.nr; k++) {
				stats = &gpu[i].snap.vgpu[k];
				snprintf(labels, sizeof(labels),
					 "gpu=\"%s\",vgpu=\"%s\"",
					 gpu[i].info.name, stats->name);
				export_hist(to, which[w].name, labels,
					    stats->hist[which[w].hist],
					    hist_sum(stats->hist[which[w].hist]));
			}
		}
	}
}

static void export_all(FILE *to)
{
	struct mvgpu_gpu_info *info;
	uint32_t i, nr = dev_gpus(&info), got = 0;
	struct gpu *gpu = calloc(nr ?: 1, sizeof(*gpu));

	if (!gpu)
		die(ST_FAILED, "free some memory", "out of memory");
	for (i = 0; i < nr; i++) {
		gpu[got].info = info[i];
		/* One that has just gone is left out. */
		got += !dev_snapshot(info[i].id, &gpu[got].snap);
	}
	export_gpus(to, gpu, got);
	export_past(to, gpu, got);
	export_states(to, gpu, got);
	export_in_use(to, gpu, got);
	export_vgpus(to, gpu, got);
	export_hists(to, gpu, got);
	for (i = 0; i < nr; i++)
		free(gpu[i].snap.vgpu);
	free(gpu);
	free(info);
}

static struct new_file file;

static void drop(void)
{
	file_drop(&file);
}

/* Whoever reads the file finds all of the old one or all of the new one. */
static void export_file(const char *path)
{
	die_after(drop);
	/* node_exporter is somebody else. */
	file_begin(&file, path, 0644);
	export_all(file.to);
	file_commit(&file);
}

int verb_export(int argc, char **argv)
{
	static const struct option options[] = {
		{ "prometheus", no_argument, NULL, 'p' },
		{ "output", required_argument, NULL, 'o' },
		{ }
	};
	const char *path = NULL;
	bool prometheus = false;
	int c;

	while ((c = verb_getopt(argc, argv, "o:", options)) != -1) {
		if (c == 'p')
			prometheus = true;
		else
			path = optarg;
	}
	if (optind < argc)
		die_usage("export takes no \"%s\"", argv[optind]);
	if (!prometheus || opt.json)
		die_usage("--prometheus is the one format; for JSON see mvgpuctl show --json");
	/* Before a file is touched. */
	dev_open();
	if (path)
		export_file(path);
	else
		export_all(stdout);
	return ST_OK;
}
