/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run that is described, and never run.
 */
#ifndef KTSTR_UNIT_MADE_RUN_H
#define KTSTR_UNIT_MADE_RUN_H

#include <stdio.h>
#include <string.h>

#include "lib/host/run/run.h"

/**
 * struct made_run - a run and all that its description points to
 * @scheduler: its scheduler; without a binary it is EEVDF
 */
struct made_run {
	struct scheduler scheduler;
	struct run_machine machine;
	struct run_subject subject;
	struct run_workload workload;
	struct run_expectations expectations;
	struct host_kernel kernel;
	struct run_config config;
};

/* Zeroed before; @scheduler is a name, NULL for EEVDF. */
static inline void made_run_init(struct made_run *m, const char *scheduler)
{
	m->scheduler.name = scheduler;
	m->scheduler.binary = scheduler;
	m->subject.scheduler = &m->scheduler;
	m->machine.topology = (struct topology)TOPOLOGY(1, 1, 2, 1);
	m->config = (struct run_config){
		.machine = &m->machine, .subject = &m->subject,
		.workload = &m->workload, .expectations = &m->expectations,
		.kernel = &m->kernel, .slowness = 1,
	};
}

#endif /* KTSTR_UNIT_MADE_RUN_H */
