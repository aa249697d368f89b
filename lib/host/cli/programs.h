/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test programs that lie beside this one, and the names of their tests.
 */
#ifndef KTSTR_CLI_PROGRAMS_H
#define KTSTR_CLI_PROGRAMS_H

#include "lib/host/suite/names.h"

/**
 * programs_choose() - which of their tests are meant?
 * @dir: our folder; its file ktstr-programs has a line for each program, with
 *	"on-demand" behind those whose tests are run only where they are named
 * @choice: as it was asked for
 * @names: zeroed; gets all tests, with their @chosen set; release with
 *	suite_names_free()
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0; -ENODATA where nothing has failed of what @choice->only has;
 * -errno.
 */
int programs_choose(const char *dir, const struct suite_choice *choice,
		    struct suite_names *names, char *err);

#endif /* KTSTR_CLI_PROGRAMS_H */
