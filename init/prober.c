// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr-probe: in a repro VM, it watches the scheduler die.
 *
 * Whatever becomes of it, the run goes on: without probes it still shows
 * whether the crash comes again.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define PROBER_STOP_MS	8000	/* it waits 3 s for the kernel's words */

/* A record that is refused is not lost without a word. */
static void prober_refuse(struct init *in, const char *wrong)
{
	char text[160];
	int len;

	len = snprintf(text, sizeof(text),
		       "# init: a record of ktstr-probe %s: dropped\n", wrong);
	init_put(in, WIRE_OUTPUT, text, len);
}

static bool prober_serve_wire(struct init *in, struct init_source *src)
{
	ssize_t len = recv(src->fd, in->buf, sizeof(in->buf), MSG_TRUNC);
	const char *wrong = "is too long";
	uint32_t type;

	if (len < 0)
		return false;
	if (len == 0) {
		loop_forget(in, SRC_PROBE_WIRE);
		return false;
	}
	if ((size_t)len <= sizeof(in->buf))
		wrong = test_record_check(in->buf, len, &type);
	if (!wrong && type != WIRE_PROBE)
		wrong = "has a type that it may not send";
	if (!wrong)
		init_put(in, type, in->buf + 2 * sizeof(uint32_t),
			 len - 2 * sizeof(uint32_t));
	else
		prober_refuse(in, wrong);
	return true;
}

/* It says "ready", then "attached"; libbpf's complaints may come between. */
static bool prober_serve_output(struct init *in, struct init_source *src)
{
	bool more = loop_forward(in, src, WIRE_OUTPUT);

	if (more && strstr(in->buf, "ready"))
		in->prober_ready = true;
	if (more && strstr(in->buf, "attached"))
		in->prober_attached = true;
	return more;
}

static bool prober_decided(const struct init *in)
{
	return in->prober_ready || in->prober.exited;
}

static bool prober_settled(const struct init *in)
{
	return in->prober_attached || in->prober.exited ||
	       in->sched.exited;
}

static bool prober_exited(const struct init *in)
{
	return in->prober.exited;
}

static void prober_reaped(struct init *in, int status)
{
	in->prober.status = status;
	in->prober.exited = true;
}

static void prober_note(struct init *in, const char *what, int error)
{
	char text[160];
	int len;

	len = snprintf(text, sizeof(text), "# init: ktstr-probe %s: %s\n",
		       what, strerror(error));
	init_put(in, WIRE_OUTPUT, text, len);
}

static int prober_spawn(struct init *in, int output, int wire)
{
	static const char * const args[] = { "-f", PLAN_PROBES };
	char fd_env[32];
	char *env[] = {
		fd_env,
		"PATH=" PLAN_BIN_DIR ":/usr/sbin:/usr/bin:/sbin:/bin",
		NULL,
	};
	const struct child_spec spec = {
		.path = in->plan.probe,
		.args = args,
		.n_args = ARRAY_SIZE(args),
		.envp = env,
		.output = output,
		.keep = wire,
	};
	int error_fd, ret;

	snprintf(fd_env, sizeof(fd_env), ENV_WIRE_FD "=%d", wire);
	ret = child_start(&spec, &error_fd);
	if (ret < 0)
		return ret;
	in->prober.reaped = prober_reaped;
	in->prober.pid = ret;
	ret = child_start_error(error_fd);
	close(error_fd);
	return ret;
}

static int prober_open(struct init *in)
{
	int output[2], wire[2], ret;

	if (pipe2(output, O_CLOEXEC))
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wire)) {
		ret = -errno;
		close(output[0]);
		goto out_close_output;
	}
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	fcntl(wire[0], F_SETFL, O_NONBLOCK);
	loop_watch(in, SRC_PROBE_OUTPUT, output[0], prober_serve_output);
	loop_watch(in, SRC_PROBE_WIRE, wire[0], prober_serve_wire);
	ret = prober_spawn(in, output[1], wire[1]);
	close(wire[1]);
out_close_output:
	close(output[1]);
	return ret;
}

int prober_start(struct init *in)
{
	int ret;

	if (!in->plan.probe)
		return 0;
	ret = prober_open(in);
	if (ret)
		prober_note(in, "cannot be started", -ret);
	else if (!loop_until(in, prober_decided, in->plan.attach_ms))
		prober_note(in, "was not ready in time", ETIMEDOUT);
	return 0;
}

int prober_settle(struct init *in)
{
	if (!in->prober.pid || in->prober.exited)
		return 0;
	if (!loop_until(in, prober_settled, in->plan.attach_ms))
		prober_note(in, "found no scheduler in time", ETIMEDOUT);
	return 0;
}

void prober_stop(struct init *in)
{
	if (!in->prober.pid)
		return;
	if (!in->prober.exited)
		kill(in->prober.pid, SIGTERM);
	if (!loop_until(in, prober_exited, PROBER_STOP_MS)) {
		prober_note(in, "did not end", ETIMEDOUT);
		kill(in->prober.pid, SIGKILL);
		loop_until(in, prober_exited, INIT_KILL_MS);
	}
	loop_drain(in, SRC_PROBE_WIRE);
	loop_drain(in, SRC_PROBE_OUTPUT);
}
