/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long each part of a run may take.
 */
#ifndef KTSTR_RUN_BUDGET_H
#define KTSTR_RUN_BUDGET_H

#include <stdbool.h>

#include "lib/common/attr/parts.h"

/**
 * struct run_budget - limits in milliseconds
 * @boot_ms: from the first KVM_RUN to init's first words; the VM ends there
 *	when init has none
 * @attach_ms: from the scheduler's start until sched_ext is enabled
 * @test_ms: the test program
 * @stop_ms: the scheduler's end
 * @grace_ms: for the test program and sched_ext to end once the scheduler has
 * @deadline_ms: the whole VM; more than the sum, so that each part can speak
 *	before the next outer one kills
 * @wall_ms: the same by the clock. All others are without what the host takes
 *	meanwhile, see steal_own_ns()
 */
struct run_budget {
	unsigned int boot_ms;
	unsigned int attach_ms;
	unsigned int test_ms;
	unsigned int stop_ms;
	unsigned int grace_ms;
	unsigned int deadline_ms;
	unsigned int wall_ms;
};

/**
 * budget_compute() - limits for one run
 * @budget: filled in
 * @duration_ms: what the scenario holds for
 * @has_scheduler: a scheduler process is started
 * @slowness: see host_slowness()
 * @cpus: of the VM: those that boot take turns, and ask each other
 */
void budget_compute(struct run_budget *budget, unsigned int duration_ms,
		    bool has_scheduler, double slowness, unsigned int cpus);

/**
 * budget_limit() - let the test say how long it and its scheduler may take
 * @budget: as budget_compute() left it
 * @ms: for the scheduler to attach, if there is one, and for the program
 */
void budget_limit(struct run_budget *budget, unsigned int ms);

/**
 * budget_limit_body() - let the test program have so long, whatever it does
 * @budget: changed
 * @ms: its limit
 */
void budget_limit_body(struct run_budget *budget, unsigned int ms);

/**
 * budget_switch() - make room for ops that attach schedulers
 * @budget: with limits for a scheduler
 * @n_staged: how many there are beside the first
 *
 * Each of them may come and go once at the worst speed, and the first come back.
 * Init does not count what they take as the program's.
 */
void budget_switch(struct run_budget *budget, unsigned int n_staged);

/**
 * budget_payloads() - make room for programs that the body runs
 * @budget: as it is without
 * @load: which they are; each to be waited for once
 * @slowness: see host_slowness()
 */
void budget_payloads(struct run_budget *budget, const struct run_workload *load,
		     double slowness);

/**
 * budget_finish() - once all parts are known: what the clock may say at most
 * @budget: the limits
 * @left_ms: in how much time the harness gives up
 *
 * A host that takes much is waited for, but the VM must have ended by then.
 */
void budget_finish(struct run_budget *budget, unsigned int left_ms);

/**
 * budget_longest_ms() - the most that a test can take
 * @budget: the limits
 *
 * Return: a VM that hung before init, and one in its place that takes all the
 * time it has.
 */
unsigned int budget_longest_ms(const struct run_budget *budget);

#endif /* KTSTR_RUN_BUDGET_H */
