// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what a run has said to pass or fail. See verdict.h.
 */
#include "lib/run/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/util/compiler.h"
#include "lib/util/util.h"

static void __printf(3, 4) decide(struct run_verdict *v, enum run_code code,
				  const char *fmt, ...)
{
	va_list ap;

	v->code = code;
	va_start(ap, fmt);
	vsnprintf(v->reason, sizeof(v->reason), fmt, ap);
	va_end(ap);
}

static const char *last_stage(const struct run_outcome *out)
{
	return wire_stage_name(max(out->stage, out->vm.stage));
}

/* How a process ended: what stands behind its name. */
static void describe_exit(const struct wire_exit *e, char *buf, size_t size)
{
	if (e->timed_out)
		snprintf(buf, size, "was killed at its deadline");
	else if (WIFSIGNALED(e->status))
		snprintf(buf, size, "was ended by signal %d (%s)",
			 WTERMSIG(e->status), strsignal(WTERMSIG(e->status)));
	else
		snprintf(buf, size, "exited with status %d",
			 WEXITSTATUS(e->status));
}

/* The VM did not end by itself: nothing that the guest said can save it. */
static bool judge_vm(const struct run_outcome *out, struct run_verdict *v)
{
	const char *init = outcome_init_words(out);
	const struct vm_result *vm = &out->vm;

	switch (vm->end) {
	case VM_END_POWEROFF:
		return false;
	case VM_END_PANIC:
		decide(v, RUN_FAIL,
		       "the guest kernel panicked (last stage: %s): %s",
		       last_stage(out), vm->message);
		return true;
	case VM_END_TRIPLE_FAULT:
		decide(v, RUN_FAIL, "the guest triple-faulted (last stage: %s)",
		       last_stage(out));
		return true;
	case VM_END_NO_INIT:
		decide(v, RUN_FAIL, "%s", vm->message);
		return true;
	case VM_END_DEADLINE:
		decide(v, RUN_FAIL,
		       "timed out after %.1f s (last stage: %s)%s%s%s%s",
		       vm->run_ns / 1e9, last_stage(out),
		       *init ? ": " : "", init,
		       out->findings.n_alarms ? "; monitor: " : "",
		       out->findings.alarms[0].text);
		return true;
	default:
		v->infrastructure = true;
		decide(v, RUN_FAIL, "infrastructure: the VM ended: %s %s",
		       vm_end_name(vm->end), vm->message);
		return true;
	}
}

/*
 * What the kernel prints itself, "sched_ext: BPF scheduler "x" disabled (WHY)"
 * and behind it, where there was an error, "sched_ext: x: MESSAGE".
 */
static void console_reason(const char *console, char *buf, size_t size)
{
	static const char mark[] = "sched_ext: ", gone[] = " disabled (";
	const char *why, *msg;
	size_t len;

	while ((console = strstr(console, mark))) {
		len = strcspn(console, "\n");
		why = memmem(console, len, gone, strlen(gone));
		console += len;
		if (!why)
			continue;
		why += strlen(gone);
		msg = strstr(console, mark);
		if (!msg || msg > console + 1 + strcspn(console + 1, "\n"))
			continue;
		msg += strlen(mark);
		snprintf(buf, size, "%.*s (%.*s)", (int)strcspn(why, ")\n"),
			 why, (int)strcspn(msg, "\n"), msg);
		return;
	}
}

/* The kernel's own words for why it threw a scheduler out, or "". */
static void kernel_reason(const struct run_outcome *out, char *buf, size_t size)
{
	static const char mark[] = "EXIT: ";
	const char *p = strstr(out->sched_log.text, mark);

	buf[0] = '\0';
	if (!p) {
		/* Not each scheduler repeats them. */
		console_reason(out->console.text, buf, size);
		return;
	}
	p += strlen(mark);
	snprintf(buf, size, "%.*s", (int)strcspn(p, "\n"), p);
}

static void describe_death(const struct run_expect *expect,
			   const struct run_outcome *out, char *buf,
			   size_t size)
{
	char why[256], how[96] = "";

	kernel_reason(out, why, sizeof(why));
	if (!why[0] && out->has_sched_exit)
		describe_exit(&out->sched_exit, how, sizeof(how));
	snprintf(buf, size, "scheduler %s died at stage %s%s%s%s%s",
		 expect->scheduler ? expect->scheduler : "?",
		 wire_stage_name(out->sched_died_stage),
		 why[0] || how[0] ? ": " : "", why, how[0] ? "it " : "", how);
}

/* sched_ext's reason stands in the kernel's message and in UEI_REPORT's. */
static bool exit_kind_seen(const struct run_outcome *out, const char *kind)
{
	char needle[160];

	snprintf(needle, sizeof(needle), "EXIT: %s", kind);
	if (outcome_error_text(out, needle))
		return true;
	snprintf(needle, sizeof(needle), "disabled (%s)", kind);
	return outcome_error_text(out, needle);
}

/* Of the console only what sched_ext itself has said. */
static void add_scx_lines(struct strbuf *text, const char *console)
{
	const char *line = console;

	while ((line = strstr(line, "sched_ext: "))) {
		size_t len = strcspn(line, "\n");

		strbuf_addf(text, "%.*s\n", (int)len, line);
		line += len;
	}
}

/*
 * Scheduler's log and sched_ext dump: one text for the pins. A kernel that
 * cannot trace has no dump; there the console's lines of sched_ext stand in.
 *
 * Return: does it hold what is pinned? If not, @err says what is missing.
 */
static bool pins_hold(const struct run_expect *expect,
		      const struct run_outcome *out, char *err, size_t err_size)
{
	struct strbuf text = STRBUF_INIT;
	bool hold;

	strbuf_add(&text, out->sched_log.text, out->sched_log.len);
	strbuf_add(&text, out->scx_dump.text, out->scx_dump.len);
	if (!out->scx_dump.len)
		add_scx_lines(&text, out->console.text);
	hold = pins_match(&expect->pins, text.text, text.len, err,
			  err_size) == 1;
	strbuf_free(&text);
	return hold;
}

static void judge_expected_death(const struct run_expect *expect,
				 const struct run_outcome *out,
				 struct run_verdict *v)
{
	bool pinned = expect->pins.contains || expect->pins.matches;
	const char *init = outcome_init_words(out);
	char death[256], missing[200];

	if (!out->sched_died) {
		decide(v, RUN_FAIL,
		       "scheduler %s was expected to die, and did not%s%s",
		       expect->scheduler, *init ? ": " : "", init);
		return;
	}

	describe_death(expect, out, death, sizeof(death));
	/* Unless its text is pinned, a death that came too soon is another. */
	if (out->sched_died_stage < STAGE_ATTACHED && !expect->exit_kind &&
	    !pinned)
		decide(v, RUN_FAIL, "%s; expected it to be attached first",
		       death);
	else if (expect->exit_kind && !exit_kind_seen(out, expect->exit_kind))
		decide(v, RUN_FAIL, "%s; expected exit kind \"%s\"", death,
		       expect->exit_kind);
	else if (pinned && !pins_hold(expect, out, missing, sizeof(missing)))
		decide(v, RUN_FAIL, "%s; %s", death, missing);
	else
		v->code = RUN_PASS;
}

/* The scheduler lives and init is content: the body has the word. */
static void judge_body(const struct run_outcome *out, struct run_verdict *v)
{
	char how[96];

	if (!out->has_exit) {
		decide(v, RUN_FAIL, "no result from the guest (last stage: %s)",
		       last_stage(out));
		return;
	}

	describe_exit(&out->exit, how, sizeof(how));
	if (out->exit.timed_out || WIFSIGNALED(out->exit.status)) {
		decide(v, RUN_FAIL, "the test program %s (last stage: %s)", how,
		       last_stage(out));
	} else if (!out->has_result) {
		decide(v, RUN_FAIL,
		       "the body did not run to its end, the test program %s (last stage: %s)",
		       how, last_stage(out));
	} else if (out->n_details) {
		decide(v, RUN_FAIL, "%s", out->details[0].text);
	} else if (out->result.exit_code == RUN_SKIP &&
		   WEXITSTATUS(out->exit.status) != RUN_FAIL) {
		decide(v, RUN_SKIP, "%s", out->result.reason);
	} else if (out->result.exit_code != RUN_PASS ||
		   WEXITSTATUS(out->exit.status)) {
		decide(v, RUN_FAIL, "%s", out->result.reason[0] ?
		       out->result.reason : "an expectation was not met");
	} else {
		v->code = RUN_PASS;
	}
}

/* What the monitor saw from outside, when nothing else is wrong */
static void judge_findings(const struct run_outcome *out,
			   struct run_verdict *v)
{
	const struct mon_findings *f = &out->findings;

	if (v->code != RUN_FAIL && f->n_alarms)
		decide(v, RUN_FAIL, "monitor: %s%s", f->alarms[0].text,
		       f->n_alarms > 1 ? " (and more)" : "");
}

/* The first alarm has ended the VM, so nothing else is left to judge. */
static void judge_expected_alarm(const struct run_expect *expect,
				 const struct run_outcome *out,
				 struct run_verdict *v)
{
	const struct mon_findings *f = &out->findings;

	if (!f->n_alarms)
		decide(v, RUN_FAIL,
		       "the monitor was expected to complain (\"%s\"), and did not; the VM ended: %s, last stage: %s",
		       expect->alarm, vm_end_name(out->vm.end),
		       last_stage(out));
	else if (!strstr(f->alarms[0].text, expect->alarm))
		decide(v, RUN_FAIL, "monitor: %s; expected text \"%s\"",
		       f->alarms[0].text, expect->alarm);
	else
		v->code = RUN_PASS;
}

static void judge(const struct run_expect *expect,
		  const struct run_outcome *out, struct run_verdict *verdict)
{
	/* Nothing was tried: there is nothing to expect. */
	if (out->missing[0] && out->vm.end == VM_END_POWEROFF) {
		decide(verdict, RUN_SKIP, "%s", out->missing);
		return;
	}
	if (expect->alarm) {
		judge_expected_alarm(expect, out, verdict);
		return;
	}
	if (judge_vm(out, verdict))
		return;
	if (out->findings.error[0]) {
		verdict->infrastructure = true;
		decide(verdict, RUN_FAIL, "infrastructure: %s",
		       out->findings.error);
		return;
	}
	if (expect->expect_err) {
		judge_expected_death(expect, out, verdict);
		return;
	}
	if (out->sched_died) {
		verdict->code = RUN_FAIL;
		describe_death(expect, out, verdict->reason,
			       sizeof(verdict->reason));
		return;
	}
	if (outcome_init_words(out)[0]) {
		decide(verdict, RUN_FAIL, "init (last stage: %s): %s",
		       last_stage(out), outcome_init_words(out));
		return;
	}
	judge_body(out, verdict);
	judge_findings(out, verdict);
}

/* The first failed check that is another than the one expected, or NULL. */
static const char *other_detail(const struct run_outcome *out, const char *text)
{
	unsigned int i;

	for (i = 0; i < out->n_details; i++)
		if (!strstr(out->details[i].text, text))
			return out->details[i].text;
	return NULL;
}

/* Turn a verdict over: of what the run was to fail, and of nothing else. */
static void judge_expected_failure(const struct run_expect *expect,
				   const struct run_outcome *out,
				   struct run_verdict *v)
{
	const struct run_verdict as_it_was = *v;
	const char *other = other_detail(out, expect->failure);

	if (v->infrastructure || v->code == RUN_SKIP)
		return;
	if (v->code != RUN_FAIL) {
		decide(v, RUN_FAIL, "expected to fail (\"%s\"), and did not",
		       expect->failure);
		return;
	}
	if (strstr(v->reason, expect->failure) && !other) {
		memset(v, 0, sizeof(*v));
		return;
	}
	decide(v, RUN_FAIL, "%.300s; expected text \"%s\"",
	       other ? other : as_it_was.reason, expect->failure);
}

void run_judge(const struct run_expect *expect, const struct run_outcome *out,
	       struct run_verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	judge(expect, out, verdict);
	if (expect->failure)
		judge_expected_failure(expect, out, verdict);
}
