/* SPDX-License-Identifier: GPL-2.0 */
/* An attacker and its victim, for vgpu_attack.c and vgpu_renderer.c. */
#ifndef _ATTACK_FIXTURE_H
#define _ATTACK_FIXTURE_H

#include <stdatomic.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define BAD_PARAM VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
/* What the victim has. */
#define CTX 5
#define RES 42
#define SECRET 4242

FIXTURE(attack)
{
	struct mvt_dev victim, dev;
	struct mvt_mem secret, mem;
};

FIXTURE_SETUP(attack)
{
	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_sim_defaults();
	ASSERT_EQ(0, mvt_setup_mem(&self->victim, &self->secret, 3));
	ASSERT_EQ(0, mvt_setup_mem(&self->dev, &self->mem, 3));
	ASSERT_EQ(OK, mvt_ctx_create(&self->victim, CTX));
	ASSERT_EQ(OK, mvt_make_3d(&self->victim, &self->secret, CTX, RES,
				  &mvt_picture, SECRET));
}

static size_t secret_wrong(struct mvt_dev *victim, struct mvt_mem *secret)
{
	return mvt_wrong_3d(victim, secret, CTX, RES, &mvt_picture, SECRET);
}

/* After every attack. */
FIXTURE_TEARDOWN(attack)
{
	mvt_sim_defaults();
	EXPECT_EQ(0, secret_wrong(&self->victim, &self->secret));
	mvt_teardown_mem(&self->dev, &self->mem);
	mvt_teardown_mem(&self->victim, &self->secret);
}

/* A frame that takes longer is one that an attack has stopped. */
#define WORST_MS 5000

/* The victim draws while it is attacked. */
struct victim {
	struct mvt_dev *dev;
	struct mvt_mem *mem;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint rounds;
	unsigned int wrong;
	u64 worst_ms;
};

static void *victim_draws(void *arg)
{
	const float color[4] = { 0, 1, 0, 1 };
	struct victim *v = arg;
	u32 stream[64], n;
	u64 begin;

	mvt_create_3d(v->dev, 1, &mvt_picture);
	mvt_ctx_attach(v->dev, CTX, 1);
	/* At least once, however short the attack is. */
	do {
		begin = mvt_now_ms();
		n = mvt_stream_clear(stream, 1, 7, color);
		v->wrong += mvt_submit(v->dev, CTX, stream, n) != OK;
		v->wrong += secret_wrong(v->dev, v->mem) != 0;
		begin = mvt_now_ms() - begin;
		v->worst_ms = begin > v->worst_ms ? begin : v->worst_ms;
		v->rounds++;
	} while (!atomic_load(&v->stop));
	return NULL;
}

static int victim_start(struct victim *v)
{
	return pthread_create(&v->thread, NULL, victim_draws, v);
}

/* Return: was it well all the time? */
static bool victim_stop(struct victim *v)
{
	atomic_store(&v->stop, true);
	pthread_join(v->thread, NULL);
	ksft_print_msg("the victim: %u rounds, %u wrong, longest %llu ms\n",
		       v->rounds, v->wrong, (unsigned long long)v->worst_ms);
	return v->rounds && !v->wrong && v->worst_ms < WORST_MS;
}

#endif
