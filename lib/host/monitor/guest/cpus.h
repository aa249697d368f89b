/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of CPUs of a guest, and how they are written: 0-3,7.
 */
#ifndef KTSTR_MONITOR_GUEST_CPUS_H
#define KTSTR_MONITOR_GUEST_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MON_MASK_CPUS	1024	/* of more, the rest is not shown */

/**
 * struct mon_cpus - a set of CPUs
 */
struct mon_cpus {
	uint64_t bits[MON_MASK_CPUS / 64];
};

static inline void mon_cpus_set(struct mon_cpus *set, unsigned int cpu)
{
	if (cpu < MON_MASK_CPUS)
		set->bits[cpu / 64] |= 1ULL << cpu % 64;
}

static inline bool mon_cpus_test(const struct mon_cpus *set, unsigned int cpu)
{
	return cpu < MON_MASK_CPUS && set->bits[cpu / 64] >> cpu % 64 & 1;
}

static inline void mon_cpus_and(struct mon_cpus *set,
				const struct mon_cpus *other)
{
	size_t i;

	for (i = 0; i < MON_MASK_CPUS / 64; i++)
		set->bits[i] &= other->bits[i];
}

static inline bool mon_cpus_empty(const struct mon_cpus *set)
{
	static const struct mon_cpus none;

	return !memcmp(set, &none, sizeof(none));
}

/**
 * mon_cpus_str() - write a set as 0-3,7; "none" when it is empty
 * @buf: gets the text, cut with "..." when it is too short
 *
 * Return: @buf.
 */
const char *mon_cpus_str(const struct mon_cpus *set, char *buf, size_t size);

#endif /* KTSTR_MONITOR_GUEST_CPUS_H */
