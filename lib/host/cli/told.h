/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that looks after others, and is told to end by a signal: it ends them
 * first. For those of its process that run for long.
 */
#ifndef KTSTR_CLI_TOLD_H
#define KTSTR_CLI_TOLD_H

#include <signal.h>

/**
 * told_begin() - from here on SIGINT, SIGTERM and SIGHUP are but noted
 */
void told_begin(void);

/**
 * told_to_end() - the signal that was noted
 *
 * Return: where it is or will be; 0 there while there was none.
 */
const volatile sig_atomic_t *told_to_end(void);

/**
 * told_end() - all is ended: die of the signal that was noted, if there was one
 */
void told_end(void);

#endif /* KTSTR_CLI_TOLD_H */
