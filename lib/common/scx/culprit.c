// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom a failure is about. See culprit.h.
 */
#include "lib/common/scx/culprit.h"

#include <ctype.h>
#include <string.h>

#include "lib/common/scx/stack.h"
#include "lib/common/util/util.h"

#define LEADING_FRAMES	4U	/* that are the same for an equal crash */
#define OP_FRAMES	2U	/* that must be, whatever the message says */

void culprit_pick(const struct scx_exit *ex, const struct exit_trigger *trigger,
		  struct culprit *culprit)
{
	bool named = ex->subject.pid != 0;
	bool subject = trigger && trigger->subject_addr;

	memset(culprit, 0, sizeof(*culprit));
	if (named && (ex->kind == EXIT_KIND_ERROR_STALL || !subject)) {
		culprit->source = CULPRIT_MESSAGE;
		culprit->task = ex->subject;
		if (trigger && trigger->current.pid == ex->subject.pid)
			culprit->addr = trigger->current_addr;
	} else if (subject && ex->kind != EXIT_KIND_ERROR_STALL) {
		culprit->source = CULPRIT_SUBJECT;
		culprit->task = trigger->subject;
		culprit->addr = trigger->subject_addr;
	} else if (trigger && trigger->call_addr) {
		culprit->source = CULPRIT_CALL;
		culprit->task = trigger->call;
		culprit->addr = trigger->call_addr;
	} else if (trigger && trigger->current_addr) {
		culprit->source = CULPRIT_CURRENT;
		culprit->task = trigger->current;
		culprit->addr = trigger->current_addr;
	} else if (ex->current.pid) {
		culprit->source = CULPRIT_CURRENT;
		culprit->task = ex->current;
	}
}

const char *culprit_source_text(enum culprit_source source)
{
	static const char * const texts[] = {
		[CULPRIT_NONE] = "no task is known",
		[CULPRIT_MESSAGE] = "named by the kernel's message",
		[CULPRIT_SUBJECT] = "the task that the failing op was called for",
		[CULPRIT_CALL] = "the task that the kernel was working for",
		[CULPRIT_CURRENT] = "only who ran when the exit was claimed",
	};

	return (unsigned int)source < ARRAY_SIZE(texts) ? texts[source] : "";
}

/* The message without what differs from run to run. */
static void msg_shape(const struct scx_exit *ex, char *shape)
{
	const char *p = ex->msg;
	size_t comm = strlen(ex->subject.comm);

	while (*p) {
		if (comm && !strncmp(p, ex->subject.comm, comm)) {
			*shape++ = '*';
			p += comm;
		} else if (isdigit((unsigned char)*p)) {
			*shape++ = '#';
			while (isxdigit((unsigned char)*p) || *p == 'x')
				p++;
		} else {
			*shape++ = *p++;
		}
	}
	*shape = '\0';
}

/* Both called scx_bpf_error(): it was the same call, for the same reason. */
static bool same_place(const struct scx_exit *first,
		       const struct scx_exit *again)
{
	return first->line == again->line && !strcmp(first->file, again->file);
}

static bool same_funcs(const struct stack *first, const struct stack *again,
		       unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (first->funcs[i].kind != again->funcs[i].kind ||
		    strcmp(first->funcs[i].name, again->funcs[i].name))
			return false;
	return true;
}

/* The innermost functions; callers further out differ from run to run. */
static bool same_frames(const struct stack *first, const struct stack *again)
{
	unsigned int n = min(first->n, LEADING_FRAMES);

	return n && n == min(again->n, LEADING_FRAMES) &&
	       same_funcs(first, again, n);
}

/* Of two ops that fail with the same words these differ. */
static bool same_op(const struct stack *first, const struct stack *again)
{
	return same_funcs(first, again,
			  min(OP_FRAMES, min(first->n, again->n)));
}

enum exit_match exit_match(const struct scx_exit *first,
			   const struct stack *first_stack,
			   const struct scx_exit *again,
			   const struct stack *again_stack)
{
	char a[EXIT_MSG_LEN], b[EXIT_MSG_LEN];
	bool same;

	if (!again->found)
		return EXIT_NOT_REPRODUCED;
	/* The harness ends a scheduler that lived: that is no crash. */
	if (!exit_is_error(again) && exit_is_error(first) &&
	    again->kind == EXIT_KIND_UNREG)
		return EXIT_NOT_REPRODUCED;
	if (!first->found || first->kind != again->kind)
		return EXIT_DIFFERENT;

	msg_shape(first, a);
	msg_shape(again, b);
	same = !strcmp(a, b);
	/* An op may have many errors: its place tells them apart. */
	if (first->file[0] || again->file[0])
		same = same && same_place(first, again);
	else
		same = (same && same_op(first_stack, again_stack)) ||
		       same_frames(first_stack, again_stack);
	return same ? EXIT_REPRODUCED : EXIT_DIFFERENT;
}
