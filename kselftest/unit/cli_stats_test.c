// SPDX-License-Identifier: GPL-2.0-only
/*
 * `stats` and `compare` as they are typed: what they print of sidecars that are there,
 * what they say of names that are not, and how they end.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <limits.h>
#include <unistd.h>

#include "kselftest/unit/made_sidecars.h"
#include "lib/host/cli/command.h"

#define MAX_WORDS	16
#define TESTS		12
#define RUNS		4

FIXTURE(cli)
{
	char dir[64];
	char line[1024];
	char err[CLI_ERR_SIZE];
	char out[1 << 16];
};

/* Runs old1..4 and new1..4, the new ones with @factor of the throughput. */
static void write_runs(const char *dir, double factor)
{
	static const char * const sides[] = { "old", "new" };
	struct made_sidecar m = { };
	unsigned int side, run, t;
	char name[32], test[32];
	uint64_t random = 5;

	for (side = 0; side < 2; side++)
		for (run = 1; run <= RUNS; run++)
			for (t = 0; t < TESTS; t++) {
				snprintf(name, sizeof(name), "%s%u",
					 sides[side], run);
				snprintf(test, sizeof(test), "sim.v%u.steady",
					 t);
				m = (struct made_sidecar){
					.run = name, .test = test,
					.commit = side ? "5d6e7f8" : "1a2b3c4",
					.code = RUN_PASS, .max_gap_ms = 20,
				};
				m.iterations = 1e5 * (t + 1) *
					(side ? factor : 1) *
					exp(0.02 * made_normal(&random));
				made_write(dir, &m);
			}
}

FIXTURE_SETUP(cli)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-cli-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

FIXTURE_TEARDOWN(cli)
{
	made_remove(self->dir);
}

static int call(FIXTURE_DATA(cli) *self, char **words, int n)
{
	if (!strcmp(words[0], "stats"))
		return stats_main(n, words, self->err);
	return compare_main(n, words, self->err);
}

/* Each DIR of a line is the folder. What it prints goes to @out. */
static int run(FIXTURE_DATA(cli) *self, const char *line)
{
	char *words[MAX_WORDS + 1] = { }, *word, *rest;
	FILE *to = tmpfile();
	int saved, n = 0, ret;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fileno(to), STDOUT_FILENO);
	snprintf(self->line, sizeof(self->line), "%s", line);
	for (word = strtok_r(self->line, " ", &rest); word && n < MAX_WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[n++] = strcmp(word, "DIR") ? word : self->dir;
	self->err[0] = '\0';
	ret = call(self, words, n);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(to);
	self->out[fread(self->out, 1, sizeof(self->out) - 1, to)] = '\0';
	fclose(to);
	return ret;
}

TEST_F(cli, questions_are_answered)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "stats --dir DIR", "12 tests: 12 pass" },
		{ "stats --dir DIR", "\nscenario " },
		{ "stats --dir DIR --run old2", "run old2, " },
		{ "stats list --dir DIR", "\nold1 " },
		{ "stats list --dir DIR", " 1a2b3c4\n" },
		{ "stats metrics --dir DIR", "\niterations " },
		{ "stats values --dir DIR", "\n  1a2b3c4 (48)\n" },
		{ "stats values run --dir DIR", "\n  new4 (12)\n" },
		{ "stats show-host --dir DIR", "online_cpus " },
		{ "stats explain --dir DIR", "read 12 of 12 sidecars" },
		{ "stats explain spread_pct --dir DIR",
		  "summary.spread_pct: null in 12 of 12" },
		{ "stats explain vm --dir DIR", "vm: null in 0 of 12" },
	};
	size_t i;

	write_runs(self->dir, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(0, run(self, cases[i].line))
			TH_LOG("%s: %s", cases[i].line, self->err);
		EXPECT_NE(NULL, strstr(self->out, cases[i].says))
			TH_LOG("%s: %s", cases[i].line, self->out);
	}
}

TEST_F(cli, json_is_json)
{
	static const char * const lines[] = {
		"stats --json --dir DIR", "stats list --json --dir DIR",
		"stats metrics --json --dir DIR",
		"stats values --json --dir DIR",
		"stats show-host --json --dir DIR",
		"stats explain --json --dir DIR",
		"compare --json --dir DIR run=old* run=new*",
	};
	struct json_object *o;
	size_t i;

	write_runs(self->dir, 1);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_EQ(0, run(self, lines[i]))
			TH_LOG("%s: %s", lines[i], self->err);
		o = json_tokener_parse(self->out);
		EXPECT_NE(NULL, o) TH_LOG("%s: %s", lines[i], self->out);
		json_object_put(o);
	}
}

TEST_F(cli, names_that_are_not_there)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "stats --dir DIR --run odl1",
		  "--run odl1: no such run in " },
		{ "stats --dir DIR --run odl1", "; near: old1" },
		{ "stats --dir /nowhere", "no folder of results: /nowhere; " },
		{ "stats values krenel --dir DIR",
		  "krenel: no such dimension; near: kernel" },
		{ "stats explain summary.iteratoins --dir DIR",
		  "near: summary.iterations" },
		{ "compare --dir DIR run=odl1 run=new1",
		  "run=odl1: no sidecar of 96 in " },
		{ "compare --dir DIR run=odl1 run=new1", "; near: old1" },
		{ "compare /nowhere/a new1 --dir DIR", "no sidecar of 96" },
		{ "compare dir=/nowhere new1 --dir DIR",
		  "no folder of results: /nowhere" },
	};
	size_t i;

	write_runs(self->dir, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_GT(0, run(self, cases[i].line))
			TH_LOG("%s: %s", cases[i].line, self->out);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].line, self->err);
	}
}

TEST_F(cli, no_sidecars_at_all)
{
	EXPECT_GT(0, run(self, "stats --dir DIR"));
	EXPECT_NE(NULL, strstr(self->err, "no sidecars; run some tests"));
	EXPECT_GT(0, run(self, "stats list --dir DIR"));
	EXPECT_EQ(0, run(self, "stats metrics --dir DIR"));
}

TEST_F(cli, equals_are_not_worse)
{
	write_runs(self->dir, 1);
	EXPECT_EQ(0, run(self, "compare --dir DIR run=old* run=new*"));
	EXPECT_NE(NULL, strstr(self->out, "B is not worse than A"));
	EXPECT_NE(NULL, strstr(self->out, "\niterations "));
}

/* By whichever dimension the sides are told apart. */
TEST_F(cli, five_percent_less_is_worse)
{
	static const char * const lines[] = {
		"compare --dir DIR run=old* run=new*",
		"compare --dir DIR commit=1a2b3c4 commit=5d6e7f8",
		"compare --dir DIR old1 new1",
	};
	size_t i;

	write_runs(self->dir, 0.95);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_EQ(1, run(self, lines[i]))
			TH_LOG("%s: %s", lines[i], self->err);
		EXPECT_NE(NULL, strstr(self->out, "B is worse than A: "))
			TH_LOG("%s: %s", lines[i], self->out);
	}
	EXPECT_EQ(0, run(self, "compare --dir DIR run=new* run=old*"));
	EXPECT_NE(NULL, strstr(self->out, "better"));
}

TEST_F(cli, what_fails_now_is_named)
{
	struct made_sidecar m = {
		.run = "bad", .test = "sim.v3.steady", .code = RUN_FAIL,
	};

	write_runs(self->dir, 1);
	made_write(self->dir, &m);
	EXPECT_EQ(1, run(self, "compare --dir DIR old1 bad"));
	EXPECT_NE(NULL, strstr(self->out,
			       "fails: sim.v3.steady, which passed 1 of 1"))
		TH_LOG("%s", self->out);
}

TEST_F(cli, nothing_to_compare_is_no_success)
{
	struct made_sidecar m = { .run = "other", .test = "other.test" };

	write_runs(self->dir, 1);
	made_write(self->dir, &m);
	EXPECT_EQ(4, run(self, "compare --dir DIR old1 other"));
	EXPECT_NE(NULL, strstr(self->out, "no test that both sides have"));
	EXPECT_EQ(4, run(self, "compare --dir DIR run=old1,test=sim.v1.* run=new1"));
	EXPECT_NE(NULL, strstr(self->out, "too few values to tell"));
	/* Of four runs each of one test, too, any difference may be chance. */
	EXPECT_EQ(4, run(self, "compare --dir DIR run=old*,test=sim.v1.* run=new*"));
	EXPECT_NE(NULL, strstr(self->out, "too few values to tell"))
		TH_LOG("%s", self->out);
}

/* All is in the page, and text cannot get out of its script element. */
TEST_F(cli, a_page_has_it_all)
{
	struct made_sidecar m = { .run = "a", .test = "x.<b id=no>.y" };
	char line[256], path[128], *page;
	FILE *f;

	made_write(self->dir, &m);
	m.run = "b";
	m.code = RUN_FAIL;
	made_write(self->dir, &m);
	snprintf(path, sizeof(path), "%s/page.html", self->dir);
	snprintf(line, sizeof(line), "compare --dir DIR --html %s a b", path);
	EXPECT_EQ(1, run(self, line)) TH_LOG("%s", self->err);
	f = fopen(path, "r");
	ASSERT_NE(NULL, f);
	page = calloc(1, 1 << 20);
	EXPECT_NE(0U, fread(page, 1, (1 << 20) - 1, f));
	fclose(f);
	EXPECT_NE(NULL, strstr(page, "x.\\u003cb id=no>.y"));
	EXPECT_EQ(NULL, strstr(page, "<b id=no>"));
	EXPECT_EQ(NULL, strstr(page, "@COMPARISON@"));
	free(page);
}

TEST_HARNESS_MAIN
