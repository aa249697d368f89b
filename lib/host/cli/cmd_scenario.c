// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr scenario`: a scenario as text. The program of the ready scenarios knows
 * what they consist of, and says it itself.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/ready.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/machine/paths.h"

int scenario_main(int argc, char **argv, char *err)
{
	char own[PATH_MAX], program[PATH_MAX + 16];
	struct scenario_args args;
	int ret = scenario_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	if (host_self_dir(own, sizeof(own)))
		return cli_bad(err, "cannot find this program");
	snprintf(program, sizeof(program), "%s/" READY_PROGRAM, own);
	execl(program, program, args.option, args.what, NULL);
	return cli_bad(err, "%.2000s: %s", program, strerror(errno));
}
