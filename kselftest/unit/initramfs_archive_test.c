// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initramfs as an archive: what goes in comes out, for us and for cpio.
 */
#include <sys/mman.h>

#include "kselftest_harness.h"

#include "kselftest/unit/newc.h"
#include "vmm/initramfs.h"

FIXTURE(archive) {
	struct initramfs *ir;
	const void *data;
	size_t len;
	struct entry e;
};

FIXTURE_SETUP(archive)
{
	self->ir = initramfs_create();
	ASSERT_NE(NULL, self->ir);
}

FIXTURE_TEARDOWN(archive)
{
	initramfs_destroy(self->ir);
}

TEST_F(archive, holds_what_the_kernel_needs)
{
	static const struct entry want[] = {
		{ "/dev", S_IFDIR | 0755, 0, 0, NULL, 0 },
		{ "/dev/console", S_IFCHR | 0600, 5, 1, NULL, 0 },
		{ "/dev/null", S_IFCHR | 0666, 1, 3, NULL, 0 },
		{ "/dev/mem", S_IFCHR | 0600, 1, 1, NULL, 0 },
		{ "/dev/ttyS1", S_IFCHR | 0600, 4, 65, NULL, 0 },
		{ "/proc", S_IFDIR | 0555, 0, 0, NULL, 0 },
		{ "/sys", S_IFDIR | 0555, 0, 0, NULL, 0 },
		{ "/tmp", S_IFDIR | 01777, 0, 0, NULL, 0 },
	};
	size_t i;

	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		ASSERT_LE(0, entry_find(self->data, self->len, want[i].path,
					&self->e))
			TH_LOG("no %s", want[i].path);
		EXPECT_EQ(want[i].mode, self->e.mode);
		EXPECT_EQ(want[i].major, self->e.major);
		EXPECT_EQ(want[i].minor, self->e.minor);
	}
}

TEST_F(archive, files_come_back)
{
	char bytes[9], path[32];
	size_t n;

	memset(bytes, 0xa5, sizeof(bytes));
	/* Each padding of name and of data. */
	for (n = 0; n <= sizeof(bytes); n++) {
		snprintf(path, sizeof(path), "/f%.*s", (int)n, "123456789");
		ASSERT_EQ(0, initramfs_add(self->ir, path, 0640, bytes, n));
	}
	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	EXPECT_EQ(0, self->len % 4);
	for (n = 0; n <= sizeof(bytes); n++) {
		snprintf(path, sizeof(path), "/f%.*s", (int)n, "123456789");
		ASSERT_LE(0, entry_find(self->data, self->len, path, &self->e));
		EXPECT_EQ(S_IFREG | 0640, self->e.mode);
		ASSERT_EQ(n, self->e.len);
		EXPECT_EQ(0, memcmp(bytes, self->e.data, n));
	}
}

TEST_F(archive, parents_come_first_and_once)
{
	int dir, sub, file;

	ASSERT_EQ(0, initramfs_add(self->ir, "/a/b/one", 0644, "1", 1));
	ASSERT_EQ(0, initramfs_add(self->ir, "/a/b/two", 0644, "2", 1));
	ASSERT_EQ(0, initramfs_add_link(self->ir, "/a/c/link", "/a/b/one"));
	EXPECT_TRUE(initramfs_has(self->ir, "/a/b"));
	EXPECT_FALSE(initramfs_has(self->ir, "/a/b/thr"));
	EXPECT_EQ(-EEXIST, initramfs_add(self->ir, "/a/b", 0644, "", 0));
	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));

	dir = entry_find(self->data, self->len, "/a", &self->e);
	sub = entry_find(self->data, self->len, "/a/b", &self->e);
	EXPECT_EQ(S_IFDIR | 0755, self->e.mode);
	file = entry_find(self->data, self->len, "/a/b/one", &self->e);
	EXPECT_LE(0, dir);
	EXPECT_EQ(dir + 1, sub);
	EXPECT_EQ(sub + 1, file);
	EXPECT_EQ(file + 1, entry_find(self->data, self->len, "/a/b/two",
				       &self->e));
	ASSERT_LE(0, entry_find(self->data, self->len, "/a/c/link", &self->e));
	EXPECT_EQ(S_IFLNK | 0777, self->e.mode);
	ASSERT_EQ(8, self->e.len);
	EXPECT_EQ(0, memcmp("/a/b/one", self->e.data, 8));
}

TEST_F(archive, bad_adds_are_refused)
{
	static const char paths[][32] = {
		"", "/", "relative", "/a//b", "/a/../b", "/a/./b", "/a/", "//a",
		"/..", "/.",
	};
	const void *again;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		EXPECT_EQ(-EINVAL, initramfs_add(self->ir, paths[i], 0644, "x",
						 1))
			TH_LOG("case: '%s'", paths[i]);
	}
	ASSERT_EQ(0, initramfs_add(self->ir, "/...", 0644, "x", 1));
	EXPECT_EQ(-EEXIST, initramfs_add(self->ir, "/...", 0644, "x", 1));
	EXPECT_EQ(-EEXIST, initramfs_add(self->ir, "/dev/console", 0644, "", 0));
	EXPECT_EQ(-ENOENT, initramfs_add_file(self->ir, "/x", 0644,
					      "/no/such/file", false));
	EXPECT_EQ(-EISDIR, initramfs_add_file(self->ir, "/x", 0644, "/etc",
					      false));
	EXPECT_EQ(-EINVAL, initramfs_add_file(self->ir, "/x", 0644,
					      "/dev/null", false));
	EXPECT_FALSE(initramfs_has(self->ir, "/x"));

	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	EXPECT_EQ(-EINVAL, initramfs_add(self->ir, "/late", 0644, "x", 1));
	ASSERT_EQ(0, initramfs_finish(self->ir, &again, &len));
	EXPECT_EQ(self->data, again);
	EXPECT_EQ(self->len, len);
}

TEST_F(archive, cpio_lists_it)
{
	char *argv[] = { "cpio", "-it", "--quiet", NULL };
	char out[4096], line[320];
	const uint8_t *p;
	char *rest = out;
	size_t step, len;
	int fd, ret;

	ASSERT_EQ(0, initramfs_add(self->ir, "/some/where/a file", 0644, "xyz",
				   3));
	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	fd = memfd_create("archive", MFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)self->len, write(fd, self->data, self->len));
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	ret = run(argv, fd, out, sizeof(out));
	close(fd);
	if (ret == 127)
		SKIP(return, "there is no cpio (Debian, Fedora: cpio)");
	ASSERT_EQ(0, ret);

	p = self->data;
	len = self->len;
	while ((step = entry_read(p, len, &self->e))) {
		snprintf(line, sizeof(line), "%s\n", self->e.path + 1);
		ASSERT_EQ(0, strncmp(line, rest, strlen(line)))
			TH_LOG("want %s got %.40s", line, rest);
		rest += strlen(line);
		p += step;
		len -= step;
	}
	EXPECT_STREQ("", rest);
}

TEST_HARNESS_MAIN
