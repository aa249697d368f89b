/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host took from each CPU in the last while: of a wait that is seen late, the
 * beginning counts as well.
 */
#ifndef KTSTR_MONITOR_JUDGE_PAST_H
#define KTSTR_MONITOR_JUDGE_PAST_H

#include <stdint.h>

#define MON_PAST_SAMPLES	128

/**
 * struct mon_past - the last samples
 * @n_cpus: CPUs of each
 * @n: how many there were, of which the last MON_PAST_SAMPLES are kept
 * @host_ns: when each was taken, at its number modulo that
 * @taken_ns: what had been taken from each CPU by then, @n_cpus a sample
 */
struct mon_past {
	unsigned int n_cpus;
	uint64_t n;
	uint64_t host_ns[MON_PAST_SAMPLES];
	uint64_t *taken_ns;
};

/**
 * mon_past_init() - begin with none
 *
 * Return: 0; -ENOMEM.
 */
int mon_past_init(struct mon_past *past, unsigned int n_cpus);

/**
 * mon_past_exit() - release it; also what was never begun, if zeroed
 */
void mon_past_exit(struct mon_past *past);

/**
 * mon_past_add() - one more sample
 * @past: keeps it
 * @host_ns: when it was taken; not before the one before
 * @step_ns: what was taken from each CPU since that one
 */
void mon_past_add(struct mon_past *past, uint64_t host_ns,
		  const uint64_t *step_ns);

/**
 * mon_past_taken() - what was taken from a CPU from some time on
 * @past: with the newest sample
 * @cpu: which CPU
 * @from_ns: since when; what lies before the samples that are kept is not known,
 *	and counts as nothing
 *
 * Return: ns, with all of what was taken between the two samples around @from_ns.
 */
uint64_t mon_past_taken(const struct mon_past *past, unsigned int cpu,
			uint64_t from_ns);

#endif /* KTSTR_MONITOR_JUDGE_PAST_H */
