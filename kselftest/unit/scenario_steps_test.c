// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps and ops: the table, what is refused before anything runs, the order in
 * which things come, and what is put back.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest/unit/doc.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/scenario/steps.h"

#define OP_ID_NAME(id, name)	#id,

static const char * const ids[OP_COUNT] = {
	OPS(OP_ID_NAME)
};

TEST(rows_are_whole)
{
	unsigned int i, j;

	for (i = 0; i < OP_COUNT; i++) {
		const struct op_ops *ops = op_types[i];

		EXPECT_TRUE(ops->name && ops->what && ops->apply &&
			    !(ops->needs & ~ops->takes))
			TH_LOG("%s", ids[i]);
		for (j = 0; j < i; j++)
			EXPECT_STRNE(op_types[j]->name, ops->name);
	}
}

TEST(documentation_lists_them)
{
	char *doc = doc_read("scenarios.rst", "The ops\n", "What is judged\n");
	unsigned int i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(0U + OP_COUNT, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < OP_COUNT; i++)
		doc_expect(_metadata, doc, ids[i], op_types[i]->what);
	free(doc);
}

TEST(described_with_what_it_was_given)
{
	const struct op max = OP(SET_CPU_MAX, .cgroup = "a", .quota_us = 5000);
	const struct op swap = OP(SWAP_CPUSETS, .cgroup = "a", .to = "b");
	const struct op jump = OP(CLOCK_JUMP, .jump_ms = -7);
	char text[200], little[8];

	op_describe(&max, text, sizeof(text));
	EXPECT_STREQ("SetCpuMax a quota_us 5000", text);
	op_describe(&swap, text, sizeof(text));
	EXPECT_STREQ("SwapCpusets a b", text);
	op_describe(&jump, text, sizeof(text));
	EXPECT_STREQ("ClockJump jump_ms -7", text);
	op_describe(&max, little, sizeof(little));
	EXPECT_STREQ("SetCpuM", little);
}

/* ---- what is refused ---- */

static const struct cgroup_def a[] = { { .name = "alpha", .workers = 1 } };

static const struct cgroup_def b[] = {
	{ .name = "beta", .workers = 1, .cpuset = CPUSET_DISJOINT(0, 2) },
};

static const struct cgroup_def a_b[] = {
	{ .name = "alpha", .workers = 1 },
	{ .name = "beta", .workers = 1, .cpuset = CPUSET_DISJOINT(0, 2) },
};

static const struct cgroup_def a_a[] = {
	{ .name = "alpha", .workers = 1 }, { .name = "alpha", .workers = 2 },
};

static const struct cgroup_def gone[] = {
	{ .name = "gamma", .workers = 1, .cpuset = CPUSET_DISJOINT(7, 8) },
};

static const struct cgroup_def odd = {
	.name = "delta", .workers = 3, .work = WORK_FUTEX_PING_PONG(1),
};

static const struct scheduler eevdf = { .name = "eevdf" };
static const struct scheduler mine = {
	.name = "mine", .binary = "/a/scx_mine", .ops_name = "my",
	.args = { "-x", "" },
};

static const struct scheduler other = { .name = "other", .binary = "scx_o" };

static const struct payload prog = { .name = "prog", .program = "x" };
static const struct payload lost = {
	.name = "lost", .program = "x", .cgroup = "gone",
};

static int check(struct world *world, const struct backdrop *backdrop,
		 const struct step *steps, size_t n)
{
	static struct ktstr_ctx ctx = {
		.duration_ms = 1000, .workers = 2,
		.scheduler = &eevdf, .staged = { &mine, &other },
		.payloads = { &prog, &lost },
	};
	unsigned int cpu;

	memset(world, 0, sizeof(*world));
	world->ctx = &ctx;
	for (cpu = 0; cpu < 4; cpu++)
		CPU_SET(cpu, &world->machine.online);
	return steps_check(world, backdrop, steps, n);
}

#define ONE_OP(...)	{ STEP_DEFS(a_b), STEP_OPS(OP(__VA_ARGS__)) }

static const struct refused {
	struct step step;
	int ret;
	const char *says;
} refused[] = {
	{ ONE_OP(SET_CPUSET, .cgroup = "alhpa",
		 .cpuset = CPUSET_DISJOINT(0, 2)), -EINVAL,
	  "step 0: SetCpuset: cgroup 'alhpa': there is none then; near: alpha" },
	{ ONE_OP(SET_CPUSET, .cgroup = "alpha"), -EINVAL,
	  "step 0: SetCpuset: it was given no cpuset" },
	{ ONE_OP(CLEAR_CPUSET, .cgroup = "alpha", .ms = 5), -EINVAL,
	  "step 0: ClearCpuset: it takes no ms" },
	{ ONE_OP(SET_CPUSET, .cgroup = "alpha",
		 .cpuset = CPUSET_DISJOINT(0, 9)), -ENODEV,
	  "step 0: SetCpuset: cgroup 'alpha': CpusetSpec validation failed: not" },
	{ ONE_OP(SWAP_CPUSETS, .cgroup = "alpha", .to = "alpha"), -EINVAL,
	  "step 0: SwapCpusets: cgroup 'alpha': it is to be two" },
	{ ONE_OP(ADD_CGROUP, .cgroup = "beta"), -EINVAL,
	  "step 0: AddCgroup: cgroup 'beta': there is one already" },
	{ ONE_OP(ADD_CGROUP_DEF, .def = &odd), -EINVAL,
	  "step 0: AddCgroupDef: cgroup 'delta': FutexPingPong requires" },
	{ ONE_OP(SPAWN, .cgroup = "alpha", .workers = 1,
		 .work = WORK(PIPE_IO)), -EINVAL,
	  "step 0: Spawn: cgroup 'alpha': PipeIo requires" },
	{ ONE_OP(UNFREEZE_CGROUP, .cgroup = "beta"), -EINVAL,
	  "step 0: UnfreezeCgroup: cgroup 'beta': it is not frozen" },
	{ ONE_OP(SET_CPU_WEIGHT, .cgroup = "beta", .weight = 10001), -EINVAL,
	  "step 0: SetCpuWeight: cgroup 'beta': a weight of 10001, at most 10000 can be" },
	{ ONE_OP(SET_CPU_MAX, .cgroup = "beta", .quota_us = 999), -EINVAL,
	  "step 0: SetCpuMax: cgroup 'beta': a quota of 999 us, at least 1000 must be" },
	{ ONE_OP(CPU_ONLINE, .cpu = 1), -EINVAL,
	  "step 0: CpuOnline: CPU 1 was not taken away" },
	{ ONE_OP(CPU_OFFLINE, .cpu = 9), -ENODEV,
	  "step 0: CpuOffline: CPU 9 is not there" },
	{ ONE_OP(RUN_PAYLOAD, .payload = "porg"), -EINVAL,
	  "step 0: RunPayload: payload 'porg': the test has none of that name; near: prog" },
	{ ONE_OP(RUN_PAYLOAD, .payload = "prog", .cgroup = "alhpa"), -EINVAL,
	  "step 0: RunPayload: cgroup 'alhpa': there is none then; near: alpha" },
	{ ONE_OP(RUN_PAYLOAD, .payload = "lost"), -EINVAL,
	  "step 0: RunPayload: cgroup 'gone': there is none then" },
	{ ONE_OP(WAIT_PAYLOAD, .payload = "prog"), -EINVAL,
	  "step 0: WaitPayload: payload 'prog': it was not started" },
	{ { STEP_DEFS(a_b),
	    STEP_OPS(OP(RUN_PAYLOAD, .payload = "prog"),
		     OP(RUN_PAYLOAD, .payload = "prog")) }, -EINVAL,
	  "step 0: RunPayload: payload 'prog': it was started, and not waited for" },
	/* Whoever stops the cgroup that it was moved to has ended it. */
	{ { STEP_DEFS(a_b),
	    STEP_OPS(OP(RUN_PAYLOAD, .payload = "prog", .cgroup = "alpha"),
		     OP(MOVE_ALL_TASKS, .cgroup = "alpha", .to = "beta"),
		     OP(STOP_CGROUP, .cgroup = "beta"),
		     OP(KILL_PAYLOAD, .payload = "prog")) }, -EINVAL,
	  "step 0: KillPayload: payload 'prog': it was not started" },
	{ { STEP_DEFS(a_b), STEP_OPS(OP(RUN_PAYLOAD, .payload = "prog")),
	    .hold = { .every_ms = 100 } }, -EINVAL,
	  "step 0: RunPayload: payload 'prog': it was started, and not waited for" },
	{ ONE_OP(ATTACH_SCHEDULER, .scheduler = "mien"), -EINVAL,
	  "step 0: AttachScheduler: scheduler 'mien': the test has none of that name; near: mine" },
	{ ONE_OP(ATTACH_SCHEDULER, .scheduler = "eevdf"), -EINVAL,
	  "step 0: AttachScheduler: scheduler 'eevdf': the test has none of that name" },
	{ ONE_OP(DETACH_SCHEDULER), -EINVAL,
	  "step 0: DetachScheduler: no scheduler is attached then" },
	{ ONE_OP(RESTART_SCHEDULER), -EINVAL,
	  "step 0: RestartScheduler: no scheduler is attached then" },
	{ ONE_OP(REPLACE_SCHEDULER, .scheduler = "mine"), -EINVAL,
	  "step 0: ReplaceScheduler: no scheduler is attached then" },
	{ ONE_OP(ATTACH_SUB_SCHEDULER, .cgroup = "alpha",
		 .scheduler = "mine"), -EINVAL,
	  "step 0: AttachSubScheduler: no scheduler is attached then" },
	{ ONE_OP(DETACH_SUB_SCHEDULER, .cgroup = "beta"), -EINVAL,
	  "step 0: DetachSubScheduler: cgroup 'beta': it has no sub-scheduler" },
	{ { STEP_DEFS(a), STEP_OPS(OP(ATTACH_SCHEDULER, .scheduler = "mine"),
				   OP(ATTACH_SUB_SCHEDULER, .cgroup = "alpha",
				      .scheduler = "other"),
				   OP(DETACH_SCHEDULER)) }, -EINVAL,
	  "step 0: DetachScheduler: cgroup 'alpha': it has sub-scheduler 'other', which needs" },
	{ ONE_OP(WRITE_MAP, .map = ".bss", .var = "x"), -EINVAL,
	  "step 0: WriteMap: no scheduler is attached then" },
	{ { STEP_OPS(OP(ATTACH_SCHEDULER, .scheduler = "mine"),
		     OP(ATTACH_SCHEDULER, .scheduler = "other")) }, -EINVAL,
	  "step 0: AttachScheduler: scheduler 'other': 'mine' is attached then" },
	{ { STEP_OPS({ .id = OP_COUNT }) }, -EINVAL, "step 0: there is no op" },
	{ { STEP_DEFS(a_a) }, -EINVAL,
	  "step 0: cgroup 'alpha': there is one already" },
	{ { STEP_DEFS(gone) }, -ENODEV,
	  "step 0: cgroup 'gamma': CpusetSpec validation failed: not enough" },
	{ { .hold = { .every_ms = 5 } }, -EINVAL, "step 0: a loop without ops" },
	{ { .hold = { .share = 0.5, .ms = 5 } }, -EINVAL,
	  "step 0: it is to hold for 5 ms as well as for a share" },
	{ { .hold = { .share = 1.5 } }, -EINVAL,
	  "step 0: it is to hold for 1.5 of the time" },
	{ { .hold = { .ms = 1001 } }, -EINVAL,
	  "the steps take 1001 ms, the test has 1000" },
	{ { STEP_OPS(OP(PAUSE, .ms = 400)), .hold = { .ms = 601 } }, -EINVAL,
	  "the steps take 1001 ms, the test has 1000" },
	{ { STEP_OPS(OP(PAUSE, .ms = 200)), .hold = { .every_ms = 200 } },
	  -EINVAL, "step 0: ops that take 200 ms each 200 ms" },
	/* The second time it is there already. */
	{ { STEP_OPS(OP(ADD_CGROUP, .cgroup = "x")),
	    .hold = { .every_ms = 100 } }, -EINVAL,
	  "step 0: AddCgroup: cgroup 'x': there is one already" },
};

TEST(what_is_wrong_is_named)
{
	struct world world;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_EQ(refused[i].ret,
			  check(&world, NULL, &refused[i].step, 1))
			TH_LOG("%s", refused[i].says);
		EXPECT_TRUE(strstarts(world.err, refused[i].says))
			TH_LOG("%s, not %s", world.err, refused[i].says);
	}
}

TEST(a_step_sees_what_lives_through_it)
{
	const struct backdrop backdrop = { a, 1 };
	const struct step steps[] = {
		{ STEP_DEFS(b), STEP_OPS(OP(FREEZE_CGROUP, .cgroup = "alpha")),
		  .hold = { .ms = 100 } },
		/* beta is gone, and may come again; alpha is still frozen. */
		{ STEP_DEFS(b), STEP_OPS(OP(UNFREEZE_CGROUP, .cgroup = "alpha"),
					 OP(REMOVE_CGROUP, .cgroup = "beta"),
					 OP(ADD_CGROUP, .cgroup = "beta")) },
	};
	const struct step moves = {
		STEP_DEFS(b),
		STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "alpha", .to = "beta")),
	};
	struct world world;

	EXPECT_EQ(0, check(&world, &backdrop, steps, 2))
		TH_LOG("%s", world.err);
	EXPECT_EQ(1, world.n);
	EXPECT_FALSE(world.cgroups[0].frozen);
	EXPECT_EQ(-EINVAL, check(&world, &backdrop, &moves, 1));
	EXPECT_STREQ("step 0: MoveAllTasks: cgroup 'alpha': it stays longer than 'beta', which goes with the step",
		     world.err);
	/* Without the backdrop there is no alpha. */
	EXPECT_EQ(-EINVAL, check(&world, NULL, steps, 2));
	EXPECT_EQ(-EINVAL, check(&world, NULL, NULL, 0));
}

TEST(holds_share_the_duration)
{
	const struct step steps[] = {
		{ .hold = { .share = 0.25 } },
		{ STEP_OPS(OP(PAUSE, .ms = 50)), .hold = { .ms = 100 } },
		{ STEP_OPS(OP(PAUSE, .ms = 50)), .hold = { .every_ms = 200 } },
	};
	struct world world;

	ASSERT_EQ(0, check(&world, NULL, steps, 3)) TH_LOG("%s", world.err);
	EXPECT_EQ(250, steps_hold_ms(world.ctx, steps, 0));
	EXPECT_EQ(100, steps_hold_ms(world.ctx, steps, 1));
	EXPECT_EQ(600, steps_hold_ms(world.ctx, steps, 2));
	/* A step in the midst would have no end. */
	EXPECT_EQ(-EINVAL, check(&world, NULL, (struct step[]){ { }, { } }, 2));
	EXPECT_STREQ("step 0: it is to hold to the end, and it is not the last",
		     world.err);
	EXPECT_EQ(-EINVAL,
		  check(&world, NULL, (struct step[]){
			  { .hold = { .share = 1 } }, { } }, 2));
}

/* ---- what comes when ---- */

FIXTURE(run)
{
	struct ktstr_ctx ctx;
	int fds[2];
	char log[4096];
};

FIXTURE_SETUP(run)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, self->fds));
	self->ctx.wire_fd = self->fds[1];
	self->ctx.duration_ms = 300;
	self->ctx.workers = 1;
	self->ctx.slowness = 1;
}

FIXTURE_TEARDOWN(run)
{
	close(self->fds[0]);
	close(self->fds[1]);
}

/* "edge0.0 op:Pause..." */
static void add_record(char *log, const uint32_t *datagram, size_t len)
{
	const char *text = (const char *)(datagram + 2);
	struct wire_step step;
	size_t at = strlen(log);

	if (datagram[0] == WIRE_STEP) {
		memcpy(&step, text, sizeof(step));
		sprintf(log + at, "edge%u.%u ", step.edge, step.index);
	} else if (datagram[0] == WIRE_OP) {
		sprintf(log + at, "%.*s; ", (int)strcspn(text, "("), text);
	} else {
		sprintf(log + at, "type%u:%.*s ", datagram[0],
			(int)(len - 8), text);
	}
}

static void read_records(struct __test_metadata *_metadata,
			 FIXTURE_DATA(run) *self)
{
	uint32_t datagram[256];
	ssize_t len;

	self->log[0] = '\0';
	while ((len = recv(self->fds[0], datagram, sizeof(datagram),
			   MSG_DONTWAIT)) > 0) {
		ASSERT_GT(sizeof(self->log) - 600, strlen(self->log));
		add_record(self->log, datagram, len);
	}
}

/* No cgroups: that can be run by anybody. */
TEST_F(run, steps_and_ops_come_in_order)
{
	const struct step steps[] = {
		{ STEP_OPS(OP(PAUSE, .ms = 20), OP(PAUSE, .ms = 30)),
		  .hold = { .ms = 50 } },
		{ STEP_OPS(OP(PAUSE, .ms = 5)),
		  .hold = { .ms = 100, .every_ms = 50 } },
		{ },
	};
	uint64_t start_ns = clock_now_ns();
	struct check_result *res;

	res = execute_steps(&self->ctx, NULL, steps, ARRAY_SIZE(steps));
	EXPECT_FALSE(res->failed || res->skipped)
		TH_LOG("%s", res->details[0].text);
	EXPECT_LE(300 * NSEC_PER_MSEC, clock_now_ns() - start_ns);
	read_records(_metadata, self);
	EXPECT_STREQ("edge0.0 edge1.0 Pause ms 20 ; Pause ms 30 ; edge2.0 edge1.1 Pause ms 5 ; Pause ms 5 ; edge2.1 edge1.2 edge2.2 edge3.0 ",
		     self->log);
}

TEST_F(run, nothing_runs_when_something_is_wrong)
{
	const struct step steps[] = {
		{ STEP_OPS(OP(PAUSE, .ms = 20)), .hold = { .ms = 50 } },
		{ STEP_OPS(OP(FREEZE_CGROUP, .cgroup = "no")) },
	};
	struct check_result *res = execute_steps(&self->ctx, NULL, steps, 2);

	EXPECT_TRUE(res->failed);
	ASSERT_EQ(1, res->n_details);
	EXPECT_STREQ("step 1: FreezeCgroup: cgroup 'no': there is none then",
		     res->details[0].text);
	read_records(_metadata, self);
	EXPECT_EQ(NULL, strstr(self->log, "edge"));
}

/* The scheduler's process is not there: neither are ops of the next step. */
TEST_F(run, a_dead_scheduler_ends_it)
{
	const struct step steps[] = {
		{ STEP_OPS(OP(PAUSE, .ms = 20)), .hold = { .ms = 50 } },
		{ STEP_OPS(OP(PAUSE, .ms = 21)) },
	};
	struct check_result *res;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	self->ctx.sched_pid = pid;
	res = execute_steps(&self->ctx, NULL, steps, 2);
	EXPECT_TRUE(res->failed);
	ASSERT_EQ(1, res->n_details);
	EXPECT_TRUE(strstarts(res->details[0].text,
			      "scheduler process died unexpectedly during workload ("));
	read_records(_metadata, self);
	EXPECT_EQ(NULL, strstr(self->log, "Pause"));
}

/* ---- schedulers ---- */

static void answer(FIXTURE_DATA(run) *self, pid_t pid, const char *why)
{
	struct wire_sched_answer rec = { .pid = pid };

	snprintf(rec.why, sizeof(rec.why), "%s", why);
	send(self->fds[0], &rec, sizeof(rec), 0);
}

/* The next record: what init was asked for. */
static ssize_t asked(FIXTURE_DATA(run) *self, char *strings, size_t size)
{
	uint32_t datagram[256];
	ssize_t len;

	while ((len = recv(self->fds[0], datagram, sizeof(datagram),
			   MSG_DONTWAIT)) > 0) {
		if (datagram[0] != WIRE_SCHED_ASK)
			continue;
		len -= 3 * sizeof(uint32_t);
		memcpy(strings, datagram + 3, min((size_t)len, size));
		return datagram[2] == 0 && len ? -1 : len;
	}
	return -1;
}

TEST_F(run, init_is_asked_for_schedulers)
{
	static const char want[] = "mine\0/ktstr/bin/scx_mine\0my\0-x\0";
	const struct step steps[] = {
		{ STEP_OPS(OP(REPLACE_SCHEDULER, .scheduler = "mine"),
			   OP(DETACH_SCHEDULER)) },
	};
	struct check_result *res;
	char strings[256];

	self->ctx.staged[0] = &mine;
	self->ctx.running = "old";
	answer(self, getpid(), "");
	answer(self, 0, "");
	res = execute_steps(&self->ctx, NULL, steps, 1);
	EXPECT_FALSE(res->failed) TH_LOG("%s", res->details[0].text);
	EXPECT_EQ(NULL, self->ctx.running);
	EXPECT_EQ(0, self->ctx.sched_pid);
	ASSERT_EQ((ssize_t)sizeof(want), asked(self, strings, sizeof(strings)));
	EXPECT_EQ(0, memcmp(want, strings, sizeof(want)));
	EXPECT_EQ(0, asked(self, strings, sizeof(strings)));
}

TEST_F(run, a_scheduler_that_does_not_attach)
{
	const struct step steps[] = {
		{ STEP_OPS(OP(ATTACH_SCHEDULER, .scheduler = "mine"),
			   OP(PAUSE, .ms = 5)) },
	};
	struct check_result *res;

	self->ctx.staged[0] = &mine;
	answer(self, 0, "it was not enabled");
	res = execute_steps(&self->ctx, NULL, steps, 1);
	ASSERT_EQ(1, res->n_details);
	EXPECT_STREQ("step 0: AttachScheduler mine: it was not enabled",
		     res->details[0].text);
	EXPECT_EQ(NULL, self->ctx.running);
	read_records(_metadata, self);
	EXPECT_EQ(NULL, strstr(self->log, "Pause"));
}

/* ---- what workers could do ---- */

FIXTURE(crew)
{
	struct ktstr_ctx ctx;
	struct scenario *s;
};

FIXTURE_SETUP(crew)
{
	struct live_cgroup *g;

	self->s = calloc(1, sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	self->s->ctx = &self->ctx;
	g = self->s->groups;
	g[0] = (struct live_cgroup){ .name = "a", .has_cpuset = true };
	g[1] = (struct live_cgroup){ .name = "b", .has_cpuset = true };
	CPU_SET(0, &g[0].cpus);
	CPU_SET(1, &g[1].cpus);
	self->s->crews[0] = (struct crew){ .name = "a", .where = &g[0] };
	self->s->crews[1] = (struct crew){ .name = "b", .where = &g[1] };
	crew_note_cpus(self->s, NULL);
}

FIXTURE_TEARDOWN(crew)
{
	free(self->s);
}

/* A worker may have run wherever it was allowed to at any time. */
TEST_F(crew, cpus_of_all_places_are_allowed)
{
	struct live_cgroup *g = self->s->groups;
	struct crew *c = self->s->crews;

	EXPECT_EQ(1, CPU_COUNT(&c[0].allowed));
	crew_moved(self->s, &g[0], &g[1]);
	EXPECT_TRUE(c[0].where == &g[1]);
	EXPECT_EQ(2, CPU_COUNT(&c[0].allowed));
	EXPECT_EQ(1, CPU_COUNT(&c[1].allowed));
	CPU_SET(3, &g[1].cpus);
	crew_note_cpus(self->s, &g[1]);
	EXPECT_EQ(3, CPU_COUNT(&c[0].allowed));
	EXPECT_EQ(2, CPU_COUNT(&c[1].allowed));
	EXPECT_FALSE(c[0].anywhere || c[1].anywhere);
	g[0].has_cpuset = false;
	crew_note_visit(self->s, &g[1], &g[0]);
	EXPECT_TRUE(c[0].anywhere && c[1].anywhere);
}

TEST_F(crew, time_in_the_freezer_is_counted_once)
{
	struct crew *c = self->s->crews;

	crew_note_frozen(self->s, &self->s->groups[0], true);
	crew_note_frozen(self->s, NULL, true);
	self->s->groups[0].frozen = true;
	poll(NULL, 0, 50);
	crew_note_thawed(self->s);
	EXPECT_EQ(0, c[0].frozen_ns);
	EXPECT_LE(50 * NSEC_PER_MSEC, c[1].frozen_ns);
	self->s->groups[0].frozen = false;
	crew_note_frozen(self->s, &self->s->groups[0], false);
	EXPECT_LE(50 * NSEC_PER_MSEC, c[0].frozen_ns);
	EXPECT_EQ(0, c[0].frozen_since_ns);
}

/* ---- what the harness takes ---- */

#define PART_NS	(40 * NSEC_PER_MSEC)

static void compute(void)
{
	const clock_t end = clock() + PART_NS / 1000;	/* in microseconds */

	while (clock() < end)
		;
}

/* An op that waits has the engine look on meanwhile. */
TEST_F(crew, the_engines_time_is_told_without_that_of_ops)
{
	struct scenario *s = self->s;

	s->ctx->wire_fd = -1;
	CPU_SET(0, &s->machine.online);
	CPU_SET(1, &s->machine.online);
	EXPECT_TRUE(isnan(own_pct(s->ctx)));
	own_begin(s);
	compute();
	own_op_begin(s);
	compute();
	own_op_end(s);
	own_op_begin(s);
	own_op_end(s);
	compute();
	own_op_end(s);
	own_end(s);
	EXPECT_LE(2 * PART_NS, s->ctx->own_ns + NSEC_PER_MSEC);
	EXPECT_GT(3 * PART_NS, s->ctx->own_ns);
	EXPECT_LE(2 * 3 * PART_NS, s->ctx->cpus_ns + NSEC_PER_MSEC);
	EXPECT_EQ(100.0 * s->ctx->own_ns / s->ctx->cpus_ns, own_pct(s->ctx));
}

TEST_HARNESS_MAIN
