/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of addresses: what tells a list that loops from a long one. Internal
 * to the monitor.
 */
#ifndef KTSTR_MONITOR_READ_ADDRSET_H
#define KTSTR_MONITOR_READ_ADDRSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct addrset - a set of addresses; zero-initialised it is empty
 */
struct addrset {
	uint64_t *slots;
	size_t n;
	size_t size;
};

/**
 * addrset_add() - put an address in
 *
 * Return: 1 when it is new, 0 when it was there already, -ENOMEM.
 */
int addrset_add(struct addrset *set, uint64_t addr);

/**
 * addrset_has() - is an address in there?
 */
bool addrset_has(const struct addrset *set, uint64_t addr);
void addrset_free(struct addrset *set);

#endif /* KTSTR_MONITOR_READ_ADDRSET_H */
