// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler's process: start it, see it attach, stop it.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "lib/util/util.h"

static char *const sched_env[] = {
	"PATH=" PLAN_BIN_DIR ":/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	NULL,
};

static bool sched_serve_log(struct init *in, struct source *src)
{
	return loop_forward(in, src, WIRE_SCHED_LOG);
}

static bool sched_exited(const struct init *in)
{
	return in->sched.exited;
}

static bool sched_decided(const struct init *in)
{
	return in->sched.exited || in->attached || in->stop;
}

void sched_reaped(struct init *in, int status)
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
		in->gone_ns = clock_now_ns();
}

static int sched_spawn(struct init *in)
{
	struct child_spec spec = {
		.path = in->plan.scheduler,
		.args = in->plan.sched_args,
		.n_args = in->plan.n_sched_args,
		.envp = sched_env,
		.keep = -1,
	};
	int fds[2], error_fd;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return init_crash(in, "cannot make a pipe: %s",
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
		return init_crash(in, "cannot start scheduler %s: %s",
				  in->plan.scheduler, strerror(-pid));
	}
	/* The writing end stays a blocking one. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	loop_watch(in, SRC_SCHED_LOG, fds[0], sched_serve_log);
	in->sched.pid = pid;
	return 0;
}

/* That some scheduler is enabled does not say that it is the one under test. */
static int sched_check_name(struct init *in, const char *ops)
{
	const char *want = in->plan.ops;

	if (!want || !strncmp(ops, want, strlen(want)))
		return 0;
	return init_crash(in, "sched_ext runs \"%s\", and scheduler %s was to bring one whose name begins with \"%s\"",
			  ops, in->plan.scheduler, want);
}

int sched_start(struct init *in)
{
	char how[64], ops[128];
	int ret;

	if (!in->plan.scheduler)
		return 0;
	ret = scx_watch(in);
	if (!ret)
		ret = sched_spawn(in);
	if (ret)
		return ret;
	init_stage(in, STAGE_SCHEDULER);

	loop_until(in, sched_decided, in->plan.attach_ms);
	if (in->sched.exited)
		return init_crash(in, "scheduler %s exited %s it was enabled (%s)",
				  in->plan.scheduler,
				  in->attached ? "once" : "before",
				  child_describe(in->sched.status, how,
						 sizeof(how)));
	/* One that has gone by now is noticed by what follows. */
	if (in->attached)
		return scx_ops_name(ops, sizeof(ops)) ?
		       sched_check_name(in, ops) : 0;

	loop_drain(in, SRC_SCHED_LOG);
	if (in->stop) {
		in->failed = true;
		return -1;
	}
	return init_crash(in, "scheduler %s was not enabled within %u ms (sched_ext is %s)",
			  in->plan.scheduler, in->plan.attach_ms,
			  in->scx_state);
}

void sched_stop(struct init *in)
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

	if (!in->sched.pid)
		return;
	/* Of a run that has failed, its end tells nothing. */
	in->sched.no_news |= in->failed;
	for (i = 0; i < ARRAY_SIZE(steps) && !in->sched.exited; i++) {
		if (steps[i].signal == SIGKILL) {
			in->sched.timed_out = true;
			scx_disable();
		}
		kill(-in->sched.pid, steps[i].signal);
		loop_until(in, sched_exited, steps[i].wait_ms);
	}
	loop_drain(in, SRC_SCHED_LOG);
	if (!in->sched.exited)
		init_crash(in, "scheduler %s did not end within %u ms of SIGKILL",
			   in->plan.scheduler, INIT_KILL_MS);
	scx_update(in);
	scx_drain(in);
}
