// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching an emulated host. Here the host is a process that plays the agent:
 * it behaves, says rubbish, dies, panics or falls silent.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_session.h"

#define BIG_SIZE	(1 << 20)

/* What the play's side holds. */
struct stage {
	int port;
	int console;
	int done;
};

static void say(const struct stage *st, unsigned int type, const void *data,
		size_t len)
{
	const struct emuhost_frame head = { EMUHOST_MAGIC, type, len };

	if (write(st->port, &head, sizeof(head)) < 0 ||
	    write(st->port, data, len) < 0)
		_exit(99);
}

static void say_text(const struct stage *st, unsigned int type, const char *s)
{
	say(st, type, s, strlen(s));
}

static void say_exit(const struct stage *st, int32_t status)
{
	say(st, EMUHOST_EXIT, &status, sizeof(status));
}

static void say_beat(const struct stage *st, uint64_t ms)
{
	say(st, EMUHOST_BEAT, &ms, sizeof(ms));
}

/* ---- the plays ---- */

static void play_behaves(const struct stage *st)
{
	say_text(st, EMUHOST_STAGE, "command");
	say_text(st, EMUHOST_OUT, "hello\n");
	say_text(st, EMUHOST_ERR, "oops\n");
	say_exit(st, 3 << 8);
}

static void play_one_byte_at_a_time(const struct stage *st)
{
	struct stage slow = *st;
	int pair[2];
	char c;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(99);
	slow.port = pair[0];
	play_behaves(&slow);
	close(pair[0]);
	while (read(pair[1], &c, 1) == 1)
		if (write(st->port, &c, 1) != 1)
			_exit(99);
}

static void play_big(const struct stage *st)
{
	static char block[EMUHOST_FRAME_MAX];
	unsigned int i;

	say_text(st, EMUHOST_STAGE, "command");
	for (i = 0; i < BIG_SIZE / sizeof(block); i++) {
		memset(block, 'a' + i, sizeof(block));
		say(st, EMUHOST_OUT, block, sizeof(block));
	}
	say_exit(st, 0);
}

static void play_rubbish(const struct stage *st)
{
	if (write(st->port, "GET / HTTP/1.1\r\n\r\n", 18) != 18)
		_exit(99);
	pause();
}

/* In a moment of ours a minute has passed there. */
static void play_runs_away(const struct stage *st)
{
	say_text(st, EMUHOST_STAGE, "command");
	say_beat(st, 1000);
	say_beat(st, 2000);
	say_beat(st, 61000);
	pause();
}

static void play_broken(const struct stage *st)
{
	say_text(st, EMUHOST_BROKEN, "cannot mount\n/tmp");
	pause();
}

static void play_dies(const struct stage *st)
{
	say_text(st, EMUHOST_STAGE, "files");
	_exit(7);
}

static void play_killed(const struct stage *st)
{
	say_text(st, EMUHOST_OUT, "half");
	raise(SIGKILL);
}

static void play_panics(const struct stage *st)
{
	static const char text[] =
		"[    1.2] Kernel panic - not syncing: no \033luck\r\nmore\r\n";

	if (write(st->console, text, strlen(text)) < 0)
		_exit(99);
	_exit(0);
}

static void play_says_nothing(const struct stage *st)
{
	(void)st;
	pause();
}

static void play_stalls(const struct stage *st)
{
	say_text(st, EMUHOST_STAGE, "command");
	say_beat(st, 41200);
	pause();
}

static void play_beats_for_ever(const struct stage *st)
{
	uint64_t ms;

	say_text(st, EMUHOST_STAGE, "command");
	for (ms = 0;; ms += 100) {
		say_beat(st, ms);
		usleep(100 * 1000);
	}
}

static void play_interrupts(const struct stage *st)
{
	say_text(st, EMUHOST_STAGE, "command");
	kill(getppid(), SIGTERM);
	pause();
}

/* ---- the watching ---- */

FIXTURE(emuhost_session)
{
	struct session *s;
	struct emu_machine m;
	struct strbuf request;
	struct strbuf out, err;
};

FIXTURE_SETUP(emuhost_session)
{
	self->s = calloc(1, sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	self->m.port = -1;
	self->request = (struct strbuf)STRBUF_INIT;
	self->out = (struct strbuf)STRBUF_INIT;
	self->err = (struct strbuf)STRBUF_INIT;
	strbuf_add(&self->request, "request", 7);
}

FIXTURE_TEARDOWN(emuhost_session)
{
	session_exit(self->s);
	strbuf_free(&self->out);
	strbuf_free(&self->err);
	strbuf_free(&self->request);
	free(self->s);
}

/* @done: for the play to write to; -1: none */
static void machine_play(struct emu_machine *m,
			 void (*play)(const struct stage *), int done)
{
	int port[2], console[2], log[2];
	struct stage st;

	*m = (struct emu_machine) {
		.nr_children = 1, .qmp = -1, .cpu = EMUHOST_CPU_NONE,
	};
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, port) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, console) || pipe(log))
		exit(98);
	m->children[0].name = "QEMU";
	m->children[0].pid = fork();
	if (!m->children[0].pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		st = (struct stage) { port[1], console[1], done };
		close(port[0]);
		close(console[0]);
		play(&st);
		_exit(0);
	}
	close(port[1]);
	close(console[1]);
	close(log[1]);
	m->children[0].pidfd = syscall(SYS_pidfd_open, m->children[0].pid, 0);
	m->port = port[0];
	m->console = console[0];
	m->log = log[0];
	fcntl(m->port, F_SETFL, O_NONBLOCK);
	fcntl(m->console, F_SETFL, O_NONBLOCK);
	fcntl(m->log, F_SETFL, O_NONBLOCK);
}

/* Put memory where @fd is. Return: the saved one. */
static int capture(int fd)
{
	int saved = dup(fd), mem = memfd_create("output", 0);

	dup2(mem, fd);
	close(mem);
	return saved;
}

static void capture_end(int fd, int saved, struct strbuf *sb)
{
	char buf[4096];
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		strbuf_add(sb, buf, n);
	dup2(saved, fd);
	close(saved);
}

static void watch(struct session *s, struct emu_machine *m,
		  void (*play)(const struct stage *),
		  const struct strbuf *request, struct strbuf *out,
		  struct strbuf *err)
{
	sigset_t mask, old;
	int saved[2];

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &old);
	s->signals = signalfd(-1, &mask, SFD_NONBLOCK);
	s->machine = m;
	s->request = request;
	machine_play(m, play, -1);
	fflush(NULL);
	saved[0] = capture(STDOUT_FILENO);
	saved[1] = capture(STDERR_FILENO);
	session_run(s);
	capture_end(STDOUT_FILENO, saved[0], out);
	capture_end(STDERR_FILENO, saved[1], err);
	emu_machine_stop(m);
	close(s->signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

FIXTURE_VARIANT(emuhost_session)
{
	void (*play)(const struct stage *st);
	unsigned int boot_ms, stall_ms, timeout_ms;
	enum session_end end;
	int status;
	const char *reason;
	const char *out;
	const char *err;
	bool said;
};

FIXTURE_VARIANT_ADD(emuhost_session, behaves)
{
	.play = play_behaves, .end = SESSION_EXIT, .status = 3 << 8,
	.out = "hello\n", .err = "oops\n", .said = true,
};

FIXTURE_VARIANT_ADD(emuhost_session, one_byte_at_a_time)
{
	.play = play_one_byte_at_a_time, .end = SESSION_EXIT, .status = 3 << 8,
	.out = "hello\n", .err = "oops\n", .said = true,
};

FIXTURE_VARIANT_ADD(emuhost_session, runs_away)
{
	.play = play_runs_away, .end = SESSION_BROKEN,
	.reason = "the emulated host's clock went on by 60 s in 0 s",
};

FIXTURE_VARIANT_ADD(emuhost_session, rubbish)
{
	.play = play_rubbish, .end = SESSION_BROKEN,
	.reason = "the emulated host's agent sent rubbish",
};

FIXTURE_VARIANT_ADD(emuhost_session, broken)
{
	.play = play_broken, .end = SESSION_BROKEN,
	.reason = "the emulated host's agent: cannot mount?/tmp",
};

FIXTURE_VARIANT_ADD(emuhost_session, dies)
{
	.play = play_dies, .end = SESSION_BROKEN,
	.reason = "the emulated host died: QEMU ended with status 7 (stage files)",
};

FIXTURE_VARIANT_ADD(emuhost_session, killed)
{
	.play = play_killed, .end = SESSION_BROKEN,
	.reason = "the emulated host died: QEMU was killed by signal 9 (stage boot)",
	.out = "half", .said = true,
};

FIXTURE_VARIANT_ADD(emuhost_session, panics)
{
	.play = play_panics, .end = SESSION_BROKEN,
	.reason = "the emulated host died: Kernel panic - not syncing: no ?luck",
};

FIXTURE_VARIANT_ADD(emuhost_session, says_nothing)
{
	.play = play_says_nothing, .boot_ms = 1000, .end = SESSION_BROKEN,
	.reason = "the emulated host did not boot within 1 s",
};

FIXTURE_VARIANT_ADD(emuhost_session, stalls)
{
	.play = play_stalls, .stall_ms = 2000, .end = SESSION_BROKEN,
	.reason = "the emulated host made no progress for 2 s (last: command at 41.2 s)",
};

FIXTURE_VARIANT_ADD(emuhost_session, out_of_time)
{
	.play = play_beats_for_ever, .stall_ms = 3000, .timeout_ms = 1500,
	.end = SESSION_TIMEOUT,
};

FIXTURE_VARIANT_ADD(emuhost_session, interrupted)
{
	.play = play_interrupts, .end = SESSION_SIGNAL,
};

TEST_F(emuhost_session, ends_as_it_should)
{
	struct session *s = self->s;
	uint64_t took_ms = clock_now_ns();

	s->boot_ms = variant->boot_ms ? variant->boot_ms : 20000;
	s->stall_ms = variant->stall_ms ? variant->stall_ms : 20000;
	s->timeout_ms = variant->timeout_ms;
	watch(s, &self->m, variant->play, &self->request, &self->out,
	      &self->err);
	took_ms = (clock_now_ns() - took_ms) / NSEC_PER_MSEC;

	EXPECT_EQ(variant->end, s->end);
	EXPECT_STREQ(variant->reason ? variant->reason : "", s->reason);
	EXPECT_STREQ(variant->out ? variant->out : "", self->out.text);
	EXPECT_STREQ(variant->err ? variant->err : "", self->err.text);
	EXPECT_EQ(variant->said, s->said);
	if (variant->end == SESSION_EXIT)
		EXPECT_EQ(variant->status, s->status);
	if (variant->end == SESSION_SIGNAL)
		EXPECT_EQ(SIGTERM, s->signal);
	/* What is no matter of waiting does not wait. */
	EXPECT_GT(10000, took_ms);
	EXPECT_EQ(0, self->m.nr_children);
}

TEST(emuhost_big_output_is_exact)
{
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	struct strbuf request = STRBUF_INIT;
	struct session *s = calloc(1, sizeof(*s));
	struct emu_machine m;
	size_t i, wrong = 0;

	ASSERT_NE(NULL, s);
	s->boot_ms = 20000;
	s->stall_ms = 20000;
	watch(s, &m, play_big, &request, &out, &err);
	EXPECT_EQ(SESSION_EXIT, s->end);
	ASSERT_EQ(BIG_SIZE, out.len);
	for (i = 0; i < out.len; i++)
		wrong += out.text[i] != (char)('a' + i / EMUHOST_FRAME_MAX);
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, err.len);
	session_exit(s);
	strbuf_free(&out);
	strbuf_free(&err);
	free(s);
}

/* ---- a reader who takes its time ---- */

#define PATIENCE_MS	8000

/* More than a pipe holds, then more than the console's socket does. */
static void play_talks_on_the_console(const struct stage *st)
{
	static char block[EMUHOST_FRAME_MAX];
	unsigned int i;

	memset(block, 'x', sizeof(block));
	say_text(st, EMUHOST_STAGE, "command");
	for (i = 0; i < 3; i++)
		say(st, EMUHOST_OUT, block, sizeof(block));
	for (i = 0; i < BIG_SIZE / sizeof(block); i++)
		if (write(st->console, block, sizeof(block)) < 0)
			_exit(99);
	/* Whoever reads our output begins now. */
	if (write(st->done, "", 1) != 1)
		_exit(99);
	say_exit(st, 0);
	pause();
}

/*
 * Reads what comes out of @out once the play is done. Return: its PID; its exit
 * status is 1 when it had to begin before, and 2 when not all came.
 */
static pid_t slow_reader(const int *out, int done, size_t want)
{
	struct pollfd pfd = { .fd = done, .events = POLLIN };
	char buf[4096];
	ssize_t n;
	pid_t pid;
	int late;

	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(out[1]);
	late = poll(&pfd, 1, PATIENCE_MS) != 1;
	while ((n = read(out[0], buf, sizeof(buf))) > 0)
		want -= n;
	_exit(late ? 1 : want ? 2 : 0);
}

TEST(emuhost_slow_reader_stops_nobody)
{
	struct session *s = calloc(1, sizeof(*s));
	struct strbuf request = STRBUF_INIT;
	int out[2], done[2], saved, status;
	struct emu_machine m;
	pid_t reader;

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(done, O_CLOEXEC));
	s->boot_ms = 2 * PATIENCE_MS;
	/* Nothing is heard from the agent while nothing is read. */
	s->stall_ms = 1000;
	s->signals = -1;
	s->machine = &m;
	s->request = &request;
	machine_play(&m, play_talks_on_the_console, done[1]);
	close(done[1]);
	fflush(NULL);
	reader = slow_reader(out, done[0], 3 * EMUHOST_FRAME_MAX);
	saved = dup(STDOUT_FILENO);
	dup2(out[1], STDOUT_FILENO);
	close(out[1]);
	session_run(s);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	emu_machine_stop(&m);
	ASSERT_EQ(reader, waitpid(reader, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(SESSION_EXIT, s->end) TH_LOG("%s", s->reason);
	session_exit(s);
	free(s);
}

TEST_HARNESS_MAIN
