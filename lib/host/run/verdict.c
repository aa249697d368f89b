// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what a run has said to pass or fail. See verdict.h.
 */
#include "lib/host/run/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/common/check/pins.h"
#include "lib/common/scx/words.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "lib/host/run/asserted.h"
#include "lib/host/run/cause.h"
#include "lib/host/run/loss.h"

/* Of the time of a run: what the host took, and what it left, is a guess. */
#define TOO_MUCH	0.75

static void __printf(3, 4) decide(struct run_verdict *v, enum run_code code,
				  const char *fmt, ...)
{
	va_list ap;

	v->code = code;
	v->doubt = RUN_JUDGED;
	v->wants = RUN_WANTS_NOTHING;
	va_start(ap, fmt);
	vsnprintf(v->reason, sizeof(v->reason), fmt, ap);
	va_end(ap);
}

static const char * const doubt_marks[] = {
	[RUN_JUDGED] = "",
	[RUN_INFRASTRUCTURE] = INFRASTRUCTURE,
	[RUN_INCONCLUSIVE] = INCONCLUSIVE,
};

const char *run_doubt_mark(enum run_doubt doubt)
{
	return doubt_marks[doubt];
}

enum run_doubt run_doubt_of(const char *reason)
{
	enum run_doubt doubt = ARRAY_SIZE(doubt_marks);

	while (--doubt > RUN_JUDGED &&
	       strncmp(reason, doubt_marks[doubt], strlen(doubt_marks[doubt])))
		;
	return doubt;
}

/* Neither a pass nor anybody's failure. */
static void __printf(3, 4) leave_open(struct run_verdict *v,
				      enum run_doubt doubt, const char *fmt,
				      ...)
{
	size_t len;
	va_list ap;

	decide(v, RUN_SKIP, "%s", run_doubt_mark(doubt));
	v->doubt = doubt;
	len = strlen(v->reason);
	va_start(ap, fmt);
	vsnprintf(v->reason + len, sizeof(v->reason) - len, fmt, ap);
	va_end(ap);
}

#define decide_ours(v, ...)	leave_open(v, RUN_INFRASTRUCTURE, __VA_ARGS__)

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

/* The machine broke, or somebody stopped it. */
static bool vm_end_is_ours(enum vm_end end)
{
	return end == VM_END_NONE || end == VM_END_KILLED ||
	       end == VM_END_STARVED || end == VM_END_KVM_ERROR;
}

/* The kernel's own words for why it threw a scheduler out, or "". */
static void kernel_reason(const struct run_outcome *out, char *buf, size_t size)
{
	/* Not each scheduler repeats them. */
	if (!scx_log_reason(out->sched_log.text, buf, size))
		scx_console_reason(out->console.text, buf, size);
}

/* The one that is meant to run, or was */
static const char *scheduler_name(const struct run_subject *subject,
				  const struct run_outcome *out)
{
	const char *name = run_subject_name(subject);

	if (out->switched && out->sched_name[0])
		return out->sched_name;
	return name ? name : "?";
}

static void describe_death(const struct run_subject *subject,
			   const struct run_outcome *out, char *buf,
			   size_t size)
{
	char why[400], how[96] = "";

	kernel_reason(out, why, sizeof(why));
	if (!why[0])
		cause_of_refusal(out->sched_log.text, why, sizeof(why));
	if (!why[0] && out->has_sched_exit)
		describe_exit(&out->sched_exit, how, sizeof(how));
	snprintf(buf, size, "scheduler %s died at stage %s%s%s%s%s",
		 scheduler_name(subject, out),
		 wire_stage_name(out->sched_died_stage),
		 why[0] || how[0] ? ": " : "", why, how[0] ? "it " : "", how);
}

/*
 * The monitor has seen that it would not end. What came before is told with it:
 * a scheduler that died as it was to, and a kernel that cannot get rid of it.
 */
static void judge_hang(const struct run_config *c,
		       const struct run_outcome *out, struct run_verdict *v)
{
	const struct mon_findings *f = &out->findings;
	const char *why = f->hang.text[0] ? f->hang.text : out->vm.message;
	char death[256] = "";

	if (out->sched_died)
		describe_death(c->subject, out, death, sizeof(death));
	decide(v, RUN_FAIL, "the guest hung (last stage: %s): %s%s%s",
	       last_stage(out), why, death[0] ? "; before, " : "", death);
}

/* The VM did not end by itself: nothing that the guest said can save it. */
static bool judge_vm(const struct run_config *c,
		     const struct run_outcome *out, struct run_verdict *v)
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
		/* By an estimate, a boot of minutes may have had its seconds. */
		if (vm->steal_ns > vm->run_ns * TOO_MUCH)
			decide_ours(v, "%s", vm->message);
		else
			decide(v, RUN_FAIL, "%s", vm->message);
		return true;
	case VM_END_HUNG:
		judge_hang(c, out, v);
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
		decide_ours(v, "the VM ended: %s %s", vm_end_name(vm->end),
			    vm->message);
		return true;
	}
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

/*
 * Scheduler's log and sched_ext dump: one text for the pins. A kernel that
 * cannot trace has no dump; there the console's lines of sched_ext stand in.
 *
 * Return: does it hold what is pinned? If not, @err says what is missing.
 */
static bool pins_hold(const struct pins *pins,
		      const struct run_outcome *out, char *err, size_t err_size)
{
	struct strbuf text = STRBUF_INIT;
	bool hold;

	strbuf_add(&text, out->sched_log.text, out->sched_log.len);
	strbuf_add(&text, out->scx_dump.text, out->scx_dump.len);
	if (!out->scx_dump.len)
		scx_console_lines(&text, out->console.text);
	hold = pins_match(pins, text.text, text.len, err,
			  err_size) == 1;
	strbuf_free(&text);
	return hold;
}

static void judge_expected_death(const struct run_config *c,
				 const struct run_outcome *out,
				 struct run_verdict *v)
{
	const struct run_expectations *e = c->expectations;
	const struct pins pins = {
		.contains = e->expect_scx_bpf_error_contains,
		.matches = e->expect_scx_bpf_error_matches,
	};
	bool pinned = pins.contains || pins.matches;
	const char *init = outcome_init_words(out);
	char death[480], missing[200];

	if (!out->sched_died) {
		decide(v, RUN_FAIL,
		       "scheduler %s was expected to die, and did not%s%s",
		       scheduler_name(c->subject, out), *init ? ": " : "", init);
		v->wants = RUN_WANTS_RECORD;
		return;
	}

	describe_death(c->subject, out, death, sizeof(death));
	/* Unless its text is pinned, a death that came too soon is another. */
	if (out->sched_died_stage < STAGE_ATTACHED && !e->expect_exit_kind &&
	    !pinned) {
		decide(v, RUN_FAIL, "%s; expected it to be attached first",
		       death);
	} else if (e->expect_exit_kind &&
		   !exit_kind_seen(out, e->expect_exit_kind)) {
		decide(v, RUN_FAIL, "%s; expected exit kind \"%s\"", death,
		       e->expect_exit_kind);
		v->wants = RUN_WANTS_TEXT;
	} else if (pinned && !pins_hold(&pins, out, missing,
					sizeof(missing))) {
		decide(v, RUN_FAIL, "%s; %s", death, missing);
		v->wants = RUN_WANTS_TEXT;
	} else {
		v->code = RUN_PASS;
	}
}

/* The scheduler lives and init is content: the body has the word. */
static void judge_body(const struct run_outcome *out, struct run_verdict *v)
{
	char how[96], expected[400];

	if (!out->has_exit) {
		decide(v, RUN_FAIL, "no result from the guest (last stage: %s)",
		       last_stage(out));
		v->wants = RUN_WANTS_RECORD;
		return;
	}

	describe_exit(&out->exit, how, sizeof(how));
	if (out->exit.timed_out || WIFSIGNALED(out->exit.status)) {
		decide(v, RUN_FAIL, "the test program %s (last stage: %s)", how,
		       last_stage(out));
	} else if (!out->has_result &&
		   cause_of_expectation(out->output.text, expected,
					sizeof(expected))) {
		decide(v, RUN_FAIL, "%s, and the body ended there", expected);
	} else if (!out->has_result) {
		decide(v, RUN_FAIL,
		       "the body did not run to its end, the test program %s (last stage: %s)",
		       how, last_stage(out));
		v->wants = RUN_WANTS_RECORD;
	} else if (out->n_details) {
		decide(v, RUN_FAIL, "%s", out->details[0].text);
	} else if (out->result.exit_code == RUN_SKIP &&
		   WEXITSTATUS(out->exit.status) != RUN_FAIL) {
		decide(v, RUN_SKIP, "%s", out->result.reason);
	} else if (out->result.exit_code != RUN_PASS ||
		   WEXITSTATUS(out->exit.status)) {
		if (!cause_of_expectation(out->output.text, expected,
					  sizeof(expected)))
			snprintf(expected, sizeof(expected),
				 "an expectation was not met");
		decide(v, RUN_FAIL, "%s", out->result.reason[0] ?
		       out->result.reason : expected);
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

/* What values over time have broken, whatever is missing beside them */
static void judge_broken(const struct run_outcome *out, struct run_verdict *v)
{
	const struct outcome_assertion *a = asserted_find(out, ASSERTION_FAILS);

	if (v->code == RUN_PASS && a)
		decide(v, RUN_FAIL, "asserted: %s: %s", a->text, a->why);
}

/* Of what cannot be told there is no pass. */
static void judge_open(const struct run_config *c,
		       const struct run_outcome *out, struct run_verdict *v)
{
	const struct outcome_assertion *a = asserted_find(out, ASSERTION_OPEN);
	const struct mon_snapshots *shots = &out->findings.snapshots;
	unsigned int wanted = c->workload->snapshots;

	if (v->code != RUN_PASS)
		return;
	if (a)
		leave_open(v, RUN_INCONCLUSIVE, "asserted: %s: %s", a->text,
			   a->why);
	else if (c->expectations->assertions[0] && !out->n_assertions)
		leave_open(v, RUN_INCONCLUSIVE,
			   "asserted: %s: nobody has looked",
			   c->expectations->assertions[0]);
	else if (shots->n < wanted)
		leave_open(v, RUN_INCONCLUSIVE,
			   "%u of %u snapshots were taken: %s", shots->n,
			   wanted, *shots->why ? shots->why :
			   "the scenario was over before");
}

/* The monitor could not do what it was asked for. */
static void judge_error(const struct mon_findings *f, struct run_verdict *v)
{
	if (f->error_is_tests)
		decide(v, RUN_FAIL, "%s", f->error);
	else
		decide_ours(v, "%s", f->error);
}

/* The first alarm has ended the VM, so nothing else is left to judge. */
static void judge_expected_alarm(const struct run_config *c,
				 const struct run_outcome *out,
				 struct run_verdict *v)
{
	const char *text = c->expectations->expect_alarm;
	const struct mon_findings *f = &out->findings;

	if (!f->n_alarms && vm_end_is_ours(out->vm.end))
		judge_vm(c, out, v);
	else if (!f->n_alarms)
		decide(v, RUN_FAIL,
		       "the monitor was expected to complain (\"%s\"), and did not; the VM ended: %s, last stage: %s",
		       text, vm_end_name(out->vm.end),
		       last_stage(out));
	else if (!strstr(f->alarms[0].text, text))
		decide(v, RUN_FAIL, "monitor: %s; expected text \"%s\"",
		       f->alarms[0].text, text);
	else
		v->code = RUN_PASS;
}

/* Before anything was tried, something was not as it was to be. */
static bool judge_machine(const struct run_outcome *out, struct run_verdict *v)
{
	if (!out->ours[0] || max(out->stage, out->vm.stage) >= STAGE_SCHEDULER ||
	    out->vm.end == VM_END_PANIC || out->vm.end == VM_END_TRIPLE_FAULT)
		return false;
	decide_ours(v, "%s", out->ours);
	return true;
}

static void judge(const struct run_config *c, const struct run_outcome *out,
		  struct run_verdict *verdict)
{
	if (judge_machine(out, verdict))
		return;
	/* Nothing was tried: there is nothing to expect. */
	if (out->missing[0] && out->vm.end == VM_END_POWEROFF) {
		decide(verdict, RUN_SKIP, "%s", out->missing);
		return;
	}
	if (c->expectations->expect_alarm) {
		judge_expected_alarm(c, out, verdict);
		return;
	}
	if (judge_vm(c, out, verdict))
		return;
	if (ktstr_is_on(c->expectations->expect_err)) {
		judge_expected_death(c, out, verdict);
		/* It may not have died for want of what was to kill it. */
		if (out->findings.error[0])
			judge_error(&out->findings, verdict);
		return;
	}
	if (out->sched_died) {
		verdict->code = RUN_FAIL;
		describe_death(c->subject, out, verdict->reason,
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
	judge_broken(out, verdict);
	/* Without it there is no pass; nor does it excuse who failed. */
	if (out->findings.error[0] && verdict->code != RUN_FAIL)
		judge_error(&out->findings, verdict);
	else if (out->ours[0] && verdict->code == RUN_PASS)
		decide_ours(verdict, "%s", out->ours);
	else if (out->doubt[0] && verdict->code == RUN_PASS)
		leave_open(verdict, RUN_INCONCLUSIVE, "%s", out->doubt);
	judge_open(c, out, verdict);
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
static void judge_expected_failure(const char *text,
				   const struct run_outcome *out,
				   struct run_verdict *v)
{
	const struct run_verdict as_it_was = *v;
	const char *other = other_detail(out, text);

	if (v->code == RUN_SKIP)
		return;
	if (v->code != RUN_FAIL) {
		decide(v, RUN_FAIL, "expected to fail (\"%s\"), and did not",
		       text);
		v->wants = RUN_WANTS_RECORD;
		return;
	}
	if (strstr(v->reason, text) && !other) {
		memset(v, 0, sizeof(*v));
		return;
	}
	decide(v, RUN_FAIL, "%.300s; expected text \"%s\"",
	       other ? other : as_it_was.reason, text);
}

/* Could one word more have made this another verdict, and did one get lost? */
static bool loss_matters(const struct run_outcome *out,
			 const struct run_verdict *v)
{
	if (v->doubt == RUN_INFRASTRUCTURE)
		return false;
	if (v->wants == RUN_WANTS_TEXT)
		return loss_of_evidence(out);
	if (v->wants == RUN_WANTS_NOTHING && v->code == RUN_FAIL)
		return false;
	/* A kernel that lacks something said so before all else. */
	if (v->code == RUN_SKIP && out->missing[0])
		return false;
	return loss_of_records(out);
}

static void judge_loss(const struct run_outcome *out, struct run_verdict *v)
{
	const struct run_verdict as_it_was = *v;
	char lost[LOSS_TEXT_SIZE];

	if (!loss_matters(out, v))
		return;
	loss_describe(out, lost, sizeof(lost));
	decide_ours(v, "lost: %s%s%.200s", lost,
		    as_it_was.reason[0] ? "; without them: " : "",
		    as_it_was.reason);
}

void run_judge(const struct run_config *config, const struct run_outcome *out,
	       struct run_verdict *verdict)
{
	const struct run_expectations *e = config->expectations;

	memset(verdict, 0, sizeof(*verdict));
	judge(config, out, verdict);
	if (e->expect_failure)
		judge_expected_failure(e->expect_failure, out, verdict);
	/* An alarm is no word of the guest's. */
	if (!e->expect_alarm)
		judge_loss(out, verdict);
}
