// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function names out of crash text. See stack.h.
 */
#include "lib/repro/stack.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/util.h"

#define STAMP_MAX	24	/* bytes of "[    1.558411] " at most */

/*
 * Frames that say nothing about a failure, with the reason of each group. An
 * entry that ends in '*' is a prefix.
 */
static const char * const generic[] = {
	/* Each switch of tasks comes through here. */
	"schedule", "__schedule", "schedule_idle", "preempt_schedule*",
	"__do_sys_sched_yield", "do_sched_yield", "schedule_timeout",
	"finish_task_switch*",
	/* How somebody has gone to sleep, in whose switch it happened. */
	"schedule_hrtimeout*", "poll_schedule_timeout*", "do_sys_poll",
	"do_nanosleep", "hrtimer_nanosleep", "common_nsleep", "futex_wait*",
	"__futex_wait*", "futex_do_wait",
	/* How a context was entered, not what it did. */
	"do_syscall_64", "__x64_sys_*", "asm_*", "entry_*", "__sysvec_*",
	"sysvec_*", "irqentry_*", "irq_exit*", "common_interrupt",
	"handle_softirqs", "__do_softirq", "ret_from_fork*", "kthread",
	"kthread_worker_fn", "worker_thread", "process_one_work",
	"irq_work_run*", "irq_work_single", "call_timer_fn",
	"hrtimer_interrupt", "__hrtimer_run_queues", "secondary_startup_*",
	"start_secondary", "cpu_startup_entry", "do_idle", "exc_*",
	"common_startup_64", "x86_64_start_*", "start_kernel", "rest_init",
	/* A CPU without work. */
	"default_idle*", "pv_native_safe_halt",
	/* Each tick comes through here. */
	"update_process_times", "tick_nohz_handler", "tick_handle_periodic",
	"hrtimer_run_queues",
	/* Whoever wakes somebody comes through here. */
	"try_to_wake_up", "ttwu_do_activate", "wake_up_process",
	"default_wake_function", "autoremove_wake_function", "hrtimer_wakeup",
	"__wake_up*", "swake_up_*", "process_timeout", "sched_ttwu_pending",
	"rcu_core", "rcu_core_si", "__run_timers", "run_timer_softirq",
	/* Locks. */
	"_raw_spin_*", "_raw_read_*", "_raw_write_*", "queued_spin_lock_*",
	/* BPF's way in and out. */
	"__bpf_prog_enter*", "__bpf_prog_exit*", "bpf_prog_test_run*",
	"bpf_trampoline_*", "bpf_dispatcher_*", "bpf__*", "__sys_bpf",
	/* sched_ext on its way out: the exit, not its cause. */
	"scx_vexit", "__scx_exit", "scx_exit", "scx_exit_reason",
	"scx_exit_bstr", "scx_bpf_exit_bstr", "scx_bpf_error_bstr",
	"scx_claim_exit", "scx_finish_exit*", "scx_dump_*", "scx_error_irq*",
	"scx_disable_irq_workfn", "scx_ops_error*", "scx_ops_exit*",
	"scx_ops_bypass", "bpf_exit_entry", "handle_lockup",
	/* Who prints. */
	"dump_stack*", "show_stack*", "show_regs*", "stack_trace_*",
	"__warn*", "warn_slowpath*", "report_bug", "handle_bug", "die*",
	"oops_*", "page_fault_oops", "panic", "vpanic", "nmi_*",
};

bool stack_is_generic(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(generic); i++) {
		size_t len = strlen(generic[i]);

		if (generic[i][len - 1] == '*') {
			if (!strncmp(name, generic[i], len - 1))
				return true;
		} else if (!strcmp(name, generic[i])) {
			return true;
		}
	}
	return false;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

void stack_base_name(const char *name, char base[STACK_NAME_LEN])
{
	/* A dot in front belongs to the name. */
	size_t len = strlen(name);
	const char *dot = len ? strchr(name + 1, '.') : NULL;

	if (dot)
		len = dot - name;
	len = min(len, (size_t)STACK_NAME_LEN - 1);
	memcpy(base, name, len);
	base[len] = '\0';
}

bool stack_add(struct stack *st, enum stack_kind kind, const char *name)
{
	struct stack_func *f;
	unsigned int i;

	for (i = 0; i < st->n; i++)
		if (st->funcs[i].kind == kind &&
		    !strcmp(st->funcs[i].name, name))
			return true;
	if (st->n == STACK_MAX || strlen(name) >= STACK_NAME_LEN)
		goto drop;
	if (st->n == st->size) {
		f = realloc(st->funcs, (st->size + 32) * sizeof(*f));
		if (!f)
			goto drop;
		st->funcs = f;
		st->size += 32;
	}
	f = &st->funcs[st->n++];
	f->kind = kind;
	memcpy(f->name, name, strlen(name) + 1);
	return true;
drop:
	st->dropped++;
	return false;
}

void stack_free(struct stack *st)
{
	free(st->funcs);
	memset(st, 0, sizeof(*st));
}

/* "[    1.558411]": the number of its bytes, 0 when it is something else. */
static size_t stamp_len(const char *p, const char *end)
{
	const char *start = p;
	unsigned int digits = 0;

	if (p == end || *p++ != '[')
		return 0;
	while (p < end && *p == ' ')
		p++;
	while (p < end && isdigit((unsigned char)*p))
		p++, digits++;
	if (!digits || p == end || *p++ != '.')
		return 0;
	for (digits = 0; p < end && isdigit((unsigned char)*p); digits++)
		p++;
	if (digits != 6 || p == end || *p++ != ']')
		return 0;
	return p - start <= STAMP_MAX ? p - start : 0;
}

/* "[   T12]" or "[    C0]", from CONFIG_PRINTK_CALLER. */
static size_t caller_len(const char *p, const char *end)
{
	const char *start = p;

	if (p == end || *p++ != '[')
		return 0;
	while (p < end && *p == ' ')
		p++;
	if (p == end || (*p != 'T' && *p != 'C'))
		return 0;
	p++;
	while (p < end && isdigit((unsigned char)*p))
		p++;
	if (p == end || *p++ != ']')
		return 0;
	return p - start;
}

const char *stack_line_end(const char *line, const char *end)
{
	const char *p;

	for (p = line; p < end && *p != '\n'; p++)
		if (p > line && *p == '[' && stamp_len(p, end))
			break;
	return p;
}

static void skip_blanks(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t' || **p == '\r'))
		(*p)++;
}

static bool skip_word(const char **p, const char *end, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(end - *p) < len || memcmp(*p, word, len))
		return false;
	*p += len;
	return true;
}

bool stack_line_text(const char **line, const char *end)
{
	static const char dump[] = "sched_ext_dump: ";
	const char *p = *line, *hit;
	size_t len;

	if (p >= end)
		return false;
	if (*p == '#')
		p++;
	hit = memmem(p, end - p, dump, sizeof(dump) - 1);
	if (hit) {
		*line = hit + sizeof(dump) - 1;
		return true;
	}

	hit = p;
	skip_blanks(&hit, end);
	len = stamp_len(hit, end);
	if (!len)
		return false;
	p = hit + len;
	hit = p;
	skip_blanks(&hit, end);
	len = caller_len(hit, end);
	if (len)
		p = hit + len;
	if (p < end && *p == ' ')
		p++;
	*line = p;
	return false;
}

/* "bpf_prog_<16 hex digits>_<name>": the name, NULL for anything else. */
static const char *bpf_short_name(const char *name)
{
	static const char prefix[] = "bpf_prog_";
	const char *p = name + sizeof(prefix) - 1;
	unsigned int i;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return NULL;
	for (i = 0; i < 16; i++)
		if (!isxdigit((unsigned char)p[i]))
			return NULL;
	return p[16] == '_' && p[17] ? p + 17 : NULL;
}

/* "foo.cold" and "foo.cold.3" are the unlikely half of foo(). */
static void drop_cold(char *name)
{
	char *cold = strstr(name, ".cold"), *rest;

	if (!cold || cold == name)
		return;
	rest = cold + strlen(".cold");
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!*rest)
		*cold = '\0';
}

/* @at_fault: the frame is where it happened, however common a function */
static void take_name(struct stack *st, char *name, bool at_fault)
{
	const char *bpf = bpf_short_name(name);

	drop_cold(name);
	if (bpf)
		stack_add(st, STACK_BPF, bpf);
	else if (!at_fault && stack_is_generic(name))
		st->generic++;
	else
		stack_add(st, STACK_KERNEL, name);
}

/* "name+0x1f/0x80"; a line may be cut anywhere behind "+0x1". */
static void take_frame(struct stack *st, const char *p, const char *end,
		       bool at_fault)
{
	char name[STACK_NAME_LEN];
	const char *start = p;
	size_t len;

	while (p < end && is_name_char(*p))
		p++;
	len = p - start;
	if (!len || isdigit((unsigned char)*start))
		return;
	if (!skip_word(&p, end, "+0x") || p == end ||
	    !isxdigit((unsigned char)*p))
		return;
	if (len >= sizeof(name)) {
		st->dropped++;
		return;
	}
	memcpy(name, start, len);
	name[len] = '\0';
	take_name(st, name, at_fault);
}

/*
 * "WARNING: kernel/sched/core.c:12 at foo+0x1/0x2"; in older kernels the
 * place stands between the "at" and the function.
 */
static const char *warning_frame(const char *p, const char *end)
{
	/* From the blank behind "WARNING:". */
	const char *at = memmem(p - 1, end - p + 1, " at ", 4), *blank;

	if (!at)
		return NULL;
	at += 4;
	blank = memchr(at, ' ', end - at);
	if (blank && memchr(at, ':', blank - at))
		at = blank + 1;
	return at;
}

/* What the frames that follow belong to. */
struct stack_scan {
	bool in_tasks;		/* a dump's list of tasks */
	bool in_bystander;	/* the stack of a task that only waits */
};

/* Heads of sections; Return: true when the line was one. */
static bool scan_head(struct stack_scan *scan, const char *p, const char *end)
{
	static const char bar[] = "========";
	const char *q = p;

	skip_blanks(&q, end);
	if (skip_word(&q, end, "CPU states")) {
		scan->in_tasks = true;
		return true;
	}
	if (skip_word(&q, end, bar) || skip_word(&q, end, "Backtrace:") ||
	    skip_word(&q, end, "DEBUG DUMP") || skip_word(&q, end, "EXIT:") ||
	    skip_word(&q, end, "Event counters")) {
		scan->in_tasks = false;
		return true;
	}
	if (skip_word(&q, end, "task:")) {
		scan->in_bystander = !!memmem(q, end - q, " state:", 7);
		return true;
	}
	if (skip_word(&q, end, "</TASK>") ||
	    skip_word(&q, end, "CPU: ") || skip_word(&q, end, "BUG: ") ||
	    skip_word(&q, end, "Sending NMI")) {
		scan->in_bystander = false;
		return true;
	}
	return false;
}

static void scan_line(struct stack *st, struct stack_scan *scan,
		      const char *p, const char *end)
{
	bool dump = stack_line_text(&p, end), in_tasks, at_fault;

	/* The console does not list tasks: that was a log in between. */
	if (scan_head(scan, p, end))
		return;
	in_tasks = scan->in_tasks && (dump || (p < end && *p == ' '));
	if (scan->in_bystander || in_tasks)
		return;
	skip_blanks(&p, end);
	/* A user's RIP (segment 0033) names no function of ours. */
	at_fault = skip_word(&p, end, "RIP: 0010:");
	if (skip_word(&p, end, "WARNING: ")) {
		p = warning_frame(p, end);
		at_fault = true;
	}
	if (p)
		take_frame(st, p, end, at_fault);
}

void stack_extract(struct stack *st, const char *text, size_t len)
{
	const char *end = text + len, *p = text, *eol;
	struct stack_scan scan = {};

	for (; p < end; p = eol) {
		eol = stack_line_end(p, end);
		if (eol > p)
			scan_line(st, &scan, p, eol);
		if (eol < end && *eol == '\n')
			eol++;
	}
}
