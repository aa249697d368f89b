/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payloads: programs of this machine that run in a guest, beside a scenario's
 * workers or instead of them, and what is measured of them.
 */
#ifndef KTSTR_PAYLOAD_PAYLOAD_H
#define KTSTR_PAYLOAD_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/quantity.h"

#define PAYLOAD_MAX_ARGS	32
#define PAYLOAD_MAX_FILES	8
#define PAYLOAD_MAX_METRICS	16
#define PAYLOAD_NAME_MAX	47
#define PAYLOAD_UNIT_MAX	19

/*
 * Where a metric comes from: row(ID). To add one: a row, what it needs in
 * payload.c, how it is taken in lib/guest/payload/measure.c, and an entry in
 * Documentation/payloads.rst.
 */
#define PAYLOAD_RULES(row)						\
	row(EXIT)							\
	row(AFTER)							\
	row(REGEX)							\
	row(JSON)

#define PAYLOAD_RULE_VALUE(id)	PAYLOAD_##id,

/*
 * Where a metric comes from: it is the exit status, the number behind a text, the
 * one that the group of a regular expression has matched, the one that a JSON
 * Pointer names.
 */
enum payload_rule {
	PAYLOAD_RULES(PAYLOAD_RULE_VALUE)
	PAYLOAD_RULE_COUNT
};

/**
 * struct payload_bound - a bound of a metric
 * @given: there is one
 * @value: this
 */
struct payload_bound {
	bool given;
	double value;
};

#define PAYLOAD_BOUND(value_)	{ .given = true, .value = (value_) }

/**
 * struct payload_metric - a number that a payload tells
 * @name: of it
 * @rule: where it comes from
 * @where: the text before it (AFTER); a POSIX extended regular expression with
 *	one group, which is matched line by line (REGEX); a JSON Pointer into the
 *	first JSON that it prints, "/jobs/0/read/iops" (JSON). Looked for in what
 *	it prints to stdout, then in what it prints to stderr
 * @last: 1: of several, the last one counts; else the first. Not of JSON
 * @unit: of the number, at most 19 characters; NULL for none
 * @better: which way a scheduler is better
 * @min: less is a failure,
 * @max: more is a failure; either, where there is no such number at all, too
 */
struct payload_metric {
	const char *name;
	enum payload_rule rule;
	const char *where;
	unsigned int last;
	const char *unit;
	enum quantity_better better;
	struct payload_bound min;
	struct payload_bound max;
};

/**
 * struct payload - a program to run in the guest
 * @name: for ops and texts
 * @program: a path on this machine, or a name, which is looked up as a scheduler's
 *	is, then in $PATH. What it links to is packed with it; where it is not
 *	there the test is skipped
 * @args: its arguments
 * @files: further programs and files that it needs, likewise; they lie where it
 *	does, in the first folder of its $PATH, which is where it begins
 * @cgroup: the cgroup that it runs in, below the test's own; NULL for beside all
 *	of them
 * @deadline_ms: it must end within; 0 is the test's duration
 * @exit_status: what it must end with
 * @output_kb: what it may print; 0 is PAYLOAD_OUTPUT_KB
 * @metrics: what is measured of it
 */
struct payload {
	const char *name;
	const char *program;
	const char *args[PAYLOAD_MAX_ARGS];
	const char *files[PAYLOAD_MAX_FILES];
	const char *cgroup;
	unsigned int deadline_ms;
	unsigned int exit_status;
	unsigned int output_kb;
	struct payload_metric metrics[PAYLOAD_MAX_METRICS];
};

#define PAYLOAD_OUTPUT_KB	16384

/* Words of enum payload_rule, NULL behind the last */
const char *payload_rule_word(unsigned int i);

/**
 * payload_n_metrics() - how many metrics it has
 * @p: the payload
 *
 * Return: their number.
 */
unsigned int payload_n_metrics(const struct payload *p);

/**
 * payload_limit_ms() - in how much time it must end
 * @p: the payload
 * @duration_ms: of the test
 *
 * Return: milliseconds.
 */
unsigned int payload_limit_ms(const struct payload *p, unsigned int duration_ms);

/**
 * payload_check() - does it make sense?
 * @p: the payload
 * @err: gets one sentence that names it, and what is wrong
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int payload_check(const struct payload *p, char *err, size_t err_size);

#endif /* KTSTR_PAYLOAD_PAYLOAD_H */
