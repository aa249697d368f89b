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

#include "lib/host/monitor/judge/live_own.h"
#define pr_fmt(fmt) "monitor: " fmt
#include "lib/common/attr/attr.h"
#include "lib/common/util/log.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/thread.h"
#include "lib/common/util/util.h"

#define TURN_NS		(MON_TURN_MS * NSEC_PER_MSEC)
/* How often a guest that boots is looked at: a look is a scan of its RAM. */
#define ATTACH_NS	(50 * NSEC_PER_MSEC)
/* What a turn may read, dumps aside: a sample of 8192 CPUs takes less. */
#define TURN_READS	(2U << 20)
/* Looks after init has spoken that must fail before a kernel is another. */
#define PATIENCE	20
/* Looking for another kernel touches all memory; it is in the first of it. */
#define EXPLAIN_MAX	(4ULL << 30)

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
		if (live_stage(l) >= STAGE_INIT && ++failed == PATIENCE &&
		    explain(l))
			return -ENOEXEC;
		next_ns = max(next_ns + ATTACH_NS, clock_now_ns());
		if (!wait_until(l, next_ns))
			continue;
		/* Of a kernel that never got so far there is nothing to say. */
		if (live_stage(l) >= STAGE_INIT)
			explain(l);
		else
			set_why(l, "the VM ended before its kernel had set itself up");
		return -ECANCELED;
	}
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
			live_turn(l);
			turn_ns = clock_now_ns() + TURN_NS;
		}
		if (now_ns >= sample_ns) {
			live_sample(l);
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
		live_fail(l, text);
	}
	ret = mon_watchpoint_why(l->watchpoint, text, sizeof(text));
	if (ret) {
		f->error_is_tests |= ret == -ENOENT || ret == -EINVAL;
		live_fail(l, text);
	}
	if (load->bpf_map_write.map && !l->written)
		live_fail(l, "bpf_map_write: the body was over before it was time, or the monitor had not found the guest's kernel");
	if (load->plant.kind && !l->planted)
		live_fail(l, "plant: the body was over before it was time, or the monitor had not found the guest's kernel");
	if (load->watchdog_timeout_ms && l->stage >= STAGE_ATTACHED &&
	    !l->watchdog_set && !l->exit_seen)
		live_fail(l, "watchdog_timeout_ms: was not set, as the monitor had not found the guest's kernel");
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
		live_dump(l, MON_DUMP_END, dump, live_stall_ns(l));
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
