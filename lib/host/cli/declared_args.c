// SPDX-License-Identifier: GPL-2.0-only
/*
 * --declared, of each subcommand that takes schedulers: a file of declarations is
 * added to those of the environment. What is in it is read by declared.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/option.h"

int declared_take(void *args, const char *text, char *err)
{
	const char *before = getenv(ENV_SCHEDULERS);
	struct strbuf all = STRBUF_INIT;
	char path[PATH_MAX];
	int ret = 0;

	(void)args;
	/* Tests run in other folders than ours. */
	if (!realpath(text, path) || access(path, R_OK))
		return cli_bad(err, "--declared %.1000s: %s", text,
			       strerror(errno));
	if (strchr(path, ':') || !cli_fits_a_line(path))
		return cli_bad(err, "--declared %.1000s: there is a colon or a control character in its path",
			       text);
	if (before && *before)
		strbuf_addf(&all, "%s:", before);
	strbuf_addf(&all, "%s", path);
	if (setenv(ENV_SCHEDULERS, all.text, 1))
		ret = cli_bad(err, "no memory");
	strbuf_free(&all);
	return ret;
}
