// SPDX-License-Identifier: GPL-2.0-only
/*
 * What slices say, made one KTAP: flat, as every parser reads it in the same way.
 * See suite.h.
 */
#include "lib/host/suite/suite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define LINE_MAX_LEN	(64UL << 10)
#define SKIP		4	/* kselftest's exit status */
#define XFAIL		2

static bool starts(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* Each program's head and tail, and what a result says again. */
static bool is_frame(const char *line)
{
	static const char * const frames[] = {
		"TAP version 13", "1..", "# Starting ", "# PASSED: ",
		"# FAILED: ", "# Totals: ", "#  RUN           ",
		"#            OK  ", "#          FAIL  ",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frames); i++)
		if (starts(line, frames[i]))
			return true;
	return false;
}

/* A comment stays one, all else becomes one, with a mark where it would count. */
static void talk(struct suite_slice *slice, const char *mark, const char *line,
		 size_t len)
{
	struct strbuf *out = &slice->out;

	/* Results are no talk: they always come out. */
	if (out->len + len > SUITE_TALK_MAX) {
		out->dropped += len;
		return;
	}
	strbuf_add(out, mark, strlen(mark));
	strbuf_add(out, line, len);
	strbuf_add(out, "\n", 1);
}

static enum suite_result judge(bool bad, const char *rest)
{
	const char *mark;

	if (bad)
		return SUITE_FAIL;
	mark = strstr(rest, "# SKIP");
	if (!mark)
		return SUITE_PASS;
	if (starts(mark + 6, " infrastructure:"))
		return SUITE_INFRASTRUCTURE;
	return starts(mark + 6, " inconclusive:") ? SUITE_INCONCLUSIVE :
						     SUITE_SKIP;
}

static void count(struct suite *suite, struct suite_slice *slice,
		  struct suite_test *t, enum suite_result result,
		  const char *why)
{
	t->result = result;
	if (result == SUITE_FAIL || suite_not_judged(result))
		t->why = strdup(why);
	suite->counts[result]++;
	suite->retried += slice->retried;
}

/* What is behind the mark: "NAME # SKIP why", "NAME # why". */
static const char *reason(const char *rest)
{
	const char *why = strstr(rest, " # ");

	if (!why)
		return "";
	why += 3;
	why += starts(why, "SKIP ") ? 5 : 0;
	return why + strspn(why, " ");
}

/*
 * "ok 3 NAME # more": the test of that name, of those without a result. A program
 * has its tests in its own order, whatever that of the list is.
 */
static struct suite_test *test_of(struct suite_slice *slice, const char *rest)
{
	struct suite_test *t = slice->program->tests + slice->first;
	size_t len = strcspn(rest, " ");
	unsigned int i;

	for (i = 0; i < slice->n; i++)
		if (t[i].result == SUITE_NONE && strlen(t[i].name) == len &&
		    !strncmp(t[i].name, rest, len))
			return t + i;
	return NULL;
}

static bool is_result(const char *line)
{
	line += starts(line, "not ") ? 4 : 0;
	return starts(line, "ok ") && isdigit((unsigned char)line[3]);
}

/* Its number among the tests of all programs. */
static unsigned int number_of(const struct suite *suite,
			      const struct suite_slice *slice,
			      const struct suite_test *t)
{
	const struct suite_program *p;
	unsigned int n = t - slice->program->tests + 1;

	for (p = suite->programs; p < slice->program; p++)
		n += p->n_tests;
	return n;
}

/*
 * "NAME # numbers" and "NAME # why" get what the test took behind them; what is
 * behind SKIP is a reason and nothing else.
 */
static void put_result(const struct suite *suite, struct suite_slice *slice,
		       const struct suite_test *t, bool bad, const char *rest)
{
	const char *mark = strchr(rest, '#');
	const char *more = mark ? mark + 1 + strspn(mark + 1, " ") : "";

	strbuf_addf(&slice->out, "%sok %u %s", bad ? "not " : "",
		    number_of(suite, slice, t), t->label ?: t->name);
	if (t->result == SUITE_SKIP || suite_not_judged(t->result))
		strbuf_addf(&slice->out, " # %s\n", more);
	else
		strbuf_addf(&slice->out, " # %s%s(%.1f s%s)\n", more,
			    *more ? " " : "", t->ms / 1000.0,
			    slice->retried && !strstr(more, "retried: ") ?
			    ", retried: see above" : "");
}

/* Return: is it that of a test that had none? */
static bool result_line(struct suite *suite, struct suite_slice *slice,
			const char *line, uint64_t now_ns)
{
	bool bad = starts(line, "not ");
	const char *rest = line + (bad ? 7 : 3);
	struct suite_test *t;

	rest += strspn(rest, "0123456789");
	rest += strspn(rest, " ");
	t = test_of(slice, rest);
	if (!t)
		return false;
	t->ms = max((now_ns - slice->last_ns) / NSEC_PER_MSEC, 1ULL);
	slice->last_ns = now_ns;
	if (strstr(rest, "retried: "))
		slice->retried = true;
	count(suite, slice, t, judge(bad, rest), reason(rest));
	put_result(suite, slice, t, bad, rest);
	slice->retried = false;
	return true;
}

/* What each process has to say, and one of them is enough. */
static bool told_before(const char *line, const char *begin, bool *told)
{
	bool before = *told;

	if (!starts(line, begin))
		return false;
	*told = true;
	return before;
}

/*
 * What stands before a line that is no result of ours: one that would count, or
 * end all the others' tests, gets a mark.
 */
static const char *comment_mark(const char **line)
{
	const char *said = *line + (starts(*line, "# ") ? 2 : 0);

	if (is_result(said) || starts(said, "Bail out! ")) {
		*line = said;
		return "# | ";
	}
	return **line == '#' ? "" : "# ";
}

static void whole_line(struct suite *suite, struct suite_slice *slice,
		       uint64_t now_ns)
{
	const char *line = slice->line.text, *mark;

	if (starts(line, "# Starting "))
		slice->last_ns = now_ns;
	if (is_frame(line) ||
	    (is_result(line) && result_line(suite, slice, line, now_ns)) ||
	    told_before(line, "# no usable KVM (", &suite->emulated_told) ||
	    told_before(line, "# kernel: ", slice->program->env ?
			&slice->program->kernel_told : &suite->kernel_told))
		goto out;
	if (starts(line, "# retried: "))
		slice->retried = true;
	if (starts(line, "Bail out! "))
		snprintf(slice->cause, sizeof(slice->cause), "%s", line + 10);
	mark = comment_mark(&line);
	talk(slice, mark, line,
	     slice->line.len - (size_t)(line - slice->line.text));
out:
	strbuf_reset(&slice->line);
}

void suite_data(struct suite *suite, struct suite_slice *slice,
		const char *data, size_t len, uint64_t now_ns)
{
	const char *end = data + len, *newline;

	while (data < end) {
		newline = memchr(data, '\n', end - data);
		strbuf_add(&slice->line, data,
			   (newline ? newline : end) - data);
		if (!newline && slice->line.len < LINE_MAX_LEN)
			return;
		whole_line(suite, slice, now_ns);
		data = newline ? newline + 1 : end;
	}
}

/* ---- the end of a slice ---- */

static void why_no_result(const struct suite *suite,
			  const struct suite_slice *slice, int status,
			  char *why, size_t size)
{
	if (slice->cause[0])
		snprintf(why, size, "%s", slice->cause);
	else if (slice->timed_out)
		snprintf(why, size, "the program was not done after %u s",
			 suite->limit_s);
	else if (status > 128)
		snprintf(why, size, "the program was ended by signal %d",
			 status - 128);
	else
		snprintf(why, size, "the program ended with status %d", status);
}

/* The first one is who ended it, as far as anyone knows. */
static void no_result(struct suite *suite, struct suite_slice *slice,
		      struct suite_test *t, bool first, int status)
{
	enum suite_result result = SUITE_SKIP;
	bool ours = starts(slice->cause, "infrastructure: ");
	const char *text = "SKIP not run: ";
	char why[300];

	if (ours) {
		result = suite->strict ? SUITE_FAIL : SUITE_INFRASTRUCTURE;
		text = suite->strict ? "" : "SKIP ";
	} else if (first && status != SKIP) {
		result = SUITE_FAIL;
		text = "no result: ";
	}
	why_no_result(suite, slice, status, why, sizeof(why));
	count(suite, slice, t, result, why);
	slice->retried = false;
	strbuf_addf(&slice->out, "%sok %u %s # %s%s\n",
		    result == SUITE_FAIL ? "not " : "",
		    number_of(suite, slice, t), t->label ?: t->name, text, why);
}

void suite_end(struct suite *suite, struct suite_slice *slice, int status)
{
	struct suite_program *p = slice->program;
	bool first = true;
	unsigned int i;

	if (slice->line.len)
		whole_line(suite, slice, slice->last_ns);
	for (i = slice->first; i < slice->first + slice->n; i++) {
		if (p->tests[i].result != SUITE_NONE)
			continue;
		no_result(suite, slice, &p->tests[i], first, status);
		first = false;
	}
	if (slice->out.dropped)
		strbuf_addf(&slice->out,
			    "# (%zu bytes more of these tests were not kept)\n",
			    slice->out.dropped);
	if (status && status != SKIP && status != XFAIL && !p->status)
		p->status = status;
	slice->ended = true;
}

/* ---- what comes out ---- */

static unsigned int all_tests(const struct suite *suite)
{
	unsigned int i, n = 0;

	for (i = 0; i < suite->n_programs; i++)
		n += suite->programs[i].n_tests;
	return n;
}

static void totals(struct strbuf *to, const unsigned int *counts)
{
	strbuf_addf(to,
		    "# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:0\n",
		    counts[SUITE_PASS], counts[SUITE_FAIL],
		    suite_skipped(counts));
}

/*
 * A program that did not end well although none of its tests failed is one more
 * failure, and not in the plan: whoever reads that minds.
 */
static void program_tail(struct suite *suite, const struct suite_program *p,
			 struct strbuf *to)
{
	unsigned int i;

	if (!p->status)
		return;
	for (i = 0; i < p->n_tests; i++)
		if (p->tests[i].result == SUITE_FAIL ||
		    suite_not_judged(p->tests[i].result))
			return;
	suite->counts[SUITE_FAIL]++;
	strbuf_addf(to, "not ok ");
	/* Behind all others, where it is known how many they are. */
	if (!suite->open)
		strbuf_addf(to, "%u ", all_tests(suite) + ++suite->unplanned);
	strbuf_addf(to, "%s # the program ended with status %d, and none of its tests failed\n",
		    p->name, p->status);
}

/* Return: is all of the program out? */
static bool program_take(struct suite_program *p, struct strbuf *to, size_t max)
{
	struct suite_slice *slice;

	if (!p->begun)
		strbuf_addf(to, "# %s: %u tests\n", p->name, p->n_tests);
	p->begun = true;
	while ((slice = p->printing) && to->len < max) {
		strbuf_add(to, slice->out.text, slice->out.len);
		slice->out.len = 0;
		if (!slice->ended)
			return false;
		strbuf_free(&slice->out);
		p->printing = slice->next;
	}
	return !p->printing && p->n_given == p->n_tests;
}

void suite_close(struct suite *suite, struct strbuf *to)
{
	if (!suite->open)
		return;
	suite->open = false;
	strbuf_addf(to, "1..%u\n", all_tests(suite));
	totals(to, suite->counts);
}

bool suite_take(struct suite *suite, struct strbuf *to, size_t max)
{
	struct suite_program *p;

	if (!suite->begun)
		strbuf_addf(to, "KTAP version 1\n");
	if (!suite->begun && !suite->open)
		strbuf_addf(to, "1..%u\n", all_tests(suite));
	suite->begun = true;
	while (suite->printing < suite->n_programs) {
		p = &suite->programs[suite->printing];
		if (to->len >= max || !program_take(p, to, max))
			return false;
		program_tail(suite, p, to);
		if (++suite->printing == suite->n_programs && !suite->open)
			totals(to, suite->counts);
	}
	return !suite->open;
}
