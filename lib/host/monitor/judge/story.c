// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling the story of a hang. See story.h.
 */
#include "lib/host/monitor/judge/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define FRAMES_SHOWN	6	/* of a stack, from the spot on */
#define WAITERS_SHOWN	12
#define CPUS_TEXT	96	/* a set of CPUs */
#define LOCKS_SHOWN	4
#define ENTRY		"asm_"	/* interrupts and exceptions, arch/x86/include/asm/idtentry.h */
#define TICK_ENTRY	"asm_sysvec_apic_timer_interrupt"
#define LOCKS_LOOKED_AT	4096	/* entries of the table of locks */

static const char *const wait_names[] = {
	[MON_WAIT_SPINLOCK] = "a spinlock",
	[MON_WAIT_IPI] = "another CPU's answer",
	[MON_WAIT_MUTEX] = "a mutex",
	[MON_WAIT_RWSEM] = "a semaphore",
	[MON_WAIT_PERCPU_RWSEM] = "a per-CPU semaphore",
	[MON_WAIT_COMPLETION] = "a completion",
	[MON_WAIT_RCU] = "RCU",
};

/* "f()" or "f (BPF)" */
static void say_func(const struct mon_spot *spot, struct strbuf *out)
{
	if (!spot->func[0])
		strbuf_addf(out, "code that has no name (BPF's or a module's)");
	else
		strbuf_addf(out, "%s%s", spot->func,
			    spot->bpf ? " (BPF)" : "()");
}

static double seconds(uint64_t ns)
{
	return ns / (double)NSEC_PER_SEC;
}

static const char *wait_name(enum mon_wait wait)
{
	return wait < ARRAY_SIZE(wait_names) ? wait_names[wait] : NULL;
}

/* "waits for a mutex in f() < g < h" */
static void spot_text(const struct mon_dump *d, const struct mon_stack *stack,
		      const char *at_work, struct strbuf *out)
{
	struct mon_spot spot;
	unsigned int i;
	char func[128];

	mon_spot_find(d, stack, &spot);
	if (!stack->n) {
		strbuf_addf(out, "nowhere in the kernel\n");
		return;
	}
	if (wait_name(spot.wait))
		strbuf_addf(out, "waits for %s in ", wait_name(spot.wait));
	else
		strbuf_addf(out, "%s", spot.wait ? "sleeps in " : at_work);
	say_func(&spot, out);
	for (i = spot.frame + 1;
	     i < stack->n && i < spot.frame + FRAMES_SHOWN; i++) {
		mon_frame_func(d, stack->ip[i], func, sizeof(func));
		if (func[0])
			strbuf_addf(out, " < %s", func);
	}
	strbuf_addf(out, "\n");
}

/* ---- CPUs ---- */

/* Who runs on a CPU, its idle task or another; NULL when that does not */
static const struct mon_task *runs_on(const struct mon_dump *d,
				      unsigned int cpu, bool idle)
{
	size_t i;

	for (i = 0; i < d->n_tasks; i++) {
		const struct mon_task *t = &d->tasks[i];
		bool is_idle = t->class == MON_CLASS_IDLE;

		if (t->on_cpu && t->cpu == cpu && is_idle == idle)
			return t;
	}
	return NULL;
}

/**
 * struct stands - where a CPU stands
 * @task: who runs there; its idle task only where an interrupt of that does not end;
 *	NULL for nobody
 * @stack: of it; on a CPU whose tick comes and goes, of what that has interrupted
 * @irqs_off: with interrupts off
 * @in_tick: it was seen in its tick
 */
struct stands {
	const struct mon_task *task;
	struct mon_stack stack;
	bool irqs_off;
	bool in_tick;
};

/* The frame behind the innermost interrupt's; 0 when there is none. */
static unsigned int behind_entry(const struct mon_dump *d,
				 const struct mon_stack *stack, bool *tick)
{
	char func[128];
	unsigned int i;

	for (i = 0; i < stack->n; i++) {
		mon_frame_func(d, stack->ip[i], func, sizeof(func));
		*tick = !strcmp(func, TICK_ENTRY);
		if (!strncmp(func, ENTRY, strlen(ENTRY)))
			return i + 1;
	}
	return 0;
}

static const struct mon_task *hangs_while_idle(const struct mon_dump *d,
					       const struct mon_hang *hang,
					       unsigned int cpu)
{
	const struct mon_task *t = runs_on(d, cpu, true);
	bool tick;

	if (!t || !mon_cpus_test(&hang->overdue, cpu) ||
	    !behind_entry(d, &t->stack, &tick))
		return NULL;
	return t;
}

/* A tick that comes again and again ends each time: it does not hang. */
static void stands_on(const struct mon_dump *d, const struct mon_hang *hang,
		      unsigned int cpu, struct stands *s)
{
	unsigned int skip = 0;

	memset(s, 0, sizeof(*s));
	s->task = runs_on(d, cpu, false) ?: hangs_while_idle(d, hang, cpu);
	if (!s->task)
		return;
	if (mon_cpus_test(&hang->ticking, cpu))
		skip = behind_entry(d, &s->task->stack, &s->in_tick);
	if (!s->in_tick)
		skip = 0;
	s->irqs_off = s->task->irqs_off && !s->in_tick;
	s->stack = s->task->stack;
	s->stack.n -= skip;
	memmove(s->stack.ip, s->stack.ip + skip,
		s->stack.n * sizeof(s->stack.ip[0]));
}

static void cpus_text(const struct mon_dump *d, const struct mon_hang *hang,
		      struct strbuf *out)
{
	unsigned int cpu;
	struct stands s;

	for (cpu = 0; cpu < d->sample->n_cpus; cpu++) {
		if (!d->sample->cpus[cpu].online)
			continue;
		stands_on(d, hang, cpu, &s);
		if (!s.task) {
			strbuf_addf(out, "CPU %u: idle\n", cpu);
			continue;
		}
		strbuf_addf(out, "CPU %u: %s[%d]%s%s, ", cpu, s.task->comm,
			    s.task->pid, s.irqs_off ? ", interrupts off" : "",
			    s.in_tick ? ", interrupted by a tick" : "");
		if (s.stack.n)
			spot_text(d, &s.stack, "in ", out);
		else
			strbuf_addf(out, "in user space, or not known\n");
	}
}

/**
 * struct cpu_group - CPUs that stand in one spot
 * @spot: where
 * @cpus: which, @n of them
 * @irqs_off: one of them with interrupts off
 * @still: the clock of one's run queue has stood still while it hung: interrupts
 *	do not get through, whatever the others make of their time
 * @named: one of them is the one that was found to hang
 * @came: who runs there came only when that hung already: holds no spinlock
 * @task: who runs on the first of them
 */
struct cpu_group {
	struct mon_spot spot;
	struct mon_cpus cpus;
	unsigned int n;
	bool irqs_off;
	bool still;
	bool named;
	bool came;
	const struct mon_task *task;
};

/* Has no interrupt come to that CPU for so long? All clocks are of one time. */
static bool stands_still(const struct mon_sample *s, unsigned int cpu,
			 uint64_t ns)
{
	uint64_t newest_ns = 0;
	unsigned int i;

	for (i = 0; i < s->n_cpus; i++)
		if (s->cpus[i].valid)
			newest_ns = max(newest_ns, s->cpus[i].clock_ns);
	return s->cpus[cpu].valid &&
	       newest_ns - min(newest_ns, s->cpus[cpu].clock_ns) > ns;
}

/* All CPUs that stand where @first does; without a name, that does not show */
static void gather(const struct mon_dump *d, unsigned int first,
		   const struct mon_hang *hang, struct cpu_group *g)
{
	uint64_t hung_ns = hang->host_ns - hang->since_ns;
	struct mon_spot spot;
	struct stands s;
	unsigned int cpu;

	memset(g, 0, sizeof(*g));
	stands_on(d, hang, first, &s);
	g->task = s.task;
	if (!s.stack.n)
		return;
	mon_spot_find(d, &s.stack, &g->spot);
	g->came = true;
	for (cpu = first; cpu < d->sample->n_cpus; cpu++) {
		stands_on(d, hang, cpu, &s);
		if (!s.stack.n)
			continue;
		mon_spot_find(d, &s.stack, &spot);
		if (strcmp(spot.func, g->spot.func) ||
		    spot.wait != g->spot.wait ||
		    (!spot.func[0] && cpu != first))
			continue;
		mon_cpus_set(&g->cpus, cpu);
		g->n++;
		g->irqs_off |= s.irqs_off;
		g->still |= stands_still(d->sample, cpu, hung_ns / 2);
		g->named |= (int)cpu == hang->cpu;
		g->came &= s.task->ran_ns && s.task->ran_ns < hung_ns / 2;
	}
}

/*
 * The more, the likelier it is the cause. Who waits for another CPU's answer
 * waits for one that hangs; who may be interrupted keeps nobody from an answer.
 * Nor does who is interrupted all the time: so are CPUs to which a busy host gives
 * no more time than their ticks need.
 */
static unsigned int guilt(const struct cpu_group *g)
{
	if (!g->n)
		return 0;
	if (g->came && !g->named)
		return 1;
	return 1 + (g->still ? 64 : 0) +
	       (g->spot.wait != MON_WAIT_IPI ? 32 : 0) +
	       (g->irqs_off ? 16 : 0) + (g->spot.wait == MON_WAIT_NONE ? 8 : 0) +
	       (g->named ? 4 : 0) + (g->n > 1 ? 2 : 0);
}

static void most_guilty(const struct mon_dump *d, const struct mon_hang *hang,
			struct cpu_group *most)
{
	unsigned int cpu;
	struct cpu_group g;

	memset(most, 0, sizeof(*most));
	for (cpu = 0; cpu < d->sample->n_cpus; cpu++) {
		gather(d, cpu, hang, &g);
		if (guilt(&g) > guilt(most))
			*most = g;
	}
}

/* "CPU 1" or "CPUs 0-2" */
static const char *cpus_name(const struct mon_cpus *cpus, unsigned int n,
			     char *buf, size_t size)
{
	char list[CPUS_TEXT];

	snprintf(buf, size, "CPU%s %s", n > 1 ? "s" : "",
		 mon_cpus_str(cpus, list, sizeof(list)));
	return buf;
}

static void in_common_text(const struct mon_dump *d,
			   const struct mon_hang *hang, struct strbuf *out)
{
	struct mon_cpus told = { };
	unsigned int cpu, i;
	char name[CPUS_TEXT + 8];
	struct cpu_group g;

	for (cpu = 0; cpu < d->sample->n_cpus; cpu++) {
		if (mon_cpus_test(&told, cpu))
			continue;
		gather(d, cpu, hang, &g);
		if (g.n < 2)
			continue;
		for (i = 0; i < MON_MASK_CPUS / 64; i++)
			told.bits[i] |= g.cpus.bits[i];
		strbuf_addf(out, "in common: %s all stand in ",
			    cpus_name(&g.cpus, g.n, name, sizeof(name)));
		say_func(&g.spot, out);
		strbuf_addf(out, "\n");
	}
}

/* ---- locks that vCPUs wait for in HLT ---- */

/*
 * The kernel keeps a table of them: whoever lets go of one finds there whom to
 * wake. An entry is two words, the lock and a waiter.
 */
static unsigned int find_locks(const struct mon_guest *g, uint64_t *locks)
{
	uint64_t table, bits_va = mon_guest_symbol(g, MON_SYM_PV_LOCK_HASH_BITS);
	unsigned int n = 0;
	uint32_t bits, i;
	uint64_t lock;

	if (!bits_va || mon_read_u32(&g->mem, bits_va, &bits) || bits > 30 ||
	    mon_read_u64(&g->mem, mon_guest_symbol(g, MON_SYM_PV_LOCK_HASH),
			 &table) || !table)
		return 0;
	for (i = 0; i < 1U << bits && i < LOCKS_LOOKED_AT &&
	     n < LOCKS_SHOWN; i++)
		if (!mon_read_u64(&g->mem, table + 16 * i, &lock) && lock)
			locks[n++] = lock;
	return n;
}

static const char *lock_name(const struct mon_guest *g, uint64_t lock,
			     char *buf, size_t size)
{
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES);
	unsigned int cpu;

	snprintf(buf, size, "the one at 0x%" PRIx64, lock);
	for (cpu = 0; mon_guest_has_field(g, MON_RQ_LOCK) &&
	     cpu < g->nr_cpus; cpu++)
		if (mon_guest_percpu(g, rq, cpu) +
		    mon_guest_offset(g, MON_RQ_LOCK) == lock)
			snprintf(buf, size, "that of CPU %u's run queue", cpu);
	return buf;
}

static void locks_text(const struct mon_dump *d, struct strbuf *out)
{
	uint64_t locks[LOCKS_SHOWN];
	unsigned int n = find_locks(d->guest, locks), i;
	char name[64];

	for (i = 0; i < n; i++)
		strbuf_addf(out, "spinlock that a CPU waits for in HLT: %s\n",
			    lock_name(d->guest, locks[i], name, sizeof(name)));
}

/* ---- tasks ---- */

static int cmp_sleep(const void *a, const void *b)
{
	const struct mon_task *x = *(const struct mon_task *const *)a;
	const struct mon_task *y = *(const struct mon_task *const *)b;

	if (x->sleep_ns != y->sleep_ns)
		return x->sleep_ns > y->sleep_ns ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static void waiters_text(const struct mon_dump *d, struct strbuf *out)
{
	const struct mon_task **list = calloc(d->n_tasks + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; list && i < d->n_tasks; i++)
		if (d->tasks[i].state == 'D' && !d->tasks[i].on_cpu)
			list[n++] = &d->tasks[i];
	if (n)
		qsort(list, n, sizeof(*list), cmp_sleep);
	for (i = 0; i < n && i < WAITERS_SHOWN; i++) {
		strbuf_addf(out, "D for %.1f s: %s[%d] ",
			    seconds(list[i]->sleep_ns), list[i]->comm,
			    list[i]->pid);
		spot_text(d, &list[i]->stack, "in ", out);
	}
	if (i < n)
		strbuf_addf(out, "(and %zu more in D)\n", n - i);
	free(list);
}

static const struct mon_task *task_of(const struct mon_dump *d, int pid)
{
	size_t i;

	for (i = 0; pid && i < d->n_tasks; i++)
		if (d->tasks[i].pid == pid)
			return &d->tasks[i];
	return NULL;
}

static void init_text(const struct mon_dump *d, struct strbuf *out)
{
	const struct mon_task *t = task_of(d, 1);

	if (!t || t->on_cpu)
		return;
	strbuf_addf(out, "init[1]: %c for %.1f s, ", t->state,
		    seconds(t->sleep_ns));
	spot_text(d, &t->stack, "in ", out);
}

/* The task that takes sched_ext down: its stack says so. */
static const struct mon_task *who_disables(const struct mon_dump *d)
{
	char func[128];
	unsigned int k;
	size_t i;

	for (i = 0; i < d->n_tasks; i++)
		for (k = 0; k < d->tasks[i].stack.n; k++) {
			mon_frame_func(d, d->tasks[i].stack.ip[k], func,
				       sizeof(func));
			if (!strncmp(func, "scx_", 4) && strstr(func, "disable"))
				return &d->tasks[i];
		}
	return NULL;
}

static bool is_disabling(const struct mon_dump *d)
{
	const uint64_t *c = d->guest->kernel->f.constant;
	int state = d->sample->scx.enable_state;

	return state >= 0 && (uint64_t)state == c[MON_C_SCX_DISABLING];
}

static void disabling_text(const struct mon_dump *d, struct strbuf *out)
{
	const struct mon_task *t = who_disables(d);

	if (!is_disabling(d))
		return;
	strbuf_addf(out, "sched_ext is disabling");
	if (d->exit.kind)
		strbuf_addf(out, ", as %s was thrown out: %s%s%s%s",
			    d->sample->scx.name[0] ? d->sample->scx.name :
						     "its scheduler",
			    d->exit.reason, d->exit.msg[0] ? " (" : "",
			    d->exit.msg, d->exit.msg[0] ? ")" : "");
	strbuf_addf(out, "\n");
	if (!t || t->state == 'D')
		return;
	strbuf_addf(out, "%s[%d], which disables it: %c, ", t->comm, t->pid,
		    t->state);
	spot_text(d, &t->stack, "in ", out);
}

/* ---- who is to blame ---- */

/* "waits for a mutex in f()"; of who is at work "stands in f()" */
static void say_spot(const struct mon_dump *d, const struct mon_stack *stack,
		     struct strbuf *out)
{
	struct mon_spot spot;

	mon_spot_find(d, stack, &spot);
	if (!stack->n) {
		strbuf_addf(out, "is nowhere in the kernel");
		return;
	}
	if (wait_name(spot.wait))
		strbuf_addf(out, "waits for %s in ", wait_name(spot.wait));
	else
		strbuf_addf(out, "%s in ", spot.wait ? "sleeps" : "stands");
	say_func(&spot, out);
}

/* The lock's name, when there is but one that CPUs wait for */
static void say_lock(const struct mon_dump *d, struct strbuf *out)
{
	uint64_t locks[LOCKS_SHOWN];
	char name[64];

	if (find_locks(d->guest, locks) == 1)
		strbuf_addf(out, ", %s",
			    lock_name(d->guest, locks[0], name, sizeof(name)));
}

static void blame_cpu(const struct mon_dump *d, const struct mon_hang *hang,
		      struct strbuf *out)
{
	char cpus[CPUS_TEXT + 8];
	struct cpu_group g;

	most_guilty(d, hang, &g);
	if (!g.n)
		return;
	cpus_name(&g.cpus, g.n, cpus, sizeof(cpus));
	if (g.spot.wait == MON_WAIT_SPINLOCK) {
		strbuf_addf(out, "a spinlock that nobody lets go of");
		say_lock(d, out);
		strbuf_addf(out, ": %s wait%s for it in %s()", cpus,
			    g.n > 1 ? "" : "s", g.spot.func);
	} else {
		say_func(&g.spot, out);
		strbuf_addf(out, ", in which %s stand%s", cpus,
			    g.n > 1 ? "" : "s");
	}
	if (g.irqs_off)
		strbuf_addf(out, " with interrupts off");
	if (g.n == 1)
		strbuf_addf(out, ", in %s[%d]", g.task->comm, g.task->pid);
}

static void blame_task(const struct mon_dump *d, const struct mon_task *t,
		       const char *who, struct strbuf *out)
{
	if (!t)
		return;
	strbuf_addf(out, "%s[%d]%s ", t->comm, t->pid, who);
	say_spot(d, &t->stack, out);
	if (t->sleep_ns)
		strbuf_addf(out, ", for %.1f s", seconds(t->sleep_ns));
}

static void blame(const struct mon_dump *d, const struct mon_hang *hang,
		  struct strbuf *out)
{
	const struct mon_task *t;

	switch (hang->kind) {
	case MON_HANG_NONE:
		return;
	case MON_HANG_CPU:
		blame_cpu(d, hang, out);
		return;
	case MON_HANG_DISABLING:
		t = who_disables(d);
		if (t)
			blame_task(d, t, ", which disables sched_ext,", out);
		else
			blame_task(d, task_of(d, hang->pid), "", out);
		return;
	case MON_HANG_TASK:
		blame_task(d, task_of(d, hang->pid), "", out);
		return;
	}
}

void mon_story(const struct mon_dump *d, const struct mon_hang *hang,
	       struct strbuf *out, char *culprit, size_t size)
{
	struct strbuf who = STRBUF_INIT;

	blame(d, hang, &who);
	snprintf(culprit, size, "%s", who.text);
	strbuf_free(&who);
	if (hang->kind)
		strbuf_addf(out, "hang: %s\n", hang->text);
	disabling_text(d, out);
	cpus_text(d, hang, out);
	in_common_text(d, hang, out);
	locks_text(d, out);
	waiters_text(d, out);
	init_text(d, out);
}
