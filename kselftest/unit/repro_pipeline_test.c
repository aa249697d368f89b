// SPDX-License-Identifier: GPL-2.0-only
/*
 * Auto-repro without a VM: what is said of a run, by real crash texts, and of
 * a repro VM that does not boot.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/common/util/util.h"
#include "lib/host/repro/ending.h"
#include "lib/host/repro/pipeline.h"

#define CRASH_DIR "/data/crash/"

FIXTURE(pipeline) {
	struct run_outcome out;
	char line[256];
};

FIXTURE_SETUP(pipeline)
{
	outcome_init(&self->out);
}

FIXTURE_TEARDOWN(pipeline)
{
	outcome_exit(&self->out);
}

/* The sources are where this file was compiled. */
static bool slurp(const char *name, struct strbuf *to)
{
	char path[PATH_MAX], bytes[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%.*s" CRASH_DIR "%s",
		 (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	while ((n = fread(bytes, 1, sizeof(bytes), f)))
		strbuf_add(to, bytes, n);
	fclose(f);
	return true;
}

/* The primary died; then the kernel's image is gone. */
TEST_F(pipeline, a_repro_vm_that_does_not_boot)
{
	const struct host_kernel kernel = { .image = "/nowhere/bzImage" };
	const struct run_machine machine = { .topology = TOPOLOGY(1, 1, 1, 1) };
	const struct run_subject eevdf = { };
	const struct run_workload workload = { };
	const struct run_expectations expectations = { };
	const struct run_config config = {
		.machine = &machine,
		.subject = &eevdf,
		.workload = &workload,
		.expectations = &expectations,
		.program = "/proc/self/exe",
		.kernel = &kernel,
		.slowness = 1,
	};
	const struct repro_request request = {
		.primary = &config, .out = &self->out,
	};
	struct repro repro;

	ASSERT_TRUE(slurp("scx_error.console", &self->out.console));
	self->out.stage = STAGE_WORKLOAD;
	repro_run(&request, &repro);
	EXPECT_EQ(REPRO_NO_BOOT, repro.end);
	EXPECT_EQ(1U, repro.rounds);
	EXPECT_EQ(0, strncmp(repro.text.text, "repro VM did not boot: ", 23)) {
		TH_LOG("%s", repro.text.text);
	}
	EXPECT_NE('\0', repro.reason[0]);
	repro_free(&repro);
}

/* ---- how two runs compare, by made outcomes ---- */

/* A run of the scheduler: how it and its VM ended. */
struct made {
	enum vm_end end;
	enum wire_stage stage;
	const char *log;	/* of the scheduler */
	const char *console;
	const char *crash;	/* init's words */
	bool died;
	int status;		/* of its process, -1 when none was told */
};

#define LIVED	{ VM_END_POWEROFF, STAGE_POWEROFF,			\
		  "EXIT: unregistered from user space\n", .status = 0 }
#define ERROR(msg) { VM_END_POWEROFF, STAGE_POWEROFF,			\
		     "EXIT: runtime error (" msg ")\n", .died = true,	\
		     .status = 256 }
#define EXITED(code) { VM_END_POWEROFF, STAGE_POWEROFF,		\
		       "EXIT: unregistered from user space\n",	\
		       .died = true, .status = (code) << 8 }
#define PANIC(text) { VM_END_PANIC, STAGE_WORKLOAD, .status = -1,	\
		      .console = text }
#define HUNG(stage) { VM_END_DEADLINE, stage, .status = -1 }
#define NO_START(words) { VM_END_POWEROFF, STAGE_SCHEDULER,		\
			  .crash = words, .status = -1 }

static void make_outcome(const struct made *made, struct run_outcome *out)
{
	outcome_init(out);
	out->vm.end = made->end;
	out->vm.stage = made->stage;
	out->stage = made->stage;
	out->sched_died = made->died;
	out->sched_died_stage = STAGE_WORKLOAD;
	out->has_sched_exit = made->status >= 0;
	out->sched_exit.status = made->status;
	snprintf(out->crash, sizeof(out->crash), "%s", made->crash ?: "");
	if (made->log)
		strbuf_addf(&out->sched_log, "%s", made->log);
	if (made->console)
		strbuf_addf(&out->console, "%s", made->console);
	if (made->end == VM_END_PANIC)
		snprintf(out->vm.message, sizeof(out->vm.message),
			 "Kernel panic");
}

static const struct ending_case {
	const char *name;
	struct made first, again;
	enum exit_match match;
	enum repro_end end;
} ending_cases[] = {
	{ "error, again", ERROR("one"), ERROR("one"), .match = EXIT_REPRODUCED },
	{ "error, other", ERROR("one"), ERROR("two"), .match = EXIT_DIFFERENT },
	{ "error, lived", ERROR("one"), LIVED, .match = EXIT_NOT_REPRODUCED },
	{ "error, process", ERROR("one"), EXITED(3), .match = EXIT_DIFFERENT },
	{ "process, again", EXITED(3), EXITED(3), .match = EXIT_REPRODUCED },
	{ "process, other status", EXITED(3), EXITED(4), .match = EXIT_DIFFERENT },
	/* The harness's own stop unregisters it, too. */
	{ "process, lived", EXITED(3), LIVED, .match = EXIT_NOT_REPRODUCED },
	{ "process, SysRq-S by the harness", EXITED(3),
	  { VM_END_POWEROFF, STAGE_POWEROFF, "EXIT: disabled by sysrq-S\n",
	    .status = 9 }, .match = EXIT_NOT_REPRODUCED },
	{ "lived, lived", LIVED, LIVED, .match = EXIT_NOT_REPRODUCED },
	{ "lived, process", LIVED, EXITED(0), .match = EXIT_DIFFERENT },
	{ "panic, again", PANIC(" foo+0x1/0x2\n"), PANIC(" foo+0x9/0x9\n"),
	  .match = EXIT_REPRODUCED },
	{ "panic, elsewhere", PANIC(" foo+0x1/0x2\n"),
	  PANIC(" bar+0x1/0x2\n"), .match = EXIT_DIFFERENT },
	{ "panics without a stack", PANIC(""), PANIC(""), .match = EXIT_REPRODUCED },
	{ "panic, lived", PANIC(" foo+0x1/0x2\n"), LIVED,
	  .match = EXIT_NOT_REPRODUCED },
	{ "panic, error", PANIC(" foo+0x1/0x2\n"), ERROR("one"),
	  .match = EXIT_DIFFERENT },
	{ "error, panic", ERROR("one"), PANIC(" foo+0x1/0x2\n"),
	  .match = EXIT_DIFFERENT },
	{ "panic, triple fault", PANIC(""),
	  { VM_END_TRIPLE_FAULT, STAGE_WORKLOAD, .status = -1 },
	  .match = EXIT_DIFFERENT },
	{ "hung, again", HUNG(STAGE_WORKLOAD), HUNG(STAGE_WORKLOAD),
	  .match = EXIT_REPRODUCED },
	{ "hung, sooner", HUNG(STAGE_WORKLOAD), HUNG(STAGE_KERNEL),
	  .match = EXIT_DIFFERENT, .end = REPRO_NO_BOOT },
	{ "hung, lived", HUNG(STAGE_WORKLOAD), LIVED, .match = EXIT_NOT_REPRODUCED },
	{ "lived, hung", LIVED, HUNG(STAGE_WORKLOAD), .match = EXIT_NOT_REPRODUCED,
	  .end = REPRO_TIMED_OUT },
	{ "no start, again", NO_START("not enabled within 100 ms"),
	  NO_START("not enabled within 200 ms"), .match = EXIT_REPRODUCED },
	{ "no start, other", NO_START("not enabled"), NO_START("no file"),
	  .match = EXIT_DIFFERENT, .end = REPRO_NO_ATTACH },
	{ "no start, lived", NO_START("not enabled"), LIVED,
	  .match = EXIT_NOT_REPRODUCED },
};

TEST(endings)
{
	struct run_outcome first, again;
	struct story story;
	struct repro repro;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ending_cases); i++) {
		const struct ending_case *c = &ending_cases[i];
		const struct repro_request request = { .out = &first };

		make_outcome(&c->first, &first);
		make_outcome(&c->again, &again);
		story_init(&story);
		repro_init(&request, &repro);
		EXPECT_TRUE(repro_take(&request, &repro, &again, &story));
		EXPECT_EQ(c->match, repro.match) {
			TH_LOG("%s", c->name);
		}
		EXPECT_EQ(c->end, repro.end) {
			TH_LOG("%s", c->name);
		}
		EXPECT_EQ(c->match == EXIT_REPRODUCED, repro.matched);
		EXPECT_EQ(!!strncmp(c->name, "lived,", 6),
			  ending_is_failure(&first)) {
			TH_LOG("%s", c->name);
		}
		repro_free(&repro);
		outcome_exit(&first);
		outcome_exit(&again);
	}
}

/* The best round is shown, whatever comes behind it. */
TEST(the_best_round_stays)
{
	static const struct made first = ERROR("one"), lived = LIVED,
		other = ERROR("two"), again = ERROR("one");
	static const struct {
		const struct made *made;	/* NULL: it did not boot */
		bool taken;
		unsigned int matched;
		enum exit_match match;
		enum repro_end end;
	} rounds[] = {
		{ NULL, false, 0, EXIT_NOT_REPRODUCED, REPRO_NO_BOOT },
		{ &lived, true, 0, EXIT_NOT_REPRODUCED, REPRO_RAN },
		{ &other, true, 0, EXIT_DIFFERENT, REPRO_RAN },
		{ &lived, false, 0, EXIT_DIFFERENT, REPRO_RAN },
		{ &again, true, 1, EXIT_REPRODUCED, REPRO_RAN },
		{ &other, false, 1, EXIT_REPRODUCED, REPRO_RAN },
		{ &again, false, 2, EXIT_REPRODUCED, REPRO_RAN },
		{ &lived, false, 2, EXIT_REPRODUCED, REPRO_RAN },
		{ NULL, false, 2, EXIT_REPRODUCED, REPRO_RAN },
	};
	struct run_outcome primary, out;
	const struct repro_request request = { .out = &primary };
	struct repro repro;
	size_t i;

	make_outcome(&first, &primary);
	repro_init(&request, &repro);
	for (i = 0; i < ARRAY_SIZE(rounds); i++) {
		struct story story;

		story_init(&story);
		if (rounds[i].made) {
			make_outcome(rounds[i].made, &out);
			EXPECT_EQ(rounds[i].taken,
				  repro_take(&request, &repro, &out, &story)) {
				TH_LOG("round %zu", i);
			}
			outcome_exit(&out);
		} else {
			repro_take_none(&repro, "no image");
		}
		EXPECT_EQ(i + 1, repro.rounds);
		EXPECT_EQ(rounds[i].matched, repro.matched);
		EXPECT_EQ(rounds[i].match, repro.match) {
			TH_LOG("round %zu", i);
		}
		EXPECT_EQ(rounds[i].end, repro.end) {
			TH_LOG("round %zu", i);
		}
	}
	repro_free(&repro);
	outcome_exit(&primary);
}

TEST_HARNESS_MAIN
