/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carrying a guest's text into our KTAP, line by line, and not without end.
 */
#ifndef KTSTR_TEST_RELAY_H
#define KTSTR_TEST_RELAY_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/common/util/strbuf.h"

#define RELAY_HEAD_MAX	(1U << 20)	/* of a stream, as it comes */
#define RELAY_TAIL_MAX	(64U << 10)	/* behind a gap: its end */

/* What a harness in the guest says next. */
enum relay_harness {
	RELAY_NO_HARNESS,	/* nothing: all lines are somebody else's */
	RELAY_HEAD,		/* its plan, and the test's start */
	RELAY_BODY,		/* nothing before the test's end */
	RELAY_END,		/* the result, and the totals */
};

/**
 * struct relay - a stream of text on its way
 * @to: where the lines go
 * @test: the test whose harness prints the stream; NULL for none
 * @harness: what it says next
 * @hold: keep them until relay_end() says whether they are wanted
 * @shown: bytes that were printed, or are held
 * @line: the line that has not ended yet
 * @held: lines that wait
 * @tail: once there was too much: the last lines
 * @left_out: bytes that were in neither
 */
struct relay {
	FILE *to;
	const char *test;
	enum relay_harness harness;
	bool hold;
	size_t shown;
	struct strbuf line;
	struct strbuf held;
	struct strbuf tail;
	size_t left_out;
};

/**
 * relay_init() - start a stream
 * @r: the stream
 * @to: where the lines go
 * @test: full name of the test whose harness prints it in the guest; must
 *	outlive @r. NULL for a stream without one, as the console's
 * @hold: keep the lines until relay_end()
 */
void relay_init(struct relay *r, FILE *to, const char *test, bool hold);
void relay_exit(struct relay *r);

/**
 * relay_add() - take bytes; whole lines are printed as comments
 *
 * What the harness in the guest has to say of itself (its plan, its verdict)
 * is left out: the host gives the verdict. What only looks like that is shown
 * behind a mark, see report_comment(). From RELAY_HEAD_MAX bytes on only the
 * last RELAY_TAIL_MAX are kept.
 */
void relay_add(struct relay *r, const char *bytes, size_t len);

/**
 * relay_end() - no more bytes; print what waits if @wanted
 */
void relay_end(struct relay *r, bool wanted);

#endif /* KTSTR_TEST_RELAY_H */
