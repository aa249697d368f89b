// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the description of a cgroup to the cgroup. See cgroup_def.h.
 */
#include "lib/guest/scenario/cgroup_def.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/guest/scenario/cgroup.h"

/* What this machine lacks is no failure; all else is. */
static int refuse(const struct cgroup_def *def, int ret, const char *why,
		  struct check_result *res)
{
	if (ret != -ENODEV && ret != -EOPNOTSUPP) {
		check_fail(res, "cgroup '%s': %s", def->name, why);
		return ret;
	}
	res->skipped = true;
	snprintf(res->skip_reason, sizeof(res->skip_reason), "cgroup '%s': %s",
		 def->name, why);
	return ret;
}

static int resolve_cpuset(const struct cgroup_def *def,
			  const struct machine_cpus *m, cpu_set_t *cpus,
			  char *err, size_t err_size)
{
	int len = snprintf(err, err_size, "CpusetSpec validation failed: ");

	return cpuset_resolve(&def->cpuset, m, cpus, err + len, err_size - len);
}

int cgroup_def_check(const struct cgroup_def *def, unsigned int n_workers,
		     struct machine_cpus *m, cpu_set_t *cpus,
		     struct check_result *res)
{
	char err[200];
	int ret;

	if (cpuset_kinds[def->cpuset.kind]->knows ||
	    place_knows(&def->work.place))
		machine_cpus_know(m);
	ret = work_check(&def->work, n_workers, err, sizeof(err));
	if (!ret)
		ret = cgroup_limits_check(&def->limits, err, sizeof(err));
	if (!ret)
		ret = resolve_cpuset(def, m, cpus, err, sizeof(err));
	if (!ret)
		ret = place_fits(&def->work.place, m, err, sizeof(err));
	return ret ? refuse(def, ret, err, res) : 0;
}

int cgroup_def_make(const char *parent, const struct cgroup_def *def,
		    const cpu_set_t *cpus, struct check_result *res)
{
	char err[200];
	int ret;

	ret = cgroup_create(parent, def->name);
	if (!ret && def->cpuset.kind)
		ret = cgroup_set_cpuset(parent, def->name, cpus);
	if (ret) {
		snprintf(err, sizeof(err), "cannot be set up: %s",
			 strerror(-ret));
		return refuse(def, ret, err, res);
	}
	ret = cgroup_limits_set(parent, def->name, &def->limits, err,
				sizeof(err));
	return ret ? refuse(def, ret, err, res) : 0;
}
