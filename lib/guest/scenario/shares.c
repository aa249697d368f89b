// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPU time cgroups get of that which is due to them, period by period: the
 * kernel's own account of each, where a limit is to be held against it. See run.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/check/shares.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/scenario/run.h"

#define PERIOD_MS	1000
#define WEIGHT_USUAL	100

static bool is_asked_for(const struct scenario *s)
{
	const struct check_limits *l = &s->ctx->limits;

	return check_limit_at(l, offsetof(struct check_limits,
					  max_share_error_pct)) ||
	       check_limit_at(l, offsetof(struct check_limits,
					  max_quota_excess_pct));
}

static int read_used_ns(const struct scenario *s, const char *name,
			uint64_t *used_ns)
{
	unsigned long long used_us;
	char text[256];
	ssize_t len = cgroup_read(s->ctx->cgroup, name, "cpu.stat", text,
				  sizeof(text));

	if (len < 0)
		return len;
	if (sscanf(text, "usage_usec %llu", &used_us) != 1)
		return -EPROTO;
	*used_ns = used_us * NSEC_PER_USEC;
	return 0;
}

static struct live_cgroup *next_group(struct scenario *s, struct live_cgroup *g)
{
	for (g = g ? g + 1 : s->groups; g < s->groups + SCENARIO_MAX_CGROUPS;
	     g++)
		if (g->name)
			return g;
	return NULL;
}

/* ---- who stands beside whom ---- */

static size_t parent_len(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash - name : 0;
}

static bool is_beside(const struct live_cgroup *a, const struct live_cgroup *b)
{
	size_t len = parent_len(a->name);

	return len == parent_len(b->name) && !strncmp(a->name, b->name, len) &&
	       CPU_EQUAL(&a->cpus, &b->cpus);
}

/* There are others in it. */
static bool is_around(struct scenario *s, const struct live_cgroup *g)
{
	size_t len = strlen(g->name);
	struct live_cgroup *in;

	for (in = NULL; (in = next_group(s, in));)
		if (!strncmp(in->name, g->name, len) && in->name[len] == '/')
			return true;
	return false;
}

/*
 * How many tasks of it always want a CPU; 0 where not all do, or are not free to:
 * what it has used is all that it wanted then, as far as anyone knows.
 */
static unsigned int n_hungry(struct scenario *s, const struct live_cgroup *g)
{
	unsigned int n = 0;
	size_t i;

	if (g->frozen || g->idle || is_around(s, g))
		return 0;
	for (i = 0; i < ARRAY_SIZE(s->crews); i++) {
		const struct crew *c = &s->crews[i];

		if (!c->name || c->where != g)
			continue;
		if (c->bound || !c->begun || !work_hungry(c->work))
			return 0;
		n += c->n_workers;
	}
	return n;
}

/* ---- periods ---- */

static uint64_t quota_ns(const struct live_cgroup *g, uint64_t wall_ns)
{
	return (double)g->quota_us * wall_ns / g->period_us;
}

static void claim(struct scenario *s, const struct live_cgroup *g,
		  uint64_t wall_ns, struct share_claim *c)
{
	unsigned int n = n_hungry(s, g);

	c->weight = g->weight ?: WEIGHT_USUAL;
	c->used_ns = g->used_ns;
	c->most_ns = n ? min(n, CPU_COUNT(&g->cpus) + 0U) * wall_ns :
			 g->used_ns;
	if (n && g->quota_us)
		c->most_ns = min(c->most_ns, quota_ns(g, wall_ns));
}

static double beyond_pct(uint64_t used_ns, uint64_t allowed_ns, uint64_t of_ns)
{
	return of_ns && used_ns > allowed_ns ?
	       100.0 * (used_ns - allowed_ns) / of_ns : 0;
}

static void note_share(struct live_cgroup *g, const struct share_claim *c,
		       uint64_t all_ns, uint64_t stolen_ns)
{
	struct check_share *share = &g->share;

	share->periods++;
	share->used_ns += c->used_ns;
	share->due_ns += c->due_ns;
	share->all_ns += all_ns;
	share->lacked_pct += beyond_pct(c->due_ns, c->used_ns, c->due_ns);
	/* Taken from whoever ran: in turn, hardly more than half from one. */
	share->own_lacked_pct += beyond_pct(c->due_ns,
					    c->used_ns + stolen_ns / 2,
					    c->due_ns);
}

static void judge_neighbours(struct scenario *s, const struct live_cgroup *of,
			     uint64_t wall_ns, uint64_t stolen_ns)
{
	struct share_claim claims[SCENARIO_MAX_CGROUPS];
	struct live_cgroup *groups[SCENARIO_MAX_CGROUPS], *g;
	uint64_t all_ns = 0;
	unsigned int i, n = 0;

	for (g = NULL; (g = next_group(s, g));) {
		if (!is_beside(g, of))
			continue;
		/* The first of them has done it. */
		if (!n && g != of)
			return;
		claim(s, g, wall_ns, &claims[n]);
		all_ns += g->used_ns;
		groups[n++] = g;
	}
	shares_divide(claims, n);
	for (i = 0; i < n; i++)
		note_share(groups[i], &claims[i], all_ns, stolen_ns);
}

/*
 * Who is not there cannot be stopped when its quota is used up. What it had too much
 * is taken off what comes next, so all but the last time is made up for.
 */
static void judge_quota(struct live_cgroup *g, uint64_t wall_ns,
			uint64_t away_ns)
{
	uint64_t of_ns, allowed_ns;
	struct check_share *share = &g->share;

	if (!g->quota_us)
		return;
	of_ns = quota_ns(g, wall_ns);
	allowed_ns = shares_quota_ns(g->quota_us, g->period_us, wall_ns);
	share->quota_periods++;
	share->quota_beyond_pct = max(share->quota_beyond_pct,
				      beyond_pct(g->used_ns, allowed_ns,
						 of_ns));
	share->own_quota_beyond_pct = max(share->own_quota_beyond_pct,
					  beyond_pct(g->used_ns,
						     allowed_ns + away_ns,
						     of_ns));
}

/* Whoever ran there may have been charged for it. */
uint64_t stolen_since(const struct wire_steal_wait *w)
{
	uint64_t stolen_us = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < w->n_cpus; cpu++)
		stolen_us += (uint32_t)(wire_steal_cpu_us(w->steal, cpu) -
					w->cpu_us[cpu]);
	return stolen_us * NSEC_PER_USEC;
}

/* What each has used since the period began. Return: 0, -errno: told. */
static int take_used(struct scenario *s)
{
	struct live_cgroup *g;
	uint64_t used_ns;
	int ret;

	for (g = NULL; (g = next_group(s, g));) {
		ret = read_used_ns(s, g->name, &used_ns);
		if (ret) {
			check_fail(&s->ctx->result, "cgroup '%s': what CPU time it has used cannot be read: %s",
				   g->name, strerror(-ret));
			return ret;
		}
		g->used_ns = used_ns - g->used_before_ns;
		g->used_before_ns = used_ns;
	}
	return 0;
}

static void period_ends(struct scenario *s)
{
	uint64_t wall_ns = clock_now_ns() - s->period.begin_ns;
	uint64_t stolen_ns = stolen_since(&s->period);
	struct live_cgroup *g;

	if (take_used(s))
		return;
	for (g = NULL; (g = next_group(s, g));) {
		judge_neighbours(s, g, wall_ns, stolen_ns);
		judge_quota(g, wall_ns, 2 * s->most_stolen_ns);
	}
}

static void begin(struct scenario *s)
{
	wire_steal_begin(&s->period, s->ctx->steal);
	s->looked = s->period;
	s->most_stolen_ns = 0;
}

void shares_begin(struct scenario *s)
{
	s->in_period = is_asked_for(s) && !take_used(s);
	begin(s);
}

static bool has_lasted(const struct scenario *s, unsigned int ms)
{
	return s->in_period &&
	       clock_now_ns() - s->period.begin_ns >= ms * NSEC_PER_MSEC;
}

/* The longest time for which the host took CPUs away, by how often we look */
static void note_stolen(struct scenario *s)
{
	s->most_stolen_ns = max(s->most_stolen_ns, stolen_since(&s->looked));
	wire_steal_begin(&s->looked, s->ctx->steal);
}

void shares_look(struct scenario *s)
{
	if (!s->in_period)
		return;
	note_stolen(s);
	if (!has_lasted(s, PERIOD_MS))
		return;
	period_ends(s);
	begin(s);
}

void shares_end(struct scenario *s)
{
	if (has_lasted(s, PERIOD_MS / 2)) {
		note_stolen(s);
		period_ends(s);
	}
	s->in_period = false;
}

const struct check_share *shares_of(struct scenario *s, struct live_cgroup *g)
{
	struct check_share *share = &g->share;
	uint64_t most_ns = 0;
	struct live_cgroup *by;

	if (!share->periods)
		return NULL;
	for (by = NULL; (by = next_group(s, by));) {
		const struct check_share *is = &by->share;

		if (!is_beside(by, g) || is->used_ns <= is->due_ns + most_ns)
			continue;
		most_ns = is->used_ns - is->due_ns;
		share->most = by->name;
	}
	return share;
}
