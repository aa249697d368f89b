// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sub-schedulers: those of a cgroup, below the scheduler under test. See run.h.
 *
 * Their processes are children of the body: the kernel detaches one whose process
 * has ended, and the guest can do without it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/guest/scenario/run.h"

#define SUB_DIR		"/sys/kernel/sched_ext/root/sub"
#define PLACEHOLDER	"{cgroup}"

/* On ordinary hardware, as in lib/host/run/budget.c */
#define ATTACH_MS	8000
#define ATTACH_LEAST_MS	45000
#define STOP_MS		2000
#define STOP_LEAST_MS	10000
#define SUB_POLL_MS	10

static unsigned int limit_ms(const struct scenario *s, unsigned int ms,
			     unsigned int least_ms)
{
	return max(stretched_ms(s->ctx, ms), least_ms);
}

static void cgroup_path(const struct scenario *s, const struct live_cgroup *g,
			char *path, size_t size)
{
	snprintf(path, size, "%s/%s", s->ctx->cgroup, g->name);
}

/* The kernel names it after the inode of its cgroup's folder. */
static bool is_attached(const struct scenario *s, const struct live_cgroup *g)
{
	char path[512];
	struct stat st;

	cgroup_path(s, g, path, sizeof(path));
	if (stat(path, &st))
		return false;
	snprintf(path, sizeof(path), SUB_DIR "/sub-%llu",
		 (unsigned long long)st.st_ino);
	return !access(path, F_OK);
}

/* Return: has it ended? Then its pid is nobody's any more. */
static bool has_ended(struct live_cgroup *g)
{
	if (g->sub_pid && waitpid(g->sub_pid, &g->sub_status, WNOHANG) > 0)
		g->sub_pid = 0;
	return !g->sub_pid;
}

static const char *how_ended(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d", WTERMSIG(status));
	else
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
	return buf;
}

/* ---- its beginning ---- */

static void __noreturn run_sub(const struct scheduler *sched, const char *cgroup)
{
	char *argv[KTSTR_MAX_ARGS + 2];
	char program[256];
	unsigned int i;

	snprintf(program, sizeof(program), PLAN_BIN_DIR "/%s",
		 basename(sched->binary));
	argv[0] = program;
	for (i = 0; i < KTSTR_MAX_ARGS && sched->args[i]; i++) {
		const char *mark = strstr(sched->args[i], PLACEHOLDER);
		struct strbuf arg = STRBUF_INIT;

		if (mark)
			strbuf_addf(&arg, "%.*s%s%s",
				    (int)(mark - sched->args[i]),
				    sched->args[i], cgroup,
				    mark + strlen(PLACEHOLDER));
		argv[i + 1] = mark ? arg.text : (char *)sched->args[i];
	}
	argv[i + 1] = NULL;
	execv(program, argv);
	_exit(127);
}

static pid_t fork_sub(const struct scheduler *sched, const char *cgroup)
{
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || setpgid(0, 0))
		_exit(127);
	run_sub(sched, cgroup);
}

int sub_attach(struct scenario *s, struct live_cgroup *g,
	       const struct scheduler *sched)
{
	unsigned int ms = limit_ms(s, ATTACH_MS, ATTACH_LEAST_MS);
	struct wire_steal_wait wait;
	char path[512], how[32];
	pid_t pid;

	cgroup_path(s, g, path, sizeof(path));
	pid = fork_sub(sched, path);
	if (pid < 0)
		return pid;
	g->sub = sched->name;
	g->sub_pid = pid;
	wire_steal_begin(&wait, s->ctx->steal);
	while (!has_ended(g) && !is_attached(s, g)) {
		if (wire_steal_waited_ns(&wait) >= ms * NSEC_PER_MSEC) {
			snprintf(s->why, sizeof(s->why),
				 "it was not attached within %u ms", ms);
			sub_detach(s, g);
			return -ETIMEDOUT;
		}
		poll(NULL, 0, SUB_POLL_MS);
	}
	if (!has_ended(g))
		return 0;
	snprintf(s->why, sizeof(s->why), "it ended before it was attached (%s)",
		 how_ended(g->sub_status, how, sizeof(how)));
	g->sub = NULL;
	return -ECHILD;
}

/* ---- its life ---- */

const struct live_cgroup *sub_find_dead(struct scenario *s, char *how,
					size_t size)
{
	struct live_cgroup *g;

	for (g = s->groups; g < s->groups + ARRAY_SIZE(s->groups); g++) {
		if (!g->sub || (!has_ended(g) && is_attached(s, g)))
			continue;
		if (g->sub_pid)
			snprintf(how, size, "the kernel threw it out");
		else
			how_ended(g->sub_status, how, size);
		return g;
	}
	return NULL;
}

/* ---- its end ---- */

static bool wait_ended(struct scenario *s, struct live_cgroup *g,
		       unsigned int ms)
{
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, s->ctx->steal);
	while (!has_ended(g)) {
		if (wire_steal_waited_ns(&wait) >= ms * NSEC_PER_MSEC)
			return false;
		poll(NULL, 0, SUB_POLL_MS);
	}
	return true;
}

int sub_detach(struct scenario *s, struct live_cgroup *g)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGKILL };
	unsigned int ms = limit_ms(s, STOP_MS, STOP_LEAST_MS) / 2;
	bool died = has_ended(g);
	size_t i;
	char how[32];

	for (i = 0; i < ARRAY_SIZE(signals) && !has_ended(g); i++) {
		kill(-g->sub_pid, signals[i]);
		wait_ended(s, g, ms);
	}
	g->sub = NULL;
	if (!died && i < ARRAY_SIZE(signals) && !g->sub_status)
		return 0;
	if (i == ARRAY_SIZE(signals))
		snprintf(s->why, sizeof(s->why),
			 "it did not end within %u ms of SIGINT and SIGTERM",
			 2 * ms);
	else
		snprintf(s->why, sizeof(s->why), "it ended%s (%s)",
			 died ? " before" : "",
			 how_ended(g->sub_status, how, sizeof(how)));
	return -ECHILD;
}
