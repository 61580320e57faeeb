/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PROTO_VIRGL_INTERNAL_H
#define _MVGPU_PROTO_VIRGL_INTERNAL_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "../format3d.h"
#include "../res3d.h"
#include "protocol.h"
#include "virgl.h"

/* Recently used objects of a sub-context, by the low bits of the handle. */
#define RECENT 64
/* Combinations of streamout targets that a sub-context may have. */
#define MAX_STREAMOUTS 256
/*
 * Objects that a stream may take away before it creates one: they are in the journal
 * until its end. Mesa's streams have room for half as many that come and go.
 */
#define MAX_GONE_OBJECTS 32768
/* Queries of which only one is active at a time in a sub-context. */
#define MVGPU_QUERY_SLOTS 26
/* Resources that one command can name. */
#define MAX_RESOURCES 32
/* Kinds of varyings: see declare.c. */
enum {
	VARYING_GENERIC,
	VARYING_PATCH,
	VARYING_TEXCOORD,
	MVGPU_VARYINGS,
};

/*
 * Varyings that the renderer may join to arrays, in its order: so many generic ones,
 * and patches behind them.
 */
#define MVGPU_GENERICS 64
#define MVGPU_PATCHES 32
#define MVGPU_RANKS (MVGPU_GENERICS + MVGPU_PATCHES)
/* Samplers, views, images, buffers: of each the renderer has so many. */
#define MAX_UNITS 32U
/* After so much text of a shader others may run. */
#define RESCHED_DWORDS 4096
/* Inputs of one shader, those included that only the stage before it has */
#define MAX_INPUTS 64

struct mvgpu_vsub;

/**
 * struct mvgpu_vscan - outputs that a shader streams out and declares
 * @wanted: that it streams out, a bit each
 * @declared: that its text declared so far
 * @first: at which one of these declarations begins
 * @state: where in a declaration the text has come to
 * @from: number in it
 * @to: likewise
 */
struct mvgpu_vscan {
	u32 wanted[2];
	u32 declared[2];
	u32 first[2];
	u32 state;
	u32 from;
	u32 to;
};

/*
 * mvgpu_vtext.range. The renderer does not look at a declaration of something that it
 * has seen at the same register.
 */
enum {
	RANGE_SURE = 1 << 0,
	RANGE_MAYBE = 1 << 1,
	RANGE_OTHER = 1 << 2,
};

/* mvgpu_vtext.indirect, .joined */
enum {
	JOIN_IN = 1 << 0,
	JOIN_OUT = 1 << 1,
};

/**
 * struct mvgpu_vtext - what was found in a shader's text, and how far it was read
 * @in: varyings that are inputs, a bit each; of a range the first
 * @out: and outputs
 * @declared: registers of inputs
 * @used: likewise, in instructions
 * @ranged: registers of outputs that are a range of varyings
 * @reason: to refuse it; NULL: none
 * @inputs: declarations
 * @colors: among @inputs
 * @faces: likewise
 * @outputs: declarations
 * @arrays: outputs that are one
 * @range: RANGE_SURE, RANGE_MAYBE: some varyings are one; RANGE_OTHER: other outputs
 * @skew: what the numbers of @ranged varyings are ahead of their registers'
 * @skewed: it is not the same for all
 * @overlap: some registers belong to several
 * @at: registers of @in, those that may be joined, by their rank
 * @lower: inputs that the renderer has before all of those
 * @middle: likewise, between two kinds of them
 * @next_in: register behind the last input
 * @next_backs: likewise, where colours have backs
 * @next_out: behind the last output
 * @ahead: the registers that are declared are behind all others
 * @placed: inputs, all if they are as Mesa has them
 * @disorder: registers of outputs are not in their order
 * @indirect: JOIN_IN, JOIN_OUT: registers depend on others
 * @joined: likewise: may have become arrays
 * @streams: some outputs may not be the first stream's
 * @consts: vectors of constants that GL reads when it is used
 * @planes: 1: constants with one dimension, 2: with two, the first of them 0
 * @registers: declared, of all kinds
 * @exits: ends and vertices
 * @properties: lines of them
 * @buffers: number of the last, and one
 * @below: most that stages before it had
 * @stage: enum mvgpu_stage
 * @begun: behind its first word
 * @property: it is in the line of one
 * @wide: it may be in an immediate of 64 bits
 * @state: of the search
 * @declares: what the declaration is of
 * @meant: and that what it means is known
 * @from: first register of the input or output that is declared
 * @span: and how many
 * @store: where in the operands of a store it is
 * @operand: largest number of a store's coordinates
 * @word: the last one, capital letters
 * @length: of it, or of a number
 * @brackets: behind it
 * @nested: brackets in the one that is open
 * @inner: there was one in the last
 * @in_word: in brackets: behind a letter
 * @number: in brackets: so far
 * @dimension: first number in the first of two brackets
 * @first: first number in the last bracket
 * @last: last number there
 * @largest: of all numbers behind the word
 *
 * All of it is set anew with each part of a text, as numbers of 32 bits without holes:
 * see mvgpu_vslots_set().
 */
struct mvgpu_vtext {
	u64 in[MVGPU_VARYINGS];
	u64 out[MVGPU_VARYINGS];
	u64 declared[2];
	u64 used[2];
	u64 ranged;
	const char *reason;
	u32 inputs;
	u32 colors;
	u32 faces;
	u32 outputs;
	u32 arrays;
	u32 range;
	u32 skew;
	u32 skewed;
	u32 overlap;
	u8 at[MVGPU_RANKS];
	u32 lower;
	u32 middle;
	u32 next_in;
	u32 next_backs;
	u32 next_out;
	u32 ahead;
	u32 placed;
	u32 disorder;
	u32 indirect;
	u32 joined;
	u32 streams;
	u32 consts;
	u32 planes;
	u32 registers;
	u32 exits;
	u32 properties;
	u32 buffers;
	u32 below;
	u32 stage;
	u32 begun;
	u32 property;
	u32 wide;
	u32 state;
	u32 declares;
	u32 meant;
	u32 from;
	u32 span;
	u32 store;
	u32 operand;
	char word[12];
	u32 length;
	u32 brackets;
	u32 nested;
	u32 inner;
	u32 in_word;
	u32 number;
	u32 dimension;
	u32 first;
	u32 last;
	u32 largest;
};

/**
 * struct mvgpu_vao - buffers that vertex elements were last drawn with
 * @vertex: by their slots; of slots that the last draw did not have, older ones
 * @index: NULL: none
 */
struct mvgpu_vao {
	struct mvgpu_res3d *vertex[VIRGL_MAX_VERTEX];
	struct mvgpu_res3d *index;
};

/**
 * struct mvgpu_vobj - an object of a sub-context
 * @node: in mvgpu_vsub.objects, while the guest has a handle of it
 * @sub: it belongs to
 * @res: resource that it holds; NULL: none
 * @handle: not 0
 * @refs: memory: the table, slots and the journal
 * @uses: the table and slots; at 0 it does not exist any more
 * @type: enum mvgpu_vobj_type
 * @stage: of shaders
 * @text: of shaders: bytes that are charged
 * @got: of shaders: bytes of @text that have come
 * @scan: of shaders: outputs that they stream out
 * @found: of shaders: what else was found in their text
 * @sprites: of rasterizers: inputs in whose place points have coordinates of their own
 * @query: of queries: slot of mvgpu_vsub.query, or that it has none
 * @counts: of queries: their type on the wire
 * @done: of queries: has a result
 * @vao: of vertex elements
 */
struct mvgpu_vobj {
	struct rb_node node;
	struct mvgpu_vsub *sub;
	struct mvgpu_res3d *res;
	u32 handle;
	u32 refs;
	u32 uses;
	u8 type;
	u8 stage;
	u32 text;
	u32 got;
	struct mvgpu_vscan scan;
	struct mvgpu_vtext *found;
	u32 sprites;
	u32 query;
	u32 counts;
	u32 done;
	struct mvgpu_vao *vao;
};

/**
 * struct mvgpu_vstream - a combination of streamout targets
 * @node: in mvgpu_vsub.streams
 * @nr: targets
 * @target: held by their tables: it goes when one of them goes
 */
struct mvgpu_vstream {
	struct list_head node;
	u32 nr;
	struct mvgpu_vobj *target[VIRGL_MAX_STREAMOUT];
};

/**
 * struct mvgpu_vstage - what is bound to one stage of shaders
 * @shader: in use
 * @partial: text of it is still to come; NULL: none
 * @views: sampler views
 * @uniforms: buffers
 * @buffers: likewise
 * @images: buffers or textures
 * @consts: dwords of constants that the renderer has
 * @nr_views: slots of @views that may be in use
 */
struct mvgpu_vstage {
	struct mvgpu_vobj *shader;
	struct mvgpu_vobj *partial;
	struct mvgpu_vobj *views[VIRGL_MAX_VIEWS];
	struct mvgpu_res3d *uniforms[VIRGL_MAX_UNIFORMS];
	struct mvgpu_res3d *buffers[VIRGL_MAX_BUFFERS];
	struct mvgpu_res3d *images[VIRGL_MAX_IMAGES];
	u32 consts;
	u32 nr_views;
};

/**
 * struct mvgpu_vsub - a sub-context: what is bound, and a table of objects
 * @node: in mvgpu_virgl.subs
 * @objects: struct mvgpu_vobj by handle
 * @recent: in @objects, or NULL
 * @streams: struct mvgpu_vstream
 * @stages: by enum mvgpu_stage
 * @vertex: buffers
 * @index: buffer
 * @atomic: buffers
 * @color: surfaces
 * @zs: surface
 * @depth: likewise: @zs, or the one before if that is of stencil only
 * @query: active queries
 * @cond: query that draws depend on; NULL: none
 * @elements: of vertices
 * @vao_index: index buffer of the last draw without any; NULL: none
 * @sprites: of the rasterizer that is bound
 * @linked: the shaders that are bound may be used together
 * @id: the guest's
 * @nr_objects: in @objects and @streams
 * @text: bytes of all shaders that exist
 * @nr_streams: in @streams
 * @index_size: bytes of an index
 * @index_offset: bytes at which they begin in @index
 * @nr_vertex: slots of @vertex that may be in use
 * @nr_color: slots of @color that may be in use
 */
struct mvgpu_vsub {
	struct list_head node;
	struct rb_root objects;
	struct mvgpu_vobj *recent[RECENT];
	struct list_head streams;
	struct mvgpu_vstage stages[MVGPU_STAGES];
	struct mvgpu_res3d *vertex[VIRGL_MAX_VERTEX];
	struct mvgpu_res3d *index;
	struct mvgpu_res3d *atomic[VIRGL_MAX_ATOMIC];
	struct mvgpu_vobj *color[VIRGL_MAX_COLOR];
	struct mvgpu_vobj *zs;
	struct mvgpu_vobj *depth;
	struct mvgpu_vobj *query[MVGPU_QUERY_SLOTS];
	struct mvgpu_vobj *cond;
	struct mvgpu_vobj *elements;
	struct mvgpu_res3d *vao_index;
	u32 sprites;
	u32 linked;
	u32 id;
	u32 nr_objects;
	u32 text;
	u32 nr_streams;
	u32 index_size;
	u32 index_offset;
	u32 nr_vertex;
	u32 nr_color;
};

/**
 * enum mvgpu_undo_op - what a journal entry takes back
 * @UNDO_RES: *ptr was old, a resource
 * @UNDO_OBJ: *ptr was old, an object
 * @UNDO_U32: *ptr was val
 * @UNDO_INSERT: object old is new in its table
 * @UNDO_REMOVE: object old was in its table
 * @UNDO_STREAM_ADD: combination old is new in sub-context ptr
 * @UNDO_STREAM_DEL: combination old was in sub-context ptr
 * @UNDO_SUB_ADD: sub-context old is new
 * @UNDO_SUB_DEL: sub-context old was there
 * @UNDO_CURRENT: sub-context old was the current one
 */
enum mvgpu_undo_op {
	UNDO_RES,
	UNDO_OBJ,
	UNDO_U32,
	UNDO_INSERT,
	UNDO_REMOVE,
	UNDO_STREAM_ADD,
	UNDO_STREAM_DEL,
	UNDO_SUB_ADD,
	UNDO_SUB_DEL,
	UNDO_CURRENT,
};

/**
 * struct mvgpu_undo - one change of the shadow
 * @ptr: see enum mvgpu_undo_op
 * @old: likewise; holds a reference for the journal
 * @val: likewise
 * @op: enum mvgpu_undo_op
 */
struct mvgpu_undo {
	void *ptr;
	void *old;
	u32 val;
	u32 op;
};

/**
 * struct mvgpu_virgl - shadow of a 3D context
 * @limits: see mvgpu_virgl_set_limits()
 * @ops: constant
 * @data: for @ops
 * @subs: struct mvgpu_vsub
 * @sub0: always there
 * @sub: the current one
 * @nr_subs: in @subs
 * @gone_subs: that the submit which runs has destroyed
 * @gone_objects: likewise, with combinations of streamout targets
 * @nr_objects: of all in @subs
 * @text: of all in @subs
 * @journal: changes of the submit that runs, @journal_max entries
 * @journal_max: entries
 * @journal_nr: in use; 0 between submits
 * @walking: a submit runs
 */
struct mvgpu_virgl {
	struct mvgpu_virgl_limits limits;
	const struct mvgpu_virgl_ops *ops;
	void *data;
	struct list_head subs;
	struct mvgpu_vsub *sub0;
	struct mvgpu_vsub *sub;
	u32 nr_subs;
	u32 gone_subs;
	u32 gone_objects;
	u32 nr_objects;
	u32 text;
	struct mvgpu_undo *journal;
	u32 journal_max;
	u32 journal_nr;
	bool walking;
};

/**
 * struct mvgpu_vcmd - the command that is looked at
 * @virgl: shadow
 * @dw: of the stream; dw[0] is the header
 * @len: dwords behind the header
 * @cmd: enum virgl_context_cmd
 * @obj: second byte of the header
 * @nr_res: of @res
 * @res: resources at the places that the command's row names, in their order;
 *	NULL: 0 is there
 * @verdict: of the stream
 * @entered: the GPU is in the same sub-context as the shadow
 */
struct mvgpu_vcmd {
	struct mvgpu_virgl *virgl;
	__le32 *dw;
	u32 len;
	u8 cmd;
	u8 obj;
	u32 nr_res;
	struct mvgpu_res3d *res[MAX_RESOURCES];
	struct mvgpu_virgl_verdict *verdict;
	bool entered;
};

/* Dword @i of a command. */
static inline u32 vcmd_dw(const struct mvgpu_vcmd *cmd, u32 i)
{
	return le32_to_cpu(cmd->dw[i]);
}

/* Refuse a command: @reason is a literal. */
static inline int vcmd_refuse(struct mvgpu_vcmd *cmd, int err,
			      const char *reason)
{
	cmd->verdict->reason = reason;
	return err;
}

/* Have the GPU do nothing in its place. */
static inline void vcmd_skip(struct mvgpu_vcmd *cmd)
{
	cmd->dw[0] = cpu_to_le32(VIRGL_CMD(VIRGL_NOP, 0, cmd->len));
}

/**
 * typedef mvgpu_vcheck_fn - judge a command whose length and resources are
 * right, and bring the shadow to what the GPU will be after it
 * @cmd: the command
 *
 * Return: 0; else as mvgpu_virgl_submit(), through vcmd_refuse().
 */
typedef int mvgpu_vcheck_fn(struct mvgpu_vcmd *cmd);

enum {
	ROW_ALLOWED = 1 << 0,
	/* The resource at res[0], res[1] or at any of the others may be 0. */
	ROW_NONE_0 = 1 << 1,
	ROW_NONE_1 = 1 << 2,
	ROW_NONE_MORE = 1 << 3,
	/* Has nothing to do with the sub-context that is current. */
	ROW_ANYWHERE = 1 << 4,
};

/**
 * struct mvgpu_vrow - a command, or CREATE_OBJECT of a type
 * @name: as in virgl's protocol
 * @check: NULL: length and resources are all there is to check
 * @flags: ROW_*
 * @min: dwords behind the header
 * @max: likewise; 0: as @min
 * @step: from @min on in steps of this; 0: as 1
 * @res: dwords that hold a resource; 0: none. One behind the command's end is
 *	none.
 * @more: first dword of a sequence of resources, to the command's end; 0: none
 * @more_step: from one to the next
 */
struct mvgpu_vrow {
	const char *name;
	mvgpu_vcheck_fn *check;
	u8 flags;
	u16 min;
	u16 max;
	u8 step;
	u8 res[2];
	u8 more;
	u8 more_step;
};

/* table.c */

/**
 * mvgpu_vrow_get() - the row of a command
 * @cmd: from the wire
 * @obj: likewise
 *
 * Return: NULL: there is none.
 */
const struct mvgpu_vrow *mvgpu_vrow_get(u8 cmd, u8 obj);

/* undo.c: changes of the shadow. All return 0, or -ENOMEM and change nothing. */

int mvgpu_vslot_set_res(struct mvgpu_virgl *virgl, struct mvgpu_res3d **slot,
			struct mvgpu_res3d *res);
int mvgpu_vslot_set_obj(struct mvgpu_virgl *virgl, struct mvgpu_vobj **slot,
			struct mvgpu_vobj *obj);
int mvgpu_vslot_set_u32(struct mvgpu_virgl *virgl, u32 *slot, u32 val);
/** mvgpu_vslots_set() - @size bytes, which hold no references, are as @from. */
int mvgpu_vslots_set(struct mvgpu_virgl *virgl, void *slots, const void *from,
		     size_t size);
/** mvgpu_vundo_log() - make an entry; @old's reference becomes its own. */
int mvgpu_vundo_log(struct mvgpu_virgl *virgl, enum mvgpu_undo_op op, void *ptr,
		    void *old);
/**
 * mvgpu_vundo_commit() - forget how it was, and what only that needed
 * @virgl: shadow
 * @gone: what is not charged any more is added to it
 */
void mvgpu_vundo_commit(struct mvgpu_virgl *virgl,
			struct mvgpu_virgl_gone *gone);
/** mvgpu_vundo_rollback() - make everything as it was. */
void mvgpu_vundo_rollback(struct mvgpu_virgl *virgl);

/* object.c */

/** mvgpu_vobj_find() - of the current sub-context; NULL: none. */
struct mvgpu_vobj *mvgpu_vobj_find(struct mvgpu_virgl *virgl, u32 handle);

/**
 * mvgpu_vobj_get() - an object that a command names
 * @cmd: the command
 * @at: dword; its handle may be 0
 * @type: enum mvgpu_vobj_type that it must have
 * @obj: found; NULL: the handle is 0
 *
 * Return: 0, or -ENOENT.
 */
int mvgpu_vobj_get(struct mvgpu_vcmd *cmd, u32 at, u32 type,
		   struct mvgpu_vobj **obj);

/**
 * mvgpu_vobj_create() - put a new object into the table
 * @cmd: CREATE_OBJECT
 * @type: enum mvgpu_vobj_type
 * @res: NULL: none
 * @text: bytes to charge, of a shader
 * @obj: it; may be NULL
 *
 * Takes the place of one with the same handle, as on the GPU.
 *
 * Return: 0, -EINVAL, -EDQUOT, -ENOMEM.
 */
int mvgpu_vobj_create(struct mvgpu_vcmd *cmd, u32 type, struct mvgpu_res3d *res,
		      u32 text, struct mvgpu_vobj **obj);

/** mvgpu_vobj_use() - one more place has @obj. */
void mvgpu_vobj_use(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_vobj_unuse() - one less; its memory stays. */
void mvgpu_vobj_unuse(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_vobj_put() - give up memory; @quiet: released() is not called. */
void mvgpu_vobj_put(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj,
		    bool quiet);
/** mvgpu_vobj_link() - into the table of its sub-context. */
void mvgpu_vobj_link(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_vobj_unlink() - and out of it; memory and references stay. */
void mvgpu_vobj_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_vres_put() - give up a reference; see mvgpu_vobj_put(). */
void mvgpu_vres_put(struct mvgpu_virgl *virgl, struct mvgpu_res3d *res,
		    bool quiet);

/** mvgpu_vquery_drop() - query @obj goes; query.c. Return: 0 or -ENOMEM. */
int mvgpu_vquery_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);

/* elements.c: 0 or -ENOMEM, but for the second */

/** mvgpu_velements_bind() - @obj is used from now on; NULL: none is. */
int mvgpu_velements_bind(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_velements_free() - what @obj holds, if it is of this type. */
void mvgpu_velements_free(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj,
			  bool quiet);
/** mvgpu_velements_drop() - @obj goes. */
int mvgpu_velements_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);
/** mvgpu_velements_draw() - DRAW_VBO: what is drawn with keeps its buffers. */
int mvgpu_velements_draw(struct mvgpu_vcmd *cmd);

/* streamout.c */

/**
 * mvgpu_vscan_begin() - a shader with outputs that are streamed out
 * @cmd: the first of its commands
 * @outputs: how many; they are at dword 10
 * @scan: filled in
 *
 * Return: 0 or -EINVAL.
 */
int mvgpu_vscan_begin(struct mvgpu_vcmd *cmd, u32 outputs,
		      struct mvgpu_vscan *scan);
/** mvgpu_vscan_text() - text comes: the command from dword @at to its end. */
void mvgpu_vscan_text(struct mvgpu_vscan *scan, const struct mvgpu_vcmd *cmd,
		      u32 at);
/** mvgpu_vscan_end() - all of it has come. Return: 0 or -EINVAL. */
int mvgpu_vscan_end(struct mvgpu_vcmd *cmd, const struct mvgpu_vscan *scan);

/* text.c */

/**
 * mvgpu_vtext_scan() - text of a shader comes
 * @text: all 0 before the first of it, but for @stage
 * @cmd: the command
 * @at: dword; from there to its end
 *
 * Return: 0; -EINVAL: not for the renderer.
 */
int mvgpu_vtext_scan(struct mvgpu_vtext *text, struct mvgpu_vcmd *cmd, u32 at);

/* arrays.c */

/**
 * mvgpu_varrays_mark() - remember where varyings of a shader may become arrays
 * @cmd: the command
 * @before: the stage whose outputs it gets; NULL: none
 * @text: the shader
 * @behind: the stage that gets its outputs; NULL: none
 *
 * Return: 0, -ENOMEM.
 */
int mvgpu_varrays_mark(struct mvgpu_vcmd *cmd, const struct mvgpu_vtext *before,
		       struct mvgpu_vtext *text,
		       const struct mvgpu_vtext *behind);

/**
 * mvgpu_varrays_end() - does the renderer end if it makes them so?
 * @cmd: the command
 * @before: as above; behind mvgpu_varrays_mark()
 * @text: likewise
 * @behind: likewise
 *
 * Return: 0; -EINVAL: it may not.
 */
int mvgpu_varrays_end(struct mvgpu_vcmd *cmd, const struct mvgpu_vtext *before,
		      struct mvgpu_vtext *text,
		      const struct mvgpu_vtext *behind);

/* pipeline.c */

/**
 * mvgpu_vtext_made() - all of a shader's text has come
 * @cmd: the command that brought it
 * @obj: the shader
 *
 * The renderer makes GLSL of it at once, as if it were used with those that are bound.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int mvgpu_vtext_made(struct mvgpu_vcmd *cmd, struct mvgpu_vobj *obj);

/**
 * mvgpu_vtext_pipeline() - may these be used together?
 * @cmd: the command
 * @shader: by enum mvgpu_stage; NULL: none. Compute is not looked at.
 *
 * Return: 0 or -EINVAL.
 */
int mvgpu_vtext_pipeline(struct mvgpu_vcmd *cmd,
			 struct mvgpu_vobj *const shader[]);

/* sub.c */

struct mvgpu_vsub *mvgpu_vsub_new(u32 id);
/** mvgpu_vsub_link() - make it one of the context's. */
void mvgpu_vsub_link(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub);
/** mvgpu_vsub_unlink() - it still has all that it had. */
void mvgpu_vsub_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub);
/** mvgpu_vsub_free() - with all that it has; not linked. */
void mvgpu_vsub_free(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
		     bool quiet);
void mvgpu_vstream_link(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
			struct mvgpu_vstream *stream);
void mvgpu_vstream_unlink(struct mvgpu_virgl *virgl, struct mvgpu_vsub *sub,
			  struct mvgpu_vstream *stream);

/**
 * mvgpu_vstream_drop() - a streamout target goes: so do its combinations
 * @virgl: shadow
 * @obj: the target
 *
 * Return: 0 or -ENOMEM.
 */
int mvgpu_vstream_drop(struct mvgpu_virgl *virgl, struct mvgpu_vobj *obj);

mvgpu_vcheck_fn mvgpu_vsub_set;
mvgpu_vcheck_fn mvgpu_vsub_create;
mvgpu_vcheck_fn mvgpu_vsub_destroy;

/* object.c */
mvgpu_vcheck_fn mvgpu_vobj_bind;
mvgpu_vcheck_fn mvgpu_vobj_destroy;

/* create.c */
mvgpu_vcheck_fn mvgpu_vcreate_blend;
mvgpu_vcheck_fn mvgpu_vcreate_rasterizer;
mvgpu_vcheck_fn mvgpu_vcreate_dsa;
mvgpu_vcheck_fn mvgpu_vcreate_view;
mvgpu_vcheck_fn mvgpu_vcreate_sampler;
mvgpu_vcheck_fn mvgpu_vcreate_surface;
mvgpu_vcheck_fn mvgpu_vcreate_target;

/* shader.c */
mvgpu_vcheck_fn mvgpu_vshader_create;
mvgpu_vcheck_fn mvgpu_vshader_bind;
mvgpu_vcheck_fn mvgpu_vshader_link;
/** mvgpu_vshader_draw() - those that are bound are used. Return: 0 or -EINVAL. */
int mvgpu_vshader_draw(struct mvgpu_vcmd *cmd);
/** mvgpu_vshader_grid() - the one of compute is. Return: 0 or -EINVAL. */
int mvgpu_vshader_grid(struct mvgpu_vcmd *cmd);

/* elements.c */
mvgpu_vcheck_fn mvgpu_velements_create;

/* query.c */
mvgpu_vcheck_fn mvgpu_vquery_create;
mvgpu_vcheck_fn mvgpu_vquery_begin;
mvgpu_vcheck_fn mvgpu_vquery_end;
mvgpu_vcheck_fn mvgpu_vquery_result;
mvgpu_vcheck_fn mvgpu_vquery_result_qbo;
mvgpu_vcheck_fn mvgpu_vquery_condition;

/* bind.c */
mvgpu_vcheck_fn mvgpu_vbind_framebuffer;
mvgpu_vcheck_fn mvgpu_vbind_vertex;
mvgpu_vcheck_fn mvgpu_vbind_index;
mvgpu_vcheck_fn mvgpu_vbind_views;
mvgpu_vcheck_fn mvgpu_vbind_samplers;
mvgpu_vcheck_fn mvgpu_vbind_uniform;
mvgpu_vcheck_fn mvgpu_vbind_buffers;
mvgpu_vcheck_fn mvgpu_vbind_images;
mvgpu_vcheck_fn mvgpu_vbind_atomic;
mvgpu_vcheck_fn mvgpu_vbind_streamout;

/* draw.c */
mvgpu_vcheck_fn mvgpu_vdraw_vbo;
mvgpu_vcheck_fn mvgpu_vdraw_grid;
mvgpu_vcheck_fn mvgpu_vdraw_clear;
mvgpu_vcheck_fn mvgpu_vdraw_clear_surface;
mvgpu_vcheck_fn mvgpu_vdraw_viewport;
mvgpu_vcheck_fn mvgpu_vdraw_scissor;
mvgpu_vcheck_fn mvgpu_vdraw_constants;
mvgpu_vcheck_fn mvgpu_vdraw_tweak;

/* transfer.c */
mvgpu_vcheck_fn mvgpu_vtransfer;
mvgpu_vcheck_fn mvgpu_vtransfer_copy;
mvgpu_vcheck_fn mvgpu_vtransfer_inline;
mvgpu_vcheck_fn mvgpu_vtransfer_blit;
mvgpu_vcheck_fn mvgpu_vtransfer_region;
mvgpu_vcheck_fn mvgpu_vtransfer_clear;

#endif
