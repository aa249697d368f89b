// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a cgroup may have. See limits.h.
 */
#include "lib/guest/scenario/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/work/machine_cpus.h"

static unsigned int number_at(const struct cgroup_limits *limits, size_t at)
{
	unsigned int number;

	memcpy(&number, (const char *)limits + at, sizeof(number));
	return number;
}

/* ---- what a file is to hold ---- */

static bool put_number(unsigned int n, const char *unit, char *text)
{
	if (n == CGROUP_NO_LIMIT)
		snprintf(text, CGROUP_LIMIT_TEXT, "max");
	else
		snprintf(text, CGROUP_LIMIT_TEXT, "%u%s", n, unit);
	return n;
}

static bool write_number(const struct cgroup_limit_row *row,
			 const struct cgroup_limits *limits, char *text)
{
	return put_number(number_at(limits, row->at), "", text);
}

static bool write_mb(const struct cgroup_limit_row *row,
		     const struct cgroup_limits *limits, char *text)
{
	return put_number(number_at(limits, row->at), "M", text);
}

static bool write_quota(const struct cgroup_limit_row *row,
			const struct cgroup_limits *limits, char *text)
{
	size_t len;

	if (!write_number(row, limits, text))
		return false;
	len = strlen(text);
	snprintf(text + len, CGROUP_LIMIT_TEXT - len, " %u",
		 limits->cpu_period_us ?: CGROUP_PERIOD_US);
	return true;
}

static bool write_nodes(const struct cgroup_limit_row *row,
			const struct cgroup_limits *limits, char *text)
{
	(void)row;
	snprintf(text, CGROUP_LIMIT_TEXT, "%s", limits->mems ?: "");
	return limits->mems;
}

#define MEMBER(name)	#name, offsetof(struct cgroup_limits, name)
#define UCLAMP		"CONFIG_UCLAMP_TASK_GROUP"

/* A file of a cgroup is a row. */
const struct cgroup_limit_row cgroup_limit_rows[] = {
	{ "cpuset.mems", MEMBER(mems), 0, 0, write_nodes, "CONFIG_CPUSETS",
	  "nodes whose memory it may use: \"0-1,3\"" },
	{ "cpu.weight", MEMBER(cpu_weight), 1, 10000, write_number,
	  "CONFIG_FAIR_GROUP_SCHED",
	  "share of CPU time beside its neighbours', of which 100 is usual" },
	{ "cpu.max", MEMBER(cpu_max_us), 1000, CGROUP_NO_LIMIT, write_quota,
	  "CONFIG_CFS_BANDWIDTH",
	  "CPU time of a period; .cpu_period_us is its length, 100000 by default" },
	{ "cpu.idle", MEMBER(cpu_idle), 1, 1, write_number,
	  "CONFIG_FAIR_GROUP_SCHED",
	  "with 1 it runs where nobody else wants to" },
	{ "memory.max", MEMBER(memory_max_mb), 1, CGROUP_NO_LIMIT, write_mb,
	  "CONFIG_MEMCG", "memory beyond which it is refused" },
	{ "memory.high", MEMBER(memory_high_mb), 1, CGROUP_NO_LIMIT, write_mb,
	  "CONFIG_MEMCG", "memory beyond which some is taken back" },
	{ "pids.max", MEMBER(pids_max), 1, CGROUP_NO_LIMIT, write_number,
	  "CONFIG_CGROUP_PIDS", "tasks that can be in it" },
	{ "cpu.uclamp.min", MEMBER(uclamp_min_pct), 1, 100, write_number,
	  UCLAMP, "utilisation, in percent, that it counts for at least" },
	{ "cpu.uclamp.max", MEMBER(uclamp_max_pct), 1, 100, write_number,
	  UCLAMP, "utilisation, in percent, that it counts for at most" },
};

const size_t cgroup_n_limit_rows = ARRAY_SIZE(cgroup_limit_rows);

static int check_row(const struct cgroup_limit_row *row,
		     const struct cgroup_limits *limits, char *err,
		     size_t err_size)
{
	unsigned int n = number_at(limits, row->at);

	if (!n || (n >= row->least && n <= row->most))
		return 0;
	snprintf(err, err_size, "%s is %u, %u to %u can be", row->member, n,
		 row->least, row->most);
	return -EINVAL;
}

static int check_mems(const char *mems, char *err, size_t err_size)
{
	cpu_set_t nodes;

	if (!mems || (strlen(mems) < CGROUP_LIMIT_TEXT &&
		      !cpus_parse(mems, &nodes)))
		return 0;
	snprintf(err, err_size, "'%s' is no list of nodes", mems);
	return -EINVAL;
}

int cgroup_limits_check(const struct cgroup_limits *limits, char *err,
			size_t err_size)
{
	int ret = check_mems(limits->mems, err, err_size);
	size_t i;

	for (i = 0; !ret && i < cgroup_n_limit_rows; i++)
		if (cgroup_limit_rows[i].most)
			ret = check_row(&cgroup_limit_rows[i], limits, err,
					err_size);
	if (!ret && limits->cpu_period_us && !limits->cpu_max_us) {
		snprintf(err, err_size, "cpu_period_us needs a cpu_max_us");
		ret = -EINVAL;
	}
	return ret;
}

/* A node that is not there is the machine's, not the kernel's word. */
static int check_nodes(const struct cgroup_limits *limits, char *err,
		       size_t err_size)
{
	struct machine_cpus m;
	cpu_set_t nodes;

	if (!limits->mems)
		return 0;
	machine_cpus_online(&m);
	machine_cpus_know(&m);
	cpus_parse(limits->mems, &nodes);
	CPU_AND(&m.memory, &m.memory, &nodes);
	if (CPU_EQUAL(&m.memory, &nodes))
		return 0;
	snprintf(err, err_size, "of nodes %s, %d have no memory", limits->mems,
		 CPU_COUNT(&nodes) - CPU_COUNT(&m.memory));
	return -ENODEV;
}

static int set_row(const char *parent, const char *name,
		   const struct cgroup_limit_row *row, const char *text,
		   char *err, size_t err_size)
{
	int ret = cgroup_write(parent, name, row->file, text);

	if (ret == -ENOENT) {
		snprintf(err, err_size, "there is no %s (%s)", row->file,
			 row->needs);
		return -ENODEV;
	}
	if (ret)
		snprintf(err, err_size, "cannot write %s to %s: %s", text,
			 row->file, strerror(-ret));
	return ret;
}

int cgroup_limits_set(const char *parent, const char *name,
		      const struct cgroup_limits *limits, char *err,
		      size_t err_size)
{
	int ret = check_nodes(limits, err, err_size);
	char text[CGROUP_LIMIT_TEXT];
	size_t i;

	for (i = 0; !ret && i < cgroup_n_limit_rows; i++) {
		const struct cgroup_limit_row *row = &cgroup_limit_rows[i];

		if (row->write(row, limits, text))
			ret = set_row(parent, name, row, text, err, err_size);
	}
	return ret;
}
