// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the names of tests. See names.h.
 */
#include "lib/host/suite/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* "%-20s %-25s %s": what is longer pushes the next column on. */
#define FIXTURE_WIDTH	20
#define VARIANT_WIDTH	25

static int names_add(struct suite_names *names, const char *program,
		     bool on_demand, char *test)
{
	struct suite_name *list, *name;

	list = realloc(names->list, (names->n + 1) * sizeof(*list));
	if (list)
		names->list = list;
	if (!list || !test) {
		free(test);
		return -ENOMEM;
	}
	name = &list[names->n];
	*name = (struct suite_name){
		.program = strdup(program),
		.test = test,
		.on_demand = on_demand,
	};
	names->n++;
	return name->program ? 0 : -ENOMEM;
}

/* ---- what -l prints: variants and tests of a fixture, in two columns ---- */

struct words {
	char **list;
	size_t n;
};

struct listing {
	struct suite_names *names;
	const char *program;
	bool on_demand;
	char *fixture;
	struct words variants;
	struct words tests;
};

static void words_free(struct words *w)
{
	while (w->n)
		free(w->list[--w->n]);
	free(w->list);
	*w = (struct words){ };
}

static int words_add(struct words *w, const char *text, size_t len)
{
	char **list = realloc(w->list, (w->n + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	w->list = list;
	list[w->n] = strndup(text, len);
	return list[w->n++] ? 0 : -ENOMEM;
}

static char *full_name(const struct listing *l, size_t variant, size_t test)
{
	char *name;

	if (asprintf(&name, "%s%s%s.%s", l->fixture,
		     l->variants.n ? "." : "",
		     l->variants.n ? l->variants.list[variant] : "",
		     l->tests.list[test]) < 0)
		return NULL;
	return name;
}

/* A fixture is over: each variant has each test. */
static int fixture_end(struct listing *l)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < max(l->variants.n, (size_t)1); i++)
		for (j = 0; j < l->tests.n && !err && l->fixture; j++)
			err = names_add(l->names, l->program, l->on_demand,
					full_name(l, i, j));
	words_free(&l->variants);
	words_free(&l->tests);
	free(l->fixture);
	l->fixture = NULL;
	return err;
}

/* The next column begins behind what is in this one. */
static const char *column(const char *at, size_t width, size_t *len)
{
	*len = strcspn(at, " ");
	width = max(width, *len) + 1;
	return strlen(at) < width ? at + strlen(at) : at + width;
}

static int list_line(struct listing *l, const char *line)
{
	const char *variant, *test;
	size_t len;
	int err = 0;

	if (!strncmp(line, "# FIXTURE", 9) || !strncmp(line, "---", 3))
		return fixture_end(l);
	variant = column(line, FIXTURE_WIDTH, &len);
	if (len) {
		err = fixture_end(l);
		l->fixture = strndup(line, len);
	}
	test = column(variant, VARIANT_WIDTH, &len);
	if (len && !err)
		err = words_add(&l->variants, variant, len);
	column(test, 0, &len);
	if (len && !err)
		err = words_add(&l->tests, test, len);
	return err;
}

int suite_names_parse(struct suite_names *names, const char *program,
		      bool on_demand, FILE *from)
{
	struct listing l = {
		.names = names,
		.program = program,
		.on_demand = on_demand,
	};
	size_t before = names->n, size = 0;
	char *line = NULL;
	int err = 0, last;

	while (!err && getline(&line, &size, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		err = list_line(&l, line);
	}
	free(line);
	last = fixture_end(&l);
	if (!err)
		err = last;
	return err ?: names->n == before ? -ENODATA : 0;
}

/* ---- a program ---- */

static void ask(const char *path, const char *option, const char *value,
		int out)
{
	char *const argv[] = { (char *)path, (char *)option, (char *)value, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(out, STDERR_FILENO) >= 0)
		execv(path, argv);
	_exit(127);
}

FILE *suite_ask(const char *path, const char *option, const char *value,
		pid_t *pid)
{
	int fds[2];
	FILE *from;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	*pid = fork();
	if (!*pid)
		ask(path, option, value, fds[1]);
	close(fds[1]);
	from = *pid < 0 ? NULL : fdopen(fds[0], "r");
	if (!from)
		close(fds[0]);
	return from;
}

int suite_names_of(struct suite_names *names, const char *folder,
		   const char *program, bool on_demand)
{
	pid_t pid = -1;
	char *path;
	FILE *from;
	int err;

	if (asprintf(&path, "%s/%s", folder, program) < 0)
		return -ENOMEM;
	if (access(path, X_OK)) {
		err = -errno;
		free(path);
		return err;
	}
	from = suite_ask(path, "-l", NULL, &pid);
	free(path);
	err = from ? suite_names_parse(names, program, on_demand, from) :
		     -ENOMEM;
	if (from)
		fclose(from);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return err;
}

/* ---- a list that was kept ---- */

int suite_names_load(struct suite_names *names, const char *path)
{
	char program[256], test[256];
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file)
		return -errno;
	while (!err && fscanf(file, "%255s %255s", program, test) == 2)
		err = names_add(names, program, false, strdup(test));
	fclose(file);
	return err ?: names->n ? 0 : -ENODATA;
}

void suite_names_free(struct suite_names *names)
{
	while (names->n--) {
		free(names->list[names->n].program);
		free(names->list[names->n].test);
	}
	free(names->list);
	*names = (struct suite_names){ };
}
