// SPDX-License-Identifier: GPL-2.0-only
/*
 * One test, by its name. See one_test.h.
 */
#include "lib/host/cli/one_test.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/programs.h"
#include "lib/host/machine/paths.h"

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

int one_test_run(const char *test, bool dry_run, char *err)
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
