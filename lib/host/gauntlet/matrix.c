// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of a gauntlet, at one glance: a row for each test, scheduler, kernel and
 * flavour, a column for each machine. See gauntlet.h.
 */
#include "lib/host/gauntlet/gauntlet.h"

#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

static const struct state {
	char mark;
	const char *word;
	const char *what;
} states[CELL_STATES] = {
	[CELL_LEFT_OUT] = { '-', "left-out", "left out" },
	[CELL_BEGUN] = { '!', "no-result", "no result" },
	[CELL_PASS] = { '.', "pass", "passed" },
	[CELL_FAIL] = { 'F', "fail", "failed" },
	[CELL_SKIP] = { 's', "skip", "skipped" },
	[CELL_NOT_JUDGED] = { '?', "not-judged", "not judged" },
};

static const unsigned int row_axes[] = {
	AXIS_TEST, AXIS_SCHEDULER, AXIS_KERNEL, AXIS_FLAVOUR,
};

/* The row of a cell, in the order of the axes */
static unsigned int row_of(const struct gauntlet *g,
			   const struct gauntlet_cell *c)
{
	unsigned int row = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row_axes); i++)
		row = row * g->n[row_axes[i]] + c->at[row_axes[i]];
	return row;
}

static unsigned int n_rows(const struct gauntlet *g)
{
	unsigned int n = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row_axes); i++)
		n *= g->n[row_axes[i]];
	return n;
}

/**
 * struct matrix - cells by row and column
 * @cells: of each row one for each machine; NULL where there is none
 * @used: a column has cells
 */
struct matrix {
	const struct gauntlet_cell **cells;
	bool *used;
};

static bool matrix_init(struct matrix *m, const struct gauntlet *g)
{
	unsigned int columns = g->n[AXIS_PRESET];
	size_t i;

	m->cells = calloc((size_t)n_rows(g) * columns + 1, sizeof(*m->cells));
	m->used = calloc(columns + 1, sizeof(*m->used));
	if (!m->cells || !m->used)
		return false;
	for (i = 0; i < g->n_cells; i++) {
		const struct gauntlet_cell *c = &g->cells[i];
		unsigned int column = c->at[AXIS_PRESET];

		m->cells[row_of(g, c) * columns + column] = c;
		m->used[column] = true;
	}
	return true;
}

static void matrix_exit(struct matrix *m)
{
	free(m->cells);
	free(m->used);
}

/* The first cell of a row; NULL for an empty one. */
static const struct gauntlet_cell *first_of(const struct gauntlet *g,
					    const struct matrix *m,
					    unsigned int row)
{
	unsigned int columns = g->n[AXIS_PRESET], i;

	for (i = 0; i < columns; i++)
		if (m->cells[row * columns + i])
			return m->cells[row * columns + i];
	return NULL;
}

static void row_name(const struct gauntlet *g, const struct gauntlet_cell *c,
		     struct strbuf *name)
{
	const struct gauntlet_flavour *f = g->flavours[c->at[AXIS_FLAVOUR]];

	strbuf_reset(name);
	strbuf_addf(name, "%s/%s", g->tests[c->at[AXIS_TEST]].test,
		    g->schedulers[c->at[AXIS_SCHEDULER]].s->name);
	if (g->n[AXIS_KERNEL] > 1)
		strbuf_addf(name, "/%s", g->kernels[c->at[AXIS_KERNEL]].label);
	if (*f->name)
		strbuf_addf(name, "/%s", f->name);
}

/* ---- text ---- */

/* Machines have numbers there, which are told below. */
static void put_heads(const struct gauntlet *g, const struct matrix *m,
		      unsigned int width, FILE *to)
{
	unsigned int i, n = 0;

	fprintf(to, "# %-*s", (int)width, "");
	for (i = 0; i < g->n[AXIS_PRESET]; i++)
		if (m->used[i])
			fprintf(to, " %2u", ++n);
	fputc('\n', to);
}

static void put_legend(const struct gauntlet *g, const struct matrix *m,
		       FILE *to)
{
	char name[TOPOLOGY_NAME_LEN];
	unsigned int i, n = 0;

	for (i = 0; i < g->n[AXIS_PRESET]; i++)
		if (m->used[i])
			fprintf(to, "#   %2u %s (%s)\n", ++n,
				g->presets[i].name,
				topology_name(&g->presets[i].topology, name));
	fputs("#  ", to);
	for (i = 0; i < CELL_STATES; i++)
		fprintf(to, "%s %c %s", i ? "," : "", states[i].mark,
			states[i].what);
	fputc('\n', to);
}

static void put_row(const struct gauntlet *g, const struct matrix *m,
		    unsigned int row, unsigned int width, FILE *to)
{
	const struct gauntlet_cell *c = first_of(g, m, row);
	unsigned int columns = g->n[AXIS_PRESET], i;
	struct strbuf name = STRBUF_INIT;

	if (!c)
		return;
	row_name(g, c, &name);
	fprintf(to, "# %-*s", (int)width, name.text);
	strbuf_free(&name);
	for (i = 0; i < columns; i++) {
		c = m->cells[row * columns + i];
		if (m->used[i])
			fprintf(to, "  %c", c ? states[c->state].mark : ' ');
	}
	fputc('\n', to);
}

static unsigned int name_width(const struct gauntlet *g)
{
	struct strbuf name = STRBUF_INIT;
	size_t i, width = 0;

	for (i = 0; i < g->n_cells; i++) {
		row_name(g, &g->cells[i], &name);
		width = max(width, name.len);
	}
	strbuf_free(&name);
	return width;
}

void gauntlet_matrix(const struct gauntlet *g, FILE *to)
{
	unsigned int row, width = name_width(g);
	struct matrix m = { };

	if (matrix_init(&m, g) && g->n_cells) {
		put_heads(g, &m, width, to);
		for (row = 0; row < n_rows(g); row++)
			put_row(g, &m, row, width, to);
		put_legend(g, &m, to);
	}
	matrix_exit(&m);
}

/* ---- a page ---- */

static const char page_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<title>ktstr gauntlet</title><style>\n"
	"body { font: 14px sans-serif; margin: 2em; }\n"
	"table { border-collapse: collapse; }\n"
	"th { font-weight: normal; text-align: left; padding: 2px 8px; }\n"
	"thead th { writing-mode: vertical-rl; transform: rotate(180deg); }\n"
	"thead th:first-child { writing-mode: horizontal-tb; transform: none; }\n"
	"td { width: 26px; height: 22px; text-align: center; border: 1px solid #ccc; }\n"
	"td.none { border: 0; } td.pass { background: #bfe3bf; }\n"
	"td.fail, td.no-result { background: #e88; } td.skip { background: #eee; }\n"
	"td.not-judged { background: #fd8; } td.left-out { color: #aaa; }\n"
	"</style></head><body>\n";

/* What is in it may come from a guest. */
static void put_escaped(const char *text, FILE *to)
{
	struct strbuf fit = STRBUF_INIT;
	const char *p;

	text_add(&fit, text, strlen(text));
	for (p = fit.text; *p; p++) {
		switch (*p) {
		case '<':
			fputs("&lt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(*p, to);
		}
	}
	strbuf_free(&fit);
}

static void page_cell(const struct gauntlet_cell *c, FILE *to)
{
	const struct state *s = c ? &states[c->state] : NULL;

	if (!c) {
		fputs("<td class=\"none\"></td>", to);
		return;
	}
	fprintf(to, "<td class=\"%s\" title=\"", s->word);
	put_escaped(c->name, to);
	fprintf(to, ": %s", s->what);
	if (c->took_ms)
		fprintf(to, " in %.1f s", c->took_ms / 1000.0);
	if (c->why && *c->why) {
		fputs("\n", to);
		put_escaped(c->why, to);
	}
	fprintf(to, "\">%c</td>", s->mark);
}

static void page_row(const struct gauntlet *g, const struct matrix *m,
		     unsigned int row, FILE *to)
{
	const struct gauntlet_cell *c = first_of(g, m, row);
	unsigned int columns = g->n[AXIS_PRESET], i;
	struct strbuf name = STRBUF_INIT;

	if (!c)
		return;
	row_name(g, c, &name);
	fputs("<tr><th>", to);
	put_escaped(name.text, to);
	fputs("</th>", to);
	strbuf_free(&name);
	for (i = 0; i < columns; i++)
		if (m->used[i])
			page_cell(m->cells[row * columns + i], to);
	fputs("</tr>\n", to);
}

static void page_counts(const struct gauntlet *g, FILE *to)
{
	unsigned int counts[CELL_STATES] = { }, i;
	size_t cell;

	for (cell = 0; cell < g->n_cells; cell++)
		counts[g->cells[cell].state]++;
	fputs("<p>", to);
	for (i = 0; i < CELL_STATES; i++)
		if (counts[i])
			fprintf(to, "%u %s (%c). ", counts[i], states[i].what,
				states[i].mark);
	fputs("</p>\n", to);
}

/* A name is enough to look for; what went wrong is told whole. */
static void page_failures(const struct gauntlet *g, FILE *to)
{
	const struct gauntlet_cell *c;

	fputs("<ul>\n", to);
	for (c = g->cells; c < g->cells + g->n_cells; c++) {
		if (c->state != CELL_FAIL && c->state != CELL_NOT_JUDGED &&
		    c->state != CELL_BEGUN)
			continue;
		fprintf(to, "<li>%s: ", states[c->state].what);
		put_escaped(c->name, to);
		fputs(": ", to);
		put_escaped(c->why ?: "", to);
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
}

void gauntlet_page(const struct gauntlet *g, FILE *to)
{
	struct matrix m = { };
	unsigned int i, row;

	fputs(page_head, to);
	page_counts(g, to);
	if (matrix_init(&m, g) && g->n_cells) {
		fputs("<table><thead><tr><th></th>", to);
		for (i = 0; i < g->n[AXIS_PRESET]; i++) {
			if (!m.used[i])
				continue;
			fputs("<th>", to);
			put_escaped(g->presets[i].name, to);
			fputs("</th>", to);
		}
		fputs("</tr></thead><tbody>\n", to);
		for (row = 0; row < n_rows(g); row++)
			page_row(g, &m, row, to);
		fputs("</tbody></table>\n", to);
	}
	matrix_exit(&m);
	page_failures(g, to);
	fputs("</body></html>\n", to);
}
