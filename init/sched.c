// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler's process: start it, see it attach, stop it.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"

static char *const sched_env[] = {
	"PATH=" PLAN_BIN_DIR ":/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	NULL,
};

static bool sched_serve_log(struct init *in, struct init_source *src)
{
	return loop_forward(in, src, WIRE_SCHED_LOG);
}

static bool sched_exited(const struct init *in)
{
	return in->sched.exited;
}

static bool sched_decided(const struct init *in)
{
	return in->sched.exited || in->attached;
}

static void sched_reaped(struct init *in, int status)
{
	const struct wire_exit rec = {
		.status = status,
		.timed_out = in->sched.timed_out,
	};

	in->sched.status = status;
	in->sched.exited = true;
	/* Its last words go before the news of its end. */
	loop_drain(in, SRC_SCHED_LOG);
	if (!in->sched.no_news)
		init_put(in, WIRE_SCHED_EXIT, &rec, sizeof(rec));
	scx_update(in);
	scx_drain(in);
	if (!in->gone_ns)
		scx_note_gone(in);
}

static int __printf(3, 4) sched_wrong(char *why, size_t size, const char *fmt,
				      ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return -1;
}

static int sched_spawn(struct init *in, const struct sched_spec *sched,
		       char *why, size_t size)
{
	struct child_spec spec = {
		.path = sched->path,
		.args = sched->args,
		.n_args = sched->n_args,
		.envp = sched_env,
		.keep = -1,
	};
	int fds[2], error_fd;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return sched_wrong(why, size, "cannot make a pipe: %s",
				   strerror(errno));
	spec.output = fds[1];
	pid = child_start(&spec, &error_fd);
	close(fds[1]);
	if (pid > 0) {
		int ret = child_start_error(error_fd);

		close(error_fd);
		if (ret)
			pid = ret;
	}
	if (pid < 0) {
		close(fds[0]);
		return sched_wrong(why, size, "cannot start scheduler %s: %s",
				   sched->path, strerror(-pid));
	}
	/* The writing end stays a blocking one. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	loop_watch(in, SRC_SCHED_LOG, fds[0], sched_serve_log);
	in->sched.reaped = sched_reaped;
	in->sched.pid = pid;
	return 0;
}

/* That some scheduler is enabled does not say that it is the one under test. */
static int sched_check_name(const struct sched_spec *spec, const char *ops,
			    char *why, size_t size)
{
	if (!spec->ops || !strncmp(ops, spec->ops, strlen(spec->ops)))
		return 0;
	return sched_wrong(why, size, "sched_ext runs \"%s\", and scheduler %s was to bring one whose name begins with \"%s\"",
			   ops, spec->path, spec->ops);
}

int sched_attach(struct init *in, const struct sched_spec *spec, char *why,
		 size_t size)
{
	char how[64], ops[128];

	if (sched_spawn(in, spec, why, size))
		return -1;
	init_stage(in, STAGE_SCHEDULER);
	loop_until(in, sched_decided, in->plan.attach_ms);
	if (in->sched.exited)
		return sched_wrong(why, size, "scheduler %s exited %s it was enabled (%s)",
				   spec->path,
				   in->attached ? "once" : "before",
				   child_describe(in->sched.status, how,
						  sizeof(how)));
	/* One that has gone by now is noticed by what follows. */
	if (in->attached)
		return scx_ops_name(ops, sizeof(ops)) ?
		       sched_check_name(spec, ops, why, size) : 0;

	loop_drain(in, SRC_SCHED_LOG);
	return sched_wrong(why, size, "scheduler %s was not enabled within %u ms (sched_ext is %s)",
			   spec->path, in->plan.attach_ms, in->scx_state);
}

int sched_start(struct init *in)
{
	const struct sched_spec spec = {
		.path = in->plan.scheduler,
		.ops = in->plan.ops,
		.args = in->plan.sched_args,
		.n_args = in->plan.n_sched_args,
	};
	char why[400];

	if (!spec.path && !in->plan.n_staged)
		return 0;
	if (scx_watch(in))
		return -1;
	if (!spec.path)
		return 0;
	return sched_attach(in, &spec, why, sizeof(why)) ?
	       init_crash(in, "%s", why) : 0;
}

/* SIGKILL is for who does not heed what comes before. */
static void sched_end(struct init *in)
{
	/* The kernel's schedulers detach on both; some others only on one. */
	const struct {
		int signal;
		unsigned int wait_ms;
	} steps[] = {
		{ SIGINT, in->plan.stop_ms / 2 },
		{ SIGTERM, in->plan.stop_ms - in->plan.stop_ms / 2 },
		{ SIGKILL, INIT_KILL_MS },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps) && !in->sched.exited; i++) {
		if (steps[i].signal == SIGKILL) {
			in->sched.timed_out = true;
			scx_disable();
		}
		kill(-in->sched.pid, steps[i].signal);
		loop_until(in, sched_exited, steps[i].wait_ms);
	}
	loop_drain(in, SRC_SCHED_LOG);
}

static bool sched_is_off(const struct init *in)
{
	return !strcmp(in->scx_state, "disabled");
}

/* As if there had been none */
static void sched_forget(struct init *in)
{
	loop_forget(in, SRC_SCHED_LOG);
	in->sched = (struct process){ };
	in->attached = false;
	in->scx_leaving = false;
	in->gone_ns = 0;
}

int sched_detach(struct init *in, char *why, size_t size)
{
	bool late;

	/* What the kernel throws out just now has not gone as was wished. */
	scx_settle(in);
	if (in->sched.exited || in->gone_ns)
		return sched_wrong(why, size, "the scheduler has died before");
	init_put(in, WIRE_SCHED, "", 0);
	in->sched.no_news = true;
	sched_end(in);
	if (!in->sched.exited)
		return sched_wrong(why, size, "the scheduler did not end within %u ms of SIGKILL",
				   INIT_KILL_MS);
	late = in->sched.timed_out;
	scx_update(in);
	if (!loop_until(in, sched_is_off, in->plan.stop_ms))
		return sched_wrong(why, size, "the scheduler has ended, and sched_ext is still %s after %u ms",
				   in->scx_state, in->plan.stop_ms);
	scx_drain(in);
	sched_forget(in);
	return late ? sched_wrong(why, size, "the scheduler did not end within %u ms of SIGINT and SIGTERM",
				  in->plan.stop_ms) : 0;
}

void sched_stop(struct init *in)
{
	if (!in->sched.pid)
		return;
	/* Of a run that has failed, its end tells nothing. */
	in->sched.no_news |= in->failed;
	sched_end(in);
	if (!in->sched.exited)
		init_crash(in, "the scheduler did not end within %u ms of SIGKILL",
			   INIT_KILL_MS);
	scx_update(in);
	scx_drain(in);
}
