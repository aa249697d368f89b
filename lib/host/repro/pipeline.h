/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Auto-repro: from a run whose scheduler died to the story of why.
 *
 * The functions that the failure's texts name are probed in a second VM that
 * runs the same test the same way; what the probes saw is put together,
 * compared with the first failure and rendered.
 */
#ifndef KTSTR_REPRO_PIPELINE_H
#define KTSTR_REPRO_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/common/scx/culprit.h"
#include "lib/common/scx/exit.h"
#include "lib/common/scx/stack.h"
#include "lib/host/repro/render.h"
#include "lib/host/repro/stitch.h"
#include "lib/host/run/run.h"

#define REPRO_ROUNDS	3	/* at most, unless asked otherwise */

/**
 * repro_culprit() - what failed, and for whom, as far as its texts tell
 * @out: a run that is over
 * @vmlinux: its kernel's, by whose DWARF plumbing is known; "" for none
 * @buf: gets one line; "" when nothing tells
 * @size: of @buf
 *
 * The BPF program or op that failed, and for which task; who held the CPU or the
 * lock that others waited for; else the innermost function that is no messenger,
 * and who ran.
 */
void repro_culprit(const struct run_outcome *out, const char *vmlinux,
		   char *buf, size_t size);

/**
 * struct repro_request - what to reproduce
 * @primary: the run as it was started
 * @out: what came of it
 * @functions: names to probe instead of those in @out's texts, NULL-ended;
 *	NULL for those
 * @rounds: VMs at most; 0 is REPRO_ROUNDS
 * @all_rounds: go on after a match: how often does it come?
 * @color: have a text for a terminal, too
 */
struct repro_request {
	const struct run_config *primary;
	const struct run_outcome *out;
	const char * const *functions;
	unsigned int rounds;
	bool all_rounds;
	bool color;
};

/**
 * struct repro - what came of it
 * @first: the primary's exit
 * @stack: functions that its texts name
 * @again: the exit of the round that is shown
 * @again_stack: functions that its texts name
 * @dump: its sched_ext dump, whole
 * @story: what its probes saw, stitched
 * @taken: a repro VM has run, and the best one is what follows
 * @match: how the two compare
 * @end: how that repro VM ended
 * @reason: more about @end
 * @crash: how it ended when it was not the scheduler that died, "" else
 * @rounds: VMs that ran
 * @matched: those that failed as the primary did
 * @primary_ns: how long the primary's VM ran
 * @repro_ns: how long that of the round shown ran
 * @text: the section for people
 * @colored: the same for a terminal; empty unless asked for
 */
struct repro {
	struct scx_exit first;
	struct stack stack;
	struct scx_exit again;
	struct stack again_stack;
	struct strbuf dump;
	struct story story;
	bool taken;
	enum exit_match match;
	enum repro_end end;
	char reason[400];
	char crash[400];
	unsigned int rounds;
	unsigned int matched;
	uint64_t primary_ns;
	uint64_t repro_ns;
	struct strbuf text;
	struct strbuf colored;
};

/**
 * repro_run() - boot repro VMs until the failure has come again
 * @request: what to reproduce
 * @repro: filled in; release with repro_free()
 *
 * Always leaves a text: when something is missing it says what.
 */
void repro_run(const struct repro_request *request, struct repro *repro);
void repro_free(struct repro *repro);

/**
 * repro_init() - before the first round
 * @repro: gets the primary's exit; release with repro_free()
 */
void repro_init(const struct repro_request *request, struct repro *repro);

/**
 * repro_take() - compare a round with the primary, keep it if it is the best
 * @out: the round
 * @story: what its probes saw; taken over when the round is kept
 *
 * Reproduced is better than a different crash, and that is better than none;
 * the first of several that are as good stays.
 *
 * Return: true when it is the one to show now.
 */
bool repro_take(const struct repro_request *request, struct repro *repro,
		const struct run_outcome *out, struct story *story);

/**
 * repro_take_none() - a VM could not be run
 * @why: one sentence; said when no other round has anything to show
 */
void repro_take_none(struct repro *repro, const char *why);

/**
 * repro_exit_of() - how the scheduler of a run ended
 * @out: the run
 * @vmlinux: its kernel's, by whose DWARF plumbing is known; "" for none
 * @ex: gets it
 * @st: gets the functions that its texts name; zeroed before
 */
void repro_exit_of(const struct run_outcome *out, const char *vmlinux,
		   struct scx_exit *ex, struct stack *st);

#endif /* KTSTR_REPRO_PIPELINE_H */
