/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a CPU's chain of scheduling domains; internal to the monitor.
 */
#ifndef KTSTR_MONITOR_READ_DOMAINS_H
#define KTSTR_MONITOR_READ_DOMAINS_H

#include "lib/host/monitor/read/sample.h"

/**
 * struct domain_reader - what is the same for each domain
 * @name_va: address of the name last read at this level
 * @name: that name
 */
struct domain_reader {
	const struct mon_guest *guest;
	bool has_stats;
	uint64_t name_va[MON_DOMAINS_MAX];
	char name[MON_DOMAINS_MAX][MON_DOMAIN_NAME_LEN];
};

void domain_reader_init(struct domain_reader *r, const struct mon_guest *guest);

/**
 * domain_read_all() - read the chain of one run queue
 * @rq: its bytes, in guest memory
 * @domains: MON_DOMAINS_MAX entries
 *
 * Return: how many levels; 0 when there is none, when the chain is no chain
 * of domains, or when it was replaced meanwhile.
 */
unsigned int domain_read_all(struct domain_reader *r, const void *rq,
			     struct mon_domain *domains);

#endif /* KTSTR_MONITOR_READ_DOMAINS_H */
