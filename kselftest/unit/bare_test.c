// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios on this machine itself: whose a cgroup is, what is refused, what is
 * needed, and what machine it is.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "kselftest/unit/doc.h"
#include "lib/bare/shape.h"
#include "lib/bare/others.h"
#include "lib/bare/owner.h"
#include "lib/bare/refuse.h"
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"
#include "lib/guest/scenario/op_types.h"

/* ---- owners ---- */

TEST(a_name_is_read_as_it_was_written)
{
	const struct bare_owner owners[] = {
		{ 1, 0, 0 },
		{ 4194304, 18446744073709551615ULL, 0 },
		{ 77, 1234, BARE_CPU },
		{ 77, 1234, BARE_CPU | BARE_CPUSET | BARE_MEMORY | BARE_PIDS },
	};
	char name[BARE_NAME_SIZE];
	struct bare_owner read;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(owners); i++) {
		bare_owner_name(&owners[i], name);
		ASSERT_EQ(0, bare_owner_parse(name, &read))
			TH_LOG("%s", name);
		EXPECT_EQ(owners[i].pid, read.pid);
		EXPECT_EQ(owners[i].start, read.start);
		EXPECT_EQ(owners[i].enabled, read.enabled);
	}
	EXPECT_STREQ("ktstr-host.77.1234.csmp", name);
}

TEST(names_of_others_are_none)
{
	static const char * const names[] = {
		"", "system.slice", "ktstr", "ktstr-host", "ktstr-host.",
		"ktstr-host.77", "ktstr-host.77.", "ktstr-host.77.12.",
		"ktstr-host.077.12", "ktstr-host.-77.12", "ktstr-host.77.12 ",
		"ktstr-host.77.12.x", "ktstr-host.77.12.sc",
		"ktstr-host.77.12.cc", "ktstr-host.77.12.c/..",
		"ktstr-host.99999999999999999999.12",
		"ktstr-host.77.99999999999999999999", "xktstr-host.77.12",
	};
	struct bare_owner read;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(-EINVAL, bare_owner_parse(names[i], &read))
			TH_LOG("name %zu", i);
	}
}

TEST(a_process_is_told_by_its_start)
{
	unsigned long long start = 0;
	char state = 0;

	EXPECT_EQ(0, bare_stat_parse("77 (a) Z 1 ( ) R 1) S 1 77 77 0 -1 64 5 0 0 0 1 2 0 0 20 0 1 0 4711 9 8\n",
				     &state, &start));
	EXPECT_EQ('S', state);
	EXPECT_EQ(4711, start);
	EXPECT_EQ(-EINVAL, bare_stat_parse("", &state, &start));
	EXPECT_EQ(-EINVAL, bare_stat_parse("77 (a", &state, &start));
	EXPECT_EQ(-EINVAL, bare_stat_parse("77 (a) S 1 77", &state, &start));
}

TEST(who_runs_is_alive)
{
	struct bare_owner owner = { };

	ASSERT_EQ(0, bare_owner_self(&owner));
	EXPECT_EQ(getpid(), owner.pid);
	EXPECT_TRUE(bare_owner_alive(&owner));
	/* Its number came again. */
	owner.start++;
	EXPECT_FALSE(bare_owner_alive(&owner));
}

TEST(who_was_killed_is_dead_before_it_is_reaped)
{
	struct bare_owner owner = { };
	siginfo_t info;
	pid_t pid;
	int pipe_fds[2];

	ASSERT_EQ(0, pipe(pipe_fds));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		bare_owner_self(&owner);
		if (write(pipe_fds[1], &owner, sizeof(owner)) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	ASSERT_EQ(sizeof(owner), read(pipe_fds[0], &owner, sizeof(owner)));
	EXPECT_TRUE(bare_owner_alive(&owner));
	kill(pid, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	EXPECT_FALSE(bare_owner_alive(&owner));
	waitpid(pid, NULL, 0);
	EXPECT_FALSE(bare_owner_alive(&owner));
}

/* ---- what is refused ---- */

static const enum op_id refused[] = {
	OP_FREEZE_ALL, OP_CPU_OFFLINE, OP_CPU_ONLINE, OP_CLOCK_JUMP,
	OP_ATTACH_SCHEDULER, OP_DETACH_SCHEDULER, OP_RESTART_SCHEDULER,
	OP_REPLACE_SCHEDULER, OP_ATTACH_SUB_SCHEDULER,
	OP_DETACH_SUB_SCHEDULER, OP_WRITE_MAP, OP_RUN_PAYLOAD,
};

static bool is_refused(unsigned int id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (refused[i] == id)
			return true;
	return false;
}

TEST(ops_that_harm_others_are_refused_by_name)
{
	unsigned int id;
	char err[256];

	for (id = 0; id < OP_COUNT; id++) {
		const struct op op = { .id = id };
		const struct step steps[] = {
			{ .hold = { .share = 0.5 } }, { .ops = &op, .n_ops = 1 },
		};
		const struct scenario_def def = {
			.steps = steps, .n_steps = ARRAY_SIZE(steps),
		};
		int ret = bare_refuse_ops(&def, err, sizeof(err));

		EXPECT_EQ(is_refused(id) ? -EPERM : 0, ret)
			TH_LOG("%s", op_types[id]->name);
		if (!ret)
			continue;
		EXPECT_TRUE(strstarts(err, "step 1 has "));
		EXPECT_TRUE(!!strstr(err, op_types[id]->name));
		EXPECT_TRUE(!!strstr(err, op_types[id]->harm));
	}
}

TEST(of_the_catalogue_only_hotplug_is_refused)
{
	char err[256];
	size_t i;

	for (i = 0; i < catalogue_n; i++) {
		EXPECT_EQ(strstr(catalogue[i].name, "hotplug") ? -EPERM : 0,
			  bare_refuse_ops(catalogue[i].def, err, sizeof(err)))
			TH_LOG("%s: %s", catalogue[i].name, err);
	}
}

TEST(the_documentation_names_what_is_refused)
{
	char *text = doc_read("scenarios.rst", "On this machine itself", "rt-app\n");
	size_t i;

	ASSERT_TRUE(!!text);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_TRUE(!!strstr(text, op_types[refused[i]]->name))
			TH_LOG("%s", op_types[refused[i]]->name);
	}
	free(text);
}

TEST(attributes_of_vms_are_refused_by_name)
{
	const struct ktstr_attr fits = {
		.duration_s = 3, .workers = 4, .limit_s = 20,
		.limits.max_gap_ms = 100, .expect_failure = "gap",
	};
	const struct ktstr_attr memory = { .memory_mb = 512 };
	const struct ktstr_attr args = { .sched_args = { "-f" } };
	const struct ktstr_attr *levels[] = { &fits, NULL, NULL };
	char err[256];

	EXPECT_EQ(0, bare_refuse_attrs(levels, 3, err, sizeof(err)));
	levels[2] = &memory;
	EXPECT_EQ(-EPERM, bare_refuse_attrs(levels, 3, err, sizeof(err)));
	EXPECT_TRUE(strstarts(err, "attribute memory_mb "));
	levels[2] = &args;
	EXPECT_EQ(-EPERM, bare_refuse_attrs(levels, 3, err, sizeof(err)));
	EXPECT_TRUE(strstarts(err, "attribute sched_args "));
}

/* ---- what is needed ---- */

TEST(cgroups_need_the_controllers_of_what_they_are_given)
{
	const struct cgroup_def plain[] = { { .name = "a" }, { .name = "b" } };
	const struct cgroup_def set = {
		.name = "a", .cpuset = CPUSET_DISJOINT(0, 2),
	};
	const struct cgroup_def limited = {
		.name = "a", .limits = { .memory_max_mb = 64, .pids_max = 9 },
	};
	const struct cgroup_def quota = {
		.name = "a", .limits.cpu_max_us = 5000,
	};
	const struct {
		struct scenario_def def;
		unsigned int needs;
	} cases[] = {
		{ { .defs = plain, .n_defs = 1 }, 0 },
		{ { .defs = plain, .n_defs = 2 }, BARE_CPU },
		{ { .defs = &set, .n_defs = 1 }, BARE_CPUSET },
		{ { .defs = &limited, .n_defs = 1 }, BARE_MEMORY | BARE_PIDS },
		{ { .defs = &quota, .n_defs = 1 }, BARE_CPU },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].needs, bare_needs(&cases[i].def))
			TH_LOG("case %zu", i);
	}
}

TEST(ops_need_controllers_as_well)
{
	const struct cgroup_def one = { .name = "a" };
	const struct step set = {
		STEP_OPS(OP(SET_CPUSET, .cgroup = "a",
			    .cpuset = CPUSET_DISJOINT(0, 2))),
	};
	const struct step pause = { STEP_OPS(OP(PAUSE, .ms = 1)) };
	const struct step more = { .defs = &one, .n_defs = 1 };
	struct scenario_def def = {
		.defs = &one, .n_defs = 1, .steps = &pause, .n_steps = 1,
	};

	EXPECT_EQ(0, bare_needs(&def));
	def.steps = &set;
	EXPECT_EQ(BARE_CPU | BARE_CPUSET, bare_needs(&def));
	def.steps = &more;
	EXPECT_EQ(BARE_CPU, bare_needs(&def));
}

/* ---- the machine ---- */

/* CPUs of one node: each core two, each cache four. */
static void make_machine(struct machine_cpus *m, unsigned int cpus)
{
	unsigned int cpu;

	memset(m, 0, sizeof(*m));
	for (cpu = 0; cpu < cpus; cpu++) {
		CPU_SET(cpu, &m->online);
		m->core[cpu] = cpu / 2 * 2;
		m->llc[cpu] = cpu / 4;
	}
	m->known = true;
}

TEST(an_even_machine_has_its_shape)
{
	char name[TOPOLOGY_NAME_LEN];
	struct machine_cpus m;
	struct topology t;

	make_machine(&m, 8);
	bare_topology_of(&m, &t);
	EXPECT_STREQ("1n2l2c2t", topology_name(&t, name));
	m.node[4] = 1;
	m.node[5] = 1;
	m.node[6] = 1;
	m.node[7] = 1;
	bare_topology_of(&m, &t);
	EXPECT_STREQ("2n2l2c2t", topology_name(&t, name));
}

TEST(an_uneven_one_is_a_row_of_cpus)
{
	char name[TOPOLOGY_NAME_LEN];
	struct machine_cpus m;
	struct topology t;

	make_machine(&m, 6);
	bare_topology_of(&m, &t);
	EXPECT_STREQ("1n1l6c1t", topology_name(&t, name));
	/* One that has been taken offline */
	make_machine(&m, 8);
	CPU_CLR(3, &m.online);
	bare_topology_of(&m, &t);
	EXPECT_STREQ("1n1l7c1t", topology_name(&t, name));
	/* Nobody knows its caches. */
	make_machine(&m, 4);
	memset(m.llc, -1, sizeof(m.llc));
	bare_topology_of(&m, &t);
	EXPECT_STREQ("1n1l4c1t", topology_name(&t, name));
}

TEST(this_machine_has_all_its_cpus)
{
	struct machine_cpus m;
	struct topology t;

	machine_cpus_online(&m);
	bare_topology(&t);
	EXPECT_EQ((unsigned int)CPU_COUNT(&m.online), topology_cpus(&t));
}

TEST(others_have_what_is_not_ours)
{
	static const struct {
		const char *stat, *cpu_stat;
		uint64_t ms;
	} cases[] = {
		{ "cpu  100 10 20 5000 70 3 4 13 9 9\ncpu0 1 2",
		  "usage_usec 500000\nuser_usec 1", 1000 },
		/* Ticks are coarse. */
		{ "cpu  1 0 0 0 0 0 0 0 0 0\n", "usage_usec 11000\n", 0 },
		{ "cpu  100 10\n", "usage_usec 500000\n", 0 },
		{ "cpu  100 10 20 5000 70 3 4 13\n", "nr_periods 1\n", 0 },
		{ "", "", 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ms * NSEC_PER_MSEC,
			  others_parse(cases[i].stat, cases[i].cpu_stat, 100))
			TH_LOG("case %u", i);
	}
}

TEST_HARNESS_MAIN
