// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dotted paths. See path.h.
 */
#include "lib/host/monitor/read/path.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/btf.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

#define NAME_MAX_LEN	128
/* No value is larger, and no struct of a kernel's. */
#define OFFSET_MAX	(64U << 20)
/* atomic_t and the like nest so deep. */
#define WRAPS_MAX	4
/* Names and qualifiers of one type */
#define NAMES_MAX	32
/* Members that a message lists, and looks at */
#define LISTED_MAX	64

/**
 * struct walk - on the way
 * @kernel: whose structs pointers may lead to
 * @btf: types
 * @type_id: of what was come to; 0 for void
 * @bit_off: where that is, from the start or from the last pointer's target
 * @bits: of a bitfield, else 0
 * @to: gets the path
 * @err: gets what is wrong, in @err_size bytes
 */
struct walk {
	const struct mon_kernel *kernel;
	const struct btf *btf;
	uint32_t type_id;
	uint64_t bit_off;
	uint32_t bits;
	struct mon_path *to;
	char *err;
	size_t err_size;
};

static int __printf(3, 4) refuse(struct walk *w, int ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->err, w->err_size, fmt, ap);
	va_end(ap);
	return ret;
}

/* ---- what there is instead ---- */

static uint32_t name_of_member(const struct btf *btf, const struct btf_type *t,
			       unsigned int i)
{
	const struct btf_type *var;

	if (!btf_is_datasec(t))
		return btf_members(t)[i].name_off;
	var = btf__type_by_id(btf, btf_var_secinfos(t)[i].type);
	return var ? var->name_off : 0;
}

static int no_member(struct walk *w, const struct btf_type *t, const char *name)
{
	char member[BTF_NAME_LEN];
	unsigned int i;
	size_t len;

	if (!t || (!btf_is_composite(t) && !btf_is_datasec(t)))
		return refuse(w, -ENOENT, "no '%s' in what is no struct", name);
	len = snprintf(w->err, w->err_size, "no '%s'; there is", name);
	for (i = 0; i < btf_vlen(t) && i < LISTED_MAX && len < w->err_size;
	     i++) {
		btf_fit_name(w->btf, name_of_member(w->btf, t, i), member);
		/* Format strings of bpf_printk() and the like are no data. */
		if (*member && !strstr(member, "___fmt"))
			len += snprintf(w->err + len, w->err_size - len, " %s",
					member);
	}
	return -ENOENT;
}

/* ---- step by step ---- */

static int go_on_by(struct walk *w, uint64_t bits)
{
	w->bit_off += bits;
	if (w->bit_off / 8 >= OFFSET_MAX)
		return refuse(w, -EINVAL, "that is too far into a value");
	return 0;
}

static int step_member(struct walk *w, const char **path)
{
	const struct btf_type *t = btf_bare_type(w->btf, w->type_id);
	struct btf_place place;
	char name[NAME_MAX_LEN];
	size_t len = 0;

	while (isalnum((unsigned char)(*path)[len]) || (*path)[len] == '_')
		len++;
	if (!len || len >= sizeof(name))
		return refuse(w, -EINVAL, "a name is wanted at '%.60s'", *path);
	snprintf(name, sizeof(name), "%.*s", (int)len, *path);
	*path += len;
	if (!btf_find_path(w->btf, t, name, &place))
		return no_member(w, t, name);
	w->type_id = place.type_id;
	w->bits = place.bits;
	return go_on_by(w, place.bit_off);
}

static int step_element(struct walk *w, const char **path)
{
	const struct btf_type *t = btf_bare_type(w->btf, w->type_id);
	unsigned long index;
	int64_t size;
	char *end;

	if (!t || !btf_is_array(t))
		return refuse(w, -ENOENT, "no array at '%.60s'", *path);
	index = strtoul(*path + 1, &end, 10);
	if (!isdigit((unsigned char)(*path)[1]) || *end != ']')
		return refuse(w, -EINVAL, "a number is wanted at '%.60s'",
			      *path);
	if (index >= btf_array(t)->nelems)
		return refuse(w, -ENOENT, "there are %u elements at '%.60s'",
			      btf_array(t)->nelems, *path);
	size = btf__resolve_size(w->btf, btf_array(t)->type);
	if (size <= 0 || size > OFFSET_MAX)
		return refuse(w, -EINVAL, "elements of no known size at '%.60s'",
			      *path);
	*path = end + 1;
	w->type_id = btf_array(t)->type;
	return go_on_by(w, 8 * (uint64_t)size * index);
}

/* As btf_bare_type(), which has a struct without members for nothing */
static const struct btf_type *bare_or_fwd(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	unsigned int i;

	for (i = 0; t && i < NAMES_MAX && (btf_is_mod(t) || btf_is_typedef(t));
	     i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

/*
 * Programs know structs of the kernel's by those members that they use, or by
 * name alone, and may call them by a flavour: "rq___old".
 */
static int ask_kernel(struct walk *w)
{
	const struct btf_type *t = bare_or_fwd(w->btf, w->type_id);
	char name[BTF_NAME_LEN], *flavour;
	int id;

	if (!t || (!btf_is_composite(t) && !btf_is_fwd(t)))
		return 0;
	btf_fit_name(w->btf, t->name_off, name);
	flavour = strstr(name, "___");
	if (flavour)
		*flavour = '\0';
	id = *name ? btf__find_by_name_kind(w->kernel->btf, name,
					    btf_is_union(t) ||
					    (btf_is_fwd(t) && btf_kflag(t)) ?
					    BTF_KIND_UNION : BTF_KIND_STRUCT) :
		     -1;
	if (id > 0) {
		w->btf = w->kernel->btf;
		w->type_id = id;
	} else if (btf_is_fwd(t)) {
		return refuse(w, -ENOENT, "nobody says what struct %s is", name);
	}
	return 0;
}

static int hop(struct walk *w)
{
	if (w->to->n_hops == MON_HOPS_MAX)
		return refuse(w, -EINVAL, "more than %d pointers", MON_HOPS_MAX);
	w->to->hop[w->to->n_hops++] = w->bit_off / 8;
	w->bit_off = 0;
	w->bits = 0;
	return 0;
}

static bool has_kernel(const struct walk *w)
{
	return w->kernel && w->kernel->btf && w->btf != w->kernel->btf;
}

static int step_pointer(struct walk *w)
{
	const struct btf_type *t = btf_bare_type(w->btf, w->type_id);
	int ret;

	if (!t || !btf_is_ptr(t) || w->bit_off % 8)
		return refuse(w, -ENOENT, "'->' behind what is no pointer");
	ret = hop(w);
	if (ret)
		return ret;
	w->type_id = t->type;
	return has_kernel(w) ? ask_kernel(w) : 0;
}

/* A number of 64 bits, or a pointer to whatever: it has room for an address. */
static bool is_address(const struct walk *w)
{
	const struct btf_type *t = btf_bare_type(w->btf, w->type_id);

	return !w->bits && w->bit_off % 8 == 0 &&
	       (!w->type_id || (t && (btf_is_ptr(t) ||
				      (btf_is_int(t) && t->size == 8))));
}

/*
 * "->{TYPE}": it is an address of such a struct, which a program has in a u64 where
 * the verifier would not let it keep a pointer. @path is behind the brace.
 */
static int step_cast(struct walk *w, const char **path)
{
	size_t len = strcspn(*path, "}");
	char name[NAME_MAX_LEN];
	int id, ret;

	if (!is_address(w))
		return refuse(w, -ENOENT, "'->{' behind what is no address");
	if (!len || len >= sizeof(name) || (*path)[len] != '}')
		return refuse(w, -EINVAL, "a name and '}' are wanted at '%.60s'",
			      *path);
	snprintf(name, sizeof(name), "%.*s", (int)len, *path);
	*path += len + 1;
	id = btf__find_by_name_kind(w->btf, name, BTF_KIND_STRUCT);
	if (id < 0 && has_kernel(w)) {
		id = btf__find_by_name_kind(w->kernel->btf, name,
					    BTF_KIND_STRUCT);
		w->btf = id < 0 ? w->btf : w->kernel->btf;
	}
	if (id < 0)
		return refuse(w, -ENOENT, "nobody says what struct %s is", name);
	ret = hop(w);
	if (ret)
		return ret;
	w->type_id = id;
	return has_kernel(w) ? ask_kernel(w) : 0;
}

static int walk(struct walk *w, const char *path)
{
	const char *p = path;
	int ret = 0;

	while (*p && !ret) {
		if (*p == '[') {
			ret = step_element(w, &p);
		} else if (strstarts(p, "->{")) {
			p += 3;
			ret = step_cast(w, &p) ?: step_member(w, &p);
		} else if (strstarts(p, "->")) {
			p += 2;
			ret = step_pointer(w) ?: step_member(w, &p);
		} else if (p == path || *p == '.') {
			p += p != path;
			ret = step_member(w, &p);
		} else {
			ret = refuse(w, -EINVAL, "'.', '->' or '[' is wanted at '%.60s'",
				     p);
		}
	}
	return ret;
}

/* ---- what was come to ---- */

static bool is_number(const struct btf *btf, const struct btf_type *t)
{
	unsigned int i;

	for (i = 0; t && i < WRAPS_MAX && btf_is_struct(t) && btf_vlen(t) == 1;
	     i++)
		t = btf_bare_type(btf, btf_members(t)->type);
	return t && (btf_is_int(t) || btf_is_any_enum(t));
}

static int settle(struct walk *w, const char *path)
{
	struct mon_field *f = &w->to->field;

	if (!is_number(w->btf, btf_bare_type(w->btf, w->type_id)) ||
	    !mon_field_at(w->btf, w->type_id, w->bit_off, w->bits, f) ||
	    !f->elem_size || f->elem_size > 8 ||
	    f->elem_size & (f->elem_size - 1))
		return refuse(w, -EINVAL, "'%.60s' is no number", path);
	return 0;
}

/* Without types a value is what it is. */
static int settle_bare(struct walk *w, uint32_t size, const char *path)
{
	if (*path)
		return refuse(w, -ENOENT, "no '%.60s': the map has no types",
			      path);
	if (!size || size > 8 || size & (size - 1))
		return refuse(w, -EINVAL, "%u bytes without a type are no number",
			      size);
	w->to->field = (struct mon_field){
		.size = size, .elem_size = size, .present = true,
	};
	return 0;
}

static int check_bounds(struct walk *w, uint32_t size)
{
	const struct mon_path *to = w->to;
	uint64_t end = to->n_hops ? to->hop[0] + sizeof(uint64_t) :
		       (uint64_t)to->field.offset + to->field.elem_size;

	return end <= size ? 0 : refuse(w, -EINVAL, "that is beyond the value's %u bytes",
					size);
}

int mon_path_find(const struct mon_kernel *kernel, const struct btf *btf,
		  uint32_t type_id, uint32_t size, const char *path,
		  struct mon_path *to, char *err, size_t err_size)
{
	struct walk w = {
		.kernel = kernel, .btf = btf, .type_id = type_id, .to = to,
		.err = err, .err_size = err_size,
	};
	int ret;

	memset(to, 0, sizeof(*to));
	if (!btf || !type_id)
		ret = settle_bare(&w, size, path);
	else
		ret = walk(&w, path) ?: settle(&w, path);
	return ret ?: check_bounds(&w, size);
}

/* ---- reading ---- */

static int in_63_bits(const struct mon_field *f, uint64_t v, int64_t *value)
{
	if (!f->is_signed && v > INT64_MAX)
		return -ERANGE;
	*value = (int64_t)v;
	return 0;
}

int mon_path_read(const struct mon_mem *mem, const struct mon_path *path,
		  uint64_t va, int64_t *value)
{
	struct mon_field f = path->field;
	const void *p;
	uint64_t copy;
	unsigned int i;
	int ret;

	for (i = 0; i < path->n_hops; i++) {
		ret = mon_read_u64(mem, va + path->hop[i], &va);
		if (ret)
			return ret;
		if (!va)
			return -ENODATA;
	}
	p = mon_view(mem, va + f.offset, &copy, f.elem_size);
	if (!p)
		return -EFAULT;
	f.offset = 0;
	return in_63_bits(&f, mon_field_get(&f, p), value);
}

int mon_path_get(const struct mon_path *path, const void *bytes, size_t len,
		 int64_t *value)
{
	const struct mon_field *f = &path->field;

	if (path->n_hops)
		return -EXDEV;
	if (f->offset > len || f->elem_size > len - f->offset)
		return -EINVAL;
	return in_63_bits(f, mon_field_get(f, bytes), value);
}
