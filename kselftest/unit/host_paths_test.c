// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where sidecars and whole reports go: as the user says, else into the cache. And
 * where programs are found that are not ours.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/host/machine/paths.h"

FIXTURE(results)
{
	char base[64];
	char dir[PATH_MAX];
};

FIXTURE_SETUP(results)
{
	snprintf(self->base, sizeof(self->base), "/tmp/host-paths.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->base));
	unsetenv("KTSTR_SIDECAR_DIR");
	/* The cache itself is made as well. */
	snprintf(self->dir, sizeof(self->dir), "%s/cache", self->base);
	setenv("XDG_CACHE_HOME", self->dir, 1);
}

FIXTURE_TEARDOWN(results)
{
	static const char * const dirs[] = {
		"/cache/ktstr/results", "/cache/ktstr/clones", "/cache/ktstr",
		"/cache", "",
	};
	char path[PATH_MAX];
	unsigned int i;

	unsetenv("KTSTR_CLONE");
	for (i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s%s", self->base, dirs[i]);
		rmdir(path);
	}
	EXPECT_NE(0, access(self->base, F_OK));
}

TEST_F(results, in_the_cache)
{
	char want[PATH_MAX];
	struct stat st;
	int i;

	snprintf(want, sizeof(want), "%s/cache/ktstr/results", self->base);
	/* Once to make it, once when it is there. */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, host_results_dir(self->dir, sizeof(self->dir)));
		EXPECT_STREQ(want, self->dir);
		ASSERT_EQ(0, stat(want, &st));
		EXPECT_TRUE(S_ISDIR(st.st_mode));
	}
}

static void expect_ours(struct __test_metadata *_metadata, const char *base,
			const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0755, st.st_mode & 07777) {
		TH_LOG("%s", path);
	}
}

/* Programs are run from the cache: nobody else may put one there. */
TEST_F(results, folders_are_open_to_no_others)
{
	const mode_t mask = umask(0);

	setenv("KTSTR_CLONE", "1", 1);
	ASSERT_EQ(0, host_results_dir(self->dir, sizeof(self->dir)));
	ASSERT_EQ(0, host_clones_dir(self->dir, sizeof(self->dir)));
	umask(mask);
	expect_ours(_metadata, self->base, "cache");
	expect_ours(_metadata, self->base, "cache/ktstr");
	expect_ours(_metadata, self->base, "cache/ktstr/results");
	expect_ours(_metadata, self->base, "cache/ktstr/clones");
}

TEST_F(results, as_the_user_says)
{
	setenv("KTSTR_SIDECAR_DIR", "/nonexistent/there", 1);
	ASSERT_EQ(0, host_results_dir(self->dir, sizeof(self->dir)));
	EXPECT_STREQ("/nonexistent/there", self->dir);
}

TEST_F(results, not_wanted)
{
	setenv("KTSTR_SIDECAR_DIR", "", 1);
	EXPECT_EQ(-ENOENT, host_results_dir(self->dir, sizeof(self->dir)));
}

TEST_F(results, no_cache)
{
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	EXPECT_EQ(-ENOENT, host_results_dir(self->dir, sizeof(self->dir)));
}

/* A file is in the way. */
TEST_F(results, cache_cannot_be)
{
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	EXPECT_EQ(-ENOTDIR, host_results_dir(self->dir, sizeof(self->dir)));
	EXPECT_EQ(-ENAMETOOLONG, host_results_dir(self->dir, 8));
}

TEST(tools_are_found_by_path_and_in_the_usual_places)
{
	char path[PATH_MAX];

	unsetenv("KTSTR_SCHEDULER_DIR");
	setenv("PATH", "/nonexistent::/proc/self", 1);
	EXPECT_EQ(0, host_find_tool("sh", path, sizeof(path)));
	EXPECT_EQ(0, access(path, X_OK));
	EXPECT_EQ(0, host_find_tool("exe", path, sizeof(path)));
	EXPECT_STREQ("/proc/self/exe", path);
	EXPECT_EQ(-ENOENT, host_find_tool("no-such-tool", path, sizeof(path)));
	EXPECT_EQ(-ENOENT, host_find_tool("./sh", path, sizeof(path)));
	EXPECT_EQ(0, host_find_tool("/bin/sh", path, sizeof(path)));
}

TEST_HARNESS_MAIN
