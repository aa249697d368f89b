// SPDX-License-Identifier: GPL-2.0-only
/*
 * Declarations of schedulers: read from JSON, refused, printed as what can be read
 * again, found in Documentation.
 */
#include <fcntl.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/option.h"

#define DOC	"schedulers.rst"

FIXTURE(file)
{
	char dir[64];
	char path[80];
	char *text;
	struct declared_all all;
	char err[CLI_ERR_SIZE];
};

FIXTURE_SETUP(file)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/declared.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/a.json", self->dir);
}

FIXTURE_TEARDOWN(file)
{
	declared_free(&self->all);
	free(self->text);
	unlink(self->path);
	rmdir(self->dir);
}

static int load(FIXTURE_DATA(file) *self, const char *text, size_t len)
{
	int fd = open(self->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		      0644);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	close(fd);
	declared_free(&self->all);
	self->err[0] = '\0';
	return declared_load(&self->all, self->path, self->err);
}

/* What is printed, of whatever was loaded */
static const char *print(FIXTURE_DATA(file) *self,
			 void (*put)(const struct declared_all *all, FILE *to))
{
	size_t size;
	FILE *to;

	free(self->text);
	self->text = NULL;
	to = open_memstream(&self->text, &size);
	put(&self->all, to);
	fclose(to);
	return self->text;
}

static const char whole[] =
	"{ \"schedulers\": [ {\n"
	"  \"name\": \"mine\", \"what\": \"a, b\", \"ops_name\": \"mi\",\n"
	"  \"binary\": \"bin/scx_mine\", \"source\": \"src/scx_mine.bpf.c\",\n"
	"  \"args\": [ \"-c\", \"{config}\", \"--in={cgroup}\", 5 ],\n"
	"  \"sysctls\": [ \"kernel.x=1\" ], \"kernel_args\": \"nohz=off a,b\",\n"
	"  \"cgroup_parent\": \"/a/b\", \"config_file\": \"my.toml\",\n"
	"  \"topology\": \"1n2l2c1t\", \"min_llcs\": 2, \"max_cpus\": 8,\n"
	"  \"requires_smt\": true, \"limits.max_gap_ms\": 700,\n"
	"  \"limits.isolation\": false },\n"
	"  { \"name\": \"inside\", \"enable\": [ \"echo 1 > /proc/x\" ],\n"
	"    \"disable\": [ \"echo a b >/sys/y\" ] } ] }\n";

TEST_F(file, each_member_is_read)
{
	const struct scheduler *s;
	char path[128];

	ASSERT_EQ(0, load(self, whole, strlen(whole))) TH_LOG("%s", self->err);
	ASSERT_NE(NULL, declared_find(&self->all, "mine"));
	s = declared_find(&self->all, "mine")->s;
	EXPECT_STREQ("a, b", s->what);
	EXPECT_STREQ("mi", s->ops_name);
	snprintf(path, sizeof(path), "%s/bin/scx_mine", self->dir);
	EXPECT_STREQ(path, s->binary);
	snprintf(path, sizeof(path), "%s/src/scx_mine.bpf.c", self->dir);
	EXPECT_STREQ(path, s->source);
	snprintf(path, sizeof(path), "%s/my.toml", self->dir);
	EXPECT_STREQ(path, s->config_file);
	EXPECT_STREQ("{config}", s->args[1]);
	EXPECT_STREQ("5", s->args[3]);
	EXPECT_EQ(NULL, s->args[4]);
	EXPECT_STREQ("kernel.x=1", s->sysctls[0]);
	EXPECT_STREQ("nohz=off a,b", s->kernel_args);
	EXPECT_STREQ("/a/b", s->cgroup_parent);
	EXPECT_EQ(2U, s->topology.llcs);
	EXPECT_EQ(2U, s->needs.min_llcs);
	EXPECT_EQ(8U, s->needs.max_cpus);
	EXPECT_EQ(KTSTR_ON, s->needs.requires_smt);
	EXPECT_EQ(700U, s->limits.max_gap_ms);
	EXPECT_EQ(CHECK_OFF, s->limits.isolation);
	EXPECT_STREQ("source", declared_kind(s));
	s = declared_find(&self->all, "inside")->s;
	EXPECT_STREQ("kernel", declared_kind(s));
	EXPECT_STREQ("echo a b >/sys/y", s->disable[0]);
	EXPECT_EQ(NULL, s->what);
}

/* Ours among them: what C says and what JSON says is the same. */
TEST_F(file, what_is_printed_is_read_again)
{
	struct declared_all again;
	char *first;
	size_t i;

	ASSERT_EQ(0, load(self, whole, strlen(whole))) TH_LOG("%s", self->err);
	first = strdup(print(self, declared_print_json));
	for (i = 0; i < self->all.n; i++) {
		struct strbuf text = STRBUF_INIT, back = STRBUF_INIT;
		struct attr_given given;

		scheduler_text(self->all.list[i].s, &text);
		ASSERT_EQ(0, attr_given_parse(&given, text.text, self->err,
					      sizeof(self->err)))
			TH_LOG("%s: %s", text.text, self->err);
		scheduler_text(&given.scheduler, &back);
		EXPECT_STREQ(text.text, back.text);
		attr_given_free(&given);
		strbuf_free(&text);
		strbuf_free(&back);
	}
	/* Theirs, as the file of a run that has ours already. */
	again = self->all;
	self->all = (struct declared_all){ };
	i = again.n;
	again.list += ready_n_schedulers;
	again.n -= ready_n_schedulers;
	free(self->text);
	self->text = NULL;
	{
		size_t size;
		FILE *to = open_memstream(&self->text, &size);

		declared_print_json(&again, to);
		fclose(to);
	}
	again.list -= ready_n_schedulers;
	again.n = i;
	declared_free(&again);
	ASSERT_EQ(0, load(self, self->text, strlen(self->text)))
		TH_LOG("%s", self->err);
	EXPECT_STREQ(first, print(self, declared_print_json));
	free(first);
}

TEST_F(file, what_is_wrong_is_named)
{
#define ONE(members)	"{\"schedulers\": [{\"name\": \"a\", " members "}]}"
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "a.json:1: no JSON" },
		{ "{\n\"schedulers\": [\n}", "a.json:3: no JSON" },
		{ "{} x", "a.json:1: no JSON" },
		{ "[]", "is to be {\"schedulers\": [...]}" },
		{ "{\"schedulers\": {}}", "is to be {\"schedulers\"" },
		{ "{\"schedulers\": [], \"x\": 1}", "and nothing else" },
		{ "{\"schedulers\": [1]}", "a scheduler is to be an object" },
		{ "{\"schedulers\": [{}]}", "a scheduler has no name" },
		{ ONE("\"sysctl\": []"), "called that; near: sysctls" },
		{ ONE("\"args\": \"-x\""), "args is to be a list of texts" },
		{ ONE("\"args\": [[]]"), "args[0] is no text" },
		{ ONE("\"binary\": {}"), "binary is no text, number or truth" },
		{ ONE("\"binary\": null"), "binary is no text" },
		{ ONE("\"what\": \"a\\u0000b\""), "what is no text" },
		{ ONE("\"what\": \"a\\nb\""), "control character" },
		{ ONE("\"min_cpus\": 0"), "min_cpus=0: is no number from 1 on" },
		{ ONE("\"min_cpus\": 9, \"max_cpus\": 8"),
		  "a: .min_cpus = 9 is more than .max_cpus = 8" },
		{ ONE("\"topology\": \"4\""), "is no topology" },
		{ ONE("\"topology\": \"2n3l1c1t\""), "scheduler a: " },
		{ ONE("\"requires_smt\": 2"), "is neither on nor off" },
		{ ONE("\"args\": [\"-x\"]"), "no .binary that takes them" },
		{ ONE("\"source\": \"tree:a.bpf.c\""), "beside a .binary" },
		{ ONE("\"binary\": \"a\", \"source\": \"tree:a.c\""),
		  "is to be an X.bpf.c" },
		{ ONE("\"binary\": \"a\", \"config_file\": \"x\""),
		  "no argument has {config}" },
		{ ONE("\"binary\": \"a\", \"args\": [\"{config}\"]"),
		  "there is no .config_file" },
		{ ONE("\"binary\": \"a\", \"args\": [\"{cgroup}\"]"),
		  "there is no .cgroup_parent" },
		{ ONE("\"cgroup_parent\": \"/\""), "is no path of a cgroup" },
		{ ONE("\"cgroup_parent\": \"a\""), "is no path of a cgroup" },
		{ ONE("\"cgroup_parent\": \"/a/../b\""), "is no path of" },
		{ ONE("\"cgroup_parent\": \"/0123456789/0123456789/0123456789\""),
		  "of at most 30 bytes" },
		{ ONE("\"sysctls\": [\"kernel.x\"]"), "is no name=value" },
		{ ONE("\"enable\": [\"rm /x\"]"), "is no `echo VALUE" },
		{ ONE("\"enable\": [\"echo 1 > x\"]"), "is no `echo VALUE" },
		{ ONE("\"enable\": [\"echo $(x) > /x\"]"), "is no `echo" },
		{ ONE("\"enable\": [\"echo > /x\"]"), "is no `echo VALUE" },
		{ ONE("\"disable\": [\"echo 1 > /x\"]"), "needs an .enable" },
		{ "{\"schedulers\": [{\"name\": \"scx_simple\"}]}",
		  "scx_simple is declared already" },
		{ "{\"schedulers\": [{\"name\": \"b\"}, {\"name\": \"b\"}]}",
		  "b is declared already in " },
		{ "{\"schedulers\": [{\"name\": \"a/b\"}]}", "is a path" },
		{ "{\"schedulers\": [{\"name\": \"\"}]}", "is empty" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, load(self, cases[i].text,
					strlen(cases[i].text)))
			TH_LOG("%s: is taken", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
		EXPECT_EQ(0, strncmp(self->err, self->path,
				     strlen(self->path)))
			TH_LOG("%s", self->err);
	}
}

TEST_F(file, a_file_that_is_none)
{
	EXPECT_EQ(-EINVAL, declared_load(&self->all, "/nowhere/x.json",
					 self->err));
	EXPECT_STREQ("/nowhere/x.json: No such file or directory", self->err);
	declared_free(&self->all);
	EXPECT_EQ(-EINVAL, declared_load(&self->all, "/tmp", self->err));
	declared_free(&self->all);
	EXPECT_EQ(-EINVAL, declared_load(&self->all, "/dev/zero", self->err));
}

TEST_F(file, a_name_that_is_none)
{
	ASSERT_EQ(0, declared_load(&self->all, NULL, self->err));
	EXPECT_EQ(0, declared_must(&self->all, "eevdf", self->err));
	EXPECT_EQ(-EINVAL, declared_must(&self->all, "scx_qamp", self->err));
	EXPECT_NE(NULL, strstr(self->err, "; near: scx_qmap"))
		TH_LOG("%s", self->err);
}

/* ---- what a guest makes of them ---- */

TEST(arguments_are_filled_in)
{
	static const struct scheduler s = { .cgroup_parent = "/a" };
	static const struct {
		const struct scheduler *s;
		const char *arg;
		const char *is;
	} cases[] = {
		{ &s, "-x", "-x" },
		{ &s, "{config}", "/c" },
		{ &s, "--f={config},{cgroup}{", "--f=/c,/a{" },
		{ NULL, "{config}{cgroup}", "{config}{cgroup}" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf to = STRBUF_INIT;

		scheduler_arg(cases[i].s, cases[i].arg, "/c", &to);
		EXPECT_STREQ(cases[i].is, to.text);
		strbuf_free(&to);
	}
}

TEST(commands_are_writes)
{
	static const struct {
		const char *text;
		const char *line;
	} cases[] = {
		{ "echo 1 > /proc/x", "/proc/x 1" },
		{ "echo a b>/x", "/x a b" },
		{ "echo  +cpu >  /x/y", "/x/y +cpu" },
	};
	struct strbuf line = STRBUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_TRUE(scheduler_command(cases[i].text, &line));
		EXPECT_STREQ(cases[i].line, line.text);
	}
	EXPECT_FALSE(scheduler_command("echo 1 >> /x", &line));
	EXPECT_FALSE(scheduler_command("echo 1 > /x > /y", &line));
	EXPECT_FALSE(scheduler_command("echo 1", &line));
	strbuf_free(&line);
}

/* ---- rows and pages ---- */

/* Each byte of it belongs to a row: nothing of one can be said in C only. */
TEST(rows_cover_the_struct)
{
	static char covered[sizeof(struct scheduler)];
	const size_t base = offsetof(struct attr_given, scheduler);
	size_t i, j, bare = 0;

	for (i = 0; i < sched_n_rows; i++)
		for (j = 0; j < sched_rows[i].size; j++)
			EXPECT_EQ(0, covered[sched_rows[i].offset - base + j]++);
	for (i = 0; i < sizeof(covered); i++) {
		bare = covered[i] ? 0 : bare + 1;
		ASSERT_GT(sizeof(void *), bare) TH_LOG("at %zu", i);
	}
}

TEST(those_that_are_there_make_sense)
{
	char err[256];
	size_t i;

	for (i = 0; i < ready_n_schedulers; i++) {
		EXPECT_EQ(0, scheduler_check(&ready_schedulers[i], err,
					     sizeof(err)))
			TH_LOG("%s", err);
		EXPECT_TRUE(!!ready_schedulers[i].what);
	}
}

/* What a limit is stands in attributes.rst. */
static bool is_limit(const struct attr_row *row)
{
	return !strncmp(sched_row_of(row), "limits.", strlen("limits."));
}

TEST(documentation_lists_members_and_schedulers)
{
	char *doc = doc_read(DOC, "What can be said\n", "Beside these, each limit");
	size_t i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(sched_n_rows - CHECK_N_LIMITS, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < sched_n_rows; i++)
		if (!is_limit(&sched_rows[i]))
			doc_expect(_metadata, doc, sched_row_of(&sched_rows[i]),
				   sched_rows[i].what);
	free(doc);

	doc = doc_read(DOC, "Those that are there\n", "What can be said\n");
	ASSERT_NE(NULL, doc);
	EXPECT_EQ(ready_n_schedulers, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < ready_n_schedulers; i++)
		doc_expect(_metadata, doc, ready_schedulers[i].name,
			   ready_schedulers[i].what);
	free(doc);
}

TEST(documentation_has_the_schema)
{
	char *doc = doc_read("schedulers.schema.json", NULL, NULL), *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ASSERT_NE(NULL, doc);
	declared_print_schema(to);
	fclose(to);
	EXPECT_STREQ(text, doc);
	free(text);
	free(doc);
}

TEST_HARNESS_MAIN
