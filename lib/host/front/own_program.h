/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program that we are: compiled to a folder of its own by run_ktstr.sh, as nobody
 * has looked at the cache yet, and kept there for the next time once somebody has.
 */
#ifndef KTSTR_FRONT_OWN_PROGRAM_H
#define KTSTR_FRONT_OWN_PROGRAM_H

struct front;

/**
 * own_program_forget() - remove the folder that we were compiled to
 * @dir: that folder, with us in it and a log
 * @name: what we are called there
 *
 * We still run then.
 */
void own_program_forget(const char *dir, const char *name);

/**
 * own_program_keep() - put us into the cache, unless we lie there
 * @f: with a cache; @made says what we are called
 *
 * One for each state of its sources, as several checkouts may have one cache. Where it
 * cannot be written, the next run compiles again.
 */
void own_program_keep(struct front *f);

#endif /* KTSTR_FRONT_OWN_PROGRAM_H */
