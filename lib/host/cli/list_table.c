// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of what tests can say. See list_table.h.
 */
#include "lib/host/cli/list_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/common/ready.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/option.h"
#include "lib/host/report/json.h"
#include "lib/host/suite/names.h"

#define COLUMNS_MAX	8

/**
 * struct table - what a program has printed
 * @text: all of it, cut into fields
 * @fields: @n_fields of them: the columns' names, then row by row
 * @n_columns: fields of a row
 */
struct table {
	char *text;
	char **fields;
	size_t n_fields;
	unsigned int n_columns;
};

static int add_field(struct table *t, char *field)
{
	char **fields = realloc(t->fields, (t->n_fields + 1) * sizeof(*fields));

	if (!fields)
		return -ENOMEM;
	t->fields = fields;
	fields[t->n_fields++] = field;
	return 0;
}

/* Each line as many fields as the first one. */
static int cut(struct table *t)
{
	char *line, *lines = t->text, *field;
	unsigned int n = 0;

	while ((line = strsep(&lines, "\n")) && *line) {
		for (n = 0; (field = strsep(&line, "\t")); n++)
			if (add_field(t, field))
				return -ENOMEM;
		if (!t->n_columns)
			t->n_columns = n;
		if (n != t->n_columns || n > COLUMNS_MAX)
			return -EPROTO;
	}
	return n && t->n_fields > n ? 0 : -ENODATA;
}

static int ask(struct table *t, const char *dir, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	size_t size = 0;
	FILE *from;
	pid_t pid;
	int ret;

	strbuf_addf(&path, "%s/" READY_PROGRAM, dir);
	from = suite_ask(path.text, "--table", name, &pid);
	strbuf_free(&path);
	if (!from)
		return -errno;
	ret = getdelim(&t->text, &size, '\0', from) > 0 ? cut(t) : -ENODATA;
	fclose(from);
	waitpid(pid, NULL, 0);
	return ret;
}

static void print_lines(const struct table *t)
{
	size_t width[COLUMNS_MAX] = { }, i;
	unsigned int column;

	for (i = t->n_columns; i < t->n_fields; i++) {
		column = i % t->n_columns;
		width[column] = max(width[column], strlen(t->fields[i]));
	}
	for (i = t->n_columns; i < t->n_fields; i++) {
		column = i % t->n_columns;
		if (column + 1 < t->n_columns)
			printf("%-*s  ", (int)width[column], t->fields[i]);
		else
			puts(t->fields[i]);
	}
}

static void print_json(const struct table *t)
{
	struct json_object *list = json_object_new_array(), *row = NULL;
	size_t i;

	for (i = t->n_columns; i < t->n_fields; i++) {
		if (!(i % t->n_columns)) {
			row = json_object_new_object();
			json_object_array_add(list, row);
		}
		json_add_text(row, t->fields[i % t->n_columns], t->fields[i]);
	}
	puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY));
	json_object_put(list);
}

int table_show(const char *dir, const char *name, bool json, char *err)
{
	struct table t = { };
	int ret = ask(&t, dir, name);

	if (ret)
		cli_bad(err, "%s/" READY_PROGRAM ": has no table %s: %s", dir,
			name, strerror(-ret));
	else if (json)
		print_json(&t);
	else
		print_lines(&t);
	free(t.fields);
	free(t.text);
	return ret;
}
