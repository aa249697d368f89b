// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exported tests: what any machine's tar makes of the archive, what the script
 * says of a machine that will not do, and that nothing is taken from there which
 * is in the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "kselftest/unit/newc.h"
#include "lib/common/exported.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/export/export.h"
#include "vmm/initramfs.h"

#define PART	"0123456789012345678901234567890123456789012345678"	/* 49 */
#define LONG	"/" PART "/" PART "/" PART "/" PART

FIXTURE(export) {
	char dir[64];
	char file[96];
	struct initramfs *ir;
};

FIXTURE_SETUP(export)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/export.XXXXXX");
	ASSERT_TRUE(!!mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/file", self->dir);
	self->ir = initramfs_create();
	ASSERT_TRUE(!!self->ir);
}

FIXTURE_TEARDOWN(export)
{
	initramfs_destroy(self->ir);
	folder_remove(self->dir);
}

static int write_tree(FIXTURE_DATA(export) *self)
{
	int fd = open(self->file, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
		      0644);
	int ret = tree_write(self->ir, fd);

	close(fd);
	return ret;
}

static int unpack(FIXTURE_DATA(export) *self)
{
	char out[512];
	char *argv[] = { "tar", "-xzf", self->file, "-C", self->dir, NULL };

	return run(argv, STDIN_FILENO, out, sizeof(out));
}

static bool holds(FIXTURE_DATA(export) *self, const char *path,
		  const char *text)
{
	char name[400], is[64] = "";
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", self->dir, path);
	f = fopen(name, "re");
	if (f && !fread(is, 1, sizeof(is) - 1, f))
		is[0] = '\0';
	if (f)
		fclose(f);
	return !strcmp(is, text);
}

static mode_t mode_of(FIXTURE_DATA(export) *self, const char *path)
{
	char name[400];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", self->dir, path);
	return lstat(name, &st) ? 0 : st.st_mode;
}

TEST_F(export, any_tar_unpacks_it)
{
	char big[5000];

	memset(big, 'x', sizeof(big));
	ASSERT_EQ(0, initramfs_add(self->ir, "/lib/a/one", 0755, "one", 3));
	ASSERT_EQ(0, initramfs_add(self->ir, "/none", 0600, "", 0));
	ASSERT_EQ(0, initramfs_add(self->ir, "/big", 0400, big, sizeof(big)));
	ASSERT_EQ(0, initramfs_add(self->ir, LONG, 0644, "far", 3));
	ASSERT_EQ(0, initramfs_add_link(self->ir, "/usr/lib/b/two",
					"/lib/a/one"));
	ASSERT_EQ(0, initramfs_add_link(self->ir, "/lib/a/near", "one"));
	ASSERT_EQ(0, write_tree(self));
	ASSERT_EQ(0, unpack(self));
	EXPECT_TRUE(holds(self, "/lib/a/one", "one"));
	EXPECT_TRUE(holds(self, LONG, "far"));
	/* Wherever it lies: a link does not lead out of it. */
	EXPECT_TRUE(holds(self, "/usr/lib/b/two", "one"));
	EXPECT_TRUE(holds(self, "/lib/a/near", "one"));
	EXPECT_EQ(S_IFREG | 0755, mode_of(self, "/lib/a/one"));
	EXPECT_EQ(S_IFREG | 0600, mode_of(self, "/none"));
	EXPECT_EQ(S_IFREG | 0400, mode_of(self, "/big"));
	/* Who is no root can make no device. */
	EXPECT_EQ(0, mode_of(self, "/dev/null"));
}

TEST_F(export, what_tar_cannot_name_is_an_error)
{
	ASSERT_EQ(0, initramfs_add(self->ir, LONG LONG, 0644, "far", 3));
	EXPECT_EQ(-ENAMETOOLONG, write_tree(self));
}

TEST_F(export, full_disk_is_an_error)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, initramfs_add(self->ir, "/a", 0644, "a", 1));
	EXPECT_EQ(-EIO, tree_write(self->ir, fd));
	close(fd);
}

TEST_F(export, folders_of_libraries)
{
	char list[64], little[4];

	ASSERT_EQ(0, initramfs_add(self->ir, "/lib64/ld.so.2", 0755, "", 0));
	ASSERT_EQ(0, initramfs_add(self->ir, "/lib/x/liba.so", 0755, "", 0));
	ASSERT_EQ(0, initramfs_add(self->ir, "/lib/x/libb.so.1", 0755, "", 0));
	ASSERT_EQ(0, initramfs_add(self->ir, "/bin/program", 0755, "", 0));
	ASSERT_EQ(0, tree_libraries(self->ir, list, sizeof(list)));
	EXPECT_STREQ("lib64:lib/x", list);
	EXPECT_EQ(-E2BIG, tree_libraries(self->ir, little, sizeof(little)));
}

/* ---- the script ---- */

static void write_script(FIXTURE_DATA(export) *self, unsigned int need_mb)
{
	FILE *f = fopen(self->file, "we");

	fprintf(f, "#!/bin/sh\ntest=a.b\nprogram=a\nattr=''\nlibs=lib\nneed_mb=%u\nskip=1\n",
		need_mb);
	fwrite(_binary_script_sh_start, 1,
	       _binary_script_sh_end - _binary_script_sh_start, f);
	fclose(f);
	chmod(self->file, 0755);
}

/* A machine that says of itself what it is not. */
static void write_uname(FIXTURE_DATA(export) *self, const char *machine)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/uname", self->dir);
	f = fopen(path, "we");
	fprintf(f, "#!/bin/sh\ncase $1 in -s) echo Linux ;; *) echo %s ;; esac\n",
		machine);
	fclose(f);
	chmod(path, 0755);
}

TEST_F(export, machine_that_will_not_do_is_told_why)
{
	static const struct {
		const char *machine;
		unsigned int need_mb;
		const char *option;
		int status;
		const char *says;
	} cases[] = {
		{ "aarch64", 1, NULL, 4, "this is Linux aarch64" },
		{ "x86_64", 99999999, NULL, 4, "99999999 MiB of memory" },
		{ "x86_64", 99999999, "--check", 4, "of memory" },
		{ "x86_64", 1, "--chekc", 1, "--chekc: no such option" },
		{ "x86_64", 1, "--unpack", 1, "needs a folder" },
		{ "aarch64", 1, "--help", 0, "Runs the test a.b of ktstr" },
	};
	char path[512], out[2048];
	size_t i;

	snprintf(path, sizeof(path), "%s:%s", self->dir, getenv("PATH"));
	setenv("PATH", path, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *argv[] = { "sh", "-c", "exec \"$@\" 2>&1", "sh",
				 self->file, (char *)cases[i].option, NULL };

		write_script(self, cases[i].need_mb);
		write_uname(self, cases[i].machine);
		EXPECT_EQ(cases[i].status,
			  run(argv, STDIN_FILENO, out, sizeof(out))) {
			TH_LOG("case %zu says: %s", i, out);
		}
		EXPECT_TRUE(!!strstr(out, cases[i].says)) {
			TH_LOG("case %zu says: %s", i, out);
		}
	}
}

/* ---- libraries of the machine that it comes from ---- */

TEST_F(export, guest_gets_what_is_in_the_file)
{
	char err[INITRAMFS_ERR_SIZE] = "", program[128], lib[256] = "";
	struct initramfs *there = initramfs_create();
	struct entry e;
	const void *data;
	size_t len;

	ASSERT_EQ(0, initramfs_add_program(self->ir, "/ktstr/bin/it",
					   "/bin/true", err, sizeof(err)));
	ASSERT_EQ(0, write_tree(self));
	ASSERT_EQ(0, unpack(self));
	setenv(EXPORTED_ROOT_ENV, self->dir, 1);
	snprintf(program, sizeof(program), "%s/ktstr/bin/it", self->dir);
	ASSERT_EQ(0, initramfs_add_program(there, "/ktstr/bin/it", program,
					   err, sizeof(err))) {
		TH_LOG("%s", err);
	}
	ASSERT_EQ(0, initramfs_finish(there, &data, &len));
	/* The same paths as before, and not those of this folder. */
	EXPECT_LE(0, entry_find(data, len, "/lib64/ld-linux-x86-64.so.2", &e));
	EXPECT_EQ(0, count_entries(data, len, "/tmp/"));
	initramfs_destroy(there);

	/* What it lacks is not taken from here. */
	snprintf(lib, sizeof(lib), "%s/lib64/ld-linux-x86-64.so.2", self->dir);
	ASSERT_EQ(0, unlink(lib));
	there = initramfs_create();
	EXPECT_EQ(-ENOENT, initramfs_add_program(there, "/ktstr/bin/it",
						 program, err, sizeof(err)));
	initramfs_destroy(there);
}

TEST_HARNESS_MAIN
