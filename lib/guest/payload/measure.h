/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metrics of a payload, taken from what it has printed, which may be anything.
 */
#ifndef KTSTR_PAYLOAD_MEASURE_H
#define KTSTR_PAYLOAD_MEASURE_H

#include "lib/common/payload/payload.h"

/**
 * enum payload_stream - where it prints
 */
enum payload_stream {
	PAYLOAD_OUT,
	PAYLOAD_ERR,
	PAYLOAD_STREAMS
};

/**
 * payload_measure() - take its metrics
 * @p: the payload, which makes sense
 * @exit_status: what it ended with; -1 where it did not end by itself
 * @texts: what it has printed, NUL-terminated
 * @values: gets the value of each metric, NAN where there is none: no such text,
 *	no number there, or none that is finite
 */
void payload_measure(const struct payload *p, int exit_status,
		     const char *const texts[PAYLOAD_STREAMS],
		     double values[PAYLOAD_MAX_METRICS]);

#endif /* KTSTR_PAYLOAD_MEASURE_H */
