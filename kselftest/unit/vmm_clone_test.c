// SPDX-License-Identifier: GPL-2.0-only
/*
 * What clones are kept in: bytes in a row, and files that are whole or not
 * there. That a VM goes on in another is tested where there is a KVM.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/common/util/util.h"
#include "vmm/blob.h"
#include "vmm/clone_store.h"

#define PAGE	4096
#define SIZE_OF_ONE	(1U << 20)

TEST(a_blob_gives_back_what_was_put)
{
	static const char text[] = "some text";
	struct blob b = { };
	char buf[sizeof(text)];
	unsigned int i;

	for (i = 0; i < 10000; i++)
		blob_put_u64(&b, i);
	blob_put(&b, text, sizeof(text));
	for (i = 0; i < 10000; i++)
		ASSERT_EQ(i, blob_get_u64(&b));
	blob_get(&b, buf, sizeof(buf));
	EXPECT_STREQ(text, buf);
	EXPECT_FALSE(b.bad);
	blob_exit(&b);
}

TEST(a_blob_that_is_too_short_gives_zeros)
{
	struct blob b = { };

	blob_put(&b, "1234", 4);
	EXPECT_EQ(0, blob_get_u64(&b));
	EXPECT_TRUE(b.bad);
	EXPECT_FALSE(!!blob_rest(&b, 1));
	blob_exit(&b);
}

FIXTURE(store) {
	char dir[64];
	char path[128];
	char temporary[256];
};

FIXTURE_SETUP(store)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-clones-XXXXXX");
	ASSERT_TRUE(!!mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/a.vm", self->dir);
}

FIXTURE_TEARDOWN(store)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", self->dir);
	ASSERT_EQ(0, system(command));
}

TEST_F(store, what_was_written_is_read)
{
	void *page = aligned_alloc(PAGE, 2 * PAGE);
	char *buf = malloc(2 * PAGE + 3);
	int fd;

	ASSERT_TRUE(page && buf);
	memset(page, 'x', 2 * PAGE);
	fd = store_begin(self->path, self->temporary, sizeof(self->temporary));
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, store_write(fd, "abc", 3, 0));
	EXPECT_EQ(0, store_write(fd, page, 2 * PAGE, PAGE));
	EXPECT_NE(0, access(self->path, F_OK));
	ASSERT_EQ(0, store_end(fd, self->temporary, self->path, 0));

	fd = open(self->path, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, store_read(fd, buf, 3, 0));
	EXPECT_EQ(0, memcmp("abc", buf, 3));
	EXPECT_EQ(0, store_read(fd, page, PAGE, 2 * PAGE));
	EXPECT_EQ('x', *(char *)page);
	EXPECT_EQ(-ENODATA, store_read(fd, buf, 2 * PAGE + 3, 2 * PAGE));
	close(fd);
	free(page);
	free(buf);
}

TEST_F(store, what_failed_is_not_there)
{
	int fd = store_begin(self->path, self->temporary,
			     sizeof(self->temporary));

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, access(self->temporary, F_OK));
	EXPECT_EQ(-ENOSPC, store_end(fd, self->temporary, self->path, -ENOSPC));
	EXPECT_NE(0, access(self->temporary, F_OK));
	EXPECT_NE(0, access(self->path, F_OK));
}

/* A file of so many bytes that was used so long ago */
static void make_file(const char *path, size_t size, time_t age_s)
{
	const struct timespec when[2] = {
		{ .tv_sec = time(NULL) - age_s },
		{ .tv_sec = time(NULL) - age_s },
	};
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || (size && posix_fallocate(fd, 0, size)) ||
	    futimens(fd, when))
		abort();
	close(fd);
}

TEST_F(store, what_a_killed_writer_left_goes)
{
	char old[256], new[256];
	int fd;

	snprintf(old, sizeof(old), "%s.1.new", self->path);
	snprintf(new, sizeof(new), "%s.2.new", self->path);
	make_file(old, 0, 3600);
	make_file(new, 0, 1);
	fd = store_begin(self->path, self->temporary, sizeof(self->temporary));
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, store_end(fd, self->temporary, self->path, 0));
	EXPECT_NE(0, access(old, F_OK));
	EXPECT_EQ(0, access(new, F_OK));
	EXPECT_EQ(0, access(self->path, F_OK));
}

TEST_F(store, what_was_not_used_for_longest_goes_first)
{
	char names[3][256];
	unsigned int i;
	int fd;

	/* Blocks that are not there count for nothing: these are. */
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "%s/%u.vm", self->dir, i);
		make_file(names[i], SIZE_OF_ONE, 100 * (i + 1));
	}
	fd = store_begin(self->path, self->temporary, sizeof(self->temporary));
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, store_end(fd, self->temporary, self->path, 0));
	store_limit(self->path, 2 * SIZE_OF_ONE);
	EXPECT_EQ(0, access(names[0], F_OK));
	EXPECT_EQ(0, access(names[1], F_OK));
	EXPECT_NE(0, access(names[2], F_OK));
}

TEST_HARNESS_MAIN
