/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's tables of ids, in a guest's memory.
 */
#ifndef KTSTR_MONITOR_GUEST_IDR_H
#define KTSTR_MONITOR_GUEST_IDR_H

#include <stdint.h>

struct mon_guest;

#define MON_IDR_MAX	4096	/* entries of the largest table that is walked */

/**
 * mon_idr_walk() - visit the entries of a struct idr
 * @va: its address
 * @fn: called with index and pointer of each; not 0 ends the walk
 *
 * Return: 0, what @fn returned, or -EFAULT; -ELOOP when it is no tree.
 */
int mon_idr_walk(const struct mon_guest *guest, uint64_t va,
		 int (*fn)(void *ctx, uint64_t index, uint64_t ptr), void *ctx);

#endif /* KTSTR_MONITOR_GUEST_IDR_H */
