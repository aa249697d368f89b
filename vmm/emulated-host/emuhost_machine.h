/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that make up one emulated host: QEMU, and one virtiofsd for
 * the root and for each writable folder. They die with the thread that
 * started them, however that ends. Nothing of them has a name: all sockets
 * are pairs or in the abstract namespace, all memory is memfd.
 */
#ifndef KTSTR_VMM_EMUHOST_MACHINE_H
#define KTSTR_VMM_EMUHOST_MACHINE_H

#include <sys/types.h>

#include "vmm/emulated-host/emuhost_cpu.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emuhost_request.h"

#define EMUHOST_MAX_CHILDREN	(2 + EMUHOST_MAX_SHARES)

/**
 * struct emuhost_child - a process of ours
 * @name: for messages
 * @pid: 0 once it is reaped
 * @pidfd: readable when it has ended
 */
struct emuhost_child {
	const char *name;
	pid_t pid;
	int pidfd;
};

/**
 * struct machine - an emulated host that runs
 * @children: QEMU last
 * @nr_children: their number
 * @port: the agent's port
 * @console: the kernel's console
 * @log: what the processes say
 * @cpu: QEMU's, if it needs one of its own
 */
struct machine {
	struct emuhost_child children[EMUHOST_MAX_CHILDREN];
	unsigned int nr_children;
	int port;
	int console;
	int log;
	struct emuhost_cpu cpu;
};

/**
 * machine_start() - start the processes
 * @entry: what to run
 * @req: whose shares to serve
 * @initrd: a memfd; stays the caller's
 * @memory_mb: RAM
 *
 * Return: 0, -errno after a message. Call machine_stop() in any case.
 */
int machine_start(struct machine *m, const struct emuhost_entry *entry,
		  const struct emuhost_request *req, int initrd,
		  unsigned int memory_mb);

/**
 * machine_stop() - kill and reap them
 */
void machine_stop(struct machine *m);

/**
 * machine_died() - which of them has ended by itself
 * @text: gets "QEMU was killed by signal 11" or the like
 *
 * Return: 1 when one has, else 0.
 */
int machine_died(struct machine *m, char *text, size_t size);

#endif /* KTSTR_VMM_EMUHOST_MACHINE_H */
