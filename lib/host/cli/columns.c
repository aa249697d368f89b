// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables for people. See columns.h.
 */
#include "lib/host/cli/columns.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define COLUMNS_MAX	32
#define GROW		64

static bool room(struct columns *c)
{
	char **cells = c->cells;

	if (c->n % GROW == 0) {
		cells = realloc(cells, (c->n + GROW) * sizeof(*cells));
		if (!cells)
			return false;
		c->cells = cells;
	}
	c->cells[c->n++] = NULL;
	return true;
}

void columns_add(struct columns *c, const char *fmt, ...)
{
	va_list ap;

	if (!room(c))
		return;
	va_start(ap, fmt);
	if (vasprintf(&c->cells[c->n - 1], fmt, ap) < 0)
		c->cells[c->n - 1] = NULL;
	va_end(ap);
}

/* Four digits that mean something; large ones are not written out. */
void columns_number(struct columns *c, double value)
{
	double size = fabs(value);

	if (isnan(value))
		columns_add(c, "-");
	else if (size >= 1e9)
		columns_add(c, "%.2fG", value / 1e9);
	else if (size >= 1e6)
		columns_add(c, "%.2fM", value / 1e6);
	else if (size >= 1000 || value == rint(value))
		columns_add(c, "%.0f", value);
	else
		columns_add(c, "%.*f", size >= 100 ? 1 : size >= 1 ? 2 : 3,
			    value);
}

void columns_print(struct columns *c, FILE *to, int indent)
{
	int width[COLUMNS_MAX] = { }, blanks;
	unsigned int column;
	const char *cell;
	size_t i;

	for (i = 0; i < c->n; i++) {
		column = i % c->n_columns;
		width[column] = max(width[column],
				    (int)strlen(c->cells[i] ?: ""));
	}
	for (i = 0; i < c->n; i++) {
		column = i % c->n_columns;
		cell = c->cells[i] ?: "";
		blanks = width[column] - (int)strlen(cell);
		fprintf(to, "%*s", column ? 2 : indent, "");
		if (!(c->texts & 1UL << column))
			fprintf(to, "%*s", blanks, "");
		fputs(cell, to);
		if (column + 1 == c->n_columns)
			fputc('\n', to);
		else if (c->texts & 1UL << column)
			fprintf(to, "%*s", blanks, "");
	}
	for (i = 0; i < c->n; i++)
		free(c->cells[i]);
	free(c->cells);
	c->cells = NULL;
	c->n = 0;
}
