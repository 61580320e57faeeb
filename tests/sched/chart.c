// SPDX-License-Identifier: GPL-2.0
/*
 * What tests/bench/sched.sh draws: shares over time of 16 tenants with jobs of
 * 50 us to 50 ms, and what a light one waits for beside 15, without and with
 * preemption. SEED=N repeats a run.
 *
 *	chart DIR	writes DIR/shares.dat and DIR/waits.dat
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define NR 16
#define SECONDS 60
#define BUCKETS 37

static const u32 weight[NR] = { 1, 2, 5, 10, 20, 50, 100, 100, 100, 100, 200,
				300, 500, 700, 900, 1000 };
static struct sim sim;
static u64 share[2][SECONDS][NR], waits[2][BUCKETS];
static u64 seed = 1;
/* With preemption? */
static int mode;

static void keep_window(struct sim *s)
{
	u32 i;

	for (i = 0; i < NR && s->windows < SECONDS; i++)
		share[mode][s->windows][i] = s->tenant[i].window_busy;
}

static void keep_wait(struct sim *s, u32 tenant, u64 ns)
{
	u32 i = 0;

	while (ns >>= 1)
		i++;
	if (tenant == NR - 1)
		waits[mode][i]++;
}

static void begin(u64 max_ns)
{
	u32 i;

	sim_init(&sim, &mvgpu_policy_fair, seed, NR);
	sim.preempt = mode;
	for (i = 0; i < NR; i++)
		sim.tenant[i].max_ns = max_ns;
}

static void run(void)
{
	u32 i;

	begin(50 * MS);
	for (i = 0; i < NR; i++)
		sim_params(&sim, i, weight[i], 0, 0);
	sim_run(&sim, U64_MAX / 2, SEC);
	sim_measure(&sim, SEC);
	sim.window = keep_window;
	sim_run(&sim, U64_MAX / 2, SECONDS * SEC + 1);

	begin(50 * MS);
	sim.tenant[NR - 1].depth = 0;
	sim.tenant[NR - 1].think_ns = 15 * MS;
	sim.tenant[NR - 1].max_ns = 500 * US;
	sim.waited = keep_wait;
	sim_run(&sim, U64_MAX / 2, 600 * SEC);
}

static FILE *out(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

/* A row for each second: percent of each, without and then with preemption. */
static void write_shares(FILE *f)
{
	u32 i, k;

	for (i = 0; i < SECONDS; i++) {
		fprintf(f, "%u", i + 1);
		for (k = 0; k < 2 * NR; k++)
			fprintf(f, " %.3f",
				(double)share[k / NR][i][k % NR] / SEC * 100);
		fprintf(f, "\n");
	}
}

/* A row for each octave: its beginning in ms, percent of all waits. */
static void write_waits(FILE *f)
{
	u64 sum[2] = {};
	u32 i;

	for (i = 0; i < 2 * BUCKETS; i++)
		sum[i / BUCKETS] += waits[i / BUCKETS][i % BUCKETS];
	for (i = 0; i < BUCKETS; i++)
		fprintf(f, "%.6f %.3f %.3f\n", (double)(1ULL << i) / MS,
			100.0 * waits[0][i] / sum[0],
			100.0 * waits[1][i] / sum[1]);
}

int main(int argc, char **argv)
{
	const char *text = getenv("SEED");
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: chart DIR\n");
		return 2;
	}
	if (text)
		seed = strtoull(text, NULL, 0);
	for (mode = 0; mode < 2; mode++)
		run();
	f = out(argv[1], "shares.dat");
	write_shares(f);
	if (fclose(f))
		return 1;
	f = out(argv[1], "waits.dat");
	write_waits(f);
	return !!fclose(f);
}
