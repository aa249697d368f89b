/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A storm: pairs of "stop" and "cont" through QEMU's monitor, some hundred a
 * second. Each asks the emulated CPU to leave its loop without an interrupt
 * for it, which is what makes a QEMU deliver an interrupt twice, if it does
 * that (qemu-svm-injected-interrupt.patch).
 */
#ifndef KTSTR_VMM_EMUHOST_STORM_H
#define KTSTR_VMM_EMUHOST_STORM_H

#include <stdbool.h>
#include <stdint.h>

#define STORM_LINE_MAX	1024

/**
 * struct storm - one that goes on
 * @fd: the monitor (QMP), non-blocking; the machine's
 * @limit: pairs at most; 0: no storm
 * @commands: how many were sent
 * @returns: how many QEMU has carried out
 * @next_ns: when to send the next pair
 * @broken: QEMU has refused something, or closed the monitor
 * @line: what QEMU says, up to the end of the line
 * @len: bytes of it
 */
struct storm {
	int fd;
	unsigned int limit;
	unsigned int commands;
	unsigned int returns;
	uint64_t next_ns;
	bool broken;
	char line[STORM_LINE_MAX];
	unsigned int len;
};

/**
 * storm_start() - begin
 * @fd: the monitor, which nobody has talked to
 * @limit: pairs at most
 */
void storm_start(struct storm *st, int fd, unsigned int limit);

/**
 * storm_step() - take what QEMU has said, send the next pair if it is time
 */
void storm_step(struct storm *st);

/**
 * storm_pairs() - how many pairs QEMU has carried out
 */
unsigned int storm_pairs(const struct storm *st);

/**
 * storm_wait_ms() - how long storm_step() has nothing to do
 * @limit_ms: at most so long
 *
 * Return: milliseconds, unless QEMU says something.
 */
int storm_wait_ms(const struct storm *st, int limit_ms);

#endif /* KTSTR_VMM_EMUHOST_STORM_H */
