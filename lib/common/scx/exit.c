// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a sched_ext scheduler ended. See exit.h.
 */
#include "lib/common/scx/exit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/scx/stack.h"
#include "lib/common/scx/words.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

/* scx_exit_reason() of the kernel; these texts are in no BTF. */
static const struct exit_kind {
	int kind;
	const char *name;
	const char *reason;
} kinds[] = {
	{ 1, "SCX_EXIT_DONE", NULL },
	{ 64, "SCX_EXIT_UNREG", "unregistered from user space" },
	{ 65, "SCX_EXIT_UNREG_BPF", "unregistered from BPF" },
	{ 66, "SCX_EXIT_UNREG_KERN", "unregistered from the main kernel" },
	{ 67, "SCX_EXIT_SYSRQ", "disabled by sysrq-S" },
	{ 68, "SCX_EXIT_PARENT", "parent exiting" },
	{ 69, "SCX_EXIT_PARENT_KILL", "killed by parent scheduler" },
	{ 1024, "SCX_EXIT_ERROR", "runtime error" },
	{ 1025, "SCX_EXIT_ERROR_BPF", "scx_bpf_error" },
	{ 1026, "SCX_EXIT_ERROR_STALL", "runnable task stall" },
	{ 1027, "SCX_EXIT_ERROR_REENQ", "reenqueue limit" },
	{ 1028, "SCX_EXIT_ERROR_RESCUE", "rescue bandwidth overload" },
};

/*
 * Messages of sched_ext that are about a task, as "<before>comm[pid]<after>".
 * An empty @before is the message's start. With @then, a number stands between
 * @before and that.
 */
static const struct subject_form {
	const char *before;
	const char *after;
	const char *then;
} subject_forms[] = {
	{ "", " failed to run for ", NULL },
	{ "", " already direct-dispatched", NULL },
	{ "", " reenqueued ", NULL },
	{ "scheduling for ", " but trying to direct-dispatch ", NULL },
	{ "cannot move migration disabled ", " from CPU ", NULL },
	{ " not allowed for ", "", NULL },
	{ "task->scx.disallow for ", "", NULL },
	{ "ops.init_task() failed (", "", ") for " },
	/* 6.12; 7.3 does not say whose DSQ it was. */
	{ "non-existent DSQ ", "", " for " },
	{ "scx_bpf_dsq_move[_vtime]() on ", " but the task belongs to ", NULL },
	{ "called cross-task on ", "", NULL },
	{ ") while ", " waited ", NULL },
};

/* A part of the text; none of these is terminated. */
struct span {
	const char *p;
	const char *end;
};

static size_t span_len(const struct span *s)
{
	return s->end - s->p;
}

static void span_copy(char *to, size_t size, const char *p, const char *end)
{
	size_t len = min((size_t)(end - p), size - 1);

	memcpy(to, p, len);
	to[len] = '\0';
}

static const char *span_find(const struct span *s, const char *word)
{
	return memmem(s->p, span_len(s), word, strlen(word));
}

static bool span_skip(struct span *s, const char *word)
{
	size_t len = strlen(word);

	if (span_len(s) < len || memcmp(s->p, word, len))
		return false;
	s->p += len;
	return true;
}

static void span_trim(struct span *s)
{
	while (s->p < s->end && isspace((unsigned char)*s->p))
		s->p++;
	while (s->p < s->end && isspace((unsigned char)s->end[-1]))
		s->end--;
}

/* A number at the start, at most nine digits; it is skipped. */
static bool span_number(struct span *s, unsigned int *value)
{
	unsigned int digits = 0;

	*value = 0;
	for (; s->p < s->end && isdigit((unsigned char)*s->p); s->p++) {
		if (++digits > 9)
			return false;
		*value = *value * 10 + (*s->p - '0');
	}
	return digits > 0;
}

const char *exit_kind_name(int kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return NULL;
}

void exit_init(struct scx_exit *ex)
{
	memset(ex, 0, sizeof(*ex));
	ex->kind = EXIT_KIND_UNKNOWN;
	ex->cpu = -1;
}

bool exit_is_error(const struct scx_exit *ex)
{
	return ex->found && ex->kind >= EXIT_KIND_ERROR;
}

/* "comm[pid]" up to @end exactly; a comm may hold anything, '[' too. */
static bool parse_task(const char *p, const char *end, struct exit_task *task)
{
	const char *open = end;
	struct span num;
	unsigned int pid;

	if (p == end || *--open != ']')
		return false;
	num.end = open;
	while (open > p && isdigit((unsigned char)open[-1]))
		open--;
	num.p = open;
	if (open == p || *--open != '[' || open == p)
		return false;
	if (!span_number(&num, &pid) || !pid)
		return false;
	span_copy(task->comm, sizeof(task->comm), p, open);
	task->pid = pid;
	return true;
}

/* Where "[<digits>]" ends at or behind @p; NULL when nowhere. */
static const char *next_pid_end(const char *p, const char *end)
{
	for (; p < end; p++) {
		const char *q = p + 1;

		if (*p != '[')
			continue;
		while (q < end && isdigit((unsigned char)*q))
			q++;
		if (q > p + 1 && q < end && *q == ']')
			return q + 1;
	}
	return NULL;
}

static bool match_subject(const struct subject_form *form, const char *msg,
			  struct exit_task *task, const char **after)
{
	const char *p = msg, *end = msg + strlen(msg), *stop, *last = NULL;

	if (form->before[0]) {
		p = strstr(msg, form->before);
		if (!p)
			return false;
		p += strlen(form->before);
	}
	if (form->then) {
		p = strstr(p, form->then);
		if (!p)
			return false;
		p += strlen(form->then);
	}
	/* A comm may hold anything, "[1]" and our words too: the last is it. */
	for (stop = next_pid_end(p, end); stop; stop = next_pid_end(stop, end))
		if (!strncmp(stop, form->after, strlen(form->after)))
			last = stop;
	if (!last)
		return false;
	*after = last + strlen(form->after);
	return parse_task(p, last, task);
}

/* "5.012s" */
static uint64_t parse_wait_ms(const char *p)
{
	struct span s = { p, p + strlen(p) };
	unsigned int sec, ms;

	if (!span_number(&s, &sec) || !span_skip(&s, "."))
		return 0;
	if (!span_number(&s, &ms) || ms > 999)
		return 0;
	return sec * MSEC_PER_SEC + ms;
}

/*
 * A scheduler's own words for a task: "... for comm[pid]" or "... pid N" at the
 * end, as the kernel's.
 */
static void learn_named_task(struct scx_exit *ex)
{
	static const char * const fronts[] = { " for ", " task ", " of " };
	const char *msg = ex->msg, *end = msg + strlen(msg), *front = NULL, *p;
	unsigned int i, pid;
	struct span s;

	for (i = 0; i < ARRAY_SIZE(fronts); i++)
		for (p = msg; (p = strstr(p, fronts[i])); p++)
			front = max(front, p + strlen(fronts[i]));
	if (front && end - front < EXIT_COMM_LEN &&
	    parse_task(front, end, &ex->subject))
		return;
	p = strstr(msg, " pid ");
	if (!p)
		return;
	s = (struct span){ p + strlen(" pid "), end };
	if (span_number(&s, &pid) && (s.p == end || !isalnum((unsigned char)*s.p)))
		ex->subject.pid = pid;
}

static void learn_subject(struct scx_exit *ex)
{
	const char *after;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(subject_forms); i++) {
		if (!match_subject(&subject_forms[i], ex->msg, &ex->subject,
				   &after))
			continue;
		ex->wait_ms = parse_wait_ms(after);
		return;
	}
	if (exit_is_error(ex))
		learn_named_task(ex);
}

/* "dir/x.bpf.c:55: text", as the scx_bpf_error() macro writes it. */
static void learn_source(struct scx_exit *ex)
{
	const char *colon = strchr(ex->msg, ':');
	unsigned int line;
	struct span s;

	if (!colon || colon == ex->msg ||
	    memchr(ex->msg, ' ', colon - ex->msg))
		return;
	s.p = colon + 1;
	s.end = ex->msg + strlen(ex->msg);
	if (!span_number(&s, &line) || !span_skip(&s, ": "))
		return;
	span_copy(ex->file, sizeof(ex->file), ex->msg, colon);
	ex->line = line;
}

static void learn_msg(struct scx_exit *ex, const char *p, const char *end)
{
	if (ex->msg[0])
		return;
	span_copy(ex->msg, sizeof(ex->msg), p, end);
	learn_subject(ex);
	learn_source(ex);
}

/* The reason's words at the start of @s; they are skipped. */
static bool learn_reason(struct scx_exit *ex, struct span *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!kinds[i].reason || !span_skip(s, kinds[i].reason))
			continue;
		ex->found = true;
		if (ex->kind == EXIT_KIND_UNKNOWN)
			ex->kind = kinds[i].kind;
		if (!ex->reason[0])
			snprintf(ex->reason, sizeof(ex->reason), "%s",
				 kinds[i].reason);
		return true;
	}
	return false;
}

/* " (<msg>)": the message may hold parentheses of its own. */
static void learn_parens(struct scx_exit *ex, struct span *s)
{
	if (!span_skip(s, " (") || s->p == s->end)
		return;
	if (s->end[-1] == ')')
		s->end--;
	learn_msg(ex, s->p, s->end);
}

/* A kernel newer than our table: its words up to the message. */
static void learn_new_reason(struct scx_exit *ex, struct span *s)
{
	const char *paren = span_find(s, " (");
	const char *end = paren ? paren : s->end;

	ex->found = true;
	if (!ex->reason[0])
		span_copy(ex->reason, sizeof(ex->reason), s->p, end);
	s->p = end;
}

/* Behind a logger's own words, only a reason that is known makes it an exit. */
static bool is_known_reason(struct span s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].reason && span_skip(&s, kinds[i].reason))
			return true;
	return false;
}

/*
 * "EXIT: ", at the line's start, or behind what a program puts in front of its
 * messages: "Error: ", "12:34:56 [INFO] ", "   0: "
 */
static bool skip_exit(struct span *s)
{
	static const char word[] = SCX_LOG_SAYS;
	struct span rest = *s;
	const char *p;

	if (span_skip(s, word))
		return true;
	while ((p = span_find(&rest, word))) {
		rest.p = p + strlen(word);
		if (p[-1] != ' ' || !is_known_reason(rest))
			continue;
		*s = rest;
		return true;
	}
	return false;
}

/* "EXIT: <reason>[ (<msg>)][ on CPU <n>]" */
static bool parse_exit_line(struct scx_exit *ex, struct span s)
{
	static const char on_cpu[] = " on CPU ";
	const char *p, *last = NULL;
	unsigned int cpu;

	if (!skip_exit(&s))
		return false;
	for (p = s.p; (p = memmem(p, s.end - p, on_cpu, strlen(on_cpu))); p++)
		last = p;
	if (last) {
		struct span num = { last + strlen(on_cpu), s.end };

		if (span_number(&num, &cpu) && num.p == num.end) {
			if (ex->cpu < 0)
				ex->cpu = cpu;
			s.end = last;
		}
	}
	if (!learn_reason(ex, &s))
		learn_new_reason(ex, &s);
	learn_parens(ex, &s);
	return true;
}

/* "swapper/0[0]" up to @end; the only task without a pid */
static bool is_idle_task(const char *p, const char *end)
{
	static const char pid[] = "[0]";
	size_t len = strlen(pid);

	return (size_t)(end - p) > len && !memcmp(end - len, pid, len);
}

/* "comm[pid] triggered exit kind <k>[ on CPU <n>]:" */
static bool parse_dump_head(struct scx_exit *ex, struct span s)
{
	static const char words[] = " triggered exit kind ";
	const char *p = span_find(&s, words);
	unsigned int kind, cpu;
	bool idle;

	if (!p)
		return false;
	idle = is_idle_task(s.p, p);
	if (!idle && !parse_task(s.p, p, &ex->current))
		return false;
	s.p = p + strlen(words);
	if (!span_number(&s, &kind))
		return false;
	ex->found = true;
	ex->idle = idle;
	if (ex->kind == EXIT_KIND_UNKNOWN)
		ex->kind = kind;
	if (span_skip(&s, " on CPU ") && span_number(&s, &cpu) && ex->cpu < 0)
		ex->cpu = cpu;
	return true;
}

/* "BPF [sub-]scheduler "x" disabled (<reason>)" behind "sched_ext: " */
static bool parse_disabled(struct scx_exit *ex, struct span s)
{
	static const char disabled[] = "\" disabled (";
	const char *p;

	if (!span_skip(&s, "BPF scheduler \"") &&
	    !span_skip(&s, "BPF sub-scheduler \""))
		return false;
	p = span_find(&s, disabled);
	if (!p)
		return false;
	if (!ex->scheduler[0])
		span_copy(ex->scheduler, sizeof(ex->scheduler), s.p, p);
	s.p = p + strlen(disabled);
	if (s.p < s.end && s.end[-1] == ')')
		s.end--;
	if (!learn_reason(ex, &s))
		learn_new_reason(ex, &s);
	return true;
}

/* "sched_ext_exit: sched <name> level ... kind <k>" of the trace */
static bool parse_trace_exit(struct scx_exit *ex, struct span s)
{
	const char *p = span_find(&s, "sched_ext_exit: sched ");
	unsigned int kind;
	const char *level;

	if (!p)
		return false;
	s.p = p + strlen("sched_ext_exit: sched ");
	level = span_find(&s, " level ");
	p = span_find(&s, " kind ");
	if (!level || !p)
		return false;
	if (!ex->scheduler[0])
		span_copy(ex->scheduler, sizeof(ex->scheduler), s.p, level);
	s.p = p + strlen(" kind ");
	if (!span_number(&s, &kind))
		return false;
	ex->found = true;
	if (ex->kind == EXIT_KIND_UNKNOWN)
		ex->kind = kind;
	return true;
}

/* "<scheduler>: <msg>", the line behind the kernel's "disabled" line */
static void parse_console_msg(struct scx_exit *ex, struct span s)
{
	if (span_skip(&s, ex->scheduler) && span_skip(&s, ": "))
		learn_msg(ex, s.p, s.end);
}

/* What the line before was, as two forms go over two lines. */
enum exit_line {
	LINE_OTHER,
	LINE_DUMP_HEAD,
	LINE_DISABLED,
	LINE_LAST,		/* nothing may follow */
};

static enum exit_line parse_line(struct scx_exit *ex, struct span s,
				 enum exit_line before)
{
	if (parse_trace_exit(ex, s))
		return LINE_OTHER;
	stack_line_text(&s.p, s.end);
	span_trim(&s);

	if (before == LINE_DUMP_HEAD) {
		if (!learn_reason(ex, &s))
			learn_new_reason(ex, &s);
		learn_parens(ex, &s);
		return LINE_OTHER;
	}
	if (!ex->current.pid && !ex->idle && parse_dump_head(ex, s))
		return LINE_DUMP_HEAD;
	if (parse_exit_line(ex, s))
		return LINE_LAST;
	if (!span_skip(&s, "sched_ext: "))
		return before == LINE_DISABLED ? before : LINE_OTHER;
	if (before == LINE_DISABLED) {
		parse_console_msg(ex, s);
		return LINE_LAST;
	}
	if (!parse_disabled(ex, s))
		return LINE_OTHER;
	/* Of an exit that was wished for, the kernel prints no more. */
	return exit_is_error(ex) || ex->kind == EXIT_KIND_UNKNOWN ?
	       LINE_DISABLED : LINE_LAST;
}

/* Loggers color their lines also into a pipe: @buf gets the line without. */
static struct span without_colors(struct span s, char *buf, size_t size)
{
	size_t n = 0, color;

	if (!memchr(s.p, '\033', span_len(&s)))
		return s;
	while (s.p < s.end && n < size) {
		color = text_color_len(s.p, span_len(&s));
		if (!color)
			buf[n++] = *s.p;
		s.p += color ?: 1;
	}
	return (struct span){ buf, buf + n };
}

void exit_parse(struct scx_exit *ex, const char *text, size_t len)
{
	char buf[2 * EXIT_MSG_LEN];
	const char *end = text + len, *p, *eol;
	enum exit_line line = LINE_OTHER;

	for (p = text; p < end && line != LINE_LAST; p = eol) {
		eol = stack_line_end(p, end);
		if (eol > p)
			line = parse_line(ex, without_colors((struct span){
					  p, eol }, buf, sizeof(buf)), line);
		if (eol < end && *eol == '\n')
			eol++;
	}
}
