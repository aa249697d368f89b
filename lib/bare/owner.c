// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose a cgroup on this machine is. See owner.h.
 */
#include "lib/bare/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"

const struct bare_controller_row bare_controllers[BARE_N_CONTROLLERS] = {
	{ BARE_CPU, 'c', "cpu" },
	{ BARE_CPUSET, 's', "cpuset" },
	{ BARE_MEMORY, 'm', "memory" },
	{ BARE_PIDS, 'p', "pids" },
};

/* The name of the program may hold anything: what counts is behind its end. */
int bare_stat_parse(const char *text, char *state, unsigned long long *start)
{
	const char *end = strrchr(text, ')');

	if (!end ||
	    sscanf(end, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   state, start) != 2)
		return -EINVAL;
	return 0;
}

static int read_stat(pid_t pid, char *state, unsigned long long *start)
{
	char path[32], text[1024];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	/* It has gone in between. */
	if (!len)
		return -ENOENT;
	return bare_stat_parse(text, state, start);
}

int bare_owner_self(struct bare_owner *owner)
{
	char state;

	owner->pid = getpid();
	owner->enabled = 0;
	return read_stat(owner->pid, &state, &owner->start);
}

bool bare_owner_alive(const struct bare_owner *owner)
{
	unsigned long long start;
	char state;
	int ret = read_stat(owner->pid, &state, &start);

	if (ret)
		return ret != -ENOENT && ret != -ESRCH;
	return start == owner->start && state != 'Z' && state != 'X';
}

void bare_owner_name(const struct bare_owner *owner, char name[BARE_NAME_SIZE])
{
	size_t i, len;

	len = snprintf(name, BARE_NAME_SIZE, BARE_PREFIX "%d.%llu%s", owner->pid,
		       owner->start, owner->enabled ? "." : "");
	for (i = 0; i < BARE_N_CONTROLLERS; i++)
		if (owner->enabled & bare_controllers[i].bit)
			name[len++] = bare_controllers[i].letter;
	name[len] = '\0';
}

static int parse_number(const char **text, unsigned long long *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return errno ? -EINVAL : 0;
}

static int parse_letter(char letter, unsigned int *bits)
{
	size_t i;

	for (i = 0; i < BARE_N_CONTROLLERS; i++) {
		if (bare_controllers[i].letter != letter)
			continue;
		*bits |= bare_controllers[i].bit;
		return 0;
	}
	return -EINVAL;
}

int bare_owner_parse(const char *name, struct bare_owner *owner)
{
	const char *at = name + strlen(BARE_PREFIX);
	unsigned long long pid;
	char again[BARE_NAME_SIZE];

	if (!strstarts(name, BARE_PREFIX) || parse_number(&at, &pid) ||
	    *at++ != '.' || parse_number(&at, &owner->start))
		return -EINVAL;
	owner->pid = pid;
	owner->enabled = 0;
	if (*at == '.')
		at++;
	for (; *at; at++)
		if (parse_letter(*at, &owner->enabled))
			return -EINVAL;
	/* There is one way to write it. */
	bare_owner_name(owner, again);
	return strcmp(name, again) ? -EINVAL : 0;
}
