// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's thread: first it waits for the guest's kernel to have set
 * itself up, then it takes a sample at each turn. See live.h.
 */
#include "lib/host/monitor/judge/live.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/monitor/guest/plant.h"
#include "lib/host/monitor/judge/halts.h"
#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/judge/look.h"
#include "lib/host/monitor/read/poke.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"
#define pr_fmt(fmt) "monitor: " fmt
#include "lib/common/attr/attr.h"
#include "lib/common/util/log.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/thread.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"

/* Domains change slowly: they are not read more often than this. */
#define DOMAINS_NS	(50 * NSEC_PER_MSEC)
#define TURN_NS		(MON_TURN_MS * NSEC_PER_MSEC)
/* For how long a body has run when a map is written to */
#define WRITE_AFTER_MS	500
/* In a dump, a task that waits for longer is a stall */
#define DUMP_STALL_MS	500

/* For all CPUs to stop, where the machine is no slower than others */
#define PAUSE_MS	1000

/* How often a guest that boots is looked at: a look is a scan of its RAM. */
#define ATTACH_NS	(50 * NSEC_PER_MSEC)
/* What a turn may read, dumps aside: a sample of 8192 CPUs takes less. */
#define TURN_READS	(2U << 20)
/* Looks after init has spoken that must fail before a kernel is another. */
#define PATIENCE	20
/* Looking for another kernel touches all memory; it is in the first of it. */
#define EXPLAIN_MAX	(4ULL << 30)

/**
 * struct mon_live - a monitor
 * @config: what to watch
 * @thread: valid while the struct exists
 * @lock: guards @stop and @stage
 * @wake: when @stop changes
 * @stop: the guest has ended, or mon_live_stop() waits
 * @kernel: what vmlinux says; NULL before it is open
 * @guest: valid once @attached
 * @budget: of @guest, from one sleep to the next
 * @hurry: mon_live_stop() waits; atomic
 * @sampler: NULL before the guest's CPUs are known
 * @sample: room for one
 * @domains_ns: when its domains are due to be read
 * @verdict: judges while the body runs; NULL before the guest was found
 * @halts: looks for CPUs that are halted for ever
 * @hangs: looks for hangs, from init's first words on
 * @body_ns: when the body was first seen to run
 * @scenario_ns: when the scenario began, as the guest told; 0 before
 * @scenario_steal_ns: what had been taken from the whole machine by then
 * @written: the map was written to, or can never be
 * @planted: likewise
 * @watchpoint: NULL where none is wanted
 * @n_writes: to it that were told
 * @exit_seen: the scheduler that was told to go, by its address
 * @exit_known: the kernel's reason for that is known
 * @watchdog: the timeout that was asked for
 * @watchdog_set: a scheduler has had it
 */
struct mon_live {
	struct mon_live_config config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	bool dump_asked;
	enum wire_stage stage;

	struct mon_kernel *kernel;
	struct mon_guest guest;
	struct mon_budget budget;
	bool hurry;
	bool attached;
	struct mon_sampler *sampler;
	struct mon_sample *sample;
	uint64_t domains_ns;
	struct mon_verdict *verdict;
	struct mon_halts *halts;
	struct mon_hangs *hangs;
	uint64_t body_ns;
	uint64_t scenario_ns;
	uint64_t scenario_steal_ns;
	bool written;
	bool planted;
	struct mon_watchpoint *watchpoint;
	unsigned int n_writes;
	uint64_t exit_seen;
	bool exit_known;
	struct mon_watchdog watchdog;
	bool watchdog_set;
};

static void set_why(struct mon_live *l, const char *why)
{
	struct mon_series *s = l->config.series;

	pthread_mutex_lock(&s->lock);
	snprintf(s->why_none, sizeof(s->why_none), "%s", why);
	pthread_mutex_unlock(&s->lock);
}

/* Sleep until @ns of CLOCK_MONOTONIC; true when it is time to stop. */
static bool wait_until(struct mon_live *l, uint64_t ns)
{
	const struct timespec ts = {
		.tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC,
	};
	bool stop;

	pthread_mutex_lock(&l->lock);
	while (!l->stop &&
	       !pthread_cond_timedwait(&l->wake, &l->lock, &ts))
		;
	stop = l->stop;
	pthread_mutex_unlock(&l->lock);
	return stop;
}

static bool told_to_stop(struct mon_live *l)
{
	bool stop;

	pthread_mutex_lock(&l->lock);
	stop = l->stop;
	pthread_mutex_unlock(&l->lock);
	return stop;
}

static enum wire_stage stage_now(struct mon_live *l)
{
	enum wire_stage stage;

	pthread_mutex_lock(&l->lock);
	stage = l->stage;
	pthread_mutex_unlock(&l->lock);
	return stage;
}

/* ---- until there is something to sample ---- */

/* Where what the host takes is known, only its CPUs' own slowness counts. */
static double cpu_slowness(const struct mon_live_config *c)
{
	return c->ops->steal_ns && c->pace ? c->pace : c->slowness;
}

/* 0, -EAGAIN, or what will not get better */
static int try_attach(struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;
	int ret;

	if (!l->attached) {
		ret = mon_guest_attach(&l->guest, l->kernel, c->ops, c->ctx,
				       c->phys_end);
		if (ret)
			return ret;
		l->budget = (struct mon_budget){ TURN_READS, &l->hurry };
		l->guest.mem.budget = &l->budget;
		l->attached = true;
	}
	l->budget.left = TURN_READS;
	ret = mon_guest_cpus(&l->guest);
	if (ret)
		return ret;
	ret = mon_sampler_create(&l->guest, &l->sampler);
	if (ret)
		return ret;
	l->sample = mon_sample_alloc(&l->guest);
	if (!l->sample)
		return -ENOMEM;
	l->verdict = mon_verdict_create(l->kernel, l->guest.nr_cpus,
					c->limits, cpu_slowness(c));
	l->halts = mon_halts_create(l->guest.nr_cpus);
	l->hangs = mon_hangs_create(&l->guest, cpu_slowness(c));
	if (!l->verdict || !l->halts || !l->hangs)
		return -ENOMEM;
	if (c->machine && attr_n_disks(c->machine))
		mon_hangs_expect_disks(l->hangs);
	mon_series_kernel(c->series, &l->guest);
	return 0;
}

/* Say why it does not work; true when it never will. */
static bool explain(struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;
	char err[sizeof(c->series->why_none)];
	int ret = -EAGAIN;

	if (l->attached)
		snprintf(err, sizeof(err),
			 "the guest's kernel has not started its scheduler");
	else
		ret = mon_guest_explain(l->kernel, c->ops, c->ctx,
					min(c->phys_end, EXPLAIN_MAX), err,
					sizeof(err));
	set_why(l, err);
	c->series->other_kernel = ret == -ENOEXEC;
	return ret == -ENOEXEC;
}

/* Returns 0 when samples can be taken. */
static int attach(struct mon_live *l)
{
	unsigned int failed = 0;
	uint64_t next_ns = clock_now_ns();
	int ret;

	for (;;) {
		ret = try_attach(l);
		if (!ret)
			return 0;
		if (ret != -EAGAIN) {
			set_why(l, strerror(-ret));
			return ret;
		}
		/* Userspace runs, so the kernel has long been set up. */
		if (stage_now(l) >= STAGE_INIT && ++failed == PATIENCE &&
		    explain(l))
			return -ENOEXEC;
		next_ns = max(next_ns + ATTACH_NS, clock_now_ns());
		if (!wait_until(l, next_ns))
			continue;
		/* Of a kernel that never got so far there is nothing to say. */
		if (stage_now(l) >= STAGE_INIT)
			explain(l);
		else
			set_why(l, "the VM ended before its kernel had set itself up");
		return -ECANCELED;
	}
}

/* ---- what can be done at each turn ---- */

static uint64_t tsc_now(const struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;

	return c->ops->guest_tsc ? c->ops->guest_tsc(c->ctx) : 0;
}

static void mark(struct mon_live *l, enum mon_mark_kind kind, const char *text)
{
	mon_series_mark(l->config.series, kind, tsc_now(l), text);
}

/* How long a task may wait before a dump lists it: no longer than a verdict. */
static uint64_t stall_ns(const struct mon_live *l)
{
	double ms = DUMP_STALL_MS * l->config.slowness;
	const struct mon_findings *f = l->config.findings;
	unsigned int i;

	for (i = 0; i < f->n_alarms; i++)
		if (f->alarms[i].check == MON_CHECK_TASK_STALL ||
		    f->alarms[i].check == MON_CHECK_TASK_WAIT)
			ms = min(ms, f->alarms[i].threshold);
	return ms * NSEC_PER_MSEC;
}

static void take_dump_of(struct mon_live *l, enum mon_dump_why why,
			 const char *what, uint64_t stall_ns)
{
	if (mon_findings_dump(l->config.findings, &l->guest, why, what,
			      stall_ns, l->config.series))
		mark(l, MON_MARK_DUMP, what);
}

static void take_dump(struct mon_live *l, enum mon_dump_why why,
		      const char *what)
{
	take_dump_of(l, why, what, stall_ns(l));
}

/*
 * Whoever waited was kept waiting: by the task that has held its CPU for at
 * least half of that time, where it is one that the scheduler has no say in.
 */
static void blame_holder(struct mon_live *l, enum mon_dump_why why)
{
	struct mon_findings *f = l->config.findings;
	const struct mon_kept_dump *kept = mon_findings_get(f, why);
	struct mon_holder h;
	size_t i;

	for (i = 0; kept && !f->culprit[0] && i < kept->dump->n_stalls; i++) {
		const struct mon_task *t =
			&kept->dump->tasks[kept->dump->stalls[i].task];

		if (mon_verdict_holder(l->verdict, t->cpu, &h) &&
		    h.pid != t->pid &&
		    2 * (h.until_ns - h.since_ns) >= t->wait_ns)
			mon_holder_text(&h, t->cpu, f->culprit,
					sizeof(f->culprit));
	}
}

static void fail(struct mon_live *l, const char *why)
{
	struct mon_findings *f = l->config.findings;

	if (!f->error[0])
		snprintf(f->error, sizeof(f->error), "%s", why);
}

/* Of the scheduler at @root; before 6.16 there is just one, in globals. */
static int exit_kind(const struct mon_guest *g, uint64_t *root, uint64_t *kind)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_SCX_ROOT);
	uint32_t old;

	if (va) {
		if (mon_read_u64(&g->mem, va, root) || !*root)
			return -EAGAIN;
		return mon_guest_field(g, MON_SCX_EXIT_KIND, *root, kind);
	}
	*root = mon_guest_symbol(g, MON_SYM_SCX_OLD_EXIT_KIND);
	if (!*root || mon_read_u32(&g->mem, *root, &old))
		return -EAGAIN;
	*kind = old;
	return 0;
}

/* As the kernel itself says it. */
static void exit_words(uint64_t kind, char *buf, size_t size)
{
	static const struct {
		unsigned int kind;
		const char *words;
	} kinds[] = {
		{ 1024, "runtime error" },
		{ 1025, "scx_bpf_error" },
		{ 1026, "runnable task stall" },
	};
	size_t i;

	snprintf(buf, size, "kind %u", (unsigned int)kind);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == kind)
			snprintf(buf, size, "%s", kinds[i].words);
}

/* The moment a scheduler is told to go, whoever says so */
static void look_for_exit(struct mon_live *l)
{
	uint64_t error = l->kernel->f.constant[MON_C_SCX_EXIT_ERROR];
	uint64_t root, kind;
	struct mon_exit e;
	char words[32], what[80];

	if (exit_kind(&l->guest, &root, &kind))
		return;
	if (!kind) {
		/* It runs, whatever became of another that lay here before. */
		l->exit_seen = 0;
		l->exit_known = false;
		return;
	}
	if (root == l->exit_seen) {
		if (!l->exit_known)
			l->exit_known =
				mon_findings_refresh(l->config.findings,
						     &l->guest);
		return;
	}
	if (kind < error) {
		/* It may be on its way out already, which hides the reason. */
		mon_exit_read(&l->guest, &e);
		kind = e.kind;
	}
	if (!kind)
		return;
	l->exit_seen = root;
	if (kind < error)
		return;
	exit_words(kind, words, sizeof(words));
	snprintf(what, sizeof(what), "the scheduler was told to go (%s)",
		 words);
	take_dump(l, MON_DUMP_EXIT, what);
	blame_holder(l, MON_DUMP_EXIT);
}

/* Has the body run for so long? */
static bool body_ran(const struct mon_live *l, unsigned int after_ms)
{
	uint64_t ms = after_ms ? after_ms : WRITE_AFTER_MS;

	return l->body_ns && (clock_now_ns() - l->body_ns) / NSEC_PER_MSEC >=
			     ms * l->config.slowness;
}

static void write_map(struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;
	const struct bpf_map_write *write = &c->workload->bpf_map_write;
	char text[256];
	int ret;

	if (l->written || !write->map || !body_ran(l, write->after_ms))
		return;
	l->written = true;
	ret = mon_poke_map(&l->guest, write, text, sizeof(text));
	if (ret) {
		l->config.findings->error_is_tests = ret == -ENOENT ||
			ret == -ENOTUNIQ || ret == -EINVAL;
		fail(l, text);
		return;
	}
	mark(l, MON_MARK_WRITE, text);
}

/* A lock may be in use: then there is a next turn. */
static void plant(struct mon_live *l)
{
	const struct guest_plant *p = &l->config.workload->plant;
	char text[256];
	int ret;

	if (l->planted || !p->kind || !body_ran(l, p->after_ms))
		return;
	ret = mon_plant(&l->guest, p, text, sizeof(text));
	if (ret == -EAGAIN)
		return;
	l->planted = true;
	if (!ret) {
		mark(l, MON_MARK_WRITE, text);
		return;
	}
	l->config.findings->error_is_tests = ret == -ENOENT || ret == -EINVAL;
	fail(l, text);
}

static void set_watchdog(struct mon_live *l)
{
	unsigned int timeout_ms = l->config.workload->watchdog_timeout_ms;
	char text[160];
	int ret;

	if (!timeout_ms)
		return;
	l->watchdog.timeout_ms = timeout_ms;
	ret = mon_watchdog_turn(&l->guest, &l->watchdog);
	if (ret < 0) {
		snprintf(text, sizeof(text),
			 "watchdog_timeout_ms: cannot be set, the kernel has no %s",
			 l->kernel->f.missing[MON_PART_WATCHDOG]);
		fail(l, text);
	}
	if (ret <= 0)
		return;
	l->watchdog_set = true;
	snprintf(text, sizeof(text), "sched_ext's watchdog: %u ms", timeout_ms);
	mark(l, MON_MARK_WRITE, text);
}

static void answer_request(struct mon_live *l)
{
	bool asked;

	pthread_mutex_lock(&l->lock);
	asked = l->dump_asked;
	l->dump_asked = false;
	pthread_mutex_unlock(&l->lock);
	if (asked)
		take_dump(l, MON_DUMP_ASKED, "the guest asked for it");
}

/* The first is looked into. */
static void look_for_writes(struct mon_live *l)
{
	const struct mon_writes *writes = &l->config.findings->writes;
	unsigned int n = mon_watchpoint_turn(l->watchpoint, &l->guest);
	char text[160];

	for (; l->n_writes < n; l->n_writes++) {
		const struct mon_write *w = &writes->list[l->n_writes];

		snprintf(text, sizeof(text),
			 "%.60s: CPU %u wrote %" PRId64 " at %.80s",
			 l->config.workload->watchpoint, w->cpu, w->value,
			 w->where);
		mon_series_mark(l->config.series, MON_MARK_WATCHPOINT, w->tsc,
				text);
		if (!l->n_writes)
			take_dump(l, MON_DUMP_WRITE, text);
	}
}

/* ---- snapshots ---- */

/* As the guest counts it, whose scenario holds for longer by that */
static uint64_t machine_steal(const struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;

	return c->ops->machine_steal_ns ? c->ops->machine_steal_ns(c->ctx) : 0;
}

/* The guest tells when a scenario begins, which is after its cgroups were made. */
static void look_for_scenario(struct mon_live *l)
{
	struct mon_series *s = l->config.series;
	size_t i;

	pthread_mutex_lock(&s->lock);
	for (i = 0; i < s->n_marks && !l->scenario_ns; i++)
		if (s->marks[i].kind == MON_MARK_STEP && !s->marks[i].step.edge)
			l->scenario_ns = s->marks[i].host_ns;
	pthread_mutex_unlock(&s->lock);
	if (l->scenario_ns)
		l->scenario_steal_ns = machine_steal(l);
}

static void take_snapshot(struct mon_live *l)
{
	struct mon_snapshots *shots = &l->config.findings->snapshots;
	uint64_t due_ns = mon_snapshots_due_ns(shots);
	const struct mon_snapshot *shot;
	char text[128];

	if (due_ns == UINT64_MAX || !l->body_ns)
		return;
	if (!l->scenario_ns)
		look_for_scenario(l);
	if (!l->scenario_ns)
		return;
	if (steal_own_ns(clock_now_ns() - l->scenario_ns,
			 machine_steal(l) - l->scenario_steal_ns) < due_ns ||
	    mon_snapshots_take(shots, &l->guest, &l->config.findings->tracks,
			       PAUSE_MS * max(l->config.slowness, 1.0)))
		return;
	shot = &shots->list[shots->n - 1];
	snprintf(text, sizeof(text),
		 "snapshot %u of %u: the CPUs stood still for %.1f ms",
		 shots->n, shots->wanted,
		 shot->stood_ns / (double)NSEC_PER_MSEC);
	mark(l, MON_MARK_DUMP, text);
}

static void turn(struct mon_live *l)
{
	if (!l->body_ns && stage_now(l) == STAGE_WORKLOAD)
		l->body_ns = clock_now_ns();
	if (stage_now(l) == STAGE_WORKLOAD && !told_to_stop(l))
		look_for_writes(l);
	look_for_exit(l);
	set_watchdog(l);
	plant(l);
	write_map(l);
	if (stage_now(l) == STAGE_WORKLOAD && !told_to_stop(l))
		take_snapshot(l);
	answer_request(l);
}

/* ---- sampling ---- */

/* By what the guest has told of its clock so far */
static uint64_t guest_time(struct mon_live *l)
{
	struct mon_series *s = l->config.series;
	uint64_t ns;

	pthread_mutex_lock(&s->lock);
	ns = mon_series_guest_ns(s, l->sample->guest_tsc);
	pthread_mutex_unlock(&s->lock);
	return ns;
}

static void judge(struct mon_live *l)
{
	struct mon_findings *f = l->config.findings;
	unsigned int n = f->n_alarms, i;
	const struct mon_alarm *alarms;

	/* It may have been taken of what an ended guest has left behind. */
	if (told_to_stop(l))
		return;
	if (stage_now(l) != STAGE_WORKLOAD) {
		mon_verdict_forget(l->verdict);
		return;
	}
	f->n_judged++;
	if (!mon_verdict_feed(l->verdict, l->sample, guest_time(l)))
		return;
	alarms = mon_verdict_alarms(l->verdict, &f->n_alarms);
	memcpy(f->alarms, alarms, f->n_alarms * sizeof(*alarms));
	for (i = n; i < f->n_alarms; i++)
		mark(l, MON_MARK_ALARM, alarms[i].text);
	take_dump(l, MON_DUMP_ALARM, alarms[n].text);
	blame_holder(l, MON_DUMP_ALARM);
	if (l->config.alarmed)
		l->config.alarmed(l->config.ctx);
}

/* The one that has waited longest; NULL for none */
static const struct mon_waiter *longest_waiter(const struct mon_sample *s)
{
	const struct mon_waiter *w = NULL;
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++)
		if (s->cpus[cpu].valid && s->cpus[cpu].waiter.pid &&
		    (!w || s->cpus[cpu].waiter.wait_ns > w->wait_ns))
			w = &s->cpus[cpu].waiter;
	return w;
}

/*
 * A stall is best looked at before the watchdog ends it: by then the scheduler
 * may be gone with all that it knew.
 */
static void look_for_half_time(struct mon_live *l)
{
	struct mon_findings *f = l->config.findings;
	const struct mon_scx *scx = &l->sample->scx;
	const struct mon_waiter *w = longest_waiter(l->sample);
	uint64_t watchdog_ns = l->kernel->hz ?
		scx->watchdog_timeout * (NSEC_PER_SEC / l->kernel->hz) : 0;
	char what[160];

	if (!scx->loaded || scx->exit_kind || !watchdog_ns || told_to_stop(l) ||
	    stage_now(l) != STAGE_WORKLOAD)
		return;
	f->watchdog_ns = watchdog_ns;
	if (!w)
		return;
	f->peak_wait_ns = max(f->peak_wait_ns, w->wait_ns);
	if (w->wait_ns < watchdog_ns / 2 ||
	    mon_findings_get(f, MON_DUMP_HALF))
		return;
	snprintf(what, sizeof(what),
		 "%s[%d] has waited for %.1f s, half of the watchdog's %.1f s",
		 w->comm, w->pid, w->wait_ns / (double)NSEC_PER_SEC,
		 watchdog_ns / (double)NSEC_PER_SEC);
	/* On a slow host a wait is called a stall later than that. */
	take_dump_of(l, MON_DUMP_HALF, what,
		     min(stall_ns(l), watchdog_ns / 2 - 1));
	blame_holder(l, MON_DUMP_HALF);
}

/* What will not end: a guest that has not begun is not looked at for that. */
static void look_for_hang(struct mon_live *l)
{
	struct mon_findings *f = l->config.findings;
	struct mon_hang hang;

	if (f->hang.kind || told_to_stop(l) || stage_now(l) < STAGE_INIT ||
	    !mon_hangs_feed(l->hangs, l->sample, guest_time(l), &hang))
		return;
	f->hang = hang;
	mark(l, MON_MARK_ALARM, hang.text);
	if (l->config.hung)
		l->config.hung(l->config.ctx, hang.text);
}

static void take_sample(struct mon_live *l)
{
	struct mon_series *s = l->config.series;
	uint64_t now_ns = clock_now_ns();
	int ret;

	if (now_ns >= l->domains_ns) {
		ret = mon_sampler_take(l->sampler, l->sample);
		l->domains_ns = now_ns + DOMAINS_NS;
	} else {
		ret = mon_sampler_take_again(l->sampler, l->sample);
	}
	if (ret) {
		pthread_mutex_lock(&s->lock);
		s->n_left_out++;
		pthread_mutex_unlock(&s->lock);
		return;
	}
	mon_halts_look(l->halts, &l->guest.mem, l->sample);
	mon_series_add(s, l->sample);
	if (stage_now(l) == STAGE_WORKLOAD && !told_to_stop(l))
		mon_tracks_take(&l->config.findings->tracks, &l->guest,
				l->sample);
	judge(l);
	look_for_half_time(l);
	look_for_hang(l);
}

static void watch(struct mon_live *l)
{
	uint64_t interval_ns = l->config.interval_ms * NSEC_PER_MSEC;
	uint64_t now_ns = clock_now_ns(), sample_ns = now_ns, turn_ns = now_ns;
	uint64_t wake_ns;

	do {
		l->budget.left = TURN_READS;
		/* Somewhat early will do, and spares us waking twice. */
		if (now_ns + TURN_NS / 4 >= turn_ns) {
			turn(l);
			turn_ns = clock_now_ns() + TURN_NS;
		}
		if (now_ns >= sample_ns) {
			take_sample(l);
			/* What was missed is not made up for. */
			sample_ns = max(sample_ns + interval_ns,
					clock_now_ns());
		}
		wake_ns = min(sample_ns, turn_ns);
		now_ns = max(clock_now_ns(), wake_ns);
	} while (!wait_until(l, wake_ns));
}

static void *live_main(void *arg)
{
	struct mon_live *l = arg;
	char err[512];
	int ret;

	pthread_setname_np(pthread_self(), "ktstr-monitor");
	ret = sandbox_enter(SANDBOX_MONITOR);
	if (ret) {
		snprintf(err, sizeof(err), "no seccomp filter for it: %s",
			 strerror(-ret));
		set_why(l, err);
		return NULL;
	}
	if (mon_kernel_open(l->config.vmlinux, &l->kernel, err, sizeof(err))) {
		set_why(l, err);
		return NULL;
	}
	if (!attach(l)) {
		set_why(l, "");
		watch(l);
	}
	return NULL;
}

/* ---- from outside ---- */

static int init_wake(struct mon_live *l)
{
	pthread_condattr_t attr;
	int ret;

	ret = pthread_condattr_init(&attr);
	if (ret)
		return -ret;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	ret = pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	return -ret;
}

int mon_live_start(const struct mon_live_config *config,
		   struct mon_live **live)
{
	struct mon_live *l = calloc(1, sizeof(*l));
	int ret;

	*live = NULL;
	if (!l)
		return -ENOMEM;
	l->config = *config;
	if (config->workload->watchpoint) {
		l->watchpoint =
			mon_watchpoint_create(config->workload->watchpoint,
					      &config->findings->writes);
		if (!l->watchpoint) {
			free(l);
			return -ENOMEM;
		}
	}
	if (!l->config.interval_ms)
		l->config.interval_ms = MON_INTERVAL_MS;
	config->series->slowness = config->slowness;
	config->series->interval_ns = l->config.interval_ms * NSEC_PER_MSEC;
	mon_tracks_init(&config->findings->tracks, config->workload->watch_maps,
			config->series->interval_ns);
	config->findings->snapshots.wanted = config->workload->snapshots;
	config->findings->snapshots.duration_ns =
		config->workload->duration_s * NSEC_PER_SEC;
	set_why(l, "the VM ended before the monitor had opened vmlinux");
	pthread_mutex_init(&l->lock, NULL);
	ret = init_wake(l);
	if (ret)
		goto free_live;
	ret = -pthread_create(&l->thread, NULL, live_main, l);
	if (ret)
		goto destroy_wake;
	*live = l;
	return 0;

destroy_wake:
	pthread_cond_destroy(&l->wake);
free_live:
	pthread_mutex_destroy(&l->lock);
	mon_watchpoint_destroy(l->watchpoint);
	free(l);
	return ret;
}

void mon_live_stage(struct mon_live *l, enum wire_stage stage)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stage = max(l->stage, stage);
	pthread_mutex_unlock(&l->lock);
}

void mon_live_ask_dump(struct mon_live *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->dump_asked = true;
	pthread_mutex_unlock(&l->lock);
}

/*
 * Of a guest that hung before there were CPUs to sample, or before its kernel
 * was found in its memory: where they stand, by name.
 */
static void name_regs(const struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;
	uint64_t kaslr = l->attached ? l->guest.kaslr : 0, offset;
	struct strbuf *out = &c->findings->where;
	struct mon_regs regs;
	unsigned int cpu;
	const char *name;

	/* Nobody knows where such a kernel lies. */
	if ((ktstr_is_on(c->machine->kaslr) && !l->attached) ||
	    !c->ops->vcpu_regs || mon_symbols_index(l->kernel->symbols))
		return;
	for (cpu = 0; !c->ops->vcpu_regs(c->ctx, cpu, &regs); cpu++) {
		name = mon_symbols_at(l->kernel->symbols, regs.ip - kaslr,
				      &offset);
		if (name)
			strbuf_addf(out, "CPU %u: %s+0x%" PRIx64 ", interrupts %s\n",
				    cpu, name, offset,
				    regs.flags & MON_FLAGS_IF ? "on" : "off");
		else
			strbuf_addf(out, "CPU %u: 0x%" PRIx64 " (not in the kernel)\n",
				    cpu, regs.ip);
	}
}

/* A test that asked for something must not pass without it. */
static void check_done(struct mon_live *l)
{
	const struct run_workload *load = l->config.workload;
	struct mon_findings *f = l->config.findings;
	char text[sizeof(f->error)];
	int ret = mon_tracks_wrong(&f->tracks, text, sizeof(text));

	if (ret) {
		f->error_is_tests |= ret == -ENOENT || ret == -EINVAL ||
				     ret == -ENOTUNIQ;
		fail(l, text);
	}
	ret = mon_watchpoint_why(l->watchpoint, text, sizeof(text));
	if (ret) {
		f->error_is_tests |= ret == -ENOENT || ret == -EINVAL;
		fail(l, text);
	}
	if (load->bpf_map_write.map && !l->written)
		fail(l, "bpf_map_write: the body was over before it was time, or the monitor had not found the guest's kernel");
	if (load->plant.kind && !l->planted)
		fail(l, "plant: the body was over before it was time, or the monitor had not found the guest's kernel");
	if (load->watchdog_timeout_ms && l->stage >= STAGE_ATTACHED &&
	    !l->watchdog_set && !l->exit_seen)
		fail(l, "watchdog_timeout_ms: was not set, as the monitor had not found the guest's kernel");
}

/*
 * What the thread may still do is bounded by what it may read. Should it not
 * end for all that, there is no way on: it uses the guest's memory.
 */
static void join(struct mon_live *l)
{
	const double ms = (l->config.join_ms ?: MON_JOIN_MS) *
			  max(l->config.slowness, 1.0);

	if (!thread_join(l->thread, clock_now_ns() + ms * NSEC_PER_MSEC))
		return;
	pr_err("infrastructure: the thread does not end");
	abort();
}

void mon_live_ended(struct mon_live *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

void mon_live_stop(struct mon_live *l, const char *dump)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	__atomic_store_n(&l->hurry, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	join(l);
	__atomic_store_n(&l->hurry, false, __ATOMIC_RELAXED);
	if (dump && l->sampler)
		take_dump(l, MON_DUMP_END, dump);
	else if (dump && l->kernel)
		name_regs(l);
	check_done(l);

	mon_watchpoint_destroy(l->watchpoint);
	mon_hangs_destroy(l->hangs);
	mon_halts_destroy(l->halts);
	mon_verdict_destroy(l->verdict);
	mon_sampler_destroy(l->sampler);
	free(l->sample);
	if (l->attached)
		mon_guest_detach(&l->guest);
	mon_kernel_close(l->kernel);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
