// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads in a guest: programs of this machine beside the workers, and those that
 * do not behave.
 */
#include "ktstr.h"

#include <dirent.h>
#include <sys/stat.h>

#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/payloads.h"

/* Says where it is, some numbers, and that it was not the one who asked. */
static const struct payload teller = {
	.name = "teller",
	.program = "sh",
	.files = { "cat" },
	.args = {
		"-c",
		"cat /proc/self/cgroup; echo 'ops: 41.5'; echo 'ops: 42.5'; echo '{\"a\": [1, {\"b/c\": 7}]}'; echo late 3 >&2; exit 5",
	},
	.exit_status = 5,
	.metrics = {
		{ .name = "status", .rule = PAYLOAD_EXIT },
		{ .name = "ops", .rule = PAYLOAD_AFTER, .where = "ops:",
		  .unit = "1/s", .min = PAYLOAD_BOUND(41),
		  .max = PAYLOAD_BOUND(42) },
		{ .name = "last", .rule = PAYLOAD_AFTER, .where = "ops:",
		  .last = 1 },
		{ .name = "leaf", .rule = PAYLOAD_JSON, .where = "/a/1/b~1c" },
		{ .name = "late", .rule = PAYLOAD_REGEX,
		  .where = "^late ([0-9]+)$" },
		{ .name = "cgroup", .rule = PAYLOAD_REGEX,
		  .where = "/cg_([0-9]+)$" },
		{ .name = "none", .rule = PAYLOAD_AFTER, .where = "nothing" },
	},
};

/* Ends when it is told to, and by itself never. */
static const struct payload sleeper = {
	.name = "sleeper",
	.program = "sleep",
	.args = { "1000" },
};

static const struct payload deaf = {
	.name = "deaf",
	.program = "sh",
	.args = { "-c", "trap '' TERM; while :; do :; done" },
	.deadline_ms = 200,
};

/* What it leaves behind has a session of its own, and is deaf as well. */
static const struct payload flood = {
	.name = "flood",
	.program = "sh",
	.files = { "setsid", "sleep", "dd" },
	.args = {
		"-c",
		"setsid sh -c \"trap '' TERM; sleep 1000\" & exec dd if=/dev/zero bs=1M",
	},
	.deadline_ms = 12000,
	.output_kb = 100 * 1024,
};

static const struct payload low = {
	.name = "low",
	.program = "sh",
	.args = { "-c", "echo 'score 3 of 10'; exit 0" },
	.metrics = {
		{ .name = "score", .rule = PAYLOAD_AFTER, .where = "score",
		  .unit = "points", .min = PAYLOAD_BOUND(4) },
		{ .name = "gone", .rule = PAYLOAD_JSON, .where = "/gone",
		  .max = PAYLOAD_BOUND(4) },
	},
};

KTSTR_FIXTURE(payload, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 2,
	      .limits.max_spread_pct = CHECK_OFF);

static const struct cgroup_def pair[] = {
	{ .name = "cg_0", .workers = 1 },
	{ .name = "cg_1", .workers = 1 },
};

/* Processes of that name */
static unsigned int n_named(const char *name)
{
	char path[300], comm[32];
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	unsigned int n = 0;
	FILE *f;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "re");
		if (f && fgets(comm, sizeof(comm), f)) {
			comm[strcspn(comm, "\n")] = '\0';
			n += !strcmp(comm, name);
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool has_cgroup(const struct ktstr_ctx *ctx, const char *name)
{
	struct stat st;
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", ctx->cgroup, name);
	return !stat(path, &st);
}

KTSTR_TEST_F(payload, run_beside_workers_and_tell_numbers,
	     .payloads = { &teller, &sleeper })
{
	const struct backdrop backdrop = { pair, ARRAY_SIZE(pair) };
	const struct step steps[] = {
		{ STEP_OPS(OP(RUN_PAYLOAD, .payload = "sleeper")),
		  .hold = { .share = 0.3 } },
		/* The step before has ended it. */
		{ STEP_OPS(OP(RUN_PAYLOAD, .payload = "sleeper",
			      .cgroup = "cg_0"),
			   OP(PAUSE, .ms = 100),
			   OP(KILL_PAYLOAD, .payload = "sleeper"),
			   OP(RUN_PAYLOAD, .payload = "teller",
			      .cgroup = "cg_1"),
			   OP(WAIT_PAYLOAD, .payload = "teller")) },
	};
	struct payload_run *run;

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, &backdrop, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_EQ(0U, n_named("sleep"));
	EXPECT_EQ(5, (int)payload_value(self->ctx, "status"));
	EXPECT_EQ(415, (int)(10 * payload_value(self->ctx, "ops")));
	EXPECT_EQ(425, (int)(10 * payload_value(self->ctx, "last")));
	EXPECT_EQ(7, (int)payload_value(self->ctx, "leaf"));
	EXPECT_EQ(3, (int)payload_value(self->ctx, "late"));
	EXPECT_EQ(1, (int)payload_value(self->ctx, "cgroup"));
	EXPECT_TRUE(__builtin_isnan(payload_value(self->ctx, "none")));

	run = payload_start(self->ctx, &sleeper);
	EXPECT_SCENARIO_OK(payload_kill(self->ctx, run));
	EXPECT_EQ(-1, self->ctx->measured.exit_status);
	EXPECT_EQ(0U, n_named("sleep"));
}

/* Beside what is to fail: a failure of its own where this is not so. */
static void must_be(const struct ktstr_ctx *ctx, bool is_so, const char *what)
{
	struct wire_detail detail = { };

	if (is_so)
		return;
	snprintf(detail.text, sizeof(detail.text), "it is not so: %s", what);
	wire_send(ctx->wire_fd, WIRE_DETAIL, &detail, sizeof(detail));
}

/* Each of them is named, with what is wrong; nothing of them is left. */
KTSTR_TEST_F(payload, those_that_do_not_behave_are_named,
	     .payloads = { &deaf, &flood, &low },
	     .expect_failure = "payload '")
{
	const struct step steps[] = {
		{ STEP_OPS(OP(ADD_CGROUP, .cgroup = "cg_0"),
			   OP(ADD_CGROUP, .cgroup = "cg_1"),
			   OP(RUN_PAYLOAD, .payload = "deaf",
			      .cgroup = "cg_0"),
			   OP(WAIT_PAYLOAD, .payload = "deaf"),
			   OP(RUN_PAYLOAD, .payload = "low"),
			   OP(WAIT_PAYLOAD, .payload = "low"),
			   OP(RUN_PAYLOAD, .payload = "flood",
			      .cgroup = "cg_1"),
			   OP(WAIT_PAYLOAD, .payload = "flood")) },
	};
	const struct check_result *res;
	static const char * const says[] = {
		"payload 'deaf': it did not end within",
		"payload 'deaf': it ignores SIGTERM: it was ended by SIGKILL",
		"payload 'low': metric 'score': 3 points, at least 4 was asked for",
		"payload 'flood': it printed 10",
	};
	static const char * const gone[] = {
		"sh", "dd", "sleep", "ktstr-keeper",
	};
	unsigned int i;

	res = execute_steps(self->ctx, NULL, steps, ARRAY_SIZE(steps));
	EXPECT_SCENARIO_OK(res);
	must_be(self->ctx, res->n_details == ARRAY_SIZE(says),
		"each has failed, and nobody else");
	for (i = 0; i < ARRAY_SIZE(says); i++)
		must_be(self->ctx, strstarts(res->details[i].text, says[i]),
			says[i]);
	must_be(self->ctx, self->ctx->measured.printed >= 100 << 20,
		"it printed 100 MiB");
	for (i = 0; i < ARRAY_SIZE(gone); i++)
		must_be(self->ctx, !n_named(gone[i]), gone[i]);
	must_be(self->ctx, !has_cgroup(self->ctx, "cg_0") &&
		!has_cgroup(self->ctx, "cg_1"), "the cgroups are gone");
}

KTSTR_TEST_F(payload, hackbench_tells_its_time,
	     .payloads = { &payload_hackbench })
{
	EXPECT_SCENARIO_OK(execute_payload(self->ctx, &payload_hackbench));
	EXPECT_LT(0.0, payload_value(self->ctx, "time"));
}

KTSTR_HARNESS_MAIN
