// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting tests in KTAP. See counts.h.
 */
#include "lib/host/stages/counts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define LINE_SIZE	4096
#define LEVELS		2

/**
 * struct counting - at a line
 * @counts: so far
 * @planned: at each level, the outer one first: by the plan that it printed
 * @seen: results
 * @bad: of these, failures
 * @outer_failed: of @counts, when the outer level had its last result
 * @again: the next result is of a test that was run again
 */
struct counting {
	struct stage_counts *counts;
	unsigned int planned[LEVELS];
	unsigned int seen[LEVELS];
	unsigned int bad[LEVELS];
	unsigned int outer_failed;
	bool again;
};

bool stage_line(char *line, size_t size, FILE *from)
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(from)) != EOF && c != '\n')
		if (n < size - 1 && c)
			line[n++] = c;
	line[n] = '\0';
	return n || c != EOF;
}

const char *stage_line_failed(const char *line)
{
	while (strstarts(line, "# "))
		line += 2;
	return strstarts(line, "not ok") ? line + 6 : NULL;
}

/* A "#" with @word behind it, blanks between or not. */
static bool has_mark(const char *line, const char *word)
{
	const char *p = line;

	while ((p = strchr(p, '#'))) {
		p++;
		if (strstarts(p + strspn(p, " "), word))
			return true;
	}
	return false;
}

bool stage_line_not_judged(const char *line)
{
	return strstr(line, "# SKIP infrastructure:") ||
	       strstr(line, "# SKIP inconclusive:");
}

static void level_end(struct counting *c, unsigned int level)
{
	if (c->planned[level] > c->seen[level] && !c->bad[level])
		c->counts->failed++;
	c->planned[level] = 0;
	c->seen[level] = 0;
	c->bad[level] = 0;
}

/* What stands behind "not ok" may be from a guest, so it says no more. */
static void take_test(struct counting *c, const char *line, bool bad)
{
	struct stage_counts *n = c->counts;
	const char *mark = strstr(line, " # ");

	if (bad)
		n->failed++;
	else if (has_mark(line, "SKIP infrastructure:"))
		n->infrastructure++;
	else if (has_mark(line, "SKIP inconclusive:"))
		n->inconclusive++;
	else if (has_mark(line, "SKIP") || has_mark(line, "skip"))
		n->skipped++;
	else
		n->passed++;
	if (c->again || (mark && strstr(mark, "retried: ")))
		n->retried++;
	c->again = false;
}

static void take_result(struct counting *c, const char *line,
			unsigned int level, bool bad)
{
	bool has_inner = false, inner_bad = false;

	if (!level) {
		has_inner = c->seen[1] || c->planned[1];
		if (has_inner)
			level_end(c, 1);
		inner_bad = c->counts->failed != c->outer_failed;
	}
	if (!has_inner || (bad && !inner_bad))
		take_test(c, line, bad);
	c->seen[level]++;
	c->bad[level] += bad;
	if (!level)
		c->outer_failed = c->counts->failed;
}

static bool is_result(const char *line, bool *bad)
{
	*bad = strstarts(line, "not ");
	line += *bad ? 4 : 0;
	return strstarts(line, "ok ") && isdigit((unsigned char)line[3]);
}

static void take_line(struct counting *c, const char *line)
{
	unsigned int level = 0;
	bool bad;

	if (strstarts(line, "# ")) {
		level = 1;
		line += 2;
	}
	if (strstarts(line, "1..") && isdigit((unsigned char)line[3])) {
		c->planned[level] = strtoul(line + 3, NULL, 10);
		c->counts->plans += !level;
	} else if (strstarts(line, "# retried: ")) {
		c->again = true;
	} else if (is_result(line, &bad)) {
		take_result(c, line, level, bad);
	}
}

void stage_count(FILE *from, struct stage_counts *counts)
{
	struct counting c = { .counts = counts };
	char line[LINE_SIZE];

	*counts = (struct stage_counts){ };
	while (stage_line(line, sizeof(line), from))
		take_line(&c, line);
	level_end(&c, 1);
	level_end(&c, 0);
}
