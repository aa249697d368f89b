// SPDX-License-Identifier: GPL-2.0-only
/*
 * The story of a failure as people read it. See render.h.
 */
#include "lib/host/repro/render.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/scx/decode.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/collapse.h"
#include "lib/host/repro/source.h"
#include "lib/host/repro/stitch.h"

#define LINE_WIDTH	80	/* where locations end */
#define LABEL_WIDTH	12
#define VALUE_WIDTH	23	/* of an entry value that has an arrow */

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define RED	"\033[31m"
#define PLAIN	"\033[0m"

static const char *color(const struct render *r, const char *code)
{
	return r->color ? code : "";
}

/* A guest's words: escapes are ours alone. */
static void put_said(struct strbuf *out, const char *text)
{
	text_add(out, text, strlen(text));
}

/* Text that a parameter pointed to, as a C string. */
static void put_string(const __u64 *words, const struct desc_field *f,
		       struct strbuf *out)
{
	const char *text = (const char *)&words[f->slot];
	size_t len = strnlen(text, f->size), line, i;

	strbuf_add(out, "\"", 1);
	for (i = 0; i < len; i += line + 1) {
		const char *nl = memchr(text + i, '\n', len - i);

		line = nl ? (size_t)(nl - text) - i : len - i;
		text_add(out, text + i, line);
		if (nl)
			strbuf_add(out, "\\n", 2);
	}
	/* The last byte is the end's: what fills the rest was cut, it seems. */
	strbuf_addf(out, len + 1 >= f->size ? "\"..." : "\"");
}

/* @failed: of the call's reads; what is in @words for them is no value. */
static void put_value(const struct render *r, const struct probe_desc *d,
		      const struct desc_field *f, const __u64 *words,
		      uint32_t failed, struct strbuf *out)
{
	uint64_t mask[PROBE_FIELD_MAX];
	unsigned int i, n = (f->size + 7) / 8;

	if (failed & (1U << (f - d->fields))) {
		strbuf_add(out, "?", 1);
		return;
	}
	if (f->decode == DECODE_CPUMASK) {
		for (i = 0; i < n; i++)
			mask[i] = words[f->slot + i];
		decode_cpumask(mask, n, out);
		return;
	}
	if (f->decode == DECODE_STRING)
		put_string(words, f, out);
	else
		decode_value(r->decode, f->decode, desc_value(f, words),
			     f->type_id, out);
}

/* Columns that text takes; ours is ASCII but for the arrow. */
static void put_padded(struct strbuf *out, const char *text, size_t width)
{
	size_t len = strlen(text);

	strbuf_addf(out, "%s%*s", text, len < width ? (int)(width - len) : 0,
		    "");
}

static void put_field(const struct render *r, const struct probe_desc *d,
		      const struct probe_call *call,
		      const struct desc_field *f, bool has_exit,
		      struct strbuf *out)
{
	struct strbuf entry = STRBUF_INIT, exit = STRBUF_INIT;

	put_value(r, d, f, call->entry, call->entry_failed, &entry);
	if (has_exit)
		put_value(r, d, f, call->exit, call->exit_failed, &exit);
	if (has_exit && strcmp(entry.text, exit.text)) {
		put_padded(out, entry.text, VALUE_WIDTH);
		strbuf_addf(out, "  %s→  %s%s", color(r, BOLD), exit.text,
			    color(r, PLAIN));
	} else {
		strbuf_addf(out, "%s", entry.text);
	}
	strbuf_addf(out, "\n");
	strbuf_free(&entry);
	strbuf_free(&exit);
}

/* A parameter: its own value behind its name, or its fields below. */
static void put_param(const struct render *r, const struct probe_desc *d,
		      const struct probe_call *call, unsigned int arg,
		      struct strbuf *out)
{
	bool has_exit = call->exit_ns && !(d->flags & DESC_NO_EXIT), own = false;
	const struct desc_param *p = &d->params[arg];
	unsigned int i;

	strbuf_addf(out, "    %s%s", p->type, p->name);
	if (strchr(p->type, '*') && !call->args[arg]) {
		strbuf_addf(out, "  NULL\n");
		return;
	}
	for (i = 0; i < d->n_fields; i++) {
		const struct desc_field *f = &d->fields[i];

		if (f->arg != arg || f->name[0])
			continue;
		own = true;
		strbuf_addf(out, "  ");
		/* A scalar is passed by value: it has one. */
		put_field(r, d, call, f, false, out);
	}
	if (own)
		return;
	if (strchr(p->type, '*'))
		strbuf_addf(out, "\n");
	else
		strbuf_addf(out, "  0x%llx\n",
			    (unsigned long long)call->args[arg]);
	for (i = 0; i < d->n_fields; i++) {
		const struct desc_field *f = &d->fields[i];

		if (f->arg != arg)
			continue;
		strbuf_addf(out, "      ");
		put_padded(out, f->name, LABEL_WIDTH - 1);
		strbuf_addf(out, " ");
		put_field(r, d, call, f, has_exit, out);
	}
}

static void put_location(const struct render *r, const struct probe_desc *d,
			 char *text, size_t size)
{
	char file[SOURCE_PATH_LEN];
	unsigned int line;

	text[0] = '\0';
	if (d->source[0])
		snprintf(text, size, "%s:%u", d->source, d->line);
	else if (r->source && !(d->flags & DESC_BPF) &&
		 !source_func_line(r->source, d->name, file, &line))
		snprintf(text, size, "%s:%u", file, line);
}

static void put_head(const struct render *r, const struct probe_desc *d,
		     struct strbuf *out)
{
	char place[SOURCE_PATH_LEN + 16];
	size_t used = 2 + strlen(d->name), len;

	put_location(r, d, place, sizeof(place));
	len = strlen(place);
	strbuf_addf(out, "  %s%s%s", color(r, BOLD), d->name, color(r, PLAIN));
	if (len)
		strbuf_addf(out, "%*s%s%s%s", used + len + 2 < LINE_WIDTH ?
			    (int)(LINE_WIDTH - used - len) : 2, "",
			    color(r, DIM), place, color(r, PLAIN));
	strbuf_addf(out, "\n");
}

/* When and where, in one line. */
static void put_context(const struct render *r, const struct story *story,
			const struct probe_desc *d,
			const struct probe_call *call, struct strbuf *out)
{
	strbuf_addf(out, "    %s", color(r, DIM));
	if (story->has_exit && story->exit.time_ns >= call->entry_ns)
		strbuf_addf(out, "%.3f ms before the exit, ",
			    (story->exit.time_ns - call->entry_ns) / 1e6);
	/* Of a culprit's story all calls are about the culprit. */
	if (story->culprit.source == CULPRIT_NONE)
		strbuf_addf(out, "for %.*s[%u], ", PROBE_COMM, call->comm,
			    call->pid);
	strbuf_addf(out, "CPU %u", call->cpu);
	if (d->task_arg != PROBE_NO_ARG && call->task != call->current)
		strbuf_addf(out, ", called by pid %u", call->current_pid);
	if (call->exit_ns)
		strbuf_addf(out, ", took %.1f us",
			    (call->exit_ns - call->entry_ns) / 1e3);
	else if (!(d->flags & DESC_NO_EXIT))
		strbuf_addf(out, ", never returned");
	strbuf_addf(out, "%s\n", color(r, PLAIN));
}

static void put_return(const struct render *r, const struct probe_desc *d,
		       const struct probe_call *call, struct strbuf *out)
{
	const struct desc_field f = {
		.decode = d->ret_decode,
		.size = d->ret_size,
	};

	if (!d->ret_size || !call->exit_ns || d->flags & DESC_NO_EXIT)
		return;
	strbuf_addf(out, "    returns  ");
	decode_value(r->decode, f.decode, desc_value(&f, &call->ret),
		     d->ret_type_id, out);
	strbuf_addf(out, "\n");
}

static void put_call(const struct render *r, const struct story *story,
		     const struct probe_call *call, struct strbuf *out)
{
	const struct probe_desc *d = story_desc(story, call);
	unsigned int i;

	put_head(r, d, out);
	put_context(r, story, d, call, out);
	for (i = 0; i < d->n_params; i++)
		put_param(r, d, call, i, out);
	if (d->flags & DESC_NO_TYPES)
		strbuf_addf(out, "    (BTF does not know its parameters)\n");
	put_return(r, d, call, out);
}

/* How many calls of the same function come behind this one. */
static unsigned int calls_left(const struct story *story, unsigned int i)
{
	uint32_t func = story->calls[i].func;
	unsigned int n = 0;

	for (i++; i < story->n_calls; i++)
		n += story->calls[i].func == func;
	return n;
}

void render_story(const struct render *r, const struct story *story,
		  struct strbuf *out)
{
	const struct probe_culprit *c = &story->culprit;
	unsigned int i;

	if (!story->n_calls)
		return;
	strbuf_addf(out, "%s=== AUTO-PROBE: %s ===%s\n", color(r, RED),
		    story->has_exit ? "scx_exit fired" : "no exit was seen",
		    color(r, PLAIN));
	if (story->has_culprit && c->source != CULPRIT_NONE)
		strbuf_addf(out, "task: %s[%d], %s\n", c->comm, c->pid,
			    culprit_source_text(c->source));
	if (r->no_source)
		strbuf_addf(out, "%s\n", r->no_source);
	strbuf_addf(out, "\n");
	if (r->calls_max)
		strbuf_addf(out, "(the last %u calls of each function; KTSTR_VERBOSE=1 shows all)\n",
			    r->calls_max);
	for (i = 0; i < story->n_calls; i++)
		if (!r->calls_max || calls_left(story, i) < r->calls_max)
			put_call(r, story, &story->calls[i], out);
}

void render_pipeline(const struct story *story, struct strbuf *out)
{
	static const char * const triggers[] = {
		[PROBE_TRIGGER_NONE] = "none",
		[PROBE_TRIGGER_TRACEPOINT] = "tracepoint sched_ext_exit",
		[PROBE_TRIGGER_FUNC] = "entry of a function",
	};
	const struct probe_status *s = &story->status;

	strbuf_addf(out, "--- probe pipeline ---\n");
	if (story->has_status) {
		strbuf_addf(out, "  functions: %u named, %u exist, %u probed (%u with their return)\n",
			    s->asked, s->traceable, s->kernel, s->kernel_exit);
		strbuf_addf(out, "  BPF programs: %u found, %u probed\n",
			    s->ops, s->ops_probed);
		strbuf_addf(out, "  trigger: %s, %s\n",
			    s->trigger < ARRAY_SIZE(triggers) ?
			    triggers[s->trigger] : "?",
			    s->exit_seen ? "fired" : "did not fire");
		strbuf_addf(out, "  calls: %llu seen, %u kept, %u handed over, %u shown; %llu found no room, %llu lost theirs before the return, %llu reads failed\n",
			    (unsigned long long)s->stats.calls, s->kept, s->sent,
			    story->n_calls,
			    (unsigned long long)s->stats.no_room,
			    (unsigned long long)s->stats.lost,
			    (unsigned long long)s->stats.read_faults);
	} else {
		strbuf_addf(out, "  ktstr-probe did not report: it died, or the VM did\n");
	}
	if (story->bad)
		strbuf_addf(out, "  %u records made no sense and were dropped\n",
			    story->bad);
	if (story->notes.len)
		strbuf_addf(out, "%s", story->notes.text);
}

/* Return: true when the repro VM did not get to the point, and why was said. */
static bool put_short_end(const struct repro_report *report,
			  struct strbuf *out)
{
	static const char * const texts[] = {
		[REPRO_RAN] = NULL,
		[REPRO_NO_BOOT] = "repro VM did not boot",
		[REPRO_TIMED_OUT] = "repro VM timed out",
		[REPRO_NO_ATTACH] = "scheduler did not attach in the repro VM",
	};
	const char *text = texts[report->end];

	if (!text)
		return false;
	strbuf_addf(out, "%s: ", text);
	put_said(out, report->reason ?: "");
	strbuf_addf(out, "\n");
	return true;
}

/* " (how it ended)" */
static void put_ending(const struct repro_report *report, struct strbuf *out)
{
	const struct scx_exit *ex = report->exit;

	if (report->crash && report->crash[0]) {
		strbuf_addf(out, " (");
		put_said(out, report->crash);
		strbuf_addf(out, ")");
	} else if (ex && ex->found && ex->reason[0]) {
		strbuf_addf(out, " (");
		put_said(out, ex->reason);
		strbuf_addf(out, "%s", ex->msg[0] ? ": " : "");
		put_said(out, ex->msg);
		strbuf_addf(out, ")");
	}
}

static void put_verdict(const struct render *r,
			const struct repro_report *report, struct strbuf *out)
{
	static const char * const texts[] = {
		[EXIT_REPRODUCED] = "reproduced",
		[EXIT_DIFFERENT] = "NOT reproduced: a different crash",
		[EXIT_NOT_REPRODUCED] =
			"not reproduced: the scheduler ran normally",
	};

	static const char * const healthy[] = {
		[EXIT_REPRODUCED] = "the scheduler ran normally again",
		[EXIT_DIFFERENT] = "the scheduler failed with probes only",
		[EXIT_NOT_REPRODUCED] = "the scheduler ran normally again",
	};
	const char *text = report->healthy ? healthy[report->match] :
					     texts[report->match];

	if (put_short_end(report, out))
		return;
	strbuf_addf(out, "%s%s%s", color(r, BOLD), text, color(r, PLAIN));
	if (report->rounds > 1 && !report->healthy)
		strbuf_addf(out, ", %u of %u rounds", report->matched,
			    report->rounds);
	if (report->match != EXIT_NOT_REPRODUCED)
		put_ending(report, out);
	strbuf_addf(out, "\n");
}

static void put_tail(const char *head, const struct strbuf *text,
		     void (*collapse)(const char *log, size_t len,
				      struct strbuf *out),
		     struct strbuf *out)
{
	struct strbuf short_text = STRBUF_INIT;
	const char *tail;

	if (!text || !text->len)
		return;
	if (collapse)
		collapse(text->text, text->len, &short_text);
	else
		strbuf_add(&short_text, text->text, text->len);
	tail = strbuf_tail(&short_text, RENDER_TAIL_LINES);
	strbuf_addf(out, "--- %s ---\n", head);
	put_said(out, tail);
	if (*tail && tail[strlen(tail) - 1] != '\n')
		strbuf_addf(out, "\n");
	strbuf_free(&short_text);
}

static void put_no_workload(const struct repro_report *report,
			    struct strbuf *out)
{
	static const char * const whys[] = {
		"the repro below is no evidence either way, as the bug was not exercised by either run; look at the primary's start",
		"the failure came before any workload, in both runs; none was needed for it",
	};

	strbuf_addf(out, "PRIMARY DID NOT REACH WORKLOAD: %s\n",
		    whys[report->match == EXIT_REPRODUCED]);
}

void render_repro(const struct render *r, const struct repro_report *report,
		  struct strbuf *out)
{
	const struct story *story = report->story;

	if (!report->primary_ran)
		put_no_workload(report, out);
	put_verdict(r, report, out);
	if (story && story->n_calls)
		render_story(r, story, out);
	else
		strbuf_addf(out, "no call of the culprit was recorded\n");
	if (story)
		render_pipeline(story, out);
	strbuf_addf(out, "repro VM duration: %.1fs",
		    report->duration_ns / 1e9);
	if (report->rounds > 1)
		strbuf_addf(out, " in %u rounds", report->rounds);
	strbuf_addf(out, "\n");
	put_tail("repro VM scheduler log", report->sched_log, collapse_log, out);
	put_tail("repro VM sched_ext dump", report->dump, collapse_zeros, out);
	put_tail("repro VM dmesg", report->console, NULL, out);
}
