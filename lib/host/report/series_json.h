/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor has seen, as JSON: the member "monitor" of a sidecar.
 *
 * Columns rather than rows: an array for each CPU and quantity, all as long as
 * "time_us". Documentation/quantities.rst names each.
 */
#ifndef KTSTR_REPORT_SERIES_JSON_H
#define KTSTR_REPORT_SERIES_JSON_H

#include "lib/host/run/outcome.h"

struct json_object;

/**
 * series_json() - samples, marks, phases, alarms and dumps of a run
 * @out: a run that is over
 * @run: what it comes to
 *
 * Return: an object, the caller's; NULL without memory.
 */
struct json_object *series_json(const struct run_outcome *out,
				const struct run_quantities *run);

#endif /* KTSTR_REPORT_SERIES_JSON_H */
