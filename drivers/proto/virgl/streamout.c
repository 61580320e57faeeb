// SPDX-License-Identifier: GPL-2.0
/*
 * Outputs that a shader streams out: its text must declare them. The renderer
 * looks each of them up in what it has parsed, and does not ask whether it was
 * there (vrend_shader.c, get_io_slot() and prepare_so_movs()).
 *
 * Only lines as Mesa writes them are looked for:
 * "DCL OUT[1], ..." and "DCL OUT[1..3], ...". What is written in another way is
 * taken for not declared. A line that looks like one but is none can't be, since
 * the renderer refuses a text that has anything else there. A text may come in
 * several commands, so the search goes on from byte to byte.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "internal.h"

/* Buffers that outputs may go to, as the renderer has strides for them. */
#define STREAMOUT_BUFFERS 4

static const char begin[] = "\nDCL OUT[";

/* mvgpu_vscan.state: characters of @begin that were seen, or one of these. */
enum {
	SCAN_FROM = sizeof(begin) - 1,
	SCAN_DOT,
	SCAN_TO,
	SCAN_BEHIND,
	SCAN_END,
};

/* More than any register. */
#define NO_NUMBER 1000

/* @nr is below VIRGL_MAX_SO_OUTPUTS, and the guest's. */
static void set(u32 *bits, u32 nr)
{
	nr = array_index_nospec(nr, VIRGL_MAX_SO_OUTPUTS);
	bits[nr / 32] |= BIT(nr % 32);
}

static bool has(const u32 *bits, u32 nr)
{
	nr = array_index_nospec(nr, VIRGL_MAX_SO_OUTPUTS);
	return bits[nr / 32] & BIT(nr % 32);
}

int mvgpu_vscan_begin(struct mvgpu_vcmd *cmd, u32 outputs,
		      struct mvgpu_vscan *scan)
{
	u32 i, output;

	memset(scan, 0, sizeof(*scan));
	for (i = 0; i < outputs; i++) {
		output = vcmd_dw(cmd, 10 + 2 * i);
		if ((output & 0xff) >= VIRGL_MAX_SO_OUTPUTS)
			return vcmd_refuse(cmd, -EINVAL, "streamout register");
		if ((output >> 13 & 7) >= STREAMOUT_BUFFERS)
			return vcmd_refuse(cmd, -EINVAL, "streamout buffer");
		set(scan->wanted, output & 0xff);
	}
	return 0;
}

/*
 * Of declarations that begin at one register only the first counts: the renderer
 * may take a second one for the same and leave it out.
 */
static void declare(struct mvgpu_vscan *scan)
{
	u32 i;

	if (scan->to >= VIRGL_MAX_SO_OUTPUTS || scan->from > scan->to ||
	    has(scan->first, scan->from))
		return;
	set(scan->first, scan->from);
	for (i = scan->from; i <= scan->to; i++)
		set(scan->declared, i);
}

static u32 number(u32 so_far, char c)
{
	u32 n = so_far == NO_NUMBER ? 0 : so_far;

	n = 10 * n + c - '0';
	return n < NO_NUMBER ? n : NO_NUMBER - 1;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Return: the state that follows; 0: that was no declaration. */
static u32 scan_declaration(struct mvgpu_vscan *scan, char c)
{
	switch (scan->state) {
	case SCAN_FROM:
		if (is_digit(c)) {
			scan->from = number(scan->from, c);
			scan->to = scan->from;
			return SCAN_FROM;
		}
		if (scan->from == NO_NUMBER)
			return 0;
		return c == '.' ? SCAN_DOT : c == ']' ? SCAN_BEHIND : 0;
	case SCAN_DOT:
		scan->to = NO_NUMBER;
		return c == '.' ? SCAN_TO : 0;
	case SCAN_TO:
		if (is_digit(c)) {
			scan->to = number(scan->to, c);
			return SCAN_TO;
		}
		return c == ']' ? SCAN_BEHIND : 0;
	case SCAN_BEHIND:
		/* Not a second dimension. */
		if (c == ',' || c == '.')
			declare(scan);
	}
	return 0;
}

static void scan_byte(struct mvgpu_vscan *scan, char c)
{
	if (scan->state == SCAN_END)
		return;
	if (!c) {
		scan->state = SCAN_END;
		return;
	}
	if (scan->state < SCAN_FROM && c == begin[scan->state]) {
		scan->state++;
		scan->from = NO_NUMBER;
		return;
	}
	scan->state = scan->state < SCAN_FROM ? 0 : scan_declaration(scan, c);
	/* It ends with any character, which may begin the next. */
	if (!scan->state)
		scan->state = c == begin[0];
}

void mvgpu_vscan_text(struct mvgpu_vscan *scan, const struct mvgpu_vcmd *cmd,
		      u32 at)
{
	u32 i, dw;

	if (!scan->wanted[0] && !scan->wanted[1])
		return;
	for (; at <= cmd->len; at++) {
		dw = vcmd_dw(cmd, at);
		for (i = 0; i < 32; i += 8)
			scan_byte(scan, dw >> i & 0xff);
		if (at % RESCHED_DWORDS == 0)
			cond_resched();
	}
}

int mvgpu_vscan_end(struct mvgpu_vcmd *cmd, const struct mvgpu_vscan *scan)
{
	if (scan->wanted[0] & ~scan->declared[0] ||
	    scan->wanted[1] & ~scan->declared[1])
		return vcmd_refuse(cmd, -EINVAL, "streamout of nothing");
	return 0;
}
