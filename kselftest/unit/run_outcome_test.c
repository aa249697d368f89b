// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest says, taken in: bytes of any kind, and more than is kept.
 */
#include "kselftest_harness.h"

#include <math.h>

#include "kselftest/unit/made_run.h"
#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/verdict.h"

FIXTURE(outcome)
{
	struct made_run run;
	struct run_outcome out;
	struct run_verdict v;
};

FIXTURE_SETUP(outcome)
{
	outcome_init(&self->out);
	made_run_init(&self->run, "simple");
	self->out.vm.end = VM_END_POWEROFF;
}

FIXTURE_TEARDOWN(outcome)
{
	outcome_exit(&self->out);
}

static void say(FIXTURE_DATA(outcome) *self, enum wire_type type,
		const void *bytes, size_t len)
{
	const struct wire_rec rec = { .type = type, .len = len };
	char payload[WIRE_REC_MAX + 1];

	memcpy(payload, bytes, len);
	payload[len] = '\0';
	outcome_add(&self->out, &rec, payload);
}

static void reach(FIXTURE_DATA(outcome) *self, enum wire_stage stage)
{
	const struct wire_stage_rec rec = { .stage = stage };

	say(self, WIRE_STAGE, &rec, sizeof(rec));
}

static void name_cgroup(FIXTURE_DATA(outcome) *self, uint32_t index,
			const char *name)
{
	struct wire_cgroup rec = { .index = index };

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	say(self, WIRE_CGROUP, &rec, sizeof(rec));
}

static void measure(FIXTURE_DATA(outcome) *self, uint32_t id,
		    unsigned int cgroup, unsigned int worker, int64_t value)
{
	const struct wire_metric rec = {
		.id = id, .cgroup = cgroup, .worker = worker, .value = value,
	};

	say(self, WIRE_METRIC, &rec, sizeof(rec));
}

TEST_F(outcome, numbers_of_payloads_are_finite_and_fit_to_print)
{
	static const struct wire_payload recs[] = {
		{ .payload = "a\033b", .metric = "iops", .unit = "1/s",
		  .better = BETTER_UP, .value = 2.5 },
		{ .payload = "a", .metric = "b", .value = NAN },
		{ .payload = "a", .metric = "b", .better = N_BETTERS },
	};
	struct wire_payload whole;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recs); i++)
		say(self, WIRE_PAYLOAD, &recs[i], sizeof(recs[i]));
	memset(&whole, 'x', sizeof(whole));
	whole.better = BETTER_DOWN;
	whole.value = 1;
	say(self, WIRE_PAYLOAD, &whole, sizeof(whole));
	EXPECT_EQ(2U, self->out.n_refused);
	ASSERT_EQ(2U, self->out.n_payloads);
	EXPECT_STREQ("a?b", self->out.payloads[0].payload);
	EXPECT_STREQ("iops", self->out.payloads[0].metric);
	EXPECT_EQ(BETTER_UP, self->out.payloads[0].better);
	EXPECT_EQ(25, (int)(10 * self->out.payloads[0].value));
	EXPECT_EQ(19U, strlen(self->out.payloads[1].unit));
	for (i = 0; i < OUTCOME_MAX_PAYLOADS; i++)
		say(self, WIRE_PAYLOAD, &recs[0], sizeof(recs[0]));
	EXPECT_EQ(OUTCOME_MAX_PAYLOADS, self->out.n_payloads);
	EXPECT_EQ(4U, self->out.n_refused);
}

TEST_F(outcome, numbers_are_the_worst_of_all_cgroups)
{
	static const struct {
		enum quantity_id id;
		int64_t values[2];
	} told[] = {
		{ CGROUP_workers, { 2, 3 } },
		{ CGROUP_spread_pct, { 12, 305 } },
		{ CGROUP_max_gap_ms, { 140, 7 } },
		{ CGROUP_migrations, { 200, 10 } },
	};
	char text[100];
	size_t i;

	outcome_numbers(&self->out, text, sizeof(text));
	EXPECT_STREQ("", text);
	name_cgroup(self, 0, "cg_0");
	name_cgroup(self, 1, "cg_1");
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		measure(self, told[i].id, 0, 0, told[i].values[0]);
		measure(self, told[i].id, 1, 0, told[i].values[1]);
	}
	outcome_numbers(&self->out, text, sizeof(text));
	EXPECT_STREQ("5 workers, spread 30.5%, gap 140 ms, 210 migrations",
		     text);
	EXPECT_EQ(0U, self->out.n_refused);
}

/* What no cgroup has told has no number; a buffer that is short, an end. */
TEST_F(outcome, numbers_that_are_not_known_are_left_out)
{
	char text[100], little[20];

	name_cgroup(self, 7, "cg_0");
	measure(self, CGROUP_workers, 7, 0, 4);
	measure(self, CGROUP_max_gap_ms, 7, 0, 12);
	outcome_numbers(&self->out, text, sizeof(text));
	EXPECT_STREQ("4 workers, gap 12 ms", text);
	outcome_numbers(&self->out, little, sizeof(little));
	EXPECT_STREQ("4 workers, gap 12 m", little);
}

TEST_F(outcome, metrics_are_of_their_cgroup_and_worker)
{
	struct wire_metric both[2] = {
		{ WORKER_migrations, 1, 0, 5 }, { WORKER_migrations, 1, 1, 6 },
	};

	name_cgroup(self, 0, "cg_0");
	name_cgroup(self, 1, "cg_1");
	say(self, WIRE_METRIC, both, sizeof(both));
	measure(self, WORKER_cpu_ns, 1, 1, INT64_MAX);
	measure(self, WORKER_migrations, 0, 1, 7);
	ASSERT_EQ(3U, self->out.n_workers);
	EXPECT_EQ(5U, self->out.workers[0].q.migrations);
	EXPECT_EQ(6U, self->out.workers[1].q.migrations);
	EXPECT_EQ((uint64_t)INT64_MAX, self->out.workers[1].q.cpu_ns);
	EXPECT_EQ(7U, self->out.workers[2].q.migrations);
	EXPECT_STREQ("cg_0", self->out.cgroups[self->out.workers[2].cgroup].name);
	EXPECT_EQ(QUANTITY_UNKNOWN,
		  quantity_get(&quantities[WORKER_cpu_ns],
			       &self->out.workers[0].q));
	EXPECT_EQ(0U, self->out.n_refused);
}

TEST_F(outcome, metrics_are_of_their_turn)
{
	const struct quantity *q = &quantities[TURN_work_per_s];

	measure(self, TURN_side, 2, 0, 1);
	measure(self, TURN_work_per_s, 2, 0, 12345);
	measure(self, TURN_side, 0, 0, 0);
	ASSERT_EQ(3U, self->out.n_turns);
	EXPECT_EQ(1, self->out.turns[2].side);
	EXPECT_EQ(12345, quantity_get(q, &self->out.turns[2]));
	EXPECT_EQ(0, self->out.turns[0].side);
	/* Of the one that was left out nothing is known. */
	EXPECT_EQ(QUANTITY_UNKNOWN, self->out.turns[1].side);
	EXPECT_EQ(QUANTITY_UNKNOWN, quantity_get(q, &self->out.turns[1]));
	EXPECT_EQ(0U, self->out.n_refused);
	measure(self, TURN_side, 2, 0, 0);
	measure(self, TURN_side, WIRE_TURNS_MAX, 0, 0);
	measure(self, TURN_side, UINT16_MAX, 0, 0);
	EXPECT_EQ(3U, self->out.n_refused);
	EXPECT_EQ(3U, self->out.n_turns);
}

/* Each is refused, and counted once. */
TEST_F(outcome, metrics_that_make_no_sense_are_refused)
{
	static const struct wire_metric cases[] = {
		{ QUANTITY_IDS, 0, 0, 1 },		/* no row */
		{ UINT32_MAX, 0, 0, 1 },
		{ RUN_busy_pct, 0, 0, 1 },		/* not a guest's */
		{ RUN_spread_pct, 0, 0, 1 },
		{ CPU_nr_running, 0, 0, 1 },
		{ PHASE_iterations_per_s, 0, 0, 1 },
		{ CGROUP_workers, 1, 0, 1 },		/* of no cgroup */
		{ WORKER_cpu_ns, UINT16_MAX, 0, 1 },
		{ CGROUP_spread_pct, 0, 0, QUANTITY_UNKNOWN },
		{ CGROUP_migrations, 0, 0, 9 },		/* told before */
		{ CGROUP_min_off_cpu_pct, 0, 0, 9 },
	};
	unsigned int i;

	name_cgroup(self, 0, "cg_0");
	measure(self, CGROUP_migrations, 0, 0, 3);
	measure(self, CGROUP_min_off_cpu_pct, 0, 0, 25);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		say(self, WIRE_METRIC, &cases[i], sizeof(cases[i]));
		EXPECT_EQ(i + 1, self->out.n_refused) TH_LOG("case %u", i);
	}
	EXPECT_EQ(3, self->out.cgroups[0].q.migrations);
	EXPECT_EQ(0U, self->out.n_workers);
	say(self, WIRE_METRIC, cases, sizeof(cases[0]) - 1);
	EXPECT_EQ(i + 1, self->out.n_refused);
	name_cgroup(self, 0, "again");
	EXPECT_EQ(i + 2, self->out.n_refused);
	EXPECT_STREQ("cg_0", self->out.cgroups[0].name);
}

TEST_F(outcome, too_many_metrics_are_refused)
{
	unsigned int i;

	for (i = 0; i < WIRE_CGROUPS_MAX + 3; i++)
		name_cgroup(self, 1000 + i, "cg");
	EXPECT_EQ(3U, self->out.n_refused);
	EXPECT_EQ((unsigned int)WIRE_CGROUPS_MAX, self->out.n_cgroups);
	for (i = 0; i < WIRE_WORKERS_MAX + 5; i++)
		measure(self, WORKER_steal_ns, 1000 + i % 2, i / 2, 1);
	EXPECT_EQ(8U, self->out.n_refused);
	EXPECT_EQ((unsigned int)WIRE_WORKERS_MAX, self->out.n_workers);
}

/* All that is there to be searched for, whatever lies before it. */
TEST_F(outcome, texts_do_not_end_at_a_nul)
{
	static const char text[] = "one\0two\r\nthree";
	static const enum wire_type types[] = {
		WIRE_OUTPUT, WIRE_SCHED_LOG, WIRE_SCX_DUMP, WIRE_SAID,
	};
	const struct strbuf *texts[] = {
		&self->out.output, &self->out.sched_log, &self->out.scx_dump,
		&self->out.said,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		say(self, types[i], text, sizeof(text) - 1);
		EXPECT_STREQ("one?two\nthree", texts[i]->text);
	}
	self->out.vm.console = text;
	self->out.vm.console_len = sizeof(text) - 1;
	outcome_take_console(&self->out);
	EXPECT_STREQ("one?two\nthree", self->out.console.text);
	EXPECT_EQ(NULL, self->out.vm.console);
}

TEST_F(outcome, lines_do_not_end_at_a_nul)
{
	static const char text[] = "one\0two\r\nthree";

	say(self, WIRE_CRASH, text, sizeof(text) - 1);
	EXPECT_STREQ("one?two", self->out.crash);
	say(self, WIRE_MISSING, text, sizeof(text) - 1);
	EXPECT_STREQ("one?two", self->out.missing);
	say(self, WIRE_SCX_STATE, "ena\0bled\n", 9);
	EXPECT_STREQ("ena?bled", self->out.scx_state);
}

static void expect_stall(FIXTURE_DATA(outcome) *self)
{
	self->run.expectations.expect_err = true;
	self->run.expectations.expect_exit_kind = "runnable task stall";
}

/* A scheduler that logs what it has in memory dies as it was to. */
TEST_F(outcome, expected_death_behind_a_nul)
{
	static const char log[] = "name: \0\0\0\nEXIT: runnable task stall\n";
	const struct wire_exit gone = { .status = 0 };

	expect_stall(self);
	reach(self, STAGE_ATTACHED);
	say(self, WIRE_SCHED_LOG, log, sizeof(log) - 1);
	say(self, WIRE_SCHED_EXIT, &gone, sizeof(gone));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code) TH_LOG("%s", self->v.reason);
}

/* A serial console ends its lines with both. */
TEST_F(outcome, reason_without_carriage_returns)
{
	static const char console[] =
		"[ 1.0] sched_ext: BPF scheduler \"simple\" disabled (runtime error)\r\n"
		"[ 1.0] sched_ext: simple: it went wrong\r\n";

	reach(self, STAGE_ATTACHED);
	say(self, WIRE_SCX_STATE, "disabled", 8);
	self->out.vm.console = console;
	self->out.vm.console_len = sizeof(console) - 1;
	outcome_take_console(&self->out);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler simple died at stage attached: runtime error (simple: it went wrong)",
		     self->v.reason);
}

/* How it died stands at the end, whatever it has said before. */
TEST_F(outcome, end_of_a_long_log_is_kept)
{
	const struct wire_exit gone = { .status = 0 };
	static const char end[] = "EXIT: runnable task stall\n";
	char line[1000];
	unsigned int i;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	expect_stall(self);
	reach(self, STAGE_ATTACHED);
	say(self, WIRE_SCHED_LOG, "begin\n", 6);
	for (i = 0; i < 5000; i++)
		say(self, WIRE_SCHED_LOG, line, sizeof(line));
	say(self, WIRE_SCHED_LOG, end, sizeof(end) - 1);
	say(self, WIRE_SCHED_EXIT, &gone, sizeof(gone));
	EXPECT_GE(OUTCOME_TEXT_MAX, self->out.sched_log.len);
	EXPECT_LT(4 << 20, self->out.sched_log.dropped + OUTCOME_TEXT_MAX);
	EXPECT_EQ(0, strncmp("begin\n", self->out.sched_log.text, 6));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code) TH_LOG("%s", self->v.reason);
}

TEST_HARNESS_MAIN
