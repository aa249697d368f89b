// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr run`: tests side by side.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/log.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/programs.h"
#include "lib/host/cli/results.h"
#include "lib/host/cli/running.h"

#define STATUS_NOTHING	4	/* kselftest's: skipped */

/* No file is no test: nothing has failed yet. */
static int choose(const struct running *r, struct run_args *args,
		  struct suite_names *names, char *err)
{
	struct suite_names only = { };
	int ret = 0;

	if (args->rerun) {
		args->choice.only = &only;
		ret = suite_names_load(&only, r->failed);
		if (ret == -ENOENT || ret == -ENODATA)
			ret = 0;
		if (ret)
			cli_bad(err, "%s: %s", r->failed, strerror(-ret));
	}
	if (!ret)
		ret = programs_choose(r->own, &args->choice, names, err);
	suite_names_free(&only);
	return ret;
}

/* It goes where --attr goes, and so before what tests say. */
static int take_scheduler(const char *name, char *err)
{
	const char *before = getenv(ENV_ATTR);
	struct strbuf text = STRBUF_INIT;
	struct declared_all all;
	int ret = declared_load(&all, getenv(ENV_SCHEDULERS), err);

	if (!ret)
		ret = declared_must(&all, name, err);
	if (!ret) {
		strbuf_addf(&text, "%s", before ?: "");
		scheduler_text(declared_find(&all, name)->s, &text);
		if (setenv(ENV_ATTR, text.text, 1))
			ret = cli_bad(err, "no memory");
	}
	strbuf_free(&text);
	declared_free(&all);
	return ret;
}

static int add_test(struct suite_program *p, const char *test,
		    const struct running_kernel *kernel)
{
	char *label;
	int ret;

	if (asprintf(&label, "%s@%s", test, kernel->name) < 0)
		return -ENOMEM;
	ret = suite_add_test(p, test, label);
	free(label);
	return ret;
}

/* All of them on one of several kernels. */
static int take_tests_on(struct running *r, struct running_kernel *kernel,
			 const struct suite_names *names)
{
	struct suite_program *p = NULL;
	const struct suite_name *t;
	int ret = 0;

	for (t = names->list; !ret && t < names->list + names->n; t++) {
		if (!t->chosen)
			continue;
		if (!p || strcmp(p->name, t->program))
			p = suite_add_program(&r->suite, t->program,
					      kernel->env);
		ret = p ? add_test(p, t->test, kernel) : -ENOMEM;
	}
	return ret;
}

static int take_tests(struct running *r, const struct suite_names *names,
		      char *err)
{
	const struct suite_name *t;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < r->n_kernels; i++)
		ret = take_tests_on(r, &r->kernels[i], names);
	for (t = names->list; !ret && !r->n_kernels &&
	     t < names->list + names->n; t++)
		if (t->chosen)
			ret = suite_add(&r->suite, t->program, t->test);
	return ret ? cli_bad(err, "no memory") : 0;
}

/* What was written is said, as it may have been a while ago that it was asked. */
static int convert(const struct running *r, const char *path,
		   int (*write)(const struct runs *runs, FILE *to))
{
	char *paths[RUN_MAX_KERNELS] = { (char *)r->results };
	unsigned int i;
	int ret;

	for (i = 0; i < r->n_kernels; i++)
		paths[i] = (char *)r->kernels[i].results;
	ret = runs_convert(paths, r->n_kernels ?: 1, r->run_id, path, write);

	if (!ret)
		fprintf(stderr, "ktstr: wrote %s\n", path);
	return ret;
}

static int write_junit(const void *r, FILE *to)
{
	return results_junit(r, to);
}

static int write_json(const void *r, FILE *to)
{
	return results_json(r, to);
}

/* The pages and files that were asked for, of this run. */
static int write_files(const struct running *r, const struct run_args *args)
{
	int bad = 0;

	if (args->junit && cli_write_file(args->junit, write_junit, r))
		bad = -EIO;
	if (args->json && cli_write_file(args->json, write_json, r))
		bad = -EIO;
	if (args->html && convert(r, args->html, html_write))
		bad = -EIO;
	if (args->perfetto && convert(r, args->perfetto, perfetto_write))
		bad = -EIO;
	return bad;
}

static int run_chosen(struct running *r, const struct run_args *args,
		      const struct suite_names *names, char *err)
{
	struct strbuf again = STRBUF_INIT;
	unsigned int i;
	int ret, status;

	ret = take_tests(r, names, err) ?: running_begin(r, args->jobs, err);
	if (ret)
		return ret;
	ret = running_run(r);
	if (ret < 0)
		return cli_bad(err, "the tests could not be run: %s",
			       strerror(-ret));
	ret = write_files(r, args);
	strbuf_addf(&again, "run --rerun-failed");
	for (i = 0; i < args->n_kernels; i++) {
		strbuf_addf(&again, " --kernel ");
		strbuf_add_word(&again, args->kernels[i]);
	}
	status = running_end(r, again.text, NULL);
	strbuf_free(&again);
	return ret ? 1 : status;
}

static void print_chosen(const struct suite_names *names)
{
	const struct suite_name *t;

	for (t = names->list; t < names->list + names->n; t++)
		if (t->chosen)
			puts(t->test);
}

int run_main(int argc, char **argv, char *err)
{
	struct suite_names names = { };
	struct running r = { };
	struct run_args args;
	int ret;

	ret = run_args_parse(argc, argv, &args, err) ?:
	      (args.scheduler ? take_scheduler(args.scheduler, err) : 0) ?:
	      running_locate(&r, err) ?: choose(&r, &args, &names, err);
	/* Which may not be built yet. */
	if (!ret && !args.dry_run)
		ret = running_take_kernels(&r, args.kernels, args.n_kernels,
					   err);
	if (ret == -ENODATA) {
		fprintf(stderr, "ktstr: %s\n", err);
		ret = STATUS_NOTHING;
	} else if (!ret && args.dry_run) {
		print_chosen(&names);
	} else if (!ret) {
		ret = run_chosen(&r, &args, &names, err);
	}
	suite_names_free(&names);
	choice_free(&args.choice);
	running_exit(&r);
	return ret;
}
