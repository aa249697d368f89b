// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results that outlive the machine they were found on. See resume.h.
 */
#include "lib/test/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* Letters of KTSTR_RESUME; what the harness prints for them. */
static const struct {
	char letter;
	int code;
	const char *line;
	const char *directive;
	enum run_doubt doubt;
} results[] = {
	/* Under KTSTR_STRICT=1; else it is a skip. */
	{ 'j', RUN_FAIL, "not ok ", " #  " INFRASTRUCTURE,
	  RUN_INFRASTRUCTURE },
	{ 'd', RUN_FAIL, "not ok ", " #  " INCONCLUSIVE, RUN_INCONCLUSIVE },
	{ 'f', RUN_FAIL, "not ok ", "", RUN_JUDGED },
	{ 'i', RUN_SKIP, "ok ", " # SKIP " INFRASTRUCTURE, RUN_INFRASTRUCTURE },
	{ 'c', RUN_SKIP, "ok ", " # SKIP " INCONCLUSIVE, RUN_INCONCLUSIVE },
	{ 's', RUN_SKIP, "ok ", " # SKIP", RUN_JUDGED },
	{ 'x', RUN_XFAIL, "ok ", " # XFAIL", RUN_JUDGED },
	{ 'p', RUN_PASS, "ok ", "", RUN_JUDGED },
};

#define RETRIED		'r'

static void add_entry(struct resume *r, char letter, const char *name)
{
	size_t len = strlen(r->env);
	int n;

	n = snprintf(r->env + len, sizeof(r->env) - len, "%c%s,", letter, name);
	if (n < 0 || (size_t)n >= sizeof(r->env) - len)
		r->env[len] = '\0';
}

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
	if (resume->running[0])
		add_entry(resume, RETRIED, resume->running);
	resume->running[0] = '\0';
}

/* The letter of a result line of the top level, 0 for any other line. */
static char result_letter(const char *line)
{
	int name_ends = 0;
	size_t i;

	if (sscanf(line, "%*[a-z ]%*u %*s%n", &name_ends) == EOF || !name_ends)
		return 0;
	for (i = 0; i < ARRAY_SIZE(results); i++)
		if (!strncmp(line, results[i].line, strlen(results[i].line)) &&
		    !strncmp(line + name_ends, results[i].directive,
			     strlen(results[i].directive)))
			return results[i].letter;
	return 0;
}

/* "not ok 3 fix.name # why": remember it by its name. */
static void note_result(struct resume *r, char letter)
{
	char name[sizeof(r->line)];

	if (sscanf(r->line, "%*[a-z ]%*u %255s", name) == 1)
		add_entry(r, letter, name);
}

/* "#  RUN           fix.name ..." */
static void note_begin(struct resume *r)
{
	char name[sizeof(r->running)];

	if (sscanf(r->line, "# RUN %199s ...", name) == 1)
		snprintf(r->running, sizeof(r->running), "%s", name);
}

/* A line is whole. Return: is what follows new? */
static bool line_ends(struct resume *r)
{
	char letter;

	r->line[r->line_len] = '\0';
	r->line_len = 0;
	letter = result_letter(r->line);
	note_begin(r);
	if (letter)
		r->running[0] = '\0';
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

/* Is there such an entry? It begins at @p. */
static bool entry_is(const char *p, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(p + 1, name, len) && p[1 + len] == ',';
}

static const char *next_entry(const char *p)
{
	p = strchr(p, ',');
	return p ? p + 1 : NULL;
}

bool resume_failed(const struct resume *r)
{
	const char *p = strchr(r->env, '=') + 1;

	for (; p && *p; p = next_entry(p))
		if (*p == 'f')
			return true;
	return false;
}

int resume_code(const char *name, enum run_doubt *doubt)
{
	const char *p;
	size_t i;

	*doubt = RUN_JUDGED;
	for (p = getenv(ENV_RESUME); p && *p; p = next_entry(p)) {
		if (!entry_is(p, name))
			continue;
		for (i = 0; i < ARRAY_SIZE(results); i++) {
			if (results[i].letter != *p)
				continue;
			*doubt = results[i].doubt;
			return results[i].code;
		}
	}
	return -1;
}

bool resume_retried(const char *name)
{
	const char *p;

	for (p = getenv(ENV_RESUME); p && *p; p = next_entry(p))
		if (*p == RETRIED && entry_is(p, name))
			return true;
	return false;
}
