// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios as text. See text.h.
 */
#include "lib/guest/text/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/text/record.h"

/* ---- reading ---- */

static int read_object(struct text_reader *r, struct json_object *o)
{
	if (json_object_is_type(o, json_type_object) &&
	    marked_find(o, "tasks", NULL))
		return text_read_rt_app(r, o);
	return text_read_record(r, &text_scenario, 1, o, r->st);
}

static int parse(struct text_reader *r, const char *text)
{
	struct json_object *o;
	unsigned int line;
	char why[128];
	int ret;

	o = marked_parse(text, why, sizeof(why), &line);
	if (!o)
		return text_wrong(r, line, "%s", why);
	ret = read_object(r, o);
	json_object_put(o);
	return ret;
}

int scenario_read(const char *text, size_t len, const char *name,
		  struct scenario_text *st, char *err, size_t err_size)
{
	struct text_reader r = {
		.st = st, .name = name, .err = err, .err_size = err_size,
	};
	char *copy;
	int ret;

	*st = (struct scenario_text){ .left_out = STRBUF_INIT };
	if (len > SCENARIO_TEXT_MAX)
		return text_wrong(&r, 1, "is larger than %u KiB",
				  SCENARIO_TEXT_MAX / 1024);
	if (memchr(text, '\0', len))
		return text_wrong(&r, 1, "is no text");
	copy = strndup(text, len);
	ret = copy ? parse(&r, copy) : -ENOMEM;
	if (!copy)
		snprintf(err, err_size, "%.200s: no memory to read it", name);
	free(copy);
	if (ret)
		scenario_text_free(st);
	return ret;
}

/* A little more than can be, so that too much is seen. */
static ssize_t read_bytes(const char *path, char *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1, len = 0;

	if (fd < 0)
		return -errno;
	while (n > 0 && len <= (ssize_t)SCENARIO_TEXT_MAX) {
		n = read(fd, bytes + len, SCENARIO_TEXT_MAX + 1 - len);
		len += max(n, (ssize_t)0);
	}
	if (n < 0)
		len = -errno;
	close(fd);
	return len;
}

int scenario_read_file(const char *path, struct scenario_text *st, char *err,
		       size_t err_size)
{
	char *bytes = malloc(SCENARIO_TEXT_MAX + 1);
	ssize_t len = bytes ? read_bytes(path, bytes) : -ENOMEM;
	int ret = len;

	memset(st, 0, sizeof(*st));
	if (len < 0)
		snprintf(err, err_size, "%.200s: %s", path, strerror(-len));
	else
		ret = scenario_read(bytes, len, path, st, err, err_size);
	free(bytes);
	return ret;
}

/* ---- writing ---- */

int text_put_json(struct json_object *o, struct strbuf *text)
{
	const char *json = o ?
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
					       JSON_C_TO_STRING_NOSLASHESCAPE) :
		NULL;

	if (json)
		strbuf_addf(text, "%s\n", json);
	json_object_put(o);
	return json && !text->dropped ? 0 : -ENOMEM;
}

int scenario_write(const struct scenario_def *def, const char *what,
		   struct strbuf *text)
{
	const struct scenario_text st = { .def = *def, .what = what };

	return text_put_json(text_write_record(&text_scenario, &st), text);
}

/* ---- the schema ---- */

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void describe_field(const struct text_field *f,
			   struct json_object *properties,
			   struct json_object *required)
{
	struct json_object *o = json_object_new_object();

	f->kind->schema(f, o);
	if (f->what)
		add_text(o, "description", f->what);
	json_object_object_add(properties, f->name, o);
	if (f->needed)
		json_object_array_add(required,
				      json_object_new_string(f->name));
}

static void describe_record(const struct text_record *rec,
			    struct json_object *o)
{
	struct json_object *properties = json_object_new_object();
	struct json_object *required = json_object_new_array();
	unsigned int i;

	for (i = 0; i < rec->n_fields; i++)
		describe_field(&rec->fields[i], properties, required);
	add_text(o, "type", "object");
	json_object_object_add(o, "properties", properties);
	json_object_object_add(o, "required", required);
	json_object_object_add(o, "additionalProperties",
			       json_object_new_boolean(0));
}

/* Each record once, those that it consists of behind it. */
static void add_defs(const struct text_record *rec, struct json_object *defs)
{
	struct json_object *o;
	unsigned int i;

	for (i = 0; i < rec->n_fields; i++) {
		const struct text_record *of = rec->fields[i].of;

		if (!of || json_object_object_get_ex(defs, of->def, NULL))
			continue;
		o = json_object_new_object();
		describe_record(of, o);
		json_object_object_add(defs, of->def, o);
		add_defs(of, defs);
	}
}

int scenario_schema(struct strbuf *text)
{
	struct json_object *o = json_object_new_object();
	struct json_object *remark = json_object_new_object();
	struct json_object *defs = json_object_new_object();

	add_text(o, "$schema", "https://json-schema.org/draft/2020-12/schema");
	add_text(o, "$comment", "GPL-2.0-only; made by ktstr scenario --schema");
	add_text(o, "title", "A scenario of ktstr");
	describe_record(&text_scenario, o);
	add_text(remark, "type", "string");
	json_object_object_add(json_object_object_get(o, "properties"),
			       "$schema", remark);
	add_defs(&text_scenario, defs);
	json_object_object_add(o, "$defs", defs);
	return text_put_json(o, text);
}
