// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of ours: what it has open, what it may, and what it leaves to others.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/common/util/process.h"
#include "lib/common/util/util.h"

/* A mask of this thread's in /proc, "CapEff" and the like */
static unsigned long long caps(const char *key)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	unsigned long long mask = ~0ULL;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			mask = strtoull(line + strlen(key) + 1, NULL, 16);
	if (file)
		fclose(file);
	return mask;
}

/* What is opened next would be stdout, and what is printed would be in there. */
TEST(closed_ones_are_opened)
{
	char path[] = "/tmp/ktstr-process-XXXXXX";
	int status, fd, mine;
	pid_t pid;

	for (fd = 0; fd <= STDERR_FILENO; fd++) {
		pid = fork();
		if (!pid) {
			close_range(fd, ~0U, 0);
			process_begin();
			mine = mkstemp(path);
			unlink(path);
			_exit(mine > STDERR_FILENO && !fcntl(0, F_GETFD) &&
			      !fcntl(1, F_GETFD) && !fcntl(2, F_GETFD) ? 0 : 1);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

TEST(open_ones_stay)
{
	struct stat before, after;

	ASSERT_EQ(0, fstat(STDOUT_FILENO, &before));
	process_begin();
	ASSERT_EQ(0, fstat(STDOUT_FILENO, &after));
	EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(nothing_is_inherited_or_gained)
{
	struct rlimit core;
	int fd = open("/dev/null", O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fcntl(fd, F_GETFD));
	process_begin();
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	ASSERT_EQ(0, getrlimit(RLIMIT_CORE, &core));
	EXPECT_EQ(0, core.rlim_cur);
}

TEST(others_may_not_write_what_it_makes)
{
	static const mode_t masks[][2] = {
		{ 0, 022 }, { 022, 022 }, { 002, 022 }, { 077, 077 },
	};
	unsigned int i;
	mode_t mask;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i][0]);
		process_begin();
		mask = umask(0);
		EXPECT_EQ(masks[i][1], mask);
	}
}

/* `ulimit -f`: whoever writes learns it by an error. */
TEST(file_that_may_not_grow)
{
	struct rlimit limit = { 4096, 4096 };
	FILE *file = tmpfile();
	char bytes[8192] = "";

	ASSERT_NE(NULL, file);
	process_begin();
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(4096, write(fileno(file), bytes, sizeof(bytes)));
	EXPECT_EQ(-1, write(fileno(file), bytes, sizeof(bytes)));
	EXPECT_EQ(EFBIG, errno);
	fclose(file);
}

/* Who has no capability does not raise them again. */
TEST(limits_are_for_good)
{
	static const int none[] = { RLIMIT_CORE, RLIMIT_MSGQUEUE };
	const struct rlimit some = { 4096, 4096 };
	struct rlimit limit;
	size_t i;

	ASSERT_EQ(0, process_drop());
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		ASSERT_EQ(0, getrlimit(none[i], &limit));
		EXPECT_EQ(0, limit.rlim_max);
		EXPECT_EQ(-1, setrlimit(none[i], &some));
	}
}

/* CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER are 1 to 3. */
TEST(capabilities_are_dropped)
{
	unsigned long long had = caps("CapPrm");

	if (!(had & ~0xeULL))
		SKIP(return, "there is nothing to drop: not root");
	EXPECT_EQ(0, process_drop());
	EXPECT_EQ(had & 0xe, caps("CapPrm"));
	EXPECT_EQ(had & 0xe, caps("CapEff"));
	EXPECT_EQ(0, caps("CapInh"));
	/* Once more is no error. */
	EXPECT_EQ(0, process_drop());
}

TEST_HARNESS_MAIN
