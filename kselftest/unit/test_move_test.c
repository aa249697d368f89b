// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an emulated host is shown: all that a run reads, wherever it lies.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/test/move.h"

static bool listed(const struct move_folders *f, const char *path)
{
	unsigned int i;

	for (i = 0; f->list[i]; i++)
		if (!strcmp(f->list[i], path))
			return true;
	return false;
}

TEST(each_file_of_a_build_folder)
{
	static const struct host_kernel k = {
		.image = "/tmp/b/arch/x86/boot/bzImage",
		.vmlinux = "/tmp/b/vmlinux",
		.config = "/tmp/b/.config",
	};
	/* The file as well as its folder: one may be a link out of the other. */
	static const char * const want[] = {
		"/tmp/b/arch/x86/boot", "/tmp/b/arch/x86/boot/bzImage",
		"/tmp/b", "/tmp/b/vmlinux", "/tmp/b/.config",
		"/tmp/s", "/tmp/g", "/tmp/g/scx_x", "/tmp/c", "/tmp/c/x.toml",
	};
	static const struct scheduler given = {
		.binary = "/tmp/g/scx_x", .config_file = "/tmp/c/x.toml",
	};
	struct move_folders f;
	unsigned int i;

	move_folders(&f, &k, "/tmp/s", &given);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		EXPECT_TRUE(listed(&f, want[i]))
			TH_LOG("%s is not there", want[i]);
	}
}

/* An empty name would be refused by the emulated host. */
TEST(what_is_not_there_is_left_out)
{
	static const struct host_kernel k = { .image = "bzImage" };
	static const struct scheduler given = { .binary = "scx_x" };
	struct move_folders f;

	move_folders(&f, &k, "", &given);
	EXPECT_STREQ("bzImage", f.list[0]);
	EXPECT_EQ(NULL, f.list[1]);
	move_folders(&f, &k, NULL, &(const struct scheduler){ });
	EXPECT_EQ(NULL, f.list[1]);
}

TEST(a_file_at_the_top)
{
	static const struct host_kernel k = { .image = "/bzImage" };
	struct move_folders f;

	move_folders(&f, &k, NULL, &(const struct scheduler){ });
	EXPECT_TRUE(listed(&f, "/"));
	EXPECT_FALSE(listed(&f, ""));
}

TEST_HARNESS_MAIN
