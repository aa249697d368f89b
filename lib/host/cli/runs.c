// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading sidecars, and what the subcommands that convert them share. See
 * cli.h.
 */
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/json.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/results/record.h"

/* NULL when it is none; says so. */
static struct json_object *sidecar_read(const char *path, int *ret)
{
	struct json_object *o = NULL;
	char err[256];

	*ret = record_doc_load(path, &o, err, sizeof(err));
	if (*ret)
		pr_err("%s: %s", path, err);
	return *ret ? NULL : o;
}

static int runs_add(struct runs *runs, struct json_object *o)
{
	struct json_object **list;

	list = realloc(runs->list, (runs->n + 1) * sizeof(*list));
	if (!list) {
		json_object_put(o);
		return -ENOMEM;
	}
	runs->list = list;
	runs->list[runs->n++] = o;
	return 0;
}

static int load_file(struct runs *runs, const char *path, const char *run_id)
{
	struct json_object *o;
	int ret;

	o = sidecar_read(path, &ret);
	if (!o)
		return ret;
	if (run_id && strcmp(json_member_text(o, "run_id"), run_id)) {
		json_object_put(o);
		return 0;
	}
	return runs_add(runs, o);
}

static int is_sidecar_name(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), tail = strlen(SIDECAR_SUFFIX);

	return len > tail &&
	       !strcmp(entry->d_name + len - tail, SIDECAR_SUFFIX);
}

static int load_dir(struct runs *runs, const char *dir, const char *run_id)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int i, n, ret = 0;

	n = scandir(dir, &entries, is_sidecar_name, alphasort);
	if (n < 0) {
		ret = -errno;
		pr_err("%s: %s", dir, strerror(errno));
		return ret;
	}
	for (i = 0; i < n; i++) {
		if (!ret && (size_t)snprintf(path, sizeof(path), "%s/%s", dir,
					     entries[i]->d_name) <
			    sizeof(path))
			ret = load_file(runs, path, run_id);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static int cmp_test(const void *a, const void *b)
{
	return strcmp(json_member_text(*(struct json_object *const *)a, "test"),
		      json_member_text(*(struct json_object *const *)b, "test"));
}

int runs_load(char *const *paths, size_t n_paths, const char *run_id,
	      struct runs *runs)
{
	int ret = 0;
	size_t i;

	*runs = (struct runs){ };
	for (i = 0; i < n_paths && !ret; i++) {
		if (host_is_folder(paths[i]))
			ret = load_dir(runs, paths[i], run_id);
		else
			ret = load_file(runs, paths[i], NULL);
	}
	if (!ret && !runs->n) {
		ret = -ENOENT;
		pr_err("no sidecars%s%s in %s", run_id ? " of run " : "",
		       run_id ? run_id : "", n_paths ? paths[0] : "no folder");
	}
	if (ret)
		runs_free(runs);
	else
		qsort(runs->list, runs->n, sizeof(*runs->list), cmp_test);
	return ret;
}

bool runs_of_run(const struct runs *runs, const char *run_id)
{
	return runs->n && !strcmp(json_member_text(runs->list[0], "run_id"), run_id);
}

void runs_free(struct runs *runs)
{
	size_t i;

	for (i = 0; i < runs->n; i++)
		json_object_put(runs->list[i]);
	free(runs->list);
	*runs = (struct runs){ };
}

/* ---- converting ---- */

int cli_write_file(const char *path, int (*write)(const void *what, FILE *to),
		   const void *what)
{
	char temp[PATH_MAX];
	int ret = -ENAMETOOLONG;
	FILE *to;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.%d", path, getpid()) >=
	    sizeof(temp))
		goto out;
	to = fopen(temp, "we");
	ret = to ? write(what, to) : -errno;
	if (to && fclose(to) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		unlink(temp);
out:
	if (ret)
		pr_err("%s: %s", path, strerror(-ret));
	return ret;
}

struct conversion {
	const struct runs *runs;
	int (*write)(const struct runs *runs, FILE *to);
};

static int write_runs(const void *what, FILE *to)
{
	const struct conversion *c = what;

	return c->write(c->runs, to);
}

int runs_convert(char *const *paths, size_t n_paths, const char *run_id,
		 const char *output,
		 int (*write)(const struct runs *runs, FILE *to))
{
	struct runs runs;
	struct conversion c = { &runs, write };
	int ret;

	ret = runs_load(paths, n_paths, run_id, &runs);
	if (ret)
		return ret;
	ret = cli_write_file(output, write_runs, &c);
	runs_free(&runs);
	return ret;
}

int cli_convert(int argc, char **argv,
		int (*write)(const struct runs *runs, FILE *to), char *err)
{
	struct convert_args args;
	int ret;

	ret = convert_args_parse(argc, argv, &args, err);
	if (ret)
		return ret;
	return runs_convert(args.paths, args.n_paths, args.run_id, args.output,
			    write) ? 1 : 0;
}
