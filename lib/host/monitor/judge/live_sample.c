// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample, and what the monitor's thread makes of it. See live_own.h.
 */
#include "lib/host/monitor/judge/live_own.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

/* Domains change slowly: they are not read more often than this. */
#define DOMAINS_NS	(50 * NSEC_PER_MSEC)

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
	if (live_stops(l))
		return;
	if (live_stage(l) != STAGE_WORKLOAD) {
		mon_verdict_forget(l->verdict);
		return;
	}
	f->n_judged++;
	if (!mon_verdict_feed(l->verdict, l->sample, guest_time(l)))
		return;
	alarms = mon_verdict_alarms(l->verdict, &f->n_alarms);
	memcpy(f->alarms, alarms, f->n_alarms * sizeof(*alarms));
	for (i = n; i < f->n_alarms; i++)
		live_mark(l, MON_MARK_ALARM, alarms[i].text);
	live_dump(l, MON_DUMP_ALARM, alarms[n].text, live_stall_ns(l));
	live_blame_holder(l, MON_DUMP_ALARM);
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

	if (!scx->loaded || scx->exit_kind || !watchdog_ns || live_stops(l) ||
	    live_stage(l) != STAGE_WORKLOAD)
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
	live_dump(l, MON_DUMP_HALF, what,
		  min(live_stall_ns(l), watchdog_ns / 2 - 1));
	live_blame_holder(l, MON_DUMP_HALF);
}

/* What will not end: a guest that has not begun is not looked at for that. */
static void look_for_hang(struct mon_live *l)
{
	struct mon_findings *f = l->config.findings;
	struct mon_hang hang;

	if (f->hang.kind || live_stops(l) || live_stage(l) < STAGE_INIT ||
	    !mon_hangs_feed(l->hangs, l->sample, guest_time(l), &hang))
		return;
	f->hang = hang;
	live_mark(l, MON_MARK_ALARM, hang.text);
	if (l->config.hung)
		l->config.hung(l->config.ctx, hang.text);
}

void live_sample(struct mon_live *l)
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
	if (live_stage(l) == STAGE_WORKLOAD && !live_stops(l))
		mon_tracks_take(&l->config.findings->tracks, &l->guest,
				l->sample);
	judge(l);
	look_for_half_time(l);
	look_for_hang(l);
}
