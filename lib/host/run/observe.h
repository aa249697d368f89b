/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor beside a run's VM.
 */
#ifndef KTSTR_RUN_OBSERVE_H
#define KTSTR_RUN_OBSERVE_H

#include "lib/host/monitor/judge/live.h"
#include "lib/host/run/run.h"

struct vm;

/**
 * observe_start() - start to watch a VM that is about to run
 * @config: the run
 * @vm: the VM; must stay until the monitor was stopped
 * @out: gets what is seen
 *
 * Return: the monitor; NULL when there is none, @out->series.why_none says why.
 */
struct mon_live *observe_start(const struct run_config *config, struct vm *vm,
			       struct run_outcome *out);

/**
 * observe_stop() - the VM has ended, and is still there
 * @monitor: from observe_start(); may be NULL
 * @out: the run; knows how the VM ended
 */
void observe_stop(struct mon_live *monitor, const struct run_outcome *out);

#endif /* KTSTR_RUN_OBSERVE_H */
