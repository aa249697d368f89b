// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are run. See job.h.
 */
#include "lib/host/kernel/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/kenv.h"

#define TICK_MS		200
#define READ_LIMIT_S	600
#define TAIL_LINES	15
#define LOG_END		(64U << 10)
#define FULL_BYTES	(1ULL << 20)
#define STATUS_NOT_RUN	127
#define JOB_MAX_FROM	4

/* ---- words ---- */

static void take(struct arglist *w, char *word)
{
	char **v = realloc(w->v, (w->n + 2) * sizeof(*v));

	if (v)
		w->v = v;
	if (!v || !word) {
		w->lost = 1;
		free(word);
		return;
	}
	w->v[w->n++] = word;
	w->v[w->n] = NULL;
}

void arglist_add(struct arglist *w, const char *word)
{
	take(w, strdup(word));
}

void arglist_addf(struct arglist *w, const char *fmt, ...)
{
	char *word;
	va_list ap;

	va_start(ap, fmt);
	take(w, vasprintf(&word, fmt, ap) < 0 ? NULL : word);
	va_end(ap);
}

void arglist_add_all(struct arglist *w, ...)
{
	const char *word;
	va_list ap;

	va_start(ap, w);
	while ((word = va_arg(ap, const char *)))
		arglist_add(w, word);
	va_end(ap);
}

void arglist_split(struct arglist *w, const char *text)
{
	size_t len;

	for (text += strspn(text, " \t"); *text;
	     text += len, text += strspn(text, " \t")) {
		len = strcspn(text, " \t");
		arglist_addf(w, "%.*s", (int)len, text);
	}
}

void arglist_free(struct arglist *w)
{
	while (w->n)
		free(w->v[--w->n]);
	free(w->v);
	*w = (struct arglist){ };
}

/* ---- logs ---- */

const char *log_begin(struct kenv *k, char *path, const char *name)
{
	int fd = open(kenv_path(k, path, "logs/%s", name),
		      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd >= 0)
		close(fd);
	return path;
}

/* The end of it, as far as it is looked at. */
static void log_read(const char *path, struct strbuf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[4096];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_size > LOG_END)
		lseek(fd, -(off_t)LOG_END, SEEK_END);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		text_take(text, buf, n);
	close(fd);
}

static void show_end(struct kenv *k, const char *path)
{
	struct strbuf text = STRBUF_INIT;
	const char *at;
	size_t len;

	kenv_progress_clear(k);
	log_read(path, &text);
	for (at = strbuf_tail(&text, TAIL_LINES); *at; at += len + !!at[len]) {
		len = strcspn(at, "\n");
		fputs("  | ", stderr);
		text_put(stderr, at, len);
		fputc('\n', stderr);
	}
	strbuf_free(&text);
}

/* A full disk may have kept even its own error message out of the log. */
static bool disk_is_full(const char *log)
{
	struct strbuf text = STRBUF_INIT;
	struct statfs fs;
	bool full;

	log_read(log, &text);
	full = strstr(text.text, "No space left on device");
	strbuf_free(&text);
	return full || (!statfs(log, &fs) &&
			fs.f_bavail * (uint64_t)fs.f_bsize < FULL_BYTES);
}

static unsigned int lines_of(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned int n = 0;
	int c;

	while (f && (c = getc_unlocked(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

/* What a build is at: " [kernel/sched/ext.o]", or " [1234 lines: ...]". */
static void log_detail(const struct job *job, char *detail, size_t size)
{
	struct strbuf text = STRBUF_INIT;
	char lines[32] = "";
	const char *last, *word;
	size_t len;

	detail[0] = '\0';
	if (!job->log)
		return;
	if (job->lines)
		snprintf(lines, sizeof(lines), "%u lines: ", lines_of(job->log));
	log_read(job->log, &text);
	last = strbuf_tail(&text, 1);
	len = strcspn(last, "\n");
	for (word = last + len; word > last && word[-1] != ' ' &&
	     word[-1] != '\t'; word--)
		;
	len -= word - last;
	if (len && text_is_fit(word, len))
		snprintf(detail, size, " [%s%.*s]", lines,
			 (int)min(len, (size_t)40), word);
	strbuf_free(&text);
}

/* ---- processes ---- */

static void keep_locks(const struct kenv *k)
{
	unsigned int i;

	for (i = 0; i < KENV_MAX_LOCKS; i++)
		if (k->locks[i].fd >= 0)
			fcntl(k->locks[i].fd, F_SETFD, 0);
}

static void __noreturn execute(const struct arglist *words)
{
	execvp(words->v[0], words->v);
	dprintf(STDERR_FILENO, "%s: %s\n", words->v[0], strerror(errno));
	_exit(STATUS_NOT_RUN);
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	       WEXITSTATUS(status);
}

/* Its stdin is @in. Return: what it prints is read there, -1. */
static int start_before(const struct arglist *words, int in, pid_t *pid)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	*pid = fork();
	if (!*pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(in, STDIN_FILENO) < 0 ||
		    dup2(fds[1], STDOUT_FILENO) < 0)
			_exit(STATUS_NOT_RUN);
		execute(words);
	}
	close(fds[1]);
	return *pid < 0 ? -1 : fds[0];
}

static int wait_status(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status_of(status) :
						 STATUS_NOT_RUN;
}

/* The last one is a child as well: somebody has to see what the others came to. */
static void __noreturn execute_chain(const struct job *job)
{
	pid_t pids[JOB_MAX_FROM], last;
	int in = STDIN_FILENO, next, status = 0, one;
	unsigned int n, i;

	for (n = 0; job->from[n] && n < JOB_MAX_FROM; n++) {
		next = start_before(job->from[n], in, &pids[n]);
		if (next < 0)
			_exit(STATUS_NOT_RUN);
		if (in != STDIN_FILENO)
			close(in);
		in = next;
	}
	last = fork();
	if (!last) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(in, STDIN_FILENO) < 0)
			_exit(STATUS_NOT_RUN);
		execute(job->words);
	}
	close(in);
	for (i = 0; i < n; i++) {
		one = wait_status(pids[i]);
		status = status ?: one;
	}
	one = wait_status(last);
	_exit(status ?: one);
}

/* Nobody's standard descriptors are ours: 0 to 2 are taken one by one. */
static void __noreturn child(const struct kenv *k, const struct job *job,
			     int log, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (!job->gentle)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!job->installs)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (getppid() != parent)
		_exit(STATUS_NOT_RUN);
	setsid();
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	keep_locks(k);
	if (log < 0)
		log = null;
	if (dup2(job->in ?: null, STDIN_FILENO) < 0 ||
	    dup2(job->out ?: log, STDOUT_FILENO) < 0 ||
	    dup2(job->err ?: log, STDERR_FILENO) < 0)
		_exit(STATUS_NOT_RUN);
	if (job->dir && chdir(job->dir)) {
		dprintf(STDERR_FILENO, "%s: %s\n", job->dir, strerror(errno));
		_exit(STATUS_NOT_RUN);
	}
	if (job->from)
		execute_chain(job);
	execute(job->words);
}

static void tell_progress(struct kenv *k, const struct job *job, uint64_t s,
			  uint64_t *told_s)
{
	char detail[96];

	if (!job->text || s <= *told_s)
		return;
	*told_s = s;
	log_detail(job, detail, sizeof(detail));
	kenv_progress(k, "%s, %llu s%s", job->text, (unsigned long long)s,
		      detail);
}

/* Return: 0 when it has ended, -ETIMEDOUT. */
static int wait_for(struct kenv *k, const struct job *job, int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	uint64_t begin = clock_now_ns(), told_s = 0, s;

	while (poll(&pfd, 1, TICK_MS) <= 0) {
		s = (clock_now_ns() - begin) / NSEC_PER_SEC;
		if (s >= job->limit_s)
			return -ETIMEDOUT;
		tell_progress(k, job, s, &told_s);
	}
	return 0;
}

static int run_child(struct kenv *k, const struct job *job, int log)
{
	pid_t parent = getpid(), pid = fork();
	int pidfd, status = 0, ret;

	if (pid < 0)
		return -errno;
	if (!pid)
		child(k, job, log, parent);
	guard_job(k, pid);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	ret = pidfd < 0 ? -errno : wait_for(k, job, pidfd);
	if (ret)
		kill(pid, SIGTERM);
	session_end(pid);
	/* It may have had no time to make its session. */
	if (ret)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (job->installs)
		guard_leave(k);
	guard_job_ended(k, pid);
	kenv_progress_clear(k);
	if (pidfd >= 0)
		close(pidfd);
	if (ret)
		return ret;
	return status_of(status);
}

static void say_command(struct kenv *k, const struct job *job)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	if (!k->verbose || !job->text)
		return;
	for (i = 0; i < job->words->n; i++) {
		strbuf_add(&text, " ", 1);
		strbuf_add_word(&text, job->words->v[i]);
	}
	kenv_say(k, "+%s >>%s", text.text, job->log ?: "/dev/null");
	strbuf_free(&text);
}

static bool words_are_lost(const struct job *job)
{
	bool lost = job->words->lost || !job->words->n;
	unsigned int i;

	for (i = 0; job->from && job->from[i]; i++)
		lost |= job->from[i]->lost || !job->from[i]->n;
	return lost;
}

int job_run(struct kenv *k, const struct job *job)
{
	int log = -1, ret;

	if (words_are_lost(job))
		return -ENOMEM;
	say_command(k, job);
	if (job->log) {
		log = open(job->log,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (log < 0)
			return -errno;
	}
	ret = run_child(k, job, log);
	if (log >= 0)
		close(log);
	return ret;
}

/* How much of its path is the cache, or the output folder. */
static int folder_of_logs(const char *log)
{
	const char *end = strrchr(log, '/');

	while (end && end > log && !strstarts(end, "/logs/"))
		end = memrchr(log, '/', end - log);
	return end && end > log ? end - log : (int)strlen(log);
}

int job_must(struct kenv *k, const struct job *job)
{
	int ret = job_run(k, job);

	if (!ret)
		return 0;
	if (disk_is_full(job->log))
		return kenv_missing(k, "%s: the disk is full; free space in %.*s (see ./run_ktstr.sh clean) or name another folder by XDG_CACHE_HOME= and KTSTR_OUT=",
				    job->text, folder_of_logs(job->log),
				    job->log);
	if (ret == -ETIMEDOUT)
		kenv_say(k, "%s: given up after %u s; the end of %s:",
			 job->text, job->limit_s, job->log);
	else if (ret < 0)
		kenv_say(k, "%s: cannot be started: %s; the end of %s:",
			 job->text, strerror(-ret), job->log);
	else
		kenv_say(k, "%s: failed with status %d; the end of %s:",
			 job->text, ret, job->log);
	show_end(k, job->log);
	return -EINVAL;
}

int job_read(struct kenv *k, const struct arglist *words, struct strbuf *out)
{
	struct job job = { .words = words, .limit_s = READ_LIMIT_S };

	return job_capture(k, &job, out);
}

int job_capture(struct kenv *k, struct job *job, struct strbuf *out)
{
	char buf[65536];
	ssize_t n;
	int ret;

	job->out = memfd_create("ktstr-job", MFD_CLOEXEC);
	if (job->out < 0)
		return -errno;
	if (job->err < 0)
		job->err = job->out;
	ret = job_run(k, job);
	lseek(job->out, 0, SEEK_SET);
	while ((n = read(job->out, buf, sizeof(buf))) > 0)
		strbuf_add(out, buf, n);
	close(job->out);
	return ret;
}

int job_input(const char *text)
{
	int fd = memfd_create("ktstr-input", MFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    !lseek(fd, 0, SEEK_SET))
		return fd;
	err = -errno;
	close(fd);
	return err ?: -EIO;
}
