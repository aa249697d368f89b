// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: what of that which the checks see lasts too long. See checks.h.
 */
#include "lib/host/monitor/judge/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"
#include "lib/host/monitor/judge/past.h"
#include "lib/host/monitor/read/tasks.h"

/* A vCPU that used less than so many ticks of CPU time was not there. */
#define TICKS_PER_SAMPLE	10
#define HZ_UNKNOWN		250
#define ALL_CPUS		(-1)
/* Who runs while another waits on its CPU may be missed in so many samples. */
#define HOLDER_MISSED		2
/* In so many samples a vCPU must have been seen halted with interrupts off. */
#define HALTED_SAMPLES		2
/* A vCPU that has run for a part of the time does not wait for the host. */
#define RAN_PART		10
/* In so many of the samples a condition must hold, where its check says no more. */
#define SHARE_PCT		50

/**
 * struct streak - what lasts
 * @n: samples in which the check's condition held
 * @paused: samples in between in which it did not
 * @own_ns: the time that it has lasted, without what the host took
 * @busy_ns: CPU time that the vCPU used meanwhile
 * @halted: samples in which it was found halted with interrupts off
 */
struct streak {
	unsigned int n;
	unsigned int paused;
	uint64_t since_ns;
	uint64_t same;
	uint64_t own_ns;
	uint64_t busy_ns;
	unsigned int halted;
};

/**
 * struct cpu_memory - what is remembered of a CPU beside its streaks
 * @holder: who has it for itself
 * @missed: samples in a row that had another
 * @ran_ns: CLOCK_MONOTONIC of the host when its vCPU was last seen to run, or
 *	to have nothing to do: not to wait for the host
 */
struct cpu_memory {
	struct mon_holder holder;
	unsigned int missed;
	uint64_t ran_ns;
};

struct mon_verdict {
	const struct mon_kernel *kernel;
	unsigned int n_cpus;
	struct check_limits limits;
	double slowness;
	int events[MON_CHECKS];	/* indices of their counters, -1 without */
	struct mon_sample *last;
	bool has_last;
	uint64_t *wait_steal_ns;	/* from each CPU while its waiter waits */
	uint64_t *step_steal_ns;	/* likewise, since the last sample */
	struct mon_past past;		/* likewise, of the last while */
	struct cpu_memory *memory;	/* for each CPU */
	struct mon_alarm alarms[MON_ALARMS_MAX];
	unsigned int n_alarms;
	struct streak streaks[];	/* for each check, for each CPU */
};

#define CHECK_POINTER(id, name)	&mon_check_##name,

const struct mon_check_ops * const mon_checks[MON_CHECKS] = {
	MON_CHECK_ROWS(CHECK_POINTER)
};

/* sched_ext is at work: not being loaded, bypassed or thrown out. */
static bool scx_works(const struct mon_verdict *v, const struct mon_sample *s)
{
	const uint64_t *c = v->kernel->f.constant;

	return s->scx.loaded && !s->scx.exit_kind && s->scx.bypass_depth <= 0 &&
	       (s->scx.enable_state < 0 ||
		(uint64_t)s->scx.enable_state == c[MON_C_SCX_ENABLED]);
}

/* What the host left of the time: of that CPU, or of all in the mean */
static uint64_t own_ns(const struct mon_pair *p, bool per_cpu)
{
	uint64_t wall_ns = p->now->host_ns - p->last->host_ns, sum = 0;
	unsigned int cpu;

	if (per_cpu)
		return wall_ns - mon_stolen_ns(p, p->cpu);
	for (cpu = 0; cpu < p->now->n_cpus; cpu++)
		sum += mon_stolen_ns(p, cpu);
	return wall_ns - min(wall_ns, sum / max(p->now->n_valid, 1U));
}

/*
 * The waits of one and the same task: what the host took of them. One that begins is
 * as old as it says: a guest that stood still, the monitor with it, has tasks that
 * wait since before that, by its jiffies, which are set right but then.
 */
static void follow_waiters(struct mon_verdict *v, const struct mon_pair *p)
{
	unsigned int cpu;

	for (cpu = 0; cpu < v->n_cpus; cpu++)
		v->step_steal_ns[cpu] = mon_stolen_ns(p, cpu);
	mon_past_add(&v->past, p->now->host_ns, v->step_steal_ns);
	for (cpu = 0; cpu < v->n_cpus; cpu++) {
		const struct mon_waiter *a = &p->last->cpus[cpu].waiter;
		const struct mon_waiter *b = &p->now->cpus[cpu].waiter;

		if (!b->pid)
			v->wait_steal_ns[cpu] = 0;
		else if (a->pid == b->pid && a->wait_ns <= b->wait_ns)
			v->wait_steal_ns[cpu] += v->step_steal_ns[cpu];
		else
			v->wait_steal_ns[cpu] =
				mon_past_taken(&v->past, cpu,
					       p->now->host_ns -
					       min(p->now->host_ns,
						   b->wait_ns));
	}
}

/* ---- what lasts ---- */

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

static void add_steal(struct mon_alarm *a, const struct streak *s)
{
	uint64_t wall_ns = a->host_ns - a->since_ns;
	size_t len = strlen(a->text);

	/* Some is taken always. */
	if (wall_ns >= s->own_ns + wall_ns / 8)
		snprintf(a->text + len, sizeof(a->text) - len,
			 ", of which the host took %.0f ms",
			 (wall_ns - s->own_ns) / (double)NSEC_PER_MSEC);
}

static bool raise_alarm(struct mon_verdict *v, enum mon_check check,
			const struct mon_pair *p, const struct mon_finding *f,
			const struct streak *streak)
{
	int cpu = mon_checks[check]->per_cpu ? (int)p->cpu : ALL_CPUS;
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
	if (mon_checks[check]->timed)
		a->value = (double)(a->host_ns - a->since_ns) / NSEC_PER_MSEC;
	if (mon_checks[check]->shared)
		a->value = 100.0 * streak->n / (streak->n + streak->paused);
	snprintf(a->text, sizeof(a->text),
		 "%s: %.1f%s (limit %.1f%s) in %u samples over %.0f ms",
		 f->what, a->value, mon_checks[check]->unit, a->threshold,
		 mon_checks[check]->unit, a->samples,
		 (a->host_ns - a->since_ns) / (double)NSEC_PER_MSEC);
	add_steal(a, streak);
	add_time(a);
	return true;
}

/* Is there a vCPU that has not been seen to run, so that others wait for it? */
static bool one_waits_for_the_host(const struct mon_verdict *v,
				   const struct mon_pair *p, uint64_t since_ns)
{
	unsigned int cpu;

	for (cpu = 0; cpu < v->n_cpus; cpu++)
		if (p->now->cpus[cpu].valid &&
		    v->memory[cpu].ran_ns <= since_ns)
			return true;
	return false;
}

/* Has the vCPU had the time that it would take, were all well? */
static bool had_time(const struct mon_verdict *v, const struct mon_pair *p,
		     const struct streak *s, double busy_ms)
{
	/* A machine that cannot tell has no CPU time at all. */
	if (!p->now->cpus[p->cpu].vcpu_time_ns ||
	    s->busy_ns / NSEC_PER_MSEC >= busy_ms)
		return true;
	/* No time would wake it, if not another CPU does. */
	return s->halted >= HALTED_SAMPLES &&
	       !one_waits_for_the_host(v, p, s->since_ns);
}

static bool lasts(const struct mon_verdict *v,
		  const struct mon_check_ops *check,
		  const struct mon_pair *p, const struct mon_finding *f,
		  const struct streak *s)
{
	unsigned int hz = v->kernel->hz ? v->kernel->hz : HZ_UNKNOWN;
	uint64_t ms = s->own_ns / NSEC_PER_MSEC;
	double busy_ms = v->slowness * v->limits.sustained_samples *
			 TICKS_PER_SAMPLE * MSEC_PER_SEC / hz;

	if (check->at_once)
		return true;
	if (s->n < v->limits.sustained_samples ||
	    ms < max(p->window_ms, f->needs_ms))
		return false;
	if (check->reaches && f->value < f->threshold)
		return false;
	return !check->needs_time || had_time(v, p, s, busy_ms);
}

/* One more sample in which it does not hold: does it go on for all that? */
static bool goes_on(struct streak *s, const struct mon_check_ops *check,
		    const struct mon_pair *p)
{
	s->paused++;
	return 100 * s->n >= (check->shared ? p->limit : SHARE_PCT) *
			     (s->n + s->paused);
}

static unsigned int run_check(struct mon_verdict *v, enum mon_check i,
			      const struct mon_pair *p)
{
	struct streak *s = &v->streaks[i * v->n_cpus + p->cpu];
	const struct mon_cpu *cpu = &p->now->cpus[p->cpu];
	struct mon_finding f = { };

	if (!mon_checks[i]->per_cpu || cpu->valid)
		mon_checks[i]->look(p, &f);
	if (f.unknown)
		return 0;
	if (!f.holds) {
		if (!f.pauses || s->same != f.same ||
		    !goes_on(s, mon_checks[i], p))
			memset(s, 0, sizeof(*s));
		else
			s->own_ns += own_ns(p, mon_checks[i]->per_cpu);
		return 0;
	}
	if (!s->n || s->same != f.same) {
		memset(s, 0, sizeof(*s));
		s->same = f.same;
		/* Two samples that are alike: it began with the first. */
		s->since_ns = p->last->host_ns;
	}
	s->n++;
	s->own_ns += own_ns(p, mon_checks[i]->per_cpu);
	s->busy_ns += mon_used_ns(p, p->cpu);
	if (cpu->halt == MON_HALT_FOR_EVER)
		s->halted++;
	else if (cpu->halt != MON_HALT_UNKNOWN)
		s->halted = 0;
	return lasts(v, mon_checks[i], p, &f, s) && raise_alarm(v, i, p, &f, s);
}

/* ---- what is remembered ---- */

static void remember_holder(struct cpu_memory *m, const struct mon_cpu *c,
			    uint64_t now_ns)
{
	struct mon_holder *h = &m->holder;

	if (!c->valid || c->idle) {
		memset(h, 0, sizeof(*h));
		return;
	}
	if (c->curr_pid == h->pid) {
		h->until_ns = now_ns;
		h->class = c->curr_class;
		h->prio = c->curr_prio;
		m->missed = 0;
		return;
	}
	if (h->pid && ++m->missed <= HOLDER_MISSED)
		return;
	m->missed = 0;
	*h = (struct mon_holder){
		.pid = c->curr_pid, .class = c->curr_class,
		.prio = c->curr_prio, .since_ns = now_ns, .until_ns = now_ns,
	};
	memcpy(h->comm, c->curr_comm, sizeof(h->comm));
}

static void remember(struct mon_verdict *v, const struct mon_sample *s)
{
	uint64_t ns = v->has_last ? s->host_ns - v->last->host_ns : 0;
	unsigned int cpu;

	for (cpu = 0; cpu < v->n_cpus; cpu++) {
		struct cpu_memory *m = &v->memory[cpu];
		const struct mon_cpu *c = &s->cpus[cpu];

		remember_holder(m, c, s->host_ns);
		/* Who answers at once does not wait for the host. */
		if (c->halt != MON_HALT_UNKNOWN || !c->vcpu_time_ns ||
		    (v->has_last &&
		     RAN_PART * (c->vcpu_time_ns -
				 v->last->cpus[cpu].vcpu_time_ns) >= ns))
			m->ran_ns = s->host_ns;
	}
}

bool mon_verdict_holder(const struct mon_verdict *v, unsigned int cpu,
			struct mon_holder *holder)
{
	*holder = v->memory[cpu].holder;
	return holder->pid && (holder->class == MON_CLASS_RT ||
			       holder->class == MON_CLASS_DL ||
			       holder->class == MON_CLASS_STOP);
}

/* One check, on each CPU that it looks at */
static unsigned int judge_by(struct mon_verdict *v, enum mon_check i,
			     struct mon_pair *p)
{
	unsigned int n_cpus = mon_checks[i]->per_cpu ? v->n_cpus : 1, n = 0;
	struct mon_holder holder;

	p->event = v->events[i];
	for (p->cpu = 0; p->cpu < n_cpus; p->cpu++) {
		p->holder = mon_verdict_holder(v, p->cpu, &holder) ?
			    &holder : NULL;
		n += run_check(v, i, p);
	}
	return n;
}

static unsigned int judge(struct mon_verdict *v,
			  const struct mon_sample *sample, uint64_t guest_ns)
{
	struct mon_pair p = {
		.slowness = v->slowness,
		.window_ms = v->limits.sustained_samples * MON_WINDOW_MS *
			     v->slowness,
		.last = v->last, .now = sample, .guest_ns = guest_ns,
		.wait_steal_ns = v->wait_steal_ns,
	};
	unsigned int n = 0, i;

	p.scx = scx_works(v, v->last) && scx_works(v, sample);
	follow_waiters(v, &p);
	for (i = 0; i < MON_CHECKS; i++) {
		p.limit = check_limit_at(&v->limits, mon_checks[i]->limit);
		if (!p.limit)
			continue;
		if (!mon_checks[i]->scx || p.scx)
			n += judge_by(v, i, &p);
		else
			memset(&v->streaks[i * v->n_cpus], 0,
			       v->n_cpus * sizeof(v->streaks[0]));
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
	unsigned int i;

	v = calloc(1, sizeof(*v) +
		      MON_CHECKS * n_cpus * sizeof(v->streaks[0]));
	if (!v)
		return NULL;
	v->last = malloc(mon_sample_size(n_cpus));
	v->wait_steal_ns = calloc(n_cpus, sizeof(*v->wait_steal_ns));
	v->step_steal_ns = calloc(n_cpus, sizeof(*v->step_steal_ns));
	v->memory = calloc(n_cpus, sizeof(*v->memory));
	if (!v->last || !v->wait_steal_ns || !v->step_steal_ns || !v->memory ||
	    mon_past_init(&v->past, n_cpus)) {
		mon_verdict_destroy(v);
		return NULL;
	}
	v->kernel = kernel;
	v->n_cpus = n_cpus;
	v->limits = *limits;
	if (v->limits.sustained_samples == CHECK_OFF ||
	    !v->limits.sustained_samples)
		v->limits.sustained_samples = 1;
	v->slowness = max(slowness, 1.0);
	for (i = 0; i < MON_CHECKS; i++)
		v->events[i] = mon_checks[i]->event ?
			       mon_event_find(kernel, mon_checks[i]->event) : -1;
	return v;
}

void mon_verdict_destroy(struct mon_verdict *v)
{
	if (!v)
		return;
	free(v->memory);
	free(v->last);
	free(v->wait_steal_ns);
	free(v->step_steal_ns);
	mon_past_exit(&v->past);
	free(v);
}

unsigned int mon_verdict_feed(struct mon_verdict *v,
			      const struct mon_sample *sample,
			      uint64_t guest_ns)
{
	unsigned int n = 0;

	if (sample->n_cpus != v->n_cpus)
		return 0;
	remember(v, sample);
	if (v->has_last)
		n = judge(v, sample, guest_ns);
	memcpy(v->last, sample, mon_sample_size(v->n_cpus));
	v->has_last = true;
	return n;
}

void mon_verdict_forget(struct mon_verdict *v)
{
	v->has_last = false;
	v->past.n = 0;
	memset(v->memory, 0, v->n_cpus * sizeof(*v->memory));
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
	return check < MON_CHECKS ? mon_checks[check]->name : "?";
}
