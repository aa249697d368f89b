// SPDX-License-Identifier: GPL-2.0-only
/*
 * Putting the dump together. Each part is read as far as it goes; a part that
 * is damaged does not keep the others from being shown.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/addrset.h"
#include "lib/host/monitor/read/dump.h"

/* Pointers of one program to its maps */
#define USED_MAPS_MAX	64
/* For the thread of one vCPU to show its registers */
#define PEEK_NS		(20 * NSEC_PER_MSEC)

struct maker {
	struct mon_dump *dump;
	const struct mon_dump_options *options;
};

void mon_exit_read(const struct mon_guest *g, struct mon_exit *e)
{
	uint64_t va = 0, root = mon_guest_symbol(g, MON_SYM_SCX_ROOT), p, v;
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->cpu = -1;
	if (!mon_kernel_has(g->kernel, MON_PART_SCX_ROOT))
		return;
	if (!root) {
		root = mon_guest_symbol(g, MON_SYM_SCX_OLD_EXIT_INFO);
		mon_read_u64(&g->mem, root, &va);
	} else if (!mon_read_u64(&g->mem, root, &p) && p) {
		mon_guest_field(g, MON_SCX_EXIT_INFO, p, &va);
	}
	if (!va || mon_guest_field(g, MON_EI_KIND, va, &v))
		return;
	e->kind = v;
	if (!mon_guest_field(g, MON_EI_EXIT_CPU, va, &v))
		e->cpu = v;
	if (!mon_guest_field(g, MON_EI_EXIT_CODE, va, &v))
		e->code = v;
	if (!mon_guest_field(g, MON_EI_REASON, va, &v) && v)
		mon_read_str(&g->mem, v, e->reason, sizeof(e->reason));
	if (!mon_guest_field(g, MON_EI_MSG, va, &v) && v)
		mon_read_str(&g->mem, v, e->msg, sizeof(e->msg));
	if (mon_guest_field(g, MON_EI_BT_LEN, va, &v) ||
	    mon_guest_field(g, MON_EI_BT, va, &p) || !p)
		return;
	for (i = 0; i < v && i < MON_STACK_MAX; i++)
		if (mon_read_u64(&g->mem, p + 8 * i, &e->bt[i]))
			break;
	e->bt_len = i;
}

/* ---- tasks ---- */

/* Of a vCPU that has stopped; if not, and that is wanted, as it runs by. */
static int read_regs(const struct mon_guest *g, unsigned int cpu, bool peek,
		     struct mon_regs *regs)
{
	const struct mon_mem_ops *ops = g->mem.ops;
	struct mon_vcpu vcpu;
	int ret = -ENOTSUP;

	if (ops->vcpu_regs)
		ret = ops->vcpu_regs(g->mem.ctx, cpu, regs);
	if (!ret || !peek || !ops->vcpu_peek)
		return ret;
	ret = ops->vcpu_peek(g->mem.ctx, cpu, PEEK_NS, &vcpu);
	if (!ret)
		*regs = vcpu.regs;
	return ret;
}

static void read_stack(const struct mon_guest *g, bool peek,
		       struct mon_task *t)
{
	struct mon_regs regs;
	const void *task;

	if (t->on_cpu) {
		if (read_regs(g, t->cpu, peek, &regs))
			return;
		t->irqs_off = !(regs.flags & MON_FLAGS_IF);
		mon_unwind_regs(g, &regs, &t->stack);
		return;
	}
	task = mon_ptr(&g->mem, t->va, g->kernel->f.struct_size[MON_ST_TASK]);
	if (task)
		mon_unwind_task(g, task, &t->stack);
}

static int add_task(void *ctx, uint64_t va)
{
	struct maker *m = ctx;
	struct mon_dump *d = m->dump;
	struct mon_task *t, *grown;

	if (d->n_tasks == d->tasks_room) {
		size_t room = d->tasks_room ? 2 * d->tasks_room : 256;

		grown = reallocarray(d->tasks, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		d->tasks = grown;
		d->tasks_room = room;
	}
	t = &d->tasks[d->n_tasks];
	/* One that cannot be read is on its way out, or never was one. */
	if (mon_task_read(d->guest, va, &d->now, t))
		return 0;
	if (!m->options->no_stacks &&
	    (t->runnable || t->state == 'D' || t->pid == 1 ||
	     m->options->all_stacks))
		read_stack(d->guest, m->options->peek, t);
	d->n_tasks++;
	return 0;
}

static int cmp_cpu_wait(const void *a, const void *b)
{
	const struct mon_task *x = a, *y = b;

	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	if (x->on_cpu != y->on_cpu)
		return x->on_cpu ? -1 : 1;
	if (x->wait_ns != y->wait_ns)
		return x->wait_ns > y->wait_ns ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* ---- finding things again ---- */

static int cmp_at(const void *a, const void *b)
{
	const struct mon_at *x = a, *y = b;

	return x->va < y->va ? -1 : x->va > y->va;
}

static const struct mon_at *find_at(const struct mon_at *list, size_t n,
				    uint64_t va)
{
	const struct mon_at key = { .va = va };

	return n ? bsearch(&key, list, n, sizeof(*list), cmp_at) : NULL;
}

static int index_all(struct mon_dump *d)
{
	size_t i;

	d->tasks_at = calloc(d->n_tasks + 1, sizeof(*d->tasks_at));
	d->dsqs_at = calloc(d->dsqs.n + 1, sizeof(*d->dsqs_at));
	if (!d->tasks_at || !d->dsqs_at)
		return -ENOMEM;
	for (i = 0; i < d->n_tasks; i++)
		d->tasks_at[i] = (struct mon_at){ d->tasks[i].va, i };
	for (i = 0; i < d->dsqs.n; i++)
		d->dsqs_at[i] = (struct mon_at){ d->dsqs.list[i].va, i };
	qsort(d->tasks_at, d->n_tasks, sizeof(*d->tasks_at), cmp_at);
	qsort(d->dsqs_at, d->dsqs.n, sizeof(*d->dsqs_at), cmp_at);
	return 0;
}

const struct mon_task *mon_dump_task(const struct mon_dump *d, uint64_t va)
{
	const struct mon_at *at = find_at(d->tasks_at, d->n_tasks, va);

	return at ? &d->tasks[at->i] : NULL;
}

/* ---- stalls ---- */

enum mon_place mon_task_place(const struct mon_dump *d,
			      const struct mon_task *t, int *dsq)
{
	const struct mon_at *at;

	*dsq = -1;
	if (!t->runnable || t->on_cpu)
		return MON_PLACE_NONE;
	if (t->class != MON_CLASS_EXT)
		return MON_PLACE_RQ;
	if (!t->scx.dsq_va)
		return MON_PLACE_BPF;
	at = find_at(d->dsqs_at, d->dsqs.n, t->scx.dsq_va);
	if (at)
		*dsq = at->i;
	return MON_PLACE_DSQ;
}

static void idle_cpus(const struct mon_sample *s, struct mon_cpus *idle)
{
	unsigned int cpu;

	memset(idle, 0, sizeof(*idle));
	for (cpu = 0; cpu < s->n_cpus; cpu++)
		if (s->cpus[cpu].valid && s->cpus[cpu].idle)
			mon_cpus_set(idle, cpu);
}

/* Longest first */
static int cmp_stall(const void *a, const void *b, void *tasks)
{
	const struct mon_stall *s = a, *o = b;
	const struct mon_task *t = tasks;
	uint64_t x = t[s->task].wait_ns, y = t[o->task].wait_ns;

	if (x != y)
		return x > y ? -1 : 1;
	return s->task < o->task ? -1 : s->task > o->task;
}

static int find_stalls(struct mon_dump *d, uint64_t limit_ns)
{
	struct mon_cpus idle;
	struct mon_stall *s;
	size_t i, n = 0;

	for (i = 0; i < d->n_tasks; i++)
		n += d->tasks[i].wait_ns > limit_ns;
	d->stalls = calloc(n + 1, sizeof(*d->stalls));
	if (!d->stalls)
		return -ENOMEM;
	idle_cpus(d->sample, &idle);
	for (i = 0; i < d->n_tasks; i++) {
		const struct mon_task *t = &d->tasks[i];

		if (t->wait_ns <= limit_ns)
			continue;
		s = &d->stalls[d->n_stalls++];
		s->task = i;
		s->place = mon_task_place(d, t, &s->dsq);
		s->idle = idle;
		mon_task_allowed(t, &s->allowed);
		mon_cpus_and(&s->allowed, &idle);
	}
	qsort_r(d->stalls, d->n_stalls, sizeof(*d->stalls), cmp_stall,
		d->tasks);
	return 0;
}

/* ---- the scheduler's maps ---- */

static int add_used_maps(const struct mon_guest *g, const struct mon_prog *prog,
			 struct addrset *used)
{
	uint64_t aux, maps, n, va;
	unsigned int i;
	int ret;

	if (mon_guest_field(g, MON_PROG_AUX, prog->va, &aux) ||
	    mon_guest_field(g, MON_AUX_USED_MAPS, aux, &maps) ||
	    mon_guest_field(g, MON_AUX_USED_MAP_CNT, aux, &n))
		return 0;
	for (i = 0; i < n && i < USED_MAPS_MAX; i++) {
		if (mon_read_u64(&g->mem, maps + 8 * i, &va))
			return 0;
		ret = addrset_add(used, va);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Constants say nothing, and the dump for user space is in the exit already. */
static bool map_is_dull(const struct mon_map *map)
{
	return map->flags & BPF_F_RDONLY_PROG || strstr(map->name, "uei_dump");
}

/* Keep the maps that struct_ops programs use. */
static int choose_maps(struct mon_dump *d)
{
	struct addrset used = { };
	size_t i, n = 0;
	int ret = 0;

	for (i = 0; i < d->n_progs && !ret; i++)
		if (d->progs[i].type == BPF_PROG_TYPE_STRUCT_OPS)
			ret = add_used_maps(d->guest, &d->progs[i], &used);
	for (i = 0; i < d->n_maps; i++)
		if (addrset_has(&used, d->maps[i].va) &&
		    !map_is_dull(&d->maps[i]))
			d->maps[n++] = d->maps[i];
	d->n_maps = n;
	addrset_free(&used);
	return ret;
}

/* The text shows values as well, but they are typed there, and cut. */
static int copy_values(struct mon_dump *d)
{
	const struct mon_mem *mem = &d->guest->mem;
	size_t i, left = MON_DUMP_VALUES_MAX;
	uint64_t va;

	d->values = calloc(d->n_maps + 1, sizeof(*d->values));
	if (!d->values)
		return -ENOMEM;
	for (i = 0; i < d->n_maps; i++) {
		const struct mon_map *map = &d->maps[i];

		if (map->type != BPF_MAP_TYPE_ARRAY ||
		    map->value_size > MON_DUMP_VALUE_MAX ||
		    map->value_size > left ||
		    mon_map_elem(d->guest, map, 0, 0, &va))
			continue;
		d->values[i] = malloc(map->value_size);
		if (!d->values[i])
			return -ENOMEM;
		if (mon_read(mem, va, d->values[i], map->value_size)) {
			free(d->values[i]);
			d->values[i] = NULL;
			continue;
		}
		left -= map->value_size;
	}
	return 0;
}

static int read_bpf(struct mon_dump *d)
{
	int ret = mon_progs_list(d->guest, &d->progs, &d->n_progs);

	if (!ret)
		ret = mon_maps_list(d->guest, &d->maps, &d->n_maps);
	if (!ret)
		ret = choose_maps(d);
	if (!ret)
		ret = copy_values(d);
	return ret == -ENOMEM ? ret : 0;
}

static int take_sample(struct mon_dump *d)
{
	struct mon_sampler *sampler;
	int ret = mon_sampler_create(d->guest, &sampler);

	if (ret)
		return ret;
	mon_sampler_without_times(sampler);
	d->sample = mon_sample_alloc(d->guest);
	ret = d->sample ? mon_sampler_take(sampler, d->sample) : -ENOMEM;
	mon_sampler_destroy(sampler);
	return ret;
}

static int fill(struct mon_dump *d, const struct mon_dump_options *options)
{
	struct maker m = { .dump = d, .options = options };
	int ret = take_sample(d);

	if (!ret && !options->no_stacks)
		ret = mon_symbols_index(d->guest->kernel->symbols);
	if (ret)
		return ret;
	mon_now(d->guest, &d->now);
	mon_exit_read(d->guest, &d->exit);
	ret = mon_tasks_each(d->guest, add_task, &m);
	if (ret == -ENOMEM)
		return ret;
	if (d->n_tasks)
		qsort(d->tasks, d->n_tasks, sizeof(*d->tasks), cmp_cpu_wait);
	ret = mon_dsqs_read(d->guest, &d->dsqs);
	if (ret == -ENOMEM)
		return ret;
	ret = index_all(d);
	if (!ret)
		ret = find_stalls(d, options->stall_ns);
	if (!ret)
		ret = read_bpf(d);
	if (!ret && options->all_maps)
		ret = mon_maps_copy(d->guest, &d->copies, &d->n_copies);
	else if (!ret && options->own_maps)
		ret = mon_maps_copy_some(d->guest, d->maps, d->n_maps,
					 &d->copies, &d->n_copies);
	return ret == -ENOMEM ? ret : 0;
}

int mon_dump_create(const struct mon_guest *g,
		    const struct mon_dump_options *options,
		    struct mon_dump **dump)
{
	struct mon_dump *d = calloc(1, sizeof(*d));
	uint64_t start = clock_now_ns();
	int ret;

	*dump = NULL;
	if (!d)
		return -ENOMEM;
	d->budget.left = options->reads ?: MON_DUMP_READS;
	d->budget.hurry = g->mem.budget ? g->mem.budget->hurry : NULL;
	d->limited = *g;
	d->limited.mem.budget = &d->budget;
	d->guest = &d->limited;
	ret = fill(d, options);
	if (ret) {
		mon_dump_destroy(d);
		return ret;
	}
	d->took_ns = clock_now_ns() - start;
	*dump = d;
	return 0;
}

void mon_dump_destroy(struct mon_dump *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; d->values && i < d->n_maps; i++)
		free(d->values[i]);
	free(d->values);
	mon_dsqs_free(&d->dsqs);
	free(d->dsqs_at);
	free(d->tasks_at);
	free(d->sample);
	free(d->tasks);
	free(d->stalls);
	free(d->maps);
	free(d->progs);
	mon_maps_copy_free(d->copies, d->n_copies);
	free(d);
}
