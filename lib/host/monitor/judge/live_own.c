// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files of the monitor's thread have in common. See live_own.h.
 */
#include "lib/host/monitor/judge/live_own.h"

#include <stdio.h>

#include "lib/common/util/util.h"

/* In a dump, a task that waits for longer is a stall */
#define DUMP_STALL_MS	500

bool live_stops(struct mon_live *l)
{
	bool stop;

	pthread_mutex_lock(&l->lock);
	stop = l->stop;
	pthread_mutex_unlock(&l->lock);
	return stop;
}

enum wire_stage live_stage(struct mon_live *l)
{
	enum wire_stage stage;

	pthread_mutex_lock(&l->lock);
	stage = l->stage;
	pthread_mutex_unlock(&l->lock);
	return stage;
}

static uint64_t tsc_now(const struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;

	return c->ops->guest_tsc ? c->ops->guest_tsc(c->ctx) : 0;
}

void live_mark(struct mon_live *l, enum mon_mark_kind kind, const char *text)
{
	mon_series_mark(l->config.series, kind, tsc_now(l), text);
}

/* How long a task may wait before a dump lists it: no longer than a verdict. */
uint64_t live_stall_ns(const struct mon_live *l)
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

void live_dump(struct mon_live *l, enum mon_dump_why why, const char *what,
	       uint64_t stall_ns)
{
	if (mon_findings_dump(l->config.findings, &l->guest, why, what,
			      stall_ns, l->config.series))
		live_mark(l, MON_MARK_DUMP, what);
}

/*
 * Whoever waited was kept waiting: by the task that has held its CPU for at
 * least half of that time, where it is one that the scheduler has no say in.
 */
void live_blame_holder(struct mon_live *l, enum mon_dump_why why)
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

void live_fail(struct mon_live *l, const char *why)
{
	struct mon_findings *f = l->config.findings;

	if (!f->error[0])
		snprintf(f->error, sizeof(f->error), "%s", why);
}
