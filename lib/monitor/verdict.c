// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: a check is one row of a table. See verdict.h.
 */
#include "lib/monitor/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/compiler.h"
#include "lib/util/util.h"

/* A vCPU that used less than so many ticks of CPU time was not there. */
#define TICKS_PER_SAMPLE	10
#define HZ_UNKNOWN		250
#define ALL_CPUS		(-1)

/**
 * struct finding - what a check saw on one CPU in one sample
 * @holds: the condition is met
 * @pauses: it is not, but what was @same before has not ended for that
 * @same: tells this condition from another one on the same CPU; when it
 *	changes, what lasts has begun anew
 * @what: the first half of the text
 */
struct finding {
	bool holds;
	bool pauses;
	uint64_t same;
	int pid;
	double value;
	double threshold;
	char what[160];
};

/**
 * struct streak - what lasts
 * @n: samples in which the check's condition held
 * @paused: samples in between in which it did not, never more than @n
 * @busy_ns: CPU time that the vCPU used meanwhile
 * @told: there was an alarm
 */
struct streak {
	unsigned int n;
	unsigned int paused;
	uint64_t since_ns;
	uint64_t same;
	uint64_t busy_ns;
	bool told;
};

struct mon_verdict {
	const struct mon_kernel *kernel;
	unsigned int n_cpus;
	struct check_limits limits;
	double slowness;
	int fallback;		/* indices of the counters, -1 without */
	int keep_last;
	struct mon_sample *last;
	bool has_last;
	struct mon_alarm alarms[MON_ALARMS_MAX];
	unsigned int n_alarms;
	struct streak streaks[];	/* for each check, for each CPU */
};

/* Two samples that follow on each other, and a CPU. */
struct pair {
	const struct mon_verdict *v;
	const struct mon_sample *last;
	const struct mon_sample *now;
	uint64_t guest_ns;
	unsigned int cpu;
};

static void __printf(2, 3) say(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
}

static bool is_set(unsigned int limit)
{
	return limit && limit != CHECK_OFF;
}

static double window_ms(const struct mon_verdict *v)
{
	return v->limits.sustained_samples * MON_WINDOW_MS * v->slowness;
}

/* sched_ext is at work: not being loaded, bypassed or thrown out. */
static bool scx_works(const struct mon_verdict *v, const struct mon_sample *s)
{
	const uint64_t *c = v->kernel->f.constant;

	return s->scx.loaded && !s->scx.exit_kind && s->scx.bypass_depth <= 0 &&
	       (s->scx.enable_state < 0 ||
		(uint64_t)s->scx.enable_state == c[MON_C_SCX_ENABLED]);
}

/* ---- the checks ---- */

/* There is a task, and no time goes by for it. */
static bool stands_still(const struct pair *p, unsigned int cpu)
{
	const struct mon_cpu *a = &p->last->cpus[cpu];
	const struct mon_cpu *b = &p->now->cpus[cpu];

	return a->valid && !a->idle && !b->idle && b->nr_running &&
	       a->clock_ns == b->clock_ns;
}

static void look_cpu_stall(const struct pair *p, struct finding *f)
{
	const struct mon_cpu *b = &p->now->cpus[p->cpu];

	if (!stands_still(p, p->cpu))
		return;
	f->holds = true;
	f->same = b->clock_ns;
	f->pid = b->curr_pid;
	f->threshold = window_ms(p->v);
	say(f, "stall: the run queue's clock of CPU %u stands still at its %.3f s while %s[%d] runs there",
	    p->cpu, b->clock_ns / (double)NSEC_PER_SEC, b->curr_comm,
	    b->curr_pid);
}

/* Some CPU that is idle and that the waiter may use; -1 for none */
static int idle_for(const struct mon_sample *s, const struct mon_waiter *w)
{
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++)
		if (s->cpus[cpu].valid && s->cpus[cpu].idle &&
		    mon_cpus_test(&w->cpus, cpu))
			return cpu;
	return -1;
}

/*
 * Did the host run that CPU's thread, be it for a tenth of its fair share? What
 * it had to do otherwise waits for the host, not for the scheduler.
 */
static bool vcpu_ran(const struct pair *p)
{
	const struct mon_cpu *a = &p->last->cpus[p->cpu];
	const struct mon_cpu *b = &p->now->cpus[p->cpu];

	/* An idle one has nothing to run, and a machine may not tell. */
	return a->idle || b->idle || !b->vcpu_time_ns ||
	       10 * p->v->slowness * (b->vcpu_time_ns - a->vcpu_time_ns) >=
	       p->now->host_ns - p->last->host_ns;
}

static void look_task_stall(const struct pair *p, struct finding *f)
{
	const struct mon_waiter *w = &p->now->cpus[p->cpu].waiter;
	const struct mon_waiter *before = &p->last->cpus[p->cpu].waiter;
	int idle = w->pid ? idle_for(p->now, w) : -1;

	/* A wait that is shorter than it was is another one. */
	if (before->pid == w->pid && before->wait_ns > w->wait_ns)
		return;
	/*
	 * Whoever ran on the idle CPU for a moment has not ended the wait. On a
	 * CPU that stands still, that is what is wrong, and the check for it may
	 * need longer: the wait may have begun before.
	 */
	f->holds = idle >= 0 && vcpu_ran(p) && !stands_still(p, p->cpu);
	f->pauses = w->pid && before->pid == w->pid;
	f->same = w->pid;
	if (!f->holds)
		return;
	f->pid = w->pid;
	f->value = w->wait_ns / NSEC_PER_MSEC;
	f->threshold = window_ms(p->v);
	say(f, "stall: %s[%d] on CPU %u has been runnable for %.0f ms while CPU %d, which it may use, is idle",
	    w->comm, w->pid, p->cpu, f->value, idle);
}

static void look_task_wait(const struct pair *p, struct finding *f)
{
	const struct mon_waiter *w = &p->now->cpus[p->cpu].waiter;

	f->value = w->wait_ns / NSEC_PER_MSEC;
	f->threshold = p->v->limits.max_task_wait_ms * p->v->slowness;
	if (!w->pid || f->value <= f->threshold)
		return;
	f->holds = true;
	f->same = w->pid;
	f->pid = w->pid;
	say(f, "stall: %s[%d] on CPU %u has been runnable for %.0f ms without running",
	    w->comm, w->pid, p->cpu, f->value);
}

/* The busiest and the least busy CPU */
static bool extremes(const struct mon_sample *s, unsigned int *most,
		     unsigned int *least)
{
	bool found = false;
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *c = &s->cpus[cpu];

		if (!c->valid)
			continue;
		if (!found || c->nr_running > s->cpus[*most].nr_running)
			*most = cpu;
		if (!found || c->nr_running < s->cpus[*least].nr_running)
			*least = cpu;
		found = true;
	}
	return found;
}

static void look_imbalance(const struct pair *p, struct finding *f)
{
	unsigned int most = 0, least = 0, a, b;
	const struct mon_waiter *w;

	if (!extremes(p->now, &most, &least))
		return;
	a = p->now->cpus[most].nr_running;
	b = p->now->cpus[least].nr_running;
	w = &p->now->cpus[most].waiter;
	f->value = (double)a / max(b, 1U);
	f->threshold = p->v->limits.max_imbalance_pct / 100.0;
	/*
	 * Tasks that belong where they are make no imbalance, and on a CPU that
	 * stands still there is worse.
	 */
	if (f->value <= f->threshold || !w->pid ||
	    !mon_cpus_test(&w->cpus, least) || stands_still(p, most))
		return;
	f->holds = true;
	f->pid = w->pid;
	say(f, "imbalance: CPU %u has %u runnable tasks, CPU %u has %u, and %s[%d] may use both",
	    most, a, least, b, w->comm, w->pid);
}

static void look_dsq_depth(const struct pair *p, struct finding *f)
{
	f->value = p->now->cpus[p->cpu].dsq_depth;
	f->threshold = p->v->limits.max_local_dsq_depth;
	f->holds = f->value > f->threshold;
	say(f, "the local DSQ of CPU %u holds %.0f tasks", p->cpu, f->value);
}

/* Events of one kind, a second and CPU */
static bool event_rate(const struct pair *p, int event, double *rate)
{
	const struct mon_scx *a = &p->last->scx, *b = &p->now->scx;
	uint64_t ns = p->now->host_ns - p->last->host_ns;

	if (event < 0 || !ns || !a->events_valid || !b->events_valid ||
	    a->id != b->id)
		return false;
	*rate = ((double)b->events[event] - (double)a->events[event]) * NSEC_PER_SEC /
		ns / max(p->now->n_valid, 1U);
	return true;
}

static void look_rate(const struct pair *p, struct finding *f, int event,
		      unsigned int limit, const char *what)
{
	f->threshold = limit;
	f->holds = event_rate(p, event, &f->value) && f->value > f->threshold;
	say(f, "%s %.1f times a second on each of %u CPUs", what, f->value,
	    p->now->n_valid);
}

static void look_fallback(const struct pair *p, struct finding *f)
{
	look_rate(p, f, p->v->fallback, p->v->limits.max_fallback_rate,
		  "fallback rate: select_cpu picked a CPU that cannot be");
}

static void look_keep_last(const struct pair *p, struct finding *f)
{
	look_rate(p, f, p->v->keep_last, p->v->limits.max_keep_last_rate,
		  "keep_last rate: a task went on for want of another");
}

/**
 * struct check - a row of the table
 * @limit: which field of struct check_limits switches it on
 * @scx: only while a sched_ext scheduler is at work
 * @per_cpu: looked at on each CPU, else once
 * @at_once: has waited long enough when it holds
 * @reaches: the value must have come up to the threshold as well
 * @needs_time: the vCPU must have used CPU time meanwhile
 * @timed: the value is how long it has lasted, in ms
 * @unit: of value and threshold
 */
static const struct check {
	const char *name;
	size_t limit;
	bool scx;
	bool per_cpu;
	bool at_once;
	bool reaches;
	bool needs_time;
	bool timed;
	const char *unit;
	void (*look)(const struct pair *p, struct finding *f);
} checks[MON_CHECKS] = {
	[MON_CHECK_CPU_STALL] = {
		.name = "CPU stall",
		.limit = offsetof(struct check_limits, fail_on_stall),
		.per_cpu = true, .needs_time = true, .timed = true,
		.unit = " ms", .look = look_cpu_stall,
	},
	[MON_CHECK_TASK_STALL] = {
		.name = "task stall",
		.limit = offsetof(struct check_limits, fail_on_stall),
		.scx = true, .per_cpu = true, .reaches = true,
		.unit = " ms", .look = look_task_stall,
	},
	[MON_CHECK_TASK_WAIT] = {
		.name = "task wait",
		.limit = offsetof(struct check_limits, max_task_wait_ms),
		.scx = true, .per_cpu = true, .at_once = true,
		.unit = " ms", .look = look_task_wait,
	},
	[MON_CHECK_IMBALANCE] = {
		.name = "imbalance",
		.limit = offsetof(struct check_limits, max_imbalance_pct),
		.scx = true, .unit = "", .look = look_imbalance,
	},
	[MON_CHECK_DSQ_DEPTH] = {
		.name = "DSQ depth",
		.limit = offsetof(struct check_limits, max_local_dsq_depth),
		.scx = true, .per_cpu = true,
		.unit = " tasks", .look = look_dsq_depth,
	},
	[MON_CHECK_FALLBACK] = {
		.name = "fallback rate",
		.limit = offsetof(struct check_limits, max_fallback_rate),
		.scx = true, .unit = "/s", .look = look_fallback,
	},
	[MON_CHECK_KEEP_LAST] = {
		.name = "keep_last rate",
		.limit = offsetof(struct check_limits, max_keep_last_rate),
		.scx = true, .unit = "/s", .look = look_keep_last,
	},
};

/* ---- what lasts ---- */

static unsigned int limit_of(const struct mon_verdict *v,
			     const struct check *check)
{
	unsigned int limit;

	memcpy(&limit, (const char *)&v->limits + check->limit, sizeof(limit));
	return limit;
}

static bool known(const struct mon_verdict *v, enum mon_check check, int cpu)
{
	unsigned int i;

	for (i = 0; i < v->n_alarms; i++)
		if (v->alarms[i].check == check && v->alarms[i].cpu == cpu)
			return true;
	return false;
}

/* The timeline's time; a guest that never told its own has none. */
static void add_time(struct mon_alarm *a)
{
	size_t len = strlen(a->text);

	if (a->guest_ns)
		snprintf(a->text + len, sizeof(a->text) - len, ", at %.3f s",
			 a->guest_ns / (double)NSEC_PER_SEC);
}

static bool raise_alarm(struct mon_verdict *v, enum mon_check check,
			const struct pair *p, const struct finding *f,
			const struct streak *streak)
{
	int cpu = checks[check].per_cpu ? (int)p->cpu : ALL_CPUS;
	struct mon_alarm *a;

	if (known(v, check, cpu) || v->n_alarms == MON_ALARMS_MAX)
		return false;
	a = &v->alarms[v->n_alarms++];
	memset(a, 0, sizeof(*a));
	a->check = check;
	a->cpu = cpu;
	a->pid = f->pid;
	a->value = f->value;
	a->threshold = f->threshold;
	a->since_ns = streak->since_ns;
	a->host_ns = p->now->host_ns;
	a->guest_ns = p->guest_ns;
	a->samples = streak->n;
	if (checks[check].timed)
		a->value = (double)(a->host_ns - a->since_ns) / NSEC_PER_MSEC;
	snprintf(a->text, sizeof(a->text),
		 "%s: %.1f%s (limit %.1f%s) in %u samples over %.0f ms",
		 f->what, a->value, checks[check].unit, a->threshold,
		 checks[check].unit, a->samples,
		 (a->host_ns - a->since_ns) / (double)NSEC_PER_MSEC);
	add_time(a);
	return true;
}

static bool lasts(const struct mon_verdict *v, const struct check *check,
		  const struct pair *p, const struct finding *f,
		  const struct streak *s)
{
	unsigned int hz = v->kernel->hz ? v->kernel->hz : HZ_UNKNOWN;
	uint64_t ms = (p->now->host_ns - s->since_ns) / NSEC_PER_MSEC;
	double busy_ms = v->slowness * v->limits.sustained_samples *
			 TICKS_PER_SAMPLE * MSEC_PER_SEC / hz;

	if (check->at_once)
		return true;
	if (s->n < v->limits.sustained_samples || ms < window_ms(v))
		return false;
	if (check->reaches && f->value < f->threshold)
		return false;
	/* A machine that cannot tell has no CPU time at all. */
	return !check->needs_time || !p->now->cpus[p->cpu].vcpu_time_ns ||
	       s->busy_ns / NSEC_PER_MSEC >= busy_ms;
}

static unsigned int run_check(struct mon_verdict *v, enum mon_check i,
			      const struct pair *p)
{
	struct streak *s = &v->streaks[i * v->n_cpus + p->cpu];
	const struct mon_cpu *cpu = &p->now->cpus[p->cpu];
	struct finding f = { };

	if (!checks[i].per_cpu || cpu->valid)
		checks[i].look(p, &f);
	if (!f.holds) {
		if (!f.pauses || s->same != f.same || ++s->paused > s->n)
			memset(s, 0, sizeof(*s));
		return 0;
	}
	if (!s->n || s->same != f.same) {
		memset(s, 0, sizeof(*s));
		s->same = f.same;
		/* Two samples that are alike: it began with the first. */
		s->since_ns = p->last->host_ns;
	}
	s->n++;
	s->busy_ns += cpu->vcpu_time_ns - p->last->cpus[p->cpu].vcpu_time_ns;
	if (s->told || !lasts(v, &checks[i], p, &f, s))
		return 0;
	s->told = true;
	return raise_alarm(v, i, p, &f, s);
}

static unsigned int judge(struct mon_verdict *v,
			  const struct mon_sample *sample, uint64_t guest_ns)
{
	struct pair p = {
		.v = v, .last = v->last, .now = sample, .guest_ns = guest_ns,
	};
	bool scx = scx_works(v, v->last) && scx_works(v, sample);
	unsigned int n = 0, i;

	for (i = 0; i < MON_CHECKS; i++) {
		if (!is_set(limit_of(v, &checks[i])))
			continue;
		if (checks[i].scx && !scx) {
			memset(&v->streaks[i * v->n_cpus], 0,
			       v->n_cpus * sizeof(v->streaks[0]));
			continue;
		}
		for (p.cpu = 0; p.cpu < (checks[i].per_cpu ? v->n_cpus : 1);
		     p.cpu++)
			n += run_check(v, i, &p);
	}
	return n;
}

/* ---- from outside ---- */

struct mon_verdict *mon_verdict_create(const struct mon_kernel *kernel,
				       unsigned int n_cpus,
				       const struct check_limits *limits,
				       double slowness)
{
	struct mon_verdict *v;

	v = calloc(1, sizeof(*v) +
		      MON_CHECKS * n_cpus * sizeof(v->streaks[0]));
	if (!v)
		return NULL;
	v->last = malloc(mon_sample_size(n_cpus));
	if (!v->last) {
		free(v);
		return NULL;
	}
	v->kernel = kernel;
	v->n_cpus = n_cpus;
	v->limits = *limits;
	if (!is_set(v->limits.sustained_samples))
		v->limits.sustained_samples = 1;
	v->slowness = max(slowness, 1.0);
	v->fallback = mon_event_find(kernel, "SELECT_CPU_FALLBACK");
	v->keep_last = mon_event_find(kernel, "DISPATCH_KEEP_LAST");
	return v;
}

void mon_verdict_destroy(struct mon_verdict *v)
{
	if (!v)
		return;
	free(v->last);
	free(v);
}

unsigned int mon_verdict_feed(struct mon_verdict *v,
			      const struct mon_sample *sample,
			      uint64_t guest_ns)
{
	unsigned int n = 0;

	if (sample->n_cpus != v->n_cpus)
		return 0;
	if (v->has_last)
		n = judge(v, sample, guest_ns);
	memcpy(v->last, sample, mon_sample_size(v->n_cpus));
	v->has_last = true;
	return n;
}

void mon_verdict_forget(struct mon_verdict *v)
{
	v->has_last = false;
	memset(v->streaks, 0, MON_CHECKS * v->n_cpus * sizeof(v->streaks[0]));
}

const struct mon_alarm *mon_verdict_alarms(const struct mon_verdict *v,
					   unsigned int *n)
{
	*n = v->n_alarms;
	return v->alarms;
}

const char *mon_check_name(enum mon_check check)
{
	return check < MON_CHECKS ? checks[check].name : "?";
}
