/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assertions over time: what the values of a series must be like, as text, and
 * whether they are. Pure logic: who has taken the values, and where from, is
 * for others.
 *
 *	dispatched nondecreasing
 *	ticks rate_within 90 110 after 500
 *	mean depth is <= 4 in step 1
 *	rate done ratio_within 0.9 1.1 in step 1 over step 0
 *
 * There are three answers. Values that break an assertion fail it, whatever is
 * missing beside them. Where none does, but values are missing, it is open: an
 * empty or a broken series is never a pass.
 */
#ifndef KTSTR_CHECK_ASSERTION_H
#define KTSTR_CHECK_ASSERTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSERTION_NAME_LEN	64
#define ASSERTION_WHY_LEN	240
#define ASSERTION_BODY		(-1)	/* a phase: all of the body */

/*
 * A row is a pattern: row(ID, WORD, FORM, WHAT), FORM being what stands behind
 * the word.
 */
#define ASSERTION_PATTERNS(row)						\
	row(NONDECREASING, nondecreasing, "",				\
	    "no value is less than the one before")			\
	row(STRICTLY_INCREASING, strictly_increasing, "",		\
	    "each is more than the one before")				\
	row(RATE_WITHIN, rate_within, "LOW HIGH [after MS]",		\
	    "it goes on by so much a second, between any two values that are 100 ms apart") \
	row(STEADY_WITHIN, steady_within, "PERCENT [after MS]",		\
	    "each value is so near to the mean of them")		\
	row(CONVERGES_TO, converges_to, "TARGET TOLERANCE MS",		\
	    "three values in a row are so near to the target, the last of them by then") \
	row(ALWAYS, always, "OP NUMBER [after MS]",			\
	    "each value is <, <=, ==, !=, >= or > the number")		\
	row(IS, is, "OP NUMBER",					\
	    "what they come down to is so")				\
	row(RATIO_WITHIN, ratio_within, "LOW HIGH over NAME",		\
	    "it is so many times another one, each time")

#define ASSERTION_PATTERN_ID(id, word, form, what)	ASSERTION_##id,

/* enum assertion_pattern - what values can be like, and how many ways there are */
enum assertion_pattern {
	ASSERTION_PATTERNS(ASSERTION_PATTERN_ID)
	ASSERTION_N_PATTERNS
};

/**
 * enum assertion_reducer - what a series comes down to
 * @ASSERTION_NO_REDUCER: it does not
 * @ASSERTION_MEAN: the mean of its values
 * @ASSERTION_MIN: the least
 * @ASSERTION_MAX: the greatest
 * @ASSERTION_LAST: the last
 * @ASSERTION_RATE: how far it went on from the first to the last, a second
 * @ASSERTION_REDUCERS: their number
 */
enum assertion_reducer {
	ASSERTION_NO_REDUCER,
	ASSERTION_MEAN,
	ASSERTION_MIN,
	ASSERTION_MAX,
	ASSERTION_LAST,
	ASSERTION_RATE,
	ASSERTION_REDUCERS
};

/**
 * enum assertion_op - how a value stands to a number
 * @ASSERTION_LT: <
 * @ASSERTION_LE: <=
 * @ASSERTION_EQ: ==
 * @ASSERTION_NE: !=
 * @ASSERTION_GE: >=
 * @ASSERTION_GT: >
 * @ASSERTION_OPS: their number
 */
enum assertion_op {
	ASSERTION_LT,
	ASSERTION_LE,
	ASSERTION_EQ,
	ASSERTION_NE,
	ASSERTION_GE,
	ASSERTION_GT,
	ASSERTION_OPS
};

/**
 * struct assertion - what was asserted
 * @of: name of the series
 * @pattern: what it is to be like
 * @reducer: of a ratio and of %ASSERTION_IS: what it comes down to
 * @low: the least rate or ratio; what is converged to
 * @high: the greatest one; how far from that; what is within so many percent;
 *	the number that @op is about
 * @op: how values stand to @high
 * @ms: of the phase, how much does not count at its beginning, or by when it
 *	must have converged
 * @over: of a ratio: the series that it is held against; "" for none
 * @step: which step it is about, %ASSERTION_BODY for all of the body
 * @over_step: of a ratio without @over: the step that it is held against
 */
struct assertion {
	char of[ASSERTION_NAME_LEN];
	enum assertion_pattern pattern;
	enum assertion_reducer reducer;
	double low;
	double high;
	enum assertion_op op;
	unsigned int ms;
	char over[ASSERTION_NAME_LEN];
	int step;
	int over_step;
};

/**
 * struct assertion_point - a value at a moment
 * @time_ns: when, on the clock of the phases
 * @wall_ns: when, on a clock that goes on whatever the host does
 * @own_ns: on the same, without what the host took
 * @value: the value
 * @known: it could be read; else @value says nothing
 * @life: another number is another thing of the same name, as after a
 *	scheduler's new start: values are not held against those before
 */
struct assertion_point {
	uint64_t time_ns;
	uint64_t wall_ns;
	uint64_t own_ns;
	int64_t value;
	bool known;
	uint32_t life;
};

/**
 * struct assertion_series - values of one thing, in order of time
 * @name: whose
 * @points: they
 * @n: their number
 * @interval_ns: how often one was to be taken: where there is none for ten
 *	times as long, and half a second, the series is broken. 0 for whenever
 * @why: why some are not known, or why there are none; "" for no reason
 */
struct assertion_series {
	const char *name;
	const struct assertion_point *points;
	size_t n;
	uint64_t interval_ns;
	const char *why;
};

/**
 * struct assertion_phase - a part of a run
 * @step: which step, or %ASSERTION_BODY
 * @start_ns: when it began
 * @end_ns: and ended
 */
struct assertion_phase {
	int step;
	uint64_t start_ns;
	uint64_t end_ns;
};

/**
 * struct assertion_run - what assertions are about
 * @series: all series, @n_series of them
 * @n_series: see there
 * @phases: all phases, @n_phases of them
 * @n_phases: see there
 */
struct assertion_run {
	const struct assertion_series *series;
	size_t n_series;
	const struct assertion_phase *phases;
	size_t n_phases;
};

/**
 * enum assertion_answer - is it so?
 * @ASSERTION_HOLDS: it is
 * @ASSERTION_FAILS: it is not
 * @ASSERTION_OPEN: that cannot be told
 */
enum assertion_answer {
	ASSERTION_HOLDS,
	ASSERTION_FAILS,
	ASSERTION_OPEN,
};

/**
 * assertion_parse() - read one
 * @text: as in the comment above
 * @assertion: filled in
 * @err: gets what is wrong with it, one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int assertion_parse(const char *text, struct assertion *assertion, char *err,
		    size_t err_size);

/**
 * assertion_judge() - is it so?
 * @assertion: what was asserted
 * @run: what was seen
 * @why: gets what was seen of it: which value, when, beyond what; or what is
 *	missing
 *
 * Return: the answer.
 */
enum assertion_answer assertion_judge(const struct assertion *assertion,
				      const struct assertion_run *run,
				      char why[ASSERTION_WHY_LEN]);

/**
 * assertion_answer_name() - a word for an answer
 * @answer: the answer
 *
 * Return: "holds", "fails", "open".
 */
const char *assertion_answer_name(enum assertion_answer answer);

#endif /* KTSTR_CHECK_ASSERTION_H */
