// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of the scheduler as people say them. See decode.h.
 */
#include "lib/common/scx/decode.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "lib/common/btf.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

enum decode_form {
	FORM_VALUE,		/* one name for one number */
	FORM_FLAGS,		/* names joined by '|' */
	FORM_DSQ,
	FORM_STATE,		/* FORM_VALUE in the low bits, a count above */
};

/*
 * The kernel's enums, a row each. To add one: a value of enum decode_kind and
 * a row here. @prefix is what is left out of the printed names.
 */
static const struct decode_desc {
	const char *enum_name;
	const char *prefix;
	enum decode_form form;
} descs[DECODE_KIND_COUNT] = {
	[DECODE_DSQ] = { "scx_dsq_id_flags", "", FORM_DSQ },
	[DECODE_ENQ_FLAGS] = { "scx_enq_flags", "SCX_ENQ_", FORM_FLAGS },
	[DECODE_DEQ_FLAGS] = { "scx_deq_flags", "SCX_DEQ_", FORM_FLAGS },
	[DECODE_WAKE_FLAGS] = { "scx_wake_flags", "SCX_WAKE_", FORM_FLAGS },
	[DECODE_KICK_FLAGS] = { "scx_kick_flags", "SCX_KICK_", FORM_FLAGS },
	[DECODE_TASK_FLAGS] = { "scx_ent_flags", "SCX_TASK_", FORM_FLAGS },
	[DECODE_EXIT_KIND] = { "scx_exit_kind", "SCX_EXIT_", FORM_VALUE },
	[DECODE_OPS_STATE] = { "scx_ops_state", "SCX_OPSS_", FORM_STATE },
};

/* One enum; names belong to the BTF. */
struct decode_names {
	unsigned int n;
	struct decode_name {
		const char *name;
		uint64_t value;
	} *names;
};

struct decode {
	const struct btf *btf;
	struct decode_names sets[DECODE_KIND_COUNT];
	/* Task states were an enum of their own up to Linux 7.0. */
	struct decode_names task_state;
};

static int names_load(struct decode_names *set, const struct btf *btf,
		      const char *enum_name)
{
	const struct btf_type *t;
	unsigned int i;

	t = btf_type_named(btf, enum_name, BTF_KIND_ENUM64) ?:
	    btf_type_named(btf, enum_name, BTF_KIND_ENUM);
	if (!t || !btf_vlen(t))
		return 0;
	set->names = calloc(btf_vlen(t), sizeof(*set->names));
	if (!set->names)
		return -1;
	for (i = 0; i < btf_vlen(t); i++) {
		struct decode_name *name = &set->names[set->n];

		name->name = btf_enumerator(btf, t, i, &name->value);
		if (*name->name)
			set->n++;
	}
	return 0;
}

struct decode *decode_create(const struct btf *btf)
{
	struct decode *d = calloc(1, sizeof(*d));
	unsigned int i;

	if (!d || !btf)
		return d;
	d->btf = btf;
	for (i = 0; i < DECODE_KIND_COUNT; i++)
		if (descs[i].enum_name &&
		    names_load(&d->sets[i], btf, descs[i].enum_name))
			goto out_destroy;
	if (names_load(&d->task_state, btf, "scx_task_state"))
		goto out_destroy;
	return d;

out_destroy:
	decode_destroy(d);
	return NULL;
}

void decode_destroy(struct decode *d)
{
	unsigned int i;

	if (!d)
		return;
	for (i = 0; i < DECODE_KIND_COUNT; i++)
		free(d->sets[i].names);
	free(d->task_state.names);
	free(d);
}

/* Shifts, widths and masks describe flags, they are none. */
static bool is_helper(const char *name)
{
	return strends(name, "_SHIFT") || strends(name, "_BITS") ||
	       strends(name, "_MASK") || name[0] == '_';
}

static const struct decode_name *find_name(const struct decode_names *set,
					   const char *name)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (!strcmp(set->names[i].name, name))
			return &set->names[i];
	return NULL;
}

static const char *name_of(const struct decode_names *set, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (set->names[i].value == value &&
		    !is_helper(set->names[i].name))
			return set->names[i].name;
	return NULL;
}

static const char *without_prefix(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) ? name : name + len;
}

static void put_flag(struct strbuf *out, size_t start, const char *name)
{
	strbuf_addf(out, "%s%s", out->len > start ? "|" : "", name);
}

/* A field of several bits in a word of flags: its value's name. */
static void put_masked(const struct decode *d, const struct decode_names *set,
		       const struct decode_name *mask, uint64_t value,
		       const char *prefix, struct strbuf *out, size_t start)
{
	const char *name = name_of(set, value);
	char number[32];

	if (!name && !strcmp(mask->name, "SCX_TASK_STATE_MASK") && mask->value)
		name = name_of(&d->task_state,
			       value >> __builtin_ctzll(mask->value));
	if (name) {
		put_flag(out, start, without_prefix(name, prefix));
		return;
	}
	snprintf(number, sizeof(number), "0x%llx", (unsigned long long)value);
	put_flag(out, start, number);
}

static void put_flags(const struct decode *d, enum decode_kind kind,
		      uint64_t value, struct strbuf *out)
{
	const struct decode_names *set = &d->sets[kind];
	const char *prefix = descs[kind].prefix;
	uint64_t masks = 0, rest = value;
	size_t start = out->len;
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (strends(set->names[i].name, "_MASK") &&
		    set->names[i].name[0] != '_')
			masks |= set->names[i].value;
	for (i = 0; i < set->n; i++) {
		const struct decode_name *name = &set->names[i];
		bool one_bit = name->value && !(name->value & (name->value - 1));

		if (is_helper(name->name) || !one_bit || name->value & masks ||
		    !(rest & name->value))
			continue;
		put_flag(out, start, without_prefix(name->name, prefix));
		rest &= ~name->value;
	}
	for (i = 0; i < set->n; i++) {
		const struct decode_name *name = &set->names[i];

		if (!strends(name->name, "_MASK") || name->name[0] == '_' ||
		    !(rest & name->value))
			continue;
		put_masked(d, set, name, rest & name->value, prefix, out, start);
		rest &= ~name->value;
	}
	if (rest) {
		char number[32];

		snprintf(number, sizeof(number), "0x%llx",
			 (unsigned long long)rest);
		put_flag(out, start, number);
	}
	if (out->len == start)
		strbuf_addf(out, "NONE");
}

static void put_name(const struct decode_names *set, uint64_t value,
		     const char *prefix, struct strbuf *out)
{
	const char *name = name_of(set, value);

	if (name)
		strbuf_addf(out, "%s", without_prefix(name, prefix));
	else
		strbuf_addf(out, "%llu", (unsigned long long)value);
}

static void put_dsq(const struct decode_names *set, uint64_t value,
		    struct strbuf *out)
{
	const struct decode_name *on = find_name(set, "SCX_DSQ_LOCAL_ON");
	const struct decode_name *builtin = find_name(set,
						      "SCX_DSQ_FLAG_BUILTIN");
	const char *name;
	unsigned int i;

	if (on && (value & on->value) == on->value) {
		strbuf_addf(out, "SCX_DSQ_LOCAL_ON|%u", (uint32_t)value);
		return;
	}
	if (!builtin || !(value & builtin->value)) {
		strbuf_addf(out, "DSQ(0x%llx)", (unsigned long long)value);
		return;
	}
	/* INVALID is the flag alone: do not name the flag. */
	for (i = 0; i < set->n; i++) {
		name = set->names[i].name;
		if (set->names[i].value == value && !is_helper(name) &&
		    !strstr(name, "_FLAG_")) {
			strbuf_addf(out, "%s", name);
			return;
		}
	}
	strbuf_addf(out, "BUILTIN(%llu)",
		    (unsigned long long)(value & ~builtin->value));
}

static void put_state(const struct decode_names *set, uint64_t value,
		      const char *prefix, struct strbuf *out)
{
	const struct decode_name *shift = find_name(set,
						    "SCX_OPSS_QSEQ_SHIFT");

	if (!shift || !shift->value || shift->value > 63) {
		put_name(set, value, prefix, out);
		return;
	}
	put_name(set, value & ((1ULL << shift->value) - 1), prefix, out);
	if (value >> shift->value)
		strbuf_addf(out, "(seq %llu)",
			    (unsigned long long)(value >> shift->value));
}

/* A field may have been loaded from less than the eight bytes of @value. */
static void put_enum(const struct btf *btf, uint64_t value, uint32_t type_id,
		     struct strbuf *out)
{
	const struct btf_type *t = btf_bare_type(btf, type_id);

	if (t && btf_is_any_enum(t) && t->size && t->size <= sizeof(value))
		btf_put_scalar(out, btf, t, value, 8 * t->size, UINT_MAX);
	else
		strbuf_addf(out, "%lld", (long long)value);
}

void decode_value(const struct decode *d, enum decode_kind kind,
		  uint64_t value, uint32_t type_id, struct strbuf *out)
{
	const struct decode_desc *desc = &descs[kind];

	switch (kind) {
	case DECODE_SIGNED:
		strbuf_addf(out, "%lld", (long long)value);
		return;
	case DECODE_BOOL:
		strbuf_addf(out, "%s", value ? "true" : "false");
		return;
	case DECODE_ENUM:
		put_enum(d->btf, value, type_id, out);
		return;
	case DECODE_CPUMASK:
		decode_cpumask(&value, 1, out);
		return;
	case DECODE_HEX:
		strbuf_addf(out, "0x%llx", (unsigned long long)value);
		return;
	default:
		break;
	}

	if (kind >= DECODE_KIND_COUNT || !desc->enum_name)
		strbuf_addf(out, "%llu", (unsigned long long)value);
	else if (!d->sets[kind].n)
		strbuf_addf(out, "0x%llx", (unsigned long long)value);
	else if (desc->form == FORM_DSQ)
		put_dsq(&d->sets[kind], value, out);
	else if (desc->form == FORM_FLAGS)
		put_flags(d, kind, value, out);
	else if (desc->form == FORM_STATE)
		put_state(&d->sets[kind], value, desc->prefix, out);
	else
		put_name(&d->sets[kind], value, desc->prefix, out);
}

static bool has_cpu(const uint64_t *words, unsigned int n, unsigned int cpu)
{
	return cpu / 64 < n && words[cpu / 64] >> (cpu % 64) & 1;
}

void decode_cpumask(const uint64_t *words, unsigned int n, struct strbuf *out)
{
	unsigned int top = n, cpu, last, ranges = 0;

	while (top > 1 && !words[top - 1])
		top--;
	if (!top)
		return;
	strbuf_addf(out, "0x%llx", (unsigned long long)words[top - 1]);
	while (--top)
		strbuf_addf(out, "_%016llx", (unsigned long long)words[top - 1]);

	strbuf_addf(out, "(");
	for (cpu = 0; cpu < n * 64; cpu++) {
		if (!has_cpu(words, n, cpu))
			continue;
		for (last = cpu; has_cpu(words, n, last + 1); last++)
			;
		strbuf_addf(out, ranges++ ? ",%u" : "%u", cpu);
		if (last > cpu)
			strbuf_addf(out, "-%u", last);
		cpu = last;
	}
	strbuf_addf(out, "%s)", ranges ? "" : "none");
}
