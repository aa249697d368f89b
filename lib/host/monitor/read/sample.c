// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking samples. Run queues are per-CPU data: they stay where they are as
 * long as the guest lives, so their host addresses are worked out once.
 * sched_ext's counters live as long as the scheduler; their addresses are
 * worked out anew when the root changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/domains.h"
#include "lib/host/monitor/read/sample.h"
#include "lib/host/monitor/read/tasks.h"
#include "lib/host/monitor/read/lag.h"
#include "lib/host/monitor/read/waits.h"

struct mon_sampler {
	const struct mon_guest *guest;
	struct domain_reader domains;
	const uint64_t *online;		/* the online mask, in guest memory */
	const uint64_t *root;		/* scx_root, in guest memory */
	const uint32_t *enable_state;
	const uint64_t *jiffies;
	uint64_t rq_va;			/* of the symbol, without a CPU */
	uint64_t wait_jiffies;		/* 0 when waits cannot be told */
	bool no_times;
	/* Counters of the scheduler at root_va with its CPUs at pcpu_va. */
	uint64_t root_va;
	uint64_t pcpu_va;
	const void **counters;		/* NULL for what is in pieces */
	const void *rq[];
};

static const void *symbol_ptr(const struct mon_guest *g,
			      enum mon_symbol_id id, size_t len)
{
	uint64_t va = mon_guest_symbol(g, id);

	return va ? mon_ptr(&g->mem, va, len) : NULL;
}

/* The span of struct rq that we read. */
static size_t rq_span(const struct mon_guest *g)
{
	return g->kernel->f.struct_size[MON_ST_RQ];
}

int mon_sampler_create(const struct mon_guest *g, struct mon_sampler **sampler)
{
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES);
	struct mon_sampler *s;
	unsigned int cpu;

	*sampler = NULL;
	s = calloc(1, sizeof(*s) + g->nr_cpus * sizeof(s->rq[0]));
	if (!s)
		return -ENOMEM;
	s->guest = g;
	s->rq_va = rq;
	s->counters = calloc(g->nr_cpus, sizeof(*s->counters));
	if (!s->counters) {
		free(s);
		return -ENOMEM;
	}
	s->online = symbol_ptr(g, MON_SYM_ONLINE_MASK,
			       round_up(g->nr_cpus, 64U) / 8);
	s->jiffies = symbol_ptr(g, MON_SYM_JIFFIES, 8);
	s->root = symbol_ptr(g, MON_SYM_SCX_ROOT, 8);
	s->enable_state = symbol_ptr(g, MON_SYM_SCX_ENABLE_STATE, 4) ?:
			  symbol_ptr(g, MON_SYM_SCX_OLD_ENABLE_STATE, 4);
	domain_reader_init(&s->domains, g);
	for (cpu = 0; cpu < g->nr_cpus; cpu++)
		s->rq[cpu] = mon_ptr(&g->mem, mon_guest_percpu(g, rq, cpu),
				     rq_span(g));
	if (mon_kernel_has(g->kernel, MON_PART_TASKS) &&
	    mon_guest_has_field(g, MON_RQ_SCX_RUNNABLE_LIST))
		s->wait_jiffies = g->kernel->hz * MON_WAIT_LOOK_MS /
				  MSEC_PER_SEC;
	if (!s->online || !s->jiffies || !s->rq[0]) {
		mon_sampler_destroy(s);
		return -EAGAIN;
	}
	*sampler = s;
	return 0;
}

void mon_sampler_without_times(struct mon_sampler *s)
{
	s->no_times = true;
}

void mon_sampler_destroy(struct mon_sampler *s)
{
	if (!s)
		return;
	free(s->counters);
	free(s);
}

struct mon_sample *mon_sample_alloc(const struct mon_guest *g)
{
	return calloc(1, mon_sample_size(g->nr_cpus));
}

static bool read_curr(const struct mon_guest *g, const void *rq,
		      struct mon_cpu *c)
{
	uint64_t curr = mon_guest_get(g, MON_RQ_CURR, rq);
	const struct mon_field *comm = &g->kernel->f.field[MON_TASK_COMM];
	const char *task;

	c->idle = curr == mon_guest_get(g, MON_RQ_IDLE, rq);
	task = mon_ptr(&g->mem, curr, g->kernel->f.struct_size[MON_ST_TASK]);
	if (!task)
		return false;
	c->curr_pid = mon_guest_get(g, MON_TASK_PID, task);
	memcpy(c->curr_comm, task + comm->offset,
	       min((size_t)comm->size, sizeof(c->curr_comm)));
	text_clean_buf(c->curr_comm, sizeof(c->curr_comm));
	c->curr_class = mon_class_at(g, mon_guest_get(g, MON_TASK_CLASS, task));
	c->curr_prio = mon_guest_get(g, MON_TASK_PRIO, task);
	return true;
}

static void read_schedstat(const struct mon_guest *g, const void *rq,
			   struct mon_cpu *c)
{
	c->run_delay_ns = mon_guest_get(g, MON_RQ_RUN_DELAY, rq);
	c->pcount = mon_guest_get(g, MON_RQ_PCOUNT, rq);
	c->cpu_time_ns = mon_guest_get(g, MON_RQ_CPU_TIME, rq);
	c->yld_count = mon_guest_get(g, MON_RQ_YLD_COUNT, rq);
	c->sched_count = mon_guest_get(g, MON_RQ_SCHED_COUNT, rq);
	c->sched_goidle = mon_guest_get(g, MON_RQ_SCHED_GOIDLE, rq);
	c->ttwu_count = mon_guest_get(g, MON_RQ_TTWU_COUNT, rq);
	c->ttwu_local = mon_guest_get(g, MON_RQ_TTWU_LOCAL, rq);
}

static void read_scx_rq(const struct mon_guest *g, const void *rq,
			struct mon_cpu *c)
{
	c->scx_nr_running = mon_guest_get(g, MON_RQ_SCX_NR_RUNNING, rq);
	c->scx_flags = mon_guest_get(g, MON_RQ_SCX_FLAGS, rq);
	c->dsq_depth = mon_guest_get(g, MON_RQ_SCX_LOCAL_DSQ_NR, rq);
	c->scx_clock_ns = mon_guest_get(g, MON_RQ_SCX_CLOCK, rq);
}

/*
 * The kernel appends to the list, so its head has waited longest. A list that
 * changes meanwhile gives a wrong answer once, which no verdict rests on.
 */
static void read_waiter(const struct mon_sampler *s, const char *rq,
			unsigned int cpu, uint64_t now, struct mon_waiter *w)
{
	const struct mon_guest *g = s->guest;
	const struct mon_field *comm = &g->kernel->f.field[MON_TASK_COMM];
	uint64_t list = mon_guest_offset(g, MON_RQ_SCX_RUNNABLE_LIST);
	uint64_t se = mon_guest_offset(g, MON_TASK_SCX), first, waited;
	const char *task;

	if (!s->wait_jiffies)
		return;
	first = mon_load(rq + list, 8);
	if (first == mon_guest_percpu(g, s->rq_va, cpu) + list)
		return;
	first -= se + mon_guest_offset(g, MON_SE_RUNNABLE_NODE);
	task = mon_ptr(&g->mem, first, g->kernel->f.struct_size[MON_ST_TASK]);
	if (!task)
		return;
	waited = now - mon_guest_get(g, MON_SE_RUNNABLE_AT, task + se);
	if ((int64_t)waited < (int64_t)s->wait_jiffies)
		return;
	w->wait_ns = waited * (NSEC_PER_SEC / g->kernel->hz);
	w->pid = mon_guest_get(g, MON_TASK_PID, task);
	memcpy(w->comm, task + comm->offset,
	       min((size_t)comm->size, sizeof(w->comm)));
	text_clean_buf(w->comm, sizeof(w->comm));
	mon_waits_allowed(g, task, cpu, &w->cpus);
}

/* Memory that the scheduler has not set up, or that is no run queue. */
static bool makes_sense(const struct mon_guest *g, const void *rq,
			unsigned int cpu, const struct mon_cpu *c)
{
	return mon_guest_get(g, MON_RQ_CPU, rq) == cpu && c->clock_ns &&
	       c->nr_running <= MON_TASKS_LIMIT &&
	       c->scx_nr_running <= MON_TASKS_LIMIT &&
	       c->dsq_depth <= MON_TASKS_LIMIT && c->curr_pid >= 0;
}

static bool read_cpu(struct mon_sampler *s, unsigned int cpu, uint64_t now,
		     struct mon_cpu *c)
{
	const struct mon_guest *g = s->guest;
	const void *rq = s->rq[cpu];

	if (!rq || !read_curr(g, rq, c))
		return false;
	c->nr_running = mon_guest_get(g, MON_RQ_NR_RUNNING, rq);
	c->clock_ns = mon_guest_get(g, MON_RQ_CLOCK, rq);
	c->clock_task_ns = mon_guest_get(g, MON_RQ_CLOCK_TASK, rq);
	c->nr_switches = mon_guest_get(g, MON_RQ_NR_SWITCHES, rq);
	read_scx_rq(g, rq, c);
	read_schedstat(g, rq, c);
	if (!makes_sense(g, rq, cpu, c))
		return false;
	if (c->scx_nr_running)
		read_waiter(s, rq, cpu, now, &c->waiter);
	mon_waits_read(g, rq, cpu, &c->waits);
	mon_lag_read(g, rq, cpu, &c->lag);
	if (g->mem.ops->steal_ns)
		g->mem.ops->steal_ns(g->mem.ctx, cpu, &c->steal_ns);
	/* Nothing can be said of a CPU whose vCPU has left: the VM ends. */
	return s->no_times || !g->mem.ops->vcpu_time_ns ||
	       !g->mem.ops->vcpu_time_ns(g->mem.ctx, cpu, &c->vcpu_time_ns);
}

/* Address of the struct scx_event_stats of one CPU */
static uint64_t counters_va(const struct mon_guest *g, uint64_t pcpu,
			    unsigned int cpu)
{
	const struct mon_fields *f = &g->kernel->f;
	uint64_t va = mon_guest_percpu(g, pcpu, cpu);

	if (f->field[MON_SCX_PCPU].present)
		va += f->field[MON_PCPU_EVENT_STATS].offset;
	return va;
}

static void find_counters(struct mon_sampler *s, uint64_t root, uint64_t pcpu)
{
	const struct mon_guest *g = s->guest;
	unsigned int cpu;

	if (s->root_va == root && s->pcpu_va == pcpu)
		return;
	for (cpu = 0; cpu < g->nr_cpus; cpu++)
		s->counters[cpu] =
			mon_ptr(&g->mem, counters_va(g, pcpu, cpu),
				g->kernel->f.struct_size[MON_ST_SCX_EVENTS]);
	s->root_va = root;
	s->pcpu_va = pcpu;
}

/* One CPU's counters; those in several pieces are copied to @copy. */
static const void *counters_now(const struct mon_sampler *s, unsigned int cpu,
				char *copy, size_t copy_size)
{
	const struct mon_guest *g = s->guest;
	size_t size = g->kernel->f.struct_size[MON_ST_SCX_EVENTS];

	if (s->counters[cpu])
		return s->counters[cpu];
	if (size > copy_size ||
	    mon_read(&g->mem, counters_va(g, s->pcpu_va, cpu), copy, size))
		return NULL;
	return copy;
}

static void read_events(struct mon_sampler *s, uint64_t root, const void *sch,
			struct mon_scx *scx)
{
	const struct mon_guest *g = s->guest;
	const struct mon_fields *f = &g->kernel->f;
	char copy[2 * 8 * MON_EVENTS_MAX];
	unsigned int cpu, i;
	uint64_t pcpu;

	if (!mon_kernel_has(g->kernel, MON_PART_EVENTS))
		return;
	pcpu = mon_guest_get(g, f->field[MON_SCX_PCPU].present ?
			     MON_SCX_PCPU : MON_SCX_OLD_EVENT_STATS, sch);
	if (!pcpu)
		return;
	find_counters(s, root, pcpu);
	memset(scx->events, 0, sizeof(scx->events));
	for (cpu = 0; cpu < g->nr_cpus; cpu++) {
		const void *c = counters_now(s, cpu, copy, sizeof(copy));

		if (!c)
			return;
		for (i = 0; i < f->n_events; i++)
			scx->events[i] += mon_field_get(&f->events[i].field, c);
	}
	scx->events_valid = true;
}

static void read_name(const struct mon_guest *g, const char *sch,
		      struct mon_scx *scx)
{
	const struct mon_field *f = &g->kernel->f.field[MON_SCX_OPS_NAME];

	if (!f->present)
		return;
	memcpy(scx->name, sch + f->offset,
	       min((size_t)f->size, sizeof(scx->name)));
	text_clean_buf(scx->name, sizeof(scx->name));
}

/* Before 6.16 there is one scheduler, in globals, and it has no counters. */
static void read_old_scx(const struct mon_sampler *s, struct mon_scx *scx)
{
	const struct mon_guest *g = s->guest;
	uint64_t ops = mon_guest_symbol(g, MON_SYM_SCX_OLD_OPS);
	uint64_t kind = mon_guest_symbol(g, MON_SYM_SCX_OLD_EXIT_KIND);
	uint64_t timeout = mon_guest_symbol(g, MON_SYM_WATCHDOG_TIMEOUT);
	const uint64_t *c = g->kernel->f.constant;

	if (!ops || scx->enable_state < 0 ||
	    ((uint64_t)scx->enable_state != c[MON_C_SCX_ENABLED] &&
	     (uint64_t)scx->enable_state != c[MON_C_SCX_DISABLING]))
		return;
	if (kind)
		mon_read_u32(&g->mem, kind, &scx->exit_kind);
	if (timeout)
		mon_read_u64(&g->mem, timeout, &scx->watchdog_timeout);
	if (mon_guest_has_field(g, MON_OPS_NAME))
		mon_read_str(&g->mem, ops + mon_guest_offset(g, MON_OPS_NAME),
			     scx->name, sizeof(scx->name));
	scx->loaded = true;
}

static void read_scx(struct mon_sampler *s, struct mon_scx *scx)
{
	const struct mon_guest *g = s->guest;
	uint64_t root = s->root ? mon_load(s->root, 8) : 0;
	const void *sch;

	memset(scx, 0, offsetof(struct mon_scx, events));
	scx->enable_state = s->enable_state ? (int)mon_load(s->enable_state, 4)
					    : -1;
	if (!s->root)
		read_old_scx(s, scx);
	if (!root)
		return;
	sch = mon_ptr(&g->mem, root, g->kernel->f.struct_size[MON_ST_SCX_SCHED]);
	if (!sch)
		return;
	scx->id = mon_guest_get(g, MON_SCX_ID, sch);
	scx->exit_kind = mon_guest_get(g, MON_SCX_EXIT_KIND, sch);
	scx->bypass_depth = mon_guest_get(g, MON_SCX_BYPASS_DEPTH, sch);
	scx->watchdog_timeout = mon_guest_get(g, MON_SCX_WATCHDOG_TIMEOUT, sch);
	read_name(g, sch, scx);
	read_events(s, root, sch, scx);
	/* It went away meanwhile: the memory may be somebody else's by now. */
	scx->loaded = mon_load(s->root, 8) == root;
	scx->events_valid &= scx->loaded;
}

static void read_domains(struct mon_sampler *s, unsigned int cpu,
			 struct mon_cpu *c)
{
	c->n_domains = c->valid ? domain_read_all(&s->domains, s->rq[cpu],
						  c->domains) : 0;
}

static int take(struct mon_sampler *s, struct mon_sample *sample,
		bool with_domains)
{
	const struct mon_guest *g = s->guest;
	unsigned int cpu;

	sample->host_ns = clock_now_ns();
	sample->guest_tsc = g->mem.ops->guest_tsc ?
				    g->mem.ops->guest_tsc(g->mem.ctx) : 0;
	sample->jiffies = mon_load(s->jiffies, 8);
	sample->n_cpus = g->nr_cpus;
	sample->n_valid = 0;
	sample->n_rejected = 0;
	sample->domains_read = with_domains;
	for (cpu = 0; cpu < g->nr_cpus; cpu++) {
		struct mon_cpu *c = &sample->cpus[cpu];

		memset(c, 0, offsetof(struct mon_cpu, n_domains));
		c->online = mon_load(&s->online[cpu / 64], 8) >> cpu % 64 & 1;
		c->valid = c->online && read_cpu(s, cpu, sample->jiffies, c);
		if (with_domains)
			read_domains(s, cpu, c);
		sample->n_valid += c->valid;
		sample->n_rejected += c->online && !c->valid;
	}
	mon_waits_match(sample);
	read_scx(s, &sample->scx);
	sample->cost_ns = clock_now_ns() - sample->host_ns;
	return sample->n_valid ? 0 : -EAGAIN;
}

int mon_sampler_take(struct mon_sampler *s, struct mon_sample *sample)
{
	return take(s, sample, true);
}

int mon_sampler_take_again(struct mon_sampler *s, struct mon_sample *sample)
{
	return take(s, sample, false);
}

int mon_event_find(const struct mon_kernel *kernel, const char *name)
{
	static const char prefix[] = "SCX_EV_";
	unsigned int i;

	if (!strncmp(name, prefix, strlen(prefix)))
		name += strlen(prefix);
	for (i = 0; i < kernel->f.n_events; i++) {
		const char *n = kernel->f.events[i].name;

		if (!strncmp(n, prefix, strlen(prefix)))
			n += strlen(prefix);
		if (!strcmp(n, name))
			return i;
	}
	return -1;
}
