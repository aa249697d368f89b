// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading sidecars, and what the subcommands that convert them share. See
 * cli.h.
 */
#include "lib/cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/report/json.h"
#include "lib/report/sidecar.h"
#include "lib/util/log.h"

#define SIDECAR_MAX_BYTES	(256L << 20)

static const char *member(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) && value ?
	       json_object_get_string(value) : "";
}

/* NULL when it is none; says so. */
static struct json_object *sidecar_read(const char *path, int *err)
{
	struct json_object *o, *version;
	struct stat st;

	*err = 0;
	if (stat(path, &st)) {
		*err = -errno;
		pr_err("%s: %s", path, strerror(errno));
		return NULL;
	}
	if (st.st_size > SIDECAR_MAX_BYTES) {
		*err = -EFBIG;
		pr_err("%s: too large for a sidecar", path);
		return NULL;
	}
	o = json_object_from_file(path);
	if (!o || json_object_get_type(o) != json_type_object ||
	    strcmp(member(o, "format"), SIDECAR_FORMAT) ||
	    !json_object_object_get_ex(o, "version", &version) ||
	    json_object_get_int(version) != SIDECAR_VERSION) {
		*err = -EPROTO;
		pr_err("%s: not a sidecar of format %s, version %d", path,
		       SIDECAR_FORMAT, SIDECAR_VERSION);
		json_object_put(o);
		return NULL;
	}
	return o;
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
	if (run_id && strcmp(member(o, "run_id"), run_id)) {
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
	return strcmp(member(*(struct json_object *const *)a, "test"),
		      member(*(struct json_object *const *)b, "test"));
}

int runs_load(char *const *paths, size_t n_paths, const char *run_id,
	      struct runs *runs)
{
	struct stat st;
	int ret = 0;
	size_t i;

	*runs = (struct runs){ };
	for (i = 0; i < n_paths && !ret; i++) {
		if (!stat(paths[i], &st) && S_ISDIR(st.st_mode))
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

void runs_free(struct runs *runs)
{
	size_t i;

	for (i = 0; i < runs->n; i++)
		json_object_put(runs->list[i]);
	free(runs->list);
	*runs = (struct runs){ };
}

/* ---- converting ---- */

static int args_parse(int argc, char **argv, struct cli_args *args)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "run", required_argument, NULL, 'r' },
		{ }
	};
	int c;

	*args = (struct cli_args){ };
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == 'o')
			args->output = optarg;
		else if (c == 'r')
			args->run_id = optarg;
		else
			return -EINVAL;
	}
	args->paths = argv + optind;
	args->n_paths = (size_t)(argc - optind);
	if (!args->output || !args->n_paths) {
		pr_err("%s needs -o FILE and sidecars; see ktstr --help",
		       argv[0]);
		return -EINVAL;
	}
	return 0;
}

static int write_file(const char *path, const struct runs *runs,
		      int (*write)(const struct runs *runs, FILE *to))
{
	char temp[PATH_MAX];
	FILE *to;
	int ret;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.%d", path, getpid()) >=
	    sizeof(temp))
		return -ENAMETOOLONG;
	to = fopen(temp, "we");
	if (!to)
		return -errno;
	ret = write(runs, to);
	if (fclose(to) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		unlink(temp);
	return ret;
}

int cli_convert(int argc, char **argv,
		int (*write)(const struct runs *runs, FILE *to))
{
	struct cli_args args;
	struct runs runs;
	int ret;

	if (args_parse(argc, argv, &args) ||
	    runs_load(args.paths, args.n_paths, args.run_id, &runs))
		return 1;
	ret = write_file(args.output, &runs, write);
	if (ret)
		pr_err("%s: %s", args.output, strerror(-ret));
	runs_free(&runs);
	return ret ? 1 : 0;
}
