// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results that outlive the machine they were found on. See resume.h.
 */
#include "lib/test/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/run/verdict.h"
#include "lib/util/util.h"

/* Letters of KTSTR_RESUME; what the harness prints for them. */
static const struct {
	char letter;
	int code;
	const char *line;
	const char *directive;
} results[] = {
	{ 'f', RUN_FAIL, "not ok ", "" },
	{ 's', RUN_SKIP, "ok ", "# SKIP" },
	{ 'x', RUN_XFAIL, "ok ", "# XFAIL" },
	{ 'p', RUN_PASS, "ok ", "" },
};

void resume_init(struct resume *resume)
{
	memset(resume, 0, sizeof(*resume));
	snprintf(resume->env, sizeof(resume->env), "%s=", ENV_RESUME);
}

void resume_again(struct resume *resume)
{
	resume->known = max(resume->known, resume->seen);
	resume->seen = 0;
	resume->skip = true;
	resume->line_len = 0;
}

/* The letter of a result line of the top level, 0 for any other line. */
static char result_letter(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(results); i++)
		if (!strncmp(line, results[i].line, strlen(results[i].line)) &&
		    strstr(line, results[i].directive))
			return results[i].letter;
	return 0;
}

/* "not ok 3 fix.name # why": remember it by its name. */
static void note_result(struct resume *r, char letter)
{
	size_t len = strlen(r->env);
	char name[sizeof(r->line)];
	int n;

	if (sscanf(r->line, "%*[a-z ]%*u %255s", name) != 1)
		return;
	n = snprintf(r->env + len, sizeof(r->env) - len, "%c%s,", letter,
		     name);
	if (n < 0 || (size_t)n >= sizeof(r->env) - len)
		r->env[len] = '\0';
}

/* A line is whole. Return: is what follows new? */
static bool line_ends(struct resume *r)
{
	char letter;

	r->line[r->line_len] = '\0';
	r->line_len = 0;
	letter = result_letter(r->line);
	if (letter && ++r->seen > r->known)
		note_result(r, letter);
	/* With no result the head was said all the same; tests follow it. */
	return r->known ? r->seen >= r->known :
			  !strncmp(r->line, "# Starting ", 11);
}

const char *resume_filter(void *ctx, const char *data, size_t *len)
{
	struct resume *r = ctx;
	size_t i, from = r->skip ? *len : 0;

	r->said = true;
	for (i = 0; i < *len; i++) {
		if (data[i] != '\n') {
			if (r->line_len < sizeof(r->line) - 1)
				r->line[r->line_len++] = data[i];
			continue;
		}
		if (line_ends(r) && r->skip) {
			r->skip = false;
			from = i + 1;
		}
	}
	*len -= from;
	return data + from;
}

int resume_code(const char *name)
{
	const char *p = getenv(ENV_RESUME);
	size_t len = strlen(name), i;

	for (; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		if (strncmp(p + 1, name, len) || p[1 + len] != ',')
			continue;
		for (i = 0; i < ARRAY_SIZE(results); i++)
			if (results[i].letter == *p)
				return results[i].code;
	}
	return -1;
}
