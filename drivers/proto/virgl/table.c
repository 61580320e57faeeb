// SPDX-License-Identifier: GPL-2.0
/*
 * The allow-list. Every command of virgl has its row; those without
 * ROW_ALLOWED are known and refused. Documentation/virgl.rst says why, and how
 * to add one.
 */
#include <linux/nospec.h>

#include "internal.h"

#define ANY 65535

#define FIXED(n) .flags = ROW_ALLOWED, .min = (n)
#define UP_TO(from, by, to) \
	.flags = ROW_ALLOWED, .min = (from), .max = (to), .step = (by)

static const struct mvgpu_vrow objects[VIRGL_OBJECTS] = {
	[VIRGL_OBJ_BLEND] = {
		"CREATE_BLEND", mvgpu_vcreate_blend, FIXED(11),
	},
	[VIRGL_OBJ_RASTERIZER] = {
		"CREATE_RASTERIZER", mvgpu_vcreate_rasterizer, FIXED(9),
	},
	[VIRGL_OBJ_DSA] = {
		"CREATE_DSA", mvgpu_vcreate_dsa, FIXED(5),
	},
	[VIRGL_OBJ_SHADER] = {
		"CREATE_SHADER", mvgpu_vshader_create, UP_TO(6, 1, ANY),
	},
	[VIRGL_OBJ_VERTEX_ELEMENTS] = {
		"CREATE_VERTEX_ELEMENTS", mvgpu_velements_create,
		UP_TO(1, 4, 1 + 4 * VIRGL_MAX_VERTEX),
	},
	[VIRGL_OBJ_SAMPLER_VIEW] = {
		"CREATE_SAMPLER_VIEW", mvgpu_vcreate_view, FIXED(6),
		.res = { 2 },
	},
	[VIRGL_OBJ_SAMPLER_STATE] = {
		"CREATE_SAMPLER_STATE", mvgpu_vcreate_sampler, FIXED(9),
	},
	[VIRGL_OBJ_SURFACE] = {
		"CREATE_SURFACE", mvgpu_vcreate_surface, FIXED(5),
		.res = { 2 },
	},
	[VIRGL_OBJ_QUERY] = {
		"CREATE_QUERY", mvgpu_vquery_create, FIXED(4),
		.res = { 4 },
	},
	[VIRGL_OBJ_STREAMOUT_TARGET] = {
		"CREATE_STREAMOUT_TARGET", mvgpu_vcreate_target, FIXED(4),
		.res = { 2 },
	},
	[VIRGL_OBJ_MSAA_SURFACE] = {
		"CREATE_MSAA_SURFACE", mvgpu_vcreate_surface, FIXED(6),
		.res = { 2 },
	},
};

static const struct mvgpu_vrow commands[VIRGL_COMMANDS] = {
	[VIRGL_NOP] = {
		"NOP", NULL,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .max = ANY,
	},
	[VIRGL_BIND_OBJECT] = { "BIND_OBJECT", mvgpu_vobj_bind, FIXED(1) },
	[VIRGL_DESTROY_OBJECT] = {
		"DESTROY_OBJECT", mvgpu_vobj_destroy, FIXED(1),
	},
	[VIRGL_SET_VIEWPORT_STATE] = {
		"SET_VIEWPORT_STATE", mvgpu_vdraw_viewport,
		UP_TO(1, 6, 1 + 6 * VIRGL_MAX_VIEWPORTS),
	},
	[VIRGL_SET_FRAMEBUFFER_STATE] = {
		"SET_FRAMEBUFFER_STATE", mvgpu_vbind_framebuffer,
		UP_TO(2, 1, 2 + VIRGL_MAX_COLOR),
	},
	[VIRGL_SET_VERTEX_BUFFERS] = {
		"SET_VERTEX_BUFFERS", mvgpu_vbind_vertex,
		.flags = ROW_ALLOWED | ROW_NONE_MORE,
		.min = 0, .max = 3 * VIRGL_MAX_VERTEX, .step = 3,
		.more = 3, .more_step = 3,
	},
	[VIRGL_CLEAR] = { "CLEAR", mvgpu_vdraw_clear, FIXED(8) },
	[VIRGL_DRAW_VBO] = {
		"DRAW_VBO", mvgpu_vdraw_vbo,
		.flags = ROW_ALLOWED | ROW_NONE_0 | ROW_NONE_1,
		.min = 12, .max = 20, .step = 2,
		.res = { 15, 20 },
	},
	[VIRGL_RESOURCE_INLINE_WRITE] = {
		"RESOURCE_INLINE_WRITE", mvgpu_vtransfer_inline,
		UP_TO(12, 1, ANY),
		.res = { 1 },
	},
	[VIRGL_SET_SAMPLER_VIEWS] = {
		"SET_SAMPLER_VIEWS", mvgpu_vbind_views,
		UP_TO(2, 1, 2 + VIRGL_MAX_VIEWS),
	},
	[VIRGL_SET_INDEX_BUFFER] = {
		"SET_INDEX_BUFFER", mvgpu_vbind_index,
		.flags = ROW_ALLOWED | ROW_NONE_0,
		.min = 1, .max = 3, .step = 2,
		.res = { 1 },
	},
	[VIRGL_SET_CONSTANT_BUFFER] = {
		"SET_CONSTANT_BUFFER", mvgpu_vdraw_constants, UP_TO(2, 1, ANY),
	},
	[VIRGL_SET_STENCIL_REF] = { "SET_STENCIL_REF", NULL, FIXED(1) },
	[VIRGL_SET_BLEND_COLOR] = { "SET_BLEND_COLOR", NULL, FIXED(4) },
	[VIRGL_SET_SCISSOR_STATE] = {
		"SET_SCISSOR_STATE", mvgpu_vdraw_scissor,
		UP_TO(1, 2, 1 + 2 * VIRGL_MAX_VIEWPORTS),
	},
	[VIRGL_BLIT] = {
		"BLIT", mvgpu_vtransfer_blit, FIXED(21),
		.res = { 4, 13 },
	},
	[VIRGL_RESOURCE_COPY_REGION] = {
		"RESOURCE_COPY_REGION", mvgpu_vtransfer_region, FIXED(13),
		.res = { 1, 6 },
	},
	[VIRGL_BIND_SAMPLER_STATES] = {
		"BIND_SAMPLER_STATES", mvgpu_vbind_samplers,
		UP_TO(2, 1, 2 + VIRGL_MAX_SAMPLERS),
	},
	[VIRGL_BEGIN_QUERY] = { "BEGIN_QUERY", mvgpu_vquery_begin, FIXED(1) },
	[VIRGL_END_QUERY] = { "END_QUERY", mvgpu_vquery_end, FIXED(1) },
	[VIRGL_GET_QUERY_RESULT] = {
		"GET_QUERY_RESULT", mvgpu_vquery_result, FIXED(2),
	},
	[VIRGL_SET_POLYGON_STIPPLE] = {
		"SET_POLYGON_STIPPLE", NULL, FIXED(32),
	},
	[VIRGL_SET_CLIP_STATE] = { "SET_CLIP_STATE", NULL, FIXED(32) },
	[VIRGL_SET_SAMPLE_MASK] = { "SET_SAMPLE_MASK", NULL, FIXED(1) },
	[VIRGL_SET_STREAMOUT_TARGETS] = {
		"SET_STREAMOUT_TARGETS", mvgpu_vbind_streamout,
		UP_TO(1, 1, 1 + VIRGL_MAX_STREAMOUT),
	},
	[VIRGL_SET_RENDER_CONDITION] = {
		"SET_RENDER_CONDITION", mvgpu_vquery_condition, FIXED(3),
	},
	[VIRGL_SET_UNIFORM_BUFFER] = {
		"SET_UNIFORM_BUFFER", mvgpu_vbind_uniform,
		.flags = ROW_ALLOWED | ROW_NONE_0,
		.min = 5,
		.res = { 5 },
	},
	[VIRGL_SET_SUB_CTX] = {
		"SET_SUB_CTX", mvgpu_vsub_set,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .min = 1,
	},
	[VIRGL_CREATE_SUB_CTX] = {
		"CREATE_SUB_CTX", mvgpu_vsub_create,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .min = 1,
	},
	[VIRGL_DESTROY_SUB_CTX] = {
		"DESTROY_SUB_CTX", mvgpu_vsub_destroy,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .min = 1,
	},
	[VIRGL_BIND_SHADER] = { "BIND_SHADER", mvgpu_vshader_bind, FIXED(2) },
	[VIRGL_SET_TESS_STATE] = { "SET_TESS_STATE", NULL, FIXED(6) },
	[VIRGL_SET_MIN_SAMPLES] = { "SET_MIN_SAMPLES", NULL, FIXED(1) },
	[VIRGL_SET_SHADER_BUFFERS] = {
		"SET_SHADER_BUFFERS", mvgpu_vbind_buffers,
		.flags = ROW_ALLOWED | ROW_NONE_MORE,
		.min = 2, .max = 2 + 3 * VIRGL_MAX_BUFFERS, .step = 3,
		.more = 5, .more_step = 3,
	},
	[VIRGL_SET_SHADER_IMAGES] = {
		"SET_SHADER_IMAGES", mvgpu_vbind_images,
		.flags = ROW_ALLOWED | ROW_NONE_MORE,
		.min = 2, .max = 2 + 5 * VIRGL_MAX_IMAGES, .step = 5,
		.more = 7, .more_step = 5,
	},
	[VIRGL_MEMORY_BARRIER] = { "MEMORY_BARRIER", NULL, FIXED(1) },
	[VIRGL_LAUNCH_GRID] = {
		"LAUNCH_GRID", mvgpu_vdraw_grid,
		.flags = ROW_ALLOWED | ROW_NONE_0,
		.min = 8,
		.res = { 7 },
	},
	[VIRGL_SET_FRAMEBUFFER_STATE_NO_ATTACH] = {
		"SET_FRAMEBUFFER_STATE_NO_ATTACH", NULL, FIXED(2),
	},
	[VIRGL_TEXTURE_BARRIER] = { "TEXTURE_BARRIER", NULL, FIXED(1) },
	[VIRGL_SET_ATOMIC_BUFFERS] = {
		"SET_ATOMIC_BUFFERS", mvgpu_vbind_atomic,
		.flags = ROW_ALLOWED | ROW_NONE_MORE,
		.min = 4, .max = 1 + 3 * VIRGL_MAX_ATOMIC, .step = 3,
		.more = 4, .more_step = 3,
	},
	/* Writes to the host's log. */
	[VIRGL_SET_DEBUG_FLAGS] = { .name = "SET_DEBUG_FLAGS" },
	[VIRGL_GET_QUERY_RESULT_QBO] = {
		"GET_QUERY_RESULT_QBO", mvgpu_vquery_result_qbo, FIXED(6),
		.res = { 2 },
	},
	[VIRGL_TRANSFER3D] = {
		"TRANSFER3D", mvgpu_vtransfer,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .min = 13,
		.res = { 1 },
	},
	/* What follows is whatever was in the guest's buffer. */
	[VIRGL_END_TRANSFERS] = {
		"END_TRANSFERS", NULL,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .max = ANY,
	},
	[VIRGL_COPY_TRANSFER3D] = {
		"COPY_TRANSFER3D", mvgpu_vtransfer_copy,
		.flags = ROW_ALLOWED | ROW_ANYWHERE, .min = 14,
		.res = { 1, 12 },
	},
	[VIRGL_SET_TWEAKS] = { "SET_TWEAKS", mvgpu_vdraw_tweak, FIXED(2) },
	[VIRGL_CLEAR_TEXTURE] = {
		"CLEAR_TEXTURE", mvgpu_vtransfer_clear, FIXED(12),
		.res = { 1 },
	},
	/* Memory without a resource, for blobs, which are not offered. */
	[VIRGL_PIPE_RESOURCE_CREATE] = { .name = "PIPE_RESOURCE_CREATE" },
	[VIRGL_PIPE_RESOURCE_SET_TYPE] = { .name = "PIPE_RESOURCE_SET_TYPE" },
	/* Tells how much memory the other vGPUs use. */
	[VIRGL_GET_MEMORY_INFO] = { .name = "GET_MEMORY_INFO" },
	/* Text for the host's log, or its trace. */
	[VIRGL_SEND_STRING_MARKER] = { .name = "SEND_STRING_MARKER" },
	[VIRGL_LINK_SHADER] = { "LINK_SHADER", mvgpu_vshader_link, FIXED(6) },
	/* Video looks its resources up late, and does not bound them. */
	[VIRGL_CREATE_VIDEO_CODEC] = { .name = "CREATE_VIDEO_CODEC" },
	[VIRGL_DESTROY_VIDEO_CODEC] = { .name = "DESTROY_VIDEO_CODEC" },
	[VIRGL_CREATE_VIDEO_BUFFER] = { .name = "CREATE_VIDEO_BUFFER" },
	[VIRGL_DESTROY_VIDEO_BUFFER] = { .name = "DESTROY_VIDEO_BUFFER" },
	[VIRGL_BEGIN_FRAME] = { .name = "BEGIN_FRAME" },
	[VIRGL_DECODE_MACROBLOCK] = { .name = "DECODE_MACROBLOCK" },
	[VIRGL_DECODE_BITSTREAM] = { .name = "DECODE_BITSTREAM" },
	[VIRGL_ENCODE_BITSTREAM] = { .name = "ENCODE_BITSTREAM" },
	[VIRGL_END_FRAME] = { .name = "END_FRAME" },
	[VIRGL_CLEAR_SURFACE] = {
		"CLEAR_SURFACE", mvgpu_vdraw_clear_surface, FIXED(10),
	},
	/* Newer than the renderers that this was checked against. */
	[VIRGL_GET_PIPE_RESOURCE_LAYOUT] = { .name = "GET_PIPE_RESOURCE_LAYOUT" },
};

const struct mvgpu_vrow *mvgpu_vrow_get(u8 cmd, u8 obj)
{
	const struct mvgpu_vrow *row;

	if (cmd == VIRGL_CREATE_OBJECT) {
		if (obj >= VIRGL_OBJECTS)
			return NULL;
		row = &objects[array_index_nospec(obj, VIRGL_OBJECTS)];
	} else {
		if (cmd >= VIRGL_COMMANDS)
			return NULL;
		row = &commands[array_index_nospec(cmd, VIRGL_COMMANDS)];
	}
	return row->name ? row : NULL;
}
