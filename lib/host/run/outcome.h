/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run of a VM brought to light.
 */
#ifndef KTSTR_RUN_OUTCOME_H
#define KTSTR_RUN_OUTCOME_H

#include <stdbool.h>

#include "lib/common/quantity.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/wire/wire.h"
#include "lib/host/monitor/judge/findings.h"
#include "lib/host/monitor/judge/series.h"
#include "vmm/vm.h"

#define OUTCOME_MAX_DETAILS	64
#define OUTCOME_MAX_REGS	64
#define OUTCOME_MAX_PAYLOADS	256	/* numbers of theirs */
#define OUTCOME_SAID_MAX	(8U << 20)	/* what a body wants compared */
#define OUTCOME_TEXT_MAX	(1U << 20)	/* of each kind of text */

/**
 * struct outcome_cgroup - what the workers of a cgroup lived through
 * @index: its number in the guest
 * @name: its name
 * @q: what was measured
 */
struct outcome_cgroup {
	uint32_t index;
	char name[60];
	struct cgroup_quantities q;
};

/**
 * struct outcome_worker - what one of them did
 * @cgroup: one of the outcome's, by where it stands there
 * @index: its number in the cgroup
 * @q: what was measured
 */
struct outcome_worker {
	unsigned int cgroup;
	unsigned int index;
	struct worker_quantities q;
};

/**
 * struct outcome_payload - a number that a payload has told
 * @payload: its name
 * @metric: the number's
 * @unit: of it, "" for none
 * @better: which way
 * @value: finite
 */
struct outcome_payload {
	char payload[48];
	char metric[48];
	char unit[20];
	enum quantity_better better;
	double value;
};

/**
 * struct outcome_assertion - what was asserted of values over time
 * @text: as the test has it
 * @answer: is it so?
 * @why: what was seen of it; "" where it holds
 */
struct outcome_assertion {
	char text[256];
	enum assertion_answer answer;
	char why[ASSERTION_WHY_LEN];
};

/**
 * struct run_outcome - all that a run has said
 * All of it is text that ends where it seems to: whatever came in, no NUL is
 * within, and no carriage return. Who prints it still minds the rest.
 *
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
 * @ours: why nothing can be said of this run, one sentence; "" when it can:
 *	the machine is not as it was to be
 * @doubt: the limit that could not be held against what was seen, for what the
 *	host took, one sentence; "" for none
 * @result: what the body said; valid when @has_result
 * @exit: status of the test program; valid when @has_exit
 * @sched_exit: status of the scheduler; valid when @has_sched_exit
 * @sched_died: it ended, or sched_ext was disabled, while it was needed
 * @sched_died_stage: the stage in which that was seen
 * @switched: the body had init attach or detach a scheduler
 * @sched_name: the scheduler since then, "" for none; valid when @switched
 * @sched_awaited: since then, sched_ext was not enabled yet
 * @cpus_change: the body takes CPUs away and brings them back: a scheduler that is
 *	thrown out and starts again has not died
 * @scx_state: last word of /sys/kernel/sched_ext/state that was sent
 * @details: failed checks
 * @cgroups: what was measured of each cgroup, @n_cgroups of them
 * @workers: what was measured of each worker, @n_workers of them
 * @turns: what it measured of turns of A and B, @n_turns of them
 * @told: what the guest measured of the run as a whole
 * @payloads: numbers that payloads have told, @n_payloads of them
 * @n_refused: metrics and names of cgroups that made no sense
 * @series: what the monitor saw over time, and what happened meanwhile
 * @findings: the monitor's verdicts and dumps
 * @assertions: what the test has asserted, @n_assertions of it
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
	char ours[512];
	char doubt[512];
	bool has_result;
	struct wire_result result;
	bool has_exit;
	struct wire_exit exit;
	bool has_sched_exit;
	struct wire_exit sched_exit;
	bool sched_died;
	enum wire_stage sched_died_stage;
	bool switched;
	char sched_name[64];
	bool sched_awaited;
	bool cpus_change;
	char scx_state[32];
	struct wire_detail details[OUTCOME_MAX_DETAILS];
	unsigned int n_details;
	struct outcome_cgroup cgroups[WIRE_CGROUPS_MAX];
	unsigned int n_cgroups;
	struct outcome_worker workers[WIRE_WORKERS_MAX];
	unsigned int n_workers;
	struct turn_quantities turns[WIRE_TURNS_MAX];
	unsigned int n_turns;
	struct run_quantities told;
	struct outcome_payload payloads[OUTCOME_MAX_PAYLOADS];
	unsigned int n_payloads;
	uint64_t n_refused;
	struct mon_series series;
	struct mon_findings findings;
	struct outcome_assertion assertions[KTSTR_MAX_ARGS];
	unsigned int n_assertions;
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
 * outcome_take_console() - copy the console that the VM's result names
 * @out: @out->vm is filled in, and its VM still there; it names none any more
 */
void outcome_take_console(struct run_outcome *out);

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

/**
 * outcome_numbers() - what the workers lived through, for a result line
 * @out: a run
 * @buf: gets "4 workers, spread 1.2%, gap 14 ms, 210 migrations": the worst of
 *	all cgroups, and sums; "" when no cgroup has told
 * @size: of @buf
 */
void outcome_numbers(const struct run_outcome *out, char *buf, size_t size);

#endif /* KTSTR_RUN_OUTCOME_H */
