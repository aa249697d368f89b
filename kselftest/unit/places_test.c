// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where workers run: cpusets, affinities, classes, memory, and what a cgroup may
 * have; and that Documentation has each row of these tables.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest/unit/doc.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/scenario/cgroup_def.h"

/* CPUs 0 to @n - 1: @per_llc to a cache, two to a core, two caches to a node. */
static void make_machine(struct machine_cpus *m, unsigned int n,
			 unsigned int per_llc)
{
	unsigned int cpu;

	memset(m, 0, sizeof(*m));
	m->known = true;
	for (cpu = 0; cpu < n; cpu++) {
		CPU_SET(cpu, &m->online);
		m->llc[cpu] = cpu / per_llc;
		m->core[cpu] = cpu & ~1;
		m->node[cpu] = m->llc[cpu] / 2;
		m->n_llcs = m->llc[cpu] + 1;
		m->n_nodes = m->node[cpu] + 1;
		CPU_SET(m->node[cpu], &m->memory);
	}
}

/* Of six CPUs, maxcpus=2 and another that came later: only these can be used. */
TEST(cpusets_are_of_cpus_that_are_there)
{
	static const struct {
		struct cpuset_spec spec;
		const char *want;
	} cases[] = {
		{ { 0 }, "0-1,5" }, { CPUSET_DISJOINT(0, 2), "0" },
		{ CPUSET_DISJOINT(1, 2), "1" }, { CPUSET_EXACT("5"), "5" },
	};
	struct machine_cpus m;
	char text[256] = "";
	cpu_set_t set;
	size_t i;

	make_machine(&m, 2, 1);
	CPU_SET(5, &m.online);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(0, cpuset_resolve(&cases[i].spec, &m, &set, text,
					    sizeof(text)));
		cpuset_list(&set, text, sizeof(text));
		EXPECT_STREQ(cases[i].want, text) TH_LOG("case %zu", i);
	}
}

TEST(cpusets)
{
	static const struct {
		unsigned int cpus;
		struct cpuset_spec spec;
		int ret;
		const char *want;
	} cases[] = {
		{ 2, CPUSET_DISJOINT(0, 2), 0, "0" },
		{ 2, CPUSET_DISJOINT(1, 2), 0, "1" },
		{ 4, CPUSET_DISJOINT(0, 2), 0, "0" },
		{ 4, CPUSET_DISJOINT(1, 2), 0, "1-2" },
		{ 9, CPUSET_DISJOINT(1, 2), 0, "4-7" },
		{ 4, CPUSET_DISJOINT(0, 1), 0, "0-2" },
		{ 1, CPUSET_DISJOINT(0, 2), -ENODEV,
		  "not enough usable CPUs (1) for 2 partitions" },
		{ 5, CPUSET_DISJOINT(7, 8), -ENODEV,
		  "not enough usable CPUs (4) for 8 partitions" },
		{ 4, CPUSET_DISJOINT(3, 3), -EINVAL,
		  "index 3 >= partition count 3" },
		{ 9, CPUSET_OVERLAP(0, 2, 0.5), 0, "0-5" },
		{ 9, CPUSET_OVERLAP(1, 2, 0.5), 0, "2-7" },
		{ 17, CPUSET_OVERLAP(1, 4, 0.25), 0, "3-8" },
		{ 17, CPUSET_OVERLAP(1, 4, 1), 0, "0-11" },
		{ 17, CPUSET_OVERLAP(1, 4, 0), 0, "4-7" },
		{ 9, CPUSET_OVERLAP(1, 2, 1.5), -EINVAL,
		  "an overlap of 1.5 is no fraction from 0 to 1" },
		{ 9, CPUSET_OVERLAP(1, 2, NAN), -EINVAL,
		  "an overlap of nan is no fraction from 0 to 1" },
		{ 9, CPUSET_RANGE(0, 0.5), 0, "0-3" },
		{ 9, CPUSET_RANGE(0.5, 1), 0, "4-7" },
		{ 101, CPUSET_RANGE(0.29, 0.58), 0, "29-57" },
		{ 9, CPUSET_RANGE(0.5, 0.5), -EINVAL,
		  "0.5 to 0.5 is no range within 0 to 1" },
		{ 9, CPUSET_RANGE(0.5, 1.1), -EINVAL,
		  "0.5 to 1.1 is no range within 0 to 1" },
		{ 9, CPUSET_RANGE(-0.1, 1), -EINVAL,
		  "-0.1 to 1 is no range within 0 to 1" },
		{ 2, CPUSET_RANGE(0, 0.25), -ENODEV,
		  "none of 2 usable CPUs is within 0 to 0.25" },
		{ 9, CPUSET_LLC(1), 0, "4-7" },
		{ 8, CPUSET_LLC(1), 0, "4-6" },
		{ 8, CPUSET_LLC(2), -ENODEV, "need >=3 LLCs, there are 2" },
		{ 9, CPUSET_LLC(2), -ENODEV, "LLC 2 has no usable CPU" },
		{ 16, CPUSET_NODE(0), 0, "0-7" },
		{ 16, CPUSET_NODE(1), 0, "8-14" },
		{ 16, CPUSET_NODE(2), -ENODEV,
		  "there is no node 2 with CPUs, need >=3 nodes" },
		{ 8, CPUSET_EXACT("0,6-7"), 0, "0,6-7" },
		{ 8, CPUSET_EXACT("6-8"), -ENODEV,
		  "of CPUs 6-8, 1 are not there" },
		{ 8, CPUSET_EXACT("6-"), -EINVAL, "'6-' is no list of CPUs" },
		{ 8, CPUSET_EXACT(NULL), -EINVAL, "'' is no list of CPUs" },
	};
	struct machine_cpus m;
	cpu_set_t set;
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make_machine(&m, cases[i].cpus, 4);
		EXPECT_EQ(cases[i].ret, cpuset_resolve(&cases[i].spec, &m, &set,
						       text, sizeof(text)))
			TH_LOG("case %zu", i);
		if (!cases[i].ret)
			cpuset_list(&set, text, sizeof(text));
		EXPECT_STREQ(cases[i].want, text) TH_LOG("case %zu", i);
	}
}

TEST(lists_of_cpus_are_as_the_kernel_writes_them)
{
	static const char * const wrong[] = {
		"", "-", "1-", "-1", "2-1", "1,", ",1", "1,,2", "1024", "a",
		"1 ", "0x1", "1-2-3", "99999999999999999999",
	};
	char text[64];
	cpu_set_t set;
	size_t i;

	EXPECT_EQ(0, cpus_parse("5,0-3,1023", &set));
	cpuset_list(&set, text, sizeof(text));
	EXPECT_STREQ("0-3,5,1023", text);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, cpus_parse(wrong[i], &set))
			TH_LOG("case %zu", i);
	}
}

/* Whatever machine this is. */
TEST(this_machine_is_read)
{
	static struct machine_cpus m;
	cpu_set_t own, some, seen;
	unsigned int i, n = 0;

	machine_cpus_online(&m);
	machine_cpus_know(&m);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(own), &own));
	CPU_AND(&some, &own, &m.online);
	EXPECT_TRUE(CPU_EQUAL(&some, &own));
	/* Each CPU is of one cache at most, and each cache has one. */
	CPU_ZERO(&seen);
	for (i = 0; i < m.n_llcs; i++) {
		EXPECT_LT(0U, machine_cpus_of(&m, m.llc, i, &some));
		n += CPU_COUNT(&some);
		CPU_OR(&seen, &seen, &some);
	}
	EXPECT_EQ(n, 0U + CPU_COUNT(&seen));
	EXPECT_LE(1U, m.n_nodes);
	EXPECT_LE(1, CPU_COUNT(&m.memory));
}

/* ---- affinities ---- */

static const char *chosen(const struct work_place *place, const char *pool,
			  const struct machine_cpus *m, unsigned int index,
			  char text[64])
{
	cpu_set_t of, set;

	CPU_ZERO(&set);
	cpus_parse(pool, &of);
	if (place_affinities[place->affinity].choose(place, &of, m, index,
						     &set))
		return "none";
	cpuset_list(&set, text, 64);
	return text;
}

TEST(affinities)
{
	static const struct {
		struct work_place place;
		const char *pool;
		unsigned int index;
		const char *want;
	} cases[] = {
		{ { .affinity = AFFINITY_ONE_EACH }, "1,3,5", 0, "1" },
		{ { .affinity = AFFINITY_ONE_EACH }, "1,3,5", 2, "5" },
		{ { .affinity = AFFINITY_ONE_EACH }, "1,3,5", 4, "3" },
		{ { .affinity = AFFINITY_SINGLE_CPU }, "1,3,5", 2, "1" },
		{ { .affinity = AFFINITY_LLC }, "1,4-5", 0, "4-5" },
		{ { .affinity = AFFINITY_LLC }, "0-2,4-5", 0, "0-2" },
		{ { .affinity = AFFINITY_SMT_PAIR }, "1-7", 0, "2" },
		{ { .affinity = AFFINITY_SMT_PAIR }, "1-7", 1, "3" },
		{ { .affinity = AFFINITY_SMT_PAIR }, "1-7", 3, "5" },
		{ { .affinity = AFFINITY_SMT_PAIR }, "1-7", 7, "3" },
		{ { .affinity = AFFINITY_SMT_PAIR }, "1-2", 0, "none" },
		{ { .affinity = AFFINITY_ALL }, "1-2", 0, "0-7" },
		{ { .affinity = AFFINITY_EXACT, .cpus = "2-9" }, "1-3", 0,
		  "2-3" },
		{ { .affinity = AFFINITY_EXACT, .cpus = "4" }, "1-3", 0,
		  "none" },
	};
	static struct machine_cpus m;
	char text[64];
	size_t i;

	make_machine(&m, 8, 4);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_STREQ(cases[i].want, chosen(&cases[i].place,
						   cases[i].pool, &m,
						   cases[i].index, text))
			TH_LOG("case %zu", i);
	}
}

TEST(random_subsets_are_half_and_differ)
{
	static const struct work_place place = {
		.affinity = AFFINITY_RANDOM_SUBSET,
	};
	static struct machine_cpus m;
	unsigned int i, others = 0;
	char text[64], first[64];
	cpu_set_t set, pool;

	make_machine(&m, 8, 4);
	cpus_parse("1-7", &pool);
	snprintf(first, sizeof(first), "%s", chosen(&place, "1-7", &m, 0,
						    text));
	for (i = 0; i < 16; i++) {
		others += strcmp(first, chosen(&place, "1-7", &m, i, text));
		ASSERT_EQ(0, cpus_parse(text, &set));
		EXPECT_EQ(3, CPU_COUNT(&set));
		CPU_AND(&set, &set, &pool);
		EXPECT_EQ(3, CPU_COUNT(&set));
	}
	EXPECT_LT(0U, others);
	EXPECT_STREQ("5", chosen(&place, "5", &m, 3, text));
}

/* ---- what makes sense ---- */

TEST(wrong_places_are_named)
{
	static const struct {
		struct work_place place;
		const char *says;
	} cases[] = {
		{ { .policy = POLICY_FIFO, .priority = 100 }, "priority 100: " },
		{ { .priority = 1 }, "priority 1: 1 to 99 can be, for FIFO" },
		{ { .nice = 20 }, "nice 20: -20 to 19 can be" },
		{ { .nice = -21 }, "nice -21: -20 to 19 can be" },
		{ { .runtime_us = 1 }, "runtime, deadline and period are of " },
		{ { .policy = POLICY_DEADLINE }, "DEADLINE needs 0 < runtime" },
		{ { .policy = POLICY_DEADLINE, .runtime_us = 3,
		    .deadline_us = 2, .period_us = 4 }, "DEADLINE needs " },
		{ { .cpus = "1" }, "cpus are for AFFINITY_EXACT" },
		{ { .affinity = AFFINITY_EXACT }, "'' is no list of CPUs" },
		{ { .memory = MEMORY_BIND }, "'' is no list of nodes" },
		{ { .memory = MEMORY_LOCAL, .nodes = "0" }, "nodes and memory_" },
		{ { .memory = MEMORY_BIND, .nodes = "0", .memory_flags = 1 },
		  "memory_flags 0x1: " },
		{ { .memory = MEMORY_BIND, .nodes = "0",
		    .memory_flags = MEMORY_STATIC_NODES |
				    MEMORY_RELATIVE_NODES },
		  "memory_flags 0xc000: " },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct work_spec spec = { .place = cases[i].place };

		err[0] = '\0';
		EXPECT_EQ(-EINVAL, work_check(&spec, 1, err, sizeof(err)));
		EXPECT_EQ(0, strncmp(cases[i].says, err,
				     strlen(cases[i].says)))
			TH_LOG("%zu: %s", i, err);
	}
}

TEST(what_a_machine_lacks_is_named)
{
	static const struct {
		struct work_place place;
		const char *says;
	} cases[] = {
		{ { .affinity = AFFINITY_EXACT, .cpus = "9" },
		  "no CPU of this machine is those of .cpus, \"0-3,5\": 9" },
		{ { .memory = MEMORY_BIND, .nodes = "0-1" },
		  "of nodes 0-1, 1 have no memory" },
	};
	static const struct work_place relative = {
		.memory = MEMORY_BIND, .nodes = "1",
		.memory_flags = MEMORY_RELATIVE_NODES,
	};
	static struct machine_cpus m;
	char err[256];
	size_t i;

	make_machine(&m, 8, 4);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-ENODEV, place_fits(&cases[i].place, &m, err,
					      sizeof(err)));
		EXPECT_STREQ(cases[i].says, err);
	}
	EXPECT_EQ(0, place_fits(&relative, &m, err, sizeof(err)));
}

/* What a worker finds itself to be, told by a pipe. */
struct found {
	int policy;
	int cpus;
	char comm[16];
	uid_t uid;
};

static bool find_in(const struct work_place *place, struct found *found,
		    char *err, size_t err_size)
{
	static struct machine_cpus m;
	int fds[2], status;
	cpu_set_t set;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid) {
		machine_cpus_online(&m);
		if (place_take(place, &m, 0, err, err_size))
			_exit(!write(fds[1], err, strlen(err)));
		sched_getaffinity(0, sizeof(set), &set);
		found->policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
		found->cpus = CPU_COUNT(&set);
		found->uid = getuid();
		prctl(PR_GET_NAME, found->comm);
		_exit(write(fds[1], found, sizeof(*found)) != sizeof(*found));
	}
	close(fds[1]);
	memset(err, 0, err_size);
	waitpid(pid, &status, 0);
	if (read(fds[0], found, sizeof(*found)) != sizeof(*found))
		memcpy(err, found, min(sizeof(*found), err_size - 1));
	close(fds[0]);
	return !err[0];
}

TEST(a_worker_is_where_it_was_put)
{
	static const struct work_place batch = {
		.policy = POLICY_BATCH, .affinity = AFFINITY_SINGLE_CPU,
		.comm = "placed", .uid = 65534, .gid = 65534,
	};
	struct found found = { 0 };
	char err[256] = "";

	if (getuid())
		SKIP(return, "to become another user takes root");
	ASSERT_TRUE(find_in(&batch, &found, err, sizeof(err))) TH_LOG("%s", err);
	EXPECT_EQ(SCHED_BATCH, found.policy);
	EXPECT_EQ(1, found.cpus);
	EXPECT_STREQ("placed", found.comm);
	EXPECT_EQ(65534U, found.uid);
}

/* One that cannot begin says why, to who collects it. */
TEST(a_worker_that_cannot_take_its_place_says_why)
{
	static const struct work_spec spec = {
		.place = { .affinity = AFFINITY_EXACT, .cpus = "1023" },
	};
	struct worker_report report;
	struct check_limits limits;
	struct check_result res = { };
	struct wire_steal_wait wait;
	struct check_group group = {
		.name = "cg_0", .reports = &report, .n_reports = 1,
	};
	struct work_set set;

	ASSERT_EQ(0, work_create(&set, &spec, 1, 30000, NULL, NULL));
	work_start(&set);
	wire_steal_begin(&wait, NULL);
	work_collect(&set, &wait, 30000, &report);
	work_destroy(&set);
	EXPECT_FALSE(report.completed);
	check_limits_default(&limits);
	check_group_run(&limits, 1, &group, &res);
	ASSERT_LE(1U, res.n_details);
	EXPECT_TRUE(strends(res.details[0].text,
			    " CPUs none is those of .cpus, \"0-3,5\": 1023"))
		TH_LOG("%s", res.details[0].text);
}

/* ---- what a cgroup may have ---- */

FIXTURE(cgroup)
{
	char parent[32];
};

FIXTURE_SETUP(cgroup)
{
	snprintf(self->parent, sizeof(self->parent), "/tmp/ktstr-cgroup-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->parent));
}

FIXTURE_TEARDOWN(cgroup)
{
	cgroup_remove("/tmp", strrchr(self->parent, '/') + 1);
}

/* No cgroup, but a folder that has such files. */
static void make_files(FIXTURE_DATA(cgroup) *self, const char *name)
{
	char path[128];
	size_t i;

	for (i = 0; i < cgroup_n_limit_rows; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", self->parent, name,
			 cgroup_limit_rows[i].file);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
}

static void remove_files(FIXTURE_DATA(cgroup) *self, const char *name)
{
	char path[128];
	size_t i;

	for (i = 0; i < cgroup_n_limit_rows; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", self->parent, name,
			 cgroup_limit_rows[i].file);
		unlink(path);
	}
}

static const char *content(FIXTURE_DATA(cgroup) *self, const char *name,
			   const char *file, char text[64])
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", self->parent, name, file);
	memset(text, 0, 64);
	f = fopen(path, "re");
	if (!f)
		return "none";
	text[fread(text, 1, 63, f)] = '\0';
	fclose(f);
	return text;
}

TEST_F(cgroup, limits_are_written_each_to_its_file)
{
	static const struct {
		struct cgroup_limits limits;
		const char *file;
		const char *holds;
	} cases[] = {
		{ { .mems = "0" }, "cpuset.mems", "0" },
		{ { .cpu_weight = 200 }, "cpu.weight", "200" },
		{ { .cpu_max_us = 50000 }, "cpu.max", "50000 100000" },
		{ { .cpu_max_us = 2000, .cpu_period_us = 10000 }, "cpu.max",
		  "2000 10000" },
		{ { .cpu_max_us = CGROUP_NO_LIMIT }, "cpu.max", "max 100000" },
		{ { .cpu_idle = 1 }, "cpu.idle", "1" },
		{ { .memory_max_mb = 64 }, "memory.max", "64M" },
		{ { .memory_high_mb = CGROUP_NO_LIMIT }, "memory.high", "max" },
		{ { .pids_max = 5 }, "pids.max", "5" },
		{ { .uclamp_min_pct = 20 }, "cpu.uclamp.min", "20" },
		{ { .uclamp_max_pct = 80 }, "cpu.uclamp.max", "80" },
	};
	char err[256] = "", text[64];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, cgroup_create(self->parent, "a"));
		make_files(self, "a");
		EXPECT_EQ(0, cgroup_limits_check(&cases[i].limits, err,
						 sizeof(err)));
		EXPECT_EQ(0, cgroup_limits_set(self->parent, "a",
					       &cases[i].limits, err,
					       sizeof(err)))
			TH_LOG("%zu: %s", i, err);
		/* And no other. */
		for (j = 0; j < cgroup_n_limit_rows; j++) {
			const char *file = cgroup_limit_rows[j].file;
			const char *want = "";

			if (!strcmp(file, cases[i].file))
				want = cases[i].holds;
			EXPECT_STREQ(want, content(self, "a", file, text))
				TH_LOG("%zu: %s", i, file);
		}
		remove_files(self, "a");
		cgroup_remove(self->parent, "a");
	}
}

TEST_F(cgroup, what_is_missing_is_a_skip_that_names_it)
{
	static const struct cgroup_def clamped = {
		.name = "a", .limits = { .uclamp_min_pct = 20 },
	}, far = {
		.name = "b", .limits = { .mems = "0,1000" },
	};
	struct check_result res = { };
	cpu_set_t all;

	CPU_ZERO(&all);
	EXPECT_EQ(-ENODEV, cgroup_def_make(self->parent, &clamped, &all, &res));
	EXPECT_TRUE(res.skipped && !res.failed);
	EXPECT_STREQ("cgroup 'a': there is no cpu.uclamp.min (CONFIG_UCLAMP_TASK_GROUP)",
		     res.skip_reason);
	EXPECT_EQ(-ENODEV, cgroup_def_make(self->parent, &far, &all, &res));
	EXPECT_STREQ("cgroup 'b': of nodes 0,1000, 1 have no memory",
		     res.skip_reason);
	cgroup_remove(self->parent, "a");
	cgroup_remove(self->parent, "b");
}

TEST_F(cgroup, what_makes_no_sense_is_a_failure)
{
	static const struct {
		struct cgroup_def def;
		const char *says;
	} cases[] = {
		{ { .limits = { .cpu_weight = 10001 } },
		  "cgroup 'a': cpu_weight is 10001, 1 to 10000 can be" },
		{ { .limits = { .cpu_max_us = 999 } },
		  "cgroup 'a': cpu_max_us is 999, 1000 to 4294967295 can be" },
		{ { .limits = { .cpu_period_us = 1000 } },
		  "cgroup 'a': cpu_period_us needs a cpu_max_us" },
		{ { .limits = { .mems = "0-" } },
		  "cgroup 'a': '0-' is no list of nodes" },
		{ { .cpuset = CPUSET_DISJOINT(2, 2) },
		  "cgroup 'a': CpusetSpec validation failed: index 2 >= partition count 2" },
		{ { .work = { .place = { .nice = 99 } } },
		  "cgroup 'a': nice 99: -20 to 19 can be" },
	};
	static struct machine_cpus m;
	cpu_set_t set;
	size_t i;

	make_machine(&m, 8, 4);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cgroup_def def = cases[i].def;
		struct check_result res = { };

		def.name = "a";
		EXPECT_EQ(-EINVAL, cgroup_def_check(&def, 1, &m, &set, &res));
		EXPECT_TRUE(res.failed && !res.skipped);
		EXPECT_STREQ(cases[i].says, res.details[0].text);
	}
}

TEST_F(cgroup, nested_ones_are_made_and_removed_with_those_above)
{
	char path[128];

	EXPECT_EQ(0, cgroup_create(self->parent, "a/b/c"));
	EXPECT_EQ(0, cgroup_create(self->parent, "a/b2"));
	snprintf(path, sizeof(path), "%s/a/b/c", self->parent);
	EXPECT_EQ(0, access(path, F_OK));
	cgroup_remove(self->parent, "a/b/c");
	snprintf(path, sizeof(path), "%s/a/b", self->parent);
	EXPECT_NE(0, access(path, F_OK));
	snprintf(path, sizeof(path), "%s/a", self->parent);
	EXPECT_EQ(0, access(path, F_OK));
	cgroup_remove(self->parent, "a/b2");
	EXPECT_NE(0, access(path, F_OK));
	/* With all that is within. */
	EXPECT_EQ(0, cgroup_create(self->parent, "a/b/c"));
	cgroup_remove(self->parent, "a");
	EXPECT_NE(0, access(path, F_OK));
	EXPECT_EQ(0, access(self->parent, F_OK));
}

TEST_F(cgroup, names_stay_within)
{
	static const char * const wrong[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b",
		"a/./b", "a/..",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, cgroup_create(self->parent, wrong[i]))
			TH_LOG("case %zu", i);
	}
	EXPECT_EQ(0, cgroup_create(self->parent, "..a/.b"));
	cgroup_remove(self->parent, "..a");
}

/* ---- Documentation ---- */

TEST(documentation_lists_cpusets)
{
	char *doc = doc_read("writing-tests.rst", "Cpusets\n", "Limits of cgroups\n");
	unsigned int i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(CPUSET_KIND_COUNT - 1U, doc_entries(doc));
	doc_unwrap(doc);
	for (i = CPUSET_KIND_NONE + 1; i < CPUSET_KIND_COUNT; i++)
		doc_expect(_metadata, doc, cpuset_kinds[i]->call,
			   cpuset_kinds[i]->what);
	free(doc);
}

TEST(documentation_lists_limits_of_cgroups)
{
	char *doc = doc_read("writing-tests.rst", "Limits of cgroups\n", "Places\n");
	char name[64];
	size_t i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(cgroup_n_limit_rows, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < cgroup_n_limit_rows; i++) {
		const struct cgroup_limit_row *row = &cgroup_limit_rows[i];

		snprintf(name, sizeof(name), ".%s", row->member);
		doc_expect(_metadata, doc, name, row->what);
	}
	free(doc);
}

#define PLACE_NAME(id)	#id,

static const char * const policy_names[] = { PLACE_POLICIES(PLACE_NAME) };
static const char * const affinity_names[] = { PLACE_AFFINITIES(PLACE_NAME) };
static const char * const memory_names[] = { PLACE_MEMORIES(PLACE_NAME) };

static void expect_rows(struct __test_metadata *_metadata, const char *doc,
			const char *prefix, const char * const *names,
			const struct place_row *rows, size_t n)
{
	char name[64];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s_%s", prefix, names[i]);
		doc_expect(_metadata, doc, name, rows[i].what ?: "(nothing)");
	}
}

TEST(documentation_lists_places)
{
	char *doc = doc_read("writing-tests.rst", "Places\n", "Checks\n");

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(0U + POLICY_COUNT + AFFINITY_COUNT + MEMORY_COUNT,
		  doc_entries(doc));
	doc_unwrap(doc);
	expect_rows(_metadata, doc, "POLICY", policy_names, place_policies,
		    POLICY_COUNT);
	expect_rows(_metadata, doc, "AFFINITY", affinity_names, place_affinities,
		    AFFINITY_COUNT);
	expect_rows(_metadata, doc, "MEMORY", memory_names, place_memories,
		    MEMORY_COUNT);
	free(doc);
}

TEST_HARNESS_MAIN
