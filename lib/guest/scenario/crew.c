// SPDX-License-Identifier: GPL-2.0-only
/*
 * The workers of a scenario while it runs. See run.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/pace.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/scenario/run.h"

#define START_MS	30000
/* Less than workers wait, or one that may begin would have gone. */
#define MAY_BEGIN_MS	(START_MS / 2)
#define MAY_BEGIN_POLL_MS	1
#define COLLECT_MS	5000

unsigned int stretched_ms(const struct ktstr_ctx *ctx, unsigned int ms)
{
	return ms * min(ctx->slowness, SLOWNESS_MAX);
}

/* The next one behind @c, from the first when that is NULL. */
static struct crew *next_crew(struct scenario *s, struct crew *c)
{
	for (c = c ? c + 1 : s->crews; c < s->crews + SCENARIO_MAX_CREWS; c++)
		if (c->name)
			return c;
	return NULL;
}

static struct crew *free_place(struct scenario *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->crews); i++)
		if (!s->crews[i].name)
			return &s->crews[i];
	return NULL;
}

static void free_crew(struct crew *c)
{
	work_destroy(&c->set);
	free(c->reports);
	memset(c, 0, sizeof(*c));
}

/* ---- a beginning ---- */

static int move_in(struct scenario *s, const struct crew *c)
{
	unsigned int i;
	int err = 0;

	for (i = 0; c->where && !err && i < c->n_workers; i++)
		err = cgroup_move(s->ctx->cgroup, c->where->name,
				  c->set.workers[i].pid);
	return err;
}

static void note_cpus(struct crew *c)
{
	if (c->where && c->where->has_cpuset)
		CPU_OR(&c->allowed, &c->allowed, &c->where->cpus);
	else
		c->anywhere = true;
}

int crew_add(struct scenario *s, struct live_cgroup *where,
	     const struct work_spec *work, unsigned int n)
{
	struct crew *c = free_place(s);
	int err;

	if (!c)
		return -ENOSPC;
	*c = (struct crew){
		.name = where ? where->name : "that of the test",
		.step = s->step, .where = where, .work = work,
		.n_workers = n ?: s->ctx->workers,
	};
	c->reports = calloc(c->n_workers, sizeof(*c->reports));
	if (!c->reports) {
		err = -ENOMEM;
		goto err_free;
	}
	err = work_create(&c->set, work, c->n_workers,
			  stretched_ms(s->ctx, START_MS), s->ctx->steal,
			  s->channels);
	if (!err)
		err = move_in(s, c);
	if (err)
		goto err_free;
	note_cpus(c);
	return 0;
err_free:
	free_crew(c);
	return err;
}

static bool may_begin(struct scenario *s)
{
	return atomic_load(&s->ctx->shared->may_begin);
}

static bool all_began(struct scenario *s)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		if (!work_all_began(&c->set))
			return false;
	return true;
}

static uint64_t others_ns(const struct scenario *s)
{
	return s->ctx->others_ns ? s->ctx->others_ns(s->ctx) : 0;
}

static int wait_until(struct scenario *s, bool (*condition)(struct scenario *s),
		      const char *else_what)
{
	unsigned int limit_ms = stretched_ms(s->ctx, MAY_BEGIN_MS);
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, s->ctx->steal);
	while (!condition(s)) {
		if (wire_steal_waited_ns(&wait) >= limit_ms * NSEC_PER_MSEC) {
			check_fail(&s->ctx->result, "%s within %u ms",
				   else_what, limit_ms);
			return -ECANCELED;
		}
		poll(NULL, 0, MAY_BEGIN_POLL_MS);
	}
	return 0;
}

/* Once whoever meddles with the workers has done what comes before. */
int crew_begin_all(struct scenario *s)
{
	struct scenario_shared *shared = s->ctx->shared;
	struct crew *c;
	int err = 0;

	if (shared)
		err = wait_until(s, may_begin, "the workers were not let go");
	if (err)
		return err;
	if (shared)
		atomic_store(&shared->let_go_ns, clock_now_ns());
	for (c = NULL; (c = next_crew(s, c));)
		work_start(&c->set);
	/* On a slow host, this can take as long as the scenario was to. */
	if (shared && atomic_load(&shared->awaits_all)) {
		err = wait_until(s, all_began, "the workers did not all begin");
		atomic_store(&shared->all_began, !err);
	}
	for (c = NULL; (c = next_crew(s, c));) {
		if (c->begun)
			continue;
		wire_steal_begin(&c->since, s->ctx->steal);
		c->others_ns = others_ns(s);
		c->begun = true;
	}
	return err;
}

/* ---- what happens to them ---- */

void crew_note_cpus(struct scenario *s, const struct live_cgroup *g)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		if (!g || c->where == g)
			note_cpus(c);
}

void crew_note_lost_cpus(struct scenario *s)
{
	struct machine_cpus now;
	cpu_set_t left;
	struct crew *c;

	machine_cpus_online(&now);
	for (c = NULL; (c = next_crew(s, c));) {
		if (!c->where || !c->where->has_cpuset)
			continue;
		CPU_AND(&left, &now.online, &c->where->cpus);
		if (!CPU_COUNT(&left))
			c->anywhere = true;
	}
}

void crew_note_held(struct scenario *s, unsigned int ms)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		c->held_ms += ms;
}

static void note_frozen(struct crew *c, bool frozen)
{
	uint64_t now_ns = clock_now_ns();

	if (frozen && !c->frozen_since_ns)
		c->frozen_since_ns = now_ns;
	if (frozen || !c->frozen_since_ns)
		return;
	c->frozen_ns += now_ns - c->frozen_since_ns;
	c->frozen_since_ns = 0;
}

void crew_note_frozen(struct scenario *s, const struct live_cgroup *g,
		      bool frozen)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		if (!g || c->where == g)
			note_frozen(c, frozen);
}

void crew_note_thawed(struct scenario *s)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		if (c->frozen_since_ns && !(c->where && c->where->frozen))
			note_frozen(c, false);
}

/* ---- an end ---- */

/* All that they may have run on, and waited for. */
static const cpu_set_t *cpus_of(const struct scenario *s, const struct crew *c)
{
	return c->anywhere ? &s->machine.online : &c->allowed;
}

/* Nobody knows which CPUs others have used: all of it may be of one. */
static void others_took(const struct scenario *s, const struct crew *c,
			struct check_steal *steal)
{
	uint64_t now_ns = max(others_ns(s), c->others_ns);

	steal->others = true;
	steal->least_ns = 0;
	steal->most_ns = min(now_ns - c->others_ns, steal->wall_ns);
}

/* What was taken from their CPUs while they worked */
static struct check_steal steal_since(const struct scenario *s,
				      const struct crew *c)
{
	const struct wire_steal_wait *w = &c->since;
	const cpu_set_t *cpus = cpus_of(s, c);
	struct check_steal steal = {
		.wall_ns = clock_now_ns() - w->begin_ns,
		.least_ns = UINT64_MAX,
	};
	unsigned int cpu;

	if (s->ctx->others_ns) {
		others_took(s, c, &steal);
		return steal;
	}
	for (cpu = 0; cpu < w->n_cpus && cpu < CPU_SETSIZE; cpu++) {
		uint32_t us = wire_steal_cpu_us(w->steal, cpu) -
			      w->cpu_us[cpu];
		uint64_t ns = min(us * NSEC_PER_USEC, steal.wall_ns);

		if (!CPU_ISSET(cpu, cpus))
			continue;
		steal.least_ns = min(steal.least_ns, ns);
		steal.most_ns = max(steal.most_ns, ns);
	}
	steal.least_ns = min(steal.least_ns, steal.most_ns);
	return steal;
}

/* The first of those who came with a cgroup answers for it. */
static const struct check_share *share_of(struct scenario *s,
					  const struct crew *c)
{
	struct live_cgroup *g = c->where;

	if (!g || g->step != c->step || g->share_told)
		return NULL;
	g->share_told = true;
	return shares_of(s, g);
}

static void judge(struct scenario *s, const struct crew *c)
{
	const cpu_set_t *cpus = c->where ? &c->where->cpus : &s->machine.online;
	struct ktstr_ctx *ctx = s->ctx;
	const struct check_group group = {
		.name = c->name,
		.reports = c->reports,
		.n_reports = c->n_workers,
		.cpuset = c->anywhere ? NULL : &c->allowed,
		.n_cpus = CPU_COUNT(cpus),
		.duration_ms = c->held_ms,
		.uneven = work_uneven(c->work),
		.partners = work_partners(c->work),
		.hungry = work_hungry(c->work),
		.steal = steal_since(s, c),
		.worked = c->worked,
		.paused_ns = c->frozen_ns,
		.share = share_of(s, c),
	};

	check_group_run(&ctx->limits, ctx->slowness, &group, &ctx->result);
	if (ctx->wire_fd >= 0)
		metrics_send(ctx->wire_fd, &group, &ctx->told);
}

static void stop(struct scenario *s, struct crew *c)
{
	c->worked = steal_since(s, c);
	work_stop(&c->set);
}

static void stop_and_collect(struct scenario *s,
			     bool (*ends)(const struct crew *c, const void *arg),
			     const void *arg)
{
	struct wire_steal_wait wait;
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));)
		if (ends(c, arg))
			stop(s, c);
	wire_steal_begin(&wait, s->ctx->steal);
	for (c = NULL; (c = next_crew(s, c));)
		if (ends(c, arg))
			work_collect(&c->set, &wait,
				     stretched_ms(s->ctx, COLLECT_MS),
				     c->reports);
}

void crew_end(struct scenario *s,
	      bool (*ends)(const struct crew *c, const void *arg),
	      const void *arg, bool judged)
{
	struct crew *c;

	if (judged)
		stop_and_collect(s, ends, arg);
	for (c = NULL; (c = next_crew(s, c));) {
		if (!ends(c, arg))
			continue;
		if (judged)
			judge(s, c);
		s->iterations += work_iterations(&c->set);
		free_crew(c);
	}
}

void crew_count(struct scenario *s, struct wire_step *step)
{
	struct crew *c;

	step->iterations = s->iterations;
	for (c = NULL; (c = next_crew(s, c));) {
		step->workers += c->n_workers;
		step->iterations += work_iterations(&c->set);
	}
}

int crew_set_affinity(struct scenario *s, const struct live_cgroup *g,
		      const cpu_set_t *cpus)
{
	struct crew *c;
	unsigned int i;

	for (c = NULL; (c = next_crew(s, c));) {
		if (c->where != g)
			continue;
		c->bound = true;
		for (i = 0; i < c->set.n_workers; i++)
			if (sched_setaffinity(c->set.workers[i].pid,
					      sizeof(*cpus), cpus) &&
			    errno != ESRCH)
				return -errno;
	}
	return 0;
}

void crew_moved(struct scenario *s, const struct live_cgroup *from,
		struct live_cgroup *to)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));) {
		if (c->where != from)
			continue;
		c->where = to;
		note_cpus(c);
	}
}

pid_t *crew_pids(struct scenario *s, const struct live_cgroup *g, size_t *n)
{
	size_t room = 1;
	struct crew *c;
	pid_t *pids;
	unsigned int i;

	*n = 0;
	for (c = NULL; (c = next_crew(s, c));)
		room += c->n_workers;
	pids = calloc(room, sizeof(*pids));
	if (!pids)
		return NULL;
	for (c = NULL; (c = next_crew(s, c));)
		for (i = 0; c->where == g && i < c->set.n_workers; i++)
			pids[(*n)++] = c->set.workers[i].pid;
	return pids;
}

void crew_note_visit(struct scenario *s, const struct live_cgroup *from,
		     const struct live_cgroup *to)
{
	struct crew *c;

	for (c = NULL; (c = next_crew(s, c));) {
		if (c->where != from)
			continue;
		if (to->has_cpuset)
			CPU_OR(&c->allowed, &c->allowed, &to->cpus);
		else
			c->anywhere = true;
	}
}
