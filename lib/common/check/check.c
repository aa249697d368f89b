// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks on what a group of workers has lived through. See check.h.
 */
#include "lib/common/check/check.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* A spread can hardly be more than 100: above this the check says nothing. */
#define SPREAD_CAP_PCT		60.0
/*
 * Two pairs and a spinner are three that want one of two CPUs. A scheduler that
 * leaves one pair beside the spinner for seconds has not been unfair: by weight
 * the pair gets a third of that CPU, so each of the two waits for a third of the
 * time, while those of the other pair wait for nothing.
 */
#define PARTNERS_SPREAD_PCT	40.0
/* Nor can a gap be longer than the scenario is. */
#define GAP_CAP			0.9
/* Of the scenario's time: a worker whose CPU was there for less had no chance. */
#define CHANCE			0.5
/* Of the time: where the host takes more, who waits may wait for its doing. */
#define HOST_TAKES_MUCH		0.125

void check_fail(struct check_result *result, const char *fmt, ...)
{
	struct wire_detail *d;
	va_list ap;

	result->failed = true;
	if (result->n_details == CHECK_MAX_DETAILS)
		return;
	d = &result->details[result->n_details++];
	memset(d, 0, sizeof(*d));
	va_start(ap, fmt);
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
}

static double delay_pct(const struct worker_report *r)
{
	return r->wall_ns ? 100.0 * r->run_delay_ns / r->wall_ns : 0.0;
}

/* Least and greatest share of waiting over the workers that completed. */
static unsigned int delay_range(const struct check_group *g, double *low,
				double *high)
{
	unsigned int i, n = 0;

	*low = 0;
	*high = 0;
	for (i = 0; i < g->n_reports; i++) {
		double pct = delay_pct(&g->reports[i]);

		if (!g->reports[i].completed)
			continue;
		*low = n ? min(*low, pct) : pct;
		*high = n ? max(*high, pct) : pct;
		n++;
	}
	return n;
}

/* A check was not met, and it may not be the scheduler's doing. */
static void __printf(3, 4) blame_host(struct check_result *res,
				      const struct check_steal *steal,
				      const char *fmt, ...)
{
	size_t len;
	va_list ap;

	if (res->host_took[0])
		return;
	len = snprintf(res->host_took, sizeof(res->host_took),
		       "%s took %.0f %% of a CPU's time (%.1f of %.1f s), so it was not judged that ",
		       steal->others ? "other programs" : "the host",
		       100.0 * steal->most_ns / steal->wall_ns,
		       steal->most_ns / 1e9, steal->wall_ns / 1e9);
	va_start(ap, fmt);
	vsnprintf(res->host_took + len, sizeof(res->host_took) - len, fmt, ap);
	va_end(ap);
}

/* Who gets a CPU when it is to stop has nothing left to do. */
static const struct check_steal *worked(const struct check_group *g)
{
	return g->worked.wall_ns ? &g->worked : &g->steal;
}

/* Of the scenario's time, as long as it has to be for a verdict. */
static double chance_ns(const struct check_group *g)
{
	return CHANCE * (g->duration_ms ? g->duration_ms * NSEC_PER_MSEC :
					  worked(g)->wall_ns);
}

/* Was each of its CPUs there for long enough, whatever the host took? */
static bool had_a_chance(const struct check_group *g)
{
	const struct check_steal *s = worked(g);

	return s->wall_ns - min(s->most_ns, s->wall_ns) >= chance_ns(g);
}

/*
 * Was it the scheduler that kept a worker from its first unit of work? Surely
 * where that never waits for anything but a CPU, and where it was left to wait
 * for one for that long. One that slept instead waits for others, as in a change
 * of cgroups, which waits for all CPUs: they may not have come to it on a host
 * that takes much.
 */
static bool scheduler_starved(const struct check_group *g,
			      const struct worker_report *r)
{
	if (!had_a_chance(g))
		return false;
	if (g->hungry || !r->completed || !r->has_run_delay ||
	    worked(g)->most_ns < HOST_TAKES_MUCH * worked(g)->wall_ns)
		return true;
	return r->run_delay_ns - min(r->run_delay_ns, r->steal_ns) >=
	       chance_ns(g);
}

static void check_starved(unsigned int limit, double slowness,
			  const struct check_group *g, struct check_result *res)
{
	unsigned int i;

	(void)limit;
	(void)slowness;
	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];

		if (r->work_units)
			continue;
		if (scheduler_starved(g, r))
			check_fail(res, "tid %d starved (0 work units), cgroup '%s'",
				   r->tid, g->name);
		else
			blame_host(res, worked(g),
				   "tid %d starved (0 work units), cgroup '%s'",
				   r->tid, g->name);
	}
}

/*
 * In percent of the time: how far two workers' waits may differ for what the
 * host took. What is taken is taken from whoever runs, and all others on that
 * CPU wait for it: of two workers one may have half of it more than the other,
 * but hardly more than twice its part of it where many take their turns. And of
 * one CPU more may have been taken than of another.
 */
static double host_spread_pct(const struct check_group *g)
{
	const struct check_steal *s = &g->steal;
	double turns = (double)g->n_reports / max(g->n_cpus, 1U);

	if (!s->wall_ns)
		return 0;
	return 100.0 * (s->most_ns - s->least_ns +
			s->most_ns / max(turns / 2, 2.0)) / s->wall_ns;
}

static bool has_run_delays(const struct check_group *g)
{
	unsigned int i;

	for (i = 0; i < g->n_reports; i++)
		if (g->reports[i].completed && !g->reports[i].has_run_delay)
			return false;
	return true;
}

static void check_spread(unsigned int limit, double slowness,
			 const struct check_group *g, struct check_result *res)
{
	double low, high, allowed = max((double)limit, 0.0);

	if (g->uneven)
		return;
	if (!has_run_delays(g)) {
		snprintf(res->not_judged, sizeof(res->not_judged),
			 "not judged: the spread of cgroup '%s': the kernel keeps no time waited (CONFIG_SCHEDSTATS)",
			 g->name);
		return;
	}
	/* A host that is slow is also coarse; but it has to stay a check. */
	allowed = max(allowed, min(allowed * slowness, SPREAD_CAP_PCT));
	if (g->partners)
		allowed = max(allowed, PARTNERS_SPREAD_PCT);
	if (delay_range(g, &low, &high) < 2 || high - low <= allowed)
		return;
	if (high - low - host_spread_pct(g) <= allowed) {
		blame_host(res, &g->steal, "spread=%.0f%% of cgroup '%s' is unfair (threshold %.0f%%)",
			   high - low, g->name, allowed);
		return;
	}
	check_fail(res, "unfair cgroup '%s': spread=%.0f%% (%.0f-%.0f%%) %u workers on %u cpus (threshold %.0f%%)",
		   g->name, high - low, low, high, g->n_reports, g->n_cpus, allowed);
}

/*
 * Whoever stands still for all of a scenario has failed it, however short it
 * is and however slow the host. On a slow one the scenario takes longer than
 * it was to, and so may each worker's turns: what counts is the worker's time,
 * as far as the host left it.
 */
static double gap_allowed_ms(unsigned int limit_ms, double slowness,
			     unsigned int duration_ms,
			     const struct worker_report *r)
{
	uint64_t own_ns = r->wall_ns - min(r->wall_ns, r->steal_ns);
	double took_ms = max(own_ns / 1e6, (double)duration_ms);

	if (!duration_ms)
		return limit_ms * slowness;
	limit_ms = min(limit_ms, duration_ms / 2);
	return min(limit_ms * slowness, took_ms * GAP_CAP);
}

/* Who has not even begun is judged by whether it had a chance to. */
static bool is_nobodys_gap(const struct check_group *g,
			   const struct worker_report *r)
{
	return !r->work_units && !scheduler_starved(g, r);
}

static void check_gap(unsigned int limit, double slowness,
		      const struct check_group *g, struct check_result *res)
{
	unsigned int i;

	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];
		double allowed_ms = gap_allowed_ms(limit, slowness,
						   g->duration_ms, r);
		char host[64];

		allowed_ms += g->paused_ns / 1e6;
		if (r->max_gap_ns / 1e6 <= allowed_ms)
			continue;
		if (is_nobodys_gap(g, r)) {
			blame_host(res, worked(g), "tid %d was stuck for %llu ms, cgroup '%s'",
				   r->tid, r->max_gap_ns / NSEC_PER_MSEC,
				   g->name);
			continue;
		}
		host[0] = '\0';
		if (r->max_gap_steal_ns >= NSEC_PER_MSEC)
			snprintf(host, sizeof(host), ", beside %llums that the host took",
				 r->max_gap_steal_ns / NSEC_PER_MSEC);
		check_fail(res, "stuck %llums on cpu%llu at +%llums (threshold %.0fms)%s, tid %d, cgroup '%s'",
			   r->max_gap_ns / NSEC_PER_MSEC,
			   (unsigned long long)r->max_gap_cpu,
			   r->max_gap_at_ns / NSEC_PER_MSEC, allowed_ms, host,
			   r->tid, g->name);
	}
}

static void check_isolation(unsigned int limit, double slowness,
			    const struct check_group *g,
			    struct check_result *res)
{
	unsigned int i, cpu;

	(void)limit;
	(void)slowness;
	for (i = 0; g->cpuset && i < g->n_reports; i++) {
		char list[256] = "";
		size_t len = 0;

		for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &g->reports[i].cpus_used) &&
			    !CPU_ISSET(cpu, g->cpuset) &&
			    len < sizeof(list) - 8)
				len += snprintf(list + len, sizeof(list) - len,
						"%s%u", len ? ", " : "", cpu);
		if (len)
			check_fail(res, "tid %d ran on unexpected CPUs {%s}, cgroup '%s'",
				   g->reports[i].tid, list, g->name);
	}
}

int check_group_wakes(const struct check_group *g, struct wakes_summary *s)
{
	const struct wakes **of = calloc(g->n_reports, sizeof(*of));
	unsigned int i;
	int ret;

	memset(s, 0, sizeof(*s));
	if (!of)
		return -ENOMEM;
	for (i = 0; i < g->n_reports; i++)
		of[i] = g->reports[i].completed ? g->reports[i].wakes : NULL;
	ret = wakes_summarize(of, g->n_reports, s);
	free(of);
	return ret;
}

/* Of a hundred wakes one may be the host's as soon as it takes so much. */
static bool host_takes(const struct check_group *g)
{
	return 100.0 * g->steal.most_ns > g->steal.wall_ns;
}

/* It tells of what it takes each so often; until then that is in a latency. */
#define HOST_TELLS_US	10000

/* What certainly was the guest's own fails it, what may have been is not judged. */
static void check_wake_p99(unsigned int limit, double slowness,
			   const struct check_group *g,
			   struct check_result *res)
{
	/* Who was frozen has not run, as asked for. */
	double allowed_us = limit * slowness + g->paused_ns / 1e3;
	struct wakes_summary s;

	if (check_group_wakes(g, &s) || s.p99 / 1e3 <= allowed_us)
		return;
	if (host_takes(g) && s.own_p99 / 1e3 <= allowed_us + HOST_TELLS_US) {
		blame_host(res, &g->steal, "p99 wake latency %.0fus of cgroup '%s' exceeds limit %.0fus",
			   s.p99 / 1e3, g->name, allowed_us);
		return;
	}
	check_fail(res, "p99 wake latency %lluns exceeds limit %.0fns (%llu samples), cgroup '%s'",
		   s.p99 + 0ULL, allowed_us * 1e3, s.n + 0ULL, g->name);
}

static void check_wake_cv(unsigned int limit, double slowness,
			  const struct check_group *g, struct check_result *res)
{
	struct wakes_summary s;

	(void)slowness;
	if (check_group_wakes(g, &s) || 100 * s.cv <= limit)
		return;
	if (host_takes(g))
		blame_host(res, &g->steal, "wake latency CV %.2f of cgroup '%s' exceeds limit %.2f",
			   s.cv, g->name, limit / 100.0);
	else
		check_fail(res, "wake latency CV %.2f exceeds limit %.2f (mean=%.0fns, %llu samples), cgroup '%s'",
			   s.cv, limit / 100.0, s.mean, s.n + 0ULL, g->name);
}

/* Units of work in a second of CPU time; NaN for a worker that had none. */
static double throughput_of(const struct worker_report *r)
{
	return r->completed && r->cpu_ns ? r->work_units / (r->cpu_ns / 1e9) :
					   NAN;
}

/* Standard deviation over mean, for which it takes two. */
static double throughput_cv(const struct check_group *g, double *mean)
{
	double sum = 0, squares = 0;
	unsigned int i, n = 0;

	for (i = 0; i < g->n_reports; i++) {
		double rate = throughput_of(&g->reports[i]);

		if (isnan(rate))
			continue;
		sum += rate;
		squares += rate * rate;
		n++;
	}
	*mean = n ? sum / n : 0;
	if (n < 2 || *mean <= 0)
		return NAN;
	return wakes_root(max(squares / n - *mean * *mean, 0.0)) / *mean;
}

static void check_throughput_cv(unsigned int limit, double slowness,
				const struct check_group *g,
				struct check_result *res)
{
	double mean, cv = throughput_cv(g, &mean);

	(void)slowness;
	if (isnan(cv) || 100 * cv <= limit)
		return;
	check_fail(res, "throughput CV %.2f exceeds limit %.2f (mean=%.0f work/cpu_s), cgroup '%s'",
		   cv, limit / 100.0, mean, g->name);
}

static void check_throughput(unsigned int limit, double slowness,
			     const struct check_group *g,
			     struct check_result *res)
{
	double floor = limit / slowness;
	unsigned int i;

	for (i = 0; i < g->n_reports; i++) {
		double rate = throughput_of(&g->reports[i]);

		if (!isnan(rate) && rate < floor)
			check_fail(res, "worker %u throughput %.0f work/cpu_s below floor %.0f, tid %d, cgroup '%s'",
				   i, rate, floor, g->reports[i].tid, g->name);
	}
}

/* What the host took of a worker's time is not the scheduler's. */
static void check_iteration_rate(unsigned int limit, double slowness,
				 const struct check_group *g,
				 struct check_result *res)
{
	double floor = limit / slowness, rate;
	unsigned int i;

	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];
		uint64_t own_ns = r->wall_ns - min(r->wall_ns, r->steal_ns);

		if (!r->completed || !own_ns)
			continue;
		rate = r->iterations / (own_ns / 1e9);
		if (rate < floor)
			check_fail(res, "worker %u iteration rate %.1f/s below floor %.1f/s, tid %d, cgroup '%s'",
				   i, rate, floor, r->tid, g->name);
	}
}

/* NaN where nobody has come to the end of a pass. */
static double migration_ratio(const struct check_group *g)
{
	uint64_t migrations = 0, iterations = 0;
	unsigned int i;

	for (i = 0; i < g->n_reports; i++) {
		migrations += g->reports[i].migrations;
		iterations += g->reports[i].iterations;
	}
	return iterations ? (double)migrations / iterations : NAN;
}

static void check_migration_ratio(unsigned int limit, double slowness,
				  const struct check_group *g,
				  struct check_result *res)
{
	double ratio = migration_ratio(g);

	(void)slowness;
	if (isnan(ratio) || 100 * ratio <= limit)
		return;
	check_fail(res, "migration ratio %.3f exceeds limit %.3f, cgroup '%s'",
		   ratio, limit / 100.0, g->name);
}

/* ---- what cgroups get ---- */

static double share_pct(const struct check_share *s, uint64_t ns)
{
	return s->all_ns ? 100.0 * ns / s->all_ns : NAN;
}

static void check_share_error(unsigned int limit, double slowness,
			      const struct check_group *g,
			      struct check_result *res)
{
	const struct check_share *s = g->share;
	double lacked;

	(void)slowness;
	if (!s || !s->periods || s->lacked_pct <= (double)limit * s->periods)
		return;
	lacked = s->lacked_pct / s->periods;
	if (s->own_lacked_pct <= (double)limit * s->periods) {
		blame_host(res, &g->steal, "cgroup '%s' lacked %.0f %% of the CPU time that was due to it (limit %u %%)",
			   g->name, lacked, limit);
		return;
	}
	check_fail(res, "share of cgroup '%s': %.1f %% of the CPU time, due were %.1f %%: in the mean of %u periods it lacked %.0f %% of that (limit %u %%); cgroup '%s' got most beyond its own",
		   g->name, share_pct(s, s->used_ns), share_pct(s, s->due_ns),
		   s->periods, lacked, limit, s->most ?: "?");
}

static void check_quota(unsigned int limit, double slowness,
			const struct check_group *g, struct check_result *res)
{
	const struct check_share *s = g->share;

	(void)slowness;
	if (!s || !s->quota_periods || s->quota_beyond_pct <= limit)
		return;
	if (s->own_quota_beyond_pct <= limit) {
		blame_host(res, &g->steal, "cgroup '%s' went %.0f %% beyond its cpu.max (limit %u %%)",
			   g->name, s->quota_beyond_pct, limit);
		return;
	}
	check_fail(res, "quota of cgroup '%s' not kept: in one of %u periods it used %.0f %% more than cpu.max lets it have (limit %u %%)",
		   g->name, s->quota_periods, s->quota_beyond_pct, limit);
}

/* Of a worker in @fails: all is well, but for what follows. */
#define WORKER								\
	.tid = 7, .completed = true, .has_run_delay = true,		\
	.wall_ns = 10 * NSEC_PER_SEC
#define LIMIT(name)	offsetof(struct check_limits, name)

static const struct wakes uneven_wakes = {
	.n = 2, .max_ns = 3000, .sum = 4000, .sum_squares = 10000000,
	.kept = { { 1000, 1000 }, { 3000, 3000 } },
};

static const struct check_share lacks = {
	.periods = 2, .used_ns = 10, .due_ns = 50, .all_ns = 100,
	.lacked_pct = 160, .own_lacked_pct = 150, .most = "cg_1",
};

static const struct check_share exceeds = {
	.periods = 2, .used_ns = 50, .due_ns = 50, .all_ns = 100,
	.quota_periods = 2, .quota_beyond_pct = 80, .own_quota_beyond_pct = 70,
};

/* A check is one function and one row. */
const struct check_row check_rows[] = {
	{ LIMIT(not_starved), check_starved, 0, "tid 7 starved ",
	  { WORKER }, NULL },
	{ LIMIT(max_spread_pct), check_spread, 0, "unfair cgroup ",
	  { WORKER, .work_units = 1, .run_delay_ns = 9 * NSEC_PER_SEC }, NULL },
	{ LIMIT(max_gap_ms), check_gap, 0, "stuck ",
	  { WORKER, .work_units = 1, .max_gap_ns = 9 * NSEC_PER_SEC }, NULL },
	{ LIMIT(isolation), check_isolation, 0, "tid 7 ran on unexpected CPUs ",
	  { WORKER, .work_units = 1, .cpus_used = { { 1 << 1 } } }, NULL },
	{ LIMIT(max_wake_p99_us), check_wake_p99, 1, "p99 wake latency ",
	  { WORKER, .work_units = 1, .wakes = &uneven_wakes }, NULL },
	{ LIMIT(max_wake_cv_pct), check_wake_cv, 20, "wake latency CV ",
	  { WORKER, .work_units = 1, .wakes = &uneven_wakes }, NULL },
	{ LIMIT(max_throughput_cv_pct), check_throughput_cv, 50,
	  "throughput CV ",
	  { WORKER, .work_units = 1, .cpu_ns = NSEC_PER_SEC }, NULL },
	{ LIMIT(min_throughput), check_throughput, 100, "worker 1 throughput ",
	  { WORKER, .work_units = 1, .cpu_ns = NSEC_PER_SEC }, NULL },
	{ LIMIT(min_iteration_rate), check_iteration_rate, 5,
	  "worker 1 iteration rate ", { WORKER, .work_units = 1 }, NULL },
	{ LIMIT(max_migration_ratio_pct), check_migration_ratio, 50,
	  "migration ratio ",
	  { WORKER, .work_units = 1, .migrations = 1000 }, NULL },
	{ LIMIT(max_share_error_pct), check_share_error, 25,
	  "share of cgroup ", { WORKER, .work_units = 1 }, &lacks },
	{ LIMIT(max_quota_excess_pct), check_quota, 25,
	  "quota of cgroup ", { WORKER, .work_units = 1 }, &exceeds },
};

const size_t check_n_rows = ARRAY_SIZE(check_rows);

void check_group_run(const struct check_limits *limits, double slowness,
		     const struct check_group *group,
		     struct check_result *result)
{
	unsigned int i, limit;

	for (i = 0; i < group->n_reports; i++) {
		const struct worker_report *r = &group->reports[i];

		if (!r->completed)
			check_fail(result, "worker %d of %s left no report (status 0x%x)%s%s",
				   r->tid, group->name, r->status,
				   r->gave_up[0] ? ": " : "", r->gave_up);
	}
	for (i = 0; i < ARRAY_SIZE(check_rows); i++) {
		limit = check_limit_at(limits, check_rows[i].limit);
		if (limit)
			check_rows[i].run(limit, max(slowness, 1.0), group,
					  result);
	}
}

static void delay_stats(const struct check_group *g,
			struct cgroup_quantities *q)
{
	double low, high;
	unsigned int i;

	if (!has_run_delays(g)) {
		q->spread_pct = NAN;
		q->min_off_cpu_pct = NAN;
		q->max_off_cpu_pct = NAN;
		q->run_delay_ns_mean = QUANTITY_UNKNOWN;
		q->run_delay_ns_worst = QUANTITY_UNKNOWN;
		return;
	}
	delay_range(g, &low, &high);
	q->min_off_cpu_pct = low;
	q->max_off_cpu_pct = high;
	q->spread_pct = high - low;
	for (i = 0; i < g->n_reports; i++) {
		int64_t delay_ns = g->reports[i].run_delay_ns;

		q->run_delay_ns_mean += delay_ns / g->n_reports;
		q->run_delay_ns_worst = max(q->run_delay_ns_worst, delay_ns);
	}
}

static int64_t known_ns(const struct wakes_summary *s, uint64_t ns)
{
	return s->n ? (int64_t)ns : QUANTITY_UNKNOWN;
}

static void wake_stats(const struct check_group *g, struct cgroup_quantities *q)
{
	struct wakes_summary s;

	check_group_wakes(g, &s);
	q->wakes_n = s.n;
	q->wake_ns_p50 = known_ns(&s, s.p50);
	q->wake_ns_p90 = known_ns(&s, s.p90);
	q->wake_ns_p99 = known_ns(&s, s.p99);
	q->wake_ns_p999 = known_ns(&s, s.p999);
	q->wake_ns_max = known_ns(&s, s.max);
	q->wake_own_ns_p99 = known_ns(&s, s.own_p99);
	q->wake_cv = s.n ? s.cv : NAN;
	q->wake_tail = s.p50 ? (double)s.p99 / s.p50 : NAN;
}

static void rate_stats(const struct check_group *g, struct cgroup_quantities *q)
{
	uint64_t cpu_ns = 0;
	unsigned int i;
	double mean;

	for (i = 0; i < g->n_reports; i++)
		cpu_ns += g->reports[i].cpu_ns;
	q->cpu_us = cpu_ns / NSEC_PER_USEC;
	q->iterations_per_s_of_cpu = cpu_ns ? q->iterations / (cpu_ns / 1e9) : NAN;
	q->migration_ratio = migration_ratio(g);
	q->throughput_cv = throughput_cv(g, &mean);
}

static void share_stats(const struct check_group *g,
			struct cgroup_quantities *q)
{
	static const struct check_share none;
	const struct check_share *s = g->share ?: &none;

	q->share_pct = share_pct(s, s->used_ns);
	q->share_due_pct = share_pct(s, s->due_ns);
	q->share_error_pct = s->periods ? s->lacked_pct / s->periods : NAN;
	q->quota_excess_pct = s->quota_periods ? s->quota_beyond_pct : NAN;
}

void check_group_stats(const struct check_group *g,
		       struct cgroup_quantities *q)
{
	unsigned int i;

	memset(q, 0, sizeof(*q));
	q->workers = g->n_reports;
	q->cpus = g->n_cpus;
	delay_stats(g, q);
	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];
		int64_t gap_ms = r->max_gap_ns / NSEC_PER_MSEC;

		if (gap_ms >= q->max_gap_ms) {
			q->max_gap_ms = gap_ms;
			q->max_gap_cpu = r->max_gap_cpu;
		}
		q->migrations += r->migrations;
		q->iterations += r->iterations;
		q->work_units += r->work_units;
	}
	wake_stats(g, q);
	rate_stats(g, q);
	share_stats(g, q);
}
