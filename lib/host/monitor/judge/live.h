/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor at work: a thread of its own on the host that looks at a guest
 * while it runs. It makes the guest execute nothing, and stops a vCPU only for
 * the moment that a look at its registers takes, and only where one hangs.
 */
#ifndef KTSTR_MONITOR_JUDGE_LIVE_H
#define KTSTR_MONITOR_JUDGE_LIVE_H

#include "lib/common/attr/parts.h"
#include "lib/common/wire/wire.h"
#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/judge/findings.h"
#include "lib/host/monitor/judge/series.h"

#define MON_INTERVAL_MS	100	/* between samples, where nobody says more */
#define MON_JOIN_MS	60000	/* for a last turn; its reads take a tenth of it */
#define MON_TURN_MS	15	/* a scheduler's state is looked at as often */

/**
 * struct mon_live_config - what to watch, and for what
 * @vmlinux: of the kernel that is booted
 * @ops: the machine; valid until mon_live_stop() has returned
 * @ctx: first argument of @ops
 * @phys_end: no RAM from this physical address on
 * @interval_ms: between samples; 0 for MON_INTERVAL_MS
 * @join_ms: how long mon_live_stop() waits for the thread; 0 for MON_JOIN_MS
 * @slowness: how many times slower than ordinary hardware, at least 1
 * @pace: the same of a CPU that is all ours: what counts where @ops tell what
 *	the host takes; 0 for @slowness
 * @machine: the machine, as it was asked for
 * @workload: what to write and to plant while the body runs, and sched_ext's
 *	watchdog timeout
 * @limits: what the run is held to while the body runs
 * @series: gets samples and marks; others may add records meanwhile
 * @findings: gets verdicts and dumps; for nobody else before mon_live_stop()
 * @alarmed: called on the monitor's thread at each alarm; may be NULL
 * @hung: called on the monitor's thread, once, when the guest hangs: it will
 *	not come to an end; with @findings->hang's text. May be NULL
 */
struct mon_live_config {
	const char *vmlinux;
	const struct mon_mem_ops *ops;
	void *ctx;
	uint64_t phys_end;
	unsigned int interval_ms;
	unsigned int join_ms;
	double slowness;
	double pace;
	const struct run_machine *machine;
	const struct run_workload *workload;
	const struct check_limits *limits;
	struct mon_series *series;
	struct mon_findings *findings;
	void (*alarmed)(void *ctx);
	void (*hung)(void *ctx, const char *why);
};

struct mon_live;

/**
 * mon_live_start() - start the thread
 * @config: copied, but for what it points to, which stays until
 *	mon_live_stop() has returned
 * @live: gets it; NULL on failure
 *
 * The thread opens vmlinux, finds its kernel in the guest's memory once that
 * has come so far, and samples from then on. What keeps it from that is in
 * @config->series->why_none in the end.
 *
 * Return: 0 or -errno when there is no thread.
 */
int mon_live_start(const struct mon_live_config *config,
		   struct mon_live **live);

/**
 * mon_live_stage() - the guest has said how far it has come
 * @live: the monitor; may be NULL
 * @stage: from STAGE_INIT on, a kernel that is not found is another kernel
 *
 * Context: any thread.
 */
void mon_live_stage(struct mon_live *live, enum wire_stage stage);

/**
 * mon_live_ask_dump() - let the monitor read everything at its next turn
 * @live: the monitor; may be NULL
 *
 * Context: any thread.
 */
void mon_live_ask_dump(struct mon_live *live);

/**
 * mon_live_ended() - the guest has ended: its memory stands still from now on
 * @live: the monitor; may be NULL
 *
 * Whatever a sample that is being taken sees, it is not judged any more.
 * mon_live_stop() is still due.
 *
 * Context: any thread; does not wait for the monitor's.
 */
void mon_live_ended(struct mon_live *live);

/**
 * mon_live_stop() - end the thread and release it
 * @live: the monitor; may be NULL
 * @dump: what has ended the guest, one line: take a last dump, for which the
 *	machine's vCPUs should have stopped; NULL for none
 *
 * Comes back within one look at the guest, and one dump. A thread that does not
 * end in @join_ms, times the slowness, ends the process.
 */
void mon_live_stop(struct mon_live *live, const char *dump);

#endif /* KTSTR_MONITOR_JUDGE_LIVE_H */
