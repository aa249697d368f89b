// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carrying a guest's text into our KTAP. See relay.h.
 */
#include "lib/test/relay.h"

#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/comment.h"

#define LINE_MAX_BYTES	4000

/*
 * What the harness prints about itself, in this order; @test: the test's name
 * follows, and the end of the line or a reason.
 */
static const struct {
	enum relay_harness when;
	const char *line;
	bool test;
	enum relay_harness next;
} harness_lines[] = {
	{ RELAY_HEAD, "TAP version 13", false, RELAY_HEAD },
	{ RELAY_HEAD, "1..1", false, RELAY_HEAD },
	{ RELAY_HEAD, "# Starting 1 tests from ", false, RELAY_HEAD },
	{ RELAY_HEAD, "#  RUN           ", true, RELAY_BODY },
	{ RELAY_BODY, "#            OK  ", true, RELAY_END },
	{ RELAY_BODY, "#          FAIL  ", true, RELAY_END },
	{ RELAY_END, "ok 1 ", true, RELAY_END },
	{ RELAY_END, "not ok 1 ", true, RELAY_END },
	{ RELAY_END, "# PASSED: ", false, RELAY_END },
	{ RELAY_END, "# FAILED: ", false, RELAY_END },
	{ RELAY_END, "# Totals: ", false, RELAY_END },
};

void relay_init(struct relay *r, FILE *to, const char *test, bool hold)
{
	memset(r, 0, sizeof(*r));
	r->to = to;
	r->test = test;
	r->harness = test ? RELAY_HEAD : RELAY_NO_HARNESS;
	r->hold = hold;
	r->line = (struct strbuf)STRBUF_INIT;
	r->line.max = LINE_MAX_BYTES;
	r->held = (struct strbuf)STRBUF_INIT;
	r->tail = (struct strbuf)STRBUF_INIT;
}

void relay_exit(struct relay *r)
{
	strbuf_free(&r->line);
	strbuf_free(&r->held);
	strbuf_free(&r->tail);
}

/* "NAME", "NAME ..." and "NAME # why" */
static bool names_test(const char *text, const char *test)
{
	size_t len = strlen(test);

	return !strncmp(text, test, len) && (!text[len] || text[len] == ' ');
}

static bool from_harness(struct relay *r, const char *line)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(harness_lines); i++) {
		len = strlen(harness_lines[i].line);
		if (harness_lines[i].when != r->harness ||
		    strncmp(line, harness_lines[i].line, len))
			continue;
		if (harness_lines[i].test && !names_test(line + len, r->test))
			continue;
		r->harness = harness_lines[i].next;
		return true;
	}
	return false;
}

/* Of what is too much, keep the end: whole lines, twice as much at most. */
static void tail_add(struct relay *r, const char *text)
{
	const char *from, *nl;

	strbuf_addf(&r->tail, "%s\n", text);
	if (r->tail.len <= 2 * RELAY_TAIL_MAX)
		return;
	from = r->tail.text + r->tail.len - RELAY_TAIL_MAX;
	nl = strchr(from, '\n') + 1;
	r->left_out += nl - r->tail.text;
	r->tail.len -= nl - r->tail.text;
	memmove(r->tail.text, nl, r->tail.len + 1);
}

static void relay_line(struct relay *r)
{
	const char *text = r->line.text;
	/* As it is printed: "# " and the newline */
	size_t len = r->line.len + 3;
	char note[64];

	if (from_harness(r, text)) {
		strbuf_reset(&r->line);
		return;
	}
	if (r->line.dropped) {
		snprintf(note, sizeof(note), " (%zu bytes more were not kept)",
			 r->line.dropped);
		r->line.max += sizeof(note);
		strbuf_addf(&r->line, "%s", note);
		r->line.max -= sizeof(note);
		text = r->line.text;
	}
	/* It is a comment already when the harness made it one. */
	if (!strncmp(text, "# ", 2))
		text += 2;
	if (r->tail.len || r->shown + len > RELAY_HEAD_MAX) {
		tail_add(r, text);
	} else if (r->hold) {
		strbuf_addf(&r->held, "%s\n", text);
	} else {
		report_comment(r->to, text);
		fflush(r->to);
	}
	r->shown += len;
	strbuf_reset(&r->line);
}

void relay_add(struct relay *r, const char *bytes, size_t len)
{
	while (len) {
		const char *nl = memchr(bytes, '\n', len);
		size_t part = nl ? (size_t)(nl - bytes) : len;

		text_take(&r->line, bytes, part);
		if (!nl)
			return;
		relay_line(r);
		bytes += part + 1;
		len -= part + 1;
	}
}

void relay_end(struct relay *r, bool wanted)
{
	if (r->line.len)
		relay_line(r);
	if (wanted)
		report_comment(r->to, r->held.text);
	if (r->tail.len && (wanted || !r->hold)) {
		if (r->left_out)
			fprintf(r->to, "# (%zu bytes more were not kept)\n",
				r->left_out);
		report_comment(r->to, r->tail.text);
	}
	fflush(r->to);
}
