/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How two runs of a test ended, and whether that was the same failure.
 *
 * culprit.h compares what sched_ext says. But a scheduler's process can end
 * without a word of sched_ext, a scheduler can fail to start, and the kernel
 * can go with it.
 */
#ifndef KTSTR_REPRO_ENDING_H
#define KTSTR_REPRO_ENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/scx/culprit.h"
#include "lib/host/run/outcome.h"

/**
 * struct ending - a run that is over
 * @out: what it has said
 * @exit: the scheduler's exit, out of its texts
 * @stack: functions that its texts name
 */
struct ending {
	const struct run_outcome *out;
	const struct scx_exit *exit;
	const struct stack *stack;
};

/**
 * ending_is_failure() - did it end in a way that a rerun can be compared with?
 *
 * The scheduler died or did not start, or the kernel panicked or hung.
 */
bool ending_is_failure(const struct run_outcome *out);

/**
 * ending_match() - did the rerun end as the primary did?
 *
 * A kernel that dies compares by how it died and where, a hang by the stage,
 * a failed start by init's words, a process that ended by itself by its
 * status, all others by exit_match(). A scheduler that lived until the harness
 * ended it has reproduced nothing, however the primary's ended.
 */
enum exit_match ending_match(const struct ending *first,
			     const struct ending *again);

/**
 * ending_crash_text() - a sentence when it was not the scheduler that died
 * @buf: gets it; "" when the VM was powered off and the scheduler had started
 */
void ending_crash_text(const struct run_outcome *out, char *buf, size_t size);

#endif /* KTSTR_REPRO_ENDING_H */
