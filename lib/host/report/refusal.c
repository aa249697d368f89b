// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a program was refused. See refusal.h.
 *
 * What it was refused for stands near the end of the verifier's log, before its
 * statistics and, from 7.3 on, an explanation: of what goes on behind it some lines are
 * kept, and as many in front of it as there is room for.
 */
#include "lib/host/report/refusal.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/report/collapse.h"
#include "lib/host/run/cause.h"

#define LINE_BYTES	300
#define LINES_BEHIND	10
#define CAUSE_SIZE	512

static const char begin_mark[] = "-- BEGIN PROG LOAD LOG --";
static const char end_mark[] = "-- END PROG LOAD LOG --";

/* Between the marks of the first one: what stands in @log is not collapsed yet. */
static const char *first_log(const char *log, size_t *len)
{
	const char *from = strstr(log, begin_mark), *to;

	from += strcspn(from, "\n");
	from += !!*from;
	to = strstr(from, end_mark);
	*len = to ? (size_t)(to - from) : strlen(from);
	/* The line of the end begins with libbpf's own words. */
	while (to && *len && from[*len - 1] != '\n')
		--*len;
	return from;
}

static unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

/* Which line has the cause, from 0; the last one where none does */
static unsigned int line_of(const char *text, const char *cause)
{
	const char *last = NULL, *at;
	unsigned int n;

	for (at = text; (at = strstr(at, cause)); at++)
		if (at == text || at[-1] == '\n')
			last = at;
	if (!last)
		return count_lines(text);
	for (n = 0, at = text; at < last; at++)
		n += *at == '\n';
	return n;
}

/* What follows "the verifier refused NAME: ", as much of it as a line has whole. */
static void reason_of(const char *sentence, char *reason, size_t size)
{
	const char *colon = strstr(sentence, ": ");
	size_t len;

	snprintf(reason, size, "%s", colon ? colon + 2 : sentence);
	len = strlen(reason);
	if (len > 3 && !strcmp(reason + len - 3, "..."))
		reason[len - 3] = '\0';
}

static void put_lines(const char *text, unsigned int from, unsigned int to,
		      struct strbuf *out)
{
	unsigned int n;
	size_t len;

	for (n = 0; *text && n < to; n++) {
		len = strcspn(text, "\n");
		if (n >= from)
			strbuf_addf(out, "%.*s%s\n",
				    (int)min(len, (size_t)LINE_BYTES), text,
				    len > LINE_BYTES ? "..." : "");
		text += len + !!text[len];
	}
}

bool refusal_excerpt(const char *log, unsigned int max_lines,
		     struct strbuf *out)
{
	char sentence[CAUSE_SIZE], reason[CAUSE_SIZE];
	unsigned int at, all, from, to, room = max_lines - 2;
	struct strbuf text = STRBUF_INIT;
	const char *first;
	size_t len;

	if (!cause_of_refusal(log, sentence, sizeof(sentence)))
		return false;
	reason_of(sentence, reason, sizeof(reason));
	first = first_log(log, &len);
	collapse_log(first, len, &text);
	all = count_lines(text.text);
	at = line_of(text.text, reason);
	to = min(at + 1 + min(room / 4, LINES_BEHIND + 0U), all);
	from = to > room ? to - room : 0;
	strbuf_addf(out, "%s\n", sentence);
	if (from)
		strbuf_addf(out, "(%u lines before these are left out)\n", from);
	put_lines(text.text, from, to, out);
	strbuf_free(&text);
	return true;
}
