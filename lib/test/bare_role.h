/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test on this machine itself, without a VM: what it may not ask for, and how
 * it is run.
 */
#ifndef KTSTR_TEST_BARE_ROLE_H
#define KTSTR_TEST_BARE_ROLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/host/run/outcome.h"
#include "lib/host/run/run.h"
#include "lib/test/test.h"

/**
 * bare_role_fits() - can it run here?
 * @test: the test
 * @why: gets one sentence if not
 * @size: bytes at @why
 *
 * Return: it can.
 */
bool bare_role_fits(const struct ktstr_test *test, char *why, size_t size);

/**
 * bare_role_run() - run it here
 * @test: the test, which fits
 * @config: the run
 * @out: initialised; filled in as by a VM that ended by itself
 * @err: gets one sentence when it was not run, or something was left
 * @err_size: bytes at @err
 *
 * Return: as bare_run().
 */
int bare_role_run(const struct ktstr_test *test, const struct run_config *config,
		  struct run_outcome *out, char *err, size_t err_size);

#endif /* KTSTR_TEST_BARE_ROLE_H */
