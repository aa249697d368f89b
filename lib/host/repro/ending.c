// SPDX-License-Identifier: GPL-2.0-only
/*
 * How two runs of a test ended. See ending.h.
 */
#include "lib/host/repro/ending.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/scx/stack.h"
#include "lib/common/util/util.h"

static enum wire_stage last_stage(const struct run_outcome *out)
{
	return max(out->stage, out->vm.stage);
}

/* The kernel went down. */
static bool kernel_died(const struct run_outcome *out)
{
	return out->vm.end == VM_END_PANIC ||
	       out->vm.end == VM_END_TRIPLE_FAULT;
}

static bool hung(const struct run_outcome *out)
{
	return out->vm.end == VM_END_DEADLINE || out->vm.end == VM_END_HUNG;
}

/* Nothing died, and yet no scheduler was there for the body. */
static bool did_not_start(const struct run_outcome *out)
{
	return !out->sched_died && last_stage(out) < STAGE_ATTACHED &&
	       outcome_init_words(out)[0];
}

bool ending_is_failure(const struct run_outcome *out)
{
	return out->sched_died || kernel_died(out) || hung(out) ||
	       did_not_start(out);
}

/* Nobody but its own process ended it. */
static bool by_its_process(const struct scx_exit *ex)
{
	return !ex->found || ex->kind == EXIT_KIND_UNREG;
}

static bool same_process_end(const struct run_outcome *a,
			     const struct run_outcome *b)
{
	return a->sched_died && b->sched_died &&
	       a->has_sched_exit && b->has_sched_exit &&
	       a->sched_exit.status == b->sched_exit.status &&
	       (a->sched_died_stage < STAGE_ATTACHED) ==
	       (b->sched_died_stage < STAGE_ATTACHED);
}

/* Equal but for numbers, which differ from run to run? */
static bool same_words(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0123456789abcdefx");
			b += strspn(b, "0123456789abcdefx");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return !*a && !*b;
}

static enum exit_match same_if(bool same)
{
	return same ? EXIT_REPRODUCED : EXIT_DIFFERENT;
}

static enum exit_match match_kernel_death(const struct ending *first,
					  const struct ending *again)
{
	const struct stack *a = first->stack, *b = again->stack;

	if (first->out->vm.end != again->out->vm.end)
		return EXIT_DIFFERENT;
	if (a->n && b->n)
		return same_if(!strcmp(a->funcs[0].name, b->funcs[0].name));
	return same_if(a->n == b->n && same_words(first->out->vm.message,
						  again->out->vm.message));
}

/* The primary's VM did not live to be powered off, or never got going. */
static enum exit_match match_vm(const struct ending *first,
				const struct ending *again)
{
	const struct run_outcome *a = first->out, *b = again->out;

	if (kernel_died(b))
		return match_kernel_death(first, again);
	if (!ending_is_failure(b) && !exit_is_error(again->exit))
		return EXIT_NOT_REPRODUCED;
	if (hung(a) && hung(b))
		return same_if(last_stage(a) == last_stage(b));
	if (did_not_start(a) && did_not_start(b))
		return same_if(same_words(outcome_init_words(a),
					  outcome_init_words(b)));
	return EXIT_DIFFERENT;
}

enum exit_match ending_match(const struct ending *first,
			     const struct ending *again)
{
	const struct run_outcome *a = first->out, *b = again->out;
	enum exit_match match;

	if (kernel_died(a) || kernel_died(b) || did_not_start(a) ||
	    (hung(a) && !a->sched_died))
		return match_vm(first, again);
	/* Whoever lived was ended by the harness, with a signal or SysRq-S. */
	if (!b->sched_died && !exit_is_error(again->exit))
		return EXIT_NOT_REPRODUCED;
	if (by_its_process(first->exit) && by_its_process(again->exit))
		return same_if(same_process_end(a, b));
	match = exit_match(first->exit, first->stack, again->exit,
			   again->stack);
	return match == EXIT_NOT_REPRODUCED ? EXIT_DIFFERENT : match;
}

void ending_crash_text(const struct run_outcome *out, char *buf, size_t size)
{
	buf[0] = '\0';
	if (kernel_died(out))
		snprintf(buf, size, "the guest kernel died: %s%s%s",
			 vm_end_name(out->vm.end),
			 out->vm.message[0] ? ", " : "", out->vm.message);
	else if (hung(out))
		snprintf(buf, size, "the guest hung, last stage: %s",
			 wire_stage_name(last_stage(out)));
	else if (did_not_start(out))
		snprintf(buf, size, "the scheduler did not start: %s",
			 outcome_init_words(out));
}
