/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Merging the attributes of fixture, variant and test.
 */
#ifndef KTSTR_TEST_ATTR_H
#define KTSTR_TEST_ATTR_H

#include "lib/test/test.h"

/**
 * attr_merge_levels() - decide every attribute of a test
 * @test: the test with its levels
 * @merged: filled in, sense or not
 *
 * The library's defaults, the scheduler's, then the levels from the outside in.
 */
void attr_merge_levels(const struct ktstr_test *test,
		       struct ktstr_merged *merged);

/**
 * attr_merge() - the same, and see whether it makes sense
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

/**
 * attr_print() - a line about a test, for who makes gauntlets of it
 * @name: what the line begins with
 * @attr: what it asks for, merged
 *
 * Behind a tab come attributes as KTSTR_ATTR has them, and at the end "host_only"
 * where there is no VM.
 */
void attr_print(const char *name, const struct ktstr_attr *attr);

#endif /* KTSTR_TEST_ATTR_H */
