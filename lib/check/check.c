// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks on what a group of workers has lived through. See check.h.
 */
#include "lib/check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/util/util.h"

#define DEFAULT_GAP_MS		2000
#define DEFAULT_SPREAD_PCT	15
#define DEFAULT_TASK_WAIT_MS	2000
#define DEFAULT_IMBALANCE_PCT	400
#define DEFAULT_DSQ_DEPTH	50
#define DEFAULT_FALLBACK_RATE	200
#define DEFAULT_KEEP_LAST_RATE	100
#define DEFAULT_SUSTAINED	5
/* A spread can hardly be more than 100: above this the check says nothing. */
#define SPREAD_CAP_PCT		60.0
/* Nor can a gap be longer than the scenario is. */
#define GAP_CAP			0.9

void check_limits_default(struct check_limits *limits)
{
	*limits = (struct check_limits){
		.not_starved = CHECK_ON,
		.max_gap_ms = DEFAULT_GAP_MS,
		.max_spread_pct = DEFAULT_SPREAD_PCT,
		.isolation = CHECK_ON,
		.fail_on_stall = CHECK_ON,
		.max_task_wait_ms = DEFAULT_TASK_WAIT_MS,
		.max_imbalance_pct = DEFAULT_IMBALANCE_PCT,
		.max_local_dsq_depth = DEFAULT_DSQ_DEPTH,
		.max_fallback_rate = DEFAULT_FALLBACK_RATE,
		.max_keep_last_rate = DEFAULT_KEEP_LAST_RATE,
		.sustained_samples = DEFAULT_SUSTAINED,
	};
}

static void merge_one(unsigned int *limit, unsigned int over)
{
	if (over)
		*limit = over;
}

void check_limits_merge(struct check_limits *limits,
			const struct check_limits *over)
{
	merge_one(&limits->not_starved, over->not_starved);
	merge_one(&limits->max_gap_ms, over->max_gap_ms);
	merge_one(&limits->max_spread_pct, over->max_spread_pct);
	merge_one(&limits->isolation, over->isolation);
	merge_one(&limits->fail_on_stall, over->fail_on_stall);
	merge_one(&limits->max_task_wait_ms, over->max_task_wait_ms);
	merge_one(&limits->max_imbalance_pct, over->max_imbalance_pct);
	merge_one(&limits->max_local_dsq_depth, over->max_local_dsq_depth);
	merge_one(&limits->max_fallback_rate, over->max_fallback_rate);
	merge_one(&limits->max_keep_last_rate, over->max_keep_last_rate);
	merge_one(&limits->sustained_samples, over->sustained_samples);
}

void check_fail(struct check_result *result, enum check_kind kind,
		const char *fmt, ...)
{
	struct wire_detail *d;
	va_list ap;

	result->failed = true;
	if (result->n_details == CHECK_MAX_DETAILS)
		return;
	d = &result->details[result->n_details++];
	memset(d, 0, sizeof(*d));
	d->kind = kind;
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

static void check_starved(unsigned int limit, double slowness,
			  const struct check_group *g, struct check_result *res)
{
	unsigned int i;

	(void)limit;
	(void)slowness;
	for (i = 0; i < g->n_reports; i++)
		if (!g->reports[i].work_units)
			check_fail(res, CHECK_STARVED,
				   "tid %d starved (0 work units)",
				   g->reports[i].tid);
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

	if (!has_run_delays(g)) {
		snprintf(res->not_judged, sizeof(res->not_judged),
			 "not judged: the spread of cgroup '%s': the kernel keeps no time waited (CONFIG_SCHEDSTATS)",
			 g->name);
		return;
	}
	/* A host that is slow is also coarse; but it has to stay a check. */
	allowed = max(allowed, min(allowed * slowness, SPREAD_CAP_PCT));
	if (delay_range(g, &low, &high) < 2 || high - low <= allowed)
		return;
	check_fail(res, CHECK_UNFAIR,
		   "unfair cgroup: spread=%.0f%% (%.0f-%.0f%%) %u workers on %u cpus (threshold %.0f%%)",
		   high - low, low, high, g->n_reports, g->n_cpus, allowed);
}

/*
 * Whoever stands still for all of a scenario has failed it, however short it
 * is and however slow the host. On a slow one the scenario takes longer than
 * it was to, and so may each worker's turns: what counts is the worker's time.
 */
static double gap_allowed_ms(unsigned int limit_ms, double slowness,
			     unsigned int duration_ms,
			     const struct worker_report *r)
{
	double took_ms = max(r->wall_ns / 1e6, (double)duration_ms);

	if (!duration_ms)
		return limit_ms * slowness;
	limit_ms = min(limit_ms, duration_ms / 2);
	return min(limit_ms * slowness, took_ms * GAP_CAP);
}

static void check_gap(unsigned int limit, double slowness,
		      const struct check_group *g, struct check_result *res)
{
	unsigned int i;

	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];
		double allowed_ms = gap_allowed_ms(limit, slowness,
						   g->duration_ms, r);

		if (r->max_gap_ns / 1e6 <= allowed_ms)
			continue;
		check_fail(res, CHECK_STUCK,
			   "stuck %llums on cpu%u at +%llums (threshold %.0fms)",
			   (unsigned long long)(r->max_gap_ns / NSEC_PER_MSEC),
			   r->max_gap_cpu, (unsigned long long)
			   (r->max_gap_at_ns / NSEC_PER_MSEC), allowed_ms);
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
			check_fail(res, CHECK_ISOLATION,
				   "tid %d ran on unexpected CPUs {%s}",
				   g->reports[i].tid, list);
	}
}

/* A check is one function and one row. */
static const struct check {
	size_t limit;	/* offset in struct check_limits */
	void (*run)(unsigned int limit, double slowness,
		    const struct check_group *g, struct check_result *res);
} checks[] = {
	{ offsetof(struct check_limits, not_starved), check_starved },
	{ offsetof(struct check_limits, max_spread_pct), check_spread },
	{ offsetof(struct check_limits, max_gap_ms), check_gap },
	{ offsetof(struct check_limits, isolation), check_isolation },
};

void check_group_run(const struct check_limits *limits, double slowness,
		     const struct check_group *group,
		     struct check_result *result)
{
	unsigned int i, limit;

	for (i = 0; i < group->n_reports; i++) {
		const struct worker_report *r = &group->reports[i];

		if (!r->completed)
			check_fail(result, CHECK_OTHER,
				   "worker %d of %s left no report (status 0x%x)",
				   r->tid, group->name, r->status);
	}
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		memcpy(&limit, (const char *)limits + checks[i].limit,
		       sizeof(limit));
		if (limit && limit != CHECK_OFF)
			checks[i].run(limit, max(slowness, 1.0), group, result);
	}
}

void check_group_stats(const struct check_group *g,
		       struct wire_cgroup_stats *stats)
{
	double low, high;
	unsigned int i;

	memset(stats, 0, sizeof(*stats));
	snprintf(stats->name, sizeof(stats->name), "%s", g->name);
	stats->workers = g->n_reports;
	stats->cpus = g->n_cpus;
	delay_range(g, &low, &high);
	stats->min_off_cpu_permille = low * 10;
	stats->max_off_cpu_permille = high * 10;
	stats->spread_permille = (high - low) * 10;
	for (i = 0; i < g->n_reports; i++) {
		const struct worker_report *r = &g->reports[i];

		if (r->max_gap_ns / NSEC_PER_MSEC >= stats->max_gap_ms) {
			stats->max_gap_ms = r->max_gap_ns / NSEC_PER_MSEC;
			stats->max_gap_cpu = r->max_gap_cpu;
		}
		stats->migrations += r->migrations;
		stats->iterations += r->iterations;
		stats->work_units += r->work_units;
		stats->run_delay_ns_mean += r->run_delay_ns / g->n_reports;
		stats->run_delay_ns_worst = max(stats->run_delay_ns_worst,
						r->run_delay_ns);
	}
}
