/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test has asserted of values over time, held against those of its run.
 */
#ifndef KTSTR_RUN_ASSERTED_H
#define KTSTR_RUN_ASSERTED_H

#include "lib/common/attr/parts.h"
#include "lib/host/run/outcome.h"

/**
 * asserted_judge() - is what was asserted so?
 * @expectations: with what was asserted
 * @out: a run whose series and tracks are finished; gets the answers
 */
void asserted_judge(const struct run_expectations *expectations,
		    struct run_outcome *out);

/**
 * asserted_find() - the first that came to an answer
 * @out: a run
 * @answer: which
 *
 * Return: it; NULL when there is none.
 */
const struct outcome_assertion *asserted_find(const struct run_outcome *out,
					      enum assertion_answer answer);

#endif /* KTSTR_RUN_ASSERTED_H */
