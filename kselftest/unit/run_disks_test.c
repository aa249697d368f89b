// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run's disks are: what is in them, who sees what is written, and what
 * is said of one that cannot be.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/attr/attr.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/run/disks.h"

#define MIB	(1ULL << 20)

FIXTURE(disks) {
	char dir[64];
	char file[96];
	struct run_machine machine;
	struct run_disks d;
	char err[400];
};

FIXTURE_SETUP(disks)
{
	int fd;

	snprintf(self->dir, sizeof(self->dir), "/tmp/run_disks.XXXXXX");
	ASSERT_TRUE(!!mkdtemp(self->dir));
	setenv("XDG_CACHE_HOME", self->dir, 1);
	snprintf(self->file, sizeof(self->file), "%s/file", self->dir);
	/* Something at both ends, and a hole between them. */
	fd = open(self->file, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	ASSERT_LE(0, fd);
	ASSERT_EQ(5, pwrite(fd, "begin", 5, 0));
	ASSERT_EQ(3, pwrite(fd, "end", 3, 3 * MIB - 3));
	close(fd);
}

FIXTURE_TEARDOWN(disks)
{
	disks_close(&self->d);
	folder_remove(self->dir);
}

static int open_one(FIXTURE_DATA(disks) *self, struct run_disk disk)
{
	self->machine.disks[0] = disk;
	return disks_open(&self->d, &self->machine, self->err,
			  sizeof(self->err));
}

static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : st.st_size;
}

static bool has(int fd, off_t at, const char *text)
{
	char got[16] = "";

	return pread(fd, got, strlen(text), at) == (ssize_t)strlen(text) &&
	       !strcmp(got, text);
}

TEST_F(disks, none)
{
	EXPECT_EQ(0, disks_open(&self->d, &self->machine, self->err,
				sizeof(self->err)));
	EXPECT_EQ(0, self->d.n);
}

TEST_F(disks, blank_one_has_its_size_and_nothing_in_it)
{
	ASSERT_EQ(0, open_one(self, (struct run_disk) {
		.size_mb = 3, .iops = 7, .kb_s = 8, .read_only = true,
	}));
	ASSERT_EQ(1, self->d.n);
	EXPECT_EQ(3 * MIB, size_of(self->d.disks[0].fd));
	EXPECT_TRUE(has(self->d.disks[0].fd, 0, ""));
	EXPECT_EQ(7, self->d.disks[0].iops);
	EXPECT_EQ(8, self->d.disks[0].kb_s);
	EXPECT_TRUE(self->d.disks[0].read_only);
}

TEST_F(disks, file_is_copied)
{
	int fd, was;

	ASSERT_EQ(0, open_one(self, (struct run_disk) { .file = self->file }));
	fd = self->d.disks[0].fd;
	EXPECT_EQ(3 * MIB, size_of(fd));
	EXPECT_TRUE(has(fd, 0, "begin"));
	EXPECT_TRUE(has(fd, 3 * MIB - 3, "end"));
	EXPECT_EQ(5, pwrite(fd, "other", 5, 0));
	was = open(self->file, O_RDONLY | O_CLOEXEC);
	EXPECT_TRUE(has(was, 0, "begin"));
	close(was);
}

TEST_F(disks, file_in_place_is_the_file)
{
	int was;

	ASSERT_EQ(0, open_one(self, (struct run_disk) {
		.file = self->file, .in_place = true,
	}));
	EXPECT_EQ(5, pwrite(self->d.disks[0].fd, "other", 5, 0));
	was = open(self->file, O_RDONLY | O_CLOEXEC);
	EXPECT_TRUE(has(was, 0, "other"));
	close(was);
}

TEST_F(disks, read_only_file_cannot_be_written)
{
	ASSERT_EQ(0, open_one(self, (struct run_disk) {
		.file = self->file, .read_only = true,
	}));
	EXPECT_TRUE(has(self->d.disks[0].fd, 0, "begin"));
	EXPECT_EQ(-1, pwrite(self->d.disks[0].fd, "other", 5, 0));
}

/* Readers share it, a writer does not. */
TEST_F(disks, file_that_another_run_writes_to)
{
	const struct run_disk writer = { .file = self->file, .in_place = true };
	const struct run_disk reader = { .file = self->file, .read_only = true };
	struct run_machine machine = { .disks = { writer } };
	struct run_disks other;

	ASSERT_EQ(0, disks_open(&other, &machine, self->err,
				sizeof(self->err)));
	EXPECT_EQ(-EBUSY, open_one(self, writer));
	EXPECT_TRUE(!!strstr(self->err, "another run uses it"));
	EXPECT_EQ(-EBUSY, open_one(self, reader));
	disks_close(&other);
	EXPECT_EQ(0, open_one(self, reader));
	machine.disks[0] = reader;
	EXPECT_EQ(0, disks_open(&other, &machine, self->err,
				sizeof(self->err)));
	disks_close(&other);
}

TEST_F(disks, what_is_not_there_is_named)
{
	EXPECT_EQ(-ENOENT, open_one(self, (struct run_disk) {
		.file = "/nonexistent/file",
	}));
	EXPECT_TRUE(!!strstr(self->err, "/nonexistent/file"));
	EXPECT_EQ(-EINVAL, open_one(self, (struct run_disk) {
		.file = self->dir,
	}));
	EXPECT_EQ(-ENOENT, open_one(self, (struct run_disk) {
		.size_mb = 3, .format = "nonsuch",
	}));
	EXPECT_TRUE(!!strstr(self->err, "mkfs.nonsuch"));
}

/* mkfs is there, and was asked once: of a file that is not as it was, again. */
TEST_F(disks, format_is_made_once)
{
	const struct run_disk disk = { .size_mb = 3, .format = "counted" };
	char path[128], was[4096];
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), "%s/mkfs.counted", self->dir);
	f = fopen(path, "we");
	ASSERT_TRUE(!!f);
	fprintf(f, "#!/bin/sh\necho x >>%s/calls\nprintf made | dd of=\"$1\" conv=notrunc\n",
		self->dir);
	fclose(f);
	chmod(path, 0755);
	snprintf(was, sizeof(was), "%s:%s", self->dir, getenv("PATH"));
	setenv("PATH", was, 1);

	ASSERT_EQ(0, open_one(self, disk)) {
		TH_LOG("%s", self->err);
	}
	fd = self->d.disks[0].fd;
	EXPECT_EQ(3 * MIB, size_of(fd));
	EXPECT_TRUE(has(fd, 0, "made"));
	EXPECT_EQ(4, pwrite(fd, "used", 4, 0));
	disks_close(&self->d);
	ASSERT_EQ(0, open_one(self, disk));
	EXPECT_TRUE(has(self->d.disks[0].fd, 0, "made"));
	disks_close(&self->d);
	snprintf(path, sizeof(path), "%s/calls", self->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(2, size_of(fd));
	close(fd);

	snprintf(path, sizeof(path), "%s/ktstr/disks/counted-3.img", self->dir);
	EXPECT_EQ(0, truncate(path, 5));
	ASSERT_EQ(0, open_one(self, disk));
	EXPECT_EQ(3 * MIB, size_of(self->d.disks[0].fd));
	EXPECT_TRUE(has(self->d.disks[0].fd, 0, "made"));
}

/* Two machines have it, each its own, and no program is there any more. */
TEST_F(disks, format_of_before_is_copied)
{
	const struct run_machine machine = {
		.disks = { { .size_mb = 1 },
			   { .size_mb = 3, .format = "early" } },
	};
	struct run_disks formatted, other;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mkfs.early", self->dir);
	f = fopen(path, "we");
	ASSERT_TRUE(!!f);
	fprintf(f, "#!/bin/sh\nprintf made | dd of=\"$1\" conv=notrunc\n");
	fclose(f);
	chmod(path, 0755);
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("KTSTR_SCHEDULER_DIR", self->dir, 1);
	ASSERT_EQ(0, disks_format(&formatted, &machine, self->err,
				  sizeof(self->err))) {
		TH_LOG("%s", self->err);
	}
	EXPECT_EQ(2, formatted.n);
	EXPECT_EQ(-1, formatted.disks[0].fd);
	unlink(path);
	snprintf(path, sizeof(path), "%s/ktstr/disks/early-3.img", self->dir);
	EXPECT_EQ(0, unlink(path));

	ASSERT_EQ(0, disks_open_from(&self->d, &machine, &formatted, self->err,
				     sizeof(self->err)));
	EXPECT_EQ(MIB, size_of(self->d.disks[0].fd));
	EXPECT_TRUE(has(self->d.disks[1].fd, 0, "made"));
	EXPECT_EQ(4, pwrite(self->d.disks[1].fd, "used", 4, 0));
	ASSERT_EQ(0, disks_open_from(&other, &machine, &formatted, self->err,
				     sizeof(self->err)));
	EXPECT_TRUE(has(other.disks[1].fd, 0, "made"));
	disks_close(&other);
	disks_close(&formatted);
}

TEST_F(disks, format_that_fails_says_why)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mkfs.broken", self->dir);
	f = fopen(path, "we");
	ASSERT_TRUE(!!f);
	fprintf(f, "#!/bin/sh\necho one\necho 'too small' >&2\nexit 3\n");
	fclose(f);
	chmod(path, 0755);
	setenv("PATH", self->dir, 1);
	EXPECT_EQ(-EIO, open_one(self, (struct run_disk) {
		.size_mb = 3, .format = "broken",
	}));
	EXPECT_TRUE(!!strstr(self->err, "failed: too small"));
	snprintf(path, sizeof(path), "%s/ktstr/disks/broken-3.img", self->dir);
	EXPECT_NE(0, access(path, F_OK));
}

/* ---- the attribute ---- */

TEST(disks_that_make_no_sense_are_refused)
{
	static const struct {
		const char *name;
		struct run_disk disk;
		const char *says;
	} cases[] = {
		{ "size and file", { .size_mb = 1, .file = "x" }, "its own" },
		{ "format and file", { .format = "ext4", .file = "x" },
		  "its own" },
		{ "in place of nothing", { .size_mb = 1, .in_place = true },
		  "needs a .file" },
		{ "in place, read only",
		  { .file = "x", .in_place = true, .read_only = true },
		  "not .read_only" },
		{ "too large", { .size_mb = (1 << 20) + 1 }, "more than" },
		{ "no word", { .size_mb = 1, .format = "../x" }, "no word" },
		{ "empty word", { .size_mb = 1, .format = "" }, "no word" },
	};
	struct ktstr_merged m;
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		attr_merge_defaults(&m);
		m.attr.disks[0] = cases[i].disk;
		EXPECT_EQ(-EINVAL, attr_check(&m.attr, err, sizeof(err))) {
			TH_LOG("%s", cases[i].name);
		}
		EXPECT_TRUE(!!strstr(err, cases[i].says)) {
			TH_LOG("%s: %s", cases[i].name, err);
		}
	}
	attr_merge_defaults(&m);
	m.attr.disks[0] = (struct run_disk) { .size_mb = 1, .format = "ext4" };
	m.attr.disks[1] = (struct run_disk) { .file = "x", .in_place = true };
	EXPECT_EQ(0, attr_check(&m.attr, err, sizeof(err)));
}

TEST_HARNESS_MAIN
