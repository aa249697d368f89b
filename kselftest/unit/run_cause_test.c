// SPDX-License-Identifier: GPL-2.0-only
/*
 * A verdict shows the cause that the run's texts have.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/made_run.h"
#include "lib/common/util/util.h"
#include "lib/host/run/cause.h"
#include "lib/host/run/verdict.h"

#define HEAD	"libbpf: prog 'x_enqueue': BPF program load failed: -EACCES\n" \
		"libbpf: prog 'x_enqueue': -- BEGIN PROG LOAD LOG --\n"
#define TAIL	"processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0\n" \
		"-- END PROG LOAD LOG --\n" \
		"libbpf: prog 'x_enqueue': failed to load: -EACCES\n"
#define TRACE	"0: R1=ctx() R10=fp0\n; s32 x_enqueue() @ x.bpf.c:12\n" \
		"0: (b7) r1 = 0   ; R1=0\nfrom 0 to 7: R1=0\nR2=7 R3_w=5\n" \
		" R6=0 R10=fp0\n"

static const struct {
	const char *log;
	const char *cause;
} refusals[] = {
	{ "scx_x: attached\n", "" },
	{ HEAD TRACE "R1 invalid mem access 'scalar'\n" TAIL,
	  "the verifier refused x_enqueue: R1 invalid mem access 'scalar'" },
	{ HEAD "BPF program is too large. Processed 1000001 insn\n"
	  "verification time 1 usec\nstack depth 8+0\n" TAIL,
	  "the verifier refused x_enqueue: BPF program is too large. Processed 1000001 insn" },
	/* What comes last is it: notes on the types are in front. */
	{ HEAD "arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n"
	  TRACE "Unreleased reference id=2 alloc_insn=5\n" TAIL,
	  "the verifier refused x_enqueue: Unreleased reference id=2 alloc_insn=5" },
	/* The first of two */
	/* As 7.3 explains it */
	{ HEAD TRACE "R7 invalid mem access 'scalar'\n\n"
	  "Verification failed: Register Type Safety: Invalid dereference\n\n"
	  "Reason:\n  R7 is a scalar\n\nAt:\n  x.bpf.c:336\n\n"
	  "Causal path:\n    1. x.bpf.c:331\n\nSuggestion:\n  Reload it.\n\n"
	  TAIL,
	  "the verifier refused x_enqueue: R7 invalid mem access 'scalar'" },
	{ HEAD "one\n" TAIL HEAD "two\n" TAIL,
	  "the verifier refused x_enqueue: one" },
	/* An old libbpf, and logs that are cut */
	{ "libbpf: -- BEGIN PROG LOAD LOG --\nwhy\n-- END PROG LOAD LOG --\n",
	  "the verifier refused a program: why" },
	{ HEAD TRACE, "the verifier refused x_enqueue" },
	{ "libbpf: prog 'x': -- BEGIN PROG LOAD LOG --",
	  "the verifier refused x" },
};

TEST(verifiers_reason)
{
	char buf[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		EXPECT_EQ(!!*refusals[i].cause,
			  cause_of_refusal(refusals[i].log, buf, sizeof(buf)));
		EXPECT_STREQ(refusals[i].cause, buf);
	}
}

static const struct {
	const char *output;
	const char *cause;
} expectations[] = {
	{ "hello\n", "" },
	{ "# /a/kselftest/scx.c:69:busy:Expected 0 (0) == n (3)\n"
	  "# busy: Test failed\n", "scx.c:69: Expected 0 (0) == n (3)" },
	{ "noise\n# scx.c:7:t:Expected 'a' == 's'.\n# scx.c:8:t:Expected 2\n",
	  "scx.c:7: Expected 'a' == 's'." },
	/* Words of a body, not the harness's */
	{ "I said: t:Expected 1\n", "" },
	{ ":Expected x", "" },
	{ "# :1:Expected ", "" },
};

TEST(first_expectation)
{
	char buf[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(expectations); i++) {
		EXPECT_EQ(!!*expectations[i].cause,
			  cause_of_expectation(expectations[i].output, buf,
					       sizeof(buf)));
		EXPECT_STREQ(expectations[i].cause, buf);
	}
}

FIXTURE(verdict)
{
	struct made_run run;
	struct run_outcome out;
	struct run_verdict v;
};

FIXTURE_SETUP(verdict)
{
	outcome_init(&self->out);
	made_run_init(&self->run, "scx_x");
	self->out.vm.end = VM_END_POWEROFF;
	self->out.stage = STAGE_WORKLOAD;
}

FIXTURE_TEARDOWN(verdict)
{
	outcome_exit(&self->out);
}

static void log_is(FIXTURE_DATA(verdict) *self, const char *log)
{
	strbuf_add(&self->out.sched_log, log, strlen(log));
	self->out.sched_died = true;
	self->out.sched_died_stage = STAGE_SCHEDULER;
	self->out.has_sched_exit = true;
	self->out.sched_exit.status = 1 << 8;
	run_judge(&self->run.config, &self->out, &self->v);
}

TEST_F(verdict, a_refusal_is_told)
{
	log_is(self, HEAD TRACE "R1 invalid mem access 'scalar'\n" TAIL);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler scx_x died at stage scheduler: the verifier refused x_enqueue: R1 invalid mem access 'scalar'",
		     self->v.reason);
}

TEST_F(verdict, colors_of_a_logger_are_not)
{
	log_is(self, "\033[31mError\033[0m: EXIT: runtime error (x)\033[0m\n");
	EXPECT_STREQ("scheduler scx_x died at stage scheduler: runtime error (x)",
		     self->v.reason);
}

/* Whether the body goes on after it (EXPECT) or not (ASSERT) */
TEST_F(verdict, an_expectation_is_told)
{
	static const char output[] =
		"# /a/scx.c:69:busy:Expected 0 (0) == n (3)\n";

	strbuf_add(&self->out.output, output, strlen(output));
	self->out.has_exit = true;
	self->out.exit.status = 1 << 8;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scx.c:69: Expected 0 (0) == n (3), and the body ended there",
		     self->v.reason);
	self->out.has_result = true;
	self->out.result.exit_code = 1;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("scx.c:69: Expected 0 (0) == n (3)", self->v.reason);
}

TEST_HARNESS_MAIN
