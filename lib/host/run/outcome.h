/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run of a VM brought to light.
 */
#ifndef KTSTR_RUN_OUTCOME_H
#define KTSTR_RUN_OUTCOME_H

#include <stdbool.h>

#include "lib/monitor/findings.h"
#include "lib/monitor/series.h"
#include "lib/util/strbuf.h"
#include "lib/wire/wire.h"
#include "vmm/vm.h"

#define OUTCOME_MAX_DETAILS	64
#define OUTCOME_MAX_REGS	64
#define OUTCOME_MAX_CGROUPS	64
#define OUTCOME_SAID_MAX	(8U << 20)	/* what a body wants compared */
#define OUTCOME_TEXT_MAX	(1U << 20)	/* of each kind of text */

/**
 * struct run_outcome - all that a run has said
 * @vm: how the VM ended; its console belongs to the VM, see @console
 * @console: copy of the kernel's console
 * @regs: where the vCPUs stood when the VM did not end by itself, @n_regs of
 *	them
 * @stage: last stage that the ring has told of
 * @output: what the test program printed
 * @sched_log: what the scheduler printed
 * @scx_dump: lines of the sched_ext_dump tracepoint
 * @said: what the body has handed over to be compared, see guest_say()
 * @crash: init's last words, "" when it had none
 * @missing: what the guest's kernel lacks for this run, "" for nothing
 * @result: what the body said; valid when @has_result
 * @exit: status of the test program; valid when @has_exit
 * @sched_exit: status of the scheduler; valid when @has_sched_exit
 * @sched_died: it ended, or sched_ext was disabled, while it was needed
 * @sched_died_stage: the stage in which that was seen
 * @scx_state: last word of /sys/kernel/sched_ext/state that was sent
 * @details: failed checks
 * @cgroups: statistics
 * @series: what the monitor saw over time, and what happened meanwhile
 * @findings: the monitor's verdicts and dumps
 */
struct run_outcome {
	struct vm_result vm;
	struct strbuf console;
	struct vm_regs regs[OUTCOME_MAX_REGS];
	unsigned int n_regs;
	enum wire_stage stage;
	struct strbuf output;
	struct strbuf sched_log;
	struct strbuf scx_dump;
	struct strbuf said;
	char crash[1024];
	char missing[512];
	bool has_result;
	struct wire_result result;
	bool has_exit;
	struct wire_exit exit;
	bool has_sched_exit;
	struct wire_exit sched_exit;
	bool sched_died;
	enum wire_stage sched_died_stage;
	char scx_state[32];
	struct wire_detail details[OUTCOME_MAX_DETAILS];
	unsigned int n_details;
	struct wire_cgroup_stats cgroups[OUTCOME_MAX_CGROUPS];
	unsigned int n_cgroups;
	struct mon_series series;
	struct mon_findings findings;
};

void outcome_init(struct run_outcome *out);
void outcome_exit(struct run_outcome *out);

/**
 * outcome_add() - take in one record from the guest
 * @rec: its head; type and length are the guest's and are checked here
 * @payload: rec->len bytes and a NUL
 */
void outcome_add(struct run_outcome *out, const struct wire_rec *rec,
		 const void *payload);

/**
 * outcome_init_words() - what init said of its own failure
 *
 * Return: its words in the ring, else what came on COM2, else "".
 */
const char *outcome_init_words(const struct run_outcome *out);

/**
 * outcome_error_text() - does a text of the scheduler's end contain this?
 *
 * Searched are the scheduler's log, the sched_ext dump and the kernel's
 * console.
 */
bool outcome_error_text(const struct run_outcome *out, const char *needle);

#endif /* KTSTR_RUN_OUTCOME_H */
