// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scenario on this machine itself: who looks after it. See bare.h.
 */
#include "lib/bare/bare.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bare/engine.h"
#include "lib/bare/place.h"
#include "lib/bare/refuse.h"
#include "lib/common/util/util.h"

#define REAP_MS		5000
#define REAP_POLL_MS	10
/* The longest record, with its head */
#define READ_SIZE	(WIRE_REC_MAX + 2 * sizeof(uint32_t))

/* What it is woken by */
enum source {
	SRC_WIRE,
	SRC_OUTPUT,
	SRC_ENGINE,
	SRC_SIGNALS,
	SRC_OWNERS,
	SRC_COUNT = SRC_OWNERS + BARE_MAX_OWNERS
};

/**
 * struct bare - a run
 * @job: what is to be run
 * @place: its cgroup
 * @fds: what wakes it, or -1
 * @engine_fds: the engine's ends of the first two
 * @engine: its process
 * @status: as waitpid() has it
 * @timed_out: it was ended for taking too long
 * @old: the signals that were blocked before
 * @buf: for what is read
 */
struct bare {
	const struct bare_job *job;
	struct bare_place place;
	int fds[SRC_COUNT];
	int engine_fds[2];
	pid_t engine;
	int status;
	bool timed_out;
	sigset_t old;
	char buf[READ_SIZE + 1];
};

/* ---- what it says ---- */

static void put_record(struct bare *b, uint32_t type, const void *payload,
		       size_t len)
{
	const struct wire_rec rec = {
		.type = type, .len = len, .time_ns = clock_now_ns(),
	};

	b->job->record(b->job->ctx, &rec, payload);
}

/* A word for the type and one for nothing, as wire_send() has it. */
static bool read_record(struct bare *b)
{
	const size_t head = 2 * sizeof(uint32_t);
	ssize_t len = recv(b->fds[SRC_WIRE], b->buf, READ_SIZE, MSG_DONTWAIT);
	uint32_t type;

	if (len < (ssize_t)head)
		return false;
	memcpy(&type, b->buf, sizeof(type));
	b->buf[len] = '\0';
	put_record(b, type, b->buf + head, len - head);
	return true;
}

static bool read_output(struct bare *b)
{
	ssize_t len = recv(b->fds[SRC_OUTPUT], b->buf, READ_SIZE, MSG_DONTWAIT);

	if (len <= 0)
		return false;
	b->job->output(b->job->ctx, b->buf, len);
	return true;
}

/* ---- its life ---- */

static int block_signals(struct bare *b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &b->old);
	b->fds[SRC_SIGNALS] = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return b->fds[SRC_SIGNALS] < 0 ? -errno : 0;
}

static int watch_owners(struct bare *b)
{
	unsigned int i;
	int fd;

	for (i = 0; i < BARE_MAX_OWNERS && b->job->owners[i]; i++) {
		fd = syscall(SYS_pidfd_open, b->job->owners[i], 0);
		if (fd < 0)
			return errno == ESRCH ? -EINTR : -errno;
		b->fds[SRC_OWNERS + i] = fd;
	}
	return 0;
}

/* The output is a socket as well: nobody has to wait for its other end. */
static int make_pipes(struct bare *b)
{
	static const int types[] = {
		[SRC_WIRE] = SOCK_SEQPACKET, [SRC_OUTPUT] = SOCK_STREAM,
	};
	int i, pair[2];

	for (i = SRC_WIRE; i <= SRC_OUTPUT; i++) {
		if (socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, pair))
			return -errno;
		b->fds[i] = pair[0];
		b->engine_fds[i] = pair[1];
	}
	return 0;
}

static int start_engine(struct bare *b)
{
	const struct bare_engine engine = {
		.job = b->job, .place = &b->place,
		.wire = b->engine_fds[SRC_WIRE],
		.output = b->engine_fds[SRC_OUTPUT],
		.signals = &b->old, .parent = getpid(),
	};

	/* It would print once more what is still here. */
	fflush(NULL);
	b->engine = fork();
	if (!b->engine)
		bare_engine_main(&engine);
	if (b->engine < 0)
		return -errno;
	b->fds[SRC_ENGINE] = syscall(SYS_pidfd_open, b->engine, 0);
	return b->fds[SRC_ENGINE] < 0 ? -errno : 0;
}

static void close_engine_fds(struct bare *b)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(b->engine_fds); i++) {
		if (b->engine_fds[i] >= 0)
			close(b->engine_fds[i]);
		b->engine_fds[i] = -1;
	}
}

/* Return: 0 to go on, 1 once the engine has ended, -EINTR. */
static int serve(struct bare *b, const struct pollfd *pfds)
{
	int i;

	if (pfds[SRC_WIRE].revents)
		read_record(b);
	if (pfds[SRC_OUTPUT].revents)
		read_output(b);
	for (i = SRC_SIGNALS; i < SRC_COUNT; i++)
		if (pfds[i].revents)
			return -EINTR;
	return pfds[SRC_ENGINE].revents ? 1 : 0;
}

static int supervise(struct bare *b)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t end_ns = now_ns + b->job->limit_ms * NSEC_PER_MSEC;
	struct pollfd pfds[SRC_COUNT];
	int i, ret = 0;

	for (; !ret && now_ns < end_ns; now_ns = clock_now_ns()) {
		for (i = 0; i < SRC_COUNT; i++)
			pfds[i] = (struct pollfd){ b->fds[i], POLLIN, 0 };
		poll(pfds, SRC_COUNT, (end_ns - now_ns) / NSEC_PER_MSEC + 1);
		ret = serve(b, pfds);
	}
	b->timed_out = !ret;
	return min(ret, 0);
}

/* Whoever was left by its parent is our child now. */
static void reap(struct bare *b)
{
	uint64_t end_ns = clock_now_ns() + REAP_MS * NSEC_PER_MSEC;
	int status;
	pid_t pid;

	while (clock_now_ns() < end_ns) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0 && errno != EINTR)
			return;
		if (pid == b->engine)
			b->status = status;
		if (!pid)
			poll(NULL, 0, REAP_POLL_MS);
	}
}

static void tell_end(struct bare *b)
{
	const struct wire_exit end = {
		.status = b->status, .timed_out = b->timed_out,
	};

	while (read_record(b))
		;
	while (read_output(b))
		;
	put_record(b, WIRE_EXIT, &end, sizeof(end));
}

static int run_engine(struct bare *b, char *err, size_t err_size)
{
	int ret = make_pipes(b);

	if (!ret)
		ret = start_engine(b);
	close_engine_fds(b);
	if (!ret)
		ret = supervise(b);
	if (ret == -EINTR)
		snprintf(err, err_size, "it was ended from outside");
	else if (ret)
		snprintf(err, err_size, "no process for the scenario: %s",
			 strerror(-ret));
	/* Also one that has ended has left its workers. */
	bare_place_kill(&b->place);
	if (b->engine > 0)
		kill(b->engine, SIGKILL);
	reap(b);
	if (!ret)
		tell_end(b);
	return ret;
}

static int begin(struct bare *b, char *err, size_t err_size)
{
	int ret = block_signals(b);

	if (!ret)
		ret = watch_owners(b);
	/* Whoever ends a group of processes is not to end us among them. */
	setsid();
	if (!ret && prctl(PR_SET_CHILD_SUBREAPER, 1))
		ret = -errno;
	if (ret)
		snprintf(err, err_size, "it cannot be looked after: %s",
			 strerror(-ret));
	return ret;
}

static void end(struct bare *b)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(b->fds); i++)
		if (b->fds[i] >= 0)
			close(b->fds[i]);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	sigprocmask(SIG_SETMASK, &b->old, NULL);
	free(b);
}

/* What is left is worse than what could not be done. */
static int clear_away(struct bare *b, int ret, char *err, size_t err_size)
{
	char left[256];

	if (!bare_place_remove(&b->place, left, sizeof(left)))
		return ret;
	snprintf(err, err_size, "%s", left);
	return -EBUSY;
}

int bare_run(const struct bare_job *job, char *err, size_t err_size)
{
	struct bare *b = calloc(1, sizeof(*b));
	size_t i;
	int ret;

	if (!b) {
		snprintf(err, err_size, "no memory");
		return -ENOMEM;
	}
	b->job = job;
	b->place.lock = -1;
	for (i = 0; i < ARRAY_SIZE(b->fds); i++)
		b->fds[i] = -1;
	for (i = 0; i < ARRAY_SIZE(b->engine_fds); i++)
		b->engine_fds[i] = -1;
	ret = begin(b, err, err_size);
	if (!ret)
		ret = bare_place_make(&b->place, bare_needs(job->def), err,
				      err_size);
	if (!ret)
		ret = run_engine(b, err, err_size);
	ret = clear_away(b, ret, err, err_size);
	end(b);
	return ret;
}
