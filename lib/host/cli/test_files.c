// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios that are in files: read by the program that runs them, before it does.
 * See test.h.
 */
#include "lib/host/cli/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/running.h"
#include "lib/host/suite/names.h"

/* What it says before the scenario begins is what was left out of it. */
static int put_file(const char *results, const struct test_file *file,
		    const char *text, char *err)
{
	const char *scenario = strstr(text, "\n{");
	char path[PATH_MAX];
	FILE *to;
	int bad;

	scenario = *text == '{' || !scenario ? text : scenario + 1;
	fwrite(text, 1, scenario - text, stdout);
	if (snprintf(path, sizeof(path), "%s/%s" READY_FILE_SUFFIX, results,
		     file->name) >= (int)sizeof(path))
		return cli_bad(err, "%.1000s: is too long a path", results);
	to = fopen(path, "we");
	if (!to)
		return cli_bad(err, "%.2000s: %s", path, strerror(errno));
	bad = fputs(scenario, to) < 0;
	bad |= fclose(to);
	return bad ? cli_bad(err, "%.2000s: cannot be written", path) : 0;
}

/* Its first line is one of ours. */
static int say_wrong(const struct test_file *file, const char *text, char *err)
{
	static const char ours[] = "ktstr: ";

	if (!text || !strstarts(text, ours))
		return cli_bad(err, "-s %.1000s: it could not be looked at",
			       file->path);
	text += strlen(ours);
	return cli_bad(err, "%.*s", (int)strcspn(text, "\n"), text);
}

/*
 * The program that runs it reads it, says what is wrong, and tells it anew, so that
 * what was run lies beside its results.
 */
static int take_file(const struct running *r, const struct test_file *file,
		     char *err)
{
	char program[PATH_MAX + 16], *text = NULL;
	size_t size = 0;
	int status = -1;
	FILE *from;
	pid_t pid;
	int ret;

	snprintf(program, sizeof(program), "%s/" READY_PROGRAM, r->own);
	from = suite_ask(program, "--scenario-json", file->path, &pid);
	if (!from)
		return cli_bad(err, "%.2000s: cannot be asked", program);
	if (getdelim(&text, &size, '\0', from) < 0) {
		free(text);
		text = NULL;
	}
	fclose(from);
	waitpid(pid, &status, 0);
	ret = text && !status ? put_file(r->results, file, text, err) :
				say_wrong(file, text, err);
	free(text);
	return ret;
}

int test_take_files(const struct running *r, const struct test_args *args,
		    char *err)
{
	struct strbuf names = STRBUF_INIT;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < args->n_files && !ret; i++) {
		ret = take_file(r, &args->files[i], err);
		strbuf_addf(&names, "%s%s", i ? " " : "", args->files[i].name);
	}
	if (!ret && setenv(READY_ENV_FILES, names.text, 1))
		ret = cli_bad(err, "no memory");
	strbuf_free(&names);
	return ret;
}
