// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that consist of what a test says: phases, or a function of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define BLOCK		4096
/* Multiplications between two looks at the CPU clock; the last are fewer. */
#define HOT_CHUNK	4096
#define LAST_CHUNK	256
#define LAST_NS		(50 * NSEC_PER_USEC)

/* ---- Sequence ---- */

static const struct work_phase usual_phases[WORK_MAX_PHASES] = {
	{ WORK_PHASE_SPIN, .ms = 10 }, { WORK_PHASE_SLEEP, .ms = 10 },
	{ WORK_PHASE_YIELD, .ms = 10 }, { WORK_PHASE_IO, .ms = 10 },
	{ WORK_PHASE_ALU_HOT, .ms = 10 },
};

/**
 * struct sequence - of a worker
 * @fd: a file that is written; it has no name
 * @due_ns: when its last timer was over, or was to be
 */
struct sequence {
	int fd;
	uint64_t due_ns;
};

static int sequence_init(struct work_run *run)
{
	struct sequence *s = malloc(sizeof(*s));
	unsigned int i;

	run->mem = s;
	if (!s)
		return -ENOMEM;
	for (i = 0; i < WORK_MAX_PHASES; i++)
		if (run->spec->phases[i].channel && !run->channels)
			return -ENODEV;
	s->due_ns = 0;
	s->fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0)
		s->fd = memfd_create("ktstr-io", MFD_CLOEXEC);
	return s->fd < 0 ? -errno : 0;
}

static uint64_t ns_of(const struct work_phase *p)
{
	return work_phase_us(p) * NSEC_PER_USEC;
}

static void phase_spin(struct work_run *run, const struct work_phase *p)
{
	work_burn(run, ns_of(p));
}

static void phase_sleep(struct work_run *run, const struct work_phase *p)
{
	work_sleep(run, ns_of(p));
}

static void phase_yield(struct work_run *run, const struct work_phase *p)
{
	uint64_t end_ns = clock_now_ns() + ns_of(p);

	while (!work_stopped(run) && clock_now_ns() < end_ns) {
		work_done(run, 1);
		sched_yield();
	}
}

static void phase_io(struct work_run *run, const struct work_phase *p)
{
	uint64_t end_ns = clock_now_ns() + ns_of(p);
	static const char block[BLOCK];
	const struct sequence *s = run->mem;

	while (!work_stopped(run) && clock_now_ns() < end_ns) {
		if (pwrite(s->fd, block, BLOCK, 0) == BLOCK)
			work_done(run, 1);
		fdatasync(s->fd);
	}
}

static void multiply_a_little(struct work_run *run, uint64_t left_ns)
{
	work_alu(run, left_ns > LAST_NS ? HOT_CHUNK : LAST_CHUNK);
}

static void phase_alu_hot(struct work_run *run, const struct work_phase *p)
{
	work_burn_by(run, ns_of(p), multiply_a_little);
}

/* Return: by how much whoever wants to sleep comes too late. */
static uint64_t sleep_until_due(struct work_run *run,
				const struct work_phase *p)
{
	struct sequence *s = run->mem;
	uint64_t now_ns = clock_now_ns();

	s->due_ns = (s->due_ns ?: run->start_ns) + ns_of(p);
	if (s->due_ns <= now_ns)
		return now_ns - s->due_ns;
	work_sleep(run, s->due_ns - now_ns);
	return 0;
}

/* Whoever comes too late begins anew then, and does not catch up. */
static void phase_timer(struct work_run *run, const struct work_phase *p)
{
	struct sequence *s = run->mem;

	s->due_ns += sleep_until_due(run, p);
}

static void phase_tick(struct work_run *run, const struct work_phase *p)
{
	sleep_until_due(run, p);
}

/* ---- what is about a channel ---- */

/* Its .futex is a turn, or a lock; its .count what is counted. */
static struct work_slot *channel_of(struct work_run *run, unsigned int number)
{
	return &run->channels[number - 1];
}

static void lock_channel(struct work_run *run, struct work_slot *c)
{
	unsigned int open = 0;

	while (!work_stopped(run) &&
	       !atomic_compare_exchange_strong(&c->futex, &open, 1)) {
		work_wait(run, &c->futex, 1, c);
		open = 0;
	}
}

static void unlock_channel(struct work_slot *c)
{
	work_hand(c);
	atomic_store(&c->futex, 0);
	work_wake(&c->futex, 1);
}

/* Whoever does RESUME from here on is heard, though we still hold a lock. */
static void phase_suspend(struct work_run *run, const struct work_phase *p)
{
	struct work_slot *c = channel_of(run, p->channel);
	unsigned int turn = atomic_load(&c->futex);

	if (p->lock)
		unlock_channel(channel_of(run, p->lock));
	work_wait(run, &c->futex, turn, c);
	if (p->lock)
		lock_channel(run, channel_of(run, p->lock));
}

static void wake_channel(struct work_slot *c)
{
	work_hand(c);
	atomic_fetch_add(&c->futex, 1);
	work_wake(&c->futex, INT_MAX);
}

static void phase_resume(struct work_run *run, const struct work_phase *p)
{
	wake_channel(channel_of(run, p->channel));
	work_done(run, 1);
}

static void phase_lock(struct work_run *run, const struct work_phase *p)
{
	lock_channel(run, channel_of(run, p->channel));
	work_done(run, 1);
}

static void phase_unlock(struct work_run *run, const struct work_phase *p)
{
	unlock_channel(channel_of(run, p->channel));
}

static bool take_token(struct work_slot *c)
{
	unsigned int n = atomic_load(&c->count);

	while (n)
		if (atomic_compare_exchange_weak(&c->count, &n, n - 1))
			return true;
	return false;
}

static void phase_take(struct work_run *run, const struct work_phase *p)
{
	struct work_slot *c = channel_of(run, p->channel);

	while (!work_stopped(run) && !take_token(c))
		work_wait(run, &c->count, 0, c);
}

static void phase_post(struct work_run *run, const struct work_phase *p)
{
	struct work_slot *c = channel_of(run, p->channel);

	work_hand(c);
	atomic_fetch_add(&c->count, 1);
	work_wake(&c->count, 1);
	work_done(run, 1);
}

/* The last one of them lets all go on. */
static void phase_barrier(struct work_run *run, const struct work_phase *p)
{
	struct work_slot *c = channel_of(run, p->channel);
	unsigned int turn = atomic_load(&c->futex);

	if ((atomic_fetch_add(&c->count, 1) + 1) % p->users)
		work_wait(run, &c->futex, turn, c);
	else
		wake_channel(c);
	work_done(run, 1);
}

#define PHASE_ROW(id, name)	phase_##name,

static void (*const phases[WORK_PHASE_COUNT])(struct work_run *,
					      const struct work_phase *) = {
	WORK_PHASES(PHASE_ROW)
};

static unsigned int count_phases(const struct work_phase *p)
{
	unsigned int n = 0;

	while (n < WORK_MAX_PHASES && work_phase_is(&p[n]))
		n++;
	return n;
}

/* Those that are done together come before @n, up to one that says how often. */
static unsigned int loop_end(const struct work_phase *p, unsigned int from,
			     unsigned int n)
{
	while (from < n && !p[from].loop)
		from++;
	return min(from + 1, n);
}

static void do_phases(struct work_run *run, const struct work_phase *p,
		      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && !work_stopped(run); i++)
		phases[p[i].kind](run, &p[i]);
}

static void sequence_pass(struct work_run *run)
{
	const struct work_phase *p = run->spec->phases;
	unsigned int n, from, to, times;

	if (!work_phase_is(&p[0]))
		p = usual_phases;
	n = count_phases(p);
	for (from = 0; from < n; from = to) {
		to = loop_end(p, from, n);
		times = max(p[to - 1].loop, 1U);
		while (times-- && !work_stopped(run))
			do_phases(run, p + from, to - from);
	}
}

static void sequence_exit(struct work_run *run)
{
	close(((struct sequence *)run->mem)->fd);
	free(run->mem);
}

static bool is_timed(const struct work_phase *p)
{
	return p->kind < WORK_PHASE_SUSPEND;
}

static const char *wrong_phase(const struct work_phase *p)
{
	if (p->kind >= WORK_PHASE_COUNT)
		return "a phase is of no kind that there is";
	if (work_phase_us(p) > WORK_PHASE_MAX_MS * 1000ULL)
		return "a phase is longer than a minute";
	if (is_timed(p) != !!work_phase_us(p) || is_timed(p) == !!p->channel)
		return "a phase has a time or a channel, as its kind is";
	if (p->channel > WORK_MAX_CHANNELS || p->lock > WORK_MAX_CHANNELS)
		return "a channel is none of 1 to 128";
	if (p->lock && p->kind != WORK_PHASE_SUSPEND)
		return "a phase that is no SUSPEND lets go of a lock";
	if (p->kind == WORK_PHASE_BARRIER ? !p->users : p->users)
		return "a BARRIER has users, and no other phase has";
	return NULL;
}

static const char *wrong_phases(const struct work_spec *spec)
{
	const struct work_phase *p = spec->phases;
	const char *says;
	unsigned int i;

	for (i = 0; i < WORK_MAX_PHASES; i++) {
		says = work_phase_is(&p[i]) || p[i].kind ?
		       wrong_phase(&p[i]) : NULL;
		if (!says && i && work_phase_is(&p[i]) &&
		    !work_phase_is(&p[i - 1]))
			says = "a phase of 0 ms ends the list, and others follow it";
		if (says)
			return says;
	}
	return NULL;
}

const struct work_ops work_sequence = {
	.name = "Sequence",
	.what = "goes through .phases, each so long: it spins, sleeps, yields, writes, multiplies, or sleeps until so long after the last such sleep was due (TIMER; TICK has whoever comes late catch up); .loop says how often. Others are locks, semaphores, barriers that all workers of the scenario share. Without any it goes through the first five, 10 ms each. To spin and to multiply is measured by the worker's CPU clock",
	.group = 1,
	.phases = true,
	.wrong = wrong_phases,
	.init = sequence_init,
	.pass = sequence_pass,
	.exit = sequence_exit,
};

/* ---- Custom ---- */

static const char *wrong_function(const struct work_spec *spec)
{
	return spec->custom ? NULL : "no function is said (.custom)";
}

static void custom_pass(struct work_run *run)
{
	run->spec->custom(run);
}

const struct work_ops work_custom = {
	.name = "Custom",
	.uneven = true,
	.what = "calls .custom, a function of the test, over and over: a pass each, which returns soon once work_stopped(). It may call what lib/guest/work/types.h has",
	.group = 1,
	.custom = true,
	.wrong = wrong_function,
	.pass = custom_pass,
};
