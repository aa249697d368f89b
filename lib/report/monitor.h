/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor has seen, in a few lines for people.
 */
#ifndef KTSTR_REPORT_MONITOR_H
#define KTSTR_REPORT_MONITOR_H

#include <stdio.h>

#include "lib/run/outcome.h"

/**
 * report_monitor() - print the monitor's section as KTAP comments
 * @to: where
 * @out: a run that is over
 */
void report_monitor(FILE *to, const struct run_outcome *out);

/**
 * report_dump() - print the dump that tells most, as KTAP comments
 * @to: where
 * @out: a run that is over
 * @test: full name of the test: all dumps go whole into TEST.dump.txt in
 *	$KTSTR_SIDECAR_DIR when that is set
 */
void report_dump(FILE *to, const struct run_outcome *out, const char *test);

#endif /* KTSTR_REPORT_MONITOR_H */
