// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type CpuSpin: always runnable.
 */
#include "lib/work/types.h"

void work_pass_cpu_spin(struct work_run *run)
{
	work_spin(run, WORK_CHUNK);
}
