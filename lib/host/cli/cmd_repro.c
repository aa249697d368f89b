// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr repro`: one test, and again with probes; `ktstr demo`: one that is
 * there to be shown.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/programs.h"
#include "lib/host/machine/paths.h"

#define DEMO "repro_demo.host_triggered_crash"

static int not_one(const struct suite_names *names, const char *glob, char *err)
{
	struct strbuf all = STRBUF_INIT;
	const struct suite_name *t;

	for (t = names->list; t < names->list + names->n; t++)
		if (t->chosen)
			strbuf_addf(&all, " %s", t->test);
	cli_bad(err, "%.100s: several tests:%.3000s; name one of them", glob,
		all.text);
	strbuf_free(&all);
	return -EINVAL;
}

/* Of the names, the one that is chosen. */
static int only_one(const struct suite_names *names, const char *glob,
		    const struct suite_name **one, char *err)
{
	const struct suite_name *t;

	*one = NULL;
	for (t = names->list; t < names->list + names->n; t++) {
		if (!t->chosen)
			continue;
		if (*one)
			return not_one(names, glob, err);
		*one = t;
	}
	return 0;
}

/* The program becomes us. Return: only where it cannot. */
static int become(const char *dir, const struct suite_name *t, char *err)
{
	char path[PATH_MAX + 256];
	char *const argv[] = { path, (char *)"-r", t->test, NULL };

	snprintf(path, sizeof(path), "%s/%s", dir, t->program);
	execv(path, argv);
	return cli_bad(err, "%s: %s", path, strerror(errno));
}

static int run_one(const char *test, bool dry_run, char *err)
{
	char *globs[] = { (char *)test };
	const struct suite_choice choice = { .globs = globs, .n_globs = 1 };
	struct suite_names names = { };
	const struct suite_name *one;
	char own[PATH_MAX];
	int ret;

	if (host_self_dir(own, sizeof(own)))
		return cli_bad(err, "cannot find this program");
	ret = programs_choose(own, &choice, &names, err) ?:
	      only_one(&names, test, &one, err);
	if (!ret && dry_run)
		puts(one->test);
	else if (!ret)
		ret = become(own, one, err);
	suite_names_free(&names);
	return ret;
}

int repro_main(int argc, char **argv, char *err)
{
	struct repro_args args;
	int ret = repro_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	if (setenv("KTSTR_REPRO", "1", 1) ||
	    (args.functions &&
	     setenv("KTSTR_REPRO_FUNCTIONS", args.functions, 1)) ||
	    (args.rounds && setenv("KTSTR_REPRO_ROUNDS", args.rounds, 1)))
		return cli_bad(err, "no memory");
	return run_one(args.test, args.dry_run, err);
}

int demo_main(int argc, char **argv, char *err)
{
	return no_args_parse(argc, argv, err) ?: run_one(DEMO, false, err);
}
