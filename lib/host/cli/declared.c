// SPDX-License-Identifier: GPL-2.0-only
/*
 * Declarations of schedulers in files. See declared.h.
 *
 * A member is a row of sched_rows[]. What a file says becomes text as KTSTR_ATTR
 * has it, so that what reads and refuses the one does so with the other.
 */
#include "lib/host/cli/declared.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/option.h"

#define FILE_MAX_BYTES	(1L << 20)
#define DEPTH_MAX	8
#define LIST_KEY	"schedulers"
#define WHY_SIZE	400

/* ---- reading ---- */

static const struct attr_row *row_of(const char *key)
{
	const struct attr_row *row;

	for (row = sched_rows; row < sched_rows + sched_n_rows; row++)
		if (!strcmp(sched_row_of(row), key))
			return row;
	return NULL;
}

static int no_such(const char *file, const char *key, char *err)
{
	struct near near = { .given = key };
	char offered[NEAR_TEXT_SIZE];
	const struct attr_row *row;

	for (row = sched_rows; row < sched_rows + sched_n_rows; row++)
		near_offer(&near, sched_row_of(row));
	return cli_bad(err, "%.1000s: \"%.100s\": nothing of a scheduler is called that%s",
		       file, key, near_text(&near, offered));
}

/* Is it a path that begins at the file? */
static bool is_relative(const char *key, const char *text)
{
	if (!*text || *text == '/')
		return false;
	if (!strcmp(key, "binary"))
		return strchr(text, '/');
	if (!strcmp(key, "source"))
		return !strstarts(text, SCHED_TREE);
	return !strcmp(key, "config_file");
}

static void add_value(const char *dir, const char *key, const char *value,
		      struct strbuf *text)
{
	struct strbuf item = STRBUF_INIT;

	strbuf_addf(&item, SCHED_PREFIX "%s=", key);
	if (is_relative(key, value))
		strbuf_addf(&item, "%s/", dir);
	strbuf_addf(&item, "%s", value);
	attr_given_add(text, item.text);
	strbuf_free(&item);
}

/* What is no value of a member is left for the words that it becomes to be. */
static const char *scalar(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return json_object_get_boolean(value) ? "on" : "off";
	case json_type_int:
	case json_type_string:
		return json_object_get_string(value);
	default:
		return NULL;
	}
}

/* A NUL would hide what is behind it. */
static const char *whole_text(struct json_object *value)
{
	const char *text = scalar(value);

	if (text && json_object_is_type(value, json_type_string) &&
	    strlen(text) != (size_t)json_object_get_string_len(value))
		return NULL;
	return text;
}

static int take_list(const char *file, const char *dir, const char *key,
		     struct json_object *list, struct strbuf *text, char *err)
{
	size_t i, n = json_object_array_length(list);
	const char *value;

	for (i = 0; i < n; i++) {
		value = whole_text(json_object_array_get_idx(list, i));
		if (!value)
			return cli_bad(err, "%.1000s: %s[%zu] is no text",
				       file, key, i);
		add_value(dir, key, value, text);
	}
	return 0;
}

static int take_member(const char *file, const char *dir, const char *key,
		       struct json_object *value, struct strbuf *text,
		       char *err)
{
	const struct attr_row *row = row_of(key);
	const char *one;

	if (!row)
		return no_such(file, key, err);
	if (row->merge == ATTR_ADDS) {
		if (json_object_is_type(value, json_type_array))
			return take_list(file, dir, key, value, text, err);
		return cli_bad(err, "%.1000s: %s is to be a list of texts",
			       file, key);
	}
	one = whole_text(value);
	if (!one)
		return cli_bad(err, "%.1000s: %s is no text, number or truth",
			       file, key);
	add_value(dir, key, one, text);
	return 0;
}

static int read_one(const char *file, const char *dir, struct json_object *o,
		    struct strbuf *text, char *err)
{
	int ret = 0;

	if (!json_object_is_type(o, json_type_object))
		return cli_bad(err, "%.1000s: a scheduler is to be an object",
			       file);
	if (!json_object_object_get_ex(o, "name", NULL))
		return cli_bad(err, "%.1000s: a scheduler has no name", file);
	strbuf_addf(text, "scheduler=" SCHED_EEVDF);
	json_object_object_foreach(o, key, value) {
		if (!ret)
			ret = take_member(file, dir, key, value, text, err);
	}
	return ret;
}

static void point_inside(struct declared *d)
{
	d->s = &d->given.scheduler;
	d->given.attr.scheduler = d->s;
}

static struct declared *new_declared(struct declared_all *all)
{
	struct declared *d;

	if (all->n == all->size)
		return NULL;
	d = &all->list[all->n++];
	memset(d, 0, sizeof(*d));
	return d;
}

static int add_one(struct declared_all *all, const char *file,
		   const char *text, char *err)
{
	struct attr_given given;
	const struct declared *other;
	char why[WHY_SIZE];
	struct declared *d;

	if (attr_given_parse(&given, text, why, sizeof(why)))
		return cli_bad(err, "%.1000s: %s", file, why);
	other = declared_find(all, given.scheduler.name);
	if (other) {
		cli_bad(err, "%.1000s: scheduler %.100s is declared already%s%.500s",
			file, given.scheduler.name, other->file ? " in " : "",
			other->file ?: "");
		attr_given_free(&given);
		return -EINVAL;
	}
	d = new_declared(all);
	if (!d) {
		attr_given_free(&given);
		return cli_bad(err, "no memory");
	}
	d->given = given;
	point_inside(d);
	d->file = file;
	return 0;
}

/* Room for @n more; whoever points into the old one is told where it is now. */
static int make_room(struct declared_all *all, size_t n)
{
	struct declared *list = realloc(all->list,
					(all->n + n) * sizeof(*list));
	size_t i;

	if (!list)
		return -ENOMEM;
	all->list = list;
	all->size = all->n + n;
	for (i = 0; i < all->n; i++)
		if (list[i].file)
			point_inside(&list[i]);
	return 0;
}

static int add_list(struct declared_all *all, const char *file,
		    struct json_object *list, char *err)
{
	const char *slash = strrchr(file, '/');
	char dir[PATH_MAX], given[PATH_MAX];
	size_t i, n = json_object_array_length(list);
	int ret = 0;

	snprintf(given, sizeof(given), "%.*s", (int)(slash ? slash - file : 1),
		 slash ? file : ".");
	if (!realpath(*given ? given : "/", dir))
		return cli_bad(err, "%.2000s: %s", file, strerror(errno));
	if (n && make_room(all, n))
		return cli_bad(err, "no memory");
	for (i = 0; i < n && !ret; i++) {
		struct strbuf text = STRBUF_INIT;

		ret = read_one(file, dir, json_object_array_get_idx(list, i),
			       &text, err) ?:
		      add_one(all, file, text.text, err);
		strbuf_free(&text);
	}
	return ret;
}

static int line_of(const char *text, size_t at)
{
	int line = 1;

	while (at--)
		line += *text++ == '\n';
	return line;
}

static struct json_object *parse(const char *file, const char *text, size_t len,
				 char *err)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o;
	size_t end;

	if (!tok) {
		cli_bad(err, "no memory");
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
				    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, len);
	end = json_tokener_get_parse_end(tok);
	if (o && end + strspn(text + end, " \t\r\n") != len) {
		json_object_put(o);
		o = NULL;
	}
	if (!o)
		cli_bad(err, "%.1000s:%d: no JSON: %s", file,
			line_of(text, min(end, len)),
			json_tokener_error_desc(json_tokener_get_error(tok)));
	json_tokener_free(tok);
	return o;
}

/* Return: its text, to free; NULL with a sentence in @err. */
static char *read_text(const char *file, size_t *len, char *err)
{
	FILE *f = fopen(file, "re");
	char *text = NULL;
	struct stat st;

	if (!f || fstat(fileno(f), &st))
		cli_bad(err, "%.2000s: %s", file, strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		cli_bad(err, "%.2000s: is no file of declarations: at most 1 MiB",
			file);
	else
		text = calloc(1, st.st_size + 1);
	if (text)
		*len = fread(text, 1, st.st_size, f);
	if (f)
		fclose(f);
	return text;
}

static int load_file(struct declared_all *all, const char *file, char *err)
{
	struct json_object *o, *list;
	size_t len = 0;
	char *text;
	int ret;

	text = read_text(file, &len, err);
	o = text ? parse(file, text, len, err) : NULL;
	free(text);
	if (!o)
		return -EINVAL;
	if (json_object_is_type(o, json_type_object) &&
	    json_object_object_get_ex(o, LIST_KEY, &list) &&
	    json_object_is_type(list, json_type_array) &&
	    json_object_object_length(o) == 1)
		ret = add_list(all, file, list, err);
	else
		ret = cli_bad(err, "%.2000s: is to be {\"" LIST_KEY "\": [...]} and nothing else",
			      file);
	json_object_put(o);
	return ret;
}

static int add_ready(struct declared_all *all)
{
	size_t i;

	if (make_room(all, ready_n_schedulers))
		return -ENOMEM;
	for (i = 0; i < ready_n_schedulers; i++)
		new_declared(all)->s = &ready_schedulers[i];
	return 0;
}

int declared_load(struct declared_all *all, const char *files, char *err)
{
	char *file, *rest;
	int ret = 0;

	*all = (struct declared_all){ .files = strdup(files ?: "") };
	if (!all->files || add_ready(all))
		return cli_bad(err, "no memory");
	for (file = strtok_r(all->files, ":", &rest); file && !ret;
	     file = strtok_r(NULL, ":", &rest))
		ret = load_file(all, file, err);
	return ret;
}

void declared_free(struct declared_all *all)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		attr_given_free(&all->list[i].given);
	free(all->list);
	free(all->files);
	*all = (struct declared_all){ };
}

const struct declared *declared_find(const struct declared_all *all,
				     const char *name)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->list[i].s->name, name))
			return &all->list[i];
	return NULL;
}

int declared_must(const struct declared_all *all, const char *name, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	if (declared_find(all, name))
		return 0;
	for (i = 0; i < all->n; i++)
		near_offer(&near, all->list[i].s->name);
	return cli_bad(err, "%.100s: no such scheduler is declared%s; `list --schedulers` has all of them",
		       name, near_text(&near, offered));
}
