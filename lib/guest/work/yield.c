// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that give their CPU away again and again.
 */
#include <sched.h>

#include "lib/guest/work/types.h"

static void yield_heavy_pass(struct work_run *run)
{
	work_done(run, 1);
	sched_yield();
}

const struct work_ops work_yield_heavy = {
	.name = "YieldHeavy",
	.what = "yields, and does nothing else",
	.group = 1,
	.pass = yield_heavy_pass,
};

static void mixed_pass(struct work_run *run)
{
	work_spin(run, run->spec->spin);
	sched_yield();
}

const struct work_ops work_mixed = {
	.name = "Mixed",
	.what = "spins so many iterations, then yields",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 1,
	.pass = mixed_pass,
};
