/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This machine's terminal, while a VM has it.
 */
#ifndef KTSTR_TEST_TERMINAL_H
#define KTSTR_TEST_TERMINAL_H

#include <pthread.h>
#include <termios.h>

#include "vmm/vm.h"

/**
 * struct terminal - stdin and stdout
 * @config: for the VM
 * @was: how it was set before
 * @raw: that is not so now
 * @stop_fd: tells @thread to leave
 * @vm: the VM that has it; NULL for none. Under @lock
 * @lock: see there
 * @thread: passes on its size, and ends the VM when we are told to end
 */
struct terminal {
	struct vm_terminal config;
	struct termios was;
	bool raw;
	int stop_fd;
	int signal_fd;
	struct vm *vm;
	pthread_mutex_t lock;
	pthread_t thread;
	bool started;
};

/**
 * terminal_init() - take its size, and begin to watch it
 * @t: to be released by terminal_exit(), whatever came of it
 *
 * Return: 0; -ENOTTY when stdin is none; -errno.
 */
int terminal_init(struct terminal *t);

/**
 * terminal_exit() - make it as it was
 * @t: the terminal
 */
void terminal_exit(struct terminal *t);

/**
 * terminal_give() - each key is for the VM now, Ctrl-C among them
 * @t: the terminal
 * @vm: the VM; NULL when it has ended
 */
void terminal_give(struct terminal *t, struct vm *vm);

#endif /* KTSTR_TEST_TERMINAL_H */
