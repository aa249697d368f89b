/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Merging the attributes of fixture, variant and test.
 */
#ifndef KTSTR_TEST_ATTR_H
#define KTSTR_TEST_ATTR_H

#include "lib/test/test.h"

/* All levels together: arguments of each, and of the scheduler. */
#define ATTR_MAX_ARGS	(4 * KTSTR_MAX_ARGS)

/**
 * struct ktstr_merged - what a test comes down to
 * @attr: every field decided; .sched_args is not used, see @sched_args
 * @sched_args: the scheduler's own arguments, then those of each level
 * @n_sched_args: their number
 */
struct ktstr_merged {
	struct ktstr_attr attr;
	const char *sched_args[ATTR_MAX_ARGS];
	unsigned int n_sched_args;
};

/**
 * attr_merge() - decide every attribute of a test
 * @test: the test with its levels
 * @merged: filled in
 * @err: gets one sentence that names the value at fault
 *
 * Return: 0, -EINVAL for a combination that makes no sense.
 */
int attr_merge(const struct ktstr_test *test, struct ktstr_merged *merged,
	       char *err, size_t err_size);

/**
 * attr_check_time() - does the harness wait for as long as this may take?
 * @attr: merged
 * @slowness: see host_slowness()
 * @err: gets one sentence that names the duration
 *
 * Return: 0, -EINVAL when it would give up before the VM's own deadline.
 */
int attr_check_time(const struct ktstr_attr *attr, double slowness, char *err,
		    size_t err_size);

/**
 * attr_full_name() - fixture.variant.test, as the harness prints it
 */
void attr_full_name(const struct ktstr_test *test, char *buf, size_t size);

#endif /* KTSTR_TEST_ATTR_H */
