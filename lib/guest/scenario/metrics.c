// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quantities as records for the host. See metrics.h.
 */
#include "lib/guest/scenario/metrics.h"

#include <stdio.h>

#include "lib/common/wire/wire.h"

/* All rows of one kind in one record; what is not known is not told. */
static void send_set(int fd, enum quantity_per per, const void *set,
		     unsigned int cgroup, unsigned int worker)
{
	struct wire_metric metrics[QUANTITY_IDS];
	const struct quantity *q;
	size_t n = 0;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q)) {
		int64_t value = quantity_get(q, set);

		if (!quantity_is_guests(q) || value == QUANTITY_UNKNOWN)
			continue;
		metrics[n++] = (struct wire_metric){
			.id = q - quantities, .cgroup = cgroup,
			.worker = worker, .value = value,
		};
	}
	if (n)
		wire_send(fd, WIRE_METRIC, metrics, n * sizeof(metrics[0]));
}

static void send_worker(int fd, const struct worker_report *r,
			unsigned int cgroup, unsigned int worker)
{
	struct worker_quantities q = r->q;

	if (!r->has_run_delay) {
		q.run_delay_ns = QUANTITY_UNKNOWN;
		q.run_count = QUANTITY_UNKNOWN;
	}
	send_set(fd, PER_WORKER, &q, cgroup, worker);
}

void metrics_send(int fd, const struct check_group *group,
		  struct metrics_told *told)
{
	struct wire_cgroup name = { .index = told->cgroups };
	struct cgroup_quantities q;
	unsigned int i;

	if (told->cgroups == WIRE_CGROUPS_MAX)
		return;
	snprintf(name.name, sizeof(name.name), "%s", group->name);
	if (wire_send(fd, WIRE_CGROUP, &name, sizeof(name)))
		return;
	told->cgroups++;
	check_group_stats(group, &q);
	send_set(fd, PER_CGROUP, &q, name.index, 0);
	for (i = 0; i < group->n_reports; i++) {
		if (!group->reports[i].completed ||
		    told->workers == WIRE_WORKERS_MAX)
			continue;
		send_worker(fd, &group->reports[i], name.index, i);
		told->workers++;
	}
}

void metrics_send_run(int fd, const struct run_quantities *run)
{
	send_set(fd, PER_RUN, run, 0, 0);
}

void metrics_send_turn(int fd, unsigned int index,
		       const struct turn_quantities *turn)
{
	send_set(fd, PER_TURN, turn, index, 0);
}
