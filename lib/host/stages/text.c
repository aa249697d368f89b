// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of stages from a file. See stages.h.
 */
#include "lib/host/stages/stages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define COLUMNS		7

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int set_needs(struct stage *s, char *text)
{
	char *word, *rest;

	s->cpus = 1;
	for (word = strtok_r(text, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest)) {
		if (!strcmp(word, "vm"))
			s->needs |= STAGE_VM;
		else if (!strcmp(word, "images"))
			s->needs |= STAGE_IMAGES;
		else if (!strcmp(word, "alone"))
			s->cpus = STAGE_ALL_CPUS;
		else if (strcmp(word, "-"))
			return -EINVAL;
	}
	return 0;
}

static int set_row(struct stage *s, char *line)
{
	char *columns[COLUMNS];
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		columns[i] = strsep(&line, "|");
		if (!columns[i])
			return -EINVAL;
		columns[i] = trim(columns[i]);
	}
	*s = (struct stage){
		.name = columns[0],
		.command = columns[4],
		.paths = columns[5],
		.what = columns[6],
	};
	if (line || !*s->name || !*s->command ||
	    sscanf(columns[1], "%u", &s->tier) != 1 ||
	    sscanf(columns[3], "%u, %u", &s->seconds, &s->limit_s) != 2)
		return -EINVAL;
	return set_needs(s, columns[2]);
}

static int set_rows(struct stage_table *table)
{
	char *line, *rest = table->text;
	struct stage *rows = NULL, *more;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n"))) {
		if (!*trim(line))
			continue;
		more = reallocarray(rows, table->n + 1, sizeof(*rows));
		if (!more)
			return -ENOMEM;
		rows = more;
		table->rows = rows;
		ret = set_row(&rows[table->n], line);
		table->n += !ret;
	}
	return ret;
}

int stage_text_read(const char *path, struct stage_table *table)
{
	FILE *f = fopen(path, "re");
	size_t size = 0;
	ssize_t len;
	int ret;

	*table = (struct stage_table){ };
	if (!f)
		return -errno;
	len = getdelim(&table->text, &size, '\0', f);
	ret = ferror(f) ? -EIO : 0;
	fclose(f);
	if (ret || len < 0)
		return ret;
	return set_rows(table);
}

void stage_text_free(struct stage_table *table)
{
	free((void *)table->rows);
	free(table->text);
	*table = (struct stage_table){ };
}
