/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched_ext's dispatch queues, all kinds of them, and the tasks on them.
 */
#ifndef KTSTR_MONITOR_READ_DSQ_H
#define KTSTR_MONITOR_READ_DSQ_H

#include "lib/host/monitor/guest/guest.h"

#define MON_DSQS_MAX		65536	/* queues that are listed at most */
#define MON_DSQ_TASKS_MAX	65536	/* tasks on all queues together */
#define MON_SCHEDS_MAX		64	/* schedulers at a time */

/**
 * enum mon_dsq_kind - kinds of dispatch queues
 */
enum mon_dsq_kind {
	MON_DSQ_LOCAL,		/* a CPU's own */
	MON_DSQ_GLOBAL,		/* a node's built-in one */
	MON_DSQ_BYPASS,		/* a CPU's, while the scheduler is bypassed */
	MON_DSQ_USER,		/* made by the scheduler */
};

/**
 * struct mon_dsq - a dispatch queue
 * @where: CPU of a local or bypass queue, node of a global one, else -1
 * @nr: tasks on it, as it says
 * @tasks: addresses of the tasks on its list, in order
 * @n_tasks: how many were found; differs from @nr when the list is damaged,
 *	or moved while it was read
 */
struct mon_dsq {
	uint64_t va;
	uint64_t id;
	enum mon_dsq_kind kind;
	int where;
	uint32_t nr;
	uint64_t *tasks;
	size_t n_tasks;
};

/**
 * struct mon_dsqs - all queues
 * @incomplete: why not all of them were found; NULL when they were
 */
struct mon_dsqs {
	struct mon_dsq *list;
	size_t n;
	size_t room;
	const char *incomplete;
};

/**
 * mon_dsqs_read() - find all queues and what is on them
 * @dsqs: filled in; release with mon_dsqs_free(), also after a failure
 *
 * Return: 0; -ENOTSUP without MON_PART_SCX; -ENOMEM.
 */
int mon_dsqs_read(const struct mon_guest *guest, struct mon_dsqs *dsqs);
void mon_dsqs_free(struct mon_dsqs *dsqs);

/**
 * mon_schedulers() - addresses of the loaded schedulers, the root first
 * @va: gets up to MON_SCHEDS_MAX of them
 *
 * Return: how many.
 */
unsigned int mon_schedulers(const struct mon_guest *guest, uint64_t *va);

/**
 * mon_dsq_kind_name() - "local", "global", "bypass", "user"
 */
const char *mon_dsq_kind_name(enum mon_dsq_kind kind);

#endif /* KTSTR_MONITOR_READ_DSQ_H */
