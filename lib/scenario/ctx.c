// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body's context, and the measure of the guest it runs in.
 */
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/scenario/scenario.h"
#include "lib/util/pace.h"
#include "lib/util/util.h"
#include "lib/wire/plan.h"
#include "lib/wire/wire.h"

#define MEASURE_MS	30

/* Mean slowness of one CPU while all others are measured as well. */
static double measure_here(void)
{
	uint64_t end_ns = clock_now_ns() + MEASURE_MS * NSEC_PER_MSEC;
	double sum = 0;
	unsigned int n = 0;

	do {
		sum += pace_once();
		n++;
	} while (clock_now_ns() < end_ns);
	return sum / n;
}

static pid_t fork_measure(unsigned int cpu, double *factor)
{
	pid_t parent = getpid(), pid = fork();
	cpu_set_t set;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	*factor = measure_here();
	_exit(0);
}

/* The slowest of all CPUs, all running: also vCPUs that share one CPU. */
static double measure_slowness(unsigned int cpus)
{
	size_t size = cpus * sizeof(double);
	double worst = 1.0, *factors;
	unsigned int i;

	factors = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (factors == MAP_FAILED)
		return max(measure_here(), 1.0);
	for (i = 0; i < cpus; i++)
		fork_measure(i, &factors[i]);
	while (wait(NULL) > 0)
		;
	for (i = 0; i < cpus; i++)
		worst = max(worst, factors[i]);
	munmap(factors, size);
	return worst;
}

struct ktstr_ctx *ktstr_ctx_create(void)
{
	struct ktstr_ctx *ctx = calloc(1, sizeof(*ctx));
	const char *value;
	long cpus;

	if (!ctx)
		return NULL;
	ctx->wire_fd = wire_fd();
	value = getenv(ENV_CGROUP);
	snprintf(ctx->cgroup, sizeof(ctx->cgroup), "%s", value ? value : "");
	value = getenv(ENV_SCHED_PID);
	ctx->sched_pid = value ? atoi(value) : 0;
	value = getenv(ENV_TOPOLOGY);
	if (!value || topology_parse(value, &ctx->topology)) {
		free(ctx);
		return NULL;
	}
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	ctx->slowness = measure_slowness(cpus > 0 ? cpus : 1);
	return ctx;
}

void ktstr_ctx_destroy(struct ktstr_ctx *ctx)
{
	free(ctx);
}
