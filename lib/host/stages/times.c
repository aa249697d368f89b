// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stages took the last time on this machine: "STAGE SECONDS" a line. See
 * stages.h.
 */
#include "lib/host/stages/stages.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"

#define NAME_SIZE	64

int stage_times_file(char *path, size_t size)
{
	char cache[PATH_MAX];
	int ret = host_cache_dir(cache, sizeof(cache));

	if (ret)
		return ret;
	ret = snprintf(path, size, "%s/check/times", cache);
	return ret < (int)size ? 0 : -ENAMETOOLONG;
}

/* Return: is there a line? What is none ends the file. */
static bool next(FILE *f, char *name, unsigned int *seconds)
{
	return f && fscanf(f, "%63s %u", name, seconds) == 2;
}

long stage_took(const char *file, const char *name)
{
	FILE *f = fopen(file, "re");
	char word[NAME_SIZE];
	unsigned int seconds;
	long took = -ENOENT;

	while (next(f, word, &seconds))
		if (!strcmp(word, name))
			took = seconds;
	if (f)
		fclose(f);
	return took;
}

static void copy_others(FILE *to, const char *file, const char *name)
{
	FILE *f = fopen(file, "re");
	char word[NAME_SIZE];
	unsigned int seconds;

	while (next(f, word, &seconds))
		if (strcmp(word, name))
			fprintf(to, "%s %u\n", word, seconds);
	if (f)
		fclose(f);
}

/* Whole or not at all: a disk may be full. */
void stage_times_save(const char *file, const char *name, unsigned int seconds)
{
	char path[PATH_MAX];
	bool bad;
	FILE *to;

	snprintf(path, sizeof(path), "%s.%d", file, getpid());
	to = fopen(path, "we");
	if (!to)
		return;
	copy_others(to, file, name);
	fprintf(to, "%s %u\n", name, seconds);
	bad = ferror(to);
	bad = fclose(to) || bad;
	if (bad || rename(path, file))
		unlink(path);
}
