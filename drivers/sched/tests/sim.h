/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SIM_H
#define _SIM_H

/*
 * An engine and its tenants on a clock that jumps from event to event. Integers
 * only, since a kernel runs it, too.
 */
#include <mvgpu/policy.h>

#define SIM_MAX_TENANTS 1024
#define SIM_QUEUE 8
#define SIM_MAX_OUTSTANDING 4

#define US 1000ULL
#define MS 1000000ULL
#define SEC 1000000000ULL

/**
 * struct sim_job - one of a tenant's
 * @seq: number, from 0
 * @ns: that it takes, without what it has had before it was stopped
 * @queued: when it was sent
 * @charged: what the policy has charged for it
 * @tenant: whose
 * @began: has had some; its wait is over and counted
 */
struct sim_job {
	u64 seq, ns, queued, charged;
	u32 tenant;
	bool began;
};

/**
 * struct sim_tenant - who sends jobs
 * @share: as the policy knows it
 * @min_ns: shortest job
 * @max_ns: longest job; lengths are spread evenly over the octaves
 * @depth: jobs kept in the queue; 0: one at a time, @think_ns after the last
 * @think_ns: mean pause
 * @off: sends nothing
 * @next: time of the next arrival; 0: none is due
 * @queue: a ring of jobs that wait
 * @head: the oldest of them
 * @nr: how many they are
 * @inflight: jobs that the engine has
 * @sent: jobs so far
 * @started: of those, since sim_measure()
 * @done: that have ended
 * @busy_ns: that the engine worked for it, since sim_measure()
 * @max_wait: longest wait of a job until it began, likewise
 * @sum_wait: of all waits, likewise
 * @waits_over: waits beyond @wait_limit, likewise
 * @wait_limit: 0: none
 * @window_busy: use within this window
 * @window_max: most in a window, since sim_measure()
 * @window_min: least, likewise
 */
struct sim_tenant {
	struct mvgpu_share share;
	u64 min_ns, max_ns, think_ns, next;
	u32 depth;
	bool off;

	struct sim_job queue[SIM_QUEUE];
	u32 head, nr, inflight;
	u64 sent, started, done;
	u64 busy_ns, max_wait, sum_wait, waits_over, wait_limit;
	u64 window_busy, window_max, window_min;
};

/**
 * struct sim - an engine
 * @policy: what is tested
 * @now: its clock
 * @seed: state of sim_random()
 * @busy_ns: that it worked, since sim_measure()
 * @jobs: that have ended, likewise
 * @idle_ns: that it did not work, likewise
 * @until: when the policy is to be asked again
 * @free_at: when the oldest running job began
 * @nr: tenants
 * @outstanding: jobs that it takes at a time
 * @tenant: the first @nr are used
 * @running: jobs that it has, the oldest first
 * @nr_running: how many they are
 * @preempt: it can stop running jobs
 * @turn: whose job runs
 * @slice_end: of that tenant
 * @window_ns: length of a window
 * @window_at: the first job's use until then was counted in windows
 * @window_end: of this one
 * @windows: that have ended, since sim_measure()
 * @idle_with_work: engine was idle while somebody had work
 * @broken: what the policy must never do
 * @check: called after each completion, or NULL
 * @window: called at the end of each window, or NULL
 * @waited: called when a job has begun, or NULL
 * @picked: called when somebody was chosen, or NULL
 */
struct sim {
	struct mvgpu_policy policy;
	u64 now, seed, busy_ns, jobs, idle_ns, until, free_at;
	u32 nr, outstanding;
	struct sim_tenant tenant[SIM_MAX_TENANTS];
	struct sim_job running[SIM_MAX_OUTSTANDING];
	u32 nr_running;
	bool preempt;
	u64 slice_end;
	u32 turn;
	u64 window_ns, window_at, window_end, windows;
	u64 idle_with_work;
	const char *broken;
	void (*check)(struct sim *sim);
	void (*window)(struct sim *sim);
	void (*waited)(struct sim *sim, u32 tenant, u64 ns);
	void (*picked)(struct sim *sim);
};

u64 sim_random(struct sim *sim, u64 below);
void sim_init(struct sim *sim, const struct mvgpu_policy_ops *ops, u64 seed,
	      u32 nr);
void sim_params(struct sim *sim, u32 tenant, u32 weight, u32 cap, u32 min);
void sim_part(struct sim *sim, u32 tenant, u32 part, u32 whole);
/* Run until @jobs more have ended or @ns have passed, whichever is first. */
void sim_run(struct sim *sim, u64 jobs, u64 ns);
/* Let all that was sent end; nobody sends any more. */
void sim_drain(struct sim *sim);
/* Forget what was measured. */
void sim_measure(struct sim *sim, u64 window_ns);

#endif
