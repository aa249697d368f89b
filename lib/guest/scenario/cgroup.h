/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making, filling and removing cgroups (v2) below the test's own.
 */
#ifndef KTSTR_SCENARIO_CGROUP_H
#define KTSTR_SCENARIO_CGROUP_H

#include <sched.h>
#include <sys/types.h>

/**
 * cgroup_create() - make @parent/@name
 *
 * Return: 0, -errno.
 */
int cgroup_create(const char *parent, const char *name);

/**
 * cgroup_set_cpuset() - restrict it to some CPUs
 */
int cgroup_set_cpuset(const char *parent, const char *name,
		      const cpu_set_t *set);

/**
 * cgroup_move() - move a process in; one that is gone is no error
 */
int cgroup_move(const char *parent, const char *name, pid_t pid);

/**
 * cgroup_remove() - kill what is in it and remove it
 */
void cgroup_remove(const char *parent, const char *name);

#endif /* KTSTR_SCENARIO_CGROUP_H */
