// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking for hangs. See hang.h.
 */
#include "lib/host/monitor/judge/hang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/check/check.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/checks.h"
#include "lib/host/monitor/judge/spin.h"
#include "lib/host/monitor/read/tasks.h"

/* A CPU stands still for a second; that, times the slowness, within bounds */
#define CPU_SAMPLES	10
#define CPU_TIMES	3.0
#define CPU_TIMES_MAX	6.0

/* Looks in a row at a CPU that seems stuck, and what its thread may take */
#define LOOKS		5
#define PEEK_NS		(20 * NSEC_PER_MSEC)
#define USER_MODE	3	/* in the code segment's selector */

/* A tick goes on when the last one came within this part of the hang's time. */
#define TICKING_PART	4

/* How often all tasks are looked at, and how many that wait are remembered */
#define TASKS_NS	(500 * NSEC_PER_MSEC)
#define WAITS_MAX	256

/*
 * Why MON_HANG_TASK_MS is enough: a guest has no disk to wait for, and where it
 * has, MON_HANG_QUEUE_MAX_MS holds, as one can be as slow as a test likes; vfork()'s
 * wait is killable, and who is frozen, stopped or traced is in a state of its
 * own, so none of these is looked at. What is left is work of the kernel's
 * alone: fork(), cgroups that are moved and killed, grace periods of RCU. It
 * takes 2 s at most, and the limit is twice that. It counts from when the last of
 * those who had waited for long was let on: 512 workers that end at once wait for
 * a lock of theirs in a queue, and one that moves is no hang. But who enables or disables
 * sched_ext sleeps once while all tasks are gone through and several grace
 * periods pass: as long as that goes on, the limit does not count.
 */

/* include/linux/sched.h */
#define TASK_UNINTERRUPTIBLE	0x0002
#define TASK_WAKEKILL		0x0100
#define TASK_NOLOAD		0x0400
#define PF_KTHREAD		0x00200000

/* A wait of that length is none that comes all the time. */
#define LONG_WAIT_NS	NSEC_PER_SEC

/**
 * struct wait - a task that sleeps where no signal reaches it
 * @switches: how often it has been switched out: another number, another wait
 * @since_ns: CLOCK_MONOTONIC of the host when it was first seen so
 * @share_ns: the guest's share of time then
 * @seen: in the look at all tasks that goes on
 */
struct wait {
	uint64_t va;
	int pid;
	char comm[MON_COMM_LEN];
	bool kthread;
	uint64_t switches;
	uint64_t since_ns;
	uint64_t share_ns;
	bool seen;
};

/**
 * struct stuck - a CPU that switches to nobody though others wait
 * @pid: who runs there
 * @switches: the run queue's count
 * @since_ns: CLOCK_MONOTONIC of the host when that began; 0 while it does not
 * @own_ns: time that its vCPU has had since
 * @in_kernel: looks in a row that found it in the kernel
 */
struct stuck {
	int pid;
	uint64_t switches;
	uint64_t since_ns;
	uint64_t own_ns;
	unsigned int in_kernel;
};

/**
 * struct ticks - of a CPU
 * @due: when its next timer is due, by the guest
 * @last_ns: CLOCK_MONOTONIC of the host when another @due was first seen
 */
struct ticks {
	uint64_t due;
	uint64_t last_ns;
};

struct mon_hangs {
	const struct mon_guest *guest;
	struct mon_verdict *cpus;	/* judges CPU stalls that are hangs */
	struct mon_spins *spins;
	struct mon_sample *last;
	bool has_last;
	uint64_t share_ns;		/* of the guest, so far */
	uint64_t tasks_ns;		/* when tasks are due */
	uint64_t disabling_ns;		/* since when; 0 while it is not */
	uint64_t disabling_share_ns;
	uint64_t steady_share_ns;	/* when sched_ext last came or went */
	uint64_t moved_share_ns;	/* when a long wait last ended */
	uint64_t task_ms;		/* MON_HANG_TASK_MS, slowed down */
	bool waits_for_disks;		/* MON_HANG_QUEUE_MAX_MS instead */
	struct wait waits[WAITS_MAX];
	unsigned int n_waits;
	uint64_t now_ns;
	uint64_t step_ns;		/* from the sample before */
	struct stuck *stuck;		/* for each CPU */
	struct ticks *ticks;		/* likewise */
};

struct mon_hangs *mon_hangs_create(const struct mon_guest *g, double slowness)
{
	const struct check_limits limits = {
		.fail_on_stall = CHECK_ON, .sustained_samples = CPU_SAMPLES,
	};
	struct mon_hangs *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->guest = g;
	h->task_ms = min(MON_HANG_TASK_MS * slowness,
			 (double)MON_HANG_TASK_SLOW_MS);
	h->last = mon_sample_alloc(g);
	h->cpus = mon_verdict_create(g->kernel, g->nr_cpus, &limits,
				     min(CPU_TIMES * slowness, CPU_TIMES_MAX));
	h->spins = mon_spins_create(g->nr_cpus);
	h->stuck = calloc(g->nr_cpus, sizeof(*h->stuck));
	h->ticks = calloc(g->nr_cpus, sizeof(*h->ticks));
	if (!h->last || !h->cpus || !h->spins || !h->stuck || !h->ticks) {
		mon_hangs_destroy(h);
		return NULL;
	}
	return h;
}

void mon_hangs_expect_disks(struct mon_hangs *h)
{
	h->waits_for_disks = true;
}

void mon_hangs_destroy(struct mon_hangs *h)
{
	if (!h)
		return;
	mon_verdict_destroy(h->cpus);
	mon_spins_destroy(h->spins);
	free(h->stuck);
	free(h->ticks);
	free(h->last);
	free(h);
}

/* ---- the guest's share of time ---- */

/*
 * Of the time between two samples, as much as the host gave to the vCPUs that
 * had something to run, on the average. One that had not lost what all of the
 * machine was not there for: who would wake it was not there either.
 */
static uint64_t share(const struct mon_sample *a, const struct mon_sample *b)
{
	uint64_t ns = b->host_ns - a->host_ns, sum = 0;
	unsigned int cpu, n = 0;

	for (cpu = 0; cpu < b->n_cpus; cpu++) {
		const struct mon_cpu *x = &a->cpus[cpu], *y = &b->cpus[cpu];

		if (!x->valid || !y->valid)
			continue;
		n++;
		if (x->idle || y->idle || y->halt >= MON_HALT_IDLE)
			sum += mon_cpu_left_ns(x, y, ns);
		else
			sum += mon_cpu_own_ns(x, y, ns);
	}
	return n ? sum / n : 0;
}

/* ---- tasks ---- */

static struct wait *find_wait(struct mon_hangs *h, uint64_t va)
{
	unsigned int i;

	for (i = 0; i < h->n_waits; i++)
		if (h->waits[i].va == va)
			return &h->waits[i];
	if (h->n_waits == WAITS_MAX)
		return NULL;
	h->waits[h->n_waits].switches = UINT64_MAX;
	return &h->waits[h->n_waits++];
}

static void note_end(struct mon_hangs *h, const struct wait *w)
{
	if (w->switches != UINT64_MAX &&
	    h->share_ns - w->share_ns >= LONG_WAIT_NS)
		h->moved_share_ns = h->share_ns;
}

static int look_at_task(void *ctx, uint64_t va)
{
	struct mon_hangs *h = ctx;
	const struct mon_guest *g = h->guest;
	const char *p = mon_ptr(&g->mem, va,
				g->kernel->f.struct_size[MON_ST_TASK]);
	const struct mon_field *comm = &g->kernel->f.field[MON_TASK_COMM];
	uint64_t state, switches;
	struct wait *w;

	if (!p)
		return 0;
	state = mon_guest_get(g, MON_TASK_STATE, p);
	if (!(state & TASK_UNINTERRUPTIBLE) ||
	    state & (TASK_WAKEKILL | TASK_NOLOAD) ||
	    mon_guest_get(g, MON_TASK_ON_RQ, p) ||
	    mon_guest_get(g, MON_TASK_EXIT_STATE, p))
		return 0;
	switches = mon_guest_get(g, MON_TASK_NVCSW, p) +
		   mon_guest_get(g, MON_TASK_NIVCSW, p);
	w = find_wait(h, va);
	if (!w)
		return 0;
	w->seen = true;
	if (w->switches == switches)
		return 0;
	note_end(h, w);
	*w = (struct wait){
		.va = va, .pid = mon_guest_get(g, MON_TASK_PID, p),
		.kthread = mon_guest_get(g, MON_TASK_FLAGS, p) & PF_KTHREAD,
		.switches = switches, .since_ns = h->now_ns,
		.share_ns = h->share_ns, .seen = true,
	};
	memcpy(w->comm, p + comm->offset,
	       min((size_t)comm->size, sizeof(w->comm)));
	text_clean_buf(w->comm, sizeof(w->comm));
	return 0;
}

static void look_at_tasks(struct mon_hangs *h)
{
	const struct mon_guest *g = h->guest;
	unsigned int i, n = 0;

	if (!mon_guest_has_field(g, MON_TASK_NVCSW) ||
	    !mon_guest_has_field(g, MON_TASK_FLAGS))
		return;
	for (i = 0; i < h->n_waits; i++)
		h->waits[i].seen = false;
	mon_tasks_each(g, look_at_task, h);
	for (i = 0; i < h->n_waits; i++)
		if (h->waits[i].seen)
			h->waits[n++] = h->waits[i];
		else
			note_end(h, &h->waits[i]);
	h->n_waits = n;
}

/* Who waits longest, of user space or of all; NULL for nobody */
static const struct wait *longest_wait(const struct mon_hangs *h, bool kthreads)
{
	const struct wait *w = NULL;
	unsigned int i;

	for (i = 0; i < h->n_waits; i++)
		if ((kthreads || !h->waits[i].kthread) &&
		    (!w || h->waits[i].share_ns < w->share_ns))
			w = &h->waits[i];
	return w;
}

/* ---- CPUs that switch to nobody ---- */

/*
 * The kernel's own watchdogs wake a task on each CPU every few seconds, which
 * goes before all others: only who has switched preemption off does not let it
 * run. Where there are none a task may have a CPU to itself for as long; but
 * not in the kernel each time that somebody looks.
 */
static void look_at_stuck(struct stuck *s, const struct mon_mem *mem,
			  unsigned int cpu)
{
	struct mon_vcpu vcpu;

	/* A thread that does not answer in time tells nothing. */
	if (!mem->ops->vcpu_peek ||
	    mem->ops->vcpu_peek(mem->ctx, cpu, PEEK_NS, &vcpu))
		return;
	s->in_kernel = (vcpu.regs.cs & USER_MODE) == USER_MODE ?
		       0 : s->in_kernel + 1;
}

static bool is_stuck(struct mon_hangs *h, unsigned int cpu,
		     const struct mon_cpu *c)
{
	const struct mon_cpu *last = &h->last->cpus[cpu];
	struct stuck *s = &h->stuck[cpu];

	if (!c->valid || c->idle || c->nr_running < 2) {
		s->since_ns = 0;
		return false;
	}
	if (!s->since_ns || s->switches != c->nr_switches ||
	    s->pid != c->curr_pid) {
		*s = (struct stuck){
			.pid = c->curr_pid, .switches = c->nr_switches,
			.since_ns = h->now_ns,
		};
		return false;
	}
	s->own_ns += mon_cpu_own_ns(last, c, h->step_ns);
	if ((h->now_ns - s->since_ns) / NSEC_PER_MSEC < MON_HANG_STUCK_MS ||
	    s->own_ns / NSEC_PER_MSEC < MON_HANG_STUCK_RAN_MS)
		return false;
	look_at_stuck(s, &h->guest->mem, cpu);
	return s->in_kernel >= LOOKS;
}

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return (to_ns - from_ns) / (double)NSEC_PER_SEC;
}

static bool cpu_is_stuck(struct mon_hangs *h, const struct mon_sample *s,
			 struct mon_hang *hang)
{
	bool found = false;
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *c = &s->cpus[cpu];

		if (!is_stuck(h, cpu, c) || found)
			continue;
		found = true;
		hang->kind = MON_HANG_CPU;
		hang->cpu = cpu;
		hang->pid = c->curr_pid;
		hang->since_ns = h->stuck[cpu].since_ns;
		snprintf(hang->text, sizeof(hang->text),
			 "CPU %u has switched to nobody for %.1f s, while %s[%d] is in the kernel there and %u more wait",
			 cpu, seconds(hang->since_ns, h->now_ns), c->curr_comm,
			 c->curr_pid, c->nr_running - 1);
	}
	return found;
}

/* ---- the others ---- */

static bool cpu_hangs(struct mon_hangs *h, const struct mon_sample *s,
		      uint64_t guest_ns, struct mon_hang *hang)
{
	unsigned int n, i = 0, more;
	const struct mon_alarm *a;

	mon_verdict_alarms(h->cpus, &i);
	more = mon_verdict_feed(h->cpus, s, guest_ns);
	a = mon_verdict_alarms(h->cpus, &n);
	/* Tasks that wait are not its business. */
	for (; more && i < n; i++) {
		if (a[i].check != MON_CHECK_CPU_STALL)
			continue;
		hang->kind = MON_HANG_CPU;
		hang->cpu = a[i].cpu;
		hang->pid = a[i].pid;
		hang->since_ns = a[i].since_ns;
		snprintf(hang->text, sizeof(hang->text), "%s", a[i].text);
		return true;
	}
	return false;
}

static bool cpu_spins(struct mon_hangs *h, const struct mon_sample *s,
		      struct mon_hang *hang)
{
	const struct mon_cpu *c;

	if (!h->has_last)
		return false;
	hang->cpu = mon_spins_feed(h->spins, &h->guest->mem, h->last, s,
				   &hang->since_ns);
	if (hang->cpu < 0)
		return false;
	c = &s->cpus[hang->cpu];
	hang->kind = MON_HANG_CPU;
	hang->pid = c->curr_pid;
	snprintf(hang->text, sizeof(hang->text),
		 "stall: the run queue's clock of CPU %d stands still at its %.3f s for %.1f s while %s[%d] runs there and spins in one place with interrupts off",
		 hang->cpu, seconds(0, c->clock_ns),
		 seconds(hang->since_ns, h->now_ns), c->curr_comm, c->curr_pid);
	return true;
}

static void watch_disabling(struct mon_hangs *h, const struct mon_sample *s)
{
	const uint64_t *c = h->guest->kernel->f.constant;

	if (s->scx.enable_state < 0 ||
	    (uint64_t)s->scx.enable_state != c[MON_C_SCX_DISABLING]) {
		h->disabling_ns = 0;
	} else if (!h->disabling_ns) {
		h->disabling_ns = s->host_ns;
		h->disabling_share_ns = h->share_ns;
	}
}

/* It is neither on nor off. */
static void watch_changes(struct mon_hangs *h, const struct mon_sample *s)
{
	const uint64_t *c = h->guest->kernel->f.constant;

	if (s->scx.enable_state >= 0 &&
	    (uint64_t)s->scx.enable_state != c[MON_C_SCX_ENABLED] &&
	    (uint64_t)s->scx.enable_state != c[MON_C_SCX_DISABLED])
		h->steady_share_ns = h->share_ns;
}

static bool disabling_hangs(const struct mon_hangs *h, struct mon_hang *hang)
{
	uint64_t ms = (h->share_ns - h->disabling_share_ns) / NSEC_PER_MSEC;
	const struct wait *w = longest_wait(h, true);

	if (!h->disabling_ns || ms < MON_HANG_DISABLING_MS)
		return false;
	if (w && (h->share_ns - w->share_ns) / NSEC_PER_MSEC <
		 MON_HANG_DISABLING_MS)
		w = NULL;
	if (!w && ms < MON_HANG_DISABLING_MAX_MS)
		return false;
	hang->kind = MON_HANG_DISABLING;
	hang->since_ns = h->disabling_ns;
	hang->pid = w ? w->pid : 0;
	snprintf(hang->text, sizeof(hang->text),
		 "sched_ext has been disabling for %.1f s",
		 seconds(h->disabling_ns, h->now_ns));
	return true;
}

/* Who waits for too long, by the last look at all tasks; NULL for nobody */
static const struct wait *too_long_wait(const struct mon_hangs *h)
{
	const struct wait *w = longest_wait(h, false);
	uint64_t from_ns, max_ns;

	if (!w)
		return NULL;
	max_ns = max(w->share_ns, h->moved_share_ns);
	from_ns = max(max_ns, h->steady_share_ns);
	if ((h->share_ns - w->share_ns) / NSEC_PER_MSEC >=
	    MON_HANG_QUEUE_MAX_MS)
		return w;
	if (h->waits_for_disks)
		return NULL;
	if ((h->share_ns - from_ns) / NSEC_PER_MSEC >= h->task_ms ||
	    (h->share_ns - max_ns) / NSEC_PER_MSEC >= MON_HANG_TASK_MAX_MS)
		return w;
	return NULL;
}

static bool task_hangs(struct mon_hangs *h, struct mon_hang *hang)
{
	const struct wait *w = too_long_wait(h);

	if (!w)
		return false;
	/* That look was some time ago: it may have been woken since. */
	look_at_tasks(h);
	w = too_long_wait(h);
	if (!w)
		return false;
	hang->kind = MON_HANG_TASK;
	hang->since_ns = w->since_ns;
	hang->pid = w->pid;
	snprintf(hang->text, sizeof(hang->text),
		 "%s[%d] has slept for %.1f s where no signal reaches it (D)",
		 w->comm, w->pid, seconds(w->since_ns, h->now_ns));
	return true;
}

/* ---- ticks ---- */

/*
 * When a CPU's next timer is due only that CPU's own timer interrupt says anew. The
 * clock of its run queue is moved by others, too.
 */
static void watch_ticks(struct mon_hangs *h, const struct mon_sample *s)
{
	const struct mon_guest *g = h->guest;
	uint64_t bases = mon_guest_symbol(g, MON_SYM_HRTIMER_BASES), due;
	unsigned int cpu;

	if (!bases || !mon_guest_has_field(g, MON_TIMER_EXPIRES))
		return;
	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		struct ticks *t = &h->ticks[cpu];

		if (!s->cpus[cpu].valid ||
		    mon_guest_field(g, MON_TIMER_EXPIRES,
				    mon_guest_percpu(g, bases, cpu), &due) ||
		    due == t->due)
			continue;
		t->last_ns = s->host_ns;
		t->due = due;
	}
}

static void note_ticks(const struct mon_hangs *h, uint64_t guest_ns,
		       struct mon_hang *hang)
{
	uint64_t hung_ns = hang->host_ns - hang->since_ns;
	unsigned int cpu;

	for (cpu = 0; cpu < h->guest->nr_cpus; cpu++) {
		const struct ticks *t = &h->ticks[cpu];

		if (!t->last_ns)
			continue;
		if (hang->host_ns - t->last_ns < hung_ns / TICKING_PART)
			mon_cpus_set(&hang->ticking, cpu);
		if (t->due < guest_ns && (guest_ns - t->due) / NSEC_PER_MSEC >=
					 MON_HANG_OVERDUE_MS)
			mon_cpus_set(&hang->overdue, cpu);
	}
}

bool mon_hangs_feed(struct mon_hangs *h, const struct mon_sample *s,
		    uint64_t guest_ns, struct mon_hang *hang)
{
	bool hangs;

	memset(hang, 0, sizeof(*hang));
	if (s->n_cpus != h->guest->nr_cpus)
		return false;
	hang->cpu = -1;
	hang->host_ns = s->host_ns;
	h->now_ns = s->host_ns;
	h->step_ns = h->has_last ? s->host_ns - h->last->host_ns : 0;
	if (h->has_last)
		h->share_ns += share(h->last, s);
	watch_disabling(h, s);
	watch_changes(h, s);
	watch_ticks(h, s);
	if (s->host_ns >= h->tasks_ns) {
		look_at_tasks(h);
		h->tasks_ns = s->host_ns + TASKS_NS;
	}
	hangs = cpu_spins(h, s, hang) || cpu_hangs(h, s, guest_ns, hang) ||
		cpu_is_stuck(h, s, hang) ||
		disabling_hangs(h, hang) || task_hangs(h, hang);
	if (hangs)
		note_ticks(h, guest_ns, hang);
	else
		hang->kind = MON_HANG_NONE;
	memcpy(h->last, s, mon_sample_size(s->n_cpus));
	h->has_last = true;
	return hangs;
}
