/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of a test program, before anything is booted for them.
 */
#ifndef KTSTR_TEST_OPTIONS_H
#define KTSTR_TEST_OPTIONS_H

#include "lib/common/util/strbuf.h"

/**
 * options_check() - look at them as the harness will
 * @argc: of main()
 * @argv: of main()
 *
 * Says what is wrong. Help is printed here: the harness would do so once a host
 * is up, under an exit status that means "skipped".
 *
 * Return: 0 when tests are to be run; 1 when the harness is to talk (-l); else
 * a negative number: -EAGAIN when help or a table was printed, -EINVAL.
 */
int options_check(int argc, char **argv);

/**
 * options_take_attr() - take the options --attr NAME=VALUE out of the others
 * @argc: of main()
 * @argv: of main()
 * @text: gets them behind what it has, as KTSTR_ATTR has them
 *
 * Return: 0; -EAGAIN when it is to help; -EINVAL when one has no value: that was
 * said.
 */
int options_take_attr(int *argc, char **argv, struct strbuf *text);

#endif /* KTSTR_TEST_OPTIONS_H */
