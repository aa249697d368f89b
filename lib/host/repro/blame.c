// SPDX-License-Identifier: GPL-2.0-only
/*
 * The culprit line of a report. See repro_culprit() in pipeline.h.
 *
 * The messenger is never the culprit: what a watchdog, RCU or a checker of the
 * kernel's prints of itself is passed over for whom it is about.
 */
#include "lib/host/repro/pipeline.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/scx/callers.h"
#include "lib/common/util/util.h"
#include "lib/host/repro/holder.h"

#define TASK_FMT	"%s[%d]"

/* The program that failed; without one, the kernel function. */
static const struct stack_func *culprit_func(const struct stack *st)
{
	unsigned int i;

	for (i = 0; i < st->n; i++)
		if (st->funcs[i].kind == STACK_BPF)
			return &st->funcs[i];
	for (i = 0; i < st->n; i++)
		if (!stack_is_messenger(st->funcs[i].name) &&
		    !stack_is_wait(st->funcs[i].name))
			return &st->funcs[i];
	for (i = 0; i < st->n; i++)
		if (!stack_is_messenger(st->funcs[i].name))
			return &st->funcs[i];
	return NULL;
}

/* "ops.init() failed (-19)": the op that the kernel complains of */
static bool op_of_message(const struct scx_exit *ex, char *op, size_t size)
{
	const char *p = strstr(ex->msg, "ops.");
	size_t len;

	if (!p)
		return false;
	p += strlen("ops.");
	len = strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	if (!len || p[len] != '(')
		return false;
	snprintf(op, size, "%.*s", (int)len, p);
	return true;
}

/* The one op that a kernel function calls; NULL when there are several */
static const char *only_op(const char *func)
{
	const struct op_caller *row;
	const char *op = NULL;
	unsigned int i, k;

	for (i = 0; (row = op_caller_row(i)); i++) {
		for (k = 0; k < OP_CALLERS && row->callers[k]; k++) {
			if (strcmp(row->callers[k], func))
				continue;
			if (op)
				return NULL;
			op = row->op;
		}
	}
	return op;
}

/*
 * What the kernel finds wrong with a scheduler it finds after the op has
 * returned: no program is in the stack, but who called it is.
 */
static bool find_op(const struct scx_exit *ex, const struct stack *st, char *op,
		    size_t size)
{
	unsigned int i;
	const char *one;

	if (!exit_is_error(ex))
		return false;
	if (op_of_message(ex, op, size))
		return true;
	for (i = 0; i < st->n; i++) {
		one = only_op(st->funcs[i].name);
		if (!one)
			continue;
		snprintf(op, size, "%s", one);
		return true;
	}
	return false;
}

static void put_task(struct strbuf *text, const struct exit_task *task)
{
	if (task->comm[0])
		strbuf_addf(text, TASK_FMT, task->comm, task->pid);
	else
		strbuf_addf(text, "pid %d", task->pid);
}

/* Who waited, and for how long */
struct victim {
	struct exit_task task;
	unsigned long long wait_ms;
};

static void put_wait(struct strbuf *text, const struct victim *v)
{
	if (v->wait_ms)
		strbuf_addf(text, " for %llu ms", v->wait_ms);
}

/* Of its own tasks the scheduler decides who runs: what they do is no excuse. */
static bool scheduler_decides(const struct holder *h)
{
	return h->kind == HOLDER_IDLE || !strcmp(h->class, "ext");
}

/* "scheduler x let y[1] wait for 5000 ms, CPU 1 was idle" */
static void put_scheduler(struct strbuf *text, const struct scx_exit *ex,
			  const struct holder *h, const struct victim *v)
{
	strbuf_addf(text, "%s%s let ", ex->scheduler[0] ? "scheduler " :
		    "the scheduler", ex->scheduler);
	put_task(text, &v->task);
	strbuf_addf(text, " wait");
	put_wait(text, v);
	if (h->kind == HOLDER_IDLE)
		strbuf_addf(text, ", CPU %d was idle", h->cpu);
	else if (h->kind == HOLDER_CPU)
		strbuf_addf(text, ", CPU %d ran " TASK_FMT, h->cpu,
			    h->tasks[0].task.comm, h->tasks[0].task.pid);
}

/* "hunt[48] (rt) held CPU 1 in f(), while y[1] waited for 5000 ms" */
static void put_cpu(struct strbuf *text, const struct holder *h,
		    const struct victim *v)
{
	const struct holder_task *t = &h->tasks[0];

	if (h->n)
		put_task(text, &t->task);
	else
		strbuf_addf(text, "a task");
	if (h->class[0] && strcmp(h->class, "fair"))
		strbuf_addf(text, " (%s)", h->class);
	if (h->kind == HOLDER_RCU)
		strbuf_addf(text, " kept RCU waiting");
	else if (h->cpu >= 0)
		strbuf_addf(text, " held CPU %d", h->cpu);
	else
		strbuf_addf(text, " held a CPU");
	if (t->func[0])
		strbuf_addf(text, " in %s", t->func);
	if (v->task.pid && v->task.pid != t->task.pid) {
		strbuf_addf(text, ", while ");
		put_task(text, &v->task);
		strbuf_addf(text, " waited");
		put_wait(text, v);
	}
}

static void put_hung(struct strbuf *text, const struct holder *h)
{
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		strbuf_addf(text, i ? ", " : "");
		put_task(text, &h->tasks[i].task);
		if (h->kind == HOLDER_LOCK) {
			strbuf_addf(text, " holds what ");
			put_task(text, &h->victim);
			strbuf_addf(text, " waits for");
		} else if (!i) {
			strbuf_addf(text, " hangs");
		}
		if (h->tasks[i].func[0])
			strbuf_addf(text, "%s in %s",
				    h->kind == HOLDER_LOCK ? "," : "",
				    h->tasks[i].func);
	}
}

static void put_holder(struct strbuf *text, const struct scx_exit *ex,
		       const struct holder *h)
{
	struct victim v = { ex->subject, ex->wait_ms };

	if (!v.task.pid) {
		v.task = h->victim;
		v.wait_ms = h->wait_ms;
	}
	if (h->kind == HOLDER_LOCK || h->kind == HOLDER_HANGS)
		put_hung(text, h);
	else if (v.task.pid && (!h->kind || scheduler_decides(h)))
		put_scheduler(text, ex, h, &v);
	else if (h->kind == HOLDER_CPU || h->kind == HOLDER_RCU)
		put_cpu(text, h, &v);
}

/* "enqueue (BPF)", "ops.enqueue() of scheduler x, found in f()", "f()" */
static void put_where(struct strbuf *text, const struct scx_exit *ex,
		      const struct stack *st)
{
	const struct stack_func *func = culprit_func(st);
	bool bpf = func && func->kind == STACK_BPF;
	char op[64];

	if (!bpf && find_op(ex, st, op, sizeof(op))) {
		strbuf_addf(text, "ops.%s() of %s%s", op, ex->scheduler[0] ?
			    "scheduler " : "the scheduler", ex->scheduler);
		if (func)
			strbuf_addf(text, ", found in ");
	}
	if (func)
		strbuf_addf(text, "%s%s", func->name, bpf ? " (BPF)" : "()");
}

/* Where, and for whom: "f() while x[2] ran, CPU 1" */
static void put_place(struct strbuf *text, const struct scx_exit *ex,
		      const struct stack *st)
{
	put_where(text, ex, st);
	if (ex->subject.pid) {
		strbuf_addf(text, text->len ? " for " : "task ");
		put_task(text, &ex->subject);
	} else if (ex->current.pid) {
		strbuf_addf(text, text->len ? " while " : "");
		put_task(text, &ex->current);
		strbuf_addf(text, " ran");
	}
	if (ex->wait_ms)
		strbuf_addf(text, ", which waited for %llu ms",
			    (unsigned long long)ex->wait_ms);
	if (text->len && ex->cpu >= 0)
		strbuf_addf(text, ", CPU %d", ex->cpu);
}

void repro_culprit(const struct run_outcome *out, const char *vmlinux,
		   char *buf, size_t size)
{
	struct strbuf text = STRBUF_INIT;
	const struct stack_func *func;
	struct stack st = { };
	struct holder holder;
	struct scx_exit ex;

	/* Who was seen from outside to hold a CPU, or a lock */
	if (out->findings.culprit[0]) {
		snprintf(buf, size, "%s", out->findings.culprit);
		return;
	}
	repro_exit_of(out, vmlinux, &ex, &st);
	holder_find(out, &ex, &holder);
	func = culprit_func(&st);
	/* What a program called failed at once; nobody had to wait for it. */
	if (holder.kind && (!func || func->kind != STACK_BPF))
		put_holder(&text, &ex, &holder);
	else if (ex.wait_ms && !func)
		put_holder(&text, &ex, &holder);
	if (!text.len)
		put_place(&text, &ex, &st);
	snprintf(buf, size, "%s", text.text);
	strbuf_free(&text);
	stack_free(&st);
}
