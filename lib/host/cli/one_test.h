/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running one test, as what runs it.
 */
#ifndef KTSTR_CLI_ONE_TEST_H
#define KTSTR_CLI_ONE_TEST_H

#include <stdbool.h>

/**
 * one_test_run() - become the program of one test
 * @test: its name, or a pattern that is one test's
 * @dry_run: print its whole name instead
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0 after a dry run; -errno, with a sentence.
 */
int one_test_run(const char *test, bool dry_run, char *err);

#endif /* KTSTR_CLI_ONE_TEST_H */
