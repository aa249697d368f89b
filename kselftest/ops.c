// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps and ops in a guest, under the fair class and under sched_ext: what is
 * changed under load, and that all is as it was behind it.
 */
#include "ktstr.h"

#include <bpf/btf.h>
#include <ftw.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/bare/bare.h"
#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

static const struct scheduler scx_simple = {
	.name = "scx_simple",
	.ops_name = "simple",
	.binary = "scx_simple",
};

KTSTR_FIXTURE(ops, .topology = TOPOLOGY(1, 1, 4, 1), .duration_s = 3);
KTSTR_VARIANT(ops, eevdf);
KTSTR_VARIANT(ops, simple, .scheduler = &scx_simple);

static const struct cgroup_def halves[] = {
	{ .name = "cg_0", .workers = 2, .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 2, .cpuset = CPUSET_DISJOINT(1, 2) },
};

static const struct cgroup_def pairs[] = {
	{ .name = "cg_0", .workers = 2 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(20, 20) },
};

/* What all of them leave as it was. */
static bool is_as_before(const struct ktstr_ctx *ctx)
{
	struct stat st;
	char path[300];

	snprintf(path, sizeof(path), "%s/cg_0", ctx->cgroup);
	return stat(path, &st) && errno == ENOENT &&
	       sysconf(_SC_NPROCESSORS_ONLN) ==
	       (long)topology_cpus(&ctx->topology);
}

KTSTR_TEST_F(ops, cpusets_are_swapped_under_load)
{
	const struct step steps[] = {
		{ STEP_DEFS(halves),
		  STEP_OPS(OP(SWAP_CPUSETS, .cgroup = "cg_0", .to = "cg_1")),
		  .hold = { .share = 0.5, .every_ms = 100 } },
		{ STEP_DEFS(halves) },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_TRUE(is_as_before(self->ctx));
}

KTSTR_TEST_F(ops, cgroups_come_and_go)
{
	static const struct cgroup_def late = { .name = "late", .workers = 1 };
	const struct backdrop backdrop = { halves, ARRAY_SIZE(halves) };
	const struct step steps[] = {
		{ STEP_OPS(OP(ADD_CGROUP_DEF, .def = &late),
			   OP(ADD_CGROUP, .cgroup = "empty"),
			   OP(PAUSE, .ms = 100),
			   OP(MOVE_ALL_TASKS, .cgroup = "late", .to = "empty"),
			   OP(PAUSE, .ms = 100),
			   OP(REMOVE_CGROUP, .cgroup = "late"),
			   OP(REMOVE_CGROUP, .cgroup = "empty")),
		  .hold = { .share = 0.5, .every_ms = 500 } },
		{ STEP_OPS(OP(CLEAR_CPUSET, .cgroup = "cg_0"),
			   OP(SPAWN, .cgroup = "cg_0", .workers = 2),
			   OP(SPAWN, .workers = 1),
			   OP(STOP_CGROUP, .cgroup = "cg_1")) },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, &backdrop, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_TRUE(is_as_before(self->ctx));
}

KTSTR_TEST_F(ops, quota_and_weight_change_under_load)
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(SET_CPU_MAX, .cgroup = "cg_0",
			      .quota_us = 20000),
			   OP(SET_CPU_WEIGHT, .cgroup = "cg_1", .weight = 10),
			   OP(PAUSE, .ms = 100),
			   OP(SET_CPU_MAX, .cgroup = "cg_0"),
			   OP(SET_CPU_WEIGHT, .cgroup = "cg_1",
			      .weight = 1000)),
		  .hold = { .every_ms = 200 } },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
}

KTSTR_TEST_F(ops, who_is_frozen_is_not_stuck)
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(FREEZE_CGROUP, .cgroup = "cg_0"),
			   OP(PAUSE, .ms = 200),
			   OP(UNFREEZE_CGROUP, .cgroup = "cg_0"),
			   OP(PAUSE, .ms = 100),
			   OP(FREEZE_ALL, .ms = 200)),
		  .hold = { .every_ms = 1000 } },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
}

KTSTR_TEST_F(ops, tasks_are_moved_to_and_fro)
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(CGROUP_ATTACH_STORM, .cgroup = "cg_0",
			      .to = "cg_1", .times = 20)),
		  .hold = { .every_ms = 100 } },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
}

/* Of the machine's CPUs, each but the first goes and comes back. */
KTSTR_TEST_F(ops, cpus_come_and_go, .duration_s = 6,
	     .limits.max_spread_pct = CHECK_OFF)
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(CPU_OFFLINE), OP(PAUSE, .ms = 100),
			   OP(CPU_ONLINE)),
		  .hold = { .every_ms = 200 } },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_TRUE(is_as_before(self->ctx));
}

/* A scenario that ends while CPUs are off and the clock is wrong */
KTSTR_TEST_F(ops, what_was_changed_is_put_back,
	     .limits.max_spread_pct = CHECK_OFF)
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(CLOCK_JUMP, .jump_ms = 3600 * 1000),
			   OP(CPU_OFFLINE, .cpu = 1)) },
	};
	time_t before = time(NULL);

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_TRUE(is_as_before(self->ctx));
	EXPECT_GT(before + 1800, time(NULL));
	EXPECT_LE(before, time(NULL));
}

/* An op that fails in the midst of a scenario ends it, and all is put back. */
KTSTR_FIXTURE(ops_fail, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 2);

KTSTR_TEST_F(ops_fail, names_the_op,
	     .expect_failure = "step 0: SetAffinity cg_0: Invalid argument")
{
	const struct step steps[] = {
		{ STEP_DEFS(halves),
		  STEP_OPS(OP(CPU_OFFLINE, .cpu = 1),
			   /* The kernel lets nobody out of the cpuset. */
			   OP(SET_AFFINITY, .cgroup = "cg_0",
			      .cpuset = CPUSET_DISJOINT(1, 2))) },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_TRUE(is_as_before(self->ctx));
}

/* ---- the scheduler itself ---- */

static const struct scheduler scx_ktstr = {
	.name = "ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

static const struct scheduler scx_ktstr_late = {
	.name = "late",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
	.args = { "-t", "15000" },
};

/* One FIFO above another, of one program */
static const struct scheduler above = {
	.name = "above",
	.ops_name = "ktstr_sub",
	.binary = "scx_ktstr_sub",
};

static const struct scheduler below = {
	.name = "below",
	.binary = "scx_ktstr_sub",
	.args = { "-c", "{cgroup}" },
};

KTSTR_FIXTURE(ops_sched, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 1,
	      .limits.max_spread_pct = CHECK_OFF,
	      .staged = { &scx_ktstr, &scx_ktstr_late, &above, &below });

/* Which scheduler runs: its name in sched_ext, "" for none */
static const char *runs(void)
{
	static char ops[64];
	FILE *f = fopen("/sys/kernel/sched_ext/root/ops", "re");

	if (!f || !fgets(ops, sizeof(ops), f))
		ops[0] = '\0';
	if (f)
		fclose(f);
	ops[strcspn(ops, "\n")] = '\0';
	return ops;
}

/* One under the next, which begins with what the one before has left. */
static struct check_result *change(struct ktstr_ctx *ctx, const struct op *op)
{
	const struct backdrop backdrop = { pairs, ARRAY_SIZE(pairs) };
	const struct step steps[] = {
		{ .hold = { .share = 0.3 } },
		{ .ops = op, .n_ops = 1 },
	};

	return execute_steps(ctx, &backdrop, steps, ARRAY_SIZE(steps));
}

/* Where CPUs can be granted to a sub-scheduler: since 7.3 */
static bool has_sub_schedulers(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "scx_bpf_sub_grant",
						 BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

KTSTR_TEST_F(ops_sched, schedulers_come_and_go, .scheduler = &scx_simple)
{
	const struct op replace = OP(REPLACE_SCHEDULER, .scheduler = "ktstr");
	const struct op restart = OP(RESTART_SCHEDULER);
	const struct op detach = OP(DETACH_SCHEDULER);
	const struct op attach = OP(ATTACH_SCHEDULER, .scheduler = "scx_simple");
	const struct backdrop backdrop = { pairs, ARRAY_SIZE(pairs) };
	const struct step sub[] = {
		{ STEP_OPS(OP(REPLACE_SCHEDULER, .scheduler = "above"),
			   OP(ATTACH_SUB_SCHEDULER, .cgroup = "cg_0",
			      .scheduler = "below")),
		  .hold = { .share = 0.5 } },
		{ STEP_OPS(OP(DETACH_SUB_SCHEDULER, .cgroup = "cg_0")),
		  .hold = { .share = 0.2 } },
		{ STEP_OPS(OP(ATTACH_SUB_SCHEDULER, .cgroup = "cg_1",
			      .scheduler = "below")) },
	};
	pid_t pid = self->ctx->sched_pid;

	EXPECT_STREQ("simple", runs());
	EXPECT_SCENARIO_OK(change(self->ctx, &replace));
	EXPECT_STREQ("ktstr", runs());
	EXPECT_NE(pid, self->ctx->sched_pid);
	pid = self->ctx->sched_pid;
	EXPECT_SCENARIO_OK(change(self->ctx, &restart));
	EXPECT_STREQ("ktstr", runs());
	EXPECT_NE(pid, self->ctx->sched_pid);
	EXPECT_SCENARIO_OK(change(self->ctx, &detach));
	EXPECT_STREQ("", runs());
	EXPECT_EQ(0, self->ctx->sched_pid);
	EXPECT_SCENARIO_OK(change(self->ctx, &attach));
	EXPECT_STREQ("simple", runs());
	if (!has_sub_schedulers()) {
		printf("# this kernel has no sub-schedulers\n");
		return;
	}
	EXPECT_SCENARIO_OK(execute_steps(self->ctx, &backdrop, sub,
					 ARRAY_SIZE(sub)));
	EXPECT_STREQ("ktstr_sub", runs());
}

/* It is told to fail by its map, and dies as if it had been there from the start. */
KTSTR_TEST_F(ops_sched, death_of_the_one_that_came_later,
	     .expect_err = KTSTR_ON,
	     .expect_scx_bpf_error_contains = "ktstr: host-triggered crash")
{
	const struct step steps[] = {
		{ STEP_DEFS(pairs),
		  STEP_OPS(OP(ATTACH_SCHEDULER, .scheduler = "late"),
			   OP(PAUSE, .ms = 300),
			   OP(WRITE_MAP, .map = ".bss", .var = "crash",
			      .value = 1)) },
	};

	EXPECT_SCENARIO_OK(execute_steps(self->ctx, NULL, steps,
					 ARRAY_SIZE(steps)));
}

/*
 * What --host does to a machine, on one that may break: below a cgroup that stands
 * for all of them, with the controllers that this needs not handed on yet.
 */
KTSTR_FIXTURE(bare, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 2);

#define CGROUPS	"/sys/fs/cgroup"

static int put_into(const char *folder, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return file_write(path, text);
}

static int enter_own_cgroups(void)
{
	if (mkdir(CGROUPS "/bare", 0755) ||
	    put_into(CGROUPS "/bare", "cgroup.procs", "0") ||
	    unshare(CLONE_NEWCGROUP | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    umount2(CGROUPS, MNT_DETACH) ||
	    mount("none", CGROUPS, "cgroup2", 0, NULL) ||
	    mkdir(CGROUPS "/own", 0755) ||
	    put_into(CGROUPS "/own", "cgroup.procs", "0"))
		return -errno;
	return 0;
}

static struct strbuf picture;

static int add_to_picture(const char *path, const struct stat *st, int type)
{
	(void)st;
	if (type == FTW_D || strstr(path, "subtree_control"))
		strbuf_addf(&picture, "%s\n", path);
	return 0;
}

/* The names of all cgroups, and what the top one hands on; a copy to free. */
static char *take_picture(void)
{
	char line[256] = "";
	FILE *f = fopen(CGROUPS "/cgroup.subtree_control", "re");

	picture = (struct strbuf)STRBUF_INIT;
	ftw(CGROUPS, add_to_picture, 16);
	if (f && fgets(line, sizeof(line), f))
		strbuf_addf(&picture, "%s", line);
	if (f)
		fclose(f);
	return picture.text;
}

/**
 * struct bare_seen - what came of a run
 * @dies: who looks after it is killed once it is at work
 * @begun: it was at work
 * @on: both controllers were handed on then
 * @code: what it said, -1 for nothing
 */
struct bare_seen {
	bool dies;
	bool begun;
	bool on;
	int code;
};

static void bare_record(void *ctx, const struct wire_rec *rec,
			const void *payload)
{
	const struct wire_result *result = payload;
	struct bare_seen *seen = ctx;
	char *now;

	if (rec->type == WIRE_RESULT)
		seen->code = result->exit_code;
	if (rec->type != WIRE_STEP || seen->begun)
		return;
	seen->begun = true;
	now = take_picture();
	seen->on = strstr(now, "\ncpuset cpu\n");
	free(now);
	if (seen->dies)
		kill(getpid(), SIGKILL);
}

static void bare_output(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	fwrite(bytes, 1, len, stdout);
}

static int run_bare(struct ktstr_ctx *ctx, struct bare_seen *seen)
{
	const struct scenario_def def = { SCENARIO_DEFS(halves) };
	const struct bare_job job = {
		.def = &def, .topology = &ctx->topology,
		.duration_ms = ctx->duration_ms / 2, .workers = ctx->workers,
		.limits = &ctx->limits, .limit_ms = 60000,
		.record = bare_record, .output = bare_output, .ctx = seen,
	};
	char err[256] = "";
	int ret = bare_run(&job, err, sizeof(err));

	if (ret)
		fprintf(stderr, "# bare_run: %s\n", err);
	return ret;
}

/* Return: how who looked after it ended, as waitpid() has it. */
static int run_bare_and_die(struct ktstr_ctx *ctx)
{
	struct bare_seen seen = { .dies = true };
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		run_bare(ctx, &seen);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void expect_nothing_left(struct __test_metadata *_metadata,
				struct ktstr_ctx *ctx)
{
	char *before = take_picture(), *left, *after;
	struct bare_seen seen = { .code = -1 };
	int status;

	EXPECT_EQ(0, run_bare(ctx, &seen));
	EXPECT_EQ(KSFT_PASS, seen.code);
	EXPECT_TRUE(seen.on);
	after = take_picture();
	EXPECT_STREQ(before, after);
	free(after);

	status = run_bare_and_die(ctx);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	left = take_picture();
	EXPECT_TRUE(!!strstr(left, CGROUPS "/ktstr-host."));
	free(left);

	seen = (struct bare_seen){ .code = -1 };
	EXPECT_EQ(0, run_bare(ctx, &seen));
	EXPECT_EQ(KSFT_PASS, seen.code);
	after = take_picture();
	EXPECT_STREQ(before, after);
	free(after);
	free(before);
}

KTSTR_TEST_F(bare, leaves_cgroups_as_they_were)
{
	pid_t pid = fork();
	int ret;

	ASSERT_LE(0, pid);
	if (!pid) {
		ret = enter_own_cgroups();
		EXPECT_EQ(0, ret)
			TH_LOG("no cgroups of its own: %s", strerror(-ret));
		if (!ret)
			expect_nothing_left(_metadata, self->ctx);
		_exit(0);
	}
	waitpid(pid, &ret, 0);
	EXPECT_TRUE(WIFEXITED(ret) && !WEXITSTATUS(ret));
}

KTSTR_HARNESS_MAIN
