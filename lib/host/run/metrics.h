/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest has measured: its records, taken apart.
 *
 * A guest may send anything: what names no quantity that a guest measures, no
 * cgroup that was told of, comes twice or is too much is counted, and left out.
 */
#ifndef KTSTR_RUN_METRICS_H
#define KTSTR_RUN_METRICS_H

#include <stddef.h>

struct run_outcome;

/**
 * metrics_add_cgroup() - take in a record WIRE_CGROUP
 * @out: gets the cgroup
 * @payload: struct wire_cgroup
 * @len: its bytes
 */
void metrics_add_cgroup(struct run_outcome *out, const void *payload,
			size_t len);

/**
 * metrics_add() - take in a record WIRE_METRIC
 * @out: gets the values
 * @payload: any number of struct wire_metric
 * @len: bytes, any number
 */
void metrics_add(struct run_outcome *out, const void *payload, size_t len);

/**
 * metrics_add_payload() - take in a record WIRE_PAYLOAD
 * @out: gets the number
 * @payload: struct wire_payload
 * @len: its bytes
 */
void metrics_add_payload(struct run_outcome *out, const void *payload,
			 size_t len);

#endif /* KTSTR_RUN_METRICS_H */
