/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a cgroup on this machine is: its name says it, so that whoever comes
 * after a run that was killed knows what is left of it.
 */
#ifndef KTSTR_BARE_OWNER_H
#define KTSTR_BARE_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#define BARE_PREFIX	"ktstr-host."
#define BARE_NAME_SIZE	64

/* enum bare_controller - what cgroups of a scenario may need, as bits */
enum bare_controller {
	BARE_CPU = 1 << 0,
	BARE_CPUSET = 1 << 1,
	BARE_MEMORY = 1 << 2,
	BARE_PIDS = 1 << 3,
};

#define BARE_N_CONTROLLERS	4

/**
 * struct bare_controller_row - a controller
 * @bit: enum bare_controller
 * @letter: in the name of a cgroup
 * @name: as the kernel has it
 */
struct bare_controller_row {
	unsigned int bit;
	char letter;
	const char *name;
};

extern const struct bare_controller_row bare_controllers[BARE_N_CONTROLLERS];

/**
 * struct bare_owner - whose a cgroup is
 * @pid: the process
 * @start: when it began, as /proc/PID/stat has it: a process number comes again
 * @enabled: controllers that it has switched on above the cgroup: bits
 */
struct bare_owner {
	pid_t pid;
	unsigned long long start;
	unsigned int enabled;
};

/**
 * bare_owner_self() - this process, which has enabled nothing
 * @owner: filled in
 *
 * Return: 0; -errno where /proc cannot be read.
 */
int bare_owner_self(struct bare_owner *owner);

/**
 * bare_owner_name() - what its cgroup is called
 * @owner: the owner
 * @name: gets "ktstr-host.PID.START", and ".LETTERS" where it has enabled
 *	controllers
 */
void bare_owner_name(const struct bare_owner *owner, char name[BARE_NAME_SIZE]);

/**
 * bare_owner_parse() - the same the other way round
 * @name: of a cgroup
 * @owner: filled in
 *
 * Return: 0; -EINVAL where it is none of ours.
 */
int bare_owner_parse(const char *name, struct bare_owner *owner);

/**
 * bare_owner_alive() - is it still there?
 * @owner: the owner
 *
 * Return: its process is, and has not ended; also where nobody can tell.
 */
bool bare_owner_alive(const struct bare_owner *owner);

/**
 * bare_stat_parse() - what of /proc/PID/stat tells processes apart
 * @text: the file
 * @state: gets the letter of its state
 * @start: gets when it began
 *
 * Return: 0, -EINVAL.
 */
int bare_stat_parse(const char *text, char *state, unsigned long long *start);

#endif /* KTSTR_BARE_OWNER_H */
