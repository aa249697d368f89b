// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr kernel`: which kernel tests boot here, and the cache of kernels.
 */
#include <limits.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/kernel_verbs.h"
#include "lib/host/machine/kernel.h"

int kernel_main(int argc, char **argv, char *err)
{
	char text[PATH_MAX + 256];
	struct host_kernel kernel;
	struct kernel_args args;
	int ret = kernel_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	if (args.verb != KERNEL_WHICH)
		return kernel_verb_run(&args);
	ret = host_kernel_find(&kernel, err, CLI_ERR_SIZE);
	if (ret)
		return ret;
	host_kernel_describe(&kernel, text, sizeof(text));
	puts(text);
	return 0;
}
