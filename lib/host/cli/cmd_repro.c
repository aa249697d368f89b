// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr repro`: one test, and again with probes; `ktstr demo`: one that is
 * there to be shown.
 */
#include <stdlib.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/one_test.h"

#define DEMO "repro_demo.host_triggered_crash"

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
	return one_test_run(args.test, args.dry_run, err);
}

int demo_main(int argc, char **argv, char *err)
{
	return no_args_parse(argc, argv, err) ?: one_test_run(DEMO, false, err);
}
