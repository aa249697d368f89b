/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shell in a VM, or one command of it: what `ktstr shell` starts.
 */
#ifndef KTSTR_TEST_SHELL_H
#define KTSTR_TEST_SHELL_H

#include <stdbool.h>

/**
 * shell_wanted() - is this run no tests, but a shell?
 *
 * Return: it is.
 */
bool shell_wanted(void);

/**
 * shell_has_terminal() - does it need a terminal of this machine?
 *
 * Return: it does; else it is one command, and only talks.
 */
bool shell_has_terminal(void);

/**
 * shell_run() - boot a VM with a shell, until that ends
 *
 * The kernel was found, and KVM can run it.
 *
 * Return: the exit status of the command, SHELL_NO_STATUS when there is none.
 */
int shell_run(void);

#endif /* KTSTR_TEST_SHELL_H */
