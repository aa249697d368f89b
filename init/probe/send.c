// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ktstr-probe sends: notes at once, the culprit's calls at the end.
 */
#include "init/probe/probe.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "lib/common/probe/probe_wire.h"
#include "lib/common/scx/culprit.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"

#include "probe.skel.h"

#define CALLS_SENT_MAX	512

void prober_send(struct prober *pr, enum probe_rec_type type, const void *data,
		 size_t len)
{
	struct probe_rec rec = { type, len };
	char buf[sizeof(rec) + 4096];

	if (len > sizeof(buf) - sizeof(rec))
		return;
	memcpy(buf, &rec, sizeof(rec));
	memcpy(buf + sizeof(rec), data, len);
	if (pr->wire_fd >= 0)
		wire_send(pr->wire_fd, WIRE_PROBE, buf, sizeof(rec) + len);
	else
		fwrite(buf, 1, sizeof(rec) + len, pr->out);
}

void prober_note(struct prober *pr, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	prober_send(pr, PROBE_REC_NOTE, text, strlen(text));
}

static void list_add(struct call_list *list, const struct probe_call *call)
{
	if (list->n == list->size) {
		unsigned int size = list->size ? list->size * 2 : 256;
		struct probe_call *calls;

		calls = realloc(list->calls, size * sizeof(*calls));
		if (!calls)
			return;
		list->calls = calls;
		list->size = size;
	}
	list->calls[list->n++] = *call;
}

static int by_seq_newest(const void *a, const void *b)
{
	const struct probe_call *x = a, *y = b;

	return x->seq > y->seq ? -1 : x->seq < y->seq;
}

void calls_load(struct prober *pr, struct call_list *list)
{
	const struct bpf_map *map = pr->skel->maps.calls;
	struct probe_key key, *prev = NULL;
	struct probe_calls value;
	unsigned int i, rounds = 0;

	list->n = 0;
	while (!bpf_map__get_next_key(map, prev, &key, sizeof(key)) &&
	       rounds++ < 2 * PROBE_CALLS) {
		if (!bpf_map__lookup_elem(map, &key, sizeof(key), &value,
					  sizeof(value), 0))
			for (i = 0; i < PROBE_HISTORY; i++)
				if (value.call[i].seq &&
				    value.call[i].entry_ns > pr->since_ns &&
				    value.call[i].func < pr->n_descs)
					list_add(list, &value.call[i]);
		prev = &key;
	}
	if (list->n)
		qsort(list->calls, list->n, sizeof(*list->calls),
		      by_seq_newest);
}

static void copy_task(struct exit_task *task, uint32_t pid, const char *comm)
{
	task->pid = pid;
	snprintf(task->comm, sizeof(task->comm), "%.*s", PROBE_COMM, comm);
}

/* The innermost call with a task that the exit came out of; newest first. */
static void find_open_call(const struct prober *pr,
			   const struct call_list *list,
			   const struct probe_exit *ex,
			   struct exit_trigger *trigger)
{
	unsigned int i;

	for (i = 0; i < list->n; i++) {
		const struct probe_call *call = &list->calls[i];

		if (!call->task ||
		    pr->descs[call->func].task_arg == PROBE_NO_ARG ||
		    pr->descs[call->func].flags & DESC_NO_EXIT ||
		    call->current != ex->current || call->cpu != ex->cpu ||
		    call->entry_ns > ex->time_ns ||
		    (call->exit_ns && call->exit_ns < ex->time_ns))
			continue;
		trigger->call_addr = call->task;
		copy_task(&trigger->call, call->pid, call->comm);
		return;
	}
}

/* Are the calls of the functions that the user named all that is wanted? */
static bool only_named(const struct prober *pr)
{
	return pr->named && !pr->end.final;
}

static void pick(const struct prober *pr, const struct call_list *list,
		 struct culprit *culprit)
{
	const struct probe_exit *ex = &pr->end.exit;
	const struct strbuf *console = &pr->end.console;
	struct exit_trigger trigger = {
		.kind = ex->kind,
		.current_addr = ex->current,
		.subject_addr = ex->subject,
	};
	struct scx_exit said;

	memset(culprit, 0, sizeof(*culprit));
	if (only_named(pr))
		return;
	copy_task(&trigger.current, ex->current_pid, ex->current_comm);
	copy_task(&trigger.subject, ex->subject_pid, ex->subject_comm);
	find_open_call(pr, list, ex, &trigger);
	exit_init(&said);
	if (ex->kind)
		said.kind = ex->kind;
	exit_parse(&said, console->text, console->len);
	culprit_pick(&said, ex->time_ns ? &trigger : NULL, culprit);
}

static void send_calls(struct prober *pr, const struct call_list *list,
		       const struct probe_culprit *culprit)
{
	uint32_t flags;
	unsigned int i;

	for (i = 0; i < list->n && pr->status.sent < CALLS_SENT_MAX; i++) {
		flags = pr->descs[list->calls[i].func].flags;
		if (flags & DESC_EARLY ||
		    (only_named(pr) && !(flags & DESC_NAMED)) ||
		    !probe_call_wanted(&list->calls[i], culprit))
			continue;
		prober_send(pr, PROBE_REC_CALL, &list->calls[i],
			    sizeof(list->calls[i]));
		pr->status.sent++;
	}
}

void collect_calls(struct prober *pr)
{
	struct call_list *list = &pr->end.calls;
	struct probe_culprit rec = {};
	struct culprit culprit;

	pr->status.stats = pr->state->stats;
	pr->status.exit_seen = pr->end.seen;
	if (pr->end.seen)
		prober_send(pr, PROBE_REC_EXIT, &pr->end.exit,
			    sizeof(pr->end.exit));
	else
		calls_load(pr, list);
	pr->status.kept = list->n;

	pick(pr, list, &culprit);
	rec.source = culprit.source;
	rec.addr = culprit.addr;
	rec.pid = culprit.task.pid;
	snprintf(rec.comm, sizeof(rec.comm), "%s", culprit.task.comm);
	prober_send(pr, PROBE_REC_CULPRIT, &rec, sizeof(rec));

	send_calls(pr, list, &rec);
	prober_send(pr, PROBE_REC_STATUS, &pr->status, sizeof(pr->status));
}
