// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of tests, what they took the last time, and how it is cut. See
 * suite.h.
 */
#include "lib/host/suite/suite.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"

#define NAME_MAX_LEN	255
#define LINE_SIZE	(2 * NAME_MAX_LEN + 16)
#define SCAN_TWO	"%255s %255s %c"

static bool has_test(const struct suite_program *p, const char *test)
{
	unsigned int i;

	for (i = 0; i < p->n_tests; i++)
		if (!strcmp(p->tests[i].name, test))
			return true;
	return false;
}

int suite_reserve(struct suite *suite, unsigned int n)
{
	struct suite_program *p = realloc(suite->programs, n * sizeof(*p));

	if (!p)
		return -ENOMEM;
	suite->programs = p;
	suite->room = n;
	return 0;
}

struct suite_program *suite_add_program(struct suite *suite, const char *name,
					char *const *env)
{
	struct suite_program *p;

	if (suite->n_programs >= suite->room &&
	    suite_reserve(suite, suite->n_programs + 1))
		return NULL;
	p = &suite->programs[suite->n_programs];
	memset(p, 0, sizeof(*p));
	p->name = strdup(name);
	if (!p->name)
		return NULL;
	p->env = env;
	suite->n_programs++;
	return p;
}

/* One more round of the same program is a program of its own. */
static struct suite_program *program_for(struct suite *suite, const char *name,
					 const char *test)
{
	struct suite_program *p = NULL;

	if (suite->n_programs)
		p = &suite->programs[suite->n_programs - 1];
	if (p && !strcmp(p->name, name) && !has_test(p, test))
		return p;
	return suite_add_program(suite, name, NULL);
}

int suite_add(struct suite *suite, const char *program, const char *name)
{
	struct suite_program *p = program_for(suite, program, name);

	return p ? suite_add_test(p, name, NULL) : -ENOMEM;
}

int suite_add_test(struct suite_program *p, const char *name,
		   const char *label)
{
	struct suite_test *t;

	t = realloc(p->tests, (p->n_tests + 1) * sizeof(*t));
	if (!t)
		return -ENOMEM;
	p->tests = t;
	t += p->n_tests;
	memset(t, 0, sizeof(*t));
	t->name = strdup(name);
	t->label = label ? strdup(label) : NULL;
	if (!t->name || (label && !t->label)) {
		free(t->name);
		free(t->label);
		return -ENOMEM;
	}
	p->n_tests++;
	return 0;
}

int suite_read(struct suite *suite, FILE *from)
{
	char line[LINE_SIZE], program[NAME_MAX_LEN + 1], test[NAME_MAX_LEN + 1];
	char more;
	int err;

	while (fgets(line, sizeof(line), from)) {
		if (sscanf(line, SCAN_TWO, program, test, &more) != 2 ||
		    strchr(program, '/')) {
			line[strcspn(line, "\n")] = '\0';
			pr_err("\"%s\": not a program and a test", line);
			return -EPROTO;
		}
		err = suite_add(suite, program, test);
		if (err)
			return err;
	}
	return suite->n_programs ? 0 : -ENODATA;
}

void suite_free(struct suite *suite)
{
	struct suite_slice *slice;
	struct suite_program *p;
	unsigned int i;

	for (p = suite->programs; p < suite->programs + suite->n_programs;
	     p++) {
		for (i = 0; i < p->n_tests; i++) {
			free(p->tests[i].name);
			free(p->tests[i].label);
			free(p->tests[i].why);
		}
		while ((slice = p->slices)) {
			p->slices = slice->next;
			strbuf_free(&slice->line);
			strbuf_free(&slice->out);
			free(slice);
		}
		free(p->tests);
		free(p->name);
	}
	free(suite->programs);
	memset(suite, 0, sizeof(*suite));
}

/* ---- kept times ---- */

static void set_last_ms(struct suite *suite, const char *name, unsigned int ms)
{
	unsigned int i, j;

	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++)
			if (!strcmp(suite->programs[i].tests[j].name, name))
				suite->programs[i].tests[j].last_ms = ms;
}

void suite_times_load(struct suite *suite, const char *path)
{
	char line[LINE_SIZE], name[NAME_MAX_LEN + 1];
	FILE *file = fopen(path, "re");
	unsigned int ms;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%255s %u", name, &ms) == 2)
			set_last_ms(suite, name, ms);
	fclose(file);
}

static bool ran(const struct suite *suite, const char *name)
{
	unsigned int i, j;

	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++)
			if (suite->programs[i].tests[j].ms &&
			    !strcmp(suite->programs[i].tests[j].name, name))
				return true;
	return false;
}

/* What the file has of tests that have not run now. */
static void keep_others(const struct suite *suite, const char *path, FILE *to)
{
	char line[LINE_SIZE], name[NAME_MAX_LEN + 1];
	FILE *file = fopen(path, "re");
	unsigned int ms;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%255s %u", name, &ms) == 2 &&
		    !ran(suite, name))
			fprintf(to, "%s %u\n", name, ms);
	fclose(file);
}

static void put_times(const struct suite *suite, const char *path, FILE *to)
{
	const struct suite_test *t;
	unsigned int i, j;

	keep_others(suite, path, to);
	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++) {
			t = &suite->programs[i].tests[j];
			if (t->ms)
				fprintf(to, "%s %u\n", t->name, t->ms);
		}
}

/* Whole or not at all; @put may read what there was. */
static int replace_file(const struct suite *suite, const char *path,
			void (*put)(const struct suite *suite,
				    const char *path, FILE *to))
{
	char new[PATH_MAX];
	FILE *file;
	int err;

	if (snprintf(new, sizeof(new), "%s.%d", path, getpid()) >=
	    (int)sizeof(new))
		return -ENAMETOOLONG;
	file = fopen(new, "we");
	if (!file)
		return -errno;
	put(suite, path, file);
	err = ferror(file) ? -EIO : 0;
	if (fclose(file))
		err = -errno;
	if (!err && rename(new, path))
		err = -errno;
	if (err)
		unlink(new);
	return err;
}

int suite_times_save(const struct suite *suite, const char *path)
{
	return replace_file(suite, path, put_times);
}

/* ---- what has failed ---- */

static bool is_bad(const struct suite_test *t)
{
	return t->result == SUITE_FAIL || suite_not_judged(t->result);
}

/* A test that was run several times has failed when one of them has. */
static bool failed_before(const struct suite *suite, const struct suite_test *t)
{
	unsigned int i, j;

	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++) {
			if (&suite->programs[i].tests[j] == t)
				return false;
			if (is_bad(&suite->programs[i].tests[j]) &&
			    !strcmp(suite->programs[i].tests[j].name, t->name))
				return true;
		}
	return false;
}

static void put_bad(const struct suite *suite, FILE *to)
{
	const struct suite_program *p;
	unsigned int i;

	for (p = suite->programs; p < suite->programs + suite->n_programs; p++)
		for (i = 0; i < p->n_tests; i++)
			if (is_bad(&p->tests[i]) &&
			    !failed_before(suite, &p->tests[i]))
				fprintf(to, "%s %s\n", p->name,
					p->tests[i].name);
}

/* It has passed, or has failed again: one that was skipped is as it was. */
static bool judged(const struct suite *suite, const char *name)
{
	const struct suite_test *t;
	unsigned int i, j;

	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++) {
			t = &suite->programs[i].tests[j];
			if ((t->result == SUITE_PASS || is_bad(t)) &&
			    !strcmp(t->name, name))
				return true;
		}
	return false;
}

/* What the file has of other tests. */
static void keep_failed(const struct suite *suite, const char *path, FILE *to)
{
	char program[NAME_MAX_LEN + 1], test[NAME_MAX_LEN + 1];
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	while (fscanf(file, "%255s %255s", program, test) == 2)
		if (!judged(suite, test))
			fprintf(to, "%s %s\n", program, test);
	fclose(file);
}

static void put_failed(const struct suite *suite, const char *path, FILE *to)
{
	keep_failed(suite, path, to);
	put_bad(suite, to);
}

int suite_failed_save(const struct suite *suite, const char *path)
{
	return replace_file(suite, path, put_failed);
}

/* ---- slices ---- */

static unsigned int expected_ms(const struct suite_test *t)
{
	return t->last_ms ? t->last_ms : SUITE_TEST_MS;
}

static uint64_t left_ms(const struct suite_program *p)
{
	uint64_t ms = 0;
	unsigned int i;

	for (i = p->n_given; i < p->n_tests; i++)
		ms += expected_ms(&p->tests[i]);
	return ms;
}

/* How many tests of a program make a slice of about so long. */
static unsigned int slice_length(const struct suite_program *p, uint64_t want)
{
	uint64_t ms = 0, left = left_ms(p);
	unsigned int i, one;

	for (i = p->n_given; i < p->n_tests; i++) {
		one = expected_ms(&p->tests[i]);
		/* What would be left is not worth a host of its own. */
		if (i > p->n_given && ms + one / 2 > want &&
		    left - ms > SUITE_SLICE_MS / 2)
			break;
		ms += one;
	}
	return i - p->n_given;
}

static struct suite_slice *slice_add(struct suite_program *p, unsigned int n)
{
	struct suite_slice *slice = calloc(1, sizeof(*slice));

	if (!slice)
		return NULL;
	slice->program = p;
	slice->first = p->n_given;
	slice->n = n;
	slice->fd = -1;
	slice->pidfd = -1;
	slice->line = (struct strbuf)STRBUF_INIT;
	slice->out = (struct strbuf)STRBUF_INIT;
	if (p->last)
		p->last->next = slice;
	else
		p->slices = slice;
	p->last = slice;
	if (!p->printing)
		p->printing = slice;
	p->n_given += n;
	return slice;
}

struct suite_slice *suite_next(struct suite *suite, unsigned int jobs)
{
	struct suite_program *p, *longest = NULL;
	uint64_t all = 0, most = 0, left, want;

	for (p = suite->programs; p < suite->programs + suite->n_programs;
	     p++) {
		left = left_ms(p);
		all += left;
		/* One at a time: nobody waits, so in the order of the list. */
		if (left && (!longest || (jobs > 1 && left > most))) {
			longest = p;
			most = left;
		}
	}
	if (!longest)
		return NULL;
	want = jobs > 1 ? max(all / (2 * jobs), (uint64_t)SUITE_SLICE_MS) :
			  UINT64_MAX;
	return slice_add(longest, slice_length(longest, want));
}
