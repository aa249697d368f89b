// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where file systems are mounted. See mounts.h.
 */
#include "lib/common/util/mounts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool mount_find(const char *type, char *path, size_t size)
{
	char line[PATH_MAX + 256], at[PATH_MAX], is[64];
	FILE *f = fopen("/proc/self/mounts", "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %4095s %63s", at, is) != 2)
			continue;
		found = !strcmp(is, type) && strlen(at) < size;
	}
	if (found)
		memcpy(path, at, strlen(at) + 1);
	if (f)
		fclose(f);
	return found;
}
