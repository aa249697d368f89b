// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of sched_ext. See words.h.
 */
#include "lib/common/scx/words.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"

bool scx_exit_begins(const char *trace)
{
	const char *line = strstr(trace, "sched_ext_exit: ");

	while (line) {
		const char *level = strstr(line, " level 0 ");

		if (level && level < line + strcspn(line, "\n"))
			return true;
		line = strstr(line + 1, "sched_ext_exit: ");
	}
	/* An error's dump; one that was asked for reads otherwise. */
	return strstr(trace, " triggered exit kind ");
}

bool scx_log_reason(const char *log, char *buf, size_t size)
{
	static const char mark[] = SCX_LOG_SAYS;
	const char *p = NULL, *next = log;
	struct strbuf fit = STRBUF_INIT;

	buf[0] = '\0';
	/* One that starts itself again, or another before it, has ended before. */
	while ((next = strstr(next, mark))) {
		next += strlen(mark);
		p = next;
	}
	if (!p)
		return false;
	/* Some loggers color it. */
	text_add(&fit, p, strcspn(p, "\n"));
	snprintf(buf, size, "%s", fit.text);
	strbuf_free(&fit);
	return true;
}

void scx_console_reason(const char *console, char *buf, size_t size)
{
	static const char mark[] = SCX_SAYS, gone[] = " disabled (";
	const char *why, *msg;
	size_t len;

	buf[0] = '\0';
	while ((console = strstr(console, mark))) {
		len = strcspn(console, "\n");
		why = memmem(console, len, gone, strlen(gone));
		console += len;
		if (!why)
			continue;
		why += strlen(gone);
		msg = strstr(console, mark);
		if (!msg || msg > console + 1 + strcspn(console + 1, "\n"))
			continue;
		msg += strlen(mark);
		snprintf(buf, size, "%.*s (%.*s)", (int)strcspn(why, ")\n"),
			 why, (int)strcspn(msg, "\n"), msg);
		return;
	}
}

void scx_console_lines(struct strbuf *text, const char *console)
{
	const char *line = console;

	while ((line = strstr(line, SCX_SAYS))) {
		size_t len = strcspn(line, "\n");

		strbuf_addf(text, "%.*s\n", (int)len, line);
		line += len;
	}
}
