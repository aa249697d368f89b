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
 * @parent: a folder
 * @name: below it; one with a '/' is made within others, which are made too where
 *	they are not there, and hand on what controllers they have
 *
 * Return: 0, -errno; -EINVAL for a name with "..", or an empty part.
 */
int cgroup_create(const char *parent, const char *name);

/**
 * cgroup_write() - write to one of its files
 * @parent: a folder
 * @name: the cgroup, below it
 * @file: of the cgroup
 * @text: what to write
 *
 * Return: 0, -errno.
 */
int cgroup_write(const char *parent, const char *name, const char *file,
		 const char *text);

/**
 * cgroup_read() - read the start of one of its files
 * @parent: a folder
 * @name: the cgroup, below it
 * @file: of the cgroup
 * @text: gets it, and a NUL
 * @size: bytes at @text
 *
 * Return: how many bytes, -errno.
 */
ssize_t cgroup_read(const char *parent, const char *name, const char *file,
		    char *text, size_t size);

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
 * @parent: a folder
 * @name: the cgroup, below it, with all that is within; and those above it that
 *	have nothing else
 *
 * Return: 0, -EBUSY when it is still there.
 */
int cgroup_remove(const char *parent, const char *name);

#endif /* KTSTR_SCENARIO_CGROUP_H */
