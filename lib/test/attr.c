// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging the attributes of fixture, variant and test. See attr.h.
 */
#include "lib/test/attr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/pins.h"
#include "lib/run/budget.h"
#include "lib/util/util.h"

#define DEFAULT_DURATION_S	2
#define DEFAULT_WORKERS		2
/* For the scheduler and for the body, within KTSTR_TEST_TIMEOUT_S. */
#define LIMIT_MAX_S		200U

static const struct topology default_topology = TOPOLOGY(1, 1, 2, 1);

static bool topology_given(const struct topology *t)
{
	return t->nodes || t->llcs || t->cores || t->threads;
}

static void add_args(struct ktstr_merged *m, const char * const *args)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && args[i]; i++)
		m->sched_args[m->n_sched_args++] = args[i];
}

/* Let what @over sets replace what @attr says. */
static void merge_level(struct ktstr_attr *attr, const struct ktstr_attr *over)
{
	if (topology_given(&over->topology))
		attr->topology = over->topology;
	if (over->memory_mb)
		attr->memory_mb = over->memory_mb;
	if (over->kernel_args)
		attr->kernel_args = over->kernel_args;
	if (over->scheduler)
		attr->scheduler = over->scheduler;
	if (over->duration_s)
		attr->duration_s = over->duration_s;
	if (over->workers)
		attr->workers = over->workers;
	if (over->expect_scx_bpf_error_contains)
		attr->expect_scx_bpf_error_contains =
			over->expect_scx_bpf_error_contains;
	if (over->expect_scx_bpf_error_matches)
		attr->expect_scx_bpf_error_matches =
			over->expect_scx_bpf_error_matches;
	if (over->auto_repro)
		attr->auto_repro = over->auto_repro;
	if (over->post_repro)
		attr->post_repro = over->post_repro;
	if (over->expect_exit_kind)
		attr->expect_exit_kind = over->expect_exit_kind;
	if (over->expect_alarm)
		attr->expect_alarm = over->expect_alarm;
	if (over->expect_failure)
		attr->expect_failure = over->expect_failure;
	if (over->limit_s)
		attr->limit_s = over->limit_s;
	if (over->post_vm)
		attr->post_vm = over->post_vm;
	if (over->bpf_map_write.map)
		attr->bpf_map_write = over->bpf_map_write;
	if (over->watchdog_timeout_ms)
		attr->watchdog_timeout_ms = over->watchdog_timeout_ms;
	attr->kaslr |= over->kaslr;
	attr->expect_err |= over->expect_err;
	attr->host_only |= over->host_only;
}

/* Scheduler and defaults fill what no level has set. */
static void fill_defaults(struct ktstr_attr *attr)
{
	const struct scheduler *s = attr->scheduler;

	if (!topology_given(&attr->topology))
		attr->topology = s && topology_given(&s->topology) ?
				 s->topology : default_topology;
	if (!attr->duration_s)
		attr->duration_s = DEFAULT_DURATION_S;
	if (!attr->workers)
		attr->workers = DEFAULT_WORKERS;
}

int attr_check_time(const struct ktstr_attr *attr, double slowness, char *err,
		    size_t err_size)
{
	bool has_process = attr->scheduler && attr->scheduler->binary;
	struct run_budget budget;
	unsigned int longest_s;

	budget_compute(&budget, min(attr->duration_s, KTSTR_TEST_TIMEOUT_S + 0U) *
		       MSEC_PER_SEC, has_process, slowness);
	longest_s = budget_longest_ms(&budget) / MSEC_PER_SEC;
	if (longest_s < KTSTR_TEST_TIMEOUT_S)
		return 0;
	snprintf(err, err_size,
		 ".duration_s = %u is too long: the test may take %u s, and gets %u s",
		 attr->duration_s, longest_s, KTSTR_TEST_TIMEOUT_S);
	return -EINVAL;
}

static int check_sense(const struct ktstr_attr *attr, char *err,
		       size_t err_size)
{
	const struct pins pins = {
		.contains = attr->expect_scx_bpf_error_contains,
		.matches = attr->expect_scx_bpf_error_matches,
	};
	bool has_process = attr->scheduler && attr->scheduler->binary;
	int ret = pins_check(&pins, attr->expect_err, err, err_size);

	if (ret)
		return ret;
	if (attr->expect_exit_kind &&
	    (!attr->expect_err || !*attr->expect_exit_kind)) {
		snprintf(err, err_size,
			 ".expect_exit_kind needs a text, and .expect_err = true");
		return -EINVAL;
	}
	if (attr->expect_err && attr->expect_alarm) {
		snprintf(err, err_size,
			 ".expect_alarm ends the run, so .expect_err cannot come true");
		return -EINVAL;
	}
	if (attr->expect_failure && (!*attr->expect_failure ||
				     attr->expect_err || attr->expect_alarm)) {
		snprintf(err, err_size,
			 ".expect_failure needs a text, and neither .expect_err nor .expect_alarm");
		return -EINVAL;
	}
	if (attr->limit_s > LIMIT_MAX_S) {
		snprintf(err, err_size, ".limit_s = %u: at most %u can be",
			 attr->limit_s, LIMIT_MAX_S);
		return -EINVAL;
	}
	if (attr->expect_err && !has_process) {
		snprintf(err, err_size,
			 ".expect_err needs a scheduler that can die");
		return -EINVAL;
	}
	ret = topology_check(&attr->topology, 0, err, err_size);
	/* What does not fit on ordinary hardware fits nowhere. */
	return ret ? ret : attr_check_time(attr, 1.0, err, err_size);
}

int attr_merge(const struct ktstr_test *test, struct ktstr_merged *merged,
	       char *err, size_t err_size)
{
	struct ktstr_attr *attr = &merged->attr;
	const struct scheduler *s;
	unsigned int i;

	memset(merged, 0, sizeof(*merged));
	for (i = 0; i < ARRAY_SIZE(test->levels); i++)
		if (test->levels[i])
			merge_level(attr, test->levels[i]);

	s = attr->scheduler;
	check_limits_default(&attr->limits);
	if (s) {
		check_limits_merge(&attr->limits, &s->limits);
		add_args(merged, s->args);
	}
	for (i = 0; i < ARRAY_SIZE(test->levels); i++) {
		if (!test->levels[i])
			continue;
		check_limits_merge(&attr->limits, &test->levels[i]->limits);
		add_args(merged, test->levels[i]->sched_args);
	}

	fill_defaults(attr);
	return check_sense(attr, err, err_size);
}

void attr_full_name(const struct ktstr_test *test, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s.%s", test->fixture,
		 *test->variant ? "." : "", test->variant, test->name);
}
