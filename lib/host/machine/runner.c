// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs this program. See runner.h.
 */
#include "lib/host/machine/runner.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* As the kernel shows them: 15 bytes. */
static const char * const runner_names[] = {
	"make", "gmake", "run_kselftest.s",
};

struct proc_entry {
	char name[64];
	pid_t parent;
	pid_t session;
};

/* The name may have anything in it, so its end is the last bracket. */
static bool process_read(pid_t pid, struct proc_entry *p)
{
	char path[64], line[512];
	char *begin, *end = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file))
		end = strrchr(line, ')');
	fclose(file);
	begin = end ? strchr(line, '(') : NULL;
	if (!begin || sscanf(end + 1, " %*c %d %*d %d", &p->parent,
			     &p->session) != 2)
		return false;
	*end = '\0';
	snprintf(p->name, sizeof(p->name), "%s", begin + 1);
	return true;
}

static bool is_runner(const struct proc_entry *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runner_names); i++)
		if (!strcmp(p->name, runner_names[i]))
			return true;
	return false;
}

unsigned int host_runners(pid_t *pids, unsigned int max)
{
	pid_t session = getsid(0), pid = getppid();
	unsigned int n, known = 0;
	struct proc_entry p;

	for (n = 0; n < max && pid > 1 && process_read(pid, &p); n++) {
		if (n && p.session != session)
			break;
		pids[n] = pid;
		if (!n || is_runner(&p))
			known = n + 1;
		pid = p.parent;
	}
	return known;
}
