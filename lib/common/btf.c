// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types out of BTF. See btf.h.
 */
#include "lib/common/btf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"

/* Types of a guest's BPF program may nest without end. */
#define ANONYMOUS_DEPTH	8
#define MEMBERS_BUDGET	(1U << 20)

const struct btf_type *btf_bare_type(const struct btf *btf, uint32_t id)
{
	int bare = btf ? btf__resolve_type(btf, id) : -1;

	return bare > 0 ? btf__type_by_id(btf, bare) : NULL;
}

const struct btf_type *btf_type_named(const struct btf *btf, const char *name,
				      uint32_t kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	return id > 0 ? btf__type_by_id(btf, id) : NULL;
}

static const char *raw_name(const struct btf *btf, uint32_t name_off)
{
	return btf__name_by_offset(btf, name_off) ?: "";
}

void btf_fit_name(const struct btf *btf, uint32_t name_off,
		  char name[BTF_NAME_LEN])
{
	snprintf(name, BTF_NAME_LEN, "%.*s", BTF_NAME_LEN - 1,
		 raw_name(btf, name_off));
	text_clean(name);
}

/* ---- members ---- */

/* A search for one member; @place is where the last one was found. */
struct search {
	const struct btf *btf;
	const char *name;
	size_t len;
	unsigned int budget;
	struct btf_place *place;
};

static bool name_is(const struct search *s, const char *name)
{
	return !strncmp(name, s->name, s->len) && !name[s->len];
}

static void found(struct search *s, uint32_t type_id, uint32_t bit_off,
		  uint32_t bits)
{
	s->place->type_id = type_id;
	s->place->type = btf_bare_type(s->btf, type_id);
	s->place->bit_off = bit_off;
	s->place->bits = bits;
}

/* Find @s->name in a struct or union that starts at @base bits. */
static bool find_member(struct search *s, const struct btf_type *t,
			uint32_t base, unsigned int depth)
{
	const struct btf_member *m = btf_members(t);
	unsigned int i;

	for (i = 0; i < btf_vlen(t) && s->budget; i++, m++) {
		uint32_t bit_off = base + btf_member_bit_offset(t, i);
		const char *name = raw_name(s->btf, m->name_off);

		s->budget--;
		if (!*name) {
			const struct btf_type *in = btf_bare_type(s->btf,
								  m->type);

			if (in && btf_is_composite(in) &&
			    depth < ANONYMOUS_DEPTH &&
			    find_member(s, in, bit_off, depth + 1))
				return true;
		} else if (name_is(s, name)) {
			found(s, m->type, bit_off,
			      btf_member_bitfield_size(t, i));
			return true;
		}
	}
	return false;
}

/* Find a variable in a section of a BPF program (.bss and the like). */
static bool find_var(struct search *s, const struct btf_type *t)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(t);
	unsigned int i;

	for (i = 0; i < btf_vlen(t); i++, v++) {
		const struct btf_type *var = btf__type_by_id(s->btf, v->type);

		if (!var || !btf_is_var(var) ||
		    !name_is(s, raw_name(s->btf, var->name_off)) ||
		    v->offset > UINT32_MAX / 8)
			continue;
		found(s, var->type, 8 * v->offset, 0);
		return true;
	}
	return false;
}

static bool find_name(struct search *s, const struct btf_type *t)
{
	if (!t || !s->len)
		return false;
	if (btf_is_datasec(t))
		return find_var(s, t);
	return btf_is_composite(t) && find_member(s, t, s->place->bit_off, 0);
}

/* What comes behind is counted from where the pointer points to. */
static const struct btf_type *through_ptr(const struct search *s)
{
	struct btf_place *place = s->place;

	if (!place->type || !btf_is_ptr(place->type) || place->behind_ptr)
		return NULL;
	place->behind_ptr = true;
	place->ptr_bit_off = place->bit_off;
	place->bit_off = 0;
	return btf_bare_type(s->btf, place->type->type);
}

static bool find_one_path(struct search *s, const struct btf_type *t,
			  const char *path, const char *end)
{
	memset(s->place, 0, sizeof(*s->place));
	for (;;) {
		s->name = path;
		s->len = strcspn(path, ".-|");
		if (!find_name(s, t))
			return false;
		path += s->len;
		if (path == end)
			return true;
		t = s->place->type;
		if (*path == '.') {
			path++;
		} else if (!strncmp(path, "->", 2)) {
			t = through_ptr(s);
			path += 2;
		} else {
			return false;
		}
	}
}

bool btf_find_path(const struct btf *btf, const struct btf_type *t,
		   const char *path, struct btf_place *place)
{
	struct search s = {
		.btf = btf, .budget = MEMBERS_BUDGET, .place = place,
	};

	while (*path) {
		const char *end = path + strcspn(path, "|");

		if (find_one_path(&s, t, path, end))
			return true;
		path = end + (*end == '|');
	}
	memset(place, 0, sizeof(*place));
	return false;
}

/* ---- values ---- */

const char *btf_enumerator(const struct btf *btf, const struct btf_type *t,
			   unsigned int i, uint64_t *value)
{
	if (btf_is_enum64(t)) {
		*value = btf_enum64_value(btf_enum64(t) + i);
		return raw_name(btf, btf_enum64(t)[i].name_off);
	}
	/* BTF has 32-bit values signed; a flag in bit 31 is none the less. */
	*value = (uint32_t)btf_enum(t)[i].val;
	return raw_name(btf, btf_enum(t)[i].name_off);
}

static uint32_t enumerator_name_off(const struct btf_type *t, unsigned int i)
{
	return btf_is_enum64(t) ? btf_enum64(t)[i].name_off :
				  btf_enum(t)[i].name_off;
}

static void put_number(struct strbuf *to, uint64_t value, unsigned int unused,
		       bool is_signed)
{
	if (is_signed)
		strbuf_addf(to, "%" PRId64,
			    (int64_t)(value << unused) >> unused);
	else
		strbuf_addf(to, "%" PRIu64, value << unused >> unused);
}

static unsigned int put_enum(struct strbuf *to, const struct btf *btf,
			     const struct btf_type *t, uint64_t value,
			     unsigned int unused, unsigned int names_max)
{
	char name[BTF_NAME_LEN];
	unsigned int i;

	for (i = 0; i < btf_vlen(t); i++) {
		uint64_t is;

		if (i == names_max) {
			strbuf_addf(to, "...");
			return i;
		}
		/* Sign-extended or not, the same bits are the same value. */
		btf_enumerator(btf, t, i, &is);
		if ((is ^ value) << unused)
			continue;
		btf_fit_name(btf, enumerator_name_off(t, i), name);
		strbuf_addf(to, "%s", name);
		return i + 1;
	}
	put_number(to, value, unused, btf_kflag(t));
	return i;
}

unsigned int btf_put_scalar(struct strbuf *to, const struct btf *btf,
			    const struct btf_type *t, uint64_t value,
			    unsigned int bits, unsigned int names_max)
{
	unsigned int unused = 64 - bits;

	if (btf_is_any_enum(t))
		return put_enum(to, btf, t, value, unused, names_max);
	if (!btf_is_int(t))
		strbuf_addf(to, "0x%" PRIx64, value << unused >> unused);
	else if (btf_int_encoding(t) & BTF_INT_BOOL)
		strbuf_addf(to, "%s", value << unused ? "true" : "false");
	else
		put_number(to, value, unused,
			   btf_int_encoding(t) & BTF_INT_SIGNED);
	return 0;
}
