// SPDX-License-Identifier: GPL-2.0
#include "sim.h"

#include <linux/sched.h>
#include <linux/string.h>

/* xorshift64* */
u64 sim_random(struct sim *sim, u64 below)
{
	u64 x = sim->seed;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	sim->seed = x;
	return (x * 0x2545f4914f6cdd1dULL >> 11) % below;
}

void sim_init(struct sim *sim, const struct mvgpu_policy_ops *ops, u64 seed,
	      u32 nr)
{
	u32 i;

	memset(sim, 0, sizeof(*sim));
	sim->seed = seed * 2 + 1;
	sim->nr = nr;
	sim->outstanding = 2;
	sim->now = SEC;
	sim->turn = nr;
	mvgpu_policy_init(&sim->policy, ops, 2 * MS);
	for (i = 0; i < nr; i++) {
		mvgpu_share_init(&sim->tenant[i].share);
		sim->tenant[i].min_ns = 50 * US;
		sim->tenant[i].max_ns = MS;
		sim->tenant[i].depth = 4;
	}
	sim_measure(sim, SEC);
}

void sim_params(struct sim *sim, u32 tenant, u32 weight, u32 cap, u32 min)
{
	struct mvgpu_share_params params = sim->tenant[tenant].share.params;

	params.weight = weight;
	params.cap = cap;
	params.min = min;
	mvgpu_policy_set_params(&sim->policy, &sim->tenant[tenant].share,
				&params, sim->now);
}

void sim_part(struct sim *sim, u32 tenant, u32 part, u32 whole)
{
	struct mvgpu_share_params params = sim->tenant[tenant].share.params;

	params.part = part;
	params.whole = whole;
	mvgpu_policy_set_params(&sim->policy, &sim->tenant[tenant].share,
				&params, sim->now);
}

void sim_measure(struct sim *sim, u64 window_ns)
{
	struct sim_tenant *tenant;
	u32 i;

	sim->busy_ns = 0;
	sim->jobs = 0;
	sim->idle_ns = 0;
	sim->idle_with_work = 0;
	sim->window_ns = window_ns;
	sim->window_at = sim->now;
	sim->window_end = sim->now + window_ns;
	sim->windows = 0;
	for (i = 0; i < sim->nr; i++) {
		tenant = &sim->tenant[i];
		tenant->busy_ns = 0;
		tenant->max_wait = 0;
		tenant->sum_wait = 0;
		tenant->waits_over = 0;
		tenant->started = 0;
		tenant->window_busy = 0;
		tenant->window_max = 0;
		tenant->window_min = U64_MAX;
	}
}

/* Short and long ones alike: evenly over the octaves. */
static u64 job_ns(struct sim *sim, const struct sim_tenant *tenant)
{
	u64 low = tenant->min_ns;
	u32 octaves = 0;

	while (low << (octaves + 1) <= tenant->max_ns)
		octaves++;
	low <<= octaves ? sim_random(sim, octaves + 1) : 0;
	low += sim_random(sim, low);
	return low < tenant->max_ns ? low : tenant->max_ns;
}

static void tenant_send(struct sim *sim, u32 i)
{
	struct sim_tenant *tenant = &sim->tenant[i];
	struct sim_job *job;

	job = &tenant->queue[(tenant->head + tenant->nr++) % SIM_QUEUE];
	job->seq = tenant->sent++;
	job->ns = job_ns(sim, tenant);
	job->queued = sim->now;
	job->tenant = i;
	job->began = false;
	if (tenant->nr == 1)
		mvgpu_policy_add(&sim->policy, &tenant->share, sim->now);
}

static void tenant_refill(struct sim *sim, u32 i)
{
	struct sim_tenant *tenant = &sim->tenant[i];

	if (tenant->off)
		return;
	if (tenant->depth) {
		while (tenant->nr < tenant->depth)
			tenant_send(sim, i);
	} else if (!tenant->nr && !tenant->inflight) {
		if (!tenant->next)
			tenant->next = sim->now +
				       sim_random(sim, 2 * tenant->think_ns + 1);
		if (tenant->next <= sim->now) {
			tenant->next = 0;
			tenant_send(sim, i);
		}
	}
}

/* A slice begins when the job that runs is another tenant's than before. */
static void engine_turn(struct sim *sim)
{
	if (!sim->nr_running || sim->running[0].tenant == sim->turn)
		return;
	sim->turn = sim->running[0].tenant;
	sim->slice_end = sim->now + sim->policy.slice_ns;
}

/* Give jobs to the engine as the kernel's runner does. */
static void engine_fill(struct sim *sim)
{
	struct mvgpu_share *share;
	struct sim_tenant *tenant;
	struct sim_job *job;

	while (sim->nr_running < sim->outstanding) {
		share = mvgpu_policy_pick(&sim->policy, sim->now, &sim->until);
		if (!share)
			break;
		if (sim->picked)
			sim->picked(sim);
		tenant = container_of(share, struct sim_tenant, share);
		if (!tenant->nr) {
			sim->broken = "picked one that has no work";
			break;
		}
		job = &sim->running[sim->nr_running++];
		*job = tenant->queue[tenant->head];
		job->charged = mvgpu_policy_start(&sim->policy, share, sim->now);
		tenant->head = (tenant->head + 1) % SIM_QUEUE;
		tenant->inflight++;
		if (!--tenant->nr)
			mvgpu_policy_remove(&sim->policy, share);
		tenant_refill(sim, job->tenant);
	}
	engine_turn(sim);
}

/* The oldest of the running jobs has had the engine until now. */
static u64 job_charge(struct sim *sim, struct sim_job *job)
{
	struct sim_tenant *tenant = &sim->tenant[job->tenant];
	u64 ns = sim->now - sim->free_at;
	u64 wait = sim->free_at - job->queued;

	sim->free_at = sim->now;
	sim->busy_ns += ns;
	tenant->busy_ns += ns;
	tenant->window_busy += sim->now - sim->window_at;
	sim->window_at = sim->now;
	if (job->began)
		return ns;
	job->began = true;
	tenant->started++;
	tenant->sum_wait += wait;
	if (wait > tenant->max_wait)
		tenant->max_wait = wait;
	if (tenant->wait_limit && wait > tenant->wait_limit)
		tenant->waits_over++;
	if (sim->waited)
		sim->waited(sim, job->tenant, wait);
	return ns;
}

/* Back to the head of its tenant's queue. */
static void job_back(struct sim *sim, const struct sim_job *job)
{
	struct sim_tenant *tenant = &sim->tenant[job->tenant];

	tenant->head = (tenant->head + SIM_QUEUE - 1) % SIM_QUEUE;
	tenant->queue[tenant->head] = *job;
	tenant->inflight--;
	if (!tenant->nr++)
		mvgpu_policy_back(&sim->policy, &tenant->share, sim->now);
}

/* All come back, the newest first. */
static void engine_stop(struct sim *sim)
{
	struct mvgpu_share *share;
	struct sim_job *job;
	u64 ns;

	sim->turn = sim->nr;
	while (sim->nr_running) {
		job = &sim->running[--sim->nr_running];
		share = &sim->tenant[job->tenant].share;
		if (sim->nr_running) {
			mvgpu_policy_cancel(&sim->policy, share, job->charged,
					    sim->now);
		} else {
			ns = job_charge(sim, job);
			job->ns -= ns;
			mvgpu_policy_stop(&sim->policy, share, job->charged, ns,
					  sim->now);
		}
		job_back(sim, job);
	}
}

/* As the kernel's runner does if the backend can stop jobs. */
static void engine_preempt(struct sim *sim)
{
	struct sim_job *job = sim->running;
	struct mvgpu_share *share;

	if (!sim->preempt || !sim->nr_running || sim->now < sim->slice_end)
		return;
	share = &sim->tenant[job->tenant].share;
	if ((sim->nr_running > 1 && job[1].tenant != job->tenant) ||
	    mvgpu_policy_expired(&sim->policy, share, &job->charged,
				 sim->now - sim->free_at, sim->now))
		engine_stop(sim);
	else if (!mvgpu_policy_alone(&sim->policy, share))
		sim->slice_end = sim->now + sim->policy.slice_ns;
}

static void windows_close(struct sim *sim)
{
	struct sim_tenant *tenant;
	u32 i;

	if (sim->now < sim->window_end)
		return;
	if (sim->nr_running)
		sim->tenant[sim->running[0].tenant].window_busy +=
			sim->now - sim->window_at;
	sim->window_at = sim->now;
	if (sim->window)
		sim->window(sim);
	for (i = 0; i < sim->nr; i++) {
		tenant = &sim->tenant[i];
		if (tenant->window_busy > tenant->window_max)
			tenant->window_max = tenant->window_busy;
		if (tenant->window_busy < tenant->window_min)
			tenant->window_min = tenant->window_busy;
		tenant->window_busy = 0;
	}
	sim->windows++;
	sim->window_end += sim->window_ns;
}

static void job_end(struct sim *sim)
{
	struct sim_job job = sim->running[0];
	struct sim_tenant *tenant = &sim->tenant[job.tenant];
	u64 ns = job_charge(sim, &job);

	sim->nr_running--;
	memmove(&sim->running[0], &sim->running[1],
		sim->nr_running * sizeof(job));
	if (job.seq != tenant->done)
		sim->broken = "jobs of one tenant ended out of order";
	tenant->done++;
	tenant->inflight--;
	sim->jobs++;
	mvgpu_policy_end(&sim->policy, &tenant->share, job.charged, ns,
			 sim->now);
	engine_turn(sim);
	tenant_refill(sim, job.tenant);
	if (sim->check)
		sim->check(sim);
}

/* When is the runner to look whether the slice is used up? */
static u64 slice_timer(const struct sim *sim)
{
	if (!sim->preempt || !sim->nr_running)
		return U64_MAX;
	if (sim->slice_end > sim->now)
		return sim->slice_end;
	return sim->now + sim->policy.slice_ns;
}

/* Windows are closed on time, too, so that they hold what was used in them. */
static u64 next_event(const struct sim *sim)
{
	u64 next = slice_timer(sim);
	u32 i;

	if (sim->nr_running && sim->free_at + sim->running[0].ns < next)
		next = sim->free_at + sim->running[0].ns;
	if (sim->until < next)
		next = sim->until;
	for (i = 0; i < sim->nr; i++)
		if (sim->tenant[i].next && sim->tenant[i].next < next)
			next = sim->tenant[i].next;
	if (next != U64_MAX && next > sim->window_end)
		next = sim->window_end;
	return next;
}

static bool anyone_waits(const struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->nr; i++)
		if (sim->tenant[i].nr)
			return true;
	return false;
}

static bool step(struct sim *sim)
{
	bool idle;
	u64 next;
	u32 i;

	sim->until = U64_MAX;
	idle = !sim->nr_running;
	engine_preempt(sim);
	engine_fill(sim);
	if (sim->broken)
		return false;
	if (idle) {
		sim->free_at = sim->now;
		sim->window_at = sim->now;
	}
	idle = !sim->nr_running;
	if (idle && anyone_waits(sim) && sim->until == U64_MAX)
		sim->broken = "somebody waits for nothing";
	if (idle && sim->until <= sim->now)
		sim->broken = "asked to look again at once";
	next = next_event(sim);
	if (next == U64_MAX || sim->broken)
		return false;
	if (idle) {
		sim->idle_ns += next - sim->now;
		if (anyone_waits(sim))
			sim->idle_with_work += next - sim->now;
	}
	sim->now = next;
	if (sim->nr_running && sim->free_at + sim->running[0].ns == next)
		job_end(sim);
	windows_close(sim);
	for (i = 0; i < sim->nr; i++)
		if (sim->tenant[i].next && sim->tenant[i].next <= sim->now)
			tenant_refill(sim, i);
	return true;
}

void sim_run(struct sim *sim, u64 jobs, u64 ns)
{
	u64 last_job = sim->jobs + jobs, end = sim->now + ns;
	u32 i;

	for (i = 0; i < sim->nr; i++)
		tenant_refill(sim, i);
	while (sim->jobs < last_job && sim->now < end && step(sim))
		cond_resched();
}

void sim_drain(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->nr; i++) {
		sim->tenant[i].off = true;
		sim->tenant[i].next = 0;
	}
	while (step(sim))
		cond_resched();
	for (i = 0; i < sim->nr; i++)
		if (sim->tenant[i].done != sim->tenant[i].sent)
			sim->broken = "a job was lost";
}
