// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workers have done so far, while they run. See work.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/guest/work/types.h"

/* "CPU time, time that it waited for a CPU, turns": of the kernel's schedstats */
static void add_schedstat(pid_t pid, struct work_tally *t)
{
	uint64_t cpu_ns, delay_ns, runs;
	char path[40];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fscanf(f, "%" SCNu64 " %" SCNu64 " %" SCNu64, &cpu_ns, &delay_ns,
		   &runs) == 3) {
		t->cpu_ns += cpu_ns;
		t->delay_ns += delay_ns;
		t->runs += runs;
	}
	fclose(f);
}

/* Each is written by its worker alone, and may be a moment old. */
static uint64_t peek(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void work_tally_add(const struct work_set *set, struct work_tally *t)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++) {
		const struct worker_report *r = &set->slots[i].report;

		t->work_units += peek(&r->work_units);
		t->migrations += peek(&r->migrations);
		if (set->workers[i].pid)
			add_schedstat(set->workers[i].pid, t);
	}
	t->iterations += work_iterations(set);
}

void work_turn(struct work_set *set, unsigned int turn)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++)
		atomic_store(&set->slots[i].turn, turn);
}

unsigned int work_turn_wakes(const struct work_set *set, unsigned int turn,
			     const struct wakes **of)
{
	unsigned int i, n = 0;

	for (i = 0; i < set->n_workers; i++)
		if (atomic_load(&set->slots[i].turn_wakes_of) == turn)
			of[n++] = &set->slots[i].turn_wakes;
	return n;
}
