// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's thread: first it waits for the guest's kernel to have set
 * itself up, then it takes a sample at each turn. See live.h.
 */
#include "lib/monitor/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/monitor/kernel.h"
#include "lib/util/util.h"

/* How often a guest that boots is looked at: a look is a scan of its RAM. */
#define ATTACH_NS	(50 * NSEC_PER_MSEC)
/* Looks after init has spoken that must fail before a kernel is another. */
#define PATIENCE	20

/**
 * struct mon_live - a monitor
 * @config: what to watch
 * @thread: valid while the struct exists
 * @lock: guards @stop and @stage
 * @wake: when @stop changes
 * @kernel: what vmlinux says; NULL before it is open
 * @guest: valid once @attached
 * @sampler: NULL before the guest's CPUs are known
 * @sample: room for one
 */
struct mon_live {
	struct mon_live_config config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	enum wire_stage stage;

	struct mon_kernel *kernel;
	struct mon_guest guest;
	bool attached;
	struct mon_sampler *sampler;
	struct mon_sample *sample;
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

static enum wire_stage stage_now(struct mon_live *l)
{
	enum wire_stage stage;

	pthread_mutex_lock(&l->lock);
	stage = l->stage;
	pthread_mutex_unlock(&l->lock);
	return stage;
}

/* ---- until there is something to sample ---- */

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
		l->attached = true;
	}
	ret = mon_guest_cpus(&l->guest);
	if (ret)
		return ret;
	ret = mon_sampler_create(&l->guest, &l->sampler);
	if (ret)
		return ret;
	l->sample = mon_sample_alloc(&l->guest);
	if (!l->sample)
		return -ENOMEM;
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
		ret = mon_guest_explain(l->kernel, c->ops, c->ctx, c->phys_end,
					err, sizeof(err));
	set_why(l, err);
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
		if (wait_until(l, next_ns)) {
			explain(l);
			return -ECANCELED;
		}
	}
}

/* ---- sampling ---- */

static void take_sample(struct mon_live *l)
{
	struct mon_series *s = l->config.series;

	if (mon_sampler_take(l->sampler, l->sample)) {
		pthread_mutex_lock(&s->lock);
		s->n_left_out++;
		pthread_mutex_unlock(&s->lock);
		return;
	}
	mon_series_add(s, l->sample);
}

static void watch(struct mon_live *l)
{
	uint64_t interval_ns = l->config.interval_ms * NSEC_PER_MSEC;
	uint64_t next_ns = clock_now_ns();

	do {
		take_sample(l);
		/* Turns that were missed are not made up for. */
		next_ns = max(next_ns + interval_ns, clock_now_ns());
	} while (!wait_until(l, next_ns));
}

static void *live_main(void *arg)
{
	struct mon_live *l = arg;
	char err[512];

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
	if (!l->config.interval_ms)
		l->config.interval_ms = MON_INTERVAL_MS;
	config->series->interval_ns = l->config.interval_ms * NSEC_PER_MSEC;
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

void mon_live_stop(struct mon_live *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);

	mon_sampler_destroy(l->sampler);
	free(l->sample);
	if (l->attached)
		mon_guest_detach(&l->guest);
	mon_kernel_close(l->kernel);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
