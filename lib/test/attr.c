// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging the attributes of fixture, variant and test. See attr.h.
 */
#include "lib/test/attr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/check/pins.h"
#include "lib/common/util/util.h"
#include "lib/host/run/budget.h"

/* The scheduler is a level as well, below all those that may name it. */
static const struct scheduler *find_scheduler(const struct ktstr_test *test)
{
	const struct scheduler *found = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(test->levels); i++)
		if (test->levels[i] && test->levels[i]->scheduler)
			found = test->levels[i]->scheduler;
	return found;
}

static void merge_scheduler(struct ktstr_merged *merged,
			    const struct scheduler *s)
{
	struct ktstr_attr level = {
		.scheduler = s, .topology = s->topology, .needs = s->needs,
		.limits = s->limits,
	};

	memcpy(level.sched_args, s->args, sizeof(level.sched_args));
	attr_merge_level(merged, &level);
}

int attr_check_time(const struct ktstr_attr *attr, double slowness, char *err,
		    size_t err_size)
{
	unsigned int n_staged = attr_n_staged(attr);
	bool has_process = n_staged ||
			   (attr->scheduler && attr->scheduler->binary);
	struct run_budget budget;
	unsigned int cpus = topology_cpus(&attr->topology), longest_s;

	budget_compute(&budget, min(attr->duration_s, KTSTR_TEST_TIMEOUT_S + 0U) *
		       MSEC_PER_SEC, has_process, slowness, cpus);
	budget_switch(&budget, n_staged);
	budget_payloads(&budget, &attr->workload, slowness);
	longest_s = budget_longest_ms(&budget) / MSEC_PER_SEC;
	if (longest_s < KTSTR_TEST_TIMEOUT_S)
		return 0;
	if (2 * budget.boot_ms > longest_s * MSEC_PER_SEC / 2)
		snprintf(err, err_size,
			 "%u CPUs are too many: they may take %u s to boot, and the test %u s, and gets %u s",
			 cpus, budget.boot_ms / 1000, longest_s,
			 KTSTR_TEST_TIMEOUT_S);
	else
		snprintf(err, err_size,
			 ".duration_s = %u is too long: the test may take %u s, and gets %u s",
			 attr->duration_s, longest_s, KTSTR_TEST_TIMEOUT_S);
	return -EINVAL;
}

void attr_merge_levels(const struct ktstr_test *test,
		       struct ktstr_merged *merged)
{
	const struct scheduler *s = find_scheduler(test);
	unsigned int i;

	attr_merge_defaults(merged);
	if (s)
		merge_scheduler(merged, s);
	for (i = 0; i < ARRAY_SIZE(test->levels); i++)
		if (test->levels[i])
			attr_merge_level(merged, test->levels[i]);
	/* It is packed, and started by init, as those that ops may name. */
	if (merged->attr.versus && merged->attr.versus->binary &&
	    !merged->attr.staged[0])
		merged->attr.staged[0] = merged->attr.versus;
}

static int check_pins(const struct ktstr_attr *attr, char *err,
		      size_t err_size)
{
	const struct pins pins = {
		.contains = attr->expect_scx_bpf_error_contains,
		.matches = attr->expect_scx_bpf_error_matches,
	};

	return pins_check(&pins, ktstr_is_on(attr->expect_err), err, err_size);
}

int attr_merge(const struct ktstr_test *test, struct ktstr_merged *merged,
	       char *err, size_t err_size)
{
	int ret;

	attr_merge_levels(test, merged);
	ret = attr_check(&merged->attr, err, err_size) ?:
	      check_pins(&merged->attr, err, err_size);
	/* What does not fit on ordinary hardware fits nowhere. */
	return ret ?: attr_check_time(&merged->attr, 1.0, err, err_size);
}

/*
 * Those of several levels that add up are the test's own business, and so is the
 * machine: who makes gauntlets gives it others, and not each has a name.
 */
void attr_print(const char *name, const struct ktstr_attr *attr)
{
	struct strbuf all = STRBUF_INIT, item = STRBUF_INIT;
	const struct attr_row *row;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		if (!strcmp(row->name, "topology"))
			continue;
		strbuf_reset(&item);
		strbuf_addf(&item, "%s=", row->name);
		if (row->merge == ATTR_REPLACES && attr_text(attr, row, &item))
			attr_given_add(&all, item.text);
	}
	if (ktstr_is_on(attr->host_only))
		attr_given_add(&all, "host_only");
	printf("%s\t%s\n", name, all.text);
	strbuf_free(&item);
	strbuf_free(&all);
}

void attr_full_name(const struct ktstr_test *test, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s.%s", test->fixture,
		 *test->variant ? "." : "", test->variant, test->name);
}
