/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `ktstr shell` tells the program that runs the VM: its environment. The
 * machine and its scheduler are attributes, as for any test.
 */
#ifndef KTSTR_COMMON_SHELL_H
#define KTSTR_COMMON_SHELL_H

#define SHELL_PROGRAM		"ready"

#define SHELL_ENV		"KTSTR_SHELL"		/* 1: no tests, a shell */
#define SHELL_ENV_EXEC		"KTSTR_SHELL_EXEC"	/* one command; absent: a prompt */
#define SHELL_ENV_FILES		"KTSTR_SHELL_FILES"	/* a path a line */
#define SHELL_ENV_LIMIT		"KTSTR_SHELL_LIMIT_S"	/* what a command may take */

#define SHELL_MAX_FILES		8
#define SHELL_EXEC_LIMIT_S	120
/* An int of milliseconds holds five times that, which is what one waits. */
#define SHELL_LIMIT_MAX_S	(24 * 60 * 60)

/* The status when there is none of the command's. */
#define SHELL_NO_STATUS		125

#endif /* KTSTR_COMMON_SHELL_H */
