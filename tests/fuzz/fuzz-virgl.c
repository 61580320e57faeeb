// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of drivers/proto/virgl/.
 *
 * An input is a 3D stream, in commands of virgl and some of our own, which end
 * a submit or do what else happens to a context. After a submit that was
 * refused the shadow must be as before; one that was taken must hold GPU ids
 * only, of resources that are the context's; and all counts must agree with
 * what is there, always.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer.h"
#include "must.h"
#include "vgl-commands.h"
#include "vgl.h"

#define MAX_DWORDS 4096

/* Commands of the input only; the second byte says of what. */
enum {
	STEP_FIRST = 0xf0,
	STEP_SUBMIT = STEP_FIRST,
	STEP_ATTACH,
	STEP_UNREF,
	STEP_BACKING,
	STEP_FAIL,
	STEP_CONTEXT,
	STEP_END,
};

static struct vgl vgl;
static u64 taken, refused, submits;
/* Of the shadow as it is; 0: not known. */
static u64 digest;

/*
 * What must hold
 */

/* Where a command has resources, by the protocol. */
static u32 places(const u32 *dw, u32 *at)
{
	u32 len = dw[0] >> 16, n = 0, i;

	switch (dw[0] & 0xff) {
	case VIRGL_CREATE_OBJECT:
		switch (dw[0] >> 8 & 0xff) {
		case VIRGL_OBJ_SAMPLER_VIEW:
		case VIRGL_OBJ_SURFACE:
		case VIRGL_OBJ_MSAA_SURFACE:
		case VIRGL_OBJ_STREAMOUT_TARGET:
			at[n++] = 2;
			break;
		case VIRGL_OBJ_QUERY:
			at[n++] = 4;
			break;
		}
		break;
	case VIRGL_SET_VERTEX_BUFFERS:
		for (i = 3; i <= len; i += 3)
			at[n++] = i;
		break;
	case VIRGL_DRAW_VBO:
		if (len == 20) {
			at[n++] = 15;
			at[n++] = 20;
		}
		break;
	case VIRGL_RESOURCE_INLINE_WRITE:
	case VIRGL_SET_INDEX_BUFFER:
	case VIRGL_TRANSFER3D:
	case VIRGL_CLEAR_TEXTURE:
		at[n++] = 1;
		break;
	case VIRGL_BLIT:
		at[n++] = 4;
		at[n++] = 13;
		break;
	case VIRGL_RESOURCE_COPY_REGION:
		at[n++] = 1;
		at[n++] = 6;
		break;
	case VIRGL_COPY_TRANSFER3D:
		at[n++] = 1;
		at[n++] = 12;
		break;
	case VIRGL_SET_UNIFORM_BUFFER:
		at[n++] = 5;
		break;
	case VIRGL_SET_SHADER_BUFFERS:
		for (i = 5; i <= len; i += 3)
			at[n++] = i;
		break;
	case VIRGL_SET_SHADER_IMAGES:
		for (i = 7; i <= len; i += 5)
			at[n++] = i;
		break;
	case VIRGL_SET_ATOMIC_BUFFERS:
		for (i = 4; i <= len; i += 3)
			at[n++] = i;
		break;
	case VIRGL_LAUNCH_GRID:
		at[n++] = 7;
		break;
	case VIRGL_GET_QUERY_RESULT_QBO:
		at[n++] = 2;
		break;
	}
	return n;
}

static bool known(u32 gpu_id)
{
	u32 id;

	for (id = 1; id < VGL_IDS; id++)
		if (vgl.res[id]->res.gpu_id == gpu_id)
			return vgl.res[id]->attached;
	return false;
}

static void check_taken(const u32 *before, const u32 *after, u32 n)
{
	u32 at[64], i, j, nr, cmd;

	for (i = 0; i < n; i += 1 + (before[i] >> 16)) {
		cmd = before[i] & 0xff;
		MUST(n - i > before[i] >> 16);
		MUST(cmd < VIRGL_COMMANDS && cmd != VIRGL_SET_DEBUG_FLAGS &&
		     cmd != VIRGL_GET_MEMORY_INFO &&
		     cmd != VIRGL_PIPE_RESOURCE_CREATE &&
		     cmd != VIRGL_PIPE_RESOURCE_SET_TYPE &&
		     (cmd < VIRGL_CREATE_VIDEO_CODEC ||
		      cmd == VIRGL_CLEAR_SURFACE));
		nr = places(before + i, at);
		for (j = 0; j < nr; j++) {
			u32 id = after[i + at[j]];

			MUST(!id == !before[i + at[j]]);
			MUST(!id || known(id));
		}
		taken++;
	}
	MUST(i == n);
}

/* Return: dwords before the command that was refused; @n: none was. */
static u32 submit_once(const u32 *dw, u32 n, u32 fail)
{
	__le32 *copy = malloc(n * 4 + !n);
	struct mvgpu_virgl_verdict verdict;
	struct mvgpu_virgl_limits usage;
	u64 had = taken;
	int err;

	if (!digest)
		digest = vgl_digest(&vgl);
	memcpy(copy, dw, n * 4);
	mvgpu_virgl_get_usage(vgl.virgl, &usage);
	shim_fail(fail);
	err = mvgpu_virgl_submit(vgl.virgl, copy, n, &verdict);
	shim_fail(0);
	submits++;
	if (err) {
		MUST(vgl_digest(&vgl) == digest);
		MUST(err == -EINVAL || err == -ENOENT || err == -EDQUOT ||
		     (err == -ENOMEM && fail));
		MUST(verdict.reason && verdict.at < n);
		MUST((dw[verdict.at] & 0xff) == verdict.cmd);
		refused++;
	} else {
		digest = 0;
		check_taken(dw, (u32 *)copy, n);
		MUST(!verdict.reason && verdict.commands == taken - had);
	}
	vgl_check_gone(vgl.virgl, &usage, &verdict);
	vgl_verify(&vgl);
	free(copy);
	return err ? verdict.at : n;
}

/*
 * What is before a command that was refused is good on its own, and what is
 * behind it may be.
 */
static void submit(const u32 *dw, u32 n, u32 fail)
{
	u32 good, len;

	for (;;) {
		good = submit_once(dw, n, fail);
		if (good == n)
			return;
		MUST(!good || submit_once(dw, good, 0) == good);
		len = 1 + (dw[good] >> 16);
		if (len >= n - good)
			return;
		dw += good + len;
		n -= good + len;
		fail = 0;
	}
}

static void step(u32 header, u32 *fail)
{
	u32 what = header >> 8 & 0xff;
	u32 id = 1 + what % (VGL_IDS - 1);

	digest = 0;
	switch (header & 0xff) {
	case STEP_ATTACH:
		vgl.res[id]->attached = !vgl.res[id]->attached;
		break;
	case STEP_UNREF:
		vgl_unref(&vgl, id);
		break;
	case STEP_BACKING:
		vgl.res[id]->res.backing_size = what * 64;
		break;
	case STEP_FAIL:
		*fail = what;
		break;
	case STEP_CONTEXT:
		vgl_context(&vgl, &vgl_limits);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u32 dw[MAX_DWORDS];
	u32 n = size / 4, at, start = 0, fail = 0;

	if (n > MAX_DWORDS)
		return -1;
	memcpy(dw, data, n * 4);
	digest = 0;
	shim_reset();
	vgl_start(&vgl, &vgl_limits);
	/* What a guest has when it is up. */
	vgl_objects(&vgl);
	MUST(!vgl_submit(&vgl));
	for (at = 0; at < n; at++) {
		u32 cmd = dw[at] & 0xff;

		if (cmd < STEP_FIRST || cmd >= STEP_END) {
			at += min(dw[at] >> 16, n - at);
			continue;
		}
		submit(dw + start, at - start, fail);
		fail = 0;
		step(dw[at], &fail);
		start = at + 1;
	}
	submit(dw + start, n - start, fail);
	vgl_stop(&vgl);
	MUST(!shim_live());
	return 0;
}

/*
 * The mutator: it knows commands.
 */

static u32 state;

static u32 rnd(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (u64)(state ^ state >> 15) % n;
}

static u32 number(void)
{
	static const u32 some[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65,
		127, 128, 255, 256, 1023, 1024, 1025, 4095, 4096, 4097, 65535,
		65536, 0x10000, 0x70000, 0x7fffffff, 0x80000000, 0x80000008,
		0xffff0000, 0xfffffff0, 0xfffffffc, 0xffffffff,
	};

	return rnd(4) ? some[rnd(ARRAY_SIZE(some))] : rnd(0x7fffffff) * 2;
}

/* Offsets of the commands, and in the end of the end. */
static u32 split(const u32 *dw, u32 n, u32 *at)
{
	u32 i, nr = 0;

	for (i = 0; i < n; i += 1 + min(dw[i] >> 16, n - i - 1))
		at[nr++] = i;
	at[nr] = n;
	return nr;
}

/* A command: good, or with a mistake or two. */
static u32 make(u32 *dw)
{
	const struct vgl_command *cmd;
	u32 i, n;

	if (!rnd(14)) {
		dw[0] = VIRGL_CMD(rnd(4) ? STEP_SUBMIT :
				  STEP_FIRST + rnd(STEP_END - STEP_FIRST),
				  rnd(256), 0);
		return 1;
	}
	cmd = &vgl_commands[rnd(vgl_nr_commands)];
	n = vgl_dwords(cmd);
	memcpy(dw, cmd->dw, n * 4);
	if ((dw[0] & 0xff) == VIRGL_CREATE_OBJECT)
		dw[1] = 1 + rnd(40);
	for (i = 0; cmd->res[i]; i++)
		if (!rnd(8))
			dw[cmd->res[i]] = 1 + rnd(VGL_IDS);
	for (i = 0; cmd->obj[i]; i++)
		if (!rnd(8))
			dw[cmd->obj[i]] = rnd(42);
	if (vgl_dwords(cmd) == 2 && !rnd(2))
		dw[1] = rnd(8);
	if (!rnd(12))
		dw[rnd(n)] = number();
	return n;
}

static u32 insert(u32 *dw, u32 n, u32 max, u32 at, const u32 *what, u32 nr)
{
	if (nr > max - n)
		return n;
	memmove(dw + at + nr, dw + at, (n - at) * 4);
	memcpy(dw + at, what, nr * 4);
	return n + nr;
}

static u32 cut(u32 *dw, u32 n, u32 from, u32 to)
{
	memmove(dw + from, dw + to, (n - to) * 4);
	return n - (to - from);
}

static u32 mutate(u32 *dw, u32 n, u32 max, u32 *at)
{
	u32 one[128], nr = split(dw, n, at);
	u32 i = rnd(nr + 1), j = rnd(nr + 1), len;

	if (!nr || !rnd(2))
		return insert(dw, n, max, at[i], one, make(one));
	i %= nr;
	j %= nr;
	len = at[i + 1] - at[i];
	switch (rnd(7)) {
	case 0:
		return cut(dw, n, at[i], at[i + 1]);
	case 1:
		return cut(dw, n, at[min(i, j)], at[max(i, j)]);
	case 2:
		if (len > ARRAY_SIZE(one))
			return n;
		memcpy(one, dw + at[i], len * 4);
		return insert(dw, n, max, at[j], one, len);
	case 3:
		dw[at[i] + rnd(len)] = number();
		return n;
	case 4:
		dw[at[i] + rnd(len)] += rnd(2) ? 1 : -1;
		return n;
	case 5:
		/* One dword longer or shorter, properly. */
		if (rnd(2) && n < max) {
			one[0] = rnd(40);
			dw[at[i]] += 0x10000;
			return insert(dw, n, max, at[i + 1], one, 1);
		}
		if (len < 2)
			return n;
		dw[at[i]] -= 0x10000;
		return cut(dw, n, at[i + 1] - 1, at[i + 1]);
	default:
		dw[at[i] + rnd(len)] = rnd(42);
		return n;
	}
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, u32 seed)
{
	static u32 dw[MAX_DWORDS], at[MAX_DWORDS + 1];
	u32 n = size / 4, most = min_t(size_t, max / 4, MAX_DWORDS), i;

	state = seed;
	if (!rnd(16))
		return LLVMFuzzerMutate(data, size, max);
	n = min(n, most);
	memcpy(dw, data, n * 4);
	for (i = 1 + rnd(4); i; i--)
		n = mutate(dw, n, most, at);
	memcpy(data, dw, n * 4);
	return n * 4;
}

/* The first commands of one, the last of the other. */
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t na, const u8 *b, size_t nb,
				 u8 *out, size_t max, u32 seed)
{
	static u32 dwa[MAX_DWORDS], dwb[MAX_DWORDS], at[MAX_DWORDS + 1];
	u32 n, from, head, tail;

	state = seed;
	n = min_t(size_t, na / 4, MAX_DWORDS);
	memcpy(dwa, a, n * 4);
	head = min_t(size_t, at[rnd(split(dwa, n, at) + 1)], max / 4);
	n = min_t(size_t, nb / 4, MAX_DWORDS);
	memcpy(dwb, b, n * 4);
	from = at[rnd(split(dwb, n, at) + 1)];
	tail = min_t(size_t, n - from, max / 4 - head);
	memcpy(out, dwa, head * 4);
	memcpy(out + head * 4, dwb + from, tail * 4);
	return (head + tail) * 4;
}

/*
 * Soak: streams as long as Mesa's, without libFuzzer, of commands that are good
 * but for one in so many.
 */

static void soak_command(u32 odds)
{
	const struct vgl_command *cmd = &vgl_commands[rnd(vgl_nr_commands)];
	u32 at = vgl.ndw, i;

	vgl_add(&vgl, cmd->dw, vgl_dwords(cmd));
	switch (cmd->dw[0] & 0xff) {
	case VIRGL_CREATE_OBJECT:
		/* Only one text may be unfinished. */
		if (cmd->flags == (VGL_LONGER | VGL_SHORTER) && rnd(odds))
			vgl.ndw = at;
		else
			vgl.stream[at + 1] = 100 + rnd(60);
		break;
	case VIRGL_DESTROY_OBJECT:
		vgl.stream[at + 1] = 100 + rnd(60);
		break;
	case VIRGL_SET_STREAMOUT_TARGETS:
		vgl.stream[at + 2 + rnd(2)] = VGL_H_TARGET + rnd(2);
		break;
	case VIRGL_SET_SUB_CTX:
	case VIRGL_DESTROY_SUB_CTX:
		vgl.stream[at + 1] = rnd(odds) ? 0 : rnd(8);
		break;
	case VIRGL_CREATE_SUB_CTX:
		vgl.stream[at + 1] = 1 + rnd(4);
		if (rnd(4))
			VGL_ADD(&vgl, VIRGL_CMD(VIRGL_SET_SUB_CTX, 0, 1), 0);
		else
			vgl_objects(&vgl);
		break;
	}
	if (vgl.ndw == at || rnd(odds))
		return;
	i = at + rnd(vgl_dwords(cmd));
	vgl.stream[i] = rnd(2) ? number() : 1 + rnd(VGL_IDS);
}

static void soak(u64 commands)
{
	static const u32 odds[] = { 10, 100, 1000, 1000 };
	u32 i, n;

	vgl_start(&vgl, &vgl_limits);
	vgl_objects(&vgl);
	MUST(!vgl_submit(&vgl));
	while (taken < commands) {
		vgl.ndw = 0;
		n = odds[rnd(ARRAY_SIZE(odds))];
		if (rnd(n))
			VGL_ADD(&vgl, VIRGL_CMD(VIRGL_SET_SUB_CTX, 0, 1), 0);
		for (i = 1 + rnd(300); i; i--)
			soak_command(n);
		submit(vgl.stream, vgl.ndw, rnd(50) ? 0 : 1 + rnd(40));
		if (rnd(8))
			continue;
		/* The rest of the guest; what is detached comes back. */
		digest = 0;
		n = 1 + rnd(VGL_IDS - 2);
		if (!rnd(16))
			vgl_context(&vgl, &vgl_limits);
		else
			vgl_unref(&vgl, n);
		vgl.ndw = 0;
		VGL_ADD(&vgl, VIRGL_CMD(VIRGL_SET_SUB_CTX, 0, 1), 0);
		vgl_objects(&vgl);
		submit(vgl.stream, vgl.ndw, 0);
	}
	vgl_stop(&vgl);
	MUST(!shim_live());
}

static void report(void)
{
	fprintf(stderr, "stat::submits: %llu\n", (unsigned long long)submits);
	fprintf(stderr, "stat::commands_taken: %llu\n",
		(unsigned long long)taken);
	fprintf(stderr, "stat::commands_refused: %llu\n",
		(unsigned long long)refused);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *commands = getenv("SOAK_COMMANDS");
	const char *seed = getenv("SOAK_SEED");

	atexit(report);
	if (commands) {
		state = seed ? atoi(seed) : 1;
		shim_reset();
		soak(strtoull(commands, NULL, 0));
		exit(0);
	}
	return 0;
}
