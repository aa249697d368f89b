// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type SmtSiblingSpin: two that share a core.
 */
#include <errno.h>

#include "lib/guest/work/cpus.h"
#include "lib/guest/work/types.h"

static const char *lacks_siblings(const struct work_spec *spec)
{
	cpu_set_t all;
	int pair[2];

	(void)spec;
	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof(all), &all);
	return cpus_pair(CPUS_SYSFS, &all, 0, pair) ?
	       "no core of this machine has two CPUs (SMT) for it" : NULL;
}

static int smt_sibling_spin_init(struct work_run *run)
{
	cpu_set_t allowed;
	int pair[2], err;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	err = cpus_pair(CPUS_SYSFS, &allowed, run->index / run->group, pair);
	return err ?: cpus_pin(pair[run->member]);
}

static void smt_sibling_spin_pass(struct work_run *run)
{
	work_spin(run, run->spec->spin);
}

const struct work_ops work_smt_sibling_spin = {
	.name = "SmtSiblingSpin",
	.what = "pairs pinned to the two CPUs of a core that spin, so many iterations a pass",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 2,
	.lacks = lacks_siblings,
	.init = smt_sibling_spin_init,
	.pass = smt_sibling_spin_pass,
};
