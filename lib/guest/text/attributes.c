// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scenario's attributes as text: each by its name, as KTSTR_ATTR has them; a list
 * of texts as one. See record.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/util.h"
#include "lib/guest/text/record.h"

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

/* What whoever runs it says, and a scenario cannot know. */
static const char * const runners_own[] = {
	"topology", "scheduler", "sched_args",
};

static bool is_runners_own(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runners_own); i++)
		if (!strcmp(name, runners_own[i]))
			return true;
	return false;
}

static const struct attr_row *attribute_row(const char *name)
{
	size_t i;

	for (i = 0; i < attr_n_rows; i++)
		if (!strcmp(attr_rows[i].name, name))
			return &attr_rows[i];
	return NULL;
}

static bool is_list(const struct attr_row *row)
{
	static const struct ktstr_attr none;

	return row && attr_texts(&none, row);
}

static int add_value(struct text_reader *r, const struct text_key *key,
		     struct json_object *value, struct strbuf *all)
{
	struct attr_given given;
	char err[256];
	int ret;

	if (!value || json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array))
		return text_wrong_value(r, key, value, "is no value");
	attr_given_addf(all, "%s=%s", key->name,
			json_object_is_type(value, json_type_boolean) ?
			json_object_get_boolean(value) ? "on" : "off" :
			json_object_get_string(value));
	ret = attr_given_parse(&given, all->text, err, sizeof(err));
	if (ret)
		return text_wrong(r, key->line, "%s", err);
	attr_given_free(&given);
	return 0;
}

/* What is a list of texts may be one, or a text alone. */
static int add_attribute(struct text_reader *r, const struct text_key *key,
			 struct json_object *value, struct strbuf *all)
{
	size_t i;
	int ret = 0;

	if (is_runners_own(key->name))
		return text_wrong(r, key->line, "%s: is for whoever runs it to say",
				  key->name);
	if (!json_object_is_type(value, json_type_array) ||
	    !is_list(attribute_row(key->name)))
		return add_value(r, key, value, all);
	for (i = 0; i < json_object_array_length(value) && !ret; i++)
		ret = add_value(r, key, json_object_array_get_idx(value, i),
				all);
	return ret;
}

/*
 * What is followed, and what is asserted of it, makes sense by itself; whether the
 * rest does is known once there are a machine and a scheduler.
 */
static int check_lists(struct text_reader *r, const struct text_key *key,
		       const char *all)
{
	struct attr_given given;
	char err[256] = "";
	int ret = attr_given_parse(&given, all, err, sizeof(err));
	size_t i;

	for (i = 0; i < attr_n_rows && !ret; i++)
		if (is_list(&attr_rows[i]) && attr_rows[i].check &&
		    attr_is_given(&given.attr, &attr_rows[i]))
			ret = attr_rows[i].check(&given.attr, err, sizeof(err));
	if (ret)
		return text_wrong(r, key->line, "%s", err);
	attr_given_free(&given);
	return 0;
}

static int read_attributes(struct text_reader *r, const struct text_field *f,
			   const struct text_key *key,
			   struct json_object *value, void *at)
{
	struct strbuf all = STRBUF_INIT;
	struct text_key name;
	int ret = 0;

	(void)f;
	if (!json_object_is_type(value, json_type_object))
		return text_wrong_value(r, key, value, "is no object");
	json_object_object_foreach(value, marked, item) {
		marked_key(marked, &name);
		ret = ret ?: add_attribute(r, &name, item, &all);
	}
	if (!ret && all.len)
		ret = check_lists(r, key, all.text);
	if (!ret && all.len) {
		*(const char **)at = text_dup(r, all.text);
		ret = *(const char **)at ? 0 : -ENOMEM;
	}
	strbuf_free(&all);
	return ret;
}

/* A number as one, all else as text. */
static struct json_object *attribute_number(const struct attr_row *row,
					    const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (row->size == sizeof(unsigned int) && end > text && !*end)
		return json_object_new_int64(n);
	return json_object_new_string(text);
}

static struct json_object *attribute_list(const char *const *texts)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < KTSTR_MAX_ARGS && texts[i]; i++)
		json_object_array_add(list, json_object_new_string(texts[i]));
	return list;
}

/* Return: NULL for one that is not given. */
static struct json_object *attribute_value(const struct ktstr_attr *attr,
					   const struct attr_row *row)
{
	struct strbuf text = STRBUF_INIT;
	struct json_object *value = NULL;

	if (is_list(row) && attr_is_given(attr, row))
		value = attribute_list(attr_texts(attr, row));
	else if (attr_text(attr, row, &text))
		value = attribute_number(row, text.text);
	strbuf_free(&text);
	return value;
}

static struct json_object *write_attributes(const struct text_field *f,
					    const void *at)
{
	const char *text = *(const char *const *)at;
	struct json_object *o, *value;
	struct attr_given given;
	char err[256];
	size_t i;

	(void)f;
	if (!text || attr_given_parse(&given, text, err, sizeof(err)))
		return NULL;
	o = json_object_new_object();
	for (i = 0; i < attr_n_rows; i++) {
		value = attribute_value(&given.attr, &attr_rows[i]);
		if (value)
			json_object_object_add(o, attr_rows[i].name, value);
	}
	attr_given_free(&given);
	return o;
}

static struct json_object *types_of(const struct attr_row *row)
{
	static const char * const types[] = {
		"integer", "string", "boolean",
	}, * const list_types[] = { "array", "string", };
	const char *const *names = is_list(row) ? list_types : types;
	size_t i, n = is_list(row) ? ARRAY_SIZE(list_types) :
		      ARRAY_SIZE(types);
	struct json_object *list = json_object_new_array();

	for (i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	return list;
}

static void schema_attribute(const struct attr_row *row,
			     struct json_object *properties)
{
	struct json_object *o = json_object_new_object();
	struct json_object *items = json_object_new_object();

	json_object_object_add(o, "type", types_of(row));
	add_text(items, "type", "string");
	if (is_list(row))
		json_object_object_add(o, "items", items);
	else
		json_object_put(items);
	add_text(o, "description", row->what);
	json_object_object_add(properties, row->name, o);
}

static void schema_attributes(const struct text_field *f,
			      struct json_object *o)
{
	struct json_object *properties = json_object_new_object();
	size_t i;

	(void)f;
	add_text(o, "type", "object");
	for (i = 0; i < attr_n_rows; i++)
		if (attr_is_text(&attr_rows[i]) &&
		    !is_runners_own(attr_rows[i].name))
			schema_attribute(&attr_rows[i], properties);
	json_object_object_add(o, "properties", properties);
	json_object_object_add(o, "additionalProperties",
			       json_object_new_boolean(0));
}

const struct text_kind text_attributes = {
	.read = read_attributes, .write = write_attributes,
	.schema = schema_attributes,
};
