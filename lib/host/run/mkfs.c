// SPDX-License-Identifier: GPL-2.0-only
/*
 * This machine's programs that make file systems. See mkfs.h.
 */
#include "lib/host/run/mkfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"

#define LIMIT_MS	20000
/* Where the program finds the file, and what it says goes to. */
#define CHILD_FD	3
#define CHILD_PATH	"/proc/self/fd/3"

/*
 * What makes one that a guest does not go on to make: a thread that does would be
 * work that no test has asked for.
 */
static const struct {
	const char *format;
	char *args[2];
} whole[] = {
	{ "ext2", { "-E", "lazy_itable_init=0" } },
	{ "ext3", { "-E", "lazy_itable_init=0,lazy_journal_init=0" } },
	{ "ext4", { "-E", "lazy_itable_init=0,lazy_journal_init=0" } },
};

static void make_args(const char *format, char *program, char **argv)
{
	size_t i;

	*argv++ = program;
	for (i = 0; i < ARRAY_SIZE(whole); i++) {
		if (strcmp(whole[i].format, format))
			continue;
		*argv++ = whole[i].args[0];
		*argv++ = whole[i].args[1];
	}
	*argv++ = CHILD_PATH;
	*argv = NULL;
}

static pid_t start(char *const *argv, int fd, int said)
{
	pid_t parent = getpid(), pid = fork();
	int null;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	null = open("/dev/null", O_RDONLY);
	/* Out of the way of the numbers that they get. */
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	said = fcntl(said, F_DUPFD_CLOEXEC, 10);
	dup2(null, STDIN_FILENO);
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	dup2(fd, CHILD_FD);
	execv(argv[0], argv);
	_exit(127);
}

/* Returns what waitpid() says of it, or -errno. */
static int wait_for(pid_t pid)
{
	struct pollfd pfd = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int status = 0, n, ret = 0;

	do {
		n = poll(&pfd, 1, LIMIT_MS);
	} while (n < 0 && errno == EINTR);
	if (n <= 0) {
		kill(pid, SIGKILL);
		ret = -ETIMEDOUT;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pfd.fd >= 0)
		close(pfd.fd);
	return ret ? ret : status;
}

/* The last of its lines is most often the reason. */
static void last_line(int said, char *line, size_t size)
{
	char text[512] = "";
	off_t end = lseek(said, 0, SEEK_END);
	off_t from = max(end - (off_t)sizeof(text) + 1, (off_t)0);
	ssize_t n = pread(said, text, sizeof(text) - 1, from);
	char *last;

	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	last = strrchr(text, '\n');
	snprintf(line, size, "%.150s", last ? last + 1 : text);
}

int mkfs_run(const char *format, int fd, char *err, size_t err_size)
{
	char name[64], program[PATH_MAX], line[160], *argv[5];
	int said, ret;
	pid_t pid;

	snprintf(name, sizeof(name), "mkfs.%s", format);
	ret = host_find_tool(name, program, sizeof(program));
	if (ret) {
		snprintf(err, err_size,
			 "%s is not here: install what makes that file system (ext4: e2fsprogs)",
			 name);
		return ret;
	}
	make_args(format, program, argv);
	said = memfd_create("ktstr-mkfs", MFD_CLOEXEC);
	pid = said < 0 ? -1 : start(argv, fd, said);
	ret = pid < 0 ? -errno : wait_for(pid);
	if (ret > 0) {
		last_line(said, line, sizeof(line));
		snprintf(err, err_size, "%s failed: %s", program, line);
		ret = -EIO;
	} else if (ret) {
		snprintf(err, err_size, "%s: %s", program, strerror(-ret));
	}
	if (said >= 0)
		close(said);
	return ret;
}
