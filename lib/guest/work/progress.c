// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker's progress: what its type calls while it works, and what is measured
 * by that. See types.h.
 */
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

/* A gap from there on is worth a wait for what the host says of it. */
#define GAP_LOOK_NS	(200 * NSEC_PER_MSEC)
/* Between two looks at the CPU clock; the last of a burst are finer. */
#define BURN_CHUNK	64
#define LAST_CHUNK	8
#define LAST_NS		(20 * NSEC_PER_USEC)
/* So that a partner that has gone is noticed. */
#define WAIT_MS		100

bool work_stopped(const struct work_run *run)
{
	return atomic_load_explicit(&run->slot->stop, memory_order_relaxed);
}

/* What the host takes counts from here on, also before the first progress. */
void work_begin(struct work_run *run)
{
	run->start_ns = clock_now_ns();
	run->last_ns = run->start_ns;
	run->cpu = sched_getcpu();
	run->steal_us = wire_steal_cpu_us(run->steal, run->cpu);
}

static void note_cpu(struct work_run *run)
{
	struct worker_report *r = &run->slot->report;
	int cpu = sched_getcpu();

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	CPU_SET(cpu, &r->cpus_used);
	if (run->cpu >= 0 && cpu != run->cpu)
		r->migrations++;
	run->cpu = cpu;
}

/*
 * Since the last progress, from the CPU where that was. Where it has gone on
 * elsewhere, it has waited there.
 */
static uint64_t taken_ns(const struct work_run *run, uint64_t gap_ns)
{
	uint32_t us;

	if (gap_ns >= GAP_LOOK_NS)
		wire_steal_fresh(run->steal);
	us = wire_steal_cpu_us(run->steal, run->cpu) - run->steal_us;
	return min(us * NSEC_PER_USEC, gap_ns);
}

/* Return: how long it was, but for what the host took. */
static uint64_t note_gap(struct work_run *run)
{
	struct worker_report *r = &run->slot->report;
	uint64_t now_ns = clock_now_ns();
	uint64_t gap_ns = now_ns - run->last_ns;
	uint64_t steal_ns = taken_ns(run, gap_ns);
	bool longest = gap_ns - steal_ns > r->max_gap_ns;

	note_cpu(run);
	r->steal_ns += steal_ns;
	if (longest) {
		r->max_gap_ns = gap_ns - steal_ns;
		r->max_gap_steal_ns = steal_ns;
		r->max_gap_cpu = run->cpu;
		r->max_gap_at_ns = now_ns - run->start_ns;
	}
	/* To wait for the host's word was no gap. */
	run->last_ns = gap_ns < GAP_LOOK_NS ? now_ns : clock_now_ns();
	run->steal_us = wire_steal_cpu_us(run->steal, run->cpu);
	return gap_ns - steal_ns;
}

/* The CPU time of that is no part of a burst to come. */
void work_done(struct work_run *run, unsigned int n)
{
	run->slot->report.work_units += n;
	run->burst_end_ns = 0;
	note_gap(run);
}

uint64_t work_pause(struct work_run *run)
{
	note_gap(run);
	return run->last_ns;
}

static void note_wake(struct work_slot *slot, uint64_t ns, uint64_t own_ns)
{
	unsigned int turn = atomic_load_explicit(&slot->turn,
						 memory_order_relaxed);

	wakes_add(&slot->wakes, ns, own_ns);
	if (!turn)
		return;
	if (turn != slot->turn_wakes_of) {
		memset(&slot->turn_wakes, 0,
		       offsetof(struct wakes, kept));
		slot->turn_wakes_of = turn;
	}
	wakes_add(&slot->turn_wakes, ns, own_ns);
}

void work_resume(struct work_run *run, uint64_t due_ns)
{
	uint64_t now_ns = clock_now_ns();
	bool woken = due_ns > run->last_ns && due_ns <= now_ns;
	uint64_t own_ns;

	/* A turn that came while it still worked waits since it has paused. */
	run->last_ns = max(run->last_ns, min(due_ns, now_ns));
	own_ns = note_gap(run);
	if (woken)
		note_wake(run->slot, now_ns - due_ns,
			  min(own_ns, now_ns - due_ns));
}

void work_spin(struct work_run *run, unsigned int n)
{
	while (n) {
		unsigned int part = min(n, (unsigned int)WORK_CHUNK), i;

		for (i = 0; i < part; i++)
			__builtin_ia32_pause();
		n -= part;
		work_done(run, part);
	}
}

uint64_t work_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void work_burn_by(struct work_run *run, uint64_t ns,
		  void (*work)(struct work_run *run, uint64_t left_ns))
{
	uint64_t now_ns = work_cpu_ns();
	uint64_t end_ns = work_burst_end(run->burst_end_ns, now_ns, ns);

	/* However short it is: who works is not to be taken for starved. */
	do {
		work(run, end_ns - min(end_ns, now_ns));
		now_ns = work_cpu_ns();
	} while (!work_stopped(run) && now_ns < end_ns);
	run->burst_end_ns = end_ns;
}

static void spin_a_little(struct work_run *run, uint64_t left_ns)
{
	work_spin(run, left_ns > LAST_NS ? BURN_CHUNK : LAST_CHUNK);
}

void work_burn(struct work_run *run, uint64_t ns)
{
	work_burn_by(run, ns, spin_a_little);
}

void work_sleep(struct work_run *run, uint64_t ns)
{
	uint64_t due_ns = work_pause(run) + ns;
	const struct timespec due = {
		.tv_sec = due_ns / NSEC_PER_SEC,
		.tv_nsec = due_ns % NSEC_PER_SEC,
	};

	if (!work_stopped(run))
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	work_resume(run, due_ns);
}

void work_hand(struct work_slot *to)
{
	atomic_store(&to->handed_ns, clock_now_ns());
}

/* Nobody may have said since when. */
static uint64_t handed_at(const struct work_slot *slot)
{
	return atomic_load(&slot->handed_ns) ?: UINT64_MAX;
}

void work_hand_once(struct work_slot *to)
{
	unsigned long long none = 0;

	atomic_compare_exchange_strong(&to->handed_ns, &none, clock_now_ns());
}

void work_await(struct work_run *run)
{
	atomic_store(&run->slot->handed_ns, 0);
}

unsigned int work_wait(struct work_run *run, atomic_uint *word,
		       unsigned int old, const struct work_slot *handed)
{
	const struct timespec limit = { .tv_nsec = WAIT_MS * NSEC_PER_MSEC };
	unsigned int now;

	work_pause(run);
	while ((now = atomic_load(word)) == old && !work_stopped(run))
		syscall(SYS_futex, word, FUTEX_WAIT, old, &limit, NULL, 0);
	/* Where a stop ends it the turn may have come all the same. */
	work_resume(run, now != old ? handed_at(handed) : UINT64_MAX);
	return now;
}

void work_wake(atomic_uint *word, int n)
{
	syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

bool work_readable(struct work_run *run, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	bool there = false;

	work_pause(run);
	while (!there && !work_stopped(run))
		there = poll(&pfd, 1, WAIT_MS) == 1;
	work_resume(run, there ? handed_at(run->slot) : UINT64_MAX);
	return there;
}
