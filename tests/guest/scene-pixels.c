// SPDX-License-Identifier: GPL-2.0
/*
 * Scenes that carry pixels to the GPU and back, in many formats, and sample
 * textures of each kind.
 */
#include <stdlib.h>
#include <string.h>

#include "gl.h"
#include "scene.h"

#define WIDTH 61	/* odd: rows end where no word does */
#define HEIGHT 37
#define LAYERS 6
#define SIDE 32

/* Bytes that look like noise and are always the same. */
static void fill_noise(uint8_t *bytes, size_t size, uint32_t seed)
{
	size_t i;

	for (i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = seed >> 24;
	}
}

/**
 * struct format - of texels that come back as they went
 * @name: for the reader
 * @internal: of the texture
 * @format: of the transfer
 * @type: of the transfer
 * @bytes: of a texel
 */
struct format {
	const char *name;
	GLenum internal, format, type;
	int bytes;
};

static const struct format formats[] = {
	{ "rgba8", GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4 },
	{ "rgba8ui", GL_RGBA8UI, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, 4 },
	{ "rgba16i", GL_RGBA16I, GL_RGBA_INTEGER, GL_SHORT, 8 },
	{ "rgba32ui", GL_RGBA32UI, GL_RGBA_INTEGER, GL_UNSIGNED_INT, 16 },
	{ "rg32i", GL_RG32I, GL_RG_INTEGER, GL_INT, 8 },
	{ "r32ui", GL_R32UI, GL_RED_INTEGER, GL_UNSIGNED_INT, 4 },
	{ "r8", GL_R8, GL_RED, GL_UNSIGNED_BYTE, 1 },
};

/* Sent, part of it sent again, read back. */
static bool carry(const struct format *format, const uint8_t *sent,
		  uint8_t *got, size_t size)
{
	struct gl_target target;
	bool ok;

	ok = gl_target_open(&target, format->internal, WIDTH, HEIGHT);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, WIDTH);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, WIDTH, HEIGHT, format->format,
			format->type, sent);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 3, 5, 17, 11, format->format,
			format->type,
			sent + (size_t)format->bytes * (5 * WIDTH + 3));
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glReadPixels(0, 0, WIDTH, HEIGHT, format->format, format->type, got);
	glPixelStorei(GL_PACK_ALIGNMENT, 4);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
	gl_target_close(&target);
	return ok && !memcmp(sent, got, size);
}

static void run_formats(struct tap *tap)
{
	const struct format *format = formats;
	uint8_t *sent, *got;
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(formats); i++, format++) {
		size = (size_t)WIDTH * HEIGHT * format->bytes;
		sent = malloc(size);
		got = calloc(1, size);
		if (sent)
			fill_noise(sent, size, i + 1);
		tap_ok(tap, sent && got && carry(format, sent, got, size) &&
		       gl_no_error(),
		       "formats: %s comes back as it went", format->name);
		free(got);
		free(sent);
	}
}

/* Through pixel buffers, so that GL copies and the program maps. */
static void run_pbo(struct tap *tap)
{
	const size_t size = 4ul * WIDTH * HEIGHT;
	struct gl_target target;
	uint8_t *sent, *got;
	GLuint pbo[2];

	sent = malloc(size);
	if (!tap_ok(tap, sent && gl_target_open(&target, GL_RGBA8, WIDTH,
						HEIGHT), "pbo: a target"))
		return;
	fill_noise(sent, size, 99);
	glGenBuffers(2, pbo);
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, pbo[0]);
	glBufferData(GL_PIXEL_UNPACK_BUFFER, size, sent, GL_STREAM_DRAW);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, WIDTH, HEIGHT, GL_RGBA,
			GL_UNSIGNED_BYTE, NULL);
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, pbo[1]);
	glBufferData(GL_PIXEL_PACK_BUFFER, size, NULL, GL_STREAM_READ);
	glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	got = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, size, GL_MAP_READ_BIT);
	tap_ok(tap, got && !memcmp(got, sent, size),
	       "pbo: pixels come back as they went");
	glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	glDeleteBuffers(2, pbo);
	gl_target_close(&target);
	free(sent);
}

static const char quad_vertex[] =
"#version 320 es\n"
"out vec2 at;\n"
"void main()\n"
"{\n"
"	at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));\n"
"	gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);\n"
"}\n";

static const char sample_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"precision highp sampler2DArray;\n"
"precision highp sampler3D;\n"
"precision highp samplerCube;\n"
"uniform sampler2D flat_;\n"
"uniform sampler2DArray layers;\n"
"uniform sampler3D solid;\n"
"uniform samplerCube cube;\n"
"in vec2 at;\n"
"layout(location = 0) out vec4 pixel;\n"
"void main()\n"
"{\n"
"	vec2 part = fract(at * 2.0);\n"
"	if (at.x < 0.5 && at.y < 0.5)\n"
"		pixel = texture(flat_, part * 1.5);\n"
"	else if (at.x < 0.5)\n"
"		pixel = texture(layers, vec3(part, floor(part.x * 6.0)));\n"
"	else if (at.y < 0.5)\n"
"		pixel = texture(solid, vec3(part, part.x));\n"
"	else\n"
"		pixel = texture(cube, vec3(part * 2.0 - 1.0, 0.4));\n"
"}\n";

static const struct gl_stage sampling[] = {
	{ GL_VERTEX_SHADER, quad_vertex },
	{ GL_FRAGMENT_SHADER, sample_fragment },
};

/* Names of textures and where the program looks for them. */
static const struct kind {
	const char *sampler;
	GLenum target;
} kinds[] = {
	{ "flat_", GL_TEXTURE_2D },
	{ "layers", GL_TEXTURE_2D_ARRAY },
	{ "solid", GL_TEXTURE_3D },
	{ "cube", GL_TEXTURE_CUBE_MAP },
};

static void fill_texture(GLenum target)
{
	uint8_t texels[LAYERS * SIDE * SIDE * 4];
	int face;

	fill_noise(texels, sizeof(texels), target);
	if (target == GL_TEXTURE_2D_ARRAY || target == GL_TEXTURE_3D) {
		glTexStorage3D(target, 6, GL_RGBA8, SIDE, SIDE, LAYERS);
		glTexSubImage3D(target, 0, 0, 0, 0, SIDE, SIDE, LAYERS, GL_RGBA,
				GL_UNSIGNED_BYTE, texels);
	} else if (target == GL_TEXTURE_CUBE_MAP) {
		glTexStorage2D(target, 6, GL_RGBA8, SIDE, SIDE);
		for (face = 0; face < 6; face++)
			glTexSubImage2D(GL_TEXTURE_CUBE_MAP_POSITIVE_X + face,
					0, 0, 0, SIDE, SIDE, GL_RGBA,
					GL_UNSIGNED_BYTE,
					texels + face * SIDE * SIDE * 4);
	} else {
		glTexStorage2D(target, 6, GL_RGBA8, SIDE, SIDE);
		glTexSubImage2D(target, 0, 0, 0, SIDE, SIDE, GL_RGBA,
				GL_UNSIGNED_BYTE, texels);
	}
	glGenerateMipmap(target);
}

static void run_textures(struct tap *tap)
{
	GLuint program = gl_program(sampling, 2), textures[ARRAY_SIZE(kinds)];
	struct gl_target target;
	size_t i;

	if (!tap_ok(tap, program && gl_target_open(&target, GL_RGBA8, GL_SIZE,
						   GL_SIZE),
		    "textures: program and target"))
		return;
	glGenTextures(ARRAY_SIZE(kinds), textures);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		glActiveTexture(GL_TEXTURE0 + i);
		glBindTexture(kinds[i].target, textures[i]);
		fill_texture(kinds[i].target);
		glUniform1i(glGetUniformLocation(program, kinds[i].sampler), i);
	}
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	scene_picture(tap, "textures.linear", GL_SIZE, GL_SIZE);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		glActiveTexture(GL_TEXTURE0 + i);
		glTexParameteri(kinds[i].target, GL_TEXTURE_BASE_LEVEL, 2);
		glTexParameteri(kinds[i].target, GL_TEXTURE_MIN_FILTER,
				GL_NEAREST);
		glTexParameteri(kinds[i].target, GL_TEXTURE_MAG_FILTER,
				GL_NEAREST);
	}
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	scene_picture(tap, "textures.level2", GL_SIZE, GL_SIZE);
	glActiveTexture(GL_TEXTURE0);
	glDeleteTextures(ARRAY_SIZE(kinds), textures);
	glDeleteProgram(program);
	gl_target_close(&target);
}

static const char targets_fragment[] =
"#version 320 es\n"
"precision highp float;\n"
"in vec2 at;\n"
"layout(location = 0) out vec4 first;\n"
"layout(location = 1) out vec4 second;\n"
"void main()\n"
"{\n"
"	first = vec4(at, 0.25, 1.0);\n"
"	second = vec4(1.0 - at, gl_FragCoord.x / 128.0, 1.0);\n"
"}\n";

static const struct gl_stage to_targets[] = {
	{ GL_VERTEX_SHADER, quad_vertex },
	{ GL_FRAGMENT_SHADER, targets_fragment },
};

/* Two targets at once, and parts of one copied into the other. */
static void run_targets(struct tap *tap)
{
	static const GLenum both[] = {
		GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1
	};
	GLuint program = gl_program(to_targets, 2);
	struct gl_target target, other;

	if (!tap_ok(tap, program &&
		    gl_target_open(&other, GL_RGBA8, GL_SIZE, GL_SIZE) &&
		    gl_target_open(&target, GL_RGBA8, GL_SIZE, GL_SIZE),
		    "targets: program and targets"))
		return;
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT1,
			       GL_TEXTURE_2D, other.texture, 0);
	glDrawBuffers(2, both);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	scene_picture(tap, "targets.first", GL_SIZE, GL_SIZE);
	glReadBuffer(GL_COLOR_ATTACHMENT1);
	scene_picture(tap, "targets.second", GL_SIZE, GL_SIZE);
	glCopyImageSubData(other.texture, GL_TEXTURE_2D, 0, 10, 20, 0,
			   target.texture, GL_TEXTURE_2D, 0, 50, 60, 0, 30, 40,
			   1);
	glReadBuffer(GL_COLOR_ATTACHMENT0);
	scene_picture(tap, "targets.copied", GL_SIZE, GL_SIZE);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, other.fbo);
	glBlitFramebuffer(0, 0, GL_SIZE, GL_SIZE, GL_SIZE, 90, 10, 0,
			  GL_COLOR_BUFFER_BIT, GL_LINEAR);
	glBindFramebuffer(GL_FRAMEBUFFER, other.fbo);
	scene_picture(tap, "targets.blitted", GL_SIZE, GL_SIZE);
	glDeleteProgram(program);
	gl_target_close(&target);
	gl_target_close(&other);
}

const struct scene pixel_scenes[] = {
	{ "formats", false, run_formats },
	{ "pbo", false, run_pbo },
	{ "textures", false, run_textures },
	{ "targets", false, run_targets },
	{}
};
