/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running ktstr-emulated-host from a test: start it, look at it, wait for it.
 */
#ifndef KTSTR_UNIT_EMUHOST_LAUNCH_H
#define KTSTR_UNIT_EMUHOST_LAUNCH_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "vmm/emulated-host/emuhost_clock.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emulated-host.h"

/* How long one may take from its start to the command, and to its end. */
#define LAUNCH_LIMIT_MS	90000
#define MAX_CHILDREN	8

struct launch {
	pid_t pid;
	int pidfd;
	int out, err;	/* memory that it writes to */
	int to;		/* its stdout, if that is to be something else */
};

/* The launcher lies in the folder above the unit tests, or beside them. */
static inline int launcher_path(char *path, size_t size)
{
	static const char * const where[] = { "..", "." };
	char dir[PATH_MAX];
	size_t i;

	if (host_self_dir(dir, sizeof(dir)))
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		if (snprintf(path, size, "%s/%s/ktstr-emulated-host", dir,
			     where[i]) < (int)size && !access(path, X_OK))
			return 0;
	}
	return -ENOENT;
}

/* Return: what is missing, NULL when nothing is. */
static inline const char *launch_missing(void)
{
	struct emuhost_entry entry;
	char path[PATH_MAX];

	if (emuhost_inside())
		return "this is an emulated host: none inside of it";
	if (launcher_path(path, sizeof(path)))
		return "ktstr-emulated-host is not built";
	if (host_cache_dir(path, sizeof(path)) || entry_find(&entry, path))
		return "no emulated host in the cache: fetch.sh gets it";
	return NULL;
}

/* A folder of the test's own, beside it. */
static inline int launch_dir(char *dir, size_t size)
{
	if (host_self_dir(dir, size - 32))
		return -ENOENT;
	strcat(dir, "/emuhost.XXXXXX");
	return mkdtemp(dir) ? 0 : -errno;
}

static inline void launch_dir_remove(const char *dir)
{
	folder_remove(dir);
}

/* @argv: of the launcher, without its name; room for that is at argv[-1]. */
static inline int launch_start(struct launch *l, const char **argv)
{
	char path[PATH_MAX];
	pid_t parent = getpid();

	if (launcher_path(path, sizeof(path)))
		return -ENOENT;
	l->out = memfd_create("out", MFD_CLOEXEC);
	l->err = memfd_create("err", MFD_CLOEXEC);
	l->pid = fork();
	if (!l->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		dup2(l->to > 0 ? l->to : l->out, STDOUT_FILENO);
		dup2(l->err, STDERR_FILENO);
		execv(path, (char *const *)(argv - 1));
		_exit(99);
	}
	l->pidfd = syscall(SYS_pidfd_open, l->pid, 0);
	return l->pid < 0 || l->pidfd < 0 ? -errno : 0;
}

#define LAUNCH(l, ...) \
	launch_start(l, &((const char *[]){ "launcher", __VA_ARGS__, NULL })[1])

/* Return: what a shell would see; -ETIMEDOUT when it had to be killed. */
static inline int launch_wait(struct launch *l, int limit_ms)
{
	struct pollfd pfd = { .fd = l->pidfd, .events = POLLIN };
	bool late = poll(&pfd, 1, limit_ms) != 1;
	int status;

	if (late)
		kill(l->pid, SIGKILL);
	waitpid(l->pid, &status, 0);
	close(l->pidfd);
	return late ? -ETIMEDOUT : emuhost_exit_code(status);
}

/* What is in @fd, NUL-terminated; the caller frees it. */
static inline char *launch_read(int fd, size_t *len)
{
	struct stat st;
	char *text;

	*len = 0;
	if (fstat(fd, &st))
		return NULL;
	text = calloc(1, st.st_size + 1);
	*len = text ? (size_t)pread(fd, text, st.st_size, 0) : 0;
	return text;
}

static inline bool launch_said(int fd, const char *words)
{
	size_t len;
	char *text = launch_read(fd, &len);
	bool said = text && strstr(text, words);

	free(text);
	return said;
}

static inline bool launch_wait_for(int fd, const char *words)
{
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < LAUNCH_LIMIT_MS; waited_ms += 50) {
		if (launch_said(fd, words))
			return true;
		usleep(50 * 1000);
	}
	return false;
}

static inline void launch_free(struct launch *l)
{
	close(l->out);
	close(l->err);
}

/* The children of @pid. Return: how many. */
static inline unsigned int launch_children(pid_t pid, pid_t *children)
{
	char path[64], comm[64];
	unsigned int n = 0;
	struct dirent *d;
	int child, ppid;
	DIR *proc;
	FILE *f;

	proc = opendir("/proc");
	while (proc && (d = readdir(proc)) && n < MAX_CHILDREN) {
		snprintf(path, sizeof(path), "/proc/%.20s/stat", d->d_name);
		f = *d->d_name >= '1' && *d->d_name <= '9' ?
			fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%d (%63[^)]) %*c %d", &child, comm, &ppid) == 3 &&
		    ppid == pid)
			children[n++] = child;
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return n;
}

/* QEMU names itself so. */
static inline pid_t launch_qemu(pid_t pid)
{
	pid_t children[MAX_CHILDREN];
	unsigned int n = launch_children(pid, children);
	char path[64], comm[64];
	FILE *f;

	while (n--) {
		snprintf(path, sizeof(path), "/proc/%d/comm", children[n]);
		f = fopen(path, "re");
		*comm = '\0';
		if (f && !fgets(comm, sizeof(comm), f))
			*comm = '\0';
		if (f)
			fclose(f);
		if (!strcmp(comm, "emulated-host\n"))
			return children[n];
	}
	return 0;
}

#endif /* KTSTR_UNIT_EMUHOST_LAUNCH_H */
