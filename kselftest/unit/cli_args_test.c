// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command lines of subcommands: each has help, each names what is wrong.
 */
#include "kselftest_harness.h"

#include <ctype.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"

#define MAX_WORDS	32

FIXTURE(line)
{
	char *words[MAX_WORDS];
	char text[256];
	char err[CLI_ERR_SIZE];
	int n;
};

FIXTURE_SETUP(line)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(line)
{
}

/* Words with a blank between. */
static void split(FIXTURE_DATA(line) *self, const char *text)
{
	char *word, *rest;

	snprintf(self->text, sizeof(self->text), "%s", text);
	self->n = 0;
	for (word = strtok_r(self->text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		self->words[self->n++] = word;
	self->words[self->n] = NULL;
	self->err[0] = '\0';
}

/* As the front asks. */
static int check(FIXTURE_DATA(line) *self, const char *text)
{
	const struct cli_command *c;
	struct cli_asked asked = { };
	int ret;

	split(self, text);
	c = cli_find(self->words[0], self->err);
	if (!c)
		return -EINVAL;
	if (!c->spec->check)
		return no_args_parse(self->n, self->words, self->err);
	asked.said = fopen("/dev/null", "w");
	ret = c->spec->check(self->n, self->words, &asked, self->err);
	fclose(asked.said);
	return ret;
}

TEST_F(line, each_command_has_help)
{
	char text[64];
	size_t i;

	for (i = 0; i < cli_n_commands; i++) {
		if (!cli_commands[i].what)
			continue;
		snprintf(text, sizeof(text), "%s --help", cli_commands[i].name);
		EXPECT_EQ(CLI_HELP, check(self, text)) TH_LOG("%s", text);
		snprintf(text, sizeof(text), "%s -h", cli_commands[i].name);
		EXPECT_EQ(CLI_HELP, check(self, text)) TH_LOG("%s", text);
	}
}

TEST_F(line, each_command_refuses_options_that_it_has_not)
{
	char text[64], says[64];
	size_t i;

	for (i = 0; i < cli_n_commands; i++) {
		if (!cli_commands[i].what)
			continue;
		snprintf(text, sizeof(text), "%s --frob x",
			 cli_commands[i].name);
		EXPECT_EQ(-EINVAL, check(self, text)) TH_LOG("%s", text);
		snprintf(says, sizeof(says), "--frob: no such option of %s",
			 cli_commands[i].name);
		EXPECT_EQ(0, strncmp(says, self->err, strlen(says)))
			TH_LOG("%s: %s", text, self->err);
	}
}

/* Whatever is in a value, it stands behind what was there. */
TEST_F(line, attributes_go_to_the_programs)
{
	setenv("KTSTR_ATTR", "workers=7", 1);
	EXPECT_EQ(0, check(self, "run --attr kernel_args=a,b\\ --attr workers=2 x"))
		TH_LOG("%s", self->err);
	EXPECT_STREQ("workers=7,kernel_args=a\\,b\\\\,workers=2",
		     getenv("KTSTR_ATTR"));
	unsetenv("KTSTR_ATTR");
}

TEST_F(line, attributes_of_the_environment_are_checked)
{
	const struct cli_command *run = cli_find("run", self->err);
	const struct cli_command *man = cli_find("man", self->err);

	EXPECT_EQ(0, attr_check_settings(run, self->err));
	setenv("KTSTR_ATTR", "workers=7,kaslr=1", 1);
	EXPECT_EQ(-EINVAL, attr_check_settings(run, self->err));
	EXPECT_STREQ("KTSTR_ATTR: kaslr=1: is neither on nor off", self->err);
	EXPECT_EQ(0, attr_check_settings(man, self->err));
	unsetenv("KTSTR_ATTR");
}

TEST_F(line, what_is_wrong_is_named)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "rnu", "rnu: no such command; near: run" },
		{ "run --shard 2", "--shard 2: is no I/N" },
		{ "run --kernel 7.3..6.12", "--kernel 7.3..6.12: is a range" },
		{ "run -k", "-k needs a value: K" },
		{ "run --shard 3/2", "--shard 3/2: is no I/N" },
		{ "run --shard 0/2", "--shard 0/2: is no I/N" },
		{ "run --shard 1/2x", "--shard 1/2x: is no I/N" },
		{ "run --shard -1/2", "--shard -1/2: is no I/N" },
		{ "run -j 0", "-j 0: is no number from 1 to 99" },
		{ "run -j", "-j needs a value: N" },
		{ "run --excldue a",
		  "--excldue: no such option of run; near: --exclude" },
		{ "run --dry-run=1", "--dry-run=1: takes no value" },
		{ "run --help=1", "--help=1: takes no value" },
		{ "run --junit /nowhere/a", "--junit /nowhere/a: cannot be" },
		{ "run --json /tmp", "--json /tmp: cannot be written" },
		{ "run --attr kalsr=on a",
		  "--attr kalsr=on: no such attribute; near: kaslr" },
		{ "run --attr", "--attr needs a value: NAME=VALUE" },
		{ "test eevdf --attr workers=two",
		  "--attr workers=two: is no number from 1 on" },
		{ "repro a.b --attr=limit_s=500",
		  "--attr .limit_s = 500: at most 200 can be" },
		{ "list --attr workers=2", "--attr: no such option of list" },
		{ "list --checks scx", "scx: --checks takes no names of tests" },
		{ "list -x", "-x: no such option of list" },
		{ "export", "export needs a test" },
		{ "export a.b c.d", "export takes one test" },
		{ "export a", "a: is no test's name" },
		{ "export --keep a.b", "--keep: no such option of export" },
		{ "bug-report", "bug-report needs a test, or a run" },
		{ "bug-report a.b c.d", "takes one test, or one run" },
		{ "bug-report ../x", "is the name of no test" },
		{ "bug-report .hidden", "is the name of no test" },
		{ "repro", "repro needs a test" },
		{ "repro a.b c.d", "repro takes one test" },
		{ "repro a", "a: is no test's name" },
		{ "repro a.b --rounds 100", "--rounds 100: is no number" },
		{ "repro a.b --functions a,,b", "are no names of functions" },
		{ "repro a.b --functions 1a", "are no names of functions" },
		{ "html a", "html needs -o FILE and sidecars" },
		{ "perfetto -o a", "perfetto needs -o FILE and sidecars" },
		{ "stats lst", "stats lst: is none of list, metrics, values," },
		{ "stats lst", "explain; near: list" },
		{ "stats list more", "stats: more: is one word too many" },
		{ "stats explain a b", "stats: b: is one word too many" },
		{ "stats list --run x", "stats list: takes no --run" },
		{ "stats --jsn", "--jsn: no such option of stats; near: --json" },
		{ "compare", "compare needs two sides" },
		{ "compare a", "compare needs two sides" },
		{ "compare a b c", "compare needs two sides" },
		{ "compare a a", "both sides are a" },
		{ "compare krenel=1 b",
		  "compare: krenel=: no such dimension; near: kernel" },
		{ "compare kernel= b", "compare: kernel= needs a value" },
		{ "compare kernel=1,x b", "x: is no DIMENSION=VALUE" },
		{ "compare --seed 0 a b", "--seed 0: is no number" },
		{ "ab", "ab needs two schedulers" },
		{ "ab eevdf", "ab needs two schedulers" },
		{ "ab a b c", "ab needs two schedulers" },
		{ "ab -t 1n1l1c1t -t 1n1l2c1t a b", "-t: ab has one machine" },
		{ "ab -s nested_* a b", "-s: ab has one load, and these are" },
		{ "ab -s staedy a b", "-s staedy: no such scenario; near: steady" },
		{ "ab -k a -k b a b", "--kernel: ab boots one kernel" },
		{ "ab -d 301 a b", "-d 301: is no number of seconds" },
		{ "ab --seed 0 a b", "--seed 0: is no number from 1 on" },
		{ "ab --turn 60001 a b", "--turn 60001: is no number of milli" },
		{ "ab --settle x a b", "--settle x: is no number of milli" },
		{ "ab /nowhere/a b", "/nowhere/a: no such program, source" },
		{ "bisect --good a b", "bisect needs --good COMMIT and --bad" },
		{ "bisect --good a --bad b", "bisect needs the source of a" },
		{ "bisect --good a --bad b c d", "d: bisect takes one scheduler" },
		{ "bisect --good -a --bad b c", "--good -a: is no commit" },
		{ "bisect --good a --bad= c", "--bad : is no commit" },
		{ "bisect --repo /nowhere --good a --bad b c",
		  "--repo /nowhere: is no folder" },
		{ "bisect --kernel-repo /tmp -k x --good a --bad b",
		  "neither --repo nor -k goes with it" },
		{ "bisect --confidence 1 --good a --bad b c",
		  "--confidence 1: is no number from 0.5 to 0.9999" },
		{ "bisect --flaky nan --good a --bad b c", "--flaky nan: is no" },
		{ "bisect --flaky 2 --good a --bad b c", "--flaky 2: is no" },
		{ "bisect --test scx.* --good a --bad b c",
		  "--test scx.*: is no test's name" },
		{ "bisect --test a.b -s steady --good a --bad b c",
		  "neither -s nor -t goes with it" },
		{ "bisect -s s* --good a --bad b c", "bisect has one test" },
		{ "gauntlet --budget 0", "--budget 0: is no number from 1" },
		{ "gauntlet -j 100", "-j 100: is no number from 1 to 99" },
		{ "gauntlet --cell=", "--cell: is empty" },
		{ "gauntlet --max-cpus x", "--max-cpus x: is no number" },
		{ "gauntlet --budgt 1", "--budgt: no such option of gauntlet; near: --budget" },
		{ "verify scx_simple", "scx_simple: verify takes its schedulers by --scheduler" },
		{ "verify -j 0", "-j 0: is no number from 1 to 99" },
		{ "list --schema", "--schema goes with --schedulers" },
		{ "list --schedulers a", "a: --schedulers takes no names" },
		{ "run --declared /nowhere", "--declared /nowhere: No such file" },
		{ "host", "host needs what to do: capture or compare" },
		{ "host captrue", "is neither capture nor compare; near: capture" },
		{ "host capture a", "host capture: a: is one word too many" },
		{ "host capture --json", "host capture takes no option but -o" },
		{ "host capture --limit 3", "takes no option but -o FILE" },
		{ "host compare a", "host compare needs two files" },
		{ "host compare -o x a b", "host compare takes no -o" },
		{ "host compare --group-by x a b", "--group-by x: is none of" },
		{ "host compare --sort-by run_time a b",
		  "--sort-by run_time: no such value; near: run_time_ns" },
		{ "host compare --limit 0 a b", "--limit 0: is no number" },
		{ "completion", "completion needs the name of a shell" },
		{ "completion fish", "completion fish: is neither bash nor" },
		{ "kernel lsit", "kernel lsit: is nothing that kernel can do; near: list" },
		{ "kernel list --frob", "--frob: no such option of kernel" },
		{ "kernel list --all", "--all: no such option of kernel list" },
		{ "kernel --json", "--json: no such option of kernel" },
		{ "kernel list 7.3..6.12", "7.3..6.12: is a range whose end" },
		{ "kernel clean", "kernel clean needs what to remove" },
		{ "kernel clean --all 7.3", "kernel clean takes one of names" },
		{ "kernel clean --keep -1", "--keep -1: is no number from 0" },
		{ "demo a", "demo takes no arguments" },
		{ "shell ls", "ls: shell takes options only" },
		{ "shell --topology 1n0l", "--attr topology=1n0l" },
		{ "shell --exec=", "--exec: is no command" },
		{ "shell --exec=a\nb", "--exec: is no command of one line" },
		{ "shell --limit 5", "--limit is for --exec" },
		{ "shell --exec a --limit 86401",
		  "--limit 86401: is no number from 1 to 86400" },
		{ "shell -ia -ia -ia -ia -ia -ia -ia -ia -ib",
		  "-i b: at most 8" },
		{ "shell --memory-mb x", "memory_mb=x: is no number" },
		{ "shell --kernel=", "--kernel: names none" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, check(self, cases[i].line))
			TH_LOG("\"%s\" is taken", cases[i].line);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("\"%s\": %s", cases[i].line, self->err);
	}
}

TEST_F(line, what_is_right_is_taken)
{
	static const char * const lines[] = {
		"run", "run a b* -t c --exclude=d -f e --shard 1/1 -j99",
		"run --dry-run -- -a", "list --json", "list --work-types --json", "repro a.b --rounds=9",
		"repro --functions a,b.isra.0,_c a.b.c", "html -o a b c",
		"perfetto --output=a --run b c", "completion zsh", "man",
		"kvm-check", "kernel", "kernel list --json 7.3",
		"kernel clean --keep 0", "kernel clean 6.12..7.3", "demo",
		"host capture", "host capture -o x", "host compare a b",
		"host compare --group-by cgroup --sort-by majflt --limit 3 a b",
		"stats", "stats list --json",
		"stats values kernel --dir x", "stats explain vm --run=r",
		"shell", "shell --exec ls --limit=5 -i a -i b -t 1n2l2c1t",
		"ab eevdf a", "ab -s steady -d 300 -t 1n2l4c2t --seed=7 --turn 500 --settle 1 --json a 'b",
		"bisect --good a --bad b c", "bisect --good a --bad b --kernel-repo /tmp --test=a.b",
		"bisect --good=a --bad=b --repo=/ -s steady -t1n1l1c1t -d3 -kk --flaky=1 --restart x",
		"compare a b", "compare --html x --json kernel=1,run=a dir=/tmp",
		"list --schedulers --json",
		"gauntlet", "gauntlet -s a --preset=b* --scheduler=c -k d -k e --flavour=* --budget=9 scx",
		"gauntlet --cell a --rerun-failed --dry-run -d3 -j2 --max-cpus=4 --html=f",
		"verify", "verify --scheduler a --preset b -k c --against d -j2",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_EQ(0, check(self, lines[i]))
			TH_LOG("line %zu: %s", i, self->err);
	}
}

TEST_F(line, words_go_where_they_belong)
{
	struct run_args args;

	split(self, "run a -t b --exclude c d --shard 2/3 -f e --variant g -j 4 --rerun-failed");
	ASSERT_EQ(0, run_args_parse(self->n, self->words, &args, self->err));
	ASSERT_EQ(2U, args.choice.n_globs);
	EXPECT_STREQ("a", args.choice.globs[0]);
	EXPECT_STREQ("d", args.choice.globs[1]);
	ASSERT_EQ(1U, args.choice.n_tests);
	EXPECT_STREQ("b", args.choice.tests[0]);
	ASSERT_EQ(1U, args.choice.n_excludes);
	EXPECT_STREQ("c", args.choice.excludes[0]);
	ASSERT_EQ(1U, args.choice.n_fixtures);
	EXPECT_STREQ("e", args.choice.fixtures[0]);
	ASSERT_EQ(1U, args.choice.n_variants);
	EXPECT_STREQ("g", args.choice.variants[0]);
	EXPECT_EQ(2UL, args.choice.shard);
	EXPECT_EQ(3UL, args.choice.shards);
	EXPECT_EQ(4U, args.jobs);
	EXPECT_TRUE(args.rerun);
	EXPECT_FALSE(args.dry_run);
	choice_free(&args.choice);
}

TEST_F(line, sides_are_what_is_asked_of_them)
{
	struct compare_args args;

	split(self, "compare --seed 7 kernel=7.2,scheduler=scx_a /tmp");
	ASSERT_EQ(0, compare_args_parse(self->n, self->words, &args,
					self->err));
	EXPECT_EQ(7U, args.seed);
	EXPECT_STREQ("kernel=7.2,scheduler=scx_a", args.sides[0].name);
	EXPECT_STREQ("7.2", args.sides[0].wants[RECORD_KERNEL]);
	EXPECT_STREQ("scx_a", args.sides[0].wants[RECORD_SCHEDULER]);
	EXPECT_EQ(NULL, args.sides[0].wants[RECORD_RUN]);
	EXPECT_EQ(NULL, args.sides[0].dir);
	EXPECT_STREQ("/tmp", args.sides[1].dir);
	split(self, "compare a-run dir=x,run=b");
	ASSERT_EQ(0, compare_args_parse(self->n, self->words, &args,
					self->err));
	EXPECT_STREQ("a-run", args.sides[0].wants[RECORD_RUN]);
	EXPECT_STREQ("x", args.sides[1].dir);
	EXPECT_STREQ("b", args.sides[1].wants[RECORD_RUN]);
}

/* One letter, one name: getopt would take the first. */
TEST(options_of_a_command_differ)
{
	const struct cli_option *a, *b, *end;
	size_t i;

	for (i = 0; i < cli_n_commands; i++) {
		const struct cli_spec *spec = cli_commands[i].spec;

		end = spec->options + spec->n_options;
		for (a = spec->options; a < end; a++) {
			EXPECT_NE('h', a->letter);
			for (b = a + 1; b < end; b++) {
				EXPECT_NE(0, strcmp(a->name, b->name));
				EXPECT_FALSE(a->letter &&
					     a->letter == b->letter);
			}
		}
	}
}

TEST_HARNESS_MAIN
