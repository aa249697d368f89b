// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ktstr this is.
 */
#include "lib/common/version.h"
#include "lib/host/cli/cli.h"

#ifndef KTSTR_COMMIT
#define KTSTR_COMMIT "of no known commit"
#endif

void cli_version(FILE *to)
{
	fprintf(to, "ktstr %s (%s)\n", KTSTR_VERSION, KTSTR_COMMIT);
}
