// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process behind us. See guard.h.
 */
#include "lib/host/kernel/guard.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"

#define MAX_SESSIONS	16
#define MAX_FOLDERS	16
#define TERM_ROUNDS	30
#define END_ROUNDS	60
#define ROUND_MS	100

/* ---- sessions ---- */

/* A zombie is nobody that could be ended. */
static bool is_of_session(const char *pid, pid_t sid)
{
	char path[64], line[512], *at, state;
	int ppid, pgrp, session;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f)) {
		at = strrchr(line, ')');
		found = at && sscanf(at + 1, " %c %d %d %d", &state, &ppid,
				     &pgrp, &session) == 4 &&
			session == sid && state != 'Z';
	}
	fclose(f);
	return found;
}

/* Return: how many there are; each was sent @sig. */
static unsigned int session_signal(pid_t sid, int sig)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	unsigned int n = 0;

	while (proc && (e = readdir(proc))) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
		    !is_of_session(e->d_name, sid))
			continue;
		kill(atoi(e->d_name), sig);
		n++;
	}
	if (proc)
		closedir(proc);
	return n;
}

void session_end(pid_t sid)
{
	unsigned int i;
	int sig;

	for (i = 0; i < END_ROUNDS; i++) {
		sig = i ? 0 : SIGTERM;
		if (i >= TERM_ROUNDS)
			sig = SIGKILL;
		if (!session_signal(sid, sig))
			return;
		poll(NULL, 0, ROUND_MS);
	}
}

/* ---- folders ---- */

/* ---- the guard ---- */

struct guard {
	pid_t sessions[MAX_SESSIONS];
	char *folders[MAX_FOLDERS];
	unsigned int n_folders;
};

static void replace(struct guard *g, pid_t from, pid_t to)
{
	unsigned int i;

	for (i = 0; i < MAX_SESSIONS; i++) {
		if (g->sessions[i] != from)
			continue;
		g->sessions[i] = to;
		return;
	}
}

static void obey(struct guard *g, const char *word)
{
	switch (*word) {
	case '+':
		replace(g, 0, atoi(word + 1));
		break;
	case '-':
		replace(g, atoi(word + 1), 0);
		break;
	case 'r':
		if (g->n_folders < MAX_FOLDERS)
			g->folders[g->n_folders++] = strdup(word + 1);
		break;
	}
}

/* A word that was cut off by our end would name another folder: it is dropped. */
static void read_words(struct guard *g, int fd)
{
	struct strbuf text = STRBUF_INIT;
	char buf[4096], *end, *at;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		strbuf_add(&text, buf, n);
		at = text.text;
		while ((end = memchr(at, '\0', text.text + text.len - at))) {
			obey(g, at);
			at = end + 1;
		}
		text.len -= at - text.text;
		memmove(text.text, at, text.len);
	}
	strbuf_free(&text);
}

static void __noreturn guard_main(int fd)
{
	struct guard g = { };
	unsigned int i;

	setsid();
	/* Our caller may wait for the end of its own pipes; locks are not ours. */
	dup2(fd, STDIN_FILENO);
	fd = open("/dev/null", O_RDWR);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0);

	read_words(&g, STDIN_FILENO);
	for (i = 0; i < MAX_SESSIONS; i++)
		if (g.sessions[i] > 0)
			session_end(g.sessions[i]);
	for (i = 0; i < g.n_folders; i++)
		if (g.folders[i])
			folder_remove(g.folders[i]);
	_exit(0);
}

int guard_start(struct kenv *k)
{
	sigset_t all, old;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	/* What interrupts us does not interrupt it, be it that it just begins. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	k->guard_pid = fork();
	if (!k->guard_pid) {
		close(fds[1]);
		guard_main(fds[0]);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fds[0]);
	if (k->guard_pid < 0) {
		close(fds[1]);
		return -errno;
	}
	k->guard_fd = fds[1];
	return 0;
}

static void tell(const struct kenv *k, const char *word)
{
	if (k->guard_fd >= 0 &&
	    write(k->guard_fd, word, strlen(word) + 1) < 0)
		dprintf(STDERR_FILENO, "ktstr: the process that cleans up is gone: %s\n",
			strerror(errno));
}

void guard_job(const struct kenv *k, pid_t sid)
{
	char word[32];

	snprintf(word, sizeof(word), "+%d", sid);
	tell(k, word);
}

void guard_job_ended(const struct kenv *k, pid_t sid)
{
	char word[32];

	snprintf(word, sizeof(word), "-%d", sid);
	tell(k, word);
}

void guard_remove(const struct kenv *k, const char *path)
{
	char word[PATH_MAX + 1];

	snprintf(word, sizeof(word), "r%s", path);
	tell(k, word);
}

void guard_stop(struct kenv *k)
{
	if (k->guard_fd < 0)
		return;
	close(k->guard_fd);
	k->guard_fd = -1;
	while (waitpid(k->guard_pid, NULL, 0) < 0 && errno == EINTR)
		;
}
