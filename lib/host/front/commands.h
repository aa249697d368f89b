/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands for which more has to be done than `ktstr` needs. All others are
 * ktstr's to know, by the rows of lib/host/cli/command.h.
 */
#ifndef KTSTR_FRONT_COMMANDS_H
#define KTSTR_FRONT_COMMANDS_H

struct arglist;
struct front;

/*
 * Each has the words of its command line, the first is its name. Return: 0; the exit
 * status of what was run, which is more; -errno, what is wrong has been said then.
 */
int command_of_ktstr(struct front *f, const struct arglist *words);
int command_test(struct front *f, const struct arglist *words);
int command_kernel(struct front *f, const struct arglist *words);
int command_kvm_check(struct front *f, const struct arglist *words);
int command_check(struct front *f, const struct arglist *words);
int command_clean(struct front *f, const struct arglist *words);

/**
 * front_usage() - say what is wrong with a command line
 * @f: for what is said
 * @fmt: printf's; the sentence goes on with where to look
 *
 * Return: -EINVAL.
 */
int front_usage(struct front *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* KTSTR_FRONT_COMMANDS_H */
