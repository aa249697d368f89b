/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was measured of cgroups and workers, sent to the host.
 */
#ifndef KTSTR_SCENARIO_METRICS_H
#define KTSTR_SCENARIO_METRICS_H

#include "lib/common/check/check.h"

/**
 * struct metrics_told - how much of a run was sent so far
 * @cgroups: so many cgroups
 * @workers: workers of all of them
 *
 * What is beyond WIRE_CGROUPS_MAX and WIRE_WORKERS_MAX is not sent.
 */
struct metrics_told {
	unsigned int cgroups;
	unsigned int workers;
};

/**
 * metrics_send() - send the quantities of a cgroup, and of each of its workers
 * @fd: the socket to init
 * @group: the cgroup
 * @told: what was sent before; counts on
 */
void metrics_send(int fd, const struct check_group *group,
		  struct metrics_told *told);

/**
 * metrics_send_run() - send what was measured of the run as a whole
 * @fd: the socket to init
 * @run: what is known of it; once a run
 */
void metrics_send_run(int fd, const struct run_quantities *run);

/**
 * metrics_send_turn() - send what was measured of a turn
 * @fd: the socket to init
 * @index: of the turn, from 0
 * @turn: what is known of it; once a turn
 */
void metrics_send_turn(int fd, unsigned int index,
		       const struct turn_quantities *turn);

#endif /* KTSTR_SCENARIO_METRICS_H */
