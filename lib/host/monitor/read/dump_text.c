// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dump as text: first what went wrong, then CPU by CPU, queue by queue,
 * and the scheduler's own data.
 */
#include <bpf/btf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/dump.h"

#define CPUS_TEXT	128	/* a set of CPUs */
#define DSQ_TASKS_SHOWN	32
#define MAP_ENTRIES_SHOWN	32

/* Parsed types of maps; a scheduler's maps have theirs in common. */
#define TYPES_KEPT		8

struct types {
	struct {
		uint64_t va;
		struct btf *btf;
	} kept[TYPES_KEPT];
	unsigned int n;		/* that were put there so far */
};

/* The guest may have asked for more text than anybody will see. */
static bool is_full(const struct strbuf *out)
{
	return out->dropped;
}

static double seconds(uint64_t ns)
{
	return ns / (double)NSEC_PER_SEC;
}

/* Return: false when nothing that is known lies there; @buf is then "". */
static bool find_name(const struct mon_dump *d, uint64_t ip, char *buf,
		      size_t size)
{
	const struct mon_guest *g = d->guest;
	const char *name;
	uint64_t offset = 0;
	size_t i;

	name = mon_symbols_at(g->kernel->symbols, ip - g->kaslr, &offset);
	/* What is called last may never return: its return address is beyond. */
	if (!name) {
		name = mon_symbols_at(g->kernel->symbols, ip - 1 - g->kaslr,
				      &offset);
		offset++;
	}
	if (name && ip >= g->mem.text && ip < g->mem.text_end) {
		snprintf(buf, size, "%s+0x%" PRIx64, name, offset);
		return true;
	}
	for (i = 0; i < d->n_progs; i++) {
		const struct mon_prog *p = &d->progs[i];

		if (ip >= p->ksym_start && ip < p->ksym_end) {
			snprintf(buf, size, "%s+0x%" PRIx64, p->ksym,
				 ip - p->ksym_start);
			return true;
		}
	}
	buf[0] = '\0';
	return false;
}

const char *mon_frame_name(const struct mon_dump *d, uint64_t ip,
			   char *buf, size_t size)
{
	if (!find_name(d, ip, buf, size))
		snprintf(buf, size, "0x%" PRIx64, ip);
	return buf;
}

bool mon_frame_func(const struct mon_dump *d, uint64_t ip, char *buf,
		    size_t size)
{
	static const char bpf[] = "bpf_prog_";
	char name[256];
	const char *p;

	find_name(d, ip, name, sizeof(name));
	name[strcspn(name, "+")] = '\0';
	if (strncmp(name, bpf, strlen(bpf))) {
		snprintf(buf, size, "%s", name);
		return false;
	}
	/* bpf_prog_<tag>_<name> */
	p = strchr(name + strlen(bpf), '_');
	snprintf(buf, size, "%s", p ? p + 1 : name);
	return true;
}

static void stack_text(const struct mon_dump *d, const struct mon_stack *stack,
		       const char *indent, struct strbuf *out)
{
	char name[192];
	unsigned int i;

	for (i = 0; i < stack->n; i++)
		strbuf_addf(out, "%s%s\n", indent,
			    mon_frame_name(d, stack->ip[i], name,
					   sizeof(name)));
	if (stack->n && !stack->reliable)
		strbuf_addf(out, "%s(may be wrong or cut short)\n", indent);
}

static void dsq_name(const struct mon_dsq *q, char *buf, size_t size)
{
	switch (q->kind) {
	case MON_DSQ_LOCAL:
		snprintf(buf, size, "the local DSQ of CPU %d", q->where);
		break;
	case MON_DSQ_GLOBAL:
		snprintf(buf, size, "the global DSQ of node %d", q->where);
		break;
	case MON_DSQ_BYPASS:
		snprintf(buf, size, "the bypass DSQ of CPU %d", q->where);
		break;
	case MON_DSQ_USER:
		snprintf(buf, size, "DSQ 0x%" PRIx64, q->id);
		break;
	}
}

static void place_text(const struct mon_dump *d, const struct mon_task *t,
		       char *buf, size_t size)
{
	int dsq;

	switch (mon_task_place(d, t, &dsq)) {
	case MON_PLACE_NONE:
		snprintf(buf, size, "%s", t->on_cpu ? "running" : "sleeping");
		break;
	case MON_PLACE_RQ:
		snprintf(buf, size, "on the %s queue of CPU %u",
			 mon_class_name(t->class), t->cpu);
		break;
	case MON_PLACE_BPF:
		snprintf(buf, size, "in the scheduler's hands (in no DSQ)");
		break;
	case MON_PLACE_DSQ:
		if (dsq >= 0)
			dsq_name(&d->dsqs.list[dsq], buf, size);
		else
			snprintf(buf, size, "DSQ 0x%" PRIx64 " (not found)",
				 t->scx.dsq_id);
		break;
	}
}

void mon_stall_text(const struct mon_dump *d, const struct mon_stall *s,
		    struct strbuf *out)
{
	const struct mon_task *t = &d->tasks[s->task];
	char place[96], cpus[CPUS_TEXT], idle[CPUS_TEXT], could[CPUS_TEXT];

	place_text(d, t, place, sizeof(place));
	strbuf_addf(out,
		    "stall: %s[%d] on CPU %u has been runnable for %.3f s without running: %s",
		    t->comm, t->pid, t->cpu, seconds(t->wait_ns), place);
	if (s->dsq >= 0)
		strbuf_addf(out, ", depth %u", d->dsqs.list[s->dsq].nr);
	strbuf_addf(out, "\n  allowed on CPUs %s%s; idle CPUs: %s; idle and allowed: %s\n",
		    mon_cpus_str(&t->cpus, cpus, sizeof(cpus)),
		    t->migration_disabled ? " (migration disabled)" : "",
		    mon_cpus_str(&s->idle, idle, sizeof(idle)),
		    mon_cpus_str(&s->allowed, could, sizeof(could)));
}

void mon_exit_text(const struct mon_dump *d, struct strbuf *out)
{
	const struct mon_exit *e = &d->exit;
	char name[192];
	unsigned int i;

	if (!e->kind)
		return;
	strbuf_addf(out, "exit: kind %u, %s", e->kind, e->reason);
	if (*e->msg)
		strbuf_addf(out, " (%s)", e->msg);
	if (e->cpu >= 0)
		strbuf_addf(out, " on CPU %d", e->cpu);
	if (e->code)
		strbuf_addf(out, ", code 0x%" PRIx64, (uint64_t)e->code);
	strbuf_addf(out, "\n");
	for (i = 0; i < e->bt_len; i++)
		strbuf_addf(out, "    %s\n",
			    mon_frame_name(d, e->bt[i], name, sizeof(name)));
}

static void scheduler_text(const struct mon_dump *d, struct strbuf *out)
{
	const struct mon_scx *scx = &d->sample->scx;
	const struct mon_kernel *k = d->guest->kernel;
	unsigned int i;

	if (!scx->loaded) {
		strbuf_addf(out, "scheduler: none loaded (EEVDF)\n");
		return;
	}
	strbuf_addf(out, "scheduler: \"%s\"", scx->name);
	if (scx->bypass_depth)
		strbuf_addf(out, ", bypassed");
	if (scx->watchdog_timeout && k->hz)
		strbuf_addf(out, ", watchdog %llu ms",
			    scx->watchdog_timeout * MSEC_PER_SEC / k->hz);
	strbuf_addf(out, "\n");
	for (i = 0; scx->events_valid && i < k->f.n_events; i++)
		if (scx->events[i])
			strbuf_addf(out, "  %s %" PRId64 "\n",
				    k->f.events[i].name, scx->events[i]);
}

/* A line in the words of the kernel's own dump. */
static void scx_task_text(const struct mon_scx_task *t, struct strbuf *out)
{
	strbuf_addf(out, "      scx_state/flags=%u/0x%x dsq_flags=0x%x",
		    t->state, t->flags, t->dsq_flags);
	strbuf_addf(out, " ops_state/qseq=%u/%" PRIu64, t->ops_state, t->qseq);
	strbuf_addf(out, " sticky/holding_cpu=%d/%d", t->sticky_cpu,
		    t->holding_cpu);
	strbuf_addf(out, " dsq_vtime=%" PRIu64 " slice=%" PRIu64 " weight=%u\n",
		    t->dsq_vtime, t->slice, t->weight);
}

static void task_text(const struct mon_dump *d, const struct mon_task *t,
		      struct strbuf *out)
{
	char place[96], cpus[CPUS_TEXT];

	place_text(d, t, place, sizeof(place));
	strbuf_addf(out, "  %c%c %s[%d] %s, ", t->on_cpu ? '*' : ' ', t->state,
		    t->comm, t->pid, place);
	if (!t->on_cpu)
		strbuf_addf(out, "waits for %.3f s, ", seconds(t->wait_ns));
	strbuf_addf(out, "class %s prio %d, CPUs %s", mon_class_name(t->class),
		    t->prio, mon_cpus_str(&t->cpus, cpus, sizeof(cpus)));
	if (t->migration_disabled)
		strbuf_addf(out, ", migration disabled");
	if (t->irqs_off)
		strbuf_addf(out, ", interrupts off");
	strbuf_addf(out, "\n");
	if (t->class == MON_CLASS_EXT)
		scx_task_text(&t->scx, out);
	stack_text(d, &t->stack, "      ", out);
}

static void cpu_text(const struct mon_dump *d, unsigned int cpu, size_t *task,
		     struct strbuf *out)
{
	const struct mon_cpu *c = &d->sample->cpus[cpu];

	if (!c->online)
		return;
	if (c->valid)
		strbuf_addf(out,
			    "CPU %u: nr_running=%u scx_nr_running=%u scx_flags=0x%x local_dsq=%u clock=%.3f s, %s[%d]%s\n",
			    cpu, c->nr_running, c->scx_nr_running, c->scx_flags,
			    c->dsq_depth, seconds(c->clock_ns), c->curr_comm,
			    c->curr_pid, c->idle ? ", idle" : "");
	else
		strbuf_addf(out, "CPU %u: its run queue makes no sense\n", cpu);
	/* Tasks are sorted by CPU. */
	while (*task < d->n_tasks && d->tasks[*task].cpu <= cpu &&
	       !is_full(out)) {
		if (d->tasks[*task].runnable && d->tasks[*task].cpu == cpu)
			task_text(d, &d->tasks[*task], out);
		(*task)++;
	}
}

static void dsq_text(const struct mon_dump *d, const struct mon_dsq *q,
		     struct strbuf *out)
{
	char name[96];
	size_t i;

	/* Local queues are many, and shown with their CPUs. */
	if (q->kind != MON_DSQ_USER && !q->nr && !q->n_tasks)
		return;
	dsq_name(q, name, sizeof(name));
	strbuf_addf(out, "%s: %u tasks", name, q->nr);
	if (q->nr != q->n_tasks)
		strbuf_addf(out, " (its list has %zu)", q->n_tasks);
	for (i = 0; i < q->n_tasks && i < DSQ_TASKS_SHOWN; i++) {
		const struct mon_task *t = mon_dump_task(d, q->tasks[i]);

		if (t)
			strbuf_addf(out, " %s[%d]", t->comm, t->pid);
		else
			strbuf_addf(out, " 0x%" PRIx64, q->tasks[i]);
	}
	strbuf_addf(out, "%s\n", i < q->n_tasks ? " ..." : "");
}

/* ---- maps ---- */

void mon_entry_text(struct strbuf *out, const struct mon_mem *mem,
		    const struct mon_map *map, const struct btf *btf,
		    const struct mon_map_entry *e)
{
	strbuf_addf(out, "[");
	mon_value_print(out, mem, btf, map->btf_key_type_id, e->key,
			map->key_size);
	if (e->cpu >= 0)
		strbuf_addf(out, ", CPU %d", e->cpu);
	strbuf_addf(out, "] = ");
	mon_value_print(out, mem, btf, map->btf_value_type_id, e->value,
			map->value_size);
	strbuf_addf(out, "\n");
}

struct entry_printer {
	struct strbuf *out;
	const struct mon_mem *mem;
	const struct mon_map *map;
	const struct btf *btf;
	unsigned int n;
};

static int print_entry(void *ctx, const struct mon_map_entry *e)
{
	struct entry_printer *p = ctx;

	if (is_full(p->out))
		return -1;
	if (p->n++ == MAP_ENTRIES_SHOWN) {
		strbuf_addf(p->out, "    ...\n");
		return -1;
	}
	strbuf_addf(p->out, "    ");
	mon_entry_text(p->out, p->mem, p->map, p->btf, e);
	return 0;
}

/* NULL where the map has none; what cannot be parsed is not tried again. */
static const struct btf *map_types(const struct mon_dump *d,
				   const struct mon_map *map, struct types *t)
{
	unsigned int i, at;

	for (i = 0; i < t->n && i < TYPES_KEPT; i++)
		if (t->kept[i].va == map->btf_va)
			return t->kept[i].btf;
	at = t->n++ % TYPES_KEPT;
	btf__free(t->kept[at].btf);
	t->kept[at].va = map->btf_va;
	mon_map_types(d->guest, map, &t->kept[at].btf);
	return t->kept[at].btf;
}

static void types_exit(struct types *t)
{
	unsigned int i;

	for (i = 0; i < TYPES_KEPT; i++)
		btf__free(t->kept[i].btf);
}

static void entries_text(const struct mon_dump *d, const struct mon_map *map,
			 struct types *types, struct strbuf *out)
{
	struct entry_printer p = {
		.out = out, .mem = &d->guest->mem, .map = map,
	};

	if (!mon_map_is_walkable(map))
		return;
	p.btf = map_types(d, map, types);
	mon_map_each(d->guest, map, print_entry, &p);
}

static void map_text(const struct mon_dump *d, const struct mon_map *map,
		     struct types *types, struct strbuf *out)
{
	strbuf_addf(out, "  map %u %s (%s, %u entries of %u bytes)\n", map->id,
		    map->name, mon_map_type_name(map->type), map->max_entries,
		    map->value_size);
	entries_text(d, map, types, out);
}

void mon_dump_maps_text(const struct mon_dump *d, struct strbuf *texts)
{
	struct types types = { };
	size_t i;

	for (i = 0; i < d->n_maps; i++)
		entries_text(d, &d->maps[i], &types, &texts[i]);
	types_exit(&types);
}

static void maps_text(const struct mon_dump *d, struct strbuf *out)
{
	struct types types = { };
	size_t i;

	for (i = 0; i < d->n_maps && !is_full(out); i++)
		map_text(d, &d->maps[i], &types, out);
	types_exit(&types);
}

void mon_dump_text(const struct mon_dump *d, struct strbuf *out)
{
	size_t i, task = 0;

	strbuf_addf(out,
		    "guest at %.3f s, read from outside in %.1f ms: %u of %u CPUs, %zu tasks\n",
		    seconds(d->now.clock_ns),
		    d->took_ns / (double)NSEC_PER_MSEC, d->sample->n_valid,
		    d->sample->n_cpus, d->n_tasks);
	mon_exit_text(d, out);
	for (i = 0; i < d->n_stalls && !is_full(out); i++)
		mon_stall_text(d, &d->stalls[i], out);
	scheduler_text(d, out);
	for (i = 0; i < d->sample->n_cpus; i++)
		cpu_text(d, i, &task, out);
	for (i = 0; i < d->dsqs.n && !is_full(out); i++)
		dsq_text(d, &d->dsqs.list[i], out);
	if (d->dsqs.incomplete)
		strbuf_addf(out, "(queues are incomplete: %s)\n",
			    d->dsqs.incomplete);
	maps_text(d, out);
	if (!d->budget.left)
		strbuf_addf(out, "(cut short: the guest's memory has more than is ever read)\n");
}
