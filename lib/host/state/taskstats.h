/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What threads were kept from by, as the kernel's taskstats tell (delay accounting).
 */
#ifndef KTSTR_STATE_TASKSTATS_H
#define KTSTR_STATE_TASKSTATS_H

#include <stdint.h>

/**
 * struct taskstats_link - whom to ask
 * @fd: a socket; -1 where it may not be asked
 * @family: the number of the kernel's family
 */
struct taskstats_link {
	int fd;
	uint16_t family;
};

/**
 * taskstats_open() - ask whether it may be asked
 * @link: filled in; release with taskstats_close()
 */
void taskstats_open(struct taskstats_link *link);
void taskstats_close(struct taskstats_link *link);

/**
 * taskstats_ask() - the values of a thread whose source is taskstats
 * @link: whom to ask
 * @tid: the thread
 * @values: N_STATE_VALUES of them; those stay that it does not tell
 */
void taskstats_ask(const struct taskstats_link *link, int tid,
		   uint64_t *values);

#endif /* KTSTR_STATE_TASKSTATS_H */
