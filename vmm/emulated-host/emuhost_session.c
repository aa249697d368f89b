// SPDX-License-Identifier: GPL-2.0-only
/*
 * One start of an emulated host, watched. See emuhost_session.h.
 */
#include "vmm/emulated-host/emuhost_session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/common/util/log.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define STEP_MS		500
/* A step that took longer: it was us who did not run. */
#define STEP_MAX_MS	(4 * STEP_MS)
#define TEXT_MAX	(64u << 10)
/*
 * Of QEMU's time while it boots: what two hosts side by side take from each
 * other on a quiet machine is some percent; one busy process takes half.
 */
#define CROWDED_PCT	20
/* A boot that wanted less CPU time than this was none. */
#define CROWDED_MIN_NS	(500 * NSEC_PER_MSEC)

static void __printf(2, 3) broken(struct session *s, const char *fmt, ...)
{
	va_list ap;

	if (s->end != SESSION_RUNS)
		return;
	s->end = SESSION_BROKEN;
	va_start(ap, fmt);
	vsnprintf(s->reason, sizeof(s->reason), fmt, ap);
	va_end(ap);
}

/* Keep the end: it tells why. */
static void add_end(struct strbuf *sb, const char *data, size_t len)
{
	if (sb->len + len > TEXT_MAX) {
		size_t keep = sb->len / 2;

		memmove(sb->text, sb->text + sb->len - keep, keep);
		sb->len = keep;
		sb->text[keep] = '\0';
	}
	strbuf_add(sb, data, len);
}

/* Return: false when there is no more. */
static bool text_read(struct strbuf *sb, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		add_end(sb, buf, n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* ---- signals and clocks ---- */

static void take_signal(struct session *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	s->end = SESSION_SIGNAL;
	s->signal = info.ssi_signo;
}

static void check_command_time(struct session *s, uint64_t passed_ms)
{
	if (!s->running)
		return;
	s->run_ms += passed_ms;
	if (s->timeout_ms && s->run_ms >= s->timeout_ms &&
	    s->end == SESSION_RUNS)
		s->end = SESSION_TIMEOUT;
}

/* How long QEMU was kept waiting for a CPU since this was asked last. */
static uint64_t waited_ms(struct session *s)
{
	const struct emu_machine *m = s->machine;
	struct emuhost_pressure p;
	uint64_t ms;

	if (emuhost_pressure_read(m->children[m->nr_children - 1].pid, &p) ||
	    p.waited_ns < s->waited_ns)
		return 0;
	ms = (p.waited_ns - s->waited_ns) / NSEC_PER_MSEC;
	s->waited_ns += ms * NSEC_PER_MSEC;
	return ms;
}

/*
 * Only time in which this process ran counts: when it was stopped, or all of
 * this machine was, then so was the emulated host. Nor does time in which QEMU
 * wanted a CPU and had none.
 */
static void check_progress(struct session *s, uint64_t passed_ms)
{
	if (passed_ms)
		passed_ms -= min(passed_ms, waited_ms(s));
	s->quiet_ms += passed_ms < STEP_MAX_MS ? passed_ms : STEP_MAX_MS;
	if (s->running && s->quiet_ms > s->quiet_max_ms)
		s->quiet_max_ms = s->quiet_ms;
	if (!s->booted && s->quiet_ms >= s->boot_ms)
		broken(s, "the emulated host did not boot within %u s",
		       s->boot_ms / 1000);
	else if (s->booted && s->quiet_ms >= s->stall_ms)
		broken(s, "the emulated host made no progress for %u s (last: %s at %.1f s)",
		       s->stall_ms / 1000, s->stage, s->beat_ms / 1000.0);
}

/* ---- what the agent says ---- */

static void pass_on_failed(struct session *s, int error)
{
	if (error == EPIPE) {
		s->end = SESSION_SIGNAL;
		s->signal = SIGPIPE;
	} else {
		broken(s, "cannot write the command's output: %s",
		       strerror(error));
	}
}

static void pass_on(struct session *s, int fd, const char *data, size_t len)
{
	struct output *o = &s->out[fd == STDERR_FILENO];

	s->said = true;
	if (output_add(o, data, len))
		broken(s, "no memory for the command's output");
}

static bool output_left(const struct session *s)
{
	return output_pending(&s->out[0]) || output_pending(&s->out[1]);
}

/* Whoever reads our output is slow: the agent has to wait, too. */
static bool output_full(const struct session *s)
{
	return output_pending(&s->out[0]) >= OUTPUT_FULL ||
	       output_pending(&s->out[1]) >= OUTPUT_FULL;
}

/* To be polled: nothing that cannot be written to while nothing is left. */
static struct pollfd output_pollfd(const struct output *o)
{
	return (struct pollfd) {
		.fd = output_pending(o) ? o->fd : -1, .events = POLLOUT,
	};
}

static void output_ready(struct session *s, struct output *o,
			 const struct pollfd *pfd)
{
	int err = pfd->revents ? output_write(o) : 0;

	if (err)
		pass_on_failed(s, -err);
}

/*
 * The boot is some seconds of plain work: a good time to see whether this
 * machine has a CPU for us. Nothing has been started in there yet.
 */
static void check_pressure(struct session *s)
{
	const struct emu_machine *m = s->machine;
	struct emuhost_pressure p;

	if (emuhost_pressure_read(m->children[m->nr_children - 1].pid, &p))
		return;
	s->taken_pct = emuhost_pressure_taken_pct(&p);
	if (s->clock == EMUHOST_CLOCK_AUTO && s->taken_pct >= CROWDED_PCT &&
	    p.ran_ns + p.waited_ns >= CROWDED_MIN_NS)
		s->end = SESSION_CROWDED;
}

/* The agent's heart is to beat in this machine's time. */
static void check_clock(struct session *s)
{
	uint64_t now_ms = clock_now_ns() / NSEC_PER_MSEC;

	if (s->clock == EMUHOST_CLOCK_VIRTUAL)
		return;
	if (!s->first_own_ms) {
		s->first_own_ms = now_ms;
		s->first_beat_ms = s->beat_ms;
	}
	if (emuhost_clock_is_fast(now_ms - s->first_own_ms,
				  s->beat_ms - s->first_beat_ms))
		broken(s, "the emulated host's clock went on by %.0f s in %.0f s",
		       (s->beat_ms - s->first_beat_ms) / 1000.0,
		       (now_ms - s->first_own_ms) / 1000.0);
}

static void handle_frame(struct session *s, enum emuhost_frame_type type,
			 const char *data, size_t len)
{
	char text[512];
	int32_t status;

	s->quiet_ms = 0;
	if (!s->booted)
		check_pressure(s);
	s->booted = true;
	switch (type) {
	case EMUHOST_STAGE:
		text_fit(s->stage, sizeof(s->stage), data, len);
		if (s->running || strcmp(s->stage, "command"))
			break;
		s->running = true;
		if (s->storm_pairs)
			storm_start(&s->storm, s->machine->qmp, s->storm_pairs);
		break;
	case EMUHOST_BEAT:
		memcpy(&s->beat_ms, data, sizeof(s->beat_ms));
		check_clock(s);
		break;
	case EMUHOST_OUT:
		if (s->filter)
			data = s->filter(s->filter_ctx, data, &len);
		pass_on(s, STDOUT_FILENO, data, len);
		break;
	case EMUHOST_ERR:
		pass_on(s, STDERR_FILENO, data, len);
		break;
	case EMUHOST_CANNOT:
		text_fit(text, sizeof(text), data, len);
		pr_err("%s", text);
		break;
	case EMUHOST_BROKEN:
		text_fit(text, sizeof(text), data, len);
		broken(s, "the emulated host's agent: %s", text);
		break;
	case EMUHOST_EXIT:
		memcpy(&status, data, sizeof(status));
		s->status = status;
		s->exited = true;
		break;
	default:
		break;
	}
}

/* Return: false when QEMU has closed the port. */
static bool read_port(struct session *s)
{
	enum emuhost_frame_type type;
	const char *data;
	size_t size, len;
	int ret = 0;
	ssize_t n;
	void *room;

	room = frames_room(&s->frames, &size);
	n = read(s->machine->port, room, size);
	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	frames_got(&s->frames, n);
	while (s->end == SESSION_RUNS && !s->exited &&
	       (ret = frames_next(&s->frames, &type, &data, &len)) > 0)
		handle_frame(s, type, data, len);
	if (ret < 0)
		broken(s, "the emulated host's agent sent rubbish");
	return true;
}

/* ---- the loop ---- */

static void check_death(struct session *s)
{
	char text[64];
	const char *panic;

	if (!emu_machine_died(s->machine, text, sizeof(text)))
		return;
	/* What it said last tells why. */
	while (text_read(&s->console, s->machine->console))
		;
	panic = strstr(s->console.text, "Kernel panic");
	if (panic) {
		char line[160];

		text_fit(line, sizeof(line), panic, strcspn(panic, "\r\n"));
		broken(s, "the emulated host died: %s", line);
	}
	broken(s, "the emulated host died: %s (stage %s)", text,
	       *s->stage ? s->stage : "boot");
}

/* QEMU takes it bit by bit, once the agent reads. */
static void send_request(struct session *s)
{
	const struct strbuf *req = s->request;
	ssize_t n;

	n = send(s->machine->port, req->text + s->sent, req->len - s->sent,
		 MSG_NOSIGNAL);
	if (n > 0)
		s->sent += n;
}

enum fds {
	FD_SIGNALS, FD_CONSOLE, FD_LOG, FD_QMP, FD_OUT, FD_ERR, FD_PORT,
	FD_CHILDREN,
	FDS_MAX = FD_CHILDREN + EMUHOST_MAX_CHILDREN
};

/* Return: how many. */
static unsigned int fill_fds(const struct session *s, struct pollfd *fds)
{
	const struct emu_machine *m = s->machine;
	unsigned int i, n = FD_CHILDREN;

	for (i = 0; i < FD_CHILDREN; i++)
		fds[i] = (struct pollfd) { .fd = -1, .events = POLLIN };
	fds[FD_SIGNALS].fd = s->signals;
	fds[FD_CONSOLE].fd = m->console;
	fds[FD_LOG].fd = m->log;
	if (s->storm.limit && !s->storm.broken)
		fds[FD_QMP].fd = s->storm.fd;
	fds[FD_OUT] = output_pollfd(&s->out[0]);
	fds[FD_ERR] = output_pollfd(&s->out[1]);
	if (s->exited || output_full(s))
		return n;
	fds[FD_PORT].fd = m->port;
	if (s->sent < s->request->len)
		fds[FD_PORT].events |= POLLOUT;
	for (i = 0; i < m->nr_children; i++)
		fds[n++] = (struct pollfd) {
			.fd = m->children[i].pidfd, .events = POLLIN,
		};
	return n;
}

/*
 * What the agent says, if there is room for it. While there is none it cannot
 * show that it lives, and that is no fault of its own.
 */
static void session_port(struct session *s, const struct pollfd *fds,
			 unsigned int n, uint64_t passed_ms)
{
	bool talks = fds[FD_PORT].revents & ~POLLOUT, dead = false;
	unsigned int i;

	if (fds[FD_PORT].fd < 0)
		return;
	for (i = FD_CHILDREN; i < n; i++)
		dead |= fds[i].revents;
	if (fds[FD_PORT].revents & POLLOUT)
		send_request(s);
	/* Its last words come before its end does. */
	if (s->end == SESSION_RUNS && talks && read_port(s))
		dead = false;
	if (s->end == SESSION_RUNS && dead)
		check_death(s);
	if (s->end == SESSION_RUNS)
		check_progress(s, talks ? 0 : passed_ms);
}

static void session_step(struct session *s)
{
	struct pollfd fds[FDS_MAX];
	unsigned int n = fill_fds(s, fds);
	uint64_t before = clock_now_ns(), passed_ms;

	if (poll(fds, n, storm_wait_ms(&s->storm, STEP_MS)) < 0)
		return;
	passed_ms = (clock_now_ns() - before) / NSEC_PER_MSEC;

	if (fds[FD_SIGNALS].revents)
		take_signal(s);
	if (fds[FD_CONSOLE].revents)
		text_read(&s->console, s->machine->console);
	if (fds[FD_LOG].revents)
		text_read(&s->log, s->machine->log);
	output_ready(s, &s->out[0], &fds[FD_OUT]);
	output_ready(s, &s->out[1], &fds[FD_ERR]);
	if (!s->exited)
		check_command_time(s, passed_ms);
	if (s->end == SESSION_RUNS) {
		storm_step(&s->storm);
		session_port(s, fds, n, passed_ms);
	}
	if (s->end == SESSION_RUNS && s->exited && !output_left(s))
		s->end = SESSION_EXIT;
}

/* It is over, but what the command has said before is to be read. */
static void session_drain(struct session *s)
{
	while (s->end != SESSION_SIGNAL && output_left(s)) {
		struct pollfd fds[] = {
			{ .fd = s->signals, .events = POLLIN },
			output_pollfd(&s->out[0]),
			output_pollfd(&s->out[1]),
		};
		int err = 0;

		if (poll(fds, ARRAY_SIZE(fds), STEP_MS) < 0)
			continue;
		if (fds[0].revents)
			take_signal(s);
		if (fds[1].revents)
			err = output_write(&s->out[0]);
		if (!err && fds[2].revents)
			err = output_write(&s->out[1]);
		if (err)
			return;
	}
}

void session_run(struct session *s)
{
	s->console = (struct strbuf)STRBUF_INIT;
	s->log = (struct strbuf)STRBUF_INIT;
	output_init(&s->out[0], STDOUT_FILENO);
	output_init(&s->out[1], STDERR_FILENO);
	while (s->end == SESSION_RUNS)
		session_step(s);
	session_drain(s);
	if (s->storm_pairs)
		pr_info("storm: %u pairs of stop and cont",
			storm_pairs(&s->storm));
	pr_debug("the longest silence while the command ran: %.1f s",
		 s->quiet_max_ms / 1000.0);
}

void session_exit(struct session *s)
{
	strbuf_free(&s->console);
	strbuf_free(&s->log);
	output_exit(&s->out[0]);
	output_exit(&s->out[1]);
}
