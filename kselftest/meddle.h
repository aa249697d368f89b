/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing to a worker what no good scheduler does, while a scenario runs: for
 * tests of the checks.
 */
#ifndef KTSTR_KSELFTEST_MEDDLE_H
#define KTSTR_KSELFTEST_MEDDLE_H

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktstr.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"

#define MEDDLE_POLL_MS	1
#define MEDDLE_LONGER_MS	1000	/* than the scenario */
/* The limit of a gap is at most nine tenths of a worker's time. */
#define MEDDLE_TIMES_BEFORE	12
/* The others wait for so much of their time; that of a spread may be so far. */
#define MEDDLE_WAITED_PCT	90.0
#define MEDDLE_SPREAD_CAP_PCT	60.0

/**
 * struct meddling - what is done to the first worker of a cgroup
 * @cgroup: which
 * @signal: sent to it; SIGSTOP is taken back once the scenario is over
 * @to_cgroup: it is moved there; NULL for not
 * @from_the_start: before any has worked, else once all have
 */
struct meddling {
	const char *cgroup;
	int signal;
	const char *to_cgroup;
	bool from_the_start;
};

static inline FILE *meddle_procs(const struct ktstr_ctx *ctx,
				 const char *cgroup, const char *mode)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", ctx->cgroup, cgroup);
	return fopen(path, mode);
}

/* The first worker of a cgroup, 0 for none yet. */
static inline pid_t meddle_find(const struct ktstr_ctx *ctx, const char *cgroup)
{
	FILE *f = meddle_procs(ctx, cgroup, "re");
	int pid = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

static inline void meddle_move(const struct ktstr_ctx *ctx, const char *cgroup,
			       pid_t pid)
{
	FILE *f = meddle_procs(ctx, cgroup, "we");

	if (!f)
		return;
	fprintf(f, "%d\n", pid);
	fclose(f);
}

/*
 * Until somebody who may have waited for all of @before_ms has waited for less
 * of its time than the others do, by more than this host's spread.
 */
static inline double meddle_spread_ms(const struct ktstr_ctx *ctx,
				      double slowness, unsigned int before_ms)
{
	double spread_pct = min(ctx->limits.max_spread_pct * slowness,
				MEDDLE_SPREAD_CAP_PCT);

	return before_ms * (100 / (MEDDLE_WAITED_PCT - spread_pct) - 1);
}

/*
 * For how long somebody is stopped who has had @before_ms: for more than any
 * gap that is allowed on this host, or, where none is judged, for a share of
 * its time that exceeds its spread; and for no longer, as the scenario waits
 * for its workers only so long.
 */
static inline unsigned int meddle_stop_ms(const struct ktstr_ctx *ctx,
					  unsigned int before_ms)
{
	unsigned int ms = ctx->duration_ms + MEDDLE_LONGER_MS;
	double slowness = max(ctx->slowness, 1.0);
	double gap_ms = ctx->limits.max_gap_ms * slowness;

	if (ctx->limits.max_gap_ms == CHECK_OFF)
		return max(ms, meddle_spread_ms(ctx, slowness, before_ms));
	return max(ms, min(2 * gap_ms,
			   (double)MEDDLE_TIMES_BEFORE * before_ms));
}

/*
 * Leave somebody stopped for so long of the guest's own time: what the host
 * takes meanwhile makes the scenario longer, and is taken off a gap.
 */
static inline void meddle_hold(const struct ktstr_ctx *ctx, unsigned int ms)
{
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, ctx->steal);
	while (wire_steal_waited_ns(&wait) < ms * NSEC_PER_MSEC)
		poll(NULL, 0, MEDDLE_POLL_MS);
}

/* In a process of its own: the body is busy with the scenario. */
static inline void meddle(const struct ktstr_ctx *ctx,
			  const struct meddling *what)
{
	uint64_t before_ns = 0;
	pid_t pid;

	while (!(pid = meddle_find(ctx, what->cgroup)))
		poll(NULL, 0, MEDDLE_POLL_MS);
	if (!what->from_the_start) {
		atomic_store(&ctx->shared->awaits_all, true);
		atomic_store(&ctx->shared->may_begin, true);
		while (!atomic_load(&ctx->shared->all_began))
			poll(NULL, 0, MEDDLE_POLL_MS);
		before_ns = clock_now_ns() -
			    atomic_load(&ctx->shared->let_go_ns);
	}
	if (what->to_cgroup)
		meddle_move(ctx, what->to_cgroup, pid);
	if (what->signal)
		kill(pid, what->signal);
	atomic_store(&ctx->shared->may_begin, true);
	if (what->signal != SIGSTOP)
		return;
	meddle_hold(ctx, meddle_stop_ms(ctx, before_ns / NSEC_PER_MSEC + 1));
	kill(pid, SIGCONT);
}

/* Run a scenario with somebody who meddles. */
static inline struct check_result *
scenario_meddled(struct ktstr_ctx *ctx, const struct meddling *what,
		 struct check_result *(*scenario)(struct ktstr_ctx *ctx))
{
	struct check_result *res;
	pid_t pid;

	ctx->shared = mmap(NULL, sizeof(*ctx->shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ctx->shared == MAP_FAILED)
		abort();
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		meddle(ctx, what);
		_exit(0);
	}
	res = scenario(ctx);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	munmap(ctx->shared, sizeof(*ctx->shared));
	ctx->shared = NULL;
	return res;
}

#endif /* KTSTR_KSELFTEST_MEDDLE_H */
