// SPDX-License-Identifier: GPL-2.0-only
/*
 * A failure's block on the KTAP: short, clean, and whole in a file.
 */
#include "kselftest_harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "kselftest/unit/made_run.h"
#include "lib/common/util/util.h"
#include "lib/host/report/comment.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/monitor.h"

#define BLOCK_LINES	25

/* One call, so that the words, which are not split, end their line. */
#define EXPECT_SAID(text, words)	EXPECT_NE(NULL, strstr(text, words))

FIXTURE(failure)
{
	struct made_run run;
	struct run_outcome out;
	struct run_verdict verdict;
	struct failure f;
	char *text;
};

FIXTURE_SETUP(failure)
{
	unsetenv("KTSTR_SIDECAR_DIR");
	outcome_init(&self->out);
	self->out.vm.end = VM_END_POWEROFF;
	snprintf(self->verdict.reason, sizeof(self->verdict.reason),
		 "the reason");
	made_run_init(&self->run, "scx_x");
	self->run.machine.topology = (struct topology)TOPOLOGY(1, 2, 2, 1);
	self->run.config.test = "fix.test";
	self->run.config.program = "/p/prog";
	strcpy(self->run.kernel.image, "/k/bzImage");
	self->f = (struct failure){
		.config = &self->run.config, .out = &self->out,
		.verdict = &self->verdict,
	};
	self->text = NULL;
}

FIXTURE_TEARDOWN(failure)
{
	outcome_exit(&self->out);
	free(self->text);
}

static const char *print(FIXTURE_DATA(failure) *self)
{
	size_t size;
	FILE *to;

	free(self->text);
	self->text = NULL;
	to = open_memstream(&self->text, &size);
	report_failure(to, &self->f);
	fclose(to);
	return self->text;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* As much of everything as a run can bring. */
static void fill(struct run_outcome *out)
{
	unsigned int i;

	out->sched_died = true;
	out->n_cgroups = WIRE_CGROUPS_MAX;
	for (i = 0; i < WIRE_CGROUPS_MAX; i++)
		snprintf(out->cgroups[i].name, sizeof(out->cgroups[i].name),
			 "cg_%u", i);
	for (i = 0; i < 1000; i++) {
		strbuf_addf(&out->console, "[    %u.0] console line\n", i);
		strbuf_addf(&out->sched_log, "log line %u\n", i);
		strbuf_addf(&out->scx_dump, "dump line %u\n", i);
	}
	snprintf(out->crash, sizeof(out->crash), "init's last words");
	out->console.dropped = 1;
	out->findings.n_alarms = MON_ALARMS_MAX;
	for (i = 0; i < MON_ALARMS_MAX; i++)
		snprintf(out->findings.alarms[i].text,
			 sizeof(out->findings.alarms[i].text), "alarm %u", i);
}

TEST_F(failure, says_what_and_where_and_how_again)
{
	static const char * const want[] = {
		"# ktstr 'fix.test' [sched=scx_x] [topo=1n2l2c1t] failed:\n",
		"#   the reason\n", "last stage: ", "kernel: /k/bzImage\n",
		"again: ./run_ktstr.sh repro fix.test\n",
	};
	static const char * const without_front[] = {
		"#   again: KTSTR_REPRO=1 KTSTR_KERNEL=/k/bzImage /p/prog -r fix.test\n",
		"#   again: KTSTR_SCHEDULER_DIR='/a b/it'\\''s' KTSTR_REPRO=1 KTSTR_KERNEL=/k/bzImage /p/prog -r fix.test\n",
	};
	unsigned int i;

	setenv("KTSTR_AGAIN", "", 1);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_NE(NULL, strstr(print(self), want[i]));
	setenv("KTSTR_AGAIN", "KTSTR_SOURCE=a/b ", 1);
	EXPECT_NE(NULL, strstr(print(self),
			       "#   again: KTSTR_SOURCE=a/b ./run_ktstr.sh repro fix.test\n"));
	setenv("KTSTR_AGAIN_OPTIONS", "--use-config ", 1);
	EXPECT_NE(NULL, strstr(print(self),
			       "./run_ktstr.sh --use-config repro fix.test\n"));
	/* A suite that was installed is without it. */
	unsetenv("KTSTR_AGAIN");
	unsetenv("KTSTR_STRICT");
	unsetenv("XDG_CACHE_HOME");
	EXPECT_NE(NULL, strstr(print(self), without_front[0]));
	setenv("KTSTR_SCHEDULER_DIR", "/a b/it's", 1);
	EXPECT_NE(NULL, strstr(print(self), without_front[1]));
	unsetenv("KTSTR_SCHEDULER_DIR");
	setenv("KTSTR_ATTR", "workers=3,kernel_args=a b", 1);
	EXPECT_NE(NULL, strstr(print(self),
			       "again: KTSTR_ATTR='workers=3,kernel_args=a b' KTSTR_REPRO=1 "));
	unsetenv("KTSTR_ATTR");
}

TEST_F(failure, a_reason_is_no_result)
{
	snprintf(self->verdict.reason, sizeof(self->verdict.reason),
		 "not ok 1 exit #");
	EXPECT_SAID(print(self), "\n#   | not ok 1 exit #\n");
	snprintf(self->verdict.reason, sizeof(self->verdict.reason),
		 "okay, but for 1");
	EXPECT_SAID(print(self), "\n#   okay, but for 1\n");
}

/* A terminal has no room for it; the file has all. */
TEST_F(failure, a_dump_ends_with_no_screen_of_zeros)
{
	unsigned int i;

	strbuf_addf(&self->out.scx_dump, "who failed\n");
	for (i = 0; i < 60; i++)
		strbuf_addf(&self->out.scx_dump, "  SCX_EV_X%u:      0\n", i);
	self->run.config.verbose = true;
	EXPECT_SAID(print(self), "# who failed\n");
	EXPECT_SAID(print(self), "(60 event counters are 0)\n");
}

TEST_F(failure, losses_are_told)
{
	EXPECT_EQ(NULL, strstr(print(self), "lost: "));
	self->out.vm.ring.records = 123456;
	self->out.vm.ring.texts = 3;
	self->out.vm.serial_lost = 5;
	self->out.sched_log.dropped = 7;
	EXPECT_SAID(print(self),
		    "#   lost: 123456 records of the guest (3 of them text), 5 bytes of the serial ports, 7 bytes of the scheduler's log\n");
}

TEST_F(failure, is_short_whatever_there_is)
{
	const char *text, *line;

	fill(&self->out);
	self->f.culprit = "enqueue of worker[7]";
	/* A folder that is not there costs a line, and a loss does, too. */
	self->out.vm.serial_lost = 1;
	setenv("KTSTR_SIDECAR_DIR", "/nonexistent", 1);
	text = print(self);
	EXPECT_GE(BLOCK_LINES, count_lines(text));
	for (line = text; *line; line += strcspn(line, "\n") + 1)
		EXPECT_EQ('#', *line);
	EXPECT_NE(NULL, strstr(text, "init's last words"));
	EXPECT_NE(NULL, strstr(text, "console line"));
	EXPECT_NE(NULL, strstr(text, "culprit: enqueue of worker[7]"));
	EXPECT_NE(NULL, strstr(text, "alarm 0"));
}

/* Of a guest that hung: who stands where, and never bare numbers. */
TEST_F(failure, tells_the_story_of_a_hang)
{
	struct mon_findings *f = &self->out.findings;
	struct mon_kept_dump *d = &f->dumps[0];
	unsigned int i;

	fill(&self->out);
	self->out.vm.end = VM_END_HUNG;
	self->out.n_regs = 2;
	self->out.regs[0].ip = 0xffffffff81234567;
	EXPECT_NE(NULL, strstr(print(self), "ip 0xffffffff81234567"));

	/* One that hung before there was anything to sample */
	strbuf_addf(&f->where, "CPU 0: early_init+0x7, interrupts off\n");
	EXPECT_NE(NULL, strstr(print(self), "#   CPU 0: early_init+0x7"));
	EXPECT_EQ(NULL, strstr(self->text, "ip 0x"));

	f->n_dumps = 1;
	d->why = MON_DUMP_END;
	for (i = 0; i < 40; i++)
		strbuf_addf(&d->story, "CPU %u: in f()\n", i);
	d->text = (struct strbuf)STRBUF_INIT;
	self->f.culprit = "f(), in which CPUs 0-39 stand";
	setenv("KTSTR_SIDECAR_DIR", "/nonexistent", 1);
	EXPECT_NE(NULL, strstr(print(self), "#   CPU 0: in f()\n"));
	EXPECT_EQ(NULL, strstr(self->text, "ip 0x"));
	EXPECT_EQ(NULL, strstr(self->text, "early_init"));
	EXPECT_GE(BLOCK_LINES, count_lines(self->text));
	unsetenv("KTSTR_SIDECAR_DIR");
	self->run.config.verbose = true;
	EXPECT_NE(NULL, strstr(print(self), "#   CPU 39: in f()\n"));
}

TEST_F(failure, verbose_is_whole)
{
	fill(&self->out);
	self->run.config.verbose = true;
	EXPECT_LT(BLOCK_LINES, count_lines(print(self)));
	EXPECT_NE(NULL, strstr(self->text, "log line 999"));
	EXPECT_NE(NULL, strstr(self->text, "dump line 999"));
}

TEST_F(failure, the_whole_is_kept_in_a_file)
{
	static const char * const want[] = {
		"console line\n", "[    0.0] console", "log line 0\n",
		"log line 999\n", "dump line 0\n", "dump line 999\n",
	};
	char dir[] = "/tmp/ktstr-failure.XXXXXX", path[256];
	static char buf[256 << 10];
	unsigned int i;
	size_t n;
	FILE *f;

	ASSERT_NE(NULL, mkdtemp(dir));
	setenv("KTSTR_SIDECAR_DIR", dir, 1);
	fill(&self->out);
	snprintf(path, sizeof(path), "%s/fix.test.failure.txt", dir);
	EXPECT_NE(NULL, strstr(print(self), path));
	f = fopen(path, "r");
	EXPECT_NE(NULL, f);
	if (f) {
		n = fread(buf, 1, sizeof(buf) - 1, f);
		buf[n] = '\0';
		fclose(f);
		for (i = 0; i < ARRAY_SIZE(want); i++)
			EXPECT_NE(NULL, strstr(buf, want[i]));
	}
	unlink(path);
	rmdir(dir);
}

static int file_holds(const char *path, const char *text)
{
	char buf[4096] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	buf[fread(buf, 1, sizeof(buf) - 1, f)] = '\0';
	fclose(f);
	return !strcmp(buf, text);
}

/* Of a test that passes there is the last story alone, and no failure. */
TEST_F(failure, a_story_without_a_failure)
{
	char dir[] = "/tmp/ktstr-failure.XXXXXX", story[256], failure[256];
	FILE *null = fopen("/dev/null", "w");

	ASSERT_NE(NULL, null);
	ASSERT_NE(NULL, mkdtemp(dir));
	setenv("KTSTR_SIDECAR_DIR", dir, 1);
	snprintf(story, sizeof(story), "%s/fix.test.repro.txt", dir);
	snprintf(failure, sizeof(failure), "%s/fix.test.failure.txt", dir);

	report_more(null, "fix.test", false, "first\n", NULL);
	report_more(null, "fix.test", false, "second\n", NULL);
	EXPECT_EQ(1, file_holds(story, "# --- auto-repro ---\n# second\n"));
	report_story_kept(null, "fix.test", "second\n");
	EXPECT_EQ(1, file_holds(story, "# --- auto-repro ---\n# second\n"));
	EXPECT_EQ(-1, file_holds(failure, ""));
	print(self);
	report_more(null, "fix.test", true, "third\n", NULL);
	EXPECT_EQ(0, file_holds(failure, ""));
	EXPECT_EQ(1, file_holds(story, "# --- auto-repro ---\n# second\n"));
	/* The next run begins without both. */
	report_forget("fix.test");
	EXPECT_EQ(-1, file_holds(failure, ""));
	EXPECT_EQ(-1, file_holds(story, ""));
	fclose(null);
	EXPECT_EQ(0, rmdir(dir));
}

/* A folder that is not there is said, and nothing else is lost. */
TEST_F(failure, a_file_that_cannot_be_written)
{
	setenv("KTSTR_SIDECAR_DIR", "/nonexistent", 1);
	EXPECT_NE(NULL, strstr(print(self), "#   the reason\n"));
}

/* Samples of a machine with one CPU, 100 ms apart. */
static int add_samples(struct run_outcome *out, unsigned int n)
{
	struct mon_sample *s = calloc(1, mon_sample_size(1));
	unsigned int i;
	int ret = 0;

	if (!s)
		return -ENOMEM;
	out->series.n_cpus = 1;
	s->n_cpus = 1;
	s->n_valid = 1;
	s->domains_read = true;
	s->cpus[0].online = true;
	s->cpus[0].valid = true;
	for (i = 0; i < n && !ret; i++) {
		s->host_ns = (i + 1) * 100 * NSEC_PER_MSEC;
		s->cpus[0].nr_switches = 10 * i;
		s->cpus[0].run_delay_ns = 1000 * i;
		s->cpus[0].n_domains = 1;
		snprintf(s->cpus[0].domains[0].name, MON_DOMAIN_NAME_LEN, "MC");
		s->cpus[0].domains[0].lb[MON_LB_COUNT][1] = 7 * i;
		ret = mon_series_add(&out->series, s);
	}
	free(s);
	return ret;
}

static void tell_stage(struct run_outcome *out, enum wire_stage stage)
{
	struct wire_stage_rec payload = { .stage = stage };
	struct wire_rec rec = { .type = WIRE_STAGE, .len = sizeof(payload) };

	outcome_add(out, &rec, &payload);
}

/* Without samples there is no verdict, and that is not OK. */
TEST_F(failure, a_monitor_that_saw_nothing)
{
	char why[128] = "";

	snprintf(self->out.series.why_none, sizeof(self->out.series.why_none),
		 "another build");
	EXPECT_NE(NULL, strstr(print(self), "no samples: another build\n"));
	EXPECT_FALSE(monitor_saw_nothing(&self->out, why, sizeof(why)));
	tell_stage(&self->out, STAGE_WORKLOAD);
	EXPECT_TRUE(monitor_saw_nothing(&self->out, why, sizeof(why)));
	EXPECT_STREQ("no samples: another build", why);

	self->out.series.interval_ns = NSEC_PER_SEC;
	self->out.series.slowness = 1;
	ASSERT_EQ(0, add_samples(&self->out, 2));
	EXPECT_NE(NULL, strstr(print(self), "no sample fell into"));
	EXPECT_TRUE(monitor_saw_nothing(&self->out, why, sizeof(why)));
	/* Its end comes right behind it: too short for a sample. */
	tell_stage(&self->out, STAGE_RESULTS);
	EXPECT_FALSE(monitor_saw_nothing(&self->out, why, sizeof(why)));
	EXPECT_EQ(NULL, strstr(self->text, "monitor OK"));
}

TEST_F(failure, a_monitor_that_saw_all_is_well)
{
	char why[128];

	tell_stage(&self->out, STAGE_WORKLOAD);
	ASSERT_EQ(0, add_samples(&self->out, 2));
	self->out.findings.n_judged = 2;
	EXPECT_NE(NULL, strstr(print(self), "monitor OK (2 samples)"));
	EXPECT_FALSE(monitor_saw_nothing(&self->out, why, sizeof(why)));
}

/* What a kernel does not count is said, not shown as 0. */
TEST_F(failure, a_kernel_without_schedstat)
{
	ASSERT_EQ(0, add_samples(&self->out, 11));
	self->run.config.verbose = true;
	EXPECT_NE(NULL, strstr(print(self), "csw=100 (100/s)"));
	EXPECT_NE(NULL, strstr(self->text, "schedstat: not in this kernel\n"));
	EXPECT_EQ(NULL, strstr(self->text, "run_delay="));
	self->out.series.has_schedstat = true;
	EXPECT_NE(NULL, strstr(print(self), "run_delay=10000ns/s"));
	EXPECT_EQ(NULL, strstr(self->text, "not in this kernel"));
}

TEST_F(failure, balancing_of_each_level)
{
	ASSERT_EQ(0, add_samples(&self->out, 11));
	self->run.config.verbose = true;
	EXPECT_NE(NULL, strstr(print(self),
			       "balance MC: lb_count=70 (70.0/s)\n"));
	EXPECT_EQ(NULL, strstr(self->text, "lb_failed"));
}

/* A program says what it cost only when that was counted. */
TEST_F(failure, programs_of_the_last_dump)
{
	struct mon_prog progs[] = {
		{ .op = "enqueue", .name = "x_enqueue", .verified_insns = 99,
		  .runs = 4, .run_ns = 1000 },
		{ .op = "init", .name = "x_init", .verified_insns = 3 },
		{ .name = "other" },
	};
	struct mon_dump dump = { .progs = progs, .n_progs = ARRAY_SIZE(progs) };

	ASSERT_EQ(0, add_samples(&self->out, 2));
	self->out.findings.dumps[0].dump = &dump;
	self->out.findings.dumps[0].text = (struct strbuf)STRBUF_INIT;
	self->out.findings.n_dumps = 1;
	self->run.config.verbose = true;
	print(self);
	self->out.findings.n_dumps = 0;
	EXPECT_NE(NULL, strstr(self->text, "bpf: x_enqueue verified_insns=99 cnt=4 250ns/call\n"));
	EXPECT_NE(NULL, strstr(self->text, "bpf: x_init verified_insns=3\n"));
	EXPECT_EQ(NULL, strstr(self->text, "other"));
}

/* A terminal must not obey what a guest prints. */
TEST_F(failure, control_characters_are_shown_not_sent)
{
	snprintf(self->verdict.reason, sizeof(self->verdict.reason),
		 "red \033[31m and a bell \a");
	EXPECT_EQ(NULL, strchr(print(self), '\033'));
	EXPECT_EQ(NULL, strchr(self->text, '\a'));
	/* U+009B is the same as ESC [. */
	snprintf(self->verdict.reason, sizeof(self->verdict.reason),
		 "red \302\23331m");
	EXPECT_NE(NULL, strstr(print(self), "red ??31m"));
}

/* What is left out must not be what hides a result from us, but from no parser. */
TEST_F(failure, results_behind_colors)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ASSERT_NE(NULL, to);
	report_comment(to, "\033[1mok 1\n\rnot ok 2\n1\033[m..3\nfine\n");
	fclose(to);
	EXPECT_STREQ("# | ok 1\n# | not ok 2\n# | 1..3\n# fine\n", text);
	free(text);
}

/* Whatever a dump has taken from the guest's memory */
TEST_F(failure, control_characters_of_a_dump)
{
	struct strbuf text = STRBUF_INIT;
	char *whole = NULL;
	size_t size;
	FILE *to;

	strbuf_addf(&text, "  [0] = {.\033[2Jx = 1}\nnot ok 1\n");
	self->out.findings.dumps[0].text = text;
	self->out.findings.n_dumps = 1;
	to = open_memstream(&whole, &size);
	ASSERT_NE(NULL, to);
	report_all_dumps(to, &self->out);
	fclose(to);
	EXPECT_NE(NULL, strstr(whole, "  [0] = {.?[2Jx = 1}\nnot ok 1\n"));
	free(whole);
}

TEST_HARNESS_MAIN
