// SPDX-License-Identifier: GPL-2.0-only
/*
 * --attr, of each subcommand that runs tests: what it says goes where KTSTR_ATTR
 * goes, to the test programs.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"

#define WHY_SIZE	400

static int check(const char *text, char *why)
{
	struct strbuf item = STRBUF_INIT;
	struct attr_given given;
	int ret;

	attr_given_add(&item, text);
	ret = attr_given_parse(&given, item.text, why, WHY_SIZE);
	if (!ret)
		attr_given_free(&given);
	strbuf_free(&item);
	return ret;
}

int attr_take(void *args, const char *text, char *err)
{
	const char *before = getenv(ENV_ATTR);
	struct strbuf all = STRBUF_INIT;
	char why[WHY_SIZE];
	int ret = 0;

	(void)args;
	if (check(text, why))
		return cli_bad(err, "--attr %s", why);
	if (before)
		strbuf_add(&all, before, strlen(before));
	attr_given_add(&all, text);
	if (setenv(ENV_ATTR, all.text, 1))
		ret = cli_bad(err, "no memory");
	strbuf_free(&all);
	return ret;
}

int attr_check_settings(const struct cli_command *command, char *err)
{
	char why[WHY_SIZE];

	if (command->needs == CLI_NOTHING || !attr_env_check(why, sizeof(why)))
		return 0;
	return cli_bad(err, ENV_ATTR ": %s", why);
}
