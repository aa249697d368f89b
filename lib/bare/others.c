// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other programs use of this machine. See others.h.
 */
#include "lib/bare/others.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/scenario.h"

#define STAT_SIZE	512

/* Of all CPUs: what somebody had, a hypervisor included, in ticks */
static bool parse_busy(const char *stat, unsigned long long *ticks)
{
	unsigned long long user, nice, system, irq, softirq, steal;

	if (sscanf(stat, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user,
		   &nice, &system, &irq, &softirq, &steal) != 6)
		return false;
	*ticks = user + nice + system + irq + softirq + steal;
	return true;
}

uint64_t others_parse(const char *stat, const char *cpu_stat, long ticks)
{
	unsigned long long busy, own_us;
	uint64_t busy_ns, own_ns;

	if (ticks <= 0 || !parse_busy(stat, &busy) ||
	    sscanf(cpu_stat, "usage_usec %llu", &own_us) != 1)
		return 0;
	busy_ns = busy * (NSEC_PER_SEC / ticks);
	own_ns = own_us * NSEC_PER_USEC;
	return busy_ns > own_ns ? busy_ns - own_ns : 0;
}

static bool read_start(const char *path, char *text)
{
	FILE *f = fopen(path, "re");
	size_t len;

	if (!f)
		return false;
	len = fread(text, 1, STAT_SIZE - 1, f);
	fclose(f);
	text[len] = '\0';
	return len;
}

uint64_t bare_others_ns(const struct ktstr_ctx *ctx)
{
	char stat[STAT_SIZE], cpu_stat[STAT_SIZE], path[PATH_MAX];

	/* The groups of the scenario lie in the place, beside the engine. */
	snprintf(path, sizeof(path), "%s/../cpu.stat", ctx->cgroup);
	if (!read_start("/proc/stat", stat) || !read_start(path, cpu_stat))
		return 0;
	return others_parse(stat, cpu_stat, sysconf(_SC_CLK_TCK));
}
