// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process in which a scenario runs on this machine. See engine.h.
 */
#include "lib/bare/engine.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/bare/bare.h"
#include "lib/bare/others.h"
#include "lib/bare/place.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/work/machine_cpus.h"

#define WIRE_FD		(STDERR_FILENO + 1)
/* Kselftest's, as a body has them */
#define EXIT_OF_PASS	0
#define EXIT_OF_FAIL	1
#define EXIT_OF_SKIP	4

static void __printf(1, 2) __attribute__((noreturn)) give_up(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wire_send(WIRE_FD, WIRE_OURS, text, strlen(text));
	_exit(1);
}

/*
 * Nothing of those who started it stays open: neither their lock, nor what they
 * print to, which whoever reads it takes for them.
 */
static void take_fds(const struct bare_engine *e)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int wire = fcntl(e->wire, F_DUPFD, WIRE_FD + 1);
	int output = fcntl(e->output, F_DUPFD, WIRE_FD + 1);

	if (dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0 || dup2(wire, WIRE_FD) < 0)
		_exit(1);
	syscall(SYS_close_range, WIRE_FD + 1, UINT_MAX, 0);
}

static void take_place(const struct bare_engine *e)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", e->place->root, e->place->name);
	ret = cgroup_move(path, BARE_ENGINE, getpid());
	if (ret)
		give_up("no process can be put into %s/" BARE_ENGINE ": %s",
			path, strerror(-ret));
}

/* Whatever the shell had that it was typed in */
static void take_cpus(void)
{
	struct machine_cpus m;

	machine_cpus_online(&m);
	sched_setaffinity(0, sizeof(m.online), &m.online);
	setpriority(PRIO_PROCESS, 0, 0);
}

/* As init has it for a body */
static void set_environment(const struct bare_engine *e)
{
	char cgroup[PATH_MAX], topology[TOPOLOGY_NAME_LEN], fd[16];

	snprintf(cgroup, sizeof(cgroup), "%s/%s/" BARE_GROUPS, e->place->root,
		 e->place->name);
	snprintf(fd, sizeof(fd), "%d", WIRE_FD);
	topology_name(e->job->topology, topology);
	unsetenv(ENV_SCHED_PID);
	if (setenv(ENV_CGROUP, cgroup, 1) || setenv(ENV_WIRE_FD, fd, 1) ||
	    setenv(ENV_TOPOLOGY, topology, 1))
		give_up("no memory for the scenario");
}

static void tell_result(const struct check_result *res)
{
	struct wire_result result = { .exit_code = EXIT_OF_PASS };

	if (res->failed)
		result.exit_code = EXIT_OF_FAIL;
	else if (res->skipped)
		result.exit_code = EXIT_OF_SKIP;
	if (res->skipped)
		snprintf(result.reason, sizeof(result.reason), "%s",
			 res->skip_reason);
	if (res->not_judged[0])
		printf("%s\n", res->not_judged);
	if (res->host_took[0])
		printf("%s\n", res->host_took);
	wire_send(WIRE_FD, WIRE_RESULT, &result, sizeof(result));
}

static void run(const struct bare_engine *e)
{
	const struct wire_stage_rec stage = { .stage = STAGE_WORKLOAD };
	struct ktstr_ctx *ctx = ktstr_ctx_create();

	if (!ctx)
		give_up("no memory for the scenario");
	ctx->duration_ms = e->job->duration_ms;
	ctx->workers = e->job->workers;
	ctx->limits = *e->job->limits;
	ctx->others_ns = bare_others_ns;
	wire_send(WIRE_FD, WIRE_STAGE, &stage, sizeof(stage));
	tell_result(execute_scenario(ctx, e->job->def));
	ktstr_ctx_destroy(ctx);
}

void bare_engine_main(const struct bare_engine *e)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != e->parent)
		_exit(1);
	sigprocmask(SIG_SETMASK, e->signals, NULL);
	take_fds(e);
	take_place(e);
	take_cpus();
	set_environment(e);
	run(e);
	/* And nothing else: others may be in somebody's hands that is not here. */
	fflush(stdout);
	_exit(0);
}
