// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which scheduler `test` was given: programs, sources, folders, names.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/file.h"
#include "lib/host/cli/test.h"

FIXTURE(find)
{
	char dir[64];
	char old[PATH_MAX];
	const char *dirs[2];
	struct sched_found found;
	char err[CLI_ERR_SIZE];
};

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

FIXTURE_SETUP(find)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/sched-find.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_NE(NULL, getcwd(self->old, sizeof(self->old)));
	ASSERT_EQ(0, chdir(self->dir));
	ASSERT_EQ(0, mkdir("one", 0755));
	ASSERT_EQ(0, mkdir("two", 0755));
	ASSERT_EQ(0, mkdir("none", 0755));
	put("one/scx_mine.bpf.c", "", 0644);
	put("one/scx_mine.c", "", 0644);
	put("one/scx_lone.bpf.c", "", 0644);
	put("two/scx_a.bpf.c", "", 0644);
	put("two/scx_a.c", "", 0644);
	put("two/scx_b.bpf.c", "", 0644);
	put("two/scx_b.c", "", 0644);
	put("scx_prog", "\177ELF and so on", 0755);
	put("scx_data", "\177ELF and so on", 0644);
	put("scx_script", "#!/bin/sh\n", 0755);
}

FIXTURE_TEARDOWN(find)
{
	EXPECT_EQ(0, chdir(self->old));
	folder_remove(self->dir);
}

static int find(FIXTURE_DATA(find) *self, const char *given)
{
	self->err[0] = '\0';
	return sched_find(given, self->dirs, &self->found, self->err);
}

TEST_F(find, what_there_is)
{
	static const struct {
		const char *given;
		enum sched_kind kind;
		const char *path;
	} cases[] = {
		{ "eevdf", SCHED_NONE, "" },
		{ "scx_prog", SCHED_PROGRAM, "scx_prog" },
		{ "./scx_prog", SCHED_PROGRAM, "scx_prog" },
		{ "one", SCHED_SOURCE, "one/scx_mine.bpf.c" },
		{ "one/", SCHED_SOURCE, "one/scx_mine.bpf.c" },
		{ "one/scx_mine", SCHED_SOURCE, "one/scx_mine.bpf.c" },
		{ "one/scx_mine.c", SCHED_SOURCE, "one/scx_mine.bpf.c" },
		{ "one/scx_mine.bpf.c", SCHED_SOURCE, "one/scx_mine.bpf.c" },
		{ "two/scx_b", SCHED_SOURCE, "two/scx_b.bpf.c" },
	};
	char want[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(0, find(self, cases[i].given))
			TH_LOG("%s", self->err);
		EXPECT_EQ(cases[i].kind, self->found.kind);
		want[0] = '\0';
		if (*cases[i].path)
			snprintf(want, sizeof(want), "%s/%s", self->dir,
				 cases[i].path);
		EXPECT_STREQ(want, self->found.path);
	}
}

TEST_F(find, what_will_not_do)
{
	static const struct {
		const char *given;
		const char *says;
	} cases[] = {
		{ "two",
		  "two: holds 2 schedulers, name one of them: scx_a.bpf.c, scx_b.bpf.c" },
		{ "none", "none: there is no X.bpf.c with its X.c" },
		{ "one/scx_lone.bpf.c", "there is no scx_lone.c beside it" },
		{ "scx_script", "is neither a program (ELF) nor" },
		{ "scx_data", "is not executable" },
		{ "two/scx_c",
		  "two/scx_c: no such program, source or folder; near: scx_a, scx_b" },
		{ "./scx_porg", "near: scx_prog" },
		{ "nowhere/scx", "nowhere/scx: no such program" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-22, find(self, cases[i].given));
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].given, self->err);
	}
}

TEST_F(find, a_name_waits_for_somebody_who_knows_the_folders)
{
	ASSERT_EQ(0, find(self, "scx_b"));
	EXPECT_EQ(SCHED_NAME, self->found.kind);
	EXPECT_STREQ("scx_b", self->found.path);

	self->dirs[0] = "two";
	ASSERT_EQ(0, find(self, "scx_b"));
	EXPECT_EQ(SCHED_SOURCE, self->found.kind);
	EXPECT_EQ(-22, find(self, "scx_bb"));
	EXPECT_NE(NULL, strstr(self->err,
			       "scx_bb: no such scheduler here, nor in two; near: scx_b"));
	EXPECT_EQ(-22, find(self, "eevfd"));
	EXPECT_NE(NULL, strstr(self->err, "near: eevdf"));
}

TEST_HARNESS_MAIN
