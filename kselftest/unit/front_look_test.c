// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is looked at before anything is built: tools and their versions, the state of
 * a kernel tree's tools, the age of our own sources.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/tools.h"
#include "lib/host/front/tree_state.h"
#include "lib/host/kernel/sha256.h"
#include "lib/host/machine/paths.h"

FIXTURE(look)
{
	char top[PATH_MAX - 512];
	struct front f;
};

FIXTURE_SETUP(look)
{
	static const char * const unset[] = { "CC", "LLVM", "CLANG" };
	char dir[PATH_MAX - 600], path[2 * PATH_MAX];
	size_t i;

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/look-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
	ASSERT_EQ(0, chdir(self->top));
	ASSERT_EQ(0, mkdir("bin", 0755));
	for (i = 0; i < ARRAY_SIZE(unset); i++)
		unsetenv(unset[i]);
	/* Ours go first. */
	snprintf(path, sizeof(path), "%s/bin:%s", self->top, getenv("PATH"));
	setenv("PATH", path, 1);
	kenv_init(&self->f.k);
}

FIXTURE_TEARDOWN(look)
{
	folder_remove(self->top);
}

static void write_text(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	fputs(text, f);
	fchmod(fileno(f), mode);
	fclose(f);
}

/* A program of this name prints that. */
static void program(const char *name, const char *text)
{
	char path[64], script[256];

	snprintf(path, sizeof(path), "bin/%s", name);
	snprintf(script, sizeof(script), "#!/bin/sh\ncat >/dev/null\nprintf '%s'\n",
		 text);
	write_text(path, script, 0755);
}

static bool is_there(FIXTURE_DATA(look) *self, enum tool_kind kind,
		     const char *what)
{
	const struct tool tool = { .kind = kind, .what = what };

	return tool_is_there(&self->f, &tool);
}

/* ---- tools ---- */

TEST_F(look, programs_headers_and_libraries)
{
	EXPECT_TRUE(is_there(self, TOOL_COMMAND, "sh"));
	EXPECT_FALSE(is_there(self, TOOL_COMMAND, "no-such-program"));
	/* What is there and cannot be run is no program. */
	write_text("bin/no-such-program", "", 0644);
	EXPECT_FALSE(is_there(self, TOOL_COMMAND, "no-such-program"));
	EXPECT_TRUE(is_there(self, TOOL_COMPILER, ""));
	EXPECT_TRUE(is_there(self, TOOL_HEADER, "stdio.h"));
	EXPECT_FALSE(is_there(self, TOOL_HEADER, "no/such.h"));
	EXPECT_TRUE(is_there(self, TOOL_LIBRARY, "libc.so"));
	EXPECT_FALSE(is_there(self, TOOL_LIBRARY, "libnosuch.so"));
	setenv("CC", "no-such-compiler -O2", 1);
	EXPECT_FALSE(is_there(self, TOOL_COMPILER, ""));
	EXPECT_FALSE(is_there(self, TOOL_HEADER, "stdio.h"));
}

TEST_F(look, pahole_has_to_be_new_enough)
{
	static const struct {
		const char *says;
		bool fit;
		const char *here;
	} cases[] = {
		{ "v1.22\\n", true, NULL },
		{ "1.22", true, NULL },
		{ "v1.30\\n", true, NULL },
		{ "v1.9\\n", false, "; 1.9 is here, which is too old" },
		{ "v1.21\\n", false, "; 1.21 is here, which is too old" },
		{ "nonsense\\n", false, "" },
	};
	const struct tool pahole = { .kind = TOOL_PAHOLE, .what = "1.22" };
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		program("pahole", cases[i].says);
		EXPECT_EQ(cases[i].fit, tool_is_there(&self->f, &pahole))
			TH_LOG("%s", cases[i].says);
		if (cases[i].here)
			EXPECT_STREQ(cases[i].here,
				     tool_here(&self->f, &pahole, text));
	}
}

TEST_F(look, clang_has_to_be_new_enough)
{
	static const struct {
		const char *says;
		bool fit;
	} cases[] = {
		{ "16\\n", true }, { "\\n19\\n", true }, { "15\\n", false },
		{ "__clang_major__\\n", false }, { "", false },
		{ "19 x\\n", false },
	};
	char path[PATH_MAX];
	size_t i;

	/* None but these. */
	snprintf(path, sizeof(path), "%s/bin", self->top);
	ASSERT_EQ(0, symlink("/bin/sh", "bin/sh"));
	ASSERT_EQ(0, symlink("/bin/cat", "bin/cat"));
	setenv("PATH", path, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		program("clang", cases[i].says);
		EXPECT_EQ(cases[i].fit, is_there(self, TOOL_CLANG, "16"))
			TH_LOG("%s", cases[i].says);
	}
	/* Another one may be it, by its version or as it is named. */
	program("clang-18", "18");
	EXPECT_TRUE(is_there(self, TOOL_CLANG, "16"));
	EXPECT_FALSE(is_there(self, TOOL_CLANG, "19"));
	program("mine", "20");
	setenv("CLANG", "mine", 1);
	EXPECT_TRUE(is_there(self, TOOL_CLANG, "19"));
}

/* ---- files ---- */

static const char * const folders[] = {
	"t/tools/lib/deep", "t/tools/testing/selftests/kselftest",
	"t/tools/perf", "o/kselftest/unit", "o/lib/host",
};

static void make_files(FIXTURE_DATA(look) *self)
{
	static const char * const files[] = {
		"t/tools/lib/a.c", "t/tools/lib/deep/B.S",
		"t/tools/lib/Makefile.x", "t/tools/testing/selftests/lib.mk",
		"t/tools/testing/selftests/kselftest/runner.sh",
		"o/Makefile", "o/kselftest/a.c", "o/kselftest/unit/a.c",
		"o/lib/host/a.c",
	};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->top, folders[i]);
		front_make_folders(path);
	}
	for (i = 0; i < ARRAY_SIZE(files); i++)
		write_text(files[i], "x", 0644);
}

/* Objects of earlier releases are kept: it is the sum that find and sort gave. */
TEST_F(look, state_of_a_trees_tools_is_what_it_was)
{
	char now[SHA256_TEXT_SIZE], was[32] = "";
	FILE *f;

	make_files(self);
	ASSERT_EQ(0, tree_tools_state("t", now));
	f = popen("cd t/tools && find lib testing/selftests/lib.mk testing/selftests/kselftest -type f -printf '%p %s %T@\\n' | LC_ALL=C sort | sha256sum | cut -c 1-12",
		  "re");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(1, fscanf(f, "%31s", was));
	pclose(f);
	EXPECT_STREQ(was, now);
}

TEST_F(look, state_changes_with_what_the_suite_takes)
{
	static const struct {
		const char *file;
		bool other;
	} cases[] = {
		{ "t/tools/perf/new.c", false },
		{ "t/tools/lib/new.o", false },
		{ "t/tools/testing/selftests/new.c", false },
		{ "t/tools/lib/new.c", true },
		{ "t/tools/lib/deep/new.h", true },
		{ "t/tools/testing/selftests/lib.mk", true },
	};
	char before[SHA256_TEXT_SIZE], now[SHA256_TEXT_SIZE];
	size_t i;

	make_files(self);
	ASSERT_EQ(0, tree_tools_state("t", before));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		write_text(cases[i].file, "more", 0644);
		ASSERT_EQ(0, tree_tools_state("t", now));
		EXPECT_EQ(cases[i].other, !!strcmp(before, now))
			TH_LOG("%s", cases[i].file);
		strcpy(before, now);
	}
}

TEST_F(look, sources_that_names_of_tests_follow_from)
{
	static const struct {
		const char *file;
		bool newer;
	} cases[] = {
		{ "o/kselftest/unit/a.c", false },
		{ "o/kselftest/a.c", true },
		{ "o/lib/host/a.c", true },
		{ "o/Makefile", true },
	};
	struct timespec than, times[2];
	struct stat st;
	size_t i;

	make_files(self);
	ASSERT_EQ(0, stat("o/lib/host/a.c", &st));
	than = st.st_mtim;
	than.tv_sec += 10;
	EXPECT_FALSE(sources_are_newer("o", &than));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		times[0] = than;
		times[1] = than;
		times[1].tv_nsec = (than.tv_nsec + 1) % NSEC_PER_SEC;
		times[1].tv_sec += !times[1].tv_nsec;
		ASSERT_EQ(0, utimensat(AT_FDCWD, cases[i].file, times, 0));
		EXPECT_EQ(cases[i].newer, sources_are_newer("o", &than))
			TH_LOG("%s", cases[i].file);
		/* As old as that is not newer. */
		times[1] = than;
		ASSERT_EQ(0, utimensat(AT_FDCWD, cases[i].file, times, 0));
		EXPECT_FALSE(sources_are_newer("o", &than));
	}
}

TEST_HARNESS_MAIN
