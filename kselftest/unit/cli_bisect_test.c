// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a bisection keeps of its runs, and takes up again.
 */
#include "kselftest_harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/bisect_cli.h"

static const char * const commits[] = {
	"0000000000000000000000000000000000000000",
	"1111111111111111111111111111111111111111",
	"2222222222222222222222222222222222222222",
};

FIXTURE(state)
{
	char path[64];
	struct bisect b;
};

FIXTURE_SETUP(state)
{
	int fd;

	strcpy(self->path, "/tmp/ktstr-bisect-XXXXXX");
	fd = mkstemp(self->path);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, bisect_init(&self->b, ARRAY_SIZE(commits), 0.95, 0));
}

FIXTURE_TEARDOWN(state)
{
	unlink(self->path);
	bisect_exit(&self->b);
}

TEST_F(state, what_was_run_is_taken_up)
{
	EXPECT_EQ(0, bisect_state_add(self->path, commits[2], BISECT_FAIL));
	EXPECT_EQ(0, bisect_state_add(self->path, commits[2], BISECT_FAIL));
	EXPECT_EQ(0, bisect_state_add(self->path, commits[0], BISECT_PASS));
	EXPECT_EQ(0, bisect_state_add(self->path, commits[1], BISECT_SKIP));
	EXPECT_EQ(4U, bisect_state_load(self->path, commits, &self->b));
	EXPECT_EQ(3U, self->b.runs);
	EXPECT_EQ(2U, self->b.commits[2].fails);
	EXPECT_EQ(0U, self->b.commits[2].passes);
	EXPECT_EQ(1U, self->b.commits[0].passes);
	EXPECT_TRUE(self->b.commits[1].skipped);
}

/* A file that was cut short, or is another's, says nothing. */
TEST_F(state, what_is_no_run_is_left_out)
{
	FILE *f = fopen(self->path, "we");

	ASSERT_NE(NULL, f);
	fprintf(f, "%s\n%s faul\n%s fail fail\n3333 pass\n\n%s pas", commits[0],
		commits[0], commits[1], commits[2]);
	ASSERT_EQ(0, fclose(f));
	EXPECT_EQ(1U, bisect_state_load(self->path, commits, &self->b));
	EXPECT_EQ(1U, self->b.commits[1].fails);
	EXPECT_EQ(1U, self->b.runs);
}

TEST_F(state, without_a_file_nothing_was_run)
{
	unlink(self->path);
	EXPECT_EQ(0U, bisect_state_load(self->path, commits, &self->b));
	EXPECT_EQ(-ENOENT, bisect_state_add("/nowhere/x", commits[0],
					    BISECT_PASS));
}

TEST_HARNESS_MAIN
