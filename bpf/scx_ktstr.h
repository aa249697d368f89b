/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scx_ktstr's BPF and user parts share: the ways in which it can fail.
 */
#ifndef KTSTR_BPF_SCX_KTSTR_H
#define KTSTR_BPF_SCX_KTSTR_H

/* Value of the BPF side's `fail_mode`; see the table in scx_ktstr.c. */
enum ktstr_fail {
	KTSTR_FAIL_NONE,
	KTSTR_FAIL_ERROR,	/* scx_bpf_error() in enqueue */
	KTSTR_FAIL_STALL,	/* user tasks are queued and never dispatched */
	KTSTR_FAIL_BAD_DSQ,	/* insert into a DSQ that does not exist */
	KTSTR_FAIL_BAD_CPU,	/* insert into the local DSQ of CPU 4095 */
	KTSTR_FAIL_INIT,	/* ops.init returns -ENODEV */
	KTSTR_FAIL_HANG,	/* enqueue does not return: interrupts stay off */
	KTSTR_FAIL_WRONG_TASK,	/* enqueue dispatches another task than its own */
	KTSTR_FAIL_IDLE_CPU,	/* some CPUs are left idle */
	/* Knobs: see scx_ktstr_knobs.bpf.h. */
	KTSTR_FAIL_STARVE,	/* one task does not run for a part of the time */
	KTSTR_FAIL_LOSE,	/* one task is forgotten for a while */
	KTSTR_FAIL_FAVOUR,	/* a cgroup runs longer than others */
	KTSTR_FAIL_DELAY,	/* its wakeups are delayed */
	KTSTR_FAIL_QUOTA,	/* it gets more than its cpu.max */
	KTSTR_FAIL_SLOW,	/* a part of each CPU's time goes by in an op */
	/* From here on the user part acts, not the BPF part. */
	KTSTR_FAIL_USER,
	KTSTR_FAIL_EXIT = KTSTR_FAIL_USER,	/* the process exits with 3 */
	KTSTR_FAIL_SEGV,	/* the process dies by SIGSEGV */
	KTSTR_FAIL_PANIC,	/* the process makes the kernel panic */
	KTSTR_FAIL_NO_ATTACH,	/* the process never attaches */
	KTSTR_FAIL_REJECTED,	/* the verifier refuses ops.tick */
};

#define KNOB_CGROUP	"cg_0"	/* the cgroup that a knob is about */

#endif /* KTSTR_BPF_SCX_KTSTR_H */
