// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who held what others waited for. See holder.h.
 */
#include "lib/host/repro/holder.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define REPORT_MAX	16384	/* bytes of one report, behind its first line */

/* One line of a log; @next is where the following one starts. */
struct line {
	const char *p;
	const char *end;
	const char *next;
};

static bool next_line(const char *at, const char *end, struct line *line)
{
	if (at >= end)
		return false;
	line->p = at;
	line->end = stack_line_end(at, end);
	line->next = line->end + (line->end < end && *line->end == '\n');
	stack_line_text(&line->p, line->end);
	return true;
}

/* Behind @word in a line; NULL when it is not there */
static const char *behind(const struct line *line, const char *word)
{
	const char *hit = memmem(line->p, line->end - line->p, word,
				 strlen(word));

	return hit ? hit + strlen(word) : NULL;
}

/* At most nine digits; -1 for anything else */
static int number(const char *p, const char *end)
{
	int value = 0, digits = 0;

	while (p < end && *p == ' ')
		p++;
	for (; p < end && isdigit((unsigned char)*p); p++) {
		if (++digits > 9)
			return -1;
		value = 10 * value + (*p - '0');
	}
	return digits ? value : -1;
}

static void set_task(struct exit_task *task, const char *comm, const char *end,
		     int pid)
{
	while (end > comm && end[-1] == ' ')
		end--;
	snprintf(task->comm, sizeof(task->comm), "%.*s", (int)(end - comm),
		 comm);
	task->pid = pid;
}

/* "comm:pid" that ends before @end; the last colon is it. */
static bool colon_task(const char *p, const char *end, struct exit_task *task)
{
	const char *colon = memrchr(p, ':', end - p);
	int pid = colon ? number(colon + 1, end) : -1;

	if (pid <= 0 || colon == p)
		return false;
	set_task(task, p, colon, pid);
	return true;
}

/* "CPU: 1 UID: 0 PID: 87 Comm: busybox Not tainted 7.3.4" */
static bool cpu_head(const struct line *line, int *cpu, struct exit_task *task)
{
	const char *at = behind(line, "CPU: "), *pid = behind(line, " PID: ");
	const char *comm = behind(line, " Comm: "), *end;

	if (!at || !pid || !comm)
		return false;
	end = memmem(comm, line->end - comm, " Not tainted", 12);
	if (!end)
		end = memmem(comm, line->end - comm, " Tainted: ", 10);
	*cpu = number(at, line->end);
	set_task(task, comm, end ?: line->end, number(pid, line->end));
	return *cpu >= 0 && task->pid >= 0;
}

/* "task:kworker/1:1     state:R  running task     stack:0     pid:31 ..." */
static bool task_head(const struct line *line, struct exit_task *task,
		      char *state)
{
	static const char word[] = " state:";
	const char *comm = behind(line, "task:"), *at = behind(line, word);
	const char *pid = behind(line, " pid:");

	if (!comm || !at || !pid || at >= line->end ||
	    comm != line->p + strlen("task:"))
		return false;
	*state = *at;
	set_task(task, comm, at - strlen(word), number(pid, line->end));
	return task->pid >= 0;
}

/* Where one trace ends, from a line of its head on */
static const char *trace_end(const char *at, const char *end)
{
	const char *start = at;
	struct line line;

	if (end - at > REPORT_MAX)
		end = at + REPORT_MAX;
	while (next_line(at, end, &line)) {
		/* Another report begins. */
		if (at > start &&
		    (behind(&line, "INFO: ") || behind(&line, "BUG: ") ||
		     behind(&line, "NMI backtrace ") ||
		     behind(&line, "sched_ext: ")))
			break;
		at = line.next;
		if (behind(&line, "</TASK>"))
			break;
	}
	return at;
}

/* The innermost function that says something, of a trace from its head on */
static void find_func(const char *at, const char *end,
		      struct holder_task *task)
{
	/* Whoever is shown here is whom it is about. */
	static const char about[] = "INFO: task x:1 blocked for more than 1 seconds\n";
	const char *stop = trace_end(at, end);
	struct strbuf text = STRBUF_INIT;
	struct stack st = { };
	unsigned int i;

	strbuf_add(&text, about, strlen(about));
	strbuf_add(&text, at, stop - at);
	stack_extract(&st, text.text, text.len);
	for (i = 0; i < st.n; i++)
		if (!stack_is_messenger(st.funcs[i].name) &&
		    !stack_is_wait(st.funcs[i].name))
			break;
	if (i < st.n)
		snprintf(task->func, sizeof(task->func), "%s%s",
			 st.funcs[i].name,
			 st.funcs[i].kind == STACK_BPF ? " (BPF)" : "()");
	stack_free(&st);
	strbuf_free(&text);
}

/* The trace of a task that is shown with a head; false when there is none */
static bool find_trace(const char *text, const char *end,
		       struct holder_task *task)
{
	struct exit_task shown;
	struct line line;
	char state;

	while (next_line(text, end, &line)) {
		text = line.next;
		if (!task_head(&line, &shown, &state) ||
		    shown.pid != task->task.pid)
			continue;
		task->task = shown;
		find_func(line.p, end, task);
		return true;
	}
	return false;
}

static void holds_cpu(struct holder *h, int cpu)
{
	h->kind = HOLDER_CPU;
	h->cpu = cpu;
	h->n = 1;
}

/* ---- the kernel's reports ---- */

/* "watchdog: BUG: soft lockup - CPU#1 stuck for 11s! [busybox:85]" */
static bool find_lockup(const char *at, const char *end, struct holder *h)
{
	static const char soft[] = "BUG: soft lockup - CPU#";
	static const char hard[] = "hard LOCKUP on cpu ";
	const char *cpu, *open, *text = at;
	struct exit_task ran;
	struct line line;
	int n;

	while (next_line(text, end, &line)) {
		text = line.next;
		cpu = behind(&line, soft) ?: behind(&line, hard);
		if (!cpu || number(cpu, line.end) < 0)
			continue;
		holds_cpu(h, number(cpu, line.end));
		open = memchr(cpu, '[', line.end - cpu);
		if (!open || line.end[-1] != ']' ||
		    !colon_task(open + 1, line.end - 1, &h->tasks[0].task))
			h->n = 0;
		find_func(line.next, end, &h->tasks[0]);
		while (!h->n && next_line(text, end, &line)) {
			text = line.next;
			if (!cpu_head(&line, &n, &ran) || n != h->cpu)
				continue;
			h->tasks[0].task = ran;
			h->n = 1;
		}
		return true;
	}
	return false;
}

/* In a report of RCU's: the CPU, or the task, that keeps it waiting */
static void rcu_culprit(const struct line *line, int *cpu, int *pid)
{
	const char *p = behind(line, "rcu: "), *dash;

	if (!p)
		return;
	while (p < line->end && isspace((unsigned char)*p))
		p++;
	dash = memchr(p, '-', line->end - p);
	if (*cpu < 0 && dash && dash - p <= 4 && number(p, line->end) >= 0 &&
	    behind(line, " ticks this GP) "))
		*cpu = number(p, line->end);
	p = behind(line, "Tasks blocked on level-");
	p = p ? memmem(p, line->end - p, ": P", 3) : NULL;
	if (*pid < 0 && p)
		*pid = number(p + 3, line->end);
}

/* The stack of who was found by its head: is it the one we look for? */
static bool rcu_head(const struct line *line, bool dump_of_cpu, int cpu, int pid,
		     struct exit_task *task)
{
	char state;
	int n;

	if (cpu_head(line, &n, task))
		return n == cpu;
	return task_head(line, task, &state) && state == 'R' &&
	       (task->pid == pid || dump_of_cpu);
}

static bool find_rcu(const char *at, const char *end, struct holder *h)
{
	bool report = false, dump_of_cpu = false;
	int cpu = -1, pid = -1;
	const char *dump;
	struct line line;

	while (next_line(at, end, &line)) {
		at = line.next;
		report = report || (behind(&line, "rcu: INFO: ") &&
				    behind(&line, " stall"));
		if (!report)
			continue;
		rcu_culprit(&line, &cpu, &pid);
		if (rcu_head(&line, dump_of_cpu, cpu, pid, &h->tasks[0].task)) {
			holds_cpu(h, cpu);
			if (h->tasks[0].task.pid == pid)
				h->kind = HOLDER_RCU;
			find_func(line.p, end, &h->tasks[0]);
			return true;
		}
		dump = behind(&line, "Task dump for CPU ");
		dump_of_cpu = dump && number(dump, line.end) == cpu;
	}
	return false;
}

/* "workqueue lockup - pool cpus=1", "in-flight: 31:demo_work_func for 31s" */
static bool find_worker(const char *text, const char *end, struct holder *h)
{
	struct holder_task *t = &h->tasks[0];
	const char *at = text, *p, *stop;
	bool report = false;
	struct line line;
	int cpu = -1;

	while (next_line(at, end, &line)) {
		at = line.next;
		p = behind(&line, "BUG: workqueue lockup - pool");
		if (p && !report) {
			report = true;
			p = behind(&line, " cpus=");
			cpu = p ? number(p, line.end) : -1;
		}
		p = report ? behind(&line, "in-flight: ") : NULL;
		if (!p || number(p, line.end) <= 0)
			continue;
		holds_cpu(h, cpu);
		t->task.pid = number(p, line.end);
		p = memchr(p, ':', line.end - p);
		if (!find_trace(text, end, t) || !t->func[0]) {
			for (stop = p ? p + 1 : line.end; stop < line.end &&
			     (isalnum((unsigned char)*stop) || *stop == '_');)
				stop++;
			if (p)
				snprintf(t->func, sizeof(t->func), "%.*s()",
					 (int)(stop - p - 1), p + 1);
		}
		return true;
	}
	return false;
}

/* "INFO: task X:2 blocked for more than 122 seconds.": one that hangs */
static bool hung_line(const struct line *line, struct exit_task *task)
{
	const char *p = behind(line, "INFO: task ");
	const char *end = behind(line, " blocked");

	return p && end && behind(line, " for more than ") &&
	       colon_task(p, end - strlen(" blocked"), task);
}

/* "INFO: task X:2 is blocked on a mutex likely owned by task Y:1531." */
static bool owner_line(const struct line *line, struct exit_task *victim,
		       struct exit_task *owner)
{
	const char *p = behind(line, "INFO: task ");
	const char *who = behind(line, " likely owned by task ") ?:
			  behind(line, " likely last held by task ");
	const char *end = line->end, *stop;

	if (!p || !who || who < p)
		return false;
	stop = memmem(p, who - p, " is blocked", 11) ?:
	       memmem(p, who - p, " <", 2) ?: memmem(p, who - p, " blocked", 8);
	if (!stop || !colon_task(p, stop, victim))
		return false;
	stop = memmem(who, end - who, " <", 2);
	end = stop ?: end;
	while (end > who && !isdigit((unsigned char)end[-1]))
		end--;
	return colon_task(who, end, owner);
}

static bool find_hung(const char *text, const char *end, struct holder *h)
{
	struct holder_task *t;
	const char *at = text;
	struct line line;

	while (next_line(at, end, &line)) {
		at = line.next;
		if (owner_line(&line, &h->victim, &h->tasks[0].task)) {
			h->kind = HOLDER_LOCK;
			h->n = 1;
			h->tasks[0].func[0] = '\0';
			find_trace(text, end, &h->tasks[0]);
			return true;
		}
		t = &h->tasks[h->n];
		if (h->n == HOLDER_TASKS || !hung_line(&line, &t->task))
			continue;
		find_func(line.next, end, t);
		h->kind = HOLDER_HANGS;
		h->n++;
	}
	return h->n;
}

/* ---- who ran where a task waited ---- */

/* "curr=swapper/5[0] class=idle_sched_class" of sched_ext's dump */
static bool dump_current(const struct line *line, struct holder *h)
{
	static const char suffix[] = "_sched_class";
	const char *p = behind(line, "curr="), *class = behind(line, " class=");
	const char *end = class ? class - strlen(" class=") : NULL, *open, *stop;

	if (!p || !class || p >= end || end[-1] != ']')
		return false;
	open = memrchr(p, '[', end - p);
	if (!open || number(open + 1, end) < 0)
		return false;
	set_task(&h->tasks[0].task, p, open, number(open + 1, end));
	stop = memmem(class, line->end - class, suffix, strlen(suffix));
	stop = stop ?: line->end;
	snprintf(h->class, sizeof(h->class), "%.*s", (int)(stop - class),
		 class);
	return true;
}

/* "  R sh[64] *root -2573ms": is it that task? */
static bool dump_task(const struct line *line, int pid)
{
	char word[24];
	const char *p = line->p;

	while (p < line->end && (*p == ' ' || *p == '*'))
		p++;
	snprintf(word, sizeof(word), "[%d] ", pid);
	return line->end - p > 3 && isupper((unsigned char)*p) && p[1] == ' ' &&
	       behind(line, word) && behind(line, "ms");
}

/* A kworker that reports is current on its CPU now; it held nothing. */
static bool only_reports(const struct holder *h, const struct scx_exit *ex)
{
	int pid = h->tasks[0].task.pid;

	return pid && (pid == ex->current.pid || pid == ex->subject.pid);
}

static bool find_in_dump(const char *at, const char *end,
			 const struct scx_exit *ex, struct holder *h)
{
	struct line line;
	int cpu = -1;

	while (next_line(at, end, &line)) {
		const char *p = behind(&line, "CPU ");

		at = line.next;
		if (p == line.p + strlen("CPU ") && behind(&line, ": nr_run="))
			cpu = number(p, line.end);
		if (cpu >= 0 && dump_current(&line, h))
			continue;
		if (cpu < 0 || !h->class[0] ||
		    !dump_task(&line, ex->subject.pid))
			continue;
		if (only_reports(h, ex))
			break;
		holds_cpu(h, cpu);
		if (!h->tasks[0].task.pid)
			h->kind = HOLDER_IDLE;
		return true;
	}
	memset(h, 0, sizeof(*h));
	h->cpu = -1;
	return false;
}

/* The monitor's dump: who ran on the CPU that the first alarm is about */
static bool find_in_alarm(const struct run_outcome *out, struct holder *h)
{
	const struct mon_findings *f = &out->findings;
	const struct mon_kept_dump *kept;
	const struct mon_alarm *a = &f->alarms[0];
	const struct mon_task *runs = NULL, *waits_there = NULL;
	size_t i;

	kept = f->n_alarms ? mon_findings_get(f, MON_DUMP_ALARM) : NULL;
	if (!kept || !kept->dump || a->cpu < 0)
		return false;
	for (i = 0; i < kept->dump->n_tasks; i++) {
		const struct mon_task *t = &kept->dump->tasks[i];

		if ((int)t->cpu == a->cpu && t->on_cpu)
			runs = t;
		if (a->pid && t->pid == a->pid && !t->on_cpu)
			waits_there = t;
	}
	if (!runs)
		return false;
	holds_cpu(h, a->cpu);
	snprintf(h->tasks[0].task.comm, sizeof(h->tasks[0].task.comm), "%s",
		 runs->comm);
	h->tasks[0].task.pid = runs->pid;
	snprintf(h->class, sizeof(h->class), "%s", mon_class_name(runs->class));
	if (!runs->pid)
		h->kind = HOLDER_IDLE;
	if (waits_there) {
		snprintf(h->victim.comm, sizeof(h->victim.comm), "%s",
			 waits_there->comm);
		h->victim.pid = waits_there->pid;
		h->wait_ms = waits_there->wait_ns / NSEC_PER_MSEC;
	}
	return true;
}

void holder_find(const struct run_outcome *out, const struct scx_exit *ex,
		 struct holder *h)
{
	static bool (* const reports[])(const char *text, const char *end,
					struct holder *h) = {
		find_lockup, find_rcu, find_worker, find_hung,
	};
	const struct strbuf *console = &out->console;
	const struct strbuf *dumps[] = { &out->sched_log, &out->scx_dump };
	unsigned int i;

	memset(h, 0, sizeof(*h));
	h->cpu = -1;
	for (i = 0; i < ARRAY_SIZE(reports); i++) {
		if (reports[i](console->text, console->text + console->len, h))
			return;
		memset(h, 0, sizeof(*h));
		h->cpu = -1;
	}
	if (find_in_alarm(out, h) || !ex->wait_ms)
		return;
	for (i = 0; i < ARRAY_SIZE(dumps); i++)
		if (find_in_dump(dumps[i]->text,
				 dumps[i]->text + dumps[i]->len, ex, h))
			return;
}
