/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `ktstr`, the program of the installed suite, run with what it and the tests learn
 * from us.
 */
#ifndef KTSTR_FRONT_KTSTR_RUN_H
#define KTSTR_FRONT_KTSTR_RUN_H

#include <stdbool.h>

struct arglist;
struct front;
struct strbuf;

/**
 * our_commit() - which commit our folder is of
 * @f: for what is run
 * @text: 64 bytes; gets seven digits, and "-dirty"; in a kernel tree, the tree's.
 *	"" where there is no git
 *
 * scripts/commit.sh says the same.
 *
 * Return: @text.
 */
const char *our_commit(struct front *f, char *text);

/**
 * ktstr_results() - say where the results of a run go, and what it is
 * @f: with an output folder; @run is filled in
 * @of: what the folder is called after, a kernel
 * @named: the kernels that were named, NULL for none
 *
 * Return: 0, -errno.
 */
int ktstr_results(struct front *f, const char *of, const struct arglist *named);

/**
 * ktstr_run() - run it
 * @f: with a suite that is installed
 * @quiet: what it prints is dropped
 * @words: its command line
 *
 * Return: its exit status, -errno.
 */
int ktstr_run(struct front *f, bool quiet, const struct arglist *words);

/**
 * ktstr_read() - what it prints, with nothing from us
 * @f: with a suite that is installed
 * @words: its command line
 * @out: gets it
 *
 * Return: its exit status, -errno.
 */
int ktstr_read(struct front *f, const struct arglist *words,
	       struct strbuf *out);

/**
 * ktstr_become() - end here, and go on as it
 * @f: with a suite that is installed
 * @words: its command line
 *
 * Locks that are held, and who waits for us, stay.
 *
 * Return: -EINVAL, after saying why not.
 */
int ktstr_become(struct front *f, const struct arglist *words);

#endif /* KTSTR_FRONT_KTSTR_RUN_H */
