/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shares: what CPU time is due to cgroups that stand beside each other.
 */
#ifndef KTSTR_CHECK_SHARES_H
#define KTSTR_CHECK_SHARES_H

#include <stdint.h>

/**
 * struct share_claim - a cgroup in a period
 * @weight: its cpu.weight
 * @used_ns: CPU time that it used
 * @most_ns: it could use no more: it had so many tasks and CPUs, or that quota
 * @due_ns: gets what was due to it
 */
struct share_claim {
	unsigned int weight;
	uint64_t used_ns;
	uint64_t most_ns;
	uint64_t due_ns;
};

/**
 * shares_divide() - what all have used, divided by their weights
 * @claims: cgroups that stand beside each other, and may use the same CPUs
 * @n: their number
 *
 * Who can use no more than so much is due that, and the rest is divided among the
 * others.
 */
void shares_divide(struct share_claim *claims, unsigned int n);

/**
 * shares_quota_ns() - what cpu.max lets a cgroup use in a period of ours
 * @quota_us: of each of its own periods
 * @period_us: their length
 * @wall_ns: how long ours was
 *
 * Ours may have the ends of two of its own in it, so it is one more.
 *
 * Return: nanoseconds.
 */
uint64_t shares_quota_ns(unsigned int quota_us, unsigned int period_us,
			 uint64_t wall_ns);

#endif /* KTSTR_CHECK_SHARES_H */
