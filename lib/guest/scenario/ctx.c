// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body's context, and the measure of the guest it runs in.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/topology_text.h"
#include "lib/common/util/log.h"
#include "lib/common/util/pace.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/steal.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/metrics.h"
#include "lib/guest/scenario/scenario.h"

#define MEASURE_MS		30
#define MEASURE_LIMIT_MS	10000
#define MEASURE_POLL_MS		5

/*
 * Slowness of one CPU while all others are measured as well. The mean has in it
 * what the host takes, which comes and goes; the best is that of the CPU.
 */
static double measure_here(bool own)
{
	uint64_t end_ns = clock_now_ns() + MEASURE_MS * NSEC_PER_MSEC;
	double sum = 0, best = 0, once;
	unsigned int n = 0;

	do {
		once = pace_once();
		best = n ? min(best, once) : once;
		sum += once;
		n++;
	} while (clock_now_ns() < end_ns);
	return own ? best : sum / n;
}

/* Runs in the class of its parent. */
static pid_t fork_measure(unsigned int cpu, bool own, double *factor)
{
	pid_t parent = getpid(), pid = fork();
	cpu_set_t set;

	if (pid)
		return max(pid, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	*factor = measure_here(own);
	_exit(0);
}

static unsigned int reap_ended(pid_t *pids, unsigned int n, int options)
{
	unsigned int i, left = 0;

	for (i = 0; i < n; i++) {
		if (pids[i] && waitpid(pids[i], NULL, options) == pids[i])
			pids[i] = 0;
		left += pids[i] != 0;
	}
	return left;
}

static void wait_measured(pid_t *pids, unsigned int n)
{
	uint64_t end_ns = clock_now_ns() + MEASURE_LIMIT_MS * NSEC_PER_MSEC;
	unsigned int i;

	while (reap_ended(pids, n, WNOHANG) && clock_now_ns() < end_ns)
		poll(NULL, 0, MEASURE_POLL_MS);
	for (i = 0; i < n; i++)
		if (pids[i])
			kill(pids[i], SIGKILL);
	reap_ended(pids, n, 0);
}

/* What one CPU's child did not come to measure stays 0, and loosens nothing. */
static void measure_all(double *factors, pid_t *pids, unsigned int cpus,
			bool own)
{
	unsigned int i;

	for (i = 0; i < cpus; i++)
		pids[i] = fork_measure(i, own, &factors[i]);
	wait_measured(pids, cpus);
}

/* The slowest of all CPUs, all running: also vCPUs that share one CPU. */
static double worst_of_all(unsigned int cpus, bool own)
{
	size_t size = cpus * sizeof(double);
	pid_t *pids = calloc(cpus, sizeof(*pids));
	double worst = 1.0, *factors;
	unsigned int i;

	factors = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (factors == MAP_FAILED || !pids)
		goto out_free;
	measure_all(factors, pids, cpus, own);
	for (i = 0; i < cpus; i++)
		worst = max(worst, factors[i]);
out_free:
	if (factors != MAP_FAILED)
		munmap(factors, size);
	free(pids);
	return worst;
}

double guest_slowness(unsigned int cpus, bool own)
{
	const struct sched_param fifo = { .sched_priority = 1 }, other = { 0 };
	double worst;

	/*
	 * Above the scheduler under test: one that withholds the CPU is not to
	 * look like a slow host, and be judged more mildly for it.
	 */
	if (sched_setscheduler(0, SCHED_FIFO, &fifo)) {
		pr_warn("slowness not measured, limits are those of ordinary hardware: cannot become SCHED_FIFO: %s",
			strerror(errno));
		return 1.0;
	}
	worst = worst_of_all(cpus, own);
	sched_setscheduler(0, SCHED_OTHER, &other);
	return worst;
}

struct ktstr_ctx *ktstr_ctx_create(void)
{
	struct ktstr_ctx *ctx = calloc(1, sizeof(*ctx));
	const char *value;
	char why[200];
	long cpus;

	if (!ctx)
		return NULL;
	ctx->wire_fd = wire_fd();
	value = getenv(ENV_CGROUP);
	snprintf(ctx->cgroup, sizeof(ctx->cgroup), "%s", value ? value : "");
	value = getenv(ENV_SCHED_PID);
	ctx->sched_pid = value ? atoi(value) : 0;
	value = getenv(ENV_TOPOLOGY);
	if (!value || topology_read(value, NULL, &ctx->topology, &ctx->form, why,
				    sizeof(why))) {
		free(ctx);
		return NULL;
	}
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	ctx->steal = wire_steal_map();
	ctx->slowness = guest_slowness(cpus > 0 ? cpus : 1, ctx->steal);
	return ctx;
}

static void tell_run(const struct ktstr_ctx *ctx)
{
	struct run_quantities run;

	quantities_forget(PER_RUN, &run);
	run.own_pct = own_pct(ctx);
	metrics_send_run(ctx->wire_fd, &run);
}

void ktstr_ctx_destroy(struct ktstr_ctx *ctx)
{
	if (ctx && ctx->wire_fd >= 0)
		tell_run(ctx);
	if (ctx)
		free(ctx->form);
	free(ctx);
}
