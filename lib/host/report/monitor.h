/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor has seen, in a few lines for people.
 */
#ifndef KTSTR_REPORT_MONITOR_H
#define KTSTR_REPORT_MONITOR_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/host/run/outcome.h"

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
 */
void report_dump(FILE *to, const struct run_outcome *out);

/**
 * report_all_dumps() - all dumps, whole
 * @to: a file, not KTAP
 * @out: a run that is over
 */
void report_all_dumps(FILE *to, const struct run_outcome *out);

/**
 * report_alarms() - the monitor's complaints, as KTAP comments
 * @to: where
 * @out: a run that is over
 */
void report_alarms(FILE *to, const struct run_outcome *out);

/**
 * monitor_progs_dump() - the programs that a scheduler is made of
 * @f: of a run that is over
 *
 * Return: the last dump that was taken while they were there; NULL for none.
 */
const struct mon_dump *monitor_progs_dump(const struct mon_findings *f);

/**
 * monitor_saw_nothing() - was the workload never looked at?
 * @out: a run that is over
 * @why: gets one sentence when that is so
 * @size: bytes at @why
 *
 * Return: true when there was a workload, long enough for a sample to fall
 * into it, and none did.
 */
bool monitor_saw_nothing(const struct run_outcome *out, char *why,
			 size_t size);

#endif /* KTSTR_REPORT_MONITOR_H */
