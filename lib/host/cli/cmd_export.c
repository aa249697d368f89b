// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr export TEST`: its program writes the file, as it knows what it needs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/common/exported.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/one_test.h"

static int set_output(const struct export_args *args, char *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.4000s.run", args->test);
	if (setenv(EXPORT_ENV, args->output ?: path, 1))
		return cli_bad(err, "no memory");
	return 0;
}

int export_main(int argc, char **argv, char *err)
{
	struct export_args args;
	int ret = export_args_parse(argc, argv, &args, err);

	if (!ret)
		ret = set_output(&args, err);
	return ret ? ret : one_test_run(args.test, args.dry_run, err);
}
