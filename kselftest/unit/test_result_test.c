// SPDX-License-Identifier: GPL-2.0-only
/*
 * Result lines: one line of printable text, whatever a guest has said.
 */
#include "kselftest_harness.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/verdict.h"
#include "lib/test/glue.h"

FIXTURE(result)
{
	char reason[128];
	int code;
	struct ktstr_test test;
};

FIXTURE_SETUP(result)
{
	self->test = (struct ktstr_test) {
		.fixture = "fix", .variant = "", .name = "name",
		.exit_code = &self->code,
		.reason = self->reason, .reason_size = sizeof(self->reason),
	};
}

FIXTURE_TEARDOWN(result)
{
	unsetenv("KTSTR_STRICT");
	ktstr_glue.retried[0] = '\0';
	ktstr_glue.not_judged = NULL;
}

TEST_F(result, guests_words_are_one_printable_line)
{
	static const struct {
		const char *said;
		const char *shown;
	} cases[] = {
		{ "", "" },
		{ "stuck 3500 ms on CPU 1", "stuck 3500 ms on CPU 1" },
		{ "one\nok 2 fix.other", "one" },
		{ "\nok 2 fix.other", "" },
		{ "one\rok 2 fix.other", "one?ok 2 fix.other" },
		{ "\033[2J\033]0;title\007", "?[2J?]0;title?" },
		{ "a\tb\v\f\x7f", "a\tb???" },
		{ "\x80\xc3\xa9\xff~ !", "?\xc3\xa9?~ !" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		glue_result(&self->test, RUN_FAIL, "%s", cases[i].said);
		EXPECT_EQ(RUN_FAIL, self->code);
		EXPECT_STREQ(cases[i].shown, self->reason)
			TH_LOG("case %u", i);
	}
}

TEST_F(result, long_words_are_cut)
{
	char said[256];

	memset(said, 'x', sizeof(said));
	said[sizeof(said) - 1] = '\0';
	glue_result(&self->test, RUN_SKIP, "%s", said);
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_EQ(sizeof(self->reason) - 1, strlen(self->reason));
}

TEST_F(result, strict_makes_a_skip_a_failure)
{
	unsetenv("KTSTR_STRICT");
	glue_skip(&self->test, "no\tkernel");
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_STREQ("no\tkernel", self->reason);
	setenv("KTSTR_STRICT", "1", 1);
	glue_skip(&self->test, "no kernel");
	EXPECT_EQ(RUN_FAIL, self->code);
	EXPECT_STREQ("infrastructure: no kernel", self->reason);
}

/* Counted apart, never a pass, and no failure unless that is asked for. */
TEST_F(result, infrastructure_is_a_skip_of_its_own)
{
	atomic_uint n = 0;

	ktstr_glue.not_judged = &n;
	glue_infrastructure(&self->test, "the VM ended: %s", "KVM\terror");
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_STREQ("infrastructure: the VM ended: KVM\terror", self->reason);
	EXPECT_EQ(RUN_INFRASTRUCTURE, ktstr_glue.doubt);
	EXPECT_EQ(1U, atomic_load(&n));

	/* As a sentence that says so itself. */
	glue_skip(&self->test, "infrastructure: no KVM");
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_STREQ("infrastructure: no KVM", self->reason);
	EXPECT_EQ(2U, atomic_load(&n));
	glue_skip(&self->test, "no kernel");
	EXPECT_EQ(RUN_JUDGED, ktstr_glue.doubt);
	EXPECT_EQ(2U, atomic_load(&n));

	setenv("KTSTR_STRICT", "1", 1);
	glue_skip(&self->test, "infrastructure: no KVM");
	EXPECT_EQ(RUN_FAIL, self->code);
	EXPECT_STREQ("infrastructure: no KVM", self->reason);
	EXPECT_EQ(RUN_INFRASTRUCTURE, ktstr_glue.doubt);
	EXPECT_EQ(3U, atomic_load(&n));
}

/* The same, but told from that: it is the run that was not good enough. */
TEST_F(result, inconclusive_is_another_skip_of_its_own)
{
	atomic_uint n = 0;

	ktstr_glue.not_judged = &n;
	glue_skip(&self->test, "inconclusive: the host took 61 %");
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_STREQ("inconclusive: the host took 61 %", self->reason);
	EXPECT_EQ(RUN_INCONCLUSIVE, ktstr_glue.doubt);
	EXPECT_EQ(1U, atomic_load(&n));

	setenv("KTSTR_STRICT", "1", 1);
	glue_skip(&self->test, "inconclusive: the host took 61 %");
	EXPECT_EQ(RUN_FAIL, self->code);
	EXPECT_STREQ("inconclusive: the host took 61 %", self->reason);
	EXPECT_EQ(RUN_INCONCLUSIVE, ktstr_glue.doubt);
}

TEST_F(result, a_second_try_is_in_the_line)
{
	char *said = NULL;
	size_t len;

	ktstr_glue.out = open_memstream(&said, &len);
	ASSERT_NE(NULL, ktstr_glue.out);
	glue_retried("the VM hung");
	fclose(ktstr_glue.out);
	ktstr_glue.out = NULL;
	EXPECT_STREQ("# retried: the VM hung\n", said);
	free(said);
	glue_result(&self->test, RUN_PASS, "%s", "");
	EXPECT_STREQ("retried: the VM hung", self->reason);
	glue_result(&self->test, RUN_FAIL, "stuck");
	EXPECT_STREQ("stuck; retried: the VM hung", self->reason);
	glue_infrastructure(&self->test, "no KVM");
	EXPECT_STREQ("infrastructure: no KVM; retried: the VM hung",
		     self->reason);
}

/* What glue_note_loss() says; free() it. */
static char *said_of(const struct run_outcome *out, int code,
		     enum run_doubt doubt)
{
	const struct run_verdict verdict = { .code = code, .doubt = doubt };
	char *said = NULL;
	size_t len;

	ktstr_glue.out = open_memstream(&said, &len);
	if (!ktstr_glue.out)
		return NULL;
	glue_note_loss(out, &verdict);
	fclose(ktstr_glue.out);
	ktstr_glue.out = NULL;
	return said;
}

TEST_F(result, losses_are_told_where_no_report_does)
{
	static const struct {
		int code;
		enum run_doubt doubt;
		uint64_t lost;
		const char *said;
	} cases[] = {
		{ RUN_PASS, RUN_JUDGED, 0, "" },
		{ RUN_PASS, RUN_JUDGED, 42,
		  "# lost: 42 bytes of the serial ports\n" },
		{ RUN_SKIP, RUN_JUDGED, 42,
		  "# lost: 42 bytes of the serial ports\n" },
		{ RUN_FAIL, RUN_JUDGED, 42, "" },
		{ RUN_SKIP, RUN_INFRASTRUCTURE, 42, "" },
		{ RUN_SKIP, RUN_INCONCLUSIVE, 42, "" },
	};
	struct run_outcome *out = calloc(1, sizeof(*out));
	unsigned int i;
	char *said;

	ASSERT_NE(NULL, out);
	outcome_init(out);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		out->vm.serial_lost = cases[i].lost;
		said = said_of(out, cases[i].code, cases[i].doubt);
		EXPECT_STREQ(cases[i].said, said) {
			TH_LOG("case %u", i);
		}
		free(said);
	}
	outcome_exit(out);
	free(out);
}

TEST_F(result, output_that_was_dropped_is_in_the_line)
{
	glue_result(&self->test, RUN_PASS, "%s", "");
	glue_note_output(&self->test, 0);
	EXPECT_STREQ("", self->reason);
	glue_note_output(&self->test, 6000000001);
	EXPECT_STREQ("6000000001 bytes of its output were not kept",
		     self->reason);
	EXPECT_EQ(RUN_PASS, self->code);
	glue_result(&self->test, RUN_FAIL, "stuck");
	glue_note_output(&self->test, 7);
	EXPECT_STREQ("stuck; 7 bytes of its output were not kept",
		     self->reason);
	EXPECT_EQ(RUN_FAIL, self->code);

	/* A line that has no room for all of it is cut. */
	memset(self->reason, 'x', sizeof(self->reason) - 10);
	self->reason[sizeof(self->reason) - 10] = '\0';
	glue_note_output(&self->test, 7);
	EXPECT_EQ(sizeof(self->reason) - 1, strlen(self->reason));
}

/* The program's own status, by what its tests have come to. */
TEST_F(result, status_by_the_worst_result)
{
	static const struct {
		struct ktstr_counts counts;
		unsigned int ours;
		int status;
	} cases[] = {
		{ { .pass = 3, .planned = 3 }, 0, 77 },
		{ { .pass = 2, .fail = 1, .planned = 3 }, 0, 77 },
		{ { .pass = 2, .skip = 1, .planned = 3 }, 0, 77 },
		{ { .skip = 3, .planned = 3 }, 0, RUN_SKIP },
		{ { .planned = 0 }, 0, RUN_FAIL },
		{ { .pass = 2, .skip = 1, .planned = 3 }, 1, RUN_SKIP },
		{ { .pass = 1, .fail = 1, .skip = 1, .planned = 3 }, 1, 77 },
	};
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		atomic_uint n = cases[i].ours;

		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			ktstr_glue.not_judged = &n;
			ktstr_glue.runs_tests = true;
			ktstr_glue.main_pid = getpid();
			ktstr_main_end(&cases[i].counts);
			/* It leaves the harness's own status as it is. */
			_exit(77);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(cases[i].status, WEXITSTATUS(status))
			TH_LOG("case %u", i);
	}
}

TEST_HARNESS_MAIN
