// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of CPUs as text.
 */
#include <stdio.h>

#include "lib/host/monitor/guest/cpus.h"

const char *mon_cpus_str(const struct mon_cpus *set, char *buf, size_t size)
{
	unsigned int cpu = 0, first;
	size_t len = 0;
	char range[32];

	snprintf(buf, size, "none");
	while (cpu < MON_MASK_CPUS) {
		if (!mon_cpus_test(set, cpu)) {
			cpu++;
			continue;
		}
		first = cpu;
		while (mon_cpus_test(set, cpu))
			cpu++;
		if (cpu - 1 == first)
			snprintf(range, sizeof(range), "%s%u", len ? "," : "",
				 first);
		else
			snprintf(range, sizeof(range), "%s%u-%u",
				 len ? "," : "", first, cpu - 1);
		if (len + strlen(range) + sizeof("...") > size) {
			snprintf(buf + len, size - len, "...");
			break;
		}
		len += sprintf(buf + len, "%s", range);
	}
	return buf;
}
