// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr bug-report`: what a test or a run has left, to be sent to somebody.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/export/bundle.h"
#include "lib/host/export/scrub.h"
#include "lib/host/machine/paths.h"

#define SIDECAR		".ktstr.json"
#define TRACE		"trace.perfetto.json"

/**
 * struct packing - a report that is being made
 * @bundle: what is in it
 * @scrub: what is replaced
 * @keep: or is only counted
 * @sidecars: paths, of which the trace is made, @n of them
 * @n: their number
 * @files: how many texts there are
 * @err: CLI_ERR_SIZE bytes
 */
struct packing {
	struct bundle *bundle;
	struct scrub scrub;
	bool keep;
	char **sidecars;
	size_t n;
	unsigned int files;
	char *err;
};

/* In place. Names of members are ours, whatever this host is called. */
static void scrub_json(struct scrub *s, struct json_object *json)
{
	struct strbuf clean = STRBUF_INIT;
	size_t i;

	if (json_object_is_type(json, json_type_object)) {
		json_object_object_foreach(json, key, value) {
			(void)key;
			scrub_json(s, value);
		}
	} else if (json_object_is_type(json, json_type_array)) {
		for (i = 0; i < json_object_array_length(json); i++)
			scrub_json(s, json_object_array_get_idx(json, i));
	} else if (json_object_is_type(json, json_type_string)) {
		scrub_text(s, json_object_get_string(json),
			   json_object_get_string_len(json), &clean);
		json_object_set_string(json, clean.text);
	}
	strbuf_free(&clean);
}

static int clean_json(struct scrub *s, const char *text, struct strbuf *clean)
{
	struct json_object *json = json_tokener_parse(text);
	const char *words;

	if (!json)
		return -EPROTO;
	scrub_json(s, json);
	words = json_object_to_json_string_ext(json,
					       JSON_C_TO_STRING_NOSLASHESCAPE);
	strbuf_add(clean, words, strlen(words));
	strbuf_addf(clean, "\n");
	json_object_put(json);
	return 0;
}

static int add_text(struct packing *p, const char *name, const char *text,
		    size_t len)
{
	struct strbuf clean = STRBUF_INIT, fit = STRBUF_INIT;
	int ret = -EPROTO;

	if (strends(name, ".json"))
		ret = clean_json(&p->scrub, text, &clean);
	/* One that is none is text as well. */
	if (ret)
		scrub_text(&p->scrub, text, len, &clean);
	/* A file's name may have one of them as well. */
	scrub_text(&p->scrub, name, strlen(name), &fit);
	ret = clean.dropped || fit.dropped ? -ENOMEM :
	      p->keep ? bundle_add(p->bundle, name, text, len) :
			bundle_add(p->bundle, fit.text, clean.text, clean.len);
	strbuf_free(&clean);
	strbuf_free(&fit);
	p->files += !ret;
	return ret ? cli_bad(p->err, "%s: %s", name, strerror(-ret)) : 0;
}

static int read_text(const char *path, struct strbuf *text)
{
	FILE *f = fopen(path, "re");
	char piece[4096];
	size_t n;
	int ret;

	if (!f)
		return -errno;
	while ((n = fread(piece, 1, sizeof(piece), f)))
		strbuf_add(text, piece, n);
	ret = ferror(f) ? -EIO : text->dropped ? -ENOMEM : 0;
	fclose(f);
	return ret;
}

static int note_sidecar(struct packing *p, const char *path)
{
	char **more = realloc(p->sidecars, (p->n + 1) * sizeof(*more));

	if (!more)
		return cli_bad(p->err, "no memory");
	p->sidecars = more;
	more[p->n] = strdup(path);
	if (!more[p->n])
		return cli_bad(p->err, "no memory");
	p->n++;
	return 0;
}

/* Return: 1 when it was there, 0, -EINVAL. */
static int add_file(struct packing *p, const char *dir, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX + 256];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ret = read_text(path, &text);
	if (ret == -ENOENT)
		return 0;
	ret = ret ? cli_bad(p->err, "%s: %s", path, strerror(-ret)) :
	      add_text(p, name, text.text, text.len);
	strbuf_free(&text);
	if (!ret && strends(name, SIDECAR))
		ret = note_sidecar(p, path);
	return ret ?: 1;
}

static int add_test(struct packing *p, const char *dir, const char *test)
{
	static const char * const suffixes[] = {
		SIDECAR, ".failure.txt", ".repro.txt",
	};
	char name[NAME_MAX + 1];
	int ret = 0, found = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suffixes) && ret >= 0; i++) {
		snprintf(name, sizeof(name), "%.200s%s", test, suffixes[i]);
		ret = add_file(p, dir, name);
		found += ret;
	}
	if (ret < 0)
		return ret;
	return found ? 0 : cli_bad(p->err, "%.200s: no test of that name has left anything in %s",
				   test, dir);
}

static int add_run(struct packing *p, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int ret = 0;

	if (!d)
		return cli_bad(p->err, "%s: %s", dir, strerror(errno));
	while (ret >= 0 && (e = readdir(d)))
		if (strends(e->d_name, SIDECAR))
			ret = add_file(p, dir, e->d_name);
	closedir(d);
	return min(ret, 0);
}

static int add_trace(struct packing *p)
{
	struct runs runs;
	char *text = NULL;
	size_t len;
	FILE *to;
	int ret;

	if (!p->n)
		return 0;
	ret = runs_load(p->sidecars, p->n, NULL, &runs);
	if (ret)
		return cli_bad(p->err, "sidecars cannot be read: %s",
			       strerror(-ret));
	to = open_memstream(&text, &len);
	ret = to ? perfetto_write(&runs, to) : -ENOMEM;
	runs_free(&runs);
	if (to && fclose(to) && !ret)
		ret = -ENOMEM;
	ret = ret ? cli_bad(p->err, TRACE ": %s", strerror(-ret)) :
	      add_text(p, TRACE, text, len);
	free(text);
	return ret;
}

static int fill(struct packing *p, const char *what)
{
	char dir[PATH_MAX - 300], run[PATH_MAX];
	int ret = host_results_dir(dir, sizeof(dir));

	if (ret)
		return cli_bad(p->err, "there is no folder of results: %s",
			       strerror(-ret));
	snprintf(run, sizeof(run), "%s/runs/%.200s", dir, what);
	ret = host_is_folder(run) ? add_run(p, run) : add_test(p, dir, what);
	return ret ? ret : add_trace(p);
}

static void tell(const struct packing *p, const char *path)
{
	unsigned int i;

	printf("%s: %u files\n", path, p->files);
	for (i = 0; i < p->scrub.n; i++) {
		if (!p->scrub.rows[i].times)
			continue;
		if (p->keep)
			printf("kept: %s, which is there %u times\n",
			       p->scrub.rows[i].from, p->scrub.rows[i].times);
		else
			printf("replaced: %s by %s, %u times\n",
			       p->scrub.rows[i].from, p->scrub.rows[i].to,
			       p->scrub.rows[i].times);
	}
}

static int pack(struct packing *p, const struct bug_report_args *args)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%.200s.bug-report.tar.gz", args->what);
	if (args->output)
		snprintf(path, sizeof(path), "%s", args->output);
	ret = fill(p, args->what);
	if (ret)
		return ret;
	ret = bundle_write(p->bundle, path);
	if (ret)
		return cli_bad(p->err, "%s: %s", path, strerror(-ret));
	tell(p, path);
	return 0;
}

int bug_report_main(int argc, char **argv, char *err)
{
	struct packing p = { .err = err };
	struct bug_report_args args;
	int ret = bug_report_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	p.keep = args.keep;
	p.bundle = bundle_create("ktstr-bug-report");
	if (!p.bundle)
		return cli_bad(err, "no memory");
	scrub_init(&p.scrub);
	ret = pack(&p, &args);
	while (p.n)
		free(p.sidecars[--p.n]);
	free(p.sidecars);
	bundle_destroy(p.bundle);
	return ret;
}
