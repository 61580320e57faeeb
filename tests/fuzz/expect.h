/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of drivers/proto/ expect of a request. */
#ifndef _EXPECT_H
#define _EXPECT_H

#include "fake.h"
#include "tap.h"

/* Answered at once and with @type. */
#define ANSWERED(job, type) do {					\
	struct mvgpu_job *_job = (job);					\
									\
	CHECK_EQ(_job->op, MVGPU_JOB_NONE);				\
	CHECK_EQ(fake_resp(_job), type);				\
} while (0)

/* For the GPU. */
#define QUEUED(job, what) CHECK_EQ((job)->op, MVGPU_JOB_##what)

/* Run the oldest job; its response. */
#define RAN(status, type) CHECK_EQ(fake_resp(fake_run(status)), type)

#endif
