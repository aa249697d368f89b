/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command's output on its way to whoever reads ours, who may take their
 * time: a queue, so that nobody else has to wait for them.
 */
#ifndef KTSTR_VMM_EMUHOST_OUTPUT_H
#define KTSTR_VMM_EMUHOST_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/util/strbuf.h"

/* As long as less is queued, more is taken from the agent. */
#define OUTPUT_FULL	(256u << 10)

/**
 * struct output - a queue
 * @fd: where it goes
 * @text: what was queued
 * @done: bytes of it that were written
 */
struct output {
	int fd;
	struct strbuf text;
	size_t done;
};

void output_init(struct output *o, int fd);
void output_exit(struct output *o);

/**
 * output_add() - queue something
 *
 * Return: 0, -ENOMEM.
 */
int output_add(struct output *o, const char *data, size_t len);

/**
 * output_pending() - how many bytes wait
 */
size_t output_pending(const struct output *o);

/**
 * output_write() - write what is taken without waiting
 *
 * For a descriptor of which poll() says that it is writable.
 *
 * Return: 0, -errno.
 */
int output_write(struct output *o);

#endif /* KTSTR_VMM_EMUHOST_OUTPUT_H */
