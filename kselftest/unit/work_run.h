/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers that work for a while, for the tests of work types.
 */
#ifndef KTSTR_UNIT_WORK_RUN_H
#define KTSTR_UNIT_WORK_RUN_H

#include <errno.h>
#include <poll.h>
#include <sched.h>

#include "kselftest_harness.h"

#include "lib/guest/work/types.h"

#define WORK_RUN_MS	30000
#define WORK_RUN_PASSES	6

static inline void work_spec_custom(struct work_run *run)
{
	work_spin(run, WORK_CHUNK);
}

/* A type with what it has for usual; the test's own part is to spin. */
static inline struct work_spec work_spec_of(enum work_type type)
{
	struct work_spec spec = { .type = type };

	if (type == WORK_TYPE_CUSTOM)
		spec.custom = work_spec_custom;
	return spec;
}

/* What this machine lacks for that; NULL where nothing is amiss. */
static inline const char *work_lacks(const struct work_spec *spec,
				     unsigned int n)
{
	static char text[256];

	return work_check(spec, n, text, sizeof(text)) == -EOPNOTSUPP ?
	       text : NULL;
}

/* Forked and started: each of them has made a pass. */
static inline void work_run_begin(struct __test_metadata *_metadata,
				  struct work_set *set,
				  const struct work_spec *spec, unsigned int n)
{
	unsigned int i;

	ASSERT_EQ(0, work_create(set, spec, n, WORK_RUN_MS, NULL, NULL));
	work_start(set);
	for (i = 0; i < WORK_RUN_MS / 10 && !work_all_began(set); i++)
		poll(NULL, 0, 10);
}

static inline void work_run_end(struct work_set *set,
				struct worker_report *reports)
{
	struct wire_steal_wait wait;

	work_stop(set);
	wire_steal_begin(&wait, NULL);
	work_collect(set, &wait, WORK_RUN_MS, reports);
	work_destroy(set);
}

/* For so long in all, however late they began. */
/* For so long, and on until there is something to be seen: others may be at work. */
static inline void work_run_for(struct __test_metadata *_metadata,
				const struct work_spec *spec, unsigned int n,
				unsigned int ms, struct worker_report *reports)
{
	struct work_set set;
	unsigned int i;

	ASSERT_EQ(0, work_create(&set, spec, n, WORK_RUN_MS, NULL, NULL));
	work_start(&set);
	poll(NULL, 0, ms);
	for (i = 0; i < WORK_RUN_MS / 10 &&
	     work_iterations(&set) < WORK_RUN_PASSES * n; i++)
		poll(NULL, 0, 10);
	work_run_end(&set, reports);
}

/* Whatever is forked meanwhile is on one CPU. */
static inline void work_run_pinned(cpu_set_t *before)
{
	cpu_set_t one;
	int cpu = 0;

	sched_getaffinity(0, sizeof(*before), before);
	while (!CPU_ISSET(cpu, before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static inline void work_run_unpinned(const cpu_set_t *before)
{
	sched_setaffinity(0, sizeof(*before), before);
}

#endif /* KTSTR_UNIT_WORK_RUN_H */
