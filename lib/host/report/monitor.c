// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's section of a report. See monitor.h.
 */
#include "lib/host/report/monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/comment.h"

#define DUMP_LINES	100

/* Over all points of a series. */
struct summary {
	double max_imbalance;
	double sum_imbalance;
	int64_t max_depth;
	double sum_running;
	double sum_depth;
	uint64_t n_cpus;
};

static void sum_point(struct summary *sum, const struct mon_point *p,
		      unsigned int n_cpus)
{
	int64_t most = 0, least = INT64_MAX;
	unsigned int i;
	double ratio;

	for (i = 0; i < n_cpus; i++) {
		const struct mon_point_cpu *c = &p->cpus[i];

		if (!c->valid)
			continue;
		most = max(most, c->q.nr_running);
		least = min(least, c->q.nr_running);
		sum->max_depth = max(sum->max_depth, c->q.dsq_depth);
		sum->sum_running += c->q.nr_running;
		sum->sum_depth += c->q.dsq_depth;
		sum->n_cpus++;
	}
	ratio = (double)most / max(min(least, most), (int64_t)1);
	sum->max_imbalance = max(sum->max_imbalance, ratio);
	sum->sum_imbalance += ratio;
}

static void print_samples(FILE *to, const struct mon_series *s)
{
	struct summary sum = { };
	size_t i;

	for (i = 0; i < s->n_points; i++)
		sum_point(&sum, mon_series_point(s, i), s->n_cpus);
	fprintf(to, "#   samples=%" PRIu64 " of %u CPUs", s->n_taken, s->n_cpus);
	if (s->n_left_out || s->n_rejected)
		fprintf(to, " (left out: %" PRIu64 " whole, %" PRIu64 " CPUs)",
			s->n_left_out, s->n_rejected);
	fprintf(to, " max_imbalance=%.1f max_dsq_depth=%" PRId64 " cost=%.1f us each\n",
		sum.max_imbalance, sum.max_depth,
		s->cost_ns / (double)NSEC_PER_USEC / s->n_taken);
	fprintf(to,
		"#   avg: imbalance=%.1f nr_running/cpu=%.1f dsq/cpu=%.1f\n",
		sum.sum_imbalance / s->n_points,
		sum.sum_running / max(sum.n_cpus, (uint64_t)1),
		sum.sum_depth / max(sum.n_cpus, (uint64_t)1));
}

/* The stretch in which one scheduler's counters count. */
static void print_events(FILE *to, const struct mon_series *s)
{
	const struct mon_point *from = NULL, *until = NULL, *p;
	double seconds;
	unsigned int e;
	size_t i;

	for (i = 0; i < s->n_points; i++) {
		p = mon_series_point(s, i);
		if (!p->events_valid)
			continue;
		from = from ?: p;
		until = p;
	}
	if (!from || from == until)
		return;
	seconds = (until->host_ns - from->host_ns) / (double)NSEC_PER_SEC;
	fprintf(to, "#   events:");
	for (e = 0; e < s->n_events; e++) {
		int64_t n = mon_count_went(from->events[e], until->events[e]);

		if (n)
			fprintf(to, " %s=%" PRId64 " (%.1f/s)",
				s->event_names[e], n, n / seconds);
	}
	fprintf(to, " over %.1f s\n", seconds);
}

static void print_switches(FILE *to, const struct mon_series *s)
{
	uint64_t csw = 0, delay = 0;
	uint32_t ttwu = 0, idle = 0;
	double seconds = (s->last->host_ns - s->first->host_ns) /
			 (double)NSEC_PER_SEC;
	unsigned int i;

	for (i = 0; i < s->n_cpus; i++) {
		const struct mon_cpu *a = &s->first->cpus[i];
		const struct mon_cpu *b = &s->last->cpus[i];

		if (!a->valid || !b->valid)
			continue;
		csw += b->nr_switches - a->nr_switches;
		delay += b->run_delay_ns - a->run_delay_ns;
		ttwu += b->ttwu_count - a->ttwu_count;
		idle += b->sched_goidle - a->sched_goidle;
	}
	if (seconds <= 0)
		return;
	fprintf(to, "#   csw=%" PRIu64 " (%.0f/s)\n", csw, csw / seconds);
	if (s->has_schedstat)
		fprintf(to,
			"#   schedstat: run_delay=%.0fns/s ttwu=%u goidle=%u\n",
			delay / seconds, ttwu, idle);
	else
		fprintf(to, "#   schedstat: not in this kernel\n");
}

/* How far a domain's statistic went on between two samples, all idle types */
static uint64_t balance_went(const struct mon_domain *a,
			     const struct mon_domain *b, enum mon_lb_stat stat)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < MON_IDLE_TYPES; i++)
		n += b->lb[stat][i] - a->lb[stat][i];
	return n;
}

/* The balance statistics of one level, over all CPUs that have it */
static void print_level(FILE *to, const struct mon_series *s,
			unsigned int depth, double seconds)
{
	uint64_t sum[MON_LB_STATS] = { }, all = 0;
	const char *name = NULL;
	unsigned int cpu, i;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *a = &s->first->cpus[cpu];
		const struct mon_cpu *b = &s->last->cpus[cpu];

		/* A tree that was built anew counts from zero. */
		if (!a->valid || !b->valid || depth >= a->n_domains ||
		    depth >= b->n_domains ||
		    b->domains[depth].lb[MON_LB_COUNT][0] <
		    a->domains[depth].lb[MON_LB_COUNT][0])
			continue;
		name = name ?: b->domains[depth].name;
		for (i = 0; i < MON_LB_STATS; i++) {
			uint64_t n = balance_went(&a->domains[depth],
						  &b->domains[depth], i);

			sum[i] += n;
			all += n;
		}
	}
	if (!all)
		return;
	fprintf(to, "#   balance %s:", name);
	for (i = 0; i < MON_LB_STATS; i++)
		if (sum[i])
			fprintf(to, " %s=%" PRIu64 " (%.1f/s)",
				mon_lb_name(i), sum[i], sum[i] / seconds);
	fputc('\n', to);
}

static void print_balance(FILE *to, const struct mon_series *s)
{
	double seconds = (s->last->host_ns - s->first->host_ns) /
			 (double)NSEC_PER_SEC;
	unsigned int depth;

	for (depth = 0; seconds > 0 && depth < MON_DOMAINS_MAX; depth++)
		print_level(to, s, depth, seconds);
}

static bool has_ops(const struct mon_dump *d)
{
	size_t i;

	for (i = 0; i < d->n_progs; i++)
		if (d->progs[i].op[0])
			return true;
	return false;
}

const struct mon_dump *monitor_progs_dump(const struct mon_findings *f)
{
	const struct mon_dump *d = NULL;
	size_t i;

	for (i = 0; i < f->n_dumps; i++)
		if (has_ops(f->dumps[i].dump))
			d = f->dumps[i].dump;
	return d;
}

static void print_progs(FILE *to, const struct mon_findings *f)
{
	const struct mon_dump *d = monitor_progs_dump(f);
	size_t i;

	for (i = 0; d && i < d->n_progs; i++) {
		const struct mon_prog *p = &d->progs[i];

		if (!p->op[0])
			continue;
		fprintf(to, "#   bpf: %s verified_insns=%u", p->name,
			p->verified_insns);
		/* Counted with kernel.bpf_stats_enabled=1 only */
		if (p->runs)
			fprintf(to, " cnt=%" PRIu64 " %.0fns/call", p->runs,
				(double)p->run_ns / p->runs);
		fputc('\n', to);
	}
}

static const char *why_no_samples(const struct run_outcome *out)
{
	return out->series.why_none[0] ? out->series.why_none :
	       "the run was over too soon";
}

/* How long the body ran; UINT64_MAX when its end was never told. */
static uint64_t workload_ns(const struct mon_series *s)
{
	uint64_t start = 0;
	size_t i;

	for (i = 0; i < s->n_marks; i++) {
		const struct mon_mark *m = &s->marks[i];

		if (m->kind != MON_MARK_STAGE)
			continue;
		if (m->stage == STAGE_WORKLOAD)
			start = m->host_ns;
		else if (start && m->stage > STAGE_WORKLOAD)
			return m->host_ns - start;
	}
	return UINT64_MAX;
}

bool monitor_saw_nothing(const struct run_outcome *out, char *why, size_t size)
{
	const struct mon_series *s = &out->series;

	if (out->findings.n_judged || out->stage < STAGE_WORKLOAD)
		return false;
	/* In a body of less than two intervals none need fall. */
	if (s->n_taken && workload_ns(s) < 2 * s->interval_ns * s->slowness)
		return false;
	if (s->n_taken)
		snprintf(why, size,
			 "%" PRIu64 " samples, and none of them while the body ran",
			 s->n_taken);
	else
		snprintf(why, size, "no samples: %s", why_no_samples(out));
	return true;
}

/* A line each */
static void print_notes(FILE *to, const char *notes)
{
	size_t len;

	for (; *notes; notes += len + (notes[len] == '\n')) {
		len = strcspn(notes, "\n");
		fputs("#   ", to);
		text_put(to, notes, len);
		fputc('\n', to);
	}
}

void report_alarms(FILE *to, const struct run_outcome *out)
{
	const struct mon_findings *f = &out->findings;
	unsigned int i;

	if (!out->series.n_taken)
		fprintf(to, "#   verdict: none, no samples: %s\n",
			why_no_samples(out));
	else if (!f->n_judged)
		fprintf(to, "#   verdict: none, no sample fell into the workload\n");
	else if (!f->n_alarms)
		fprintf(to, "#   verdict: monitor OK (%" PRIu64 " samples)\n",
			f->n_judged);
	for (i = 0; i < f->n_alarms; i++)
		fprintf(to, "#   verdict: %s\n", f->alarms[i].text);
}

static void print_assertions(FILE *to, const struct run_outcome *out)
{
	unsigned int i;

	for (i = 0; i < out->n_assertions; i++) {
		const struct outcome_assertion *a = &out->assertions[i];

		fprintf(to, "#   asserted: %s: it %s%s%s\n", a->text,
			a->answer == ASSERTION_OPEN ? "cannot be told" :
			assertion_answer_name(a->answer), *a->why ? ": " : "",
			a->why);
	}
}

static void print_snapshots(FILE *to, const struct mon_snapshots *s)
{
	uint64_t most_ns = 0, all_ns = 0;
	unsigned int i;

	if (!s->wanted)
		return;
	for (i = 0; i < s->n; i++) {
		most_ns = max(most_ns, s->list[i].stood_ns);
		all_ns += s->list[i].stood_ns;
	}
	fprintf(to, "#   snapshots: %u of %u; the CPUs stood still for %.1f ms in all, %.1f at most%s%s\n",
		s->n, s->wanted, all_ns / (double)NSEC_PER_MSEC,
		most_ns / (double)NSEC_PER_MSEC, *s->why ? "; " : "", s->why);
}

/* Of a scheduler that was ended for a stall: was it seen before? */
static void print_half_time(FILE *to, const struct mon_findings *f)
{
	if (!f->watchdog_ns || !mon_findings_get(f, MON_DUMP_EXIT))
		return;
	fprintf(to, "#   watchdog %.1f s: half of it was %s, the longest wait seen %.1f s\n",
		f->watchdog_ns / (double)NSEC_PER_SEC,
		mon_findings_get(f, MON_DUMP_HALF) ? "dumped" : "not reached",
		f->peak_wait_ns / (double)NSEC_PER_SEC);
}

void report_monitor(FILE *to, const struct run_outcome *out)
{
	const struct mon_series *s = &out->series;

	fprintf(to, "# --- monitor ---\n");
	if (!s->n_points) {
		fprintf(to, "#   no samples: %s\n", why_no_samples(out));
		print_assertions(to, out);
		return;
	}
	print_samples(to, s);
	print_events(to, s);
	print_switches(to, s);
	print_balance(to, s);
	print_progs(to, &out->findings);
	print_notes(to, s->notes);
	report_alarms(to, out);
	print_half_time(to, &out->findings);
	print_snapshots(to, &out->findings.snapshots);
	print_assertions(to, out);
}

/* ---- dumps ---- */

/* Before a death says more than after it; a hang is its own end. */
static const struct mon_kept_dump *best_dump(const struct mon_findings *f)
{
	static const enum mon_dump_why order[] = {
		MON_DUMP_END, MON_DUMP_ALARM, MON_DUMP_HALF, MON_DUMP_EXIT,
	};
	const struct mon_kept_dump *d = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order) && !d; i++)
		d = mon_findings_get(f, order[i]);
	return d;
}

void report_all_dumps(FILE *to, const struct run_outcome *out)
{
	const struct mon_findings *f = &out->findings;
	unsigned int i;

	for (i = 0; i < f->n_dumps; i++) {
		struct strbuf fit = STRBUF_INIT;

		strbuf_addf(&fit, "==== %s\n", f->dumps[i].what);
		text_add(&fit, f->dumps[i].text.text, f->dumps[i].text.len);
		fputs(fit.text, to);
		strbuf_free(&fit);
	}
}

void report_dump(FILE *to, const struct run_outcome *out)
{
	const struct mon_kept_dump *d = best_dump(&out->findings);
	struct strbuf head = STRBUF_INIT;
	const char *end;
	unsigned int n = 0;

	if (!d)
		return;
	for (end = d->text.text; *end && n < DUMP_LINES; n++)
		end += strcspn(end, "\n") + (end[strcspn(end, "\n")] != '\0');
	strbuf_add(&head, d->text.text, end - d->text.text);
	fprintf(to, "# --- monitor dump ---\n");
	report_comment(to, d->what);
	report_comment(to, head.text);
	if (*end)
		fprintf(to, "#   (%zu bytes more)\n",
			d->text.len - head.len);
	strbuf_free(&head);
}
