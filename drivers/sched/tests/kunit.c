// SPDX-License-Identifier: GPL-2.0
/*
 * The policies' promises as a KUnit suite, each without and with preemption:
 *
 *	modprobe mvgpu_sched_kunit [seed=N]
 *	cat /sys/kernel/debug/kunit/mvgpu_sched/results
 */
#include <kunit/test.h>
#include <kunit/visibility.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "promises.h"

/* A kernel with KUnit has slow checks, too; user space tries more. */
#define JOBS 200000

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of all random numbers (default: of the clock)");

struct promise_param {
	const struct promise *promise;
	bool preempt;
};

/* KUnit wants to have the next one by the one before. */
static const void *promise_next(MVGPU_KUNIT_FOR_TEST
				const void *prev, char *desc)
{
	static struct promise_param param;

	if (!prev) {
		param.promise = mvgpu_promises;
		param.preempt = param.promise->preempts;
	} else if (!param.preempt) {
		param.preempt = true;
	} else {
		param.promise++;
		param.preempt = param.promise->preempts;
	}
	if (!param.promise->name)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", param.promise->name,
		 param.preempt ? ", with preemption" : "");
	return &param;
}

static void promise_kept(struct kunit *test)
{
	const struct promise_param *param = test->param_value;

	kunit_info(test, "seed %lu", seed);
	KUNIT_EXPECT_EQ(test, 0, mvgpu_promise_keep(param->promise,
						    param->preempt, seed,
						    JOBS));
}

static int promise_suite_init(struct kunit_suite *suite)
{
	if (!seed)
		seed = ktime_get_real_seconds();
	return 0;
}

static struct kunit_case promise_cases[] = {
	KUNIT_CASE_PARAM_ATTR(promise_kept, promise_next,
			      { .speed = KUNIT_SPEED_SLOW }),
	{ }
};

static struct kunit_suite promise_suite = {
	.name = "mvgpu_sched",
	.suite_init = promise_suite_init,
	.test_cases = promise_cases,
};

kunit_test_suite(promise_suite);

MVGPU_IMPORT_NS_KUNIT;
MODULE_DESCRIPTION("KUnit tests of mvgpu's scheduling policies");
MODULE_LICENSE("GPL");
