/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long each part of a run may take.
 */
#ifndef KTSTR_RUN_BUDGET_H
#define KTSTR_RUN_BUDGET_H

#include <stdbool.h>

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
 */
struct run_budget {
	unsigned int boot_ms;
	unsigned int attach_ms;
	unsigned int test_ms;
	unsigned int stop_ms;
	unsigned int grace_ms;
	unsigned int deadline_ms;
};

/**
 * budget_compute() - limits for one run
 * @budget: filled in
 * @duration_ms: what the scenario holds for
 * @has_scheduler: a scheduler process is started
 * @slowness: see host_slowness()
 */
void budget_compute(struct run_budget *budget, unsigned int duration_ms,
		    bool has_scheduler, double slowness);

/**
 * budget_limit() - let the test say how long it and its scheduler may take
 * @budget: as budget_compute() left it
 * @ms: for the scheduler to attach, if there is one, and for the program
 */
void budget_limit(struct run_budget *budget, unsigned int ms);

/**
 * budget_longest_ms() - the most that a test can take
 * @budget: the limits
 *
 * Return: a VM that hung before init, and one in its place that takes all the
 * time it has.
 */
unsigned int budget_longest_ms(const struct run_budget *budget);

#endif /* KTSTR_RUN_BUDGET_H */
