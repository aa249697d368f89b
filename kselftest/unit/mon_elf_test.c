// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF files that are opened: what is none, what there is no memory or no
 * descriptor for, and that nothing stays open. Also what those who open them say.
 */
#include "kselftest_harness.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/elf_file.h"
#include "lib/host/repro/source.h"

/* The descriptor that the next file gets: one that stays open moves it. */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static int open_one(const char *path)
{
	struct mon_elf file = { .fd = 77 };
	int ret = mon_elf_open(path, &file);

	if (ret && (file.fd != -1 || file.elf))
		return 1;
	mon_elf_close(&file);
	if (file.fd != -1 || file.elf)
		return 2;
	/* Once more is no error. */
	mon_elf_close(&file);
	return ret;
}

TEST(what_is_none_is_told_from_what_is_not_there)
{
	static const struct {
		const char *path;
		int ret;
	} cases[] = {
		{ "/proc/self/exe", 0 },
		{ "/no/such/vmlinux", -ENOENT },
		{ "/dev/null", -ENOEXEC },
		{ "/proc/self/maps", -ENOEXEC },
		{ "/proc/self", -ENOEXEC },
	};
	int fd = next_fd();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].ret, open_one(cases[i].path))
			TH_LOG("case %zu", i);
	EXPECT_EQ(fd, next_fd());
}

TEST(file_of_32_bits_is_none)
{
	Elf32_Ehdr head = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_386,
		.e_version = EV_CURRENT, .e_ehsize = sizeof(head),
	};
	int fd = memfd_create("elf", MFD_CLOEXEC);
	char path[64];

	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(head), write(fd, &head, sizeof(head)));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-ENOEXEC, open_one(path));
	close(fd);
}

static void leave_descriptors(int n)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = next_fd() + n;
	setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(no_descriptor_is_said)
{
	char err[256] = "";

	leave_descriptors(0);
	EXPECT_EQ(-EMFILE, open_one("/proc/self/exe"));
	EXPECT_EQ(NULL, source_open("/proc/self/exe", err, sizeof(err)));
	EXPECT_STREQ("/proc/self/exe: Too many open files: no source lines",
		     err);
}

/* Its lines lie in a file beside it, which cannot be opened: it has some. */
TEST(split_file_without_a_descriptor_is_said)
{
	char dir[] = "/tmp/ktstr-elf-XXXXXX", path[64], command[200];
	char err[256] = "";

	if (system("objcopy --version >/dev/null 2>&1"))
		SKIP(return, "no objcopy");
	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/prog", dir);
	snprintf(command, sizeof(command),
		 "objcopy -g /proc/%d/exe %s && objcopy --only-keep-debug /proc/%d/exe %s.debug",
		 getpid(), path, getpid(), path);
	EXPECT_EQ(0, system(command));
	leave_descriptors(1);
	EXPECT_EQ(NULL, source_open(path, err, sizeof(err)));
	EXPECT_NE(NULL, strstr(err, "prog.debug: Too many open files")) {
		TH_LOG("%s", err);
	}
	snprintf(command, sizeof(command), "%s.debug", path);
	unlink(command);
	unlink(path);
	rmdir(dir);
}

#ifndef __SANITIZE_ADDRESS__
/* glibc's own, which ours stand before */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);

static bool out_of_memory;

void *malloc(size_t size)
{
	if (!out_of_memory)
		return __libc_malloc(size);
	errno = ENOMEM;
	return NULL;
}

void *calloc(size_t n, size_t size)
{
	if (!out_of_memory)
		return __libc_calloc(n, size);
	errno = ENOMEM;
	return NULL;
}

/* libelf says no more of it than of a file that is damaged. */
TEST(no_memory_is_no_damaged_file)
{
	int fd = next_fd(), ret;

	out_of_memory = true;
	ret = open_one("/proc/self/exe");
	out_of_memory = false;
	EXPECT_EQ(-ENOMEM, ret);
	EXPECT_EQ(fd, next_fd());
}
#endif

TEST_HARNESS_MAIN
