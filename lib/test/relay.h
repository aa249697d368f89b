/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carrying a guest's text into our KTAP, line by line.
 */
#ifndef KTSTR_TEST_RELAY_H
#define KTSTR_TEST_RELAY_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/util/strbuf.h"

/**
 * struct relay - a stream of text on its way
 * @to: where the lines go
 * @hold: keep them until relay_end() says whether they are wanted
 * @line: the line that has not ended yet
 * @held: lines that wait
 */
struct relay {
	FILE *to;
	bool hold;
	struct strbuf line;
	struct strbuf held;
};

void relay_init(struct relay *r, FILE *to, bool hold);
void relay_exit(struct relay *r);

/**
 * relay_add() - take bytes; whole lines are printed as comments
 *
 * What only the harness in the guest has to say (its plan, its verdict) is
 * left out: the host gives the verdict, and a result line would be counted.
 */
void relay_add(struct relay *r, const char *bytes, size_t len);

/**
 * relay_end() - no more bytes; print what waits if @wanted
 */
void relay_end(struct relay *r, bool wanted);

#endif /* KTSTR_TEST_RELAY_H */
