// SPDX-License-Identifier: GPL-2.0-only
/*
 * Declared schedulers, printed. See declared.h.
 */
#include "lib/host/cli/declared.h"

#include <json-c/json.h>
#include <string.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/util/util.h"
#include "lib/host/report/json.h"

#define SCHEMA		"https://json-schema.org/draft/2020-12/schema"

const char *declared_kind(const struct scheduler *s)
{
	if (!s->binary)
		return s->enable[0] ? "kernel" : "none";
	return s->source ? "source" : "program";
}

void declared_print(const struct declared_all *all, FILE *to)
{
	size_t i;

	for (i = 0; i < all->n; i++) {
		const struct scheduler *s = all->list[i].s;

		fprintf(to, "%-20s  %-8s  %s%s%s%s\n", s->name,
			declared_kind(s), s->what ?: "-",
			all->list[i].file ? " (" : "", all->list[i].file ?: "",
			all->list[i].file ? ")" : "");
	}
}

/* ---- JSON ---- */

static const void *member_of(const struct scheduler *s,
			     const struct attr_row *row)
{
	return (const char *)s + row->offset -
	       offsetof(struct attr_given, scheduler);
}

static bool is_said(const void *member, size_t size)
{
	const char *bytes = member;

	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return size;
}

static struct json_object *list_json(const char * const *list)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && list[i]; i++)
		json_object_array_add(array, json_object_new_string(list[i]));
	return array;
}

static struct json_object *value_json(const struct attr_row *row,
				      const void *member)
{
	struct strbuf text = STRBUF_INIT;
	struct json_object *o;

	if (row->merge == ATTR_ADDS)
		return list_json(member);
	row->kind->print(row, member, &text);
	if (row->kind == &attr_number)
		o = json_object_new_int64(strtol(text.text, NULL, 10));
	else
		o = json_object_new_string(text.text);
	strbuf_free(&text);
	return o;
}

static struct json_object *scheduler_json(const struct scheduler *s)
{
	struct json_object *o = json_object_new_object();
	const struct attr_row *row;

	for (row = sched_rows; row < sched_rows + sched_n_rows; row++) {
		const void *member = member_of(s, row);

		if (is_said(member, row->size))
			json_object_object_add(o, sched_row_of(row),
					       value_json(row, member));
	}
	return o;
}

static void put(struct json_object *o, FILE *to)
{
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      to);
	fputc('\n', to);
	json_object_put(o);
}

void declared_print_json(const struct declared_all *all, FILE *to)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < all->n; i++)
		json_object_array_add(list, scheduler_json(all->list[i].s));
	json_object_object_add(o, "schedulers", list);
	put(o, to);
}

/* ---- schema ---- */

static struct json_object *type_json(const char *type)
{
	struct json_object *o = json_object_new_object();

	json_add_text(o, "type", type);
	return o;
}

static struct json_object *types_json(const char *a, const char *b)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(a));
	json_object_array_add(list, json_object_new_string(b));
	json_object_object_add(o, "type", list);
	return o;
}

static struct json_object *row_schema(const struct attr_row *row)
{
	struct json_object *o;

	if (row->merge == ATTR_ADDS) {
		o = type_json("array");
		json_object_object_add(o, "items", type_json("string"));
		json_add_int(o, "maxItems", KTSTR_MAX_ARGS);
	} else if (row->kind == &attr_number) {
		o = type_json("integer");
		json_add_int(o, "minimum", 1);
	} else if (row->kind == &attr_limit) {
		o = types_json("integer", "string");
		json_add_int(o, "minimum", 1);
	} else if (row->kind == &attr_switch) {
		o = types_json("boolean", "string");
	} else {
		o = type_json("string");
	}
	if (row->kind == &attr_topology)
		json_add_text(o, "pattern", "^[0-9]+n[0-9]+l[0-9]+c[0-9]+t$");
	json_add_text(o, "description", row->what);
	return o;
}

static struct json_object *scheduler_schema(void)
{
	struct json_object *o = type_json("object");
	struct json_object *members = json_object_new_object();
	struct json_object *required = json_object_new_array();
	const struct attr_row *row;

	for (row = sched_rows; row < sched_rows + sched_n_rows; row++)
		json_object_object_add(members, sched_row_of(row),
				       row_schema(row));
	json_object_array_add(required, json_object_new_string("name"));
	json_object_object_add(o, "properties", members);
	json_object_object_add(o, "required", required);
	json_add_bool(o, "additionalProperties", false);
	return o;
}

void declared_print_schema(FILE *to)
{
	struct json_object *o = json_object_new_object();
	struct json_object *members = json_object_new_object();
	struct json_object *required = json_object_new_array();
	struct json_object *list = type_json("array");

	json_add_text(o, "$schema", SCHEMA);
	json_add_text(o, "title", "Schedulers, as ktstr reads them");
	json_add_text(o, "type", "object");
	json_object_object_add(list, "items", scheduler_schema());
	json_object_object_add(members, "schedulers", list);
	json_object_object_add(o, "properties", members);
	json_object_array_add(required, json_object_new_string("schedulers"));
	json_object_object_add(o, "required", required);
	json_add_bool(o, "additionalProperties", false);
	put(o, to);
}
