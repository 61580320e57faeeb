// SPDX-License-Identifier: GPL-2.0
/* What a pick and its charges cost, by the number of vGPUs that have work. */
#include <stdio.h>
#include <time.h>

#include <mvgpu/policy.h>

#define MAX 1024
#define ROUNDS 400000

static struct mvgpu_policy policy;
static struct mvgpu_share share[MAX];

static u64 clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Each job is as long as a slice, so that each pick chooses anew. */
static u64 cost(const struct mvgpu_policy_ops *ops, unsigned int nr)
{
	struct mvgpu_share_params params = { .part = 1, .whole = nr };
	u64 now = 1000000000, begin, until, charged;
	struct mvgpu_share *next;
	unsigned int i;

	mvgpu_policy_init(&policy, ops, 2000000);
	for (i = 0; i < nr; i++) {
		mvgpu_share_init(&share[i]);
		params.weight = 1 + i * 37 % 1000;
		mvgpu_policy_set_params(&policy, &share[i], &params, now);
		mvgpu_policy_add(&policy, &share[i], now);
	}
	begin = clock_ns();
	for (i = 0; i < ROUNDS; i++) {
		next = mvgpu_policy_pick(&policy, now, &until);
		if (!next) {
			now = until;
			continue;
		}
		charged = mvgpu_policy_start(&policy, next, now);
		now += 2000000;
		mvgpu_policy_end(&policy, next, charged, 2000000 + i % 7, now);
	}
	return (clock_ns() - begin) / ROUNDS;
}

int main(void)
{
	static const unsigned int nr[] = { 1, 16, 256, 1024 };
	static const char *const name[] = { "fair", "equal", "fixed",
					    "exclusive" };
	unsigned int i, k;

	printf("# ns for a pick, a start and an end\n# %-10s", "vGPUs");
	for (k = 0; k < 4; k++)
		printf("%8u", nr[k]);
	printf("\n");
	for (i = 0; i < 4; i++) {
		printf("# %-10s", name[i]);
		for (k = 0; k < 4; k++)
			printf("%8llu", (unsigned long long)
			       cost(mvgpu_policy_find(name[i]), nr[k]));
		printf("\n");
	}
	return 0;
}
