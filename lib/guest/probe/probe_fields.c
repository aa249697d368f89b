// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to read when a function is called. See probe_fields.h.
 */
#include "lib/guest/probe/probe_fields.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "lib/common/btf.h"
#include "lib/common/scx/callers.h"
#include "lib/common/scx/decode.h"
#include "lib/common/util/util.h"

#define AUTO_FIELDS	8	/* of a structure without a list */

/*
 * The fields worth seeing of structures that we know. A path with "->" follows
 * that pointer. What a kernel does not have is left out.
 */
static const struct curated {
	const char *type;
	const char *label;
	const char *path;
	enum decode_kind decode;
} curated[] = {
	{ "task_struct", "pid", "pid", DECODE_SIGNED },
	{ "task_struct", "cpus_ptr", "cpus_ptr->bits", DECODE_CPUMASK },
	{ "task_struct", "dsq_id", "scx.ddsp_dsq_id", DECODE_DSQ },
	{ "task_struct", "enq_flags", "scx.ddsp_enq_flags",
	  DECODE_ENQ_FLAGS },
	{ "task_struct", "slice", "scx.slice", DECODE_UNSIGNED },
	{ "task_struct", "vtime", "scx.dsq_vtime", DECODE_UNSIGNED },
	{ "task_struct", "weight", "scx.weight", DECODE_UNSIGNED },
	{ "task_struct", "sticky_cpu", "scx.sticky_cpu", DECODE_SIGNED },
	{ "task_struct", "scx_flags", "scx.flags", DECODE_TASK_FLAGS },
	{ "rq", "cpu", "cpu", DECODE_SIGNED },
	{ "rq", "nr_running", "nr_running", DECODE_UNSIGNED },
	{ "scx_dispatch_q", "id", "id", DECODE_DSQ },
	{ "scx_dispatch_q", "nr", "nr", DECODE_UNSIGNED },
	{ "scx_init_task_args", "fork", "fork", DECODE_BOOL },
	{ "scx_exit_info", "kind", "kind", DECODE_EXIT_KIND },
	{ "scx_exit_info", "exit_code", "exit_code", DECODE_HEX },
	{ "scx_cgroup_init_args", "weight", "weight", DECODE_UNSIGNED },
	{ "scx_sched", "exit_kind", "exit_kind.counter", DECODE_EXIT_KIND },
	{ "scx_sched", "bypass_depth", "bypass_depth", DECODE_SIGNED },
	{ "cpumask", "bits", "bits", DECODE_CPUMASK },
};

/* Scalars that are more than a number, by their usual names. */
static const struct named_scalar {
	const char *name;
	enum decode_kind decode;
} named_scalars[] = {
	{ "enq_flags", DECODE_ENQ_FLAGS },
	{ "core_enq_flags", DECODE_ENQ_FLAGS },
	{ "deq_flags", DECODE_DEQ_FLAGS },
	{ "wake_flags", DECODE_WAKE_FLAGS },
	{ "dsq_id", DECODE_DSQ },
};

static const char * const string_names[] = {
	"fmt", "msg", "str", "reason", "buf", "s", "name",
};

/**
 * struct planner - a plan in the making
 * @kernel: types of the kernel; only of these the host can name values
 * @btf: types that are looked at: these, or a BPF program's own
 * @op: op whose program it is, NULL for none
 * @cid_form: and its CPUs are told by their cid
 * @decl: source of the function's head, for names that BTF lacks; or NULL
 */
struct planner {
	const struct btf *kernel;
	const struct btf *btf;
	const char *op;
	bool cid_form;
	const char *decl;
	unsigned int n_cpus;
	struct probe_func *plan;
	struct probe_desc *desc;
	unsigned int slot;
};

static const char *type_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = t ? btf__name_by_offset(btf, t->name_off) : NULL;

	return name ? name : "";
}

/**
 * struct place - where a path leads
 * @deref: PROBE_AT or PROBE_AT_PTR
 * @type: of what lies there
 */
struct place {
	enum probe_deref deref;
	uint32_t offset;
	uint32_t offset2;
	const struct btf_type *type;
	uint32_t type_id;
};

static int follow_path(const struct btf *btf, const struct btf_type *t,
		       const char *path, struct place *place)
{
	struct btf_place at;

	/* A bitfield cannot be read as a word. */
	if (!btf_find_path(btf, t, path, &at) || !at.type || at.bits ||
	    at.bit_off % 8)
		return -ENOENT;
	*place = (struct place) {
		.deref = at.behind_ptr ? PROBE_AT_PTR : PROBE_AT,
		.offset = (at.behind_ptr ? at.ptr_bit_off : at.bit_off) / 8,
		.offset2 = at.behind_ptr ? at.bit_off / 8 : 0,
		.type = at.type,
		.type_id = at.type_id,
	};
	return 0;
}

int64_t fields_offset(const struct btf *btf, const char *type,
		      const char *path)
{
	const struct btf_type *t = btf_type_named(btf, type, BTF_KIND_STRUCT);
	struct place place;

	if (follow_path(btf, t, path, &place) || place.deref != PROBE_AT)
		return -ENOENT;
	return place.offset;
}

int fields_task_offsets(const struct btf *btf, struct probe_task_offsets *off)
{
	int64_t pid = fields_offset(btf, "task_struct", "pid");
	int64_t comm = fields_offset(btf, "task_struct", "comm");
	int64_t kf = fields_offset(btf, "task_struct", "scx.kf_tasks");
	int64_t level = fields_offset(btf, "scx_sched", "level");

	if (pid < 0 || comm < 0)
		return -ENOENT;
	off->pid = pid;
	off->comm = comm;
	off->kf_task = kf < 0 ? 0 : kf;
	off->level = level < 0 ? 0 : level;
	return 0;
}

/* Of a BPF program's own enums the host has no names. */
static enum decode_kind nameable(const struct planner *p,
				 enum decode_kind decode)
{
	return decode == DECODE_ENUM && p->btf != p->kernel ? DECODE_SIGNED :
							      decode;
}

static bool add_field(struct planner *p, unsigned int arg,
		      const struct place *place, unsigned int size,
		      enum decode_kind decode, const char *label)
{
	unsigned int n = p->plan->n_fields, words = (size + 7) / 8;
	struct probe_field *field = &p->plan->fields[n];
	struct desc_field *desc = &p->desc->fields[n];

	if (n == PROBE_FIELDS || !size || words > PROBE_FIELD_MAX ||
	    p->slot > PROBE_SLOTS - PROBE_FIELD_MAX)
		return false;
	field->arg = arg;
	field->deref = place->deref;
	field->slot = p->slot;
	field->size = size;
	field->offset = place->offset;
	field->offset2 = place->offset2;
	desc->arg = arg;
	desc->decode = nameable(p, decode);
	desc->size = size;
	desc->slot = p->slot;
	desc->type_id = p->btf == p->kernel ? place->type_id : 0;
	snprintf(desc->name, sizeof(desc->name), "%s", label);
	p->slot += words;
	p->plan->n_fields = n + 1;
	p->desc->n_fields = n + 1;
	return true;
}

static unsigned int mask_bytes(const struct planner *p)
{
	unsigned int words = (p->n_cpus + 63) / 64;

	if (!words)
		words = 1;
	return (words < PROBE_FIELD_MAX ? words : PROBE_FIELD_MAX) * 8;
}

/* How a scalar of this type is read by default; false for anything else. */
static bool scalar_decode(const struct btf_type *t, enum decode_kind *decode)
{
	if (btf_is_any_enum(t)) {
		*decode = DECODE_ENUM;
	} else if (btf_is_int(t)) {
		*decode = btf_int_encoding(t) & BTF_INT_SIGNED ?
			  DECODE_SIGNED : DECODE_UNSIGNED;
		if (btf_int_encoding(t) & BTF_INT_BOOL)
			*decode = DECODE_BOOL;
	} else {
		return false;
	}
	return t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8;
}

static bool add_curated(struct planner *p, unsigned int arg,
			const struct btf_type *t)
{
	const char *name = type_name(p->btf, t);
	bool known = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(curated); i++) {
		const struct curated *c = &curated[i];
		struct place place;
		unsigned int size;

		if (strcmp(c->type, name))
			continue;
		known = true;
		if (follow_path(p->btf, t, c->path, &place))
			continue;
		size = c->decode == DECODE_CPUMASK ? mask_bytes(p) :
						     place.type->size;
		if (c->decode != DECODE_CPUMASK && size > 8)
			continue;
		add_field(p, arg, &place, size, c->decode, c->label);
	}
	return known;
}

/* A pointer to a cpumask, ours or BPF's: read through it. */
static bool add_mask_member(struct planner *p, unsigned int arg,
			    struct place *place, const char *label)
{
	const struct btf_type *to;
	const char *path, *name;
	struct place in_mask;

	if (!btf_is_ptr(place->type))
		return false;
	to = btf_bare_type(p->btf, place->type->type);
	name = type_name(p->btf, to);
	if (!strcmp(name, "cpumask"))
		path = "bits";
	else if (!strcmp(name, "bpf_cpumask"))
		path = "cpumask.bits";
	else
		return false;
	if (follow_path(p->btf, to, path, &in_mask))
		return false;
	place->deref = PROBE_AT_PTR;
	place->offset2 = in_mask.offset;
	return add_field(p, arg, place, mask_bytes(p), DECODE_CPUMASK, label);
}

static void add_discovered(struct planner *p, unsigned int arg,
			   const struct btf_type *t)
{
	unsigned int i, n = 0;

	for (i = 0; i < btf_vlen(t) && n < AUTO_FIELDS; i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__name_by_offset(p->btf, m->name_off);
		uint32_t bits = btf_member_bit_offset(t, i);
		struct place place = {
			.deref = PROBE_AT,
			.offset = bits / 8,
			.type = btf_bare_type(p->btf, m->type),
			.type_id = m->type,
		};
		enum decode_kind decode;

		if (!name || !*name || !place.type || bits % 8 ||
		    btf_member_bitfield_size(t, i))
			continue;
		if (scalar_decode(place.type, &decode))
			n += add_field(p, arg, &place, place.type->size,
				       decode, name);
		else
			n += add_mask_member(p, arg, &place, name);
	}
}

static bool is_string_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(string_names); i++)
		if (!strcmp(string_names[i], name))
			return true;
	return false;
}

/* A BPF program's idea of a kernel structure has not the kernel's offsets. */
static void add_struct(struct planner *p, unsigned int arg,
		       const struct btf_type *t)
{
	const struct btf *own = p->btf;
	const struct btf_type *in_kernel = NULL;

	if (own != p->kernel)
		in_kernel = btf_type_named(p->kernel, type_name(own, t),
					   BTF_KIND_STRUCT);
	if (in_kernel) {
		p->btf = p->kernel;
		t = in_kernel;
	}
	if (!add_curated(p, arg, t))
		add_discovered(p, arg, t);
	p->btf = own;
}

static void add_pointer(struct planner *p, unsigned int arg,
			const struct btf_type *to, const char *name)
{
	bool is_char = to && btf_is_int(to) && to->size == 1;

	if (is_char && (is_string_name(name) ||
			!strcmp(type_name(p->btf, to), "char"))) {
		const struct place place = {
			.deref = PROBE_STRING,
			.type = to,
		};

		add_field(p, arg, &place, PROBE_FIELD_MAX * 8, DECODE_STRING,
			  "");
		return;
	}
	if (to && btf_is_struct(to))
		add_struct(p, arg, to);
}

static void add_scalar(struct planner *p, unsigned int arg,
		       const struct btf_type *t, uint32_t type_id,
		       enum decode_kind decode, const char *name)
{
	const struct place place = {
		.deref = PROBE_VALUE,
		.type = t,
		.type_id = type_id,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(named_scalars); i++)
		if (!strcmp(named_scalars[i].name, name))
			decode = named_scalars[i].decode;
	add_field(p, arg, &place, t->size, decode, "");
}

/* "task_struct *" or "u64 ", as it stands in front of the name. */
static void type_text(const struct btf *btf, uint32_t id, char *text,
		      size_t size)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *name, *star = "";
	unsigned int i;

	for (i = 0; t && i < 32; i++) {
		name = type_name(btf, t);
		if (btf_is_ptr(t))
			star = "*";
		else if (*name && !btf_is_mod(t) && !btf_is_type_tag(t))
			break;
		if (!t->type) {
			t = NULL;
			break;
		}
		t = btf__type_by_id(btf, t->type);
	}
	snprintf(text, size, "%s %s", t ? type_name(btf, t) : "void", star);
}

/*
 * The name of parameter @arg out of "void BPF_STRUCT_OPS(name, struct
 * task_struct *p, u64 enq_flags)", of which there may be the first line only.
 */
static void name_of_decl(const char *decl, unsigned int arg, char *name,
			 size_t size)
{
	const char *p = strchr(decl, '('), *end;

	name[0] = '\0';
	p = p ? strchr(p, ',') : NULL;
	for (; p && arg; arg--)
		p = strchr(p + 1, ',');
	if (!p)
		return;
	end = p + 1 + strcspn(p + 1, ",)");
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	for (p = end; isalnum((unsigned char)p[-1]) || p[-1] == '_'; p--)
		;
	snprintf(name, size, "%.*s", (int)(end - p), p);
}

/* What the kernel's stubs call otherwise than it is; and that matters. */
static const struct misnamed {
	const char *op;
	unsigned int arg;
	const char *name;
} misnamed[] = {
	{ "dequeue", 1, "deq_flags" },
};

static void param_name(const struct planner *p, unsigned int arg,
		       const struct btf_param *param, char *name, size_t size)
{
	/* Marks for the verifier, "prev__nullable", are not the name. */
	static const char * const marks[] = { "__nullable", "__arena" };
	const char *in_btf = btf__name_by_offset(p->btf, param->name_off);
	unsigned int i;
	char *at;

	snprintf(name, size, "%s", in_btf ? in_btf : "");
	if (!*name && p->decl)
		name_of_decl(p->decl, arg, name, size);
	for (i = 0; p->op && i < ARRAY_SIZE(misnamed); i++)
		if (!strcmp(misnamed[i].op, p->op) && misnamed[i].arg == arg)
			snprintf(name, size, "%s", misnamed[i].name);
	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		at = strstr(name, marks[i]);
		if (at)
			*at = '\0';
	}
	/* The stubs are those of the other form. */
	at = p->cid_form ? strstr(name, "cpu") : NULL;
	if (at)
		memcpy(at, "cid", 3);
}

static void add_param(struct planner *p, unsigned int arg,
		      const struct btf_param *param)
{
	const struct btf_type *t = btf_bare_type(p->btf, param->type);
	struct desc_param *desc = &p->desc->params[arg];
	enum decode_kind decode;

	type_text(p->btf, param->type, desc->type, sizeof(desc->type));
	param_name(p, arg, param, desc->name, sizeof(desc->name));
	if (!t)
		return;
	if (btf_is_ptr(t)) {
		const struct btf_type *to = btf_bare_type(p->btf, t->type);

		if (p->plan->task_arg == PROBE_NO_ARG && to &&
		    !strcmp(type_name(p->btf, to), "task_struct"))
			p->plan->task_arg = arg;
		add_pointer(p, arg, to, desc->name);
	} else if (scalar_decode(t, &decode)) {
		add_scalar(p, arg, t, param->type, decode, desc->name);
	}
}

static void plan_empty(const char *name, struct planner *p)
{
	memset(p->plan, 0, sizeof(*p->plan));
	memset(p->desc, 0, sizeof(*p->desc));
	p->plan->task_arg = PROBE_NO_ARG;
	p->desc->task_arg = PROBE_NO_ARG;
	snprintf(p->desc->name, sizeof(p->desc->name), "%s", name);
}

static int plan_proto(struct planner *p, const struct btf_type *proto)
{
	const struct btf_type *ret;
	unsigned int i, n;
	enum decode_kind decode;

	if (!proto || !btf_is_func_proto(proto)) {
		p->desc->flags |= DESC_NO_TYPES;
		return -ENOENT;
	}
	n = min((unsigned int)btf_vlen(proto), (unsigned int)PROBE_ARGS);
	p->plan->n_args = n;
	p->desc->n_params = n;
	for (i = 0; i < n; i++)
		add_param(p, i, &btf_params(proto)[i]);
	p->desc->task_arg = p->plan->task_arg;

	ret = btf_bare_type(p->btf, proto->type);
	if (!ret)
		return 0;
	decode = DECODE_HEX;
	p->desc->ret_size = 8;
	if (scalar_decode(ret, &decode))
		p->desc->ret_size = ret->size;
	p->desc->ret_type_id = p->btf == p->kernel ? proto->type : 0;
	p->desc->ret_decode = nameable(p, decode);
	return 0;
}

int fields_plan_func(const struct btf *btf, const char *name,
		     unsigned int n_cpus, struct probe_func *plan,
		     struct probe_desc *desc)
{
	struct planner p = {
		.kernel = btf, .btf = btf, .n_cpus = n_cpus,
		.plan = plan, .desc = desc,
	};
	const struct btf_type *t = btf_type_named(btf, name, BTF_KIND_FUNC);

	plan_empty(name, &p);
	return plan_proto(&p, t ? btf__type_by_id(btf, t->type) : NULL);
}

/* Do two functions take the same? Then the names of one serve the other. */
static bool same_params(const struct btf *btf, const struct btf_type *a,
			const struct btf_type *b)
{
	unsigned int i;

	if (!a || !btf_is_func_proto(a) || btf_vlen(a) != btf_vlen(b))
		return false;
	for (i = 0; i < btf_vlen(a); i++)
		if (btf_bare_type(btf, btf_params(a)[i].type) !=
		    btf_bare_type(btf, btf_params(b)[i].type))
			return false;
	return true;
}

/*
 * The members of sched_ext_ops have types, but no names of parameters. The
 * kernel's stubs for them have both: sched_ext_ops__enqueue() and so on, which
 * mostly serve sched_ext_ops_cid too, and enqueue_stub() in Linux 6.12.
 */
static const struct btf_type *op_proto(const struct btf *btf,
				       const char *ops_type, const char *op)
{
	const struct btf_type *t = btf_type_named(btf, ops_type,
						  BTF_KIND_STRUCT);
	const struct btf_type *proto;
	struct place place;
	char stubs[3][128], form[64];
	unsigned int i;

	if (follow_path(btf, t, op, &place) || !btf_is_ptr(place.type))
		return NULL;
	proto = btf_bare_type(btf, place.type->type);
	if (!proto || !btf_is_func_proto(proto))
		return NULL;
	snprintf(stubs[0], sizeof(stubs[0]), "%s__%s", ops_type, op);
	op_cpu_form(op, form, sizeof(form));
	snprintf(stubs[1], sizeof(stubs[1]), "sched_ext_ops__%s", form);
	snprintf(stubs[2], sizeof(stubs[2]), "%s_stub", op);
	for (i = 0; i < ARRAY_SIZE(stubs); i++) {
		t = btf_type_named(btf, stubs[i], BTF_KIND_FUNC);
		t = t ? btf__type_by_id(btf, t->type) : NULL;
		if (same_params(btf, t, proto))
			return t;
	}
	return proto;
}

int fields_plan_op(const struct btf *btf, const char *ops_type,
		   const char *op, const char *name, const char *decl,
		   unsigned int n_cpus, struct probe_func *plan,
		   struct probe_desc *desc)
{
	struct planner p = {
		.kernel = btf, .btf = btf, .n_cpus = n_cpus,
		.plan = plan, .desc = desc,
		.op = op, .decl = decl,
		.cid_form = !strcmp(ops_type, "sched_ext_ops_cid"),
	};

	plan_empty(name, &p);
	desc->flags |= DESC_BPF;
	snprintf(desc->op, sizeof(desc->op), "%s", op);
	return plan_proto(&p, op_proto(btf, ops_type, op));
}

int fields_plan_sub(const struct btf *btf, const struct btf *prog_btf,
		    uint32_t func_id, unsigned int n_cpus,
		    struct probe_func *plan, struct probe_desc *desc)
{
	struct planner p = {
		.kernel = btf, .btf = prog_btf, .n_cpus = n_cpus,
		.plan = plan, .desc = desc,
	};
	const struct btf_type *t = btf__type_by_id(prog_btf, func_id);

	plan_empty(type_name(prog_btf, t), &p);
	desc->flags |= DESC_BPF;
	if (!t || !btf_is_func(t))
		return -ENOENT;
	return plan_proto(&p, btf__type_by_id(prog_btf, t->type));
}

bool fields_btf_name(const char *name, char *base, size_t size)
{
	/* Suffixes of the compiler, by what they do to the function. */
	static const struct suffix {
		const char *text;
		bool whole;	/* it still is the function itself */
	} suffixes[] = {
		{ ".constprop.", true }, { ".isra.", true },
		{ ".llvm.", true }, { ".part.", false }, { ".cold", false },
	};
	const char *dot = NULL;
	bool whole = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		const char *at = strstr(name, suffixes[i].text);

		if (!at || at == name)
			continue;
		if (!dot || at < dot)
			dot = at;
		whole &= suffixes[i].whole;
	}
	snprintf(base, size, "%.*s", dot ? (int)(dot - name) :
		 (int)strlen(name), name);
	return whole;
}
