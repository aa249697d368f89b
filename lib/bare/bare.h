/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario on this machine itself: under the scheduler that runs here, on the
 * CPUs that are here, in a cgroup of its own. Nothing watches it from outside; what
 * its workers lived through is judged as in a VM.
 *
 * The engine is a process of its own, and who calls looks after it: it hears the
 * records that init would, ends the engine where it takes too long, and clears
 * away whatever became of it.
 */
#ifndef KTSTR_BARE_BARE_H
#define KTSTR_BARE_BARE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/common/topology.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/scenario.h"

#define BARE_MAX_OWNERS	2

/**
 * struct bare_job - what is to be run, and who hears of it
 * @def: the scenario; bare_refuse_ops() has let it pass
 * @topology: of this machine
 * @duration_ms: how long it holds
 * @workers: default workers per cgroup
 * @limits: the checks
 * @limit_ms: how long the engine may take
 * @owners: processes without which it is to end, up to a 0
 * @record: gets each record of the engine: the same that a guest sends
 * @output: gets what it prints
 * @ctx: first argument of both
 */
struct bare_job {
	const struct scenario_def *def;
	const struct topology *topology;
	unsigned int duration_ms;
	unsigned int workers;
	const struct check_limits *limits;
	unsigned int limit_ms;
	pid_t owners[BARE_MAX_OWNERS];
	void (*record)(void *ctx, const struct wire_rec *rec,
		       const void *payload);
	void (*output)(void *ctx, const char *bytes, size_t len);
	void *ctx;
};

/**
 * bare_run() - run it, and clear away
 * @job: what is to be run
 * @err: gets one sentence when it could not be run, or something is left
 * @err_size: bytes at @err
 *
 * The process leaves its session, and all children are taken to be the engine's:
 * it is to have no others.
 *
 * Return: 0 when it ran, whatever came of it; -EINTR when it was ended before by
 * SIGINT, SIGTERM or SIGHUP, or by the end of an owner; -EBUSY when something is
 * left; else -errno where something was missing.
 */
int bare_run(const struct bare_job *job, char *err, size_t err_size);

#endif /* KTSTR_BARE_BARE_H */
