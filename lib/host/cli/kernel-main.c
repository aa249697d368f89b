// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr-kernel: `ktstr kernel`, where nothing else has been built yet. A compiler
 * and libc are enough for it, see scripts/kernel.sh.
 */
#include <stdio.h>

#include "lib/common/util/process.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/kernel_verbs.h"

int main(int argc, char **argv)
{
	struct kernel_args args;
	char err[CLI_ERR_SIZE];
	int ret;

	process_begin();
	/* What it does is one command. */
	argv[0] = (char *)"kernel";
	ret = kernel_args_parse(argc, argv, &args, err);
	if (ret == CLI_HELP) {
		printf("Usage: ./run_ktstr.sh kernel [VERB [OPTION...] [NAME...]]\n\n%s\n",
		       kernel_spec.about);
		cli_help_options(stdout, &kernel_spec);
		return fflush(stdout) ? 1 : 0;
	}
	if (ret) {
		fprintf(stderr, "ktstr: %s\n", err);
		return 1;
	}
	return kernel_verb_run(&args);
}
