// SPDX-License-Identifier: GPL-2.0
/* The policies' promises in user space, as TAP. SEED=N repeats a run. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "promises.h"

#define JOBS 1000000

int main(void)
{
	const char *text = getenv("SEED");
	u64 seed = text ? strtoull(text, NULL, 0) : (u64)time(NULL);
	const struct promise *promise;
	unsigned int nr = 0;
	int preempt, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n# SEED=%llu\n", (unsigned long long)seed);
	for (preempt = 0; preempt < 2; preempt++) {
		for (promise = mvgpu_promises; promise->name; promise++) {
			bool kept;

			if (promise->preempts && !preempt)
				continue;
			kept = !mvgpu_promise_keep(promise, preempt, seed,
						   JOBS);
			bad |= !kept;
			printf("%s %u - %s%s\n", kept ? "ok" : "not ok", ++nr,
			       promise->name,
			       preempt ? ", with preemption" : "");
		}
	}
	printf("1..%u\n", nr);
	return bad;
}
