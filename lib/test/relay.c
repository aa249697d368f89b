// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carrying a guest's text into our KTAP. See relay.h.
 */
#include "lib/test/relay.h"

#include <string.h>

#include "lib/report/failure.h"
#include "lib/util/util.h"

#define LINE_MAX_BYTES	4096
#define HELD_MAX_BYTES	(1U << 20)

/* How the lines begin that the harness prints about itself. */
static const char * const harness_lines[] = {
	"TAP version ", "1..", "ok ", "not ok ",
	"# Starting ", "#  RUN  ", "#            OK ", "#          FAIL ",
	"# PASSED: ", "# FAILED: ", "# Totals: ",
};

void relay_init(struct relay *r, FILE *to, bool hold)
{
	const struct strbuf empty = STRBUF_INIT;

	r->to = to;
	r->hold = hold;
	r->line = empty;
	r->line.max = LINE_MAX_BYTES;
	r->held = empty;
	r->held.max = HELD_MAX_BYTES;
}

void relay_exit(struct relay *r)
{
	strbuf_free(&r->line);
	strbuf_free(&r->held);
}

static bool from_harness(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(harness_lines); i++)
		if (!strncmp(line, harness_lines[i], strlen(harness_lines[i])))
			return true;
	return false;
}

static void relay_line(struct relay *r)
{
	const char *text = r->line.text;

	if (from_harness(text)) {
		strbuf_reset(&r->line);
		return;
	}
	/* It is a comment already when the harness made it one. */
	if (!strncmp(text, "# ", 2))
		text += 2;
	if (r->hold) {
		strbuf_addf(&r->held, "%s\n", text);
	} else {
		report_comment(r->to, text);
		fflush(r->to);
	}
	strbuf_reset(&r->line);
}

void relay_add(struct relay *r, const char *bytes, size_t len)
{
	while (len) {
		const char *nl = memchr(bytes, '\n', len);
		size_t part = nl ? (size_t)(nl - bytes) : len;

		strbuf_add(&r->line, bytes, part);
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
	fflush(r->to);
}
