/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cycle collapse: a log that goes round in circles, each circle once.
 *
 * BPF's verifier prints each pass through a loop; a scheduler prints the same
 * block each second. Where a block of lines comes three times or more in a
 * row, the first and the last are kept:
 *
 *	--- 12x of the following 18 lines ---
 *	...
 *	--- 10 identical iterations omitted ---
 *	...
 *	--- end repeat ---
 *
 * Lines are compared without what changes from pass to pass: the verifier's
 * register states, its notes on precision.
 */
#ifndef KTSTR_REPORT_COLLAPSE_H
#define KTSTR_REPORT_COLLAPSE_H

#include <stddef.h>

#include "lib/common/util/strbuf.h"

/**
 * collapse_log() - append a log to @out, its cycles collapsed
 * @log: need not end in a NUL
 * @len: its bytes
 * @out: gets the text; the log as it is when there is no cycle or no memory
 *
 * Takes time linear in @len, but for a sort.
 */
void collapse_log(const char *log, size_t len, struct strbuf *out);

/**
 * collapse_zeros() - append a sched_ext dump to @out, without counters that are 0
 * @dump: need not end in a NUL
 * @len: its bytes
 * @out: gets the text, and a line with their number
 */
void collapse_zeros(const char *dump, size_t len, struct strbuf *out);

#endif /* KTSTR_REPORT_COLLAPSE_H */
