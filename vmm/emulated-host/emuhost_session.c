// SPDX-License-Identifier: GPL-2.0-only
/*
 * One start of an emulated host, watched. See emuhost_session.h.
 */
#include "vmm/emulated-host/emuhost_session.h"

#include <errno.h>
#include <limits.h>
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
#include "lib/util/log.h"
#include "lib/util/util.h"

#define STEP_MS		500
/* A step that took longer: it was us who did not run. */
#define STEP_MAX_MS	(4 * STEP_MS)
#define TEXT_MAX	(64u << 10)

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
static void text_add(struct strbuf *sb, const char *data, size_t len)
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
		text_add(sb, buf, n);
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

/*
 * Only time in which this process ran counts: when it was stopped, or all of
 * this machine was, then so was the emulated host.
 */
static void check_progress(struct session *s, uint64_t passed_ms)
{
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
	} else if (error != EINTR && error != EAGAIN) {
		broken(s, "cannot write the command's output: %s",
		       strerror(error));
	}
}

/*
 * Whoever reads our output may take their time, so wait for them, but not
 * for them alone. A pipe that is writable takes PIPE_BUF bytes at once.
 */
static void pass_on(struct session *s, int fd, const char *data, size_t len)
{
	struct pollfd fds[] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = fd, .events = POLLOUT },
	};
	uint64_t before;
	ssize_t n;

	s->said = true;
	while (len && s->end == SESSION_RUNS) {
		before = clock_now_ns();
		if (poll(fds, ARRAY_SIZE(fds), STEP_MS) < 0)
			continue;
		check_command_time(s, (clock_now_ns() - before) / NSEC_PER_MSEC);
		if (fds[0].revents)
			take_signal(s);
		if (!fds[1].revents)
			continue;
		n = write(fd, data, len < PIPE_BUF ? len : PIPE_BUF);
		if (n < 0) {
			pass_on_failed(s, errno);
			continue;
		}
		data += n;
		len -= n;
	}
}

/* Text that came from in there, fit to be printed. */
static void copy_text(char *to, size_t size, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < size - 1; i++)
		to[i] = data[i] >= ' ' && data[i] <= '~' ? data[i] : '?';
	to[i] = '\0';
}

static void handle_frame(struct session *s, enum emuhost_frame_type type,
			 const char *data, size_t len)
{
	char text[512];
	int32_t status;

	s->quiet_ms = 0;
	s->booted = true;
	switch (type) {
	case EMUHOST_STAGE:
		copy_text(s->stage, sizeof(s->stage), data, len);
		s->running |= !strcmp(s->stage, "command");
		break;
	case EMUHOST_BEAT:
		memcpy(&s->beat_ms, data, sizeof(s->beat_ms));
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
		copy_text(text, sizeof(text), data, len);
		pr_err("%s", text);
		break;
	case EMUHOST_BROKEN:
		copy_text(text, sizeof(text), data, len);
		broken(s, "the emulated host's agent: %s", text);
		break;
	case EMUHOST_EXIT:
		memcpy(&status, data, sizeof(status));
		s->status = status;
		s->end = SESSION_EXIT;
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
	while (s->end == SESSION_RUNS &&
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

	if (!machine_died(s->machine, text, sizeof(text)))
		return;
	/* What it said last tells why. */
	while (text_read(&s->console, s->machine->console))
		;
	panic = strstr(s->console.text, "Kernel panic");
	if (panic) {
		char line[160];

		copy_text(line, sizeof(line), panic, strcspn(panic, "\r\n"));
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

static void session_step(struct session *s)
{
	struct pollfd fds[4 + EMUHOST_MAX_CHILDREN] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->machine->console, .events = POLLIN },
		{ .fd = s->machine->log, .events = POLLIN },
		{ .fd = s->machine->port, .events = POLLIN },
	};
	unsigned int i, n = 4;
	bool dead = false, talks;
	uint64_t before = clock_now_ns(), passed_ms;

	if (s->sent < s->request->len)
		fds[3].events |= POLLOUT;
	for (i = 0; i < s->machine->nr_children; i++)
		fds[n++] = (struct pollfd) {
			.fd = s->machine->children[i].pidfd, .events = POLLIN,
		};
	if (poll(fds, n, STEP_MS) < 0)
		return;
	passed_ms = (clock_now_ns() - before) / NSEC_PER_MSEC;

	if (fds[0].revents)
		take_signal(s);
	if (fds[1].revents)
		text_read(&s->console, s->machine->console);
	if (fds[2].revents)
		text_read(&s->log, s->machine->log);
	for (i = 4; i < n; i++)
		dead |= fds[i].revents;
	/* Its last words come before its end does. */
	if (fds[3].revents & POLLOUT)
		send_request(s);
	talks = fds[3].revents & ~POLLOUT;
	if (s->end == SESSION_RUNS && talks && read_port(s))
		dead = false;
	if (s->end == SESSION_RUNS && dead)
		check_death(s);
	check_command_time(s, passed_ms);
	if (s->end == SESSION_RUNS)
		check_progress(s, talks ? 0 : passed_ms);
}

void session_run(struct session *s)
{
	s->console = (struct strbuf)STRBUF_INIT;
	s->log = (struct strbuf)STRBUF_INIT;
	while (s->end == SESSION_RUNS)
		session_step(s);
	pr_debug("the longest silence while the command ran: %.1f s",
		 s->quiet_max_ms / 1000.0);
}

void session_exit(struct session *s)
{
	strbuf_free(&s->console);
	strbuf_free(&s->log);
}
