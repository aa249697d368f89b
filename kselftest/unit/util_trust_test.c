// SPDX-License-Identifier: GPL-2.0-only
/* Whose a folder is. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/trust.h"

#define NOBODY	65534

FIXTURE(trust)
{
	char dir[32];
	char file[64];
	char why[256];
};

FIXTURE_SETUP(trust)
{
	int fd;

	strcpy(self->dir, "/tmp/ktstr-trust-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/in", self->dir);
	ASSERT_EQ(0, mkdir(self->file, 0755));
	strcat(self->file, "/qemu");
	fd = open(self->file, O_CREAT | O_WRONLY, 0755);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, chmod(self->file, 0755));
	ASSERT_EQ(0, trust_tree(self->dir, self->why, sizeof(self->why)));
}

FIXTURE_TEARDOWN(trust)
{
	unlink(self->file);
	strrchr(self->file, '/')[0] = '\0';
	rmdir(self->file);
	rmdir(self->dir);
}

TEST_F(trust, file_that_anybody_writes_is_not_run)
{
	ASSERT_EQ(0, chmod(self->file, 0757));
	EXPECT_EQ(-EPERM, trust_tree(self->dir, self->why, sizeof(self->why)));
	EXPECT_EQ(0, strncmp(self->file, self->why, strlen(self->file)));
	EXPECT_STREQ(": others may write to it",
		     self->why + strlen(self->file));
}

TEST_F(trust, folder_that_anybody_writes_is_not_run)
{
	ASSERT_EQ(0, chmod(self->dir, 01777));
	EXPECT_EQ(-EPERM, trust_tree(self->dir, self->why, sizeof(self->why)));
}

TEST_F(trust, group_with_others_in_it_may_not_write)
{
	ASSERT_EQ(0, chmod(self->file, 0775));
	if (chown(self->file, -1, NOBODY))
		SKIP(return, "cannot give a file away: run as root");
	EXPECT_EQ(-EPERM, trust_tree(self->dir, self->why, sizeof(self->why)));
}

TEST_F(trust, file_of_somebody_else_is_not_run)
{
	if (chown(self->file, NOBODY, -1))
		SKIP(return, "cannot give a file away: run as root");
	EXPECT_EQ(-EPERM, trust_tree(self->dir, self->why, sizeof(self->why)));
	EXPECT_STREQ(": belongs to user 65534",
		     self->why + strlen(self->file));
}

TEST_F(trust, link_is_not_followed)
{
	char link[80];

	snprintf(link, sizeof(link), "%s/link", self->dir);
	ASSERT_EQ(0, symlink("/tmp", link));
	EXPECT_EQ(0, trust_tree(self->dir, self->why, sizeof(self->why)));
	unlink(link);
}

TEST_F(trust, folder_that_is_not_there_is_an_error)
{
	EXPECT_EQ(-ENOENT, trust_tree("/no/such", self->why,
				      sizeof(self->why)));
	EXPECT_NE(NULL, strstr(self->why, "/no/such: "));
	EXPECT_EQ(-ENOENT, trust_file("/no/such", self->why,
				      sizeof(self->why)));
	EXPECT_EQ(0, trust_file("/proc/self/exe", self->why,
				sizeof(self->why)));
	EXPECT_EQ(-EPERM, trust_file("/tmp", self->why, sizeof(self->why)));
}

/* DIR is 0 deep, DIR/in 1, the file 2. */
TEST_F(trust, no_deeper_than_asked_for)
{
	ASSERT_EQ(0, chmod(self->file, 0757));
	EXPECT_EQ(0, trust_below(self->dir, 0, 0, self->why,
				 sizeof(self->why)));
	EXPECT_EQ(0, trust_below(self->dir, 1, 0, self->why,
				 sizeof(self->why)));
	EXPECT_EQ(-EPERM, trust_below(self->dir, 2, 0, self->why,
				      sizeof(self->why)));
	EXPECT_STREQ(": others may write to it",
		     self->why + strlen(self->file));
	EXPECT_EQ(-EPERM, trust_below(self->dir, -1, 0, self->why,
				      sizeof(self->why)));
	EXPECT_EQ(0, trust_below("/no/such", -1, 0, self->why,
				 sizeof(self->why)));
}

TEST_F(trust, file_of_the_owner_who_is_named)
{
	if (chown(self->file, NOBODY, -1))
		SKIP(return, "cannot give a file away: run as root");
	EXPECT_EQ(0, trust_below(self->dir, -1, NOBODY, self->why,
				 sizeof(self->why)));
	EXPECT_EQ(-EPERM, trust_below(self->dir, -1, 0, self->why,
				      sizeof(self->why)));
	EXPECT_EQ(0, strncmp(": belongs to ", self->why + strlen(self->file),
			     strlen(": belongs to ")));
	/* By name, where there is one. */
	EXPECT_EQ(!!getpwuid(NOBODY), !strstr(self->why, "65534"));
}

TEST_HARNESS_MAIN
