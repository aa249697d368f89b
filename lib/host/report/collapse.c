// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cycle collapse. See collapse.h.
 *
 * A pass takes the most frequent line as anchor, guesses the period from the
 * most frequent distance between anchors, and looks for the longest stretch in
 * which each line equals the one a period later. What was found is frozen, and
 * the next pass looks at what is left between.
 */
#include "lib/host/report/collapse.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define PASSES_MAX	5
#define STRIDES_MAX	3	/* an anchor may come so often in a block */
#define PERIOD_MIN	5	/* lines; less is not worth its markers */
#define REPEATS_MIN	3
#define ANCHOR_CHARS	10	/* what is shorter is on too many lines */
#define ANCHORS_MAX	4	/* candidates that a pass tries */

/**
 * struct log_line - a line that takes part in the comparison
 * @raw: its start; lines that do not take part belong to the one before
 * @hash: of its normal form; 0 when frozen
 * @len: bytes of the normal form
 */
struct log_line {
	const char *raw;
	uint64_t hash;
	uint32_t len;
};

/* A cycle that was found: lines [first, first + period * repeats). */
struct cycle {
	uint32_t first;
	uint32_t period;
	uint32_t repeats;
};

struct collapse {
	struct log_line *lines;
	uint32_t n;
	const char *end;
	struct cycle cycles[PASSES_MAX];
	unsigned int n_cycles;
	uint32_t *scratch;	/* 2 * n entries */
};

static uint64_t hash_bytes(uint64_t hash, const char *p, const char *end)
{
	for (; p < end; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3ULL;
	return hash;
}

static const char *skip_number(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p == ' ')
		p++;
	while (p < end && isdigit((unsigned char)*p))
		p++;
	if (p == start || !isdigit((unsigned char)p[-1]))
		return NULL;
	return p < end && *p == ':' ? p + 1 : NULL;
}

static bool starts_with(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len);
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/*
 * "R0=", "R10_w=", "fp-8=", "fp[0]-16=", "refs=", each behind "frame1: " as well
 * and behind blanks: the states of a call have lines of their own.
 */
static bool is_state(const char *p, const char *end)
{
	p = skip_blanks(p, end);
	if (starts_with(p, end, "frame")) {
		p += 5;
		while (p < end && isdigit((unsigned char)*p))
			p++;
		if (p == end || *p++ != ':')
			return false;
		p = skip_blanks(p, end);
	}
	if (starts_with(p, end, "refs=") || starts_with(p, end, "fp-") ||
	    starts_with(p, end, "fp["))
		return true;
	if (p == end || *p++ != 'R' || p == end ||
	    !isdigit((unsigned char)*p))
		return false;
	while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	return p < end && *p == '=';
}

/* The end of what stays: no state behind the instruction, no blanks. */
static const char *cut_state(const char *p, const char *end)
{
	const char *q;

	for (q = p; (q = memchr(q, ';', end - q)); q++) {
		if (q == p || q[-1] != ' ' || end - q < 3 || q[1] != ' ')
			continue;
		if (is_state(q + 2, end)) {
			end = q;
			break;
		}
	}
	q = memmem(p, end - p, "goto pc", 7);
	if (q) {
		for (q += 7; q < end && *q != ' '; q++)
			;
		end = q;
	}
	/* "from 17 to 2: R0=..." */
	if (starts_with(p, end, "from ")) {
		q = memchr(p, ':', end - p);
		if (q)
			end = q;
	}
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	return end;
}

/*
 * Hash of the normal form, 0 for a line that does not take part: empty ones,
 * pure register states, the verifier's notes on precision.
 */
static uint64_t line_hash(const char *p, const char *end, bool numbers,
			  uint32_t *len)
{
	const char *body = skip_number(p, end);

	*len = 0;
	if (body) {
		body = skip_blanks(body, end);
		if (is_state(body, end))
			return 0;
	}
	if (is_state(p, end) || starts_with(p, end, "mark_precise:"))
		return 0;
	if (body && !numbers)
		p = body;
	end = cut_state(p, end);
	if (p == end)
		return 0;
	*len = end - p;
	return hash_bytes(0xcbf29ce484222325ULL, p, end) | 1;
}

static void split_lines(struct collapse *c, const char *log, bool numbers)
{
	const char *p, *eol;

	c->n = 0;
	for (p = log; p < c->end; p = eol + 1) {
		struct log_line *line = &c->lines[c->n];

		eol = memchr(p, '\n', c->end - p);
		if (!eol)
			eol = c->end;
		line->hash = line_hash(p, eol, numbers, &line->len);
		line->raw = p;
		if (line->hash)
			c->n++;
	}
}

static int by_hash(const void *a, const void *b, void *lines)
{
	const struct log_line *la = &((struct log_line *)lines)[*(uint32_t *)a];
	const struct log_line *lb = &((struct log_line *)lines)[*(uint32_t *)b];

	if (la->hash != lb->hash)
		return la->hash < lb->hash ? -1 : 1;
	return la < lb ? -1 : la > lb;
}

/* A group of equal lines: scratch[first .. first + n) in their order. */
struct group {
	uint32_t first;
	uint32_t n;
};

/* The biggest groups of lines that are free and long enough. */
static unsigned int find_anchors(struct collapse *c, struct group *best)
{
	uint32_t *order = c->scratch, i, j;
	unsigned int n = 0, k;

	for (i = 0; i < c->n; i++)
		order[i] = i;
	qsort_r(order, c->n, sizeof(*order), by_hash, c->lines);

	for (i = 0; i < c->n; i = j) {
		const struct log_line *line = &c->lines[order[i]];
		struct group g = { i, 0 };

		for (j = i; j < c->n && c->lines[order[j]].hash == line->hash;)
			j++;
		g.n = j - i;
		if (!line->hash || line->len < ANCHOR_CHARS ||
		    g.n < REPEATS_MIN)
			continue;
		for (k = n; k && best[k - 1].n < g.n; k--)
			if (k < ANCHORS_MAX)
				best[k] = best[k - 1];
		if (k < ANCHORS_MAX) {
			best[k] = g;
			n = min(n + 1, (unsigned int)ANCHORS_MAX);
		}
	}
	return n;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The most frequent distance of an anchor to its @stride-th successor. */
static uint32_t modal_gap(struct collapse *c, const struct group *g,
			  unsigned int stride)
{
	const uint32_t *at = c->scratch + g->first;
	uint32_t *gaps = c->scratch + c->n;
	uint32_t n = g->n - stride, i, j, best = 0, best_n = 0;

	for (i = 0; i < n; i++)
		gaps[i] = at[i + stride] - at[i];
	qsort(gaps, n, sizeof(*gaps), by_value);
	for (i = 0; i < n; i = j) {
		for (j = i; j < n && gaps[j] == gaps[i];)
			j++;
		if (j - i > best_n) {
			best_n = j - i;
			best = gaps[i];
		}
	}
	return best;
}

/* The longest stretch that repeats with @period. */
static struct cycle longest_run(const struct collapse *c, uint32_t period)
{
	struct cycle best = { 0, period, 0 };
	uint32_t i, run = 0;

	for (i = 0; i + period < c->n; i++) {
		uint64_t hash = c->lines[i].hash;

		run = hash && hash == c->lines[i + period].hash ? run + 1 : 0;
		if (run / period + 1 > best.repeats) {
			best.repeats = run / period + 1;
			best.first = i + 1 - run;
		}
	}
	return best;
}

static uint64_t lines_saved(const struct cycle *cycle)
{
	if (cycle->repeats < REPEATS_MIN)
		return 0;
	return (uint64_t)(cycle->repeats - 2) * cycle->period;
}

static bool find_cycle(struct collapse *c, struct cycle *best)
{
	struct group anchors[ANCHORS_MAX];
	unsigned int n = find_anchors(c, anchors), i, stride;

	best->repeats = 0;
	for (i = 0; i < n; i++) {
		for (stride = 1; stride <= STRIDES_MAX; stride++) {
			struct cycle cycle;
			uint32_t period;

			if (anchors[i].n <= stride)
				break;
			period = modal_gap(c, &anchors[i], stride);
			if (period < PERIOD_MIN)
				continue;
			cycle = longest_run(c, period);
			if (lines_saved(&cycle) > lines_saved(best))
				*best = cycle;
		}
	}
	return lines_saved(best) > 0;
}

static void freeze(struct collapse *c, const struct cycle *cycle)
{
	uint32_t i;

	for (i = 0; i < cycle->period * cycle->repeats; i++)
		c->lines[cycle->first + i].hash = 0;
}

static int by_first(const void *a, const void *b)
{
	const struct cycle *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static void find_cycles(struct collapse *c)
{
	struct cycle cycle;

	c->n_cycles = 0;
	while (c->n_cycles < PASSES_MAX && find_cycle(c, &cycle)) {
		freeze(c, &cycle);
		c->cycles[c->n_cycles++] = cycle;
	}
	qsort(c->cycles, c->n_cycles, sizeof(cycle), by_first);
}

static const char *line_start(const struct collapse *c, uint32_t i)
{
	return i < c->n ? c->lines[i].raw : c->end;
}

static void put(struct strbuf *out, const char *from, const char *to)
{
	strbuf_add(out, from, to - from);
	if (to > from && to[-1] != '\n')
		strbuf_add(out, "\n", 1);
}

static void put_cycle(const struct collapse *c, const struct cycle *cycle,
		      struct strbuf *out)
{
	uint32_t last = cycle->first + cycle->period * (cycle->repeats - 1);

	strbuf_addf(out, "--- %ux of the following %u lines ---\n",
		    cycle->repeats, cycle->period);
	put(out, line_start(c, cycle->first),
	    line_start(c, cycle->first + cycle->period));
	strbuf_addf(out, "--- %u identical iterations omitted ---\n",
		    cycle->repeats - 2);
	put(out, line_start(c, last), line_start(c, last + cycle->period));
	strbuf_addf(out, "--- end repeat ---\n");
}

static void put_all(const struct collapse *c, const char *log,
		    struct strbuf *out)
{
	const char *at = log;
	unsigned int i;

	for (i = 0; i < c->n_cycles; i++) {
		const struct cycle *cycle = &c->cycles[i];

		put(out, at, line_start(c, cycle->first));
		put_cycle(c, cycle, out);
		at = line_start(c, cycle->first +
				cycle->period * cycle->repeats);
	}
	strbuf_add(out, at, c->end - at);
}

static uint32_t count_lines(const char *p, const char *end)
{
	uint32_t n = 1;

	for (; (p = memchr(p, '\n', end - p)); p++)
		n++;
	return n;
}

/* "          SCX_EV_DISPATCH_KEEP_LAST:                0" */
static bool is_zero_counter(const char *line, size_t len)
{
	const char *name = memmem(line, len, "SCX_EV_", 7);

	return name && len > 2 && line[len - 1] == '0' &&
	       line[len - 2] == ' ' && memchr(name, ':', line + len - name);
}

void collapse_zeros(const char *dump, size_t len, struct strbuf *out)
{
	const char *line = dump, *end = dump + len;
	unsigned int zeros = 0;

	while (line < end) {
		const char *nl = memchr(line, '\n', end - line);
		size_t n = (nl ?: end) - line;

		if (is_zero_counter(line, n)) {
			zeros++;
		} else {
			strbuf_add(out, line, n);
			strbuf_add(out, "\n", nl ? 1 : 0);
		}
		line += n + 1;
	}
	if (zeros)
		strbuf_addf(out, "%s(%u event counters are 0)\n",
			    len && dump[len - 1] != '\n' ? "\n" : "", zeros);
}

void collapse_log(const char *log, size_t len, struct strbuf *out)
{
	struct collapse c = { .end = log + len };
	uint32_t max_lines;

	if (!len)
		return;
	max_lines = count_lines(log, c.end);
	/* One more: the last line is written before it is known to count. */
	c.lines = calloc((size_t)max_lines + 1, sizeof(*c.lines));
	c.scratch = calloc((size_t)max_lines * 2, sizeof(*c.scratch));
	if (c.lines && c.scratch) {
		split_lines(&c, log, true);
		find_cycles(&c);
		/* Unrolled by the compiler: each pass has its own numbers. */
		if (!c.n_cycles) {
			split_lines(&c, log, false);
			find_cycles(&c);
		}
	}
	put_all(&c, log, out);
	free(c.scratch);
	free(c.lines);
}
