// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of sidecars says what the files say, whatever was done to it and to
 * them; and what writes the files loses none.
 */
#include "kselftest_harness.h"

#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest/unit/made_sidecars.h"
#include "lib/host/results/files.h"
#include "lib/host/results/index.h"

FIXTURE(index)
{
	char root[64];
	char dir[PATH_MAX];
	char err[PATH_MAX + 256];
	struct result_index index;
	struct result_set set;
};

FIXTURE_SETUP(index)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->root, sizeof(self->root), "/tmp/ktstr-index-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	snprintf(self->dir, sizeof(self->dir), "%s/kernel-abc1234",
		 self->root);
	ASSERT_EQ(0, mkdir(self->dir, 0755));
}

FIXTURE_TEARDOWN(index)
{
	result_set_free(&self->set);
	result_index_close(&self->index);
	made_remove(self->root);
}

static void write_one(const char *dir, const char *run, const char *test,
		      int64_t iterations)
{
	const struct made_sidecar m = {
		.run = run, .test = test, .code = RUN_PASS,
		.iterations = iterations,
	};

	made_write(dir, &m);
}

static void write_text(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

/* Opens it anew. */
static void reopen(struct __test_metadata *_metadata, FIXTURE_DATA(index) *self)
{
	result_index_close(&self->index);
	ASSERT_EQ(0, result_index_open(self->root, &self->index, self->err,
				       sizeof(self->err)))
		TH_LOG("%s", self->err);
}

static void load(struct __test_metadata *_metadata, FIXTURE_DATA(index) *self,
		 const struct result_filter *filter)
{
	result_set_free(&self->set);
	ASSERT_EQ(0, result_index_load(&self->index, filter, &self->set,
				       self->err, sizeof(self->err)))
		TH_LOG("%s", self->err);
}

static double value_of(const FIXTURE_DATA(index) *self, size_t row,
		       const char *metric)
{
	size_t i;

	for (i = 0; i < self->set.n_metrics; i++)
		if (!strcmp(self->set.metrics[i].name, metric))
			return self->set.rows[row].values[i];
	return NAN;
}

/* The one that was kept is as one that was made of the files now. */
static void expect_as_rebuilt(struct __test_metadata *_metadata,
			      FIXTURE_DATA(index) *self)
{
	struct strbuf kept = STRBUF_INIT, rebuilt = STRBUF_INIT;
	char path[PATH_MAX];

	reopen(_metadata, self);
	EXPECT_TRUE(self->index.kept);
	EXPECT_EQ(0, result_index_dump(&self->index, &kept));
	snprintf(path, sizeof(path), "%s/" RESULT_INDEX_FILE, self->root);
	EXPECT_EQ(0, unlink(path));
	reopen(_metadata, self);
	EXPECT_EQ(self->index.n_files, self->index.n_read);
	EXPECT_EQ(0, result_index_dump(&self->index, &rebuilt));
	EXPECT_STREQ(rebuilt.text, kept.text);
	EXPECT_NE(0U, kept.len);
	strbuf_free(&kept);
	strbuf_free(&rebuilt);
}

TEST_F(index, runs_do_not_overwrite_each_other)
{
	write_one(self->dir, "r1", "a.b", 100);
	write_one(self->dir, "r2", "a.b", 200);
	write_one(self->dir, NULL, "a.c", 300);
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	/* The last run's is there twice, and is one file. */
	ASSERT_EQ(3U, self->set.n_rows);
	EXPECT_EQ(3U, self->index.n_files);
	EXPECT_EQ(0U, self->index.n_bad);
}

TEST_F(index, cells_of_one_run_do_not_overwrite_each_other)
{
	struct made_sidecar m = { .run = "r1", .test = "a.b" };

	made_write(self->dir, &m);
	m.topology = (struct topology)TOPOLOGY(1, 2, 2, 1);
	made_write(self->dir, &m);
	m.scheduler = "scx_x";
	made_write(self->dir, &m);
	made_write(self->dir, &m);	/* again: the same cell */
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	EXPECT_EQ(3U, self->set.n_rows);
}

TEST_F(index, kept_is_as_rebuilt)
{
	char path[PATH_MAX + 64];
	unsigned int i;

	for (i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "f.test_%u", i);
		write_one(self->dir, i % 2 ? "r1" : "r2", path, 100 + i);
	}
	expect_as_rebuilt(_metadata, self);
	/* Some are new, some are others, some are gone, some are none. */
	write_one(self->dir, "r3", "f.test_1", 9);
	write_one(self->dir, "r1", "f.test_3", 10);
	snprintf(path, sizeof(path), "%s/f.test_4.ktstr.json", self->dir);
	EXPECT_EQ(0, unlink(path));
	write_text(self->dir, "odd.ktstr.json", "{");
	expect_as_rebuilt(_metadata, self);
	EXPECT_EQ(1U, self->index.n_bad);
	EXPECT_NE(NULL, strstr(self->index.bad, "odd.ktstr.json: "));
	made_remove(self->dir);
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	EXPECT_EQ(0U, self->set.n_rows);
	EXPECT_EQ(0U, self->set.n_metrics);
}

TEST_F(index, only_what_is_new_is_read)
{
	write_one(self->dir, "r1", "a.b", 100);
	write_one(self->dir, "r1", "a.c", 100);
	reopen(_metadata, self);
	EXPECT_EQ(2U, self->index.n_read);
	reopen(_metadata, self);
	EXPECT_EQ(0U, self->index.n_read);
	write_one(self->dir, "r1", "a.d", 100);
	reopen(_metadata, self);
	EXPECT_EQ(1U, self->index.n_read);
	/* Written again, with other numbers, all under its old name. */
	write_one(self->dir, "r1", "a.b", 777);
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	ASSERT_EQ(3U, self->set.n_rows);
	EXPECT_EQ(777, value_of(self, 0, "iterations") +
		  value_of(self, 1, "iterations") +
		  value_of(self, 2, "iterations") - 200);
}

/* A number that a row had before does not come back with the next one. */
TEST_F(index, a_row_that_was_replaced_has_its_own_numbers)
{
	const struct made_sidecar none = {
		.run = "r1", .test = "a.b", .code = RUN_FAIL, .no_vm = true,
	};

	write_one(self->dir, "r1", "a.b", 100);
	reopen(_metadata, self);
	made_write(self->dir, &none);
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	ASSERT_EQ(1U, self->set.n_rows);
	EXPECT_TRUE(isnan(value_of(self, 0, "iterations")));
	EXPECT_EQ(RECORD_FAIL, self->set.rows[0].result);
}

TEST_F(index, one_that_is_spoilt_is_made_again)
{
	static const char * const texts[] = {
		"", "no database at all, but long enough to be looked at",
		"SQLite format 3",
	};
	char path[PATH_MAX];
	size_t i;

	write_one(self->dir, "r1", "a.b", 100);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		write_text(self->root, RESULT_INDEX_FILE, texts[i]);
		reopen(_metadata, self);
		load(_metadata, self, NULL);
		EXPECT_EQ(1U, self->set.n_rows) TH_LOG("case %zu", i);
		EXPECT_TRUE(self->index.kept) TH_LOG("case %zu", i);
	}
	/* Cut in its middle */
	result_index_close(&self->index);
	snprintf(path, sizeof(path), "%s/" RESULT_INDEX_FILE, self->root);
	ASSERT_EQ(0, truncate(path, 5000));
	reopen(_metadata, self);
	load(_metadata, self, NULL);
	EXPECT_EQ(1U, self->set.n_rows);
}

TEST_F(index, one_that_cannot_be_kept_answers_all_the_same)
{
	char path[PATH_MAX];

	write_one(self->dir, "r1", "a.b", 100);
	snprintf(path, sizeof(path), "%s/" RESULT_INDEX_FILE, self->root);
	ASSERT_EQ(0, mkdir(path, 0755));
	reopen(_metadata, self);
	EXPECT_FALSE(self->index.kept);
	load(_metadata, self, NULL);
	EXPECT_EQ(1U, self->set.n_rows);
}

/* As a full disk: nothing can be written. */
TEST_F(index, a_full_disk_loses_nothing)
{
	struct rlimit limit = { 0, RLIM_INFINITY };

	write_one(self->dir, "r1", "a.b", 100);
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	write_one(self->dir, "r1", "a.b", 200);
	write_one(self->dir, "r2", "a.b", 200);
	reopen(_metadata, self);
	EXPECT_FALSE(self->index.kept);
	load(_metadata, self, NULL);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	ASSERT_EQ(1U, self->set.n_rows);
	EXPECT_EQ(100, value_of(self, 0, "iterations"));
}

static void wait_all(struct __test_metadata *_metadata)
{
	int status;

	while (wait(&status) > 0)
		EXPECT_EQ(0, status);
}

/* Four runs with one folder, and somebody who looks at it all the while. */
TEST_F(index, parallel_writers_lose_nothing)
{
	unsigned int run, i;
	char name[32];

	for (run = 0; run < 4; run++) {
		if (fork())
			continue;
		for (i = 0; i < 25; i++) {
			char id[16];

			snprintf(id, sizeof(id), "r%u", run);
			snprintf(name, sizeof(name), "f.t%u", i);
			write_one(self->dir, id, name, 100 * run + i + 1);
		}
		_exit(0);
	}
	for (run = 0; run < 2; run++) {
		if (fork())
			continue;
		for (i = 0; i < 10; i++) {
			if (result_index_open(self->root, &self->index,
					      self->err, sizeof(self->err)) ||
			    self->index.n_bad)
				_exit(1);
			result_index_close(&self->index);
		}
		_exit(0);
	}
	wait_all(_metadata);
	expect_as_rebuilt(_metadata, self);
	load(_metadata, self, NULL);
	EXPECT_EQ(100U, self->set.n_rows);
	EXPECT_EQ(0U, self->index.n_bad);
}

TEST_F(index, files_that_are_not_looked_at)
{
	char path[PATH_MAX + 64];

	write_one(self->dir, "r1", "a.b", 100);
	write_text(self->dir, ".hidden.ktstr.json", "{");
	write_text(self->dir, "a.b.failure.txt", "{");
	write_text(self->dir, "a.b.ktstr.json.123", "{");
	snprintf(path, sizeof(path), "%s/link.ktstr.json", self->dir);
	ASSERT_EQ(0, symlink("/etc/passwd", path));
	snprintf(path, sizeof(path), "%s/loop", self->dir);
	ASSERT_EQ(0, symlink(self->root, path));
	reopen(_metadata, self);
	EXPECT_EQ(1U, self->index.n_files);
	EXPECT_EQ(0U, self->index.n_bad);
}

/* What the clock says goes before what was done later: that is all we know. */
TEST_F(index, newest_is_by_the_time_that_is_said)
{
	char run[64] = "";

	EXPECT_EQ(0, result_index_open(self->root, &self->index, self->err,
				       sizeof(self->err)));
	EXPECT_EQ(-ENOENT, result_index_newest_run(&self->index, run,
						   sizeof(run)));
	write_text(self->dir, "b.ktstr.json",
		   "{\"format\":\"ktstr-run\",\"version\":1,\"test\":\"b\",\"result\":\"pass\",\"run_id\":\"new\",\"time\":\"2026-02-02T00:00:00Z\"}");
	write_text(self->dir, "a.ktstr.json",
		   "{\"format\":\"ktstr-run\",\"version\":1,\"test\":\"a\",\"result\":\"pass\",\"run_id\":\"old\",\"time\":\"2026-01-01T00:00:00Z\"}");
	reopen(_metadata, self);
	EXPECT_EQ(0, result_index_newest_run(&self->index, run, sizeof(run)));
	EXPECT_STREQ("new", run);
}

TEST(filters)
{
	static const struct {
		enum record_dimension d;
		const char *want;
		const char *have;
		bool takes;
	} cases[] = {
		{ RECORD_KERNEL, "6.12", "6.12", true },
		{ RECORD_KERNEL, "6.12", "6.12.9", true },
		{ RECORD_KERNEL, "6.12", "6.12-rc1", true },
		{ RECORD_KERNEL, "6.12", "6.120", false },
		{ RECORD_KERNEL, "6.12.9", "6.12", false },
		{ RECORD_KERNEL, "7.*", "7.3.4", true },
		{ RECORD_COMMIT, "abc1", "abc1234-dirty", true },
		{ RECORD_COMMIT, "abc", "abc1234", false },
		{ RECORD_COMMIT, "abc1234-dirty", "abc1234", false },
		{ RECORD_SCHEDULER, "scx_a", "scx_a -f x", true },
		{ RECORD_SCHEDULER, "scx_a", "scx_ab", false },
		{ RECORD_TEST, "a.*.steady", "a.b.steady", true },
		{ RECORD_TEST, "a", "a.b", false },
		{ RECORD_RUN, "null", NULL, true },
		{ RECORD_RUN, "*", NULL, false },
	};
	bool takes;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		takes = result_filter_takes(cases[i].d, cases[i].want,
					    cases[i].have);
		EXPECT_EQ(cases[i].takes, takes)
			TH_LOG("case %zu: %s", i, cases[i].want);
	}
}

TEST_HARNESS_MAIN
