// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type CpuSpin: always runnable.
 */
#include "lib/guest/work/types.h"

static void cpu_spin_pass(struct work_run *run)
{
	work_spin(run, WORK_CHUNK);
}

const struct work_ops work_cpu_spin = {
	.name = "CpuSpin",
	.what = "only computes",
	.hungry = true,
	.group = 1,
	.pass = cpu_spin_pass,
};
