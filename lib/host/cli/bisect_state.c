// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a bisection keeps. See bisect_cli.h.
 */
#include "lib/host/cli/bisect_cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

static const char * const names[N_BISECT_RESULTS] = {
	[BISECT_PASS] = "pass", [BISECT_FAIL] = "fail", [BISECT_SKIP] = "skip",
};

const char *bisect_result_name(enum bisect_result result)
{
	return names[result];
}

static bool take_line(const char *commit, const char *word,
		      const char *const *commits, struct bisect *b)
{
	unsigned int r;
	size_t i;

	for (r = 0; r < N_BISECT_RESULTS && strcmp(word, names[r]); r++)
		;
	for (i = 0; i < b->n && strcmp(commit, commits[i]); i++)
		;
	if (r == N_BISECT_RESULTS || i == b->n)
		return false;
	bisect_note(b, i, r);
	return true;
}

unsigned int bisect_state_load(const char *path, const char *const *commits,
			       struct bisect *b)
{
	char line[128], commit[64], word[16];
	FILE *f = fopen(path, "re");
	unsigned int n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %15s", commit, word) == 2)
			n += take_line(commit, word, commits, b);
	if (f)
		fclose(f);
	return n;
}

int bisect_state_add(const char *path, const char *commit,
		     enum bisect_result result)
{
	FILE *f = fopen(path, "ae");
	int ret = 0;

	if (!f)
		return -errno;
	if (fprintf(f, "%s %s\n", commit, names[result]) < 0)
		ret = -EIO;
	if (fclose(f))
		ret = -errno;
	return ret;
}
