// SPDX-License-Identifier: GPL-2.0-only
/*
 * EEVDF's own promise: no task is further from its fair share than the longest slice
 * and a tick. For a moment one may be, as tasks come and go; where there is one in
 * half of the samples, be it another each time, that is how this CPU is shared.
 */
#include <math.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"

/* The host takes its time in pieces: of those between two samples, such a part. */
#define PIECE			4

/*
 * Whoever runs is charged for what the host takes, and can be stopped no sooner: all
 * others are as far behind then, until they have had the same.
 */
static double own_lag_ns(const struct mon_pair *p, const struct mon_lag *lag)
{
	double piece_ns = (double)mon_stolen_ns(p, p->cpu) / PIECE;

	return max(fabs(lag->lag_ns) - piece_ns, 0.0);
}

static void look_lag(const struct mon_pair *p, struct mon_finding *f)
{
	const struct mon_lag *lag = &p->now->cpus[p->cpu].lag;

	f->threshold = p->limit;
	f->pauses = true;
	if (!lag->pid || !lag->bound_ns)
		return;
	f->value = 100 * own_lag_ns(p, lag) / lag->bound_ns;
	f->pid = lag->pid;
	/* A CPU that the host did not run has let nobody run. */
	f->unknown = !mon_vcpu_ran(p) || mon_stands_still(p, p->cpu);
	f->holds = f->value > f->threshold;
	mon_say(f, "lag: %s[%d] on CPU %u %s its fair share by %.1f ms, where EEVDF promises %.1f ms at most",
		lag->comm, lag->pid, p->cpu,
		lag->lag_ns > 0 ? "is behind" : "is beyond",
		fabs(lag->lag_ns) / 1e6, lag->bound_ns / 1e6);
}

static void lag_behind(struct mon_sample *s, unsigned int n __maybe_unused,
		       int event __maybe_unused)
{
	struct mon_lag *lag = &s->cpus[1].lag;

	lag->pid = 77;
	strcpy(lag->comm, "victim");
	lag->lag_ns = 30 * NSEC_PER_MSEC;
	lag->bound_ns = 5 * NSEC_PER_MSEC;
}

const struct mon_check_ops mon_check_lag = {
	.name = "lag",
	.what = "a task that waits is too far from its share, as EEVDF reckons",
	MON_LIMIT(max_lag_pct),
	.per_cpu = true, .by = 300,
	.unit = " %", .look = look_lag,
	.says = "lag: victim[77] on CPU 1 is behind its fair share by 30.0 ms, where EEVDF promises 5.0 ms at most: 600.0 % (limit 300.0 %)",
	.fails = lag_behind,
};
