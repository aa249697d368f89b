// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of levels: what holds, and what goes before it. See limits.h.
 */
#include "lib/common/check/limits.h"

void check_limits_default(struct check_limits *limits)
{
	*limits = (struct check_limits){ CHECK_LIMITS(CHECK_LIMIT_VALUE) };
}

void check_limits_merge(struct check_limits *limits,
			const struct check_limits *over)
{
	unsigned int to[CHECK_N_LIMITS], from[CHECK_N_LIMITS];
	size_t i;

	memcpy(to, limits, sizeof(to));
	memcpy(from, over, sizeof(from));
	for (i = 0; i < CHECK_N_LIMITS; i++)
		if (from[i])
			to[i] = from[i];
	memcpy(limits, to, sizeof(to));
}
