// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of system calls, as the headers of this build have them: the Makefile
 * makes the table.
 */
#include "lib/common/util/sandbox.h"

#include "lib/common/util/util.h"

const char *syscall_name(unsigned int nr)
{
	static const char * const names[] = {
#include <syscall_names.h>
	};

	return nr < ARRAY_SIZE(names) && names[nr] ? names[nr] : "?";
}
