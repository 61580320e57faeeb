// SPDX-License-Identifier: GPL-2.0
/*
 * Layout of the formats of virgl, enum virgl_formats. Rows are ranges of
 * numbers, because the numbers are all that is on the wire.
 */
#include "format3d.h"

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/nospec.h>

#include "res3d.h"

#define PIXEL(n) { .bytes = (n), .width = 1, .height = 1 }
#define BLOCK(n, w, h) { .bytes = (n), .width = (w), .height = (h) }

static const struct mvgpu_format3d unknown = PIXEL(16);

/*
 * Formats without a row are not known and not used: numbers that stand for nothing,
 * formats of which the renderer has no description (virglrenderer 1.1.0,
 * u_format.csv) and would follow a NULL pointer, planes of video, and two pixels in four
 * bytes, as video has them: R8G8_R8B8_UNORM is RGBA8 to GL, for which the renderer has half
 * of the memory that GL reads and writes.
 */
static const struct mvgpu_format3d formats[MVGPU_VIRGL_FORMATS] = {
	[1 ... 4] = PIXEL(4),		/* BGRA8, ARGB8 */
	[5 ... 7] = PIXEL(2),		/* 5551, 4444, 565 */
	[8] = PIXEL(4),			/* 1010102 */
	[9 ... 11] = PIXEL(1),		/* L8, A8, I8 */
	[12 ... 13] = PIXEL(2),		/* L8A8, L16 */
	[16] = PIXEL(2),		/* Z16 */
	[17 ... 22] = PIXEL(4),		/* Z32, Z24S8 */
	[23] = PIXEL(1),		/* S8 */
	[24] = PIXEL(8),		/* R64 and more of them */
	[25] = PIXEL(16),
	[26] = PIXEL(24),
	[27] = PIXEL(32),
	[28] = PIXEL(4),		/* R32_FLOAT */
	[29] = PIXEL(8),
	[30] = PIXEL(12),
	[31] = PIXEL(16),
	[32] = PIXEL(4),		/* R32_UNORM */
	[33] = PIXEL(8),
	[34] = PIXEL(12),
	[35] = PIXEL(16),
	[36] = PIXEL(4),		/* R32_USCALED */
	[37] = PIXEL(8),
	[38] = PIXEL(12),
	[39] = PIXEL(16),
	[40] = PIXEL(4),		/* R32_SNORM */
	[41] = PIXEL(8),
	[42] = PIXEL(12),
	[43] = PIXEL(16),
	[44] = PIXEL(4),		/* R32_SSCALED */
	[45] = PIXEL(8),
	[46] = PIXEL(12),
	[47] = PIXEL(16),
	[48] = PIXEL(2),		/* R16_UNORM */
	[49] = PIXEL(4),
	[50] = PIXEL(6),
	[51] = PIXEL(8),
	[52] = PIXEL(2),		/* R16_USCALED */
	[53] = PIXEL(4),
	[54] = PIXEL(6),
	[55] = PIXEL(8),
	[56] = PIXEL(2),		/* R16_SNORM */
	[57] = PIXEL(4),
	[58] = PIXEL(6),
	[59] = PIXEL(8),
	[60] = PIXEL(2),		/* R16_SSCALED */
	[61] = PIXEL(4),
	[62] = PIXEL(6),
	[63] = PIXEL(8),
	[64] = PIXEL(1),		/* R8_UNORM */
	[65] = PIXEL(2),
	[66] = PIXEL(3),
	[67 ... 68] = PIXEL(4),
	[69] = PIXEL(1),		/* R8_USCALED */
	[70] = PIXEL(2),
	[71] = PIXEL(3),
	[72] = PIXEL(4),
	[74] = PIXEL(1),		/* R8_SNORM */
	[75] = PIXEL(2),
	[76] = PIXEL(3),
	[77] = PIXEL(4),
	[82] = PIXEL(1),		/* R8_SSCALED */
	[83] = PIXEL(2),
	[84] = PIXEL(3),
	[85] = PIXEL(4),
	[87] = PIXEL(4),		/* R32_FIXED */
	[88] = PIXEL(8),
	[89] = PIXEL(12),
	[90] = PIXEL(16),
	[91] = PIXEL(2),		/* R16_FLOAT */
	[92] = PIXEL(4),
	[93] = PIXEL(6),
	[94] = PIXEL(8),
	[95] = PIXEL(1),		/* SRGB */
	[96] = PIXEL(2),
	[97] = PIXEL(3),
	[98 ... 104] = PIXEL(4),
	[105 ... 106] = BLOCK(8, 4, 4),	/* DXT1 */
	[107 ... 108] = BLOCK(16, 4, 4),
	[109 ... 110] = BLOCK(8, 4, 4),
	[111 ... 112] = BLOCK(16, 4, 4),
	[113 ... 114] = BLOCK(8, 4, 4),	/* RGTC */
	[115 ... 116] = BLOCK(16, 4, 4),
	[119] = PIXEL(4),
	[120] = PIXEL(2),
	[121] = PIXEL(4),
	[122] = PIXEL(2),		/* B5G5R5X1 */
	[123 ... 125] = PIXEL(4),
	[126] = PIXEL(8),		/* Z32_FLOAT_S8X24 */
	[128 ... 129] = PIXEL(4),
	[130] = PIXEL(1),		/* L4A4 */
	[131 ... 132] = PIXEL(4),
	[133] = PIXEL(2),
	[134] = PIXEL(4),
	[135] = PIXEL(2),		/* B4G4R4X4 */
	[136 ... 137] = PIXEL(4),
	[138] = PIXEL(8),		/* X32_S8X24 */
	[139] = PIXEL(1),		/* B2G3R3 */
	[140] = PIXEL(4),		/* L16A16 */
	[141 ... 142] = PIXEL(2),
	[143 ... 144] = BLOCK(8, 4, 4),	/* LATC */
	[145 ... 146] = BLOCK(16, 4, 4),
	[147 ... 148] = PIXEL(1),	/* SNORM */
	[149] = PIXEL(2),
	[150] = PIXEL(1),
	[151 ... 152] = PIXEL(2),
	[153] = PIXEL(4),
	[154 ... 156] = PIXEL(2),
	[157] = PIXEL(4),
	[158] = PIXEL(2),
	[159 ... 160] = PIXEL(4),
	[161] = PIXEL(8),
	[162] = PIXEL(4),
	[168 ... 169] = PIXEL(1),	/* A4R4 */
	[170 ... 171] = PIXEL(2),
	[172 ... 176] = PIXEL(4),
	[177] = PIXEL(1),		/* R8_UINT */
	[178] = PIXEL(2),
	[179] = PIXEL(3),
	[180] = PIXEL(4),
	[181] = PIXEL(1),		/* R8_SINT */
	[182] = PIXEL(2),
	[183] = PIXEL(3),
	[184] = PIXEL(4),
	[185] = PIXEL(2),		/* R16_UINT */
	[186] = PIXEL(4),
	[187] = PIXEL(6),
	[188] = PIXEL(8),
	[189] = PIXEL(2),		/* R16_SINT */
	[190] = PIXEL(4),
	[191] = PIXEL(6),
	[192] = PIXEL(8),
	[193] = PIXEL(4),		/* R32_UINT */
	[194] = PIXEL(8),
	[195] = PIXEL(12),
	[196] = PIXEL(16),
	[197] = PIXEL(4),		/* R32_SINT */
	[198] = PIXEL(8),
	[199] = PIXEL(12),
	[200] = PIXEL(16),
	[201 ... 203] = PIXEL(1),	/* A8_UINT */
	[204] = PIXEL(2),
	[205 ... 207] = PIXEL(1),
	[208] = PIXEL(2),
	[209 ... 211] = PIXEL(2),	/* A16_UINT */
	[212] = PIXEL(4),
	[213 ... 215] = PIXEL(2),
	[216] = PIXEL(4),
	[217 ... 219] = PIXEL(4),	/* A32_UINT */
	[220] = PIXEL(8),
	[221 ... 223] = PIXEL(4),
	[224] = PIXEL(8),
	[225] = PIXEL(4),
	[226] = BLOCK(8, 4, 4),		/* ETC1 */
	[229 ... 233] = PIXEL(4),	/* R8G8B8X8 */
	[234 ... 238] = PIXEL(8),	/* R16G16B16X16 */
	[239 ... 241] = PIXEL(16),	/* R32G32B32X32 */
	[242] = PIXEL(2),		/* R8A8 */
	[243 ... 245] = PIXEL(4),	/* R16A16 */
	[246] = PIXEL(8),		/* R32A32 */
	[247 ... 248] = PIXEL(2),
	[249 ... 250] = PIXEL(4),
	[251 ... 252] = PIXEL(8),
	[253] = PIXEL(4),
	[254] = PIXEL(2),		/* B5G6R5_SRGB */
	[255 ... 258] = BLOCK(16, 4, 4),	/* BPTC */
	[263 ... 264] = PIXEL(2),	/* G8R8 */
	[265 ... 268] = PIXEL(4),
	[269 ... 272] = BLOCK(8, 4, 4),	/* ETC2 */
	[273 ... 274] = BLOCK(16, 4, 4),
	[275 ... 276] = BLOCK(8, 4, 4),
	[277 ... 278] = BLOCK(16, 4, 4),
	[279] = BLOCK(16, 4, 4),	/* ASTC */
	[280] = BLOCK(16, 5, 4),
	[281] = BLOCK(16, 5, 5),
	[282] = BLOCK(16, 6, 5),
	[283] = BLOCK(16, 6, 6),
	[284] = BLOCK(16, 8, 5),
	[285] = BLOCK(16, 8, 6),
	[286] = BLOCK(16, 8, 8),
	[287] = BLOCK(16, 10, 5),
	[288] = BLOCK(16, 10, 6),
	[289] = BLOCK(16, 10, 8),
	[290] = BLOCK(16, 10, 10),
	[291] = BLOCK(16, 12, 10),
	[292] = BLOCK(16, 12, 12),
	[293] = BLOCK(16, 4, 4),	/* ASTC, SRGB */
	[294] = BLOCK(16, 5, 4),
	[295] = BLOCK(16, 5, 5),
	[296] = BLOCK(16, 6, 5),
	[297] = BLOCK(16, 6, 6),
	[298] = BLOCK(16, 8, 5),
	[299] = BLOCK(16, 8, 6),
	[300] = BLOCK(16, 8, 8),
	[301] = BLOCK(16, 10, 5),
	[302] = BLOCK(16, 10, 6),
	[303] = BLOCK(16, 10, 8),
	[304] = BLOCK(16, 10, 10),
	[305] = BLOCK(16, 12, 10),
	[306] = BLOCK(16, 12, 12),
	[308] = PIXEL(4),		/* R10G10B10X2 */
	[311] = PIXEL(2),		/* A4B4G4R4 */
	[312] = PIXEL(1),		/* R8_SRGB */
	[313] = PIXEL(2),
	[317] = PIXEL(3),		/* B8G8R8 */
	[318] = PIXEL(1),
	[319 ... 321] = PIXEL(2),
	[329] = PIXEL(4),
	[330 ... 333] = PIXEL(2),	/* A1B5G5R5 */
	[334 ... 337] = PIXEL(4),	/* A2B10G10R10 */
	[338 ... 340] = PIXEL(2),
	[341 ... 347] = PIXEL(4),	/* A8B8G8R8 */
	[372 ... 374] = PIXEL(4),
	[375] = PIXEL(1),
	[376 ... 378] = PIXEL(2),
	[379 ... 383] = PIXEL(4),	/* B8G8R8A8 */
	[385 ... 390] = PIXEL(3),	/* B8G8R8 */
	[391 ... 393] = PIXEL(4),
	[397] = PIXEL(4),		/* G16R16_SINT */
	[401] = PIXEL(2),		/* G8R8_SINT */
	[403 ... 404] = PIXEL(4),
	[405] = PIXEL(1),
	[406 ... 411] = PIXEL(2),
	[412 ... 413] = PIXEL(32),	/* R64G64B64A64 */
	[414 ... 415] = PIXEL(24),
	[416 ... 417] = PIXEL(16),
	[418 ... 419] = PIXEL(8),
	[427 ... 428] = PIXEL(2),	/* X1B5G5R5 */
	[430 ... 432] = PIXEL(4),
};

const struct mvgpu_format3d *mvgpu_format3d(u32 format)
{
	const struct mvgpu_format3d *fmt;

	if (format >= MVGPU_VIRGL_FORMATS)
		return &unknown;
	fmt = &formats[array_index_nospec(format, MVGPU_VIRGL_FORMATS)];
	return fmt->bytes ? fmt : &unknown;
}

bool mvgpu_format3d_known(u32 format)
{
	return mvgpu_format3d(format) != &unknown;
}

bool mvgpu_format3d_blocks(u32 format)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(format);

	return fmt->width > 1 || fmt->height > 1;
}

bool mvgpu_format3d_depth(u32 format)
{
	return (format >= 16 && format <= 23) || format == 126;
}

bool mvgpu_format3d_stencil(u32 format)
{
	return format == 23;
}

bool mvgpu_format3d_volume(u32 format)
{
	switch (format) {
	case 329:		/* Z24S8, seen as R8G8B8A8 */
		return false;
	case 255 ... 258:	/* BPTC */
		return true;
	}
	return !mvgpu_format3d_depth(format) && !mvgpu_format3d_blocks(format);
}

u32 mvgpu_format3d_stored(u32 format)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(format);

	/* Z32_FLOAT_S8X24 where there is no Z24 */
	if (mvgpu_format3d_depth(format))
		return 8;
	switch (format) {
	case 105 ... 116:	/* S3TC, RGTC and BPTC are kept as they are, ... */
	case 255 ... 258:
		return fmt->bytes;
	}
	/* ... ETC2 and ASTC may be RGBA8; and three of four bytes are four. */
	if (fmt->width > 1)
		return fmt->width * fmt->height * 4;
	return fmt->bytes <= 4 ? 4 : roundup_pow_of_two(fmt->bytes);
}

u32 mvgpu_format3d_charged(u32 format)
{
	const struct mvgpu_format3d *fmt = mvgpu_format3d(format);
	u32 stored = mvgpu_format3d_stored(format);

	if (fmt->width > 1)
		return stored == fmt->bytes ? stored : stored + fmt->bytes;
	return fmt->bytes % 3 ? fmt->bytes : stored;
}

bool mvgpu_format3d_view(u32 format)
{
	return format >= 136 && format <= 138;
}
