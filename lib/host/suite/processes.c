// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of slices, and what goes out of us. See suite.h.
 */
#include "lib/host/suite/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/children.h"
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"

#define READ_SIZE	(64UL << 10)
/* What a pipe takes without making us wait, when poll() says that it takes. */
#define WRITE_SIZE	4096
/* What waits for stdout; more stays with the slices, which are bounded. */
#define PENDING_MAX	(1UL << 20)
#define TICK_MS		1000
#define TERM_MS		3000
#define ORPHANS_MS	3000
#define STOP_MS		20000

struct runner {
	struct suite *suite;
	const struct suite_config *config;
	struct suite_slice **running;	/* config->jobs of them, or NULL */
	struct pollfd *pfds;
	struct strbuf pending;
	size_t written;			/* of pending */
	int log_fd;
	bool stdout_gone;
	bool all_out;
	bool list_given;
	uint64_t told_ns;
};

/* ---- processes ---- */

static void child(const struct runner *r, char **argv, char *const *env,
		  int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char owner[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	snprintf(owner, sizeof(owner), "%d", parent);
	setenv("KTSTR_OWNER_PID", owner, 1);
	for (; env && *env; env++)
		putenv(*env);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || chdir(r->config->folder))
		_exit(127);
	execv(argv[0], argv);
	log_line("%s: %s", argv[0], strerror(errno));
	_exit(127);
}

/* "./PROGRAM -r TEST -r TEST": pointers into the list, but for the first. */
static char **slice_argv(const struct suite_slice *slice)
{
	const struct suite_program *p = slice->program;
	char **argv = calloc(2 * slice->n + 2, sizeof(*argv));
	unsigned int i;

	if (!argv)
		return NULL;
	if (asprintf(&argv[0], "./%s", p->name) < 0) {
		free(argv);
		return NULL;
	}
	for (i = 0; i < slice->n; i++) {
		argv[2 * i + 1] = (char *)"-r";
		argv[2 * i + 2] = p->tests[slice->first + i].name;
	}
	return argv;
}

static int slice_fork(struct runner *r, struct suite_slice *slice, int out)
{
	char **argv = slice_argv(slice);
	pid_t parent = getpid();

	if (!argv)
		return -ENOMEM;
	slice->pid = fork();
	if (!slice->pid)
		child(r, argv, slice->program->env, out, parent);
	free(argv[0]);
	free(argv);
	return slice->pid < 0 ? -errno : 0;
}

static int slice_start(struct runner *r, struct suite_slice *slice)
{
	int pipe_fds[2], err;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	err = slice_fork(r, slice, pipe_fds[1]);
	close(pipe_fds[1]);
	if (err) {
		close(pipe_fds[0]);
		return err;
	}
	slice->began_ns = clock_now_ns();
	slice->last_ns = slice->began_ns;
	slice->fd = pipe_fds[0];
	fcntl(slice->fd, F_SETFL, O_NONBLOCK);
	slice->pidfd = child_pidfd(slice->pid);
	if (slice->pidfd >= 0)
		return 0;
	close(slice->fd);
	return slice->pidfd;
}

/* What is added on the way is what one process runs. */
static struct suite_slice *next_slice(struct runner *r)
{
	const struct suite_config *config = r->config;
	struct suite_slice *slice = suite_next(r->suite, config->more ?
						1 : config->jobs);

	if (!slice && config->more && config->more(config->more_arg))
		slice = suite_next(r->suite, 1);
	return slice;
}

static int start_more(struct runner *r)
{
	struct suite_slice *slice;
	unsigned int i;
	int err;

	for (i = 0; i < r->config->jobs; i++) {
		if (r->running[i])
			continue;
		slice = next_slice(r);
		if (!slice) {
			r->list_given = true;
			return 0;
		}
		err = slice_start(r, slice);
		if (err) {
			pr_err("%s: %s", slice->program->name, strerror(-err));
			return err;
		}
		r->running[i] = slice;
	}
	return 0;
}

/* All that is there, but no more: a process that never stops talks to nobody. */
static void slice_read(struct runner *r, struct suite_slice *slice, bool all)
{
	char buf[READ_SIZE];
	ssize_t len;

	while (slice->fd >= 0) {
		len = read(slice->fd, buf, sizeof(buf));
		if (len > 0)
			suite_data(r->suite, slice, buf, len, clock_now_ns());
		if (len < 0 && errno == EINTR)
			continue;
		if (len == 0 || (len < 0 && errno != EAGAIN)) {
			close(slice->fd);
			slice->fd = -1;
		}
		if (len <= 0 || !all)
			return;
	}
}

static void slice_check_limit(const struct runner *r, struct suite_slice *slice)
{
	uint64_t ms = (clock_now_ns() - slice->began_ns) / NSEC_PER_MSEC;
	uint64_t limit_ms = r->suite->limit_s * MSEC_PER_SEC;

	if (ms < limit_ms)
		return;
	kill(slice->pid, ms < limit_ms + TERM_MS ? SIGTERM : SIGKILL);
	slice->timed_out = true;
}

static void slice_reap(struct runner *r, struct suite_slice *slice)
{
	int status = 0;

	waitpid(slice->pid, &status, 0);
	/* What it has left in the pipe; whoever else holds the end may go on. */
	slice_read(r, slice, true);
	if (slice->fd >= 0)
		close(slice->fd);
	close(slice->pidfd);
	suite_end(r->suite, slice, WIFSIGNALED(status) ?
		  128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* ---- out ---- */

static void tell(const struct runner *r, const char *what, const char *text)
{
	if (r->config->tell)
		r->config->tell(r->config->tell_arg, what, text);
}

/* A disk that is full is no test that failed: the log ends there. */
static void log_write(struct runner *r, const char *data, size_t len)
{
	ssize_t n;

	while (r->log_fd >= 0 && len) {
		n = write(r->log_fd, data, len);
		if (n >= 0) {
			data += n;
			len -= n;
			continue;
		}
		if (errno == EINTR)
			continue;
		tell(r, "log", strerror(errno));
		pr_warn("%s: the log ends here: %s", r->config->log,
			strerror(errno));
		close(r->log_fd);
		r->log_fd = -1;
	}
}

static void take_more(struct runner *r)
{
	size_t had;

	if (r->written == r->pending.len) {
		strbuf_reset(&r->pending);
		r->written = 0;
	}
	had = r->pending.len;
	if (r->all_out || had >= PENDING_MAX)
		return;
	r->all_out = suite_take(r->suite, &r->pending, PENDING_MAX);
	log_write(r, r->pending.text + had, r->pending.len - had);
}

/* Whoever reads us may have gone away; the tests go on, and so does the log. */
static void write_some(struct runner *r, size_t len)
{
	ssize_t n;

	len = min(len, r->pending.len - r->written);
	n = r->stdout_gone ? (ssize_t)len :
	    write(STDOUT_FILENO, r->pending.text + r->written, len);
	if (n >= 0)
		r->written += n;
	else if (errno != EINTR && errno != EAGAIN)
		r->stdout_gone = true;
}

static void write_rest(struct runner *r)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	for (;;) {
		take_more(r);
		if (r->written == r->pending.len)
			return;
		if (!r->stdout_gone)
			poll(&pfd, 1, -1);
		write_some(r, r->pending.len);
	}
}

/* What is due once nothing more comes */
static void close_list(struct runner *r)
{
	size_t had;

	if (!r->suite->open)
		return;
	write_rest(r);
	r->all_out = r->suite->printing == r->suite->n_programs;
	had = r->pending.len;
	suite_close(r->suite, &r->pending);
	log_write(r, r->pending.text + had, r->pending.len - had);
}

/* ---- what others read to look after us ---- */

/* What it is at: the first of its tests that has no result. */
static const struct suite_test *test_at(const struct suite_slice *s)
{
	const struct suite_test *t = s->program->tests + s->first;
	unsigned int i = 0;

	while (i < s->n - 1 && t[i].result != SUITE_NONE)
		i++;
	return &t[i];
}

static void tell_progress(struct runner *r)
{
	const struct suite *suite = r->suite;
	unsigned int i, done = 0, all = 0;
	struct strbuf text = STRBUF_INIT;
	uint64_t now = clock_now_ns();

	if (now - r->told_ns < NSEC_PER_SEC)
		return;
	r->told_ns = now;
	for (i = 0; i < suite->n_programs; i++)
		all += suite->programs[i].n_tests;
	for (i = SUITE_PASS; i < SUITE_NR_RESULTS; i++)
		done += suite->counts[i];
	strbuf_addf(&text, "%u of %u tests", done, all);
	for (i = 0; i < r->config->jobs; i++) {
		const struct suite_slice *s = r->running[i];
		const struct suite_test *t;

		if (!s)
			continue;
		t = test_at(s);
		strbuf_addf(&text, ", %s", t->label ?: t->name);
	}
	tell(r, "progress", text.text);
	strbuf_free(&text);
}

/* ---- all of it ---- */

/* Each slice's output and its end, and stdout when something waits for it. */
static void wait_for_news(struct runner *r)
{
	unsigned int i, jobs = r->config->jobs;
	struct pollfd *pfds = r->pfds;

	for (i = 0; i < jobs; i++) {
		const struct suite_slice *s = r->running[i];

		pfds[2 * i] = (struct pollfd){ s ? s->fd : -1, POLLIN, 0 };
		pfds[2 * i + 1] =
			(struct pollfd){ s ? s->pidfd : -1, POLLIN, 0 };
	}
	pfds[2 * jobs] = (struct pollfd){
		.fd = r->written < r->pending.len ? STDOUT_FILENO : -1,
		.events = POLLOUT,
	};
	poll(pfds, 2 * jobs + 1, TICK_MS);
}

/* Return: does one still run? */
static bool serve_slices(struct runner *r)
{
	struct suite_slice *slice;
	bool any = false;
	unsigned int i;

	for (i = 0; i < r->config->jobs; i++) {
		slice = r->running[i];
		if (!slice)
			continue;
		if (r->pfds[2 * i].revents)
			slice_read(r, slice, false);
		if (r->pfds[2 * i + 1].revents) {
			slice_reap(r, slice);
			r->running[i] = NULL;
			continue;
		}
		slice_check_limit(r, slice);
		any = true;
	}
	return any;
}

static int run_all(struct runner *r)
{
	bool any;
	int err;

	do {
		err = start_more(r);
		if (err)
			return err;
		take_more(r);
		wait_for_news(r);
		any = serve_slices(r);
		if (r->pfds[2 * r->config->jobs].revents)
			write_some(r, WRITE_SIZE);
		tell_progress(r);
		if (r->config->stop && *r->config->stop)
			return -EINTR;
	} while (any || !r->list_given);
	return 0;
}

static int runner_init(struct runner *r)
{
	unsigned int jobs = r->config->jobs;

	r->pending = (struct strbuf)STRBUF_INIT;
	r->running = calloc(jobs, sizeof(*r->running));
	r->pfds = calloc(2 * jobs + 1, sizeof(*r->pfds));
	if (!r->running || !r->pfds)
		return -ENOMEM;
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!r->config->log)
		return 0;
	r->log_fd = open(r->config->log,
			 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (r->log_fd < 0) {
		tell(r, "log", strerror(errno));
		pr_warn("%s: no log: %s", r->config->log, strerror(errno));
	}
	return 0;
}

static void runner_exit(struct runner *r)
{
	if (r->log_fd >= 0 && close(r->log_fd))
		tell(r, "log", strerror(errno));
	strbuf_free(&r->pending);
	free(r->running);
	free(r->pfds);
}

int suite_run(struct suite *suite, const struct suite_config *config)
{
	struct runner r = { .suite = suite, .config = config, .log_fd = -1 };
	int err;

	err = runner_init(&r);
	if (!err)
		err = run_all(&r);
	/*
	 * What programs have left behind comes to us, as we are a subreaper: it
	 * ends before we do, and so does what that leaves.
	 */
	if (config->stop)
		children_end(SIGTERM, STOP_MS);
	children_end(SIGKILL, ORPHANS_MS);
	if (!err) {
		close_list(&r);
		write_rest(&r);
		err = suite->counts[SUITE_FAIL] ? 1 : 0;
		if (!r.all_out)
			err = -ENOMEM;
	}
	runner_exit(&r);
	return err;
}
