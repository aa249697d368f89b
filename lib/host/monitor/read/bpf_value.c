// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as text, by their BTF type. The types come from the guest: a struct
 * may say that it contains itself, an array that it has 2^32 elements. Depth,
 * length and the bytes that really are there bound everything.
 */
#include <bpf/btf.h>
#include <inttypes.h>
#include <string.h>

#include "lib/monitor/bpf.h"
#include "lib/util/strbuf.h"
#include "lib/util/util.h"

#define DEPTH_MAX	12
#define ELEMENTS_MAX	64	/* of one array */
#define BUDGET		4096	/* values in all */

struct printer {
	struct strbuf *out;
	const struct btf *btf;
	const char *bytes;
	size_t len;
	unsigned int budget;
};

static void print_type(struct printer *p, uint32_t type_id, size_t off,
		       unsigned int depth);

static const char *name_of(const struct printer *p, uint32_t name_off)
{
	return btf__name_by_offset(p->btf, name_off) ?: "";
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

static int64_t sign_extend(uint64_t v, unsigned int bits)
{
	unsigned int shift = 64 - bits;

	return (int64_t)(v << shift) >> shift;
}

static void print_int(struct printer *p, const struct btf_type *t, uint64_t v,
		      unsigned int bits)
{
	uint8_t enc = btf_int_encoding(t);

	if (enc & BTF_INT_BOOL)
		strbuf_addf(p->out, "%s", v ? "true" : "false");
	else if (enc & BTF_INT_SIGNED)
		strbuf_addf(p->out, "%" PRId64, sign_extend(v, bits));
	else
		strbuf_addf(p->out, "%" PRIu64, v);
}

static void print_enum(struct printer *p, const struct btf_type *t, uint64_t v,
		       unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < btf_vlen(t); i++) {
		uint64_t is;
		const char *name;

		if (btf_is_enum64(t)) {
			is = btf_enum64_value(btf_enum64(t) + i);
			name = name_of(p, btf_enum64(t)[i].name_off);
		} else {
			is = (uint32_t)btf_enum(t)[i].val;
			name = name_of(p, btf_enum(t)[i].name_off);
		}
		if (is == v) {
			strbuf_addf(p->out, "%s", name);
			return;
		}
	}
	if (btf_kflag(t))
		strbuf_addf(p->out, "%" PRId64, sign_extend(v, bits));
	else
		strbuf_addf(p->out, "%" PRIu64, v);
}

static void print_scalar(struct printer *p, const struct btf_type *t,
			 uint64_t v, unsigned int bits)
{
	if (btf_is_int(t))
		print_int(p, t, v, bits);
	else if (btf_is_any_enum(t))
		print_enum(p, t, v, bits);
	else
		strbuf_addf(p->out, "0x%" PRIx64, v);
}

static const struct btf_type *resolved(const struct printer *p, uint32_t id)
{
	int real = btf__resolve_type(p->btf, id);

	return real > 0 ? btf__type_by_id(p->btf, real) : NULL;
}

static void print_bitfield(struct printer *p, uint32_t type_id, size_t bit_off,
			   unsigned int bits)
{
	const struct btf_type *t = resolved(p, type_id);
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
	for (i = 0; i < btf_vlen(t) && p->budget; i++, m++) {
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
	for (i = 0; i < btf_vlen(t) && p->budget; i++, v++) {
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
	size_t i, len;

	if (!btf_is_int(elem) || elem->size != 1 ||
	    !strstr(name_of(p, elem->name_off), "char") || off > p->len ||
	    n > p->len - off)
		return false;
	len = strnlen(p->bytes + off, n);
	for (i = 0; i < len; i++)
		if (p->bytes[off + i] < ' ' || p->bytes[off + i] > '~')
			return false;
	strbuf_addf(p->out, "\"%.*s\"", (int)min(len, (size_t)1024),
		    p->bytes + off);
	return true;
}

static void print_array(struct printer *p, const struct btf_type *t, size_t off,
			unsigned int depth)
{
	const struct btf_array *a = btf_array(t);
	const struct btf_type *elem = resolved(p, a->type);
	int64_t size = elem ? btf__resolve_size(p->btf, a->type) : -1;
	uint32_t i;

	if (elem && print_string(p, elem, off, a->nelems))
		return;
	strbuf_addf(p->out, "{");
	for (i = 0; i < a->nelems && p->budget; i++) {
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
	const struct btf_type *t = resolved(p, type_id);
	uint64_t v;

	if (p->budget)
		p->budget--;
	if (!t || depth > DEPTH_MAX || !p->budget || off >= p->len)
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

void mon_value_print(struct strbuf *out, const struct btf *btf,
		     uint32_t type_id, const void *bytes, size_t len)
{
	struct printer p = {
		.out = out, .btf = btf, .bytes = bytes, .len = len,
		.budget = BUDGET,
	};

	if (btf && type_id)
		print_type(&p, type_id, 0, 0);
	else
		print_bytes(&p, 0, len);
}
