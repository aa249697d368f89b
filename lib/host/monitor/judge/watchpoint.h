/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A watchpoint on a variable of the guest's kernel: who has written what there, and
 * where. The CPU that does so is told by its debug registers; it is stopped for the
 * moment that it takes to note it.
 */
#ifndef KTSTR_MONITOR_JUDGE_WATCHPOINT_H
#define KTSTR_MONITOR_JUDGE_WATCHPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/host/monitor/guest/guest.h"

#define MON_WRITES_MAX	64	/* that are noted; the CPUs are let alone then */

/**
 * struct mon_write - the kernel has written there
 * @host_ns: CLOCK_MONOTONIC of the host
 * @tsc: the guest's time stamp counter; 0 when not known
 * @cpu: who
 * @pc: the instruction behind the one that wrote
 * @value: what stood there then; of a value beyond 63 bits its bits
 * @where: @pc by name; filled in by mon_watchpoint_turn()
 */
struct mon_write {
	uint64_t host_ns;
	uint64_t tsc;
	unsigned int cpu;
	uint64_t pc;
	int64_t value;
	char where[96];
};

/**
 * struct mon_writes - all that a watchpoint has seen
 * @list: the first, @n of them
 * @n: see there
 */
struct mon_writes {
	struct mon_write list[MON_WRITES_MAX];
	unsigned int n;
};

struct mon_watchpoint;

/**
 * mon_watchpoint_create() - get ready to watch
 * @text: SYMBOL, or SYMBOL:TYPE:PATH, as watch_symbol_parse() has it
 * @writes: get what is seen; for nobody else before the destruction
 *
 * Return: it; NULL without memory.
 */
struct mon_watchpoint *mon_watchpoint_create(const char *text,
					     struct mon_writes *writes);

/**
 * mon_watchpoint_destroy() - release it; takes NULL
 * @watchpoint: no vCPU may run any more
 */
void mon_watchpoint_destroy(struct mon_watchpoint *watchpoint);

/**
 * mon_watchpoint_turn() - set it, once that can be done
 * @watchpoint: may be NULL
 * @guest: attached
 *
 * A pointer on the way may be NULL at first: then there is a next turn. It is set
 * anew where that way leads elsewhere.
 *
 * Return: writes that are in the list by now.
 */
unsigned int mon_watchpoint_turn(struct mon_watchpoint *watchpoint,
				 const struct mon_guest *guest);

/**
 * mon_watchpoint_why() - why it was never set
 * @watchpoint: may be NULL
 * @why: gets one sentence
 * @size: bytes at @why
 *
 * Return: 0 when it was; -ENOENT, -EINVAL for what there is not; -EAGAIN for what
 * was not there yet; another -errno.
 */
int mon_watchpoint_why(const struct mon_watchpoint *watchpoint, char *why,
		       size_t size);

#endif /* KTSTR_MONITOR_JUDGE_WATCHPOINT_H */
