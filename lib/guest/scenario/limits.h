/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a cgroup may have: a row for each file of it that a test can set.
 */
#ifndef KTSTR_SCENARIO_LIMITS_H
#define KTSTR_SCENARIO_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

/* Lifts what was limited before: "max". */
#define CGROUP_NO_LIMIT	0xffffffffU
#define CGROUP_PERIOD_US	100000	/* of cpu.max, where none is said */

/**
 * struct cgroup_limits - what a cgroup may have; what is 0 stays as it is
 * @mems: nodes whose memory it may use: "0-1,3"
 * @cpu_weight: share of CPU time beside its neighbours', 1 to 10000; the kernel's
 *	default is 100
 * @cpu_max_us: CPU time of a period,
 * @cpu_period_us: of so long, 100000 by default; no more without @cpu_max_us
 * @cpu_idle: 1: it runs where nobody else wants to
 * @memory_max_mb: more than that is refused
 * @memory_high_mb: more than that is reclaimed
 * @pids_max: tasks in it
 * @uclamp_min_pct: utilisation that it has at least, for choosing CPU and frequency
 * @uclamp_max_pct: and at most
 */
struct cgroup_limits {
	const char *mems;
	unsigned int cpu_weight;
	unsigned int cpu_max_us;
	unsigned int cpu_period_us;
	unsigned int cpu_idle;
	unsigned int memory_max_mb;
	unsigned int memory_high_mb;
	unsigned int pids_max;
	unsigned int uclamp_min_pct;
	unsigned int uclamp_max_pct;
};

#define CGROUP_LIMIT_TEXT	64

/**
 * struct cgroup_limit_row - a file of a cgroup
 * @file: its name
 * @member: of struct cgroup_limits
 * @at: where that is
 * @least: the smallest value that the kernel takes,
 * @most: and the largest; 0 for what is no number
 * @write: puts what the file is to hold into text[CGROUP_LIMIT_TEXT]; false where
 *	the member says nothing
 * @needs: what the kernel must have
 * @what: what it does, as Documentation/writing-tests.rst has it
 */
struct cgroup_limit_row {
	const char *file;
	const char *member;
	size_t at;
	unsigned int least;
	unsigned int most;
	bool (*write)(const struct cgroup_limit_row *row,
		      const struct cgroup_limits *limits, char *text);
	const char *needs;
	const char *what;
};

extern const struct cgroup_limit_row cgroup_limit_rows[];
extern const size_t cgroup_n_limit_rows;

/**
 * cgroup_limits_check() - does that make sense anywhere?
 * @limits: what a cgroup is to have
 * @err: gets a sentence where it does not
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int cgroup_limits_check(const struct cgroup_limits *limits, char *err,
			size_t err_size);

/**
 * cgroup_limits_set() - write what is asked for
 * @parent: a folder
 * @name: the cgroup, below it
 * @limits: what it is to have; checked
 * @err: gets a sentence where it cannot
 * @err_size: bytes at @err
 *
 * Return: 0; -ENODEV where the kernel has no such file, or the machine no such node;
 * else the kernel's -errno.
 */
int cgroup_limits_set(const char *parent, const char *name,
		      const struct cgroup_limits *limits, char *err,
		      size_t err_size);

#endif /* KTSTR_SCENARIO_LIMITS_H */
