// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arguments of `test`: what is left out has its default, what is wrong is
 * named, with what may have been meant.
 */
#include "kselftest_harness.h"

#include "lib/host/cli/command.h"
#include "lib/host/cli/test.h"

FIXTURE(args)
{
	struct test_args args;
	char *words[32];
	char text[256];
	char err[CLI_ERR_SIZE];
};

FIXTURE_SETUP(args)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(args)
{
	test_args_free(&self->args);
}

/* Words with a blank between. */
static int parse(FIXTURE_DATA(args) *self, const char *line)
{
	char *word, *rest;
	int n = 0;

	snprintf(self->text, sizeof(self->text), "test %s", line);
	for (word = strtok_r(self->text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		self->words[n++] = word;
	self->words[n] = NULL;
	self->err[0] = '\0';
	test_args_free(&self->args);
	return test_args_parse(n, self->words, &self->args, self->err);
}

TEST_F(args, a_scheduler_is_enough)
{
	ASSERT_EQ(0, parse(self, "eevdf"));
	EXPECT_STREQ("eevdf", self->args.scheduler);
	ASSERT_EQ(1U, self->args.n_topologies);
	EXPECT_EQ(4U, topology_cpus(&self->args.topologies[0]));
	ASSERT_EQ(5U, self->args.n_scenarios);
	EXPECT_STREQ("steady", self->args.scenarios[0]);
	EXPECT_STREQ("futex_ping_pong", self->args.scenarios[4]);
	EXPECT_EQ(0U, self->args.seconds);
	EXPECT_EQ(0U, self->args.jobs);
	EXPECT_EQ(0U, self->args.n_kernels);
	EXPECT_EQ(0U, self->args.n_args);
}

TEST_F(args, the_host_is_enough_and_takes_no_others)
{
	static const struct {
		const char *line;
		const char *err;
	} wrong[] = {
		{ "--host eevdf", "eevdf: with --host the scheduler is the one " },
		{ "eevdf --host", "eevdf: with --host the scheduler is the one " },
		{ "--host -t 1n1l1c1t", "-t: makes no sense with --host" },
		{ "-k a --host", "-k: makes no sense with --host" },
		{ "--host -j 2", "-j: makes no sense with --host" },
		{ "--host -- -f", "--: makes no sense with --host" },
	};
	size_t i;

	ASSERT_EQ(0, parse(self, "--host -d 3 -s steady"));
	EXPECT_TRUE(self->args.host);
	EXPECT_EQ(NULL, self->args.scheduler);
	EXPECT_EQ(3U, self->args.seconds);
	ASSERT_EQ(1U, self->args.n_topologies);
	EXPECT_EQ(0U, topology_cpus(&self->args.topologies[0]));
	ASSERT_EQ(1U, self->args.n_scenarios);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, parse(self, wrong[i].line));
		EXPECT_EQ(0, strncmp(self->err, wrong[i].err,
				     strlen(wrong[i].err)))
			TH_LOG("%s", self->err);
	}
}

TEST_F(args, options_stand_anywhere_before_the_arguments)
{
	static const char line[] =
		"-t 1n1l1c1t ./scx -s steady -d 7 -j2 -t 2n2l1c1t --kernel=a -k b -- -t x -- y";

	ASSERT_EQ(0, parse(self, line));
	EXPECT_STREQ("./scx", self->args.scheduler);
	ASSERT_EQ(2U, self->args.n_topologies);
	EXPECT_EQ(1U, self->args.topologies[0].nodes);
	EXPECT_EQ(2U, self->args.topologies[1].nodes);
	ASSERT_EQ(1U, self->args.n_scenarios);
	EXPECT_STREQ("steady", self->args.scenarios[0]);
	EXPECT_EQ(7U, self->args.seconds);
	EXPECT_EQ(2U, self->args.jobs);
	ASSERT_EQ(2U, self->args.n_kernels);
	EXPECT_STREQ("a", self->args.kernels[0]);
	EXPECT_STREQ("b", self->args.kernels[1]);
	ASSERT_EQ(4U, self->args.n_args);
	EXPECT_STREQ("-t", self->args.args[0]);
	EXPECT_STREQ("y", self->args.args[3]);
}

TEST_F(args, what_is_wrong_is_named)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "", "test needs a scheduler" },
		{ "-- x", "test needs a scheduler" },
		{ "a b", "b: test takes one scheduler" },
		{ "a -t", "-t needs a value: TOPOLOGY" },
		{ "a --kernel", "--kernel needs a value: K" },
		{ "a -x", "-x: no such option of test" },
		{ "a --kernle=1",
		  "--kernle: no such option of test; near: --kernel" },
		{ "a -t 2l4c", "-t 2l4c: is no topology, as in 1n2l4c2t" },
		{ "a -t 2l4c", "; near: 1n2l4c1t" },
		{ "a -t 2N4L1C1T", "; near: 2n4l1c1t" },
		{ "a -t 2n3l1c1t",
		  "3 LLCs do not divide over 2 nodes; near: 2n4l1c1t" },
		{ "a -t 1n1l0c1t", "the number of cores per LLC is 0" },
		{ "a -t 1n1l1c1t -t 1n1l1c1t", "-t 1n1l1c1t: is given twice" },
		{ "a -t 1n1l2c1t:boot=1:name=b -t 1n2l2c1t:boot=1:name=b",
		  "-t 1n2l2c1t:boot=1:name=b: is given twice" },
		{ "a -t tiny-2llc -t 4cpu-2llc-nosmt",
		  "-t 4cpu-2llc-nosmt: is given twice" },
		{ "a -t tiny-3llc",
		  "-t tiny-3llc: no such machine; near: tiny-1llc, tiny-2llc; `list --topologies` has all of them"
		},
		{ "a -t 1n1l1c1t:boot=1:name=b",
		  "-t 1n1l1c1t:boot=1:name=b: topology b: CPU 1 is to boot, but there are 1" },
		{ "a -t ./nowhere", "-t ./nowhere: No such file or directory" },
		{ "a -s stedy",
		  "-s stedy: no such scenario; near: steady; `list --scenarios` has" },
		{ "a -s nested_x*", "-s nested_x*: no such scenario" },
		{ "a -s nested_cgroup_cpuset -s nested_*",
		  "-s nested_cgroup_cpuset: is given twice" },
		{ "a -s /none/x.json", "-s /none/x.json: No such file or directory" },
		{ "a -s none.json", "-s none.json: No such file or directory" },
		{ "a -s steady -s steady", "-s steady: is given twice" },
		{ "a -d 0", "-d 0: is no number of seconds from 1 to 300" },
		{ "a -d 301", "-d 301: is no number" },
		{ "a -d 5s", "-d 5s: is no number" },
		{ "a -j 65", "-j 65: is no number from 1 to 64" },
		{ "a -- 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
		  "17 arguments for the scheduler: at most 16" },
		{ "eevdf -- -f", "-- -f: eevdf is no program" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-22, parse(self, cases[i].line))
			TH_LOG("\"%s\" is taken", cases[i].line);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("\"%s\": %s", cases[i].line, self->err);
	}
}

TEST_F(args, patterns_are_scenarios)
{
	unsigned int i;

	ASSERT_EQ(0, parse(self, "eevdf -s nested_* -s steady"));
	ASSERT_LT(3U, self->args.n_scenarios);
	/* In the order of the table, in which they are run. */
	EXPECT_STREQ("steady", self->args.scenarios[0]);
	for (i = 1; i < self->args.n_scenarios; i++)
		EXPECT_EQ(0, strncmp("nested_", self->args.scenarios[i], 7));
}

/* A file, of which there need be no more than that it can be read. */
static void make_file(const char *dir, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", dir, name);
	fclose(fopen(path, "w"));
}

TEST_F(args, files_are_scenarios)
{
	char dir[] = "/tmp/ktstr-args-XXXXXX", path[128], line[200];

	ASSERT_NE(NULL, mkdtemp(dir));
	make_file(dir, "my own.scenario.json", path);
	self->words[0] = (char *)"test";
	self->words[1] = (char *)"eevdf";
	self->words[2] = (char *)"-s";
	self->words[3] = path;
	ASSERT_EQ(0, test_args_parse(4, self->words, &self->args, self->err))
		TH_LOG("%s", self->err);
	ASSERT_EQ(1U, self->args.n_scenarios);
	ASSERT_EQ(1U, self->args.n_files);
	EXPECT_STREQ("my_own", self->args.scenarios[0]);
	EXPECT_STREQ(path, self->args.files[0].path);
	unlink(path);
	make_file(dir, "steady.json", path);
	snprintf(line, sizeof(line), "eevdf -s %s", path);
	EXPECT_EQ(-22, parse(self, line));
	EXPECT_NE(NULL, strstr(self->err, ": a scenario has that name already"));
	unlink(path);
	rmdir(dir);
}

TEST_F(args, no_control_characters)
{
	static char test[] = "test", name[] = "a", end[] = "--";
	static char arg[] = "x\ny", two_lines[] = "a\nkernel /tmp";
	char *words[5] = { test, name, end, arg };

	EXPECT_EQ(-22, test_args_parse(4, words, &self->args, self->err));
	EXPECT_NE(NULL, strstr(self->err, "argument 1 of the scheduler"));
	words[1] = two_lines;
	EXPECT_EQ(-22, test_args_parse(2, words, &self->args, self->err));
}

TEST_F(args, help_comes_before_what_is_missing)
{
	EXPECT_EQ(CLI_HELP, parse(self, "--help"));
	EXPECT_EQ(CLI_HELP, parse(self, "a -h -t"));
}

/* By name, as text, from a file, which is called as it is. */
TEST_F(args, machines_that_are_not_even)
{
	char path[] = "/tmp/ktstr-XXXXXX", line[300], name[TOPOLOGY_NAME_LEN];
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	dprintf(fd, "# mine\n1n2l2c1t\nllcs=2x1,1x1\n");
	snprintf(line, sizeof(line),
		 "a -t tiny-2llc -t 192cpu-11llc-smt -t 1n1l2c1t:llcs=2x1/2:name=b -t %s",
		 path);
	ASSERT_EQ(0, parse(self, line)) {
		TH_LOG("%s", self->err);
	}
	ASSERT_EQ(4U, self->args.n_topologies);
	EXPECT_STREQ("1n2l2c1t", topology_name(&self->args.topologies[0], name));
	EXPECT_EQ(192, topology_cpus(&self->args.topologies[1]));
	EXPECT_STREQ("b", topology_name(&self->args.topologies[2], name));
	EXPECT_EQ(3, topology_cpus(&self->args.topologies[3]));
	EXPECT_STREQ(path + 5, topology_name(&self->args.topologies[3], name));

	dprintf(fd, "speed=9\n");
	snprintf(line, sizeof(line), "a -t %s", path);
	EXPECT_EQ(-22, parse(self, line));
	snprintf(line, sizeof(line), "-t %s: speed=9: there is no such key",
		 path);
	EXPECT_STREQ(line, self->err);
	unlink(path);
	close(fd);
}

/* A topology that is offered is one. */
TEST_F(args, what_is_offered_can_be_had)
{
	static const char * const lines[] = {
		"a -t x", "a -t 3n7l", "a -t 999999999999c", "a -t 4t3c2l1n",
	};
	char line[64];
	const char *near;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ(-22, parse(self, lines[i]));
		near = strstr(self->err, "near: ");
		ASSERT_NE(NULL, near);
		snprintf(line, sizeof(line), "a -t %s", near + 6);
		EXPECT_EQ(0, parse(self, line)) TH_LOG("%s", self->err);
	}
}

TEST(help_has_each_option_and_scenario)
{
	static const char * const words[] = {
		"-t, --topology", "-s, --scenario", "-d, --duration",
		"--kernel K", "oversubscribed  ", "futex_ping_pong",
	};
	char *text = NULL;
	size_t size, i;
	FILE *to = open_memstream(&text, &size);

	ASSERT_NE(NULL, to);
	cli_help(to, "ktstr", cli_find("test", NULL));
	fclose(to);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		EXPECT_NE(NULL, strstr(text, words[i]))
			TH_LOG("word %zu is not in there", i);
	}
	EXPECT_EQ(NULL, strstr(text, "--program"));
	free(text);
}

TEST_HARNESS_MAIN
