/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks on what a group of workers has lived through.
 */
#ifndef KTSTR_CHECK_CHECK_H
#define KTSTR_CHECK_CHECK_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/check/limits.h"
#include "lib/common/check/wakes.h"
#include "lib/common/quantity.h"
#include "lib/common/util/compiler.h"
#include "lib/common/wire/wire.h"

#define CHECK_MAX_DETAILS	32

/**
 * struct worker_report - what one worker has lived through
 * @tid: its thread
 * @has_run_delay: the kernel keeps that
 * @cpus_used: CPUs that it was seen on
 * @completed: it has come to its end by itself
 * @status: of waitpid()
 * @gave_up: why it could not begin, "" for no word of its own
 * @wakes: its wake latencies, NULL for none; in the memory of its set, see
 *	work_destroy()
 * @worker_quantities: what was measured, see Documentation/quantities.rst
 * @q: the same as a whole
 */
struct worker_report {
	int tid;
	bool has_run_delay;
	cpu_set_t cpus_used;
	bool completed;
	int status;
	char gave_up[192];
	const struct wakes *wakes;
	union {
		struct worker_quantities;
		struct worker_quantities q;
	};
};

/**
 * struct check_steal - what the host took from the CPUs of a group
 * @wall_ns: in so much time
 * @least_ns: from the CPU that it took least from
 * @most_ns: from the CPU that it took most from
 * @others: it was no host, but other programs of the same machine
 */
struct check_steal {
	uint64_t wall_ns;
	uint64_t least_ns;
	uint64_t most_ns;
	bool others;
};

/**
 * struct check_share - CPU time that a cgroup got, in periods of a second or so
 * @periods: of how many that is known
 * @used_ns: what it used in all of them
 * @due_ns: what was due to it beside its neighbours
 * @all_ns: what they and it used
 * @lacked_pct: sum over the periods of what it lacked, of what was due
 * @own_lacked_pct: the same, if half of what the host took would have been its
 * @most: the neighbour that got most beyond what was due to it
 * @quota_periods: in so many it had a quota
 * @quota_beyond_pct: by how much it went beyond that at most, of that
 * @own_quota_beyond_pct: the same, if it could not be stopped for as long as the
 *	host took CPUs away
 */
struct check_share {
	unsigned int periods;
	uint64_t used_ns;
	uint64_t due_ns;
	uint64_t all_ns;
	double lacked_pct;
	double own_lacked_pct;
	const char *most;
	unsigned int quota_periods;
	double quota_beyond_pct;
	double own_quota_beyond_pct;
};

/**
 * struct check_group - the workers of one cgroup
 * @name: of the cgroup, for texts
 * @reports: what its workers have reported
 * @n_reports: their number
 * @cpuset: CPUs that they were allowed; NULL for all
 * @n_cpus: their number
 * @uneven: its workers do not ask for the same: what they waited is not compared
 * @partners: they wait for each other: of each group of them hardly more than one
 *	wants a CPU at a time
 * @hungry: they always want a CPU
 * @duration_ms: how long the scenario was to hold, 0 for not known
 * @steal: what the host took from its CPUs meanwhile, until the last had ended
 * @worked: the same until they were told to stop; without a @wall_ns as @steal
 * @paused_ns: for how long they were kept from running, as asked for
 * @share: CPU time that it got; NULL where that was not looked at
 */
struct check_group {
	const char *name;
	const struct worker_report *reports;
	unsigned int n_reports;
	const cpu_set_t *cpuset;
	unsigned int n_cpus;
	unsigned int duration_ms;
	bool uneven;
	bool partners;
	bool hungry;
	struct check_steal steal;
	struct check_steal worked;
	uint64_t paused_ns;
	const struct check_share *share;
};

/**
 * struct check_result - pass, fail or skip of a scenario, with reasons
 * @failed: a check was not met
 * @skipped: the machine lacks what the scenario needs
 * @skip_reason: what that is
 * @details: the failures, the first CHECK_MAX_DETAILS
 * @n_details: their number
 * @not_judged: what a check would have needed, "" where all were made
 * @host_took: why a check that was not met may be the host's doing, with the
 *	figure; "" where none may. Such a scenario has neither failed nor passed
 */
struct check_result {
	bool failed;
	bool skipped;
	char skip_reason[256];
	struct wire_detail details[CHECK_MAX_DETAILS];
	unsigned int n_details;
	char not_judged[256];
	char host_took[256];
};

/**
 * struct check_row - a check of a scenario
 * @limit: offset in struct check_limits: what it judges by, and what switches
 *	it off
 * @run: adds a failure for each worker of the group that does not keep to it
 * @by: the limit that @fails is held to; 0 for the default one
 * @says: how the sentence of one begins
 * @fails: a worker that fails this check, and no other, under the default
 *	limits, where its cpuset is CPU 0: the unit tests hold the check to it
 * @share: the same of its cgroup, NULL where it is not about that
 */
struct check_row {
	size_t limit;
	void (*run)(unsigned int limit, double slowness,
		    const struct check_group *g, struct check_result *res);
	unsigned int by;
	const char *says;
	struct worker_report fails;
	const struct check_share *share;
};

extern const struct check_row check_rows[];
extern const size_t check_n_rows;

/**
 * check_group_wakes() - wake latencies of all workers of a cgroup
 * @g: the cgroup
 * @s: filled in; without any it is 0
 *
 * Return: 0, -ENOMEM.
 */
int check_group_wakes(const struct check_group *g, struct wakes_summary *s);

/**
 * check_group_run() - judge one cgroup; adds to @result
 * @limits: what the group is held to
 * @group: the cgroup's workers
 * @result: gets the failures
 * @slowness: how many times slower than ordinary hardware, at least 1
 */
void check_group_run(const struct check_limits *limits, double slowness,
		     const struct check_group *group,
		     struct check_result *result);

/**
 * check_fail() - add one failure
 * @result: gets it
 * @fmt: printf's; the sentence
 */
void __printf(2, 3) check_fail(struct check_result *result, const char *fmt,
			       ...);

/**
 * check_group_stats() - the quantities of one cgroup
 * @group: the cgroup's workers
 * @q: filled in
 */
void check_group_stats(const struct check_group *group,
		       struct cgroup_quantities *q);

#endif /* KTSTR_CHECK_CHECK_H */
