/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor at work: a thread of its own on the host that looks at a guest
 * while it runs. It makes the guest execute nothing and stops no vCPU.
 */
#ifndef KTSTR_MONITOR_LIVE_H
#define KTSTR_MONITOR_LIVE_H

#include "lib/check/check.h"
#include "lib/monitor/findings.h"
#include "lib/monitor/mem.h"
#include "lib/monitor/series.h"
#include "lib/wire/map_write.h"
#include "lib/wire/wire.h"

#define MON_INTERVAL_MS	100	/* between samples, where nobody says more */

/**
 * struct mon_live_config - what to watch, and for what
 * @vmlinux: of the kernel that is booted
 * @ops: the machine; valid until mon_live_stop() has returned
 * @ctx: first argument of @ops
 * @phys_end: no RAM from this physical address on
 * @interval_ms: between samples; 0 for MON_INTERVAL_MS
 * @slowness: how many times slower than ordinary hardware, at least 1
 * @limits: what the run is held to while the body runs; copied
 * @write: what to write into a map while the body runs; copied
 * @watchdog_ms: sched_ext's watchdog timeout, as it is; 0 leaves it alone
 * @series: gets samples and marks; others may add records meanwhile
 * @findings: gets verdicts and dumps; for nobody else before mon_live_stop()
 * @written: called on the monitor's thread once @write was done; may be NULL
 * @alarmed: called on the monitor's thread at each alarm; may be NULL
 */
struct mon_live_config {
	const char *vmlinux;
	const struct mon_mem_ops *ops;
	void *ctx;
	uint64_t phys_end;
	unsigned int interval_ms;
	double slowness;
	struct check_limits limits;
	struct bpf_map_write write;
	unsigned int watchdog_ms;
	struct mon_series *series;
	struct mon_findings *findings;
	void (*written)(void *ctx);
	void (*alarmed)(void *ctx);
};

struct mon_live;

/**
 * mon_live_start() - start the thread
 * @config: copied, but for what it points to
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
 * mon_live_stop() - end the thread and release it
 * @live: the monitor; may be NULL
 * @dump: what has ended the guest, one line: take a last dump, for which the
 *	machine's vCPUs should have stopped; NULL for none
 *
 * Comes back within one look at the guest, and one dump.
 */
void mon_live_stop(struct mon_live *live, const char *dump);

#endif /* KTSTR_MONITOR_LIVE_H */
