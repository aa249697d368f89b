// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bus error, and the file that it is about. See fault.h.
 */
#include "lib/test/fault.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/glue.h"

/* A line of /proc/self/maps: "START-END perms offset dev inode    PATH" */
#define MAPS_LINE_MAX	(PATH_MAX + 128)

static bool line_has(const char *line, uintptr_t addr, char *path, size_t size)
{
	unsigned long start, end;
	const char *slash;

	if (sscanf(line, "%lx-%lx ", &start, &end) != 2 || addr < start ||
	    addr >= end)
		return false;
	slash = strchr(line, '/');
	snprintf(path, size, "%s", slash ? slash : "");
	return true;
}

/* The file that is mapped at @addr; reads by read(), the heap may be broken. */
static bool mapped_file(uintptr_t addr, char *path, size_t size)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char line[MAPS_LINE_MAX], c;
	bool found = false;
	size_t len = 0;

	while (fd >= 0 && !found && read(fd, &c, 1) == 1) {
		if (c != '\n') {
			if (len < sizeof(line) - 1)
				line[len++] = c;
			continue;
		}
		line[len] = '\0';
		len = 0;
		found = line_has(line, addr, path, size);
	}
	if (fd >= 0)
		close(fd);
	return found && *path;
}

static void on_bus_error(int sig, siginfo_t *info, void *context)
{
	char path[PATH_MAX];

	(void)context;
	if (info->si_code > 0 &&
	    mapped_file((uintptr_t)info->si_addr, path, sizeof(path))) {
		glue_infrastructure(ktstr_glue.test,
				    "%.300s was cut short while it was in use: replace files by mv, not by cp",
				    path);
		_exit(*ktstr_glue.test->exit_code);
	}
	/* The handler is reset: the same comes again, and is the end. */
	if (info->si_code <= 0)
		raise(sig);
}

void fault_watch(const struct ktstr_test *test)
{
	const struct sigaction sa = {
		.sa_sigaction = on_bus_error,
		.sa_flags = SA_SIGINFO | SA_RESETHAND,
	};

	ktstr_glue.test = test;
	sigaction(SIGBUS, &sa, NULL);
}
