/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command line means is in lib/host/cli alone. It is asked before anything is
 * fetched or built.
 */
#ifndef KTSTR_FRONT_ASKING_H
#define KTSTR_FRONT_ASKING_H

struct arglist;
struct cli_asked;
struct front;

/* What ask_command() returns where all that was asked for has been printed. */
#define ASK_SAID	(-ECANCELED)

/**
 * ask_command() - is a command line right, and what does it need?
 * @f: for what is said
 * @words: the command and its own words; stay as they are
 * @tree_schedulers: schedulers are looked up there, too; NULL
 * @asked: filled in; points to @words
 *
 * Return: 0; -EINVAL; ASK_SAID, after help for instance.
 */
int ask_command(struct front *f, const struct arglist *words,
		const char *tree_schedulers, struct cli_asked *asked);

#endif /* KTSTR_FRONT_ASKING_H */
