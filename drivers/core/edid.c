// SPDX-License-Identifier: GPL-2.0
/*
 * EDID 1.4 base block (VESA E-EDID Standard, release A, revision 2) of a
 * virtual monitor: standard timings for common modes, one detailed timing for
 * the preferred mode.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "vgpu.h"

/* Pixels to millimetres at 96 dots per inch. */
#define MM(px) ((px) * 254 / 960)
#define REFRESH 60

/**
 * struct mode - a mode that EDID has a short form for
 * @width: pixels
 * @height: pixels
 * @byte: of the established timings, 0: none
 * @bit: in that byte
 * @aspect: for standard timings: 0 16:10, 1 4:3, 2 5:4, 3 16:9
 */
struct mode {
	u16 width, height;
	u8 byte, bit, aspect;
};

static const struct mode modes[] = {
	{ 640, 480, 35, 5, 1 },	  { 800, 600, 35, 0, 1 },
	{ 1024, 768, 36, 3, 1 },  { 1280, 1024, 0, 0, 2 },
	{ 1280, 720, 0, 0, 3 },	  { 1280, 800, 0, 0, 0 },
	{ 1440, 900, 0, 0, 0 },	  { 1600, 900, 0, 0, 3 },
	{ 1680, 1050, 0, 0, 0 },  { 1920, 1080, 0, 0, 3 },
	{ 1920, 1200, 0, 0, 0 },
};

/* 3.10.2: reduced blanking that every pixel clock below 655 MHz allows. */
static void fill_detailed(u8 *d, u32 width, u32 height)
{
	u32 hblank = 160, vblank = 35, hfront = 48, hsync = 32;
	u32 vfront = 3, vsync = 6;
	u32 clock = (width + hblank) * (height + vblank) * REFRESH / 10000;

	d[0] = clock;
	d[1] = clock >> 8;
	d[2] = width;
	d[3] = hblank;
	d[4] = (width >> 8) << 4 | hblank >> 8;
	d[5] = height;
	d[6] = vblank;
	d[7] = (height >> 8) << 4 | vblank >> 8;
	d[8] = hfront;
	d[9] = hsync;
	d[10] = (vfront & 0xf) << 4 | (vsync & 0xf);
	d[11] = 0;
	d[12] = MM(width);
	d[13] = MM(height);
	d[14] = (MM(width) >> 8) << 4 | MM(height) >> 8;
	/* digital separate sync, positive horizontal */
	d[17] = 0x1a;
}

/* 3.10.3: a descriptor that is no timing: @tag and up to 13 bytes of text. */
static void fill_text(u8 *d, u8 tag, const char *text)
{
	size_t len = min_t(size_t, strlen(text), 13);

	d[3] = tag;
	memset(d + 5, ' ', 13);
	memcpy(d + 5, text, len);
	if (len < 13)
		d[5 + len] = '\n';
}

static void fill_range(u8 *d)
{
	/* vertical 50-75 Hz, horizontal 15-160 kHz, clock to 650 MHz */
	static const u8 limits[] = { 50, 75, 15, 160, 65, 0x01, '\n',
				     ' ', ' ', ' ', ' ', ' ', ' ' };

	d[3] = 0xfd;
	memcpy(d + 5, limits, sizeof(limits));
}

static void fill_modes(u8 *edid, u32 max_width, u32 max_height)
{
	const struct mode *mode;
	u8 *std = edid + 38;
	u32 i;

	/* 3.9: unused standard timings are 01 01 */
	memset(std, 1, 16);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		mode = &modes[i];
		if (mode->width > max_width || mode->height > max_height)
			continue;
		if (mode->byte) {
			edid[mode->byte] |= 1 << mode->bit;
		} else if (std < edid + 54) {
			*std++ = mode->width / 8 - 31;
			*std++ = mode->aspect << 6 | (REFRESH - 60);
		}
	}
}

/**
 * mvgpu_edid_fill() - make an EDID
 * @edid: filled
 * @width: preferred mode, pixels, up to 4095
 * @height: likewise
 * @max_width: modes wider than this are left out
 * @max_height: likewise
 * @serial: serial number
 */
void mvgpu_edid_fill(u8 edid[128], u32 width, u32 height, u32 max_width,
		     u32 max_height, u32 serial)
{
	static const u8 header[] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	/* sRGB primaries and white point, 3.7 */
	static const u8 colour[] = { 0xee, 0x91, 0xa3, 0x54, 0x4c,
				     0x99, 0x26, 0x0f, 0x50, 0x54 };
	u8 sum = 0;
	u32 i;

	memset(edid, 0, 128);
	memcpy(edid, header, sizeof(header));
	/* manufacturer "MVG", three times five bits from 'A' = 1 */
	edid[8] = ('M' - '@') << 2 | ('V' - '@') >> 3;
	edid[9] = (('V' - '@') << 5 | ('G' - '@')) & 0xff;
	edid[10] = 1;
	for (i = 0; i < 4; i++)
		edid[12 + i] = serial >> (8 * i);
	edid[17] = 2026 - 1990;
	edid[18] = 1;
	edid[19] = 4;
	/* digital, 8 bits a colour, DisplayPort */
	edid[20] = 0xa5;
	edid[21] = MM(width) / 10;
	edid[22] = MM(height) / 10;
	edid[23] = 120;
	/* RGB, sRGB is the default, first timing is the native mode */
	edid[24] = 0x06;
	memcpy(edid + 25, colour, sizeof(colour));
	fill_modes(edid, max_width, max_height);
	fill_detailed(edid + 54, width, height);
	fill_range(edid + 72);
	fill_text(edid + 90, 0xfc, "mvgpu");
	/* 0x10: unused */
	edid[108 + 3] = 0x10;
	for (i = 0; i < 127; i++)
		sum += edid[i];
	edid[127] = -sum;
}
