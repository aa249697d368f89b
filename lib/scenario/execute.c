// SPDX-License-Identifier: GPL-2.0-only
/*
 * execute_defs(): set up, hold, collect, judge, clear away.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/scenario/cgroup.h"
#include "lib/scenario/scenario.h"
#include "lib/util/pace.h"
#include "lib/util/util.h"

#define START_MS	30000
/* Less than workers wait, or one that may begin would have gone. */
#define MAY_BEGIN_MS	(START_MS / 2)
#define MAY_BEGIN_POLL_MS	1
#define COLLECT_MS	5000
#define HOLD_POLL_MS	50
#define SCX_STATE	"/sys/kernel/sched_ext/state"

/* One cgroup of a scenario while it runs. */
struct member {
	const struct cgroup_def *def;
	unsigned int n_workers;
	cpu_set_t cpus;
	bool created;
	struct work_set set;
	struct worker_report *reports;
};

struct scenario {
	struct ktstr_ctx *ctx;
	struct member *members;
	size_t n;
	uint64_t start_ns;
};

/* A limit of time around the scenario; what the host waits for us, at most. */
static unsigned int stretched_ms(const struct ktstr_ctx *ctx, unsigned int ms)
{
	return ms * min(ctx->slowness, SLOWNESS_MAX);
}

static bool sched_alive(const struct ktstr_ctx *ctx)
{
	char state[32] = "";
	int fd, len;

	if (!ctx->sched_pid)
		return true;
	if (kill(ctx->sched_pid, 0))
		return false;
	fd = open(SCX_STATE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, state, sizeof(state) - 1);
	close(fd);
	return len > 0 && !strncmp(state, "enabled", 7);
}

static void send_step(const struct scenario *s, unsigned int edge)
{
	struct wire_step step = { .cgroups = s->n, .edge = edge };
	size_t i;

	for (i = 0; i < s->n; i++) {
		step.workers += s->members[i].n_workers;
		step.iterations += work_iterations(&s->members[i].set);
	}
	if (s->ctx->wire_fd >= 0)
		wire_send(s->ctx->wire_fd, WIRE_STEP, &step, sizeof(step));
}

static int validate(struct scenario *s, const struct cgroup_def *defs)
{
	struct check_result *res = &s->ctx->result;
	unsigned int cpus = topology_cpus(&s->ctx->topology);
	char err[200];
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct member *m = &s->members[i];

		m->def = &defs[i];
		m->n_workers = defs[i].workers ? defs[i].workers :
			       s->ctx->workers;
		if (work_check(&defs[i].work, m->n_workers, err, sizeof(err))) {
			check_fail(res, CHECK_OTHER, "cgroup '%s': %s",
				   defs[i].name, err);
			return -EINVAL;
		}
		if (cpuset_resolve(&defs[i].cpuset, cpus, &m->cpus, err,
				   sizeof(err))) {
			res->skipped = true;
			snprintf(res->skip_reason, sizeof(res->skip_reason),
				 "cgroup '%s': CpusetSpec validation failed: %s",
				 defs[i].name, err);
			return -EINVAL;
		}
	}
	return 0;
}

static int set_up_member(struct scenario *s, struct member *m)
{
	const char *parent = s->ctx->cgroup, *name = m->def->name;
	unsigned int i;
	int err;

	err = cgroup_create(parent, name);
	if (err)
		return err;
	m->created = true;
	if (m->def->cpuset.kind)
		err = cgroup_set_cpuset(parent, name, &m->cpus);
	if (err)
		return err;
	m->reports = calloc(m->n_workers, sizeof(*m->reports));
	if (!m->reports)
		return -ENOMEM;
	err = work_create(&m->set, &m->def->work, m->n_workers,
			  stretched_ms(s->ctx, START_MS));
	for (i = 0; !err && i < m->n_workers; i++)
		err = cgroup_move(parent, name, m->set.workers[i].pid);
	return err;
}

static bool may_begin(const struct scenario *s)
{
	return atomic_load(&s->ctx->shared->may_begin);
}

static bool all_began(const struct scenario *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!work_all_began(&s->members[i].set))
			return false;
	return true;
}

static int wait_until(struct scenario *s,
		      bool (*condition)(const struct scenario *s),
		      const char *else_what)
{
	unsigned int limit_ms = stretched_ms(s->ctx, MAY_BEGIN_MS);
	uint64_t end_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;

	while (!condition(s)) {
		if (clock_now_ns() >= end_ns) {
			check_fail(&s->ctx->result, CHECK_OTHER,
				   "%s within %u ms", else_what, limit_ms);
			return -ETIMEDOUT;
		}
		poll(NULL, 0, MAY_BEGIN_POLL_MS);
	}
	return 0;
}

/* Once whoever meddles with the workers has done what comes before. */
static int let_go(struct scenario *s)
{
	struct scenario_shared *shared = s->ctx->shared;
	size_t i;
	int err = 0;

	if (shared)
		err = wait_until(s, may_begin, "the workers were not let go");
	for (i = 0; !err && i < s->n; i++)
		work_start(&s->members[i].set);
	/* On a slow host, this can take as long as the scenario was to. */
	if (!err && shared && atomic_load(&shared->awaits_all)) {
		err = wait_until(s, all_began, "the workers did not all begin");
		atomic_store(&shared->all_began, !err);
	}
	return err;
}

static int set_up(struct scenario *s)
{
	size_t i;
	int err;

	for (i = 0; i < s->n; i++) {
		err = set_up_member(s, &s->members[i]);
		if (err) {
			check_fail(&s->ctx->result, CHECK_OTHER,
				   "cgroup '%s': cannot be set up: %s",
				   s->members[i].def->name, strerror(-err));
			return err;
		}
	}
	return let_go(s);
}

/* Until the time is up, or the scheduler has gone. */
static void hold(struct scenario *s)
{
	uint64_t end_ns = s->start_ns + s->ctx->duration_ms * NSEC_PER_MSEC;

	while (clock_now_ns() < end_ns) {
		if (!sched_alive(s->ctx)) {
			check_fail(&s->ctx->result, CHECK_SCHED_DIED,
				   "scheduler process died unexpectedly during workload (%.1fs into test)",
				   (clock_now_ns() - s->start_ns) / 1e9);
			return;
		}
		poll(NULL, 0, HOLD_POLL_MS);
	}
}

static void collect(struct scenario *s)
{
	uint64_t end_ns;
	size_t i;

	for (i = 0; i < s->n; i++)
		work_stop(&s->members[i].set);
	end_ns = clock_now_ns() +
		 stretched_ms(s->ctx, COLLECT_MS) * NSEC_PER_MSEC;
	for (i = 0; i < s->n; i++)
		work_collect(&s->members[i].set, end_ns,
			     s->members[i].reports);
}

static void judge(struct scenario *s)
{
	struct ktstr_ctx *ctx = s->ctx;
	struct wire_cgroup_stats stats;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct member *m = &s->members[i];
		const struct check_group group = {
			.name = m->def->name,
			.reports = m->reports,
			.n_reports = m->n_workers,
			.cpuset = m->def->cpuset.kind ? &m->cpus : NULL,
			.n_cpus = CPU_COUNT(&m->cpus),
			.duration_ms = ctx->duration_ms,
		};

		check_group_run(&ctx->limits, ctx->slowness, &group,
				&ctx->result);
		check_group_stats(&group, &stats);
		if (ctx->wire_fd >= 0)
			wire_send(ctx->wire_fd, WIRE_CGROUP_STATS, &stats,
				  sizeof(stats));
	}
}

static void send_details(const struct ktstr_ctx *ctx)
{
	unsigned int i;

	for (i = 0; ctx->wire_fd >= 0 && i < ctx->result.n_details; i++)
		wire_send(ctx->wire_fd, WIRE_DETAIL, &ctx->result.details[i],
			  sizeof(ctx->result.details[i]));
}

static void clear_away(struct scenario *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct member *m = &s->members[i];

		work_destroy(&m->set);
		if (m->created)
			cgroup_remove(s->ctx->cgroup, m->def->name);
		free(m->reports);
	}
	free(s->members);
}

struct check_result *execute_defs(struct ktstr_ctx *ctx,
				  const struct cgroup_def *defs, size_t n)
{
	struct scenario s = { .ctx = ctx, .n = n };
	struct check_result *res = &ctx->result;

	memset(res, 0, sizeof(*res));
	if (!n || n > SCENARIO_MAX_CGROUPS) {
		check_fail(res, CHECK_OTHER, "%zu cgroups: 1 to %d can be", n,
			   SCENARIO_MAX_CGROUPS);
		return res;
	}
	s.members = calloc(n, sizeof(*s.members));
	if (!s.members) {
		check_fail(res, CHECK_OTHER, "no memory for the scenario");
		return res;
	}

	if (!validate(&s, defs) && !set_up(&s)) {
		s.start_ns = clock_now_ns();
		send_step(&s, 0);
		hold(&s);
		send_step(&s, 3);
		collect(&s);
		/* What came after a death is not the scheduler's doing. */
		if (!res->failed)
			judge(&s);
	}
	send_details(ctx);
	clear_away(&s);
	return res;
}
