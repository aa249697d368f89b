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
#include "lib/repro/pipeline.h"
#include "lib/util/util.h"

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

TEST_F(pipeline, culprits_of_real_crashes)
{
	static const struct {
		const char *console, *log, *trace, *culprit;
	} cases[] = {
		{ "scx_error.console", "scx_error.sched", "scx_error.trace",
		  "ktstr_enqueue (BPF) while " },
		{ "scx_bad-dsq.console", "scx_bad-dsq.sched", NULL,
		  "find_dsq_for_dispatch()" },
		{ "scx_stall.console", "scx_stall.sched", NULL,
		  "scx_watchdog_workfn() for " },
		{ "oops_scx_fork.console", NULL, NULL, "__scx_init_task()" },
		{ "scx_unreg.console", NULL, NULL, "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		outcome_exit(&self->out);
		outcome_init(&self->out);
		ASSERT_TRUE(slurp(cases[i].console, &self->out.console));
		if (cases[i].log)
			slurp(cases[i].log, &self->out.sched_log);
		if (cases[i].trace)
			slurp(cases[i].trace, &self->out.scx_dump);
		repro_culprit(&self->out, self->line, sizeof(self->line));
		EXPECT_EQ(0, strncmp(cases[i].culprit, self->line,
				     strlen(cases[i].culprit))) {
			TH_LOG("%s: '%s'", cases[i].console, self->line);
		}
		EXPECT_EQ(!*cases[i].culprit, !*self->line);
		EXPECT_EQ(NULL, strchr(self->line, '\n'));
	}
}

TEST_F(pipeline, a_stall_names_its_victim)
{
	ASSERT_TRUE(slurp("scx_stall.console", &self->out.console));
	repro_culprit(&self->out, self->line, sizeof(self->line));
	EXPECT_NE(NULL, strstr(self->line, " for "));
	EXPECT_NE(NULL, strstr(self->line, " ms"));
	EXPECT_EQ(NULL, strstr(self->line, " ran"));
}

/* The primary died; then the kernel's image is gone. */
TEST_F(pipeline, a_repro_vm_that_does_not_boot)
{
	const struct host_kernel kernel = { .image = "/nowhere/bzImage" };
	const struct run_config config = {
		.program = "/proc/self/exe",
		.kernel = &kernel,
		.topology = { 1, 1, 1, 1 },
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

TEST_HARNESS_MAIN
