/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pins: what the text of an expected failure must hold.
 *
 * A pin narrows which failure counts as the expected one, by a literal text,
 * by a regular expression (PCRE2), or by both.
 *
 * `^` and `$` are the start and the end of the whole text, `.` does not match
 * a newline; `(?m)` and `(?s)` change that. Text is bytes, not UTF-8. A
 * pattern that matches the empty text is refused, as it pins nothing.
 */
#ifndef KTSTR_CHECK_PINS_H
#define KTSTR_CHECK_PINS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct pins - what was declared
 * @contains: literal, NULL for none
 * @matches: regular expression, NULL for none
 */
struct pins {
	const char *contains;
	const char *matches;
};

/**
 * pins_check() - may a test declare these?
 * @pins: as declared
 * @expect_err: does the test expect an error at all?
 * @err: gets one sentence when not
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int pins_check(const struct pins *pins, bool expect_err, char *err,
	       size_t err_size);

/**
 * pins_match() - does a failure's text hold all that is pinned?
 * @text: scheduler log and sched_ext dump; need not end in a NUL
 * @err: gets one sentence unless it does
 *
 * Bounded in time and memory, whatever the guest wrote.
 *
 * Return: 1 when it does, 0 when not, -EINVAL for pins that pins_check()
 * refuses, -E2BIG when the pattern is too expensive on this text, -ENOMEM.
 */
int pins_match(const struct pins *pins, const char *text, size_t len,
	       char *err, size_t err_size);

#endif /* KTSTR_CHECK_PINS_H */
