/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The results of a run in the forms that others read.
 */
#ifndef KTSTR_CLI_RESULTS_H
#define KTSTR_CLI_RESULTS_H

#include <stdio.h>

struct running;

/**
 * results_junit() - as JUnit's XML
 * @r: a run that is over
 * @to: the file
 *
 * A program is a test suite; what was not judged is skipped there, with its
 * reason. Documentation/results.xsd says what is written.
 *
 * Return: 0, -errno.
 */
int results_junit(const struct running *r, FILE *to);

/**
 * results_json() - as JSON
 * @r: a run that is over
 * @to: the file
 *
 * Members have KCIDB's names, where it has one: what was not judged is its
 * ERROR. Documentation/results.schema.json says what is written.
 *
 * Return: 0, -errno.
 */
int results_json(const struct running *r, FILE *to);

#endif /* KTSTR_CLI_RESULTS_H */
