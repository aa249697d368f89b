// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function names out of crash text. See stack.h.
 */
#include "lib/common/scx/stack.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define PENDING_MAX	8	/* a trace has fewer frames of one entry */
#define STAMP_MAX	24	/* bytes of "[    1.558411] " at most */

/*
 * Frames that say nothing about a failure, with the reason of each group. An
 * entry that ends in '*' is a prefix.
 */
static const char * const generic[] = {
	/* Each switch of tasks comes through here. */
	"schedule", "__schedule", "schedule_idle", "preempt_schedule*",
	"schedule_preempt_disabled",
	"__do_sys_sched_yield", "do_sched_yield", "schedule_timeout*",
	"finish_task_switch*",
	/* How somebody has gone to sleep, in whose switch it happened. */
	"schedule_hrtimeout*", "poll_schedule_timeout*", "do_sys_poll",
	"do_nanosleep", "hrtimer_nanosleep", "common_nsleep", "futex_wait*",
	"__futex_wait*", "futex_do_wait", "wait_for_completion*",
	"wait_for_common", "__wait_for_common",
	/* How a context was entered, not what it did. */
	"do_syscall_64", "__x64_sys_*", "__se_sys_*", "x64_sys_call", "asm_*",
	"entry_*", "__sysvec_*", "sysvec_*", "irqentry_*", "irq_exit*",
	"__irq_exit_rcu", "common_interrupt", "handle_softirqs",
	"__do_softirq", "do_softirq", "run_ksoftirqd", "ret_from_fork*",
	"kthread", "kthread_worker_fn", "worker_thread", "rescuer_thread",
	"bh_worker", "process_one_work", "process_scheduled_works",
	"smpboot_thread_fn", "irq_thread", "irq_thread_fn",
	"irq_work_run*", "irq_work_single", "call_timer_fn",
	"hrtimer_interrupt", "__hrtimer_run_queues", "secondary_startup_*",
	"start_secondary", "cpu_startup_entry", "do_idle", "exc_*",
	"common_startup_64", "x86_64_start_*", "start_kernel", "rest_init",
	/* A CPU without work. */
	"default_idle*", "pv_native_safe_halt", "cpuidle_enter*",
	"cpuidle_idle_call", "call_cpuidle", "arch_cpu_idle", "mwait_idle*",
	"intel_idle*", "acpi_idle_*",
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
	"sched_show_task", "show_all_workqueues", "show_one_worker_pool",
	/* Who checks and found it: the sleep, the lock, the access is next. */
	"__might_resched", "__might_sleep", "__schedule_bug",
	"print_circular_bug", "print_deadlock_bug", "print_usage_bug",
	"print_lock_invalid_wait_context", "check_noncircular",
	"check_prev_add", "check_prevs_add", "check_deadlock", "mark_lock*",
	"validate_chain", "__lock_acquire", "lock_acquire", "lockdep_*",
	"debug_check_no_locks_*", "kasan_*", "__kasan_*", "__asan_*",
	"print_report", "print_address_description", "kcsan_*", "__tsan_*",
	"kmsan_*", "__msan_*", "ubsan_*", "__ubsan_*", "kfence_*",
	"check_bytes_and_report", "check_pad_bytes", "check_object",
	"check_slab", "alloc_debug_processing", "free_debug_processing",
	"object_err", "slab_err", "slab_pad_check",
	"watchdog", "check_hung_*",
};

/*
 * Frames of who only tells that others fail: whom the report is about stands
 * elsewhere in it. They stay on the list, as they tell reports apart.
 */
static const char * const messengers[] = {
	"scx_watchdog_workfn", "scx_tick", "scx_softlockup", "scx_hardlockup",
	"scx_rcu_cpu_stall", "rcu_sched_clock_irq", "rcu_check_*",
	"check_cpu_stall", "print_cpu_stall", "print_other_cpu_stall",
	"rcu_dump_cpu_stacks", "watchdog_timer_fn", "watchdog_overflow_*",
	"watchdog_hardlockup_*", "wq_watchdog_*", "scx_rescue_timerfn",
};

/* How somebody waits or locks, rather than in what. */
static const char * const waits[] = {
	"__mutex_*", "mutex_*", "rwsem_*", "__rwsem_*", "down_*", "__down_*",
	"percpu_*", "__percpu_*", "rt_mutex_*", "__rt_mutex_*", "wait_*",
	"__wait_*", "synchronize_*", "__synchronize_*", "io_schedule*",
	"cpus_read_lock", "cpus_write_lock", "might_fault", "__might_fault",
	"msleep*", "usleep_range*",
};

/*
 * Files of the kernel, or folders, whose functions are plumbing: how a context
 * was entered, as far as all further out is that, too (flush_work() that somebody
 * calls is none); and who prints.
 */
static const char * const entry_files[] = {
	"arch/x86/entry/", "arch/x86/kernel/apic/", "kernel/entry/",
	"kernel/workqueue.c", "kernel/kthread.c", "kernel/smpboot.c",
	"kernel/softirq.c", "kernel/irq_work.c", "kernel/irq/", "kernel/smp.c",
	"kernel/time/timer.c", "kernel/time/hrtimer.c", "kernel/time/tick-",
	"kernel/sched/idle.c", "drivers/cpuidle/", "drivers/idle/",
	"drivers/acpi/processor_idle.c",
};

static const char * const report_files[] = {
	"mm/kasan/", "mm/kmsan/", "mm/kfence/", "kernel/kcsan/", "lib/ubsan.c",
	"kernel/locking/lockdep.c", "kernel/hung_task.c", "kernel/panic.c",
	"lib/dump_stack.c", "lib/nmi_backtrace.c",
};

static bool is_listed(const char *name, const char * const *list, size_t n)
{
	for (; n; n--, list++) {
		size_t len = strlen(*list);

		if ((*list)[len - 1] == '*') {
			if (!strncmp(name, *list, len - 1))
				return true;
		} else if (!strcmp(name, *list)) {
			return true;
		}
	}
	return false;
}

bool stack_is_generic(const char *name)
{
	return is_listed(name, generic, ARRAY_SIZE(generic));
}

bool stack_is_messenger(const char *name)
{
	return is_listed(name, messengers, ARRAY_SIZE(messengers));
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

bool stack_is_wait(const char *name)
{
	return is_listed(name, waits, ARRAY_SIZE(waits));
}

/* Is all from here on what compilers hang on, ".isra.0.cold"? */
static bool only_suffixes(const char *p)
{
	static const char * const suffixes[] = {
		".cold", ".constprop", ".isra", ".llvm", ".lto_priv", ".part",
	};
	unsigned int i;

	while (*p) {
		for (i = 0; i < ARRAY_SIZE(suffixes); i++)
			if (!strncmp(p, suffixes[i], strlen(suffixes[i])))
				break;
		if (i == ARRAY_SIZE(suffixes))
			return false;
		p += strlen(suffixes[i]);
		if (*p == '.' && isdigit((unsigned char)p[1]))
			p += 1 + strspn(p + 1, "0123456789");
	}
	return true;
}

void stack_base_name(const char *name, char base[STACK_NAME_LEN])
{
	/* A dot in front belongs to the name. */
	const char *dot = *name ? strchr(name + 1, '.') : NULL;
	size_t len;

	while (dot && !only_suffixes(dot))
		dot = strchr(dot + 1, '.');
	len = dot ? (size_t)(dot - name) : strlen(name);
	len = min(len, (size_t)STACK_NAME_LEN - 1);
	memcpy(base, name, len);
	base[len] = '\0';
}

bool stack_add(struct stack *st, enum stack_kind kind, const char *symbol)
{
	char name[STACK_NAME_LEN];
	struct stack_func *f;
	unsigned int i;

	if (strlen(symbol) >= STACK_NAME_LEN)
		goto drop;
	stack_base_name(symbol, name);
	for (i = 0; i < st->n; i++) {
		f = &st->funcs[i];
		if (f->kind != kind || strcmp(f->name, name))
			continue;
		/* The function itself, rather than a piece of it. */
		if (!strcmp(symbol, name))
			memcpy(f->symbol, symbol, strlen(symbol) + 1);
		return true;
	}
	if (st->n == STACK_MAX)
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
	memcpy(f->symbol, symbol, strlen(symbol) + 1);
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

/**
 * struct stack_scan - what the frames that follow belong to
 * @in_tasks: a dump's list of tasks
 * @in_bystander: the stack of a task that only waits
 * @in_history: where somebody was once, not where anybody is
 * @hung: the next task is one that hangs, or holds what another hangs for
 * @stall: somebody does not let go: of the tasks shown, those that run are meant
 * @pending: frames of files of entries, of a trace whose outer frames will tell
 *	whether they are plumbing
 * @n_pending: their number
 */
struct stack_scan {
	bool in_tasks;
	bool in_bystander;
	bool in_history;
	bool hung;
	bool stall;
	char pending[PENDING_MAX][STACK_NAME_LEN];
	unsigned int n_pending;
};

/* Somebody further out is none of the plumbing: so they were called. */
static void keep_pending(struct stack *st, struct stack_scan *scan)
{
	unsigned int i;

	for (i = 0; i < scan->n_pending; i++)
		stack_add(st, STACK_KERNEL, scan->pending[i]);
	scan->n_pending = 0;
}

static void drop_pending(struct stack *st, struct stack_scan *scan)
{
	st->generic += scan->n_pending;
	scan->n_pending = 0;
}

static bool is_in(const char *file, const char * const *list, size_t n)
{
	for (; n; n--, list++)
		if (!strncmp(file, *list, strlen(*list)))
			return true;
	return false;
}

/* By its file. Return: true when it was dealt with. */
static bool take_by_place(struct stack *st, struct stack_scan *scan,
			  const char *symbol)
{
	const char *file = st->places ?
			   st->places->file(st->places->ctx, symbol) : NULL;

	if (!file)
		return false;
	if (is_in(file, report_files, ARRAY_SIZE(report_files))) {
		st->generic++;
		return true;
	}
	if (!is_in(file, entry_files, ARRAY_SIZE(entry_files)))
		return false;
	if (scan->n_pending == PENDING_MAX)
		drop_pending(st, scan);
	memcpy(scan->pending[scan->n_pending++], symbol, strlen(symbol) + 1);
	return true;
}

/* @at_fault: the frame is where it happened, however common a function */
static void take_name(struct stack *st, struct stack_scan *scan, char *symbol,
		      bool at_fault)
{
	const char *bpf = bpf_short_name(symbol);
	char name[STACK_NAME_LEN];

	if (bpf) {
		keep_pending(st, scan);
		stack_add(st, STACK_BPF, bpf);
		return;
	}
	drop_cold(symbol);
	stack_base_name(symbol, name);
	if (!at_fault && stack_is_generic(name)) {
		st->generic++;
	} else if (at_fault || !take_by_place(st, scan, symbol)) {
		keep_pending(st, scan);
		stack_add(st, STACK_KERNEL, symbol);
	}
}

/* "name+0x1f/0x80"; a line may be cut anywhere behind "+0x1". */
static void take_frame(struct stack *st, struct stack_scan *scan,
		       const char *p, const char *end, bool at_fault)
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
	take_name(st, scan, name, at_fault);
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

static bool has_word(const char *p, const char *end, const char *word)
{
	return memmem(p, end - p, word, strlen(word));
}

static bool has_any(const char *p, const char *end, const char * const *words)
{
	for (; *words; words++)
		if (has_word(p, end, *words))
			return true;
	return false;
}

/* Reports that show tasks, and in which of them tasks are whom it is about */
static void scan_report(struct stack_scan *scan, const char *p,
			const char *end)
{
	static const char * const stalls[] = {
		" detected stalls on CPUs/tasks", " self-detected stall on CPU",
		" detected expedited stalls on CPUs/tasks", "Task dump for CPU ",
		"Showing backtraces of running workers",
		"Showing backtraces of busy workers", NULL,
	};
	static const char * const bystanders[] = {
		"grace-period kthread stack dump",
		"Stack dump where RCU GP kthread last ran", "sysrq: ", NULL,
	};

	if (has_any(p, end, stalls))
		scan->stall = true;
	else if (has_any(p, end, bystanders))
		scan->stall = false;
	else if (has_word(p, end, "INFO: task ") &&
		 (has_word(p, end, " for more than ") ||
		  has_word(p, end, " likely owned by task ") ||
		  has_word(p, end, " likely last held by task ")))
		scan->hung = true;
}

/* What lockdep, KASAN and the like tell of the past, and where that ends */
static void scan_history(struct stack_scan *scan, const char *p,
			 const char *end)
{
	static const char * const starts[] = {
		"the existing dependency chain", " was registered at:",
		"Allocated by task", "Freed by task", "Allocated in ",
		"Freed in ", "allocated by task", "freed by task",
		"potentially related work creation", "last allocated via",
		"last free", "Uninit was ", "Local variable ", NULL,
	};
	static const char * const ends[] = {
		"stack backtrace:", "Call Trace:", "The buggy address",
		"CPU: ", "RIP: 0010:", "[ cut here ]", "BUG: ", "Sending NMI",
		NULL,
	};

	if (has_any(p, end, starts))
		scan->in_history = true;
	else if (scan->in_history && has_any(p, end, ends))
		scan->in_history = false;
}

/* "task:NAME state:X ..." */
static void scan_task(struct stack_scan *scan, const char *p, const char *end)
{
	static const char word[] = " state:";
	const char *state = memmem(p, end - p, word, strlen(word));
	bool runs = state && state + strlen(word) < end &&
		    state[strlen(word)] == 'R';

	scan->in_bystander = state && !scan->hung && !(scan->stall && runs);
	scan->hung = false;
	scan->in_history = false;
}

/*
 * Of all lines but frames, those of registers and of marks go on with a trace,
 * and frames that the unwinder does not trust.
 */
static bool ends_trace(const char *p, const char *end)
{
	static const char * const goes_on[] = {
		"? ", "RIP:", "RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:",
		"Code:", "FS:", "CS:", "CR2:", "<TASK>", "<IRQ>", "<NMI>",
	};
	const char *q;
	unsigned int i;

	skip_blanks(&p, end);
	for (i = 0; i < ARRAY_SIZE(goes_on); i++) {
		q = p;
		if (skip_word(&q, end, goes_on[i]))
			return false;
	}
	for (q = p; q < end && is_name_char(*q); q++)
		;
	return q == p || !skip_word(&q, end, "+0x");
}

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
		scan_task(scan, q, end);
		return true;
	}
	if (skip_word(&q, end, "</TASK>") ||
	    skip_word(&q, end, "CPU: ") || skip_word(&q, end, "Sending NMI")) {
		scan->in_bystander = false;
		return true;
	}
	return false;
}

/*
 * "BUG: KASAN: slab-use-after-free in foo+0x1/0x2": the place; NULL in a line of
 * another kind.
 */
static const char *bug_frame(struct stack_scan *scan, const char *p,
			     const char *end)
{
	static const char in[] = " in ";
	const char *at;

	if (!skip_word(&p, end, "BUG: "))
		return NULL;
	scan->in_bystander = false;
	at = memmem(p, end - p, in, strlen(in));
	return at ? at + strlen(in) : end;
}

static void scan_line(struct stack *st, struct stack_scan *scan,
		      const char *p, const char *end)
{
	bool dump = stack_line_text(&p, end), in_tasks, at_fault;
	const char *bug;

	scan_report(scan, p, end);
	scan_history(scan, p, end);
	if (ends_trace(p, end))
		drop_pending(st, scan);
	/* The console does not list tasks: that was a log in between. */
	if (scan_head(scan, p, end))
		return;
	in_tasks = scan->in_tasks && (dump || (p < end && *p == ' '));
	if (scan->in_bystander || scan->in_history || in_tasks)
		return;
	skip_blanks(&p, end);
	/* A user's RIP (segment 0033) names no function of ours. */
	at_fault = skip_word(&p, end, "RIP: 0010:");
	bug = bug_frame(scan, p, end);
	if (bug) {
		p = bug;
		at_fault = true;
	} else if (skip_word(&p, end, "WARNING: ")) {
		p = warning_frame(p, end);
		at_fault = true;
	}
	if (p)
		take_frame(st, scan, p, end, at_fault);
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
	drop_pending(st, &scan);
}
