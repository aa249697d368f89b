/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the description of a cgroup to the cgroup.
 */
#ifndef KTSTR_SCENARIO_CGROUP_DEF_H
#define KTSTR_SCENARIO_CGROUP_DEF_H

#include "lib/guest/scenario/scenario.h"

/**
 * cgroup_def_check() - does it make sense, and does this machine have it?
 * @def: the description
 * @n_workers: how many it will have
 * @m: the machine's CPUs; gets to know them where it has to
 * @cpus: gets the CPUs that they may use
 * @res: gets the failure, or the reason to skip
 *
 * Return: 0; -EINVAL for a failure, -ENODEV or -EOPNOTSUPP for a skip.
 */
int cgroup_def_check(const struct cgroup_def *def, unsigned int n_workers,
		     struct machine_cpus *m, cpu_set_t *cpus,
		     struct check_result *res);

/**
 * cgroup_def_make() - make the cgroup, without its workers
 * @parent: the folder for it
 * @def: the description, checked
 * @cpus: what cgroup_def_check() has found
 * @res: gets the failure, or the reason to skip
 *
 * Return: 0, -errno. What was made of it stays.
 */
int cgroup_def_make(const char *parent, const struct cgroup_def *def,
		    const cpu_set_t *cpus, struct check_result *res);

#endif /* KTSTR_SCENARIO_CGROUP_DEF_H */
