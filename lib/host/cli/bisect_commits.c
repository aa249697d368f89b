// SPDX-License-Identifier: GPL-2.0-only
/*
 * The repository of a bisection, and the commits between its ends. See bisect_run.h.
 */
#include "lib/host/cli/bisect_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/host/kernel/kgit.h"

#define SUFFIX		".bpf.c"

/* ---- the repository ---- */

static bool is_repository(const char *path)
{
	char git[PATH_MAX + 8];

	snprintf(git, sizeof(git), "%s/.git", path);
	return !access(git, F_OK);
}

static int no_repository(const char *path, char *err)
{
	return cli_bad(err, "%.2000s: is in no git repository; name one by --repo",
		       path);
}

/* The folder around the source that has one */
static int find_around(struct bisect_run *run, char *err)
{
	const char *given = run->args.operand;
	char path[PATH_MAX], *slash;

	if (!realpath(given, path))
		return cli_bad(err, "%.2000s: %s; name the repository by --repo",
			       given, strerror(errno));
	snprintf(run->repo, sizeof(run->repo), "%s", path);
	while ((slash = strrchr(run->repo, '/')) && slash > run->repo) {
		*slash = '\0';
		if (!is_repository(run->repo))
			continue;
		snprintf(run->source, sizeof(run->source), "%s",
			 path + strlen(run->repo) + 1);
		return 0;
	}
	return no_repository(given, err);
}

/* Below the repository, or by its whole path */
static void take_source(struct bisect_run *run)
{
	const char *given = run->args.operand;
	size_t len = strlen(run->repo);

	if (!strncmp(given, run->repo, len) && given[len] == '/')
		given += len + 1;
	snprintf(run->source, sizeof(run->source), "%s", given);
}

int bisect_find_repository(struct bisect_run *run, char *err)
{
	const struct bisect_args *args = &run->args;
	const char *named = args->kernel_repo ?: args->repo;
	size_t len;

	if (named && !realpath(named, run->repo))
		return cli_bad(err, "%.2000s: %s", named, strerror(errno));
	if (named && !is_repository(run->repo))
		return no_repository(named, err);
	if (!named && find_around(run, err))
		return -EINVAL;
	if (args->kernel_repo)
		return 0;
	if (named)
		take_source(run);
	len = strlen(run->source);
	if (len > strlen(SUFFIX) && run->source[0] != '/' &&
	    !strcmp(run->source + len - strlen(SUFFIX), SUFFIX))
		return 0;
	return cli_bad(err, "%.2000s: is no X" SUFFIX " of %.1000s",
		       args->operand, run->repo);
}

/* ---- commits ---- */

static int find_commit(struct bisect_run *run, const char *option,
		       const char *given, char *commit, char *err)
{
	if (!kgit_commit(&run->k, run->repo, given, commit))
		return 0;
	return cli_bad(err, "--%s %.100s: git finds no such commit in %.1000s",
		       option, given, run->repo);
}

/* The lines of @text, behind @first, as many as there are. */
static int split_commits(struct bisect_run *run, const char *first, char *text,
			 size_t *n)
{
	char *line, *rest;
	size_t room = strlen(text) / (KGIT_DIGITS + 1) + 3;

	run->names = calloc(room, sizeof(*run->names));
	if (!run->names)
		return -ENOMEM;
	run->names[0] = strdup(first);
	*n = 1;
	for (line = strtok_r(text, "\n", &rest); line && *n < room - 1;
	     line = strtok_r(NULL, "\n", &rest))
		if (strlen(line) == KGIT_DIGITS)
			run->names[(*n)++] = strdup(line);
	for (room = 0; room < *n; room++)
		if (!run->names[room])
			return -ENOMEM;
	return 0;
}

/* Of merges the first parent's side: what a branch had was one step there. */
int bisect_list_commits(struct bisect_run *run, char *err)
{
	char good[KGIT_DIGITS + 1], bad[KGIT_DIGITS + 1];
	char range[2 * KGIT_DIGITS + 3];
	struct strbuf out = STRBUF_INIT;
	size_t n = 0;
	int ret;

	if (find_commit(run, "good", run->args.good, good, err) ||
	    find_commit(run, "bad", run->args.bad, bad, err))
		return -EINVAL;
	if (kgit_read(&run->k, run->repo, NULL, "merge-base", "--is-ancestor",
		      good, bad, NULL) || !strcmp(good, bad))
		return cli_bad(err, "--good %.100s: is no ancestor of --bad %.100s",
			       run->args.good, run->args.bad);
	snprintf(range, sizeof(range), "%s..%s", good, bad);
	ret = kgit_read(&run->k, run->repo, &out, "rev-list", "--first-parent",
			"--reverse", range, NULL);
	if (!ret && out.len)
		ret = split_commits(run, good, out.text, &n);
	strbuf_free(&out);
	ret = ret ?: bisect_init(&run->b, n, run->args.confidence,
				 run->args.flaky);
	return ret ? cli_bad(err, "%.1000s: git does not list what is between %.100s and %.100s",
			     run->repo, run->args.good, run->args.bad) : 0;
}

void bisect_print_subject(struct bisect_run *run, size_t i)
{
	struct strbuf out = STRBUF_INIT;

	if (!kgit_read(&run->k, run->repo, &out, "log", "-1", "--format=%s",
		       run->names[i], NULL))
		text_put(stdout, out.text, strcspn(out.text, "\n"));
	strbuf_free(&out);
}
