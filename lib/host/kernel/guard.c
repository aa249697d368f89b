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

/* ---- the guard ---- */

static void replace(struct guard *g, pid_t from, pid_t to)
{
	unsigned int i;

	for (i = 0; i < GUARD_MAX_SESSIONS; i++) {
		if (g->sessions[i] != from)
			continue;
		g->sessions[i] = to;
		return;
	}
}

static void add_folder(struct guard *g, const char *path)
{
	char **all = reallocarray(g->folders, g->n_folders + 1, sizeof(*all));

	if (!all)
		return;
	g->folders = all;
	all[g->n_folders] = strdup(path);
	g->n_folders += !!all[g->n_folders];
}

static void add_stays(struct guard *g)
{
	char path[64];
	pid_t *all;
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &pid) == 1) {
		all = reallocarray(g->stays, g->n_stays + 1, sizeof(*all));
		if (!all)
			break;
		g->stays = all;
		all[g->n_stays++] = pid;
	}
	if (f)
		fclose(f);
}

int guard_stays(const struct guard *g, pid_t pid)
{
	size_t i;

	for (i = 0; i < g->n_stays; i++)
		if (g->stays[i] == pid)
			return 1;
	return 0;
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
		add_folder(g, word + 1);
		break;
	case 'l':
		add_stays(g);
		break;
	}
}

/* A word that was cut off by our end would name another folder: it is dropped. */
void guard_hear(struct guard *g, const char *bytes, size_t len)
{
	struct strbuf *w = &g->word;
	char *end, *at;

	if (!len)
		return;
	strbuf_add(w, bytes, len);
	at = w->text;
	while ((end = memchr(at, '\0', w->text + w->len - at))) {
		obey(g, at);
		at = end + 1;
	}
	w->len -= at - w->text;
	memmove(w->text, at, w->len);
}

static void read_words(struct guard *g, int fd)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			guard_hear(g, buf, n);
}

void guard_end_sessions(const struct guard *g)
{
	unsigned int i;

	for (i = 0; i < GUARD_MAX_SESSIONS; i++)
		if (g->sessions[i] > 0)
			session_end(g->sessions[i]);
}

void guard_remove_folders(const struct guard *g)
{
	size_t i;

	for (i = 0; i < g->n_folders; i++)
		folder_remove(g->folders[i]);
}

static void __noreturn guard_main(int fd)
{
	struct guard g = GUARD_INIT;

	setsid();
	/* Our caller may wait for the end of its own pipes; locks are not ours. */
	dup2(fd, STDIN_FILENO);
	fd = open("/dev/null", O_RDWR);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0);

	read_words(&g, STDIN_FILENO);
	guard_end_sessions(&g);
	guard_remove_folders(&g);
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

void guard_leave(const struct kenv *k)
{
	tell(k, "l");
}

void guard_stop(struct kenv *k)
{
	if (k->guard_fd < 0)
		return;
	close(k->guard_fd);
	k->guard_fd = -1;
	while (k->guard_pid > 0 && waitpid(k->guard_pid, NULL, 0) < 0 &&
	       errno == EINTR)
		;
}
