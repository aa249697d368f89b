// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as text, by their BTF type. The types come from the guest: a struct
 * may say that it contains itself, an array that it has 2^32 elements, a name
 * that it has 4 MB. Depth, length and the bytes that really are there bound each
 * value; what a dump may read bounds what all of them cost.
 */
#include <bpf/btf.h>
#include <string.h>

#include "lib/common/btf.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"

#define DEPTH_MAX	12
#define ELEMENTS_MAX	64	/* of one array */
#define STRING_MAX	1024	/* of one text */
#define STEPS_MAX	16384	/* values and enumerators looked at, in all */

struct printer {
	struct strbuf *out;
	const struct mon_mem *mem;
	const struct btf *btf;
	const char *bytes;
	size_t len;
	unsigned int steps;	/* that are left */
	char name[BTF_NAME_LEN];	/* see name_of() */
};

static void print_type(struct printer *p, uint32_t type_id, size_t off,
		       unsigned int depth);

/* Take one step; false when there is nothing left to go on with. */
static bool step(struct printer *p)
{
	if (!p->steps)
		return false;
	p->steps--;
	/* What was dropped already is never seen: nor will be what follows. */
	if (p->out->dropped || mon_spend(p->mem, 1))
		p->steps = 0;
	if (!p->steps)
		strbuf_addf(p->out, "...");
	return p->steps;
}

/* Fit to print, and no longer than a name can be; valid until the next one */
static const char *name_of(struct printer *p, uint32_t name_off)
{
	btf_fit_name(p->btf, name_off, p->name);
	return p->name;
}

static bool load(const struct printer *p, size_t off, size_t size, uint64_t *v)
{
	if (off > p->len || size > p->len - off || size > sizeof(*v))
		return false;
	*v = 0;
	memcpy(v, p->bytes + off, size);
	return true;
}

static void print_bytes(struct printer *p, size_t off, size_t size)
{
	size_t i;

	if (off > p->len)
		off = p->len;
	size = min(size, p->len - off);
	for (i = 0; i < size && i < ELEMENTS_MAX; i++)
		strbuf_addf(p->out, "%s%02x", i ? " " : "",
			    (uint8_t)p->bytes[off + i]);
	if (i < size)
		strbuf_addf(p->out, " ...");
}

/* Each name that was looked at is a step as well. */
static void print_scalar(struct printer *p, const struct btf_type *t,
			 uint64_t v, unsigned int bits)
{
	unsigned int names = btf_put_scalar(p->out, p->btf, t, v, bits,
					    p->steps);

	p->steps -= names;
	if (mon_spend(p->mem, names))
		p->steps = 0;
}

static void print_bitfield(struct printer *p, uint32_t type_id, size_t bit_off,
			   unsigned int bits)
{
	const struct btf_type *t = btf_bare_type(p->btf, type_id);
	size_t first = bit_off / 8, size = (bit_off % 8 + bits + 7) / 8;
	uint64_t v;

	if (!t || bits > 64 || !load(p, first, size, &v)) {
		strbuf_addf(p->out, "...");
		return;
	}
	v >>= bit_off % 8;
	if (bits < 64)
		v &= (1ULL << bits) - 1;
	print_scalar(p, t, v, bits);
}

static void print_composite(struct printer *p, const struct btf_type *t,
			    size_t off, unsigned int depth)
{
	const struct btf_member *m = btf_members(t);
	unsigned int i;

	strbuf_addf(p->out, "{");
	for (i = 0; i < btf_vlen(t) && step(p); i++, m++) {
		size_t bit_off = btf_member_bit_offset(t, i);
		unsigned int bits = btf_member_bitfield_size(t, i);
		const char *name = name_of(p, m->name_off);

		strbuf_addf(p->out, "%s", i ? ", " : "");
		if (*name)
			strbuf_addf(p->out, ".%s = ", name);
		if (bits)
			print_bitfield(p, m->type, 8 * off + bit_off, bits);
		else
			print_type(p, m->type, off + bit_off / 8, depth + 1);
	}
	strbuf_addf(p->out, "}");
}

static void print_section(struct printer *p, const struct btf_type *t,
			  size_t off, unsigned int depth)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(t);
	unsigned int i, n = 0;

	strbuf_addf(p->out, "{");
	for (i = 0; i < btf_vlen(t) && step(p); i++, v++) {
		const struct btf_type *var = btf__type_by_id(p->btf, v->type);
		const char *name = var ? name_of(p, var->name_off) : "";

		/* Format strings of bpf_printk() and the like are no data. */
		if (!var || !btf_is_var(var) || strstr(name, "___fmt"))
			continue;
		strbuf_addf(p->out, "%s.%s = ", n++ ? ", " : "", name);
		print_type(p, var->type, off + v->offset, depth + 1);
	}
	strbuf_addf(p->out, "}");
}

/* char[]: text, when it is text */
static bool print_string(struct printer *p, const struct btf_type *elem,
			 size_t off, uint32_t n)
{
	const char *text = p->bytes + off;
	size_t len;

	if (!btf_is_int(elem) || elem->size != 1 ||
	    !strstr(name_of(p, elem->name_off), "char") || off > p->len ||
	    n > p->len - off)
		return false;
	/* What is not shown is not looked at: a step is no longer than this. */
	len = strnlen(text, min(n, (uint32_t)STRING_MAX));
	/* No character is cut. */
	while (len && len < n && (text[len] & 0xc0) == 0x80)
		len--;
	if (!text_is_fit(text, len))
		return false;
	strbuf_addf(p->out, "\"%.*s\"", (int)len, text);
	return true;
}

static void print_array(struct printer *p, const struct btf_type *t, size_t off,
			unsigned int depth)
{
	const struct btf_array *a = btf_array(t);
	const struct btf_type *elem = btf_bare_type(p->btf, a->type);
	int64_t size = elem ? btf__resolve_size(p->btf, a->type) : -1;
	uint32_t i;

	if (elem && print_string(p, elem, off, a->nelems))
		return;
	strbuf_addf(p->out, "{");
	for (i = 0; i < a->nelems && step(p); i++) {
		strbuf_addf(p->out, "%s", i ? ", " : "");
		if (size <= 0 || i == ELEMENTS_MAX) {
			strbuf_addf(p->out, "...");
			break;
		}
		print_type(p, a->type, off + i * (size_t)size, depth + 1);
	}
	strbuf_addf(p->out, "}");
}

static void print_type(struct printer *p, uint32_t type_id, size_t off,
		       unsigned int depth)
{
	const struct btf_type *t = btf_bare_type(p->btf, type_id);
	uint64_t v;

	if (!t || depth > DEPTH_MAX || off >= p->len)
		strbuf_addf(p->out, "...");
	else if (btf_is_composite(t))
		print_composite(p, t, off, depth);
	else if (btf_is_datasec(t))
		print_section(p, t, off, depth);
	else if (btf_is_array(t))
		print_array(p, t, off, depth);
	else if (btf_is_ptr(t) && load(p, off, 8, &v))
		print_scalar(p, t, v, 64);
	else if ((btf_is_int(t) || btf_is_any_enum(t)) &&
		 load(p, off, t->size, &v) && t->size)
		print_scalar(p, t, v, 8 * t->size);
	else
		print_bytes(p, off, btf_is_float(t) ? t->size : p->len - off);
}

void mon_value_print(struct strbuf *out, const struct mon_mem *mem,
		     const struct btf *btf, uint32_t type_id,
		     const void *bytes, size_t len)
{
	struct printer p = {
		.out = out, .mem = mem, .btf = btf, .bytes = bytes, .len = len,
		.steps = STEPS_MAX,
	};

	if (btf && type_id && step(&p))
		print_type(&p, type_id, 0, 0);
	else
		print_bytes(&p, 0, len);
}
