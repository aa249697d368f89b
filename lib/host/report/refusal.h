/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that BPF's verifier has refused: its log in few lines.
 */
#ifndef KTSTR_REPORT_REFUSAL_H
#define KTSTR_REPORT_REFUSAL_H

#include <stdbool.h>

#include "lib/common/util/strbuf.h"

#define REFUSAL_LINES	40

/**
 * refusal_excerpt() - what of a scheduler's log says why it was refused
 * @log: the log, in which libbpf has printed the verifier's
 * @max_lines: as many at most, 8 or more
 * @out: gets them: the cause as a sentence, then the end of the verifier's log with
 *	its cycles collapsed, cut in front; a long line is cut, too
 *
 * Return: was a program refused? @out is as it was otherwise.
 */
bool refusal_excerpt(const char *log, unsigned int max_lines,
		     struct strbuf *out);

#endif /* KTSTR_REPORT_REFUSAL_H */
