/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payloads that are there: benchmarks that many machines have.
 */
#ifndef KTSTR_PAYLOAD_READY_PAYLOADS_H
#define KTSTR_PAYLOAD_READY_PAYLOADS_H

#include "lib/common/payload/payload.h"

/*
 * row(id, what): to add one, a row, a value payload_ID in ready_payloads.c, and an
 * entry in Documentation/payloads.rst.
 */
#define READY_PAYLOADS(row)						\
	row(stress_ng, "CPU and context switches, bogo operations a second") \
	row(fio, "random reads of a file in memory: how many, how late") \
	row(hackbench, "perf bench sched messaging: messages in groups, seconds") \
	row(schbench, "latency of wakeups and requests")		\
	row(rt_app, "what a file says, which is to be in args and files")

#define READY_PAYLOAD_DECLARE(id, what)	extern const struct payload payload_##id;
READY_PAYLOADS(READY_PAYLOAD_DECLARE)

#define READY_PAYLOAD_ID(id, what)	READY_PAYLOAD_##id,
enum ready_payload {
	READY_PAYLOADS(READY_PAYLOAD_ID)
	READY_PAYLOAD_COUNT
};

extern const struct payload *const ready_payloads[READY_PAYLOAD_COUNT];

/* Their names, and what they are; NULL behind the last */
const char *ready_payload_word(unsigned int i);
const char *ready_payload_what(unsigned int i);

#endif /* KTSTR_PAYLOAD_READY_PAYLOADS_H */
